#!/usr/bin/python3
"""Lists among a million tasks: for the clerk of a commune, the chair of a
province and one who sees the nation, each list that has a row for a task or
hangs from one - its plan, its time, and how many of them a second beside pgbench
with the same statement.

    scale.py [--dir DIR] [--tasks N] [--only PATTERN] [--turns N] [--seconds N]

With --dir the filled stack is kept there for the next time.
"""

import argparse
import re
import statistics
import sys
import time
from pathlib import Path

import requests

HERE = Path(__file__).resolve().parent
for folder in (HERE, HERE.parent, HERE.parent / "bench"):
    sys.path.insert(0, str(folder))

from bench import Bench, median  # noqa: E402
from lists import ROWS_MAX, heaviest, shapes  # noqa: E402
from nation import CALLERS, Nation, fill, say  # noqa: E402
from statement import SLOW_LANE, Watch  # noqa: E402

MS_MAX = 50
RATIO_MIN = 0.8
TIMES = 7
# what a second holds of: the list as it opens, and one with a condition
FLOWS = ("tasks", "tasks overdue")


def table(rows):
    widths = [max(len(str(r[i])) for r in rows) for i in range(len(rows[0]))]
    for i, r in enumerate(rows):
        print("| " + " | ".join(str(c).ljust(w) for c, w in zip(r, widths))
              + " |")
        if i == 0:
            print("|" + "|".join("-" * (w + 2) for w in widths) + "|")
    sys.stdout.flush()


def milliseconds(stack, session, path, user):
    """The median of several, by a single client."""
    spent = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        r = session.get(stack.url + path, headers={
            "Authorization": "Bearer " + stack.token(user)})
        spent.append((time.perf_counter() - begun) * 1000)
        if r.status_code != 200:
            raise SystemExit(f"{user} {path}: {r.status_code} {r.text[:500]}")
        if spent[-1] > 2000:
            break
    return statistics.median(spent), len(r.json().get("items", ()))


def lists(stack, only):
    """Each list: rows it gives, time and the rows its busiest node looks at."""
    rows = [("list", *(f"{c}: rows" + suffix for c in CALLERS
                       for suffix in ("", ", ms", ", looked at")))]
    bad = []
    session = requests.Session()
    with Watch(stack) as watch:
        for name in shapes(stack, CALLERS["nation"]):
            if not re.search(only, name):
                continue
            line = [name]
            for caller, user in CALLERS.items():
                path = shapes(stack, user)[name]
                ms, n = milliseconds(stack, session, path, user)
                looked, what = 0, ""
                for s in watch.sent(lambda: session.get(
                        stack.url + path, headers={"Authorization":
                            "Bearer " + stack.token(user)})):
                    if ms < 2000:
                        looked, what = max((looked, what), heaviest(stack, s))
                line += [n, f"{ms:.1f}", looked]
                if ms > MS_MAX or looked > ROWS_MAX:
                    bad.append(f"{name}, {caller}: {ms:.0f} ms, {looked} rows"
                               f" in {what}")
            rows.append(line)
            say("  " + ", ".join(map(str, line)))
    table(rows)
    return bad


def flows(stack, a):
    """Lists a second at 32 connections, beside pgbench."""
    rows = [("list", "caller", "API", "pgbench", "clients", "ratio", "p99")]
    bad = []
    b = Bench(stack, a)
    for name in FLOWS:
        for caller, user in CALLERS.items():
            path = shapes(stack, user)[name]
            with Watch(stack) as watch:
                it = max(watch.sent(lambda: stack.get(path, user)),
                         key=lambda s: len(s.sql))
            script = it.script()
            count = b.best((2, 3, 4, 8),
                           lambda n: b.pgbench(*script, n, options=SLOW_LANE))
            got = b.turns(api=lambda: b.wrk(path, user),
                          sql=lambda: b.pgbench(*script, count,
                                                options=SLOW_LANE))
            ratio = median(got["api"]) / median(got["sql"])
            p99 = statistics.median(v[1] for v in got["api"])
            rows.append((name, caller, f"{median(got['api']):.0f}/s",
                         f"{median(got['sql']):.0f}/s", count, f"{ratio:.2f}",
                         f"{p99:.0f} ms"))
            if ratio < RATIO_MIN:
                bad.append(f"{name}, {caller}: {ratio:.2f} of pgbench")
    table(rows)
    return bad


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--dir")
    p.add_argument("--tasks", type=int, default=1_000_000)
    p.add_argument("--only", default="")
    p.add_argument("--turns", type=int, default=3)
    p.add_argument("--seconds", type=int, default=3)
    p.add_argument("--part", choices=("fill", "lists", "flows"))
    a = p.parse_args()
    with Nation(a.dir) as stack:
        if not stack.filled():
            fill(stack, tasks=a.tasks)
        bad = []
        if a.part in (None, "lists"):
            bad += lists(stack, a.only)
        if a.part in (None, "flows"):
            bad += flows(stack, a)
    for line in bad:
        print("not held:", line)
    raise SystemExit(1 if bad else 0)


if __name__ == "__main__":
    main()
