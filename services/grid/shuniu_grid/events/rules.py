"""Who may move a grid event, and what a move needs (domain rules 0.2, 10.3). Pure; asked by commands and by offers.

Every guard raises a Refusal named after its rule: 403 for the person first, then 409 for the state, then 422 for what
was sent, so that nobody learns a status they may not see.
"""

from collections.abc import Callable
from datetime import date, timedelta

from shuniu.chassis.context import Context
from shuniu.contracts.grid import events as facts
from shuniu.rules.calendar import local
from shuniu.rules.clocks import find_clock
from shuniu.rules.refusal import Conflict, FieldError, Forbidden, NotFound, Refusal, Unprocessable

from shuniu_grid.events.lifecycle import ABOVE_DISPATCH, EVENT, OFFICE
from shuniu_grid.events.state import GridEvent
from shuniu_grid.settings import business_day, settings_of

__all__ = (
    "GUARDS", "UNVERIFIED", "allowed", "check_after_photo", "check_clue_unit", "check_delay", "check_hang",
    "check_main", "check_neighbour", "check_place_name", "check_unit", "clue_only", "delay_needs_leader", "guard",
    "level_of", "unmerge_until",
)  # fmt: skip

Guard = Callable[[GridEvent, Context], None]

UNVERIFIED: frozenset[facts.Source] = frozenset({"PUBLIC", "12345", "PETITION", "MEDIA"})
"""Sources whose reports are verified on site first (domain rules 2.2)."""

MOST_DELAYS = 2
"""The system's own and one by a leader of the centre (domain rules 1.27)."""


def _role(event: str, ctx: Context, rule: str = "access.role") -> None:
    EVENT.check_role(event, ctx.actor.roles, rule)


def _state(event: str, row: GridEvent) -> None:
    EVENT.check(row.status, event)


def _by_area(event: str) -> Guard:
    def check(row: GridEvent, ctx: Context) -> None:
        _role(event, ctx)
        ctx.actor.require_area(row.area)
        _no_inspection(event, row, ctx)
        _state(event, row)

    return check


def _no_inspection(event: str, row: GridEvent, ctx: Context) -> None:
    """What follows a clue is for certified people: no grid worker touches it, whatever other role they hold (0.2)."""
    if row.clue and ctx.actor.has_role("grid_worker"):
        raise Forbidden("grid.clue_only", state=row.status, event=event)


def _by_unit(event: str) -> Guard:
    def check(row: GridEvent, ctx: Context) -> None:
        _role(event, ctx)
        _no_inspection(event, row, ctx)
        if not row.unit and ctx.actor.covers(row.area):
            _state(event, row)  # no unit has it: who may see it by area is told where it stands
        ctx.actor.require_unit(row.unit)
        _state(event, row)

    return check


def _not_file(row: GridEvent, ctx: Context) -> None:
    _by_area("not_file")(row, ctx)
    if row.status != "VERIFYING" and not ctx.actor.has_role(*OFFICE):
        raise Forbidden("grid.not_filed_by_office", state=row.status, event="not_file")


def _self_handle(row: GridEvent, ctx: Context) -> None:
    _role("self_handle", ctx)
    if ctx.actor.id != row.reporter:
        ctx.actor.require_area(row.area)
    _state("self_handle", row)
    if row.clue:
        raise Conflict("grid.clue_only", state=row.status, event="self_handle")
    if row.unit:
        raise Conflict("grid.self_handle_before_dispatch", state=row.status, event="self_handle")


def _accept(row: GridEvent, ctx: Context) -> None:
    _by_unit("accept")(row, ctx)


def _return(row: GridEvent, ctx: Context) -> None:
    _by_unit("return")(row, ctx)
    if row.designated:
        raise Conflict("grid.designated_unit", state=row.status, event="return", params={"unit": row.unit})


def _ask_delay(row: GridEvent, ctx: Context) -> None:
    _by_unit("ask_delay")(row, ctx)
    if row.delays >= MOST_DELAYS:
        raise Conflict("grid.delay_twice", state=row.status, event="ask_delay")
    _no_wish(row, "ask_delay")
    clock = find_clock(row.clocks, "process")
    if clock is not None and ctx.now >= clock.due_at:
        raise Conflict("grid.delay_in_time", state=row.status, event="ask_delay")


def _ask_hang(row: GridEvent, ctx: Context) -> None:
    _by_unit("ask_hang")(row, ctx)
    _no_wish(row, "ask_hang")


def _no_wish(row: GridEvent, event: str) -> None:
    if row.wish is not None:
        raise Conflict("grid.wish_undecided", state=row.status, event=event, params={"kind": row.wish.kind})


def _decide_wish(event: str, kind: str) -> Guard:
    def check(row: GridEvent, ctx: Context) -> None:
        # The chassis lets the dispatcher as far as this; who dispatched may not also let it hang.
        _role(event, ctx, "grid.hang_one_level_up" if kind == "hang" else "access.role")
        ctx.actor.require_area(row.area)
        _state(event, row)
        if row.wish is None or row.wish.kind != kind:
            raise Conflict("grid.nothing_asked", state=row.status, event=event, params={"kind": kind})
        if row.wish.leader and not ctx.actor.has_role(*ABOVE_DISPATCH):
            raise Forbidden("grid.delay_by_leader", state=row.status, event=event)
        if row.wish.by == ctx.actor.id:
            raise Forbidden("grid.own_wish", state=row.status, event=event)

    return check


def _checker(event: str) -> Guard:
    def check(row: GridEvent, ctx: Context) -> None:
        _role(event, ctx)
        ctx.actor.require_area(row.area)
        _no_inspection(event, row, ctx)
        _state(event, row)
        if ctx.actor.id in row.processors or (row.unit and ctx.actor.acts_for(row.unit)):
            raise Forbidden("grid.check_by_processor", state=row.status, event=event)

    return check


def _merge(row: GridEvent, ctx: Context) -> None:
    _by_area("merge_duplicate")(row, ctx)
    if row.feedbacks or row.checks:
        raise Conflict("grid.merge_before_feedback", state=row.status, event="merge_duplicate")
    if row.duplicates:
        raise Conflict("grid.merge_chain", state=row.status, event="merge_duplicate", params={"number": row.number})


def _unmerge(row: GridEvent, ctx: Context) -> None:
    _by_area("unmerge")(row, ctx)
    until = unmerge_until(row, ctx)
    if business_day(ctx.now) > until:
        raise Conflict("grid.unmerge_in_time", state=row.status, event="unmerge", params={"until": until.isoformat()})


def unmerge_until(row: GridEvent, ctx: Context) -> date:
    """The last day on which a merger may be undone (setting, in natural days)."""
    return business_day(row.merged_at or ctx.now) + timedelta(days=settings_of(ctx).unmerge_days)


GUARDS: dict[str, Guard] = {
    "verify": _by_area("verify"),
    "file": _by_area("file"),
    "not_file": _not_file,
    "categorise": _by_area("categorise"),
    "self_handle": _self_handle,
    "dispatch": _by_area("dispatch"),
    "redispatch": _by_area("redispatch"),
    "accept": _accept,
    "return": _return,
    "accept_return": _by_area("accept_return"),
    "refuse_return": _by_area("refuse_return"),
    "feed_back": _by_unit("feed_back"),
    "ask_delay": _ask_delay,
    "grant_delay": _decide_wish("grant_delay", "delay"),
    "refuse_delay": _decide_wish("refuse_delay", "delay"),
    "ask_hang": _ask_hang,
    "hang": _decide_wish("hang", "hang"),
    "refuse_hang": _decide_wish("refuse_hang", "hang"),
    "revive": _by_area("revive"),
    "start_check": _checker("start_check"),
    "close": _checker("close"),
    "send_back": _checker("send_back"),
    "refer": _by_area("refer"),
    "merge_duplicate": _merge,
    "unmerge": _unmerge,
}
"""The guard of each move a person makes."""


def guard(event: str, row: GridEvent, ctx: Context) -> None:
    """Raise the Refusal that keeps this actor from this move now, whatever else the command says."""
    GUARDS[event](row, ctx)


def allowed(event: str, row: GridEvent, ctx: Context) -> bool:
    """Whether :func:`guard` lets the move pass."""
    try:
        GUARDS[event](row, ctx)
    except Refusal:
        return False
    return True


def check_neighbour(area: str, reason: facts.NeighbourReason, ctx: Context) -> bool:
    """Whether the report is for a neighbour's area; Forbidden ``grid.neighbour_reason`` without a reason (10.3)."""
    if ctx.actor.covers(area):
        return False
    if not reason:
        raise Forbidden(
            "grid.neighbour_reason", event="report", fields=(FieldError("neighbour_reason", "missing"),),
            params={"area": area},
        )  # fmt: skip
    return True


def clue_only(ctx: Context, clue: bool, category_is_clue: bool) -> None:
    """A grid worker may only file a clue about an enterprise: Unprocessable ``grid.clue_only`` (domain rules 0.2)."""
    if category_is_clue and not clue and ctx.actor.has_role("grid_worker"):
        raise Unprocessable("grid.clue_only", event="report", fields=(FieldError("clue", "must_be_clue"),))


def check_unit(unit: str, ctx: Context, field: str = "unit") -> str:
    """The unit itself if the registry knows it today, else NotFound ``grid.unknown_unit``."""
    entry = ctx.registry.get("unit", unit)
    today = business_day(ctx.now)
    if entry is None or (entry.valid_to is not None and entry.valid_to < today):
        raise NotFound("grid.unknown_unit", fields=(FieldError(field, "unknown"),), params={"unit": unit[:60]})
    return unit


_CANNOT_INSPECT = ("COMMUNITY", "GRID", "VOLUNTEER", "ENTERPRISE", "PROPERTY")
"""Kinds of units without certified officers: nobody there may look into an enterprise (处罚法 §42, rules 0.2)."""


def check_clue_unit(unit: str, clue: bool, ctx: Context) -> None:
    """Unprocessable ``grid.clue_to_certified_body``: a clue goes to a unit that may have certified officers."""
    entry = ctx.registry.get("unit", unit)
    if clue and entry is not None and entry.subtype in _CANNOT_INSPECT:
        raise Unprocessable("grid.clue_to_certified_body", fields=(FieldError("unit", "not_certified"),),
                            params={"unit": unit[:60]})  # fmt: skip


def level_of(unit: str, ctx: Context) -> facts.Level:
    """At which level a unit works, by its kind in the registry; the street where nothing else is known."""
    entry = ctx.registry.get("unit", unit)
    match entry.subtype if entry is not None else "":
        case "COMMUNITY" | "GRID" | "PROPERTY" | "VOLUNTEER":
            return "community"
        case "DISTRICT" | "BUREAU" | "CITY":
            return "district"
        case _:
            return "street"


def check_main(row: GridEvent, main: GridEvent) -> None:
    """Raise the Refusal that keeps ``row`` from being merged into ``main``.

    Conflict ``grid.merge_into_itself``; ``grid.merge_into_open`` (the main has ended); ``grid.merge_chain`` (it is
    merged itself); ``grid.merge_unlike`` (an event into a component, a clue into what is none);
    ``grid.merge_after_dispatch`` (both were dispatched, to different units: one of them is dispatched again first).
    """

    def no(rule: str, word: str) -> Conflict:
        fields, number = (FieldError("main", word),), {"number": main.number}
        return Conflict(rule, state=row.status, event="merge_duplicate", fields=fields, params=number)

    if main.id == row.id:
        raise no("grid.merge_into_itself", "same")
    if main.status == "MERGED":
        raise no("grid.merge_chain", "merged")
    EVENT.check(main.status, "take_duplicate")
    if main.category[:1] != row.category[:1] or main.clue != row.clue:
        raise no("grid.merge_unlike", "unlike")
    if row.unit and main.unit and row.unit != main.unit:
        raise no("grid.merge_after_dispatch", "dispatched")


def check_after_photo(row: GridEvent, photos: int) -> None:
    """Conflict ``grid.close_without_after_photo``: no closing without a photo of the solution (10.3)."""
    if not row.after and not photos:
        raise Conflict("grid.close_without_after_photo", state=row.status, event="close",
                       fields=(FieldError("photos", "missing"),))  # fmt: skip


def check_delay(row: GridEvent, until: date, ctx: Context) -> date:
    """The day itself if a delay may reach there: after the limit, within the bound set (``grid.delay_bounds``)."""
    clock = find_clock(row.clocks, "process")
    # A limit that ends at 24:00 of a day is the next midnight; its day is the one before.
    last = local(clock.due_at - timedelta(seconds=1)).date() if clock else business_day(ctx.now)
    most = last + timedelta(days=settings_of(ctx).delay_most_days)
    if not last < until <= most or until < business_day(ctx.now):
        raise Unprocessable("grid.delay_bounds", fields=(FieldError("until", "out_of_range"),),
                            params={"after": last.isoformat(), "most": most.isoformat()})  # fmt: skip
    return until


def delay_needs_leader(row: GridEvent, until: date, ctx: Context) -> bool:
    """Whether a leader of the centre decides: it is the second, or longer than the system's own (domain rules 1.27)."""
    clock = find_clock(row.clocks, "process")
    last = local(clock.due_at - timedelta(seconds=1)).date() if clock else business_day(ctx.now)
    return row.delays > 0 or until > last + timedelta(days=settings_of(ctx).delay_system_days)


def check_hang(review_on: date, ctx: Context) -> date:
    """The day itself if it is after today and at most 90 natural days ahead (``grid.hang_review``, 10.2)."""
    today = business_day(ctx.now)
    most = today + timedelta(days=settings_of(ctx).hang_most_days)
    if not today < review_on <= most:
        raise Unprocessable("grid.hang_review", fields=(FieldError("review_on", "out_of_range"),),
                            params={"most": most.isoformat()})  # fmt: skip
    return review_on


def check_place_name(name: str, field: str = "place.name") -> str:
    """The name, stripped; Unprocessable ``grid.place_is_no_person`` if it holds a phone or identity number.

    A place name is published with the event's title, and nothing published may carry a person (PIPL §25).
    """
    name = " ".join(name.split())
    run = longest = 0
    for char in name:
        run = run + 1 if char.isdigit() else 0
        longest = max(longest, run)
    if longest >= 7:
        raise Unprocessable("grid.place_is_no_person", fields=(FieldError(field, "number"),))
    return name
