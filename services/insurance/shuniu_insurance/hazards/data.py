"""Data hazards run by: categories, limits, levels of authority (domain rules 10.7). A deployment may bring its own."""

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from pathlib import Path

import msgspec
from shuniu.chassis.context import Context
from shuniu.contracts.text import Text
from shuniu.rules.limits import Limit, LimitNote, Profile

from shuniu_insurance.policies.kinds import event_kinds
from shuniu_insurance.settings import settings_of

__all__ = ("HazardCategory", "HazardData", "categories", "data_of", "hazard_data", "level_of", "profile_of")


class HazardCategory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A category: titles, the event kinds it leads to, the code the grid knows it by."""

    zh: str
    en: str
    event_kinds: tuple[str, ...]
    grid: str


class Days(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Natural days."""

    reopen: int
    review_most: int
    control_most: int


class HazardData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Limits of steps, days, and the level of each role."""

    limits: dict[str, str]
    days: Days
    levels: dict[str, int]

    def __post_init__(self) -> None:
        for limit in self.limits.values():
            Limit.parse(limit)
        needed = {"verify", "grade", "route", "start", "rectify", "recheck", "cancel", "refer"}
        if missing := needed - set(self.limits):
            raise ValueError(f"limits are missing: {', '.join(sorted(missing))}")
        if min(self.days.reopen, self.days.review_most, self.days.control_most) < 1:
            raise ValueError("days are at least 1")


@cache
def categories() -> dict[str, HazardCategory]:
    """Categories by code, in their order. ValueError where one names an event kind there is not."""
    tree = tomllib.loads(resources.files(__package__).joinpath("categories.toml").read_text("utf-8"))
    found = {code: msgspec.convert(c, HazardCategory) for code, c in tree.items()}
    for code, category in found.items():
        if unknown := set(category.event_kinds) - set(event_kinds()):
            raise ValueError(f"{code}: no such event kind: {', '.join(sorted(unknown))}")
    return found


@cache
def hazard_data(path: str = "") -> HazardData:
    """The shipped limits, or those of a deployment's file. ValueError when they do not hold together."""
    file = resources.files(__package__).joinpath("limits.toml")
    text = Path(path).read_text("utf-8") if path else file.read_text("utf-8")
    try:
        return msgspec.convert(tomllib.loads(text), HazardData)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, ValueError) as wrong:
        raise ValueError(f"limits of hazards: {wrong}") from wrong


def data_of(ctx: Context) -> HazardData:
    """The data in force."""
    return hazard_data(settings_of(ctx).hazards_file)


@cache
def _profile(path: str) -> Profile:
    data = hazard_data(path)
    return Profile(
        id="hazards",
        source=Text("业务规则 10.7（设计取值）", "domain rules 10.7 (design choice)"),
        limits={name: Limit.parse(limit) for name, limit in data.limits.items()},
        notes={name: LimitNote(Text("业务规则 10.7", "domain rules 10.7"), "D") for name in data.limits},
    )


def profile_of(ctx: Context) -> Profile:
    """The limits as a profile."""
    return _profile(settings_of(ctx).hazards_file)


def level_of(roles: Iterable[str], ctx: Context) -> int:
    """The highest level among roles; 0 for none of them."""
    levels = data_of(ctx).levels
    return max((levels.get(role, 0) for role in roles), default=0)
