"""Spreadsheet files: reading what people hand in within limits, writing exports, templates and reports.

An xlsx is somebody's zip of XML: its size unpacked, its parts, rows and columns are bounded before anything is built
of it, and nothing in it is ever computed. A CSV is UTF-8 or GB 18030 (GBK), with or without a byte order mark.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import xlsxwriter
from openpyxl import load_workbook
from openpyxl.utils.datetime import WINDOWS_EPOCH
from openpyxl.worksheet._reader import WorkSheetParser

from shuniu.chassis.sheet_cells import Formula, bare, defused
from shuniu.chassis.sheets import Sheet
from shuniu.contracts.text import Text
from shuniu.rules.evidence import XLSX
from shuniu.rules.refusal import Refusal, Unprocessable

__all__ = (
    "MOST_BYTES",
    "Given",
    "GivenRow",
    "Page",
    "read_file",
    "write_book",
    "write_csv",
    "write_template",
    "write_xlsx",
)

MOST_BYTES = 8 * 1024 * 1024
MOST_UNPACKED = 96 * 1024 * 1024
MOST_PARTS = 500
MOST_COLUMNS = 100
SPARE_ROWS = 2_000
"""Empty rows and rows above the header that a file may have beside its most rows."""

_SIGNATURE = b"PK\x03\x04"
_MADE = datetime(2020, 1, 1, tzinfo=UTC)
"""Files say nothing of when they were made: the same rows are the same bytes."""


class GivenRow(NamedTuple):
    """A row with something in it; ``number`` counts from 1 as the office program shows it."""

    number: int
    cells: tuple[Any, ...]
    merged: frozenset[int] = frozenset()
    """Indexes of cells that are merged with others."""


class Given(NamedTuple):
    """A file as it was given."""

    rows: tuple[GivenRow, ...]
    epoch: datetime = WINDOWS_EPOCH


def _too_big() -> Refusal:
    return Refusal("sheet.too_big", status=413, params={"most_mib": MOST_BYTES // 1024 // 1024})


def _too_many_rows(most: int) -> Refusal:
    return Unprocessable("sheet.too_many_rows", params={"most": most})


def read_file(content: bytes, media_type: str, sheet: Sheet, title: str) -> Given:
    """The rows of a file. Blocking: call it in a thread.

    Of an xlsx with several sheets the one of the table's ``title`` is read, else the first that is visible. Raises
    Refusal 413 ``sheet.too_big``, Unprocessable ``sheet.not_readable``, ``sheet.too_many_rows``, ``sheet.encoding``.
    """
    if len(content) > MOST_BYTES:
        raise _too_big()
    most = sheet.most_rows
    given = _xlsx(content, title, most) if media_type == XLSX else _csv(content, most)
    if len(given.rows) > most + SPARE_ROWS:
        raise _too_many_rows(most)
    return given


# --- xlsx -------------------------------------------------------------------------------------------------------------


def _xlsx(content: bytes, title: str, most: int) -> Given:
    _check_zip(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        try:
            named = [s for s in book.worksheets if s.title.strip() == title]
            visible = [s for s in book.worksheets if s.sheet_state == "visible"]
            chosen = (named or visible)[0]
            return Given(tuple(_rows_of(book, chosen, most)), book.epoch)
        finally:
            book.close()
    except Refusal:
        raise
    except Exception as flaw:  # openpyxl meets broken files with whatever its parts raise
        raise Unprocessable("sheet.not_readable") from flaw


def _check_zip(content: bytes) -> None:
    """What a zip says of its sizes binds its reading, so what it says is enough to check."""
    if not content.startswith(_SIGNATURE):
        raise Unprocessable("sheet.not_readable")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise Unprocessable("sheet.not_readable") from None
    if len(parts) > MOST_PARTS or sum(p.file_size for p in parts) > MOST_UNPACKED:
        raise _too_big()


def _rows_of(book: Any, chosen: Any, most: int) -> Iterator[GivenRow]:
    """The rows that hold something. The parser is asked directly: the sheet object would pad every row and hide what
    is merged."""
    with chosen._get_source() as source:
        parser = WorkSheetParser(
            source,
            chosen._shared_strings,
            data_only=False,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        rows: list[tuple[int, dict[int, Any]]] = []
        for number, cells in parser.parse():
            there = {}
            for cell in cells:
                value = Formula(str(cell["value"])) if cell["data_type"] == "f" else bare(cell["value"])
                if value is not None:
                    if cell["column"] > MOST_COLUMNS:
                        raise Unprocessable("sheet.too_many_columns", params={"most": MOST_COLUMNS})
                    there[cell["column"] - 1] = value
            if there:
                rows.append((number, there))
                if len(rows) > most + SPARE_ROWS:
                    raise _too_many_rows(most)
        merged = _merged(parser, {number for number, _ in rows})
    for number, there in rows:
        covered = merged.get(number, frozenset())
        width = max((*there, *covered)) + 1
        yield GivenRow(number, tuple(there.get(i) for i in range(width)), covered)


def _merged(parser: Any, numbers: set[int]) -> Mapping[int, frozenset[int]]:
    """Row number → indexes of merged cells, for rows that hold something."""
    found: dict[int, set[int]] = {}
    for area in parser.merged_cells.mergeCell if parser.merged_cells is not None else ():
        columns = range(area.min_col - 1, min(area.max_col, MOST_COLUMNS))
        if area.max_row - area.min_row > len(numbers):
            covered: Iterable[int] = (n for n in numbers if area.min_row <= n <= area.max_row)
        else:
            covered = (n for n in range(area.min_row, area.max_row + 1) if n in numbers)
        for number in covered:
            found.setdefault(number, set()).update(columns)
    return {number: frozenset(columns) for number, columns in found.items()}


# --- csv --------------------------------------------------------------------------------------------------------------


def _csv(content: bytes, most: int) -> Given:
    text = _decoded(content)
    first = text.lstrip("\r\n").split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    rows: list[GivenRow] = []
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), 1):
            if len(cells) > MOST_COLUMNS and any(cells[MOST_COLUMNS:]):
                raise Unprocessable("sheet.too_many_columns", params={"most": MOST_COLUMNS})
            values = tuple(bare(cell) for cell in cells[:MOST_COLUMNS])
            if any(v is not None for v in values):
                rows.append(GivenRow(number, values))
                if len(rows) > most + SPARE_ROWS:
                    raise _too_many_rows(most)
    except csv.Error:
        raise Unprocessable("sheet.not_readable") from None
    return Given(tuple(rows))


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unprocessable("sheet.encoding")


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A CSV in UTF-8 with the byte order mark that office programs want. Text never begins like a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([defused(h) for h in header])
    for row in rows:
        writer.writerow([_in_csv(value) for value in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _in_csv(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return defused(value)
    if isinstance(value, float):
        return f"{value:.2f}"
    return value.isoformat() if isinstance(value, date) else str(value)


# --- writing xlsx -----------------------------------------------------------------------------------------------------


_FORMATS = {"date": "yyyy-mm-dd", "fen": "0.00", "int": "0"}


class _Book:
    """A workbook under way. Text is written as text in cells marked as such, so nothing computes."""

    def __init__(self) -> None:
        self.out = io.BytesIO()
        self.book = xlsxwriter.Workbook(
            self.out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self.book.set_properties({"created": _MADE.replace(tzinfo=None)})
        self.head = self.book.add_format({"bold": True, "bg_color": "#DDE7F3", "border": 1, "text_wrap": True})
        self.must = self.book.add_format(
            {"bold": True, "bg_color": "#DDE7F3", "border": 1, "text_wrap": True, "font_color": "#B42318"}
        )
        self.wrong = self.book.add_format({"font_color": "#B42318", "text_wrap": True})
        self.text = self.book.add_format({"num_format": "@", "quote_prefix": True})
        self.day = self.book.add_format({"num_format": "yyyy-mm-dd"})
        self.money = self.book.add_format({"num_format": "0.00"})

    def put(self, page: Any, row: int, column: int, value: Any) -> None:
        if value is None:
            return
        if isinstance(value, bool):
            page.write_boolean(row, column, value)
        elif isinstance(value, float):
            page.write_number(row, column, value, self.money)
        elif isinstance(value, int):
            page.write_number(row, column, value)
        elif isinstance(value, datetime | date):
            page.write_datetime(row, column, value, self.day)
        else:
            text = str(value)[:32_766]
            live = defused(text) != text
            # The cell's own mark stands for the apostrophe, unless one is part of the text already.
            page.write_string(row, column, f"'{text}" if live and text[0] == "'" else text, self.text if live else None)

    def bytes(self) -> bytes:
        self.book.close()
        return self.out.getvalue()


class Page(NamedTuple):
    """A sheet of a workbook. Columns ``wrong`` are set in red."""

    title: str
    header: Sequence[str]
    rows: Iterable[Sequence[Any]]
    wrong: frozenset[int] = frozenset()


_WIDEST = 48


def _width(name: str, values: Iterable[Any]) -> int:
    """Characters a column is wide: as its widest cell that is no sentence, a Chinese character counting twice."""

    def wide(value: Any) -> int:
        return sum(2 if ord(sign) > 0x2E7F else 1 for sign in str(value)) + 2

    found = (w for value in values if value is not None and (w := wide(value)) <= _WIDEST)
    return max(10, min(_WIDEST, wide(name) + 2), *found)


def write_book(pages: Iterable[Page]) -> bytes:
    """A workbook of several sheets. Values are str, int, float (two decimals), date or None."""
    made = _Book()
    for each in pages:
        page = made.book.add_worksheet(each.title[:31])
        rows = list(each.rows)
        for i, name in enumerate(each.header):
            page.write_string(0, i, name, made.must if i in each.wrong else made.head)
            page.set_column(i, i, 40 if i in each.wrong else _width(name, (row[i] for row in rows if i < len(row))))
        page.freeze_panes(1, 0)
        for n, row in enumerate(rows, 1):
            for i, value in enumerate(row):
                if i in each.wrong and isinstance(value, str):
                    page.write_string(n, i, value[:32_767], made.wrong)
                else:
                    made.put(page, n, i, value)
    return made.bytes()


def write_xlsx(
    title: str, header: Sequence[str], rows: Iterable[Sequence[Any]], *, wrong: frozenset[int] = frozenset()
) -> bytes:
    """A workbook of one sheet. Values are str, int, float (yuan), date or None; columns ``wrong`` are set in red."""
    return write_book((Page(title, header, rows, wrong),))


def write_template(
    sheet: Sheet, texts: Mapping[str, Text], titles: Mapping[str, Text], kinds: Mapping[str, Text]
) -> bytes:
    """An empty sheet to fill in: header, notes, choices and checks, and a second sheet that explains the columns."""
    made = _Book()
    page = made.book.add_worksheet(texts[sheet.title].zh[:31])
    notes = made.book.add_worksheet(titles["notes"].zh)
    for i, word in enumerate(("column", "kind", "needed", "note", "choices")):
        notes.write_string(0, i, f"{titles[word].zh} / {titles[word].en}", made.head)
        notes.set_column(i, i, (24, 14, 10, 60, 60)[i])
    chosen = made.book.add_worksheet(titles["choices"].zh)
    chosen.hide()
    for i, column in enumerate(sheet.columns):
        title = texts[column.title]
        head, star = (made.must, "*") if column.required else (made.head, "")
        page.write_string(0, i, title.zh + star, head)
        note = texts[column.note] if column.note else None
        plain = made.book.add_format({"num_format": _FORMATS.get(column.kind, "@")})
        page.set_column(i, i, max(12, min(30, len(title.zh) * 2 + 4)), plain)
        words = [texts.get(column.choice_key(v), Text(v, v)) for v in column.choices]
        told = [f"{title.zh} / {title.en}", f"{kinds[column.kind].zh} / {kinds[column.kind].en}"]
        told.append("*" if column.required else "")
        told.append(f"{note.zh} / {note.en}" if note else "")
        told.append("；".join(w.zh for w in words))
        for j, text in enumerate(told):
            notes.write_string(i + 1, j, text)
        if note:
            page.write_comment(0, i, f"{note.zh}\n{note.en}")
        if words:
            for n, choice in enumerate(words):
                chosen.write_string(n, i, choice.zh)
            letter = xlsxwriter.utility.xl_col_to_name(i)
            source = f"='{titles['choices'].zh}'!${letter}$1:${letter}${len(words)}"
            page.data_validation(1, i, sheet.most_rows, i, {"validate": "list", "source": source})
    page.freeze_panes(1, 0)
    return made.bytes()
