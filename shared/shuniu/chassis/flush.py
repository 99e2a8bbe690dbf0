"""One statement that writes a whole batch, whatever it holds.

Each part is a data-modifying CTE fed by ``unnest``; they touch different tables (or different rows of one), so their
order does not matter. The shape depends only on which parts are there, and asyncpg prepares each shape once.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg
import msgspec

from shuniu.chassis.batch import Batch

__all__ = ("CursorMove", "KeyRow", "flush")

CursorMove = tuple[str, str, str, int]
"""(consumer, source, epoch, position)"""
KeyRow = tuple[str, bytes, bytes, Any]
"""(key, request hash, answer, time)"""

_AUDIT = "chain text, n bigint, at timestamptz, actor text, command text, allowed boolean, rule text, matter text, \
event text, key text, detail text, previous bytea, digest bytea"
_PERSON = "ref text, matter text, purpose text, basis text, sensitivity int, algorithm text, key_id text, nonce bytea, \
sealed bytea, at timestamptz"


class _Statement:
    """A growing list of CTEs with their parameters."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.args: list[Any] = []

    def unnest(self, columns: str, rows: Iterable[Sequence[Any]]) -> str:
        """``unnest(...) as t(columns)`` over ``rows``, whose fields match ``columns`` ("name type, …")."""
        named = [c.split() for c in columns.split(", ")]
        by_column = list(zip(*rows, strict=True))
        first = len(self.args) + 1
        self.args.extend(by_column)
        arrays = ", ".join(f"${first + i}::{c[-1]}[]" for i, c in enumerate(named))
        return f"unnest({arrays}) as t({', '.join(c[0] for c in named)})"

    def add(self, sql: str) -> None:
        self.parts.append(sql)


async def flush(
    conn: "asyncpg.Connection[Any] | asyncpg.pool.PoolConnectionProxy[Any]",
    batch: Batch,
    keys: Sequence[KeyRow],
    audit: Sequence[Sequence[Any]],
    person: Sequence[Sequence[Any]],
    cursors: Sequence[CursorMove],
) -> None:
    """Write ``batch`` and what goes with it. The caller holds the head row's lock and commits."""
    st = _Statement()
    if batch.events:
        rows = st.unnest("position bigint, type text, matter text, time timestamptz, envelope bytea", batch.events)
        st.add(f"insert into event_log (position, type, matter, time, envelope) select * from {rows}")
    _state(st, batch)
    _timers(st, batch)
    if keys:
        rows = st.unnest("key text, request_hash bytea, answer bytea, at timestamptz", keys)
        st.add(f"insert into command_key (key, request_hash, answer, at) select * from {rows}")
    if audit:
        rows = st.unnest(_AUDIT, audit)
        names = "chain, n, at, actor, command, allowed, rule, matter, event, key, detail, previous, digest"
        values = names.replace("detail", "detail::jsonb")
        st.add(f"insert into audit ({names}) select {values} from {rows}")
    if person:
        rows = st.unnest(_PERSON, person)
        st.add(f"insert into person_data select * from {rows}")
    if batch.forgotten:
        st.args.append(sorted(batch.forgotten))
        st.add(f"delete from person_data where ref = any(${len(st.args)})")
    if cursors:
        newest = {(consumer, source): (consumer, source, epoch, n) for consumer, source, epoch, n in cursors}
        rows = st.unnest("consumer text, source text, epoch text, position bigint", newest.values())
        st.add(
            f"insert into cursor (consumer, source, epoch, position) select * from {rows} "
            "on conflict (consumer, source) do update set epoch = excluded.epoch, position = excluded.position"
        )
    st.args += [batch.position, batch.now]
    n = len(st.args)
    ctes = ", ".join(f"p{i} as ({sql})" for i, sql in enumerate(st.parts))
    prefix = f"with {ctes} " if ctes else ""
    await conn.execute(f"{prefix}update log_head set position = ${n - 1}, last_time = ${n} where one", *st.args)


def _state(st: _Statement, batch: Batch) -> None:
    by_kind: dict[str, list[tuple[Any, ...]]] = {}
    gone: dict[str, list[str]] = {}
    for key, stored in batch.changed.items():
        kind = batch.kinds[key.kind]
        if stored.row is None:
            gone.setdefault(key.kind, []).append(key.id)
            continue
        index = kind.index(stored.row)
        doc = msgspec.json.encode(stored.row).decode()
        by_kind.setdefault(key.kind, []).append((key.id, stored.version, kind.schema, *index, doc))
    columns = "key text, version int, schema int, status text, area text, unit text, due_at timestamptz, doc text"
    names = "key, version, schema, status, area, unit, due_at, doc"
    updates = ", ".join(f"{c} = excluded.{c}" for c in names.split(", ")[1:])
    for name, rows in by_kind.items():
        source = st.unnest(columns, rows)
        st.add(
            f"insert into {batch.kinds[name].table} ({names})"
            f" select {names.replace('doc', 'doc::jsonb')} from {source} "
            f"on conflict (key) do update set {updates}"
        )
    for name, ids in gone.items():
        st.args.append(ids)
        st.add(f"delete from {batch.kinds[name].table} where key = any(${len(st.args)})")


def _timers(st: _Statement, batch: Batch) -> None:
    gone, there = batch.timer_changes()
    if gone:
        rows = st.unnest("kind text, matter text, name text", gone)
        st.add(
            f"delete from timer using {rows} where (timer.kind, timer.matter, timer.name) = (t.kind, t.matter, t.name)"
        )
    if there:
        rows = st.unnest("kind text, matter text, name text, generation int, due_at timestamptz", there)
        st.add(
            f"insert into timer (kind, matter, name, generation, due_at) select * from {rows} "
            "on conflict (kind, matter, name) do update set generation = excluded.generation, due_at = excluded.due_at"
        )
