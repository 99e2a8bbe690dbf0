"""Limit tables as data (时限是地方数据, domain rules 2.15, 2.16): the shipped ones, and a street's own over one."""

import re
import tomllib
from collections.abc import Collection, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from shuniu.contracts.text import Text
from shuniu.rules.calendar import WorkingHours
from shuniu.rules.limits import Confidence, Limit, LimitNote, Profile

from shuniu_grid.events.categories import codes

__all__ = ("LimitsFault", "LocalLimits", "ShippedTable", "local_limits", "over", "read_local", "shipped_tables")

NAMED = ("default", "urgent", "file", "verify", "check")
"""What a table may limit beside categories and classes."""
_NEEDED = ("default", "verify", "check")
_SESSION = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


class LimitsFault(ValueError):  # noqa: N818 - what was found
    """A limit table that does not hold together; ``faults`` names every line that is wrong."""

    def __init__(self, where: str, faults: list[str]) -> None:
        super().__init__(f"{where}: " + "; ".join(faults))
        self.faults = tuple(faults)


class ShippedTable(NamedTuple):
    """A table of ``data/limits.toml``: its title and the profile."""

    title: Text
    profile: Profile


class LocalLimits(msgspec.Struct, frozen=True, kw_only=True):
    """A street's own limits: what they replace of the table chosen by ``SHUNIU_GRID_PROFILE``.

    ``hours`` are office hours in minutes of the day and ``soon_fraction`` the share after which a limit is soon due,
    None where the chosen table's stay.
    """

    source: Text
    limits: dict[str, Limit]
    notes: dict[str, LimitNote]
    hours: WorkingHours | None = None
    soon_fraction: float | None = None


def _limit(
    key: str, given: Any, source: Text, known: Collection[str], faults: list[str]
) -> tuple[Limit, LimitNote] | None:
    if key not in known:
        faults.append(f"limits.{key}: no such category or class (E0102, E04), and none of {', '.join(NAMED)}")
        return None
    written = given if isinstance(given, Mapping) else {"limit": given}
    unknown = sorted(set(written) - {"limit", "source", "confidence"})
    if unknown:
        faults.append(f"limits.{key}: {', '.join(unknown)} is not known; it has limit, source and confidence")
    try:
        limit = Limit.parse(str(written.get("limit", "")))
    except ValueError:
        faults.append(f"limits.{key}: {written.get('limit', '')!r} is no limit; write 2h, 30min, 4wh, 5wd or 15nd")
        return None
    try:
        said = Text.of(msgspec.convert(written.get("source", source), Text | str))
        return limit, LimitNote(said, msgspec.convert(written.get("confidence", "D"), Confidence))
    except msgspec.ValidationError:
        faults.append(f"limits.{key}: confidence is one of A B C K D S, source a text or one of both languages")
        return None


def _limits(
    given: Any, source: Text, faults: list[str], needed: Collection[str] = ()
) -> tuple[dict[str, Limit], dict[str, LimitNote]]:
    if not isinstance(given, Mapping) or not given:
        faults.append("limits: a table with at least one limit is needed")
        return {}, {}
    known = {*codes(), *(code[:3] for code in codes()), *NAMED}
    limits: dict[str, Limit] = {}
    notes: dict[str, LimitNote] = {}
    for key, value in given.items():
        if (read := _limit(key, value, source, known, faults)) is not None:
            limits[key], notes[key] = read
    faults += [f"limits.{name} is missing" for name in needed if name not in given]
    return limits, notes


def _hours(given: Any, faults: list[str]) -> WorkingHours | None:
    if given is None:
        return None
    sessions = []
    for session in given if isinstance(given, list) else [given]:
        match = _SESSION.fullmatch(session) if isinstance(session, str) else None
        if match is None:
            faults.append(f'hours: {session!r} is no session; write ["09:00-12:00", "14:00-18:00"]')
            return None
        a, b, c, d = (int(part) for part in match.groups())
        sessions.append((a * 60 + b, c * 60 + d))
    try:
        return WorkingHours(tuple(sessions))
    except ValueError as wrong:
        faults.append(f"hours: {wrong}")
        return None


_UNNAMED = Text("", "")


def _source(given: Any) -> Text | None:
    """The document named, in one language or both; None where it is not."""
    try:
        said = Text.of(msgspec.convert(given, Text | str))
    except msgspec.ValidationError:
        return None
    return said if said.zh.strip() and said.en.strip() else None


def read_local(text: str, where: str) -> LocalLimits:
    """A street's own table: ``source``, ``[limits]``, and optionally ``hours`` and ``soon_fraction``.

    Raises LimitsFault that names every fault at once, so that one look mends the file.
    """
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise LimitsFault(where, [f"not TOML: {wrong}"]) from None
    faults = [f"{key}: not known here" for key in sorted(set(tree) - {"source", "limits", "hours", "soon_fraction"})]
    said = _source(tree.get("source"))
    if said is None:
        faults.append("source: name the document these limits come from")
    limits, notes = _limits(tree.get("limits"), said or _UNNAMED, faults)
    hours = _hours(tree.get("hours"), faults)
    soon = tree.get("soon_fraction")
    if soon is not None and (isinstance(soon, bool) or not isinstance(soon, float) or not 0 < soon < 1):
        faults.append("soon_fraction: a number between 0 and 1")
    if faults:
        raise LimitsFault(where, faults)
    return LocalLimits(source=said or _UNNAMED, limits=limits, notes=notes, hours=hours, soon_fraction=soon)


@cache
def local_limits(path: str) -> LocalLimits:
    """The local file, read once when the service starts. Raises LimitsFault."""
    try:
        return read_local(Path(path).read_text("utf-8"), path)
    except (OSError, UnicodeDecodeError) as wrong:
        raise LimitsFault(path, [f"cannot be read: {wrong}"]) from None


_OVER: dict[tuple[str, str], Profile] = {}


def over(base: Profile, path: str) -> Profile:
    """``base`` with the local file's limits in place of its own; the id tells. Made once for each table and file."""
    if (base.id, path) not in _OVER:
        _OVER[base.id, path] = _laid_over(base, local_limits(path))
    return _OVER[base.id, path]


def _laid_over(base: Profile, own: LocalLimits) -> Profile:
    return Profile(
        id=f"{base.id}+local",
        source=Text(f"{own.source.zh}（{base.source.zh}）", f"{own.source.en} ({base.source.en})"),
        limits={**base.limits, **own.limits},
        soon_fraction=base.soon_fraction if own.soon_fraction is None else own.soon_fraction,
        hours=own.hours or base.hours,
        notes={**base.notes, **own.notes},
    )


@cache
def shipped_tables() -> dict[str, ShippedTable]:
    """The tables of ``data/limits.toml``, by profile id. Raises LimitsFault for one that does not hold together."""
    tree = tomllib.loads(resources.files("shuniu_grid.events").joinpath("data/limits.toml").read_text("utf-8"))
    tables: dict[str, ShippedTable] = {}
    for id_, given in tree.items():
        faults: list[str] = []
        source = msgspec.convert(given["source"], Text)
        limits, notes = _limits(given["limits"], source, faults, _NEEDED)
        if faults:
            raise LimitsFault(id_, faults)
        profile = Profile(id=id_, source=source, limits=limits, notes=notes)
        tables[id_] = ShippedTable(msgspec.convert(given["title"], Text), profile)
    return tables
