"""What a chain of whistles carries on (复哨): callouts, phases, evidence, ratings of every earlier one (case 1.3)."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace
from shuniu.contracts.whistle.whistles import HistoryCarried, PastCallout, PastPhase, PastWhistle

from shuniu_whistle.whistles.state import Callout, Whistle

__all__ = ("carried", "with_carried")

PHASES_A_FACT = 40
"""So that a fact with nine files for each phase stays within the size of an event."""


def carried(new: str, before: Whistle) -> list[HistoryCarried]:
    """The facts that tell whistle ``new`` everything of the chain up to and with ``before``."""
    return [f for past in (*before.history, _past(before)) for f in _said(new, past)]


def _past(w: Whistle) -> PastWhistle:
    return PastWhistle(
        whistle=w.id,
        number=w.number,
        link=w.chain,
        kind=w.kind,
        blown_at=w.blown_at,
        resolved_at=w.resolved_at,
        late_marks=w.late_marks,
        callouts=tuple(_part(w, c) for c in w.callouts),
    )


def _part(w: Whistle, c: Callout) -> PastCallout:
    return PastCallout(
        unit=c.unit,
        scope=c.scope,
        role=c.role,
        status=c.status,
        late=tuple(x.id for x in w.clocks if x.part == c.id and x.late),
        scores=(c.rating.response, c.rating.attitude, c.rating.result) if c.rating else (),
        evidence=c.evidence,
        phases=tuple(
            PastPhase(seq=p.seq, work=p.work, status=p.status, sent_back=p.sent_back, evidence=p.evidence)
            for p in c.phases
        ),
    )


def _said(new: str, past: PastWhistle) -> Iterable[HistoryCarried]:
    """One fact for each callout, several where it had many phases; a whistle without callouts still says it was one."""
    parts = past.callouts or (None,)
    for n, part in enumerate(parts):
        if part is None:
            yield HistoryCarried(whistle=new, past=replace(past, callouts=()), part=0)
            continue
        for i in range(0, max(1, len(part.phases)), PHASES_A_FACT):
            some = replace(part, phases=part.phases[i : i + PHASES_A_FACT])
            yield HistoryCarried(whistle=new, past=replace(past, callouts=(some,)), part=n)


def with_carried(history: Sequence[PastWhistle], f: HistoryCarried) -> tuple[PastWhistle, ...]:
    """The history after one more fact of it."""
    known = next((p for p in history if p.whistle == f.past.whistle), None)
    if known is None:
        return (*history, f.past)
    callouts = list(known.callouts)
    for part in f.past.callouts:
        if f.part < len(callouts):
            callouts[f.part] = replace(callouts[f.part], phases=(*callouts[f.part].phases, *part.phases))
        else:
            callouts.append(part)
    return tuple(replace(p, callouts=tuple(callouts)) if p is known else p for p in history)
