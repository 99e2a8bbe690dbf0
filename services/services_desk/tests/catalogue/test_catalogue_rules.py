"""The catalogue and the complete list (domain rules 3.20-3.28)."""

import csv
from datetime import timedelta
from importlib.resources import files

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu.contracts.services_desk.catalogue import Choice, Guide, Material, Question, When
from shuniu_services_desk.catalogue.checklist import checklist, merged, together
from shuniu_services_desk.catalogue.flaws import catch_all
from shuniu_services_desk.catalogue.items import ITEM
from shuniu_services_desk.catalogue.sheet import conditions_of, written

YES_NO = (Choice("yes", "是"), Choice("no", "否"))
GUIDE = Guide(
    item="X", name="事项", kind="LICENCE", basis="法", body="b", legal_limit=20, promised_limit=10,
    questions=(
        Question(code="agent", title="代办", choices=YES_NO),
        Question(code="kin", title="近亲属", choices=YES_NO, when=(When("agent", ("yes",)),)),
    ),
    materials=(
        Material(code="ID", name="身份证"),
        Material(code="PROXY", name="委托书", when=(When("agent", ("yes",)), When("kin", ("no",)))),
        Material(code="KIN", name="亲属证明", when=(When("kin", ("yes",)),)),
    ),
)  # fmt: skip
SITUATIONS = st.fixed_dictionaries(
    {}, optional={"agent": st.sampled_from(["yes", "no"]), "kin": st.sampled_from(["yes", "no"])}
)


@given(SITUATIONS)
def test_a_list_that_is_exact_never_grows(situation) -> None:
    first = checklist(GUIDE, situation)
    for agent in ("yes", "no"):
        for kin in ("yes", "no"):
            full = checklist(GUIDE, {"agent": agent, "kin": kin, **situation})
            assert full.exact and not full.questions
            assert {m.code for m in first.materials} <= {m.code for m in full.materials}
            if first.exact:
                assert full.materials == first.materials
    assert first.exact is not bool(first.open)
    assert first.exact or first.questions, "whoever is not told everything is told what to answer"


def test_a_question_nobody_needs_is_not_asked() -> None:
    assert [q.code for q in checklist(GUIDE, {}).questions] == ["agent", "kin"]
    told = checklist(GUIDE, {"agent": "no"})
    assert (told.exact, [m.code for m in told.materials]) == (True, ["ID"])


FORMS = st.sampled_from(["ORIGINAL", "COPY", "ORIGINAL_AND_COPY", "ELECTRONIC"])
MATERIALS = st.builds(
    Material, code=st.sampled_from("ABC"), name=st.just("证明"), form=FORMS, copies=st.integers(1, 4),
    required=st.booleans(), gap_allowed=st.booleans(),
)  # fmt: skip


@given(st.lists(st.lists(MATERIALS, max_size=3, unique_by=lambda m: m.code), min_size=1, max_size=4))
def test_together_each_material_is_asked_once_in_a_form_all_can_use(lists) -> None:
    guides = [msgspec.structs.replace(GUIDE, questions=(), materials=tuple(m)) for m in lists]
    union = together(checklist(g, {}) for g in guides)
    codes = [m.code for m in union.materials]
    assert len(codes) == len(set(codes)) and set(codes) == {m.code for one in lists for m in one}
    for asked in union.materials:
        of = [m for one in lists for m in one if m.code == asked.code]
        assert asked.copies == max(m.copies for m in of)
        assert asked.required is any(m.required for m in of)
        assert asked.gap_allowed is all(m.gap_allowed for m in of)
    assert (
        merged(Material(code="A", name="a", form="ORIGINAL"), Material(code="A", name="a")).form == "ORIGINAL_AND_COPY"
    )


def test_a_published_version_is_never_edited(desk) -> None:
    before = desk.row(ITEM, "SB-01").versions
    desk.put(desk.guide(name="改了名称"))
    assert desk.row(ITEM, "SB-01").versions == before
    today = desk.today.isoformat()
    refusal = desk.refused("guide.flawed", "leader", "guide.publish", item="SB-01", valid_from=today)
    assert ("valid_from", "not_later") in refusal.fields
    later = (desk.today + timedelta(days=3)).isoformat()
    desk.do("leader", "guide.publish", item="SB-01", valid_from=later)
    row = desk.row(ITEM, "SB-01")
    assert row.versions[0] == before[0] and row.on(desk.today).version == 1
    assert row.on(desk.today + timedelta(days=3)).version == 2


@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        ({"promised_limit": 30}, ("promised_limit", "above_legal")),
        ({"legal_limit": 45}, ("legal_limit", "above_law")),
        ({"joint": True}, ("partners", "missing")),
        ({"fee": 500}, ("fee_basis", "missing")),
        ({"conditions": []}, ("conditions", "missing")),
        ({"body": "nobody"}, ("body", "unknown")),
        ({"materials": [{"code": "A", "name": "其他相关材料"}]}, ("materials.0.name", "catch_all")),
        ({"materials": [{"code": "A", "name": "证明"}] * 2}, ("materials.0.code", "twice")),
        (
            {"materials": [{"code": "A", "name": "证明", "when": [{"question": "age", "answers": ["x"]}]}]},
            ("materials.0.when", "condition"),
        ),
    ],
)
def test_a_flawed_guide_is_not_published(empty, change, flaw) -> None:
    empty.put(empty.guide(**change))
    today = empty.today.isoformat()
    refusal = empty.refused("guide.flawed", "leader", "guide.publish", item="SB-01", valid_from=today)
    assert flaw in refusal.fields


@pytest.mark.parametrize("name", ["其他材料", "其他有关证明材料", "法律规定的其他资料", "身份证等材料"])
def test_a_catch_all_is_found(name) -> None:
    assert catch_all(name)
    assert not catch_all("居民身份证")


def test_a_retired_item_takes_no_applications(desk) -> None:
    desk.do("leader", "guide.retire", item="SB-01", valid_from=desk.today.isoformat())
    body = {"items": ["SB-01"], "situation": {"agent": "no"}, "applicant_name": "张三丰"}
    desk.refused("case.item_not_in_force", "clerk", "case.submit", desk.prepared(), **body)


def test_only_keepers_change_the_catalogue(desk) -> None:
    desk.refused("access.role", "clerk", "guide.publish", item="SB-01", valid_from=desk.today.isoformat())


def test_conditions_are_read_as_they_are_written() -> None:
    text = "agent=yes;marital=married/widowed"
    assert written(conditions_of(text)) == text
    for bad in ("agent", "=yes", "agent="):
        with pytest.raises(ValueError, match="condition"):
            conditions_of(bad)


def test_the_shipped_items_name_their_limits_and_ask_for_nothing_vague() -> None:
    folder = files("shuniu_services_desk.catalogue") / "data"

    def read(name: str) -> list[dict[str, str]]:
        return list(csv.DictReader((folder / name).read_text("utf-8").splitlines()))

    items, materials = read("items.csv"), read("materials.csv")
    assert len({i["item"] for i in items}) == len(items) >= 40
    assert all(i["limit_source"] for i in items), "the law's or marked assumed"
    assert all(int(i["promised_limit"]) <= int(i["legal_limit"]) for i in items)
    assert {m["item"] for m in materials} == {i["item"] for i in items}
    assert not any(catch_all(m["name"]) for m in materials)
    names: dict[str, str] = {}
    assert all(names.setdefault(m["code"], m["name"]) == m["name"] for m in materials), "a code is one paper"
