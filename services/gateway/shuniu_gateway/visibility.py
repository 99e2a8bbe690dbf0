"""The read policy in SQL: which projected rows a caller may see (contracts.summary.Visibility).

:func:`shuniu.chassis.identity.policy.may_read` decides for one row; the same rule stands here over columns made ready
when the row is projected: ``reach`` holds every code containing the row's area or one of the visibility's areas. A
property test holds the two together.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import msgspec
from piccolo.querystring import QueryString
from shuniu.chassis.context import Actor
from shuniu.contracts.summary import Visibility
from shuniu.rules.areas import LEVELS, is_code

__all__ = ("Audience", "audience", "containers", "readable")


class Audience(NamedTuple):
    """The columns ``reach, vis_units, vis_roles, sensitivity`` of a projected row."""

    reach: list[str]
    units: list[str]
    roles: list[str]
    sensitivity: int
    key: str
    """One word for all of it, the same for the same audience."""


@lru_cache(maxsize=4096)
def containers(code: str) -> list[str]:
    """The area itself and every area it lies in, topmost first; none for what is no area code."""
    return [code[:n] for n in LEVELS if n <= len(code)] if is_code(code) else []


@lru_cache(maxsize=4096)
def audience(visibility: Visibility, area: str) -> Audience:
    """Who may read a row of ``area`` with this visibility. Remembered: few audiences read most rows."""
    reach = sorted({c for code in (area, *visibility.areas) for c in containers(code)})
    units, roles = sorted(set(visibility.units)), sorted(set(visibility.roles))
    key = msgspec.json.encode([reach, units, roles, visibility.sensitivity]).decode()
    return Audience(reach, units, roles, visibility.sensitivity, key)


def readable(actor: Actor, prefix: str = "") -> QueryString:
    """SQL condition: the actor may read the row (columns prefixed with ``prefix``, e.g. ``m.``)."""
    return QueryString(
        f"({prefix}sensitivity <= {{}} and ({prefix}reach && {{}}::text[] or {prefix}vis_units && {{}}::text[]"
        f" or {prefix}vis_roles && {{}}::text[]))",
        actor.clearance,
        _list(actor.areas),
        _list(actor.units),
        _list(actor.roles),
    )


def _list(words: Iterable[str]) -> list[str]:
    return sorted(words)
