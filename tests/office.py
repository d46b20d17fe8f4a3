"""The demo office as tests of the resources use it: people and units by code,
items made and brought to a state, an office of its own beside the demo's."""

import datetime
import itertools

from stack import expect, new_id

# Who is who in the demo, as each stands to the economy section.
CHAIR = "chair"                 # above: issues, assigns, accepts, decides
DEPUTY = "deputy.chair1"        # above, but neither leads nor signs
OFFICE = "office1"              # above: drafts, assigns, does not accept
PERSONNEL = "office2"           # the office's, keeping the dossiers
HEAD = "head.economy"           # leads the section
UNDER = "deputy.economy"        # the section's deputy head
DOER = "staff.economy1"         # works there
PEER = "staff.economy2"         # works there too
SIBLING = "head.culture"        # leads the section beside it
STRANGER = "staff.culture1"     # works in the section beside it
READER = "party.secretary"      # inspects the ward: reads, writes nothing
CITY = "city.monitor"           # reads from above
ADMIN = "admin"                 # people, units, grants; no records
WARD = "ward-thanh-khe"

number = itertools.count(1)


class Office:
    def __init__(self, stack):
        self.stack = stack
        self.units = self.unit_ids()
        self.people = {u: str(i) for u, i in stack.sql(
            "SELECT username, id FROM camket.staff")}

    def unit_ids(self):
        return {c: str(i) for c, i in self.stack.sql(
            "SELECT code, id FROM camket.unit")}

    def day(self, n=0):
        """A day of the office, n days from today, as JSON has it."""
        today = self.get("/v1/me", ADMIN)["today"]
        return str(datetime.date.fromisoformat(today)
                   + datetime.timedelta(days=n))

    # --- plain calls ---

    def get(self, path, user, status=200, **h):
        return expect(self.stack.get(path, user, **h), status)

    def all(self, path, user):
        """Every item of a list, page by page."""
        items, next_ = [], None
        sep = "&" if "?" in path else "?"
        while True:
            page = self.get(path + (f"{sep}cursor={next_}" if next_ else ""),
                            user)
            items += page["items"]
            next_ = page["next"]
            if next_ is None:
                return items

    def ids(self, path, user):
        return [x["id"] for x in self.all(path, user)]

    def make(self, kind, user, body, answer=201):
        return expect(self.stack.post(f"/v1/{kind}", user, body), answer)

    def go(self, kind, item, verb, user, answer=200, **body):
        """Take a verb with the item's version."""
        return expect(self.stack.verb(f"/v1/{kind}/{item['id']}/{verb}", user,
                                      item, body), answer)

    def patch(self, kind, item, user, answer=200, **body):
        return expect(self.stack.patch(f"/v1/{kind}/{item['id']}", user, body,
                                       item["version"]), answer)

    def remove(self, kind, item, user, answer=204):
        return expect(self.stack.call(
            "DELETE", f"/v1/{kind}/{item['id']}", user,
            If_Match=f'"v{item["version"]}"'), answer)

    def events(self, ref):
        """What the audit has of an item: (verb, version, actor)."""
        return self.stack.sql(
            "SELECT e.verb, e.version, s.username FROM camket.event e LEFT JOIN"
            " camket.staff s ON s.id = e.actor_id WHERE e.ref = %s"
            " ORDER BY e.seq", ref)

    # --- items ---

    def task(self, user=HEAD, **body):
        body = {"title": f"Việc số {next(number)}", "due_on": "2099-06-30",
                "lead": {"staff_code": DOER}, **body}
        return self.make("tasks", user,
                         {k: v for k, v in body.items() if v is not None})

    def plan(self, user=OFFICE, **body):
        return self.make("plans", user, {
            "title": f"Kế hoạch số {next(number)}", "issuer_unit_code": WARD,
            **body})

    def plan_in_force(self, tasks=(), **activate):
        plan = self.plan()
        for t in tasks:
            self.task(OFFICE, plan_id=plan["id"], **t)
        plan = self.go("plans", plan, "submit", OFFICE)
        plan = self.go("plans", plan, "issue", CHAIR, issued_on="2024-01-15")
        return self.go("plans", plan, "activate", CHAIR, **activate)

    # --- people and units ---

    def unit(self, parent=WARD, **body):
        made = self.make("units", ADMIN, {
            "code": f"unit-{next(number)}", "kind": "department",
            "name": f"Phòng số {next(number)}", "parent_code": parent, **body})
        self.units[made["code"]] = made["id"]
        return made

    def person(self, unit, role=None, function=None, **body):
        """An account at a unit; with a role beside that of staff if wanted."""
        name = body.pop("username", f"p{next(number)}")
        made = self.make("staff", ADMIN, {
            "code": name, "username": name, "full_name": f"Cán bộ {name}",
            "subject_type": "civil_servant",
            "assignments": [{"unit_code": unit, "position": "Chuyên viên"}],
            **body})
        self.people[name] = made["id"]
        if role:
            self.grant(name, role, unit, function=function)
        return name

    def grant(self, name, role, unit, answer=201, user=ADMIN, **body):
        return expect(self.stack.post(
            f"/v1/staff/{self.people[name]}/grants", user,
            {"role": role, "unit_code": unit,
             **{k: v for k, v in body.items() if v is not None}}), answer)

    def bare(self):
        """A person who holds no grant at all."""
        name = self.person("culture")
        for g in self.get(f"/v1/staff/{self.people[name]}/grants",
                          ADMIN)["items"]:
            expect(self.stack.call(
                "DELETE", f"/v1/staff/{self.people[name]}/grants/{g['id']}",
                ADMIN), 204)
        return name

    def elsewhere(self):
        """A ward that shares no unit with the demo: its code, and the names of
        its chair, its office and one of its staff."""
        tag = f"far{next(number)}"
        self.stack.sql(
            "WITH u AS (INSERT INTO camket.unit (id, code, kind, name,"
            " office_id, created_at, updated_at) VALUES (%s, %s, 'ward',"
            " 'UBND phường Ở Xa', NULL, now(), now()) RETURNING id)"
            " INSERT INTO camket.unit_version (unit_id, from_on, name)"
            " SELECT id, '2020-01-01', 'UBND phường Ở Xa' FROM u",
            new_id(), tag)
        self.stack.sql("UPDATE camket.unit SET office_id = id"
                       " WHERE code = %s", tag)
        self.stack.sql("SELECT camket.unit_cover_derive()")
        names = []
        for role in ("chair", "office", "staff", "admin"):
            self.stack.hire(f"{tag}.{role}", f"Người {role} ở xa", tag, role)
            names.append(f"{tag}.{role}")
        self.units.update({c: str(i) for c, i in self.stack.sql(
            "SELECT code, id FROM camket.unit")})
        self.people.update({u: str(i) for u, i in self.stack.sql(
            "SELECT username, id FROM camket.staff")})
        return tag, *names


def faults(r, status=422):
    """{pointer: code} of a refusal."""
    body = expect(r, status)
    return {e["pointer"]: e["code"] for e in body.get("errors", [])}
