"""Passwords: the rules, changing, resetting by mail, letting people in by a
printed code, and how guessing is slowed without telling who exists."""

import ctypes
import ctypes.util
import re
import time
from pathlib import Path

from accounts import GOOD, bearer, enrol, login, new_person, staff_id
from stack import expect, problem, until

SHORT = "xk3#vq9w"      # good enough beside a second factor


def change(s, token, new, old):
    return s.post("/v1/auth/password", body={
        "current_password": old, "new_password": new}, **bearer(token))


def mails(s, to):
    found = []
    for f in Path(s.env["CAMKET_MAIL_DIR"]).rglob("*"):
        if f.is_file() and to in f.read_text():
            found.append(f)
    return sorted(found)


def code_of(mail):
    import email
    body = email.message_from_string(mail.read_text()).get_payload(
        decode=True).decode()
    return re.search(r"#([a-z0-9-]{23})", body).group(1)


def fault(r):
    return expect(r, 422)["errors"][0]["code"]


def test_what_may_be_a_password(stack):
    old = new_person(stack, "pass.rules")
    t = login(stack, "pass.rules")["access_token"]
    for new, why in (("ngắn quá thôi", "too_short"),
                     ("a" * 40, "too_common"),
                     ("123456789012345", "too_common"),
                     ("passwordpassword", "too_common"),
                     ("pass.rulespass.rules", "too_common"),
                     ("matkhau123matkhau", "too_common")):
        assert fault(change(stack, t, new, old)) == why, new
    # length is counted in characters, and nothing is cut off
    t = expect(change(stack, t, "ệ" + GOOD + "x" * 64, old),
               200)["access_token"]
    login(stack, "pass.rules", "ệ" + GOOD + "x" * 63, status=401)
    login(stack, "pass.rules", "ệ" + GOOD + "x" * 64)


def test_a_second_factor_lets_a_password_be_shorter(stack):
    old = new_person(stack, "pass.short")
    t = login(stack, "pass.short")["access_token"]
    assert fault(change(stack, t, SHORT, old)) == "too_short"
    enrol(stack, "pass.short", t)
    expect(change(stack, t, SHORT, old), 200)


def paired(s, user):
    """A person whose password is short, beside a second factor; a token."""
    old = new_person(s, user, email=f"{user}@example.invalid")
    t = login(s, user)["access_token"]
    enrol(s, user, t)
    return expect(change(s, t, SHORT, old), 200)["access_token"]


def test_a_second_factor_stays_while_the_password_is_short(stack):
    t = paired(stack, "pass.paired")
    problem(stack.call("DELETE", "/v1/auth/mfa", **bearer(t)), 409,
            "short_password")
    t = expect(change(stack, t, GOOD, SHORT), 200)["access_token"]
    expect(stack.call("DELETE", "/v1/auth/mfa", **bearer(t)), 204)
    login(stack, "pass.paired", GOOD)


def test_a_short_password_is_void_once_its_second_factor_is_lost(stack):
    paired(stack, "pass.unpaired")
    path = f"/v1/staff/{staff_id(stack, 'pass.unpaired')}/mfa-reset"
    expect(stack.post(path, "admin"), 204)
    login(stack, "pass.unpaired", SHORT, status=401)
    mail = until(lambda: mails(stack, "pass.unpaired@example.invalid"), 20)
    code = code_of(mail[0])
    problem(stack.post("/v1/auth/reset", body={
        "token": code, "new_password": SHORT}), 422, "invalid")
    expect(stack.post("/v1/auth/reset", body={
        "token": code, "new_password": GOOD}), 204)
    login(stack, "pass.unpaired", GOOD)


def test_a_password_is_the_same_in_either_normal_form(stack):
    import unicodedata
    old = new_person(stack, "pass.normal")
    t = login(stack, "pass.normal")["access_token"]
    expect(change(stack, t, unicodedata.normalize("NFD", GOOD), old), 200)
    login(stack, "pass.normal", unicodedata.normalize("NFC", GOOD))


def test_each_of_several_changes_ends_what_was_opened_before_it(stack):
    password = new_person(stack, "pass.again")
    for new in (GOOD + "1", GOOD + "2", GOOD + "3", GOOD + "4"):
        a, b = (login(stack, "pass.again", password)["access_token"]
                for _ in range(2))
        expect(change(stack, a, new, password), 200)
        password = new
        until(lambda t=b: stack.get("/v1/me", **bearer(t)).status_code == 401)


def test_a_change_ends_every_other_session_and_gives_this_one_new_tokens(
        stack):
    old = new_person(stack, "pass.change")
    a, b = login(stack, "pass.change"), login(stack, "pass.change")
    new = expect(change(stack, a["access_token"], GOOD, old), 200)
    for dead in (a, b):
        until(lambda d=dead: stack.get("/v1/me", **bearer(
            d["access_token"])).status_code == 401, 1)
    expect(stack.get("/v1/me", **bearer(new["access_token"])), 200)
    problem(stack.post("/v1/auth/refresh", body={
        "refresh_token": b["refresh_token"]}), 401, "bad_refresh")
    expect(stack.post("/v1/auth/refresh", body={
        "refresh_token": new["refresh_token"]}), 200)
    login(stack, "pass.change", old, status=401)
    login(stack, "pass.change", GOOD)


def test_a_change_needs_the_password_that_stands(stack):
    new_person(stack, "pass.wrong")
    t = login(stack, "pass.wrong")["access_token"]
    r = expect(change(stack, t, GOOD, "not this one"), 422)
    assert r["errors"][0] == {**r["errors"][0],
                              "pointer": "/current_password", "code": "wrong"}


def test_a_mailed_code_resets_once_and_only_by_post(stack):
    new_person(stack, "pass.reset", email="pass.reset@example.invalid")
    t = login(stack, "pass.reset")
    expect(stack.post("/v1/auth/reset-request", body={
        "login": "pass.reset@example.invalid"}), 202)
    mail = until(lambda: mails(stack, "pass.reset@example.invalid"), 20)
    code = code_of(mail[0])
    assert stack.one("SELECT count(*) FROM delivery WHERE body LIKE %s",
                     f"%{code}%") == 0
    assert stack.get(f"/v1/auth/reset?token={code}").status_code == 405
    page = stack.get("/reset")      # opening the link is not using it
    assert page.status_code == 200 and "/v1/auth/reset" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    problem(stack.post("/v1/auth/reset", body={
        "token": code, "new_password": "short"}), 422, "invalid")
    expect(stack.post("/v1/auth/reset", body={
        "token": code.upper().replace("-", " "), "new_password": GOOD}), 204)
    until(lambda: stack.get("/v1/me", **bearer(
        t["access_token"])).status_code == 401, 1)
    login(stack, "pass.reset", GOOD)
    problem(stack.post("/v1/auth/reset", body={
        "token": code, "new_password": GOOD + "1"}), 410, "bad_link")


def test_asking_for_a_reset_tells_nothing(stack):
    a = stack.post("/v1/auth/reset-request", body={"login": "nobody.at.all"})
    b = stack.post("/v1/auth/reset-request", body={"login": "chair"})
    assert a.status_code == b.status_code == 202
    assert a.content == b.content == b""


def test_a_printed_code_lets_a_person_without_a_mailbox_in(stack):
    new_person(stack, "pass.invited")
    sid = staff_id(stack, "pass.invited")
    path = f"/v1/staff/{sid}/invitation"
    problem(stack.post(path, "admin", {"deliver": "mail"}), 422, "invalid")
    expect(stack.post(path, "chair", {"deliver": "code"}), 403)
    got = expect(stack.post(path, "admin", {"deliver": "code"}), 201)
    later = expect(stack.post(path, "admin", {"deliver": "code"}), 201)
    assert got["username"] == "pass.invited" and "expires_at" in got
    expect(stack.post("/v1/auth/reset", body={
        "token": got["code"], "new_password": GOOD}), 204)
    login(stack, "pass.invited", GOOD)
    # using one voids the others
    problem(stack.post("/v1/auth/reset", body={
        "token": later["code"], "new_password": GOOD + "2"}), 410, "bad_link")


def test_a_code_that_has_run_out_is_void(stack):
    new_person(stack, "pass.late")
    got = expect(stack.post(f"/v1/staff/{staff_id(stack, 'pass.late')}"
                            "/invitation", "admin", {"deliver": "code"}), 201)
    stack.sql("UPDATE link SET expires_at = now() - interval '1 s'")
    problem(stack.post("/v1/auth/reset", body={
        "token": got["code"], "new_password": GOOD}), 410, "bad_link")


def attempt(s, user, password, **h):
    return s.post("/v1/auth/login",
                  body={"username": user, "password": password}, **h)


def test_guessing_gets_slower_and_the_right_password_works_after_the_pause(
        stack):
    new_person(stack, "pass.guessed")
    login(stack, "pass.guessed")
    seen = [attempt(stack, "pass.guessed", "wrong").status_code
            for _ in range(8)]
    assert seen[:6] == [401] * 6 and 429 in seen[6:]
    r = attempt(stack, "pass.guessed", "wrong")
    if r.status_code == 429:
        assert int(r.headers["Retry-After"]) >= 1
    until(lambda: attempt(
        stack, "pass.guessed",
        stack.accounts["pass.guessed"]["password"]).status_code == 200, 20,
        0.5)


def test_a_stranger_cannot_keep_the_owner_out(stack):
    new_person(stack, "pass.owner")
    login(stack, "pass.owner")
    seen = [attempt(stack, "pass.owner", "wrong", User_Agent=f"bot {n}")
            .status_code for n in range(12)]
    assert seen[-1] == 429
    login(stack, "pass.owner")


def test_throttling_tells_nothing_of_who_exists(stack):
    new_person(stack, "pass.hidden")
    real = [attempt(stack, "pass.hidden", "wrong", User_Agent="x").status_code
            for _ in range(8)]
    none = [attempt(stack, "pass.absent", "wrong", User_Agent="x").status_code
            for _ in range(8)]
    assert real[:6] == none[:6] == [401] * 6
    assert 429 in real and 429 in none


def test_an_unknown_name_takes_as_long_as_a_wrong_password(stack):
    new_person(stack, "pass.timed")
    took = {"known": [], "unknown": []}
    for n in range(40):
        for kind, user in (("known", "pass.timed"), ("unknown", None)):
            stack.sql("SELECT 1")
            begin = time.monotonic()
            # a fresh name each time, so that no pause is met
            r = attempt(stack, user or f"pass.none{n}", "wrong",
                        User_Agent=f"clock {n}")
            took[kind].append(time.monotonic() - begin)
            if r.status_code == 429:
                took[kind].pop()
    # the least of each: what else the machine does only adds to it
    assert 0.5 < min(took["known"]) / min(took["unknown"]) < 2


def test_refusals_and_sign_ins_are_in_the_trail(stack):
    new_person(stack, "pass.trail")
    attempt(stack, "pass.trail", "wrong")
    login(stack, "pass.trail")
    sid = staff_id(stack, "pass.trail")
    until(lambda: [r[0] for r in stack.sql(
        "SELECT action FROM audit WHERE staff_id = %s ORDER BY at", sid)]
        == ["password_reset", "sign_in_refused", "sign_in"])


def test_processes_tell_each_other_of_failures_and_revocations(stack):
    from stack import Stack
    with Stack(API_PROCESSES=2) as s:
        heard = until(lambda: s.redis("pubsub", "numsub", "wake:throttle",
                                      "wake:revoked").split(), 5)
        until(lambda: s.redis("pubsub", "numsub", "wake:throttle",
                              "wake:revoked").split()[1::2] == ["2", "2"], 5,
              what=heard)
        # whichever process a try meets, it counts
        seen = []
        for _ in range(12):
            seen.append(attempt(s, "nobody.here", "wrong").status_code)
            if seen[-1] == 429:
                break
        assert seen.count(401) <= 7 and seen[-1] == 429
        # and without Redis each process still counts for itself
        s.sv("down", "redis")
        until(lambda: "redis" in s.get("/readyz").text, 10)
        seen = [attempt(s, "nobody.else", "wrong").status_code
                for _ in range(24)]
        assert 429 in seen


def lesser(password):
    """A hash as it was made when machines were slower."""
    out = ctypes.create_string_buffer(128)
    raw = password.encode()
    sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
    assert sodium.crypto_pwhash_str(out, raw, ctypes.c_ulonglong(len(raw)),
                                    ctypes.c_ulonglong(1),
                                    ctypes.c_size_t(8192)) == 0
    return out.value.decode()


def test_signing_in_makes_a_hash_of_lesser_parameters_anew(stack):
    password = new_person(stack, "pass.rehash")
    sid = staff_id(stack, "pass.rehash")

    def kept():
        return stack.one("SELECT secret FROM credential WHERE staff_id = %s "
                         "AND kind = 'password'", sid)
    now, old = kept().split("$")[3], lesser(password)
    assert old.split("$")[3] != now
    stack.sql("UPDATE credential SET secret = %s WHERE staff_id = %s "
              "AND kind = 'password'", old, sid)
    login(stack, "pass.rehash", "wrong", status=401)
    assert kept() == old
    login(stack, "pass.rehash")
    new = kept()
    assert new.split("$")[3] == now
    login(stack, "pass.rehash")
    assert kept() == new
