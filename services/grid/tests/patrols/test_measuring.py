"""What a track comes to: pure geometry, coarsened (domain rules 7.1, 11.5)."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu_grid.patrols.measuring import Measured, TrackPoint, coarse_minutes, in_order, measure

LAT = 32.1
M_LON = 1 / (111_195.08 * math.cos(math.radians(LAT)))
M_LAT = 1 / 111_195.08


def at(seconds, east, north):
    """A point so many metres east and north of a corner."""
    return TrackPoint(1_800_000_000 + seconds, 118.0 + east * M_LON, LAT + north * M_LAT)


def box(east, north):
    ring = [[118.0 + x * M_LON, LAT + y * M_LAT] for x, y in ((0, 0), (east, 0), (east, north), (0, north), (0, 0))]
    return json.dumps({"type": "Polygon", "coordinates": [ring]}).encode()


def walk(east, speed=1.0, north=50.0):
    return [at(int(x / speed), x, north) for x in range(0, east + 1, 10)]


def test_length_is_told_to_the_nearest_hundred_metres():
    assert measure(walk(1000), None, {}) == Measured(1000, None, ())
    assert measure(walk(1040), None, {}).length_m == 1000
    assert measure(walk(1060), None, {}).length_m == 1100


def test_a_leap_of_the_receiver_is_no_way():
    there = [at(0, 0, 0), at(100, 100, 0), at(101, 5000, 0), at(102, 5001, 0), at(202, 5101, 0)]
    assert measure(there, None, {}).length_m == 200


def test_coverage_is_the_share_of_the_grid_seen_to_the_nearest_five_percent():
    # 25 m to either side of a way through the middle of a field 100 m wide see half of it.
    assert measure(walk(1000), box(1000, 100), {}).coverage_percent == 50
    assert measure(walk(500), box(1000, 100), {}).coverage_percent == 25
    assert measure([at(0, 5000, 5000)], box(1000, 100), {}).coverage_percent == 0


def test_a_grid_without_outline_has_no_coverage():
    assert measure(walk(100), None, {}).coverage_percent is None


@pytest.mark.parametrize(("north", "hit"), [(75, True), (81, False)])
def test_a_key_spot_within_thirty_metres_was_come_by(north, hit):
    spot = at(0, 300, north)
    assert measure(walk(1000), None, {"S": (spot.lon, spot.lat)}).spots == (("S",) if hit else ())


def test_pieces_in_any_order_and_twice_are_the_same_track():
    track = walk(600)
    one, two = track[:20], track[15:]
    assert in_order([two, one]) == in_order([one, two, one]) == track


@given(st.lists(st.tuples(st.integers(0, 5000), st.floats(-3000, 3000), st.floats(-3000, 3000)), max_size=40))
def test_figures_are_coarse_and_bounded(given_points):
    found = measure([at(*p) for p in given_points], box(800, 600), {})
    assert found.length_m % 100 == 0 and found.length_m >= 0
    assert found.coverage_percent % 5 == 0 and 0 <= found.coverage_percent <= 100


@given(st.integers(0, 100_000))
def test_minutes_are_told_to_the_nearest_five(seconds):
    assert coarse_minutes(seconds) % 5 == 0
    assert abs(coarse_minutes(seconds) * 60 - seconds) <= 150
