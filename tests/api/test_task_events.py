"""What befell a task: delays and reworks, their causes, and who has said that a
cause was objective."""

import pytest

from office import (ADMIN, CHAIR, CITY, DEPUTY, DOER, HEAD, OFFICE, PEER,
                    READER, SIBLING, STRANGER, UNDER, WARD, faults)
from register import Register
from stack import expect, problem, until

VERBS = ("ask", "confirm", "refuse")
BODIES = {"ask": {"authority_staff_code": HEAD},
          "refuse": {"reason": "Có thể lường trước"}}
STORM = {"cause": "Bão số 3, đường vào thôn bị ngập"}


@pytest.fixture
def ev(stack):
    return Register(stack, "task-events")


@pytest.fixture
def given(office):
    return office.go("tasks", office.task(), "assign", HEAD)


def record(c, task, user=DOER, status=201, **more):
    return expect(c.s.post(f"/v1/tasks/{task['id']}/events", user, {
        **STORM, **more}), status)


def claim(c, task, user=DOER, status=201, authority=HEAD, **more):
    return record(c, task, user, status, authority_staff_code=authority,
                  **more)


def listed(office, task, user=HEAD, query=""):
    return office.get(f"/v1/tasks/{task['id']}/events{query}", user)


def test_each_state_knows_its_verbs_and_each_person_his(ev, given):
    x = record(ev, given)
    assert (x["status"], x["kind"], x["cause"], x["exempt"]) == (
        "recorded", "delay", STORM["cause"], False)
    assert x["subject"]["code"] == x["author"]["code"] == DOER
    nobody = {u: set() for u in (HEAD, UNDER, CHAIR, DEPUTY, OFFICE, READER,
                                 CITY)}
    ev.only(x, VERBS, {**nobody, DOER: {"ask"}}, BODIES)
    for user in (PEER, SIBLING, STRANGER, ADMIN):
        assert not ev.sees(user, x), user
    x = ev.do(DOER, x, "ask", {**BODIES["ask"], "evidence": "Công điện 12"})
    assert (x["status"], x["authority"]["code"], x["evidence"]) == (
        "asked", HEAD, "Công điện 12")
    ev.only(x, VERBS, {**nobody, DOER: {"ask"}, HEAD: {"confirm", "refuse"}},
            BODIES)
    x = ev.do(HEAD, x, "confirm")
    assert (x["exempt"], x["decided_by"]["code"]) == (True, HEAD)
    ev.only(x, VERBS, {**nobody, DOER: set()}, BODIES)


def test_who_is_asked_by_name_has_it_in_his_work_until_he_has_answered(
        ev, given):
    x = claim(ev, given)
    row = ev.work(HEAD)[x["id"]]
    assert (row["kind"], row["role"], set(row["verbs"])) == (
        "task_event", "approve", {"confirm", "refuse"})
    for user in (UNDER, CHAIR, DOER):
        assert x["id"] not in ev.work(user), user
    x = ev.do(DOER, x, "ask", {"authority_staff_code": CHAIR})
    assert x["id"] in ev.work(CHAIR) and x["id"] not in ev.work(HEAD)
    x = ev.do(CHAIR, x, "refuse", BODIES["refuse"])
    assert (x["status"], x["exempt"], x["refuse_reason"]) == (
        "refused", False, BODIES["refuse"]["reason"])
    assert x["id"] not in ev.work(CHAIR)


def test_only_who_has_the_right_is_asked_and_never_who_asks(ev, office, given):
    for who in (PEER, OFFICE, READER, DOER, SIBLING):
        assert faults(office.stack.post(
            f"/v1/tasks/{given['id']}/events", DOER, {
                **STORM, "authority_staff_code": who})) == {
                    "/authority_staff_code": "not_entitled"}, who
    x = record(ev, given)
    assert faults(office.stack.verb(f"/v1/task-events/{x['id']}/ask", DOER, x,
                                    {"authority_staff_id":
                                     office.people[PEER]})) == {
        "/authority_staff_id": "not_entitled"}
    mine = office.go("tasks", office.task(CHAIR, lead={"staff_code": HEAD}),
                     "assign", CHAIR)
    claim(ev, mine, HEAD, 422)
    assert claim(ev, mine, HEAD, authority=CHAIR)["status"] == "asked"


def test_what_a_unit_did_is_not_confirmed_by_its_own_people(ev, office):
    t = office.go("tasks", office.task(CHAIR, lead={"unit_code": "economy"}),
                  "assign", CHAIR)
    claim(ev, t, HEAD, 422, authority=UNDER)
    x = claim(ev, t, HEAD, authority=CHAIR)
    assert x["subject"] is None and x["unit"]["code"] == "economy"
    assert ev.do(CHAIR, x, "confirm")["exempt"]


def test_who_oversees_records_a_delay_but_asks_nothing(ev, office, given):
    assert record(ev, given, CHAIR)["author"]["code"] == CHAIR
    assert record(ev, given, CITY)["kind"] == "delay"
    claim(ev, given, CHAIR, 403)
    record(ev, given, PEER, 404)
    problem(office.stack.post(f"/v1/tasks/{given['id']}/events", OFFICE,
                              STORM), 403, "forbidden")
    assert [x["author"]["code"] for x in listed(office, given)["items"]] == [
        CITY, CHAIR]


def test_a_draft_and_what_was_taken_back_have_no_delays(ev, office, given):
    record(ev, office.task(), HEAD, 409)
    record(ev, office.go("tasks", given, "recall", HEAD), HEAD, 409)


def test_a_return_is_a_rework_with_its_reason(ev, office, given):
    t = given
    for nth in ("Thiếu phụ lục", "Sai mẫu"):
        t = office.go("tasks", t, "complete", DOER, result="Xong")
        t = office.go("tasks", t, "return", HEAD, reason=nth)
    page = listed(office, t, query="?counts=kind,status&kind=rework")
    assert [(x["kind"], x["cause"], x["author"]["code"])
            for x in page["items"]] == [("rework", "Sai mẫu", HEAD),
                                        ("rework", "Thiếu phụ lục", HEAD)]
    assert t["reworks"] == page["counts"]["kind"]["rework"] == 2
    x = ev.do(DOER, page["items"][0], "ask", {
        **BODIES["ask"], "cause": "Mẫu thay đổi sau khi nộp"})
    assert ev.do(HEAD, x, "confirm")["cause"] == "Mẫu thay đổi sau khi nộp"


def test_nothing_is_taken_back_from_the_list(ev, given):
    x = record(ev, given)
    for method in ("DELETE", "PATCH"):
        r = ev.s.call(method, f"/v1/task-events/{x['id']}", DOER,
                      If_Match=f'"v{x["version"]}"')
        assert r.status_code == 405, method


def test_a_delay_to_come_and_one_without_a_cause_are_refused(ev, office,
                                                             given):
    path = f"/v1/tasks/{given['id']}/events"
    assert faults(office.stack.post(path, DOER, {
        **STORM, "occurred_on": office.day(1)})) == {
            "/occurred_on": "in_future"}
    assert faults(office.stack.post(path, DOER, {})) == {"/cause": "required"}
    assert record(ev, given, occurred_on=office.day(-3))[
        "occurred_on"] == office.day(-3)


def test_a_unit_settles_whose_word_counts(ev, office, given):
    def settle(value):
        expect(office.stack.call("PATCH", "/v1/settings?unit=" + WARD, ADMIN,
                                 {"objective_cause_by": value}), 200)
    early = claim(ev, given)
    settle("decide")
    try:
        claim(ev, given, status=422)
        ev.refuse(HEAD, early, "confirm")
        x = claim(ev, given, authority=CHAIR)
        assert ev.do(CHAIR, x, "confirm")["exempt"]
        assert ev.do(DOER, early, "ask", {"authority_staff_code": CHAIR})
    finally:
        settle(None)
    claim(ev, given)


def test_who_asked_is_told_what_became_of_it(ev, office, given):
    x = claim(ev, given)

    def told(user):
        return office.stack.one(
            "SELECT count(*) FROM notification n JOIN staff s ON s.id ="
            " n.staff_id WHERE n.ref = %s AND s.username = %s", x["id"], user)
    until(lambda: told(HEAD) == 1)
    x = ev.do(HEAD, x, "confirm")
    until(lambda: told(DOER) == 1)


def test_what_befell_tasks_is_one_list_across_a_unit(ev, office, given):
    x = claim(ev, given)
    path = f"/v1/task-events?task={given['id']}"
    assert office.ids(path + "&status=asked&unit=economy", HEAD) == [x["id"]]
    assert office.ids(path + f"&subject={office.people[DOER]}",
                      CHAIR) == [x["id"]]
    assert not office.ids(path + "&status=confirmed", HEAD)
    assert not office.ids(path, SIBLING)
    problem(office.stack.get(f"/v1/tasks/{given['id']}/events", STRANGER), 404,
            "not_found")
