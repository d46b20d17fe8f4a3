"""Inspections sealed until announced, what they find, and the ladder of
measures - with a finding or without one - until every one is carried out."""

import datetime

import pytest

from office import Office
from register import Register, person, today
from stack import Stack, expect, problem, until

VERBS = ("announce", "start", "answer", "conclude", "close")
BODIES = {"answer": {"answer": "Đã rõ"}, "conclude": {"conclusion": "Có vi phạm"},
          "do": {"result": "Xong"}, "return": {"reason": "Chưa đủ"},
          "refer": {"to": "Công an thành phố", "document": "15/CV"}}
LEAD, HEAD, OTHER = "deputy.office", "head.pasc", "party.secretary"


@pytest.fixture(scope="module")
def stack():
    with Stack() as s:
        yield s


@pytest.fixture
def inspections(stack):
    return Register(stack, "inspections")


@pytest.fixture
def findings(stack):
    return Register(stack, "findings")


@pytest.fixture
def measures(stack):
    return Register(stack, "measures")


def planned(c, unit="pasc", user=LEAD, **more):
    return c.make(user, {"title": "Kiểm tra việc tiếp nhận hồ sơ",
                         "unit_code": unit, "due_on": "2031-06-30",
                         "origin": {"kind": "watch_list"}, **more})


def running(c, unit="pasc", **more):
    return c.do(LEAD, planned(c, unit, **more), "start")


def found(stack, c, x, **more):
    return expect(stack.post(c.path(x, "findings"), LEAD, {
        "title": "Hồ sơ quá hạn không có thư xin lỗi",
        "manifestation": "BH03", **more}), 201)


def measure(**more):
    return {"kind": "rectify", "title": "Khắc phục hồ sơ quá hạn",
            "due_on": "2031-07-15", **more}


def test_each_state_knows_its_verbs_and_each_person_his(inspections):
    c = inspections
    x = planned(c)
    team = {"update", "delete", "announce", "start"}
    c.only(x, VERBS, {LEAD: team, OTHER: team}, BODIES)
    x = c.do(LEAD, x, "announce")
    c.only(x, VERBS, {LEAD: {"update", "start"}, HEAD: {"answer"},
                      "chair": set(), "office1": set()}, BODIES)
    x = c.do(HEAD, x, "answer", {"answer": "Đơn vị sẵn sàng"})
    assert (x["status"], x["answer"]) == ("announced", "Đơn vị sẵn sàng")
    x = c.do(LEAD, x, "start")
    c.only(x, VERBS, {LEAD: {"update", "announce", "conclude"},
                      HEAD: {"answer"}}, BODIES)
    x = c.do(LEAD, x, "conclude", BODIES["conclude"])
    c.only(x, VERBS, {LEAD: {"close"}, HEAD: set()}, BODIES)
    x = c.do(LEAD, x, "close")
    assert x["status"] == "closed" and x["closed_on"] == today(c.s)
    c.only(x, VERBS, {LEAD: set(), HEAD: set()}, BODIES)


def test_sealed_until_announced(stack, inspections):
    c = inspections
    x = planned(c, members=[{"staff_code": "office3"}])
    assert x["sealed"] is True
    seen = {u for u in (LEAD, OTHER, "office3", HEAD, "staff.pasc1", "chair",
                        "deputy.chair1", "head.office", "office1", "admin",
                        "city.monitor", "head.culture") if c.sees(u, x)}
    assert seen == {LEAD, OTHER, "office3"}
    # nothing of it shows in the work of whom it concerns
    assert x["id"] not in c.work(HEAD) and x["id"] in c.work(LEAD)
    c.refuse(HEAD, x, "answer", BODIES["answer"], "not_found")
    x = c.do(LEAD, x, "announce")
    assert x["sealed"] is False
    assert c.sees(HEAD, x) and c.sees("chair", x)
    assert not c.sees("staff.pasc1", x) and not c.sees("head.culture", x)
    until(lambda: [n for n in expect(stack.get("/v1/notifications", HEAD),
                                     200)["items"]
                   if n["href"] == c.path(x)], 20, what="the head is told")


def test_nobody_inspects_himself_or_the_unit_he_leads(stack, inspections):
    c = inspections
    def wrong(r):
        return {(e["pointer"], e["code"])
                for e in problem(r, 422, "invalid")["errors"]}
    body = {"title": "Kiểm tra", "unit_code": "pasc",
            "origin": {"kind": "plan"}}
    assert wrong(stack.post("/v1/inspections", LEAD, {
        **body, "lead_staff_code": HEAD,
        "members": [{"staff_code": HEAD}]})) == {
            ("/lead_staff_code", "in_conflict"), ("/members", "in_conflict")}
    assert wrong(stack.post("/v1/inspections", LEAD, {
        **body, "subject_staff_code": "staff.pasc1",
        "lead_staff_code": "staff.pasc1"})) == {
            ("/lead_staff_code", "in_conflict")}
    x = planned(c)
    assert wrong(stack.patch(c.path(x), LEAD, {"lead_staff_code": HEAD},
                             1)) == {("/lead_staff_code", "in_conflict")}
    assert not c.sees(HEAD, x)


def test_a_surprise_stays_sealed_until_its_day_even_while_it_runs(inspections):
    c = inspections
    day = datetime.date.fromisoformat(today(c.s))
    soon = planned(c, sealed_until=str(day + datetime.timedelta(30)))
    soon = c.do(LEAD, soon, "start")
    assert soon["sealed"] and not c.sees(HEAD, soon)
    soon = c.do(LEAD, soon, "announce")
    assert soon["status"] == "running" and c.sees(HEAD, soon)
    past = planned(c, sealed_until=str(day))
    assert not past["sealed"] and c.sees(HEAD, past)
    begun = c.do(LEAD, planned(c), "start")         # they are at the door
    assert c.sees(HEAD, begun)


def test_whoever_belongs_to_the_inspected_unit_is_not_in_the_know(inspections):
    c = inspections
    x = planned(c, unit="office", user=OTHER)
    assert c.sees(OTHER, x) and not c.sees(LEAD, x)     # of that very office
    y = planned(c, unit="ward-thanh-khe", user=OTHER)
    assert not c.sees(LEAD, y)
    z = c.make(OTHER, {"title": "Kiểm tra cá nhân", "unit_code": "office",
                       "origin": {"kind": "press", "ref": "Báo ngày 5/1"},
                       "subject_staff_code": LEAD})
    assert not c.sees(LEAD, z)
    z = c.do(OTHER, z, "announce")
    assert c.may(LEAD, z) == {"answer"}     # an inspector, but it is about him
    problem(c.s.post("/v1/inspections", "head.culture", {
        "title": "Tự phong", "unit_code": "pasc",
        "origin": {"kind": "plan"}}), 403, "forbidden")


def test_findings_are_the_teams_until_the_conclusion_states_them(
        stack, inspections, findings):
    c, f = inspections, findings
    x = planned(c)
    problem(stack.post(c.path(x, "findings"), LEAD, {"title": "Sớm"}), 409,
            "wrong_state")
    x = c.do(LEAD, x, "start")
    n = found(stack, c, x)
    assert (n["status"], n["unit"]["code"]) == ("draft", "pasc")
    assert f.sees(OTHER, n) and not f.sees(HEAD, n) and not f.sees("chair", n)
    assert expect(stack.get(c.path(x, "findings"), HEAD), 200)["items"] == []
    problem(stack.post(c.path(x, "findings"), HEAD, {"title": "Hộ"}), 403,
            "forbidden")
    problem(stack.post(c.path(x, "findings"), LEAD, {
        "title": "Ngoài", "unit_code": "culture"}), 422, "invalid")
    sealed = planned(c)
    problem(stack.post(c.path(sealed, "findings"), HEAD, {"title": "?"}),
            404, "not_found")
    n = f.patch(LEAD, n, {"cause": "Thiếu theo dõi"})
    x = c.do(LEAD, x, "conclude", BODIES["conclude"])
    n = f.read(HEAD, n)
    assert n["status"] == "stated"
    assert stack.one("SELECT count(*) FROM event WHERE ref = %s"
                     " AND verb = 'state' AND version = %s", n["id"],
                     n["version"]) == 1
    problem(stack.patch(f.path(n), LEAD, {"title": "Khác"}, n["version"]),
            409, "wrong_state")
    n = f.do(HEAD, n, "answer", {"answer": "Đã phân công lại"})
    f.only(n, ("answer",), {HEAD: {"answer"}, LEAD: set(), "chair": set()},
           BODIES)
    listed = expect(stack.get(c.path(x, "findings"), "chair"), 200)["items"]
    assert [i["id"] for i in listed] == [n["id"]]


def test_every_measure_is_carried_out_before_the_inspection_closes(
        stack, inspections, findings, measures):
    c, m = inspections, measures
    x = running(c)
    n = found(stack, c, x)
    problem(stack.post(findings.path(n, "measures"), LEAD, measure()), 409,
            "wrong_state")          # what is not stated cannot be acted on
    x = c.do(LEAD, x, "conclude", BODIES["conclude"])
    a = expect(stack.post(findings.path(n, "measures"), LEAD, measure()), 201)
    b = m.make(LEAD, measure(finding_id=n["id"], kind="crime",
                             title="Chuyển dấu hiệu tội phạm"))
    assert a["inspection_id"] == b["inspection_id"] == x["id"]
    assert a["unit"]["code"] == "pasc"
    c.refuse(LEAD, x, "close", code="wrong_state")
    verbs = ("do", "verify", "return", "refer")
    judge = {"update", "refer"}
    m.only(a, verbs, {LEAD: judge | {"delete"}, OTHER: judge,
                      HEAD: judge | {"do"}, "office1": set()}, BODIES)
    a = m.do(HEAD, a, "do", {"result": "Đã gửi 12 thư xin lỗi"})
    m.only(a, verbs, {LEAD: {"verify", "return", "refer"},
                      HEAD: {"refer"}, "office1": set()}, BODIES)
    a = m.do(LEAD, a, "return", {"reason": "Còn 3 hồ sơ"})
    assert (a["status"], a["returns"], a["done_on"]) == ("open", 1, None)
    a = m.do(HEAD, a, "do", {"result": "Đủ 15 thư"})
    c.refuse(LEAD, x, "close", code="wrong_state")
    a = m.do(LEAD, a, "verify")
    m.only(a, verbs, {LEAD: set(), HEAD: set()}, BODIES)
    b = m.do(LEAD, b, "refer", BODIES["refer"])
    assert (b["status"], b["referred_to"]) == ("referred", "Công an thành phố")
    below = expect(stack.get(c.path(x, "measures") + "?counts=status",
                             "chair"), 200)
    assert below["counts"]["status"] == {"verified": 1, "referred": 1}
    assert {i["id"] for i in below["items"]} == {a["id"], b["id"]}
    c.do(LEAD, x, "close")


def test_what_is_concluded_is_late_no_more(inspections):
    c = inspections
    x = running(c, due_on="2026-01-05")
    work = c.work(LEAD)[x["id"]]
    assert (work["due_on"], work["signal"]) == ("2026-01-05", "overdue")
    x = c.do(LEAD, x, "conclude", BODIES["conclude"])
    work = c.work(LEAD)[x["id"]]        # to be closed, by no day
    assert (work["role"], work["due_on"], work["signal"]) == ("do", None,
                                                              "none")


def test_who_did_what_he_had_ordered_is_verified_above(measures):
    m = measures
    x = m.make("head.culture", measure(unit_code="culture"))
    assert m.work("head.culture")[x["id"]]["role"] == "do"
    x = m.do("head.culture", x, "do", {"result": "Xong"})
    assert x["id"] not in m.work("head.culture")
    work = m.work("chair")[x["id"]]
    assert work["role"] == "approve" and "verify" in work["verbs"]
    m.do("chair", x, "verify")
    assert x["id"] not in m.work("chair")


def test_what_somebody_leaves_to_be_verified_is_verified_above(stack,
                                                               measures):
    m, office = measures, Office(stack)
    gone = office.person("office")
    office.grant(gone, "inspector", "ward-thanh-khe")
    x = m.make(gone, measure(unit_code="culture"))
    x = m.do("head.culture", x, "do", {"result": "Xong"})
    assert x["id"] in m.work(gone) and x["id"] not in m.work("chair")
    stack.sql("UPDATE staff SET status = 'left' WHERE username = %s", gone)
    assert m.work("chair")[x["id"]]["role"] == "approve"


def test_a_measure_about_the_head_himself_is_work_of_his(stack, measures):
    m = measures
    x = m.make("chair", measure(kind="self_criticism", subject_staff_id=person(
        stack, "head.culture")))
    assert m.work("head.culture")[x["id"]]["verbs"] == ["do"]
    x = m.do("head.culture", x, "do", {"result": "Đã kiểm điểm"})
    assert m.work("chair")[x["id"]]["role"] == "approve"
    assert x["id"] not in m.work("head.culture")


def test_all_unexecuted_measures_are_one_list(stack, measures):
    m = measures
    alone = m.make("chair", measure(
        unit_code="culture", lead_staff_code="staff.culture1",
        kind="self_criticism", due_on="2026-01-05"))
    assert alone["finding_id"] is None and alone["inspection_id"] is None
    done = m.make("chair", measure(unit_code="economy"))
    done = m.do("head.economy", done, "do", {"result": "Xong"})
    over = m.do("chair", m.make("chair", measure(unit_code="economy")),
                "refer", BODIES["refer"])
    page = expect(stack.get("/v1/measures?status=open,done&sort=due_on"
                            "&limit=200&counts=status,kind", "chair"), 200)
    ids = [i["id"] for i in page["items"]]
    assert alone["id"] in ids and done["id"] in ids and over["id"] not in ids
    assert [i["due_on"] for i in page["items"]] == sorted(
        i["due_on"] for i in page["items"])
    late = expect(stack.get("/v1/measures?signal=overdue", "chair"),
                  200)["items"]
    assert [i["id"] for i in late] == [alone["id"]]
    assert late[0]["days_left"] < 0
    # who must do it, and who judges, each has it in his work
    work = m.work("staff.culture1")[alone["id"]]
    assert (work["role"], work["signal"], work["due_on"]) == (
        "do", "overdue", "2026-01-05")
    assert m.work("chair")[done["id"]]["role"] == "approve"
    assert alone["id"] not in m.work("head.culture")


def test_nobody_judges_a_measure_about_himself_or_that_was_his(
        stack, measures):
    m = measures
    who = person(stack, "head.culture")
    x = m.make("chair", measure(kind="discipline", subject_staff_id=who,
                                lead_staff_code="head.office"))
    assert x["unit"]["code"] == "culture"       # where he belongs
    assert m.may("head.culture", x) == set()
    x = m.do("head.office", x, "do", {"result": "Đã họp kiểm điểm"})
    assert m.may("head.office", x) == set()
    assert "verify" in m.may("chair", x)
    problem(stack.post("/v1/measures", "head.culture", measure(
        subject_staff_id=who)), 403, "forbidden")
    seen = {u for u in ("head.culture", "head.office", "chair", LEAD,
                        "office2", "staff.culture1", "office1",
                        "head.economy", "city.monitor") if m.sees(u, x)}
    assert seen == {"head.culture", "head.office", "chair", LEAD, "office2"}


def test_measures_need_a_due_day_and_a_place(stack):
    p = problem(stack.post("/v1/measures", "chair", {
        "kind": "shout", "title": "x"}), 422, "invalid")
    assert {e["pointer"]: e["code"] for e in p["errors"]} == {
        "/kind": "not_in_list", "/due_on": "required"}
    p = problem(stack.post("/v1/measures", "chair", measure()), 422,
                "invalid")
    assert p["errors"][0]["pointer"] in ("/unit_id", "/unit_code")
    ghost = "01900000-0000-7000-8000-000000000000"
    p = problem(stack.post("/v1/measures", "chair", measure(
        unit_code="culture", finding_id=ghost)), 422, "invalid")
    assert p["errors"][0] | {"detail": None} == {
        "pointer": "/finding_id", "code": "unknown_reference",
        "detail": None}


def test_what_is_removed_can_be_taken_back(stack, inspections):
    c = inspections
    x = planned(c)
    expect(stack.call("DELETE", c.path(x), LEAD, If_Match='"v1"'), 204)
    assert not c.sees(LEAD, x)
    gone = expect(stack.get(f"/v1/inspections?deleted=only&ids={x['id']}",
                            LEAD), 200)["items"]
    assert [i["id"] for i in gone] == [x["id"]]
    x = expect(stack.post(c.path(x, "restore"), LEAD), 200)
    assert c.sees(LEAD, x) and not c.sees(HEAD, x)


def test_who_shall_lead_is_told_and_who_need_not_act_any_more(
        stack, inspections, measures):
    def told(user, path):
        until(lambda: [n for n in expect(stack.get(
            "/v1/notifications?limit=100", user), 200)["items"]
            if n["href"] == path], 20, what=user)
    x = planned(inspections, user="chair", lead_staff_code=LEAD)
    told(LEAD, inspections.path(x))
    y = measures.make("chair", measure(unit_code="economy",
                                       lead_staff_code="staff.economy1"))
    told("staff.economy1", measures.path(y))
    y = measures.do("chair", y, "refer", BODIES["refer"])
    until(lambda: [n for n in expect(stack.get(
        "/v1/notifications?limit=100", "staff.economy1"), 200)["items"]
        if n["href"] == measures.path(y) and n["category"] == "result"], 20,
        what="it is no longer his to do")
