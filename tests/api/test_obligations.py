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


# --- what they come to ---

@pytest.fixture
def ward(office):
    """An office with two units and two people: its code, and theirs."""
    code = office.unit(kind="ward")["code"]
    units = [office.unit(code)["code"] for _ in range(2)]
    return code, units, [office.person(units[0]) for _ in range(2)]


def owed(office, ward, *verbs, count_from=None, **duty):
    """A plan of this year with one obligation."""
    plan = office.plan(issuer_unit_code=ward[0])
    o = expect(add(office, plan, **{
        "due_rule": None, "criteria_set_code": None, **duty}), 201)
    plan = office.go("plans", plan, "submit", OFFICE)
    plan = office.go("plans", plan, "issue", CHAIR, issued_on=office.day())
    if count_from:
        office.go("plans", plan, "activate", CHAIR, count_from=count_from)
    return f"/v1/obligations/{o['id']}/occurrences"


def year(office):
    return int(office.day()[:4])


def test_each_of_the_audience_owes_each_period_by_the_rule(office, ward):
    y = year(office)
    path = owed(office, ward, cadence=["quarterly", "yearly"],
                due_rule={"day": 31, "months_after": 2})
    # of those that stood on the day
    want = {(u, p, d) for u in ward[1] for p, d in (
        (f"{y}-Q1", f"{y}-05-31"), (f"{y}-Q2", f"{y}-08-31"),
        (f"{y}-Q3", f"{y}-11-30"), (f"{y}-Q4", f"{y + 1}-02-28"),
        (str(y), f"{y + 1}-02-28")) if d >= office.day()}
    if y % 4 == 3:
        want = {(u, p, d.replace("02-28", "02-29")) for u, p, d in want}
    got = office.all(path, CHAIR)
    assert {(x["unit"]["code"], x["period"], x["due_on"]) for x in got} == want
    assert {x["status"] for x in got} == {"open"} and len(got) == len(want)
    assert {x["staff"] for x in got} == {None}
    late = office.all(f"{path}?as_of={y + 1}-03-01&period={y}-Q4", CHAIR)
    assert [x["status"] for x in late] == ["missed"] * 2
    assert len(office.all(f"{path}?unit={ward[1][0]}", CHAIR)) == len(want) / 2


def test_due_is_the_last_day_or_working_days_after_it(office, ward):
    y = year(office)
    last, = office.all(owed(office, ward, cadence=[], audience=ward[1][0]),
                       CHAIR)
    assert (last["period"], last["due_on"]) == (str(y), f"{y}-12-31")
    days, = office.all(owed(office, ward, cadence=["yearly"], audience=None,
                            due_rule={"working_days": 3}), CHAIR)
    assert days["unit"]["code"] == ward[0]
    assert days["due_on"] == office.get(
        f"/v1/calendar/deadline?from={y}-12-31&working_days=3&unit={ward[0]}",
        CHAIR)["due_on"]


def test_what_was_handed_in_meets_it_and_what_was_not_is_missed(office, ward):
    y, (one, two) = year(office), ward[2]
    path = owed(office, ward, audience="each-person", cadence=["yearly"],
                subject_kind="commitments")
    c = office.make("commitments", one, {
        "subject_staff_id": office.people[one], "year": y, "text": "x",
        "registered_task": {"title": "x", "due_on": f"{y}-12-31"}})

    def said(query=""):
        return {x["staff"]["code"]: (x["status"], x["done_on"], x["href"])
                for x in office.all(path + query, CHAIR)}
    assert said() == {one: ("open", None, None), two: ("open", None, None)}
    office.go("commitments", c, "submit", one)
    met = ("met", office.day(), f"/v1/commitments/{c['id']}")
    assert said() == {one: met, two: ("open", None, None)}
    assert said(f"?as_of={y + 1}-01-01") == {
        one: met, two: ("missed", None, None)}
    assert said("?status=met") == {one: met}
    page = office.get(f"{path}?counts=status&as_of={y + 1}-01-01", CHAIR)
    assert page["counts"]["status"] == {"met": 1, "missed": 1}
    # who owes is for who reads the unit
    problem(office.stack.get(path, one), 403, "forbidden")
    problem(office.stack.get(path, STRANGER), 404, "not_found")


def test_what_fell_due_before_the_plan_counts_is_owed_by_nobody(office, ward):
    y = year(office)
    got = office.all(owed(office, ward, cadence=["monthly"],
                          count_from=f"{y}-12-02"), CHAIR)
    assert {x["period"] for x in got} == {f"{y}-12"}
