"""One cell of a sheet: from what an office program wrote to a value, and back (pure).

What is read is never guessed at: a cell that does not say what its column asks for is an error with a code.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, NamedTuple

from openpyxl.utils.datetime import WINDOWS_EPOCH, from_excel

from shuniu.chassis.masking import WITHHELD, mask_field
from shuniu.chassis.sheets import Column
from shuniu.contracts.text import Text

__all__ = ("CellError", "Formula", "bare", "choice_titles", "defused", "mask_value", "read_cell", "shortened", "shown")

LONGEST_TEXT = 200
EXACT = 10**15
"""From here on an office program no longer keeps every digit of a number."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff]")
_WHOLE = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)")
_YUAN = re.compile(r"(-?)(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d{1,2}))?")
_DATE = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日)"
)
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")
_LIVE = re.compile(r"'*[=+\-@\t\r]")
_YES = frozenset({"是", "有", "true", "yes", "y", "1", "√"})
_NO = frozenset({"否", "无", "false", "no", "n", "0", "×"})


class CellError(NamedTuple):
    """What is wrong with a cell: a code of the catalogue and what fills its text."""

    code: str
    params: Mapping[str, str | int] = {}


class Formula(NamedTuple):
    """A cell that computes: its result is not in the file for certain, so it is not taken."""

    text: str


def choice_titles(column: Column, texts: Mapping[str, Text]) -> dict[str, str]:
    """Every spelling by which a choice may be given (id, Chinese and English title, folded) → the choice."""
    spelled: dict[str, str] = {}
    for value in column.choices:
        title = texts.get(column.choice_key(value), Text(value, value))
        for word in (value, title.zh, title.en):
            spelled[_plain(word).casefold()] = value
    return spelled


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def bare(value: Any) -> Any:
    """The cell without what shields it: white space around it, the apostrophe before a sign. "" is None."""
    if isinstance(value, str):
        text = value.strip()
        if text.startswith("'") and _LIVE.match(text):
            text = text[1:]
        return text or None
    return value


def defused(text: str) -> str:
    """Text that no office program takes for a formula, behind an apostrophe where it might be; :func:`bare` undoes."""
    return f"'{text}" if _LIVE.match(text) else text


def read_cell(column: Column, value: Any, spelled: Mapping[str, str], epoch: datetime = WINDOWS_EPOCH) -> Any:
    """The value of a cell that is not empty, or a :class:`CellError`.

    ``value`` is a str, int, float, bool, date or datetime, as the file has it; ``spelled`` are :func:`choice_titles`.
    """
    if isinstance(value, Formula):
        return CellError("formula")
    if isinstance(value, str) and _CONTROL.search(value):
        return CellError("text")
    if column.personal and isinstance(value, str) and "*" in value:
        return CellError("masked")
    found: Any
    match column.kind:
        case "text" | "code":
            found = _text(column, value)
        case "int":
            found = _bounded(column, _int(value))
        case "fen":
            found = _bounded(column, _fen(value))
        case "date":
            found = _date(value, epoch)
        case "bool":
            found = _bool(value)
        case "choice":
            found = spelled.get(_plain(_spelling(value)).casefold())
            if found is None:
                return CellError("value")
    if not isinstance(found, CellError) and column.check is not None and (code := column.check(found)) is not None:
        return CellError(code)
    return found


def _spelling(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _text(column: Column, value: Any) -> str | CellError:
    if isinstance(value, bool | date | time):
        return CellError("type")
    if isinstance(value, int | float):
        if abs(value) >= EXACT:
            return CellError("digits_lost")
        if column.kind == "code" and not float(value).is_integer():
            return CellError("format")
    text = _spelling(value)
    if column.kind == "code":
        text = _plain(text)
    most = column.most or LONGEST_TEXT
    return text if len(text) <= most else CellError("longer_than", {"most": most})


def _int(value: Any) -> int | CellError:
    if isinstance(value, bool | date | time):
        return CellError("type")
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < EXACT else CellError("whole_number")
    if isinstance(value, int):
        return value if abs(value) < EXACT else CellError("out_of_range")
    text = _plain(value)
    if not _WHOLE.fullmatch(text) or len(text) > 20:
        return CellError("whole_number")
    return int(text.replace(",", ""))


def _fen(value: Any) -> int | CellError:
    if isinstance(value, bool | date | time):
        return CellError("type")
    if isinstance(value, int | float):
        if not abs(value) < EXACT / 1000:
            return CellError("out_of_range")
        fen = round(value * 100)
        return fen if abs(value * 100 - fen) < 1e-4 else CellError("yuan")
    text = _plain(value).removeprefix("¥").removeprefix("￥").removesuffix("元").strip()
    found = _YUAN.fullmatch(text)
    if found is None or len(text) > 20:
        return CellError("yuan")
    fen = int(found[2].replace(",", "")) * 100 + int((found[3] or "0").ljust(2, "0"))
    return -fen if found[1] else fen


def _bounded(column: Column, value: int | CellError) -> int | CellError:
    if isinstance(value, CellError):
        return value
    low, high = column.least, column.most
    if (low is not None and value < low) or (high is not None and value > high):
        return CellError("out_of_range")
    return value


def _date(value: Any, epoch: datetime) -> date | CellError:
    if isinstance(value, bool):
        return CellError("type")
    if isinstance(value, int | float):  # a serial number whose cell lost its format
        if not (1 <= value < 110_000 and float(value).is_integer()):
            return _date(str(int(value)), epoch) if float(value).is_integer() else CellError("date")
        value = from_excel(value, epoch)
    if isinstance(value, datetime):
        return _dated(value.date()) if value.time() == time() else CellError("date")
    if isinstance(value, date):
        return _dated(value)
    if not isinstance(value, str):
        return CellError("date")
    text = _plain(value)
    found = _DATE.fullmatch(text) or _DIGITS.fullmatch(text)
    if found is None:
        return CellError("date")
    year, month, day = (int(g) for g in found.groups() if g is not None)
    try:
        return _dated(date(year, month, day))
    except ValueError:
        return CellError("date")


def _dated(day: date) -> date | CellError:
    return day if 1900 <= day.year < 2200 else CellError("out_of_range")


def _bool(value: Any) -> bool | CellError:
    word = _plain(_spelling(value)).casefold()
    return True if word in _YES else False if word in _NO else CellError("yes_or_no")


# --- writing ----------------------------------------------------------------------------------------------------------


def mask_value(column: Column, value: Any) -> Any:
    """A personal value as anybody may see it: by its field's own mask, else withheld."""
    if not column.personal or value is None:
        return value
    masked = mask_field(column.id, str(value))
    return masked if masked != str(value) else WITHHELD


def shown(column: Column, value: Any, texts: Mapping[str, Text]) -> Any:
    """A value as a sheet shows it: str, int, float (yuan), date or None."""
    if value is None:
        return None
    match column.kind:
        case "choice":
            title = texts.get(column.choice_key(str(value)))
            return title.zh if title else str(value)
        case "bool":
            return ("是" if value else "否") if isinstance(value, bool) else str(value)
        case "fen":
            return value / 100 if isinstance(value, int) else str(value)
        case "int" | "date":
            return value
        case _:
            return str(value)


def shortened(column: Column | None, value: Any, most: int = 40) -> str:
    """A given cell for an error message: short, and masked where its column is personal."""
    if value is None:
        return ""
    text = value.text if isinstance(value, Formula) else value.isoformat() if isinstance(value, date) else str(value)
    if column is not None and column.personal:
        text = str(mask_value(column, text))
    text = _CONTROL.sub("�", text)
    return text if len(text) <= most else text[: most - 1] + "…"
