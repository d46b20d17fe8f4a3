"""Documents: what plans rest on, kept by a unit for all below. What is cited
before anybody has entered it is a stub, and there is one of each. Whether it
holds is asked as of a day, and comes true without a write."""

import datetime
from concurrent.futures import ThreadPoolExecutor

import pytest

from office import (ADMIN, CHAIR, DOER, HEAD, OFFICE, READER, STRANGER, WARD,
                    Office, faults)
from stack import Stack, expect, new_id, problem

CITY = "city-da-nang"


@pytest.fixture(scope="module")
def office():
    """An office of one's own: its clock is moved."""
    with Stack() as s:
        yield Office(s)


@pytest.fixture(scope="module")
def far(office):
    return office.elsewhere()


@pytest.fixture(scope="module")
def city(office):
    """Who drafts for the city."""
    name = "city.office." + new_id()[-6:]
    office.stack.hire(name, "Văn phòng TP", CITY, "office")
    return name


def paper(**body):
    return {"kind": "decree", "number": new_id()[-8:] + "/NĐ-CP",
            "issuer": "Chính phủ", "issued_on": "2023-09-29",
            "title": "Nghị định về khuyến khích cán bộ", "unit_code": WARD,
            **body}


def made(office, user=OFFICE, answer=201, **body):
    return office.make("documents", user, {
        k: v for k, v in paper(**body).items() if v is not None}, answer)


def basis(d, **body):
    return {"relation": "based_on", **{k: d[k] for k in (
        "kind", "number", "issuer", "issued_on", "title")}, **body}


def small(*bases, **body):
    """A plan to bring in, with these bases."""
    return {"title": "x", "issuer_unit_code": WARD, "legal_bases": list(bases),
            **body}


def brought(office, *bases, user=OFFICE, **body):
    return office.make("plans/import", user, small(*bases, **body))


def bases(office, plan, user=OFFICE, query=""):
    return office.all(f"/v1/plans/{plan['id']}/bases{query}", user)


def relations(office, plan, user=CHAIR):
    """What a plan is to others: {(relation, id)}."""
    return {(x["relation"], (x["plan"] or x["document"] or {}).get("id"))
            for x in office.all(f"/v1/plans/{plan['id']}/relations", user)}


def issued(office, plan, *more):
    plan = office.go("plans", plan, "submit", OFFICE)
    plan = office.go("plans", plan, "issue", CHAIR, issued_on="2024-01-15")
    for verb in more:
        plan = office.go("plans", plan, verb, CHAIR)
    return plan


# --- the catalogue ---

def test_a_document_is_entered_changed_removed_and_brought_back(office):
    d = made(office, effective_from="2023-11-15")
    assert (d["status"], d["validity"], d["unit"]["code"], d["ended_on"],
            d["replaced_by"], d["replaces"], d["inherited_from"]) == (
        "entered", "in_force", WARD, None, None, [], None)
    assert d["_permissions"] == ["update", "delete"]
    path = f"/v1/documents/{d['id']}"
    assert office.get(path, DOER)["_permissions"] == []
    d = office.patch("documents", d, OFFICE, title="Tên mới", issuer=None)
    assert (d["title"], d["issuer"], d["version"]) == ("Tên mới", None, 2)
    problem(office.stack.patch(path, OFFICE, {"title": "x"}, 1), 412,
            "stale_version")
    problem(office.stack.patch(path, DOER, {"title": "x"}, 2), 403,
            "forbidden")
    office.remove("documents", d, OFFICE)
    problem(office.stack.get(path, DOER), 404, "not_found")
    assert d["id"] in office.ids("/v1/documents?deleted=only", OFFICE)
    assert d["id"] not in office.ids("/v1/documents?deleted=only", DOER)
    d = expect(office.stack.verb(f"{path}/restore", OFFICE,
                                 {**d, "version": 3}), 200)
    assert office.get(path, DOER)["version"] == d["version"] == 4
    assert [e[0] for e in office.events(d["id"])] == [
        "create", "update", "delete", "restore"]
    words = [x["verb"] for x in office.all(path + "/activity", OFFICE)]
    assert sorted(words) == ["create", "delete", "restore", "update"]


def test_a_document_is_kept_by_a_unit_for_all_below(office, city, far):
    ours, above, theirs = (made(office), made(office, city, unit_code=CITY),
                           made(office, far[2], unit_code=far[0]))
    for user, sees in ((DOER, {ours["id"], above["id"]}),
                       (far[3], {theirs["id"]}),
                       (office.bare(), set())):
        for d in (ours, above, theirs):
            office.get(f"/v1/documents/{d['id']}", user,
                       200 if d["id"] in sees else 404)
        assert {ours["id"], above["id"], theirs["id"]} & set(
            office.ids("/v1/documents", user)) == sees
    x = {x["id"]: x for x in office.all(f"/v1/documents?unit={WARD}", DOER)}
    assert x[above["id"]]["inherited_from"]["code"] == CITY
    assert x[ours["id"]]["inherited_from"] is None
    assert ours["id"] not in office.ids(f"/v1/documents?unit={CITY}", city)
    # who writes what
    made(office, HEAD, 403)
    made(office, HEAD, unit_code="economy")
    made(office, OFFICE, 403, unit_code=CITY)
    made(office, DOER, 403)
    made(office, READER, 403)
    office.patch("documents", above, OFFICE, 403, title="x")
    clerk = office.person(WARD, "staff", "clerk")
    made(office, clerk)
    made(office, ADMIN)


def test_a_list_is_filtered_searched_and_counted(office):
    tag = new_id()[-8:]
    a = made(office, number=f"{tag}-A", title=f"Nghị định đường phố {tag}")
    b = made(office, number=f"{tag}-B", kind="law", issued_on="2020-05-01",
             title=f"Luật {tag}", ended_on="2024-01-01")
    for query, want in (
            (f"q={tag}", [a, b]), (f"q={tag} duong", [a]),
            (f"q={tag}&kind=law", [b]), (f"number={tag}-A", [a]),
            (f"q={tag}&issued_to=2021-01-01", [b]),
            (f"q={tag}&issued_from=2021-01-01", [a]),
            (f"q={tag}&validity=ended,replaced", [b]),
            (f"q={tag}&validity=in_force&as_of=2023-12-31", [a, b]),
            (f"q={tag}&validity=not_yet&as_of=2021-12-31", [a]),
            (f"q={tag}&sort=title", [b, a]),
            (f"ids={b['id']}", [b]), (f"q={tag}&status=stub", [])):
        assert office.ids("/v1/documents?" + query, DOER) == [
            x["id"] for x in want], query
    page = office.get(f"/v1/documents?q={tag}&counts=status,kind,validity",
                      DOER)
    assert page["counts"]["status"] == {"entered": 2}
    assert page["counts"]["kind"] == {"decree": 1, "law": 1}
    assert page["counts"]["validity"] == {"in_force": 1, "ended": 1}
    found = office.get(f"/v1/search?q={tag}&types=document", DOER)["items"]
    assert {x["id"] for x in found} == {a["id"], b["id"]}


@pytest.mark.parametrize("body, want", [
    ({"kind": "poem"}, {"/kind": "not_in_list"}),
    ({"title": None}, {"/title": "required"}),
    ({"issued_on": "2099-01-01"}, {"/issued_on": "in_future"}),
    ({"ended_on": "2023-09-28"}, {"/ended_on": "in_conflict"}),
    ({"replaced_by_id": new_id()}, {"/replaced_by_id": "unknown_reference"}),
    ({"unit_code": "nowhere"}, {"/unit_code": "unknown_reference"}),
    ({"validity": "ended"}, {"/validity": "server_set"}),
])
def test_a_wrong_document_is_refused(office, body, want):
    r = office.stack.post("/v1/documents", OFFICE, {
        k: v for k, v in paper(**body).items() if v is not None})
    assert faults(r) == want


# --- in force, replaced by ---

def test_a_document_ends_on_the_day_on_which_its_successor_holds(office):
    old = made(office, issued_on="2020-08-13")
    new = made(office, issued_on="2025-10-09", effective_from="2025-11-01")
    undated = made(office, issued_on=None)
    old = office.patch("documents", old, OFFICE, replaced_by_id=new["id"])
    assert old["ended_on"] == "2025-11-01"
    assert old["replaced_by"]["id"] == new["id"]
    assert old["replaced_by"]["code"] == new["number"]
    new = office.get(f"/v1/documents/{new['id']}", DOER)
    assert [x["id"] for x in new["replaces"]] == [old["id"]]

    def validity(d, day):
        x, = office.all(f"/v1/documents?ids={d['id']}&as_of={day}", DOER)
        return x["validity"]
    assert [validity(old, d) for d in ("2020-08-12", "2020-08-13",
                                       "2025-10-31", "2025-11-01")] == [
        "not_yet", "in_force", "in_force", "replaced"]
    assert [validity(new, d) for d in ("2025-10-31", "2025-11-01")] == [
        "not_yet", "in_force"]
    # a day it must be, and nothing replaces itself
    r = office.stack.patch(f"/v1/documents/{new['id']}", OFFICE,
                           {"replaced_by_id": undated["id"]}, new["version"])
    assert faults(r) == {"/ended_on": "required"}
    for d in (old, new):
        r = office.stack.patch(f"/v1/documents/{new['id']}", OFFICE, {
            "replaced_by_id": d["id"], "ended_on": "2026-01-01"},
            new["version"])
        assert faults(r) == {"/replaced_by_id": "in_conflict"}
    # what replaces another is still in use
    office.remove("documents", new, OFFICE, 409)


def test_what_replaces_a_document_is_read_by_all_who_read_it(office, city):
    above = made(office, city, unit_code=CITY)
    ours = made(office)
    r = office.stack.patch(f"/v1/documents/{above['id']}", city, {
        "replaced_by_id": ours["id"]}, 1)
    assert faults(r) == {"/replaced_by_id": "unknown_reference"}
    ours = office.patch("documents", ours, OFFICE, ended_on="2025-01-01",
                        replaced_by_id=above["id"])
    assert office.get(f"/v1/documents/{ours['id']}", DOER)["replaced_by"][
        "id"] == above["id"]
    # below, it may be hidden from who reads the other
    sub = made(office, HEAD, unit_code="economy")
    office.patch("documents", sub, HEAD, ended_on="2025-01-01",
                 replaced_by_id=ours["id"])
    path = f"/v1/documents/{ours['id']}"
    assert [x["id"] for x in office.get(path, DOER)["replaces"]] == [sub["id"]]
    assert office.get(path, STRANGER)["replaces"] == []


# --- one of each ---

def test_what_is_entered_twice_is_refused_however_it_is_written(office, city):
    d = made(office, number="73/2023/NĐ-CP " + new_id()[-6:])
    for body in ({}, {"number": d["number"].lower().replace("/", " / ")},
                 {"issued_on": None}, {"issuer": None, "title": "Tên khác"}):
        made(office, OFFICE, 409, **{"number": d["number"], **body})
    # numbers begin anew each year, in each office, for each kind
    for body in ({"issued_on": "2024-09-29"}, {"issuer": "Quốc hội"},
                 {"kind": "law"}):
        made(office, OFFICE, **{"number": d["number"], **body})
    other = made(office)
    r = office.stack.patch(f"/v1/documents/{other['id']}", OFFICE,
                           {"number": d["number"]}, 1)
    problem(r, 409, "duplicate")
    # nor below a unit that has it
    above = made(office, city, unit_code=CITY)
    made(office, OFFICE, 409, number=above["number"])
    # what was removed does not come back beside its successor
    office.remove("documents", d, OFFICE)
    made(office, OFFICE, number=d["number"])
    problem(office.stack.post(f"/v1/documents/{d['id']}/restore", OFFICE),
            409, "duplicate")


def test_entering_what_was_cited_is_completing_the_stub(office):
    one, two = paper(), paper()
    plan = brought(office, basis(one, issued_on=None), basis(two))
    stubs = [b["document_id"] for b in plan["legal_bases"]]
    for s in stubs:
        d = office.get(f"/v1/documents/{s}", DOER)
        assert (d["status"], d["validity"], d["unit"]["code"], d["version"]
                ) == ("stub", "unknown", WARD, 1)
        assert office.events(s) == [("create", 1, OFFICE)]
    r = office.stack.post("/v1/documents", OFFICE,
                          {**one, "effective_from": "2023-11-15"})
    d = expect(r, 201)
    assert (d["id"], d["status"], d["version"], d["issued_on"]) == (
        stubs[0], "entered", 2, one["issued_on"])
    assert r.headers["Location"] == f"/v1/documents/{stubs[0]}"
    assert office.events(stubs[0])[-1] == ("update", 2, OFFICE)
    made(office, OFFICE, 409, **one)
    d = office.get(f"/v1/documents/{stubs[1]}", OFFICE)
    d = office.patch("documents", d, OFFICE, effective_from="2024-01-01")
    assert d["status"] == "entered"
    assert [b["validity"] for b in bases(office, plan)] == ["in_force"] * 2


def test_another_system_finds_the_stub_it_has_entered(office):
    p = paper()
    stub = brought(office, basis(p))["legal_bases"][0]["document_id"]
    path = f"/v1/documents/by-ref/legal-db/{new_id()}"
    d = expect(office.stack.call("PUT", path, OFFICE, p), 201)
    assert (d["id"], d["status"]) == (stub, "entered")
    d = expect(office.stack.call("PUT", path, OFFICE, {**p, "title": "Mới"}),
               200)
    assert (d["id"], d["title"]) == (stub, "Mới")
    assert office.get(path, DOER)["id"] == stub


def test_offices_cite_their_own_stubs_and_what_is_entered_above(office, far,
                                                                city):
    p = paper()
    mine = brought(office, basis(p))
    theirs = brought(office, basis(p), user=far[2], issuer_unit_code=far[0])
    a, b = (x["legal_bases"][0]["document_id"] for x in (mine, theirs))
    assert a != b
    problem(office.stack.get(f"/v1/documents/{b}", OFFICE), 404, "not_found")
    # entered above, it holds for plans that have named the stub
    d = made(office, city, **{**p, "unit_code": CITY})
    assert d["id"] not in (a, b)
    x, = bases(office, mine)
    assert (x["document"]["id"], x["validity"]) == (d["id"], "in_force")
    x, = bases(office, theirs, far[2])
    assert (x["document"]["id"], x["validity"]) == (b, "unknown")
    # and is what is cited from now on
    assert brought(office, basis(p))["legal_bases"][0]["document_id"] == d["id"]
    assert a not in office.ids(f"/v1/documents?unit={WARD}", DOER)
    assert mine["id"] in office.ids(f"/v1/documents/{d['id']}/plans", OFFICE)


def test_what_a_predecessor_has_cited_is_known_to_who_took_its_place(office):
    p, old = paper(), new_id()
    office.stack.sql(
        "INSERT INTO document (id, unit_id, kind, number, issuer, issued_on,"
        " title, created_at, updated_at) SELECT %s, id, %s, %s, %s, %s, %s,"
        " now(), now() FROM unit WHERE code = 'ward-tan-chinh'", old,
        *(p[k] for k in ("kind", "number", "issuer", "issued_on", "title")))
    plan = brought(office, basis(p))
    assert plan["legal_bases"][0]["document_id"] == old
    assert bases(office, plan)[0]["validity"] == "unknown"
    d = made(office, OFFICE, **p)
    assert bases(office, plan)[0]["document"]["id"] == d["id"]


def test_many_cite_and_enter_one_document_at_once_and_there_is_one(office):
    papers = [paper() for _ in range(4)]

    def act(i):
        if i % 4 == 3:
            r = office.stack.post("/v1/documents", OFFICE, papers[i % 3])
            assert r.status_code in (201, 409)
            return []
        some = papers if i % 2 else papers[::-1]
        return [b["document_id"] for b in brought(
            office, *map(basis, some))["legal_bases"]][::1 if i % 2 else -1]
    with ThreadPoolExecutor(12) as pool:
        got = [x for x in pool.map(act, range(24)) if x]
    assert len({tuple(x) for x in got}) == 1
    for p in papers:
        assert office.stack.one("SELECT count(*) FROM document WHERE number ="
                                " %s", p["number"]) == 1


def test_a_dry_run_makes_no_stub(office):
    p = paper()
    r = expect(office.stack.post("/v1/plans/import?dry_run=true", OFFICE,
                                 small(basis(p))), 200)
    assert "stub_document" in {w["code"] for w in r["warnings"]}
    assert office.ids(f"/v1/documents?number={p['number']}", OFFICE) == []


# --- what plans rest on ---

def test_a_basis_names_a_document_that_its_author_knows(office, far):
    known, hidden = made(office), made(office, far[2], unit_code=far[0])
    gone = made(office)
    office.remove("documents", gone, OFFICE)
    bad = [basis(known, document_id=i) for i in (
        known["id"], hidden["id"], gone["id"], new_id())]
    want = {f"/legal_bases/{i}/document_id": "unknown_reference"
            for i in (1, 2, 3)}
    body = {"title": "x", "issuer_unit_code": WARD}
    r = office.stack.post("/v1/plans", OFFICE, {**body, "legal_bases": bad})
    assert faults(r) == want
    assert faults(office.stack.post("/v1/plans/import", OFFICE,
                                    small(*bad))) == want
    plan = office.plan(legal_bases=bad[:1])
    r = office.stack.patch(f"/v1/plans/{plan['id']}", OFFICE,
                           {"legal_bases": bad}, 1)
    assert faults(r) == want
    plan = issued(office, plan)
    assert faults(office.stack.verb(
        f"/v1/plans/{plan['id']}/amend", CHAIR, plan, {
            "reason": "x", "patch": {"legal_bases": bad}, "document": {
                "number": "1/QĐ", "issued_on": "2024-02-01"}})) == {
        "/patch" + k: v for k, v in want.items()}
    # what is cited is in use
    problem(office.stack.call("DELETE", f"/v1/documents/{known['id']}",
                              OFFICE, If_Match='"v1"'), 409, "referenced")
    assert office.ids(f"/v1/documents/{known['id']}/plans", DOER) == [
        plan["id"]]


def test_a_plan_says_of_each_basis_whether_it_holds(office):
    new = made(office, effective_from="2025-11-01", issued_on="2025-10-09")
    old = made(office, issued_on="2020-08-13", replaced_by_id=new["id"])
    plan = office.plan(legal_bases=[
        basis(old, document_id=old["id"]), basis(new),
        {"relation": "implements", "kind": "directive", "title": new_id()}])
    got = bases(office, plan)
    assert [(b["nth"], b["relation"], b["number"], b["validity"]) for b in got
            ] == [(1, "based_on", old["number"], "replaced"),
                  (2, "based_on", new["number"], "in_force"),
                  (3, "implements", None, "unknown")]
    assert (got[0]["replaced_by"]["id"], got[0]["ended_on"]) == (
        new["id"], "2025-11-01")
    # named, though not pointed to
    assert got[1]["document"]["id"] == new["id"]
    assert got[2]["document"] is None
    assert [b["validity"] for b in bases(office, plan, query="?as_of=2025-10-31"
                                         )] == ["in_force", "not_yet",
                                                "unknown"]
    assert [b["nth"] for b in bases(office, plan,
                                    query="?validity=replaced")] == [1]
    problem(office.stack.get(f"/v1/plans/{plan['id']}/bases", CHAIR), 404,
            "not_found")


# --- what plans are to each other ---

def test_a_relation_shows_both_ways_to_who_sees_both(office):
    above, d = issued(office, office.plan()), made(office)
    plan = office.plan(relations=[
        {"relation": "implements", "plan_id": above["id"]},
        {"relation": "based_on", "document_id": d["id"]}])
    assert plan["relations"][0] == {"relation": "implements",
                                    "plan_id": above["id"]}
    want = {("implements", above["id"]), ("based_on", d["id"])}
    assert relations(office, plan, OFFICE) == want
    back = ("implemented_by", plan["id"])
    # a draft is its author's alone
    assert relations(office, above, OFFICE) == {back}
    assert relations(office, above, CHAIR) == set()
    plan = issued(office, plan)
    assert relations(office, above, DOER) == {back}
    x, = office.all(f"/v1/plans/{above['id']}/relations", DOER)
    assert (x["plan"]["code"], x["plan_status"], x["unit"]["code"]) == (
        plan["number"], "issued", WARD)
    # written until it is issued, then by amendment
    problem(office.stack.patch(f"/v1/plans/{plan['id']}", OFFICE,
                               {"relations": []}, plan["version"]), 409,
            "wrong_state")
    plan = office.go("plans", plan, "amend", CHAIR, reason="x",
                     patch={"relations": plan["relations"][1:]}, document={
                         "number": "2/QĐ", "issued_on": "2024-02-01"})
    assert relations(office, plan) == {("based_on", d["id"])}
    assert relations(office, above) == set()


@pytest.mark.parametrize("relation, want", [
    ({"relation": "implements"}, {"document_id": "required"}),
    ({"relation": "implements", "plan_id": new_id(),
      "document_id": new_id()}, {"document_id": "in_conflict"}),
    ({"relation": "implements", "plan_id": new_id()},
     {"plan_id": "unknown_reference"}),
    ({"relation": "like", "plan_id": new_id()}, {"relation": "not_in_list"}),
    ({"plan_id": new_id()}, {"relation": "required"}),
])
def test_a_wrong_relation_is_refused(office, relation, want):
    r = office.stack.post("/v1/plans", OFFICE, {
        "title": "x", "issuer_unit_code": WARD, "relations": [relation]})
    assert faults(r) == {f"/relations/0/{k}": v for k, v in want.items()}


def test_a_plan_has_no_relation_to_itself_or_to_a_hidden_draft(office):
    plan, hidden = office.plan(), office.plan(CHAIR)
    for other in (plan, hidden):
        r = office.stack.patch(f"/v1/plans/{plan['id']}", OFFICE, {
            "relations": [{"relation": "implements",
                           "plan_id": other["id"]}]}, 1)
        assert faults(r) == {"/relations/0/plan_id": "unknown_reference"}


def test_a_superseded_plan_names_its_successor(office):
    old = issued(office, office.plan(), "activate")
    assert old["superseded_by_id"] is None
    new = issued(office, office.plan(relations=[
        {"relation": "supersedes", "plan_id": old["id"]}]))
    assert relations(office, old) == {("superseded_by", new["id"])}
    assert office.get(f"/v1/plans/{old['id']}", CHAIR)["status"] == "in_force"
    old = office.go("plans", old, "supersede", CHAIR)
    assert (old["status"], old["superseded_by_id"]) == ("superseded",
                                                        new["id"])
    assert office.get(f"/v1/plans/{old['id']}", DOER)[
        "superseded_by_id"] == new["id"]
    assert relations(office, old) == {("superseded_by", new["id"])}
    assert relations(office, new) == {("supersedes", old["id"])}


def test_a_successor_is_named_where_it_does_not_say_so(office):
    old = issued(office, office.plan(), "activate")
    draft, new = office.plan(), issued(office, office.plan())
    for wrong in (draft["id"], old["id"], new_id()):
        r = office.stack.verb(f"/v1/plans/{old['id']}/supersede", CHAIR, old,
                              {"successor_id": wrong})
        assert faults(r) == {"/successor_id": "unknown_reference"}
    old = office.go("plans", old, "supersede", CHAIR, successor_id=new["id"])
    assert old["superseded_by_id"] == new["id"]
    assert relations(office, old) == {("superseded_by", new["id"])}
    assert relations(office, new) == {("supersedes", old["id"])}
    # and what nothing has replaced names nothing
    alone = issued(office, office.plan(), "activate", "supersede")
    assert alone["superseded_by_id"] is None


def test_a_copy_keeps_what_it_implements_and_supersedes_nothing(office):
    above, old = (issued(office, office.plan()) for _ in range(2))
    plan = issued(office, office.plan(relations=[
        {"relation": "supersedes", "plan_id": old["id"]},
        {"relation": "implements", "plan_id": above["id"]}]))
    again = expect(office.stack.post(f"/v1/plans/{plan['id']}/copy", OFFICE,
                                     {}), 201)
    assert again["relations"] == plan["relations"][1:]
    assert relations(office, again, OFFICE) == {("implements", above["id"])}


def test_taking_back_a_plan_frees_what_it_cites(office):
    d = made(office)
    plan = office.plan(legal_bases=[basis(d, document_id=d["id"])])
    problem(office.stack.call("DELETE", f"/v1/documents/{d['id']}", OFFICE,
                              If_Match='"v1"'), 409, "referenced")
    office.patch("plans", plan, OFFICE, legal_bases=None)
    office.remove("documents", d, OFFICE)


# --- moves the clock: last ---

def test_a_future_validity_comes_true_without_a_write(office):
    day = datetime.date.fromisoformat(office.day())
    ends = str(day + datetime.timedelta(days=30))
    new = made(office, effective_from=ends)
    old = made(office, replaced_by_id=new["id"])
    plan = issued(office, office.plan(legal_bases=[
        basis(old, document_id=old["id"])]))
    path = f"/v1/documents/{old['id']}"
    before = office.stack.get(path, DOER)
    assert expect(before, 200)["validity"] == "in_force"
    assert [b["validity"] for b in bases(office, plan, DOER)] == ["in_force"]
    was = office.events(old["id"])
    office.stack.clock("set", ends)
    try:
        now = office.stack.get(path, DOER,
                               If_None_Match=before.headers["ETag"])
        assert expect(now, 200)["validity"] == "replaced"
        assert now.json()["version"] == before.json()["version"]
        assert [b["validity"] for b in bases(office, plan, DOER)] == [
            "replaced"]
        assert office.events(old["id"]) == was
    finally:
        office.stack.clock("real")
