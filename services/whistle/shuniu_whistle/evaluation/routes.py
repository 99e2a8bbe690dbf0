"""Scores as tables: units, calling sides, chains. Every figure shows what it was counted from."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from piccolo.columns.combination import WhereRaw
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.contracts.panels import Column, TablePanel
from shuniu.contracts.text import Text
from shuniu.rules.calendar import local, midnight
from shuniu.rules.clocks import find_clock

from shuniu_whistle.evaluation.scores import CalloutFigures, rounded, score_of
from shuniu_whistle.evaluation.texts import TEXTS
from shuniu_whistle.whistles.routes import seen_by
from shuniu_whistle.whistles.state import Callout, Whistle
from shuniu_whistle.whistles.tables import WhistleTable

__all__ = ("HANDLERS", "figures_of")

AnyRequest = Request[Any, Any, Any]
Start = Annotated[date | None, QueryParameter(name="from")]
End = Annotated[date | None, QueryParameter(name="to")]
_DAYS = 90
_RATED = ("EVALUATED", "CLOSED", "RE_BLOWN")
_LIMITS = ("sign", "contact", "report", "finish")


def figures_of(w: Whistle, c: Callout) -> CalloutFigures:
    """What a callout says of its unit: a limit counts once it was met or passed (domain rules 11.4)."""
    decided: dict[str, bool] = {}
    for name in _LIMITS:
        clock = find_clock(w.clocks, name, c.id)
        if clock is not None and (clock.state == "met" or clock.late):
            decided[name] = not clock.late
    rating = (c.rating.response, c.rating.attitude, c.rating.result) if c.rating else None
    return CalloutFigures(w.kind, rating, decided)


async def _ended(request: AnyRequest, statuses: Iterable[str], start: date | None, end: date | None) -> list[Whistle]:
    """Whistles the caller may see that were resolved between two business dates (default: the last 90 days)."""
    seen = seen_by(actor_of(request))
    if seen is None:
        return []
    last = end or local(host_of(request).clock.now()).date()
    first = start or last - timedelta(days=_DAYS)
    records = (
        await WhistleTable.select(WhistleTable.doc)
        .where(seen)
        .where(WhistleTable.status.is_in(list(statuses)))
        .where(WhereRaw("(doc->>'resolved_at')::timestamptz >= {}", midnight(first)))
        .where(WhereRaw("(doc->>'resolved_at')::timestamptz < {}", midnight(last + timedelta(days=1))))
    )
    return [msgspec.json.decode(r["doc"], type=Whistle) for r in records]


def _column(name: str, kind: Any, note: Text | None = None) -> Column:
    return Column(id=name, title=TEXTS[f"column.{name}"], kind=kind, note=note)


@get("/evaluation/units", summary="Scores of the units called")
async def get_units(request: AnyRequest, start: Start = None, end: End = None) -> TablePanel:
    host = host_of(request)
    given = host.extras["whistle.weights"]
    by_unit: defaultdict[str, list[CalloutFigures]] = defaultdict(list)
    for w in await _ended(request, _RATED, start, end):
        for c in w.callouts:
            if c.status != "WITHDRAWN":
                by_unit[c.unit].append(figures_of(w, c))
    rows: list[dict[str, Any]] = []
    for unit, figures in by_unit.items():
        score = score_of(figures, given)
        share = score.value * given.share if score.value is not None else None
        row = {"unit": unit, "callouts": len(figures), "score": score.as_shown, "appraisal": rounded(share, 2)}
        for part, value in score.parts.items():
            row[part] = rounded(value, 4)
            row[f"{part}_cases"] = "{}/{}".format(*score.cases[part])
        rows.append(row)
    rows.sort(key=lambda r: (r["score"] is None, -(r["score"] or 0), r["unit"]))
    formula = TEXTS["note.score"]
    said = {part: str(weight) for part, weight in given.parts.items()} | {"hard": str(given.kinds["HARD"])}
    note = Text(formula.zh.format_map(said), formula.en.format_map(said))
    columns = [
        _column("unit", "unit"),
        _column("callouts", "number"),
        _column("score", "number", note),
        _column("appraisal", "number", TEXTS["note.appraisal"]),
    ]
    for part in given.parts:
        columns += [_column(part, "percent"), _column(f"{part}_cases", "text")]
    return TablePanel(columns=tuple(columns), rows=tuple(rows), as_of=host.clock.now(), note=note)


@get("/evaluation/calling", summary="Double assessment of the calling streets")
async def get_calling(request: AnyRequest, start: Start = None, end: End = None) -> TablePanel:
    """By calling unit: whistles ended, assessed by the district, judged not worth a whistle."""
    by_unit: defaultdict[str, list[Whistle]] = defaultdict(list)
    for w in await _ended(request, _RATED, start, end):
        if w.direction != "DOWN":
            by_unit[w.caller_unit].append(w)
    rows = []
    for unit, mine in sorted(by_unit.items()):
        verdicts = [w.calling for w in mine if w.calling]
        unworthy = sum(v != "WORTHY" for v in verdicts)
        share = unworthy / len(verdicts) if verdicts else None
        rows.append({"unit": unit, "ended": len(mine), "assessed": len(verdicts), "unworthy": unworthy, "share": share})
    columns = (
        _column("unit", "unit"),
        _column("ended", "number"),
        _column("assessed", "number"),
        _column("unworthy", "number"),
        _column("share", "percent", TEXTS["note.share"]),
    )
    return TablePanel(columns=columns, rows=tuple(rows), as_of=host_of(request).clock.now())


@get("/evaluation/chains", summary="How long chains of whistles were")
async def get_chains(request: AnyRequest, start: Start = None, end: End = None) -> TablePanel:
    """By item: chains that ended with a closed whistle, their mean length, the longest (平均链长)."""
    lengths: defaultdict[str, list[int]] = defaultdict(list)
    for w in await _ended(request, ("CLOSED",), start, end):
        lengths[w.item].append(w.chain)
    words = host_of(request).texts
    rows = []
    for item, found in sorted(lengths.items(), key=lambda i: (-sum(i[1]) / len(i[1]), i[0])):
        title = words.get(f"category.{item}", item)
        mean = round(sum(found) / len(found), 2)
        rows.append({"item": title, "chains": len(found), "mean_length": mean, "longest": max(found)})
    columns = (
        _column("item", "text"),
        _column("chains", "number"),
        _column("mean_length", "number", TEXTS["note.mean_length"]),
        _column("longest", "number"),
    )
    return TablePanel(columns=columns, rows=tuple(rows), as_of=host_of(request).clock.now())


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_units, get_calling, get_chains)
