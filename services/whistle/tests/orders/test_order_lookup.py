"""Finding the same person without writing the number down, and alike words."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu_whistle.orders.categories import CATEGORIES, category_of
from shuniu_whistle.orders.lookup import LookupKey, code_of
from shuniu_whistle.orders.words import LIKE, likeness, suggested_category

KEY = LookupKey(b"k" * 32)


@pytest.mark.parametrize("written", ["138 1234 5678", "+86 13812345678", "138-1234-5678", "8613812345678"])
def test_a_number_is_the_same_however_it_is_written(written: str) -> None:
    assert KEY.of_phone(written) == KEY.of_phone("13812345678")


def test_the_hash_needs_the_key() -> None:
    assert KEY.of_phone("13812345678") != LookupKey(b"x" * 32).of_phone("13812345678")
    assert len(KEY.of_phone("13812345678")) == 64


@pytest.mark.parametrize("nothing", ["", "无", "110", "   "])
def test_what_is_no_number_has_no_hash(nothing: str) -> None:
    assert KEY.of_phone(nothing) == ""


def test_a_number_and_a_code_never_share_a_hash() -> None:
    assert KEY.of_phone("123456789012") != KEY.of_code("123456789012")


@given(st.randoms())
def test_codes_are_read_however_people_write_them(_random: object) -> None:
    code = code_of()
    spoken = code.replace("-", " ").lower().replace("0", "o").replace("1", "i")
    assert KEY.of_code(spoken) == KEY.of_code(code)
    assert len(code.replace("-", "")) == 12


def test_the_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "lookup.key"
    first = LookupKey.load(path).of_phone("13812345678")
    assert LookupKey.load(path).of_phone("13812345678") == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["lookup.key"]


def test_a_short_key_is_none() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        LookupKey(b"short")


@pytest.mark.parametrize(
    ("words", "category"),
    [
        ("我们小区从昨晚开始停水，没水做饭", "HL_WATER_CUT"),
        ("楼下 KTV 半夜太吵，噪音扰民", "HL_NOISE"),
        ("有人飞线给电动车充电", "HL_FLYING_WIRE"),
        ("三楼起火了有人被困", "HL_DANGER"),
        ("想问一下", ""),
    ],
)
def test_a_category_is_suggested_by_the_words(words: str, category: str) -> None:
    assert suggested_category(words) == category


def test_categories_are_known_once() -> None:
    assert len({c.id for c in CATEGORIES}) == len(CATEGORIES)
    assert category_of("HL_WATER_CUT").usual_class == "UTILITY"
    assert category_of("nothing") is None


def test_the_same_matter_in_other_words_is_alike_and_another_is_not() -> None:
    one = "双安巷十二号楼下烧烤店油烟扰民，夜里一直营业"
    assert likeness(one, "双安巷12号楼下烧烤店油烟很大扰民，晚上一直营业到两点") >= LIKE
    assert likeness(one, "中央路路灯不亮，请派人修理") < LIKE
    assert likeness(one, one) == 100
    assert likeness("", one) == 0
