"""Random walks: whatever people try, the counters agree with the rows, and the log replays to the same state."""

from datetime import timedelta

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shuniu.chassis.rows import Happening
from shuniu.rules.refusal import Refusal
from shuniu_volunteer import service
from shuniu_volunteer.activities.activity import ACTIVITY, PARTICIPATION, ROSTER
from shuniu_volunteer.activities.checking import Scan
from shuniu_volunteer.activities.lifecycles import ACTIVITY as CYCLE
from shuniu_volunteer.activities.lifecycles import PARTICIPATION as PART
from shuniu_volunteer.volunteers.volunteer import VOLUNTEER

STAGES = ("draft", "recruiting", "ongoing", "served", "confirmed")
WHO = ("v1", "v2", "v3")
MOVES = ("review", "open", "make_ready", "start", "finish", "submit_hours", "notice_hours")
steps = st.one_of(
    st.tuples(st.sampled_from(MOVES), st.sampled_from(("lead", "clerk", "clerk2", "lead2"))),
    st.tuples(st.sampled_from(("apply", "withdraw", "agree", "dispute")), st.sampled_from(WHO)),
    st.tuples(st.sampled_from(("check_in", "check_out")), st.sampled_from(WHO)),
    st.tuples(st.sampled_from(("accept", "decline", "lead_agree", "adjust")), st.sampled_from(WHO)),
    st.tuples(st.just("cancel"), st.just("lead")),
    st.tuples(st.just("wait"), st.sampled_from(("20", "90", "1440", "9000"))),
)


def take(street, step) -> None:
    what, who = step
    part = {"volunteer": street.own(who)} if who in WHO else {}
    match what:
        case "wait":
            street.tick(minutes=int(who))
        case "check_in" | "check_out":
            street.act(who, f"participation.{what}", Scan(street.now), code="x")
        case "apply" | "withdraw" | "agree":
            street.act(who, f"participation.{what}")
        case "dispute":
            street.act(who, "participation.dispute", reason="有误")
        case "accept":
            street.act("lead", "participation.accept", **part)
        case "decline":
            street.act("lead", "participation.decline", reason="NO_MATCH", **part)
        case "lead_agree":
            street.act("lead", "participation.agree", **part)
        case "adjust":
            street.act("clerk2", "participation.adjust", minutes=30, reason="核查", **part)
        case "cancel":
            street.act("lead", "cancel", reason="WEATHER")
        case _:
            street.act(who, what)


def agree_with_rows(street) -> None:
    a, parts = street.a, street.all(PARTICIPATION)

    def count(*statuses):
        return sum(p.status in statuses for p in parts)

    assert a.applied == count("APPLIED")
    assert a.waiting == count("WAITLISTED")
    assert a.accepted == len(parts) - count("APPLIED", "WAITLISTED", "DECLINED")
    assert a.accepted <= a.plan.places
    assert a.inside == count("CHECKED_IN")
    assert (a.pending, a.disputed) == (count("CALCULATED"), count("DISPUTED"))
    roster = street.row(ROSTER, street.id)
    if roster is not None:
        assert (len(roster.applied), len(roster.waiting), len(roster.accepted)) == (a.applied, a.waiting, a.accepted)
    assert not (a.waiting and not a.full), "nobody waits while there is a place"
    said = sum(f["minutes"] for f in street.facts("participation.confirmed.v1"))
    said += sum(f["minutes"] - f["booked"] for f in street.facts("participation.adjusted.v1"))
    people = street.all(VOLUNTEER)
    assert sum(v.personal_minutes + v.team_minutes for v in people) == said == a.minutes
    assert a.status in {s.id for s in CYCLE.statuses}
    assert {p.status for p in parts} <= {s.id for s in PART.statuses}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(STAGES), st.lists(steps, max_size=30), st.booleans(), st.integers(1, 3))
def test_every_walk_keeps_counters_rows_and_log_together(new_street, stage, walk, approval, places) -> None:
    street = new_street().teams()
    for who in WHO:
        street.register(who)
    plan = {"starts_at": street.now + timedelta(hours=3), "places": places}
    match stage:
        case "draft":
            street.drafted(approval=approval, **plan)
        case "recruiting":
            street.recruiting(approval=approval, **plan)
        case "ongoing":
            street.ongoing("v1", "v2", **plan)
        case "served":
            street.served("v1", **plan)
        case _:
            street.confirmed("v1", **plan)
    agree_with_rows(street)
    for step in walk:
        try:
            take(street, step)
        except Refusal as refusal:
            assert f"rule.{refusal.rule}" in street.texts, refusal.rule
        agree_with_rows(street)
    replayed = None
    facts = {f"shuniu.volunteer.{name}": cls for name, cls in _facts().items()}
    for event in street.events:
        if event.correlationid == street.id:
            fact = msgspec.json.decode(event.data.fact, type=facts[event.type])
            replayed = ACTIVITY.evolve(replayed, fact, Happening(event.time, event.actor, 0))
    assert replayed == street.a


def _facts():
    from shuniu.contracts.envelope import fact_name

    return {fact_name(cls): cls for cls in service.facts}
