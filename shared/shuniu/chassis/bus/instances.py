"""The processes of each service, as their announcements name them: which live, since when, which fell silent."""

from typing import NamedTuple

from shuniu.contracts.envelope import LogHead

__all__ = ("ABSENT_AFTER_S", "EVERY_S", "Instances", "Process")

EVERY_S = 2.0
ABSENT_AFTER_S = 3 * EVERY_S + 0.5  # three announcements missed
_GONE_FOR_S = 15 * 60.0
_MOST = 32


class Process(NamedTuple):
    """A process of a service: its last announcement, and when (loop time) it was first and last heard."""

    head: LogHead
    first: float
    last: float

    def present(self, now: float) -> bool:
        """Whether it still announces itself."""
        return now - self.last <= ABSENT_AFTER_S


class Instances:
    """Processes by source. Pure: it is told the time.

    One that fell silent is remembered for a quarter of an hour; of a service at most 32 are, the longest silent go
    first.
    """

    def __init__(self) -> None:
        self._known: dict[str, dict[str, Process]] = {}

    def note(self, source: str, head: LogHead, now: float) -> None:
        """A process announced itself. After a silence, it counts as having come anew."""
        known = self._known.setdefault(source, {})
        before = known.get(head.instance)
        first = before.first if before is not None and before.present(now) else now
        known[head.instance] = Process(head, first, now)
        if len(known) > _MOST:
            del known[min(known, key=lambda name: known[name].last)]

    def of(self, source: str, now: float) -> tuple[Process, ...]:
        """The processes of a source, those that live first, then by name."""
        known = self._known.get(source, {})
        for name in [name for name, process in known.items() if now - process.last > _GONE_FOR_S]:
            del known[name]
        return tuple(sorted(known.values(), key=lambda p: (not p.present(now), p.head.instance)))
