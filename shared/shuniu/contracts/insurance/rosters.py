"""What rosters (名册) say: that entries came and went, never whose (rules 4.1, 7.1). The rest is sealed."""

from datetime import date
from typing import Literal

from shuniu.contracts.envelope import Fact, fact

__all__ = ("FACTS", "RosterEnded", "RosterEntered", "RosterGroup", "RosterOpened", "RosterRemoved")

RosterGroup = Literal["MENTAL_ILLNESS", "FLOATING_POPULATION", "SOCIAL_WORKER"]


@fact("insurance", "roster.opened.v1")
class RosterOpened(Fact, frozen=True, kw_only=True):
    """A roster for one cover of one policy; ``until`` is the last day of its purpose."""

    roster: str
    group: RosterGroup
    policy: str
    area: str
    until: date


@fact("insurance", "roster.entered.v1")
class RosterEntered(Fact, frozen=True, kw_only=True):
    """One more entry, under an opaque reference."""

    roster: str
    entry: str


@fact("insurance", "roster.removed.v1")
class RosterRemoved(Fact, frozen=True, kw_only=True):
    """An entry is gone, and what was kept of it destroyed."""

    roster: str
    entry: str
    reason: str


@fact("insurance", "roster.ended.v1")
class RosterEnded(Fact, frozen=True, kw_only=True):
    """The purpose ended: everything on the roster is destroyed; how many there were stays, as a figure."""

    roster: str
    entries: int
    by_time: bool


FACTS: tuple[type[Fact], ...] = (RosterOpened, RosterEntered, RosterRemoved, RosterEnded)
