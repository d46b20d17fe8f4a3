"""docker/compose.yaml, run by the image: everybody comes up well, is confined,
does the work, survives what an office's machine does to it, and goes down in
peace. Run by tests/image/run."""

import http.client
import json
import os
import re
import ssl
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from engine import Engine, compose, sh

HERE = compose()
SERVICES = HERE["services"]
STORE = Path(os.environ["IMAGE_STORE"])
PROGRAMS = [n for n, s in SERVICES.items()
            if "CAMKET_ALIVE" in s.get("environment", {})]
RUNS_ON = [n for n, s in SERVICES.items() if "healthcheck" in s]


@pytest.fixture(scope="module")
def engine():
    e = Engine()
    e.up()
    for name in RUNS_ON:
        e.wait(name)
    return e


@pytest.fixture(scope="module")
def office(engine):
    """The first installation, through the door; the administrator's password."""
    said = engine.once("operator", ["init", "--unit", "UBND phường",
                                    "--admin", "quantri"])
    password = "con ngựa đúng pin ghim"
    status, answer, _ = Client(engine).ask("POST", "/v1/auth/reset", {
        "token": said.split("#")[1].strip(), "new_password": password})
    assert status == 204, answer
    return password


# --- the file ---

def test_every_setting_it_names_is_one(engine):
    table = engine.once("operator", ["help", "settings"])
    settings = set(re.findall(r"^\| `(\w+)`", table, re.M))
    secret = set(re.findall(r"^\| `(\w+)`.*_FILE", table, re.M))
    assert len(settings) > 30 and secret
    for name, service in SERVICES.items():
        for key in service.get("environment", {}):
            if key.startswith("CAMKET_"):
                assert key in settings or (
                    key.endswith("_FILE")
                    and key.removesuffix("_FILE") in secret), (name, key)


def test_every_secret_is_made_handed_on_and_used():
    made = {p.name for p in (STORE / "secrets").iterdir()}
    assert set(HERE["secrets"]) == made
    for name, service in SERVICES.items():
        for key, value in service.get("environment", {}).items():
            if str(value).startswith("/run/secrets/"):
                assert value.removeprefix("/run/secrets/") in \
                    service["secrets"], (name, key)


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_confined(name):
    s = SERVICES[name]
    assert s["read_only"] is True
    assert s["cap_drop"] == ["ALL"]
    assert s["security_opt"] == ["no-new-privileges:true"]
    assert s["image"] == SERVICES["api"]["image"]
    limits = s["deploy"]["resources"]["limits"]
    assert all(limits[k] for k in ("cpus", "memory", "pids"))
    assert s["logging"]["options"]["max-size"]
    assert ("networks" in s) != (s.get("network_mode") == "none")
    assert ("healthcheck" in s) != (s["restart"] == "no")


def test_no_secret_and_no_log_is_in_the_image():
    root = Path(os.environ["IMAGE_ROOT"])
    kept = [str(p.relative_to(root)) for p in (root / "opt").rglob("*")
            if p.is_file()]
    assert "opt/camket/bin/role" in kept and "opt/camket/camket.so" in kept
    assert not [p for p in kept if "secret" in p or "demo" in p]
    for gone in ("src", "usr/bin/gcc", "tmp/docker"):
        assert not (root / gone).exists(), gone


# --- running ---

@pytest.mark.parametrize("name", RUNS_ON)
def test_its_processes_are_nobody_and_may_nothing(engine, name):
    pids = engine.pids(name)
    assert pids
    for pid in pids:
        status = dict(line.split(":\t", 1) for line in
                      Path(f"/proc/{pid}/status").read_text().splitlines())
        assert set(status["Uid"].split()) == {"10001"}, (name, status["Name"])
        assert status["NoNewPrivs"] == "1"
        assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
    for at in ("/opt/camket/x", "/etc/x", "/run/x", "/usr/bin/x"):
        assert engine.exec(name, "touch", at, check=False).returncode != 0, at


def test_stores_and_workers_have_no_network(engine):
    for name in RUNS_ON:
        devices = engine.exec(name, "ls", "/sys/class/net").stdout.split()
        assert ("eth0" in devices) == ("networks" in SERVICES[name]), name


def test_a_program_has_only_its_own_way_into_the_stores(engine):
    """The API's password opens neither the owner's database nor a stream."""
    url = "$(cat /run/secrets/api_database_url)"
    who = engine.exec("api", "bash", "-c", f'psql -qXAt "{url}" -c '
                      "'SELECT current_user'").stdout
    assert who.strip() == "camket_api"
    for user in ("camket_owner", "camket_worker", "postgres"):
        said = engine.exec("api", "bash", "-c",
                           f'psql -wqXAt "$(sed s/camket_api/{user}/ '
                           '/run/secrets/api_database_url)" -c "SELECT 1"',
                           check=False)
        assert said.returncode != 0 and "authentication failed" in said.stdout
    said = engine.exec(
        "api", "bash", "-c", "REDISCLI_AUTH=$(sed 's/.*api:\\(.*\\)@.*/\\1/' "
        "/run/secrets/redis_api_url) redis-cli --user api "
        "-s /run/redis/redis.sock XADD q:rollup '*' job 1")
    assert "NOPERM" in said.stdout


def test_the_operator_finds_everything_as_it_must_be(engine, office):
    said = engine.once("operator", ["doctor"])
    assert "BAD" not in said and "ok" in said


def test_a_production_takes_no_demo(engine):
    _, process = engine.start("operator", [
        "demo", "/opt/camket/kore.conf", "--accounts", "/tmp/a"])
    assert process.wait(60) != 0


# --- through the door ---

class Client:
    """One who comes by TLS, from the network in front of the door."""

    def __init__(self, engine):
        self.tls = ssl.create_default_context(
            cadata=re.search("-+BEGIN CERT.*?END CERT[^\n]*", (
                STORE / "secrets" / "tls.pem").read_text(), re.S)[0])
        self.address = engine.address("haproxy", "door")
        self.c = None

    def ask(self, method, path, body=None, token=None, **headers):
        if self.c is None:
            self.c = http.client.HTTPSConnection(
                self.address, 8443, timeout=20, context=self.tls)
            self.tls.check_hostname = False
        h = {k.replace("_", "-"): v for k, v in headers.items()}
        if token:
            h["Authorization"] = "Bearer " + token
        if body is not None:
            body = json.dumps(body).encode()
            h["Content-Type"] = "application/json"
        try:
            self.c.request(method, path, body, h)
            r = self.c.getresponse()
            return r.status, json.loads(r.read() or b"null"), r.headers
        except (OSError, http.client.HTTPException):
            self.c = None
            raise

    def sign_in(self, password):
        status, answer, _ = self.ask(
            "POST", "/v1/auth/login",
            {"username": "quantri", "password": password})
        assert status == 200, answer
        return answer["access_token"]


@pytest.fixture(scope="module")
def client(engine):
    return Client(engine)


def test_the_door_tells_that_a_host_is_ready(engine, client):
    status, answer, headers = client.ask("GET", "/healthz")
    assert (status, answer) == (200, {"status": "ok"})
    assert headers["Strict-Transport-Security"]
    for name in ("api", "api-2"):
        said = engine.exec(name, "bash", "-c",
                           "exec 3<>/dev/tcp/127.0.0.1/8080; printf "
                           "'GET /readyz HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3")
        assert '"degraded":[]' in said.stdout


def test_the_administrator_signs_in_from_where_he_is(engine, client, office):
    token = client.sign_in(office)
    status, me, _ = client.ask("GET", "/v1/me", token=token)
    assert status == 200 and me["today"]
    status, sessions, _ = client.ask("GET", "/v1/auth/sessions", token=token,
                                     X_Forwarded_For="203.0.113.9")
    assert status == 200
    # the gateway of the network in front of the door, where this test stands
    assert sessions["items"][0]["address"] == engine.gateway("door")


def test_a_letter_goes_all_the_way(engine, client, office):
    """API, PostgreSQL, relay, Redis, reminders, Maildir."""
    engine.once("operator", ["staff", "create", "clerk", "--name", "Văn thư",
                             "--unit", "root", "--role", "staff",
                             "--email", "clerk@example.invalid"])
    status, answer, _ = client.ask("POST", "/v1/auth/reset-request",
                                   {"login": "clerk"})
    assert status == 202, answer
    mail = STORE / "volumes" / "mail" / "new"
    end = time.monotonic() + 30
    while not (mail.is_dir() and list(mail.iterdir())):
        assert time.monotonic() < end, engine.log("reminders")[-2000:]
        time.sleep(0.2)
    assert "<clerk@example.invalid>" in next(mail.iterdir()).read_text()


def test_killed_stores_come_back_and_nobody_else_need_be_restarted(
        engine, client, office):
    token = client.sign_in(office)
    for name in ("redis", "postgres"):
        engine.kill(name)
        engine.start(name)
        engine.wait(name)
    end = time.monotonic() + 60
    while client.ask("GET", "/v1/me", token=token)[0] != 200:
        assert time.monotonic() < end
        time.sleep(0.2)
    for name in RUNS_ON:
        engine.wait(name)


def test_nobody_notices_that_each_host_is_made_anew(engine, office):
    """At another address, as a new version would be."""
    token = Client(engine).sign_in(office)
    seen, stop = Counter(), threading.Event()

    def work(i):
        mine = Client(engine)
        while not stop.is_set():
            try:
                if i % 2:
                    got = mine.ask("GET", "/v1/me", token=token)
                else:
                    code = os.urandom(8).hex()
                    got = mine.ask("POST", "/v1/units", {
                        "code": code, "kind": "department", "parent_code": "root",
                        "name": "Tổ " + code},
                        token=token, Idempotency_Key=code)
                seen[got[0]] += 1
            except (OSError, http.client.HTTPException) as e:
                seen[repr(e)] += 1
            time.sleep(0.05)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for t in threads:
        t.start()
    try:
        for name in ("api", "api-2"):
            before = engine.address(name, "inside")
            assert engine.stop(name) == 0
            engine.start(name)
            assert engine.address(name, "inside") != before
            engine.wait(name)
            asked = engine.log("haproxy").count(f'"server":"{name}"')
            end = time.monotonic() + 60
            while engine.log("haproxy").count(
                    f'"server":"{name}"') < asked + 20:
                assert time.monotonic() < end, f"{name} is not asked"
                time.sleep(0.2)
    finally:
        stop.set()
        for t in threads:
            t.join()
    assert set(seen) <= {200, 201} and len(seen) == 2, seen


def test_everybody_ends_in_peace_and_in_time(engine):
    assert set(engine.down().values()) == {0}


def test_what_was_kept_is_there_when_all_come_up_again(engine, office):
    engine.up()
    for name in RUNS_ON:
        engine.wait(name)
    assert Client(engine).sign_in(office)
    assert set(engine.down().values()) == {0}


def test_no_log_holds_a_password(engine, office):
    words = [office]
    for secret in (STORE / "secrets").iterdir():
        text = secret.read_text().strip()
        words += re.findall(r"://[^:]*:([^@]+)@", text) or text.split("\n")[1:2]
    assert len(words) > 6
    for log in (STORE / "logs").iterdir():
        text = log.read_text(errors="replace")
        assert not [w for w in words if w and w in text], log.name


def test_no_process_died_of_its_limits(engine):
    """Neither the kernel's memory nor Kore's sandbox has ended one."""
    for name in ("api", "api-2", *PROGRAMS):
        text = engine.log(name)
        assert '"event":"stopped"' in text
        for word in ("sandbox", '"event":"fatal"', "Killed"):
            assert word not in text, (name, word)
    assert "PANIC" not in engine.log("postgres")
