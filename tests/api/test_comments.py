"""What people say of an item: on every resource, for who may see the item."""

import pytest

from stack import expect, new_id, problem, until


@pytest.fixture(scope="module")
def task(stack):
    t = expect(stack.post("/v1/tasks", "chair", {
        "title": "Việc để trao đổi", "due_on": "2027-01-15",
        "lead": {"unit_code": "economy"}}), 201)
    return expect(stack.verb(f"/v1/tasks/{t['id']}/assign", "chair", t), 200)


@pytest.fixture(scope="module")
def path(task):
    return f"/v1/tasks/{task['id']}/comments"


def test_what_is_said_is_read_in_its_order(stack, path):
    texts = ["Một", "Hai", "Ba"]
    for text in texts:
        r = stack.post(path, "head.economy", {"text": text})
        said = expect(r, 201)
        assert r.headers["Location"] == f"{path}/{said['id']}"
        assert said["author"]["code"] == "head.economy"
        assert said["mentions"] == []
    for user in ("chair", "head.economy"):
        page = expect(stack.get(path + "?limit=200", user), 200)
        assert [c["text"] for c in page["items"]][:3] == texts
    first = expect(stack.get(path + "?limit=2", "chair"), 200)
    second = expect(stack.get(f"{path}?limit=2&cursor={first['next']}",
                              "chair"), 200)
    assert [c["text"] for c in first["items"] + second["items"]][:3] == texts


def test_who_may_not_see_the_item_neither_reads_nor_speaks(stack, path):
    for user in ("head.culture", "head.women"):
        problem(stack.get(path, user), 404, "not_found")
        problem(stack.post(path, user, {"text": "Tôi"}), 404, "not_found")
    problem(stack.get(path), 401, "unauthenticated")


def test_who_is_mentioned_is_told_once(stack, path, task):
    text = "Đề nghị xem " + new_id()
    said = expect(stack.post(path, "head.economy", {
        "text": text, "mentions": [{"staff_code": "chair"},
                                   {"staff_code": "chair"},
                                   {"staff_code": "head.economy"}]}), 201)
    assert {m["code"] for m in said["mentions"]} == {"chair", "head.economy"}
    items = expect(stack.get("/v1/notifications?sort=-created_at", "chair"),
                   200)["items"]
    mine = [n for n in items if text in n["body"]]
    assert len(mine) == 1
    assert mine[0]["category"] == "mention"
    assert mine[0]["href"] == "/v1/tasks/" + task["id"]
    assert "Việc để trao đổi" in mine[0]["title"]
    # not who says it
    own = expect(stack.get("/v1/notifications", "head.economy"), 200)["items"]
    assert not [n for n in own if text in n["body"]]
    until(lambda: stack.one(
        "SELECT count(*) FROM delivery WHERE channel = 'mail' AND status ="
        " 'sent' AND body LIKE %s", f"%{text}%") == 1, 30)


def test_nobody_is_told_of_what_he_may_not_see(stack, path):
    before = stack.one("SELECT count(*) FROM comment")
    body = problem(stack.post(path, "chair", {
        "text": "Bí mật", "mentions": [{"staff_code": "chair"},
                                      {"staff_code": "head.women"}]}), 422,
        "invalid")
    assert body["errors"][0]["pointer"] == "/mentions"
    assert stack.one("SELECT count(*) FROM comment") == before


def test_a_mention_of_nobody_is_refused(stack, path):
    problem(stack.post(path, "chair", {
        "text": "Ai?", "mentions": [{"staff_code": "nobody"}]}), 422,
        "invalid")
    problem(stack.post(path, "chair", {
        "text": "Ai?", "mentions": [{"staff_id": new_id()}]}), 422, "invalid")


def test_an_empty_comment_is_refused(stack, path):
    for body in ({}, {"text": ""}, {"text": None}, {"text": 1},
                 {"text": "x", "more": 1}):
        problem(stack.post(path, "chair", body), 422, "invalid")


def test_the_same_comment_sent_twice_is_said_once(stack, path):
    key = new_id()
    first = stack.post(path, "chair", {"text": "Một lần"},
                       Idempotency_Key=key)
    again = stack.post(path, "chair", {"text": "Một lần"},
                       Idempotency_Key=key)
    assert expect(again, 201)["id"] == expect(first, 201)["id"]
    assert again.headers["Idempotency-Replayed"] == "true"
    own = {"id": new_id(), "text": "Có mã"}
    assert expect(stack.post(path, "chair", own), 201)["id"] == own["id"]
    assert expect(stack.post(path, "chair", own), 201)["id"] == own["id"]
    assert stack.one('SELECT count(*) FROM comment WHERE "text" = %s',
                     "Có mã") == 1


def test_every_resource_that_people_edit_takes_comments(stack):
    document = expect(stack.get("/openapi.json"), 200)
    items = {p.rsplit("/", 1)[0] for p, ways in document["paths"].items()
             if p.endswith("}") and p.count("{") == 1 and "patch" in ways}
    assert len(items) >= 5
    for p in document["paths"]:
        if p.rsplit("/", 1)[0] in items and p.endswith("}") and \
                "patch" in document["paths"][p]:
            assert {"get", "post"} <= set(document["paths"][p + "/comments"])
            assert "get" in document["paths"][p + "/activity"]


def test_a_comment_of_another_kind_with_the_same_id_is_not_shown(stack, task):
    """Ids are the clients' to make: a plan of a task's id opens nothing."""
    expect(stack.post(f"/v1/tasks/{task['id']}/comments", "chair",
                      {"text": "Của nhiệm vụ"}), 201)
    expect(stack.post("/v1/plans", "head.culture", {
        "id": task["id"], "title": "Trùng mã",
        "issuer_unit_code": "culture"}), 201)
    page = expect(stack.get(f"/v1/plans/{task['id']}/comments",
                            "head.culture"), 200)
    assert page["items"] == []
    page = expect(stack.get(f"/v1/plans/{task['id']}/activity",
                            "head.culture"), 200)
    assert [a["verb"] for a in page["items"]] == ["create"]
