"""Cross-appointments (交叉任职, 交叉兼职): who holds positions where, and what must not meet. Pure.

Domain rules 6.4 and 10.12: whoever holds a position in a property firm may not score it; nobody supervises a body in
which they hold another position; every appointment has a term. Another capability asks with the row of the account
that acts: it lists ``APPOINTED.key(ctx.actor.id)`` among its keys and calls :func:`require_independent`.
"""

from datetime import date

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.rows import Happening, Index, RowKind
from shuniu.contracts.envelope import Fact
from shuniu.contracts.grid.party import AppointmentEnded, AppointmentMade, BodyKind, Position
from shuniu.contracts.summary import Summary, Visibility
from shuniu.rules.refusal import Forbidden

__all__ = (
    "APPOINTED",
    "LONGEST_TERM_DAYS",
    "Appointed",
    "Appointment",
    "held_in",
    "positions_on",
    "require_independent",
    "supervises_oneself",
    "term_meets",
)

LONGEST_TERM_DAYS = 5 * 366
"""A term is at most five years long (design choice, as those of committees are)."""


class Appointment(msgspec.Struct, frozen=True, kw_only=True):
    """One position of one account in one body, for a term; both days included."""

    id: str
    body_kind: BodyKind
    body: str
    position: Position
    first: date
    last: date


class Appointed(msgspec.Struct, frozen=True, kw_only=True):
    """Guard of one account: everything it is and was appointed to."""

    account: str
    appointments: tuple[Appointment, ...] = ()


def positions_on(row: Appointed | None, on: date) -> tuple[Appointment, ...]:
    """The appointments in force on a day."""
    return tuple(a for a in (row.appointments if row else ()) if a.first <= on <= a.last)


def held_in(row: Appointed | None, body: str, on: date) -> Appointment | None:
    """A position in the body, other than supervising it, that the account holds on that day; or None."""
    return next((a for a in positions_on(row, on) if a.body == body and a.position != "SUPERVISOR"), None)


def require_independent(row: Appointed | None, body: str, on: date) -> None:
    """Refuse who holds a position in what is to be scored (10.12). Raises Forbidden ``grid.scores_own_firm``."""
    held = held_in(row, body, on)
    if held is not None:
        raise Forbidden("grid.scores_own_firm", params={"unit": body, "last": held.last.isoformat()})


def term_meets(a: Appointment, first: date, last: date) -> bool:
    """Whether the appointment's term meets the days between."""
    return a.first <= last and first <= a.last


def supervises_oneself(row: Appointed | None, wanted: Appointment) -> Appointment | None:
    """An appointment that the wanted one must not meet: supervising a body and holding another position in it."""
    for held in row.appointments if row else ():
        same = (held.body_kind, held.body) == (wanted.body_kind, wanted.body)
        one_supervises = (held.position == "SUPERVISOR") != (wanted.position == "SUPERVISOR")
        if same and one_supervises and term_meets(held, wanted.first, wanted.last):
            return held
    return None


def _evolve(row: Appointed | None, fact: Fact, happening: Happening) -> Appointed | None:
    match fact:
        case AppointmentMade():
            was = row or Appointed(account=fact.account)
            made = Appointment(
                id=fact.appointment,
                body_kind=fact.body_kind,
                body=fact.body,
                position=fact.position,
                first=fact.first,
                last=fact.last,
            )
            return msgspec.structs.replace(was, appointments=(*was.appointments, made))
        case AppointmentEnded() if row is not None:
            return msgspec.structs.replace(
                row,
                appointments=tuple(
                    msgspec.structs.replace(a, last=fact.last) if a.id == fact.appointment else a
                    for a in row.appointments
                ),
            )
        case _:
            return row


def _summarise(row: Appointed, fact: Fact, ctx: Context) -> Summary:
    # Where somebody is appointed is personal: only who keeps the register follows it.
    return Summary(visibility=Visibility(roles=("registrar", "party_secretary"), sensitivity=3))


APPOINTED: RowKind[Appointed] = RowKind(
    "party_appointed",
    Appointed,
    "party_appointed",
    _evolve,
    index=lambda row: Index(unit=row.account),
    summarise=_summarise,
)
