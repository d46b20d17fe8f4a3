"""The second factor, its recovery, and being asked again before signing."""

import pytest

from accounts import bearer, enrol, login, new_person, staff_id, step_up, totp
from office import CHAIR, OFFICE
from stack import expect, new_id, problem, until


def test_a_second_factor_is_asked_for_once_a_code_has_confirmed_it(stack):
    new_person(stack, "mfa.enrols")
    t = login(stack, "mfa.enrols")["access_token"]
    step_up(stack, "mfa.enrols", t)
    e = expect(stack.post("/v1/auth/mfa/enrol", **bearer(t)), 200)
    assert e["uri"].startswith("otpauth://totp/") and e["secret"] in e["uri"]
    login(stack, "mfa.enrols")      # not confirmed: not asked for
    problem(stack.post("/v1/auth/mfa/confirm", body={"otp": "000000"},
                       **bearer(t)), 422, "invalid")
    expect(stack.post("/v1/auth/mfa/confirm", body={
        "otp": totp(e["secret"], step=-1)}, **bearer(t)), 200)
    assert login(stack, "mfa.enrols", status=401)["code"] == "otp_required"
    assert login(stack, "mfa.enrols", status=401,
                 otp="123456")["code"] == "bad_otp"
    login(stack, "mfa.enrols", otp=totp(e["secret"]))
    assert e["secret"] not in str(stack.sql("SELECT * FROM credential"))


def test_a_token_alone_enrols_no_second_factor(stack):
    new_person(stack, "mfa.stolen")
    t = login(stack, "mfa.stolen")["access_token"]
    problem(stack.post("/v1/auth/mfa/enrol", **bearer(t)), 401,
            "step_up_required")
    problem(stack.post("/v1/auth/mfa/confirm", body={"otp": "000000"},
                       **bearer(t)), 401, "step_up_required")
    assert stack.one("SELECT count(*) FROM credential WHERE kind = 'totp' "
                     "AND staff_id = %s", staff_id(stack, "mfa.stolen")) == 0


def test_a_code_serves_once(stack):
    new_person(stack, "mfa.once")
    secret, _ = enrol(stack, "mfa.once",
                      login(stack, "mfa.once")["access_token"])
    code = totp(secret)
    login(stack, "mfa.once", otp=code)
    assert login(stack, "mfa.once", status=401, otp=code)["code"] == "bad_otp"


def test_an_unknown_password_is_never_told_that_a_code_is_missing(stack):
    new_person(stack, "mfa.quiet")
    enrol(stack, "mfa.quiet", login(stack, "mfa.quiet")["access_token"])
    assert login(stack, "mfa.quiet", "wrong",
                 status=401)["code"] == "bad_credentials"


def test_a_recovery_code_stands_in_once_each(stack):
    new_person(stack, "mfa.recovers")
    t = login(stack, "mfa.recovers")["access_token"]
    _, codes = enrol(stack, "mfa.recovers", t)
    assert len(set(codes)) == 10
    t = login(stack, "mfa.recovers", otp=codes[0])["access_token"]
    login(stack, "mfa.recovers", otp=codes[0], status=401)
    assert expect(stack.get("/v1/auth/mfa", **bearer(t)), 200) == {
        "enrolled": True, "recovery_codes_left": 9}


def test_an_administrator_takes_a_lost_factor_away_and_ends_the_sessions(
        stack):
    new_person(stack, "mfa.lost")
    t = login(stack, "mfa.lost")["access_token"]
    enrol(stack, "mfa.lost", t)
    path = f"/v1/staff/{staff_id(stack, 'mfa.lost')}/mfa-reset"
    expect(stack.post(path, "chair"), 403)
    expect(stack.post(path, "admin"), 204)
    until(lambda: stack.get("/v1/me", **bearer(t)).status_code == 401, 1)
    login(stack, "mfa.lost")


def grant(s, token, who="head.pasc"):
    sid = staff_id(s, who)
    return s.post(f"/v1/staff/{sid}/grants", body={
        "role": "staff", "unit_code": "economy", "from": "2030-01-01",
        "to": "2030-01-02"}, **bearer(token))


def undo(s):
    s.sql("DELETE FROM staff_grant WHERE from_on = '2030-01-01'")


def test_what_signs_asks_again_and_a_password_answers(stack):
    undo(stack)
    t = login(stack, "admin")["access_token"]
    problem(grant(stack, t), 401, "step_up_required")
    problem(stack.post("/v1/auth/step-up", body={"password": "wrong"},
                       **bearer(t)), 401, "bad_credentials")
    problem(grant(stack, t), 401, "step_up_required")
    step_up(stack, "admin", t)
    expect(grant(stack, t), 201)
    undo(stack)


def test_step_up_holds_for_its_session_and_for_ten_minutes(stack):
    undo(stack)
    a = login(stack, "admin")["access_token"]
    b = login(stack, "admin")["access_token"]
    step_up(stack, "admin", a)
    problem(grant(stack, b), 401, "step_up_required")
    stack.sql("UPDATE session SET stepped_up_at = stepped_up_at "
              "- interval '601 s' WHERE stepped_up_at <> 'infinity'")
    problem(grant(stack, a), 401, "step_up_required")


def test_with_a_second_factor_a_password_alone_does_not_step_up(stack):
    new_person(stack, "mfa.signs")
    t = login(stack, "mfa.signs")["access_token"]
    secret, _ = enrol(stack, "mfa.signs", t)
    problem(stack.post("/v1/auth/step-up", body={
        "password": stack.accounts["mfa.signs"]["password"]}, **bearer(t)),
        401, "otp_required")
    expect(stack.post("/v1/auth/step-up", body={"otp": totp(secret)},
                      **bearer(t)), 200)


def test_one_step_up_covers_a_batch(stack):
    undo(stack)
    t = login(stack, "admin")["access_token"]
    sid = staff_id(stack, "head.pasc")
    ops = {"atomic": True, "operations": [{
        "method": "POST", "path": f"/v1/staff/{sid}/grants", "body": {
            "role": "staff", "unit_code": unit, "from": "2030-01-01",
            "to": "2030-01-02"}} for unit in ("economy", "culture")]}
    problem(stack.post("/v1/batch", body=ops, **bearer(t)), 401,
            "step_up_required")
    step_up(stack, "admin", t)
    expect(stack.post("/v1/batch", body=ops, **bearer(t)), 200)
    undo(stack)


SIGNING = {("plans", "issue"): {"issued_on": "2024-01-15"},
           ("plans", "amend"): {
               "reason": "Sai số", "patch": {"title": "Kế hoạch"},
               "document": {"number": "1/QĐ", "issued_on": "2024-02-15"}},
           ("evaluations", "decide"): {"level": "good"},
           ("proposals", "decide"): {}}


@pytest.mark.parametrize("kind,verb", SIGNING)
def test_to_issue_amend_or_decide_is_to_sign(stack, kind, verb):
    t = login(stack, "chair")["access_token"]
    path = f"/v1/{kind}/{new_id()}/{verb}"

    def sign():
        return stack.post(path, body=SIGNING[kind, verb], If_Match='"v1"',
                          **bearer(t))
    problem(sign(), 401, "step_up_required")
    step_up(stack, "chair", t)
    problem(sign(), 404, "not_found")


def test_a_plan_is_issued_by_who_was_asked_again(stack, office):
    plan = office.go("plans", office.plan(), "submit", OFFICE)
    t = login(stack, CHAIR)["access_token"]

    def issue():
        return stack.verb(f"/v1/plans/{plan['id']}/issue", None, plan,
                          SIGNING["plans", "issue"], **bearer(t))
    problem(issue(), 401, "step_up_required")
    assert office.get(f"/v1/plans/{plan['id']}", OFFICE)[
        "status"] == "submitted"
    step_up(stack, CHAIR, t)
    assert expect(issue(), 200)["status"] == "issued"
