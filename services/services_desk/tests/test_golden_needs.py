"""Golden examples of needs, matches, deliberations and projects; only added, never changed."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from shuniu.chassis.referring import ReferralAnswered
from shuniu.contracts.services_desk import deliberation, needs, offers, projects
from shuniu.testing.golden import lost, naming
from shuniu.testing.rulework import person
from shuniu_services_desk.matching.commands import Solved
from shuniu_services_desk.matching.offers import OFFER
from shuniu_services_desk.matching.solver import assign
from shuniu_services_desk.needs.answering import ANSWER
from shuniu_services_desk.needs.prepared import PreparedNeed

GOLDEN = Path(__file__).parents[3] / "shared/tests/contracts/golden/services_desk"
FACTS = (*needs.FACTS, *offers.FACTS, *deliberation.FACTS, *projects.FACTS)
SEALED = ("电动车没有地方", "已电话说明", "再议", "需多部门", "对方已满员", "已送餐", "误录", "图纸不全", "居民满意")
TOLD = {"told_by": "PHONE", "words": "已电话说明情况"}


def answered(desk: Any, need: str, what: Any) -> None:
    """A whistle answers the need's referral."""
    given = ReferralAnswered(
        answer=what,
        referral=desk.need(need).referrals[-1].id,
        made_by=f"/{desk.scope}/services_desk",
        source=f"/{desk.scope}/whistle",
        kind="whistle",
        matter="w-1",
        number="WS261123-0001",
    )
    desk.give(ANSWER, given, person("reaction"))


def sort_and_answer(desk: Any) -> None:
    """Every fact of needs that needs no offer, deliberation or project."""
    a, b, c = desk.raised(), desk.raised(), desk.raised()
    desk.do("nobody", "need.refuse_automation", PreparedNeed(code_key=f"nk{desk.codes}"), code="C" * 12)
    one, two = desk.clustered(a, b), desk.clustered(c)
    desk.do("community", "cluster.take_out", need=b)
    desk.do("community", "cluster.merge", cluster=one, other=two)
    desk.do("community", "need.postpone", need=b, review_on=(desk.today + timedelta(days=9)).isoformat(), words="再议")
    desk.do("community", "need.resume", need=b)
    desk.do("community", "need.reject", need=b, ground="REPEAT", **TOLD)
    desk.do("community", "need.refer", need=a, note="需多部门")
    answered(desk, a, "taken")
    answered(desk, a, "unsolved")
    for need in (a, c):
        desk.do("community", "need.refer", need=need)
        answered(desk, need, "settled")
    desk.do("community", "cluster.feed_back", cluster=one, **TOLD)
    desk.do("community", "cluster.close", cluster=one)


def match_and_serve(desk: Any) -> None:
    """An offer takes a need as proposed, loses it, takes it again by a person's choice, serves it, and closes."""
    given = {"code": "MEALS", "title_zh": "助餐点", "unit": "house", "categories": ["CHARGING"], "capacity": 2}
    for more in ({}, {"code": "MEALS-2"}):
        desk.do("leader", "offer.enter", rows=[{**given, **more}])
    need = desk.raised()
    desk.clustered(need)
    there = [row.offer for row in desk.all(OFFER)]
    assigned = assign([desk.need(need)], there, {o.code: 2 for o in there}, desk.now)
    desk.do("leader", "match.run", Solved(considered=1, assigned=assigned))
    desk.do("community", "need.confirm_match", need=need)
    desk.do("community", "need.unmatch", need=need, reason="对方已满员")
    desk.do("community", "need.match", need=need, offer="MEALS-2", reason="本人选择")
    desk.do("team", "need.serve", need=need, note="已送餐")
    desk.do("leader", "offer.close", code="MEALS", valid_to=desk.today.isoformat())


def deliberate_and_build(desk: Any) -> None:
    """Deliberations that end in every way, and a project that is finished and one that is not."""
    council = dict.fromkeys(("a", "b", "c"), 0)
    d = desk.open_(desk.clustered())
    desk.do("community", "deliberation.cancel", deliberation=d, reason="先征求意见")
    d = desk.open_(desk.clustered())
    desk.called(d, council, after=5)
    desk.do("community", "deliberation.adjourn", deliberation=d)
    d = desk.open_(desk.clustered())
    desk.called(d, council, after=5)
    desk.held(d, "a", "b", "c")
    desk.do("community", "deliberation.vote", deliberation=d, elector="a", option="1")
    desk.do("community", "deliberation.void_vote", deliberation=d, elector="a", reason="误录")
    desk.do("community", "deliberation.vote", deliberation=d, elector="a", option="AGAINST")
    desk.do("community", "deliberation.count", deliberation=d)
    desk.do("community", "deliberation.not_passed", deliberation=d)
    desk.do("community", "deliberation.release", deliberation=desk.decided())
    p = desk.running()
    m = desk.project(p).milestones[0].id
    desk.do("community", "project.spend", project=p, milestone=m, amount=60_00, evidence=[desk.file(9)])
    desk.do("team", "project.report", project=p, milestone=m, evidence=[desk.file(1)], note="已完成")
    desk.do("community", "project.return_milestone", project=p, milestone=m, reason="图纸不全")
    desk.finished(p)
    desk.do("community", "project.evaluate", project=p, score=5, words="居民满意")
    desk.do("community", "project.feed_back", project=p, **TOLD)
    desk.do("community", "project.cancel", project=desk.running(), **TOLD)


def say_everything(desk: Any) -> None:
    """A walk on which every fact is said."""
    sort_and_answer(desk)
    match_and_serve(desk)
    deliberate_and_build(desk)


def test_what_is_said_today_has_the_golden_fields(desk) -> None:
    say_everything(desk)
    assert lost(GOLDEN, desk.events, FACTS) == []


def test_no_example_names_anybody_or_holds_what_was_written() -> None:
    assert naming(GOLDEN, FACTS, *SEALED) == []
