"""Sign-in by an office's own accounts: an identity provider's tokens and
codes become sessions of ours, and nobody else's do."""

import time

import jwt
import pytest
from accounts import bearer, new_person, staff_id
from cryptography.hazmat.primitives import serialization
from issuer import CLIENT, Issuer, Key, exchange, stack_beside
from stack import expect, problem, until


@pytest.fixture(scope="module")
def peer():
    p = Issuer()
    yield p
    p.close()


@pytest.fixture(scope="module")
def stack(peer):
    with stack_beside(peer) as s:
        yield s


def known(s, **body):
    """The same, while the issuer's keys may still have to be read."""
    return until(lambda: [r for r in [exchange(s, **body)]
                          if r.status_code != 503], 40, 0.5)[0]


def test_an_id_token_becomes_a_session_once(stack, peer):
    token = peer.id_token("chair")
    t = expect(known(stack, **token), 200)
    assert t["staff"]["username"] == "chair"
    me = expect(stack.get("/v1/me", **bearer(t["access_token"])), 200)
    assert me["username"] == "chair"
    problem(exchange(stack, **token), 401, "bad_identity")


def forged(peer):
    """Tokens that are nearly right."""
    now, right = int(time.time()), peer.id_token("chair")
    public = peer.key.private.public_key().public_bytes(
        serialization.Encoding.DER,
        serialization.PublicFormat.SubjectPublicKeyInfo)
    head, body, signature = right["id_token"].split(".")
    claims = peer.claims("chair", "n")
    other = Key()
    other.kid = peer.key.kid
    return {
        "of another sign-in": {**right, "nonce": "another"},
        "for another client": peer.id_token("chair", aud="another"),
        "for several, by another": peer.id_token(
            "chair", aud=[CLIENT, "another"], azp="another"),
        "of another issuer": peer.id_token("chair", iss="http://127.0.0.1:1"),
        "that has ended": peer.id_token("chair", exp=now - 90),
        "from times to come": peer.id_token("chair", iat=now + 3600,
                                            exp=now + 7200),
        "without an end": peer.id_token("chair", exp=None),
        "of nobody": peer.id_token("chair", sub=7),
        "by a foreign key of the same name": peer.id_token("chair", other),
        "with a part of its signature": {
            **right, "id_token": f"{head}.{body}.{signature[:-8]}AAAAAAAA"},
        "with the text of another": {
            **right, "id_token": ".".join((head, peer.id_token("admin")[
                "id_token"].split(".")[1], signature))},
        "without a signature": {"nonce": "n", "id_token": jwt.encode(
            claims, None, "none", {"kid": peer.key.kid})},
        "sealed by the public key": {"nonce": "n", "id_token": jwt.encode(
            claims, public, "HS256", {"kid": peer.key.kid})},
        "with a critical extension": {"nonce": "n", "id_token": peer.key.sign(
            claims, crit=["b64"])}}


def test_tokens_that_are_nearly_right_are_refused(stack, peer):
    expect(known(stack, **peer.id_token("chair")), 200)
    for what, token in forged(peer).items():
        r = exchange(stack, **token)
        assert (r.status_code, r.json()["code"]) == (401, "bad_identity"), what


def test_a_code_is_taken_to_its_issuer_and_spent(stack, peer):
    code = peer.code("head.office")
    t = expect(known(stack, **code), 200)
    assert t["staff"]["username"] == "head.office"
    problem(exchange(stack, **code), 401, "bad_identity")
    problem(exchange(stack, **{**peer.code("chair"), "code_verifier":
                               "y" * 43}), 401, "bad_identity")
    problem(exchange(stack, **{**peer.code("chair"), "nonce": "another"}),
            401, "bad_identity")


def test_an_issuer_of_opaque_tokens_is_asked_whose_they_are(stack, peer):
    peer.opaque = True
    try:
        code = peer.code("office1")
        t = expect(known(stack, **code), 200)
        assert t["staff"]["username"] == "office1"
        expect(stack.get("/v1/me", **bearer(t["access_token"])), 200)
        problem(exchange(stack, **code), 401, "bad_identity")
        problem(exchange(stack, **peer.code("nobody.here")), 403,
                "unknown_identity")
    finally:
        peer.opaque = False


def test_a_recorded_identity_needs_no_name_of_ours(stack, peer):
    problem(known(stack, **peer.id_token("city-7")), 403, "unknown_identity")
    new_person(stack, "exchange.recorded")
    expect(stack.post(
        f"/v1/staff/{staff_id(stack, 'exchange.recorded')}/identities",
        "admin", {"issuer": peer.url, "subject": "id of city-7"}), 201)
    t = expect(exchange(stack, **peer.id_token("city-7")), 200)
    assert t["staff"]["username"] == "exchange.recorded"


@pytest.mark.parametrize("alg", ("ES256", "RS256"))
def test_turned_keys_are_accepted_once_read_and_the_old_no_more(stack, peer,
                                                                alg):
    old = peer.key
    expect(known(stack, **peer.id_token("chair")), 200)
    # keys that have just been read are not read again at once
    stack.sql("UPDATE issuer SET read_at = read_at - interval '20 s',"
              " wanted_at = NULL")
    peer.key = Key(alg)
    r = exchange(stack, **peer.id_token("chair"))
    problem(r, 503, "overloaded")
    assert int(r.headers["Retry-After"]) >= 1
    t = expect(known(stack, **peer.id_token("chair")), 200)
    assert t["staff"]["username"] == "chair"
    problem(known(stack, **peer.id_token("chair", old)), 401, "bad_identity")


def test_a_foreign_key_stays_foreign_when_the_keys_are_read_again(stack,
                                                                  peer):
    expect(known(stack, **peer.id_token("chair")), 200)
    problem(known(stack, **peer.id_token("chair", Key())), 401,
            "bad_identity")
    problem(known(stack, **peer.id_token("chair", Key("ES256"))), 401,
            "bad_identity")
