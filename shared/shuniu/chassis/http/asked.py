"""What routes are asked with, read from their handlers, so that a page can ask for it that knows none of them.

The kind follows from the type; ``lon`` and ``lat`` are a point, ``code`` a code somebody holds. A handler that means
something else says so: ``QueryParameter(format="area")``, likewise ``PathParameter``.
"""

import datetime
import re
import types
import typing
from collections.abc import Callable, Iterable
from typing import Any, Literal, Union, cast, get_args, get_origin

import msgspec
from litestar import Router
from litestar.handlers import HTTPRouteHandler
from litestar.params import PathParameter, QueryParameter
from litestar.routes import HTTPRoute

from shuniu.contracts.manifest import Asked, Route
from shuniu.contracts.text import Text

__all__ = ("asked_of", "with_asked")

Title = Callable[..., Text | None]
_Kind = Literal["text", "number", "date", "bool", "choice", "code", "area", "lon", "lat", "words"]
_BY_NAME: dict[str, _Kind] = {"lon": "lon", "lat": "lat", "code": "code", "area": "area"}
_KINDS = frozenset(get_args(_Kind))


def with_asked(routes: Iterable[Route], handlers: Iterable[Any], title: Title) -> tuple[Route, ...]:
    """The routes with what their handlers take; ``title`` finds a text by several keys."""
    known = {_shape(path): handler for path, handler in _handlers(handlers)}
    return tuple(
        route
        if route.asked or (handler := known.get(_shape(route.path))) is None
        else msgspec.structs.replace(route, asked=asked_of(handler, route.path, title))
        for route in routes
    )


def _shape(path: str) -> str:
    """A path without the types of its parameters."""
    return "/" + re.sub(r"\{(\w+)[^}]*\}", r"{\1}", path).strip("/")


def _handlers(handlers: Iterable[Any]) -> Iterable[tuple[str, HTTPRouteHandler]]:
    for handler in handlers:
        if isinstance(handler, Router):
            for route in handler.routes:
                if isinstance(route, HTTPRoute):
                    yield from ((route.path, inner) for inner in route.route_handlers if "GET" in inner.http_methods)
        elif isinstance(handler, HTTPRouteHandler) and "GET" in handler.http_methods:
            yield from ((path, handler) for path in handler.paths)


def asked_of(handler: HTTPRouteHandler, path: str, title: Title) -> tuple[Asked, ...]:
    """What a handler is asked with: segments of its path first, then its query parameters."""
    segments = re.findall(r"\{(\w+)", path)
    found = []
    for parameter, field in handler.parsed_fn_signature.parameters.items():
        said = field.kwarg_definition
        given = said if isinstance(said, PathParameter | QueryParameter) else None
        in_path = parameter in segments
        if not in_path and not isinstance(given, QueryParameter):
            continue
        name = (given.name if given is not None else None) or parameter
        kind, choices = _kind(name, field.annotation)
        own = given.format if given is not None else None
        if own in _KINDS:
            kind = cast("_Kind", own)
        words = (title(f"param.{own}") if own else None) or title(
            f"field.{name}" if own else f"param.{name}", f"field.{name}"
        )
        found.append(
            Asked(
                name=name,
                title=words or Text(name, name),
                kind=kind,
                place="path" if in_path else "query",
                required=in_path or not (field.has_default or field.is_optional),
                choices=choices,
            )
        )
    return tuple(sorted(found, key=lambda a: a.place != "path"))


def _kind(name: str, annotation: Any) -> tuple[_Kind, tuple[str, ...]]:
    plain = _plain(annotation)
    if get_origin(plain) is Literal:
        return "choice", tuple(str(value) for value in get_args(plain))
    if plain is bool:
        return "bool", ()
    if plain is datetime.date:
        return "date", ()
    if plain in (int, float):
        return (_BY_NAME[name] if name in ("lon", "lat") else "number"), ()
    return _BY_NAME.get(name, "text"), ()


def _plain(annotation: Any) -> Any:
    """The type without ``Annotated`` and ``None``."""
    while True:
        origin = get_origin(annotation)
        if origin is typing.Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (Union, types.UnionType):
            rest = [a for a in get_args(annotation) if a is not type(None)]
            if len(rest) != 1:
                return annotation
            annotation = rest[0]
        else:
            return annotation
