"""From a given file to rows that can be taken, or to everything that is wrong with it (pure but for the file).

Nothing is left out: each wrong cell of each row is told, with the row's number as the office program shows it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from shuniu.chassis.sheet_cells import CellError, Formula, choice_titles, mask_value, read_cell, shortened
from shuniu.chassis.sheet_files import Given, GivenRow, write_xlsx
from shuniu.chassis.sheets import Column, Outcome, Sheet
from shuniu.contracts.text import Text
from shuniu.rules.refusal import FieldError, Refusal, Unprocessable

__all__ = ("Reading", "RowError", "after_decision", "error_text", "read_rows", "report")

HEADER_WITHIN = 20
"""The header stands within so many rows with something in them; above it may be a title."""

_RESULT = Text("导入结果", "Result")
_ERRORS = Text("错误", "Errors")
_LINE = Text("原表行号", "Row of the file")
_IGNORED = frozenset({"序号", "no.", _RESULT.zh, "result", _ERRORS.zh, "errors", _LINE.zh})
"""Columns that are passed over: people's own numbering, and what a report adds, so that it can be handed in again."""


class RowError(NamedTuple):
    """One thing wrong with a row. ``column`` is an id, "" for the row as a whole; ``value`` is fit to be shown."""

    row: int
    column: str
    code: str
    value: str = ""
    params: Mapping[str, str | int] = {}
    rule: str = ""
    """The rule that refused, where it was one of the service's."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that was read: its header, its rows, what they say, and what is wrong."""

    sheet: Sheet
    header: GivenRow
    places: Mapping[int, Column]
    """Index of a cell → its column."""
    given: tuple[GivenRow, ...]
    rows: tuple[Any, ...]
    """What ``Sheet.row`` made; of the same length as ``given`` when there are no errors."""
    errors: tuple[RowError, ...]


def _folded(title: str) -> str:
    return "".join(title.split()).rstrip("*＊").casefold()


def _titles(sheet: Sheet, texts: Mapping[str, Text]) -> dict[str, Column]:
    found: dict[str, Column] = {}
    for column in sheet.columns:
        title = texts.get(column.title, Text(column.id, column.id))
        for word in (column.id, title.en, title.zh):
            found[_folded(word)] = column
    return found


def read_rows(sheet: Sheet, given: Given, texts: Mapping[str, Text]) -> Reading:
    """Check every row. Blocking where the file is long: call it in a thread.

    Unprocessable ``sheet.header_missing`` or ``sheet.wrong_columns`` (naming them) where the columns do not fit,
    ``sheet.empty``, ``sheet.too_many_rows``.
    """
    at, places = _header(sheet, given, texts)
    header, body = given.rows[at], given.rows[at + 1 :]
    if not body:
        raise Unprocessable("sheet.empty")
    if len(body) > sheet.most_rows:
        raise Unprocessable("sheet.too_many_rows", params={"most": sheet.most_rows})
    spelled = {c.id: choice_titles(c, texts) for c in sheet.columns if c.kind == "choice"}
    rows: list[Any] = []
    errors: list[RowError] = []
    seen: dict[tuple[Any, ...], int] = {}
    for line in body:
        record, wrong = _record(sheet, places, line, spelled, given)
        if not wrong and sheet.key:
            first = seen.setdefault(tuple(record[c] for c in sheet.key), line.number)
            if first != line.number:
                value = shortened(sheet.column(sheet.key[0]), record[sheet.key[0]])
                wrong.append(RowError(line.number, sheet.key[0], "twice_in_file", value, {"row": first}))
        if not wrong:
            try:
                rows.append(sheet.row(record))
            except Refusal as refusal:
                wrong.extend(_of_rule(sheet, line, places, refusal, refusal.fields))
        errors.extend(wrong)
    return Reading(sheet, header, places, body, tuple(rows), tuple(errors))


def _header(sheet: Sheet, given: Given, texts: Mapping[str, Text]) -> tuple[int, dict[int, Column]]:
    titles = _titles(sheet, texts)
    best, found = 0, -1
    for i, line in enumerate(given.rows[:HEADER_WITHIN]):
        hits = sum(isinstance(c, str) and _folded(c) in titles for c in line.cells)
        if hits > best:
            best, found = hits, i
    if found < 0:
        raise Unprocessable("sheet.header_missing")
    places: dict[int, Column] = {}
    wrong: list[FieldError] = []
    for i, cell in enumerate(given.rows[found].cells):
        if cell is None:
            continue
        word = _folded(shortened(None, cell, 80))
        column = titles.get(word)
        if column is None:
            if word not in _IGNORED:
                wrong.append(FieldError(shortened(None, cell), "unknown_column"))
        elif column in places.values():
            wrong.append(FieldError(column.id, "column_twice"))
        else:
            places[i] = column
    there = {c.id for c in places.values()}
    wrong += [FieldError(c.id, "column_missing") for c in sheet.columns if c.required and c.id not in there]
    if wrong:
        raise Unprocessable("sheet.wrong_columns", fields=tuple(wrong))
    return found, places


def _record(
    sheet: Sheet, places: Mapping[int, Column], line: GivenRow, spelled: Mapping[str, Mapping[str, str]], given: Given
) -> tuple[dict[str, Any], list[RowError]]:
    """The row by column id, None where nothing stands, and what is wrong with its cells."""
    record: dict[str, Any] = dict.fromkeys(c.id for c in sheet.columns)
    wrong: list[RowError] = []
    for i, column in places.items():
        raw = line.cells[i] if i < len(line.cells) else None
        if i in line.merged:
            wrong.append(RowError(line.number, column.id, "merged", shortened(column, raw)))
        elif raw is None:
            if column.required:
                wrong.append(RowError(line.number, column.id, "missing"))
        elif isinstance(value := read_cell(column, raw, spelled.get(column.id, {}), given.epoch), CellError):
            wrong.append(RowError(line.number, column.id, value.code, shortened(column, raw), value.params))
        else:
            record[column.id] = value
    for i, raw in enumerate(line.cells):
        if i not in places and raw is not None and not _titled(given, i):
            wrong.append(RowError(line.number, "", "beside_columns", "" if isinstance(raw, Formula) else "…"))
            break
    return record, wrong


def _titled(given: Given, index: int) -> bool:
    """Whether some cell above names this column (序号, the columns of a report): then it is passed over."""
    return any(
        index < len(line.cells) and isinstance(line.cells[index], str) and _folded(line.cells[index]) in _IGNORED
        for line in given.rows[:HEADER_WITHIN]
    )


def _of_rule(
    sheet: Sheet, line: GivenRow, places: Mapping[int, Column], refusal: Refusal, fields: Sequence[FieldError]
) -> list[RowError]:
    """What a rule said about a row, in terms of its columns."""
    if not fields:
        return [RowError(line.number, "", "", "", refusal.params, refusal.rule)]
    index = {c.id: i for i, c in places.items()}
    found = []
    for name, code in fields:
        column = sheet.column(name.partition(".")[0])
        i = index.get(column.id, -1) if column else -1
        raw = line.cells[i] if 0 <= i < len(line.cells) else None
        value = shortened(column, raw)
        found.append(RowError(line.number, column.id if column else "", code, value, refusal.params, refusal.rule))
    return found


def after_decision(reading: Reading, refusal: Refusal) -> list[RowError]:
    """What ``decide`` found wrong with single rows (``rows.<index>.<column>``); empty where it was about no row."""
    by_row: dict[int, list[FieldError]] = {}
    for name, code in refusal.fields:
        word, _, rest = name.partition(".")
        index, _, column = rest.partition(".")
        if word != "rows" or not index.isdecimal() or int(index) >= len(reading.given):
            return []
        by_row.setdefault(int(index), []).append(FieldError(column, code))
    return [
        error
        for index, fields in sorted(by_row.items())
        for error in _of_rule(reading.sheet, reading.given[index], reading.places, refusal, fields)
    ]


class _Missing(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


def error_text(error: RowError, texts: Mapping[str, Text]) -> Text:
    """An error in both languages: the rule's word for the code, a sheet's, the general one, or the rule's sentence."""
    keys = [f"error.{error.rule}.{error.code}"] if error.rule and error.code else []
    keys += [f"error.sheet.{error.code}", f"error.{error.code}"] if error.code else []
    keys += [f"rule.{error.rule}"] if error.rule else []
    found = next((texts[k] for k in keys if k in texts), texts.get("error.invalid", Text(error.code, error.code)))
    try:
        filled = _Missing(error.params)
        return Text(found.zh.format_map(filled), found.en.format_map(filled))
    except (ValueError, IndexError, AttributeError):
        return found


def report(
    reading: Reading, texts: Mapping[str, Text], errors: Iterable[RowError], outcomes: Sequence[Outcome] = ()
) -> bytes:
    """The given rows with what became of each, as an xlsx. Blocking. Personal columns are masked."""
    by_row: dict[int, list[RowError]] = {}
    for error in errors:
        by_row.setdefault(error.row, []).append(error)
    titles = {c.id: texts.get(c.title, Text(c.id, c.id)) for c in reading.sheet.columns}
    width = max(reading.places) + 1
    kept = [i for i in range(width) if i in reading.places]
    lines: list[list[Any]] = []
    for n, line in enumerate(reading.given):
        cells = [_cell(reading.places[i], line.cells[i] if i < len(line.cells) else None) for i in kept]
        wrong = by_row.get(line.number, [])
        said = [f"{_at(titles, e)}{t.zh} / {t.en}" for e in wrong for t in (error_text(e, texts),)]
        became = outcomes[n] if outcomes else "wrong" if wrong else "right"
        result = texts[f"sheet.{became}"]
        lines.append([*cells, line.number, f"{result.zh} / {result.en}", "\n".join(said)])
    title = texts.get(reading.sheet.title, Text(reading.sheet.name, reading.sheet.name)).zh
    heads = [*(titles[reading.places[i].id].zh for i in kept), _LINE.zh, _RESULT.zh, _ERRORS.zh]
    return write_xlsx(title, heads, lines, wrong=frozenset({len(kept) + 2}))


def _at(titles: Mapping[str, Text], error: RowError) -> str:
    return f"{titles[error.column].zh}：" if error.column in titles else ""


def _cell(column: Column, raw: Any) -> Any:
    if isinstance(raw, Formula):
        return raw.text
    if column.personal and raw is not None:
        return mask_value(column, raw)
    return raw if isinstance(raw, str | int) or raw is None else str(raw) if isinstance(raw, float) else raw
