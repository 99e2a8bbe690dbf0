"""What a story is made of: acts in order of time, each by one account, with values that earlier answers will tell.

Pure data. Acts of one thread (a matter and what grows out of it) are done one after another; acts of different threads
at the same time have nothing to do with each other.
"""

import random
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from shuniu.rules.calendar import WorkingCalendar, WorkingHours, local
from shuniu.rules.shipped import calendar as shipped_calendar

__all__ = (
    "LINKED",
    "LOOKED_UP",
    "NOW",
    "OFFERED",
    "PUBLIC",
    "REACHED",
    "SHARED",
    "SHEET",
    "Act",
    "Office",
    "Picture",
    "Pieces",
    "Ref",
    "Script",
    "account",
    "resolved",
    "service_of",
)

# Commands of no service: look at the gateway until something has happened that nobody here causes.
REACHED: Final = "@reached"
"""Wait until the matter ``id`` of ``service``/``kind`` has the status ``status``."""
LINKED: Final = "@linked"
"""Wait until the matter is linked with one of kind ``to``; its id is kept as ``name``."""
OFFERED: Final = "@offered"
"""Ask for the offers on the matter; the prefilled ``field`` of action ``action`` is kept as ``name``."""


SHEET: Final = "@sheet"
"""Hand in the spreadsheet ``sheet`` of ``service``: ``rows`` are mappings of column to value."""

LOOKED_UP: Final = "@looked_up"
"""Ask route ``path`` of ``service``; what stands at ``pick`` of the answer (``rows.0.id``) is kept as ``name``."""

PUBLIC: Final = "@anybody"
"""Who acts without signing in."""
SHARED: Final = "street."
"""What is kept under a name that begins so is known to every later thread."""

_OF_SERVICE: Final[dict[str, tuple[str, ...]]] = {
    "whistle": ("order", "joint", "supervision", "duty_zone", "catalogue"),
    "services_desk": (
        "guide", "case", "rating", "post", "queue", "need", "cluster", "match", "offer", "home",
        "standard", "deliberation", "project",
    ),
    "insurance": (
        "policy", "fund", "claim", "certificate", "audit", "recovery", "hazard", "roster", "disclosure", "evaluation",
    ),
    "volunteer": ("activity", "participation"),
}  # fmt: skip
_SERVICES: Final = {word: service for service, words in _OF_SERVICE.items() for word in words}


class Ref(NamedTuple):
    """A value that an earlier answer of the same thread told, by its name there."""

    name: str


NOW: Final = Ref("now")
"""The instant of the domain's clock at which the act is given, which may be minutes after the act's own."""


class Pieces(NamedTuple):
    """A text put together of texts and Refs."""

    pieces: tuple["str | Ref", ...]


def account(login: str) -> Ref:
    """The id of an account, which everybody who sets the street up is told."""
    return Ref(f"account.{login}")


class Picture(NamedTuple):
    """Evidence: a picture of a motif, as found or as it is when the work is done; ``take`` tells several apart."""

    motif: str
    done: bool
    take: int


class Act(NamedTuple):
    """At ``at`` the account ``by`` gives ``command``; ``keep`` renames what the answer tells."""

    at: datetime
    thread: str
    step: int
    by: str
    command: str
    body: Mapping[str, Any]
    keep: Mapping[str, str]

    @property
    def key(self) -> str:
        """The act's name in its story, the same at every telling."""
        return f"{self.thread}/{self.step}"

    @property
    def service(self) -> str:
        """The service it goes to."""
        return str(self.body["service"]) if self.command.startswith("@") else service_of(self.command)


def service_of(command: str) -> str:
    """The service that takes a command: most are named after it, ``<service>/<command>`` says it."""
    named, slash, _ = command.partition("/")
    if slash:
        return named
    word = command.partition(".")[0]
    return _SERVICES.get(word, word)


def resolved(value: Any, known: Mapping[str, Any], picture: Callable[[Picture], Any]) -> Any:
    """``value`` with every Ref and Picture in it replaced. KeyError for a Ref nobody told."""
    if isinstance(value, Ref):
        return known[value.name]
    if isinstance(value, Picture):
        return picture(value)
    if isinstance(value, Pieces):
        return "".join(str(resolved(piece, known, picture)) for piece in value.pieces)
    if isinstance(value, Mapping):
        return {k: resolved(v, known, picture) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [resolved(v, known, picture) for v in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


class Office:
    """When people work: by the calendar and the usual office hours, or around the clock (``always``)."""

    def __init__(self, *, always: bool = False, calendar: WorkingCalendar | None = None) -> None:
        self.calendar = calendar or shipped_calendar()
        self.hours = WorkingHours()
        self.always = always

    def later(self, at: datetime, minutes: float) -> datetime:
        """So many working minutes later."""
        seconds = max(60, int(minutes * 60))
        if self.always:
            return at + timedelta(seconds=seconds)
        return self.calendar.add_working_seconds(at, seconds, self.hours)[0]

    def working_day(self, at: datetime | date, days: int) -> date:
        """The date so many working days after (0: that date)."""
        day = local(at).date() if isinstance(at, datetime) else at
        return self.calendar.add_working_days(day, days)[0]

    def days_back(self, day: date, days: int) -> date:
        """The working day so many working days before ``day``."""
        while days:
            day -= timedelta(days=1)
            days -= self.calendar.is_working_day(day)
        return day


class Script:
    """One thread being written: a pen that stands at an instant and moves on."""

    def __init__(self, thread: str, at: datetime, rng: random.Random, office: Office) -> None:
        self.thread = thread
        self.now = at
        self.rng = rng
        self.office = office
        self._acts: list[tuple[datetime, str, str, Mapping[str, Any], Mapping[str, str]]] = []

    def wait(self, least: float, most: float) -> datetime:
        """Some minutes by the clock on the wall pass."""
        self.now += timedelta(seconds=int(60 * self.rng.uniform(least, most)))
        return self.now

    def work(self, least: float, most: float) -> datetime:
        """Some working minutes pass."""
        self.now = self.office.later(self.now, self.rng.uniform(least, most))
        return self.now

    def do(self, by: str, command: str, keep: Mapping[str, str] | None = None, **body: Any) -> None:
        """``by`` gives ``command`` now. Two acts of one thread never share an instant."""
        if self._acts and self.now <= self._acts[-1][0]:
            self.now = self._acts[-1][0] + timedelta(seconds=40)
        self._acts.append((self.now, by, command, body, keep or {}))

    def acts(self) -> list[Act]:
        """The thread's acts in order of time."""
        ordered = sorted(self._acts, key=lambda act: act[0])
        return [
            Act(at, self.thread, step, by, command, body, keep)
            for step, (at, by, command, body, keep) in enumerate(ordered)
        ]

    def side(self, at: datetime) -> "Script":
        """Another pen on the same thread, for what goes on at the same time; end it with :meth:`join`."""
        return Script(self.thread, at, self.rng, self.office)

    def join(self, *sides: "Script") -> None:
        """Take over what the sides wrote and stand where the last of them stands."""
        for side in sides:
            self._acts.extend(side._acts)
            self.now = max(self.now, side.now)
        self._acts.sort(key=lambda act: act[0])
        # Sides do not know of each other: acts that fell on one instant are moved apart, in their order.
        apart: list[tuple[datetime, str, str, Mapping[str, Any], Mapping[str, str]]] = []
        for at, by, command, body, keep in self._acts:
            at = max(at, apart[-1][0] + timedelta(seconds=40)) if apart else at
            apart.append((at, by, command, body, keep))
        self._acts = apart
        self.now = max(self.now, apart[-1][0]) if apart else self.now
