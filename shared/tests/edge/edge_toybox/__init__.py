"""A made-up service (玩具箱) with commands of every shape the edge has to deal with."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from litestar import get
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Detail, DetailField, Emit, Offer, Private
from shuniu.chassis.host import Host
from shuniu.chassis.rows import Happening, Index, MatterFace, RowKind, Rows
from shuniu.chassis.service import Catalogue, Command, Service
from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.manifest import KindInfo, StatusInfo
from shuniu.contracts.summary import MatterSummary, Place, Summary, Visibility
from shuniu.contracts.text import Text
from shuniu.rules.refusal import Conflict, Forbidden, NotFound

Area = Annotated[str, msgspec.Meta(max_length=15, extra_json_schema={"x-widget": "area"})]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One part of a toy."""

    unit: str
    count: Annotated[int, msgspec.Meta(ge=1, le=9)] = 1


class Make(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Make a toy."""

    area: Area
    size: int
    colour: Literal["RED", "BLUE"] = "RED"
    parts: tuple[Part, ...] = ()
    place: Place | None = None
    owner_name: str = ""
    owner_phone: str = ""
    secrecy: int = 2


class Move(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Do something with a toy: ``how`` is how the rule answers."""

    toy: str
    how: str = "ok"


@fact("toybox", "toy.made.v1")
class ToyMade(Fact, frozen=True, kw_only=True):
    toy: str
    area: str
    owner: str
    secrecy: int


class Toy(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    area: str
    owner: str
    secrecy: int


def _evolve(row: Toy | None, event: Fact, happening: Happening) -> Toy | None:
    assert isinstance(event, ToyMade)
    return Toy(id=event.toy, area=event.area, owner=event.owner, secrecy=event.secrecy)


def _visibility(row: Toy) -> Visibility:
    return Visibility(units=("workshop",), roles=("inspector",), sensitivity=row.secrecy)


def _summarise(row: Toy, event: Fact, ctx: Context) -> Summary:
    return Summary(
        matter=MatterSummary(kind="toy", id=row.id, number=row.id[-4:], version=0, title="toy", area=row.area)
    )


def _detail(row: Toy, ctx: Context) -> Detail:
    fields = (ctx.prepared or {}).get(row.owner, {})
    return Detail(fields=tuple(DetailField(label=f"field.{k}", value=v) for k, v in sorted(fields.items())))


TOY: RowKind[Toy] = RowKind(
    "toy",
    Toy,
    "toy",
    _evolve,
    index=lambda r: Index("MADE", r.area),
    face=MatterFace(
        summarise=_summarise,
        number=lambda r: r.id[-4:],
        visibility=_visibility,
        offers=lambda r, ctx: [Offer(action="toybox.move", prefill={"toy": r.id}), Offer(action="toybox.admin")],
        detail=_detail,
    ),
)


def _make(rows: Rows, c: Make, ctx: Context) -> Decision:
    toy, owner = ctx.new_id(), ctx.new_id()
    private = ()
    if c.owner_name:
        fields = {"owner_name": c.owner_name, "owner_phone": c.owner_phone}
        private = (Private(owner, fields, "return", "CONSENT", max(c.secrecy, 3)),)
    made = ToyMade(toy=toy, area=c.area, owner=owner, secrecy=c.secrecy)
    return Decision((Emit(made, (TOY.key(toy),)),), private, {"owner": owner})


def _move(rows: Rows, c: Move, ctx: Context) -> Decision:
    match c.how:
        case "conflict":
            raise Conflict("toybox.stuck", state="MADE", event="move", params={"what": "轮子"})
        case "forbidden":
            raise Forbidden("access.area", params={"area": "320199001"})
        case "unknown":
            raise NotFound("toy.unknown", params={"id": c.toy})
        case "broken":
            raise RuntimeError("secret inner words")
        case _:
            return Decision(answer={"moved": c.toy})


async def _preview(body: Mapping[str, Any], ctx: Context, host: Host) -> Mapping[str, Any]:
    return {"suggested": {"size": 3}, "given": sorted(body), "by": ctx.actor.id}


@get("/toys/count")
async def _count() -> dict[str, int]:
    return {"toys": 0}


@get("/toys/shelf", opt={"public": True})
async def _shelf() -> dict[str, str]:
    return {"shelf": "open"}


@get("/toys/broken")
async def _broken() -> dict[str, str]:
    raise RuntimeError("secret inner words")


def _t(zh: str, en: str) -> Text:
    return Text(zh, en)


MAKE = Command(
    "toybox.make",
    Make,
    lambda c, ctx: [],
    _make,
    roles=("maker",),
    opens="toy",
    preview=_preview,
    max_bytes=4096,
)
MOVE = Command("toybox.move", Move, lambda c, ctx: [], _move, kind="toy", matter_field="toy")
ADMIN = Command("toybox.admin", Move, lambda c, ctx: [], _move, roles=("admin",), kind="toy", matter_field="toy")
WISH = Command("toybox.wish", Move, lambda c, ctx: [], _move, public=True, opens="wish")
INSIDE = Command("toybox.inside", Move, lambda c, ctx: [], _move, internal=True)

service = Service(
    name="toybox",
    version="0.1.0",
    package="edge_toybox",
    texts=Catalogue(
        {
            "service.title": _t("玩具箱", "Toy box"),
            "service.summary": _t("做玩具。", "Makes toys."),
            "action.toybox.make": _t("做玩具", "Make"),
            "action.toybox.move": _t("动一动", "Move"),
            "action.toybox.admin": _t("管理", "Administer"),
            "action.toybox.wish": _t("许愿", "Wish"),
            "field.area": _t("区域", "Area"),
            "field.size": _t("大小", "Size"),
            "field.colour": _t("颜色", "Colour"),
            "field.parts": _t("零件", "Parts"),
            "field.unit": _t("单位", "Unit"),
            "field.count": _t("数量", "Count"),
            "field.place": _t("地点", "Place"),
            "field.name": _t("名称", "Name"),
            "field.lon": _t("经度", "Longitude"),
            "field.lat": _t("纬度", "Latitude"),
            "field.owner_name": _t("主人", "Owner"),
            "field.owner_phone": _t("电话", "Phone"),
            "field.secrecy": _t("密级", "Secrecy"),
            "field.toy": _t("玩具", "Toy"),
            "field.how": _t("怎样", "How"),
            "field.toybox.wish.how": _t("愿望", "Wish"),
            "enum.colour.RED": _t("红", "Red"),
            "enum.colour.BLUE": _t("蓝", "Blue"),
            "role.maker": _t("制作员", "Maker"),
            "role.admin": _t("管理员", "Administrator"),
            "rule.toybox.stuck": _t("{what}卡住了。", "It is stuck ({what})."),
            "rule.toy.unknown": _t("没有这个玩具。", "There is no such toy."),
            "event.toy.made.v1": _t("做好了", "Made"),
        }
    ),
    rows=(TOY,),
    commands=(MAKE, MOVE, ADMIN, WISH, INSIDE),
    facts=(ToyMade,),
    kinds=(
        KindInfo(
            id="toy",
            title=_t("玩具", "Toy"),
            plural=_t("玩具", "Toys"),
            statuses=(StatusInfo(id="MADE", title=_t("已做好", "Made"), open=True),),
        ),
    ),
    handlers=(_count, _shelf, _broken),
    role_ids=("maker", "admin"),
)
