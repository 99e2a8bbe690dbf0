"""An accident is reported (报案): by a resident without an account, by the community, over the insurer's hotline.

The policy is found by place, date and kind. What happened, who was hurt and who reports goes straight to the encrypted
fields; the separate consent that the insurer may be given it is asked apart and recorded (PIPL §23).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.counter import COUNTER, counter_key, next_number
from shuniu.chassis.decision import Decision, Emit, Offer
from shuniu.chassis.keyed import told_code
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.insurance.claims import ClaimRelationDeclared, ClaimReported, Injured, ReportChannel
from shuniu.contracts.insurance.policies import Cover
from shuniu.rules.areas import check_code, within
from shuniu.rules.calendar import local
from shuniu.rules.evidence import check_evidence
from shuniu.rules.refusal import Conflict, FieldError, Forbidden, Unprocessable

from shuniu_insurance.claims.claim import CLAIM, CODE
from shuniu_insurance.claims.lifecycle import CLAIM as CYCLE
from shuniu_insurance.claims.lifecycle import HOTLINE, REPORTERS
from shuniu_insurance.claims.prepare import Prepared, prepare_report
from shuniu_insurance.claims.rules import limit_of, limitation_of
from shuniu_insurance.fields import AreaCode, EvidenceList, GivenPlace, Sealed, files, known, place_of, told_as
from shuniu_insurance.policies.covers import cover_for
from shuniu_insurance.policies.kinds import event_kinds
from shuniu_insurance.policies.policy import BOOK, POLICY_ROW
from shuniu_insurance.policies.state import Book, Policy
from shuniu_insurance.settings import settings_of

__all__ = ("COMMANDS", "CONSENT_VERSION", "NUMBERS", "policy_for")

NUMBERS = "LP"
"""Prefix of the numbers people know claims by (理赔), e.g. LP261123-0001."""
CONSENT_VERSION = "2026-1"
"""Which text the person consented to: ``notice_text.consent`` of the catalogue."""
_PUBLIC = "LPWEB"

_Words = Annotated[str, Meta(min_length=4, max_length=2000, pattern=r"\S", extra_json_schema={"x-widget": "textarea"})]
_Name = Annotated[str, Meta(max_length=40)]
_Phone = Annotated[str, Meta(max_length=20, pattern=r"^[0-9+() -]*$")]
Kind = Annotated[str, Meta(max_length=8, extra_json_schema={"x-widget": "category"})]


class ReportAccident(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An accident, where and when, what kind, who was hurt."""

    what_happened: _Words
    event_kind: Kind = "E99"
    injured: Injured = "RESIDENT"
    area: AreaCode
    place: Annotated[GivenPlace, Meta(extra_json_schema={"x-widget": "place"})]
    occurred_at: Annotated[datetime, Meta(tz=True, extra_json_schema={"x-widget": "datetime"})]
    injured_name: _Name = ""
    injured_phone: _Phone = ""
    reporter_name: _Name = ""
    reporter_phone: _Phone = ""
    consent: bool = False
    """The separate consent to give the insurer what the claim needs (PIPL §23). A refusal stops no report."""
    own: bool = False
    """Who reports is the injured person."""
    evidence: EvidenceList = ()
    """Photos of the place and of what happened there."""


class ReportPublic(ReportAccident, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody reports over the public page, without signing in."""


def _candidates(c: ReportAccident, rows: Rows, ctx: Context) -> tuple[str, ...]:
    book = rows.find(BOOK, ctx.scope) or Book()
    return book.candidates(local(c.occurred_at).date(), c.area)


def _keys(c: ReportAccident, ctx: Context) -> Iterable[Key]:
    return (BOOK.key(ctx.scope), counter_key(NUMBERS, ctx.now), counter_key(_PUBLIC, ctx.now))


def _more_keys(c: ReportAccident, rows: Rows, ctx: Context) -> Iterable[Key]:
    return (POLICY_ROW.key(p) for p in _candidates(c, rows, ctx))


def policy_for(
    rows: Rows, policies: Iterable[str], occurred_at: datetime, area: str, kind: str, injured: Injured
) -> tuple[Policy, Cover]:
    """The policy and cover that answer; a cover that names the kind goes before a catch-all. Unprocessable
    ``claim.no_policy``."""
    day = local(occurred_at).date()
    found: list[tuple[Policy, Cover]] = []
    for id_ in policies:
        p = rows.need(POLICY_ROW, id_)
        cover = cover_for(p, day, kind, injured) if p.holds_on(day, area) else None
        if cover is not None:
            found.append((p, cover))
    named = [pair for pair in found if pair[1].protection != "CATCH_ALL"]
    if not found:
        raise Unprocessable("claim.no_policy", fields=(FieldError("event_kind", "not_covered"),))
    return (named or found)[0]


def _check_when(c: ReportAccident, ctx: Context) -> None:
    if c.occurred_at > ctx.now:
        raise Unprocessable("claim.not_ahead", fields=(FieldError("occurred_at", "not_between"),))
    if limitation_of(c.occurred_at, ctx).due_at <= ctx.now:
        params = {"years": settings_of(ctx).limitation_years}
        raise Unprocessable("claim.limitation_over", fields=(FieldError("occurred_at", "not_between"),), params=params)


def _report(rows: Rows, c: ReportAccident, channel: ReportChannel, ctx: Context) -> tuple[Emit, Sealed, dict[str, Any]]:
    given = ctx.prepared if isinstance(ctx.prepared, Prepared) else Prepared()
    with told_as("", "report"):
        area = check_code(c.area, "community", "grid")
        known("area", area, "area", ctx)
        if not within(area, ctx.scope):
            raise Unprocessable("claim.elsewhere", fields=(FieldError("area", "area_outside"),))
        if c.event_kind not in event_kinds():
            raise Unprocessable("claim.kind_unknown", fields=(FieldError("event_kind", "unknown"),))
        _check_when(c, ctx)
        policy, cover = policy_for(rows, _candidates(c, rows, ctx), c.occurred_at, area, c.event_kind, c.injured)
        place = place_of(c.place)
    claim = ctx.new_id()
    # What happened to somebody's body is sensitive personal data (PIPL §28).
    sealed = Sealed(ctx, claim)
    consented = Sealed(ctx, claim, "CONSENT")
    text_ref = sealed.text(c.what_happened, "claim.accident", 4)
    injured = {"injured_name": c.injured_name, "injured_phone": c.injured_phone}
    reporter = {"reporter_name": c.reporter_name, "reporter_phone": c.reporter_phone}
    fact = ClaimReported(
        claim=claim,
        number=next_number(rows, NUMBERS, ctx.now),
        channel=channel,
        event_kind=c.event_kind,
        injured=c.injured,
        policy=policy.id,
        policy_number=policy.number,
        cover=cover.code,
        basis=cover.basis,
        insurer=policy.insurer,
        area=area,
        place=place,
        occurred_at=c.occurred_at,
        incident=claim,
        text_ref=text_ref,
        reporter_ref=consented.keep(reporter, "claim.reporter"),
        injured_ref=sealed.keep(injured, "claim.injured"),
        consented=c.consent,
        consent_version=CONSENT_VERSION if c.consent else "",
        evidence=files(check_evidence(c.evidence)),
        terms=(limit_of(None, ctx, "survey"), limitation_of(c.occurred_at, ctx)),
    )
    on = [CLAIM.key(claim), counter_key(NUMBERS, ctx.now)]
    if given.code_key:
        on.append(CODE.key(given.code_key))
    sealed.private += consented.private
    answer = {"claim": claim, "number": fact.number, "slip": given.slip, "policy": policy.number}
    return Emit(fact, tuple(on)), sealed, answer


def report(rows: Rows, c: ReportAccident, ctx: Context) -> Decision:
    """REPORTED, by the community or the insurer's hotline."""
    CYCLE.check_role("report", ctx.actor.roles, "access.role")
    hotline = ctx.actor.has_role(*HOTLINE)
    emit, sealed, answer = _report(rows, c, "INSURER_HOTLINE" if hotline else "COMMUNITY", ctx)
    fact = emit.fact
    assert isinstance(fact, ClaimReported)
    if hotline:
        if not ctx.actor.acts_for(fact.insurer):
            raise Forbidden("access.unit", event="report", params={"unit": fact.insurer})
    elif not ctx.actor.covers(fact.area):
        raise Forbidden("access.area", event="report", params={"area": fact.area})
    events = [emit]
    if c.own:
        events.append(Emit(ClaimRelationDeclared(claim=fact.claim, relation="SELF"), (CLAIM.key(fact.claim),)))
    return Decision(tuple(events), tuple(sealed.private), answer)


def report_public(rows: Rows, c: ReportPublic, ctx: Context) -> Decision:
    """REPORTED over the public page: so many a day of everybody together."""
    page = rows.find(COUNTER, counter_key(_PUBLIC, ctx.now).id)
    most = settings_of(ctx).public_a_day
    if page is not None and page.last >= most:
        raise Conflict("claim.page_full", status=429, event="report", params={"most": most})
    emit, sealed, answer = _report(rows, c, "PUBLIC", ctx)
    return Decision((Emit(emit.fact, (*emit.on, counter_key(_PUBLIC, ctx.now))),), tuple(sealed.private), answer)


def _offer(action: str) -> Any:
    def offers(ctx: Context) -> tuple[Offer, ...]:
        area = next((a for a in ctx.actor.areas if len(a) >= 12), "")
        given: dict[str, Any] = {"occurred_at": ctx.now.isoformat(), "event_kind": "E99", "injured": "RESIDENT"}
        return (Offer(action=action, prefill={**given, "area": area} if area else given),)

    return offers


COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "claim.report",
        ReportAccident,
        _keys,
        report,
        roles=REPORTERS,
        more_keys=_more_keys,
        prepare=prepare_report,
        told=told_code,
        opens=CYCLE.kind,
        tone="primary",
        icon="shield",
        offer=_offer("claim.report"),
        surfaces=("board", "phone"),
        order=220,
    ),
    Command(
        "claim.report_public",
        ReportPublic,
        _keys,
        report_public,
        public=True,
        more_keys=_more_keys,
        prepare=prepare_report,
        told=told_code,
        opens=CYCLE.kind,
        icon="shield",
        surfaces=("phone",),
        order=221,
    ),
)
