"""The working-day calendar of a running service: what was shipped, a deployment's file over it, published years over
both; and the clocks that a new year sets right (domain rules 0.4, architecture "Time").

Every service follows the directory's ``calendar.published``. A new year is put into ``host.calendar`` in one step, then
every matter whose clocks it changes gets one command of its own. A process that dies in between goes on where it was:
what is computed already is not computed again, and only a clean look at every row marks a kind as done.
"""

import asyncio
import hashlib
import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import msgspec

from shuniu.chassis.context import Actor
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.processor import Busy, Submission
from shuniu.chassis.rows import Key, RowKind
from shuniu.chassis.service import Command, Projection, Received
from shuniu.chassis.state import decode_row
from shuniu.chassis.tasks import end, happens
from shuniu.contracts.calendar import CalendarPublished
from shuniu.contracts.clock import ClockRecomputed
from shuniu.contracts.envelope import fact_name
from shuniu.rules.calendar import WorkingCalendar
from shuniu.rules.calendar_year import CalendarYear, with_years
from shuniu.rules.clocks import clock_recomputes
from shuniu.rules.shipped import calendar as shipped_calendar
from shuniu.rules.shipped import merged, read_calendar

if TYPE_CHECKING:
    from shuniu.chassis.context import Context
    from shuniu.chassis.host import Host

__all__ = ("CALENDAR", "CALENDAR_ACTOR", "CalendarKeeper", "RecomputeClocks", "local_calendar")

log = logging.getLogger(__name__)

CALENDAR_ACTOR = Actor(id="calendar", kind="timer", clearance=4)
EVERY_S = 3.0
SETTLED_S = 10.0
"""A kind is done when a look that began so long after the new calendar found nothing: by then every process has it."""
PAGE = 500
AT_ONCE = 100
_PUBLISHED = fact_name(CalendarPublished)


def local_calendar(path: Path | None) -> WorkingCalendar:
    """The shipped calendar, with the years of a deployment's own file over it (or of every ``*.json`` of a folder).

    The files are of the format of ``rules/data/calendar-cn.json``. Raises OSError or ValueError naming the file.
    """
    calendar = shipped_calendar()
    if path is None:
        return calendar
    for file in sorted(path.glob("*.json")) if path.is_dir() else [path]:
        try:
            calendar = merged(calendar, read_calendar(file.read_bytes()))
        except (msgspec.MsgspecError, ValueError) as flaw:
            raise ValueError(f"{file}: {flaw}") from flaw
    return calendar


# --- following --------------------------------------------------------------------------------------------------------


async def _apply(conn: "asyncpg.Connection[Any]", events: Sequence[Received[Any]], host: "Host") -> None:
    years: dict[int, CalendarYear] = {}
    for received in events:
        if received.name == _PUBLISHED:
            fact = received.fact(CalendarPublished)
            years[fact.year] = CalendarYear(fact.year, fact.version, fact.off, fact.make_up)
    if years:
        await conn.execute(
            "insert into calendar_followed (year, version, doc) select y, v, d::jsonb"
            " from unnest($1::int[], $2::text[], $3::text[]) as t(y, v, d)"
            " on conflict (year) do update set version = excluded.version, doc = excluded.doc",
            list(years),
            [y.version for y in years.values()],
            [msgspec.json.encode(y).decode() for y in years.values()],
        )


CALENDAR = Projection(
    name="calendar",
    sources=("gateway",),
    tables=("calendar_followed",),
    apply=_apply,
    after_commit=lambda host: host.calendars.look_soon(),
    concerns=lambda received: received.name == _PUBLISHED,
)
"""Every service follows the calendar years its directory publishes."""


# --- recomputing ------------------------------------------------------------------------------------------------------


class RecomputeClocks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Compute the clocks of one matter again, by the calendar in force."""

    matter: str


def _recomputes(kind: RowKind[Any], id_: str, row: Any, ctx: "Context") -> list[ClockRecomputed]:
    assert kind.clocks is not None
    more = (kind.clock_profile(row, ctx),) if kind.clock_profile is not None else ()
    return clock_recomputes(id_, kind.clocks(row), ctx.calendar, ctx.now, *more)


def _command(kind: RowKind[Any]) -> Command[RecomputeClocks]:
    def decide(rows: Any, c: RecomputeClocks, ctx: "Context") -> Decision:
        row = rows.find(kind, c.matter)
        if row is None:
            return Decision()
        key = kind.key(c.matter)
        return Decision(tuple(Emit(fact, (key,)) for fact in _recomputes(kind, c.matter, row, ctx)))

    return Command(
        name="chassis.recompute_clocks",
        struct=RecomputeClocks,
        keys=lambda c, ctx: [Key(kind.name, c.matter)],
        decide=decide,
        internal=True,
        matter_field="matter",
    )


def _key(version: str, kind: str, matter: str, facts: Sequence[ClockRecomputed]) -> str:
    """One for each (matter, its clocks as they stand, calendar version): however often and by whomever it is asked."""
    clocks = sorted((f.part, f.clock, f.generation) for f in facts)
    which = hashlib.sha256(msgspec.json.encode(clocks)).hexdigest()[:16]
    return f"calendar:{version}:{kind}:{matter}:{which}"


class CalendarKeeper:
    """Keeps ``host.calendar`` and the clocks of this service's rows up to date; a part of every host."""

    def __init__(self, host: "Host") -> None:
        self._host = host
        self.base = local_calendar(host.deployment.calendar_file)
        """What is in force before anything was published."""
        self._soon = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._since = 0.0
        self._settled = ""
        self._commands = {kind.name: _command(kind) for kind in host.service.rows if kind.clocks is not None}
        self.recomputed = 0
        """Matters whose clocks this process has set right."""

    async def load(self) -> None:
        """Read what was published and put it in force. A calendar that knows fewer years than before is not taken."""
        records = await self._host.pool.fetch("select doc from calendar_followed order by year")
        years = [msgspec.json.decode(r["doc"], type=CalendarYear) for r in records]
        calendar = with_years(self.base, years)
        now = self._host.calendar
        if calendar.version == now.version:
            return
        if now.published > calendar.published:
            return  # the table is being rebuilt: its years come back
        self._host.calendar = calendar
        self._since = time.monotonic()
        log.info("%s: calendar %s", self._host.service.name, calendar.version)

    def look_soon(self) -> None:
        """A year may have been published."""
        self._soon.set()

    async def start(self) -> None:
        """Put the calendar in force, then follow it."""
        self._since = time.monotonic()
        await self.load()
        self._task = asyncio.create_task(self._run(), name=f"{self._host.service.name}-calendar")

    async def stop(self) -> None:
        """Follow no more."""
        await end(self._task)

    async def _run(self) -> None:
        while True:
            try:
                await self.load()
                if self._settled != self._host.calendar.version:
                    await self._settle()
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, Busy) as away:
                log.debug("the calendar waits: %s", type(away).__name__)
            except Exception:
                log.exception("%s: clocks could not be computed anew", self._host.service.name)
            await happens(self._soon, EVERY_S)
            self._soon.clear()

    async def _settle(self) -> None:
        """Look at every kind that is not done with the calendar in force."""
        version, began = self._host.calendar.version, time.monotonic()
        done = {r["kind"]: r["version"] for r in await self._host.pool.fetch("select * from calendar_computed")}
        open_kinds = [k for k in self._host.service.rows if k.name in self._commands and done.get(k.name) != version]
        clean = True
        for kind in open_kinds:
            found = await self.recompute(kind)
            clean = clean and found == 0
            if found == 0 and began - self._since >= SETTLED_S:
                await self._host.pool.execute(
                    "insert into calendar_computed (kind, version) values ($1, $2)"
                    " on conflict (kind) do update set version = excluded.version",
                    kind.name,
                    version,
                )
        if not open_kinds or (clean and began - self._since >= SETTLED_S):
            self._settled = version

    async def recompute(self, kind: RowKind[Any]) -> int:
        """One look at every row of a kind: a command for each whose clocks change; how many there were."""
        found, after = 0, ""
        while True:
            records = await self._host.pool.fetch(
                f"select key, schema, doc from {kind.table} where key > $1 order by key limit {PAGE}", after
            )
            ctx = self._host.context(CALENDAR_ACTOR)
            orders: list[tuple[str, str]] = []
            for record in records:
                try:
                    row = decode_row(kind, record["schema"], record["doc"])
                except (msgspec.MsgspecError, ValueError) as flaw:
                    log.warning("%s %s cannot be read: %s", kind.name, record["key"], flaw)
                    continue
                if facts := _recomputes(kind, record["key"], row, ctx):
                    orders.append((record["key"], _key(ctx.calendar.version, kind.name, record["key"], facts)))
            for i in range(0, len(orders), AT_ONCE):
                await asyncio.gather(*(self._submit(kind, matter, key) for matter, key in orders[i : i + AT_ONCE]))
            found += len(orders)
            if len(records) < PAGE:
                return found
            after = records[-1]["key"]

    async def _submit(self, kind: RowKind[Any], matter: str, key: str) -> None:
        answer = await self._host.processor.submit(
            Submission(
                command=self._commands[kind.name],
                body=RecomputeClocks(matter),
                actor=CALENDAR_ACTOR,
                key=key,
                request_hash=hashlib.sha256(key.encode()).digest(),
            )
        )
        self.recomputed += answer.matter is not None
