"""A staged remediation as bars over time: callouts and their phases, planned and real, what is late or critical."""

from collections.abc import Iterable
from datetime import date, datetime

from shuniu.contracts.panels import Bar, GanttPanel, MatterPointer
from shuniu.contracts.text import Text
from shuniu.rules.calendar import local

from shuniu_whistle.texts import TEXTS
from shuniu_whistle.whistles.dependencies import blocking, critical, phases_of, span_of
from shuniu_whistle.whistles.state import Callout, Phase, Whistle

__all__ = ("bars_of", "gantt_of")


def gantt_of(whistles: Iterable[Whistle], now: datetime) -> GanttPanel:
    """The panel of several whistles, those that end first on top; each is a group of its own."""
    groups = [list(bars_of(w, now)) for w in whistles]
    bars = sorted(groups, key=lambda group: max((bar.due or date.min for bar in group), default=date.min))
    return GanttPanel(bars=tuple(bar for of_one in bars for bar in of_one), as_of=now)


def bars_of(w: Whistle, now: datetime) -> Iterable[Bar]:
    """Every callout from its call to its date, and below it its phases."""
    if w.blown_at is None:
        return
    begin, day = local(w.blown_at).date(), local(now).date()
    phases = phases_of(w)
    spans = {id_: span_of(p, phases, begin) for id_, p in phases.items()}
    on_path = critical(spans, {id_: p.after for id_, p in phases.items()})
    for c in w.callouts:
        yield _callout(w, c, begin, day)
        for p in c.phases:
            start = local(p.started_at).date() if p.started_at else spans[p.id].start
            end = local(p.accepted_at).date() if p.accepted_at else None
            yield Bar(
                id=p.id,
                title=_title(p),
                start=start,
                end=end,
                due=p.due_on,
                status=p.status,
                group=w.number,
                unit=c.unit,
                depends=tuple(b for b in p.after if b in phases),
                late=_late(w, p, day),
                critical=p.id in on_path,
                matter=_pointer(w),
            )


def _pointer(w: Whistle) -> MatterPointer:
    return MatterPointer(kind="whistle", id=w.id, number=w.number)


def _title(p: Phase) -> Text:
    work: Text = TEXTS[f"enum.work.{p.work}"]
    return work.within(f"{p.seq} {{}}")


def _late(w: Whistle, p: Phase, day: date) -> bool:
    passed = any(c.late for c in w.clocks if c.part == p.id)
    return passed or (p.status != "ACCEPTED" and day > p.due_on and not blocking(w, p))


def _callout(w: Whistle, c: Callout, begin: date, day: date) -> Bar:
    due = c.finish_on or w.finish_by
    return Bar(
        id=c.id,
        title=TEXTS[f"enum.role.{c.role}"],
        start=local(c.presence.at).date() if c.presence else begin,
        end=local(c.finished_at).date() if c.finished_at else None,
        due=due,
        status=c.status,
        group=w.number,
        unit=c.unit,
        late=any(x.late for x in w.clocks if x.part == c.id),
        matter=_pointer(w),
    )
