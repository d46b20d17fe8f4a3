"""Complaints: whom they are about learns nothing of them, and who complained is
known to those who look into it alone, each reading in the trail."""

import datetime

import pytest

from register import Register, person, today
from stack import Stack, expect, problem, until

VERBS = ("accept", "refuse", "resolve")
DUE = "2031-03-31"
BODIES = {"accept": {"due_on": DUE}, "refuse": {"reason": "Không đủ căn cứ"},
          "resolve": {"answer": "Đã xem xét"}}
CLERK, JUDGE = "office1", "deputy.office"
WHO = {"full_name": "Công dân Kín Đáo", "phone": "0900000000",
       "address": "Tổ 7"}


@pytest.fixture(scope="module")
def stack():
    with Stack() as s:
        yield s


@pytest.fixture
def complaints(stack):
    return Register(stack, "complaints")


def made(c, user=CLERK, **more):
    return c.make(user, {"title": "Hồ sơ bị đùn đẩy nhiều lần",
                         "unit_code": "pasc", "channel": "post",
                         "complainant": WHO, **more})


def test_each_state_knows_its_verbs_and_each_person_his(complaints):
    c = complaints
    x = made(c)
    judge = {"accept", "refuse"}
    c.only(x, VERBS, {CLERK: {"update"}, JUDGE: judge, "chair": judge},
           BODIES)
    no = c.do("chair", made(c), "refuse", BODIES["refuse"])
    c.only(no, VERBS, {CLERK: set(), JUDGE: set()}, BODIES)
    c.refuse(JUDGE, x, "accept", {}, "invalid")         # a day is needed
    x = c.do(JUDGE, x, "accept", {"due_on": DUE,
                                  "lead_staff_code": "party.secretary"})
    c.only(x, VERBS, {CLERK: set(), JUDGE: {"accept"},
                      "party.secretary": {"accept", "resolve"}}, BODIES)
    assert c.work("party.secretary")[x["id"]]["due_on"] == DUE
    x = c.do("party.secretary", x, "resolve", {"answer": "Có cơ sở",
                                               "founded": True})
    assert (x["status"], x["founded"], x["resolved_on"]) == (
        "resolved", True, today(c.s))
    c.only(x, VERBS, {CLERK: set(), "party.secretary": set()}, BODIES)


def test_who_leads_what_it_is_about_does_not_look_into_it(complaints):
    c = complaints
    x = made(c)
    p = c.refuse(JUDGE, x, "accept", {"due_on": DUE,
                                      "lead_staff_code": "head.pasc"},
                 "invalid")
    assert [(e["pointer"], e["code"]) for e in p["errors"]] == [
        ("/lead_staff_code", "in_conflict")]
    assert not c.sees("head.pasc", x)


def test_whom_it_is_about_learns_nothing(stack, complaints):
    c = complaints
    x = made(c)
    seen = {u for u in (CLERK, JUDGE, "chair", "party.secretary", "head.pasc",
                        "staff.pasc1", "office2", "head.culture", "admin",
                        "deputy.chair1", "city.monitor") if c.sees(u, x)}
    assert seen == {CLERK, JUDGE, "chair", "party.secretary"}
    # an inspector whom it is about is not asked, nor told
    y = c.make(CLERK, {"title": "Phản ánh về cán bộ kiểm tra",
                       "subject_staff_id": person(stack, JUDGE)})
    assert y["unit"]["code"] == "office" and y["anonymous"] is True
    assert not c.sees(JUDGE, y) and y["id"] not in c.work(JUDGE)
    c.refuse(JUDGE, y, "refuse", BODIES["refuse"], "not_found")
    p = c.refuse("chair", y, "accept", {
        "due_on": DUE, "lead_staff_code": JUDGE}, "invalid")
    assert p["errors"][0]["code"] == "in_conflict"
    # nor is the leader of the unit, were it the authority itself
    assert c.work("chair")[y["id"]]["role"] == "approve"
    z = made(c, unit_code="ward-thanh-khe")
    assert not c.sees("chair", z) and z["id"] not in c.work("chair")
    assert z["id"] in c.work(JUDGE)
    until(lambda: stack.one("SELECT count(*) = 0 FROM job"), 20,
          what="all is told")
    assert stack.one("SELECT count(*) FROM notification n JOIN staff s"
                     " ON s.id = n.staff_id WHERE n.ref = %s"
                     " AND s.username = 'chair'", z["id"]) == 0
    assert stack.one("SELECT count(*) FROM notification n JOIN staff s"
                     " ON s.id = n.staff_id WHERE n.ref = %s"
                     " AND s.username = %s", y["id"], JUDGE) == 0


def test_who_complained_is_in_no_answer_event_letter_or_search(
        stack, complaints):
    c = complaints
    x = made(c)
    x = c.do(JUDGE, x, "accept", {"due_on": DUE})
    secret = WHO["full_name"]
    for r in (stack.get(c.path(x), JUDGE),
              stack.get("/v1/complaints?limit=200", JUDGE),
              stack.get("/v1/me/work?limit=200", JUDGE)):
        assert r.status_code == 200 and secret not in r.text
    assert expect(stack.get("/v1/complaints?q=kin dao", JUDGE),
                  200)["items"] == []
    until(lambda: stack.one("SELECT count(*) = 0 FROM job"), 20,
          what="all is told")
    for table in ("event", "notification", "delivery", "idempotency",
                  "audit", "complaint"):
        assert stack.one(f"SELECT count(*) FROM {table} t"
                         " WHERE t::text LIKE %s", f"%{secret}%") == 0, table
    for service in ("api", "reminders", "relay"):
        assert secret not in stack.log(service)


def test_reading_who_complained_is_for_few_and_leaves_a_line(
        stack, complaints):
    c = complaints
    x = made(c)
    path = c.path(x, "complainant")
    for user in (CLERK, JUDGE):
        got = expect(stack.get(path, user), 200)
        assert got["full_name"] == WHO["full_name"]
    assert "no-store" in stack.get(path, JUDGE).headers["Cache-Control"]
    for user in ("chair", "head.pasc", "office2", "admin"):
        problem(stack.get(path, user), 404, "not_found")
    until(lambda: stack.one(
        "SELECT count(*) FROM audit a JOIN staff s ON s.id = a.actor_id"
        " WHERE a.kind = 'complainant' AND a.ref = %s AND s.username = %s",
        x["id"], JUDGE) == 2, 10, what="the reading is in the trail")
    # who was shown nothing has read nothing
    assert stack.one(
        "SELECT count(DISTINCT actor_id) FROM audit"
        " WHERE kind = 'complainant' AND ref = %s", x["id"]) == 2


def test_taken_in_with_all_faults_told(stack, complaints):
    later = datetime.date.fromisoformat(today(stack)) + datetime.timedelta(1)
    p = problem(stack.post("/v1/complaints", CLERK, {
        "channel": "smoke", "complainant": {"email": "?"}}), 422, "invalid")
    assert {e["pointer"] for e in p["errors"]} >= {
        "/title", "/channel", "/complainant/full_name", "/complainant/email"}
    p = problem(stack.post("/v1/complaints", CLERK, {
        "title": "x", "unit_code": "pasc", "received_on": str(later)}), 422,
        "invalid")
    assert p["errors"][0]["code"] == "in_future"
    counts = expect(stack.get("/v1/complaints?counts=status,channel",
                              "chair"), 200)["counts"]
    assert counts["channel"]["post"] == sum(counts["status"].values()) - 1


def test_who_took_it_in_is_told_of_a_refusal(stack, complaints):
    c = complaints
    x = c.do("chair", made(c), "refuse", BODIES["refuse"])
    until(lambda: [n for n in expect(stack.get("/v1/notifications", CLERK),
                                     200)["items"] if n["href"] == c.path(x)],
          20, what="he answers who complained")
