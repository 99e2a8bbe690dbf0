"""Projects (项目): domain rules 10.10."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shuniu.rules.refusal import Refusal
from shuniu_services_desk.needs.kinds import CLUSTER_ROW
from shuniu_services_desk.projects.kinds import PROJECT_ROW
from shuniu_services_desk.projects.ledger import LEDGER, budget_account, source_account, spent_account
from shuniu_services_desk.projects.lifecycle import MILESTONE, PROJECT
from shuniu_services_desk.projects.routes import gantt_of

TOLD = {"told_by": "CODE", "words": "充电桩已建成，可以使用"}


@pytest.mark.parametrize("cycle", [PROJECT, MILESTONE], ids=lambda c: c.kind)
def test_the_life_cycle_holds_together(cycle) -> None:
    cycle.validate()


def balance(desk, account: str) -> int:
    row = desk.row(LEDGER.accounts, account)
    return row.balance if row else 0


def test_no_project_without_a_resolution_and_one_of_each(empty) -> None:
    need = empty.raised()
    d = empty.open_(empty.clustered(need))
    with pytest.raises(Refusal, match=r"deliberation\.plan_resolved"):
        empty.planned(d)
    d = empty.decided()
    p = empty.planned(d)
    assert empty.deliberation(d).project == p
    with pytest.raises(Refusal, match=r"deliberation\.carried_out"):
        empty.planned(d)
    empty.refused("deliberation.carried_out", "community", "deliberation.release", deliberation=d)


def test_no_project_without_a_named_fund_and_milestones_in_order(empty) -> None:
    d = empty.decided()
    for blank in ({"fund": "　 "}, {"fund_source": ""}, {"budget": 0}):
        with pytest.raises(msgspec.ValidationError):
            empty.planned(d, **blank)
    for bad in ({"due_on": "2020-01-01"}, {"after": [2]}):
        one = {
            "work": "DESIGN",
            "unit": "house",
            "start_on": empty.today.isoformat(),
            "due_on": empty.today.isoformat(),
        }
        with pytest.raises(Refusal, match=r"project\.milestones"):
            empty.planned(d, milestones=[{**one, **bad}])
    with pytest.raises(Refusal, match=r"guide\.unit_unknown"):
        empty.planned(d, lead="nobody")


def test_money_comes_once_goes_out_within_the_budget_and_what_is_left_goes_back(empty) -> None:
    p = empty.planned(empty.decided(), 100_00)
    m = empty.project(p).milestones[0].id
    spend = {"project": p, "milestone": m, "amount": 60_00, "evidence": [empty.file(1)]}
    empty.refused("project.not_running", "community", "project.spend", **spend)
    empty.refused("project.start_funded", "community", "project.start", project=p)
    empty.do("community", "project.fund", project=p)
    empty.refused("project.fund_planned", "community", "project.fund", project=p)
    empty.do("community", "project.start", project=p)
    empty.do("community", "project.spend", **spend)
    refusal = empty.refused("project.budget", "community", "project.spend", **{**spend, "evidence": [empty.file(2)]})
    assert refusal.params["left"] == 40_00
    with pytest.raises(Refusal, match=r"ledger\.cause_used"):
        empty.do("community", "project.spend", **{**spend, "amount": 1})
    empty.finished(p)
    assert (balance(empty, budget_account(p)), balance(empty, spent_account(p))) == (0, 60_00)
    assert balance(empty, source_account("COMMUNITY_FUND")) == -60_00
    assert empty.project(p).spent == 60_00


def test_a_milestone_is_reported_by_its_owner_and_accepted_by_another(empty) -> None:
    p = empty.running()
    first, second = empty.project(p).milestones
    report = {"project": p, "milestone": first.id, "evidence": [empty.file(1)]}
    empty.refused("access.unit", "partner", "project.report", **report)
    empty.refused("project.after", "partner", "project.report", **{**report, "milestone": second.id})
    empty.refused("project.milestone_reported", "community", "project.accept_milestone", project=p, milestone=first.id)
    empty.do("team", "project.report", **report)
    empty.refused("project.milestone_open", "team", "project.report", **report)
    empty.refused("access.role", "team", "project.accept_milestone", project=p, milestone=first.id)
    empty.refused("access.area", "elsewhere", "project.accept_milestone", project=p, milestone=first.id)
    empty.do("community", "project.return_milestone", project=p, milestone=first.id, reason="图纸不全")
    assert empty.project(p).milestones[0].returned == 1
    empty.do("team", "project.report", **report)
    empty.do("community", "project.accept_milestone", project=p, milestone=first.id)
    empty.refused("project.milestones_left", "community", "project.accept", project=p)


def test_nobody_accepts_what_they_reported(empty) -> None:
    empty.people["both"] = type(empty.people["team"])(
        id="b9",
        roles=frozenset(("community_secretary",)),
        areas=empty.people["community"].areas,
        units=("house", "civil"),
    )
    p = empty.running()
    for m in empty.project(p).milestones:
        body = {"project": p, "milestone": m.id}
        empty.do("both", "project.report", **body, evidence=[empty.file(m.seq)])
        empty.refused("project.own_work", "both", "project.accept_milestone", **body)
        empty.refused("project.own_work", "both", "project.return_milestone", **body, reason="再看看")
        empty.do("community", "project.accept_milestone", **body)
    empty.refused("project.own_work", "both", "project.accept", project=p)
    assert "project.accept" in empty.offers("community", PROJECT_ROW, p)
    assert "project.accept" not in empty.offers("both", PROJECT_ROW, p)


def test_everybody_who_raised_it_is_told_and_only_then_it_ends(empty) -> None:
    needs = [empty.raised() for _ in range(3)]
    p = empty.running(*needs)
    assert {empty.need(n).status for n in needs} == {"IN_PROJECT"}
    empty.finished(p)
    empty.refused("project.feed_back_evaluated", "community", "project.feed_back", project=p, **TOLD)
    empty.do("community", "project.evaluate", project=p, score=5, words="居民满意")
    assert empty.do("community", "project.feed_back", project=p, **TOLD).answer["told"] == 3
    for n in needs:
        row = empty.need(n)
        assert (row.status, empty.private[row.told_ref]) == ("FED_BACK", {"text": TOLD["words"]})
    assert empty.row(CLUSTER_ROW, empty.need(needs[0]).cluster).status == "CL_CLOSED"
    sums = empty.measures()
    assert (sums["desk.project_on_time"], sums["desk.need_fed_back"], sums["desk.need_answered"]) == (1, 3, 3)
    for private in ("居民满意", "已建成"):
        assert private not in repr(empty.facts())


def test_a_late_milestone_makes_a_late_project_and_a_late_bar(empty) -> None:
    p = empty.running()
    empty.tick(days=12)
    assert "clock.overdue.v1" in empty.names()
    bars = gantt_of([empty.project(p)], empty.now).bars
    assert [(b.late, b.group) for b in bars] == [(True, empty.project(p).number), (False, empty.project(p).number)]
    assert bars[1].depends == (bars[0].id,)
    empty.finished(p)
    assert empty.project(p).on_time is False and "desk.project_on_time" not in empty.measures()
    assert not [k for k in empty.project(p).clocks if k.state == "running"]


def test_a_cancelled_project_gives_back_and_tells_everybody(empty) -> None:
    needs = [empty.raised(), empty.raised()]
    p = empty.running(*needs)
    m = empty.project(p).milestones[0].id
    empty.do("community", "project.spend", project=p, milestone=m, amount=10_00, evidence=[empty.file(1)])
    empty.do("community", "project.cancel", project=p, told_by="PHONE", words="业主另行出资建设")
    assert balance(empty, source_account("COMMUNITY_FUND")) == -10_00
    assert {empty.need(n).status for n in needs} == {"REJECTED"}
    assert {empty.need(n).ground for n in needs} == {"PROJECT_CANCELLED"}
    empty.refused("project.cancel_unfinished", "community", "project.cancel", project=p, **TOLD)


MOVES = st.sampled_from(
    (
        "fund",
        "start",
        "report",
        "accept_milestone",
        "return_milestone",
        "spend",
        "accept",
        "evaluate",
        "feed_back",
        "cancel",
    )
)


@given(
    st.lists(
        st.tuples(
            MOVES,
            st.sampled_from(("community", "team", "partner", "elsewhere")),
            st.integers(0, 1),
            st.integers(1, 70_00),
        ),
        max_size=40,
    )
)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_tried_the_books_balance_and_no_status_is_illegal(empty, acts) -> None:
    desk = type(empty)()
    need = desk.raised()
    p = desk.planned(desk.decided(need), 100_00)
    more = {"evaluate": {"score": 3, "words": "一般"}, "feed_back": TOLD, "cancel": TOLD}
    for n, (move, who, at, amount) in enumerate(acts):
        m = desk.project(p).milestones[at]
        body = {"project": p, **more.get(move, {})}
        if move in ("report", "accept_milestone", "return_milestone", "spend"):
            body["milestone"] = m.id
        if move in ("report", "spend"):
            body["evidence"] = [desk.file(n + 1)]
        if move == "spend":
            body["amount"] = amount
        if move == "return_milestone":
            body["reason"] = "再看看"
        before = desk.project(p).status
        try:
            desk.do(who, f"project.{move}", **body)
        except Refusal as refusal:
            assert refusal.status in (403, 404, 409, 422) and f"rule.{refusal.rule}" in desk.texts
        else:
            assert before in PROJECT.move(move).sources
        row = desk.project(p)
        accounts = desk.all(LEDGER.accounts)
        assert sum(a.balance for a in accounts) == 0
        assert balance(desk, budget_account(p)) >= 0 and row.spent == balance(desk, spent_account(p)) <= row.budget
        told = desk.need(need)
        assert (row.ended_at is None) == told.open
        assert told.open or told.told_ref
