"""A plan document brought in whole: the ward's own, and bad ones."""

import copy

import pytest

from office import (ADMIN, CHAIR, DOER, HEAD, OFFICE, READER, WARD, faults)
from stack import PLAN, expect, new_id, problem

PATH = "/v1/plans/import"


@pytest.fixture(scope="module")
def far(office):
    return office.elsewhere()


def document(**change):
    return {**copy.deepcopy(PLAN), **change}


def small(**change):
    return {"title": "Nhỏ", "issuer_unit_code": WARD, "tasks": [
        {"code": "1", "title": "Một", "kind": "one_off",
         "due_on": "2099-01-31", "lead_unit_code": "economy",
         "expected_output": "Báo cáo"}], **change}


def said(x):
    """A part as it is kept: what it left empty is not there."""
    if isinstance(x, dict):
        return {k: said(v) for k, v in x.items() if v is not None}
    return [said(v) for v in x] if isinstance(x, list) else x


def count(office):
    return office.stack.sql(
        "SELECT (SELECT count(*) FROM camket.plan),"
        " (SELECT count(*) FROM camket.task),"
        " (SELECT count(*) FROM camket.obligation),"
        " (SELECT count(*) FROM camket.document),"
        " (SELECT count(*) FROM camket.event)")


def warnings(body):
    return {(w["pointer"], w["code"]) for w in body["warnings"]}


@pytest.fixture(scope="module")
def plan(office):
    id_ = new_id()
    r = office.stack.post(PATH, OFFICE, document(id=id_))
    body = expect(r, 201)
    assert r.headers["Location"] == f"/v1/plans/{id_}"
    assert body["id"] == id_
    return body


def test_the_wards_plan_comes_in_whole(office, plan):
    p = office.get(f"/v1/plans/{plan['id']}", OFFICE)
    for k in ("kind", "number", "symbol", "issuer", "place", "issued_on",
              "title", "sections", "recipients", "signer"):
        assert p[k] == said(PLAN[k]), k
    assert p["status"] == "draft" and p["_permissions"] == [
        "update", "delete", "submit"]
    assert plan["counts"] == {"tasks": 17, "obligations": 14,
                              "documents": len(PLAN["legal_bases"])}
    tasks = office.all(f"/v1/plans/{p['id']}/tasks?limit=5", OFFICE)
    assert [t["code"] for t in tasks] == [t["code"] for t in PLAN["tasks"]]
    for got, want in zip(tasks, PLAN["tasks"]):
        for k in ("title", "kind", "cadence", "due_on", "due_precision",
                  "audience", "expected_output"):
            assert got[k] == want[k], (want["code"], k)
        assert got["status"] == "draft"
        assert got["source"]["stated_unit_code"] == want["lead_unit_code"]
    duties = office.all(f"/v1/plans/{p['id']}/obligations", OFFICE)
    assert [d["code"] for d in duties] == [o["code"]
                                           for o in PLAN["obligations"]]
    for got, want in zip(duties, PLAN["obligations"]):
        assert got["task"]["code"] == want["task_code"]
        for k in ("what", "audience", "subject_kind", "cadence", "due_rule",
                  "criteria_set_code", "source"):
            assert got[k] == want[k], (want["code"], k)
    assert office.events(p["id"]) == [("import", 1, OFFICE)]
    assert office.events(tasks[0]["id"]) == [("create", 1, OFFICE)]


def test_an_ended_unit_is_followed_to_who_took_its_place(office, plan):
    """The plan is of 2024; the ward has been merged twice since."""
    assert plan["issuer_unit"]["code"] == WARD
    assert plan["source"]["stated_issuer_unit_code"] == "ward-tan-chinh"
    assert plan["source"]["note"] == PLAN["source"]["note"]
    lead = {t["code"]: t["lead_unit"]["code"] for t in office.all(
        f"/v1/plans/{plan['id']}/tasks", OFFICE)}
    assert lead["II.1"] == WARD and lead["II.2"] == "office"
    w = warnings(plan)
    assert ("/issuer_unit_code", "moved_to_successor") in w
    assert ("/tasks/0/lead_unit_code", "moved_to_successor") in w
    assert ("/recipients/0/audience", "ended_without_successor") in w
    detail, = [x["detail"] for x in plan["warnings"]
             if x["pointer"] == "/issuer_unit_code"]
    assert detail == f"ward-tan-chinh → {WARD}"


def test_a_basis_not_yet_known_becomes_a_stub(office, plan):
    stubs = office.stack.sql(
        "SELECT id::text, number, issuer, title, status FROM camket.document")
    by_id = {s[0]: s for s in stubs}
    for got, want in zip(plan["legal_bases"], PLAN["legal_bases"]):
        assert {k: got.get(k) for k in want} == want
        assert by_id[got["document_id"]][1:] == (
            want["number"], want["issuer"], want["title"], "stub")
    # the second time they are known
    again = expect(office.stack.post(PATH, OFFICE, document()), 201)
    assert [b["document_id"] for b in again["legal_bases"]] == [
        b["document_id"] for b in plan["legal_bases"]]
    assert "stub_document" not in {c for _, c in warnings(again)}
    # the same number of another issuer is another document
    other = small(legal_bases=[{**PLAN["legal_bases"][0],
                                "issuer": "Nơi khác"}])
    b = expect(office.stack.post(PATH, OFFICE, other), 201)["legal_bases"][0]
    assert b["document_id"] not in {x["document_id"]
                                    for x in plan["legal_bases"]}


def test_a_dry_run_tells_and_writes_nothing(office):
    before = count(office)
    id_ = new_id()
    for _ in range(2):
        body = expect(office.stack.post(
            PATH + "?dry_run=true", OFFICE, document(id=id_),
            Idempotency_Key="dry-" + id_), 200)
        assert body["dry_run"] is True and body["counts"]["tasks"] == 17
        assert ("/issuer_unit_code", "moved_to_successor") in warnings(body)
        assert count(office) == before
    # and takes nothing from the import that follows
    r = office.stack.post(PATH, OFFICE, document(id=id_),
                          Idempotency_Key="dry-" + id_)
    assert expect(r, 201)["id"] == id_
    assert "Idempotency-Replayed" not in r.headers
    for bad in ("?dry_run=perhaps", "?dry_run=true&x=1"):
        problem(office.stack.post(PATH + bad, OFFICE, document()), 400,
                "bad_parameter")


def wrong(change):
    d = document()
    change(d)
    return d


BAD = {
    "no issuer": (lambda d: d.pop("issuer_unit_code"),
                  {"/issuer_unit_code": "required"}),
    "unknown issuer": (lambda d: d.update(issuer_unit_code="nowhere"),
                       {"/issuer_unit_code": "unknown_reference"}),
    "unknown lead": (lambda d: d["tasks"][3].update(lead_unit_code="x"),
                     {"/tasks/3/lead_unit_code": "unknown_reference"}),
    "lead above the issuer": (
        lambda d: d["tasks"][3].update(lead_unit_code="city-da-nang"),
        {"/tasks/3/lead_unit_code": "not_a_lead"}),
    "lead that ended for good": (
        lambda d: d["tasks"][3].update(lead_unit_code="district-thanh-khe"),
        {"/tasks/3/lead_unit_code": "unknown_reference"}),
    "unknown audience": (lambda d: d["obligations"][2].update(audience="x"),
                         {"/obligations/2/audience": "unknown_reference"}),
    "unknown reader": (
        lambda d: d["obligations"][7]["report_to_unit_codes"].append("x"),
        {"/obligations/7/report_to_unit_codes/2": "unknown_reference"}),
    "unknown recipient": (lambda d: d["recipients"][0].update(audience="x"),
                          {"/recipients/0/audience": "unknown_reference"}),
    "a code twice": (lambda d: d["tasks"][4].update(code="II.1"),
                     {"/tasks/4/code": "twice",
                      "/obligations/6/task_code": "unknown_reference"}),
    "an obligation twice": (lambda d: d["obligations"][1].update(code="OB01"),
                            {"/obligations/1/code": "twice"}),
    "an obligation of no task": (
        lambda d: d["obligations"][0].update(task_code="IX.9"),
        {"/obligations/0/task_code": "unknown_reference"}),
    "one-off without a day": (lambda d: d["tasks"][0].update(due_on=None),
                              {"/tasks/0/due_on": "no_due_day"}),
    "recurring without a cadence": (
        lambda d: d["tasks"][6].update(cadence=[]),
        {"/tasks/6/cadence": "required"}),
    "an occurrence": (lambda d: d["tasks"][6].update(kind="occurrence"),
                      {"/tasks/6/kind": "not_in_list"}),
    "no output": (lambda d: d["tasks"][0].pop("expected_output"),
                  {"/tasks/0/expected_output": "required"}),
    "a day that is none": (
        lambda d: d["tasks"][0].update(due_on="2024-02-30"),
        {"/tasks/0/due_on": "bad_format"}),
    "a strange member": (lambda d: d["tasks"][0].update(nick="x"),
                         {"/tasks/0/nick": "unknown"}),
    "a strange cadence": (lambda d: d["tasks"][6].update(cadence=["daily"]),
                          {"/tasks/6/cadence/0": "not_in_list"}),
    "a task that is none": (lambda d: d["tasks"].__setitem__(16, "x"),
                            {"/tasks/16": "wrong_type",
                             **{f"/obligations/{n}/task_code":
                                "unknown_reference" for n in range(10, 14)}}),
    "tasks that are none": (
        lambda d: d.update(tasks="x", obligations=[]),
        {"/tasks": "wrong_type"}),
    "issued in the future": (lambda d: d.update(issued_on="2199-01-01"),
                             {"/issued_on": "in_future"}),
    "a bad weight": (lambda d: d["tasks"][1].update(weight="-1"),
                     {"/tasks/1/weight": "out_of_range"}),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_document_is_refused_and_nothing_is_half_done(office, name):
    change, want = BAD[name]
    before = count(office)
    d = wrong(change)
    r = office.stack.post(PATH, OFFICE, d)
    assert faults(r) == want
    assert count(office) == before
    # a dry run says the same
    assert faults(office.stack.post(PATH + "?dry_run=true", OFFICE, d)) == want


def test_everything_wrong_is_told_at_once_with_the_warnings(office):
    def many(d):
        for n, key in enumerate(("no issuer", "unknown lead", "unknown reader",
                                 "one-off without a day", "a strange member",
                                 "a strange cadence", "an occurrence")):
            if n:
                BAD[key][0](d)
        d["title"] = ""
    r = office.stack.post(PATH, OFFICE, wrong(many))
    assert faults(r) == {
        "/title": "too_short",
        "/tasks/3/lead_unit_code": "unknown_reference",
        "/obligations/7/report_to_unit_codes/2": "unknown_reference",
        "/tasks/0/due_on": "no_due_day", "/tasks/0/nick": "unknown",
        "/tasks/6/cadence/0": "not_in_list",
        "/tasks/6/kind": "not_in_list"}
    assert ("/issuer_unit_code", "moved_to_successor") in warnings(r.json())


def test_a_plan_is_brought_in_by_who_drafts_there(office, far):
    before = count(office)
    for user in (DOER, READER, ADMIN, HEAD):
        problem(office.stack.post(PATH, user, document()), 403, "forbidden")
        problem(office.stack.post(PATH + "?dry_run=true", user, document()),
                403, "forbidden")
        # what is wrong with it is not told either
        problem(office.stack.post(PATH, user, small(tasks=[{"code": ""}])),
                403, "forbidden")
    # a unit nobody of his knows is not there for him
    for user, unit in [(far[2], WARD), (OFFICE, far[0]),
                       (office.bare(), WARD)]:
        d = small(issuer_unit_code=unit, tasks=[])
        assert faults(office.stack.post(PATH, user, d)) == {
            "/issuer_unit_code": "unknown_reference"}
    for d, at in [
            (small(recipients=[{"name": "x", "audience": far[0]}]),
             "/recipients/0/audience"),
            (small(obligations=[{"code": "O", "what": "x",
                                 "subject_kind": "tasks",
                                 "audience": far[0]}]),
             "/obligations/0/audience")]:
        assert faults(office.stack.post(PATH, OFFICE, d)) == {
            at: "unknown_reference"}
    one = small()
    one["tasks"][0]["lead_unit_code"] = far[0]
    assert faults(office.stack.post(PATH, OFFICE, one)) == {
        "/tasks/0/lead_unit_code": "unknown_reference"}
    after = count(office)
    assert after[0][:4] == before[0][:4]
    expect(office.stack.post(PATH, HEAD, small(issuer_unit_code="economy")),
           201)


def test_the_same_document_with_its_id_is_the_same_plan(office):
    d = small(id=new_id())
    first = office.stack.post(PATH, OFFICE, d)
    again = office.stack.post(PATH, OFFICE, d)
    assert expect(again, 201) == expect(first, 201)
    assert again.headers["Idempotency-Replayed"] == "true"
    problem(office.stack.post(PATH, OFFICE, {**d, "title": "Khác"}), 409,
            "duplicate")
    problem(office.stack.post(PATH, CHAIR, d), 409, "duplicate")
    assert len(office.all(f"/v1/plans/{d['id']}/tasks", OFFICE)) == 1


def test_a_plan_that_has_its_number_keeps_it(office):
    d = small(number="345/KH-UBND", issued_on="2023-03-04")
    p = expect(office.stack.post(PATH, OFFICE, d), 201)
    assert (p["number"], p["issued_on"], p["status"]) == (
        "345/KH-UBND", "2023-03-04", "draft")
    r = problem(office.stack.post(PATH, OFFICE, d), 409, "duplicate")
    assert r["errors"][0]["pointer"] == "/number"


def test_an_unknown_set_of_criteria_is_a_doubt_and_no_fault(office):
    d = small(obligations=[{"code": "O1", "what": "x", "task_code": "1",
                            "subject_kind": "reviews",
                            "criteria_set_code": "CHUA-CO"}])
    p = expect(office.stack.post(PATH, OFFICE, d), 201)
    assert warnings(p) == {("/obligations/0/criteria_set_code",
                            "unknown_criteria_set")}


def test_a_batch_keeps_an_import_whole_or_not_at_all(office):
    d = small(id=new_id())
    before = count(office)
    good = {"method": "POST", "path": PATH, "body": d}
    bad = {"method": "POST", "path": "/v1/plans", "body": {
        "title": "x", "issuer_unit_code": "ward-tan-chinh"}}
    r = office.stack.post("/v1/batch", OFFICE, {"atomic": True,
                                                "operations": [good, bad]})
    assert r.status_code == 422, r.text
    assert count(office)[0][:4] == before[0][:4]
    problem(office.stack.get(f"/v1/plans/{d['id']}", OFFICE), 404,
            "not_found")
    expect(office.stack.post("/v1/batch", OFFICE, {
        "atomic": True, "operations": [good]}), 200)
    assert len(office.all(f"/v1/plans/{d['id']}/tasks", OFFICE)) == 1
