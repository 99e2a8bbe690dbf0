"""Traces: one span for the request, one for the command, one for the batch, joined as they should be."""

import json
import logging
from typing import Any

import msgspec
import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from shuniu.chassis.log import read_page
from shuniu.chassis.telemetry import (
    JsonLines,
    Telemetry,
    current_traceparent,
    format_traceparent,
    parse_traceparent,
)
from shuniu.contracts.envelope import CloudEvent

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        PARENT[:-1],
        PARENT.upper(),
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-b7ad6b7169203331-01",
        f"{PARENT}-more",
        f"00-{TRACE}-b7ad6b716920333g-01",
    ],
)
def test_what_is_no_traceparent(text: str) -> None:
    assert parse_traceparent(text) is None


def test_a_traceparent_survives() -> None:
    context = parse_traceparent(PARENT)
    assert context is not None
    assert format_traceparent(context) == PARENT


async def test_without_an_exporter_traces_still_have_names(hosts: Any) -> None:
    telemetry = Telemetry("toybox", await hosts.deployment("toybox", bus=False, database_url="postgresql://unused"))
    assert current_traceparent() == ""
    with telemetry.span("outer", PARENT) as outer:
        assert current_traceparent() == outer.traceparent
        assert outer.traceparent.startswith(f"00-{TRACE}-")
        with telemetry.span("inner") as inner:
            assert inner.trace_id == outer.trace_id == TRACE
    assert current_traceparent() == ""
    with telemetry.span("root") as root:
        assert len(root.trace_id) == 32
        assert root.traceparent.endswith("-00")


async def test_a_command_is_traced_from_the_request_to_its_event(caller: Any) -> None:
    exporter = InMemorySpanExporter()
    host = caller.host
    traced = Telemetry("toybox", host.deployment, SimpleSpanProcessor(exporter))
    host.telemetry._tracer = traced._tracer
    body = {"area": "320199001001", "size": 3}
    answer = await caller.client.post(
        "/commands/toybox.make", json=body, headers={**caller.headers(caller.token("maker")), "traceparent": PARENT}
    )
    assert answer.status_code == 200
    spans = {s.name: s for s in exporter.get_finished_spans()}
    request = spans["POST /commands/toybox.make"]
    command, batch = spans["toybox.make"], spans["batch"]
    assert f"{request.context.trace_id:032x}" == TRACE
    assert (request.attributes or {})["http.response.status_code"] == 200
    assert command.parent is not None
    assert command.parent.span_id == request.context.span_id
    assert [link.context.span_id for link in command.links] == [batch.context.span_id]
    assert request.resource.attributes["service.name"] == "toybox"
    event = msgspec.json.decode((await read_page(host.pool, 0)).events[0], type=CloudEvent)
    assert event.traceparent == format_traceparent(command.context)
    exporter.clear()
    refused = await caller.client.get("/toys/broken", headers=caller.headers(caller.token(), None))
    failed = exporter.get_finished_spans()[0]
    assert refused.json()["instance"] == f"urn:shuniu:trace:{failed.context.trace_id:032x}"
    assert not failed.status.is_ok
    assert "secret" not in str(failed.to_json())


async def test_log_lines_name_the_trace(hosts: Any) -> None:
    telemetry = Telemetry("toybox", await hosts.deployment("toybox", bus=False, database_url="postgresql://unused"))
    record = logging.LogRecord("shuniu", logging.WARNING, __file__, 1, "%d 件", (3,), None)
    with telemetry.span("work", PARENT):
        line = json.loads(JsonLines().format(record))
    assert (line["message"], line["trace"], line["level"]) == ("3 件", TRACE, "WARNING")
