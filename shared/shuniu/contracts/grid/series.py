"""Facts of outside series (外部序列): figures others publish about the street, such as a city's ranking of streets."""

from datetime import date

from shuniu.contracts.envelope import Fact, fact

__all__ = ("SeriesRecorded",)


@fact("grid", "series.recorded.v1")
class SeriesRecorded(Fact, frozen=True, kw_only=True):
    """One figure of a series for one period, as published; recorded again it takes the place of what was said before.

    ``period`` is a year, quarter or month (``2026``, ``2026-Q3``, ``2026-10``); ``value`` a decimal in writing;
    ``rank`` of ``ranked`` is the street's place among so many, 0 where none was published.
    """

    series: str
    title: str
    period: str
    area: str
    value: str = ""
    rank: int = 0
    ranked: int = 0
    publisher: str
    published_on: date
    corrects: bool = False
