"""Tables of the service's own: the problem bank, levels, rates and scores, as panels (contracts/panels)."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from shuniu.chassis.context import Actor
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.contracts.panels import CellKind, Column, MatterPointer, TablePanel
from shuniu.contracts.text import Text
from shuniu.rules.refusal import FieldError, Unprocessable

from shuniu_grid.events.lifecycle import EVENT
from shuniu_grid.events.measures import RATES
from shuniu_grid.events.scores import (
    JINHUA,
    JINNIU,
    added,
    jinhua_points,
    jinhua_rate,
    rate,
    ratio,
    score,
    shown,
)
from shuniu_grid.events.seeing import seen_by
from shuniu_grid.events.state import GridEvent
from shuniu_grid.events.tables import GridEventTable
from shuniu_grid.events.words import WORDS
from shuniu_grid.settings import business_day

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("HANDLERS",)

AnyRequest = Request[Any, Any, Any]
LEVELS = ("grid", "community", "street", "district")
LONGEST = 366
"""Days of the longest window of a table."""


def _window(host: "Host", since: date | None, until: date | None) -> tuple[date, date]:
    """The days asked for (both included): the month so far by default. Unprocessable ``grid.window``."""
    last = until or business_day(host.clock.now())
    first = since or last.replace(day=1)
    if not first <= last <= first + timedelta(days=LONGEST):
        raise Unprocessable("grid.window", fields=(FieldError("since", "out_of_range"),), params={"most": LONGEST})
    return first, last


def _column(id_: str, kind: CellKind = "text", note: Text | None = None) -> Column:
    return Column(id=id_, title=WORDS[f"event_column.{id_}"], kind=kind, note=note)


def _dated(first: date, last: date, note: Text | None = None) -> Text:
    span = Text(f"{first:%Y-%m-%d} 至 {last:%Y-%m-%d}", f"{first:%Y-%m-%d} to {last:%Y-%m-%d}")
    return span if note is None else Text(f"{span.zh}；{note.zh}", f"{span.en}; {note.en}")


async def _figures(actor: Actor, first: date, last: date) -> list[tuple[str, str, str, int]]:
    """(community, measure, level, sum) of everything the actor may see, counted on the days from first to last."""
    seen = seen_by(actor)
    if seen is None:
        return []
    rows = await GridEventTable.raw(
        "select substr(area, 1, 12) as community, c->>0 as name, c->>4 as level, sum((c->>2)::int)::int as n"
        " from grid_event, jsonb_array_elements(doc->'counted') as c"
        " where {} and c->>1 between {} and {} group by 1, 2, 3 order by 1, 2, 3",
        seen.querystring,
        first.isoformat(),
        last.isoformat(),
    )
    return [(r["community"], r["name"], r["level"], r["n"]) for r in rows]


def _by_community(found: Sequence[tuple[str, str, str, int]]) -> dict[str, dict[str, int]]:
    sums: dict[str, dict[str, int]] = {}
    for community, name, _, n in found:
        sums.setdefault(community, {})[name] = sums.get(community, {}).get(name, 0) + n
    return sums


def _with_total(sums: dict[str, dict[str, int]]) -> list[tuple[str, dict[str, int]]]:
    """Communities in code order, and all of them together last."""
    return [*sorted(sums.items()), *([("", added(sums.values()))] if sums else [])]


def _place(community: str) -> dict[str, Any]:
    return {"area": community} if community else {"area": None, "total": WORDS["event_column.total"]}


@get("/panels/event-rates", summary="The rates of domain rules 11.2 and 11.5 by community, with their figures")
async def get_rates(
    request: AnyRequest, since: FromQuery[date | None] = None, until: FromQuery[date | None] = None
) -> TablePanel:
    host, actor = host_of(request), actor_of(request)
    first, last = _window(host, since, until)
    sums = _by_community(await _figures(actor, first, last))
    columns = [_column("area", "area")]
    for name, rule in RATES.items():
        over = " + ".join(WORDS[f"measure.{n}"].zh for n in rule.numerator)
        under = " + ".join(WORDS[f"measure.{n}"].zh for n in rule.denominator)
        cohort = WORDS[f"cohort.{rule.cohort}"]
        over_en = " + ".join(WORDS[f"measure.{n}"].en for n in rule.numerator)
        under_en = " + ".join(WORDS[f"measure.{n}"].en for n in rule.denominator)
        note = Text(f"({over}) ÷ ({under})，{cohort.zh}", f"({over_en}) ÷ ({under_en}), {cohort.en}")
        columns.append(Column(id=name, title=WORDS[f"rate.{name}"], kind="percent", note=note))
    rows = tuple(
        {**_place(community), **{name: shown(rate(name, figures), 4) for name in RATES}}
        for community, figures in _with_total(sums)
    )
    return TablePanel(columns=tuple(columns), rows=rows, as_of=host.clock.now(), note=_dated(first, last))


@get("/panels/score-jinniu", summary="The score as Jinniu district published it, by community")
async def get_jinniu(
    request: AnyRequest, since: FromQuery[date | None] = None, until: FromQuery[date | None] = None
) -> TablePanel:
    host, actor = host_of(request), actor_of(request)
    first, last = _window(host, since, until)
    columns = [_column("area", "area"), _column("score", "number", JINNIU.text)]
    columns += [Column(id=p.rate, title=WORDS[f"rate.{p.rate}"], kind="percent") for p in JINNIU.parts]
    rows = tuple(
        {
            **_place(community),
            "score": shown(score(JINNIU, figures), 2),
            **{p.rate: shown(rate(p.rate, figures), 4) for p in JINNIU.parts},
        }
        for community, figures in _with_total(_by_community(await _figures(actor, first, last)))
    )
    note = _dated(first, last, JINNIU.text)
    return TablePanel(columns=tuple(columns), rows=rows, as_of=host.clock.now(), note=note)


@get("/panels/score-jinhua", summary="Closing in time as Jinhua counts it: postponed events leave the denominator")
async def get_jinhua(
    request: AnyRequest, since: FromQuery[date | None] = None, until: FromQuery[date | None] = None
) -> TablePanel:
    host, actor = host_of(request), actor_of(request)
    first, last = _window(host, since, until)
    columns = (
        _column("area", "area"),
        _column("points", "number", JINHUA),
        _column("in_time", "percent"),
        _column("closed_due_in_time", "number"),
        _column("to_close", "number"),
        _column("postponed", "number"),
    )
    rows = tuple(
        {
            **_place(community),
            "points": shown(jinhua_points(figures), 2),
            "in_time": shown(jinhua_rate(figures), 4),
            **{id_: figures.get(f"grid.{id_}", 0) for id_ in ("closed_due_in_time", "to_close", "postponed")},
        }
        for community, figures in _with_total(_by_community(await _figures(actor, first, last)))
    )
    return TablePanel(columns=columns, rows=rows, as_of=host.clock.now(), note=_dated(first, last, JINHUA))


@get("/panels/solved-levels", summary="At which level events were solved, by community (难在网中解)")
async def get_levels(
    request: AnyRequest, since: FromQuery[date | None] = None, until: FromQuery[date | None] = None
) -> TablePanel:
    host, actor = host_of(request), actor_of(request)
    first, last = _window(host, since, until)
    sums: dict[str, dict[str, int]] = {}
    for community, name, level, n in await _figures(actor, first, last):
        if name == "grid.solved":
            sums.setdefault(community, {})[level] = sums.get(community, {}).get(level, 0) + n
    columns = (
        _column("area", "area"),
        *(Column(id=level, title=WORDS[f"enum.level.{level}"], kind="number") for level in LEVELS),
        _column("in_grid", "percent"),
    )
    rows = tuple(
        {
            **_place(community),
            **{level: by.get(level, 0) for level in LEVELS},
            "in_grid": shown(ratio(by.get("grid", 0) + by.get("community", 0), sum(by.values())), 4),
        }
        for community, by in _with_total(sums)
    )
    return TablePanel(columns=columns, rows=rows, as_of=host.clock.now(), note=_dated(first, last))


@get("/panels/problem-bank", summary="The problem bank (问题库): what hangs, why, and when it is looked at again")
async def get_problem_bank(request: AnyRequest) -> TablePanel:
    host, actor = host_of(request), actor_of(request)
    seen = seen_by(actor)
    rows: list[GridEvent] = []
    if seen is not None and actor.clearance >= 2:
        found = (
            await GridEventTable.select(GridEventTable.doc)
            .where(seen, GridEventTable.status == "HUNG")
            .order_by(GridEventTable.due_at)
        )
        rows = [msgspec.json.decode(r["doc"], type=GridEvent) for r in found]
    today = business_day(host.clock.now())
    columns = (
        _column("event", "matter"),
        _column("category"),
        _column("area", "area"),
        _column("unit", "unit"),
        _column("reason"),
        _column("revive_when"),
        _column("hung_on", "date"),
        _column("hangs", "number"),
        _column("review_on", "date"),
        _column("overdue_days", "number"),
    )
    return TablePanel(columns=columns, rows=tuple(_problem(r, today) for r in rows), as_of=host.clock.now())


def _problem(row: GridEvent, today: date) -> dict[str, Any]:
    late = (today - row.review_on).days if row.review_on is not None else 0
    return {
        "event": MatterPointer(kind=EVENT.kind, id=row.id, number=row.number),
        "category": WORDS[f"category.{row.category}"],
        "area": row.area,
        "unit": row.unit,
        "reason": WORDS[f"enum.reason.{row.hang_reason}"] if row.hang_reason else None,
        "revive_when": WORDS[f"enum.revive_when.{row.revive_when}"] if row.revive_when else None,
        "hung_on": business_day(row.hung_at) if row.hung_at is not None else None,
        "hangs": row.hangs,
        "review_on": row.review_on,
        "overdue_days": late if late > 0 else None,
    }


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_rates, get_jinniu, get_jinhua, get_levels, get_problem_bank)
