"""Random walks: whatever people try, in whatever order, no whistle gets where the life cycle does not lead."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from shuniu.rules.refusal import Refusal
from shuniu_whistle.whistles.dependencies import blocking, has_cycle, phases_of
from shuniu_whistle.whistles.lifecycles import CALLOUT, PHASE, WHISTLE
from shuniu_whistle.whistles.state import Phase, Whistle

PHOTO = {"sha256": "a" * 64, "size": 1000, "media_type": "image/jpeg"}
GRID = "320199001001001"
PEOPLE = ("clerk", "leader", "secretary", "cg", "jj", "xf", "coordinator", "community", "both")
MOVES: dict[str, dict[str, Any]] = {
    "submit": {},
    "blow": {},
    "return": {"reason": "补充"},
    "cancel": {"reason": "误报"},
    "escalate": {"reason": "久拖"},
    "sign": {},
    "object": {"instead": "xf", "reason": "属消防"},
    "uphold": {},
    "accept_objection": {},
    "contact": {},
    "report_in": {"where": "路口", "people": 2},
    "start": {"measures": "值守"},
    "plan_phase": {"work": "REMEDY"},
    "replan_phase": {},
    "start_phase": {},
    "submit_phase": {"evidence": [PHOTO]},
    "accept_phase": {},
    "send_back_phase": {"reason": "遗留"},
    "request_extension": {"reason": "需延期", "finish_on": "2027-02-01"},
    "approve_extension": {},
    "decline_extension": {},
    "waive": {"reason": "无需"},
    "finish": {"evidence": [PHOTO]},
    "rate": {"response": 3, "attitude": 3, "result": 3},
    "close": {},
    "not_solved": {"reason": "反弹"},
}
STEP = st.tuples(
    st.sampled_from(PEOPLE),
    st.integers(0, 11),  # which of the offers to take; beyond them, whatever move comes next
    st.sampled_from(sorted(MOVES)),
    st.sampled_from(["cg", "jj", "xf"]),
    st.integers(0, 2),
    st.sampled_from([0, 0, 0, 0, 0, 0, 1, 30, 200]),
)
# Taken too readily, these end a walk before it has begun.
ENDINGS = ("cancel", "return", "escalate", "amend", "object")


def _body(street, move: str, unit: str, phase: int) -> dict[str, Any]:
    body = dict(MOVES[move])
    fields = street.fields_of(f"whistle.{move}")
    if "callout" in fields:
        body["callout"] = unit
        phases = street.callout(unit).phases
        if "phase" in fields:
            body["phase"] = phases[min(phase, len(phases) - 1)].id if phases else "none"
    if move == "report_in":
        body["at"] = street.now
    if move == "start":
        body["finish_on"] = max(street.w.finish_by or street.today, street.today)
    known = list(phases_of(street.w))
    if move == "plan_phase":
        body["due_on"] = street.callout(unit).finish_on or street.today
    if move in ("plan_phase", "replan_phase") and known and phase:
        body["after"] = known[: phase * 2]
    return body


def _choice(street, who: str, pick: int, move: str, unit: str, phase: int) -> tuple[str, dict[str, Any]]:
    """Mostly something that is offered, sometimes anything."""
    offers = {m: o for m, o in street.offers(who).items() if m in MOVES and m not in ENDINGS}
    if pick < 9 and offers:
        name = sorted(offers)[pick % len(offers)]
        return name, {**_body(street, name, unit, phase), **offers[name].prefill}
    return move, _body(street, move, unit, phase)


def _follows(cycle: Any, before: str | None, after: str) -> bool:
    return before == after or any(m.target == after and (before in m.sources) for m in cycle.moves)


def _begun(p: Phase, before: Whistle) -> bool:
    """Whether the phase has been started by the last command."""
    was = next((x for x in phases_of(before).values() if x.id == p.id), None)
    return p.status == "STARTED" and (was is None or was.status != "STARTED")


def _check(before: Whistle, w: Whistle) -> None:
    assert _follows(WHISTLE, before.status, w.status), (before.status, w.status)
    if w.callouts:
        leads = [c for c in w.callouts if c.role == "LEAD" and c.status != "WITHDRAWN"]
        # Where a leading party of another scope has refused, nobody leads until the caller calls another.
        assert len(leads) == 1 or (w.direction == "CROSS" and not leads and w.status in ("BLOWN", "CANCELLED"))
        if leads and leads[0].status == "FINISHED":
            assert w.supporters_done
    old = {c.id: c for c in before.callouts}
    for c in w.callouts:
        CALLOUT.status(c.status)
        if c.id in old:
            # One command may make two moves of one callout: a ruling may not, the last phase and the finish may.
            # What another scope said since it was last heard may be several moves at once.
            assert c.scope or _follows(CALLOUT, old[c.id].status, c.status), (old[c.id].status, c.status)
        for p in c.phases:
            PHASE.status(p.status)
            assert not _begun(p, before) or not blocking(before, p), "begun before those it waits for were accepted"
    assert not has_cycle({p.id: p.after for p in phases_of(w).values()})
    if w.status in ("EVALUATED", "CLOSED", "RE_BLOWN"):
        assert all(c.rating for c in w.callouts if c.status == "FINISHED")
    if w.status in ("RESOLVED", "EVALUATED", "CLOSED", "RE_BLOWN"):
        assert not any(c.owes for c in w.callouts)
    if not w.open:
        assert all(c.state != "running" for c in w.clocks), w.clocks
    assert w.late_marks == sum(c.late for c in w.clocks if c.id in ("sign", "contact", "report", "finish"))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(kind=st.sampled_from(["ROUTINE", "HARD"]), steps=st.lists(STEP, min_size=90, max_size=150))
def test_no_walk_leads_where_the_life_cycle_does_not(new_street, kind: str, steps: list[Any]) -> None:
    street = new_street(datetime(2026, 11, 23, 1, 0, tzinfo=UTC)).draft(kind=kind)
    street.do("clerk", "submit")
    street.do("secretary", "blow")
    for who, pick, random_move, unit, phase, wait in steps:
        if wait:
            street.tick(hours=wait)
        move, body = _choice(street, who, pick, random_move, unit, phase)
        before, rows, events = street.w, dict(street.rows), len(street.events)
        try:
            street.do(who, move, **body)
        except Refusal as refusal:
            assert refusal.rule
            assert (street.rows, len(street.events)) == (rows, events)
            continue
        _check(before, street.rows[("whistle", before.id)].row)
        open_ones = [s.row for k, s in street.rows.items() if k.kind == "whistle" and s.row is not None and s.row.open]
        assert len(street.open_rows) == len(open_ones) <= 1
        assert [r.whistle for r in street.open_rows] == [w.id for w in open_ones]
    event(street.w.status)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    leads=st.booleans(),
    steps=st.lists(st.tuples(st.booleans(), STEP, st.booleans()), min_size=60, max_size=110),
)
def test_no_joint_walk_leads_where_the_life_cycle_does_not(new_street, leads: bool, steps: list[Any]) -> None:
    """Two streets, each with its own people and clocks, hearing of each other now and then."""
    here, there = new_street(), new_street(scope="320102005")
    party = {"scope": "320102005", "role": "LEAD" if leads else "CO"}
    here.draft(direction="CROSS", lead="" if leads else "cg", parties=[party])
    here.do("clerk", "submit")
    here.do("leader", "blow")
    here.tell(there)
    there.id = there.events[0].correlationid
    plan = {"item": "STREET_VENDORS", "area": "320102005001001", "place": {"name": "十字街"}, "lead": "jj"}
    there.do("clerk", "amend", **plan)
    for ours, (who, pick, random_move, unit, phase, wait), speak in steps:
        street = here if ours else there
        if wait:
            later = max(here.now, there.now)
            here.tick(seconds=(later - here.now).total_seconds() + wait * 3600)
            there.tick(seconds=(later - there.now).total_seconds() + wait * 3600)
        part = next((c.id for c in street.w.callouts if c.scope), unit)
        move, body = _choice(street, who, pick, random_move, part if phase == 2 else unit, phase)
        before = {id(s): s.w for s in (here, there)}
        with suppress(Refusal):
            street.do(who, move, **body)
        if speak:
            here.tell(there)
            there.tell(here)
        for s in (here, there):
            was = before[id(s)]
            _check(was, s.rows[("whistle", was.id)].row)
        if not here.w.open and not there.w.open:
            break
    event(f"{here.w.status}/{there.w.status}")


def test_people_who_take_what_they_are_offered_reach_the_end(street) -> None:
    """The offers alone lead a whistle from its draft to its end, rated."""
    street.draft()
    willing = ("submit", "blow", "sign", "contact", "report_in", "start", "finish", "rate", "close")
    for _ in range(20):
        for who in ("clerk", "leader", "jj", "cg"):
            offers = street.offers(who)
            move = next((m for m in willing if m in offers), None)
            if move is not None:
                street.do(who, move, **{**MOVES[move], **offers[move].prefill})
    assert street.w.status == "CLOSED"
    assert all(c.rating for c in street.w.callouts)
