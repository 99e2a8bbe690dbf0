"""Service places found by words, as people write them."""

from datetime import date

import pytest
from shuniu.contracts.text import Text
from shuniu_grid.places.finding import MOST, found, nearness
from shuniu_grid.places.register import ServicePlace

POST = ("双安巷志愿者岗", "Shuang'an Lane Post", "双安巷 3 号")


@pytest.mark.parametrize(
    ("words", "fits"),
    [
        ("双安巷志愿", 0),
        ("双安巷３号", 0),  # full width, as an input method leaves it
        ("SHUANG'AN lane", 0),
        ("志愿者 双安", 1),
        ("枢纽街道双安巷志愿者岗旁", 2),
        ("双安巷12号2幢", 3),
        ("三元巷12号", None),
        ("3", None),  # one character says nothing
        (" ， ", None),
    ],
)
def test_words_fit_a_name_or_an_address(words, fits):
    assert nearness(words, POST) == fits


def test_a_place_without_an_address_is_found_by_its_name_alone():
    assert nearness("双安巷", ("双安巷站", "", "")) == 0
    assert nearness("东苑", ("双安巷站", "", "")) is None


def place(n: int, name: str) -> ServicePlace:
    return ServicePlace(
        id=f"P-{n}", type="SERVICE_STATION", title=Text(name, f"Station {n}"), area="320199001001001", lon=118.0,
        lat=32.0, valid_from=date(2026, 1, 1),
    )  # fmt: skip


def test_the_best_comes_first_and_a_dozen_at_most():
    places = [place(n, f"东苑第{n:02}服务站") for n in range(20)] + [place(99, "服务站（东苑）")]
    assert found("东苑第03服务站", places)[0].id == "P-3"
    assert len(found("东苑", places)) == MOST
    assert found("望湖", places) == []
