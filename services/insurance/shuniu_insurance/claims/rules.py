"""Who may do what with a claim, and when (domain rules 4.11, 10.6): every guard that needs no form, shared by commands
and offers. A refusal names the claim's status, the move and the rule."""

from datetime import date, datetime

from shuniu.chassis.context import Context
from shuniu.chassis.terms import term, term_until
from shuniu.contracts.clock import Term
from shuniu.rules.calendar import local
from shuniu.rules.refusal import Conflict, Forbidden

from shuniu_insurance.claims.lifecycle import CLAIM, INSURER, SURVEYORS
from shuniu_insurance.claims.state import Claim
from shuniu_insurance.fields import today
from shuniu_insurance.settings import profile_of, settings_of

__all__ = ("certificate_holds", "check", "limit_of", "limitation_of", "limitation_over")

_OF_INSURER = (
    "register",
    "register_later",
    "survey",
    "ask_documents",
    "complete_documents",
    "assess",
    "advance",
    "deny",
    "pay",
    "recourse",
)
_COMPANY = ("ask_volunteers", "release_volunteers")


def limit_of(o: Claim | None, ctx: Context, clock: str, limit: str = "") -> Term:
    """A limit of the Insurance Law from now on, in natural days (domain rules 0.3)."""
    profile = profile_of(ctx)
    return term(ctx, clock, profile.limit(limit or clock), profile, clocks=o.clocks if o else ())


def limitation_of(occurred_at: datetime, ctx: Context) -> Term:
    """Two years from the accident (§26); no claim is put away before."""
    day = local(occurred_at).date()
    years = settings_of(ctx).limitation_years
    last = date(day.year + years, day.month, min(day.day, 28) if day.month == 2 else day.day)
    return term_until(ctx, "limitation", last, profile_of(ctx))


def limitation_over(o: Claim, ctx: Context) -> bool:
    """Whether the two years have run out."""
    return any(c.id == "limitation" and ctx.now >= c.due_at for c in o.clocks)


def _refuse(rule: str, o: Claim, event: str, **params: str) -> Forbidden:
    return Forbidden(rule, state=o.status, event=event, params=params)


def _check_side(move: str, o: Claim, ctx: Context) -> None:
    """The insurer acts where its unit is the policy's, everybody else where their area contains the place."""
    either = (move == "close" and ctx.actor.has_role(*INSURER)) or (move in _COMPANY and ctx.actor.has_role(*SURVEYORS))
    if move in _OF_INSURER or either:
        if not ctx.actor.acts_for(o.insurer):
            raise _refuse("access.unit", o, move, unit=o.insurer)
        if not o.consented:
            raise Conflict("claim.consent_first", state=o.status, event=move)
    elif not ctx.actor.covers(o.area):
        raise _refuse("access.area", o, move, area=o.area)


def certificate_holds(o: Claim, move: str, ctx: Context) -> None:
    """Signed by the community's secretary, not revoked, not older than its time. Conflict ``claim.certificate_first``,
    ``claim.certificate_expired``: renewed first."""
    if not o.certified or o.revoked:
        raise Conflict("claim.certificate_first", state=o.status, event=move)
    if o.valid_until is not None and today(ctx) > o.valid_until:
        raise Conflict(
            "claim.certificate_expired", state=o.status, event=move, params={"until": o.valid_until.isoformat()}
        )


def check(move: str, o: Claim, ctx: Context, *, by_code: bool = False) -> None:
    """The move is possible for this actor now. ``by_code``: the claimant, known by the follow-up code."""
    if not by_code:
        CLAIM.check_role(move, ctx.actor.roles, "access.role")
        _check_side(move, o, ctx)
    CLAIM.check(o.status, move)
    match move:
        case "register" | "register_later":
            if o.registered_at is not None:
                raise Conflict("claim.registered_once", state=o.status, event=move)
            if ctx.actor.id == o.signed_by:
                raise _refuse("claim.registrar_signs_not", o, move)
        case "ask_documents" if o.asked_documents or o.complete_at:
            raise Conflict("claim.documents_once", state=o.status, event=move)
        case "complete_documents":
            if o.complete_at is not None:
                raise Conflict("claim.complete_once", state=o.status, event=move)
            certificate_holds(o, move, ctx)
        case "assess" | "advance":
            if o.registered_at is None:
                raise Conflict("claim.register_first", state=o.status, event=move)
            if o.complete_at is None:
                raise Conflict("claim.documents_first", state=o.status, event=move)
            if not o.certified:
                raise Conflict("claim.certificate_first", state=o.status, event=move)
        case "deny" if o.covered:
            raise Conflict("claim.deny_uncovered", state=o.status, event=move)
        case "agree":
            if not (o.settled if o.status == "MEDIATED" else o.covered):
                raise Conflict("claim.nothing_to_agree", state=o.status, event=move)
            certificate_holds(o, move, ctx)
        case "pay" if not o.certified or not o.signed_by:
            raise Conflict("claim.certificate_first", state=o.status, event=move)
        case "dispute" if o.status == "CLOSED" and (not o.denied or limitation_over(o, ctx)):
            raise Conflict("claim.dispute_answer", state=o.status, event=move)
        case "close":
            if o.status == "CERT_REFUSED" and o.appeal_open:
                raise Conflict("claim.appeal_open", state=o.status, event=move)
            if o.status == "MEDIATED" and o.settled:
                raise Conflict("claim.close_answered", state=o.status, event=move)
        case "ask_volunteers" if o.company_open is not None:
            raise Conflict("claim.volunteers_once", state=o.status, event=move)
        case "release_volunteers" if o.company_open is None:
            raise Conflict("claim.volunteers_asked", state=o.status, event=move)
        case "erase":
            if not limitation_over(o, ctx):
                raise Conflict("claim.kept_for_limitation", state=o.status, event=move)
            if o.erased:
                raise Conflict("claim.erased_once", state=o.status, event=move)
