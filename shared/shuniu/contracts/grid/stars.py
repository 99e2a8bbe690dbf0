"""Facts of property star rating (星级物业评比), domain rules 6.4, 10.12.

A cycle rates estates, each named by its area code and managed by a firm (unit code). ``index`` runs from 0 to 100 with
two decimals; no person stands in any of these facts.
"""

from datetime import date, datetime
from typing import Literal

import msgspec

from shuniu.contracts.envelope import Fact, fact

__all__ = (
    "Estate",
    "EstateResult",
    "StarAppealRuled",
    "StarAppealed",
    "StarCollecting",
    "StarCycleExpired",
    "StarCycleFrozen",
    "StarCycleOpened",
    "StarCyclePublished",
    "StarCycleScored",
    "StarDataCollected",
    "StarFact",
    "StarInEffect",
    "StarNoticed",
    "StarReviewed",
    "StarSource",
    "StarVetoed",
    "Veto",
)

StarSource = Literal["SURVEY", "HOTLINE", "GRID_EVENTS", "HAZARDS", "JOINT_CHECK", "COMMITTEE", "COMMUNITY"]
"""Residents' survey, hotline orders, grid events, hazards, joint checks, owners' committee, community (10.12)."""
Veto = Literal["FIRE_DEATH", "FUND_MISUSE", "HANDOVER_REFUSED"]
"""一票否决: a death by fire, misuse of funds, refusing to hand over: no star (10.12)."""


class Estate(msgspec.Struct, frozen=True, kw_only=True):
    """What is rated: an estate (小区) by its area, the firm that manages it, how many households it has."""

    area: str
    firm: str
    households: int


class EstateResult(msgspec.Struct, frozen=True, kw_only=True):
    """``stars`` 0 to 5; ``why`` says why there is none: a veto, too small a sample, an index below the lowest star."""

    area: str
    index: float | None
    stars: int
    why: Literal["", "VETO", "SAMPLE", "INDEX"] = ""


class StarFact(Fact, frozen=True, kw_only=True):
    """What all facts about one cycle share."""

    cycle: str


@fact("grid", "star_cycle.opened.v1")
class StarCycleOpened(StarFact, frozen=True, kw_only=True):
    """A rating cycle was opened over the data of ``since`` to ``until``, under declared criteria."""

    number: str
    area: str
    since: date
    until: date
    criteria: str
    estates: tuple[Estate, ...]


@fact("grid", "star_cycle.collecting.v1")
class StarCollecting(StarFact, frozen=True, kw_only=True):
    """Collecting began; the estates stand."""


@fact("grid", "star_cycle.data_collected.v1")
class StarDataCollected(StarFact, frozen=True, kw_only=True):
    """One source's value (0 to 100) for one estate, from so many answers; it replaces the source's earlier one."""

    area: str
    star_source: StarSource
    value: float
    sample: int = 0


@fact("grid", "star_cycle.vetoed.v1")
class StarVetoed(StarFact, frozen=True, kw_only=True):
    """Something happened that rules out any star."""

    area: str
    veto: Veto
    note_ref: str = ""


@fact("grid", "star_cycle.frozen.v1")
class StarCycleFrozen(StarFact, frozen=True, kw_only=True):
    """The data are frozen under their hash; ``events`` is what the grid itself counted, by estate."""

    data_hash: str
    events: dict[str, int]


@fact("grid", "star_cycle.scored.v1")
class StarCycleScored(StarFact, frozen=True, kw_only=True):
    """Indices and stars from the frozen data."""

    results: tuple[EstateResult, ...]


@fact("grid", "star_cycle.published.v1")
class StarCyclePublished(StarFact, frozen=True, kw_only=True):
    """The firms are told; they may appeal until ``appeal_until``."""

    appeal_until: datetime


@fact("grid", "star_cycle.appealed.v1")
class StarAppealed(StarFact, frozen=True, kw_only=True):
    """A firm appeals against one estate's result."""

    area: str
    reason_ref: str


@fact("grid", "star_cycle.appeal_ruled.v1")
class StarAppealRuled(StarFact, frozen=True, kw_only=True):
    """The appeal was decided; where it is upheld the corrected result stands beside the frozen data, which stay."""

    area: str
    upheld: bool
    result: EstateResult | None = None
    reason_ref: str = ""


@fact("grid", "star_cycle.reviewed.v1")
class StarReviewed(StarFact, frozen=True, kw_only=True):
    """The time for appeals is over and every appeal is decided."""


@fact("grid", "star_cycle.noticed.v1")
class StarNoticed(StarFact, frozen=True, kw_only=True):
    """The stars are posted publicly (公示) until ``notice_until``."""

    notice_until: datetime
    valid_until: date


@fact("grid", "star_cycle.in_effect.v1")
class StarInEffect(StarFact, frozen=True, kw_only=True):
    """The notice ended; the stars stand until ``valid_until``."""


@fact("grid", "star_cycle.expired.v1")
class StarCycleExpired(StarFact, frozen=True, kw_only=True):
    """The stars have run out."""
