"""Settings: settled by a unit for itself and all below, inherited, locked."""

import pytest

from office import ADMIN, CHAIR, DOER, HEAD, WARD, Office, faults
from stack import Stack, expect, problem, until

CITY = "city-da-nang"
KEEPER = "city.keeper"          # sets the city's catalogues


@pytest.fixture(scope="module")
def office():
    with Stack() as s:
        s.hire(KEEPER, "Quản trị thành phố", CITY, "admin")
        yield Office(s)


def read(office, unit=None, user=DOER):
    path = "/v1/settings" + (f"?unit={unit}" if unit else "")
    page = office.get(path, user)
    return {i["name"]: i for i in page["items"]}


def settle(office, unit, user=ADMIN, status=200, **values):
    return expect(office.stack.call("PATCH", f"/v1/settings?unit={unit}", user,
                                    values), status)


def held(office, unit=None):
    return read(office, unit)["salutation"]["value"]


def test_where_nobody_has_settled_it_the_installations_own_holds(office):
    s = read(office, "culture")
    assert s["salutation"] == {"name": "salutation", "value": "Kính gửi",
                               "unit": None, "inherited_from": None,
                               "locked": False}
    assert s["working_week"]["value"] == [1, 2, 3, 4, 5]


def test_what_a_unit_settles_holds_for_itself_and_all_below(office):
    page = settle(office, WARD, salutation="Thân gửi")
    assert page["unit"]["code"] == WARD
    s = read(office)["salutation"]      # one's own unit
    assert (s["value"], s["unit"]["code"], s["inherited_from"]["code"]) == (
        "Thân gửi", WARD, WARD)
    assert read(office, WARD)["salutation"]["inherited_from"] is None
    assert held(office, CITY) == "Kính gửi"
    settle(office, "economy", salutation="Gửi")
    assert (held(office), held(office, "culture")) == ("Gửi", "Thân gửi")
    # null gives it back
    settle(office, "economy", salutation=None)
    assert held(office) == "Thân gửi"
    settle(office, WARD, salutation=None)
    assert held(office) == "Kính gửi"


def test_me_carries_the_settings_of_ones_unit(office):
    settle(office, "economy", salutation="Mến gửi")
    assert office.get("/v1/me", DOER)["settings"] == {
        "salutation": "Mến gửi", "working_week": [1, 2, 3, 4, 5],
        "objective_cause_by": "accept", "result_accepted_by": "unit",
        "progress_cadence": []}
    settle(office, "economy", salutation=None)


def test_what_is_locked_above_is_not_settled_below(office):
    settle(office, WARD, salutation="Thân gửi")
    settle(office, CITY, KEEPER, salutation="Kính chào",
           locked=["salutation"])
    s = read(office, WARD)["salutation"]
    assert (s["value"], s["locked"], s["inherited_from"]["code"]) == (
        "Kính chào", True, CITY)
    assert faults(office.stack.call(
        "PATCH", f"/v1/settings?unit={WARD}", ADMIN, {"salutation": "x"})) == {
            "/salutation": "locked"}
    settle(office, CITY, KEEPER, locked=[])
    assert held(office, WARD) == "Thân gửi"
    settle(office, WARD, salutation=None)
    settle(office, CITY, KEEPER, salutation=None)


def test_letters_begin_as_the_readers_unit_has_it(office):
    settle(office, "economy", salutation="Trân trọng gửi")
    t = office.task(HEAD)
    office.go("tasks", t, "assign", HEAD)
    until(lambda: office.stack.one(
        "SELECT count(*) FROM delivery WHERE ref = %s AND body LIKE"
        " 'Trân trọng gửi %%'", t["id"]) > 0)
    settle(office, "economy", salutation=None)


def test_a_unit_that_works_on_saturdays_counts_them(office):
    def due(unit):
        return office.get("/v1/calendar/deadline?from=2026-03-06&"
                          f"working_days=1&unit={unit}", DOER)["due_on"]

    assert due("economy") == "2026-03-09"       # Friday, then Monday
    settle(office, WARD, working_week=[1, 2, 3, 4, 5, 6])
    assert (due("economy"), due(CITY)) == ("2026-03-07", "2026-03-09")
    settle(office, "economy", working_week=[1, 2, 3, 4])
    assert (due("economy"), due("culture")) == ("2026-03-09", "2026-03-07")
    settle(office, "economy", working_week=None)
    assert due("economy") == "2026-03-07"
    settle(office, WARD, working_week=None)
    assert due("economy") == "2026-03-09"


@pytest.mark.parametrize("body, want", [
    ({"colour": "red"}, {"/colour": "unknown"}),
    ({"salutation": ""}, {"/salutation": "too_short"}),
    ({"salutation": "x" * 41}, {"/salutation": "too_long"}),
    ({"working_week": []}, {"/working_week": "too_short"}),
    ({"working_week": [0]}, {"/working_week": "out_of_range"}),
    ({"working_week": [8]}, {"/working_week": "out_of_range"}),
    ({"working_week": [1, 1]}, {"/working_week": "twice"}),
    ({"working_week": "Monday"}, {"/working_week": "wrong_type"}),
    ({"locked": ["colour"]}, {"/locked": "not_in_list"}),
])
def test_a_wrong_setting_is_refused_naming_the_member(office, body, want):
    assert faults(office.stack.call("PATCH", f"/v1/settings?unit={WARD}",
                                    ADMIN, body)) == want


def test_only_who_sets_catalogues_there_settles(office):
    for user, unit in ((CHAIR, WARD), (HEAD, "economy"), (ADMIN, CITY)):
        problem(office.stack.call("PATCH", f"/v1/settings?unit={unit}", user,
                                  {"salutation": "x"}), 403, "forbidden")
    far, *_ = office.elsewhere()
    for method, body in (("GET", None), ("PATCH", {"salutation": "x"})):
        problem(office.stack.call(method, f"/v1/settings?unit={far}", ADMIN,
                                  body), 404, "not_found")
    assert held(office, WARD) == "Kính gửi"


def test_a_unit_settles_who_accepts_what_was_given_from_above(office):
    unit = office.unit()["code"]
    head, doer = office.person(unit, "head"), office.person(unit)

    def reported(user, by=doer):
        t = office.task(user, lead={"staff_code": head if by is head else doer})
        t = office.go("tasks", t, "assign", user)
        if by is doer and user == CHAIR:    # passed on by the head
            t = office.go("tasks", t, "assign", head, lead={
                "staff_code": doer})
        return office.go("tasks", t, "complete", by, result="Xong")

    def asked(t):
        return [u for u in (head, CHAIR) if t["id"] in {w["id"] for w in
                office.all("/v1/me/work?role=approve&limit=200", u)}]
    x = reported(CHAIR)
    assert asked(x) == [head]           # who passed it on
    assert office.go("tasks", x, "accept", head)["status"] == "accepted"

    settle(office, unit, result_accepted_by="giver")
    x, own = reported(CHAIR), reported(head)
    assert (asked(x), asked(own)) == ([CHAIR], [head])
    assert "accept" not in office.get(f"/v1/tasks/{x['id']}",
                                      head)["_permissions"]
    for verb, body in (("accept", {}), ("return", {"reason": "Thiếu"})):
        problem(office.stack.verb(f"/v1/tasks/{x['id']}/{verb}", head, x,
                                  body), 403, "forbidden")
    x = office.go("tasks", x, "return", CHAIR, reason="Thiếu số liệu")
    x = office.go("tasks", x, "complete", doer, result="Đủ")
    assert office.go("tasks", x, "accept", CHAIR)["status"] == "accepted"
    assert office.go("tasks", own, "accept", head)["status"] == "accepted"

    # what is said then holds for what is reported then
    early = reported(CHAIR)
    settle(office, unit, result_accepted_by=None)
    problem(office.stack.verb(f"/v1/tasks/{early['id']}/accept", head, early,
                              {}), 403, "forbidden")
    late = reported(CHAIR)
    assert office.go("tasks", late, "accept", head)["status"] == "accepted"
    assert faults(office.stack.call(
        "PATCH", f"/v1/settings?unit={unit}", ADMIN,
        {"result_accepted_by": "nobody"})) == {
            "/result_accepted_by": "not_in_list"}
