"""Commitments of a year: one registered task per person-year, whoever asks how
often at once; approval, return, result, amendment."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from register import Register, person, unit
from stack import Stack, expect, new_id, problem, until

TASK = {"title": "Rút ngắn thời gian xử lý hồ sơ đất đai",
        "position": "Chuyên viên địa chính",
        "expected_output": "Hồ sơ trả trước hạn 2 ngày"}
VERBS = ("submit", "withdraw", "return", "approve", "amend", "report",
         "confirm")
BODIES = {"return": {"reason": "Bổ sung"}, "amend": {"reason": "Đổi việc"},
          "report": {"result": "Đạt"}}


@pytest.fixture(scope="module")
def stack():
    with Stack() as s:
        yield s


@pytest.fixture
def commitments(stack):
    return Register(stack, "commitments")


def mine(year, **more):
    return {"year": year, "text": "Không né tránh, đùn đẩy công việc",
            "registered_task": TASK, **more}


def approved(c, year, user="staff.economy1", head="head.economy"):
    x = c.make(user, mine(year))
    return c.do(head, c.do(user, x, "submit"), "approve")


def test_each_state_knows_its_verbs_and_each_person_his(commitments):
    c, me, head = commitments, "staff.economy1", "head.economy"
    x = c.make(me, mine(2031))
    c.only(x, VERBS, {me: {"update", "delete", "submit"}}, BODIES)
    x = c.do(me, x, "submit")
    c.only(x, VERBS, {me: {"withdraw"}, head: {"return", "approve"},
                      "chair": {"return", "approve"}}, BODIES)
    x = c.do(head, x, "return", {"reason": "Nêu rõ sản phẩm"})
    assert (x["status"], x["returns"]) == ("draft", 1)
    assert x["return_reason"] == "Nêu rõ sản phẩm"
    x = c.patch(me, x, {"registered_task": {**TASK, "due_on": "2031-11-30"}})
    x = c.do(me, c.do(me, c.do(me, x, "submit"), "withdraw"), "submit")
    x = c.do(head, x, "approve")
    c.only(x, VERBS, {me: {"amend", "report"}, head: set()}, BODIES)
    x = c.do(me, x, "report", {"result": "Trả trước hạn 95 %",
                               "completed": True})
    c.only(x, VERBS, {me: {"withdraw"}, head: {"return", "confirm"}}, BODIES)
    x = c.do(head, x, "return", {"reason": "Thiếu số liệu"})
    assert x["status"] == "approved"
    x = c.do(me, x, "report", {"result": "Trả trước hạn 95 %, 190/200 hồ sơ"})
    x = c.do(head, x, "confirm", {"conclusion": "Đạt"})
    assert (x["status"], x["fulfilled"]) == ("confirmed", True)
    c.only(x, VERBS, {me: set(), head: set(), "chair": set()}, BODIES)


def test_exactly_one_for_a_person_and_year_however_many_ask_at_once(
        stack, commitments):
    def ask(n):
        return stack.post("/v1/commitments", "staff.economy2",
                          mine(2032, text=f"Lần {n}")).status_code

    with ThreadPoolExecutor(12) as pool:
        got = sorted(pool.map(ask, range(12)))
    assert got == [201] + [409] * 11
    assert stack.one("SELECT count(*) FROM commitment WHERE year = 2032") == 1
    p = problem(stack.post("/v1/commitments", "head.economy", {
        "year": 2032, "subject_staff_code": "staff.economy2"}), 409,
        "duplicate")
    assert p["errors"][0]["pointer"] == "/year"
    commitments.make("staff.economy2", mine(2033))      # another year
    # what is removed gives its place free, and cannot come back into it
    x = expect(stack.get("/v1/commitments?year=2032", "staff.economy2"),
               200)["items"][0]
    expect(stack.call("DELETE", commitments.path(x), "staff.economy2",
                      If_Match='"v1"'), 204)
    y = commitments.make("staff.economy2", mine(2032))
    problem(stack.post(commitments.path(x, "restore"), "staff.economy2"),
            409, "duplicate")
    assert y["id"] != x["id"]


def test_two_who_decide_at_once_do_not_both_decide(commitments):
    c = commitments
    x = c.do("staff.economy3", c.make("staff.economy3", mine(2031)), "submit")

    def approve(user):
        return c.s.verb(c.path(x, "approve"), user, x).status_code

    with ThreadPoolExecutor(2) as pool:
        got = sorted(pool.map(approve, ("head.economy", "chair")))
    assert got == [200, 412]


def test_amendment_keeps_the_one_task_and_what_was_approved(commitments):
    c = commitments
    x = approved(c, 2034)
    problem(c.s.patch(c.path(x), "staff.economy1", {"text": "Lén sửa"},
                      x["version"]), 409, "wrong_state")
    x = c.do("staff.economy1", x, "amend", {"reason": "Chuyển vị trí"})
    assert (x["status"], x["approved_on"]) == ("draft", None)
    x = c.patch("staff.economy1", x, {"registered_task": {
        **TASK, "title": "Số hóa hồ sơ"}})
    x = c.do("staff.economy1", x, "submit")
    x = c.do("head.economy", x, "approve")
    assert x["registered_task"]["title"] == "Số hóa hồ sơ"
    old, = x["revisions"]
    assert old["registered_task"]["title"] == TASK["title"]
    assert old["reason"] == "Chuyển vị trí" and old["approved_on"]


def test_nothing_goes_round_without_its_task_or_content(commitments):
    c = commitments
    x = c.make("staff.culture1", {"year": 2031, "text": "Cam kết"})
    p = c.refuse("staff.culture1", x, "submit", code="invalid")
    assert p["errors"][0]["pointer"] == "/registered_task"
    u = c.make("head.culture", {"year": 2031, "unit_code": "culture"})
    p = c.refuse("head.culture", u, "submit", code="invalid")
    assert p["errors"][0]["pointer"] == "/text"


def test_unit_commitment_is_its_leaders_to_make_and_its_parents_to_approve(
        stack, commitments):
    c = commitments
    x = c.make("head.women", {"year": 2031, "unit_code": "assoc-women",
                              "text": "Nội dung cam kết của Hội"})
    assert x["subject"] is None and x["unit"]["code"] == "assoc-women"
    problem(stack.post("/v1/commitments", "head.women", {
        "year": 2031, "unit_code": "assoc-women", "text": "Thêm"}), 409,
        "duplicate")
    problem(stack.post("/v1/commitments", "head.women", {
        "year": 2031, "unit_code": "culture", "text": "Hộ"}), 403,
        "forbidden")
    problem(stack.post("/v1/commitments", "office1", {
        "year": 2032, "unit_code": "assoc-women"}), 403, "forbidden")
    x = c.do("head.women", x, "submit")
    assert c.may("head.women", x) == {"withdraw"}
    x = c.do("chair", x, "approve")
    assert x["approved_by"]["code"] == "chair"
    assert x["id"] in c.work("head.women")


def test_scope_own_sibling_parent_and_others(stack, commitments):
    c = commitments
    x = c.make("staff.pasc1", mine(2031))
    assert c.sees("staff.pasc1", x)
    for other in ("head.pasc", "chair", "staff.pasc2", "head.culture",
                  "admin", "city.monitor"):
        assert not c.sees(other, x), other       # a draft is its own
    x = c.do("staff.pasc1", x, "submit")
    seen = {u for u in ("head.pasc", "chair", "deputy.chair1", "office2",
                        "staff.pasc2", "head.culture", "staff.culture1",
                        "head.women", "admin", "city.monitor")
            if c.sees(u, x)}
    assert seen == {"head.pasc", "chair", "deputy.chair1", "office2"}
    for other in ("head.culture", "staff.pasc2"):
        c.refuse(other, x, "approve", code="not_found")


def test_head_is_asked_for_his_own_by_the_level_above(commitments):
    c = commitments
    x = c.do("head.pasc", c.make("head.pasc", mine(2031)), "submit")
    assert c.may("head.pasc", x) == {"withdraw"}
    c.refuse("head.pasc", x, "approve")
    assert x["id"] in c.work("chair")
    assert x["id"] not in c.work("head.pasc")
    c.do("chair", x, "approve")


def test_work_list_follows_the_state(commitments):
    c, me, head = commitments, "staff.culture2", "head.culture"
    x = c.make(me, mine(2031, due_on="2031-12-10"))
    assert c.work(me)[x["id"]]["role"] == "do"
    x = c.do(me, x, "submit")
    assert x["id"] not in c.work(me)
    asked = c.work(head)[x["id"]]
    assert asked["role"] == "approve"
    assert set(asked["verbs"]) == {"return", "approve"}
    x = c.do(head, x, "approve")
    assert c.work(me)[x["id"]]["due_on"] == "2031-12-10"
    x = c.do(me, x, "report", {"result": "Đạt"})
    assert x["id"] in c.work(head)
    x = c.do(head, x, "confirm")
    assert x["id"] not in c.work(head) and x["id"] not in c.work(me)


@pytest.mark.parametrize("year,more,due", [
    (2041, {}, "2041-12-31"),
    (2042, {"registered_task": {**TASK, "due_on": "2042-11-30"}},
     "2042-11-30"),
    (2043, {"registered_task": {**TASK, "due_on": "2043-11-30"},
            "due_on": "2043-12-10"}, "2043-12-10")])
def test_what_is_approved_is_reported_by_a_day(commitments, year, more, due):
    c, me, head = commitments, "staff.culture2", "head.culture"
    x = c.make(me, mine(year, **more))
    x = c.do(head, c.do(me, x, "submit"), "approve")
    assert x["due_on"] == c.work(me)[x["id"]]["due_on"] == due


def test_those_concerned_are_told(stack, commitments):
    c = commitments
    x = c.do("staff.pasc2", c.make("staff.pasc2", mine(2031)), "submit")

    def told(user):
        return [n["title"] for n in expect(stack.get(
            "/v1/notifications?limit=100", user), 200)["items"]
            if n["href"] == c.path(x)]

    until(lambda: told("head.pasc"), 20, what="the head is told")
    c.do("head.pasc", x, "return", {"reason": "Chưa rõ"})
    until(lambda: told("staff.pasc2"), 20, what="the person is told")
    assert told("head.pasc")[0].startswith(
        "[Chờ duyệt] Bản cam kết năm 2031: ")
    assert told("staff.pasc2")[0].startswith("[Trả lại]")


def test_same_id_twice_is_one_commitment(stack, commitments):
    body = {**mine(2035), "id": new_id()}
    a = commitments.make("staff.culture1", body)
    r = stack.post("/v1/commitments", "staff.culture1", body)
    assert expect(r, 201)["id"] == a["id"]
    assert r.headers["Idempotency-Replayed"] == "true"


def test_opened_by_personnel_for_somebody_it_is_his_to_write(
        stack, commitments):
    c = commitments
    who = {"year": 2036, "subject_staff_id": person(stack, "staff.economy3")}
    p = problem(stack.post("/v1/commitments", "office2", {
        **who, "text": "Thay"}), 422, "invalid")
    assert p["errors"][0]["code"] == "not_yours"
    x = c.make("office2", who)
    assert c.may("office2", x) == {"delete"}
    x = c.patch("staff.economy3", x, {"registered_task": TASK})
    c.do("staff.economy3", x, "submit")
    problem(stack.post("/v1/commitments", "staff.economy1", {
        **who, "year": 2037}), 403, "forbidden")
    assert unit(stack, "economy") == x["unit"]["id"]
    counts = expect(stack.get("/v1/commitments?counts=status&year=2036",
                              "chair"), 200)["counts"]["status"]
    assert counts == {"submitted": 1}
