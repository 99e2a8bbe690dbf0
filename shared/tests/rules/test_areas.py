"""Area codes and grid codes (domain rules 2.4, 2.7 and "Grid code to implement")."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu.rules import areas
from shuniu.rules.areas import GridKind, Level
from shuniu.rules.refusal import FieldError, Unprocessable

XIANLIN = "320113007"
GRID = "320113007001004"


@pytest.mark.parametrize(
    ("code", "level", "parent"),
    [
        ("32", "province", ""),
        ("3201", "city", "32"),
        ("320113", "district", "3201"),
        (XIANLIN, "street", "320113"),
        ("320113007001", "community", XIANLIN),
        (GRID, "grid", "320113007001"),
        ("441900003", "street", "441900"),  # a city without districts: Dongguan
    ],
)
def test_level_and_parent_follow_from_the_length(code: str, level: Level, parent: str) -> None:
    assert areas.is_code(code)
    assert areas.level(code) == level
    assert areas.parent(code) == parent
    assert areas.check_code(code, level) == code


@pytest.mark.parametrize(
    "code",
    [
        "", "3", "320", "32011", "3201130", "32011300700100", "3201130070010041",  # no such length
        "320113000", "320113007000", "320113007001000", "320113007001500",  # padding, and the number between the kinds
        "02", "32011a", "3２0113", " 320113", "320113\n", "南京",  # no digits of ours
    ],
)  # fmt: skip
def test_bad_codes_are_refused_clearly(code: str) -> None:
    assert not areas.is_code(code)
    for ask in (areas.level, areas.parent, areas.ancestors, areas.grid_kind):
        with pytest.raises(Unprocessable) as refused:
            ask(code)
        assert refused.value.rule == "areas.bad_code"
        assert refused.value.params == {"code": code}


def test_a_code_of_another_level_is_refused() -> None:
    with pytest.raises(Unprocessable) as refused:
        areas.check_code(XIANLIN, "community", "grid", field="place")
    assert refused.value.rule == "areas.wrong_level"
    assert refused.value.fields == (FieldError("place", "wrong_level"),)
    assert refused.value.params == {"code": XIANLIN, "level": "street", "wanted": "community, grid"}


def test_ancestors_nearest_first() -> None:
    assert areas.ancestors(GRID) == ("320113007001", XIANLIN, "320113", "3201", "32")
    assert areas.ancestors("32") == ()


@pytest.mark.parametrize(
    ("code", "ancestor", "inside"),
    [
        (GRID, XIANLIN, True),
        (GRID, GRID, True),
        (XIANLIN, GRID, False),
        ("320106003", XIANLIN, False),
        (GRID, "32011300", False),  # a prefix that is no code
        (GRID, "", False),
        ("", "", False),
        ("", XIANLIN, False),
        ("320113007001000", XIANLIN, False),  # malformed lies nowhere
    ],
)
def test_within_is_lying_in_an_area_that_exists(code: str, ancestor: str, inside: bool) -> None:
    assert areas.within(code, ancestor) is inside


def test_child_of_is_one_level_down() -> None:
    assert areas.child_of(GRID, "320113007001")
    assert not areas.child_of(GRID, XIANLIN)
    assert not areas.child_of(GRID, GRID)
    assert not areas.child_of("x", "")


def test_the_grid_code_of_the_domain_rules() -> None:
    assert areas.grid_code("320113007001", "COMPREHENSIVE", 4) == GRID
    assert areas.grid_code("320113007001", "DEDICATED", 1) == "320113007001501"
    assert areas.grid_code("320113007001", "DEDICATED", 499) == "320113007001999"


@pytest.mark.parametrize("seq", [0, -1, 500, 1000])
def test_a_community_has_1_to_499_grids_of_a_kind(seq: int) -> None:
    with pytest.raises(Unprocessable) as refused:
        areas.grid_code("320113007001", "COMPREHENSIVE", seq)
    assert refused.value.rule == "areas.grid_number"
    assert refused.value.fields == (FieldError("seq", "out_of_range"),)


def test_every_grid_belongs_to_a_community_never_to_a_street() -> None:
    with pytest.raises(Unprocessable) as refused:
        areas.grid_code(XIANLIN, "COMPREHENSIVE", 1)
    assert refused.value.rule == "areas.wrong_level"
    with pytest.raises(Unprocessable, match=r"areas\.wrong_level"):
        areas.grid_kind(XIANLIN)


@given(st.integers(1, 499), st.sampled_from(["COMPREHENSIVE", "DEDICATED"]))
def test_the_kind_can_be_read_from_the_code(seq: int, kind: GridKind) -> None:
    code = areas.grid_code("320199001001", kind, seq)
    assert areas.grid_kind(code) == kind
    assert areas.parent(code) == "320199001001"
    assert areas.level(code) == "grid"


@given(st.from_regex(r"[1-9][0-9]([0-9]{2,3}){0,5}", fullmatch=True))
def test_every_code_lies_in_each_of_its_ancestors_and_in_nothing_else(code: str) -> None:
    if not areas.is_code(code):
        assert not areas.within(code, code)
        return
    above = areas.ancestors(code)
    assert all(areas.within(code, a) and not areas.within(a, code) for a in above)
    assert {code[:n] for n in range(len(code)) if areas.within(code, code[:n])} == set(above)
