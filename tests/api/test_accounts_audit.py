"""The trail: what is in it, who reads it, and that no line of it can be
changed, taken out or moved unseen."""

import pytest
from accounts import login, new_person, staff_id
from office import DOER, HEAD
from sse import Events
from stack import expect, problem, until


def sealed(s):
    """Everything so far is in the chain."""
    until(lambda: s.one("SELECT (SELECT count(*) FROM trail) = "
                        "(SELECT count(*) FROM seal)"), 20)


def verify(s, *args):
    return s.camket("audit", "verify", *args, check=False)


def actions(s, user="city.monitor", **filters):
    query = "&".join(f"{k}={v}" for k, v in filters.items())
    return [i["action"] for i in expect(
        s.get("/v1/audit?" + query, user), 200)["items"]]


def test_grants_refusals_sign_ins_and_reads_are_in_the_trail(stack):
    new_person(stack, "audit.subject")
    sid = staff_id(stack, "audit.subject")
    login(stack, "audit.subject", "wrong", status=401)
    login(stack, "audit.subject")
    grant = {"role": "inspector", "unit_code": "economy"}
    expect(stack.post(f"/v1/staff/{sid}/grants", "head.economy", grant), 403)
    expect(stack.post(f"/v1/staff/{sid}/grants", "admin", grant), 201)
    until(lambda: set(actions(stack, staff_id=sid)) >= {
        "sign_in", "sign_in_refused", "grant"})
    until(lambda: "refused" in actions(
        stack, actor_id=staff_id(stack, "head.economy")))


def test_reading_the_evaluation_of_another_is_in_the_trail(stack, office):
    before = expect(stack.get("/v1/changes", HEAD), 200)["sync"]
    e = office.make("evaluations", DOER, {
        "criteria_set_code": "TC-CHUNG", "period": "2190-01"})
    e = office.go("evaluations", e, "self_assess", DOER)

    def lines(action, user):
        return stack.one(
            "SELECT count(*) FROM audit WHERE action = %s AND actor_id = %s "
            "AND kind = 'evaluation' AND (ref = %s OR ref IS NULL)", action,
            office.people[user], e["id"])
    listed = lines("list", HEAD)
    expect(stack.get("/v1/evaluations", HEAD), 200)
    until(lambda: lines("list", HEAD) > listed)
    # the feed tells that it changed; who wants it whole reads it
    query = f"?since={before}&include=item"
    for user, whole in ((DOER, True), (HEAD, False)):
        told = until(lambda u=user: [
            x for x in expect(stack.get("/v1/changes" + query, u), 200)[
                "items"] if x["id"] == e["id"]])
        assert ("item" in told[-1]) == whole, user
    with Events(stack, HEAD, query) as s:
        told = s.wait(lambda s: [x for x in s.changes if x["id"] == e["id"]])
        assert "item" not in told[-1]
    expect(stack.get(f"/v1/evaluations/{e['id']}", DOER), 200)
    assert lines("read", HEAD) == 0
    expect(stack.get(f"/v1/evaluations/{e['id']}", HEAD), 200)
    until(lambda: lines("read", HEAD) == 1)
    assert lines("read", DOER) == 0


def test_who_audits_reads_the_trail_and_nobody_else(stack):
    assert actions(stack)
    assert actions(stack, "admin") == []
    assert actions(stack, "head.economy") == []
    problem(stack.get("/v1/audit/verify", "head.economy"), 403, "forbidden")
    problem(stack.get("/v1/audit/head", "admin"), 403, "forbidden")


def test_the_trail_pages_by_time_without_gaps(stack):
    seen, cursor = [], ""
    while True:
        page = expect(stack.get("/v1/audit?limit=7" + cursor, "city.monitor"),
                      200)
        seen += [i["id"] for i in page["items"]]
        if not page["next"] or len(seen) > 60:
            break
        cursor = "&cursor=" + page["next"]
    assert len(seen) == len(set(seen)) > 7


def test_a_whole_chain_verifies_and_its_head_is_exported(stack):
    sealed(stack)
    done = verify(stack)
    assert done.returncode == 0, done.stdout + done.stderr
    head = expect(stack.get("/v1/audit/head", "city.monitor"), 200)
    assert head["n"] > 0 and len(head["hash"]) == 64
    checked = expect(stack.get("/v1/audit/verify", "city.monitor"), 200)
    assert checked["broken"] == [] and checked["checked"] > 0


LINE = "(SELECT min(seq) FROM event)"


@pytest.mark.parametrize("harm, undo, how", [
    ("UPDATE event SET verb = verb || '!' WHERE seq = " + LINE,
     "UPDATE event SET verb = rtrim(verb, '!') WHERE seq = " + LINE,
     "changed"),
    ("CREATE TABLE kept AS SELECT * FROM event WHERE seq = " + LINE +
     "; DELETE FROM event WHERE seq = (SELECT seq FROM kept)",
     "INSERT INTO event OVERRIDING SYSTEM VALUE SELECT * FROM kept; "
     "DROP TABLE kept", "removed"),
    ("UPDATE audit SET seq = -1 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE "
     "seq = 1; UPDATE audit SET seq = 1 WHERE seq = -1",
     "UPDATE audit SET seq = -1 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE "
     "seq = 1; UPDATE audit SET seq = 1 WHERE seq = -1", "changed"),
    ("CREATE TABLE kept AS SELECT * FROM seal WHERE n = 5; DELETE FROM seal "
     "WHERE n = 5", "INSERT INTO seal SELECT * FROM kept; DROP TABLE kept",
     "gap"),
], ids=["changed", "removed", "reordered", "unsealed"])
def test_verify_finds_what_was_done_to_a_line(stack, harm, undo, how):
    sealed(stack)
    stack.sql("ALTER TABLE audit ALTER seq SET GENERATED BY DEFAULT")
    stack.sql(harm)
    try:
        done = verify(stack)
        assert done.returncode == 1
        assert how in done.stdout.splitlines()[0], done.stdout
    finally:
        stack.sql(undo)
    assert verify(stack).returncode == 0


def test_a_chain_made_anew_or_cut_is_found_by_an_exported_head(stack,
                                                               tmp_path):
    sealed(stack)
    head = tmp_path / "head"
    head.write_text(stack.camket("audit", "head").stdout)
    assert verify(stack, "--head", head).returncode == 0
    n = int(head.read_text().split()[0])
    stack.sql("CREATE TABLE kept AS SELECT * FROM seal WHERE n = %s", n)
    stack.sql("DELETE FROM seal WHERE n >= %s", n)
    try:
        assert verify(stack).returncode == 0    # it cannot know by itself
        done = verify(stack, "--head", head)
        assert done.returncode == 1 and "taken from" in done.stderr
    finally:
        stack.sql("INSERT INTO seal SELECT * FROM kept")
        stack.sql("DROP TABLE kept")


def test_the_programs_may_not_touch_a_line_once_written(stack):
    import psycopg2
    for table, column in (("event", "request"), ("audit", "request"),
                          ("seal", "hash")):
        for role in ("camket_api", "camket_worker"):
            for what in (f"UPDATE {table} SET {column} = {column}",
                         f"DELETE FROM {table}", f"TRUNCATE {table}"):
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    stack.sql(f"SET ROLE {role}; {what}")
