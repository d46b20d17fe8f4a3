import pytest


@pytest.fixture(scope="module", autouse=True)
def recurring_work_ends(stack):
    """With the file that gave it out, as what its plans oblige to does: or the
    scheduler asks it of the units and people that later files make."""
    yield
    stack.sql("UPDATE task SET status = 'cancelled' WHERE kind IN"
              " ('recurring', 'continuous')"
              " AND status IN ('assigned', 'received', 'in_progress')")
    stack.sql("UPDATE obligation SET deleted_at = now()")
    stack.sql("DELETE FROM obligation_occurrence")
