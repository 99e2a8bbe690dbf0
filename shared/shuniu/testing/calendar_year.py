"""A calendar year for tests: put where a service's own projection writes it, so that no gateway has to run."""

from datetime import date

import msgspec

from shuniu.chassis.host import Host
from shuniu.rules.calendar_year import CalendarYear

__all__ = ("publish_year",)


async def publish_year(host: Host, *off: str, make_up: tuple[str, ...] = (), version: str = "2027.1") -> None:
    """State a year (by default 2027 for the first time) with these days off; ``host`` looks at it at once."""
    year = int(version.partition(".")[0])
    days = tuple(date.fromisoformat(day) for day in off)
    stated = CalendarYear(year, version, {"假日": days}, tuple(date.fromisoformat(day) for day in make_up))
    await host.pool.execute(
        "insert into calendar_followed (year, version, doc) values ($1, $2, $3::jsonb)"
        " on conflict (year) do update set version = excluded.version, doc = excluded.doc",
        year,
        version,
        msgspec.json.encode(stated).decode(),
    )
    host.calendars.look_soon()
