"""网格: the grid service. Each folder is a capability; ``service`` is all of them, put together."""

from typing import TYPE_CHECKING

from shuniu.chassis.service import LimitUse, Service
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon
from shuniu.contracts.referral import ReferralMade

from shuniu_grid import (
    areas,
    events,
    party,
    patrols,
    places,
    posts,
    residents,
    series,
    shared_data,
    stars,
    units,
    visits,
)
from shuniu_grid.settings import GridSettings
from shuniu_grid.texts import TEXTS

if TYPE_CHECKING:
    from shuniu.chassis.host import Host
from shuniu_grid.events.limits import profile_of

__all__ = ("service",)
__version__ = "0.1.0"


async def _opened(host: "Host") -> None:
    """What the service does by itself while it lives."""
    await patrols.start_purging(host)
    await visits.start_telling(host)


async def _closed(host: "Host") -> None:
    await visits.stop_telling(host)
    await patrols.stop_purging(host)


service = Service.of(
    "grid",
    __version__,
    "shuniu_grid",
    TEXTS,
    (
        areas.capability,
        posts.capability,
        party.capability,
        places.capability,
        units.capability,
        residents.capability,
        patrols.capability,
        events.capability,
        visits.capability,
        stars.capability,
        series.capability,
        shared_data.capability,
    ),
    facts=(ClockSoon, ClockOverdue, ClockRecomputed, ReferralMade),
    limits=(LimitUse("grid_event", profile_of), LimitUse("patrol_round", lambda ctx: ctx.profile("grid-event-local"))),
    settings=GridSettings,
    readers=(patrols.READER, residents.READER),
    opened=_opened,
    closed=_closed,
    icon="grid",
    order=10,
)
