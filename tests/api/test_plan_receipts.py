"""Who of a plan's recipients has read it, and who is missing."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from office import CHAIR, CITY, DOER, HEAD, OFFICE, READER
from stack import problem, until

DAY = "2024-05-06"


@pytest.fixture
def ward(office):
    """An office with two units and an association, each with a head, and one
    more person: everybody's names."""
    ward = office.unit(kind="ward", name="Phường nhận")["code"]
    w = {"code": ward}
    for name, kind in (("a", "department"), ("b", "department"),
                       ("hội", "association")):
        unit = office.unit(parent=ward, kind=kind, name="Đơn vị " + name)
        w[name] = unit["code"]
        w["head " + name] = office.person(unit["code"], role="head")
    w["staff"] = office.person(w["a"])
    return w


def issued(office, ward, *audiences, status="issued"):
    plan = office.plan(issuer_unit_code=ward["code"], recipients=[
        {"name": f"Nơi nhận {a}", "audience": a} for a in audiences] + [
        {"name": "Lưu: VT", "archive": True}])
    if status != "draft":
        plan = office.go("plans", plan, "submit", OFFICE)
    if status == "issued":
        plan = office.go("plans", plan, "issue", CHAIR, issued_on=DAY)
    return plan


def receipts(office, plan, query="", user=OFFICE):
    return office.all(f"/v1/plans/{plan['id']}/receipts{query}", user)


def read(office, plan, user, **h):
    return office.get(f"/v1/plans/{plan['id']}", user, **h)


def codes(rows):
    return {(r["staff"] or r["unit"])["code"]: r["status"] for r in rows}


def test_a_unit_has_read_when_who_leads_it_has(office, ward):
    plan = issued(office, ward, "all-units")
    assert codes(receipts(office, plan)) == dict.fromkeys(
        [ward["a"], ward["b"], ward["hội"]], "missing")
    read(office, plan, ward["staff"])    # belongs to it, does not lead it
    read(office, plan, OFFICE)           # is no recipient
    read(office, plan, ward["head a"])
    row, = until(lambda: receipts(office, plan, "?status=read"))
    assert row["unit"]["code"] == ward["a"] and row["staff"] is None
    assert row["reader"]["code"] == ward["head a"]
    assert row["recipient"] == "Nơi nhận all-units"
    assert row["read_at"] is not None
    assert codes(receipts(office, plan, "?status=missing")) == {
        ward["b"]: "missing", ward["hội"]: "missing"}
    assert office.stack.sql("SELECT s.code FROM plan_receipt r JOIN staff s"
                            " ON s.id = r.staff_id WHERE plan_id = %s",
                            plan["id"]) == [(ward["head a"],)]


def test_a_plan_goes_to_units_groups_and_persons_once_each(office, ward):
    plan = issued(office, ward, "all-associations", ward["b"], "all-units")
    assert {r["unit"]["code"]: r["recipient"]
            for r in receipts(office, plan)} == {
        ward["hội"]: "Nơi nhận all-associations",
        ward["b"]: "Nơi nhận " + ward["b"],
        ward["a"]: "Nơi nhận all-units"}
    plan = issued(office, ward, "each-person")
    people = [ward["head a"], ward["head b"], ward["head hội"], ward["staff"]]
    assert codes(receipts(office, plan)) == dict.fromkeys(people, "missing")
    read(office, plan, ward["staff"])
    row, = until(lambda: receipts(office, plan, "?status=read"))
    assert row["staff"]["code"] == row["reader"]["code"] == ward["staff"]
    assert row["unit"]["code"] == ward["a"]
    assert codes(receipts(office, plan, f"?unit={ward['b']}")) == {
        ward["head b"]: "missing"}
    page = office.get(f"/v1/plans/{plan['id']}/receipts?limit=1&"
                      "counts=status&count=exact", OFFICE)
    assert page["count"] == 4
    assert page["counts"]["status"] == {"read": 1, "missing": 3}
    assert [r["staff"]["code"] for r in receipts(
        office, plan, "?sort=read_at&limit=1")][0] == ward["staff"]


def test_a_unit_that_ended_is_read_for_by_who_took_its_place(office):
    plan = office.plan(recipients=[{"name": "UBND phường cũ",
                                    "audience": "ward-tan-chinh"}])
    plan = office.go("plans", plan, "submit", OFFICE)
    plan = office.go("plans", plan, "issue", CHAIR, issued_on=DAY)
    assert codes(receipts(office, plan)) == {"ward-thanh-khe": "missing"}
    read(office, plan, CHAIR)
    row, = until(lambda: receipts(office, plan, "?status=read"))
    assert row["reader"]["code"] == CHAIR


def test_a_reading_is_noted_once(office, ward):
    plan = issued(office, ward, "all-units")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: read(office, plan, ward["head a"]),
                      range(40)))
    first, = until(lambda: receipts(office, plan, "?status=read"))
    read(office, plan, ward["head b"])
    until(lambda: len(receipts(office, plan, "?status=read")) == 2)
    assert first in receipts(office, plan, "?status=read")
    assert office.stack.one("SELECT count(*) FROM plan_receipt"
                            " WHERE plan_id = %s", plan["id"]) == 2
    # the plan is as it was: nothing waits, no version rises
    assert read(office, plan, OFFICE)["version"] == plan["version"]


def test_what_was_read_before_an_amendment_is_read_once_more(office, ward):
    plan = issued(office, ward, "all-units")
    read(office, plan, ward["head a"])
    until(lambda: receipts(office, plan, "?status=read"))
    plan = office.go("plans", plan, "amend", CHAIR, reason="Sửa", patch={
        "text": "Mới"}, document={"number": "1/QĐ", "issued_on": DAY})
    assert codes(receipts(office, plan))[ward["a"]] == "outdated"
    read(office, plan, ward["head a"])
    until(lambda: codes(receipts(office, plan))[ward["a"]] == "read")
    # what changes beside the content asks nobody to read it again
    plan = office.go("plans", plan, "activate", CHAIR)
    assert codes(receipts(office, plan))[ward["a"]] == "read"


def test_receipts_are_for_who_reads_the_unit(office, ward):
    plan = issued(office, ward, "all-units")
    path = f"/v1/plans/{plan['id']}/receipts"
    for user in (OFFICE, CHAIR, READER, CITY):
        assert len(office.all(path, user)) == 3
    for user in (ward["head a"], ward["staff"]):
        problem(office.stack.get(path, user), 403, "forbidden")
    for user in (HEAD, DOER):
        problem(office.stack.get(path, user), 404, "not_found")


def test_a_draft_is_received_by_nobody(office, ward):
    for status in ("draft", "submitted"):
        plan = issued(office, ward, "each-person", status=status)
        assert receipts(office, plan) == []
