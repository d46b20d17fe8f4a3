"""Units: the tree as a directory, its days, and who administers it."""

import unicodedata

import pytest

from office import (ADMIN, CHAIR, CITY, DOER, HEAD, OFFICE, STRANGER, WARD,
                    faults)
from stack import UNITS, expect, new_id, problem


@pytest.fixture(scope="module")
def far(office):
    return office.elsewhere()


def unit(office, code, user=CHAIR):
    return office.get(f"/v1/units/{office.units[code]}", user)


# --- reading ---

def test_a_unit_is_read_with_its_place_in_the_tree(office):
    u = unit(office, "economy")
    assert u["code"] == "economy" and u["kind"] == "department"
    assert u["name"] == "Phòng Kinh tế, Hạ tầng và Đô thị"
    assert u["short_name"] == "KTHTĐT" and u["own_seal"] is False
    assert u["parent"] == {"id": office.units[WARD], "code": WARD,
                           "name": "UBND phường Thanh Khê"}
    assert u["office"]["code"] == WARD
    assert u["status"] == "active"
    assert (u["valid_from"], u["valid_to"]) == ("2025-07-01", None)
    assert {"id", "version", "created_at", "updated_at"} <= u.keys()
    assert u["_permissions"] == []
    assert unit(office, "economy", ADMIN)["_permissions"] == ["update"]


def test_a_unit_that_ended_says_its_last_day(office):
    u = unit(office, "ward-tan-chinh")
    assert (u["status"], u["valid_to"]) == ("ended", "2024-12-31")
    assert u["_permissions"] == []


def test_names_and_parents_are_read_by_day(office):
    v = office.get(f"/v1/units/{office.units['office']}/versions",
                   CHAIR)["items"]
    said = next(u for u in UNITS["units"] if u["code"] == "office")["versions"]
    assert [(x["name"], x["parent"]["code"], x["valid_from"], x["valid_to"])
            for x in v] == [(x["name"], x["parent_code"], x["valid_from"],
                             x["valid_to"]) for x in said]


def test_a_list_as_of_a_day_shows_the_tree_of_that_day(office):
    then = {u["code"]: u for u in
            office.all("/v1/units?as_of=2024-06-01", CHAIR)}
    assert then["office"]["name"] == "Văn phòng UBND phường Tân Chính"
    assert then["office"]["parent"]["code"] == "ward-tan-chinh"
    assert then["ward-tan-chinh"]["status"] == "active"
    assert not {"ward-thanh-khe", "economy"} & then.keys()
    below = {u["code"] for u in office.all(
        "/v1/units?as_of=2024-06-01&unit=district-thanh-khe", CHAIR)}
    assert {"ward-tan-chinh", "office", "ward-chinh-gian"} <= below
    assert {u["code"] for u in office.all(
        "/v1/units?as_of=2024-06-01&parent=district-thanh-khe", CHAIR)} == {
            "ward-tan-chinh", "ward-chinh-gian"}
    assert office.all("/v1/units?as_of=1999-01-01", CHAIR) == []


def test_a_list_is_filtered(office):
    def codes(query):
        return {u["code"] for u in office.all("/v1/units?" + query, CHAIR)}

    assert {"economy", "culture", "office"} <= codes("kind=department")
    assert not codes("kind=department") & {WARD, "pasc"}
    assert codes("kind=service_centre,city") == {"pasc", "city-da-nang"}
    assert "ward-tan-chinh" in codes("status=ended")
    assert WARD not in codes("status=ended")
    assert {"economy", "pasc"} <= codes(f"parent={WARD}")
    assert codes(f"parent={office.units[WARD]}") == codes(f"parent={WARD}")
    # with what it took the place of
    assert {c for c in codes("unit=economy") if not c.startswith("unit-")
            } == {"economy", "specialist-section"}
    assert {WARD, "economy"} <= codes(f"unit={WARD}")
    assert codes(f"unit={WARD}&subtree=false") == {WARD}
    two = f"{office.units['economy']},{office.units['pasc']}"
    assert codes(f"ids={two}") == {"economy", "pasc"}
    assert codes("q=kinh te") == {"economy"}
    assert codes("q=hanh chinh cong") == {"pasc"}
    assert codes("q=thị HẠ") == {"economy"}
    assert codes("q=khong co phong nay") == set()


def test_a_list_counts(office):
    page = office.get(f"/v1/units?unit={WARD}&kind=service_centre&"
                      "count=exact&counts=kind,status", CHAIR)
    assert page["count"] == 1
    assert page["counts"] == {"kind": {"service_centre": 1},
                              "status": {"active": 1}}


@pytest.mark.parametrize("query", [
    "kind=castle", "status=gone", "as_of=2024-02-30", "as_of=soon",
    "ids=1", "subtree=perhaps", "sort=kind", "sort=--name", "colour=red",
    "q=x", "counts=colour", "deleted=all"])
def test_a_wrong_parameter_is_refused(office, query):
    problem(office.stack.get("/v1/units?" + query, CHAIR), 400,
            "bad_parameter")


def test_names_sort_in_vietnamese_order(office):
    parent = office.unit(kind="department")
    names = ["Dạ", "Đà", "Da", "Ăn", "An", "Ân", "Dà", "Ốc", "Oan", "Ở"]
    for n in names:
        office.unit(parent["code"], name=n, kind="section")
    want = ["An", "Ăn", "Ân", "Da", "Dà", "Dạ", "Đà", "Oan", "Ốc", "Ở"]
    path = f"/v1/units?parent={parent['code']}&limit=3&sort="
    assert [u["name"] for u in office.all(path + "name", CHAIR)] == want
    assert [u["name"] for u in office.all(path + "-name",
                                          CHAIR)] == want[::-1]
    # within one rank, by name
    assert [u["name"] for u in office.all(path + "rank", CHAIR)] == want
    codes = [u["code"] for u in office.all(path + "code", CHAIR)]
    assert codes == sorted(codes)


# --- writing ---

def test_an_administrator_adds_a_unit_below_his_own(office):
    id_ = new_id()
    r = office.stack.post("/v1/units", ADMIN, {
        "id": id_, "code": "phong-moi", "kind": "department",
        "name": unicodedata.normalize("NFD", "Phòng Tài chính"),
        "short_name": "TC", "agency_code": "H17.12", "own_seal": True,
        "parent_code": WARD, "rank_order": 7, "valid_from": "2026-01-01"})
    u = expect(r, 201)
    assert r.headers["Location"] == f"/v1/units/{id_}"
    assert r.headers["ETag"].startswith('"v1-')
    assert u["name"] == "Phòng Tài chính"   # NFC
    assert (u["id"], u["version"], u["agency_code"]) == (id_, 1, "H17.12")
    assert u["own_seal"] is True and u["rank_order"] == 7
    assert u["parent"]["code"] == WARD and u["valid_from"] == "2026-01-01"
    assert u["office"]["code"] == WARD
    assert office.get(f"/v1/units/{id_}", ADMIN) == u
    assert office.events(id_) == [("create", 1, "admin")]
    # whoever holds a grant above reaches it at once
    assert office.stack.one(
        "SELECT perms <> 0 FROM camket.reach WHERE staff_id = %s AND"
        " unit_id = %s", office.people[CHAIR], id_)


def test_a_new_authority_is_its_own_office(office):
    u = office.unit(kind="commune")
    assert u["office"]["code"] == u["code"]


def test_what_a_new_unit_is_below_is_what_the_whole_tree_says(office):
    office.unit("office", kind="section")
    office.unit("ward-thanh-khe", valid_from="2024-03-01")
    before = cover(office)
    office.stack.sql("SELECT camket.unit_cover_derive()")
    assert before == cover(office)


def cover(office):
    return office.stack.sql("SELECT * FROM camket.unit_cover"
                            " ORDER BY unit_id, anc_id, from_on, heir, past")


@pytest.mark.parametrize("change, want", [
    ({"code": None}, {"/code": "required"}),
    ({"code": "bad code"}, {"/code": "bad_format"}),
    ({"code": "x" * 65}, {"/code": "bad_format"}),
    ({"kind": "castle"}, {"/kind": "not_in_list"}),
    ({"name": "  "}, {"/name": "too_short"}),
    ({"name": "x" * 301}, {"/name": "too_long"}),
    ({"name": 5}, {"/name": "wrong_type"}),
    ({"rank_order": -1}, {"/rank_order": "out_of_range"}),
    ({"rank_order": 1.5}, {"/rank_order": "wrong_type"}),
    ({"valid_from": "2024-02-30"}, {"/valid_from": "bad_format"}),
    ({"own_seal": "yes"}, {"/own_seal": "wrong_type"}),
    ({"parent_code": None}, {"/parent_id": "required"}),
    ({"parent_code": "no-such-unit"}, {"/parent_code": "unknown_reference"}),
    ({"parent_code": None, "parent_id": "1"}, {"/parent_id": "bad_format"}),
    ({"parent_id": "00000000-0000-7000-8000-0000000000ff"},
     {"/parent_id": "ambiguous"}),
    ({"parent_code": None,
      "parent_id": "00000000-0000-7000-8000-0000000000ff"},
     {"/parent_id": "unknown_reference"}),
    ({"parent_code": "ward-tan-chinh"}, {"/parent_code": "ended"}),
    ({"status": "ended"}, {"/status": "server_set"}),
    ({"version": 3}, {"/version": "server_set"}),
    ({"nick": "x"}, {"/nick": "unknown"}),
])
def test_a_wrong_unit_is_refused_naming_the_member(office, change, want):
    body = {"code": "never", "kind": "department", "name": "Phòng",
            "parent_code": WARD, **change}
    for k in [k for k, v in change.items() if v is None]:
        del body[k]
    assert faults(office.stack.post("/v1/units", ADMIN, body)) == want
    assert office.stack.one("SELECT count(*) FROM camket.unit"
                            " WHERE code = 'never'") == 0


def test_all_that_is_wrong_is_told_at_once(office):
    assert faults(office.stack.post("/v1/units", ADMIN, {
        "kind": 1, "name": "", "rank_order": "x", "other": 1})) == {
            "/other": "unknown", "/code": "required", "/kind": "wrong_type",
            "/name": "too_short", "/parent_id": "required",
            "/rank_order": "wrong_type"}


def test_a_code_names_one_unit_only(office):
    r = office.stack.post("/v1/units", ADMIN, {
        "code": "economy", "kind": "department", "name": "Phòng",
        "parent_code": WARD})
    assert problem(r, 409, "duplicate")["errors"][0]["pointer"] == "/code"


@pytest.mark.parametrize("user", [CHAIR, HEAD, OFFICE, DOER, CITY])
def test_only_an_administrator_above_changes_the_tree(office, user):
    problem(office.stack.post("/v1/units", user, {
        "code": "never2", "kind": "section", "name": "Tổ",
        "parent_code": "economy"}), 403, "forbidden")
    u = unit(office, "economy")
    problem(office.stack.patch(f"/v1/units/{u['id']}", user, {"name": "X"},
                               u["version"]), 403, "forbidden")
    assert unit(office, "economy")["version"] == u["version"]


def test_an_administrator_of_a_ward_does_not_reach_above_or_beside_it(
        office, far):
    tag, *_, far_admin = far
    problem(office.stack.post("/v1/units", ADMIN, {
        "code": "never3", "kind": "ward", "name": "Phường",
        "parent_code": "city-da-nang"}), 403, "forbidden")
    # the far ward is not even there for him
    assert faults(office.stack.post("/v1/units", ADMIN, {
        "code": "never4", "kind": "section", "name": "Tổ",
        "parent_id": office.units[tag]})) == {
            "/parent_id": "unknown_reference"}
    problem(office.stack.get(f"/v1/units/{office.units[tag]}", ADMIN), 404,
            "not_found")
    problem(office.stack.get(f"/v1/units/{office.units[tag]}/versions", ADMIN),
            404, "not_found")
    problem(office.stack.patch(f"/v1/units/{office.units[tag]}", ADMIN,
                               {"name": "X"}, 1), 404, "not_found")
    assert {u["code"] for u in office.all("/v1/units", far_admin)} == {tag}
    assert tag not in {u["code"] for u in office.all("/v1/units", ADMIN)}


def test_a_name_is_corrected_everywhere_it_is_shown(office):
    u = office.unit(name="Phòng Sai")
    plan = office.plan(issuer_unit_code=WARD)
    task = office.task(OFFICE, lead={"unit_id": u["id"]}, plan_id=plan["id"])
    r = office.stack.patch(f"/v1/units/{u['id']}", ADMIN,
                           {"name": "Phòng Đúng", "short_name": None}, 1)
    new = expect(r, 200)
    assert (new["name"], new["version"], new["short_name"]) == (
        "Phòng Đúng", 2, None)
    assert r.headers["ETag"].startswith('"v2-')
    assert office.get(f"/v1/tasks/{task['id']}", OFFICE)["lead_unit"][
        "name"] == "Phòng Đúng"
    assert office.events(u["id"])[1:] == [("update", 2, "admin")]
    problem(office.stack.patch(f"/v1/units/{u['id']}", ADMIN, {"name": "X"},
                               1), 412, "stale_version")


@pytest.mark.parametrize("change, want", [
    ({"code": "x"}, {"/code": "fixed"}),
    ({"parent_code": "economy"}, {"/parent_code": "fixed"}),
    ({"valid_from": "2024-01-01"}, {"/valid_from": "fixed"}),
    ({"name": None}, {"/name": "not_null"}),
    ({"kind": None}, {"/kind": "not_null"}),
    ({"own_seal": None}, {"/own_seal": "not_null"}),
])
def test_what_is_fixed_or_needed_cannot_be_patched_away(office, change, want):
    u = unit(office, "pasc", ADMIN)
    assert faults(office.stack.patch(f"/v1/units/{u['id']}", ADMIN, change,
                                     u["version"])) == want


def test_a_unit_that_ended_is_history(office):
    u = unit(office, "ward-tan-chinh", ADMIN)
    r = office.stack.patch(f"/v1/units/{u['id']}", ADMIN, {"name": "X"},
                           u["version"])
    assert problem(r, 409, "wrong_state")["current_status"] == "ended"


def test_a_person_without_grants_sees_no_unit(office):
    who = office.bare()
    assert office.all("/v1/units", who) == []
    problem(office.stack.get(f"/v1/units/{office.units[WARD]}", who), 404,
            "not_found")
    problem(office.stack.get(f"/v1/units/{office.units[WARD]}/versions", who),
            404, "not_found")


def test_the_verbs_stand_in_a_list_when_asked_for(office):
    path = f"/v1/units?ids={office.units['pasc']}&fields=code,_permissions"
    assert office.all(path, ADMIN) == [
        {"code": "pasc", "_permissions": ["update"]}]
    assert office.all(path, STRANGER) == [{"code": "pasc",
                                           "_permissions": []}]
