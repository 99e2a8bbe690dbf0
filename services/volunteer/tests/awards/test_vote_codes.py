"""Votes by code: one verified person is one voter, a code is one vote, nothing is deleted, no code stands anywhere."""

from collections import Counter

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from shuniu.chassis.keyed import KeyedHash
from shuniu.rules.refusal import Refusal
from shuniu.testing.rulework import person
from shuniu_volunteer.awards.codes import CODE, VOTER, Given, Shown, code_of, row_key
from shuniu_volunteer.awards.state import ROUND_KIND
from shuniu_volunteer.volunteers.register import Known

from .test_round import PEOPLE, Round

HASHES = KeyedHash(b"k" * 32)
LI, WANG = "320102199001010010", "320102199001010029"
"""Two made-up citizen numbers that pass the check."""


class ByCode(Round):
    """A round that is voted on, with people who have no account."""

    def __init__(self) -> None:
        super().__init__()
        community = person("s1", "community_secretary", areas=("320199001001",))
        elsewhere = person("s2", "community_secretary", areas=("320199002001",))
        self.people = {**PEOPLE, "community": community, "elsewhere": elsewhere}
        self.voting()

    def given(self, number: str = LI) -> Given:
        """What ``prepare`` works out."""
        identity = HASHES.of_number(number)
        voter = HASHES.token("voter", f"{self.id}:{identity}")
        stored = self.rows.get(VOTER.key(voter))
        serial = (stored.row.given if stored and stored.row else 0) + 1
        code = code_of(HASHES, self.id, voter, serial)
        return Given(voter=voter, serial=serial, row=row_key(HASHES, code), identity=identity)

    def hand_out(self, number: str = LI, who: str = "clerk", **body) -> str:
        """A code for somebody, as it is shown to who gave it out."""
        g = self.given(number)
        body = {"citizen_id": number, "identity_seen": True, **body}
        answer = self.do(who, "volunteer.give_vote_code", g, round=self.id, **body).answer
        assert answer["voter"] == g.voter
        code = code_of(HASHES, self.id, g.voter, g.serial)
        assert code not in str(answer)
        return code

    def refuse_giving(self, rule: str, number: str = LI, who: str = "clerk", **body):
        body = {"citizen_id": number, "identity_seen": True, **body}
        return self.refused(rule, who, "volunteer.give_vote_code", self.given(number), round=self.id, **body)

    def shown(self, code: str) -> Shown:
        key = row_key(HASHES, code)
        held = self.rows.get(CODE.key(key))
        return Shown(row=key, round=held.row.round, voter=held.row.voter) if held and held.row else Shown(row=key)

    def by_code(self, code: str, candidate: int = 1) -> None:
        self.do("nobody", "volunteer.vote_by_code", self.shown(code), code=code, candidate=candidate)

    def no_vote(self, rule: str, code: str, candidate: int = 1):
        return self.refused(rule, "nobody", "volunteer.vote_by_code", self.shown(code), code=code, candidate=candidate)


@pytest.fixture
def by_code() -> ByCode:
    made = ByCode()
    made.people = {**made.people, "nobody": person("", clearance=1)}
    return made


def test_a_code_is_one_vote(by_code) -> None:
    code = by_code.hand_out()
    by_code.by_code(code)
    assert by_code.r.nominee(by_code.nominees[0]).votes == 1
    assert by_code.no_vote("award.code_spent", code).status == 409
    assert by_code.r.nominee(by_code.nominees[0]).votes == 1


def test_case_spaces_and_look_alike_letters_of_a_code_make_no_difference(by_code) -> None:
    code = by_code.hand_out()
    by_code.by_code(code.lower().replace("-", " ").replace("o", "0").replace("i", "1").replace("b", "8"))
    assert by_code.r.nominee(by_code.nominees[0]).votes == 1


def test_one_person_is_one_voter_with_a_day_cap_over_all_their_codes(by_code) -> None:
    by_code.by_code(by_code.hand_out())
    again = by_code.hand_out()
    by_code.no_vote("award.voted_today", again, 2)
    by_code.by_code(by_code.hand_out(WANG), 2)
    by_code.tick(hours=16)
    by_code.by_code(again, 2)
    assert [by_code.r.nominee(n).votes for n in by_code.nominees] == [1, 2]


def test_an_older_code_of_the_same_person_holds_no_longer(by_code) -> None:
    first, second = by_code.hand_out(), by_code.hand_out()
    by_code.no_vote("award.code_spent", first)
    by_code.by_code(second)


def test_a_code_is_given_only_to_somebody_who_shows_a_valid_number(by_code) -> None:
    by_code.refuse_giving("award.voter_identity", LI[:-1] + "9")
    assert by_code.refuse_giving("award.voter_identity", identity_seen=False).fields[0].field == "identity_seen"


def test_codes_are_given_by_the_street_and_the_communities_of_its_area(by_code) -> None:
    by_code.by_code(by_code.hand_out(who="community"))
    by_code.refuse_giving("access.area", who="elsewhere")
    by_code.refuse_giving("access.role", who="r1")


def test_who_can_sign_in_votes_that_way_only(by_code) -> None:
    by_code.people = {**by_code.people, "v1": person("a1", "volunteer", areas=("320199001001",))}
    body = {"person_name": "张三", "citizen_id": LI, "area": "320199001001", "consent": True}
    by_code.do("v1", "volunteer.register_volunteer", Known({LI: HASHES.of_number(LI)}), **body)
    by_code.refuse_giving("award.votes_by_account")


def test_an_unused_code_is_voided_with_a_reason_and_stays_on_record(by_code) -> None:
    code = by_code.hand_out()
    voter = by_code.given().voter
    by_code.no("access.role", "r1", "void_vote_code", voter=voter, reason="发错人")
    by_code.act("clerk", "void_vote_code", voter=voter, reason="发错人")
    by_code.no_vote("award.code_spent", code)
    by_code.no("award.no_code", "clerk", "void_vote_code", voter=voter, reason="发错人")
    assert len(by_code.facts("award.vote_code_given.v1")) == 1


def test_a_vote_by_code_is_voided_with_a_reason_never_deleted(by_code) -> None:
    by_code.by_code(by_code.hand_out())
    voter = by_code.given().voter
    by_code.act("clerk", "void_vote", nominee=by_code.nominees[0], voter=voter, on="2026-11-23", reason="代投")
    assert by_code.r.nominee(by_code.nominees[0]).votes == 0
    assert [v["voter"] for v in by_code.facts("award.voted.v1")] == [voter]
    by_code.no_vote("award.voted_today", by_code.hand_out(), 2)


def test_a_wrong_code_or_a_wrong_number_on_the_list_votes_for_nobody(by_code) -> None:
    assert by_code.no_vote("award.code_unknown", "AAAA-AAAA-AAAA").status == 404
    assert by_code.no_vote("award.no_nominee", by_code.hand_out(), 9).fields[0].field == "candidate"


def test_no_code_counts_once_the_jury_sits(by_code) -> None:
    code = by_code.hand_out()
    by_code.act("clerk", "appoint_juror", account="j1")
    by_code.act("clerk", "open_jury")
    by_code.no_vote("award.vote_in_time", code)
    by_code.refuse_giving("award.code_before_vote_ends", WANG)


def test_neither_code_nor_citizen_number_stands_in_a_fact_a_row_or_an_answer(by_code) -> None:
    codes = [by_code.hand_out(), by_code.hand_out(WANG)]
    by_code.by_code(codes[0])
    said = msgspec.json.encode(by_code.events).decode()
    kept = said + str(by_code.rows) + str(by_code.private)
    for secret in (*codes, *(c.replace("-", "") for c in codes), LI, WANG):
        assert secret not in kept
    assert HASHES.of_number(LI) not in said


def test_two_who_give_a_code_at_once_do_not_make_two_of_the_same(by_code) -> None:
    before = by_code.given()
    by_code.hand_out()
    body = {"citizen_id": LI, "identity_seen": True}
    by_code.refused("award.code_given_meanwhile", "clerk", "volunteer.give_vote_code", before, round=by_code.id, **body)


def test_it_is_offered_to_those_who_give_codes_and_to_nobody_else(by_code) -> None:
    assert "volunteer.give_vote_code" in by_code.offers("community", ROUND_KIND, by_code.id)
    assert "volunteer.give_vote_code" not in by_code.offers("r1", ROUND_KIND, by_code.id)
    assert "volunteer.vote_by_code" not in by_code.offers("clerk", ROUND_KIND, by_code.id)


class Polling(RuleBasedStateMachine):
    """Whoever comes however often, with codes new, used, void or made up: one person is one voter with a day's cap."""

    @initialize()
    def open(self) -> None:
        self.polls = ByCode()
        self.polls.people = {**self.polls.people, "nobody": person("", clearance=1)}
        self.codes: list[tuple[str, str]] = []
        self.cast: Counter[tuple[str, str]] = Counter()

    @rule(number=st.sampled_from([LI, WANG]))
    def comes_for_a_code(self, number: str) -> None:
        self.codes.append((number, self.polls.hand_out(number)))

    @rule(n=st.integers(0, 20), candidate=st.integers(1, 3))
    def votes(self, n: int, candidate: int) -> None:
        number, code = self.codes[n % len(self.codes)] if self.codes else ("", "AAAA-AAAA-AAAA")
        before = self.polls.r
        try:
            self.polls.by_code(code, candidate)
        except Refusal as no:
            assert no.status in (404, 409, 422)
            assert self.polls.r == before
        else:
            self.cast[number, self.polls.today.isoformat()] += 1

    @rule(number=st.sampled_from([LI, WANG]))
    def is_taken_back(self, number: str) -> None:
        voter = self.polls.given(number).voter
        try:
            self.polls.act("clerk", "void_vote_code", voter=voter, reason="发错人")
        except Refusal as no:
            assert no.rule == "award.no_code"

    @rule()
    def a_day_passes(self) -> None:
        self.polls.tick(days=1)

    @invariant()
    def one_person_one_vote_a_day(self) -> None:
        if not hasattr(self, "polls"):
            return
        assert all(count <= self.polls.r.day_votes for count in self.cast.values())
        counted = sum(n.votes for n in self.polls.r.nominees)
        assert counted == self.cast.total() == len(self.polls.facts("award.voted.v1"))


TestPolling = Polling.TestCase
TestPolling.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
