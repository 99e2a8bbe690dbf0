"""One cell of a sheet: what is written comes back, what is no value is never guessed at."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import WINDOWS_EPOCH, to_excel
from shuniu.chassis.blobs import BlobStore
from shuniu.chassis.objects import FolderStorage
from shuniu.chassis.sheet_cells import CellError, Formula, bare, choice_titles, defused, mask_value, read_cell, shown
from shuniu.chassis.sheet_files import read_file, write_csv, write_xlsx
from shuniu.chassis.sheets import Column, Sheet
from shuniu.contracts.text import Text
from shuniu.rules.evidence import CSV, XLSX
from shuniu.rules.refusal import NotFound, Refusal

TEXTS = {"enum.colour.RED": Text("红", "Red"), "enum.colour.BLUE": Text("蓝", "Blue")}
INT, FEN, DAY = Column("n", "n", "int"), Column("n", "n", "fen"), Column("d", "d", "date")
TEXT, CODE, YES = Column("t", "t", most=2000), Column("c", "c", "code"), Column("b", "b", "bool")
COLOUR = Column("colour", "colour", "choice", choices=("RED", "BLUE"))
SPELLED = choice_titles(COLOUR, TEXTS)

_WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")), min_size=1, max_size=40).map(str.strip)
_LIVELY = st.builds("".join, st.tuples(st.sampled_from(("", "=", "+", "-", "@", "'", "'=", "''+")), _WORDS))
_KINDS = st.one_of(
    st.tuples(st.just(INT), st.integers(-(10**14), 10**14)),
    st.tuples(st.just(FEN), st.integers(-(10**11), 10**11)),
    st.tuples(st.just(DAY), st.dates(date(1901, 1, 1), date(2199, 12, 31))),
    st.tuples(st.just(TEXT), _LIVELY.filter(lambda t: bool(t) and "\ufeff" not in t and bare(t) is not None)),
    st.tuples(st.just(YES), st.booleans()),
    st.tuples(st.just(COLOUR), st.sampled_from(("RED", "BLUE"))),
)


@given(_KINDS)
@settings(deadline=None, max_examples=150)
def test_what_is_exported_comes_back_the_same(case: tuple[Column, Any]) -> None:
    column, value = case
    sheet = Sheet("s", "s", (column,), export_roles=("x",), rows=lambda *_: None)  # type: ignore[arg-type,return-value]
    cells = [[shown(column, value, TEXTS)]]
    for content, kind in ((write_csv(["n"], cells), CSV), (write_xlsx("s", ["n"], cells), XLSX)):
        lines = read_file(content, kind, sheet, "s").rows
        assert read_cell(column, lines[1].cells[0], SPELLED) == value


@given(_LIVELY)
def test_no_text_is_taken_for_a_formula(text: str) -> None:
    assert not defused(text).startswith(("=", "+", "-", "@"))
    if text and bare(text) is not None:
        assert bare(defused(text)) == text


@given(st.dates(date(1901, 1, 1), date(2199, 12, 31)))
def test_a_serial_number_is_its_date(day: date) -> None:
    assert read_cell(DAY, to_excel(day), {}) == day
    assert read_cell(DAY, datetime(day.year, day.month, day.day), {}, WINDOWS_EPOCH) == day  # noqa: DTZ001 - a cell's


@pytest.mark.parametrize(
    ("column", "given", "code"),
    [
        (INT, "1.5", "whole_number"),
        (INT, 1.5, "whole_number"),
        (INT, True, "type"),
        (INT, 10**16, "out_of_range"),
        (FEN, "0.001", "yuan"),
        (FEN, 0.001, "yuan"),
        (FEN, "12元5角", "yuan"),
        (DAY, "2026-02-30", "date"),
        (DAY, "26-1-1", "date"),
        (DAY, datetime(2026, 1, 1, 12), "date"),  # noqa: DTZ001 - as a cell has it
        (DAY, 1.5, "date"),
        (YES, "maybe", "yes_or_no"),
        (COLOUR, "green", "value"),
        (CODE, 1.5, "format"),
        (CODE, 123456789012345678, "digits_lost"),
        (CODE, "x" * 201, "longer_than"),
        (TEXT, date(2026, 1, 1), "type"),
        (TEXT, "a\x00b", "text"),
        (TEXT, Formula("=1"), "formula"),
        (Column("phone", "p", "code", personal=True), "138****5678", "masked"),
    ],
)
def test_what_is_no_value_has_its_code(column: Column, given: Any, code: str) -> None:
    found = read_cell(column, given, SPELLED)
    assert isinstance(found, CellError)
    assert found.code == code


@pytest.mark.parametrize(
    ("column", "given", "value"),
    [
        (INT, "1,200", 1200),
        (INT, "１２", 12),
        (INT, 3.0, 3),
        (FEN, "￥1,234.5元", 123450),
        (FEN, "-0.05", -5),
        (FEN, 0.1 + 0.2, 30),
        (YES, "√", True),
        (YES, 0, False),
        (COLOUR, " red ", "RED"),
        (COLOUR, "蓝", "BLUE"),
        (CODE, 320199001001.0, "320199001001"),
        (CODE, "ＡＢ１", "AB1"),
    ],
)
def test_how_people_write_values(column: Column, given: Any, value: Any) -> None:
    assert read_cell(column, given, SPELLED) == value


def test_personal_values_are_masked_or_withheld() -> None:
    assert mask_value(Column("owner_phone", "p", "code", personal=True), "13812345678") == "138****5678"
    assert mask_value(Column("household", "h", personal=True), "三口之家") == "***"
    assert mask_value(TEXT, "三口之家") == "三口之家"


async def test_spreadsheets_do_not_stay(tmp_path: Path) -> None:
    now = 1_000_000.0
    store = BlobStore(FolderStorage(tmp_path / "blobs"), real_time=lambda: now)
    first = await store.put(write_csv(["a", "b"], [["1", "2"]]))
    kept = await store.put(write_xlsx("s", ["a"], [["1"]]))
    assert (first.media_type, kept.media_type) == (CSV, XLSX)
    await store.expire(kept.sha256, 30 * 86_400)
    now += 86_400 + 1
    await store.clean()
    assert await store.find(kept.sha256) == kept
    with pytest.raises(NotFound):
        await store.read(first.sha256)
    again = await store.put(write_csv(["a", "b"], [["1", "2"]]))
    assert again == first


NO_TABLES = (b"<html>,</html>", b"no table at all", b"a,b\x00", b"\xff\xfea,b", b"PK\x03\x04rest")


@pytest.mark.parametrize("content", NO_TABLES)
async def test_what_is_no_table_is_no_blob(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Refusal, match="not_taken"):
        await BlobStore(FolderStorage(tmp_path / "blobs")).put(content)
