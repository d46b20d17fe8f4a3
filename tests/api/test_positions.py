"""Positions: a catalogue that a unit settles for all below; the nearest entry of
a code holds, unless one above is locked."""

import pytest

from office import (ADMIN, CHAIR, DOER, HEAD, STRANGER, WARD, Office,
                    faults)
from stack import Stack, expect, new_id, problem

CITY = "city-da-nang"


@pytest.fixture(scope="module")
def office():
    """An office of one's own: what is common to all is for who administers all
    there are."""
    with Stack() as s:
        yield Office(s)


@pytest.fixture(scope="module")
def keeper(office):
    """Administers the whole tree."""
    name = "keeper." + new_id()[-6:]
    office.stack.hire(name, "Quản trị chung", CITY, "admin")
    return name


def made(office, user=ADMIN, unit=WARD, answer=201, **body):
    return office.make("positions", user, {
        "code": "p" + new_id()[-8:], "name": "Chuyên viên",
        **({"unit_code": unit} if unit else {}), **body}, answer)


def held(office, code, unit, user=DOER):
    return office.all(f"/v1/positions?code={code}&unit={unit}", user)


def test_a_post_is_made_changed_removed_and_brought_back(office):
    x = made(office, name="Công chức Văn phòng - thống kê", text="Một cửa",
             duty_group="general-admin", subject_type="civil_servant",
             leads=True, rank_order=7)
    assert (x["unit"]["code"], x["leads"], x["rank_order"], x["locked"],
            x["status"], x["inherited_from"]) == (
        WARD, True, 7, False, "active", None)
    x = office.patch("positions", x, ADMIN, name="Phó phòng", text=None)
    assert (x["name"], x["text"], x["version"]) == ("Phó phòng", None, 2)
    office.remove("positions", x, ADMIN)
    path = f"/v1/positions/{x['id']}"
    problem(office.stack.get(path, DOER), 404, "not_found")
    assert x["id"] in office.ids("/v1/positions?deleted=only", ADMIN)
    assert x["id"] not in office.ids("/v1/positions?deleted=only", DOER)
    x = expect(office.stack.verb(f"{path}/restore", ADMIN,
                                 {**x, "version": 3}), 200)
    assert office.get(path, DOER)["version"] == x["version"] == 4


def test_an_entry_holds_below_its_unit_and_not_above(office, keeper):
    code = made(office)["code"]
    assert [x["inherited_from"] for x in held(office, code, WARD)] == [None]
    assert [x["inherited_from"]["code"]
            for x in held(office, code, "economy")] == [WARD]
    assert held(office, code, CITY, keeper) == []


def test_the_nearest_holds_and_what_is_common_is_everybodys(office, keeper):
    code = "p" + new_id()[-8:]
    common = made(office, keeper, None, code=code)
    assert common["unit"] is None
    assert [x["id"] for x in held(office, code, "economy")] == [common["id"]]
    ward = made(office, code=code)
    mine = made(office, ADMIN, "economy", code=code)
    for unit, entry in ((WARD, ward), ("economy", mine), ("culture", ward)):
        assert [x["id"] for x in held(office, code, unit)] == [entry["id"]]
    office.remove("positions", mine, ADMIN)
    assert [x["id"] for x in held(office, code, "economy")] == [ward["id"]]


def test_what_is_locked_above_is_not_said_otherwise(office, keeper):
    code = "p" + new_id()[-8:]
    below = made(office, ADMIN, "economy", code=code)
    top = made(office, keeper, CITY, code=code)
    made(office, code=code)                             # not yet locked
    top = office.patch("positions", top, keeper, locked=True)
    assert faults(office.stack.post("/v1/positions", ADMIN, {
        "code": code, "name": "x", "unit_code": "culture"})) == {
        "/code": "locked"}
    # what was said before gives way
    for unit in ("economy", "culture", WARD):
        assert [x["id"] for x in held(office, code, unit)] == [top["id"]]
    office.patch("positions", top, keeper, locked=False)
    assert [x["id"] for x in held(office, code, "economy")] == [below["id"]]


def test_it_is_set_by_who_sets_catalogues_there(office, keeper):
    x = made(office)
    for user in (CHAIR, HEAD, DOER):
        problem(office.stack.post("/v1/positions", user, {
            "code": "x", "name": "x", "unit_code": WARD}), 403, "forbidden")
        problem(office.stack.patch(f"/v1/positions/{x['id']}", user,
                                   {"name": "y"}, x["version"]), 403,
                "forbidden")
    # who does not administer everybody leaves alone what is common
    problem(office.stack.post("/v1/positions", office.person(
        "economy", "admin"), {"code": "x", "name": "x"}), 403, "forbidden")
    assert office.get(f"/v1/positions/{x['id']}", STRANGER)["_permissions"] \
        == []
    assert set(office.get(f"/v1/positions/{x['id']}", ADMIN)[
        "_permissions"]) == {"update", "delete"}


def test_a_code_stands_once_in_a_unit(office):
    x = made(office)
    p = problem(office.stack.post("/v1/positions", ADMIN, {
        "code": x["code"], "name": "x", "unit_code": WARD}), 409, "duplicate")
    assert p["errors"][0]["pointer"] == "/code"
    assert faults(office.stack.patch(f"/v1/positions/{x['id']}", ADMIN, {
        "code": "other"}, x["version"])) == {"/code": "fixed"}
    office.remove("positions", x, ADMIN)
    assert made(office, code=x["code"])["id"] != x["id"]


def test_posts_go_by_rank_and_are_found_without_accents(office):
    names = ["Trưởng phòng", "Phó Trưởng phòng", "Đội trưởng"]
    ids = [made(office, name=n, rank_order=9000 + i)["id"]
           for i, n in enumerate(names)]
    assert [i for i in office.ids("/v1/positions?q=truong", DOER)
            if i in ids] == ids
    assert ids[2] in office.ids("/v1/positions?q=doi+truong&sort=name", DOER)


# a ward beside the tree: last

def test_another_office_neither_sees_nor_has_it(office, keeper):
    code = made(office)["code"]
    far, chair, *_ = office.elsewhere()
    assert code not in [x["code"] for x in office.all("/v1/positions", chair)]
    assert held(office, code, far, chair) == held(
        office, code, WARD, chair) == []
    # now there is somebody whom the city's keeper does not administer
    problem(office.stack.post("/v1/positions", keeper, {
        "code": "x", "name": "x"}), 403, "forbidden")
