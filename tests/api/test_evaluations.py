"""Evaluations: a person in a period, as entered, up to the decision."""

import pytest

from office import (ADMIN, CHAIR, CITY, DEPUTY, DOER, HEAD, OFFICE, PEER,
                    PERSONNEL, READER, SIBLING, UNDER, faults)
from stack import expect, new_id, problem, until

ACTORS = [DOER, HEAD, UNDER, CHAIR, DEPUTY, PERSONNEL, OFFICE, PEER, READER,
          CITY, SIBLING, ADMIN]
RATERS = {HEAD, CHAIR}                  # deputies do not rate
SEES = {HEAD, CHAIR, PERSONNEL}         # and who keeps the dossiers
STEPS = {
    ("draft", "self_assess"): {DOER},
    ("self_assessed", "withdraw"): {DOER},
    ("self_assessed", "return"): RATERS,
    ("self_assessed", "review"): RATERS,
    ("reviewed", "return"): RATERS,
    ("reviewed", "meet"): {PERSONNEL, CHAIR},
    ("met", "return"): {CHAIR},
    ("met", "decide"): {CHAIR},
}
GOES = {"self_assess": "self_assessed", "withdraw": "draft",
        "return": "draft", "review": "reviewed", "meet": "met",
        "decide": "decided"}
NEEDS = {"return": {"reason": "Thiếu minh chứng"}, "decide": {"level": "good"}}
WAY = {"draft": [], "self_assessed": ["self_assess"],
       "reviewed": ["self_assess", "review"],
       "met": ["self_assess", "review", "meet"],
       "decided": ["self_assess", "review", "meet", "decide"]}
BY = {"self_assess": DOER, "review": HEAD, "meet": PERSONNEL, "decide": CHAIR}
month = ((y, m) for y in range(1950, 2200) for m in range(1, 13))


def period():
    return "%d-%02d" % next(month)


def evaluation(office, user=DOER, answer=201, **body):
    return office.make("evaluations", user, {
        "criteria_set_code": "TC-CHUNG", "period": period(), **body}, answer)


def walk(office, *verbs, **body):
    e = evaluation(office, **body)
    for v in verbs:
        e = office.go("evaluations", e, v, BY.get(v, HEAD), **NEEDS.get(v, {}))
    return e


def read(office, e, user):
    return office.get(f"/v1/evaluations/{e['id']}", user)


def test_every_verb_in_every_status_by_everybody(office):
    for status, way in WAY.items():
        e = walk(office, *way)
        assert e["status"] == status
        seen = {DOER} | (SEES if status != "draft" else set())
        for verb in GOES:
            may = STEPS.get((status, verb), set())
            for actor in set(ACTORS) - may:
                got = office.stack.verb(f"/v1/evaluations/{e['id']}/{verb}",
                                        actor, e, NEEDS.get(verb))
                want = 404 if actor not in seen else 403 if may else 409
                assert got.status_code == want, (status, verb, actor, got.text)
        for actor in ACTORS:
            got = office.stack.get(f"/v1/evaluations/{e['id']}", actor)
            if actor not in seen:
                problem(got, 404, "not_found")
                continue
            want = {v for (s, v), who in STEPS.items()
                    if s == status and actor in who}
            if status == "draft":
                want |= {"update", "delete"}
            got = expect(got, 200)
            assert set(got["_permissions"]) == want, (status, actor)
            assert got["version"] == e["version"]
        for verb in GOES:
            for actor in STEPS.get((status, verb), set()):
                e = walk(office, *way)
                u = office.go("evaluations", e, verb, actor,
                              **NEEDS.get(verb, {}))
                assert (u["status"], u["version"]) == (GOES[verb],
                                                       e["version"] + 1)
                assert office.events(e["id"])[-1] == (verb, u["version"],
                                                      actor)


def test_nobody_judges_himself(office):
    """Whatever he holds: of his own he is the subject and no more."""
    for who in (CHAIR, PERSONNEL, HEAD):
        e = evaluation(office, who)
        e = office.go("evaluations", e, "self_assess", who)
        assert e["_permissions"] == ["withdraw"]
        for verb in ("review", "return", "meet", "decide"):
            r = office.stack.verb(f"/v1/evaluations/{e['id']}/{verb}", who, e,
                                  NEEDS.get(verb))
            assert r.status_code in (403, 409), (who, verb)
    # a chair's is rated above: nobody in the ward sees it
    e = evaluation(office, CHAIR)
    e = office.go("evaluations", e, "self_assess", CHAIR)
    problem(office.stack.get(f"/v1/evaluations/{e['id']}", HEAD), 404,
            "not_found")
    with pytest.raises(Exception, match="not_decided_by_its_subject"):
        office.stack.sql("UPDATE camket.evaluation SET decided_by = staff_id"
                         " WHERE id = %s", e["id"])


def test_answers_and_scores_are_kept_as_entered(office):
    e = evaluation(office, answers={"A": {"value": "9.5", "note": "Rõ"}},
                   scores={"A": {"self": "9"}, "C": {"self": "8.25"}},
                   self_note="Cố gắng", due_on="2099-12-10", period="1907-Q4",
                   scheme="nd09")
    assert e["staff"]["code"] == DOER and e["unit"]["code"] == "economy"
    assert (e["period_from"], e["period_to"], e["due_on"]) == (
        "1907-09-15", "1907-12-14", "2099-12-10")
    assert e["answers"] == {"A": {"value": "9.5", "note": "Rõ"}}
    assert e["scores"] == {"A": {"self": "9"}, "C": {"self": "8.25"}}
    e = office.patch("evaluations", e, DOER, scores={
        "A": {"self": "8.5"}, "B": {"self": "7"}, "C": None},
        answers={"A": {"note": None}}, self_note=None)
    assert e["scores"] == {"A": {"self": "8.5"}, "B": {"self": "7"}, "C": {}}
    assert e["answers"] == {"A": {"value": "9.5"}}
    e = office.go("evaluations", e, "self_assess", DOER)
    e = office.go("evaluations", e, "review", HEAD, review_note="Khá",
                  proposed_level="good", scores={"A": {"reviewer": "8"},
                                                 "B": {"reviewer": "7"}})
    assert e["scores"]["A"] == {"self": "8.5", "reviewer": "8"}
    meeting = new_id()
    e = office.go("evaluations", e, "meet", PERSONNEL, meeting_id=meeting)
    assert e["meeting_id"] == meeting
    e = office.go("evaluations", e, "decide", CHAIR, level="excellent",
                  decision="12/QĐ-UBND")
    assert (e["level"], e["decision"], e["decided_by"]["code"],
            e["decided_on"]) == ("excellent", "12/QĐ-UBND", CHAIR,
                                 office.day())
    assert e["proposed_level"] == "good"


def test_what_the_raters_say_is_read_when_it_is_decided(office):
    e = walk(office, "self_assess", scores={"A": {"self": "9"}})
    e = office.go("evaluations", e, "review", HEAD, review_note="Chưa tốt",
                  proposed_level="completed", scores={"A": {"reviewer": "5"}})
    for verb, who in [("meet", PERSONNEL), ("decide", CHAIR)]:
        mine = read(office, e, DOER)
        item, = office.all(f"/v1/evaluations?ids={e['id']}", DOER)
        refused = problem(office.stack.verb(
            f"/v1/evaluations/{e['id']}/withdraw", DOER, {"version": 1}), 412,
            "stale_version")["current"]
        for x in (mine, item, refused):
            assert x["scores"] == {"A": {"self": "9"}}
            assert x["review_note"] is x["proposed_level"] is None
            assert x["level"] is None
        assert read(office, e, HEAD)["scores"]["A"]["reviewer"] == "5"
        e = office.go("evaluations", e, verb, who, **NEEDS.get(verb, {}))
    mine = read(office, e, DOER)
    assert mine["scores"] == {"A": {"self": "9", "reviewer": "5"}}
    assert (mine["review_note"], mine["proposed_level"], mine["level"]) == (
        "Chưa tốt", "completed", "good")


def test_each_side_writes_its_own_column(office):
    e = evaluation(office, scores={"A": {"self": "9"}})
    path = f"/v1/evaluations/{e['id']}"
    assert faults(office.stack.patch(path, DOER, {
        "scores": {"A": {"reviewer": "10"}}}, 1)) == {
            "/scores/A/reviewer": "unknown"}
    e = office.go("evaluations", e, "self_assess", DOER)
    assert faults(office.stack.verb(path + "/review", HEAD, e, {
        "scores": {"A": {"self": "1"}}})) == {"/scores/A/self": "unknown"}
    e = office.go("evaluations", e, "review", HEAD,
                  scores={"A": {"reviewer": "6"}})
    e = office.go("evaluations", e, "return", HEAD, reason="Xem lại")
    # taking his away he leaves the other side's
    e = office.patch("evaluations", e, DOER, scores={"A": None})
    assert office.stack.one("SELECT scores FROM camket.evaluation WHERE"
                            " id = %s", e["id"]) == {"A": {"reviewer": "6"}}
    for member, v in [("scores", {"A": {"self": "1"}}), ("self_note", "x"),
                      ("answers", {"A": {"value": "1"}})]:
        assert faults(office.stack.post("/v1/evaluations", HEAD, {
            "criteria_set_code": "TC-CHUNG", "period": period(),
            "staff_code": DOER, member: v})) == {"/" + member: "not_yours"}


def test_what_he_is_still_writing_is_his(office):
    e = evaluation(office, HEAD, staff_code=DOER, due_on="2099-12-01")
    assert e["scores"] is e["answers"] is None
    assert e["_permissions"] == ["delete"]
    e = office.patch("evaluations", e, DOER, self_note="Nháp",
                     scores={"A": {"self": "1"}})
    assert read(office, e, HEAD)["self_note"] is None
    problem(office.stack.get(f"/v1/evaluations/{e['id']}", CHAIR), 404,
            "not_found")
    e = office.go("evaluations", e, "self_assess", DOER)
    assert read(office, e, CHAIR)["self_note"] == "Nháp"
    assert e["due_on"] == "2099-12-01"
    assert faults(office.stack.patch(
        f"/v1/evaluations/{e['id']}", DOER, {"due_on": "2100-01-01"},
        e["version"])) == {"/due_on": "fixed"}


@pytest.mark.parametrize("change, want", [
    ({"period": "2026-00"}, {"/period": "bad_format"}),
    ({"staff_code": "nobody"}, {"/staff_code": "unknown_reference"}),
    ({"criteria_set_code": None}, {"/criteria_set_id": "required"}),
    ({"scores": {"Z": {"self": "1"}}}, {"/scores/Z": "unknown"}),
    ({"scores": {"A": {"self": "10.5"}, "B": {"self": "-1"},
                 "C": {"self": "1.23456"}}},
     {"/scores/C/self": "bad_format"}),
    ({"scores": {"A": {"self": "10.5"}, "B": {"self": "-1"}}},
     {"/scores/A/self": "out_of_range", "/scores/B/self": "out_of_range"}),
    ({"scores": {"A": {"self": 9}}}, {"/scores/A/self": "wrong_type"}),
    ({"scores": {"A": {"reviewer": "9"}}}, {"/scores/A/reviewer": "unknown"}),
    ({"answers": {"A": {"value": "11"}}}, {"/answers/A/value":
                                           "out_of_range"}),
    ({"level": "excellent"}, {"/level": "server_set"}),
    ({"review_note": "x"}, {"/review_note": "server_set"}),
])
def test_a_wrong_evaluation_is_refused_naming_the_member(office, change,
                                                         want):
    b = {"criteria_set_code": "TC-CHUNG", "period": "2026-01",
         "self_note": "never", **change}
    for k in [k for k, v in change.items() if v is None]:
        del b[k]
    assert faults(office.stack.post("/v1/evaluations", DOER, b)) == want
    assert office.stack.one("SELECT count(*) FROM camket.evaluation"
                            " WHERE self_note = 'never'") == 0


@pytest.mark.parametrize("way, verb, user, body, want", [
    ("self_assessed", "return", HEAD, {}, {"/reason": "required"}),
    ("self_assessed", "review", HEAD, {"proposed_level": "best"},
     {"/proposed_level": "not_in_list"}),
    ("self_assessed", "review", HEAD, {"scores": {"A": {"reviewer": "11"}}},
     {"/scores/A/reviewer": "out_of_range"}),
    ("reviewed", "meet", PERSONNEL, {"meeting_id": "1"},
     {"/meeting_id": "bad_format"}),
    ("met", "decide", CHAIR, {}, {"/level": "required"}),
    ("met", "decide", CHAIR, {"level": "best"}, {"/level": "not_in_list"}),
])
def test_a_verb_says_what_it_needs(office, way, verb, user, body, want):
    e = walk(office, *WAY[way])
    assert faults(office.stack.verb(f"/v1/evaluations/{e['id']}/{verb}", user,
                                    e, body)) == want
    assert read(office, e, DOER)["version"] == e["version"]


def test_one_evaluation_a_person_period_and_set(office):
    p = period()
    e = evaluation(office, period=p)
    r = office.stack.post("/v1/evaluations", HEAD, {
        "criteria_set_code": "TC-CHUNG", "period": p, "staff_code": DOER})
    assert problem(r, 409, "duplicate")["errors"][0]["pointer"] == "/period"
    evaluation(office, PEER, period=p)
    evaluation(office, period=p, scheme="nd09")
    evaluation(office, period=p, criteria_set_code="BH-2023")
    office.remove("evaluations", e, DOER)
    again = evaluation(office, HEAD, staff_code=DOER, period=p)
    problem(office.stack.post(f"/v1/evaluations/{e['id']}/restore", DOER),
            409, "duplicate")
    office.remove("evaluations", again, HEAD)
    assert e["id"] in office.ids("/v1/evaluations?deleted=only", DOER)
    expect(office.stack.post(f"/v1/evaluations/{e['id']}/restore", DOER), 200)


def test_evaluations_are_opened_by_who_rates_or_keeps_them(office):
    for user, status in [(HEAD, 201), (CHAIR, 201), (PERSONNEL, 201),
                         (UNDER, 403), (DEPUTY, 403), (OFFICE, 403),
                         (PEER, 403), (SIBLING, 403), (READER, 403),
                         (CITY, 403), (ADMIN, 403)]:
        evaluation(office, user, status, staff_code=DOER)


def test_work_goes_from_hand_to_hand(office):
    def asked(e):
        return {(u, w["role"], *w["verbs"]) for u in ACTORS
                for w in office.all("/v1/me/work?kind=evaluation", u)
                if w["id"] == e["id"]}

    e = evaluation(office, HEAD, staff_code=DOER)
    assert asked(e) == {(DOER, "do", "update", "self_assess")}
    e = office.go("evaluations", e, "self_assess", DOER)
    assert asked(e) == {(HEAD, "approve", "return", "review")}
    until(lambda: [n for n in office.get(
        "/v1/notifications?category=approval", HEAD)["items"]
        if (n["subject"] or {}).get("id") == e["id"]])
    e = office.go("evaluations", e, "review", HEAD)
    assert asked(e) == {(PERSONNEL, "do", "meet")}
    e = office.go("evaluations", e, "meet", PERSONNEL)
    assert asked(e) == {(CHAIR, "approve", "return", "decide")}
    e = office.go("evaluations", e, "decide", CHAIR, level="good")
    assert asked(e) == set()
    until(lambda: [n for n in office.get(
        "/v1/notifications?category=result", DOER)["items"]
        if (n["subject"] or {}).get("id") == e["id"]])


def test_lists_show_what_items_show(office):
    made = {s: walk(office, *way) for s, way in WAY.items()}
    ids = ",".join(e["id"] for e in made.values())
    for actor in ACTORS:
        want = {e["id"] for s, e in made.items() if actor == DOER
                or actor in SEES and s != "draft"}
        assert set(office.ids(f"/v1/evaluations?ids={ids}", actor)) == want
        page = office.get(f"/v1/evaluations?ids={ids}&count=exact&"
                          "counts=status,level", actor)
        assert page["count"] == len(want)
        for dim in ("status", "level"):
            assert sum(page["counts"][dim].values()) == len(want)


def test_a_list_is_filtered_and_sorted(office):
    who = office.person(office.unit("economy", kind="section")["code"])
    a = evaluation(office, who, period="1905-03")
    b = evaluation(office, who, period="1905-02", scheme="nd09")
    b = office.go("evaluations", b, "self_assess", who)
    c = evaluation(office, who, period="1905-02")
    for verb in ("self_assess", "review", "meet", "decide"):
        c = office.go("evaluations", c, verb, who if verb == "self_assess"
                      else BY[verb], **NEEDS.get(verb, {}))
    name = {a["id"]: "a", b["id"]: "b", c["id"]: "c"}

    def got(query, user=who):
        return "".join(name[i] for i in office.ids(
            f"/v1/evaluations?limit=1&{query}", user) if i in name)

    for query, want in [
            ("", "cba"), ("sort=created_at", "abc"),
            ("sort=-updated_at", "cba"), ("period=1905-03", "a"),
            ("scheme=nd09", "b"), ("status=decided", "c"), ("level=good", "c"),
            ("level=excellent", ""), (f"staff={office.people[who]}", "cba"),
            ("mine=do", "cba"), ("unit=economy", "cba"),
            ("unit=culture", "")]:
        assert got(query) == want, query
    assert got("sort=-period")[0] == "a"
    assert got("mine=approve", HEAD) == "b"
    assert got(f"staff={office.people[who]}", HEAD) == "cb"
    assert got("level=good", SIBLING) == ""


@pytest.mark.parametrize("query", [
    "status=done", "level=best", "period=x", "scheme=x", "mine=x", "staff=x",
    "sort=level", "counts=period", "proposed_level=good"])
def test_a_wrong_parameter_is_refused(office, query):
    problem(office.stack.get("/v1/evaluations?" + query, DOER), 400,
            "bad_parameter")


def test_a_person_without_grants_has_his_own_only(office):
    who = office.bare()
    e = walk(office, *WAY["decided"])
    problem(office.stack.get(f"/v1/evaluations/{e['id']}", who), 404,
            "not_found")
    assert office.all("/v1/evaluations", who) == []
    mine = evaluation(office, who)
    assert office.ids("/v1/evaluations", who) == [mine["id"]]
