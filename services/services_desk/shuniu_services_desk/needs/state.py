"""What a need, a cluster and a follow-up code are as rows, and how facts change them."""

from datetime import date, datetime
from typing import Any

import msgspec
from msgspec.structs import replace
from shuniu.chassis.referring import SentReferral
from shuniu.chassis.rows import Happening
from shuniu.chassis.terms import clock_of
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon, Term
from shuniu.contracts.services_desk import needs as said
from shuniu.contracts.services_desk.needs import OtherOffer, Score
from shuniu.contracts.summary import Place
from shuniu.rules.clocks import Clock, clock_recomputed, mark

__all__ = (
    "Cluster",
    "Need",
    "NeedCode",
    "NeedNote",
    "Proposal",
    "evolve",
    "evolve_cluster",
    "evolve_code",
)


class NeedNote(msgspec.Struct, frozen=True):
    """A text kept apart, encrypted: what it is (a key of the catalogue), where, and when."""

    label: str
    ref: str
    at: datetime


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What the solver proposed, why, and what else was possible."""

    run: str
    offer: str
    unit: str
    score: Score
    others: tuple[OtherOffer, ...] = ()
    at: datetime


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """A need (居民需求)."""

    id: str
    number: str
    status: str
    category: str
    area: str
    place: Place = Place()
    channel: str = "RESIDENT"
    times: str = "ANY"
    automation_refused: bool = False
    words_ref: str = ""
    contact_ref: str = ""
    opened_at: datetime
    ended_at: datetime | None = None
    cluster: str = ""
    deliberation: str = ""
    project: str = ""
    proposal: Proposal | None = None
    offer: str = ""
    unit: str = ""
    manual: bool = False
    matched: int = 0
    referrals: tuple[SentReferral, ...] = ()
    ground: str = ""
    review_on: date | None = None
    told_ref: str = ""
    """What whoever raised it was told at the end, sealed."""
    told_by: str = ""
    clocks: tuple[Clock, ...] = ()
    notes: tuple[NeedNote, ...] = ()

    @property
    def open(self) -> bool:
        """Whether anybody still has to do something."""
        return self.ended_at is None

    @property
    def referral(self) -> SentReferral | None:
        """The referral that is out, or None."""
        return next((r for r in reversed(self.referrals) if r.state in ("open", "taken")), None)


class Cluster(msgspec.Struct, frozen=True, kw_only=True):
    """Needs found to be the same by a person."""

    id: str
    number: str
    status: str = "CL_OPEN"
    category: str
    area: str
    opened_at: datetime
    ended_at: datetime | None = None
    needs: tuple[str, ...] = ()
    into: str = ""
    deliberation: str = ""
    project: str = ""
    clocks: tuple[Clock, ...] = ()


class NeedCode(msgspec.Struct, frozen=True):
    """The need of a follow-up code. The row's key is a keyed hash of the code."""

    need: str


def _stop(n: Need, h: Happening, *ids: str, met: bool = True) -> Need:
    state: Any = "met" if met else "stopped"
    clocks = tuple(k.stop(h.time, state) if k.state == "running" and (not ids or k.id in ids) else k for k in n.clocks)
    return replace(n, clocks=clocks)


def _run(n: Need, term: Term | None) -> Need:
    return n if term is None else replace(n, clocks=(*n.clocks, clock_of(term)))


def _note(n: Need, h: Happening, label: str, ref: str) -> Need:
    return replace(n, notes=(*n.notes, NeedNote(label, ref, h.time))) if ref else n


def _end(n: Need, h: Happening, status: str, ref: str, told_by: str) -> Need:
    n = _note(_stop(n, h), h, "need_told", ref)
    return replace(n, status=status, ended_at=h.time, told_ref=ref, told_by=told_by, proposal=None)


def _referral(n: Need, id: str, state: str, **target: str) -> Need:  # noqa: A002
    changed = tuple(replace(r, state=state, **target) if r.id == id else r for r in n.referrals)
    return replace(n, referrals=changed)


def _back(n: Need) -> str:
    return "CLUSTERED" if n.cluster else "NEED_RAISED"


def evolve(row: Need | None, f: Any, h: Happening) -> Need | None:
    """The need after the fact."""
    if isinstance(f, said.NeedRaised):
        n = Need(
            id=f.need,
            number=f.number,
            status="NEED_RAISED",
            category=f.category,
            area=f.area,
            place=f.place,
            channel=f.channel,
            times=f.times,
            automation_refused=f.automation_refused,
            words_ref=f.words_ref,
            contact_ref=f.contact_ref,
            opened_at=h.time,
        )
        return _run(_note(_note(n, h, "need_words", f.words_ref), h, "need_contact", f.contact_ref), f.term)
    return _sorted(row, f, h) if row is not None else None


def _sorted(n: Need, f: Any, h: Happening) -> Need:
    match f:
        case said.NeedClustered():
            # A need that comes over with its cluster stays where it stands: matched, served, told about.
            status = "CLUSTERED" if n.status == "NEED_RAISED" else n.status
            return replace(_stop(n, h, "need_sort"), status=status, cluster=f.cluster)
        case said.NeedTakenOut():
            return _run(replace(n, status="NEED_RAISED", cluster="", proposal=None), f.term)
        case said.NeedPostponed():
            n = _note(_stop(n, h, met=False), h, "need_postponed", f.words_ref)
            return _run(replace(n, status="POSTPONED", review_on=f.review_on, proposal=None), f.term)
        case said.NeedResumed():
            return _run(replace(_stop(n, h, "need_review"), status=_back(n), review_on=None), f.term)
        case said.NeedRejected():
            return replace(_end(n, h, "REJECTED", f.words_ref, f.told_by), ground=f.ground)
        case said.NeedReferred():
            referral = SentReferral(id=f.referral, to_kind=f.to_kind)
            n = _note(_stop(n, h), h, "need_referred", f.note_ref)
            return replace(n, status="REFERRED", referrals=(*n.referrals, referral), proposal=None)
        case said.NeedReferralTaken():
            target = {name: getattr(f, name) for name in ("target", "target_kind", "target_matter", "target_number")}
            return _referral(n, f.referral, "taken", **target)
        case said.NeedReferralSettled():
            return _run(replace(_referral(n, f.referral, "settled"), status="SERVED"), f.term)
        case said.NeedReferralBack():
            return _run(replace(_referral(n, f.referral, f.cause), status=_back(n)), f.term)
        case _:
            return _served(n, f, h)


def _served(n: Need, f: Any, h: Happening) -> Need:
    match f:
        case said.NeedProposed():
            p = Proposal(run=f.run, offer=f.offer, unit=f.unit, score=f.score, others=f.others, at=h.time)
            return replace(n, proposal=p)
        case said.NeedAutomationRefused():
            return replace(n, automation_refused=True, proposal=None)
        case said.NeedMatched():
            n = _note(n, h, "need_match_reason", f.reason_ref)
            return replace(n, status="MATCHED", offer=f.offer, unit=f.unit, manual=f.manual, matched=n.matched + 1)
        case said.NeedUnmatched():
            n = _note(n, h, "need_unmatch_reason", f.reason_ref)
            return replace(n, status="CLUSTERED", offer="", unit="", manual=False, proposal=None)
        case said.NeedServed():
            return _run(replace(_note(n, h, "need_served", f.note_ref), status="SERVED"), f.term)
        case said.NeedTakenUp():
            return replace(n, status="IN_DELIBERATION", deliberation=f.deliberation, proposal=None)
        case said.NeedReleased():
            return replace(n, status="CLUSTERED", deliberation="")
        case said.NeedPlanned():
            return replace(n, status="IN_PROJECT", project=f.project)
        case said.NeedFedBack():
            return _end(n, h, "FED_BACK", f.words_ref, f.told_by)
        case ClockSoon() | ClockOverdue():
            return replace(n, clocks=mark(n.clocks, f))
        case ClockRecomputed():
            return replace(n, clocks=clock_recomputed(n.clocks, f))
        case _:
            return n


def evolve_cluster(row: Cluster | None, f: Any, h: Happening) -> Cluster | None:
    """The cluster after the fact; it knows its needs as they know it."""
    if isinstance(f, said.ClusterFormed):
        return Cluster(id=f.cluster, number=f.number, category=f.category, area=f.area, opened_at=h.time)
    if row is None:
        return None
    match f:
        case said.NeedClustered() if f.cluster == row.id:
            return replace(row, needs=(*row.needs, f.need))
        case said.NeedClustered() | said.NeedTakenOut():
            return replace(row, needs=tuple(n for n in row.needs if n != f.need))
        case said.ClusterMerged():
            return replace(row, status="CL_MERGED", into=f.into, ended_at=h.time)
        case said.ClusterTakenUp():
            return replace(row, status="CL_DELIBERATING", deliberation=f.deliberation)
        case said.ClusterReleased():
            return replace(row, status="CL_OPEN", deliberation="")
        case said.ClusterPlanned():
            return replace(row, status="CL_PROJECT", project=f.project)
        case said.ClusterClosed():
            return replace(row, status="CL_CLOSED", ended_at=h.time)
        case _:
            return row


def evolve_code(row: NeedCode | None, f: Any, h: Happening) -> NeedCode | None:
    """The need of a code."""
    return NeedCode(f.need) if isinstance(f, said.NeedRaised) else row
