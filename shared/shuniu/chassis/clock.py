"""Clocks are injected. Real time, or a domain clock that a demonstration sets and every process of it reads."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import msgspec

__all__ = ("Clock", "ClockSetting", "FileClock", "RealClock", "set_clock")


class Clock(Protocol):
    """Tells the time of the domain, aware and in UTC."""

    def now(self) -> datetime:
        """The instant."""

    @property
    def rate(self) -> float:
        """Seconds of domain time in a second of real time."""


class RealClock:
    """The machine's clock."""

    rate = 1.0

    def now(self) -> datetime:
        """The instant."""
        return datetime.now(UTC)


class ClockSetting(msgspec.Struct, frozen=True):
    """At real time ``real`` the domain's time was ``domain``; since then it runs at ``rate`` (0: it stands still)."""

    real: datetime
    domain: datetime
    rate: float


class FileClock:
    """A domain clock set through a file (:func:`set_clock`); without the file it tells real time.

    Every look costs one ``stat``; the file is read again when it has changed, so all processes agree.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = -1
        self._setting: ClockSetting | None = None

    def _current(self) -> ClockSetting | None:
        try:
            seen = os.stat(self._path).st_mtime_ns  # noqa: PTH116 - on the path of every command
        except FileNotFoundError:
            return None
        if seen != self._seen:
            self._setting = msgspec.json.decode(self._path.read_bytes(), type=ClockSetting)
            self._seen = seen
        return self._setting

    def now(self) -> datetime:
        """The instant."""
        real = datetime.now(UTC)
        setting = self._current()
        if setting is None:
            return real
        return setting.domain + timedelta(seconds=(real - setting.real).total_seconds() * setting.rate)

    @property
    def rate(self) -> float:
        """Seconds of domain time in a second of real time."""
        setting = self._current()
        return 1.0 if setting is None else setting.rate


def set_clock(path: Path, domain: datetime, rate: float) -> None:
    """Set the domain clock that reads ``path``: it is ``domain`` now and runs at ``rate``. Atomic."""
    setting = ClockSetting(datetime.now(UTC), domain, rate)
    draft = path.with_suffix(".new")
    draft.write_bytes(msgspec.json.encode(setting))
    draft.replace(path)
