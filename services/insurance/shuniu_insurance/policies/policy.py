"""The policy as a matter: its summary, its page, what may be done with it; and the book beside it."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Detail, DetailField, DetailPanel, DetailRow, DetailSection, Offer
from shuniu.chassis.rows import MatterFace, RowKind
from shuniu.contracts.envelope import Fact, move_of
from shuniu.contracts.insurance import policies as said
from shuniu.contracts.insurance.policies import Cover
from shuniu.contracts.summary import Link, MatterSummary, Notice, StepSummary, Summary, Visibility
from shuniu.rules.refusal import Refusal

from shuniu_insurance.fields import today
from shuniu_insurance.policies.lifecycle import LEADERS, POLICY
from shuniu_insurance.policies.state import Book, Policy, due, ends_at, evolve, evolve_book, index, timers
from shuniu_insurance.policies.texts import TEXTS

__all__ = ("BOOK", "POLICY_ROW", "step_of")

BOOK: RowKind[Book] = RowKind("insurance_book", Book, "insurance_book", evolve_book)
_OPEN = ("DRAFT", "ISSUED", "IN_FORCE")


def step_of(f: Fact, **more: Any) -> StepSummary:
    """The timeline's line of a fact: its name without the version, words joined (``claim_paid``)."""
    return StepSummary(move=move_of(f), **more)


def _notices(p: Policy, f: Fact) -> tuple[Notice, ...]:
    match f:
        case said.PolicyDrafted():
            return (Notice(why="assigned", text="notice.policy_drafted", roles=LEADERS, areas=(p.area,)),)
        case said.PolicyIssued() | said.PolicyEndorsed() | said.PolicyTerminated():
            return (Notice(why="changed", text="notice.policy_changed", units=(p.insurer,)),)
        case said.PolicyExpired():
            return (Notice(why="overdue", text="notice.policy_expired", roles=LEADERS, areas=(p.area,)),)
    return ()


def _visibility(p: Policy) -> Visibility:
    return Visibility(areas=(p.area,), units=(p.insurer,), sensitivity=2)


def _summarise(p: Policy, f: Fact, ctx: Context) -> Summary:
    area = ctx.registry.get("area", p.area)
    title = f"{TEXTS['kind.insurance_policy'].zh} · {area.title.zh if area else p.area} · {p.since.year}"
    matter = MatterSummary(
        kind=POLICY.kind,
        id=p.id,
        number=p.number,
        version=0,
        title=title,
        status=p.status,
        open=p.status in _OPEN,
        opened_at=p.drafted_at,
        closed_at=p.ended_at,
        due_at=ends_at(p),
        due_status="running" if ends_at(p) else "none",
        clock=p.status.lower() if ends_at(p) else "",
        area=p.area,
        lead_unit=p.insurer,
        visibility=_visibility(p),
    )
    links: tuple[Link, ...] = ()
    if isinstance(f, said.PolicyDrafted) and p.previous:
        links = (Link(relation="follows", source=ctx.source, kind=POLICY.kind, matter=p.previous),)
    return Summary(matter=matter, step=step_of(f, unit=p.insurer), links=links, notices=_notices(p, f))


def _offers(p: Policy, ctx: Context) -> Sequence[Offer]:
    from shuniu_insurance.policies.commands import guard

    covers = [msgspec.structs.asdict(c) for c in p.covers]
    period = {"since": p.since.isoformat(), "until": p.until.isoformat(), "premium": p.premium}
    given: dict[str, dict[str, Any]] = {
        "rewrite": {**period, "covers": covers},
        "discard": {},
        "issue": {},
        "endorse": {"effective_from": (today(ctx) + timedelta(days=1)).isoformat(), "covers": covers},
        "terminate": {"last_day": today(ctx).isoformat()},
    }
    found: list[Offer] = []
    for move, prefill in given.items():
        try:
            guard(move, p, ctx)
        except Refusal:
            continue
        found.append(Offer(action=f"policy.{move}", prefill={"policy": p.id, **prefill}, fixed=("policy",)))
    if ctx.actor.covers(ctx.scope) and ctx.actor.has_role("finance") and p.status in ("ISSUED", "IN_FORCE", "EXPIRED"):
        day = {"policy": p.id, "on": today(ctx).isoformat()}
        if (owed := p.premium - p.premium_paid) > 0:
            found.append(Offer(action="fund.pay_premium", prefill={**day, "amount": owed}, fixed=("policy",)))
        if p.premium_paid > 0:
            found.append(Offer(action="fund.take_refund", prefill=day, fixed=("policy",)))
    return tuple(found)


def _yuan(fen: int) -> str:
    return f"¥{fen / 100:,.2f}"


def _cover(c: Cover) -> DetailRow:
    limits = ("per_person", "medical_per_person", "per_event", "aggregate")
    fields = [DetailField(label="field.basis", value=f"enum.basis.{c.basis}", kind="key")]
    fields += [DetailField(label="detail.event_kind", value=f"category.{k}", kind="key") for k in c.kinds]
    fields += [DetailField(label=f"field.{n}", value=_yuan(v)) for n in limits if (v := getattr(c, n))]
    if c.source:
        fields.append(DetailField(label="field.source", value=c.source))
    return DetailRow(label=f"enum.protection.{c.protection}", note=c.code, fields=tuple(fields))


def _detail(p: Policy, ctx: Context) -> Detail:
    def head() -> Iterable[DetailField]:
        yield DetailField(label="field.insurer", value=p.insurer, kind="unit")
        yield DetailField(label="field.area", value=p.area, kind="area")
        yield DetailField(label="field.since", value=p.since.isoformat())
        yield DetailField(label="field.until", value=p.until.isoformat())
        yield DetailField(label="field.premium", value=_yuan(p.premium))
        yield DetailField(label="detail.premium_paid", value=_yuan(p.premium_paid))
        if p.contract:
            yield DetailField(label="field.contract", value=p.contract)
        if p.reason:
            yield DetailField(label="field.termination", value=f"enum.termination.{p.reason}", kind="key")

    versions = tuple(
        DetailRow(label="detail.version", note=f"v{v.version} · {v.since.isoformat()} · {v.endorsement}".rstrip(" ·"))
        for v in p.versions
    )
    return Detail(
        fields=tuple(head()),
        sections=(
            DetailSection(title="section.covers", rows=tuple(_cover(c) for c in p.covers)),
            DetailSection(title="section.versions", rows=versions),
        ),
        panels=(DetailPanel(title="panel.policy_room", kind="table", route=f"/policies/{p.id}/room"),),
    )


POLICY_ROW: RowKind[Policy] = RowKind(
    POLICY.kind,
    Policy,
    "insurance_policy",
    evolve,
    index=index,
    due=due,
    timers=timers,
    face=MatterFace(
        summarise=_summarise, number=lambda p: p.number, visibility=_visibility, offers=_offers, detail=_detail
    ),
)
