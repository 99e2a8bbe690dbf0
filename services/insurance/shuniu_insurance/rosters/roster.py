"""A roster (名册) as a row and its commands: opened for a cover, filled by sheet, erased after its purpose.

Facts say nothing of a person; names and numbers are sealed with sensitivity 4. Who stands on a roster already is known
by a keyed hash that is the key of a guard row and stands nowhere else.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.keyed import keyed
from shuniu.chassis.rows import Happening, Index, Key, RowKind, Rows, Timer
from shuniu.chassis.service import Command
from shuniu.chassis.sheets import imported
from shuniu.contracts.envelope import Fact
from shuniu.contracts.insurance import rosters as said
from shuniu.contracts.summary import Summary, Visibility
from shuniu.rules.calendar import end_of_day
from shuniu.rules.citizen import is_citizen_id
from shuniu.rules.refusal import Conflict, FieldError, NotFound, Unprocessable

from shuniu_insurance.fields import today
from shuniu_insurance.policies.policy import POLICY_ROW

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = (
    "COMMANDS",
    "ENTER",
    "KEEPERS",
    "PERSON",
    "ROSTER",
    "EnterRoster",
    "GivenEntry",
    "Purpose",
    "Roster",
    "purposes",
)

NUMBERS = "MC"
KEEPERS = ("street_clerk",)
MOST_AT_ONCE = 2_000
PURPOSE = "insurance.rosters"


class Purpose(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a roster is for and what may stand on it."""

    protection: str
    fields: tuple[str, ...]
    basis: str
    sensitivity: int


@cache
def purposes() -> Mapping[str, Purpose]:
    """Purposes by group."""
    tree = tomllib.loads(resources.files(__package__).joinpath("purposes.toml").read_text("utf-8"))
    return msgspec.convert(tree, dict[str, Purpose])


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    """One roster. ``entries`` are references of sealed records."""

    number: str
    group: said.RosterGroup
    policy: str
    area: str
    until: date
    entries: tuple[str, ...] = ()
    ended_at: datetime | None = None
    counted: int = 0
    """How many stood on it when it ended."""


class OnRoster(msgspec.Struct, frozen=True):
    """Guard row: a person of a roster, by the sealed record's reference."""

    entry: str


class OpenRoster(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Open a roster for a policy's cover (建立名册). Its purpose ends with the policy."""

    group: said.RosterGroup
    policy: Annotated[str, Meta(min_length=1, max_length=64)]


class GivenEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person to be insured."""

    roster: Annotated[str, Meta(min_length=1, max_length=20)]
    name: Annotated[str, Meta(min_length=1, max_length=40)]
    citizen_id: Annotated[str, Meta(min_length=15, max_length=20)]
    area: Annotated[str, Meta(max_length=15)]


class EnterRoster(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Persons of one roster or several, all or none (导入名册)."""

    rows: Annotated[tuple[GivenEntry, ...], Meta(min_length=1, max_length=MOST_AT_ONCE)]


class RemoveEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take a person off and destroy what is kept (移出名册)."""

    roster: Annotated[str, Meta(min_length=1, max_length=20)]
    citizen_id: Annotated[str, Meta(min_length=15, max_length=20)]
    remove_reason: Literal["MOVED_AWAY", "REQUESTED", "MISTAKE", "NO_LONGER"]


class EndRoster(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The purpose has ended: destroy the whole roster (销毁名册)."""

    roster: Annotated[str, Meta(min_length=1, max_length=20)]


def evolve(row: Roster | None, f: Any, h: Happening) -> Roster | None:
    """The roster after a fact."""
    match f:
        case said.RosterOpened():
            return Roster(number=f.roster, group=f.group, policy=f.policy, area=f.area, until=f.until)
        case said.RosterEntered() if row is not None:
            return replace(row, entries=(*row.entries, f.entry))
        case said.RosterRemoved() if row is not None:
            return replace(row, entries=tuple(e for e in row.entries if e != f.entry))
        case said.RosterEnded() if row is not None:
            return replace(row, entries=(), counted=f.entries, ended_at=h.time)
    return row


def evolve_person(row: OnRoster | None, f: Any, h: Happening) -> OnRoster | None:
    """Whether the person stands on the roster."""
    return OnRoster(f.entry) if isinstance(f, said.RosterEntered) else None


def _summarise(row: Roster, f: Fact, ctx: Context) -> Summary:
    """Nothing is published of a roster: who may see that it changed are its keepers."""
    return Summary(visibility=Visibility(roles=KEEPERS, sensitivity=4))


def _due(row: Roster, ctx: Context) -> Sequence[Emit]:
    if row.ended_at is not None or ctx.now < end_of_day(row.until):
        return ()
    return (_ended(row, by_time=True),)


def _ended(row: Roster, *, by_time: bool) -> Emit:
    fact = said.RosterEnded(roster=row.number, entries=len(row.entries), by_time=by_time)
    return Emit(fact, (Key("insurance_roster", row.number),), row.area, forget=row.entries)


ROSTER: RowKind[Roster] = RowKind(
    "insurance_roster",
    Roster,
    "insurance_roster",
    evolve,
    index=lambda row: Index("OPEN" if row.ended_at is None else "ENDED", row.area, "", None),
    due=_due,
    timers=lambda row: () if row.ended_at else (Timer("purpose", 1, end_of_day(row.until)),),
    summarise=_summarise,
)
PERSON: RowKind[OnRoster] = RowKind("roster_person", OnRoster, "roster_person", evolve_person)


def open_roster(rows: Rows, c: OpenRoster, ctx: Context) -> Decision:
    """Only where the policy has the cover the group needs, so that there is a purpose."""
    policy = rows.need(POLICY_ROW, c.policy)
    ctx.actor.require_area(policy.area)
    wanted = purposes()[c.group].protection
    covered = any(cover.protection == wanted for cover in policy.covers)
    if policy.status not in ("ISSUED", "IN_FORCE") or not covered or policy.until < today(ctx):
        raise Conflict("roster.no_purpose", state=policy.status, event="open", params={"protection": wanted})
    number = next_number(rows, NUMBERS, ctx.now)
    fact = said.RosterOpened(roster=number, group=c.group, policy=policy.id, area=policy.area, until=policy.until)
    on = (ROSTER.key(number), counter_key(NUMBERS, ctx.now))
    return Decision((Emit(fact, on, policy.area),), (), {"roster": number})


async def _hash_all(c: EnterRoster, host: "Host") -> tuple[str, ...]:
    hashes = keyed(host)
    return tuple(f"{g.roster}|{hashes.of_number(g.citizen_id)}" for g in c.rows)


async def _hash_one(c: RemoveEntry, host: "Host") -> tuple[str, ...]:
    return (f"{c.roster}|{keyed(host).of_number(c.citizen_id)}",)


def _entry_keys(c: EnterRoster | RemoveEntry, ctx: Context) -> Iterable[Key]:
    numbers = dict.fromkeys(g.roster for g in c.rows) if isinstance(c, EnterRoster) else (c.roster,)
    return (*(ROSTER.key(n) for n in numbers), *(PERSON.key(k) for k in ctx.prepared))


def _wrong(g: GivenEntry, row: Roster | None, ctx: Context) -> Iterable[FieldError]:
    if row is None or not ctx.actor.covers(row.area):
        yield FieldError("roster", "unknown")
        return
    if row.ended_at is not None:
        yield FieldError("roster", "ended")
    if not is_citizen_id(g.citizen_id):
        yield FieldError("citizen_id", "format")
    if ctx.registry.get("area", g.area) is None or not g.area.startswith(row.area):
        yield FieldError("area", "unknown")


def enter(rows: Rows, c: EnterRoster, ctx: Context) -> Decision:
    """Every row is looked at and everything wrong told at once. Somebody who stands there already stays as they are."""
    keys: tuple[str, ...] = ctx.prepared
    found = [rows.find(ROSTER, g.roster) for g in c.rows]
    wrong = [
        FieldError(f"rows.{i}.{f.field}", f.code)
        for i, (g, row) in enumerate(zip(c.rows, found, strict=True))
        for f in _wrong(g, row, ctx)
    ]
    if wrong:
        raise Unprocessable("roster.rows", event="enter", fields=tuple(wrong))
    events: list[Emit] = []
    private: list[Private] = []
    outcomes: list[Literal["new", "changed", "unchanged"]] = []
    seen: set[str] = set()
    for g, row, key in zip(c.rows, found, keys, strict=True):
        assert row is not None
        if key in seen or rows.find(PERSON, key) is not None:
            outcomes.append("unchanged")
            continue
        seen.add(key)
        ref, purpose = ctx.new_id(), purposes()[row.group]
        given = {name: str(getattr(g, name)).strip() for name in purpose.fields}
        private.append(Private(ref, given, PURPOSE, purpose.basis, purpose.sensitivity, matter=row.number))
        fact = said.RosterEntered(roster=row.number, entry=ref)
        events.append(Emit(fact, (ROSTER.key(row.number), PERSON.key(key)), row.area))
        outcomes.append("new")
    return Decision(tuple(events), tuple(private), imported(outcomes))


def _open(rows: Rows, number: str, ctx: Context, event: str) -> Roster:
    row = rows.need(ROSTER, number)
    ctx.actor.require_area(row.area)
    if row.ended_at is not None:
        raise Conflict("roster.ended", state="ENDED", event=event)
    return row


def remove(rows: Rows, c: RemoveEntry, ctx: Context) -> Decision:
    """The entry goes, and the sealed record with it."""
    row = _open(rows, c.roster, ctx, "remove")
    (key,) = ctx.prepared
    person = rows.find(PERSON, key)
    if person is None:
        raise NotFound("roster.not_on_it", event="remove", fields=(FieldError("citizen_id", "unknown"),))
    fact = said.RosterRemoved(roster=row.number, entry=person.entry, reason=c.remove_reason)
    on = (ROSTER.key(row.number), PERSON.key(key))
    return Decision((Emit(fact, on, row.area, forget=(person.entry,)),), (), {"roster": row.number})


def end(rows: Rows, c: EndRoster, ctx: Context) -> Decision:
    """Everything on it is destroyed now; the policy's last day does the same by itself."""
    row = _open(rows, c.roster, ctx, "end")
    return Decision((_ended(row, by_time=False),), (), {"roster": row.number, "entries": len(row.entries)})


ENTER: Command[EnterRoster] = Command(
    "roster.enter", EnterRoster, _entry_keys, enter, roles=KEEPERS, prepare=_hash_all, surfaces=(), order=331
)
COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "roster.open",
        OpenRoster,
        lambda c, ctx: (POLICY_ROW.key(c.policy), counter_key(NUMBERS, ctx.now)),
        open_roster,
        roles=KEEPERS,
        icon="people",
        order=330,
    ),
    ENTER,
    Command(
        "roster.remove", RemoveEntry, _entry_keys, remove, roles=KEEPERS, prepare=_hash_one, surfaces=(), order=332
    ),
    Command(
        "roster.end",
        EndRoster,
        lambda c, ctx: (ROSTER.key(c.roster),),
        end,
        roles=KEEPERS,
        tone="danger",
        surfaces=(),
        order=333,
    ),
)
