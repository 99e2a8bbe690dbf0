"""Series of joint governance: planned once, their sessions come by themselves; who convenes them."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Happening, Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.summary import Place
from shuniu.contracts.whistle import joint as said
from shuniu.rules.areas import is_code
from shuniu.rules.refusal import Conflict, FieldError, Forbidden, Unprocessable

from shuniu_whistle.joint.recurrence import read_rule
from shuniu_whistle.joint.state import JOINT_SERIES, JOINT_SESSION, evolve_series, schedule_up_to
from shuniu_whistle.whistles.authority import known_unit, told_as
from shuniu_whistle.whistles.fields import AreaCode, Day, Hidden, LongText, Reason, Texts, UnitList, today
from shuniu_whistle.whistles.lifecycles import STREET
from shuniu_whistle.whistles.plan import WhistlePlace, listed_item, listing_keys

__all__ = ("COMMANDS", "as_convener")

NUMBERS = "GZ"
"""Prefix of the numbers of series, e.g. GZ261123-0001; sessions add their own, …-001."""
_AHEAD = timedelta(days=366)


class GuestField(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A participant of another scope."""

    scope: Annotated[str, Meta(min_length=6, max_length=12, pattern=r"^[0-9]+$")]
    unit: Annotated[str, Meta(max_length=40)] = ""


class PlanSeries(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Plan a joint governance that recurs (建立定期共治)."""

    item: Annotated[str, Meta(min_length=1, max_length=40, extra_json_schema={"x-widget": "category"})]
    area: AreaCode = ""
    place: Annotated[WhistlePlace, Meta(extra_json_schema={"x-widget": "place"})]
    recurrence: Annotated[str, Meta(min_length=5, max_length=200)]
    """RFC 5545, e.g. FREQ=MONTHLY;BYDAY=1TU."""
    first_on: Day
    at_time: Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "09:30"
    duration_minutes: Annotated[int, Meta(ge=15, le=600)] = 90
    units: UnitList = ()
    guests: Annotated[tuple[GuestField, ...], Meta(max_length=12, extra_json_schema={"x-widget": "party-list"})] = ()
    note: LongText = ""


class EndSeries(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No further sessions (终止定期共治)."""

    series: Hidden
    reason: Reason


def as_convener(area: str, ctx: Context, event: str, status: str = "") -> None:
    """The street convenes, in its area."""
    if not ctx.actor.has_role(*STREET):
        raise Forbidden("joint.street", state=status, event=event, params={"roles": ", ".join(STREET)})
    if not ctx.actor.covers(area):
        raise Forbidden("access.area", state=status, event=event, params={"area": area})


def _series_keys(c: PlanSeries, ctx: Context) -> Iterable[Key]:
    return (counter_key(NUMBERS, ctx.now), *listing_keys(c.item))


def plan_series(rows: Rows, c: PlanSeries, ctx: Context) -> Decision:
    """A series and its sessions of the next two months; further ones follow by themselves."""
    area = c.area or ctx.scope
    as_convener(area, ctx, "plan_series")

    def bad(rule: str, field: str, code: str) -> Unprocessable:
        return Unprocessable(rule, event="plan_series", fields=(FieldError(field, code),))

    listed = listed_item(rows, c.item, ctx)
    if listed is None:
        raise bad("joint.item", "item", "item_unknown")
    if not c.place.name.strip():
        raise bad("joint.place", "place", "missing")
    if c.first_on < today(ctx) or c.first_on > today(ctx) + _AHEAD:
        raise bad("joint.first_on", "first_on", "not_between")
    try:
        read_rule(c.recurrence, c.first_on)
    except (ValueError, TypeError) as flaw:
        raise bad("joint.recurrence", "recurrence", "not_a_rule") from flaw
    for n, unit in enumerate(c.units):
        with told_as("", "plan_series"):
            known_unit(unit, f"units.{n}", ctx)
    for n, g in enumerate(c.guests):
        if not is_code(g.scope) or g.scope.startswith(ctx.scope):
            raise bad("joint.guest", f"guests.{n}.scope", "party_scope")
    if len(c.units) + len(c.guests) == 0:
        raise bad("joint.nobody", "units", "missing")
    texts = Texts(ctx)
    hours, minutes = c.at_time.split(":")
    planned = said.SeriesPlanned(
        series=ctx.new_id(),
        number=next_number(rows, NUMBERS, ctx.now),
        item=c.item,
        item_title=listed.item.title_zh,
        area=area,
        place=Place(name=c.place.name.strip(), lon=c.place.lon, lat=c.place.lat),
        recurrence=c.recurrence.strip().upper(),
        first_on=c.first_on,
        minute_of_day=int(hours) * 60 + int(minutes),
        minutes=c.duration_minutes,
        units=tuple(dict.fromkeys(c.units)),
        guests=tuple(said.Guest(scope=g.scope, unit=g.unit) for g in c.guests),
        note_ref=texts.keep(c.note, "joint"),
    )
    on = JOINT_SERIES.key(planned.series)
    series = evolve_series(None, planned, Happening(ctx.now, ctx.actor.id, 0))
    assert series is not None
    sessions = schedule_up_to(series, ctx)
    emits = [Emit(planned, (on, counter_key(NUMBERS, ctx.now)), area)]
    emits += [Emit(f, (JOINT_SESSION.key(f.session), on)) for f in sessions]
    answer = {"series": planned.series, "number": planned.number, "sessions": [f.session for f in sessions]}
    return Decision(tuple(emits), tuple(texts.private), answer)


def end_series(rows: Rows, c: EndSeries, ctx: Context) -> Decision:
    """Sessions that are scheduled stand."""
    series = rows.need(JOINT_SERIES, c.series)
    as_convener(series.area, ctx, "end_series")
    if not series.active:
        raise Conflict("joint.series_over", state="ENDED", event="end_series")
    texts = Texts(ctx)
    ended = said.SeriesEnded(series=series.id, reason_ref=texts.keep(c.reason, "joint"))
    return Decision((Emit(ended, (JOINT_SERIES.key(series.id),), series.area),), tuple(texts.private))


COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "joint.plan_series",
        PlanSeries,
        _series_keys,
        plan_series,
        roles=STREET,
        opens="joint_session",
        icon="people",
        surfaces=("board",),
        order=15,
    ),
    Command(
        "joint.end_series",
        EndSeries,
        lambda c, ctx: (JOINT_SERIES.key(c.series),),
        end_series,
        roles=STREET,
        surfaces=(),
        tone="danger",
        order=19,
    ),
)
