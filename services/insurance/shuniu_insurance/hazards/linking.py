"""Accidents and hazards (事故与隐患): every reported accident is compared with the list (domain rules 10.7).

``known`` means the hazard stood on the list when the accident happened: the key number of the yearly evaluation.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command, Reaction, Received
from shuniu.contracts.insurance import hazards as said
from shuniu.contracts.insurance.claims import ClaimRegistered, ClaimReported
from shuniu.rules.calendar import local

from shuniu_insurance.claims.claim import CLAIM, hazard_linked
from shuniu_insurance.hazards.data import categories
from shuniu_insurance.hazards.kind import ACCIDENT, CELL, HAZARD_ROW
from shuniu_insurance.hazards.places import cells_around
from shuniu_insurance.hazards.state import Cell, Near, reported_near
from shuniu_insurance.settings import settings_of

__all__ = ("COMMANDS", "REACTIONS")


class CompareClaim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An accident was reported."""

    reported: ClaimReported


class JoinAccidents(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The insurer found that a claim belongs to another claim's accident."""

    claim: str
    into: str


def _keys(c: CompareClaim, ctx: Context) -> Iterable[Key]:
    f = c.reported
    cells = tuple(CELL.key(cell) for cell in cells_around(f.place))
    return (CLAIM.key(f.claim), ACCIDENT.key(f.incident), *cells)


def _match(near: Near, metres: int, kind: str, at: datetime) -> said.MatchedHazard:
    return said.MatchedHazard(
        hazard=near.hazard,
        number=near.number,
        distance_m=metres,
        known=near.open_at(at),
        kind_match=kind in categories()[near.category].event_kinds if near.category in categories() else False,
    )


def compare(rows: Rows, c: CompareClaim, ctx: Context) -> Decision:
    """Link the claim with what was open near, both ways, and count the accident once."""
    f = c.reported
    claim = rows.find(CLAIM, f.claim)
    if claim is None or rows.find(ACCIDENT, f.incident) is not None:
        return Decision()
    cells = [rows.find(CELL, cell) or Cell() for cell in cells_around(f.place)]
    matched = [
        _match(near, metres, f.event_kind, f.occurred_at)
        for near, metres in reported_near(f, cells, settings_of(ctx).hazard_link_m)
    ]
    # Of hazards struck off before, or found since, nothing is linked: they were not there to be removed.
    matched = [m for m in matched if m.known]
    fact = said.AccidentMatched(
        incident=f.incident,
        claim=f.claim,
        area=f.area,
        on=local(f.occurred_at).date(),
        known_hazard=bool(matched),
        hazards=tuple(matched),
    )
    events = [Emit(fact, (ACCIDENT.key(f.incident),), f.area)]
    for m in matched:
        events.append(hazard_linked(claim, m.hazard, m.distance_m, m.known))
        linked = said.HazardClaimLinked(
            hazard=m.hazard,
            claim=f.claim,
            claim_number=f.number,
            distance_m=m.distance_m,
            known=m.known,
            kind_match=m.kind_match,
        )
        events.append(Emit(linked, (HAZARD_ROW.key(m.hazard),)))
    return Decision(tuple(events), (), {"known": bool(matched), "hazards": len(matched)})


def join(rows: Rows, c: JoinAccidents, ctx: Context) -> Decision:
    """One accident less; the figure of the known ones stays right."""
    own, into = rows.find(ACCIDENT, c.claim), rows.find(ACCIDENT, c.into)
    if own is None or own.into or c.into == c.claim or into is None or own.on is None:
        return Decision()
    change = -int(own.known) + int(own.known and not into.known)
    fact = said.AccidentJoined(
        incident=c.claim, into=c.into, area=own.area, on=own.on, known=own.known, known_change=change
    )
    return Decision((Emit(fact, (ACCIDENT.key(c.claim), ACCIDENT.key(c.into)), own.area),))


COMPARE: Command[CompareClaim] = Command("hazard.compare_claim", CompareClaim, _keys, compare, internal=True)
JOIN: Command[JoinAccidents] = Command(
    "hazard.join_accidents",
    JoinAccidents,
    lambda c, ctx: (ACCIDENT.key(c.claim), ACCIDENT.key(c.into)),
    join,
    internal=True,
)
COMMANDS: tuple[Command[Any], ...] = (COMPARE, JOIN)


def _on_claim(received: Received[Any]) -> tuple[Command[Any], msgspec.Struct] | None:
    if received.name == "claim.reported.v1":
        return COMPARE, CompareClaim(reported=received.fact(ClaimReported))
    registered = received.fact(ClaimRegistered)
    if registered.incident == registered.claim:
        return None
    return JOIN, JoinAccidents(claim=registered.claim, into=registered.incident)


REACTIONS = (
    Reaction(
        name="hazards_of_claims",
        sources=("insurance",),
        handles=("claim.reported.v1", "claim.registered.v1"),
        command=_on_claim,
    ),
)
