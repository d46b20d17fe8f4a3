"""Innovation proposals: four clocks in working days, votes, the head's written
order, and the Party committee's opinion before approval and assessment."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from register import Register, person
from stack import Stack, expect, problem

VERBS = ("ask_opinion", "give_opinion", "vote", "decide", "order", "start",
         "complete", "report", "assess", "conclude")
BODIES = {"give_opinion": {"agrees": True}, "vote": {"choice": "for"},
          "order": {"document": "12/QĐ-UBND"}, "report": {"result": "Xong"},
          "assess": {"assessment": "Đạt"}, "conclude": {"document": "9/KL"}}
ME, HEAD, D1, D2 = "staff.economy1", "chair", "deputy.chair1", "deputy.chair2"
PARTY, OFFICE = "party.secretary", "office1"


@pytest.fixture(scope="module")
def stack():
    with Stack() as s:
        yield s


@pytest.fixture
def proposals(stack):
    return Register(stack, "proposals")


def made(c, user=ME, **more):
    return c.make(user, {"title": "Liên thông hồ sơ đất đai và thuế",
                         "need": "Người dân đi lại nhiều lần",
                         "bottleneck": "Hai hệ thống chưa nối", **more})


def asked(c, user=ME, agrees=True):
    x = c.do(HEAD if user != HEAD else OFFICE, made(c, user), "ask_opinion")
    return c.do(PARTY, x, "give_opinion", {"agrees": agrees})


def voted(c, x, **votes):
    for user, choice in votes.items():
        x = c.do({"head": HEAD, "d1": D1, "d2": D2}[user], x, "vote",
                 {"choice": choice})
    return x


def test_each_state_knows_its_verbs_and_each_person_his(proposals):
    c, none = proposals, set()
    x = made(c)
    c.only(x, VERBS, {ME: {"update", "delete"}, HEAD: {"ask_opinion"},
                      D1: {"ask_opinion"}, PARTY: none,
                      OFFICE: {"ask_opinion"}}, BODIES)
    x = c.do(HEAD, x, "ask_opinion")
    c.only(x, VERBS, {ME: none, HEAD: {"vote"}, D1: {"vote"},
                      PARTY: {"give_opinion"}, OFFICE: none}, BODIES)
    x = c.do(PARTY, x, "give_opinion", {"agrees": True, "text": "Đồng ý"})
    x = c.do(D1, x, "vote", {"choice": "for"})
    c.only(x, VERBS, {ME: none, HEAD: {"vote", "decide"}, D1: {"vote"},
                      PARTY: {"give_opinion"}, OFFICE: none}, BODIES)
    x = c.do(HEAD, x, "decide")
    start = {"start"}
    c.only(x, VERBS, {ME: start, HEAD: start, D1: start, PARTY: none,
                      OFFICE: start}, BODIES)
    x = c.do(ME, x, "start")
    c.only(x, VERBS, {ME: {"complete", "report"}, HEAD: none, D1: none,
                      PARTY: none, OFFICE: none}, BODIES)
    x = c.do(ME, x, "report", {"result": "Giảm 3 ngày"})
    c.only(x, VERBS, {ME: none, HEAD: {"ask_opinion"},
                      D1: {"ask_opinion"}, PARTY: none,
                      OFFICE: {"ask_opinion"}}, BODIES)
    c.refuse(PARTY, x, "give_opinion", {"agrees": True}, "wrong_state")
    c.refuse(HEAD, x, "assess", BODIES["assess"], "wrong_state")
    x = c.do(HEAD, x, "ask_opinion")
    c.only(x, VERBS, {ME: none, HEAD: none, D1: none, OFFICE: none,
                      PARTY: {"give_opinion"}}, BODIES)
    x = c.do(PARTY, x, "give_opinion", {"agrees": True})
    assert c.may(HEAD, x) == {"assess"}
    x = c.do(HEAD, x, "assess", {"assessment": "Hiệu quả", "effective": True})
    assert c.may(HEAD, x) == {"conclude"}
    x = c.do(HEAD, x, "conclude", BODIES["conclude"])
    assert x["status"] == "assessed" and x["due_on"] is None
    c.refuse(HEAD, x, "conclude", BODIES["conclude"], "wrong_state")
    c.only(x, VERBS, {ME: none, HEAD: none, D1: none, PARTY: none}, BODIES)


@pytest.mark.parametrize("votes,by,status", [
    ({"head": "against", "d1": "for", "d2": "for"}, "majority", "approved"),
    ({"head": "for", "d1": "against", "d2": "against"}, "majority",
     "refused"),
    ({"head": "for", "d1": "against"}, "head", "approved"),
    ({"head": "against", "d1": "for"}, "head", "refused"),
])
def test_more_than_half_decide_and_on_a_tie_the_head(proposals, votes, by,
                                                     status):
    c = proposals
    x = voted(c, asked(c), **votes)
    x = c.do(HEAD, x, "decide")
    assert (x["status"], x["tally"]["by"]) == (status, by)
    assert x["tally"]["for"] + x["tally"]["against"] == len(votes)
    assert len(x["votes"]) == len(votes)


def test_a_tie_waits_for_the_heads_vote(proposals):
    c = proposals
    x = voted(c, asked(c), d1="for", d2="against")
    c.refuse(HEAD, x, "decide", code="wrong_state")
    x = voted(c, x, head="for")
    assert c.do(HEAD, x, "decide")["status"] == "approved"


def test_a_vote_may_be_changed_until_the_decision_and_counts_once(proposals):
    c = proposals
    x = voted(c, asked(c), d1="against", head="against")
    x = voted(c, x, d1="for", head="for")
    x = c.do(HEAD, x, "decide")
    assert x["tally"] == {"for": 2, "against": 0, "by": "majority"}


def test_a_deputy_who_proposes_has_no_vote(proposals):
    c = proposals
    x = asked(c, D2)
    assert x["eligible"] is True and c.may(D2, x) == set()
    c.refuse(D2, x, "vote", {"choice": "for"})
    x = voted(c, x, head="for", d1="against")
    x = c.do(HEAD, x, "decide")
    assert (x["status"], x["tally"]["by"]) == ("approved", "head")


def test_what_the_head_proposes_is_for_the_authority_above(stack, proposals):
    c, city, above, party = (proposals, "city-da-nang", "city.chair",
                             "city.party")
    for user, role in ((above, "chair"), (party, "staff"),
                       ("city.keeper", "admin")):
        stack.camket("staff", "create", user, "--name", "Thành phố", "--unit",
                     city, "--role", role)
    expect(stack.post(f"/v1/staff/{person(stack, party)}/grants",
                      "city.keeper", {"role": "staff", "unit_code": city,
                                      "function": "party_committee"}), 201)
    x = made(c, HEAD)
    assert x["unit"]["code"] == city
    assert x["id"] in c.work(above)
    assert not c.sees(D1, x) and c.may(HEAD, x) == {"update", "delete"}
    x = c.do(above, x, "ask_opinion")
    x = c.do(party, x, "give_opinion", {"agrees": True})
    x = c.do(above, x, "vote", {"choice": "for"})
    c.refuse(HEAD, x, "vote", {"choice": "for"})
    c.refuse(HEAD, x, "decide")
    x = c.do(above, x, "decide")
    assert x["status"] == "approved" and x["id"] in c.work(HEAD)
    assert made(c, D1)["unit"]["code"] == "ward-thanh-khe"


@pytest.mark.parametrize("day", ["2023-09-28", "1900-01-01"])
def test_no_clock_runs_from_before_the_decree(proposals, day):
    c = proposals
    r = c.s.post("/v1/proposals", ME, {"title": "Sớm", "received_on": day})
    assert [(e["pointer"], e["code"]) for e in expect(r, 422)["errors"]] == [
        ("/received_on", "out_of_range")]
    assert made(c, received_on="2023-09-29")["meeting_due_on"]


def test_work_is_not_completed_before_it_began(proposals):
    c = proposals
    x = c.do(HEAD, voted(c, asked(c), head="for"), "decide")
    x = c.do(ME, x, "start")
    for verb, body in (("complete", {}), ("report", {"result": "Xong"})):
        r = c.s.verb(c.path(x, verb), ME, x, {
            **body, "completed_on": "2023-01-01"})
        assert [(e["pointer"], e["code"]) for e in expect(r, 422)["errors"]
                ] == [("/completed_on", "out_of_range")]


def test_what_failed_may_be_ordered_in_writing_only(proposals):
    c = proposals
    x = c.do(HEAD, voted(c, asked(c), head="for", d1="against",
                         d2="against"), "decide")
    assert x["status"] == "refused"
    c.refuse(HEAD, x, "order", code="invalid")
    c.refuse(D1, x, "order", {"document": "1/QĐ"})
    x = c.do(HEAD, x, "order", {"document": "31/QĐ-UBND"})
    assert (x["status"], x["order_document"]) == ("ordered", "31/QĐ-UBND")
    assert c.do(ME, x, "start")["status"] == "running"


def test_nothing_is_approved_without_the_party_committees_opinion(proposals):
    c = proposals
    x = voted(c, c.do(HEAD, made(c), "ask_opinion"), head="for", d1="for")
    c.refuse(HEAD, x, "decide", code="wrong_state")
    for other in (D1, OFFICE, ME):          # by function, not by rank
        c.refuse(other, x, "give_opinion", {"agrees": True})
    x = c.do(PARTY, x, "give_opinion", {"agrees": True, "text": "Nhất trí"})
    assert x["opinion"]["given_by"]["code"] == PARTY
    assert c.do(HEAD, x, "decide")["status"] == "approved"
    # what the votes refuse needs no opinion; to order it does
    x = voted(c, c.do(HEAD, made(c), "ask_opinion"), head="against")
    x = c.do(HEAD, x, "decide")
    assert x["status"] == "refused" and c.may(HEAD, x) == set()
    c.refuse(HEAD, x, "order", {"document": "1/QĐ"}, "wrong_state")


def test_two_votes_at_once_are_both_counted_or_the_second_looks_again(
        proposals):
    c = proposals
    x = asked(c)

    def vote(user):
        return c.s.verb(c.path(x, "vote"), user, x,
                        {"choice": "for"}).status_code

    with ThreadPoolExecutor(3) as pool:
        got = sorted(pool.map(vote, (HEAD, D1, D2)))
    assert got == [200, 412, 412]
    assert len(c.read(HEAD, x)["votes"]) == 1


def test_scope_own_sibling_parent_and_others(proposals):
    c = proposals
    x = made(c)
    seen = {u for u in (ME, HEAD, D1, D2, PARTY, OFFICE, "head.office",
                        "staff.economy2", "head.economy", "head.culture",
                        "admin", "city.monitor") if c.sees(u, x)}
    assert seen == {ME, HEAD, D1, D2, PARTY, OFFICE, "head.office",
                    "city.monitor"}
    c.refuse("head.economy", x, "ask_opinion", code="not_found")
    problem(c.s.patch(c.path(x), HEAD, {"title": "Khác"}, 1), 403,
            "forbidden")
    assert x["eligible"] is False       # accepted all the same


def test_each_is_asked_in_turn(proposals):
    c = proposals
    x = made(c)
    assert x["id"] in c.work(HEAD)
    assert not {D1, PARTY, ME} & {u for u in (D1, PARTY, ME)
                                  if x["id"] in c.work(u)}
    x = c.do(HEAD, x, "ask_opinion")
    for user in (HEAD, D1, D2, PARTY):
        assert c.work(user)[x["id"]]["due_on"] == x["meeting_due_on"], user
    x = c.do(PARTY, x, "give_opinion", {"agrees": False})
    assert x["id"] not in c.work(PARTY)
    x = c.do(HEAD, voted(c, x, head="for", d1="for"), "decide")
    assert x["id"] in c.work(ME) and x["id"] not in c.work(D1)


# moves the clock: last

def test_clocks_run_in_working_days_across_tet(stack, proposals):
    c = proposals
    stack.clock("set", "2026-02-10")
    x = made(c)
    assert (x["received_on"], x["meeting_due_on"]) == ("2026-02-10",
                                                       "2026-02-26")
    assert (x["due_on"], x["days_left"]) == ("2026-02-26", 7)
    x = c.do(HEAD, x, "ask_opinion")
    x = c.do(PARTY, x, "give_opinion", {"agrees": True})
    x = c.do(HEAD, voted(c, x, head="for", d1="for"), "decide")
    assert x["due_on"] is None
    x = c.do(ME, x, "start")
    stack.clock("set", "2026-02-23")
    x = c.do(ME, x, "complete", {"completed_on": "2026-02-12"})
    assert x["report_due_on"] == x["due_on"] == "2026-02-26"
    assert c.work(ME)[x["id"]]["due_on"] == "2026-02-26"
    stack.clock("set", "2026-02-26")
    x = c.do(ME, x, "report", {"result": "Đã nối hai hệ thống"})
    assert x["completed_on"] == "2026-02-12"
    assert x["assessment_due_on"] == x["due_on"] == "2026-03-09"
    assert c.work(HEAD)[x["id"]]["due_on"] == "2026-03-09"
    # a Saturday declared working brings the day nearer: nothing is stored
    stack.sql("INSERT INTO calendar_day (calendar_id, day, kind) VALUES"
              " ('00000000-0000-7000-8000-000000000001', '2026-02-28',"
              " 'working')")
    stack.sql("SELECT workday_derive('00000000-0000-7000-8000-000000000001')")
    assert c.read(HEAD, x)["assessment_due_on"] == "2026-03-06"
    assert c.work(HEAD)[x["id"]]["due_on"] == "2026-03-06"
    stack.sql("DELETE FROM calendar_day WHERE day = '2026-02-28'")
    stack.sql("SELECT workday_derive('00000000-0000-7000-8000-000000000001')")
    stack.clock("set", "2026-03-09")
    x = c.do(HEAD, c.read(HEAD, x), "ask_opinion")
    x = c.do(PARTY, x, "give_opinion", {"agrees": True})
    x = c.do(HEAD, x, "assess", {"assessment": "Đạt", "effective": True})
    assert x["conclusion_due_on"] == x["due_on"] == "2026-03-12"
    assert c.work(HEAD)[x["id"]]["role"] == "do"
    x = c.do(HEAD, x, "conclude", {"document": "9/KL-UBND"})
    assert x["id"] not in c.work(HEAD)


def test_a_changed_term_of_law_leaves_running_clocks_alone(stack, proposals):
    c = proposals
    stack.clock("set", "2026-04-01")
    old = made(c)
    stack.sql("INSERT INTO term VALUES ('proposal_meeting', '2026-04-02', 3,"
              " 'thử')")
    stack.clock("set", "2026-04-02")
    assert c.read(ME, old)["meeting_due_on"] == "2026-04-10"
    assert made(c)["meeting_due_on"] == "2026-04-07"
    assert expect(stack.get("/v1/proposals?count=exact&counts=status", HEAD),
                  200)["count"] > 10
