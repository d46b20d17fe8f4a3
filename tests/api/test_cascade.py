"""A task cascaded to units: a part for each, and how they stand at the whole."""

import pytest

from office import (CHAIR, DEPUTY, DOER, HEAD, OFFICE, SIBLING, WARD, faults)
from stack import expect, problem, until

DUE = "2099-06-30"


def audience(*codes):
    return [{"unit_code": c} for c in codes]


@pytest.fixture
def whole(office):
    return office.go("tasks", office.task(OFFICE, lead={"unit_code": WARD},
                                          expected_output="Báo cáo"),
                     "assign", OFFICE)


def parts(office, t, user=CHAIR):
    return {p["lead"]["code"]: p for p in office.all(
        f"/v1/tasks?parent={t['id']}", user)}


def cascade(office, t, user=OFFICE, answer=200, codes=("economy", "culture"),
            **body):
    return office.go("tasks", t, "cascade", user, answer,
                     audience=audience(*codes), **body)


def test_each_unit_has_its_part_given_out(office, whole):
    assert whole["children"] is None
    t = cascade(office, whole, due_on="2099-05-31")
    assert (t["status"], t["version"]) == ("assigned", whole["version"] + 1)
    assert t["children"] == {"total": 2, "accepted": 0, "overdue": 0}
    made = parts(office, t)
    assert set(made) == {"economy", "culture"}
    for p in made.values():
        assert (p["parent_id"], p["status"], p["title"], p["due_on"],
                p["expected_output"], p["assigned_by"]["code"], p["kind"]) == (
            t["id"], "assigned", t["title"], "2099-05-31", "Báo cáo", OFFICE,
            "one_off")
        assert [(v, u) for v, _, u in office.events(p["id"])] == [
            ("assign", OFFICE)]
    mine = office.get("/v1/me/work?limit=200", SIBLING)["items"]
    assert made["culture"]["id"] in {w["id"] for w in mine}
    until(lambda: made["economy"]["id"] in str([n["href"] for n in office.get(
        "/v1/notifications?limit=200", HEAD)["items"]]), 30,
        what="each head is told")


def test_a_group_is_every_unit_in_it_that_has_no_part_yet(office, whole):
    t = cascade(office, whole, codes=("economy",))
    groups = office.all("/v1/groups?code=all-units", OFFICE)
    every = {m["code"] for m in office.all(
        f"/v1/groups/{groups[0]['id']}/members", OFFICE)}

    def ask(answer=200, **who):
        return office.go("tasks", t, "cascade", CHAIR, answer,
                         audience=[who])
    t = ask(group="all-associations")
    t = ask(group="all-units")
    assert set(parts(office, t)) == every > {"economy", "assoc-women"}
    assert t["children"]["total"] == len(every)
    for who, fault in (({"group": "each-person"}, {
            "/audience/0/group": "unknown_reference"}), (
            {"group": "no-such-group"}, {
                "/audience/0/group": "unknown_reference"}), (
            {"group": "all-units", "unit_code": "culture"}, {
                "/audience/0": "ambiguous"}), ({}, {
                    "/audience/0": "required"})):
        got = {e["pointer"]: e["code"] for e in ask(422, **who)["errors"]}
        assert got.items() >= fault.items(), who
    # nobody is left
    assert {e["pointer"] for e in ask(422, group="all-units")["errors"]} == {
        "/audience"}


def test_the_whole_shows_how_its_parts_stand(office, whole):
    t = cascade(office, whole, codes=("economy", "culture", "pasc"))
    made = parts(office, t)
    p = office.go("tasks", made["economy"], "complete", HEAD, result="Xong",
                  completed_on=office.day())
    office.go("tasks", p, "accept", CHAIR)
    office.go("tasks", made["culture"], "recall", OFFICE)
    office.patch("tasks", made["pasc"], OFFICE, due_on="2020-01-06")
    t = office.get(f"/v1/tasks/{t['id']}", CHAIR)
    assert t["children"] == {"total": 2, "accepted": 1, "overdue": 1}
    listed = office.get(f"/v1/tasks?ids={t['id']}", CHAIR)["items"][0]
    assert listed["children"] == t["children"]


def test_parts_end_rest_and_go_on_with_the_whole(office, whole):
    below = office.unit("economy", kind="section")["code"]
    t = cascade(office, whole, codes=("economy", "culture", "pasc", "office"))
    made = parts(office, t)
    cascade(office, made["economy"], HEAD, codes=(below,))
    made[below] = parts(office, made["economy"])[below]
    office.go("tasks", made["pasc"], "complete", "head.pasc", result="Xong")
    office.go("tasks", made["office"], "decline", "head.office", reason="x")
    stand = lambda: {u: office.get("/v1/tasks/" + p["id"], CHAIR)["status"]
                     for u, p in made.items()}
    told = {"pasc": "done", "office": "declined"}
    go = lambda verb, **body: office.go("tasks", office.get(
        "/v1/tasks/" + t["id"], OFFICE), verb, OFFICE, **body)
    mine = lambda: {w["id"] for w in office.all("/v1/me/work", SIBLING)}
    go("pause")
    assert stand() == {**dict.fromkeys(made, "paused"), **told}
    assert made["culture"]["id"] not in mine()
    go("resume")
    assert stand() == {**dict.fromkeys(made, "in_progress"), **told}
    assert made["culture"]["id"] in mine()
    assert go("recall")["children"] == {"total": 1, "accepted": 0,
                                        "overdue": 0}
    assert stand() == {**dict.fromkeys(made, "recalled"), "pasc": "done"}
    assert office.events(made[below]["id"])[-1][0::2] == ("recall", OFFICE)
    until(lambda: any(made["culture"]["id"] in str(n["href"])
                      and n["title"].startswith("[Thu hồi]")
                      for n in office.get("/v1/notifications?limit=200",
                                          SIBLING)["items"]), 30,
          what="the head is told")


def test_what_is_cancelled_is_cancelled_with_its_parts(office, whole):
    t = cascade(office, whole)
    made = parts(office, t)
    office.go("tasks", made["culture"], "pause", OFFICE)
    before = office.get("/v1/me", HEAD)["counts"]["do"]
    t = office.go("tasks", t, "cancel", OFFICE, reason="Thôi")
    assert t["children"] is None
    for p in made.values():
        p = office.get("/v1/tasks/" + p["id"], CHAIR)
        assert (p["status"], p["timeliness"]) == ("cancelled", "cancelled")
    assert office.get("/v1/me", HEAD)["counts"]["do"] == before - 1


def test_a_unit_has_one_open_part(office, whole):
    t = cascade(office, whole, codes=("economy",))
    r = office.stack.verb(f"/v1/tasks/{t['id']}/cascade", OFFICE, t, {
        "audience": audience("culture", "economy", "culture")})
    assert faults(r) == {"/audience/1": "twice", "/audience/2": "twice"}
    assert set(parts(office, t)) == {"economy"}
    office.go("tasks", parts(office, t)["economy"], "recall", OFFICE)
    t = office.get(f"/v1/tasks/{t['id']}", OFFICE)
    assert t["children"] is None
    assert cascade(office, t)["children"]["total"] == 2


def test_who_cascades_may_assign_in_each_unit(office):
    t = office.go("tasks", office.task(OFFICE, lead={"unit_code": "economy"}),
                  "assign", OFFICE)
    cascade(office, t, HEAD, 403)               # culture is not his
    cascade(office, t, SIBLING, 404)
    assert parts(office, t) == {}
    cascade(office, t, DEPUTY)
    own = office.go("tasks", office.task(), "assign", HEAD)
    cascade(office, own, DOER, 403, codes=("economy",))


def test_a_part_is_due_within_the_whole(office, whole):
    for day in ("2099-07-01", office.day(-1)):
        r = office.stack.verb(f"/v1/tasks/{whole['id']}/cascade", OFFICE,
                              whole, {"audience": audience("economy"),
                                      "due_on": day})
        assert faults(r) == {"/due_on": "out_of_range"}
    for body in ({}, {"audience": []}, {"audience": [{"unit_code": "none"}]}):
        problem(office.stack.verb(f"/v1/tasks/{whole['id']}/cascade", OFFICE,
                                  whole, body), 422, "invalid")
    t = cascade(office, whole)
    assert {p["due_on"] for p in parts(office, t).values()} == {DUE}


def test_a_draft_or_what_is_done_is_not_cascaded(office, whole):
    draft = office.task()
    cascade(office, draft, HEAD, 409, codes=("economy",))
    done = office.go("tasks", whole, "complete", CHAIR, result="Xong",
                     completed_on=office.day())
    cascade(office, done, CHAIR, 409)
    assert expect(office.stack.get(f"/v1/tasks/{done['id']}", CHAIR),
                  200)["children"] is None
