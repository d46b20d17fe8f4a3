"""A few rounds of what `make faults` does at length."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "faults"))

import kills  # noqa: E402


@pytest.mark.parametrize("mail", ["maildir", "smtp"])
def test_kills_lose_nothing_and_tell_no_one_twice(mail):
    assert kills.run(rounds=2, mail=mail, seed=34)
