"""Golden examples: what was once published is understood for ever. They are only added, never changed."""

import json
from pathlib import Path

import msgspec
import pytest
from shuniu.contracts.envelope import CloudEvent, fact_name
from shuniu_grid import service

GOLDEN = Path(__file__).parents[3] / "shared/tests/contracts/golden/grid"
FACTS = {fact_name(cls): cls for cls in service.facts}


def _written():
    return sorted(GOLDEN.glob("*.json"))


@pytest.mark.parametrize("path", _written(), ids=lambda p: p.stem)
def test_golden_examples_are_read_and_written_alike(path):
    event = msgspec.json.decode(path.read_bytes(), type=CloudEvent)
    name = event.type.removeprefix("shuniu.grid.")
    fact = msgspec.json.decode(event.data.fact, type=FACTS[name])
    golden = json.loads(path.read_bytes())
    again = json.loads(msgspec.json.encode(fact))
    assert _within(golden["data"]["fact"], again), "every old field keeps its meaning"
    summary = json.loads(msgspec.json.encode(event.data.summary))
    assert _within(golden["data"]["summary"], summary)
    tolerant = json.loads(path.read_bytes())
    tolerant["data"]["fact"]["a_field_of_next_year"] = 1
    raw = msgspec.json.encode(tolerant["data"]["fact"])
    assert msgspec.json.decode(raw, type=FACTS[name]) == fact, "an older reader survives a newer writer"


def test_every_fact_has_a_golden_example():
    assert sorted(FACTS) == [p.stem for p in _written()]


def _within(old, new):
    if isinstance(old, dict):
        return all(k in new and _within(v, new[k]) for k, v in old.items())
    if isinstance(old, list):
        return len(old) == len(new) and all(_within(a, b) for a, b in zip(old, new, strict=True))
    return old == new


def test_published_events_fit_the_golden_shape(street):
    """The walk that made the examples still says the same facts in the same fields."""
    for status in ("CLOSED", "HUNG", "NOT_FILED"):
        street.in_status(status)
    for event in street.events:
        name = event.type.removeprefix("shuniu.grid.")
        golden = json.loads((GOLDEN / f"{name}.json").read_bytes())
        assert set(golden["data"]["fact"]) <= set(msgspec.json.decode(event.data.fact))
