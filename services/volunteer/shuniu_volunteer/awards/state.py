"""An award round as a row, the votes of a person on a day, and how facts change them."""

from datetime import date, datetime
from fractions import Fraction
from typing import Any, Literal

import msgspec
from msgspec.structs import replace
from shuniu.chassis.rows import Happening, Index, RowKind
from shuniu.contracts.envelope import Fact
from shuniu.contracts.volunteer import awards as said

__all__ = ("ROUND_KIND", "VOTES", "AwardRound", "DayVotes", "Juror", "Nominee", "Objection", "votes_id")


class Nominee(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody nominated; who is sealed."""

    id: str
    person_ref: str
    employer: str = ""
    account: str = ""
    by: str = ""
    state: Literal["NOMINATED", "QUALIFIED", "OUT"] = "NOMINATED"
    consent: bool = False
    votes: int = 0
    scores: dict[str, int] = {}


class Juror(msgspec.Struct, frozen=True):
    """A juror's account and the unit that employs them."""

    account: str
    employer: str


class Objection(msgspec.Struct, frozen=True, kw_only=True):
    """An objection to one winner."""

    id: str
    nominee: str
    by: str
    reason_ref: str
    state: Literal["OPEN", "UPHELD", "REJECTED"] = "OPEN"


class AwardRound(msgspec.Struct, frozen=True, kw_only=True):
    """One round."""

    id: str
    number: str
    area: str
    year: int
    award_name: str
    sponsor: str
    weights: said.Weights
    places: int
    day_votes: int
    opened_at: datetime
    status: str = "AW_PLANNED"
    nominees: tuple[Nominee, ...] = ()
    jury: tuple[Juror, ...] = ()
    winners: tuple[str, ...] = ()
    notice_until: datetime | None = None
    objections: tuple[Objection, ...] = ()
    awarded_on: date | None = None
    ended_at: datetime | None = None

    def nominee(self, nominee: str) -> Nominee | None:
        """The nominee of that id."""
        return next((n for n in self.nominees if n.id == nominee), None)

    def juror(self, account: str) -> Juror | None:
        """The juror of that account."""
        return next((j for j in self.jury if j.account == account), None)

    @property
    def qualified(self) -> tuple[Nominee, ...]:
        """Who may be voted for."""
        return tuple(n for n in self.nominees if n.state == "QUALIFIED")

    def standing(self, n: Nominee) -> Fraction:
        """Weighted points, 0 to 100: votes against the most voted, the mean of the jury's scores."""
        most = max((other.votes for other in self.qualified), default=0)
        votes = Fraction(100 * n.votes, most) if most else Fraction(0)
        jury = Fraction(sum(n.scores.values()), len(n.scores)) if n.scores else Fraction(0)
        return (votes * self.weights.votes + jury * self.weights.jury) / 100

    @property
    def ranking(self) -> tuple[Nominee, ...]:
        """Best first; of equals who has the more votes, then who was nominated first."""
        order = {n.id: i for i, n in enumerate(self.nominees)}
        return tuple(sorted(self.qualified, key=lambda n: (-self.standing(n), -n.votes, order[n.id])))


class DayVotes(msgspec.Struct, frozen=True, kw_only=True):
    """Guard row: one person's votes of one day in one round; a voided one still counts as given."""

    nominees: tuple[str, ...] = ()
    void: tuple[str, ...] = ()


def votes_id(award: str, voter: str, on: date) -> str:
    """Id of the guard row."""
    return f"{award}:{voter}:{on.isoformat()}"


def _changed(row: AwardRound, nominee: str, **changes: Any) -> AwardRound:
    return replace(row, nominees=tuple(replace(n, **changes) if n.id == nominee else n for n in row.nominees))


def _without(row: AwardRound, nominee: str) -> AwardRound:
    return replace(row, winners=tuple(w for w in row.winners if w != nominee))


_STATUS: dict[type[Fact], str] = {
    said.AwardNominating: "AW_NOMINATING",
    said.AwardQualifying: "AW_QUALIFYING",
    said.AwardVoting: "AW_VOTING",
    said.AwardJudging: "AW_JURY",
}


def _evolve(row: AwardRound | None, f: Any, h: Happening) -> AwardRound | None:
    if isinstance(f, said.AwardPlanned):
        return AwardRound(
            id=f.round,
            number=f.number,
            area=f.area,
            year=f.year,
            award_name=f.award_name,
            sponsor=f.sponsor,
            weights=f.weights,
            places=f.winners,
            day_votes=f.day_votes,
            opened_at=h.time,
        )
    if row is None:
        return None
    if type(f) in _STATUS:
        return replace(row, status=_STATUS[type(f)])
    match f:
        case said.AwardWeighted():
            return replace(row, weights=f.weights)
        case said.AwardNominated():
            new = Nominee(id=f.nominee, person_ref=f.person_ref, employer=f.employer, account=f.account, by=h.actor)
            return replace(row, nominees=(*row.nominees, new))
        case said.AwardNomineeQualified():
            state = "QUALIFIED" if f.credit and f.discipline and f.consent else "OUT"
            return _changed(row, f.nominee, state=state, consent=f.consent)
        case said.AwardConsentWithdrawn():
            return _without(_changed(row, f.nominee, state="OUT", consent=False), f.nominee)
        case said.AwardVoted():
            n = row.nominee(f.nominee)
            return _changed(row, f.nominee, votes=n.votes + 1) if n else row
        case said.AwardVoteVoided():
            n = row.nominee(f.nominee)
            return _changed(row, f.nominee, votes=n.votes - 1) if n else row
        case said.AwardJurorAppointed():
            return replace(row, jury=(*row.jury, Juror(f.account, f.employer)))
        case said.AwardJurorDismissed():
            row = replace(row, jury=tuple(j for j in row.jury if j.account != f.account))
            kept = (replace(n, scores={a: s for a, s in n.scores.items() if a != f.account}) for n in row.nominees)
            return replace(row, nominees=tuple(kept))
        case said.AwardScored():
            n = row.nominee(f.nominee)
            return _changed(row, f.nominee, scores={**n.scores, h.actor: f.score}) if n else row
        case said.AwardNoticed():
            return replace(row, status="AW_NOTICE", winners=f.winners, notice_until=f.notice_until)
        case said.AwardObjected():
            objection = Objection(id=f.objection, nominee=f.nominee, by=h.actor, reason_ref=f.reason_ref)
            return replace(row, status="AW_OBJECTION", objections=(*row.objections, objection))
        case said.AwardObjectionRuled():
            return _ruled(row, f)
        case said.AwardConfirmed():
            return replace(row, status="AW_CONFIRMED", winners=f.winners)
        case said.AwardAwarded():
            return replace(row, status="AW_AWARDED", awarded_on=f.on)
        case said.AwardArchived():
            return replace(row, status="AW_ARCHIVED", ended_at=h.time)
        case said.AwardCancelled():
            return replace(row, status="AW_CANCELLED", ended_at=h.time)
    return row


def _ruled(row: AwardRound, f: said.AwardObjectionRuled) -> AwardRound:
    state: Literal["UPHELD", "REJECTED"] = "UPHELD" if f.upheld else "REJECTED"
    objections = tuple(replace(o, state=state) if o.id == f.objection else o for o in row.objections)
    nominee = next((o.nominee for o in row.objections if o.id == f.objection), "")
    row = replace(row, status="AW_RULED", objections=objections)
    return _without(_changed(row, nominee, state="OUT"), nominee) if f.upheld else row


def _vote(row: DayVotes | None, f: Any, h: Happening) -> DayVotes | None:
    row = row or DayVotes()
    match f:
        case said.AwardVoted():
            return replace(row, nominees=(*row.nominees, f.nominee))
        case said.AwardVoteVoided():
            return replace(row, void=(*row.void, f.nominee))
    return row


ROUND_KIND: RowKind[AwardRound] = RowKind(
    "award_round",
    AwardRound,
    "award_round",
    _evolve,
    index=lambda row: Index(row.status, row.area, row.sponsor, row.notice_until),
)
VOTES: RowKind[DayVotes] = RowKind("award_votes", DayVotes, "award_votes", _vote)
