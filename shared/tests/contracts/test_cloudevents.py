"""Events are CloudEvents 1.0: by the specification's JSON format as a JSON Schema, and as an official SDK reads them.

The golden examples of every service are read, and events a real host has just committed.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent as SdkEvent
from shuniu.chassis.context import Actor
from shuniu.chassis.log import read_page
from shuniu.chassis.processor import Submission
from shuniu.testing.lostproperty import FIND, Found, service
from shuniu.testing.servers import Hosts, ManualClock

GOLDEN = Path(__file__).with_name("golden")

# Written from the CloudEvents specification 1.0.2, "Context Attributes" and "JSON Event Format".
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["id", "source", "specversion", "type"],
    "properties": {
        "id": {"type": "string", "minLength": 1},
        "source": {"type": "string", "minLength": 1, "format": "uri-reference"},
        "specversion": {"const": "1.0"},
        "type": {"type": "string", "minLength": 1},
        "datacontenttype": {"type": "string", "minLength": 1},
        "dataschema": {"type": "string", "format": "uri", "minLength": 1},
        "subject": {"type": "string", "minLength": 1},
        "time": {"type": "string", "format": "date-time", "minLength": 1},
        "data": {},
        "data_base64": {"type": "string", "contentEncoding": "base64"},
    },
    "propertyNames": {"anyOf": [{"pattern": "^[a-z0-9]+$"}, {"const": "data_base64"}]},
    # Extension attributes are of the specification's types, which JSON carries as these.
    "additionalProperties": {"type": ["boolean", "integer", "string"]},
    "not": {"required": ["data", "data_base64"]},
}
CHECK = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())


def examples() -> list[Path]:
    return sorted(GOLDEN.rglob("*.json"))


def official(raw: bytes) -> SdkEvent:
    event = JSONFormat().read(SdkEvent, raw)
    assert isinstance(event, SdkEvent)
    return event


def check(raw: bytes) -> None:
    tree = json.loads(raw)
    CHECK.validate(tree)
    event = official(raw)
    epoch, _, position = event.get_id().rpartition("-")
    assert (epoch, position) == (event.get_extension("epoch"), event.get_extension("sequence"))
    assert event.get_type().startswith("shuniu.")
    assert event.get_source().startswith("/")
    assert event.get_data() == tree["data"]
    assert set(tree["data"]) == {"fact", "summary"}


def test_there_are_examples() -> None:
    assert len(examples()) > 50


@pytest.mark.parametrize("path", examples(), ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_golden_examples_are_cloudevents(path: Path) -> None:
    check(path.read_bytes())


async def test_what_a_service_commits_is_a_cloudevent(hosts: Hosts) -> None:
    host = await hosts.start(service, clock=ManualClock(datetime(2026, 11, 2, 1, tzinfo=UTC)), bus=False)
    keeper = Actor(id="keeper", roles=frozenset({"keeper"}), areas=(host.scope,))
    for n in range(3):
        body = Found(category="key", area=host.scope, finder_name="李四")
        await host.processor.submit(Submission(command=FIND, body=body, actor=keeper, key=f"k{n}"))
    page = await read_page(host.pool, 0)
    assert len(page.events) == 3
    for raw in page.events:
        check(bytes(raw))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"id": ""}, "an empty id"),
        ({"specversion": "0.3"}, "another version"),
        ({"bad_name": "x"}, "an extension outside a-z0-9"),
        ({"actor": {"id": 1}}, "an extension that is no scalar"),
        ({"time": "yesterday"}, "no timestamp"),
    ],
)
def test_the_check_refuses(change: dict[str, Any], why: str) -> None:
    tree = {**json.loads(examples()[0].read_bytes()), **change}
    with pytest.raises(Exception):  # noqa: B017 - whichever of the two sees it first
        check(json.dumps(tree).encode())
