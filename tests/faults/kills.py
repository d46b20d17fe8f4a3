#!/usr/bin/python3
"""Kill the workers and Redis at random points of the road from a plan to a
mailbox, round after round, and count what was lost or told twice.

The first round is left alone: what it tells, and to whom, is what every later
round must tell, no more and no less.

    kills.py [--rounds N] [--mail maildir|smtp] [--seed N]
"""

import argparse
import collections
import email
import email.policy
import random
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from mailsink import MailSink  # noqa: E402
from stack import PLAN, Stack, expect, until  # noqa: E402

VICTIMS = ("relay", "reminders", "rollups", "scheduler", "redis")
QUIET_S = 90    # a round that takes longer than this has lost something


class Killer(threading.Thread):
    """Ends a random process each fraction of a second, while it is let."""

    def __init__(self, stack, chance):
        super().__init__(daemon=True)
        self.stack, self.chance = stack, chance
        self.done = threading.Event()
        self.kills = collections.Counter()

    def run(self):
        while not self.done.wait(self.chance.uniform(0.05, 1.2)):
            victim = self.chance.choice(VICTIMS)
            try:
                if self.stack.kill(victim):
                    self.kills[victim] += 1
            except (ProcessLookupError, FileNotFoundError):
                pass    # it was just going down

    def stop(self):
        self.done.set()
        self.join()


def flush(stack):
    """Forget all of Redis, if it is there to be told."""
    try:
        stack.redis("FLUSHALL")
        return 1
    except Exception:
        return 0


def journey(stack, number, between):
    """One plan from import to accepted work. Waits after each step until what
    it had to tell is told; returns the plan's id."""
    def quiet():
        until(lambda: stack.one(
            "SELECT (SELECT count(*) FROM job) + (SELECT count(*) FROM mark)"
            " = 0"), QUIET_S, what="every job ended")

    def reminded(rule, n):
        until(lambda: stack.one(
            "SELECT count(*) FROM reminder r JOIN task t ON t.id = r.ref"
            " WHERE t.plan_id = %s AND r.rule = %s", plan["id"], rule) == n,
            QUIET_S, what=f"{n} reminders {rule}")
        quiet()

    def step(verb, who, body=None):
        nonlocal plan
        plan = expect(stack.verb(f"/v1/plans/{plan['id']}/{verb}", who, plan,
                                 body), 200)
        quiet()

    def all_of(verb, who, body=None):
        for i, t in enumerate(tasks):
            tasks[i] = expect(stack.verb(f"/v1/tasks/{t['id']}/{verb}", who, t,
                                         body), 200)
            if i == 0:
                between()
        quiet()

    stack.clock("set", "2024-01-10")
    plan = expect(stack.post("/v1/plans/import", "office1", PLAN), 201)
    step("submit", "office1")
    step("return", "chair", {"reason": "Bổ sung căn cứ"})
    step("submit", "office1")
    step("issue", "chair", {"number": number, "issued_on": "2024-01-10"})
    step("activate", "chair")
    until(lambda: stack.one(
        "SELECT count(*) FROM task WHERE plan_id = %s AND kind = 'occurrence'",
        plan["id"]), QUIET_S, what="the month's occurrences")
    quiet()
    due = [t for t in expect(stack.get(
        f"/v1/tasks?plan={plan['id']}&limit=200", "chair"), 200)["items"]
        if t["due_on"] == "2024-01-31"]
    tasks = [t for t in due if t["kind"] == "one_off"]
    all_of("assign", "chair", {"lead": {"staff_code": "staff.economy1"}})
    stack.clock("set", "2024-01-26")
    reminded("before_3", len(due))
    stack.clock("set", "2024-01-31")
    reminded("on_day", len(due))
    all_of("complete", "staff.economy1", {"result": "Đã tổ chức"})
    all_of("accept", "chair")
    return plan["id"]


def ledger(stack, plan):
    """Who was told what by which channel about a plan and its tasks."""
    return collections.Counter(stack.sql(
        "SELECT s.code, d.template, coalesce(t.code, ''), d.channel, d.status"
        " FROM delivery d JOIN staff s ON s.id = d.staff_id"
        " LEFT JOIN task t ON t.id = d.ref"
        " WHERE d.ref = %s OR t.plan_id = %s", plan, plan))


def letters(stack, sink):
    """Message-IDs that arrived, with how often."""
    if sink:
        return collections.Counter(x["Message-ID"] for x in sink.letters)
    return collections.Counter(
        email.message_from_bytes(f.read_bytes(),
                                 policy=email.policy.default)["Message-ID"]
        for f in (Path(stack.dir) / "mail").glob("**/new/*"))


def run(rounds, mail, seed):
    chance = random.Random(seed)
    sink = MailSink() if mail == "smtp" else None
    kills, flushes, lost, doubled = collections.Counter(), 0, 0, 0
    settings = {"LEASE_S": 4, "RESEND_S": 2, "BACKOFF_S": 1, "ATTEMPTS": 50}
    if sink:
        settings["SMTP_URL"] = sink.url
    with Stack(**settings) as stack:
        want = None
        for n in range(rounds + 1):
            since = time.monotonic()
            killer = Killer(stack, chance)
            if n > 0:
                killer.start()
            flushed = [0]

            def between():
                if n > 0 and chance.random() < 0.5:
                    flushed[0] += flush(stack)
            plan = journey(stack, f"{n + 1}/KH-UBND", between)
            if n > 0:
                killer.stop()
            got = ledger(stack, plan)
            want = want or got
            lost += sum((want - got).values())
            doubled += sum((got - want).values())
            for name, rows in (("lost", want - got), ("more", got - want)):
                for row, times in rows.items():
                    print(f"  {name}: {times} of {row}", flush=True)
            kills += killer.kills
            flushes += flushed[0]
            print(f"round {n:3} of {rounds}: {sum(killer.kills.values()):3}"
                  f" kills, {flushed[0]} flushes, {sum(got.values())} ledger"
                  f" rows, lost {lost}, doubled {doubled},"
                  f" {time.monotonic() - since:.1f} s", flush=True)
        copies = letters(stack, sink)
        sent = stack.one("SELECT count(*) FROM delivery WHERE channel = 'mail'"
                         " AND status = 'sent'")
        verified = stack.camket("rollup", "verify", check=False)
    if sink:
        sink.close()
    second = sum(copies.values()) - len(copies)
    print(f"{mail}: kills {dict(kills)}, FLUSHALL {flushes}")
    print(f"ledger: each round {sum(want.values())} rows,"
          f" lost {lost}, doubled {doubled}")
    print(f"letters: {sent} sent by the ledger, {len(copies)} arrived,"
          f" {second} second copies")
    print(verified.stdout.strip())
    fine = (lost == 0 and doubled == 0 and len(copies) == sent
            and verified.returncode == 0
            and second <= (kills["reminders"] if sink else 0))
    print("kills: fine" if fine else "kills: NOT fine")
    return fine


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("--rounds", type=int, default=50)
    p.add_argument("--mail", choices=("maildir", "smtp"), default="maildir")
    p.add_argument("--seed", type=int, default=int(time.time()))
    a = p.parse_args()
    print(f"seed {a.seed}")
    sys.exit(0 if run(a.rounds, a.mail, a.seed) else 1)
