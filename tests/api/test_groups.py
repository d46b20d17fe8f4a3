"""Groups: units or people by a rule, resolved for a unit as of a day, and named
by obligations and recipients."""

import pytest

from office import (ADMIN, CHAIR, DOER, HEAD, OFFICE, PEER, STRANGER, WARD,
                    Office, faults)
from stack import Stack, expect, new_id, problem

CITY = "city-da-nang"


@pytest.fixture(scope="module")
def office():
    """An office of one's own: who is in a group is told to the last one."""
    with Stack() as s:
        yield Office(s)


def made(office, user=ADMIN, unit=WARD, answer=201, **body):
    return office.make("groups", user, {
        "key": "g" + new_id()[-8:], "name": "Nhóm", "unit_code": unit,
        "rule": {"of": "person"}, **body}, answer)


def members(office, group, user=CHAIR, **query):
    q = "&".join(f"{k}={v}" for k, v in query.items())
    return [m["code"] for m in office.all(
        f"/v1/groups/{group['id']}/members?{q}", user)]


def common(office, key):
    (g,) = office.all(f"/v1/groups?code={key}", DOER)
    return g


def test_what_every_plan_names_is_there_for_everybody(office):
    kinds = dict(office.stack.sql(
        "SELECT u.code, u.kind FROM camket.unit u JOIN camket.unit p ON"
        " p.id = u.parent_id WHERE p.code = %s AND u.status = 'active'", WARD))
    units, assoc, each = (common(office, k) for k in (
        "all-units", "all-associations", "each-person"))
    assert (units["unit"], units["locked"], units["rule"]) == (
        None, True, {"of": "unit"})
    # without a unit: for the reader's own office
    assert sorted(members(office, units, DOER)) == sorted(kinds)
    assert sorted(members(office, assoc)) == sorted(
        c for c, k in kinds.items() if k == "association")
    people = members(office, each)
    assert {CHAIR, HEAD, DOER, OFFICE, STRANGER} <= set(people)
    assert len(people) == len(set(people))
    assert "city.monitor" not in people
    assert set(members(office, each, unit="economy")) == {
        HEAD, DOER, PEER, "deputy.economy", "staff.economy3"}


def test_members_are_those_of_the_day(office):
    units = common(office, "all-units")
    early, late = office.unit(valid_from="2026-02-01"), office.unit(
        valid_from="2026-03-01")
    expect(office.stack.post(f"/v1/units/{early['id']}/succession", ADMIN, {
        "kind": "merge", "effective_on": "2026-03-01",
        "into": [{"unit_id": late["id"]}]}), 200)
    expect(office.stack.post(f"/v1/units/{late['id']}/succession", ADMIN, {
        "kind": "rename", "effective_on": "2026-04-01",
        "name": "Phòng Đã đổi tên"}), 200)
    ours = [early["code"], late["code"]]
    for day, there in (("2026-01-31", []), ("2026-02-28", ours[:1]),
                       ("2026-03-01", ours[1:])):
        assert [c for c in members(office, units, as_of=day)
                if c in ours] == there

    def name(day):
        return [m["name"] for m in office.all(
            f"/v1/groups/{units['id']}/members?as_of={day}", CHAIR)
            if m["code"] == late["code"]]
    assert name("2026-03-31") == [late["name"]]
    assert name("2026-04-01") == ["Phòng Đã đổi tên"]
    # an ended unit is asked for: who stands in its place
    who = office.person(late["code"])
    g = common(office, "each-person")
    assert members(office, g, unit=early["code"]) == [who]


def test_who_moves_or_leaves_is_in_it_until_the_day(office):
    mover, leaver = (office.person("culture") for _ in range(2))
    g, on, before = common(office, "each-person"), office.day(20), \
        office.day(19)
    expect(office.stack.post(f"/v1/staff/{office.people[mover]}/transfer",
                             ADMIN, {"on": on, "unit_code": "office",
                                     "position": "x"}), 200)
    expect(office.stack.post(f"/v1/staff/{office.people[leaver]}/leave", ADMIN,
                             {"on": on}), 200)
    for unit, day, there in (("culture", before, {mover, leaver}),
                             ("culture", on, set()), ("office", before, set()),
                             ("office", on, {mover})):
        assert set(members(office, g, unit=unit, as_of=day)) & {
            mover, leaver} == there, (unit, day)


def test_a_rule_says_who(office):
    one = office.person("economy", "inspector", party_member=True,
                        subject_type="contract_worker")
    two = office.person("economy", subject_type="public_employee")
    both = {one, two}

    def who(**rule):
        return set(members(office, made(
            office, unit="economy", rule={"of": "person", **rule}))) & both
    assert who() == both
    assert who(party_member=True) == {one}
    assert who(party_member=False) == {two}
    assert who(subject_types=["contract_worker", "cadre"]) == {one}
    assert who(roles=["inspector"]) == {one}
    assert who(roles=["staff"]) == both
    assert who(duty_groups=["nobody"]) == set()
    assert who(unit_kinds=["association"]) == set()
    assert set(members(office, made(office, rule={
        "of": "person", "roles": ["chair"], "subtree": False}))) == {CHAIR}
    assert set(members(office, made(office, rule={
        "of": "person", "roles": ["chair"], "functions": ["deputy"]}))) == {
        "deputy.chair1", "deputy.chair2"}
    below = office.unit(parent="economy", kind="section")["code"]
    for deep in (True, False):
        assert (below in members(office, made(office, rule={
            "of": "unit", "subtree": deep}))) == deep


def test_a_group_is_made_changed_removed_and_brought_back(office):
    x = made(office, rule={"of": "person", "roles": ["head"]})
    assert (x["unit"]["code"], x["locked"], x["status"]) == (
        WARD, False, "active")
    assert HEAD in members(office, x) and CHAIR not in members(office, x)
    x = office.patch("groups", x, ADMIN, name="Lãnh đạo", rule={
        "roles": ["chair"]})
    assert (x["name"], x["rule"]) == (
        "Lãnh đạo", {"of": "person", "roles": ["chair"]})
    assert members(office, x) == [CHAIR]
    x = office.patch("groups", x, ADMIN, rule={"roles": None})
    assert x["rule"] == {"of": "person"}
    office.remove("groups", x, ADMIN)
    problem(office.stack.get(f"/v1/groups/{x['id']}/members", CHAIR), 404,
            "not_found")
    expect(office.stack.verb(f"/v1/groups/{x['id']}/restore", ADMIN, {
        **x, "version": x["version"] + 1}), 200)


def test_what_does_not_fit_is_refused_naming_the_member(office):
    def wrong(**body):
        return faults(office.stack.post("/v1/groups", ADMIN, {
            "key": "g" + new_id()[-8:], "name": "x", "unit_code": WARD,
            "rule": {"of": "unit"}, **body}))
    assert wrong(rule={"of": "unit", "roles": ["head"],
                       "party_member": True}) == {
        "/rule/roles": "in_conflict", "/rule/party_member": "in_conflict"}
    assert wrong(rule={"of": "things"}) == {"/rule/of": "not_in_list"}
    assert wrong(rule={}) == {"/rule/of": "required"}
    assert wrong(key="each-person") == {"/key": "locked"}
    x = made(office)
    assert faults(office.stack.patch(f"/v1/groups/{x['id']}", ADMIN, {
        "rule": {"of": "unit", "duty_groups": ["a"]}}, x["version"])) == {
        "/rule/duty_groups": "in_conflict"}
    p = problem(office.stack.post("/v1/groups", ADMIN, {
        "key": x["key"], "name": "x", "unit_code": WARD,
        "rule": {"of": "unit"}}), 409, "duplicate")
    assert p["errors"][0]["pointer"] == "/key"


def test_a_group_is_set_by_who_sets_catalogues_and_read_below(office):
    x = made(office)
    for user in (CHAIR, HEAD, DOER):
        problem(office.stack.patch(f"/v1/groups/{x['id']}", user,
                                   {"name": "y"}, x["version"]), 403,
                "forbidden")
    each = common(office, "each-person")
    problem(office.stack.patch(f"/v1/groups/{each['id']}", office.person(
        "economy", "admin"), {"name": "y"}, each["version"]), 403,
        "forbidden")
    mine = made(office, unit="economy")
    assert mine["id"] in office.ids("/v1/groups", DOER)
    assert mine["id"] not in office.ids("/v1/groups", STRANGER)
    # it says nothing of a unit it does not hold for
    assert members(office, mine, unit="culture") == []
    # nor, to others, of a unit they do not know
    far, chair, *_ = office.elsewhere()
    assert members(office, each, chair, unit=far) != []
    assert members(office, each, chair, unit=WARD) == []


def test_obligations_and_recipients_name_a_group_of_the_office(office):
    heads = made(office, rule={"of": "person", "roles": ["head"]})
    away = made(office, unit="economy")
    plan = office.plan(recipients=[{"name": "Các trưởng đơn vị",
                                    "audience": heads["key"]}])
    path = f"/v1/plans/{plan['id']}/obligations"
    body = {"code": "N1", "what": "Báo cáo", "subject_kind": "reports"}
    made_ = expect(office.stack.post(path, OFFICE, {
        **body, "audience": heads["key"]}), 201)
    assert made_["audience"] == heads["key"]
    for nothing in (away["key"], "no-such-group"):
        assert faults(office.stack.post(path, OFFICE, {
            **body, "code": "N2", "audience": nothing})) == {
            "/audience": "unknown_reference"}
    plan = office.go("plans", office.get(f"/v1/plans/{plan['id']}", OFFICE),
                     "submit", OFFICE)
    office.go("plans", plan, "issue", CHAIR, issued_on="2026-01-15")
    asked = {r["staff"]["code"] for r in office.all(
        f"/v1/plans/{plan['id']}/receipts", CHAIR)}
    assert asked == set(members(office, heads)) and HEAD in asked
