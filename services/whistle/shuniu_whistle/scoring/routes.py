"""Scores of units and communities over a period (domain rules 11.3): the formula, and both numbers of every rate."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from shuniu.chassis.context import Context
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.contracts.panels import Column, TablePanel
from shuniu.contracts.text import Text
from shuniu.rules.calendar import local
from shuniu.rules.refusal import NotFound

from shuniu_whistle.order_settings import order_settings
from shuniu_whistle.orders.figures import group_of, sums_of
from shuniu_whistle.orders.queries import orders_between
from shuniu_whistle.orders.routes import period
from shuniu_whistle.orders.state import Order
from shuniu_whistle.scoring.engine import Indicator, ScoringProfile, score_all
from shuniu_whistle.scoring.profiles import scoring_profiles
from shuniu_whistle.texts import words_of

__all__ = ("HANDLERS", "formula", "scores")

AnyRequest = Request[Any, Any, Any]
TEXTS = words_of("scoring")


def _filled(key: str, **params: object) -> Text:
    zh, en = TEXTS[key].zh, TEXTS[key].en
    for name, value in params.items():
        zh, en = zh.replace("{" + name + "}", str(value)), en.replace("{" + name + "}", str(value))
    return Text(zh, en)


def formula(indicator: Indicator) -> Text:
    """How an indicator turns a rate x into points, in words."""
    if indicator.full is None:
        return _filled("score_formula.zero_only", zero=indicator.zero_to)
    parts = {name: getattr(indicator, name) for name in ("full", "slope", "target", "floor", "cap")}
    linear = _filled("score_formula.linear", **parts)
    if indicator.zero_to is None:
        return linear
    zero = _filled("score_formula.zero", zero=indicator.zero_to)
    return Text(f"{linear.zh}；{zero.zh}", f"{linear.en}; {zero.en}")


def _columns(profile: ScoringProfile, by: str) -> tuple[Column, ...]:
    first = Column(id=by, title=TEXTS[f"column.score_{by}"], kind="unit" if by == "unit" else "area")
    columns = [first]
    for i in profile.indicators:
        title = TEXTS[f"indicator.{i.id}"] if f"indicator.{i.id}" in TEXTS else Text(i.id, i.id)
        columns += [
            Column(id=i.id, title=title, kind="percent"),
            Column(id=f"{i.id}_cases", title=TEXTS["column.score_cases"], kind="text"),
            Column(id=f"{i.id}_points", title=TEXTS["column.points"], kind="number", note=formula(i)),
        ]
    total = Column(id="total", title=TEXTS["column.total"], kind="number", note=TEXTS["note.total"])
    return (*columns, total, Column(id="out_of", title=TEXTS["column.out_of"], kind="number"))


def scores(
    orders: Iterable[Order],
    profile: ScoringProfile,
    by: Literal["unit", "community"],
    first: date,
    last: date,
    ctx: Context,
) -> TablePanel:
    """The table, best first. A total adds up what is known; ``out_of`` is the full mark of exactly that."""
    sums: defaultdict[str, defaultdict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for o in orders:
        group = group_of(o, by)
        for name, value in sums_of(o, first, last).items() if group else ():
            for origin in ("", o.origin):
                known = sums[group][origin]
                known[name] = known.get(name, 0) + value
    full = {i.id: i.full for i in profile.indicators}
    rows: list[dict[str, Any]] = []
    for group in sorted(sums):
        row: dict[str, Any] = {by: group}
        total, out_of, scored = Decimal(0), Decimal(0), False
        for s in score_all(profile, sums[group]):
            row[s.indicator] = float(s.rate / 100) if s.rate is not None else None
            row[f"{s.indicator}_cases"] = f"{s.above}/{s.below}"
            row[f"{s.indicator}_points"] = float(s.points) if s.points is not None else None
            mark = full[s.indicator]
            if s.points is not None and mark is not None:
                total, out_of, scored = total + s.points, out_of + mark, True
        row["total"] = float(total) if scored else None
        row["out_of"] = float(out_of) if scored else None
        rows.append(row)
    rows.sort(key=lambda r: (r["total"] is None, -(r["total"] or 0) / (r["out_of"] or 1), r[by]))
    word = "note.reconstructed" if profile.reconstructed else "note.scores"
    note = _filled(word, **{"from": first.isoformat(), "to": last.isoformat()})
    return TablePanel(columns=_columns(profile, by), rows=tuple(rows), as_of=ctx.now, note=note)


@get("/scores", summary="Scores of units or communities by a scoring table")
async def get_scores(
    request: AnyRequest,
    profile: Annotated[str, QueryParameter(max_length=40)] = "",
    by: Annotated[Literal["unit", "community"], QueryParameter()] = "unit",
    start: Annotated[date | None, QueryParameter(name="from")] = None,
    end: Annotated[date | None, QueryParameter(name="to")] = None,
) -> TablePanel:
    host = host_of(request)
    actor = actor_of(request)
    ctx = host.context(actor)
    settings = order_settings(ctx)
    found = scoring_profiles(settings.scoring_file).get(profile or settings.scoring_profile)
    if found is None:
        raise NotFound("scoring.unknown", params={"profile": profile})
    first, last = period(start, end, local(ctx.now).date())
    return scores(await orders_between(actor, first, last), found, by, first, last, ctx)


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_scores,)
