"""A spreadsheet of any length, written row by row onto disk: what an export of many rows is made with.

:mod:`shuniu.chassis.sheet_files` writes tables whose rows are at hand; here nothing but the row under way is in memory.
Text never computes, whichever office program opens it.
"""

import csv
import io
import tempfile
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import IO, Any, Literal

import xlsxwriter

from shuniu.chassis.sheet_cells import defused
from shuniu.rules.calendar import local
from shuniu.rules.evidence import XLSX

__all__ = ("MEDIA_TYPES", "Form", "RowFile")

Form = Literal["xlsx", "csv"]
MEDIA_TYPES: dict[Form, str] = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}
_MADE = datetime(2020, 1, 1, tzinfo=UTC)
_WIDEST = 48
_MARK = b"\xef\xbb\xbf"


class RowFile:
    """A file under way. :meth:`write` any number of rows, then :meth:`close`; both block: call them in a thread.

    Cells are str, int, float, bool, date, aware datetime (shown in Asia/Shanghai to the minute) or None. ``widths`` are
    characters, for an xlsx alone.
    """

    def __init__(self, form: Form, title: str, header: Sequence[str], widths: Sequence[int] = ()) -> None:
        self.form = form
        self.rows = 0
        self._out: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - whoever closes the file is given it
        if form == "csv":
            self._text = io.TextIOWrapper(self._out, encoding="utf-8", newline="", write_through=True)
            self._out.write(_MARK)
            self._csv = csv.writer(self._text, lineterminator="\r\n")
            self._csv.writerow([defused(name) for name in header])
            return
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(self._out, options)
        self._book.set_properties({"created": _MADE.replace(tzinfo=None)})
        self._page = self._book.add_worksheet(title[:31])
        head = self._book.add_format({"bold": True, "bg_color": "#DDE7F3", "border": 1})
        self._live = self._book.add_format({"num_format": "@", "quote_prefix": True})
        self._time = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        for i, name in enumerate(header):
            self._page.set_column(i, i, min(_WIDEST, widths[i] if i < len(widths) else max(10, len(name) * 2 + 2)))
        self._page.freeze_panes(1, 0)
        if header:
            self._page.autofilter(0, 0, 0, len(header) - 1)
        for i, name in enumerate(header):
            self._page.write_string(0, i, name, head)

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Append rows."""
        for row in rows:
            self.rows += 1
            if self.form == "csv":
                self._csv.writerow([_plain(value) for value in row])
            else:
                for i, value in enumerate(row):
                    self._put(i, value)

    def _put(self, column: int, value: Any) -> None:
        at = self.rows
        if value is None or value == "":
            return
        if isinstance(value, bool):
            self._page.write_boolean(at, column, value)
        elif isinstance(value, int | float):
            self._page.write_number(at, column, value)
        elif isinstance(value, datetime):
            self._page.write_datetime(
                at, column, local(value).replace(tzinfo=None, second=0, microsecond=0), self._time
            )
        elif isinstance(value, date):
            self._page.write_datetime(at, column, datetime(value.year, value.month, value.day), self._day)  # noqa: DTZ001
        else:
            text = str(value)[:32_766]
            self._page.write_string(at, column, text, self._live if defused(text) != text else None)

    def close(self) -> tuple[IO[bytes], int]:
        """(the file at its beginning, its bytes); it vanishes when it is closed."""
        if self.form == "csv":
            self._text.flush()
            self._text.detach()
        else:
            self._book.close()
        size = self._out.seek(0, io.SEEK_END)
        self._out.seek(0)
        return self._out, size

    def abandon(self) -> None:
        """Throw it away unfinished."""
        self._out.close()


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{local(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return defused(value) if isinstance(value, str) else str(value)
