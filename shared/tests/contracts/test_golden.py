"""Golden examples: what was once published is understood for ever. They are only added, never changed."""

import json
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import msgspec
import pytest
from shuniu.chassis.service import Service
from shuniu.contracts.envelope import CloudEvent, Fact, fact_name

GOLDEN = Path(__file__).with_name("golden")
BUILT_IN = ("gateway", "grid", "insurance", "services_desk", "volunteer", "whistle")
SERVICES: dict[str, Service] = {entry.name: entry.load() for entry in entry_points(group="shuniu.services")}


def fact_of(tree: dict[str, Any]) -> type[Fact]:
    _, service, name = tree["type"].split(".", 2)
    return next(cls for cls in SERVICES[service].facts if fact_name(cls) == name)


def holds(now: Any, then: Any) -> bool:
    """Whether everything that was said is still said, at every depth; fields added since stand beside it."""
    if isinstance(then, dict):
        return isinstance(now, dict) and all(key in now and holds(now[key], then[key]) for key in then)
    if isinstance(then, list):
        return isinstance(now, list) and len(now) == len(then) and all(map(holds, now, then))
    return bool(now == then)


@pytest.mark.parametrize("path", sorted(GOLDEN.rglob("*.json")), ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_an_example_is_still_understood_and_strangers_fields_are_let_pass(path: Path) -> None:
    tree = json.loads(path.read_bytes())
    event = msgspec.json.decode(path.read_bytes(), type=CloudEvent)
    assert holds(json.loads(msgspec.json.encode(event.data.summary)), tree["data"]["summary"])
    cls = fact_of(tree)
    fact = msgspec.json.decode(msgspec.json.encode(tree["data"]["fact"]), type=cls)
    again = json.loads(msgspec.json.encode(fact))
    assert holds(again, tree["data"]["fact"])
    newer = {**tree["data"]["fact"], "a_field_of_next_year": 1}
    assert msgspec.json.decode(msgspec.json.encode(newer), type=cls) == fact


@pytest.mark.parametrize("service", BUILT_IN)
def test_every_fact_a_service_publishes_has_an_example(service: str) -> None:
    there = {path.stem for path in (GOLDEN / service).glob("*.json")}
    assert {fact_name(cls) for cls in SERVICES[service].facts} == there


def test_events_are_read_without_coercion() -> None:
    path = GOLDEN / "gateway" / "credential.set.v1.json"
    tree = json.loads(path.read_bytes())
    cls = fact_of(tree)
    wrong = {**tree["data"]["fact"], "must_change": "true"}
    with pytest.raises(msgspec.ValidationError, match="must_change"):
        msgspec.json.decode(msgspec.json.encode(wrong), type=cls)
