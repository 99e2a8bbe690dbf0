"""Names of the fictional street: communities, kinds of dedicated grids, and the stems their names are made of."""

from __future__ import annotations

from typing import NamedTuple


class Community(NamedTuple):
    """A community: its name without 社区, and where its seed lies (km east and north of the street's middle)."""

    short_zh: str
    short_en: str
    seed: tuple[float, float]

    @property
    def title(self) -> dict[str, str]:
        return {"zh": f"{self.short_zh}社区", "en": f"{self.short_en} Community"}


class DedicatedType(NamedTuple):
    """A kind of dedicated grid: titles, usual ground in km², endings of its names."""

    zh: str
    en: str
    square_km: float
    endings: tuple[tuple[str, str], ...]


COMMUNITIES = (
    Community("青桐", "Qingtong", (-0.95, 1.25)),
    Community("望湖", "Wanghu", (0.72, 1.22)),
    Community("云杉", "Yunshan", (1.95, 0.62)),
    Community("学府", "Xuefu", (-2.0, 0.42)),
    Community("锦绣", "Jinxiu", (-0.78, 0.02)),
    Community("东苑", "Dongyuan", (0.52, 0.05)),
    Community("梧桐里", "Wutongli", (-1.8, -0.92)),
    Community("晨光", "Chenguang", (-0.62, -1.22)),
    Community("鹤鸣", "Heming", (0.62, -1.2)),
    Community("滨河", "Binhe", (1.78, -0.82)),
)

TYPES = {
    "SCHOOL": DedicatedType("学校", "School", 0.016, (
        ("小学", "Primary School"), ("中学", "Middle School"),
        ("实验学校", "Experimental School"), ("幼儿园", "Kindergarten"))),
    "MALL": DedicatedType("商场", "Shopping mall", 0.012, (
        ("广场", "Plaza"), ("购物中心", "Shopping Centre"), ("生活汇", "Life Centre"))),
    "RESIDENTIAL": DedicatedType("小区", "Residential quarter", 0.014, (
        ("花园", "Gardens"), ("公寓", "Apartments"), ("雅苑", "Court"), ("新村", "New Village"), ("家园", "Homes"))),
    "SITE": DedicatedType("工地", "Building site", 0.010, (
        ("项目工地", "Building Site"), ("二期工地", "Phase II Site"), ("安置房工地", "Resettlement Housing Site"))),
    "MARKET": DedicatedType("市场", "Market", 0.006, (
        ("农贸市场", "Farmers' Market"), ("菜场", "Food Market"), ("建材市场", "Building Materials Market"))),
    "PARK": DedicatedType("公园", "Park", 0.015, (
        ("公园", "Park"), ("游园", "Pocket Park"), ("绿地广场", "Green"))),
    "OFFICE": DedicatedType("写字楼", "Office building", 0.005, (
        ("写字楼", "Office Building"), ("大厦", "Tower"), ("商务中心", "Business Centre"))),
    "HOSPITAL": DedicatedType("医院", "Hospital", 0.010, (
        ("医院", "Hospital"), ("社区卫生服务中心", "Health Centre"), ("护理院", "Nursing Home"))),
    "CAMPUS": DedicatedType("园区", "Business park", 0.020, (
        ("科技园", "Science Park"), ("产业园", "Industrial Park"), ("文创园", "Creative Park"))),
}  # fmt: skip

# How often each occurs; a guess that gives a street its usual face.
DEDICATED_SHARE = {
    "SCHOOL": 16, "MALL": 10, "RESIDENTIAL": 34, "SITE": 9, "MARKET": 7, "PARK": 7, "OFFICE": 15, "HOSPITAL": 5,
    "CAMPUS": 8,
}  # fmt: skip

STEMS = (
    ("盛瑞", "Shengrui"), ("华启", "Huaqi"), ("华泰里", "Huataili"), ("文德", "Wende"), ("泰瑞", "Tairui"),
    ("春晓", "Chunxiao"), ("明湖", "Minghu"), ("松涛", "Songtao"), ("竹园", "Zhuyuan"), ("枫林", "Fenglin"),
    ("银杏", "Yinxing"), ("紫藤", "Ziteng"), ("海棠", "Haitang"), ("玉兰", "Yulan"), ("丹桂", "Dangui"),
    ("听雨", "Tingyu"), ("观澜", "Guanlan"), ("映月", "Yingyue"), ("朝晖", "Zhaohui"), ("星辉", "Xinghui"),
    ("和悦", "Heyue"), ("安澜", "Anlan"), ("嘉禾", "Jiahe"), ("瑞景", "Ruijing"), ("广益", "Guangyi"),
    ("同心", "Tongxin"), ("崇文", "Chongwen"), ("致远", "Zhiyuan"), ("博雅", "Boya"), ("启明", "Qiming"),
    ("长风", "Changfeng"), ("百川", "Baichuan"), ("南溪", "Nanxi"), ("北桥", "Beiqiao"), ("西渡", "Xidu"),
    ("东篱", "Dongli"),
)  # fmt: skip
