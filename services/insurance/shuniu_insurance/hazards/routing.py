"""Routing a hazard: the government by referral, followed to its end; insurer's team or owner by order (10.7).

Hazards with a competent department go to the government, the rest to forces the insurer organises (4.1). A referral
asks for a grid event or a whistle in this scope; an absent service is an open referral, and the limit to start tells.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision
from shuniu.chassis.referring import ReferralAnswered, answers
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.insurance import hazards as said
from shuniu.contracts.referral import (
    ReferralMade,
    ReferralSubject,
    ReferralWithdrawn,
)
from shuniu.contracts.summary import Place
from shuniu.rules.limits import deadline
from shuniu.rules.refusal import FieldError, Unprocessable

from shuniu_insurance.fields import LongText
from shuniu_insurance.hazards.commands import OnHazard, on_hazard, say, sealed, terms
from shuniu_insurance.hazards.data import categories, profile_of
from shuniu_insurance.hazards.face import title_of
from shuniu_insurance.hazards.kind import HAZARD_ROW
from shuniu_insurance.hazards.lifecycle import HAZARD
from shuniu_insurance.hazards.rules import check_grade_way
from shuniu_insurance.hazards.state import Hazard

__all__ = ("COMMANDS", "REACTIONS")

ToKind = Literal["grid_event", "whistle"]


class Route(OnHazard, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is to remove it (分流). ``to_kind`` for the government, ``unit`` for insurer's team or owner."""

    way: said.HazardWay
    to_kind: ToKind | None = None
    unit: Annotated[str, Meta(max_length=60, extra_json_schema={"x-widget": "unit"})] = ""
    order: LongText = ""


def _wrong(row: Hazard, c: Route, ctx: Context) -> Iterable[FieldError]:
    if c.way == "GOV":
        if c.to_kind is None:
            yield FieldError("to_kind", "missing")
        if c.unit:
            yield FieldError("unit", "not_taken")
        return
    if c.to_kind is not None:
        yield FieldError("to_kind", "not_taken")
    unit = c.unit or (row.insurer if c.way == "INSURER" else row.owner_unit)
    if not unit:
        # An owner who is no unit gets the order in words.
        if c.way == "INSURER" or len(c.order.strip()) < 2:
            yield FieldError("unit", "missing")
    elif ctx.registry.get("unit", unit) is None:
        yield FieldError("unit", "unknown")


def _route(row: Hazard, c: Route, ctx: Context) -> Decision:
    if wrong := tuple(_wrong(row, c, ctx)):
        raise Unprocessable("hazard.route", state=row.status, event="route", fields=wrong)
    check_grade_way(row, c.way)
    ref, private = sealed(ctx, row, c.order)
    if c.way != "GOV":
        unit = c.unit or (row.insurer if c.way == "INSURER" else row.owner_unit)
        fact = said.HazardRouted(hazard=row.id, way=c.way, unit=unit, order_ref=ref, terms=terms(row, ctx, "start"))
        return say(row, fact, private=private)
    assert c.to_kind is not None
    profile = profile_of(ctx)
    expires = deadline(ctx.now, profile.limit("refer"), ctx.calendar, profile.hours).due_at
    referral = f"{row.id}.{len(row.referrals) + 1}"
    routed = said.HazardRouted(
        hazard=row.id,
        way="GOV",
        to_kind=c.to_kind,
        referral=referral,
        order_ref=ref,
        expires_at=expires,
        terms=terms(row, ctx, "start"),
    )
    made = ReferralMade(
        referral=referral,
        to_scope=ctx.scope,
        to_kind=c.to_kind,
        subject=ReferralSubject(
            source=ctx.source,
            kind=HAZARD.kind,
            matter=row.id,
            number=row.number,
            title=title_of(row, ctx),
            category=row.category,
            area=row.area,
            place=row.place if row.place.name or row.place.lon is not None else Place(name=row.area),
        ),
        reason="MAJOR_HAZARD" if row.grade == "MAJOR" else "HAZARD",
        payload={"category": categories()[row.category].grid, "grade": row.grade},
        expires_at=expires,
    )
    return say(row, routed, made, private=private)


def _withdraw(row: Hazard, c: OnHazard, ctx: Context) -> Decision:
    """撤回移交: nobody takes it, or another way is better."""
    assert row.referral is not None  # the guard said so
    back = said.HazardReferralBack(
        hazard=row.id, referral=row.referral.id, cause="withdrawn", terms=terms(row, ctx, "route")
    )
    told = ReferralWithdrawn(referral=row.referral.id, to_scope=ctx.scope, reason="TAKEN_BACK")
    return say(row, back, told)


def _answer_keys(c: ReferralAnswered, ctx: Context) -> Iterable[Key]:
    return (HAZARD_ROW.key(c.referral.rpartition(".")[0]),)


def _answer(rows: Rows, c: ReferralAnswered, ctx: Context) -> Decision:
    """Nothing where it concerns nobody here any more."""
    row = rows.find(HAZARD_ROW, c.referral.rpartition(".")[0])
    if c.made_by != ctx.source or row is None or row.status not in ("ROUTED", "RECTIFYING"):
        return Decision()
    if row.referral is None or row.referral.id != c.referral:
        return Decision()
    match c.answer:
        case "taken" if row.referral.state == "open":
            return say(
                row,
                said.HazardReferralTaken(
                    hazard=row.id,
                    referral=c.referral,
                    target=c.source,
                    target_kind=c.kind,
                    target_matter=c.matter,
                    target_number=c.number,
                    terms=terms(row, ctx, "rectify"),
                ),
            )
        case "taken":
            return Decision()
        case "settled":
            return say(
                row,
                said.HazardReferralSettled(hazard=row.id, referral=c.referral, terms=terms(row, ctx, "recheck")),
            )
    return say(
        row,
        said.HazardReferralBack(
            hazard=row.id, referral=c.referral, cause=c.answer, reason=c.reason, terms=terms(row, ctx, "route")
        ),
    )


ANSWER: Command[ReferralAnswered] = Command(
    "hazard.referral_answered", ReferralAnswered, _answer_keys, _answer, internal=True
)
COMMANDS: tuple[Command[Any], ...] = (
    on_hazard("route", Route, _route, 306, tone="primary", icon="send"),
    on_hazard("withdraw_referral", OnHazard, _withdraw, 307, icon="back"),
    ANSWER,
)


REACTIONS = (answers("hazard_referral_answers", ANSWER),)
