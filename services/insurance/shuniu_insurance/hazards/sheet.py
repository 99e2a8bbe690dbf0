"""The hazard list (隐患清单) as a spreadsheet, out and in."""

from collections.abc import AsyncIterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, get_args

import msgspec
from shuniu.chassis.context import Actor
from shuniu.chassis.identity.policy import may_read
from shuniu.chassis.sheets import Column, Sheet
from shuniu.contracts.insurance.hazards import Colour, Grade, HazardWay, Holder
from shuniu.rules.calendar import local

from shuniu_insurance.hazards.data import categories
from shuniu_insurance.hazards.face import visibility
from shuniu_insurance.hazards.finding import IMPORT, IMPORTERS, MOST_AT_ONCE, GivenHazard, ImportHazards
from shuniu_insurance.hazards.lifecycle import COMMUNITY, HAZARD, LEADERS
from shuniu_insurance.hazards.state import Hazard
from shuniu_insurance.hazards.tables import HazardTable

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("SHEETS",)

_PAGE = 500


async def _rows(host: "Host", actor: Actor, query: Mapping[str, str]) -> AsyncIterator[Mapping[str, Any]]:
    """Hazards the caller may read, oldest first; nothing a person wrote."""
    after = ""
    while True:
        wanted = HazardTable.select(HazardTable.doc).where(HazardTable.key > after)
        if query.get("area"):
            wanted = wanted.where(HazardTable.area.like(f"{query['area']}%"))
        if query.get("status"):
            wanted = wanted.where(HazardTable.status == query["status"])
        page = [msgspec.json.decode(r["doc"], type=Hazard) for r in await wanted.order_by(HazardTable.key).limit(_PAGE)]
        for h in page:
            if may_read(visibility(h), h.area, actor):
                yield _told(h)
        if len(page) < _PAGE:
            return
        after = page[-1].id


def _told(h: Hazard) -> Mapping[str, Any]:
    return {
        "number": h.number,
        "external": h.external or None,
        "category": h.category,
        "area": h.area,
        "place": h.place.name or None,
        "holder": h.holder,
        "status": h.status,
        "grade": h.grade or None,
        "colour": h.colour or None,
        "way": h.way or None,
        "unit": h.unit or None,
        "found_on": local(h.found_at).date(),
        "ended_on": local(h.ended_at).date() if h.ended_at else None,
        "accidents": sum(c.known for c in h.claims),
    }


def _wrong_degree(value: str) -> str | None:
    try:
        return None if abs(Decimal(value)) <= 180 else "out_of_range"
    except InvalidOperation:
        return "format"


def _row(record: Mapping[str, Any]) -> GivenHazard:
    given = {name: value for name, value in record.items() if value is not None}
    for degree in ("lon", "lat"):
        if degree in given:
            given[degree] = float(given[degree])
    return msgspec.convert(given, GivenHazard)


def _column(id_: str, kind: Any = "text", **more: Any) -> Column:
    return Column(id_, f"hazard_column.{id_}", kind, **more)


_STATUSES = tuple(s.id for s in HAZARD.statuses)
SHEETS = (
    Sheet(
        name="hazards",
        title="sheet.hazards",
        columns=(
            _column("number", "code"),
            _column("external", "code"),
            _column("category", "choice", choices=tuple(categories()), choice_titles="category"),
            _column("area", "code"),
            _column("place"),
            _column("holder", "choice", choices=get_args(Holder)),
            _column("status", "choice", choices=_STATUSES, choice_titles=f"status.{HAZARD.kind}"),
            _column("grade", "choice", choices=get_args(Grade)),
            _column("colour", "choice", choices=get_args(Colour)),
            _column("way", "choice", choices=get_args(HazardWay)),
            _column("unit", "code"),
            _column("found_on", "date"),
            _column("ended_on", "date"),
            _column("accidents", "int"),
        ),
        export_roles=(*IMPORTERS, "insurer_surveyor", *COMMUNITY, *LEADERS, "operator"),
        rows=_rows,
        filters=("area", "status"),
    ),
    Sheet(
        name="hazard_import",
        title="sheet.hazard_import",
        columns=(
            _column("external", "code", required=True, most=40),
            _column("category", "choice", required=True, choices=tuple(categories()), choice_titles="category"),
            _column("area", "code", required=True, most=15),
            _column("place", most=60),
            _column("lon", check=_wrong_degree),
            _column("lat", check=_wrong_degree),
            _column("holder", "choice", choices=get_args(Holder)),
            _column("found_on", "date"),
            # What somebody wrote may tell of a person: it is masked in every report of errors.
            _column("description", most=2000, personal=True),
        ),
        import_roles=IMPORTERS,
        command=IMPORT,
        row=_row,
        body=lambda rows: ImportHazards(rows=rows),
        key=("external",),
        most_rows=MOST_AT_ONCE,
    ),
)
