"""The past of the demonstration street: ten working days of grid events, whistles and hotline orders, of the desk, the
insurance and the volunteers, what a street office has besides, the article's cases, and what is left to do today.

Pure and seeded: the same seed, beginning and end give the same acts. Threads are written to their end and cut off at
the present, so that what began lately stands in the middle of its way; on top of that every role is left something.
"""

import random
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Final, NamedTuple

from shuniu.rules.calendar import SHANGHAI, midnight

from shuniu_demo.accounts import secretary
from shuniu_demo.besides import besides, left_besides
from shuniu_demo.events import KINDS, Kind, event, settled
from shuniu_demo.furnishing import furnished, told_cases
from shuniu_demo.leftovers import leftovers
from shuniu_demo.orders import WAYS as ORDER_WAYS
from shuniu_demo.orders import OrderWay, frequent, left_orders, order
from shuniu_demo.script import Act, Office, Script
from shuniu_demo.street import Grid, grids, spot_in
from shuniu_demo.whistles import Call, Way, whistle
from shuniu_demo.words import DOWN_ITEMS, ENTERPRISE_ITEMS, FINDINGS, UP_ITEMS, Item

__all__ = ("HOURS", "WORKING_DAYS", "Story", "begins", "tell")

SEED: Final = 20261123
WORKING_DAYS: Final = 10
EVENTS, WHISTLES, ORDERS = 94, 19, 20

# How many reports of a day come in which hour (design choice: patrols in the morning and after noon).
HOURS: Final = (
    0.3, 0.2, 0.1, 0.1, 0.2, 0.5, 1.2, 2.6, 5.2, 7.6, 8.0, 6.0,
    2.8, 3.0, 6.6, 7.6, 7.0, 5.4, 4.0, 3.4, 2.8, 2.0, 1.2, 0.6,
)  # fmt: skip
QUIET_DAY: Final = 0.45
"""Share of a working day's reports that come on a day of rest."""
_WAYS: Final[dict[Way, float]] = {
    "plain": 40, "late": 6, "objected": 4, "upheld": 3, "extended": 6, "sent_back": 6, "reblown": 2, "cancelled": 3,
    "returned": 4, "escalated": 3,
}  # fmt: skip
_DOWN_WAYS: Final[dict[Way, float]] = {"plain": 12, "late": 2, "extended": 1, "sent_back": 2, "cancelled": 1}


class Story(NamedTuple):
    """All acts in order of time. ``left``: threads that end with something to do for somebody, left for visitors."""

    begin: datetime
    end: datetime
    acts: tuple[Act, ...]
    left: frozenset[str]


def begins(end: datetime, office: Office | None = None) -> datetime:
    """08:00 of the day ten working days before ``end``."""
    office = office or Office()
    day = office.days_back(end.astimezone(SHANGHAI).date(), WORKING_DAYS)
    return midnight(day) + timedelta(hours=8)


def tell(end: datetime, *, scale: float = 1.0, seed: int = SEED) -> Story:
    """The story that leads up to ``end``; ``scale`` makes it shorter (what is left for the roles stays)."""
    office = Office()
    begin = begins(end, office)
    telling = _Telling(seed, begin, end, office)
    acts: list[Act] = []
    for n, at in enumerate(telling.reports(round(EVENTS * scale))):
        acts += telling.grid_event(f"e{n + 1:03d}", at)
    for n, at in enumerate(telling.office_moments(round(WHISTLES * scale))):
        acts += telling.whistle(f"w{n + 1:03d}", at)
    for n, at in enumerate(telling.office_moments(round(WHISTLES * scale * 0.12))):
        acts += telling.referred(f"r{n + 1:03d}", at)
    for n, at in enumerate(telling.reports(round(ORDERS * scale))):
        acts += telling.hotline_order(f"o{n + 1:03d}", at)
    acts += chain.from_iterable(frequent(random.Random(seed + 5), begin))
    left = [*leftovers(random.Random(seed + 1), end), *chain.from_iterable(left_orders(random.Random(seed + 2), end))]
    left = [act for act in left if act.at >= begin]
    acts += chain.from_iterable(besides(seed + 6, begin, end, telling.office_moments, scale=scale))
    left += chain.from_iterable(left_besides(seed + 7, end))
    acts += left
    set_up = list(chain.from_iterable(furnished(seed + 3, begin, end, scale=scale)))
    acts += [*set_up, *chain.from_iterable(told_cases(seed + 4, begin))]
    left += [act for act in set_up if act.thread.startswith("left-")]
    acts = [act for act in acts if act.at <= end]
    acts.sort(key=lambda act: (act.at, act.thread))
    return Story(begin, end, tuple(acts), frozenset(act.thread for act in left))


class _Telling:
    def __init__(self, seed: int, begin: datetime, end: datetime, office: Office) -> None:
        self._rng = random.Random(seed)
        self._begin = begin
        self._end = end
        self._office = office
        # Grids are not alike: some are seen to every day, some hardly ever.
        self._grids = grids()
        self._rare: list[Way] = ["reblown", "objected", "upheld", "escalated", "sent_back", "extended", "returned"]
        """Ways that no past may lack, however short."""
        self._busy = [self._rng.gammavariate(1.2, 1.0) + 0.05 for _ in self._grids]

    def _days(self) -> list[date]:
        first, last = self._begin.astimezone(SHANGHAI).date(), self._end.astimezone(SHANGHAI).date()
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]

    def reports(self, count: int) -> list[datetime]:
        """When reports come in: by the day's curve, fewer on days of rest."""
        days = self._days()
        weights = [1.0 if self._office.calendar.is_working_day(d) else QUIET_DAY for d in days]
        return self._moments(count, lambda: self._rng.choices(days, weights)[0], HOURS)

    def office_moments(self, count: int) -> list[datetime]:
        """Moments of office hours."""
        days = [d for d in self._days() if self._office.calendar.is_working_day(d)]
        # The earlier days carry more, because a whistle takes a week.
        weights = [1.6] * (len(days) // 2) + [1.0] * (len(days) - len(days) // 2)
        curve = [1.0 if h in (9, 10, 14, 15, 16) else 0.4 if h in (11, 17) else 0.0 for h in range(24)]
        return self._moments(count, lambda: self._rng.choices(days, weights)[0], curve)

    def _moments(self, count: int, day: Callable[[], date], curve: Sequence[float]) -> list[datetime]:
        found: list[datetime] = []
        tries = 0
        while len(found) < count and tries < 50 * (count + 1):
            tries += 1
            hour = self._rng.choices(range(24), curve)[0]
            at = midnight(day()) + timedelta(hours=hour, seconds=self._rng.randrange(3600))
            if self._begin <= at <= self._end:
                found.append(at)
        return sorted(found)

    def _grid(self) -> Grid:
        return self._rng.choices(self._grids, self._busy)[0]

    def _script(self, thread: str, at: datetime) -> Script:
        return Script(thread, at, random.Random(self._rng.getrandbits(48)), self._office)

    def grid_event(self, thread: str, at: datetime) -> list[Act]:
        kind: Kind = self._rng.choices(list(KINDS), list(KINDS.values()))[0]
        return event(self._script(thread, at), self._grid(), kind).acts()

    def hotline_order(self, thread: str, at: datetime) -> list[Act]:
        way: OrderWay = self._rng.choices(list(ORDER_WAYS), list(ORDER_WAYS.values()))[0]
        return order(self._script(thread, at), self._grid(), way).acts()

    def _call(self, script: Script) -> tuple[Call, Way]:
        rng = self._rng
        grid = self._grid()
        spot = spot_in(rng, grid)
        if rng.random() < 0.27:
            way = rng.choices(list(_DOWN_WAYS), list(_DOWN_WAYS.values()))[0]
            if rng.random() < 0.25:
                spot = spot_in(rng, next(g for g in self._grids if g.code == "320199001001508"))
                item = _pick(rng, ENTERPRISE_ITEMS)
                unit = f"e-{spot.area}"
                return Call("DOWN", "ROUTINE", "enterprise", "enterprise", "enterprise", item, spot, unit), way
            by = secretary(grid.community)
            item = _pick(rng, DOWN_ITEMS)
            return Call("DOWN", "ROUTINE", by, by, by, item, spot, f"c-{grid.community}"), way
        way = self._rare.pop(0) if self._rare else rng.choices(list(_WAYS), list(_WAYS.values()))[0]
        item = _pick(rng, UP_ITEMS)
        if rng.random() < 0.16:
            return Call("UP", "HARD", "clerk", rng.choice(("secretary", "director")), "clerk", item, spot), way
        return Call("UP", "ROUTINE", "clerk", "leader", "clerk", item, spot), way

    def whistle(self, thread: str, at: datetime) -> list[Act]:
        script = self._script(thread, at)
        call, way = self._call(script)
        whistle(script, call, way)
        return script.acts()

    def referred(self, thread: str, at: datetime) -> list[Act]:
        """A grid event that becomes a whistle and comes back."""
        script = self._script(thread, at - timedelta(minutes=45))
        script.now = max(script.now, self._begin)
        grid = self._grid()
        finding = self._rng.choice([f for f in FINDINGS if f.category in ("E0101", "E0504", "E0501", "E9902", "E0505")])
        event(script, grid, "refer", finding)
        item = next(i for i in UP_ITEMS if i.picture == finding.picture)
        call = Call("UP", "ROUTINE", "clerk", "leader", "clerk", item, spot_in(self._rng, grid))
        whistle(script, call, "plain", referred=True)
        settled(script, finding)
        return script.acts()


def _pick(rng: random.Random, items: Sequence[Item]) -> Item:
    return rng.choices(items, [i.weight for i in items])[0]
