"""Nobody is shown what is not his where one thing is named inside another, nor
keeps what he has lost."""

import json

import pytest

from office import (ADMIN, CHAIR, DOER, HEAD, OFFICE, PEER, SIBLING, STRANGER,
                    faults)
from stack import expect, new_id, problem


@pytest.fixture(scope="module")
def far(office):
    return office.elsewhere()


@pytest.fixture(scope="module")
def world(office):
    """One of everything, in a state that many see."""
    plan = office.plan_in_force([{"lead": {"staff_code": DOER}}])
    task, = office.all(f"/v1/plans/{plan['id']}/tasks", CHAIR)
    review = office.make("reviews", DOER, {"criteria_set_code": "BH-2023",
                                           "period": "2199-01"})
    office.go("reviews", review, "submit", DOER)
    evaluation = office.make("evaluations", DOER, {
        "criteria_set_code": "TC-CHUNG", "period": "2199-01"})
    office.go("evaluations", evaluation, "self_assess", DOER)
    gone = office.task(HEAD)
    office.remove("tasks", gone, HEAD)
    return {"plan": plan["id"], "task": task["id"], "review": review["id"],
            "evaluation": evaluation["id"], "gone": gone["id"],
            "staff": office.people[DOER], "unit": office.units["economy"]}


def test_what_is_foreign_is_no_reference_anywhere(office, far, world):
    """By id or by code, in every member of every body that names something:
    what a caller may not know is told from what is not there by nothing."""
    tag, chair, _, staff, _ = far
    unit, person = office.units[tag], office.people[staff]
    task = office.task(HEAD)
    plan = office.plan()
    for path, user, body, at in [
            ("/v1/units", ADMIN, {"code": "n", "kind": "section", "name": "x",
                                  "parent_id": unit}, "/parent_id"),
            ("/v1/staff", ADMIN, {
                "code": "n", "username": "n", "full_name": "x",
                "subject_type": "cadre", "assignments": [
                    {"unit_id": unit, "position": "x"}]},
             "/assignments/0/unit_id"),
            (f"/v1/staff/{world['staff']}/grants", ADMIN,
             {"role": "head", "unit_code": tag}, "/unit_code"),
            (f"/v1/staff/{world['staff']}/assignments", ADMIN,
             {"position": "x", "unit_id": unit}, "/unit_id"),
            ("/v1/plans", OFFICE, {"title": "x", "issuer_unit_id": unit},
             "/issuer_unit_id"),
            ("/v1/tasks", HEAD, {"title": "x", "lead": {"unit_id": unit}},
             "/lead/unit_id"),
            ("/v1/tasks", HEAD, {"title": "x", "lead_staff_id": person},
             "/lead_staff_id"),
            ("/v1/tasks", HEAD, {
                "title": "x", "lead": {"staff_code": DOER},
                "co_owners": [{"staff_id": person}]},
             "/co_owners/0/staff_id"),
            ("/v1/reviews", HEAD, {
                "criteria_set_code": "BH-2023", "period": "2198-01",
                "subject_staff_id": person}, "/subject_staff_id"),
            ("/v1/reviews", HEAD, {
                "criteria_set_code": "BH-2023", "period": "2198-01",
                "unit_code": tag}, "/unit_code"),
            ("/v1/evaluations", HEAD, {
                "criteria_set_code": "TC-CHUNG", "period": "2198-01",
                "staff_code": staff}, "/staff_code")]:
        there = faults(office.stack.post(path, user, body))
        assert there == {at: "unknown_reference"}, path
        nowhere = json.loads(json.dumps(body).replace(
            unit, new_id()).replace(person, new_id()).replace(
                f'"{tag}"', '"nowhere"').replace(f'"{staff}"', '"nobody"'))
        assert faults(office.stack.post(path, user, nowhere)) == there
        # and the same as part of a batch
        r = expect(office.stack.post("/v1/batch", user, {
            "atomic": False, "operations": [
                {"method": "POST", "path": path, "body": body}]}), 200)
        part = r["results"][0] if "results" in r else r["operations"][0]
        assert part["status"] == 422, part
    office.make("criteria-sets", far[-1], {
        "code": f"set-{tag}", "title": "Của họ", "unit_code": tag,
        "items": [{"code": "A", "text": "a", "answer": "yes_no"}]})
    assert faults(office.stack.post("/v1/reviews", DOER, {
        "criteria_set_code": f"set-{tag}", "period": "2198-01"})) == {
            "/criteria_set_code": "unknown_reference"}
    expect(office.stack.post("/v1/reviews", staff, {
        "criteria_set_code": f"set-{tag}", "period": "2198-01"}), 201)
    for body, at in [({"lead": {"unit_code": tag}}, "/lead/unit_code"),
                     ({"co_owners": [{"unit_id": unit}]},
                      "/co_owners/0/unit_id")]:
        for r in (office.stack.patch(f"/v1/tasks/{task['id']}", HEAD, body, 1),
                  office.stack.verb(f"/v1/tasks/{task['id']}/assign", HEAD,
                                    task, body)):
            assert faults(r) == {at: "unknown_reference"}
    # items of another office are no plan and no whole either
    foreign = expect(office.stack.post("/v1/plans", chair, {
        "title": "Của họ", "issuer_unit_code": tag}), 201)
    for member, id_ in [("plan_id", foreign["id"]), ("plan_id", plan["id"]),
                        ("parent_id", world["gone"])]:
        assert faults(office.stack.post("/v1/tasks", SIBLING, {
            "title": "x", "due_on": "2099-01-01", member: id_,
            "lead": {"unit_code": "culture"}})) == {
                "/" + member: "unknown_reference"}
    assert faults(office.stack.post("/v1/reviews", DOER, {
        "criteria_set_code": "BH-2023", "period": "2198-01",
        "plan_id": foreign["id"]})) == {"/plan_id": "unknown_reference"}


def test_what_was_removed_is_no_reference(office):
    plan = office.plan()
    whole = office.task(HEAD)
    office.remove("plans", plan, OFFICE)
    office.remove("tasks", whole, HEAD)
    b = {"title": "x", "due_on": "2099-01-01", "lead": {"staff_code": DOER}}
    for user, member, id_ in [(OFFICE, "plan_id", plan["id"]),
                              (HEAD, "parent_id", whole["id"])]:
        assert faults(office.stack.post("/v1/tasks", user, {
            **b, member: id_})) == {"/" + member: "unknown_reference"}


def test_references_show_the_directory_and_no_more(office, world):
    """Whoever is named in an item is shown as a peer sees him."""
    t = office.get(f"/v1/tasks/{world['task']}", PEER)
    for who in (t["lead_staff"], t["assigned_by"]):
        assert who.keys() == {"id", "code", "full_name", "position", "unit"}
    assert t["lead_unit"].keys() == {"id", "code", "name"}
    assert t["plan"].keys() == {"id", "code", "name"}


def test_a_refusal_shows_nothing_of_the_item(office, world):
    """Neither the state, nor the version, nor the content of what is not
    seen stands in a refusal."""
    for kind, verb in [("review", "conclude"), ("evaluation", "review")]:
        path = f"/v1/{kind}s/{world[kind]}"
        want = problem(office.stack.get(f"/v1/{kind}s/{new_id()}", STRANGER),
                       404, "not_found")
        want.pop("instance")
        for r in (office.stack.get(path, STRANGER),
                  office.stack.patch(path, STRANGER, {}, 99),
                  office.stack.call("DELETE", path, STRANGER,
                                    If_Match='"v99"'),
                  office.stack.call("POST", f"{path}/{verb}", STRANGER,
                                    {"conclusion": "x"} if kind == "review"
                                    else {}, If_Match='"v99"'),
                  office.stack.post(path + "/restore", STRANGER)):
            got = problem(r, 404, "not_found")
            got.pop("instance")
            assert got == want


def test_rights_end_in_the_middle_of_the_work(office):
    """A head who is one no more loses lists, items and steps at once; what he
    was in the middle of is not done."""
    unit = office.unit("economy", kind="section")["code"]
    head = office.person(unit)
    grant = office.grant(head, "head", unit)
    doer = office.person(unit)
    t = office.go("tasks", office.task(CHAIR, lead={"staff_code": doer}),
                  "assign", CHAIR)
    t = office.go("tasks", t, "complete", doer, result="x")
    assert "accept" in office.get(f"/v1/tasks/{t['id']}", head)["_permissions"]
    expect(office.stack.call(
        "DELETE", f"/v1/staff/{office.people[head]}/grants/{grant['id']}",
        "admin"), 204)
    problem(office.stack.verb(f"/v1/tasks/{t['id']}/accept", head, t), 404,
            "not_found")
    assert t["id"] not in office.ids("/v1/tasks", head)
    assert office.get(f"/v1/tasks/{t['id']}", CHAIR)["status"] == "done"
