"""What a request may be about, by the words in it: suggestions for a person who decides. Pure."""

import re
import unicodedata

from rapidfuzz import fuzz

__all__ = ("LIKE", "likeness", "suggested_category")

LIKE = 60
"""From so many of 100 points on two requests are shown as alike (design choice)."""

_WORDS: dict[str, tuple[str, ...]] = {
    "HL_DANGER": ("着火", "起火", "爆炸", "坍塌", "塌陷", "被困", "触电", "高空坠物"),
    "HL_WATER_CUT": ("停水", "没水", "断水", "水压"),
    "HL_POWER_CUT": ("停电", "没电", "断电", "跳闸"),
    "HL_GAS": ("燃气", "煤气", "天然气"),
    "HL_HEATING": ("供暖", "供热", "暖气"),
    "HL_FLYING_WIRE": ("飞线", "电动车充电", "电瓶车充电"),
    "HL_FIRE_SAFETY": ("消防通道", "消防栓", "灭火器", "楼道堆物"),
    "HL_UNSAFE_HOUSE": ("危房", "墙体开裂", "漏水", "外墙脱落"),
    "HL_NOISE": ("噪声", "噪音", "扰民", "太吵", "KTV", "广场舞", "夜间施工"),
    "HL_RUBBISH": ("垃圾", "渣土", "堆放", "异味", "脏乱"),
    "HL_FUMES": ("油烟", "烟尘", "烧烤"),
    "HL_PARKING": ("停车", "乱停", "占道", "违停", "僵尸车", "共享单车"),
    "HL_VENDORS": ("摊贩", "摆摊", "流动摊", "占道经营"),
    "HL_ILLEGAL_BUILDING": ("违建", "私搭", "违章建筑"),
    "HL_ROAD": ("路面", "坑洼", "井盖", "人行道", "道路破损"),
    "HL_STREET_LAMP": ("路灯", "照明"),
    "HL_DRAINS": ("积水", "下水", "堵塞", "管道", "污水"),
    "HL_PROPERTY": ("物业", "电梯", "维修基金", "业委会"),
    "HL_NEIGHBOURS": ("邻里", "邻居", "宠物", "养狗"),
    "HL_WELFARE": ("低保", "救助", "养老", "残疾", "补贴"),
    "HL_PROCEDURE": ("办理", "证明", "材料", "手续", "怎么办"),
    "HL_STAFF": ("态度", "不作为", "推诿"),
}

_SPACE = re.compile(r"[\s,.;:!?，。；：！？、（）()\"'“”]+")


def _plain(text: str) -> str:
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).casefold()


def suggested_category(text: str) -> str:
    """The category most of whose words are in the text, the more urgent one first; "" when none is."""
    plain = _plain(text)
    hits = {code: sum(_plain(w) in plain for w in words) for code, words in _WORDS.items()}
    best = max(hits, key=lambda code: hits[code])
    return best if hits[best] else ""


def likeness(one: str, other: str) -> int:
    """How alike two texts are, 0 to 100: as wholes, or the shorter one somewhere in the longer."""
    a, b = _plain(one), _plain(other)
    if not a or not b:
        return 0
    return int(max(fuzz.ratio(a, b), fuzz.partial_ratio(a, b) if min(len(a), len(b)) >= 8 else 0))
