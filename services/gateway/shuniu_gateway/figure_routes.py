"""Figures over HTTP: counts, measures, rates, the overview."""

from datetime import date
from typing import Annotated, Literal

from litestar import Router, get
from litestar.di import Provide
from litestar.exceptions import ValidationException
from litestar.params import FromQuery, QueryParameter

from shuniu_gateway.asking import AnyRequest, Signed, Words, bad_query, checked_area, host_of
from shuniu_gateway.callers import caller_of
from shuniu_gateway.figure_shapes import Counts, MeasureRow, Measures, Overview, RateRow, Rates
from shuniu_gateway.figures import Figure, measure_figures, names_of, ratio, sum_up
from shuniu_gateway.matters import (
    CountBy,
    Filters,
    count_matters,
)
from shuniu_gateway.overview import overview
from shuniu_gateway.packing import packing
from shuniu_gateway.presence import Presence

__all__ = ("FIGURES_API",)


@get("/counts", operation_id="countMatters", summary="Matters by key")
async def get_counts(
    request: AnyRequest,
    caller: Signed,
    by: FromQuery[CountBy],
    kind: Words = "",
    area: Words = "",
    unit: Words = "",
    is_open: Annotated[bool | None, QueryParameter(name="open")] = None,
) -> Counts:
    host = host_of(request)
    now = host.clock.now()
    filters = Filters(kind=kind, area=checked_area(area), unit=unit, open=is_open)
    return Counts(rows=await count_matters(caller.actor, filters, now, by, scope=host.scope), as_of=now)


@get("/measures", operation_id="listMeasures", summary="Measures by area and business date")
async def get_measures(
    request: AnyRequest,
    caller: Signed,
    name: Words = "",
    area: Words = "",
    first: Annotated[date | None, QueryParameter(name="from")] = None,
    last: Annotated[date | None, QueryParameter(name="to")] = None,
    by: FromQuery[Literal["", "none", "area", "day", "area,day"]] = "",
) -> Measures:
    host = host_of(request)
    presence: Presence = host.extras["presence"]
    figures = await measure_figures(
        caller.actor,
        presence.measures,
        names=[n for n in name.split(",") if n],
        first=first,
        last=last,
        area=checked_area(area),
        by_area="area" in by,
        scope=host.scope,
        by_day="day" in by,
    )
    rows = tuple(MeasureRow(service=f.service, name=f.name, area=f.area, on=f.on, value=f.value) for f in figures)
    return Measures(rows=rows, as_of=host.clock.now())


@get("/rates", operation_id="listRates", summary="Declared rates; null where there was nothing to count")
async def get_rates(
    request: AnyRequest,
    caller: Signed,
    area: Words = "",
    first: Annotated[date | None, QueryParameter(name="from")] = None,
    last: Annotated[date | None, QueryParameter(name="to")] = None,
    by: FromQuery[Literal["none", "area", "day"]] = "none",
) -> Rates:
    host = host_of(request)
    presence: Presence = host.extras["presence"]
    rates = presence.rates
    figures = await measure_figures(
        caller.actor,
        presence.measures,
        names=names_of(rate for _, rate in rates) or [""],
        first=first,
        last=last,
        area=checked_area(area),
        by_area=by == "area",
        scope=host.scope,
        by_day=by == "day",
    )
    groups: dict[tuple[str | None, date | None], list[Figure]] = {(None, None): []} if by == "none" else {}
    for figure in figures:
        groups.setdefault((figure.area, figure.on), []).append(figure)
    rows = []
    for service, rate in rates:
        for (place, on), all_figures in groups.items():
            those = [f for f in all_figures if f.service == service]
            over, under = sum_up(those, rate.numerator), sum_up(those, rate.denominator)
            rows.append(
                RateRow(
                    service=service,
                    rate=rate.name,
                    area=place,
                    on=on,
                    numerator=over,
                    denominator=under,
                    value=ratio(over, under),
                )
            )
    return Rates(rows=tuple(rows), as_of=host.clock.now())


@get("/overview", operation_id="getOverview", summary="The first screen")
async def get_overview(request: AnyRequest, caller: Signed, area: Words = "") -> Overview:
    return await overview(host_of(request), caller.actor, checked_area(area))


FIGURES_API = Router(
    "/api/v1",
    route_handlers=[get_counts, get_measures, get_rates, get_overview],
    dependencies={"caller": Provide(caller_of)},
    opt={"auth": "own"},
    exception_handlers={ValidationException: bad_query},
    middleware=[packing],
    tags=["figures"],
)
