"""How much a clerk has in hand: their open cases, weighted. One row for each account, so that load is a fact."""

from typing import Any

import msgspec
from shuniu.chassis.rows import Happening, Key, RowKind
from shuniu.contracts.services_desk import cases as said
from shuniu.contracts.services_desk.counters import CaseAssigned

from shuniu_services_desk.cases.state import Case

__all__ = ("ENDINGS", "LOAD", "ClerkLoad", "InHand", "load_keys", "weight_of")

WEIGHTS = {False: 1, True: 2}
"""A joint item counts twice (design choice): there are other departments to follow up."""
ENDINGS = (said.CaseDelivered, said.CaseRefused, said.CaseLapsed, said.CaseWithdrawn)


class InHand(msgspec.Struct, frozen=True):
    """An open case of a clerk."""

    case: str
    weight: int


class ClerkLoad(msgspec.Struct, frozen=True):
    """A clerk's open cases; the row's key is the account."""

    cases: tuple[InHand, ...] = ()

    @property
    def weight(self) -> int:
        """All of them together."""
        return sum(c.weight for c in self.cases)


def weight_of(c: Case) -> int:
    """What a case weighs."""
    return WEIGHTS[c.joint or bool(c.tasks)]


def _evolve(row: ClerkLoad | None, f: Any, h: Happening) -> ClerkLoad:
    there = row.cases if row is not None else ()
    rest = tuple(c for c in there if c.case != f.case)
    if isinstance(f, CaseAssigned) and f.clerk == h.id:
        return ClerkLoad((*rest, InHand(f.case, f.weight)))
    return ClerkLoad(rest)


LOAD: RowKind[ClerkLoad] = RowKind("desk_load", ClerkLoad, "desk_load", _evolve)


def load_keys(c: Case, f: Any) -> tuple[Key, ...]:
    """The row of the clerk who has one case less by this fact."""
    return (LOAD.key(c.assignee),) if c.assignee and isinstance(f, ENDINGS) else ()
