"""走访率 and due lists: exact figures, and what never may happen (domain rules 11.5)."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu_grid.settings import GridSettings
from shuniu_grid.visits.due import Figures, Subject, coverage, due_on, figures, newly_overdue, next_due
from shuniu_grid.visits.targets import targets, unit_classes

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
DAY = timedelta(days=1)
GRID, NEXT = "320199001001001", "320199001001002"


def unit(every=30, begins=date(2026, 1, 1), days=(), ends=None, area=GRID, name="U1"):
    return Subject("UNIT", name, area, every, begins, ends, tuple(days))


@dataclass
class Case:
    why: str
    subject: Subject
    expected: tuple[int, int, int]


NOVEMBER = [
    Case("due on the 10th, visited on the 9th", unit(days=[date(2026, 10, 11), date(2026, 11, 9)]), (1, 1, 1)),
    Case("due on the 10th, visited on the 10th", unit(days=[date(2026, 10, 11), date(2026, 11, 10)]), (1, 1, 1)),
    Case("due on the 10th, visited on the 11th: late", unit(days=[date(2026, 10, 11), date(2026, 11, 11)]), (1, 1, 0)),
    Case("due on the 10th, not visited", unit(days=[date(2026, 10, 11)]), (1, 0, 0)),
    Case("overdue since September, visited now: late", unit(days=[date(2026, 8, 1), date(2026, 11, 2)]), (1, 1, 0)),
    Case("overdue and not visited", unit(days=[date(2026, 8, 1)]), (1, 0, 0)),
    Case("due on the last day", unit(days=[date(2026, 10, 31)]), (1, 0, 0)),
    Case("never visited before, overdue when visited on the 1st", unit(days=[date(2026, 11, 1)], every=30), (1, 1, 0)),
    Case("visited shortly before: not due", unit(days=[date(2026, 10, 31)], every=31), (0, 0, 0)),
    Case("came in on the 5th, due in December", unit(begins=date(2026, 11, 5)), (0, 0, 0)),
    Case("came in on the 5th, due on the 19th", unit(begins=date(2026, 11, 5), every=14), (1, 0, 0)),
    Case("came in after the window", unit(begins=date(2026, 12, 1), every=1), (0, 0, 0)),
    Case("left before it was due", unit(days=[date(2026, 10, 11)], ends=date(2026, 11, 9)), (0, 0, 0)),
    Case("left on the day it was due", unit(days=[date(2026, 10, 11)], ends=date(2026, 11, 10)), (1, 0, 0)),
    Case("left long ago", unit(ends=date(2026, 10, 31)), (0, 0, 0)),
]


@pytest.mark.parametrize("case", NOVEMBER, ids=lambda c: c.why)
def test_who_is_due_and_who_was_visited(case) -> None:
    assert tuple(figures(case.subject, FIRST, LAST)) == case.expected


def test_coverage_is_visited_over_due_exactly() -> None:
    found = coverage([case.subject for case in NOVEMBER], FIRST, LAST)
    assert found == Figures(due=10, visited=5, in_time=2)
    assert found.rate == Fraction(1, 2)
    assert found.in_time_rate == Fraction(1, 5)


def test_a_rate_without_anybody_due_is_null() -> None:
    empty = coverage([], FIRST, LAST)
    assert (empty.rate, empty.in_time_rate) == (None, None)
    assert coverage([unit(days=[date(2026, 10, 31)], every=90)], FIRST, LAST).rate is None


SPAN = st.dates(date(2026, 1, 1), date(2026, 12, 31))
SUBJECTS = st.builds(
    lambda every, begins, days, length: unit(
        every, begins, sorted({d for d in days if d >= begins}), begins + timedelta(days=length) if length else None
    ),
    st.integers(1, 120),
    SPAN,
    st.lists(SPAN, max_size=8),
    st.integers(0, 200),
)
MANY = st.lists(SUBJECTS, max_size=8)


@given(MANY, SPAN, st.integers(0, 92))
def test_coverage_lies_between_0_and_1(subjects, first, length) -> None:
    found = coverage(subjects, first, first + timedelta(days=length))
    assert 0 <= found.in_time <= found.visited <= found.due <= len(subjects)
    if found.due == 0:
        assert found.rate is None
    else:
        assert 0 <= found.in_time_rate <= found.rate <= 1


@given(MANY, SPAN, st.integers(0, 92), st.data())
def test_a_visit_in_the_window_never_lowers_it(subjects, first, length, data) -> None:
    last = first + timedelta(days=length)
    before = coverage(subjects, first, last)
    if not subjects:
        return
    n = data.draw(st.integers(0, len(subjects) - 1))
    day = data.draw(st.dates(first, last))
    visited = subjects[n]._replace(days=tuple(sorted({*subjects[n].days, day})))
    after = coverage([*subjects[:n], visited, *subjects[n + 1 :]], first, last)
    assert after.due == before.due, "who is due is settled before the window begins"
    assert after.visited >= before.visited
    assert after.in_time >= before.in_time


@given(SUBJECTS, SPAN, st.integers(0, 92))
def test_moving_to_another_grid_keeps_history(subject, first, length) -> None:
    last = first + timedelta(days=length)
    moved = subject._replace(area=NEXT)
    assert figures(moved, first, last) == figures(subject, first, last)
    assert due_on(moved) == due_on(subject)


@given(SUBJECTS, st.dates(date(2026, 1, 1), date(2026, 12, 31)))
def test_a_visit_today_puts_the_next_one_off_by_the_interval(subject, today) -> None:
    visited = subject._replace(days=(*(d for d in subject.days if d <= today), today))
    assert due_on(visited) == today + timedelta(days=subject.every)
    assert next_due(visited, today, subject.every - 1) is None


@given(MANY, SPAN, st.lists(st.integers(1, 20), min_size=1, max_size=10))
def test_everybody_overdue_is_told_once_however_often_one_looks(subjects, start, steps) -> None:
    """Without visits in between, the looks split what one look would have said."""
    told: list[Subject] = []
    since, until = None, start
    for step in [0, *steps]:
        until = until + timedelta(days=step)
        told += newly_overdue([s for s in subjects if s.ends is None], since, until)
        since = until
    everybody = newly_overdue([s for s in subjects if s.ends is None], None, until)
    assert len(told) <= len(everybody)
    lasting = [s for s in everybody if s.begins <= start]
    assert all(told.count(s) == lasting.count(s) for s in lasting)


# Targets as data (2.18) ----------------------------------------------------------------------------------------------


def test_the_most_demanding_class_sets_the_interval() -> None:
    given_ = targets()
    assert given_.every(unit_classes("ENTERPRISE", key_unit=False)) == 90
    assert given_.every(unit_classes("ENTERPRISE", key_unit=True)) == 30
    assert given_.every(["GENERAL", "LIVING_ALONE_ELDER"]) == 14
    assert given_.every([]) is None


def test_a_street_has_its_own_targets(tmp_path) -> None:
    file = tmp_path / "targets.toml"
    file.write_text(
        'id = "own"\nsince = 2026-11-01\n[unit_kind.SHOP]\nevery = 7\nshare = "1/2"\n[household]\n', "utf-8"
    )
    own = targets(str(file))
    assert (own.every(["SHOP"]), own.every(["MARKET"]), own.since) == (7, None, date(2026, 11, 1))
    assert own.by_class()["SHOP"].least == Fraction(1, 2)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('id="x"\n[unit_kind.CASTLE]\nevery=1\nshare="1"\n[household]', "CASTLE is no kind of unit"),
        ('id="x"\n[unit_kind]\n[household.RICH]\nevery=1\nshare="1"', "RICH is no category"),
        ('id="x"\n[unit_kind.SHOP]\nevery=1\nshare="1.1"\n[household]', "SHOP: a share"),
        ('id="x"\n[unit_kind.SHOP]\nevery=1\nshare="most"\n[household]', "SHOP: a share"),
        ('id="x"\n[unit_kind.SHOP]\nevery=0\nshare="1"\n[household]', "visit targets"),
    ],
)
def test_targets_that_do_not_hold_together_keep_the_service_from_starting(tmp_path, text, why) -> None:
    file = tmp_path / "targets.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(ValueError, match=why):
        GridSettings(visit_targets_file=str(file))
