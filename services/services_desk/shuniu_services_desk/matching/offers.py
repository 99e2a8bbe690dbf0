"""The register of offers: rows with their room, and how they are entered, one by one or as a spreadsheet."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from msgspec.structs import replace
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Happening, Index, Key, RowKind, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.sheets import Outcome, imported
from shuniu.contracts.services_desk import needs as need_facts
from shuniu.contracts.services_desk.needs import NeedTime
from shuniu.contracts.services_desk.offers import Offer, OfferClosed, OfferEntered, OfferKind
from shuniu.rules.areas import within
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable

from shuniu_services_desk.fields import Code, Day, UnitCode, today, wrong
from shuniu_services_desk.needs.categories import categories
from shuniu_services_desk.roles import KEEPERS

__all__ = ("COMMANDS", "ENTER", "MOST", "OFFER", "EnterOffers", "GivenOffer", "OfferRow")

MOST = 1000
ROLES = (*KEEPERS, "community_secretary")


class OfferRow(msgspec.Struct, frozen=True, kw_only=True):
    """An offer and the needs it has taken and not served: the guard of its capacity."""

    offer: Offer
    taken: tuple[str, ...] = ()

    @property
    def room(self) -> int:
        """How many more needs it takes."""
        return self.offer.capacity - len(self.taken)

    def serves_on(self, day: date) -> bool:
        """Whether it takes needs on that day."""
        return self.offer.valid_to is None or day <= self.offer.valid_to


def _evolve(row: OfferRow | None, f: Any, h: Happening) -> OfferRow | None:
    match f:
        case OfferEntered():
            return OfferRow(offer=f.offer, taken=row.taken if row is not None else ())
        case OfferClosed() if row is not None:
            return replace(row, offer=replace(row.offer, valid_to=f.valid_to))
        case need_facts.NeedMatched() if row is not None:
            return replace(row, taken=(*row.taken, f.need))
        case need_facts.NeedUnmatched() | need_facts.NeedServed() if row is not None:
            return replace(row, taken=tuple(n for n in row.taken if n != f.need))
    return row


OFFER: RowKind[OfferRow] = RowKind(
    "desk_offer",
    OfferRow,
    "desk_offer",
    _evolve,
    index=lambda r: Index("CLOSED" if r.offer.valid_to else "OPEN", "", r.offer.unit),
)


class GivenOffer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One offer as it is handed in."""

    code: Code
    title_zh: Annotated[str, Meta(min_length=2, max_length=60, pattern=r"\S")]
    title_en: Annotated[str, Meta(max_length=80)] = ""
    kind: OfferKind = "SERVICE"
    unit: UnitCode
    categories: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=20)]
    areas: Annotated[tuple[Annotated[str, Meta(max_length=15)], ...], Meta(max_length=60)] = ()
    lon: Annotated[float, Meta(ge=-180, le=180)] | None = None
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None
    capacity: Annotated[int, Meta(ge=1, le=10_000)]
    times: Annotated[tuple[NeedTime, ...], Meta(max_length=4)] = ()
    valid_to: Day | None = None


class EnterOffers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Offers to be entered or corrected, all or none."""

    rows: Annotated[tuple[GivenOffer, ...], Meta(min_length=1, max_length=MOST)]


class CloseOffer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It takes nothing more from the day after."""

    code: Code
    valid_to: Day


def _wrong(rows: Rows, n: int, g: GivenOffer, seen: set[str], ctx: Context) -> Iterable[FieldError]:
    def at(column: str, code: str) -> FieldError:
        return FieldError(f"rows.{n}.{column}", code)

    if g.code in seen:
        yield at("code", "twice")
    if any(c not in categories() for c in g.categories):
        yield at("categories", "unknown")
    if any(not within(a, ctx.scope) for a in g.areas):
        yield at("areas", "area_unknown")
    elif not all(ctx.actor.covers(a) for a in g.areas or (ctx.scope,)):
        yield at("areas", "not_yours")
    if (g.lon is None) != (g.lat is None):
        yield at("lat", "missing")
    if ctx.registry.all("unit") and ctx.registry.get("unit", g.unit) is None:
        yield at("unit", "unknown")
    known = rows.find(OFFER, g.code)
    if known is not None and g.capacity < len(known.taken):
        yield at("capacity", "below_taken")
    if known is not None and not all(ctx.actor.covers(a) for a in known.offer.areas or (ctx.scope,)):
        yield at("code", "not_yours")


def enter(rows: Rows, c: EnterOffers, ctx: Context) -> Decision:
    """Every row is looked at, and everything wrong told at once."""
    errors: list[FieldError] = []
    seen: set[str] = set()
    for n, g in enumerate(c.rows):
        errors += _wrong(rows, n, g, seen, ctx)
        seen.add(g.code)
    if errors:
        raise Unprocessable("offer.rows", event="enter", fields=tuple(errors))
    events: list[Emit] = []
    outcomes: list[Outcome] = []
    for g in c.rows:
        known = rows.find(OFFER, g.code)
        given = {name: getattr(g, name) for name in GivenOffer.__struct_fields__}
        offer = Offer(**{**given, "title_zh": g.title_zh.strip(), "title_en": g.title_en.strip()})
        if known is not None and known.offer == offer:
            outcomes.append("unchanged")
            continue
        outcomes.append("changed" if known else "new")
        events.append(Emit(OfferEntered(offer=offer, corrects=known is not None), (OFFER.key(g.code),)))
    return Decision(tuple(events), (), imported(outcomes))


def close(rows: Rows, c: CloseOffer, ctx: Context) -> Decision:
    """Its last day; it still serves what it has taken."""
    row = rows.need(OFFER, c.code)
    for area in row.offer.areas or (ctx.scope,):
        ctx.actor.require_area(area)
    if row.offer.valid_to is not None:
        raise Conflict("offer.closed_already", event="close", params={"offer": c.code})
    if c.valid_to < today(ctx):
        raise wrong("offer.last_day", "valid_to", "out_of_range", "close")
    return Decision((Emit(OfferClosed(code=c.code, valid_to=c.valid_to), (OFFER.key(c.code),)),), (), {"offer": c.code})


def _keys(c: EnterOffers, ctx: Context) -> Iterable[Key]:
    return [OFFER.key(g.code) for g in c.rows]


ENTER: Command[EnterOffers] = Command(
    "offer.enter", EnterOffers, _keys, enter, roles=ROLES, surfaces=(), order=320, max_bytes=2 * 1024 * 1024
)
COMMANDS: tuple[Command[Any], ...] = (
    ENTER,
    Command("offer.close", CloseOffer, lambda c, ctx: (OFFER.key(c.code),), close, roles=ROLES, surfaces=(), order=321),
)
