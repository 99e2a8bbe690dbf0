"""What becomes of a need besides being served: rejected, postponed, referred; and that whoever raised it is told."""

from collections.abc import Iterable
from typing import Any, Literal

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision
from shuniu.chassis.referring import ReferralAnswered, answers
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.terms import term, term_until
from shuniu.contracts.clock import Term
from shuniu.contracts.referral import (
    ReferralMade,
    ReferralSubject,
    ReferralWithdrawn,
)
from shuniu.contracts.services_desk import needs as said
from shuniu.contracts.summary import Place
from shuniu.rules.limits import deadline

from shuniu_services_desk.fields import Day, LongText, Reason, Sealing, today, wrong
from shuniu_services_desk.needs.kinds import NEED_ROW, need_title
from shuniu_services_desk.needs.lifecycles import DECIDERS, NEED, SORTERS
from shuniu_services_desk.needs.raising import PURPOSE, OnNeed, need_in, on_need, said_of, sort_term
from shuniu_services_desk.needs.state import Need
from shuniu_services_desk.settings import profile_of

__all__ = ("COMMANDS", "REACTIONS", "tell_term")


class FeedBack(OnNeed, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tell whoever raised it what came of it; the words stand behind the follow-up code."""

    told_by: said.ToldBy
    words: Reason


class Reject(FeedBack, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Not to be done; the reason is the feedback."""

    ground: Literal["OUT_OF_SCOPE", "UNLAWFUL", "REPEAT", "NOT_FEASIBLE", "NOT_PASSED"]


class Postpone(OnNeed, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Not now; the day it is looked at again is told with the reason."""

    review_on: Day
    words: Reason


class Refer(OnNeed, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Several departments have to act: a whistle is asked for."""

    note: LongText = ""


def tell_term(n: Need, ctx: Context) -> Term:
    """The limit to tell whoever raised it."""
    profile = profile_of(ctx)
    return term(ctx, "need_feed_back", profile.limit("need_feed_back"), profile, clocks=n.clocks)


def feed_back(rows: Rows, c: FeedBack, ctx: Context) -> Decision:
    """SERVED → FED_BACK."""
    n = need_in(rows, c, "feed_back", ctx)
    sealing = Sealing(ctx)
    ref = sealing.text(c.words, PURPOSE, n.id)
    return said_of(n, [said.NeedFedBack(need=n.id, told_by=c.told_by, words_ref=ref)], sealing)


def reject(rows: Rows, c: Reject, ctx: Context) -> Decision:
    """→ REJECTED, with the reason as feedback: nothing is closed without a word."""
    n = need_in(rows, c, "reject", ctx)
    sealing = Sealing(ctx)
    ref = sealing.text(c.words, PURPOSE, n.id)
    return said_of(n, [said.NeedRejected(need=n.id, ground=c.ground, words_ref=ref, told_by=c.told_by)], sealing)


def postpone(rows: Rows, c: Postpone, ctx: Context) -> Decision:
    """→ POSTPONED until a day to come."""
    n = need_in(rows, c, "postpone", ctx)
    if c.review_on <= today(ctx):
        raise wrong("need.review_later", "review_on", "later_day", "postpone", n.status)
    sealing = Sealing(ctx)
    limit = term_until(ctx, "need_review", c.review_on, profile_of(ctx), clocks=n.clocks)
    ref = sealing.text(c.words, PURPOSE, n.id)
    return said_of(n, [said.NeedPostponed(need=n.id, review_on=c.review_on, words_ref=ref, term=limit)], sealing)


def _open_term(n: Need, ctx: Context) -> Term | None:
    return None if n.cluster else sort_term(ctx, n.clocks)


def resume(rows: Rows, c: OnNeed, ctx: Context) -> Decision:
    """POSTPONED → where it was before."""
    found = rows.find(NEED_ROW, c.need)
    move = "resume_clustered" if found is not None and found.cluster else "resume"
    n = need_in(rows, c, move, ctx)
    return said_of(n, [said.NeedResumed(need=n.id, term=_open_term(n, ctx))])


def refer(rows: Rows, c: Refer, ctx: Context) -> Decision:
    """→ REFERRED: whoever owns whistles here opens a draft; an absent one is an open referral, and expires."""
    n = need_in(rows, c, "refer", ctx)
    sealing, profile = Sealing(ctx), profile_of(ctx)
    referral = f"{n.id}.{len(n.referrals) + 1}"
    expires = deadline(ctx.now, profile.limit("need_refer"), ctx.calendar, profile.hours).due_at
    referred = said.NeedReferred(
        need=n.id,
        referral=referral,
        to_kind="whistle",
        note_ref=sealing.text(c.note, PURPOSE, n.id),
        expires_at=expires,
    )
    made = ReferralMade(
        referral=referral,
        to_scope=ctx.scope,
        to_kind="whistle",
        subject=ReferralSubject(
            source=ctx.source,
            kind=NEED.kind,
            matter=n.id,
            number=n.number,
            title=need_title(n.category, n.area, ctx),
            category=n.category,
            area=n.area,
            place=n.place if n.place.lon is not None else Place(name=n.area),
        ),
        reason="RESIDENT_NEED",
        expires_at=expires,
    )
    return said_of(n, [referred, made], sealing)


def _came_back(n: Need, cause: Any, ctx: Context, reason: str = "") -> said.NeedReferralBack:
    assert n.referral is not None
    return said.NeedReferralBack(need=n.id, referral=n.referral.id, cause=cause, reason=reason, term=_open_term(n, ctx))


def withdraw_referral(rows: Rows, c: OnNeed, ctx: Context) -> Decision:
    """撤回移交: nobody takes it, or another way is better."""
    n = need_in(rows, c, "withdraw_referral", ctx)
    assert n.referral is not None  # a need is REFERRED as long as one is out
    told = ReferralWithdrawn(referral=n.referral.id, to_scope=ctx.scope, reason="TAKEN_BACK")
    return said_of(n, [_came_back(n, "withdrawn", ctx), told])


def _need_of(referral: str) -> str:
    return referral.rpartition(".")[0]


def _answer_keys(c: ReferralAnswered, ctx: Context) -> Iterable[Key]:
    return (NEED_ROW.key(_need_of(c.referral)),)


def answered(rows: Rows, c: ReferralAnswered, ctx: Context) -> Decision:
    """Nothing where it concerns nobody here any more."""
    n = rows.find(NEED_ROW, _need_of(c.referral))
    if c.made_by != ctx.source or n is None or n.status != "REFERRED":
        return Decision()
    if n.referral is None or n.referral.id != c.referral:
        return Decision()
    if c.answer == "taken":
        if n.referral.state != "open":
            return Decision()
        taken = said.NeedReferralTaken(
            need=n.id,
            referral=c.referral,
            target=c.source,
            target_kind=c.kind,
            target_matter=c.matter,
            target_number=c.number,
        )
        return said_of(n, [taken])
    if c.answer == "settled":
        return said_of(n, [said.NeedReferralSettled(need=n.id, referral=c.referral, term=tell_term(n, ctx))])
    return said_of(n, [_came_back(n, c.answer, ctx, c.reason)])


ANSWER: Command[ReferralAnswered] = Command(
    "need.referral_answered", ReferralAnswered, _answer_keys, answered, internal=True
)


def _on(name: str, struct: type[msgspec.Struct], decide: Any, order: int, **rest: Any) -> Command[Any]:
    given = {"keys": on_need, "kind": "desk_need", "matter_field": "need", "roles": DECIDERS, **rest}
    return Command(f"need.{name}", struct, decide=decide, order=order, **given)


COMMANDS: tuple[Command[Any], ...] = (
    _on("feed_back", FeedBack, feed_back, 312, roles=SORTERS, tone="primary"),
    _on("refer", Refer, refer, 313, icon="send"),
    _on("withdraw_referral", OnNeed, withdraw_referral, 314, icon="back"),
    _on("postpone", Postpone, postpone, 315),
    _on("resume", OnNeed, resume, 317, tone="primary"),
    _on("reject", Reject, reject, 318, tone="danger"),
    ANSWER,
)
REACTIONS = (answers("need_referral_answers", ANSWER),)
