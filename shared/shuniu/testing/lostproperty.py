"""A made-up service, 失物招领 (lost property), for tests: small, complete, and unknown to every part of the suite."""

from datetime import datetime

import msgspec

from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Detail, DetailField, Emit, Offer, Private
from shuniu.chassis.rows import Happening, Index, Key, MatterFace, RowKind, Rows, Timer
from shuniu.chassis.service import Command, Service
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon
from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.manifest import Category, KindInfo, Measure, Panel, Rate, StatusInfo
from shuniu.contracts.summary import (
    MatterSummary,
    MeasureSummary,
    Notice,
    NoticeWhy,
    Place,
    RegistryEntry,
    StepSummary,
    Summary,
    Visibility,
)
from shuniu.contracts.text import Text
from shuniu.rules.calendar import local
from shuniu.rules.clocks import (
    Clock,
    clock_due,
    clock_recomputed,
    clock_timers,
    due_status,
    mark,
    most_urgent,
    start_clock,
)
from shuniu.rules.limits import Limit
from shuniu.rules.refusal import Conflict
from shuniu.testing.deposits import capability as deposits

__all__ = ("ITEM", "Found", "Hand", "service")

DESK = "desk"
"""The unit that answers for everything in the cupboard."""


@fact("lostproperty", "item.found.v1")
class ItemFound(Fact, frozen=True, kw_only=True):
    """Somebody handed in an item."""

    item: str
    number: str
    category: str
    area: str
    finder_ref: str
    clock: Clock


@fact("lostproperty", "item.handed_back.v1")
class ItemHandedBack(Fact, frozen=True, kw_only=True):
    """Its owner has it again."""

    item: str


@fact("lostproperty", "cupboard.opened.v1")
class CupboardOpened(Fact, frozen=True, kw_only=True):
    """There is a cupboard more; it travels as a unit of the registry."""

    code: str
    title: Text


class Cupboard(msgspec.Struct, frozen=True, kw_only=True):
    """Where items are kept."""

    code: str
    title: Text


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """An item in the cupboard."""

    id: str
    number: str
    category: str
    area: str
    finder_ref: str
    found_at: datetime
    status: str = "KEPT"
    clocks: tuple[Clock, ...] = ()


class Found(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hand in an item."""

    category: str
    area: str
    finder_name: str = ""


class Hand(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Give it back."""

    item: str


class OpenCupboard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Set up a cupboard."""

    code: str


def _evolve(row: Item | None, event: Fact, happening: Happening) -> Item | None:
    match event:
        case ItemFound():
            return Item(
                id=event.item,
                number=event.number,
                category=event.category,
                area=event.area,
                finder_ref=event.finder_ref,
                found_at=happening.time,
                clocks=(event.clock,),
            )
        case ItemHandedBack() if row is not None:
            return msgspec.structs.replace(row, status="BACK", clocks=tuple(c.stop(happening.time) for c in row.clocks))
        case ClockSoon() | ClockOverdue() if row is not None:
            return msgspec.structs.replace(row, clocks=mark(row.clocks, event))
        case ClockRecomputed() if row is not None:
            return msgspec.structs.replace(row, clocks=clock_recomputed(row.clocks, event))
        case _:
            return row


def _due(row: Item, ctx: Context) -> list[Emit]:
    return [Emit(event, (ITEM.key(row.id),)) for event in clock_due(row.id, row.clocks, ctx.now)]


def _summarise(row: Item, event: Fact, ctx: Context) -> Summary:
    clock = most_urgent(row.clocks)
    measures: tuple[MeasureSummary, ...] = ()
    on = local(ctx.now).date()
    if isinstance(event, ItemFound):
        measures = (MeasureSummary(name="found", value=1, on=on, dimensions={"area": row.area}),)
    elif isinstance(event, ItemHandedBack):
        measures = (
            MeasureSummary(name="handed_back", value=1, on=local(row.found_at).date(), dimensions={"area": row.area}),
        )
    return Summary(
        matter=MatterSummary(
            kind="item",
            id=row.id,
            number=row.number,
            version=0,
            title=f"{row.category}",
            category=row.category,
            status=row.status,
            open=row.status == "KEPT",
            opened_at=row.found_at,
            closed_at=ctx.now if row.status != "KEPT" else None,
            due_at=clock.due_at if clock else None,
            soon_at=clock.soon_at if clock else None,
            due_status=due_status(clock) if clock else "none",
            clock=clock.id if clock else "",
            provisional=clock is not None and clock.provisional,
            area=row.area,
            place=Place(name=row.area),
            visibility=_visibility(row),
        ),
        step=StepSummary(move=type(event).__name__),
        measures=measures,
        notices=_notices(row, event),
    )


_TOLD: dict[type[Fact], tuple[NoticeWhy, str]] = {
    ItemFound: ("assigned", "notice.item_found"),
    ClockSoon: ("soon", "notice.item_soon"),
    ClockOverdue: ("overdue", "notice.item_late"),
    ClockRecomputed: ("changed", "notice.item_moved"),
    ItemHandedBack: ("changed", "notice.item_back"),
}


def _notices(row: Item, event: Fact) -> tuple[Notice, ...]:
    """The desk is told of everything, and so is every keeper of the area."""
    if type(event) not in _TOLD:
        return ()
    why, text = _TOLD[type(event)]
    return (Notice(why=why, text=text, units=(DESK,), roles=("keeper",), areas=(row.area,)),)


def _visibility(row: Item) -> Visibility:
    return Visibility(areas=(row.area,), units=(DESK,), sensitivity=2)


def _offers(row: Item, ctx: Context) -> list[Offer]:
    if row.status != "KEPT" or not ctx.actor.has_role("keeper"):
        return []
    return [Offer(action="lostproperty.hand_back", prefill={"item": row.id}, fixed=("item",))]


def _detail(row: Item, ctx: Context) -> Detail:
    opened = ctx.prepared or {}
    name = opened.get(row.finder_ref, {}).get("name", "")
    return Detail(fields=(DetailField(label="field.finder_name", value=name, kind="person"),))


def _timers(row: Item) -> list[Timer]:
    return [Timer(*t) for t in clock_timers(row.clocks)]


ITEM: RowKind[Item] = RowKind(
    name="item",
    struct=Item,
    table="item",
    evolve=_evolve,
    index=lambda r: Index(r.status, r.area, "", most.due_at if (most := most_urgent(r.clocks)) else None),
    due=_due,
    timers=_timers,
    clocks=lambda r: r.clocks,
    face=MatterFace(
        summarise=_summarise, number=lambda r: r.number, visibility=_visibility, offers=_offers, detail=_detail
    ),
)


CUPBOARD: RowKind[Cupboard] = RowKind(
    name="cupboard",
    struct=Cupboard,
    table="cupboard",
    evolve=lambda row, event, happening: Cupboard(code=event.code, title=event.title),
    summarise=lambda row, event, ctx: Summary(
        registry=(RegistryEntry(kind="unit", code=row.code, title=row.title, subtype="CUPBOARD"),),
        visibility=Visibility(areas=(ctx.scope,), sensitivity=1),
    ),
)


def _open_cupboard(rows: Rows, c: OpenCupboard, ctx: Context) -> Decision:
    opened = CupboardOpened(code=c.code, title=Text(f"柜子{c.code}", f"Cupboard {c.code}"))
    return Decision((Emit(opened, (CUPBOARD.key(c.code),)),))


def _find_keys(c: Found, ctx: Context) -> list[Key]:
    return [counter_key("LP", ctx.now)]


def _find(rows: Rows, c: Found, ctx: Context) -> Decision:
    ctx.actor.require_area(c.area)
    item, ref = ctx.new_id(), ctx.new_id()
    clock = start_clock("keep", ctx.now, Limit(3, "wd"), ctx.calendar, ctx.profile("nj-gulou-whistle"))
    found = ItemFound(
        item=item,
        number=next_number(rows, "LP", ctx.now),
        category=c.category,
        area=c.area,
        finder_ref=ref,
        clock=clock,
    )
    private = (Private(ref, {"name": c.finder_name}, "lost-property", "STATUTORY_DUTY"),) if c.finder_name else ()
    return Decision(
        (Emit(found, (ITEM.key(item), counter_key("LP", ctx.now))),), private=private, answer={"number": found.number}
    )


def _hand_back(rows: Rows, c: Hand, ctx: Context) -> Decision:
    row = rows.need(ITEM, c.item)
    ctx.actor.require_area(row.area)
    if row.status != "KEPT":
        raise Conflict("lostproperty.gone", state=row.status, event="hand_back")
    return Decision((Emit(ItemHandedBack(item=row.id), (ITEM.key(row.id),)),))


FIND = Command("lostproperty.find", Found, _find_keys, _find, roles=("keeper",), opens="item")
HAND_BACK = Command(
    "lostproperty.hand_back",
    Hand,
    lambda c, ctx: [ITEM.key(c.item)],
    _hand_back,
    roles=("keeper",),
    kind="item",
    matter_field="item",
)


OPEN_CUPBOARD = Command(
    "lostproperty.open_cupboard",
    OpenCupboard,
    lambda c, ctx: [CUPBOARD.key(c.code)],
    _open_cupboard,
    roles=("keeper",),
)


def _t(zh: str, en: str) -> Text:
    return Text(zh, en)


service = Service(
    name="lostproperty",
    version="0.1.0",
    package="shuniu.testing.lostproperty_package",
    texts=deposits.texts.merged(
        {
            "service.title": _t("失物招领", "Lost property"),
            "service.summary": _t("捡到的东西有人管。", "What was found is kept."),
            "action.lostproperty.find": _t("登记失物", "Hand in"),
            "action.lostproperty.hand_back": _t("归还", "Hand back"),
            "field.finder_name": _t("拾获人", "Finder"),
            "action.lostproperty.open_cupboard": _t("设柜", "Open a cupboard"),
            "field.area": _t("区域", "Area"),
            "field.category": _t("类别", "Category"),
            "field.item": _t("失物", "Item"),
            "field.code": _t("编码", "Code"),
            "event.item.found.v1": _t("拾获", "Found"),
            "event.item.handed_back.v1": _t("归还", "Handed back"),
            "event.cupboard.opened.v1": _t("设柜", "Cupboard opened"),
            "role.keeper": _t("保管员", "Keeper"),
            "rule.lostproperty.gone": _t("已经归还。", "It has been handed back."),
            "notice.item_found": _t("有一件失物交由您保管", "An item is yours to keep"),
            "notice.item_soon": _t("有一件失物即将到期", "An item's time is nearly up"),
            "notice.item_late": _t("有一件失物已超期", "An item's time is up"),
            "notice.item_back": _t("失物已归还", "An item went back"),
            "notice.item_moved": _t("保管期限已按新日历重算", "The limit was computed by the new calendar"),
            "rule.item.unknown": _t("没有这件失物。", "There is no such item."),
        }
    ),
    rows=(ITEM, CUPBOARD, *deposits.rows),
    commands=(FIND, HAND_BACK, OPEN_CUPBOARD, *deposits.commands),
    facts=(ItemFound, ItemHandedBack, CupboardOpened, ClockSoon, ClockOverdue, ClockRecomputed, *deposits.facts),
    kinds=(
        KindInfo(
            id="item",
            title=_t("失物", "Item"),
            plural=_t("失物", "Items"),
            statuses=(
                StatusInfo(id="KEPT", title=_t("保管中", "Kept"), open=True, order=0),
                StatusInfo(id="BACK", title=_t("已归还", "Handed back"), open=False, tone="done", order=1),
            ),
            categories=(
                Category(id="umbrella", title=_t("雨伞", "Umbrella")),
                Category(id="key", title=_t("钥匙", "Key")),
            ),
            clocks=(Category(id="keep", title=_t("保管期限", "Keeping")),),
        ),
    ),
    measures=(
        Measure(name="found", title=_t("拾获", "Found"), kind="sum"),
        Measure(name="handed_back", title=_t("归还", "Handed back"), kind="sum"),
    ),
    rates=(
        Rate(
            name="back",
            title=_t("归还率", "Return rate"),
            numerator=("handed_back",),
            denominator=("found",),
            cohort=_t("按拾获日", "by day of finding"),
        ),
    ),
    panels=(Panel(id="back", title=_t("归还率", "Return rate"), kind="kpi", rate="back"),),
    sheets=deposits.sheets,
    role_ids=("keeper", "clerk"),
)
