"""Minutes that change hands: DONATE, KIN_TRANSFER, TEAM_DONATE, GRANT (domain rules 5.8, 5.9, 10.9).

To the fund, to a named key client, to a spouse or lineal relative of 60 and more: nowhere else, and never for anything.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.rules.ledger import mirror
from shuniu.rules.refusal import Conflict, Forbidden, NotFound

from shuniu_volunteer.fields import Day, Hidden, TeamCode, business_day, wrong
from shuniu_volunteer.roles import LEADERS, VOLUNTEERS
from shuniu_volunteer.settings import settings_of
from shuniu_volunteer.teams.state import TEAM
from shuniu_volunteer.time_bank.chart import (
    ENTRY,
    FUND,
    LEDGER,
    QUOTA,
    TIME_CLERKS,
    book,
    deed,
    post,
    posting_keys,
    quota_key,
)
from shuniu_volunteer.time_bank.members import CLIENT, MEMBER
from shuniu_volunteer.volunteers.keeping import is_self, registration
from shuniu_volunteer.volunteers.state import Volunteer
from shuniu_volunteer.volunteers.volunteer import VOLUNTEER

__all__ = ("COMMANDS", "Minutes", "OwnersConsent", "owner")

Minutes = Annotated[int, Meta(ge=1, le=90_000)]
OwnersConsent = Literal["SELF", "PHONE", "PAPER", "IN_PERSON"]
CHANGE_OF_MIND = timedelta(hours=24)


class Donate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Give minutes to the fund, or to a named key client."""

    volunteer: Hidden
    minutes: Minutes
    client: Hidden = ""
    consent: OwnersConsent = "SELF"


class TakeBack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take a donation back within 24 hours."""

    entry: Hidden


class GiveKin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Give minutes to a spouse or lineal relative of 60 or more who has an account."""

    volunteer: Hidden
    kin: Hidden
    minutes: Minutes
    consent: OwnersConsent = "SELF"


class TeamDonate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A team gives its minutes: it can do nothing else with them."""

    team: TeamCode
    minutes: Minutes
    client: Hidden = ""


class Grant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fund grants minutes to a key client within the month's quota."""

    client: Hidden
    minutes: Minutes
    on: Day | None = None


def owner(v: Volunteer, consent: str, event: str, ctx: Context) -> None:
    """Only the owner says SELF; a clerk of the area says how the owner agreed."""
    if is_self(v, ctx):
        if consent != "SELF":
            raise wrong("time_bank.own_consent", "consent", "value", event)
        return
    if not (ctx.actor.has_role(*TIME_CLERKS) and ctx.actor.covers(v.profile.area)):
        raise Forbidden("time_bank.not_yours", event=event)
    if consent == "SELF":
        raise wrong("time_bank.own_consent", "consent", "value", event)


def _key_client(rows: Rows, client: str, event: str) -> str:
    """The client's account. Conflict ``time_client.ended``."""
    if not rows.need(CLIENT, client).active:
        raise Conflict("time_client.ended", event=event)
    return f"K:{client}"


def _target(rows: Rows, client: str, event: str) -> str:
    return _key_client(rows, client, event) if client else FUND


def _target_keys(client: str) -> tuple[Key, ...]:
    return (CLIENT.key(client),) if client else ()


def _target_code(client: str) -> str:
    return f"K:{client}" if client else FUND


def _deed_of(word: str, account: Callable[[Any], str]) -> Callable[[Any, Rows, Context], Iterable[Key]]:
    """The second round of rows: the cause, once it is known how many entries the account has."""
    return lambda c, rows, ctx: (LEDGER.causes.key(deed(rows, word, account(c))),)


def _donate_keys(c: Donate, ctx: Context) -> Iterable[Key]:
    yield VOLUNTEER.key(c.volunteer)
    yield from _target_keys(c.client)
    yield from posting_keys((f"P:{c.volunteer}", _target_code(c.client)), ())


def donate(rows: Rows, c: Donate, ctx: Context) -> Decision:
    """DONATE P → F or K."""
    v = registration(rows, c.volunteer, "donate_time")
    owner(v, c.consent, "donate_time", ctx)
    move = (f"P:{v.id}", _target(rows, c.client, "donate_time"), c.minutes)
    return _said(
        post(rows, ctx, "DONATE", deed(rows, "donation", f"P:{v.id}"), move, area=v.profile.area, consent=c.consent)
    )


def _said(emit: Any) -> Decision:
    return Decision((emit,), (), {"entry": emit.fact.entry.id})


def _giver(account: str) -> str:
    return account.removeprefix("P:")


def _back_more(c: TakeBack, rows: Rows, ctx: Context) -> Iterable[Key]:
    booked = rows.find(ENTRY, c.entry)
    if booked is not None:
        accounts = tuple(p.account for p in booked.entry.postings)
        yield from posting_keys(accounts, (f"undone:{c.entry}",))
        yield from (VOLUNTEER.key(_giver(a)) for a in accounts if a.startswith("P:"))


def take_back(rows: Rows, c: TakeBack, ctx: Context) -> Decision:
    """Within 24 hours of the donation, by the donor; afterwards it stands for good (domain rules 10.9)."""
    booked = rows.need(ENTRY, c.entry)
    if booked.entry.kind != "DONATE" or booked.reversed_by:
        raise Conflict("time_entry.not_reversible", event="take_back_donation")
    donor = next(_giver(p.account) for p in booked.entry.postings if p.amount < 0)
    v = registration(rows, donor, "take_back_donation")
    if not is_self(v, ctx) and not (ctx.actor.has_role(*TIME_CLERKS) and ctx.actor.covers(v.profile.area)):
        raise Forbidden("time_bank.not_yours", event="take_back_donation")
    if ctx.now > booked.at + CHANGE_OF_MIND:
        raise Conflict("time_bank.donation_stands", event="take_back_donation")
    entry = mirror(booked.entry, ctx.new_id(), f"undone:{c.entry}", business_day(ctx.now))
    return _said(book(rows, entry, area=booked.area, also=(ENTRY.key(c.entry),)))


def _kin_keys(c: GiveKin, ctx: Context) -> Iterable[Key]:
    yield from (VOLUNTEER.key(c.volunteer), MEMBER.key(c.volunteer))
    yield from LEDGER.keys((f"P:{c.volunteer}",), ())


def _kin_more(c: GiveKin, rows: Rows, ctx: Context) -> Iterable[Key]:
    member = rows.find(MEMBER, c.volunteer)
    kin = member.relative(c.kin) if member else None
    if kin is not None and kin.member:
        yield VOLUNTEER.key(kin.member)
        yield from posting_keys((f"P:{kin.member}",), (deed(rows, "kin", f"P:{c.volunteer}"),))


def give_kin(rows: Rows, c: GiveKin, ctx: Context) -> Decision:
    """KIN_TRANSFER P → P: to a verified spouse or lineal relative of 60 and more, never to a stranger."""
    event = "give_kin_time"
    v = registration(rows, c.volunteer, event)
    owner(v, c.consent, event, ctx)
    member = rows.find(MEMBER, v.id)
    kin = member.relative(c.kin) if member else None
    if kin is None:
        raise NotFound("time_kin.stranger", event=event)
    if kin.sixty_from > business_day(ctx.now):
        raise Conflict("time_kin.sixty", event=event)
    if not kin.member:
        raise Conflict("time_kin.no_account", event=event)
    registration(rows, kin.member, event)
    move = (f"P:{v.id}", f"P:{kin.member}", c.minutes)
    return _said(
        post(rows, ctx, "KIN_TRANSFER", deed(rows, "kin", f"P:{v.id}"), move, area=v.profile.area, consent=c.consent)
    )


def _team_keys(c: TeamDonate, ctx: Context) -> Iterable[Key]:
    yield TEAM.key(c.team)
    yield from _target_keys(c.client)
    yield from posting_keys((f"T:{c.team}", _target_code(c.client)), ())


def team_donate(rows: Rows, c: TeamDonate, ctx: Context) -> Decision:
    """TEAM_DONATE T → F or K, by the team's leader."""
    team = rows.need(TEAM, c.team).team
    if not ctx.actor.acts_for(team.code, team.organiser) and not (
        ctx.actor.has_role(*TIME_CLERKS) and ctx.actor.covers(team.area)
    ):
        raise Forbidden("time_bank.not_yours", event="donate_team_time")
    move = (f"T:{team.code}", _target(rows, c.client, "donate_team_time"), c.minutes)
    return _said(post(rows, ctx, "TEAM_DONATE", deed(rows, "team", f"T:{team.code}"), move, area=team.area))


def _day(c: Grant, ctx: Context) -> date:
    return c.on or business_day(ctx.now)


def _grant_keys(c: Grant, ctx: Context) -> Iterable[Key]:
    yield from (CLIENT.key(c.client), quota_key(c.client, _day(c, ctx)))
    yield from posting_keys((FUND, f"K:{c.client}"), ())


def grant(rows: Rows, c: Grant, ctx: Context) -> Decision:
    """GRANT F → K: only key clients, within the month's quota; a day gone by only in an open month."""
    client = rows.need(CLIENT, c.client)
    ctx.actor.require_area(client.area)
    account, on = _key_client(rows, c.client, "grant_time"), _day(c, ctx)
    if on > business_day(ctx.now):
        raise wrong("time_bank.not_yet", "on", "out_of_range", "grant_time")
    quota = rows.find(QUOTA, quota_key(c.client, on).id)
    granted, most = (quota.granted if quota else 0), settings_of(ctx).grant_month_minutes
    if granted + c.minutes > most:
        raise Conflict("time_bank.quota", event="grant_time", params={"granted": granted, "most": most})
    also = (quota_key(c.client, on),)
    move = (FUND, account, c.minutes)
    return _said(post(rows, ctx, "GRANT", deed(rows, "grant", account), move, area=client.area, on=on, also=also))


_ANYBODY = (*TIME_CLERKS, *VOLUNTEERS)
COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "volunteer.donate_time",
        Donate,
        _donate_keys,
        donate,
        roles=_ANYBODY,
        more_keys=_deed_of("donation", lambda c: f"P:{c.volunteer}"),
        order=80,
        kind="volunteer",
        matter_field="volunteer",
    ),
    Command(
        "volunteer.take_back_donation",
        TakeBack,
        lambda c, ctx: (ENTRY.key(c.entry),),
        take_back,
        roles=_ANYBODY,
        more_keys=_back_more,
        order=81,
    ),
    Command(
        "volunteer.give_kin_time",
        GiveKin,
        _kin_keys,
        give_kin,
        roles=_ANYBODY,
        more_keys=_kin_more,
        order=82,
        kind="volunteer",
        matter_field="volunteer",
    ),
    Command(
        "volunteer.donate_team_time",
        TeamDonate,
        _team_keys,
        team_donate,
        roles=(*TIME_CLERKS, *LEADERS),
        more_keys=_deed_of("team", lambda c: f"T:{c.team}"),
        order=83,
    ),
    Command(
        "volunteer.grant_time",
        Grant,
        _grant_keys,
        grant,
        roles=TIME_CLERKS,
        more_keys=_deed_of("grant", lambda c: f"K:{c.client}"),
        order=84,
    ),
)
