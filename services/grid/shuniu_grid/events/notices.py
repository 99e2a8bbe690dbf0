"""Who must be told of what (通知): whoever has the next move, when a limit nears or passes, when something changed.

The rules say who has the next move (domain rules 10.3), so the audience is that of the life cycle's guards: the unit
that handles it, the verifiers and checkers of the place, whoever dispatches, whoever decides on a wish.
"""

from collections.abc import Callable, Iterable

from shuniu.contracts.clock import ClockOverdue, ClockSoon
from shuniu.contracts.envelope import Fact
from shuniu.contracts.grid import events as facts
from shuniu.contracts.summary import Notice, NoticeWhy

from shuniu_grid.events.lifecycle import ABOVE_DISPATCH
from shuniu_grid.events.state import GridEvent

__all__ = ("notices",)

Audience = Callable[[GridEvent, NoticeWhy, str], Notice]

DISPATCHERS = ("dispatcher",)
OFFICE = ("dispatcher", "operator")
VERIFIERS = ("grid_worker", "grid_checker")
CHECKERS = ("grid_checker",)
"""The operator may check too (坐席), but is not told of every check of the street: what is late shows anyway."""


def _of_roles(*roles: str) -> Audience:
    def audience(row: GridEvent, why: NoticeWhy, text: str) -> Notice:
        return Notice(why=why, text=f"notice.{text}", roles=roles, areas=(row.area,))

    return audience


_dispatchers = _of_roles(*DISPATCHERS)
_office = _of_roles(*OFFICE)
_verifiers = _of_roles(*VERIFIERS)
_checkers = _of_roles(*CHECKERS)
_leaders = _of_roles(*ABOVE_DISPATCH)


def _handlers(row: GridEvent, why: NoticeWhy, text: str) -> Notice:
    """Whoever handles it: the unit, those who handled it themselves, or nobody yet, and then it is to be dispatched."""
    if row.unit:
        return Notice(why=why, text=f"notice.{text}", units=(row.unit,))
    if row.self_handled and row.processors:
        return Notice(why=why, text=f"notice.{text}", accounts=row.processors)
    return _dispatchers(row, why, text)


def _deciders(row: GridEvent, why: NoticeWhy, text: str) -> Notice:
    """Whoever decides on the wish: the system's own delay the dispatcher, everything else one level up (1.27, 1.28)."""
    wish = row.wish
    return (_dispatchers if wish is not None and wish.kind == "delay" and not wish.leader else _leaders)(row, why, text)


def _withdrawn_from(row: GridEvent, why: NoticeWhy, text: str) -> Notice:
    """Whoever handles what goes on; the office where nobody has begun."""
    return (_office if row.filed_at is None else _handlers)(row, why, text)


def _reporter(row: GridEvent, why: NoticeWhy, text: str) -> Notice:
    return Notice(why=why, text=f"notice.{text}", accounts=(row.reporter,) if row.reporter else ())


def _unit_let_go(row: GridEvent, why: NoticeWhy, text: str, unit: str) -> Notice:
    return Notice(why=why, text=f"notice.{text}", units=(unit,))


_TOLD: dict[type[Fact], tuple[Audience, NoticeWhy, str]] = {
    facts.EventVerificationAsked: (_verifiers, "assigned", "to_verify"),
    facts.EventSelfHandled: (_checkers, "assigned", "to_check"),
    facts.EventDispatched: (_handlers, "assigned", "dispatched"),
    facts.EventFedBack: (_checkers, "assigned", "to_check"),
    facts.EventReferralSettled: (_checkers, "assigned", "to_check"),
    facts.EventReturned: (_dispatchers, "assigned", "returned"),
    facts.EventReturnRefused: (_handlers, "assigned", "return_refused"),
    facts.EventSentBack: (_handlers, "assigned", "sent_back"),
    facts.EventDelayAsked: (_deciders, "assigned", "delay_asked"),
    facts.EventDelayGranted: (_handlers, "changed", "delay_granted"),
    facts.EventDelayRefused: (_handlers, "changed", "delay_refused"),
    facts.EventHangAsked: (_deciders, "assigned", "hang_asked"),
    facts.EventHung: (_handlers, "changed", "hung"),
    facts.EventHangRefused: (_handlers, "changed", "hang_refused"),
    facts.EventRevived: (_handlers, "assigned", "revived"),
    facts.EventReferralBack: (_handlers, "assigned", "referral_back"),
    facts.EventReferralWithdrawn: (_withdrawn_from, "changed", "referral_withdrawn"),
    facts.EventClosed: (_reporter, "changed", "closed"),
    facts.EventNotFiled: (_reporter, "changed", "not_filed"),
    facts.EventMerged: (_reporter, "changed", "merged"),
}
_RESPONSIBLE: dict[str, Audience] = {
    "file": _office,
    "verify": _verifiers,
    "process": _handlers,
    "check": _checkers,
    "review": _dispatchers,
}
"""Who answers for a clock."""


def notices(row: GridEvent, fact: Fact) -> tuple[Notice, ...]:
    """Who is told of a fact, given the event as it stands after it."""
    return tuple(n for n in _notices(row, fact) if n.accounts or n.units or n.roles)


def _notices(row: GridEvent, fact: Fact) -> Iterable[Notice]:
    if isinstance(fact, ClockSoon | ClockOverdue):
        yield from _clock(row, fact)
        return
    told = _TOLD.get(type(fact))
    if told is not None:
        audience, why, text = told
        yield audience(row, why, text)
    match fact:
        case facts.EventReturnAccepted():
            yield _unit_let_go(row, "changed", "return_accepted", fact.unit)
        case facts.EventClosed() | facts.EventNotFiled() if row.duplicates:
            # Who reported a duplicate is told what became of the main event, as if it were the own one.
            others = tuple(dict.fromkeys(d.reporter for d in row.duplicates if d.reporter))
            text = "main_closed" if isinstance(fact, facts.EventClosed) else "main_not_filed"
            yield Notice(why="changed", text=f"notice.{text}", accounts=others)


def _clock(row: GridEvent, fact: ClockSoon | ClockOverdue) -> Iterable[Notice]:
    """The responsible when it nears; when it has passed, the dispatcher's side as well."""
    responsible = _RESPONSIBLE[fact.clock]
    if isinstance(fact, ClockSoon):
        yield responsible(row, "soon", "clock_soon")
        return
    yield responsible(row, "overdue", "clock_overdue")
    if responsible not in (_office, _dispatchers):
        yield _dispatchers(row, "overdue", "others_overdue")
