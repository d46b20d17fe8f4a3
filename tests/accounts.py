"""What the tests of accounts do again and again."""

import base64
import hashlib
import hmac
import secrets
import struct
import time

from stack import expect

GOOD = "con ngựa đúng pin ghim kẹp"     # long enough, and nobody's first guess


def login(s, user, password=None, status=200, **more):
    headers = more.pop("headers", {})
    r = s.post("/v1/auth/login", body={
        "username": user,
        "password": password or s.accounts[user]["password"], **more},
        **headers)
    return expect(r, status)


def bearer(token):
    return {"Authorization": "Bearer " + token}


def totp(secret, at=None, step=0):
    """RFC 6238, as an authenticator app does it."""
    counter = int(at if at is not None else time.time()) // 30 + step
    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", counter),
                   hashlib.sha1).digest()
    at = mac[-1] & 15
    code = struct.unpack(">I", mac[at:at + 4])[0] & 0x7fffffff
    return "%06d" % (code % 1000000)


def staff_id(s, user):
    return str(s.one("SELECT id FROM staff WHERE username = %s", user))


def new_person(s, user, unit="economy", role=None, email=None):
    """A person, by the operator; the password, which he sets himself."""
    told = s.hire(user, "Cán bộ " + user, unit, role or "staff",
                  *(["--email", email] if email else []))
    code = told.split()[1].split("#")[1]
    password = secrets.token_urlsafe(16)
    expect(s.post("/v1/auth/reset", body={
        "token": code, "new_password": password}), 204)
    s.accounts[user] = {"username": user, "password": password}
    return password


def step_up(s, user, token):
    """Asked again who it is; the password answers."""
    expect(s.post("/v1/auth/step-up", body={
        "password": s.accounts[user]["password"]}, **bearer(token)), 200)


def enrol(s, user, token):
    """A second factor, confirmed; its secret and the recovery codes."""
    step_up(s, user, token)
    e = expect(s.post("/v1/auth/mfa/enrol", **bearer(token)), 200)
    codes = expect(s.post("/v1/auth/mfa/confirm", body={
        "otp": totp(e["secret"], step=-1)}, **bearer(token)), 200)
    return e["secret"], codes["recovery_codes"]
