"""Tasks: who does what by when, who says so, and how it stands."""

import datetime

import pytest

from office import (ADMIN, CHAIR, CITY, DEPUTY, DOER, HEAD, OFFICE, PEER,
                    READER, SIBLING, STRANGER, UNDER, WARD, faults)
from stack import expect, problem, until

# The task of these tables: given by the section's head to one of its staff.
ACTORS = [DOER, HEAD, UNDER, CHAIR, DEPUTY, OFFICE, PEER, READER, CITY,
          SIBLING, STRANGER, ADMIN]
GIVERS = {HEAD, UNDER, CHAIR, DEPUTY, OFFICE}   # who may assign there
JUDGES = {HEAD, UNDER, CHAIR, DEPUTY}           # who may accept, or gave it
SEES = GIVERS | {DOER, READER, CITY}
OPEN = ("assigned", "received", "in_progress")
STEPS = {
    ("draft", "assign"): {HEAD},
    ("assigned", "receive"): {DOER},
    ("assigned", "decline"): {DOER},
    ("received", "decline"): {DOER},
    ("done", "withdraw"): {DOER},
    ("done", "accept"): JUDGES,
    ("done", "return"): JUDGES,
    ("declined", "assign"): GIVERS,
    ("declined", "recall"): GIVERS,
    ("declined", "cancel"): GIVERS,
    ("recalled", "assign"): GIVERS,
    ("recalled", "cancel"): GIVERS,
    ("paused", "resume"): GIVERS,
    ("paused", "cancel"): GIVERS,
    **{(s, v): {DOER} for s in OPEN for v in ("progress", "complete")},
    **{(s, v): GIVERS for s in OPEN for v in ("assign", "recall", "pause",
                                              "cancel", "cascade")},
}
GOES = {"assign": "assigned", "receive": "received", "decline": "declined",
        "recall": "recalled", "progress": "in_progress", "complete": "done",
        "withdraw": "in_progress", "accept": "accepted",
        "return": "in_progress", "pause": "paused", "resume": "in_progress",
        "cancel": "cancelled"}
NEEDS = {v: {"reason": "Có lý do"} for v in ("decline", "return", "cancel")}
NEEDS["complete"] = {"result": "Đã xong"}
WAY = {"draft": [], "assigned": ["assign"], "received": ["assign", "receive"],
       "in_progress": ["assign", "progress"], "done": ["assign", "complete"],
       "accepted": ["assign", "complete", "accept"],
       "declined": ["assign", "decline"], "recalled": ["assign", "recall"],
       "paused": ["assign", "pause"], "cancelled": ["assign", "cancel"]}
BY = {"receive": DOER, "progress": DOER, "complete": DOER, "decline": DOER}


@pytest.fixture(scope="module")
def far(office):
    return office.elsewhere()


def walk(office, *verbs, **body):
    t = office.task(**body)
    for v in verbs:
        t = office.go("tasks", t, v, BY.get(v, HEAD), **NEEDS.get(v, {}))
    return t


def read(office, t, user=HEAD):
    return office.get(f"/v1/tasks/{t['id']}", user)


# --- states ---

def test_every_verb_in_every_status_by_everybody(office):
    """What the table allows happens; all else is refused and changes
    nothing."""
    for status, way in WAY.items():
        t = walk(office, *way)
        assert t["status"] == status
        for verb in GOES:
            may = STEPS.get((status, verb), set())
            for actor in ACTORS if may else (DOER, CHAIR, SIBLING):
                if actor in may:
                    continue
                r = office.stack.verb(f"/v1/tasks/{t['id']}/{verb}", actor, t,
                                      NEEDS.get(verb))
                seen = actor == HEAD if status == "draft" else actor in SEES
                want = 404 if not seen else 403 if may else 409
                assert r.status_code == want, (status, verb, actor, r.text)
        assert read(office, t)["version"] == t["version"], status
        for n, verb in enumerate(GOES):
            # two of them at a time, in turn: the others by _permissions
            may = sorted(STEPS.get((status, verb), set()))
            for actor in (may[n % 3:] + may)[:2]:
                t = walk(office, *way)
                u = office.go("tasks", t, verb, actor, **NEEDS.get(verb, {}))
                assert u["status"] == GOES[verb], (status, verb)
                assert u["version"] == t["version"] + 1
                assert office.events(t["id"])[-1] == (
                    verb, u["version"], actor)


def test_permissions_are_what_the_verbs_do(office):
    for status, way in WAY.items():
        t = walk(office, *way)
        for actor in ACTORS:
            r = office.stack.get(f"/v1/tasks/{t['id']}", actor)
            if actor not in ({HEAD} if status == "draft" else SEES):
                problem(r, 404, "not_found")
                continue
            want = {v for (s, v), who in STEPS.items()
                    if s == status and actor in who}
            if status == "draft":
                want |= {"update", "delete"}
            elif status in OPEN + ("paused",) and actor in GIVERS:
                want |= {"update"}
            assert set(expect(r, 200)["_permissions"]) == want, (status, actor)


def test_a_refusal_of_the_status_names_what_it_allows(office):
    t = walk(office, "assign", "complete")
    p = problem(office.stack.verb(f"/v1/tasks/{t['id']}/receive", DOER, t),
                409, "wrong_state")
    assert (p["current_status"], p["allowed"]) == ("done", ["withdraw"])


def test_work_is_not_accepted_by_who_reported_it(office):
    # led by the unit: its head reports, so somebody else accepts
    t = office.task(CHAIR, lead={"unit_code": "economy"})
    t = office.go("tasks", t, "assign", CHAIR)
    t = office.go("tasks", t, "complete", HEAD, result="Xong")
    assert t["_permissions"] == ["withdraw"]
    for verb in ("accept", "return"):
        problem(office.stack.verb(f"/v1/tasks/{t['id']}/{verb}", HEAD, t,
                                  NEEDS.get(verb)), 403, "forbidden")
    assert office.go("tasks", t, "accept", CHAIR)["status"] == "accepted"
    # given by himself to himself: asked is who else may accept in the office
    t = office.task(HEAD, lead={"staff_code": HEAD})
    t = office.go("tasks", t, "assign", HEAD)
    t = office.go("tasks", t, "complete", HEAD, result="Xong")
    problem(office.stack.verb(f"/v1/tasks/{t['id']}/accept", HEAD, t), 403,
            "forbidden")
    asked = lambda u: t["id"] in [w["id"] for w in office.all(
        "/v1/me/work?role=approve", u)]
    assert asked(CHAIR) and asked(DEPUTY) and not asked(HEAD)


def test_what_is_given_from_above_is_changed_from_above(office):
    """Who is given work for his unit passes it on; the day it is due, and
    whether it is done at all, stay with whoever gave it."""
    t = office.task(OFFICE, lead={"unit_code": "economy"})
    t = office.go("tasks", t, "assign", OFFICE)
    def keep_from_the_unit(t):
        for user in (HEAD, UNDER):
            problem(office.stack.patch(
                f"/v1/tasks/{t['id']}", user, {"due_on": "2099-12-31"},
                t["version"]), 403, "forbidden")
            for verb in ("recall", "pause", "cancel"):
                office.go("tasks", t, verb, user, 403, **NEEDS.get(verb, {}))
            office.go("tasks", t, "assign", user, 403, due_on="2099-12-31")
            assert {"assign", "cascade"} <= set(
                read(office, t, user)["_permissions"])
    keep_from_the_unit(t)
    t = office.go("tasks", t, "assign", HEAD, lead={"staff_code": DOER})
    keep_from_the_unit(t)
    assert (t["assigned_by"]["code"], t["due_on"]) == (HEAD, "2099-06-30")
    t = office.patch("tasks", t, CHAIR, due_on="2099-07-31")
    t = office.go("tasks", t, "pause", OFFICE)
    problem(office.stack.verb(f"/v1/tasks/{t['id']}/resume", HEAD, t), 403,
            "forbidden")
    t = office.go("tasks", t, "resume", CHAIR)
    # given anew from above, it is theirs above; what the unit gives is its own
    t = office.go("tasks", t, "assign", CHAIR, lead={"unit_code": "economy"})
    keep_from_the_unit(t)
    own = office.go("tasks", office.task(), "assign", HEAD)
    own = office.patch("tasks", own, UNDER, due_on="2099-07-31")
    office.go("tasks", own, "cancel", HEAD, **NEEDS["cancel"])


def test_the_items_of_a_plan_are_given_from_where_it_was_issued(office):
    plan = office.plan_in_force([{"lead": {"unit_code": "economy"}}])
    t, = office.all(f"/v1/plans/{plan['id']}/tasks", HEAD)
    office.go("tasks", t, "cancel", HEAD, 403, **NEEDS["cancel"])
    office.go("tasks", t, "cascade", HEAD,
              audience=[{"unit_code": "economy"}])
    part, = office.all(f"/v1/tasks?parent={t['id']}", HEAD)
    office.go("tasks", part, "cancel", HEAD, **NEEDS["cancel"])


def test_a_units_work_is_its_leaders(office):
    t = office.go("tasks", office.task(CHAIR, lead={"unit_code": "economy"}),
                  "assign", CHAIR)
    assert t["lead"] == {**t["lead_unit"], "kind": "unit"}
    assert t["lead_staff"] is None
    for user, sees in [(HEAD, True), (UNDER, True), (DOER, False)]:
        r = office.stack.get(f"/v1/tasks/{t['id']}", user)
        assert r.status_code == (200 if sees else 404)
    problem(office.stack.verb(f"/v1/tasks/{t['id']}/receive", UNDER, t), 403,
            "forbidden")        # a deputy does not lead
    t = office.go("tasks", t, "receive", HEAD)
    # a ward's goes to its chair and its office
    t = office.go("tasks", office.task(CHAIR, lead={"unit_code": WARD}),
                  "assign", CHAIR)
    work = lambda u: t["id"] in [w["id"] for w in office.all(
        "/v1/me/work?role=do", u)]
    assert work(CHAIR) and work(OFFICE) and not work(DEPUTY)


def test_continuous_work_is_never_completed(office):
    for body in ({"kind": "continuous"},
                 {"kind": "recurring", "cadence": ["monthly"]}):
        t = office.go("tasks", office.task(due_on=None, **body), "assign",
                      HEAD)
        assert "complete" not in read(office, t, DOER)["_permissions"]
        problem(office.stack.verb(f"/v1/tasks/{t['id']}/complete", DOER, t,
                                  {"result": "x"}), 409, "wrong_state")
        t = office.go("tasks", t, "progress", DOER, progress="Đều đặn")
        assert (t["progress"], t["timeliness"], t["signal"]) == (
            "Đều đặn", "continuous", "none")


# --- what the verbs leave behind ---

def test_the_story_of_a_task(office):
    t = office.task(expected_output="Báo cáo", quantity="3",
                    unit_of_measure="bản")
    t = office.go("tasks", t, "assign", HEAD, reason="Đúng chuyên môn")
    assert (t["assigned_by"]["code"], t["assigned_on"]) == (HEAD,
                                                            office.day())
    t = office.go("tasks", t, "receive", DOER)
    assert t["received_on"] == office.day()
    t = office.go("tasks", t, "progress", DOER, progress="Một nửa",
                  quantity_done="1.5")
    assert (t["progress"], t["quantity_done"]) == ("Một nửa", "1.5")
    t = office.go("tasks", t, "complete", DOER, result="Ba bản",
                  quantity_done="3", completed_on=office.day(-1))
    assert (t["result"], t["completed_on"], t["quantity_done"]) == (
        "Ba bản", office.day(-1), "3")
    assert t["recorded_at"] and t["timeliness"] == "done_on_time"
    t = office.go("tasks", t, "return", HEAD, reason="Thiếu phụ lục")
    assert (t["return_reason"], t["reworks"], t["completed_on"],
            t["recorded_at"]) == ("Thiếu phụ lục", 1, None, None)
    assert t["timeliness"] == "open_in_term"    # a returned one is not done
    t = office.go("tasks", t, "complete", DOER, result="Đủ")
    assert (t["completed_on"], t["return_reason"]) == (office.day(), None)
    t = office.go("tasks", t, "withdraw", DOER)
    assert (t["completed_on"], t["reworks"]) == (None, 1)
    t = office.go("tasks", t, "complete", DOER, result="Đủ rồi")
    t = office.go("tasks", t, "accept", CHAIR, quantity_accepted="2.5",
                  note="Tốt")
    assert (t["accepted_on"], t["quantity_accepted"], t["reworks"]) == (
        office.day(), "2.5", 1)
    assert [e[0] for e in office.events(t["id"])] == [
        "create", "assign", "receive", "progress", "complete", "return",
        "complete", "withdraw", "complete", "accept"]
    assert [e[1] for e in office.events(t["id"])] == list(range(1, 11))


def test_waiting_for_acceptance_costs_the_doer_nothing(office):
    t = walk(office, "assign", due_on=office.day(-1))
    assert t["timeliness"] == "overdue"
    t = office.go("tasks", t, "complete", DOER, result="x",
                  completed_on=office.day(-1))
    assert (t["timeliness"], t["signal"], t["days_left"]) == (
        "done_on_time", "none", None)
    t = office.go("tasks", t, "accept", HEAD)
    assert t["timeliness"] == "done_on_time"


def test_declining_says_why_and_to_whom_instead(office):
    t = walk(office, "assign")
    t = office.go("tasks", t, "decline", DOER, reason="Không thuộc lĩnh vực",
                  suggested="Cán bộ Kinh tế 2")
    assert (t["decline_reason"], t["suggested"]) == (
        "Không thuộc lĩnh vực", "Cán bộ Kinh tế 2")
    t = office.go("tasks", t, "assign", HEAD, lead={"staff_code": PEER},
                  due_on="2099-07-31")
    assert (t["lead"]["code"], t["due_on"], t["decline_reason"],
            t["suggested"]) == (PEER, "2099-07-31", None, None)
    problem(office.stack.get(f"/v1/tasks/{t['id']}", DOER), 404, "not_found")


def test_giving_out_anew_starts_the_item_anew(office):
    t = walk(office, "assign", "receive")
    t = office.go("tasks", t, "assign", CHAIR, lead_staff_code=PEER,
                  co_owners=[{"unit_code": "culture"}, {"staff_code": DOER}])
    assert (t["status"], t["received_on"], t["assigned_by"]["code"]) == (
        "assigned", None, CHAIR)
    assert [c["code"] for c in t["co_owners"]] == ["culture", DOER]
    t = office.go("tasks", t, "assign", HEAD, lead_unit_code="economy")
    assert t["lead"]["kind"] == "unit" and t["lead_staff"] is None


@pytest.mark.parametrize("verb, body, want", [
    ("complete", {}, {"/result": "required"}),
    ("complete", {"result": ""}, {"/result": "too_short"}),
    ("complete", {"result": "x", "completed_on": "2199-01-01"},
     {"/completed_on": "in_future"}),
    ("complete", {"result": "x", "completed_on": "2024-02-30"},
     {"/completed_on": "bad_format"}),
    ("complete", {"result": "x", "quantity_done": "-1"},
     {"/quantity_done": "out_of_range"}),
    ("complete", {"result": "x", "quantity_done": 1},
     {"/quantity_done": "wrong_type"}),
    ("progress", {"quantity_done": "1.00001"},
     {"/quantity_done": "bad_format"}),
    ("decline", {}, {"/reason": "required"}),
    ("receive", {"x": 1}, {"/x": "unknown"}),
])
def test_a_verb_says_what_it_needs(office, verb, body, want):
    t = walk(office, "assign")
    assert faults(office.stack.verb(f"/v1/tasks/{t['id']}/{verb}", DOER, t,
                                    body)) == want
    assert read(office, t)["version"] == t["version"]


def test_a_quantity_accepted_is_a_quantity(office):
    t = walk(office, "assign", "complete")
    assert faults(office.stack.verb(
        f"/v1/tasks/{t['id']}/accept", HEAD, t,
        {"quantity_accepted": "-0.5"})) == {
            "/quantity_accepted": "out_of_range"}


# --- making and changing ---

WHOLE = {"code": "X.1", "text": "Chi tiết", "audience": "all-units",
         "due_precision": "month", "expected_output": "Biên bản",
         "weight": "2.5", "urgency": "urgent", "quantity": "10",
         "unit_of_measure": "hồ sơ", "source": {"a": [1]},
         "origin": {"kind": "meeting", "ref": "TB 12"}, "cadence": []}


def test_a_task_is_kept_as_it_was_written(office):
    t = office.task(**WHOLE, co_owners=[{"unit_code": "culture"},
                                        {"staff_code": PEER}])
    for k, v in WHOLE.items():
        assert t[k] == v, k
    assert (t["status"], t["kind"], t["version"]) == ("draft", "one_off", 1)
    assert t["lead"]["kind"] == "person" and t["lead"]["code"] == DOER
    assert t["lead_staff"]["unit"]["code"] == "economy"
    assert t["lead_unit"]["code"] == "economy"
    assert [c["code"] for c in t["co_owners"]] == ["culture", PEER]
    assert read(office, t) == t
    u = office.patch("tasks", t, HEAD, title="Khác", text=None, weight="3",
                     origin={"ref": None}, co_owners=None, quantity=None)
    assert (u["title"], u["text"], u["weight"], u["quantity"],
            u["co_owners"]) == ("Khác", None, "3", None, [])
    assert u["origin"] == {"kind": "meeting"}
    assert office.stack.sql(
        "SELECT before ->> 'title', patch ->> 'title' FROM camket.event"
        " WHERE ref = %s AND verb = 'update'", t["id"]) == [
            (t["title"], "Khác")]


NOWHERE = "00000000-0000-7000-8000-0000000000ff"


@pytest.mark.parametrize("change, want", [
    ({"title": None}, {"/title": "required"}),
    ({"title": "x" * 2001}, {"/title": "too_long"}),
    ({"kind": "occurrence"}, {"/kind": "not_in_list"}),
    ({"kind": "recurring"}, {"/cadence": "required"}),
    ({"kind": "recurring", "cadence": ["weekly"]},
     {"/cadence/0": "not_in_list"}),
    ({"due_on": "2023-02-29"}, {"/due_on": "bad_format"}),
    ({"due_precision": "year"}, {"/due_precision": "not_in_list"}),
    ({"weight": "123456"}, {"/weight": "bad_format"}),
    ({"weight": "-1"}, {"/weight": "out_of_range"}),
    ({"quantity": "1,5"}, {"/quantity": "bad_format"}),
    ({"urgency": "soon"}, {"/urgency": "not_in_list"}),
    ({"origin": {"ref": "x"}}, {"/origin/kind": "required"}),
    ({"lead": None}, {"/lead": "required"}),
    ({"lead": {}}, {"/lead": "required"}),
    ({"lead": {"unit_code": "economy", "staff_code": DOER}},
     {"/lead": "ambiguous"}),
    ({"lead_unit_code": "economy"}, {"/lead": "ambiguous"}),
    ({"lead": {"unit_code": "nowhere"}},
     {"/lead/unit_code": "unknown_reference"}),
    ({"lead": {"staff_id": NOWHERE}}, {"/lead/staff_id": "unknown_reference"}),
    ({"lead": {"unit_code": "ward-tan-chinh"}}, {"/lead": "not_a_lead"}),
    ({"lead": None, "lead_unit_id": None, "lead_unit_code": "nowhere"},
     {"/lead_unit_code": "unknown_reference"}),
    ({"co_owners": [{"unit_code": "pasc"}, {"staff_code": "nobody"}, {}]},
     {"/co_owners/2": "required"}),
    ({"co_owners": [{"unit_code": "pasc"}, {"staff_code": "nobody"},
                    {"unit_id": NOWHERE}]},
     {"/co_owners/1/staff_code": "unknown_reference",
      "/co_owners/2/unit_id": "unknown_reference"}),
    ({"plan_id": NOWHERE}, {"/plan_id": "unknown_reference"}),
    ({"parent_id": NOWHERE}, {"/parent_id": "unknown_reference"}),
    ({"parent_id": "1"}, {"/parent_id": "bad_format"}),
    ({"status": "done"}, {"/status": "server_set"}),
    ({"due_rule": {"working_days": 5}}, {"/due_on": "in_conflict"}),
    ({"due_on": None, "due_rule": {"from": "2026-02-10"}},
     {"/due_rule/working_days": "required"}),
    ({"due_on": None, "due_rule": {"working_days": -1}},
     {"/due_rule/working_days": "out_of_range"}),
    ({"due_on": None, "due_rule": {"working_days": 9, "from": "2045-12-30"}},
     {"/due_rule": "out_of_range"}),
])
def test_a_wrong_task_is_refused_naming_the_member(office, change, want):
    b = {"title": "never", "due_on": "2099-01-01",
         "lead": {"staff_code": DOER}, **change}
    for k in [k for k, v in change.items() if v is None]:
        del b[k]
    assert faults(office.stack.post("/v1/tasks", HEAD, b)) == want
    assert office.stack.one("SELECT count(*) FROM camket.task"
                            " WHERE title = 'never'") == 0


def test_an_id_of_another_kind_is_no_reference(office):
    b = {"title": "never", "due_on": "2099-01-01"}
    for lead, at in [({"unit_id": office.people[DOER]}, "/lead/unit_id"),
                     ({"staff_id": office.units["economy"]},
                      "/lead/staff_id")]:
        assert faults(office.stack.post("/v1/tasks", HEAD, {
            **b, "lead": lead})) == {at: "unknown_reference"}
    plan = office.plan_in_force([{"lead": {"unit_code": "economy"}}])
    assert faults(office.stack.post("/v1/tasks", HEAD, {
        **b, "lead": {"unit_code": "economy"},
        "parent_id": plan["id"]})) == {"/parent_id": "unknown_reference"}


def test_whoever_left_or_is_nowhere_leads_nothing(office):
    gone = office.person("economy")
    p = office.get(f"/v1/staff/{office.people[gone]}", ADMIN)
    p = office.patch("staff", p, ADMIN, status="left")
    b = {"title": "never", "due_on": "2099-01-01"}
    assert faults(office.stack.post("/v1/tasks", HEAD, {
        **b, "lead": {"staff_code": gone}})) == {"/lead": "not_a_lead"}
    office.remove("staff", p, ADMIN)
    assert faults(office.stack.post("/v1/tasks", HEAD, {
        **b, "lead": {"staff_code": gone}})) == {
            "/lead/staff_code": "unknown_reference"}
    past = office.person("economy", assignments=[
        {"unit_code": "economy", "position": "x", "from": "2024-01-01",
         "to": "2024-12-31"}])
    assert faults(office.stack.post("/v1/tasks", HEAD, {
        **b, "lead": {"staff_code": past}})) == {"/lead": "not_a_lead"}
    # a person leads where he works
    assert faults(office.stack.post("/v1/tasks", CHAIR, {
        **b, "lead_unit_code": "culture", "lead_staff_code": DOER})) == {
            "/lead": "not_a_lead"}


def test_work_goes_to_a_unit_by_who_may_assign_there(office, far):
    b = {"title": "x", "due_on": "2099-01-01"}
    for user, lead, status in [
            (HEAD, {"unit_code": "economy"}, 201),
            (HEAD, {"unit_code": "culture"}, 403),
            (HEAD, {"staff_code": STRANGER}, 403),
            (HEAD, {"unit_code": WARD}, 403),
            (DOER, {"staff_code": DOER}, 403),
            (READER, {"unit_code": "economy"}, 403),
            (CITY, {"unit_code": "economy"}, 403),
            (ADMIN, {"unit_code": "economy"}, 403),
            (OFFICE, {"unit_code": "culture"}, 201),
            (CHAIR, {"unit_code": "city-da-nang"}, 403)]:
        r = office.stack.post("/v1/tasks", user, {**b, "lead": lead})
        assert r.status_code == status, (user, lead, r.text)
    for user, lead, at in [
            (HEAD, {"unit_code": far[0]}, "/lead/unit_code"),
            (CHAIR, {"staff_code": far[3]}, "/lead/staff_code"),
            (far[1], {"unit_code": "economy"}, "/lead/unit_code")]:
        assert faults(office.stack.post("/v1/tasks", user, {
            **b, "lead": lead})) == {at: "unknown_reference"}
    t = office.task(HEAD, lead={"unit_code": "economy"})
    # neither does a change or a step carry it over the border
    path = f"/v1/tasks/{t['id']}"
    problem(office.stack.patch(path, HEAD, {"lead": {"unit_code": "culture"}},
                               1), 403, "forbidden")
    problem(office.stack.verb(path + "/assign", HEAD, t,
                              {"lead": {"staff_code": STRANGER}}), 403,
            "forbidden")
    t = office.go("tasks", t, "assign", HEAD, lead={"staff_code": DOER})
    # and once it is given out only assign hands it on
    r = office.stack.patch(path, HEAD, {"lead": {"staff_code": PEER}},
                           t["version"])
    assert "assign" in problem(r, 409, "wrong_state")["allowed"]
    t = office.go("tasks", t, "assign", CHAIR, lead={"unit_code": "culture"})
    assert t["lead_unit"]["code"] == "culture"
    assert office.stack.one("SELECT unit_id FROM camket.event WHERE ref = %s"
                            " ORDER BY seq DESC", t["id"]) is not None
    problem(office.stack.get(path, UNDER), 404, "not_found")
    expect(office.stack.get(path, SIBLING), 200)


def test_a_draft_is_its_authors_alone(office):
    t = office.task(CHAIR, lead={"staff_code": DOER})
    path = f"/v1/tasks/{t['id']}"
    for user in set(ACTORS) - {CHAIR}:
        problem(office.stack.get(path, user), 404, "not_found")
        problem(office.stack.patch(path, user, {"title": "x"}, 1), 404,
                "not_found")
        problem(office.stack.call("DELETE", path, user, If_Match='"v1"'), 404,
                "not_found")
        problem(office.stack.verb(path + "/assign", user, t), 404,
                "not_found")
        assert t["id"] not in office.ids("/v1/tasks?status=draft", user)
    assert office.get(path, CHAIR) == t     # and nothing was written
    assert len(office.events(t["id"])) == 1


def test_parts_stand_in_the_plan_of_their_whole(office):
    plan = office.plan_in_force([{"lead": {"unit_code": "economy"}}],
                                count_from="2024-06-01")
    whole, = office.all(f"/v1/plans/{plan['id']}/tasks", HEAD)
    b = {"title": "Phần việc", "due_on": "2024-05-01",
         "lead": {"staff_code": DOER}, "parent_id": whole["id"]}
    part = office.make("tasks", HEAD, b)
    assert part["plan"]["id"] == plan["id"]
    assert (part["parent_id"], part["count_from"], part["historic"]) == (
        whole["id"], "2024-06-01", True)
    assert [t["id"] for t in office.all(
        f"/v1/tasks?parent={whole['id']}", HEAD)] == [part["id"]]
    assert part["id"] not in office.ids(f"/v1/plans/{plan['id']}/tasks", HEAD)
    other = office.plan_in_force()
    assert faults(office.stack.post("/v1/tasks", HEAD, {
        **b, "plan_id": other["id"]})) == {"/parent_id": "in_conflict"}
    problem(office.stack.post("/v1/tasks", SIBLING, {
        **b, "lead": {"unit_code": "economy"}}), 403, "forbidden")
    # what is issued takes no new items
    r = office.stack.post("/v1/tasks", CHAIR, {
        **b, "parent_id": None, "plan_id": plan["id"]})
    assert problem(r, 409, "wrong_state")["current_status"] == "in_force"


def test_a_code_is_one_items_in_a_plan(office):
    plan = office.plan()
    office.task(OFFICE, plan_id=plan["id"], code="II.1")
    t = office.task(OFFICE, plan_id=plan["id"], code="II.2")
    for r in (office.stack.post("/v1/tasks", OFFICE, {
            "title": "x", "plan_id": plan["id"], "code": "II.1",
            "due_on": "2099-01-01", "lead": {"unit_code": "economy"}}),
            office.stack.patch(f"/v1/tasks/{t['id']}", OFFICE,
                               {"code": "II.1"}, 1)):
        assert problem(r, 409, "duplicate")["errors"][0]["pointer"] == "/code"
    office.task(OFFICE, code="II.1")        # of no plan: as often as it likes
    office.task(OFFICE, code="II.1")


def test_what_is_fixed_or_needed_cannot_be_patched_away(office):
    t = office.task()
    for change, code in [
            ({"plan_id": NOWHERE}, "fixed"), ({"kind": "continuous"}, "fixed"),
            ({"parent_id": NOWHERE}, "fixed"), ({"source": {}}, "fixed"),
            ({"title": None}, "not_null"), ({"urgency": None}, "not_null"),
            ({"lead_unit_id": None}, "not_null"), ({"lead": None}, "not_null"),
            ({"reworks": 0}, "server_set")]:
        assert faults(office.stack.patch(f"/v1/tasks/{t['id']}", HEAD, change,
                                         1)) == {"/" + next(iter(change)):
                                                 code}
    r = office.task(kind="recurring", cadence=["monthly"], due_on=None)
    assert faults(office.stack.patch(f"/v1/tasks/{r['id']}", HEAD,
                                     {"cadence": []}, 1)) == {
            "/cadence": "required"}


def test_what_is_given_out_has_a_due_day(office):
    t = office.task(due_on=None)
    assert faults(office.stack.verb(f"/v1/tasks/{t['id']}/assign", HEAD,
                                    t)) == {"/due_on": "no_due_day"}
    t = office.go("tasks", t, "assign", HEAD, due_on="2099-01-01")
    assert faults(office.stack.patch(f"/v1/tasks/{t['id']}", HEAD,
                                     {"due_on": None}, t["version"])) == {
            "/due_on": "no_due_day"}


def test_a_removed_draft_comes_back_as_it_was(office):
    t = office.task()
    path = f"/v1/tasks/{t['id']}"
    office.remove("tasks", t, HEAD)
    problem(office.stack.get(path, HEAD), 404, "not_found")
    problem(office.stack.verb(path + "/assign", HEAD, t), 404, "not_found")
    assert t["id"] in office.ids("/v1/tasks?deleted=only", HEAD)
    for user in (CHAIR, DOER, SIBLING):
        assert t["id"] not in office.ids("/v1/tasks?deleted=only", user)
        problem(office.stack.post(path + "/restore", user), 404, "not_found")
    back = expect(office.stack.post(path + "/restore", HEAD), 200)
    same = {k: v for k, v in back.items() if k not in ("version",
                                                       "updated_at")}
    assert same == {k: t[k] for k in same} and back["version"] == 3
    assigned = walk(office, "assign")
    problem(office.stack.call("DELETE", f"/v1/tasks/{assigned['id']}", HEAD,
                              If_Match='"v2"'), 409, "wrong_state")


# --- days ---

TET = [     # Tết 2026 is off from 14 to 22 February (a Monday comes after)
    ("2026-02-10", 7, "2026-02-26"),    # a proposal's seven days
    ("2026-02-12", 5, "2026-02-26"),    # a report's five
    ("2026-02-26", 7, "2026-03-09"),
    ("2026-03-09", 3, "2026-03-12"),
    ("2026-02-14", 0, "2026-02-23"),    # the next working day
    ("2026-02-14", 1, "2026-02-23"),
    ("2026-02-14", 2, "2026-02-24"),
    ("2026-04-29", 1, "2026-05-04"),    # 30 April and 1 May are off
]


@pytest.mark.parametrize("start, days, due", TET)
def test_a_due_day_follows_its_rule_in_working_days(office, start, days, due):
    t = office.task(due_on=None, due_rule={"working_days": days,
                                           "from": start})
    assert t["due_on"] == due
    assert t["due_rule"] == {"working_days": days, "from": start}


def test_a_stated_day_takes_the_place_of_the_rule(office):
    t = office.task(due_on=None, due_rule={"working_days": 3})
    assert t["due_rule"]["from"] == office.day()
    u = office.patch("tasks", t, HEAD, due_on="2099-01-05")
    assert (u["due_on"], u["due_rule"]) == ("2099-01-05", None)
    u = office.patch("tasks", u, HEAD, due_rule={"working_days": 7,
                                                 "from": "2026-02-10"})
    assert u["due_on"] == "2026-02-26"
    u = office.go("tasks", u, "assign", HEAD, due_on="2099-01-06")
    assert (u["due_on"], u["due_rule"]) == ("2099-01-06", None)


def test_days_left_are_working_days(office):
    today = datetime.date.fromisoformat(office.day())
    ordinal = dict(office.stack.sql(
        "SELECT w.day, w.ordinal FROM camket.workday w JOIN camket.unit u"
        " ON u.calendar_id = w.calendar_id WHERE u.code = 'economy' AND"
        " w.day BETWEEN %s AND %s", office.day(-20), office.day(20)))
    for n in (-15, -1, 0, 1, 5, 9, 15):
        day = today + datetime.timedelta(days=n)
        t = walk(office, "assign", due_on=str(day))
        left = ordinal[day] - ordinal[today]
        assert t["days_left"] == left
        assert t["signal"] == ("overdue" if n < 0 else
                               "soon" if left <= 3 else "ok"), n
        assert t["timeliness"] == ("overdue" if n < 0 else "open_in_term")
        paused = office.go("tasks", t, "pause", HEAD)
        assert (paused["signal"], paused["timeliness"]) == ("none",
                                                            "open_in_term")
        done = office.go("tasks", office.go("tasks", paused, "resume", HEAD),
                         "complete", DOER, result="x")
        assert (done["timeliness"], done["signal"]) == (
            ("done_late", "late_done") if n < 0 else
            ("done_on_time", "none")), n
        late = walk(office, "assign", "cancel", due_on=str(day))
        assert (late["timeliness"], late["signal"], late["days_left"]) == (
            "cancelled", "none", None)


# --- lists ---

def test_lists_show_what_items_show(office, far):
    tasks = {s: walk(office, *way) for s, way in WAY.items()}
    ids = ",".join(t["id"] for t in tasks.values())
    for actor in ACTORS + [far[1]]:
        want = ({t["id"] for s, t in tasks.items() if s != "draft"}
                if actor in SEES else set())
        if actor == HEAD:
            want.add(tasks["draft"]["id"])
        assert set(office.ids(f"/v1/tasks?ids={ids}&limit=3", actor)) == want
        page = office.get(f"/v1/tasks?ids={ids}&count=exact&counts=status,"
                          "timeliness,signal", actor)
        assert page["count"] == len(want)
        for dim in ("status", "timeliness", "signal"):
            assert sum(page["counts"][dim].values()) == len(want)
    item = office.get(f"/v1/tasks?ids={tasks['done']['id']}&"
                      "fields=id,_permissions", DOER)["items"]
    assert item == [{"id": tasks["done"]["id"], "_permissions": ["withdraw"]}]


def test_a_list_is_filtered_and_sorted(office):
    unit = office.unit("economy", kind="section")
    u = unit["code"]
    who = office.person(u)
    made = {}
    for n, b in {
            "a": {"title": "Đo đạc", "code": "II.2", "urgency": "urgent",
                  "due_on": office.day(40)},
            "b": {"title": "Dọn dẹp", "code": "II.10",
                  "due_on": office.day(-2)},
            "c": {"title": "Ăn Tết", "code": "I.1", "kind": "continuous",
                  "due_on": None},
            "d": {"title": "Do xét", "due_on": office.day(1),
                  "lead": {"unit_code": u}}}.items():
        b = {"lead": {"staff_code": who}, **b}
        made[n] = office.go("tasks", office.task(**b), "assign", HEAD)
    made["b"] = office.go("tasks", made["b"], "complete", who, result="x")
    name = {t["id"]: n for n, t in made.items()}

    def got(query, user=HEAD):
        return "".join(name[i] for i in office.ids(
            f"/v1/tasks?unit={u}&limit=2&{query}", user))

    for query, want in [
            ("", "bdac"), ("sort=due_on", "bdac"), ("sort=-due_on", "adbc"),
            ("sort=code", "cabd"), ("sort=-code", "bacd"),
            ("sort=title", "cdba"), ("sort=-title", "abdc"),
            ("sort=created_at", "abcd"), ("sort=-created_at", "dcba"),
            ("sort=updated_at", "acdb"), ("sort=-updated_at", "bdca"),
            ("status=done", "b"), ("status=assigned&sort=title", "cda"),
            ("kind=continuous", "c"), ("urgency=urgent", "a"),
            (f"lead_staff={office.people[who]}&sort=title", "cba"),
            (f"due_from={office.day(-2)}&due_to={office.day(1)}", "bd"),
            (f"due_to={office.day(-3)}", ""),
            ("timeliness=done_late", "b"), ("timeliness=continuous", "c"),
            ("timeliness=open_in_term", "da"), ("signal=soon", "d"),
            ("signal=late_done,ok", "ba"), ("signal=none", "c"),
            ("mine=assigned", "bdac"), ("mine=approve", "b"),
            ("mine=do", ""), ("mine=follow", ""), ("historic=false", "bdac"),
            ("historic=true", ""), ("q=do", "bda"), ("q=ii.1", "b"),
            ("q=tet%20an", "c"), ("subtree=false", "bdac")]:
        assert got(query) == want, query
    assert got("mine=do&sort=title", who) == "cba"
    assert got("", who) == "bac"        # not the unit's own
    assert office.ids(f"/v1/tasks?unit={unit['id']}", HEAD) == office.ids(
        f"/v1/tasks?unit={u}", HEAD)
    assert set(office.ids("/v1/tasks?unit=economy", HEAD)) >= set(name)
    assert not set(office.ids("/v1/tasks?unit=economy&subtree=false",
                              HEAD)) & set(name)


@pytest.mark.parametrize("query", [
    "status=gone", "kind=big", "urgency=1", "timeliness=late", "signal=red",
    "mine=theirs", "due_from=2024-02-30", "due_to=x", "plan=1", "parent=1",
    "lead_staff=staff.economy1", "historic=maybe", "period=2026-13",
    "sort=weight", "counts=kind", "deleted=1", "assigned_by=x"])
def test_a_wrong_parameter_is_refused(office, query):
    problem(office.stack.get("/v1/tasks?" + query, HEAD), 400,
            "bad_parameter")


def test_filters_tell_nothing_of_what_is_hidden(office):
    t = office.go("tasks", office.task(CHAIR, title="Chuyện kín",
                                       lead={"unit_code": "culture"}),
                  "assign", CHAIR)
    for q in (f"ids={t['id']}", "q=chuyen kin", "unit=culture",
              f"unit={WARD}&mine=do", "sort=title&q=kin"):
        assert t["id"] not in office.ids("/v1/tasks?" + q, HEAD)
        page = office.get(f"/v1/tasks?{q}&count=exact&counts=status", HEAD)
        assert page["count"] == sum(page["counts"]["status"].values())
    page = office.get("/v1/tasks?q=chuyen kin&count=exact&counts=status", HEAD)
    assert (page["items"], page["count"], page["counts"]) == (
        [], 0, {"status": {}})


# --- with others ---

def test_co_owners_follow_it_and_do_not_steer_it(office):
    t = office.task(co_owners=[{"unit_code": "culture"},
                               {"staff_code": PEER}])
    t = office.go("tasks", t, "assign", HEAD)
    for user in (SIBLING, PEER):
        assert read(office, t, user)["_permissions"] == []
        assert t["id"] in office.ids("/v1/tasks?mine=follow", user)
        w, = [w for w in office.all("/v1/me/work?role=know", user)
              if w["id"] == t["id"]]
        assert (w["role"], w["verbs"]) == ("know", [])
        problem(office.stack.verb(f"/v1/tasks/{t['id']}/receive", user, t),
                403, "forbidden")
    problem(office.stack.get(f"/v1/tasks/{t['id']}", STRANGER), 404,
            "not_found")
    t = office.go("tasks", t, "complete", DOER, result="x")
    assert t["id"] not in [w["id"] for w in office.all(
        "/v1/me/work?role=know", PEER)]


def test_items_of_an_issued_plan_are_for_everybody_below_its_issuer(office,
                                                                   far):
    plan = office.plan_in_force([{"lead": {"staff_code": DOER}}])
    t, = office.all(f"/v1/plans/{plan['id']}/tasks", STRANGER)
    assert read(office, t, STRANGER)["_permissions"] == []
    assert t["id"] in office.ids(f"/v1/tasks?plan={plan['id']}", STRANGER)
    problem(office.stack.get(f"/v1/tasks/{t['id']}", far[1]), 404,
            "not_found")


def test_letters_follow_the_task(office):
    t = office.task(title="Việc báo tin", code="BT.1")
    t = office.go("tasks", t, "assign", HEAD)

    def told(user, category):
        return [n for n in office.get(
            f"/v1/notifications?category={category}", user)["items"]
            if (n["subject"] or {}).get("id") == t["id"]]

    n, = until(lambda: told(DOER, "assigned"))
    assert n["title"] == "[Việc mới] BT.1 Việc báo tin (hạn 30/06/2099)"
    assert n["verbs"] == ["receive", "decline", "progress", "complete"]
    assert n["href"] == f"/v1/tasks/{t['id']}"
    assert told(HEAD, "assigned") == []         # whoever did it is not told
    t = office.go("tasks", t, "complete", DOER, result="x")
    n, = until(lambda: told(HEAD, "approval"))
    assert set(n["verbs"]) == {"accept", "return"}
    t = office.go("tasks", t, "return", CHAIR, reason="Chưa đạt")
    until(lambda: told(DOER, "returned"))


def test_a_person_without_grants_has_his_own_only(office):
    who = office.bare()
    t = walk(office, "assign")
    assert office.all("/v1/tasks", who) == []
    problem(office.stack.get(f"/v1/tasks/{t['id']}", who), 404, "not_found")
    assert faults(office.stack.post("/v1/tasks", who, {
        "title": "x", "due_on": "2099-01-01",
        "lead": {"unit_code": "economy"}})) == {
            "/lead/unit_code": "unknown_reference"}
    mine = office.go("tasks", office.task(CHAIR, lead={"staff_code": who}),
                     "assign", CHAIR)
    assert office.ids("/v1/tasks", who) == [mine["id"]]
    office.go("tasks", mine, "receive", who)
