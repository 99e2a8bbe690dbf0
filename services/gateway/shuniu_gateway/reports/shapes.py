"""What the routes of evaluation answer. A rate is never said without the two numbers it is made of."""

from datetime import date, datetime

import msgspec

__all__ = ("Part", "Period", "RankLine", "Ranking", "RateLine", "RateReport", "Side", "Trend", "TrendDay")


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """Business dates from the first to the last, both counted."""

    first: date
    last: date


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """A rate in one period; ``value`` is null where there was nothing to count, never 0."""

    numerator: float
    denominator: float
    value: float | None


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One measure of a rate: above the line (``over``) or below it, its value now and in the period compared with."""

    measure: str
    over: bool
    value: float
    base: float | None


class RateLine(msgspec.Struct, frozen=True, kw_only=True):
    """A declared rate in the period, and in the one it is compared with."""

    service: str
    rate: str
    now: Side
    base: Side | None
    dimensions: tuple[str, ...]
    """What else than by area it can be ranked by: the dimensions all its measures share."""


class RateReport(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /reports/rates``."""

    period: Period
    base: Period | None
    rows: tuple[RateLine, ...]
    as_of: datetime


class RankLine(msgspec.Struct, frozen=True, kw_only=True):
    """One area or one value of a dimension; the line of the whole has the key ""."""

    key: str
    now: Side
    base: Side | None
    parts: tuple[Part, ...]


class Ranking(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /reports/ranking``: one rate by areas of a level or by a dimension, and of the whole."""

    service: str
    rate: str
    by: str
    whole: RankLine
    rows: tuple[RankLine, ...]
    as_of: datetime


class TrendDay(msgspec.Struct, frozen=True, kw_only=True):
    """A rate on one business date."""

    on: date
    numerator: float
    denominator: float


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /reports/trend``: a rate day by day, every day of the period; numbers add up to weeks and months."""

    service: str
    rate: str
    days: tuple[TrendDay, ...]
