"""Who is called and who gets a case: fair, total, and the same for the same input (hypothesis)."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from shuniu_services_desk.counters.choosing import Candidate, Waiting, covers, least_loaded, next_number_of

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
ITEMS = ("SB-01", "SB-02", "MZ-01")


@st.composite
def queues(draw):
    minutes = draw(st.lists(st.integers(0, 180), max_size=12))
    return [
        Waiting(
            ticket=f"t{n}",
            number=f"{n:03d}",
            order=n,
            items=tuple(draw(st.sets(st.sampled_from(ITEMS), max_size=2))),
            taken_at=NOW - timedelta(minutes=m),
            ahead=draw(st.sampled_from((0, 10, 20))),
            only=draw(st.sampled_from(("", "", "p1", "p2"))),
        )
        for n, m in enumerate(sorted(minutes, reverse=True), 1)
    ]


skills = st.sets(st.sampled_from(("*", "SB-*", "SB-01", "MZ-01")), min_size=1).map(tuple)


@given(queues(), skills)
def test_nobody_able_waited_longer_than_who_is_called(queue, held) -> None:
    chosen = next_number_of(queue, "p1", held, ("p1", "p2"), NOW)
    able = [w for w in queue if w.only == "p1" or (not w.only and covers(held, w.items))]
    if chosen is None:
        assert not able
        return
    first = chosen.waiting
    assert first in able
    assert all(first.taken_at - timedelta(minutes=first.ahead) <= w.taken_at - timedelta(minutes=w.ahead) for w in able)
    assert {p.number for p in chosen.passed} == {w.number for w in queue if w.order < first.order}


@given(queues(), skills, st.randoms())
def test_the_order_of_the_rows_makes_no_difference(queue, held, random) -> None:
    mixed = list(queue)
    random.shuffle(mixed)
    one, other = (next_number_of(q, "p1", held, ("p1", "p2"), NOW) for q in (queue, mixed))
    assert (one and one.waiting) == (other and other.waiting)


@given(queues())
def test_a_post_for_everything_empties_every_queue_whoever_is_gone(queue) -> None:
    left, called = list(queue), []
    while left:
        chosen = next_number_of(left, "p1", ("*",), ("p1",), NOW)
        assert chosen is not None, "a number sent to a post that is gone is anybody's again"
        called.append(chosen.waiting.number)
        left.remove(chosen.waiting)
    assert len(called) == len(set(called)) == len(queue)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 5)), max_size=8), st.randoms())
def test_the_least_loaded_gets_it_and_ties_go_the_same_way(given_, random) -> None:
    candidates = [Candidate(clerk=c, post=f"p-{c}", load=n) for c, n in given_]
    chosen = least_loaded(candidates)
    mixed = list(candidates)
    random.shuffle(mixed)
    assert chosen == least_loaded(mixed)
    if candidates:
        assert chosen is not None
        assert chosen.load == min(c.load for c in candidates)
