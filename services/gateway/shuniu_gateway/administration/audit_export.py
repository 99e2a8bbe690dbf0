"""The audit as a spreadsheet: a search read page by page, written row by row onto disk, and only then sent.

However many rows there are, a page of them is all that is in memory. What the file leaves out it says itself, in its
last rows: those beyond :data:`MOST_ROWS`, and those of a service that did not answer.
"""

import asyncio
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from shuniu.chassis.audit import AuditEntry
from shuniu.chassis.sheet_stream import Form, RowFile

from shuniu_gateway.administration.audit import AuditRowView, Place, search
from shuniu_gateway.administration.audit_asking import AuditAsked
from shuniu_gateway.board.export import Lang, Titles
from shuniu_gateway.door_routes import Door

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("ExportedAudit", "export_audit_rows")

MOST_ROWS = 100_000
AT_ONCE = 500
_WIDTHS = (17, 14, 16, 30, 8, 28, 38, 40)
_COLUMNS = ("at", "service", "account", "command", "allowed", "rule", "matter", "detail")


class ExportedAudit(NamedTuple):
    """A file at its beginning, its bytes, how many rows of the audit are in it."""

    file: IO[bytes]
    size: int
    rows: int


def _row(each: AuditRowView, titles: Titles) -> Sequence[Any]:
    return (
        each.row.at,
        titles.service(each.service),
        each.login or each.row.actor,
        each.row.command,
        titles.word(f"audit_export.{'yes' if each.row.allowed else 'no'}"),
        each.row.rule,
        each.row.matter,
        "; ".join(f"{name}: {value}" for name, value in each.row.detail.items()),
    )


async def export_audit_rows(host: "Host", door: Door, asked: AuditAsked, *, form: Form, lang: Lang) -> ExportedAudit:
    """The rows of a search, the latest first, at most :data:`MOST_ROWS`; audited with their number."""
    titles = Titles(host, lang)
    header = [titles.word(f"audit_export.{name}") for name in _COLUMNS]
    made = await asyncio.to_thread(RowFile, form, titles.word("audit_export.title"), header, _WIDTHS)
    silent: set[str] = set()
    place: Place | None = None
    try:
        while True:
            found = await search(door, asked.service, asked.query, min(AT_ONCE, MOST_ROWS - made.rows), place)
            silent.update(found.absent)
            await asyncio.to_thread(made.write, [_row(each, titles) for each in found.rows])
            if not found.next or made.rows >= MOST_ROWS:
                break
            place = Place.read(found.next)
        rows = made.rows
        notes = [titles.word("audit_export.silent").format(service=titles.service(name)) for name in sorted(silent)]
        if found.next:
            notes.append(titles.word("audit_export.cut").format(n=f"{MOST_ROWS:,}"))
        await asyncio.to_thread(made.write, [(note,) for note in notes])
        file, size = await asyncio.to_thread(made.close)
    except BaseException:
        made.abandon()
        raise
    detail: dict[str, str | int] = {"rows": rows, "format": form}
    actor = door.caller.actor.id
    host.audit.record(AuditEntry(at=host.clock.now(), actor=actor, command="audit.export", allowed=True, detail=detail))
    return ExportedAudit(file, size, rows)
