"""Who may take part in an evaluation: the rater by what he holds over the
person's unit, whatever he holds of the office that decides."""

import pytest

from register import Register
from stack import Stack


@pytest.fixture(scope="module")
def stack():
    with Stack() as s:
        yield s


def test_head_sees_and_reviews_what_his_staff_have_assessed(stack):
    c = Register(stack, "evaluations")
    x = c.make("staff.economy1", {"criteria_set_code": "TC-CHUNG",
                                  "period": "2026-02"})
    x = c.do("staff.economy1", x, "self_assess")
    assert c.may("head.economy", x) == {"return", "review"}
    assert x["id"] in c.work("head.economy")
    x = c.do("head.economy", x, "review", {"proposed_level": "good"})
    assert x["status"] == "reviewed"
