"""The household register as a spreadsheet: personal columns leave masked, sensitive ones only by clearance 4."""

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from shuniu.chassis.context import Actor
from shuniu.chassis.masking import WITHHELD
from shuniu.chassis.privacy import UNMASK_ROLE
from shuniu.chassis.sheets import Column, Sheet

from shuniu_grid.residents.processing import CATEGORIES, processing
from shuniu_grid.residents.register import ENTER_ALL, KEEPERS, MOST_AT_ONCE, EnterHouseholds, GivenHousehold
from shuniu_grid.residents.sealed import Kept, open_households
from shuniu_grid.residents.state import Household
from shuniu_grid.residents.tables import HouseholdTable
from shuniu_grid.residents.texts import TEXTS
from shuniu_grid.settings import settings_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("SHEET",)

_PAGE = 500
_SENSITIVE = 4
_COUNTS = ("adults", "elders", "minors")


# Whether anything is there at all is already telling: who may never see it in clear sees the same for everybody.
_UNTOLD = dict.fromkeys((*_COUNTS, "categories"), WITHHELD)


def _told(kept: Kept) -> dict[str, Any]:
    categories = "、".join(TEXTS[f"enum.categories.{c}"].zh for c in kept.categories)
    counts = {name: int(kept.fields[name]) if name in kept.fields else None for name in _COUNTS}
    return {**counts, "categories": categories or None}


def _codes(value: str) -> list[str]:
    """Categories as written: codes or their Chinese names, between commas of any kind."""
    named = {TEXTS[f"enum.categories.{c}"].zh: c for c in CATEGORIES}
    written = value.replace("、", ",").replace("，", ",").replace(";", ",").replace("；", ",").split(",")
    return [named.get(part.strip(), part.strip()) for part in written if part.strip()]


def _wrong_categories(value: str) -> str | None:
    return None if all(code in CATEGORIES for code in _codes(value)) else "format"


def _wrong_number(value: str) -> str | None:
    return None if value[:1] == "H" and value[1:].isdecimal() and 4 <= len(value[1:]) <= 12 else "format"


def _wrong_phone(value: str) -> str | None:
    return None if set(value) <= set("0123456789+() -") else "format"


def _wrong_version(value: str) -> str | None:
    return None if value.isascii() and all(c.isalnum() or c in "._:-" for c in value) else "format"


async def _rows(host: "Host", actor: Actor, query: Mapping[str, str]) -> AsyncIterator[Mapping[str, Any]]:
    """Households of the caller's areas, page by page."""
    register = processing(settings_of(host).household_processing_file)
    reaches = _SENSITIVE if actor.clearance >= _SENSITIVE else _SENSITIVE - 1
    reader = actor.has_role(UNMASK_ROLE)
    after = ""
    while True:
        wanted = HouseholdTable.select(HouseholdTable.doc).where(HouseholdTable.key > after)
        if query.get("area"):
            wanted = wanted.where(HouseholdTable.area.like(f"{query['area']}%"))
        page = [
            msgspec.json.decode(r["doc"], type=Household)
            for r in await wanted.order_by(HouseholdTable.key).limit(_PAGE)
        ]
        mine = [row for row in page if actor.covers(row.area)]
        opened = await open_households(host, mine)
        for row in mine:
            kept = opened[row.number].only(
                lambda n: (use := register.use(n)) is not None and use.sensitivity <= reaches
            )
            yield {
                "number": row.number,
                "area": row.area,
                "address": kept.fields.get("address"),
                "contact_name": kept.fields.get("contact_name"),
                "contact_phone": kept.fields.get("contact_phone"),
                "consent_version": row.consent or None,
                **(_told(kept) if reader else _UNTOLD),
            }
        if len(page) < _PAGE:
            return
        after = page[-1].number


def _row(record: Mapping[str, Any]) -> GivenHousehold:
    given = {name: value for name, value in record.items() if value is not None}
    if "categories" in given:
        given["categories"] = tuple(_codes(given["categories"]))
    return GivenHousehold(**given)


SHEET = Sheet(
    name="households",
    title="sheet.households",
    columns=(
        Column(
            "number", "household_column.household", "code", required=True, check=_wrong_number, note="hint.household"
        ),
        Column("area", "household_column.grid", "code", required=True, most=15),
        Column("address", "household_column.address", personal=True, most=100),
        Column("contact_name", "household_column.contact_name", personal=True, most=40, note="hint.consent_needed"),
        Column("contact_phone", "household_column.contact_phone", "code", personal=True, most=20, check=_wrong_phone),
        Column("adults", "household_column.adults", "int", personal=True, least=0, most=99),
        Column("elders", "household_column.elders", "int", personal=True, least=0, most=99),
        Column("minors", "household_column.minors", "int", personal=True, least=0, most=99),
        Column(
            "categories", "household_column.categories", personal=True, check=_wrong_categories, note="hint.categories"
        ),
        Column("consent_version", "household_column.consent_version", "code", most=40, check=_wrong_version),
    ),
    export_roles=KEEPERS,
    rows=_rows,
    import_roles=KEEPERS,
    command=ENTER_ALL,
    row=_row,
    body=lambda rows: EnterHouseholds(rows=rows),
    key=("number",),
    filters=("area",),
    most_rows=MOST_AT_ONCE,
)
