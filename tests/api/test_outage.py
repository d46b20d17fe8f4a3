"""The stores go away and come back, and no one restarts the service: it says
503 where it must, goes on where it can, and loses nothing it has said yes to.
On a stack of its own."""

import json
import os
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg2
import pytest
import requests

from stack import Host, Stack, expect, new_id, problem, until
from wire import Wire, request

PLAN = {"title": "Sự cố", "issuer_unit_code": "office"}


PROCESSES = 2


@pytest.fixture(scope="module")
def own():
    with Stack(DB_WAIT_MS=1500, API_PROCESSES=PROCESSES) as s:
        for user in ("office1", "office2", "chair"):
            s.token(user)
        yield s


@pytest.fixture(autouse=True)
def whole(own):
    """Each test begins and ends with everything there, and no API process
    has died for it."""
    until(lambda: steady(own), 20)
    before = own.metrics()["camket_process_starts_total"]
    yield
    until(lambda: steady(own), 20)
    assert own.metrics()["camket_process_starts_total"] == before


def ready(own):
    """What is degraded, or None while not ready."""
    r = own.get("/readyz")
    if r.status_code != 200:
        problem(r, 503, "not_ready")
        assert r.headers["Retry-After"]
        return None
    return r.json()["degraded"]


def steady(own, degraded=[]):
    """Is every process there again?"""
    return (ready(own) == degraded and
            own.metrics()["camket_ready"] == PROCESSES)


@contextmanager
def stopped(own, service):
    own.sv("stop", service)
    try:
        yield
    finally:
        own.sv("start", service)


@contextmanager
def frozen(pid):
    """A process, and then every child it has."""
    children = []
    os.kill(pid, signal.SIGSTOP)
    try:
        children += family(pid)[1:]
        for child in children:
            os.kill(child, signal.SIGSTOP)
        yield
    finally:
        for each in [*children, pid]:
            os.kill(each, signal.SIGCONT)


def family(pid):
    return [pid] + [int(p) for p in subprocess.run(
        ["pgrep", "-P", str(pid)], text=True,
        stdout=subprocess.PIPE).stdout.split()]


# --- workers ---

def test_a_worker_that_is_away_is_named_and_nothing_else_suffers(own):
    with stopped(own, "reminders"):
        until(lambda: steady(own, ["reminders"]))
        expect(own.post("/v1/plans", "office1", PLAN), 201)


# --- PostgreSQL ---

def test_without_postgresql_reads_and_writes_are_503_and_recover(own):
    plan = expect(own.post("/v1/plans", "office1", PLAN), 201)
    where = "/v1/plans/" + plan["id"]
    with stopped(own, "postgres"):
        until(lambda: ready(own) is None)
        assert own.get("/healthz").status_code == 200
        for lang, title in (
                ("vi", "Cơ sở dữ liệu tạm thời không truy cập được"),
                ("en", "The database cannot be reached right now")):
            for method, path, body in [
                    ("GET", where, None), ("GET", "/v1/plans", None),
                    ("POST", "/v1/plans", PLAN),
                    ("PATCH", where, {"title": "b"}),
                    ("POST", "/v1/batch", {"atomic": True, "operations": [
                        {"method": "GET", "path": where}]}),
                    ("POST", "/v1/auth/login",
                     {"username": "office1", "password": "x"})]:
                r = own.call(method, path, None if "auth" in path else
                             "office1", body, If_Match='"v1"',
                             Accept_Language=lang)
                p = problem(r, 503, "database_unavailable")
                assert p["title"] == title
                assert int(r.headers["Retry-After"]) >= 1
                assert r.elapsed.total_seconds() < 8
        # what needs no database is answered as ever
        for path in ("/openapi.json", "/v1/vocabulary",
                     "/.well-known/jwks.json"):
            expect(own.get(path), 200)
        problem(own.get("/nowhere"), 404, "no_route")
        problem(own.get(where), 401, "unauthenticated")
        assert own.metrics()["camket_db_lost_total"] > 0
        with Wire(own) as w:    # and the connection goes on
            w.send(request("GET", where, Authorization="Bearer " +
                           own.token("office1")) * 2)
            assert [w.answer().status for _ in range(2)] == [503, 503]
    until(lambda: steady(own), 10)
    assert expect(own.get(where, "office1"), 200)["version"] == 1
    expect(own.patch(where, "office1", {"title": "b"}, 1), 200)


def test_a_postgresql_that_does_not_answer_is_503_and_not_silence(own):
    expect(own.get("/v1/me", "office1"), 200)
    with frozen(own.pid("postgres")), ThreadPoolExecutor(12) as pool:
        begun = time.monotonic()
        got = [pool.submit(own.get, path, "office1")
               for path in ("/v1/me", "/v1/plans", "/v1/units")] + [
            pool.submit(own.post, "/v1/plans", "office1", PLAN)
            for _ in range(3)]
        for _ in range(10):     # the loop is not held up
            r = own.get("/healthz")
            assert r.status_code == 200
            assert r.elapsed.total_seconds() < 1
        for f in got:
            r = f.result()
            assert r.status_code == 503, r.text
            problem(r, 503, r.json()["code"])
            assert r.headers["Retry-After"]
        assert time.monotonic() - begun < 15
        until(lambda: ready(own) is None)
    until(lambda: own.get("/v1/me", "office1").status_code == 200, 15)


class Writers:
    """Clients that write with a key each and repeat until they have a yes."""

    def __init__(self, own, n=4):
        self.own, self.said, self.stop = own, {}, threading.Event()
        self.odd, self.tag = [], new_id()
        self.threads = [threading.Thread(target=self.write, args=(i,))
                        for i in range(n)]

    def write(self, i):
        n = 0
        while not self.stop.is_set():
            n += 1
            key = f"{self.tag}-{i}-{n}"
            body = {"title": key, "issuer_unit_code": "office"}
            while True:
                try:
                    r = self.own.post("/v1/plans", "office1", body,
                                      Idempotency_Key=key)
                except requests.RequestException:
                    continue
                if r.status_code == 201:
                    self.said[key] = r.json()["id"]
                    break
                if r.status_code not in (503, 409):
                    self.odd.append((r.status_code, r.text[:200]))
                    break
                time.sleep(0.02)

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for t in self.threads:
            t.join(60)

    def check(self):
        """Every yes is one row, with one event, and there is no other."""
        assert not self.odd
        rows = dict(self.own.sql(
            "SELECT title, id::text FROM plan WHERE title LIKE %s",
            self.tag + "%"))
        assert rows == self.said
        assert self.own.one(
            "SELECT count(*) FROM plan WHERE title LIKE %s",
            self.tag + "%") == len(rows)
        assert self.own.one(
            "SELECT count(*) FROM event e JOIN plan p ON p.id = e.ref"
            " WHERE p.title LIKE %s", self.tag + "%") == len(rows)


def crash(own):
    """Every server process at once, as by a loss of power."""
    for pid in family(own.pid("postgres")):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def cut(own):
    for pid, in own.sql("SELECT pid FROM pg_stat_activity"
                        " WHERE usename = 'camket_api'"):
        os.kill(pid, signal.SIGTERM)


def restart(own):
    subprocess.run(["sv", "-w", "30", "restart",
                    os.path.dirname(os.path.dirname(
                        own.env["CAMKET_PID_POSTGRES"]))], check=True,
                   stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("fault", [cut, restart, crash],
                         ids=["connections cut", "restarted", "killed"])
def test_what_was_said_yes_to_is_there_and_once(own, fault):
    with Writers(own) as w:
        for _ in range(2):
            done = len(w.said)
            until(lambda: len(w.said) >= done + 20, 30)
            until(lambda: own_up(own), 20)
            fault(own)
        done = len(w.said)
        until(lambda: len(w.said) >= done + 20, 30)
    until(lambda: own_up(own))
    w.check()


def own_up(own):
    try:
        return own.one("SELECT 1")
    except psycopg2.OperationalError:
        return None


# --- Redis ---

def test_without_redis_all_goes_on_and_says_what_is_missing(own):
    with stopped(own, "redis"):
        until(lambda: steady(own, ["redis"]))
        plan = expect(own.post("/v1/plans", "office1", PLAN), 201)
        where = "/v1/plans/" + plan["id"]
        expect(own.patch(where, "office1", {"title": "b"}, 1), 200)
        expect(own.get("/v1/plans?limit=1", "office1"), 200)
        # an end of a session is known all the same
        login = expect(own.post("/v1/auth/login", None, {
            "username": "office2",
            "password": own.accounts["office2"]["password"]}), 200)
        bearer = {"Authorization": "Bearer " + login["access_token"]}
        expect(own.get("/v1/me", **bearer), 200)
        own.post("/v1/auth/logout", None,
                 {"refresh_token": login["refresh_token"]})
        until(lambda: own.get("/v1/me", **bearer).status_code == 401, 3)


def test_a_redis_that_does_not_answer_slows_nothing(own):
    with frozen(own.pid("redis")):
        for n in range(40):
            r = own.post("/v1/plans", "office1", PLAN)
            assert r.status_code == 201
            assert r.elapsed.total_seconds() < 1
        until(lambda: ready(own) == ["redis"])
        time.sleep(2.5)     # past the silence that is borne
        for n in range(40):
            expect(own.post("/v1/plans", "office1", PLAN), 201)
    until(lambda: ready(own) == [])


# --- the list of revocations ---

def test_without_fresh_revocations_no_token_is_trusted(own):
    """The statement that reads them is kept waiting: everything else works,
    and still nobody is let in on an old list."""
    with own.hold("LOCK revocation IN ACCESS EXCLUSIVE MODE"):
        until(lambda: own.get("/v1/me", "office1").status_code == 503)
        problem(own.get("/v1/me", "office1"), 503, "database_unavailable")
        assert ready(own) is None
        problem(own.get("/v1/me"), 401, "unauthenticated")
        expect(own.get("/v1/vocabulary"), 200)
    until(lambda: own.get("/v1/me", "office1").status_code == 200)


def test_a_host_that_starts_without_its_stores_waits_for_them(own):
    with stopped(own, "postgres"), stopped(own, "redis"):
        h = Host(own)
        try:
            with pytest.raises(AssertionError):
                h.up(seconds=3)
            assert h.process.poll() is None
            assert requests.get(h.url + "/healthz",
                                timeout=5).status_code == 200
            assert requests.get(h.url + "/readyz",
                                timeout=5).status_code == 503
            assert h.stop() == 0
        finally:
            h.close()
