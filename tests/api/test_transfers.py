"""Moving to another unit on a day: the work stays where it is and changes
hands, rights end with the post, what was promised for the year goes along."""

import pytest

from office import ADMIN, CHAIR, HEAD, READER, SIBLING, WARD, faults
from stack import expect, new_id, problem, until

DECISION = "Quyết định 12/QĐ-UBND"


def move(office, who, on=None, unit="culture", dry=False, heir=None,
         user=ADMIN, **body):
    if heir:
        body["hand_over_to_id"] = office.people[heir]
    return office.stack.post(
        f"/v1/staff/{office.people[who]}/transfer"
        + ("?dry_run=true" if dry else ""), user,
        {"on": on or office.day(), "unit_code": unit,
         "position": "Chuyên viên Văn hóa", **body})


def moved(office, who, **body):
    got = expect(move(office, who, document=DECISION, **body), 200)
    until(lambda: office.stack.one(
        "SELECT bool_and(done_at IS NOT NULL) FROM camket.transfer WHERE"
        " staff_id = %s", office.people[who]), 30, what="the day's duty is run")
    return got


def given(office, who, user=HEAD, **body):
    return office.go("tasks", office.task(
        user, **{"lead": {"staff_code": who}, **body}), "assign", user)


def task(office, t, user=CHAIR):
    return office.get(f"/v1/tasks/{t['id']}", user)


def grants(office, who):
    """What he holds: (role, unit, until)."""
    return sorted((g["role"], g["unit"]["code"], g["to"]) for g in office.all(
        f"/v1/staff/{office.people[who]}/grants", ADMIN))


def posts(office, who):
    return [(p["unit"]["code"], p["position"], p["from"], p["to"])
            for p in office.all(
                f"/v1/staff/{office.people[who]}/assignments?sort=from",
                ADMIN)]


def work(office, user):
    return {w["id"] for w in office.all("/v1/me/work?limit=200", user)}


# --- open work ---

def test_a_dry_run_lists_what_is_open_and_changes_nothing(office):
    who, heir = (office.person("economy") for _ in range(2))
    t = given(office, who)
    office.make("commitments", who, {"year": 2030, "text": "Kín"})
    before = posts(office, who), grants(office, who), \
        office.get(f"/v1/staff/{office.people[who]}", ADMIN)
    r = expect(move(office, who, dry=True, heir=heir, document=DECISION), 200)
    assert (r["unit"]["code"], r["hand_over_to"]["code"], r["document"]) == (
        "culture", heir, DECISION)
    assert r["version"] == before[2]["version"]
    open_ = {o["kind"]: o for o in r["open"]}
    assert open_["task"] == {
        "kind": "task", "id": t["id"], "title": t["title"], "role": "do",
        "due_on": t["due_on"], "handed_over": True}
    # what he promised is for others to read when he has said it
    assert (open_["commitment"]["title"],
            open_["commitment"]["handed_over"]) == (None, False)
    assert before == (posts(office, who), grants(office, who), office.get(
        f"/v1/staff/{office.people[who]}", ADMIN))
    assert task(office, t)["lead"]["code"] == who


def test_a_task_keeps_its_unit_and_its_doer_changes(office):
    who, heir = (office.person("economy") for _ in range(2))
    t = given(office, who)
    t = office.go("tasks", t, "receive", who)
    moved(office, who, heir=heir)
    now = task(office, t)
    assert (now["lead_unit"]["code"], now["lead"]["code"], now["status"]) == (
        "economy", heir, "received")
    line = office.all(f"/v1/tasks/{t['id']}/handovers", CHAIR)
    assert [(i["kind"], i["from_staff"]["code"], i["to_staff"]["code"],
             i["to_unit"]["code"], i["reason"]) for i in line] == [
        ("transfer", who, heir, "economy", DECISION)]
    assert t["id"] in work(office, heir)
    assert t["id"] not in work(office, who)
    problem(office.stack.get(f"/v1/tasks/{t['id']}", who), 404, "not_found")
    assert office.events(t["id"])[-1] == ("handover", now["version"], ADMIN)
    until(lambda: [n for n in office.all("/v1/notifications", heir)
                   if (n["subject"] or {}).get("id") == t["id"]], 30,
          what="the heir is told")


def test_without_an_heir_a_task_is_its_units_again(office):
    who = office.person("economy")
    t = given(office, who)
    moved(office, who)
    now = task(office, t)
    assert (now["lead"]["kind"], now["lead"]["code"]) == ("unit", "economy")
    assert t["id"] in work(office, HEAD)


def test_without_an_heir_who_leaves_gives_it_back_too(office):
    who = office.person("economy")
    t = given(office, who)
    expect(office.stack.post(f"/v1/staff/{office.people[who]}/leave", ADMIN,
                             {"on": office.day()}), 200)
    until(lambda: task(office, t)["lead"]["kind"] == "unit", 30,
          what="the task is the unit's")
    assert t["id"] in work(office, HEAD)


def leave(office, who, **body):
    got = expect(office.stack.post(f"/v1/staff/{office.people[who]}/leave",
                                   ADMIN, {"on": office.day(), **body}), 200)
    until(lambda: office.stack.one("SELECT status FROM camket.staff WHERE"
                                   " username = %s", who) == "left", 30,
          what="the day's duty is run")
    return got


def answered(office, x, user):
    return expect(office.stack.verb(f"/v1/explanations/{x['id']}/answer",
                                    user, x, {"answer": "Do mưa bão"}), 200)


def test_without_an_heir_what_who_leaves_gave_out_asks_those_above(office):
    unit = office.unit()["code"]
    head, doer = office.person(unit, "head"), office.person(unit)
    done, back, late, early = (given(office, doer, head) for _ in range(4))
    x = office.make(f"tasks/{late['id']}/extensions", doer, {
        "proposed_on": "2099-12-31", "reason": "Chờ số liệu"})
    y = office.make(f"tasks/{late['id']}/explanations", head, {
        "question": "Vì sao chậm?", "due_on": office.day(3)})
    early = office.go("tasks", early, "complete", doer, result="Xong")
    open_ = {o["id"]: o["handed_over"] for o in leave(office, head)["open"]}
    assert open_[early["id"]] is True
    successor = office.person(unit, "head")
    done = office.go("tasks", task(office, done), "complete", doer,
                     result="Xong")
    back = office.go("tasks", task(office, back), "decline", doer,
                     reason="Không đủ quyền")
    answered(office, y, doer)
    assert {early["id"], done["id"], back["id"], y["id"]} <= work(office,
                                                                  CHAIR)
    assert x["id"] in work(office, successor)
    assert task(office, done)["assigned_by"] is None
    done = office.go("tasks", done, "accept", CHAIR)
    assert done["status"] == "accepted"


def test_what_who_leaves_was_asked_to_explain_goes_to_his_unit(office):
    unit = office.unit()["code"]
    office.person(unit, "head", username=f"h.{unit}")
    who, other, heir = (office.person(unit) for _ in range(3))
    asked = [office.make(f"tasks/{given(office, w, CHAIR)['id']}/explanations",
                         CHAIR, {"question": "?", "due_on": office.day(3)})
             for w in (who, other)]
    leave(office, who)
    leave(office, other, hand_over_to_id=office.people[heir])
    assert asked[0]["id"] in work(office, f"h.{unit}")
    assert asked[1]["id"] in work(office, heir)
    x, y = (office.get(f"/v1/explanations/{a['id']}", CHAIR) for a in asked)
    assert (x["subject"], y["subject"]["code"]) == (None, heir)
    assert answered(office, x, f"h.{unit}")["status"] == "answered"


def registered(office, who):
    """One of each that a register asks of a person: (kind, item)."""
    made = [("measures", office.make("measures", CHAIR, {
        "kind": "rectify", "title": "Khắc phục", "due_on": "2099-03-31",
        "unit_code": "economy", "lead_staff_code": who})),
        ("inspections", office.make("inspections", CHAIR, {
            "title": "Kiểm tra", "unit_code": "pasc",
            "origin": {"kind": "press"}, "lead_staff_code": who}))]
    x = office.make("complaints", CHAIR, {"title": "Phản ánh",
                                          "unit_code": "pasc"})
    made.append(("complaints", office.go(
        "complaints", x, "accept", CHAIR, due_on="2099-03-31",
        lead_staff_code=who)))
    return made


def leads(office, made):
    return [office.get(f"/v1/{kind}/{x['id']}", CHAIR)["lead"]
            for kind, x in made]


def test_what_the_registers_ask_of_who_leaves_goes_to_the_heir(office):
    who, heir = (office.person("economy") for _ in range(2))
    made = registered(office, who)
    path = f"/v1/staff/{office.people[who]}/leave"
    body = {"on": office.day(), "hand_over_to_id": office.people[heir]}
    r = expect(office.stack.post(path + "?dry_run=true", ADMIN, body), 200)
    assert {o["id"]: o["handed_over"] for o in r["open"]} == {
        x["id"]: True for _, x in made}
    expect(office.stack.post(path, ADMIN, body), 200)
    until(lambda: office.stack.one("SELECT status FROM camket.staff WHERE"
                                   " username = %s", who) == "left", 30,
          what="the day's duty is run")
    assert [x["code"] for x in leads(office, made)] == [heir] * 3
    assert {x["id"] for _, x in made} <= work(office, heir)
    until(lambda: {x["id"] for _, x in made} <= {
        n["href"].rsplit("/", 1)[1]
        for n in office.all("/v1/notifications", heir)}, 20, what="he is told")


def test_without_an_heir_somebody_else_is_asked(office):
    who = office.person("economy")
    measure, inspection, complaint = made = registered(office, who)
    expect(office.stack.post(f"/v1/staff/{office.people[who]}/leave", ADMIN,
                             {"on": office.day()}), 200)
    until(lambda: office.stack.one("SELECT status FROM camket.staff WHERE"
                                   " username = %s", who) == "left", 30,
          what="the day's duty is run")
    assert [x and x["code"] for x in leads(office, made)] == [None, CHAIR,
                                                              None]
    assert measure[1]["id"] in work(office, HEAD)
    assert inspection[1]["id"] in work(office, CHAIR)
    assert complaint[1]["id"] in work(office, READER)   # who inspects there


def test_who_leads_what_it_is_about_does_not_take_it_over(office):
    who = office.person("economy")
    made = registered(office, who)
    expect(office.stack.post(f"/v1/staff/{office.people[who]}/leave", ADMIN, {
        "on": office.day(), "hand_over_to_id": office.people["head.pasc"]}),
        200)
    until(lambda: office.stack.one("SELECT status FROM camket.staff WHERE"
                                   " username = %s", who) == "left", 30,
          what="the day's duty is run")
    assert [x and x["code"] for x in leads(office, made)] == [
        "head.pasc", CHAIR, None]
    *_, (kind, complaint) = made
    problem(office.stack.get(f"/v1/{kind}/{complaint['id']}/complainant",
                             "head.pasc"), 404, "not_found")


def test_what_he_gave_out_and_works_along_in_goes_to_the_heir(office):
    head = office.person("economy", "head")
    heir = office.person("economy", "head")
    doer = office.person("economy")
    gave = given(office, doer, head)
    along = given(office, doer, co_owners=[{"staff_code": head}])
    done = office.go("tasks", gave, "complete", doer, result="Xong")
    moved(office, head, heir=heir)
    assert task(office, done)["assigned_by"]["code"] == heir
    assert done["id"] in work(office, heir)
    assert [c["code"] for c in task(office, along)["co_owners"]] == [heir]
    # no work was passed on by that
    assert office.all(f"/v1/tasks/{gave['id']}/handovers", CHAIR) == []
    office.go("tasks", task(office, done), "accept", heir)


def test_the_heir_of_who_gave_it_decides_on_more_time_for_it(office):
    gave, heir = (office.person(WARD, "office") for _ in range(2))
    doer = office.person("economy")
    t = given(office, doer, gave)
    t = office.go("tasks", t, "assign", "head.economy",
                  lead={"staff_code": doer})
    moved(office, gave, heir=heir)
    x = expect(office.stack.post(f"/v1/tasks/{t['id']}/extensions", doer, {
        "proposed_on": "2099-12-31", "reason": "Chờ ý kiến"}), 201)
    assert x["id"] in work(office, heir)
    assert x["id"] not in work(office, "head.economy")
    assert task(office, t)["assigned_by"]["code"] == "head.economy"
    office.go("extensions", x, "grant", heir)


def test_what_has_still_to_do_with_him_stays_his(office):
    who, heir = (office.person("economy") for _ in range(2))
    ward = given(office, who, CHAIR, lead=None, lead_unit_code=WARD,
                 lead_staff_code=who)
    expect(office.stack.post(f"/v1/staff/{office.people[who]}/assignments",
                             ADMIN, {"unit_code": "office", "main": False,
                                     "position": "Kiêm nhiệm"}), 201)
    beside = given(office, who, CHAIR, lead=None, lead_unit_code="office",
                   lead_staff_code=who)
    r = expect(move(office, who, dry=True, heir=heir), 200)
    assert {o["id"]: o["handed_over"] for o in r["open"]} == {
        ward["id"]: False, beside["id"]: False}
    moved(office, who, heir=heir)
    for t in (ward, beside):
        assert task(office, t)["lead"]["code"] == who


def test_what_the_heir_does_on_his_own_account_is_not_done_twice(office):
    who, heir = (office.person("economy") for _ in range(2))
    whole = office.task(kind="recurring", cadence=["monthly"], due_on=None,
                        lead={"unit_code": "economy"})
    ids = [str(office.stack.one(
        "WITH put AS (INSERT INTO camket.task (id, kind, status, parent_id,"
        " period, title, unit_id, office_id, lead_staff_id, due_on,"
        " assigned_by, author_id, created_at, updated_at)"
        " SELECT camket.uuid_v7(), 'occurrence', 'assigned', id, %s, title,"
        " unit_id, office_id, %s, '2099-01-31', author_id, author_id, now(),"
        " now() FROM camket.task WHERE id = %s RETURNING id, unit_id, due_on),"
        " marked AS (INSERT INTO camket.mark (unit_id, day)"
        " SELECT unit_id, due_on FROM put), told AS (INSERT INTO camket.job"
        " (kind, ref) SELECT 'rollup', unit_id::text FROM put)"
        " SELECT id FROM put", period, office.people[x], whole["id"]))
        for x, period in ((who, "2099-01"), (heir, "2099-01"),
                          (who, "2099-02"))]
    moved(office, who, heir=heir)
    assert [task(office, {"id": i})["lead"]["code"] for i in ids] == [
        who, heir, heir]


# --- rights and posts ---

def test_rights_of_the_old_unit_end_and_those_of_the_new_begin(office):
    who = office.person("economy", "head")
    office.grant(who, "inspector", WARD)
    office.grant(who, "auditor", "office")
    expect(office.stack.post(
        f"/v1/staff/{office.people[who]}/delegations", who, {
            "to_id": office.people[HEAD], "powers": ["assign"],
            "capacity": "TL"}), 201)
    day = office.day()
    r = moved(office, who)
    # begun today: gone; what covers old and new stays
    assert grants(office, who) == [("inspector", WARD, None),
                                   ("staff", "culture", None)]
    assert posts(office, who) == [
        ("culture", "Chuyên viên Văn hóa", day, None)]
    person = office.get(f"/v1/staff/{office.people[who]}", ADMIN)
    assert person["version"] == r["version"]
    assert office.events(office.people[who])[-1] == (
        "transfer", r["version"], ADMIN)
    assert office.stack.one("SELECT count(*) FROM camket.delegation WHERE"
                            " staff_id = %s AND until_on > %s",
                            office.people[who], day) == 0


def test_until_the_day_everything_is_as_it_was(office):
    who, heir = (office.person("economy") for _ in range(2))
    office.stack.sql("UPDATE camket.assignment SET from_on = '2024-01-01'"
                     " WHERE staff_id = %s", office.people[who])
    office.stack.sql("UPDATE camket.staff_grant SET from_on = '2024-01-01'"
                     " WHERE staff_id = %s", office.people[who])
    t = given(office, who)
    on, last = office.day(1), office.day()
    expect(move(office, who, on, heir=heir), 200)
    assert posts(office, who) == [
        ("economy", "Chuyên viên", "2024-01-01", last),
        ("culture", "Chuyên viên Văn hóa", on, None)]
    assert grants(office, who) == [("staff", "culture", None),
                                   ("staff", "economy", last)]
    assert office.get("/v1/me", who)["units"][0]["code"] == "economy"
    other = given(office, heir)
    moved(office, heir, heir=HEAD)                 # the duty has been round
    assert task(office, other)["lead"]["code"] == HEAD
    assert task(office, t)["lead"]["code"] == who
    # another decision for that day or sooner takes the place of the first
    on2 = office.day(1)
    expect(move(office, who, on2, unit="office"), 200)
    assert posts(office, who) == [
        ("economy", "Chuyên viên", "2024-01-01", last),
        ("office", "Chuyên viên Văn hóa", on2, None)]
    assert grants(office, who) == [("staff", "economy", last),
                                   ("staff", "office", None)]
    assert office.stack.sql("SELECT u.code FROM camket.transfer t JOIN"
                            " camket.unit u ON u.id = t.unit_id"
                            " WHERE t.staff_id = %s",
                            office.people[who]) == [("office",)]


def held(office, who):
    """Posts, and grants as they are kept: nothing of a move may stay."""
    return posts(office, who), sorted(office.stack.sql(
        "SELECT id, unit_id, role, function, from_on, until_on, perms FROM"
        " camket.staff_grant WHERE staff_id = %s", office.people[who]))


def cancel(office, who, status=204, user=ADMIN):
    return expect(office.stack.call(
        "DELETE", f"/v1/staff/{office.people[who]}/transfer", user), status)


def test_a_move_to_come_is_taken_back_whole(office):
    who, other = office.person("economy", "head"), office.person("economy")
    office.grant(who, "inspector", "culture", **{"from": office.day(60)})
    office.grant(who, "office", "economy", **{"from": office.day(90)})
    before = held(office, who)
    cancel(office, who, 404)
    for user in (CHAIR, HEAD, who):
        cancel(office, who, 403, user)
    version = expect(move(office, who, office.day(30), heir=other),
                     200)["version"]
    expect(move(office, who, office.day(50), unit="office"), 200)
    assert held(office, who) != before
    cancel(office, who)
    assert held(office, who) == before
    assert office.get(f"/v1/staff/{office.people[who]}",
                      ADMIN)["version"] > version
    assert "stay" in [e[0] for e in office.events(office.people[who])]
    cancel(office, who, 404)
    # what has come about is not taken back
    moved(office, other)
    cancel(office, other, 404)


def test_a_move_is_put_off_and_what_it_ended_goes_on_until_then(office):
    who = office.person("economy", "head")
    expect(move(office, who, office.day(10)), 200)
    cancel(office, who)
    expect(move(office, who, office.day(40)), 200)
    assert posts(office, who) == [
        ("economy", "Chuyên viên", office.day(), office.day(39)),
        ("culture", "Chuyên viên Văn hóa", office.day(40), None)]
    assert grants(office, who) == [("head", "economy", office.day(39)),
                                   ("staff", "culture", None),
                                   ("staff", "economy", office.day(39))]


def test_taking_back_a_move_gives_back_nothing_that_was_taken_since(office):
    who = office.person("economy", "head")
    expect(move(office, who, office.day(30)), 200)
    office.stack.sql("UPDATE camket.staff_grant SET until_on = %s WHERE"
                     " staff_id = %s AND role = 'head'", office.day(5),
                     office.people[who])
    expect(office.stack.post(f"/v1/staff/{office.people[who]}/leave", ADMIN,
                             {"on": office.day(60)}), 200)
    cancel(office, who)
    assert grants(office, who) == [("head", "economy", office.day(4)),
                                   ("staff", "economy", office.day(59))]


def test_who_leaves_later_has_rights_in_the_new_unit_until_then(office):
    who = office.person("economy")
    gone, leave = office.day(40), f"/v1/staff/{office.people[who]}/leave"
    expect(office.stack.post(leave, ADMIN, {"on": gone}), 200)
    moved(office, who)
    assert grants(office, who) == [("staff", "culture", office.day(39))]
    assert faults(move(office, who, gone, "office")) == {"/on": "in_conflict"}
    # and who leaves first does not move any more
    other = office.person("economy")
    expect(move(office, other, office.day(30)), 200)
    expect(office.stack.post(f"/v1/staff/{office.people[other]}/leave", ADMIN,
                             {"on": office.day(20)}), 200)
    assert office.stack.one("SELECT count(*) FROM camket.transfer WHERE"
                            " staff_id = %s", office.people[other]) == 0


# --- what he promised ---

def test_the_registered_task_is_amended_and_not_doubled(office):
    who = office.person("economy")
    year = int(office.day()[:4])
    x = office.make("commitments", who, {
        "year": year, "text": "Không đùn đẩy", "registered_task": {
            "title": "Rút ngắn hồ sơ", "expected_output": "Trước hạn 2 ngày"}})
    x = office.go("commitments", x, "submit", who)
    x = office.go("commitments", x, "approve", HEAD)
    moved(office, who)
    path = f"/v1/commitments/{x['id']}"
    now = until(lambda: (lambda c: c["status"] == "draft" and c)(
        office.get(path, who)), 30, what="it is a draft again")
    assert (now["unit"]["code"], now["approved_on"]) == ("culture", None)
    assert [(r["registered_task"]["title"], r["reason"])
            for r in now["revisions"]] == [("Rút ngắn hồ sơ", DECISION)]
    assert now["registered_task"] == x["registered_task"]
    problem(office.stack.post("/v1/commitments", who, {"year": year}), 409,
            "duplicate")
    assert x["id"] in work(office, who)
    now = office.patch("commitments", now, who, registered_task={
        "title": "Số hóa di tích"})
    now = office.go("commitments", now, "submit", who)
    problem(office.stack.verb(path + "/approve", HEAD, now), 404, "not_found")
    now = office.go("commitments", now, "approve", SIBLING)
    assert now["registered_task"]["title"] == "Số hóa di tích"


def test_what_was_reported_stays_with_the_unit_it_was_done_in(office):
    who = office.person("economy")
    x = office.make("commitments", who, {
        "year": int(office.day()[:4]), "text": "Đúng hạn",
        "registered_task": {"title": "x", "expected_output": "y"}})
    for verb, user, body in (("submit", who, {}), ("approve", HEAD, {}),
                             ("report", who, {"result": "Đạt"})):
        x = office.go("commitments", x, verb, user, **body)
    moved(office, who)
    now = office.get(f"/v1/commitments/{x['id']}", HEAD)
    assert (now["status"], now["unit"]["code"]) == ("reported", "economy")
    office.go("commitments", now, "confirm", HEAD, conclusion="Đạt")


@pytest.mark.parametrize("kind,whom", [("reviews", "subject_staff_id"),
                                       ("evaluations", "staff_id")])
def test_the_new_unit_looks_at_periods_that_still_run(office, kind, whom):
    who = office.person("economy")
    year = int(office.day()[:4])
    old, new = (office.make(kind, who, {
        whom: office.people[who], "criteria_set_code": "BH-2023",
        "period": str(y)}) for y in (year - 1, year))
    moved(office, who)
    assert [office.get(f"/v1/{kind}/{x['id']}", who)["unit"]["code"]
            for x in (old, new)] == ["economy", "culture"]


# --- who, and what cannot be ---

def test_whoever_moves_a_person_administers_both_units(office):
    who = office.person("economy")
    for user in (CHAIR, HEAD, who):
        problem(move(office, who, user=user), 403, "forbidden")
    far, *_, keeper = office.elsewhere()
    problem(move(office, who, user=keeper), 404, "not_found")
    section = office.person("economy", "admin")
    problem(move(office, who, user=section), 403, "forbidden")
    assert faults(move(office, who, unit=far)) == {
        "/unit_code": "unknown_reference"}


def test_what_cannot_be_is_refused_naming_the_member(office):
    who, heir = (office.person("economy") for _ in range(2))
    office.stack.sql("UPDATE camket.assignment SET from_on = '2024-01-01'"
                     " WHERE staff_id = %s", office.people[who])
    assert faults(move(office, who, unit="economy")) == {
        "/unit_code": "in_conflict"}
    assert faults(move(office, who, heir=who)) == {
        "/hand_over_to_id": "unknown_reference"}
    assert faults(move(office, who, hand_over_to_id=new_id())) == {
        "/hand_over_to_id": "unknown_reference"}
    coming = office.unit(valid_from=office.day(30))["code"]
    assert faults(move(office, who, unit=coming)) == {"/unit_code": "ended"}
    expect(move(office, who, office.day(30), unit=coming, dry=True), 200)
    assert faults(office.stack.post(
        f"/v1/staff/{office.people[who]}/transfer", ADMIN, {})) == {
        "/on": "required", "/unit_id": "required", "/position": "required"}
    expect(office.stack.post(f"/v1/staff/{office.people[heir]}/leave", ADMIN,
                             {"on": office.day()}), 200)
    until(lambda: office.get(f"/v1/staff/{office.people[heir]}",
                             ADMIN)["status"] == "left", 30, what="he left")
    problem(move(office, heir), 409, "wrong_state")


def test_asked_again_under_its_key_it_moves_nobody_twice(office):
    who = office.person("economy")
    path = f"/v1/staff/{office.people[who]}/transfer"
    body = {"on": office.day(3), "unit_code": "culture", "position": "x"}
    key = new_id()
    first, again = (office.stack.call(
        "POST", path, ADMIN, body, Idempotency_Key=key) for _ in range(2))
    assert expect(first, 200) == expect(again, 200)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(posts(office, who)) == 2
