"""What is overdue is told once: each morning, grid by grid, who went past their day since the last telling.

A grid's workers get one notice a day at most, and only for what is new; what they have not done yet stands on their due
list. The look at the registers needs sealed categories, so it is not a timer of a row but this service's own round;
the key of the command makes it happen once, however many processes look.
"""

import asyncio
import logging
from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.processor import Submission
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.tasks import end
from shuniu.chassis.timers import TIMER_ACTOR
from shuniu.contracts.grid.visits import VisitsOverdue
from shuniu.rules.calendar import local

from shuniu_grid.residents.tables import HouseholdTable
from shuniu_grid.settings import business_day
from shuniu_grid.units.tables import UnitTable
from shuniu_grid.visits.due import Subject, newly_overdue
from shuniu_grid.visits.state import TOLD, Told
from shuniu_grid.visits.subjects import subjects_in_grid
from shuniu_grid.visits.tables import ToldTable

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("COMMANDS", "MORNING", "TELL", "Found", "TellOverdue", "start_telling", "stop_telling", "tell_overdue")

log = logging.getLogger(__name__)

MORNING = 8
"""From this hour on (Asia/Shanghai) the day's telling is made."""
LOOK_S = 60.0
_TASK, _DAY = "grid.visit_telling", "grid.visit_told_day"


class TellOverdue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tell a grid what went past its day up to the end of ``until``."""

    area: Annotated[str, Meta(min_length=15, max_length=15)]
    until: date


class Found(NamedTuple):
    """What was seen: after which day, and who."""

    since: date | None
    overdue: tuple[Subject, ...]


async def _look(c: TellOverdue, host: "Host") -> Found:
    rows = await ToldTable.select(ToldTable.doc).where(ToldTable.key == c.area)
    since = msgspec.json.decode(rows[0]["doc"], type=Told).until if rows else None
    return Found(since, tuple(newly_overdue(await subjects_in_grid(host, c.area), since, c.until)))


def _tell(rows: Rows, c: TellOverdue, ctx: Context) -> Decision:
    """Nothing is said of nothing, nor twice of the same."""
    found: Found = ctx.prepared
    told = rows.find(TOLD, c.area)
    if not found.overdue or (told.until if told else None) != found.since:
        return Decision()
    fact = VisitsOverdue(
        area=c.area,
        since=found.since,
        until=c.until,
        units=sum(s.kind == "UNIT" for s in found.overdue),
        households=sum(s.kind == "HOUSEHOLD" for s in found.overdue),
    )
    return Decision((Emit(fact, (TOLD.key(c.area),), c.area),))


def _keys(c: TellOverdue, ctx: Context) -> Iterable[Key]:
    yield TOLD.key(c.area)


TELL: Command[TellOverdue] = Command(
    "grid.tell_overdue_visits", TellOverdue, _keys, _tell, prepare=_look, internal=True
)
COMMANDS = (TELL,)


async def tell_overdue(host: "Host") -> int:
    """Tell every grid what is newly overdue by yesterday; how many grids there were to look at."""
    until = business_day(host.clock.now()) - timedelta(days=1)
    grids: set[str] = set()
    for table in (UnitTable, HouseholdTable):
        found = await table.select(table.area).group_by(table.area)
        grids |= {r["area"] for r in found if len(r["area"]) == 15}
    for area in sorted(grids):
        body = TellOverdue(area=area, until=until)
        await host.processor.submit(Submission(TELL, body, TIMER_ACTOR, f"visits-overdue:{area}:{until}"))
    return len(grids)


async def _tell_for_ever(host: "Host") -> None:
    while True:
        now = local(host.clock.now())
        try:
            if now.hour >= MORNING and host.extras.get(_DAY) != now.date():
                await tell_overdue(host)
                host.extras[_DAY] = now.date()
        except Exception:
            log.exception("overdue visits could not be looked at; trying again later")
        await asyncio.sleep(LOOK_S)


async def start_telling(host: "Host") -> None:
    """Begin the daily round."""
    host.extras[_TASK] = asyncio.create_task(_tell_for_ever(host), name="grid-visits-overdue")


async def stop_telling(host: "Host") -> None:
    """Stop it."""
    await end(host.extras.pop(_TASK, None))
