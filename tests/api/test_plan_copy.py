"""Next year's plan drafted from this year's."""

import pytest

from office import CHAIR, DOER, HEAD, OFFICE, PERSONNEL, READER, WARD
from stack import PLAN, expect, new_id, problem

TASKS = [
    {"code": "1", "lead": {"unit_code": "economy"}, "due_on": "2024-02-29"},
    {"code": "2", "lead": {"staff_code": DOER}, "due_on": "2024-12-31",
     "weight": "2.5", "expected_output": "Báo cáo"},
    {"code": "3", "lead": {"unit_code": "economy"}, "due_on": "2024-02-29",
     "due_precision": "month"},
    {"code": "4", "lead": {"unit_code": WARD}, "kind": "recurring",
     "cadence": ["monthly"], "due_on": None},
]


def copy(office, plan, user=OFFICE, **body):
    return office.stack.post(f"/v1/plans/{plan['id']}/copy", user, body)


def tasks(office, plan, user=OFFICE):
    return {t["code"]: t for t in office.all(
        f"/v1/plans/{plan['id']}/tasks", user)}


def test_a_copy_is_a_draft_with_its_items_a_year_on(office):
    plan = office.plan_in_force(TASKS)
    r = copy(office, plan)
    c = expect(r, 201)
    assert r.headers["Location"] == f"/v1/plans/{c['id']}"
    assert office.get(r.headers["Location"], OFFICE) == c
    assert (c["status"], c["version"], c["number"], c["issued_on"],
            c["count_from"], c["activated_on"]) == ("draft", 1, *[None] * 4)
    assert c["source"]["copied_from"] == {
        "id": plan["id"], "number": plan["number"],
        "issued_on": plan["issued_on"]}
    problem(office.stack.get(f"/v1/plans/{c['id']}", CHAIR), 404, "not_found")
    was, now = tasks(office, plan), tasks(office, c)
    assert {k: t["due_on"] for k, t in now.items()} == {
        "1": "2025-02-28", "2": "2025-12-31", "3": "2025-02-28", "4": None}
    same = ("title", "kind", "cadence", "due_precision", "lead", "weight",
            "expected_output", "urgency")
    for k, t in now.items():
        assert {m: t[m] for m in same} == {m: was[k][m] for m in same}
        assert (t["status"], t["plan"]["id"]) == ("draft", c["id"])
        assert office.events(t["id"]) == [("create", 1, OFFICE)]
    # what is copied stays as it was
    assert office.get(f"/v1/plans/{plan['id']}", OFFICE)["version"] == \
        plan["version"]
    # the next year's leads on to the one after
    draft = tasks(office, expect(copy(office, c), 201))
    assert draft["1"]["due_on"] == "2026-02-28"
    # it goes the way of every draft
    c = office.go("plans", c, "submit", OFFICE)
    c = office.go("plans", c, "issue", CHAIR, issued_on="2025-01-10")
    office.go("plans", c, "activate", CHAIR)


def test_the_last_day_of_a_month_stays_its_last(office):
    plan = office.plan()
    for code, day, how in (("1", "2023-02-28", "month"),
                           ("2", "2023-02-28", "day"),
                           ("3", "2023-02-15", "month"),
                           ("4", "2023-12-31", "month")):
        office.task(OFFICE, plan_id=plan["id"], code=code, due_on=day,
                    due_precision=how, lead={"unit_code": "economy"})
    got = tasks(office, expect(copy(office, plan), 201))
    assert [got[c]["due_on"] for c in "1234"] == [
        "2024-02-29", "2024-02-28", "2024-02-15", "2024-12-31"]


def test_working_days_are_counted_anew(office):
    plan = office.plan()
    t = office.task(OFFICE, plan_id=plan["id"], code="1", due_on=None,
                    due_rule={"working_days": 5, "from": "2025-06-02"},
                    lead={"unit_code": "economy"})
    assert t["due_on"] == "2025-06-09"
    t = tasks(office, expect(copy(office, plan), 201))["1"]
    assert (t["due_rule"], t["due_on"]) == (
        {"working_days": 5, "from": "2026-06-02"}, "2026-06-09")


def test_a_copy_is_named_for_the_next_year(office):
    plan = office.plan_in_force()
    office.stack.sql("UPDATE camket.plan SET title = 'Kế hoạch năm 2024'"
                     " WHERE id = %s", plan["id"])
    assert expect(copy(office, plan), 201)["title"] == "Kế hoạch năm 2025"
    c = expect(copy(office, plan, title="Tên khác", id=(i := new_id())), 201)
    assert (c["title"], c["id"]) == ("Tên khác", i)


def test_the_wards_plan_is_copied_to_who_took_its_place(office):
    """Obligations with it; parts of tasks and dates of recurring ones are
    not, since they come of carrying it out."""
    plan = expect(office.stack.post("/v1/plans/import", OFFICE, {
        **PLAN, "id": new_id(), "number": "991"}), 201)
    c = expect(copy(office, plan), 201)
    assert c["issuer_unit"]["code"] == WARD
    for m in ("legal_bases", "sections", "recipients", "signer", "symbol"):
        assert c[m] == plan[m], m
    was, now = tasks(office, plan), tasks(office, c)
    assert list(was) == list(now)
    path = "/v1/plans/{}/obligations"
    before = {o["code"]: o for o in office.all(path.format(plan["id"]),
                                               OFFICE)}
    after = {o["code"]: o for o in office.all(path.format(c["id"]), OFFICE)}
    assert list(after) == list(before) and len(after) > 5
    for k, o in after.items():
        for m in ("what", "audience", "subject_kind", "cadence", "due_rule",
                  "criteria_set_code", "report_to"):
            assert o[m] == before[k][m], (k, m)
        assert (o["task"] or {}).get("id") == (
            now[before[k]["task"]["code"]]["id"] if before[k]["task"]
            else None)


def test_who_drafts_for_the_issuer_copies_what_he_sees(office):
    plan = office.plan_in_force()
    for user in (HEAD, DOER, READER):
        problem(copy(office, plan, user), 403, "forbidden")
    assert expect(copy(office, plan, CHAIR), 201)["author_id"] == \
        office.people[CHAIR]
    draft = office.plan()
    for user in (CHAIR, PERSONNEL, HEAD):
        problem(copy(office, draft, user), 404, "not_found")
    problem(copy(office, {"id": new_id()}), 404, "not_found")


@pytest.mark.parametrize("body, code", [
    ({"title": ""}, "too_short"), ({"year": 2030}, "unknown")])
def test_a_wrong_copy_is_refused(office, body, code):
    r = problem(copy(office, office.plan(), **body), 422, "invalid")
    assert r["errors"][0]["code"] == code
