"""A household's row: where it is, what is sealed of it, when it has to be looked at again; not who lives there.

The review is the timer of PIPL §19: a household nobody has confirmed by then is erased, with every sealed record and
every diary of a visit. No shorter retention exists (:mod:`processing`), so nothing outlives its own.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Emit
from shuniu.chassis.rows import Happening, Index, Key, RowKind, Timer
from shuniu.contracts.envelope import Fact
from shuniu.contracts.grid import residents as facts
from shuniu.contracts.grid.visits import VisitRecorded
from shuniu.contracts.summary import Summary, Visibility
from shuniu.rules.calendar import midnight

from shuniu_grid.settings import business_day

__all__ = ("HOUSEHOLD", "VISITED_KIND", "Household", "erasure", "visited_key")

VISITED_KIND = "visit_subject"
"""Kind of the row that knows when a household was visited (:mod:`shuniu_grid.visits.state`); it goes with it."""


class Household(msgspec.Struct, frozen=True, kw_only=True):
    """A household as rules read it. ``number`` is the register's own."""

    number: str
    area: str
    parts: tuple[facts.SealedPart, ...]
    entered_on: date
    review_on: date
    consent: str = ""
    """Version of the notice that was consented to; empty where nothing stands on consent."""
    consented_on: date | None = None
    hold: str = ""
    diaries: tuple[str, ...] = ()
    """References of the sealed diaries of visits."""
    superseded: tuple[str, ...] = ()
    """Sealed records that count no more and would be destroyed, were there no hold."""

    @property
    def refs(self) -> tuple[str, ...]:
        """Everything sealed of this household."""
        return (*(p.ref for p in self.parts), *self.diaries, *self.superseded)

    def ended(self, parts: tuple[facts.SealedPart, ...]) -> tuple[str, ...]:
        """References that are destroyed when these parts end: none while a hold forbids it."""
        return () if self.hold else tuple(p.ref for p in parts)


def visited_key(number: str) -> Key:
    """The row that knows when the household was visited."""
    return Key(VISITED_KIND, f"HOUSEHOLD:{number}")


def erasure(row: Household, reason: facts.EraseReason) -> Emit:
    """The event that ends a household's data."""
    fact = facts.HouseholdErased(household=row.number, area=row.area, reason=reason)
    return Emit(fact, (HOUSEHOLD.key(row.number), visited_key(row.number)), row.area, forget=row.refs)


def _entered(row: Household | None, fact: facts.HouseholdEntered, on: date) -> Household:
    return Household(
        number=fact.household,
        area=fact.area,
        parts=fact.parts,
        entered_on=row.entered_on if row else on,
        review_on=fact.review_on,
        consent=fact.consent,
        consented_on=on if fact.consent else None,
        hold=row.hold if row else "",
        diaries=row.diaries if row else (),
        superseded=_superseded(row, row.parts) if row else (),
    )


def _superseded(row: Household, parts: Iterable[facts.SealedPart]) -> tuple[str, ...]:
    return (*row.superseded, *(p.ref for p in parts)) if row.hold else row.superseded


def _evolve(row: Household | None, fact: Fact, now: Happening) -> Household | None:
    if isinstance(fact, facts.HouseholdEntered):
        return _entered(row, fact, business_day(now.time))
    if row is None or isinstance(fact, facts.HouseholdErased):
        return None
    changes: dict[str, Any] = {}
    match fact:
        case facts.HouseholdConfirmed():
            changes = {"parts": fact.parts, "review_on": fact.review_on, "superseded": _superseded(row, row.parts)}
        case facts.HouseholdConsentWithdrawn():
            gone = [p for p in row.parts if p.basis == "CONSENT"]
            left = tuple(p for p in row.parts if p not in gone)
            superseded = _superseded(row, gone)
            changes = {"parts": left, "consent": "", "consented_on": None, "superseded": superseded}
        case facts.HouseholdHeld():
            changes = {"hold": fact.reason}
        case facts.HouseholdReleased():
            changes = {"hold": "", "superseded": ()}
        case VisitRecorded() if fact.note:
            changes = {"diaries": (*row.diaries, fact.note)}
    return msgspec.structs.replace(row, **changes)


def _timers(row: Household) -> Iterable[Timer]:
    return () if row.hold else (Timer("review", row.review_on.toordinal(), midnight(row.review_on)),)


def _due(row: Household, ctx: Context) -> Sequence[Emit]:
    return () if row.hold or business_day(ctx.now) < row.review_on else (erasure(row, "RETENTION"),)


def _index(row: Household) -> Index:
    return Index("HELD" if row.hold else "KEPT", row.area, due_at=midnight(row.review_on))


def _summarise(row: Household, fact: Fact, ctx: Context) -> Summary:
    return Summary(visibility=Visibility(areas=(row.area,), sensitivity=3))


HOUSEHOLD: RowKind[Household] = RowKind(
    "household",
    Household,
    "household",
    _evolve,
    index=_index,
    due=_due,
    timers=_timers,
    summarise=_summarise,
)
