"""Facts of an award round (最美的人), domain rules 10.11. Nominees are opaque ids; names are sealed."""

from datetime import date, datetime
from typing import Literal

import msgspec

from shuniu.contracts.envelope import Fact, fact

__all__ = (
    "FACTS",
    "AwardArchived",
    "AwardAwarded",
    "AwardCancelled",
    "AwardConfirmed",
    "AwardConsentWithdrawn",
    "AwardFact",
    "AwardJudging",
    "AwardJurorAppointed",
    "AwardJurorDismissed",
    "AwardNominated",
    "AwardNominating",
    "AwardNomineeQualified",
    "AwardNoticed",
    "AwardObjected",
    "AwardObjectionRuled",
    "AwardPlanned",
    "AwardQualifying",
    "AwardScored",
    "AwardVoteCodeGiven",
    "AwardVoteCodeVoided",
    "AwardVoteVoided",
    "AwardVoted",
    "AwardVoting",
    "AwardWeighted",
    "Weights",
)


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """Shares of public vote and jury in per cent; 100 together."""

    votes: int
    jury: int


class AwardFact(Fact, frozen=True, kw_only=True):
    """What all facts about one round share. ``round`` is its id."""

    round: str


@fact("volunteer", "award.planned.v1")
class AwardPlanned(AwardFact, frozen=True, kw_only=True):
    """A round is planned; ``award_name`` is the sponsor's word where there is one."""

    number: str
    area: str
    year: int
    award_name: str
    sponsor: str
    weights: Weights
    winners: int
    day_votes: int


@fact("volunteer", "award.weighted.v1")
class AwardWeighted(AwardFact, frozen=True, kw_only=True):
    """Other weights, before nominations end."""

    weights: Weights


@fact("volunteer", "award.nominating.v1")
class AwardNominating(AwardFact, frozen=True, kw_only=True):
    """Anybody may nominate."""


@fact("volunteer", "award.nominated.v1")
class AwardNominated(AwardFact, frozen=True, kw_only=True):
    """Somebody was nominated; ``employer`` is a unit's code."""

    nominee: str
    person_ref: str
    employer: str = ""
    account: str = ""


@fact("volunteer", "award.qualifying.v1")
class AwardQualifying(AwardFact, frozen=True, kw_only=True):
    """Nominations have ended; weights stand."""


@fact("volunteer", "award.nominee_qualified.v1")
class AwardNomineeQualified(AwardFact, frozen=True, kw_only=True):
    """Credit, discipline and the nominee's own consent were looked at."""

    nominee: str
    credit: bool
    discipline: bool
    consent: bool


@fact("volunteer", "award.consent_withdrawn.v1")
class AwardConsentWithdrawn(AwardFact, frozen=True, kw_only=True):
    """The nominee would not be named any more: out of the round, off the list (PIPL §15)."""

    nominee: str


@fact("volunteer", "award.voting.v1")
class AwardVoting(AwardFact, frozen=True, kw_only=True):
    """The public votes."""


@fact("volunteer", "award.voted.v1")
class AwardVoted(AwardFact, frozen=True, kw_only=True):
    """One vote of one verified person on one day. Votes are never deleted."""

    nominee: str
    on: date
    voter: str = ""
    """The opaque voter of a vote by code; otherwise the envelope's actor is who voted."""


@fact("volunteer", "award.vote_code_given.v1")
class AwardVoteCodeGiven(AwardFact, frozen=True, kw_only=True):
    """A verified person without an account was given a code for one vote, their ``serial``-th; an older one of theirs
    holds no longer. ``voter`` is opaque and the same for this person throughout the round. The code stands nowhere."""

    voter: str
    serial: int
    area: str


@fact("volunteer", "award.vote_code_voided.v1")
class AwardVoteCodeVoided(AwardFact, frozen=True, kw_only=True):
    """An unused code holds no longer, for a reason."""

    voter: str
    reason_ref: str


@fact("volunteer", "award.vote_voided.v1")
class AwardVoteVoided(AwardFact, frozen=True, kw_only=True):
    """A vote does not count, for a reason."""

    voter: str
    on: date
    nominee: str
    reason_ref: str


@fact("volunteer", "award.juror_appointed.v1")
class AwardJurorAppointed(AwardFact, frozen=True, kw_only=True):
    """Somebody sits in the jury; never of the sponsor's."""

    account: str
    employer: str


@fact("volunteer", "award.juror_dismissed.v1")
class AwardJurorDismissed(AwardFact, frozen=True, kw_only=True):
    """Somebody sits there no more; their scores go."""

    account: str


@fact("volunteer", "award.judging.v1")
class AwardJudging(AwardFact, frozen=True, kw_only=True):
    """The vote has ended; the jury scores."""


@fact("volunteer", "award.scored.v1")
class AwardScored(AwardFact, frozen=True, kw_only=True):
    """A juror's score, 0 to 100."""

    nominee: str
    score: int


@fact("volunteer", "award.noticed.v1")
class AwardNoticed(AwardFact, frozen=True, kw_only=True):
    """Who would be awarded is posted (公示)."""

    winners: tuple[str, ...]
    notice_until: datetime


@fact("volunteer", "award.objected.v1")
class AwardObjected(AwardFact, frozen=True, kw_only=True):
    """Somebody objects to one of them, within the notice."""

    objection: str
    nominee: str
    reason_ref: str


@fact("volunteer", "award.objection_ruled.v1")
class AwardObjectionRuled(AwardFact, frozen=True, kw_only=True):
    """An objection was decided; upheld, the nominee is out."""

    objection: str
    upheld: bool
    reason_ref: str


@fact("volunteer", "award.confirmed.v1")
class AwardConfirmed(AwardFact, frozen=True, kw_only=True):
    """The notice has ended and every objection is decided."""

    winners: tuple[str, ...]


@fact("volunteer", "award.awarded.v1")
class AwardAwarded(AwardFact, frozen=True, kw_only=True):
    """Awarded in public."""

    on: date


@fact("volunteer", "award.archived.v1")
class AwardArchived(AwardFact, frozen=True, kw_only=True):
    """Nothing changes any more but a consent withdrawn."""


@fact("volunteer", "award.cancelled.v1")
class AwardCancelled(AwardFact, frozen=True, kw_only=True):
    """It does not take place."""

    reason: Literal["TOO_FEW_NOMINEES", "NOT_THIS_YEAR"]


FACTS: tuple[type[Fact], ...] = (
    AwardPlanned,
    AwardWeighted,
    AwardNominating,
    AwardNominated,
    AwardQualifying,
    AwardNomineeQualified,
    AwardConsentWithdrawn,
    AwardVoting,
    AwardVoted,
    AwardVoteVoided,
    AwardVoteCodeGiven,
    AwardVoteCodeVoided,
    AwardJurorAppointed,
    AwardJurorDismissed,
    AwardJudging,
    AwardScored,
    AwardNoticed,
    AwardObjected,
    AwardObjectionRuled,
    AwardConfirmed,
    AwardAwarded,
    AwardArchived,
    AwardCancelled,
)
