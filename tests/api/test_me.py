"""What concerns the caller: who he is, what he must do next, his inbox."""

import pytest

from office import ADMIN, CHAIR, HEAD, OFFICE, PEER, STRANGER
from stack import expect, new_id, problem, until


def me(office, user):
    return office.get("/v1/me", user)


def work(office, user, query=""):
    return office.all("/v1/me/work?limit=200" + query, user)


@pytest.fixture(scope="module")
def crew(office):
    """A section with a head and one of its staff, with no past."""
    unit = office.unit("economy", kind="section")["code"]
    return unit, office.person(unit, role="head"), office.person(unit)


def given(office, user, who, **body):
    t = office.task(user, lead={"staff_code": who}, **body)
    return office.go("tasks", t, "assign", user)


def test_the_caller_is_told_who_he_is(office):
    m = me(office, HEAD)
    assert (m["id"], m["code"], m["username"]) == (office.people[HEAD], HEAD,
                                                   HEAD)
    assert m["full_name"] == "Trưởng phòng Kinh tế"
    assert [(u["code"], u["kind"], u["position"], u["main"])
            for u in m["units"]] == [("economy", "department",
                                      "Trưởng phòng", True)]
    # of today only: the demo's people have a past
    assert {(r["role"], r["unit"]["code"]) for r in m["roles"]} == {
        ("head", "economy"), ("staff", "economy")}
    assert m["functions"] == [] and m["delegations"] == []
    assert m["time_zone"] == "Asia/Ho_Chi_Minh"
    assert m["today"] == office.day() and m["settings"] == {
        "salutation": "Kính gửi", "working_week": [1, 2, 3, 4, 5],
        "objective_cause_by": "accept", "result_accepted_by": "unit",
        "progress_cadence": []}
    assert m["api"].keys() == {"version", "min_client"}
    assert m["counts"].keys() == {"overdue", "do", "approve", "unread"}
    assert me(office, "office2")["functions"] == ["personnel"]


def test_nobody_is_told_without_a_token(office):
    for path in ("/v1/me", "/v1/me/work", "/v1/notifications"):
        problem(office.stack.get(path), 401, "unauthenticated")


def test_work_is_what_one_must_do_by_due_day(office, crew):
    unit, head, who = crew
    items = [given(office, head, who, due_on=day, code=f"V.{n}", **b)
             for n, (day, b) in enumerate([
                 (office.day(25), {}), (office.day(-3), {}),
                 (None, {"kind": "continuous"}), (office.day(1), {})])]
    w = work(office, who)
    assert [x["id"] for x in w] == [items[i]["id"] for i in (1, 3, 0, 2)]
    first = w[0]
    assert first.keys() == {"id", "kind", "role", "title", "subject", "unit",
                            "due_on", "days_left", "signal", "status", "verbs",
                            "href", "version", "summary"}
    assert (first["kind"], first["role"], first["signal"], first["version"],
            first["status"]) == ("task", "do", "overdue", 2, "assigned")
    assert first["title"] == f"V.1 {items[1]['title']}"
    assert first["unit"]["code"] == unit and first["subject"] is None
    assert first["href"] == f"/v1/tasks/{first['id']}"
    assert [x["signal"] for x in w] == ["overdue", "soon", "ok", "none"]
    for x in w:         # the very verbs of the item itself
        item = office.get(x["href"], who)
        assert x["verbs"] == item["_permissions"]
        assert x["days_left"] == item["days_left"]
        assert x["version"] == item["version"]
    page = office.get("/v1/me/work?limit=1", who)
    c = page["counts"]
    assert (c["overdue"], c["approve"]) == (1, 0)
    assert c["due_soon"] >= 1 and c.keys() == {
        "overdue", "due_soon", "this_week", "approve", "unread"}
    assert me(office, who)["counts"]["do"] == 4
    assert me(office, who)["counts"]["overdue"] == 1


def test_work_is_filtered(office, crew):
    unit, head, who = crew
    t = given(office, head, who, due_on=office.day(5))
    t = office.go("tasks", t, "complete", who, result="x")
    ids = lambda user, q: [w["id"] for w in work(office, user, q)]
    assert t["id"] in ids(head, "&role=approve")
    assert t["id"] not in ids(head, "&role=do")
    assert t["id"] not in ids(who, "")
    assert t["id"] in ids(head, f"&due_to={office.day(5)}")
    assert t["id"] not in ids(head, f"&due_to={office.day(4)}")
    assert t["id"] in ids(head, "&kind=task&role=approve,do")
    assert t["id"] not in ids(head, "&kind=plan,review,evaluation")
    w, = [w for w in work(office, head, "&role=approve") if w["id"] == t["id"]]
    assert (w["signal"], w["verbs"]) == ("none", ["accept", "return"])
    for bad in ("role=boss", "kind=song", "due_to=2024-02-30", "sort=title",
                "unit=economy", "count=exact"):
        problem(office.stack.get("/v1/me/work?" + bad, head), 400,
                "bad_parameter")


def test_one_item_is_one_line_however_often_one_is_asked(office, crew):
    unit = office.unit("economy", kind="section")["code"]
    head = office.person(unit, role="head")
    office.grant(head, "office", unit)      # leads it by two grants
    t = office.task(CHAIR, lead={"unit_code": unit})
    t = office.go("tasks", t, "assign", CHAIR)
    assert [w["id"] for w in work(office, head)] == [t["id"]]
    assert me(office, head)["counts"]["do"] == 1
    assert office.get("/v1/me/work", head)["counts"]["overdue"] == 0


def test_what_fell_due_before_it_counted_is_no_miss(office, crew):
    unit, head, who = crew
    before = me(office, who)["counts"]["overdue"]
    plan = office.plan_in_force([{"lead": {"staff_code": who},
                                  "due_on": "2024-01-31"}])
    t, = office.all(f"/v1/plans/{plan['id']}/tasks", who)
    w, = [w for w in work(office, who) if w["id"] == t["id"]]
    assert w["signal"] == "none"
    assert me(office, who)["counts"]["overdue"] == before
    assert office.get("/v1/me/work", who)["counts"]["overdue"] == before


def test_what_waits_for_ones_word_is_counted_whatever_its_day(office, crew):
    unit, head, who = crew
    waiting = lambda: (len(work(office, head, "&role=approve")),
                       me(office, head)["counts"]["approve"],
                       office.get("/v1/me/work", head)["counts"]["approve"])
    n, *_ = waiting()
    # what never ends is late for no day, nor is what was due before its plan
    t = given(office, head, who, kind="continuous", due_on=office.day(30))
    office.go("tasks", t, "decline", who, reason="x")
    assert waiting() == (n + 1,) * 3
    plan = office.plan_in_force([{"lead": {"staff_code": who},
                                  "due_on": "2024-01-31"}])
    t, = office.all(f"/v1/plans/{plan['id']}/tasks", who)
    office.go("tasks", t, "assign", head, lead={"staff_code": who})
    office.go("tasks", office.get(f"/v1/tasks/{t['id']}", who), "decline", who,
              reason="x")
    assert waiting() == (n + 2,) * 3


def test_work_pages_lose_and_repeat_nothing(office, crew):
    unit, head, who = crew
    for n in range(7):
        given(office, head, who, due_on=office.day(20))
    whole = [w["id"] for w in work(office, who)]
    assert [w["id"] for w in office.all("/v1/me/work?limit=2", who)] == whole
    assert len(set(whole)) == len(whole)
    assert office.get("/v1/me/work?fields=id,verbs&limit=1", who)["items"][
        0].keys() == {"id", "verbs"}
    assert office.get("/v1/me/work?fields=verbs&limit=1", who)["items"][
        0].keys() == {"verbs"}


def test_work_passes_with_the_role_that_brings_it(office):
    unit = office.unit("economy", kind="section")["code"]
    name = office.person(unit)
    t = office.task(CHAIR, lead={"unit_code": unit})
    office.go("tasks", t, "assign", CHAIR)
    assert work(office, name) == []
    g = office.grant(name, "head", unit)
    assert [w["id"] for w in work(office, name)] == [t["id"]]
    expect(office.stack.call(
        "DELETE", f"/v1/staff/{office.people[name]}/grants/{g['id']}", ADMIN),
        204)
    assert work(office, name) == []
    office.grant(name, "head", unit, **{"from": office.day(1)})
    assert work(office, name) == []
    office.grant(name, "head", unit, function="deputy")     # does not lead
    assert work(office, name) == []


def test_whoever_has_no_grants_has_his_own_work(office):
    who = office.bare()
    assert work(office, who) == []
    assert me(office, who)["roles"] == []
    t = given(office, CHAIR, who)
    assert [w["id"] for w in work(office, who)] == [t["id"]]


# --- the inbox ---

@pytest.fixture(scope="module")
def inbox(office, crew):
    """Three lines about three tasks, oldest first."""
    unit, head, who = crew
    items = []
    for n in range(3):
        t = given(office, head, who, title=f"Thư {n}")
        items.append(until(lambda: [
            n for n in office.get("/v1/notifications", who)["items"]
            if (n["subject"] or {}).get("id") == t["id"]])[0])
    return who, items


def test_a_line_of_the_inbox_is_read_once(office, inbox):
    who, (first, *_) = inbox
    path = f"/v1/notifications/{first['id']}"
    n = office.get(path, who)
    assert {k: n[k] for k in first} == first
    assert first.keys() == {"id", "version", "category", "urgency", "title",
                            "body", "href", "subject", "status", "created_at",
                            "read_at", "acknowledged_at", "verbs"}
    assert (n["category"], n["status"], n["read_at"]) == ("assigned",
                                                          "unread", None)
    assert n["verbs"] == ["receive", "decline", "progress", "complete"]
    unread = me(office, who)["counts"]["unread"]
    r = office.stack.post(path + "/read", who)
    n = expect(r, 200)
    assert (n["status"], n["version"], n["acknowledged_at"]) == ("read", 2,
                                                                 None)
    assert r.headers["ETag"].startswith('"v2-') and n["read_at"]
    assert me(office, who)["counts"]["unread"] == unread - 1
    again = expect(office.stack.post(path + "/read", who), 200)
    assert (again["version"], again["read_at"]) == (2, n["read_at"])
    ack = expect(office.stack.post(path + "/acknowledge", who), 200)
    assert (ack["version"], ack["read_at"]) == (3, n["read_at"])
    assert ack["acknowledged_at"]
    assert expect(office.stack.post(path + "/acknowledge", who),
                  200)["version"] == 3


def test_an_inbox_is_its_owners_alone(office, inbox):
    who, items = inbox
    for user in (HEAD, CHAIR, ADMIN, STRANGER):
        for path in ("", "/read", "/acknowledge"):
            r = office.stack.call("POST" if path else "GET",
                                  f"/v1/notifications/{items[1]['id']}{path}",
                                  user)
            problem(r, 404, "not_found")
        assert items[1]["id"] not in office.ids("/v1/notifications", user)
    problem(office.stack.get(f"/v1/notifications/{new_id()}", who), 404,
            "not_found")
    assert office.get(f"/v1/notifications/{items[1]['id']}",
                      who)["status"] == "unread"


def test_the_inbox_is_filtered_and_read_at_once(office, inbox):
    who, items = inbox
    mine = {n["id"] for n in items}
    ids = lambda q: [i for i in office.ids("/v1/notifications?limit=2" + q,
                                           who) if i in mine]
    newest = [n["id"] for n in items][::-1]
    assert ids("") == newest and ids("&sort=created_at") == newest[::-1]
    assert ids("&category=assigned") == newest
    assert ids("&category=returned,result") == []
    assert set(ids("&unread=true")) <= mine
    for bad in ("category=love", "unread=1", "sort=title", "subject=x"):
        problem(office.stack.get("/v1/notifications?" + bad, who), 400,
                "bad_parameter")
    left = len(office.ids("/v1/notifications?unread=true", who))
    assert expect(office.stack.post("/v1/notifications/read-all", who),
                  200) == {"read": left}
    assert office.ids("/v1/notifications?unread=true", who) == []
    assert set(ids("&unread=false")) == mine
    assert me(office, who)["counts"]["unread"] == 0


# --- the ledger ---

def test_the_ledger_is_for_the_reader_and_for_who_keeps_the_unit(office,
                                                                inbox, crew):
    who, items = inbox
    ref = items[0]["subject"]["id"]
    lines = office.all(f"/v1/deliveries?ref={ref}", who)
    assert {(d["recipient"]["code"], d["channel"], d["status"])
            for d in lines} == {(who, "inapp", "sent")}
    assert lines[0]["about"] == {"kind": "task", "id": ref}
    for user in (OFFICE, CHAIR, HEAD, ADMIN):   # who drafts or administers
        assert len(office.all(f"/v1/deliveries?ref={ref}", user)) == 1
    for user in (PEER, STRANGER):
        assert office.all(f"/v1/deliveries?ref={ref}", user) == []
    assert office.all(f"/v1/deliveries?ref={ref}&unit=culture", CHAIR) == []
    assert office.all(f"/v1/deliveries?ref={ref}&channel=mail", who) == []
    problem(office.stack.get("/v1/deliveries?status=lost", who), 400,
            "bad_parameter")
