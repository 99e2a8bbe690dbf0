"""Citizen numbers are right by date and check character, wherever and whenever somebody was born."""

from datetime import date

import pytest
from shuniu.rules.citizen import birth_date_of, check_character, is_citizen_id

EXAMPLE = "11010519491231002X"
"""The example number of GB 11643."""


def made(first_17: str) -> str:
    return first_17 + check_character(first_17)


def test_the_standards_example_is_right_and_tells_its_birth_date() -> None:
    assert is_citizen_id(EXAMPLE)
    assert is_citizen_id(f" {EXAMPLE.lower()} ")
    assert birth_date_of(EXAMPLE) == date(1949, 12, 31)


@pytest.mark.parametrize("first_17", ["32010219450101001", "32019919700101001", "99999919000228001"])
def test_a_place_unknown_or_of_another_time_turns_nobody_away(first_17: str) -> None:
    assert is_citizen_id(made(first_17))


@pytest.mark.parametrize(
    "number",
    ["", "110105194912310021", "1101051949123100２X", made("11010519490231002"), EXAMPLE[:17], f"{EXAMPLE}1", "1" * 15],
)
def test_what_is_no_citizen_number_is_none(number: str) -> None:
    assert not is_citizen_id(number)
    assert birth_date_of(number) is None
