"""How much strangers may ask: by the address they come from, whatever they
come with, while those behind it who show who they are go on working. And how
many may sign in at once."""

import contextlib
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from stack import expect, host_of, new_id, problem, until
from wire import Wire, request


@pytest.fixture(scope="module")
def limited(stack):
    with host_of(stack, RATE=1, RATE_BURST=3, API_PROCESSES=1,
                 PROXIES="127.0.0.1") as h:
        yield h


@pytest.fixture(scope="module")
def host(stack):
    with host_of(stack, API_PROCESSES=1, PROXIES="127.0.0.1", LOGINS=1) as h:
        yield h


def ask_reset(s, login, address):
    return s.post("/v1/auth/reset-request", body={"login": login},
                  X_Forwarded_For=address)


UNKNOWN = {
    "no token": (401, lambda s, **h: s.get("/v1/me", **h)),
    "a token that is none": (401, lambda s, **h: s.get(
        "/v1/me", Authorization="Bearer x", **h)),
    "a key that is none": (401, lambda s, **h: s.get(
        "/v1/me", Authorization="Bearer ck_" + "x" * 45, **h)),
    "a refresh token that is none": (401, lambda s, **h: s.post(
        "/v1/auth/refresh", body={"refresh_token": "x"}, **h)),
    "a link that is none": (422, lambda s, **h: s.post(
        "/v1/auth/reset", body={"code": "x"}, **h)),
}


@pytest.mark.parametrize("what", UNKNOWN)
def test_an_address_cannot_come_without_end_with(limited, what):
    status, ask = UNKNOWN[what]
    n = list(UNKNOWN).index(what)
    here, there = ({"X_Forwarded_For": f"203.0.113.{i}"}
                   for i in (n, n + 100))
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda _: ask(limited, **here), range(160)))
    seen = [r.status_code for r in got]
    assert set(seen) == {status, 429}
    assert seen.count(status) >= 30     # hundreds share an address
    refused = next(r for r in got if r.status_code == 429)
    problem(refused, 429, "too_many_requests")
    assert int(refused.headers["Retry-After"]) >= 1
    assert '"address"' in refused.headers["RateLimit"]
    # who is known has a limit of his own, and other addresses have theirs
    user = ("head.culture", "chair", "office1", "office2", "office3")[n]
    expect(limited.get("/v1/me", user, **here), 200)
    assert ask(limited, **there).status_code == status


def test_what_everybody_may_read_is_not_counted(limited):
    for _ in range(60):
        assert limited.get("/.well-known/jwks.json",
                           X_Forwarded_For="203.0.113.50").status_code == 200


def test_asking_for_links_in_many_names_that_are_nobodys_has_to_wait(
        stack, host):
    count = "SELECT count(*) FROM audit WHERE action = 'reset_asked'"
    before = stack.one(count)
    got = [ask_reset(host, "nobody." + new_id()[-12:], "203.0.113.60")
           for _ in range(70)]
    seen = [r.status_code for r in got]
    assert set(seen[:50]) == {202} and seen[-1] == 429
    assert int(got[-1].headers["Retry-After"]) >= 1
    assert stack.one(count) - before == seen.count(202) <= 60
    assert ask_reset(host, "nobody.elsewhere",
                     "203.0.113.61").status_code == 202


def test_asking_for_links_of_ones_own_does_not_count_for_the_address(host):
    """The accounts' own pauses keep letters few."""
    for _ in range(70):
        assert ask_reset(host, "chair", "203.0.113.62").status_code == 202
    assert ask_reset(host, "nobody.at.all",
                     "203.0.113.62").status_code == 202


def test_a_storm_of_logins_is_refused_early_while_reads_go_on(host):
    chair = {"username": "chair",
             "password": host.accounts["chair"]["password"]}
    login = request("POST", "/v1/auth/login", json.dumps(chair))
    read = request("GET", "/v1/me",
                   Authorization="Bearer " + host.token("office1"))
    before = host.metrics()["camket_logins_refused_total"]

    def answer(wire):
        return wire.answer(), time.monotonic()

    with contextlib.ExitStack() as close, ThreadPoolExecutor(31) as pool:
        wires = [close.enter_context(Wire(host)) for _ in range(31)]
        for wire in wires[:30]:
            wire.send(login)
        wires[30].send(read)
        *came, (r, read_at) = pool.map(answer, wires)
    seen = [a.status for a, _ in came]
    assert set(seen) == {200, 503}
    assert seen.count(200) >= 8     # one is compared, the others wait
    refused = next(a for a, _ in came if a.status == 503)
    assert json.loads(refused.body)["code"] == "overloaded"
    assert int(refused.headers["retry-after"]) >= 1
    assert host.metrics()["camket_logins_refused_total"] - before == \
        seen.count(503)
    # nobody waits for a password but those who have sent one
    assert r.status == 200
    assert read_at < max(at for a, at in came if a.status == 200)
    until(lambda: host.post("/v1/auth/login", body=chair).status_code == 200)
