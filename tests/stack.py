"""A whole Camket of its own for a test: PostgreSQL, Redis, API and workers in
a folder of its own, on ports that were free a moment ago."""

import contextlib
import functools
import json
import os
import random
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import psycopg2
import psycopg2.extras
import requests

from openapi import Document

TREE = Path(__file__).resolve().parent.parent
DATA = TREE / "tests" / "data"
PLAN = json.loads((DATA / "plan-tan-chinh-2024.json").read_text())
UNITS = json.loads((DATA / "units-demo.json").read_text())

psycopg2.extras.register_uuid()


def free_ports(n):
    """Outside the range that the kernel gives to connections."""
    ports = []
    while len(ports) < n:
        port = random.randrange(10240, 32000)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
            except OSError:
                continue
        ports.append(port)
    return ports


def until(check, seconds=10.0, every=0.05, what=None):
    """Wait for check() to be true and return what it returned."""
    end = time.monotonic() + seconds
    while True:
        got = check()
        if got:
            return got
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: "
                                 f"{what or check.__name__}")
        time.sleep(every)


class Stack:
    def __init__(self, **settings):
        self.dir = Path(tempfile.mkdtemp(prefix="camket-test-"))
        self.dir.chmod(0o755)
        port, pg, redis, metrics = free_ports(4)
        self.port, self.metrics_port, self.redis_port = port, metrics, redis
        self.environ = {
            **{k: v for k, v in os.environ.items()
               if not k.startswith("CAMKET_") or k in (
                   "CAMKET_BUILD", "CAMKET_PRELOAD")},
            "CAMKET_DIR": str(self.dir), "CAMKET_PORT": str(port),
            "CAMKET_PG_PORT": str(pg), "CAMKET_REDIS_PORT": str(redis),
            "CAMKET_METRICS_PORT": str(metrics), "CAMKET_RATE": "0",
            **{"CAMKET_" + k: str(v) for k, v in settings.items()},
        }
        self.environ.update(self.watched())
        self.url = f"http://127.0.0.1:{port}"
        self.tokens = {}
        self.env = {}

    def watched(self):
        """Where a sanitizer, if one watches, is to say what it finds."""
        if "CAMKET_PRELOAD" not in os.environ:
            return {}
        options = f"print_stacktrace=1:log_path={self.dir}/log/sanitizer"
        return {"ASAN_OPTIONS": "detect_leaks=0:" + options,
                "UBSAN_OPTIONS": options}

    # --- up and down ---

    def stack(self, word, check=True):
        return subprocess.run([str(TREE / "docker" / "stack"), word],
                              env=self.environ, check=check, timeout=180,
                              stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.STDOUT)

    def up(self):
        done = self.stack("up", check=False)
        if done.returncode != 0:
            text = done.stdout
            self.stack("clean", check=False)
            raise RuntimeError(text)
        self.env = self.read_env()
        accounts = self.dir / "demo-accounts.json"
        self.accounts = ({a["username"]: a for a in json.loads(
            accounts.read_text())} if accounts.exists() else {})
        return self

    def down(self):
        self.stack("down")

    def close(self):
        found = "".join(f.read_text(errors="replace") for f in
                        self.dir.glob("log/sanitizer.*"))
        self.remove()
        assert not found, found

    def remove(self):
        if os.environ.get("CAMKET_KEEP"):
            print("kept:", self.dir)
            self.stack("down", check=False)
            return
        self.stack("clean", check=False)
        shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        return self.up()

    def __exit__(self, *_):
        self.close()

    def read_env(self):
        out = subprocess.run(
            ["bash", "-c", f". {shlex.quote(str(self.dir / 'env'))}; env -0"],
            stdout=subprocess.PIPE, check=True).stdout.decode()
        return dict(line.split("=", 1) for line in out.split("\0") if line)

    # --- processes ---

    def pid(self, service):
        """Of a service's process; None while there is none."""
        text = Path(self.env["CAMKET_PID_" + service.upper()]).read_text()
        return int(text) if text.strip() else None

    def kill(self, service, sig=signal.SIGKILL):
        """Hit a service's process; its supervisor starts another."""
        pid = self.pid(service)
        if pid:
            os.kill(pid, sig)
        return pid

    def sv(self, word, service):
        subprocess.run(["sv", "-w", "30", word,
                        str(Path(self.env["CAMKET_PID_" + service.upper()])
                            .parent.parent)],
                       check=True, stdout=subprocess.DEVNULL)

    def camket(self, *args, check=True, **environ):
        own = {k: v for k, v in self.env.items()
               if k not in ("CAMKET_BUILD", "CAMKET_PRELOAD")}
        return subprocess.run(["camket", *map(str, args)], check=check,
                              env={**own, **self.watched(), **environ},
                              text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=120)

    def hire(self, user, name, unit, role="staff", *more):
        """An account, by the operator; what he is told."""
        return self.camket("staff", "create", user, "--name", name, "--unit",
                           unit, "--role", role, *more).stdout

    def clock(self, *args):
        self.camket("clock", *args)
        time.sleep(0.6)     # every process reads it each 250 ms

    def log(self, service):
        for d in (self.dir, Path(self.env.get("CAMKET_DIR", self.dir))):
            f = d / "log" / service / "current"
            if f.exists():
                return f.read_text()
        return ""

    # --- stores ---

    @property
    def sockets(self):
        """The folder of PostgreSQL's socket, by which the programs come."""
        settings = (self.dir / "settings.programs").read_text()
        return re.search(r"host=([^\s\\]+)", settings)[1]

    def sql(self, statement, *values, user=None):
        """Run a statement as the owner, or by the socket as another user;
        rows as tuples, or none."""
        db = psycopg2.connect(
            self.env["CAMKET_DATABASE_URL"] if user is None else
            f"host={self.sockets} port={self.environ['CAMKET_PG_PORT']}"
            f" user={user} dbname=camket")
        db.autocommit = True
        try:
            with db.cursor() as cur:
                cur.execute(statement, values or None)
                return cur.fetchall() if cur.description else []
        finally:
            db.close()

    def one(self, statement, *values):
        rows = self.sql(statement, *values)
        return rows[0][0] if rows else None

    @contextlib.contextmanager
    def hold(self, statement, *values):
        """Keep a statement's locks while the block runs; its cursor."""
        db = psycopg2.connect(self.env["CAMKET_DATABASE_URL"])
        try:
            with db.cursor() as cur:
                cur.execute(statement, values)
                yield cur
        finally:
            db.close()

    def waiting(self):
        """Statements of the API that wait for a lock."""
        return [q for q, in self.sql(
            "SELECT left(query, 60) FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND usename = 'camket_api'")]

    def redis(self, *args):
        return subprocess.run(
            ["redis-cli", "-p", str(self.redis_port), "--user", "ops",
             "--pass", self.env["CAMKET_REDIS_URL"].split(":")[2].split("@")[0],
             "--no-auth-warning", *args], check=True, text=True,
            stdout=subprocess.PIPE).stdout.strip()

    def api_processes(self):
        """The processes of the API that serve."""
        return [int(p) for p in subprocess.run(
            ["pgrep", "-P", str(self.pid("api"))], text=True,
            stdout=subprocess.PIPE).stdout.split()]

    # --- HTTP ---

    def metrics(self):
        """Every sample of the metrics page, by name and labels."""
        text = requests.get(f"http://127.0.0.1:{self.metrics_port}/metrics",
                            timeout=10).text
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1])
                for line in text.splitlines() if not line.startswith("#")}

    @functools.cached_property
    def document(self):
        return Document(requests.get(self.url + "/openapi.json",
                                     timeout=30).json())

    def token(self, user):
        token, until = self.tokens.get(user, (None, 0))
        if time.monotonic() > until:
            token = self.camket("token", user,
                                CAMKET_ACCESS_TTL_S="900").stdout.strip()
            self.tokens[user] = token, time.monotonic() + 800
        return token

    def call(self, method, path, user=None, body=None, **headers):
        """One request, its answer held against the OpenAPI document. A
        header is written with _ for -; body is JSON unless it is bytes."""
        h = {k.replace("_", "-"): v for k, v in headers.items()}
        if user:
            h["Authorization"] = "Bearer " + self.token(user)
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
        if body is not None:
            h.setdefault("Content-Type", "application/json")
        r = requests.request(method, self.url + path, data=body, headers=h,
                             timeout=30, allow_redirects=False)
        self.document.check(r)
        return r

    def get(self, path, user=None, **h):
        return self.call("GET", path, user, **h)

    def post(self, path, user=None, body=None, **h):
        return self.call("POST", path, user, {} if body is None else body, **h)

    def patch(self, path, user, body, version, **h):
        return self.call("PATCH", path, user, body,
                         If_Match=f'"v{version}"', **h)

    def verb(self, path, user, item, body=None, **h):
        """POST {path}/{verb} with the item's version."""
        return self.call("POST", path, user, body or {},
                         If_Match=f'"v{item["version"]}"', **h)


class Host(Stack):
    """One more API server on a stack's stores, with settings of its own."""

    def __init__(self, stack, **settings):
        self.of, self.env = stack, stack.env
        self.accounts, self.tokens = stack.accounts, stack.tokens
        self.redis_port = stack.redis_port
        self.port, self.metrics_port = free_ports(2)
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = {"PORT": self.port, "METRICS_PORT": self.metrics_port,
                         **settings}
        data = Path(stack.env["CAMKET_DIR"])
        self.dir = Path(tempfile.mkdtemp(prefix="host-", dir=data))
        self.dir.chmod(0o777)
        (self.dir / "run").mkdir()
        (self.dir / "run").chmod(0o777)
        app = data / "app"
        shutil.copy(app / "kore.conf", self.dir)
        (self.dir / "camket.so").symlink_to(app / "camket.so")

    def up(self, seconds=30):
        data = self.env["CAMKET_DIR"]
        as_user = (["setpriv", "--reuid", "camket", "--regid", "camket",
                    "--clear-groups"] if os.getuid() == 0 else [])
        lines = [f"as=api; . {shlex.quote(data + '/settings.programs')}"]
        lines += [f"export CAMKET_{k}={shlex.quote(str(v))}"
                  for k, v in self.settings.items()]
        preload = os.environ.get("CAMKET_PRELOAD")
        if preload:
            lines.append(f"export LD_PRELOAD={shlex.quote(preload)}")
        lines += [f"cd {shlex.quote(str(self.dir))}",
                  "exec kore -fnrq -c kore.conf"]
        with open(self.dir / "log", "wb") as out:
            self.process = subprocess.Popen(
                as_user + ["bash", "-c", "\n".join(lines)],
                env={**os.environ, **self.of.watched()},
                stdout=out, stderr=out)
        until(self.ready, seconds, what="an API host that is ready: " + self.url)
        return self

    def ready(self):
        assert self.process.poll() is None, self.log("api")
        try:
            return requests.get(self.url + "/readyz",
                                timeout=5).status_code == 200
        except requests.ConnectionError:
            return False

    def pid(self, service):
        return (self.process.pid if service == "api" else
                self.of.pid(service))

    def log(self, service):
        return ((self.dir / "log").read_text() if service == "api" else
                self.of.log(service))

    def stop(self):
        """Ask it to end; its exit status."""
        self.process.terminate()
        return self.process.wait(30)

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)
        shutil.rmtree(self.dir, ignore_errors=True)


@contextlib.contextmanager
def host_of(stack, **settings):
    h = Host(stack, **settings)
    try:
        yield h.up()
    finally:
        h.close()


def new_id():
    """A UUID v7, as a client makes one."""
    ms = int(time.time() * 1000)
    n = (ms << 80) | (0x7 << 76) | (uuid.uuid4().int & ((1 << 76) - 1))
    n = (n & ~(0x3 << 62)) | (0x2 << 62)
    return str(uuid.UUID(int=n))


def expect(r, status):
    """The JSON of an answer that must have this status."""
    assert r.status_code == status, (r.request.method, r.request.url,
                                     r.status_code, r.text[:2000])
    return r.json() if r.content else None


def problem(r, status, code):
    """The problem of an answer that must be this refusal."""
    body = expect(r, status)
    assert r.headers["Content-Type"].startswith("application/problem+json")
    assert body["code"] == code, body
    assert body["status"] == status
    assert body["title"] and body["type"]
    return body
