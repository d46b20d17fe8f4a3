"""Indicators: target and direction, values by unit and period, ratios as two
numbers that are added up and never averaged."""

import pytest

from register import Register
from stack import Stack, expect, problem


@pytest.fixture(scope="module")
def stack():
    with Stack() as s:
        yield s


@pytest.fixture
def indicators(stack):
    return Register(stack, "indicators")


@pytest.fixture
def values(stack):
    return Register(stack, "indicator-values")


def made(c, code, **more):
    return c.make("office1", {
        "unit_code": "ward-thanh-khe", "code": code, "title": "Chỉ tiêu " + code,
        "aggregation": "sum", "target": "10", **more})


def put(c, x, user, status=201, **body):
    return expect(c.s.post(c.path(x, "values"), user,
                           {"period": "2026-Q1", **body}), status)


def total(c, x, query="", user="chair"):
    return expect(c.s.get(c.path(x, "total") + "?period=2026-Q1" + query,
                          user), 200)


def test_a_ratio_is_added_up_by_its_two_numbers(indicators):
    c = indicators
    x = made(c, "HAI-LONG", aggregation="ratio", target="0.9")
    a = put(c, x, "head.pasc", unit_code="pasc", numerator="199",
            denominator="200")
    b = put(c, x, "head.culture", unit_code="culture", numerator="1",
            denominator="2")
    assert (a["value"], a["met"]) == ("0.995", True)
    assert (b["value"], b["met"]) == ("0.5", False)
    t = total(c, x)
    assert (t["numerator"], t["denominator"], t["units"]) == ("200", "202", 2)
    assert t["value"] == "0.990099" and t["met"] is True    # not 0.7475
    t = total(c, x, "&unit=culture")
    assert (t["value"], t["units"]) == ("0.5", 1)


def test_a_part_is_not_held_to_the_target_of_the_whole(indicators):
    c = indicators
    x = made(c, "MOT-PHAN", target="25")
    put(c, x, "head.pasc", unit_code="pasc", value="10")
    put(c, x, "head.culture", unit_code="culture", value="20")
    assert [(t["value"], t["units"], t["complete"], t["met"]) for t in (
        total(c, x), total(c, x, user="head.pasc"))] == [
            ("30", 2, True, True), ("10", 1, False, None)]


def test_nothing_over_nothing_is_no_value(indicators):
    c = indicators
    x = made(c, "RONG", aggregation="ratio", target="0.5")
    v = put(c, x, "office1", numerator="0", denominator="0")
    assert v["value"] is None and v["met"] is None
    t = total(c, x)
    assert t["value"] is None and t["met"] is None


@pytest.mark.parametrize("how,value,met", [
    ("sum", "30", False), ("avg", "15", False), ("latest", "20", False)])
def test_others_are_summed_averaged_or_the_latest(indicators, how, value,
                                                  met):
    c = indicators
    x = made(c, "G-" + how, aggregation=how, direction="lower")
    put(c, x, "head.pasc", unit_code="pasc", value="10")
    put(c, x, "head.culture", unit_code="culture", value="20")
    t = total(c, x)
    assert (t["value"], t["met"]) == (value, met)
    assert total(c, x, "&unit=pasc")["met"] is True     # lower is better


def test_a_value_is_of_its_indicators_kind(indicators, values):
    c = indicators
    ratio, plain = made(c, "R1", aggregation="ratio"), made(c, "S1")
    for x, body, pointers in (
            (ratio, {"value": "1"}, {"/numerator", "/denominator", "/value"}),
            (plain, {"numerator": "1", "denominator": "2"},
             {"/numerator", "/denominator", "/value"}),
            (ratio, {"numerator": "1", "denominator": "-2"},
             {"/denominator"}),
            (plain, {"value": "1", "period": "2026-13"}, {"/period"}),
            (plain, {"value": "một"}, {"/value"})):
        p = put(c, x, "office1", 422, **body)
        assert {e["pointer"] for e in p["errors"]} == pointers
    v = put(c, ratio, "office1", numerator="1", denominator="4")
    p = problem(c.s.patch(values.path(v), "office1", {"value": "1"}, 1), 422,
                "invalid")
    assert p["errors"][0]["pointer"] == "/value"
    v = values.patch("office1", v, {"numerator": "3"})
    assert v["value"] == "0.75"


def test_one_value_for_a_unit_and_period(indicators, values):
    c = indicators
    x = made(c, "MOT")
    v = put(c, x, "office1", value="1")
    p = put(c, x, "office1", 409, value="2")
    assert p["code"] == "duplicate"
    put(c, x, "office1", value="2", scheme="nd09")      # another window
    put(c, x, "office1", value="3", period="2026-02")
    expect(c.s.call("DELETE", values.path(v), "office1", If_Match='"v1"'),
           204)
    put(c, x, "office1", value="4")
    problem(c.s.post(values.path(v, "restore"), "office1"), 409, "duplicate")
    got = expect(c.s.get(c.path(x, "values") + "?period=2026-Q1"
                         "&scheme=calendar", "chair"), 200)["items"]
    assert [i["value"] for i in got] == ["4"]


def test_scope_own_sibling_parent_and_others(indicators, values):
    c = indicators
    x = made(c, "PV")
    for user in ("chair", "staff.pasc1", "head.women", "city.monitor"):
        assert c.sees(user, x), user        # published below, read above
    for user in ("staff.pasc1", "city.monitor", "party.secretary"):
        problem(c.s.patch(c.path(x), user, {"title": "Khác"}, 1), 403,
                "forbidden")
    v = put(c, x, "head.pasc", unit_code="pasc", value="1")
    assert put(c, x, "head.pasc", 403, unit_code="culture",
               value="1")["code"] == "forbidden"
    assert put(c, x, "staff.pasc1", 403, unit_code="pasc", value="2",
               period="2026-Q2")["code"] == "forbidden"
    seen = {u for u in ("head.pasc", "chair", "office1", "city.monitor",
                        "staff.pasc1", "head.culture")
            if c.s.get(values.path(v), u).status_code == 200}
    assert seen == {"head.pasc", "chair", "office1", "city.monitor"}
    own = c.make("head.pasc", {"unit_code": "pasc", "code": "RIENG",
                               "title": "Riêng", "aggregation": "sum"})
    assert not c.sees("head.culture", own)
    p = put(c, own, "head.culture", 404, value="1")
    assert p["code"] == "not_found"
    p = put(c, own, "chair", 422, unit_code="culture", value="1")
    assert p["errors"][0]["pointer"].startswith("/unit_")
    own = c.do("head.pasc", own, "close")
    c.only(own, ("close",), {"head.pasc": set(), "chair": set()})
    assert put(c, own, "head.pasc", 409, value="1")["code"] == "wrong_state"


def test_total_names_its_period(stack, indicators):
    x = made(indicators, "KY")
    path = indicators.path(x, "total")
    for query in ("", "?period=2026-Q9", "?period=2026&scheme=lunar",
                  "?period=2026&subtree=maybe", "?period=2026&x=1"):
        problem(stack.get(path + query, "chair"), 400, "bad_parameter")
    problem(stack.post("/v1/indicators", "office1", {
        "unit_code": "ward-thanh-khe", "code": "KY", "title": "Trùng",
        "aggregation": "sum"}), 409, "duplicate")
