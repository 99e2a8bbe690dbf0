"""黄家圩十字街, the article's case of three districts, told through the APIs of three deployments.

A street calls 玄武区红山街道 and 栖霞区迈皋桥街道; everybody keeps their own whistle, answer and clock, and only what
the agreements name crosses. When, by which units and how often is assumed. The journey tells it move by move, the
demonstration as a whole (:func:`tell`); there its fictional street stands where 小市街道 stands in the article.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from shuniu.rules.calendar import local

from shuniu_demo.accounts import Seat
from shuniu_demo.cases import CROSSING, NEIGHBOURS, Assumed, told
from shuniu_demo.clients import Desk

__all__ = (
    "AGREEMENT",
    "HONGSHAN",
    "LEAD",
    "MAIGAOQIAO",
    "SERIES",
    "VENDORS",
    "Crossing",
    "Hand",
    "Side",
    "lead_unit",
    "seats",
    "tell",
)

HONGSHAN, MAIGAOQIAO = NEIGHBOURS.values()
VENDORS: Final = told("流动摊贩乱摆卖")
PLACE: Final = told("黄家圩十字街红山公园片区")
SERIES: Final = (("STREET_VENDORS", PLACE), ("SHARED_BIKES", told("小市红山森林动物园迈皋桥地铁站周边")))
"""What is governed together again and again, and where."""
LEAD: Final = Assumed("cg")
"""Who led is nowhere said; each street's 城管 answers for it here, under a code of ours."""
RULE: Final = Assumed("FREQ=MONTHLY;BYDAY=1TU")
"""The article says 定期 and not how often."""
AGREEMENT: Final = """
[peer.{scope}]
title = {{ zh = "{zh}", en = "{en}" }}
issuers = ["/{scope}/gateway"]
follows = ["whistle"]
[peer.{scope}.shares.whistle]
referrals = true
progress = true
"""
"""What each side agrees to about the other (docs/peers.md)."""
PATIENCE_S: Final = 60.0
_OF_A_CALLOUT: Final = ("sign", "contact", "report_in", "start", "finish", "rate")


class Hand(Protocol):
    """One deployment, and the people of its scope at work."""

    @property
    def scope(self) -> str:
        """The division it works for."""

    def desk(self, login: str) -> Desk:
        """An account."""

    async def do(self, login: str, command: str, **body: Any) -> dict[str, Any]:
        """A command that must be taken; the owner's whole answer."""

    async def photo(self, service: str, login: str, motif: str, *, done: bool = False, take: int = 0) -> dict[str, Any]:
        """Evidence in a service's store."""


def seats(scope: str) -> tuple[Seat, ...]:
    """The people of one street who work on this case."""
    office = ("street-office",)
    return (
        Seat("registrar", "基础信息管理员", "Registrar", "registrar", (scope,)),
        Seat("operator", "指挥中心值班员", "Operator", "operator", (scope,), clearance=3, shown=True),
        Seat("clerk", "街道经办", "Street clerk", "street_clerk", (scope,), office, 3, shown=True),
        Seat("leader", "班子成员", "Leading-group member", "leading_group", (scope,), office, 3, shown=True),
        Seat("duty-cg", "城管值班员", "Urban management", "duty_officer", (), (LEAD.value,), shown=True),
    )


def lead_unit() -> dict[str, Any]:
    """The unit that answers, as an entry of a street's registry."""
    title = {"zh": "城管执法中队", "en": "Urban management"}
    return {"code": LEAD.value, "parent": "", "title": title, "subtype": "DEPARTMENT"}


async def _soon(condition: Callable[[], Awaitable[Any]], what: str) -> Any:
    """The first true answer. TimeoutError after PATIENCE_S."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if answer := await condition():
                    return answer
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise TimeoutError(f"{what} did not come within {PATIENCE_S:.0f} s") from None


async def _clock(hand: Hand) -> str:
    """The domain's time there."""
    return str((await hand.desk("operator").get("/view"))["as_of"])


class _Called:
    """A whistle of one deployment and the callout of its own unit."""

    def __init__(self, there: Hand, begin: datetime) -> None:
        self.there = there
        self.whistle = ""
        self.callout = ""
        self._begin = begin

    def day(self, days: int) -> str:
        """So many days after the beginning."""
        return (local(self._begin) + timedelta(days=days)).date().isoformat()

    async def do(self, login: str, move: str, **body: Any) -> dict[str, Any]:
        """A move of its own people on its own whistle."""
        on = {"callout": self.callout} if move in _OF_A_CALLOUT else {}
        answer = await self.there.do(login, f"whistle.{move}", whistle=self.whistle, **on, **body)
        return dict(answer.get("answer") or {})

    async def arrive(self, people: int, measures: str, days: int) -> None:
        """Its unit signs and comes, its clerk confirms that, the work begins."""
        await self.do("duty-cg", "sign")
        await self.do("duty-cg", "contact", note="已对接")
        await self.do("clerk", "report_in", at=await _clock(self.there), where=CROSSING, people=people)
        await self.do("duty-cg", "start", measures=measures, finish_on=self.day(days))

    async def picture(self) -> dict[str, Any]:
        """The place, cleared."""
        return await self.there.photo("whistle", "duty-cg", "stall", done=True)


class Side(_Called):
    """A neighbour and the whistle it opens for ours."""

    async def taken_up(self) -> None:
        """Wait for the draft that the referral opens."""

        async def drafted() -> Any:
            items = (await self.there.desk("clerk").get("/matters", kind="whistle"))["items"]
            return items[0]["id"] if items else None

        self.whistle = await _soon(drafted, f"the referral to {self.there.scope}")

    async def blow(self, description: str) -> None:
        """Its clerk completes the draft, its leader blows it, within its own limits."""
        await self.do(
            "clerk", "amend", item="STREET_VENDORS", area=self.there.scope, place={"name": CROSSING}, lead=LEAD.value,
            description=description,
        )  # fmt: skip
        await self.do("clerk", "submit")
        self.callout = (await self.do("leader", "blow", finish_by=self.day(7)))["callouts"][LEAD.value]

    async def work(self, people: int) -> None:
        """It comes, finishes, is rated and closed: over there."""
        await self.arrive(people, "联合值守", 2)
        await self.do("duty-cg", "finish", evidence=[await self.picture()])
        await self.do("clerk", "rate", response=5, attitude=5, result=4)
        await self.do("clerk", "close")


class Crossing(_Called):
    """The whistle of the street that calls, in one of its communities (``area``), at a place so named."""

    def __init__(self, ours: Hand, area: str, begin: datetime, place: str = CROSSING) -> None:
        super().__init__(ours, begin)
        self.area = area
        self.place = place
        self.called: dict[str, str] = {}

    def plan(self, **more: Any) -> dict[str, Any]:
        """What the street writes into its whistle."""
        return {
            "item": "STREET_VENDORS",
            "area": self.area,
            "place": {"name": self.place},
            "lead": LEAD.value,
            "direction": "CROSS",
            "parties": [{"scope": HONGSHAN}, {"scope": MAIGAOQIAO}],
            **more,
        }

    async def call(self) -> None:
        """Draft, submit and blow."""
        drafted = await self.there.do("clerk", "whistle.draft", **self.plan(description=VENDORS))
        self.whistle = drafted["answer"]["whistle"]
        await self.do("clerk", "submit")
        self.called = (await self.do("leader", "blow"))["callouts"]
        self.callout = self.called[LEAD.value]

    async def units(self) -> dict[str, str]:
        """How everybody called stands, by unit; {} while the view does not have the whistle."""
        listed = (await self.there.desk("operator").get("/matters", kind="whistle", limit=500))["items"]
        found = next((matter for matter in listed if matter["id"] == self.whistle), None)
        return {unit["unit"]: unit["status"] for unit in found["units"]} if found else {}

    async def stand(self, hongshan: str, maigaoqiao: str) -> None:
        """Wait until the neighbours' answers stand like that on our whistle."""

        async def there() -> bool:
            found = await self.units()
            return (found.get(f"@{HONGSHAN}"), found.get(f"@{MAIGAOQIAO}")) == (hongshan, maigaoqiao)

        await _soon(there, f"{hongshan} and {maigaoqiao}")

    async def finish(self) -> None:
        """Our own unit, which leads, ends last; everybody is rated, and it is closed."""
        await self.do("duty-cg", "finish", evidence=[await self.picture()])
        for callout in self.called.values():
            await self.there.do(
                "clerk", "whistle.rate", whistle=self.whistle, callout=callout, response=5, attitude=5, result=5
            )
        await self.do("clerk", "close")

    async def plan_series(self) -> list[list[str]]:
        """Joint governance that comes again, for both of the article's places; the sessions scheduled."""
        guests = [{"scope": HONGSHAN}, {"scope": MAIGAOQIAO}]
        planned = []
        for item, place in SERIES:
            answer = await self.there.do(
                "clerk", "joint.plan_series", item=item, area=self.area, place={"name": place}, recurrence=RULE.value,
                first_on=self.day(10), units=[LEAD.value], guests=guests,
            )  # fmt: skip
            planned.append(answer["answer"]["sessions"])
        return planned


async def tell(ours: Hand, hongshan: Hand, maigaoqiao: Hand, area: str, begin: datetime, place: str) -> None:
    """The whole case, from the call to the sessions to come."""
    crossing = Crossing(ours, area, begin, place)
    await crossing.call()
    near, far = Side(hongshan, begin), Side(maigaoqiao, begin)
    for side, people in ((near, 4), (far, 3)):
        await side.taken_up()
        await side.blow(Assumed("本街道派员到路口联合值守").value)
        await side.work(people)
    await crossing.arrive(6, "三方联合整治", 3)
    await crossing.stand("FINISHED", "FINISHED")
    await crossing.finish()
    await crossing.plan_series()
