"""Outside series as a spreadsheet."""

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from shuniu.chassis.context import Actor
from shuniu.chassis.sheets import Column, Sheet

from shuniu_grid.series.record import RECORD, ROLES, Given, Point, RecordSeries, wrong_decimal, wrong_period
from shuniu_grid.series.tables import SeriesPointTable

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("SHEET",)


async def _rows(host: "Host", actor: Actor, query: Mapping[str, str]) -> AsyncIterator[Mapping[str, Any]]:
    for record in await SeriesPointTable.select(SeriesPointTable.doc).order_by(SeriesPointTable.key):
        point = msgspec.json.decode(record["doc"], type=Point)
        if actor.covers(point.area):
            yield {**msgspec.structs.asdict(point), "rank": point.rank or None, "ranked": point.ranked or None}


def _row(record: Mapping[str, Any]) -> Given:
    return Given(**{name: value for name, value in record.items() if value is not None})


SHEET = Sheet(
    name="series",
    title="sheet.series",
    columns=(
        Column("series", "column.series", "code", required=True, most=40),
        Column("title", "column.series_title", required=True, most=80),
        Column("period", "column.period", "code", required=True, note="hint.period", check=wrong_period),
        Column("area", "column.area", "code", required=True),
        Column("value", "column.value", check=wrong_decimal),
        Column("rank", "column.rank", "int", least=1, most=10_000),
        Column("ranked", "column.ranked", "int", least=1, most=10_000),
        Column("publisher", "column.publisher", required=True, most=120),
        Column("published_on", "column.published_on", "date", required=True),
    ),
    export_roles=(*ROLES, "operator", "office_director", "party_secretary"),
    rows=_rows,
    import_roles=ROLES,
    command=RECORD,
    row=_row,
    body=lambda rows: RecordSeries(rows=rows),
    key=("series", "area", "period"),
)
