"""One search across kinds: without accents, for what the caller may see."""

import unicodedata

import pytest

from stack import expect, problem


@pytest.fixture(scope="module")
def found(stack):
    """Tasks and a plan with words of their own."""
    made = {}
    for unit, title in (("economy", "Đường Nguyễn Hữu Thọ sạch đẹp zqx"),
                        ("culture", "Vỉa hè đường zqx"),
                        ("economy", "Zqx")):
        t = expect(stack.post("/v1/tasks", "chair", {
            "title": title, "due_on": "2027-01-15",
            "lead": {"unit_code": unit}}), 201)
        made[title] = expect(stack.verb(f"/v1/tasks/{t['id']}/assign",
                                        "chair", t), 200)
    p = expect(stack.post("/v1/plans", "office1", {
        "title": "Kế hoạch zqx đường phố",
        "issuer_unit_code": "ward-thanh-khe"}), 201)
    made[p["title"]] = p
    return made


def look(stack, user, q, more=""):
    return expect(stack.call("GET", f"/v1/search?q={q}{more}", user), 200)


def titles(page):
    return [i["title"] for i in page["items"]]


def test_words_are_found_without_accents_case_or_order(stack, found):
    title = "Đường Nguyễn Hữu Thọ sạch đẹp zqx"
    for q in ("duong nguyen huu tho", "ĐƯỜNG  HỮU", "zqx tho duong",
              unicodedata.normalize("NFD", "Hữu Thọ zqx"), "sạch đẹp zqx"):
        assert titles(look(stack, "chair", q)) == [title], q


def test_what_is_found_stands_kind_by_kind_the_nearest_first(stack, found):
    page = look(stack, "office1", "zqx")
    kinds = [i["type"] for i in page["items"]]
    assert kinds == sorted(kinds, key=kinds.index)
    assert [g["type"] for g in page["groups"]] == list(dict.fromkeys(kinds))
    assert set(kinds) == {"task", "plan"}
    assert titles(page)[0] == "Zqx"     # the very word
    assert page["groups"][0]["title"] == "Nhiệm vụ"
    task = page["items"][0]
    assert expect(stack.get(task["href"], "office1"),
                  200)["title"] == task["title"]
    assert task["unit"]["code"] == "economy"


def test_nobody_finds_what_he_may_not_see(stack, found):
    def seen(user):
        return set(titles(look(stack, user, "zqx", "&limit=50")))
    tasks = {t for t in found if not t.startswith("Kế hoạch")}
    assert seen("chair") == tasks   # a draft plan is its author's alone
    assert seen("office1") == set(found)
    assert seen("head.culture") == {"Vỉa hè đường zqx"}
    assert seen("head.women") == set()
    problem(stack.get("/v1/search?q=zqx"), 401, "unauthenticated")
    for user in ("chair", "head.economy", "office1", "head.women"):
        for item in look(stack, user, "ho", "&limit=50")["items"]:
            expect(stack.get(item["href"], user), 200)


def test_registers_are_found_by_who_may_read_them(stack):
    made = {}
    for kind, user, body in (
            ("proposal", "staff.culture1", {}),
            ("complaint", "office1", {"unit_code": "pasc"}),
            ("inspection", "deputy.office", {
                "unit_code": "pasc", "origin": {"kind": "complaint"}}),
            ("indicator", "chair", {"unit_code": "ward-thanh-khe",
                                    "code": "WVQ", "aggregation": "sum"})):
        made[kind] = expect(stack.post(f"/v1/{kind}s", user, {
            "title": f"Bưu chính wvq {kind}", **body}), 201)["id"]

    def seen(user):
        return {i["type"] for i in look(stack, user, "wvq")["items"]}
    assert seen("deputy.office") == set(made)   # he inspects there
    assert seen("head.pasc") == {"indicator"}   # it is about his unit
    assert seen("staff.culture1") == {"indicator", "proposal"}
    page = look(stack, "chair", "buu chinh wvq", "&types=complaint")
    assert [i["id"] for i in page["items"]] == [made["complaint"]]


def test_people_and_units_are_found_by_name(stack):
    page = look(stack, "chair", "kinh te", "&types=staff,unit&limit=50")
    assert {"staff", "unit"} == {i["type"] for i in page["items"]}
    assert "Trưởng phòng Kinh tế" in titles(page)


def test_types_and_limit_choose(stack, found):
    page = look(stack, "office1", "zqx", "&types=plan")
    assert [i["type"] for i in page["items"]] == ["plan"]
    page = look(stack, "office1", "zqx", "&limit=1")
    assert sorted(i["type"] for i in page["items"]) == ["plan", "task"]
    assert {g["type"]: g["more"] for g in page["groups"]} == {
        "task": True, "plan": False}


@pytest.mark.parametrize("query", [
    "", "?q=", "?q=a", "?q=%20a%20", "?q=ab&types=none", "?q=ab&limit=0",
    "?q=ab&limit=51", "?q=ab&limit=x", "?q=ab&more=1", "?q=" + "a" * 201])
def test_what_cannot_be_looked_for_is_refused(stack, query):
    problem(stack.get("/v1/search" + query, "chair"), 400, "bad_parameter")


def test_signs_of_patterns_are_words_like_others(stack, found):
    for q in ("%25%25", "__", "%5C%5C", "zq_", "z%25x"):
        assert titles(look(stack, "chair", q)) == []


def test_a_search_goes_by_index_among_many(stack, found):
    """A hundred thousand tasks elsewhere cost a ward little."""
    stack.sql("""INSERT INTO task (id, kind, status, title, due_on, unit_id,
        author_id, created_at, updated_at)
        SELECT uuid_v7(), 'one_off', 'assigned', 'Việc ở nơi khác ' || md5(n::text),
        '2027-01-15', u.id, u.author_id, now(), now()
        FROM generate_series(1, 100000) n, LATERAL (SELECT unit_id AS id,
        author_id FROM task LIMIT 1) u""")
    stack.sql("ANALYZE task")
    try:
        plan = "\n".join(r[0] for r in stack.sql(
            "EXPLAIN SELECT 1 FROM task t WHERE t.fold LIKE"
            " search_word('zqx', 1)"))
        assert "task_search" in plan
        times = []
        for _ in range(5):
            r = stack.get("/v1/search?q=zqx", "chair")
            assert len(expect(r, 200)["items"]) == 3
            times.append(r.elapsed.total_seconds())
        assert min(times) < 0.5
    finally:
        stack.sql("DELETE FROM task WHERE title LIKE 'Việc ở nơi khác %%'")
