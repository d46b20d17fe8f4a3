"""Recurring work asks each member of its audience once a period; what it asks is
an item of its own, and the work itself is never done."""

import pytest

from office import ADMIN, CHAIR, DOER, HEAD, OFFICE, PEER, WARD
from stack import problem, until

MONTHLY = {"kind": "recurring", "cadence": ["monthly"], "due_on": None}


@pytest.fixture(autouse=True)
def clock(office):
    office.stack.clock("set", "2026-08-10")
    yield
    office.stack.clock("real")


def parts(office, whole, user=CHAIR):
    return office.all(f"/v1/tasks?parent={whole['id']}&kind=occurrence", user)


def asked(office, whole, user=CHAIR):
    """Whom which period asks."""
    return {(x["period"], (x["lead_staff"] or x["lead_unit"])["code"])
            for x in parts(office, whole, user)}


def recurring(office, user=CHAIR, **body):
    return office.go("tasks", office.task(user, **{**MONTHLY, **body}),
                     "assign", user)


def settled(office):
    """The scheduler has looked at all that was written so far."""
    seen = office.stack.one("SELECT pg_current_xact_id()::text")
    until(lambda: office.stack.one(
        "SELECT horizon >= %s::xid8 FROM duty WHERE name = 'recurrence'",
        seen), 15, what="recurrence")


def test_who_leads_it_is_asked_once_a_period(office):
    t = recurring(office)
    until(lambda: parts(office, t), 15)
    [x] = parts(office, t)
    assert (x["kind"], x["period"], x["status"], x["due_on"], x["title"],
            x["lead_staff"]["code"]) == (
        "occurrence", "2026-08", "assigned", "2026-08-31", t["title"], DOER)
    office.stack.clock("set", "2026-10-02")
    until(lambda: asked(office, t) == {
        (p, DOER) for p in ("2026-08", "2026-09", "2026-10")}, 15)
    settled(office)
    assert len(parts(office, t)) == 3


def test_an_occurrence_is_done_and_the_work_goes_on(office):
    t = recurring(office)
    until(lambda: parts(office, t), 15)
    [x] = parts(office, t)
    work = office.get("/v1/me/work?limit=200", DOER)["items"]
    row = next(i for i in work if i["id"] == x["id"])
    assert row["due_on"] == x["due_on"] and "complete" in row["verbs"]
    x = office.go("tasks", x, "complete", DOER, result="Xong")
    x = office.go("tasks", x, "accept", HEAD)
    assert (x["status"], x["timeliness"]) == ("accepted", "done_on_time")
    t = office.get(f"/v1/tasks/{t['id']}", CHAIR)
    assert t["children"] == {"total": 1, "accepted": 1, "overdue": 0}
    assert t["timeliness"] == "continuous"
    settled(office)
    assert len(parts(office, t)) == 1


def test_every_member_of_a_group_is_asked(office):
    t = recurring(office, lead={"unit_code": WARD}, audience="all-units",
                  cadence=["quarterly"])
    group = office.get("/v1/groups?q=nganh", ADMIN)["items"][0]
    units = {m["unit"]["code"] for m in office.all(
        f"/v1/groups/{group['id']}/members?unit={WARD}", ADMIN)}
    until(lambda: asked(office, t) == {("2026-Q3", u) for u in units}, 15)
    new = office.unit()["code"]
    until(lambda: ("2026-Q3", new) in asked(office, t), 15)


def test_people_of_a_group_are_asked_by_name(office):
    t = recurring(office, lead={"unit_code": "economy"},
                  audience="each-person", cadence=["yearly"])
    until(lambda: {("2026", DOER), ("2026", PEER), ("2026", HEAD)} <=
          asked(office, t), 15)
    x = next(x for x in parts(office, t) if x["lead_staff"]["code"] == DOER)
    assert (x["due_on"], x["lead_unit"]["code"]) == ("2026-12-31", "economy")


def test_a_plans_recurring_items_are_asked_from_the_day_it_counts(office):
    plan = office.plan_in_force([{
        **MONTHLY, "audience": "economy", "lead": {"unit_code": WARD},
        "cadence": ["monthly", "half_yearly"]}], count_from="2026-07-15")
    [t] = office.all(f"/v1/plans/{plan['id']}/tasks", OFFICE)
    until(lambda: asked(office, t) == {
        (p, "economy") for p in ("2026-07", "2026-08", "2026-H2")}, 15)
    office.go("plans", plan, "close", CHAIR)
    office.stack.clock("set", "2026-09-02")
    settled(office)
    assert len(parts(office, t)) == 3


@pytest.mark.parametrize("verb", ["recall", "cancel", "pause"])
def test_what_is_taken_back_asks_nobody_any_more(office, verb):
    t = recurring(office)
    until(lambda: parts(office, t), 15)
    t = office.get(f"/v1/tasks/{t['id']}", CHAIR)
    office.go("tasks", t, verb, CHAIR,
              **({"reason": "Thôi"} if verb == "cancel" else {}))
    office.stack.clock("set", "2026-09-02")
    settled(office)
    assert asked(office, t) == {("2026-08", DOER)}


def test_it_ends_with_its_due_day_and_is_due_by_its_rule(office):
    t = recurring(office, due_on="2026-08-31")
    rule = recurring(office, due_rule={"working_days": 3})
    until(lambda: parts(office, t) and parts(office, rule), 15)
    # 2 September is a holiday, of two days
    assert parts(office, rule)[0]["due_on"] > "2026-09-03"
    office.stack.clock("set", "2026-09-10")
    until(lambda: len(parts(office, rule)) == 2, 15)
    assert asked(office, t) == {("2026-08", DOER)}


def test_nobody_makes_an_occurrence_by_hand(office):
    r = office.stack.post("/v1/tasks", HEAD, {
        "title": "x", "kind": "occurrence", "due_on": "2026-08-31",
        "lead": {"staff_code": DOER}})
    problem(r, 422, "invalid")
