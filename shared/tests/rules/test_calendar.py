"""The working calendar against two independent libraries and the facts of domain rules 8."""

from datetime import UTC, date, datetime, timedelta

import chinese_calendar  # type: ignore[import-untyped]
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu.rules.calendar import SHANGHAI, WorkingCalendar, WorkingHours, end_of_day, local, midnight
from shuniu.rules.shipped import calendar, merged, read_calendar

CAL = calendar()
HOURS = WorkingHours()
YEARS = range(2019, 2027)
DAYS = [date(2019, 1, 1) + timedelta(i) for i in range((date(2027, 1, 1) - date(2019, 1, 1)).days)]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_every_day_equals_chinesecalendar() -> None:
    assert [d for d in DAYS if CAL.is_working_day(d) != chinese_calendar.is_workday(d)] == []


def test_every_day_equals_holidays() -> None:
    china = holidays.country_holidays("CN", years=YEARS)
    assert [d for d in DAYS if CAL.is_working_day(d) != china.is_working_day(d)] == []


def test_2026_has_248_working_days_and_its_make_up_days() -> None:
    days = [d for d in DAYS if d.year == 2026]
    assert sum(map(CAL.is_working_day, days)) == 248
    assert [f"{d:%m-%d}" for d in days if d.weekday() > 4 and CAL.is_working_day(d)] == [
        "01-04", "02-14", "02-28", "05-09", "09-20", "10-10",
    ]  # fmt: skip
    assert sum(d.weekday() < 5 and not CAL.is_working_day(d) for d in days) == 19


def test_published_years_are_those_shipped() -> None:
    assert CAL.published == frozenset(YEARS)
    assert CAL.version == "cn-2026.1"
    assert not CAL.is_published(date(2027, 1, 1))
    assert not CAL.is_published(date(2018, 12, 31))


# Domain rules 8: the four dates of the acceptance test
@pytest.mark.parametrize(
    ("start", "n", "last", "provisional"),
    [
        (date(2026, 2, 13), 3, date(2026, 2, 25), False),
        (date(2026, 5, 8), 1, date(2026, 5, 9), False),
        (date(2026, 9, 30), 5, date(2026, 10, 13), False),
        (date(2026, 12, 30), 3, date(2027, 1, 5), True),
    ],
)
def test_acceptance_dates_of_domain_rules_8(start: date, n: int, last: date, provisional: bool) -> None:
    assert CAL.add_working_days(start, n) == (last, provisional)


# Domain rules 0.4: the first start dates whose term crosses into the unpublished year
@pytest.mark.parametrize(
    ("n", "first"),
    [(45, (10, 30)), (30, (11, 20)), (20, (12, 4)), (5, (12, 25)), (3, (12, 29))],
)
def test_first_start_that_is_provisional_in_2026(n: int, first: tuple[int, int]) -> None:
    day = date(2026, *first)
    assert CAL.add_working_days(day, n)[1]
    previous = day - timedelta(days=1)
    assert not CAL.add_working_days(previous, n)[1]


def test_unpublished_years_count_weekends_and_fixed_statutory_days_only() -> None:
    off = [d for d in (date(2027, 1, 1) + timedelta(i) for i in range(365)) if not CAL.is_working_day(d)]
    weekdays_off = [f"{d:%m-%d}" for d in off if d.weekday() < 5]
    assert weekdays_off == ["01-01", "10-01"]  # 05-01, 05-02 and 10-02, 10-03 fall on a weekend in 2027
    assert all(not CAL.is_working_day(date(2028, *day)) for day in [(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)])


def test_a_term_ending_on_a_rest_day_rolls_to_the_next_working_day() -> None:
    assert CAL.roll_forward(date(2026, 10, 1)) == (date(2026, 10, 8), False)
    assert CAL.roll_forward(date(2026, 2, 14)) == (date(2026, 2, 14), False)  # a Saturday that is worked
    assert CAL.roll_forward(date(2027, 1, 1)) == (date(2027, 1, 4), True)


def test_local_days_run_from_midnight_to_midnight_in_shanghai() -> None:
    assert midnight(date(2026, 5, 1)) == datetime(2026, 4, 30, 16, tzinfo=UTC)
    assert end_of_day(date(2026, 5, 1)) == midnight(date(2026, 5, 2))
    assert local(datetime(2026, 4, 30, 16, tzinfo=UTC)).date() == date(2026, 5, 1)
    with pytest.raises(ValueError, match="zone"):
        local(datetime(2026, 5, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("a", "b", "seconds"),
    [
        ("2026-05-08T09:00", "2026-05-08T18:00", 7 * 3600),
        ("2026-05-08T11:30", "2026-05-08T14:30", 3600),
        ("2026-05-08T12:00", "2026-05-08T14:00", 0),
        ("2026-05-08T17:00", "2026-05-09T10:00", 2 * 3600),  # Saturday 05-09 is worked
        ("2026-05-09T17:00", "2026-05-11T10:00", 2 * 3600),  # Sunday is not
        ("2026-09-30T17:59:30", "2026-10-08T09:00:30", 60),  # over the National Day holiday
        ("2026-05-08T18:00", "2026-05-08T09:00", 0),  # backwards
    ],
)
def test_working_seconds_between(a: str, b: str, seconds: int) -> None:
    assert CAL.working_seconds_between(at(a), at(b), HOURS) == seconds
    assert CAL.working_minutes_between(at(a), at(b), HOURS) == seconds // 60


def test_office_hours_must_be_in_order() -> None:
    with pytest.raises(ValueError, match="order"):
        WorkingHours(((600, 500),))
    with pytest.raises(ValueError, match="order"):
        WorkingHours(((500, 700), (600, 800)))
    with pytest.raises(ValueError, match="session"):
        WorkingHours(())
    assert HOURS.seconds_a_day == 7 * 3600


instants = st.integers(0, 2 * 365 * 86_400 - 1).map(lambda s: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=s))


@given(instants, instants, instants)
def test_working_time_adds_up(a: datetime, b: datetime, c: datetime) -> None:
    a, b, c = sorted((a, b, c))
    between = CAL.working_seconds_between
    assert between(a, b, HOURS) + between(b, c, HOURS) == between(a, c, HOURS)
    assert 0 <= between(a, c, HOURS) <= (c - a).total_seconds()


OVERRIDE = b"""{"version": "cn-2027.1", "source": "a test", "years": {"2027": {
  "off": {"new year": ["2027-01-01", "2027-01-04"]}, "make_up": ["2027-01-02"]}}}"""


def test_an_override_publishes_a_further_year() -> None:
    both = merged(CAL, read_calendar(OVERRIDE))
    assert both.version == "cn-2026.1+cn-2027.1"
    assert both.published == frozenset(range(2019, 2028))
    assert both.is_working_day(date(2027, 1, 2))
    assert not both.is_working_day(date(2027, 1, 4))
    assert both.add_working_days(date(2026, 12, 30), 3) == (date(2027, 1, 5), False)
    assert [d for d in DAYS if both.is_working_day(d) != CAL.is_working_day(d)] == []


def test_an_override_replaces_a_whole_year() -> None:
    again = read_calendar(b'{"version": "fix", "source": "", "years": {"2026": {"off": {}, "make_up": []}}}')
    both = merged(CAL, again)
    assert both.is_working_day(date(2026, 10, 1))
    assert not both.is_working_day(date(2026, 5, 9))
    assert not both.is_working_day(date(2025, 10, 1))


@pytest.mark.parametrize(
    "years",
    [
        b'{"2027": {"off": {"x": ["2026-01-01"]}, "make_up": []}}',
        b'{"2027": {"off": {"x": ["2027-01-02"]}, "make_up": ["2027-01-02"]}}',
        b'{"2027": {"off": {}, "make_up": ["2027-01-04"]}}',
        b'{"2027": {"off": {}}}',
        b'{"2027": {"off": {"x": ["2027-02-30"]}, "make_up": []}}',
    ],
)
def test_a_calendar_that_contradicts_itself_is_not_read(years: bytes) -> None:
    with pytest.raises(ValueError):
        read_calendar(b'{"version": "v", "source": "", "years": ' + years + b"}")


def test_an_empty_calendar_is_provisional_everywhere() -> None:
    empty = WorkingCalendar("none", frozenset(), frozenset(), frozenset())
    assert empty.add_working_days(date(2026, 5, 8), 1) == (date(2026, 5, 11), True)
    with pytest.raises(ValueError, match="forward"):
        empty.add_working_days(date(2026, 5, 8), -1)
