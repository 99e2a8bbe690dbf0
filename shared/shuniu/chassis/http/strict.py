"""Unknown fields inside a command's nested Structs.

A command's own Struct forbids unknown fields itself. The words it shares with events (places, registry entries, file
references) tolerate them, as events must; in a command they are errors all the same.
"""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import inspect

__all__ = ("unknown_finder",)

Finder = Callable[[Any, str], str | None]
"""Given decoded JSON and its path, the path of the first unknown field, or None."""


def unknown_finder(struct: type[msgspec.Struct]) -> Finder | None:
    """A finder of unknown fields for ``struct``, or None when every Struct in it forbids them already."""
    return _Build().finder(inspect.type_info(struct))


class _Build:
    def __init__(self) -> None:
        self._under_way: set[type] = set()

    def finder(self, info: inspect.Type) -> Finder | None:
        """The finder for a type; None when it can hold no unknown field."""
        if isinstance(info, inspect.StructType):
            return self._struct(info)
        if isinstance(info, inspect.UnionType):
            return self._union(info)
        if isinstance(info, inspect.DictType):
            return _each(self.finder(info.value_type), lambda tree: tree.items() if isinstance(tree, dict) else ())
        item = getattr(info, "item_type", None)
        if item is not None:
            return _each(self.finder(item), lambda tree: enumerate(tree) if isinstance(tree, list) else ())
        if isinstance(info, inspect.TupleType):
            return _fields({i: f for i, t in enumerate(info.item_types) if (f := self.finder(t))}, None)
        return None

    def _struct(self, info: inspect.StructType) -> Finder | None:
        if info.cls in self._under_way:
            raise TypeError(f"{info.cls.__qualname__} contains itself; a command's body may not")
        self._under_way.add(info.cls)
        inner = {f.encode_name: found for f in info.fields if (found := self.finder(f.type))}
        self._under_way.discard(info.cls)
        known = None if info.forbid_unknown_fields else {f.encode_name for f in info.fields} | {info.tag_field or ""}
        return _fields(inner, known) if inner or known is not None else None

    def _union(self, info: inspect.UnionType) -> Finder | None:
        structs = [t for t in info.types if isinstance(t, inspect.StructType)]
        if len(structs) < 2:
            rest = [f for t in info.types if (f := self.finder(t))]
            return rest[0] if rest else None
        by_tag = {t.tag: found for t in structs if (found := self.finder(t))}
        tag_field = structs[0].tag_field or "type"

        def find(tree: Any, path: str) -> str | None:
            chosen = by_tag.get(tree.get(tag_field)) if isinstance(tree, dict) else None
            return chosen(tree, path) if chosen else None

        return find if by_tag else None


def _join(path: str, name: Any) -> str:
    return f"{path}.{name}" if path else str(name)


def _each(inner: Finder | None, items: Callable[[Any], Any]) -> Finder | None:
    if inner is None:
        return None

    def find(tree: Any, path: str) -> str | None:
        return next((found for n, item in items(tree) if (found := inner(item, _join(path, n)))), None)

    return find


def _fields(inner: "dict[Any, Finder]", known: set[str] | None) -> Finder:
    def find(tree: Any, path: str) -> str | None:
        if not isinstance(tree, dict | list):
            return None
        if known is not None:
            for name in tree:
                if name not in known:
                    return _join(path, name)
        there = [n for n in inner if (n < len(tree) if isinstance(tree, list) else n in tree)]
        return next((found for n in there if (found := inner[n](tree[n], _join(path, n)))), None)

    return find
