"""How hotline orders go in the demonstration: taken, dispatched, handled, called back (domain rules 10.2)."""

import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

from shuniu_demo.accounts import duty
from shuniu_demo.script import Act, Office, Picture, Ref, Script
from shuniu_demo.street import Grid, grids, spot_in

__all__ = ("LEFT", "WAYS", "OrderWay", "frequent", "left_orders", "order")

OrderWay = Literal[
    "plain", "answered", "not_accepted", "transferred", "objected", "held", "extended", "hung", "rework", "unsatisfied",
    "no_call_back",
]  # fmt: skip
WAYS: Final[dict[OrderWay, float]] = {
    "plain": 20, "answered": 3, "not_accepted": 2, "transferred": 1, "objected": 2, "held": 1, "extended": 1, "hung": 1,
    "rework": 2, "unsatisfied": 2, "no_call_back": 2,
}  # fmt: skip
"""How often each goes which way."""


SAME_SPOT: Final = 4


class Wish(NamedTuple):
    """What people call about: category, who is in charge, what they say, the usual motif of the evidence."""

    category: str
    unit: str
    appeal: str
    words: str
    picture: str
    order_class: str = "NORMAL"


_WISHES: Final = (
    Wish("HL_NOISE", "sthj", "COMPLAINT", "夜间施工噪声扰民，影响休息", "site"),
    Wish("HL_RUBBISH", "cg", "HELP", "楼下垃圾多日无人清运", "rubbish"),
    Wish("HL_FUMES", "sthj", "COMPLAINT", "餐饮店油烟直排", "people"),
    Wish("HL_PARKING", "jj", "COMPLAINT", "消防通道长期有车辆停放", "car"),
    Wish("HL_VENDORS", "cg", "REPORT", "早晚有流动摊贩占道", "stall"),
    Wish("HL_ROAD", "zgj", "HELP", "人行道地砖破损", "road"),
    Wish("HL_STREET_LAMP", "gd", "HELP", "路灯不亮", "wire"),
    Wish("HL_DRAINS", "swj", "HELP", "雨水口堵塞返味", "water"),
    Wish("HL_PROPERTY", "zgj", "COMPLAINT", "小区电梯维修迟缓", "corridor"),
    Wish("HL_FLYING_WIRE", "xf", "REPORT", "有人从窗口拉线给电动车充电", "wire"),
    Wish("HL_WATER_CUT", "gs", "HELP", "整栋楼停水", "water", "UTILITY"),
    Wish("HL_GAS", "rq", "HELP", "燃气压力不足", "people", "UTILITY"),
    Wish("HL_WELFARE", "street-office", "CONSULT", "咨询临时救助的办理条件", "people"),
)


class _Over(Exception):  # noqa: N818 - the end of the telling
    """The move after which to stop has been made."""


class _Telling:
    def __init__(self, script: Script, stop: str) -> None:
        self.script = script
        self.stop = stop

    def do(self, by: str, move: str, **body: Any) -> None:
        """One move; the end of the telling where it was to stop."""
        own: dict[str, Any] = {} if move == "take_call" else {"order": Ref("order")}
        self.script.do(by, f"order.{move}", **own, **body)
        if move == self.stop:
            raise _Over


def order(script: Script, grid: Grid, way: OrderWay = "plain", *, stop: str = "") -> Script:
    """Write an order from where the script stands, to its end or to the first move ``stop``."""
    telling = _Telling(script, stop)
    with suppress(_Over):
        _told(telling, grid, way)
    return script


def _told(telling: _Telling, grid: Grid, way: OrderWay, given: Wish | None = None) -> None:
    script, rng = telling.script, telling.script.rng
    own = [w for w in _WISHES if w.unit != "street-office"]
    wish = given or rng.choice(_WISHES if way in ("plain", "answered") else own)
    spot = spot_in(rng, grid)
    # A place name with a number in it might be somebody's door (10.2), so the grid's name is enough.
    place = {"name": grid.zh, "lon": spot.lon, "lat": spot.lat}
    telling.do("operator", "take_call", request=f"{grid.zh}附近{wish.words}（演示数据）", appeal=wish.appeal,
               area=grid.code, place=place, caller_name="来电居民", caller_phone=f"025-0000{rng.randrange(10000):04d}",
               call_back=way != "no_call_back", origin=rng.choice(("12345", "12345", "SELF", "SUPERIOR")))  # fmt: skip
    if way == "answered":
        script.wait(2, 6)
        telling.do("operator", "answer", answer="已当场解答办理条件和所需材料")
        return
    script.wait(3, 25)
    if way == "not_accepted":
        telling.do("operator", "not_accept", ground="LEGAL_CHANNEL", told="事项已进入诉讼程序，请依司法程序解决")
        return
    if way == "transferred":
        telling.do("operator", "transfer", to="110", note="涉及治安，已转接")
        return
    telling.do("operator", "classify", order_class=wish.order_class, appeal=wish.appeal, category=wish.category,
               area=grid.code, place=place)  # fmt: skip
    script.wait(2, 20)
    telling.do("dispatcher", "dispatch", lead=wish.unit)
    unit = _signed(telling, wish.unit, way)
    by = _handler(unit)
    script.wait(10, 90)
    telling.do(by, "contact", means="PHONE", note="已电话联系，说明办理安排")
    script.work(20, 120)
    telling.do(by, "start", measures="安排人员现场核实处置")
    _handled(telling, by, way)
    _fed_back(telling, by, wish)
    _called_back(telling, by, wish, way)


def frequent(rng: random.Random, begin: datetime) -> Iterator[list[Act]]:
    """One spot that several people call about, so that it is flagged (10.2)."""
    grid = next(g for g in grids() if g.type == "RESIDENTIAL")
    for n in range(SAME_SPOT):
        script = Script(f"o-spot-{n}", begin + timedelta(days=n, hours=3), random.Random(rng.getrandbits(48)), Office())
        _told(_Telling(script, ""), grid, "plain", _WISHES[0])
        yield script.acts()


def _handler(unit: str) -> str:
    return "clerk" if unit == "street-office" else duty(unit)


def _signed(telling: _Telling, unit: str, way: OrderWay) -> str:
    script, by = telling.script, _handler(unit)
    script.wait(8, 60)
    if way not in ("objected", "held"):
        telling.do(by, "sign")
        return unit
    instead = "cg" if unit != "cg" else "jj"
    telling.do(by, "object", instead=instead, reason="经核不属本单位职责")
    script.work(15, 60)
    if way == "held":
        telling.do("leader", "hold", reason="按权责清单维持派单")
    else:
        telling.do("leader", "redispatch", lead=instead, reason="同意改派")
        unit, by = instead, _handler(instead)
    script.wait(5, 20)
    telling.do(by, "sign")
    return unit


def _handled(telling: _Telling, by: str, way: OrderWay) -> None:
    script = telling.script
    if way == "extended":
        script.work(60, 240)
        until = script.office.working_day(script.now, 6)
        telling.do(
            by, "extend", until=until, law="地方条例允许的延期情形（演示）", reason="需采购配件", told_by="PHONE"
        )
    if way == "hung":
        script.work(60, 200)
        telling.do(by, "ask_hang", obstacle="ENGINEERING", reason="需整体改造，近期无法施工", revival="改造资金到位",
                   review_on=script.office.working_day(script.now, 20))  # fmt: skip
        script.work(30, 120)
        telling.do("leader", "hang")
        script.work(900, 1500)
        telling.do("leader", "revive", note="改造已列入计划")
    script.work(90, 700)


def _fed_back(telling: _Telling, by: str, wish: Wish) -> None:
    shown = [Picture(wish.picture, True, telling.script.rng.randrange(3))]
    telling.do(by, "feed_back", result="已现场处置，并向来电人说明", told_by="PHONE", evidence=shown)


def _called_back(telling: _Telling, by: str, wish: Wish, way: OrderWay) -> None:
    script, rng = telling.script, telling.script.rng
    script.work(20, 240)
    if way == "no_call_back":
        telling.do("operator", "close", note="来电人不需要回访")
        return
    if way == "rework":
        telling.do(
            "operator", "call_back", means="PHONE", valid=True, solved=False, satisfaction="UNSAT", note="仍未解决"
        )
        script.wait(60, 90)
        _fed_back_again(telling, by, wish)
        script.work(20, 120)
    solved = way != "unsatisfied"
    satisfaction = rng.choice(("VERY_SAT", "SAT", "SAT", "BASIC")) if solved else "BASIC"
    telling.do("operator", "call_back", means="PHONE", valid=True, solved=True, satisfaction=satisfaction)
    script.wait(3, 20)
    telling.do("operator", "close", note="回访已完成")


def _fed_back_again(telling: _Telling, by: str, wish: Wish) -> None:
    telling.script.work(30, 200)
    _fed_back(telling, by, wish)


LEFT: Final = (
    "take_call", "take_call", "classify", "classify", "dispatch", "dispatch", "sign", "contact", "start", "feed_back",
    "feed_back", "call_back",
)  # fmt: skip
"""After which moves orders are left, for every role the next one."""


def left_orders(rng: random.Random, end: datetime) -> Iterator[list[Act]]:
    """Orders that stand in every status today; an objection, an extension, a hanging and a rework among them."""
    stops: list[tuple[OrderWay, str]] = [("plain", stop) for stop in LEFT]
    stops += [("objected", "object"), ("extended", "extend"), ("hung", "ask_hang"), ("hung", "hang")]
    stops += [("rework", "call_back"), ("objected", "redispatch")]
    for n, (way, stop) in enumerate(stops):
        seed, grid = rng.getrandbits(48), rng.choice(grids())

        def write(
            at: datetime, n: int = n, seed: int = seed, grid: Grid = grid, way: OrderWay = way, stop: str = stop
        ) -> list[Act]:
            return order(
                Script(f"left-o-{n:02d}", at, random.Random(seed), Office(always=True)), grid, way, stop=stop
            ).acts()

        last = end - timedelta(minutes=8 + 11 * n)
        span = write(last)[-1].at - last
        yield write(last - span)
