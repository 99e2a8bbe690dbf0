"""DOWN whistles (the caller's side blows, confirms, accepts, rates, closes) and staged remediation."""

from typing import Any

import pytest

PHOTO = {"sha256": "a" * 64, "size": 1000, "media_type": "image/jpeg"}
GRID = "320199001001001"
WORKS = ("DEMOLISH", "MOVE_VEHICLES", "WIDEN", "REMEDY", "BEAUTIFY")


def at_work(street, caller: str = "community") -> Any:
    """A DOWN whistle whose street office is at work."""
    street.down()
    street.do("community", "submit")
    street.do("community", "blow", finish_by="2026-12-31")
    return street.to_working("street-office", worker="clerk", caller=caller)


def plan(street, *works: str, unit: str = "street-office", who: str = "clerk") -> list[str]:
    return [street.do(who, "plan_phase", callout=unit, work=work, due_on="2026-12-20")["phase"] for work in works]


def test_a_community_blows_and_the_street_reports_in(street) -> None:
    at_work(street)
    assert (street.w.kind, street.w.lead_unit, street.w.caller_unit) == ("DOWN", "street-office", "c-320199001001")
    street.do("clerk", "finish", callout="street-office", evidence=[PHOTO])
    assert street.w.status == "RESOLVED"
    street.do("community", "rate", callout="street-office", response=5, attitude=5, result=5)
    street.do("community", "close")
    assert street.w.status == "CLOSED"


def test_an_enterprise_blows_about_moving_in(street) -> None:
    street.down("enterprise", item="MOVING_IN", place={"name": "瑞景科技园"})
    street.do("enterprise", "submit")
    street.do("enterprise", "blow")
    assert street.w.caller_unit == f"e-{GRID}"


def test_nobody_of_the_street_confirms_or_rates_in_a_down_whistle(street) -> None:
    street.down()
    street.do("community", "submit")
    assert street.refused("whistle.down_blowers", "leader", "blow").status == 403
    street.do("community", "blow")
    street.do("clerk", "sign", callout="street-office")
    street.do("clerk", "contact", callout="street-office")
    body = {"callout": "street-office", "at": street.now, "where": "双安巷", "people": 2}
    street.refused("callout.own_presence", "clerk", "report_in", **body)
    street.refused("access.unit", "neighbour", "report_in", **body)
    street.do("community", "report_in", **body)
    street.do("clerk", "start", callout="street-office", measures="集中整治", finish_on=street.w.finish_by)
    street.finished("street-office", worker="clerk")
    scores = {"callout": "street-office", "response": 5, "attitude": 5, "result": 5}
    street.refused("callout.own_rating", "leader", "rate", **scores)
    street.refused("access.unit", "enterprise", "rate", **scores)


def test_the_street_leads_in_a_down_whistle(street) -> None:
    assert (
        street.refused("whistle.down_lead", "community", "draft", direction="DOWN", area=GRID, lead="cg").status == 422
    )
    street.down(lead="", co=["cg"])
    assert (street.w.lead, street.w.co) == ("street-office", ("cg",))


def test_the_street_may_not_pass_a_down_whistle_on(street) -> None:
    street.down(co=["cg"])
    street.do("community", "submit")
    street.do("community", "blow")
    street.refused(
        "callout.street_answers", "clerk", "object", callout="street-office", instead="jj", reason="不归我管"
    )


def test_down_whistles_are_drafted_by_communities_and_firms_for_themselves(street) -> None:
    body = {"direction": "DOWN", "area": GRID, "item": "LANE_PARKING"}
    assert street.refused("whistle.down_drafters", "clerk", "draft", **body).status == 403
    assert street.refused("access.area", "neighbour", "draft", **body).status == 403
    assert street.refused("access.unit", "community", "draft", **body, caller_unit="cg").status == 403
    street.refused("whistle.area_required", "community", "draft", direction="DOWN")
    street.refused("whistle.drafters", "community", "draft", direction="UP", area=GRID)


def test_a_down_whistle_has_no_kind_and_is_not_escalated(street) -> None:
    street.down()
    street.do("community", "submit")
    street.do("community", "blow")
    street.tick(days=5)
    assert (street.w.late_marks, street.w.escalated, street.w.kind) == (3, False, "DOWN")
    street.refused("whistle.down_has_no_kind", "secretary", "escalate", reason="久拖不决")


def test_five_phases_of_shuangan_lane_finish_the_callout(street) -> None:
    at_work(street)
    phases = plan(street, *WORKS)
    for phase in phases:
        street.do("clerk", "start_phase", callout="street-office", phase=phase)
        street.do("clerk", "submit_phase", callout="street-office", phase=phase, evidence=[PHOTO])
        street.do("community", "accept_phase", callout="street-office", phase=phase)
    assert [p.status for p in street.callout("street-office").phases] == ["ACCEPTED"] * 5
    # With the last phase the callout is finished by itself, and with it the whistle.
    assert street.callout("street-office").status == "FINISHED"
    assert street.w.status == "RESOLVED"
    assert street.names()[-3:] == ["phase.accepted.v1", "callout.finished.v1", "whistle.resolved.v1"]


def test_a_phase_starts_only_after_the_one_before_is_accepted(street) -> None:
    at_work(street)
    first, second = plan(street, "DEMOLISH", "WIDEN")
    own = {"callout": "street-office"}
    refusal = street.refused("phase.one_after_another", "clerk", "start_phase", **own, phase=second)
    assert (refusal.status, refusal.state, refusal.event) == (409, "PLANNED", "start_phase")
    street.refused("phase.submit_started", "clerk", "submit_phase", **own, phase=first, evidence=[PHOTO])
    street.do("clerk", "start_phase", **own, phase=first)
    street.refused("phase.start_planned", "clerk", "start_phase", **own, phase=first)
    street.refused("phase.check_submitted", "community", "accept_phase", **own, phase=first)
    street.do("clerk", "submit_phase", **own, phase=first, evidence=[PHOTO])
    street.refused("phase.one_after_another", "clerk", "start_phase", **own, phase=second)
    street.do("community", "accept_phase", **own, phase=first)
    street.do("clerk", "start_phase", **own, phase=second)


def test_a_phase_sent_back_starts_again(street) -> None:
    at_work(street)
    (phase,) = plan(street, "DEMOLISH")
    on = {"callout": "street-office", "phase": phase}
    street.do("clerk", "start_phase", **on)
    street.do("clerk", "submit_phase", **on, evidence=[PHOTO])
    street.do("community", "send_back_phase", **on, reason="仍有遗留")
    assert street.callout("street-office").phases[0].status == "SENT_BACK"
    street.do("clerk", "start_phase", **on)
    street.do("clerk", "submit_phase", **on, evidence=[PHOTO])
    street.do("community", "accept_phase", **on)
    assert street.callout("street-office").phases[0].sent_back == 1
    assert street.w.status == "RESOLVED"


def test_nobody_accepts_their_own_units_work(street) -> None:
    at_work(street)
    (phase,) = plan(street, "DEMOLISH")
    on = {"callout": "street-office", "phase": phase}
    street.do("clerk", "start_phase", **on)
    street.do("clerk", "submit_phase", **on, evidence=[PHOTO])
    assert street.refused("phase.own_work", "clerk", "accept_phase", **on).status == 403
    assert street.refused("phase.own_work", "leader", "send_back_phase", **on, reason="不行").status == 403


def test_a_phase_needs_evidence(street) -> None:
    at_work(street)
    (phase,) = plan(street, "DEMOLISH")
    street.do("clerk", "start_phase", callout="street-office", phase=phase)
    street.refused("evidence.missing", "clerk", "submit_phase", callout="street-office", phase=phase, evidence=[])
    wrong = [{"sha256": "zz", "size": 10, "media_type": "text/html"}]
    refusal = street.refused(
        "evidence.not_taken", "clerk", "submit_phase", callout="street-office", phase=phase, evidence=wrong
    )
    assert {f.field for f in refusal.fields} == {"evidence.0.sha256", "evidence.0.media_type"}


def test_a_callout_with_open_phases_is_not_finished_by_hand(street) -> None:
    at_work(street)
    plan(street, "DEMOLISH")
    refusal = street.refused("callout.phases_open", "clerk", "finish", callout="street-office", evidence=[PHOTO])
    assert refusal.status == 409


def test_phases_lie_within_the_agreed_date_and_in_order(street) -> None:
    at_work(street)
    street.do("clerk", "plan_phase", callout="street-office", work="DEMOLISH", due_on="2026-12-10")
    for day in ("2026-12-09", "2027-01-04"):
        street.refused("phase.due_date", "clerk", "plan_phase", callout="street-office", work="WIDEN", due_on=day)
    street.do("clerk", "plan_phase", callout="street-office", work="WIDEN", due_on="2026-12-31")


def test_phases_are_planned_while_working_only(street) -> None:
    street.blown()
    street.refused("phase.while_working", "cg", "plan_phase", work="DEMOLISH", due_on="2026-12-01")


def test_a_leading_callout_whose_phases_are_accepted_waits_for_its_supporters(street) -> None:
    street.blown().to_working("cg")
    (phase,) = [street.do("cg", "plan_phase", work="REMEDY", due_on="2026-12-01")["phase"]]
    street.do("cg", "start_phase", phase=phase)
    street.do("cg", "submit_phase", phase=phase, evidence=[PHOTO])
    street.do("clerk", "accept_phase", phase=phase)
    assert (street.callout("cg").status, street.w.status) == ("WORKING", "BLOWN")
    street.to_working("jj").finished("jj")
    # The supporter's finish lets the lead's accepted phases count.
    assert (street.callout("cg").status, street.w.status) == ("FINISHED", "RESOLVED")


@pytest.mark.parametrize("move", ["start_phase", "submit_phase", "accept_phase"])
def test_unknown_phase_is_told(street, move: str) -> None:
    at_work(street)
    body = {"evidence": [PHOTO]} if move == "submit_phase" else {}
    who = "community" if move == "accept_phase" else "clerk"
    refusal = street.refused("phase.unknown", who, move, callout="street-office", phase="none", **body)
    assert refusal.status == 404
