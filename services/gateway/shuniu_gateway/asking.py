"""What the routes of the view API share: reading requests, naming what is wrong with them."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.exceptions import ValidationException
from litestar.params import QueryParameter
from shuniu.chassis.http.access import host_of
from shuniu.chassis.http.commands import KEY, read_body
from shuniu.chassis.http.problems import field_errors, problem_response
from shuniu.rules.areas import is_code
from shuniu.rules.refusal import FieldError, Refusal, Unprocessable

from shuniu_gateway.callers import Caller

__all__ = ("AnyRequest", "Signed", "Words", "bad_query", "checked_area", "host_of", "key_of", "read_struct")

AnyRequest = Request[Any, Any, Any]
Signed = NamedDependency[Caller]
Words = Annotated[str, QueryParameter(max_length=200)]
MOST_SMALL = 8192


async def read_struct(request: AnyRequest, kind: type[Any]) -> Any:
    """The body, strictly, as a small Struct. Unprocessable ``command.invalid``, Refusal 400 ``command.malformed``."""
    raw = await read_body(request.receive, MOST_SMALL, request.headers.get("content-length", "").encode())
    try:
        return msgspec.json.decode(raw, type=kind, strict=True)
    except msgspec.ValidationError as error:
        raise Unprocessable("command.invalid", fields=field_errors(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refusal("command.malformed", status=400) from None


def key_of(request: AnyRequest) -> str:
    """The Idempotency-Key. Refusal 400 ``command.key_missing`` or ``command.key_malformed``."""
    key = request.headers.get("idempotency-key")
    if key is None:
        raise Refusal("command.key_missing", status=400)
    if KEY.fullmatch(key.encode("latin-1", "replace")) is None:
        raise Refusal("command.key_malformed", status=400)
    return key


def checked_area(area: str) -> str:
    """The area code, or "" for none. Unprocessable ``areas.bad_code``."""
    if area and not is_code(area):
        raise Unprocessable("areas.bad_code", fields=(FieldError("area", "bad_code"),), params={"code": area[:40]})
    return area


_QUERY_NAMES = {"is_open": "open", "asked": "state", "first": "from", "last": "to"}


def bad_query(request: AnyRequest, error: ValidationException) -> Response[bytes]:
    """A problem that names the query parameter as it is sent, not as the handler calls it."""
    extra = error.extra if isinstance(error.extra, list) else []
    for each in extra:
        if isinstance(each, dict):
            each["key"] = _QUERY_NAMES.get(str(each.get("key")), each.get("key"))
    return problem_response(request, error)
