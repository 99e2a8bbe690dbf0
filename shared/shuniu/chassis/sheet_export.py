"""A sheet written out as a file: for who may export it, and for who was granted the dataset it holds."""

import asyncio
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from shuniu.chassis.context import Actor
from shuniu.chassis.masking import WITHHELD
from shuniu.chassis.sheet_cells import mask_value, shown
from shuniu.chassis.sheet_files import write_csv, write_xlsx
from shuniu.chassis.sheets import Sheet
from shuniu.rules.refusal import Unprocessable

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("MOST_EXPORTED", "Exported", "export", "files_at_once")

MOST_EXPORTED = 100_000
_AT_ONCE = 2
"""Files that one process reads or writes at the same time."""


class Exported(NamedTuple):
    """A file's bytes and how many rows it has."""

    content: bytes
    rows: int


def files_at_once(host: "Host") -> asyncio.Semaphore:
    """Held while a file is read or written."""
    found: asyncio.Semaphore = host.app.state.setdefault("sheets_at_once", asyncio.Semaphore(_AT_ONCE))
    return found


async def export(
    host: "Host",
    actor: Actor,
    sheet: Sheet,
    form: Literal["xlsx", "csv"],
    *,
    query: Mapping[str, str] | None = None,
    clear: bool = False,
    only: Collection[str] = (),
) -> Exported:
    """The rows ``actor`` may take out, as a file; personal columns masked unless ``clear``.

    ``only`` names the columns that leave, by default all. Unprocessable ``sheet.too_many_rows``.
    """
    assert sheet.rows is not None
    columns = [c for c in sheet.columns if not only or c.id in only]
    lines: list[list[Any]] = []
    async for record in sheet.rows(host, actor, query or {}):
        lines.append([_cell(host, c, record.get(c.id), clear) for c in columns])
        if len(lines) > MOST_EXPORTED:
            raise Unprocessable("sheet.too_many_rows", params={"most": MOST_EXPORTED})
        if len(lines) % 500 == 0:
            await asyncio.sleep(0)
    header = [host.texts[c.title].zh if c.title in host.texts else c.title for c in columns]
    title = host.texts[sheet.title].zh if sheet.title in host.texts else sheet.title
    async with files_at_once(host):
        if form == "csv":
            content = await asyncio.to_thread(write_csv, header, lines)
        else:
            content = await asyncio.to_thread(write_xlsx, title, header, lines)
    return Exported(content, len(lines))


def _cell(host: "Host", column: Any, value: Any, clear: bool) -> Any:
    if column.personal and not clear and value is not None:
        return mask_value(column, value) if isinstance(value, str) else WITHHELD
    return shown(column, value, host.texts)
