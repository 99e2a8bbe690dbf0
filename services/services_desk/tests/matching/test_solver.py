"""The assignment is exact: better than greedy, never over capacity, the same every time."""

from datetime import timedelta
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st
from shuniu.contracts.services_desk.offers import Offer
from shuniu.contracts.summary import Place
from shuniu.testing.rulework import MONDAY, SCOPE
from shuniu_services_desk.matching.scoring import score, weights
from shuniu_services_desk.matching.solver import assign, solve
from shuniu_services_desk.needs.state import Need

COMMUNITY = f"{SCOPE}001"


def greedy(points, room):
    """One after the other to the best that is left."""
    left, found = list(room), []
    for row in points:
        free = [(p, -at) for at, p in enumerate(row) if p is not None and left[at]]
        best = -max(free)[1] if free else None
        if best is not None:
            left[best] -= 1
        found.append(best)
    return found


def worth(points, chosen):
    return (
        sum(c is not None for c in chosen),
        sum(row[c] for row, c in zip(points, chosen, strict=True) if c is not None),
    )


def test_greedy_is_worse_than_the_solver() -> None:
    points, room = [[90, 80], [85, None]], [1, 1]
    assert worth(points, greedy(points, room)) == (1, 90)
    assert solve(points, room) == [1, 0] and worth(points, solve(points, room)) == (2, 165)
    points = [[90, 85], [89, 20]]
    assert worth(points, greedy(points, room)) == (2, 110)
    assert worth(points, solve(points, room)) == (2, 174)


MATRIX = st.integers(1, 4).flatmap(
    lambda columns: st.tuples(
        st.lists(st.lists(st.none() | st.integers(0, 100), min_size=columns, max_size=columns), min_size=1, max_size=4),
        st.lists(st.integers(0, 3), min_size=columns, max_size=columns),
    )
)


@given(MATRIX)
@settings(max_examples=200, deadline=None)
def test_no_way_of_all_ways_is_better_and_no_capacity_is_exceeded(given_) -> None:
    points, room = given_
    chosen = solve(points, room)
    columns = [None, *range(len(room))]
    best = max(
        worth(points, way)
        for way in product(columns, repeat=len(points))
        if all(c is None or row[c] is not None for row, c in zip(points, way, strict=True))
        and all(way.count(c) <= free for c, free in enumerate(room))
    )
    assert worth(points, chosen) == best
    assert all(chosen.count(c) <= free for c, free in enumerate(room))
    assert chosen == solve(points, room)


def need(id_: str, **more) -> Need:
    given_ = {"number": id_, "status": "CLUSTERED", "category": "ELDER_MEALS", "area": COMMUNITY, "opened_at": MONDAY}
    return Need(id=id_, **{**given_, **more})


def offer(code: str, **more) -> Offer:
    return Offer(
        code=code, **{"title_zh": code, "unit": "house", "categories": ("ELDER_MEALS",), "capacity": 2, **more}
    )


def test_every_match_says_why_and_what_else_was_possible() -> None:
    here = offer("near", lon=118.900, lat=32.1)
    there = offer("far", lon=118.920, lat=32.1)
    needs = [need("n1", place=Place(lon=118.901, lat=32.1))]
    (found,) = assign(needs, [there, here], {"near": 2, "far": 2}, MONDAY)
    assert (found.offer, [o.offer for o in found.others]) == ("near", ["far"])
    s = found.score
    assert s.total == s.place + s.category + s.time + s.capacity + s.waiting
    assert s.place > found.others[0].score.place and s.distance_m < found.others[0].score.distance_m


def test_what_an_offer_cannot_take_gets_no_points() -> None:
    n, w = need("n", times="EVENING"), weights()
    assert score(n, offer("o", times=("WORKDAY",)), 1, MONDAY) is None
    assert score(n, offer("o", areas=(f"{SCOPE}002",)), 1, MONDAY) is None
    assert score(n, offer("o", categories=("PARKING",)), 1, MONDAY) is None
    assert score(n, offer("o"), 0, MONDAY) is None
    alike = score(n, offer("o", categories=("ELDER_CARE",), areas=(COMMUNITY,)), 2, MONDAY)
    assert alike.category == w.category * w.same_group // 100 and alike.place == w.place * w.same_area // 100
    waited = score(n, offer("o"), 1, MONDAY + timedelta(days=400))
    assert (waited.waiting, waited.capacity) == (w.waiting, w.capacity // 2)


def test_who_waits_longest_is_served_first_and_order_makes_no_difference() -> None:
    needs = [need(f"n{i}", opened_at=MONDAY - timedelta(days=i * 6)) for i in range(5)]
    one = assign(needs, [offer("o")], {"o": 2}, MONDAY)
    assert {a.need for a in one} == {"n3", "n4"}
    assert one == assign(list(reversed(needs)), [offer("o")], {"o": 2}, MONDAY)
