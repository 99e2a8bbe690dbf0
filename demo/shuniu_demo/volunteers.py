"""The volunteers (万家欢): 56 teams and 6,018 volunteers as two spreadsheets, those with an account of their own, and
thirteen Saturdays of a neighbourhood fair, so that one of them has the hours of a first star.

Everybody is made up: names say so, citizen numbers are those of a division that does not exist.
"""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from shuniu.rules.calendar import SHANGHAI, local

from shuniu_demo.accounts import VOLUNTEERS, lead, volunteer
from shuniu_demo.names import COMMUNITIES
from shuniu_demo.persons import citizen_id, person
from shuniu_demo.script import SHARED, SHEET, Act, Office, Ref, Script
from shuniu_demo.street import COMMUNITY_CODES, grids, spot_in

__all__ = ("REGISTERED", "TEAMS", "saturdays", "set_up", "team_rows", "the", "volunteer_rows")

TEAMS: Final = 56
"""As many as the article counts in 万家欢."""
REGISTERED: Final = 6018
"""The article says more than 6,000; these are none of them."""
SATURDAYS: Final = 13
"""Eight hours each: more than the hundred of the first star."""
STARRED: Final = 1
"""Whose Saturdays they were, by number."""
HELPED: Final = 2
"""Who came to the last of them too, and has these minutes in the time bank."""
_SKILLS: Final = ("急救", "教学", "维修", "信息技术", "外语", "手语", "法律", "心理疏导", "助老照护", "文艺")
_KINDS: Final = ("邻里互助", "文明劝导", "平安巡防", "助老爱老", "环境护绿", "助学")
_FAMILY: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜"


def the(n: int) -> Ref:
    """The id of the n-th volunteer with an account, known to every thread once they are registered."""
    return Ref(f"{SHARED}{volunteer(n)}")


def team_rows() -> Iterator[dict[str, Any]]:
    """Teams of the communities, numbered as their units are."""
    for n in range(TEAMS):
        own = COMMUNITIES[n % len(COMMUNITIES)]
        kind = _KINDS[n // len(COMMUNITIES) % len(_KINDS)]
        yield {
            "code": f"vt-{n + 1:02d}",
            "title_zh": f"万家欢{own.short_zh}{kind}队",
            "title_en": f"Wanjiahuan team {n + 1}, {own.short_en}",
            "area": COMMUNITY_CODES[n % len(COMMUNITIES)],
            "founded": date(2015 + n % 9, 1 + n % 12, 1).isoformat(),
        }


def volunteer_rows(seed: int, count: int, before: date) -> Iterator[dict[str, Any]]:
    """The register as it was kept before that day."""
    rng = random.Random(seed)
    teams = list(team_rows())
    for n in range(count):
        team = teams[n % TEAMS]
        born = date(1948, 1, 1) + timedelta(days=rng.randrange(58 * 365))
        yield {
            "number": f"WJH{n + 1:05d}",
            "person_name": f"{_FAMILY[n % len(_FAMILY)]}虚构{n + 1:04d}",
            "phone": f"025-0000{rng.randrange(10000):04d}",
            "citizen_id": citizen_id(born, n % 1000),
            "area": team["area"],
            "teams": team["code"],
            "skills": "、".join(rng.sample(_SKILLS, rng.choice((0, 0, 1, 1, 2)))),
            "registered_on": (before - timedelta(days=1 + rng.randrange(2500))).isoformat(),
        }


def _begun(begin: datetime) -> datetime:
    """When register and fair began: early enough for thirteen Saturdays and the posting of hours after them."""
    return datetime.combine(local(begin).date() - timedelta(days=7 * (SATURDAYS + 3)), time(9), SHANGHAI)


def set_up(seed: int, begin: datetime, *, count: int = REGISTERED) -> Iterator[list[Act]]:
    """Teams and register by spreadsheet; nine volunteers register themselves."""
    rng, at = random.Random(seed), _begun(begin)
    script = Script("volunteers-set", at, random.Random(seed), Office(always=True))
    script.do("clerk", SHEET, service="volunteer", sheet="teams", rows=list(team_rows()))
    script.wait(1, 1)
    rows = list(volunteer_rows(seed, count, local(at).date()))
    script.do("clerk", SHEET, service="volunteer", sheet="volunteers", rows=rows)
    script.wait(1, 1)
    for n in range(1, VOLUNTEERS + 1):
        own = person(rng, 1958 if n in (1, 4) else 1975, 1963 if n in (1, 4) else 1999)
        who: dict[str, Any] = {"person_name": own.name, "phone": own.phone, "citizen_id": own.citizen_id}
        script.do(
            volunteer(n), "volunteer.register_volunteer", {"volunteer": the(n).name}, **who,
            area=COMMUNITY_CODES[(n - 1) % 3], teams=[f"vt-{(n - 1) % 3 + 1:02d}"],
            skills=["FIRST_AID_SKILL"] if n % 2 else ["TEACHING_SKILL"], availability=["WEEKEND_DAY"], consent=True,
        )  # fmt: skip
        script.wait(1, 2)
    for n in range(1, 4):
        script.do(volunteer(n), "volunteer.consent", volunteer=the(n), purpose="HONOUR_LIST", given=True)
        script.wait(1, 1)
    yield script.acts()


def saturdays(seed: int, begin: datetime, end: datetime, *, count: int = SATURDAYS) -> Iterator[list[Act]]:
    """The fair: all of them planned at once, held on Saturdays, hours said by both sides on the Sunday; then the star.

    What can be done at once is: acts of one instant share transactions, and the load is quicker for it.
    """
    rng = random.Random(seed)
    first = local(_begun(begin)).date() + timedelta(days=3)
    first += timedelta(days=(5 - first.weekday()) % 7)
    grid = next(g for g in grids() if g.community == COMMUNITY_CODES[0] and not g.type)
    spot = spot_in(rng, grid)
    for n in range(count):
        day = first + timedelta(days=7 * n)
        starts, ends = (datetime.combine(day, time(hour), SHANGHAI) for hour in (9, 17))
        planned = datetime.combine(first - timedelta(days=1), time(13), SHANGHAI)
        script = Script(f"fair-{n + 1:02d}", planned, rng, Office(always=True))
        on: dict[str, Any] = {"activity": Ref("activity")}
        people = (STARRED, HELPED) if n == count - 1 else (STARRED,)
        script.do(lead(1), "activity.draft", category="VA_FAIR", title="周末便民集市", area=grid.code,
                  place=spot.place(), starts_at=starts, ends_at=ends, places=6, organiser="vt-01",
                  team="vt-01")  # fmt: skip
        script.wait(1, 1)
        script.do("clerk", "activity.review", **on)
        script.wait(1, 1)
        script.do(lead(1), "activity.open", **on)
        for who in people:
            script.wait(0.7, 0.8)
            script.do(volunteer(who), "participation.apply", **on)
        script.wait(1, 1)
        script.do(lead(1), "activity.make_ready", **on)
        script.now = ends + timedelta(minutes=10)
        for who in people:
            for move, at in (("check_in", starts), ("check_out", ends)):
                script.do(lead(1), f"participation.{move}", **on, volunteer=the(who), means="LEADER", at=at)
                script.wait(0.7, 0.8)
        script.do(lead(1), "activity.finish", **on)
        script.wait(0.7, 0.8)
        script.do(lead(1), "activity.submit_hours", **on)
        for who in people:
            script.wait(0.7, 0.8)
            script.do(volunteer(who), "participation.agree", **on)
            script.wait(0.7, 0.8)
            script.do(lead(1), "participation.agree", **on, volunteer=the(who))
        script.wait(0.7, 0.8)
        script.do(lead(1), "activity.notice_hours", **on)
        if n == count - 1:
            _certified(script, on)
        yield script.acts()
    if count < SATURDAYS:
        return
    # The posting runs five working days, so that it has run its course by now.
    script = Script("star-1", begin + timedelta(hours=2), rng, Office())
    script.work(5, 20)
    script.do("clerk", "volunteer.propose_star", volunteer=the(STARRED), star=1)
    yield [act for act in script.acts() if act.at <= end]


def _certified(script: Script, on: dict[str, Any]) -> None:
    """The last Saturday on paper, for who asked; a calendar address of one's own."""
    for who in (STARRED, HELPED):
        script.wait(1, 1)
        script.do(lead(1), "volunteer.issue_certificate", volunteer=the(who), activities=[on["activity"]])
        script.wait(1, 1)
        script.do(volunteer(who), "volunteer.renew_calendar")
