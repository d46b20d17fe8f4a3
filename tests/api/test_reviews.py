"""Self-reviews: one subject, one set of criteria, one period."""

import pytest

from office import (ADMIN, CHAIR, CITY, DEPUTY, DOER, HEAD, OFFICE, PEER,
                    PERSONNEL, READER, SIBLING, UNDER, faults)
from stack import expect, new_id, problem, until

ACTORS = [DOER, HEAD, UNDER, CHAIR, DEPUTY, OFFICE, PEER, READER, CITY,
          SIBLING, ADMIN]
LOOK = {HEAD, UNDER, CHAIR, DEPUTY}     # who may discuss and conclude
STEPS = {
    ("draft", "submit"): {DOER},
    ("submitted", "withdraw"): {DOER},
    **{(s, v): LOOK for s in ("submitted", "discussed")
       for v in ("return", "comment", "conclude")},
}
GOES = {"submit": "submitted", "withdraw": "draft", "return": "draft",
        "comment": "discussed", "conclude": "concluded"}
NEEDS = {"return": {"reason": "Sơ sài"}, "comment": {"comment": "Nên cụ thể"},
         "conclude": {"conclusion": "Nhất trí"}}
WAY = {"draft": [], "submitted": ["submit"],
       "discussed": ["submit", "comment"],
       "concluded": ["submit", "conclude"]}
month = ((y, m) for y in range(1950, 2200) for m in range(1, 13))


def period():
    return "%d-%02d" % next(month)


def review(office, user=DOER, answer=201, **body):
    return office.make("reviews", user, {
        "criteria_set_code": "BH-2023", "period": period(), **body}, answer)


def walk(office, *verbs, **body):
    r = review(office, **body)
    for v in verbs:
        r = office.go("reviews", r, v, DOER if v == "submit" else HEAD,
                      **NEEDS.get(v, {}))
    return r


@pytest.fixture(scope="module")
def sets(office):
    """Sets of criteria of every kind of answer, and one that requires."""
    office.stack.sql("""
        INSERT INTO camket.criteria_set (id, code, title, items, created_at,
            updated_at) VALUES
        (%s, 'MOI-LOAI', 'Mọi loại', '{
            "Y": {"text": "Có?", "answer": "yes_no"},
            "S": {"text": "Mức?", "answer": "scale", "max": "3"},
            "P": {"text": "Điểm?", "answer": "points", "max": "10"},
            "T": {"text": "Gì?", "answer": "text"}}', now(), now()),
        (%s, 'PHAI-DU', 'Phải đủ', '{
            "A": {"text": "a", "answer": "yes_no", "required": true,
                  "ord": 1},
            "B": {"text": "b", "answer": "yes_no", "required": true,
                  "ord": 2},
            "C": {"text": "c", "answer": "yes_no"}}', now(), now())""",
                     new_id(), new_id())


def test_every_verb_in_every_status_by_everybody(office):
    for status, way in WAY.items():
        r = walk(office, *way)
        assert r["status"] == status
        seen = {DOER} | (LOOK if status != "draft" else set())
        for verb in GOES:
            may = STEPS.get((status, verb), set())
            for actor in set(ACTORS) - may:
                got = office.stack.verb(f"/v1/reviews/{r['id']}/{verb}",
                                        actor, r, NEEDS.get(verb))
                want = 404 if actor not in seen else 403 if may else 409
                assert got.status_code == want, (status, verb, actor, got.text)
        for actor in ACTORS:
            got = office.stack.get(f"/v1/reviews/{r['id']}", actor)
            if actor not in seen:
                problem(got, 404, "not_found")
                continue
            want = {v for (s, v), who in STEPS.items()
                    if s == status and actor in who}
            if status == "draft":
                want |= {"update", "delete"}
            got = expect(got, 200)
            assert set(got["_permissions"]) == want
            assert got["version"] == r["version"]
        for verb in GOES:
            for actor in STEPS.get((status, verb), set()):
                r = walk(office, *way)
                u = office.go("reviews", r, verb, actor, **NEEDS.get(verb, {}))
                assert (u["status"], u["version"]) == (GOES[verb],
                                                       r["version"] + 1)
                assert office.events(r["id"])[-1] == (verb, u["version"],
                                                      actor)


def test_a_review_is_kept_as_it_was_written(office):
    r = review(office, answers={
        "BH01": {"value": True, "cause": "Nể nang", "remedy": "Nhắc nhở",
                 "remedy_due_on": "2026-12-31", "remedy_done": False},
        "BH02": {"value": False}}, summary="Tóm tắt", due_on="2026-12-15",
        period="1900-02")
    assert r["subject"]["code"] == DOER and r["unit"]["code"] == "economy"
    assert r["criteria_set"]["code"] == "BH-2023"
    assert (r["period"], r["scheme"], r["period_from"], r["period_to"]) == (
        "1900-02", "calendar", "1900-02-01", "1900-02-28")
    assert r["answers"]["BH01"]["cause"] == "Nể nang"
    assert (r["due_on"], r["returns"], r["version"]) == ("2026-12-15", 0, 1)
    u = office.patch("reviews", r, DOER, summary=None, answers={
        "BH01": {"cause": None, "remedy": "Làm rõ"}, "BH02": None,
        "BH10": {"value": True}})
    assert u["answers"] == {
        "BH01": {"value": True, "remedy": "Làm rõ",
                 "remedy_due_on": "2026-12-31", "remedy_done": False},
        "BH10": {"value": True}}
    assert u["summary"] is None and u["version"] == 2
    for change in ({"period": "1900-03"}, {"due_on": None},
                   {"criteria_set_code": "BH-2023"}, {"unit_code": "pasc"}):
        assert set(faults(office.stack.patch(
            f"/v1/reviews/{r['id']}", DOER, change, 2)).values()) == {"fixed"}


@pytest.mark.parametrize("code, scheme, first, last", [
    ("1901-12", "calendar", "1901-12-01", "1901-12-31"),
    ("1904-02", "nd09", "1904-01-15", "1904-02-14"),
    ("1904-Q1", "nd09", "1903-12-15", "1904-03-14"),
    ("1904-H2", "calendar", "1904-07-01", "1904-12-31"),
    ("1904-H1", "nd09", "1903-12-15", "1904-06-14"),
    ("1904-9M", "nd09", "1903-12-15", "1904-09-14"),
    ("1904", "nd09", "1903-12-15", "1904-12-14"),
    ("1904", "calendar", "1904-01-01", "1904-12-31"),
])
def test_a_period_runs_by_its_scheme(office, code, scheme, first, last):
    r = review(office, period=code, scheme=scheme)
    assert (r["period_from"], r["period_to"]) == (first, last)


@pytest.mark.parametrize("change, want", [
    ({"period": None}, {"/period": "required"}),
    ({"period": "2026-13"}, {"/period": "bad_format"}),
    ({"period": "2026-9M"}, {"/period": "out_of_range"}),
    ({"period": "2026-H2", "scheme": "nd09"}, {"/period": "out_of_range"}),
    ({"scheme": "lunar"}, {"/scheme": "not_in_list"}),
    ({"criteria_set_code": None}, {"/criteria_set_id": "required"}),
    ({"criteria_set_code": "NO"}, {"/criteria_set_code":
                                   "unknown_reference"}),
    ({"subject_staff_code": "nobody"},
     {"/subject_staff_code": "unknown_reference"}),
    ({"plan_id": "00000000-0000-7000-8000-0000000000ff"},
     {"/plan_id": "unknown_reference"}),
    ({"unit_code": "economy", "subject_staff_code": DOER},
     {"/unit_id": "in_conflict"}),
    ({"answers": {"BH99": {"value": True}, "BH01": {"value": 1},
                  "BH02": {"value": "có"}}},
     {"/answers/BH99": "unknown", "/answers/BH01/value": "wrong_type",
      "/answers/BH02/value": "wrong_type"}),
    ({"answers": {"BH01": {"valu": True}}}, {"/answers/BH01/valu": "unknown"}),
    ({"answers": {"BH01": {"remedy_due_on": "2024-02-30"}}},
     {"/answers/BH01/remedy_due_on": "bad_format"}),
    ({"answers": {"BH01": True}}, {"/answers/BH01": "wrong_type"}),
    ({"answers": [True]}, {"/answers": "wrong_type"}),
    ({"status": "concluded"}, {"/status": "server_set"}),
])
def test_a_wrong_review_is_refused_naming_the_member(office, change, want):
    b = {"criteria_set_code": "BH-2023", "period": "2026-01",
         "summary": "never", **change}
    for k in [k for k, v in change.items() if v is None]:
        del b[k]
    assert faults(office.stack.post("/v1/reviews", DOER, b)) == want
    assert office.stack.one("SELECT count(*) FROM camket.review"
                            " WHERE summary = 'never'") == 0


def test_an_answer_is_of_the_kind_that_was_asked(office, sets):
    r = review(office, criteria_set_code="MOI-LOAI")
    good = {"Y": [True, False, None], "S": [0, 3, 2.5], "P": ["0", "10",
                                                             "9.1234"],
            "T": ["", "Đã rõ"]}
    bad = {"Y": ["true", 1], "S": [-1, 4, "2"], "P": [10, "10.1", "-1",
                                                      "1.23456", "x"],
           "T": [1, True]}
    for code, values in good.items():
        for v in values:
            r = office.patch("reviews", r, DOER, answers={code: {"value": v}})
            assert r["answers"][code].get("value") == v
    for code, values in bad.items():
        for v in values:
            got = faults(office.stack.patch(
                f"/v1/reviews/{r['id']}", DOER, {"answers": {code: {
                    "value": v}}}, r["version"]))
            assert got.keys() == {f"/answers/{code}/value"}, (v, got)
            assert got.popitem()[1] in ("wrong_type", "out_of_range")
    # whoever may not write at all is not told what would fit
    problem(office.stack.patch(f"/v1/reviews/{r['id']}", HEAD,
                               {"answers": {"Z": {}}}, r["version"]), 404,
            "not_found")
    problem(office.stack.patch(f"/v1/reviews/{r['id']}", DOER,
                               {"answers": {"Z": {}}}, 1), 412,
            "stale_version")


def test_what_is_required_is_answered_when_it_is_handed_in(office, sets):
    r = review(office, criteria_set_code="PHAI-DU",
               answers={"B": {"cause": "chưa rõ"}})
    path = f"/v1/reviews/{r['id']}"
    assert faults(office.stack.verb(path + "/submit", DOER, r)) == {
        "/answers/A": "required", "/answers/B": "required"}
    problem(office.stack.verb(path + "/submit", PEER, r), 404, "not_found")
    r = office.patch("reviews", r, DOER, answers={"A": {"value": False},
                                                  "B": {"value": True}})
    office.go("reviews", r, "submit", DOER)


def test_one_review_a_period_set_and_subject(office):
    p = period()
    r = review(office, period=p)
    again = office.stack.post("/v1/reviews", DOER, {
        "criteria_set_code": "BH-2023", "period": p})
    assert problem(again, 409, "duplicate")["errors"][0]["pointer"] == \
        "/period"
    review(office, PEER, period=p)
    review(office, period=p, scheme="nd09")
    office.remove("reviews", r, DOER)
    s = review(office, period=p)
    problem(office.stack.post(f"/v1/reviews/{r['id']}/restore", DOER), 409,
            "duplicate")
    office.remove("reviews", s, DOER)
    assert r["id"] in office.ids("/v1/reviews?deleted=only", DOER)
    assert r["id"] not in office.ids("/v1/reviews?deleted=only", HEAD)
    problem(office.stack.post(f"/v1/reviews/{r['id']}/restore", HEAD), 404,
            "not_found")
    expect(office.stack.post(f"/v1/reviews/{r['id']}/restore", DOER), 200)


# --- who writes, who sees ---

def test_a_review_opened_for_somebody_is_his_to_write(office):
    r = review(office, HEAD, subject_staff_code=DOER, due_on="2099-01-31")
    assert r["subject"]["code"] == DOER and r["answers"] is None
    assert r["_permissions"] == ["delete"]
    path = f"/v1/reviews/{r['id']}"
    problem(office.stack.patch(path, HEAD, {"summary": "x"}, 1), 403,
            "forbidden")
    mine = office.patch("reviews", r, DOER, answers={"BH01": {"value": True}})
    # not read over his shoulder
    assert expect(office.stack.get(path, HEAD), 200)["answers"] is None
    item, = office.all(f"/v1/reviews?ids={r['id']}", HEAD)
    assert item["answers"] is None and item["summary"] is None
    w, = [w for w in office.all("/v1/me/work?kind=review", DOER)
          if w["id"] == r["id"]]
    assert (w["role"], w["due_on"], w["subject"]["code"]) == (
        "do", "2099-01-31", DOER)
    r = office.go("reviews", mine, "submit", DOER)
    assert expect(office.stack.get(path, HEAD), 200)["answers"] == {
        "BH01": {"value": True}}
    problem(office.stack.verb(path + "/withdraw", HEAD, r), 403, "forbidden")
    for member in ("answers", "summary"):
        b = {"criteria_set_code": "BH-2023", "period": period(),
             "subject_staff_code": DOER}
        assert faults(office.stack.post("/v1/reviews", HEAD, {
            **b, member: {"BH01": {"value": True}} if member == "answers"
            else "x"})) == {"/" + member: "not_yours"}


def test_a_review_is_opened_by_who_will_look_at_it(office):
    for user, status in [(HEAD, 201), (CHAIR, 201), (UNDER, 201),
                         (PERSONNEL, 201), (OFFICE, 403), (PEER, 403),
                         (SIBLING, 403), (READER, 403), (CITY, 403)]:
        review(office, user, status, subject_staff_code=DOER)


def test_a_leaders_review_is_looked_at_above_him(office):
    r = review(office, HEAD)
    r = office.go("reviews", r, "submit", HEAD)
    for user, sees in [(CHAIR, True), (UNDER, False), (DOER, False)]:
        got = office.stack.get(f"/v1/reviews/{r['id']}", user)
        assert got.status_code == (200 if sees else 404)
    problem(office.stack.verb(f"/v1/reviews/{r['id']}/conclude", HEAD, r,
                              NEEDS["conclude"]), 403, "forbidden")
    office.go("reviews", r, "conclude", CHAIR, conclusion="Đồng ý")


def test_a_unit_reviews_itself_by_its_leader_and_is_looked_at_above(office):
    r = review(office, HEAD, unit_code="economy", answers={
        "BH01": {"value": False}})
    assert r["subject"] is None and r["unit"]["code"] == "economy"
    assert r["id"] in [w["id"] for w in office.all(
        "/v1/me/work?kind=review&role=do", HEAD)]
    problem(office.stack.get(f"/v1/reviews/{r['id']}", DOER), 404,
            "not_found")
    r = office.go("reviews", r, "submit", HEAD)
    problem(office.stack.verb(f"/v1/reviews/{r['id']}/conclude", HEAD, r,
                              NEEDS["conclude"]), 403, "forbidden")
    asked = lambda u: r["id"] in [w["id"] for w in office.all(
        "/v1/me/work?kind=review&role=approve", u)]
    assert asked(CHAIR) and not asked(HEAD)
    office.go("reviews", r, "conclude", CHAIR, conclusion="Đồng ý")
    for user, status in [(CHAIR, 201), (UNDER, 403), (DOER, 403),
                         (SIBLING, 403)]:
        review(office, user, status, unit_code="economy")


def test_a_return_says_why_and_is_counted(office):
    r = walk(office, "submit", "comment", "return")
    assert (r["status"], r["return_reason"], r["returns"], r["comment"]) == (
        "draft", "Sơ sài", 1, "Nên cụ thể")
    # it has been seen: whoever looked at it still sees it
    assert expect(office.stack.get(f"/v1/reviews/{r['id']}", HEAD),
                  200)["status"] == "draft"
    r = office.go("reviews", r, "submit", DOER)
    assert (r["return_reason"], r["returns"]) == (None, 1)
    told = until(lambda: [n for n in office.get(
        "/v1/notifications?category=returned", DOER)["items"]
        if (n["subject"] or {}).get("id") == r["id"]])
    assert told[0]["title"].startswith("[Trả lại] Bản tự soi, tự sửa")


@pytest.mark.parametrize("verb, body, want", [
    ("return", {}, {"/reason": "required"}),
    ("comment", {}, {"/comment": "required"}),
    ("comment", {"comment": ""}, {"/comment": "too_short"}),
    ("conclude", {}, {"/conclusion": "required"}),
    ("conclude", {"conclusion": "x", "level": 1}, {"/level": "unknown"}),
])
def test_a_verb_says_what_it_needs(office, verb, body, want):
    r = walk(office, "submit")
    assert faults(office.stack.verb(f"/v1/reviews/{r['id']}/{verb}", HEAD, r,
                                    body)) == want


# --- lists ---

def test_lists_show_what_items_show(office):
    made = {s: walk(office, *way) for s, way in WAY.items()}
    ids = ",".join(r["id"] for r in made.values())
    for actor in ACTORS:
        want = {r["id"] for s, r in made.items() if actor == DOER
                or actor in LOOK and s != "draft"}
        assert set(office.ids(f"/v1/reviews?ids={ids}", actor)) == want
        page = office.get(f"/v1/reviews?ids={ids}&count=exact&counts=status",
                          actor)
        assert page["count"] == len(want)
        assert sum(page["counts"]["status"].values()) == len(want)


def test_a_list_is_filtered_and_sorted(office):
    who = office.person(office.unit("economy", kind="section")["code"])
    me = office.people[who]
    a = review(office, who, period="1905-03")
    b = review(office, who, period="1905-02", scheme="nd09")
    b = office.go("reviews", b, "submit", who)
    c = review(office, who, period="1905-02")
    name = {a["id"]: "a", b["id"]: "b", c["id"]: "c"}

    def got(query, user=who):
        return "".join(name[i] for i in office.ids(
            f"/v1/reviews?limit=1&{query}", user) if i in name)

    for query, want in [
            ("", "cba"), ("sort=created_at", "abc"),
            ("sort=updated_at", "abc"), ("period=1905-03", "a"),
            ("period=1905-02&sort=created_at", "bc"), ("scheme=nd09", "b"),
            ("status=submitted", "b"), (f"subject={me}", "cba"),
            ("mine=do", "cba"), ("mine=approve", ""),
            ("unit=economy", "cba"), ("unit=culture", "")]:
        assert got(query) == want, query
    assert got("sort=period")[-1] == "a" and got("sort=-period")[0] == "a"
    assert got("mine=approve", HEAD) == "b"
    assert got(f"subject={me}", HEAD) == "b"


@pytest.mark.parametrize("query", [
    "status=done", "period=1905-13", "scheme=x", "mine=x", "subject=x",
    "sort=summary", "counts=period", "q=ab"])
def test_a_wrong_parameter_is_refused(office, query):
    problem(office.stack.get("/v1/reviews?" + query, DOER), 400,
            "bad_parameter")


def test_a_person_without_grants_reviews_himself_only(office):
    who = office.bare()
    r = walk(office, "submit")
    problem(office.stack.get(f"/v1/reviews/{r['id']}", who), 404, "not_found")
    assert office.all("/v1/reviews", who) == []
    mine = review(office, who)
    assert office.ids("/v1/reviews", who) == [mine["id"]]
    assert faults(office.stack.post("/v1/reviews", who, {
        "criteria_set_code": "BH-2023", "period": period(),
        "subject_staff_code": DOER})) == {
            "/subject_staff_code": "unknown_reference"}
