"""What deliberations (议事协商) say (domain rules 6.6, 6.7, 6.9, 10.10).

Electors are opaque: a keyed hash of what stands in the roll, which stands nowhere here. Areas are integer hundredths of
a square metre, so that every count is exact. What was proposed, said and decided in words is sealed.
"""

from datetime import datetime
from typing import Literal

import msgspec

from shuniu.contracts.clock import Term
from shuniu.contracts.envelope import Fact, fact

__all__ = (
    "FACTS",
    "CountingRule",
    "Decision",
    "DeliberationAdjourned",
    "DeliberationCancelled",
    "DeliberationCounted",
    "DeliberationHeld",
    "DeliberationNotPassed",
    "DeliberationNoticed",
    "DeliberationOpened",
    "DeliberationPartiesSet",
    "DeliberationReleased",
    "DeliberationResolved",
    "ElectorAttended",
    "ElectorBody",
    "Forum",
    "OptionSet",
    "RollEntered",
    "RollEntry",
    "Tally",
    "VoteCast",
    "VoteVoided",
)

Forum = Literal["RESIDENTS", "OWNERS", "COUNCIL"]
"""居民会议、业主大会、社区议事会: ids of the rules by which is counted."""
ElectorBody = Literal["ADULTS", "HOUSEHOLDS", "DELEGATES", "OWNERS", "MEMBERS"]
Decision = Literal["ORDINARY", "SPECIAL"]


class CountingRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as it stood when the deliberation was opened: shares by base (``heads``, ``area``), written ">1/2"."""

    source: str
    notice: str
    proxies: int
    participation: dict[str, str]
    ordinary: dict[str, str]
    special: dict[str, str]


class Tally(msgspec.Struct, frozen=True):
    """Heads, and their area in hundredths of a square metre (0 where area does not count)."""

    heads: int = 0
    area: int = 0


class RollEntry(msgspec.Struct, frozen=True):
    """An elector as a keyed hash, with their area."""

    elector: str
    area: int = 0


class OptionSet(msgspec.Struct, frozen=True):
    """An option to vote on; its words are sealed."""

    id: str
    words_ref: str


@fact("services_desk", "deliberation.opened.v1")
class DeliberationOpened(Fact, frozen=True, kw_only=True):
    """A cluster of needs becomes an agenda item (议题)."""

    deliberation: str
    number: str
    cluster: str
    needs: tuple[str, ...]
    category: str
    area: str
    forum: Forum
    body: ElectorBody
    decision: Decision = "ORDINARY"
    rule: str = ""
    """The rule as it stood, as text: participation, ordinary, special."""
    counted_by: CountingRule | None = None
    """The same to count by; it stays what it is when a deployment's rules change. None: the rule that ships."""


@fact("services_desk", "roll.entered.v1")
class RollEntered(Fact, frozen=True, kw_only=True):
    """Who may vote, a part of the roll at a time."""

    deliberation: str
    electors: tuple[RollEntry, ...]


@fact("services_desk", "deliberation.parties_set.v1")
class DeliberationPartiesSet(Fact, frozen=True, kw_only=True):
    """The roll is closed; ``units`` take part without a vote."""

    deliberation: str
    units: tuple[str, ...]


@fact("services_desk", "deliberation.noticed.v1")
class DeliberationNoticed(Fact, frozen=True, kw_only=True):
    """When they meet was announced in time; said again when the day changes."""

    deliberation: str
    meeting_at: datetime
    where_ref: str = ""
    term: Term


@fact("services_desk", "elector.attended.v1")
class ElectorAttended(Fact, frozen=True, kw_only=True):
    """Somebody takes part, themselves or in writing, and for those whose proxy they hold."""

    deliberation: str
    elector: RollEntry
    represents: tuple[RollEntry, ...] = ()
    in_writing: bool = False


@fact("services_desk", "deliberation.held.v1")
class DeliberationHeld(Fact, frozen=True, kw_only=True):
    """They met: minutes and options. ``minutes`` is the document's code."""

    deliberation: str
    options: tuple[OptionSet, ...]
    minutes: str
    minutes_ref: str


@fact("services_desk", "vote.cast.v1")
class VoteCast(Fact, frozen=True, kw_only=True):
    """One elector's vote; ``option`` may be AGAINST or ABSTAIN."""

    deliberation: str
    elector: RollEntry
    option: str


@fact("services_desk", "vote.voided.v1")
class VoteVoided(Fact, frozen=True, kw_only=True):
    """It does not count, and stays on record."""

    deliberation: str
    elector: RollEntry
    option: str
    reason_ref: str


@fact("services_desk", "deliberation.counted.v1")
class DeliberationCounted(Fact, frozen=True, kw_only=True):
    """The exact count. ``passed`` is the option that has what the rule asks for, "" for none."""

    deliberation: str
    eligible: Tally
    present: Tally
    tallies: dict[str, Tally]
    passed: str


@fact("services_desk", "deliberation.resolved.v1")
class DeliberationResolved(Fact, frozen=True, kw_only=True):
    """The assembly's resolution is on paper; ``resolution`` is the document's code."""

    deliberation: str
    option: str
    resolution: str


@fact("services_desk", "deliberation.not_passed.v1")
class DeliberationNotPassed(Fact, frozen=True, kw_only=True):
    """No option had what the rule asks for."""

    deliberation: str


@fact("services_desk", "deliberation.adjourned.v1")
class DeliberationAdjourned(Fact, frozen=True, kw_only=True):
    """Too few took part: nothing was decided (流会)."""

    deliberation: str
    eligible: Tally
    present: Tally


@fact("services_desk", "deliberation.cancelled.v1")
class DeliberationCancelled(Fact, frozen=True, kw_only=True):
    """It was taken off the agenda before they met."""

    deliberation: str
    reason_ref: str


@fact("services_desk", "deliberation.released.v1")
class DeliberationReleased(Fact, frozen=True, kw_only=True):
    """The resolution asks for no project: its needs are answered one by one."""

    deliberation: str


FACTS: tuple[type[Fact], ...] = (
    DeliberationOpened,
    RollEntered,
    DeliberationPartiesSet,
    DeliberationNoticed,
    ElectorAttended,
    DeliberationHeld,
    VoteCast,
    VoteVoided,
    DeliberationCounted,
    DeliberationResolved,
    DeliberationNotPassed,
    DeliberationAdjourned,
    DeliberationCancelled,
    DeliberationReleased,
)
