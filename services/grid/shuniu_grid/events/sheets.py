"""Grid events as spreadsheets: the list of them to take out, and the list of another system to hand in."""

from collections.abc import AsyncIterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, get_args

import msgspec
from shuniu.chassis.context import Actor
from shuniu.chassis.sheets import Column, Sheet
from shuniu.contracts.grid.events import Source

from shuniu_grid.events.categories import codes
from shuniu_grid.events.imports import IMPORT_EVENTS, IMPORT_ROLES, MOST_EVENTS, GivenEvent, ImportEvents, ImportSource
from shuniu_grid.events.lifecycle import EVENT
from shuniu_grid.events.seeing import seen_by
from shuniu_grid.events.state import GridEvent
from shuniu_grid.events.tables import GridEventTable
from shuniu_grid.events.words import WORDS
from shuniu_grid.settings import business_day

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("SHEETS",)

_PAGE = 500
_STATUSES = tuple(s.id for s in EVENT.statuses)


async def _rows(host: "Host", actor: Actor, query: Mapping[str, str]) -> AsyncIterator[Mapping[str, Any]]:
    """Events the caller may read, oldest first, page by page; nothing a person wrote."""
    seen = seen_by(actor)
    if seen is None or actor.clearance < 2:
        return
    after = ""
    while True:
        wanted = GridEventTable.select(GridEventTable.doc, GridEventTable.due_at).where(
            seen, GridEventTable.key > after
        )
        if query.get("area"):
            wanted = wanted.where(GridEventTable.area.like(f"{query['area']}%"))
        if query.get("status"):
            wanted = wanted.where(GridEventTable.status == query["status"])
        page = await wanted.order_by(GridEventTable.key).limit(_PAGE)
        for record in page:
            row = msgspec.json.decode(record["doc"], type=GridEvent)
            after = row.id
            yield _told(row)
        if len(page) < _PAGE:
            return


def _told(row: GridEvent) -> Mapping[str, Any]:
    return {
        "number": row.number,
        "external": row.external or None,
        "status": row.status,
        "source": row.source,
        "category": row.category,
        "category_name": WORDS[f"category.{row.category}"].zh,
        "area": row.area,
        "place": row.place.name or None,
        "unit": row.unit or None,
        "opened_on": business_day(row.opened_at),
        "close_by": row.close_by,
        "closed_on": business_day(row.closed_at) if row.closed_at is not None else None,
        "level": row.level or None,
        "reworks": row.reworks,
        "delays": row.delays,
        "merged_into": row.merged_number or None,
    }


def _wrong_degree(value: str) -> str | None:
    try:
        return None if abs(Decimal(value)) <= 180 else "out_of_range"
    except InvalidOperation:
        return "format"


def _row(record: Mapping[str, Any]) -> GivenEvent:
    given = {name: value for name, value in record.items() if value is not None}
    for degree in ("lon", "lat"):
        if degree in given:
            given[degree] = float(given[degree])
    return msgspec.convert(given, GivenEvent)


_TITLES = {"area": "grid", "source": "event_source"}


def _column(id_: str, kind: Any = "text", **more: Any) -> Column:
    return Column(id_, f"event_column.{_TITLES.get(id_, id_)}", kind, **more)


_OUT = Sheet(
    name="grid_events",
    title="sheet.grid_events",
    columns=(
        _column("number", "code"),
        _column("external", "code"),
        _column("status", "choice", choices=_STATUSES, choice_titles=f"status.{EVENT.kind}"),
        _column("source", "choice", choices=get_args(Source)),
        _column("category", "code"),
        _column("category_name"),
        _column("area", "code"),
        _column("place"),
        _column("unit", "code"),
        _column("opened_on", "date"),
        _column("close_by", "date"),
        _column("closed_on", "date"),
        _column("level", "choice", choices=("grid", "community", "street", "district")),
        _column("reworks", "int"),
        _column("delays", "int"),
        _column("merged_into", "code"),
    ),
    export_roles=("operator", "dispatcher", "street_clerk", "community_secretary", "leading_group", "office_director"),
    rows=_rows,
    filters=("area", "status"),
)
_IN = Sheet(
    name="grid_event_import",
    title="sheet.grid_event_import",
    note="sheet.grid_event_import_note",
    columns=(
        _column("external", "code", required=True, most=40),
        _column("category", "code", required=True, check=lambda code: None if code in codes() else "unknown"),
        _column("source", "choice", choices=get_args(ImportSource)),
        _column("area", "code", most=15),
        _column("place", most=60),
        _column("lon", check=_wrong_degree),
        _column("lat", check=_wrong_degree),
        # What somebody wrote may tell of a person: it is masked in every report of errors.
        _column("description", most=2000, personal=True),
    ),
    import_roles=IMPORT_ROLES,
    command=IMPORT_EVENTS,
    row=_row,
    body=lambda rows: ImportEvents(rows=rows),
    key=("external",),
    most_rows=MOST_EVENTS,
)
SHEETS = (_OUT, _IN)
