"""Checking in and out: by the activity's rotating code, by being there, or by the leader's word (domain rules 10.8).

A code is signed for one activity and one short window. Whoever scanned it was there in that window, whenever the scan
reaches us: telephones are offline. Where a telephone is says only whether it was near; that is not kept (PIPL §28).
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision
from shuniu.chassis.keyed import keyed
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.volunteer import activities as said
from shuniu.rules.distance import distance_m
from shuniu.rules.refusal import Conflict, Forbidden

from shuniu_volunteer.activities.activity import ACTIVITY, DAY, PARTICIPATION, command_on, may_lead
from shuniu_volunteer.activities.hours import minutes_served, overlaps
from shuniu_volunteer.activities.joining import OnPart, at_part, check_fit, emit_part, own_id, part_in
from shuniu_volunteer.activities.lifecycles import CHECKING
from shuniu_volunteer.activities.lifecycles import PARTICIPATION as CYCLE
from shuniu_volunteer.activities.state import (
    FINISH_AFTER,
    Activity,
    ServiceDay,
    day_key,
    participation_key,
)
from shuniu_volunteer.fields import Instant, wrong
from shuniu_volunteer.roles import KEEPERS, VOLUNTEERS
from shuniu_volunteer.settings import settings_of
from shuniu_volunteer.volunteers.keeping import is_self
from shuniu_volunteer.volunteers.state import ACCOUNT, Volunteer
from shuniu_volunteer.volunteers.volunteer import VOLUNTEER

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("COMMANDS", "Scan", "code_at", "codes_between")

_CODE = "SHN1"
_USE = "activity-code"


class Check(OnPart, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Check in. ``code`` goes with QR, a point with PLACE, ``at`` with LEADER."""

    means: said.CheckMeans = "QR"
    code: Annotated[str, Meta(max_length=120)] = ""
    lon: Annotated[float, Meta(ge=-180, le=180)] | None = None
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None
    at: Instant | None = None


class CheckOut(Check, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Check out, after breaks of so many minutes."""

    break_minutes: Annotated[int, Meta(ge=0, le=480)] = 0


class Scan(NamedTuple):
    """When a code was shown; None for one that is not ours or of another activity."""

    at: datetime | None = None


def _window(at: datetime, seconds: int) -> int:
    return int(at.timestamp()) // seconds


def code_at(host: "Host", activity: str, at: datetime) -> str:
    """The activity's code of the window an instant lies in."""
    window = _window(at, settings_of(host).code_seconds)
    return f"{_CODE}.{activity}.{window}.{keyed(host).token(_USE, f'{activity}:{window}', 16)}"


def codes_between(host: "Host", activity: str, since: datetime, until: datetime) -> list[tuple[datetime, str]]:
    """Every code of a span with the instant it begins, so that a device can show them without a line."""
    step = settings_of(host).code_seconds
    first, last = _window(since, step), _window(until, step)
    begins = (datetime.fromtimestamp(w * step, UTC) for w in range(first, last + 1))
    return [(at, code_at(host, activity, at)) for at in begins]


async def _scan(c: Check, host: "Host") -> Scan:
    parts = c.code.strip().split(".")
    if len(parts) != 4 or parts[0] != _CODE or parts[1] != c.activity or not parts[2].isdigit() or len(parts[2]) > 12:
        return Scan()
    if len(parts[3]) != 16 or not keyed(host).holds(_USE, f"{parts[1]}:{parts[2]}", parts[3]):
        return Scan()
    return Scan(datetime.fromtimestamp(int(parts[2]) * settings_of(host).code_seconds, UTC))


def _keys(c: Check, ctx: Context) -> Iterable[Key]:
    yield ACTIVITY.key(c.activity)
    if not c.volunteer and ctx.actor.id:
        yield ACCOUNT.key(ctx.actor.id)


def _more(c: Check, rows: Rows, ctx: Context) -> Iterable[Key]:
    a, volunteer = rows.find(ACTIVITY, c.activity), own_id(c, rows, ctx)
    if a is not None and volunteer:
        yield VOLUNTEER.key(volunteer)
        yield PARTICIPATION.key(participation_key(a.id, volunteer))
        yield DAY.key(day_key(volunteer, a.on))


def _by_code(a: Activity, event: str, ctx: Context) -> datetime:
    scan = ctx.prepared if isinstance(ctx.prepared, Scan) else Scan()
    settings = settings_of(ctx)
    step = timedelta(seconds=settings.code_seconds)
    # A device that shows codes ahead of time may run a little fast; it does not make a time that is yet to come.
    if scan.at is None or scan.at > ctx.now + step:
        raise wrong("participation.code_wrong", "code", "invalid", event, a.status)
    if ctx.now - scan.at > timedelta(hours=settings.code_late_hours):
        hours = settings.code_late_hours
        raise Conflict("participation.code_late", state=a.status, event=event, params={"hours": hours})
    return min(scan.at, ctx.now)


def _by_place(a: Activity, c: Check, event: str, ctx: Context) -> datetime:
    place = a.plan.place
    if place.lon is None or place.lat is None:
        raise Conflict("participation.no_point", state=a.status, event=event)
    if c.lon is None or c.lat is None:
        raise wrong("participation.point_missing", "lon", "missing", event, a.status)
    radius = settings_of(ctx).radius_m
    if distance_m(c.lon, c.lat, place.lon, place.lat) > radius:
        raise Conflict("participation.too_far", state=a.status, event=event, params={"metres": radius})
    return ctx.now


def _by_leader(a: Activity, v: Volunteer, c: Check, event: str, ctx: Context) -> datetime:
    if is_self(v, ctx):
        raise Forbidden("participation.own_check", state=a.status, event=event)
    if not may_lead(a, ctx):
        raise Forbidden("activity.not_yours", state=a.status, event=event)
    if c.at is not None and c.at.tzinfo is None:
        raise wrong("participation.time", "at", "format", event, a.status)
    at = c.at or ctx.now
    if at > ctx.now:
        raise wrong("participation.time", "at", "out_of_range", event, a.status)
    return at


def _when(a: Activity, v: Volunteer, c: Check, event: str, ctx: Context) -> datetime:
    if c.means == "LEADER":
        at = _by_leader(a, v, c, event, ctx)
    else:
        if not is_self(v, ctx):
            raise Forbidden("participation.own_phone", state=a.status, event=event)
        at = _by_code(a, event, ctx) if c.means == "QR" else _by_place(a, c, event, ctx)
    early = timedelta(minutes=settings_of(ctx).early_minutes)
    if not a.plan.starts_at - early <= at <= a.plan.ends_at + FINISH_AFTER:
        raise wrong("participation.time", "at", "out_of_range", event, a.status)
    return at


def _checking(a: Activity, event: str) -> None:
    if a.status not in CHECKING:
        raise Conflict("participation.not_taking_place", state=a.status, event=event)


def check_in(rows: Rows, c: Check, ctx: Context) -> Decision:
    """ACCEPTED → CHECKED_IN; who may take part is looked at again, consents may have ended since."""
    event = "check_in"
    a, v = at_part(c, rows, event, ctx)
    p = part_in(rows, a, v.id, event)
    CYCLE.check(p.status, event)
    _checking(a, event)
    check_fit(v, a, event)
    at = _when(a, v, c, event, ctx)
    day = rows.find(DAY, day_key(v.id, a.on)) or ServiceDay()
    if any(s.since <= at < s.until for s in day.spans):
        raise Conflict("participation.overlap", state=p.status, event=event)
    fact = said.ParticipationCheckedIn(activity=a.id, volunteer=v.id, at=at, means=c.means)
    return Decision((emit_part(a, fact),), (), {"activity": a.id, "number": a.number, "at": at.isoformat()})


def check_out(rows: Rows, c: CheckOut, ctx: Context) -> Decision:
    """CHECKED_IN → CHECKED_OUT → CALCULATED: the minutes follow at once."""
    event = "check_out"
    a, v = at_part(c, rows, event, ctx)
    p = part_in(rows, a, v.id, event)
    CYCLE.check(p.status, event)
    _checking(a, event)
    at = _when(a, v, c, event, ctx)
    assert p.since is not None
    if at < p.since:
        raise wrong("participation.time", "at", "out_of_range", event, p.status)
    if timedelta(minutes=c.break_minutes) > at - p.since:
        raise wrong("participation.breaks", "break_minutes", "out_of_range", event, p.status)
    day = rows.find(DAY, day_key(v.id, a.on)) or ServiceDay()
    if overlaps(p.since, at, ((s.since, s.until) for s in day.spans)):
        raise Conflict("participation.overlap", state=p.status, event=event)
    settings = settings_of(ctx)
    room = max(0, settings.day_most_minutes - sum(s.minutes for s in day.spans))
    minutes = minutes_served(p.since, at, c.break_minutes, a.length, room, settings.round_minutes)
    out = said.ParticipationCheckedOut(
        activity=a.id, volunteer=v.id, at=at, break_minutes=c.break_minutes, means=c.means
    )
    calculated = said.ParticipationCalculated(
        activity=a.id,
        volunteer=v.id,
        minutes=minutes,
        booking=a.plan.booking,
        on=a.on,
        since=p.since,
        until=at,
    )
    events = (emit_part(a, out), emit_part(a, calculated, DAY.key(day_key(v.id, a.on))))
    return Decision(events, (), {"activity": a.id, "number": a.number, "minutes": minutes})


def _on(name: str, struct: type[msgspec.Struct], decide: Any, order: int) -> Command[Any]:
    return command_on(
        f"participation.{name}",
        struct,
        decide,
        (*KEEPERS, *VOLUNTEERS),
        keys=_keys,
        more_keys=_more,
        prepare=_scan,
        tone="primary",
        surfaces=("matter", "phone"),
        order=order,
    )


COMMANDS: tuple[Command[Any], ...] = (
    _on("check_in", Check, check_in, 7),
    _on("check_out", CheckOut, check_out, 8),
)
