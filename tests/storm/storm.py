"""A storm of logins: 200 a second are offered for 30 seconds while people
read. Prints what was served, how soon the rest was refused, and what the reads
felt; fails where a promise was not kept.

    make storm
"""

import asyncio
import json
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.dont_write_bytecode = True

from stack import Stack  # noqa: E402

RATE, SECONDS, READERS = 200, 30, 4


def message(method, path, body=None, token=None):
    data = json.dumps(body).encode() if body is not None else b""
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\n"
    if token:
        head += f"Authorization: Bearer {token}\r\n"
    if data:
        head += f"Content-Type: application/json\r\nContent-Length: " \
                f"{len(data)}\r\n"
    return head.encode() + b"\r\n" + data


class Line:
    """A kept-alive connection: one request at a time."""

    async def open(self, port):
        self.r, self.w = await asyncio.open_connection("127.0.0.1", port)
        return self

    async def ask(self, raw):
        begin = time.monotonic()
        self.w.write(raw)
        head = await self.r.readuntil(b"\r\n\r\n")
        took = time.monotonic() - begin
        low = head.lower()
        if b"content-length:" in low:
            n = int(low.split(b"content-length:")[1].split(b"\r\n")[0])
            await self.r.readexactly(n)
        return int(head.split()[1]), took, b"retry-after:" in low


def p99(xs):
    return statistics.quantiles(xs, n=100)[98] if len(xs) > 100 else max(xs)


async def read(port, token, path, until):
    line = await Line().open(port)
    raw, took = message("GET", path, token=token), []
    while time.monotonic() < until:
        status, t, _ = await line.ask(raw)
        assert status == 200, status
        took.append(t)
        await asyncio.sleep(0.01)
    return took


async def reads(port, token, path, seconds):
    until = time.monotonic() + seconds
    all_ = await asyncio.gather(*[read(port, token, path, until)
                                  for _ in range(READERS)])
    return [t for one in all_ for t in one]


async def storm(port, accounts):
    idle, answers = [], []

    async def one(n):
        a = accounts[n % len(accounts)]
        line = idle.pop() if idle else await Line().open(port)
        answers.append(await line.ask(message("POST", "/v1/auth/login", {
            "username": a["username"], "password": a["password"]})))
        idle.append(line)

    tasks, begin = [], time.monotonic()
    for n in range(RATE * SECONDS):
        wait = begin + n / RATE - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        tasks.append(asyncio.create_task(one(n)))
    await asyncio.gather(*tasks)
    return answers, time.monotonic() - begin


async def run(s):
    token, path = s.token("chair"), "/v1/units"
    path = "/v1/staff/" + str(s.one("SELECT id FROM staff WHERE username = "
                                    "'chair'"))
    accounts = list(s.accounts.values())
    await reads(s.port, token, path, 2)
    calm = await reads(s.port, token, path, 10)
    felt = asyncio.create_task(reads(s.port, token, path, SECONDS))
    answers, seconds = await storm(s.port, accounts)
    return calm, await felt, answers, seconds


def main():
    with Stack() as s:
        calm, felt, answers, seconds = asyncio.run(run(s))
    served = [a for a in answers if a[0] == 200]
    refused = [a for a in answers if a[0] in (429, 503)]
    soon = p99([a[1] for a in refused]) if refused else 0
    rows = [
        ("logins offered a second", RATE, None),
        ("served a second", len(served) / seconds, len(served) / seconds >= 40),
        ("refused", len(refused), all(a[2] for a in refused)),
        ("anything else", len(answers) - len(served) - len(refused),
         len(answers) == len(served) + len(refused)),
        ("refused within, ms (p99)", soon * 1000, soon < 0.05),
        ("served within, ms (p99)", p99([a[1] for a in served]) * 1000, None),
        ("reads at rest, ms (p99)", p99(calm) * 1000, None),
        ("reads in the storm, ms (p99)", p99(felt) * 1000,
         p99(felt) < 3 * p99(calm)),
    ]
    for what, value, kept in rows:
        print(f"{what:<32}{value:>10.1f}   "
              f"{'' if kept is None else 'kept' if kept else 'NOT KEPT'}")
    return 0 if all(kept is not False for _, _, kept in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
