"""A calendar year as the directory publishes it: every service's chassis follows (domain rules 0.4)."""

from datetime import date

from shuniu.contracts.envelope import Fact, fact

__all__ = ("CalendarPublished",)


@fact("gateway", "calendar.published.v1")
class CalendarPublished(Fact, frozen=True, kw_only=True):
    """The days off and make-up working days of one whole year, or its correction.

    ``version`` is "<year>.<revision>" and becomes part of the calendar's version, which every deadline names.
    ``announcement`` says which one it is, e.g. its number. ``off`` lists days by the holiday's name.
    """

    year: int
    version: str
    off: dict[str, tuple[date, ...]]
    make_up: tuple[date, ...]
    announcement: str
