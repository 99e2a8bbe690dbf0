"""A need is raised: by the resident over the public page, by the desk, a grid worker, the community."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.counter import COUNTER, counter_key, next_number
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.keyed import told_code
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.terms import term
from shuniu.contracts.services_desk.needs import (
    NeedAutomationRefused,
    NeedChannel,
    NeedRaised,
    NeedTime,
)
from shuniu.contracts.summary import Place
from shuniu.rules.refusal import Conflict, NotFound

from shuniu_services_desk.fields import AreaCode, Hidden, Phone, Sealing, Version, area_in_scope, wrong
from shuniu_services_desk.matter import may
from shuniu_services_desk.needs.categories import categories
from shuniu_services_desk.needs.kinds import NEED_CODE, NEED_ROW
from shuniu_services_desk.needs.lifecycles import NEED, SORTERS, STAFF
from shuniu_services_desk.needs.prepared import PreparedNeed, prepare_code, prepare_raise
from shuniu_services_desk.needs.state import Need
from shuniu_services_desk.settings import profile_of, settings_of

__all__ = ("COMMANDS", "NUMBERS", "PURPOSE", "OnNeed", "given", "need_in", "on_need", "said_of", "sort_term")

NUMBERS = "XQ"
"""Prefix of the numbers people know needs by, e.g. XQ261201-0001 (需求)."""
_PUBLIC = "XQWEB"
PURPOSE = "desk.need"
Words = Annotated[str, Meta(min_length=4, max_length=2000, pattern=r"\S", extra_json_schema={"x-widget": "textarea"})]


class Where(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where it is. The name is kept sealed, the point is published to 3 decimals (about 100 m): it may be a home."""

    name: Annotated[str, Meta(max_length=60)] = ""
    lon: Annotated[float, Meta(ge=-180, le=180)] | None = None
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None


class Raise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is needed. ``automation_refused``: no program shall match it, a person decides (PIPL §24)."""

    category: Annotated[str, Meta(max_length=40, extra_json_schema={"x-widget": "category"})]
    words: Words
    area: AreaCode = ""
    place: Annotated[Where, Meta(extra_json_schema={"x-widget": "place"})] = Where()
    times: NeedTime = "ANY"
    contact_name: Annotated[str, Meta(max_length=60)] = ""
    contact_phone: Phone = ""
    automation_refused: bool = False


class Enter(Raise, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same, brought in by the desk, a grid worker or the community."""


class OnNeed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one need. With ``expected_version`` it is refused when the need has moved on since."""

    need: Hidden
    expected_version: Version | None = None


class RefuseAutomation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whoever raised it wants a person to decide."""

    code: Annotated[str, Meta(min_length=12, max_length=24)]


def given(ctx: Context) -> PreparedNeed:
    """What was worked out before; nothing where nobody did."""
    return ctx.prepared if isinstance(ctx.prepared, PreparedNeed) else PreparedNeed()


def on_need(c: OnNeed, ctx: Context) -> Iterable[Key]:
    """The need's row."""
    return (NEED_ROW.key(c.need),)


def need_in(rows: Rows, c: OnNeed, move: str, ctx: Context) -> Need:
    """The need a command is on, if this person may make this move now."""
    n = rows.need(NEED_ROW, c.need, c.expected_version, move)
    may(NEED, n, move, ctx)
    return n


def said_of(n: Need, facts: Sequence[Any], sealing: Sealing | None = None, **answer: Any) -> Decision:
    """The decision that says ``facts`` of one need."""
    events = tuple(Emit(f, (NEED_ROW.key(n.id),), n.area) for f in facts)
    return Decision(events, sealing.private if sealing else (), {"need": n.id, "number": n.number, **answer})


def sort_term(ctx: Context, clocks: Any = ()) -> Any:
    """The limit to sort a need that waits."""
    profile = profile_of(ctx)
    return term(ctx, "need_sort", profile.limit("need_sort"), profile, clocks=clocks)


def _raise_keys(c: Raise, ctx: Context) -> Iterable[Key]:
    yield counter_key(NUMBERS, ctx.now)
    yield NEED_CODE.key(given(ctx).code_key)
    if not isinstance(c, Enter):
        yield counter_key(_PUBLIC, ctx.now)


def _point(c: Raise) -> Place:
    lon, lat = c.place.lon, c.place.lat
    if (lon is None) != (lat is None):
        raise wrong("need.point", "place", "value", "raise")
    return Place(lon=round(lon, 3), lat=round(lat, 3)) if lon is not None and lat is not None else Place()


def _raise(rows: Rows, c: Raise, channel: NeedChannel, more: tuple[Key, ...], ctx: Context) -> Decision:
    if c.category not in categories():
        raise wrong("need.category_unknown", "category", "unknown", "raise")
    if not c.words.strip():
        raise wrong("need.words", "words", "missing", "raise")
    area = area_in_scope(c.area, "raise", ctx)
    sealing, need = Sealing(ctx), ctx.new_id()
    contact = {"contact_name": c.contact_name, "contact_phone": c.contact_phone, "address": c.place.name}
    fact = NeedRaised(
        need=need,
        number=next_number(rows, NUMBERS, ctx.now),
        category=c.category,
        area=area,
        place=_point(c),
        channel=channel,
        times=c.times,
        automation_refused=c.automation_refused,
        words_ref=sealing.text(c.words, PURPOSE, need),
        contact_ref=sealing.keep(contact, PURPOSE, need),
        term=sort_term(ctx),
    )
    on = (NEED_ROW.key(need), NEED_CODE.key(given(ctx).code_key), counter_key(NUMBERS, ctx.now), *more)
    answer = {"need": need, "number": fact.number, "slip": given(ctx).slip}
    return Decision((Emit(fact, on, area),), sealing.private, answer)


def raise_(rows: Rows, c: Raise, ctx: Context) -> Decision:
    """NEED_RAISED over the public page, which takes so many a day of everybody together."""
    page = counter_key(_PUBLIC, ctx.now)
    counted, most = rows.find(COUNTER, page.id), settings_of(ctx).needs_a_day
    if counted is not None and counted.last >= most:
        raise Conflict("case.page_full", status=429, event="raise", params={"most": most})
    return _raise(rows, c, "RESIDENT", (page,), ctx)


def enter(rows: Rows, c: Enter, ctx: Context) -> Decision:
    """NEED_RAISED by somebody of ours, in their area; the code is for the resident."""
    ctx.actor.require_area(area_in_scope(c.area, "raise", ctx))
    grid, community = ctx.actor.has_role("grid_worker"), ctx.actor.has_role("community_secretary")
    return _raise(rows, c, "GRID" if grid else "COMMUNITY" if community else "DESK", (), ctx)


def _code_keys(c: RefuseAutomation, ctx: Context) -> Iterable[Key]:
    return (NEED_CODE.key(given(ctx).code_key),)


def _their_need(c: RefuseAutomation, rows: Rows, ctx: Context) -> Iterable[Key]:
    held = rows.find(NEED_CODE, given(ctx).code_key)
    return (NEED_ROW.key(held.need),) if held is not None else ()


def _refused(n: Need) -> Decision:
    if n.automation_refused:
        raise Conflict("need.automation_settled", state=n.status, event="refuse_automation")
    return said_of(n, [NeedAutomationRefused(need=n.id)])


def refuse_automation(rows: Rows, c: RefuseAutomation, ctx: Context) -> Decision:
    """By whoever holds the code; a proposal that waited is dropped."""
    held = rows.find(NEED_CODE, given(ctx).code_key)
    if held is None:
        raise NotFound("need.code_unknown", event="refuse_automation")
    n = rows.need(NEED_ROW, held.need)
    NEED.check(n.status, "refuse_automation")
    decision = _refused(n)
    return Decision(decision.events, (), {"number": n.number})


def refuse_automation_for(rows: Rows, c: OnNeed, ctx: Context) -> Decision:
    """By the desk or the community, for somebody who said so."""
    return _refused(need_in(rows, c, "refuse_automation", ctx))


COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "need.raise", Raise, _raise_keys, raise_, public=True, prepare=prepare_raise, told=told_code, opens="desk_need",
        icon="people", surfaces=("phone",), order=300,
    ),
    Command(
        "need.enter", Enter, _raise_keys, enter, roles=STAFF, prepare=prepare_raise, told=told_code, opens="desk_need",
        icon="people", surfaces=("board", "phone"), order=301,
    ),
    Command(
        "need.refuse_automation", RefuseAutomation, _code_keys, refuse_automation, public=True, prepare=prepare_code,
        more_keys=_their_need, surfaces=(), order=302,
    ),
    Command(
        "need.refuse_automation_for", OnNeed, on_need, refuse_automation_for, roles=SORTERS, kind="desk_need",
        matter_field="need", order=316,
    ),
)  # fmt: skip
