"""What the view API answers about figures: measures, rates, counts, and the overview that puts them together."""

from datetime import date, datetime
from typing import Literal

import msgspec
from shuniu.contracts.text import Text

from shuniu_gateway.shapes import Matter, Step

__all__ = (
    "AreaCount",
    "AreaValue",
    "CategoryCount",
    "Count",
    "Counts",
    "DayValue",
    "HoursPanel",
    "Kpi",
    "MeasureRow",
    "Measures",
    "Overview",
    "RateRow",
    "Rates",
    "StatusCount",
    "StepsPanel",
    "ValuesPanel",
)


class MeasureRow(msgspec.Struct, frozen=True, kw_only=True):
    """A measure added up (``sum``) or its last values added up over areas (``gauge``). ``area``/``on`` null when not
    asked ``by`` them."""

    service: str
    name: str
    area: str | None
    on: date | None
    value: float


class Measures(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /measures``."""

    rows: tuple[MeasureRow, ...]
    as_of: datetime


class RateRow(msgspec.Struct, frozen=True, kw_only=True):
    """A declared rate: Σ numerator / Σ denominator; ``value`` is null when the denominator is 0."""

    service: str
    rate: str
    area: str | None
    on: date | None
    numerator: float
    denominator: float
    value: float | None


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /rates``."""

    rows: tuple[RateRow, ...]
    as_of: datetime


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """Matters under one key of ``GET /counts?by=``: ``service``/``kind`` are set when the key is an id of a kind
    (status, category) or a kind itself."""

    service: str
    kind: str
    key: str
    open: int
    soon: int
    late: int
    total: int


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /counts``."""

    rows: tuple[Count, ...]
    as_of: datetime


# --- overview ---------------------------------------------------------------------------------------------------------


class DayValue(msgspec.Struct, frozen=True, kw_only=True):
    """A value on a business date; null where it cannot be said (a rate without cases)."""

    on: date
    value: float | None


class Kpi(msgspec.Struct, frozen=True, kw_only=True):
    """A tile of the measures strip, from a manifest's panel of kind ``kpi``.

    A panel naming a rate shows the last ``days`` (30) with today against the target (``value`` = numerator /
    denominator, null at 0); one naming a ``sum`` measure shows today; a ``gauge`` its last value. ``previous`` is the
    same a day before, ``series`` the same on each of the last 14 business dates. A rate's values and target are plain
    quotients; its ``per`` and ``band`` in the manifest say how they are read and judged.
    """

    service: str
    panel: str
    title: Text
    measure: str
    rate: str
    unit: Text
    value: float | None
    previous: float | None
    numerator: float | None
    denominator: float | None
    target: float | None
    better: Literal["up", "down", "band", "none"]
    days: int
    series: tuple[DayValue, ...]


class AreaCount(msgspec.Struct, frozen=True, kw_only=True):
    """Open matters in an area and everything below it. Every area the caller covers has a row, also with zeros."""

    area: str
    level: Literal["street", "community", "grid"]
    open: int
    soon: int
    late: int
    opened_today: int
    closed_today: int


class StatusCount(msgspec.Struct, frozen=True, kw_only=True):
    """Open matters in one status."""

    status: str
    count: int
    late: int


class CategoryCount(msgspec.Struct, frozen=True, kw_only=True):
    """Matters of one category: open now, and opened in the last 14 business dates."""

    category: str
    open: int
    opened: int


class StepsPanel(msgspec.Struct, frozen=True, kw_only=True):
    """Panel of kind ``stages`` (``stages`` filled) or ``classes`` (``classes`` filled) for one kind of matter."""

    service: str
    panel: str
    kind: str
    stages: tuple[StatusCount, ...] = ()
    classes: tuple[CategoryCount, ...] = ()


class HoursPanel(msgspec.Struct, frozen=True, kw_only=True):
    """Panel of kind ``hours``: matters opened in each hour (Asia/Shanghai), 24 numbers each; ``kind`` "" = all."""

    service: str
    panel: str
    kind: str
    today: tuple[int, ...]
    yesterday: tuple[int, ...]


class AreaValue(msgspec.Struct, frozen=True, kw_only=True):
    """A value of one area, everything below it included; for rates with what it was made of."""

    area: str
    value: float | None
    numerator: float | None = None
    denominator: float | None = None


class ValuesPanel(msgspec.Struct, frozen=True, kw_only=True):
    """Panel of kind ``map`` or ``ranking``: a measure or rate of the last 14 business dates for every area."""

    service: str
    panel: str
    measure: str
    rate: str
    rows: tuple[AreaValue, ...]


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /overview``: the first screen in one call, under the caller's visibility."""

    as_of: datetime
    feed: str
    area: str
    """The area asked for, "" for everything the caller may see."""
    totals: Count
    """All kinds together (key "")."""
    kinds: tuple[Count, ...]
    """Per kind of matter."""
    kpis: tuple[Kpi, ...]
    areas: tuple[AreaCount, ...]
    late: tuple[Matter, ...]
    """Open matters by urgency: late first, then soon, then the rest with a limit; at most 20."""
    recent: tuple[Step, ...]
    """Newest first, at most 30."""
    stages: tuple[StepsPanel, ...]
    classes: tuple[StepsPanel, ...]
    hours: tuple[HoursPanel, ...]
    maps: tuple[ValuesPanel, ...]
    rankings: tuple[ValuesPanel, ...]
