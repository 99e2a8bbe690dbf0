"""One trace id for one click: HTTP, command, relay, projection and the stream that reaches the screen."""

import secrets
from collections.abc import Callable

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind
from shuniu.testing.waiting import until

from .listening import Viewer
from .running import Running

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]


def _kinds(spans: list[ReadableSpan]) -> dict[str, list[ReadableSpan]]:
    """The spans of a click by the part of its way they tell of."""
    ways: dict[str, Callable[[ReadableSpan], bool]] = {
        "page to gateway": lambda s: s.kind is SpanKind.SERVER and "/do/" in s.name,
        "gateway to service": lambda s: s.kind is SpanKind.CLIENT,
        "service": lambda s: s.kind is SpanKind.SERVER and "/commands/" in s.name,
        "command": lambda s: s.name == "grid.report",
        "relay": lambda s: s.kind is SpanKind.PRODUCER,
        "projection": lambda s: s.kind is SpanKind.CONSUMER and s.name.startswith("view "),
        "stream": lambda s: s.name == "stream",
    }
    return {way: [span for span in spans if fits(span)] for way, fits in ways.items()}


async def test_from_the_click_to_the_screen(town: Running) -> None:
    trace_id, click = secrets.token_hex(16), secrets.token_hex(8)
    body = {
        "place": {"name": "追踪"}, "area": "320199001001006", "category": "E0101", "source": "GRID",
        "photos": [await town.photo("grid", "worker-01", "rubbish")],
    }  # fmt: skip
    async with Viewer(town.url, "operator", town.password("operator")) as screen:
        town.spans.looking = True
        try:
            desk = town.desk("worker-01")
            headers = {"traceparent": f"00-{trace_id}-{click}-01"}
            answer = await desk.request("POST", "/do/grid/grid.report", key=town.key(), json=body, headers=headers)
            event = answer["answer"]["event"]
            await until(lambda: event in screen.matters, within=10)
            await until(lambda: all(_kinds(town.spans.of(trace_id)).values()), within=10)
        finally:
            town.spans.looking = False
    spans = town.spans.of(trace_id)
    ways = _kinds(spans)
    assert all(ways.values()), {way: [span.name for span in found] for way, found in ways.items()}

    # They hang together: from every one the way leads up to the click.
    above = {span.context.span_id: span.parent for span in spans if span.context is not None}
    for way, found in ways.items():
        for span in found:
            assert span.context is not None
            at, steps = span.context.span_id, 0
            while at in above and steps < 50:
                parent = above[at]
                assert parent is not None, f"{way}: {span.name} hangs on nothing"
                at, steps = parent.span_id, steps + 1
            assert at == int(click, 16), f"{way}: {span.name} does not lead up to the click"

    # One screen looked on; a span tells ids and numbers, never what was written.
    assert {span.attributes["shuniu.viewers"] for span in ways["stream"] if span.attributes} <= {1, 2}
    said = " ".join(f"{span.name} {dict(span.attributes or {})}" for span in spans)
    assert "追踪" not in said


async def test_a_refusal_names_its_trace(town: Running) -> None:
    """What a person reads out to support finds the click."""
    async with httpx.AsyncClient(base_url=f"{town.url}/api/v1", trust_env=False) as client:
        trace_id = secrets.token_hex(16)
        headers = {"traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-01"}
        answer = await client.get("/matters", headers=headers)
    assert answer.status_code == 401
    assert trace_id in answer.json()["instance"]
