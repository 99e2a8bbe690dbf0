"""The API of the whole office described in one place, from what the services say of themselves; pure.

OpenAPI 3.1: the gateway's own paths as they are, and every action and declared route of a service under the path by
which the gateway leads to it. AsyncAPI 3.0: a channel for each registered event type, its message the CloudEvents
envelope with the schema of the fact.
"""

from collections.abc import Mapping
from typing import Any

from shuniu.contracts.manifest import Action, Manifest, Route

__all__ = ("asyncapi", "merged_openapi")

_PROBLEM = {"$ref": "#/components/responses/Problem"}


def _schema(schema: Any) -> Any:
    """A manifest's schema without what only forms need, its own definitions lifted out by whoever calls."""
    if isinstance(schema, list):
        return [_schema(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: _schema(value) for key, value in schema.items() if not key.startswith("x-")}


def _lifted(schema: dict[str, Any], prefix: str, into: dict[str, Any]) -> Any:
    """The schema with its ``$defs`` moved among the components under names of their own."""
    defs = schema.get("$defs", {})

    def named(node: Any) -> Any:
        if isinstance(node, list):
            return [named(item) for item in node]
        if not isinstance(node, dict):
            return node
        out = {key: named(value) for key, value in node.items() if key != "$defs"}
        ref = out.get("$ref")
        if isinstance(ref, str) and ref.startswith("#/$defs/"):
            out["$ref"] = f"#/components/schemas/{prefix}.{ref.removeprefix('#/$defs/')}"
        return out

    for name, definition in defs.items():
        into[f"{prefix}.{name}"] = named(_schema(definition))
    return named(_schema(schema))


def _action(service: str, action: Action, schemas: dict[str, Any]) -> dict[str, Any]:
    name = f"{service}.{action.name}"
    schemas[name] = _lifted(action.schema, name, schemas)
    who = (
        "Open to everybody."
        if action.public
        else f"Roles: {', '.join(action.roles)}."
        if action.roles
        else "Any account."
    )
    return {
        "operationId": f"do_{action.name.replace('.', '_')}"
        if action.name.startswith(f"{service}.")
        else f"do_{service}_{action.name.replace('.', '_')}",
        "tags": [service],
        "summary": f"{action.title.zh} / {action.title.en}",
        "description": " ".join(filter(None, (action.help.en if action.help else "", who))),
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "schema": {"type": "string", "pattern": "^[A-Za-z0-9_.-]{8,128}$"},
            }
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}},
        },
        "responses": {
            "200": {
                "description": "Accepted and committed",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/shuniu.Answer"}}},
            },
            "default": _PROBLEM,
        },
    }


def _route(service: str, route: Route) -> tuple[str, dict[str, Any]]:
    path = f"/api/v1/services/{service}/x/{route.path.lstrip('/')}"
    names = [part[1:-1].partition(":")[0] for part in route.path.split("/") if part.startswith("{")]
    clean = "/".join("{" + p[1:-1].partition(":")[0] + "}" if p.startswith("{") else p for p in path.split("/"))
    parameters = [{"name": n, "in": "path", "required": True, "schema": {"type": "string"}} for n in names]
    words = "_".join(filter(None, (p.strip("{}").replace("-", "_").replace(".", "_") for p in route.path.split("/"))))
    return clean, {
        "operationId": f"get_{service}_{words}",
        "tags": [service],
        "summary": f"{route.title.zh} / {route.title.en}",
        "parameters": parameters,
        "responses": {"200": {"description": "The owner's answer"}, "default": _PROBLEM},
    }


def merged_openapi(own: Mapping[str, Any], manifests: Mapping[str, Manifest]) -> dict[str, Any]:
    """One OpenAPI document: ``own`` is the gateway's, ``manifests`` those of the services in their order."""
    paths = {path: item for path, item in own["paths"].items() if path.startswith("/api/v1/")}
    schemas = dict(own["components"]["schemas"])
    tags = []
    for service, manifest in manifests.items():
        tags.append({"name": service, "description": f"{manifest.summary.zh} {manifest.summary.en}"})
        for action in manifest.actions:
            paths[f"/api/v1/do/{service}/{action.name}"] = {"post": _action(service, action, schemas)}
        for route in manifest.routes:
            path, described = _route(service, route)
            paths[path] = {"get": described}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "枢纽 Shuniu",
            "version": own["info"]["version"],
            "description": "Everything the services of this office offer through the command view: "
            + ", ".join(manifests),
        },
        "servers": [{"url": "/"}],
        "security": own.get("security", []),
        "tags": tags,
        "paths": paths,
        "components": {**own["components"], "schemas": schemas},
    }


_ENVELOPE: dict[str, Any] = {
    "specversion": {"const": "1.0"},
    "id": {"type": "string", "description": "<epoch>-<sequence>"},
    "source": {"type": "string", "description": "/<scope>/<service>"},
    "subject": {"type": "string", "description": "The matter's id"},
    "time": {"type": "string", "format": "date-time"},
    "datacontenttype": {"const": "application/json"},
    "sequence": {"type": "string", "pattern": "^[0-9]+$"},
    "epoch": {"type": "string"},
    "actor": {"type": "string"},
}


def asyncapi(scope: str, version: str, manifests: Mapping[str, Manifest]) -> dict[str, Any]:
    """One AsyncAPI document of what the services publish on the bus of a scope."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for service, manifest in manifests.items():
        for event in manifest.events:
            name = event.type.removeprefix(f"shuniu.{service}.")
            key = f"{service}.{name}"
            schemas[key] = _lifted(event.schema, key, schemas)
            data = {
                "type": "object",
                "required": ["fact", "summary"],
                "properties": {"fact": {"$ref": f"#/components/schemas/{key}"}, "summary": {"type": "object"}},
            }
            messages[key] = {
                "name": event.type,
                "title": f"{event.title.zh} / {event.title.en}",
                "contentType": "application/cloudevents+json",
                "payload": {
                    "type": "object",
                    "required": ["specversion", "id", "source", "type", "time", "sequence", "epoch", "data"],
                    "properties": {**_ENVELOPE, "type": {"const": event.type}, "data": data},
                },
            }
            channels[key] = {
                "address": f"shuniu.{scope}.{service}.evt.{name}",
                "title": f"{event.title.zh} / {event.title.en}",
                "messages": {"event": {"$ref": f"#/components/messages/{key}"}},
            }
            operations[f"publish.{key}"] = {
                "action": "send",
                "channel": {"$ref": f"#/channels/{key}"},
                "summary": f"{manifest.title.en}: {event.title.en}",
            }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "枢纽 Shuniu",
            "version": version,
            "description": "Events the services of this office publish, as CloudEvents 1.0 with a gapless sequence.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": schemas},
    }
