"""Home visits of the desk (上门帮办代办): asked for, appointed, papers taken along and given back; or not.

Who is visited is made up. No two visits have the same hour, since the same two clerks make them all.
"""

import random
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any, Final, Literal

from shuniu.rules.calendar import SHANGHAI, local

from shuniu_demo.persons import person
from shuniu_demo.script import PUBLIC, Act, Office, Ref, Script, account
from shuniu_demo.street import COMMUNITY_CODES

__all__ = ("home_visits", "left_home_visits")

HomeWay = Literal["brought_back", "refused", "cancelled", "missed", "unmet"]
WAYS: Final[tuple[HomeWay, ...]] = ("brought_back", "missed", "unmet", "refused", "cancelled")
_ITEM: Final = "GG-SB07"
"""An item that is done at home, for which an identity card and a photograph are taken along."""
_TAKEN: Final = ["ID", "PHOTO"]
_VISIT: Final[dict[str, Any]] = {"visit": Ref("home")}
_STAFF: Final = ("desk-clerk", "desk-clerk-02")


def _pen(thread: str, at: datetime, rng: random.Random) -> Script:
    return Script(thread, at, random.Random(rng.getrandbits(48)), Office(always=True))


def _asked(script: Script, *, online: bool = False) -> dict[str, Any]:
    """Asked for; whoever it is, as a case of theirs names them."""
    rng = script.rng
    own, area = person(rng, 1938, 1955), rng.choice(COMMUNITY_CODES)
    who: dict[str, Any] = {"applicant_name": own.name, "applicant_phone": own.phone}
    by, command = (PUBLIC, "home.request_online") if online else ("desk-clerk", "home.request")
    reason = rng.choice(("AGED", "AGED", "DISABLED", "CARING"))
    script.do(by, command, {"visit": "home"}, items=[_ITEM], reason=reason, area=area,
              applicant_address="虚构路 1 号（演示）", **who)  # fmt: skip
    return {**who, "applicant_id": own.citizen_id, "area": area}


def _appointed(script: Script, starts: datetime) -> None:
    """Both clerks, for an hour."""
    script.do("desk-leader", "home.appoint", **_VISIT, staff=[account(login) for login in _STAFF], starts_at=starts,
              ends_at=starts + timedelta(hours=1))  # fmt: skip


def _collected(script: Script, who: dict[str, Any]) -> None:
    """Originals are taken along by two; the case is submitted on behalf."""
    script.do("desk-clerk", "home.collect", **_VISIT, materials=_TAKEN, with_staff=account(_STAFF[1]))
    script.wait(9, 20)
    script.do("desk-clerk", "home.submit", {"cases.0.case": "case"}, **_VISIT, consent=True, items=[_ITEM],
              situation={"agent": "no"}, handed=_TAKEN, **who)  # fmt: skip


def home_visits(rng: random.Random, begin: datetime) -> Iterator[list[Act]]:
    """One of each way, asked for one morning and made the next days."""
    office = Office()
    for n, way in enumerate(WAYS):
        day = office.working_day(begin, 1 + n)
        script = _pen(f"home-{n + 1}", datetime.combine(day, time(9, 30), SHANGHAI), rng)
        who = _asked(script, online=way == "cancelled")
        script.wait(30, 60)
        if way == "refused":
            script.do("desk-leader", "home.refuse", **_VISIT, ground="OUT_OF_AREA", note="不在本街道（演示）")
            yield script.acts()
            continue
        starts = datetime.combine(office.working_day(day, 1), time(9 + 2 * n), SHANGHAI)
        _appointed(script, starts)
        if way == "cancelled":
            script.wait(60, 90)
            script.do("desk-leader", "home.cancel", **_VISIT, note="本人已能到窗口办理（演示）")
            yield script.acts()
            continue
        script.now = starts + timedelta(minutes=40)
        if way == "brought_back":
            _collected(script, who)
            script.wait(60, 90)
            script.do("desk-clerk", "case.settle", case=Ref("case"))
            script.now = datetime.combine(office.working_day(day, 2), time(10), SHANGHAI)
            script.do("desk-clerk", "case.deliver", case=Ref("case"), how="HOME_DELIVERY")
            script.wait(1, 4)
            script.do("desk-clerk", "home.give_back", **_VISIT)
            yield script.acts()
            continue
        script.do("desk-clerk", "home.miss", **_VISIT, note="无人应门（演示）")
        script.wait(60, 90)
        starts = datetime.combine(office.working_day(day, 2), time(9 + 2 * n, 30), SHANGHAI)
        _appointed(script, starts)
        script.now = starts + timedelta(minutes=40)
        script.do("desk-clerk", "home.miss" if way == "unmet" else "home.done", **_VISIT)
        yield script.acts()


def left_home_visits(rng: random.Random, end: datetime) -> Iterator[list[Act]]:
    """Left to do: one to be appointed, one to be made tomorrow, originals to be brought back."""
    script = _pen("left-home-asked", end - timedelta(minutes=35), rng)
    _asked(script, online=True)
    yield script.acts()
    day = Office().working_day(end, 1)
    script = _pen("left-home-appointed", end - timedelta(hours=3), rng)
    _asked(script)
    script.wait(20, 40)
    _appointed(script, datetime.combine(day, time(10), SHANGHAI))
    yield script.acts()
    # Yesterday's, or whenever people were last at work.
    before = Office().days_back(local(end).date(), 1)
    script = _pen("left-home-holding", datetime.combine(before, time(9), SHANGHAI), rng)
    who = _asked(script)
    script.wait(20, 40)
    starts = datetime.combine(before, time(14), SHANGHAI)
    _appointed(script, starts)
    script.now = starts + timedelta(minutes=15)
    _collected(script, who)
    yield script.acts()
