"""A disclosure as a row and a matter, its commands, and the book that keeps a quarter from being told twice."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta
from msgspec.structs import replace
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Detail, DetailField, DetailPanel, Emit, Offer
from shuniu.chassis.rows import Happening, Index, Key, MatterFace, RowKind, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.envelope import Fact, move_of
from shuniu.contracts.insurance import disclosure as said
from shuniu.contracts.summary import MatterSummary, Notice, StepSummary, Summary, Visibility
from shuniu.rules.refusal import Conflict, FieldError, Forbidden, Refusal, Unprocessable

from shuniu_insurance.disclosure.figures import Paid, paid_between, tell
from shuniu_insurance.disclosure.lifecycle import DISCLOSURE
from shuniu_insurance.disclosure.texts import TEXTS
from shuniu_insurance.fields import Hidden, today
from shuniu_insurance.policies.kinds import event_kinds
from shuniu_insurance.settings import settings_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("BOOK", "COMMANDS", "DISCLOSURE_ROW", "Disclosure", "quarter")

NUMBERS = "GS"
_LEADERS = DISCLOSURE.move("publish").roles


class Disclosure(msgspec.Struct, frozen=True, kw_only=True):
    """One quarter's figures."""

    id: str
    number: str
    status: str = "DRAFTED"
    since: date
    until: date
    least: int
    persons: int | None
    amount: int | None
    by_kind: tuple[said.DisclosedCell, ...]
    by_area: tuple[said.DisclosedCell, ...]
    drafted_by: str
    drafted_at: datetime
    ended_at: datetime | None = None


class Told(msgspec.Struct, frozen=True):
    """Guard row: quarters that have been told or are being drawn up, by first day."""

    quarters: dict[str, str] = {}


class DraftDisclosure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Draw up the figures of a calendar quarter that is over (编制赔付公示)."""

    year: Annotated[int, Meta(ge=2000, le=2200)]
    quarter: Annotated[int, Meta(ge=1, le=4)]


class OnDisclosure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one disclosure."""

    disclosure: Hidden


def quarter(year: int, number: int) -> tuple[date, date]:
    """First and last day of a calendar quarter. Other periods are not told: by their difference small cells show."""
    first = date(year, 3 * number - 2, 1)
    after = date(year + 1, 1, 1) if number == 4 else date(year, 3 * number + 1, 1)
    return first, after - timedelta(days=1)


def evolve(row: Disclosure | None, f: Any, h: Happening) -> Disclosure | None:
    """The disclosure after a fact."""
    match f:
        case said.DisclosureDrafted():
            return Disclosure(
                id=f.disclosure,
                number=f.number,
                since=f.since,
                until=f.until,
                least=f.least,
                persons=f.persons,
                amount=f.amount,
                by_kind=f.by_kind,
                by_area=f.by_area,
                drafted_by=h.actor,
                drafted_at=h.time,
            )
        case said.DisclosurePublished() if row is not None:
            return replace(row, status="PUBLISHED", ended_at=h.time)
        case said.DisclosureDiscarded() if row is not None:
            return replace(row, status="DISCARDED", ended_at=h.time)
    return row


def evolve_told(row: Told | None, f: Any, h: Happening) -> Told | None:
    """The book after a draft, or after one was given up."""
    told = dict(row.quarters) if row else {}
    match f:
        case said.DisclosureDrafted():
            told[f.since.isoformat()] = f.disclosure
        case said.DisclosureDiscarded():
            told = {day: id_ for day, id_ in told.items() if id_ != f.disclosure}
    return Told(told)


def guard(move: str, row: Disclosure, ctx: Context) -> None:
    """Role, place, status; who drew it up does not publish it."""
    DISCLOSURE.check_role(move, ctx.actor.roles, "access.role")
    if not ctx.actor.covers(ctx.scope):
        raise Forbidden("access.area", state=row.status, event=move, params={"area": ctx.scope})
    DISCLOSURE.check(row.status, move)
    if move == "publish" and ctx.actor.id == row.drafted_by:
        raise Forbidden("disclosure.two_persons", state=row.status, event=move)


def _visibility(row: Disclosure) -> Visibility:
    return Visibility(roles=("street_clerk", *_LEADERS, "insurer_clerk", "operator"), sensitivity=2)


def _summarise(row: Disclosure, f: Fact, ctx: Context) -> Summary:
    title = f"{TEXTS['kind.insurance_disclosure'].zh} · {row.since.isoformat()}/{row.until.isoformat()}"
    matter = MatterSummary(
        kind=DISCLOSURE.kind,
        id=row.id,
        number=row.number,
        version=0,
        title=title,
        status=row.status,
        open=row.status == "DRAFTED",
        opened_at=row.drafted_at,
        closed_at=row.ended_at,
        area=ctx.scope,
        visibility=_visibility(row),
    )
    drafted = isinstance(f, said.DisclosureDrafted)
    notice = Notice(why="assigned", text="notice.disclosure_drafted", roles=_LEADERS, areas=(ctx.scope,))
    return Summary(matter=matter, step=StepSummary(move=move_of(f)), notices=(notice,) if drafted else ())


def _offers(row: Disclosure, ctx: Context) -> Sequence[Offer]:
    found = []
    for move in DISCLOSURE.moves_from(row.status):
        try:
            guard(move.event, row, ctx)
        except Refusal:
            continue
        found.append(Offer(action=f"disclosure.{move.event}", prefill={"disclosure": row.id}, fixed=("disclosure",)))
    return tuple(found)


def _detail(row: Disclosure, ctx: Context) -> Detail:
    fields = (
        DetailField(label="detail.period", value=f"{row.since.isoformat()} – {row.until.isoformat()}"),
        DetailField(label="detail.least", value=str(row.least)),
    )
    panel = DetailPanel(title="panel.disclosure", kind="table", route=f"/disclosures/{row.id}")
    return Detail(fields=fields, panels=(panel,))


DISCLOSURE_ROW: RowKind[Disclosure] = RowKind(
    DISCLOSURE.kind,
    Disclosure,
    "insurance_disclosure",
    evolve,
    index=lambda row: Index(row.status),
    face=MatterFace(
        summarise=_summarise, number=lambda row: row.number, visibility=_visibility, offers=_offers, detail=_detail
    ),
)
BOOK: RowKind[Told] = RowKind("disclosure_book", Told, "disclosure_book", evolve_told)


async def _figures(c: DraftDisclosure, host: "Host") -> list[Paid]:
    since, until = quarter(c.year, c.quarter)
    return await paid_between(host, since, until)


def _draft_keys(c: DraftDisclosure, ctx: Context) -> Iterable[Key]:
    return (BOOK.key(ctx.scope), counter_key(NUMBERS, ctx.now))


def draft(rows: Rows, c: DraftDisclosure, ctx: Context) -> Decision:
    """DRAFTED. A quarter is told once, whole, and when it is over."""
    ctx.actor.require_area(ctx.scope)
    since, until = quarter(c.year, c.quarter)
    if until >= today(ctx):
        raise Unprocessable("disclosure.over", event="draft", fields=(FieldError("quarter", "not_over"),))
    book = rows.find(BOOK, ctx.scope) or Told()
    if since.isoformat() in book.quarters:
        raise Conflict("disclosure.drafted_once", event="draft", params={"since": since.isoformat()})
    least = settings_of(ctx).small_cell_least
    areas = [code for code in ctx.registry.all("area") if len(code) == 12 and code.startswith(ctx.scope)]
    told = tell(list(ctx.prepared or ()), event_kinds(), sorted(areas), least)
    fact = said.DisclosureDrafted(
        disclosure=ctx.new_id(),
        number=next_number(rows, NUMBERS, ctx.now),
        since=since,
        until=until,
        least=least,
        persons=told.persons,
        amount=told.amount,
        by_kind=told.by_kind,
        by_area=told.by_area,
    )
    on = (DISCLOSURE_ROW.key(fact.disclosure), *_draft_keys(c, ctx))
    return Decision((Emit(fact, on),), (), {"disclosure": fact.disclosure, "number": fact.number})


def _keys(c: OnDisclosure, ctx: Context) -> Iterable[Key]:
    return (DISCLOSURE_ROW.key(c.disclosure), BOOK.key(ctx.scope))


def publish(rows: Rows, c: OnDisclosure, ctx: Context) -> Decision:
    """PUBLISHED, to stay."""
    row = rows.need(DISCLOSURE_ROW, c.disclosure)
    guard("publish", row, ctx)
    fact = said.DisclosurePublished(disclosure=row.id)
    return Decision((Emit(fact, (DISCLOSURE_ROW.key(row.id),)),), (), {"disclosure": row.id, "number": row.number})


def discard(rows: Rows, c: OnDisclosure, ctx: Context) -> Decision:
    """DISCARDED: the quarter may be drawn up anew. Nothing of it was told."""
    row = rows.need(DISCLOSURE_ROW, c.disclosure)
    guard("discard", row, ctx)
    on = (DISCLOSURE_ROW.key(row.id), BOOK.key(ctx.scope))
    return Decision((Emit(said.DisclosureDiscarded(disclosure=row.id), on),), (), {"disclosure": row.id})


def _offer_draft(ctx: Context) -> Sequence[Offer]:
    day = today(ctx)
    last = (day.year - 1, 4) if day.month <= 3 else (day.year, (day.month - 1) // 3)
    return (Offer(action="disclosure.draft", prefill={"year": last[0], "quarter": last[1]}),)


_ON: dict[str, Any] = {"kind": DISCLOSURE.kind, "matter_field": "disclosure"}
COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "disclosure.draft",
        DraftDisclosure,
        _draft_keys,
        draft,
        roles=DISCLOSURE.move("draft").roles,
        prepare=_figures,
        opens=DISCLOSURE.kind,
        offer=_offer_draft,
        surfaces=("board",),
        order=340,
    ),
    Command("disclosure.publish", OnDisclosure, _keys, publish, roles=_LEADERS, tone="primary", order=341, **_ON),
    Command(
        "disclosure.discard",
        OnDisclosure,
        _keys,
        discard,
        roles=DISCLOSURE.move("discard").roles,
        tone="danger",
        order=342,
        **_ON,
    ),
)
