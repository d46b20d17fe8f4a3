"""Recurring work asks each member of its audience once a period; what it asks is
an item of its own, and the work itself is never done. Continuous work asks so
for its progress."""

import pytest

from office import ADMIN, CHAIR, DOER, HEAD, OFFICE, PEER, WARD, faults
from stack import expect, problem, until

MONTHLY = {"kind": "recurring", "cadence": ["monthly"], "due_on": None}


@pytest.fixture(autouse=True)
def clock(office):
    office.stack.clock("set", "2026-08-10")
    # what began on another day has ended
    until(lambda: office.stack.one("SELECT day = '2026-08-10' FROM duty"
                                   " WHERE name = 'recurrence'"), 15)
    yield
    office.stack.clock("real")


def parts(office, whole, user=CHAIR):
    return office.all(f"/v1/tasks?parent={whole['id']}&kind=occurrence", user)


def asked(office, whole, user=CHAIR):
    """Whom which period asks."""
    return {(x["period"], (x["lead_staff"] or x["lead_unit"])["code"])
            for x in parts(office, whole, user)}


def recurring(office, user=CHAIR, **body):
    return office.go("tasks", office.task(user, **{**MONTHLY, **body}),
                     "assign", user)


def settled(office):
    """The scheduler has looked at all that was written so far."""
    seen = office.stack.one("SELECT pg_current_xact_id()::text")
    until(lambda: office.stack.one(
        "SELECT horizon >= %s::xid8 FROM duty WHERE name = 'recurrence'",
        seen), 15, what="recurrence")


def test_who_leads_it_is_asked_once_a_period(office):
    t = recurring(office)
    until(lambda: parts(office, t), 15)
    [x] = parts(office, t)
    assert (x["kind"], x["period"], x["status"], x["due_on"], x["title"],
            x["lead_staff"]["code"]) == (
        "occurrence", "2026-08", "assigned", "2026-08-31", t["title"], DOER)
    office.stack.clock("set", "2026-10-02")
    until(lambda: asked(office, t) == {
        (p, DOER) for p in ("2026-08", "2026-09", "2026-10")}, 15)
    settled(office)
    assert len(parts(office, t)) == 3


def test_work_and_letters_tell_one_period_from_another(office):
    t = recurring(office, code="V.9")
    until(lambda: parts(office, t), 15)
    [x] = parts(office, t)
    said = f"V.9 {t['title']} (2026-08)"
    assert row(office, x)["title"] == said
    subjects = lambda: [s for s, in office.stack.sql(
        "SELECT d.subject FROM delivery d WHERE d.ref = %s", x["id"])]
    until(subjects, 15)
    office.stack.clock("set", "2026-08-28")
    until(lambda: len(subjects()) > 3, 15, what="a reminder")
    assert all(said in s for s in subjects()), subjects()


def test_an_occurrence_is_done_and_the_work_goes_on(office):
    t = recurring(office)
    until(lambda: parts(office, t), 15)
    [x] = parts(office, t)
    work = office.get("/v1/me/work?limit=200", DOER)["items"]
    row = next(i for i in work if i["id"] == x["id"])
    assert row["due_on"] == x["due_on"] and "complete" in row["verbs"]
    x = office.go("tasks", x, "complete", DOER, result="Xong")
    x = office.go("tasks", x, "accept", HEAD)
    assert (x["status"], x["timeliness"]) == ("accepted", "done_on_time")
    t = office.get(f"/v1/tasks/{t['id']}", CHAIR)
    assert t["children"] == {"total": 1, "accepted": 1, "overdue": 0}
    assert t["timeliness"] == "continuous"
    settled(office)
    assert len(parts(office, t)) == 1


def test_every_member_of_a_group_is_asked(office):
    t = recurring(office, lead={"unit_code": WARD}, audience="all-units",
                  cadence=["quarterly"])
    group = office.get("/v1/groups?q=nganh", ADMIN)["items"][0]
    units = {m["unit"]["code"] for m in office.all(
        f"/v1/groups/{group['id']}/members?unit={WARD}", ADMIN)}
    until(lambda: asked(office, t) == {("2026-Q3", u) for u in units}, 15)
    new = office.unit()["code"]
    until(lambda: ("2026-Q3", new) in asked(office, t), 15)


def test_people_of_a_group_are_asked_by_name(office):
    t = recurring(office, lead={"unit_code": "economy"},
                  audience="each-person", cadence=["yearly"])
    until(lambda: {("2026", DOER), ("2026", PEER), ("2026", HEAD)} <=
          asked(office, t), 15)
    x = next(x for x in parts(office, t) if x["lead_staff"]["code"] == DOER)
    assert (x["due_on"], x["lead_unit"]["code"]) == ("2026-12-31", "economy")


def test_a_plans_recurring_items_are_asked_from_the_day_it_counts(office):
    plan = office.plan_in_force([{
        **MONTHLY, "audience": "economy", "lead": {"unit_code": WARD},
        "cadence": ["monthly", "half_yearly"]}], count_from="2026-07-15")
    [t] = office.all(f"/v1/plans/{plan['id']}/tasks", OFFICE)
    until(lambda: asked(office, t) == {
        (p, "economy") for p in ("2026-07", "2026-08", "2026-H2")}, 15)
    office.go("plans", plan, "close", CHAIR)
    office.stack.clock("set", "2026-09-02")
    settled(office)
    assert len(parts(office, t)) == 3


def test_each_unit_that_recurring_work_is_cascaded_to_is_asked(office):
    t = recurring(office, lead={"unit_code": WARD},
                  due_rule={"working_days": 2})
    t = office.go("tasks", again(office, t), "cascade", CHAIR, audience=[
        {"unit_code": "economy"}, {"unit_code": "culture"}])
    wholes = office.all(f"/v1/tasks?parent={t['id']}&kind=recurring", CHAIR)
    assert {w["lead_unit"]["code"] for w in wholes} == {"economy", "culture"}
    for w in wholes:
        assert (w["cadence"], period(office, w)["due_on"]) == (
            ["monthly"], "2026-09-03")


@pytest.mark.parametrize("verb", ["recall", "cancel", "pause"])
def test_what_is_taken_back_asks_nobody_any_more(office, verb):
    t = recurring(office)
    until(lambda: parts(office, t), 15)
    t = office.get(f"/v1/tasks/{t['id']}", CHAIR)
    office.go("tasks", t, verb, CHAIR,
              **({"reason": "Thôi"} if verb == "cancel" else {}))
    office.stack.clock("set", "2026-09-02")
    settled(office)
    assert asked(office, t) == {("2026-08", DOER)}


@pytest.mark.parametrize("kind", ["recurring", "continuous"])
def test_what_a_period_asks_goes_the_way_of_the_work(office, kind):
    t = recurring(office, kind=kind)
    first = period(office, t)
    office.stack.clock("set", "2026-09-02")
    until(lambda: len(parts(office, t)) == 2, 15)
    x = next(p for p in parts(office, t) if p["period"] == "2026-09")
    go = lambda verb, **body: office.go("tasks", again(office, t), verb, CHAIR,
                                        **body)["children"]
    status = lambda: again(office, x)["status"]
    assert go("pause") == {"total": 2, "accepted": 0, "overdue": 1}
    assert status() == "paused" and row(office, x) is None
    go("resume")
    assert status() == "in_progress" and row(office, x) is not None
    # another lead is asked in his place
    assert go("assign", lead={"staff_code": PEER})["total"] == 1
    assert status() == "recalled" and row(office, x) is None
    until(lambda: ("2026-09", PEER) in asked(office, t), 15)
    y = next(p for p in parts(office, t)
             if p["period"] == "2026-09" and p["id"] != x["id"])
    assert row(office, y, PEER) is not None
    assert go("cancel", reason="Thôi") == {
        "total": 1, "accepted": 0, "overdue": 1}
    assert again(office, y)["status"] == "cancelled"
    # what was late before stays so
    assert again(office, first)["timeliness"] == "overdue"
    assert ("cancel", 2, CHAIR) in office.events(y["id"])


def test_it_ends_with_its_due_day_and_is_due_by_its_rule(office):
    t = recurring(office, due_on="2026-08-31")
    rule = recurring(office, due_rule={"working_days": 3})
    until(lambda: parts(office, t) and parts(office, rule), 15)
    # 2 September is a holiday, of two days
    assert parts(office, rule)[0]["due_on"] > "2026-09-03"
    office.stack.clock("set", "2026-09-10")
    until(lambda: len(parts(office, rule)) == 2, 15)
    assert asked(office, t) == {("2026-08", DOER)}


def test_nobody_makes_an_occurrence_by_hand(office):
    r = office.stack.post("/v1/tasks", HEAD, {
        "title": "x", "kind": "occurrence", "due_on": "2026-08-31",
        "lead": {"staff_code": DOER}})
    problem(r, 422, "invalid")

# --- continuous work: its progress falls due ---

def continuous(office, **body):
    return recurring(office, **{"kind": "continuous", **body})


def period(office, whole):
    """The only period that is asked for, once the scheduler has seen it."""
    until(lambda: parts(office, whole), 15)
    [x] = parts(office, whole)
    return x


def again(office, item, user=CHAIR):
    return office.get(f"/v1/tasks/{item['id']}", user)


def progress(office, whole, text="Đang làm", user=DOER, **body):
    return office.go("tasks", again(office, whole), "progress", user,
                     **({"progress": text} if text else {}), **body)


def row(office, item, user=DOER):
    return next((w for w in office.all("/v1/me/work", user)
                 if w["id"] == item["id"]), None)


def test_who_does_continuous_work_owes_its_progress_each_period(office):
    t = continuous(office)
    x = period(office, t)
    assert (x["kind"], x["period"], x["due_on"], x["lead_staff"]["code"]) == (
        "occurrence", "2026-08", "2026-08-31", DOER)
    assert row(office, x)["due_on"] == "2026-08-31"
    assert again(office, t)["timeliness"] == "continuous"
    office.stack.clock("set", "2026-09-02")
    until(lambda: asked(office, t) == {("2026-08", DOER), ("2026-09", DOER)},
          15)
    assert again(office, x)["timeliness"] == "overdue"
    settled(office)
    assert len(parts(office, t)) == 2


def test_continuous_work_without_a_cadence_owes_nothing_by_a_day(office):
    t = continuous(office, cadence=None)
    settled(office)
    assert parts(office, t) == []
    assert row(office, t)["due_on"] is None


def test_a_unit_settles_how_often_continuous_work_tells_of_itself(office):
    def settle(unit, often):
        expect(office.stack.call("PATCH", f"/v1/settings?unit={unit}", ADMIN,
                                 {"progress_cadence": often}), 200)
    settle(WARD, ["quarterly"])
    settle("culture", [])
    try:
        own = continuous(office)        # what says so itself is asked so
        t = continuous(office, cadence=None)
        u = continuous(office, cadence=None, lead={"unit_code": "culture"})
        v = office.go("tasks", office.task(kind="continuous", due_on=None),
                      "assign", HEAD)
        assert period(office, t)["period"] == "2026-Q3"
        assert period(office, v)["due_on"] == "2026-09-30"
        assert period(office, own)["period"] == "2026-08"
        settled(office)
        assert parts(office, u) == []
        assert again(office, t)["cadence"] == []
        # what is settled anew asks from then on, and for nothing before it
        office.stack.clock("set", "2026-11-20")
        settle("economy", ["monthly"])
        until(lambda: asked(office, t) >= {("2026-11", DOER)}, 15)
        settled(office)
        assert {p for p, _ in asked(office, t)} <= {"2026-Q3", "2026-Q4",
                                                    "2026-11"}
        assert faults(office.stack.call(
            "PATCH", f"/v1/settings?unit={WARD}", ADMIN,
            {"progress_cadence": ["weekly"]})) == {
                "/progress_cadence/0": "not_in_list"}
    finally:
        for unit in (WARD, "culture", "economy"):
            settle(unit, None)


def test_progress_meets_what_the_period_asks(office):
    t = continuous(office)
    x = period(office, t)
    office.stack.clock("set", "2026-08-20")
    t = progress(office, t, "Đã tuyên truyền ở 5 tổ", quantity_done="5")
    assert (t["status"], t["timeliness"], t["children"]["overdue"]) == (
        "in_progress", "continuous", 0)
    x = again(office, x)
    assert (x["status"], x["timeliness"], x["result"], x["completed_on"],
            x["quantity_done"]) == (
        "done", "done_on_time", "Đã tuyên truyền ở 5 tổ", "2026-08-20", "5")
    assert row(office, x) is None and row(office, t)["due_on"] is None
    assert row(office, x, CHAIR)["role"] == "approve"
    assert ("complete", x["version"], DOER) in office.events(x["id"])
    # and is said anew after it was returned
    x = office.go("tasks", x, "return", CHAIR, reason="Thiếu số liệu")
    progress(office, t, "5 tổ, 120 người")
    x = again(office, x)
    assert (x["status"], x["result"]) == ("done", "5 tổ, 120 người")
    x = office.go("tasks", x, "accept", CHAIR)
    assert x["timeliness"] == "done_on_time"


def test_progress_that_says_nothing_or_comes_late_does_not_do(office):
    t = continuous(office)
    x = period(office, t)
    progress(office, t, None)
    assert again(office, x)["status"] == "assigned"
    office.stack.clock("set", "2026-09-03")
    until(lambda: len(parts(office, t)) == 2, 15)
    # what falls due next comes first, then what is overdue
    late = lambda: {p["period"]: p["timeliness"] for p in parts(office, t)}
    progress(office, t, "Tháng 9")
    assert late() == {"2026-08": "overdue", "2026-09": "done_on_time"}
    t = progress(office, t, "Tháng 8, bổ sung")
    assert late() == {"2026-08": "done_late", "2026-09": "done_on_time"}
    assert t["children"] == {"total": 2, "accepted": 0, "overdue": 0}
    progress(office, t, "Thêm")
    assert {p["result"] for p in parts(office, t)} == {
        "Tháng 9", "Tháng 8, bổ sung"}


def test_each_unit_that_continuous_work_is_cascaded_to_owes_its_own(office):
    t = continuous(office, lead={"unit_code": WARD},
                   due_rule={"working_days": 1})
    t = office.go("tasks", again(office, t), "cascade", CHAIR, audience=[
        {"unit_code": "economy"}, {"unit_code": "culture"}])
    wholes = office.all(f"/v1/tasks?parent={t['id']}&kind=continuous", CHAIR)
    for w in wholes:
        assert w["cadence"] == ["monthly"]
        assert period(office, w)["due_on"] == "2026-09-01"
    part = next(w for w in wholes if w["lead_unit"]["code"] == "economy")
    progress(office, part, "Kinh tế xong", HEAD)
    assert {w["lead_unit"]["code"]: period(office, w)["status"]
            for w in wholes} == {"economy": "done", "culture": "assigned"}


def test_each_member_of_an_audience_owes_the_progress_of_its_own(office):
    t = continuous(office, lead={"unit_code": WARD}, audience="economy")
    x = period(office, t)
    progress(office, t, "Toàn phường", CHAIR)
    assert again(office, x)["status"] == "assigned"
    x = office.go("tasks", x, "complete", HEAD, result="Phần của phòng")
    assert x["timeliness"] == "done_on_time"


def test_reminders_of_progress_go_out_once_and_stop_when_it_is_reported(
        office):
    told = lambda x, template: office.stack.sql(
        "SELECT y.username, d.channel, count(*) FROM delivery d"
        " JOIN staff y ON y.id = d.staff_id WHERE d.ref = %s"
        " AND d.template = %s GROUP BY 1, 2 ORDER BY 1, 2", x["id"], template)
    once = [(DOER, "inapp", 1), (DOER, "mail", 1)]
    first, second = continuous(office), continuous(office)
    x, y = period(office, first), period(office, second)
    until(lambda: told(x, "task_assigned") == once, 15)
    office.stack.clock("set", "2026-08-28")
    until(lambda: told(x, "task_soon") == once
          and told(y, "task_soon") == once, 15)
    progress(office, first, "Đã báo")
    office.stack.clock("set", "2026-08-31")
    until(lambda: told(y, "task_today") == once, 15)
    assert told(x, "task_today") == []
    assert told(first, "task_soon") == told(first, "task_today") == []


def test_figures_count_the_periods_and_not_the_work(office):
    unit = office.unit()["code"]
    head = office.person(unit, "head")
    t = continuous(office, lead={"unit_code": unit}, due_on="2026-08-31")
    period(office, t)
    cell = lambda: office.stack.sql(
        "SELECT own_open, own_on_time FROM cell"
        " WHERE unit_id = %s AND day = '2026-08-31'", office.units[unit])
    until(lambda: cell() == [(1, 0)], 15)
    progress(office, t, "Đã báo", head)
    until(lambda: cell() == [(0, 1)], 15)


def test_nothing_is_late_about_the_day_that_ends_continuous_work(office):
    t = continuous(office, cadence=None, due_on="2026-08-20")
    office.stack.clock("set", "2026-08-24")
    before = office.get("/v1/me", DOER)["counts"]["overdue"]
    assert row(office, t)["signal"] == "none"
    work = office.all("/v1/me/work?role=do", DOER)
    assert before == sum(w["signal"] == "overdue" for w in work)


def test_the_work_tells_which_period_asks_and_whether_it_was_told(office):
    t = continuous(office, due_on="2026-09-30")
    assert again(office, {"id": recurring(office)["id"]})["progress_due"] is None
    period(office, t)
    due = lambda: tuple(again(office, t)["progress_due"].values())
    assert due() == ("2026-08", "2026-08-31", None, "open")
    office.stack.clock("set", "2026-08-20")
    told = progress(office, t, "Đang làm")["progress_due"]
    assert tuple(told.values()) == due() == (
        "2026-08", "2026-08-31", "2026-08-20", "met")
    office.stack.clock("set", "2026-09-02")
    until(lambda: due() == ("2026-09", "2026-09-30", None, "open"), 15)
    office.stack.clock("set", "2026-10-02")
    assert due() == ("2026-09", "2026-09-30", None, "missed")
    x = next(x for x in parts(office, t) if x["period"] == "2026-09")
    office.go("tasks", x, "complete", DOER, result="Muộn")
    assert due() == ("2026-09", "2026-09-30", "2026-10-02", "late")
    then = office.get(f"/v1/tasks/{t['id']}?as_of=2026-08-15", CHAIR)
    assert tuple(then["progress_due"].values()) == (
        "2026-08", "2026-08-31", None, "open")


def test_every_word_of_progress_is_kept_with_who_and_when(office):
    t = continuous(office, cadence=None)
    whole = "Đã làm " + "rất nhiều việc " * 100
    progress(office, t, "Tuần 1")
    progress(office, t, None, note="Tuần 2")
    office.stack.clock("set", "2026-08-20")
    progress(office, t, whole.strip())
    lines = [(a["progress"], a["actor"]["code"], a["at"][:10]) for a in
             office.all(f"/v1/tasks/{t['id']}/activity", HEAD)
             if a["verb"] == "progress"]
    assert lines == [("Tuần 1", DOER, lines[0][2]), ("Tuần 2", DOER,
                     lines[0][2]), (whole.strip(), DOER, "2026-08-20")]


# --- a path of its own ---

def test_an_occurrence_is_read_by_its_own_path_as_by_the_tasks(office):
    t = recurring(office)
    until(lambda: parts(office, t), 15)
    [x] = parts(office, t)
    for user in (DOER, HEAD, CHAIR):
        r, whole = (office.stack.get(f"/v1/{kind}/{x['id']}", user)
                    for kind in ("occurrences", "tasks"))
        assert expect(r, 200) == expect(whole, 200)
        assert r.headers["ETag"] == whole.headers["ETag"]
    for kind in ("occurrences", "tasks"):
        problem(office.stack.get(f"/v1/{kind}/{x['id']}?as_of=2026-08-09",
                                 DOER), 404, "not_found")
        problem(office.stack.get(f"/v1/{kind}/{x['id']}", PEER), 404,
                "not_found")
    work = office.get("/v1/me/work?limit=200", DOER)["items"]
    assert [w["href"] for w in work if w["id"] == x["id"]] == [
        f"/v1/tasks/{x['id']}"]


def test_only_occurrences_are_found_by_that_path(office):
    once = office.go("tasks", office.task(), "assign", HEAD)
    for t, user, verb in ((recurring(office), CHAIR, "pause"),
                          (once, DOER, "receive")):
        path = f"/v1/occurrences/{t['id']}"
        problem(office.stack.get(path, user), 404, "not_found")
        problem(office.stack.verb(f"{path}/{verb}", user, t), 404,
                "not_found")
        assert verb in office.get(f"/v1/tasks/{t['id']}", user)["_permissions"]
    problem(office.stack.patch(path, HEAD, {"title": "x"}, 1), 405,
            "method_not_allowed")


def test_an_occurrence_takes_every_verb_of_a_task_by_its_own_path(office):
    s = office.stack
    paths = expect(s.get("/openapi.json"), 200)["paths"]

    def verbs(kind):
        return {p.split("/")[-1] for p, ways in paths.items()
                if p.startswith(f"/v1/{kind}/{{") and "post" in ways
                and f'/v1/{kind}/{{id}}/{p.split("/")[-1]}' == p}
    assert verbs("occurrences") == verbs("tasks") - {
        "restore", "extensions", "explanations", "events"}
    t = recurring(office)
    until(lambda: parts(office, t), 15)
    [x] = parts(office, t)
    path = f"/v1/occurrences/{x['id']}/"
    problem(s.call("POST", path + "complete", DOER, {"result": "x"}), 428,
            "precondition_required")
    problem(s.verb(path + "complete", PEER, x, {"result": "x"}), 404,
            "not_found")
    problem(s.verb(path + "accept", HEAD, x), 409, "wrong_state")
    done = expect(s.verb(path + "complete", DOER, x, {"result": "Xong"}), 200)
    assert (done["status"], done["version"]) == ("done", x["version"] + 1)
    problem(s.verb(path + "accept", HEAD, x), 412, "stale_version")
    problem(s.verb(path + "accept", DOER, done), 403, "forbidden")
    x = expect(s.verb(path + "accept", HEAD, done), 200)
    assert x == office.get(f"/v1/tasks/{x['id']}", HEAD)
    assert [v for v, *_ in office.events(x["id"])][-2:] == ["complete",
                                                            "accept"]
    batch = expect(s.post("/v1/batch", DOER, {"atomic": False, "operations": [
        {"method": "POST", "path": f"/v1/occurrences/{t['id']}/receive",
         "if_match": f'"v{t["version"]}"', "body": {}}]}), 200)
    assert batch["results"][0]["status"] == 404


def test_what_is_said_of_an_occurrence_is_said_by_either_path(office):
    s, t = office.stack, recurring(office)
    until(lambda: parts(office, t), 15)
    [x] = parts(office, t)
    own, whole = (f"/v1/{kind}/{x['id']}/" for kind in ("occurrences", "tasks"))
    said = expect(s.post(own + "comments", DOER, {
        "text": "Xin thêm số liệu", "mentions": [{"staff_code": CHAIR}]}), 201)
    for at in own, whole:
        assert [c["id"] for c in office.all(at + "comments", CHAIR)] == [
            said["id"]]
        assert [a["verb"] for a in office.all(at + "activity", CHAIR)] == [
            "assign", "comment"]
    told, = [n for n in office.all("/v1/notifications?unread=true", CHAIR)
             if n["category"] == "mention" and x["id"] in n["href"]]
    for part, body in (("comments", None), ("activity", None),
                       ("comments", {"text": "x"})):
        send = lambda i, user: s.call("POST" if body else "GET",
                                      f"/v1/occurrences/{i}/{part}", user, body)
        problem(send(t["id"], CHAIR), 404, "not_found")   # the work itself
        problem(send(x["id"], PEER), 404, "not_found")


def test_the_occurrences_of_recurring_work_are_listed_below_it(office):
    t = recurring(office)
    until(lambda: parts(office, t), 15)
    path = f"/v1/tasks/{t['id']}/occurrences"
    assert office.ids(path, DOER) == [x["id"] for x in parts(office, t)]
    assert office.ids(path + "?period=2026-08&status=assigned", CHAIR)
    assert not office.ids(path + "?period=2026-07", CHAIR)
    page = office.get(path + "?counts=status", CHAIR)
    assert page["counts"] == {"status": {"assigned": 1}}
    problem(office.stack.get(path, PEER), 404, "not_found")
    for query in ("kind=one_off", "parent=" + t["id"]):
        problem(office.stack.get(f"{path}?{query}", CHAIR), 400,
                "bad_parameter")
    whole = office.go("tasks", office.task(CHAIR, lead={
        "unit_code": "economy"}), "assign", CHAIR)
    office.go("tasks", whole, "cascade", CHAIR, audience=[
        {"unit_code": "culture"}])
    assert office.ids(f"/v1/tasks?parent={whole['id']}", CHAIR)
    assert not office.ids(f"/v1/tasks/{whole['id']}/occurrences", CHAIR)
