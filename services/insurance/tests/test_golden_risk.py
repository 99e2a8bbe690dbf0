"""Golden examples of hazards, rosters, disclosure and evaluation: what was published is understood for ever."""

import json
from pathlib import Path

import msgspec
import pytest
from shuniu.contracts.envelope import CloudEvent, fact_name
from shuniu.contracts.insurance import disclosure, evaluation, hazards, rosters

GOLDEN = Path(__file__).parents[3] / "shared/tests/contracts/golden/insurance"
FACTS = {fact_name(cls): cls for words in (hazards, rosters, disclosure, evaluation) for cls in words.FACTS}


def _within(old, new):
    if isinstance(old, dict):
        return all(k in new and _within(v, new[k]) for k, v in old.items())
    if isinstance(old, list):
        return len(old) == len(new) and all(_within(a, b) for a, b in zip(old, new, strict=True))
    return old == new


@pytest.mark.parametrize("name", sorted(FACTS))
def test_golden_examples_are_read_and_written_alike(name):
    raw = (GOLDEN / f"{name}.json").read_bytes()
    event = msgspec.json.decode(raw, type=CloudEvent)
    assert event.type == f"shuniu.insurance.{name}"
    fact = msgspec.json.decode(event.data.fact, type=FACTS[name])
    golden = json.loads(raw)
    assert _within(golden["data"]["fact"], json.loads(msgspec.json.encode(fact))), "every old field keeps its meaning"
    assert _within(golden["data"]["summary"], json.loads(msgspec.json.encode(event.data.summary)))
    newer = {**golden["data"]["fact"], "a_field_of_next_year": 1}
    assert msgspec.json.decode(msgspec.json.encode(newer), type=FACTS[name]) == fact, "an older reader survives"
