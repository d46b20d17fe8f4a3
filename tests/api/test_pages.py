"""Every list there is, in every order it takes, turned page by page while its
rows are added, changed, moved and removed: a row that stayed and whose place
did not change is met once, no row that stayed is met twice, and what is met
comes in the order of the list. Lists and orders are those of the document."""

import collections
import random

import psycopg2
import pytest

import test_matrix
from stack import Stack, expect, new_id
from test_lists import lists

ROWS = 9            # at least, in each list
READERS = ("chair", "admin", "party.secretary", "head.economy",
           "stranger.chief", "staff.economy1")
# what a list's rows are kept in, where its name does not say it
TABLES = {"work": "task", "grants": "staff_grant", "activity": "event",
          "amendments": "plan_amendment", "receipts": "plan_receipt",
          "bases": "plan_link", "relations": "plan_link",
          "occurrences": "obligation",
          "deliveries": "delivery", "notifications": "notification",
          "values": "indicator_value"}
# and an order's column
COLUMNS = {"rank": "rank_order", "from": "from_on", "period": "period_from",
           ("staff", "name"): "full_name"}
# how a column of a type is changed a little, and far
MOVES = {"date": "{} + %s", "integer": "{} + %s",
         "timestamp with time zone": "{} + %s * interval '1 hour'",
         "text": "chr(97 + (%s + 40) %% 26) || {}"}
# what is made of several rows: made by the service
MADE = {"unit", "staff", "comment", "event"}


def table_of(path):
    """What keeps the rows of a list."""
    last = path.split("/")[-1]
    if path == "/v1/staff/{id}/events":
        return "staff_event"
    if path == "/v1/tasks/{id}/events":
        return "task_event"
    if path == "/v1/tasks/{id}/occurrences":
        return "task"
    return TABLES.get(last) or test_matrix.table_of(last)


def name_of(item):
    """What tells a line from all others; activity has no id."""
    return item.get("id") or (item["at"], item["verb"], item["version"],
                              item.get("comment", {}) or "")


class Rows:
    """The rows of a list's table, beside the service."""

    def __init__(self, stack, path, at, user, sort):
        self.stack, table = stack, table_of(path)
        self.path, self.at, self.user = path, at, user
        self.db = psycopg2.connect(stack.env["CAMKET_DATABASE_URL"])
        self.db.autocommit = True
        self.cur, self.table = self.db.cursor(), table
        self.types = dict(self.all(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_name = %s AND is_generated = 'NEVER'"
            " AND is_identity = 'NO' AND column_name <> 'xid'", table))
        column = COLUMNS.get((table, sort)) or COLUMNS.get(sort, sort)
        self.key = column if column in self.types else None
        self.done = {"clone": 0, "move": 0, "touch": 0, "remove": 0}

    def all(self, statement, *values):
        self.cur.execute(statement, values)
        return self.cur.fetchall()

    def write(self, what, statement, *values):
        """Whether the table took it: some refuse twins, some all changes."""
        try:
            self.cur.execute(statement, values)
        except psycopg2.Error:
            return False
        self.done[what] += self.cur.rowcount
        return self.cur.rowcount > 0

    def clone(self, id, n=0):
        """A row like another; its place is n from the other's."""
        if self.table in MADE:
            return self.make()
        new = {"id": new_id(), "code": "k" + new_id()[-9:],
               "number": new_id(), "occasion": new_id()}
        names = ", ".join(f'"{c}"' for c in self.types)
        values = ", ".join(
            "(%s)::" + self.types[c] if c in new else
            MOVES[self.types[c]].format(f"x.{c}") if c == self.key and
            self.types[c] in MOVES else f'x."{c}"' for c in self.types)
        given = [new[c] if c in new else n for c in self.types
                 if c in new or c == self.key and self.types[c] in MOVES]
        return new["id"] if self.write(
            "clone", f"INSERT INTO {self.table} ({names}) SELECT {values}"
            f" FROM {self.table} x WHERE id = %s", *given, id) else None

    def make(self):
        """A new row, by the service."""
        if self.table in ("unit", "staff"):
            r = self.stack.post(self.path, "admin", test_matrix.body_of(
                self.stack, "POST", self.path, "unit"))
        else:
            r = self.stack.post(self.at.rsplit("/", 1)[0] + "/comments",
                                self.user, {"text": new_id()})
        self.done["clone"] += r.status_code == 201
        return None if self.table == "event" else expect(r, 201)["id"]

    def move(self, id, n):
        if self.table != "event" and self.key is not None and self.types[self.key] in MOVES:
            how = MOVES[self.types[self.key]].format(self.key)
            self.write("move", f"UPDATE {self.table} SET {self.key} = {how}"
                       " WHERE id = %s", n, id)

    def touch(self, id):
        """A change that moves nothing."""
        if "version" in self.types and self.table != "event":
            self.write("touch", f"UPDATE {self.table} SET version ="
                       " version + 1 WHERE id = %s", id)

    def remove(self, id):
        if self.table == "event":
            return
        self.write("remove", f"UPDATE {self.table} SET deleted_at = now()"
                   " WHERE id = %s" if "deleted_at" in self.types else
                   f"DELETE FROM {self.table} WHERE id = %s", id)

    def close(self):
        """What other lists hang on comes back."""
        if "deleted_at" in self.types:
            self.cur.execute(f"UPDATE {self.table} SET deleted_at = NULL")
        self.db.close()


@pytest.fixture(scope="module")
def full():
    """A stack with rows of every kind. Its database lets rows be twins, so
    that a list of what one has once can be long, too."""
    with Stack() as s:
        test_matrix.other_office(s)
        s.ids, s.doc = test_matrix.make(s), s.document.doc
        for table, name in s.sql(
                "SELECT conrelid::regclass::text, conname FROM pg_constraint"
                " WHERE contype IN ('u', 'x') AND connamespace ="
                " 'camket'::regnamespace AND NOT EXISTS (SELECT FROM"
                " pg_constraint f WHERE f.confrelid = pg_constraint.conrelid"
                " AND f.conindid = pg_constraint.conindid)"):
            s.sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for index, in s.sql(
                "SELECT indexrelid::regclass::text FROM pg_index WHERE"
                " indisunique AND NOT EXISTS (SELECT FROM pg_constraint WHERE"
                " conindid = indexrelid) AND indrelid IN (SELECT oid FROM"
                " pg_class WHERE relnamespace = 'camket'::regnamespace)"):
            s.sql(f"DROP INDEX {index}")
        fill(s)
        yield s


def fill(s):
    """What hangs on a plan in force and on work that is passed on."""
    def go(path, verb, user, **body):
        item = expect(s.get(path, user), 200)
        return expect(s.verb(f"{path}/{verb}", user, item, body), 200)
    plan = expect(s.post("/v1/plans", "office1", {
        "title": "x", "issuer_unit_code": "ward-thanh-khe", "recipients": [
            {"name": "x", "audience": "each-person"}], "legal_bases": [
            {"relation": "based_on", "kind": "law", "title": "x",
             "document_id": s.ids["documents"]["unit"]}], "relations": [
            {"relation": "based_on",
             "document_id": s.ids["documents"]["unit"]}]}), 201)["id"]
    s.ids["plans"]["issued"] = plan
    s.ids["obligations"]["issued"] = expect(s.post(
        f"/v1/plans/{plan}/obligations", "office1", {
            **test_matrix.OBLIGATION, "audience": "each-person",
            "cadence": ["monthly", "yearly"]}), 201)["id"]
    task = expect(s.post("/v1/tasks", "office1", {
        "code": "I", "title": "x", "plan_id": plan, "due_on": "2030-01-31",
        "lead_unit_code": "economy"}), 201)["id"]
    s.ids["tasks"]["planned"] = task
    s.ids["tasks"]["recurring"] = str(s.one(
        "SELECT parent_id FROM task WHERE id = %s",
        s.ids["occurrences"]["unit"]))
    go(f"/v1/plans/{plan}", "submit", "office1")
    # in the middle of the year: the lists move it by days
    go(f"/v1/plans/{plan}", "issue", "chair", issued_on="2026-06-15")
    go(f"/v1/plans/{plan}", "activate", "chair", count_from="2026-01-01")
    go(f"/v1/plans/{plan}", "amend", "chair", reason="x", patch={"text": "x"},
       document={"number": "1/QĐ", "issued_on": "2026-02-05"})
    for who in ("staff.economy1", "staff.economy2", "staff.economy1"):
        go(f"/v1/tasks/{task}", "assign", "head.economy", reason="x",
           lead={"staff_code": who})


def pages(stack, at, user, limit, between=lambda: None):
    """The ids of a list, page by page."""
    got, cursor = [], ""
    while True:
        page = expect(stack.get(f"{at}limit={limit}{cursor}", user), 200)
        got += map(name_of, page["items"])
        if page["next"] is None:
            return got
        cursor = "&cursor=" + page["next"]
        assert len(got) < 2000, "a list without end"
        between()


def longest(stack, path):
    """Where and for whom a list has most to tell."""
    kind = path.split("/")[2]
    ats = [path.replace("{id}", i) for i in stack.ids.get(
        kind, {}).values()] if "{" in path else [path]
    if path == "/v1/me/work":
        ats = [path + "?kind=task"]
    best = (0, None, None)
    for at in ats:
        for user in READERS:
            r = stack.get(at, user)
            if r.status_code == 200:
                items = r.json()["items"]
                if len(items) > best[0] or not best[1]:
                    best = (len(items), at, user)
    return best


def turn(stack, path, at, user, sort, down, chance):
    """What is wrong with the pages of one list in one order."""
    rows = Rows(stack, path, at, user, sort)
    at += ("&" if "?" in at else "?") + \
        f"sort={'-' if down else ''}{sort}&"
    try:
        ids = pages(stack, at, user, 200)
        for _ in range(4 * ROWS):
            if len(ids) >= ROWS:
                break
            rows.clone(chance.choice(ids or [None]), chance.randint(-2, 2))
            ids = pages(stack, at, user, 200)
        chance.shuffle(ids)
        steady, restless = set(ids[::2]), ids[1::2]
        if rows.table in ("unit", "staff"):     # all else stands on them
            steady, restless = set(ids), []
        moved = set()

        def between():
            for _ in range(3):
                op = chance.choice(("clone", "move", "touch", "remove"))
                n = chance.randint(-9, 9)
                if op == "clone":
                    if len(restless) < 30:
                        new = rows.clone(chance.choice(ids or [None]), n)
                        restless.extend([new] if new else [])
                elif op == "touch":
                    rows.touch(chance.choice(ids if sort != "updated_at"
                                             else restless or [None]))
                elif restless:
                    id = chance.choice(restless)
                    moved.add(id)
                    getattr(rows, op)(id, *[n] * (op == "move"))
        seen = pages(stack, at, user, 2, between)
        again = pages(stack, at, user, 200)
        met = [i for i in seen if i in steady]
        wrong = []
        if sorted(met) != sorted(steady):
            wrong.append(f"met {len(met)} of {len(steady)} that stood still")
        if len([i for i in seen if i not in moved]) != \
                len({i for i in seen if i not in moved}):
            wrong.append("met twice")
        still = set(seen) & set(again) - moved
        if [i for i in seen if i in still] != [i for i in again if i in still]:
            wrong.append("in another order")
        return wrong, len(ids), rows.done
    finally:
        rows.close()


def test_every_list_keeps_its_promise_while_others_write(full):
    wrong, short, did = [], set(), collections.Counter()
    for path, params in lists(full):
        at, user = longest(full, path)[1:]
        if at is None:
            short.add(path)
            continue
        for sort in params["sort"]["schema"]["enum"]:
            said, n, done = turn(
                full, path, at, user, sort.lstrip("-"), sort[0] == "-",
                random.Random(path + sort))
            wrong += [f"{path} by {sort}: {x}" for x in said]
            did.update(done)
            if n < ROWS:
                short.add(path)
    assert not wrong
    assert not short
    # and others did write
    assert min(did[w] for w in ("clone", "move", "touch", "remove")) > 100
