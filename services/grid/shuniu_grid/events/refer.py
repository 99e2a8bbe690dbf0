"""转办: referring an event to another service, and what comes back (domain rules 10.3, architecture idea 7)."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.grid import events as facts
from shuniu.contracts.referral import ReferralMade, ReferralSubject
from shuniu.contracts.summary import Place

from shuniu_grid.events.commands import Note, OnEvent, decision, need_event, on_event, sealed
from shuniu_grid.events.face import GRID_EVENT, title_of
from shuniu_grid.events.lifecycle import EVENT
from shuniu_grid.events.limits import process_term
from shuniu_grid.events.state import GridEvent, next_generation

__all__ = ("COMMANDS", "REFERRAL_BACK", "REFERRAL_SETTLED", "REFERRAL_TAKEN", "Back", "Refer", "Settled", "Taken")

Reason = Literal["BEYOND_GRID", "SEVERAL_UNITS", "NO_POWERS", "EMERGENCY"]
"""Why an event leaves the grid: after the three occasions of domain rules 1.5 and what a grid cannot solve itself."""


class Refer(OnEvent, frozen=True, kw_only=True):
    """Refer the event to whoever owns matters of ``to_kind`` in this scope; by default to be blown as a whistle."""

    reason: Reason
    to_kind: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z_]{0,39}$", extra_json_schema={"x-widget": "hidden"})] = (
        "whistle"
    )
    note: Note = ""


def _refer(rows: Rows, command: Refer, ctx: Context) -> Decision:
    row = need_event(rows, command, ctx, "refer")
    note = sealed(ctx, command.note)
    referral = f"{row.id}.{len(row.referrals) + 1}"
    referred = facts.EventReferred(
        matter=row.id,
        referral=referral,
        to_scope=ctx.scope,
        to_kind=command.to_kind,
        reason=command.reason,
        unit=ctx.actor.units[0] if ctx.actor.units else "",
        note=note.ref,
    )
    made = ReferralMade(
        referral=referral,
        to_scope=ctx.scope,
        to_kind=command.to_kind,
        subject=ReferralSubject(
            source=ctx.source,
            kind=EVENT.kind,
            matter=row.id,
            number=row.number,
            title=title_of(row, ctx),
            category=row.category,
            area=row.area,
            place=row.place if row.place.name or row.place.lon is not None else Place(name=row.area),
        ),
        reason=command.reason,
    )
    return decision(row, referred, made, private=note.private)


class Answered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all answers to a referral carry; ``made_by`` is the source that made it."""

    referral: str
    made_by: str


class Taken(Answered, frozen=True, kw_only=True):
    """The target opened a matter for it."""

    target: str
    kind: str
    matter: str
    number: str


class Settled(Answered, frozen=True, kw_only=True):
    """The target's matter ended solved."""


class Back(Answered, frozen=True, kw_only=True):
    """It came to nothing there."""

    cause: Literal["refused", "expired", "unsolved", "cancelled"]
    reason: str = ""


def _event_of(referral: str) -> str:
    return referral.rpartition(".")[0]


def _answer_keys(command: Answered, ctx: Context) -> Iterable[Key]:
    return (GRID_EVENT.key(_event_of(command.referral)),)


def _waiting(rows: Rows, command: Answered, ctx: Context) -> GridEvent | None:
    """The event if it still waits for this referral; None when the answer concerns nobody here any more."""
    row = rows.find(GRID_EVENT, _event_of(command.referral))
    if command.made_by != ctx.source or row is None or row.status != "REFERRED":
        return None
    return row if row.referral is not None and row.referral.id == command.referral else None


def _taken(rows: Rows, command: Taken, ctx: Context) -> Decision:
    row = _waiting(rows, command, ctx)
    if row is None:
        return Decision()
    fact = facts.EventReferralTaken(
        matter=row.id,
        referral=command.referral,
        target=command.target,
        target_kind=command.kind,
        target_matter=command.matter,
        target_number=command.number,
    )
    return decision(row, fact)


def _settled(rows: Rows, command: Settled, ctx: Context) -> Decision:
    row = _waiting(rows, command, ctx)
    if row is None:
        return Decision()
    return decision(row, facts.EventReferralSettled(matter=row.id, referral=command.referral))


def _back(rows: Rows, command: Back, ctx: Context) -> Decision:
    row = _waiting(rows, command, ctx)
    if row is None:
        return Decision()
    term = process_term(ctx, row.category, next_generation(row, "process"))
    fact = facts.EventReferralBack(
        matter=row.id, referral=command.referral, cause=command.cause, reason=command.reason, term=term
    )
    return decision(row, fact)


REFERRAL_TAKEN: Command[Taken] = Command("grid.referral_taken", Taken, _answer_keys, _taken, internal=True)
REFERRAL_SETTLED: Command[Settled] = Command("grid.referral_settled", Settled, _answer_keys, _settled, internal=True)
REFERRAL_BACK: Command[Back] = Command("grid.referral_back", Back, _answer_keys, _back, internal=True)

COMMANDS: tuple[Command[Any], ...] = (
    on_event("refer", Refer, _refer, order=22),
    REFERRAL_TAKEN,
    REFERRAL_SETTLED,
    REFERRAL_BACK,
)
