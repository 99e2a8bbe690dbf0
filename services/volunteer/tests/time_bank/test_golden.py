"""Golden examples of the time bank, the association and awards: only added, never changed."""

from pathlib import Path

import pytest
from shuniu.contracts.referral import ReferralMade, ReferralWithdrawn
from shuniu.contracts.volunteer import association, awards, time_bank
from shuniu.testing.golden import lost, naming
from shuniu.testing.rulework import person
from shuniu_volunteer.awards.codes import Given

GOLDEN = Path(__file__).parents[4] / "shared/tests/contracts/golden/volunteer"
FACTS = (*time_bank.FACTS, *association.FACTS, *awards.FACTS, ReferralMade, ReferralWithdrawn)
PAPER = "e" * 64


def say_bank(b, other) -> None:
    """Every fact of the bank."""
    old, server = b.member("v1", 2000), b.register("v2")
    staff = b.member("v3", paid_staff=True)
    b.earn(staff, 60)
    b.earn(server, 60, activity="act")
    b.do("v2", "volunteer.donate_time", volunteer=server, minutes=60)
    b.adjust(server, "act", 0, 60)
    kin, client = b.kin(old), b.client()
    b.do("bank", "volunteer.end_kin", volunteer=old, kin=kin)
    b.do("bank", "volunteer.end_time_client", client=client)
    entry = b.entries("EARN")[0].id
    b.do("bank", "volunteer.propose_reversal", entry=entry, reason="重复登记")
    b.do("bank2", "volunteer.drop_reversal", entry=entry, reason="核查无误")
    b.do("bank", "volunteer.close_time_month", open_from="2026-11-01")
    silent = b.held("v1", f"P:{old}")
    b.do("v2", "volunteer.match_time", order=silent, volunteer=server)
    b.do("v2", "volunteer.unmatch_time", order=silent)
    b.do("v2", "volunteer.match_time", order=silent, volunteer=server)
    b.do("v2", "volunteer.start_time", order=silent)
    b.do("v2", "volunteer.finish_time", order=silent, minutes=45)
    disputed = b.done("v1", f"P:{old}", server)
    b.do("v1", "volunteer.dispute_time", order=disputed, reason="只来了半小时")
    b.do("v1", "volunteer.cancel_time", order=b.held("v1", f"P:{old}"), reason="ASKED")
    body = {"volunteer": old, "minutes": 30, "to_scope": other.scope, "there": "V261123-0001"}
    exchange = b.do("v1", "volunteer.send_time", **body).answer["exchange"]
    b.do("v1", "volunteer.ask_time_back", exchange=exchange)
    other.register("v1")
    other.earn(other.own("v1"), 60)
    sent = {"volunteer": other.own("v1"), "minutes": 30, "to_scope": b.scope, "there": "x-1"}
    other.do("v1", "volunteer.send_time", **sent)
    for event in list(other.events):
        b.hear(event)
    b.tick(days=30)
    b.listen()


def say_awards(b) -> None:
    """Every fact of a round and of the association."""
    b.people = {**b.people, "juror": person("j1", "jury"), "spare": person("j2", "jury")}
    area = b.scope
    b.do("clerk", "volunteer.join_association", unit="acme", unit_title="爱心企业", area=area, sponsor=True)
    b.do("clerk", "volunteer.record_gift", unit="acme", gift_kind="AWARD_GIFT", label="冠名奖项")
    plan = {"area": area, "year": 2026, "award_name": "爱心杯最美的人"}
    off = b.do("clerk", "volunteer.plan_award", **plan).answer["round"]
    b.do("head", "volunteer.cancel_award", round=off, reason="NOT_THIS_YEAR")
    r = b.do("clerk", "volunteer.plan_award", sponsor_unit="acme", **plan).answer["round"]

    def act(who: str, move: str, **body):
        return b.do(who, f"volunteer.{move}", round=r, **body).answer

    act("clerk", "weigh_award", vote_share=40, jury_share=60)
    act("clerk", "open_nominations")
    deed = {"nominee_name": "张三丰", "deed": "常年照顾邻居"}
    one, two = (act("v1", "nominate", **deed)["nominee"] for _ in range(2))
    act("clerk", "close_nominations")
    for n in (one, two):
        act("clerk", "qualify_nominee", nominee=n, credit=True, discipline=True, named=True, paper=PAPER)
    act("clerk", "open_vote")
    act("v1", "vote", nominee=one)
    given = Given(voter="w" * 32, serial=1, row="r" * 40, identity="h" * 64)
    body = {"round": r, "citizen_id": "320102199001010010", "identity_seen": True}
    b.do("clerk", "volunteer.give_vote_code", given, **body)
    act("clerk", "void_vote_code", voter=given.voter, reason="发错人")
    act("clerk", "void_vote", nominee=one, voter="a1", on=b.today.isoformat(), reason="多次登录")
    for account in ("j1", "j2"):
        act("clerk", "appoint_juror", account=account)
    act("clerk", "dismiss_juror", account="j2")
    act("clerk", "open_jury")
    for n in (one, two):
        act("juror", "score_nominee", nominee=n, score=90)
    act("clerk", "post_award")
    act("v2", "object", nominee=two, reason="事迹不实")
    act("head", "rule_objection", upheld=False, reason="不成立")
    act("clerk", "withdraw_nominee", nominee=two)
    b.tick(days=14)
    act("head", "confirm_award")
    act("clerk", "award")
    act("clerk", "archive_award")
    b.do("clerk", "volunteer.leave_association", unit="acme")


@pytest.fixture
def told(bank, new_bank):
    say_bank(bank, new_bank("320199002"))
    say_awards(bank)
    return bank


def test_every_fact_is_said_and_has_the_golden_fields(told) -> None:
    assert lost(GOLDEN, told.events, FACTS) == []


def test_an_example_holds_no_person_and_no_free_text() -> None:
    assert (
        naming(GOLDEN, FACTS, "张三", "李奶奶", "王五", "照顾邻居", "只来了半小时", "不实", "发错人", "3201021990")
        == []
    )
