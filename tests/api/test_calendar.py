"""The calendar: said once by a unit it holds for all below; deadlines counted
in working days move with it. And periods, in both schemes."""

import pytest

from office import ADMIN, CHAIR, DOER, HEAD, WARD, Office, faults
from stack import Stack, expect, problem, until

CITY = "city-da-nang"
KEEPER = "city.keeper"          # sets the city's catalogues


@pytest.fixture(scope="module")
def office():
    with Stack() as s:
        s.clock("set", "2026-02-09")
        s.hire(KEEPER, "Quản trị thành phố", CITY, "admin")
        yield Office(s)


def say(office, day, user=ADMIN, unit=WARD, status=201, **body):
    return office.make("calendar", user, {
        "unit_code": unit, "kind": "holiday", "from": day, "name": "Ngày nghỉ",
        **body}, status)


def deadline(office, from_, days, user=DOER, **params):
    more = "".join(f"&{k}={v}" for k, v in params.items())
    return office.get(f"/v1/calendar/deadline?from={from_}&working_days={days}"
                      + more, user)


def ruled(office, from_, days, user=HEAD):
    """A task due so many working days after a day, given to DOER."""
    t = office.task(user, due_on=None,
                    due_rule={"from": from_, "working_days": days})
    return office.go("tasks", t, "assign", user)


def due(office, task):
    return office.get(f"/v1/tasks/{task['id']}", HEAD)["due_on"]


# --- deadlines ---

def test_working_days_are_counted_across_tet(office):
    d = deadline(office, "2026-02-10", 7)
    assert (d["due_on"], d["unit"]["code"]) == ("2026-02-26", "economy")
    assert [x["day"] for x in d["days"]] == [
        f"2026-02-{n}" for n in range(14, 23)]
    assert {x["name"] for x in d["days"]} == {"Tết Nguyên đán 2026"}
    # n = 0: the day itself, or the next that is worked
    assert deadline(office, "2026-02-14", 0)["due_on"] == "2026-02-23"
    assert deadline(office, "2026-02-10", 1, unit=WARD)["unit"]["code"] == WARD


@pytest.mark.parametrize("from_,days,last", [
    ("2026-02-09", 5, "2026-02-23"),    # ends on a holiday
    ("2026-07-10", 5, "2026-07-15"), ("2026-07-10", 1, "2026-07-13"),
    ("2026-07-10", 0, "2026-07-10")])
def test_a_term_of_whole_days_ends_on_a_day_that_is_worked(office, from_,
                                                           days, last):
    d = office.get(f"/v1/calendar/deadline?from={from_}&calendar_days={days}",
                   DOER)
    assert (d["due_on"], d["calendar_days"], d["working_days"]) == (
        last, days, None)


def test_beyond_its_years_a_calendar_says_nothing(office):
    assert deadline(office, "1900-01-01", 7)["due_on"] is None
    assert deadline(office, "2045-12-29", 7)["due_on"] is None


@pytest.mark.parametrize("query", [
    "from=2026-02-10&calendar_days=x",
    "from=2026-02-10&calendar_days=3&working_days=3",
    "", "from=2026-02-10", "working_days=3", "from=2026-02-30&working_days=3",
    "from=2026-02-10&working_days=-1", "from=2026-02-10&working_days=x",
    "from=2026-02-10&working_days=9999",
    "from=2026-02-10&working_days=3&colour=red"])
def test_a_deadline_asks_for_a_day_and_a_number(office, query):
    problem(office.stack.get("/v1/calendar/deadline?" + query, DOER), 400,
            "bad_parameter")


def test_a_deadline_wants_a_unit_that_may_be_known(office):
    far, *_ = office.elsewhere()
    for unit in (far, "no-such-unit"):
        problem(office.stack.get("/v1/calendar/deadline?from=2026-02-10"
                                 f"&working_days=1&unit={unit}", DOER), 404,
                "not_found")


# --- what is said, and for whom ---

def test_a_holiday_said_by_the_city_holds_for_every_unit_below(office):
    x = say(office, "2027-02-04", KEEPER, CITY, to="2027-02-10",
            name="Tết Nguyên đán 2027", decision="12/QĐ")
    assert (x["from"], x["to"], x["locked"]) == ("2027-02-04", "2027-02-10",
                                                 False)
    assert deadline(office, "2027-02-03", 1)["due_on"] == "2027-02-11"
    assert deadline(office, "2027-02-03", 1, unit=WARD)["due_on"] == \
        "2027-02-11"
    seen = {i["id"]: i for i in office.all("/v1/calendar?unit=economy", DOER)}
    assert seen[x["id"]]["inherited_from"]["code"] == CITY
    own = {i["id"]: i for i in office.all(f"/v1/calendar?unit={CITY}", DOER)}
    assert own[x["id"]]["inherited_from"] is None
    # a unit made afterwards goes by it too
    new = office.unit()["code"]
    assert deadline(office, "2027-02-03", 1, unit=new)["due_on"] == \
        "2027-02-11"


def test_what_a_unit_says_does_not_hold_above_or_beside_it(office):
    x = say(office, "2026-06-01", unit="economy")
    assert deadline(office, "2026-05-29", 1)["due_on"] == "2026-06-02"
    for unit in (WARD, "culture", CITY):
        assert deadline(office, "2026-05-29", 1, unit=unit)["due_on"] == \
            "2026-06-01"
    assert x["id"] not in office.ids("/v1/calendar?unit=culture", DOER)
    # nor does it lose what is said above
    say(office, "2026-06-02")
    assert deadline(office, "2026-05-29", 1)["due_on"] == "2026-06-03"


def test_the_nearest_unit_has_the_word_unless_it_is_locked(office):
    say(office, "2026-07-01", KEEPER, CITY)
    say(office, "2026-07-01", kind="working", name="Làm việc")
    assert deadline(office, "2026-06-30", 1)["due_on"] == "2026-07-01"
    assert deadline(office, "2026-06-30", 1, unit=CITY)["due_on"] == \
        "2026-07-02"
    say(office, "2026-07-08", kind="working", name="Làm việc")
    say(office, "2026-07-08", KEEPER, CITY, locked=True)
    assert deadline(office, "2026-07-07", 1)["due_on"] == "2026-07-09"
    assert faults(office.stack.post("/v1/calendar", ADMIN, {
        "unit_code": "culture", "kind": "working", "from": "2026-07-06",
        "to": "2026-07-09", "name": "x"})) == {"/from": "locked"}


def test_a_swap_is_one_decision_about_two_days(office):
    x = say(office, "2026-08-03", kind="swap", worked_on="2026-08-08",
            name="Hoán đổi")
    assert deadline(office, "2026-07-31", 1)["due_on"] == "2026-08-04"
    assert deadline(office, "2026-08-07", 1)["due_on"] == "2026-08-08"
    office.remove("calendar", x, ADMIN)
    assert deadline(office, "2026-07-31", 1)["due_on"] == "2026-08-03"
    assert deadline(office, "2026-08-07", 1)["due_on"] == "2026-08-10"


@pytest.mark.parametrize("body, want", [
    ({"from": None}, {"/from": "required"}),
    ({"name": None}, {"/name": "required"}),
    ({"kind": "party"}, {"/kind": "not_in_list"}),
    ({"to": "2026-08-31"}, {"/to": "in_conflict"}),
    ({"to": "2028-09-01"}, {"/to": "out_of_range"}),
    ({"from": "1999-01-01"}, {"/from": "out_of_range"}),
    ({"kind": "swap"}, {"/worked_on": "required"}),
    ({"worked_on": "2026-09-05"}, {"/worked_on": "in_conflict"}),
    ({"unit_code": "nowhere"}, {"/unit_code": "unknown_reference"}),
])
def test_a_wrong_entry_is_refused_naming_the_member(office, body, want):
    body = {"unit_code": WARD, "kind": "holiday", "from": "2026-09-01",
            "name": "x", **body}
    assert faults(office.stack.post("/v1/calendar", ADMIN, {
        k: v for k, v in body.items() if v is not None})) == want


def test_a_day_is_said_once_by_a_unit(office):
    say(office, "2026-09-07", to="2026-09-09")
    r = office.stack.post("/v1/calendar", ADMIN, {
        "unit_code": WARD, "kind": "working", "from": "2026-09-09",
        "name": "x"})
    assert faults(r, 409) == {"/from": "duplicate"}


def test_only_who_sets_catalogues_there_writes(office):
    x = say(office, "2026-10-05")
    for user in (HEAD, DOER, "chair"):
        problem(office.stack.post("/v1/calendar", user, {
            "unit_code": WARD, "kind": "holiday", "from": "2026-10-06",
            "name": "x"}), 403, "forbidden")
        problem(office.stack.patch(f"/v1/calendar/{x['id']}", user,
                                   {"name": "y"}, 1), 403, "forbidden")
    problem(office.stack.post("/v1/calendar", ADMIN, {
        "unit_code": CITY, "kind": "holiday", "from": "2026-10-06",
        "name": "x"}), 403, "forbidden")
    *_, far = office.elsewhere()
    problem(office.stack.get(f"/v1/calendar/{x['id']}", far), 404, "not_found")
    assert office.get(f"/v1/calendar/{x['id']}", DOER)["_permissions"] == []
    assert set(office.get(f"/v1/calendar/{x['id']}", ADMIN)["_permissions"]
               ) == {"update", "delete"}


# --- deadlines that follow ---

def test_open_deadlines_are_counted_again_and_both_days_told(office):
    t = ruled(office, "2026-03-02", 5)
    fixed = office.task(due_on="2026-03-09")
    assert t["due_on"] == "2026-03-09"
    x = say(office, "2026-03-05", to="2026-03-06")
    assert {"kind": "task", "id": t["id"], "was": "2026-03-09",
            "due_on": "2026-03-11"} in x["redated"]
    now = office.get(f"/v1/tasks/{t['id']}", HEAD)
    assert (now["due_on"], now["version"]) == ("2026-03-11", t["version"] + 1)
    assert due(office, fixed) == "2026-03-09"
    assert ("redate", now["version"], None) in office.events(t["id"])
    until(lambda: any("09/03/2026" in n["title"] and "11/03/2026" in n["title"]
                      for n in office.all("/v1/notifications", DOER)
                      if t["title"] in n["title"]), what="both days are told")
    # it is counted from the rule each time, not from the last day
    x = office.patch("calendar", x, ADMIN, to="2026-03-05")
    assert due(office, t) == "2026-03-10"
    office.remove("calendar", x, ADMIN)
    assert due(office, t) == "2026-03-09"
    back = expect(office.stack.call(
        "POST", f"/v1/calendar/{x['id']}/restore", ADMIN,
        If_Match=f'"v{x["version"] + 1}"'), 200)
    assert back["to"] == "2026-03-05" and due(office, t) == "2026-03-10"
    assert office.get(f"/v1/calendar/{x['id']}", ADMIN)["redated"] is None


def test_a_clock_that_runs_ends_on_another_day_and_both_are_told(office):
    x = office.make("proposals", DOER, {"title": "Trả kết quả tại nhà"})
    was = x["due_on"]
    entry = say(office, "2026-02-25")
    now = office.get(f"/v1/proposals/{x['id']}", CHAIR)
    assert was < now["due_on"] == deadline(office, x["received_on"],
                                           7)["due_on"]
    assert {"kind": "proposal", "id": x["id"], "was": was,
            "due_on": now["due_on"]} in entry["redated"]
    assert now["version"] == x["version"] + 1
    assert ("redate", now["version"], None) in office.events(x["id"])
    days = ["/".join(reversed(d.split("-"))) for d in (was, now["due_on"])]
    until(lambda: any(all(d in n["title"] for d in days)
                      for n in office.all("/v1/notifications", CHAIR)
                      if x["title"] in n["title"]), what="both days are told")
    # one that has run out moves no more
    office.stack.sql("UPDATE proposal SET status = 'approved' WHERE id = %s",
                     x["id"])
    office.remove("calendar", entry, ADMIN)
    assert office.get(f"/v1/proposals/{x['id']}",
                      CHAIR)["version"] == now["version"]


def test_what_is_done_or_was_due_keeps_its_day(office):
    past = ruled(office, "2026-01-05", 3)
    done = ruled(office, "2026-04-01", 5)
    done = office.go("tasks", done, "receive", DOER)
    done = office.go("tasks", done, "complete", DOER, result="x",
                     completed_on="2026-02-09")
    for day in ("2026-01-07", "2026-04-02"):
        assert say(office, day)["redated"] == []
    assert (due(office, past), due(office, done)) == ("2026-01-08",
                                                      "2026-04-08")


def test_figures_follow_a_deadline(office):
    t = ruled(office, "2026-11-02", 5)
    say(office, "2026-11-03")
    assert due(office, t) == "2026-11-10"
    until(lambda: office.stack.one(
        "SELECT own_open FROM cell c JOIN unit u ON u.id = c.unit_id WHERE"
        " u.code = 'economy' AND day = '2026-11-10'") == 1)
    until(lambda: office.stack.one(
        "SELECT coalesce(sum(own_open), 0) FROM cell c JOIN unit u ON"
        " u.id = c.unit_id WHERE u.code = 'economy' AND day ="
        " '2026-11-09'") == 0)


def test_a_unit_that_moves_goes_by_the_calendar_it_comes_under(office):
    one, two = office.unit()["code"], office.unit()["code"]
    say(office, "2026-12-01", unit=one)
    t = office.make("tasks", "chair", {
        "title": "Việc", "lead": {"unit_code": two},
        "due_rule": {"from": "2026-11-30", "working_days": 1}})
    assert t["due_on"] == "2026-12-01"
    expect(office.stack.post(f"/v1/units/{office.units[two]}/succession",
                             ADMIN, {"kind": "move", "effective_on":
                                     office.day(), "parent_code": one}), 200)
    assert office.get(f"/v1/tasks/{t['id']}", "chair")["due_on"] == \
        "2026-12-02"


# --- periods ---

def periods(office, query):
    return {p["code"]: (p["from"], p["to"]) for p in office.get(
        "/v1/periods" + query, DOER)["items"]}


def test_periods_are_cut_by_the_calendar_or_from_the_15th_to_the_14th(office):
    p = periods(office, "")
    assert len(p) == 12 + 4 + 2 + 1
    assert p["2026-02"] == ("2026-02-01", "2026-02-28")
    assert p["2026-H1"] == ("2026-01-01", "2026-06-30")
    assert p["2026"] == ("2026-01-01", "2026-12-31")
    p = periods(office, "?scheme=nd09&year=2025")
    assert len(p) == 12 + 4 + 1 + 1 + 1
    assert p["2025-01"] == ("2024-12-15", "2025-01-14")
    assert p["2025-Q1"] == ("2024-12-15", "2025-03-14")
    assert p["2025-9M"] == ("2024-12-15", "2025-09-14")
    assert p["2025"] == ("2024-12-15", "2025-12-14")


def test_periods_that_a_day_lies_in(office):
    assert set(periods(office, "?on=2026-12-20")) == {
        "2026-12", "2026-Q4", "2026-H2", "2026"}
    assert set(periods(office, "?on=2026-12-20&scheme=nd09")) == {
        "2027-01", "2027-Q1", "2027-H1", "2027-9M", "2027"}


@pytest.mark.parametrize("query", ["scheme=moon", "year=26", "on=today",
                                   "colour=red"])
def test_a_wrong_question_about_periods_is_refused(office, query):
    problem(office.stack.get("/v1/periods?" + query, DOER), 400,
            "bad_parameter")


# --- reminders ---

def test_a_reminder_that_a_holiday_brings_forward_is_sent_that_day(office):
    """Due on a Friday: three working days before is Tuesday, and Monday once
    Wednesday is a holiday."""
    task = office.go("tasks", office.task(due_on="2026-05-15"), "assign", HEAD)

    def moments():
        return office.stack.sql("SELECT moment_on::text, status FROM reminder"
                                " WHERE ref = %s", task["id"])

    office.stack.clock("set", "2026-05-11")
    until(lambda: office.stack.one("SELECT day = '2026-05-11' FROM duty"
                                   " WHERE name = 'due'"), 15)
    assert not moments()
    say(office, "2026-05-13")
    until(lambda: moments() == [("2026-05-11", "told")], 15, what="the mail")
