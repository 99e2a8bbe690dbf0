"""Matching needs to offers: the solver proposes with reasons, a person decides, and may always choose otherwise.

No decision about a resident is automatic (PIPL §24): a proposal moves nothing, whoever raised the need may refuse even
that, and a choice by hand needs no proposal, only a reason.
"""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.services_desk.needs import NeedMatched, NeedProposed, NeedServed, NeedUnmatched
from shuniu.rules.calendar import local
from shuniu.rules.refusal import Conflict

from shuniu_services_desk.fields import AreaCode, Code, LongText, Reason, Sealing, area_in_scope, today, wrong
from shuniu_services_desk.matching.offers import OFFER, OfferRow
from shuniu_services_desk.matching.scoring import score
from shuniu_services_desk.matching.solver import Assigned, assign
from shuniu_services_desk.matching.tables import OfferTable
from shuniu_services_desk.needs.answering import tell_term
from shuniu_services_desk.needs.kinds import NEED_ROW, may_serve
from shuniu_services_desk.needs.lifecycles import SORTERS
from shuniu_services_desk.needs.raising import PURPOSE, OnNeed, need_in, on_need
from shuniu_services_desk.needs.state import Need
from shuniu_services_desk.needs.tables import NeedTable

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("COMMANDS", "MOST", "Solved")

MOST = 300
"""Needs of one run, those that wait longest."""


class Run(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Propose offers for the sorted needs of an area, all at once."""

    area: AreaCode = ""
    category: Annotated[str, Meta(max_length=40, extra_json_schema={"x-widget": "category"})] = ""


class Match(OnNeed, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person chooses the offer, whatever was proposed."""

    offer: Code
    reason: Reason


class Unmatch(OnNeed, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It does not fit after all, or was declined."""

    reason: Reason


class Serve(OnNeed, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It was served."""

    note: LongText = ""


class Solved(msgspec.Struct, frozen=True, kw_only=True):
    """The solver's result as it stood when it was worked out: ``considered`` needs, and what each was given."""

    considered: int = 0
    assigned: tuple[Assigned, ...] = ()


async def prepare_run(c: Run, host: "Host") -> Solved:
    """Before the rules are asked: read needs and offers, and solve, away from the event loop."""
    query = NeedTable.select(NeedTable.doc).where(NeedTable.status == "CLUSTERED")
    records = await query.where(NeedTable.area.like(f"{c.area or host.scope}%")).order_by(NeedTable.key)
    needs = [msgspec.json.decode(r["doc"], type=Need) for r in records]
    needs = [n for n in needs if not n.automation_refused and c.category in ("", n.category)][:MOST]
    rows = [
        msgspec.json.decode(r["doc"], type=OfferRow)
        for r in await OfferTable.select(OfferTable.doc).order_by(OfferTable.key)
    ]
    now = host.clock.now()
    open_ = [r for r in rows if r.serves_on(local(now).date())]
    room = {r.offer.code: r.room for r in open_}
    assigned = await asyncio.to_thread(assign, needs, [r.offer for r in open_], room, now)
    return Solved(considered=len(needs), assigned=assigned)


def _solved(ctx: Context) -> Solved:
    return ctx.prepared if isinstance(ctx.prepared, Solved) else Solved()


def _run_keys(c: Run, ctx: Context) -> Iterable[Key]:
    for a in _solved(ctx).assigned:
        yield NEED_ROW.key(a.need)
        yield OFFER.key(a.offer)


def run(rows: Rows, c: Run, ctx: Context) -> Decision:
    """A proposal for each need that still waits; nothing moves by it."""
    ctx.actor.require_area(area_in_scope(c.area, "propose", ctx))
    solved, run_id = _solved(ctx), ctx.new_id()
    events: list[Emit] = []
    for a in solved.assigned:
        n, offer = rows.find(NEED_ROW, a.need), rows.find(OFFER, a.offer)
        if n is None or n.status != "CLUSTERED" or n.automation_refused or offer is None:
            continue
        fact = NeedProposed(need=n.id, run=run_id, offer=a.offer, unit=a.unit, score=a.score, others=a.others)
        events.append(Emit(fact, (NEED_ROW.key(n.id),), n.area))
    answer = {"run": run_id, "considered": solved.considered, "proposed": len(events)}
    return Decision(tuple(events), (), answer)


def _taking(rows: Rows, offer: str, n: Need, event: str, ctx: Context) -> OfferRow:
    """The offer, if it can take one more: decided under its row, so capacity is never exceeded."""
    row = rows.find(OFFER, offer)
    if row is None:
        raise wrong("offer.unknown", "offer", "unknown", event, n.status, offer=offer[:40])
    if not row.serves_on(today(ctx)):
        raise Conflict("offer.closed_already", state=n.status, event=event, params={"offer": offer})
    if row.room < 1:
        raise Conflict("offer.full", state=n.status, event=event, params={"capacity": row.offer.capacity})
    return row


def _say(n: Need, fact: Any, offer: str, sealing: Sealing | None = None) -> Decision:
    emit = Emit(fact, (NEED_ROW.key(n.id), OFFER.key(offer)), n.area)
    private = sealing.private if sealing else ()
    return Decision((emit,), private, {"need": n.id, "number": n.number, "offer": offer})


def _proposed(c: OnNeed, rows: Rows, ctx: Context) -> Iterable[Key]:
    found = rows.find(NEED_ROW, c.need)
    return (OFFER.key(found.proposal.offer),) if found is not None and found.proposal is not None else ()


def confirm(rows: Rows, c: OnNeed, ctx: Context) -> Decision:
    """CLUSTERED → MATCHED as proposed: a person's decision."""
    n = need_in(rows, c, "confirm_match", ctx)
    if n.proposal is None:
        raise Conflict("need.no_proposal", state=n.status, event="confirm_match")
    offer = _taking(rows, n.proposal.offer, n, "confirm_match", ctx).offer
    fact = NeedMatched(
        need=n.id, offer=offer.code, unit=offer.unit, manual=False, score=n.proposal.score, first=n.matched == 0
    )
    return _say(n, fact, offer.code)


def match(rows: Rows, c: Match, ctx: Context) -> Decision:
    """CLUSTERED → MATCHED by hand, with the reason; also to an offer the points would not find."""
    n = need_in(rows, c, "match", ctx)
    row = _taking(rows, c.offer, n, "match", ctx)
    sealing = Sealing(ctx)
    fact = NeedMatched(
        need=n.id,
        offer=row.offer.code,
        unit=row.offer.unit,
        manual=True,
        score=score(n, row.offer, row.room, ctx.now),
        reason_ref=sealing.text(c.reason, PURPOSE, n.id),
        first=n.matched == 0,
    )
    return _say(n, fact, c.offer, sealing)


def _its_offer(c: OnNeed, rows: Rows, ctx: Context) -> Iterable[Key]:
    found = rows.find(NEED_ROW, c.need)
    return (OFFER.key(found.offer),) if found is not None and found.offer else ()


def unmatch(rows: Rows, c: Unmatch, ctx: Context) -> Decision:
    """MATCHED → CLUSTERED; the offer has its place again."""
    n = need_in(rows, c, "unmatch", ctx)
    sealing = Sealing(ctx)
    fact = NeedUnmatched(need=n.id, offer=n.offer, reason_ref=sealing.text(c.reason, PURPOSE, n.id))
    return _say(n, fact, n.offer, sealing)


def serve(rows: Rows, c: Serve, ctx: Context) -> Decision:
    """MATCHED → SERVED; whoever raised it is to be told."""
    n = rows.need(NEED_ROW, c.need, c.expected_version, "serve")
    may_serve(n, ctx)
    sealing = Sealing(ctx)
    fact = NeedServed(
        need=n.id,
        offer=n.offer,
        unit=n.unit,
        note_ref=sealing.text(c.note, PURPOSE, n.id),
        term=tell_term(n, ctx),
    )
    return _say(n, fact, n.offer, sealing)


def _match_keys(c: Match, ctx: Context) -> Iterable[Key]:
    return (NEED_ROW.key(c.need), OFFER.key(c.offer))


def _on(name: str, struct: type[msgspec.Struct], decide: Any, order: int, **rest: Any) -> Command[Any]:
    given = {"keys": on_need, "more_keys": _its_offer, "roles": SORTERS, **rest}
    return Command(f"need.{name}", struct, decide=decide, kind="desk_need", matter_field="need", order=order, **given)


COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "match.run", Run, _run_keys, run, roles=SORTERS, prepare=prepare_run, opens="desk_need", icon="search",
        surfaces=("board",), order=309,
    ),
    _on("confirm_match", OnNeed, confirm, 310, more_keys=_proposed, tone="primary"),
    _on("match", Match, match, 311, keys=_match_keys, more_keys=None),
    _on("unmatch", Unmatch, unmatch, 319),
    _on("serve", Serve, serve, 311, roles=(), tone="primary"),
)  # fmt: skip
