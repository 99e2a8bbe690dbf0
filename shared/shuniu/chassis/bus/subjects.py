"""Names on the bus: subjects of a service, the event stream, durable consumers (architecture, On the wire)."""

import re

__all__ = (
    "STREAM",
    "STREAM_SUBJECTS",
    "durable_name",
    "event_filter",
    "head_filter",
    "head_subject",
    "http_subject",
    "log_subject",
    "wake_subject",
)

STREAM = "SHUNIU"
"""The one event stream of a deployment; transport, never the record."""

STREAM_SUBJECTS = ("shuniu.*.*.evt.>",)


def http_subject(scope: str, service: str) -> str:
    """Requests to the service's own HTTP application."""
    return f"shuniu.{scope}.{service}.http"


def log_subject(scope: str, service: str) -> str:
    """Requests for pages of the service's event log."""
    return f"shuniu.{scope}.{service}.log"


def head_subject(scope: str, service: str) -> str:
    """Announcements of the service's log head."""
    return f"shuniu.{scope}.{service}.head"


def head_filter(scope: str) -> str:
    """Announcements of every service of a scope."""
    return f"shuniu.{scope}.*.head"


def wake_subject(scope: str, service: str) -> str:
    """Between processes of one service: something was committed."""
    return f"shuniu.{scope}.{service}.wake"


def event_filter(scope: str, service: str) -> str:
    """Every event of one source."""
    return f"shuniu.{scope}.{service}.evt.>"


def durable_name(scope: str, service: str, consumer: str, source_service: str) -> str:
    """Name of the durable JetStream consumer by which ``consumer`` of ``service`` hears ``source_service``."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", f"{scope}-{service}-{consumer}-{source_service}")
