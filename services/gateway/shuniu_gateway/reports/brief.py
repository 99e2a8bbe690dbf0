"""The brief (日报、周报、月报): declared rates and what is late, on paper and as a spreadsheet.

Everything in it comes from summaries and manifests under the caller's own read policy; no title of a domain stands
here. A rate without anything to count is "—", never 0 %.
"""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from importlib import resources
from typing import Any, Literal, NamedTuple

from piccolo.querystring import QueryString
from shuniu.chassis.documents.render import render_plain
from shuniu.chassis.sheet_files import Page, write_book
from shuniu.contracts.manifest import Rate
from shuniu.rules.calendar import local, midnight

from shuniu_gateway.areas import level_of, scope_title, visible_areas
from shuniu_gateway.board.export import Lang, Titles
from shuniu_gateway.due import light, light_sql
from shuniu_gateway.matters import Filters, all_of, find_matters
from shuniu_gateway.reports.evaluation import Asked, rate_lines
from shuniu_gateway.reports.shapes import Period, RateLine, Side
from shuniu_gateway.shapes import Matter
from shuniu_gateway.tables import MatterTable
from shuniu_gateway.visibility import readable

__all__ = ("Brief", "BriefPeriod", "brief_of", "brief_pdf", "brief_sheet", "days_of", "period_of")

BriefPeriod = Literal["day", "week", "month", "custom"]
MOST_LATE = 40
NOTHING = "—"
_SIGNS = {100: "%", 1000: "‰"}


class Brief(NamedTuple):
    """A brief's content: words by key, tables as rows of ready cells."""

    title: str
    words: dict[str, str]
    facts: list[tuple[str, str]]
    kinds: list[list[Any]]
    areas: list[list[Any]]
    rates: list[list[Any]]
    late: list[list[Any]]
    notes: list[str]


def period_of(kind: Literal["day", "week", "month"], on: date) -> tuple[Period, Period]:
    """(the calendar period that holds a date, the one before it). Weeks begin on Monday. Pure."""
    if kind == "day":
        return Period(first=on, last=on), Period(first=on - timedelta(days=1), last=on - timedelta(days=1))
    if kind == "week":
        monday = on - timedelta(days=on.weekday())
        before = monday - timedelta(days=7)
        return (
            Period(first=monday, last=monday + timedelta(days=6)),
            Period(first=before, last=before + timedelta(days=6)),
        )
    first = on.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    last_before = first - timedelta(days=1)
    return (
        Period(first=first, last=after - timedelta(days=1)),
        Period(first=last_before.replace(day=1), last=last_before),
    )


def days_of(first: date, last: date) -> tuple[Period, Period]:
    """(chosen days, as many before them). Pure."""
    length = last - first + timedelta(days=1)
    return Period(first=first, last=last), Period(first=first - length, last=last - length)


def read_rate(value: float | None, per: int) -> str:
    """A quotient as it is read: ``96.4%``, ``3.2‰``, ``1.25``; "—" without one. Pure."""
    if value is None:
        return NOTHING
    return f"{value * per:.2f}" if per == 1 else f"{value * per:.1f}{_SIGNS.get(per, '')}"


def change_of(now: Side, base: Side | None, per: int) -> str:
    """How a rate moved, with its sign; "—" where either period had nothing to count. Pure."""
    if base is None or now.value is None or base.value is None:
        return NOTHING
    return f"{(now.value - base.value) * per:+.{2 if per == 1 else 1}f}{' pp' if per == 100 else ''}"


def goal_of(rate: Rate) -> str:
    """What the rate is to reach: a target or a band. Pure."""
    if rate.better == "band" and rate.band is not None:
        return f"{rate.band[0]:g}–{rate.band[1]:g}{_SIGNS.get(rate.per, '')}"
    return read_rate(rate.target, rate.per) if rate.target is not None else ""


def missed(value: float | None, rate: Rate) -> bool:
    """Whether it falls short of what it is to reach. Pure."""
    if value is None:
        return False
    if rate.better == "band":
        return rate.band is not None and not rate.band[0] <= value * rate.per <= rate.band[1]
    if rate.target is None or rate.better == "none":
        return False
    return value > rate.target if rate.better == "down" else value < rate.target


def _plain(number: float) -> str:
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.1f}"


def _rates(
    lines: Sequence[RateLine], rates: dict[tuple[str, str], Rate], titles: Titles
) -> tuple[list[list[Any]], int]:
    """(rows of what was counted in either period, how many rates had nothing in both)."""
    rows: list[list[Any]] = []
    for line in lines:
        counted = line.now.denominator or (line.base and line.base.denominator)
        if not counted:
            continue
        rate = rates[line.service, line.rate]
        rows.append(
            [
                titles.service(line.service),
                titles.of(rate.title, rate.name),
                read_rate(line.now.value, rate.per),
                f"{_plain(line.now.numerator)} / {_plain(line.now.denominator)}",
                read_rate(line.base.value if line.base else None, rate.per),
                change_of(line.now, line.base, rate.per),
                goal_of(rate),
                line.now.numerator,
                line.now.denominator,
                missed(line.now.value, rate),
            ]
        )
    return rows, len(lines) - len(rows)


async def brief_of(asked: Asked, kind: BriefPeriod, lang: Lang) -> Brief:
    """The brief of a period for a caller."""
    host, now = asked.host, asked.host.clock.now()
    titles = Titles(host, lang)
    keys = [key for key in host.texts if key.startswith("brief.")]
    words = {key.removeprefix("brief."): titles.word(key) for key in keys}
    lines = await rate_lines(asked)
    rates = {(service, rate.name): rate for service, rate in asked.presence.rates}
    shown, silent = _rates(lines, rates, titles)
    filters = Filters(open=True, due="late,soon", area=asked.area)
    _, late = await find_matters(asked.actor, filters, now, sort="due", limit=MOST_LATE)
    scope = titles.of(scope_title(host), host.scope)
    area = titles.entry("area", asked.area) if asked.area else scope
    base = asked.base
    facts = [(words["period"], _span(asked.period)), (words["area"], area)]
    if base is not None:
        facts.insert(1, (words["compared"], _span(base)))
    facts.append((words["made"], f"{local(now):%Y-%m-%d %H:%M}"))
    absent = [titles.of(s.title, s.service) for s in asked.presence.services(manifests=False) if s.state == "absent"]
    notes = [words["silent"].replace("{n}", str(silent))] if silent else []
    if asked.period.last >= local(now).date():
        notes.append(words["running"])
    if absent:
        notes.append(words["absent"].replace("{services}", titles.listed(absent)))
    if host.extras["seed"].synthetic:
        notes.append(words["synthetic"])
    return Brief(
        title=f"{scope}{' · ' if lang == 'en' else ' '}{words[kind]}",
        words=words,
        facts=facts,
        kinds=await _kinds(asked, titles, words["total"], now),
        areas=await _areas(asked, titles, now),
        rates=shown,
        late=[_late(matter, titles, words, now) for matter in late],
        notes=notes,
    )


def _span(period: Period) -> str:
    return str(period.first) if period.first == period.last else f"{period.first} – {period.last}"


def _late(matter: Matter, titles: Titles, words: dict[str, str], now: datetime) -> list[Any]:
    shown = light(open=matter.open, due_status=matter.due_status, due_at=matter.due_at, soon_at=matter.soon_at, now=now)
    units = dict.fromkeys([u.unit for u in matter.units] or [matter.lead_unit])
    where = "·".join(w for w in (titles.entry("area", matter.area), matter.place.name) if w)
    due = f"{local(matter.due_at):%m-%d %H:%M}" if matter.due_at else ""
    held = titles.listed(titles.entry("unit", code) for code in units if code)
    return [matter.number, matter.title, where, held, due, words.get(shown, "")]


_NUMBERS = (
    "count(*) filter (where opened_at >= {} and opened_at < {}) as opened,"
    " count(*) filter (where closed_at >= {} and closed_at < {}) as closed, count(*) filter (where open) as open,"
    " count(*) filter (where {} = 'soon') as soon, count(*) filter (where {} = 'late') as late"
)


def _numbers(asked: Asked, now: datetime) -> list[Any]:
    begin, end = midnight(asked.period.first), midnight(asked.period.last + timedelta(days=1))
    return [begin, end, begin, end, light_sql(now), light_sql(now)]


def _where(asked: Asked, now: datetime) -> QueryString:
    return all_of([readable(asked.actor), *Filters(area=asked.area).conditions(now)])


async def _kinds(asked: Asked, titles: Titles, total: str, now: datetime) -> list[list[Any]]:
    rows = await MatterTable.raw(
        f"select service, kind, {_NUMBERS} from matter_view where {{}} group by 1, 2 order by 1, 2",
        *_numbers(asked, now),
        _where(asked, now),
    )
    names = ("opened", "closed", "open", "soon", "late")
    found = [[titles.kind(r["service"], r["kind"]), *(r[n] for n in names)] for r in rows if any(r[n] for n in names)]
    return [*found, [total, *(sum(row[i + 1] for row in found) for i in range(len(names)))]]


async def _areas(asked: Asked, titles: Titles, now: datetime) -> list[list[Any]]:
    rows = await MatterTable.raw(
        f"select place, {_NUMBERS} from matter_view cross join unnest(area_path) as place where {{}} group by 1",
        *_numbers(asked, now),
        _where(asked, now),
    )
    counted = {row["place"]: row for row in rows}
    names = ("opened", "closed", "open", "soon", "late")
    codes = visible_areas(asked.host, asked.actor, asked.area)
    there = [code for code in codes if level_of(code, asked.host.scope) == "community"]
    return [[titles.entry("area", c), *(counted[c][n] if c in counted else 0 for n in names)] for c in there]


_RATE = ("service", "rate", "value", "numbers", "before", "change", "goal")


async def brief_pdf(brief: Brief, lang: Lang) -> bytes:
    """The brief as a PDF (Typst)."""
    content = {
        "lang": lang,
        "title": brief.title,
        "words": brief.words,
        "facts": [list(fact) for fact in brief.facts],
        "kinds": brief.kinds,
        "areas": brief.areas,
        "rates": [{**dict(zip(_RATE, row, strict=False)), "missed": row[9]} for row in brief.rates],
        "late": brief.late,
        "notes": brief.notes,
    }
    template = resources.files("shuniu_gateway.reports").joinpath("brief.typ").read_bytes()
    return await render_plain(template, content)


async def brief_sheet(brief: Brief) -> bytes:
    """The brief as a workbook, a sheet for each of its tables."""
    w = brief.words
    numbers = [w["opened"], w["closed"], w["open"], w["soon"], w["late"]]
    rates = [
        [row[0], row[1], row[2], row[7], row[8], row[4], row[5], f"{row[6]} {w['missed'] if row[9] else ''}".strip()]
        for row in brief.rates
    ]
    head = [w["service"], w["rate"], w["value"], w["numerator"], w["denominator"], w["before"], w["change"], w["goal"]]
    pages = (
        Page(w["matters"], [w["kind"], *numbers], [*brief.kinds, *_told(brief)]),
        Page(w["rates"], head, rates),
        Page(w["communities"], [w["community"], *numbers], brief.areas),
        Page(w["late"], [w["number"], w["title"], w["where"], w["unit"], w["due"], w["light"]], brief.late),
    )
    return await asyncio.to_thread(write_book, pages)


def _told(brief: Brief) -> list[list[Any]]:
    """What holds of the whole workbook stands below its first table."""
    return [[], [brief.title], *([k, v] for k, v in brief.facts), *([n] for n in (*brief.notes, brief.words["footer"]))]
