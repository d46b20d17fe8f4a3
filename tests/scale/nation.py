"""A nation in a stack's database, made by nation.sql."""

import contextlib
import re
import sys
import time
from pathlib import Path

import psycopg2

from stack import Stack

HERE = Path(__file__).resolve().parent
SLICES = 10     # the block "tasks" is run in so many parts

# Who asks: a commune's clerk, a province's chair, one who sees the whole.
CALLERS = {"ward": "p01-c001.office1", "province": "p01.chair",
           "nation": "vn.chair"}


def say(text, end="\n"):
    print(text, end=end, file=sys.stderr, flush=True)


def blocks():
    """The blocks of nation.sql: (title, statements)."""
    parts = re.split(r"^-- == (.*)\n", (HERE / "nation.sql").read_text(),
                     flags=re.M)
    return list(zip(parts[1::2], parts[2::2]))


@contextlib.contextmanager
def quiet(stack, *services):
    """These services stand still meanwhile."""
    for s in services:
        stack.sv("down", s)
    yield
    for s in services:
        stack.sv("up", s)


def fill(stack, provinces=34, communes=100, items=13, cascaded=3,
         tasks=1_000_000):
    """Fill the database: some minutes for a million tasks."""
    today = stack.one("SELECT (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date")
    db = psycopg2.connect(f"host={stack.sockets} user=postgres dbname=camket"
                          f" port={stack.environ['CAMKET_PG_PORT']}")
    db.autocommit = True
    with quiet(stack, "scheduler", "rollups"), db.cursor() as cur:
        for name, value in (("provinces", provinces),
                            ("communes", communes), ("items", items),
                            ("cascaded", cascaded), ("tasks", tasks),
                            ("today", today)):
            cur.execute(f"SET nation.{name} = '{value}'")
        for title, text in blocks():
            begun = time.monotonic()
            say(f"  {title:<46}", end="")
            for n in range(SLICES if title == "tasks" else 1):
                cur.execute(f"SET nation.slice = {n}")
                cur.execute(text)
                if title == "tasks":
                    say(f" {n + 1}", end="")
            say(f" {time.monotonic() - begun:.0f} s")
    db.close()


class Nation(Stack):
    """A stack whose folder is kept, and filled the first time."""

    def __init__(self, folder=None, **settings):
        super().__init__(**settings)
        self.kept = folder is not None
        if self.kept:
            self.dir.rmdir()
            self.dir = Path(folder).resolve()
            self.dir.mkdir(parents=True, exist_ok=True)
            self.environ["CAMKET_DIR"] = str(self.dir)

    def filled(self):
        return self.one("SELECT count(*) FROM unit WHERE code = 'vn'") == 1

    def remove(self):
        if self.kept:
            self.down()
        else:
            super().remove()
