"""Parties of a CROSS whistle that belong to other scopes (跨区联合哨): who they are, and what is said to them.

Every party gets a referral and works on a whistle of its own, with its own answer and its own clocks; here it has a
callout like any unit. Their referral's id is ``<whistle>.<callout>``, so an answer finds both.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.contracts.envelope import Fact, parse_source
from shuniu.contracts.referral import ReferralMade, ReferralProgress, ReferralSubject, ReferralWithdrawn
from shuniu.contracts.whistle.whistles import CalledUnit, Party
from shuniu.rules.areas import is_code
from shuniu.rules.clocks import due_status, most_urgent
from shuniu.rules.refusal import FieldError, Unprocessable

from shuniu_whistle.texts import title_zh
from shuniu_whistle.whistles.state import Callout, Whistle

__all__ = (
    "ANYBODY",
    "CalledParty",
    "PartyList",
    "as_parties",
    "check_parties",
    "is_foreign",
    "made_for",
    "referral_of",
    "said_to_others",
    "unit_of",
    "whistle_and_callout",
)

ANYBODY = "@"
"""A party without a unit is the street or district as such: ``@<scope>``."""


class CalledParty(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A unit of another scope, or the street or district that scope is."""

    scope: Annotated[str, Meta(min_length=6, max_length=12, pattern=r"^[0-9]+$")]
    unit: Annotated[str, Meta(max_length=40)] = ""
    role: Literal["LEAD", "CO"] = "CO"


PartyList = Annotated[tuple[CalledParty, ...], Meta(max_length=12, extra_json_schema={"x-widget": "party-list"})]


def as_parties(given: Iterable[CalledParty]) -> tuple[Party, ...]:
    """The parties as facts name them."""
    return tuple(Party(scope=p.scope, unit=p.unit, role=p.role) for p in given)


def unit_of(p: Party) -> str:
    """The code a party's callout goes by."""
    return p.unit or f"{ANYBODY}{p.scope}"


def check_parties(direction: str, parties: Sequence[Party], lead: str, origin: str, ctx: Context) -> None:
    """Parties belong to other scopes, each once, only in a CROSS whistle; one LEAD over all there are (10.1)."""

    def bad(rule: str, field: str, **params: str) -> Unprocessable:
        return Unprocessable(rule, event="draft", fields=(FieldError(field, rule.rpartition(".")[2]),), params=params)

    if parties and direction != "CROSS":
        raise bad("whistle.parties_cross_only", "parties")
    seen: set[str] = set()
    for n, p in enumerate(parties):
        if not is_code(p.scope) or p.scope == ctx.scope or p.scope.startswith(ctx.scope):
            raise bad("whistle.party_scope", f"parties.{n}.scope", scope=p.scope)
        if p.scope == origin:
            raise bad("whistle.party_called_us", f"parties.{n}.scope", scope=p.scope)
        if (code := unit_of(p)) in seen:
            raise bad("whistle.unit_twice", f"parties.{n}.unit", unit=code)
        seen.add(code)
    leads = [n for n, p in enumerate(parties) if p.role == "LEAD"]
    if len(leads) + bool(lead) > 1:
        raise bad("whistle.one_lead", f"parties.{leads[0]}.role")


def is_foreign(made_by: str, ctx: Context) -> bool:
    """Whether a source belongs to another scope."""
    return parse_source(made_by)[0] != ctx.scope


def referral_of(w: Whistle, callout: str) -> str:
    """The referral by which a party was asked."""
    return f"{w.id}.{callout}"


def whistle_and_callout(referral: str) -> tuple[str, str]:
    """The whistle and the callout a referral of ours is about; ("", "") for anything else."""
    whistle, dot, callout = referral.partition(".")
    return (whistle, callout) if dot and whistle and callout else ("", "")


def made_for(w: Whistle, called: CalledUnit, finish_by: str, ctx: Context) -> ReferralMade:
    """What a party is asked: the matter as far as anybody may know it, its role, and until when; no free text."""
    subject = ReferralSubject(
        source=ctx.source,
        kind="whistle",
        matter=w.id,
        number=w.number,
        title=f"{w.item_title or title_zh(f'category.{w.item}')} · {w.place.name}",
        category=w.item,
        area=w.area,
        place=w.place,
    )
    unit = "" if called.unit.startswith(ANYBODY) else called.unit
    payload = {"role": called.role, "unit": unit, "kind": w.kind, "finish_by": finish_by, "caller": w.caller_unit}
    return ReferralMade(
        referral=referral_of(w, called.callout),
        to_scope=called.scope,
        to_kind="whistle",
        subject=subject,
        reason="CROSS",
        payload=payload,
    )


def said_to_others(before: Whistle, after: Whistle, ctx: Context) -> list[Fact]:
    """What other scopes hear of a change: those we asked, that we do without them; those who asked, how we stand."""
    return [*_taken_back(before, after), *_progress(before, after, ctx)]


def _taken_back(before: Whistle, after: Whistle) -> Iterable[ReferralWithdrawn]:
    cancelled = after.status == "CANCELLED" and before.status != "CANCELLED"
    was = {c.id: c for c in before.callouts}
    for c in after.callouts:
        standing = c.id in was and was[c.id].owes
        if c.scope and standing and (cancelled or c.status == "WAIVED"):
            yield ReferralWithdrawn(referral=referral_of(after, c.id), to_scope=c.scope, reason=after.status)


def _progress(before: Whistle, after: Whistle, ctx: Context) -> Iterable[ReferralProgress]:
    asked = [r for r in after.referrals if is_foreign(r.made_by, ctx)]
    if not asked:
        return
    was = {c.id: _standing(before, c) for c in before.callouts}
    for c in after.callouts:
        now = _standing(after, c)
        if was.get(c.id) == now:
            continue
        clock = most_urgent(x for x in after.clocks if x.part == c.id)
        for r in asked:
            yield ReferralProgress(
                referral=r.referral,
                made_by=r.made_by,
                kind="whistle",
                matter=after.id,
                unit=c.unit,
                status=c.status,
                due_at=clock.due_at if clock else None,
                late=now[1],
            )


def _standing(w: Whistle, c: Callout) -> tuple[str, bool]:
    clocks = [x for x in w.clocks if x.part == c.id]
    return c.status, any(due_status(x) == "late" or x.late for x in clocks)
