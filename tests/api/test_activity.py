"""What has become of an item: who, when, what, in plain words."""

import pytest

from stack import expect, new_id, problem


@pytest.fixture(scope="module")
def task(stack):
    t = expect(stack.post("/v1/tasks", "chair", {
        "title": "Việc có lịch sử", "due_on": "2027-01-15",
        "lead": {"unit_code": "economy"}}), 201)
    path = "/v1/tasks/" + t["id"]
    t = expect(stack.patch(path, "chair", {
        "title": "Việc đổi tên", "urgency": "urgent"}, t["version"]), 200)
    t = expect(stack.verb(path + "/assign", "chair", t), 200)
    expect(stack.post(path + "/comments", "head.economy",
                      {"text": "Đã rõ"}), 201)
    return expect(stack.verb(path + "/decline", "head.economy", t,
                             {"reason": "Không đúng lĩnh vực"}), 200)


def activity(stack, task, user="chair", query="", **headers):
    return expect(stack.get(f"/v1/tasks/{task['id']}/activity{query}", user,
                            **headers), 200)["items"]


def test_each_step_says_who_did_what_when(stack, task):
    lines = activity(stack, task)
    assert [a["verb"] for a in lines] == [
        "create", "update", "assign", "comment", "decline"]
    assert [a["actor"]["code"] for a in lines] == [
        "chair", "chair", "chair", "head.economy", "head.economy"]
    assert lines[0]["at"] <= lines[-1]["at"]
    assert lines[3]["comment"] == "Đã rõ"
    assert lines[4]["reason"] == "Không đúng lĩnh vực"


def test_the_words_are_plain_and_in_the_readers_language(stack, task):
    lines = activity(stack, task)
    assert lines[2]["summary"] == "Chủ tịch phường đã giao việc"
    lines = activity(stack, task, Accept_Language="en")
    assert lines[2]["summary"] == "Chủ tịch phường assigned it"


def test_a_change_says_what_it_was_and_is(stack, task):
    changed = {c["member"]: c for c in activity(stack, task)[1]["changed"]}
    assert changed["title"]["from"] == "Việc có lịch sử"
    assert changed["title"]["to"] == "Việc đổi tên"
    assert changed["urgency"]["label"] == "Độ khẩn"
    # an id says nothing to people
    made = {c["member"] for c in activity(stack, task)[0]["changed"]}
    assert "title" in made and "id" not in made


def test_activity_is_read_page_by_page_both_ways(stack, task):
    whole = activity(stack, task)
    assert activity(stack, task, query="?sort=-at") == whole[::-1]
    path, got, cursor = f"/v1/tasks/{task['id']}/activity?limit=2", [], ""
    while True:
        page = expect(stack.get(path + cursor, "chair"), 200)
        got += page["items"]
        if page["next"] is None:
            break
        cursor = "&cursor=" + page["next"]
    assert got == whole


def test_who_may_not_see_the_item_does_not_see_its_activity(stack, task):
    path = f"/v1/tasks/{task['id']}/activity"
    problem(stack.get(path, "head.women"), 404, "not_found")
    problem(stack.get(f"/v1/tasks/{new_id()}/activity", "chair"), 404,
            "not_found")


def test_a_persons_record_is_for_himself_and_who_administers_him(stack):
    me = expect(stack.get("/v1/me", "staff.economy1"), 200)
    path = "/v1/staff/" + me["id"]
    staff = expect(stack.get(path, "admin"), 200)
    expect(stack.patch(path, "admin", {"phone": "0236123456"},
                       staff["version"]), 200)
    def seen(user):
        return [a["verb"] for a in expect(stack.get(path + "/activity", user),
                                          200)["items"]]
    assert "update" in seen("admin") and "update" in seen("staff.economy1")
    assert seen("head.economy") == []


def test_what_a_reader_may_not_see_of_an_item_is_not_told_of_its_changes(
        stack):
    """What raters write is not the subject's to read before it is decided:
    of each member told as changed, the reader sees the member itself."""
    task = expect(stack.post("/v1/tasks", "chair", {
        "title": "Ẩn", "due_on": "2027-01-15",
        "lead": {"unit_code": "economy"}}), 201)
    path = "/v1/tasks/" + task["id"]
    task = expect(stack.patch(path, "chair", {"expected_output": "Báo cáo"},
                              task["version"]), 200)
    task = expect(stack.patch(path, "chair", {"expected_output": None},
                              task["version"]), 200)
    lines = activity(stack, task)
    assert [c["member"] for a in lines for c in a["changed"]
            if c["member"] == "expected_output"] == []
