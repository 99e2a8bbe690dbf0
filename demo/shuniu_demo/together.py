"""What the desk does with others: shared standards, deliberations about needs, and the projects that come of them.

Assemblies, votes and funds are made up; the council's rules are the ones that ship with the desk.
"""

import random
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any, Final, NamedTuple

from shuniu.rules.calendar import SHANGHAI, local

from shuniu_demo.accounts import CENTRE, secretary
from shuniu_demo.desk import FAVOURITES
from shuniu_demo.persons import person
from shuniu_demo.script import Act, Office, Picture, Ref, Script
from shuniu_demo.street import COMMUNITY_CODES

__all__ = ("deliberations", "left_together", "standards")

STREET: Final = COMMUNITY_CODES[0][:9]
_STANDARD: Final[dict[str, Any]] = {"standard": Ref("standard")}
_ON: Final[dict[str, Any]] = {"deliberation": Ref("deliberation")}
_PROJECT: Final[dict[str, Any]] = {"project": Ref("project")}
MEMBERS: Final = 7
"""Of a community council; five of them are a quorum (two thirds)."""


class _Matter(NamedTuple):
    category: str
    words: tuple[str, str]
    options: tuple[str, ...]


_PARKING: Final = _Matter(
    "PARKING",
    ("小区停车位不够（虚构）", "晚上回家没有车位（虚构）"),
    ("空地改为车位（演示）", "错时共享（演示）"),
)
_CHARGING: Final = _Matter(
    "CHARGING", ("希望增设电动车充电点（虚构）", "充电排队太久（虚构）"), ("车棚增设十二个充电口（演示）",)
)
_SPORT: Final = _Matter(
    "CULTURE_SPORT", ("想有个打乒乓球的地方（虚构）", "活动室太小（虚构）"), ("活动室周末开放（演示）",)
)


def _pen(thread: str, at: datetime, rng: random.Random) -> Script:
    return Script(thread, at, random.Random(rng.getrandbits(48)), Office(always=True))


def _noted(script: Script, title: str, items: list[str], *, drafted: bool = True) -> None:
    """A practice of the counter, written as a standard by who noted it."""
    text: dict[str, Any] = {
        "title": title,
        "items": items,
        "text": "收件时一次告知全部材料，当场受理（演示）。",
    }
    script.do("desk-clerk", "standard.note", **text)
    if drafted:
        script.wait(60, 90)
        script.do("desk-clerk", "standard.draft", **_STANDARD, **text)


def _piloted(script: Script, begin: datetime, first: int, last: int) -> None:
    """Tried from working day to working day of the story, compared with the days before."""
    office = Office()
    days: dict[str, Any] = {name: office.working_day(begin, n) for name, n in (("first", first), ("last", last))}
    script.do("desk-leader", "standard.pilot", **_STANDARD, areas=[STREET], **days, before_first=local(begin).date(),
              before_last=office.days_back(days["first"], 1))  # fmt: skip


def standards(rng: random.Random, begin: datetime) -> Iterator[list[Act]]:
    """One tried for three days and in force; one being tried; one dropped; a practice just noted."""
    office = Office()

    def morning(day: int) -> datetime:
        return datetime.combine(office.working_day(begin, day), time(9, 20), SHANGHAI)

    script = _pen("standard-1", morning(1), rng)
    _noted(script, "社保卡当场办", [FAVOURITES[2]])
    script.now = morning(4)
    _piloted(script, begin, 4, 7)
    script.now = morning(8)
    script.do("desk-leader", "standard.publish", **_STANDARD, valid_from=local(script.now).date(),
              note="试点期短，继续观察（演示）")  # fmt: skip
    yield script.acts()
    script = _pen("standard-2", morning(6), rng)
    _noted(script, "高龄津贴免跑腿", [FAVOURITES[1]])
    script.now = morning(8)
    _piloted(script, begin, 8, 24)
    yield script.acts()
    script = _pen("standard-3", morning(7), rng)
    _noted(script, "午间不间断服务", [FAVOURITES[0]], drafted=False)
    yield script.acts()


def _opened(script: Script, matter: _Matter, community: str) -> None:
    """Two needs of one kind are put together and come before the community's council."""
    rng, by = script.rng, secretary(community)
    for words, keep in zip(matter.words, ({}, {"need": "other", "number": "other.number"}), strict=True):
        own = person(rng)
        script.do(by, "need.enter", {"need": "need", "number": "number", **keep}, category=matter.category,
                  words=words, area=community, contact_name=own.name, contact_phone=own.phone)  # fmt: skip
        script.wait(5, 9)
    script.do("desk-clerk", "cluster.form", need=Ref("need"), needs=[Ref("other.number")])
    script.wait(5, 9)
    script.do(by, "deliberation.open", cluster=Ref("cluster"), forum="COUNCIL", electorate="MEMBERS")


def _called(script: Script, community: str, meeting: datetime) -> None:
    """The roll, the units that are asked, the notice."""
    by = secretary(community)
    script.wait(5, 9)
    script.do(by, "deliberation.enter_roll", **_ON, electors=[{"elector": f"M-{n + 1}"} for n in range(MEMBERS)])
    script.wait(5, 9)
    script.do(by, "deliberation.set_parties", **_ON, units=["ylj", CENTRE[0]])
    script.wait(5, 9)
    script.do(by, "deliberation.notice", **_ON, meeting_at=meeting, venue="社区议事厅（演示）")


def _planned(script: Script, fund: str, source: str, budget: int, works: list[tuple[str, int, int]]) -> None:
    """A project of the resolution: milestones from day to day, one after the other, each by the gardeners' unit."""
    day = local(script.now).date()
    milestones = [
        {"work": work, "unit": "ylj", "start_on": day + timedelta(days=first), "due_on": day + timedelta(days=last),
         "after": [n] if n else []}
        for n, (work, first, last) in enumerate(works)
    ]  # fmt: skip
    keep = {f"milestones.{n}": f"milestone.{n}" for n in range(len(works))}
    script.do("desk-leader", "project.plan", keep, **_ON, lead=CENTRE[0], fund_source=source, fund=fund,
              budget=budget, milestones=milestones)  # fmt: skip
    for move in ("fund", "start"):
        script.wait(20, 40)
        script.do("desk-leader", f"project.{move}", **_PROJECT)


def _built(script: Script, n: int, spent: int) -> None:
    """A milestone reported by its unit, accepted by somebody else, paid."""
    on: dict[str, Any] = {**_PROJECT, "milestone": Ref(f"milestone.{n}")}
    script.do("duty-ylj", "project.report", **on, evidence=[Picture("site", True, n)], note="已按图施工（演示）")
    script.wait(30, 60)
    script.do("desk-leader", "project.accept_milestone", **on)
    script.wait(30, 60)
    script.do("desk-leader", "project.spend", **on, amount=spent, evidence=[Picture("site", False, n)])


def _meeting(noticed: datetime, hour: int) -> datetime:
    """The first working day whose morning comes after the three days of the notice, which end on a working day."""
    office = Office()
    day = local(noticed).date() + timedelta(days=3)
    if not office.calendar.is_working_day(day):
        day = office.working_day(day, 1)
    return datetime.combine(office.working_day(day, 1), time(hour), SHANGHAI)


def _deliberated(script: Script, matter: _Matter, community: str, hour: int, *, present: int) -> datetime:
    """From the needs to the resolution; when they met."""
    _opened(script, matter, community)
    meets = _meeting(script.now, hour)
    _called(script, community, meets)
    by = secretary(community)
    script.now = meets + timedelta(minutes=1)
    for n in range(present):
        script.do(by, "deliberation.attend", **_ON, elector=f"M-{n + 1}")
        script.wait(0.7, 0.8)
    script.wait(40, 60)
    script.do(by, "deliberation.hold", **_ON, options=list(matter.options), minutes_text="与会人员逐项讨论（演示）。")
    for n in range(present):
        script.wait(0.7, 0.8)
        script.do(by, "deliberation.vote", **_ON, elector=f"M-{n + 1}", option="AGAINST" if n == 1 else "1")
    script.wait(5, 9)
    script.do(by, "deliberation.count", **_ON)
    script.wait(5, 9)
    script.do(by, "deliberation.resolve", **_ON)
    script.wait(60, 90)
    return meets


def deliberations(rng: random.Random, begin: datetime) -> Iterator[list[Act]]:
    """One whose project is built, evaluated and told; one whose project runs."""
    office = Office()
    first = datetime.combine(local(begin).date(), time(10), SHANGHAI)

    def after(meets: datetime, days: int, hour: int) -> datetime:
        return datetime.combine(office.working_day(meets, days), time(hour), SHANGHAI)

    script = _pen("forum-1", first, rng)
    meets = _deliberated(script, _CHARGING, COMMUNITY_CODES[2], 10, present=6)
    works = [("PROCURE", 0, 5), ("INSTALL", 1, 12)]
    _planned(script, "为民服务专项资金（演示）", "COMMUNITY_FUND", 3_600_000, works)
    for n in range(2):
        script.now = after(meets, 1 + n, 15)
        _built(script, n, 1_500_000)
    script.wait(60, 90)
    script.do("desk-leader", "project.accept", **_PROJECT)
    script.now = after(meets, 3, 10)
    script.do("desk-leader", "project.evaluate", **_PROJECT, score=4, words="使用率高，居民满意（演示）")
    script.wait(60, 90)
    script.do("desk-leader", "project.feed_back", **_PROJECT, told_by="PHONE", words="充电口已启用（演示）")
    yield script.acts()
    script = _pen("forum-2", datetime.combine(office.working_day(begin, 1), time(10), SHANGHAI), rng)
    meets = _deliberated(script, _PARKING, COMMUNITY_CODES[0], 14, present=5)
    works = [("SURVEY", 0, 5), ("DESIGN", 2, 12), ("BUILD", 10, 40), ("HANDOVER", 38, 50)]
    _planned(script, "街道年度预算（演示）", "STREET_BUDGET", 28_000_000, works)
    script.now = after(meets, 2, 16)
    _built(script, 0, 1_200_000)
    yield script.acts()


def left_together(rng: random.Random, end: datetime) -> Iterator[list[Act]]:
    """Left to do: a council that is called for a day to come."""
    script = _pen("left-forum-called", end - timedelta(hours=4), rng)
    _opened(script, _SPORT, COMMUNITY_CODES[1])
    _called(script, COMMUNITY_CODES[1], _meeting(end, 14))
    yield script.acts()
