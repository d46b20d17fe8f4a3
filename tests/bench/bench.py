#!/usr/bin/python3
"""The speed table: the API beside pgbench of the very statement it sends, turn
by turn in one run, so that a figure is a ratio and not a machine.

    bench.py [--turns N] [--seconds N] [--soak REQUESTS]

The statement and its values are taken from the database's own log of one real
request. pgbench plays the same role, prepared, with the settings of the API's
connection, at the client count that suits it best; the API runs a process
for each processor, so that none idles while another waits for its answer.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from stack import PLAN, Stack, expect, until  # noqa: E402
from statement import READ_LANE, WRITE_LANE, Statement, sent  # noqa: E402

CONNECTIONS = 32
TASKS = 64      # rows the PATCH goes round, so that few wait for another
PLANS = 2000    # what else the tables hold


# --- what the API sends ---------------------------------------------------

def fill(stack):
    """A plan in force, its copies, and tasks of one person."""
    plan = expect(stack.post("/v1/plans/import", "office1", PLAN), 201)
    path = "/v1/plans/" + plan["id"]
    today = expect(stack.get("/v1/me", "chair"), 200)["today"]
    plan = expect(stack.verb(path + "/submit", "office1", plan), 200)
    plan = expect(stack.verb(path + "/issue", "chair", plan, {
        "number": "1/KH-UBND", "issued_on": today}), 200)
    expect(stack.verb(path + "/activate", "chair", plan), 200)
    columns = [c for c, in stack.sql(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'plan'::regclass"
        " AND attnum > 0 AND NOT attisdropped AND attgenerated = ''")]
    values = ["uuid_v7()" if c == "id" else
              "'copy ' || n" if c == "number" else f'p."{c}"'
              for c in columns]
    stack.sql("INSERT INTO plan ({}) SELECT {} FROM plan p,"
              " generate_series(1, {}) n WHERE p.id = %s".format(
                  ", ".join(f'"{c}"' for c in columns),
                  ", ".join(values), PLANS), plan["id"])
    tasks = []
    for n in range(TASKS):
        tasks.append(expect(stack.post("/v1/tasks", "office1", {
            "title": f"Báo cáo tuần {n + 1}", "lead": {"unit_code": "office"},
            "due_on": "2026-12-31", "expected_output": "Báo cáo"}),
            201)["id"])
    stack.sql("VACUUM ANALYZE")
    until(lambda: stack.one("SELECT count(*) FROM job") == 0, 60)
    return path, tasks


# --- measuring ------------------------------------------------------------

class Bench:
    def __init__(self, stack, a):
        self.stack, self.a = stack, a
        owner = re.search(r"//(\w+):([^@]+)@",
                          stack.env["CAMKET_DATABASE_URL"])
        # as the programs reach it, and as one on another host would
        self.roads = {
            "socket": (stack.sockets, "camket_api", {}, ""),
            "TCP": ("127.0.0.1", owner[1], {"PGPASSWORD": owner[2]},
                    " -c role=camket_api")}

    def wrk(self, path, user, lua=None, seconds=None, more=()):
        out = subprocess.run(
            ["wrk", "-t1", f"-c{CONNECTIONS}",
             f"-d{seconds or self.a.seconds}", "--latency",
             *(("-s", str(HERE / lua)) if lua else ()),
             "-H", "Authorization: Bearer " + self.stack.token(user),
             self.stack.url + path, *more],
            check=True, text=True, stdout=subprocess.PIPE).stdout
        if "Non-2xx" in out or "Socket errors" in out:
            raise SystemExit(out)
        unit = {"us": 0.001, "ms": 1.0, "s": 1000.0}
        p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)\s", out)
        return (float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]),
                float(p99[1]) * unit[p99[2]])

    def pgbench(self, file, fixed, clients, road="socket", options=""):
        host, user, secret, more = self.roads[road]
        out = subprocess.run(
            ["pgbench", "-n", "-M", "prepared", "-f", file, *fixed,
             "-c", str(clients), "-j", "1", "-T", str(self.a.seconds),
             "-h", host, "-p", self.stack.environ["CAMKET_PG_PORT"],
             "-U", user, "camket"], text=True,
            env={**os.environ, **secret, "PGOPTIONS": options + more},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        m = re.search(r"tps = ([\d.]+)", out.stdout)
        if out.returncode or not m or "aborted" in out.stderr:
            raise SystemExit(out.stdout + out.stderr)
        return float(m[1])

    def best(self, counts, run):
        """The client count at which pgbench is quickest."""
        return max(counts, key=run)

    def turns(self, **runs):
        """Each once, over and over; the median of each."""
        got = {name: [] for name in runs}
        for turn in range(self.a.turns):
            for name, run in runs.items():
                got[name].append(run())
            print(f"  turn {turn + 1} of {self.a.turns}: " + ", ".join(
                f"{n} {v[-1][0] if isinstance(v[-1], tuple) else v[-1]:.0f}"
                for n, v in got.items()), file=sys.stderr, flush=True)
        return got


def median(values):
    return statistics.median(v[0] if isinstance(v, tuple) else v
                             for v in values)


def rss(stack):
    """Resident memory of the largest API process, in MiB."""
    parent = stack.pid("api")
    out = subprocess.run(["ps", "-o", "rss=", "--ppid", str(parent)],
                         text=True, stdout=subprocess.PIPE).stdout
    return max(map(int, out.split())) / 1024


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--turns", type=int, default=5)
    p.add_argument("--seconds", type=int, default=3)
    p.add_argument("--soak", type=int, default=1_000_000)
    a = p.parse_args()
    with Stack(API_PROCESSES=os.cpu_count()) as stack:
        path, tasks = fill(stack)
        b = Bench(stack, a)
        # the first reading by a person is noted as a receipt, behind it
        expect(stack.get(path, "office3"), 200)
        read_sent = sent(stack, "plan_get_present", lambda: expect(
            stack.get(path, "office3"), 200))
        key = "bench-" + tasks[0]
        body = {"expected_output": "Báo cáo, có số liệu"}
        patch_sent = sent(stack, "task_patch", lambda: expect(
            stack.call("PATCH", "/v1/tasks/" + tasks[0], "office1", body,
                       If_Match="*", Idempotency_Key=key), 200))
        rows = [("what", "API", "pgbench", "ratio", "goal")]

        # GET: the same row, the same statement
        read = read_sent.script()
        bare = Statement("bare", "SELECT * FROM plan WHERE id = $1",
                         {1: f"'{path.split('/')[-1]}'"}, ["uuid"]).script()
        count = b.best((4, 8, 16, 32),
                       lambda n: b.pgbench(*read, n, options=READ_LANE))
        got = b.turns(
            api=lambda: b.wrk(path, "office3"),
            socket=lambda: b.pgbench(*read, count, options=READ_LANE),
            tcp=lambda: b.pgbench(*read, count, "TCP", READ_LANE),
            bare=lambda: b.pgbench(*bare, count, options=READ_LANE))
        api = median(got["api"])
        for what, name, goal in (
                (f"GET plan : its statement, {count} clients, socket",
                 "socket", ">= 1.0"),
                (f"GET plan : its statement, {count} clients, TCP",
                 "tcp", ">= 1.0"),
                (f"GET plan : bare SELECT, {count} clients, socket",
                 "bare", ">= 0.85")):
            rows.append((what, f"{api:.0f}/s", f"{median(got[name]):.0f}/s",
                         f"{api / median(got[name]):.2f}", goal))
        p99 = statistics.median(v[1] for v in got["api"])
        rows.append((f"GET plan : p99 at {CONNECTIONS} connections",
                     f"{p99:.1f} ms", "", "", "<= 5 ms"))

        # PATCH: row, event, job, mark and kept answer in one commit
        ids = [n for n, v in patch_sent.values.items() if v == f"'{tasks[0]}'"]
        keys = [n for n, v in patch_sent.values.items() if key in v]
        first = ("\\if :first\n\\set first 0\n"
                 "SELECT id AS task FROM (SELECT id, row_number() OVER"
                 " (ORDER BY id) AS n FROM task WHERE title LIKE"
                 " 'Báo cáo tuần%') t WHERE n = :client_id + 1 \\gset\n"
                 "\\endif\n"
                 "\\set key random(1, 1000000000000000)\n")
        write = patch_sent.script({ids[0]: "task", keys[0]: "key"}, first)
        count = b.best((4, 8, 16, 32), lambda n: b.pgbench(*write, n, options=WRITE_LANE))
        lua = {"lua": "patch.lua", "more": ("--", *tasks)}
        got = b.turns(
            api=lambda: b.wrk("/v1/tasks/", "office1", **lua),
            socket=lambda: b.pgbench(*write, count, options=WRITE_LANE))
        api = median(got["api"])
        rows.append((f"PATCH task: its statement, {count} clients, socket",
                     f"{api:.0f}/s", f"{median(got['socket']):.0f}/s",
                     f"{api / median(got['socket']):.2f}", ">= 0.8"))
        p99 = statistics.median(v[1] for v in got["api"])
        rows.append((f"PATCH task: p99 at {CONNECTIONS} connections",
                     f"{p99:.1f} ms", "", "", ""))

        # memory, while a million requests go by
        done, sizes = 0, [rss(stack)]
        while done < a.soak:
            done += int(b.wrk(path, "office3", seconds=5)[0] * 5)
            sizes.append(rss(stack))
            print(f"  {done} of {a.soak} requests, {sizes[-1]:.1f} MiB",
                  file=sys.stderr, flush=True)
        rows.append((f"memory of a process after {done} requests",
                     f"{sizes[-1]:.1f} MiB", "", "", "<= 64 MiB"))
        half = sizes[len(sizes) // 2]
        rows.append(("  grown over the second half of them",
                     f"{sizes[-1] - half:+.1f} MiB", "", "", "0"))
        widths = [max(len(r[i]) for r in rows) for i in range(5)]
        for i, r in enumerate(rows):
            print("| " + " | ".join(c.ljust(w) for c, w in zip(r, widths))
                  + " |")
            if i == 0:
                print("|" + "|".join("-" * (w + 2) for w in widths) + "|")


if __name__ == "__main__":
    main()
