"""Behind the door of docker/haproxy.cfg: TLS, who a client is, framing on
kept-alive connections, and hosts that are stopped and started in turn."""

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections import Counter

import pytest
import requests
from stack import TREE, Host, expect, free_ports, new_id, until
from wire import Wire, request

PLAN = {"title": "Kế hoạch qua cửa", "issuer_unit_code": "office"}


class Door:
    """haproxy with the image's configuration."""

    def __init__(self, tmp, hosts):
        pem, self.ca = tmp / "tls.pem", tmp / "crt"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
             "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
             "-keyout", tmp / "key", "-out", self.ca],
            check=True, stderr=subprocess.DEVNULL)
        pem.write_bytes(self.ca.read_bytes() + (tmp / "key").read_bytes())
        self.tls = ssl.create_default_context(cafile=self.ca)
        self.plain, self.port, self.health = free_ports(3)
        self.url = f"https://127.0.0.1:{self.port}"
        self.log = tmp / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                ["haproxy", "-W", "-f", TREE / "docker" / "haproxy.cfg"],
                stdout=log, stderr=subprocess.STDOUT, env={
                    **os.environ, "API": f"127.0.0.1:{hosts[0].port}",
                    "API_2": f"127.0.0.1:{hosts[1].port}", "TLS_PEM": str(pem),
                    "HTTP_PORT": str(self.plain), "HTTPS_PORT": str(self.port),
                    "HEALTH_PORT": str(self.health)})

    def get(self, path, **more):
        return requests.get(self.url + path, verify=self.ca, timeout=20, **more)

    def lines(self):
        """What it has said of requests."""
        return [json.loads(line) for line in self.log.read_text().splitlines()
                if line.startswith("{")]

    def healthy(self):
        try:
            return requests.get(f"http://127.0.0.1:{self.health}/healthz",
                                timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def close(self):
        self.process.send_signal(signal.SIGUSR1)
        return self.process.wait(90)


@pytest.fixture(scope="module")
def hosts(stack):
    pair = [Host(stack, PROXIES="127.0.0.1", API_PROCESSES=2, KEEPALIVE_S=1,
                 LEAVE_S=3) for _ in range(2)]
    try:
        yield [h.up() for h in pair]
    finally:
        for h in pair:
            h.close()


@pytest.fixture(scope="module")
def door(tmp_path_factory, hosts):
    d = Door(tmp_path_factory.mktemp("door"), hosts)
    try:
        until(d.healthy, 20)
        yield d
    finally:
        d.close()


def connect(door, source="127.0.0.1"):
    """A TLS connection from an address of this machine's."""
    c = http.client.HTTPSConnection(
        "127.0.0.1", door.port, timeout=20, source_address=(source, 0),
        context=door.tls)
    c.connect()
    return c


def ask(c, method, path, body=None, **headers):
    c.request(method, path, body,
              {k.replace("_", "-"): v for k, v in headers.items()})
    r = c.getresponse()
    return r, r.read()


class TlsWire(Wire):
    """A connection through the door, spoken to byte by byte."""

    def __init__(self, door):
        self.s = door.tls.wrap_socket(
            socket.create_connection(("127.0.0.1", door.port), 20),
            server_hostname="127.0.0.1")
        self.got = b""


def test_plain_requests_are_sent_to_tls(door):
    r = requests.get(f"http://127.0.0.1:{door.plain}/v1/me?x=1",
                     allow_redirects=False, timeout=10)
    assert r.status_code == 308
    assert r.headers["Location"] == f"https://127.0.0.1:{door.plain}/v1/me?x=1"


def test_answers_over_tls_ask_for_tls_from_now_on(door):
    r = door.get("/healthz")
    assert expect(r, 200) == {"status": "ok"}
    assert r.headers["Strict-Transport-Security"].startswith("max-age=")
    assert "Server" not in r.headers


def test_a_protocol_older_than_tls_1_2_is_refused(door):
    for version, taken in (("-tls1_1", False), ("-tls1_2", True)):
        said = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{door.port}",
             version, "-cipher", "ALL:@SECLEVEL=0"], text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        assert (said.returncode == 0) is taken, said.stdout


def test_the_state_of_a_host_is_not_shown_outside(door):
    for path in ("/readyz", "/metrics"):
        r = door.get(path)
        assert expect(r, 404)["code"] == "no_route"


def sign_in(stack, c, **headers):
    """Sign in over a connection; the address its session is kept under."""
    person = stack.accounts["chair"]
    body = json.dumps({"username": "chair", "password": person["password"]})
    r, answer = ask(c, "POST", "/v1/auth/login", body,
                    Content_Type="application/json", **headers)
    assert r.status == 200, answer
    return stack.one("SELECT host(address::inet) FROM session"
                     " ORDER BY created_at DESC LIMIT 1")


def test_a_session_has_the_clients_address_whatever_the_client_claims(
        stack, door):
    assert sign_in(stack, connect(door, "127.0.0.5")) == "127.0.0.5"
    assert sign_in(stack, connect(door, "127.0.0.6"),
                   X_Forwarded_For="203.0.113.9",
                   Forwarded="for=203.0.113.9",
                   X_Real_IP="203.0.113.9") == "127.0.0.6"


def test_who_comes_past_the_proxy_is_not_believed(stack, hosts):
    c = http.client.HTTPConnection("127.0.0.1", hosts[0].port, timeout=20,
                                   source_address=("127.0.0.7", 0))
    assert sign_in(stack, c, X_Forwarded_For="203.0.113.9") == "127.0.0.7"


FRAMINGS = {
    "chunked": (b"POST /v1/auth/login HTTP/1.1\r\nHost: a\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", (411, 501)),
    "both lengths": (b"POST /v1/auth/login HTTP/1.1\r\nHost: a\r\n"
                     b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
                     b"0\r\n\r\n", (400, 411, 501)),
    "body of a GET": (b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
                      b"Content-Length: 34\r\n\r\n"
                      b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", (400,)),
    "NUL": (b"GET /healthz HTTP/1.1\r\nHost: a\0b\r\n\r\n", (400,)),
    "large head": (b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: "
                   + b"x" * 17000 + b"\r\n\r\n", (431,)),
    "many fields": (b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
                    + b"".join(b"X%d: y\r\n" % i for i in range(110))
                    + b"\r\n", (431,)),
    "long target": (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
                    (414,)),
    "large body": (b"POST /v1/auth/login HTTP/1.1\r\nHost: a\r\n"
                   b"Content-Length: 9999999\r\n\r\n", (413,)),
}


@pytest.mark.parametrize("what", FRAMINGS)
def test_a_request_that_is_none_gets_one_refusal(door, what):
    """And what comes behind it on the connection gets an answer of its own."""
    data, statuses = FRAMINGS[what]
    with TlsWire(door) as wire:
        a = wire.send(data).answer()
        assert a.status in statuses, (a.status, a.body)
        assert a.headers["content-type"].startswith("application/problem+json")
        assert json.loads(a.body)["code"]
        wire.s.settimeout(5)
        try:
            a = wire.send(request("GET", "/healthz")).answer()
        except OSError:
            a = None    # the connection has ended behind the refusal
        assert a is None or json.loads(a.body) == {"status": "ok"}, a.body


@pytest.mark.parametrize("data", (
    b"GET /healthz HTTP/1.1\r\nHost: a\rX: b\r\n\r\n",
    b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
    b"Content-Length: 5\r\n\r\nabcde"), ids=("bare CR", "two lengths"))
def test_what_is_no_http_at_all_the_door_keeps_out_itself(door, data):
    with TlsWire(door) as wire:
        wire.send(data + request("GET", "/healthz"))
        while wire._more():
            pass
        assert wire.got.startswith(b"HTTP/1.1 400 ")
        assert wire.got.count(b"HTTP/1.1 ") == 1


def test_a_client_that_keeps_its_connection_never_sees_the_apis_end(
        stack, door):
    """The API ends idle connections after a second, without a word."""
    token = "Bearer " + stack.token("chair")
    c = connect(door)
    for pause in (0, 0, 1.3, 0, 2.1, 0):
        time.sleep(pause)
        r, body = ask(c, "GET", "/v1/me", Authorization=token)
        assert r.status == 200 and json.loads(body)["today"]


def test_nobody_notices_that_one_host_after_the_other_is_restarted(
        stack, hosts, door):
    token = "Bearer " + stack.token("office1")
    seen, stop = Counter(), threading.Event()

    def client(i):
        session = requests.Session()
        session.headers["Authorization"] = token
        while not stop.is_set():
            try:
                if i % 2:
                    r = session.get(door.url + "/v1/me", timeout=20,
                                    verify=door.ca)
                else:
                    r = session.post(
                        door.url + "/v1/plans", json=PLAN, timeout=20,
                        verify=door.ca,
                        headers={"Idempotency-Key": new_id()})
                seen[r.status_code] += 1
            except requests.RequestException as e:
                seen[repr(e)[:200]] += 1

    def served(name):
        """Since when, and how many times, the door has asked this host."""
        return sum(line.get("server") == name and line["status"] < 300
                   for line in door.lines())

    def again(name):
        before = served(name)
        until(lambda: served(name) > before + 20, 30,
              what=f"requests served by {name}")

    threads = [threading.Thread(target=client, args=(i,)) for i in range(6)]
    before = stack.one("SELECT count(*) FROM plan WHERE title = %s",
                       PLAN["title"])
    for t in threads:
        t.start()
    try:
        again("api")
        again("api-2")
        for host, name in zip(hosts, ("api", "api-2")):
            assert host.stop() == 0
            host.up()
            again(name)
    finally:
        stop.set()
        for t in threads:
            t.join()
    assert set(seen) == {200, 201}, seen
    kept = stack.one("SELECT count(*) FROM plan WHERE title = %s",
                     PLAN["title"])
    assert kept - before == seen[201]


def test_without_a_host_the_door_says_so_in_our_words(hosts, door):
    for host in hosts:
        host.stop()
    try:
        until(lambda: not door.healthy(), 30)
        r = door.get("/v1/me")
        assert expect(r, 503)["code"] == "not_ready"
        assert r.headers["Retry-After"]
        assert r.headers["Content-Type"] == "application/problem+json"
    finally:
        for host in hosts:
            host.up()
        until(door.healthy, 30)
