"""Proposals move nothing, people decide, capacity holds (domain rules 7.1, 10.10)."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shuniu.rules.refusal import Refusal
from shuniu_services_desk.matching.commands import Solved
from shuniu_services_desk.matching.offers import OFFER
from shuniu_services_desk.matching.solver import assign
from shuniu_services_desk.needs.kinds import NEED_ROW

GIVEN = {"code": "MEALS", "title_zh": "助餐点", "unit": "house", "categories": ["CHARGING"], "capacity": 2}


def offered(desk, **more) -> None:
    desk.do("leader", "offer.enter", rows=[{**GIVEN, **more}])


def solved(desk) -> Solved:
    needs = [n for n in desk.all(NEED_ROW) if n.status == "CLUSTERED" and not n.automation_refused]
    rows = desk.all(OFFER)
    room = {r.offer.code: r.room for r in rows}
    return Solved(considered=len(needs), assigned=assign(needs, [r.offer for r in rows], room, desk.now))


def test_the_register_tells_everything_wrong_at_once(empty) -> None:
    bad = {**GIVEN, "categories": ["GOLD"], "areas": ["110101001"], "unit": "nobody", "lon": 118.9}
    refusal = empty.refused("offer.rows", "leader", "offer.enter", rows=[GIVEN, bad])
    named = {(f.field, f.code) for f in refusal.fields}
    assert named >= {
        ("rows.1.code", "twice"), ("rows.1.categories", "unknown"), ("rows.1.areas", "area_unknown"),
        ("rows.1.lat", "missing"), ("rows.1.unit", "unknown"),
    }  # fmt: skip
    offered(empty)
    assert empty.do("leader", "offer.enter", rows=[GIVEN]).answer["outcomes"] == "u"
    empty.refused("offer.rows", "community", "offer.enter", rows=[{**GIVEN, "capacity": 9}])


def test_a_proposal_moves_nothing_and_a_person_confirms_it(empty) -> None:
    offered(empty)
    need = empty.raised()
    empty.clustered(need)
    empty.do("community", "match.run", solved(empty), area=empty.need(need).area)
    n = empty.need(need)
    assert (n.status, n.proposal.offer, n.proposal.score.total > 0) == ("CLUSTERED", "MEALS", True)
    assert "proposal" in repr(empty.detail("community", NEED_ROW, need).sections)
    empty.refused("access.area", "community", "match.run", solved(empty), area=empty.scope)
    empty.do("community", "need.confirm_match", need=need)
    assert empty.row(OFFER, "MEALS").taken == (need,)
    assert not empty.need(need).manual
    empty.do("team", "need.serve", need=need, note="已送餐")
    assert empty.row(OFFER, "MEALS").taken == ()
    empty.do("community", "need.feed_back", need=need, told_by="CODE", words="助餐已开通")
    sums = empty.measures()
    assert (sums["desk.need_matched"], sums["desk.need_served"], sums["desk.need_answered"]) == (1, 1, 1)
    assert "desk.need_chosen" not in sums


def test_who_refused_automation_is_left_out_and_matched_by_hand(empty) -> None:
    offered(empty)
    need = empty.raised(automation_refused=True)
    empty.clustered(need)
    forced = Solved(
        considered=1, assigned=assign([empty.need(need)], [empty.row(OFFER, "MEALS").offer], {"MEALS": 1}, empty.now)
    )
    assert empty.do("community", "match.run", forced, area=empty.need(need).area).answer["proposed"] == 0
    empty.refused("need.no_proposal", "community", "need.confirm_match", need=need)
    empty.do("community", "need.match", need=need, offer="MEALS", reason="本人选择了就近的助餐点")
    assert empty.need(need).manual
    assert "就近" not in repr(empty.facts())


def test_a_proposal_is_dropped_when_automation_is_refused(empty) -> None:
    offered(empty)
    need = empty.raised()
    empty.clustered(need)
    empty.do("leader", "match.run", solved(empty))
    empty.do("community", "need.refuse_automation_for", need=need)
    empty.refused("need.no_proposal", "community", "need.confirm_match", need=need)


def test_a_choice_by_hand_is_always_possible_with_a_reason(empty) -> None:
    offered(empty)
    offered(empty, code="OTHER", categories=["LEGAL_ADVICE"])
    need = empty.raised()
    empty.clustered(need)
    empty.do("leader", "match.run", solved(empty))
    empty.refused("offer.unknown", "community", "need.match", need=need, offer="NONE", reason="想去那里")
    empty.do("community", "need.match", need=need, offer="OTHER", reason="对方愿意承接")
    assert (empty.need(need).offer, empty.facts("need.matched.v1")[-1]["score"]) == ("OTHER", None)
    empty.do("community", "need.unmatch", need=need, reason="对方无法承接")
    assert (empty.need(need).status, empty.row(OFFER, "OTHER").taken) == ("CLUSTERED", ())


def test_only_the_offer_s_unit_or_who_sorts_says_served(empty) -> None:
    offered(empty)
    need = empty.raised()
    empty.clustered(need)
    empty.do("community", "need.match", need=need, offer="MEALS", reason="就近安排")
    empty.refused("access.role", "worker", "need.serve", need=need)
    empty.refused("access.area", "elsewhere", "need.serve", need=need)
    assert "need.serve" in empty.offers("team", NEED_ROW, need)
    empty.do("team", "need.serve", need=need)


def test_a_closed_offer_takes_nothing_more(empty) -> None:
    offered(empty)
    need = empty.raised()
    empty.clustered(need)
    empty.refused("offer.last_day", "leader", "offer.close", code="MEALS", valid_to="2020-01-01")
    empty.do("leader", "offer.close", code="MEALS", valid_to=empty.today.isoformat())
    empty.tick(days=1)
    empty.refused("offer.closed_already", "community", "need.match", need=need, offer="MEALS", reason="就近安排")


@given(
    capacity=st.integers(1, 3),
    acts=st.lists(
        st.tuples(st.sampled_from(("match", "confirm", "unmatch", "serve", "run")), st.integers(0, 4)), max_size=25
    ),
)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_capacity_is_never_exceeded_whatever_people_try(empty, capacity, acts) -> None:
    desk = type(empty)()
    offered(desk, capacity=capacity)
    needs = [desk.raised() for _ in range(5)]
    desk.clustered(*needs)
    for act, at in acts:
        n = needs[at]
        try:
            match act:
                case "match":
                    desk.do("community", "need.match", need=n, offer="MEALS", reason="就近安排")
                case "confirm":
                    desk.do("community", "need.confirm_match", need=n)
                case "unmatch":
                    desk.do("community", "need.unmatch", need=n, reason="不合适了")
                case "serve":
                    desk.do("team", "need.serve", need=n)
                case _:
                    desk.do("leader", "match.run", solved(desk))
        except Refusal as refusal:
            assert f"rule.{refusal.rule}" in desk.texts
        taken = desk.row(OFFER, "MEALS").taken
        assert len(taken) <= capacity and len(set(taken)) == len(taken)
        assert set(taken) == {m.id for m in desk.all(NEED_ROW) if m.status == "MATCHED"}
