"""Standing in for somebody, asking what one may do, and leaving."""

import datetime
from uuid import UUID

from accounts import bearer, login, new_person, staff_id
from stack import expect, new_id, problem, until


def day(n):
    """A day from the office's today."""
    now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=7)))
    return (now.date() + datetime.timedelta(days=n)).isoformat()


def delegate(s, who, to, powers, by=None, status=201, **more):
    return expect(s.post(f"/v1/staff/{staff_id(s, who)}/delegations",
                         by or who, {"to_id": staff_id(s, to),
                                     "powers": powers, "capacity": "KT",
                                     **more}), status)


def remove(s, who, d):
    expect(s.call("DELETE",
                  f"/v1/staff/{staff_id(s, who)}/delegations/{d['id']}", who),
           204)


def can(s, user, *asked):
    got = expect(s.post("/v1/can", user, {"operations": [
        {"verb": v, "path": p} for v, p in asked]}), 200)["results"]
    assert [(g["verb"], g["path"]) for g in got] == list(asked)
    return [g["allowed"] for g in got]


def task(s, unit="economy", **more):
    t = expect(s.post("/v1/tasks", "head.economy", {
        "code": new_id()[-8:], "title": "Việc thử", "kind": "one_off",
        "due_on": day(30), "lead_unit_code": unit, **more}), 201)
    return expect(s.verb(f"/v1/tasks/{t['id']}/assign", "head.economy", t),
                  200)


def test_who_stands_in_may_do_what_was_handed_to_him_and_nothing_else(stack):
    t = task(stack)
    path = f"/v1/tasks/{t['id']}"
    assert stack.get(path, "staff.culture1").status_code == 404
    d = delegate(stack, "head.economy", "staff.culture1", ["assign"],
                 document="12/QĐ-UBND")
    item = expect(stack.get(path, "staff.culture1"), 200)
    assert "cancel" in item["_permissions"]
    assert can(stack, "staff.culture1", ("create", "/v1/tasks")) == [True]
    r = stack.verb(path + "/recall", "staff.culture1", item, {
        "acting_for": staff_id(stack, "head.economy")})
    expect(r, 200)
    kept = stack.one("SELECT patch FROM event WHERE ref = %s AND verb = "
                     "'recall'", t["id"])
    assert kept["acting_capacity"] == "KT"
    # deciding was not handed over
    assert "accept" not in item["_permissions"]
    remove(stack, "head.economy", d)
    assert stack.get(path, "staff.culture1").status_code == 404


def test_nobody_acts_for_one_he_does_not_stand_in_for(stack):
    t = task(stack)
    problem(stack.verb(f"/v1/tasks/{t['id']}/recall", "head.economy", t, {
        "acting_for": staff_id(stack, "chair")}), 403, "forbidden")


def test_a_delegation_holds_on_its_days_only(stack):
    t = task(stack)
    d = delegate(stack, "head.economy", "staff.culture1", ["assign"],
                 **{"from": day(1), "to_date": day(2)})
    assert d["to_date"] == day(2)
    path = f"/v1/tasks/{t['id']}"
    assert stack.get(path, "staff.culture1").status_code == 404
    stack.sql("UPDATE delegation SET from_on = %s", day(-1))
    expect(stack.get(path, "staff.culture1"), 200)
    me = expect(stack.get("/v1/me", "staff.culture1"), 200)
    assert me["delegations"][0]["staff"]["code"]
    stack.sql("UPDATE delegation SET until_on = %s", day(0))
    assert stack.get(path, "staff.culture1").status_code == 404


def test_what_is_delegated_cannot_be_delegated_again(stack):
    t = task(stack)
    delegate(stack, "head.economy", "staff.culture1", ["assign"])
    delegate(stack, "staff.culture1", "staff.pasc1", ["assign"])
    assert stack.get(f"/v1/tasks/{t['id']}",
                     "staff.pasc1").status_code == 404
    stack.sql("DELETE FROM delegation")


def test_one_hands_over_no_more_than_one_has_and_nobody_elses(stack):
    t = task(stack)
    d = delegate(stack, "staff.culture2", "staff.pasc1", ["issue", "assign"])
    assert stack.get(f"/v1/tasks/{t['id']}", "staff.pasc1").status_code == 404
    remove(stack, "staff.culture2", d)
    delegate(stack, "head.economy", "staff.pasc1", ["assign"],
             by="staff.pasc1", status=403)
    problem(stack.post(f"/v1/staff/{staff_id(stack, 'head.economy')}"
                       "/delegations", "head.economy", {
                           "to_id": staff_id(stack, "staff.pasc1"),
                           "powers": ["grant"], "capacity": "KT"}),
            422, "invalid")


def test_acting_heads_are_asked_what_the_head_is_asked(stack):
    t = task(stack)
    d = delegate(stack, "head.economy", "staff.culture1", ["lead"],
                 capacity="Q")
    work = expect(stack.get("/v1/me/work?limit=200", "staff.culture1"), 200)
    assert t["id"] in [w["id"] for w in work["items"]]
    remove(stack, "head.economy", d)


def test_can_answers_as_the_verbs_themselves_would(stack):
    t = task(stack)
    path = f"/v1/tasks/{t['id']}"
    asked = [("read", path), ("cancel", path), ("complete", path),
             ("create", "/v1/plans"), ("read", "/v1/tasks/" + new_id()),
             ("no_such_verb", path), ("read", "/v1/nothing")]
    assert can(stack, "head.economy", *asked) == [
        True, True, True, True, False, False, False]
    assert can(stack, "staff.culture1", *asked) == [False] * 7


def test_leaving_shows_what_is_open_and_ends_rights_on_the_day(stack):
    new_person(stack, "leaves.soon", role="head")
    new_person(stack, "leaves.heir")
    sid, heir = staff_id(stack, "leaves.soon"), staff_id(stack, "leaves.heir")
    doc = expect(stack.post("/v1/tasks", "head.economy", {
        "code": new_id()[-8:], "title": "Việc bàn giao", "kind": "one_off",
        "due_on": day(30), "lead_staff_id": sid}), 201)
    t = expect(stack.verb(f"/v1/tasks/{doc['id']}/assign", "head.economy",
                          doc), 200)
    token = login(stack, "leaves.soon")
    body = {"on": day(0), "hand_over_to_id": heir}
    path = f"/v1/staff/{sid}/leave"
    expect(stack.post(path, "chair", body), 403)
    shown = expect(stack.post(path + "?dry_run=true", "admin", body), 200)
    assert t["id"] in [o["id"] for o in shown["open"]]
    expect(stack.get("/v1/me", **bearer(token["access_token"])), 200)
    expect(stack.post(path, "admin", body), 200)
    until(lambda: stack.get("/v1/me", **bearer(
        token["access_token"])).status_code == 401, 10)
    login(stack, "leaves.soon", status=401)
    until(lambda: stack.one("SELECT lead_staff_id FROM task WHERE id = %s",
                            t["id"]) == UUID(heir), 5)
    assert stack.one("SELECT count(*) FROM reach WHERE staff_id = %s AND "
                     "until_on > %s", sid, day(0)) == 0


def test_nobody_hands_over_to_himself_or_to_one_who_left(stack):
    new_person(stack, "leaves.self")
    sid = staff_id(stack, "leaves.self")
    for heir in (sid, new_id()):
        problem(stack.post(f"/v1/staff/{sid}/leave", "admin", {
            "on": day(1), "hand_over_to_id": heir}), 422, "invalid")
