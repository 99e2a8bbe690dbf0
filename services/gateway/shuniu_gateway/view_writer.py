"""The statements of the projection: one multi-row upsert for each view, in the feed's transaction (raw asyncpg)."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from shuniu.chassis.clock import RealClock

from shuniu_gateway.page import FeedRow, Known, Page, event_area, event_visibility, matter_shape, step_key
from shuniu_gateway.visibility import audience, containers

if TYPE_CHECKING:
    import asyncpg

__all__ = (
    "copy_steps",
    "drop_matters",
    "skip_feed",
    "write_feed",
    "write_links",
    "write_matters",
    "write_measures",
    "write_registry",
    "write_steps",
)

_REAL = RealClock()
"""The feed is pruned by age in real time; no row of the domain carries it."""
_encode = msgspec.json.Encoder().encode


async def _rows(conn: "asyncpg.Connection[Any]", sql: str, rows: Sequence[dict[str, Any]]) -> None:
    """Run ``sql`` over ``rows``, one JSON array in ``$1``: arrays may nest there, in unnest they don't."""
    if rows:
        await conn.execute(sql, _encode(rows).decode())


_MATTER = {
    "source": "text", "service": "text", "kind": "text", "id": "text", "number": "text", "version": "int",
    "title": "text", "category": "text", "status": "text", "open": "boolean", "opened_at": "timestamptz",
    "closed_at": "timestamptz", "due_at": "timestamptz", "soon_at": "timestamptz", "due_status": "text",
    "clock": "text", "provisional": "boolean", "due_limit": "text", "area": "text", "area_path": "text[]",
    "place_name": "text",
    "lon": "float8", "lat": "float8", "lead_unit": "text", "unit_codes": "text[]", "units": "jsonb",
    "flags": "text[]", "updated_at": "timestamptz", "search": "text", "visibility": "jsonb", "reach": "text[]",
    "vis_units": "text[]", "vis_roles": "text[]", "sensitivity": "smallint",
}  # fmt: skip
_STEP = {
    "source": "text", "epoch": "text", "position": "bigint", "service": "text", "time": "timestamptz", "type": "text",
    "move": "text", "unit": "text", "detail": "text", "params": "jsonb", "area": "text", "kind": "text",
    "matter": "text", "number": "text", "title": "text", "feed": "bigint", "reach": "text[]", "vis_units": "text[]",
    "vis_roles": "text[]", "sensitivity": "smallint",
}  # fmt: skip
_MEASURE = {
    "source": "text", "service": "text", "name": "text", "area": "text", "area_path": "text[]", "on_date": "date",
    "dimensions": "text", "audience": "text", "total": "float8", "last": "float8", "last_position": "bigint",
    "reach": "text[]", "vis_units": "text[]", "vis_roles": "text[]", "sensitivity": "smallint",
}  # fmt: skip


def _insert(table: str, columns: dict[str, str], conflict: str) -> str:
    names = ", ".join(columns)
    record = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    rows = f"jsonb_to_recordset($1::text::jsonb) as t({record})"
    return f"insert into {table} ({names}) select {names} from {rows} {conflict}"


_MATTER_KEY = ("source", "kind", "id")
_MATTER_SQL = _insert(
    "matter_view",
    _MATTER,
    "on conflict (source, kind, id) do update set "
    + ", ".join(f"{c} = excluded.{c}" for c in _MATTER if c not in _MATTER_KEY)
    + " where excluded.version > matter_view.version",
)
_STEP_SQL = _insert("step_view", _STEP, "on conflict do nothing")
_MEASURE_SQL = _insert(
    "measure_view",
    _MEASURE,
    "on conflict (source, name, area, on_date, dimensions, audience) do update set"
    " total = measure_view.total + excluded.total, last = excluded.last, last_position = excluded.last_position",
)


async def write_matters(conn: "asyncpg.Connection[Any]", page: Page) -> None:
    """Upsert the matters; a lower version never overwrites a higher one."""
    rows = []
    for matter, event in page.matters.values():
        who = audience(matter.visibility, matter.area)
        shape = matter_shape(page.source, page.service, matter, event.time)
        row = {name: getattr(shape, name) for name in _MATTER if hasattr(shape, name)}
        row |= {
            "due_limit": matter.limit,
            "area_path": containers(matter.area),
            "place_name": matter.place.name,
            "lon": matter.place.lon,
            "lat": matter.place.lat,
            "unit_codes": sorted({matter.lead_unit, *(u.unit for u in matter.units)} - {""}),
            "search": f"{matter.number} {matter.title} {matter.place.name}".lower(),
            "visibility": matter.visibility,
            "reach": who.reach,
            "vis_units": who.units,
            "vis_roles": who.roles,
            "sensitivity": who.sensitivity,
        }
        rows.append(row)
    await _rows(conn, _MATTER_SQL, rows)


async def drop_matters(conn: "asyncpg.Connection[Any]", page: Page) -> None:
    """Forget what another deployment does not share any more, with its timeline."""
    if page.departed:
        gone = list(page.departed)
        for table, column in (("matter_view", "id"), ("step_view", "matter"), ("link_view", "matter")):
            await conn.execute(f"delete from {table} where source = $1 and {column} = any($2)", page.source, gone)


async def write_steps(conn: "asyncpg.Connection[Any]", page: Page, known: Mapping[str, Known], head: int) -> None:
    """Add the steps; ``head`` is the feed position before this page, whose first rows they are."""
    await _rows(conn, _STEP_SQL, _step_rows(page, known, head))


async def copy_steps(conn: "asyncpg.Connection[Any]", page: Page, known: Mapping[str, Known], head: int) -> None:
    """The same into a table that has none of them yet."""
    rows = _step_rows(page, known, head)
    if rows:
        records = [tuple({**row, "params": _encode(row["params"]).decode()}.values()) for row in rows]
        await conn.copy_records_to_table("step_view", columns=list(_STEP), records=records)


def _step_rows(page: Page, known: Mapping[str, Known], head: int) -> list[dict[str, Any]]:
    """Rows with the columns of ``_STEP``, in their order."""
    rows = []
    for n, (step, event) in enumerate(page.steps, start=1):
        area, key = event_area(event), step_key(page, event, known)
        who = audience(event_visibility(event), area)
        rows.append(
            {
                "source": page.source,
                "epoch": event.epoch,
                "position": event.position,
                "service": page.service,
                "time": event.time,
                "type": event.type,
                "move": step.move,
                "unit": step.unit,
                "detail": step.detail,
                "params": step.params,
                "area": area,
                "kind": key.kind,
                "matter": key.id,
                "number": key.number,
                "title": key.title,
                "feed": head + n,
                "reach": who.reach,
                "vis_units": who.units,
                "vis_roles": who.roles,
                "sensitivity": who.sensitivity,
            }
        )
    return rows


async def write_links(conn: "asyncpg.Connection[Any]", page: Page) -> None:
    """Add the links."""
    if page.links:
        rows = [
            (page.source, kind, matter, link.relation, link.source, link.kind, link.matter)
            for kind, matter, link in page.links
        ]
        await conn.execute(
            "insert into link_view (source, kind, matter, relation, to_source, to_kind, to_matter)"
            " select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])"
            " on conflict do nothing",
            *(list(column) for column in zip(*rows, strict=True)),
        )


async def write_measures(conn: "asyncpg.Connection[Any]", page: Page) -> None:
    """Add up and keep the last: which of the two counts stands in the manifest."""
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for measure, visibility, event in page.measures:
        area = measure.dimensions.get("area") or event_area(event)
        others = {name: value for name, value in measure.dimensions.items() if name != "area"}
        dimensions = _encode(dict(sorted(others.items()))).decode()
        # A figure is read like the events it counts, at the place it is counted for.
        who = audience(visibility, area)
        row = rows.setdefault(
            (measure.name, area, measure.on, dimensions, who.key),
            {
                "source": page.source,
                "service": page.service,
                "name": measure.name,
                "area": area,
                "area_path": containers(area),
                "on_date": measure.on,
                "dimensions": dimensions,
                "audience": who.key,
                "total": 0.0,
                "last": 0.0,
                "last_position": 0,
                "reach": who.reach,
                "vis_units": who.units,
                "vis_roles": who.roles,
                "sensitivity": who.sensitivity,
            },
        )
        row["total"] += measure.value
        row["last"], row["last_position"] = measure.value, event.position
    await _rows(conn, _MEASURE_SQL, list(rows.values()))


async def write_registry(conn: "asyncpg.Connection[Any]", page: Page) -> None:
    """Keep the latest entry of every area, unit and post."""
    if page.registry:
        entries = list(page.registry.values())
        await conn.execute(
            "insert into registry_view (kind, code, parent, doc, geometry, source)"
            " select k, c, p, d::jsonb, g, $6 from"
            " unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) as t(k, c, p, d, g)"
            " on conflict (kind, code) do update set parent = excluded.parent, doc = excluded.doc,"
            " geometry = excluded.geometry, source = excluded.source",
            [e.kind for e in entries],
            [e.code for e in entries],
            [e.parent for e in entries],
            [_encode(e).decode() for e in entries],
            [e.geometry for e in entries],
            page.source,
        )


async def skip_feed(conn: "asyncpg.Connection[Any]", steps: int) -> None:
    """Count the steps in the feed without its rows: nobody resumes from before a rebuild."""
    await conn.execute("update feed_head set position = position + $1", steps)


async def write_feed(conn: "asyncpg.Connection[Any]", rows: Sequence[FeedRow], head: int) -> None:
    """Append to the feed after ``head``, whose lock the caller holds."""
    if not rows:
        return
    columns = [list(column) for column in zip(*rows, strict=True)]
    await conn.execute(
        "with head as (update feed_head set position = $11::bigint)"
        " insert into feed"
        " (position, at, name, source, kind, matter, area, visibility, was, was_area, data, traceparent)"
        " select $12::bigint + t.n, $13::timestamptz, t.name, t.source, t.kind, t.matter, t.area, t.visibility, t.was,"
        " t.was_area, t.data, t.traceparent from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],"
        " $6::bytea[], $7::bytea[], $8::text[], $9::bytea[], $10::text[]) with ordinality"
        " as t(name, source, kind, matter, area, visibility, was, was_area, data, traceparent, n)",
        *columns,
        head + len(rows),
        head,
        _REAL.now(),
    )
