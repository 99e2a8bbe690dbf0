"""What this person may do with this case now: the guards of every command, asked without giving it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Offer
from shuniu.rules.refusal import Refusal

from shuniu_services_desk.cases.accepting import (
    check_accept,
    check_accept_gap,
    check_bring_gap,
    check_correct,
    check_refuse,
    check_resubmit,
    check_settle,
    latest_gap,
)
from shuniu_services_desk.cases.outcome import check_decide, check_deliver, check_withdraw
from shuniu_services_desk.cases.procedure import (
    check_extend,
    check_hand_back,
    check_hand_over,
    check_pause,
    check_resume,
)
from shuniu_services_desk.cases.state import Case

__all__ = ("ON_CASE", "offers")

ON_CASE: dict[str, Callable[[Case, Context], None]] = {
    "case.accept": check_accept,
    "case.settle": check_settle,
    "case.correct": check_correct,
    "case.resubmit": check_resubmit,
    "case.accept_gap": check_accept_gap,
    "case.bring_gap": check_bring_gap,
    "case.refuse": check_refuse,
    "case.decide": check_decide,
    "case.pause": check_pause,
    "case.resume": check_resume,
    "case.extend": check_extend,
    "case.hand_over": check_hand_over,
    "case.deliver": check_deliver,
    "case.withdraw": check_withdraw,
}


def _allowed(check: Callable[..., None], *args: Any) -> bool:
    try:
        check(*args)
    except Refusal:
        return False
    return True


def _prefill(c: Case, action: str, ctx: Context) -> dict[str, Any]:
    given: dict[str, Any] = {"case": c.id}
    match action:
        case "case.correct":
            given["materials"] = list(c.missing)
        case "case.resubmit":
            given["handed"] = list(c.missing)
        case "case.bring_gap":
            given["handed"] = list(c.gaps)
        case "case.accept_gap":
            given["until"] = latest_gap(c, ctx).isoformat()
        case "case.deliver":
            given["how"] = "PICK_UP"
    return given


def _all(c: Case, ctx: Context) -> Iterable[Offer]:
    for action, check in ON_CASE.items():
        if _allowed(check, c, ctx):
            yield Offer(action=action, prefill=_prefill(c, action, ctx), fixed=("case",))
    for task in c.tasks:
        if _allowed(check_hand_back, c, task.unit, ctx):
            given = {"case": c.id, "unit": task.unit, "agrees": True}
            yield Offer(action="case.hand_back", prefill=given, fixed=("case", "unit"))


def offers(c: Case, ctx: Context) -> Sequence[Offer]:
    """Exactly the commands that would be taken from this actor now, as far as their content allows."""
    return tuple(_all(c, ctx))
