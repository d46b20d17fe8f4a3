"""Figures over the API: what is counted, for whom, by which windows."""

import pytest

from office import (ADMIN, CHAIR, CITY, DOER, HEAD, OFFICE, READER, SIBLING,
                    WARD)
from stack import new_id, problem, until

DONE_ON_TIME, DONE_LATE, IN_TERM, OVERDUE = 14068, 1983, 5640, 223


def rollups(office, query, user=CHAIR, status=200):
    return office.get("/v1/rollups?" + query, user, status)


def settled(office):
    """Every change so far is in the figures."""
    until(lambda: office.stack.one("SELECT count(*) FROM camket.mark") == 0)


def figures(office, query, user=CHAIR):
    settled(office)
    page = rollups(office, query, user)
    return {i["unit"]["code"]: i for i in page["items"]}


@pytest.fixture(scope="module")
def tree(office):
    """A department with two sections, in which nothing has happened."""
    since = {"valid_from": "2019-01-01"}
    top = office.unit(WARD, **since)["code"]
    return top, *(office.unit(top, kind="section", **since)["code"]
                  for _ in "ab")


def make(office, unit, due, done=None, verbs=(), user=CHAIR):
    t = office.task(user, lead={"unit_code": unit}, due_on=due)
    t = office.go("tasks", t, "assign", user)
    for v in verbs:
        t = office.go("tasks", t, v, user, reason="x") if v == "cancel" else \
            office.go("tasks", t, v, user)
    if done:
        # whoever leads it reports: the chair stands above every unit
        office.stack.sql(
            "UPDATE camket.task SET status = 'done', completed_on = %s WHERE"
            " id = %s", done, t["id"])
        office.stack.sql("INSERT INTO camket.mark (unit_id, day)"
                         " SELECT unit_id, due_on FROM camket.task WHERE id ="
                         " %s", t["id"])
        office.stack.sql("INSERT INTO camket.job (kind, ref) VALUES"
                         " ('rollup', %s)", office.units[unit])
    return t


def test_figures_are_those_of_the_worked_example(office, tree):
    """The Government task force's own report: rate on due tasks."""
    unit = office.unit(tree[0], kind="section")["code"]
    rows = [(DONE_ON_TIME, "2020-03-10", "2020-03-10"),
            (DONE_LATE, "2020-03-10", "2020-03-11"),
            (IN_TERM, office.day(30), None), (OVERDUE, "2020-03-10", None)]
    for n, due, done in rows:
        office.stack.sql(
            "INSERT INTO camket.task (id, kind, status, title, due_on,"
            " completed_on, unit_id, office_id, author_id, created_at,"
            " updated_at) SELECT camket.uuid_v7(), 'one_off', %s, 'x', %s, %s,"
            " u.id, u.office_id, u.id, now(), now() FROM camket.unit u,"
            " generate_series(1, %s) WHERE u.code = %s",
            "accepted" if done else "assigned", due, done, n, unit)
        office.stack.sql("INSERT INTO camket.mark (unit_id, day) SELECT id, %s"
                         " FROM camket.unit WHERE code = %s", due, unit)
    office.stack.sql("INSERT INTO camket.job (kind, ref) VALUES ('rollup', %s)",
                     office.units[unit])
    f = figures(office, f"unit={unit}&period=2020-03")[unit]
    late_year = office.day(30)[:4]
    open_ = figures(office, f"unit={unit}&period={late_year}")[unit]
    assert (f["done_on_time"], f["done_late"], f["completed"]) == (
        DONE_ON_TIME, DONE_LATE, 16051)
    assert (f["overdue"], open_["open_in_term"]) == (OVERDUE, IN_TERM)
    assert f["total"] + open_["total"] == 21914
    assert f["due"] == 16274
    assert (f["rate"], f["overdue_rate"]) == ("0.986297", "0.013703")
    assert open_["rate"] is open_["overdue_rate"] is None   # nothing due yet
    # tidy up: the rest of the suite need not carry it
    office.stack.sql("DELETE FROM camket.task WHERE unit_id = %s",
                     office.units[unit])
    office.stack.sql("INSERT INTO camket.mark (unit_id, day) SELECT %s, day"
                     " FROM camket.cell WHERE unit_id = %s",
                     office.units[unit], office.units[unit])
    office.stack.sql("INSERT INTO camket.job (kind, ref) VALUES ('rollup', %s)",
                     office.units[unit])
    assert figures(office, f"unit={unit}&period=2020-03")[unit]["total"] == 0


def test_every_figure_has_the_list_behind_it(office, tree):
    top, a, b = tree
    soon, past = office.day(20), "2021-05-10"
    make(office, a, past, done="2021-05-10")
    make(office, a, past, done="2021-05-12")
    make(office, a, past, done="2021-05-01")
    make(office, b, past)
    make(office, b, past, verbs=["pause"])
    make(office, b, past, verbs=["cancel"])
    make(office, b, past, verbs=["recall"])
    office.task(CHAIR, lead={"unit_code": b}, due_on=past)      # a draft
    make(office, top, soon)
    page = figures(office, f"unit={top}&depth=2&period=2021-05")
    assert {c: (i["level"], i["total"]) for c, i in page.items()} == {
        top: (0, 5), a: (1, 3), b: (1, 2)}
    whole = page[top]
    assert {k: whole[k] for k in ("done_on_time", "done_late", "open_in_term",
                                  "overdue", "paused", "due", "rate",
                                  "reworks")} == {
        "done_on_time": 2, "done_late": 1, "open_in_term": 1, "overdue": 1,
        "paused": 1, "due": 4, "rate": "0.750000", "reworks": 0}
    for item in page.values():
        assert item["links"].keys() == {"total", "done_on_time", "done_late",
                                        "open_in_term", "overdue"}
        for name, link in item["links"].items():
            assert len(office.all(link, CHAIR)) == item[name], (item, name)


def test_a_change_moves_the_figures_of_every_unit_above(office, tree):
    top, a, b = tree
    day = "2021-07-07"
    t = make(office, a, day)
    f = figures(office, f"unit={top}&period=2021-07")
    assert (f[top]["overdue"], f[a]["overdue"], f[b]["overdue"]) == (1, 1, 0)
    ward = figures(office, f"unit={WARD}&period=2021-07&depth=0")[WARD]
    assert ward["overdue"] == 1
    t = office.go("tasks", t, "assign", CHAIR, lead={"unit_code": b},
                  due_on="2021-08-08")
    july = figures(office, f"unit={top}&period=2021-07")
    august = figures(office, f"unit={top}&period=2021-08")
    assert [july[u]["overdue"] for u in tree] == [0, 0, 0]
    assert [august[u]["overdue"] for u in tree] == [1, 0, 1]
    office.go("tasks", t, "cancel", CHAIR, reason="x")
    assert figures(office, f"unit={top}&period=2021-08")[top]["total"] == 0
    verified = office.stack.camket("rollup", "verify", check=False)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_what_fell_due_before_it_counted_is_in_no_figure(office, tree):
    top, a, _ = tree
    plan = office.plan_in_force([{"lead": {"unit_code": a},
                                  "due_on": "2021-09-09"}])
    assert figures(office, f"unit={top}&period=2021-09")[top]["total"] == 0
    t, = office.all(f"/v1/plans/{plan['id']}/tasks", CHAIR)
    head = office.person(a, role="head")
    office.go("tasks", t, "complete", head, result="x")
    assert figures(office, f"unit={top}&period=2021-09")[top]["total"] == 0
    again = office.plan_in_force([{"lead": {"unit_code": a},
                                   "due_on": "2021-09-09"}],
                                 count_from="2021-09-01")
    assert again["count_from"] == "2021-09-01"
    assert figures(office, f"unit={top}&period=2021-09")[top]["overdue"] == 1


def test_periods_follow_their_scheme(office, tree):
    top, a, _ = tree
    for day in ("2022-01-14", "2022-01-15", "2022-02-14", "2022-02-15",
                "2021-12-15", "2022-12-14", "2022-12-15"):
        make(office, a, day)

    def due(query):
        return figures(office, f"unit={top}&depth=0&{query}")[top]["due"]

    for query, want in [
            ("period=2022-02&scheme=nd09", 2), ("period=2022-01", 2),
            ("period=2022-01&scheme=nd09", 2), ("period=2022-02", 2),
            ("period=2022-Q1&scheme=nd09", 5), ("period=2022-Q1", 4),
            ("period=2022-H1&scheme=nd09", 5), ("period=2022-H2", 2),
            ("period=2022-9M&scheme=nd09", 5), ("period=2022", 6),
            ("period=2022&scheme=nd09", 6), ("period=2023&scheme=nd09", 1)]:
        assert due(query) == want, query
    page = rollups(office, f"unit={top}&period=2022-02&scheme=nd09")
    assert (page["period"], page["scheme"], page["from"], page["to"]) == (
        "2022-02", "nd09", "2022-01-15", "2022-02-14")
    assert page["as_of"] == office.day() and page["missing_units"] == []
    assert page["complete"] is True and page["lag_ms"] == 0
    assert rollups(office, f"unit={top}")["period"] == office.day()[:7]


def test_figures_are_compared_with_the_year_before_and_follow_each_other(
        office, tree):
    top, a, _ = tree
    make(office, a, "2022-10-10", done="2022-10-10")
    make(office, a, "2023-10-10")
    make(office, a, "2023-08-10", done="2023-08-11")
    f = figures(office, f"unit={top}&period=2023-10&compare=previous_year&"
                "series=3&measures=rate,overdue")[top]
    assert f.keys() == {"unit", "level", "rate", "overdue", "previous",
                        "series", "links"}
    assert (f["overdue"], f["rate"]) == (1, "0.000000")
    assert f["previous"] == {"overdue": 0, "rate": "1.000000"}
    assert [(s["period"], s["from"], s["to"], s["overdue"], s["rate"])
            for s in f["series"]] == [
                ("2023-08", "2023-08-01", "2023-08-31", 0, "1.000000"),
                ("2023-09", "2023-09-01", "2023-09-30", 0, None),
                ("2023-10", "2023-10-01", "2023-10-31", 1, "0.000000")]
    series = lambda p, n, scheme="calendar": [s["period"] for s in figures(
        office, f"unit={top}&period={p}&series={n}&scheme={scheme}")[top][
            "series"]]
    assert series("2023-02", 4) == ["2022-11", "2022-12", "2023-01", "2023-02"]
    assert series("2023-Q2", 3) == ["2022-Q4", "2023-Q1", "2023-Q2"]
    assert series("2023-H1", 2) == ["2022-H2", "2023-H1"]
    assert series("2023-H1", 2, "nd09") == ["2022-H1", "2023-H1"]
    assert series("2023-9M", 2, "nd09") == ["2022-9M", "2023-9M"]
    assert series("2023", 3) == ["2021", "2022", "2023"]
    assert len(series("2023-12", 12)) == 12


@pytest.mark.parametrize("query", [
    "period=2022-01", "unit=economy&period=2022-13", "unit=economy&depth=x",
    "unit=economy&depth=10", "unit=economy&scheme=lunar",
    "unit=economy&compare=tomorrow", "unit=economy&series=0",
    "unit=economy&series=61", "unit=economy&measures=luck",
    "unit=economy&measures=", "unit=economy&period=2022-9M", "unit=economy&x=1"])
def test_a_wrong_parameter_is_refused(office, query):
    problem(office.stack.get("/v1/rollups?" + query, CHAIR), 400,
            "bad_parameter")


def test_figures_are_for_who_may_read_them(office, tree):
    far = office.elsewhere()
    for user, unit, status in [
            (CHAIR, WARD, 200), (OFFICE, WARD, 200), (READER, WARD, 200),
            (CITY, WARD, 200), (CITY, "city-da-nang", 200),
            (HEAD, "economy", 200), (HEAD, WARD, 403), (HEAD, "culture", 403),
            (DOER, "economy", 403), (ADMIN, WARD, 403),
            (CHAIR, "city-da-nang", 403), (far[1], WARD, 404),
            (CHAIR, far[0], 404), (office.bare(), WARD, 404),
            (CHAIR, "no-such-unit", 404), (CHAIR, new_id(), 404)]:
        r = office.stack.get(f"/v1/rollups?unit={unit}&depth=2", user)
        assert r.status_code == status, (user, unit, r.text)
    assert rollups(office, f"unit={office.units[WARD]}")["items"]
    below = rollups(office, "unit=economy&depth=9", HEAD)["items"]
    assert "culture" not in {i["unit"]["code"] for i in below}


def test_the_tree_is_that_of_the_time_and_the_rights_those_of_today(office):
    """The office stood below Tân Chính in 2024; the ward that took its place
    reads what it was."""
    then = {i["unit"]["code"] for i in rollups(
        office, "unit=ward-tan-chinh&period=2024-06")["items"]}
    assert "office" in then and "economy" not in then
    now = {i["unit"]["code"] for i in rollups(
        office, f"unit={WARD}&period={office.day()[:7]}")["items"]}
    assert {"office", "economy"} <= now
    assert rollups(office, f"unit={WARD}&period=2024-06")["items"][0][
        "unit"]["code"] == WARD
    problem(office.stack.get("/v1/rollups?unit=ward-tan-chinh&period=2024-06",
                             SIBLING), 403, "forbidden")
