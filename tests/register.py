"""What the tests of registers do again and again."""

import uuid

from stack import expect, problem

GHOST = "/" + str(uuid.uuid4())


def person(s, user):
    return str(s.one("SELECT id FROM staff WHERE username = %s", user))


def unit(s, code):
    return str(s.one("SELECT id FROM unit WHERE code = %s", code))


def today(s, user="chair"):
    return expect(s.get("/v1/me", user), 200)["today"]


class Register:
    """One kind of record over HTTP."""

    def __init__(self, s, name):
        self.s, self.name = s, name

    def path(self, item, verb=None):
        return f"/v1/{self.name}/{item['id']}" + (f"/{verb}" if verb else "")

    def make(self, user, body, status=201, path=None):
        return expect(self.s.post(path or "/v1/" + self.name, user, body),
                      status)

    def read(self, user, item, status=200):
        return expect(self.s.get(self.path(item), user), status)

    def may(self, user, item):
        return set(self.read(user, item)["_permissions"])

    def sees(self, user, item):
        """By item and by list alike."""
        r = self.s.get(self.path(item), user)
        assert r.status_code in (200, 404), r.text
        listed = expect(self.s.get(f"/v1/{self.name}?ids={item['id']}",
                                   user), 200)["items"]
        assert bool(listed) == (r.status_code == 200), (user, listed)
        return r.status_code == 200

    def do(self, user, item, verb, body=None, status=200):
        return expect(self.s.verb(self.path(item, verb), user, item, body),
                      status)

    def patch(self, user, item, body, status=200):
        return expect(self.s.patch(self.path(item), user, body,
                                   item["version"]), status)

    def refuse(self, user, item, verb, body=None, code="forbidden"):
        status = {"forbidden": 403, "wrong_state": 409, "not_found": 404,
                  "invalid": 422, "stale_version": 412}[code]
        return problem(self.s.verb(self.path(item, verb), user, item, body),
                       status, code)

    def only(self, item, verbs, reads, bodies=None):
        """Which verbs this state knows: the rest answer 409 to everybody who
        sees the item (403 only where the state knows the verb); and what
        _permissions promises to each reader is what happens. reads: user ->
        the verbs that user may use now."""
        known = set().union(*reads.values())
        for user, may in reads.items():
            got = self.may(user, item)
            assert got == set(may), (user, item["status"], got)
        for verb in verbs:
            for user, may in reads.items():
                if verb in may:
                    continue
                r = self.s.verb(self.path(item, verb), user, item,
                                (bodies or {}).get(verb, {}))
                allowed = (403,) if verb in known else (403, 409)
                assert r.status_code in allowed, (user, verb, r.status_code,
                                                  r.text[:300])

    def work(self, user):
        """What this register asks of a person."""
        items = expect(self.s.get("/v1/me/work?limit=200", user), 200)
        return {i["id"]: i for i in items["items"]
                if i["href"].startswith(f"/v1/{self.name}/")}
