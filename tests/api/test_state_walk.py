"""Records of every kind that has states, walked at random by people of every
power, alone and against each other. Nothing happens that the document's
x-states do not have; what is promised in _permissions is kept; what is refused
changes nothing; of several who start from one version one gets through; no
version ever falls, and none is without its line in the trail."""

import os
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

import test_matrix
from stack import Stack

pytestmark = pytest.mark.usefixtures("unharmed")

STEPS = int(os.environ.get("CAMKET_STEPS", 45))     # of each kind
ACTORS = sorted({a for a in test_matrix.CALLERS.values() if a} |
                {who for who, _ in test_matrix.TARGETS.values()})
# what stands in no body that is right for all
BODIES = {"recall": {"reason": "x"}, "give_opinion": {"agrees": True}}
# where the walk begins, if what is made is far on its way
BEGIN = {"inspection": "UPDATE inspection SET status = 'planned'",
         "finding": "UPDATE inspection SET status = 'running';"
                    "UPDATE finding SET status = 'draft'"}


@pytest.fixture(scope="module")
def stack():
    with Stack() as s:
        test_matrix.other_office(s)
        s.ids, s.doc = test_matrix.make(s), s.document.doc
        test_matrix.single_powers(s)
        test_matrix.sign_in_anew(s)
        yield s


class Walk:
    def __init__(self, stack, singular):
        self.s, self.table = stack, singular
        self.kind = singular.replace("_", "-") + "s"
        states = stack.doc["x-states"][singular]
        self.known = {x["code"] for x in states["statuses"]}
        self.goes = {}
        for t in states["transitions"]:
            self.goes.setdefault((t["from"], t["verb"]), set()).add(t["to"])
        self.verbs = sorted({v for _, v in self.goes})
        self.chance = random.Random(singular)
        self.taken, self.refused = set(), 0

    def rows(self):
        """{id: (status, version, removed)} as the database has it."""
        return {str(i): x for i, *x in self.s.sql(
            f"SELECT id, status, version, deleted_at IS NOT NULL FROM"
            f" {self.table}")}

    def send(self, target, verb, actor, version):
        path = f"/v1/{self.kind}/{{id}}"
        at = path.replace("{id}", self.s.ids[self.kind][target])
        match = {"If_Match": f'"v{version}"'}
        if verb == "delete":
            return self.s.call("DELETE", at, actor, **match)
        if verb == "update":
            return self.s.call("PATCH", at, actor, test_matrix.body_of(
                self.s, "PATCH", path, target), **match)
        return self.s.call("POST", f"{at}/{verb}", actor, {
            **test_matrix.body_of(self.s, "POST", f"{path}/{verb}", target),
            **BODIES.get(verb, {})}, **match)

    def promised(self, target, actor):
        """What the item says its reader may do now."""
        r = self.s.get(f"/v1/{self.kind}/{self.s.ids[self.kind][target]}",
                       actor)
        return sorted(set(r.json()["_permissions"]) & set(self.verbs)) if \
            r.status_code == 200 else []

    def may(self, target):
        """Somebody who is promised a verb, and the verb. A removal ends the
        walk of a record: seldom."""
        ends = self.chance.random() < 0.02
        for actor in self.chance.sample(ACTORS, len(ACTORS)):
            verbs = [v for v in self.promised(target, actor)
                     if (v == "delete") == ends]
            if verbs:
                return actor, self.chance.choice(verbs)
        return None

    def step(self):
        target = self.chance.choice(sorted(self.s.ids[self.kind]))
        id = self.s.ids[self.kind][target]
        actor, verb = self.chance.choice(ACTORS), self.chance.choice(
            self.verbs)
        guided = self.chance.random() < 0.8 and self.may(target)
        if guided:
            actor, verb = guided
        elif verb == "delete":
            return
        before = self.rows()
        status, version, _ = before[id]
        stale = version > 1 and self.chance.random() < 0.15
        actors = [actor] * (3 if self.chance.random() < 0.15 else 1)
        with ThreadPoolExecutor(3) as pool:
            answers = list(pool.map(lambda a: self.send(
                target, verb, a, version - stale), actors))
        after = self.rows()
        what = (self.kind, target, status, verb, actor,
                [(r.status_code, r.text[:300]) for r in answers])
        done = [r for r in answers if r.status_code < 300]
        assert all(r.status_code < 500 for r in answers), what
        assert len(done) <= 1 and not (done and stale), what
        for other, x in after.items():
            assert x[0] in self.known, what
            assert x[1] >= before.get(other, x)[1], what
        if done:
            assert after[id][0] in self.goes[status, verb], what
            assert after[id][1] > version, what
            self.taken.add((status, verb))
        else:
            assert after == before, what
            self.refused += 1
        if guided and not done and not stale:
            # refused for what was said or for how it stands, not for who asks
            assert all(r.status_code in (409, 422) for r in answers), what

    def trail(self):
        """Every version has its line."""
        made_here = self.table not in ("extension", "explanation",
                                       "task_event", "remediation")
        for id, (_, version, _) in self.rows().items():
            lines = [v for v, in self.s.sql(
                "SELECT version FROM event WHERE ref = %s AND kind = %s"
                " ORDER BY version", id, self.table)]
            assert sorted(set(lines)) == list(range(
                1 if made_here else 2, version + 1)), (self.table, id)


KINDS = ("plan", "task", "review", "evaluation", "commitment", "inspection",
         "finding", "measure", "proposal", "complaint", "extension",
         "explanation", "task_event", "remediation")


@pytest.mark.parametrize("singular", KINDS)
def test_random_people_take_no_step_that_the_document_does_not_have(
        stack, singular):
    stack.sql(BEGIN.get(singular, "SELECT"))
    walk = Walk(stack, singular)
    for _ in range(STEPS):
        walk.step()
    walk.trail()
    assert walk.taken and walk.refused


def test_every_kind_that_has_states_is_walked(stack):
    assert set(KINDS) == set(stack.doc["x-states"])
