"""Area codes (区划代码): the statistical division code, and our grid code built on it (domain rules 2, 2.4, 2.7).

    32 province · 3201 city · 320113 district · 320113007 street · 320113007001 community · 320113007001004 grid

A code contains its ancestors as prefixes, so "lies in" is a comparison of digits. The last three digits of a grid are
001-499 for comprehensive grids (综合网格) and 501-999 for dedicated grids (专属网格); the split is a design choice.
Codes of other systems (14, 15, 17 or 20 digits) are opaque text and never come in here.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from shuniu.rules.refusal import FieldError, Unprocessable

__all__ = [
    "LEVELS", "GridKind", "Level", "ancestors", "check_code", "child_of", "grid_code", "grid_kind", "is_code", "level",
    "parent", "within",
]  # fmt: skip

Level = Literal["province", "city", "district", "street", "community", "grid"]
GridKind = Literal["COMPREHENSIVE", "DEDICATED"]

LEVELS: Final[dict[int, Level]] = {
    2: "province", 4: "city", 6: "district", 9: "street", 12: "community", 15: "grid",
}  # fmt: skip
_LENGTHS = tuple(LEVELS)
# Streets, communities and grids are numbered from 001; 000 is the padding of a shorter code, not a place.
_CODE = re.compile(
    r"[1-9][0-9](?:[0-9]{2}(?:[0-9]{2}(?:(?!000)[0-9]{3}(?:(?!000)[0-9]{3}(?:(?!000|500)[0-9]{3})?)?)?)?)?"
)
_DEDICATED_FROM = 500
_MOST = 499


def is_code(text: str) -> bool:
    """Whether the text is a well-formed area code of one of the six levels."""
    return _CODE.fullmatch(text) is not None


def check_code(code: str, *levels: Level, field: str = "area") -> str:
    """The code itself if well formed (and of one of `levels`, where given); else Unprocessable.

    Rules: `areas.bad_code` (not 2, 4, 6, 9, 12 or 15 digits, or a padded code) and `areas.wrong_level`.
    """
    if not is_code(code):
        raise Unprocessable("areas.bad_code", fields=(FieldError(field, "bad_code"),), params={"code": code[:40]})
    if levels and LEVELS[len(code)] not in levels:
        raise Unprocessable(
            "areas.wrong_level",
            fields=(FieldError(field, "wrong_level"),),
            params={"code": code, "level": LEVELS[len(code)], "wanted": ", ".join(levels)},
        )
    return code


def level(code: str) -> Level:
    """The level of a code. Unprocessable `areas.bad_code` if it is none."""
    return LEVELS[len(check_code(code))]


def parent(code: str) -> str:
    """The code one level up; "" for a province. Unprocessable `areas.bad_code` if it is no code."""
    check_code(code)
    return code[: max((n for n in _LENGTHS if n < len(code)), default=0)]


def ancestors(code: str) -> tuple[str, ...]:
    """The codes above this one, nearest first."""
    check_code(code)
    return tuple(code[:n] for n in reversed(_LENGTHS) if n < len(code))


def within(code: str, ancestor: str) -> bool:
    """Whether `code` is `ancestor` or lies in it. Malformed codes lie nowhere: the answer may guard an access."""
    return code.startswith(ancestor) and is_code(code) and is_code(ancestor)


def child_of(code: str, ancestor: str) -> bool:
    """Whether `ancestor` is exactly one level above `code`."""
    return within(code, ancestor) and code != ancestor and parent(code) == ancestor


def grid_code(community: str, kind: GridKind, seq: int) -> str:
    """The 15 digits of the seq-th (1-499) grid of its kind in a community (12 digits).

    Number from west to east, then from north to south within the community (2.4). Unprocessable `areas.bad_code`,
    `areas.wrong_level` or `areas.grid_number`.
    """
    check_code(community, "community", field="community")
    if not 1 <= seq <= _MOST:
        raise Unprocessable("areas.grid_number", fields=(FieldError("seq", "out_of_range"),), params={"seq": seq})
    return f"{community}{seq + (_DEDICATED_FROM if kind == 'DEDICATED' else 0):03d}"


def grid_kind(code: str) -> GridKind:
    """Comprehensive (综合) or dedicated (专属), from the last three digits. Unprocessable if it is no grid code."""
    check_code(code, "grid")
    return "DEDICATED" if int(code[12:]) > _DEDICATED_FROM else "COMPREHENSIVE"
