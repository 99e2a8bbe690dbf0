"""Spans of the bus: publishing and applying continue the trace in which the event was committed."""

import contextlib
from collections.abc import Iterable, Iterator

from opentelemetry.trace import SpanKind

from shuniu.chassis.telemetry import Telemetry

__all__ = ("apply_spans", "publish_span", "request_span")


@contextlib.contextmanager
def publish_span(telemetry: Telemetry, subject: str, event: str, traceparent: str) -> Iterator[str]:
    """Around the publishing of one event; gives the traceparent to send along ("" where the event has none)."""
    if not traceparent or not telemetry.recording:
        yield traceparent
        return
    attributes = {"messaging.system": "nats", "messaging.destination.name": subject, "messaging.message.id": event}
    with telemetry.span(f"{subject} publish", traceparent, attributes, kind=SpanKind.PRODUCER) as span:
        yield span.traceparent


@contextlib.contextmanager
def apply_spans(telemetry: Telemetry, consumer: str, source: str, events: Iterable[tuple[str, str]]) -> Iterator[None]:
    """Around the application of a run of (event id, traceparent): one span for each event, in its own trace."""
    if not telemetry.recording:
        yield
        return
    with contextlib.ExitStack() as spans:
        for event, traceparent in events:
            if traceparent:
                attributes = {"messaging.system": "nats", "messaging.message.id": event, "shuniu.source": source}
                spans.enter_context(
                    telemetry.span(f"{consumer} apply", traceparent, attributes, kind=SpanKind.CONSUMER)
                )
        yield


@contextlib.contextmanager
def request_span(telemetry: Telemetry, subject: str, method: str) -> Iterator[str]:
    """Around a request over the bus; gives the traceparent to send along."""
    attributes = {"messaging.system": "nats", "http.request.method": method}
    with telemetry.span(f"{method} {subject}", attributes=attributes, kind=SpanKind.CLIENT) as span:
        yield span.traceparent
