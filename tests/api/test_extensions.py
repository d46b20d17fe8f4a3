"""More time asked for a task by who does it, granted or refused by who gave it
out; granting moves the due day."""

import pytest

from office import (ADMIN, CHAIR, CITY, DEPUTY, DOER, HEAD, OFFICE, PEER,
                    READER, SIBLING, STRANGER, UNDER)
from register import Register
from stack import expect, problem, until

DUE, LATER = "2099-06-30", "2099-07-31"
VERBS = ("grant", "refuse")
BODIES = {"refuse": {"reason": "Không có lý do chính đáng"}}


@pytest.fixture
def ext(stack):
    return Register(stack, "extensions")


@pytest.fixture
def given(office):
    return office.go("tasks", office.task(), "assign", HEAD)


def ask(c, task, user=DOER, status=201, **more):
    return expect(c.s.post(f"/v1/tasks/{task['id']}/extensions", user, {
        "proposed_on": LATER, "reason": "Chờ ý kiến chuyên môn", **more}),
        status)


def task_of(office, x, user=HEAD):
    return office.get(f"/v1/tasks/{x['task']['id']}", user)


def test_each_state_knows_its_verbs_and_each_person_his(ext, given):
    x = ask(ext, given)
    assert (x["status"], x["due_before"], x["proposed_on"], x["due_on"]) == (
        "asked", DUE, LATER, None)
    assert x["asked_by"]["code"] == DOER
    both = set(VERBS)
    ext.only(x, VERBS, {DOER: {"delete"}, HEAD: both, UNDER: both,
                        CHAIR: both, OFFICE: both, DEPUTY: both, READER: set(),
                        CITY: set()}, BODIES)
    for user in (PEER, SIBLING, STRANGER, ADMIN):
        assert not ext.sees(user, x), user
    x = ext.do(HEAD, x, "refuse", BODIES["refuse"])
    assert (x["refuse_reason"], x["decided_by"]["code"]) == (
        BODIES["refuse"]["reason"], HEAD)
    ext.only(x, VERBS, {DOER: set(), HEAD: set(), CHAIR: set()}, BODIES)


def test_more_time_is_had_where_the_work_was_given_from(ext, office):
    """What came from above is not lengthened by who passed it on."""
    t = office.go("tasks", office.task(CHAIR, lead={"unit_code": "economy"}),
                  "assign", CHAIR)
    t = office.go("tasks", t, "assign", HEAD, lead={"staff_code": DOER})
    x = ask(ext, t)
    both = set(VERBS)
    ext.only(x, VERBS, {HEAD: set(), UNDER: set(), CHAIR: both, OFFICE: both},
             BODIES)
    asked = {u for u in (HEAD, CHAIR) if x["id"] in office.ids(
        "/v1/me/work?role=approve", u)}
    assert asked == {CHAIR}
    assert ext.do(CHAIR, x, "grant")["decided_by"]["code"] == CHAIR


def test_granting_moves_the_due_day_and_keeps_the_one_before(ext, office,
                                                             given):
    x = ext.do(HEAD, ask(ext, given), "grant")
    assert (x["status"], x["due_before"], x["due_on"]) == (
        "granted", DUE, LATER)
    t = task_of(office, x)
    assert (t["due_on"], t["version"]) == (LATER, given["version"] + 1)
    assert office.events(t["id"])[-1] == ("update", t["version"], HEAD)
    moved = office.get(f"/v1/tasks/{t['id']}/activity", HEAD)["items"][-1]
    assert {"member": "due_on", "from": DUE, "to": LATER} in [
        {k: m[k] for k in ("member", "from", "to")} for m in moved["changed"]]
    days = {str(d) for d, in office.stack.sql(
        "SELECT day FROM (SELECT day FROM camket.cell WHERE unit_id = %s UNION"
        " SELECT day FROM camket.mark WHERE unit_id = %s) x",
        *[office.units["economy"]] * 2)}
    assert {DUE, LATER} <= days
    # and once more, to a day of who decides
    y = ext.do(HEAD, ask(ext, t, proposed_on="2099-09-30"), "grant",
               {"due_on": "2099-08-31"})
    assert (y["due_before"], y["due_on"], y["proposed_on"]) == (
        LATER, "2099-08-31", "2099-09-30")
    assert task_of(office, y)["due_on"] == "2099-08-31"
    assert [e["status"] for e in office.all(
        f"/v1/tasks/{t['id']}/extensions?sort=created_at", DOER)] == [
            "granted", "granted"]


def test_refusing_leaves_the_task_as_it_is(ext, office, given):
    x = ext.do(HEAD, ask(ext, given), "refuse", BODIES["refuse"])
    assert task_of(office, x)["version"] == given["version"]
    ask(ext, given)                             # he may ask again


def test_only_the_doer_of_an_open_task_asks_for_a_later_day(ext, office,
                                                           given):
    for user in (HEAD, CHAIR, OFFICE, READER):
        ask(ext, given, user, 403)
    for user in (PEER, SIBLING, ADMIN):
        ask(ext, given, user, 404)
    for day in (DUE, "2099-06-01"):
        ask(ext, given, status=422, proposed_on=day)
    paused = office.go("tasks", office.go(
        "tasks", office.task(), "assign", HEAD), "pause", HEAD)
    ask(ext, paused, status=409)
    ask(ext, office.task(), HEAD, 403)          # a draft, and not his to do
    x = ask(ext, given)
    problem(ext.s.post(f"/v1/tasks/{given['id']}/extensions", DOER, {
        "proposed_on": "2099-08-31", "reason": "x"}), 409, "duplicate")
    expect(ext.s.call("DELETE", ext.path(x), DOER,
                      If_Match=f'"v{x["version"]}"'), 204)
    ask(ext, given)


def test_what_a_unit_is_asked_is_decided_above_it(ext, office):
    t = office.go("tasks", office.task(OFFICE, lead={"unit_code": "economy"}),
                  "assign", OFFICE)
    x = ask(ext, t, HEAD)
    assert ext.may(HEAD, x) == {"delete"} and ext.may(UNDER, x) == set()
    assert ext.may(CHAIR, x) == ext.may(OFFICE, x) == set(VERBS)
    assert x["id"] in ext.work(OFFICE) and x["id"] not in ext.work(HEAD)
    # what the head has given himself is not his to put off either
    own = office.go("tasks", office.task(lead={"staff_code": HEAD}), "assign",
                    HEAD)
    x = ask(ext, own, HEAD)
    assert ext.may(HEAD, x) == {"delete"}
    assert x["id"] in ext.work(CHAIR) and x["id"] not in ext.work(HEAD)


def test_open_requests_are_in_the_work_of_who_decides(ext, office, given):
    x = ask(ext, given)
    w = ext.work(HEAD)[x["id"]]
    assert (w["kind"], w["role"], w["due_on"]) == ("extension", "approve",
                                                   DUE)
    assert set(w["verbs"]) == set(VERBS) and w["subject"]["code"] == DOER
    assert x["id"] not in ext.work(DOER)
    # not while nothing can come of it
    t = office.go("tasks", given, "complete", DOER, result="Xong",
                  completed_on=office.day())
    assert x["id"] not in ext.work(HEAD)
    ext.refuse(HEAD, x, "grant", code="wrong_state")
    t = office.go("tasks", t, "return", HEAD, reason="Chưa đủ")
    assert x["id"] in ext.work(HEAD)
    ext.do(HEAD, x, "grant")
    assert x["id"] not in ext.work(HEAD)


def test_the_day_granted_is_after_the_one_there_is(ext, office, given):
    x = ask(ext, given)
    problem(ext.s.verb(ext.path(x, "grant"), HEAD, x, {"due_on": DUE}), 422,
            "invalid")
    office.patch("tasks", given, HEAD, due_on="2099-12-31")
    problem(ext.s.verb(ext.path(x, "grant"), HEAD, x), 422, "invalid")
    x = ext.do(HEAD, x, "grant", {"due_on": "2100-01-31"})
    assert x["due_before"] == "2099-12-31"


@pytest.mark.parametrize("verb", VERBS)
def test_each_side_is_told(ext, given, verb):
    def told(user, x):
        return [n["title"] for n in expect(ext.s.get(
            "/v1/notifications?limit=200", user), 200)["items"]
            if n["href"] == ext.path(x)]
    x = ask(ext, given)
    until(lambda: told(HEAD, x), 30, what="who decides is told")
    x = ext.do(HEAD, x, verb, BODIES.get(verb, {}))
    until(lambda: told(DOER, x), 30, what="the doer is told")
