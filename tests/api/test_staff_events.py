"""What happens to people: seen by few, recorded by others than oneself; one
violation counts in one year, whatever decisions it brings."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from register import Register, person
from stack import Stack, expect, problem, until

WHO, KEEPER = "staff.economy1", "office2"


@pytest.fixture(scope="module")
def stack():
    with Stack() as s:
        yield s


@pytest.fixture
def events(stack):
    return Register(stack, "staff-events")


def record(s, user=KEEPER, who=WHO, status=201, **body):
    return expect(s.post(f"/v1/staff/{person(s, who)}/events", user, {
        "kind": "discipline", "form": "Khiển trách", "title": "Để quá hạn",
        "from": "2026-05-20", "duty_related": True, **body}), status)


def test_recorded_by_the_dossiers_keeper_and_read_by_few(stack, events):
    x = record(stack, decision="5/QĐ-UBND", decided_on="2026-05-20")
    assert (x["staff"]["code"], x["unit"]["code"]) == (WHO, "economy")
    assert x["year_counted"] == 2026
    seen = {u for u in (WHO, KEEPER, "head.economy", "deputy.economy",
                        "chair", "deputy.chair1", "staff.economy2",
                        "head.culture", "office1", "admin", "city.monitor",
                        "head.office") if events.sees(u, x)}
    assert seen == {WHO, KEEPER, "head.economy", "deputy.economy", "chair",
                    "deputy.chair1"}
    assert events.may(KEEPER, x) == events.may("chair", x) == {"update",
                                                               "delete"}
    assert events.may(WHO, x) == events.may("head.economy", x) == set()
    below = expect(stack.get(f"/v1/staff/{x['staff']['id']}/events", WHO),
                   200)["items"]
    assert [i["id"] for i in below] == [x["id"]]
    peers = expect(stack.get(f"/v1/staff/{x['staff']['id']}/events",
                             "staff.economy2"), 200)["items"]
    assert peers == []
    until(lambda: stack.one(
        "SELECT count(*) FROM audit WHERE kind = 'staff_event'"
        " AND ref = %s", x["id"]) > 0, 10, what="the reading is in the trail")


def test_nobody_records_of_himself_or_without_the_right(stack, events):
    for user, who in ((WHO, WHO), (KEEPER, KEEPER), ("head.economy", WHO)):
        problem(stack.post(f"/v1/staff/{person(stack, who)}/events", user, {
            "kind": "award", "title": "Tự khen", "from": "2026-01-01"}), 403,
            "forbidden")
    x = record(stack, "chair", KEEPER, kind="award", title="Giấy khen",
               form=None)
    assert events.may(KEEPER, x) == set()
    problem(stack.patch(events.path(x), KEEPER, {"title": "Hơn nữa"}, 1),
            403, "forbidden")


def test_one_violation_counts_in_one_year(stack, events):
    # Party decision 2025-11-10, administrative decision 2026-02-05
    party = record(stack, who="staff.economy3", case_code="VP-01",
                   authority="Đảng ủy", decided_on="2025-11-10",
                   **{"from": "2025-11-10"})
    assert party["year_counted"] == 2025
    office = record(stack, who="staff.economy3", case_code="VP-01",
                    authority="UBND phường", decided_on="2026-02-05",
                    **{"from": "2026-02-05"})
    assert office["year_counted"] == 2025
    p = record(stack, who="staff.economy3", status=422, case_code="VP-01",
               year_counted=2026)
    assert p["errors"][0]["pointer"] == "/year_counted"
    problem(stack.patch(events.path(office), KEEPER, {"year_counted": 2026},
                        1), 422, "invalid")
    for x in (office, record(stack, who="staff.economy3",
                             decided_on="2025-12-01")):
        assert expect(stack.patch(events.path(x), KEEPER,
                                  {"year_counted": None}, 1),
                      200)["year_counted"] == 2025
        expect(stack.call("DELETE", events.path(x), KEEPER,
                          If_Match='"v2"'), 204)
    office = record(stack, who="staff.economy3", case_code="VP-01",
                    decided_on="2026-02-05", **{"from": "2026-02-05"})
    other = record(stack, who="staff.economy3", case_code="VP-02")
    assert other["year_counted"] == 2026
    assert record(stack, who="staff.economy2",
                  case_code="VP-01")["year_counted"] == 2026
    listed = expect(stack.get("/v1/staff-events?kind=discipline&year=2025",
                              "chair"), 200)["items"]
    assert {i["id"] for i in listed} == {party["id"], office["id"]}


def test_two_years_for_one_violation_at_once_leave_one(stack):
    def ask(year):
        return stack.post(
            f"/v1/staff/{person(stack, 'staff.pasc2')}/events", KEEPER, {
                "kind": "discipline", "title": "Vụ việc",
                "from": "2026-01-05", "case_code": "VP-09",
                "year_counted": year}).status_code

    with ThreadPoolExecutor(2) as pool:
        got = sorted(pool.map(ask, (2025, 2026)))
    assert got[0] == 201 and got[1] in (422, 503), got
    assert stack.one("SELECT count(*) FROM staff_event"
                     " WHERE case_code = 'VP-09'") == 1


def test_leave_has_a_last_day_and_can_be_taken_back(stack, events):
    x = record(stack, who="staff.culture1", kind="leave", form="Thai sản",
               title="Nghỉ thai sản", duty_related=None, to="2026-11-19")
    assert (x["from"], x["to"]) == ("2026-05-20", "2026-11-19")
    p = record(stack, who="staff.culture1", status=422, kind="leave",
               title="Ngược", to="2026-05-01")
    assert p["errors"][0]["pointer"] == "/to"
    x = events.patch(KEEPER, x, {"to": "2026-10-31"})
    assert x["to"] == "2026-10-31"
    expect(stack.call("DELETE", events.path(x), KEEPER, If_Match='"v2"'),
           204)
    assert not events.sees("staff.culture1", x)
    expect(stack.post(events.path(x, "restore"), KEEPER), 200)
    assert events.sees("staff.culture1", x)
