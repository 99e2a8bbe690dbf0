"""OpenAPI 3.1 of a service at ``/schema/openapi.json``: Litestar describes its routes, this adds the commands.

There is no page to look at it with: the usual ones load scripts from foreign hosts.
"""

from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Request
from litestar.openapi.plugins import JsonRenderPlugin

from shuniu.chassis.decision import Answer
from shuniu.chassis.http.problems import MEDIA_TYPE, Problem
from shuniu.chassis.operations import OPERATIONS

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("OpenAPIDocument", "complete")

_PREFIX = "shuniu."
_REF = f"#/components/schemas/{_PREFIX}{{name}}"
_METHODS = frozenset(("get", "put", "post", "delete", "options", "head", "patch", "trace"))


class OpenAPIDocument(JsonRenderPlugin):
    """Serves the completed document."""

    def __init__(self, host: "Host") -> None:
        super().__init__(path="/openapi.json", media_type="application/json")  # type: ignore[arg-type]
        self._host = host
        self._body = b""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The document as JSON; made at the first request."""
        if not self._body:
            # Through JSON once: Litestar's tree holds enumerations and other values of its own.
            plain = msgspec.json.decode(self.render_json(request, openapi_schema))
            self._body = msgspec.json.encode(complete(plain, self._host))
        return self._body


def complete(document: dict[str, Any], host: "Host") -> dict[str, Any]:
    """Litestar's document with the commands, the problem answers and the sign-in scheme put in."""
    commands = [c for c in (*host.service.commands, *OPERATIONS) if not c.internal]
    types: list[Any] = [Problem, Answer, *(c.struct for c in commands)]
    refs, schemas = msgspec.json.schema_components(types, ref_template=_REF)
    components = document.setdefault("components", {})
    components.setdefault("schemas", {}).update({f"{_PREFIX}{name}": s for name, s in schemas.items()})
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    components["responses"] = {"Problem": _response("Refused or failed (RFC 9457)", MEDIA_TYPE, refs[0])}
    paths = document.setdefault("paths", {})
    for item in paths.values():
        for method, described in item.items():
            if method in _METHODS:
                _with_problem(described)
    for command, body in zip(commands, refs[2:], strict=True):
        text = host.texts.get(f"action.{command.name}")
        operation: dict[str, Any] = {
            "operationId": f"command_{command.name.replace('.', '_')}",
            "tags": ["commands"],
            "summary": f"{text.zh} / {text.en}" if text else command.name,
            "description": _who(command.public, command.roles),
            "parameters": [
                {
                    "name": "Idempotency-Key",
                    "in": "header",
                    "required": True,
                    "description": "Made by the caller; a retry with the same key gets the stored answer.",
                    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_.-]{8,128}$"},
                }
            ],
            "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
            "responses": {str(command.status): _response("Accepted and committed", "application/json", refs[1])},
        }
        if command.public:
            operation["security"] = []
        _with_problem(operation)
        paths[f"/commands/{command.name}"] = {"post": operation}
    document["security"] = [{"token": []}]
    document["servers"] = [{"url": "/"}]
    return document


def _response(description: str, media_type: str, schema: Any) -> dict[str, Any]:
    return {"description": description, "content": {media_type: {"schema": schema}}}


def _with_problem(operation: dict[str, Any]) -> None:
    responses = operation.setdefault("responses", {})
    for status in [s for s in responses if s.startswith(("4", "5"))]:
        del responses[status]  # Litestar describes an error shape that is not ours
    responses["default"] = {"$ref": "#/components/responses/Problem"}


def _who(public: bool, roles: tuple[str, ...]) -> str:
    if public:
        return "Open to everybody."
    return f"Roles: {', '.join(roles)}." if roles else "Any signed-in account."
