"""The end of a whistle (考评、销哨、复哨): every callout is rated by the caller, then it is closed or blown again."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.envelope import Fact
from shuniu.contracts.referral import ReferralTaken
from shuniu.contracts.whistle.whistles import (
    CalloutRated,
    Party,
    WhistleClosed,
    WhistleDrafted,
    WhistlePlan,
    WhistleReblown,
)
from shuniu.rules.refusal import Conflict

from shuniu_whistle.whistles.authority import as_caller, as_outsider
from shuniu_whistle.whistles.draft import NUMBERS
from shuniu_whistle.whistles.fields import LongText, OnCallout, OnWhistle, Reason, Score, Texts
from shuniu_whistle.whistles.history import carried
from shuniu_whistle.whistles.lifecycles import CALLER_DOWN, CALLOUT, DUTY, STREET
from shuniu_whistle.whistles.parties import ANYBODY
from shuniu_whistle.whistles.plan import plan_of
from shuniu_whistle.whistles.state import Callout, Whistle
from shuniu_whistle.whistles.whistle import (
    WHISTLE,
    callout_in,
    check_move,
    command_on,
    decided,
    guard_keys,
    on_whistle,
    settled,
    whistle_in,
)

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("COMMANDS", "check_close", "check_not_solved", "check_rate")

_ASKERS = (*STREET, *CALLER_DOWN)


class Rate(OnCallout, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rate one called unit (一哨一考核)."""

    response: Score
    attitude: Score
    result: Score
    note: LongText = ""


class Close(OnWhistle, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Solved: close it (销哨)."""


class NotSolved(OnWhistle, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Not solved: the matter is whistled for again (复哨)."""

    reason: Reason


def check_rate(w: Whistle, c: Callout, ctx: Context) -> None:
    """The caller's side, nobody of the rated unit, once for each finished callout."""
    as_outsider(c, ctx, "rate", "callout.own_rating")
    as_caller(w, ctx, "rate", STREET, "callout.caller_rates")
    check_move(w, "rate")
    CALLOUT.check(c.status, "rate_callout")
    if c.rating is not None:
        raise Conflict("callout.rated_already", state=c.status, event="rate")


def rate(rows: Rows, c: Rate, ctx: Context) -> Decision:
    """One callout's scores; with the last one the whistle is EVALUATED."""
    w = whistle_in(rows, c)
    callout = callout_in(w, c)
    check_rate(w, callout, ctx)
    texts = Texts(ctx)
    rated = CalloutRated(
        whistle=w.id,
        callout=callout.id,
        unit=callout.unit,
        response=c.response,
        attitude=c.attitude,
        result=c.result,
        note_ref=texts.keep(c.note),
    )
    return decided(w, [rated], ctx, texts.private)


def check_close(w: Whistle, ctx: Context) -> None:
    """The caller, after every rating is in."""
    as_caller(w, ctx, "close")
    check_move(w, "close")


def close(rows: Rows, c: Close, ctx: Context) -> Decision:
    """EVALUATED → CLOSED; whoever referred the matter hears that it is solved."""
    w = whistle_in(rows, c)
    check_close(w, ctx)
    facts: list[Fact] = [WhistleClosed(whistle=w.id, open_key=w.open_key, chain=w.chain), *settled(w, "solved")]
    return decided(w, facts, ctx, guard=True)


def check_not_solved(w: Whistle, ctx: Context) -> None:
    """The caller, after every rating is in."""
    as_caller(w, ctx, "not_solved")
    check_move(w, "not_solved")


def _not_solved_keys(c: NotSolved, ctx: Context) -> Iterable[Key]:
    yield from on_whistle(c, ctx)
    yield counter_key(NUMBERS, ctx.now)


async def _texts_so_far(c: NotSolved, host: "Host") -> Mapping[str, Mapping[str, str]]:
    """The whistle's texts, opened, so that the next link can carry its description."""
    return await host.vault.open_matter(host.pool, c.whistle, clearance=4, masked=False)


def not_solved(rows: Rows, c: NotSolved, ctx: Context) -> Decision:
    """EVALUATED → RE_BLOWN and a new DRAFT that carries matter, place, units, description and referrals (case 1.3)."""
    w = whistle_in(rows, c)
    check_not_solved(w, ctx)
    texts = Texts(ctx)
    new, number = ctx.new_id(), next_number(rows, NUMBERS, ctx.now)
    drafted = WhistleDrafted(
        whistle=new,
        number=number,
        direction=w.direction,
        caller_unit=w.caller_unit,
        plan=_next_plan(w),
        title=w.title,
        origin=w.origin,
        previous=w.id,
        previous_number=w.number,
        chain=w.chain + 1,
        description_ref=texts.keep_fields(_carried(w, "description", ctx), "whistle.handling"),
        contact_ref=texts.keep_fields(_carried(w, "contact", ctx), "whistle.contact"),
        off_list_ref=texts.keep_fields(_carried(w, "off_list", ctx), "whistle.handling"),
    )
    reblown = WhistleReblown(whistle=w.id, next=new, next_number=number, reason_ref=texts.keep(c.reason))
    onto = WHISTLE.key(new)
    taken = [
        ReferralTaken(referral=r.referral, made_by=r.made_by, kind="whistle", matter=new, number=number)
        for r in w.referrals
    ]
    events = (
        Emit(drafted, (onto, *guard_keys(w.open_key), counter_key(NUMBERS, ctx.now))),
        *(Emit(f, (onto,)) for f in (*carried(new, w), *taken)),
        Emit(reblown, (WHISTLE.key(w.id),)),
    )
    return Decision(events, tuple(texts.private), {"whistle": new, "number": number})


def _next_plan(w: Whistle) -> WhistlePlan:
    """Who is called next time: the units that stood at the end, which are not those first called if one was changed."""
    standing = [c for c in w.callouts if c.status != "WITHDRAWN"]
    called = {c.unit for c in standing}
    ours = [c for c in standing if not c.scope]
    return replace(
        plan_of(w),
        lead=next((c.unit for c in ours if c.role == "LEAD"), ""),
        co=tuple(c.unit for c in ours if c.role == "CO"),
        parties=tuple(
            Party(scope=c.scope, unit="" if c.unit.startswith(ANYBODY) else c.unit, role=c.role)
            for c in standing
            if c.scope
        ),
        inform=tuple(unit for unit in w.inform if unit not in called),
        wanted_on=None,
    )


def _carried(w: Whistle, label: str, ctx: Context) -> Mapping[str, str]:
    opened: Mapping[str, Mapping[str, str]] = ctx.prepared or {}
    newest = next((n for n in reversed(w.notes) if n.label == label), None)
    return opened.get(newest.ref, {}) if newest else {}


COMMANDS: tuple[Command[Any], ...] = (
    command_on("whistle.rate", Rate, rate, (*_ASKERS, *DUTY), tone="primary", order=61),
    command_on("whistle.close", Close, close, _ASKERS, tone="primary", order=62),
    Command(
        "whistle.not_solved",
        NotSolved,
        _not_solved_keys,
        not_solved,
        roles=_ASKERS,
        prepare=_texts_so_far,
        kind="whistle",
        matter_field="whistle",
        tone="danger",
        order=63,
    ),
)
