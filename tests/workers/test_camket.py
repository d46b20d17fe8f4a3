"""The operator's command line, and mail that does not go through at once."""

import json
import re

import pytest

from mailsink import MailSink
from stack import DATA, PLAN, Stack, expect, until


@pytest.fixture(scope="module")
def mail():
    sink = MailSink()
    yield sink
    sink.close()


@pytest.fixture(scope="module")
def stack(mail):
    with Stack(SMTP_URL=mail.url, ATTEMPTS=3, BACKOFF_S=1, LEASE_S=31) as s:
        yield s


def refused(done, words):
    """Non-zero, and one clear line that says why."""
    assert done.returncode != 0
    line = done.stderr.strip()
    assert words in line and "\n" not in line, done.stderr


def test_doctor_finds_a_running_stack_well(stack):
    done = stack.camket("doctor")
    assert "BAD" not in done.stdout
    assert "redis" in done.stdout and "keys" in done.stdout


def test_doctor_counts_the_connections_there_will_be(stack):
    said, = re.findall(r"connections +(\d+) of", stack.camket("doctor").stdout)
    assert int(said) == 6 + stack.one(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE application_name = 'camket-api'")


def test_doctor_names_what_is_away(stack):
    done = stack.camket("doctor", check=False,
                        CAMKET_REDIS_URL="redis://127.0.0.1:1")
    assert done.returncode != 0
    assert [x for x in done.stdout.splitlines() if x.startswith("BAD")
            and "redis" in x]
    done = stack.camket("doctor", check=False, CAMKET_DATABASE_URL=(
        "host=127.0.0.1 port=1 dbname=camket user=camket_owner"))
    assert done.returncode != 0


def test_migrate_again_changes_nothing(stack):
    assert stack.camket("migrate", "--plan").returncode == 0
    before = stack.one("SELECT count(*) FROM sqitch.changes")
    stack.camket("migrate")
    assert stack.one("SELECT count(*) FROM sqitch.changes") == before


def test_import_by_the_operator(stack, tmp_path):
    file = DATA / "plan-tan-chinh-2024.json"
    dry = stack.camket("import", "plan", file, "--dry-run", "--as", "office1")
    assert dry.returncode == 0
    assert stack.one("SELECT count(*) FROM plan") == 0
    stack.camket("import", "plan", file, "--as", "office1")
    assert stack.one("SELECT count(*) FROM plan") == 1
    assert stack.one("SELECT count(*) FROM task") == len(PLAN["tasks"])
    broken = dict(PLAN, kind="poem")
    (tmp_path / "broken.json").write_text(json.dumps(broken))
    (tmp_path / "broken.json").chmod(0o644)
    done = stack.camket("import", "plan", tmp_path / "broken.json", "--as",
                        "office1", check=False)
    assert done.returncode != 0 and "kind" in done.stderr + done.stdout
    assert stack.one("SELECT count(*) FROM plan") == 1


def test_new_account_signs_in_by_a_link_that_sets_its_password(stack):
    done = stack.camket("staff", "create", "clerk.new", "--name",
                        "Cán bộ tiếp dân", "--unit", "ward-thanh-khe",
                        "--role", "staff")
    assert done.returncode == 0
    assert stack.one("SELECT count(*) FROM staff WHERE username = 'clerk.new'")
    # the first line is for scripts; whoever runs it learns no password
    user, link = done.stdout.splitlines()[0].split()
    assert (user, link.split("#")[0]) == ("clerk.new", stack.url + "/reset")
    assert stack.one("SELECT count(*) FROM credential c JOIN staff s "
                     "ON s.id = c.staff_id WHERE username = 'clerk.new'") == 0
    reset = {"token": link.split("#")[1],
             "new_password": "con ngựa đúng pin ghim"}
    expect(stack.post("/v1/auth/reset", body=reset), 204)
    expect(stack.post("/v1/auth/reset", body=reset), 410)
    expect(stack.post("/v1/auth/login", body={
        "username": user, "password": reset["new_password"]}), 200)
    me = expect(stack.get("/v1/me", "clerk.new"), 200)
    assert me["full_name"] == "Cán bộ tiếp dân"
    refused(stack.camket("staff", "create", "clerk.new", "--name", "Khác",
                         "--unit", "ward-thanh-khe", "--role", "staff",
                         check=False), "clerk.new")
    refused(stack.camket("staff", "create", "clerk.two", "--name", "Khác",
                         "--unit", "nowhere", "--role", "staff", check=False),
            "nowhere")


def test_token_of_nobody_is_refused(stack):
    refused(stack.camket("token", "nobody", check=False), "nobody")


def test_clock_moves_for_every_process(stack):
    def today():
        return expect(stack.get("/v1/me", "chair"), 200)["today"]
    real = today()
    stack.clock("set", "2024-01-26")
    assert today() == "2024-01-26"
    stack.clock("shift", str(86400))
    assert today() == "2024-01-27"
    stack.clock("real")
    assert today() == real
    refused(stack.camket("clock", "set", "2024-02-30", check=False),
            "2024-02-30")


def test_verify_finds_a_figure_that_is_wrong(stack):
    until(lambda: stack.one("SELECT count(*) FROM mark") == 0)
    stack.sql("INSERT INTO cell (unit_id, day) SELECT id, '2024-03-01'"
              " FROM unit WHERE code = 'office'")
    assert stack.camket("rollup", "verify").returncode == 0
    stack.sql("UPDATE cell SET own_late = own_late + 1, late = late + 1"
              " WHERE day = '2024-03-01'")
    done = stack.camket("rollup", "verify", check=False)
    assert done.returncode != 0
    assert "1 differ" in done.stdout
    stack.sql("DELETE FROM cell WHERE day = '2024-03-01'")


def assign(stack, n, who="staff.economy1"):
    """A task of a person; tells them by mail."""
    task = expect(stack.post("/v1/tasks", "chair", {
        "title": f"Việc số {n}", "due_on": "2099-01-01",
        "lead": {"staff_code": who}, "expected_output": "Báo cáo"}), 201)
    if task["status"] == "draft":
        expect(stack.verb(f"/v1/tasks/{task['id']}/assign", "chair", task), 200)
    return task


def letter(stack, task):
    """State of the one letter about a task."""
    rows = stack.sql("SELECT status, coalesce(response, '') FROM delivery"
                     " WHERE ref = %s AND channel = 'mail'", task["id"])
    return rows[0] if rows else (None, "")


def test_server_that_is_busy_is_asked_again(stack, mail):
    mail.answers[:] = ["451 busy"]
    before = len(mail.letters)
    task = assign(stack, 1)
    until(lambda: letter(stack, task)[0] == "sent", 40)
    assert len(mail.letters) == before + 1
    assert stack.one("SELECT count(*) FROM job WHERE dead_at IS NOT NULL") == 0


def test_final_refusal_is_kept_and_not_repeated(stack, mail):
    mail.answers[:] = ["550 no such person"]
    task = assign(stack, 2)
    until(lambda: letter(stack, task)[0] == "failed", 40)
    assert "550" in letter(stack, task)[1]
    assert stack.one("SELECT count(*) FROM job") == 0


def test_job_that_never_succeeds_dies_visibly(stack, mail):
    mail.answers[:] = ["451 busy"] * 10
    task = assign(stack, 3)
    until(lambda: stack.one("SELECT count(*) FROM job"
                            " WHERE dead_at IS NOT NULL") == 1, 60)
    mail.answers.clear()
    assert letter(stack, task)[0] == "pending"
    listed = stack.camket("jobs", "--dead").stdout
    assert "delivery" in listed and "451" in listed
    stack.sql("DELETE FROM job")


def test_production_refuses_demo_and_clock_and_starts_with_init():
    with Stack(ENV="production") as s:
        assert s.accounts == {}
        assert s.one("SELECT count(*) FROM staff") == 0
        refused(s.camket("clock", "set", "2024-01-01", check=False),
                "production")
        refused(s.camket("demo", DATA / "units-demo.json", "--accounts",
                         s.dir / "a.json", check=False), "production")
        done = s.camket("init", "--unit", "UBND phường Thanh Khê", "--admin",
                        "admin")
        # a link, once: no password is ever shown
        code = done.stdout.split("#")[1].strip()
        reset = {"token": code, "new_password": "con ngựa đúng pin ghim"}
        expect(s.post("/v1/auth/reset", body=reset), 204)
        expect(s.post("/v1/auth/reset", body=reset), 410)
        expect(s.post("/v1/auth/login", body={
            "username": "admin", "password": reset["new_password"]}), 200)
        me = expect(s.get("/v1/me", "admin"), 200)
        assert me["units"][0]["name"] == "UBND phường Thanh Khê"
        refused(s.camket("init", "--unit", "Hai", "--admin", "two",
                         check=False), "already")
