"""The manifest of a service, made from its ``Service`` value (``GET /manifest``, architecture idea 6).

A command's body becomes a JSON Schema without references, drawn as a form: every property has ``x-title`` (a Text),
enumerations have ``x-enum-titles``. A widget is the author's word: ``Meta(extra_json_schema={"x-widget": "area"})``.
"""

import gzip
import hashlib
import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from shuniu.chassis.datasets.declared import dataset_info
from shuniu.chassis.http.asked import with_asked
from shuniu.chassis.operations import OPERATIONS, ROUTES
from shuniu.chassis.service import Command, Service
from shuniu.chassis.sheets import sheet_info
from shuniu.contracts.envelope import fact_name
from shuniu.contracts.manifest import Action, EventType, Manifest, Route, UnitRole
from shuniu.contracts.text import Text

__all__ = ("ManifestDocument", "action_schema", "fact_schema", "manifest_document", "manifest_of", "missing_texts")

log = logging.getLogger(__name__)


class ManifestDocument(NamedTuple):
    """A manifest, its JSON and the SHA-256 of that, by which heads announce it; and the same packed, for the bus."""

    manifest: Manifest
    body: bytes
    sha256: str
    packed: bytes
    """gzip; a manifest of hundreds of texts is near what one message of the bus may hold."""


_made: dict[int, tuple[Service, ManifestDocument]] = {}


def manifest_document(service: Service, texts: Mapping[str, Text] | None = None) -> ManifestDocument:
    """The service's manifest document; made once for each ``Service`` value."""
    found = _made.get(id(service))
    if found is None or found[0] is not service:
        manifest = manifest_of(service, texts)
        body = msgspec.json.encode(manifest)  # unsorted: a form shows its fields in the author's order
        found = _made[id(service)] = (
            service,
            ManifestDocument(manifest, body, hashlib.sha256(body).hexdigest(), gzip.compress(body, 6, mtime=0)),
        )
    return found[1]


class _Titles:
    """Looks texts up and remembers what was not there."""

    def __init__(self, texts: Mapping[str, Text]) -> None:
        self._texts = texts
        self.missing: list[str] = []

    def find(self, *keys: str) -> Text | None:
        return next((self._texts[k] for k in keys if k in self._texts), None)

    def need(self, *keys: str) -> Text:
        found = self.find(*keys)
        if found is None:
            self.missing.append(keys[0])
            last = keys[0].rpartition(".")[2]
            return Text(last, last)
        return found


def manifest_of(service: Service, texts: Mapping[str, Text] | None = None) -> Manifest:
    """Build the manifest. ``texts`` defaults to the service's catalogue over the chassis's."""
    titles = _Titles(texts or _with_chassis(service))
    manifest = _build(service, titles)
    if titles.missing:
        log.warning("%s: no text for %s", service.name, ", ".join(sorted(set(titles.missing))))
    return manifest


def missing_texts(service: Service) -> list[str]:
    """Keys the manifest needs and the catalogue does not have; empty in a finished service."""
    titles = _Titles(_with_chassis(service))
    _build(service, titles)
    return sorted(set(titles.missing))


def _with_chassis(service: Service) -> Mapping[str, Text]:
    from shuniu.chassis.service import Catalogue

    return service.texts.merged(Catalogue.load("shuniu.chassis"))


def _build(service: Service, titles: _Titles) -> Manifest:
    offered = [c for c in (*service.commands, *OPERATIONS) if not c.internal]
    return Manifest(
        service=service.name,
        version=service.version,
        title=titles.need(f"service.{service.name}", "service.title"),
        summary=titles.need(f"service.{service.name}_summary", "service.summary"),
        icon=service.icon,
        order=service.order,
        kinds=service.kinds,
        measures=service.measures,
        rates=service.rates,
        panels=service.panels,
        actions=tuple(_action(c, titles) for c in offered),
        routes=with_asked(
            (*service.routes, *(Route(path=path, title=titles.need(key)) for path, key in ROUTES)),
            service.handlers,
            titles.find,
        ),
        events=tuple(_event(service, cls, titles) for cls in service.facts),
        roles=tuple(UnitRole(id=role, title=titles.need(f"role.{role}")) for role in service.role_ids),
        sheets=tuple(sheet_info(s, titles.need) for s in service.sheets),
        datasets=tuple(dataset_info(d, titles.need) for d in service.datasets),
        texts=dict(service.texts),
    )


def _action(command: Command[Any], titles: _Titles) -> Action:
    return Action(
        name=command.name,
        title=titles.need(f"action.{command.name}"),
        schema=action_schema(command, titles),
        kind=command.kind,
        matter_field=command.matter_field,
        opens=command.opens,
        roles=command.roles,
        tone=command.tone,
        icon=command.icon,
        preview=f"/preview/{command.name}" if command.preview is not None else "",
        public=command.public,
        surfaces=command.surfaces,
        order=command.order,
        help=titles.find(f"action_help.{command.name}"),
    )


def _event(service: Service, cls: type, titles: _Titles) -> EventType:
    name = fact_name(cls)
    type_ = f"shuniu.{service.name}.{name}"
    return EventType(type=type_, title=titles.need(f"event.{name}", f"event.{type_}"), schema=fact_schema(cls))


def fact_schema(cls: type) -> dict[str, Any]:
    """JSON Schema of a fact, with its own definitions inside."""
    return _inline(msgspec.json.schema(cls))


def action_schema(command: Command[Any], titles: _Titles) -> dict[str, Any]:
    """JSON Schema of a command's body for drawing a form."""
    schema = _inline(msgspec.json.schema(command.struct))
    _entitle(schema, command.name, titles)
    schema.pop("title", None)
    return schema


def _inline(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with every reference replaced by what it refers to; a reference to itself from within stays."""
    defs: dict[str, Any] = schema.get("$defs", {})
    kept: dict[str, Any] = {}

    def walk(node: Any, above: tuple[str, ...]) -> Any:
        if isinstance(node, list):
            return [walk(item, above) for item in node]
        if not isinstance(node, dict):
            return node
        ref = node.get("$ref")
        if isinstance(ref, str) and ref.startswith("#/$defs/"):
            name = ref.removeprefix("#/$defs/")
            if name in above:
                kept[name] = defs[name]
                return node
            beside = {k: walk(v, above) for k, v in node.items() if k not in ("$ref", "$defs")}
            return {**walk(defs[name], (*above, name)), **beside}
        return {k: walk(v, above) for k, v in node.items() if k != "$defs"}

    flat: dict[str, Any] = walk(schema, ())
    if kept:
        flat["$defs"] = kept
    return flat


def _entitle(schema: dict[str, Any], command: str, titles: _Titles) -> None:
    """Put titles on properties and enumerations, at every depth."""
    for name, node in schema.get("properties", {}).items():
        node["x-title"] = titles.need(f"field.{name}", f"field.{command}.{name}")
        special = titles.find(f"field.{command}.{name}")
        if special is not None:
            node["x-title"] = special
        if (hint := titles.find(f"hint.{command}.{name}", f"hint.{name}")) is not None:
            node["x-hint"] = hint
        _entitle_values(node, name, titles)
        for inner in (node, node.get("items"), node.get("additionalProperties"), *node.get("anyOf", ())):
            if isinstance(inner, dict):
                inner.pop("title", None)
                _entitle(inner, command, titles)


def _entitle_values(node: dict[str, Any], name: str, titles: _Titles) -> None:
    """``x-enum-titles`` beside every ``enum``, and on the property itself where the enum stands in ``anyOf``."""
    for inner in (node, node.get("items"), *node.get("anyOf", ())):
        if isinstance(inner, dict) and "enum" in inner:
            values = [value for value in inner["enum"] if value is not None]
            inner["x-enum-titles"] = [titles.need(f"enum.{name}.{value}") for value in values]
    for inner in node.get("anyOf", ()):
        for word in ("x-widget", "x-enum-titles"):
            if word in inner:
                node.setdefault(word, inner[word])
