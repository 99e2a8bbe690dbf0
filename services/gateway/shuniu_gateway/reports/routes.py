"""Evaluation over HTTP: rates of a period and of the one compared with, rankings, a trend, the brief."""

from datetime import date
from typing import Annotated

from litestar import Response, Router, get
from litestar.di import Provide
from litestar.exceptions import ValidationException
from litestar.params import FromQuery, QueryParameter
from shuniu.chassis.audit import AuditEntry
from shuniu.chassis.sheet_stream import MEDIA_TYPES
from shuniu.rules.calendar import local

from shuniu_gateway.asking import AnyRequest, Signed, Words, bad_query, checked_area, host_of
from shuniu_gateway.board.export import Lang
from shuniu_gateway.board.routes import download_headers
from shuniu_gateway.callers import Caller, caller_of
from shuniu_gateway.packing import packing
from shuniu_gateway.reports.brief import BriefPeriod, brief_of, brief_pdf, brief_sheet, days_of, period_of
from shuniu_gateway.reports.evaluation import Asked, checked_period, rank, rate_lines, trend
from shuniu_gateway.reports.shapes import Period, Ranking, RateReport, Trend

__all__ = ("REPORTS_API",)

First = Annotated[date, QueryParameter(name="from")]
Last = Annotated[date, QueryParameter(name="to")]
BaseFirst = Annotated[date | None, QueryParameter(name="base_from")]
BaseLast = Annotated[date | None, QueryParameter(name="base_to")]
BriefForm = Annotated[str, QueryParameter(name="format", pattern="^(pdf|xlsx)$")]


def _asked(
    request: AnyRequest,
    caller: Caller,
    area: str,
    first: date,
    last: date,
    base_first: date | None,
    base_last: date | None,
) -> Asked:
    checked_period(first, last)
    base = None
    if base_first is not None and base_last is not None:
        checked_period(base_first, base_last, "base_from")
        base = Period(first=base_first, last=base_last)
    return Asked(host_of(request), caller.actor, Period(first=first, last=last), base, checked_area(area))


@get("/reports/rates", operation_id="reportRates", summary="Every declared rate of a period")
async def get_rates(
    request: AnyRequest,
    caller: Signed,
    first: First,
    last: Last,
    base_first: BaseFirst = None,
    base_last: BaseLast = None,
    area: Words = "",
) -> RateReport:
    asked = _asked(request, caller, area, first, last, base_first, base_last)
    rows = await rate_lines(asked)
    return RateReport(period=asked.period, base=asked.base, rows=rows, as_of=asked.host.clock.now())


@get("/reports/ranking", operation_id="reportRanking", summary="One rate by areas of a level or by a dimension")
async def get_ranking(
    request: AnyRequest,
    caller: Signed,
    service: FromQuery[str],
    rate: FromQuery[str],
    by: FromQuery[str],
    first: First,
    last: Last,
    base_first: BaseFirst = None,
    base_last: BaseLast = None,
    area: Words = "",
) -> Ranking:
    asked = _asked(request, caller, area, first, last, base_first, base_last)
    whole, rows = await rank(asked, service, rate, by)
    return Ranking(service=service, rate=rate, by=by, whole=whole, rows=rows, as_of=asked.host.clock.now())


@get("/reports/trend", operation_id="reportTrend", summary="One rate day by day")
async def get_trend(
    request: AnyRequest,
    caller: Signed,
    service: FromQuery[str],
    rate: FromQuery[str],
    first: First,
    last: Last,
    area: Words = "",
) -> Trend:
    asked = _asked(request, caller, area, first, last, None, None)
    return Trend(service=service, rate=rate, days=await trend(asked, service, rate))


@get("/reports/brief", operation_id="reportBrief", summary="The brief of a day, week or month as PDF or spreadsheet")
async def get_brief(
    request: AnyRequest,
    caller: Signed,
    period: FromQuery[BriefPeriod] = "day",
    on: FromQuery[date | None] = None,
    first: Annotated[date | None, QueryParameter(name="from")] = None,
    last: Annotated[date | None, QueryParameter(name="to")] = None,
    base_first: BaseFirst = None,
    base_last: BaseLast = None,
    compare: FromQuery[bool] = True,
    form: BriefForm = "pdf",
    lang: FromQuery[Lang] = "zh",
    area: Words = "",
) -> Response[bytes]:
    """``on`` is a date within the period, today where it is not given; ``from`` and ``to`` are those of ``custom``.

    It is compared with the period before, with ``base_from`` to ``base_to`` where they are given, or with nothing
    (``compare=false``). Audited.
    """
    host = host_of(request)
    now = host.clock.now()
    today = local(now).date()
    if period == "custom":
        span, before = days_of(first or today, last or today)
    else:
        span, before = period_of(period, on or today)
    given = _asked(request, caller, area, span.first, span.last, base_first, base_last)
    asked = given if not compare or given.base is not None else given._replace(base=before)
    if not compare:
        asked = asked._replace(base=None)
    brief = await brief_of(asked, period, lang)
    made = await brief_pdf(brief, lang) if form == "pdf" else await brief_sheet(brief)
    detail: dict[str, str | int] = {"period": period, "from": str(span.first), "format": form}
    entry = AuditEntry(at=now, actor=caller.actor.id, command="gateway.report_brief", allowed=True, detail=detail)
    host.audit.record(entry)
    media_type = "application/pdf" if form == "pdf" else MEDIA_TYPES["xlsx"]
    name = f"{brief.title}-{span.first}.{form}".replace(" ", "-")
    return Response(made, media_type=media_type, headers=download_headers(name, len(made)))


REPORTS_API = Router(
    "/api/v1",
    route_handlers=[get_rates, get_ranking, get_trend, get_brief],
    dependencies={"caller": Provide(caller_of)},
    opt={"auth": "own"},
    exception_handlers={ValidationException: bad_query},
    middleware=[packing],
    tags=["figures"],
)
