"""The first screen in one answer: tiles, counts by area, what is late, what just happened, panels of the manifests."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from piccolo.querystring import QueryString
from shuniu.chassis.context import Actor
from shuniu.contracts.manifest import Manifest, Measure, Panel, Rate
from shuniu.contracts.text import Text
from shuniu.rules.calendar import local

from shuniu_gateway.areas import level_of, visible_areas
from shuniu_gateway.due import light_sql
from shuniu_gateway.figure_shapes import (
    AreaCount,
    AreaValue,
    CategoryCount,
    Count,
    DayValue,
    HoursPanel,
    Kpi,
    Overview,
    StatusCount,
    StepsPanel,
    ValuesPanel,
)
from shuniu_gateway.figures import Figure, measure_figures, names_of, ratio, sum_up
from shuniu_gateway.matters import Filters, all_of, count_matters, recent_steps, urgent_matters
from shuniu_gateway.tables import MatterTable
from shuniu_gateway.visibility import readable

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

    from shuniu_gateway.hub import Hub
    from shuniu_gateway.presence import Presence

__all__ = ("kpi_of", "overview")

DAYS = 14
WINDOW = 30
"""Days of a rate's tile. A day's own cohort has hardly been handled by its evening, nor has that of a month's first
days: over a rolling month the rate is as declared, every case it is of counted, and does not fall at midnight."""
_PER = {100: Text("%", "%"), 1000: Text("‰", "‰")}
"""How a rate is read, by ``Rate.per``; 1 is a mean and has no sign."""
LATE = 20
RECENT = 30


class _Panel(NamedTuple):
    service: str
    panel: Panel


def _panels(manifests: Mapping[str, Manifest], kind: str) -> list[_Panel]:
    found = [_Panel(s, p) for s, m in manifests.items() for p in m.panels if p.kind == kind]
    return sorted(found, key=lambda each: (each.panel.order, each.service, each.panel.id))


class _Ask(NamedTuple):
    """One question for the first screen."""

    host: "Host"
    actor: Actor
    area: str
    now: datetime
    today: date

    def where(self, *more: QueryString) -> QueryString:
        """What of ``matter_view`` belongs to it."""
        return all_of([readable(self.actor), *Filters(area=self.area).conditions(self.now), *more])


async def overview(host: "Host", actor: Actor, area: str = "") -> Overview:
    """The overview of an area, or of everything the actor may see."""
    hub: Hub = host.extras["hub"]
    presence: Presence = host.extras["presence"]
    feed = await hub.current()
    now = host.clock.now()
    ask = _Ask(host, actor, area, now, local(now).date())
    manifests = presence.manifests
    kinds = await count_matters(actor, Filters(area=area), now, "kind")
    stages, classes = _panels(manifests, "stages"), _panels(manifests, "classes")
    return Overview(
        as_of=now,
        feed=feed,
        area=area,
        totals=_total(kinds),
        kinds=kinds,
        kpis=await _kpis(ask, presence),
        areas=await _area_counts(ask),
        late=await urgent_matters(actor, area, now, LATE),
        recent=tuple(step for _, step in await recent_steps(actor, RECENT, area)),
        stages=await _stages(ask, stages) if stages else (),
        classes=await _classes(ask, classes) if classes else (),
        hours=await _hours(ask, _panels(manifests, "hours")),
        maps=await _values(ask, presence, _panels(manifests, "map")),
        rankings=await _values(ask, presence, _panels(manifests, "ranking")),
    )


def _total(kinds: Iterable[Count]) -> Count:
    rows = list(kinds)
    return Count(
        service="",
        kind="",
        key="",
        open=sum(r.open for r in rows),
        soon=sum(r.soon for r in rows),
        late=sum(r.late for r in rows),
        total=sum(r.total for r in rows),
    )


# --- tiles ------------------------------------------------------------------------------------------------------------


async def _kpis(ask: _Ask, presence: "Presence") -> tuple[Kpi, ...]:
    panels = _panels(presence.manifests, "kpi")
    if not panels:
        return ()
    measures, rates = presence.measures, {rate.name: rate for _, rate in presence.rates}
    names = {p.panel.measure for p in panels if p.panel.measure}
    names |= names_of(rates[p.panel.rate] for p in panels if p.panel.rate in rates)
    first = ask.today - timedelta(days=DAYS + WINDOW - 2)
    figures = await measure_figures(
        ask.actor, measures, names=names, first=first, last=ask.today, area=ask.area, by_day=True
    )
    found = (kpi_of(p.service, p.panel, measures, rates, figures, ask.today) for p in panels)
    return tuple(kpi for kpi in found if kpi is not None)


def kpi_of(
    service: str,
    panel: Panel,
    measures: Mapping[str, Measure],
    rates: Mapping[str, Rate],
    figures: Iterable[Figure],
    today: date,
) -> Kpi | None:
    """The tile of a panel, from daily figures of the last six weeks. Pure.

    None where the panel names what no manifest declares.
    """
    by_day: defaultdict[date, list[Figure]] = defaultdict(list)
    for figure in figures:
        if figure.service == service and figure.on is not None:
            by_day[figure.on].append(figure)
    days = [today - timedelta(days=n) for n in range(DAYS - 1, -1, -1)]
    if panel.rate:
        rate = rates.get(panel.rate)
        return None if rate is None else _rate_tile(service, panel, rate, by_day, days, today)
    measure = measures.get(panel.measure)
    return None if measure is None else _measure_tile(service, panel, measure, by_day, days, today)


def _rate_tile(
    service: str, panel: Panel, rate: Rate, by_day: Mapping[date, list[Figure]], days: list[date], today: date
) -> Kpi:
    def upto(last: date) -> tuple[float, float]:
        those = [f for on, day in by_day.items() if 0 <= (last - on).days < WINDOW for f in day]
        return sum_up(those, rate.numerator), sum_up(those, rate.denominator)

    numerator, denominator = upto(today)
    return Kpi(
        service=service,
        panel=panel.id,
        title=panel.title,
        measure="",
        rate=rate.name,
        unit=_PER.get(rate.per, Text("", "")),
        value=ratio(numerator, denominator),
        previous=ratio(*upto(today - timedelta(days=1))),
        numerator=numerator,
        denominator=denominator,
        target=rate.target,
        better=rate.better,
        days=WINDOW,
        series=tuple(DayValue(on=on, value=ratio(*upto(on))) for on in days),
    )


def _measure_tile(
    service: str, panel: Panel, measure: Measure, by_day: Mapping[date, list[Figure]], days: list[date], today: date
) -> Kpi:
    def value(on: date) -> float | None:
        there = [f.value for f in by_day.get(on, ()) if f.name == measure.name]
        if measure.kind == "sum":
            return sum(there)
        if there:
            return sum(there)
        before = [day for day in by_day if day < on and any(f.name == measure.name for f in by_day[day])]
        return value(max(before)) if before else None

    return Kpi(
        service=service,
        panel=panel.id,
        title=panel.title,
        measure=measure.name,
        rate="",
        unit=measure.unit,
        value=value(today),
        previous=value(today - timedelta(days=1)),
        numerator=None,
        denominator=None,
        target=None,
        better="none",
        days=1,
        series=tuple(DayValue(on=on, value=value(on)) for on in days),
    )


# --- counts -----------------------------------------------------------------------------------------------------------


async def _area_counts(ask: _Ask) -> tuple[AreaCount, ...]:
    light = light_sql(ask.now)
    rows = await MatterTable.raw(
        "select place, count(*) filter (where open) as open, count(*) filter (where {} = 'soon') as soon,"
        " count(*) filter (where {} = 'late') as late,"
        " count(*) filter (where (opened_at at time zone 'Asia/Shanghai')::date = {}) as opened_today,"
        " count(*) filter (where (closed_at at time zone 'Asia/Shanghai')::date = {}) as closed_today"
        " from matter_view cross join unnest(area_path) as place where {} group by place",
        light,
        light,
        ask.today,
        ask.today,
        ask.where(QueryString("(open or closed_at >= {})", ask.now - timedelta(days=2))),
    )
    counted: dict[str, dict[str, Any]] = {row["place"]: row for row in rows}
    none = {"open": 0, "soon": 0, "late": 0, "opened_today": 0, "closed_today": 0}
    found = []
    for code in visible_areas(ask.host, ask.actor, ask.area):
        level = level_of(code, ask.host.scope)
        row = counted.get(code, none)
        found.append(AreaCount(area=code, level=level, **{name: row[name] for name in none}))
    return tuple(found)


async def _stages(ask: _Ask, panels: list[_Panel]) -> tuple[StepsPanel, ...]:
    rows = await MatterTable.raw(
        "select service, kind, status, count(*) as n, count(*) filter (where {} = 'late') as late"
        " from matter_view where {} group by 1, 2, 3",
        light_sql(ask.now),
        ask.where(QueryString("open")),
    )
    by_kind: defaultdict[tuple[str, str], list[StatusCount]] = defaultdict(list)
    for row in rows:
        found = StatusCount(status=row["status"], count=row["n"], late=row["late"])
        by_kind[row["service"], row["kind"]].append(found)
    return tuple(
        StepsPanel(
            service=each.service,
            panel=each.panel.id,
            kind=each.panel.matter_kind,
            stages=tuple(by_kind[each.service, each.panel.matter_kind]),
        )
        for each in panels
    )


async def _classes(ask: _Ask, panels: list[_Panel]) -> tuple[StepsPanel, ...]:
    since = ask.now - timedelta(days=DAYS)
    rows = await MatterTable.raw(
        "select service, kind, category, count(*) filter (where open) as open,"
        " count(*) filter (where opened_at >= {}) as opened from matter_view where {} group by 1, 2, 3 order by 5 desc",
        since,
        ask.where(QueryString("(open or opened_at >= {})", since)),
    )
    by_kind: defaultdict[tuple[str, str], list[CategoryCount]] = defaultdict(list)
    for row in rows:
        found = CategoryCount(category=row["category"], open=row["open"], opened=row["opened"])
        by_kind[row["service"], row["kind"]].append(found)
    return tuple(
        StepsPanel(
            service=each.service,
            panel=each.panel.id,
            kind=each.panel.matter_kind,
            classes=tuple(by_kind[each.service, each.panel.matter_kind]),
        )
        for each in panels
    )


async def _hours(ask: _Ask, panels: list[_Panel]) -> tuple[HoursPanel, ...]:
    if not panels:
        return ()
    yesterday = ask.today - timedelta(days=1)
    rows = await MatterTable.raw(
        "select service, kind, (opened_at at time zone 'Asia/Shanghai')::date as on_date,"
        " extract(hour from opened_at at time zone 'Asia/Shanghai')::int as hour, count(*) as n"
        " from matter_view where {} group by 1, 2, 3, 4",
        ask.where(QueryString("opened_at >= {}", ask.now - timedelta(days=2, hours=1))),
    )
    found = []
    for each in panels:
        hours = {ask.today: [0] * 24, yesterday: [0] * 24}
        for row in rows:
            fits = not each.panel.matter_kind or (row["service"], row["kind"]) == (each.service, each.panel.matter_kind)
            if fits and row["on_date"] in hours:
                hours[row["on_date"]][row["hour"]] += row["n"]
        found.append(
            HoursPanel(
                service=each.service,
                panel=each.panel.id,
                kind=each.panel.matter_kind,
                today=tuple(hours[ask.today]),
                yesterday=tuple(hours[yesterday]),
            )
        )
    return tuple(found)


async def _values(ask: _Ask, presence: "Presence", panels: list[_Panel]) -> tuple[ValuesPanel, ...]:
    if not panels:
        return ()
    rates = {rate.name: rate for _, rate in presence.rates}
    names = {p.panel.measure for p in panels if p.panel.measure}
    names |= names_of(rates[p.panel.rate] for p in panels if p.panel.rate in rates)
    figures = await measure_figures(
        ask.actor,
        presence.measures,
        names=names,
        first=ask.today - timedelta(days=DAYS - 1),
        last=ask.today,
        area=ask.area,
        by_area=True,
        scope=ask.host.scope,
    )
    by_area: defaultdict[tuple[str, str], list[Figure]] = defaultdict(list)
    for figure in figures:
        if figure.area is not None:
            by_area[figure.service, figure.area].append(figure)
    codes = visible_areas(ask.host, ask.actor, ask.area)
    found = []
    for each in panels:
        rate = rates.get(each.panel.rate)
        rows = []
        for code in codes:
            those = by_area.get((each.service, code), [])
            if rate is None:
                value = sum_up(those, (each.panel.measure,)) if those else None
                rows.append(AreaValue(area=code, value=value))
            else:
                over, under = sum_up(those, rate.numerator), sum_up(those, rate.denominator)
                rows.append(AreaValue(area=code, value=ratio(over, under), numerator=over, denominator=under))
        found.append(
            ValuesPanel(
                service=each.service,
                panel=each.panel.id,
                measure=each.panel.measure,
                rate=each.panel.rate,
                rows=tuple(rows),
            )
        )
    return tuple(found)
