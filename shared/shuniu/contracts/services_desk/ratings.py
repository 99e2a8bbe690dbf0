"""What ratings of the desk (好差评) say (domain rules 3.26, 10.4). Who rated, and what they wrote, stands nowhere here.

A rating is a matter of its own, so that who was rated cannot follow it through the case.
"""

from typing import Literal

from shuniu.contracts.clock import Term
from shuniu.contracts.envelope import Fact, fact

__all__ = (
    "FACTS",
    "Level",
    "RatingCalledBack",
    "RatingDismissed",
    "RatingGiven",
    "RatingRectified",
    "RatingRepeated",
)

Level = Literal["VERY_SAT", "SAT", "BASIC", "UNSAT", "VERY_UNSAT"]
"""非常满意、满意、基本满意、不满意、非常不满意; the last two are bad (差评)."""


@fact("services_desk", "rating.given.v1")
class RatingGiven(Fact, frozen=True, kw_only=True):
    """A case that was delivered was rated, once. ``term`` runs for calling back where it is bad."""

    rating: str
    number: str
    area: str
    item: str
    unit: str
    level: Level
    clerks: tuple[str, ...] = ()
    """Accounts that worked on the case: they may neither read the rating nor close it."""
    words_ref: str = ""
    term: Term | None = None


@fact("services_desk", "rating.called_back.v1")
class RatingCalledBack(Fact, frozen=True, kw_only=True):
    """Who rated badly was called back and confirmed it: it is to be rectified."""

    rating: str
    reached: bool
    note_ref: str
    term: Term


@fact("services_desk", "rating.dismissed.v1")
class RatingDismissed(Fact, frozen=True, kw_only=True):
    """Called back: the person did not mean it, or it was not about the desk."""

    rating: str
    note_ref: str


@fact("services_desk", "rating.rectified.v1")
class RatingRectified(Fact, frozen=True, kw_only=True):
    """What was found bad was set right and told to the person, who may rate once more."""

    rating: str
    note_ref: str
    late: bool = False


@fact("services_desk", "rating.repeated.v1")
class RatingRepeated(Fact, frozen=True, kw_only=True):
    """Rated once more, after it was rectified."""

    rating: str
    level: Level


FACTS: tuple[type[Fact], ...] = (RatingGiven, RatingCalledBack, RatingDismissed, RatingRectified, RatingRepeated)
