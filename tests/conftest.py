import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from office import Office  # noqa: E402
from stack import Stack  # noqa: E402


@pytest.fixture(scope="session")
def stack():
    """A running demo on today's clock, shared by the tests of a run."""
    s = Stack()
    try:
        s.up()
        yield s
    finally:
        s.close()


@pytest.fixture
def unharmed(stack):
    """No API process dies during the test."""
    before = stack.metrics()["camket_process_starts_total"]
    yield
    assert stack.metrics()["camket_process_starts_total"] == before


@pytest.fixture
def unwritten(stack):
    """Nothing is written during the test."""
    tables = ("plan", "task", "unit", "staff", "staff_grant", "review",
              "evaluation", "event", "idempotency")
    count = "SELECT " + ", ".join(f"(SELECT count(*) FROM {t})"
                                  for t in tables)
    before = stack.sql(count)
    yield
    assert stack.sql(count) == before


@pytest.fixture(scope="session")
def office(stack):
    """The demo's people and units, and ways of making items."""
    return Office(stack)
