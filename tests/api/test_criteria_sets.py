"""Sets of criteria: editions that stand once somebody has answered."""

import pytest

from register import Register
from stack import Stack, expect, problem

ITEMS = [{"code": "A1", "text": "Nội dung một", "answer": "yes_no",
          "required": True},
         {"code": "A2", "text": "", "answer": "scale", "max": "5"}]


@pytest.fixture(scope="module")
def stack():
    with Stack() as s:
        yield s


@pytest.fixture
def sets(stack):
    return Register(stack, "criteria-sets")


def test_administrator_enters_the_texts_of_the_ten_manifestations(stack, sets):
    items = expect(stack.get("/v1/criteria-sets?code=BH-2023", "admin"),
                   200)["items"]
    bh = items[0]
    assert [i["code"] for i in bh["items"]] == [f"BH{n:02}"
                                               for n in range(1, 11)]
    new = [{**i, "text": "Biểu hiện " + i["code"]} for i in bh["items"]]
    bh = sets.patch("admin", bh, {"items": new})
    assert bh["items"][9]["text"] == "Biểu hiện BH10"
    assert sets.read("staff.culture1", bh)["items"] == bh["items"]
    for user in ("chair", "head.office", "staff.culture1"):
        problem(stack.patch(sets.path(bh), user, {"title": "Khác"},
                            bh["version"]), 403, "forbidden")


def test_what_has_been_answered_stands_and_a_new_edition_follows(stack, sets):
    s1 = sets.make("admin", {"code": "TC-1", "title": "Bộ thử",
                             "unit_code": "ward-thanh-khe", "items": ITEMS})
    assert (s1["edition"], s1["status"]) == (1, "active")
    s1 = sets.patch("admin", s1, {"items": ITEMS + [
        {"code": "A3", "answer": "text"}]})     # nobody has answered yet
    expect(stack.post("/v1/reviews", "staff.economy1", {
        "criteria_set_code": "TC-1", "period": "2026-02",
        "answers": {"A1": {"value": True}}}), 201)
    for items in (s1["items"][:2], s1["items"][::-1],
                  [{**s1["items"][0], "text": "Khác"}] + s1["items"][1:],
                  [{**s1["items"][0], "required": False}]
                  + s1["items"][1:]):
        problem(stack.patch(sets.path(s1), "admin", {"items": items},
                            s1["version"]), 409, "content_fixed")
    filled = [s1["items"][0], {**s1["items"][1], "text": "Điền sau",
                               "help": "Từ 0 đến 5"}, s1["items"][2]]
    s1 = sets.patch("admin", s1, {"items": filled})     # it was left blank
    s2 = sets.make("admin", {"code": "TC-1", "title": "Bộ thử",
                             "unit_code": "ward-thanh-khe",
                             "items": ITEMS[:1]})
    assert s2["edition"] == 2
    assert sets.read("chair", s1)["status"] == "superseded"
    problem(stack.patch(sets.path(s1), "admin", {"title": "Muộn"},
                        s1["version"] + 1), 409, "wrong_state")
    r = expect(stack.post("/v1/reviews", "staff.economy2", {
        "criteria_set_code": "TC-1", "period": "2026-02"}), 201)
    assert r["criteria_set"]["id"] == s2["id"]
    assert stack.one("SELECT count(*) FROM event WHERE ref = %s"
                     " AND verb = 'supersede'", s1["id"]) == 1


def test_a_set_is_valid_below_its_owner_and_nobody_elses(stack, sets):
    own = sets.make("admin", {"code": "TC-VP", "title": "Của Văn phòng",
                              "unit_code": "office", "items": ITEMS})
    assert sets.sees("office2", own) and sets.sees("chair", own)
    assert not sets.sees("staff.pasc1", own)
    problem(stack.post("/v1/criteria-sets", "head.office", {
        "code": "TC-X", "title": "Lạ", "unit_code": "office",
        "items": ITEMS}), 403, "forbidden")


def test_the_nearest_set_holds_unless_one_above_is_locked(stack, sets):
    def make(unit, status=201, **body):
        r = stack.post("/v1/criteria-sets", "admin", {
            "code": "TC-GAN", "title": unit, "unit_code": unit,
            "items": ITEMS, **body})
        return expect(r, 201) if status == 201 else r

    def held(unit):
        r = expect(stack.get(f"/v1/criteria-sets?code=TC-GAN&unit={unit}",
                             "staff.economy1"), 200)["items"]
        return [(x["id"], (x["inherited_from"] or {}).get("code"))
                for x in r]

    def asked(user, month):
        return expect(stack.post("/v1/reviews", user, {
            "criteria_set_code": "TC-GAN", "period": month}),
            201)["criteria_set"]["id"]
    ward = make("ward-thanh-khe")
    assert (ward["locked"], ward["inherited_from"]) == (False, None)
    own = make("economy")
    assert own["edition"] == 1 and sets.read("admin", ward)["status"] == \
        "active"
    assert held("economy") == [(own["id"], None)]
    assert held("culture") == [(ward["id"], "ward-thanh-khe")]
    assert held("ward-thanh-khe") == [(ward["id"], None)]
    assert asked("staff.economy1", "2026-03") == own["id"]
    assert asked("staff.culture1", "2026-03") == ward["id"]
    ward = sets.patch("admin", ward, {"locked": True})
    assert held("economy") == [(ward["id"], "ward-thanh-khe")]
    assert asked("staff.economy1", "2026-04") == ward["id"]
    p = problem(make("economy", 422), 422, "invalid")
    assert [(e["pointer"], e["code"]) for e in p["errors"]] == [
        ("/code", "locked")]
    again = make("ward-thanh-khe")      # and opens it again
    assert again["edition"] == 2
    assert held("economy") == [(own["id"], None)]
    assert make("economy")["edition"] == 2


def test_a_set_named_by_its_code_is_the_one_where_its_subject_belongs(
        stack, sets):
    """Not the one of whoever writes it down."""
    made = {u: sets.make("admin", {
        "code": "TC-NOI", "title": u, "unit_code": u, "items": ITEMS})["id"]
        for u in ("economy", "culture")}
    for unit, id in made.items():
        r = expect(stack.post("/v1/evaluations", "chair", {
            "staff_code": stack.one(
                "SELECT code FROM staff WHERE username = %s",
                f"staff.{unit}1"),
            "criteria_set_code": "TC-NOI", "period": "2026-05"}), 201)
        assert r["criteria_set"]["id"] == id
    p = problem(stack.post("/v1/reviews", "chair", {
        "criteria_set_code": "TC-NOI", "period": "2026-05"}), 422, "invalid")
    assert p["errors"][0]["pointer"] == "/criteria_set_code"


def test_a_set_is_refused_whole_with_all_its_faults(stack):
    p = problem(stack.post("/v1/criteria-sets", "admin", {
        "code": "TC-2", "title": "Sai", "unit_code": "office",
        "items": [ITEMS[0], ITEMS[0]]}), 422, "invalid")
    assert [e["pointer"] for e in p["errors"]] == ["/items/1/code"]
    p = problem(stack.post("/v1/criteria-sets", "admin", {
        "code": "TC-2", "title": "Sai", "items": [
            {"code": "?", "answer": "maybe", "max": "many"}]}), 422,
        "invalid")
    assert {e["pointer"] for e in p["errors"]} == {
        "/items/0/code", "/items/0/answer", "/items/0/max"}
