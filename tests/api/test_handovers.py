"""The log of work passed on: written by what passes it on, kept for good."""

from office import (CHAIR, DOER, HEAD, OFFICE, PEER, SIBLING, STRANGER, ADMIN,
                    WARD)
from stack import expect, problem, until


def log(office, task, user=HEAD, query=""):
    """Oldest first: (kind, from whom, to whom, why, by whom)."""
    items = office.all(f"/v1/tasks/{task['id']}/handovers?sort=at{query}",
                       user)
    who = [(i["kind"], *(i[x] and i[x]["code"] for x in (
        "from_unit", "from_staff", "to_unit", "to_staff")), i["reason"],
        i["author"]["code"]) for i in items]
    assert all(i["task"]["id"] == task["id"] and i["version"] == 1
               for i in items)
    return who


def test_each_passing_on_is_a_line_from_whom_to_whom_and_why(office):
    t = office.task()
    assert log(office, t) == []
    t = office.go("tasks", t, "assign", HEAD)               # a first giving out
    assert log(office, t) == []
    t = office.go("tasks", t, "decline", DOER, reason="Không đúng chức năng")
    t = office.go("tasks", t, "assign", HEAD, lead={"staff_code": PEER},
                  reason="Đúng việc")
    t = office.go("tasks", t, "assign", HEAD, due_on="2099-07-31")
    t = office.go("tasks", t, "assign", OFFICE,
                  lead={"unit_code": "culture"}, reason="Chuyển phòng")
    t = office.go("tasks", t, "recall", CHAIR)
    t = office.go("tasks", t, "assign", CHAIR)
    econ = "economy"
    assert log(office, t, CHAIR) == [
        ("decline", econ, DOER, None, HEAD, "Không đúng chức năng", DOER),
        ("assign", None, HEAD, econ, PEER, "Đúng việc", HEAD),
        ("assign", econ, PEER, "culture", None, "Chuyển phòng", OFFICE),
        ("recall", "culture", None, None, OFFICE, None, CHAIR),
        ("assign", None, OFFICE, "culture", None, None, CHAIR)]
    assert [k for k, *_ in log(office, t, CHAIR, "&kind=decline,recall")] == [
        "decline", "recall"]


def test_what_is_refused_leaves_no_line(office):
    t = office.go("tasks", office.task(), "assign", HEAD)
    problem(office.stack.verb(f"/v1/tasks/{t['id']}/decline", PEER, t,
                              {"reason": "x"}), 404, "not_found")
    problem(office.stack.verb(f"/v1/tasks/{t['id']}/recall", DOER, t), 403,
            "forbidden")
    problem(office.stack.verb(f"/v1/tasks/{t['id']}/assign", HEAD, t, {
        "lead": {"staff_code": STRANGER, "unit_code": "economy"}}), 422,
        "invalid")
    assert log(office, t) == []


def test_the_log_is_for_who_sees_the_task(office):
    t = office.go("tasks", office.task(), "assign", HEAD)
    office.go("tasks", t, "decline", DOER, reason="x")
    path = f"/v1/tasks/{t['id']}/handovers"
    for user in (HEAD, DOER, CHAIR, OFFICE):
        assert len(office.all(path, user)) == 1, user
        assert t["id"] in {i["task"]["id"]
                           for i in office.all("/v1/handovers", user)}, user
    for user in (SIBLING, STRANGER, PEER, ADMIN):
        problem(office.stack.get(path, user), 404, "not_found")
        assert t["id"] not in {i["task"]["id"] for i in office.all(
            "/v1/handovers", user)}, user


def test_passing_on_is_counted_by_kind_unit_and_person(office):
    def counted(query=""):
        r = office.get("/v1/handovers?counts=kind,unit,staff&count=exact"
                       + query, CHAIR)
        return r["count"], r["counts"]
    n, before = counted()
    for _ in range(2):
        t = office.go("tasks", office.task(), "assign", HEAD)
        t = office.go("tasks", t, "decline", DOER, reason="x")
        office.go("tasks", t, "recall", HEAD)
    m, after = counted()
    assert m == n + 4
    for dim, key, more in (("kind", "decline", 2), ("kind", "recall", 2),
                           ("unit", "economy", 2), ("staff", DOER, 2)):
        assert after[dim][key] == before[dim].get(key, 0) + more, (dim, key)
    person = office.people[DOER]
    assert counted(f"&staff={person}")[0] == \
        after["staff"][DOER] == len(office.all(
            f"/v1/handovers?staff={person}", CHAIR))
    assert counted("&unit=culture")[0] == len(office.all(
        "/v1/handovers?unit=culture", CHAIR))
    assert counted(f"&unit={WARD}&subtree=false")[1]["unit"].keys() <= {WARD}


def test_who_leaves_hands_over_and_it_is_a_line(office):
    gone, heir = (office.person("economy") for _ in range(2))
    t = office.go("tasks", office.task(lead={"staff_code": gone}), "assign",
                  HEAD)
    expect(office.stack.post(f"/v1/staff/{office.people[gone]}/leave", ADMIN,
                             {"on": office.day(),
                              "hand_over_to_id": office.people[heir]}), 200)
    assert until(lambda: log(office, t), 30, what="the work is handed on") == [
        ("transfer", "economy", gone, "economy", heir, None, ADMIN)]
