"""The service as a process: its time-outs and bounds, how it ends and comes
back, what its sandbox allows, what it counts and what it logs."""

import json
import os
import re
import select
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from stack import expect, host_of, new_id, problem, until
from wire import Wire, request

ALIVE = request("GET", "/healthz")
PLAN = {"title": "Dịch vụ", "issuer_unit_code": "office"}


@pytest.fixture(scope="module")
def host(stack):
    """Two processes that wait for nobody long."""
    with host_of(stack, API_PROCESSES=2, HEAD_S=1, BODY_S=1, KEEPALIVE_S=1,
                 DB_QUEUE=4, DB_SLOW=1, DB_WAIT_MS=700) as h:
        yield h


# --- slow and idle clients ---

def test_an_idle_connection_is_closed_without_a_word(host):
    with Wire(host) as new, Wire(host) as used:
        used.send(ALIVE)
        assert used.answer().status == 200
        assert new.closed(5) and used.closed(5)
        assert new.got == used.got == b""


@pytest.mark.parametrize("data", [
    b"G", ALIVE[:-1], b"\r\n", request("POST", "/v1/plans", "{}")[:-1],
    ALIVE + b"GET /he"], ids=["one byte", "all but one", "an empty line",
                              "a body but its end", "pipelined"])
def test_a_request_that_does_not_come_is_timed_out(host, data):
    with Wire(host) as w:
        w.send(data)
        if data.startswith(ALIVE):
            assert w.answer().status == 200
        a = w.answer()
        assert a.status == 408 and a.headers["connection"] == "close"
        assert json.loads(a.body)["code"] == "request_timeout"
        assert w.closed()


def test_dripping_bytes_buys_no_time(host):
    with Wire(host) as w:
        w.send(b"GET / HTTP/1.1\r\nX: ")
        begun = time.monotonic()
        while not select.select([w.s], [], [], 0.05)[0]:
            w.send(b"a")
            assert time.monotonic() - begun < 10
        assert w.answer().status == 408


def test_bodies_that_do_not_end_take_bounded_memory(stack):
    with host_of(stack, API_PROCESSES=1) as h:
        def resident():
            return int(open(f"/proc/{h.api_processes()[0]}/statm")
                       .read().split()[1]) * 4096 >> 20

        before = resident()
        part = request("POST", "/v1/plans", b"x" * (1 << 20))[:-1]
        wires = []
        try:
            for _ in range(90):
                w = Wire(h)
                wires.append(w)
                try:
                    w.send(part)
                except (BrokenPipeError, ConnectionResetError):
                    pass
            assert resident() - before < 80
            a = wires[-1].answer()
            assert a.status == 503 and a.headers["retry-after"]
            # the small ones go on
            assert h.get("/v1/me", "office1").status_code == 200
        finally:
            for w in wires:
                w.s.close()
        until(lambda: h.post("/v1/plans", "office1",
                             b" " * (1 << 20)).status_code == 400)


# --- what waits is bounded ---

def test_a_full_queue_answers_503_at_once_and_empties_again(stack):
    unit = expect(stack.get("/v1/units?limit=1", "office1"), 200)["items"][0]
    with host_of(stack, API_PROCESSES=1, DB_QUEUE=4, DB_SLOW=1) as host, \
            ThreadPoolExecutor(16) as pool:
        lost = host.metrics()["camket_db_lost_total"]
        with stack.hold("LOCK plan IN ACCESS EXCLUSIVE MODE"):
            got = [pool.submit(host.get, "/v1/plans", "office1")
                   for _ in range(12)]
            until(lambda: sum(f.done() for f in got) >= 7)
            for r in [f.result() for f in got if f.done()]:
                problem(r, 503, "overloaded")
                assert int(r.headers["Retry-After"]) >= 1
                assert r.elapsed.total_seconds() < 2
            # other lanes do not wait behind it
            expect(host.get("/v1/units/" + unit["id"], "office1"), 200)
        done = [f.result().status_code for f in got]
        assert done.count(200) >= 4 and set(done) == {200, 503}
        assert host.metrics()["camket_db_lost_total"] - lost == \
            done.count(503)


def test_what_waits_past_its_deadline_is_told_so(host, stack):
    with stack.hold("LOCK plan IN ACCESS EXCLUSIVE MODE"):
        with ThreadPoolExecutor(4) as pool:
            got = list(pool.map(lambda _: host.get("/v1/plans", "office1"),
                                range(4)))
    for r in got:
        p = problem(r, 503, r.json()["code"])
        assert p["code"] in ("overloaded", "database_unavailable")
        assert r.headers["Retry-After"]
    until(lambda: host.get("/v1/plans", "office1").status_code == 200)


def test_a_write_behind_a_long_lock_is_told_to_come_again(stack):
    plan = expect(stack.post("/v1/plans", "office1", PLAN), 201)
    with stack.hold("SELECT FROM plan WHERE id = %s FOR UPDATE", plan["id"]):
        r = stack.patch("/v1/plans/" + plan["id"], "office1",
                        {"title": "b"}, 1)
    problem(r, 503, "overloaded")
    assert r.headers["Retry-After"]
    expect(stack.patch("/v1/plans/" + plan["id"], "office1",
                       {"title": "b"}, 1), 200)


# --- ending and coming back ---

def test_on_sigterm_what_runs_is_answered_and_nothing_new_is_taken(stack):
    plan = expect(stack.post("/v1/plans", "office1", PLAN), 201)
    token = "Bearer " + stack.token("office1")
    with host_of(stack, API_PROCESSES=2) as h, Wire(h) as idle, \
            Wire(h) as writer, Wire(h) as reader:
        idle.send(ALIVE)
        assert idle.answer().status == 200
        with stack.hold("SELECT FROM plan WHERE id = %s FOR UPDATE",
                        plan["id"]):
            writer.send(request("PATCH", "/v1/plans/" + plan["id"],
                                '{"title": "cuối"}', If_Match='"v1"',
                                Authorization=token))
            reader.send(request("GET", "/v1/me", Authorization=token)[:-10])
            until(stack.waiting)
            h.process.send_signal(signal.SIGTERM)
            assert idle.closed()

            def refused():
                try:
                    socket.create_connection(("127.0.0.1", h.port), 5).close()
                except ConnectionRefusedError:
                    return True

            until(refused)
            assert h.process.poll() is None
            reader.send(request("GET", "/v1/me", Authorization=token)[-10:])
            a = reader.answer()
            assert a.status == 200 and a.headers["connection"] == "close"
        a = writer.answer()
        assert a.status == 200 and a.headers["connection"] == "close"
        assert writer.closed() and reader.closed()
        assert h.process.wait(10) == 0
    assert stack.one("SELECT version FROM plan WHERE id = %s",
                     plan["id"]) == 2


def test_what_does_not_end_in_time_does_not_keep_the_server(stack):
    plan = expect(stack.post("/v1/plans", "office1", PLAN), 201)
    with host_of(stack, DRAIN_S=1) as h, Wire(h) as w:
        with stack.hold("SELECT FROM plan WHERE id = %s FOR UPDATE",
                        plan["id"]):
            w.send(request("PATCH", "/v1/plans/" + plan["id"],
                           '{"title": "mãi"}', If_Match='"v1"',
                           Authorization="Bearer " + stack.token("office1")))
            until(stack.waiting)
            begun = time.monotonic()
            assert h.stop() == 0
            assert 0.8 < time.monotonic() - begun < 8


def test_a_process_that_dies_comes_back_while_the_others_serve(host):
    before = host.metrics()["camket_process_starts_total"]
    first = host.api_processes()
    assert len(first) == 2
    os.kill(first[0], signal.SIGKILL)
    for _ in range(20):
        assert host.get("/healthz").status_code == 200
    second = until(lambda: [p for p in [host.api_processes()]
                            if len(p) == 2 and p != first])[0]
    assert first[1] in second and first[0] not in second
    until(lambda: host.metrics()["camket_process_starts_total"] ==
          before + 1)
    until(lambda: host.metrics()["camket_ready"] == 2)
    assert host.metrics()["camket_joined"] == 2  # it was counted before
    assert "gone" in host.log("api")


def test_a_hangup_signal_does_not_harm(host):
    before = host.api_processes()
    os.kill(host.pid("api"), signal.SIGHUP)
    for _ in range(10):
        expect(host.get("/v1/me", "office1"), 200)
    assert host.api_processes() == before


# --- the sandbox ---

def status_of(pid):
    return dict(line.split(":\t", 1) for line in
                open(f"/proc/{pid}/status").read().splitlines()
                if ":\t" in line)


def test_every_process_that_serves_is_in_its_sandbox(host):
    for pid in host.api_processes():
        s = status_of(pid)
        assert s["Seccomp"] == "2" and s["NoNewPrivs"] == "1"
        assert "0" not in s["Uid"].split() or os.getuid() != 0


def test_ordinary_work_by_name_and_network_stays_within_the_sandbox(stack):
    """Stores by host name over TCP, with their own log-ins; lost and found
    again; sign-ins, lists, searches, batches, logs."""
    with host_of(stack, API_PROCESSES=1, API_DATABASE_URL="",
                 DATABASE_URL=stack.env["CAMKET_DATABASE_URL"].replace(
                     "127.0.0.1", "localhost"),
                 REDIS_URL=stack.env["CAMKET_REDIS_URL"].replace(
                     "127.0.0.1", "localhost"), LOG_LEVEL="debug") as h:
        for _ in range(2):
            expect(h.post("/v1/auth/login", None, {
                "username": "office1",
                "password": stack.accounts["office1"]["password"]}), 200)
            expect(h.post("/v1/plans", "office1", PLAN), 201)
            expect(h.get("/v1/plans?q=dich%20vu&counts=status", "office1"),
                   200)
            expect(h.post("/v1/batch", "office1", {"operations": [
                {"method": "GET", "path": "/v1/me/work"}]}), 200)
            for path in ("/openapi.json", "/docs", "/v1/vocabulary",
                         "/.well-known/jwks.json", "/v1/me/work"):
                assert h.get(path, "office1").status_code == 200
            # the lines are cut, as by a failing network
            stack.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                      " WHERE usename = 'camket_owner'"
                      " AND pid <> pg_backend_pid()")
            stack.redis("client", "kill", "type", "normal", "skipme", "yes")
            until(lambda: h.get("/v1/me", "office1").status_code == 200)
        until(lambda: h.get("/readyz").json() == {"status": "ready",
                                                  "degraded": []})
        assert h.metrics()["camket_process_starts_total"] == 1


# --- what it counts and logs ---

def test_a_host_is_ready_when_all_its_processes_are(stack):
    """Whichever of them takes the next request."""
    with host_of(stack, API_PROCESSES=4) as h:
        assert h.metrics()["camket_joined"] == 4


def test_the_counters_are_in_prometheus_form_and_count_right(stack):
    with host_of(stack, API_PROCESSES=2) as h:
        before = h.metrics()
        for _ in range(7):
            h.get("/v1/vocabulary")
        for _ in range(3):
            h.get("/v1/vocabulary?x=1")
        h.get("/nowhere")
        with Wire(h) as w:
            w.send(b"nonsense\r\n\r\n").answer()
        after = h.metrics()

        def rose(name):
            return after.get(name, 0) - before.get(name, 0)

        route = 'route="GET /v1/vocabulary"'
        assert rose(f'camket_responses_total{{{route},class="2xx"}}') == 7
        assert rose(f'camket_responses_total{{{route},class="4xx"}}') == 3
        assert rose(f"camket_route_seconds_count{{{route}}}") == 10
        assert rose(f'camket_route_seconds_bucket{{{route},le="+Inf"}}') == 10
        assert 0 < rose(f"camket_route_seconds_sum{{{route}}}") < 10
        assert rose("camket_refused_by_gate_total") == 1
        assert rose("camket_requests_total") >= 12
        text = requests.get(f"http://127.0.0.1:{h.metrics_port}/metrics")
        assert text.headers["Content-Type"].startswith("text/plain") or \
            text.headers["Content-Type"].startswith(
                "application/openmetrics-text")
        sample = re.compile(
            r'[a-z_:]+(\{[a-z_]+="[^"\n]*"(,[a-z_]+="[^"\n]*")*\})?'
            r' -?[0-9.e+]+')
        kinds, seen = {}, set()
        for line in text.text.splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                assert name not in kinds
                kinds[name] = kind
            elif not line.startswith("#"):
                assert sample.fullmatch(line), line
                name = line.rsplit(" ", 1)[0]
                assert name not in seen
                seen.add(name)
                base = re.sub("_(total|bucket|count|sum)$", "",
                              name.split("{")[0])
                assert base in kinds, line
        # buckets only rise
        rows = [(m[1], float(line.split(" ")[-1])) for line in
                text.text.splitlines() for m in
                [re.match(r'camket_route_seconds_bucket\{route="([^"]*)"',
                          line)] if m]
        for (r1, n1), (r2, n2) in zip(rows, rows[1:]):
            assert r1 != r2 or n1 <= n2


def test_the_counters_are_for_the_loopback_listener_alone(stack):
    problem(stack.get("/metrics"), 404, "no_route")
    assert requests.get(
        f"http://127.0.0.1:{stack.metrics_port}/metrics").status_code == 200


def test_the_log_is_json_line_by_line_and_holds_no_secret(stack):
    """Canaries go in by every door; none comes out."""
    secret = "c4nary" + new_id().replace("-", "")
    token = stack.token("office1")
    with host_of(stack, LOG_LEVEL="debug", API_PROCESSES=1) as h:
        for body in ({"username": "office1", "password": secret},
                     {"username": secret, "password": secret}):
            h.post("/v1/auth/login", None, body)
        h.post("/v1/auth/refresh", None, {"refresh_token": secret})
        login = expect(h.post("/v1/auth/login", None, {
            "username": "office1",
            "password": stack.accounts["office1"]["password"]}), 200)
        for where in ("/v1/me", "/v1/plans?q=" + secret, "/" + secret):
            h.get(where, "office1")
            h.get(where, None, Authorization="Bearer " + secret)
        h.post("/v1/plans", "office1", {**PLAN, "title": secret * 300})
        h.post("/v1/plans", "office1", {**PLAN, "title": secret},
               X_Request_Id='"}', User_Agent='a\xe9"}')
        with Wire(h) as w:
            w.send(f"GET / HTTP/1.1\r\n{secret}\r\n\r\n").answer()
        os.kill(h.api_processes()[0], signal.SIGKILL)
        until(lambda: h.get("/v1/me", "office1").status_code == 200
              if h.api_processes() else False)
        h.stop()
        log = h.log("api")
    assert log.count("\n") >= 4
    for line in log.splitlines():
        assert line.startswith("{"), line
        entry = json.loads(line)
        assert {"at", "level", "program", "pid", "event",
                "detail"} <= set(entry), line
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
                            entry["at"])
    for word in (secret, token, login["access_token"],
                 login["refresh_token"],
                 stack.accounts["office1"]["password"]):
        assert word not in log
