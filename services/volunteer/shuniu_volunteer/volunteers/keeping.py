"""What happens to a registration: profile, account, guardian, consents, leaving (domain rules 5.2, 7.1)."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta
from msgspec.structs import replace
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.keyed import keyed
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.state import load_row
from shuniu.contracts.envelope import Fact
from shuniu.contracts.volunteer import volunteers as said
from shuniu.rules.refusal import Conflict, Forbidden, NotFound

from shuniu_volunteer.fields import Day, Hidden, Paper, Phone, Sealing, TeamCode, business_day, wrong
from shuniu_volunteer.roles import CLERKS, KEEPERS, VOLUNTEERS, keeps
from shuniu_volunteer.teams.state import TEAM
from shuniu_volunteer.volunteers.register import PURPOSE
from shuniu_volunteer.volunteers.state import ACCOUNT, IDENTITY, Volunteer
from shuniu_volunteer.volunteers.volunteer import VOLUNTEER

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("COMMANDS", "LeaveVolunteers", "is_self", "may_keep", "on_volunteer", "registration")

NOTICE_VERSION = "2026-1"
"""Version of the notice that consents are given under (PIPL §14, §17)."""


class OnVolunteer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one registration."""

    volunteer: Hidden


class SetProfile(OnVolunteer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Say anew what somebody can do, when, and for whom. What is left out stays."""

    teams: Annotated[tuple[TeamCode, ...], Meta(max_length=5)] | None = None
    skills: Annotated[tuple[said.Skill, ...], Meta(max_length=14)] | None = None
    availability: Annotated[tuple[said.Availability, ...], Meta(max_length=5)] | None = None
    qualification: said.QualificationKind | None = None
    qualified_until: Day | None = None
    insurance: Annotated[str, Meta(max_length=40, pattern=r"^[A-Za-z0-9-]*$")] = ""
    insured_until: Day | None = None


class LinkAccount(OnVolunteer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Let somebody sign in as this volunteer."""

    account: Annotated[str, Meta(min_length=1, max_length=60)]


class RecordGuardian(OnVolunteer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Record a guardian's consent (监护人同意), signed on paper."""

    guardian_name: Annotated[str, Meta(min_length=2, max_length=60, pattern=r"\S")]
    guardian_phone: Phone = ""
    until: Day
    paper: Paper = ""


class WithdrawGuardian(OnVolunteer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The guardian takes the consent back."""


class GiveConsent(OnVolunteer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Agree to be named, or take that back (PIPL §15, §25)."""

    purpose: said.Purpose
    given: bool


class LeaveVolunteers(OnVolunteer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cease to be a volunteer; one's own data are destroyed."""


def is_self(v: Volunteer, ctx: Context) -> bool:
    """Whether the volunteer asks for themselves."""
    return bool(v.account) and v.account == ctx.actor.id


def may_keep(v: Volunteer, ctx: Context, *, myself: bool = True) -> bool:
    """The volunteer themselves, or who keeps the area or one of their teams."""
    return (myself and is_self(v, ctx)) or keeps(ctx.actor, v.profile.area, *v.profile.teams)


def registration(rows: Rows, volunteer: str, event: str) -> Volunteer:
    """The registration, still standing. NotFound, or Conflict ``volunteer.left``."""
    v = rows.need(VOLUNTEER, volunteer)
    if not v.active:
        raise Conflict("volunteer.left", state=v.status, event=event)
    return v


def on_volunteer(c: Any, ctx: Context) -> Iterable[Key]:
    """The row most commands need."""
    return (VOLUNTEER.key(c.volunteer),)


def _kept(rows: Rows, volunteer: str, event: str, ctx: Context, *, myself: bool = True) -> Volunteer:
    v = registration(rows, volunteer, event)
    if not may_keep(v, ctx, myself=myself):
        raise Forbidden("volunteer.not_yours", state=v.status, event=event)
    return v


def _say(
    v: Volunteer, fact: Fact, sealing: Sealing | None = None, *more: Key, forget: tuple[str, ...] = ()
) -> Decision:
    emit = Emit(fact, (VOLUNTEER.key(v.id), *more), v.profile.area, forget=forget)
    return Decision((emit,), sealing.private if sealing else (), {"volunteer": v.id, "number": v.number})


def _profile_keys(c: SetProfile, ctx: Context) -> Iterable[Key]:
    yield VOLUNTEER.key(c.volunteer)
    yield from (TEAM.key(code) for code in c.teams or ())


def set_profile(rows: Rows, c: SetProfile, ctx: Context) -> Decision:
    """A paper is entered by who keeps the register, with the last day it holds; it takes the old one's place."""
    event = "set_profile"
    v = _kept(rows, c.volunteer, event, ctx)
    for code in c.teams or ():
        team = rows.find(TEAM, code)
        if team is None or not team.active:
            raise wrong("volunteer.person", "teams", "unknown", event, v.status)
    profile = v.profile
    if c.teams is not None:
        profile = replace(profile, teams=c.teams)
    if c.skills is not None:
        profile = replace(profile, skills=c.skills)
    if c.availability is not None:
        profile = replace(profile, availability=c.availability)
    if c.insurance:
        profile = replace(profile, insurance=c.insurance, insured_until=c.insured_until)
    if c.qualification is not None:
        if is_self(v, ctx) and not keeps(ctx.actor, v.profile.area, *v.profile.teams):
            raise Forbidden("volunteer.papers_are_seen", state=v.status, event=event)
        if c.qualified_until is None:
            raise wrong("volunteer.person", "qualified_until", "missing", event, v.status)
        held = tuple(q for q in profile.qualifications if q.kind != c.qualification)
        new = said.Qualification(kind=c.qualification, valid_until=c.qualified_until)
        profile = replace(profile, qualifications=(*held, new))
    if profile == v.profile:
        return Decision()
    return _say(v, said.VolunteerAmended(volunteer=v.id, profile=profile, person_ref=v.person_ref))


def _link_keys(c: LinkAccount, ctx: Context) -> Iterable[Key]:
    return (VOLUNTEER.key(c.volunteer), ACCOUNT.key(c.account))


def link_account(rows: Rows, c: LinkAccount, ctx: Context) -> Decision:
    """One account, one volunteer."""
    event = "link_account"
    v = _kept(rows, c.volunteer, event, ctx, myself=False)
    if v.account or rows.find(ACCOUNT, c.account) is not None:
        raise Conflict("volunteer.linked_already", state=v.status, event=event)
    return _say(v, said.VolunteerLinked(volunteer=v.id, account=c.account), None, ACCOUNT.key(c.account))


def record_guardian(rows: Rows, c: RecordGuardian, ctx: Context) -> Decision:
    """Recorded by who keeps the register; the name is sealed as sensitive (PIPL §28, §31)."""
    event = "record_guardian"
    v = _kept(rows, c.volunteer, event, ctx, myself=False)
    today = business_day(ctx.now)
    if not v.minor(today):
        raise Conflict("volunteer.of_age", state=v.status, event=event)
    if c.until < today:
        raise wrong("volunteer.guardian_ended", "until", "out_of_range", event, v.status)
    sealing = Sealing(ctx)
    fields = {"guardian_name": c.guardian_name.strip(), "guardian_phone": c.guardian_phone}
    ref = sealing.keep({k: f for k, f in fields.items() if f}, PURPOSE, "CONSENT", 4, matter=v.id)
    fact = said.GuardianConsented(volunteer=v.id, guardian_ref=ref, until=c.until, paper=c.paper)
    forget = (v.guardian_ref,) if v.guardian_ref and v.guardian_ref != v.person_ref else ()
    return _say(v, fact, sealing, forget=forget)


def withdraw_guardian(rows: Rows, c: WithdrawGuardian, ctx: Context) -> Decision:
    """As easily as it was given (PIPL §15)."""
    event = "withdraw_guardian"
    v = _kept(rows, c.volunteer, event, ctx)
    if v.guardian_until is None:
        raise Conflict("volunteer.no_guardian", state=v.status, event=event)
    return _say(v, said.GuardianWithdrew(volunteer=v.id))


def give_consent(rows: Rows, c: GiveConsent, ctx: Context) -> Decision:
    """Under age it is given only with the guardian's standing consent; to take it back nobody's is needed."""
    event = "consent"
    v = _kept(rows, c.volunteer, event, ctx)
    today = business_day(ctx.now)
    if c.given and v.minor(today) and not v.guarded(today):
        raise Conflict("volunteer.guardian_missing", state=v.status, event=event)
    if (c.purpose in v.consents) == c.given:
        return Decision()
    fact = said.VolunteerConsented(volunteer=v.id, purpose=c.purpose, given=c.given, notice_version=NOTICE_VERSION)
    return _say(v, fact)


async def _identity(c: LeaveVolunteers, host: "Host") -> str:
    found = await load_row(host.pool, VOLUNTEER, c.volunteer)
    if found is None:
        raise NotFound("volunteer.unknown", params={"id": c.volunteer})
    fields = (await host.vault.open_refs(host.pool, (found[0].person_ref,))).get(found[0].person_ref, {})
    return keyed(host).of_number(fields.get("citizen_id", ""))


def _leave_keys(c: LeaveVolunteers, ctx: Context) -> Iterable[Key]:
    yield VOLUNTEER.key(c.volunteer)
    if ctx.prepared:
        yield IDENTITY.key(str(ctx.prepared))


def _leave_more(c: LeaveVolunteers, rows: Rows, ctx: Context) -> Iterable[Key]:
    v = rows.find(VOLUNTEER, c.volunteer)
    if v is not None and v.account:
        yield ACCOUNT.key(v.account)


def leave(rows: Rows, c: LeaveVolunteers, ctx: Context) -> Decision:
    """The figures of what they did stay under an opaque id; who they were is gone (PIPL §47)."""
    v = _kept(rows, c.volunteer, "leave", ctx)
    fact = said.VolunteerLeft(volunteer=v.id, minutes=v.personal_minutes + v.team_minutes)
    more = (IDENTITY.key(str(ctx.prepared)),) if ctx.prepared else ()
    more = (*more, ACCOUNT.key(v.account)) if v.account else more
    recorded = (ref for r in v.records for ref in (r.text_ref, r.reason_ref))
    forget = tuple(dict.fromkeys(r for r in (v.person_ref, v.guardian_ref, *recorded) if r))
    return _say(v, fact, None, *more, forget=forget)


def _on(
    name: str,
    struct: type[msgspec.Struct],
    decide: Callable[[Rows, Any, Context], Decision],
    roles: tuple[str, ...],
    order: int,
    **rest: Any,
) -> Command[Any]:
    rest.setdefault("keys", on_volunteer)
    return Command(
        f"volunteer.{name}",
        struct,
        decide=decide,
        roles=roles,
        kind="volunteer",
        matter_field="volunteer",
        order=order,
        **rest,
    )


ANYBODY = (*KEEPERS, *VOLUNTEERS)
COMMANDS: tuple[Command[Any], ...] = (
    _on("set_profile", SetProfile, set_profile, ANYBODY, 20, keys=_profile_keys),
    _on("link_account", LinkAccount, link_account, CLERKS, 21, keys=_link_keys),
    _on("record_guardian", RecordGuardian, record_guardian, KEEPERS, 22),
    _on("withdraw_guardian", WithdrawGuardian, withdraw_guardian, ANYBODY, 23),
    _on("consent", GiveConsent, give_consent, ANYBODY, 24),
    _on(
        "leave",
        LeaveVolunteers,
        leave,
        ANYBODY,
        29,
        keys=_leave_keys,
        more_keys=_leave_more,
        prepare=_identity,
        tone="danger",
    ),
)
