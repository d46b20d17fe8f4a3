"""Random people take random steps on tasks and plans: nothing happens that
the tables do not allow, nothing that happened is lost."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (RuleBasedStateMachine, initialize, invariant,
                                 precondition, rule,
                                 run_state_machine_as_test)

import test_plans
import test_tasks
from office import (ADMIN, CHAIR, CITY, DEPUTY, DOER, HEAD, OFFICE, PEER,
                    READER, SIBLING, UNDER)
from stack import expect, new_id

EXAMPLES = int(os.environ.get("CAMKET_EXAMPLES", 20))
HARD = settings(max_examples=EXAMPLES, stateful_step_count=40, deadline=None,
                database=None, suppress_health_check=list(HealthCheck))


class Item(RuleBasedStateMachine):
    """One item, and what is known of it: kind, status, version, and a text
    that the last write must have left."""

    kind = needs = goes = office = None
    actors = ()

    @initialize(data=st.data())
    def make(self, data):
        self.make_one(data)

    def path(self, verb=""):
        return f"/v1/{self.kind}/{self.id}" + ("/" + verb if verb else "")

    def send(self, verb, actor, version, **body):
        return self.office.stack.verb(
            self.path(verb), actor, {"version": version},
            {**self.needs.get(verb, {}), **body})

    def begin(self, item, author):
        self.id, self.author = item["id"], author
        self.status, self.version, self.title = "draft", 1, item["title"]

    def answer(self, verb, actor):
        """What the step must come to, by the model."""
        if not self.sees(actor):
            return 404
        if (self.status, verb) not in self.steps:
            return 409
        return 200 if self.may(verb, actor) else 403

    def took(self, verb, actor, body):
        """The step was taken: its consequences in the model."""
        self.status = self.goes[verb]
        self.version += 1

    @rule(data=st.data())
    def step(self, data):
        verb = data.draw(st.sampled_from(sorted(self.goes)))
        actor = data.draw(st.sampled_from(self.actors))
        self.take(verb, actor, data)

    def can(self):
        """{verb: who may take it now}, of those that lead somewhere"""
        can = {v: [a for a in self.actors if self.may(v, a)]
               for s, v in sorted(self.steps)
               if s == self.status and v in self.goes}
        return {v: who for v, who in can.items() if who}

    def draw(self, data):
        can = self.can()
        verb = data.draw(st.sampled_from(list(can)))
        return verb, data.draw(st.sampled_from(can[verb]))

    # most random steps are refused: these are not, and go far
    @precondition(lambda self: self.can())
    @rule(data=st.data(), n=st.integers(1, 8))
    def allowed_steps(self, data, n):
        for _ in range(n):
            if self.can():
                self.take(*self.draw(data), data)

    @precondition(lambda self: not self.can())
    @rule(data=st.data())
    def begin_anew(self, data):
        self.teardown()
        self.make_one(data)

    def take(self, verb, actor, data):
        body = self.body(verb, data)
        want = self.answer(verb, actor)
        r = self.send(verb, actor, self.version, **body)
        assert r.status_code == want, (self.status, verb, actor, r.text)
        if want == 200:
            self.took(verb, actor, body)
            got = r.json()
            assert (got["status"], got["version"]) == (self.status,
                                                       self.version)

    def body(self, verb, data):
        return {}

    @rule(data=st.data(), back=st.integers(1, 3))
    def stale_step(self, data, back):
        if self.version <= back:
            return
        verb = data.draw(st.sampled_from(sorted(self.goes)))
        actor = data.draw(st.sampled_from(self.actors))
        r = self.send(verb, actor, self.version - back)
        assert r.status_code == (412 if self.sees(actor) else 404), r.text
        if r.status_code == 412:
            assert r.json()["current"]["version"] == self.version

    @rule(data=st.data(), text=st.text("aăâđêôơư ", min_size=1, max_size=9))
    def patch(self, data, text):
        actor = data.draw(st.sampled_from(self.actors))
        text = "t" + text.strip()
        r = self.office.stack.patch(self.path(), actor, {"title": text},
                                    self.version)
        want = (404 if not self.sees(actor) else
                409 if self.status not in self.patched else
                200 if self.writes(actor) else 403)
        assert r.status_code == want, (self.status, actor, r.text)
        if want == 200:
            self.title, self.version = text, self.version + 1

    @precondition(lambda self: self.can())
    @rule(data=st.data())
    def race(self, data):
        """A step sent four times at one instant, on one version: once."""
        verb, actor = self.draw(data)
        body = self.body(verb, data)
        with ThreadPoolExecutor(4) as pool:
            got = sorted(pool.map(lambda _: self.send(
                verb, actor, self.version, **body).status_code, range(4)))
        self.took(verb, actor, body)
        # the others came late: to a newer version, or to what is not theirs
        # to see any more
        late = 412 if self.sees(actor) else 404
        assert got == [200, late, late, late], (verb, actor, got)

    @invariant()
    def it_stands_as_known(self):
        if self.office is None or not hasattr(self, "id"):
            return
        reader = next(a for a in self.actors if self.sees(a))
        x = expect(self.office.stack.get(self.path(), reader), 200)
        assert (x["status"], x["version"], x["title"]) == (
            self.status, self.version, self.title)
        assert set(x["_permissions"]) - {"update", "delete"} == {
            v for s, v in self.steps if s == self.status
            and self.may(v, reader)}
        self.check(x)

    def check(self, x):
        """What else must be true of it as it is read."""

    def teardown(self):
        if not hasattr(self, "id"):
            return
        # every version has its line, in order, and there is no other
        lines = self.office.events(self.id)
        assert [v for _, v, _ in lines] == list(range(1, self.version + 1))
        assert lines[0][0] in ("create", "import")


class Task(Item):
    kind, needs, goes = "tasks", test_tasks.NEEDS, test_tasks.GOES
    steps = set(test_tasks.STEPS)
    patched = {"draft", "assigned", "received", "in_progress", "paused"}
    actors = (HEAD, CHAIR, UNDER, DEPUTY, OFFICE, DOER, PEER, READER, CITY,
              SIBLING, ADMIN)
    givers = {HEAD, UNDER, CHAIR, DEPUTY, OFFICE}
    within = {HEAD, UNDER}      # assign in the section, not above it
    judges = {HEAD, UNDER, CHAIR, DEPUTY}

    def make_one(self, data):
        author = data.draw(st.sampled_from([HEAD, CHAIR, OFFICE]))
        lead = data.draw(st.sampled_from([DOER, PEER, HEAD]))
        self.lead, self.assigner, self.reporter = lead, None, None
        self.changers = set()
        self.reworks = 0
        self.begin(self.office.task(author, lead={"staff_code": lead}), author)

    def sees(self, actor):
        if self.status == "draft":
            return actor == self.author
        return actor in self.givers | {READER, CITY, self.lead, self.author,
                                       self.assigner}

    def writes(self, actor):
        if self.status == "draft":
            return actor == self.author
        return actor in self.changers

    def may(self, verb, actor):
        if not self.sees(actor):
            return False
        if verb in ("accept", "return"):
            return actor in self.judges | {self.assigner} and \
                actor not in (self.lead, self.reporter)
        if verb in ("receive", "decline", "progress", "complete", "withdraw"):
            return actor == self.lead
        if self.status == "draft":
            return actor in self.givers
        if verb in ("recall", "pause", "resume", "cancel"):
            return actor in self.changers
        return actor in self.givers | {self.assigner}

    def body(self, verb, data):
        if verb != "assign":
            return {}
        return {"lead": {"staff_code": data.draw(st.sampled_from(
            [DOER, PEER, HEAD]))}}

    def took(self, verb, actor, body):
        super().took(verb, actor, body)
        if verb == "assign":
            self.lead, self.assigner = body["lead"]["staff_code"], actor
            if not self.changers or actor in self.changers:
                self.changers = (self.givers if actor in self.within
                                 else self.givers - self.within)
        if verb == "complete":
            self.reporter = actor
        if verb in ("assign", "return", "withdraw"):
            self.reporter = None
        self.reworks += verb == "return"

    def check(self, x):
        assert x["lead"]["code"] == self.lead
        assert x["reworks"] == self.reworks
        assert (x["assigned_by"] or {}).get("code") == self.assigner
        assert (x["completed_on"] is not None) == (
            self.status in ("done", "accepted"))


class Plan(Item):
    kind, needs, goes = "plans", test_plans.NEEDS, test_plans.GOES
    steps = set(test_plans.STEPS)
    patched = {"draft"}
    actors = tuple(a for a in test_plans.ACTORS if a != "far.chair")

    def make_one(self, data):
        author = data.draw(st.sampled_from([OFFICE, CHAIR]))
        self.returned = False
        plan = expect(self.office.stack.post("/v1/plans", author, {
            "title": "Kế hoạch ngẫu nhiên",
            "issuer_unit_code": "ward-thanh-khe"}), 201)
        self.begin(plan, author)
        self.item = self.office.task(author, plan_id=plan["id"])
        self.item_status = "draft"

    def sees(self, actor):
        reads = actor in set(self.actors) - {HEAD, DOER, ADMIN}
        if self.status == "draft":
            return actor == self.author or self.returned and reads
        if self.status == "submitted":
            return reads
        return True

    def writes(self, actor):
        return actor == self.author

    def may(self, verb, actor):
        if verb in ("submit", "withdraw"):
            return actor == self.author
        return actor == CHAIR and not (verb in ("issue", "return", "amend")
                                       and actor == self.author)

    def body(self, verb, data):
        return {"patch": {"text": new_id()}} if verb == "amend" else {}

    def took(self, verb, actor, body):
        before = self.status
        super().took(verb, actor, body)
        if verb == "amend":
            self.status = before
        self.returned |= verb == "return"
        if verb == "activate":
            self.item_status = "assigned"
        if verb in ("supersede", "cancel"):
            self.item_status = "cancelled"

    @rule(actor=st.sampled_from([OFFICE, CHAIR, HEAD]))
    @precondition(lambda self: self.status != "in_force"
                  and self.item_status == "draft")
    def change_its_item(self, actor):
        """What is handed up stays as it is."""
        path = f"/v1/tasks/{self.item['id']}"
        r = self.office.stack.patch(path, actor, {"text": "Sửa"},
                                    self.item["version"])
        mine = actor == self.author
        if self.status == "draft" and mine:
            self.item = expect(r, 200)
        else:
            assert r.status_code in (403, 404, 409), r.text
            if mine:
                assert r.status_code == 409

    def check(self, x):
        x = expect(self.office.stack.get(f"/v1/tasks/{self.item['id']}",
                                         self.author), 200)
        assert x["status"] == self.item_status
        assert x["version"] >= self.item["version"]


@pytest.mark.parametrize("machine", [Task, Plan])
def test_the_tables_are_those_of_the_document(stack, machine):
    states = stack.document.doc["x-states"][machine.kind[:-1]]
    told = {(t["from"], t["verb"]): t["to"] for t in states["transitions"]
            if t["verb"] not in ("update", "delete")}
    assert told == {(s, v): machine.goes.get(v) or s
                    for s, v in machine.steps}
    assert {t["from"] for t in states["transitions"]
            if t["verb"] == "update"} == machine.patched


@pytest.mark.parametrize("machine", [Task, Plan])
def test_random_steps_by_random_people_keep_to_the_tables(office, machine):
    bound = type(machine.__name__, (machine,), {"office": office})
    run_state_machine_as_test(bound, settings=HARD)
