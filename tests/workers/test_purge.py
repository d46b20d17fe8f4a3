"""What has served its time goes, and nothing before."""

import pytest

from stack import Stack, expect, new_id, until


@pytest.fixture(scope="module")
def stack():
    with Stack() as s:
        yield s


def purge(stack):
    """Let the scheduler purge now, and wait until it has."""
    stack.sql("UPDATE duty SET next_at = now(), ran_at = NULL"
              " WHERE name = 'purge'")
    until(lambda: stack.one("SELECT ran_at IS NOT NULL FROM duty"
                            " WHERE name = 'purge'"), 30)


def test_an_answer_kept_for_a_key_goes_after_fourteen_days(stack):
    """However many there are: more than one slice of them."""
    body = {"title": "Giữ lời đáp", "issuer_unit_code": "office"}
    key = new_id()
    first = expect(stack.post("/v1/plans", "office1", body,
                              Idempotency_Key=key), 201)
    stack.sql("""INSERT INTO idempotency (caller_id, key, hash, status,
        created_at) SELECT uuid_v7(), 'old', '', 201,
        now() - interval '14 days 1 minute' FROM generate_series(1, 25000)""")
    until(lambda: stack.one("SELECT count(*) FROM duty WHERE name = 'purge'"))
    purge(stack)
    assert stack.one("SELECT count(*) FROM idempotency WHERE key = 'old'") == 0
    assert expect(stack.post("/v1/plans", "office1", body,
                             Idempotency_Key=key), 201)["id"] == first["id"]


@pytest.mark.parametrize("table, columns, old, young", [
    ("revocation", "subject, until_at", "now() - interval '1 s'",
     "now() + interval '1 min'"),
    ("exchange", "id, issuer, asked, created_at",
     "'x', '{}', now() - interval '25 h'", "'x', '{}', now()"),
])
def test_what_has_expired_goes(stack, table, columns, old, young):
    ids = [new_id(), new_id()]
    for each, rest in zip(ids, (old, young)):
        stack.sql(f"INSERT INTO {table} ({columns}) VALUES (%s, {rest})", each)
    purge(stack)
    name = columns.split(",")[0]
    assert stack.sql(f"SELECT {name}::text FROM {table}"
                     f" WHERE {name}::text = ANY (%s)", ids) == [(ids[1],)]
