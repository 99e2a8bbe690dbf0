"""Keyed hashes: one value has one hash however it is written, and none without the key."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu.chassis.keyed import KeyedHash, new_slip

KEY = KeyedHash(b"k" * 32)
CITIZEN = "11010519491231002X"


@pytest.mark.parametrize("written", ["11010519491231002x", " 110105 19491231 002X ", CITIZEN])
def test_a_number_has_one_hash_however_it_is_written(written: str) -> None:
    assert KEY.of_number(written) == KEY.of_number(CITIZEN)
    assert len(KEY.of_number(written)) == 64


def test_no_number_has_no_hash() -> None:
    assert KEY.of_number("  ") == ""
    assert KEY.of("phone", "") == ""


def test_the_hash_needs_the_key() -> None:
    assert KEY.of_number(CITIZEN) != KeyedHash(b"x" * 32).of_number(CITIZEN)


def test_uses_never_share_a_hash() -> None:
    plain = "123456789012"
    assert len({KEY.of_number(plain), KEY.of_code(plain), KEY.of("phone", plain)}) == 3


@given(st.randoms())
def test_codes_are_read_however_people_write_them(_random: object) -> None:
    code = KEY.code_of(new_slip())
    spoken = code.replace("-", " ").lower().replace("0", "o").replace("1", "i")
    assert KEY.of_code(spoken) == KEY.of_code(code)
    assert len(code.replace("-", "")) == 12


@given(st.text(min_size=1, max_size=24))
def test_a_code_is_worked_out_of_its_slip_by_this_deployment_alone(slip: str) -> None:
    code = KEY.code_of(slip)
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}", code)
    assert code == KEY.code_of(slip) != KEY.code_of(f"{slip}2")
    assert code != KeyedHash(b"q" * 32).code_of(slip)


def test_a_token_holds_for_its_use_and_value_alone() -> None:
    token = KEY.token("door", "a", 16)
    assert KEY.holds("door", "a", token.upper())
    assert not KEY.holds("door", "b", token)
    assert not KEY.holds("gate", "a", token)
    assert not KEY.holds("door", "a", KEY.token("door", "a", 7))


def test_the_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "keyed.key"
    first = KeyedHash.load(path).of_number(CITIZEN)
    assert KeyedHash.load(path).of_number(CITIZEN) == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["keyed.key"]


def test_a_short_key_is_none() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        KeyedHash(b"short")
