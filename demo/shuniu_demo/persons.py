"""Made-up persons: names that say so, citizen numbers of a division (320199) that does not exist, so nobody's."""

import random
from datetime import date, timedelta
from typing import Final, NamedTuple

from shuniu.rules.citizen import check_character

__all__ = ("Person", "citizen_id", "person")

_FAMILY: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜"
_DIVISION: Final = "320199"


class Person(NamedTuple):
    """A name, a number, a telephone nobody has."""

    name: str
    citizen_id: str
    phone: str
    born: date


def citizen_id(born: date, n: int) -> str:
    """A number with its check character; ``n`` (0 to 999) tells those of one birthday apart."""
    first = f"{_DIVISION}{born:%Y%m%d}{n:03d}"
    return first + check_character(first)


def person(rng: random.Random, first: int = 1945, last: int = 2003) -> Person:
    """Somebody born in one of those years."""
    born = date(first, 1, 1) + timedelta(days=rng.randrange((last - first) * 365))
    name = f"{rng.choice(_FAMILY)}虚构{rng.randrange(1000):03d}"
    return Person(name, citizen_id(born, rng.randrange(1000)), f"025-0000{rng.randrange(10000):04d}", born)
