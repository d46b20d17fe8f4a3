"""Units renamed, moved, merged, split and abolished on a day: the story of the
wards of Thanh Khê told once more, beside the demo's. What was before the day
stays; rights, open work and figures go on."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from office import ADMIN, DOER, faults
from stack import expect, new_id, problem, until

CITY = "city-da-nang"
KEEPER = "city.keeper"          # administers units from the city down


class Story:
    """Units below the city as of 2024, people who lead them."""

    def __init__(self, office):
        self.office, self.stack = office, office.stack
        if self.stack.one("SELECT count(*) FROM camket.staff WHERE"
                          " username = %s", KEEPER) == 0:
            self.stack.hire(KEEPER, "Quản trị thành phố", CITY, "admin")
        self.tag = new_id()[-6:]
        self.ids = {}

    def unit(self, name, below, kind="ward", since="2024-01-01"):
        made = self.office.make("units", KEEPER, {
            "code": f"{name}-{self.tag}", "kind": kind, "name": f"UBND {name}",
            "parent_id": self.ids.get(below, self.office.units[CITY]),
            "valid_from": since})
        self.ids[name] = made["id"]

    def leader(self, name, role="chair"):
        who = f"{role}.{name}.{self.tag}"
        self.stack.hire(who, f"Người {name}", f"{name}-{self.tag}", role)
        self.stack.sql("UPDATE camket.staff_grant g SET from_on = '2024-01-01'"
                       " FROM camket.staff s WHERE s.id = g.staff_id AND"
                       " s.username = %s AND NOT EXISTS (SELECT FROM"
                       " camket.unit_version v WHERE v.unit_id = g.unit_id AND"
                       " v.from_on > '2024-01-01')", who)
        return who

    def ask(self, unit, kind, on, dry=False, user=KEEPER, **body):
        body["into"] = [{"unit_id": self.ids[n]} for n in body.get("into", [])]
        if "below" in body:
            body["parent_id"] = self.ids.get(body["below"]) or \
                self.office.units[body["below"]]
            del body["below"]
        return self.stack.post(
            f"/v1/units/{self.ids[unit]}/succession"
            + ("?dry_run=true" if dry else ""), user,
            {"kind": kind, "effective_on": on, **body})

    def tell(self, *args, **body):
        return expect(self.ask(*args, **body), 200)

    def read(self, name):
        return self.office.get(f"/v1/units/{self.ids[name]}", KEEPER)

    def tree(self, day):
        """{unit: the unit above} on a day."""
        names = {i: n for n, i in self.ids.items()}
        return {names[u["id"]]: names.get(u["parent"]["id"], "city")
                for u in self.office.all(f"/v1/units?as_of={day}", KEEPER)
                if u["id"] in names}

    def versions(self, name):
        return [(v["name"], v["valid_from"], v["valid_to"])
                for v in self.office.get(
                    f"/v1/units/{self.ids[name]}/versions", KEEPER)["items"]]

    def task(self, name, user, **body):
        made = self.office.make("tasks", user, {
            "title": "Việc của " + name, "due_on": "2098-03-31",
            "lead": {"unit_id": self.ids[name]}, **body})
        return self.office.go("tasks", made, "assign", user)


@pytest.fixture
def story(office):
    s = Story(office)
    s.unit("district", "city", "district")
    s.unit("tan-chinh", "district")
    s.unit("chinh-gian", "district")
    s.unit("office", "tan-chinh", "department")
    s.unit("section", "chinh-gian", "section")
    s.unit("thanh-khe", "city", since="2025-07-01")
    s.unit("economy", "thanh-khe", "department", "2025-07-01")
    s.unit("culture", "thanh-khe", "department", "2025-07-01")
    return s


def told(story):
    """The whole of it: 2025-01-01, then 2025-07-01."""
    story.tell("tan-chinh", "merge", "2025-01-01", into=["chinh-gian"],
               note="Nghị quyết 1251/NQ-UBTVQH15")
    story.tell("section", "split", "2025-07-01", into=["economy", "culture"])
    story.tell("district", "abolish", "2025-07-01")
    story.tell("chinh-gian", "merge", "2025-07-01", into=["thanh-khe"])


def test_the_tree_of_each_day_is_what_it_was_that_day(story):
    told(story)
    before = {"district": "city", "tan-chinh": "district", "chinh-gian":
              "district", "office": "tan-chinh", "section": "chinh-gian"}
    assert story.tree("2024-12-31") == before
    merged = {**before, "office": "chinh-gian"}
    del merged["tan-chinh"]
    assert story.tree("2025-01-01") == merged
    assert story.tree("2025-06-30") == merged
    assert story.tree("2025-07-01") == {
        "thanh-khe": "city", "economy": "thanh-khe", "culture": "thanh-khe",
        "office": "thanh-khe"}
    gone = story.read("tan-chinh")
    assert (gone["status"], gone["valid_to"]) == ("ended", "2024-12-31")
    assert gone["name"] == "UBND tan-chinh"
    here = story.read("office")
    assert here["parent"]["id"] == story.ids["thanh-khe"]
    assert here["office"]["id"] == story.ids["thanh-khe"]
    items = story.office.get(f"/v1/units/{story.ids['chinh-gian']}/succession",
                             KEEPER)["items"]
    assert [(x["kind"], x["effective_on"], x["from"]["code"].split("-")[0],
             x["to"]["code"].split("-")[0]) for x in items
            if x["kind"] == "merge"] == [
        ("merge", "2025-01-01", "tan", "chinh"),
        ("merge", "2025-07-01", "chinh", "thanh")]
    assert items[0]["note"] == "Nghị quyết 1251/NQ-UBTVQH15"


def test_open_work_is_led_on_by_whoever_took_the_place(story):
    office = story.office
    old, new = story.leader("tan-chinh"), story.leader("thanh-khe")
    task = story.task("tan-chinh", old)
    path = f"/v1/tasks/{task['id']}"
    problem(office.stack.get(path, new), 404, "not_found")
    told(story)
    seen = office.get(path, new)
    assert seen["lead_unit"]["id"] == story.ids["tan-chinh"]
    assert "receive" in seen["_permissions"]
    assert task["id"] in {w["id"] for w in office.get(
        "/v1/me/work", new)["items"]}
    # grants at a unit end with it
    assert task["id"] not in {w["id"] for w in office.get(
        "/v1/me/work", old)["items"]}
    assert office.go("tasks", seen, "receive", new)["status"] == "received"


def test_a_proposal_is_voted_on_by_whoever_took_the_place(story):
    for name in ("old", "new"):
        story.unit(name, None)
    mine, head = story.leader("old", "staff"), story.leader("new")
    x = story.office.make("proposals", mine, {"title": "Một cửa lưu động"})
    problem(story.stack.get(f"/v1/proposals/{x['id']}", head), 404,
            "not_found")
    story.tell("old", "merge", story.office.day(), into=["new"])
    x = story.office.go("proposals", x, "ask_opinion", head)
    assert "vote" in x["_permissions"]
    work = story.office.get("/v1/me/work?kind=proposal", head)["items"]
    assert "vote" in work[0]["verbs"]
    x = story.office.go("proposals", x, "vote", head, choice="against")
    assert story.office.go("proposals", x, "decide",
                           head)["status"] == "refused"


def test_what_a_ward_has_published_is_read_below_its_heir(story):
    office = story.office
    old = story.leader("tan-chinh")
    before, after = story.leader("office", "staff"), story.leader(
        "economy", "staff")
    i = office.make("indicators", old, {
        "unit_id": story.ids["tan-chinh"], "code": "HL", "title": "Hài lòng",
        "aggregation": "sum"})
    path = f"/v1/indicators/{i['id']}"
    office.get(path, before)
    problem(office.stack.get(path, after), 404, "not_found")
    told(story)
    for who in (before, after):
        office.get(path, who)
    reach = ("SELECT staff_id, unit_id, from_on, until_on, perms FROM"
             " camket.reach ORDER BY 1, 2, 3")
    derived = office.stack.sql(reach)
    office.stack.sql("SELECT camket.reach_derive(ARRAY(SELECT id FROM"
                     " camket.staff))")
    assert office.stack.sql(reach) == derived


def test_both_heirs_of_a_split_unit_see_its_work(story):
    head = story.leader("section", "head")
    one, two = story.leader("economy", "head"), story.leader("culture", "head")
    task = story.task("section", head)
    story.tell("section", "split", "2025-07-01", into=["economy", "culture"])
    for who in (one, two):
        story.office.get(f"/v1/tasks/{task['id']}", who)


def test_figures_of_a_day_follow_the_tree_of_that_day(story):
    boss = story.leader("district")
    top = story.leader("thanh-khe")
    old = story.task("tan-chinh", boss, due_on="2024-11-15")
    story.task("tan-chinh", boss)
    story.task("office", boss, due_on="2098-03-30")

    def total(user, unit, period):
        page = story.office.get(f"/v1/rollups?unit={unit}-{story.tag}&depth=0"
                                f"&period={period}", user)
        return page["items"][0]["total"]

    until(lambda: total(boss, "district", "2098") == 2)
    until(lambda: total(boss, "district", "2024") == 1)
    told(story)
    until(lambda: total(top, "thanh-khe", "2098") == 2)
    assert total(top, "thanh-khe", "2024") == 0
    assert story.stack.one(
        "SELECT sum(open) FROM camket.cell WHERE unit_id = %s AND day = %s",
        story.ids["district"], old["due_on"]) == 1
    assert story.stack.one(
        "SELECT coalesce(sum(open), 0) FROM camket.cell WHERE unit_id = %s AND"
        " day > '2098-01-01'", story.ids["district"]) == 0
    until(lambda: story.stack.one("SELECT count(*) FROM camket.mark") == 0)
    story.stack.camket("rollup", "verify")


def test_a_dry_run_tells_what_is_open_and_writes_nothing(story, unwritten):
    r = story.tell("district", "abolish", "2025-07-01", dry=True)
    assert {(o["kind"], o["title"]) for o in r["open"]} == {
        ("unit", "UBND tan-chinh"), ("unit", "UBND chinh-gian")}
    assert r["kind"] == "abolish" and r["into"] == []


def test_open_work_and_people_are_listed_without_their_content(story):
    who = story.leader("tan-chinh")
    task = story.task("tan-chinh", who)
    told_ = story.tell("tan-chinh", "merge", "2025-01-01", dry=True,
                       into=["chinh-gian"])["open"]
    assert {"kind": "task", "id": task["id"], "title": None,
            "due_on": "2098-03-31"} in told_
    assert ("staff", "Người tan-chinh") in {(o["kind"], o["title"])
                                            for o in told_}
    assert story.read("tan-chinh")["valid_to"] is None


def test_work_left_open_wants_an_heir(story):
    who = story.leader("tan-chinh")
    task = story.task("tan-chinh", who)
    assert faults(story.ask("tan-chinh", "abolish", "2025-07-01")) == {
        "/into": "required"}
    story.tell("tan-chinh", "abolish", "2025-07-01", into=["thanh-khe"])
    assert task["id"] and story.read("tan-chinh")["status"] == "ended"


def test_a_name_of_tomorrow_is_not_todays(story):
    day = story.office.day(1)
    story.tell("economy", "rename", day, name="Phòng Kinh tế")
    assert story.read("economy")["name"] == "UBND economy"
    assert story.versions("economy")[1] == ("Phòng Kinh tế", day, None)
    now = {u["id"]: u["name"] for u in story.office.all(
        f"/v1/units?as_of={day}&q=kinh te", KEEPER)}
    assert now.get(story.ids["economy"]) in (None, "Phòng Kinh tế")
    # a correction meanwhile is one of today's name
    expect(story.stack.patch(f"/v1/units/{story.ids['economy']}", KEEPER,
                             {"name": "Phòng KT"},
                             story.read("economy")["version"]), 200)
    assert [v[0] for v in story.versions("economy")] == [
        "Phòng KT", "Phòng Kinh tế"]
    story.stack.clock("shift", "86400")
    try:
        until(lambda: story.read("economy")["name"] == "Phòng Kinh tế")
    finally:
        story.stack.clock("real")
    until(lambda: story.read("economy")["name"] == "Phòng KT")


def test_what_is_to_come_is_prepared_before_its_day(story):
    office, day = story.office, story.office.day(30)
    story.unit("new", "city", since=day)
    story.unit("desk", "new", "department", since=day)
    story.tell("office", "move", day, below="new")
    story.tell("tan-chinh", "merge", day, into=["new"])
    path = f"/v1/staff/{office.people[DOER]}/grants"
    grant = {"role": "chair", "unit_id": story.ids["new"]}
    problem(office.stack.post(path, KEEPER, grant), 403, "forbidden")
    problem(office.stack.post(path, ADMIN, {**grant, "from": day}), 403,
            "forbidden")
    made = expect(office.stack.post(path, KEEPER, {**grant, "from": day}), 201)
    expect(office.stack.call("DELETE", f"{path}/{made['id']}", KEEPER), 204)
    assert {n: story.tree(day)[n] for n in ("desk", "office")} == {
        "desk": "new", "office": "new"}
    assert "new" not in story.tree(office.day(29))


def test_a_unit_moves_with_all_below_it(story):
    story.unit("team", "office", "section")
    story.unit("far", "city")
    story.tell("office", "move", "2025-03-01", below="far")
    assert story.tree("2025-02-28")["office"] == "tan-chinh"
    assert story.tree("2025-03-01")["office"] == "far"
    for name in ("office", "team"):
        assert story.read(name)["office"]["id"] == story.ids["far"]
    # and is named anew on the same day
    story.tell("office", "rename", "2025-03-01", name="Văn phòng")
    assert story.versions("office")[1:] == [("Văn phòng", "2025-03-01", None)]


def test_figures_of_then_bear_the_names_of_then(story):
    who = story.leader("office", "head")
    story.tell("office", "rename", "2025-03-01", name="Văn phòng")
    names = [story.office.get(
        f"/v1/rollups?unit={story.ids['office']}&period={p}", who)["items"][0][
            "unit"]["name"] for p in ("2024-12", "2025-02", "2025-Q1")]
    assert names == ["UBND office", "UBND office", "Văn phòng"]


def test_what_is_derived_is_what_the_whole_tree_says(story):
    told(story)
    cover = ("SELECT unit_id, anc_id, heir, past, range_agg(daterange(from_on,"
             " until_on))::text FROM camket.unit_cover GROUP BY 1, 2, 3, 4"
             " ORDER BY 1, 2, 3, 4")
    before = story.stack.sql(cover)
    story.stack.sql("SELECT camket.unit_cover_derive()")
    assert story.stack.sql(cover) == before


@pytest.mark.parametrize("name, kind, on, body, want", [
    ("office", "rename", "2025-01-01", {}, {"/name": "required"}),
    ("office", "move", "2025-01-01", {}, {"/parent_id": "required"}),
    ("office", "move", "2025-01-01", {"below": "office"},
     {"/parent_id": "in_conflict"}),
    ("district", "move", "2025-01-01", {"below": "office"},
     {"/parent_id": "in_conflict"}),
    ("office", "move", "2025-01-01", {"below": "thanh-khe"},
     {"/parent_id": "ended"}),
    ("office", "rename", "2023-01-01", {"name": "x"},
     {"/effective_on": "in_conflict"}),
    ("office", "abolish", "2024-01-01", {}, {"/effective_on": "in_conflict"}),
    ("office", "merge", "2025-01-01", {}, {"/into": "required"}),
    ("office", "merge", "2025-01-01", {"into": ["office"]},
     {"/into/0/unit_id": "in_conflict"}),
    ("office", "split", "2025-08-01", {"into": ["economy"]},
     {"/into": "required"}),
    ("office", "split", "2025-08-01", {"into": ["economy", "economy"]},
     {"/into/1/unit_id": "twice"}),
    ("office", "rename", "2025-01-01", {"name": "x", "into": ["economy"]},
     {"/into": "in_conflict"}),
    ("office", "merge", "2025-01-01", {"into": ["section"], "name": "x"},
     {"/name": "in_conflict"}),
    ("office", "vanish", "2025-01-01", {}, {"/kind": "not_in_list"}),
    ("office", "abolish", "2025-02-30", {}, {"/effective_on": "bad_format"}),
])
def test_what_cannot_be_is_refused_naming_the_member(story, name, kind, on,
                                                     body, want):
    for dry in (True, False):
        assert faults(story.ask(name, kind, on, dry, **body)) == want
    assert len(story.versions(name)) == 1


def test_an_ended_unit_is_history(story):
    told(story)
    r = story.ask("tan-chinh", "rename", "2026-01-01", name="x")
    assert problem(r, 409, "wrong_state")


def test_only_an_administrator_of_both_sides_may(story):
    r = story.ask("office", "rename", "2025-01-01", user=DOER, name="x")
    problem(r, 403, "forbidden")
    mine = story.office.unit()
    story.ids["mine"] = mine["id"]
    assert faults(story.ask("mine", "move", story.office.day(1), user=ADMIN,
                            below=CITY)) == {"/parent_id": "not_yours"}
    assert faults(story.ask("mine", "merge", story.office.day(1), user=ADMIN,
                            into=["chinh-gian"])) == {
        "/into/0/unit_id": "not_yours"}
    story.ids["yours"] = story.office.unit()["id"]
    story.tell("mine", "move", story.office.day(1), user=ADMIN, below="yours")


def test_two_units_cannot_take_each_others_place(story):
    with ThreadPoolExecutor(2) as pool:
        done = [f.result().status_code for f in [
            pool.submit(story.ask, a, "merge", "2025-01-01", into=[b])
            for a, b in (("tan-chinh", "chinh-gian"),
                         ("chinh-gian", "tan-chinh"))]]
    assert sorted(done)[0] == 200 and sorted(done)[1] in (409, 422)


def test_a_unit_that_nothing_befell_has_an_empty_story(story):
    assert story.office.get(f"/v1/units/{story.ids['office']}/succession",
                            KEEPER)["items"] == []


def test_a_story_says_what_a_unit_came_to_be_called_and_stood_below(story):
    story.tell("office", "rename", "2024-06-01", name="Văn phòng 1")
    story.tell("office", "move", "2024-08-01", below="chinh-gian")
    story.tell("office", "abolish", "2024-10-01", into=["section"])
    assert [(i["kind"], i["name"], i["parent"] and i["parent"]["id"])
            for i in story.office.get(
                f"/v1/units/{story.ids['office']}/succession",
                KEEPER)["items"]] == [
        ("rename", "Văn phòng 1", story.ids["tan-chinh"]),
        ("move", "Văn phòng 1", story.ids["chinh-gian"]),
        ("abolish", None, None)]


def test_it_stands_in_the_activity(story):
    story.tell("office", "rename", "2025-01-01", name="Văn phòng 2")
    verbs = [(v, who) for v, _, who in story.office.events(
        story.ids["office"])]
    assert ("succeed", KEEPER) in verbs
    assert story.versions("office")[-1] == ("Văn phòng 2", "2025-01-01", None)
