"""Offers as a spreadsheet."""

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, get_args

import msgspec
from shuniu.chassis.context import Actor
from shuniu.chassis.sheets import Column, Sheet
from shuniu.contracts.services_desk.offers import OfferKind
from shuniu.rules.refusal import FieldError, Unprocessable

from shuniu_services_desk.matching.offers import ENTER, MOST, ROLES, EnterOffers, GivenOffer
from shuniu_services_desk.matching.routes import offers_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("SHEET",)

_LISTS = ("categories", "areas", "times")


async def _rows(host: "Host", actor: Actor, query: Mapping[str, str]) -> AsyncIterator[Mapping[str, Any]]:
    for row in await offers_of():
        o = row.offer
        if all(actor.covers(a) for a in o.areas or (host.scope,)):
            record = {name: getattr(o, name) or None for name in GivenOffer.__struct_fields__}
            record |= {name: ",".join(getattr(o, name)) or None for name in _LISTS}
            yield {**record, **{name: str(v) if (v := record[name]) is not None else None for name in ("lon", "lat")}}


def _row(record: Mapping[str, Any]) -> GivenOffer:
    given = {name: value for name, value in record.items() if value is not None}
    for name in _LISTS:
        if name in given:
            given[name] = [part.strip() for part in str(given[name]).replace("，", ",").split(",") if part.strip()]
    for name in ("lon", "lat"):
        if name in given:
            given[name] = float(given[name])
    try:
        return msgspec.convert(given, GivenOffer)
    except msgspec.ValidationError as error:
        column = str(error).rpartition("$.")[2].split("[")[0].rstrip("`")
        at = column if column in GivenOffer.__struct_fields__ else "code"
        raise Unprocessable("offer.rows", event="enter", fields=(FieldError(at, "value"),)) from None


def _degrees(value: str) -> str | None:
    try:
        return None if -180 <= float(value) <= 180 else "out_of_range"
    except ValueError:
        return "value"


SHEET = Sheet(
    name="desk_offers",
    title="sheet.desk_offers",
    columns=(
        Column("code", "field.code", "code", required=True, most=40),
        Column("title_zh", "field.title_zh", required=True, most=60),
        Column("title_en", "field.title_en", most=80),
        Column("kind", "column.offer_kind", "choice", required=True, choices=get_args(OfferKind)),
        Column("unit", "field.unit", "code", required=True, most=40),
        Column("categories", "field.categories", "text", required=True, most=400, note="column_note.listed"),
        Column("areas", "field.areas", "text", most=900, note="column_note.listed"),
        Column("lon", "field.lon", "code", most=20, check=_degrees),
        Column("lat", "field.lat", "code", most=20, check=_degrees),
        Column("capacity", "field.capacity", "int", required=True, least=1, most=10_000),
        Column("times", "field.times", "text", most=60, note="column_note.offer_times"),
        Column("valid_to", "field.valid_to", "date"),
    ),
    export_roles=ROLES,
    rows=_rows,
    import_roles=ROLES,
    command=ENTER,
    row=_row,
    body=lambda rows: EnterOffers(rows=rows),
    key=("code",),
    most_rows=MOST,
)
