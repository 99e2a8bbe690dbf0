"""Reading the household register. Every query is Piccolo's; figures are suppressed where few stand behind them."""

from datetime import date
from typing import Annotated, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, QueryParameter
from shuniu.chassis.audit import AuditEntry
from shuniu.chassis.context import Actor
from shuniu.chassis.http.access import actor_of, audited_refusal, host_of
from shuniu.chassis.tables import Condition, any_of, in_areas
from shuniu.contracts.panels import Column, TablePanel
from shuniu.rules.calendar import end_of_day
from shuniu.rules.refusal import Refusal

from shuniu_grid.areas.routes import Digits
from shuniu_grid.residents.processing import CATEGORIES
from shuniu_grid.residents.reading import (
    READERS,
    HouseholdCopy,
    HouseholdView,
    find_household,
    read_copy,
    read_masked,
)
from shuniu_grid.residents.sealed import open_households
from shuniu_grid.residents.state import Household
from shuniu_grid.residents.tables import HouseholdTable
from shuniu_grid.residents.texts import TEXTS
from shuniu_grid.settings import business_day, settings_of

__all__ = ("HANDLERS", "households_of", "suppressed")

AnyRequest = Request[Any, Any, Any]
ReasonGiven = Annotated[str, QueryParameter(max_length=200, description="Reason for personal data in clear")]


class HouseholdLine(msgspec.Struct, frozen=True, kw_only=True):
    """A household in a list: nothing of who lives there."""

    number: str
    area: str
    review_on: date
    held: bool
    consent: str


class Households(msgspec.Struct, frozen=True, kw_only=True):
    """A page of households in the order of their numbers."""

    total: int
    items: tuple[HouseholdLine, ...]


def _within(actor: Actor) -> Condition | None:
    return any_of(in_areas(HouseholdTable, actor)) if actor.has_role(*READERS) and actor.clearance >= 2 else None


async def households_of(actor: Actor, area: str = "") -> list[Household]:
    """The households an actor may know of; none for other roles than the register's readers."""
    mine = _within(actor)
    if mine is None:
        return []
    found = await HouseholdTable.select(HouseholdTable.doc).where(mine, HouseholdTable.area.like(f"{area}%"))
    return [msgspec.json.decode(r["doc"], type=Household) for r in found]


def suppressed(count: int, least: int) -> int | None:
    """A count for a table: nothing below ``least``, so that no cell is a person (k-anonymity, domain rules 7.1)."""
    return count if count >= least else None


@get("/households", summary="Households of the caller's areas: numbers and review dates, nothing of who lives there")
async def get_households(
    request: AnyRequest,
    area: Digits = "",
    review_by: FromQuery[date | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=500)] = 50,
    offset: Annotated[int, QueryParameter(ge=0)] = 0,
) -> Households:
    mine = _within(actor_of(request))
    if mine is None:
        return Households(total=0, items=())
    wanted: list[Any] = [mine, HouseholdTable.area.like(f"{area}%")]
    if review_by is not None:
        wanted.append(HouseholdTable.due_at < end_of_day(review_by))
    total = await HouseholdTable.count().where(*wanted)
    query = HouseholdTable.select(HouseholdTable.doc).where(*wanted).order_by(HouseholdTable.key)
    rows = [msgspec.json.decode(r["doc"], type=Household) for r in await query.limit(limit).offset(offset)]
    items = (
        HouseholdLine(number=r.number, area=r.area, review_on=r.review_on, held=bool(r.hold), consent=r.consent)
        for r in rows
    )
    return Households(total=total, items=tuple(items))


@get("/households/{number:str}", summary="A household, everything personal masked or withheld")
async def get_household(request: AnyRequest, number: FromPath[str]) -> HouseholdView:
    host, actor = host_of(request), actor_of(request)
    try:
        row = await find_household(host, number, actor)
    except Refusal as refusal:
        audited_refusal(host, "grid.see_household", refusal, actor, number[:20])
        raise
    view = await read_masked(host, row)
    entry = AuditEntry(
        at=host.clock.now(), actor=actor.id, command="grid.see_household", allowed=True, matter=row.number
    )
    host.audit.record(entry)
    return view


@get("/households/{number:str}/copy", summary="What is kept of a household in clear, with why and how long; audited")
async def get_copy(request: AnyRequest, number: FromPath[str], reason: ReasonGiven = "") -> HouseholdCopy:
    return await read_copy(host_of(request), number, reason, actor_of(request))


@get("/panels/households", summary="How many households each community keeps, by category where enough stand behind it")
async def get_figures(request: AnyRequest, area: Digits = "") -> TablePanel:
    host, actor = host_of(request), actor_of(request)
    least = settings_of(host).household_cell_least
    today = business_day(host.clock.now())
    by_community: dict[str, dict[str, int]] = {}
    rows = await households_of(actor, area)
    kept = await open_households(host, rows)
    for row in rows:
        sums = by_community.setdefault(row.area[:12], dict.fromkeys(("households", "review", *CATEGORIES), 0))
        sums["households"] += 1
        sums["review"] += (row.review_on - today).days <= 30
        for category in kept[row.number].categories:
            sums[category] += 1
    columns = (
        Column(id="area", title=TEXTS["household_column.community"], kind="area"),
        Column(id="households", title=TEXTS["household_column.households"], kind="number"),
        Column(id="review", title=TEXTS["household_column.review_soon"], kind="number"),
        *(Column(id=c, title=TEXTS[f"enum.categories.{c}"], kind="number") for c in CATEGORIES),
    )
    table = tuple(
        {
            "area": community,
            "households": sums["households"],
            "review": sums["review"],
            **{c: suppressed(sums[c], least) for c in CATEGORIES},
        }
        for community, sums in sorted(by_community.items())
    )
    return TablePanel(columns=columns, rows=table, as_of=host.clock.now(), note=TEXTS["note.suppressed"])


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_households, get_household, get_copy, get_figures)
