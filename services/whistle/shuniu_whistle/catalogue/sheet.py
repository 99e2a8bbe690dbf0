"""The whistle list as a spreadsheet: the version in force out, entries of the next version in."""

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from shuniu.chassis.context import Actor
from shuniu.chassis.sheets import Column, Sheet
from shuniu.rules.calendar import local
from shuniu.rules.refusal import FieldError, Unprocessable

from shuniu_whistle.catalogue.commands import IMPORT, KEEPERS, EntryRow, Import
from shuniu_whistle.catalogue.entries import GROUPS
from shuniu_whistle.catalogue.routes import lists_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("SHEET",)

_WAYS = ("UP", "CROSS", "DOWN")
_SEPARATORS = str.maketrans("、，；;/ ", ",,,,,,")


async def _rows(host: "Host", actor: Actor, query: Mapping[str, str]) -> AsyncIterator[Mapping[str, Any]]:
    day = local(host.clock.now()).date()
    for group, row in (await lists_of()).items():
        for i in row.on(day).items:
            yield {
                "group": group,
                "code": i.code,
                "title_zh": i.title_zh,
                "title_en": i.title_en,
                "directions": ",".join(i.directions),
                "off_list": i.off_list,
                "entry_kind": i.kind or "ANY",
                "profile": i.profile or None,
                "basis": i.basis or None,
            }


def _row(record: Mapping[str, Any]) -> EntryRow:
    ways = tuple(w.strip().upper() for w in str(record["directions"]).translate(_SEPARATORS).split(",") if w.strip())
    if not ways or not set(ways) <= set(_WAYS):
        raise Unprocessable("catalogue.entry", fields=(FieldError("directions", "value"),))
    kind = record.get("entry_kind")
    given = {k: v for k, v in record.items() if v is not None} | {"directions": ways}
    given["entry_kind"] = "" if kind in (None, "ANY") else kind
    try:
        return msgspec.convert(given, EntryRow)
    except msgspec.ValidationError as flaw:
        field = str(flaw).rpartition("$.")[2].rstrip("`") or "code"
        raise Unprocessable("catalogue.entry", fields=(FieldError(field, "value"),)) from flaw


SHEET = Sheet(
    name="catalogue",
    title="sheet.catalogue",
    note="sheet.catalogue_note",
    columns=(
        Column("group", "list_column.group", "choice", required=True, choices=GROUPS),
        Column("code", "list_column.code", "code", required=True, most=40),
        Column("title_zh", "list_column.title_zh", required=True, most=40),
        Column("title_en", "list_column.title_en", most=80),
        Column("directions", "list_column.directions", required=True, note="list_column_note.directions"),
        Column("off_list", "list_column.off_list", "bool"),
        Column("entry_kind", "list_column.kind", "choice", choices=("ANY", "ROUTINE", "HARD")),
        Column("profile", "list_column.profile", "code", most=40),
        Column("basis", "list_column.basis"),
    ),
    export_roles=KEEPERS,
    rows=_rows,
    import_roles=KEEPERS,
    command=IMPORT,
    row=_row,
    body=lambda rows: Import(rows=rows),
    key=("code",),
)
