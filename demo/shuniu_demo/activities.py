"""Volunteers' activities from the draft to the archive, and what is left of them to do (domain rules 10.8)."""

import random
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any, Final, Literal, NamedTuple

from shuniu.rules.calendar import SHANGHAI, local

from shuniu_demo.accounts import LEADS, VOLUNTEERS, lead, volunteer
from shuniu_demo.script import LOOKED_UP, Act, Office, Pieces, Ref, Script
from shuniu_demo.street import COMMUNITY_CODES, grids, spot_in
from shuniu_demo.volunteers import the

__all__ = ("ACTIVITIES", "RARE", "activities", "left_activities", "planned")

ActivityWay = Literal["plain", "team", "disputed", "cancelled", "danger", "paper"]
ACTIVITIES: Final = 6
RARE: Final[tuple[ActivityWay, ...]] = ("plain", "team", "disputed", "cancelled", "danger", "paper")
_ON: Final[dict[str, Any]] = {"activity": Ref("activity")}


class _Sort(NamedTuple):
    category: str
    title: str


SORTS: Final = (
    _Sort("VA_ELDERLY", "陪老人读报"), _Sort("VA_ENVIRONMENT", "清洁家园"), _Sort("VA_ORDER", "路口文明劝导"),
    _Sort("VA_SAFETY", "夜间平安巡防"), _Sort("VA_HEALTH", "便民义诊"), _Sort("VA_CHILDREN", "四点半课堂"),
    _Sort("VA_CULTURE", "社区书画角"), _Sort("VA_TEACHING", "手机课堂"), _Sort("VA_ACCOMPANY", "陪同就医"),
    _Sort("VA_LEGAL", "法律咨询日"),
)  # fmt: skip


def _people(rng: random.Random, count: int) -> list[int]:
    """So many of the volunteers with an account; the shown one is mostly among them."""
    return [1, *rng.sample(range(2, VOLUNTEERS + 1), count - 1)]


def planned(script: Script, rng: random.Random, team: int, starts: datetime, hours: float) -> None:
    """The draft of an activity of any sort."""
    _planned(script, rng.choice(SORTS), team, starts, hours)


def _planned(script: Script, sort: _Sort, team: int, starts: datetime, hours: float, **more: Any) -> None:
    """The draft."""
    rng = script.rng
    community = COMMUNITY_CODES[(team - 1) % len(COMMUNITY_CODES)]
    spot = spot_in(rng, rng.choice([g for g in grids() if g.community == community]))
    code = f"vt-{team:02d}"
    script.do(
        lead(team), "activity.draft", category=sort.category, title=sort.title, area=spot.area, place=spot.place(),
        starts_at=starts, ends_at=starts + timedelta(hours=hours),
        **{"places": 6, "organiser": code, "team": code, "text": f"{sort.title}（演示）", **more},
    )  # fmt: skip


def _open(script: Script, team: int) -> None:
    """Reviewed by somebody else, open."""
    script.wait(10, 30)
    script.do("clerk", "activity.review", **_ON)
    script.wait(5, 10)
    script.do(lead(team), "activity.open", **_ON)


def _joined(script: Script, people: list[int]) -> None:
    for who in people:
        script.wait(2, 6)
        script.do(volunteer(who), "participation.apply", **_ON)


def _candidate(script: Script, team: int) -> None:
    """Somebody of the team without an account, put down with their consent by telephone."""
    script.wait(2, 4)
    path = Pieces(("/activities/", Ref("activity"), "/candidates"))
    script.do(lead(team), LOOKED_UP, service="volunteer", path=path, pick="1.volunteer", name="member")
    script.wait(1, 2)
    script.do(lead(team), "participation.enrol", **_ON, volunteer=Ref("member"), consent="PHONE")


def activity(script: Script, way: ActivityWay, sort: _Sort, team: int, starts: datetime) -> Script:
    """Write an activity from the plan to the posting of its hours."""
    rng = script.rng
    more: dict[str, Any] = {"booking": "TEAM"} if way == "team" else {"danger": 1} if way == "danger" else {}
    people = _people(rng, 3)
    _planned(script, sort, team, starts, 2.5, **more)
    _open(script, team)
    _joined(script, people)
    if way == "paper":
        _candidate(script, team)
    if way == "cancelled":
        script.wait(30, 90)
        script.do(lead(team), "activity.cancel", **_ON, reason="WEATHER")
        return script
    script.wait(5, 10)
    if way == "danger":
        script.do(lead(team), "activity.insure", **_ON, insurance="DEMO-INS-0001")
        script.wait(2, 4)
    script.do(lead(team), "activity.make_ready", **_ON)
    members: list[Ref] = [the(who) for who in people] + ([Ref("member")] if way == "paper" else [])
    script.now = max(script.now, starts) + timedelta(minutes=6)
    _checked(script, team, people[0], members[1:], "check_in")
    script.now = starts + timedelta(hours=2, minutes=20)
    _checked(script, team, people[0], members[1:], "check_out")
    script.wait(2, 4)
    script.do(lead(team), "activity.finish", **_ON)
    script.wait(4, 9)
    script.do(lead(team), "activity.submit_hours", **_ON)
    _hours(script, way, team, people)
    script.wait(20, 60)
    script.do(lead(team), "activity.notice_hours", **_ON)
    return script


def _checked(script: Script, team: int, own: int, others: list[Ref], move: str) -> None:
    """One by the code shown at the place, the others by the leader's word."""
    path = Pieces(("/activities/", Ref("activity"), "/code"))
    script.do(lead(team), LOOKED_UP, service="volunteer", path=path, pick="code", name=f"code.{move}")
    script.do(volunteer(own), f"participation.{move}", **_ON, code=Ref(f"code.{move}"))
    for who in others:
        script.wait(0.7, 0.9)
        script.do(lead(team), f"participation.{move}", **_ON, volunteer=who, means="LEADER")


def _hours(script: Script, way: ActivityWay, team: int, people: list[int]) -> None:
    for n, who in enumerate(people):
        script.wait(2, 9)
        if way == "disputed" and n == 1:
            script.do(volunteer(who), "participation.dispute", **_ON, reason="提前到场布置，少记一刻钟（演示）")
            script.wait(30, 60)
            script.do(
                "clerk-street-02",
                "participation.adjust",
                **_ON,
                volunteer=the(who),
                minutes=135,
                reason="经核实补记（演示）",
            )
            continue
        script.do(volunteer(who), "participation.agree", **_ON)
        script.wait(0.7, 0.9)
        script.do(lead(team), "participation.agree", **_ON, volunteer=the(who))
    if way == "paper":
        script.wait(1, 2)
        script.do(lead(team), "participation.agree", **_ON, volunteer=Ref("member"))
        script.wait(1, 2)
        script.do("clerk", "participation.agree", **_ON, volunteer=Ref("member"), paper="0" * 64)


def activities(rng: random.Random, begin: datetime, count: int) -> Iterator[list[Act]]:
    """Activities of the ten days, one for a team and an hour of its own."""
    rare = list(RARE)
    office = Office()
    for n in range(count):
        # No two at once: everybody with an account may be at each of them.
        day = office.working_day(begin, 1 + n * 8 // max(count, 1))
        starts = datetime.combine(day, time(9 if n % 2 else 15), SHANGHAI)
        way: ActivityWay = rare.pop(0) if rare else "plain"
        script = Script(
            f"v{n + 1:03d}", starts - timedelta(hours=22), random.Random(rng.getrandbits(48)), Office(always=True)
        )
        yield activity(script, way, SORTS[n % len(SORTS)], n % LEADS + 1, starts).acts()


def left_activities(rng: random.Random, end: datetime) -> Iterator[list[Act]]:
    """What is left to do: a step each, for leaders, clerks, volunteers."""

    def pen(thread: str, minutes: float) -> Script:
        at = end - timedelta(minutes=minutes)
        return Script(f"left-activity-{thread}", at, random.Random(rng.getrandbits(48)), Office(always=True))

    def hour(days: int, at: int) -> datetime:
        return datetime.combine(local(end).date() + timedelta(days=days), time(at), SHANGHAI)

    script = pen("draft", 50)
    _planned(script, SORTS[0], 1, hour(6, 9), 3)
    yield script.acts()
    script = pen("review", 90)
    _planned(script, SORTS[4], 2, hour(5, 14), 3)
    script.wait(9, 20)
    script.do("clerk", "activity.review", **_ON)
    yield script.acts()
    # Everybody may still apply; one is full and people wait; one asks for approval.
    for n, (team, places, approval) in enumerate(((1, 10, False), (2, 2, False), (3, 8, True), (1, 20, False))):
        script = pen(f"recruiting-{n}", 300 + 40 * n)
        _planned(script, SORTS[n + 1], team, hour(2 + n, 9 + n), 2.5, places=places, approval=approval)
        _open(script, team)
        _joined(script, _people(rng, 4) if n < 3 else [5, 6])
        yield script.acts()
    script = pen("ready", 400)
    _planned(script, SORTS[6], 3, hour(1, 10), 3)
    _open(script, 3)
    _joined(script, _people(rng, 3))
    script.wait(9, 20)
    script.do(lead(3), "activity.make_ready", **_ON)
    yield script.acts()
    yield from _under_way(rng, end)


def _under_way(rng: random.Random, end: datetime) -> Iterator[list[Act]]:
    """One that goes on right now, one just over, one whose hours wait for a word."""
    midnight = datetime.combine(local(end).date(), time(0), SHANGHAI)
    starts = max(end - timedelta(minutes=45), midnight + timedelta(minutes=1))
    script = Script(
        "left-activity-now", starts - timedelta(minutes=150), random.Random(rng.getrandbits(48)), Office(always=True)
    )
    latest = midnight + timedelta(hours=23, minutes=59)
    hours = min(3.0, (latest - starts).total_seconds() / 3600)
    if starts < end - timedelta(minutes=10):
        _planned(script, SORTS[1], 1, starts, hours)
        _open(script, 1)
        _joined(script, [1, 7])
        script.wait(3, 5)
        script.do(lead(1), "activity.make_ready", **_ON)
        script.now = starts + timedelta(minutes=4)
        script.do(lead(1), "participation.check_in", **_ON, volunteer=the(7), means="LEADER")
        yield script.acts()
    yesterday = midnight - timedelta(days=1)
    ends = (("over", "activity.finish"), ("hours", "activity.submit_hours"), ("sure", "participation.agree"))
    for n, (thread, last) in enumerate(ends):
        begins = yesterday + timedelta(hours=18 - 4 * n)
        script = Script(f"left-activity-{thread}", begins - timedelta(hours=5), random.Random(n), Office(always=True))
        acts = activity(script, "plain", SORTS[7 + n], 2 + n, begins).acts()
        index = max(i for i, act in enumerate(acts) if act.command == last)
        yield acts[: index + 1]
