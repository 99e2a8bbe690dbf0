"""Party organisations as a spreadsheet: those that stand out, registrations in; all rows or none."""

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from shuniu.chassis.context import Actor
from shuniu.chassis.sheets import Column, Sheet
from shuniu.contracts.text import Text

from shuniu_grid.party.commands import IMPORT, KEEPERS, ImportOrganisations, OrganisationGiven
from shuniu_grid.party.routes import organisations

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("SHEET",)


async def _rows(host: "Host", actor: Actor, query: Mapping[str, str]) -> AsyncIterator[Mapping[str, Any]]:
    for o in await organisations():
        if o.valid_to is None:
            yield {
                "code": o.code,
                "title_zh": o.title.zh,
                "title_en": o.title.en,
                "tier": o.tier,
                "form": o.form,
                "parent": o.parent or None,
                "valid_from": o.valid_from,
            }


def _row(record: Mapping[str, Any]) -> OrganisationGiven:
    given = {name: record[name] for name in ("code", "tier", "form", "parent", "valid_from") if record.get(name)}
    title = Text(record["title_zh"], record.get("title_en") or record["title_zh"])
    return msgspec.convert({**given, "title": msgspec.to_builtins(title)}, OrganisationGiven)


def _code(value: str) -> str | None:
    return None if value.replace("-", "").isalnum() and value.isascii() and len(value) <= 40 else "format"


def _form(value: str) -> str | None:
    return None if value.replace("_", "").isalnum() and value.isascii() and value == value.upper() else "format"


SHEET = Sheet(
    name="party_organisations",
    title="sheet.party_organisations",
    note="sheet.party_organisations_note",
    columns=(
        Column("code", "party_column.code", "code", required=True, most=40, check=_code),
        Column("title_zh", "party_column.title_zh", required=True, most=60),
        Column("title_en", "party_column.title_en", most=80),
        Column("tier", "party_column.tier", "choice", required=True, choices=("ONE", "THREE", "N")),
        Column("form", "party_column.form", "code", required=True, most=40, check=_form, note="party_column_note.form"),
        Column("parent", "party_column.parent", "code", most=40),
        Column("valid_from", "party_column.valid_from", "date"),
    ),
    export_roles=KEEPERS,
    rows=_rows,
    import_roles=KEEPERS,
    command=IMPORT,
    row=_row,
    body=lambda rows: ImportOrganisations(rows=rows),
    key=("code",),
)
