"""State rows on disk: reading them by key, bringing old documents up to date, and the columns they are written to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias, TypeVar

import asyncpg
import msgspec

from shuniu.chassis.rows import Key, RowKind

__all__ = ("Connection", "Stored", "decode_row", "load_row", "load_rows")

Connection: TypeAlias = "asyncpg.Connection[Any] | asyncpg.pool.PoolConnectionProxy[Any] | asyncpg.Pool[Any]"
"""Whatever answers a query: a connection, a pooled one, or the pool itself."""

R = TypeVar("R", bound=msgspec.Struct)


class Stored(NamedTuple):
    """A row as it stands, and how many events it has seen. No row is ``(None, version)``."""

    row: Any
    version: int


def decode_row(kind: RowKind[R], schema: int, doc: str | bytes) -> R:
    """The Struct of a stored document, through the kind's upcasters where it is of an older schema.

    Raises msgspec.ValidationError for a document that does not fit, ValueError for one of a newer release.
    """
    if schema == kind.schema:
        return msgspec.json.decode(doc, type=kind.struct)
    if schema > kind.schema:
        raise ValueError(f"{kind.name} row of schema {schema}: this release knows up to {kind.schema}")
    tree: dict[str, Any] = msgspec.json.decode(doc)
    for step in range(schema, kind.schema):
        tree = kind.upcasters[step](tree)
    return msgspec.convert(tree, type=kind.struct)


async def load_rows(conn: Connection, kinds: Mapping[str, RowKind[Any]], keys: Iterable[Key]) -> dict[Key, Stored]:
    """The rows of ``keys`` in one query a kind; a key without a row maps to ``(None, 0)``."""
    wanted: defaultdict[str, list[str]] = defaultdict(list)
    found: dict[Key, Stored] = {}
    for key in keys:
        wanted[key.kind].append(key.id)
        found[key] = Stored(None, 0)
    for name, ids in wanted.items():
        kind = kinds[name]
        records = await conn.fetch(f"select key, version, schema, doc from {kind.table} where key = any($1)", ids)
        for record in records:
            row = decode_row(kind, record["schema"], record["doc"])
            found[Key(name, record["key"])] = Stored(row, record["version"])
    return found


async def load_row(conn: Connection, kind: RowKind[R], id: str) -> tuple[R, int] | None:  # noqa: A002
    """One row and its version, or None; for the owner's pages."""
    record = await conn.fetchrow(f"select version, schema, doc from {kind.table} where key = $1", id)
    return None if record is None else (decode_row(kind, record["schema"], record["doc"]), record["version"])
