"""Rates over periods: the numbers, by area and by whatever dimension all measures of a rate declare.

An area counts everything below it. Whoever asks sees what is made of rows they may read, so two callers may rightly
see different totals (the read policy of figures).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from shuniu.chassis.context import Actor
from shuniu.contracts.manifest import Measure, Rate
from shuniu.rules.refusal import FieldError, NotFound, Unprocessable

from shuniu_gateway.areas import level_of, visible_areas
from shuniu_gateway.figures import Figure, measure_figures, names_of, ratio, sum_up
from shuniu_gateway.reports.shapes import Part, Period, RankLine, RateLine, Side, TrendDay

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

    from shuniu_gateway.presence import Presence

__all__ = ("AREA_LEVELS", "Asked", "checked_period", "rank", "rank_line", "rate_lines", "shared_dimensions", "trend")

AREA_LEVELS = ("community", "grid")
LONGEST = 800
"""Days of a period."""


class Asked(NamedTuple):
    """Whose question it is, of which periods and which area ("" for all the caller may see)."""

    host: "Host"
    actor: Actor
    period: Period
    base: Period | None
    area: str

    @property
    def presence(self) -> "Presence":
        """What services declare."""
        presence: Presence = self.host.extras["presence"]
        return presence


def checked_period(first: object, last: object, field: str = "from") -> None:
    """Unprocessable ``gateway.bad_period`` for one that ends before it begins, or lasts too long."""
    days = (last - first).days  # type: ignore[operator]
    if not 0 <= days < LONGEST:
        raise Unprocessable("gateway.bad_period", fields=(FieldError(field, "out_of_range"),), params={"most": LONGEST})


def shared_dimensions(rate: Rate, measures: Mapping[str, Measure]) -> tuple[str, ...]:
    """What all measures of a rate have in common besides their area, in the order of the first. Pure."""
    declared = [measures[name].dimensions for name in (*rate.numerator, *rate.denominator) if name in measures]
    if not declared:
        return ()
    return tuple(d for d in declared[0] if d != "area" and all(d in other for other in declared))


def side_of(rate: Rate, figures: Sequence[Figure]) -> Side:
    """Σ numerator, Σ denominator and their quotient. Pure."""
    over, under = sum_up(figures, rate.numerator), sum_up(figures, rate.denominator)
    return Side(numerator=over, denominator=under, value=ratio(over, under))


def rank_line(key: str, rate: Rate, now: Sequence[Figure], base: Sequence[Figure] | None) -> RankLine:
    """One line with every number it is made of. Pure."""

    def part(name: str, over: bool) -> Part:
        before = sum_up(base, (name,)) if base is not None else None
        return Part(measure=name, over=over, value=sum_up(now, (name,)), base=before)

    return RankLine(
        key=key,
        now=side_of(rate, now),
        base=side_of(rate, base) if base is not None else None,
        parts=(*(part(n, True) for n in rate.numerator), *(part(n, False) for n in rate.denominator)),
    )


async def rate_lines(asked: Asked) -> tuple[RateLine, ...]:
    """Every declared rate of every service."""
    rates = asked.presence.rates
    names = names_of(rate for _, rate in rates) or {""}
    measures = asked.presence.measures
    now, base = await _both(asked, names)
    return tuple(
        RateLine(
            service=service,
            rate=rate.name,
            now=side_of(rate, _own(now, service)),
            base=side_of(rate, _own(base, service)) if base is not None else None,
            dimensions=shared_dimensions(rate, measures),
        )
        for service, rate in rates
    )


async def rank(asked: Asked, service: str, name: str, by: str) -> tuple[RankLine, tuple[RankLine, ...]]:
    """(the whole, its lines) of one rate by areas of a level or by a dimension it has.

    NotFound ``gateway.rate_unknown``; Unprocessable ``gateway.bad_ranking`` for a dimension its measures do not share.
    """
    rate = found_rate(asked.presence, service, name)
    names = names_of((rate,))
    by_area = by in AREA_LEVELS
    if not by_area and by not in shared_dimensions(rate, asked.presence.measures):
        raise Unprocessable("gateway.bad_ranking", fields=(FieldError("by", "not_offered"),))
    more = {"by_area": True} if by_area else {"dimension": by}
    now, base = await _both(asked, names, **more)
    whole_now, whole_base = await _both(asked, names)
    whole = rank_line("", rate, _own(whole_now, service), None if whole_base is None else _own(whole_base, service))
    if by_area:
        now_by, base_by = _by_key(now, service, area=True), _by_key(base, service, area=True)
        # Areas without a figure have their line; so have those no register knows (yet, or any more).
        codes = {*visible_areas(asked.host, asked.actor, asked.area), *now_by, *base_by}
        keys = sorted(code for code in codes if level_of(code, asked.host.scope) == by)
    else:
        now_by, base_by = _by_key(now, service), _by_key(base, service)
        keys = sorted({*now_by, *base_by})
    lines = [rank_line(k, rate, now_by.get(k, []), None if base is None else base_by.get(k, [])) for k in keys]
    return whole, tuple(lines)


async def trend(asked: Asked, service: str, name: str) -> tuple[TrendDay, ...]:
    """A rate on every day of the period."""
    rate = found_rate(asked.presence, service, name)
    figures = await measure_figures(
        asked.actor,
        asked.presence.measures,
        names=names_of((rate,)),
        first=asked.period.first,
        last=asked.period.last,
        area=asked.area,
        by_day=True,
    )
    days = (asked.period.last - asked.period.first).days + 1
    found = []
    for n in range(days):
        on = asked.period.first + timedelta(days=n)
        those = [f for f in figures if f.on == on and f.service == service]
        found.append(
            TrendDay(on=on, numerator=sum_up(those, rate.numerator), denominator=sum_up(those, rate.denominator))
        )
    return tuple(found)


def found_rate(presence: "Presence", service: str, name: str) -> Rate:
    """The rate a service declares. NotFound ``gateway.rate_unknown``."""
    for owner, rate in presence.rates:
        if (owner, rate.name) == (service, name):
            return rate
    raise NotFound("gateway.rate_unknown")


async def _both(
    asked: Asked, names: Iterable[str], *, by_area: bool = False, dimension: str = ""
) -> tuple[list[Figure], list[Figure] | None]:
    wanted = sorted(names)

    async def of(period: Period) -> list[Figure]:
        return await measure_figures(
            asked.actor,
            asked.presence.measures,
            names=wanted,
            first=period.first,
            last=period.last,
            area=asked.area,
            by_area=by_area,
            scope=asked.host.scope,
            dimension=dimension,
        )

    return await of(asked.period), (await of(asked.base) if asked.base is not None else None)


def _own(figures: Iterable[Figure], service: str) -> list[Figure]:
    return [figure for figure in figures if figure.service == service]


def _by_key(figures: Iterable[Figure] | None, service: str, *, area: bool = False) -> dict[str, list[Figure]]:
    found: dict[str, list[Figure]] = {}
    for figure in figures or ():
        key = figure.area if area else figure.key
        if figure.service == service and key:
            found.setdefault(key, []).append(figure)
    return found
