"""Access tokens: every known way of making one that is not ours, and turning
the keys without logging anybody out."""

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path

import jwt
import pytest
from accounts import bearer, login, staff_id
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature, encode_dss_signature)
from stack import expect, problem, until

ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Forge:
    """Signs what it is told with the real key, or any other way."""

    def __init__(self, s):
        self.s = s
        folder = Path(s.env["CAMKET_KEY_DIR"])
        self.kid = (folder / "jwt.active").read_text().strip()
        self.pem = (folder / f"jwt-{self.kid}.pem").read_bytes()
        self.key = serialization.load_pem_private_key(self.pem, None)
        self.public = self.key.public_key().public_bytes(
            serialization.Encoding.PEM,
            serialization.PublicFormat.SubjectPublicKeyInfo)
        session = s.one("SELECT id FROM session WHERE revoked_at IS NULL AND "
                        "expires_at > now() ORDER BY created_at LIMIT 1")
        now = int(time.time())
        self.claims = {
            "iss": "camket", "aud": "camket-api",
            "sub": staff_id(s, "chair"), "sid": str(session),
            "jti": str(session), "epoch": s.one(
                "SELECT token_epoch FROM staff WHERE username = 'chair'"),
            "iat": now, "nbf": now, "exp": now + 600}

    def sign(self, header, payload, key=None):
        text = b64(header) + "." + b64(payload)
        from cryptography.hazmat.primitives import hashes
        r, n = decode_dss_signature((key or self.key).sign(
            text.encode(), ec.ECDSA(hashes.SHA256())))
        n = min(n, ORDER - n)
        return text + "." + b64(r.to_bytes(32, "big") + n.to_bytes(32, "big"))

    def make(self, header=None, key=None, **claims):
        h = {"alg": "ES256", "typ": "JWT", "kid": self.kid, **(header or {})}
        c = {k: v for k, v in {**self.claims, **claims}.items()
             if v is not ...}
        return self.sign(json.dumps(h).encode(), json.dumps(c).encode(), key)


@pytest.fixture(scope="module")
def forge(stack):
    login(stack, "chair")
    return Forge(stack)


def test_what_the_forge_makes_rightly_is_accepted(stack, forge):
    expect(stack.get("/v1/me", **bearer(forge.make())), 200)


def attacks(f):
    now = int(time.time())
    good = f.make()
    head, body, sig = good.split(".")
    raw = unb64(sig)
    high = raw[:32] + (ORDER - int.from_bytes(raw[32:], "big")).to_bytes(
        32, "big")
    header = json.dumps({"alg": "HS256", "typ": "JWT", "kid": f.kid}).encode()
    other = ec.generate_private_key(ec.SECP256R1())

    def hs(secret, head_=header):
        text = b64(head_) + "." + body
        return text + "." + b64(hmac.new(secret, text.encode(),
                                         hashlib.sha256).digest())
    yield "none", b64(b'{"alg":"none","typ":"JWT"}') + "." + body + "."
    yield "none with kid", b64(json.dumps(
        {"alg": "none", "typ": "JWT", "kid": f.kid}).encode()) + f".{body}."
    for alg in ("None", "NONE", "nOnE"):
        yield alg, b64(json.dumps({"alg": alg, "typ": "JWT",
                                   "kid": f.kid}).encode()) + f".{body}."
    yield "public key as secret", hs(f.public)
    yield "public key stripped as secret", hs(f.public.strip())
    yield "empty secret", hs(b"")
    yield "alg says ES256, signed HS256", hs(f.public, json.dumps(
        {"alg": "ES256", "typ": "JWT", "kid": f.kid}).encode())
    for kid in ("../../../../dev/null", "' OR '1'='1", "x", "", "master.key",
                "../" + f.kid, f.kid + "\u0000"):
        yield f"kid {kid!r}", f.make({"kid": kid}, other)
    yield "no kid", f.sign(b'{"alg":"ES256","typ":"JWT"}',
                           json.dumps(f.claims).encode())
    jwk = {"kty": "EC", "crv": "P-256",
           "x": b64(other.public_key().public_numbers().x.to_bytes(32, "big")),
           "y": b64(other.public_key().public_numbers().y.to_bytes(32, "big"))}
    yield "own jwk", f.make({"jwk": jwk}, other)
    yield "own jwk, right key", f.make({"jwk": jwk})
    yield "jku", f.make({"jku": "https://example.invalid/jwks"}, other)
    yield "x5u", f.make({"x5u": "https://example.invalid/x"}, other)
    yield "crit", f.make({"crit": ["exp"]})
    yield "another key", f.make(key=other)
    yield "expired", f.make(exp=now - 61)
    yield "exp as text", f.make(exp=str(now + 600))
    yield "no exp", f.make(exp=...)
    yield "exp null", f.make(exp=None)
    yield "exp negative", f.make(exp=-1)
    yield "not yet", f.make(nbf=now + 120)
    yield "made in the future", f.make(iat=now + 120)
    yield "wrong aud", f.make(aud="other")
    yield "aud a list", f.make(aud=["camket-api"])
    yield "no aud", f.make(aud=...)
    yield "wrong iss", f.make(iss="camket2")
    yield "no sub", f.make(sub=...)
    yield "sub no uuid", f.make(sub="chair")
    yield "no sid", f.make(sid=...)
    yield "no epoch", f.make(epoch=...)
    text = json.dumps(f.claims)
    twice = text[:-1] + f', "exp": {now + 600}' + "}"
    yield "member twice", f.sign(json.dumps(
        {"alg": "ES256", "typ": "JWT", "kid": f.kid}).encode(),
        twice.encode())
    yield "header member twice", f.sign(
        f'{{"alg":"none","alg":"ES256","typ":"JWT","kid":"{f.kid}"}}'.encode(),
        text.encode())
    yield "payload a list", f.sign(json.dumps(
        {"alg": "ES256", "typ": "JWT", "kid": f.kid}).encode(),
        f"[{text}]".encode())
    yield "trailing bytes", good + "x"
    yield "trailing dot", good + "."
    yield "fourth part", good + ".e30"
    yield "padding", head + "." + body + "." + sig + "="
    yield "plus and slash", good[:-6] + "+/" + good[-4:]
    yield "a blank inside", good[:40] + " " + good[40:]
    yield "spare bits", good[:-1] + chr(ord(good[-1]) + 1)
    yield "truncated", good[:-8]
    yield "empty signature", head + "." + body + "."
    yield "a DER signature", head + "." + body + "." + b64(
        encode_dss_signature(int.from_bytes(raw[:32], "big"),
                             int.from_bytes(raw[32:], "big")))
    yield "s in the upper half", head + "." + body + "." + b64(high)
    yield "r and s zero", head + "." + body + "." + b64(bytes(64))
    yield "oversized", good + "A" * 5000
    yield "garbage", "a.b.c"
    yield "nothing", ""
    yield "only dots", ".."


def test_every_attack_is_refused_in_bounded_time(stack, forge):
    told = []
    for name, token in attacks(forge):
        begin = time.monotonic()
        r = stack.get("/v1/me", **bearer(token))
        took = time.monotonic() - begin
        if r.status_code not in (401, 431) or took > 1:
            told.append((name, r.status_code, took))
        if r.status_code == 401:
            assert "Bearer" in r.headers["WWW-Authenticate"]
    assert not told


def test_each_kind_of_token_opens_only_its_own_door(stack):
    t = login(stack, "chair")
    problem(stack.get("/v1/me", **bearer(t["refresh_token"])), 401,
            "unauthenticated")
    r = stack.post("/v1/auth/reset", body={
        "token": t["refresh_token"][:80], "new_password": "x" * 20})
    assert r.status_code == 410


def kids(s):
    return {k["kid"] for k in expect(
        s.get("/.well-known/jwks.json"), 200)["keys"]}


def test_turning_the_keys_logs_nobody_out(stack):
    t = login(stack, "chair")
    before = kids(stack)
    assert len(before) >= 2     # one signs, one stands by
    old = jwt.get_unverified_header(t["access_token"])["kid"]
    stack.camket("keys", "rotate")
    until(lambda: len(kids(stack)) > len(before), 5)
    expect(stack.get("/v1/me", **bearer(t["access_token"])), 200)
    new = until(lambda: [x for x in [expect(stack.post(
        "/v1/auth/refresh", body={"refresh_token": t["refresh_token"]}),
        200)["access_token"]]
        if jwt.get_unverified_header(x)["kid"] != old], 5)[0]
    # what signs now had been published before it did
    assert jwt.get_unverified_header(new)["kid"] in before
    expect(stack.get("/v1/me", **bearer(new)), 200)
    assert old in kids(stack)


def test_a_key_that_was_deleted_opens_nothing(stack):
    t = login(stack, "chair")["access_token"]
    expect(stack.get("/v1/me", **bearer(t)), 200)
    kid = jwt.get_unverified_header(t)["kid"]
    stack.camket("keys", "rotate")
    (Path(stack.env["CAMKET_KEY_DIR"]) / f"jwt-{kid}.pem").unlink()
    until(lambda: stack.get("/v1/me", **bearer(t)).status_code == 401, 5)
    assert kid not in kids(stack)
    stack.tokens.clear()
