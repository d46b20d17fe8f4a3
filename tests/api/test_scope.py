"""Nobody is shown, and nobody changes, what is not his: statement by
statement, and where one thing is named inside another."""

import json
import os
import re
from pathlib import Path

import psycopg2
import pytest

from office import (ADMIN, CHAIR, DOER, HEAD, OFFICE, PEER, SIBLING, STRANGER,
                    WARD, faults)
from stack import TREE, expect, new_id, problem

# Statements that answer somebody without grants, and what they tell him.
OWN = {
    "me": "himself",
    "me_work_counts": "how much of his own there is: nothing",
    "staff_count": "himself",
    "notification_read_all": "how many of his own lines: none",
}


@pytest.fixture(scope="module")
def far(office):
    return office.elsewhere()


@pytest.fixture(scope="module")
def world(office):
    """One of everything, in a state that many see."""
    plan = office.plan_in_force([{"lead": {"staff_code": DOER}}])
    task, = office.all(f"/v1/plans/{plan['id']}/tasks", CHAIR)
    review = office.make("reviews", DOER, {"criteria_set_code": "BH-2023",
                                           "period": "2199-01"})
    office.go("reviews", review, "submit", DOER)
    evaluation = office.make("evaluations", DOER, {
        "criteria_set_code": "TC-CHUNG", "period": "2199-01"})
    office.go("evaluations", evaluation, "self_assess", DOER)
    gone = office.task(HEAD)
    office.remove("tasks", gone, HEAD)
    return {"plan": plan["id"], "task": task["id"], "review": review["id"],
            "evaluation": evaluation["id"], "gone": gone["id"],
            "staff": office.people[DOER], "unit": office.units["economy"]}


def statements():
    """The closed set, as the build has it: (name, sql, {parameter: type},
    lane, unscoped)."""
    text = (Path(os.environ.get("CAMKET_BUILD", TREE / "build"))
            / "queries.c").read_text()
    params = {m[1]: [(n, t) for n, t in re.findall(
        r'\{ "(\w+)", Q_(\w+) \}', m[2])] for m in re.finditer(
        r"static const struct query_param p_(\w+)\[\] = \{\n(.*?)\};", text,
        re.S)}
    for m in re.finditer(
            r'const struct query q_(\w+) = \{\n\t"\w+",\n\t"((?:[^"\\]|\\.)*)'
            r'",\n\t.*?LANE_(\w+), (NULL|".*?"),', text, re.S):
        yield (m[1], json.loads(f'"{m[2]}"'), params.get(m[1], []), m[3],
               m[4] != "NULL")


TYPES = {"BOOL": "bool", "BYTEA": "bytea", "BIGINT": "bigint", "INT": "int",
         "TEXT": "text", "JSON": "json", "JSONB": "jsonb", "DATE": "date",
         "INSTANT": "timestamptz", "NUMERIC": "numeric", "UUID": "uuid",
         "INTS": "int[]", "TEXTS": "text[]", "BIGINTS": "bigint[]",
         "DATES": "date[]", "UUIDS": "uuid[]"}
# of the resources, whose parameters are known here
OURS = re.compile(r"^(plan|task|review|evaluation|staff|unit|grant|assignment|"
                  r"obligation|notification|delivery|me|rollup)(_|$)")
NEUTRAL = {"limit": 1000, "subtree": True, "depth": 9, "request": "r",
           "tell": False, "dry_run": False, "faulty": False,
           "acknowledge": True, "drop": [], "session_s": 1}


def call(cur, sql, params, **known):
    for i in range(len(params), 0, -1):
        name, kind = params[i - 1]
        value = known.get(name, NEUTRAL.get(name))
        if isinstance(value, dict):
            value = json.dumps(value)
        sql = re.sub(rf"\${i}(?!\d)", lambda _: cur.mogrify(
            "CAST(%s AS " + TYPES[kind] + ")", (value,)).decode(), sql)
    cur.execute(sql)
    return cur.fetchall() if cur.description else []


def told(rows, who):
    """What is in these rows beside himself and an empty list's own line."""
    return [r for r in rows if not (len(r) > 2 and str(r[1]) in ("None", who))
            and not (r[0] == "total" and r[-1] == 0)]


def test_each_statement_shows_and_changes_nothing_for_who_holds_nothing(
        office, world):
    who = office.people[office.bare()]
    known = {"caller": who, "today": office.day(), "unit": WARD,
             "now": office.day() + "T08:00:00Z", "from_day": "2020-01-01",
             "until_day": "2199-12-31",
             # as if the state table let everybody do everything
             "from": ["draft", "assigned", "submitted", "in_force", "issued",
                      "self_assessed", "active", "discussed"] * 2,
             "to": ["cancelled"] * 16, "need": [-1] * 16, "also": [0] * 16,
             "never": [0] * 16}
    bodies = {"plan": {"title": "x", "unit_code": WARD}, "task": {
        "title": "x", "lead": {"unit_code": "economy"}}}
    read = wrote = 0
    with psycopg2.connect(office.stack.env["CAMKET_DATABASE_URL"]) as db:
        with db.cursor() as cur:
            cur.execute("SET search_path = camket, public")
            count = ("SELECT (SELECT count(*) FROM event),"
                     " (SELECT count(*) FROM staff_grant),"
                     " (SELECT sum(version) FROM task),"
                     " (SELECT sum(version) FROM plan),"
                     " (SELECT sum(version) FROM review),"
                     " (SELECT sum(version) FROM evaluation),"
                     " (SELECT sum(version) FROM staff)")
            for name, sql, params, lane, unscoped in statements():
                wants = [p for p, _ in params]
                if unscoped or "caller" not in wants or not OURS.match(name) \
                        or name in OWN:
                    continue
                targets = list(world.values()) if "id" in wants else [None]
                for target in targets:
                    cur.execute("SAVEPOINT s")
                    cur.execute(count)
                    before = cur.fetchall()
                    body = {"id": new_id(), "reason": "x", "role": "chair",
                            "position": "x", "result": "x", "name": "x",
                            **bodies.get(name.split("_")[0], {})}
                    try:
                        rows = call(cur, sql, params, **known, id=target,
                                    part_id=target, body=body)
                    except psycopg2.Error as e:
                        # a refused reference, or a body that lacks members
                        assert e.pgcode[:2] in ("CK", "23", "22"), (name, e)
                        rows = []
                    else:
                        if lane == "WRITE":
                            cur.execute(count)
                            assert cur.fetchall() == before, name
                            wrote += 1
                    if lane == "WRITE":     # a refusal tells no more than that
                        assert all(r[0] in (403, 404) and not r[-1]
                                   for r in rows), (name, rows)
                    else:
                        assert told(rows, who) == [], (name, target, rows)
                        read += 1
                    cur.execute("ROLLBACK TO SAVEPOINT s")
    assert read > 100 and wrote > 50, (read, wrote)


# --- one thing named inside another ---

def test_what_is_foreign_is_no_reference_anywhere(office, far, world):
    """By id or by code, in every member of every body that names something:
    what a caller may not know is told from what is not there by nothing."""
    tag, chair, _, staff, _ = far
    unit, person = office.units[tag], office.people[staff]
    task = office.task(HEAD)
    plan = office.plan()
    for path, user, body, at in [
            ("/v1/units", ADMIN, {"code": "n", "kind": "section", "name": "x",
                                  "parent_id": unit}, "/parent_id"),
            ("/v1/staff", ADMIN, {
                "code": "n", "username": "n", "full_name": "x",
                "subject_type": "cadre", "assignments": [
                    {"unit_id": unit, "position": "x"}]},
             "/assignments/0/unit_id"),
            (f"/v1/staff/{world['staff']}/grants", ADMIN,
             {"role": "head", "unit_code": tag}, "/unit_code"),
            (f"/v1/staff/{world['staff']}/assignments", ADMIN,
             {"position": "x", "unit_id": unit}, "/unit_id"),
            ("/v1/plans", OFFICE, {"title": "x", "issuer_unit_id": unit},
             "/issuer_unit_id"),
            ("/v1/tasks", HEAD, {"title": "x", "lead": {"unit_id": unit}},
             "/lead/unit_id"),
            ("/v1/tasks", HEAD, {"title": "x", "lead_staff_id": person},
             "/lead_staff_id"),
            ("/v1/tasks", HEAD, {
                "title": "x", "lead": {"staff_code": DOER},
                "co_owners": [{"staff_id": person}]},
             "/co_owners/0/staff_id"),
            ("/v1/reviews", HEAD, {
                "criteria_set_code": "BH-2023", "period": "2198-01",
                "subject_staff_id": person}, "/subject_staff_id"),
            ("/v1/reviews", HEAD, {
                "criteria_set_code": "BH-2023", "period": "2198-01",
                "unit_code": tag}, "/unit_code"),
            ("/v1/evaluations", HEAD, {
                "criteria_set_code": "TC-CHUNG", "period": "2198-01",
                "staff_code": staff}, "/staff_code")]:
        there = faults(office.stack.post(path, user, body))
        assert there == {at: "unknown_reference"}, path
        nowhere = json.loads(json.dumps(body).replace(
            unit, new_id()).replace(person, new_id()).replace(
                f'"{tag}"', '"nowhere"').replace(f'"{staff}"', '"nobody"'))
        assert faults(office.stack.post(path, user, nowhere)) == there
        # and the same as part of a batch
        r = expect(office.stack.post("/v1/batch", user, {
            "atomic": False, "operations": [
                {"method": "POST", "path": path, "body": body}]}), 200)
        part = r["results"][0] if "results" in r else r["operations"][0]
        assert part["status"] == 422, part
    for body, at in [({"lead": {"unit_code": tag}}, "/lead/unit_code"),
                     ({"co_owners": [{"unit_id": unit}]},
                      "/co_owners/0/unit_id")]:
        for r in (office.stack.patch(f"/v1/tasks/{task['id']}", HEAD, body, 1),
                  office.stack.verb(f"/v1/tasks/{task['id']}/assign", HEAD,
                                    task, body)):
            assert faults(r) == {at: "unknown_reference"}
    # items of another office are no plan and no whole either
    foreign = expect(office.stack.post("/v1/plans", chair, {
        "title": "Của họ", "issuer_unit_code": tag}), 201)
    for member, id_ in [("plan_id", foreign["id"]), ("plan_id", plan["id"]),
                        ("parent_id", world["gone"])]:
        assert faults(office.stack.post("/v1/tasks", SIBLING, {
            "title": "x", "due_on": "2099-01-01", member: id_,
            "lead": {"unit_code": "culture"}})) == {
                "/" + member: "unknown_reference"}
    assert faults(office.stack.post("/v1/reviews", DOER, {
        "criteria_set_code": "BH-2023", "period": "2198-01",
        "plan_id": foreign["id"]})) == {"/plan_id": "unknown_reference"}


def test_what_was_removed_is_no_reference(office):
    plan = office.plan()
    whole = office.task(HEAD)
    office.remove("plans", plan, OFFICE)
    office.remove("tasks", whole, HEAD)
    b = {"title": "x", "due_on": "2099-01-01", "lead": {"staff_code": DOER}}
    for user, member, id_ in [(OFFICE, "plan_id", plan["id"]),
                              (HEAD, "parent_id", whole["id"])]:
        assert faults(office.stack.post("/v1/tasks", user, {
            **b, member: id_})) == {"/" + member: "unknown_reference"}


def test_references_show_the_directory_and_no_more(office, world):
    """Whoever is named in an item is shown as a peer sees him."""
    t = office.get(f"/v1/tasks/{world['task']}", PEER)
    for who in (t["lead_staff"], t["assigned_by"]):
        assert who.keys() == {"id", "code", "full_name", "position", "unit"}
    assert t["lead_unit"].keys() == {"id", "code", "name"}
    assert t["plan"].keys() == {"id", "code", "name"}


def test_a_refusal_shows_nothing_of_the_item(office, world):
    """Neither the state, nor the version, nor the content of what is not
    seen stands in a refusal."""
    for kind, verb in [("review", "conclude"), ("evaluation", "review")]:
        path = f"/v1/{kind}s/{world[kind]}"
        want = problem(office.stack.get(f"/v1/{kind}s/{new_id()}", STRANGER),
                       404, "not_found")
        want.pop("instance")
        for r in (office.stack.get(path, STRANGER),
                  office.stack.patch(path, STRANGER, {}, 99),
                  office.stack.call("DELETE", path, STRANGER,
                                    If_Match='"v99"'),
                  office.stack.call("POST", f"{path}/{verb}", STRANGER,
                                    {"conclusion": "x"} if kind == "review"
                                    else {}, If_Match='"v99"'),
                  office.stack.post(path + "/restore", STRANGER)):
            got = problem(r, 404, "not_found")
            got.pop("instance")
            assert got == want


def test_rights_end_in_the_middle_of_the_work(office):
    """A head who is one no more loses lists, items and steps at once; what he
    was in the middle of is not done."""
    unit = office.unit("economy", kind="section")["code"]
    head = office.person(unit)
    grant = office.grant(head, "head", unit)
    doer = office.person(unit)
    t = office.go("tasks", office.task(CHAIR, lead={"staff_code": doer}),
                  "assign", CHAIR)
    t = office.go("tasks", t, "complete", doer, result="x")
    assert "accept" in office.get(f"/v1/tasks/{t['id']}", head)["_permissions"]
    expect(office.stack.call(
        "DELETE", f"/v1/staff/{office.people[head]}/grants/{grant['id']}",
        "admin"), 204)
    problem(office.stack.verb(f"/v1/tasks/{t['id']}/accept", head, t), 404,
            "not_found")
    assert t["id"] not in office.ids("/v1/tasks", head)
    assert office.get(f"/v1/tasks/{t['id']}", CHAIR)["status"] == "done"
