"""Problems (RFC 9457): every refusal and every failure in one shape, in both languages, without inner details.

``type`` is ``urn:shuniu:rule:<rule>``; ``title`` (Chinese) and ``title_en`` come from the catalogue's ``rule.<rule>``;
``errors`` names fields; ``instance`` names the trace, for those who look into logs.
"""

import logging
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import asyncpg
import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from shuniu.chassis.bus.bridge import ServiceAbsent, ServiceSlow
from shuniu.chassis.http.access import host_of
from shuniu.chassis.identity.tokens import Unauthenticated
from shuniu.chassis.processor import Busy
from shuniu.chassis.telemetry import current_trace_id
from shuniu.contracts.text import Text
from shuniu.rules.refusal import FieldError, Refusal

__all__ = (
    "MEDIA_TYPE",
    "FieldProblem",
    "Problem",
    "Rendered",
    "field_errors",
    "problem_response",
    "refusal_of",
    "render",
)

log = logging.getLogger("shuniu.http")

MEDIA_TYPE = "application/problem+json"

_BY_STATUS = {
    400: "http.bad_request",
    401: "http.unauthorized",
    403: "http.forbidden",
    404: "http.not_found",
    405: "http.method_not_allowed",
    409: "http.conflict",
    413: "http.too_big",
    415: "http.media_type",
    422: "http.unprocessable",
    429: "http.too_many",
    500: "http.internal",
    503: "http.busy",
    504: "http.service_slow",
}
_DATABASE_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that broke in the middle of a message
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    ConnectionError,
)


class FieldProblem(msgspec.Struct, frozen=True):
    """One field that is wrong: its path (``callouts.0.unit``), a stable code, and words in both languages."""

    field: str
    code: str
    message: str
    message_en: str


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """The body of every answer that is not a success."""

    type: str
    title: str
    title_en: str
    status: int
    detail: str = ""
    rule: str = ""
    state: str | None = None
    """Status of the matter at that moment, where there is one."""
    event: str | None = None
    """The move that was asked for, where there is one."""
    errors: tuple[FieldProblem, ...] = ()
    instance: str = ""


class Rendered(NamedTuple):
    """A problem as it is sent."""

    status: int
    body: bytes
    headers: dict[str, str]


class _Missing(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def refusal_of(error: BaseException) -> tuple[Refusal, dict[str, str]]:
    """Any exception as a refusal, and the headers that go with it. What is not expected is 500 ``http.internal``."""
    if isinstance(error, Refusal):
        if isinstance(error, Unauthenticated):
            return error, {"WWW-Authenticate": 'Bearer realm="shuniu"'}
        return error, {"Retry-After": "5"} if error.status == 503 else {}
    if isinstance(error, Busy):
        return Refusal("http.busy", status=503), {"Retry-After": str(error.retry_after)}
    if isinstance(error, _DATABASE_AWAY):
        return Refusal("http.database_away", status=503), {"Retry-After": "2"}
    if isinstance(error, HTTPException):
        return _of_http(error)
    if isinstance(error, ServiceAbsent):
        return Refusal("http.service_absent", status=503), {"Retry-After": "5"}
    if isinstance(error, ServiceSlow):
        return Refusal("http.service_slow", status=504), {}
    return Refusal("http.internal", status=500), {}


def _of_http(error: HTTPException) -> tuple[Refusal, dict[str, str]]:
    fields: tuple[FieldError, ...] = ()
    if isinstance(error, ValidationException) and isinstance(error.extra, list):
        named = [e for e in error.extra if isinstance(e, dict)]
        fields = tuple(FieldError(str(e.get("key", "")), _code_of(str(e.get("message", "")))) for e in named)
    rule = _BY_STATUS.get(error.status_code, "http.internal" if error.status_code >= 500 else "http.other")
    return Refusal(rule, status=error.status_code, fields=fields), dict(error.headers or {})


def render(texts: Mapping[str, Text], error: BaseException) -> Rendered:
    """The problem document for an exception."""
    refusal, headers = refusal_of(error)
    if refusal.status >= 500 and refusal.rule == "http.internal":
        log.error("unexpected %s (trace %s)", type(error).__name__, current_trace_id(), exc_info=error)
    errors = tuple(_field_problem(texts, refusal.rule, f) for f in refusal.fields)
    title = _title(texts, refusal)
    trace = current_trace_id()
    problem = Problem(
        type=f"urn:shuniu:rule:{refusal.rule}",
        title=title.zh,
        title_en=title.en,
        status=refusal.status,
        detail="；".join(f"{e.field}：{e.message}" for e in errors) or title.zh,
        rule=refusal.rule,
        state=refusal.state,
        event=refusal.event,
        errors=errors,
        instance=f"urn:shuniu:trace:{trace}" if trace else "",
    )
    return Rendered(refusal.status, msgspec.json.encode(problem), headers)


def _title(texts: Mapping[str, Text], refusal: Refusal) -> Text:
    found = texts.get(f"rule.{refusal.rule}") or texts.get(f"rule.{_BY_STATUS.get(refusal.status, 'http.other')}")
    if found is None:
        return Text(refusal.rule, refusal.rule)
    zh = _Missing({k: str(v) for k, v in refusal.params.items()})
    en = _Missing(zh)
    if "roles" in zh:
        ids = [role.strip() for role in zh["roles"].split(",")]
        zh["roles"] = "、".join(texts[f"role.{r}"].zh if f"role.{r}" in texts else r for r in ids)
        en["roles"] = ", ".join(texts[f"role.{r}"].en if f"role.{r}" in texts else r for r in ids)
    return Text(_fill(found.zh, zh), _fill(found.en, en))


def _fill(text: str, params: Mapping[str, str]) -> str:
    try:
        return text.format_map(params)
    except (ValueError, IndexError, AttributeError):
        return text


def _field_problem(texts: Mapping[str, Text], rule: str, error: FieldError) -> FieldProblem:
    words = texts.get(f"error.{rule}.{error.code}") or texts.get(f"error.{error.code}") or texts.get("error.invalid")
    words = words or Text(error.code, error.code)
    return FieldProblem(error.field, error.code, words.zh, words.en)


def problem_response(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Litestar's exception handler for everything."""
    host = host_of(request)
    status, body, headers = render(host.texts, error)
    return Response(body, status_code=status, headers=headers, media_type=MEDIA_TYPE)


# --- what msgspec says about a body -----------------------------------------------------------------------------------

_AT = re.compile(r"(?P<what>.*?)(?: - at (?P<key>key in )?`(?P<path>\$[^`]*)`)?$", re.DOTALL)
_NAMED = re.compile(r"`([^`]*)`")
_STEPS = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\[\.\.\.\]")


def _path(path: str) -> str:
    """``$.callouts[0].unit`` → ``callouts.0.unit``; a dictionary's value (``[...]``) is ``*``."""
    return ".".join(name or index or "*" for name, index in _STEPS.findall(path))


def _code_of(what: str) -> str:
    if "unknown field" in what:
        return "unknown"
    if "missing required" in what or "Missing required" in what:
        return "missing"
    if "nvalid enum value" in what or "nvalid value" in what:
        return "value"
    if "of length" in what or "with at" in what:
        return "too_long" if "<=" in what or "at most" in what else "too_short"
    if ">=" in what or "> " in what:
        return "too_short"
    if "<=" in what or "< " in what:
        return "too_long"
    if what.startswith("Invalid") or "matching regex" in what or "timezone" in what:
        return "format"
    if what.startswith("Expected"):
        return "type"
    return "invalid"


def field_errors(error: msgspec.ValidationError) -> tuple[FieldError, ...]:
    """The field a msgspec error speaks of and what is wrong with it. msgspec stops at the first, so there is one."""
    found = _AT.match(str(error))
    assert found is not None  # the pattern takes any text
    what, path = found["what"], _path(found["path"] or "$")
    code = _code_of(what)
    if code in ("unknown", "missing") and (named := _NAMED.search(what)):
        path = f"{path}.{named[1]}" if path else named[1]
    return (FieldError(path, code),)
