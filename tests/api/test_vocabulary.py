"""Every word people see, by its code."""

from office import CHAIR
from stack import expect

TONES = {"neutral", "info", "success", "caution", "warning", "danger"}

# The words of law and office that clients rely on.
FIXED = {
    "task_status": {
        "draft": "Bản nháp", "assigned": "Đã giao, chưa tiếp nhận",
        "received": "Đã tiếp nhận", "in_progress": "Đang thực hiện",
        "done": "Đã báo hoàn thành, chờ xác nhận",
        "accepted": "Đã xác nhận hoàn thành", "declined": "Người nhận trả lại",
        "recalled": "Đã thu hồi", "paused": "Tạm dừng",
        "cancelled": "Đã hủy"},
    "plan_status": {
        "draft": "Bản nháp", "submitted": "Đã trình, chờ duyệt",
        "issued": "Đã ban hành", "in_force": "Đang thực hiện",
        "closed": "Đã kết thúc", "superseded": "Đã được thay thế",
        "cancelled": "Đã hủy"},
    "timeliness": {
        "done_on_time": "Hoàn thành đúng hạn",
        "done_late": "Hoàn thành quá hạn",
        "open_in_term": "Chưa hoàn thành, trong hạn",
        "overdue": "Chưa hoàn thành, quá hạn", "continuous": "Thường xuyên",
        "cancelled": "Đã hủy"},
    "level": {
        "excellent": "Hoàn thành xuất sắc nhiệm vụ",
        "good": "Hoàn thành tốt nhiệm vụ",
        "completed": "Hoàn thành nhiệm vụ",
        "not_completed": "Không hoàn thành nhiệm vụ",
        "insufficient": "Chưa đủ dữ liệu"},
}


def words(stack, **h):
    return expect(stack.get("/v1/vocabulary", **h), 200)


def test_every_word_has_two_languages_a_tone_and_a_place(stack):
    for name, entries in words(stack).items():
        assert entries, name
        codes = [w["code"] for w in entries]
        assert len(set(codes)) == len(codes), name
        assert [w["order"] for w in entries] == sorted(
            {w["order"] for w in entries}), name
        for w in entries:
            assert w.keys() == {"code", "vi", "vi_short", "en", "tone",
                                "order"}, (name, w)
            assert w["vi"] and w["en"] and w["tone"] in TONES, (name, w)
            assert w["vi_short"] is None or \
                len(w["vi_short"]) <= len(w["vi"]), (name, w)


def test_words_of_law_are_as_they_must_be(stack):
    all_words = words(stack)
    for name, want in FIXED.items():
        got = {w["code"]: w["vi"] for w in all_words[name]}
        assert got == want, name


def test_every_status_an_item_can_have_has_its_word(stack):
    """The state tables, the database's checks and the words are one list."""
    all_words = words(stack)
    doc = expect(stack.get("/openapi.json"), 200)
    for kind in ("plan", "task", "review", "evaluation"):
        known = {w["code"] for w in all_words[kind + "_status"]}
        check = stack.one(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conname = %s", kind + "_status_known")
        assert {c.split("'")[0] for c in check.split("'")[1::2]} == known
        states = doc["x-states"][kind] if kind in doc["x-states"] else \
            doc["x-states"][kind + "s"]
        text = str(states)
        for status in known - {"locked", "appealed", "acknowledged",
                               "notified"}:
            assert f"'{status}'" in text, (kind, status)


def test_every_role_and_function_has_its_word(stack):
    all_words = words(stack)
    for column, name in (("role", "role"), ("function", "function")):
        known = {r for (r,) in stack.sql(
            f"SELECT DISTINCT {column} FROM camket.role WHERE {column} <> ''")}
        assert {w["code"] for w in all_words[name]} == known


def test_the_words_can_be_kept(stack):
    r = stack.get("/v1/vocabulary")
    assert r.headers["Cache-Control"].startswith("public")
    etag = r.headers["ETag"]
    assert stack.get("/v1/vocabulary", If_None_Match=etag).status_code == 304
    assert words(stack) == expect(stack.get("/v1/vocabulary", CHAIR), 200)
    assert stack.get("/v1/vocabulary?x=1").status_code == 400
