"""A stack that is killed comes up again, one that goes down leaves nothing, and
one that is told to end lets running requests end first."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
import requests

from stack import TREE, Stack, until


@pytest.fixture(scope="module")
def stack():
    """A stack in a folder whose name has what shells stumble over."""
    home = Path(tempfile.mkdtemp(prefix="camket-test-"))
    home.chmod(0o755)
    (home / "alive").touch()
    (home / "alive").chmod(0o666)
    s = Stack(LEAVE_S=2, ALIVE=home / "alive")
    s.dir.rmdir()
    s.dir = home / "cam kết's"
    s.environ["CAMKET_DIR"] = str(s.dir)
    try:
        yield s.up()
    finally:
        s.close()
        shutil.rmtree(home, ignore_errors=True)


def processes(stack):
    """What runs out of the stack's folder: pid -> where."""
    found = {}
    for p in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            at = Path(os.readlink(p / "cwd"))
            if at.is_relative_to(stack.dir):
                found[int(p.name)] = at
    return found


def kill(pid):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def children(pid):
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def serves(stack):
    """The API's supervised parent, when it has processes and they are ready;
    else 0."""
    pid = stack.pid("api")
    try:
        if pid and children(pid) and requests.get(
                stack.url + "/readyz", timeout=2).status_code == 200:
            return pid
    except (OSError, requests.RequestException):
        pass
    return 0


def test_up_twice_starts_nothing_anew(stack):
    before = stack.pid("api")
    assert "is up already" in stack.stack("up").stdout
    assert stack.pid("api") == before


def test_what_is_secret_is_readable_to_nobody_else(stack):
    for name in ("secret", "env", "settings", "settings.programs", "keys",
                 "pg", "redis", "log", "mail", "demo-accounts.json"):
        assert (stack.dir / name).stat().st_mode & 0o007 == 0, name


def test_no_password_stands_in_a_log(stack):
    secret = (stack.dir / "secret").read_text().strip()
    logs = [f for f in (stack.dir / "log").rglob("*") if f.is_file()]
    assert any(f.stat().st_size for f in logs)
    assert not [f for f in logs if secret in f.read_text(errors="replace")]


def test_a_worker_shows_that_it_turns(stack):
    """Each alone, since all of these touch the same file."""
    workers = {k.removeprefix("CAMKET_PID_").lower() for k in stack.env
               if k.startswith("CAMKET_PID_")} - {"postgres", "redis", "api"}
    assert len(workers) > 3
    for name in workers:
        for other in workers - {name}:
            stack.kill(other, signal.SIGSTOP)
        shown = stack.dir.parent / "alive"
        before = shown.stat().st_mtime
        until(lambda: shown.stat().st_mtime > before + 1, what=name)
        for other in workers - {name}:
            stack.kill(other, signal.SIGCONT)


def test_api_returns_when_its_parent_process_is_killed(stack):
    killed = stack.kill("api")
    until(lambda: serves(stack) not in (0, killed), 30)


def test_a_request_under_way_is_answered_before_the_api_ends(stack):
    """And until then /readyz says that the next should go elsewhere."""
    body = b'{"username":"nobody","password":"none"}'
    pid = stack.pid("api")
    with socket.create_connection(("127.0.0.1", stack.port), 20) as late:
        late.sendall(b"POST /v1/auth/login HTTP/1.1\r\nHost: x\r\n"
                     b"Content-Type: application/json\r\n"
                     b"Content-Length: %d\r\n\r\n" % len(body))
        os.kill(pid, signal.SIGTERM)
        until(lambda: "draining" in (r := requests.get(
            stack.url + "/readyz")).text and r.status_code == 503
            and r.headers["Connection"] == "close", 2, 0.01)
        time.sleep(2.5)     # the time it goes on listening is over
        late.sendall(body)
        answer = b"".join(iter(lambda: late.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 401 ")
    until(lambda: serves(stack) not in (0, pid), 30)


def test_a_stack_that_was_killed_comes_up_with_its_data(stack):
    stack.sql("CREATE TABLE kept ()")
    while processes(stack):
        for pid in processes(stack):
            kill(pid)
    stack.up()
    assert serves(stack)
    stack.sql("DROP TABLE kept")


def test_down_ends_what_lost_its_supervisor_or_its_parent(stack):
    kill(stack.pid("api"))
    for pid, at in processes(stack).items():
        if at.is_relative_to(stack.dir / "service"):
            kill(pid)
    assert processes(stack)
    stack.down()
    assert not processes(stack)
    assert "is not running" in stack.stack("down").stdout


def test_a_port_in_use_is_said_before_anything_starts(stack):
    for name in ("PORT", "METRICS_PORT", "PG_PORT", "REDIS_PORT"):
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", int(stack.environ["CAMKET_" + name])))
            other.listen()
            said = stack.stack("up", check=False)
        assert said.returncode != 0
        assert f"is in use (CAMKET_{name})" in said.stdout
        assert not processes(stack)


def test_run_ends_everything_on_ctrl_c(stack):
    # what runs the tests in the background may have it ignored
    run = subprocess.Popen(["env", "--default-signal=INT",
                            TREE / "docker" / "stack", "run"],
                           env=stack.environ, stdout=subprocess.PIPE,
                           text=True, start_new_session=True)
    try:
        while "Ctrl-C" not in (line := run.stdout.readline()):
            assert line, "ended by itself"
        assert serves(stack)
    finally:
        os.killpg(run.pid, signal.SIGINT)
    assert run.wait(60) == 0
    assert not processes(stack)
