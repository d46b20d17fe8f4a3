"""What a concluded self-review has promised to put right: done by its subject,
verified by who looks at his reviews."""

import pytest

from office import (ADMIN, CHAIR, CITY, DEPUTY, DOER, HEAD, OFFICE, PEER,
                    READER, SIBLING, STRANGER, UNDER, faults)
from register import Register, today
from stack import problem, until

VERBS = ("do", "verify", "return")
BODIES = {"do": {"result": "Đã kiểm tra lại hồ sơ"},
          "return": {"reason": "Còn sót"}}
DUE = "2099-05-29"
ANSWERS = {
    "BH01": {"value": True, "cause": "Nể nang", "remedy": "Kiểm tra hằng tuần",
             "remedy_due_on": DUE},
    "BH02": {"value": True, "remedy": "Trả lời đúng hạn", "remedy_done": True},
    "BH03": {"value": False},
    "BH04": {"value": True, "cause": "Chưa rõ việc", "remedy": ""}}
month = ((y, m) for y in range(2100, 2200) for m in range(1, 13))


@pytest.fixture
def lines(stack):
    return Register(stack, "remediations")


def concluded(office, user=DOER, judge=HEAD, answers=ANSWERS, **body):
    """A review that has been concluded, and its lines by code."""
    r = office.make("reviews", user, {
        "criteria_set_code": "BH-2023", "answers": answers,
        "period": "%d-%02d" % next(month), **body})
    r = office.go("reviews", r, "submit", user)
    path = f"/v1/reviews/{r['id']}/remediations"
    assert office.all(path, judge) == []
    r = office.go("reviews", r, "conclude", judge, conclusion="Nhất trí")
    return r, {x["code"]: x for x in office.all(path, user)}


def test_a_conclusion_makes_a_line_of_each_remedy(office, lines):
    review, made = concluded(office)
    assert made.keys() == {"BH01", "BH02"}
    x = made["BH01"]
    assert (x["status"], x["review_id"], x["cause"], x["remedy"], x["due_on"],
            x["subject"]["code"], x["unit"]["code"], x["signal"]) == (
        "open", review["id"], "Nể nang", "Kiểm tra hằng tuần", DUE, DOER,
        "economy", "ok")
    # what was put right before is there to be verified
    y = made["BH02"]
    assert (y["status"], y["due_on"], y["done_on"]) == (
        "done", None, today(office.stack))
    assert office.events(x["id"]) == [("create", 1, HEAD)]
    assert office.ids("/v1/remediations?review=" + review["id"], HEAD) == \
        office.ids(f"/v1/reviews/{review['id']}/remediations", HEAD)
    # the review stays as it was written
    assert office.get("/v1/reviews/" + review["id"], DOER)["answers"] == \
        review["answers"]


def test_its_subject_does_it_and_who_looks_at_his_reviews_verifies(office,
                                                                   lines):
    x = concluded(office)[1]["BH01"]
    look = {HEAD, UNDER, CHAIR, DEPUTY}
    for user in (PEER, OFFICE, READER, CITY, SIBLING, STRANGER, ADMIN):
        assert not lines.sees(user, x), user
    lines.only(x, VERBS, {DOER: {"do"}, **{u: set() for u in look}}, BODIES)
    x = lines.do(DOER, x, "do", BODIES["do"])
    assert (x["status"], x["result"], x["done_on"], x["signal"]) == (
        "done", BODIES["do"]["result"], today(office.stack), "none")
    judge = {"verify", "return"}
    lines.only(x, VERBS, {DOER: set(), **{u: judge for u in look}}, BODIES)
    x = lines.do(UNDER, x, "return", BODIES["return"])
    assert (x["status"], x["return_reason"], x["returns"], x["done_on"]) == (
        "open", "Còn sót", 1, None)
    x = lines.do(DOER, x, "do", {"result": "Đã xong", "done_on": "2026-01-05"})
    assert (x["done_on"], x["return_reason"]) == ("2026-01-05", None)
    x = lines.do(HEAD, x, "verify")
    assert (x["status"], x["verified_by"]["code"], x["verified_on"],
            x["result"], x["done_on"]) == (
        "verified", HEAD, today(office.stack), "Đã xong", "2026-01-05")
    lines.only(x, VERBS, {DOER: set(), HEAD: set()}, BODIES)


def test_a_line_is_work_of_who_must_do_it_then_of_who_must_verify(office,
                                                                  lines):
    x = concluded(office)[1]["BH01"]

    def asked():
        return {u: w[x["id"]] for u in (DOER, HEAD, UNDER, CHAIR, PEER)
                if x["id"] in (w := lines.work(u))}

    at = asked()
    assert at.keys() == {DOER}
    w = at[DOER]
    assert (w["kind"], w["role"], w["due_on"], w["title"], w["verbs"],
            w["subject"]["code"], w["signal"]) == (
        "remediation", "do", DUE, "BH01 Khắc phục: Kiểm tra hằng tuần",
        ["do"], DOER, "ok")
    assert office.ids("/v1/remediations?mine=do&ids=" + x["id"], DOER)
    x = lines.do(DOER, x, "do", BODIES["do"])
    at = asked()
    assert DOER not in at and PEER not in at and HEAD in at
    assert (at[HEAD]["role"], set(at[HEAD]["verbs"])) == (
        "approve", {"verify", "return"})
    assert office.ids("/v1/remediations?mine=approve&ids=" + x["id"], HEAD)
    assert not office.ids("/v1/remediations?mine=approve&ids=" + x["id"], DOER)
    x = lines.do(HEAD, x, "return", BODIES["return"])
    assert asked().keys() == {DOER}
    x = lines.do(DOER, x, "do", BODIES["do"])
    lines.do(HEAD, x, "verify")
    assert not asked()


def test_a_units_line_is_its_leaders_and_verified_above(office, lines):
    x = concluded(office, HEAD, CHAIR, unit_code="economy")[1]["BH01"]
    assert x["subject"] is None
    assert x["id"] in lines.work(HEAD) and x["id"] not in lines.work(CHAIR)
    assert not lines.sees(DOER, x)
    x = lines.do(HEAD, x, "do", BODIES["do"])
    lines.refuse(HEAD, x, "verify")
    assert x["id"] in lines.work(CHAIR) and x["id"] not in lines.work(HEAD)
    assert lines.do(CHAIR, x, "verify")["status"] == "verified"


def test_each_is_told_when_it_is_his_turn(office, lines):
    def told(user, category, title):
        return until(lambda: [n for n in office.get(
            "/v1/notifications?limit=100&category=" + category, user)["items"]
            if (n["subject"] or {}).get("id") == x["id"]
            and n["title"].startswith(title)], what=f"{user}: {title}")

    x = concluded(office)[1]["BH01"]
    x = lines.do(DOER, x, "do", BODIES["do"])
    told(HEAD, "approval", "[Chờ duyệt] BH01 Khắc phục")
    x = lines.do(HEAD, x, "return", BODIES["return"])
    told(DOER, "returned", "[Trả lại] BH01 Khắc phục")
    x = lines.do(DOER, x, "do", BODIES["do"])
    x = lines.do(HEAD, x, "verify")
    told(DOER, "result", "[Kết quả] Đã xác nhận: BH01 Khắc phục")


def test_a_list_is_filtered_sorted_and_counted(office, lines):
    review, made = concluded(office, answers={
        c: {"value": True, "remedy": "x", **more} for c, more in {
            "BH01": {"remedy_due_on": "2020-01-31"},
            "BH02": {"remedy_due_on": DUE}, "BH03": {},
            "BH04": {"remedy_due_on": "2098-01-02", "remedy_done": True},
        }.items()})
    name = {x["id"]: c[-1] for c, x in made.items()}

    def got(query):
        return "".join(name[i] for i in office.ids(
            f"/v1/remediations?limit=1&review={review['id']}&{query}", HEAD))

    for query, want in [
            ("", "1423"), ("sort=-due_on", "2413"), ("status=open", "123"),
            ("status=done", "4"), ("signal=overdue", "1"), ("signal=ok", "2"),
            ("due_from=2098-01-01", "42"), ("due_to=2098-01-02", "14"),
            ("subject=" + office.people[DOER], "1423"),
            ("subject=" + office.people[PEER], ""), ("mine=approve", "4"),
            ("mine=do", ""), ("unit=economy", "1423"), ("unit=culture", "")]:
        assert got(query) == want, query
    page = office.get(f"/v1/reviews/{review['id']}/remediations"
                      "?count=exact&counts=status", DOER)
    assert page["count"] == 4 and page["counts"]["status"] == {
        "open": 3, "done": 1}
    problem(office.stack.get(f"/v1/reviews/{review['id']}/remediations", PEER),
            404, "not_found")


@pytest.mark.parametrize("verb, body, want", [
    ("do", {}, {"/result": "required"}),
    ("do", {"result": ""}, {"/result": "too_short"}),
    ("do", {"result": "x", "done_on": "2150-01-01"},
     {"/done_on": "in_future"}),
    ("do", {"result": "x", "status": "verified"}, {"/status": "unknown"}),
    ("return", {}, {"/reason": "required"}),
    ("verify", {"result": "x"}, {"/result": "unknown"}),
])
def test_a_verb_says_what_it_needs(office, lines, verb, body, want):
    x = concluded(office)[1]["BH01" if verb == "do" else "BH02"]
    assert faults(office.stack.verb(lines.path(x, verb),
                                    DOER if verb == "do" else HEAD, x,
                                    body)) == want


