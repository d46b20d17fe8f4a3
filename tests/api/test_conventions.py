"""What every resource shares: bodies and their refusals, versions, lists,
removal, names of requests. Shown on plans, meant for all."""

import json
import re
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest

from stack import expect, host_of, new_id, problem, until
from wire import Wire, request

pytestmark = pytest.mark.usefixtures("unharmed")

NOBODY = "01900000-0000-7000-8000-000000000000"


def draft(stack, user="office1", **members):
    return expect(stack.post("/v1/plans", user, {
        "title": "Kế hoạch thử", "issuer_unit_code": "office", **members}),
        201)


def path(item):
    return "/v1/plans/" + item["id"]


# --- bodies ---

BASE = '"issuer_unit_code":"office"'
BAD_BODIES = {
    "empty": (b"", 400, "bad_json"),
    "not JSON": (b"{", 400, "bad_json"),
    "single quotes": (b"{'title':'a'}", 400, "bad_json"),
    "a comma too many": (b'{"title":"a",}', 400, "bad_json"),
    "text behind": (b'{"title":"a"} x', 400, "bad_json"),
    "NaN": (b'{"title":NaN}', 400, "bad_json"),
    "an array": (b"[]", 400, "bad_json"),
    "a word": (b'"title"', 400, "bad_json"),
    "null": (b"null", 400, "bad_json"),
    "no UTF-8": (b'{"title":"\xff\xfe"}', 400, "bad_encoding"),
    "Latin-1": ('{"title":"Kế"}'.encode("utf-8")[:-4] + b'\xe9"}', 400,
                "bad_encoding"),
    "overlong UTF-8": (b'{"title":"\xc0\xaf"}', 400, "bad_encoding"),
    "a surrogate as UTF-8": (b'{"title":"\xed\xa0\x80"}', 400,
                             "bad_encoding"),
    "UTF-16": ('{"title":"a"}'.encode("utf-16"), 400, "bad_encoding"),
    "a NUL": (b'{"title":"a\x00b"}', 400, "bad_encoding"),
    "a NUL behind a number": (b'{"title":1\x00}', 400, "bad_encoding"),
    "an escaped NUL": (b'{"title":"a\\u0000b"}', 400, "bad_encoding"),
    "a control character": (b'{"title":"a\\u0007b"}', 400, "bad_encoding"),
    "a member twice": (b'{"title":"a","title":"b"}', 400,
                       "duplicate_member"),
    "a member twice by escape": (b'{"title":"a","t\\u0069tle":"b"}', 400,
                                 "duplicate_member"),
    "33 levels": (b'{"source":' + b"[" * 32 + b"]" * 32 + b"}", 400,
                  "too_deep"),
    "a wall of brackets": (b"[" * 100000, 400, "too_deep"),
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_body_that_is_no_clean_json_is_refused(stack, unwritten, name):
    body, status, code = BAD_BODIES[name]
    with Wire(stack) as w:
        for lang, words in (("vi", None), ("en", "The body")):
            w.send(request("POST", "/v1/plans", body, Accept_Language=lang,
                           Authorization="Bearer " + stack.token("office1")))
            a = w.answer()
            p = json.loads(a.body)
            assert (a.status, p["code"]) == (status, code), p
            assert a.headers["content-type"].startswith(
                "application/problem+json")
            assert a.headers["content-language"] == lang
            assert p["type"].endswith(code) and p["detail"]
            assert p["instance"] == "/v1/plans"
        w.send(request("GET", "/healthz"))      # the connection goes on
        assert w.answer().status == 200


def test_a_lone_surrogate_is_refused(stack, unwritten):
    r = stack.post("/v1/plans", "office1", b'{"title":"a\\ud800b"}')
    assert r.status_code == 400 and r.json()["code"] in ("bad_encoding",
                                                         "bad_json")


def test_every_fault_of_a_body_is_told_at_once(stack, unwritten):
    body = {"title": 5, "nonsense": 1, "kind": "poem", "issued_on": "x",
            "status": "issued", "version": 9, "author_id": NOBODY,
            "sections": [{"code": "a b", "title": ""},
                         {"code": "I", "title": "x", "more": 1}],
            "issuer_unit_code": "office", "issuer_unit_id": NOBODY}
    vi = problem(stack.post("/v1/plans", "office1", body), 422, "invalid")
    en = problem(stack.post("/v1/plans", "office1", body,
                            Accept_Language="en-GB, vi;q=0.5"), 422,
                 "invalid")
    got = {e["pointer"]: e["code"] for e in vi["errors"]}
    assert got == {
        "/title": "wrong_type", "/nonsense": "unknown",
        "/kind": "not_in_list", "/issued_on": "server_set",
        "/status": "server_set", "/version": "server_set",
        "/author_id": "server_set", "/sections/0/code": "bad_format",
        "/sections/0/title": "too_short", "/sections/1/more": "unknown",
        "/issuer_unit_id": "ambiguous"}
    assert [e["code"] for e in en["errors"]] == \
        [e["code"] for e in vi["errors"]]
    assert vi["title"] != en["title"]
    assert all(a["detail"] != b["detail"]
               for a, b in zip(vi["errors"], en["errors"]))


@pytest.mark.parametrize("value", [
    5, 5.0, True, [], ["5"], {}, {"$gt": ""}, None],
    ids=lambda v: json.dumps(v))
def test_text_is_text_and_nothing_else(stack, unwritten, value):
    p = problem(stack.post("/v1/plans", "office1", {
        "title": value, "issuer_unit_code": "office"}), 422, "invalid")
    assert [e["pointer"] for e in p["errors"]] == ["/title"]


@pytest.mark.parametrize("member, values", [
    ("weight", [5, 5.5, "5,5", "1e3", "-1", " 5", "5 ", "", "0x5", "NaN",
                "1.23456", True]),
    ("due_on", ["2026-02-30", "2026-13-01", "26-01-01", "2026-1-1",
                "2026-01-01T00:00:00Z", 20260101, "hôm nay", ""]),
    ("kind", ["ONE_OFF", "one_off ", 1, "", "occurrences"]),
    ("plan_id", ["1", NOBODY[:-1], NOBODY + "0", NOBODY.replace("-", ""),
                 "{" + NOBODY + "}", 7]),
    ("id", ["1", "not-a-uuid", 7, ""]),
    ("cadence", ["weekly", ["fortnight"], [1], {"0": "weekly"}]),
])
def test_values_are_of_their_type(stack, unwritten, member, values):
    for value in values:
        p = problem(stack.post("/v1/tasks", "office1", {
            "title": "a", "kind": "one_off", "lead_unit_code": "office",
            member: value}), 422, "invalid")
        assert any(e["pointer"].startswith("/" + member)
                   for e in p["errors"]), (value, p)


def test_text_is_kept_in_normal_form_c(stack):
    text = "Kế hoạch của Ủy ban nhân dân: đường, Ỷ, hoà, Ð"
    nfd = draft(stack, title=unicodedata.normalize("NFD", text))
    assert nfd["title"] == unicodedata.normalize("NFC", text)
    assert nfd["title"] == draft(stack, title=text)["title"]
    escaped = draft(stack, **{"title": "a\tb\nc \U0001f600"})
    assert escaped["title"] == "a\tb\nc \U0001f600"


def test_only_json_comes_in_and_only_json_goes_out(stack, unwritten):
    for media in ("text/plain", "application/x-www-form-urlencoded",
                  "application/jsonp", "multipart/form-data; boundary=x"):
        problem(stack.call("POST", "/v1/plans", "office1", b"{}",
                           Content_Type=media), 415,
                "unsupported_media_type")
    problem(stack.call("POST", "/v1/plans", "office1", b"{}",
                       Content_Type="application/merge-patch+json"), 415,
            "unsupported_media_type")
    problem(stack.get("/v1/plans", "office1", Accept="text/html"), 406,
            "not_acceptable")
    for accept in ("*/*", "application/*", "application/json;q=0.5",
                   "text/html, application/json", "Application/JSON"):
        expect(stack.get("/v1/plans", "office1", Accept=accept), 200)


def test_patch_takes_both_names_of_a_merge_patch(stack):
    plan = draft(stack, symbol="KH-UBND")
    for n, media in enumerate(["application/merge-patch+json",
                               "application/json; charset=utf-8"]):
        r = stack.patch(path(plan), "office1", {"place": f"P{n}"}, n + 1,
                        Content_Type=media)
        assert expect(r, 200)["place"] == f"P{n}"
    r = stack.patch(path(plan), "office1", {"symbol": None}, 3)
    body = expect(r, 200)
    assert body["symbol"] is None and body["place"] == "P1"


# --- paths and methods ---

@pytest.mark.parametrize("where", [
    "/", "/v1", "/v1/", "/v2/plans", "/v1/plan", "/v1/plans/", "/V1/plans",
    "/v1/Plans", "//v1/plans", "/v1//plans", "/v1/plans;x", "/v1/plans/x",
    "/v1/./plans", "/v1/x/../plans", "/v1/%70lans", "/v1/plans%2f",
    f"/v1/plans/{NOBODY}/nonsense", f"/v1/plans/{NOBODY}/",
    f"/v1/plans/{NOBODY.replace('0190', '019G')}", "/metrics",
    "/v1/plans%00", "/.env", "/healthz/"])
def test_a_path_is_known_letter_by_letter_or_not_at_all(stack, unwritten,
                                                        where):
    for lang, title in (("vi", "Không có đường dẫn này"),
                        ("en", "There is no such path")):
        with Wire(stack) as w:
            w.send(request("GET", where, Accept_Language=lang,
                           Authorization="Bearer " + stack.token("admin")))
            a = w.answer()
            p = json.loads(a.body)
            assert (a.status, p["code"], p["title"]) == (404, "no_route",
                                                         title)


@pytest.mark.parametrize("where, allow", [
    ("/v1/plans", {"GET", "HEAD", "POST", "OPTIONS"}),
    (f"/v1/plans/{NOBODY}", {"GET", "HEAD", "PATCH", "DELETE", "OPTIONS"}),
    (f"/v1/plans/{NOBODY}/submit", {"POST", "OPTIONS"}),
    ("/v1/auth/login", {"POST", "OPTIONS"}),
    ("/healthz", {"GET", "HEAD", "OPTIONS"})])
def test_a_wrong_method_is_told_the_right_ones(stack, unwritten, where,
                                               allow):
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - allow:
        body = None if method in ("GET", "DELETE") else {}
        r = stack.call(method, where, "admin", body)
        problem(r, 405, "method_not_allowed")
        assert set(r.headers["Allow"].split(", ")) == allow
    r = stack.call("OPTIONS", where)
    assert r.status_code == 204
    assert set(r.headers["Allow"].split(", ")) == allow


def test_override_headers_change_nothing(stack):
    plan = draft(stack)
    r = stack.get(path(plan), "office1", X_HTTP_Method_Override="DELETE",
                  X_Original_URL="/healthz", X_Forwarded_For="10.0.0.1",
                  X_User_Id=NOBODY, Forwarded="for=10.0.0.1")
    assert expect(r, 200)["id"] == plan["id"]
    expect(stack.get(path(plan), "office1"), 200)


# --- query strings ---

@pytest.mark.parametrize("query", [
    "nonsense=1", "limit=0", "limit=201", "limit=-1", "limit=1e9",
    "limit=5.0", "limit=%205", "limit=%2B5", "limit=", "limit=5&limit=6",
    "limit=five", "limit=99999999999999999999", "sort=nonsense", "sort=",
    "sort=title,created_at", "sort=--title", "status=nonsense",
    "status=draft,", "status=,", "kind=", "q=", "q=a", "q=%20a",
    "unit=%zz", "unit=%", "unit=%c3", "q=%ff%fe", "q=a%00b", "q=%0aab",
    "q=" + "a" * 201, "ids=nonsense", "ids=" + ",".join([NOBODY] * 41),
    "issued_from=2026-02-30", "issued_to=tomorrow", "deleted=maybe",
    "subtree=1", "fields=", "fields=nonsense", "fields=id,nonsense",
    "fields=id,,title", "count=yes", "counts=nonsense", "counts=",
    "=1", "limit", "Limit=5",
    "&".join(f"a{i}=1" for i in range(50))])
def test_a_query_string_is_right_or_refused(stack, unwritten, query):
    with Wire(stack) as w:
        w.send(request("GET", "/v1/plans?" + query,
                       Authorization="Bearer " + stack.token("office1")))
        a = w.answer()
        p = json.loads(a.body)
        assert (a.status, p["code"]) == (400, "bad_parameter"), p


def test_a_read_of_one_takes_no_strange_parameters(stack):
    plan = draft(stack)
    for query in ("?x=1", "?fields=nonsense", "?fields=id&fields=id"):
        problem(stack.get(path(plan) + query, "office1"), 400,
                "bad_parameter")
    for query in ("?x=1", "?fields=id"):
        problem(stack.post("/v1/plans" + query, "office1", {}), 400,
                "bad_parameter")


# --- versions ---

def test_an_answer_not_modified_has_no_body(stack):
    plan = draft(stack)
    for where in (path(plan), "/v1/plans?limit=1&counts=status",
                  "/v1/vocabulary", "/openapi.json",
                  "/.well-known/jwks.json"):
        r = stack.get(where, "office1")
        tag = r.headers["ETag"]
        for match in (tag, '"x", ' + tag, "W/" + tag.replace("W/", ""), "*"):
            again = stack.get(where, "office1", If_None_Match=match)
            assert again.status_code == 304 and again.content == b""
            assert again.headers["ETag"] == tag
            assert "Content-Type" not in again.headers
        for match in ('"x"', tag[:-2] + '"', tag.replace('"', "")):
            expect(stack.get(where, "office1", If_None_Match=match), 200)


def test_the_entity_tag_is_of_what_this_caller_sees(stack):
    plan = draft(stack)
    tag = stack.get(path(plan), "office1").headers["ETag"]
    assert tag.startswith('"v1-')
    assert stack.get(path(plan) + "?fields=id,title",
                     "office1").headers["ETag"] != tag
    stack.patch(path(plan), "office1", {"title": "b"}, 1)
    r = stack.get(path(plan), "office1", If_None_Match=tag)
    assert expect(r, 200)["title"] == "b"
    assert r.headers["ETag"].startswith('"v2-')
    r = stack.get("/v1/plans?limit=1&sort=-updated_at", "office1")
    listed = r.headers["ETag"]
    stack.patch(path(plan), "office1", {"title": "c"}, 2)
    expect(stack.get("/v1/plans?limit=1&sort=-updated_at", "office1",
                     If_None_Match=listed), 200)


def test_a_change_without_its_version_is_refused(stack, unwritten):
    for method, where in (("PATCH", ""), ("DELETE", ""), ("POST", "/submit"),
                          ("POST", "/activate")):
        body = None if method == "DELETE" else {}
        r = stack.call(method, f"/v1/plans/{NOBODY}{where}", "office1", body)
        problem(r, 428, "precondition_required")


def test_if_match_compares_the_version_alone(stack):
    plan = draft(stack)
    tag = stack.get(path(plan), "office1").headers["ETag"]
    for n, match in enumerate(
            [tag, '"v2"', 'W/"v3"', '"v4-0123456789ab"', 'W/"v5-x"', "*"]):
        r = stack.call("PATCH", path(plan), "office1", {"title": f"t{n}"},
                       If_Match=match)
        assert expect(r, 200)["version"] == n + 2
    for match in ("v7", '"7"', '"v"', '"v7', '"v7"x', '"vx"', '"v7","v8"',
                  '"v99999999999"', '"v-7"'):
        problem(stack.call("PATCH", path(plan), "office1", {"title": "x"},
                           If_Match=match), 400, "bad_header")


def test_a_stale_change_is_told_what_stands_and_where_it_differs(stack):
    plan = draft(stack, symbol="A", place="Đà Nẵng")
    stack.patch(path(plan), "office1", {"symbol": "B"}, 1)
    r = stack.patch(path(plan), "office1", {
        "symbol": "C", "place": "Đà Nẵng", "title": "Kế hoạch khác",
        "signer": {"title": "Chủ tịch"}}, 1)
    p = problem(r, 412, "stale_version")
    assert p["current"]["version"] == 2 and p["current"]["symbol"] == "B"
    assert p["current"]["id"] == plan["id"]
    assert sorted(p["conflicts"], key=lambda c: c["pointer"]) == [
        {"pointer": "/signer", "theirs": None,
         "yours": {"title": "Chủ tịch"}},
        {"pointer": "/symbol", "theirs": "B", "yours": "C"},
        {"pointer": "/title", "theirs": "Kế hoạch thử",
         "yours": "Kế hoạch khác"}]
    stale = stack.call("DELETE", path(plan), "office1", If_Match='"v1"')
    assert problem(stale, 412, "stale_version")["current"]["version"] == 2
    stale = stack.verb(path(plan) + "/submit", "office1", plan)
    assert problem(stale, 412, "stale_version")["current"]["version"] == 2
    expect(stack.get(path(plan), "office1"), 200)


def test_of_changes_at_the_same_instant_one_goes_through(stack):
    plan = draft(stack)
    for round in range(5):
        with ThreadPoolExecutor(8) as pool:
            got = list(pool.map(
                lambda n: stack.patch(path(plan), "office1",
                                      {"title": f"{round} {n}"}, round + 1),
                range(8)))
        assert sorted(r.status_code for r in got) == [200] + [412] * 7
        won = next(r for r in got if r.status_code == 200).json()
        assert expect(stack.get(path(plan), "office1"),
                      200)["title"] == won["title"]
    assert stack.one("SELECT count(*) FROM event WHERE ref = %s",
                     plan["id"]) == 6


def test_a_step_in_the_wrong_state_names_the_right_ones(stack):
    plan = draft(stack)
    r = stack.verb(path(plan) + "/activate", "office1", plan)
    p = problem(r, 409, "wrong_state")
    assert p["current_status"] == "draft" and "submit" in p["allowed"]
    assert p["allowed"] == plan["_permissions"]
    assert stack.get(path(plan), "office1").json()["version"] == 1


# --- ids, references, removal ---

def test_a_client_may_make_the_id_and_say_it_again(stack):
    body = {"id": new_id(), "title": "Của tôi", "issuer_unit_code": "office"}
    first = stack.post("/v1/plans", "office1", body)
    assert expect(first, 201)["id"] == body["id"]
    assert first.headers["Location"] == "/v1/plans/" + body["id"]
    again = stack.post("/v1/plans", "office1", body)
    assert expect(again, 201) == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Location"] == first.headers["Location"]
    for user, change in (("office1", {"title": "Khác"}), ("office2", {})):
        p = problem(stack.post("/v1/plans", user, {**body, **change}), 409,
                    "duplicate")
        assert p["errors"][0]["pointer"] == "/id"
    for key in ("a", "b"):
        r = stack.post("/v1/plans", "office1", body,
                       Idempotency_Key=body["id"] + key)
        problem(r, 409, "duplicate")
    assert stack.one("SELECT count(*) FROM event WHERE ref = %s",
                     body["id"]) == 1


def test_an_id_of_ours_is_a_uuid_of_version_7(stack):
    ids = [draft(stack)["id"] for _ in range(5)]
    assert ids == sorted(ids)
    assert all(i[14] == "7" and i[19] in "89ab" for i in ids)


def test_references_are_read_as_cards_and_written_by_id_or_code(stack):
    plan = draft(stack)
    unit = plan["issuer_unit"]
    assert unit["code"] == "office" and {"id", "code", "name"} <= set(unit)
    by_id = stack.post("/v1/plans", "office1", {
        "title": "a", "issuer_unit_id": unit["id"]})
    assert expect(by_id, 201)["issuer_unit"] == unit
    for member, value in (("issuer_unit_code", "no-such-unit"),
                          ("issuer_unit_code", "")):
        p = problem(stack.post("/v1/plans", "office1", {
            "title": "a", member: value}), 422, "invalid")
        assert p["errors"][0]["pointer"] == "/" + member


def test_what_is_removed_can_be_taken_back(stack):
    plan = draft(stack)
    r = stack.call("DELETE", path(plan), "office1", If_Match='"v1"')
    assert r.status_code == 204 and r.content == b""
    problem(stack.get(path(plan), "office1"), 404, "not_found")
    problem(stack.patch(path(plan), "office1", {"title": "b"}, 2), 404,
            "not_found")
    problem(stack.call("DELETE", path(plan), "office1", If_Match='"v2"'),
            404, "not_found")
    ids = "/v1/plans?ids=" + plan["id"]
    assert expect(stack.get(ids, "office1"), 200)["items"] == []
    gone = expect(stack.get(ids + "&deleted=only", "office1"), 200)["items"]
    assert [i["id"] for i in gone] == [plan["id"]]
    # somebody else's is not his to take back
    problem(stack.post(path(plan) + "/restore", "staff.culture1"), 404,
            "not_found")
    back = expect(stack.post(path(plan) + "/restore", "office1"), 200)
    assert back["title"] == plan["title"] and back["version"] == 3
    assert expect(stack.get(path(plan), "office1"), 200)["version"] == 3
    problem(stack.post(path(plan) + "/restore", "office1"), 404, "not_found")
    verbs = stack.sql("SELECT verb FROM event WHERE ref = %s ORDER BY seq",
                      plan["id"])
    assert [v for v, in verbs] == ["create", "delete", "restore"]


def test_what_is_not_there_and_what_is_not_seen_answer_alike(stack):
    plan = draft(stack)

    def answer(item):
        r = stack.get("/v1/plans/" + item, "staff.culture1")
        body = r.json()
        body.pop("instance")
        return r.status_code, body

    assert answer(plan["id"]) == answer(NOBODY)
    assert answer(NOBODY)[0] == 404


# --- every answer ---

def test_a_request_has_a_name(stack):
    for given in ("abc", "A-1_2.3", new_id()):
        r = stack.get("/healthz", X_Request_Id=given)
        assert r.headers["X-Request-Id"] == given
    names = {stack.get(p, X_Request_Id=bad).headers["X-Request-Id"]
             for p in ("/healthz", "/nowhere", "/v1/me")
             for bad in ("a b", "<x>", "a" * 40, '"', "é".encode())}
    assert len(names) == 15
    assert all(re.fullmatch("[0-9a-f]{16}-[0-9a-f]{16}", n) for n in names)


def test_a_request_and_its_trace_are_found_with_the_event(stack):
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    plan = expect(stack.post("/v1/plans", "office1", {
        "title": "a", "issuer_unit_code": "office"}, traceparent=trace,
        X_Request_Id="trace-me"), 201)
    assert stack.sql("SELECT request, trace FROM event WHERE ref = %s",
                     plan["id"]) == [("trace-me", trace)]
    for bad in ("nonsense", trace.upper(), trace[:-1], "ff" + trace[2:]):
        plan = expect(stack.post("/v1/plans", "office1", {
            "title": "a", "issuer_unit_code": "office"}, traceparent=bad),
            201)
        assert stack.one("SELECT trace FROM event WHERE ref = %s",
                         plan["id"]) is None


def test_every_answer_carries_its_headers_and_no_version_of_ours(stack):
    plan = draft(stack)
    for r in (stack.get(path(plan), "office1"), stack.get("/v1/plans"),
              stack.get("/nowhere"), stack.get("/healthz"),
              stack.call("OPTIONS", "/v1/plans"),
              stack.post("/v1/auth/login", None, {"username": "x",
                                                  "password": "y"})):
        assert "Server" not in r.headers
        assert r.headers["X-Content-Type-Options"] == "nosniff"
        assert r.headers["X-Request-Id"] and r.headers["Date"]
        assert time.time() - time.mktime(time.strptime(
            r.headers["Date"], "%a, %d %b %Y %H:%M:%S GMT")) - \
            time.altzone < 86400
        assert "Access-Control-Allow-Origin" not in r.headers
        if r.status_code != 204:
            assert "charset=utf-8" in r.headers["Content-Type"]
            assert int(r.headers["Content-Length"]) == len(r.content)
    assert stack.get(path(plan), "office1").headers["Cache-Control"] == \
        "private, no-cache"
    for r in (stack.get("/nowhere"), stack.post(
            "/v1/auth/login", None, {"username": "x", "password": "y"})):
        assert r.headers["Cache-Control"] == "no-store"


def test_nothing_a_client_sends_becomes_a_header_of_the_answer(stack):
    for where in ("/v1/plans?q=a%0d%0aSet-Cookie:%20x=1",
                  "/v1/%0d%0aSet-Cookie:%20x=1"):
        with Wire(stack) as w:
            w.send(request("GET", where, Authorization="Bearer " +
                           stack.token("office1"), Origin="https://evil"))
            a = w.answer()
            assert "set-cookie" not in a.headers
            assert b"Set-Cookie" not in b"\r\n".join(
                k.encode() + v.encode() for k, v in a.headers.items())


def test_language_is_vietnamese_unless_english_is_wanted_more(stack):
    for asked, lang in [
            (None, "vi"), ("en", "en"), ("en-US,en;q=0.9", "en"),
            ("vi", "vi"), ("en;q=0.5, vi", "vi"), ("en, vi;q=0.9", "en"),
            ("fr", "vi"), ("fr, en;q=0.1", "en"), ("*", "vi"), ("", "vi"),
            ("en;q=0", "vi"), (";;;,,q=", "vi"), ("en;q=abc", "vi"),
            ("en;q=nan", "vi"), ("e" * 5000, "vi")]:
        fields = {"Accept_Language": asked} if asked is not None else {}
        r = stack.get("/nowhere", **fields)
        assert r.headers["Content-Language"] == lang, asked


# --- another host on the same stores ---

@pytest.fixture(scope="module")
def host(stack):
    with host_of(stack,
                 CORS_ORIGINS="https://a.example https://b.example:8443",
                 RATE=1, RATE_BURST=6, API_PROCESSES=2) as h:
        yield h


def test_browsers_may_call_from_the_listed_origins_only(host):
    for origin in ("https://a.example", "https://b.example:8443"):
        r = host.get("/healthz", Origin=origin)
        assert r.headers["Access-Control-Allow-Origin"] == origin
        exposed = r.headers["Access-Control-Expose-Headers"]
        for name in ("ETag", "Location", "Link", "Retry-After",
                     "Idempotency-Replayed", "X-Request-Id"):
            assert name in exposed
        r = host.call("OPTIONS", "/v1/plans", Origin=origin,
                      Access_Control_Request_Method="POST",
                      Access_Control_Request_Headers="authorization")
        assert r.status_code == 204
        assert r.headers["Access-Control-Allow-Origin"] == origin
        assert "POST" in r.headers["Access-Control-Allow-Methods"]
        assert "if-match" in r.headers["Access-Control-Allow-Headers"]
        assert int(r.headers["Access-Control-Max-Age"]) > 0
    for origin in ("https://evil.example", "https://a.example.evil", "null",
                   "https://a.exampl", "a.example", "http://a.example"):
        r = host.get("/healthz", Origin=origin)
        assert "Access-Control-Allow-Origin" not in r.headers


def test_one_account_cannot_ask_without_end_and_others_do_not_suffer(
        host, stack):
    before = host.metrics()["camket_limited_total"]
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda _: host.get("/v1/me", "office3"),
                            range(60)))
        status = [r.status_code for r in got]
    assert set(status) == {200, 429}
    refused = next(r for r in got if r.status_code == 429)
    problem(refused, 429, "too_many_requests")
    assert int(refused.headers["Retry-After"]) >= 1
    assert refused.headers["RateLimit"] and refused.headers[
        "RateLimit-Policy"]
    expect(host.get("/v1/me", "head.culture"), 200)
    assert host.get("/healthz").status_code == 200
    assert host.metrics()["camket_limited_total"] == \
        before + status.count(429)
    until(lambda: host.get("/v1/me", "office3").status_code == 200)


def test_a_cursor_opens_on_every_host(host, stack):
    for _ in range(3):
        draft(stack)
    page = expect(stack.get("/v1/plans?limit=1", "office1"), 200)
    for _ in range(4):      # more than one process answers
        there = expect(host.get("/v1/plans?limit=1&cursor=" + page["next"],
                                "office1"), 200)
        here = expect(stack.get("/v1/plans?limit=1&cursor=" + page["next"],
                                "office1"), 200)
        assert there["items"] == here["items"]
