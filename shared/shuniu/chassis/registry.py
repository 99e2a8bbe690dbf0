"""The local registry: areas, units and posts, seeded from a file and kept current by registry summaries on the bus.

A service asks nobody at start: what it knows of areas and units stands in its own database.
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import msgspec

from shuniu.chassis.service import Projection, Received
from shuniu.contracts.summary import RegistryEntry
from shuniu.contracts.text import Text

if TYPE_CHECKING:
    import asyncpg

    from shuniu.chassis.host import Host

__all__ = ("REGISTRY", "RegistrySeed", "RegistrySnapshot", "RegistryStore")

log = logging.getLogger(__name__)


class RegistrySeed(msgspec.Struct, frozen=True, kw_only=True):
    """A registry file: the scope's title, its areas, units and posts."""

    scope: str
    title: Text
    synthetic: bool = False
    areas: tuple[RegistryEntry, ...] = ()
    units: tuple[RegistryEntry, ...] = ()
    posts: tuple[RegistryEntry, ...] = ()


class RegistrySnapshot:
    """The registry at one moment; never changes."""

    __slots__ = ("_by_kind",)

    def __init__(self, entries: Sequence[RegistryEntry]) -> None:
        by_kind: dict[str, dict[str, RegistryEntry]] = {"area": {}, "unit": {}, "post": {}}
        for entry in entries:
            by_kind[entry.kind][entry.code] = entry
        self._by_kind: dict[str, Mapping[str, RegistryEntry]] = {
            kind: MappingProxyType(entries) for kind, entries in by_kind.items()
        }

    def get(self, kind: str, code: str) -> RegistryEntry | None:
        """The entry, or None."""
        return self._by_kind[kind].get(code)

    def all(self, kind: str) -> Mapping[str, RegistryEntry]:
        """Every entry of a kind, by code."""
        return self._by_kind[kind]


class RegistryStore:
    """Holds the current snapshot and renews it when the table has changed, by whichever process."""

    def __init__(self) -> None:
        self.current = RegistrySnapshot(())
        self._seen: tuple[int, str] | None = None

    async def load(self, pool: "asyncpg.Pool[Any]") -> None:
        """Read the table if it has changed since the last look."""
        record = await pool.fetchrow(
            "select count(*) as n, coalesce(max(xmin::text::bigint), 0)::text as x from registry"
        )
        assert record is not None
        seen = (record["n"], record["x"])
        if seen == self._seen:
            return
        records = await pool.fetch("select doc from registry order by kind, code")
        self.current = RegistrySnapshot([msgspec.json.decode(r["doc"], type=RegistryEntry) for r in records])
        self._seen = seen

    async def seed(self, pool: "asyncpg.Pool[Any]", path: Path) -> None:
        """Put in what a registry file says and the table does not know yet; what came by event stays."""
        seed = msgspec.json.decode(path.read_bytes(), type=RegistrySeed)  # noqa: ASYNC240 - once, at start
        entries = [*seed.areas, *seed.units, *seed.posts]
        await pool.execute(
            "insert into registry (kind, code, doc, source) select k, c, d::jsonb, 'file'"
            " from unnest($1::text[], $2::text[], $3::text[]) as t(k, c, d) on conflict do nothing",
            [e.kind for e in entries],
            [e.code for e in entries],
            [msgspec.json.encode(e).decode() for e in entries],
        )
        await self.load(pool)


async def _apply(conn: "asyncpg.Connection[Any]", events: Sequence[Received[Any]], host: "Host") -> None:
    entries: dict[tuple[str, str], tuple[RegistryEntry, str]] = {}
    for received in events:
        for entry in received.event.data.summary.registry:
            entries[entry.kind, entry.code] = (entry, received.event.source)
    if entries:
        await conn.execute(
            "insert into registry (kind, code, doc, source) select k, c, d::jsonb, s"
            " from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as t(k, c, d, s)"
            " on conflict (kind, code) do update set doc = excluded.doc, source = excluded.source",
            [kind for kind, _ in entries],
            [code for _, code in entries],
            [msgspec.json.encode(e).decode() for e, _ in entries.values()],
            [source for _, source in entries.values()],
        )


async def _reset(conn: "asyncpg.Connection[Any]") -> None:
    await conn.execute("delete from registry where source <> 'file'")


REGISTRY = Projection(
    name="registry",
    sources=("*",),
    tables=("registry",),
    apply=_apply,
    after_commit=lambda host: host.refresh_registry(),
    reset=_reset,
    concerns=lambda received: bool(received.event.data.summary.registry),
)
"""Every service follows the registry summaries of its scope."""
