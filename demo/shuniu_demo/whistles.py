"""How whistles go in the demonstration: drafted, blown, signed, contacted, reported in, worked, rated (rules 10.1).

UP: the street calls departments. DOWN: a community or an enterprise calls the street. ``stop`` names the move after
which the telling ends, so that something is left to do for somebody.
"""

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, Literal, NamedTuple

from shuniu.rules.calendar import local, midnight

from shuniu_demo.accounts import DEPARTMENTS, duty
from shuniu_demo.script import LINKED, OFFERED, Picture, Ref, Script
from shuniu_demo.street import Spot
from shuniu_demo.words import Item

__all__ = ("Call", "Way", "chain", "whistle")

Way = Literal[
    "plain", "late", "objected", "upheld", "extended", "sent_back", "reblown", "cancelled", "returned", "escalated"
]

STREET_HOUSE: Final = "street-office"
SUPERVISED_FROM: Final = 3
"""The whistle of a chain from which on the shipped ladder has the district supervise it."""
_MEASURES = (
    "联合现场整治，定人定岗值守",
    "先行清理，同步落实长效管理",
    "会商明确责任清单后分步实施",
    "设置隔离设施并加强巡查",
)
_REASONS = ("涉及多部门，街道无执法权限", "居民反映强烈，社区多次协调未果", "需主责部门到场牵头处置")


class Call(NamedTuple):
    """Who calls whom: the accounts that draft, blow and judge, and what about."""

    direction: Literal["UP", "DOWN"]
    kind: Literal["ROUTINE", "HARD"]
    drafter: str
    blower: str
    judge: str
    item: Item
    spot: Spot
    caller_unit: str = ""
    words: str = ""
    """The description; "" says what such items usually say."""


class _Told(Exception):  # noqa: N818 - the end of the telling
    """The move after which to stop has been made."""


class _Telling:
    """One whistle being told."""

    def __init__(self, script: Script, call: Call, way: Way, stop: str) -> None:
        self.script = script
        self.call = call
        self.way = way
        self.stop = stop
        self.finish_by = local(script.now).date()
        self.may_stop = True

    @property
    def rng(self) -> random.Random:
        return self.script.rng

    def do(
        self, by: str, move: str, pen: Script | None = None, keep: dict[str, str] | None = None, **body: Any
    ) -> None:
        """One move on the whistle; the end of the telling where it was to stop."""
        own = {} if move == "draft" else {"whistle": Ref("whistle")}
        (pen or self.script).do(by, f"whistle.{move}", keep, **own, **body)
        if move == self.stop and self.may_stop:
            raise _Told

    def evidence(self, done: bool) -> list[Picture]:
        return [Picture(self.call.item.picture, done, self.rng.randrange(3))]


def whistle(script: Script, call: Call, way: Way = "plain", *, stop: str = "", referred: bool = False) -> None:
    """Write a whole whistle from where the script stands. ``referred``: its draft is there and only to be completed."""
    telling = _Telling(script, call, way, stop)
    try:
        _drafted(telling, referred)
        _blown(telling)
        if way == "cancelled":
            # Before anybody is late: two missed limits would raise it above those who blew it.
            script.wait(12, 45)
            telling.do(call.blower, "cancel", reason="当事方已自行整改，撤销本哨")
            return
        _answered(telling)
        _rated(telling)
    except _Told:
        pass


def _plan(telling: _Telling) -> dict[str, Any]:
    call, item = telling.call, telling.call.item
    return {
        "kind": call.kind,
        "item": item.item,
        "area": call.spot.area,
        "place": call.spot.place(),
        "lead": item.lead,
        "co": list(item.co),
        "description": call.words or f"{item.remark}。{telling.rng.choice(_REASONS)}",
        "contact_name": "街道值班电话转经办" if call.direction == "UP" else "社区值班室",
    }


def _drafted(telling: _Telling, referred: bool) -> None:
    script, call = telling.script, telling.call
    if referred:
        script.work(20, 120)
        telling.do(call.drafter, "amend", **_plan(telling))
    else:
        telling.do(call.drafter, "draft", direction=call.direction, caller_unit=call.caller_unit, **_plan(telling))
    script.work(5, 40)
    telling.do(call.drafter, "submit")
    script.work(10, 90)
    if telling.way == "returned":
        telling.do(call.blower, "return", reason="请补充现场照片和前期工作情况")
        script.work(30, 120)
        telling.do(call.drafter, "amend", **_plan(telling))
        script.wait(3, 10)
        telling.do(call.drafter, "submit")
        script.work(10, 60)


def _blown(telling: _Telling) -> None:
    days = 9 if telling.call.kind == "HARD" else 6
    telling.finish_by = telling.script.office.working_day(telling.script.now, days)
    telling.do(telling.call.blower, "blow", finish_by=telling.finish_by)


def _worker_of(telling: _Telling, unit: str) -> str:
    return "clerk" if unit == STREET_HOUSE else duty(unit)


def _answered(telling: _Telling) -> None:
    """Every called unit answers at its own pace; the lead ends last."""
    script, item = telling.script, telling.call.item
    pens: list[Script] = []
    try:
        for unit in item.co:
            pens.append(script.side(script.now))
            telling.may_stop = False
            _callout(telling, pens[-1], unit, lead=False)
        telling.may_stop = True
        pens.append(script.side(script.now))
        _callout(telling, pens[-1], item.lead, lead=True, after=pens[:-1])
    finally:
        script.join(*pens)


def _callout(telling: _Telling, pen: Script, unit: str, *, lead: bool, after: Sequence[Script] = ()) -> None:
    unit = _signed(telling, pen, unit, lead)
    by, callout = _worker_of(telling, unit), Ref(f"callouts.{unit}")
    # A second limit missed raises the whistle to the district by itself.
    pen.wait(1500, 1700) if telling.way == "escalated" and lead else pen.wait(25, 400)
    telling.do(by, "contact", pen, callout=callout, note="已与联系人对接，约定到场时间")
    pen.work(90, 500)
    arrived = pen.now
    pen.work(20, 90)
    telling.do(telling.call.judge, "report_in", pen, callout=callout, at=arrived, where=telling.call.spot.name,
               people=telling.rng.randrange(2, 9))  # fmt: skip
    pen.wait(4, 25)
    agreed = min(telling.finish_by, pen.office.working_day(pen.now, telling.rng.randrange(2, 5)))
    agreed = max(agreed, local(pen.now).date())
    telling.do(by, "start", pen, callout=callout, measures=telling.rng.choice(_MEASURES), finish_on=agreed)
    if telling.way == "extended" and lead:
        pen.work(60, 300)
        telling.do(by, "request_extension", pen, callout=callout, finish_on=pen.office.working_day(agreed, 3),
                   reason="涉及居民意见征询，需延长工期")  # fmt: skip
        pen.work(20, 120)
        decider = "coordinator" if telling.call.kind == "HARD" else telling.call.judge
        telling.do(decider, "approve_extension", pen, callout=callout)
    if lead and telling.call.item.works:
        _phases(telling, pen, unit, by)
        return
    pen.work(200, 900)
    pen.now = max([pen.now, *(other.now for other in after)])
    pen.wait(2, 9)
    telling.do(by, "finish", pen, callout=callout, evidence=telling.evidence(True), note="已按约定完成")


def _signed(telling: _Telling, pen: Script, unit: str, lead: bool) -> str:
    """The callout is signed, after an objection perhaps by another unit or by the same against its will."""
    by, callout = _worker_of(telling, unit), Ref(f"callouts.{unit}")
    late = telling.way in ("late", "escalated") and lead
    pen.wait(75, 150) if late else pen.wait(6, 38)
    if telling.way not in ("objected", "upheld") or not lead:
        telling.do(by, "sign", pen, callout=callout)
        return unit
    called = {telling.call.item.lead, *telling.call.item.co}
    instead = next(u for u, *_ in DEPARTMENTS[telling.rng.randrange(5) :] if u not in called)
    telling.do(by, "object", pen, callout=callout, instead=instead, reason="该事项主责不在本单位，建议改派")
    pen.work(30, 150)
    if telling.way == "upheld":
        telling.do("coordinator", "uphold", pen, callout=callout, reason="按权责清单维持指派")
        pen.wait(5, 30)
        telling.do(by, "sign", pen, callout=callout)
        return unit
    telling.do("coordinator", "accept_objection", pen, callout=callout, reason="同意改派")
    pen.wait(5, 30)
    pen.do(duty(instead), OFFERED, service="whistle", kind="whistle", id=Ref("whistle"), action="whistle.sign",
           field="callout", name=f"callouts.{instead}")  # fmt: skip
    pen.wait(1, 2)
    telling.do(duty(instead), "sign", pen, callout=Ref(f"callouts.{instead}"))
    return instead


def _phases(telling: _Telling, pen: Script, unit: str, by: str) -> None:
    works = telling.call.item.works
    callout = Ref(f"callouts.{unit}")
    last = pen.office.working_day(pen.now, 1)
    for work in works:
        pen.wait(1, 3)
        telling.do(by, "plan_phase", pen, {"phase": f"phase.{work}"}, callout=callout, work=work,
                   due_on=max(local(pen.now).date(), min(last, telling.finish_by)))  # fmt: skip
    for n, work in enumerate(works):
        on: dict[str, Any] = {"callout": callout, "phase": Ref(f"phase.{work}")}
        pen.work(20, 120)
        telling.do(by, "start_phase", pen, **on)
        pen.work(100, 460)
        telling.do(by, "submit_phase", pen, **on, evidence=telling.evidence(n + 1 == len(works)))
        pen.work(20, 160)
        if telling.way == "sent_back" and n == 0:
            telling.do(telling.call.judge, "send_back_phase", pen, **on, reason="现场仍有遗留，请整改后再报")
            pen.work(20, 90)
            telling.do(by, "start_phase", pen, **on)
            pen.work(60, 240)
            telling.do(by, "submit_phase", pen, **on, evidence=telling.evidence(True))
            pen.work(20, 90)
        telling.do(telling.call.judge, "accept_phase", pen, **on)


def _scored(telling: _Telling, low: bool) -> None:
    """Every unit that finished is rated."""
    script, call = telling.script, telling.call
    script.work(60, 400)
    for unit in _rated_units(telling):
        scores = [telling.rng.choice((2, 3, 4) if low else (4, 4, 5, 5, 5)) for _ in range(3)]
        telling.do(call.judge, "rate", callout=Ref(f"callouts.{unit}"), response=scores[0], attitude=scores[1],
                   result=scores[2], note="" if not low else "响应不够及时，请改进")  # fmt: skip
        script.wait(1, 4)


def _again(telling: _Telling, reason: str, days: float = 0) -> None:
    """Rated but not solved: the next whistle of the chain, drafted at once and blown ``days`` later."""
    script, call = telling.script, telling.call
    script.work(5, 60)
    telling.do(call.judge, "not_solved", reason=reason)
    script.now += timedelta(days=days)
    script.work(20, 90)
    telling.do(call.drafter, "submit")
    script.work(10, 60)
    _blown(telling)


def _rated(telling: _Telling) -> None:
    script, call = telling.script, telling.call
    _scored(telling, telling.way in ("late", "escalated", "sent_back", "reblown"))
    if telling.way == "reblown":
        _again(telling, "整改一周后现象反弹，再次吹哨")
        telling.way = "plain"
        _answered(telling)
        _rated(telling)
        return
    script.work(5, 60)
    telling.do(call.judge, "close")
    if call.direction == "UP" and script.rng.random() < 0.6:
        # The other half of the double assessment (1.7): the district looks at the calling side.
        script.work(30, 200)
        verdict = "WORTHY" if script.rng.random() < 0.85 else "DAILY_WORK"
        telling.do("coordinator", "assess_calling", verdict=verdict)


def chain(script: Script, call: Call, links: int, days: float, reasons: Sequence[str]) -> None:
    """A matter whistled for ``links`` times, ``days`` apart, before it is solved (domain rules 1.3).

    From the second on there is a push meeting, told of a day before; what the ladder has the district supervise is
    answered, reviewed and closed. ``reasons``: why it was not solved, one for each whistle but the last.
    """
    telling = _Telling(script, call, "plain", "")
    _drafted(telling, False)
    _blown(telling)
    for link in range(1, links + 1):
        sides = [script.side(script.now) for _ in range(3)]
        if link > 1:
            _pushed(telling, sides[0])
        if link >= SUPERVISED_FROM:
            _supervised(telling, sides[1], link)
        blown = script.now
        _answered(telling)
        script.join(*(side for side in sides if side.now > blown))
        _scored(telling, low=link < links)
        if link < links:
            _again(telling, reasons[(link - 1) % len(reasons)], days)
    script.work(5, 60)
    telling.do(call.judge, "close")


def _pushed(telling: _Telling, pen: Script) -> None:
    pen.wait(40, 70)
    meeting = midnight(pen.office.working_day(pen.now, 1)) + timedelta(hours=10)
    telling.do(telling.call.judge, "announce_meeting", pen, meet_at=meeting, where=telling.call.spot.name,
               note="推进会，请各单位带方案参加")  # fmt: skip


def _supervised(telling: _Telling, pen: Script, link: int) -> None:
    case = f"supervision.{link}"
    pen.wait(8, 12)
    pen.do(telling.call.judge, LINKED, service="whistle", kind="whistle", id=Ref("whistle"), to="supervision_case",
           name=case)  # fmt: skip
    for unit in (telling.call.item.lead, *telling.call.item.co):
        pen.work(60, 200)
        pen.do(_worker_of(telling, unit), "supervision.answer", supervision=Ref(case), unit=unit,
               answer="已列出整改计划，按周报进度")  # fmt: skip
    pen.work(20, 90)
    pen.do("coordinator", "supervision.review", supervision=Ref(case), note="按计划推进")
    pen.work(5, 30)
    pen.do("coordinator", "supervision.close", supervision=Ref(case))


def _rated_units(telling: _Telling) -> list[str]:
    """The units that finished: those called, with the one that came instead after an objection."""
    item = telling.call.item
    units = [item.lead, *item.co]
    if telling.way == "objected":
        instead = [a.body["name"] for a in telling.script.acts() if a.command == OFFERED]
        units = [*(str(name).removeprefix("callouts.") for name in instead), *item.co]
    return units
