"""Stars (星级): hours by profile, none skipped, a public notice before each, false hours bar (domain rules 5.6)."""

import tomllib
from functools import cache
from importlib import resources

import msgspec
from shuniu.contracts.volunteer.activities import Booking
from shuniu.rules.limits import Limit

__all__ = ("StarProfile", "counted", "reached", "star_profile", "star_profiles")


class StarProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one place gives stars. ``counts``: whose hours count (a design choice: everything somebody served)."""

    source: str
    hours: tuple[int, ...]
    notice: str
    registered_days: int
    counts: tuple[Booking, ...]
    bar_years: tuple[int, int]

    def __post_init__(self) -> None:
        limit = Limit.parse(self.notice)
        if limit.unit != "wd" or limit.value < 5:
            raise ValueError("a star is posted for at least 5 working days")
        if list(self.hours) != sorted(set(self.hours)) or not self.hours or self.hours[0] < 1:
            raise ValueError("each star asks for more hours than the one before")
        if not 1 <= self.bar_years[0] <= self.bar_years[1]:
            raise ValueError("a bar lasts from so many years to at least as many")


@cache
def star_profiles() -> dict[str, StarProfile]:
    """The profiles that ship, by id. ValueError where they do not hold together."""
    text = resources.files("shuniu_volunteer").joinpath("stars.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, StarProfile])


def star_profile(id: str) -> StarProfile:  # noqa: A002 - the domain's word
    """The profile of that id. KeyError."""
    return star_profiles()[id]


def counted(profile: StarProfile, personal: int, team: int) -> int:
    """Minutes that count for stars."""
    return ("PERSONAL" in profile.counts) * personal + ("TEAM" in profile.counts) * team


def reached(profile: StarProfile, minutes: int) -> int:
    """The highest star these minutes would do for."""
    return sum(minutes >= hours * 60 for hours in profile.hours)
