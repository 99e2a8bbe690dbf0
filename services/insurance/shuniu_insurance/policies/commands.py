"""Commands of a policy: draft, conclude, endorse, end (domain rules 4). A policy in force is never edited."""

import tomllib
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit, Offer
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.envelope import Fact
from shuniu.contracts.insurance import policies as said
from shuniu.contracts.insurance.policies import Basis, Cover, Protection
from shuniu.rules.areas import check_code, within
from shuniu.rules.refusal import Conflict, FieldError, Forbidden, Unprocessable

from shuniu_insurance.fields import AreaCode, Day, Fen, Hidden, Reference, UnitCode, Version, known, today, told_as
from shuniu_insurance.policies.covers import check_covers
from shuniu_insurance.policies.lifecycle import LEADERS, POLICY, WRITERS
from shuniu_insurance.policies.policy import BOOK, POLICY_ROW
from shuniu_insurance.policies.state import Book, Policy

__all__ = ("COMMANDS", "demonstration_covers", "guard")

NUMBERS = "BD"
"""Prefix of the numbers people know policies by (保单), e.g. BD261123-0001."""
_MOST_DAYS = 5 * 366


class GivenCover(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A cover as somebody writes it down; see :class:`shuniu.contracts.insurance.policies.Cover`. Limits are fen."""

    code: Annotated[str, Meta(min_length=1, max_length=12, pattern=r"^[A-Z][A-Z0-9_]*$")]
    protection: Protection
    basis: Basis
    kinds: Annotated[tuple[str, ...], Meta(max_length=40)] = ()
    per_person: Annotated[int, Meta(ge=0, le=10**12)] = 0
    medical_per_person: Annotated[int, Meta(ge=0, le=10**12)] = 0
    per_event: Annotated[int, Meta(ge=0, le=10**12)] = 0
    aggregate: Annotated[int, Meta(ge=0, le=10**13)] = 0
    source: Annotated[str, Meta(max_length=40)] = ""


Covers = Annotated[tuple[GivenCover, ...], Meta(min_length=1, max_length=20)]


class DraftPolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Write a policy (拟保单)."""

    insurer: UnitCode
    area: AreaCode
    since: Day
    until: Day
    premium: Fen
    covers: Covers
    previous: Annotated[str, Meta(max_length=64, extra_json_schema={"x-widget": "hidden"})] = ""


class OnPolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one policy. With ``expected_version`` it is refused when the policy has moved on since."""

    policy: Hidden
    expected_version: Version | None = None


class RewritePolicy(OnPolicy, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Change a draft (修改保单)."""

    since: Day
    until: Day
    premium: Fen
    covers: Covers


class DiscardPolicy(OnPolicy, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Give a draft up."""


class IssuePolicy(OnPolicy, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Conclude the policy under the insurer's contract number (签订)."""

    contract: Reference


class EndorsePolicy(OnPolicy, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another version of the covers for accidents from a day on (批改). ``premium_change`` is fen, either way."""

    effective_from: Day
    covers: Covers
    premium_change: Annotated[int, Meta(ge=-(10**12), le=10**12)] = 0
    endorsement: Reference


class TerminatePolicy(OnPolicy, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """End the contract early (退保)."""

    last_day: Day
    termination: Annotated[str, Meta(pattern=r"^(BY_STREET|BY_INSURER|REPLACED)$")]


@cache
def demonstration_covers() -> tuple[Cover, ...]:
    """The covers that ship for demonstrations; each says where its limits come from."""
    tree = tomllib.loads(resources.files(__package__).joinpath("demonstration.toml").read_text("utf-8"))
    return tuple(msgspec.convert(c, Cover) for c in tree["cover"])


def _covers(given: Iterable[GivenCover]) -> tuple[Cover, ...]:
    return check_covers([msgspec.convert(msgspec.structs.asdict(c), Cover) for c in given])


def _check_period(since: date, until: date) -> None:
    if not since <= until <= since + timedelta(days=_MOST_DAYS):
        raise Unprocessable("policy.period", fields=(FieldError("until", "not_between"),))


def guard(move: str, p: Policy, ctx: Context) -> None:
    """The actor holds a role for the move where the policy is, and the status allows it."""
    POLICY.check_role(move, ctx.actor.roles, "access.role")
    if not ctx.actor.covers(p.area):
        raise Forbidden("access.area", state=p.status, event=move, params={"area": p.area})
    POLICY.check(p.status, move)
    if move == "issue" and ctx.actor.id == p.drafted_by:
        raise Forbidden("policy.two_persons", state=p.status, event=move)


def _on_policy(c: OnPolicy, ctx: Context) -> Iterable[Key]:
    return (POLICY_ROW.key(c.policy),)


def _with_book(c: OnPolicy, ctx: Context) -> Iterable[Key]:
    return (POLICY_ROW.key(c.policy), BOOK.key(ctx.scope))


def _policy(rows: Rows, c: OnPolicy, move: str, ctx: Context) -> Policy:
    p = rows.need(POLICY_ROW, c.policy, c.expected_version)
    guard(move, p, ctx)
    return p


def _said(p: Policy, fact: Fact, *also: Key) -> Decision:
    on = (POLICY_ROW.key(p.id), *also)
    return Decision((Emit(fact, on),), answer={"policy": p.id, "number": p.number})


def draft(rows: Rows, c: DraftPolicy, ctx: Context) -> Decision:
    """DRAFT. Only where the actor may, with covers that hold together."""
    with told_as("", "draft"):
        area = check_code(c.area)
        ctx.actor.require_area(area)
        known("area", area, "area", ctx)
        known("unit", c.insurer, "insurer", ctx)
        _check_period(c.since, c.until)
        covers = _covers(c.covers)
    fact = said.PolicyDrafted(
        policy=ctx.new_id(),
        number=next_number(rows, NUMBERS, ctx.now),
        insurer=c.insurer,
        area=area,
        since=c.since,
        until=c.until,
        premium=c.premium,
        covers=covers,
        previous=c.previous,
    )
    on = (POLICY_ROW.key(fact.policy), counter_key(NUMBERS, ctx.now))
    return Decision((Emit(fact, on),), answer={"policy": fact.policy, "number": fact.number})


def rewrite(rows: Rows, c: RewritePolicy, ctx: Context) -> Decision:
    """A draft says something else; a concluded policy is endorsed instead."""
    p = _policy(rows, c, "rewrite", ctx)
    with told_as(p.status, "rewrite"):
        _check_period(c.since, c.until)
        covers = _covers(c.covers)
    return _said(p, said.PolicyRewritten(policy=p.id, since=c.since, until=c.until, premium=c.premium, covers=covers))


def discard(rows: Rows, c: DiscardPolicy, ctx: Context) -> Decision:
    """DISCARDED."""
    return _said(_policy(rows, c, "discard", ctx), said.PolicyDiscarded(policy=c.policy))


def _check_overlap(book: Book, p: Policy, covers: Iterable[Cover], move: str) -> None:
    """No protection twice for the same place at the same time, so that an accident has one answer."""
    wanted = {c.protection for c in covers}
    for other in book.policies:
        apart = other.until < p.since or p.until < other.since
        nested = within(other.area, p.area) or within(p.area, other.area)
        if other.policy != p.id and not apart and nested and wanted & set(other.protections):
            raise Conflict("policy.overlap", state=p.status, event=move, params={"policy": other.policy})


def issue(rows: Rows, c: IssuePolicy, ctx: Context) -> Decision:
    """ISSUED by somebody else than who wrote it; in force from its first day."""
    p = _policy(rows, c, "issue", ctx)
    book = rows.find(BOOK, ctx.scope) or Book()
    _check_overlap(book, p, p.covers, "issue")
    protections = tuple(dict.fromkeys(c.protection for c in p.covers))
    fact = said.PolicyIssued(
        policy=p.id, contract=c.contract, area=p.area, since=p.since, until=p.until, protections=protections
    )
    return _said(p, fact, BOOK.key(ctx.scope))


def endorse(rows: Rows, c: EndorsePolicy, ctx: Context) -> Decision:
    """A further version; accidents before ``effective_from`` keep theirs, so it lies not in the past."""
    p = _policy(rows, c, "endorse", ctx)
    with told_as(p.status, "endorse"):
        covers = _covers(c.covers)
        if not max(today(ctx), p.versions[-1].since) <= c.effective_from <= p.until:
            raise Unprocessable("policy.endorse_ahead", fields=(FieldError("effective_from", "not_between"),))
        if p.premium + c.premium_change < p.premium_paid:
            raise Unprocessable("policy.premium_below_paid", fields=(FieldError("premium_change", "out_of_range"),))
    _check_overlap(rows.find(BOOK, ctx.scope) or Book(), p, covers, "endorse")
    fact = said.PolicyEndorsed(
        policy=p.id,
        version=p.versions[-1].version + 1,
        effective_from=c.effective_from,
        premium_change=c.premium_change,
        covers=covers,
        endorsement=c.endorsement,
    )
    return _said(p, fact, BOOK.key(ctx.scope))


def terminate(rows: Rows, c: TerminatePolicy, ctx: Context) -> Decision:
    """TERMINATED: the last covered day is not in the past, and accidents until then stay covered."""
    p = _policy(rows, c, "terminate", ctx)
    if not today(ctx) <= c.last_day <= p.until:
        wrong = (FieldError("last_day", "not_between"),)
        raise Unprocessable("policy.period", state=p.status, event="terminate", fields=wrong)
    return _said(p, said.PolicyTerminated(policy=p.id, last_day=c.last_day, reason=c.termination), BOOK.key(ctx.scope))


def _offer_draft(ctx: Context) -> tuple[Offer, ...]:
    since = date(today(ctx).year + 1, 1, 1)
    covers = [msgspec.structs.asdict(c) for c in demonstration_covers()]
    given = {"area": ctx.scope, "since": since.isoformat(), "until": since.replace(month=12, day=31).isoformat()}
    return (Offer(action="policy.draft", prefill={**given, "covers": covers}),)


def _on(
    move: str, struct: type[Any], decide: Callable[..., Decision], roles: tuple[str, ...], **rest: Any
) -> Command[Any]:
    rest.setdefault("keys", _on_policy)
    return Command(
        f"policy.{move}", struct, decide=decide, roles=roles, kind=POLICY.kind, matter_field="policy", **rest
    )


COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "policy.draft",
        DraftPolicy,
        lambda c, ctx: (counter_key(NUMBERS, ctx.now),),
        draft,
        roles=WRITERS,
        opens=POLICY.kind,
        icon="shield",
        offer=_offer_draft,
        surfaces=("board",),
        order=200,
    ),
    _on("rewrite", RewritePolicy, rewrite, WRITERS),
    _on("discard", DiscardPolicy, discard, WRITERS, tone="danger"),
    _on("issue", IssuePolicy, issue, LEADERS, keys=_with_book, tone="primary"),
    _on("endorse", EndorsePolicy, endorse, LEADERS, keys=_with_book),
    _on("terminate", TerminatePolicy, terminate, LEADERS, keys=_with_book, tone="danger"),
)
