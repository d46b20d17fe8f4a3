"""The feed: gap-free in commit order, for each caller what he may see."""

import random
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest

from sse import Events
from stack import expect, host_of, new_id, problem, until

FEED = "/v1/changes"


def make_task(stack, user="chair", unit="economy", **more):
    task = expect(stack.post("/v1/tasks", user, {
        "title": "Việc theo dõi " + new_id(), "due_on": "2027-01-15",
        "lead": {"unit_code": unit}, **more}), 201)
    return task


def assigned(stack, user="chair", unit="economy", **more):
    task = make_task(stack, user, unit, **more)
    return expect(stack.verb(f"/v1/tasks/{task['id']}/assign", user, task),
                  200)


def patched(stack, task, user="chair", **body):
    return expect(stack.patch("/v1/tasks/" + task["id"], user, body or {
        "text": "Sửa " + new_id()}, task["version"]), 200)


def now(stack, user="chair"):
    """The position of now: behind all that is written, so what an open
    transaction still holds back is waited for."""
    def caught_up():
        page = expect(stack.get(FEED, user), 200)
        return page["lag_ms"] == 0 and page["sync"]
    return until(caught_up)


def follow(stack, since, user="chair", query=""):
    """Every line behind a position, page by page, and the last position; what
    an open transaction still holds back is waited for."""
    lines = []
    while True:
        page = expect(stack.get(f"{FEED}?since={since}{query}", user), 200)
        lines += page["items"]
        since = page["sync"]
        if page["next"] is None and page["lag_ms"] == 0:
            return lines, since
        assert page["next"] in (None, page["sync"])


def staff_id(stack, user):
    return expect(stack.get("/v1/me", user), 200)["id"]


# --- asked for ---

def test_a_change_follows_the_position_before_it(stack):
    before = now(stack)
    task = assigned(stack)
    lines, after = follow(stack, before)
    mine = [c for c in lines if c["id"] == task["id"]]
    assert [(c["type"], c["version"], c["verb"]) for c in mine] == [
        ("task", 1, "create"), ("task", 2, "assign")]
    assert mine[0]["href"] == "/v1/tasks/" + task["id"]
    assert mine[0]["actor_id"] == staff_id(stack, "chair")
    assert not [c for c in follow(stack, after)[0] if c["id"] == task["id"]]


def test_pages_of_lines_join_without_a_gap(stack):
    before = now(stack)
    task = assigned(stack)
    for _ in range(7):
        task = patched(stack, task)
    whole, _ = follow(stack, before)
    small, _ = follow(stack, before, query="&limit=2")
    assert small == whole
    assert len(whole) >= 9


def test_types_choose_what_is_told(stack):
    before = now(stack)
    task = assigned(stack)
    assert task["id"] in [c["id"] for c in follow(
        stack, before, query="&types=plan,task")[0]]
    assert not follow(stack, before, query="&types=plan")[0]
    problem(stack.get(FEED + "?types=plan,nothing", "chair"), 400,
            "bad_parameter")
    problem(stack.get(FEED + "?types=", "chair"), 400, "bad_parameter")


def test_an_item_comes_along_when_it_is_asked_for(stack):
    before = now(stack)
    task = patched(stack, assigned(stack), title="Tên mới")
    lines, _ = follow(stack, before, query="&include=item")
    mine = [c for c in lines if c["id"] == task["id"]]
    assert len(mine) == 3
    for line in mine:   # as it is now, whichever change is told
        assert line["item"]["title"] == "Tên mới"
        assert line["item"]["version"] == task["version"] >= line["version"]
    problem(stack.get(FEED + "?include=all", "chair"), 400, "bad_parameter")


@pytest.mark.parametrize("since", [
    "x", "", "1", ".1", "a.b", "a.1.", "a.-1", "a.1.2.3", "a.1x",
    "a.99999999999999999999", "a.9223372036854775808"])
def test_what_is_no_position_is_refused(stack, since):
    problem(stack.get(f"{FEED}?since={since}", "chair"), 400, "bad_parameter")


def test_a_position_of_before_a_restore_asks_for_a_new_start(stack):
    page = expect(stack.get(FEED + "?since=000000000000.5", "chair"), 200)
    assert page["resync"] is True and page["items"] == []
    assert page["sync"].split(".")[0] == now(stack).split(".")[0]
    assert expect(stack.get(FEED, "chair"), 200)["resync"] is False


def test_nobody_without_a_token_reads_the_feed(stack):
    problem(stack.get(FEED), 401, "unauthenticated")
    problem(stack.get(FEED + "/stream", Accept="text/event-stream"), 401,
            "unauthenticated")


# --- whose ---

def test_who_may_not_see_a_row_hears_nothing_of_it(stack):
    before = now(stack)
    task = assigned(stack, unit="economy")
    draft = make_task(stack, unit="culture")
    for user, sees in (("chair", {task["id"], draft["id"]}),
                       ("head.economy", {task["id"]}),
                       ("head.culture", set()), ("head.women", set()),
                       ("admin", set())):
        told = {c["id"] for c in follow(stack, before, user)[0]}
        assert told & {task["id"], draft["id"]} == sees, user


def test_a_line_tells_of_every_row_one_may_read_and_of_no_other(stack):
    """Whatever the feed tells, the item can be read; and the other way."""
    before = now(stack)
    tasks = [assigned(stack, unit=u) for u in
             ("economy", "culture", "pasc", "office")]
    tasks.append(make_task(stack, "head.economy", "economy"))
    for user in ("chair", "head.economy", "head.culture", "staff.economy1",
                 "office1", "city.monitor", "head.youth"):
        told = {c["id"] for c in follow(stack, before, user)[0]}
        readable = {t["id"] for t in tasks if stack.get(
            "/v1/tasks/" + t["id"], user).status_code == 200}
        assert told & {t["id"] for t in tasks} == readable, user


def test_what_is_removed_is_told_to_who_saw_it(stack):
    task = make_task(stack)
    before = now(stack)
    expect(stack.call("DELETE", "/v1/tasks/" + task["id"], "chair",
                      If_Match=f'"v{task["version"]}"'), 204)
    mine = [c for c in follow(stack, before)[0] if c["id"] == task["id"]]
    assert [(c["verb"], c["deleted"]) for c in mine] == [("delete", True)]
    # a draft was its author's alone, and so is its end
    assert not [c for c in follow(stack, before, "head.economy")[0]
                if c["id"] == task["id"]]


def test_what_has_moved_out_of_sight_is_told_as_gone(stack):
    task = assigned(stack, unit="economy")
    before = now(stack)
    expect(stack.verb(f"/v1/tasks/{task['id']}/assign", "chair", task,
                      {"lead": {"unit_code": "culture"}}), 200)
    def seen(user):
        return [c.get("gone", False) for c in follow(stack, before, user)[0]
                if c["id"] == task["id"]]
    assert seen("head.economy") == [True]
    assert seen("head.culture") == [False]
    assert seen("head.women") == []


def test_the_directory_does_not_tell_whose_rights_have_changed(stack):
    before = now(stack)
    who = staff_id(stack, "staff.pasc2")
    unit = next(u["id"] for u in expect(
        stack.get("/v1/units?limit=200", "admin"), 200)["items"]
        if u["code"] == "pasc")
    expect(stack.post(f"/v1/staff/{who}/grants", "admin",
                      {"role": "inspector", "unit_id": unit,
                       "from": "2026-01-01"}), 201)
    for user in ("head.pasc", "admin"):
        assert [c["verb"] for c in follow(stack, before, user)[0]
                if c["id"] == who] == ["update"]
    for user, changed in (("staff.pasc2", True), ("head.pasc", False)):
        page = expect(stack.get(f"{FEED}?since={before}", user), 200)
        assert page["permissions"] is changed


# --- nothing is lost ---

class Writers:
    """Transactions that pause, roll back and die, each with events of its
    own; what has been committed is kept."""

    def __init__(self, stack, ref, n=12):
        self.stack, self.ref, self.n = stack, ref, n
        self.committed, self.lock = set(), threading.Lock()
        self.number, self.stop = 1000, False
        self.died = self.undone = 0

    def next(self):
        with self.lock:
            self.number += 1
            return self.number

    def write(self, seed):
        rnd = random.Random(seed)
        db = None
        while not self.stop:
            if db is None:
                db = psycopg2.connect(self.stack.env["CAMKET_DATABASE_URL"])
            numbers = [self.next() for _ in range(rnd.randint(1, 3))]
            try:
                with db.cursor() as cur:
                    for n in numbers:
                        cur.execute(
                            "INSERT INTO event (at, kind, ref, version, verb)"
                            " VALUES (now(), 'task', %s, %s, 'update')",
                            (self.ref, n))
                        time.sleep(rnd.random() ** 4 * 0.2)
                    fate = rnd.random()
                    if fate < 0.15:
                        db.rollback()
                        self.undone += 1
                        continue
                    if fate < 0.2:
                        cur.execute("SELECT pg_terminate_backend("
                                    "pg_backend_pid())")
                db.commit()
                with self.lock:
                    self.committed.update(numbers)
            except psycopg2.Error:
                self.died += 1
                db.close()
                db = None

    def run(self, seconds):
        with ThreadPoolExecutor(self.n) as pool:
            for seed in range(self.n):
                pool.submit(self.write, seed)
            time.sleep(seconds)
            self.stop = True


def test_twelve_writers_that_pause_undo_and_die_lose_nothing(stack):
    task = assigned(stack)
    since, polled, order = now(stack), [], []
    w = Writers(stack, task["id"])
    with Events(stack, "chair", "?types=task") as live, Events(
            stack, "head.economy", "?types=task") as cut:
        run = threading.Thread(target=w.run, args=(8,))
        run.start()
        resumed = []
        while run.is_alive():
            lines, since = follow(stack, since, query="&types=task&limit=20")
            polled += [c["version"] for c in lines if c["id"] == task["id"]]
            if len(cut.versions(task["id"])) > 20:
                cut.close()     # and on from where it was
                resumed += cut.all
                cut = Events(stack, "head.economy", "?types=task",
                             last=resumed[-1]["id"])
            time.sleep(0.05)
        run.join()
        lines, since = follow(stack, since, query="&types=task")
        polled += [c["version"] for c in lines if c["id"] == task["id"]]
        assert w.died and w.undone and len(w.committed) > 100
        told = [v for v in polled if v > 1000]
        assert sorted(told) == sorted(w.committed)
        live.wait(lambda e: set(e.versions(task["id"])) >= w.committed)
        assert [v for v in live.versions(task["id"]) if v > 1000] == told
        cut.wait(lambda e: set(e.versions(task["id"])) | {
            e["data"].get("version") for e in resumed} >= w.committed)
        every = [e["data"]["version"] for e in resumed + cut.all
                 if e["event"] == "change"
                 and e["data"]["id"] == task["id"]]
        assert [v for v in every if v > 1000] == told
        cut.close()


def test_a_list_and_what_follows_it_are_the_whole_truth(stack):
    """Read a list page by page while others write, then follow from where it
    began: what one holds then is what there is."""
    tasks = [assigned(stack) for _ in range(12)]
    ids = {t["id"] for t in tasks}
    stop = threading.Event()

    def churn(seed):
        rnd = random.Random(seed)
        while not stop.is_set():
            path = "/v1/tasks/" + rnd.choice(tasks)["id"]
            t = expect(stack.get(path, "chair"), 200)
            stack.patch(path, "chair", {"text": new_id()}, t["version"])
    with ThreadPoolExecutor(4) as pool:
        for seed in range(4):
            pool.submit(churn, seed)
        for _ in range(5):
            held, sync, query = {}, None, "&limit=5&sort=-updated_at"
            path = "/v1/tasks?ids=" + ",".join(sorted(ids)) + query
            page = expect(stack.get(path, "chair"), 200)
            sync = page["sync"]     # where the list began
            while True:
                for t in page["items"]:
                    held[t["id"]] = max(t["version"], held.get(t["id"], 0))
                if page["next"] is None:
                    break
                page = expect(stack.get(f"{path}&cursor={page['next']}",
                                        "chair"), 200)
            stop.wait(0.2)
            floor = {i: stack.one("SELECT version FROM task WHERE id = %s", i)
                     for i in ids}

            def caught_up():
                nonlocal sync
                lines, sync = follow(stack, sync)
                for c in lines:
                    if c["id"] in ids:
                        held[c["id"]] = max(c["version"],
                                            held.get(c["id"], 0))
                return all(held.get(i, 0) >= v for i, v in floor.items())
            until(caught_up, 20)
        stop.set()


# --- as it happens ---

def test_a_stream_tells_a_change_as_it_happens(stack):
    with Events(stack, "chair") as e:
        assert e.headers["content-type"] == "text/event-stream"
        assert e.headers["cache-control"] == "no-store"
        assert e.named("sync")[0]["day"]
        task = assigned(stack)
        e.wait(lambda e: e.versions(task["id"]) == [1, 2])


def test_a_stream_goes_on_where_another_was_left(stack):
    with Events(stack, "chair") as e:
        task = assigned(stack)
        e.wait(lambda e: e.versions(task["id"]) == [1, 2])
        left = e.last
    for _ in range(3):
        task = patched(stack, task)
    with Events(stack, "chair", last=left) as e:
        task = patched(stack, task)
        e.wait(lambda e: e.versions(task["id"]) == [3, 4, 5, 6])
    # and from a list's position
    with Events(stack, "chair", "?since=" + left) as e:
        e.wait(lambda e: e.versions(task["id"]) == [3, 4, 5, 6])


def test_a_ticket_opens_a_stream_once_for_what_cannot_send_a_header(stack):
    path = FEED + "/stream?types=task"
    url = expect(stack.post("/v1/tickets", "head.economy", {"path": path}),
                 201)["url"]
    with Events(stack, None, ticket=url) as e:
        task = assigned(stack, unit="economy")
        other = assigned(stack, unit="culture")
        e.wait(lambda e: e.versions(task["id"])[-1:] == [2])
        assert not e.versions(other["id"])
        assert Events(stack, None, ticket=url).status == 401


def test_a_stream_of_before_a_restore_is_told_to_begin_anew(stack):
    with Events(stack, "chair", last="000000000000.5") as e:
        assert e.named("resync")[0]["sync"] == e.last
        task = assigned(stack)
        e.wait(lambda e: e.versions(task["id"]) == [1, 2])


def test_a_stream_tells_each_caller_what_he_may_see(stack):
    with Events(stack, "head.culture") as other, \
            Events(stack, "head.economy", "?include=item") as mine:
        task = assigned(stack, unit="economy")
        shown = assigned(stack, unit="culture")
        # what was a draft still when it was looked at was not theirs to see
        mine.wait(lambda e: e.versions(task["id"])[-1:] == [2])
        other.wait(lambda e: e.versions(shown["id"])[-1:] == [2])
        assert not other.versions(task["id"])
        assert not mine.versions(shown["id"])
        assert mine.changes[-1]["item"]["title"] == task["title"]


def test_a_stream_says_when_rights_have_changed(stack):
    who = staff_id(stack, "staff.pasc1")
    unit = expect(stack.get("/v1/me", "staff.pasc1"), 200)["units"][0]["id"]
    with Events(stack, "staff.pasc1") as e, Events(stack, "head.women") as o:
        task = assigned(stack, unit="pasc", lead={"staff_id": who})
        e.wait(lambda e: e.versions(task["id"]))
        assert not e.named("permissions")
        expect(stack.post(f"/v1/staff/{who}/grants", "admin",
                          {"role": "inspector", "unit_id": unit,
                           "from": "2026-01-01"}), 201)
        e.wait(lambda e: e.named("permissions"))
        assert not o.named("permissions")


def test_many_idle_streams_hold_no_connection_to_the_database(stack):
    def connections():
        return stack.one("SELECT count(*) FROM pg_stat_activity"
                         " WHERE application_name = 'camket-api'")
    stack.get("/v1/tasks", "chair")
    before = connections()
    users = [u for u in stack.accounts][:20]
    streams = [Events(stack, u) for u in users for _ in range(10)]
    try:
        until(lambda: all(e.all for e in streams), 30)
        task = assigned(stack)
        until(lambda: all(e.versions(task["id"])[-1:] == [2] for e, u in zip(
            streams, [u for u in users for _ in range(10)])
            if u in ("chair", "head.economy")), 30)
        assert connections() <= before + 2
    finally:
        for e in streams:
            e.close()


def test_one_account_does_not_take_all_streams(stack):
    streams = [Events(stack, "head.youth") for _ in range(20)]
    try:
        until(lambda: all(e.all for e in streams), 30)
        late = Events(stack, "head.youth")
        problem(late.refusal, 429, "too_many_requests")
        with Events(stack, "head.women"):
            pass
    finally:
        for e in streams:
            e.close()
    until(lambda: Events(stack, "head.youth").status == 200, 20)


@pytest.fixture
def host(stack):
    with host_of(stack, HEARTBEAT_S=1, STALL_S=2, STREAMS=3,
                 API_PROCESSES=1) as h:
        yield h


def test_a_silent_stream_shows_that_it_lives(host):
    with Events(host, "chair") as e:
        first = e.last
        e.wait(lambda e: e.beats >= 2)
        # and that it goes on: the position moves while nothing is told
        task = assigned(host, unit="culture")
        e.wait(lambda e: e.last != first and e.versions(task["id"]))


def test_more_streams_than_a_process_may_hold_are_asked_to_wait(host):
    streams = [Events(host, u) for u in ("chair", "office1", "admin")]
    until(lambda: all(e.all for e in streams), 20)
    late = Events(host, "head.women")
    problem(late.refusal, 503, "overloaded")
    assert late.headers["retry-after"]
    for e in streams:
        e.close()


def test_a_reader_who_takes_nothing_is_cut_and_holds_up_nobody(host):
    task = assigned(host, text="ệ" * 90000)
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.connect(("127.0.0.1", host.port))
    s.sendall((f"GET {FEED}/stream?include=item HTTP/1.1\r\nHost: c\r\n"
               "Accept: text/event-stream\r\nAuthorization: Bearer "
               + host.token("chair") + "\r\n\r\n").encode())
    with Events(host, "head.economy") as other:
        for _ in range(60):
            task = patched(host, task, title=new_id())
        other.wait(lambda e: len(e.versions(task["id"])) >= 60)
        until(lambda: host.metrics()["camket_streams_cut_total"] >= 1, 30)
    s.close()


def test_streams_end_with_their_session(host):
    with Events(host, "staff.culture2") as e:
        host.of.sql("INSERT INTO revocation (subject, epoch, until_at)"
                    " VALUES (%s, 1000000, now() + interval '1 minute')",
                    staff_id(host, "staff.culture2"))
        try:
            until(lambda: e.ended, 10)
        finally:
            host.of.sql("DELETE FROM revocation")


def test_a_server_that_stops_ends_its_streams_and_they_go_on_elsewhere(
        host, stack):
    task = assigned(stack)
    e = Events(host, "chair")
    e.wait(lambda e: e.all)
    task = patched(stack, task)
    e.wait(lambda e: e.versions(task["id"]))
    begun = time.monotonic()
    host.process.terminate()
    assert host.process.wait(20) == 0
    assert time.monotonic() - begun < 8
    until(lambda: e.ended, 5)
    task = patched(stack, task)
    with Events(stack, "chair", last=e.last) as again:
        again.wait(lambda a: a.versions(task["id"]) == [task["version"]])


def test_a_day_that_begins_is_told(stack):
    """Signals change without a write."""
    with Events(stack, "chair") as e:
        day = e.named("sync")[0]["day"]
        stack.clock("shift", "86400")
        try:
            e.wait(lambda e: e.named("day"))
            assert e.named("day")[0]["day"] > day
        finally:
            stack.clock("real")
