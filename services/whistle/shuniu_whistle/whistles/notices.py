"""Who must be told of what (通知): on every assignment, when a limit nears or passes, when something changed."""

from collections.abc import Iterable

from shuniu.contracts.clock import ClockOverdue, ClockSoon
from shuniu.contracts.envelope import Fact
from shuniu.contracts.summary import Notice, NoticeWhy
from shuniu.contracts.whistle import whistles as said
from shuniu.contracts.whistle.supervision import LadderStepped

from shuniu_whistle.whistles.lifecycles import COORDINATOR, HARD_BLOWERS, LEADERS
from shuniu_whistle.whistles.state import Callout, Whistle

__all__ = ("notices",)


def notices(w: Whistle, f: Fact) -> tuple[Notice, ...]:
    """Who is told of a fact, given the whistle as it stands after it."""
    return tuple(n for n in _notices(w, f) if n.units or n.roles)


def _units(why: NoticeWhy, text: str, *units: str) -> Notice:
    return Notice(why=why, text=f"notice.{text}", units=tuple(u for u in units if u))


def _roles(w: Whistle, why: NoticeWhy, text: str, roles: tuple[str, ...]) -> Notice:
    return Notice(why=why, text=f"notice.{text}", roles=roles, areas=(w.area,))


def _caller(w: Whistle, why: NoticeWhy, text: str) -> Notice:
    """The calling side: the street's clerk, in a DOWN whistle the community or firm."""
    if w.direction == "DOWN":
        return _units(why, text, w.caller_unit)
    return _roles(w, why, text, ("street_clerk",))


def _local(c: Callout | None) -> str:
    """The unit of a callout that is of this deployment; another's hears of it from its own."""
    return c.unit if c is not None and not c.scope else ""


def _notices(w: Whistle, f: Fact) -> Iterable[Notice]:
    match f:
        case said.WhistleSubmitted():
            blowers = HARD_BLOWERS if w.kind == "HARD" else LEADERS
            yield (
                _units("assigned", "to_blow", w.caller_unit)
                if w.direction == "DOWN"
                else _roles(w, "assigned", "to_blow", blowers)
            )
        case said.WhistleReturned():
            yield _caller(w, "changed", "sent_back")
        case said.WhistleBlown():
            yield _units("assigned", "called", *(c.unit for c in f.callouts if not c.scope))
            yield _units("changed", "informed", *f.inform)
        case said.CalloutAdded() if not f.called.scope:
            yield _units("assigned", "called", f.called.unit)
        case said.CalloutObjected():
            yield _roles(w, "assigned", "objected", COORDINATOR)
        case said.CalloutUpheld() | said.CalloutWithdrawn() | said.CalloutWaived():
            yield _units("changed", "ruled", _local(w.callout(f.callout)))
        case said.CalloutContacted():
            yield _caller(w, "changed", "contacted")
        case said.ExtensionRequested():
            if w.kind == "HARD":
                yield _roles(w, "assigned", "extension_asked", COORDINATOR)
            else:
                yield _caller(w, "assigned", "extension_asked")
        case said.ExtensionApproved() | said.ExtensionDeclined():
            yield _units("changed", "extension_decided", _local(w.callout(f.callout)))
        case said.PhaseSubmitted():
            yield _caller(w, "assigned", "phase_to_accept")
        case said.PhaseAccepted() | said.PhaseReturned():
            yield _units("changed", "phase_judged", _local(w.callout(f.callout)))
        case said.CalloutFinished():
            yield _caller(w, "changed", "finished")
        case said.PartyRefused():
            yield _caller(w, "assigned", "party_refused")
        case said.CallerWithdrew():
            yield _caller(w, "changed", "caller_withdrew")
        case said.WhistleDrafted() if f.origin is not None:
            yield _caller(w, "assigned", "called_across")
        case said.WhistleResolved():
            yield _caller(w, "assigned", "to_rate")
        case said.WhistleCancelled():
            yield _units("changed", "cancelled", *f.told)
        case said.WhistleEscalated():
            yield _roles(w, "changed", "escalated", COORDINATOR)
        case said.MeetingAnnounced():
            yield _units("changed", "meeting", *f.units)
        case LadderStepped() if f.tell:
            yield _roles(w, "changed", "ladder", f.tell)
        case ClockSoon() | ClockOverdue():
            yield from _clock(w, f)
        case _:
            return


def _clock(w: Whistle, f: ClockSoon | ClockOverdue) -> Iterable[Notice]:
    why: NoticeWhy = "soon" if isinstance(f, ClockSoon) else "overdue"
    callout = next((c for c in w.callouts if f.part in (c.id, *(p.id for p in c.phases))), None)
    if callout is None:
        yield _caller(w, why, why)
        return
    yield _units(why, why, _local(callout))
    if why == "overdue":
        yield _caller(w, why, "unit_overdue")
