"""Who may redeem: members of 60 and more, their verified relatives, key clients (domain rules 5.8, 5.9).

A birth date is never kept outside the vault: what stands here is the first of the month after the 60th birthday.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Happening, Index, Key, RowKind, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.volunteer import time_bank as said
from shuniu.rules.refusal import Conflict, NotFound

from shuniu_volunteer.fields import AreaCode, Day, Hidden, Paper, Phone, Sealing, business_day, wrong
from shuniu_volunteer.time_bank.chart import LEDGER, TIME_CLERKS
from shuniu_volunteer.volunteers.keeping import registration
from shuniu_volunteer.volunteers.volunteer import VOLUNTEER

__all__ = ("CLIENT", "COMMANDS", "MEMBER", "Client", "Kin", "Member", "sixty_from")

PURPOSE = "volunteer.time_bank"
REDEEM_AGE = 60


class Kin(msgspec.Struct, frozen=True, kw_only=True):
    """A verified relative."""

    id: str
    relation: said.Kinship
    sixty_from: date
    person_ref: str
    member: str = ""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """What the bank has verified of a volunteer."""

    volunteer: str
    sixty_from: date | None = None
    paid_staff: bool = False
    kin: tuple[Kin, ...] = ()

    def of_age(self, on: date) -> bool:
        """Whether they are 60."""
        return self.sixty_from is not None and self.sixty_from <= on

    def relative(self, kin: str) -> Kin | None:
        """The relative of that id."""
        return next((k for k in self.kin if k.id == kin), None)


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """A key client (重点空巢独居)."""

    id: str
    number: str
    area: str
    person_ref: str
    active: bool = True


def _member(row: Member | None, f: Any, h: Happening) -> Member | None:
    match f:
        case said.TimeMemberVerified():
            now = row or Member(volunteer=f.volunteer)
            return replace(now, sixty_from=f.sixty_from, paid_staff=f.paid_staff)
        case said.TimeKinVerified():
            now = row or Member(volunteer=f.volunteer)
            kin = Kin(id=f.kin, relation=f.relation, sixty_from=f.sixty_from, person_ref=f.person_ref, member=f.member)
            return replace(now, kin=(*now.kin, kin))
        case said.TimeKinEnded() if row is not None:
            return replace(row, kin=tuple(k for k in row.kin if k.id != f.kin))
    return row


def _client(row: Client | None, f: Any, h: Happening) -> Client | None:
    match f:
        case said.TimeClientEntered():
            return Client(id=f.client, number=f.number, area=f.area, person_ref=f.person_ref)
        case said.TimeClientEnded() if row is not None:
            return replace(row, active=False, person_ref="")
    return row


MEMBER: RowKind[Member] = RowKind("time_member", Member, "time_member", _member)
CLIENT: RowKind[Client] = RowKind(
    "time_client", Client, "time_client", _client, index=lambda r: Index("ACTIVE" if r.active else "ENDED", r.area)
)


class VerifyMember(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Record what the papers say: birth date, and whether they are paid for such service."""

    volunteer: Hidden
    member_birth: Day | None = None
    paid_staff: bool = False


class VerifyKin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Record a spouse or lineal relative of 60 or more, with the proof that was seen."""

    volunteer: Hidden
    relation: said.Kinship
    kin_name: Annotated[str, Meta(min_length=2, max_length=60, pattern=r"\S")]
    kin_birth: Day
    kin_member: Annotated[str, Meta(max_length=80)] = ""
    proof: Annotated[str, Meta(min_length=64, max_length=64, pattern=r"^[0-9a-f]{64}$")]


class EndKin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The relation stands no more."""

    volunteer: Hidden
    kin: Hidden


class EnterClient(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Enter a key client: 80 and alone, or 60 to 79, poor, disabled and alone (domain rules 5.8)."""

    client_name: Annotated[str, Meta(min_length=2, max_length=60, pattern=r"\S")]
    client_phone: Phone = ""
    client_birth: Day
    ground: Literal["EMPTY_NEST_ALONE", "POOR_DISABLED_ALONE"]
    area: AreaCode
    client_consent: bool
    proof: Paper = ""


class EndClient(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No key client any more."""

    client: Hidden


def sixty_from(born: date) -> date:
    """The first of the month after the 60th birthday: at most a month late, and no birth date."""
    year, month = born.year + REDEEM_AGE, born.month
    return date(year + month // 12, month % 12 + 1, 1)


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _born(born: date, field: str, ctx: Context, event: str) -> date:
    if not 0 <= _age(born, business_day(ctx.now)) <= 120:
        raise wrong("time_member.birth", field, "out_of_range", event)
    return born


def verify_member(rows: Rows, c: VerifyMember, ctx: Context) -> Decision:
    """A second verification replaces the first."""
    v = registration(rows, c.volunteer, "verify_time_member")
    ctx.actor.require_area(v.profile.area)
    born = _born(c.member_birth, "member_birth", ctx, "verify_time_member") if c.member_birth else None
    fact = said.TimeMemberVerified(
        volunteer=v.id, sixty_from=sixty_from(born) if born else None, paid_staff=c.paid_staff
    )
    return Decision((Emit(fact, (MEMBER.key(v.id),), v.profile.area),), (), {"volunteer": v.id})


def _kin_keys(c: VerifyKin, ctx: Context) -> Iterable[Key]:
    yield from (VOLUNTEER.key(c.volunteer), MEMBER.key(c.volunteer))
    if c.kin_member:
        yield VOLUNTEER.key(c.kin_member)


def verify_kin(rows: Rows, c: VerifyKin, ctx: Context) -> Decision:
    """Nobody is their own relative, and a relative is recorded once."""
    event = "verify_kin"
    v = registration(rows, c.volunteer, event)
    ctx.actor.require_area(v.profile.area)
    if v.account and v.account == ctx.actor.id:
        raise Conflict("time_kin.own", event=event)
    born = _born(c.kin_birth, "kin_birth", ctx, event)
    if _age(born, business_day(ctx.now)) < REDEEM_AGE:
        raise wrong("time_kin.sixty", "kin_birth", "out_of_range", event)
    known = rows.find(MEMBER, v.id)
    if c.kin_member:
        if c.kin_member == v.id:
            raise wrong("time_kin.self", "kin_member", "value", event)
        registration(rows, c.kin_member, event)
        if known and any(k.member == c.kin_member for k in known.kin):
            raise Conflict("time_kin.known", event=event)
    if c.relation == "SPOUSE" and known and any(k.relation == "SPOUSE" for k in known.kin):
        raise Conflict("time_kin.known", event=event)
    sealing = Sealing(ctx)
    kin = ctx.new_id()
    person = {"kin_name": c.kin_name.strip(), "proof": c.proof}
    ref = sealing.keep(person, PURPOSE, "CONSENT", 3, matter=v.id)
    fact = said.TimeKinVerified(
        volunteer=v.id, kin=kin, relation=c.relation, sixty_from=sixty_from(born), person_ref=ref, member=c.kin_member
    )
    return Decision((Emit(fact, (MEMBER.key(v.id),), v.profile.area),), sealing.private, {"kin": kin})


def end_kin(rows: Rows, c: EndKin, ctx: Context) -> Decision:
    """Their data go with it."""
    v = rows.need(VOLUNTEER, c.volunteer)
    ctx.actor.require_area(v.profile.area)
    member = rows.find(MEMBER, c.volunteer)
    kin = member.relative(c.kin) if member else None
    if kin is None:
        raise NotFound("time_kin.unknown", event="end_kin")
    emit = Emit(
        said.TimeKinEnded(volunteer=v.id, kin=c.kin), (MEMBER.key(v.id),), v.profile.area, forget=(kin.person_ref,)
    )
    return Decision((emit,), (), {"volunteer": v.id})


def enter_client(rows: Rows, c: EnterClient, ctx: Context) -> Decision:
    """The age fits the ground; who they are and why is sealed as sensitive (PIPL §28, §29)."""
    event = "enter_time_client"
    ctx.actor.require_area(c.area)
    if not c.client_consent:
        raise wrong("time_client.consent", "client_consent", "consent_missing", event)
    age = _age(_born(c.client_birth, "client_birth", ctx, event), business_day(ctx.now))
    if (age < 80) if c.ground == "EMPTY_NEST_ALONE" else not (60 <= age < 80):
        raise wrong("time_client.age", "client_birth", "out_of_range", event, age=age)
    sealing = Sealing(ctx)
    client, number = ctx.new_id(), next_number(rows, "SK", ctx.now)
    person = {
        "client_name": c.client_name.strip(),
        "client_phone": c.client_phone,
        "client_birth": c.client_birth.isoformat(),
        "ground": c.ground,
        "proof": c.proof,
    }
    ref = sealing.keep(person, PURPOSE, "SEPARATE_CONSENT", 4, matter=client)
    fact = said.TimeClientEntered(client=client, number=number, area=c.area, person_ref=ref)
    emit = Emit(fact, (CLIENT.key(client), counter_key("SK", ctx.now)), c.area)
    return Decision((emit,), sealing.private, {"client": client, "number": number})


def end_client(rows: Rows, c: EndClient, ctx: Context) -> Decision:
    """What was granted and not used has to go back to the fund first."""
    client = rows.need(CLIENT, c.client)
    ctx.actor.require_area(client.area)
    if not client.active:
        raise Conflict("time_client.ended", event="end_time_client")
    if LEDGER.balance(rows, f"K:{client.id}"):
        raise Conflict("time_client.has_minutes", event="end_time_client")
    emit = Emit(said.TimeClientEnded(client=client.id), (CLIENT.key(client.id),), client.area, (client.person_ref,))
    return Decision((emit,), (), {"client": client.id})


def _end_keys(c: EndClient, ctx: Context) -> Iterable[Key]:
    yield CLIENT.key(c.client)
    yield from LEDGER.keys((f"K:{c.client}",), ())


def _command(name: str, struct: type[msgspec.Struct], keys: Any, decide: Any, order: int, **rest: Any) -> Command[Any]:
    return Command(f"volunteer.{name}", struct, keys, decide, roles=TIME_CLERKS, order=order, **rest)


COMMANDS: tuple[Command[Any], ...] = (
    _command(
        "verify_time_member",
        VerifyMember,
        lambda c, ctx: (VOLUNTEER.key(c.volunteer), MEMBER.key(c.volunteer)),
        verify_member,
        70,
        kind="volunteer",
        matter_field="volunteer",
    ),
    _command("verify_kin", VerifyKin, _kin_keys, verify_kin, 71, kind="volunteer", matter_field="volunteer"),
    _command(
        "end_kin",
        EndKin,
        lambda c, ctx: (VOLUNTEER.key(c.volunteer), MEMBER.key(c.volunteer)),
        end_kin,
        72,
        tone="danger",
    ),
    _command("enter_time_client", EnterClient, lambda c, ctx: (counter_key("SK", ctx.now),), enter_client, 73),
    _command("end_time_client", EndClient, _end_keys, end_client, 74, tone="danger"),
)
