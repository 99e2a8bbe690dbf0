"""Member units of the 一家亲 association (仙林一家亲协会): who belongs, who sponsors, what was contributed."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta
from msgspec.structs import replace
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.http.access import host_of
from shuniu.chassis.rows import Happening, Index, Key, RowKind, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.tables import StateTable
from shuniu.contracts.panels import Column, TablePanel
from shuniu.contracts.text import Text
from shuniu.contracts.volunteer import association as said
from shuniu.rules.areas import within
from shuniu.rules.refusal import Conflict

from shuniu_volunteer.fields import AreaCode, Day, UnitCode, business_day, wrong
from shuniu_volunteer.roles import CLERKS
from shuniu_volunteer.texts import words_of

__all__ = ("COMMANDS", "HANDLERS", "MEMBER_UNIT", "MemberUnit", "MemberUnitTable")

MOST_GIFTS = 500


class Gift(msgspec.Struct, frozen=True, kw_only=True):
    """A contribution in kind."""

    id: str
    kind: said.GiftKind
    label: str
    on: date


class MemberUnit(msgspec.Struct, frozen=True, kw_only=True):
    """A member unit."""

    unit: str
    title: Text
    area: str
    sponsor: bool
    joined_on: date
    left_on: date | None = None
    gifts: tuple[Gift, ...] = ()

    @property
    def active(self) -> bool:
        """Whether it is a member still."""
        return self.left_on is None


def _evolve(row: MemberUnit | None, f: Any, h: Happening) -> MemberUnit | None:
    match f:
        case said.AssociationUnitJoined():
            given = MemberUnit(unit=f.unit, title=f.title, area=f.area, sponsor=f.sponsor, joined_on=f.joined_on)
            return replace(given, gifts=row.gifts) if row else given
        case said.AssociationUnitLeft() if row is not None:
            return replace(row, left_on=f.left_on)
        case said.AssociationGiftRecorded() if row is not None:
            return replace(row, gifts=(*row.gifts, Gift(id=f.gift, kind=f.kind, label=f.label, on=f.on)))
    return row


MEMBER_UNIT: RowKind[MemberUnit] = RowKind(
    "association_unit",
    MemberUnit,
    "association_unit",
    _evolve,
    index=lambda row: Index("ACTIVE" if row.active else "LEFT", row.area, row.unit),
)


class MemberUnitTable(StateTable, tablename="association_unit"):
    """Member units by unit code."""


class Join(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A unit joins, or what is said of it is put right."""

    unit: UnitCode
    unit_title: Annotated[str, Meta(min_length=2, max_length=60, pattern=r"\S")]
    unit_title_en: Annotated[str, Meta(max_length=80)] = ""
    area: AreaCode
    sponsor: bool = False
    joined_on: Day | None = None


class Leave(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A unit leaves."""

    unit: UnitCode


class RecordGift(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Record what a member contributed: a kind and a label, no amount."""

    unit: UnitCode
    gift_kind: said.GiftKind
    label: Annotated[str, Meta(min_length=2, max_length=100, pattern=r"\S")]
    gift_on: Day | None = None


def _unit(c: Any, ctx: Context) -> Iterable[Key]:
    return (MEMBER_UNIT.key(c.unit),)


def _member(rows: Rows, unit: str, event: str, ctx: Context) -> MemberUnit:
    row = rows.need(MEMBER_UNIT, unit)
    ctx.actor.require_area(row.area)
    if not row.active:
        raise Conflict("association.left", event=event)
    return row


def join(rows: Rows, c: Join, ctx: Context) -> Decision:
    """The unit and its area lie in the jurisdiction."""
    ctx.actor.require_area(c.area)
    if not within(c.area, ctx.scope):
        raise wrong("association.elsewhere", "area", "area_outside", "join_association")
    on = c.joined_on or business_day(ctx.now)
    if on > business_day(ctx.now):
        raise wrong("association.date", "joined_on", "out_of_range", "join_association")
    fact = said.AssociationUnitJoined(
        unit=c.unit,
        title=Text(c.unit_title.strip(), c.unit_title_en.strip() or c.unit_title.strip()),
        area=c.area,
        sponsor=c.sponsor,
        joined_on=on,
    )
    return Decision((Emit(fact, (MEMBER_UNIT.key(c.unit),), c.area),), (), {"unit": c.unit})


def leave(rows: Rows, c: Leave, ctx: Context) -> Decision:
    """Its contributions stay on record."""
    row = _member(rows, c.unit, "leave_association", ctx)
    fact = said.AssociationUnitLeft(unit=c.unit, left_on=business_day(ctx.now))
    return Decision((Emit(fact, (MEMBER_UNIT.key(c.unit),), row.area),), (), {"unit": c.unit})


def record_gift(rows: Rows, c: RecordGift, ctx: Context) -> Decision:
    """By a member only."""
    row = _member(rows, c.unit, "record_gift", ctx)
    on = c.gift_on or business_day(ctx.now)
    if on > business_day(ctx.now) or on < row.joined_on:
        raise wrong("association.date", "gift_on", "out_of_range", "record_gift")
    if len(row.gifts) >= MOST_GIFTS:
        raise Conflict("association.full", event="record_gift")
    gift = ctx.new_id()
    fact = said.AssociationGiftRecorded(unit=c.unit, gift=gift, kind=c.gift_kind, label=c.label.strip(), on=on)
    return Decision((Emit(fact, (MEMBER_UNIT.key(c.unit),), row.area),), (), {"gift": gift})


COMMANDS: tuple[Command[Any], ...] = (
    Command("volunteer.join_association", Join, _unit, join, roles=CLERKS, order=100),
    Command("volunteer.leave_association", Leave, _unit, leave, roles=CLERKS, order=101, tone="danger"),
    Command("volunteer.record_gift", RecordGift, _unit, record_gift, roles=CLERKS, order=102),
)


@get("/association", summary="Member units and what they contributed", opt={"public": True})
async def get_association(request: Request[Any, Any, Any]) -> TablePanel:
    """Units only: no person, no amount."""
    host = host_of(request)
    words = words_of("association")
    found = (
        await MemberUnitTable.select(MemberUnitTable.doc)
        .where(MemberUnitTable.status == "ACTIVE")
        .order_by(MemberUnitTable.key)
    )
    rows = []
    for r in found:
        unit = msgspec.json.decode(r["doc"], type=MemberUnit)
        newest = unit.gifts[-1] if unit.gifts else None
        rows.append(
            {
                "unit": unit.unit,
                "title": unit.title,
                "sponsor": words["association.yes"] if unit.sponsor else None,
                "gifts": len(unit.gifts),
                "newest": newest.label if newest else "",
                "joined_on": unit.joined_on,
            }
        )
    kinds: dict[str, Any] = {"unit": "unit", "gifts": "number", "joined_on": "date"}
    columns = tuple(
        Column(id=name, title=words[f"column.member_{name}"], kind=kinds.get(name, "text"))
        for name in ("unit", "title", "sponsor", "gifts", "newest", "joined_on")
    )
    return TablePanel(columns=columns, rows=tuple(rows), as_of=host.clock.now())


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_association,)
