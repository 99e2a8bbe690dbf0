"""Refusals carry what problem+json needs; ids are UUIDv7 and only grow."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu.rules.ids import IdSource, uuid7, uuid7_time
from shuniu.rules.refusal import Conflict, FieldError, Forbidden, NotFound, Refusal, Unprocessable

NOW = datetime(2026, 11, 23, 0, 0, 0, 123_456, tzinfo=UTC)
instants = st.integers(0, 1 << 52).map(lambda us: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us))


@pytest.mark.parametrize(("kind", "status"), [(Conflict, 409), (Unprocessable, 422), (Forbidden, 403), (NotFound, 404)])
def test_each_refusal_answers_with_its_number(kind: type[Refusal], status: int) -> None:
    refusal = kind("some.rule", state="OPEN", event="close", fields=(FieldError("a.0", "bad"),), params={"n": 3})
    assert isinstance(refusal, Refusal)
    assert (refusal.status, refusal.rule, refusal.state, refusal.event) == (status, "some.rule", "OPEN", "close")
    assert refusal.fields == (FieldError("a.0", "bad"),)
    assert refusal.params == {"n": 3}
    assert str(refusal) == f"{status} some.rule on close in OPEN a.0:bad"


def test_params_of_one_refusal_are_its_own() -> None:
    params = {"n": 1}
    refusal = Conflict("r", params=params)
    params["n"] = 2
    assert refusal.params == {"n": 1}


def test_uuid7_matches_the_example_of_rfc_9562() -> None:
    # RFC 9562 appendix A.6: 2022-02-22 19:22:22 UTC, rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F
    at = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    entropy = ((0xCC3 << 62 | 0x18C4DC0C0C07398F) << 6).to_bytes(10, "big")
    assert uuid7(at, entropy) == UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")


@given(instants, st.binary(min_size=10, max_size=10))
def test_uuid7_has_version_variant_and_time(at: datetime, entropy: bytes) -> None:
    value = uuid7(at, entropy)
    assert value.version == 7
    assert value.variant == "specified in RFC 4122"
    assert timedelta() <= at - uuid7_time(value) < timedelta(milliseconds=1)


def test_uuid7_refuses_naive_times_and_wrong_entropy() -> None:
    with pytest.raises(ValueError, match="zone"):
        uuid7(NOW.replace(tzinfo=None), bytes(10))
    with pytest.raises(ValueError, match="entropy"):
        uuid7(NOW, bytes(9))
    with pytest.raises(ValueError, match="UUIDv7"):
        uuid7_time("d9428888-122b-41e1-b85c-61f0b7e4a1f4")


@given(st.lists(st.integers(-5_000, 5_000), min_size=2, max_size=60), st.binary(min_size=10, max_size=10))
def test_ids_only_grow_also_when_the_clock_runs_back(steps: list[int], entropy: bytes) -> None:
    source = IdSource(lambda n: entropy)
    ids = [source.new(NOW + timedelta(milliseconds=sum(steps[:i]))) for i in range(len(steps))]
    assert ids == sorted(set(ids))
    assert all(UUID(i).version == 7 for i in ids)


def test_ids_grow_when_the_random_part_is_exhausted() -> None:
    entropies = iter([b"\xff" * 10] * 3)
    source = IdSource(lambda n: next(entropies))
    source.new(NOW)
    source._random = (1 << 74) - 1
    last = source.new(NOW)
    assert uuid7_time(last) == uuid7_time(source.new(NOW)) == NOW.replace(microsecond=124_000)


def test_ids_of_one_instant_are_not_found_by_counting() -> None:
    source = IdSource()
    ids = [UUID(source.new(NOW)).int for _ in range(1000)]
    gaps = {b - a for a, b in pairwise(ids)}
    assert len(gaps) > 990
