"""Plans: their text, who sees them when, and the way from draft to force."""

import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest

from office import (ADMIN, CHAIR, CITY, DEPUTY, DOER, HEAD, OFFICE, PERSONNEL,
                    READER, STRANGER, WARD, faults)
from stack import expect, new_id, problem, until

# (status, verb): who may, of ACTORS. The author is the office's.
ACTORS = [OFFICE, PERSONNEL, CHAIR, DEPUTY, HEAD, DOER, READER, CITY, ADMIN,
          "far.chair"]
STEPS = {
    ("draft", "submit"): {OFFICE},
    ("submitted", "withdraw"): {OFFICE},
    ("submitted", "return"): {CHAIR},
    ("submitted", "issue"): {CHAIR},
    ("issued", "activate"): {CHAIR},
    ("issued", "amend"): {CHAIR},
    ("in_force", "amend"): {CHAIR},
    ("issued", "cancel"): {CHAIR},
    ("in_force", "close"): {CHAIR},
    ("in_force", "supersede"): {CHAIR},
    ("in_force", "cancel"): {CHAIR},
}
GOES = {"submit": "submitted", "withdraw": "draft", "return": "draft",
        "issue": "issued", "activate": "in_force", "close": "closed",
        "supersede": "superseded", "cancel": "cancelled", "amend": None}
AMENDING = {"number": "52/QĐ-UBND", "issued_on": "2024-02-15"}
NEEDS = {"amend": {"reason": "Đổi hạn", "patch": {"text": "Văn bản mới"},
                   "document": AMENDING},
         "return": {"reason": "Chưa rõ"}, "cancel": {"reason": "Thôi"},
         "issue": {"issued_on": "2024-01-15"}}
# who is not even told that it is there
BLIND = {"draft": set(ACTORS) - {OFFICE},
         "submitted": {DOER, ADMIN, HEAD, "far.chair"},
         **{s: {"far.chair"} for s in (
             "issued", "in_force", "closed", "superseded", "cancelled")}}
WAY = {"draft": [], "submitted": ["submit"], "issued": ["submit", "issue"],
       "in_force": ["submit", "issue", "activate"],
       "closed": ["submit", "issue", "activate", "close"],
       "superseded": ["submit", "issue", "activate", "supersede"],
       "cancelled": ["submit", "issue", "cancel"]}


@pytest.fixture(scope="module")
def far(office):
    tag, chair, *rest = office.elsewhere()
    return tag, chair, *rest


def walk(office, *verbs, **body):
    plan = office.plan(**body)
    for v in verbs:
        plan = office.go("plans", plan, v, OFFICE if v == "submit" else CHAIR,
                         **NEEDS.get(v, {}))
    return plan


# --- the document ---

WHOLE = {
    "kind": "programme", "symbol": "CTr-UBND", "title": "Chương trình năm",
    "text": "Toàn văn\ncó nhiều dòng", "issuer": "UBND phường",
    "place": "Thanh Khê", "signer": {"title": "CHỦ TỊCH", "name": "Ẩn danh"},
    "legal_bases": [{"relation": "implements", "kind": "directive",
                     "number": "34-CT/TU", "issued_on": "2023-10-27",
                     "issuer": "Thành ủy", "title": "Chỉ thị",
                     "source": {"cited_in": ["I.1"]}},
                    {"relation": "supersedes", "kind": "plan",
                     "title": "Kế hoạch cũ"}],
    "sections": [{"code": "I", "title": "Mục đích", "points": [
        {"code": "I.1", "title": "Quán triệt", "text": "x"}]}],
    "recipients": [{"name": "Đảng ủy", "audience": None, "archive": False},
                   {"name": "Lưu: VT", "archive": True}],
    "source": {"any": ["thing", {"kept": 1}]},
}


def test_a_plan_is_kept_as_it_was_written(office):
    plan = office.plan(**WHOLE)
    for k, v in WHOLE.items():
        if k == "recipients":
            assert [x["name"] for x in plan[k]] == ["Đảng ủy", "Lưu: VT"]
        else:
            assert plan[k] == v, k
    assert plan["issuer_unit"]["code"] == WARD
    assert (plan["status"], plan["version"], plan["number"],
            plan["issued_on"], plan["returns"]) == ("draft", 1, None, None, 0)
    assert plan["_permissions"] == ["update", "delete", "submit"]
    assert office.get(f"/v1/plans/{plan['id']}", OFFICE) == plan
    assert office.events(plan["id"]) == [("create", 1, OFFICE)]


def test_a_merge_patch_merges(office):
    plan = office.plan(**WHOLE)
    p = office.patch("plans", plan, OFFICE, symbol=None, title="Tên khác",
                     signer={"name": "Người khác"}, sections=[])
    assert (p["symbol"], p["title"], p["sections"]) == (None, "Tên khác", [])
    assert p["signer"] == {"title": "CHỦ TỊCH", "name": "Người khác"}
    assert p["legal_bases"] == plan["legal_bases"]  # whole, where not named
    p = office.patch("plans", p, OFFICE, signer={"name": None})
    assert p["signer"] == {"title": "CHỦ TỊCH"}
    p = office.patch("plans", p, OFFICE, signer=None)
    assert p["signer"] is None and p["version"] == 4
    assert faults(office.stack.patch(
        f"/v1/plans/{p['id']}", OFFICE, {"signer": {"name": "x"}},
        4)) == {"/signer/title": "required"}
    before, = office.stack.sql(
        "SELECT before FROM camket.event WHERE ref = %s AND version = 2",
        p["id"])[0]
    assert before["title"] == plan["title"]


@pytest.mark.parametrize("change, want", [
    ({"title": None}, {"/title": "required"}),
    ({"title": "x" * 1001}, {"/title": "too_long"}),
    ({"kind": "poem"}, {"/kind": "not_in_list"}),
    ({"number": "1"}, {"/number": "server_set"}),
    ({"issuer_unit_code": None}, {"/issuer_unit_id": "required"}),
    ({"issuer_unit_code": "nowhere"},
     {"/issuer_unit_code": "unknown_reference"}),
    ({"issuer_unit_code": "ward-tan-chinh"}, {"/issuer_unit_code": "ended"}),
    ({"signer": {"name": "x"}}, {"/signer/title": "required"}),
    ({"legal_bases": [{"relation": "likes", "kind": "plan", "title": "x"}]},
     {"/legal_bases/0/relation": "not_in_list"}),
    ({"legal_bases": [{"relation": "based_on", "kind": "plan", "title": "x",
                       "issued_on": "2024-02-30"}]},
     {"/legal_bases/0/issued_on": "bad_format"}),
    ({"sections": [{"code": "I", "title": "a", "points": [{"code": "1"}]}]},
     {"/sections/0/points/0/title": "required"}),
    ({"sections": "none"}, {"/sections": "wrong_type"}),
    ({"recipients": [None]}, {"/recipients/0": "not_null"}),
])
def test_a_wrong_plan_is_refused_naming_the_member(office, change, want):
    b = {"title": "never", "issuer_unit_code": WARD, **change}
    for k in [k for k, v in change.items() if v is None]:
        del b[k]
    assert faults(office.stack.post("/v1/plans", OFFICE, b)) == want
    assert office.stack.one("SELECT count(*) FROM camket.plan"
                            " WHERE title = 'never'") == 0


def test_a_plan_is_drafted_where_one_drafts(office, far):
    b = {"title": "x", "issuer_unit_code": WARD}
    for user in (HEAD, DOER, READER, CITY, ADMIN):
        problem(office.stack.post("/v1/plans", user, b), 403, "forbidden")
    expect(office.stack.post("/v1/plans", HEAD, {
        **b, "issuer_unit_code": "economy"}), 201)
    problem(office.stack.post("/v1/plans", HEAD, {
        **b, "issuer_unit_code": "culture"}), 403, "forbidden")
    assert faults(office.stack.post("/v1/plans", OFFICE, {
        **b, "issuer_unit_code": far[0]})) == {
            "/issuer_unit_code": "unknown_reference"}
    assert faults(office.stack.post("/v1/plans", far[1], b)) == {
        "/issuer_unit_code": "unknown_reference"}


# --- states ---

def test_every_verb_in_every_status_by_everybody(office, far):
    """What the table allows happens; all else is refused and changes
    nothing."""
    names = {a: far[1] if a == "far.chair" else a for a in ACTORS}
    for status, way in WAY.items():
        plan = walk(office, *way)
        assert plan["status"] == status
        for verb in GOES:
            may = STEPS.get((status, verb), set())
            for actor in ACTORS:
                if actor in may:
                    continue
                r = office.stack.verb(f"/v1/plans/{plan['id']}/{verb}",
                                      names[actor], plan, NEEDS.get(verb))
                blind = actor in BLIND[status]
                want = 404 if blind else 403 if may else 409
                assert r.status_code == want, (status, verb, actor, r.text)
            if not may:
                p = problem(office.stack.verb(
                    f"/v1/plans/{plan['id']}/{verb}", OFFICE, plan,
                    NEEDS.get(verb)), 409, "wrong_state")
                assert p["current_status"] == status
                assert set(p["allowed"]) == set(office.get(
                    f"/v1/plans/{plan['id']}", OFFICE)["_permissions"])
        assert office.get(f"/v1/plans/{plan['id']}",
                          OFFICE)["version"] == plan["version"]
        for verb in GOES:
            for actor in STEPS.get((status, verb), set()):
                p = walk(office, *way)
                q = office.go("plans", p, verb, actor, **NEEDS.get(verb, {}))
                assert q["status"] == (GOES[verb] or status)
                assert q["version"] == p["version"] + 1
                assert office.events(p["id"])[-1] == (
                    verb, q["version"], actor)


def test_permissions_are_what_the_verbs_do(office):
    for status, way in WAY.items():
        plan = walk(office, *way)
        for actor in ACTORS[:-1]:
            r = office.stack.get(f"/v1/plans/{plan['id']}", actor)
            if actor in BLIND[status]:
                problem(r, 404, "not_found")
                continue
            want = {v for (s, v), who in STEPS.items()
                    if s == status and actor in who}
            if status == "draft" and actor == OFFICE:
                want |= {"update", "delete"}
            assert set(expect(r, 200)["_permissions"]) == want, (status, actor)


def test_a_plan_is_not_issued_by_its_author(office):
    plan = expect(office.stack.post("/v1/plans", CHAIR, {
        "title": "Của chính Chủ tịch", "issuer_unit_code": WARD}), 201)
    plan = office.go("plans", plan, "submit", CHAIR)
    assert plan["_permissions"] == ["withdraw"]
    for verb in ("issue", "return"):
        problem(office.stack.verb(f"/v1/plans/{plan['id']}/{verb}", CHAIR,
                                  plan, NEEDS[verb]), 403, "forbidden")
    assert plan["id"] not in [w["id"] for w in office.all(
        "/v1/me/work?role=approve&kind=plan", CHAIR)]


def test_what_is_returned_says_why_until_it_is_handed_up_again(office):
    plan = walk(office, "submit", "return")
    assert (plan["return_reason"], plan["returns"], plan["status"]) == (
        "Chưa rõ", 1, "draft")
    # whoever may read the unit sees why; the author alone writes
    assert office.get(f"/v1/plans/{plan['id']}", READER)["_permissions"] == []
    problem(office.stack.patch(f"/v1/plans/{plan['id']}", PERSONNEL,
                               {"title": "x"}, plan["version"]), 403,
            "forbidden")
    plan = office.patch("plans", plan, OFFICE, title="Đã rõ")
    plan = office.go("plans", plan, "submit", OFFICE)
    assert (plan["return_reason"], plan["returns"]) == (None, 1)


@pytest.mark.parametrize("verb, body, want", [
    ("return", {}, {"/reason": "required"}),
    ("return", {"reason": " "}, {"/reason": "too_short"}),
    ("issue", {}, {"/issued_on": "required"}),
    ("issue", {"issued_on": "2024-02-30"}, {"/issued_on": "bad_format"}),
    ("issue", {"issued_on": "2199-01-01"}, {"/issued_on": "in_future"}),
    ("issue", {"issued_on": "2024-01-01", "number": ""},
     {"/number": "too_short"}),
    ("issue", {"issued_on": "2024-01-01", "nummer": "1"},
     {"/nummer": "unknown"}),
    ("withdraw", {"note": 1}, {"/note": "wrong_type"}),
])
def test_a_verb_says_what_it_needs(office, verb, body, want):
    plan = walk(office, "submit")
    user = OFFICE if verb == "withdraw" else CHAIR
    assert faults(office.stack.verb(f"/v1/plans/{plan['id']}/{verb}", user,
                                    plan, body)) == want


def test_a_number_is_given_once_a_year_and_kind(office):
    def issue(plan, number, on):
        return office.stack.verb(f"/v1/plans/{plan['id']}/issue", CHAIR, plan,
                                 {"number": number, "issued_on": on})

    unit = office.unit(kind="ward")["code"]
    a, b, c, e = (walk(office, "submit", issuer_unit_code=unit)
                  for _ in range(4))
    a = expect(issue(a, "77/KH-UBND", "2024-03-01"), 200)
    assert (a["number"], a["issued_on"]) == ("77/KH-UBND", "2024-03-01")
    p = problem(issue(b, "77/KH-UBND", "2024-12-31"), 409, "duplicate")
    assert p["errors"][0]["pointer"] == "/number"
    expect(issue(b, "77/KH-UBND", "2025-01-01"), 200)
    expect(issue(c, "77b/KH-UBND", "2024-03-01"), 200)
    # as people write it, it is the same number
    for twin in ("77", "077/KH-ubnd", " 77/QĐ "):
        problem(issue(e, twin, "2024-06-01"), 409, "duplicate")
    d = walk(office, "submit", kind="directive", issuer_unit_code=unit)
    expect(issue(d, "77/KH-UBND", "2024-03-01"), 200)
    assert [x["id"] for x in office.all(
        "/v1/plans?number=77/KH-UBND&kind=plan&sort=issued_on&unit=" + unit,
        CHAIR)] == [a["id"], b["id"]]


# --- amendments ---

def amend(office, plan, user=CHAIR, **body):
    return office.stack.verb(f"/v1/plans/{plan['id']}/amend", user, plan,
                             {**NEEDS["amend"], **body})


def test_issued_content_changes_by_amendment_only(office):
    plan = walk(office, "submit", "issue", **WHOLE)
    for user in (OFFICE, CHAIR):
        problem(office.stack.patch(f"/v1/plans/{plan['id']}", user,
                                   {"text": "x"}, plan["version"]), 409,
                "wrong_state")
    sections = [{"code": "I", "title": "Mục đích", "points": [
        {"code": "I.1", "title": "Quán triệt", "text": "y"},
        {"code": "I.2", "title": "Thêm điểm"}]}]
    p = expect(amend(office, plan, reason="Bổ sung điểm", patch={
        "sections": sections, "place": None, "title": plan["title"],
        "signer": {"title": "KT. CHỦ TỊCH", "name": None}}), 200)
    assert (p["version"], p["amendments"], p["status"]) == (
        plan["version"] + 1, 1, "issued")
    assert (p["sections"], p["place"], p["signer"]) == (
        sections, None, {"title": "KT. CHỦ TỊCH"})
    same = set(p) - {"sections", "place", "signer", "version", "amendments",
                     "updated_at", "_permissions"}
    assert {k: p[k] for k in same} == {k: plan[k] for k in same}
    # what it says is what has changed, whatever the patch has named
    a, = office.all(f"/v1/plans/{p['id']}/amendments", READER)
    assert (a["nth"], a["plan_version"], a["reason"], a["document"]) == (
        1, p["version"], "Bổ sung điểm", AMENDING)
    assert a["author"]["code"] == CHAIR
    assert {c["pointer"]: (c["old"], c["new"]) for c in a["changes"]} == {
        "/place": ("Thanh Khê", None),
        "/sections/0/points/0/text": ("x", "y"),
        "/sections/0/points/1": (None, sections[0]["points"][1]),
        "/signer/name": ("Ẩn danh", None),
        "/signer/title": ("CHỦ TỊCH", "KT. CHỦ TỊCH")}
    # in force, once more
    p = office.go("plans", p, "activate", CHAIR)
    p = expect(amend(office, p, patch={"title": "Tên đã sửa"}), 200)
    assert [x["nth"] for x in office.all(
        f"/v1/plans/{p['id']}/amendments?limit=1", CHAIR)] == [1, 2]
    assert [x["nth"] for x in office.all(
        f"/v1/plans/{p['id']}/amendments?sort=-nth", CHAIR)] == [2, 1]


@pytest.mark.parametrize("body, want", [
    ({"patch": {}}, {"/patch": "required"}),
    ({"patch": {"place": None, "recipients": None}}, {"/patch": "required"}),
    ({"patch": {"title": None}}, {"/patch/title": "not_null"}),
    ({"patch": {"number": "1"}}, {"/patch/number": "unknown"}),
    ({"patch": {"kind": "directive"}}, {"/patch/kind": "unknown"}),
    ({"patch": {"signer": {"name": "x"}}}, {"/signer/title": "required"}),
    ({"patch": {"sections": [{"code": "I"}]}},
     {"/patch/sections/0/title": "required"}),
    ({"reason": None}, {"/reason": "required"}),
    ({"document": None}, {"/document": "required"}),
    ({"document": {**AMENDING, "issued_on": "2199-01-01"}},
     {"/document/issued_on": "in_future"}),
    ({"document": {"number": "1"}}, {"/document/issued_on": "required"}),
])
def test_an_amendment_says_what_why_and_by_what(office, body, want):
    plan = walk(office, "submit", "issue")
    b = {k: v for k, v in {**NEEDS["amend"], **body}.items() if v is not None}
    assert faults(office.stack.verb(f"/v1/plans/{plan['id']}/amend", CHAIR,
                                    plan, b)) == want
    assert office.all(f"/v1/plans/{plan['id']}/amendments", CHAIR) == []


def test_amendments_at_one_instant_are_one_behind_the_other(office):
    plan = walk(office, "submit", "issue")
    with ThreadPoolExecutor(6) as pool:
        got = sorted(pool.map(lambda n: amend(
            office, plan, patch={"text": f"Lần {n}"}).status_code, range(6)))
    assert got == [200] + [412] * 5
    a, = office.all(f"/v1/plans/{plan['id']}/amendments", CHAIR)
    assert a["changes"][0]["new"] == office.get(
        f"/v1/plans/{plan['id']}", CHAIR)["text"]


def test_what_an_office_issues_is_not_amended_by_its_author(office):
    plan = expect(office.stack.post("/v1/plans", CHAIR, {
        "title": "x", "issuer_unit_code": WARD}), 201)
    plan = office.go("plans", plan, "submit", CHAIR)
    office.stack.sql("UPDATE camket.plan SET status = 'issued',"
                     " issued_on = '2024-01-15' WHERE id = %s", plan["id"])
    problem(amend(office, plan), 403, "forbidden")


# --- items, and what putting in force does to them ---

def test_a_plan_that_is_not_whole_is_not_handed_up(office):
    plan = office.plan()
    t = office.task(OFFICE, plan_id=plan["id"], code="II.9", due_on=None,
                    lead={"unit_code": "economy"})
    office.task(OFFICE, plan_id=plan["id"], code="II.10", kind="continuous",
                due_on=None, lead={"unit_code": "economy"})
    r = office.stack.verb(f"/v1/plans/{plan['id']}/submit", OFFICE, plan)
    assert faults(r) == {"/tasks/II.9/due_on": "no_due_day"}
    office.patch("tasks", t, OFFICE, due_on="2099-01-31")
    office.go("plans", plan, "submit", OFFICE)


def test_putting_in_force_gives_its_items_out(office):
    plan = office.plan_in_force([
        {"code": "I.1", "lead": {"unit_code": "economy"}},
        {"code": "I.2", "lead": {"staff_code": DOER},
         "due_on": "2024-01-31"},
        {"code": "I.3", "lead": {"unit_code": WARD}, "kind": "continuous",
         "due_on": None},
        {"code": "I.4", "lead": {"unit_code": "office"}, "kind": "recurring",
         "cadence": ["monthly"], "due_on": None}])
    assert (plan["status"], plan["activated_on"]) == ("in_force",
                                                       office.day())
    assert plan["count_from"] == office.day()
    tasks = {t["code"]: t for t in office.all(
        f"/v1/plans/{plan['id']}/tasks", CHAIR)}
    assert list(tasks) == ["I.1", "I.2", "I.3", "I.4"]
    assert {c: t["status"] for c, t in tasks.items()} == {
        "I.1": "assigned", "I.2": "assigned", "I.3": "assigned",
        "I.4": "in_progress"}
    for t in tasks.values():
        assert t["assigned_by"]["code"] == CHAIR
        assert t["assigned_on"] == t["count_from"] == office.day()
        assert office.events(t["id"])[-1] == ("assign", t["version"], CHAIR)
    # what fell due before it counts is history, not a miss
    assert [t["historic"] for t in tasks.values()] == [False, True, False,
                                                       False]
    assert tasks["I.2"]["timeliness"] == "open_in_term"
    assert tasks["I.2"]["signal"] == "none"


def test_counting_can_begin_on_another_day(office):
    late = {"code": "I.1", "lead": {"staff_code": DOER},
            "due_on": "2024-01-31"}
    plan = office.plan_in_force([late], count_from="2024-01-01")
    t, = office.all(f"/v1/plans/{plan['id']}/tasks", CHAIR)
    assert (t["historic"], t["timeliness"], t["signal"]) == (
        False, "overdue", "overdue")
    assert t["days_left"] < -500
    draft = walk(office, "submit", "issue")
    assert faults(office.stack.verb(
        f"/v1/plans/{draft['id']}/activate", CHAIR, draft,
        {"count_from": "2024-02-30"})) == {"/count_from": "bad_format"}


def test_what_is_handed_up_stays_as_it_is(office):
    plan = office.plan()
    t = office.task(OFFICE, plan_id=plan["id"], lead={"unit_code": "economy"})
    for verb, who in [("submit", OFFICE), ("issue", CHAIR)]:
        plan = office.go("plans", plan, verb, who, **NEEDS.get(verb, {}))
        problem(office.stack.patch(f"/v1/plans/{plan['id']}", OFFICE,
                                   {"title": "x"}, plan["version"]), 409,
                "wrong_state")
        path = f"/v1/tasks/{t['id']}"
        problem(office.stack.patch(path, OFFICE, {"title": "x"}, 1), 409,
                "wrong_state")
        problem(office.stack.call("DELETE", path, OFFICE, If_Match='"v1"'),
                409, "wrong_state")
        problem(office.stack.verb(path + "/assign", OFFICE, t), 409,
                "wrong_state")
        r = office.stack.post("/v1/tasks", OFFICE, {
            "title": "x", "plan_id": plan["id"], "due_on": "2099-01-01",
            "lead": {"unit_code": "economy"}})
        assert problem(r, 409, "wrong_state")["current_status"] == \
            plan["status"]
        assert office.get(path, OFFICE)["_permissions"] == []


def test_the_author_of_a_draft_alone_writes_its_items(office):
    plan = office.plan()
    b = {"title": "x", "plan_id": plan["id"], "due_on": "2099-01-01",
         "lead": {"unit_code": "economy"}}
    for user in (CHAIR, PERSONNEL, HEAD):
        assert faults(office.stack.post("/v1/tasks", user, b)) == {
            "/plan_id": "unknown_reference"}
    # below its issuer only
    for unit in ("city-da-nang", "ward-tan-chinh"):
        assert faults(office.stack.post("/v1/tasks", OFFICE, {
            **b, "lead": {"unit_code": unit}})) == {"/lead": "not_a_lead"}
    t = office.make("tasks", OFFICE, b)
    problem(office.stack.verb(f"/v1/tasks/{t['id']}/assign", OFFICE, t), 409,
            "wrong_state")
    assert faults(office.stack.patch(
        f"/v1/tasks/{t['id']}", OFFICE, {"lead": {"unit_code":
                                                  "city-da-nang"}}, 1)) == {
            "/lead": "not_a_lead"}
    # a draft's lead is free below its issuer
    assert office.patch("tasks", t, OFFICE, lead={"unit_code": "culture"})[
        "lead"]["code"] == "culture"
    plan = office.go("plans", plan, "submit", OFFICE)
    plan = office.go("plans", plan, "return", CHAIR, reason="x")
    problem(office.stack.post("/v1/tasks", CHAIR, b), 403, "forbidden")


def test_an_ended_plan_ends_what_is_open(office):
    plan = office.plan_in_force([
        {"code": "1", "lead": {"staff_code": DOER}},
        {"code": "2", "lead": {"staff_code": DOER}}])
    one, two = office.all(f"/v1/plans/{plan['id']}/tasks", CHAIR)
    office.go("tasks", one, "complete", DOER, result="Xong")
    plan = office.go("plans", plan, "cancel", CHAIR, reason="Không còn cần")
    one, two = office.all(f"/v1/plans/{plan['id']}/tasks", CHAIR)
    assert (one["status"], two["status"]) == ("done", "cancelled")
    assert two["timeliness"] == "cancelled"
    assert office.events(two["id"])[-1][0] == "cancel"


# --- removal ---

def test_a_draft_goes_with_its_items_and_comes_back_with_them(office):
    plan = office.plan()
    kept = office.task(OFFICE, plan_id=plan["id"], code="1")
    gone = office.task(OFFICE, plan_id=plan["id"], code="2")
    office.remove("tasks", gone, OFFICE)
    office.remove("plans", plan, OFFICE)
    path = f"/v1/plans/{plan['id']}"
    for p in (path, path + "/tasks", f"/v1/tasks/{kept['id']}"):
        problem(office.stack.get(p, OFFICE), 404, "not_found")
    assert plan["id"] in office.ids("/v1/plans?deleted=only", OFFICE)
    assert plan["id"] not in office.ids("/v1/plans", OFFICE)
    assert plan["id"] not in office.ids("/v1/plans?deleted=only", CHAIR)
    # an item does not come back without its plan
    problem(office.stack.post(f"/v1/tasks/{gone['id']}/restore", OFFICE), 409,
            "wrong_state")
    for user in (CHAIR, STRANGER):
        problem(office.stack.post(path + "/restore", user), 404, "not_found")
    back = expect(office.stack.post(path + "/restore", OFFICE), 200)
    assert back["version"] == 3
    assert [t["id"] for t in office.all(path + "/tasks", OFFICE)] == [
        kept["id"]]
    assert [e[0] for e in office.events(kept["id"])] == [
        "create", "delete", "restore"]
    expect(office.stack.post(f"/v1/tasks/{gone['id']}/restore", OFFICE), 200)


def test_what_has_been_handed_up_is_not_removed(office):
    for way in (["submit"], ["submit", "issue"]):
        plan = walk(office, *way)
        for user in (OFFICE, CHAIR):
            problem(office.stack.call(
                "DELETE", f"/v1/plans/{plan['id']}", user,
                If_Match=f'"v{plan["version"]}"'), 409, "wrong_state")


# --- lists ---

def test_lists_show_what_items_show(office, far):
    plans = {s: walk(office, *way) for s, way in WAY.items()}
    ids = ",".join(p["id"] for p in plans.values())
    for actor in ACTORS[:-1] + [far[1]]:
        name = "far.chair" if actor == far[1] else actor
        want = {p["id"] for s, p in plans.items()
                if name not in BLIND[s] and name != "far.chair"}
        assert set(office.ids(f"/v1/plans?ids={ids}", actor)) == want, actor
        page = office.get(f"/v1/plans?ids={ids}&count=exact&counts=status,kind",
                          actor)
        assert page["count"] == len(want)
        assert sum(page["counts"]["status"].values()) == len(want)
        assert sum(page["counts"]["kind"].values()) == len(want)


def test_a_list_is_filtered_and_sorted(office):
    unit = office.unit(kind="ward", name="Phường lọc", parent="ward-thanh-khe")
    u = unit["code"]

    def plan(title, **b):
        return office.plan(title=title, issuer_unit_code=u, **b)

    a = plan("Đường sá", kind="scheme")
    b = plan("Dân số")
    c = plan("Ăn ở, 100% hộ dân_số")
    b = office.go("plans", b, "submit", OFFICE)
    c = office.go("plans", c, "submit", OFFICE)
    c = office.go("plans", c, "issue", CHAIR, issued_on="2024-05-05",
                  number="9")

    def got(query):
        return office.ids(f"/v1/plans?unit={u}&limit=1&{query}", OFFICE)

    name = {a["id"]: "a", b["id"]: "b", c["id"]: "c"}
    for query, want in [
            ("sort=title", "cba"), ("sort=-title", "abc"),
            ("sort=created_at", "abc"), ("sort=-created_at", "cba"),
            ("sort=updated_at", "abc"), ("sort=issued_on", "cab"),
            ("sort=-issued_on", "cba"), ("", "cba"),
            ("status=draft,issued&sort=created_at", "ac"),
            ("kind=scheme", "a"), ("number=9", "c"),
            ("issued_from=2024-05-05&issued_to=2024-05-05", "c"),
            ("issued_from=2024-05-06", ""), ("mine=do", "a"),
            ("mine=assigned&sort=title", "cba"), ("q=duong sa", "a"),
            ("q=dân%20SỐ&sort=title", "cb"), ("q=100%25", "c"),
            ("q=n_s", "c"), ("subtree=false&sort=title", "cba")]:
        assert "".join(name[i] for i in got(query)) == want, query
    assert office.ids(f"/v1/plans?unit={u}&mine=approve&sort=title",
                      CHAIR) == [c["id"], b["id"]]
    assert office.ids(f"/v1/plans?unit={WARD}&mine=do&sort=title&q=duong sa",
                      OFFICE).count(a["id"]) == 1
    nfd = unicodedata.normalize("NFD", "Đường").encode()
    assert got("q=" + "".join(f"%{x:02X}" for x in nfd)) == [a["id"]]


@pytest.mark.parametrize("query", [
    "status=gone", "kind=poem", "mine=yours", "deleted=maybe", "q=a",
    "issued_from=2024-02-30", "sort=number", "counts=title", "count=about",
    "counts=status,status", "title=x", "limit=0", "limit=201", "cursor=x"])
def test_a_wrong_parameter_is_refused(office, query):
    r = office.stack.get("/v1/plans?" + query, OFFICE)
    assert expect(r, 400)["code"] in ("bad_parameter", "bad_cursor")


def test_what_hangs_below_a_plan_is_for_who_sees_the_plan(office, far):
    plan = office.plan()
    path = f"/v1/plans/{plan['id']}"
    for below in ("/tasks", "/obligations", "/amendments"):
        assert office.all(path + below, OFFICE) == []
        for user in (CHAIR, HEAD, STRANGER, far[1]):
            problem(office.stack.get(path + below, user), 404, "not_found")
        problem(office.stack.get(f"/v1/plans/{new_id()}{below}", OFFICE), 404,
                "not_found")


# --- who is told ---

def test_work_and_letters_follow_the_plan(office):
    def asked(user, plan):
        return [w for w in office.all("/v1/me/work?kind=plan", user)
                if w["id"] == plan["id"]]

    plan = office.plan(title="Kế hoạch báo tin")
    w, = asked(OFFICE, plan)
    assert (w["role"], w["verbs"], w["href"]) == (
        "do", ["update", "delete", "submit"], f"/v1/plans/{plan['id']}")
    assert asked(CHAIR, plan) == []
    plan = office.go("plans", plan, "submit", OFFICE)
    assert asked(OFFICE, plan) == []
    w, = asked(CHAIR, plan)
    assert (w["role"], w["verbs"]) == ("approve", ["return", "issue"])
    assert asked(DEPUTY, plan) == []
    told = until(lambda: [n for n in office.get(
        "/v1/notifications?category=approval", CHAIR)["items"]
        if (n["subject"] or {}).get("id") == plan["id"]])
    assert told[0]["title"] == "[Chờ duyệt] Kế hoạch báo tin"
    assert told[0]["verbs"] == ["return", "issue"]


def test_a_person_without_grants_has_no_plans(office):
    who = office.bare()
    plan = office.plan_in_force()
    assert office.all("/v1/plans", who) == []
    problem(office.stack.get(f"/v1/plans/{plan['id']}", who), 404,
            "not_found")
    assert faults(office.stack.post("/v1/plans", who, {
        "title": "x", "issuer_unit_code": WARD})) == {
            "/issuer_unit_code": "unknown_reference"}
