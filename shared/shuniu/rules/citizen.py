"""Citizen numbers (公民身份号码, GB 11643-1999): 17 digits, the last a check character, a birth date within."""

from datetime import date

__all__ = ("birth_date_of", "check_character", "is_citizen_id")


def check_character(first_17: str) -> str:
    """The eighteenth character after seventeen digits (ISO 7064 MOD 11-2)."""
    weighed = sum(int(digit) * pow(2, 17 - n, 11) for n, digit in enumerate(first_17))
    return "X" if (rest := (1 - weighed) % 11) == 10 else str(rest)


def is_citizen_id(number: str) -> bool:
    """Whether it is a citizen number by date and check character.

    The place is not looked up: numbers were first given out in 1984 with the places of that time, so who was born
    before would often be turned away, and a place that a table does not know yet is no mistake of the person's.
    """
    return birth_date_of(number) is not None


def birth_date_of(number: str) -> date | None:
    """The birth date a citizen number holds; None for what is none."""
    given = number.strip().upper()
    if len(given) != 18 or not given[:17].isascii() or not given[:17].isdigit():
        return None
    if given[17] != check_character(given[:17]):
        return None
    try:
        return date(int(given[6:10]), int(given[10:12]), int(given[12:14]))
    except ValueError:
        return None
