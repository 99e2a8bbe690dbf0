"""Deliberations (议事协商): domain rules 10.10."""

from datetime import timedelta

import pytest
from msgspec.structs import replace
from shuniu.contracts.services_desk.deliberation import Tally
from shuniu_services_desk.deliberation.counting import Share, Shares, forums
from shuniu_services_desk.deliberation.kinds import DELIBERATION_ROW, ELECTOR
from shuniu_services_desk.deliberation.lifecycle import DELIBERATION
from shuniu_services_desk.deliberation.prepared import PreparedElectors
from shuniu_services_desk.needs.kinds import CLUSTER_ROW

FIVE = dict.fromkeys(("a", "b", "c", "d", "e"), 0)


def test_the_life_cycle_holds_together() -> None:
    DELIBERATION.validate()


def test_needs_and_cluster_stay_as_they_are_while_it_is_deliberated(empty) -> None:
    a, b = empty.raised(), empty.raised()
    cluster = empty.clustered(a, b)
    d = empty.open_(cluster)
    assert {empty.need(n).status for n in (a, b)} == {"IN_DELIBERATION"}
    assert empty.row(CLUSTER_ROW, cluster).deliberation == d
    assert empty.deliberation(d).needs == (a, b)
    told = {"told_by": "PHONE", "words": "不办理"}
    empty.refused("need.take_out_clustered", "community", "cluster.take_out", need=a)
    empty.refused("need.reject_open", "community", "need.reject", need=a, ground="REPEAT", **told)
    empty.refused("cluster.settled", "community", "cluster.join", need=empty.raised(), other=cluster)
    empty.refused(
        "cluster.settled", "community", "deliberation.open", cluster=cluster, forum="COUNCIL", electorate="MEMBERS"
    )
    empty.do("community", "deliberation.cancel", deliberation=d, reason="先征求意见")
    assert {empty.need(n).status for n in (a, b)} == {"CLUSTERED"}
    assert empty.row(CLUSTER_ROW, cluster).status == "CL_OPEN"


def test_each_forum_has_its_electors_and_areas_only_where_they_count(empty) -> None:
    cluster = empty.clustered()
    body = {"cluster": cluster, "forum": "OWNERS", "electorate": "HOUSEHOLDS"}
    empty.refused("deliberation.body", "community", "deliberation.open", **body)
    empty.refused("access.role", "clerk", "deliberation.open", **{**body, "electorate": "OWNERS"})
    d = empty.open_(cluster, "OWNERS", "OWNERS")
    given = {"deliberation": d, "electors": [{"elector": "x", "area": 8953}, {"elector": "x"}, {"elector": "y"}]}
    refusal = empty.refused("deliberation.roll", "community", "deliberation.enter_roll", **given)
    assert {(f.field, f.code) for f in refusal.fields} == {
        ("electors.1.elector", "twice"), ("electors.1.area", "missing"), ("electors.2.area", "missing"),
    }  # fmt: skip
    empty.refused("deliberation.roll_empty", "community", "deliberation.set_parties", deliberation=d)
    empty.do("community", "deliberation.enter_roll", deliberation=d, electors=[{"elector": "x", "area": 8953}])
    empty.refused("deliberation.roll", "community", "deliberation.enter_roll", **given)
    assert empty.deliberation(d).eligible == Tally(1, 8953)
    empty.do("community", "deliberation.set_parties", deliberation=d)
    empty.refused("deliberation.roll_closed", "community", "deliberation.enter_roll", **given)


def test_the_notice_period_of_the_rule_lies_before_the_meeting(empty) -> None:
    d = empty.open_(empty.clustered(), "OWNERS", "OWNERS")
    empty.do("community", "deliberation.enter_roll", deliberation=d, electors=[{"elector": "x", "area": 100}])
    at = empty.now + timedelta(days=16)
    early = {"deliberation": d, "meeting_at": (at - timedelta(days=2)).isoformat()}
    empty.refused("deliberation.notice_after_parties", "community", "deliberation.notice", **early)
    empty.do("community", "deliberation.set_parties", deliberation=d)
    empty.refused("deliberation.notice_period", "community", "deliberation.notice", **early)
    empty.do("community", "deliberation.notice", deliberation=d, meeting_at=at.isoformat())
    empty.refused("deliberation.before_meeting", "community", "deliberation.attend", deliberation=d, elector="x")
    empty.refused("deliberation.notice_period", "community", "deliberation.notice", **early)


def test_no_vote_without_a_quorum(empty) -> None:
    d = empty.open_(empty.clustered())
    empty.called(d, FIVE)
    empty.held(d, "a", "b", "c")
    refusal = empty.refused(
        "deliberation.no_quorum", "community", "deliberation.vote", deliberation=d, elector="a", option="1"
    )
    assert (refusal.params["present"], refusal.params["eligible"]) == (3, 5)
    empty.refused("deliberation.no_quorum", "community", "deliberation.count", deliberation=d)
    assert "deliberation.vote" not in empty.offers("community", DELIBERATION_ROW, d)
    empty.do("community", "deliberation.attend", deliberation=d, elector="d", in_writing=True)
    empty.do("community", "deliberation.vote", deliberation=d, elector="a", option="1")
    empty.refused("deliberation.quorate", "community", "deliberation.adjourn", deliberation=d)


def test_too_few_means_nothing_is_decided(empty) -> None:
    need = empty.raised()
    d = empty.open_(empty.clustered(need))
    empty.called(d, FIVE)
    empty.held(d, "a")
    empty.do("community", "deliberation.adjourn", deliberation=d)
    assert (empty.deliberation(d).status, empty.need(need).status) == ("INQUORATE", "CLUSTERED")
    sums = empty.measures()
    assert sums["desk.deliberation_met"] == 1 and "desk.deliberation_quorate" not in sums


def test_proxies_count_up_to_the_rule_and_nobody_is_there_twice(empty) -> None:
    d = empty.open_(empty.clustered(), "OWNERS", "OWNERS")
    empty.called(d, {"a": 100, "b": 200, "c": 400, "e": 800})
    body = {"deliberation": d, "elector": "a"}
    empty.refused("deliberation.proxies", "community", "deliberation.attend", **body, proxies=["b", "c"])
    empty.refused("deliberation.attended", "community", "deliberation.attend", **body, proxies=["a"])
    empty.refused("deliberation.not_on_roll", "community", "deliberation.attend", **body, proxies=["z"])
    empty.do("community", "deliberation.attend", **body, proxies=["b"])
    for again in ("a", "b"):
        empty.refused("deliberation.attended", "community", "deliberation.attend", deliberation=d, elector=again)
    empty.refused(
        "deliberation.attended", "community", "deliberation.attend", deliberation=d, elector="c", proxies=["b"]
    )
    assert empty.deliberation(d).present == Tally(2, 300)
    assert empty.row(ELECTOR, f"{d}:b").by == "a"
    council = empty.open_(empty.clustered())
    empty.called(council, FIVE)
    given = {"deliberation": council, "elector": "a", "proxies": ["b"]}
    empty.refused("deliberation.proxies", "community", "deliberation.attend", **given)


def test_one_vote_each_and_a_void_one_stays_on_record(empty) -> None:
    d = empty.open_(empty.clustered())
    empty.called(d, FIVE)
    empty.held(d, "a", "b", "c", "d", options=("装在东门", "装在西门"))
    vote = {"deliberation": d, "elector": "a", "option": "1"}
    empty.refused("deliberation.not_there", "community", "deliberation.vote", **{**vote, "elector": "e"})
    empty.refused("deliberation.no_option", "community", "deliberation.vote", **{**vote, "option": "3"})
    empty.refused(
        "deliberation.no_vote", "community", "deliberation.void_vote", deliberation=d, elector="a", reason="误录"
    )
    empty.do("community", "deliberation.vote", **vote)
    empty.refused("deliberation.voted", "community", "deliberation.vote", **vote)
    empty.do("community", "deliberation.void_vote", deliberation=d, elector="a", reason="误录")
    row = empty.row(ELECTOR, f"{d}:a")
    assert (row.vote, [v.option for v in row.voided]) == ("", ["1"])
    assert empty.deliberation(d).tallies["1"] == Tally()
    empty.do("community", "deliberation.vote", **{**vote, "option": "2"})
    assert "vote.cast.v1" in empty.names() and empty.events[-1].data.summary.matter is None, "nobody's timeline"


def test_counted_resolved_and_on_paper(empty) -> None:
    d = empty.open_(empty.clustered())
    empty.called(d, FIVE)
    empty.held(d, "a", "b", "c", "d")
    empty.refused("deliberation.nobody_voted", "community", "deliberation.count", deliberation=d)
    empty.resolved(d, "a", "b", "c")
    row = empty.deliberation(d)
    assert (row.status, row.passed, [p.kind for p in row.papers]) == (
        "RESOLUTION",
        "1",
        ["desk_minutes", "desk_resolution"],
    )
    counted = empty.facts("deliberation.counted.v1")[-1]
    assert (counted["present"], counted["tallies"]["1"]) == ([4, 0], [3, 0]) or counted["present"]["heads"] == 4
    assert "充电桩的位置" not in repr(empty.facts()) and "装充电桩" not in repr(empty.facts())
    assert "充电桩的位置" in repr(empty.detail("community", DELIBERATION_ROW, d))
    assert "充电桩的位置" not in repr(empty.detail("elsewhere", DELIBERATION_ROW, d))


def test_nothing_passed_sends_the_needs_back(empty) -> None:
    need = empty.raised()
    d = empty.open_(empty.clustered(need))
    empty.called(d, FIVE)
    empty.held(d, "a", "b", "c", "d")
    for elector, option in zip("abcd", ("1", "1", "AGAINST", "ABSTAIN"), strict=True):
        empty.do("community", "deliberation.vote", deliberation=d, elector=elector, option=option)
    assert empty.do("community", "deliberation.count", deliberation=d).answer["passed"] == ""
    empty.refused(
        "deliberation.nothing_passed", "community", "deliberation.resolve", PreparedElectors(code="X"), deliberation=d
    )
    empty.do("community", "deliberation.not_passed", deliberation=d)
    assert (empty.deliberation(d).status, empty.need(need).status) == ("NOT_PASSED", "CLUSTERED")


def test_a_resolution_without_a_project_leaves_nobody_without_an_answer(empty) -> None:
    need = empty.raised()
    d = empty.open_(empty.clustered(need))
    empty.called(d, FIVE)
    empty.held(d, "a", "b", "c", "d")
    empty.resolved(d, "a", "b", "c")
    empty.do("community", "deliberation.release", deliberation=d)
    assert empty.need(need).status == "CLUSTERED"
    empty.refused("deliberation.carried_out", "community", "deliberation.release", deliberation=d)


@pytest.mark.parametrize("who", ["clerk", "elsewhere", "worker"])
def test_only_the_community_or_the_leader_of_the_area_convenes(empty, who) -> None:
    d = empty.open_(empty.clustered())
    given = {"deliberation": d, "electors": [{"elector": "a"}]}
    with pytest.raises(Exception, match=r"access\.(role|area)"):
        empty.do(who, "deliberation.enter_roll", **given)


def test_a_rule_that_changes_changes_nothing_that_was_opened(empty) -> None:
    shipped = forums()["COUNCIL"]
    own = replace(shipped, participation=Shares(heads=Share.parse(">=4/5")), proxies=1)
    body = {"forum": "COUNCIL", "electorate": "MEMBERS"}
    prepared = PreparedElectors(forums={**forums(), "COUNCIL": own})
    given = empty.do("community", "deliberation.open", prepared, cluster=empty.clustered(), **body)
    d = given.answer["deliberation"]
    assert empty.deliberation(d).rule == own
    empty.called(d, FIVE)
    empty.do("community", "deliberation.attend", deliberation=d, elector="a", proxies=["b"])
    empty.held(d, "c")
    vote = {"deliberation": d, "elector": "a", "option": "1"}
    empty.refused("deliberation.no_quorum", "community", "deliberation.vote", **vote)
    empty.do("community", "deliberation.attend", deliberation=d, elector="d")
    empty.do("community", "deliberation.vote", **vote)
