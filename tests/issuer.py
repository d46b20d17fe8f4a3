"""Sign-in by an office's own accounts, and an identity provider of a test's own
(OpenID Connect Core 1.0): its keys, tokens and people are what the test says."""

import base64
import hashlib
import json
import secrets
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from stack import Stack, until

CLIENT, SECRET = "camket", "a-secret-for-tests-alone-0123456789"
CALLBACK = "http://127.0.0.1:1/cb"


@contextmanager
def stack_beside(peer):
    """A stack whose people may sign in by this provider."""
    s = Stack()
    conf = s.dir / "oidc.json"
    conf.write_text(json.dumps([{
        "issuer": peer.url, "name": "Tài khoản thành phố",
        "client_id": CLIENT, "client_secret": SECRET,
        "claim": "preferred_username"}]))
    conf.chmod(0o644)
    s.environ["CAMKET_OIDC_FILE"] = str(conf)
    try:
        s.up()
        s.peer = peer
        until(lambda: s.get("/v1/auth/methods").json()["issuers"], 20)
        yield s
    finally:
        s.close()


def exchange(s, **body):
    return s.post("/v1/auth/exchange", body={"issuer": s.peer.url, **body})


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Key:
    def __init__(self, alg="RS256"):
        self.alg, self.kid = alg, secrets.token_hex(8)
        self.private = (ec.generate_private_key(ec.SECP256R1())
                        if alg == "ES256" else
                        rsa.generate_private_key(65537, 2048))

    def public(self):
        """As JWK (RFC 7517)."""
        n = self.private.public_key().public_numbers()
        kind, members = ("EC", {"x": n.x, "y": n.y}) if self.alg == "ES256" \
            else ("RSA", {"n": n.n, "e": n.e})
        return {"kty": kind, "kid": self.kid, "use": "sig", "alg": self.alg,
                **({"crv": "P-256"} if kind == "EC" else {}),
                **{k: b64(v.to_bytes((v.bit_length() + 7) // 8 if kind ==
                                     "RSA" else 32, "big"))
                   for k, v in members.items()}}

    def sign(self, claims, **head):
        return jwt.encode(claims, self.private, self.alg,
                          {"kid": self.kid, **head})


class Issuer:
    def __init__(self):
        self.key = Key()
        self.opaque = False     # gives no id tokens, only userinfo
        self.codes, self.people = {}, {}
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.answer(issuer.get(self.path, self.headers))

            def do_POST(self):
                form = self.rfile.read(int(self.headers["Content-Length"]))
                self.answer(issuer.post(self.path, self.headers,
                                        parse_qs(form.decode())))

            def answer(self, body):
                data = json.dumps(body or {"error": "no"}).encode()
                self.send_response(200 if body else 400)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    # --- what a browser or a phone brings ---

    def claims(self, user, nonce=None, **more):
        now = int(time.time())
        return {"iss": self.url, "aud": CLIENT, "sub": "id of " + user,
                "preferred_username": user, "iat": now, "exp": now + 300,
                "jti": secrets.token_hex(8),
                **({"nonce": nonce} if nonce else {}), **more}

    def id_token(self, user, key=None, **more):
        """A token for a sign-in of its own; more changes its claims."""
        nonce = secrets.token_hex(8)
        return {"id_token": (key or self.key).sign(
            self.claims(user, nonce, **more)), "nonce": nonce}

    def code(self, user):
        verifier, nonce = secrets.token_urlsafe(40), secrets.token_hex(8)
        code = secrets.token_hex(8)
        self.codes[code] = (user, nonce, hashlib.sha256(
            verifier.encode()).digest())
        return {"code": code, "code_verifier": verifier, "nonce": nonce,
                "redirect_uri": CALLBACK}

    # --- what it answers ---

    def get(self, path, headers):
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.url, "jwks_uri": self.url + "/jwks",
                    "authorization_endpoint": self.url + "/auth",
                    "token_endpoint": self.url + "/token",
                    "userinfo_endpoint": self.url + "/userinfo"}
        if path == "/jwks":
            return {"keys": [self.key.public()]}
        user = self.people.get(headers.get("Authorization", ""))
        if path == "/userinfo" and user:
            return {"sub": "id of " + user, "preferred_username": user}
        return None

    def post(self, path, headers, form):
        """A code for tokens: once, to our client, with the code's verifier."""
        user, nonce, challenge = self.codes.pop(form.get("code", [""])[0],
                                                (None, None, None))
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        verifier = form.get("code_verifier", [""])[0].encode()
        if (path != "/token" or user is None
                or headers.get("Authorization") != "Basic " + basic
                or form.get("grant_type") != ["authorization_code"]
                or form.get("redirect_uri") != [CALLBACK]
                or hashlib.sha256(verifier).digest() != challenge):
            return None
        access = secrets.token_urlsafe(20)
        self.people["Bearer " + access] = user
        return {"access_token": access, "token_type": "Bearer",
                **({} if self.opaque else {"id_token": self.key.sign(
                    self.claims(user, nonce))})}
