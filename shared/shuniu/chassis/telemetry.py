"""Traces by a few hand-made spans: one for each HTTP request, one for each command, one for each batch.

The SDK's API is used directly (the framework plug-in costs four times as much, docs/performance). Spans leave by
OTLP/HTTP where an endpoint is set; sampling is the SDK's own business (``OTEL_TRACES_SAMPLER`` and
``OTEL_TRACES_SAMPLER_ARG``, parent-based by default). Without an endpoint nothing is recorded, but trace ids are still
made and handed on, so that a problem document and a log line can name one.
"""

import json
import logging
import random
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags

if TYPE_CHECKING:
    from shuniu.chassis.host import Host
    from shuniu.runtime.settings import Deployment

__all__ = (
    "JsonLines",
    "SpanScope",
    "Telemetry",
    "batch_span",
    "command_span",
    "current_trace_id",
    "current_traceparent",
    "format_traceparent",
    "parse_traceparent",
)

Attributes = Mapping[str, str | int | float | bool]

_HEX = frozenset("0123456789abcdef")
_chance = random.Random()
_exporters: dict[str, SpanProcessor] = {}


def parse_traceparent(text: str) -> SpanContext | None:
    """The span a W3C ``traceparent`` names, or None when it is not one (it came from outside and proves nothing)."""
    parts = text.split("-")
    if len(parts) < 4 or len(parts[0]) != 2 or len(parts[1]) != 32 or len(parts[2]) != 16 or len(parts[3]) != 2:
        return None
    if parts[0] == "ff" or (parts[0] == "00" and len(parts) > 4) or not _HEX.issuperset("".join(parts[:4])):
        return None
    found = SpanContext(int(parts[1], 16), int(parts[2], 16), True, TraceFlags(int(parts[3], 16) & 1))
    return found if found.is_valid else None


def format_traceparent(context: SpanContext) -> str:
    """The W3C ``traceparent`` of a span; empty for an invalid one."""
    if not context.is_valid:
        return ""
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags & 1:02x}"


def current_traceparent() -> str:
    """``traceparent`` of the span this task works under; empty outside any."""
    return format_traceparent(trace.get_current_span().get_span_context())


def current_trace_id() -> str:
    """32 hex digits of the current trace; empty outside any."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else ""


class SpanScope:
    """A span that is the current one inside its ``with`` block. ``with`` gives the scope itself."""

    __slots__ = ("_token", "span")

    def __init__(self, span: Span) -> None:
        self.span = span
        self._token: Any = None

    def __enter__(self) -> Self:
        self._token = otel_context.attach(trace.set_span_in_context(self.span))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trail: TracebackType | None
    ) -> None:
        otel_context.detach(self._token)
        if self.span.is_recording():
            if error is not None:
                # The type only: messages of exceptions may carry what a person wrote.
                self.span.set_status(Status(StatusCode.ERROR, type(error).__name__))
            self.span.end()

    @property
    def traceparent(self) -> str:
        """``traceparent`` that makes others children of this span."""
        return format_traceparent(self.span.get_span_context())

    @property
    def trace_id(self) -> str:
        """32 hex digits."""
        return f"{self.span.get_span_context().trace_id:032x}"

    def set_attribute(self, name: str, value: str | int | float | bool) -> None:
        """Note something about the work; ids and numbers, never bodies."""
        self.span.set_attribute(name, value)

    def fail(self, reason: str) -> None:
        """Mark the span as failed without an exception passing through."""
        if self.span.is_recording():
            self.span.set_status(Status(StatusCode.ERROR, reason))


class _CommandScope(SpanScope):
    """A command's span; ``with`` gives its ``traceparent``, which travels with the command's events."""

    __slots__ = ()

    def __enter__(self) -> str:  # type: ignore[override]
        super().__enter__()
        return self.traceparent


class Telemetry:
    """Spans of one service. Services of one process share the exporter, each under its own resource.

    ``processor`` replaces the exporter (tests collect spans in memory with it).
    """

    def __init__(self, service: str, deployment: "Deployment", processor: SpanProcessor | None = None) -> None:
        sink = processor or _exporter(deployment.otlp_endpoint)
        self._tracer: trace.Tracer | None = None
        self._sink = sink
        if sink is not None:
            resource = Resource.create(
                {
                    "service.name": service,
                    "service.namespace": f"shuniu/{deployment.scope}",
                    "service.instance.id": deployment.instance,
                }
            )
            provider = TracerProvider(resource=resource, shutdown_on_exit=processor is None)
            provider.add_span_processor(sink)
            self._tracer = provider.get_tracer("shuniu")
            if processor is None:
                _become_global(provider)

    @property
    def recording(self) -> bool:
        """Whether anybody is there to take spans; without, trace ids are only handed on."""
        return self._tracer is not None

    def span(
        self,
        name: str,
        parent: str = "",
        attributes: Attributes | None = None,
        *,
        kind: SpanKind = SpanKind.INTERNAL,
        links: Sequence[SpanContext] = (),
    ) -> SpanScope:
        """A span under ``parent`` (a traceparent), else under the current span, else at the root of a new trace."""
        return SpanScope(self._start(name, parent, attributes, kind, links))

    def command_scope(self, name: str, parent: str) -> _CommandScope:
        """See :func:`command_span`."""
        batch = trace.get_current_span().get_span_context()
        links = (batch,) if batch.is_valid else ()
        return _CommandScope(self._start(name, parent, None, SpanKind.INTERNAL, links))

    def _start(
        self, name: str, parent: str, attributes: Attributes | None, kind: SpanKind, links: Sequence[SpanContext]
    ) -> Span:
        remote = parse_traceparent(parent) if parent else None
        if self._tracer is None:
            above = remote or trace.get_current_span().get_span_context()
            number = above.trace_id if above.is_valid else _chance.getrandbits(128) or 1
            flags = above.trace_flags if above.is_valid else TraceFlags.DEFAULT
            return NonRecordingSpan(SpanContext(number, _chance.getrandbits(64) or 1, False, TraceFlags(flags)))
        return self._tracer.start_span(
            name,
            context=trace.set_span_in_context(NonRecordingSpan(remote)) if remote else None,
            kind=kind,
            attributes=attributes,
            links=[Link(context) for context in links],
        )

    def flush(self, seconds: float = 2.0) -> None:
        """Send what waits to be sent. Blocks; for the end of a process."""
        if self._sink is not None:
            self._sink.force_flush(int(seconds * 1000))


def _become_global(provider: TracerProvider) -> None:
    """Spans of code that belongs to no host (the bus's) go the same way, under the process's first service."""
    if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        trace.set_tracer_provider(provider)


def _exporter(endpoint: str) -> SpanProcessor | None:
    if not endpoint:
        return None
    if endpoint not in _exporters:
        # Imported late: it pulls in protobuf, which a deployment without a collector need not load.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        url = endpoint if endpoint.rstrip("/").endswith("/v1/traces") else f"{endpoint.rstrip('/')}/v1/traces"
        _exporters[endpoint] = BatchSpanProcessor(OTLPSpanExporter(endpoint=url, timeout=5))
    return _exporters[endpoint]


def batch_span(host: "Host", commands: int) -> SpanScope:
    """Span of one batch; the spans of its commands link to it."""
    return host.telemetry.span("batch", attributes={"shuniu.commands": commands})


def command_span(host: "Host", name: str, traceparent: str) -> _CommandScope:
    """Span of one command under its request's span, linked to its batch's. ``with`` gives its traceparent."""
    return host.telemetry.command_scope(name, traceparent)


class JsonLines(logging.Formatter):
    """Log records as one JSON object a line, with the trace they belong to. Ids and numbers only, never bodies."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if trace_id := current_trace_id():
            line["trace"] = trace_id
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["where"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
