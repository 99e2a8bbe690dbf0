"""The article's cases, told as acts: the journeys replay them, the demonstration shows them in its fictional street.

Facts are the words of the article (and of one report about Gulou, domain rules 1.3) and nothing else; what those leave
out is marked :class:`Assumed`: which community, when, who came, how it was rated. The fifth case, 黄家圩十字街, needs
three deployments: :mod:`shuniu_demo.crossing`.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final, NamedTuple

from shuniu_demo.script import Script
from shuniu_demo.street import Spot
from shuniu_demo.whistles import Call, chain, whistle
from shuniu_demo.words import Item

__all__ = (
    "ARTICLE",
    "CROSSING",
    "GARDEN",
    "KTV",
    "NEIGHBOURS",
    "REPORT",
    "TWO_YEARS",
    "WHISTLES",
    "Assumed",
    "Cast",
    "cases",
    "flying_wire",
    "kindergarten",
    "ktv",
    "moving_in",
    "told",
)

ARTICLE: Final = (
    "梳理涵盖城市建设、综合执法、民生保障等领域群众反映集中、难以解决的事项清单，按照“一般工作哨”“攻坚克难哨”分类推进解决。"
    "累计发起吹哨32次，较好解决了南京市第三幼儿园隽美分园开园、喜年中心KTV噪声扰民等问题。"
    "定期与玄武区红山街道、栖霞区迈皋桥街道吹哨共治黄家圩十字街红山公园片区流动摊贩乱摆卖、小市红山森林动物园迈皋桥地铁站周边"
    "共享单车乱停放等问题，确保街道道路交通安全畅通。"
    "坚持“基层事情基层办”，将吹哨主体由街道向企业、社区延伸，街道作为报到部门，高效解决飞线充电、管道堵塞、私搭乱建等涉及民生"
    "的实事，提高居民幸福感满意度。"
    "深入企业走访，及时响应企业在搬迁入驻、项目发展、政策应用方面的吹哨诉求，有力保障了重大项目建设进度。"
)
"""《从“行政末梢”向“治理枢纽”转变》, 《群众》(思想理论版), 2023-07-11, from the section on 小市街道."""
REPORT: Final = "一处幼儿园围墙两年吹哨8次后解决；推进会提前一天告知各部门"
"""The gist of 江苏政法网, 2023-08-04, about Gulou district (domain rules 1.3); it does not name the kindergarten."""


def told(words: str) -> str:
    """A fact of the article, in its own words."""
    assert words in ARTICLE, words
    return words


class Assumed(NamedTuple):
    """What the sources leave out. ``value`` is ours and stands for nothing that is known."""

    value: Any


KTV: Final = told("喜年中心")
GARDEN: Final = told("南京市第三幼儿园隽美分园")
CROSSING: Final = told("黄家圩十字街")
NEIGHBOURS: Final = {told("玄武区红山街道"): "320102008", told("栖霞区迈皋桥街道"): "320113003"}
"""Whom the article names as partners there; the codes are those of the published divisions."""
WHISTLES: Final = 8
TWO_YEARS: Final = timedelta(days=730)
SAME_GARDEN: Final = Assumed(True)
"""That the kindergarten of the report is the one the article names."""
APART: Final = Assumed(94.0)
"""Days between one whistle of the chain and the next, so that eight of them fit into two years."""

# Which units answer is assumed throughout, and so are their codes: they stand in no published directory.
_KTV = Item("VENUE_NOISE", 1, "sthj", ("pcs", "cg"), (), "people", "")
_GARDEN = Item("KINDERGARTEN_OPENING", 1, "zgj", ("ghzy",), (), "people", "")
_WIRE = Item("FLYING_WIRE", 1, "street-office", ("xf", "gd"), (), "wire", "")
_MOVING = Item("MOVING_IN", 1, "street-office", (), (), "people", "")
_UNSOLVED: Final = Assumed(("权属尚未厘清，方案未定", "方案已定，经费未落实", "部分完成，尚不具备开园条件"))


class Cast(NamedTuple):
    """Who plays: logins and codes of one street. ``spot`` makes a place of a name in one of its areas."""

    community: str
    secretary: str
    enterprise: str
    enterprise_unit: str
    enterprise_area: str
    spot: Callable[[str, str], Spot]


def ktv(script: Script, cast: Cast) -> None:
    """喜年中心KTV噪声扰民: a whistle of the street to departments, solved. ROUTINE is assumed."""
    words = told("喜年中心KTV噪声扰民")
    spot = cast.spot(KTV, cast.community)
    whistle(script, Call("UP", "ROUTINE", "clerk", "leader", "clerk", _KTV, spot, words=words))


def kindergarten(script: Script, cast: Cast) -> None:
    """南京市第三幼儿园隽美分园开园: eight whistles in two years, with push meetings. HARD is assumed."""
    spot = cast.spot(GARDEN, cast.community)
    words = f"{told('南京市第三幼儿园隽美分园开园')}；{REPORT.partition('；')[0]}"
    call = Call("UP", "HARD", "clerk", "secretary", "clerk", _GARDEN, spot, words=words)
    chain(script, call, WHISTLES, APART.value, _UNSOLVED.value)


def flying_wire(script: Script, cast: Cast) -> None:
    """飞线充电: a community calls, the street reports in."""
    by, unit = cast.secretary, f"c-{cast.community}"
    spot = cast.spot(Assumed("居民楼间").value, cast.community)
    whistle(script, Call("DOWN", "ROUTINE", by, by, by, _WIRE, spot, unit, told("飞线充电")))


def moving_in(script: Script, cast: Cast) -> None:
    """搬迁入驻: an enterprise calls, the street reports in."""
    by = cast.enterprise
    spot = cast.spot(Assumed("企业所在地").value, cast.enterprise_area)
    words = told("企业在搬迁入驻、项目发展、政策应用方面的吹哨诉求")
    whistle(script, Call("DOWN", "ROUTINE", by, by, by, _MOVING, spot, cast.enterprise_unit, words))


def cases() -> Iterator[tuple[str, Callable[[Script, Cast], None]]]:
    """Those that one street tells, by the name of their thread."""
    yield "case-kindergarten", kindergarten
    yield "case-ktv", ktv
    yield "case-wire", flying_wire
    yield "case-moving", moving_in
