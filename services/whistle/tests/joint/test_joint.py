"""Recurring joint governance: which days, sessions by themselves, attendance, resolutions that become work."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shuniu.rules.calendar import local
from shuniu.rules.refusal import Refusal
from shuniu.rules.shipped import calendar
from shuniu_whistle.joint.face import detail
from shuniu_whistle.joint.lifecycle import SESSION
from shuniu_whistle.joint.recurrence import next_occurrence, read_rule
from shuniu_whistle.joint.routes import calendar_of
from shuniu_whistle.joint.state import JOINT_SERIES, Session

GRID = "320199001001001"
HONGSHAN = "320102005"
PHOTO = {"sha256": "a" * 64, "size": 1000, "media_type": "image/jpeg"}


def plan(street, recurrence: str = "FREQ=WEEKLY;BYDAY=TU", **body: Any) -> dict[str, Any]:
    """黄家圩: with 红山街道, every Tuesday from 24 November."""
    given: dict[str, Any] = {
        "item": "STREET_VENDORS",
        "area": GRID,
        "place": {"name": "黄家圩十字街"},
        "recurrence": recurrence,
        "first_on": "2026-11-24",
        "units": ["cg"],
        "guests": [{"scope": HONGSHAN}],
    }
    return street.do("clerk", "joint.plan_series", **{**given, **body})


def session(street, id_: str) -> Session:
    row: Session = street.rows[("joint_session", id_)].row
    return row


def do(street, id_: str, move: str, who: str = "clerk", **body: Any) -> dict[str, Any]:
    return street.do(who, f"joint.{move}", session=id_, **body)


def refused(street, id_: str, rule: str, move: str, who: str = "clerk", **body: Any) -> Refusal:
    return street.refused(rule, who, f"joint.{move}", session=id_, **body)


def held_on(street, ids: list[str]) -> list[date]:
    return [local(session(street, i).starts_at).date() for i in ids]


def test_sessions_are_scheduled_two_months_ahead_and_go_on_by_themselves(street) -> None:
    ids = plan(street)["sessions"]
    assert held_on(street, ids)[:2] == [date(2026, 11, 24), date(2026, 12, 1)]
    assert len(ids) == 9  # up to 22 January
    first = session(street, ids[0])
    assert (first.starts_at, first.ends_at) == (
        datetime(2026, 11, 24, 1, 30, tzinfo=UTC),
        datetime(2026, 11, 24, 3, 0, tzinfo=UTC),
    )
    assert first.number.endswith("-001")
    street.tick(days=14)
    scheduled = street.facts("session.scheduled.v1")
    assert [f["nth"] for f in scheduled] == list(range(1, 12))
    assert scheduled[-1]["planned_on"] == "2027-02-02"


def test_a_day_of_rest_moves_to_the_next_working_day() -> None:
    # 1 October 2026 is National Day; the rule says every first of a month.
    rule = read_rule("FREQ=MONTHLY;BYMONTHDAY=1", date(2026, 9, 1))
    found = next_occurrence(rule, date(2026, 9, 1), date(2026, 9, 1), 570, calendar())
    assert found is not None
    assert found.planned_on == date(2026, 10, 1)
    assert calendar().is_working_day(found.held_on)
    assert not any(
        calendar().is_working_day(found.planned_on + timedelta(days=n))
        for n in range((found.held_on - found.planned_on).days)
    )


@settings(max_examples=60)
@given(
    rule=st.sampled_from(
        [
            "FREQ=DAILY",
            "FREQ=WEEKLY;BYDAY=SA",
            "FREQ=MONTHLY;BYDAY=1TU",
            "FREQ=MONTHLY;BYMONTHDAY=1",
            "FREQ=DAILY;INTERVAL=3",
        ]
    ),
    first=st.dates(date(2025, 1, 1), date(2026, 11, 1)),
)
def test_sessions_fall_on_working_days_each_later_than_the_one_before(rule: str, first: date) -> None:
    rules = read_rule(rule, first)
    planned = held = None
    for _ in range(12):
        found = next_occurrence(rules, planned, held, 570, calendar())
        assert found is not None
        assert calendar().is_working_day(found.held_on)
        assert found.held_on >= found.planned_on >= first
        assert held is None or found.held_on > held
        planned, held = found.planned_on, found.held_on


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "EVERY TUESDAY",
        "FREQ=SECONDLY",
        "FREQ=WEEKLY;INTERVAL=x",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=DAILY;BYMONTHDAY=31;BYMONTH=2",
        "FREQ=DAILY;COUNT=3",
        "FREQ=DAILY;UNTIL=soon",
    ],
)
def test_what_is_no_rule_is_refused(wrong: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        read_rule(wrong, date(2026, 11, 24))


def test_a_rule_that_ends_ends(street) -> None:
    answer = plan(street, "FREQ=WEEKLY;BYDAY=TU;UNTIL=20261201T000000")
    assert len(answer["sessions"]) == 2
    street.tick(days=100)
    assert len(street.facts("session.scheduled.v1")) == 2


def test_an_ended_series_schedules_no_more(street) -> None:
    answer = plan(street)
    street.do("clerk", "joint.end_series", series=answer["series"], reason="治理完成")
    street.tick(days=30)
    assert len(street.facts("session.scheduled.v1")) == 9
    assert not list(JOINT_SERIES.timers(street.rows[JOINT_SERIES.key(answer["series"])].row))


@pytest.mark.parametrize(
    ("rule", "body"),
    [
        ("joint.item", {"item": "NOTHING"}),
        ("joint.place", {"place": {"name": " "}}),
        ("joint.first_on", {"first_on": "2026-11-01"}),
        ("joint.recurrence", {"recurrence": "SOMETIMES"}),
        ("joint.guest", {"guests": [{"scope": "320199001"}]}),
        ("joint.nobody", {"units": [], "guests": []}),
        ("whistle.unit_unknown", {"units": ["nobody"]}),
    ],
)
def test_content_no_series_may_have(street, rule: str, body: dict[str, Any]) -> None:
    given: dict[str, Any] = {
        "item": "STREET_VENDORS",
        "area": GRID,
        "place": {"name": "黄家圩"},
        "recurrence": "FREQ=WEEKLY",
        "first_on": "2026-11-24",
        "units": ["cg"],
    }
    refusal = street.refused(rule, "clerk", "joint.plan_series", **{**given, **body})
    assert refusal.status == 422
    assert refusal.fields


def test_a_session_from_agenda_to_archive(street) -> None:
    (first, *_) = plan(street)["sessions"]
    do(street, first, "add_agenda", topic="十字街流动摊贩")
    refused(street, first, "joint.topic", "add_agenda")
    refused(street, first, "joint.not_yet", "hold", minutes="尚未召开")
    street.tick(days=2)
    do(street, first, "hold", minutes="三方明确分工", evidence=[PHOTO])
    refused(street, first, "joint.while_scheduled", "add_agenda", topic="太晚")
    do(street, first, "note_attendance", unit="cg", people=2)
    assert refused(street, first, "joint.attendance_missing", "archive").params["units"] == f"@{HONGSHAN}"
    refused(street, first, "joint.participant", "note_attendance", unit="xf", people=1)
    do(street, first, "note_attendance", unit=f"@{HONGSHAN}", people=0)
    do(street, first, "archive")
    assert session(street, first).status == "ARCHIVED"
    said = {m.name: m.value for m in street.events[-1].data.summary.measures}
    units = [(m.name, m.dimensions["unit"]) for m in street.events[-1].data.summary.measures]
    assert set(said) == {"joint.invited", "joint.came"}
    assert units == [("joint.invited", "cg"), ("joint.came", "cg"), ("joint.invited", f"@{HONGSHAN}")]


def test_a_resolution_becomes_a_whistle(street) -> None:
    (first, *_) = plan(street)["sessions"]
    street.tick(days=2)
    do(street, first, "hold", minutes="明确分工")
    answer = do(street, first, "resolve", resolution="请城管集中整治", becomes="WHISTLE", lead="cg")
    street.id = answer["whistle"]
    assert (street.w.status, street.w.lead, street.w.place.name) == ("DRAFT", "cg", "黄家圩十字街")
    (made,) = session(street, first).resolutions
    assert (made.becomes, made.whistle) == ("WHISTLE", street.id)
    event = next(e for e in street.events if e.type.endswith("resolution.made.v1"))
    assert [(x.relation, x.matter) for x in event.data.summary.links] == [("resolution", street.id)]
    # One matter, one open whistle (10.1).
    refused(street, first, "whistle.already_open", "resolve", resolution="再来", becomes="WHISTLE", lead="cg")


def test_a_resolution_becomes_a_phase_of_a_whistle_at_work(street) -> None:
    (first, *_) = plan(street)["sessions"]
    street.blown(place={"name": "地铁站"}).to_working("cg")
    street.tick(days=2)
    do(street, first, "hold", minutes="明确分工")
    on = {"whistle": street.id, "callout": street.callout("cg").id, "due_on": street.w.finish_by.isoformat()}
    with pytest.raises(Refusal) as caught:
        do(street, first, "resolve", resolution="划线", becomes="PHASE", **on)
    assert [f.field for f in caught.value.fields] == ["work"]
    do(street, first, "resolve", resolution="划线", becomes="PHASE", work="ENFORCE", **on)
    (phase,) = street.callout("cg").phases
    assert (phase.work, session(street, first).resolutions[0].phase) == ("ENFORCE", phase.id)


def test_a_session_moves_to_a_working_day_and_everybody_is_told(street) -> None:
    (first, *_) = plan(street)["sessions"]
    for at, code in (("2026-11-23T09:00:00+08:00", "too_soon"), ("2026-11-28T09:00:00+08:00", "day_of_rest")):
        refusal = refused(street, first, "joint.time", "move", starts_at=at, reason="冲突")
        assert [f.code for f in refusal.fields] == [code]
    do(street, first, "move", starts_at="2026-11-26T14:30:00+08:00", reason="冲突")
    s = session(street, first)
    assert (s.moved, s.ends_at - s.starts_at) == (1, timedelta(minutes=90))
    assert [n.units for n in street.events[-1].data.summary.notices] == [("cg",)]
    assert [(c.generation, c.state) for c in s.clocks] == [(1, "stopped"), (2, "running")]


def test_minutes_are_due_three_working_days_after_the_session(street) -> None:
    (first, *_) = plan(street)["sessions"]
    assert session(street, first).clocks[0].due_at == datetime(2026, 11, 27, 16, tzinfo=UTC)
    street.tick(days=5)
    assert session(street, first).clocks[0].late
    assert "clock.overdue.v1" in street.names()


@pytest.mark.parametrize("who", ["cg", "community", "coordinator"])
def test_the_street_convenes(street, who: str) -> None:
    (first, *_) = plan(street)["sessions"]
    assert refused(street, first, "access.role", "call_off", who, reason="误排").status == 403


def test_minutes_are_for_those_who_take_part(street) -> None:
    (first, *_) = plan(street)["sessions"]
    street.tick(days=2)
    do(street, first, "hold", minutes="三方明确分工")

    def minutes(who: str) -> list[str]:
        return [f.value for f in detail(session(street, first), street.as_seen_by(who)).fields if "minutes" in f.label]

    assert minutes("clerk") == minutes("cg") == ["三方明确分工"]
    assert minutes("xf") == []
    assert "三方" not in "".join(bytes(e.data.fact).decode() for e in street.events)


def test_the_feed_is_an_icalendar_file_without_persons(street) -> None:
    ids = plan(street, note="联系人张三 13812345678")["sessions"]
    do(street, ids[1], "call_off", reason="重大活动")
    body = calendar_of([session(street, i) for i in ids[:2]], street.now, "320199001")
    read = icalendar.Calendar.from_ical(body)
    events = list(read.walk("VEVENT"))
    assert [str(e["STATUS"]) for e in events] == ["CONFIRMED", "CANCELLED"]
    assert events[0].decoded("dtstart") == datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
    assert str(events[0]["LOCATION"]) == "黄家圩十字街"
    assert b"138" not in body.replace(str(ids[0]).encode(), b"").replace(str(ids[1]).encode(), b"")


MOVES: dict[str, dict[str, Any]] = {
    "add_agenda": {"topic": "议题"},
    "note_attendance": {"unit": "cg", "people": 2},
    "hold": {"minutes": "纪要"},
    "resolve": {"resolution": "记录在案"},
    "archive": {},
    "move": {"reason": "冲突"},
    "call_off": {"reason": "活动"},
}


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(sorted(MOVES)), st.sampled_from([0, 0, 10, 30])), min_size=8, max_size=25))
def test_no_walk_leads_a_session_where_its_life_cycle_does_not(new_street, steps: list[Any]) -> None:
    street = new_street()
    (first, *_) = plan(street, guests=[])["sessions"]
    for move, hours in steps:
        if hours:
            street.tick(hours=hours)
        body = dict(MOVES[move])
        if move == "move":
            body["starts_at"] = (street.now + timedelta(days=2)).isoformat()
        before = session(street, first)
        try:
            do(street, first, move, **body)
        except Refusal:
            assert session(street, first) == before
            continue
        after = session(street, first)
        assert any(before.status in m.sources and (m.target or before.status) == after.status for m in SESSION.moves)
        assert after.open == SESSION.status(after.status).open
        if not after.open:
            assert all(c.state != "running" for c in after.clocks)
