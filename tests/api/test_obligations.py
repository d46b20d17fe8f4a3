"""What a plan obliges people to hand in: written while it is a draft."""

import pytest

from office import CHAIR, HEAD, OFFICE, STRANGER
from office import faults
from stack import expect, new_id, problem

DUTY = {"code": "BC-01", "what": "Báo cáo kết quả", "audience": "all-units",
        "subject_kind": "submissions", "cadence": ["quarterly", "yearly"],
        "due_rule": {"day": 15}, "criteria_set_code": "BH-2023",
        "report_to": ["office"]}


def add(office, plan, user=OFFICE, **body):
    return office.stack.post(f"/v1/plans/{plan['id']}/obligations", user,
                             {**DUTY, **body})


def listed(office, plan, user=OFFICE):
    return office.all(f"/v1/plans/{plan['id']}/obligations", user)


def test_obligations_are_written_while_the_plan_is_a_draft(office):
    plan = office.plan()
    t = office.task(OFFICE, plan_id=plan["id"], code="II.1",
                    lead={"unit_code": "economy"})
    r = add(office, plan, task_id=t["id"])
    o = expect(r, 201)
    assert r.headers["Location"] == (
        f"/v1/plans/{plan['id']}/obligations/{o['id']}")
    assert office.get(r.headers["Location"], OFFICE) == o
    assert {k: o[k] for k in DUTY} == DUTY
    assert (o["task"]["code"], o["plan"]["id"]) == ("II.1", plan["id"])
    assert o["_permissions"] == ["update", "delete"]
    two = expect(add(office, plan, code="BC-02"), 201)
    o = office.patch("obligations", o, OFFICE, cadence=["monthly"],
                     audience=None, due_rule=None)
    assert (o["cadence"], o["audience"], o["due_rule"], o["version"]) == (
        ["monthly"], None, None, 2)
    office.remove("obligations", two, OFFICE)
    assert [x["id"] for x in listed(office, plan)] == [o["id"]]
    # the code is free again, and then what was removed does not come back
    three = expect(add(office, plan, code="BC-02"), 201)
    path = f"/v1/obligations/{two['id']}/restore"
    problem(office.stack.post(path, OFFICE), 409, "duplicate")
    office.remove("obligations", three, OFFICE)
    expect(office.stack.post(path, OFFICE), 200)
    # handed up, all of it stays as it is
    plan = office.go("plans", plan, "submit", OFFICE)
    problem(add(office, plan, code="BC-03"), 409, "wrong_state")
    path = f"/v1/obligations/{o['id']}"
    problem(office.stack.patch(path, OFFICE, {"what": "x"}, 2), 409,
            "wrong_state")
    problem(office.stack.call("DELETE", path, OFFICE, If_Match='"v2"'), 409,
            "wrong_state")
    assert office.get(path, CHAIR)["_permissions"] == []


def test_the_author_of_a_draft_alone_writes_its_obligations(office):
    plan = office.plan()
    o = expect(add(office, plan), 201)
    path = f"/v1/obligations/{o['id']}"
    for user in (CHAIR, HEAD, STRANGER):
        problem(add(office, plan, user, code="x"), 404, "not_found")
        problem(office.stack.get(path, user), 404, "not_found")
    plan = office.go("plans", plan, "submit", OFFICE)
    plan = office.go("plans", plan, "return", CHAIR, reason="x")
    problem(add(office, plan, CHAIR, code="x"), 403, "forbidden")
    problem(office.stack.patch(path, CHAIR, {"what": "x"}, 1), 403,
            "forbidden")
    office.patch("obligations", o, OFFICE, what="Khác")


@pytest.mark.parametrize("body, want", [
    ({"audience": "nowhere"}, {"/audience": "unknown_reference"}),
    ({"task_id": new_id()}, {"/task_id": "unknown_reference"}),
    ({"criteria_set_code": "none", "report_to": ["office", "nowhere"]},
     {"/criteria_set_code": "unknown_reference",
      "/report_to/1": "unknown_reference"}),
    ({"cadence": ["daily"]}, {"/cadence/0": "not_in_list"}),
    ({"subject_kind": "person"}, {"/subject_kind": "not_in_list"}),
])
def test_a_wrong_obligation_is_refused(office, body, want):
    plan = office.plan()
    assert faults(add(office, plan, **body)) == want
    o = expect(add(office, plan), 201)
    assert faults(office.stack.patch(f"/v1/obligations/{o['id']}", OFFICE,
                                     body, 1)) == want
    problem(add(office, plan), 409, "duplicate")
