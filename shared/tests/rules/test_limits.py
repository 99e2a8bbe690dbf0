"""Deadlines: what each unit means, the warning, provisional results; and the shipped profiles."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu.contracts.text import Text
from shuniu.rules.calendar import SHANGHAI, WorkingHours, local
from shuniu.rules.limits import Limit, Unit, deadline
from shuniu.rules.shipped import calendar, profile, profiles, read_profiles

CAL = calendar()
HOURS = WorkingHours()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("3wd", Limit(3, "wd")),
        ("1h", Limit(1, "hour")),
        ("24h", Limit(24, "hour")),
        ("4wh", Limit(4, "wh")),
        ("15nd", Limit(15, "nd")),
        ("30min", Limit(30, "minute")),
        ("90minute", Limit(90, "minute")),
    ],
)
def test_limits_are_written_as_text(text: str, limit: Limit) -> None:
    assert Limit.parse(text) == limit
    assert Limit.parse(str(limit)) == limit


@pytest.mark.parametrize("text", ["", "3", "wd", "0wd", "-1h", "3 days", "3d", "1.5h", "3wd4h", "9999999h"])
def test_what_is_no_limit_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match="not a limit"):
        Limit.parse(text)


def test_a_limit_is_at_least_one() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Limit(0, "wd")


# start and due in local time; 24:00 of a day is 00:00 of the next
TABLE = [
    # domain rules 8, the four acceptance dates
    ("2026-02-13T16:00", "3wd", "2026-02-26T00:00", False),
    ("2026-05-08T10:00", "1wd", "2026-05-10T00:00", False),
    ("2026-09-30T10:00", "5wd", "2026-10-14T00:00", False),
    ("2026-12-30T10:00", "3wd", "2027-01-06T00:00", True),
    # day 0 is not counted, whatever the hour, worked or not
    ("2026-05-11T00:00", "1wd", "2026-05-13T00:00", False),
    ("2026-05-11T23:59:59", "1wd", "2026-05-13T00:00", False),
    ("2026-05-10T12:00", "1wd", "2026-05-12T00:00", False),
    # natural days run over rest days, but do not end on one (民法典 203)
    ("2026-05-11T10:00", "3nd", "2026-05-15T00:00", False),
    ("2026-05-13T10:00", "3nd", "2026-05-19T00:00", False),  # ends Saturday: Monday
    ("2026-05-06T10:00", "3nd", "2026-05-10T00:00", False),  # ends Saturday 05-09, which is worked
    ("2026-09-24T10:00", "15nd", "2026-10-10T00:00", False),  # ends Friday 10-09
    ("2026-09-16T10:00", "15nd", "2026-10-09T00:00", False),  # ends 10-01: the holiday ends 10-07
    ("2026-12-22T10:00", "15nd", "2027-01-07T00:00", True),
    # hours and minutes run by wall clock, at night and on rest days
    ("2026-09-30T23:30", "1h", "2026-10-01T00:30", False),
    ("2026-05-09T18:00", "24h", "2026-05-10T18:00", False),
    ("2026-12-31T23:50", "30min", "2027-01-01T00:20", False),
    # working hours
    ("2026-05-08T16:00", "4wh", "2026-05-09T11:00", False),
    ("2026-05-11T09:00", "3wh", "2026-05-11T12:00", False),
    ("2026-05-11T12:30", "4wh", "2026-05-11T18:00", False),
    ("2026-05-11T20:00", "1wh", "2026-05-12T10:00", False),
    ("2026-09-30T17:00", "2wh", "2026-10-08T10:00", False),
    ("2026-12-31T17:00", "2wh", "2027-01-04T10:00", True),
]


@pytest.mark.parametrize(("start", "limit", "due", "provisional"), TABLE)
def test_deadline_by_unit(start: str, limit: str, due: str, provisional: bool) -> None:
    result = deadline(at(start), Limit.parse(limit), CAL, HOURS)
    assert local(result.due_at) == at(due)
    assert result.due_at.tzinfo is UTC
    assert result.provisional is provisional
    assert result.calendar_version == "cn-2026.1"
    assert result.limit == Limit.parse(limit)


@pytest.mark.parametrize(
    ("start", "limit", "fraction", "soon"),
    [
        ("2026-05-11T10:00", "10h", 0.8, "2026-05-11T18:00"),
        ("2026-05-11T10:00", "10min", 0.5, "2026-05-11T10:05"),
        # nd by wall clock: 38 h of 3 days and 14 hours = 86 h, times 0.5
        ("2026-05-11T10:00", "3nd", 0.5, "2026-05-13T05:00"),
        # wh by office hours: 80 % of 5 wh = 4 wh
        ("2026-05-08T16:00", "5wh", 0.8, "2026-05-09T11:00"),
        # wd by office hours: Friday 2 h + three days of 7 h = 23 h, 80 % = 18 h 24 min: not in the holiday
        ("2026-02-13T16:00", "3wd", 0.8, "2026-02-25T11:24"),
        # two of the seven hours come before the National Day holiday, so 20 % of 1 wd is still in September
        ("2026-09-30T09:00", "1wd", 0.2, "2026-09-30T11:48"),
        ("2026-05-11T10:00", "1wd", 1.0, "2026-05-12T18:00"),
    ],
)
def test_soon_is_a_share_of_the_time_that_counts(start: str, limit: str, fraction: float, soon: str) -> None:
    result = deadline(at(start), Limit.parse(limit), CAL, HOURS, fraction)
    assert local(result.soon_at) == at(soon)


def test_status_turns_late_at_the_instant_the_term_ends() -> None:
    result = deadline(at("2026-05-11T10:00"), Limit(10, "hour"), CAL, HOURS)
    second = timedelta(seconds=1)
    assert result.status(result.soon_at - second) == "ok"
    assert result.status(result.soon_at) == result.status(result.due_at - second) == "soon"
    assert result.status(result.due_at) == "late"


def test_bad_input_to_a_deadline() -> None:
    with pytest.raises(ValueError, match="zone"):
        deadline(datetime(2026, 5, 11), Limit(1, "wd"), CAL, HOURS)  # noqa: DTZ001
    for fraction in (0, -0.1, 1.01):
        with pytest.raises(ValueError, match="share"):
            deadline(at("2026-05-11T10:00"), Limit(1, "wd"), CAL, HOURS, fraction)


units: st.SearchStrategy[Unit] = st.sampled_from(["wd", "wh", "nd", "minute", "hour"])
starts = st.integers(0, 3101 * 86_400).map(lambda s: datetime(2019, 1, 2, tzinfo=UTC) + timedelta(seconds=s))
counts = st.integers(1, 80)
fractions = st.sampled_from([0.05, 0.5, 0.8, 1.0])


@given(starts, counts, units, fractions)
def test_a_deadline_and_its_warning_never_lie_before_the_start(
    start: datetime, n: int, unit: Unit, fraction: float
) -> None:
    result = deadline(start, Limit(n, unit), CAL, HOURS, fraction)
    assert start < result.soon_at <= result.due_at


@given(starts, counts, units)
def test_a_longer_limit_never_ends_earlier(start: datetime, n: int, unit: Unit) -> None:
    shorter = deadline(start, Limit(n, unit), CAL, HOURS)
    longer = deadline(start, Limit(n + 1, unit), CAL, HOURS)
    assert shorter.due_at <= longer.due_at
    if unit != "nd":  # two terms of natural days may end after the same holiday
        assert shorter.due_at < longer.due_at


@given(starts, starts, counts, units)
def test_who_starts_later_is_never_due_earlier(a: datetime, b: datetime, n: int, unit: Unit) -> None:
    a, b = sorted((a, b))
    limit = Limit(n, unit)
    assert deadline(a, limit, CAL, HOURS).due_at <= deadline(b, limit, CAL, HOURS).due_at


def day_before(midnight: datetime) -> date:
    assert local(midnight).time().isoformat() == "00:00:00"
    return local(midnight).date() - timedelta(days=1)


@given(starts, counts, st.sampled_from(["wd", "nd"]))
def test_terms_of_days_end_at_midnight_after_a_working_day(start: datetime, n: int, unit: Unit) -> None:
    assert CAL.is_working_day(day_before(deadline(start, Limit(n, unit), CAL, HOURS).due_at))


@given(starts, counts)
def test_working_days_counted_one_by_one(start: datetime, n: int) -> None:
    first, last = local(start).date(), day_before(deadline(start, Limit(n, "wd"), CAL, HOURS).due_at)
    days = [first + timedelta(days=i) for i in range(1, (last - first).days + 1)]
    assert sum(map(CAL.is_working_day, days)) == n


@given(starts, counts, units)
def test_provisional_exactly_when_an_unpublished_day_was_counted(start: datetime, n: int, unit: Unit) -> None:
    result = deadline(start, Limit(n, unit), CAL, HOURS)
    if unit in ("minute", "hour"):
        assert not result.provisional
    elif unit == "wh":
        assert result.provisional == (local(result.due_at).year > 2026)
    else:
        assert result.provisional == (day_before(result.due_at).year > 2026)


@given(starts, counts)
def test_working_hours_agree_with_working_seconds_between(start: datetime, n: int) -> None:
    due = deadline(start, Limit(n, "wh"), CAL, HOURS).due_at
    assert CAL.working_seconds_between(start, due, HOURS) == n * 3600
    assert CAL.working_seconds_between(start, due - timedelta(seconds=1), HOURS) == n * 3600 - 1


@given(starts, counts, fractions)
def test_warning_of_working_terms_falls_into_office_hours(start: datetime, n: int, fraction: float) -> None:
    for unit in ("wd", "wh"):
        soon = local(deadline(start, Limit(n, unit), CAL, HOURS, fraction).soon_at)
        minute = soon.hour * 60 + soon.minute + soon.second / 60
        assert CAL.is_working_day(soon.date())
        assert any(begin <= minute <= end for begin, end in HOURS.sessions)


# Domain rules 1.2 and 2.15, the profiles
EXPECTED = {
    "nj-gulou-whistle": {
        "sign": "1h", "contact": "24h", "report.ROUTINE": "3wd", "report.HARD": "5wd", "finish": "10wd",
    },
    "down": {"sign": "1h", "contact": "24h", "report": "3wd"},
    "bj-db11-2021": {"EMERGENCY": "2h", "UTILITY": "24h", "NORMAL": "7nd", "COMPLEX": "15nd"},
    "sh-daning": {
        "CONSULT": "1wd", "SUGGEST": "1wd", "SUPERVISED": "3wd", "HELP": "5wd", "COMPLAINT": "5wd", "COMPLEX": "15wd",
    },
    "sh-xiayang": {"contact": "1wd", "FIRST": "5wd", "SECOND": "3wd"},
    "sd-5wd": {"default": "5wd"},
    "petition-2022": {"sign": "15nd", "finish": "60nd", "extend": "30nd"},
    "grid-event-local": {
        "ILLEGAL_BUILDING.stop": "4wh", "ILLEGAL_BUILDING.punish": "7wd", "ILLEGAL_BUILDING": "20wd",
        "EXPOSED_GARBAGE": "4wh", "BUILDING_RUBBLE": "4wh", "DUMPED_SOIL": "2wd", "DIRTY_ROAD": "2wh",
        "STANDING_WATER": "4wh", "DIRTY_GREEN": "4wh", "DAMAGED_GREEN": "5wd", "default": "24h", "urgent": "2h",
    },
}  # fmt: skip


def test_the_shipped_profiles_are_those_of_the_domain_rules() -> None:
    assert set(profiles()) == set(EXPECTED)
    for id_, limits in EXPECTED.items():
        shipped = profile(id_)
        assert shipped.id == id_
        assert {name: str(shipped.limits[name]) for name in limits} == limits
        assert shipped.soon_fraction == 0.8
        assert shipped.hours == HOURS


def both(text: Text) -> bool:
    return bool(text.zh) and bool(text.en) and text.zh != text.en


def test_every_shipped_limit_says_where_it_comes_from() -> None:
    for shipped in profiles().values():
        assert both(shipped.source)
        assert set(shipped.notes) == set(shipped.limits)
        assert all(both(note.source) for note in shipped.notes.values())
    gulou = profile("nj-gulou-whistle")
    assert gulou.notes["sign"].confidence == "B"
    assert gulou.notes["finish"].confidence == "D"  # no source gives a finish limit


def test_a_profile_answers_the_first_limit_it_has() -> None:
    grid = profile("grid-event-local")
    assert grid.limit("EXPOSED_GARBAGE", "default") == Limit(4, "wh")
    assert grid.limit("STRAY_DOG", "default") == Limit(24, "hour")
    with pytest.raises(KeyError, match="sh-daning"):
        profile("sh-daning").limit("sign")
    with pytest.raises(KeyError):
        profile("no-such-profile")


def test_a_deployment_may_bring_its_own_profiles_and_hours() -> None:
    own = read_profiles(
        b'{"own": {"source": "us", "soon_fraction": 0.5, "hours": [[480, 720], [780, 1020]],'
        b' "limits": {"sign": {"limit": "2wh", "source": "us", "confidence": "D"}}}}'
    )["own"]
    assert own.source == own.notes["sign"].source == Text("us", "us")
    assert own.hours == WorkingHours(((480, 720), (780, 1020)))
    due = deadline(at("2026-05-11T11:30"), own.limit("sign"), CAL, own.hours, own.soon_fraction)
    assert (local(due.soon_at), local(due.due_at)) == (at("2026-05-11T13:30"), at("2026-05-11T14:30"))


@pytest.mark.parametrize(
    "limit",
    [
        b'{"limit": "3x", "source": "", "confidence": "A"}',
        b'{"limit": "3wd", "source": "", "confidence": "Z"}',
        b'{"limit": "3wd"}',
    ],
)
def test_a_profile_with_a_bad_limit_is_not_read(limit: bytes) -> None:
    with pytest.raises(ValueError):
        read_profiles(b'{"x": {"source": "", "limits": {"sign": ' + limit + b"}}}")
