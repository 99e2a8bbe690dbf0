"""A supervision as a document, how facts change it, what of it is due by itself."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Emit
from shuniu.chassis.rows import Happening, Index, RowKind, Timer
from shuniu.chassis.terms import clock_of
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon
from shuniu.contracts.envelope import Fact
from shuniu.contracts.summary import Place, Visibility
from shuniu.contracts.whistle import supervision as said
from shuniu.contracts.whistle.whistles import EvidenceRef
from shuniu.rules.clocks import Clock, clock_due, clock_recomputed, clock_timers, mark, most_urgent

from shuniu_whistle.settings import settings_of
from shuniu_whistle.whistles.escalation import SUPERVISION_KIND, supervision_term
from shuniu_whistle.whistles.ladder import ladder, stronger
from shuniu_whistle.whistles.whistle import WHISTLE

__all__ = ("SUPERVISION_CASE", "GivenAnswer", "Supervision")


class GivenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's answer."""

    unit: str
    at: datetime
    ref: str
    evidence: tuple[EvidenceRef, ...] = ()


class Supervision(msgspec.Struct, frozen=True, kw_only=True):
    """A supervision (督办件). ``answers`` are those of the round that runs."""

    id: str
    number: str
    status: str
    form: str
    whistle: str
    whistle_number: str
    callout: str
    units: tuple[str, ...]
    direction: str
    area: str
    place: Place
    title: str
    opened_at: datetime
    automatic: bool
    reason_ref: str = ""
    talk_at: datetime | None = None
    answers: tuple[GivenAnswer, ...] = ()
    refs: tuple[tuple[str, str, datetime], ...] = ()
    """Texts kept apart: what they are, where, when."""
    rounds: int = 1
    overdue: int = 0
    """How many times its own limit passed."""
    rungs: tuple[str, ...] = ()
    clocks: tuple[Clock, ...] = ()
    ended_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether anybody still has to do something."""
        return self.ended_at is None

    def owing(self) -> tuple[str, ...]:
        """The units that have not answered in the round that runs."""
        answered = {a.unit for a in self.answers}
        return tuple(u for u in self.units if u not in answered)


def _opened(f: said.SupervisionOpened, h: Happening) -> Supervision:
    return Supervision(
        id=f.supervision,
        number=f.number,
        status="NOTIFIED",
        form=f.form,
        whistle=f.whistle,
        whistle_number=f.whistle_number,
        callout=f.callout,
        units=f.units,
        direction=f.direction,
        area=f.area,
        place=f.place,
        title=f.title,
        opened_at=h.time,
        automatic=f.automatic,
        reason_ref=f.reason_ref,
        refs=(("opened", f.reason_ref, h.time),) if f.reason_ref else (),
        rungs=(f.step,) if f.step else (),
        clocks=(clock_of(f.term),),
    )


def _stopped(s: Supervision, h: Happening, state: str = "stopped") -> Supervision:
    met = "met" if state == "met" else "stopped"
    clocks = tuple(c.stop(h.time, met) if c.state == "running" else c for c in s.clocks)  # type: ignore[arg-type]
    return replace(s, clocks=clocks)


def _kept(s: Supervision, label: str, ref: str, h: Happening) -> Supervision:
    return replace(s, refs=(*s.refs, (label, ref, h.time))) if ref else s


def evolve(row: Supervision | None, f: Fact, h: Happening) -> Supervision | None:
    """The supervision after a fact."""
    if row is None:
        return _opened(f, h) if isinstance(f, said.SupervisionOpened) else None
    match f:
        case said.SupervisionAnswered():
            given = GivenAnswer(unit=f.unit, at=h.time, ref=f.answer_ref, evidence=f.evidence)
            row = replace(_kept(row, "answered", f.answer_ref, h), answers=(*row.answers, given))
            return replace(_stopped(row, h, "met"), status="ANSWERED") if f.last else row
        case said.SupervisionReturned():
            row = _kept(_stopped(row, h), "returned", f.reason_ref, h)
            return replace(
                row, status="NOTIFIED", answers=(), rounds=row.rounds + 1, clocks=(*row.clocks, clock_of(f.term))
            )
        case said.SupervisionRaised():
            row = _kept(_stopped(row, h), "raised", f.reason_ref, h)
            return replace(
                row,
                status="NOTIFIED",
                form=f.form,
                answers=(),
                talk_at=f.talk_at or row.talk_at,
                rungs=(*row.rungs, f.step) if f.step else row.rungs,
                clocks=(*row.clocks, clock_of(f.term)),
            )
        case said.SupervisionReviewed():
            return replace(_kept(row, "reviewed", f.note_ref, h), status="REVIEWED")
        case said.SupervisionClosed():
            return replace(_stopped(row, h), status="SETTLED", ended_at=h.time)
        case said.SupervisionLifted():
            return replace(_kept(_stopped(row, h), "lifted", f.reason_ref, h), status="LIFTED", ended_at=h.time)
        case ClockSoon() | ClockOverdue():
            return replace(row, clocks=mark(row.clocks, f), overdue=row.overdue + isinstance(f, ClockOverdue))
        case ClockRecomputed():
            return replace(row, clocks=clock_recomputed(row.clocks, f))
        case _:
            return row


def raised_to(
    s: Supervision,
    form: said.Form,
    ctx: Context,
    *,
    step: str = "",
    reason_ref: str = "",
    talk_at: datetime | None = None,
) -> list[Emit]:
    """A stronger form, and the whistle says so; the units answer anew, within a limit anew."""
    raised = said.SupervisionRaised(
        supervision=s.id,
        form=form,
        automatic=bool(step),
        step=step,
        term=supervision_term(ctx, s.clocks),
        talk_at=talk_at,
        reason_ref=reason_ref,
    )
    held = said.WhistleSupervised(whistle=s.whistle, supervision=s.id, number=s.number, form=form)
    return [Emit(raised, (SUPERVISION_CASE.key(s.id),)), Emit(held, (WHISTLE.key(s.whistle),))]


def _due(s: Supervision, ctx: Context) -> Sequence[Emit]:
    """Its own clock, and the steps of the ladder for those who let it pass."""
    if over := clock_due(s.id, s.clocks, ctx.now):
        return [Emit(f, (SUPERVISION_CASE.key(s.id),)) for f in over]
    if s.status != "NOTIFIED":
        return ()
    steps = ladder(settings_of(ctx).ladder_file).due(SUPERVISION_KIND, s.direction, s.rungs, overdue=s.overdue)
    for step in steps:
        if step.supervise is not None and stronger(step.supervise, s.form):
            return raised_to(s, step.supervise, ctx, step=step.id)
    return ()


def _index(s: Supervision) -> Index:
    urgent = most_urgent(s.clocks)
    return Index(s.status, s.area, s.units[0] if s.units else "", urgent.due_at if urgent else None)


def visibility(s: Supervision) -> Visibility:
    """The area, so the street and the district above it, and the supervised units."""
    return Visibility(areas=(s.area,), units=s.units, sensitivity=2)


SUPERVISION_CASE: RowKind[Supervision] = RowKind(
    name=SUPERVISION_KIND,
    struct=Supervision,
    table="supervision_case",
    evolve=evolve,
    index=_index,
    due=_due,
    timers=lambda s: (Timer(*t) for t in clock_timers(s.clocks)),
    clocks=lambda s: s.clocks,
    clock_profile=lambda s, ctx: ctx.profile(settings_of(ctx).supervision_profile),
)
