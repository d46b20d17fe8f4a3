"""What who oversees a task wants explained, and the answer of who had to do
it, returned until it is accepted."""

import pytest

from office import (ADMIN, CHAIR, CITY, DOER, HEAD, OFFICE, PEER, READER,
                    SIBLING, STRANGER, UNDER)
from register import Register
from stack import expect, problem, until

VERBS = ("answer", "accept", "return")
BODIES = {"answer": {"answer": "Cơ quan phối hợp trả lời chậm"},
          "return": {"reason": "Chưa rõ trách nhiệm"}}
DUE = "2099-05-31"


@pytest.fixture
def expl(stack):
    return Register(stack, "explanations")


@pytest.fixture
def given(office):
    return office.go("tasks", office.task(), "assign", HEAD)


def ask(c, task, user=CHAIR, status=201, **more):
    return expect(c.s.post(f"/v1/tasks/{task['id']}/explanations", user, {
        "question": "Vì sao chưa có tiến độ?", "due_on": DUE, **more}), status)


def test_each_state_knows_its_verbs_and_each_person_his(expl, given):
    x = ask(expl, given)
    assert (x["status"], x["subject"]["code"], x["asked_by"]["code"],
            x["unit"]["code"], x["due_on"]) == ("asked", DOER, CHAIR,
                                                "economy", DUE)
    expl.only(x, VERBS, {DOER: {"answer"}, CHAIR: {"delete"}, HEAD: set(),
                         OFFICE: set(), READER: set(), CITY: set()}, BODIES)
    for user in (PEER, SIBLING, STRANGER, ADMIN):
        assert not expl.sees(user, x), user
    x = expl.do(DOER, x, "answer", BODIES["answer"])
    assert (x["answer"], x["answered_by"]["code"]) == (
        BODIES["answer"]["answer"], DOER)
    judge = {"accept", "return"}
    expl.only(x, VERBS, {DOER: set(), CHAIR: judge, HEAD: judge, UNDER: judge,
                         READER: judge, CITY: judge, OFFICE: set()}, BODIES)
    x = expl.do(CHAIR, x, "return", {**BODIES["return"],
                                     "due_on": "2099-06-15"})
    assert (x["status"], x["return_reason"], x["returns"], x["due_on"],
            x["answered_on"]) == ("asked", BODIES["return"]["reason"], 1,
                                  "2099-06-15", None)
    x = expl.do(DOER, x, "answer", {"answer": "Nhận trách nhiệm"})
    x = expl.do(CITY, x, "accept")
    assert (x["status"], x["accepted_by"]["code"], x["answer"], x["returns"],
            x["return_reason"]) == ("accepted", CITY, "Nhận trách nhiệm", 1,
                                    None)
    expl.only(x, VERBS, {DOER: set(), CHAIR: set()}, BODIES)


def test_who_oversees_asks_and_never_who_must_do_it(expl, office, given):
    for user in (HEAD, UNDER, CHAIR, READER, CITY):
        ask(expl, given, user)
    for user in (DOER, OFFICE):
        ask(expl, given, user, 403)
    for user in (PEER, SIBLING, ADMIN):
        ask(expl, given, user, 404)
    asked = office.all(f"/v1/tasks/{given['id']}/explanations", DOER)
    assert len(asked) == 5 and {x["status"] for x in asked} == {"asked"}
    draft = office.task()
    problem(expl.s.post(f"/v1/tasks/{draft['id']}/explanations", HEAD, {
        "question": "?"}), 409, "wrong_state")


def test_a_unit_answers_by_its_head(expl, office):
    t = office.go("tasks", office.task(OFFICE, lead={"unit_code": "economy"}),
                  "assign", OFFICE)
    for user in (HEAD, UNDER):
        ask(expl, t, user, 403)
    x = ask(expl, t, OFFICE)            # who gave it out
    assert x["subject"] is None
    assert x["id"] in expl.work(HEAD) and x["id"] not in expl.work(UNDER)
    x = expl.do(HEAD, x, "answer", BODIES["answer"])
    assert expl.may(HEAD, x) == expl.may(UNDER, x) == set()
    assert expl.may(OFFICE, x) == {"accept", "return"}


def test_it_is_in_the_work_of_who_must_act(expl, given):
    x = ask(expl, given)
    w = expl.work(DOER)[x["id"]]
    assert (w["kind"], w["role"], w["verbs"], w["due_on"]) == (
        "explanation", "do", ["answer"], DUE)
    assert x["id"] not in expl.work(CHAIR)
    x = expl.do(DOER, x, "answer", BODIES["answer"])
    w = expl.work(CHAIR)[x["id"]]
    assert w["role"] == "approve" and set(w["verbs"]) == {"accept", "return"}
    assert x["id"] not in expl.work(DOER)
    x = expl.do(CHAIR, x, "return", BODIES["return"])
    assert x["id"] in expl.work(DOER) and x["id"] not in expl.work(CHAIR)
    x = expl.do(DOER, x, "answer", BODIES["answer"])
    x = expl.do(CHAIR, x, "accept")
    assert x["id"] not in expl.work(DOER) and x["id"] not in expl.work(CHAIR)


def test_it_stays_with_whom_it_was_asked_of(expl, office, given):
    x = ask(expl, given)
    office.go("tasks", given, "assign", HEAD, lead={"staff_code": PEER})
    assert x["id"] in expl.work(DOER) and not expl.sees(PEER, x)
    expl.do(DOER, x, "answer", BODIES["answer"])


def test_what_was_asked_is_taken_back_and_asked_again(expl, given):
    x = ask(expl, given)
    expect(expl.s.call("DELETE", expl.path(x), CHAIR,
                       If_Match=f'"v{x["version"]}"'), 204)
    assert x["id"] not in expl.work(DOER) and not expl.sees(DOER, x)
    x = expect(expl.s.verb(expl.path(x, "restore"), CHAIR,
                           {"version": x["version"] + 1}), 200)
    assert x["id"] in expl.work(DOER)


def test_it_is_listed_by_signal_subject_and_state(expl, office, given):
    late = ask(expl, given, due_on=office.day(-1))
    soon = ask(expl, given, due_on=office.day(1))
    path = f"/v1/tasks/{given['id']}/explanations"
    assert office.ids(path + "?signal=overdue", HEAD) == [late["id"]]
    assert office.ids(path + "?signal=soon", HEAD) == [soon["id"]]
    assert {late["id"], soon["id"]} <= set(office.ids(
        f"/v1/explanations?subject={office.people[DOER]}&status=asked", HEAD))
    assert office.get(path + "?counts=status", HEAD)["counts"] == {
        "status": {"asked": 2}}


def test_each_side_is_told(expl, given):
    def told(user, n):
        return len([i for i in expect(expl.s.get(
            "/v1/notifications?limit=200", user), 200)["items"]
            if i["href"] == expl.path(x)]) >= n
    x = ask(expl, given)
    until(lambda: told(DOER, 1), 30, what="the doer is told")
    x = expl.do(DOER, x, "answer", BODIES["answer"])
    until(lambda: told(CHAIR, 1), 30, what="who asked is told")
    x = expl.do(CHAIR, x, "return", BODIES["return"])
    until(lambda: told(DOER, 2), 30, what="the doer is told")
