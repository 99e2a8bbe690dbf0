"""Staged remediation: any number of phases, owners, dependencies across callouts, evidence, the chart."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shuniu.rules.refusal import Refusal
from shuniu_whistle.whistles.dependencies import Span, blocking, critical, has_cycle, phases_of
from shuniu_whistle.whistles.gantt import gantt_of

PHOTO = {"sha256": "a" * 64, "size": 1000, "media_type": "image/jpeg"}
BEFORE = {"sha256": "b" * 64, "size": 1000, "media_type": "image/jpeg"}


def at_work(street) -> None:
    """Two units at work until 31 December."""
    street.draft()
    street.do("clerk", "submit")
    street.do("leader", "blow", finish_by="2026-12-31")
    street.to_working("cg").to_working("jj")


def plan(street, unit: str = "cg", due_on: str = "2026-12-20", **body: Any) -> str:
    return street.do(unit, "plan_phase", callout=unit, **{"work": "REMEDY", "due_on": due_on, **body})["phase"]


def through(street, phase: str, unit: str = "cg") -> None:
    on = {"callout": unit, "phase": phase}
    street.do(unit, "start_phase", **on)
    street.do(unit, "submit_phase", **on, evidence=[PHOTO])
    street.do("clerk", "accept_phase", **on)


def test_a_phase_waits_for_phases_of_other_callouts(street) -> None:
    at_work(street)
    demolish = plan(street, work="DEMOLISH", due_on="2026-12-05")
    widen = plan(street, "jj", work="WIDEN", after=[demolish])
    refusal = street.refused("phase.one_after_another", "jj", "start_phase", callout="jj", phase=widen)
    assert (refusal.status, refusal.params["seq"]) == (409, "1")
    through(street, demolish)
    street.do("jj", "start_phase", callout="jj", phase=widen)


def test_phases_without_predecessors_run_side_by_side(street) -> None:
    at_work(street)
    for _ in range(3):
        street.do("cg", "start_phase", phase=plan(street, after=[]))
    assert [p.status for p in street.callout("cg").phases] == ["STARTED"] * 3


def test_phases_may_not_wait_for_each_other_in_a_circle(street) -> None:
    at_work(street)
    first = plan(street)
    second = plan(street, "jj", after=[first])
    refusal = street.refused("phase.cycle", "cg", "replan_phase", phase=first, after=[second])
    assert (refusal.status, [(f.field, f.code) for f in refusal.fields]) == (422, [("after", "cycle")])
    street.refused("phase.cycle", "cg", "replan_phase", phase=first, after=[first])
    street.refused("phase.after_unknown", "cg", "replan_phase", phase=first, after=["none"])


def test_only_a_phase_that_has_not_begun_is_planned_otherwise(street) -> None:
    at_work(street)
    phase = plan(street)
    street.do("cg", "replan_phase", phase=phase, due_on="2026-12-22", start_on="2026-12-01", owner="duty_officer")
    (p,) = street.callout("cg").phases
    assert (p.due_on, p.start_on, p.owner) == (date(2026, 12, 22), date(2026, 12, 1), "duty_officer")
    street.do("cg", "start_phase", phase=phase)
    assert street.refused("phase.replan_planned", "cg", "replan_phase", phase=phase, due_on="2026-12-23").status == 409


def test_dates_of_phases_keep_their_order(street) -> None:
    at_work(street)
    first = plan(street, due_on="2026-12-10")
    plan(street, "jj", due_on="2026-12-12", after=[first])
    street.refused("phase.due_date", "cg", "replan_phase", phase=first, due_on="2026-12-13")
    street.refused("phase.start_date", "cg", "replan_phase", phase=first, start_on="2026-12-11")
    street.do("cg", "replan_phase", phase=first, due_on="2026-12-12")


def test_a_phase_has_an_owner_that_is_known(street) -> None:
    at_work(street)
    street.refused(
        "phase.owner_unknown", "cg", "plan_phase", work="REMEDY", due_on="2026-12-20", owner="nobody-we-know"
    )
    plan(street, owner="duty_officer")


def test_a_phase_is_shown_before_and_after(street) -> None:
    at_work(street)
    phase = plan(street)
    street.do("cg", "start_phase", phase=phase, evidence=[BEFORE])
    street.do("cg", "submit_phase", phase=phase, evidence=[PHOTO])
    street.do("clerk", "send_back_phase", phase=phase, reason="遗留")
    street.do("cg", "start_phase", phase=phase)  # again: what it looked like before stays as it was shown
    (p,) = street.callout("cg").phases
    assert [e.sha256[0] for e in p.before] == ["b"]
    assert [e.sha256[0] for e in p.evidence] == ["a"]


def test_a_waived_callouts_phases_hold_nobody_up(street) -> None:
    at_work(street)
    support = plan(street, "jj")
    main = plan(street, after=[support])
    street.refused("phase.one_after_another", "cg", "start_phase", phase=main)
    street.do("leader", "waive", callout="jj", reason="无需")
    street.do("cg", "start_phase", phase=main)


def test_a_remediation_may_have_any_number_of_phases(street) -> None:
    at_work(street)
    for _ in range(120):
        plan(street, after=[])
    for p in street.callout("cg").phases:
        through(street, p.id)
    street.finished("jj")
    assert street.w.status == "RESOLVED"
    assert len(gantt_of((street.w,), street.now).bars) == 122


def test_the_chart_shows_plan_dependencies_late_and_critical(street) -> None:
    at_work(street)
    first = plan(street, due_on="2026-12-01", start_on="2026-11-24")
    short = plan(street, "jj", due_on="2026-12-04", start_on="2026-12-02", after=[first])
    long = plan(street, due_on="2026-12-18", after=[first])
    chart = {b.id: b for b in gantt_of((street.w,), street.now).bars}
    assert [chart[p].depends for p in (first, short, long)] == [(), (first,), (first,)]
    assert [chart[p].critical for p in (first, short, long)] == [True, False, True]
    assert chart[long].start == date(2026, 12, 2)  # the day after what it waits for is due
    assert {b.group for b in chart.values()} == {street.w.number}
    assert not any(b.late for b in chart.values())
    street.tick(days=9)
    late = {b.id for b in gantt_of((street.w,), street.now).bars if b.late}
    assert late == {first}  # the others wait for it and are not to blame
    through(street, first)
    done = next(b for b in gantt_of((street.w,), street.now).bars if b.id == first)
    assert (done.status, done.end) == ("ACCEPTED", date(2026, 12, 2))


def test_the_page_offers_the_chart(street) -> None:
    from shuniu_whistle.whistles.detail import detail

    at_work(street)
    assert detail(street.w, street.as_seen_by("clerk")).panels == ()
    plan(street)
    (panel,) = detail(street.w, street.as_seen_by("clerk")).panels
    assert (panel.kind, panel.route) == ("gantt", f"/whistles/{street.id}/gantt")


GRAPH = st.integers(1, 9).flatmap(
    lambda n: st.lists(st.sets(st.integers(0, n - 1)), min_size=n, max_size=n).map(
        lambda after: {str(i): [str(b) for b in sorted(found)] for i, found in enumerate(after)}
    )
)


@given(GRAPH)
def test_a_cycle_is_found_exactly_where_one_can_walk_in_a_circle(graph: dict[str, list[str]]) -> None:
    def reaches(a: str, b: str) -> bool:
        seen, queue = set(), [a]
        while queue:
            for x in graph[queue.pop()]:
                if x not in seen:
                    seen.add(x)
                    queue.append(x)
        return b in seen

    assert has_cycle(graph) == any(reaches(x, x) for x in graph)


@given(st.lists(st.tuples(st.integers(1, 9), st.sets(st.integers(0, 8))), min_size=1, max_size=9))
def test_what_is_critical_delays_the_end_and_nothing_else_does(given_phases: list[tuple[int, set[int]]]) -> None:
    start = date(2026, 1, 1)
    after = {str(i): [str(b) for b in sorted(found) if b < i] for i, (_, found) in enumerate(given_phases)}
    spans = {str(i): Span(start, start + timedelta(days=n - 1)) for i, (n, _) in enumerate(given_phases)}

    def end(longer: str = "") -> int:
        done: dict[str, int] = {}
        for id_ in spans:
            done[id_] = max((done[b] for b in after[id_]), default=0) + spans[id_].days + (id_ == longer)
        return max(done.values())

    found = critical(spans, after)
    assert found == {id_ for id_ in spans if end(id_) > end()}
    assert found


STEP = st.tuples(
    st.sampled_from(["plan", "replan", "start", "submit", "accept", "send_back"]),
    st.sampled_from(["cg", "jj"]),
    st.integers(0, 11),
    st.sets(st.integers(0, 11), max_size=3),
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEP, min_size=20, max_size=60))
def test_whatever_is_planned_no_circle_and_no_early_start(new_street, steps: list[Any]) -> None:
    street = new_street()
    at_work(street)
    for move, unit, pick, waits in steps:
        known = list(phases_of(street.w).values())
        own = street.callout(unit).phases
        phase = own[pick % len(own)].id if own else "none"
        after = [known[i % len(known)].id for i in sorted(waits)] if known else []
        body: dict[str, Any] = {"callout": unit, "phase": phase}
        if move == "plan":
            body = {"callout": unit, "work": "REMEDY", "due_on": "2026-12-20", "after": after}
        if move == "replan":
            body["after"] = after
        if move == "submit":
            body["evidence"] = [PHOTO]
        if move == "send_back":
            body["reason"] = "遗留"
        before = street.w
        try:
            street.do("clerk" if move in ("accept", "send_back") else unit, f"{move}_phase", **body)
        except Refusal:
            continue
        assert not has_cycle({p.id: p.after for p in phases_of(street.w).values()})
        if move == "start":
            assert not blocking(before, phases_of(before)[phase])
        if street.w.status != "BLOWN":
            break


@pytest.mark.parametrize("who", ["clerk", "jj", "coordinator"])
def test_the_unit_plans_its_own_phases(street, who: str) -> None:
    at_work(street)
    phase = plan(street)
    assert street.refused(
        "access.unit" if who == "jj" else "callout.duty_officers" if who == "clerk" else "access.role",
        who,
        "replan_phase",
        phase=phase,
        due_on="2026-12-21",
    )
