"""Pausing and resuming never lose or make time, whatever the calendar (domain rules 10.4)."""

from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st
from shuniu.rules.shipped import calendar
from shuniu_services_desk.cases.terms import left_after, resumed_until

CALENDAR = calendar()
days = st.dates(date(2025, 1, 1), date(2026, 10, 1))


@given(days, st.integers(1, 60), st.lists(st.tuples(st.integers(0, 20), st.integers(0, 40)), max_size=5))
def test_a_limit_moves_by_exactly_the_working_days_it_stood_still(start, limit, stops) -> None:
    last, _ = CALENDAR.add_working_days(start, limit)
    now, stood, before = start, 0, last
    for on, off in stops:
        pause = now + timedelta(days=on)
        if pause >= last:
            break
        resume = pause + timedelta(days=off)
        left = left_after(CALENDAR, pause, last)
        assume(left)
        stood += left_after(CALENDAR, pause, resume)
        last, _ = resumed_until(CALENDAR, left, resume)
        assert left_after(CALENDAR, resume, last) == left, "what was left is left"
        now = resume
    assert left_after(CALENDAR, start, last) == limit + stood
    assert last == CALENDAR.add_working_days(start, limit + stood)[0]
    assert last >= before


@given(days, st.integers(1, 60))
def test_a_pause_that_ends_the_same_day_changes_nothing(start, limit) -> None:
    last, _ = CALENDAR.add_working_days(start, limit)
    day = start
    while day < last:
        assert resumed_until(CALENDAR, left_after(CALENDAR, day, last), day)[0] == last
        day += timedelta(days=1)


@given(days, st.integers(0, 40))
def test_with_nothing_left_it_ends_on_the_next_day_that_is_worked(day, off) -> None:
    resume = day + timedelta(days=off)
    last, _ = resumed_until(CALENDAR, 0, resume)
    assert CALENDAR.is_working_day(last) and last >= resume
    assert left_after(CALENDAR, resume, last) <= 1
