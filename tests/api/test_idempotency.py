"""A request with a key is carried out once, however often and wherever it is
sent: one after another, at the same instant, to other processes and hosts,
after a crash."""

import json
import os
import random
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from stack import expect, host_of, new_id, problem, until
from wire import Wire, request

PLAN = {"title": "Chỉ một lần", "issuer_unit_code": "office"}


def make(stack, key, user="office1", **body):
    return stack.post("/v1/plans", user, {**PLAN, **body},
                      Idempotency_Key=key)


def same(a, b):
    """Two answers that a client cannot tell apart."""
    assert a.status_code == b.status_code and a.content == b.content
    for name in ("ETag", "Location", "Content-Type"):
        assert a.headers.get(name) == b.headers.get(name)


def titled(stack, title):
    return stack.one("SELECT count(*) FROM plan WHERE title = %s", title)


@pytest.mark.usefixtures("unharmed")
class TestOneAfterAnother:
    def test_a_repeat_gets_the_first_answer(self, stack):
        key = new_id()
        first = make(stack, key)
        assert first.status_code == 201
        assert "Idempotency-Replayed" not in first.headers
        stack.patch("/v1/plans/" + first.json()["id"], "office1",
                    {"title": "Đã sửa"}, 1)
        again = make(stack, key)
        same(first, again)
        assert again.headers["Idempotency-Replayed"] == "true"

    def test_every_method_that_writes_keeps_its_answer(self, stack):
        plan = make(stack, new_id()).json()
        where = "/v1/plans/" + plan["id"]
        for n, (method, path, body) in enumerate([
                ("PATCH", where, {"title": "Hai"}),
                ("POST", where + "/submit", {}),
                ("POST", where + "/withdraw", {"note": "chưa"}),
                ("DELETE", where, None),
                ("POST", where + "/restore", {})]):
            key, match = new_id(), {"If_Match": f'"v{n + 1}"'}
            first, again = (stack.call(method, path, "office1", body,
                                       Idempotency_Key=key, **match)
                            for _ in range(2))
            assert first.status_code in (200, 204), first.text
            same(first, again)
            assert again.headers["Idempotency-Replayed"] == "true"
        assert stack.one("SELECT version FROM plan WHERE id = %s",
                         plan["id"]) == 6
        assert stack.one("SELECT count(*) FROM event WHERE ref = %s",
                         plan["id"]) == 6

    def test_another_request_under_the_key_is_refused(self, stack):
        key = new_id()
        plan = make(stack, key).json()
        problem(make(stack, key, title="Khác"), 422,
                "idempotency_key_reused")
        where = "/v1/plans/" + plan["id"]
        problem(stack.call("PATCH", where, "office1", PLAN, If_Match='"v1"',
                           Idempotency_Key=key), 422, "invalid")
        problem(stack.call("DELETE", where, "office1", If_Match='"v9"',
                           Idempotency_Key=key), 422,
                "idempotency_key_reused")
        expect(stack.get(where, "office1"), 200)

    def test_a_key_is_its_callers_own(self, stack):
        key = new_id()
        ids = {make(stack, key, user).json()["id"]
               for user in ("office1", "office2", "head.office")}
        assert len(ids) == 3

    def test_what_was_refused_may_be_tried_again_under_its_key(self, stack):
        key = new_id()
        problem(make(stack, key, kind="poem"), 422, "invalid")
        problem(stack.post("/v1/plans", "office1", b"{",
                           Idempotency_Key=key), 400, "bad_json")
        problem(stack.post("/v1/plans", "staff.culture1", PLAN,
                           Idempotency_Key=key), 403, "forbidden")
        expect(make(stack, key), 201)
        assert stack.one("SELECT count(*) FROM idempotency WHERE key = %s",
                         key) == 1

    def test_a_repeat_is_known_though_its_code_is_taken_by_itself(self,
                                                                  stack):
        """What the first one wrote stands in the way of the second: its
        unique code, its id. The key is asked before that is a refusal."""
        code = "k-" + new_id()[-12:]
        key, body = new_id(), {"code": code, "full_name": "Nhân viên mới",
                               "username": code,
                               "subject_type": "civil_servant",
                               "assignments": [{"unit_code": "office",
                                                "position": "Chuyên viên"}]}
        first, again = (stack.post("/v1/staff", "admin", body,
                                   Idempotency_Key=key) for _ in range(2))
        assert first.status_code == 201, first.text
        same(first, again)
        # under another key it is what it seems
        p = problem(stack.post("/v1/staff", "admin", body,
                               Idempotency_Key=new_id()), 409, "duplicate")
        assert p["errors"]

    def test_a_repeat_is_known_though_it_moved_the_state(self, stack):
        plan = make(stack, new_id()).json()
        where = "/v1/plans/" + plan["id"] + "/submit"
        key = new_id()
        first = stack.verb(where, "office1", plan, Idempotency_Key=key)
        assert expect(first, 200)["status"] == "submitted"
        same(first, stack.verb(where, "office1", plan, Idempotency_Key=key))
        problem(stack.verb(where, "office1", plan, Idempotency_Key=new_id()),
                412, "stale_version")

    @pytest.mark.parametrize("key", ["", "a" * 201, "a b", "kế", "\x7f"])
    def test_a_key_is_visible_ascii(self, stack, unwritten, key):
        with Wire(stack) as w:
            w.send(request("POST", "/v1/plans", json.dumps(PLAN),
                           Idempotency_Key=key, Authorization="Bearer " +
                           stack.token("office1")))
            a = w.answer()
        assert a.status == 400
        assert json.loads(a.body)["code"] in ("bad_header", "malformed")

    def test_signing_in_takes_no_keys(self, stack):
        body = {"username": "office1",
                "password": stack.accounts["office1"]["password"]}
        key = new_id()
        got = [expect(stack.post("/v1/auth/login", None, body,
                                 Idempotency_Key=key), 200)
               for _ in range(2)]
        assert got[0]["refresh_token"] != got[1]["refresh_token"]
        assert stack.one("SELECT count(*) FROM idempotency WHERE key = %s",
                         key) == 0


@pytest.fixture(scope="module")
def host(stack):
    with host_of(stack, API_PROCESSES=2) as h:
        yield h


def test_twins_at_the_same_instant_write_once(stack, host):
    for round in range(6):
        key, title = new_id(), f"Song sinh {new_id()}"
        hosts = [stack, host] * 5
        with ThreadPoolExecutor(10) as pool:
            got = list(pool.map(lambda h: make(h, key, title=title), hosts))
        assert titled(stack, title) == 1
        assert stack.one("SELECT count(*) FROM event e JOIN plan p"
                         " ON p.id = e.ref WHERE title = %s", title) == 1
        for r in got:       # each the first answer, or asked to come again
            if r.status_code == 409:
                problem(r, 409, "in_flight")
                assert int(r.headers["Retry-After"]) >= 1
        done = [r for r in got if r.status_code == 201]
        assert len(done) >= 2
        assert len({r.content for r in done}) == 1
        assert sum("Idempotency-Replayed" not in r.headers
                   for r in done) == 1


def test_twins_with_an_id_of_their_own_write_once(stack, host):
    for round in range(4):
        body = {**PLAN, "id": new_id()}
        with ThreadPoolExecutor(8) as pool:
            got = list(pool.map(
                lambda h: h.post("/v1/plans", "office1", body),
                [stack, host] * 4))
        assert {r.status_code for r in got} == {201}
        assert len({r.content for r in got}) == 1


def test_twin_changes_at_the_same_instant_change_once(stack, host):
    plan = make(stack, new_id()).json()
    for n in range(4):
        key = new_id()
        with ThreadPoolExecutor(8) as pool:
            got = list(pool.map(
                lambda h: h.patch("/v1/plans/" + plan["id"], "office1",
                                  {"title": f"Lần {n}"}, n + 1,
                                  Idempotency_Key=key), [stack, host] * 4))
        assert {r.status_code for r in got} == {200}
        assert len({r.content for r in got}) == 1
    assert stack.one("SELECT version FROM plan WHERE id = %s",
                     plan["id"]) == 5


def test_a_request_repeated_after_a_crash_is_carried_out_once(host):
    """The process is killed at a random moment of the write; the client, who
    knows nothing, sends it again until it has an answer."""
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    killed = 0
    for round in range(6):
        key, title = new_id(), f"Sự cố {new_id()}"
        with Wire(host) as w:
            w.send(request("POST", "/v1/plans", json.dumps(
                {**PLAN, "title": title}, ensure_ascii=False),
                Idempotency_Key=key,
                Authorization="Bearer " + host.token("office1")))
            until(lambda: chance.random() < 0.3, every=0.0005)
            for p in host.api_processes():
                os.kill(p, signal.SIGKILL)
                killed += 1

        def again():
            try:
                r = make(host, key, title=title)
            except requests.ConnectionError:
                return None
            return r if r.status_code == 201 else None

        first = until(again, 20)
        same(first, until(again))
        assert titled(host, title) == 1, seed
    assert killed >= 6
