"""What was true on a day: how items stood when it was over, by what was done
and by the deadline that then held. Rights are those of today."""

import pytest

from office import (ADMIN, CHAIR, DOER, HEAD, OFFICE, PEER, PERSONNEL, READER,
                    STRANGER, WARD, faults)
from stack import expect, problem

LATE = {"result": "Đã xong"}


@pytest.fixture(scope="module", autouse=True)
def clock(stack):
    yield
    stack.clock("real")


def on(office, item, day, user=HEAD, kind="tasks"):
    return office.get(f"/v1/{kind}/{item['id']}?as_of={day}", user)


def how(x):
    return x["status"], x["due_on"], x["timeliness"], x["signal"], x[
        "days_left"]


@pytest.fixture(scope="module")
def story(office, clock):
    """Given on 2 March for the 10th, extended on the 6th to the 20th, reported
    on the 12th, returned on the 16th, done on the 18th, accepted on the
    23rd."""
    s = office.stack
    s.clock("set", "2026-03-02")
    t = office.go("tasks", office.task(due_on="2026-03-10"), "assign", HEAD)
    late = office.go("tasks", office.task(due_on="2026-03-10"), "assign", HEAD)
    open_ = office.go("tasks", office.task(due_on="2026-03-10"), "assign",
                      HEAD)
    s.clock("set", "2026-03-06")
    x = expect(s.post(f"/v1/tasks/{t['id']}/extensions", DOER, {
        "proposed_on": "2026-03-20", "reason": "Chờ ý kiến"}), 201)
    office.go("extensions", x, "grant", HEAD)
    s.clock("set", "2026-03-12")
    t = office.go("tasks", office.get(f"/v1/tasks/{t['id']}", DOER),
                  "complete", DOER, completed_on="2026-03-11", **LATE)
    late = office.go("tasks", late, "complete", DOER,
                     completed_on="2026-03-09", **LATE)
    s.clock("set", "2026-03-16")
    t = office.go("tasks", t, "return", HEAD, reason="Thiếu phụ lục")
    s.clock("set", "2026-03-18")
    t = office.go("tasks", t, "complete", DOER, **LATE)
    s.clock("set", "2026-03-23")
    return {"t": office.go("tasks", t, "accept", HEAD), "late": late,
            "open": open_}


@pytest.mark.parametrize("day, stood", [
    ("2026-03-03", ("assigned", "2026-03-10", "open_in_term", "ok", 5)),
    ("2026-03-05", ("assigned", "2026-03-10", "open_in_term", "soon", 3)),
    ("2026-03-06", ("assigned", "2026-03-20", "open_in_term", "ok", 10)),
    # reported, but returned since: it was not done
    ("2026-03-13", ("in_progress", "2026-03-20", "open_in_term", "ok", 5)),
    ("2026-03-17", ("in_progress", "2026-03-20", "open_in_term", "soon", 3)),
    ("2026-03-18", ("done", "2026-03-20", "done_on_time", "none", None)),
    ("2026-03-23", ("accepted", "2026-03-20", "done_on_time", "none", None)),
    ("2026-12-31", ("accepted", "2026-03-20", "done_on_time", "none", None)),
])
def test_a_task_is_read_as_it_stood_when_a_day_was_over(office, story, day,
                                                        stood):
    assert how(on(office, story["t"], day)) == stood


def test_what_was_done_in_time_and_told_late_was_done(office, story):
    late = on(office, story["late"], "2026-03-10")
    assert how(late)[:3] == ("done", "2026-03-10", "done_on_time")
    assert late["completed_on"] == "2026-03-09"
    before = on(office, story["late"], "2026-03-06")
    assert (before["status"], before["completed_on"], before["recorded_at"],
            before["signal"]) == ("assigned", None, None, "soon")


def test_what_is_open_is_told_for_a_day_to_come(office, story):
    assert how(on(office, story["open"], "2026-03-10"))[2:] == (
        "open_in_term", "soon", 0)
    assert how(on(office, story["open"], "2026-03-24"))[2:] == (
        "overdue", "overdue", -10)
    x = office.task(due_on="2026-06-30")
    x = office.go("tasks", x, "assign", HEAD)
    assert how(on(office, x, "2026-06-29"))[2:] == ("open_in_term", "soon", 1)
    assert how(on(office, x, "2026-07-01"))[2:] == ("overdue", "overdue", -1)


def test_lists_and_counters_tell_of_the_day(office, story):
    ids = ",".join(x["id"] for x in story.values())

    def page(day, more=""):
        return office.get(f"/v1/tasks?ids={ids}&as_of={day}{more}", HEAD)

    def found(day, more):
        return {x["id"] for x in page(day, more)["items"]}
    t, late, open_ = (story[k]["id"] for k in ("t", "late", "open"))
    assert {x["id"]: how(x) for x in page("2026-03-13")["items"]} == {
        x["id"]: how(on(office, x, "2026-03-13")) for x in story.values()}
    assert found("2026-03-13", "&timeliness=overdue") == {open_}
    assert found("2026-03-13", "&timeliness=open_in_term") == {t}
    assert found("2026-03-13", "&status=done") == {late}
    assert found("2026-03-05", "&signal=soon") == {t, late, open_}
    assert page("2026-03-13", "&counts=status,timeliness,signal")[
        "counts"] == {
            "status": {"assigned": 1, "in_progress": 1, "done": 1},
            "timeliness": {"overdue": 1, "open_in_term": 1,
                           "done_on_time": 1},
            "signal": {"overdue": 1, "ok": 1, "none": 1}}


def test_a_plans_paragraphs_are_read_as_of_a_day(office, story):
    s = office.stack
    s.clock("set", "2026-04-01")
    plan = office.plan()
    office.task(OFFICE, plan_id=plan["id"], due_on="2026-04-10")
    plan = office.go("plans", plan, "submit", OFFICE)
    plan = office.go("plans", plan, "issue", CHAIR, issued_on="2026-04-01")
    s.clock("set", "2026-04-03")
    plan = office.go("plans", plan, "activate", CHAIR)
    s.clock("set", "2026-04-13")
    [t] = office.all(f"/v1/plans/{plan['id']}/tasks", OFFICE)
    t = office.go("tasks", t, "complete", DOER, **LATE)
    path = f"/v1/plans/{plan['id']}/tasks?as_of="

    def stood(day, more=""):
        return [how(x) for x in office.all(path + day + more, OFFICE)]
    assert stood("2026-04-02") == [
        ("draft", "2026-04-10", "open_in_term", "none", None)]
    assert stood("2026-04-03") == [
        ("assigned", "2026-04-10", "open_in_term", "ok", 5)]
    assert stood("2026-04-12") == [
        ("assigned", "2026-04-10", "overdue", "overdue", 0)]
    assert stood("2026-04-13") == [
        ("done", "2026-04-10", "done_late", "late_done", None)]
    assert stood("2026-04-12", "&status=assigned") and not stood(
        "2026-04-12", "&status=done")


def test_a_plan_that_ended_leaves_its_items_as_they_were(office, story):
    s = office.stack
    s.clock("set", "2026-05-04")
    plan = office.plan_in_force([{"due_on": "2026-05-29"}],
                                count_from="2026-05-04")
    [t] = office.all(f"/v1/plans/{plan['id']}/tasks", OFFICE)
    t = office.go("tasks", t, "receive", DOER)
    s.clock("set", "2026-05-06")
    office.go("plans", plan, "cancel", CHAIR, reason="Không còn phù hợp")
    assert on(office, t, "2026-05-05")["status"] == "received"
    assert how(on(office, t, "2026-05-06"))[2] == "cancelled"


def test_the_parts_of_a_task_are_counted_as_of_a_day(office, story):
    s = office.stack
    s.clock("set", "2026-05-11")
    t = office.go("tasks", office.task(CHAIR, due_on="2026-05-20", lead={
        "unit_code": "economy"}), "assign", CHAIR)
    s.clock("set", "2026-05-12")
    t = office.go("tasks", t, "cascade", CHAIR, audience=[
        {"unit_code": "economy"}, {"unit_code": "culture"}],
        due_on="2026-05-15")
    part = office.get(f"/v1/tasks?parent={t['id']}&unit=economy",
                      CHAIR)["items"][0]
    s.clock("set", "2026-05-19")
    part = office.go("tasks", part, "complete", HEAD,
                     completed_on="2026-05-18", **LATE)
    office.go("tasks", part, "accept", CHAIR)

    def parts(day):
        return on(office, t, day, CHAIR)["children"]
    assert parts("2026-05-11") is None
    assert parts("2026-05-15") == {"total": 2, "accepted": 0, "overdue": 0}
    assert parts("2026-05-17") == {"total": 2, "accepted": 0, "overdue": 2}
    assert parts("2026-05-19") == {"total": 2, "accepted": 1, "overdue": 1}


def test_what_is_explained_is_told_of_a_day(office, story):
    s = office.stack
    s.clock("set", "2026-06-01")
    t = office.go("tasks", office.task(due_on="2026-06-30"), "assign", HEAD)
    x = expect(s.post(f"/v1/tasks/{t['id']}/explanations", HEAD, {
        "question": "Vì sao chậm?", "due_on": "2026-06-05"}), 201)
    s.clock("set", "2026-06-10")
    x = expect(s.verb(f"/v1/explanations/{x['id']}/answer", DOER, x,
                      {"answer": "Do mưa bão"}), 200)

    def stood(day):
        x_ = on(office, x, day, kind="explanations")
        return x_["status"], x_["signal"], x_["days_left"]
    assert stood("2026-06-02") == ("asked", "soon", 3)
    assert stood("2026-06-08") == ("asked", "overdue", -1)
    assert stood("2026-06-10")[:2] == ("answered", "none")
    path = f"/v1/explanations?ids={x['id']}&as_of=2026-06-08"
    assert office.ids(path + "&signal=overdue&status=asked", HEAD) == [x["id"]]
    assert not office.ids(path + "&status=answered", HEAD)
    assert office.get(path + "&counts=status", HEAD)["counts"] == {
        "status": {"asked": 1}}


def test_a_unit_is_read_with_the_name_and_place_it_had(office):
    for u in office.all("/v1/units?as_of=2024-06-01", ADMIN):
        x = office.get(f"/v1/units/{u['id']}?as_of=2024-06-01", ADMIN)
        assert {k: x[k] for k in u} == u
    gone = [u for u in office.all("/v1/units", ADMIN)
            if (u["valid_to"] or "9999") < "2025-12-31"]
    assert gone
    for u in gone:
        problem(office.stack.get(
            f"/v1/units/{u['id']}?as_of=2025-12-31", ADMIN), 404, "not_found")


def test_units_are_found_and_sorted_by_the_names_of_the_day(office, clock):
    s = office.stack
    s.clock("set", "2026-01-05")
    top = office.unit()
    a, b = (office.unit(top["code"], name=n)
            for n in ("An ninh kho bãi", "Bố trí lịch"))
    expect(s.post(f"/v1/units/{a['id']}/succession", ADMIN, {
        "kind": "rename", "effective_on": "2026-01-07",
        "name": "Chăm sóc cây"}), 200)
    s.clock("set", "2026-01-08")
    path = f"/v1/units?ids={a['id']},{b['id']}&as_of=2026-01-"
    for day, order, was, is_ in (("06", [a, b], [a], []),
                                 ("07", [b, a], [], [a])):
        for more, found in (("&sort=name", order), ("&sort=rank", order),
                            ("&sort=-name", order[::-1]),
                            ("&q=kho bai", was), ("&q=cham soc", is_)):
            assert office.ids(path + day + more + "&limit=1", ADMIN) == [
                x["id"] for x in found], (day, more)


def test_rights_are_those_of_today_whatever_the_day(office, story):
    path = f"/v1/tasks/{story['t']['id']}?as_of=2026-03-05"
    for user in (STRANGER, PEER, ADMIN):
        problem(office.stack.get(path, user), 404, "not_found")
    office.stack.clock("set", "2026-06-15")
    new = office.person("economy", "head")
    assert office.get(path, new)["status"] == "assigned"
    assert on(office, story["open"], "2026-03-05")["_permissions"] == (
        office.get(f"/v1/tasks/{story['open']['id']}", HEAD)["_permissions"])


def test_the_tag_of_a_view_follows_the_day(office, story):
    path = f"/v1/tasks/{story['t']['id']}"
    tags = {office.stack.get(path + q, HEAD).headers["ETag"]
            for q in ("", "?as_of=2026-03-03", "?as_of=2026-03-05")}
    assert len(tags) == 3
    r = office.stack.get(path + "?as_of=2026-03-03", HEAD)
    assert office.stack.get(path + "?as_of=2026-03-03", HEAD,
                            If_None_Match=r.headers["ETag"]).status_code == 304


LEAD = {"lead": {"staff_code": DOER}, "due_on": "2099-06-30"}
MADE = {
    "tasks": (HEAD, {"title": "x", **LEAD}),
    "commitments": (DOER, {"year": 2031, "text": "x", "registered_task": {
        "title": "x", "due_on": "2031-12-01"}}),
    "inspections": (READER, {"title": "x", "unit_code": "economy",
                             "due_on": "2031-06-30",
                             "origin": {"kind": "watch_list"}}),
    "measures": (READER, {"kind": "rectify", "title": "x",
                          "unit_code": "economy", "due_on": "2031-07-15"}),
    "proposals": (DOER, {"title": "x", "need": "x"}),
    "complaints": (CHAIR, {"title": "x", "unit_code": "economy",
                           "channel": "post", "complainant": {
                               "full_name": "x", "phone": "0905123456"}}),
    "explanations": (HEAD, {"question": "x", "due_on": "2031-06-05"}),
    "plans": (OFFICE, {"title": "x", "issuer_unit_code": WARD}),
    "reviews": (DOER, {"criteria_set_code": "BH-2023", "period": "2033-06"}),
    "evaluations": (DOER, {"criteria_set_code": "TC-CHUNG",
                           "period": "2033-06"}),
    "extensions": (DOER, {"proposed_on": "2099-12-31", "reason": "x"}),
    "task-events": (DOER, {"cause": "x"}),
    "remediations": (DOER, None),
    "findings": (READER, {"title": "x", "manifestation": "BH03"}),
    "indicators": (OFFICE, {"unit_code": WARD, "code": "CT-2033", "title": "x",
                            "aggregation": "sum", "target": "10"}),
    "indicator-values": (OFFICE, {"period": "2033-Q1", "value": "9"}),
    "staff-events": (PERSONNEL, {"kind": "training", "title": "x",
                                 "from": "2026-06-01"}),
    "obligations": (OFFICE, {"code": "BC-01", "what": "x",
                             "audience": "economy", "subject_kind": "submissions",
                             "cadence": ["yearly"]}),
}
BELOW = {"explanations": "explanations", "extensions": "extensions",
         "task-events": "events"}
UNCOUNTED = {"findings", "indicators", "indicator-values", "staff-events",
             "obligations"}


def running(office, **more):
    """An inspection of READER's that is going on."""
    x = office.make("inspections", READER,
                    {**MADE["inspections"][1], **more})
    return office.go("inspections", x, "start", READER)


def place(office, story, items, kind):
    if kind in BELOW:
        return f"tasks/{story['open']['id']}/{BELOW[kind]}"
    if kind == "findings":
        return f"inspections/{running(office)['id']}/findings"
    if kind == "indicator-values":
        return f"indicators/{items['indicators']['id']}/values"
    if kind == "staff-events":
        return f"staff/{office.people[DOER]}/events"
    if kind == "obligations":
        return f"plans/{items['plans']['id']}/obligations"
    return kind


@pytest.fixture(scope="module")
def made(office, story):
    """An item of each kind, made on 20 June."""
    s = office.stack
    s.clock("set", "2026-06-20")
    items = {}
    for kind, (user, body) in MADE.items():
        if kind == "remediations":
            r = office.make("reviews", DOER, {
                "criteria_set_code": "BH-2023", "period": "2033-05",
                "answers": {"BH01": {"value": True, "remedy": "x"}}})
            r = office.go("reviews", r, "submit", DOER)
            office.go("reviews", r, "conclude", HEAD, conclusion="x")
            [x] = office.all(f"/v1/reviews/{r['id']}/remediations", DOER)
        else:
            x = office.make(place(office, story, items, kind), user, body)
        items[kind] = x
    return items


@pytest.mark.parametrize("kind", MADE)
def test_what_was_made_later_was_not_there(office, made, kind):
    x, user = made[kind], MADE[kind][0]
    counted = kind not in UNCOUNTED
    path = f"/v1/{kind}?ids={x['id']}" + "&counts=status" * counted

    def listed(day):
        page = office.get(f"{path}&as_of={day}", user)
        n = len(page["items"])
        return n, sum(page["counts"]["status"].values()) if counted else n
    assert on(office, x, "2026-06-20", user, kind)["id"] == x["id"]
    assert listed("2026-06-20") == (1, 1)
    problem(office.stack.get(f"/v1/{kind}/{x['id']}?as_of=2026-06-19", user),
            404, "not_found")
    assert listed("2026-06-19") == (0, 0)


def test_parts_are_not_there_before_they_or_their_whole_were_made(office, made):
    s = office.stack
    s.clock("set", "2026-06-22")
    plan = office.plan()
    s.clock("set", "2026-06-23")
    office.task(OFFICE, plan_id=plan["id"])
    s.clock("set", "2026-06-24")
    path = f"/v1/plans/{plan['id']}/tasks?as_of="
    assert len(office.all(path + "2026-06-23", OFFICE)) == 1
    assert office.all(path + "2026-06-22", OFFICE) == []
    problem(s.get(path + "2026-06-21", OFFICE), 404, "not_found")
    for kind, name in BELOW.items():
        x = made[kind]
        path = f"/v1/tasks/{x['task']['id']}/{name}"
        for day, n in (("2026-06-20", 1), ("2026-06-19", 0)):
            found = office.all(f"{path}?as_of={day}", HEAD)
            assert (x["id"] in [y["id"] for y in found]) == n
            r = s.get(f"{path}/{x['id']}?as_of={day}", HEAD)
            assert r.status_code == (200 if n else 404)


def test_a_plan_is_read_as_it_stood_and_a_draft_by_its_author_alone(
        office, made):
    s = office.stack
    s.clock("set", "2026-07-01")
    plan = office.plan(title="Dự thảo", sections=[{"code": "I",
                                                   "title": "Một"}])
    t = office.task(OFFICE, plan_id=plan["id"], due_on="2026-08-31")
    s.clock("set", "2026-07-02")
    plan = office.patch("plans", plan, OFFICE, title="Kế hoạch",
                        sections=[{"code": "I", "title": "Hai"}])
    plan = office.go("plans", plan, "submit", OFFICE)
    s.clock("set", "2026-07-03")
    plan = office.go("plans", plan, "issue", CHAIR, issued_on="2026-07-03")
    s.clock("set", "2026-07-06")
    plan = office.go("plans", plan, "activate", CHAIR)
    s.clock("set", "2026-07-07")
    plan = office.go("plans", plan, "amend", CHAIR, reason="Sửa", patch={
        "title": "Kế hoạch mới"}, document={"number": "7/QĐ",
                                            "issued_on": "2026-07-07"})
    s.clock("set", "2026-07-08")
    office.go("plans", plan, "close", CHAIR)

    def stood(day, user=OFFICE):
        x = on(office, plan, day, user, "plans")
        return (x["status"], x["title"], x["sections"][0]["title"],
                x["number"] is not None, x["issued_on"], x["activated_on"],
                x["amendments"])
    new = "Kế hoạch", "Hai"
    assert stood("2026-07-01") == ("draft", "Dự thảo", "Một", False, None,
                                   None, 0)
    assert stood("2026-07-02") == ("submitted", *new, False, None, None, 0)
    assert stood("2026-07-03") == ("issued", *new, True, "2026-07-03", None, 0)
    assert stood("2026-07-06") == ("in_force", *new, True, "2026-07-03",
                                   "2026-07-06", 0)
    assert stood("2026-07-07")[:2] == ("in_force", "Kế hoạch mới")
    today = office.get(f"/v1/plans/{plan['id']}", OFFICE)
    for day in ("2026-07-08", "2026-07-09"):
        assert on(office, plan, day, OFFICE, "plans") == today
    for day, n in (("2026-07-06", 0), ("2026-07-07", 1)):
        path = f"/v1/plans/{plan['id']}/amendments?as_of={day}"
        assert len(office.all(path, DOER)) == n
    assert stood("2026-07-02", CHAIR) == stood("2026-07-02")
    assert stood("2026-07-03", DOER) == stood("2026-07-03")
    for user, day in ((CHAIR, "2026-07-01"), (DOER, "2026-07-02")):
        for path in (f"/v1/plans/{plan['id']}", f"/v1/tasks/{t['id']}",
                     f"/v1/plans/{plan['id']}/tasks"):
            problem(s.get(f"{path}?as_of={day}", user), 404, "not_found")
        for path in (f"/v1/plans?ids={plan['id']}",
                     f"/v1/tasks?ids={t['id']}"):
            assert office.get(f"{path}&as_of={day}", user)["items"] == []
    page = office.get(f"/v1/plans?ids={plan['id']}&as_of=2026-07-06"
                      "&counts=status&status=in_force", DOER)
    assert [x["title"] for x in page["items"]] == ["Kế hoạch"]
    assert page["counts"] == {"status": {"in_force": 1}}
    assert not office.ids(f"/v1/plans?ids={plan['id']}&as_of=2026-07-06"
                          "&status=closed", DOER)


def test_a_review_is_read_as_it_stood(office, made):
    s, r = office.stack, made["reviews"]
    s.clock("set", "2026-07-02")
    r = office.patch("reviews", r, DOER, answers={"BH01": {"value": True,
                                                           "remedy": "x"}})
    s.clock("set", "2026-07-03")
    r = office.go("reviews", r, "submit", DOER)
    s.clock("set", "2026-07-06")
    r = office.go("reviews", r, "return", HEAD, reason="Chưa rõ")
    r = office.patch("reviews", r, DOER, answers={"BH01": {"remedy": "y"}})
    s.clock("set", "2026-07-07")
    r = office.go("reviews", r, "submit", DOER)
    s.clock("set", "2026-07-08")
    office.go("reviews", r, "conclude", HEAD, conclusion="Nhất trí")

    def stood(day, user=DOER):
        x = on(office, r, day, user, "reviews")
        return (x["status"], (x["answers"] or {}).get("BH01", {}).get(
            "remedy"), x["return_reason"], x["returns"], x["conclusion"])
    assert stood("2026-07-01") == ("draft", None, None, 0, None)
    assert stood("2026-07-02") == ("draft", "x", None, 0, None)
    assert stood("2026-07-03", HEAD) == ("submitted", "x", None, 0, None)
    assert stood("2026-07-06") == ("draft", "y", "Chưa rõ", 1, None)
    # what he was still writing
    assert stood("2026-07-06", HEAD) == ("draft", None, "Chưa rõ", 1, None)
    assert stood("2026-07-07", HEAD) == ("submitted", "y", None, 1, None)
    assert stood("2026-07-08")[4] == "Nhất trí"
    problem(s.get(f"/v1/reviews/{r['id']}?as_of=2026-07-02", HEAD), 404,
            "not_found")
    path = f"/v1/reviews?ids={r['id']}&counts=status&as_of="
    assert office.get(path + "2026-07-02", HEAD)["items"] == []
    assert office.get(path + "2026-07-07", HEAD)["counts"] == {
        "status": {"submitted": 1}}
    assert office.ids(path + "2026-07-03&status=submitted", HEAD)


def test_an_evaluation_is_read_as_it_stood(office, made):
    s, e = office.stack, made["evaluations"]
    for day, verb, user, body in (
            ("2026-07-03", "self_assess", DOER, {}),
            ("2026-07-06", "review", HEAD, {"review_note": "Khá",
                                            "proposed_level": "good"}),
            ("2026-07-07", "meet", PERSONNEL, {}),
            ("2026-07-08", "decide", CHAIR, {"level": "excellent"})):
        s.clock("set", day)
        e = office.go("evaluations", e, verb, user, **body)

    def stood(day, user=HEAD):
        x = on(office, e, day, user, "evaluations")
        return (x["status"], x["proposed_level"], x["review_note"],
                x["level"], x["decided_on"])
    assert stood("2026-07-03") == ("self_assessed", None, None, None, None)
    assert stood("2026-07-07") == ("met", "good", "Khá", None, None)
    assert stood("2026-07-07", DOER) == ("met", None, None, None, None)
    assert stood("2026-07-08", DOER) == ("decided", "good", "Khá", "excellent",
                                         "2026-07-08")
    problem(s.get(f"/v1/evaluations/{e['id']}?as_of=2026-07-02", HEAD), 404,
            "not_found")
    path = f"/v1/evaluations?ids={e['id']}&counts=status,level&as_of="
    assert office.get(path + "2026-07-07", HEAD)["counts"] == {
        "status": {"met": 1}, "level": {"": 1}}
    assert not office.ids(path + "2026-07-07&level=excellent", HEAD)
    assert office.ids(path + "2026-07-08&level=excellent", HEAD)


def test_what_is_asked_about_a_task_is_read_as_it_stood(office, made):
    s = office.stack
    x, ev = made["extensions"], made["task-events"]
    s.clock("set", "2026-07-09")
    ev = office.go("task-events", ev, "ask", DOER, authority_staff_code=HEAD,
                   evidence="Công điện")
    s.clock("set", "2026-07-10")
    office.go("extensions", x, "grant", HEAD, due_on="2099-11-30")
    ev = office.go("task-events", ev, "confirm", HEAD)

    def stood(day):
        x_ = on(office, x, day, kind="extensions")
        return x_["status"], x_["due_on"], x_["decided_by"] is not None
    assert stood("2026-07-09") == ("asked", None, False)
    assert stood("2026-07-10") == ("granted", "2099-11-30", True)

    def befell(day):
        e = on(office, ev, day, kind="task-events")
        return (e["status"], e["exempt"], e["evidence"],
                e["authority"] is not None, e["decided_on"])
    assert befell("2026-07-08") == ("recorded", False, None, False, None)
    assert befell("2026-07-09") == ("asked", False, "Công điện", True, None)
    assert befell("2026-07-10") == ("confirmed", True, "Công điện", True,
                                    "2026-07-10")
    for kind, y in (("extensions", x), ("task-events", ev)):
        path = f"/v1/{kind}?ids={y['id']}&counts=status&as_of=2026-07-09"
        assert office.get(path, HEAD)["counts"] == {"status": {"asked": 1}}
        assert office.ids(path + "&status=asked", HEAD) == [y["id"]]


def test_all_that_a_step_has_written_is_taken_back(office, made):
    s = office.stack
    c, t = made["commitments"], made["tasks"]
    s.clock("set", "2026-07-13")
    c = office.go("commitments", c, "submit", DOER)
    t = office.go("tasks", t, "assign", HEAD)
    s.clock("set", "2026-07-14")
    c = office.go("commitments", c, "approve", HEAD)
    t = office.go("tasks", t, "receive", DOER)
    t = office.go("tasks", t, "progress", DOER, progress="Một nửa",
                  quantity_done="5")

    def stood(day):
        x = on(office, c, day, DOER, "commitments")
        return (x["status"], x["submitted_on"], x["approved_on"],
                x["approved_by"] is not None)
    assert stood("2026-07-10") == ("draft", None, None, False)
    assert stood("2026-07-13") == ("submitted", "2026-07-13", None, False)
    assert stood("2026-07-14") == ("approved", "2026-07-13", "2026-07-14",
                                   True)
    problem(s.get(f"/v1/commitments/{c['id']}?as_of=2026-07-10", HEAD), 404,
            "not_found")
    assert on(office, t, "2026-07-10")["assigned_on"] is None
    x = on(office, t, "2026-07-13")
    assert (x["assigned_on"], x["received_on"], x["progress"],
            x["quantity_done"]) == ("2026-07-13", None, None, None)


def test_a_finding_is_told_of_a_day_to_whom_it_was_stated_by_then(office,
                                                                  made):
    s = office.stack
    s.clock("set", "2026-07-15")
    host = running(office)
    path = f"/v1/inspections/{host['id']}/findings"
    x = expect(s.post(path, READER, {"title": "Nháp"}), 201)
    s.clock("set", "2026-07-16")
    x = office.patch("findings", x, READER, title="Hồ sơ quá hạn", cause="Bận")
    s.clock("set", "2026-07-17")
    office.go("inspections", host, "conclude", READER, conclusion="Có vi phạm")
    s.clock("set", "2026-07-20")
    x = office.get(f"/v1/findings/{x['id']}", HEAD)
    expect(s.verb(f"/v1/findings/{x['id']}/answer", HEAD, x,
                  {"answer": "Đã phân công lại"}), 200)

    def stood(day, user=HEAD):
        y = on(office, x, day, user, "findings")
        assert y == on(office, x, day, user, f"inspections/{host['id']}"
                       "/findings")
        return y["status"], y["title"], y["cause"], y["answer"]
    assert stood("2026-07-15", READER) == ("draft", "Nháp", None, None)
    assert stood("2026-07-16", READER) == ("draft", "Hồ sơ quá hạn", "Bận",
                                           None)
    assert stood("2026-07-17") == ("stated", "Hồ sơ quá hạn", "Bận", None)
    assert stood("2026-07-20")[3] == "Đã phân công lại"
    problem(s.get(f"/v1/findings/{x['id']}?as_of=2026-07-16", HEAD), 404,
            "not_found")
    for list_ in (path + "?", f"/v1/findings?ids={x['id']}&"):
        def seen(day, user, more=""):
            return len(office.get(f"{list_}as_of={day}{more}",
                                  user)["items"])
        assert seen("2026-07-16", READER, "&status=draft") == 1
        assert seen("2026-07-16", READER, "&status=stated") == 0
        assert seen("2026-07-17", HEAD) == 1
    assert seen("2026-07-16", HEAD) == 0
    problem(s.get(f"/v1/findings/{x['id']}/measures?as_of=2026-07-16", HEAD),
            404, "not_found")


def test_a_seal_that_ended_by_its_day_hides_the_days_before(office, made):
    s = office.stack
    s.clock("set", "2026-07-15")
    x = office.make("inspections", READER, {**MADE["inspections"][1],
                                            "sealed_until": "2026-07-17"})

    def told(day):
        page = office.get(f"/v1/inspections?ids={x['id']}&as_of={day}"
                          "&counts=status", HEAD)
        return (s.get(f"/v1/inspections/{x['id']}?as_of={day}",
                      HEAD).status_code, len(page["items"]),
                page["counts"]["status"])
    assert told("2099-01-01") == told("2026-07-15") == (404, 0, {})
    s.clock("set", "2026-07-20")
    assert told("2026-07-17") == told("2099-01-01") == (
        200, 1, {"planned": 1})
    assert told("2026-07-16") == (404, 0, {})
    assert on(office, x, "2026-07-16", READER, "inspections")["sealed"]
    assert not on(office, x, "2026-07-17", READER, "inspections")["sealed"]


def test_an_indicator_and_its_values_are_read_as_they_stood(office, made):
    s, x, v = office.stack, made["indicators"], made["indicator-values"]
    s.clock("set", "2026-07-15")
    v = office.patch("indicator-values", v, OFFICE, value="12")
    s.clock("set", "2026-07-16")
    x = office.patch("indicators", x, OFFICE, target="15")
    s.clock("set", "2026-07-17")
    expect(s.post(f"/v1/indicators/{x['id']}/values", HEAD, {
        "unit_code": "economy", "period": "2033-Q1", "value": "5"}), 201)
    s.clock("set", "2026-07-20")
    office.go("indicators", x, "close", OFFICE)

    def stood(day):
        i = on(office, x, day, CHAIR, "indicators")
        y = on(office, v, day, CHAIR, "indicator-values")
        [z] = [z for z in office.all(
            f"/v1/indicators/{x['id']}/values?as_of={day}", CHAIR)
            if z["id"] == v["id"]]
        assert z == {k: y[k] for k in z}
        assert y == on(office, v, day, CHAIR, f"indicators/{x['id']}/values")
        return i["status"], i["target"], y["value"], y["target"], y["met"]

    def total(day):
        t = office.get(f"/v1/indicators/{x['id']}/total?period=2033-Q1"
                       f"&as_of={day}", CHAIR)
        return t["value"], t["units"], t["target"], t["met"]
    assert stood("2026-07-14") == ("active", "10", "9", "10", False)
    assert stood("2026-07-15") == ("active", "10", "12", "10", True)
    assert stood("2026-07-16") == ("active", "15", "12", "15", False)
    assert stood("2026-07-20")[0] == "ended"
    assert total("2026-07-14") == ("9", 1, "10", False)
    assert total("2026-07-15") == ("12", 1, "10", True)
    assert total("2026-07-16") == ("12", 1, "15", False)
    assert total("2026-07-17") == total("2026-07-20") == ("17", 2, "15", True)
    problem(s.get(f"/v1/indicators/{x['id']}/total?period=2033-Q1"
                  "&as_of=2026-06-19", CHAIR), 404, "not_found")
    path = f"/v1/indicators?ids={x['id']}&as_of=2026-07-17&status="
    assert office.ids(path + "active", CHAIR) and not office.ids(
        path + "ended", CHAIR)


def test_the_latest_value_of_a_day_is_what_was_entered_last_by_then(office,
                                                                   made):
    s = office.stack
    s.clock("set", "2026-07-15")
    x = office.make("indicators", OFFICE, {
        **MADE["indicators"][1], "code": "CT-LATEST", "aggregation": "latest"})
    path = f"/v1/indicators/{x['id']}"
    a = expect(s.post(path + "/values", OFFICE, {
        "period": "2033-Q1", "value": "1"}), 201)
    s.clock("set", "2026-07-16")
    expect(s.post(path + "/values", HEAD, {
        "unit_code": "economy", "period": "2033-Q1", "value": "2"}), 201)
    s.clock("set", "2026-07-17")
    office.patch("indicator-values", a, OFFICE, value="3")
    assert [office.get(f"{path}/total?period=2033-Q1&as_of=2026-07-{d}",
                       CHAIR)["value"] for d in (15, 16, 17)] == [
                           "1", "2", "3"]


def test_what_happened_to_a_person_is_read_as_it_was_recorded(office, made):
    s, x = office.stack, made["staff-events"]
    s.clock("set", "2026-07-15")
    office.patch("staff-events", x, PERSONNEL, title="Bồi dưỡng",
                 to="2026-06-05")
    below = f"staff/{office.people[DOER]}/events"

    def stood(day, user=DOER):
        y = on(office, x, day, user, "staff-events")
        assert y == on(office, x, day, user, below)
        [z] = [z for z in office.all(f"/v1/{below}?as_of={day}", user)
               if z["id"] == x["id"]]
        assert z == {k: y[k] for k in z}
        return y["title"], y["to"]
    assert stood("2026-07-14") == ("x", None)
    assert stood("2026-07-15", CHAIR) == ("Bồi dưỡng", "2026-06-05")
    for user in (PEER, STRANGER, ADMIN):
        problem(s.get(f"/v1/staff-events/{x['id']}?as_of=2026-07-14", user),
                404, "not_found")
        assert not office.ids(f"/v1/staff-events?ids={x['id']}"
                              "&as_of=2026-07-14", user)


def test_what_a_plan_obliges_to_is_read_as_it_stood_by_who_saw_the_plan(
        office, made):
    s = office.stack
    s.clock("set", "2026-07-15")
    plan = office.plan()
    o = expect(s.post(f"/v1/plans/{plan['id']}/obligations", OFFICE,
                      MADE["obligations"][1]), 201)
    s.clock("set", "2026-07-16")
    o = office.patch("obligations", o, OFFICE, what="Báo cáo năm")
    plan = office.get(f"/v1/plans/{plan['id']}", OFFICE)
    office.go("plans", plan, "submit", OFFICE)

    def stood(day, user):
        r = s.get(f"/v1/obligations/{o['id']}?as_of={day}", user)
        listed = office.get(f"/v1/obligations?ids={o['id']}&as_of={day}",
                            user)["items"]
        assert bool(listed) == (r.status_code == 200)
        return r.json()["what"] if listed else r.status_code
    assert stood("2026-07-14", OFFICE) == 404
    assert stood("2026-07-15", OFFICE) == "x"
    assert stood("2026-07-15", CHAIR) == 404
    assert stood("2026-07-16", CHAIR) == "Báo cáo năm"


def test_who_complained_is_told_of_no_day(office, made):
    x = made["complaints"]
    for day in ("2026-06-20", "2026-07-15"):
        for path in (f"/v1/complaints/{x['id']}?as_of={day}",
                     f"/v1/complaints?ids={x['id']}&as_of={day}"):
            text = office.stack.get(path, CHAIR).text
            assert x["title"] in text and "0905123456" not in text
    assert "as_of" in str(faults(office.stack.get(
        f"/v1/complaints/{x['id']}/complainant?as_of=2026-06-20", CHAIR),
        400))


# What an item was, became, and what is between them in every order; by which
# filters it is found as it was, and as it became; what it is ordered by.
CHANGED = {
    "tasks": (HEAD, {"code": "A.1", "title": "An ninh kho bãi",
                     "due_on": "2099-03-01", "urgency": "normal",
                     "lead": {"staff_code": DOER}},
              {"code": "A.2", "title": "Bố trí lịch",
               "due_on": "2099-04-01"},
              {"code": "A.3", "title": "Chăm sóc cây", "urgency": "urgent",
               "due_on": "2099-05-01", "lead": {"staff_code": PEER}},
              ("q=kho bai", "due_to=2099-03-31", "urgency=normal",
               f"lead_staff={DOER}"),
              ("q=cham soc", "due_from=2099-05-01", "urgency=urgent",
               f"lead_staff={PEER}"), ("code", "title", "due_on")),
    "plans": (OFFICE, {"title": "An ninh kho bãi", "kind": "plan"},
              {"title": "Bố trí lịch"},
              {"title": "Chăm sóc cây", "kind": "scheme"},
              ("q=kho bai", "kind=plan"), ("q=cham soc", "kind=scheme"),
              ("title",)),
    "measures": (READER, {"due_on": "2031-03-01", "kind": "rectify"},
                 {"due_on": "2031-04-01"},
                 {"due_on": "2031-05-01", "kind": "discipline"},
                 ("due_to=2031-03-31", "kind=rectify"),
                 ("due_from=2031-05-01", "kind=discipline"), ("due_on",)),
    "inspections": (READER, {"title": "An ninh kho bãi",
                             "due_on": "2031-03-01"},
                    {"title": "Bố trí lịch", "due_on": "2031-04-01"},
                    {"title": "Chăm sóc cây", "due_on": "2031-05-01",
                     "origin": {"kind": "press"}},
                    ("q=kho bai", "origin=watch_list"),
                    ("q=cham soc", "origin=press"), ("title", "due_on")),
    "complaints": (CHAIR, {"title": "An ninh kho bãi", "channel": "post"}, {},
                   {"title": "Chăm sóc cây", "channel": "phone"},
                   ("q=kho bai", "channel=post"),
                   ("q=cham soc", "channel=phone"), ()),
    "proposals": (DOER, {"title": "An ninh kho bãi"},
                  {"title": "Bố trí lịch"}, {"title": "Chăm sóc cây"},
                  ("q=kho bai",), ("q=cham soc",), ("title",)),
    "indicators": (OFFICE, {"title": "An ninh kho bãi", "code": "CT-A"},
                   {"title": "Bố trí lịch", "code": "CT-B"},
                   {"title": "Chăm sóc cây"},
                   ("q=kho bai",), ("q=cham soc",), ("title",)),
    "findings": (READER, {"manifestation": "BH03"}, {},
                 {"manifestation": "BH04"}, ("manifestation=BH03",),
                 ("manifestation=BH04",), ()),
    "staff-events": (PERSONNEL, {"from": "2025-06-01", "year_counted": 2025},
                     {"from": "2025-12-31"},
                     {"from": "2026-02-01", "year_counted": 2026},
                     ("from_to=2025-06-30", "year=2025"),
                     ("from_from=2026-01-01", "year=2026"), ("from",)),
    "obligations": (OFFICE, {"code": "BC-81"}, {"code": "BC-82"},
                    {"subject_kind": "reviews"},
                    ("subject_kind=submissions",), ("subject_kind=reviews",),
                    ()),
}


@pytest.fixture(scope="module")
def changed(office, story, made):
    """Two items of each kind, made on 3 August; the first became what it is
    on the 6th."""
    s, items = office.stack, {}
    s.clock("set", "2026-08-03")
    story_ = {"plans": office.plan()}
    for kind, (user, was, between, _, *_) in CHANGED.items():
        items[kind] = [office.make(place(office, story, story_, kind), user,
                                   {**MADE[kind][1], **body})
                       for body in (was, between)]
    s.clock("set", "2026-08-06")
    for kind, (user, _, _, becomes, *_) in CHANGED.items():
        x = items[kind][0]
        expect(s.patch(f"/v1/{kind}/{x['id']}", user, becomes, x["version"]),
               200)
    s.clock("set", "2026-08-07")
    return items


def listed(office, user, path):
    """The ids of a list, read an item at a time; what is counted agrees."""
    ids = office.ids(path + "&limit=1", user)
    if path[4:].split("?")[0] not in UNCOUNTED:
        counts = office.get(path + "&counts=status", user)["counts"]["status"]
        assert sum(counts.values()) == len(ids)
    return ids


@pytest.mark.parametrize("kind", CHANGED)
def test_a_list_of_a_day_is_filtered_by_what_stood_then(office, changed,
                                                        kind):
    user, _, _, _, before, after, _ = CHANGED[kind]
    x = changed[kind][0]["id"]
    for filters, days in ((before, (("05", [x]), ("06", []))),
                          (after, (("05", []), ("06", [x])))):
        for f in filters:
            for name, id_ in office.people.items():
                f = f.replace(f"lead_staff={name}", f"lead_staff={id_}")
            for day, found in days:
                assert listed(office, user, f"/v1/{kind}?ids={x}&{f}"
                              f"&as_of=2026-08-{day}") == found, (f, day)


@pytest.mark.parametrize("kind", [k for k in CHANGED if CHANGED[k][6]])
def test_a_list_of_a_day_is_in_the_order_that_stood_then(office, changed,
                                                         kind):
    x, y = (i["id"] for i in changed[kind])
    for sort in CHANGED[kind][6]:
        for day, order in (("05", [x, y]), ("06", [y, x])):
            path = f"/v1/{kind}?ids={x},{y}&as_of=2026-08-{day}&sort="
            assert listed(office, CHANGED[kind][0], path + sort) == order
            assert listed(office, CHANGED[kind][0],
                          path + "-" + sort) == order[::-1]


def test_a_plan_has_its_number_and_day_from_its_issue_on(office, changed):
    s = office.stack
    s.clock("set", "2026-08-10")
    plan = office.go("plans", office.plan(), "submit", OFFICE)
    s.clock("set", "2026-08-12")
    plan = office.go("plans", plan, "issue", CHAIR, issued_on="2026-08-12")
    for f in (f"number={plan['number']}", "issued_from=2026-08-12",
              f"q={plan['number']}" if len(plan["number"]) > 1 else
              "issued_to=2026-08-12"):
        path = f"/v1/plans?ids={plan['id']}&{f}&as_of=2026-08-"
        assert listed(office, OFFICE, path + "11") == []
        assert listed(office, OFFICE, path + "12") == [plan["id"]]


def test_work_is_found_at_the_unit_where_it_was(office, changed):
    s = office.stack
    s.clock("set", "2026-08-10")
    t = office.go("tasks", office.task(CHAIR, lead={"unit_code": "economy"}),
                  "assign", CHAIR)
    plan = office.plan()
    p = office.task(OFFICE, plan_id=plan["id"], code="B.1",
                    due_on="2099-03-01")
    q = office.task(OFFICE, plan_id=plan["id"], code="B.2",
                    due_on="2099-04-01")
    s.clock("set", "2026-08-12")
    office.go("tasks", t, "assign", CHAIR, lead={"unit_code": "culture"})
    office.patch("tasks", p, OFFICE, code="B.3", due_on="2099-05-01")
    for day, unit, other in (("11", "economy", "culture"),
                             ("12", "culture", "economy")):
        path = f"/v1/tasks?ids={t['id']}&as_of=2026-08-{day}&unit="
        assert listed(office, CHAIR, path + unit) == [t["id"]]
        assert listed(office, CHAIR, path + other) == []
    for path in (f"/v1/tasks/{t['id']}/handovers?",
                 f"/v1/handovers?task={t['id']}&"):
        for day, n in (("11", 0), ("12", 1)):
            page = office.get(f"{path}counts=kind&as_of=2026-08-{day}", CHAIR)
            assert [x["from_unit"]["code"] for x in page["items"]] == [
                "economy"] * n
            assert page["counts"]["kind"] == ({"assign": 1} if n else {})
    for sort in ("code", "due_on"):
        path = f"/v1/plans/{plan['id']}/tasks?limit=1&sort={sort}&as_of="
        assert office.ids(path + "2026-08-11", OFFICE) == [p["id"], q["id"]]
        assert office.ids(path + "2026-08-12", OFFICE) == [q["id"], p["id"]]


@pytest.mark.parametrize("path", ["/v1/tasks/{}?as_of=today",
                                  "/v1/tasks?as_of=2026-02-30",
                                  "/v1/criteria-sets?as_of=2026-02-03"])
def test_a_day_that_is_none_and_one_that_is_not_taken_are_refused(
        office, story, path):
    r = office.stack.get(path.format(story["t"]["id"]), HEAD)
    assert "as_of" in str(faults(r, 400))
