"""Chains of whistles carry their history on (case 1.3: eight whistles in two years); the push meeting is announced."""

from datetime import timedelta

import pytest
from shuniu_whistle.whistles.detail import detail
from shuniu_whistle.whistles.history import PHASES_A_FACT

PHOTO = {"sha256": "a" * 64, "size": 1000, "media_type": "image/jpeg"}


def one_round(street) -> None:
    """A blown whistle whose lead plans, does and has accepted one phase, late to sign; its supporter finishes."""
    street.tick(minutes=90)
    street.to_working("cg").to_working("jj")
    phase = street.do("cg", "plan_phase", work="REPAIR", due_on=street.w.finish_by)["phase"]
    street.do("cg", "start_phase", phase=phase)
    street.do("cg", "submit_phase", phase=phase, evidence=[PHOTO])
    street.finished("jj")
    street.do("clerk", "accept_phase", phase=phase)
    for unit in ("cg", "jj"):
        street.do("clerk", "rate", callout=unit, response=2, attitude=3, result=1)


def test_a_kindergarten_wall_takes_eight_whistles_in_two_years(street) -> None:
    began = street.now
    street.draft(item="RETAINING_WALL", place={"name": "幼儿园围墙"})
    for link in range(1, 9):
        street.do("clerk", "submit")
        street.do("secretary" if street.w.kind == "HARD" else "leader", "blow")
        assert (street.w.chain, len(street.w.history)) == (link, link - 1)
        one_round(street)
        street.tick(days=90)
        if link < 8:
            street.do("clerk", "not_solved", reason="墙体仍有隐患")
    street.do("clerk", "close")
    assert street.w.status == "CLOSED"
    assert timedelta(days=700) < street.now - began < timedelta(days=740)
    assert [p.link for p in street.w.history] == list(range(1, 8))
    for past in street.w.history:
        lead, support = past.callouts
        assert (lead.unit, lead.role, lead.status, lead.scores) == ("cg", "LEAD", "FINISHED", (2, 3, 1))
        assert (support.unit, lead.late, past.late_marks) == ("jj", ("sign",), 2)
        assert [(p.work, p.status, len(p.evidence)) for p in lead.phases] == [("REPAIR", "ACCEPTED", 1)]
    # What ended solved is counted once, with the length of its chain.
    assert street.facts("whistle.closed.v1")[-1]["chain"] == 8


def test_the_ladder_leads_a_chain_up_to_the_standing_meeting(street) -> None:
    street.draft(item="RETAINING_WALL", place={"name": "幼儿园围墙"})
    forms = []
    for _ in range(5):
        street.do("clerk", "submit")
        street.do("secretary" if street.w.kind == "HARD" else "leader", "blow")
        forms.append((street.w.kind, street.w.supervised_as))
        street.to_working("cg").to_working("jj").finished("jj").finished("cg")
        for unit in ("cg", "jj"):
            street.do("clerk", "rate", callout=unit, response=2, attitude=3, result=1)
        street.do("clerk", "not_solved", reason="仍有隐患")
    assert forms == [("ROUTINE", ""), ("ROUTINE", ""), ("HARD", "TALK"), ("HARD", "TALK"), ("HARD", "MEETING")]


def test_the_page_shows_every_earlier_link(street) -> None:
    street.evaluated()
    first = street.w.number
    street.do("clerk", "not_solved", reason="反弹")
    page = detail(street.w, street.as_seen_by("clerk"))
    (history,) = [s for s in page.sections if s.title == "section.history"]
    assert [(r.unit, r.status) for r in history.rows] == [("cg", "FINISHED"), ("jj", "FINISHED")]
    values = {f.label: f.value for f in history.rows[0].fields}
    assert (values["field.number"], values["field.link"], values["field.result"]) == (first, "1", "3")
    assert len(history.rows[0].evidence) == 1


def test_a_matter_that_comes_back_after_closing_carries_its_history_too(street) -> None:
    street.evaluated().do("clerk", "close")
    before = street.id
    street.draft(previous=before)
    assert [p.whistle for p in street.w.history] == [before]


def test_a_history_of_many_phases_travels_in_several_events(street) -> None:
    street.blown()
    street.to_working("cg").to_working("jj")
    for _ in range(PHASES_A_FACT + 5):
        street.do("cg", "plan_phase", work="REMEDY", due_on=street.w.finish_by, after=[])
    for p in street.callout("cg").phases:
        on = {"phase": p.id}
        street.do("cg", "start_phase", **on)
        photos = [{**PHOTO, "sha256": f"{n:064x}"} for n in range(9)]
        street.do("cg", "submit_phase", **on, evidence=photos)
        street.do("clerk", "accept_phase", **on)
    street.finished("jj")
    for unit in ("cg", "jj"):
        street.do("clerk", "rate", callout=unit, response=2, attitude=3, result=1)
    street.do("clerk", "not_solved", reason="反弹")
    assert street.names().count("history.carried.v1") == 3
    (past,) = street.w.history
    assert [p.seq for p in past.callouts[0].phases] == list(range(1, PHASES_A_FACT + 6))
    assert len(past.callouts) == 2


def test_units_are_told_of_the_push_meeting_a_day_before(street) -> None:
    street.blown()
    body = {"where": "街道三楼会议室"}
    today = {"meet_at": "2026-11-23T15:00:00+08:00", **body}
    refusal = street.refused("whistle.meeting_notice", "clerk", "announce_meeting", **today)
    assert (refusal.status, refusal.params["from"]) == (422, "2026-11-24")
    street.do("clerk", "announce_meeting", meet_at="2026-11-24T09:00:00+08:00", **body)
    (notice,) = street.events[-1].data.summary.notices
    assert (notice.why, notice.text, notice.units) == ("changed", "notice.meeting", ("cg", "jj"))
    street.refused("whistle.meeting_ahead", "clerk", "announce_meeting", meet_at="2026-11-25T09:00:00+08:00", **body)
    street.tick(days=2)
    street.do("clerk", "announce_meeting", meet_at="2026-11-26T09:00:00+08:00", **body)


def test_a_meeting_is_announced_while_units_are_at_work(street) -> None:
    street.draft()
    body = {"where": "会议室", "meet_at": "2026-11-25T09:00:00+08:00"}
    assert street.refused("whistle.meet_while_blown", "clerk", "announce_meeting", **body).status == 409
    street.do("clerk", "submit")
    street.do("leader", "blow")
    assert street.refused("access.role", "cg", "announce_meeting", **body).status == 403


@pytest.mark.parametrize(
    ("steps", "why", "text", "told"),
    [
        (("submit",), "assigned", "to_blow", {"leading_group", "party_secretary", "office_director"}),
        (("submit", "blow"), "assigned", "called", {"cg", "jj"}),
    ],
)
def test_the_assignee_is_told_on_every_assignment(street, steps, why: str, text: str, told: set[str]) -> None:
    street.draft()
    for who, move in zip(("clerk", "leader"), steps, strict=False):
        street.do(who, move)
    (notice,) = street.events[-1].data.summary.notices
    assert (notice.why, notice.text, {*notice.units, *notice.roles}) == (why, f"notice.{text}", told)


def test_those_who_are_late_and_those_who_wait_are_told(street) -> None:
    street.blown()
    street.tick(minutes=61)
    said = [n for e in street.events for n in e.data.summary.notices]
    assert [n.units for n in said if n.why == "soon"] == [("cg",), ("jj",)]
    assert [n.units for n in said if n.text == "notice.overdue"] == [("cg",), ("jj",)]
    assert {n.roles for n in said if n.text == "notice.unit_overdue"} == {("street_clerk",)}


def test_signed_units_are_told_when_a_whistle_is_called_off(street) -> None:
    street.blown().do("cg", "sign")
    street.do("leader", "cancel", reason="已由市里统一整治")
    (notice,) = street.events[-1].data.summary.notices
    assert (notice.text, notice.units) == ("notice.cancelled", ("cg",))


def test_every_notice_has_its_text(street) -> None:
    from shuniu_whistle import service

    street.resolved()
    texts = {n.text for e in street.events for n in e.data.summary.notices}
    assert texts
    assert texts <= set(service.texts)
