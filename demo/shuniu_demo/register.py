"""The registers of the fictional street as rows of spreadsheets: units, party organisations, places, posts, figures.

Everything is made up from a seed: names say so, and credit codes, right by their check digit, are those of a division
(320199) that does not exist, so nobody has them.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from stdnum.cn import uscc

from shuniu_demo.accounts import worker
from shuniu_demo.names import COMMUNITIES, STEMS
from shuniu_demo.script import Ref, account
from shuniu_demo.street import COMMUNITY_CODES, Grid, communities, grids, spot_in

__all__ = ("HOUSEHOLDS", "UNITS", "households", "key_units", "organisations", "places", "posts", "ranking", "units")

Row = dict[str, Any]
UNITS: Final = 2668
"""As many as the article counts in 仙林街道; these are none of them."""
HOUSEHOLDS: Final = 60
VACANT: Final = 3
"""Grids whose head is not found yet."""

# Kind, weight, endings
_KINDS: Final = (
    ("SHOP", 46, ("便利店", "服装店", "理发店", "五金店", "水果店", "文具店", "药店", "洗衣店")),
    ("RESTAURANT", 18, ("面馆", "小吃店", "餐厅", "茶饮店")),
    ("ENTERPRISE", 22, ("科技有限公司", "商贸有限公司", "文化传播有限公司", "信息技术有限公司")),
    ("SCHOOL", 2, ("幼儿园", "培训中心")),
    ("HOSPITAL", 2, ("诊所", "口腔门诊部")),
    ("MARKET", 1, ("菜市场",)),
    ("SITE", 2, ("项目部",)),
    ("PUBLIC_BODY", 2, ("服务所",)),
    ("SOCIAL_ORG", 3, ("志愿服务队", "老年协会")),
    ("OTHER", 2, ("服务部",)),
)
_TYPES: Final = {
    "SCHOOL": "SCHOOL", "MALL": "SHOP", "MARKET": "MARKET", "SITE": "SITE", "OFFICE": "ENTERPRISE",
    "HOSPITAL": "HOSPITAL", "CAMPUS": "ENTERPRISE",
}  # fmt: skip
_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def _credit(n: int) -> str:
    """A credit code with its check digit, of a division that does not exist."""
    digits = ""
    while n:
        n, digit = divmod(n, len(_LETTERS))
        digits = _LETTERS[digit] + digits
    body = f"91320199YY{digits.rjust(7, '0')}"
    return body + str(uscc.calc_check_digit(body))


def units(seed: int) -> Iterator[Row]:
    """The unit register."""
    rng = random.Random(seed)
    ground = grids()
    weights = [3.0 if g.type in _TYPES else 0.4 if g.type == "RESIDENTIAL" else 1.2 for g in ground]
    kinds = {kind: endings for kind, _, endings in _KINDS}
    for n in range(UNITS):
        grid = rng.choices(ground, weights)[0]
        kind = _TYPES.get(grid.type, "") if rng.random() < 0.5 else ""
        kind = kind or rng.choices([k for k, *_ in _KINDS], [w for _, w, _ in _KINDS])[0]
        stem, _ = rng.choice(STEMS)
        spot = spot_in(rng, grid)
        registered = kind in ("SHOP", "RESTAURANT", "ENTERPRISE", "HOSPITAL", "SCHOOL")
        yield {
            "number": f"DW{n + 1:05d}",
            "name": f"（虚构）{stem}{rng.choice(kinds[kind])}{n + 1}",
            "kind": kind,
            "credit_code": _credit(n + 1) if registered else "",
            "area": grid.code,
            "address": spot.name,
            "lon": spot.lon,
            "lat": spot.lat,
            "staff": int(rng.lognormvariate(1.8, 1.0)) + 1,
            "key_unit": "是" if rng.random() < 0.04 else "否",
        }


def key_units(seed: int, community: str) -> list[Row]:
    """The units of a community, those that are visited first in front."""
    own = [row for row in units(seed) if row["area"].startswith(community)]
    return sorted(own, key=lambda row: (row["key_unit"] != "是", row["kind"] not in ("SITE", "MARKET", "SCHOOL")))


def households(seed: int, community: str) -> Iterator[Row]:
    """A few made-up households of a community: a grid and numbers, no names."""
    rng = random.Random(seed)
    homes = [g for g in grids() if g.community == community and g.type in ("", "RESIDENTIAL")]
    for n in range(HOUSEHOLDS):
        elders = rng.choice((0, 0, 1, 2))
        yield {
            "number": f"H{int(community[-3:]):03d}{n + 1:04d}",
            "area": rng.choice(homes).code,
            "adults": rng.choice((0, 1, 2, 2)) if elders else rng.choice((1, 2, 2)),
            "elders": elders,
            "categories": "LIVING_ALONE_ELDER" if elders == 1 and rng.random() < 0.5 else "GENERAL",
        }


def organisations() -> Iterator[Row]:
    """1+3+N: the working committee, three organisations under it, communities' branches and groups under those."""
    yield _organisation("P1", "枢纽街道党工委", "Working committee", "ONE", "WORKING_COMMITTEE", "")
    three = (
        ("P2", "机关党支部", "Branch of the offices", "OFFICES_BRANCH"),
        ("P3", "社区党委", "Committee of the communities", "COMMUNITY_COMMITTEE"),
        ("P4", "综合党委", "Comprehensive committee", "COMPREHENSIVE_COMMITTEE"),
    )
    for code, zh, en, form in three:
        yield _organisation(code, zh, en, "THREE", form, "P1")
    for n, zh in enumerate(("城市管理", "社会治理", "民生服务", "经济发展"), 1):
        yield _organisation(f"P2-{n}", f"{zh}党小组", f"Party group {n}", "N", "PARTY_GROUP", "P2")
    for n, one in enumerate(COMMUNITIES, 1):
        yield _organisation(f"P3-{n:02d}", f"{one.short_zh}社区党支部", f"{one.short_en} branch", "N", "BRANCH", "P3")
    for n, zh in enumerate(("商圈", "园区", "楼宇"), 1):
        yield _organisation(f"P4-{n}", f"{zh}两新组织党小组", f"New organisations {n}", "N", "PARTY_GROUP", "P4")


def _organisation(code: str, zh: str, en: str, tier: str, form: str, parent: str) -> Row:
    return {"code": code, "title_zh": zh, "title_en": en, "tier": tier, "form": form, "parent": parent}


def places(seed: int) -> Iterator[Row]:
    """Volunteer posts, mobile governance stations, service stations."""
    rng = random.Random(seed)
    for n, one in enumerate(communities(), 1):
        own = [g for g in grids() if g.community == one.code and not g.type]
        titles = (
            ("SERVICE_STATION", f"{one.zh}服务站", f"{one.en} service station", "1-5 08:30-17:30; 6 09:00-12:00"),
            ("VOLUNTEER_POST", f"{one.zh}志愿者岗", f"{one.en} volunteer post", "1-7 07:30-09:00"),
            ("VOLUNTEER_POST", f"{one.zh}第二志愿者岗", f"{one.en} second post", "6 09:00-16:00"),
            ("MOBILE_STATION", f"{one.zh}流动治理站", f"{one.en} mobile station", "3 14:00-17:00"),
        )
        for m, (kind, zh, en, hours) in enumerate(titles):
            spot = spot_in(rng, rng.choice(own))
            yield {
                "place": f"F{n:02d}-{m + 1}", "type": kind, "title_zh": zh, "title_en": en, "lon": spot.lon,
                "lat": spot.lat, "address": spot.name, "hours": hours, "unit": f"c-{one.code}",
                "organisation": f"P3-{n:02d}",
            }  # fmt: skip


def posts() -> Iterator[Row]:
    """A secretary heads the community and its grids, its worker has every comprehensive grid; some heads are wanted."""
    wanted = {grid.code for grid in _heads_wanted()}
    for code in COMMUNITY_CODES:
        yield _post(code, "HEAD", _secretary(code))
    for grid in grids():
        if not grid.type:
            yield _post(grid.code, "FULL", account(worker(grid.community)))
        if grid.code not in wanted:
            yield _post(grid.code, "HEAD", _secretary(grid.community))


def _heads_wanted() -> list[Grid]:
    return [grid for grid in grids() if grid.type == "SITE"][:VACANT]


def _secretary(community: str) -> Ref:
    return account(f"community-{community[-2:]}")


def _post(area: str, kind: str, who: Ref) -> Row:
    return {"area": area, "kind": kind, "account": who}


def ranking(seed: int, end: date) -> Iterator[Row]:
    """Made-up monthly ranks of the street among a hundred, better as time goes by; the publisher says so."""
    rng = random.Random(seed)
    rank = 23.0
    month = (end.replace(day=1) - timedelta(days=500)).replace(day=1)
    while (following := (month + timedelta(days=32)).replace(day=1)) <= end:
        yield {
            "series": "demo-city-rank", "title": "城市管理考评（虚构数据）", "period": f"{month:%Y-%m}",
            "area": COMMUNITY_CODES[0][:9], "value": f"{96 - rank / 4:.2f}", "rank": max(1, round(rank)), "ranked": 100,
            "publisher": "演示用虚构数据", "published_on": following.isoformat(),
        }  # fmt: skip
        rank = max(1.0, rank - rng.uniform(0.2, 2.4))
        month = following
