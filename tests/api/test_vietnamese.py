"""Vietnamese text: whichever way it is typed it is kept in one, in every text
field there is; it is found without its accents, stands in the order of the
Vietnamese alphabet, and comes out whole by mail."""

import copy
import email
import email.policy
import itertools
import random
import unicodedata
from pathlib import Path

import pytest

import test_matrix
from office import ADMIN, CHAIR, DOER, HEAD, OFFICE
from stack import PLAN, Stack, new_id, until

VOWELS = "aăâeêioôơuưy"
TONES = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]
# every letter the language has, in order: a à ả ã á ạ ă ... y, d đ
LETTERS = [unicodedata.normalize("NFC", v + t) for v in VOWELS for t in TONES]
EVERY = "".join(LETTERS) + "dđ"
PANGRAM = EVERY + EVERY.upper()


def nfd(text):
    return unicodedata.normalize("NFD", text)


def nfc(text):
    return unicodedata.normalize("NFC", text)


def test_the_alphabet_is_whole():
    assert len(set(PANGRAM)) == 2 * (12 * 6 + 2)
    assert nfd(PANGRAM) != PANGRAM == nfc(nfd(PANGRAM))


# --- every text field ---

def typed(most):
    """As many of all letters as fit, their marks apart."""
    n = 0
    while n < len(PANGRAM) and len(nfd(PANGRAM[:n + 1])) <= most:
        n += 1
    return nfd(PANGRAM[:n])


@pytest.fixture(scope="module")
def kinds():
    with Stack() as s:
        test_matrix.other_office(s)
        s.ids, s.doc = test_matrix.make(s), s.document.doc
        yield s


def texts(s, schema, at=()):
    """(path, greatest length) of every member that holds free text."""
    schema = s.document.resolve(schema)
    kind = schema.get("type", "")
    if "string" in kind and not {"enum", "format", "pattern"} & set(schema):
        yield at, schema.get("maxLength", 400)
    for name, member in schema.get("properties", {}).items():
        yield from texts(s, member, (*at, name))


def put(body, at, value):
    for name in at[:-1]:
        body = body.setdefault(name, {})
    body[at[-1]] = value


def held(item, at):
    for name in at:
        if not isinstance(item, dict) or name not in item:
            return None
        item = item[name]
    return item


WRITERS = ("chair", "head.economy", "admin", "party.secretary",
           "staff.economy1", "office1")
# a second is a twin
ONCE = ("/v1/commitments", "/v1/calendar", "/v1/documents/{id}")


def written(s, method, path, at, text, example):
    """What comes back when somebody who may writes a text into a field; None
    when nobody can alone."""
    kind = test_matrix.kind_of(path)
    test_matrix.prepare(s, method, path)
    for user, target in itertools.product(WRITERS, ("unit", "own")):
        body, h = {}, {}
        if method == "PATCH":
            h["If_Match"] = "*"
        else:
            body = copy.deepcopy(test_matrix.body_of(s, method, path, target))
        if len(at) > 1 and at[0] in example:
            body[at[0]] = copy.deepcopy(example[at[0]])
        put(body, at, text)
        r = s.call(method, path.replace("{id}", s.ids[kind][target]), user,
                   body, **h)
        if r.status_code in (200, 201):
            return r.json()
    return None


def test_every_text_field_keeps_one_form_whichever_was_typed(kinds):
    """Fields are those of the document; each is sent apart, decomposed, and
    must come back composed, letter by letter."""
    s, back, alone = kinds, 0, []
    for path, ways in s.doc["paths"].items():
        parts = path.split("/")
        for method in ("post", "patch"):
            content = ways.get(method, {}).get("requestBody", {}).get(
                "content")
            if not content or len(parts) > (3 if method == "post" else 4) \
                    or parts[1] != "v1" or parts[2] not in s.ids:
                continue
            content = next(iter(content.values()))
            for at, most in texts(s, content["schema"]):
                item = written(s, method.upper(), path, at, typed(most),
                               content.get("example", {}))
                got = held(item, at)
                if got is not None:
                    assert got == nfc(typed(most)), (method, path, at)
                    back += 1
                if item is None and len(at) == 1 and path not in ONCE:
                    alone.append((method, path, at))
    assert not alone
    assert back >= 50


def test_what_is_said_of_work_keeps_that_form_too(office):
    """With a verb, or beside the item."""
    text = nfd(PANGRAM)
    t = office.go("tasks", office.task(), "assign", HEAD)
    at = f"tasks/{t['id']}"
    for who, path, member, body in (
            (DOER, "comments", "text", {}),
            (DOER, "extensions", "reason", {"proposed_on": "2099-09-30"}),
            (HEAD, "explanations", "question", {"due_on": office.day(3)}),
            (DOER, "events", "cause", {})):
        x = office.make(f"{at}/{path}", who, {member: text, **body})
        assert x[member] == PANGRAM, path
    for who, verb, said, kept in (
            (DOER, "progress", "progress", "progress"),
            (DOER, "complete", "result", "result"),
            (HEAD, "return", "reason", "return_reason")):
        t = office.go("tasks", office.get("/v1/" + at, who), verb, who,
                      **{said: text})
        assert t[kept] == PANGRAM, verb
    lines = office.all(f"/v1/{at}/activity", HEAD)
    assert lines[-1]["reason"] == PANGRAM


# --- names ---

def test_people_of_one_to_four_words_stand_and_are_found_by_their_names(
        office):
    unit = office.unit()["code"]
    names = ["Ân", "Lê An", "Đỗ Thị Ánh", "Đặng Trần Bảo Ân", "Ơn", "Âu Ơn",
             "Nguyễn Đạt", "Trần Dũng"]
    for name in names:
        office.person(unit, full_name=nfd(name))
    people = office.all(f"/v1/staff?unit={unit}&sort=name", ADMIN)
    # by given name, then by what stands before it
    assert [p["full_name"] for p in people] == [
        "Lê An", "Đỗ Thị Ánh", "Ân", "Đặng Trần Bảo Ân", "Trần Dũng",
        "Nguyễn Đạt", "Ơn", "Âu Ơn"]
    for q, want in (("an", {"Lê An", "Ân", "Đặng Trần Bảo Ân", "Đỗ Thị Ánh"}),
                    ("dang tran", {"Đặng Trần Bảo Ân"}),
                    ("dat", {"Nguyễn Đạt"}), ("DUNG", {"Trần Dũng"}),
                    (nfd("ơn"), {"Ơn", "Âu Ơn"}), ("au on", {"Âu Ơn"})):
        got = {p["full_name"] for p in office.all(
            f"/v1/staff?unit={unit}&q={q}", ADMIN)}
        assert want <= got, (q, got)


# --- order ---

def test_titles_stand_in_the_order_of_the_vietnamese_alphabet(office):
    tag = "x" + new_id()[-9:]
    words = LETTERS + ["d", "đ", "da", "đa", "dâu", "đâu", "nga", "ngã",
                       "nhà", "ta", "tha", "tra"]
    want = sorted(words, key=place)
    shuffled = words[:]
    random.Random(3).shuffle(shuffled)
    for word in shuffled:
        office.task(OFFICE, title=f"{nfd(word)} {tag}")
    for way in "", "-":
        got = [t["title"].rsplit(" ", 1)[0] for t in office.all(
            f"/v1/tasks?q={tag}&sort={way}title&limit=7", OFFICE)]
        assert got == (want[::-1] if way else want)


ALPHABET = "aăâbcdđeêghiklmnoôơpqrstuưvxy"


def place(word):
    """Of a word in a Vietnamese dictionary: letters first; tones decide
    between words that are otherwise alike."""
    base, tones = [], []
    for c in nfd(word):
        if c in TONES[1:]:
            tones[-1] = TONES.index(c)
        elif unicodedata.combining(c):
            base[-1] = nfc(base[-1] + c)
        else:
            base.append(c)
            tones.append(0)
    return [ALPHABET.find(c) for c in base], tones


# --- import and mail ---

def test_an_import_is_kept_composed(office):
    def decomposed(x):
        return (nfd(x) if isinstance(x, str) else
                [decomposed(v) for v in x] if isinstance(x, list) else
                {k: decomposed(v) for k, v in x.items()}
                if isinstance(x, dict) else x)
    document = {**PLAN, "title": PANGRAM, "number": new_id()[-6:]}
    plan = office.make("plans/import", OFFICE, decomposed(document))
    plan = office.get("/v1/plans/" + plan["id"], OFFICE)
    assert plan["title"] == PANGRAM
    assert plan["sections"] == document["sections"]
    tasks = office.all(f"/v1/plans/{plan['id']}/tasks", OFFICE)
    for got, want in zip(tasks, document["tasks"], strict=True):
        assert got["title"] == nfc(want["title"])
        assert got["expected_output"] == want["expected_output"]
    text = office.stack.one("SELECT row_to_json(p)::text FROM plan p"
                            " WHERE id = %s", plan["id"])
    assert text == nfc(text)


def mails(stack, word):
    for f in (Path(stack.dir) / "mail").glob("**/new/*"):
        m = email.message_from_bytes(f.read_bytes(),
                                     policy=email.policy.default)
        if word in m["Subject"]:
            yield m


def test_a_mail_carries_every_letter_in_subject_body_and_name(office):
    unit = office.unit("economy")["code"]
    name = "Đặng Trần Bảo Ẩn"
    who = office.person(unit, full_name=nfd(name),
                        email=new_id() + "@example.invalid")
    word = "m" + new_id()[-9:]
    task = office.task(CHAIR, title=f"{word} {nfd(EVERY)}",
                       lead={"staff_code": who})
    office.go("tasks", task, "assign", CHAIR)
    m, = until(lambda: list(mails(office.stack, word)), 30, what="a mail")
    assert EVERY in m["Subject"]
    body = m.get_body(("plain",)).get_content()
    assert EVERY in body.replace("\n", "") and body == nfc(body)
    assert m["To"].addresses[0].display_name in ("", name)
    raw = m.as_bytes()
    assert all(b < 128 for b in raw.split(b"\n\n")[0])
