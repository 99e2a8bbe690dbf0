"""Patrol rounds (巡查): who walks what, what counts, and that nothing of the track leaves (domain rules 2.17, 7.1)."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shuniu.chassis.context import Actor
from shuniu.rules.lifecycle import IllegalMove, mermaid
from shuniu.rules.refusal import Refusal
from shuniu_grid.patrols.coverage import Walked, coverage
from shuniu_grid.patrols.face import GUARDS, PATROL_ROUND, begin_offers
from shuniu_grid.patrols.lifecycle import PATROL
from shuniu_grid.patrols.measuring import Measured
from shuniu_grid.patrols.rounds import DueSpots
from shuniu_grid.patrols.state import KeySpot, spot_due, visits_missing
from shuniu_grid.settings import GridSettings, business_day

SCOPE, GRID, NEXT = "320199001", "320199001001001", "320199001001002"
AFTER = {"sha256": "a" * 64, "size": 1000, "media_type": "image/jpeg"}


@pytest.fixture
def begun(street):
    """A round of the worker's own grid, under way."""
    return street.do(street.people.worker, "begin_patrol", area=GRID).answer["patrol"]


def row_of(street, patrol):
    return street.rows[PATROL_ROUND.key(patrol)].row


def spot(street, code="SPOT-1", area=GRID, **more):
    street.do(
        street.people.registrar, "define_key_spot", spot=code, area=area, zh="老旧小区消防栓", spot_kind="FIRE", **more
    )
    return code


def points(street, *at):
    start = int(street.now.timestamp())
    return [{"at": start + seconds, "lon": 118.0 + seconds / 1e5, "lat": 32.0} for seconds in at]


def test_the_life_cycle_holds_together():
    PATROL.validate()


def test_a_round_from_plan_to_end(street):
    worker = street.people.worker
    planned = street.do(
        street.people.secretary, "plan_patrol", DueSpots(("SPOT-1",)), area=GRID, on="2026-11-23", worker="w1"
    )
    patrol, number = planned.answer["patrol"], planned.answer["number"]
    assert number == "XC261123-0001"
    assert row_of(street, patrol).spots == ("SPOT-1",)
    street.do(worker, "start_patrol", patrol=patrol)
    street.later(minutes=40)
    street.do(worker, "pause_patrol", patrol=patrol)
    street.later(minutes=30)
    street.do(worker, "resume_patrol", patrol=patrol)
    street.later(minutes=21)
    street.do(worker, "end_patrol", Measured(2300, 45, ("SPOT-1",)), patrol=patrol)
    row = row_of(street, patrol)
    assert (row.status, row.minutes, row.length_m, row.coverage_percent) == ("WALKED", 60, 2300, 45)
    assert row.spots_hit == ("SPOT-1",)
    assert street.types()[-2:] == ["patrol.ended.v1", "patrol.measured.v1"]


def test_a_worker_is_on_one_round_at_a_time(street, refused, begun):
    worker = street.people.worker
    refused("grid.patrol_one_at_a_time", 409, street.do, worker, "begin_patrol", area=GRID)
    street.do(worker, "end_patrol", patrol=begun)
    street.do(worker, "begin_patrol", area=GRID)


def test_a_round_called_off_frees_the_worker(street, begun):
    street.do(street.people.secretary, "cancel_patrol", patrol=begun, reason="WEATHER")
    assert row_of(street, begun).status == "CALLED_OFF"
    street.do(street.people.worker, "begin_patrol", area=GRID)


def test_rounds_are_of_a_grid_and_of_ones_own(street, refused):
    worker = street.people.worker
    refused("access.area", 403, street.do, worker, "begin_patrol", area=NEXT)
    secretary = Actor(id="s1", roles=frozenset({"grid_worker"}), areas=(SCOPE,))
    refused("grid.patrol_in_a_grid", 422, street.do, secretary, "begin_patrol", area="320199001001")
    refused("grid.unknown_area", 422, street.do, secretary, "begin_patrol", area="320199001001099")
    plan = {"area": GRID, "on": "2026-11-24", "worker": "w9"}
    refused("grid.patrol_own", 403, street.do, worker, "plan_patrol", **plan)
    for day in ("2026-11-22", "2026-12-25"):
        refused("grid.patrol_day", 422, street.do, worker, "plan_patrol", area=GRID, on=day)


@pytest.mark.parametrize("move", ["pause_patrol", "end_patrol", "check_spot", "upload_track"])
def test_nobody_acts_on_anothers_round(street, refused, begun, move):
    other = Actor(id="w2", roles=frozenset({"grid_worker"}), areas=(SCOPE,))
    body = {"check_spot": {"spot": spot(street)}, "upload_track": {"chunk": 0, "points": points(street, 1)}}.get(
        move, {}
    )
    refused("grid.patrol_of_another", 403, street.do, other, move, patrol=begun, **body)


@pytest.mark.parametrize("status", [s.id for s in PATROL.statuses])
def test_everything_not_listed_is_illegal(street, status):
    worker = street.people.worker
    plan = street.do(worker, "plan_patrol", area=GRID, on="2026-11-23").answer["patrol"]
    way = {
        "PLANNED": (),
        "ON_ROUND": ("start",),
        "RESTING": ("start", "pause"),
        "WALKED": ("start", "end"),
        "CALLED_OFF": ("cancel",),
    }
    for move in way[status]:
        street.do(worker, f"{move}_patrol", patrol=plan, **({"reason": "ILLNESS"} if move == "cancel" else {}))
    row = row_of(street, plan)
    assert row.status == status
    for move, check in GUARDS.items():
        if status not in PATROL.move(move).sources:
            with pytest.raises(IllegalMove) as caught:
                check(row, street.context(worker))
            assert (caught.value.state, caught.value.event) == (status, move)


# Key spots ----------------------------------------------------------------------------------------------------------


def test_a_visited_key_spot_is_noted_on_the_round_and_on_the_spot(street, begun):
    code = spot(street, visits_per_week=2)
    street.do(street.people.worker, "check_spot", patrol=begun, spot=code, fine=False, note="水压不足，张三在场")
    row = row_of(street, begun)
    assert [(v.spot, v.fine) for v in row.visits] == [(code, False)]
    assert "spot_not_fine" in street.events[-1].data.summary.matter.flags
    assert "张三" not in msgspec.json.encode(street.events).decode()
    kept = next(r.row for k, r in street.rows.items() if k.kind == "key_spot")
    assert kept.visited == (business_day(street.now),)


def test_a_key_spot_of_another_grid_is_not_visited(street, refused, begun):
    code = spot(street, area=NEXT)
    worker = street.people.worker
    refused("grid.spot_of_another_grid", 422, street.do, worker, "check_spot", patrol=begun, spot=code)
    refused("key_spot.unknown", 404, street.do, worker, "check_spot", patrol=begun, spot="NOWHERE")
    old = spot(street, "SPOT-OLD")
    street.do(street.people.registrar, "retire_key_spot", spot=old, valid_to="2026-11-22")
    refused("grid.spot_retired", 422, street.do, worker, "check_spot", patrol=begun, spot=old)


def test_no_target_is_official_so_none_is_due_unless_somebody_sets_one(street):
    """2.18: targets are configuration; no quota was found."""
    assert GridSettings().spot_visits_per_week == 0
    today = business_day(street.now)
    free = KeySpot(id="A", area=GRID, title={"zh": "甲", "en": "A"}, kind="FIRE")
    assert not spot_due(free, today, 0)
    assert spot_due(free, today, 2), "the setting's target holds where the spot says nothing"
    own = msgspec.structs.replace(free, visits_per_week=1)
    assert visits_missing(own, today, 3) == 1
    seen = msgspec.structs.replace(own, visited=(today,))
    assert visits_missing(seen, today, 3) == 0 and not spot_due(seen, today, 0)


# Findings -----------------------------------------------------------------------------------------------------------


def test_what_is_found_becomes_a_grid_event_that_says_so(street, begun):
    event = street.reported(patrol=begun, spot="SPOT-1")
    row, round_ = street.event(event), row_of(street, begun)
    assert (row.patrol, row.spot) == (begun, "SPOT-1")
    assert [f.number for f in round_.findings] == [row.number]
    links = [k for e in street.events for k in e.data.summary.links]
    assert [(k.relation, k.kind, k.matter) for k in links] == [("found_on", "patrol_round", begun)]
    assert street.measures()["grid.patrol_findings"] == 1


def test_a_finding_belongs_to_a_round_of_ones_own_that_is_or_just_was_under_way(street, refused):
    worker = street.people.worker
    refused("patrol_round.unknown", 404, street.reported, patrol="nothing")
    plan = street.do(worker, "plan_patrol", area=GRID, on="2026-11-23").answer["patrol"]
    refused("grid.patrol_of_a_finding", 409, street.reported, patrol=plan)
    street.do(worker, "start_patrol", patrol=plan)
    refused("grid.patrol_of_another", 403, street.reported, street.people.neighbour, patrol=plan, area=NEXT)
    street.do(worker, "end_patrol", patrol=plan)
    street.later(hours=71)
    street.reported(patrol=plan)
    street.later(hours=2)
    refused("grid.patrol_of_a_finding", 409, street.reported, patrol=plan)


# Tracks -------------------------------------------------------------------------------------------------------------


def test_no_event_and_no_row_holds_a_point_of_the_track(street, begun):
    """PIPL §28: the track is in no event, no summary, no state row."""
    worker = street.people.worker
    street.later(minutes=20)
    given = [{"at": int(street.now.timestamp()) - 60, "lon": 118.123456, "lat": 32.654321}]
    street.do(worker, "upload_track", patrol=begun, chunk=0, points=given)
    street.do(worker, "end_patrol", Measured(1200, 35, ()), patrol=begun)
    told = msgspec.json.encode(street.events).decode() + msgspec.json.encode(row_of(street, begun)).decode()
    for secret in ("118.12", "32.65", str(given[0]["at"])):
        assert secret not in told
    assert street.private == []


def test_a_piece_of_track_sent_again_is_the_same_piece(street, begun):
    worker = street.people.worker
    given = points(street, 0, 5)
    for chunk in (1, 0, 1, 1):
        street.do(worker, "upload_track", patrol=begun, chunk=chunk, points=given)
    assert row_of(street, begun).chunks == (0, 1)
    assert street.types().count("patrol.track_received.v1") == 2


def test_only_what_was_walked_on_the_round_is_taken(street, refused, begun):
    worker = street.people.worker
    for seconds in (-3600, 3600):
        body = {"patrol": begun, "chunk": 0, "points": points(street, seconds)}
        refused("grid.track_outside_round", 422, street.do, worker, "upload_track", **body)
    refused("grid.track_empty", 422, street.do, worker, "upload_track", patrol=begun, chunk=0, points=[])
    given = points(street, 60)
    street.later(minutes=5)
    street.do(worker, "end_patrol", patrol=begun)
    street.later(hours=72)
    street.do(worker, "upload_track", Measured(100, 0, ()), patrol=begun, chunk=0, points=given)
    assert row_of(street, begun).length_m == 100, "a late piece is measured"
    street.later(hours=1)
    refused("grid.track_late", 409, street.do, worker, "upload_track", patrol=begun, chunk=1, points=given)


def test_what_was_measured_before_is_not_said_again(street, begun):
    worker = street.people.worker
    given = points(street, 60)
    street.later(minutes=5)
    street.do(worker, "end_patrol", Measured(100, 0, ()), patrol=begun)
    street.do(worker, "upload_track", Measured(100, 0, ()), patrol=begun, chunk=0, points=given)
    assert street.types().count("patrol.measured.v1") == 1


# What the world sees ------------------------------------------------------------------------------------------------


def test_offers_lead_through_the_round(street, begun):
    def offered(actor):
        return {o.action for o in PATROL_ROUND.face.offers(row_of(street, begun), street.context(actor))}

    worker = street.people.worker
    assert offered(worker) == {f"grid.{m}" for m in ("pause_patrol", "check_spot", "end_patrol", "cancel_patrol")}
    assert offered(street.people.secretary) == {"grid.cancel_patrol"}
    assert offered(street.people.officer) == set()
    assert begin_offers(street.context(worker))[0].prefill == {"area": GRID}


def test_a_planned_round_that_is_not_walked_is_late_at_the_end_of_its_day(street):
    plan = street.do(street.people.secretary, "plan_patrol", area=GRID, on="2026-11-23", worker="w1").answer["patrol"]
    street.later(hours=15)
    street.wake_matter("patrol_round", plan)
    summary = street.events[-1].data.summary
    assert (summary.matter.status, summary.matter.due_status) == ("PLANNED", "late")
    assert {n.text for n in summary.notices} == {"notice.patrol_overdue"}


def test_rounds_are_counted(street, begun):
    street.later(minutes=58)
    street.do(street.people.worker, "check_spot", patrol=begun, spot=spot(street))
    street.do(street.people.worker, "end_patrol", patrol=begun)
    sums = {k: v for k, v in street.measures().items() if v}
    assert sums == {
        "grid.patrols_planned": 1, "grid.patrols_of_planned": 1, "grid.patrols": 1, "grid.patrol_minutes": 60,
        "grid.patrol_spots": 1,
    }  # fmt: skip


@given(
    grids=st.sets(st.integers(1, 30), max_size=20),
    walked=st.dictionaries(st.integers(1, 40), st.integers(1, 5), max_size=20),
)
def test_coverage_is_grids_with_a_round_over_grids(grids, walked):
    """巡查覆盖率: null without grids, never above 1, and a round of a grid that is not there does not count."""
    codes = {n: f"32019900100{1 + n % 3}{n:03d}" for n in range(1, 41)}
    lines = coverage([codes[n] for n in grids], {codes[n]: Walked(c, 30 * c) for n, c in walked.items()})
    total = lines[-1].figures
    assert total.grids == len(grids) and total.patrolled == len(grids & set(walked))
    assert total.coverage == (round(total.patrolled / total.grids, 4) if grids else None)
    assert sum(line.figures.patrolled for line in lines[:-1]) == total.patrolled
    assert all(0 <= line.figures.coverage <= 1 for line in lines if line.figures.coverage is not None)


MOVES = ["start_patrol", "pause_patrol", "resume_patrol", "end_patrol", "cancel_patrol", "check_spot", "upload_track"]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(MOVES), st.sampled_from([0, 1]), st.sampled_from([0, 10, 600])), max_size=25))
def test_walks_stay_lawful(streets, walk):
    street = streets()
    workers = [Actor(id=w, roles=frozenset({"grid_worker"}), areas=(SCOPE,)) for w in ("w1", "w2")]
    code = spot(street)
    rounds = [street.do(w, "plan_patrol", area=GRID, on="2026-11-23").answer["patrol"] for w in workers]
    for move, who, minutes in walk:
        street.later(minutes=minutes)
        body = {"check_spot": {"spot": code}, "cancel_patrol": {"reason": "WEATHER"},
                "upload_track": {"chunk": 0, "points": points(street, 0)}}.get(move, {})  # fmt: skip
        before = row_of(street, rounds[who])
        try:
            street.do(workers[who], move, patrol=rounds[who], **body)
        except Refusal:
            assert row_of(street, rounds[who]) == before
            continue
        after = row_of(street, rounds[who])
        assert before.status in PATROL.move(move).sources
        assert after.status == (PATROL.move(move).target or before.status)
    for patrol in rounds:
        row = row_of(street, patrol)
        assert row.minutes % 5 == 0 and row.minutes >= 0
        assert not (row.open is False and any(c.state == "running" for c in row.clocks))
        on_hand = [
            k for k, r in street.rows.items() if k.kind == "patrol_hand" and r.row is not None and r.row.round == patrol
        ]
        assert len(on_hand) == (1 if row.status in ("ON_ROUND", "RESTING") else 0)


def test_readme_draws_the_life_cycle():
    from pathlib import Path

    assert mermaid(PATROL) in (Path(__file__).parents[2] / "README.md").read_text("utf-8")
