"""Several operations in one request: all or nothing, or each for itself."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from stack import expect, new_id, problem, until
from wire import Wire, request

pytestmark = pytest.mark.usefixtures("unharmed")

NOBODY = "01900000-0000-7000-8000-000000000000"


def batch(stack, *operations, user="office1", atomic=True, **headers):
    return stack.post("/v1/batch", user,
                      {"operations": list(operations), "atomic": atomic},
                      **headers)


def create(title="Lô", **more):
    return {"method": "POST", "path": "/v1/plans",
            "body": {"title": title, "issuer_unit_code": "office"}, **more}


def change(plan, version=None, **body):
    return {"method": "PATCH", "path": "/v1/plans/" + plan["id"],
            "if_match": f'"v{version or plan["version"]}"', "body": body}


def read(plan):
    return {"method": "GET", "path": "/v1/plans/" + plan["id"]}


def plan_of(stack, title="Lô"):
    return expect(stack.post("/v1/plans", "office1", {
        "title": title, "issuer_unit_code": "office"}), 201)


def status(body):
    return [r["status"] for r in body["results"]]


@pytest.mark.parametrize("atomic", [True, False])
def test_operations_are_carried_out_in_order(stack, atomic):
    plan = plan_of(stack)
    body = expect(batch(
        stack, create("Một", id="a"), change(plan, title="Hai"),
        change(plan, 2, title="Ba"),
        {"method": "POST", "path": f"/v1/plans/{plan['id']}/submit",
         "if_match": '"v3"'}, read(plan),
        {"method": "GET", "path": "/v1/plans?limit=1&fields=id"},
        atomic=atomic), 200)
    assert status(body) == [201, 200, 200, 200, 200, 200]
    assert body["results"][0]["id"] == "a"
    assert body["results"][0]["body"]["title"] == "Một"
    assert body["results"][2]["etag"].startswith('"v3-')
    assert body["results"][4]["body"]["status"] == "submitted"
    assert len(body["results"][5]["body"]["items"]) == 1
    now = expect(stack.get("/v1/plans/" + plan["id"], "office1"), 200)
    assert now["version"] == 4 and now["title"] == "Ba"


def test_a_whole_cut_off_at_its_end_is_undone_and_disturbs_nobody(stack):
    """Its connection is killed while it notes its answer under its key."""
    plan = plan_of(stack)
    with ThreadPoolExecutor(8) as pool:
        for key in (new_id(), new_id()):
            with stack.hold(
                    "INSERT INTO idempotency (caller_id, key, hash, status)"
                    " SELECT id, %s, 'x', 200 FROM staff"
                    " WHERE username = 'office1'", key):
                cut = pool.submit(batch, stack, change(plan, title="Hai"),
                                  Idempotency_Key=key)
                until(lambda: stack.sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE usename = 'camket_api'"
                    " AND wait_event_type = 'Lock'"), what="a batch that waits")
                problem(cut.result(30), 503, "overloaded")
        assert all(r.status_code == 200 for r in pool.map(
            lambda _: stack.get("/v1/plans/" + plan["id"], "office1"),
            range(32)))
    body = expect(batch(stack, change(plan, title="Ba"), read(plan),
                        Idempotency_Key=key), 200)
    assert [r["body"]["version"] for r in body["results"]] == [2, 2]


def test_the_first_refusal_of_a_whole_undoes_what_went_before(stack):
    plan = plan_of(stack)
    before = stack.one("SELECT count(*) FROM event")
    r = batch(stack, create(id="x"), change(plan, title="Hai"),
              change(plan, 9, title="Ba"), create(id="y"))
    p = problem(r, 412, "stale_version")
    assert p["index"] == 2 and p["current"]["id"] == plan["id"]
    assert [x["status"] for x in p["results"]] == [409, 409, 412, 409]
    assert [x["body"]["code"] for x in p["results"]] == [
        "rolled_back", "rolled_back", "stale_version", "not_attempted"]
    assert stack.one("SELECT count(*) FROM event") == before
    assert expect(stack.get("/v1/plans/" + plan["id"], "office1"),
                  200)["version"] == 1


def test_each_for_itself_goes_on_behind_a_refusal(stack):
    plan = plan_of(stack)
    body = expect(batch(stack, create(), change(plan, 9, title="x"),
                        {"method": "GET", "path": "/v1/nowhere"},
                        {"method": "GET", "path": "/v1/plans/" + NOBODY},
                        change(plan, title="Hai"), atomic=False), 200)
    assert status(body) == [201, 412, 404, 404, 200]
    assert [r["body"]["code"] for r in body["results"][1:4]] == [
        "stale_version", "no_route", "not_found"]


def test_faults_of_all_operations_are_told_at_once(stack, unwritten):
    r = batch(stack, create(), create(kind="x"),
              {"method": "POST", "path": "/v1/plans",
               "body": {"title": 5, "issuer_unit_code": "office"}},
              {"method": "POST", "path": "/v1/plans",
               "body": {"title": "a", "nonsense": 1}}, create())
    # a member the operation does not have is the batch's own fault
    p = problem(r, 422, "invalid")
    assert [e["pointer"] for e in p["errors"]] == ["/operations/1/kind"]
    r = batch(stack, create(),
              {"method": "POST", "path": "/v1/plans",
               "body": {"title": 5, "issuer_unit_code": "office"}},
              {"method": "POST", "path": "/v1/plans",
               "body": {"title": "a", "nonsense": 1}}, create())
    p = problem(r, 422, "invalid")
    assert p["index"] == 1
    told = [x["status"] for x in p["results"]]
    assert told[1:3] == [422, 422]
    assert p["results"][2]["body"]["errors"]


@pytest.mark.parametrize("operation, pointer", [
    ({"method": "FETCH", "path": "/v1/plans"}, "/operations/0/method"),
    ({"method": "get", "path": "/v1/plans"}, "/operations/0/method"),
    ({"method": "OPTIONS", "path": "/v1/plans"}, "/operations/0/method"),
    ({"method": "GET", "path": "xv1/plans"}, "/operations/0/path"),
    ({"method": "GET", "path": "http://a/v1/plans"}, "/operations/0/path"),
    ({"method": "GET"}, "/operations/0/path"),
    ({"path": "/v1/plans"}, "/operations/0/method"),
    ({"method": "GET", "path": "/v1/plans", "headers": {}},
     "/operations/0/headers"),
    ("GET /v1/plans", "/operations/0")])
def test_an_operation_is_well_formed(stack, unwritten, operation, pointer):
    p = problem(batch(stack, operation), 422, "invalid")
    assert pointer in [e["pointer"] for e in p["errors"]]


def test_a_batch_is_bounded_and_holds_no_other(stack, unwritten):
    problem(batch(stack, *[create()] * 101), 422, "invalid")
    assert expect(batch(stack), 200)["results"] == []
    for path in ("/v1/batch", "/v1/auth/login", "/healthz"):
        body = expect(batch(stack, {
            "method": "POST" if path[1] == "v" else "GET", "path": path,
            "body": {}}, atomic=False), 200)
        assert status(body) == [403]
    problem(stack.post("/v1/batch", None, {"operations": []}), 401,
            "unauthenticated")


def test_a_batch_has_its_callers_rights_and_no_more(stack, unwritten):
    plan = plan_of(stack)
    body = expect(batch(stack, read(plan), change(plan, title="x"),
                        user="staff.culture1", atomic=False), 200)
    assert status(body) == [404, 404]
    stack.sql("DELETE FROM event WHERE ref = %s", plan["id"])
    stack.sql("DELETE FROM plan WHERE id = %s", plan["id"])


def test_a_hundred_operations_are_one_commit(stack):
    tag = new_id()
    got = expect(batch(stack, *[create(f"{tag} {n}") for n in range(100)]),
                 200)
    assert status(got) == [201] * 100
    assert stack.one("SELECT count(DISTINCT e.xid) FROM event e JOIN plan p"
                     " ON p.id = e.ref WHERE p.title LIKE %s",
                     tag + "%") == 1


def test_a_batch_that_must_wait_for_a_lock_waits(stack):
    plan = plan_of(stack)
    with ThreadPoolExecutor(1) as pool:
        with stack.hold("SELECT FROM plan WHERE id = %s FOR UPDATE",
                        plan["id"]):
            r = pool.submit(batch, stack, create(),
                            change(plan, title="Hai"))
            until(stack.waiting)
            time.sleep(0.5)     # several looks at what is late
            assert not r.done()
        assert status(expect(r.result(), 200)) == [201, 200]


def test_a_repeated_batch_is_replayed(stack):
    plan = plan_of(stack)
    key = new_id()
    ops = [create("Lặp"), change(plan, title="Hai")]
    first = batch(stack, *ops, Idempotency_Key=key)
    again = batch(stack, *ops, Idempotency_Key=key)
    assert first.status_code == 200 and first.content == again.content
    assert again.headers["Idempotency-Replayed"] == "true"
    problem(batch(stack, *ops[:1], Idempotency_Key=key), 422,
            "idempotency_key_reused")
    # operations with a key each make one for the whole
    keyed = [{**create("Khóa"), "idempotency_key": new_id()}
             for _ in range(3)]
    first, again = batch(stack, *keyed), batch(stack, *keyed)
    assert first.status_code == 200 and first.content == again.content
    # each for itself: the repeat is each one's own
    loose = [{**create("Rời"), "idempotency_key": new_id()}
             for _ in range(3)]
    first = expect(batch(stack, *loose, atomic=False), 200)
    again = expect(batch(stack, *loose[::-1], atomic=False), 200)
    assert [r["body"]["id"] for r in first["results"]] == \
        [r["body"]["id"] for r in again["results"]][::-1]


def test_twin_batches_at_the_same_instant_write_once(stack):
    for _ in range(4):
        tag, key = new_id(), new_id()
        with ThreadPoolExecutor(6) as pool:
            got = list(pool.map(lambda _: batch(
                stack, create(tag), create(tag), Idempotency_Key=key),
                range(6)))
        assert stack.one("SELECT count(*) FROM plan WHERE title = %s",
                         tag) == 2
        done = [r for r in got if r.status_code == 200]
        assert len({r.content for r in done}) == 1
        for r in got:
            if r.status_code != 200:
                problem(r, 409, "in_flight")


def test_a_batch_that_waits_for_a_row_too_long_may_come_again(stack):
    plan = plan_of(stack)
    with stack.hold("SELECT FROM plan WHERE id = %s FOR UPDATE", plan["id"]):
        r = batch(stack, change(plan, title="b"))
    assert problem(r, 503, "overloaded")["results"][0]["status"] == 503
    assert r.headers["Retry-After"] == "1"
    assert batch(stack, change(plan, title="b")).status_code == 200


def test_batches_in_opposite_order_do_not_kill_each_other(stack):
    """A deadlock is undone and tried again; at worst the client is asked to
    come again, and nothing of that batch has stayed."""
    a, b = plan_of(stack), plan_of(stack)
    done = 0
    for _ in range(2):
        def both(pair, word):
            return batch(stack, *[{**change(p, title=word),
                                   "if_match": "*"} for p in pair])
        with ThreadPoolExecutor(4) as pool:
            got = list(pool.map(both, [(a, b), (b, a)] * 2, "1234"))
        for r in got:
            if r.status_code != 200:
                problem(r, 503, "overloaded")
                assert r.headers["Retry-After"]
        done += [r.status_code for r in got].count(200)
    assert done >= 4
    for p in (a, b):
        assert stack.one("SELECT version FROM plan WHERE id = %s",
                         p["id"]) == 1 + done


def test_a_batch_whose_client_has_left_is_whole_or_not_there(stack):
    plan = plan_of(stack)
    tag = new_id()
    with stack.hold("SELECT FROM plan WHERE id = %s FOR UPDATE", plan["id"]):
        with Wire(stack) as w:
            w.send(request("POST", "/v1/batch", json.dumps(
                {"atomic": True, "operations": [
                    create(tag), change(plan, title="Hai"), create(tag)]}),
                Authorization="Bearer " + stack.token("office1")))
            until(stack.waiting)
            w.reset()
    until(lambda: stack.metrics()["camket_requests_running"] == 1)
    assert stack.one("SELECT count(*) FROM plan WHERE title = %s", tag) == \
        2 * (stack.one("SELECT version FROM plan WHERE id = %s",
                       plan["id"]) - 1)
