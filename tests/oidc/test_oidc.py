"""Sign-in by an office's own accounts, beside a real OpenID provider."""

import hashlib
import json
import os
import re
import secrets
import signal
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from accounts import bearer, login, new_person, staff_id
from cryptography.hazmat.primitives.asymmetric import rsa
from issuer import CALLBACK, CLIENT, SECRET, b64, exchange, stack_beside
from stack import expect, free_ports, problem, until

HERE = Path(__file__).resolve().parent


def number(n):
    return b64(n.to_bytes((n.bit_length() + 7) // 8, "big"))


def key(kid):
    k = rsa.generate_private_key(65537, 2048).private_numbers()
    p = k.public_numbers
    return {"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256",
            "n": number(p.n), "e": number(p.e), "d": number(k.d),
            "p": number(k.p), "q": number(k.q), "dp": number(k.dmp1),
            "dq": number(k.dmq1), "qi": number(k.iqmp)}


class Provider:
    def __init__(self, folder):
        self.port = free_ports(1)[0]
        self.url = f"http://127.0.0.1:{self.port}"
        self.keys = folder / "jwks.json"
        self.process = None

    def start(self, kid):
        self.stop()
        self.keys.write_text(json.dumps({"keys": [key(kid)]}))
        self.process = subprocess.Popen(
            ["node", "provider.js", str(self.port), str(self.keys)], cwd=HERE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout.readline().strip() == "ready"

    def stop(self):
        if self.process:
            os.kill(self.process.pid, signal.SIGTERM)
            self.process.wait(10)
            self.process = None

    def code(self, user, client=CLIENT):
        """What a browser brings back: a code, its verifier, the nonce."""
        verifier, nonce = secrets.token_urlsafe(40), secrets.token_urlsafe(16)
        challenge = b64(hashlib.sha256(verifier.encode()).digest())
        s = requests.Session()
        r = s.get(self.url + "/auth", params={
            "client_id": client, "response_type": "code",
            "redirect_uri": CALLBACK, "scope": "openid profile",
            "nonce": nonce, "code_challenge": challenge,
            "code_challenge_method": "S256"}, allow_redirects=False)
        for _ in range(8):
            if r.is_redirect:
                at = r.headers["Location"]
                if at.startswith(CALLBACK):
                    return {"code": parse_qs(urlsplit(at).query)["code"][0],
                            "code_verifier": verifier, "nonce": nonce,
                            "redirect_uri": CALLBACK}
                r = s.get(requests.compat.urljoin(self.url, at),
                          allow_redirects=False)
                continue
            form = re.search(r'action="([^"]+)"', r.text).group(1)
            prompt = re.search(r'name="prompt" value="(\w+)"', r.text).group(1)
            r = s.post(requests.compat.urljoin(self.url, form), data={
                "prompt": prompt, "login": user, "password": "x"},
                allow_redirects=False)
        raise AssertionError(r.text)

    def id_token(self, user, client=CLIENT, secret=SECRET):
        c = self.code(user, client)
        nonce = c.pop("nonce")
        tokens = expect(requests.post(self.url + "/token", data={
            **c, "grant_type": "authorization_code"}, auth=(client, secret)),
            200)
        return {"id_token": tokens["id_token"], "nonce": nonce}


@pytest.fixture(scope="module")
def peer(tmp_path_factory):
    if not (HERE / "node_modules").exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=HERE,
                       check=True, stdout=subprocess.DEVNULL)
    p = Provider(tmp_path_factory.mktemp("oidc"))
    p.start("first")
    yield p
    p.stop()


@pytest.fixture(scope="module")
def stack(peer):
    with stack_beside(peer) as s:
        yield s


def test_methods_say_where_to_begin(stack, peer):
    m = expect(stack.get("/v1/auth/methods"), 200)
    assert m["password"] is True
    assert m["issuers"] == [{
        "issuer": peer.url, "name": "Tài khoản thành phố",
        "client_id": CLIENT, "authorization_endpoint": peer.url + "/auth"}]


def test_an_id_token_becomes_a_session_of_ours(stack, peer):
    t = expect(exchange(stack, **peer.id_token("chair")), 200)
    assert t["staff"]["username"] == "chair"
    me = expect(stack.get("/v1/me", **bearer(t["access_token"])), 200)
    assert me["username"] == "chair"
    expect(stack.post("/v1/auth/refresh", body={
        "refresh_token": t["refresh_token"]}), 200)
    # of one kind with all others: step-up, revocation
    sid = staff_id(stack, "chair")
    problem(stack.post(f"/v1/staff/{sid}/delegations", body={
        "to_id": sid, "powers": ["issue"], "capacity": "KT"},
        **bearer(t["access_token"])), 401, "step_up_required")
    expect(stack.call("DELETE", f"/v1/staff/{sid}/sessions", "admin"), 204)
    until(lambda: stack.get("/v1/me", **bearer(
        t["access_token"])).status_code == 401, 2)


def test_a_code_is_taken_to_its_issuer_by_the_worker(stack, peer):
    c = peer.code("head.office")
    t = expect(exchange(stack, **c), 200)
    assert t["staff"]["username"] == "head.office"
    # a code is spent once
    problem(exchange(stack, **c), 401, "bad_identity")
    assert stack.one("SELECT count(*) FROM exchange WHERE asked::text LIKE "
                     "%s", f"%{c['code']}%") == 0


def test_an_id_token_opens_one_session(stack, peer):
    t = peer.id_token("chair")
    expect(exchange(stack, **t), 200)
    problem(exchange(stack, **t), 401, "bad_identity")


def test_tokens_of_another_sign_in_or_client_are_refused(stack, peer):
    t = peer.id_token("chair")
    problem(exchange(stack, id_token=t["id_token"], nonce="another"), 401,
            "bad_identity")
    problem(exchange(stack, id_token=t["id_token"]), 422, "invalid")
    problem(exchange(stack, **peer.id_token(
        "chair", "another", "another-secret-for-tests-0123456789")), 401,
        "bad_identity")
    head, body, sig = t["id_token"].split(".")
    problem(exchange(stack, id_token=f"{head}.{body}.{sig[:-8]}AAAAAAAA",
                     nonce=t["nonce"]), 401, "bad_identity")
    none = b64(b'{"alg":"none"}')
    problem(exchange(stack, id_token=f"{none}.{body}.", nonce=t["nonce"]),
            401, "bad_identity")


def test_a_foreign_issuer_is_refused(stack, peer, tmp_path):
    other = Provider(tmp_path)
    other.start("first")
    try:
        t = other.id_token("chair")
        problem(exchange(stack, **t), 401, "bad_identity")
        problem(stack.post("/v1/auth/exchange", body={
            "issuer": other.url, **t}), 422, "invalid")
    finally:
        other.stop()


def test_an_identity_that_is_nobodys_is_refused_until_it_is_recorded(stack,
                                                                     peer):
    problem(exchange(stack, **peer.id_token("city-user-7")), 403,
            "unknown_identity")
    new_person(stack, "oidc.mapped")
    path = f"/v1/staff/{staff_id(stack, 'oidc.mapped')}/identities"
    body = {"issuer": peer.url, "subject": "city-user-7"}
    expect(stack.post(path, "chair", body), 403)
    made = expect(stack.post(path, "admin", body), 201)
    problem(stack.post(path, "admin", body), 409, "duplicate")
    t = expect(exchange(stack, **peer.id_token("city-user-7")), 200)
    assert t["staff"]["username"] == "oidc.mapped"
    assert [i["subject"] for i in expect(stack.get(path, "admin"), 200)[
        "items"]] == ["city-user-7"]
    expect(stack.call("DELETE", f"{path}/{made['id']}", "admin"), 204)
    problem(exchange(stack, **peer.id_token("city-user-7")), 403,
            "unknown_identity")


def test_who_has_no_password_is_asked_again_by_his_provider(stack, peer):
    new_person(stack, "oidc.only")
    stack.sql("DELETE FROM credential WHERE staff_id = %s",
              staff_id(stack, "oidc.only"))

    def enrols(signed_in):
        return stack.post("/v1/auth/mfa/enrol",
                          **bearer(signed_in["access_token"]))
    t = expect(exchange(stack, **peer.id_token("oidc.only")), 200)
    stack.sql("UPDATE session SET stepped_up_at = stepped_up_at "
              "- interval '601 s' WHERE stepped_up_at <> 'infinity'")
    problem(enrols(t), 401, "step_up_required")
    t = expect(exchange(stack, **peer.id_token("oidc.only")), 200)
    expect(enrols(t), 200)


def test_a_suspended_account_stays_out(stack, peer):
    new_person(stack, "oidc.suspended")
    stack.sql("UPDATE staff SET status = 'suspended' WHERE username = "
              "'oidc.suspended'")
    problem(exchange(stack, **peer.id_token("oidc.suspended")), 403,
            "unknown_identity")


def test_a_rotated_key_is_accepted_after_the_worker_has_read_it(stack, peer):
    peer.start("second")
    got = until(lambda: [r for r in [exchange(
        stack, **peer.id_token("chair"))] if r.status_code == 200], 30, 0.5)
    assert got[0].json()["staff"]["username"] == "chair"


def test_without_its_provider_a_local_administrator_still_gets_in(stack,
                                                                  peer):
    peer.stop()
    login(stack, "admin")
    r = exchange(stack, code="x", code_verifier="y" * 43,
                 redirect_uri=CALLBACK)
    assert r.status_code in (401, 503)
    peer.start("second")
