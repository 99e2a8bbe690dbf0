"""What a deliberation and an elector are as rows, and how facts change them; sums are kept exactly as facts tell."""

from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec.structs import replace
from shuniu.chassis.rows import Happening
from shuniu.chassis.terms import clock_of
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon
from shuniu.contracts.document import DocumentIssued
from shuniu.contracts.services_desk import deliberation as said
from shuniu.contracts.services_desk.deliberation import OptionSet, RollEntry, Tally
from shuniu.contracts.services_desk.projects import ProjectPlanned
from shuniu.rules.clocks import Clock, clock_recomputed, mark

from shuniu_services_desk.deliberation.counting import ForumRule, rule_as_opened

__all__ = ("Deliberation", "Elector", "Paper", "VoidedVote", "evolve", "evolve_elector")


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """A document that was issued; its content is sealed under its code."""

    code: str
    kind: str
    number: str
    at: datetime


class Deliberation(msgspec.Struct, frozen=True, kw_only=True):
    """A deliberation; ``eligible``, ``present`` and ``tallies`` are sums over its electors."""

    id: str
    number: str
    status: str = "AGENDA"
    cluster: str
    needs: tuple[str, ...]
    category: str
    area: str
    forum: said.Forum
    body: said.ElectorBody
    decision: said.Decision = "ORDINARY"
    counted_by: said.CountingRule | None = None
    units: tuple[str, ...] = ()
    opened_at: datetime
    ended_at: datetime | None = None
    meeting_at: datetime | None = None
    where_ref: str = ""
    eligible: Tally = Tally()
    present: Tally = Tally()
    options: tuple[OptionSet, ...] = ()
    tallies: dict[str, Tally] = {}
    votes: int = 0
    minutes_ref: str = ""
    passed: str = ""
    project: str = ""
    released: bool = False
    papers: tuple[Paper, ...] = ()
    clocks: tuple[Clock, ...] = ()

    @property
    def rule(self) -> ForumRule:
        """The rule it is counted by."""
        return rule_as_opened(self.forum, self.counted_by)


class VoidedVote(msgspec.Struct, frozen=True):
    """A vote that does not count, with its reason sealed."""

    option: str
    reason_ref: str
    at: datetime


class Elector(msgspec.Struct, frozen=True, kw_only=True):
    """Guard row: one elector of one deliberation votes once, and is there once."""

    elector: str
    area: int = 0
    present: Literal["", "SELF", "WRITING", "PROXY"] = ""
    by: str = ""
    holds: int = 0
    vote: str = ""
    voided: tuple[VoidedVote, ...] = ()


def _sum(t: Tally, entries: tuple[RollEntry, ...], sign: int = 1) -> Tally:
    return Tally(t.heads + sign * len(entries), t.area + sign * sum(e.area for e in entries))


def _ended(d: Deliberation, h: Happening, status: str) -> Deliberation:
    stopped = tuple(k.stop(h.time, "stopped") if k.state == "running" else k for k in d.clocks)
    return replace(d, status=status, ended_at=h.time, clocks=stopped)


def evolve(row: Deliberation | None, f: Any, h: Happening) -> Deliberation | None:
    """The deliberation after the fact."""
    if isinstance(f, said.DeliberationOpened):
        return Deliberation(
            id=f.deliberation,
            number=f.number,
            cluster=f.cluster,
            needs=f.needs,
            category=f.category,
            area=f.area,
            forum=f.forum,
            body=f.body,
            decision=f.decision,
            counted_by=f.counted_by,
            opened_at=h.time,
        )
    return _changed(row, f, h) if row is not None else None


def _changed(d: Deliberation, f: Any, h: Happening) -> Deliberation:
    match f:
        case said.RollEntered():
            return replace(d, eligible=_sum(d.eligible, f.electors))
        case said.DeliberationPartiesSet():
            return replace(d, status="PARTIES_SET", units=f.units)
        case said.DeliberationNoticed():
            earlier = tuple(k.stop(h.time, "stopped") if k.state == "running" else k for k in d.clocks)
            clocks = (*earlier, clock_of(f.term))
            return replace(d, status="NOTICED", meeting_at=f.meeting_at, where_ref=f.where_ref, clocks=clocks)
        case said.ElectorAttended():
            return replace(d, present=_sum(d.present, (f.elector, *f.represents)))
        case said.DeliberationHeld():
            met = tuple(k.stop(h.time) if k.state == "running" else k for k in d.clocks)
            return replace(d, status="DELIBERATED", options=f.options, minutes_ref=f.minutes_ref, clocks=met)
        case said.VoteCast() | said.VoteVoided():
            sign = 1 if isinstance(f, said.VoteCast) else -1
            tally = _sum(d.tallies.get(f.option, Tally()), (f.elector,), sign)
            return replace(d, tallies={**d.tallies, f.option: tally}, votes=d.votes + sign)
        case said.DeliberationCounted():
            return replace(d, status="VOTED", passed=f.passed)
        case said.DeliberationResolved():
            return _ended(d, h, "RESOLUTION")
        case said.DeliberationNotPassed():
            return _ended(d, h, "NOT_PASSED")
        case said.DeliberationAdjourned():
            return _ended(d, h, "INQUORATE")
        case said.DeliberationCancelled():
            return _ended(d, h, "CANCELLED")
        case said.DeliberationReleased():
            return replace(d, released=True)
        case ProjectPlanned():
            return replace(d, project=f.project)
        case DocumentIssued():
            return replace(d, papers=(*d.papers, Paper(code=f.code, kind=f.kind, number=f.number, at=h.time)))
        case ClockSoon() | ClockOverdue():
            return replace(d, clocks=mark(d.clocks, f))
        case ClockRecomputed():
            return replace(d, clocks=clock_recomputed(d.clocks, f))
        case _:
            return d


def evolve_elector(row: Elector | None, f: Any, h: Happening) -> Elector | None:
    """The elector after the fact; a row knows itself by its key ``<deliberation>:<elector>``."""
    own = h.id.partition(":")[2]
    if isinstance(f, said.RollEntered):
        entry = next(e for e in f.electors if e.elector == own)
        return Elector(elector=own, area=entry.area)
    if row is None:
        return None
    match f:
        case said.ElectorAttended() if f.elector.elector == own:
            return replace(row, present="WRITING" if f.in_writing else "SELF", holds=len(f.represents))
        case said.ElectorAttended():
            return replace(row, present="PROXY", by=f.elector.elector)
        case said.VoteCast():
            return replace(row, vote=f.option)
        case said.VoteVoided():
            return replace(row, vote="", voided=(*row.voided, VoidedVote(f.option, f.reason_ref, h.time)))
        case _:
            return row
