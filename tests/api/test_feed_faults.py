"""The feed while the service itself writes: requests that wait for each
other, that take back what they began, whose connection to the database is
killed and that are sent again. Whoever follows it hears of every change that
was kept, once, in one order, and of none that was not."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import test_changes
from office import CHAIR, HEAD
from sse import Events
from stack import expect, new_id, until

pytestmark = pytest.mark.usefixtures("unharmed")

SECONDS = 8
WRITERS = 12


class Storm:
    """Writers over the API, and what disturbs them."""

    def __init__(self, office, n=WRITERS):
        self.stack, self.stop = office.stack, threading.Event()
        self.tasks = [test_changes.assigned(office.stack, CHAIR) for _ in
                      range(4)]
        self.said, self.undone, self.odd = [], set(), []
        self.kills = self.repeats = 0
        self.pool = ThreadPoolExecutor(n + 5)
        self.running = [self.pool.submit(self.write, i) for i in range(n)]
        self.running += [self.pool.submit(self.pause, 100 + i)
                         for i in range(4)]
        self.running.append(self.pool.submit(self.kill))

    # --- one request ---

    def send(self, method, path, user, body=None, **headers):
        """Until it is answered for good; every repeat under the same key."""
        key = new_id()
        while True:
            r = self.stack.call(method, path, user, body, Idempotency_Key=key,
                                **headers)
            if r.status_code not in (409, 503) or r.json()["code"] in (
                    "rolled_back", "wrong_state"):
                return r
            self.repeats += 1
            time.sleep(0.02)

    def change(self, r, status, *refused):
        """A write that was answered: what it said, if it was done."""
        if r.status_code == status:
            item = r.json()
            self.said.append((item["id"], item["version"]))
            return item
        if r.status_code not in refused:
            self.odd.append((r.status_code, r.text[:300]))
        return None

    # --- the writers ---

    def patch(self, chance):
        path = "/v1/tasks/" + chance.choice(self.tasks)["id"]
        task = expect(self.stack.get(path, CHAIR), 200)
        self.change(self.send("PATCH", path, CHAIR, {"text": new_id()},
                              If_Match=f'"v{task["version"]}"'), 200, 412)

    def create(self, chance):
        """A draft that goes on, or is removed."""
        item = self.change(self.send("POST", "/v1/tasks", CHAIR, {
            "id": new_id(), "title": "Việc trong cơn bão",
            "due_on": "2027-01-15", "lead": {"unit_code": "economy"}}), 201)
        if item and chance.random() < 0.5:
            self.change(self.send(
                "POST", f"/v1/tasks/{item['id']}/assign", CHAIR, {},
                If_Match=f'"v{item["version"]}"'), 200)
        elif item:
            r = self.send("DELETE", "/v1/tasks/" + item["id"], CHAIR,
                          If_Match=f'"v{item["version"]}"')
            if r.status_code == 204:
                self.said.append((item["id"], item["version"] + 1))
            else:
                self.odd.append((r.status_code, r.text[:300]))

    def batch(self, ids, task, version):
        """New tasks and a change of one that is there, as a whole: it has
        begun to write when it waits for that one."""
        return self.send("POST", "/v1/batch", CHAIR, {
            "atomic": True, "operations": [
                {"method": "POST", "path": "/v1/tasks", "body": {
                    "id": i, "title": "Việc theo lô",
                    "lead": {"unit_code": "economy"}}} for i in ids] + [
                {"method": "PATCH", "path": "/v1/tasks/" + task["id"],
                 "if_match": f'"v{version}"', "body": {"text": new_id()}}]})

    def whole(self, chance):
        task = expect(self.stack.get("/v1/tasks/" + chance.choice(
            self.tasks)["id"], CHAIR), 200)
        ids = [new_id() for _ in range(chance.randint(1, 3))]
        r = self.batch(ids, task, task["version"])
        if r.status_code == 200:
            self.said += [(x["body"]["id"], x["body"]["version"])
                          for x in r.json()["results"]]
        elif r.status_code == 412:
            self.undone.update(ids)
        else:
            self.odd.append((r.status_code, r.text[:300]))

    def undo(self, chance):
        """A batch that fails at its last operation."""
        ids = [new_id() for _ in range(chance.randint(1, 3))]
        self.undone.update(ids)
        r = self.batch(ids, chance.choice(self.tasks), 1)
        if r.status_code != 412:
            self.odd.append((r.status_code, r.text[:300]))

    def write(self, seed):
        chance = random.Random(seed)
        while not self.stop.is_set():
            chance.choices([self.patch, self.create, self.whole,
                            self.undo], [4, 3, 3, 2])[0](chance)

    # --- what disturbs them ---

    def pause(self, seed):
        """Keep a task locked: who is about to write it has begun, and waits
        while others commit."""
        chance = random.Random(seed)
        while not self.stop.is_set():
            with self.stack.hold("SELECT FROM task WHERE id = %s FOR UPDATE",
                                 chance.choice(self.tasks)["id"]):
                self.stop.wait(chance.random() * 0.3)
            self.stop.wait(chance.random() * 0.2)

    def kill(self):
        """End connections of the API in the middle of a write."""
        chance = random.Random(0)
        while not self.stop.is_set():
            self.kills += len(self.stack.sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE usename = 'camket_api' AND backend_xid IS NOT NULL"
                " ORDER BY random() LIMIT 1"))
            self.stop.wait(0.02 + chance.random() * 0.1)

    def end(self):
        self.stop.set()
        for one in self.running:
            one.result(60)
        self.pool.shutdown()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


def told(lines, ids=None):
    return [(c["id"], c["version"]) for c in lines
            if ids is None or c["id"] in ids]


def test_what_the_service_kept_is_told_once_whoever_waited_or_was_killed(
        office):
    stack = office.stack
    since = begun = test_changes.now(stack)
    lines, items = [], {}
    with Storm(office) as storm, Events(stack, CHAIR, "?since=" + begun) \
            as live:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end or len(storm.said) < 200 \
                or not storm.kills:
            assert time.monotonic() < end + 60, "a storm that does nothing"
            page = expect(stack.get(
                f"/v1/changes?since={since}&limit=17&include=item", CHAIR),
                200)
            lines += page["items"]
            since = page["sync"]
            for c in page["items"]:     # the item is never older than its line
                assert c.get("item", c)["version"] >= c["version"]
            time.sleep(0.02)
        storm.end()
        assert not storm.odd
        rest, since = test_changes.follow(stack, since)
        lines += rest
        # what was kept, as the database has it, in the feed's order
        kept = [(str(i), v) for i, v in stack.sql(
            "SELECT ref, version FROM event WHERE kind = 'task' AND at >= "
            "(SELECT min(created_at) FROM task WHERE id = ANY (%s::uuid[]))"
            " ORDER BY xid, seq", [t["id"] for t in storm.tasks])]
        assert set(storm.said) <= set(kept)
        live_refs = {str(i) for i, in stack.sql(
            "SELECT id FROM task WHERE deleted_at IS NULL")}
        # of what has been removed meanwhile the removal alone is sure
        sure = [x for x in kept if x[0] in live_refs or
                x == max(k for k in kept if k[0] == x[0])]
        refs = {i for i, _ in kept}
        assert refs - live_refs and not storm.undone & refs

        def whole(lines):
            heard = told(lines, refs)
            assert len(set(heard)) == len(heard), "told twice"
            assert [x for x in heard if x in set(sure)] == sure
            assert heard == [x for x in kept if x in set(heard)]
            return not storm.undone & {c["id"] for c in lines}
        assert whole(lines)
        # the highest version of each is what there is
        highest = dict(sorted(told(lines, refs)))
        assert highest == {str(i): v for i, v in stack.sql(
            "SELECT id, version FROM task WHERE id = ANY (%s::uuid[])",
            list(refs))}
        # the same by a stream, and by whoever comes later
        live.wait(lambda e: dict(sorted(told(e.changes, refs))) == highest)
        assert whole(live.changes)
        assert whole(test_changes.follow(stack, begun,
                                         query="&limit=100")[0])
    # a unit's head hears of what he may read: of no draft, removed or not
    his, _ = test_changes.follow(stack, begun, HEAD)
    sees = {i for i in refs if stack.get("/v1/tasks/" + i, HEAD)
            .status_code == 200}
    assert sees and told(his, refs) == [x for x in kept if x[0] in sees]
    # and there was a storm
    assert storm.kills and storm.repeats and storm.undone


def test_lines_wait_for_a_writer_who_began_before_them(office):
    """A change that has committed is not told while one that began earlier
    may still come to stand before it."""
    stack = office.stack
    early = test_changes.assigned(stack, CHAIR)
    late = test_changes.assigned(stack, CHAIR)
    since = test_changes.follow(stack, test_changes.now(stack))[1]
    new = new_id()
    with ThreadPoolExecutor(1) as pool:
        with stack.hold("SELECT FROM task WHERE id = %s FOR UPDATE",
                        early["id"]):
            waits = pool.submit(stack.post, "/v1/batch", CHAIR, {
                "atomic": True, "operations": [
                    {"method": "POST", "path": "/v1/tasks", "body": {
                        "id": new, "title": "Việc bắt đầu trước",
                        "lead": {"unit_code": "economy"}}},
                    {"method": "PATCH", "path": "/v1/tasks/" + early["id"],
                     "if_match": f'"v{early["version"]}"',
                     "body": {"text": "Sửa"}}]})
            until(lambda: stack.one(
                "SELECT count(*) FROM pg_stat_activity WHERE usename ="
                " 'camket_api' AND backend_xid IS NOT NULL"
                " AND wait_event_type = 'Lock'"), what="a writer who waits")
            test_changes.patched(stack, late)
            page = expect(stack.get("/v1/changes?since=" + since, CHAIR), 200)
            assert late["id"] not in {c["id"] for c in page["items"]}
            assert page["lag_ms"] > 0
        expect(waits.result(30), 200)
    lines, _ = test_changes.follow(stack, since)
    assert [i for i, _ in told(lines, {new, early["id"], late["id"]})] == [
        new, early["id"], late["id"]]
