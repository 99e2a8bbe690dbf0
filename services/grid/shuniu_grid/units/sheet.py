"""The unit register as a spreadsheet: 2,668 rows in one go (domain rules 2.10)."""

from collections.abc import AsyncIterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, get_args

import msgspec
from shuniu.chassis.context import Actor
from shuniu.chassis.sheets import Column, Sheet
from shuniu.contracts.grid.units import RegisteredUnit, UnitKind

from shuniu_grid.units.register import ENTER, ROLES, EnterUnits, GivenUnit, wrong_credit_code
from shuniu_grid.units.tables import UnitTable

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("SHEET",)

_PAGE = 500


def _wrong_degree(value: str) -> str | None:
    try:
        return None if abs(Decimal(value)) <= 180 else "out_of_range"
    except InvalidOperation:
        return "format"


def _wrong_number(value: str) -> str | None:
    return None if value.isascii() and value.replace("-", "").isalnum() and len(value) <= 30 else "format"


async def _rows(host: "Host", actor: Actor, query: Mapping[str, str]) -> AsyncIterator[Mapping[str, Any]]:
    """Units of the caller's areas, page by page."""
    after = ""
    while True:
        wanted = UnitTable.select(UnitTable.doc).where(UnitTable.key > after).order_by(UnitTable.key).limit(_PAGE)
        if query.get("area"):
            wanted = wanted.where(UnitTable.area.like(f"{query['area']}%"))
        page = [msgspec.json.decode(r["doc"], type=RegisteredUnit) for r in await wanted]
        mine = [u for u in page if actor.covers(u.area) and u.valid_to is None]
        contacts = await host.vault.open_refs(host.pool, (u.contact_ref for u in mine))
        for u in mine:
            contact = contacts.get(u.contact_ref, {})
            yield {
                "number": u.number,
                "name": u.name,
                "kind": u.kind,
                "credit_code": u.credit_code or None,
                "area": u.area,
                "address": u.place.name or None,
                "lon": str(u.place.lon) if u.place.lon is not None else None,
                "lat": str(u.place.lat) if u.place.lat is not None else None,
                "staff": u.staff,
                "key_unit": u.key_unit,
                "valid_from": u.valid_from,
                "contact_name": contact.get("contact_name"),
                "contact_phone": contact.get("contact_phone"),
            }
        if len(page) < _PAGE:
            return
        after = page[-1].number


def _row(record: Mapping[str, Any]) -> GivenUnit:
    given = {name: value for name, value in record.items() if value is not None}
    for degree in ("lon", "lat"):
        if degree in given:
            given[degree] = float(given[degree])
    return GivenUnit(**given)


SHEET = Sheet(
    name="units",
    title="sheet.units",
    columns=(
        Column("number", "column.number", "code", required=True, most=30, check=_wrong_number, note="hint.number"),
        Column("name", "column.name", required=True, most=100),
        Column("kind", "column.kind", "choice", choices=get_args(UnitKind), choice_titles="enum.unit_kind"),
        Column("credit_code", "column.credit_code", "code", most=18, check=wrong_credit_code, note="hint.credit_code"),
        Column("area", "column.grid", "code", most=15, note="hint.grid"),
        Column("address", "column.address", most=100),
        Column("lon", "column.lon", check=_wrong_degree, note="hint.point"),
        Column("lat", "column.lat", check=_wrong_degree),
        Column("staff", "column.staff", "int", least=0, most=1_000_000),
        Column("key_unit", "column.key_unit", "bool"),
        Column("valid_from", "column.valid_from", "date"),
        Column("contact_name", "column.contact_name", personal=True, most=60),
        Column("contact_phone", "column.contact_phone", "code", personal=True, most=30),
    ),
    export_roles=(*ROLES, "operator", "grid_worker"),
    rows=_rows,
    import_roles=ROLES,
    command=ENTER,
    row=_row,
    body=lambda rows: EnterUnits(rows=rows),
    key=("number",),
    filters=("area",),
)
