"""Does an answer say what the OpenAPI document says it does?

The document of the running service is the only yardstick: Document.check()
finds the operation, and holds status, header fields, media type and body
against it - strictly: a member the document does not know is an error too, so
that neither can change without the other."""

import datetime
import json
import re
from urllib.parse import parse_qsl, unquote, urlsplit

from jsonschema import Draft202012Validator, FormatChecker

# What any request may be refused with, before or beside its operation.
EVERYWHERE = {405, 406, 408, 411, 414, 417, 431, 500, 501, 505}
ANYWHERE = {"malformed", "bad_header", "no_route"}
# Documented, but there only when there is something to say.
SOMETIMES = {"Link", "Idempotency-Replayed", "RateLimit", "RateLimit-Policy",
             "Retry-After", "Allow"}
METHODS = ("get", "post", "put", "patch", "delete")

formats = FormatChecker()


@formats.checks("date-time", raises=ValueError)
def is_instant(text):
    """RFC 3339, and a day and hour that exist."""
    if not isinstance(text, str):
        return True
    datetime.datetime.fromisoformat(text)
    return re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?"
                        r"(Z|[+-]\d\d:\d\d)", text) is not None


class Document:
    def __init__(self, doc):
        self.doc = doc
        self.paths = [(self.pattern(path), path, item)
                      for path, item in doc["paths"].items()]
        # a path without holes goes before one with
        self.paths.sort(key=lambda p: p[1].count("{"))
        self.validators = {}

    @staticmethod
    def pattern(path):
        """A hole is a segment, and what the routes' holes take."""
        return re.compile("".join(
            "[^/]+" if part.startswith("{") else re.escape(part)
            for part in re.split(r"(\{[^}]+\})", path)))

    def resolve(self, node):
        """What a reference stands for."""
        while isinstance(node, dict) and "$ref" in node:
            at = self.doc
            for name in node["$ref"].removeprefix("#/").split("/"):
                at = at[name.replace("~1", "/").replace("~0", "~")]
            node = at
        return node

    def item(self, path):
        for pattern, _, item in self.paths:
            if pattern.fullmatch(path):
                return item
        return None

    def operations(self):
        for path, item in self.doc["paths"].items():
            for method in METHODS:
                if method in item:
                    yield method, path, item[method]

    # --- schemas ---

    def strict(self, schema, required=True):
        """The schema with nothing unknown allowed in its objects. required
        False: any member may be missing, as when fields= names some."""
        if isinstance(schema, list):
            return [self.strict(s, required) for s in schema]
        if not isinstance(schema, dict):
            return schema
        if "allOf" in schema and all("$ref" in s for s in schema["allOf"]):
            merged = {"type": "object", "properties": {}, "required": []}
            for part in map(self.resolve, schema["allOf"]):
                merged["properties"].update(part["properties"])
                merged["required"] += part.get("required", [])
            schema = merged
        out = {}
        for name, value in schema.items():
            if name in ("properties", "$defs"):
                out[name] = {k: self.strict(v, required)
                             for k, v in value.items()}
            elif name == "$ref":
                out[name] = value.replace("#/components/schemas/", "#/$defs/")
            elif name not in ("enum", "examples", "x-enumDescriptions"):
                out[name] = self.strict(value, required)
            else:
                out[name] = value
        if "properties" in out:
            out.setdefault("additionalProperties", False)
        if not required:
            out.pop("required", None)
        return out

    def validator(self, schema, required=True):
        key = (json.dumps(schema, sort_keys=True), required)
        if key not in self.validators:
            if required not in self.validators:
                self.validators[required] = {
                    name: self.strict(s, required) for name, s in
                    self.doc["components"]["schemas"].items()}
            whole = {**self.strict(schema, required),
                     "$defs": self.validators[required]}
            self.validators[key] = Draft202012Validator(
                whole, format_checker=formats)
        return self.validators[key]

    def errors(self, schema, value, required=True):
        return ["/%s: %s" % ("/".join(map(str, e.absolute_path)),
                             e.message[:300])
                for e in self.validator(schema, required).iter_errors(value)]

    # --- answers ---

    def check(self, r):
        """Fail unless this answer (of requests) is as documented."""
        if r.request.method == "OPTIONS":
            return
        said = self.wrong(r)
        assert not said, (f"{r.request.method} {r.request.url} -> "
                          f"{r.status_code} is not as documented: "
                          + "; ".join(said) + "\n" + r.text[:1500])

    def wrong(self, r):
        """What is wrong with it, as a list."""
        url = urlsplit(r.request.url)
        path = unquote(url.path)
        item = self.item(path)
        method = r.request.method.lower().replace("head", "get")
        if item is None or method not in item:
            return self.wrong_off_path(r, item, path)
        op = item[method]
        spec = op["responses"].get(str(r.status_code))
        if spec is None and r.status_code in EVERYWHERE:
            spec = op["responses"]["default"]
        if spec is None:
            return ["the status is not documented"]
        spec = self.resolve(spec)
        params = dict(parse_qsl(url.query, keep_blank_values=True))
        said = self.wrong_headers(r, spec)
        said += self.wrong_body(r, spec, "fields" not in params)
        if r.status_code >= 400 and r.status_code not in EVERYWHERE \
                and method == r.request.method.lower():
            code = r.json().get("code")
            if code not in op["x-problems"] and code not in ANYWHERE:
                said.append(f"{code} is not among its problems")
        if r.status_code < 300:
            said += self.wrong_request(r, item, op, params)
        if path == "/v1/batch" and r.status_code == 200:
            sent = json.loads(r.request.body)["operations"]
            for n, (o, part) in enumerate(zip(sent, r.json()["results"],
                                              strict=True)):
                said += [f"result {n}: {e}" for e in self.wrong_part(o, part)]
        return said

    def wrong_part(self, sent, part):
        """The same of what a batch answers to one of its operations."""
        url = urlsplit(sent["path"])
        op = (self.item(unquote(url.path)) or {}).get(sent["method"].lower())
        if op is None:
            spec = self.doc["components"]["responses"]["Refused"]
        else:
            spec = op["responses"].get(str(part["status"]))
            spec = spec or (part["status"] >= 400
                            and op["responses"]["default"])
        if not spec:
            return ["the status is not documented"]
        content = self.resolve(spec).get("content")
        if content is None or part.get("body") is None:
            return [] if bool(content) == bool(part.get("body")) else [
                "a body, or none, against the document"]
        return self.errors(next(iter(content.values()))["schema"],
                           part["body"], "fields=" not in url.query)

    def wrong_off_path(self, r, item, path):
        """A path or method without operation is refused, and nothing else."""
        if item is None:
            # what the path's holes do not take is no route
            known = {404, *EVERYWHERE, 400}
        else:
            known = EVERYWHERE
            if r.status_code == 405:
                allow = set(r.headers.get("Allow", "").lower().split(", "))
                want = {m for m in METHODS if m in item} | {"options"}
                if "get" in item:
                    want.add("head")
                if allow != want:
                    return [f"Allow is {allow}, documented is {want}"]
        if r.status_code not in known:
            return ["there is no such operation in the document"]
        return self.wrong_body(
            r, self.doc["components"]["responses"]["Refused"], True)

    def wrong_headers(self, r, spec):
        return [f"{name} is missing" for name in spec.get("headers", {})
                if name not in r.headers and name not in SOMETIMES]

    def wrong_body(self, r, spec, required):
        if r.request.method == "HEAD":
            return []
        if "content" not in spec:
            return ["there is a body"] if r.content else []
        media = r.headers.get("Content-Type", "").split(";")[0]
        if media not in spec["content"]:
            return [f"{media or 'no media type'} is not documented"]
        if not media.endswith("json"):
            return []
        return self.errors(spec["content"][media]["schema"], r.json(),
                           required)

    def wrong_request(self, r, item, op, params):
        """What was taken must be what the document says is taken."""
        known = {p["name"] for p in map(
            self.resolve, item.get("parameters", []) + op.get("parameters", []))
            if p["in"] == "query"}
        known |= {name for way in op.get("security", []) for name in way}
        said = [f"parameter {name} is not documented"
                for name in params if name not in known]
        body = r.request.body
        if body and "requestBody" in op:
            content = op["requestBody"]["content"]
            schema = next(iter(content.values()))["schema"]
            said += ["request " + e
                     for e in self.errors(schema, json.loads(body))]
        return said

    # --- the document itself ---

    def nodes(self, node, name=""):
        """(member, value) of everything in it, examples left out."""
        yield name, node
        if isinstance(node, dict):
            for key, value in node.items():
                if key not in ("example", "examples", "x-problems"):
                    yield from self.nodes(value, key)
        elif isinstance(node, list):
            for value in node:
                yield from self.nodes(value, name)

    def references(self):
        """Every $ref in it."""
        return [value for name, value in self.nodes(self.doc)
                if name == "$ref"]

    def texts(self):
        """Everything in it that people read."""
        return [value for name, value in self.nodes(self.doc)
                if isinstance(value, str) and name in (
                    "description", "summary", "title", "x-displayName")]

    def examples(self):
        """(where, schema, example) of every example it gives."""
        parts = self.doc["components"]
        for name, p in {**parts["parameters"], **parts["headers"]}.items():
            if "example" in p:
                yield name, p["schema"], p["example"]
        holders = list(parts["responses"].items())
        for method, path, op in self.operations():
            where = f"{method} {path}"
            for p in map(self.resolve, op.get("parameters", [])):
                if "example" in p:
                    yield f"{where} {p['name']}", p["schema"], p["example"]
            if "requestBody" in op:
                holders.append((where + " body", op["requestBody"]))
            holders += [(f"{where} {status}", self.resolve(spec))
                        for status, spec in op["responses"].items()]
        for where, holder in holders:
            for content in holder.get("content", {}).values():
                if "example" in content:
                    yield where, content["schema"], content["example"]
                for name, x in content.get("examples", {}).items():
                    yield (f"{where} {name}", content["schema"],
                           self.resolve(x)["value"])
