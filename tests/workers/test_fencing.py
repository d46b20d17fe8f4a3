"""A worker that was away too long, and one that never comes back: what it held
goes to another, and the late one changes nothing."""

import asyncio
import concurrent.futures
import contextlib
import datetime
import os
import signal
import subprocess
from pathlib import Path

import pytest

from mailsink import MailSink
from stack import Stack, expect, until

HELD = ("SELECT epoch, attempts, lease_until, run_at, sent_at, dead_at,"
        " last_error FROM job WHERE kind = 'delivery'")


class SlowSink(MailSink):
    """Takes each letter, and answers when it is told what."""

    def __init__(self):
        self.open = []
        super().__init__()

    async def handle_DATA(self, server, session, envelope):
        told = concurrent.futures.Future()
        self.open.append(told)
        answer = await asyncio.wrap_future(told)
        if answer.startswith("250"):
            return await super().handle_DATA(server, session, envelope)
        return answer

    def answer(self, nth, words):
        self.open[nth].set_result(words)


@contextlib.contextmanager
def running(**settings):
    """A stack and its mail server."""
    mail = SlowSink()
    try:
        with Stack(SMTP_URL=mail.url, **settings) as s:
            yield s, mail
    finally:
        mail.close()


@contextlib.contextmanager
def another(stack, name):
    """One more process of a program, as its supervisor would start it."""
    data = Path(stack.env["CAMKET_DIR"])
    user = (["setpriv", "--reuid", "camket", "--regid", "camket",
             "--clear-groups"] if os.getuid() == 0 else [])
    p = subprocess.Popen(user + [data / "service" / name / "run"],
                         stdout=subprocess.DEVNULL)
    try:
        yield p
    finally:
        p.terminate()
        p.wait(60)


def ask_for_letter(stack, mail, login):
    """One letter to one person; returns when its delivery is under way."""
    before = len(mail.open)
    expect(stack.post("/v1/auth/reset-request", body={"login": login}), 202)
    until(lambda: len(mail.open) > before, 30, what="a letter is being sent")


def ledger(stack, login):
    return stack.sql("SELECT d.status, d.response FROM delivery d"
                     " JOIN staff s ON s.id = d.staff_id"
                     " WHERE s.username = %s AND d.channel = 'mail'", login)


def unanswered(stack):
    """Messages taken from the stream and not answered."""
    return int(stack.redis("XPENDING", "q:reminder", "workers").split()[0])


@pytest.fixture(scope="module")
def quick():
    """What is unanswered and leased by nobody is sent again at once."""
    with running(RESEND_S=1) as both:
        yield both


@pytest.mark.parametrize("login,late", [
    ("staff.economy1", "250 kept"), ("head.culture", "554 no such mailbox"),
    ("head.economy", "451 come again")])
def test_a_holder_that_wakes_after_its_lease_changes_nothing(quick, login,
                                                             late):
    stack, mail = quick
    first = len(mail.open)
    ask_for_letter(stack, mail, login)
    stopped = stack.kill("reminders", signal.SIGSTOP)
    try:
        # its lease runs out while it is away
        stack.sql("UPDATE job SET lease_until = now() - interval '1 second'"
                  " WHERE kind = 'delivery'")
        with another(stack, "reminders"):
            until(lambda: len(mail.open) == first + 2, 30,
                  what="another has the letter in hand")
            held, = stack.sql(HELD)
            assert held[:2] == (2, 2)
            taken = unanswered(stack)
            mail.answer(first, late)
            os.kill(stopped, signal.SIGCONT)
            until(lambda: unanswered(stack) < taken, 30,
                  what="the late one is through with it")
            assert stack.sql(HELD) == [held]
            assert ledger(stack, login) == [("pending", None)]
            mail.answer(first + 1, "250 kept")
            until(lambda: not stack.sql(HELD), 30)
    finally:
        os.kill(stopped, signal.SIGCONT)
    assert ledger(stack, login) == [("sent", "250 accepted")]
    assert len(mail.open) == first + 2


def test_what_a_killed_worker_held_is_inherited_and_need_not_be_sent_again():
    with running(RESEND_S=3600, LEASE_S=3) as (stack, mail):
        ask_for_letter(stack, mail, "staff.economy1")
        sent = stack.one("SELECT sent_at FROM job WHERE kind = 'delivery'")
        stack.kill("reminders")
        until(lambda: len(mail.open) == 2, 60,
              what="its letter is in another's hand")
        assert stack.one("SELECT sent_at FROM job"
                         " WHERE kind = 'delivery'") == sent
        mail.answer(1, "250 kept")
        until(lambda: not stack.sql(HELD), 30)
        assert ledger(stack, "staff.economy1") == [("sent", "250 accepted")]
        assert len(mail.letters) == 1


def test_a_killed_schedulers_duty_is_done_by_the_next_before_its_lease_ends(
        quick):
    stack, _ = quick
    held = ("SELECT d.epoch, d.lease_until FROM duty d JOIN pg_stat_activity a"
            " ON a.pid = d.session_pid AND a.wait_event_type = 'Lock'"
            " WHERE d.name = 'due' AND d.lease_until > now()")
    with stack.hold("LOCK TABLE reminder"):
        until(lambda: stack.sql(held), 30, what="the duty waits")
        [(epoch, lease)] = stack.sql(held)
        stack.kill("scheduler")
        until(lambda: stack.pid("scheduler"), 30, what="another scheduler")
        # while the killed one's statement runs, nobody else does it as well
        assert stack.sql(held) == [(epoch, lease)]
    done = lambda: stack.one("SELECT ran_at FROM duty WHERE name = 'due'"
                             " AND epoch > %s AND ran_at > %s", epoch,
                             lease - datetime.timedelta(seconds=60))
    until(done, 90, what="the duty is done")
    assert done() < lease
