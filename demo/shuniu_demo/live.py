"""Life going on: every few seconds somebody of the street does the next thing, as offered to them by the public API.

What the load left for visitors is left alone until somebody else has moved it. Refusals are part of life: somebody else
was faster, or a rule says no.
"""

import asyncio
import logging
import random
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import httpx
import msgspec
from shuniu.rules.areas import within

from shuniu_demo.accounts import (
    DEPARTMENTS,
    ENTERPRISES,
    LEADS,
    WITH_CLERKS,
    community_clerk,
    duty,
    lead,
    secretary,
    volunteer,
    worker,
)
from shuniu_demo.beginning import begun
from shuniu_demo.clients import Desk, Refused, Street
from shuniu_demo.filling import FORMS, Situation
from shuniu_demo.script import Picture, resolved, service_of
from shuniu_demo.street import COMMUNITY_CODES, grids, spot_in
from shuniu_demo.words import DOWN_ITEMS, FINDINGS, UP_ITEMS

__all__ = ("Life", "standing")

log = logging.getLogger(__name__)

DWELL: Final = timedelta(seconds=75)
"""Nobody moves a matter sooner after its last move."""
_LEADS: Final = {f"vt-{n:02d}": lead(n) for n in range(1, LEADS + 1)}


class _Rhythm(NamedTuple):
    """How often a move is one of that service's; open matters below which more comes in than is done, and above which
    nothing new comes in."""

    weight: float
    few: int
    many: int


RHYTHM: Final[dict[str, _Rhythm]] = {
    "": _Rhythm(10, 170, 290),
    "services_desk": _Rhythm(2, 18, 34),
    "insurance": _Rhythm(2, 45, 75),
    "volunteer": _Rhythm(2, 22, 40),
}
"""By service; "" is the whole street, where grid events, whistles and orders come in."""
_OFFICES: Final[dict[str, tuple[str, ...]]] = {
    "services_desk": ("desk-clerk", "desk-clerk-02", "desk-leader", "back-office", "back-office-02"),
    "insurance": ("insurer", "surveyor", "surveyor-02", "payer", "clerk", "leader", "property"),
    "volunteer": ("clerk", "time-bank", *(volunteer(n) for n in range(1, 4))),
}
_DUTY_UNITS: Final = frozenset(unit for unit, *_ in DEPARTMENTS)
_FAULTS = (Refused, httpx.HTTPError, KeyError, msgspec.MsgspecError)


def standing(matter: Mapping[str, Any]) -> str:
    """Where a matter stands, in one word: its status and those of the units called. Passing time does not change it."""
    units = ",".join(f"{unit['unit']}:{unit.get('status', '')}" for unit in matter["units"])
    return f"{matter['status']}/{units}"


class Life:
    """Everybody at work. ``left``: matters left for visitors, and where each stood then."""

    def __init__(self, street: Street, pace: float, left: Mapping[str, str], rng: random.Random | None = None) -> None:
        self._street = street
        self._pace = pace
        self._left = dict(left)
        self._rng = rng or random.Random()
        self.moves = 0
        self.refusals = 0

    async def go_on(self) -> None:
        """Until cancelled: a move, a pause of about ``pace`` seconds, the next."""
        while True:
            await asyncio.sleep(self._pace * self._rng.uniform(0.6, 1.4))
            try:
                self.moves += await self.move()
            except Refused as no:
                self.refusals += 1
                log.info("refused: %s", no)
            except (httpx.HTTPError, OSError) as away:
                log.info("nobody answers: %r", away)
            except Exception:  # an actor's mistake must not end everybody's day
                log.exception("somebody stumbled")

    async def move(self) -> bool:
        """One move of somebody; False where nobody had anything to do. Refused when the API says no."""
        service = self._rng.choices(list(RHYTHM), [rhythm.weight for rhythm in RHYTHM.values()])[0]
        own = {"service": service} if service else {}
        listed = await self._street.desk("operator").get("/matters", open="true", limit=500, sort="updated", **own)
        now = datetime.fromisoformat(listed["as_of"])
        _, few, many = RHYTHM[service]
        few_open = 1.0 if listed["total"] < few else 0.16 if listed["total"] < many else 0.0
        if self._rng.random() < few_open:
            await self._begin(service, now)
            return True
        ready = [m for m in listed["items"] if self._is_ready(m, now)]
        # The longest untouched first, more or less.
        ready = ready[: max(12, len(ready) // 3)]
        self._rng.shuffle(ready)
        for matter in ready[:6]:
            if await self._move_on(matter, now):
                return True
        return False

    def _is_ready(self, matter: Mapping[str, Any], now: datetime) -> bool:
        if now - datetime.fromisoformat(matter["updated_at"]) < DWELL or matter["status"] == "HUNG":
            return False
        if matter["id"] in self._left and self._left[matter["id"]] == standing(matter):
            return False
        self._left.pop(matter["id"], None)
        return True

    async def _move_on(self, matter: Mapping[str, Any], now: datetime) -> bool:
        people = list(dict.fromkeys(_people_of(matter)))
        self._rng.shuffle(people)
        for login in people:
            desk = self._street.desk(login)
            offers = await desk.offers(matter["service"], matter["kind"], matter["id"])
            chosen = self._choose(offers, matter, now)
            if chosen is not None:
                action, body = chosen
                await self._give(desk, action, body)
                return True
        return False

    def _choose(
        self, offers: list[dict[str, Any]], matter: Mapping[str, Any], now: datetime
    ) -> tuple[str, dict[str, Any]] | None:
        found = []
        for offer in offers:
            desire = FORMS.get(offer["action"])
            if desire is None:
                continue
            body = desire.fill(Situation(matter, offer["prefill"], now, self._rng))
            if body is not None:
                found.append((desire.weight, offer["action"], {**offer["prefill"], **body}))
        if not found:
            return None
        # What is taken only now and then is hardly ever a reason to act at all.
        if self._rng.random() > max(weight for weight, *_ in found):
            return None
        _, action, filled = self._rng.choices(found, [weight for weight, *_ in found])[0]
        return action, filled

    async def _give(self, desk: Desk, action: str, body: Mapping[str, Any]) -> None:
        service = service_of(action)
        pictures = [p for value in body.values() if isinstance(value, list) for p in value if isinstance(p, Picture)]
        sent = {picture: await self._street.evidence(service, desk.login, picture) for picture in pictures}
        await desk.do(action, resolved(body, {}, sent.__getitem__), uuid.uuid4().hex)

    async def _begin(self, service: str, now: datetime) -> None:
        if not service:
            await self._begin_something()
            return
        act = begun(service, now, self._rng)
        await self._give(self._street.desk(act.by), act.command, act.body)

    async def _begin_something(self) -> None:
        rng = self._rng
        grid = rng.choice(grids())
        spot = spot_in(rng, grid)
        what = rng.random()
        body: dict[str, Any]
        if rng.random() < 0.12:
            body = {
                "request": f"{grid.zh}附近环境问题，请派人查看（演示数据）",
                "appeal": "HELP",
                "area": grid.code,
                "place": {"name": grid.zh, "lon": spot.lon, "lat": spot.lat},
                "caller_name": "来电居民",
                "caller_phone": f"025-0000{rng.randrange(10000):04d}",
            }
            await self._give(self._street.desk("operator"), "order.take_call", body)
            return
        if what < 0.86:
            own = what < 0.74
            finding = rng.choices(FINDINGS, [f.weight for f in FINDINGS])[0]
            body = {
                "place": spot.place(),
                "area": spot.area,
                "category": finding.category,
                "description": rng.choice(finding.remarks),
                "clue": finding.clue,
                "source": "GRID" if own else rng.choice(("12345", "PUBLIC", "VIDEO")),
                "photos": [Picture(finding.picture, False, rng.randrange(3))] if own else [],
            }
            await self._give(self._street.desk(worker(grid.community) if own else "operator"), "grid.report", body)
            return
        up = what < 0.94
        item = rng.choice(UP_ITEMS if up else DOWN_ITEMS)
        drafter = "clerk" if up else secretary(grid.community)
        await self._give(
            self._street.desk(drafter),
            "whistle.draft",
            {
                "direction": "UP" if up else "DOWN",
                "caller_unit": "" if up else f"c-{grid.community}",
                "item": item.item,
                "area": spot.area,
                "place": spot.place(),
                "lead": item.lead,
                "co": list(item.co),
                "description": item.remark,
            },
        )


def _people_of(matter: Mapping[str, Any]) -> Iterator[str]:
    """Who may have something to do with a matter: those of its place, of its units, of the street."""
    units = {matter["lead_unit"], *(unit["unit"] for unit in matter["units"])}
    yield from (duty(unit) for unit in units if unit in _DUTY_UNITS)
    community = matter["area"][:12]
    local = len(community) == 12
    if matter["service"] in _OFFICES:
        yield from _OFFICES[matter["service"]]
        if matter["lead_unit"] in _LEADS:
            yield _LEADS[matter["lead_unit"]]
        if local:
            yield secretary(community)
        if community in COMMUNITY_CODES[:WITH_CLERKS]:
            yield community_clerk(community)
        return
    if matter["service"] == "grid":
        yield from ("dispatcher", "checker", "checker-02", "operator", "leader")
        if local:
            yield worker(community)
        return
    yield from ("clerk", "leader", "secretary", "director", "coordinator")
    if matter["kind"] not in ("whistle", "supervision_case"):
        yield from ("operator", "dispatcher")
    if local:
        yield secretary(community)
    yield from (login for login, area, *_ in ENTERPRISES if within(matter["area"], area))
