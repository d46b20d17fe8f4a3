"""What operations of a batch may build on each other."""

import pytest

from stack import expect, new_id, problem


def batch(stack, *operations, user="chair", atomic=True, status=200, **h):
    return expect(stack.post("/v1/batch", user, {
        "operations": list(operations), "atomic": atomic}, **h), status)


def statuses(answer):
    return [r["status"] for r in answer["results"]]


def make(title="Trong lô", **more):
    return {"method": "POST", "path": "/v1/tasks", "body": {
        "id": new_id(), "title": title, "due_on": "2027-01-15",
        "lead": {"unit_code": "economy"}, **more}}


@pytest.mark.parametrize("atomic", [True, False])
def test_a_later_operation_builds_on_the_id_of_an_earlier_one(stack, atomic):
    first = make("Việc cha")
    task = first["body"]["id"]
    answer = batch(
        stack, first, make("Việc con", parent_id=task),
        {"method": "POST", "path": f"/v1/tasks/{task}/assign",
         "if_match": '"v1"', "body": {}},
        {"method": "POST", "path": f"/v1/tasks/{task}/comments",
         "body": {"text": "Cùng lúc"}},
        {"method": "GET", "path": "/v1/tasks/" + task},
        {"method": "GET", "path": f"/v1/tasks/{task}/comments"},
        atomic=atomic)
    assert statuses(answer) == [201, 201, 200, 201, 200, 200]
    results = [r["body"] for r in answer["results"]]
    assert results[1]["parent_id"] == task
    assert (results[4]["status"], results[4]["version"]) == ("assigned", 2)
    assert [c["text"] for c in results[5]["items"]] == ["Cùng lúc"]


def test_what_is_built_on_goes_with_what_fails(stack):
    first = make("Không giữ")
    task = first["body"]["id"]
    r = stack.post("/v1/batch", "chair", {"atomic": True, "operations": [
        first,
        {"method": "POST", "path": f"/v1/tasks/{task}/comments",
         "body": {"text": "Không giữ"}},
        {"method": "PUT", "path": "/v1/tasks/by-ref/lo/" + task,
         "body": {"title": "Không giữ", "due_on": "2027-01-15",
                  "lead": {"unit_code": "economy"}}},
        {"method": "PATCH", "path": "/v1/tasks/" + task, "if_match": '"v9"',
         "body": {"title": "Cũ"}}]})
    body = problem(r, 412, "stale_version")
    assert body["index"] == 3
    problem(stack.get("/v1/tasks/" + task, "chair"), 404, "not_found")
    assert stack.one("SELECT count(*) FROM comment WHERE ref = %s", task) == 0
    assert stack.one("SELECT count(*) FROM external_ref WHERE key = %s",
                     task) == 0


def test_each_operation_may_have_a_key_of_its_own(stack):
    operation = {**make("Có khóa"), "idempotency_key": new_id()}
    other = make("Không khóa")
    first = batch(stack, operation, other, atomic=False)
    again = batch(stack, operation, make("Khác"), atomic=False)
    assert statuses(first) == statuses(again) == [201, 201]
    assert again["results"][0]["body"] == first["results"][0]["body"]
    # another operation under the same key
    third = batch(stack, {**make("Khác nữa"), "idempotency_key":
                          operation["idempotency_key"]}, atomic=False)
    assert third["results"][0]["body"]["code"] == "idempotency_key_reused"


@pytest.mark.parametrize("atomic", [True, False])
def test_names_of_other_systems_serve_in_a_batch(stack, atomic):
    key = new_id()
    def put(title):
        return {"method": "PUT", "path": "/v1/tasks/by-ref/lo/" + key,
                "body": {"title": title, "due_on": "2027-01-15",
                         "lead": {"unit_code": "economy"}}}
    answer = batch(stack, put("Một"), put("Hai"), atomic=atomic)
    assert statuses(answer) == [201, 200]
    assert answer["results"][1]["body"]["title"] == "Hai"
    page = expect(stack.get(f"/v1/tasks?ref=lo:{key}", "chair"), 200)
    assert [t["title"] for t in page["items"]] == ["Hai"]


def test_reads_of_every_sort_may_stand_together(stack):
    answer = batch(
        stack, {"method": "GET", "path": "/v1/me"},
        {"method": "GET", "path": "/v1/me/work?limit=5"},
        {"method": "GET", "path": "/v1/changes?limit=5"},
        {"method": "GET", "path": "/v1/search?q=kinh%20te"},
        {"method": "GET", "path": "/v1/changes/stream"}, atomic=False)
    assert statuses(answer)[:4] == [200] * 4
    assert answer["results"][2]["body"]["sync"]
    assert answer["results"][4]["status"] == 403
