"""The border: bytes that are not quite HTTP, and clients that do not behave.
Every refusal is one answer and the end of the connection, nothing is written,
and no process dies."""

import json
import os
import signal
import time

import pytest

from stack import until
from wire import Wire, request, trickle

pytestmark = pytest.mark.usefixtures("unharmed")

ALIVE = request("GET", "/healthz")
PLAN = json.dumps({"title": "Kế hoạch lẽ ra không có",
                   "issuer_unit_code": "office"})


def head(*lines):
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


def refused(wire, status, lang="vi"):
    """The one answer of a refusal, after which the connection ends."""
    a = wire.answer()
    assert a is not None and a.status == status, a and (a.status, a.body)
    body = json.loads(a.body)
    assert a.headers["content-type"] == \
        "application/problem+json; charset=utf-8"
    assert a.headers["connection"] == "close"
    assert a.headers["content-language"] == lang
    assert a.headers["cache-control"] == "no-store"
    assert a.headers["x-request-id"] and a.headers["date"]
    assert body["status"] == status and body["code"]
    assert wire.closed()
    return body


def auth(stack, user="office1"):
    return "Bearer " + stack.token(user)


# --- framing ---

MALFORMED = {
    "bare LF": b"GET /healthz HTTP/1.1\nHost: a\n\n",
    "bare LF at the end": b"GET /healthz HTTP/1.1\r\nHost: a\r\n\n",
    "bare CR": b"GET /healthz HTTP/1.1\r\nHost: a\rX: b\r\n\r\n",
    "obs-fold": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n",
    "fold of the first": b"GET /healthz HTTP/1.1\r\n Host: a\r\n\r\n",
    "NUL in the request line":
        b"GET /healthz HTTP/1.1\0x\r\nHost: a\r\n\r\n",
    "NUL in the target": b"GET /heal\0thz HTTP/1.1\r\nHost: a\r\n\r\n",
    "NUL in a value": b"GET /healthz HTTP/1.1\r\nHost: a\0b\r\n\r\n",
    "NUL in a name": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX\0: b\r\n\r\n",
    "blank before the colon": head("GET /healthz HTTP/1.1", "Host : a"),
    "no colon": head("GET /healthz HTTP/1.1", "Host: a", "nonsense"),
    "no name": head("GET /healthz HTTP/1.1", "Host: a", ": b"),
    "no Host": head("GET /healthz HTTP/1.1"),
    "empty Host": head("GET /healthz HTTP/1.1", "Host:"),
    "two Hosts": head("GET /healthz HTTP/1.1", "Host: a", "Host: a"),
    "a Host with a path": head("GET /healthz HTTP/1.1", "Host: a/b"),
    "Host by prefix": head("GET /healthz HTTP/1.1", "Hostile: a"),
    "two lengths": head("POST /v1/plans HTTP/1.1", "Host: a",
                        "Content-Length: 2", "Content-Length: 2") + b"{}",
    "two lengths in one": head("POST /v1/plans HTTP/1.1", "Host: a",
                               "Content-Length: 2, 2") + b"{}",
    "signed length": head("POST /v1/plans HTTP/1.1", "Host: a",
                          "Content-Length: +2") + b"{}",
    "negative length": head("POST /v1/plans HTTP/1.1", "Host: a",
                            "Content-Length: -2") + b"{}",
    "empty length": head("POST /v1/plans HTTP/1.1", "Host: a",
                         "Content-Length:") + b"{}",
    "hexadecimal length": head("POST /v1/plans HTTP/1.1", "Host: a",
                               "Content-Length: 0x2") + b"{}",
    "length and coding": head("POST /v1/plans HTTP/1.1", "Host: a",
                              "Content-Length: 4",
                              "Transfer-Encoding: chunked") + b"0\r\n\r\n",
    "coding in HTTP/1.0": head("POST /v1/plans HTTP/1.0", "Host: a",
                               "Transfer-Encoding: chunked") + b"0\r\n\r\n",
    "GET with a body": head("GET /v1/plans HTTP/1.1", "Host: a",
                            "Content-Length: 2") + b"{}",
    "DELETE with a body": head("DELETE /v1/plans HTTP/1.1", "Host: a",
                               "Content-Length: 2") + b"{}",
    "two blanks": b"GET  /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "a tab": b"GET\t/healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "no version": b"GET /healthz\r\nHost: a\r\n\r\n",
    "a version of its own": head("GET /healthz HTCPCP/1.0", "Host: a"),
    "a fragment": head("GET /healthz#a HTTP/1.1", "Host: a"),
    "a raw quote": head('GET /v1/units?q="a" HTTP/1.1', "Host: a"),
    "a byte above ASCII": head("GET /v1/units?q=\xe1 HTTP/1.1", "Host: a"),
    "a relative target": head("GET healthz HTTP/1.1", "Host: a"),
    "GET *": head("GET * HTTP/1.1", "Host: a"),
    "two Authorizations": head("GET /v1/me HTTP/1.1", "Host: a",
                               "Authorization: Bearer a",
                               "Authorization: Bearer b"),
    "TLS": bytes.fromhex("16030100a5010000a10303") + b"\x00" * 64 + b"\n\n",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_not_well_formed_is_refused_and_ends_the_connection(
        stack, unwritten, name):
    with Wire(stack) as w:
        w.send(MALFORMED[name] + ALIVE)     # what follows is never a request
        refused(w, 400)


NOT_OURS = [
    ("a chunked body", 411,
     head("POST /v1/plans HTTP/1.1", "Host: a",
          "Transfer-Encoding: chunked") + b"2\r\n{}\r\n0\r\n\r\n"),
    ("another coding", 501,
     head("POST /v1/plans HTTP/1.1", "Host: a",
          "Transfer-Encoding: gzip, chunked") + b"0\r\n\r\n"),
    ("PATCH without a length", 411,
     head("PATCH /v1/plans HTTP/1.1", "Host: a")),
    ("another expectation", 417,
     head("POST /v1/plans HTTP/1.1", "Host: a", "Content-Length: 2",
          "Expect: tea") + b"{}"),
    ("TRACE", 501, head("TRACE /healthz HTTP/1.1", "Host: a")),
    ("a method in small letters", 501,
     head("get /healthz HTTP/1.1", "Host: a")),
    ("an unknown method", 501, head("PROPFIND /healthz HTTP/1.1", "Host: a")),
    ("HTTP/2.0", 505, head("GET /healthz HTTP/2.0", "Host: a")),
    ("a body one byte too long", 413,
     head("POST /v1/plans HTTP/1.1", "Host: a", "Content-Length: 1048577")),
    ("a length beyond 64 bits", 413,
     head("POST /v1/plans HTTP/1.1", "Host: a",
          "Content-Length: 18446744073709551617")),
    ("a target without end", 414, b"GET /" + b"a" * 8100),
    ("a target too long", 414,
     head("GET /" + "a" * 8000 + " HTTP/1.1", "Host: a")),
    ("a field without end", 431,
     b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 17000),
    ("too many fields", 431,
     head("GET /healthz HTTP/1.1", "Host: a",
          *[f"X-{i}: {i}" for i in range(120)])),
    ("fields too long together", 431,
     head("GET /healthz HTTP/1.1", "Host: a",
          *[f"X-{i}: " + "a" * 200 for i in range(90)])),
]


@pytest.mark.parametrize("status, data", [c[1:] for c in NOT_OURS],
                         ids=[c[0] for c in NOT_OURS])
def test_what_we_do_not_take_is_refused_by_its_own_status(
        stack, unwritten, status, data):
    with Wire(stack) as w:
        w.send(data)
        refused(w, status)


def test_a_refusal_at_the_border_speaks_the_readers_language(stack):
    big = head("POST /v1/plans HTTP/1.1", "Host: a",
               "Content-Length: 9999999", "Accept-Language: en",
               "X-Request-Id: a-name-of-mine")
    with Wire(stack) as w:
        w.send(big)
        a = w.answer()
    assert json.loads(a.body)["title"] == "The body is too large"
    assert a.headers["content-language"] == "en"
    assert a.headers["x-request-id"] == "a-name-of-mine"


def test_the_longest_target_is_taken_however_it_is_cut(stack):
    data = head("GET /" + "a" * 7999 + " HTTP/1.1", "Host: a")
    for cut in (7990, 8003, 8010, len(data) - 1):
        with Wire(stack) as w:
            w.send(data[:cut])
            time.sleep(0.05)
            w.send(data[cut:] + ALIVE)
            assert w.answer().status == 404
            assert w.answer().status == 200


def test_a_token_behind_many_fields_is_seen(stack):
    fields = {f"X_{i}": str(i) for i in range(90)}
    with Wire(stack) as w:
        w.send(request("GET", "/v1/me", **fields,
                       Authorization=auth(stack)))
        assert w.answer().status == 200


def test_an_oversized_body_is_refused_though_it_is_being_sent(stack,
                                                             unwritten):
    body = b'{"title": "' + b"a" * (3 << 20) + b'"}'
    r = stack.post("/v1/plans", "office1", body)
    assert r.status_code == 413 and r.json()["code"] == "body_too_large"
    assert r.headers["Connection"] == "close"
    # the last byte that is allowed is still ours to judge
    whole = json.dumps({"title": "a"}).encode()
    r = stack.post("/v1/plans", "office1", whole.ljust(1 << 20))
    assert r.status_code == 422


def test_bytes_beyond_the_length_are_no_body_and_cost_no_memory(stack,
                                                               unwritten):
    def resident():
        return sum(int(open(f"/proc/{p}/statm").read().split()[1])
                   for p in stack.api_processes()) * 4096

    before = resident()
    with Wire(stack) as w:
        w.send(head("POST /v1/plans HTTP/1.1", "Host: a",
                    "Content-Type: application/json", "Content-Length: 1"))
        w.send(b"{" + b"a" * 10000)
        assert w.answer().status == 401
        refused(w, 414)
    for _ in range(3):
        with Wire(stack) as w:
            try:
                w.send(request("POST", "/v1/plans", "{") + b"a" * (10 << 20))
                assert w.answer().status == 401
            except (ConnectionResetError, BrokenPipeError):
                pass        # cut off: as good
    assert stack.get("/healthz").elapsed.total_seconds() < 1
    assert resident() - before < 4 << 20


# --- one after another ---

def test_pipelined_requests_are_answered_in_order(stack):
    token = auth(stack)
    paths = ["/v1/me", "/healthz", "/v1/units?limit=1", "/nowhere",
             "/v1/units?limit=2", "/healthz", "/v1/me"]
    with Wire(stack) as w:
        w.send(b"".join(request("GET", p, X_Request_Id=f"n-{i}",
                                Authorization=token)
                        for i, p in enumerate(paths)))
        got = [w.answer() for _ in paths]
    assert [a.headers["x-request-id"] for a in got] == \
        [f"n-{i}" for i in range(len(paths))]
    assert [a.status for a in got] == [200, 200, 200, 404, 200, 200, 200]


def test_requests_pipelined_behind_a_body_are_answered(stack):
    login = request("POST", "/v1/auth/login", "{}")
    with Wire(stack) as w:
        w.send(login + ALIVE + login + ALIVE * 30)
        assert [w.answer().status for _ in range(33)] == \
            [422, 200, 422] + [200] * 30


@pytest.mark.parametrize("data", [
    ALIVE + request("POST", "/v1/auth/login", "{}") + ALIVE,
    b"\r\n" + ALIVE + b"\r\n" + ALIVE + request("GET", "/nowhere")],
    ids=["with a body", "behind empty lines"])
def test_requests_that_come_byte_by_byte_are_the_same_requests(stack, data):
    with Wire(stack) as whole, Wire(stack) as drops:
        whole.send(data)
        trickle(drops, data)
        for _ in range(3):
            a, b = whole.answer(), drops.answer()
            assert (a.status, a.body) == (b.status, b.body)


def test_a_connection_goes_on_after_every_refusal_of_a_whole_request(stack):
    token = auth(stack)
    with Wire(stack) as w:
        for data, status in [
                (request("GET", "/nowhere"), 404),
                (request("PUT", "/v1/plans", "{}"), 405),
                (request("GET", "/v1/me"), 401),
                (request("GET", "/v1/me", Authorization="Bearer x.y.z"), 401),
                (request("POST", "/v1/plans", "{", Authorization=token), 400),
                (request("POST", "/v1/plans", "{}", Authorization=token),
                 422),
                (request("PATCH", "/v1/plans/" + "0" * 8 + "-0000-7000-8000-"
                         + "0" * 12, "{}", Authorization=token), 428),
                (request("GET", "/v1/plans?x=1", Authorization=token), 400),
                (request("GET", "/v1/me", Authorization=token), 200)]:
            w.send(data)
            a = w.answer()
            assert a.status == status, a.body
            assert "connection" not in a.headers


def test_keep_alive_and_close_are_as_the_client_asks(stack):
    for version, says, stays in [
            ("1.1", None, True), ("1.1", "close", False),
            ("1.1", "keep-alive, Close", False), ("1.1", "keep-alive", True),
            ("1.0", None, False), ("1.0", "keep-alive", True)]:
        fields = {"Connection": says} if says else {}
        with Wire(stack) as w:
            w.send(request("GET", "/healthz", version=version, **fields))
            a = w.answer()
            assert a.status == 200
            assert (a.headers.get("connection") == "close") != stays
            if stays:
                w.send(ALIVE)
                assert w.answer().status == 200
            else:
                assert w.closed()


def test_http_1_0_needs_no_host(stack):
    with Wire(stack) as w:
        w.send(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert w.answer().status == 200
        assert w.closed()


def test_an_absolute_target_names_the_same_thing(stack):
    with Wire(stack) as w:
        w.send(head("GET http://elsewhere:99/healthz HTTP/1.1", "Host: a"))
        assert w.answer().status == 200
        w.send(head("GET HTTPS://a/v1/units?x=1 HTTP/1.1", "Host: a"))
        assert w.answer().status == 401


def test_expect_100_continue_is_answered_before_the_body(stack, unwritten):
    with Wire(stack) as w:
        w.send(head("POST /v1/plans HTTP/1.1", "Host: a",
                    "Content-Type: application/json", "Content-Length: 2",
                    "Expect: 100-continue"))
        assert w.answer().status == 100
        w.send("{}")
        assert w.answer().status == 401
        w.send(ALIVE)
        assert w.answer().status == 200
        # too large is said at once, without the go-ahead
        w.send(head("POST /v1/plans HTTP/1.1", "Host: a",
                    "Content-Length: 99999999", "Expect: 100-continue"))
        refused(w, 413)


def test_head_is_get_without_the_body(stack):
    with Wire(stack) as w:
        w.send(request("GET", "/healthz"))
        whole = w.answer()
        w.send(request("HEAD", "/healthz") + ALIVE)
        a = w.answer(head=True)
        assert a.status == 200
        assert a.headers["content-length"] == whole.headers["content-length"]
        assert w.answer().body == whole.body
        w.send(request("HEAD", "/nowhere") + ALIVE)
        assert w.answer(head=True).status == 404
        assert w.answer().status == 200


def test_options_says_what_a_path_takes(stack):
    with Wire(stack) as w:
        w.send(request("OPTIONS", "/v1/plans"))
        a = w.answer()
        assert a.status == 204 and "content-length" not in a.headers
        assert a.headers["allow"] == "GET, HEAD, POST, OPTIONS"
        w.send(request("OPTIONS", "*"))
        assert w.answer().status == 204
        w.send(request("OPTIONS", "/nowhere"))
        assert w.answer().status == 404


# --- clients that leave ---

def test_a_half_closed_client_gets_every_answer(stack):
    with Wire(stack) as w:
        w.send(ALIVE + request("GET", "/v1/me", Authorization=auth(stack)) +
               ALIVE).done()
        assert [w.answer().status for _ in range(3)] == [200, 200, 200]
        assert w.closed()


def test_half_a_request_and_no_more_ends_the_connection(stack):
    for data in (ALIVE[:20], request("POST", "/v1/plans", PLAN)[:-5]):
        with Wire(stack) as w:
            w.send(data).done()
            assert w.closed(3)


def test_a_large_answer_reaches_a_client_that_asks_for_no_more(stack):
    """The peer's end of sending comes while the answer is still going out."""
    with Wire(stack, window=2048) as w:
        # more than the kernel takes off the server's hands
        w.send(request("GET", "/openapi.json") * 200 +
               request("GET", "/openapi.json", Connection="close"))
        time.sleep(0.2)
        w.done()
        got = [w.answer() for _ in range(201)]
        assert {a.status for a in got} == {200}
        assert len({a.body for a in got}) == 1 and w.closed()


def test_clients_that_vanish_leave_the_server_unharmed(stack):
    """RST while the answer is on its way, with and without more requests
    behind: the connection is gone, the process is not."""
    unit = stack.get("/v1/units?limit=1", "chair").json()["items"][0]["id"]
    read = request("GET", "/v1/units/" + unit, Authorization=auth(stack))
    begun = head("POST /v1/plans HTTP/1.1", "Host: a",
                 "Content-Length: 30000", "Expect: 100-continue")
    for data in (read, read * 2, ALIVE * 3, begun,
                 request("GET", "/v1/units", Authorization=auth(stack)) * 2):
        for pause in (0, 0.001, 0.005):
            wires = [Wire(stack) for _ in range(30)]
            for w in wires:
                w.send(data)
            time.sleep(pause)
            for p in stack.api_processes():     # so that the database's
                os.kill(p, signal.SIGSTOP)      # answer and the client's
            time.sleep(0.02)                    # end come in one turn
            for w in wires:
                w.reset()
            for p in stack.api_processes():
                os.kill(p, signal.SIGCONT)
    assert stack.get("/healthz").status_code == 200
    until(lambda: stack.metrics()["camket_requests_running"] <= 1)


def test_a_write_whose_client_has_left_is_carried_out(stack):
    plan = stack.post("/v1/plans", "office1", json.loads(PLAN)).json()
    gone = stack.metrics()["camket_abandoned_total"]
    with stack.hold("SELECT FROM plan WHERE id = %s FOR UPDATE", plan["id"]):
        with Wire(stack) as w:
            w.send(request("PATCH", "/v1/plans/" + plan["id"],
                           '{"symbol": "KH-UBND"}', If_Match='"v1"',
                           Authorization=auth(stack)))
            until(stack.waiting)
            w.reset()
        until(lambda: stack.metrics()["camket_abandoned_total"] > gone)
    until(lambda: stack.one("SELECT version FROM plan WHERE id = %s",
                            plan["id"]) == 2)
    assert stack.one("SELECT count(*) FROM event WHERE ref = %s",
                     plan["id"]) == 2
    until(lambda: stack.metrics()["camket_requests_running"] == 1)


def test_slow_work_whose_client_has_left_is_cancelled(stack):
    with stack.hold("LOCK plan IN ACCESS EXCLUSIVE MODE"):
        wires = [Wire(stack) for _ in range(6)]     # some wait, some run
        for i, w in enumerate(wires):
            w.send(request("GET", "/v1/plans", Authorization=auth(stack)))
        until(lambda: len(stack.waiting()) >= 3)
        for w in wires[::2]:
            w.reset()
        for w in wires[1::2]:
            w.s.close()
        until(lambda: not stack.waiting(), 4)
        until(lambda: stack.metrics()["camket_requests_running"] == 1)
    assert stack.get("/v1/plans", "office1").status_code == 200


def test_a_cancel_that_came_before_its_statement_is_repeated(stack):
    def asked(n):
        wires = [Wire(stack) for _ in range(n)]
        for w in wires:
            w.send(request("GET", "/v1/plans", Authorization=auth(stack)))
        return wires

    with stack.hold("LOCK plan IN ACCESS EXCLUSIVE MODE"):
        wires = asked(6)
        until(lambda: len(stack.waiting()) >= 3)
        slow = [pid for pid, in stack.sql(
            "SELECT pid FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND usename = 'camket_api'")]
    for w in wires:
        assert w.answer().status == 200
        w.s.close()
    with stack.hold("LOCK plan IN ACCESS EXCLUSIVE MODE"):
        for pid in slow:
            os.kill(pid, signal.SIGSTOP)
        try:
            wires = asked(2)
            time.sleep(0.3)         # sent, and read by nobody
            for w in wires:
                w.reset()
            time.sleep(0.3)         # the cancel finds nothing to end
        finally:
            for pid in slow:
                os.kill(pid, signal.SIGCONT)
        time.sleep(0.3)             # now the statements begin
        until(lambda: not stack.waiting(), 4)
