"""The hall of the desk: posts, queue numbers; and residents' needs, put together and matched to offers.

Whoever raises a need is made up; offers are those a street might have.
"""

import random
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any, Final

from shuniu.rules.calendar import SHANGHAI, local

from shuniu_demo.accounts import CENTRE, secretary
from shuniu_demo.persons import person
from shuniu_demo.script import PUBLIC, SHARED, SHEET, Act, Office, Ref, Script
from shuniu_demo.street import COMMUNITY_CODES

__all__ = ("hall", "left_hall", "left_needs", "needs")

_POSTS: Final = (("1号综合窗口", ["*"]), ("2号综合窗口", ["*"]), ("3号社保窗口", ["GG-SB*"]))
_CLERKS: Final = ("desk-clerk", "desk-clerk-02")
_ITEMS: Final = ("GG-SB01", "GG-MZ07", "GG-SB07", "GG-JZ01", "")
_OFFERS: Final = (
    ("OF-MEALS", "助餐点送餐", "Meals delivered", "SERVICE", CENTRE[0], "ELDER_MEALS,ELDER_CARE", 12),
    ("OF-REPAIR", "便民维修日", "Repair day", "SERVICE", CENTRE[0], "HOME_REPAIR", 8),
    ("OF-TUTOR", "四点半课堂", "After-school class", "SERVICE", CENTRE[0], "TUTORING,CHILD_CARE", 20),
    ("OF-LAW", "法律咨询日", "Legal advice day", "SERVICE", "street-office", "LEGAL_ADVICE", 10),
    ("OF-GREEN", "绿地养护", "Care of greens", "SERVICE", "ylj", "GREENERY,PUBLIC_SPACE", 6),
)
_NEEDS: Final = (
    ("ELDER_MEALS", "独居老人希望送午餐（虚构）"), ("ELDER_MEALS", "母亲行动不便，需要助餐（虚构）"),
    ("TUTORING", "放学后孩子没人辅导（虚构）"), ("HOME_REPAIR", "楼道灯坏了没人修（虚构）"),
    ("PARKING", "小区停车位不够（虚构）"), ("CHARGING", "希望增设电动车充电点（虚构）"),
    ("LEGAL_ADVICE", "想咨询租赁合同（虚构）"), ("GREENERY", "门前绿地缺少养护（虚构）"),
    ("PARKING", "晚上回家没有车位（虚构）"), ("CULTURE_SPORT", "想有个打乒乓球的地方（虚构）"),
)  # fmt: skip
_NEED: Final[dict[str, Any]] = {"need": Ref("need")}


def _post(n: int) -> Ref:
    return Ref(f"{SHARED}post.{n}")


def _pen(thread: str, at: datetime, rng: random.Random, *, always: bool = True) -> Script:
    return Script(thread, at, random.Random(rng.getrandbits(48)), Office(always=always))


def hall(rng: random.Random, begin: datetime) -> Iterator[list[Act]]:
    """Three posts; a morning of one of the ten days."""
    script = _pen("hall-set", begin + timedelta(minutes=25), rng)
    for n, (label, skills) in enumerate(_POSTS):
        script.do("desk-leader", "post.set_up", {"post": _post(n).name}, label=label, skills=skills)
        script.wait(1, 2)
    yield script.acts()
    for n in (4,):
        day = Office().working_day(begin, n)
        script = _pen(f"hall-{n}", datetime.combine(day, time(9), SHANGHAI), rng)
        _morning(script, served=5, end=True)
        yield script.acts()


def _morning(script: Script, *, served: int, end: bool) -> None:
    """Two clerks on duty; people take numbers, one does not come."""
    rng = script.rng
    for n, clerk in enumerate(_CLERKS):
        script.do(clerk, "post.begin", post=_post(n))
        script.wait(1, 2)
    for n in range(served + 1):
        item = rng.choice(_ITEMS)
        priority = "AGED" if n == 2 else "NONE"
        script.do(PUBLIC, "queue.take", {"ticket": f"ticket.{n}"}, item=item, priority=priority)
        script.wait(1, 3)
    for n in range(served):
        post, clerk = _post(n % 2), _CLERKS[n % 2]
        script.wait(2, 5)
        script.do(clerk, "queue.call", post=post)
        script.wait(1, 2)
        if n == 1:
            script.do(clerk, "queue.recall", post=post)
            script.wait(1, 2)
            script.do(clerk, "queue.miss", post=post)
            continue
        script.do(clerk, "queue.start", post=post)
        script.wait(3, 9)
        script.do(clerk, "queue.finish", post=post)
    if not end:
        return
    script.wait(2, 4)
    script.do(PUBLIC, "queue.leave", ticket=Ref(f"ticket.{served}"))
    for n, clerk in enumerate(_CLERKS):
        script.wait(30, 60)
        script.do(clerk, "post.end", post=_post(n))


def left_hall(rng: random.Random, end: datetime) -> Iterator[list[Act]]:
    """Today's hall: both posts manned, somebody at the window, somebody called, people waiting."""
    begins = max(end - timedelta(minutes=75), datetime.combine(local(end).date(), time(0, 1), SHANGHAI))
    script = _pen("left-hall", begins, rng)
    _morning(script, served=3, end=False)
    for _ in range(4):
        script.wait(1, 2)
        script.do(PUBLIC, "queue.take", item=script.rng.choice(_ITEMS))
    script.wait(1, 2)
    script.do(_CLERKS[0], "queue.call", post=_post(0))
    script.wait(1, 2)
    script.do(_CLERKS[0], "queue.start", post=_post(0))
    script.wait(1, 2)
    script.do(_CLERKS[1], "queue.call", post=_post(1))
    yield [act for act in script.acts() if act.at <= end]


def _raised(script: Script, n: int, community: str) -> None:
    category, words = _NEEDS[n % len(_NEEDS)]
    own = person(script.rng)
    script.do(secretary(community), "need.enter", {"need": "need", "number": "number"}, category=category, words=words,
              area=community, contact_name=own.name, contact_phone=own.phone)  # fmt: skip


def needs(rng: random.Random, begin: datetime) -> Iterator[list[Act]]:
    """Offers by a sheet; needs that came to their end one way or another."""
    script = _pen("needs-set", begin + timedelta(minutes=30), rng)
    columns = ("code", "title_zh", "title_en", "kind", "unit", "categories", "capacity")
    rows = [dict(zip(columns, offer, strict=True)) for offer in _OFFERS]
    script.do("desk-leader", SHEET, service="services_desk", sheet="desk_offers", rows=rows)
    yield script.acts()
    ways = ("told", "told", "told", "told", "postponed", "rejected", "told", "served")
    for n, way in enumerate(ways):
        community = COMMUNITY_CODES[n % 4]
        by = secretary(community)
        script = _pen(f"need-{n + 1}", begin + timedelta(days=1 + n // 2, hours=2 + 2 * (n % 2)), rng, always=False)
        _raised(script, n, community)
        script.work(60, 300)
        if way == "postponed":
            script.do(by, "need.postpone", **_NEED, review_on=local(begin).date() + timedelta(days=60),
                      words="列入明年计划（演示）")  # fmt: skip
        elif way == "rejected":
            script.do(
                by, "need.reject", **_NEED, told_by="PHONE", words="场地不具备条件（演示）", ground="NOT_FEASIBLE"
            )
        else:
            _matched(script, by, n)
            script.work(300, 900)
            script.do(by, "need.serve", **_NEED, note="已上门服务（演示）")
            if way == "told":
                script.work(60, 300)
                script.do(by, "need.feed_back", **_NEED, told_by="PHONE", words="已电话告知（演示）")
        yield script.acts()


def _matched(script: Script, by: str, n: int) -> None:
    """A cluster of one; the offer chosen by hand, with the reason."""
    category = _NEEDS[n % len(_NEEDS)][0]
    script.do(by, "cluster.form", **_NEED)
    script.work(30, 90)
    offer = next(code for code, *_, categories, _ in _OFFERS if category in categories)
    script.do(by, "need.match", **_NEED, offer=offer, reason="类别和地点相符（演示）")


def left_needs(rng: random.Random, end: datetime) -> Iterator[list[Act]]:
    """Needs to be sorted, one cluster of two, proposals of the solver to be looked at, one matched."""
    for n in range(3):
        script = _pen(f"left-need-{n}", end - timedelta(minutes=30 + 45 * n), rng)
        _raised(script, 4 + n, COMMUNITY_CODES[n])
        yield script.acts()
    script = _pen("left-need-pair", end - timedelta(hours=8), rng)
    _raised(script, 4, COMMUNITY_CODES[0])
    script.wait(9, 20)
    script.do("desk-clerk", "need.enter", {"need": "other", "number": "other.number"}, category="PARKING",
              words="晚上回家没有车位（虚构）", area=COMMUNITY_CODES[0])  # fmt: skip
    script.wait(9, 20)
    script.do("desk-clerk", "cluster.form", **_NEED, needs=[Ref("other.number")])
    yield script.acts()
    script = _pen("left-need-proposed", end - timedelta(hours=6), rng)
    for n in (2, 7):
        _raised(script, n, COMMUNITY_CODES[1])
        script.wait(5, 9)
        script.do("desk-clerk", "cluster.form", **_NEED)
        script.wait(5, 9)
    script.do("desk-clerk", "match.run")
    script.wait(5, 9)
    script.do("desk-clerk", "need.confirm_match", **_NEED)
    yield script.acts()
