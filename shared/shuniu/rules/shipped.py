"""Loads the data files that ship with the rules: the calendar and the limit profiles. The only reading of files here.

`calendar()` and `profile(id)` are read once per process; a deployment's own files go through `read_calendar`,
`merged` and `read_profiles`.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files

import msgspec

from shuniu.contracts.text import Text
from shuniu.rules.calendar import WorkingCalendar, WorkingHours
from shuniu.rules.limits import Confidence, Limit, LimitNote, Profile

__all__ = ["calendar", "merged", "profile", "profiles", "read_calendar", "read_profiles"]


class _Year(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    off: dict[str, list[date]]
    """Days off by holiday."""
    make_up: list[date]


class _CalendarFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: str
    source: str
    years: dict[int, _Year]


class _LimitText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    limit: str
    source: Text | str
    confidence: Confidence


class _ProfileText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    source: Text | str
    limits: dict[str, _LimitText]
    soon_fraction: float = 0.8
    hours: list[list[int]] | None = None
    """Sessions as [from, to] in minutes of the day."""


def read_calendar(content: bytes) -> WorkingCalendar:
    """The calendar of a file in the format of data/calendar-cn.json. ValueError if it does not hold together."""
    file = msgspec.json.decode(content, type=_CalendarFile)
    off: set[date] = set()
    make_up: set[date] = set()
    for number, year in file.years.items():
        days = [d for group in year.off.values() for d in group]
        if any(d.year != number for d in (*days, *year.make_up)):
            raise ValueError(f"{file.version}: a day listed under {number} is not in {number}")
        if set(days) & set(year.make_up):
            raise ValueError(f"{file.version}: a day of {number} is both off and worked")
        if any(d.weekday() < 5 for d in year.make_up):
            raise ValueError(f"{file.version}: a make-up day of {number} is no weekend day")
        off.update(days)
        make_up.update(year.make_up)
    return WorkingCalendar(file.version, frozenset(file.years), frozenset(off), frozenset(make_up))


def merged(base: WorkingCalendar, override: WorkingCalendar) -> WorkingCalendar:
    """The base with every year of the override in place of its own; the version names both.

    For a year announced after this release, and for corrections of one: an override states a whole year.
    """

    def kept(days: frozenset[date]) -> frozenset[date]:
        return frozenset(d for d in days if d.year not in override.published)

    return WorkingCalendar(
        f"{base.version}+{override.version}",
        base.published | override.published,
        kept(base.off) | override.off,
        kept(base.make_up) | override.make_up,
    )


def read_profiles(content: bytes) -> dict[str, Profile]:
    """The profiles of a file in the format of data/profiles.json, by id. ValueError if one does not hold together."""
    texts = msgspec.json.decode(content, type=dict[str, _ProfileText])
    return {
        id_: Profile(
            id=id_,
            source=Text.of(text.source),
            limits={name: Limit.parse(limit.limit) for name, limit in text.limits.items()},
            soon_fraction=text.soon_fraction,
            hours=msgspec.convert({"sessions": text.hours}, WorkingHours) if text.hours else WorkingHours(),
            notes={name: LimitNote(Text.of(limit.source), limit.confidence) for name, limit in text.limits.items()},
        )
        for id_, text in texts.items()
    }


def _content(name: str) -> bytes:
    return files("shuniu.rules").joinpath("data", name).read_bytes()


@cache
def calendar() -> WorkingCalendar:
    """The calendar that ships with this release (2019-2026)."""
    return read_calendar(_content("calendar-cn.json"))


@cache
def profiles() -> dict[str, Profile]:
    """The profiles that ship with this release, by id."""
    return read_profiles(_content("profiles.json"))


def profile(id: str) -> Profile:  # noqa: A002 - the profile's id
    """A shipped profile. KeyError if there is none of that id."""
    return profiles()[id]
