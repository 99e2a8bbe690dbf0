"""What clocks say, in every service alike: a limit starts, is near, is passed, was computed anew."""

from datetime import datetime

import msgspec

from shuniu.contracts.envelope import Fact, fact

__all__ = ("ClockOverdue", "ClockRecomputed", "ClockSoon", "Term")


@fact("*", "clock.soon.v1")
class ClockSoon(Fact, frozen=True, kw_only=True):
    """The configured fraction of a limit has run (0.8 by default)."""

    matter: str
    part: str
    """The part the clock belongs to, e.g. a callout; empty for the matter itself."""
    clock: str
    generation: int
    due_at: datetime


@fact("*", "clock.overdue.v1")
class ClockOverdue(Fact, frozen=True, kw_only=True):
    """A limit has passed unmet. There is exactly one for each (matter, part, clock, generation)."""

    matter: str
    part: str
    clock: str
    generation: int
    due_at: datetime


@fact("*", "clock.recomputed.v1")
class ClockRecomputed(Fact, frozen=True, kw_only=True):
    """A deadline was computed again with a newer calendar; a new generation of the clock runs.

    ``soon_said`` and ``late``: what had been said of the generation before and holds by the new times too, so that it
    is not said again.
    """

    matter: str
    part: str
    clock: str
    generation: int
    due_at: datetime
    soon_at: datetime
    calendar_version: str
    provisional: bool
    soon_said: bool = False
    late: bool = False


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """A limit that starts to run with the fact that carries it (时限).

    ``clock`` names it (``process``, ``sign`` …), ``part`` is the part of the matter it belongs to (a callout, a phase;
    "" the matter itself). ``limit`` is how it was written ("4wh", or "until" and a date); ``provisional`` says that it
    crosses a year whose calendar was not published.
    """

    clock: str
    part: str = ""
    generation: int
    limit: str
    started_at: datetime
    due_at: datetime
    soon_at: datetime
    calendar_version: str = ""
    provisional: bool = False
