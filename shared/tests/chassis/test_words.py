"""Small words every service uses: a row as its caller has seen it, what a reader may see, what a summary tells."""

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest
from piccolo.columns.combination import Or
from shuniu.chassis.context import ANONYMOUS
from shuniu.chassis.rows import RowKind, Rows
from shuniu.chassis.tables import StateTable, any_of, in_areas
from shuniu.contracts.summary import MatterSummary
from shuniu.rules.clocks import Clock, due_of
from shuniu.rules.refusal import Conflict, NotFound

SOON, DUE = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 10, tzinfo=UTC)
CLOCK = Clock(id="sign", started_at=SOON, due_at=DUE, soon_at=SOON, limit="1wh")


class Thing(msgspec.Struct, frozen=True):
    status: str


THING: RowKind[Thing] = RowKind("thing", Thing, "thing", lambda row, fact, happening: row)
ROWS = Rows({THING.key("a"): Thing("OPEN"), THING.key("b"): None}, {THING.key("a"): 3})


def test_a_row_in_the_version_its_caller_saw() -> None:
    assert ROWS.need(THING, "a") == ROWS.need(THING, "a", 3) == Thing("OPEN")


def test_a_row_that_moved_on_is_a_conflict_naming_status_and_move() -> None:
    with pytest.raises(Conflict) as caught:
        ROWS.need(THING, "a", 2, "close")
    refusal = caught.value
    assert (refusal.rule, refusal.state, refusal.event) == ("matter.moved_on", "OPEN", "close")
    assert refusal.params == {"expected": 2, "version": 3}


def test_a_row_that_is_not_there_is_not_found_whatever_was_seen() -> None:
    with pytest.raises(NotFound, match=r"thing\.unknown"):
        ROWS.need(THING, "b", 1)


def test_a_reader_sees_the_own_areas_or_nothing() -> None:
    class ThingTable(StateTable):
        pass

    nobody = any_of(in_areas(ThingTable, ANONYMOUS))
    worker = replace(ANONYMOUS, areas=("320199001001", "nowhere", "320199001002"))
    assert nobody is None
    assert [str(part.value) for part in in_areas(ThingTable, worker)] == ["320199001001%", "320199001002%"]  # type: ignore[union-attr]
    assert isinstance(any_of(in_areas(ThingTable, worker)), Or)


@pytest.mark.parametrize(
    ("clock", "more", "status", "provisional"),
    [
        (CLOCK, {}, "running", False),
        (msgspec.structs.replace(CLOCK, late=True), {}, "late", False),
        (msgspec.structs.replace(CLOCK, provisional=True), {}, "running", True),
        (CLOCK, {"paused": True}, "paused", False),
        (CLOCK, {"provisional": True}, "running", True),
        (None, {}, "none", False),
        (None, {"paused": True}, "paused", False),
    ],
)
def test_a_summary_tells_of_the_clock_it_shows(clock: Clock | None, more: dict, status: str, provisional: bool) -> None:
    told = MatterSummary(kind="thing", id="a", number="1", version=1, title="t", **due_of(clock, **more))
    assert (told.due_status, told.provisional) == (status, provisional)
    shown = (told.due_at, told.soon_at, told.clock, told.limit)
    assert shown == ((DUE, SOON, "sign", "1wh") if clock else (None, None, "", ""))
