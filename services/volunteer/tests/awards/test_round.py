"""Every row and guard of an award round, domain rules 10.11."""

from datetime import timedelta

import pytest
from shuniu.testing.rulework import RuleWork, person
from shuniu_volunteer import service
from shuniu_volunteer.awards.state import ROUND_KIND

SCOPE = "320199001"
PAPER = "d" * 64
PEOPLE = {
    "clerk": person("k1", "street_clerk"),
    "leader": person("h1", "leading_group"),
    "leader2": person("h2", "leading_group"),
    "juror": person("j1", "jury"),
    "juror2": person("j2", "jury", units=("school",)),
    "mole": person("j3", "jury", units=("acme",)),
    **{f"r{n}": person(f"r{n}") for n in range(4)},
}


class Round(RuleWork):
    def __init__(self) -> None:
        super().__init__(service, PEOPLE)
        self.do("clerk", "volunteer.join_association", unit="acme", unit_title="爱心企业", area=SCOPE, sponsor=True)
        body = {"area": SCOPE, "year": 2026, "award_name": "爱心杯最美的人", "sponsor_unit": "acme", "winners": 1}
        self.id = self.do("clerk", "volunteer.plan_award", **body).answer["round"]
        self.nominees: list[str] = []

    def act(self, who: str, move: str, **body):
        return self.do(who, f"volunteer.{move}", round=self.id, **body).answer

    def no(self, rule: str, who: str, move: str, **body):
        return self.refused(rule, who, f"volunteer.{move}", round=self.id, **body)

    @property
    def r(self):
        return self.row(ROUND_KIND, self.id)

    def nominating(self):
        self.act("clerk", "open_nominations")
        for employer in ("school", "acme"):
            n = self.act("r0", "nominate", nominee_name="张三丰", deed="常年照顾邻居", employer=employer)["nominee"]
            self.nominees.append(n)
        return self

    def voting(self):
        self.nominating().act("clerk", "close_nominations")
        for n in self.nominees:
            self.act("clerk", "qualify_nominee", nominee=n, credit=True, discipline=True, named=True, paper=PAPER)
        self.act("clerk", "open_vote")
        return self

    def judging(self):
        self.voting().act("r1", "vote", nominee=self.nominees[0])
        for account, employer in (("j1", ""), ("j2", "school")):
            self.act("clerk", "appoint_juror", account=account, employer=employer)
        self.act("clerk", "open_jury")
        return self

    def noticed(self):
        self.judging()
        for n in self.nominees:
            self.act("juror", "score_nominee", nominee=n, score=80)
        self.act("clerk", "post_award")
        return self


@pytest.fixture
def award() -> Round:
    return Round()


def test_the_whole_way(award) -> None:
    r = award.noticed()
    assert r.r.winners == (r.nominees[0],)
    r.no("award.notice_runs", "leader", "confirm_award")
    r.now = r.r.notice_until
    r.act("leader", "confirm_award")
    r.act("clerk", "award")
    r.act("clerk", "archive_award")
    assert (r.r.status, r.measures()["volunteer.awards_given"]) == ("AW_ARCHIVED", 1)
    assert "张三丰" not in str(r.facts())


def test_the_notice_lasts_five_working_days(award) -> None:
    r = award.noticed()
    assert r.r.notice_until - r.now > timedelta(days=6), "Monday to Monday: the weekend does not count"
    r.now = r.r.notice_until - timedelta(seconds=1)
    r.no("award.notice_runs", "leader", "confirm_award")
    r.no("award.award_confirmed", "clerk", "award")


def test_weights_stand_once_nominations_have_ended(award) -> None:
    award.act("clerk", "weigh_award", vote_share=70, jury_share=30)
    award.no("award.weights", "clerk", "weigh_award", vote_share=70, jury_share=31)
    award.nominating().act("clerk", "weigh_award", vote_share=40, jury_share=60)
    award.act("clerk", "close_nominations")
    award.no("award.weights_stand", "clerk", "weigh_award", vote_share=50, jury_share=50)


def test_nobody_goes_on_without_credit_discipline_and_a_signed_consent(award) -> None:
    award.nominating().act("clerk", "close_nominations")
    one, other = award.nominees
    good = {"credit": True, "discipline": True, "named": True}
    award.no("award.consent_paper", "clerk", "qualify_nominee", nominee=one, **good)
    award.no("award.qualify_all", "clerk", "open_vote")
    award.act("clerk", "qualify_nominee", nominee=one, **{**good, "named": False})
    award.act("clerk", "qualify_nominee", nominee=other, **good, paper=PAPER)
    award.act("clerk", "open_vote")
    award.no("award.not_qualified", "r1", "vote", nominee=one)


def test_one_person_has_one_vote_a_day_and_votes_are_voided_never_deleted(award) -> None:
    award.voting()
    one, other = award.nominees
    award.act("r1", "vote", nominee=one)
    award.no("award.voted_today", "r1", "vote", nominee=other)
    award.act("r2", "vote", nominee=one)
    award.tick(hours=16)
    award.act("r1", "vote", nominee=one)
    assert award.r.nominee(one).votes == 3
    void = {"nominee": one, "voter": "r1", "on": "2026-11-24", "reason": "同一人多次登录"}
    award.no("access.role", "r1", "void_vote", **void)
    award.act("clerk", "void_vote", **void)
    award.no("award.no_vote", "clerk", "void_vote", **void)
    assert award.r.nominee(one).votes == 2
    award.no("award.voted_today", "r1", "vote", nominee=other)
    assert len(award.facts("award.voted.v1")) == 3


def test_the_sponsor_is_kept_out_of_the_jury_and_nobody_scores_their_own_unit(award) -> None:
    award.no("award.sponsor_in_jury", "clerk", "appoint_juror", account="j9", employer="acme")
    award.act("clerk", "appoint_juror", account="j3", employer="")
    award.judging()
    award.no("award.sponsor_in_jury", "mole", "score_nominee", nominee=award.nominees[0], score=1)
    award.no("award.own_unit", "juror2", "score_nominee", nominee=award.nominees[0], score=100)
    award.act("juror2", "score_nominee", nominee=award.nominees[1], score=90)
    award.no("award.score_all", "clerk", "post_award")
    award.no("access.role", "r1", "score_nominee", nominee=award.nominees[0], score=1)


def test_an_upheld_objection_takes_the_nominee_off(award) -> None:
    r = award.noticed()
    r.act("r3", "object", nominee=r.nominees[0], reason="事迹不实")
    r.no("award.confirm_after_notice", "leader", "confirm_award")
    r.act("leader", "rule_objection", upheld=True, reason="经核查属实")
    assert r.r.winners == ()
    r.now = r.r.notice_until
    r.no("award.notice_over", "r3", "object", nominee=r.nominees[0], reason="再次异议")
    r.no("award.nobody", "leader", "confirm_award")


def test_who_objected_does_not_decide(award) -> None:
    r = award.noticed()
    r.act("leader", "object", nominee=r.nominees[0], reason="事迹不实")
    r.no("award.own", "leader", "rule_objection", upheld=False, reason="不成立")
    r.act("leader2", "rule_objection", upheld=False, reason="不成立")
    r.now = r.r.notice_until
    r.act("leader2", "confirm_award")
    assert r.r.winners == (r.nominees[0],)


def test_a_consent_withdrawn_takes_them_off_and_destroys_their_data(award) -> None:
    r = award.noticed()
    ref = r.r.nominee(r.nominees[0]).person_ref
    r.no("access.role", "r1", "withdraw_nominee", nominee=r.nominees[0])
    r.act("clerk", "withdraw_nominee", nominee=r.nominees[0])
    assert (r.r.winners, ref in r.private) == ((), False)


def test_only_a_sponsoring_member_gives_a_name(award) -> None:
    body = {"area": SCOPE, "year": 2026, "award_name": "冠名奖", "sponsor_unit": "nobody"}
    award.refused("award.sponsor", "clerk", "volunteer.plan_award", **body)
    award.do("clerk", "volunteer.leave_association", unit="acme")
    award.refused("award.sponsor", "clerk", "volunteer.plan_award", **{**body, "sponsor_unit": "acme"})


def test_offers_are_what_the_guards_allow(award) -> None:
    r = award.voting()
    assert "volunteer.vote" in r.offers("r1", ROUND_KIND, r.id)
    assert "volunteer.void_vote" not in r.offers("r1", ROUND_KIND, r.id)
    assert "volunteer.open_jury" in r.offers("clerk", ROUND_KIND, r.id)
