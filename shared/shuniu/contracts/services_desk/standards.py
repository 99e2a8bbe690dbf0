"""What shared standards of the desk (标准化) say: from a practice over draft and pilot to a published version.

A standard's text is with the owner; ``…_ref`` points there. Figures are sums, so that rates are made where they are
read and a denominator of 0 is null.
"""

from datetime import date

import msgspec

from shuniu.contracts.envelope import Fact, fact

__all__ = (
    "FACTS",
    "StandardDrafted",
    "StandardDropped",
    "StandardFigures",
    "StandardNoted",
    "StandardPiloted",
    "StandardPublished",
    "StandardSentBack",
    "StandardSuperseded",
    "StandardWithdrawn",
)


class StandardFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The cases of some items over a closed period: ``days`` are working days from receipt to decision, summed."""

    first: date
    last: date
    decided: int = 0
    days: int = 0
    done: int = 0
    done_once: int = 0
    rated: int = 0
    rated_bad: int = 0


@fact("services_desk", "standard.noted.v1")
class StandardNoted(Fact, frozen=True, kw_only=True):
    """A practice worth sharing (做法). ``follows`` is the published standard it shall take the place of."""

    standard: str
    number: str
    title: str
    area: str
    items: tuple[str, ...]
    follows: str = ""
    text_ref: str


@fact("services_desk", "standard.drafted.v1")
class StandardDrafted(Fact, frozen=True, kw_only=True):
    """Written as a standard (草案); said again, it is written anew."""

    standard: str
    title: str
    items: tuple[str, ...]
    text_ref: str


@fact("services_desk", "standard.piloted.v1")
class StandardPiloted(Fact, frozen=True, kw_only=True):
    """Tried at the desks of ``areas`` over a period (试点), compared with a period before."""

    standard: str
    areas: tuple[str, ...]
    first: date
    last: date
    before_first: date
    before_last: date


@fact("services_desk", "standard.sent_back.v1")
class StandardSentBack(Fact, frozen=True, kw_only=True):
    """The pilot showed that it has to be written anew."""

    standard: str
    reason_ref: str


@fact("services_desk", "standard.published.v1")
class StandardPublished(Fact, frozen=True, kw_only=True):
    """In force from a day on (发布), bound to items in the versions of that day. It is never edited."""

    standard: str
    version: int
    valid_from: date
    items: dict[str, int]
    before: StandardFigures
    after: StandardFigures
    note_ref: str = ""


@fact("services_desk", "standard.superseded.v1")
class StandardSuperseded(Fact, frozen=True, kw_only=True):
    """Another version took its place (废止替代)."""

    standard: str
    by: str
    items: tuple[str, ...]


@fact("services_desk", "standard.withdrawn.v1")
class StandardWithdrawn(Fact, frozen=True, kw_only=True):
    """Out of force, with nothing in its place (撤销)."""

    standard: str
    items: tuple[str, ...]
    reason_ref: str


@fact("services_desk", "standard.dropped.v1")
class StandardDropped(Fact, frozen=True, kw_only=True):
    """Given up before it was published."""

    standard: str
    reason_ref: str


FACTS: tuple[type[Fact], ...] = (
    StandardNoted,
    StandardDrafted,
    StandardPiloted,
    StandardSentBack,
    StandardPublished,
    StandardSuperseded,
    StandardWithdrawn,
    StandardDropped,
)
