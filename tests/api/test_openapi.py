"""The OpenAPI document is whole, true to the routes, and true to the answers:
stack.call() holds each answer against it."""

import base64
import hashlib
import json
import re

import pytest
import requests

from openapi import METHODS, Document
from stack import PLAN, TREE, expect, problem

VIETNAMESE = re.compile("[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]",
                        re.I)
NOBODY = "01972f5e-8c4a-7b3e-9d21-5f60c1a7e842"


@pytest.fixture(scope="module")
def document(stack):
    return stack.document


@pytest.fixture(scope="module")
def english(stack):
    return Document(expect(stack.get("/openapi.json", Accept_Language="en"),
                           200))


@pytest.fixture(scope="module")
def filled(stack):
    """Something to read in every list: a plan in force, work given out, a
    self-review and an evaluation."""
    today = expect(stack.get("/v1/me", "chair"), 200)["today"]
    plan = expect(stack.post("/v1/plans/import", "office1", PLAN), 201)
    path = "/v1/plans/" + plan["id"]
    for user, verb, body in [
            ("office1", "submit", {}),
            ("chair", "issue", {"number": "901", "issued_on": today}),
            ("chair", "activate", {})]:
        plan = expect(stack.verb(f"{path}/{verb}", user, plan, body), 200)
    for kind in ("reviews", "evaluations"):
        expect(stack.post("/v1/" + kind, "staff.culture1", {
            "criteria_set_code": "BH-2023", "period": "2026-Q1"}), 201)
    return stack


# --- against the routes ---

def written_routes():
    """The routes that stand in the code beside the usual ones."""
    for f in (TREE / "services" / "api").glob("*.c"):
        yield from re.findall(
            r"\.method = (\w+),\s+\.pattern\s*=\s*\"([^\"]+)\"", f.read_text())


def test_every_route_in_the_code_is_documented(document):
    known = {(m, re.sub(r"\{[^}]+\}", "*", p))
             for m, p, _ in document.operations()}
    routes = {(m.lower(), re.sub("<[^>]+>", "*", p))
              for m, p in written_routes()} - {("get", "/metrics")}
    assert len(routes) > 10
    assert routes - known == set()


def test_every_documented_path_takes_exactly_the_documented_methods(
        stack, document):
    for path, item in document.doc["paths"].items():
        at = re.sub(r"\{[^}]*\}", NOBODY, path.replace("{code}", "malformed"))
        allow = stack.call("OPTIONS", at).headers["Allow"].lower().split(", ")
        methods = {m for m in METHODS if m in item}
        assert set(allow) - {"head", "options"} == methods, path


def test_operations_have_names_of_their_own_and_known_tags(document):
    ids = [op["operationId"] for _, _, op in document.operations()]
    assert [i for i in ids if ids.count(i) > 1] == []
    assert {"plans_list", "plans_issue", "tasks_create", "me_work_list",
            "auth_login", "staff_grants_remove"} <= set(ids)
    for name in ids:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name), name
    tags = {t["name"] for t in document.doc["tags"]}
    for _, path, op in document.operations():
        assert set(op["tags"]) <= tags, path


def test_writes_of_versioned_items_ask_for_the_version(document):
    for method, path, op in document.operations():
        names = {p["name"] for p in map(document.resolve,
                                        op.get("parameters", []))}
        assert path == "/v1/batch" or len({
            "If-Match" in names, "412" in op["responses"],
            "428" in op["responses"]}) == 1, (method, path)
        # settings are many rows of many units, each settled for itself
        assert method != "patch" or path == "/v1/settings" or (
            "If-Match" in names), path
        assert "Idempotency-Key" not in names or "409" in op["responses"]


# --- in itself ---

def test_every_reference_leads_somewhere(document):
    refs = set(document.references())
    assert len(refs) > 50
    for ref in refs:
        assert document.resolve({"$ref": ref}) is not None


def test_every_example_fits_its_schema(document, english):
    for doc in document, english:
        found = list(doc.examples())
        assert len(found) > 100
        for where, schema, value in found:
            assert doc.errors(schema, value) == [], where


def test_every_body_and_every_answer_has_an_example(document):
    for method, path, op in document.operations():
        contents = [op["requestBody"]["content"]] if "requestBody" in op else []
        contents += [document.resolve(spec).get("content", {})
                     for status, spec in op["responses"].items()
                     if status[0] == "2" and path != "/openapi.json"]
        for content in contents:
            for media, said in content.items():
                if media.endswith("json"):
                    assert {"example", "examples"} & set(said), (method, path)


def test_it_is_there_in_vietnamese_and_in_english(document, english):
    vi, en = document.texts(), english.texts()
    assert len(vi) == len(en) > 300
    assert [t for t in en if VIETNAMESE.search(t)] == []
    assert [t for t in vi + en if " | " in t] == []
    same = {a for a, b in zip(vi, en)
            if a == b and re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", a)}
    # reason phrases of HTTP are nobody's language
    reasons = {document.resolve(spec)["description"]
               for _, _, op in document.operations()
               for spec in op["responses"].values()}
    assert same - reasons == set()


def test_every_parameter_says_what_it_means(document):
    for method, path, op in document.operations():
        for p in map(document.resolve, op.get("parameters", [])):
            if p["in"] == "query":
                assert p.get("description"), (method, path, p["name"])


def test_states_are_drawn_from_the_words_people_see(document):
    states = document.doc["x-states"]
    assert {"plan", "task", "review", "evaluation"} <= set(states)
    for name, s in states.items():
        known = {x["code"] for x in s["statuses"]}
        assert len(known) > 1, name
        for t in s["transitions"]:
            assert {t["from"], t["to"]} <= known, (name, t)
        verbs = {t["verb"] for t in s["transitions"]} - {"update", "delete"}
        for verb in verbs:
            assert (f"/v1/{name.replace('_', '-')}s/{{id}}/{verb}"
                        in document.doc["paths"])


def test_states_tell_who_is_asked_next(stack, document):
    """The document, and what work lists and reminders go by."""
    told = {(name, a["status"], a["who"], a["at"], a["role"])
            for name, s in document.doc["x-states"].items()
            for a in s["asked"]}
    # what has no verbs, but is begun as something else, is not drawn
    known = {x for x in stack.sql("SELECT resource, status, asks, at, role"
                                  " FROM state")
             if x[0] != "obligation_occurrence"}
    assert told == known and len(told) > 30


# --- against the answers ---

def items_of(stack, user, path):
    return expect(stack.get(path, user), 200)["items"]


@pytest.mark.parametrize("user", ["chair", "office1", "staff.culture1",
                                  "city.monitor", "admin"])
def test_every_list_and_what_is_in_it_reads_as_documented(
        filled, document, user):
    single = {p for m, p, _ in document.operations() if m == "get"}
    for method, path, op in document.operations():
        if method != "get" or "{" in path or not path.startswith("/v1/") \
                or "application/json" not in op["responses"]["200"]["content"]:
            continue
        query = "?unit=ward-thanh-khe" if path == "/v1/rollups" else ""
        items = filled.get(path + query, user).json().get("items") or []
        for item in items[:3]:
            if path + "/{id}" in single:
                filled.get(f"{path}/{item['id']}", user)
    for plan in items_of(filled, user, "/v1/plans"):
        for part in "tasks", "obligations":
            filled.get(f"/v1/plans/{plan['id']}/{part}", user)


def test_the_demo_has_something_to_read_in_the_lists(filled):
    for user, path in [("chair", "units"), ("chair", "staff"),
                       ("chair", "plans"), ("chair", "tasks"),
                       ("staff.culture1", "reviews"),
                       ("staff.culture1", "evaluations"),
                       ("staff.culture1", "me/work")]:
        assert items_of(filled, user, "/v1/" + path), path


def test_counts_projections_and_filters_read_as_documented(filled, document):
    for query in ("counts=status,signal&count=exact", "fields=id,title",
                  "fields=_permissions", "status=assigned,received",
                  "q=sinh hoat", "limit=1&sort=-due_on"):
        filled.get("/v1/tasks?" + query, "chair")


def test_refusals_read_as_documented(stack, document):
    unit = items_of(stack, "admin", "/v1/units?limit=1")[0]
    path = "/v1/units/" + unit["id"]
    for status, code, r in [
            (400, "bad_parameter", stack.get("/v1/plans?limit=0", "chair")),
            (400, "bad_json", stack.post("/v1/plans", "office1", b"{")),
            (401, "unauthenticated", stack.get("/v1/plans")),
            (404, "not_found", stack.get("/v1/plans/" + NOBODY, "chair")),
            (404, "no_route", stack.get("/v1/nothing", "chair")),
            (405, "method_not_allowed", stack.call("PUT", path, "admin")),
            (406, "not_acceptable",
             stack.get("/v1/me", "chair", Accept="image/png")),
            (412, "stale_version",
             stack.patch(path, "admin", {"short_name": "X"}, 99)),
            (415, "unsupported_media_type",
             stack.post("/v1/plans", "office1", b"x", Content_Type="text/x")),
            (422, "invalid", stack.post("/v1/plans", "office1", {"x": 1})),
            (428, "precondition_required",
             stack.call("PATCH", path, "admin", {"short_name": "X"})),
            (401, "bad_credentials",
             stack.post("/v1/auth/login", None,
                        {"username": "chair", "password": "sai"}))]:
        problem(r, status, code)


def test_what_a_type_points_to_is_there_for_programs_and_for_people(
        stack, document):
    for p in document.doc["x-problems"]:
        r = stack.get("/problems/" + p["code"])
        assert r.json()["title"] == p["vi"]["title"]
        assert r.json()["status"] == p["status"]
        assert r.json()["advice"], p["code"]
        r = stack.get("/problems/" + p["code"], Accept="text/html,*/*;q=0.8",
                      Accept_Language="en")
        assert r.headers["Content-Type"] == "text/html; charset=utf-8"
    problem(stack.get("/problems/nothing_like_that"), 404, "not_found")


def test_a_reader_who_has_the_answer_already_gets_304(filled):
    for path in ("/v1/plans?limit=2", "/v1/tasks?counts=status",
                 "/v1/vocabulary", "/openapi.json", "/docs",
                 "/v1/rollups?unit=ward-thanh-khe&period=2026-01"):
        r = filled.get(path, "chair")
        assert r.status_code == 200, path
        tag = r.headers["ETag"]
        r = filled.get(path, "chair", If_None_Match=tag)
        assert (r.status_code, r.content) == (304, b""), path
        assert r.headers["ETag"] == tag
        r = filled.get(path, "chair", If_None_Match='"other"')
        assert r.status_code == 200, path
    assert "ETag" not in filled.get("/readyz").headers


# --- the page ---

def test_the_page_is_whole_in_itself_and_its_policy_names_it(stack):
    r = stack.get("/docs", Accept="text/html")
    assert r.status_code == 200
    assert len(r.content) < 80_000
    policy = r.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    for tag, directive in ("script", "script-src"), ("style", "style-src"):
        text = re.findall(f"<{tag}>(.*?)</{tag}>", r.text, re.S)
        assert len(text) == 1, tag
        digest = base64.b64encode(
            hashlib.sha256(text[0].encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy
    assert not re.search(r"(src|href|url)\s*[=(]\s*[\"']?(https?:)?//", r.text)
    assert not re.search(r"<[^>]+\s(on\w+|style)=", r.text)


# --- the checker can fail ---

def bent(r, **changes):
    """The same answer with another body, status or header fields."""
    out = requests.Response()
    out.request, out.url = r.request, r.url
    out.status_code = changes.get("status", r.status_code)
    out.headers = requests.structures.CaseInsensitiveDict(
        changes.get("headers", r.headers))
    out._content = json.dumps(changes.get("body", r.json())).encode()
    return out


def test_the_checker_refuses_answers_that_are_not_as_documented(
        filled, document):
    r = filled.get("/v1/units?limit=1", "chair")
    page = r.json()
    item = page["items"][0]
    assert document.wrong(bent(r)) == []
    for wrong in (
            {**page, "more": 1},
            {**page, "items": [{**item, "more": 1}]},
            {**page, "items": [{k: v for k, v in item.items()
                                if k != "version"}]},
            {**page, "items": [{**item, "version": "1"}]},
            {**page, "items": [{**item, "kind": "castle"}]},
            {**page, "items": [{**item, "created_at": "yesterday"}]},
            {"items": [], "next": None}):
        assert document.wrong(bent(r, body=wrong)) != [], wrong
    r = filled.post("/v1/batch", "chair", {"operations": [
        {"method": "GET", "path": "/v1/units?limit=1"}]})
    whole = r.json()
    assert document.wrong(bent(r)) == []
    for part in ({"status": 418}, {"body": None},
                 {"body": {**page, "more": 1}}):
        assert document.wrong(bent(r, body={
            **whole, "results": [{**whole["results"][0], **part}]})) != []
    r = filled.get("/v1/units?limit=1", "chair")
    assert document.wrong(bent(r, status=418)) != []
    assert document.wrong(bent(r, status=202)) != []
    assert document.wrong(bent(r, headers={
        **r.headers, "Content-Type": "text/plain"})) != []
    assert document.wrong(bent(r, headers={
        "Content-Type": "application/json"})) != []
