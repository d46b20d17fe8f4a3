"""What plans ask of each member of an audience stands in his work from the day a
period begins, though nobody has begun it, until he does."""

import pytest

from office import ADMIN, CHAIR, OFFICE, STRANGER
from stack import expect, problem, until

KIND = "obligation_occurrence"


@pytest.fixture(autouse=True)
def clock(office):
    office.stack.clock("set", "2026-08-10")
    yield
    office.stack.clock("real")


@pytest.fixture
def ward(office):
    """An office with a unit, its head and one of its staff: their names."""
    code = office.unit(kind="ward")["code"]
    unit = office.unit(code)["code"]
    return code, unit, office.person(unit, role="head"), office.person(unit)


def owed(office, ward, **duty):
    """A plan in force with one obligation, a review each month."""
    plan = office.plan(issuer_unit_code=ward[0])
    o = expect(office.stack.post(f"/v1/plans/{plan['id']}/obligations", OFFICE, {
        "code": "BC-01", "what": "Tự soi, tự sửa", "audience": "each-person",
        "subject_kind": "reviews", "cadence": ["monthly"],
        "criteria_set_code": "BH-2023", **duty}), 201)
    plan = office.go("plans", plan, "submit", OFFICE)
    plan = office.go("plans", plan, "issue", CHAIR, issued_on=office.day())
    return o, office.go("plans", plan, "activate", CHAIR)


def work(office, who):
    return office.all(f"/v1/me/work?kind={KIND}", who)


def periods(office, who):
    return sorted(x["title"].split("(")[-1].rstrip(")")
                  for x in work(office, who))


def begin(office, who, row):
    """Send what the row says is to be sent."""
    how = office.get(row["href"], who)["begin"]
    assert how["method"] == "POST"
    return expect(office.stack.post(how["href"], who, how["body"]), 201)


def looked(office):
    """The scheduler has looked at all that was written so far."""
    seen = office.stack.one("SELECT pg_current_xact_id()::text")
    until(lambda: office.stack.one(
        "SELECT horizon >= %s::xid8 FROM duty WHERE name = 'obligation'",
        seen), 15, what="obligations")


def test_what_nobody_has_begun_is_in_his_work_before_its_due_day(office, ward):
    o, plan = owed(office, ward)
    code, unit, head, who = ward
    [row] = until(lambda: work(office, who), 15)
    assert (row["kind"], row["role"], row["due_on"], row["signal"],
            row["status"], row["unit"]["code"], row["subject"]["code"]) == (
        KIND, "do", "2026-08-31", "ok", "open", unit, who)
    assert row["title"] == "BC-01 Tự soi, tự sửa (2026-08)"
    x = office.get(row["href"], who)
    assert (x["id"], x["status"], x["period"], x["due_on"], x["href"]) == (
        row["id"], "open", "2026-08", "2026-08-31", None)
    assert (x["obligation"]["id"], x["plan"]["id"], x["subject_kind"]) == (
        o["id"], plan["id"], "reviews")
    # the same that the plan's readers see
    assert row["id"] in office.ids(f"/v1/obligations/{o['id']}/occurrences",
                                   CHAIR)
    assert office.get("/v1/me", who)["counts"]["do"] == 1
    assert row["id"] not in [r["id"] for r in work(office, head)]
    office.get(row["href"], CHAIR)
    for user in (head, STRANGER):
        problem(office.stack.get(row["href"], user), 404, "not_found")


def test_from_when_he_begins_the_review_stands_there(office, ward):
    o, _ = owed(office, ward)
    who = ward[3]
    [row] = until(lambda: work(office, who), 15)
    r = begin(office, who, row)
    assert (r["period"], r["due_on"], r["criteria_set"]["code"]) == (
        "2026-08", "2026-08-31", "BH-2023")
    assert [(w["kind"], w["id"]) for w in office.all("/v1/me/work", who)] == [
        ("review", r["id"])]
    x = office.get(row["href"], who)
    assert (x["status"], x["href"], x["begin"]) == (
        "open", f"/v1/reviews/{r['id']}", None)
    looked(office)
    assert work(office, who) == []
    # what he takes away he has not begun
    office.remove("reviews", r, who)
    assert [w["id"] for w in work(office, who)] == [row["id"]]


def test_what_is_overdue_stays_and_the_next_period_comes(office, ward):
    o, _ = owed(office, ward, cadence=["monthly", "quarterly"])
    who = ward[3]
    until(lambda: periods(office, who) == ["2026-08", "2026-Q3"], 15)
    first = work(office, who)[0]["id"]
    office.stack.clock("set", "2026-10-02")
    until(lambda: periods(office, who) == [
        "2026-08", "2026-09", "2026-10", "2026-Q3", "2026-Q4"], 15)
    rows = work(office, who)
    assert [w["signal"] for w in rows] == ["overdue"] * 3 + ["ok"] * 2
    assert rows[0]["id"] == first
    assert office.get(rows[0]["href"], who)["status"] == "missed"
    assert office.get("/v1/me/work", who)["counts"]["overdue"] == 3
    begin(office, who, rows[0])
    assert periods(office, who)[0] == "2026-09"


def test_a_unit_owes_through_who_leads_it(office, ward):
    code, unit, head, who = ward
    owed(office, ward, audience="all-units", subject_kind="commitments",
         criteria_set_code=None, cadence=["yearly"])
    [row] = until(lambda: work(office, head), 15)
    assert (row["due_on"], row["subject"], row["unit"]["code"]) == (
        "2026-12-31", None, unit)
    assert work(office, who) == []
    problem(office.stack.get(row["href"], who), 404, "not_found")
    c = begin(office, head, row)
    assert (c["unit"]["code"], c["subject"], c["year"]) == (unit, None, 2026)
    assert work(office, head) == []


def test_who_joins_is_asked_and_who_leaves_is_not(office, ward):
    code, unit, head, who = ward
    o, _ = owed(office, ward)
    until(lambda: work(office, who), 15)
    new = office.person(unit)
    until(lambda: work(office, new), 15)
    before = {x["staff"]["code"] for x in office.all(
        f"/v1/obligations/{o['id']}/occurrences?period=2026-08", CHAIR)}
    assert {who, new, head} <= before
    office.stack.clock("set", "2026-09-03")
    until(lambda: periods(office, who) == ["2026-08", "2026-09"], 15)
    expect(office.stack.post(f"/v1/staff/{office.people[who]}/leave", ADMIN,
                             {"on": "2026-09-04"}), 200)
    office.stack.clock("set", "2026-09-04")

    def owes():
        return sorted(p for p, in office.stack.sql(
            "SELECT period FROM obligation_occurrence WHERE staff_id = %s",
            office.people[who]))
    # what was due before he left stays what he did not do
    until(lambda: owes() == ["2026-08"], 15)
    assert periods(office, new) == ["2026-08", "2026-09"]
    path = f"/v1/obligations/{o['id']}/occurrences?period=2026-08&as_of="
    for day in ("2026-08-20", "2026-09-04"):
        assert {x["staff"]["code"]
                for x in office.all(path + day, CHAIR)} == before


@pytest.mark.parametrize("verb", ["close", "cancel"])
def test_a_plan_that_is_over_asks_nothing_more(office, ward, verb):
    who = ward[3]
    _, plan = owed(office, ward)
    until(lambda: work(office, who), 15)
    office.go("plans", plan, verb, CHAIR,
              **({"reason": "x"} if verb == "cancel" else {}))
    until(lambda: not work(office, who), 15)


def test_it_is_asked_and_told_once_however_often_it_is_looked_at(office, ward):
    o, _ = owed(office, ward)
    who = ward[3]
    [row] = until(lambda: work(office, who), 15)
    office.stack.clock("set", "2026-08-31")
    [line] = until(lambda: [
        n for n in office.all("/v1/notifications", who)
        if n["href"] == row["href"]], 20)
    assert "BC-01" in line["title"]

    def told():
        return sorted(office.stack.sql(
            "SELECT rule, due_on::text FROM reminder WHERE ref = %s",
            row["id"]))
    first = told()
    assert first == sorted(set(first)) and ("on_day", "2026-08-31") in first
    office.stack.kill("scheduler")
    for what in ("DELETE FROM obligation_occurrence WHERE obligation_id = %s"
                 " AND staff_id = '" + office.people[who] + "'",
                 "UPDATE duty SET day = NULL, horizon = NULL"
                 " WHERE name IN ('obligation', 'due') AND %s IS NOT NULL"):
        office.stack.sql(what, o["id"])
    until(lambda: [w["id"] for w in work(office, who)] == [row["id"]], 20)
    until(lambda: office.stack.one("SELECT horizon IS NOT NULL FROM duty"
                                   " WHERE name = 'due'"), 20)
    assert told() == first
    assert len([n for n in office.all("/v1/notifications", who)
                if n["href"] == row["href"]]) == 1
