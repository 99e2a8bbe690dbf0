"""Service places as a spreadsheet: those there are out, registrations in; all rows or none."""

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from shuniu.chassis.context import Actor
from shuniu.chassis.sheets import Column, Sheet
from shuniu.contracts.text import Text

from shuniu_grid.places.hours import read_hours, write_hours
from shuniu_grid.places.register import IMPORT, KEEPERS, ImportPlaces, PlaceGiven
from shuniu_grid.places.routes import places_on
from shuniu_grid.settings import business_day

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("SHEET",)


async def _rows(host: "Host", actor: Actor, query: Mapping[str, str]) -> AsyncIterator[Mapping[str, Any]]:
    for p in await places_on(business_day(host.clock.now()), query.get("area", "")):
        yield {
            "place": p.id,
            "type": p.type,
            "title_zh": p.title.zh,
            "title_en": p.title.en,
            "area": p.area,
            "lon": str(p.lon),
            "lat": str(p.lat),
            "address": p.address or None,
            "hours": write_hours(p.hours) or None,
            "unit": p.unit or None,
            "organisation": p.organisation or None,
            "valid_from": p.valid_from,
        }


def _row(record: Mapping[str, Any]) -> PlaceGiven:
    taken = ("place", "type", "area", "address", "hours", "unit", "organisation", "valid_from")
    given = {name: record[name] for name in taken if record.get(name)}
    title = {"zh": record["title_zh"], "en": record.get("title_en") or record["title_zh"]}
    degrees = {name: float(record[name]) for name in ("lon", "lat")}
    return msgspec.convert({**given, **degrees, "title": msgspec.convert(title, Text)}, PlaceGiven)


def _code(value: str) -> str | None:
    return None if value.replace("-", "").isalnum() and value.isascii() and len(value) <= 40 else "format"


def _degree(most: float) -> Any:
    def check(value: str) -> str | None:
        try:
            return None if abs(float(value)) <= most else "out_of_range"
        except ValueError:
            return "degree"

    return check


def _hours(value: str) -> str | None:
    try:
        read_hours(value)
    except ValueError:
        return "hours"
    return None


SHEET = Sheet(
    name="service_places",
    title="sheet.service_places",
    note="sheet.service_places_note",
    columns=(
        Column("place", "place_column.place", "code", required=True, most=40, check=_code),
        Column(
            "type",
            "place_column.type",
            "choice",
            required=True,
            choices=("VOLUNTEER_POST", "MOBILE_STATION", "SERVICE_STATION"),
        ),
        Column("title_zh", "place_column.title_zh", required=True, most=60),
        Column("title_en", "place_column.title_en", most=80),
        Column("area", "place_column.area", "code", note="place_column_note.area"),
        Column("lon", "place_column.lon", required=True, check=_degree(180)),
        Column("lat", "place_column.lat", required=True, check=_degree(90)),
        Column("address", "place_column.address", most=120),
        Column("hours", "place_column.hours", check=_hours, note="place_column_note.hours"),
        Column("unit", "place_column.unit", "code", most=60),
        Column("organisation", "place_column.organisation", "code", most=40),
        Column("valid_from", "place_column.valid_from", "date"),
    ),
    export_roles=KEEPERS,
    rows=_rows,
    import_roles=KEEPERS,
    command=IMPORT,
    row=_row,
    body=lambda rows: ImportPlaces(rows=rows),
    key=("place",),
    filters=("area",),
)
