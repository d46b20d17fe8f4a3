"""Keys of machines, and tickets for what cannot send a header."""

import datetime

from accounts import bearer, login, staff_id
from stack import expect, new_id, problem, until


def until_day(days):
    at = datetime.datetime.now(datetime.timezone.utc) + \
        datetime.timedelta(days=days)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def make(s, user="admin", status=201, **more):
    return expect(s.post("/v1/service-keys", user, {
        "name": "Cổng dữ liệu", "unit_code": "economy", "role": "head",
        "scopes": ["tasks:read"], "expires_at": until_day(30), **more}),
        status)


def task(s, unit="economy", by="head.economy"):
    return expect(s.post("/v1/tasks", by, {
        "code": new_id()[-8:], "title": "Việc của máy", "kind": "one_off",
        "due_on": "2030-01-31", "lead_unit_code": unit}), 201)


def test_a_key_is_shown_once_and_kept_as_a_hash(stack):
    k = make(stack)
    assert k["key"].startswith("ck_") and k["status"] == "active"
    listed = expect(stack.get("/v1/service-keys", "admin"), 200)["items"]
    mine = next(i for i in listed if i["id"] == k["id"])
    assert "key" not in mine and mine["hint"] == k["key"][:8]
    assert stack.one("SELECT count(*) FROM service_key x WHERE x::text LIKE "
                     "%s", f"%{k['key'][8:]}%") == 0


def test_a_key_reaches_its_unit_and_asks_for_its_scopes_only(stack):
    k = bearer(make(stack)["key"])
    mine = task(stack)
    mine = expect(stack.verb(f"/v1/tasks/{mine['id']}/assign", "head.economy",
                             mine), 200)
    expect(stack.get(f"/v1/tasks/{mine['id']}", **k), 200)
    expect(stack.get("/v1/me", **k), 200)
    problem(stack.get("/v1/plans", **k), 403, "forbidden")
    problem(stack.post("/v1/tasks", body={}, **k), 403, "forbidden")
    other = task(stack, "culture", "head.culture")
    expect(stack.get(f"/v1/tasks/{other['id']}", **k), 404)
    got = expect(stack.post("/v1/batch", body={"operations": [
        {"method": "GET", "path": f"/v1/tasks/{mine['id']}"},
        {"method": "GET", "path": "/v1/plans"}]}, **k), 200)["results"]
    assert [g["status"] for g in got] == [200, 403]


def test_a_key_that_names_no_unit_asks_for_its_own(stack):
    k = bearer(make(stack, scopes=["settings:read", "calendar:read"])["key"])
    assert expect(stack.get("/v1/settings", **k),
                  200)["unit"]["code"] == "economy"
    assert expect(stack.get("/v1/calendar/deadline?from=2026-03-02"
                            "&working_days=1", **k),
                  200)["unit"]["code"] == "economy"


def test_a_scope_to_write_lets_read_too(stack):
    k = bearer(make(stack, scopes=["tasks:write"])["key"])
    expect(stack.get("/v1/tasks", **k), 200)
    expect(stack.post("/v1/tasks", body={
        "code": new_id()[-8:], "title": "Việc của máy", "kind": "one_off",
        "due_on": "2030-01-31", "lead_unit_code": "economy"}, **k), 201)


def test_a_machine_neither_signs_nor_touches_accounts(stack):
    k = bearer(make(stack, role="admin", scopes=["*:write"],
                    unit_code="ward-thanh-khe")["key"])
    sid = staff_id(stack, "head.pasc")
    for method, path in (("POST", f"/v1/staff/{sid}/grants"),
                         ("POST", "/v1/service-keys"),
                         ("POST", "/v1/auth/step-up"),
                         ("GET", "/v1/auth/sessions"),
                         ("POST", "/v1/tickets"),
                         ("POST", f"/v1/staff/{sid}/invitation"),
                         ("POST", f"/v1/staff/{sid}/delegations")):
        problem(stack.call(method, path, body={} if method == "POST" else None,
                           **k), 403, "forbidden")


def test_a_machine_is_not_among_the_staff_not_even_to_itself(stack):
    k = bearer(make(stack, scopes=["staff:read"])["key"])
    me = expect(stack.get("/v1/me", **k), 200)["id"]
    got = expect(stack.get("/v1/staff?limit=200&count=exact", **k), 200)
    assert me not in [i["id"] for i in got["items"]]
    expect(stack.get(f"/v1/staff/{me}", **k), 404)


def test_what_a_machine_was_refused_concerns_the_unit_it_works_for(stack):
    """What concerns no unit is shown to auditors of every office."""
    k = bearer(make(stack)["key"])
    me = expect(stack.get("/v1/me", **k), 200)["id"]
    problem(stack.get("/v1/plans", **k), 403, "forbidden")
    assert until(lambda: stack.sql(
        "SELECT u.code FROM audit a LEFT JOIN unit u ON u.id = a.unit_id "
        "WHERE a.actor_id = %s AND a.action = 'refused'", me)) == [
            ("economy",)]


def test_a_key_ends_at_once_when_revoked_and_by_its_day(stack):
    a, b = make(stack), make(stack)
    expect(stack.call("DELETE", f"/v1/service-keys/{a['id']}",
                      "head.economy"), 403)
    expect(stack.call("DELETE", f"/v1/service-keys/{a['id']}",
                      "head.culture"), 404)
    expect(stack.call("DELETE", f"/v1/service-keys/{a['id']}", "admin"), 204)
    problem(stack.get("/v1/tasks", **bearer(a["key"])), 401,
            "unauthenticated")
    stack.sql("UPDATE service_key SET expires_at = now() WHERE id = %s",
              b["id"])
    problem(stack.get("/v1/tasks", **bearer(b["key"])), 401,
            "unauthenticated")
    problem(stack.get("/v1/tasks", **bearer("ck_" + "x" * 43)), 401,
            "unauthenticated")


def test_only_who_grants_makes_keys_and_within_bounds(stack):
    make(stack, "head.economy", status=403)
    make(stack, scopes=[], status=422)
    make(stack, scopes=["tasks"], status=422)
    make(stack, expires_at=until_day(500), status=422)
    make(stack, expires_at=until_day(-2), status=422)


def test_a_key_makes_an_account_nobody_can_sign_in_to_or_see(stack):
    k = make(stack)
    user = stack.one("SELECT s.username FROM staff s JOIN service_key k ON "
                     "k.staff_id = s.id WHERE k.id = %s", k["id"])
    login(stack, user, "x", status=401)
    people = expect(stack.get("/v1/staff?limit=200", "admin"), 200)["items"]
    assert user not in [p.get("username") for p in people]


def ticket(s, user, path, status=201):
    return expect(s.post("/v1/tickets", body={"path": path}, **bearer(
        login(s, user)["access_token"])), status)


def test_a_ticket_opens_its_path_once(stack):
    t = ticket(stack, "head.economy", "/v1/tasks?limit=2&sort=-due_on")
    got = stack.get(t["url"])
    assert expect(got, 200)["items"] is not None
    problem(stack.get(t["url"]), 401, "unauthenticated")


def test_a_ticket_opens_nothing_else(stack):
    t = ticket(stack, "head.economy", "/v1/me")
    secret = t["url"].split("ticket=")[1]
    for path in ("/v1/tasks?ticket=", "/v1/me?x=1&ticket="):
        problem(stack.get(path + secret), 401, "unauthenticated")
    problem(stack.post("/v1/me?ticket=" + secret), 405, "method_not_allowed")
    expect(stack.get(t["url"]), 200)
    for bad in ("https://example.invalid/", "/v1/auth/sessions", "/readyz",
                "/v1/me#x", "/v1/me?ticket=1"):
        ticket(stack, "head.economy", bad, 422)


def test_a_ticket_runs_out_and_ends_with_its_session(stack):
    t = ticket(stack, "head.economy", "/v1/me")
    stack.sql("UPDATE ticket SET expires_at = now()")
    problem(stack.get(t["url"]), 401, "unauthenticated")
    a = login(stack, "head.economy")
    t = expect(stack.post("/v1/tickets", body={"path": "/v1/me"},
                          **bearer(a["access_token"])), 201)
    expect(stack.post("/v1/auth/logout", body={
        "refresh_token": a["refresh_token"]}), 204)
    # the list of revocations reaches every process well within this loop
    stack.sql("SELECT pg_sleep(0.6)")
    problem(stack.get(t["url"]), 401, "unauthenticated")
