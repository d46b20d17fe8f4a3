"""A year of the ward's plan: what each paragraph asks is carried out, late or
missed, the ward is merged, the district abolished, and at four dates people
read over HTTP how each paragraph stands.

SCRIPT says who does what on which day, READINGS what is then read. The
organisation is the demo's as it stood in the spring of 2024; what befell it
later is done here over HTTP, and must come out as the demo tells it."""

import datetime
import json
import re
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from office import Office
from stack import PLAN, UNITS, Stack, expect, new_id, problem, until

DATES = ["2024-03-31", "2024-09-30", "2024-12-31", "2025-07-02"]
MERGED, ABOLISHED = "2025-01-01", "2025-07-01"
OLD, MIDDLE, NEW = "ward-tan-chinh", "ward-chinh-gian", "ward-thanh-khe"
UNITS_2024 = ["office", "specialist-section", "assoc-women", "assoc-youth"]
PARAGRAPHS = [t["code"] for t in PLAN["tasks"]]

CLERK, CHAIR, SUPERIOR = "office1", "chair", "city.monitor"
OFFICE, SECTION = "head.office", "head.economy"
WOMEN, YOUTH = "head.women", "head.youth"
DEPUTY, PARTY = "deputy.chair1", "party.secretary"
ABOVE, KEEPER = "district.chair", "city.admin"  # beside the demo's people
HEADS = dict(zip(UNITS_2024, (OFFICE, SECTION, WOMEN, YOUTH)))
# Who looks at whose reviews and commitments.
JUDGES = {CHAIR: ABOVE, DEPUTY: CHAIR, PARTY: CHAIR, OFFICE: CHAIR,
          CLERK: OFFICE, "admin": OFFICE, SECTION: CHAIR,
          "staff.economy1": SECTION, "staff.economy3": SECTION,
          "staff.culture1": SECTION, WOMEN: CHAIR, YOUTH: CHAIR}

# --- III.1: who hands in no self-review of a period, and who does so late ---

MISSED = {"2024-02": {YOUTH}, "2024-05": {YOUTH, "staff.culture1"},
          "2024-Q2": {YOUTH}, "2024-08": {"staff.economy3"},
          "2024-11": {YOUTH}, "2024-Q4": {"admin"}}
LATE = {"2024-04": {"staff.economy3"}, "2024-07": {WOMEN}}
# What somebody finds of himself, and until when he will put it right.
FOUND = {("2024-03", "staff.economy1"): ("BH03", "2024-04-26"),
         ("2024-11", "staff.culture1"): ("BH07", "2025-01-31")}


def month_end(m):
    return str(datetime.date(2024 + m // 12, m % 12 + 1, 1)
               - datetime.timedelta(1))


# (period, last day), in the order they end
PERIODS = sorted(
    [(f"2024-{m:02}", month_end(m)) for m in range(1, 13)]
    + [(f"2024-Q{q}", month_end(3 * q)) for q in range(1, 5)]
    + [("2024", "2024-12-31")], key=lambda p: p[1])

# Which unit's own review of a period, an occurrence, is never reported.
UNMET = {("2024-05", "assoc-youth"), ("2024-Q3", "assoc-youth")}

# --- III.2, IV.1: commitments ---

REGISTERED, REPORTED = "2024-01-31", "2024-12-05"
UNREGISTERED = {YOUTH}              # no commitment, nor one of his unit
UNREPORTED = {"staff.economy3"}     # until after the merger
UNFULFILLED = {"staff.culture1"}

# --- the rest: day, paragraph's item, who, verb, body ---
# "+path" makes the item there; <name> stands for the id of an item or person.
# What recurs is asked by occurrences: paragraph/unit of the year where units
# are asked, else paragraph/period.

SCRIPT = [
    ("2024-01-08", "nghỉ Tết", KEEPER, "+calendar", {
        "unit_code": "city-da-nang", "kind": "holiday", "from": "2024-02-08",
        "to": "2024-02-14", "name": "Tết Nguyên đán 2024"}),
    ("2024-01-08", "II.2/kế-hoạch", CLERK, "+plans/import", PLAN),
    ("2024-01-08", "II.2/kế-hoạch", CLERK, "submit", {}),
    ("2024-01-10", "II.2/kế-hoạch", CHAIR, "return", {
        "reason": "Bổ sung căn cứ"}),
    ("2024-01-10", "II.2/kế-hoạch", CLERK, "submit", {}),
    ("2024-01-12", "II.2/kế-hoạch", CHAIR, "issue", {
        "issued_on": "2024-01-12"}),
    ("2024-01-15", "II.2/kế-hoạch", CHAIR, "activate", {}),

    # II.1 is cascaded: two units in time, one late, one late and returned
    ("2024-01-15", "II.1", CLERK, "cascade", {
        "audience": UNITS_2024, "due_on": "2024-01-26"}),
    ("2024-01-26", "II.1/office", OFFICE, "complete", {"result": "8/8 dự"}),
    ("2024-01-26", "II.1/assoc-women", WOMEN, "complete", {"result": "Đủ"}),
    ("2024-01-31", "II.1/office", CHAIR, "accept", {}),
    ("2024-01-31", "II.1/assoc-women", CHAIR, "accept", {}),
    ("2024-01-31", "II.1/specialist-section", SECTION, "complete", {
        "result": "Đã tổ chức", "completed_on": "2024-01-30"}),
    ("2024-01-31", "II.1", OFFICE, "complete", {"result": "Đã tổng hợp"}),
    ("2024-02-05", "II.1", CHAIR, "accept", {}),
    ("2024-02-05", "II.1/specialist-section", CHAIR, "accept", {}),
    ("2024-02-20", "II.1/assoc-youth", YOUTH, "complete", {"result": "Xong"}),
    ("2024-02-20", "II.1/assoc-youth", CHAIR, "return", {
        "reason": "Chưa có biên bản"}),
    ("2024-02-29", "II.1/assoc-youth", YOUTH, "complete", {
        "result": "Có biên bản, 12/12 dự"}),
    ("2024-02-29", "II.1/assoc-youth", CHAIR, "accept", {}),

    # II.2 asks for more time in vain, is late, and explained to the district
    ("2024-01-26", "II.2/xin-gia-hạn", OFFICE, "+tasks/<II.2>/extensions", {
        "proposed_on": "2024-02-05", "reason": "Chờ văn bản của quận"}),
    ("2024-01-31", "II.2/xin-gia-hạn", CHAIR, "refuse", {
        "reason": "Quận đã gửi văn bản"}),
    ("2024-02-05", "II.2/giải-trình", SUPERIOR,
     "+tasks/<II.2>/explanations", {
         "question": "Vì sao chậm?", "due_on": "2024-02-16"}),
    ("2024-02-05", "II.2", OFFICE, "complete", {"result": "Đã ban hành"}),
    ("2024-02-20", "II.2/giải-trình", OFFICE, "answer", {
        "answer": "Văn phòng thiếu người"}),
    ("2024-02-20", "II.2/giải-trình", SUPERIOR, "accept", {}),
    ("2024-02-20", "II.2", CHAIR, "accept", {}),

    # II.3 goes on, and is never done: three units report, one does not
    ("2024-01-15", "II.3", CLERK, "cascade", {"audience": UNITS_2024}),
    *[("2024-03-20", "II.3/" + u, HEADS[u], "progress", {
        "progress": "Quý I: rút ngắn 12 thủ tục"}) for u in UNITS_2024[:3]],
    ("2024-06-14", "II.3", CLERK, "progress", {"progress": "6 tháng"}),
    ("2025-07-02", "II.3/assoc-women", WOMEN, "progress", {
        "progress": "Tiếp tục ở phường mới"}),
    ("2025-07-02", "II.3/specialist-section", SECTION, "progress", {
        "progress": "Tiếp tục ở Phòng Kinh tế"}),

    # II.4: an inspection of the plan's; one measure is carried out, the other
    # only after the merger
    ("2024-02-29", "II.4/kiểm-tra", PARTY, "+inspections", {
        "title": "Kiểm tra kỷ luật, kỷ cương quý I",
        "unit_code": "specialist-section", "origin": {"kind": "plan"},
        "plan_id": "<II.2/kế-hoạch>", "due_on": "2024-03-29"}),
    ("2024-03-12", "II.4/kiểm-tra", PARTY, "announce", {}),
    ("2024-03-12", "II.4/kiểm-tra", PARTY, "start", {}),
    ("2024-03-12", "II.4/phát-hiện", PARTY,
     "+inspections/<II.4/kiểm-tra>/findings", {
         "title": "Hồ sơ đất đai quá hạn", "manifestation": "BH03"}),
    ("2024-03-20", "II.4/kiểm-tra", PARTY, "conclude", {
        "conclusion": "15 hồ sơ quá hạn"}),
    ("2024-03-20", "II.4/khắc-phục", PARTY, "+measures", {
        "finding_id": "<II.4/phát-hiện>", "kind": "rectify",
        "title": "Xin lỗi bằng văn bản", "due_on": "2024-04-30"}),
    ("2024-03-20", "II.4/điều-chuyển", PARTY, "+measures", {
        "finding_id": "<II.4/phát-hiện>", "kind": "transfer",
        "title": "Điều chuyển vị trí", "due_on": "2024-06-28"}),
    ("2024-03-20", "II.4/gợi-ý-kiểm-điểm", PARTY, "+measures", {
        "finding_id": "<II.4/phát-hiện>", "kind": "self_criticism",
        "title": "Gợi ý kiểm điểm", "due_on": "2024-12-31"}),
    ("2024-12-18", "II.4/gợi-ý-kiểm-điểm", SECTION, "do", {
        "result": "Đã kiểm điểm"}),
    ("2025-01-10", "II.4/gợi-ý-kiểm-điểm", PARTY, "verify", {}),
    ("2024-04-26", "II.4/khắc-phục", SECTION, "do", {"result": "15 thư"}),
    ("2024-04-30", "II.4/khắc-phục", PARTY, "verify", {}),
    ("2025-01-10", "II.4/điều-chuyển", SECTION, "do", {
        "result": "Đã điều chuyển"}),
    ("2025-02-10", "II.4/điều-chuyển", PARTY, "verify", {}),
    ("2025-02-10", "II.4/kiểm-tra", PARTY, "close", {}),

    # II.5: the ward reviews itself; one rating is decided in time, one after
    # the merger
    ("2024-12-05", "II.5/tập-thể", CHAIR, "+reviews", {
        "unit_code": OLD, "criteria_set_code": "BH-2023", "period": "2024",
        "plan_id": "<II.2/kế-hoạch>", "due_on": "2024-12-13"}),
    ("2024-12-05", "II.5/tập-thể", CHAIR, "submit", {}),
    ("2024-12-18", "II.5/tập-thể", ABOVE, "conclude", {
        "conclusion": "Hoàn thành tốt"}),
    *[row for who, name in (("staff.economy1", "II.5/đánh-giá-1"),
                            ("staff.culture1", "II.5/đánh-giá-2"))
      for row in (
          ("2024-12-05", name, who, "+evaluations", {
              "criteria_set_code": "TC-CHUNG", "period": "2024",
              "due_on": "2024-12-13", "scores": {"A": {"self": "9"}}}),
          ("2024-12-05", name, who, "self_assess", {}),
          ("2024-12-05", name, SECTION, "review", {
              "scores": {"A": {"reviewer": "8"}},
              "proposed_level": "good"}),
          ("2024-12-12", name, OFFICE, "meet", {}))],
    ("2024-12-12", "II.5/đánh-giá-1", CHAIR, "decide", {"level": "good"}),
    ("2025-01-10", "II.5/đánh-giá-2", CHAIR, "decide", {
        "level": "completed"}),

    # II.6: a proposal runs its course and is assessed a day late; a second
    # waits past its meeting for the ward that comes after
    ("2024-04-02", "II.6/đề-xuất-1", "staff.economy1", "+proposals", {
        "title": "Liên thông đất đai và thuế", "need": "Giảm đi lại",
        "bottleneck": "Hai hệ thống chưa nối", "plan_id": "<II.2/kế-hoạch>"}),
    ("2024-04-02", "II.6/đề-xuất-1", CHAIR, "ask_opinion", {}),
    ("2024-04-09", "II.6/đề-xuất-1", PARTY, "give_opinion", {"agrees": True}),
    ("2024-04-09", "II.6/đề-xuất-1", CHAIR, "vote", {"choice": "for"}),
    ("2024-04-09", "II.6/đề-xuất-1", DEPUTY, "vote", {"choice": "for"}),
    ("2024-04-09", "II.6/đề-xuất-1", CHAIR, "decide", {}),
    ("2024-04-09", "II.6/đề-xuất-1", "staff.economy1", "start", {}),
    ("2024-05-21", "II.6/đề-xuất-1", "staff.economy1", "report", {
        "completed_on": "2024-05-15", "result": "Giảm 3 ngày"}),
    ("2024-05-21", "II.6/đề-xuất-1", CHAIR, "ask_opinion", {}),
    ("2024-05-21", "II.6/đề-xuất-1", PARTY, "give_opinion", {"agrees": True}),
    ("2024-05-31", "II.6/đề-xuất-1", CHAIR, "assess", {
        "assessment": "Hiệu quả", "effective": True}),
    ("2024-05-31", "II.6/đề-xuất-1", CHAIR, "conclude", {
        "document": "9/KL-UBND"}),
    ("2024-11-18", "II.6/đề-xuất-2", WOMEN, "+proposals", {
        "title": "Trả kết quả tại nhà", "need": "Người già yếu",
        "bottleneck": "Chưa có quy định", "plan_id": "<II.2/kế-hoạch>"}),
    ("2024-11-18", "II.6/đề-xuất-2", CHAIR, "ask_opinion", {}),
    ("2025-01-10", "II.6/đề-xuất-2", PARTY, "give_opinion", {"agrees": True}),
    ("2025-01-10", "II.6/đề-xuất-2", CHAIR, "vote", {"choice": "for"}),
    ("2025-01-10", "II.6/đề-xuất-2", "deputy.chair2", "vote", {
        "choice": "for"}),
    ("2025-01-10", "II.6/đề-xuất-2", CHAIR, "decide", {}),
    ("2024-03-20", "II.6/quy-chế", CLERK, "+tasks", {
        "parent_id": "<II.6>", "title": "Bổ sung Quy chế làm việc",
        "lead": {"unit_code": "office"}, "due_on": "2024-06-28"}),
    ("2024-03-20", "II.6/quy-chế", CLERK, "assign", {}),
    ("2024-06-14", "II.6/quy-chế", OFFICE, "complete", {"result": "QĐ 45"}),
    ("2024-06-20", "II.6/quy-chế", CHAIR, "accept", {}),

    # II.7: the units' yearly reports: three in time, one after the merger
    ("2024-12-12", "II.7/office", OFFICE, "complete", {"result": "BC 1"}),
    ("2024-12-12", "II.7/assoc-women", WOMEN, "complete", {"result": "BC 2"}),
    ("2024-12-18", "II.7/office", CHAIR, "accept", {}),
    ("2024-12-18", "II.7/assoc-women", CHAIR, "accept", {}),
    ("2024-12-18", "II.7/specialist-section", SECTION, "complete", {
        "result": "BC 3"}),
    ("2024-12-20", "II.7/specialist-section", CHAIR, "accept", {}),
    ("2025-02-10", "II.7/assoc-youth", YOUTH, "complete", {"result": "BC 4"}),
    ("2025-03-03", "II.7/assoc-youth", CHAIR, "accept", {}),

    # III.1: the remedies that self-reviews have promised; the rest is below
    ("2024-04-26", "III.1/khắc-phục-1", "staff.economy1", "do", {
        "result": "Đã trả lời 5 hồ sơ"}),
    ("2024-04-30", "III.1/khắc-phục-1", SECTION, "verify", {}),
    ("2025-01-10", "III.1/khắc-phục-2", "staff.culture1", "do", {
        "result": "Đã rà soát"}),
    ("2025-02-10", "III.1/khắc-phục-2", SECTION, "verify", {}),

    # III.2: plans of the units; commitments are below
    ("2024-02-20", "III.2/office", OFFICE, "complete", {"result": "KH"}),
    ("2024-02-29", "III.2/specialist-section", SECTION, "complete", {
        "result": "KH"}),
    ("2024-02-29", "III.2/assoc-women", WOMEN, "complete", {"result": "KH"}),
    ("2024-03-12", "III.2/assoc-youth", YOUTH, "complete", {"result": "KH"}),
    *[("2024-03-20", "III.2/" + u, CHAIR, "accept", {}) for u in UNITS_2024],

    # III.3: satisfaction, quarter by quarter; the last is entered in the ward
    # that comes after
    ("2024-01-15", "III.3/hài-lòng", CLERK, "+indicators", {
        "unit_code": OLD, "code": "HAI-LONG", "title": "Mức hài lòng",
        "aggregation": "ratio", "target": "0.9"}),
    *[(day, f"III.3/giá-trị-{q}", CLERK,
       "+indicators/<III.3/hài-lòng>/values", {
           "unit_code": OLD, "period": f"2024-Q{q}", "numerator": n,
           "denominator": "1000"})
      for q, day, n in ((1, "2024-03-31", "930"), (2, "2024-06-30", "850"),
                        (3, "2024-09-30", "910"), (4, "2025-01-10", "940"))],

    # III.4: the Party committee's own part, and a commendation
    ("2024-03-20", "III.4/quy-chế-cấp-ủy", CLERK, "+tasks", {
        "parent_id": "<III.4>", "title": "Bổ sung quy chế của cấp ủy",
        "lead": {"staff_code": PARTY}, "due_on": "2024-06-28"}),
    ("2024-03-20", "III.4/quy-chế-cấp-ủy", CLERK, "assign", {}),
    ("2024-06-20", "III.4/quy-chế-cấp-ủy", PARTY, "complete", {
        "result": "NQ 12"}),
    ("2024-06-30", "III.4/quy-chế-cấp-ủy", CHAIR, "accept", {}),
    ("2024-11-18", "III.4/khen-thưởng", PARTY, "+measures", {
        "kind": "reward", "title": "Đề nghị khen thưởng",
        "subject_staff_code": "staff.economy1", "lead_staff_code": OFFICE,
        "due_on": "2025-01-31"}),
    ("2025-01-10", "III.4/khen-thưởng", OFFICE, "do", {"result": "QĐ 5"}),
    ("2025-02-10", "III.4/khen-thưởng", PARTY, "verify", {}),
    ("2024-11-18", "III.4/khen", CHAIR, "+staff/<staff.economy1>/events", {
        "kind": "commendation", "title": "Dám nghĩ, dám làm",
        "from": "2024-11-18"}),

    # III.5: in time after more time was granted
    ("2024-03-20", "III.5/rà-soát", CLERK, "+tasks", {
        "parent_id": "<III.5>", "title": "Rà soát quy chế phối hợp",
        "lead": {"unit_code": "office"}, "due_on": "2024-05-31"}),
    ("2024-03-20", "III.5/rà-soát", CLERK, "assign", {}),
    ("2024-05-21", "III.5/gia-hạn", OFFICE,
     "+tasks/<III.5/rà-soát>/extensions", {
         "proposed_on": "2024-06-14", "reason": "Chờ góp ý"}),
    ("2024-05-31", "III.5/gia-hạn", CHAIR, "grant", {"due_on": "2024-06-14"}),
    ("2024-06-14", "III.5/rà-soát", OFFICE, "complete", {
        "result": "QĐ 46", "completed_on": "2024-06-12"}),
    ("2024-06-20", "III.5/rà-soát", CHAIR, "accept", {}),

    # III.6: never done; the ward that comes after cancels it
    ("2024-03-20", "III.6/khung", CLERK, "+tasks", {
        "parent_id": "<III.6>", "title": "Khung vị trí việc làm",
        "lead": {"unit_code": "specialist-section"},
        "due_on": "2024-10-31"}),
    ("2024-03-20", "III.6/khung", CLERK, "assign", {}),
    ("2025-03-03", "III.6/khung", CHAIR, "cancel", {
        "reason": "Lập chung cho phường mới"}),
    ("2024-09-10", "III.6/đào-tạo", OFFICE,
     "+staff/<staff.culture1>/events", {
         "kind": "training", "title": "Kỹ năng số", "from": "2024-09-09",
         "to": "2024-09-10"}),

    # III.7: online services, added up over two units
    ("2024-01-15", "III.7/trực-tuyến", CLERK, "+indicators", {
        "unit_code": OLD, "code": "DVC", "title": "Hồ sơ trực tuyến",
        "aggregation": "sum", "target": "1000"}),
    *[(day, f"III.7/{unit}-{q}", who,
       "+indicators/<III.7/trực-tuyến>/values", {
           "unit_code": unit, "period": f"2024-Q{q}", "value": n})
      for q, day, a, b in ((1, "2024-03-31", "700", "500"),
                           (2, "2024-06-30", "400", "300"),
                           (3, "2024-09-30", "800", "400"))
      for unit, who, n in (("office", OFFICE, a),
                           ("specialist-section", SECTION, b))],

    # III.8: a complaint leads to an inspection, discipline and a referral; a
    # second is answered in the ward that comes after
    ("2024-07-31", "III.8/phản-ánh-1", CLERK, "+complaints", {
        "title": "Hồ sơ bị đùn đẩy", "unit_code": "specialist-section",
        "channel": "post", "complainant": {"full_name": "Công dân"}}),
    ("2024-08-06", "III.8/phản-ánh-1", CHAIR, "accept", {
        "due_on": "2024-08-30", "lead_staff_code": PARTY}),
    ("2024-08-06", "III.8/kiểm-tra", PARTY, "+inspections", {
        "title": "Kiểm tra theo phản ánh", "unit_code": "specialist-section",
        "origin": {"kind": "complaint"}, "due_on": "2024-08-30"}),
    ("2024-08-06", "III.8/kiểm-tra", PARTY, "start", {}),
    ("2024-08-06", "III.8/phát-hiện", PARTY,
     "+inspections/<III.8/kiểm-tra>/findings", {
         "title": "Gây khó khăn để nhận quà"}),
    ("2024-08-29", "III.8/kiểm-tra", PARTY, "conclude", {
        "conclusion": "Có vi phạm"}),
    ("2024-08-29", "III.8/kỷ-luật", PARTY, "+measures", {
        "finding_id": "<III.8/phát-hiện>", "kind": "discipline",
        "title": "Khiển trách", "subject_staff_code": "staff.economy3",
        "lead_staff_code": OFFICE, "due_on": "2024-09-30"}),
    ("2024-08-29", "III.8/chuyển", PARTY, "+measures", {
        "finding_id": "<III.8/phát-hiện>", "kind": "crime",
        "title": "Chuyển dấu hiệu tội phạm", "due_on": "2024-09-30"}),
    ("2024-08-29", "III.8/thanh-tra", PARTY, "+measures", {
        "unit_code": "specialist-section", "kind": "inspection",
        "title": "Đề nghị thanh tra", "due_on": "2024-10-31"}),
    ("2024-11-18", "III.8/thanh-tra", PARTY, "refer", {
        "to": "Thanh tra quận", "document": "21/CV"}),
    ("2024-08-29", "III.8/phản-ánh-1", PARTY, "resolve", {
        "answer": "Phản ánh đúng", "founded": True}),
    ("2024-09-10", "III.8/chuyển", PARTY, "refer", {
        "to": "Công an quận", "document": "15/CV"}),
    ("2024-09-10", "III.8/quyết-định", OFFICE,
     "+staff/<staff.economy3>/events", {
         "kind": "discipline", "form": "Khiển trách", "title": "Gây khó khăn",
         "from": "2024-09-10", "duty_related": True}),
    ("2024-09-10", "III.8/kỷ-luật", OFFICE, "do", {"result": "QĐ 77"}),
    ("2024-09-30", "III.8/kỷ-luật", PARTY, "verify", {}),
    ("2024-09-30", "III.8/kiểm-tra", PARTY, "close", {}),
    ("2024-12-20", "III.8/phản-ánh-2", CLERK, "+complaints", {
        "title": "Trễ hẹn hai lần", "unit_code": "specialist-section",
        "channel": "online"}),
    ("2025-01-10", "III.8/phản-ánh-2", CHAIR, "accept", {
        "due_on": "2025-01-31", "lead_staff_code": PARTY}),
    ("2025-02-10", "III.8/phản-ánh-2", PARTY, "resolve", {
        "answer": "Đã xin lỗi", "founded": True}),

    # IV.1: what units say of their commitments: one never does
    *[row for u in UNITS_2024[:3] for row in (
        ("2024-12-05", "IV.1/" + u, HEADS[u], "complete", {"result": "BC"}),
        ("2024-12-12", "IV.1/" + u, CHAIR, "accept", {}))],

    # IV.2: the Office's reports, one of them late, and next year's plan
    ("2024-06-14", "IV.2/2024-H1", OFFICE, "complete", {"result": "BC 50"}),
    ("2024-06-20", "IV.2/2024-H1", CHAIR, "accept", {}),
    ("2024-12-18", "IV.2/2024", OFFICE, "complete", {"result": "BC 99"}),
    ("2024-12-20", "IV.2/2024", CHAIR, "accept", {}),
    ("2025-01-10", "IV.2/2024-H2", OFFICE, "complete", {"result": "BC 100"}),
    ("2025-02-10", "IV.2/2024-H2", CHAIR, "accept", {}),
    ("2024-12-18", "IV.2/kế-hoạch-2025", CLERK,
     "+plans/<II.2/kế-hoạch>/copy", {}),

    # new work of the year after, for a unit that is then split
    ("2025-03-03", "II.3/việc-mới", CHAIR, "+tasks", {
        "title": "Số hóa hồ sơ đất đai", "due_on": "2025-09-30",
        "lead": {"unit_code": "specialist-section"}}),
    ("2025-03-03", "II.3/việc-mới", CHAIR, "assign", {}),
]

# What is read at DATES; "=" is as before, "-" not yet there. Commitments of
# people are III.2's, of units IV.1's.
GOES_ON = "in_progress continuous"
IN_TIME, TOO_LATE = "accepted done_on_time", "accepted done_late"
READINGS = {
    "II.2/kế-hoạch": ("in_force", "=", "=", "="),
    "II.1": (IN_TIME, "=", "=", "="),
    "II.1/office": (IN_TIME, "=", "=", "="),
    "II.1/specialist-section": (TOO_LATE, "=", "=", "="),
    "II.1/assoc-women": (IN_TIME, "=", "=", "="),
    "II.1/assoc-youth": (TOO_LATE + " 1", "=", "=", "="),
    "II.2": (TOO_LATE, "=", "=", "="),
    "II.2/xin-gia-hạn": ("refused", "=", "=", "="),
    "II.2/giải-trình": ("accepted", "=", "=", "="),
    "II.3": ("assigned continuous", GOES_ON, "=", "="),
    "II.3/office": (GOES_ON, "=", "=", "="),
    "II.3/specialist-section": (GOES_ON, "=", "=", "="),
    "II.3/assoc-women": (GOES_ON, "=", "=", "="),
    "II.3/assoc-youth": ("assigned continuous", "=", "=", "="),
    "II.3/việc-mới": ("-", "-", "-", "assigned open_in_term"),
    "II.4": ("assigned continuous", "=", "=", "="),
    "II.4/kiểm-tra": ("concluded", "=", "=", "closed"),
    "II.4/phát-hiện": ("stated", "=", "=", "="),
    "II.4/khắc-phục": ("open ok", "verified none", "=", "="),
    "II.4/gợi-ý-kiểm-điểm": ("open ok", "=", "done none", "verified none"),
    "II.4/điều-chuyển": ("open ok", "open overdue", "=", "verified none"),
    "II.5": ("assigned continuous", "=", "=", "="),
    "II.5/tập-thể": ("-", "-", "concluded", "="),
    "II.5/đánh-giá-1": ("-", "-", "decided good", "="),
    "II.5/đánh-giá-2": ("-", "-", "met", "decided completed"),
    "II.6": ("assigned continuous", "=", "=", "="),
    "II.6/đề-xuất-1": ("-", "assessed none", "=", "="),
    "II.6/đề-xuất-2": ("-", "-", "opinion_asked overdue", "approved none"),
    "II.6/quy-chế": ("assigned open_in_term", IN_TIME, "=", "="),
    "II.7": (GOES_ON, "=", "=", "="),
    "II.7/office": ("assigned open_in_term", "=", IN_TIME, "="),
    "II.7/specialist-section": ("assigned open_in_term", "=", IN_TIME, "="),
    "II.7/assoc-women": ("assigned open_in_term", "=", IN_TIME, "="),
    "II.7/assoc-youth": ("assigned open_in_term", "=", "=", TOO_LATE),
    "III.1": (GOES_ON, "=", "=", "="),
    "III.1/khắc-phục-1": ("open ok", "verified none", "=", "="),
    "III.1/khắc-phục-2": ("-", "-", "open ok", "verified none"),
    "III.2": (GOES_ON, "=", "=", "="),
    "III.2/office": (IN_TIME, "=", "=", "="),
    "III.2/specialist-section": (IN_TIME, "=", "=", "="),
    "III.2/assoc-women": (IN_TIME, "=", "=", "="),
    "III.2/assoc-youth": (IN_TIME, "=", "=", "="),
    "III.2/cam-kết": ("11 approved", "=",
                      "1 approved, 9 confirmed, 1 confirmed unfulfilled",
                      "10 confirmed, 1 confirmed unfulfilled"),
    "III.3": ("assigned continuous", "=", "=", "="),
    "III.3/hài-lòng 2024-Q1": ("0.93 met", "=", "=", "="),
    "III.3/hài-lòng 2024-Q2": ("none", "0.85 not met", "=", "="),
    "III.3/hài-lòng 2024-Q3": ("none", "0.91 met", "=", "="),
    "III.3/hài-lòng 2024-Q4": ("none", "none", "=", "0.94 met"),
    "III.4": ("assigned continuous", "=", "=", "="),
    "III.4/quy-chế-cấp-ủy": ("assigned open_in_term", IN_TIME, "=", "="),
    "III.4/khen-thưởng": ("-", "-", "open ok", "verified none"),
    "III.4/khen": ("-", "-", "commendation 2024", "="),
    "III.5": ("assigned continuous", "=", "=", "="),
    "III.5/rà-soát": ("assigned open_in_term", IN_TIME, "=", "="),
    "III.5/gia-hạn": ("-", "granted", "=", "="),
    "III.6": ("assigned continuous", "=", "=", "="),
    "III.6/khung": ("assigned open_in_term", "=", "assigned overdue",
                    "cancelled cancelled"),
    "III.6/đào-tạo": ("-", "training 2024", "=", "="),
    "III.7": ("assigned continuous", "=", "=", "="),
    "III.7/trực-tuyến 2024-Q1": ("1200 met", "=", "=", "="),
    "III.7/trực-tuyến 2024-Q2": ("none", "700 not met", "=", "="),
    "III.7/trực-tuyến 2024-Q3": ("none", "1200 met", "=", "="),
    "III.8": ("assigned continuous", "=", "=", "="),
    "III.8/phản-ánh-1": ("-", "resolved none", "=", "="),
    "III.8/phản-ánh-2": ("-", "-", "received none", "resolved none"),
    "III.8/kiểm-tra": ("-", "closed", "=", "="),
    "III.8/phát-hiện": ("-", "stated", "=", "="),
    "III.8/kỷ-luật": ("-", "verified none", "=", "="),
    "III.8/chuyển": ("-", "referred none", "=", "="),
    "III.8/thanh-tra": ("-", "open ok", "referred none", "="),
    "III.8/quyết-định": ("-", "discipline 2024", "=", "="),
    "IV.1": (GOES_ON, "=", "=", "="),
    **{"IV.1/" + u: ("assigned open_in_term", "=", IN_TIME, "=")
       for u in UNITS_2024[:3]},
    "IV.1/assoc-youth": ("assigned open_in_term", "=", "=",
                         "assigned overdue"),
    "IV.1/cam-kết": ("3 approved", "=", "3 confirmed", "="),
    "IV.2": (GOES_ON, "=", "=", "="),
    "IV.2/2024-H1": ("assigned open_in_term", IN_TIME, "=", "="),
    "IV.2/2024-H2": ("-", "assigned open_in_term", "=", TOO_LATE),
    "IV.2/2024": ("assigned open_in_term", "=", IN_TIME, "="),
    "IV.2/kế-hoạch-2025": ("-", "-", "draft", "="),
}

# Who reads a kind; all must read the same.
READERS = {
    "tasks": (CHAIR, CLERK, SUPERIOR), "extensions": (CHAIR, CLERK),
    "explanations": (CHAIR, SUPERIOR, OFFICE), "inspections": (CHAIR, PARTY),
    "findings": (CHAIR, PARTY), "measures": (CHAIR, PARTY),
    "reviews": (CHAIR,), "evaluations": (CHAIR, OFFICE),
    "proposals": (CHAIR, CLERK, PARTY, SUPERIOR),
    "remediations": (CHAIR, SECTION), "complaints": (CHAIR, PARTY, CLERK),
    "indicators": (CHAIR, CLERK, SUPERIOR), "plans": (CLERK, WOMEN),
    "staff-events": (CHAIR, OFFICE), "commitments": (CHAIR,),
}
# Next year's plan is a draft, its author's alone.
OWN = {("IV.2/kế-hoạch-2025", WOMEN)}
# In the new ward's office another keeps people's dossiers.
NO_MORE = {("evaluations", OFFICE), ("staff-events", OFFICE)}


def known_in_2024():
    """The demo's organisation as anybody knew it in the spring of 2024, and
    two people more: who judges the ward's chair, and who keeps the tree."""
    day = "2024-04-01"

    def now(x, first, last):
        return x[first] <= day and (x[last] is None or day <= x[last])
    units = []
    for u in UNITS["units"]:
        for v in u["versions"]:
            if now(v, "valid_from", "valid_to"):
                units.append({**u, "name": v["name"], "parent_code":
                              v["parent_code"],
                              "versions": [{**v, "valid_to": None}]})
    staff = [{**s, **{k: [{**a, "to": None} for a in s[k]
                          if now(a, "from", "to")]
                      for k in ("assignments", "grants")}}
             for s in UNITS["staff"]]
    staff = [s for s in staff if s["assignments"]]
    for who, unit, role in ((ABOVE, "district-thanh-khe", "chair"),
                            (KEEPER, "city-da-nang", "admin")):
        staff.append({
            "code": who, "username": who, "full_name": who, "email": None,
            "subject_type": "cadre", "party_member": False, "rank_order": 5,
            "assignments": [{"unit_code": unit, "position": role,
                             "duty_group": None, "main": True,
                             "from": "2024-01-01", "to": None}],
            "grants": [{"role": role, "function": None, "unit_code": unit,
                        "from": "2024-01-01", "to": None}]})
    return {**UNITS, "units": units, "successions": [], "staff": staff}


def standing(kind, x):
    """How an item stands, in few words."""
    words = [x["status"]]
    if kind == "tasks":
        words += [x["timeliness"]] + [str(x["reworks"])] * bool(x["reworks"])
    elif kind in ("measures", "proposals", "complaints", "remediations"):
        words.append(x["signal"])
    elif kind == "evaluations":
        words += [x["level"]] * bool(x["level"])
    elif kind == "staff-events":
        words = [x["kind"]] + [str(x["year_counted"])] * bool(
            x["year_counted"])
    return " ".join(words)


class Year(Office):
    def __init__(self, stack):
        super().__init__(stack)
        self.s = stack
        self.items = {}     # name -> (kind, id)
        self.seen = {}      # (date, name) -> {reader: what he reads}
        self.figures = {}   # (date, unit) -> its figures of 2024
        self.trees = {}     # day -> {unit: (name, the unit above)}
        self.reviews = {}   # date -> {period: (counts, missing)}
        self.said = {}      # date -> {reader: what the plan says}

    def path(self, name):
        kind, id = self.items[name]
        return f"/v1/{kind}/{id}"

    # --- going through the year ---

    def run(self, rows):
        today = None
        for row in sorted(rows, key=lambda r: r[0]):
            if row[0] != today:
                if today in DATES:
                    self.look(today)
                today = row[0]
                self.s.clock("set", today)
            try:
                row[1](self) if callable(row[1]) else self.step(*row[1:])
            except AssertionError as e:
                raise AssertionError(f"{row[:4]}: {e}") from e
        self.look(today)

    def step(self, name, who, verb, body):
        body = self.named(body)
        if verb.startswith("+"):
            path = "/v1/" + self.named(verb[1:])
            r = self.s.post(path, who, body)
            x = expect(r, 201)
            if path.endswith(("/import", "/copy")):
                kind = "plans"
            else:
                kind = path.split("/")[-1]
            kind = {"events": "staff-events", "values": "indicator-values"
                    }.get(kind, kind)
            self.items[name] = kind, x["id"]
            if verb == "+plans/import":
                for t in self.all(f"/v1/plans/{x['id']}/tasks?limit=50", who):
                    self.items[t["code"]] = "tasks", t["id"]
            return
        if verb == "cascade":
            body["audience"] = [{"unit_code": u} for u in body["audience"]]
        x = self.get(self.path(name), who)
        assert verb in x["_permissions"], (x["status"], x["_permissions"])
        expect(self.s.verb(f"{self.path(name)}/{verb}", who, x, body), 200)
        if verb == "cascade":
            for t in self.all(f"/v1/tasks?parent={x['id']}&limit=50", who):
                self.items[f"{name}/{t['lead']['code']}"] = "tasks", t["id"]

    def asked(self, code, period, count):
        """The occurrences of a period, when the scheduler has made them."""
        path = (f"/v1/tasks?parent={self.items[code][1]}&period={period}"
                "&kind=occurrence&limit=50")
        return until(lambda: (t := self.all(path, CHAIR))
                     and len(t) == count and t, 30,
                     what=f"{code} is asked for {period}")

    def named(self, x):
        """x with <name> replaced by the id of the item or person."""
        if isinstance(x, dict):
            return {k: self.named(v) for k, v in x.items()}
        if not isinstance(x, str):
            return x
        return re.sub("<([^>]+)>", lambda m: self.people.get(m[1]) or
                      self.items[m[1]][1], x)

    def batch(self, who, operations):
        if not operations:
            return
        r = expect(self.s.post("/v1/batch", who, {
            "atomic": False, "operations": operations}), 200)
        for op, got in zip(operations, r["results"]):
            assert got["status"] in (200, 201), (who, op, got)

    # --- reading ---

    def look(self, date):
        """Everything as it is read on the day."""
        until(lambda: self.s.one("SELECT (SELECT count(*) FROM job)"
                                 " + (SELECT count(*) FROM mark) = 0"), 60,
              what="all is told and counted")
        for name in READINGS:
            kind = self.kind(name)
            if kind is None:
                self.seen[date, name] = "-"
                continue
            self.seen[date, name] = {who: self.reading(name, who)
                                     for who in READERS[kind]}
        for u in self.get(f"/v1/rollups?unit={OLD}&depth=1&period=2024",
                          CHAIR)["items"]:
            self.figures[date, u["unit"]["code"]] = u
        self.reviews[date] = {p: self.handed_in(p, end)
                              for p, end in PERIODS if end <= date}
        self.said[date] = {who: self.says(who) for who in READERS["plans"]}

    def kind(self, name):
        name = name.split(" ")[0]
        if name.endswith("/cam-kết"):
            return "commitments"
        return self.items[name][0] if name in self.items else None

    def reading(self, name, reader, query=""):
        item, _, period = name.partition(" ")
        if self.kind(name) == "commitments":
            unit = item.startswith("IV.1")
            return ", ".join(f"{n} {k}" for k, n in sorted(Counter(
                x["status"] + " unfulfilled" * (x["fulfilled"] is False)
                for x in self.all(
                    "/v1/commitments?year=2024&limit=50"
                    + query.replace("?", "&"), reader)
                if (x["subject"] is None) == unit).items()))
        if period:
            r = self.s.get(f"{self.path(item)}/total?period={period}"
                           + query.replace("?", "&"), reader)
            if r.status_code != 200:
                return str(r.status_code)
            t = r.json()
            return "none" if t["value"] is None else (
                t["value"] + (" met" if t["met"] else " not met"))
        r = self.s.get(self.path(item) + query, reader)
        return (standing(self.kind(item), r.json()) if r.status_code == 200
                else str(r.status_code))

    def says(self, reader, query=""):
        """What the plan says: its text, on what it rests, whom it obliges."""
        path = self.path("II.2/kế-hoạch")
        x = self.get(path + query, reader)
        return {**{k: x[k] for k in ("title", "sections", "signer")},
                "recipients": [r["name"] for r in x["recipients"]],
                "legal_bases": [(b["relation"], b["number"]) for b in self.all(
                    f"{path}/bases?limit=50", reader)],
                "obligations": [(o["code"], o["what"], o["audience"])
                                for o in self.all(f"{path}/obligations?limit=50"
                                                  + query.replace("?", "&"),
                                                  reader)]}

    def handed_in(self, period, end, query=""):
        """How many reviews stand how, and of whom there is none."""
        got = self.all(f"/v1/reviews?period={period}&limit=50{query}", CHAIR)
        got = [x for x in got if x["subject"] and x["status"] != "draft"]
        (group,) = self.get("/v1/groups?code=each-person", CHAIR)["items"]
        all_ = {m["code"] for m in self.all(
            f"/v1/groups/{group['id']}/members?unit={OLD}&as_of={end}"
            "&limit=100", CHAIR)}
        return (Counter(x["status"] for x in got),
                all_ - {x["subject"]["code"] for x in got})


# --- what recurs, III.1, III.2, IV.1 ---

def recurs(year):
    """The year's occurrences, asked as soon as the plan is in force."""
    for code in ("II.7", "III.2", "IV.1"):
        for t in year.asked(code, "2024", len(UNITS_2024)):
            year.items[f"{code}/{t['lead']['code']}"] = "tasks", t["id"]
    for period in ("2024-H1", "2024"):
        recurs_office(year, period)


def recurs_office(year, period):
    (t,) = year.asked("IV.2", period, 1)
    year.items["IV.2/" + period] = "tasks", t["id"]


def unit_rows():
    """III.1: on the last day of a period each unit reports that it has held
    its review, and the chair accepts it."""
    def report(period, year):
        done = []
        for t in year.asked("III.1", period, len(UNITS_2024)):
            unit = t["lead"]["code"]
            if (period, unit) in UNMET:
                continue
            path = f"/v1/tasks/{t['id']}/"
            expect(year.s.verb(path + "complete", HEADS[unit], t, {
                "result": "Biên bản họp"}), 200)
            done.append({"method": "POST", "path": path + "accept", "body": {},
                         "if_match": f'"v{t["version"] + 1}"'})
        year.batch(CHAIR, done)
    return [(end, lambda y, p=period: report(p, y)) for period, end in PERIODS]


def review_rows():
    """On the last day of each period the Office opens everybody's review, each
    writes his own, and who looks at it concludes it; the late follow a month
    after."""
    ids = {(p, who): new_id() for p, _ in PERIODS for who in JUDGES}

    def answers(period, who):
        given = {f"BH{n:02}": {"value": False} for n in range(1, 11)}
        if (period, who) in FOUND:
            code, due = FOUND[period, who]
            given[code] = {"value": True, "cause": "Nể nang",
                           "remedy": "Kiểm tra hằng tuần",
                           "remedy_due_on": due}
        return given

    def open_(period, end, year):
        for opener in (OFFICE, CHAIR):  # the chair's is judged above
            year.batch(opener, [{
                "method": "POST", "path": "/v1/reviews", "body": {
                    "id": ids[period, who], "criteria_set_code": "BH-2023",
                    "period": period,
                    "plan_id": year.items["II.2/kế-hoạch"][1],
                    "due_on": end, "subject_staff_code": who}}
                for who in JUDGES if (who == CHAIR) == (opener == CHAIR)])

    def write(period, people, year):
        for who in people:
            path = "/v1/reviews/" + ids[period, who]
            year.batch(who, [
                {"method": "PATCH", "path": path, "if_match": '"v1"',
                 "body": {"answers": answers(period, who)}},
                {"method": "POST", "path": path + "/submit",
                 "if_match": '"v2"', "body": {}}])
        for judge in {JUDGES[w] for w in people}:
            year.batch(judge, [
                {"method": "POST", "if_match": '"v3"',
                 "path": f"/v1/reviews/{ids[period, who]}/conclude",
                 "body": {"conclusion": "Nhất trí"}}
                for who in people if JUDGES[who] == judge])
        for n, (p, who) in enumerate(FOUND, 1):
            if p == period and who in people:
                (line,) = year.all(f"/v1/reviews/{ids[p, who]}/remediations"
                                   "?limit=50", who)
                year.items[f"III.1/khắc-phục-{n}"] = ("remediations",
                                                      line["id"])
    rows = []
    for n, (period, end) in enumerate(PERIODS):
        missed, late = MISSED.get(period, set()), LATE.get(period, set())
        rows.append((end, lambda y, p=period, e=end: open_(p, e, y)))
        rows.append((end, lambda y, p=period, w=[
            x for x in JUDGES if x not in missed | late]: write(p, w, y)))
        if late:
            rows.append((month_end(int(period[5:]) + 1),
                         lambda y, p=period, w=list(late): write(p, w, y)))
    return rows


def commitment_rows():
    """Everybody's and every unit's: made and handed up on one day, approved
    on another; reported and confirmed at the end of the year."""
    ids = {}
    judges = {**JUDGES, **dict.fromkeys(UNITS_2024, CHAIR)}
    subjects = [w for w in judges if w not in UNREGISTERED
                and HEADS.get(w) not in UNREGISTERED]

    def verb(year, who, name, steps):
        year.batch(who, [{"method": "POST", "if_match": f'"v{v}"',
                          "path": f"/v1/commitments/{ids[s]}/{name}",
                          "body": body} for s, v, body in steps])

    def register(year):
        for s in subjects:
            ids[s] = new_id()
            who = HEADS.get(s, s)
            year.batch(who, [{"method": "POST", "path": "/v1/commitments",
                              "body": {
                                  "id": ids[s], "year": 2024,
                                  "text": "Không né tránh, đùn đẩy",
                                  "plan_id": year.items["II.2/kế-hoạch"][1],
                                  "due_on": "2024-12-10",
                                  **({"unit_code": s} if s in HEADS else {
                                      "registered_task": {
                                          "title": "Một việc trong năm"}})}}])
            verb(year, who, "submit", [(s, 1, {})])

    def judge(name, v, people, body, year):
        for who in {judges[s] for s in people}:
            verb(year, who, name, [(s, v, body(s)) for s in people
                                   if judges[s] == who])

    def report(people, year):
        for s in people:
            verb(year, HEADS.get(s, s), "report", [(s, 3, {
                "result": "Đã làm", "completed": s not in UNFULFILLED})])

    def confirmed(s):
        return {"fulfilled": s not in UNFULFILLED, "conclusion": "Ghi nhận"}
    timely = [s for s in subjects if s not in UNREPORTED]
    return [
        (REGISTERED, register),
        ("2024-02-05", lambda y: judge("approve", 2, subjects,
                                       lambda s: {}, y)),
        (REPORTED, lambda y: report(timely, y)),
        ("2024-12-12", lambda y: judge("confirm", 4, timely, confirmed, y)),
        ("2025-01-10", lambda y: report(UNREPORTED, y)),
        ("2025-02-10", lambda y: judge("confirm", 4, UNREPORTED, confirmed,
                                       y))]


# --- what befell the units and their people ---

# Open on the day of the merger, and nobody's business in the ward beside.
OPEN = ("II.7/assoc-youth", "III.6/khung", "II.3", "II.4/điều-chuyển",
        "II.6/đề-xuất-2", "III.8/phản-ánh-2")

def succeed(year, unit, day, **body):
    expect(year.s.post(f"/v1/units/{year.units[unit]}/succession", KEEPER, {
        "effective_on": day, "note": "Theo nghị quyết", **body}), 200)


def appointed(year, day):
    """People's posts and grants from a day on, and units' names, as the demo
    has them."""
    for u in UNITS["units"]:
        for before, v in zip(u["versions"], u["versions"][1:]):
            if v["valid_from"] == day and v["name"] != before["name"]:
                succeed(year, u["code"], day, kind="rename", name=v["name"])
    for p in UNITS["staff"]:
        if p["code"] not in year.people:
            continue
        path = "/v1/staff/" + year.people[p["code"]]
        at = [a["unit_code"] for a in p["assignments"] if a["from"] < day]
        for a in p["assignments"]:
            if a["from"] == day and a["unit_code"] != at[-1]:
                expect(year.s.post(path + "/transfer", KEEPER, {
                    "on": day, "unit_code": a["unit_code"],
                    "position": a["position"]}), 200)
        for g in p["grants"]:
            if g["from"] == day and not (
                    g["role"] == "staff" and g["function"] is None):
                expect(year.s.post(path + "/grants", KEEPER, {
                    "role": g["role"], "unit_code": g["unit_code"],
                    "from": day, **({"function": g["function"]}
                                    if g["function"] else {})}), 201)


def merge(year):
    """Decided before Christmas for the first of January."""
    for name in OPEN:
        problem(year.s.get(year.path(name), "deputy.chair2"), 404,
                "not_found")
    succeed(year, OLD, MERGED, kind="merge",
            into=[{"unit_code": MIDDLE}])
    appointed(year, MERGED)


def merged(year):
    """The day itself."""
    until(lambda: year.get(f"/v1/units/{year.units[OLD]}", CHAIR)["status"]
          == "ended", 30, what="the ward has ended")
    year.after_merger = year.get(
        f"/v1/rollups?unit={OLD}&depth=1&period=2024", CHAIR)["items"]
    year.heir_in_2024 = year.get(
        f"/v1/rollups?unit={MIDDLE}&depth=0&period=2024", CHAIR)["items"]
    year.open_ = {(name, who): year.get(year.path(name), who)["_permissions"]
                  for name in OPEN for who in (CHAIR, "deputy.chair2")}
    year.asked = {w["id"]: (w["signal"], w["verbs"]) for w in year.get(
        "/v1/me/work?limit=200", YOUTH)["items"]}


def reform(year):
    """Two weeks before their day: the new ward and its departments, who goes
    where, and what ends."""
    for u in UNITS["units"]:
        if u["code"] in year.units:
            continue
        expect(year.s.post("/v1/units", KEEPER, {
            "code": u["code"], "kind": u["kind"], "name": u["name"],
            "parent_code": u["parent_code"], "valid_from": ABOLISHED}), 201)
    year.units = year.unit_ids()
    succeed(year, "specialist-section", ABOLISHED, kind="split", into=[
        {"unit_code": u} for u in ("economy", "culture", "pasc")])
    succeed(year, "district-thanh-khe", ABOLISHED, kind="abolish")
    succeed(year, MIDDLE, ABOLISHED, kind="merge",
            into=[{"unit_code": NEW}])
    appointed(year, ABOLISHED)


def trees(year):
    days = DATES + [MERGED, "2025-06-30", ABOLISHED]
    for day in days:
        year.trees[day] = {
            u["code"]: (u["name"], (u["parent"] or {}).get("code"))
            for u in year.all(f"/v1/units?as_of={day}&limit=50", KEEPER)}


@pytest.fixture(scope="module")
def stack():
    with tempfile.TemporaryDirectory() as d:
        Path(d).chmod(0o755)
        file = Path(d) / "units.json"
        file.write_text(json.dumps(known_in_2024()))
        with Stack(DEMO=file) as s:
            yield s


@pytest.fixture(scope="module")
def year(stack):
    y = Year(stack)
    y.run(SCRIPT + review_rows() + unit_rows() + commitment_rows() + [
        ("2024-01-15", recurs),
        ("2024-07-31", lambda y: recurs_office(y, "2024-H2")),
        ("2024-12-20", merge), (MERGED, merged), ("2025-06-16", reform),
        ("2025-07-02", trees)])
    return y


def test_every_paragraph_of_the_plan_has_its_rows():
    assert {n.split("/")[0] for n in READINGS} == set(PARAGRAPHS)
    assert len(PARAGRAPHS) == 17


@pytest.mark.parametrize("date", DATES)
@pytest.mark.parametrize("paragraph", PARAGRAPHS)
def test_a_paragraph_stands_as_it_was_scripted(year, paragraph, date):
    want, got = {}, {}
    for name, row in READINGS.items():
        if name.split("/")[0] != paragraph:
            continue
        n = DATES.index(date)
        while row[n] == "=":
            n -= 1
        got[name] = year.seen[date, name]
        want[name] = row[n] if row[n] == "-" else {
            who: "404" if (name, who) in OWN or date > ABOLISHED
            and (year.kind(name), who) in NO_MORE else row[n]
            for who in READERS[year.kind(name)]}
    assert got == want


@pytest.mark.parametrize("date", DATES[:-1])
def test_how_a_paragraph_stood_is_told_afterwards(year, date):
    want, got = {}, {}
    for name in READINGS:
        kind = year.kind(name)
        for who in READERS[kind]:
            if (kind, who) not in NO_MORE:
                then = year.seen[date, name]
                want[name, who] = "404" if then == "-" else then[who]
                got[name, who] = year.reading(name, who, "?as_of=" + date)
    assert got == want
    assert len(got) > 100


@pytest.mark.parametrize("date", DATES)
def test_what_the_plan_says_is_read_whole_on_every_date(year, date):
    want = {**{k: PLAN[k] for k in ("title", "sections", "signer")},
            "recipients": [r["name"] for r in PLAN["recipients"]],
            "legal_bases": [(b["relation"], b["number"])
                            for b in PLAN["legal_bases"]],
            "obligations": [(o["code"], o["what"], o["audience"])
                            for o in PLAN["obligations"]]}
    assert year.said[date] == {who: want for who in READERS["plans"]}
    assert year.says(CLERK, "?as_of=" + date) == want


@pytest.mark.parametrize("date", DATES)
def test_self_reviews_are_handed_in_or_missing_as_scripted(year, date):
    want = {}
    for period, end in PERIODS:
        if end <= date:
            missing = MISSED.get(period, set())
            want[period] = ({"concluded": len(JUDGES) - len(missing)}, missing)
    assert year.reviews[date] == want


@pytest.mark.parametrize("date", DATES[:-1])
def test_who_had_handed_in_is_told_afterwards(year, date):
    assert year.reviews[date] == {
        period: year.handed_in(period, end, f"&as_of={date}")
        for period, end in PERIODS if end <= date}


SPANS = {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}


def occurrences(date):
    """{name: [unit, due, done, reworks]} of what recurs, from the plan."""
    tasks = {}
    for t in PLAN["tasks"]:
        for months in (SPANS[c] for c in t["cadence"]):
            for n, end in enumerate(range(months, 13, months), 1):
                if f"2024-{end - months + 1:02}-01" > date:
                    continue
                due = month_end(end)
                period = "2024" + {1: f"-{n:02}", 3: f"-Q{n}", 6: f"-H{n}",
                                   12: ""}[months]
                for u in UNITS_2024 if t["audience"] else ["office"]:
                    met = (t["code"] == "III.1" and due <= date
                           and (period, u) not in UNMET)
                    name = (f"III.1/{period} {u}" if t["code"] == "III.1" else
                            f"{t['code']}/{u if t['audience'] else period}")
                    tasks[name] = [u, due, due if met else None, 0]
    return tasks


def counted(date):
    """The yearly figures of each unit as the table has them."""
    tasks, at = occurrences(date), {}
    for t in PLAN["tasks"]:
        if t["kind"] == "one_off":
            tasks[t["code"]] = [t["lead_unit_code"], t["due_on"], None, 0]
    for day, name, who, verb, body in sorted(SCRIPT, key=lambda r: r[0]):
        if day > date:
            break
        if verb == "cascade" and "due_on" in body:
            for u in body["audience"]:
                tasks[f"{name}/{u}"] = [u, body["due_on"], None, 0]
        elif verb == "+tasks":
            tasks[name] = [body["lead"].get("unit_code", OLD), body["due_on"],
                           None, 0]
        elif "/extensions" in verb:
            at[name] = re.search("<(.*)>", verb)[1]
        elif verb == "grant":
            tasks[at[name]][1] = body["due_on"]
        elif verb == "complete":
            tasks[name][2] = body.get("completed_on", day)
        elif verb == "return" and name in tasks:
            tasks[name][2:] = None, tasks[name][3] + 1
        elif verb == "cancel":
            del tasks[name]
    figures = {u: Counter() for u in [OLD, *UNITS_2024]}
    for unit, due, done, reworks in tasks.values():
        if due > "2024-12-31":
            continue
        word = ("done_on_time" if done <= due else "done_late") if done else (
            "overdue" if due < date else "open_in_term")
        for u in {unit, OLD}:
            figures[u].update({word: 1, "total": 1, "reworks": reworks})
    return figures


@pytest.mark.parametrize("date", DATES)
def test_the_years_figures_are_what_the_table_counts(year, date):
    words = ("total", "done_on_time", "done_late", "open_in_term", "overdue",
             "reworks")
    want = {u: {w: c[w] for w in words} for u, c in counted(date).items()}
    got = {u: {w: f[w] for w in words}
           for (d, u), f in year.figures.items() if d == date}
    assert got == want


def test_figures_equal_their_recomputation(year):
    done = year.s.camket("rollup", "verify", check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_tree_of_each_day_is_the_demos(year):
    for day, tree in year.trees.items():
        assert tree == {
            u["code"]: (v["name"], v["parent_code"])
            for u in UNITS["units"] for v in u["versions"]
            if v["valid_from"] <= day
            and (v["valid_to"] is None or day <= v["valid_to"])}, day


def test_what_the_old_ward_did_stays_its_own(year):
    def settled(f):
        return [f[k] for k in ("total", "done_on_time", "done_late", "reworks")
                ] + [f["open_in_term"] + f["overdue"]]
    after = {u["unit"]["code"]: settled(u) for u in year.after_merger}
    assert after == {u: settled(f) for (d, u), f in year.figures.items()
                     if d == "2024-12-31"}
    assert set(after) == {OLD, *UNITS_2024}
    assert year.heir_in_2024[0]["total"] == 0


def test_open_work_is_led_on_by_who_covers_the_heir(year):
    may = {name: set(year.open_[name, CHAIR]) for name in OPEN}
    assert {"assign", "cancel"} <= may["II.7/assoc-youth"]
    assert {"assign", "cancel"} <= may["III.6/khung"]
    assert "progress" in may["II.3"]
    assert "refer" in may["II.4/điều-chuyển"]
    assert "vote" in may["II.6/đề-xuất-2"]
    assert "accept" in may["III.8/phản-ánh-2"]
    assert "vote" in year.open_["II.6/đề-xuất-2", "deputy.chair2"]


def test_what_is_overdue_stands_in_the_work_of_who_owes_it(year):
    signal, verbs = year.asked[year.items["II.7/assoc-youth"][1]]
    assert signal == "overdue"
    assert {"receive", "progress", "complete"} <= set(verbs)
