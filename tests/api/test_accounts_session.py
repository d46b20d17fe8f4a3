"""Sessions: refresh tokens and what a second use of one means, cookies,
signing out, and how soon an end is an end everywhere."""

import time
from concurrent.futures import ThreadPoolExecutor

from accounts import bearer, login, new_person, staff_id
from stack import expect, problem, until


def refresh(s, token, **h):
    return s.post("/v1/auth/refresh", body={"refresh_token": token}, **h)


def alive(s, token):
    return s.get("/v1/me", **bearer(token)).status_code == 200


def test_ten_tabs_that_refresh_at_once_get_the_same_successor(stack):
    t = login(stack, "chair")["refresh_token"]
    with ThreadPoolExecutor(10) as pool:
        got = list(pool.map(lambda _: refresh(stack, t), range(10)))
    tokens = {expect(r, 200)["refresh_token"] for r in got}
    assert len(tokens) == 1 and t not in tokens
    expect(refresh(stack, tokens.pop()), 200)


def test_a_lost_answer_is_given_again_even_two_generations_later(stack):
    first = login(stack, "chair")["refresh_token"]
    second = expect(refresh(stack, first), 200)["refresh_token"]
    third = expect(refresh(stack, second), 200)["refresh_token"]
    assert expect(refresh(stack, first), 200)["refresh_token"] == second
    assert expect(refresh(stack, second), 200)["refresh_token"] == third


def test_a_token_used_after_its_window_ends_that_device_alone(stack):
    a, b = login(stack, "chair"), login(stack, "chair")
    second = expect(refresh(stack, a["refresh_token"]), 200)
    stack.sql("UPDATE session SET turns = ARRAY[now() - interval '61 s'] "
              "WHERE generation = 1 AND id = (SELECT max(id::text)::uuid FROM "
              "session WHERE generation = 1 AND revoked_at IS NULL)")
    problem(refresh(stack, a["refresh_token"]), 401, "bad_refresh")
    problem(refresh(stack, second["refresh_token"]), 401, "bad_refresh")
    until(lambda: not alive(stack, a["access_token"]), 2)
    assert alive(stack, b["access_token"])
    expect(refresh(stack, b["refresh_token"]), 200)


def test_a_token_used_again_from_another_device_ends_the_family(stack):
    t = login(stack, "chair")
    expect(refresh(stack, t["refresh_token"]), 200)
    problem(refresh(stack, t["refresh_token"], User_Agent="thief"), 401,
            "bad_refresh")
    until(lambda: not alive(stack, t["access_token"]), 2)


def test_refresh_tokens_are_nowhere_in_the_database(stack):
    t = login(stack, "chair")["refresh_token"]
    for table in ("session", "audit", "credential"):
        assert stack.one(f"SELECT count(*) FROM {table} x WHERE "
                         "x::text LIKE %s", "%" + t[:30] + "%") == 0


def test_a_session_that_was_not_used_for_long_is_over(stack):
    t = login(stack, "chair")
    stack.sql("UPDATE session SET rotated_at = now() - interval '15 days' "
              "WHERE id = (SELECT id FROM session ORDER BY created_at DESC "
              "LIMIT 1)")
    problem(refresh(stack, t["refresh_token"]), 401, "bad_refresh")


def test_tampered_and_foreign_refresh_tokens_are_refused(stack):
    t = login(stack, "chair")["refresh_token"]
    other = "A" if t[40] != "A" else "B"
    for bad in (t[:40] + other + t[41:], t[:-2], "x", t + "AA"):
        problem(refresh(stack, bad), 401, "bad_refresh")
    access = login(stack, "chair")["access_token"]
    assert refresh(stack, access[:200]).status_code in (401, 422)
    problem(stack.get("/v1/me", **bearer(t)), 401, "unauthenticated")


def test_a_browser_gets_its_token_as_a_cookie_and_proves_its_page(stack):
    r = stack.post("/v1/auth/login", body={
        "username": "chair", "password": stack.accounts["chair"]["password"],
        "cookie": True})
    body = expect(r, 200)
    assert "refresh_token" not in body
    line = [v for k, v in r.raw.headers.items()
            if k.lower() == "set-cookie" and "camket_refresh" in v][0]
    assert "HttpOnly" in line and "SameSite=Strict" in line
    cookie = line.split(";")[0]
    problem(stack.post("/v1/auth/refresh", Cookie=cookie), 403, "forbidden")
    problem(stack.post("/v1/auth/refresh", Cookie=cookie,
                       X_CSRF_Token="x" * 43), 403, "forbidden")
    again = stack.post("/v1/auth/refresh", Cookie=cookie,
                       X_CSRF_Token=body["csrf_token"])
    assert "refresh_token" not in expect(again, 200)
    out = stack.post("/v1/auth/logout", X_CSRF_Token=body["csrf_token"],
                     Cookie=again.headers["Set-Cookie"].split(";")[0])
    expect(out, 204)
    assert "Max-Age=0" in out.headers["Set-Cookie"]


def test_people_see_where_they_are_signed_in_and_end_it(stack):
    new_person(stack, "session.owner")
    a = login(stack, "session.owner", headers={"User_Agent": "phone"})
    b = login(stack, "session.owner", headers={"User_Agent": "desk"})
    c = login(stack, "session.owner", headers={"User_Agent": "tablet"})
    items = expect(stack.get("/v1/auth/sessions",
                             **bearer(a["access_token"])), 200)["items"]
    assert {i["device"] for i in items} == {"phone", "desk", "tablet"}
    assert [i["device"] for i in items if i["current"]] == ["phone"]
    assert all(i["address"] and i["last_seen_at"] for i in items)
    desk = next(i["id"] for i in items if i["device"] == "desk")
    expect(stack.call("DELETE", f"/v1/auth/sessions/{desk}",
                      **bearer(a["access_token"])), 204)
    until(lambda: not alive(stack, b["access_token"]), 1)
    assert alive(stack, c["access_token"])
    expect(stack.call("DELETE", "/v1/auth/sessions",
                      **bearer(a["access_token"])), 204)
    until(lambda: not alive(stack, c["access_token"]), 1)
    assert alive(stack, a["access_token"])


def test_nobody_ends_or_sees_the_sessions_of_another(stack):
    new_person(stack, "session.other")
    a = login(stack, "session.other")
    mine = expect(stack.get("/v1/auth/sessions",
                            **bearer(a["access_token"])), 200)["items"][0]
    expect(stack.call("DELETE", f"/v1/auth/sessions/{mine['id']}", "chair"),
           404)
    sid = staff_id(stack, "session.other")
    expect(stack.get(f"/v1/staff/{sid}/sessions", "chair"), 404)
    assert alive(stack, a["access_token"])


def test_an_administrator_sees_and_ends_a_persons_sessions(stack):
    new_person(stack, "session.subject")
    a = login(stack, "session.subject")
    sid = staff_id(stack, "session.subject")
    items = expect(stack.get(f"/v1/staff/{sid}/sessions", "admin"),
                   200)["items"]
    assert len(items) == 1
    expect(stack.call("DELETE", f"/v1/staff/{sid}/sessions", "admin"), 204)
    until(lambda: not alive(stack, a["access_token"]), 1)


def test_an_end_is_an_end_within_a_second_in_every_process(stack):
    new_person(stack, "session.timed")
    worst = 0
    for _ in range(5):
        t = login(stack, "session.timed")
        assert alive(stack, t["access_token"])
        expect(stack.post("/v1/auth/logout",
                          body={"refresh_token": t["refresh_token"]}), 204)
        begin = time.monotonic()
        # ten in a row: connections spread over the processes
        while any(alive(stack, t["access_token"]) for _ in range(10)):
            pass
        worst = max(worst, time.monotonic() - begin)
    assert worst < 1
    print(f"revocation took {worst * 1000:.0f} ms at most")


def test_deactivation_ends_tokens_and_refresh_tokens(stack):
    new_person(stack, "session.leaver")
    t = login(stack, "session.leaver")
    sid = staff_id(stack, "session.leaver")
    item = expect(stack.get(f"/v1/staff/{sid}", "admin"), 200)
    expect(stack.patch(f"/v1/staff/{sid}", "admin", {"status": "suspended"},
                       item["version"]), 200)
    until(lambda: not alive(stack, t["access_token"]), 1)
    problem(refresh(stack, t["refresh_token"]), 401, "bad_refresh")
    login(stack, "session.leaver", status=401)
