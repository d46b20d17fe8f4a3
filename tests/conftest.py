import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

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
