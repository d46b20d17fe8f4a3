"""What people do most often takes them two requests at most: each test acts
through a Trip, which counts, and knows nothing but what it was answered."""

import collections

import pytest

from office import CHAIR
from stack import expect, until


class Trip:
    """A caller whose requests are counted."""

    def __init__(self, stack, user):
        self.stack, self.user, self.requests = stack, user, 0

    def get(self, path):
        self.requests += 1
        return expect(self.stack.get(path, self.user), 200)

    def batch(self, operations):
        self.requests += 1
        body = expect(self.stack.post("/v1/batch", self.user, {
            "operations": operations, "atomic": False}), 200)
        return [(r["status"], r["body"]) for r in body["results"]]


@pytest.fixture
def section(office):
    """A section with its head, and two who work there."""
    unit = office.unit("economy", kind="section")["code"]
    return (unit, office.person(unit, role="head"), office.person(unit),
            office.person(unit))


def given(office, head, who, **body):
    t = office.task(head, lead={"staff_code": who}, **body)
    return office.go("tasks", t, "assign", head)


def test_a_phone_shows_its_start_screen_after_one_request(office, section):
    unit, head, who, _ = section
    late = given(office, head, who, due_on=office.day(-3))
    soon = given(office, head, who, due_on=office.day(1))
    until(lambda: len(office.get("/v1/notifications?unread=true",
                                 who)["items"]) == 2, what="the news of both")
    trip = Trip(office.stack, who)
    me, work, told = (body for status, body in trip.batch([
        {"method": "GET", "path": p} for p in (
            "/v1/me", "/v1/me/work?limit=20",
            "/v1/notifications?unread=true&limit=5")]) if status == 200)
    assert trip.requests == 1
    # who, where, which day; what must be done, by when, by which verb; news
    assert me["full_name"] and me["today"] == office.day()
    assert me["units"][0]["code"] == unit
    assert (me["counts"]["overdue"], me["counts"]["do"]) == (1, 2)
    assert me["counts"]["unread"] == len(told["items"]) == 2
    assert [(w["id"], w["signal"]) for w in work["items"]] == [
        (late["id"], "overdue"), (soon["id"], "soon")]
    for w in work["items"]:
        assert w["title"] and w["due_on"] and "complete" in w["verbs"]
    # and the thumb's next touch needs nothing more
    w = work["items"][0]
    done = expect(office.stack.verb(w["href"] + "/complete", who, w,
                                    {"result": "Xong"}), 200)
    assert done["status"] == "done"


def test_a_head_decides_twelve_things_in_two_requests(office, section):
    unit, head, *doers = section
    for n in range(11):
        t = given(office, head, doers[n % 2], title=f"Việc {n}")
        office.go("tasks", t, "complete", doers[n % 2], result="Đã xong")
    t = given(office, head, doers[0], due_on=office.day(5))
    expect(office.stack.post(f"/v1/tasks/{t['id']}/extensions", doers[0], {
        "proposed_on": office.day(9), "reason": "Chờ ý kiến"}), 201)
    trip = Trip(office.stack, head)
    lines = trip.get("/v1/me/work?role=approve&limit=200")["items"]
    assert len(lines) == 12
    tasks = [w for w in lines if "accept" in w["verbs"]]
    asked, = [w for w in lines if "grant" in w["verbs"]]
    decide = [(w, "accept", {}) for w in tasks[1:]] + [
        (tasks[0], "return", {"reason": "Thiếu số liệu"}), (asked, "grant", {})]
    results = trip.batch([
        {"method": "POST", "path": f"{w['href']}/{verb}", "body": body,
         "if_match": f'"v{w["version"]}"'} for w, verb, body in decide])
    assert trip.requests == 2
    assert [status for status, _ in results] == [200] * 12
    assert collections.Counter(b["status"] for _, b in results) == {
        "accepted": 10, "in_progress": 1, "granted": 1}
    assert office.get("/v1/me/work?role=approve", head)["items"] == []
    assert office.get("/v1/tasks/" + t["id"], head)["due_on"] == office.day(9)


def test_a_chair_reads_what_is_overdue_by_unit_in_two_requests(office):
    units = [office.unit("economy", kind="section")["code"] for _ in range(3)]
    want = collections.defaultdict(set)
    for n, unit in enumerate(units):
        for late in range(n + 1):
            t = office.task(CHAIR, lead={"unit_code": unit},
                            due_on=office.day(-1 - late))
            want[unit].add(office.go("tasks", t, "assign", CHAIR)["id"])
        t = office.task(CHAIR, lead={"unit_code": unit}, due_on=office.day(9))
        office.go("tasks", t, "assign", CHAIR)
    trip = Trip(office.stack, CHAIR)
    by_unit, at = collections.defaultdict(list), ("/v1/tasks?unit=economy"
                                                  "&signal=overdue&limit=200"
                                                  "&sort=due_on&count=exact")
    page = trip.get(at)
    for t in page["items"]:
        by_unit[t["lead_unit"]["code"]].append(t)
    if page["next"]:
        page = trip.get(f"{at}&cursor={page['next']}")
        for t in page["items"]:
            by_unit[t["lead_unit"]["code"]].append(t)
    assert page["next"] is None and trip.requests <= 2
    assert page["count"] == sum(map(len, by_unit.values()))
    for unit in units:
        lines = by_unit[unit]
        assert {t["id"] for t in lines} == want[unit]
        # the latest first, with unit, day and days to show
        assert [t["days_left"] for t in lines] == sorted(
            t["days_left"] for t in lines)
        for t in lines:
            assert t["days_left"] < 0 and t["signal"] == "overdue"
            assert t["lead_unit"]["name"] and t["due_on"] < office.day()
