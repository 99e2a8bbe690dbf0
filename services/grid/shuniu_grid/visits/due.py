"""Who is to be visited by when, and how well that was done (走访率, domain rules 11.5). Pure.

A visit at which somebody was met sets the next one ``every`` natural days ahead; without any, the day of entry does.

In a window somebody is *due* if the visit that was next when the window began falls due by its last day; who was
overdue by then is due at once. They are *visited* if they were met within the window, and visited *in time* if that was
by the day it fell due. Whether somebody is due is settled before the window begins, so no visit in it can lower a rate.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from shuniu.contracts.grid.visits import VisitSubject

__all__ = ("Figures", "Subject", "coverage", "due_on", "figures", "newly_overdue", "next_due", "summed")


class Subject(NamedTuple):
    """A unit or household to be visited. ``area`` is the grid it stands in now; its visits stay with it."""

    kind: VisitSubject
    id: str
    area: str
    every: int
    begins: date
    ends: date | None = None
    days: tuple[date, ...] = ()
    """Days on which somebody was met, oldest first."""
    classes: tuple[str, ...] = ()
    name: str = ""
    """A unit's name; households have none."""

    def there(self, on: date) -> bool:
        """Whether it stands on the register on that day."""
        return self.begins <= on and (self.ends is None or on <= self.ends)


class Figures(NamedTuple):
    """Figures of a window: how many were due, how many of them visited, how many in time."""

    due: int = 0
    visited: int = 0
    in_time: int = 0

    @property
    def rate(self) -> Fraction | None:
        """走访率: visited ÷ due; None where nobody was due."""
        return Fraction(self.visited, self.due) if self.due else None

    @property
    def in_time_rate(self) -> Fraction | None:
        """按期走访率: visited in time ÷ due; None where nobody was due."""
        return Fraction(self.in_time, self.due) if self.due else None


def due_on(subject: Subject, before: date | None = None) -> date:
    """The last day on which the next visit is in time, as known from visits before a day (None: all of them)."""
    last = max((d for d in subject.days if before is None or d < before), default=subject.begins)
    return last + timedelta(days=subject.every)


def next_due(subject: Subject, today: date, ahead: int) -> date | None:
    """The day it is to be visited by, if that lies at most ``ahead`` days away; None otherwise, or if it has gone."""
    day = due_on(subject)
    return day if subject.there(today) and day <= today + timedelta(days=ahead) else None


def figures(subject: Subject, first: date, last: date) -> Figures:
    """What one of them adds to the figures of a window, both ends included."""
    due = due_on(subject, first)
    gone = subject.ends is not None and subject.ends < max(due, first)
    if due > last or subject.begins > last or gone:
        return Figures()
    met = [day for day in subject.days if first <= day <= last]
    return Figures(1, int(bool(met)), int(any(day <= due for day in met)))


def summed(parts: Iterable[Figures]) -> Figures:
    """Figures added up."""
    due = visited = in_time = 0
    for part in parts:
        due, visited, in_time = due + part.due, visited + part.visited, in_time + part.in_time
    return Figures(due, visited, in_time)


def coverage(subjects: Iterable[Subject], first: date, last: date) -> Figures:
    """The figures of many."""
    return summed(figures(subject, first, last) for subject in subjects)


def newly_overdue(subjects: Sequence[Subject], since: date | None, until: date) -> list[Subject]:
    """Those whose day passed after ``since`` and by the end of ``until``: each shows up for one stretch only."""
    found = []
    for subject in subjects:
        day = due_on(subject)
        if (since is None or since < day) and day <= until and subject.there(until):
            found.append(subject)
    return found
