"""Somebody's own data as they are handed in: checked, aged, and turned into what may stand outside the vault."""

from datetime import date, timedelta
from typing import NamedTuple

from shuniu.rules.citizen import birth_date_of, is_citizen_id

__all__ = ("ADULT", "CHILD", "Age", "age_marks", "birth_of", "wrong_citizen_id")

ADULT, CHILD = 18, 14
"""Full age; under 14 personal data are sensitive as such (PIPL §28, §31)."""


def wrong_citizen_id(number: str) -> str | None:
    """``check_digit`` for what is no citizen number (GB 11643), else None."""
    return None if is_citizen_id(number) else "check_digit"


def birth_of(citizen_id: str, birth_date: date | None) -> date | None:
    """The birth date by the number, or as told where there is none."""
    return birth_date_of(citizen_id) or birth_date


class Age(NamedTuple):
    """Until when somebody is under age, by the month; None: they are of age."""

    minor_until: date | None
    child_until: date | None


def _month_after(born: date, years: int) -> date:
    """The first day of the month after a birthday."""
    first = date(born.year + years, born.month, 1)
    return (first + timedelta(days=32)).replace(day=1)


def age_marks(born: date, on: date) -> Age:
    """What of the age may stand outside the vault: the first of the month after the 18th and the 14th birthday."""
    minor, child = _month_after(born, ADULT), _month_after(born, CHILD)
    return Age(minor if on < minor else None, child if on < child else None)
