"""The association (仙林一家亲, here made up): member units, what they contributed in kind, award rounds (最美的人).

Nominees and deeds are made up. A sponsor gives a round its name and sits in no jury.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from shuniu.rules.calendar import local

from shuniu_demo.accounts import ENTERPRISES, PROPERTY, volunteer
from shuniu_demo.script import Act, Office, Ref, Script, account
from shuniu_demo.street import COMMUNITY_CODES, grids

__all__ = ("associated", "left_rounds")

STREET: Final = COMMUNITY_CODES[0][:9]
_ROUND: Final[dict[str, Any]] = {"round": Ref("round")}
_OTHERS: Final = [g for g in grids() if g.type in ("CAMPUS", "MALL") and g.code not in {e[1] for e in ENTERPRISES}][:2]
_UNITS: Final = (
    *((f"e-{area}", f"{zh}管理方", en, n == 0) for n, (_, area, zh, en) in enumerate(ENTERPRISES)),
    *((code, zh, en, False) for code, zh, en in PROPERTY),
    *((f"e-{grid.code}", f"{grid.zh}管理方", "Management", n == 0) for n, grid in enumerate(_OTHERS)),
)
_SPONSOR: Final = f"e-{_OTHERS[0].code}"
_JURY: Final = f"e-{_OTHERS[1].code}"
"""Whose people judge; the sponsor's never do."""
_GIFTS: Final = (
    ("VENUE_GIFT", "周末免费借用会议室"), ("GOODS_GIFT", "志愿者雨披与水壶"), ("SKILL_GIFT", "每月一次家电义修"),
    ("TRAINING_GIFT", "急救培训一期"), ("AWARD_GIFT", "年度表彰纪念品"),
)  # fmt: skip
_DEEDS: Final = ("常年接送邻居就医（虚构）", "义务巡防十年（虚构）", "组织楼道清洁（虚构）", "资助困难学生（虚构）")
_VOTERS: Final = (*(volunteer(n) for n in range(1, 8)), "worker-01", "worker-02", "community-01", "property")


def associated(rng: random.Random, begin: datetime) -> Iterator[list[Act]]:
    """Members and gifts; last year's round, awarded."""
    at = begin - timedelta(days=70)
    script = Script("association-set", at, random.Random(rng.getrandbits(48)), Office(always=True))
    for n, (unit, zh, en, sponsor) in enumerate(_UNITS):
        script.do("clerk", "volunteer.join_association", unit=unit, unit_title=zh, unit_title_en=en,
                  area=COMMUNITY_CODES[n % 4], sponsor=sponsor)  # fmt: skip
        script.wait(1, 2)
        for kind, label in _GIFTS[n % 3 : n % 3 + 1 + n % 2]:
            script.do("clerk", "volunteer.record_gift", unit=unit, gift_kind=kind, label=label)
            script.wait(1, 2)
    yield script.acts()
    script = Script("award-last", at + timedelta(days=1), random.Random(rng.getrandbits(48)), Office())
    _voted(script, local(begin).date().year - 1, "最美枢纽人", _VOTERS[:4])
    _judged(script)
    script.work(6 * 480, 7 * 480)
    script.do("leader", "volunteer.confirm_award", **_ROUND)
    script.work(60, 200)
    script.do("clerk", "volunteer.award", **_ROUND)
    yield script.acts()


def _voted(script: Script, year: int, name: str, voters: tuple[str, ...]) -> None:
    """Planned, nominated, looked at, and some have voted."""
    script.do("clerk", "volunteer.plan_award", area=STREET, year=year, award_name=name, sponsor_unit=_SPONSOR,
              winners=2, day_votes=2)  # fmt: skip
    script.wait(9, 20)
    script.do("clerk", "volunteer.open_nominations", **_ROUND)
    for n, deed in enumerate(_DEEDS):
        script.work(30, 120)
        given: dict[str, Any] = {
            "nominee_name": f"虚构居民{n + 1}",
            "employer": PROPERTY[n % 3][0] if n else "",
            "deed": deed,
        }
        script.do(_VOTERS[n], "volunteer.nominate", {"nominee": f"nominee.{n}"}, **_ROUND, **given)
    script.work(60, 200)
    script.do("clerk", "volunteer.close_nominations", **_ROUND)
    for n in range(len(_DEEDS)):
        script.wait(5, 20)
        script.do("clerk", "volunteer.qualify_nominee", **_ROUND, nominee=Ref(f"nominee.{n}"), credit=True,
                  discipline=True, named=True, paper="0" * 64)  # fmt: skip
    script.wait(20, 40)
    script.do("clerk", "volunteer.open_vote", **_ROUND)
    for n, who in enumerate(voters):
        script.wait(3, 40)
        script.do(who, "volunteer.vote", **_ROUND, nominee=Ref(f"nominee.{(n * n) % len(_DEEDS)}"))


def _judged(script: Script) -> None:
    """A jury of two; then posted."""
    script.work(60, 200)
    for who in ("jury", "jury-02"):
        script.do("clerk", "volunteer.appoint_juror", **_ROUND, account=account(who), employer=_JURY)
        script.wait(3, 9)
    script.do("clerk", "volunteer.open_jury", **_ROUND)
    for n in range(len(_DEEDS)):
        for who in ("jury", "jury-02"):
            script.wait(5, 20)
            script.do(
                who, "volunteer.score_nominee", **_ROUND, nominee=Ref(f"nominee.{n}"), score=70 + 5 * ((n * 3) % 5)
            )
    script.work(30, 90)
    script.do("clerk", "volunteer.post_award", **_ROUND)


def left_rounds(rng: random.Random, end: datetime) -> Iterator[list[Act]]:
    """One round in which everybody may vote, one posted, to which one may object."""
    year = local(end).date().year
    script = Script("left-award-vote", end - timedelta(days=3), random.Random(rng.getrandbits(48)), Office())
    _voted(script, year, "最美志愿者", _VOTERS)
    yield [act for act in script.acts() if act.at <= end]
    script = Script("left-award-notice", end - timedelta(days=6), random.Random(rng.getrandbits(48)), Office())
    _voted(script, year, "最美楼栋长", _VOTERS[:4])
    _judged(script)
    yield [act for act in script.acts() if act.at <= end]
