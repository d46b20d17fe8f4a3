"""Who may do what to what: every route, asked by everybody, about a record of
one's own, of a colleague, of the own unit, a sibling unit, the office above
and another office altogether. What each must answer stands in matrix.txt; a
route that is not in it fails.

Writes are asked for in a batch that ends in a refusal, so that none is kept.
CAMKET_MATRIX=write puts the answers given into matrix.txt, to be read before
they are believed."""

import os
import uuid
from pathlib import Path

import pytest
from accounts import staff_id
from sse import Events
from stack import PLAN, Stack, expect, new_id, until

TABLE = Path(__file__).with_name("matrix.txt")
CALLERS = {
    "nobody": None, "stranger": "stranger.chief", "staff": "staff.economy1",
    "head": "head.economy", "deputy": "deputy.economy", "office": "office1",
    "chair": "chair", "inspector": "party.secretary",
    "superior": "city.monitor",
    # those who hold one power alone, and a machine that holds a head's
    "auditor": "only.auditor", "clerk": "office3", "personnel": "office2",
    "party": "only.party", "key": "key",
    "admin": "admin"}   # the last: what he may take away is gone then
# whose record, in which unit
TARGETS = {
    "own": ("staff.economy1", "economy"), "his": ("staff.economy2", "economy"),
    "unit": ("deputy.economy", "economy"), "sibling": ("staff.culture1", "culture"),
    "above": ("deputy.chair1", "ward-thanh-khe"),
    "other": ("stranger.staff", "other-ward")}
SIGNS = {401: "!", 403: "-", 404: ".", 409: "s", 422: "i"}


def other_office(s):
    """A tree of its own beside the demo's, with people of every power."""
    s.sql("""
        WITH u AS (INSERT INTO unit (id, code, kind, name, office_id,
            created_at, updated_at) SELECT i, 'other-ward', 'ward',
            'Phường khác', i, now(), now() FROM (SELECT uuid_v7() AS i) x
            RETURNING id),
        v AS (INSERT INTO unit_version (unit_id, from_on, name)
            SELECT id, '2000-01-01', 'Phường khác' FROM u)
        INSERT INTO unit_cover (unit_id, anc_id, from_on, until_on, heir, past)
        SELECT id, id, '-infinity', 'infinity', true, false FROM u""")
    for user, role in (("stranger.staff", "staff"), ("stranger.chief", "chair"),
                       ("stranger.looker", "inspector")):
        s.hire(user, "Người " + user, "other-ward", role)
    s.sql("""INSERT INTO staff_grant (id, staff_id, unit_id, role, from_on,
        perms, created_at) SELECT uuid_v7(), t.id, u.id, r, '2020-01-01', 0,
        now() FROM staff t, unit u, unnest(ARRAY['admin', 'auditor',
        'inspector', 'superior', 'head']) r
        WHERE t.username = 'stranger.chief' AND u.code = 'other-ward'""")


def position(unit):
    return {"code": "m" + new_id()[-8:], "name": "x", "unit_code": unit}


def group(unit):
    return {"key": "m" + new_id()[-8:], "name": "x", "unit_code": unit,
            "rule": {"of": "person"}}


def single_powers(s):
    """Who audits and does nothing else, who speaks for the Party committee
    and does nothing else, and a key that may ask for all there is."""
    for user, role in (("only.auditor", "auditor"), ("only.party", "staff")):
        s.hire(user, "Người " + user, "ward-thanh-khe", role)
    s.sql("DELETE FROM staff_grant WHERE role = 'staff' AND staff_id = %s",
          staff_id(s, "only.auditor"))
    expect(s.post(f"/v1/staff/{staff_id(s, 'only.party')}/grants", "admin", {
        "role": "staff", "function": "party_committee",
        "unit_code": "ward-thanh-khe"}), 201)
    s.key = expect(s.post("/v1/service-keys", "admin", {
        **body_of(s, "POST", "/v1/service-keys", "own"),
        "scopes": ["*:write"]}), 201)["key"]


def sign_in_anew(s):
    """What is asked next comes with fresh tokens."""
    s.tokens.clear()
    s.tokens["key"] = s.key, float("inf")


def criteria_set(unit):
    return {"code": "m" + new_id()[-8:], "title": "x", "unit_code": unit,
            "items": [{"code": "M1", "answer": "yes_no", "text": "x"}]}


def inspection(unit):
    return {"title": "x", "unit_code": unit, "due_on": "2031-06-30",
            "origin": {"kind": "watch_list"}}


def complaint(unit):
    return {"title": "x", "unit_code": unit, "channel": "post",
            "complainant": {"full_name": "x", "phone": "1"}}


def indicator(unit):
    return {"unit_code": unit, "code": "m" + new_id()[-8:], "title": "x",
            "aggregation": "sum", "target": "10"}


def holiday(unit, day="2031-09-01"):
    return {"unit_code": unit, "kind": "holiday", "from": day, "name": "x"}


def document(unit):
    return {"unit_code": unit, "kind": "decision", "title": "x",
            "number": new_id()[-8:]}


def value(unit, period="2026-Q1"):
    return {"unit_code": unit, "period": period, "value": "1"}


# kinds whose name is not the path's without its s
KINDS = {"staff": "staff", "occurrences": "task", "positions": "post",
         "calendar": "calendar_entry", "groups": "member_group"}
SUCCESSION = {"kind": "rename", "effective_on": "2031-01-01", "name": "x"}
PROPOSAL = {"title": "x", "need": "x"}
AWARD = {"kind": "award", "title": "x", "from": "2026-01-01"}
MEASURE = {"kind": "rectify", "title": "x", "due_on": "2031-07-15"}


OBLIGATION = {"code": "1", "what": "x", "subject_kind": "reports"}


def table_of(kind):
    return KINDS.get(kind) or kind[:-1].replace("-", "_")


def make(s):
    """A record of each kind for each target: {kind: {target: id}}."""
    ids = {k: {} for k in ("tasks", "occurrences", "plans", "reviews",
                           "evaluations", "staff", "units", "notifications", "sessions", "keys",
                           "commitments", "criteria-sets", "inspections",
                           "findings", "measures", "proposals", "complaints",
                           "indicators", "indicator-values", "staff-events",
                           "obligations", "obligation-occurrences",
                           "extensions", "explanations", "task-events",
                           "remediations", "calendar", "positions", "groups",
                           "documents", "subs")}
    chiefs = {"economy": "head.economy", "culture": "head.culture",
              "ward-thanh-khe": "chair", "other-ward": "stranger.chief"}
    for name, (who, unit) in TARGETS.items():
        chief, sid = chiefs[unit], staff_id(s, who)
        ids["staff"][name] = sid
        ids["units"][name] = str(s.one("SELECT id FROM unit WHERE code = %s",
                                       unit))
        named = {"lead_staff_id": sid} if name in ("own", "his") else {
            "lead_unit_code": unit}
        ids["tasks"][name] = expect(s.post("/v1/tasks", chief, {
            "code": new_id()[-8:], "title": "Việc " + name, "kind": "one_off",
            "due_on": "2030-01-31", **named}), 201)["id"]
        whole = expect(s.post("/v1/tasks", chief, {
            "title": "Việc định kỳ " + name, "kind": "recurring",
            "cadence": ["yearly"], **named}), 201)["id"]
        ids["occurrences"][name] = str(s.one(
            "WITH put AS (INSERT INTO task (id, kind, status, parent_id, "
            "period, title, due_on, unit_id, office_id, lead_staff_id, "
            "assigned_by, author_id, created_at, updated_at) SELECT "
            "uuid_v7(), 'occurrence', 'assigned', t.id, '2030', t.title, "
            "'2030-12-31', t.unit_id, t.office_id, t.lead_staff_id, "
            "t.author_id, t.author_id, now(), now() FROM task t WHERE t.id = "
            "%s RETURNING id, unit_id), told AS (INSERT INTO event (at, kind, "
            "ref, unit_id, version, verb) SELECT now(), 'task', id, unit_id, "
            "1, 'assign' FROM put) SELECT id FROM put", whole))
        ids["plans"][name] = expect(s.post("/v1/plans", chief, {
            "kind": "plan", "title": "Kế hoạch " + name, "issuer_unit_code":
            unit}), 201)["id"]
        for kind in ("reviews", "evaluations"):
            whom = "subject_staff_id" if kind == "reviews" else "staff_id"
            ids[kind][name] = expect(s.post("/v1/" + kind, who, {
                whom: sid, "criteria_set_code": "BH-2023",
                "period": "2026-Q1"}), 201)["id"]
        ids["commitments"][name] = expect(s.post("/v1/commitments", who, {
            "subject_staff_id": sid, "year": 2026, "text": "x",
            "registered_task": {"title": "x", "due_on": "2026-12-01"}}),
            201)["id"]
        keeper = "stranger.chief" if name == "other" else "admin"
        ids["criteria-sets"][name] = expect(s.post(
            "/v1/criteria-sets", keeper, criteria_set(unit)), 201)["id"]
        # what hangs on a person: taken back in their own paths
        ids["subs"][name] = {
            "grants": expect(s.post(f"/v1/staff/{sid}/grants", keeper, {
                "role": "office", "unit_code": unit, "from": "2031-01-01"}),
                201)["id"],
            "identities": expect(s.post(f"/v1/staff/{sid}/identities", keeper,
                                        {"issuer": "https://example.invalid",
                                         "subject": name}), 201)["id"],
            "delegations": expect(s.post(
                f"/v1/staff/{sid}/delegations", who, {
                    "to_id": staff_id(s, chief if name != "above" else
                                      "office1"), "powers": ["assign"],
                    "capacity": "TL", "from": "2031-01-01"}), 201)["id"],
            "assignments": str(s.one("SELECT id FROM assignment WHERE "
                                     "staff_id = %s LIMIT 1", sid))}
        ids["positions"][name] = expect(s.post(
            "/v1/positions", keeper, position(unit)), 201)["id"]
        ids["groups"][name] = expect(s.post(
            "/v1/groups", keeper, group(unit)), 201)["id"]
        ids["documents"][name] = expect(s.post(
            "/v1/documents", keeper, document(unit)), 201)["id"]
        ids["notifications"][name] = str(s.one(
            "INSERT INTO notification (id, staff_id, category, title, body, "
            "created_at) VALUES (uuid_v7(), %s, 'result', 'x', 'x', now()) "
            "RETURNING id", sid))
        ids["sessions"][name] = str(s.one(
            "INSERT INTO session (id, staff_id, rotated_at, created_at, "
            "expires_at) VALUES (uuid_v7(), %s, now(), now(), now() + "
            "interval '1 day') RETURNING id", sid))
        ids["obligations"][name] = ids["subs"][name]["obligations"] = expect(
            s.post(f"/v1/plans/{ids['plans'][name]}/obligations", chief,
                   OBLIGATION), 201)["id"]
        # what the scheduler makes of a plan in force
        ids["obligation-occurrences"][name] = str(s.one(
            "WITH p AS (INSERT INTO plan (id, unit_id, title, status, "
            "issued_on, author_id, created_at, updated_at) SELECT uuid_v7(), "
            "id, 'x', 'in_force', now(), %s, now(), now() FROM unit WHERE "
            "code = %s RETURNING *), told AS (INSERT INTO event (at, kind, "
            "ref, unit_id, version, verb) SELECT now(), 'plan', id, unit_id, "
            "1, 'create' FROM p), o AS (INSERT INTO obligation (id, plan_id, "
            "unit_id, code, what, audience, subject_kind, author_id, "
            "created_at, updated_at) SELECT uuid_v7(), id, unit_id, '1', 'x', "
            "'each-person', 'reviews', author_id, now(), now() FROM p "
            "RETURNING *) SELECT obligation_occurrence_id(o.id, "
            "to_char(p.issued_on, 'YYYY'), %s) FROM o, p",
            staff_id(s, chief), unit, sid))
        looker = "stranger.looker" if name == "other" else \
            "party.secretary"
        x = expect(s.post("/v1/inspections", looker, inspection(unit)), 201)
        x = expect(s.verb(f"/v1/inspections/{x['id']}/start", looker, x), 200)
        ids["inspections"][name] = x["id"]
        ids["findings"][name] = ids["subs"][name]["findings"] = expect(s.post(
            f"/v1/inspections/{x['id']}/findings", looker, {"title": "x"}),
            201)["id"]
        expect(s.verb(f"/v1/inspections/{x['id']}/conclude", looker, expect(
            s.get(f"/v1/inspections/{x['id']}", looker), 200),
            {"conclusion": "x"}), 200)
        ids["measures"][name] = ids["subs"][name]["measures"] = expect(s.post(
            f"/v1/findings/{ids['findings'][name]}/measures", looker,
            MEASURE), 201)["id"]
        lead = "stranger.chief" if name == "other" else "chair"
        ids["proposals"][name] = expect(s.post(
            "/v1/proposals", who, PROPOSAL), 201)["id"]
        ids["complaints"][name] = expect(s.post(
            "/v1/complaints", lead, complaint(unit)), 201)["id"]
        x = ids["indicators"][name] = expect(s.post(
            "/v1/indicators", lead, indicator(unit)), 201)["id"]
        ids["indicator-values"][name] = ids["subs"][name]["values"] = expect(
            s.post(f"/v1/indicators/{x}/values", lead, value(unit)),
            201)["id"]
        ids["staff-events"][name] = ids["subs"][name]["events"] = expect(
            s.post(f"/v1/staff/{sid}/events", lead, AWARD), 201)["id"]
        doer = sid if name in ("own", "his") else staff_id(s, chief)
        ids["extensions"][name] = ids["subs"][name]["extensions"] = str(s.one(
            "INSERT INTO extension (id, task_id, unit_id, asks_unit_id, "
            "proposed_on, reason, due_before, author_id, created_at, "
            "updated_at) SELECT uuid_v7(), t.id, t.unit_id, CASE WHEN "
            "t.lead_staff_id IS NULL THEN t.office_id ELSE t.unit_id END, "
            "'2030-02-28', 'x', t.due_on, %s, now(), now() FROM task t WHERE "
            "t.id = %s RETURNING id", doer, ids["tasks"][name]))
        ids["explanations"][name] = ids["subs"][name]["explanations"] = str(
            s.one("INSERT INTO explanation (id, task_id, unit_id, "
                  "lead_staff_id, question, answer, author_id, created_at, "
                  "updated_at) SELECT uuid_v7(), t.id, t.unit_id, "
                  "t.lead_staff_id, 'x', 'x', %s, now(), now() FROM task t "
                  "WHERE t.id = %s RETURNING id", staff_id(s, looker),
                  ids["tasks"][name]))
        ids["task-events"][name] = ids["subs"][name]["tasks/events"] = str(
            s.one("INSERT INTO task_event (id, task_id, kind, unit_id, "
                  "lead_staff_id, occurred_on, cause, asks_unit_id, "
                  "authority_id, asked_by, author_id, created_at, updated_at) "
                  "SELECT uuid_v7(), t.id, 'delay', t.unit_id, "
                  "t.lead_staff_id, '2026-01-05', 'x', t.unit_id, %s, %s, %s, "
                  "now(), now() FROM task t WHERE t.id = %s RETURNING id",
                  staff_id(s, lead), doer, doer, ids["tasks"][name]))
        ids["remediations"][name] = str(s.one(
            "INSERT INTO remediation (id, review_id, code, unit_id, "
            "asks_unit_id, subject_staff_id, remedy, author_id, created_at, "
            "updated_at) SELECT uuid_v7(), r.id, 'BH01', r.unit_id, "
            "r.asks_unit_id, r.subject_staff_id, 'x', r.author_id, now(), "
            "now() FROM review r WHERE r.id = %s RETURNING id",
            ids["reviews"][name]))
        day = f"2031-08-{len(ids['calendar']) + 1:02}"
        ids["calendar"][name] = expect(s.post(
            "/v1/calendar", keeper, holiday(unit, day)), 201)["id"]
        ids["subs"][name]["sessions"] = ids["sessions"][name]
        for kind in ids:
            if kind not in ("subs", "sessions", "keys", "notifications",
                            "occurrences", "obligation-occurrences"):
                s.sql("INSERT INTO external_ref VALUES (%s, 'matrix', %s, %s, "
                      "%s, now())", {"groups": "group"}.get(
                          kind, table_of(kind)), name, ids[kind][name], sid)
        ids["keys"][name] = str(s.one(
            "INSERT INTO service_key (id, staff_id, name, unit_id, scopes, "
            "hash, hint, created_at, updated_at, expires_at) SELECT uuid_v7(),"
            " %s, 'x', id, '{tasks:read}', sha256(code::bytea || %s::bytea), "
            "'ck_', now(), now(), now() + interval '1 day' FROM unit WHERE "
            "code = %s RETURNING id", sid, name, unit))
    return ids


@pytest.fixture(scope="module")
def office():
    with Stack() as s:
        other_office(s)
        s.ids = make(s)
        single_powers(s)
        sign_in_anew(s)
        s.doc = expect(s.get("/openapi.json"), 200)
        yield s


def routes(s):
    return [(m.upper(), p) for p, ms in s.doc["paths"].items()
            for m in ms if m in ("get", "post", "patch", "put", "delete")]


def kind_of(path):
    part = path.split("/")[2] if path.startswith("/v1/") else ""
    return {"auth": "sessions", "service-keys": "keys"}.get(part, part)


def body_of(s, method, path, target):
    """A body that is right for this target, whoever asks."""
    if "by-ref" in path:
        return body_of(s, "POST", path.split("/by-ref")[0], target)
    who, unit = TARGETS[target] if target else (None, None)
    sid = s.ids["staff"].get(target)
    if path == "/v1/tasks":
        return {"code": new_id()[-8:], "title": "x", "kind": "one_off",
                "due_on": "2030-01-31", "lead_unit_code": unit}
    if path == "/v1/plans":
        return {"kind": "plan", "title": "x", "issuer_unit_code": unit}
    if path == "/v1/plans/import":
        return {**PLAN, "number": uuid.uuid4().hex[:6]}
    if path == "/v1/reviews":
        return {"subject_staff_id": sid, "criteria_set_code": "BH-2023",
                "period": "2026-Q2"}
    if path == "/v1/evaluations":
        return {"staff_id": sid, "criteria_set_code": "BH-2023",
                "period": "2026-Q2"}
    if path == "/v1/commitments":
        return {"subject_staff_id": sid, "year": 2027, "text": "x",
                "registered_task": {"title": "x", "due_on": "2027-12-01"}}
    if path == "/v1/criteria-sets":
        return criteria_set(unit)
    if path == "/v1/positions":
        return position(unit)
    if path == "/v1/groups":
        return group(unit)
    if path == "/v1/documents":
        return document(unit)
    if path == "/v1/inspections":
        return inspection(unit)
    if path == "/v1/proposals":
        return PROPOSAL
    if path == "/v1/complaints":
        return complaint(unit)
    if path == "/v1/indicators":
        return indicator(unit)
    if path == "/v1/plans/{id}/amend":
        return {"reason": "x", "patch": {"text": "y"}, "document": {
            "number": "1/QĐ", "issued_on": "2026-01-05"}}
    if path.endswith("/give_opinion"):
        return {"agrees": True}
    if path in ("/v1/proposals/{id}/complete", "/v1/proposals/{id}/decide"):
        return {}
    if path == "/v1/proposals/{id}/conclude":
        return {"document": "9/KL"}
    if path == "/v1/complaints/{id}/accept":
        return {"due_on": "2031-03-31", "lead_staff_code": "party.secretary"}
    if path == "/v1/measures":
        return {**MEASURE, "unit_code": unit}
    if path == "/v1/calendar":
        return holiday(unit)
    if path == "/v1/units":
        return {"code": new_id()[-8:], "kind": "section", "name": "x",
                "parent_code": unit}
    if path == "/v1/staff":
        user = "m" + new_id()[-8:]
        return {"code": user, "username": user, "full_name": "x",
                "subject_type": "civil_servant",
                "assignments": [{"unit_code": unit, "position": "x"}]}
    if path == "/v1/service-keys":
        return {"name": "x", "unit_code": unit, "role": "head",
                "scopes": ["tasks:read"], "expires_at":
                s.one("SELECT to_char(now() + interval '30 days', "
                      "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")}
    if path == "/v1/batch":
        return {"operations": [{"method": "GET", "path": "/v1/me"}]}
    if path == "/v1/can":
        return {"operations": [{"verb": "read", "path": "/v1/plans"}]}
    if path == "/v1/tickets":
        return {"path": "/v1/me"}
    last = path.rsplit("/", 1)[1]
    return {
        "grants": {"role": "inspector", "unit_code": unit},
        "assignments": {"unit_code": unit, "position": "x", "main": False},
        "invitation": {"deliver": "code"},
        "delegations": {"to_id": s.ids["staff"]["sibling" if target != "sibling"
                                                else "his"],
                        "powers": ["assign"], "capacity": "KT"},
        "leave": {"on": "2030-01-01"},
        "transfer": {"on": "2030-01-01", "position": "x", "unit_code":
                     "culture" if unit == "economy" else "economy"},
        "identities": {"issuer": "https://example.invalid",
                       "subject": uuid.uuid4().hex},
        "issue": {"issued_on": "2026-01-05", "number": uuid.uuid4().hex[:6]},
        "assign": {"lead_unit_code": unit},
        "complete": {"completed_on": "2026-01-05", "result": "x"},
        "return": {"reason": "x"}, "decline": {"reason": "x"},
        "cancel": {"reason": "x"}, "comment": {"comment": "x"},
        "amend": {"reason": "x"},
        "conclude": {"conclusion": "x"}, "report": {"result": "x"},
        "decide": {"level": "good"}, "findings": {"title": "x"},
        "measures": MEASURE, "answer": {"answer": "x"}, "do": {"result": "x"},
        "refer": {"to": "x", "document": "x"}, "comments": {"text": "x"},
        "vote": {"choice": "for"}, "order": {"document": "12/QĐ"},
        "assess": {"assessment": "x"}, "refuse": {"reason": "x"},
        "resolve": {"answer": "x"}, "events": AWARD if path.startswith("/v1/staff") else {"cause": "x"},
        "ask": {"authority_staff_code":
                "stranger.chief" if target == "other" else "chair"},
        "values": value(unit, "2026-Q2"), "succession": SUCCESSION,
        "obligations": {**OBLIGATION, "code": "2"},
        "extensions": {"proposed_on": "2030-02-28", "reason": "x"},
        "explanations": {"question": "x"},
        "cascade": {"audience": [{"unit_code": unit}]},
    }.get(last, {"title": "y"} if method == "PATCH" and
          path.startswith(("/v1/tasks", "/v1/plans", "/v1/inspections",
                           "/v1/findings", "/v1/measures", "/v1/proposals",
                           "/v1/complaints", "/v1/indicators/",
                           "/v1/staff-events", "/v1/documents")) else
          {"value": "2"} if method == "PATCH" and
          path.startswith("/v1/indicator-values") else
          {"answers": {}} if method == "PATCH" and
          path.startswith(("/v1/reviews", "/v1/evaluations")) else
          {"text": "y"} if method == "PATCH" and
          path.startswith("/v1/commitments") else
          {"title": "y"} if method == "PATCH" and
          path.startswith("/v1/criteria-sets") else
          {"what": "y"} if method == "PATCH" and
          path.startswith("/v1/obligations") else
          {"phone": "1"} if method == "PATCH" and path.startswith("/v1/staff")
          else {"name": "y"} if method == "PATCH" and
          path.startswith(("/v1/calendar", "/v1/positions",
                           "/v1/groups"))
          else {"short_name": "y"} if method == "PATCH" else {})


def prepare(s, method, path):
    """Every record into a state where this verb is one of those possible."""
    parts = path.split("/")
    kind = kind_of(path)
    singular = table_of(kind) if table_of(kind) in s.doc["x-states"] else None
    if "sessions" in path:
        s.sql("UPDATE session SET revoked_at = NULL WHERE id = ANY "
              "(%s::uuid[])", list(s.ids["sessions"].values()))
    if kind in ("findings", "measures"):
        s.sql("UPDATE inspection SET status = %s",
              "concluded" if "measures" in path else "running")
    if kind == "extensions":
        s.sql("UPDATE task SET status = 'assigned', completed_on = NULL")
    if path == "/v1/tasks/{id}/extensions":
        s.sql("UPDATE extension SET status = 'refused'")
    if "{id}" not in path:
        return
    if kind == "obligation-occurrences":
        s.sql("UPDATE plan p SET status = 'in_force' FROM obligation o WHERE "
              "o.plan_id = p.id AND o.audience = 'each-person'")
        s.sql("UPDATE duty SET day = NULL WHERE name = 'obligation'")
        ids = list(s.ids[kind].values())
        until(lambda: len(ids) == s.one(
            "SELECT count(*) FROM obligation_occurrence WHERE id = ANY "
            "(%s::uuid[])", ids), 20)
        return
    if "obligations" in path:
        s.sql("UPDATE plan SET status = 'draft', deleted_at = NULL")
        if kind == "plans":
            return
    if singular is None:
        if kind in ("indicator-values", "staff-events", "obligations",
                    "calendar", "positions", "groups", "documents"):
            s.sql(f"UPDATE {table_of(kind)} SET deleted_at = " + (
                "now()" if path.endswith("/restore") else "NULL"))
        if (method, path) == ("DELETE", "/v1/staff/{id}/transfer"):
            s.sql("INSERT INTO transfer (staff_id, on_day, unit_id, created_at)"
                  " SELECT s.id, '2040-01-01', u.id, now() FROM staff s"
                  " CROSS JOIN unit u WHERE u.code = 'culture'"
                  " ON CONFLICT DO NOTHING")
        return
    verb = {"PATCH": "update", "DELETE": "delete"}.get(method) or (
        parts[4] if len(parts) > 4 else None)
    came = [t["from"] for t in s.doc["x-states"][singular]["transitions"]
            if t["verb"] == ("delete" if verb == "restore" else verb)]
    states = {"tasks": "assigned", "occurrences": "assigned",
              "plans": "issued", "reviews": "submitted",
              "evaluations": "reviewed", "commitments": "submitted",
              "inspections": "running", "findings": "stated",
              "measures": "open", "proposals": "submitted",
              "complaints": "received", "extensions": "asked",
              "explanations": "asked", "task-events": "recorded",
              "remediations": "open"}
    status = came[0] if came else states[kind]
    ids = list(s.ids[kind].values())
    more = ""
    if singular == "task":
        more = ", completed_on = " + (
            "'2026-01-05'" if status in ("done", "accepted") else "NULL")
    if singular == "plan" and status not in ("draft", "submitted"):
        more = ", issued_on = '2026-01-05'"
    s.sql(f"UPDATE {singular} SET status = %s, deleted_at = "
          + ("now()" if verb == "restore" else "NULL") + more +
          " WHERE id = ANY (%s::uuid[])", status, ids)


def sign(status, code=""):
    if status < 300 or code == "rolled_back":
        return "+"
    return SIGNS.get(status, str(status))


def ask(s, method, path, caller, target):
    """One cell."""
    real = path
    if "{id}" in path:
        real = path.replace("{id}", s.ids[kind_of(path)][target])
        if real.endswith("_id}"):
            subs, below = s.ids["subs"][target], path.split("/")[4]
            real = real[:real.rindex("/") + 1] + subs.get(
                f"{kind_of(path)}/{below}", subs.get(below))
    elif "by-ref" in path:
        real = path.replace("{system}", "matrix").replace(
            "{key}", target if method == "GET" else new_id())
    elif "{code}" in path:
        real = path.replace("{code}", "invalid")
    elif path == "/v1/search":
        real += "?q=chair"
    elif path == "/v1/rollups":
        real += "?period=2026&unit=" + TARGETS[target][1]
    if path == "/v1/calendar/deadline":
        real += "?from=2026-02-10&working_days=3"
    if path.endswith("/total"):
        real += "?period=2026-Q1"
    user = CALLERS[caller]
    if path == "/v1/changes/stream" and user:
        stream = Events(s, user)
        stream.close()
        return sign(stream.status)
    body = body_of(s, method, path, target) if method in (
        "POST", "PATCH", "PUT") else None
    if method == "GET" or user is None or alone(path):
        r = s.call(method, real, user, body, If_Match="*")
        if method != "GET" and r.status_code < 300 and user:
            sign_in_anew(s)
        return sign(r.status_code)
    op = {"method": method, "path": real, "if_match": "*"}
    if body is not None:
        op["body"] = body
    r = s.post("/v1/batch", user, {"atomic": True, "operations": [
        op, {"method": "GET", "path": "/v1/units/" + new_id()}]})
    first = r.json()["results"][0]
    return sign(first["status"], first["body"].get("code", ""))


def alone(path):
    """Routes that are never part of a batch."""
    return path.startswith(("/v1/auth/", "/v1/service-keys", "/v1/tickets",
                            "/v1/batch", "/v1/can")) or path.rsplit("/", 1)[
        1] in ("invitation", "mfa-reset", "identities") or any(
        x in path for x in ("/sessions", "/identities/"))


def targets_of(method, path):
    if "{id}" in path or "by-ref" in path:
        return list(TARGETS)
    if method == "POST" and path in ("/v1/tasks", "/v1/plans", "/v1/reviews",
                                     "/v1/evaluations", "/v1/units",
                                     "/v1/staff", "/v1/service-keys",
                                     "/v1/commitments", "/v1/criteria-sets",
                                     "/v1/inspections", "/v1/measures",
                                     "/v1/complaints", "/v1/indicators",
                                     "/v1/calendar"):
        return list(TARGETS)
    if path == "/v1/rollups":
        return ["unit", "sibling", "above", "other"]
    return ["-"]


def read_table():
    rows = {}
    for line in TABLE.read_text().splitlines() if TABLE.exists() else []:
        if line and not line.startswith("#"):
            method, path, target, *cells = line.split()
            rows[method, path, target] = cells
    return rows


def answers(s):
    rows = {}
    for method, path in routes(s):
        for target in targets_of(method, path):
            prepare(s, method, path)
            rows[method, path, target] = [
                ask(s, method, path, caller,
                    None if target == "-" else target) for caller in CALLERS]
    return rows


def write_table(rows):
    head = TABLE.read_text().split("\n\n")[0] if TABLE.exists() else "#"
    width = max(len(p) for _, p, _ in rows)
    lines = [head, ""]
    before = None
    for (method, path, target), cells in rows.items():
        if before not in (None, (method, path)):
            lines.append("")
        before = (method, path)
        lines.append(f"{method:<6} {path:<{width}} {target:<8}" +
                     "".join(f"{c:>10}" for c in cells))
    TABLE.write_text("\n".join(lines) + "\n")


def test_every_route_answers_everybody_as_the_table_says(office):
    given = answers(office)
    if os.environ.get("CAMKET_MATRIX") == "write":
        write_table(given)
    table = read_table()
    missing = sorted(set(given) - set(table))
    assert not missing, f"routes without a row in {TABLE.name}: {missing}"
    gone = sorted(set(table) - set(given))
    assert not gone, f"rows for routes there are none of: {gone}"
    wrong = [(*row, caller, "is", got, "must be", want)
             for row, cells in given.items()
             for caller, got, want in zip(CALLERS, cells, table[row])
             if got != want]
    assert not wrong, "\n".join(map(str, wrong))


def parameter(doc, p):
    return doc["components"]["parameters"][p["$ref"].rsplit("/", 1)[1]] \
        if "$ref" in p else p


def test_lists_show_nothing_of_another_office(office):
    ours = [i for kind, ids in office.ids.items() if kind != "subs"
            for name, i in ids.items() if name != "other"]
    for method, path in routes(office):
        if method != "GET" or "{" in path or not path.startswith("/v1/"):
            continue
        params = [parameter(office.doc, p) for p in
                  office.doc["paths"][path]["get"].get("parameters", [])]
        names = {p["name"] for p in params}
        if "limit" not in names:
            continue
        queries = ["limit=200"]
        if "ids" in names:
            queries.append("ids=" + ",".join(ours[:40]))
        if "q" in names:
            queries.append("q=chair")
        if "unit" in names:
            queries += ["unit=economy", "unit=city-da-nang"]
        if "staff" in names:
            queries.append("staff=" + office.ids["staff"]["own"])
        sort = next((p for p in params if p["name"] == "sort"), None)
        for one in (sort or {}).get("schema", {}).get("enum", []):
            queries.append("sort=" + one)
        for query in queries:
            r = office.get(f"{path}?{query}", "stranger.chief")
            assert r.status_code in (200, 400), (path, query, r.text[:300])
            shown = [i for i in ours if i in r.text]
            # settings that hold for every office are everybody's
            assert not shown, (path, query, shown)


def test_lists_show_nobody_more_than_he_may_read(office):
    """By the table: of a colleague, a sibling unit, the office above."""
    table = read_table()
    for method, path in routes(office):
        kind = path.removeprefix("/v1/")
        if method != "GET" or kind not in office.ids or \
                ("GET", path + "/{id}", "own") not in table:
            continue
        for n, (caller, user) in enumerate(CALLERS.items()):
            r = office.get(path + "?limit=200", user)
            for target, i in office.ids[kind].items():
                cell = table["GET", path + "/{id}", target][n]
                assert cell == "+" or i not in r.text, (caller, path, target)


def test_paths_that_mix_two_offices_lead_nowhere(office):
    for kind in ("grants", "identities", "delegations", "sessions",
                 "assignments"):
        mine, theirs = (office.ids["staff"][t] for t in ("other", "own"))
        sub = office.ids["subs"]["own"][kind]
        for staff in (mine, theirs):
            path = f"/v1/staff/{staff}/{kind}/{sub}"
            for method in ("GET", "DELETE"):
                r = office.call(method, path, "stranger.chief")
                assert r.status_code in (404, 405), (method, path)
    assert office.one("SELECT count(*) FROM staff_grant WHERE id = %s",
                      office.ids["subs"]["own"]["grants"]) == 1


def test_a_guessed_id_answers_as_one_that_is_not_there(office):
    for kind in ("tasks", "plans", "reviews", "evaluations", "staff",
                 "units", "commitments", "inspections", "findings",
                 "measures", "extensions", "explanations", "task-events",
                 "remediations"):
        theirs = office.get(f"/v1/{kind}/{office.ids[kind]['own']}",
                            "stranger.chief")
        none = office.get(f"/v1/{kind}/{new_id()}", "stranger.chief")
        assert theirs.status_code == none.status_code == 404
        a, b = theirs.json(), none.json()
        assert {**a, "instance": ""} == {**b, "instance": ""}
