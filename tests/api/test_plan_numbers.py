"""The register of numbers: one per office, kind of document and year; nothing
is left out and nothing given twice, however many issue at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from office import CHAIR, OFFICE
from stack import expect, new_id, problem

DAY = "2024-05-06"


@pytest.fixture
def ward(office):
    """An office whose registers are empty."""
    return office.unit(kind="ward")["code"]


def submitted(office, ward, **body):
    return office.go("plans", office.plan(issuer_unit_code=ward, **body),
                     "submit", OFFICE)


def issue(office, plan, **body):
    return office.stack.verb(f"/v1/plans/{plan['id']}/issue", CHAIR, plan,
                             {"issued_on": DAY, **body})


def number(office, ward, **body):
    kind = {k: body.pop(k) for k in list(body) if k == "kind"}
    return expect(issue(office, submitted(office, ward, **kind), **body),
                  200)["number"]


def test_a_register_is_of_an_office_a_kind_and_a_year(office, ward):
    assert submitted(office, ward)["number"] is None
    assert [number(office, ward) for _ in range(3)] == ["01", "02", "03"]
    assert number(office, ward, kind="directive") == "01"
    assert number(office, ward, issued_on="2023-12-31") == "01"
    assert number(office, office.unit(kind="ward")["code"]) == "01"
    assert number(office, ward) == "04"


def test_the_register_does_not_fall_behind_what_is_entered(office, ward):
    assert number(office, ward, number="09/KH-UBND") == "09/KH-UBND"
    assert number(office, ward) == "10"
    assert number(office, ward, number="3") == "3"
    assert number(office, ward, number="10b/KH-UBND") == "10b/KH-UBND"
    assert number(office, ward, number="KH-mật") == "KH-mật"
    assert number(office, ward) == "11"
    problem(issue(office, submitted(office, ward), number="11/KH"), 409,
            "duplicate")
    assert number(office, ward) == "12"
    # nor behind what is brought in, nor does that get another one
    p = expect(office.stack.post("/v1/plans/import", OFFICE, {
        "title": "x", "issuer_unit_code": ward, "number": "13/KH-UBND",
        "issued_on": DAY}), 201)
    assert number(office, ward) == "14"
    p = office.go("plans", p, "submit", OFFICE)
    assert expect(issue(office, p), 200)["number"] == "13/KH-UBND"
    assert number(office, ward) == "15"


def test_many_issue_at_once_and_some_of_it_is_undone(office, ward):
    """By the verb alone, by batches that stay whole and by batches that fail
    behind the number they have taken."""
    def alone(plans):
        return [issue(office, p) for p in plans]

    def batch(plans, bad):
        ops = [{"method": "POST", "path": f"/v1/plans/{p['id']}/issue",
                "if_match": f'"v{p["version"]}"', "body": {"issued_on": DAY}}
               for p in plans]
        if bad:
            ops.append({"method": "GET", "path": "/v1/plans/" + new_id()})
        return office.stack.post("/v1/batch", CHAIR, {"atomic": True,
                                                      "operations": ops})

    plans = [submitted(office, ward) for _ in range(48)]
    undone = plans[:16]
    with ThreadPoolExecutor(12) as pool:
        jobs = []
        for i in range(8):
            jobs.append(pool.submit(batch, plans[2 * i:2 * i + 2], True))
            jobs.append(pool.submit(batch, plans[16 + 2 * i:18 + 2 * i],
                                    False))
            for p in plans[32 + 2 * i:34 + 2 * i]:
                jobs.append(pool.submit(alone, [p]))
        for j in jobs:
            j.result()
    got = {p["id"]: office.get(f"/v1/plans/{p['id']}", CHAIR) for p in plans}
    assert all(got[p["id"]]["number"] is None and
               got[p["id"]]["status"] == "submitted" for p in undone)
    given = [p["number"] for p in got.values() if p["status"] == "issued"]
    assert len(given) == 32
    assert sorted(given) == [f"{n:02}" for n in range(1, 33)]
    assert number(office, ward) == "33"


def test_a_repeated_key_takes_one_number(office, ward):
    plan, key = submitted(office, ward), new_id()
    with ThreadPoolExecutor(6) as pool:
        for r in pool.map(lambda _: office.stack.verb(
                f"/v1/plans/{plan['id']}/issue", CHAIR, plan,
                {"issued_on": DAY}, Idempotency_Key=key), range(6)):
            assert r.status_code in (200, 409)
            assert r.status_code == 409 or r.json()["number"] == "01"
    assert number(office, ward) == "02"
