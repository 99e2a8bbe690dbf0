"""A new calendar year sets provisional deadlines right (domain rules 0.4, 8)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from shuniu.contracts.text import Text
from shuniu.rules.calendar import SHANGHAI, WorkingCalendar
from shuniu.rules.calendar_year import CalendarYear, check_year, with_years
from shuniu.rules.clocks import (
    Clock,
    clock_due,
    clock_recomputed,
    clock_recomputes,
    clock_timers,
    mark,
    recompute,
    start_clock,
)
from shuniu.rules.limits import Limit, Profile, deadline
from shuniu.rules.refusal import Unprocessable
from shuniu.rules.shipped import calendar

SHIPPED = calendar()
PROFILE = Profile(id="p", source=Text("测试", "test"), limits={})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def days(*texts: str) -> tuple[date, ...]:
    return tuple(date.fromisoformat(t) for t in texts)


def year_2027(new_year: tuple[date, ...], make_up: tuple[date, ...] = ()) -> WorkingCalendar:
    """2027 as it might be announced, with a New Year of so many days."""
    return with_years(SHIPPED, [CalendarYear(2027, "2027.1", {"元旦": new_year}, make_up)])


def clock(start: str = "2026-12-30T10:00", limit: str = "3wd") -> Clock:
    return start_clock("keep", at(start), Limit.parse(limit), SHIPPED, PROFILE)


def test_the_fourth_date_of_the_domain_is_provisional() -> None:
    c = clock()
    assert (c.due_at, c.provisional, c.calendar_version) == (at("2027-01-06T00:00"), True, "cn-2026.1")


@pytest.mark.parametrize(
    ("new_year", "make_up", "due"),
    [
        (days("2027-01-01", "2027-01-02", "2027-01-03"), (), "2027-01-06T00:00"),  # as it was reckoned
        (days("2027-01-01", "2027-01-02", "2027-01-03", "2027-01-04"), (), "2027-01-07T00:00"),
        (days("2027-01-01"), days("2027-01-02"), "2027-01-05T00:00"),
        (days("2027-01-01"), days("2027-01-02", "2027-01-03"), "2027-01-04T00:00"),
    ],
)
def test_with_a_published_year_it_is_the_real_date(
    new_year: tuple[date, ...], make_up: tuple[date, ...], due: str
) -> None:
    new = recompute(clock(), year_2027(new_year, make_up))
    assert (new.due_at, new.provisional, new.generation) == (at(due), False, 2)
    assert new.calendar_version == "cn-2026.1+2027.1"


def test_what_the_new_year_does_not_concern_stays_the_very_same() -> None:
    new = year_2027(days("2027-01-01"))
    for c in (
        clock("2026-11-02T10:00", "3wd"),
        clock("2026-12-30T10:00", "24h"),
        clock().stop(at("2026-12-31T09:00")),
        replace(clock(), limit="2027-01-05"),
        replace(clock(), limit="until 2027-01-05"),
    ):
        assert recompute(c, new) is c
    settled = recompute(clock(), new)
    assert recompute(settled, new) is settled
    assert recompute(settled, SHIPPED) is settled  # a calendar that knows less takes nothing back


def test_a_correction_of_a_published_year_moves_what_it_changes() -> None:
    first = recompute(clock(), year_2027(days("2027-01-01")))
    corrected = with_years(SHIPPED, [CalendarYear(2027, "2027.2", {"元旦": days("2027-01-01", "2027-01-05")}, ())])
    again = recompute(first, corrected)
    assert (again.due_at, again.generation) == (at("2027-01-07T00:00"), 3)


def test_the_fact_makes_the_row_what_the_rule_computed() -> None:
    other = replace(clock(), part="c-1")
    clocks = (clock(), other, replace(clock(), id="done").stop(at("2026-12-31T09:00")))
    new = year_2027(days("2027-01-01", "2027-01-04"))
    now = at("2026-12-31T09:00")
    facts = clock_recomputes("m", clocks, new, now)
    assert [(f.part, f.clock, f.generation) for f in facts] == [("", "keep", 2), ("c-1", "keep", 2)]
    for fact in facts:
        clocks = clock_recomputed(clocks, fact)
    assert clocks[0] == recompute(clock(), new)
    assert clocks[2].state == "met"
    assert clock_recomputes("m", clocks, new, now) == []
    assert clock_recomputed(clocks, facts[0]) == clocks  # said twice it changes nothing
    timers = {(name, generation) for name, generation, _ in clock_timers(clocks)}
    assert timers == {("/keep/soon", 2), ("/keep/due", 2), ("c-1/keep/soon", 2), ("c-1/keep/due", 2)}


def test_what_was_said_of_a_clock_is_said_again_only_if_it_comes_about_again() -> None:
    c = clock()
    late_at = at("2027-01-06T08:00")
    (over,) = clock_due("m", [c], late_at)
    said = mark([c], over)
    later = year_2027(days("2027-01-01", "2027-01-04", "2027-01-05"))
    (fact,) = clock_recomputes("m", said, later, late_at)
    (runs,) = clock_recomputed(said, fact)
    assert (runs.late, runs.soon_said) == (False, False)  # called late too early: it runs again
    assert clock_due("m", [runs], late_at) == []
    earlier = year_2027(days("2027-01-01"), days("2027-01-02"))
    (fact,) = clock_recomputes("m", said, earlier, late_at)
    (stays,) = clock_recomputed(said, fact)
    assert (stays.late, stays.soon_said) == (True, True)
    assert clock_due("m", [stays], late_at) == []  # late is said once


_LIMITS = st.builds(Limit, st.integers(1, 40), st.sampled_from(("wd", "wh", "nd")))
_STARTS = st.integers(0, 180 * 24 * 60).map(lambda m: datetime(2026, 9, 1, tzinfo=UTC) + timedelta(minutes=m))
_DAYS = st.frozensets(st.dates(date(2027, 1, 1), date(2027, 12, 31)), max_size=40)


@given(_STARTS, _LIMITS, _DAYS, st.integers(0, 400))
def test_a_recomputed_deadline_is_the_one_computed_afresh(
    start: datetime, limit: Limit, off: frozenset[date], later: int
) -> None:
    make_up = frozenset(d for d in off if d.weekday() >= 5 and d.day % 2)
    published = with_years(SHIPPED, [CalendarYear(2027, "2027.1", {"假日": tuple(off - make_up)}, tuple(make_up))])
    c = start_clock("c", start, limit, SHIPPED, PROFILE)
    new = recompute(c, published)
    afresh = deadline(start, limit, published, PROFILE.hours, PROFILE.soon_fraction)
    if new is c:
        assert (c.due_at, c.soon_at, c.provisional) == (afresh.due_at, afresh.soon_at, afresh.provisional)
    else:
        assert (new.due_at, new.soon_at, new.provisional) == (afresh.due_at, afresh.soon_at, afresh.provisional)
        assert (new.generation, new.calendar_version) == (2, published.version)
    assert start <= new.soon_at <= new.due_at
    assert start < new.due_at
    # Whatever had been said by then, nothing is said that is not so.
    now = start + timedelta(hours=later)
    clocks: tuple[Clock, ...] = (c,)
    for event in clock_due("m", clocks, now):
        clocks = mark(clocks, event)
    for fact in clock_recomputes("m", clocks, published, now):
        clocks = clock_recomputed(clocks, fact)
    assert not clocks[0].late or now >= clocks[0].due_at


# --- a year as it is announced ----------------------------------------------------------------------------------------

OFF = {
    "元旦": days("2027-01-01", "2027-01-02", "2027-01-03"),
    "春节": days("2027-02-05", "2027-02-06", "2027-02-07", "2027-02-08", "2027-02-09", "2027-02-10", "2027-02-11"),
    "清明": days("2027-04-05"),
    "劳动节": days("2027-05-01", "2027-05-02", "2027-05-03", "2027-05-04", "2027-05-05"),
    "端午": days("2027-06-09"),
    "中秋": days("2027-09-15"),
    "国庆节": days("2027-10-01", "2027-10-02", "2027-10-03", "2027-10-04", "2027-10-05", "2027-10-06", "2027-10-07"),
}
MAKE_UP = days("2027-01-30", "2027-02-20", "2027-04-25", "2027-05-08", "2027-09-26", "2027-10-09")


def test_a_whole_year_is_plausible() -> None:
    check_year(2027, OFF, MAKE_UP)


@pytest.mark.parametrize("year", sorted(SHIPPED.published))
def test_every_shipped_year_is_plausible(year: int) -> None:
    off = {"假日": tuple(d for d in SHIPPED.off if d.year == year)}
    check_year(year, off, tuple(d for d in SHIPPED.make_up if d.year == year))


@pytest.mark.parametrize(
    ("off", "make_up", "rule", "field"),
    [
        ({**OFF, "清明": days("2026-04-05")}, MAKE_UP, "calendar.days_wrong", ("off.2.days.0", "other_year")),
        ({**OFF, "清明": days("2027-01-01")}, MAKE_UP, "calendar.days_wrong", ("off.2.days.0", "twice")),
        ({**OFF, "清明": ()}, MAKE_UP, "calendar.days_wrong", ("off.2.days", "empty")),
        (OFF, days("2027-05-01"), "calendar.days_wrong", ("make_up.0", "twice")),
        (OFF, days("2027-05-10"), "calendar.days_wrong", ("make_up.0", "not_a_weekend_day")),
        ({**OFF, "元旦": days("2027-01-02")}, MAKE_UP, "calendar.statutory_missing", ("off", "missing")),
        (
            {**OFF, "暑假": tuple(date(2027, 7, 1) + timedelta(days=n) for n in range(31))},
            MAKE_UP,
            "calendar.implausible",
            ("off", "out_of_range"),
        ),
    ],
)
def test_what_cannot_be_a_year_is_refused(
    off: dict[str, tuple[date, ...]], make_up: tuple[date, ...], rule: str, field: tuple[str, str]
) -> None:
    with pytest.raises(Unprocessable) as refused:
        check_year(2027, off, make_up)
    assert refused.value.rule == rule
    assert field in refused.value.fields


def test_a_year_out_of_range_is_refused() -> None:
    with pytest.raises(Unprocessable, match="year_range"):
        check_year(2100, OFF, MAKE_UP)


def test_a_stated_year_replaces_the_whole_year() -> None:
    stated = with_years(SHIPPED, [CalendarYear(2026, "2026.1", {"元旦": days("2026-01-01")}, ())])
    assert stated.version == "cn-2026.1+2026.1"
    assert stated.is_working_day(date(2026, 2, 17))  # the Spring Festival of before is gone
    assert {d for d in stated.off if d.year == 2025} == {d for d in SHIPPED.off if d.year == 2025}
    assert with_years(SHIPPED, []) is SHIPPED
