"""Hazards as the insurer's risk steward finds and follows them (domain rules 10.7), the list as a spreadsheet.

One goes to the government, becomes a grid event and a whistle, and somebody is hurt there meanwhile: a known hazard.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

from shuniu.rules.calendar import local

from shuniu_demo.accounts import INSURER, PROPERTY, secretary, worker
from shuniu_demo.claims import claim, spot_of
from shuniu_demo.events import referred, settled
from shuniu_demo.script import LINKED, REACHED, SHEET, Act, Office, Picture, Ref, Script
from shuniu_demo.street import COMMUNITY_CODES, Spot
from shuniu_demo.whistles import Call, whistle
from shuniu_demo.words import FINDINGS, UP_ITEMS

__all__ = ("HAZARDS", "RARE", "hazard", "hazards", "known_hazard", "left_hazards")

HazardWay = Literal["team", "owner", "control", "failed", "major", "unfounded", "borne", "reopened"]
HAZARDS: Final = 12
RARE: Final[tuple[HazardWay, ...]] = ("team", "owner", "control", "unfounded", "borne", "failed", "reopened", "major")


class _Sort(NamedTuple):
    category: str
    picture: str
    words: str


SORTS: Final = (
    _Sort("YH01", "cover", "井盖松动异响（虚构）"), _Sort("YH02", "site", "外墙瓷砖空鼓（虚构）"),
    _Sort("YH04", "wire", "飞线充电（虚构）"), _Sort("YH05", "car", "消防通道停车（虚构）"),
    _Sort("YH06", "corridor", "楼道堆物（虚构）"), _Sort("YH08", "road", "路面破损（虚构）"),
    _Sort("YH11", "tree", "行道树枯枝（虚构）"), _Sort("YH12", "wire", "私拉电线（虚构）"),
)  # fmt: skip
_HAZARD: Final[dict[str, Any]] = {"hazard": Ref("hazard")}


def hazard(script: Script, way: HazardWay, community: str, sort: _Sort | None = None) -> Script:
    """Write a hazard from its finding to its end."""
    rng = script.rng
    sort = sort or rng.choice(SORTS)
    spot = spot_of(rng, community)
    owner = way == "owner"
    finder = rng.choice(("surveyor", "surveyor", worker(community), secretary(community)))
    if owner:
        finder = "surveyor"
    holder: dict[str, Any] = {"holder": "ENTERPRISE", "owner_unit": PROPERTY[0][0]} if owner else {"holder": "PUBLIC"}
    script.do(finder, "hazard.find", category=sort.category, area=spot.area, place=spot.place(), description=sort.words,
              evidence=[Picture(sort.picture, False, rng.randrange(3))], **holder)  # fmt: skip
    script.work(30, 200)
    if way == "unfounded":
        script.do("insurer", "hazard.dismiss", **_HAZARD, dismiss_reason="NO_DANGER")
        return script
    script.do("insurer", "hazard.verify", **_HAZARD)
    script.wait(10, 40)
    grade: dict[str, Any] = (
        {"grade": "MAJOR", "colour": "ORANGE"} if way == "major" else {"grade": "GENERAL", "colour": "YELLOW"}
    )
    script.do("insurer", "hazard.grade", **_HAZARD, **grade)
    script.wait(10, 90)
    if way == "borne":
        review = local(script.now).date() + timedelta(days=90)
        script.do("insurer", "hazard.ask_acceptance", **_HAZARD, reason="待管网改造一并处理（演示）", review_on=review)
        script.work(60, 300)
        script.do("clerk", "hazard.accept_risk", **_HAZARD)
        return script
    team = "property" if owner else "surveyor"
    routed: dict[str, Any] = (
        {"way": "OWNER", "unit": PROPERTY[0][0]} if owner else {"way": "INSURER", "unit": INSURER[0]}
    )
    script.do("insurer", "hazard.route", **_HAZARD, **routed, order="请限期整改（演示）")
    script.work(100, 400)
    script.do(team, "hazard.start", **_HAZARD)
    if way == "control":
        script.work(30, 100)
        script.do(team, "hazard.control", **_HAZARD, measure="已设置围挡和警示标志（演示）",
                  until=local(script.now).date() + timedelta(days=20))  # fmt: skip
    script.work(200, 1200)
    after = [Picture(sort.picture, True, rng.randrange(3))]
    script.do(team, "hazard.rectify", **_HAZARD, evidence=after, note="已整改完毕（演示）")
    script.work(60, 500)
    if way == "failed":
        script.do("surveyor-02", "hazard.fail_recheck", **_HAZARD, reason="固定不牢，需返工（演示）")
        script.work(200, 600)
        script.do(team, "hazard.rectify", **_HAZARD, evidence=after, note="已返工加固（演示）")
        script.work(60, 300)
    script.do("surveyor-02", "hazard.recheck", **_HAZARD, evidence=after)
    script.work(20, 200)
    script.do("clerk" if way == "major" else "insurer", "hazard.cancel_off", **_HAZARD)
    if way == "reopened":
        script.work(300, 700)
        script.do(worker(community), "hazard.reopen", **_HAZARD, reason="再次出现（演示）")
    return script


def hazards(rng: random.Random, moments: list[datetime]) -> Iterator[list[Act]]:
    """Hazards found at those moments."""
    rare = list(RARE)
    for n, at in enumerate(moments):
        way: HazardWay = rare.pop(0) if rare else rng.choice(("team", "team", "owner", "control"))
        script = Script(f"h{n + 1:03d}", at, random.Random(rng.getrandbits(48)), Office())
        yield hazard(script, way, COMMUNITY_CODES[n % len(COMMUNITY_CODES)]).acts()


def known_hazard(rng: random.Random, begin: datetime) -> Iterator[list[Act]]:
    """The government's: hazard, grid event, whistle, and an accident at the place meanwhile; told to its end."""
    community = COMMUNITY_CODES[0]
    spot = spot_of(rng, community)
    name = Spot(spot.area, f"{spot.name}井盖", spot.lon, spot.lat)
    script = Script("h-known", begin + timedelta(hours=3), random.Random(rng.getrandbits(48)), Office())
    found = [Picture("cover", False, 0)]
    script.do("surveyor", "hazard.find", category="YH01", area=name.area, place=name.place(), holder="PUBLIC",
              description="井盖松动，无权属单位（虚构）", evidence=found)  # fmt: skip
    script.wait(20, 40)
    script.do("insurer", "hazard.verify", **_HAZARD)
    script.wait(10, 20)
    script.do("insurer", "hazard.grade", **_HAZARD, grade="GENERAL", colour="YELLOW")
    script.wait(10, 20)
    script.do("insurer", "hazard.route", **_HAZARD, way="GOV", to_kind="grid_event", order="请移交主管部门（演示）")
    script.wait(2, 4)
    script.do("clerk", LINKED, service="insurance", kind="hazard", id=Ref("hazard"), to="grid_event", name="event")
    accident = script.side(script.now + timedelta(hours=5))
    claim(accident, "paid", community=community, kind="E03", spot=name, injured="RESIDENT")
    script.wait(10, 30)
    script.do("dispatcher", "grid.file", event=Ref("event"))
    referred(script)
    finding = next(f for f in FINDINGS if f.picture == "cover")
    item = next(i for i in UP_ITEMS if i.item == "ROAD_WORKS")
    whistle(script, Call("UP", "ROUTINE", "clerk", "leader", "clerk", item, name), "plain", referred=True)
    settled(script, finding)
    script.wait(3, 6)
    script.do("clerk", REACHED, service="insurance", kind="hazard", id=Ref("hazard"), status="RECTIFIED")
    script.work(60, 200)
    script.do("surveyor-02", "hazard.recheck", **_HAZARD, evidence=[Picture("cover", True, 0)])
    script.work(20, 60)
    script.do("insurer", "hazard.cancel_off", **_HAZARD)
    script.join(accident)
    yield script.acts()


def listed(rng: random.Random, end: datetime) -> Iterator[list[Act]]:
    """A list handed in this morning: all of it waits to be verified."""
    rows = []
    for n in range(9):
        community, sort = COMMUNITY_CODES[n % len(COMMUNITY_CODES)], SORTS[n % len(SORTS)]
        spot = spot_of(rng, community)
        rows.append({"external": f"DEMO-{n + 1:03d}", "category": sort.category, "area": spot.area, "place": spot.name,
                     "lon": spot.lon, "lat": spot.lat, "holder": "PUBLIC", "description": sort.words})  # fmt: skip
    script = Script("left-hazard-list", end - timedelta(minutes=75), random.Random(1), Office(always=True))
    script.do("insurer", SHEET, service="insurance", sheet="hazard_import", rows=rows)
    yield script.acts()


def left_hazards(rng: random.Random, end: datetime) -> Iterator[list[Act]]:
    """What is left to do about hazards, a step each."""
    steps: tuple[tuple[str, HazardWay, float], ...] = (
        ("hazard.verify", "team", 400), ("hazard.grade", "team", 500), ("hazard.route", "owner", 700),
        ("hazard.start", "major", 900), ("hazard.control", "control", 1200), ("hazard.rectify", "owner", 2600),
        ("hazard.recheck", "team", 2900),
    )  # fmt: skip
    for n, (last, way, minutes) in enumerate(steps):
        at = end - timedelta(minutes=minutes)
        script = Script(f"left-hazard-{n}", at, random.Random(rng.getrandbits(48)), Office(always=True))
        acts = hazard(script, way, COMMUNITY_CODES[n % 4]).acts()
        index = max(i for i, act in enumerate(acts) if act.command == last)
        yield acts[: index + 1]
    yield from listed(rng, end)
