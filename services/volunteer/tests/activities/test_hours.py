"""Hours by property tests: never negative, never above a cap, the same whatever the order (domain rules 10.8)."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from shuniu.rules.distance import distance_m
from shuniu_volunteer.activities.hours import minutes_served, overlaps, whole_minutes

BEGIN = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
DAY = 480
spans = st.tuples(st.integers(0, 800), st.integers(0, 90), st.integers(15, 720))
"""Minutes there, breaks, length of the activity."""


def served(there: int, breaks: int, length: int, room: int = DAY) -> int:
    return minutes_served(BEGIN, BEGIN + timedelta(minutes=there), breaks, length, room)


@given(spans, st.integers(0, DAY))
def test_never_negative_never_above_a_cap_always_whole_quarters(span, room) -> None:
    there, breaks, length = span
    minutes = served(there, breaks, length, room)
    assert 0 <= minutes <= min(max(0, there - breaks), length, room)
    assert minutes % 15 == 0


@given(spans)
def test_nothing_but_the_last_part_of_a_quarter_is_lost(span) -> None:
    there, breaks, length = span
    most = min(max(0, there - breaks), length, DAY)
    assert most - served(there, breaks, length) < 15


@given(st.lists(spans, max_size=6), st.randoms())
def test_a_days_sum_is_the_same_in_every_order(day, random) -> None:
    def total(order):
        left = DAY
        for there, breaks, length in order:
            left -= served(there, breaks, length, left)
        return DAY - left

    shuffled = list(day)
    random.shuffle(shuffled)
    assert total(shuffled) == total(day) == min(DAY, sum(served(*span) for span in day))


@given(st.integers(0, 600), st.integers(0, 600), st.integers(1, 300))
def test_staying_longer_never_makes_less(there, more, length) -> None:
    assert served(there, 0, length) <= served(there + more, 0, length)


@given(st.integers(-600, 600))
def test_whole_minutes_are_never_negative(seconds) -> None:
    assert whole_minutes(BEGIN, BEGIN + timedelta(seconds=seconds)) == max(0, seconds) // 60


def test_to_end_as_the_next_begins_is_no_overlap() -> None:
    def at(m):
        return BEGIN + timedelta(minutes=m)

    assert not overlaps(at(0), at(60), [(at(60), at(90)), (at(-30), at(0))])
    assert overlaps(at(0), at(61), [(at(60), at(90))])
    assert overlaps(at(10), at(20), [(at(0), at(90))])


def test_a_hundredth_of_a_degree_north_is_1112_metres() -> None:
    assert round(distance_m(118.9, 32.1, 118.9, 32.11)) == 1112
    assert distance_m(118.9, 32.1, 118.9, 32.1) == 0
