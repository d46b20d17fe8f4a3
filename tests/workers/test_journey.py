"""The main road: a plan comes in over HTTP, its work falls due, people are told
by mail once, and the figures of the unit follow."""

import datetime
import os
import signal
import time

import pytest

from mailsink import MailSink
from stack import PLAN, Stack, expect, problem, until

CHAIR, DOER = "chair@example.invalid", "staff.economy1@example.invalid"


@pytest.fixture(scope="module")
def mail():
    sink = MailSink()
    yield sink
    sink.close()


@pytest.fixture(scope="module")
def stack(mail):
    with Stack(SMTP_URL=mail.url) as s:
        yield s


def settled(stack):
    """No job is left and no mark uneaten."""
    return stack.one("SELECT (SELECT count(*) FROM job)"
                     " + (SELECT count(*) FROM mark) = 0")


def figures(stack, period):
    r = expect(stack.get("/v1/rollups?unit=ward-tan-chinh&period=" + period,
                         "chair"), 200)
    return r["items"][0]


def issue_plan(stack, number, **body):
    """Import the ward's plan and bring it into force on today's clock."""
    plan = expect(stack.post("/v1/plans/import", "office1",
                             {**PLAN, **body}), 201)
    path = "/v1/plans/" + plan["id"]
    today = expect(stack.get("/v1/me", "chair"), 200)["today"]
    plan = expect(stack.verb(path + "/submit", "office1", plan), 200)
    plan = expect(stack.verb(path + "/return", "chair", plan,
                             {"reason": "Bổ sung căn cứ"}), 200)
    assert plan["status"] == "draft"
    plan = expect(stack.verb(path + "/submit", "office1", plan), 200)
    problem(stack.verb(path + "/issue", "office1", plan,
                       {"number": number,
                        "issued_on": today}), 403, "forbidden")
    plan = expect(stack.verb(path + "/issue", "chair", plan,
                             {"number": number, "issued_on": today}), 200)
    assert (plan["number"], plan["status"]) == (number, "issued")
    plan = expect(stack.verb(path + "/activate", "chair", plan), 200)
    assert plan["status"] == "in_force"
    return plan


def test_from_the_plan_to_the_mailbox_and_the_figures(stack, mail):
    stack.clock("set", "2024-01-10")
    plan = issue_plan(stack, "12/KH-UBND")

    tasks = expect(stack.get(f"/v1/tasks?plan={plan['id']}&limit=50",
                             "chair"), 200)["items"]
    task = next(t for t in tasks if t["code"] == "II.1")
    assert task["due_on"] == "2024-01-31"
    path = "/v1/tasks/" + task["id"]
    people = expect(stack.get("/v1/staff?limit=100", "chair"), 200)["items"]
    doer = next(p for p in people if p["code"] == "staff.economy1")
    task = expect(stack.verb(path + "/assign", "chair", task,
                             {"lead": {"staff_id": doer["id"]}}), 200)
    assert task["lead"]["id"] == doer["id"]

    # three working days before: Friday 26 January, for Wednesday 31
    stack.clock("set", "2024-01-25")
    work = expect(stack.get("/v1/me/work", "staff.economy1"), 200)
    mine = next(i for i in work["items"] if i["id"] == task["id"])
    assert mine["due_on"] == "2024-01-31"
    assert mine["days_left"] == 4
    assert not told(mail, DOER, "Nhắc việc")
    stack.clock("set", "2024-01-26")
    until(lambda: told(mail, DOER, "Nhắc việc"), 15)
    until(lambda: settled(stack), 60)
    letter, = [x for x in told(mail, DOER, "Nhắc việc")
               if "II.1 " in x["Subject"]]
    assert letter["Subject"] == (
        "[Nhắc việc] II.1 Mở đợt sinh hoạt chính trị, quán triệt Chỉ thị "
        "34-CT/TU tới cơ quan, đơn vị và từng người, nhất là người đứng đầu: "
        "còn 03 ngày làm việc (hạn 31/01/2024)")
    # the unit by its name of that day
    assert "Bộ phận chuyên môn phường Tân Chính" in letter.get_content()

    # the day itself, and two working days after: each its own occasion
    stack.clock("set", "2024-01-31")
    until(lambda: told(mail, DOER, "đến hạn hôm nay"), 15)
    stack.clock("set", "2024-02-02")
    until(lambda: told(mail, DOER, "Quá hạn"), 15)
    until(lambda: settled(stack), 60)
    before = figures(stack, "2024-01")

    # done late, accepted by who gave it
    path = "/v1/tasks/" + task["id"]
    task = expect(stack.get(path, "staff.economy1"), 200)
    task = expect(stack.verb(path + "/receive", "staff.economy1", task), 200)
    task = expect(stack.verb(path + "/complete", "staff.economy1", task, {
        "completed_on": "2024-02-02",
        "result": "Đã tổ chức, 45/45 người dự"}), 200)
    since = time.monotonic()

    def moved():
        now = figures(stack, "2024-01")
        return now if now["done_late"] == before["done_late"] + 1 else None
    now = until(moved, 2, every=0.02)
    print(f"figures followed after {time.monotonic() - since:.2f} s")
    assert now["overdue"] == before["overdue"] - 1
    until(lambda: told(mail, CHAIR, "[Chờ duyệt] II.1"), 15)
    task = expect(stack.verb(path + "/accept", "chair", task), 200)
    assert (task["status"], task["timeliness"]) == ("accepted", "done_late")
    until(lambda: settled(stack), 60)
    verify = stack.camket("rollup", "verify", check=False)
    assert verify.returncode == 0, verify.stdout + verify.stderr

    # nobody was told the same thing twice
    until(lambda: told(mail, DOER, "Đã xác nhận"), 15)
    ids = [x["Message-ID"] for x in mail.letters]
    assert len(ids) == len(set(ids))
    heard = [(x.rcpt[0], x["Subject"]) for x in mail.letters
             if "II.1 " in x["Subject"]]
    assert len(heard) == len(set(heard)), heard
    ledger = stack.one("SELECT count(*) FROM delivery"
                       " WHERE channel = 'mail' AND status = 'sent'")
    assert ledger == len(ids)


def test_inbox_holds_what_the_mail_said(stack, mail):
    inbox = expect(stack.get("/v1/notifications?limit=100",
                             "staff.economy1"), 200)["items"]
    letters = mail.to(DOER)
    assert sorted(n["title"] for n in inbox) == sorted(
        x["Subject"] for x in letters)


def told(mail, who, words):
    return [x for x in mail.to(who) if words in x["Subject"]]


def test_plan_of_the_past_reminds_no_one_today(stack, mail):
    stack.clock("real")
    until(lambda: settled(stack), 60)
    reminders = stack.one("SELECT count(*) FROM reminder")
    letters = len(mail.letters)
    # its dates are of the past; what it obliges to is of the year of its issue
    plan = issue_plan(stack, "77/KH-UBND", obligations=[])
    until(lambda: settled(stack), 60)
    # the scheduler has looked at this day since
    done = stack.one("SELECT ran_at FROM duty WHERE name = 'due'")
    until(lambda: stack.one("SELECT ran_at FROM duty WHERE name = 'due'")
          > done + datetime.timedelta(seconds=2), 30)
    until(lambda: settled(stack), 60)
    assert stack.one("SELECT count(*) FROM reminder") == reminders
    new = [x["Subject"] for x in mail.letters[letters:]]
    assert [s for s in new if "Nhắc việc" in s or "Quá hạn" in s] == []
    assert stack.one("SELECT count(*) FROM task WHERE plan_id = %s"
                     " AND due_on < count_from", plan["id"]) > 0
    assert stack.camket("rollup", "verify", check=False).returncode == 0


def test_a_trace_goes_from_the_request_to_the_letter(stack, mail):
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    for title, header in (("Việc có vết", {"traceparent": trace}),
                          ("Việc không vết", {})):
        task = expect(stack.post("/v1/tasks", "head.economy", {
            "title": title, "due_on": "2099-06-30",
            "lead": {"staff_code": "staff.economy1"}}), 201)
        path = f"/v1/tasks/{task['id']}/assign"
        relay = stack.kill("relay", signal.SIGSTOP)
        try:
            expect(stack.verb(path, "head.economy", task, **header), 200)
            assert stack.sql(
                "SELECT j.trace FROM job j JOIN event e"
                " ON j.kind = 'notice' AND j.ref = e.seq::text"
                " WHERE e.ref = %s", task["id"]) == [(
                    header.get("traceparent"),)]
        finally:
            os.kill(relay, signal.SIGCONT)
        letter, = until(lambda: told(mail, DOER, title), 15)
        assert letter["Traceparent"] == header.get("traceparent")
