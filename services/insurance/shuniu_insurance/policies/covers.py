"""Covers and their limits (domain rules 4): what a cover may say, which one answers an accident, what room is left."""

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec
from shuniu.chassis.rows import Key, RowKind, Rows
from shuniu.contracts.insurance.claims import Injured
from shuniu.contracts.insurance.policies import Cover, Protection, RoomMove
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable

from shuniu_insurance.policies.kinds import CATCH_ALL, EVERY, event_kinds
from shuniu_insurance.policies.state import Policy, Room, evolve_room

__all__ = ("ROOM", "Asked", "check_covers", "check_room", "cover_for", "room_keys", "room_left")

ROOM: RowKind[Room] = RowKind("insurance_room", Room, "insurance_room", evolve_room)
"""Guard rows of limits: ``<policy>|<cover>`` the period's, ``…|E|<incident>`` an event's, ``…|P|<hash>`` a person's."""

_BY_PERSON: dict[str, Protection] = {
    "SENSITIVE_GROUP": "SENSITIVE",
    "COMMUNITY_WORKER": "WORKER_INJURY",
    "THIRD_PARTY_OF_WORKER": "WORKER_THIRD_PARTY",
}
_BASES: dict[Protection, tuple[str, ...]] = {
    "PROBABILITY": ("AID", "LIABILITY"),
    "SENSITIVE": ("AID", "ACCIDENT"),
    "WORKER_INJURY": ("ACCIDENT",),
    "WORKER_THIRD_PARTY": ("LIABILITY",),
    "HAZARD_SERVICE": ("SERVICE",),
    "CATCH_ALL": ("AID",),
}
"""Liability, accident and aid are kept apart (4.12): injury of one's own is no liability."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a cover: fen, the medical part of it, whose loss (a keyed hash) in which accident."""

    amount: int
    medical: int
    incident: str
    person: str


def _wrong(cover: Cover, seen: set[str], at: str) -> Iterable[FieldError]:
    if cover.code in seen:
        yield FieldError(f"{at}.code", "twice")
    if cover.basis not in _BASES[cover.protection]:
        yield FieldError(f"{at}.basis", "does_not_fit")
    limits = (cover.per_person, cover.medical_per_person, cover.per_event, cover.aggregate)
    if cover.protection == "HAZARD_SERVICE":
        if cover.kinds or any(limits):
            yield FieldError(f"{at}.kinds", "a_service")
        return
    if not cover.kinds:
        yield FieldError(f"{at}.kinds", "missing")
    if EVERY in cover.kinds and (len(cover.kinds) > 1 or cover.protection in ("PROBABILITY", "CATCH_ALL")):
        yield FieldError(f"{at}.kinds", "every")
    if (cover.protection == "CATCH_ALL") != (CATCH_ALL in cover.kinds) or (
        cover.protection == "CATCH_ALL" and cover.kinds != (CATCH_ALL,)
    ):
        yield FieldError(f"{at}.kinds", "catch_all_alone")
    if unknown := [k for k in cover.kinds if k != EVERY and k not in event_kinds()]:
        yield FieldError(f"{at}.kinds.{cover.kinds.index(unknown[0])}", "unknown")
    if not 0 < cover.per_person <= cover.per_event <= cover.aggregate:
        yield FieldError(f"{at}.per_person", "limits_nested")
    if not 0 <= cover.medical_per_person <= cover.per_person:
        yield FieldError(f"{at}.medical_per_person", "limits_nested")


def check_covers(covers: Sequence[Cover]) -> tuple[Cover, ...]:
    """The covers themselves if they hold together. Unprocessable ``policy.covers`` naming what is wrong.

    Limits are nested (person ≤ event ≤ aggregate); the catch-all is a cover of its own that covers E99 only; the hazard
    service pays nothing; a kind stands in one cover of a protection.
    """
    wrong: list[FieldError] = []
    seen: set[str] = set()
    kinds: set[tuple[str, str]] = set()
    for i, cover in enumerate(covers):
        wrong += _wrong(cover, seen, f"covers.{i}")
        seen.add(cover.code)
        if twice := [k for k in cover.kinds if (cover.protection, k) in kinds]:
            wrong.append(FieldError(f"covers.{i}.kinds.{cover.kinds.index(twice[0])}", "twice"))
        kinds.update((cover.protection, k) for k in cover.kinds)
    if wrong:
        raise Unprocessable("policy.covers", fields=tuple(wrong))
    return tuple(covers)


def cover_for(policy: Policy, day: date, kind: str, injured: Injured) -> Cover | None:
    """The cover that answers: that of the person's protection if it has the kind, else the catch-all, else none.

    An accident covered by nothing named falls to E99 with the catch-all's own limit (domain rules 4, ii).
    """
    covers = policy.version_on(day).covers
    wanted = _BY_PERSON.get(injured, "PROBABILITY")
    for cover in covers:
        if cover.protection == wanted and (kind in cover.kinds or EVERY in cover.kinds):
            return cover
    return next((c for c in covers if c.protection == "CATCH_ALL"), None)


def room_keys(policy: str, cover: str, incident: str, person: str) -> tuple[Key, Key, Key]:
    """Guard rows of a cover's limits: period, event, person."""
    at = f"{policy}|{cover}"
    return (ROOM.key(at), ROOM.key(f"{at}|E|{incident}"), ROOM.key(f"{at}|P|{person}"))


def room_left(rows: Rows, policy: str, cover: Cover, incident: str, person: str) -> dict[str, int]:
    """Fen left of each limit: ``aggregate``, ``per_event``, ``per_person``, ``medical_per_person``."""
    period, event, own = (rows.find(ROOM, k.id) or Room() for k in room_keys(policy, cover.code, incident, person))
    left = {
        "aggregate": cover.aggregate - period.taken,
        "per_event": cover.per_event - event.taken,
        "per_person": cover.per_person - own.taken,
    }
    if cover.medical_per_person:
        left["medical_per_person"] = cover.medical_per_person - own.medical
    return left


def check_room(rows: Rows, policy: str, cover: Cover, asked: Asked, state: str, event: str) -> RoomMove:
    """What the amount takes of the limits, if every one has room for it: decided under the guard rows, so that of two
    who race for the last of it one wins. Conflict ``policy.no_room`` names the limit and what is left of it (fen)."""
    for limit, left in room_left(rows, policy, cover, asked.incident, asked.person).items():
        wanted = asked.medical if limit == "medical_per_person" else asked.amount
        if wanted > left:
            raise Conflict(
                "policy.no_room", state=state, event=event, params={"limit": limit, "left": left, "asked": wanted}
            )
    return RoomMove(amount=asked.amount, medical=asked.medical)
