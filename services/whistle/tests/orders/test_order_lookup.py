"""Finding the same person without writing the number down, and alike words."""

import pytest
from shuniu.chassis.keyed import KeyedHash
from shuniu_whistle.orders.categories import CATEGORIES, category_of
from shuniu_whistle.orders.lookup import phone_hash
from shuniu_whistle.orders.words import LIKE, likeness, suggested_category

KEY = KeyedHash(b"k" * 32)


@pytest.mark.parametrize("written", ["138 1234 5678", "+86 13812345678", "138-1234-5678", "8613812345678"])
def test_a_number_is_the_same_however_it_is_written(written: str) -> None:
    assert phone_hash(KEY, written) == phone_hash(KEY, "13812345678")


def test_the_hash_needs_the_key() -> None:
    assert phone_hash(KEY, "13812345678") != phone_hash(KeyedHash(b"x" * 32), "13812345678")
    assert len(phone_hash(KEY, "13812345678")) == 64


@pytest.mark.parametrize("nothing", ["", "无", "110", "   "])
def test_what_is_no_number_has_no_hash(nothing: str) -> None:
    assert phone_hash(KEY, nothing) == ""


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
