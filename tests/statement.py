"""What a request makes the API send, by the database's own log: the very
statement and its values; its plan, and itself for pgbench."""

import contextlib
import functools
import re
import tempfile
import uuid
from pathlib import Path

import psycopg2

from stack import TREE, until

# as services/core/pool.c sets its connections
WRITE_LANE = "-c plan_cache_mode=force_generic_plan"
READ_LANE = WRITE_LANE + " -c enable_seqscan=off -c enable_hashjoin=off" \
    " -c enable_mergejoin=off"
SLOW_LANE = "-c plan_cache_mode=force_custom_plan" \
    " -c max_parallel_workers_per_gather=0"


LANES = {"read": READ_LANE, "write": WRITE_LANE, "slow": SLOW_LANE}
ROWS_READ = ("Seq Scan", "Index Scan", "Bitmap Heap Scan")


@functools.cache
def known():
    """The statements as they were compiled."""
    text = (TREE / "build" / "queries.c").read_text()
    for escape, char in (('\\"', '"'), ("\\n", "\n"), ("\\\\", "\\")):
        text = text.replace(escape, char)
    return text


class Statement:
    def __init__(self, name, sql, values, types=None):
        self.name, self.sql, self.values = name, sql, values
        self.types, self.lane = (types, None) if types else self.head()

    def head(self):
        """The types of its values and its lane, as its .sql file has them."""
        without = ("as_of", "until") if self.name.endswith("_present") else ()
        for name in (self.name,
                     re.sub(r"_(by_[a-z_]+|present)$", "", self.name)):
            for f in sorted((TREE / "services").glob("*/*.sql")):
                head = re.search(rf"^-- {name}\((.*?)\)[\s-]*: \w+ (\w+)",
                                 f.read_text(), re.M | re.S)
                if head:
                    params = [p.split() for p in
                              head[1].replace("--", " ").split(",")
                              if p.strip()]
                    return [t for n, t in params if n not in without], \
                        LANES.get(head[2])
        raise LookupError(self.name)

    def put(self, value):
        """The text with value(n, what was sent) in the place of each $n."""
        return re.sub(r"\$(\d+)", lambda m: "{}::{}".format(
            value(int(m[1]), self.values[int(m[1])]),
            self.types[int(m[1]) - 1]), self.sql)

    def script(self, changing=None, first=""):
        """A file for pgbench, each value a variable or NULL, and what its
        command line must say of them."""
        fixed = {"first": "1"}

        def variable(n, v):
            if n in (changing or {}):
                return ":" + changing[n]
            if v == "NULL":
                return v
            fixed[f"p{n}"] = v[1:-1].replace("''", "'")
            return f":p{n}"
        text = self.put(variable)
        with tempfile.NamedTemporaryFile("w", suffix=".sql",
                                         delete=False) as f:
            f.write(first + text + ";\n")
        return f.name, [a for k, v in fixed.items()
                        for a in ("-D", f"{k}={v}")]

    def plan(self, stack):
        """Run it as the API would; what EXPLAIN says of it."""
        db = psycopg2.connect(f"host={stack.sockets} dbname=camket"
                              f" port={stack.environ['CAMKET_PG_PORT']}"
                              f" user=camket_api options='{self.lane}'")
        try:
            with db.cursor() as cur:
                cur.execute("PREPARE it ({}) AS {}".format(
                    ", ".join(self.types), self.sql))
                cur.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)"
                            " EXECUTE it ({})".format(", ".join(
                                v for _, v in sorted(self.values.items()))))
                return cur.fetchone()[0][0]
        finally:
            db.close()


def nodes(plan):
    """Every node of a plan."""
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def work(node):
    """How many rows a node looked at, over all its loops; one that no table is
    read for, but only an index, costs a tenth."""
    rows = node["Actual Rows"] + sum(
        node.get("Rows Removed by " + why, 0)
        for why in ("Filter", "Index Recheck", "Join Filter"))
    if node["Node Type"] == "Bitmap Index Scan":
        return 0        # counted with the rows it leads to
    if not any(n["Node Type"] in ROWS_READ for n in nodes(node)):
        rows /= 10
    return round(rows * node["Actual Loops"])


class Watch:
    """While it stands, the log has each statement of the API."""

    def __init__(self, stack):
        self.stack = stack

    def setting(self, *statements):
        for sql in (*statements, "SELECT pg_reload_conf()"):
            self.stack.sql(sql, user="postgres")

    def __enter__(self):
        self.setting("ALTER SYSTEM SET log_min_duration_statement = 0",
                     "ALTER SYSTEM SET log_parameter_max_length = -1")
        # whatever process answers next has read it: it writes the mark
        until(lambda: self.mark(wait=1), 20, what="a log of statements")
        return self

    def __exit__(self, *_):
        self.setting("ALTER SYSTEM RESET ALL")

    def log(self):
        """The newest of it: it is rotated while everything is logged."""
        d = Path(self.stack.env["CAMKET_DIR"]) / "log" / "postgres"
        files = [*sorted(d.glob("@*"))[-2:], d / "current"]
        text = ""
        for f in files:
            with contextlib.suppress(FileNotFoundError):
                text += f.read_text(errors="replace")
        return text

    def mark(self, wait=10):
        """Write a word into the log, and wait till it stands there."""
        word = "mark " + uuid.uuid4().hex
        self.stack.sql(f"SELECT '{word}'")
        with contextlib.suppress(AssertionError):
            return until(lambda: word in self.log() and word, wait)

    def sent(self, request):
        """The statements that a request makes the API send, in order. Asked for
        again where another process wrote into the log between."""
        for _ in range(5):
            begin = self.mark()
            request()
            end = self.mark()
            found = self.read(self.log().split(begin)[-1].split(end)[0])
            if all(s.sql in known() for s in found):
                return found
        raise AssertionError("the log mixes statements")

    @staticmethod
    def read(text):
        found = []
        for m in re.finditer(
                r"camket_api LOG:  duration: \S+ ms  execute (\w+): (.*)\n"
                r"(?:.*?DETAIL:  parameters: (.*))?",
                text.replace("\n\t", "\t")):       # a line each
            values = {int(p[1]): p[2] for p in re.finditer(
                r"\$(\d+) = ('(?:[^']|'')*'|NULL)", m[3] or "")}
            found.append(Statement(m[1], m[2].replace("\t", "\n"), values))
        return found


def sent(stack, name, request):
    """The one of this name, of a single request."""
    with Watch(stack) as watch:
        it, = (s for s in watch.sent(request) if s.name == name)
        return it
