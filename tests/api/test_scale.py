"""Lists in a nation: no statement of a list looks at more rows than its answer
is worth, and who sees little is shown the same as if he were one of many."""

import re
import sys

import pytest

from stack import TREE, Stack, expect
from statement import Watch

sys.path.insert(0, str(TREE / "tests" / "scale"))

from lists import heaviest, shapes  # noqa: E402
from nation import CALLERS, fill  # noqa: E402

TASKS = 12_000
ROWS_MAX = 5_000        # of them
# one of each shape: make scale goes through the rest of them
SHAPES = re.compile(r"(tasks|plans|handovers|my work|notifications|deliveries"
                    r"|tasks by -?(due_on|code|updated_at)|tasks mine=(do|approve|assigned)"
                    r"|tasks (overdue|draft|deleted|of a unit|of a plan)"
                    r"|tasks (due from today by title|in_progress)"
                    r"|tasks q (of one word|found once|found never))")


@pytest.fixture(scope="module")
def nation():
    with Stack() as stack:
        fill(stack, provinces=8, communes=4, items=5, cascaded=2,
             tasks=TASKS)
        yield stack


@pytest.mark.parametrize("caller", CALLERS)
def test_no_list_looks_at_more_rows_than_it_is_worth(nation, caller):
    user = CALLERS[caller]
    found = {}
    with Watch(nation) as watch:
        for name, path in shapes(nation, user).items():
            if not SHAPES.fullmatch(name):
                continue
            for s in watch.sent(lambda: expect(nation.get(path, user), 200)):
                found[name, s.name] = heaviest(nation, s)
    assert found
    assert not {k: v for k, v in found.items() if v[0] > ROWS_MAX}


def test_who_sees_little_is_shown_what_he_sees_in_the_whole(nation):
    def answers():
        return {n: [x["id"] for x in expect(nation.get(p, user), 200)["items"]]
                for n, p in shapes(nation, user).items()
                if n.startswith("tasks") and SHAPES.fullmatch(n)}

    def tasks(n):
        nation.sql("UPDATE pg_class SET reltuples = %s WHERE oid ="
                   " 'camket.task'::regclass", n, user="postgres")
    user = CALLERS["ward"]
    known = nation.one("SELECT reltuples FROM pg_class"
                       " WHERE oid = 'task'::regclass")
    sorted_ = answers()
    tasks(1)        # now whatever is near is too much to sort
    try:
        passed = answers()
    finally:
        tasks(known)
    assert sum(map(len, sorted_.values())) > 200
    assert sorted_ == passed
