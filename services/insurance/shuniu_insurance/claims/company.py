"""Volunteers who accompany the family (志愿陪伴): asked for by referral, followed to its end on the claim.

The insurer or the community asks once the family wants it. What goes out names the claim by its number and the
community it lies in: neither the accident nor its place, for a family is easily known by them (domain rules 7.1, 13).
A volunteer service of this scope takes it as a draft; with none there it is an open referral, not an error.
"""

from collections.abc import Iterable
from typing import Any

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.referring import ReferralAnswered, answers
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.insurance import claims as said
from shuniu.contracts.referral import (
    ReferralMade,
    ReferralSubject,
    ReferralWithdrawn,
)
from shuniu.contracts.summary import Place
from shuniu.rules.limits import deadline
from shuniu.rules.refusal import FieldError, Unprocessable

from shuniu_insurance.claims.claim import CLAIM, OnClaim, claim_in, command_on
from shuniu_insurance.claims.lifecycle import CLAIM as CYCLE
from shuniu_insurance.claims.lifecycle import COMPANY
from shuniu_insurance.claims.rules import check
from shuniu_insurance.claims.state import Claim
from shuniu_insurance.claims.texts import TEXTS
from shuniu_insurance.settings import profile_of

__all__ = ("COMMANDS", "REACTIONS", "TO_KIND")

TO_KIND = "volunteer_request"


class AskVolunteers(OnClaim, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask volunteers to accompany the family. ``family_agrees``: it was asked and wants it."""

    family_agrees: bool


class ReleaseVolunteers(OnClaim, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The family needs nobody any more."""


def ask(rows: Rows, c: AskVolunteers, ctx: Context) -> Decision:
    """A referral that names no person; one at a time."""
    o = claim_in(rows, c)
    check("ask_volunteers", o, ctx)
    if not c.family_agrees:
        wrong = (FieldError("family_agrees", "missing"),)
        raise Unprocessable("claim.family_asked_first", state=o.status, event="ask_volunteers", fields=wrong)
    profile = profile_of(ctx)
    expires = deadline(ctx.now, profile.limit("company"), ctx.calendar, profile.hours).due_at
    area = ctx.registry.get("area", o.area)
    place = area.title.zh if area else o.area
    referral = f"{o.id}.v{len(o.company) + 1}"
    made = ReferralMade(
        referral=referral,
        to_scope=ctx.scope,
        to_kind=TO_KIND,
        subject=ReferralSubject(
            source=ctx.source,
            kind=CYCLE.kind,
            matter=o.id,
            number=o.number,
            title=f"{TEXTS['claim_company.title'].zh} · {place}",
            area=o.area,
            place=Place(name=place),
        ),
        reason="FAMILY_IN_NEED",
        expires_at=expires,
    )
    asked = said.ClaimVolunteersAsked(claim=o.id, referral=referral, expires_at=expires)
    on = (CLAIM.key(o.id),)
    return Decision((Emit(asked, on), Emit(made, on)), (), {"claim": o.id, "number": o.number, "referral": referral})


def release(rows: Rows, c: ReleaseVolunteers, ctx: Context) -> Decision:
    """撤回: what has not begun is called off there."""
    o = claim_in(rows, c)
    check("release_volunteers", o, ctx)
    company = o.company[-1]
    back = said.ClaimVolunteersAnswered(claim=o.id, referral=company.referral, state="withdrawn")
    told = ReferralWithdrawn(referral=company.referral, to_scope=ctx.scope, reason="NOT_NEEDED")
    on = (CLAIM.key(o.id),)
    return Decision((Emit(back, on), Emit(told, on)), (), {"claim": o.id, "number": o.number})


def _claim_of(referral: str) -> str:
    return referral.rpartition(".v")[0]


def _keys(c: ReferralAnswered, ctx: Context) -> Iterable[Key]:
    return (CLAIM.key(_claim_of(c.referral)),)


def _answered(rows: Rows, c: ReferralAnswered, ctx: Context) -> Decision:
    """Nothing where it is not ours, is over, or says what is known already (an answer comes twice now and then)."""
    o = rows.find(CLAIM, _claim_of(c.referral))
    if c.made_by != ctx.source or o is None or not _waits(o, c):
        return Decision()
    fact = said.ClaimVolunteersAnswered(
        claim=o.id,
        referral=c.referral,
        state=c.answer,
        target=c.source if c.answer == "taken" else "",
        target_kind=c.kind,
        target_matter=c.matter,
        target_number=c.number,
        reason=c.reason,
    )
    return Decision((Emit(fact, (CLAIM.key(o.id),)),))


def _waits(o: Claim, c: ReferralAnswered) -> bool:
    company = o.company_open
    return company is not None and company.referral == c.referral and company.state != c.answer


ANSWER: Command[ReferralAnswered] = Command(
    "claim.volunteers_answered", ReferralAnswered, _keys, _answered, internal=True
)
COMMANDS: tuple[Command[Any], ...] = (
    command_on("claim.ask_volunteers", AskVolunteers, ask, COMPANY, icon="people"),
    command_on("claim.release_volunteers", ReleaseVolunteers, release, COMPANY, icon="back"),
    ANSWER,
)


# Hazards make referrals as well; theirs are followed there.
REACTIONS = (answers("claim_company_answers", ANSWER, ours=lambda referral: bool(_claim_of(referral))),)
