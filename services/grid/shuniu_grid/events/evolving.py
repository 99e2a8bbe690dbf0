"""How facts change a grid event's row (domain rules 10.3). Nothing here refuses: what is told has happened."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any, Literal

import msgspec
from shuniu.chassis.rows import Happening
from shuniu.chassis.terms import clock_of
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon, Term
from shuniu.contracts.envelope import Fact
from shuniu.contracts.grid import events as facts
from shuniu.contracts.referral import ReferralMade, ReferralRefused, ReferralSettled, ReferralTaken
from shuniu.rules.calendar import local
from shuniu.rules.clocks import Clock, clock_recomputed, mark
from shuniu.rules.evidence import BlobRef

from shuniu_grid.events.lifecycle import EVENT
from shuniu_grid.events.state import Duplicate, GridEvent, Held, Referral, Step, Wish

__all__ = ("evolve", "move_of")

replace = msgspec.structs.replace


_MOVES: dict[type[Fact], str] = {
    facts.EventReported: "report",
    facts.EventVerificationAsked: "ask_verification",
    facts.EventVerified: "verify",
    facts.EventFiled: "file",
    facts.EventNotFiled: "not_file",
    facts.EventCategorised: "categorise",
    facts.EventSelfHandled: "self_handle",
    facts.EventAccepted: "accept",
    facts.EventFedBack: "feed_back",
    facts.EventReturned: "return",
    facts.EventReturnAccepted: "accept_return",
    facts.EventReturnRefused: "refuse_return",
    facts.EventDelayAsked: "ask_delay",
    facts.EventDelayGranted: "grant_delay",
    facts.EventDelayRefused: "refuse_delay",
    facts.EventHangAsked: "ask_hang",
    facts.EventHung: "hang",
    facts.EventHangRefused: "refuse_hang",
    facts.EventRevived: "revive",
    facts.EventCheckStarted: "start_check",
    facts.EventClosed: "close",
    facts.EventSentBack: "send_back",
    facts.EventReferred: "refer",
    facts.EventReferralTaken: "referral_taken",
    facts.EventReferralSettled: "referral_settled",
    facts.EventReferralBack: "referral_back",
    facts.EventReferralWithdrawn: "referral_withdrawn",
    facts.EventMerged: "merge_duplicate",
    facts.EventUnmerged: "unmerge",
    facts.EventDuplicateTaken: "take_duplicate",
    facts.EventDuplicateLetGo: "let_go_duplicate",
}


def move_of(fact: Fact, *, first_dispatch: bool = True) -> str:
    """The life cycle's move that a fact tells of; clocks and the referral itself tell of none ("")."""
    if isinstance(fact, facts.EventDispatched):
        return "dispatch" if first_dispatch else "redispatch"
    return _MOVES.get(type(fact), "")


Changes = dict[str, Any]


def blobs_of(photos: Iterable[facts.Photo]) -> tuple[BlobRef, ...]:
    """Evidence as rows keep it."""
    return tuple(BlobRef(p.sha256, p.size, p.media_type) for p in photos)


def _stopped(clocks: Iterable[Clock], id_: str, at: datetime, state: Literal["met", "stopped"]) -> tuple[Clock, ...]:
    return tuple(c.stop(at, state) if c.id == id_ and c.state == "running" else c for c in clocks)


def _met(row: GridEvent, id_: str, at: datetime, *more: Clock) -> tuple[Clock, ...]:
    return (*_stopped(row.clocks, id_, at, "met"), *more)


def _instead(row: GridEvent, id_: str, at: datetime, *more: Clock) -> tuple[Clock, ...]:
    return (*_stopped(row.clocks, id_, at, "stopped"), *more)


def _referral(row: GridEvent, id_: str, **changes: Any) -> tuple[Referral, ...]:
    return tuple(replace(r, **changes) if r.id == id_ else r for r in row.referrals)


def _and(people: tuple[str, ...], one: str) -> tuple[str, ...]:
    return people if one in people else (*people, one)


def _due_day(term: Term | ClockRecomputed) -> date:
    """The day on which a limit ends: one that ends at 24:00 ends on the day before that midnight."""
    return local(term.due_at - timedelta(seconds=1)).date()


def _filed(row: GridEvent, fact: Any, now: Happening) -> Changes:
    clocks = _stopped(_met(row, "verify", now.time), "file", now.time, "met")
    return {"filed_at": now.time, "clocks": clocks}


def _not_filed(row: GridEvent, fact: facts.EventNotFiled, now: Happening) -> Changes:
    return {**_filed(row, fact, now), "filed_at": None, "closed_at": now.time, "not_filed_reason": fact.reason}


def _self_handled(row: GridEvent, fact: facts.EventSelfHandled, now: Happening) -> Changes:
    return {
        "self_handled": True,
        "before": row.before or blobs_of(fact.before),
        "after": blobs_of(fact.after),
        "processors": _and(row.processors, now.actor),
        "checks": row.checks + 1,
        "check_started_at": now.time,
        "level": fact.level,
        "close_by": row.close_by or local(now.time).date(),
        "clocks": _met(row, "process", now.time, clock_of(fact.term)),
    }


def _dispatched(row: GridEvent, fact: facts.EventDispatched, now: Happening) -> Changes:
    return {
        "unit": fact.unit,
        "category": fact.category,
        "clue": fact.clue,
        "attempts": fact.attempt,
        "dispatched_at": now.time,
        "close_by": _due_day(fact.term),
        "level": fact.level,
        "self_handled": False,
        "designated": False,
        "feedbacks": 0,
        "wish": None,
        "clocks": _instead(row, "process", now.time, clock_of(fact.term)),
    }


def _fed_back(row: GridEvent, fact: facts.EventFedBack, now: Happening) -> Changes:
    return {
        "after": blobs_of(fact.after),
        "feedbacks": row.feedbacks + 1,
        "processors": _and(row.processors, now.actor),
        "wish": None,
        "clocks": _met(row, "process", now.time),
    }


def _check_started(row: GridEvent, fact: facts.EventCheckStarted, now: Happening) -> Changes:
    return {
        "checks": row.checks + 1,
        "check_started_at": now.time,
        "clocks": (*row.clocks, clock_of(fact.term)),
    }


def _sent_back(row: GridEvent, fact: facts.EventSentBack, now: Happening) -> Changes:
    return {"reworks": row.reworks + 1, "after": (), "clocks": _met(row, "check", now.time, clock_of(fact.term))}


def _closed(row: GridEvent, fact: facts.EventClosed, now: Happening) -> Changes:
    return {
        "closed_at": now.time,
        "after": (*row.after, *blobs_of(fact.photos)),
        "clocks": _met(row, "check", now.time),
    }


def _referred(row: GridEvent, fact: facts.EventReferred, now: Happening) -> Changes:
    return {
        "unit": row.unit or fact.unit,
        "wish": None,
        "referrals": (*row.referrals, Referral(id=fact.referral, to_scope=fact.to_scope, to_kind=fact.to_kind)),
        "clocks": _instead(row, "process", now.time),
    }


def _taken(row: GridEvent, fact: facts.EventReferralTaken, now: Happening) -> Changes:
    told = {
        "state": "taken",
        "target": fact.target,
        "target_kind": fact.target_kind,
        "target_matter": fact.target_matter,
        "target_number": fact.target_number,
    }
    return {"referrals": _referral(row, fact.referral, **told)}


def _delay_granted(row: GridEvent, fact: facts.EventDelayGranted, now: Happening) -> Changes:
    return {
        "wish": None,
        "delays": row.delays + 1,
        "close_by": _due_day(fact.term),
        "clocks": _instead(row, "process", now.time, clock_of(fact.term)),
    }


def _hung(row: GridEvent, fact: facts.EventHung, now: Happening) -> Changes:
    return {
        "wish": None,
        "hangs": row.hangs + 1,
        "hung_at": now.time,
        "hang_reason": fact.reason,
        "revive_when": fact.revive_when or "",
        "review_on": fact.review_on,
        "clocks": _instead(row, "process", now.time, clock_of(fact.term)),
    }


def _goes_on(row: GridEvent, clocks: tuple[Clock, ...], term: Term) -> Changes:
    return {"close_by": _due_day(term), "clocks": (*clocks, clock_of(term))}


def _merged(row: GridEvent, fact: facts.EventMerged, now: Happening) -> Changes:
    """Nothing runs on and nobody has it in hand any more."""
    return {
        "merged_into": fact.main,
        "merged_number": fact.main_number,
        "merged_at": now.time,
        "closed_at": now.time,
        "close_by": None,
        "unit": "",
        "wish": None,
        "designated": False,
        "clocks": tuple(c.stop(now.time, "stopped") if c.state == "running" else c for c in row.clocks),
    }


def _unmerged(row: GridEvent, fact: facts.EventUnmerged, now: Happening) -> Changes:
    """It begins again where a report begins; what was dispatched before has to be dispatched anew."""
    return {
        "merged_into": "",
        "merged_number": "",
        "merged_at": None,
        "closed_at": None,
        "filed_at": None,
        "dispatched_at": None,
        "feedbacks": 0,
    }


def _duplicate_taken(row: GridEvent, fact: facts.EventDuplicateTaken, now: Happening) -> Changes:
    one = Duplicate(id=fact.duplicate, number=fact.number, reporter=fact.reporter)
    return {"duplicates": (*row.duplicates, one)}


def _delay_wish(row: GridEvent, fact: facts.EventDelayAsked, now: Happening) -> Changes:
    return {"wish": Wish(kind="delay", on=fact.until, by=now.actor, leader=fact.leader)}


def _hang_wish(row: GridEvent, fact: facts.EventHangAsked, now: Happening) -> Changes:
    when = fact.revive_when or ""
    return {"wish": Wish(kind="hang", on=fact.review_on, reason=fact.reason, revive_when=when, by=now.actor)}


def _no_wish(row: GridEvent, fact: Any, now: Happening) -> Changes:
    return {"wish": None}


_CHANGES: dict[type[Fact], Callable[[GridEvent, Any, Happening], Changes]] = {
    facts.EventVerificationAsked: lambda row, fact, now: {
        "verify_asked_at": now.time,
        "clocks": _instead(row, "file", now.time, clock_of(fact.term)),
    },
    facts.EventVerified: _filed,
    facts.EventFiled: _filed,
    facts.EventNotFiled: _not_filed,
    facts.EventCategorised: lambda row, fact, now: {"category": fact.category, "clue": fact.clue},
    facts.EventSelfHandled: _self_handled,
    facts.EventDispatched: _dispatched,
    facts.EventAccepted: lambda row, fact, now: {"processors": _and(row.processors, now.actor)},
    facts.EventFedBack: _fed_back,
    # The unit is let go; the limit runs on until the return is decided, so that returning never buys time.
    facts.EventReturnAccepted: lambda row, fact, now: {"unit": "", "clocks": _instead(row, "process", now.time)},
    facts.EventReturnRefused: lambda row, fact, now: {"designated": True},
    facts.EventDelayAsked: _delay_wish,
    facts.EventDelayGranted: _delay_granted,
    facts.EventDelayRefused: _no_wish,
    facts.EventHangAsked: _hang_wish,
    facts.EventHung: _hung,
    facts.EventHangRefused: _no_wish,
    facts.EventRevived: lambda row, fact, now: _goes_on(row, _met(row, "review", now.time), fact.term),
    facts.EventCheckStarted: _check_started,
    facts.EventClosed: _closed,
    facts.EventSentBack: _sent_back,
    facts.EventReferred: _referred,
    facts.EventReferralTaken: _taken,
    facts.EventReferralSettled: lambda row, fact, now: {
        "level": "district",
        "close_by": row.close_by or local(now.time).date(),
        "referrals": _referral(row, fact.referral, state="settled"),
    },
    facts.EventReferralBack: lambda row, fact, now: {
        "referrals": _referral(row, fact.referral, state="back"),
        **_goes_on(row, row.clocks, fact.term),
    },
    facts.EventMerged: _merged,
    facts.EventUnmerged: _unmerged,
    facts.EventReferralWithdrawn: lambda row, fact, now: {
        "held": tuple(h for h in row.held if (h.referral, h.made_by) != (fact.referral, fact.made_by))
    },
    facts.EventDuplicateTaken: _duplicate_taken,
    facts.EventDuplicateLetGo: lambda row, fact, now: {
        "duplicates": tuple(d for d in row.duplicates if d.id != fact.duplicate)
    },
}


def _step(move: str, fact: Any, now: Happening) -> Step:
    photos = getattr(fact, "after", ()) or getattr(fact, "photos", ()) or getattr(fact, "before", ())
    note, unit = getattr(fact, "note", ""), getattr(fact, "unit", "")
    return Step(move=move, at=now.time, actor=now.actor, unit=unit, note=note, photos=blobs_of(photos))


def _opened(fact: facts.EventReported, now: Happening) -> GridEvent:
    return GridEvent(
        id=fact.matter,
        number=fact.number,
        status=EVENT.initial,
        source=fact.source,
        category=fact.category,
        area=fact.area,
        place=fact.place,
        clue=fact.clue,
        neighbour_reason=fact.neighbour_reason,
        reported_from=fact.reported_from,
        reporter=now.actor,
        contact=fact.contact,
        opened_at=now.time,
        patrol=fact.patrol,
        visit=fact.visit,
        spot=fact.spot,
        external=fact.external,
        before=blobs_of(fact.before),
        steps=(_step("report", fact, now),),
        clocks=(clock_of(fact.term),) if fact.term else (),
    )


def evolve(row: GridEvent | None, fact: Fact, happening: Happening) -> GridEvent:
    """The event after a fact; never refuses."""
    if isinstance(fact, facts.EventReported):
        return _opened(fact, happening)
    assert row is not None, f"{type(fact).__name__} of an event nobody reported"
    if isinstance(fact, ClockSoon | ClockOverdue):
        return replace(row, clocks=mark(row.clocks, fact))
    if isinstance(fact, ClockRecomputed):
        moved = fact.clock == "process" and row.close_by is not None
        return replace(
            row, clocks=clock_recomputed(row.clocks, fact), close_by=_due_day(fact) if moved else row.close_by
        )
    if isinstance(fact, ReferralMade):
        return row
    if isinstance(fact, ReferralTaken):
        return replace(row, held=(*row.held, Held(fact.referral, fact.made_by)))
    if isinstance(fact, ReferralRefused | ReferralSettled):
        return replace(row, held=tuple(h for h in row.held if h.referral != fact.referral))
    move = move_of(fact, first_dispatch=row.status == "FILED")
    changes = _CHANGES[type(fact)](row, fact, happening) if type(fact) in _CHANGES else {}
    return replace(
        row,
        status=EVENT.move(move).target or row.status,
        steps=(*row.steps, _step(move, fact, happening)),
        **changes,
    )
