"""What the world sees of an order: a number, a kind of help, minutes; who asks and who serves only by opaque ids."""

from collections.abc import Sequence

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Detail, DetailField, Offer
from shuniu.contracts.envelope import Fact, move_of
from shuniu.contracts.summary import MatterSummary, MeasureSummary, Notice, StepSummary, Summary, Visibility
from shuniu.contracts.volunteer import time_bank as said
from shuniu.rules.refusal import Refusal

from shuniu_volunteer.fields import business_day
from shuniu_volunteer.texts import words_of
from shuniu_volunteer.time_bank.chart import TIME_CLERKS
from shuniu_volunteer.time_bank.lifecycle import ORDER
from shuniu_volunteer.time_bank.order import TimeOrder

__all__ = ("detail", "offers", "summarise")


def _notices(row: TimeOrder, f: Fact) -> tuple[Notice, ...]:
    match f:
        case said.TimeOrderRequested():
            return (Notice(why="assigned", text="notice.time_requested", roles=TIME_CLERKS, areas=(row.area,)),)
        case said.TimeOrderMatched() if f.account:
            return (Notice(why="assigned", text="notice.time_matched", accounts=(f.account,)),)
        case said.TimeOrderUnmatched():
            return (Notice(why="changed", text="notice.time_unmatched", roles=TIME_CLERKS, areas=(row.area,)),)
        case said.TimeOrderDone():
            return (Notice(why="assigned", text="notice.time_done", accounts=(row.requester,)),)
        case said.TimeOrderDisputed():
            return (Notice(why="assigned", text="notice.time_disputed", roles=TIME_CLERKS, areas=(row.area,)),)
        case said.TimeOrderSettled() | said.TimeOrderCancelled():
            told = tuple(dict.fromkeys(a for a in (row.requester, row.server_account) if a))
            return (Notice(why="changed", text="notice.time_ended", accounts=told),)
    return ()


def _measures(row: TimeOrder, f: Fact, ctx: Context) -> tuple[MeasureSummary, ...]:
    names = {
        said.TimeOrderRequested: "time_orders",
        said.TimeOrderDone: "time_orders_served",
        said.TimeOrderCancelled: "time_orders_cancelled",
    }
    name = names.get(type(f))
    if name is None:
        return ()
    on = business_day(row.opened_at)  # a rate's cohort: the orders of a day, whenever they end
    return (MeasureSummary(name=f"volunteer.{name}", value=1, on=on, dimensions={"area": row.area}),)


def summarise(row: TimeOrder, f: Fact, ctx: Context) -> Summary:
    """The domain-free part of one event."""
    title = words_of("time_bank")[f"category.{row.category}"].zh
    matter = MatterSummary(
        kind=ORDER.kind,
        id=row.id,
        number=row.number,
        version=0,
        title=f"{title} · {row.place.name}" if row.place.name else title,
        category=row.category,
        status=row.status,
        open=row.ended_at is None,
        opened_at=row.opened_at,
        closed_at=row.ended_at,
        due_at=row.confirm_until,
        clock="time_silence" if row.confirm_until else "",
        area=row.area,
        place=row.place,
        visibility=Visibility(areas=(row.area,), roles=("time_bank_clerk",)),
    )
    params = {"minutes": str(f.minutes)} if isinstance(f, said.TimeOrderDone | said.TimeOrderConfirmed) else {}
    step = StepSummary(move=move_of(f), params=params)
    return Summary(matter=matter, step=step, measures=_measures(row, f, ctx), notices=_notices(row, f))


def offers(row: TimeOrder, ctx: Context) -> Sequence[Offer]:
    """The moves this person may make now."""
    from shuniu_volunteer.time_bank.orders import may

    found: list[Offer] = []
    for move in ORDER.moves_from(row.status):
        if not move.roles:
            continue
        try:
            may(row, move.event, ctx)
        except Refusal:
            continue
        prefill: dict[str, object] = {"order": row.id}
        if move.event in ("finish_time", "rule_time"):
            prefill["minutes"] = row.served or row.minutes
        found.append(Offer(action=f"volunteer.{move.event}", prefill=prefill, fixed=("order",)))
    return tuple(found)


def detail(row: TimeOrder, ctx: Context) -> Detail:
    """The owner's page."""
    opened: dict[str, dict[str, str]] = ctx.prepared or {}
    fields = (
        DetailField(label="time.category", value=f"category.{row.category}", kind="key"),
        DetailField(label="time.minutes", value=str(row.minutes), kind="minutes"),
        DetailField(label="time.served", value=str(row.served) if row.served else "", kind="minutes"),
        DetailField(label="time.wished_at", value=row.wished_at.isoformat(), kind="time"),
        DetailField(label="time.area", value=row.area, kind="area"),
        DetailField(label="time.for_kin", value="" if row.beneficiary == "SELF" else "time.yes", kind="key"),
        DetailField(label="time.wish", value=opened.get(row.text_ref, {}).get("text", "")),
        DetailField(label="time.dispute", value=opened.get(row.dispute_ref, {}).get("text", "")),
    )
    return Detail(fields=tuple(f for f in fields if f.value))
