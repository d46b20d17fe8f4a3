"""Pages: no row that stayed visible and whose sort key did not change is
missed or met twice while others write; every order is total; cursors are of
one list, one caller, one filter; filters and counts agree with the items."""

import base64
import datetime
import json
import random
import string

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from stack import expect, new_id, problem

pytestmark = pytest.mark.usefixtures("unharmed")

# table, sort -> (column, how SQL orders it: absent values last both ways)
ORDERS = {
    ("plans", "title"): ("title", 'title COLLATE "vi-x-icu"'),
    ("plans", "issued_on"): ("issued_on", "issued_on"),
    ("plans", "created_at"): ("created_at", "created_at"),
    ("plans", "updated_at"): ("updated_at", "updated_at"),
    ("tasks", "title"): ("title", 'title COLLATE "vi-x-icu"'),
    ("tasks", "due_on"): ("due_on", "due_on"),
    ("tasks", "code"): ("code", "CASE WHEN code IS NOT NULL THEN code_sort END"),
    ("tasks", "created_at"): ("created_at", "created_at"),
    ("tasks", "updated_at"): ("updated_at", "updated_at"),
}
LETTERS = "aAàạăâbcdDđĐeêoôơuưyỳ -'"
TITLES = st.text(LETTERS, max_size=4)
DAYS = st.one_of(st.none(), st.integers(0, 3))
OPS = st.lists(st.tuples(st.sampled_from(
    ["insert", "insert", "delete", "touch", "rekey"]),
    st.integers(0, 1 << 16), TITLES, DAYS), max_size=12)


class World:
    """Rows of one list, told from all others by a word in their title."""

    def __init__(self, stack, resource):
        self.db = psycopg2.connect(stack.env["CAMKET_DATABASE_URL"])
        self.db.autocommit = True
        self.cur = self.db.cursor()
        self.table = resource[:-1]
        self.tag = "".join(random.choices(string.ascii_lowercase, k=12))
        self.author = self.one(
            "SELECT id FROM staff WHERE username = 'office1'")
        self.unit = self.one("SELECT id FROM unit WHERE code = 'office'")
        self.rows = []

    def one(self, statement, *values):
        self.cur.execute(statement, values)
        return self.cur.fetchone()[0]

    def value(self, column, title, day):
        if column == "title":
            return f"{title} {self.tag}"
        if column == "code":
            return None if day is None else f"I.{day}.{len(title)}"
        base = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
        when = base + datetime.timedelta(days=day or 0)
        if column.endswith("_on"):
            return None if day is None else when.date()
        return when

    def insert(self, column, title, day):
        id = new_id()
        values = {"id": id, "unit_id": self.unit, "author_id": self.author,
                  "title": f"{title} {self.tag}",
                  "created_at": "2026-01-01", "updated_at": "2026-01-01"}
        if self.table == "task":
            values["kind"] = "one_off"
        values[column] = self.value(column, title, day)
        self.cur.execute(
            f"INSERT INTO {self.table} ({', '.join(values)})"
            f" VALUES ({', '.join(['%s'] * len(values))})",
            list(values.values()))
        self.rows.append(id)
        return id

    def update(self, id, what, *values):
        self.cur.execute(f"UPDATE {self.table} SET version = version + 1,"
                         f" {what} WHERE id = %s", [*values, id])

    def close(self):
        self.cur.execute(f"DELETE FROM {self.table} WHERE id = ANY (%s::uuid[])",
                         (self.rows,))
        self.db.close()


@pytest.mark.parametrize("resource, sort", ORDERS,
                         ids=[f"{r} by {s}" for r, s in ORDERS])
@settings(max_examples=15, deadline=None, database=None,
          suppress_health_check=list(HealthCheck))
@given(start=st.lists(st.tuples(TITLES, DAYS), min_size=2, max_size=8),
       ops=OPS,
       limit=st.integers(1, 4), down=st.booleans())
def test_a_page_turner_misses_nothing_that_stood_still(
        stack, resource, sort, start, ops, limit, down):
    column, order = ORDERS[resource, sort]
    w = World(stack, resource)
    try:
        for title, day in start:
            w.insert(column, title, day)
        steady, fresh, seen = set(w.rows), set(), []
        cursor, ops = "", list(ops)
        for _ in range(100):
            page = expect(stack.get(
                f"/v1/{resource}?q={w.tag}&limit={limit}&sort="
                f"{'-' if down else ''}{sort}{cursor}", "office1"), 200)
            assert len(page["items"]) <= limit
            seen += [i["id"] for i in page["items"]]
            if page["next"] is None:
                break
            cursor = "&cursor=" + page["next"]
            for op, pick, title, day in ops[:3]:
                if op == "insert":
                    fresh.add(w.insert(column, title, day))
                    continue
                id = w.rows[pick % len(w.rows)]
                if op == "delete":
                    w.update(id, "deleted_at = now()")
                    steady.discard(id)
                elif op == "touch":
                    w.update(id, '"text" = %s', title)
                else:
                    w.update(id, f"{column} = %s",
                             w.value(column, title, day))
                    steady.discard(id)
                    fresh.discard(id)
            ops = ops[3:]
        else:
            raise AssertionError("a list without end")
        assert sorted(i for i in seen if i in steady) == sorted(steady)
        assert len([i for i in seen if i in fresh]) == \
            len({i for i in seen if i in fresh})
        still = [i for i in seen if i in steady | fresh]
        way = "DESC" if down else "ASC"
        w.cur.execute(
            f"SELECT id::text FROM {w.table} WHERE id = ANY (%s::uuid[])"
            f" ORDER BY {order} {way} NULLS LAST, id {way}", (still,))
        assert still == [id for id, in w.cur]
    finally:
        w.close()


@pytest.mark.parametrize("resource, sort", [
    ("plans", "issued_on"), ("tasks", "due_on"), ("tasks", "code")])
def test_absent_values_come_last_both_ways(stack, resource, sort):
    w = World(stack, resource)
    try:
        for day in (None, 1, 2, None, 0):
            w.insert(sort, "", day)
        for way in ("", "-"):
            items = walk(stack, f"/v1/{resource}?q={w.tag}&limit=2"
                         f"&sort={way}{sort}", "office1")
            values = [i[sort] for i in items]
            assert values[3:] == [None, None]
            assert values[:3] == sorted(values[:3], reverse=way == "-")
    finally:
        w.close()


# --- every list there is ---

def lists(stack):
    api = expect(stack.get("/openapi.json"), 200)
    for path, ways in api["paths"].items():
        params = {}
        for p in ways.get("get", {}).get("parameters", []):
            while "$ref" in p:
                node = api
                for step in p["$ref"][2:].split("/"):
                    node = node[step]
                p = node
            params[p["name"]] = p
        if "cursor" in params:
            yield path, params


def walk(stack, path, user):
    got, cursor = [], ""
    sep = "&" if "?" in path else "?"
    while True:
        page = expect(stack.get(path + cursor, user), 200)
        got += page["items"]
        if page["next"] is None:
            return got
        cursor = f"{sep}cursor={page['next']}"


def test_pages_of_every_list_in_every_order_make_the_whole(stack):
    met = 0
    plan = expect(stack.post("/v1/plans", "office1", {
        "title": "Trang", "issuer_unit_code": "office"}), 201)
    for n in range(5):
        expect(stack.post("/v1/tasks", "office1", {
            "title": f"Việc {n % 3}", "plan_id": plan["id"],
            "kind": "one_off", "lead_unit_code": "office"}), 201)
    for path, params in lists(stack):
        path = path.replace("/plans/{id}", "/plans/" + plan["id"])
        if "{" in path:
            continue
        sorts = params.get("sort", {}).get("schema", {}).get("enum", [None])
        for sort in sorts:
            at = f"{path}?" + (f"sort={sort}&" if sort else "")
            whole = walk(stack, at + "limit=200", "office1")
            parts = walk(stack, at + "limit=3", "office1")
            names = [i.get("id", str(i)) for i in whole]
            assert names == [i.get("id", str(i)) for i in parts], at
            assert len(set(names)) == len(names), at
            met += len(whole) > 3
    assert met >= 20


def test_the_link_to_the_next_page_is_the_same_list(stack):
    for n in range(5):
        expect(stack.post("/v1/plans", "office1", {
            "title": f"Liên kết {n}", "issuer_unit_code": "office"}), 201)
    where = "/v1/plans?limit=2&q=lien%20ket&fields=id,title&sort=-title"
    got = []
    for _ in range(10):
        r = stack.get(where, "office1")
        got += expect(r, 200)["items"]
        if "Link" not in r.headers:
            break
        link = r.links["next"]["url"]
        assert link.count("cursor=") == 1 and "q=lien%20ket" in link
        assert r.json()["next"] in link
        where = link
    assert [set(i) for i in got] == [{"id", "title"}] * len(got)
    titles = [i["title"] for i in got]
    assert len(titles) >= 5 and titles == sorted(titles, reverse=True)


def test_a_cursor_is_of_one_list_and_shows_nothing(stack):
    for _ in range(3):
        expect(stack.post("/v1/plans", "office1", {
            "title": "Con trỏ bí mật", "issuer_unit_code": "office"}), 201)
    at = "/v1/plans?limit=1&sort=title"
    cursor = expect(stack.get(at, "office1"), 200)["next"]
    expect(stack.get(f"{at}&cursor={cursor}", "office1"), 200)
    # of this caller, this filter, this order, this list
    for user, where in [("office2", at), ("office1", at + "&status=draft"),
                        ("office1", "/v1/plans?limit=1&sort=-title"),
                        ("office1", "/v1/plans?limit=1"),
                        ("office1", "/v1/tasks?limit=1&sort=title")]:
        problem(stack.get(f"{where}&cursor={cursor}", user), 400,
                "bad_cursor")
    # the page's size and projection are not part of it
    expect(stack.get(f"/v1/plans?sort=title&limit=5&fields=id"
                     f"&cursor={cursor}", "office1"), 200)
    letters = string.ascii_letters + string.digits + "-_"
    chance = random.Random(7)
    for n in range(60):
        at_ = n % len(cursor)
        other = chance.choice([c for c in letters if c != cursor[at_]])
        bad = cursor[:at_] + other + cursor[at_ + 1:]
        problem(stack.get(f"{at}&cursor={bad}", "office1"), 400,
                "bad_cursor")
    for bad in ("", "x", cursor[:-1], cursor[1:], cursor + "A", cursor * 2,
                "A" * 4000, "%00", "!"):
        r = stack.get(f"{at}&cursor={bad}", "office1")
        assert r.status_code == 400, bad
    raw = base64.urlsafe_b64decode(cursor + "==")
    for told in ("Con trỏ", "bí mật", "title"):
        assert told.encode() not in raw


def test_a_search_minds_neither_accents_nor_case_nor_order(stack):
    word = "".join(random.choices("bcdghklmnpqrstvx", k=8))
    plan = expect(stack.post("/v1/plans", "office1", {
        "title": f"Kế hoạch Đường phố 100%_sạch {word} một hai ba bốn năm",
        "issuer_unit_code": "office"}), 201)

    def finds(q):
        items = expect(stack.get("/v1/plans", "office1") if q is None else
                       stack.call("GET", "/v1/plans?q=" + q, "office1"),
                       200)["items"]
        return plan["id"] in [i["id"] for i in items]

    for q in ("ke hoach", "KẾ HOẠCH", "duong", "Đường", "đuong", "hoach ke",
              "ke%CC%82%CC%81 hoa%CC%A3ch", "100%25", "%25_sach", "nam",
              f"{word} duong ke", f" {word} ", f"{word}+pho",
              f"ke hoach duong {word} mot hai ba"):
        assert finds(q + (f" {word}" if word not in q else "")), q
    for q in (f"ke hoax {word}", f"100_ {word}", f"_%25 {word}",
              f"duongpho {word}", f"%25%25 {word}",
              f"{word} ke hoach duong pho muoi",
              f"{word} ke hoach duong mot pho"):    # of the fifth on: in order
        assert not finds(q), q


def test_counts_are_of_what_the_filters_leave(stack):
    word = "".join(random.choices("bcdghklmnpqrstvx", k=8))
    plans = [expect(stack.post("/v1/plans", "office1", {
        "title": f"Đếm {word} {n}", "issuer_unit_code": "office"}), 201)
        for n in range(5)]
    stack.verb(f"/v1/plans/{plans[0]['id']}/submit", "office1", plans[0])
    stack.call("DELETE", "/v1/plans/" + plans[1]["id"], "office1",
               If_Match="*")
    body = expect(stack.get(
        f"/v1/plans?q={word}&limit=1&counts=status,kind&count=exact",
        "office1"), 200)
    assert body["count"] == 4 and len(body["items"]) == 1
    assert body["counts"]["status"] == {"draft": 3, "submitted": 1}
    assert body["counts"]["kind"] == {"plan": 4}
    body = expect(stack.get(f"/v1/plans?q={word}&status=draft&count=exact",
                            "office1"), 200)
    assert body["count"] == 3 == len(body["items"])
    # what is not seen is not counted
    body = expect(stack.get(f"/v1/plans?q={word}&count=exact",
                            "staff.culture1"), 200)
    assert body["count"] == 0 and body["items"] == []


def test_items_show_the_fields_that_are_asked_for(stack):
    r = stack.get("/v1/plans?limit=2&fields=id,_permissions,version",
                  "office1")
    for item in expect(r, 200)["items"]:
        assert set(item) == {"id", "version", "_permissions"}
    for item in expect(stack.get("/v1/plans?limit=2&fields=_permissions",
                                 "office1"), 200)["items"]:
        assert set(item) == {"_permissions"}
    one = expect(stack.get("/v1/plans?limit=1", "office1"), 200)["items"][0]
    assert "_permissions" not in one and "version" in one
    r = stack.get(f"/v1/plans/{one['id']}?fields=title", "office1")
    assert set(expect(r, 200)) == {"title", "_permissions"}
    r = stack.get(f"/v1/plans/{one['id']}?fields=_permissions", "office1")
    assert set(expect(r, 200)) == {"_permissions"}
    assert json.loads(r.text)["_permissions"]
