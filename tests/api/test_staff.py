"""Staff: the directory and the whole record, posts, and grants."""

import unicodedata

import pytest

from office import (ADMIN, CHAIR, CITY, DOER, HEAD, OFFICE, PEER, SIBLING,
                    STRANGER, WARD, faults)
from stack import expect, new_id, problem, until

DIRECTORY = {"id", "version", "status", "code", "full_name", "honorific",
             "rank_order", "assignments", "external_refs", "created_at",
             "updated_at",
             "_permissions"}
WHOLE = DIRECTORY | {"username", "email", "phone", "subject_type",
                     "party_member", "grants"}


@pytest.fixture(scope="module")
def far(office):
    return office.elsewhere()


def person(office, who, user=CHAIR, **h):
    return office.get(f"/v1/staff/{office.people[who]}", user, **h)


# --- reading ---

def test_peers_read_the_directory_only(office):
    p = person(office, DOER, PEER)
    assert p.keys() == DIRECTORY
    assert p["full_name"] == "Cán bộ Kinh tế 1" and p["code"] == DOER
    assert [(a["unit"]["code"], a["main"]) for a in p["assignments"]] == [
        ("economy", True)]      # today's, not those of the past
    assert p["_permissions"] == []
    for user in (CHAIR, HEAD, OFFICE, CITY, STRANGER):
        assert person(office, DOER, user).keys() == DIRECTORY


def test_the_person_and_administrators_read_the_whole_record(office):
    p = person(office, DOER, DOER)
    assert p.keys() == WHOLE and p["_permissions"] == []
    assert p["username"] == DOER
    assert [a["unit"]["code"] for a in p["assignments"]] == [
        "specialist-section", "economy"]
    assert p["assignments"][0]["to"] == "2025-06-30"
    assert {g["role"] for g in p["grants"]} == {"staff"}
    a = person(office, DOER, ADMIN)
    assert a.keys() == WHOLE
    assert a["_permissions"] == ["update", "delete", "grant"]


def test_a_list_shows_no_more_than_an_item(office):
    path = f"/v1/staff?ids={office.people[DOER]},{office.people[PEER]}"
    mine, peer = office.all(path + "&sort=name", DOER)
    assert mine.keys() == WHOLE - {"_permissions"}
    assert peer.keys() == DIRECTORY - {"_permissions"}


def test_a_list_is_filtered(office):
    def names(query, user=ADMIN):
        return {p["code"] for p in office.all("/v1/staff?" + query, user)}

    assert {DOER, PEER, HEAD} <= names("unit=economy")
    assert not {STRANGER, CHAIR} & names("unit=economy")
    assert {DOER, CHAIR} <= names(f"unit={WARD}")
    assert CHAIR in names(f"unit={WARD}&subtree=false")
    assert DOER not in names(f"unit={WARD}&subtree=false")
    assert names(f"ids={office.people[DOER]}") == {DOER}
    assert {DOER, PEER} <= names("q=can bo kinh te")
    assert names("q=te kinh 1") == {DOER}           # words in any order
    assert not {DOER, PEER, HEAD, CHAIR} & names("status=left")
    assert "staff.pasc2" in names("subject_type=contract_worker")
    # what peers do not read they cannot ask for either
    assert names("subject_type=contract_worker", PEER) == set()


def test_a_list_counts(office):
    page = office.get("/v1/staff?unit=pasc&count=exact&counts=status", ADMIN)
    assert page["count"] == len(office.all("/v1/staff?unit=pasc", ADMIN))
    assert page["counts"] == {"status": {"active": page["count"]}}


@pytest.mark.parametrize("query", [
    "status=gone", "subject_type=robot", "sort=email", "deleted=yes",
    "ids=" + ",".join(["01972f5e-8c4a-7b3e-9d21-5f60c1a7e842"] * 41),
    "q=a", "unit=", "email=x",
    "counts=unit"])
def test_a_wrong_parameter_is_refused(office, query):
    problem(office.stack.get("/v1/staff?" + query, CHAIR), 400,
            "bad_parameter")


def test_people_sort_by_rank_then_given_name(office):
    unit = office.unit()["code"]
    for name, rank in [("Trần Văn Đức", 50), ("Lê Thị Dung", 50),
                       ("Nguyễn An", 50), ("Phạm Hữu Ân", 50),
                       ("Bùi Quốc Ấn ", 50), ("Hồ Ánh", 50), ("Yến", 10),
                       ("Đỗ Ích", 90)]:
        office.person(unit, full_name=name, rank_order=rank)
    path = f"/v1/staff?unit={unit}&limit=3&sort="
    # by given name, tones and all, before anything of the family name
    by_rank = ["Yến", "Nguyễn An", "Hồ Ánh", "Phạm Hữu Ân", "Bùi Quốc Ấn ",
               "Lê Thị Dung", "Trần Văn Đức", "Đỗ Ích"]
    by_name = by_rank[1:] + ["Yến"]
    for sort, want in [("rank", by_rank), ("-rank", by_rank[::-1]),
                       ("name", by_name), ("-name", by_name[::-1])]:
        assert [p["full_name"] for p in office.all(path + sort,
                                                   CHAIR)] == want, sort
    assert [p["full_name"] for p in office.all(
        f"/v1/staff?unit={unit}", CHAIR)] == by_rank    # the usual order


def test_text_is_kept_in_one_form_and_found_in_any(office):
    unit = office.unit()["code"]
    nfd = unicodedata.normalize("NFD", "Đặng Thị Quỳnh Như")
    name = office.person(unit, full_name=nfd, phone="0905 123 456",
                         honorific="Bà", email="nhu@example.invalid")
    p = person(office, name, ADMIN)
    assert p["full_name"] == unicodedata.normalize("NFC", nfd)
    for q in ("dang quynh", nfd, "ĐẶNG", "nhu thi"):
        found = office.stack.call("GET", "/v1/staff", ADMIN)    # warm
        found = expect(office.stack.get(
            "/v1/staff?unit=" + unit + "&q=" + q.replace(" ", "+"), PEER), 200)
        assert [x["id"] for x in found["items"]] == [p["id"]], q


# --- writing ---

def body(name, **change):
    return {"code": name, "username": name, "full_name": "Người mới",
            "subject_type": "civil_servant", "assignments": [
                {"unit_code": "economy", "position": "Chuyên viên"}], **change}


def test_an_administrator_makes_a_person_with_a_post(office):
    id_ = new_id()
    r = office.stack.post("/v1/staff", ADMIN, body(
        "nguoi-moi", id=id_, username="Nguoi.Moi", honorific="Ông",
        email="moi@example.invalid", phone="0900", party_member=True,
        rank_order=55, assignments=[
            {"unit_code": "economy", "position": "Chuyên viên",
             "duty_group": "field-specialists", "from": "2026-01-01"},
            {"unit_code": "pasc", "position": "Trực một cửa", "main": False,
             "from": "2026-02-01", "to": "2026-03-31"}]))
    p = expect(r, 201)
    assert r.headers["Location"] == f"/v1/staff/{id_}"
    assert p["username"] == "nguoi.moi" and p["status"] == "active"
    assert (p["honorific"], p["rank_order"], p["party_member"]) == (
        "Ông", 55, True)
    assert [(a["unit"]["code"], a["from"], a["to"], a["main"])
            for a in p["assignments"]] == [
                ("economy", "2026-01-01", None, True),
                ("pasc", "2026-02-01", "2026-03-31", False)]
    # he belongs where his main post is
    assert [(g["role"], g["unit"]["code"], g["from"], g["to"])
            for g in p["grants"]] == [("staff", "economy", "2026-01-01", None)]
    assert office.get(f"/v1/staff/{id_}", ADMIN) == p
    assert office.events(id_) == [("create", 1, ADMIN)]
    assert office.stack.one("SELECT u.code FROM camket.event e JOIN"
                            " camket.unit u ON u.id = e.unit_id"
                            " WHERE e.ref = %s", id_) == "economy"


@pytest.mark.parametrize("change, want", [
    ({"code": None}, {"/code": "required"}),
    ({"code": "mã"}, {"/code": "bad_format"}),
    ({"username": "a b"}, {"/username": "bad_format"}),
    ({"full_name": ""}, {"/full_name": "too_short"}),
    ({"full_name": "x" * 201}, {"/full_name": "too_long"}),
    ({"email": "nobody"}, {"/email": "bad_format"}),
    ({"subject_type": "robot"}, {"/subject_type": "not_in_list"}),
    ({"party_member": 1}, {"/party_member": "wrong_type"}),
    ({"rank_order": 10001}, {"/rank_order": "out_of_range"}),
    ({"status": "dead"}, {"/status": "not_in_list"}),
    ({"grants": []}, {"/grants": "server_set"}),
    ({"password": "x"}, {"/password": "unknown"}),
    ({"assignments": None}, {"/assignments": "required"}),
    ({"assignments": []}, {"/assignments": "no_main_post"}),
    ({"assignments": [{"unit_code": "economy", "position": "x",
                       "main": False}]}, {"/assignments": "no_main_post"}),
    ({"assignments": [{"unit_code": "economy"}]},
     {"/assignments/0/position": "required"}),
    ({"assignments": [{"unit_code": "economy", "position": "x",
                       "from": "2024-02-30"}]},
     {"/assignments/0/from": "bad_format"}),
    ({"assignments": [{"unit_code": "economy", "position": "x"},
                      {"unit_code": "nowhere", "position": "x"}]},
     {"/assignments/1/unit_code": "unknown_reference"}),
    ({"assignments": [{"unit_code": "economy", "position": "x",
                       "from": "2026-02-01", "to": "2026-01-01"}]},
     {"/assignments": "in_conflict"}),
    ({"assignments": [{"unit_code": "economy", "position": "x"},
                      {"unit_code": "pasc", "position": "y"}]},
     {"/assignments": "in_conflict"}),      # two main posts a day
])
def test_a_wrong_person_is_refused_naming_the_member(office, change, want):
    b = body("never", **change)
    for k in [k for k, v in change.items() if v is None]:
        del b[k]
    assert faults(office.stack.post("/v1/staff", ADMIN, b)) == want
    assert office.stack.one("SELECT count(*) FROM camket.staff"
                            " WHERE code = 'never'") == 0


def test_code_and_user_name_are_one_persons(office):
    for change, at in [({"code": CHAIR}, "/code"),
                       ({"username": CHAIR}, "/username"),
                       ({"username": CHAIR.upper()}, "/username")]:
        r = office.stack.post("/v1/staff", ADMIN, body("never2", **change))
        assert problem(r, 409, "duplicate")["errors"][0]["pointer"] == at


@pytest.mark.parametrize("user", [CHAIR, HEAD, OFFICE, DOER, CITY])
def test_only_administrators_change_people(office, user):
    problem(office.stack.post("/v1/staff", user, body("never3")), 403,
            "forbidden")
    p = person(office, DOER, ADMIN)
    path = f"/v1/staff/{p['id']}"
    problem(office.stack.patch(path, user, {"full_name": "X"}, p["version"]),
            403, "forbidden")
    problem(office.stack.call("DELETE", path, user,
                              If_Match=f'"v{p["version"]}"'), 403, "forbidden")
    assert person(office, DOER, ADMIN) == p


def test_a_person_is_made_where_one_administers_only(office, far):
    tag, *_, far_admin = far
    b = body("never4", assignments=[{"unit_code": tag, "position": "x"}])
    assert faults(office.stack.post("/v1/staff", ADMIN, b)) == {
        "/assignments/0/unit_code": "unknown_reference"}
    b = body("never4", assignments=[
        {"unit_code": "economy", "position": "x"},
        {"unit_code": "city-da-nang", "position": "x", "main": False}])
    problem(office.stack.post("/v1/staff", ADMIN, b), 403, "forbidden")


def test_strangers_are_not_there(office, far):
    tag, far_chair, *_ = far
    path = f"/v1/staff/{office.people[far_chair]}"
    problem(office.stack.get(path, ADMIN), 404, "not_found")
    problem(office.stack.get(path + "/grants", ADMIN), 404, "not_found")
    problem(office.stack.get(path + "/assignments", ADMIN), 404, "not_found")
    problem(office.stack.patch(path, ADMIN, {"full_name": "X"}, 1), 404,
            "not_found")
    problem(office.stack.call("DELETE", path, ADMIN, If_Match="*"), 404,
            "not_found")
    office.grant(far_chair, "admin", WARD, answer=404)
    assert far_chair not in {p["code"] for p in office.all("/v1/staff", ADMIN)}
    assert {p["code"] for p in office.all("/v1/staff", far_chair)} == {
        n for n in far[1:]}
    assert office.stack.one("SELECT count(*) FROM camket.staff_grant WHERE"
                            " staff_id = %s AND role = 'admin'",
                            office.people[far_chair]) == 0


def test_a_change_leaves_a_line_with_what_stood_before(office):
    name = office.person("culture", phone="1")
    p = person(office, name, ADMIN)
    q = office.patch("staff", p, ADMIN, phone="2", honorific="Bà",
                     email=None)
    assert (q["phone"], q["honorific"], q["email"]) == ("2", "Bà", None)
    assert q["version"] == p["version"] + 1
    before, patch = office.stack.sql(
        "SELECT before, patch FROM camket.event WHERE ref = %s AND verb ="
        " 'update'", p["id"])[0]
    assert before == {"phone": "1", "honorific": None, "email": None}
    assert patch == {"phone": "2", "honorific": "Bà", "email": None}
    stale = problem(office.stack.patch(f"/v1/staff/{p['id']}", ADMIN,
                                       {"phone": "3"}, p["version"]), 412,
                    "stale_version")
    assert stale["current"]["phone"] == "2"
    for change, code in [({"code": "x"}, "fixed"), ({"username": "x"}, "fixed"),
                         ({"assignments": []}, "fixed"),
                         ({"full_name": None}, "not_null"),
                         ({"status": None}, "not_null")]:
        assert faults(office.stack.patch(f"/v1/staff/{p['id']}", ADMIN, change,
                                         q["version"])) == {
            "/" + next(iter(change)): code}


def test_whoever_is_suspended_is_out_at_once(office):
    name = office.person("culture")
    expect(office.stack.get("/v1/me", name), 200)
    p = person(office, name, ADMIN)
    p = office.patch("staff", p, ADMIN, status="suspended")
    until(lambda: office.stack.get("/v1/me", name).status_code == 401)
    assert p["_permissions"] == ["update", "delete", "grant"]
    p = office.patch("staff", p, ADMIN, status="active")
    problem(office.stack.get("/v1/me", name), 401, "unauthenticated")


def test_removal_can_be_taken_back_by_administrators_only(office):
    name = office.person("culture", status="suspended")
    p = person(office, name, ADMIN)
    path = f"/v1/staff/{p['id']}"
    office.remove("staff", p, ADMIN)
    problem(office.stack.get(path, ADMIN), 404, "not_found")
    assert p["id"] not in office.ids("/v1/staff", ADMIN)
    assert p["id"] in office.ids("/v1/staff?deleted=only", ADMIN)
    assert p["id"] not in office.ids("/v1/staff?deleted=only", CHAIR)
    problem(office.stack.post(path + "/restore", CHAIR), 404, "not_found")
    back = expect(office.stack.post(path + "/restore", ADMIN), 200)
    assert back["status"] == "suspended"        # as before
    assert back["version"] == p["version"] + 2
    assert [e[0] for e in office.events(p["id"])] == ["create", "delete",
                                                      "restore"]
    problem(office.stack.post(path + "/restore", ADMIN), 404, "not_found")


# --- grants ---

def test_a_grant_counts_from_the_moment_it_is_given(office):
    name = office.person("culture")
    path = f"/v1/tasks/{office.task(SIBLING, lead={'unit_code': 'culture'})['id']}"
    problem(office.stack.get(path, name), 404, "not_found")
    item = expect(office.stack.get(path, SIBLING), 200)
    office.go("tasks", item, "assign", SIBLING)
    problem(office.stack.get(path, name), 404, "not_found")
    v = person(office, name, ADMIN)["version"]
    r = office.stack.post(f"/v1/staff/{office.people[name]}/grants", ADMIN,
                          {"role": "inspector", "unit_code": "culture"})
    g = expect(r, 201)
    assert (g["role"], g["function"], g["unit"]["code"], g["to"]) == (
        "inspector", None, "culture", None)
    where = r.headers["Location"]
    assert where == f"/v1/staff/{office.people[name]}/grants/{g['id']}"
    assert office.get(where, ADMIN)["role"] == "inspector"
    expect(office.stack.get(path, name), 200)       # at once
    assert person(office, name, ADMIN)["version"] == v + 1
    expect(office.stack.call("DELETE", where, ADMIN), 204)
    problem(office.stack.get(path, name), 404, "not_found")     # at once too
    assert [e[0] for e in office.events(office.people[name])] == [
        "create", "grant", "ungrant"]


def test_a_grant_covers_the_units_below_and_none_beside_or_above(office):
    section = office.unit("economy", kind="section")["code"]
    name = office.person(section, role="head")
    tasks = {u: office.task(CHAIR, lead={"unit_code": u})
             for u in (section, "economy", "culture", WARD)}
    for u, t in tasks.items():
        tasks[u] = office.go("tasks", t, "assign", CHAIR)
    seen = {u for u, t in tasks.items() if office.stack.get(
        f"/v1/tasks/{t['id']}", name).status_code == 200}
    assert seen == {section}
    seen = {u for u, t in tasks.items() if office.stack.get(
        f"/v1/tasks/{t['id']}", HEAD).status_code == 200}
    assert seen == {section, "economy"}


def test_a_grant_counts_on_its_days_only(office):
    name = office.person("culture")
    path = f"/v1/units/{office.units['culture']}"
    reads = lambda: office.stack.one(
        "SELECT coalesce(bit_or(perms), 0) & 1 FROM camket.reach WHERE"
        " staff_id = %s AND unit_id = %s AND from_on <= %s AND %s < until_on",
        office.people[name], office.units["culture"], office.day(),
        office.day())
    office.grant(name, "inspector", "culture", **{"from": office.day(1)})
    assert reads() == 0
    office.grant(name, "superior", "culture", **{"from": office.day(-9),
                                                 "to": office.day(-1)})
    assert reads() == 0
    office.grant(name, "superior", "culture", **{"from": office.day(0),
                                                 "to": office.day(0)})
    assert reads() == 1
    assert expect(office.stack.get(path, name), 200)
    assert [g["to"] for g in office.get(
        f"/v1/staff/{office.people[name]}/grants?role=superior",
        ADMIN)["items"]] == [office.day(-1), office.day(0)]


@pytest.mark.parametrize("change, status, want", [
    ({"role": "king"}, 422, {"/role": "not_in_list"}),
    ({"role": None}, 422, {"/role": "required"}),
    ({"function": "cook"}, 422, {"/function": "not_in_list"}),
    ({"unit_code": "nowhere"}, 422, {"/unit_code": "unknown_reference"}),
    ({"unit_code": None}, 422, {"/unit_id": "required"}),
    ({"from": "2026-13-01"}, 422, {"/from": "bad_format"}),
    ({"from": "2026-02-02", "to": "2026-02-01"}, 422, {"/to": "in_conflict"}),
    ({"perms": 7}, 422, {"/perms": "unknown"}),
    ({"unit_code": "city-da-nang"}, 403, {}),
])
def test_a_wrong_grant_is_refused(office, change, status, want):
    b = {"role": "inspector", "unit_code": "culture", **change}
    for k in [k for k, v in change.items() if v is None]:
        del b[k]
    path = f"/v1/staff/{office.people[PEER]}/grants"
    assert faults(office.stack.post(path, ADMIN, b), status) == want


def test_the_same_grant_is_not_given_twice(office):
    name = office.person("culture")
    office.grant(name, "inspector", "culture")
    office.grant(name, "inspector", "culture", answer=409)
    office.grant(name, "inspector", "economy")


@pytest.mark.parametrize("user", [CHAIR, HEAD, OFFICE, DOER, PEER, CITY])
def test_nobody_but_an_administrator_gives_or_takes_roles(office, user):
    office.grant(PEER, "chair", "economy", answer=403, user=user)
    g = office.get(f"/v1/staff/{office.people[DOER]}/grants", ADMIN)["items"][0]
    r = office.stack.call(
        "DELETE", f"/v1/staff/{office.people[DOER]}/grants/{g['id']}", user)
    assert r.status_code in (403, 404), r.text
    assert g in office.get(f"/v1/staff/{office.people[DOER]}/grants",
                           ADMIN)["items"]


def test_roles_are_read_by_the_person_and_by_who_gives_them(office):
    path = f"/v1/staff/{office.people[DOER]}/grants"
    for user in (DOER, ADMIN):
        items = office.all(path + "?limit=1", user)
        assert {g["unit"]["code"] for g in items} == {"specialist-section",
                                                      "economy"}
    for user in (PEER, CHAIR, HEAD):
        problem(office.stack.get(path, user), 403, "forbidden")
    problem(office.stack.get(f"{path}/{items[0]['id']}", PEER), 404,
            "not_found")
    problem(office.stack.get(f"/v1/staff/{new_id()}/grants", ADMIN), 404,
            "not_found")
    # a grant is found below its own person only
    problem(office.stack.get(
        f"/v1/staff/{office.people[PEER]}/grants/{items[0]['id']}", ADMIN),
        404, "not_found")
    problem(office.stack.call(
        "DELETE", f"/v1/staff/{office.people[PEER]}/grants/{items[0]['id']}",
        ADMIN), 404, "not_found")


def test_grants_given_at_once_all_count(office):
    """Two writers derive one person's reach; neither forgets the other's."""
    import threading
    name = office.person("culture")
    units = [office.unit(WARD)["code"] for _ in range(6)]
    done = []

    def give(u):
        done.append(office.stack.post(
            f"/v1/staff/{office.people[name]}/grants", ADMIN,
            {"role": "inspector", "unit_code": u}).status_code)

    def build(n):
        done.append(office.stack.post("/v1/units", ADMIN, {
            "code": f"{units[0]}-{n}", "kind": "section", "name": "Tổ",
            "parent_code": units[0]}).status_code)

    office.stack.token(ADMIN)
    threads = [threading.Thread(target=give, args=(u,)) for u in units] + [
        threading.Thread(target=build, args=(n,)) for n in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert set(done) == {201}, done
    held = {c for (c,) in office.stack.sql(
        "SELECT u.code FROM camket.reach r JOIN camket.unit u ON u.id ="
        " r.unit_id WHERE r.staff_id = %s AND r.perms & 1 <> 0",
        office.people[name])}
    assert held >= set(units) | {f"{units[0]}-{n}" for n in range(6)}


# --- posts ---

def test_a_new_main_post_ends_the_one_before_it(office):
    name = office.person("culture", assignments=[
        {"unit_code": "culture", "position": "Chuyên viên",
         "from": "2026-01-01"}])
    path = f"/v1/staff/{office.people[name]}/assignments"
    r = office.stack.post(path, ADMIN, {
        "unit_code": "economy", "position": "Chuyên viên chính",
        "from": office.day(0)})
    a = expect(r, 201)
    assert r.headers["Location"] == f"{path}/{a['id']}"
    assert office.get(r.headers["Location"], ADMIN)["position"] == \
        "Chuyên viên chính"
    p = person(office, name, ADMIN)
    assert [(x["unit"]["code"], x["to"]) for x in p["assignments"]] == [
        ("culture", office.day(-1)), ("economy", None)]
    # and with it where he belongs
    assert [(g["unit"]["code"], g["to"]) for g in p["grants"]] == [
        ("culture", office.day(-1)), ("economy", None)]
    assert p["version"] == 2
    assert [x["unit"]["code"] for x in office.all(path, PEER)] == ["economy"]
    assert len(office.all(path, ADMIN)) == 2
    assert office.events(p["id"])[-1] == ("post", 2, ADMIN)


def test_a_further_post_beside_the_main_one_ends_nothing(office):
    name = office.person("culture")
    path = f"/v1/staff/{office.people[name]}/assignments"
    expect(office.stack.post(path, ADMIN, {
        "unit_code": "economy", "position": "Kiêm nhiệm", "main": False}), 201)
    assert [x["to"] for x in office.all(path, ADMIN)] == [None, None]
    assert len(office.all(path + "?main=true", ADMIN)) == 1
    # not twice a main post on one day
    assert faults(office.stack.post(path, ADMIN, {
        "unit_code": "economy", "position": "x"})) == {"/from": "in_conflict"}


def test_a_post_is_given_by_who_administers_both_ends(office, far):
    name = office.person("culture")
    path = f"/v1/staff/{office.people[name]}/assignments"
    b = {"unit_code": "economy", "position": "x", "main": False}
    for user in (CHAIR, name, SIBLING):
        problem(office.stack.post(path, user, b), 403, "forbidden")
    problem(office.stack.post(path, ADMIN, {**b,
                                            "unit_code": "city-da-nang"}),
            403, "forbidden")
    assert faults(office.stack.post(path, ADMIN, {
        **b, "unit_code": far[0]})) == {"/unit_code": "unknown_reference"}
    problem(office.stack.post(path, far[-1], b), 404, "not_found")


def test_a_person_without_grants_sees_himself_only(office):
    who = office.bare()
    assert [p["id"] for p in office.all("/v1/staff", who)] == [
        office.people[who]]
    problem(office.stack.get(f"/v1/staff/{office.people[CHAIR]}", who), 404,
            "not_found")
    assert person(office, who, who)["username"] == who
