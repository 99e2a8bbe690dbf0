"""The code tables of domain rules 12, name for name, and limits as local data (2.15, 2.16)."""

import tomllib
from pathlib import Path

import pytest
from shuniu.rules.limits import Limit
from shuniu.rules.shipped import profile
from shuniu_grid import service
from shuniu_grid.events.catalogue import tree
from shuniu_grid.events.categories import codes, confidence_of, limit_of
from shuniu_grid.events.limit_tables import LimitsFault, over, read_local, shipped_tables
from shuniu_grid.settings import GridSettings

EVENTS = {
    "E01 市容环境": "私搭乱建 暴露垃圾 积存垃圾渣土 道路不洁 水域不洁 绿地脏乱",
    "E02 宣传广告": "非法小广告 违章张贴悬挂 占道广告 散发广告",
    "E03 施工管理": "施工扰民 扬尘 占道 废弃料 无证掘路",
    "E04 突发事件": "路面塌陷 管道破裂 道路积水 火灾",
    "E05 街面秩序": "无照经营游商 店外经营 占道废品收购 机动车乱停放 非机动车乱停放 流浪乞讨",
}
COMPONENTS = {
    "C01 公用设施": (
        "上水井盖 污水井盖 雨水井盖 雨水箅子 电力井盖 路灯井盖 通讯井盖 电视井盖 网络井盖 热力井盖 燃气井盖 公安井盖 "
        "消防设施 无主井盖 通讯交接箱 电力设施 立杆 路灯 地灯 景观灯 报刊亭 电话亭 邮筒 信息亭 自动售货机 健身设施 "
        "中水井盖 公交井盖 输油(气)井盖 特殊井盖 民用水井 供水器 高压线铁塔 变压器(箱) 燃气调压站(箱) "
        "监控电子眼 售货亭 治安岗亭"
    ),
    "C02 道路交通": (
        "停车场 停车咪表 公交站亭 出租车站牌 过街天桥 地下通道 高架立交桥 跨河桥 交通标志牌 信号灯 护栏 存车支架 "
        "路名牌 信号设施 信息显示屏 隔音屏 岗亭"
    ),
    "C03 市容环境": (
        "公共厕所 化粪池 公厕指示牌 垃圾间(楼) 垃圾箱 灯箱霓虹灯 广告牌匾 环保监测站 气象监测站 污水口监测站 噪声显示屏"
    ),
    "C04 园林绿化": "古树名木 行道树 护树设施 花架花钵 绿地 雕塑 街头坐椅 绿地护栏 绿地维护设施 喷泉",
    "C05 房屋土地": "宣传栏 人防工事 公房地下室",
    "C06 其他": "重大危险源 工地 水域附属设施 水域护栏 港监设施 防汛墙",
}


@pytest.mark.parametrize(("group", "listed"), [*EVENTS.items(), *COMPONENTS.items()])
def test_every_listed_name_is_there_in_its_order(group, listed):
    code, title = group.split()
    assert service.texts[f"group.{code}"].zh.startswith(title)
    for n, name in enumerate(listed.split(), 1):
        shipped = service.texts[f"category.{code}{n:02d}"].zh
        # 施工管理 lists 扬尘, 占道, 废弃料 under its class; standing alone they are 施工扬尘 …
        assert shipped == name or (code == "E03" and shipped == f"施工{name}"), (code, n)


def test_nothing_listed_is_left_out_and_nothing_else_is_in_its_classes():
    listed = {
        f"{g.split()[0]}{n:02d}"
        for g, names in {**EVENTS, **COMPONENTS}.items()
        for n in range(1, len(names.split()) + 1)
    }
    assert {c for c in codes() if c[:3] not in ("E99", "C07")} == listed
    assert {c[:3] for c in codes()} == {*(g.split()[0] for g in {**EVENTS, **COMPONENTS}), "E99", "C07"}


def test_sub_lists_without_a_source_say_so():
    assert {c for c in codes() if c[0] == "E" and confidence_of(c) == "B"} == {f"E01{n:02d}" for n in range(1, 7)}
    assert {confidence_of(c) for c in codes() if c[:3] in ("E02", "E03", "E04", "E05")} == {"K"}
    assert {confidence_of(c) for c in codes() if c[0] == "C" and c[:3] != "C07"} == {"C"}
    assert {confidence_of(g) for g in ("E01", "E02", "E05")} == {"B"}
    assert confidence_of("E99") == confidence_of("C0701") == "D"


# Limits -------------------------------------------------------------------------------------------------------------

TABLE_2_15 = {
    "E0101": "20wd", "E0102": "4wh", "E0304": "4wh", "E0103": "2wd", "E0104": "2wh", "E0403": "4wh", "E0106": "4wh",
    "C0405": "5wd",
}  # fmt: skip
TABLE_2_16 = {"E0101": "15wd", "E0102": "1wd", "E0103": "4wd", "E0104": "5wh", "E0105": "15wd"}


@pytest.mark.parametrize(
    ("id_", "limits"),
    [("grid-event-local", TABLE_2_15), ("grid-event-jiyuan", TABLE_2_16), ("grid-event-street", TABLE_2_15)],
)
def test_limit_tables_say_what_their_source_says(street, id_, limits):
    street.settings = GridSettings(profile=id_)
    found = tree(street.context(street.people.dispatcher))
    leaves = {leaf.code: leaf for b in (*found.events, *found.components) for leaf in b.categories}
    assert {code: leaves[code].limit for code in limits} == limits
    assert {leaves[code].limit_confidence for code in limits} == {"B"}
    assert all(leaf.limit and leaf.limit_source for leaf in leaves.values())
    assert set(leaves) == set(codes())


def test_the_table_is_chosen_by_a_setting(street):
    street.settings = GridSettings(profile="grid-event-jiyuan")
    assert street.event(street.dispatched(category="E0102")).clocks[-1].limit == "1wd"
    assert street.event(street.dispatched(category="E0403")).clocks[-1].limit == "2h", (
        "the class where nothing is nearer"
    )


def test_every_table_limits_every_category_and_the_steps_beside():
    for table in (*(t.profile for t in shipped_tables().values()), profile("grid-event-local")):
        assert all(limit_of(code, table).value for code in codes())
        assert {"default", "verify", "check"} <= set(table.limits)


LOCAL = """
source = "街道办〔2026〕3 号"
hours = ["08:30-12:00", "13:30-17:30"]
soon_fraction = 0.5
[limits]
E0102 = "2wh"
E05 = { limit = "1wd", source = "附件二", confidence = "A" }
check = "2wd"
"""


@pytest.fixture
def local_file(tmp_path: Path) -> str:
    path = tmp_path / "limits.toml"
    path.write_text(LOCAL, "utf-8")
    return str(path)


def test_a_streets_own_limits_lie_over_the_chosen_table(street, local_file):
    street.settings = GridSettings(limits_file=local_file)
    assert street.event(street.dispatched(category="E0102")).clocks[-1].limit == "2wh"
    assert street.event(street.dispatched(category="E0501")).clocks[-1].limit == "1wd"
    assert street.event(street.dispatched(category="E0104")).clocks[-1].limit == "2wh", "the table's own stays"
    found = tree(street.context(street.people.dispatcher))
    assert found.profile == "grid-event-local+local"
    assert found.source.zh.startswith("街道办〔2026〕3 号")
    leaf = next(leaf for b in found.events for leaf in b.categories if leaf.code == "E0501")
    assert (leaf.limit_source.zh, leaf.limit_confidence) == ("附件二", "A")
    merged = over(profile("grid-event-local"), local_file)
    assert merged.hours.sessions == ((510, 720), (810, 1050))
    assert (merged.soon_fraction, merged.limit("check")) == (0.5, Limit.parse("2wd"))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("source = ", "not TOML"),
        ("[limits]\nE0102 = '2h'", "source: name the document"),
        ("source = 'x'", "limits: a table"),
        ("source = 'x'\n[limits]\nE0199 = '2h'", "limits.E0199: no such category"),
        ("source = 'x'\n[limits]\nE0102 = 'soon'", "limits.E0102: 'soon' is no limit"),
        ("source = 'x'\n[limits]\nE0102 = 3", "limits.E0102: 3 is no limit"),
        ("source = 'x'\n[limits]\nE0102 = { limit = '2h', colour = 'red' }", "colour is not known"),
        ("source = 'x'\n[limits]\nE0102 = { limit = '2h', confidence = 'Z' }", "confidence is one of"),
        ("source = 'x'\nhours = ['9-12']\n[limits]\nE0102 = '2h'", "hours: '9-12' is no session"),
        ("source = 'x'\nhours = ['13:00-12:00']\n[limits]\nE0102 = '2h'", "hours: sessions must be in order"),
        ("source = 'x'\nsoon_fraction = 2\n[limits]\nE0102 = '2h'", "soon_fraction"),
        ("source = 'x'\ncolour = 1\n[limits]\nE0102 = '2h'", "colour: not known"),
    ],
)
def test_a_bad_limits_file_says_what_is_wrong(text, fault):
    with pytest.raises(LimitsFault, match=r"limits\.toml: ") as caught:
        read_local(text, "limits.toml")
    assert any(fault in line for line in caught.value.faults), caught.value.faults


def test_every_fault_of_a_limits_file_is_told_at_once():
    with pytest.raises(LimitsFault) as caught:
        read_local("colour = 1\n[limits]\nE0199 = '2h'\nE0102 = 'x'", "limits.toml")
    assert len(caught.value.faults) == 4


def test_the_service_does_not_start_with_a_bad_limits_file(tmp_path):
    with pytest.raises(ValueError, match="cannot be read"):
        GridSettings(limits_file=str(tmp_path / "nothing.toml"))


def test_the_readmes_example_is_taken():
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    example = readme.split("```toml\n")[1].split("```")[0]
    assert tomllib.loads(example)["limits"]
    assert read_local(example, "README").limits
