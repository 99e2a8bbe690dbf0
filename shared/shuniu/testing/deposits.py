"""The deposit register (寄存登记) of the made-up service: a table that is taken out and handed in as a spreadsheet."""

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from shuniu.chassis.context import Actor, Context
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.rows import Happening, Index, Key, RowKind, Rows
from shuniu.chassis.service import Capability, Catalogue, Command
from shuniu.chassis.sheets import MOST_ROWS, Column, Outcome, Sheet, imported
from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.summary import Summary, Visibility
from shuniu.contracts.text import Text
from shuniu.rules.refusal import FieldError, Unprocessable

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("DEPOSIT", "TAKE_DEPOSITS", "Deposit", "DepositRow", "TakeDeposits", "capability", "deposits_sheet")


class Deposit(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was left here; who left it is kept apart under ``owner_ref``."""

    tag: str
    title: str
    category: str
    area: str
    shelf: int | None
    value: int | None
    left_on: date
    fragile: bool | None
    remark: str
    owner_ref: str = ""


@fact("lostproperty", "deposit.registered.v1")
class DepositRegistered(Fact, frozen=True, kw_only=True):
    """A deposit as the register has it now."""

    deposit: Deposit


class DepositRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of the register."""

    tag: str
    title: str
    category: str
    area: str
    shelf: int | None
    value: int | None
    left_on: date
    fragile: bool | None
    remark: str | None
    owner_name: str | None
    owner_phone: str | None


class TakeDeposits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole register at once."""

    rows: tuple[DepositRow, ...]


DEPOSIT: RowKind[Deposit] = RowKind(
    "deposit",
    Deposit,
    "deposit",
    evolve=lambda row, event, happening: _evolve(row, event, happening),
    index=lambda row: Index(area=row.area),
    summarise=lambda row, event, ctx: Summary(visibility=Visibility(areas=(row.area,), sensitivity=2)),
)


def _evolve(row: Deposit | None, event: Fact, happening: Happening) -> Deposit | None:
    return event.deposit if isinstance(event, DepositRegistered) else row


def _keys(body: TakeDeposits, ctx: Context) -> Iterable[Key]:
    return [DEPOSIT.key(row.tag) for row in body.rows]


def _take(rows: Rows, body: TakeDeposits, ctx: Context) -> Decision:
    """Every row is looked at, so that everything wrong is told at once; a deposit does not change its area."""
    wrong: list[FieldError] = []
    events: list[Emit] = []
    private: list[Private] = []
    outcomes: list[Outcome] = []
    if len(body.rows) > MOST_ROWS:
        raise Unprocessable("sheet.too_many_rows", params={"most": MOST_ROWS})
    for i, given in enumerate(body.rows):
        known = rows.find(DEPOSIT, given.tag)
        if not ctx.actor.covers(given.area):
            wrong.append(FieldError(f"rows.{i}.area", "not_yours"))
        elif known is not None and known.area != given.area:
            wrong.append(FieldError(f"rows.{i}.area", "moved"))
        person = {k: v for k, v in (("name", given.owner_name), ("phone", given.owner_phone)) if v}
        ref = known.owner_ref if known else ctx.new_id() if person else ""
        now = Deposit(
            tag=given.tag,
            title=given.title,
            category=given.category,
            area=given.area,
            shelf=given.shelf,
            value=given.value,
            left_on=given.left_on,
            fragile=given.fragile,
            remark=given.remark or "",
            owner_ref=ref,
        )
        outcomes.append("new" if known is None else "unchanged" if known == now else "changed")
        if known != now:
            events.append(Emit(DepositRegistered(deposit=now), (DEPOSIT.key(given.tag),), area=given.area))
        if known is None and person:
            private.append(Private(ref, person, "lost-property", "STATUTORY_DUTY", matter=given.tag))
    if wrong:
        raise Unprocessable("lostproperty.deposits_wrong", fields=tuple(wrong))
    return Decision(tuple(events), tuple(private), imported(outcomes))


TAKE_DEPOSITS: Command[TakeDeposits] = Command(
    "lostproperty.take_deposits", TakeDeposits, _keys, _take, roles=("keeper",), internal=True
)


def _row(record: Mapping[str, Any]) -> DepositRow:
    row = DepositRow(**record)
    if row.fragile and row.shelf is None:
        raise Unprocessable("lostproperty.fragile_needs_shelf", fields=(FieldError("shelf", "missing"),))
    return row


async def _rows(host: "Host", actor: Actor, query: Mapping[str, str]) -> AsyncIterator[Mapping[str, Any]]:
    """What the actor's areas hold, with the owners in clear: the chassis masks them."""
    docs = await host.pool.fetch("select doc from deposit order by key")
    found = [d for r in docs if actor.covers((d := msgspec.json.decode(r["doc"], type=Deposit)).area)]
    if category := query.get("category"):
        found = [d for d in found if d.category == category]
    owners = await host.vault.open_refs(host.pool, (d.owner_ref for d in found))
    for deposit in found:
        owner = owners.get(deposit.owner_ref, {})
        yield {
            **msgspec.structs.asdict(deposit),
            "remark": deposit.remark or None,
            "owner_name": owner.get("name"),
            "owner_phone": owner.get("phone"),
        }


def _is_area(value: str) -> str | None:
    return None if value.isdecimal() and len(value) == 12 else "bad_code"


deposits_sheet = Sheet(
    name="deposits",
    title="sheet.deposits",
    columns=(
        Column("tag", "column.tag", "code", required=True, most=20, note="column_note.tag"),
        Column("title", "column.title", required=True, most=60),
        Column("category", "column.category", "choice", required=True, choices=("UMBRELLA", "KEY", "BAG")),
        Column("area", "column.area", "code", required=True, check=_is_area),
        Column("shelf", "column.shelf", "int", least=1, most=99),
        Column("value", "column.value", "fen", least=0),
        Column("left_on", "column.left_on", "date", required=True),
        Column("fragile", "column.fragile", "bool"),
        Column("remark", "column.remark"),
        Column("owner_name", "column.owner_name", personal=True, most=40),
        Column("owner_phone", "column.owner_phone", "code", personal=True, most=20),
    ),
    export_roles=("keeper", "clerk"),
    rows=_rows,
    import_roles=("keeper",),
    command=TAKE_DEPOSITS,
    row=_row,
    body=lambda rows: TakeDeposits(rows=rows),
    key=("tag",),
    filters=("category",),
)


def _t(zh: str, en: str) -> Text:
    return Text(zh, en)


capability = Capability(
    name="deposits",
    texts=Catalogue(
        {
            "sheet.deposits": _t("寄存登记表", "Deposit register"),
            "column.tag": _t("牌号", "Tag"),
            "column_note.tag": _t("牌上印的号码", "The number printed on the tag"),
            "column.title": _t("物品", "Thing"),
            "column.category": _t("类别", "Category"),
            "column.area": _t("网格代码", "Area code"),
            "column.shelf": _t("架号", "Shelf"),
            "column.value": _t("估价（元）", "Value (yuan)"),
            "column.left_on": _t("寄存日期", "Left on"),
            "column.fragile": _t("易碎", "Fragile"),
            "column.remark": _t("备注", "Remark"),
            "column.owner_name": _t("寄存人", "Owner"),
            "column.owner_phone": _t("联系电话", "Phone"),
            "enum.category.UMBRELLA": _t("雨伞", "Umbrella"),
            "enum.category.KEY": _t("钥匙", "Key"),
            "enum.category.BAG": _t("箱包", "Bag"),
            "event.deposit.registered.v1": _t("寄存登记", "Deposit registered"),
            "role.clerk": _t("登记员", "Clerk"),
            "rule.lostproperty.deposits_wrong": _t("登记表有误", "The register has mistakes"),
            "rule.lostproperty.fragile_needs_shelf": _t("易碎物品须有架号", "What is fragile needs a shelf"),
            "error.not_yours": _t("不在您负责的区域内", "Outside your area"),
            "error.moved": _t("已登记在另一网格", "Registered in another area"),
        }
    ),
    rows=(DEPOSIT,),
    commands=(TAKE_DEPOSITS,),
    facts=(DepositRegistered,),
    sheets=(deposits_sheet,),
)
