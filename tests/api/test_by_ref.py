"""Connected systems: items by the names those systems have for them."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from stack import expect, new_id, problem


def body(title="Từ hệ thống khác", **more):
    return {"title": title, "due_on": "2027-01-15",
            "lead": {"unit_code": "economy"}, **more}


def put(stack, key, user="chair", path="tasks", **more):
    return stack.call("PUT", f"/v1/{path}/by-ref/qlvb/{key}", user,
                      body(**more))


def test_an_item_is_made_once_and_changed_after_that(stack):
    key = new_id()
    made = put(stack, key)
    task = expect(made, 201)
    assert made.headers["Location"] == "/v1/tasks/" + task["id"]
    assert task["external_refs"] == [{"system": "qlvb", "key": key}]
    again = expect(put(stack, key, title="Tên khác"), 200)
    assert (again["id"], again["title"]) == (task["id"], "Tên khác")
    assert again["version"] > task["version"]
    assert stack.one("SELECT count(*) FROM task WHERE id = %s",
                     task["id"]) == 1


def test_it_is_read_by_that_name_and_by_its_own(stack):
    key = new_id()
    task = expect(put(stack, key), 201)
    r = stack.get("/v1/tasks/by-ref/qlvb/" + key, "chair")
    assert expect(r, 200)["id"] == task["id"]
    assert r.headers["ETag"].startswith('"v1-')
    item = expect(stack.get("/v1/tasks/" + task["id"], "chair"), 200)
    assert item["external_refs"] == [{"system": "qlvb", "key": key}]
    problem(stack.get("/v1/tasks/by-ref/qlvb/" + new_id(), "chair"), 404,
            "not_found")
    problem(stack.get("/v1/tasks/by-ref/other/" + key, "chair"), 404,
            "not_found")


def test_lists_choose_by_another_systems_name(stack):
    key = new_id()
    task = expect(put(stack, key), 201)
    def ids(query, user="chair"):
        return [t["id"] for t in expect(stack.get("/v1/tasks?" + query, user),
                                        200)["items"]]
    assert ids(f"ref=qlvb:{key}") == [task["id"]]
    assert ids(f"ref=qlvb:{new_id()}") == []
    assert ids(f"ref=qlvb:{key}&status=draft") == [task["id"]]
    assert ids(f"ref=qlvb:{key}&status=done") == []
    assert ids(f"ref=qlvb:{key}", "head.women") == []
    for query in ("ref=", "ref=qlvb", "ref=qlvb:", "ref=:k", "ref=a:b:c",
                  f"ref=qlvb:{key}&ids={task['id']}"):
        problem(stack.get("/v1/tasks?" + query, "chair"), 400,
                "bad_parameter")
    problem(stack.get(f"/v1/me/work?ref=qlvb:{key}", "chair"), 400,
            "bad_parameter")


def test_many_at_once_make_one(stack):
    for _ in range(5):
        key = new_id()
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: put(stack, key), range(8)))
        made = {expect(r, r.status_code)["id"] for r in answers
                if r.status_code in (200, 201)}
        assert len(made) == 1
        assert [r.status_code for r in answers].count(201) == 1
        # who came too late to make it and too early to find it may ask again
        assert {r.status_code for r in answers} <= {200, 201, 409}
        expect(put(stack, key), 200)


def test_a_name_opens_nothing_that_its_owner_may_not_write(stack):
    key = new_id()
    task = expect(put(stack, key), 201)
    assert put(stack, key, "head.women").status_code in (403, 404, 409)
    problem(stack.get("/v1/tasks/by-ref/qlvb/" + key, "head.women"), 404,
            "not_found")
    item = expect(stack.get("/v1/tasks/" + task["id"], "chair"), 200)
    assert item["version"] == task["version"]
    problem(stack.call("PUT", "/v1/tasks/by-ref/qlvb/" + key, None, body()),
            401, "unauthenticated")


def test_who_could_not_make_it_leaves_the_name_to_others(stack):
    key = new_id()
    problem(put(stack, key, "head.women"), 403, "forbidden")
    expect(put(stack, key), 201)


def test_a_faulty_body_is_told_like_that_of_any_creation(stack):
    r = stack.call("PUT", "/v1/tasks/by-ref/qlvb/" + new_id(), "chair",
                   {"due_on": "never"})
    errors = {e["pointer"] for e in problem(r, 422, "invalid")["errors"]}
    assert {"/title", "/due_on"} <= errors


def test_the_same_name_may_stand_for_items_of_different_kinds(stack):
    key = new_id()
    task = expect(put(stack, key), 201)
    plan = expect(stack.call("PUT", "/v1/plans/by-ref/qlvb/" + key, "office1",
                             {"title": "Kế hoạch từ hệ thống khác",
                              "issuer_unit_code": "ward-thanh-khe"}), 201)
    assert plan["id"] != task["id"]
    assert plan["external_refs"] == [{"system": "qlvb", "key": key}]


@pytest.mark.parametrize("home,user,body", [
    ("proposals", "chair", {"title": "Đề xuất"}),
    ("complaints", "office1", {"title": "Phản ánh", "unit_code": "pasc"}),
    ("indicators", "chair", {"title": "Chỉ tiêu", "code": "CT-REF",
                             "aggregation": "sum",
                             "unit_code": "ward-thanh-khe"}),
    ("calendar", "admin", {"kind": "holiday", "from": "2027-12-24",
                           "name": "Nghỉ", "unit_code": "ward-thanh-khe"})])
def test_an_item_tells_its_name_elsewhere(stack, home, user, body):
    key = new_id()
    made = expect(stack.call("PUT", f"/v1/{home}/by-ref/qlvb/{key}", user,
                             body), 201)
    read = expect(stack.get(f"/v1/{home}/{made['id']}", user), 200)
    assert made["external_refs"] == read["external_refs"] == [
        {"system": "qlvb", "key": key}]


def test_every_resource_that_can_be_made_is_made_by_name_too(stack):
    paths = expect(stack.get("/openapi.json"), 200)["paths"]
    for p, ways in paths.items():
        if p.endswith("}") and p.count("{") == 1 and "patch" in ways:
            home = p.rsplit("/", 1)[0]
            if "post" in paths.get(home, {}):
                found = [q for q in paths if q.startswith(home + "/by-ref/")]
                assert found and {"get", "put"} <= set(paths[found[0]]), home


@pytest.mark.parametrize("name", ["a%20b/c", "x/y%2Fz", "a/" + "k" * 65])
def test_a_name_is_plain(stack, name):
    problem(stack.get("/v1/tasks/by-ref/" + name, "chair"), 404, "no_route")
