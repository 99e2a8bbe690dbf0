"""What this person may do with this whistle now: the guards of every command, asked without giving it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Offer
from shuniu.contracts.text import Text
from shuniu.rules.refusal import Refusal

from shuniu_whistle.evaluation.assess import check_assess
from shuniu_whistle.texts import TEXTS
from shuniu_whistle.whistles.answers import check_call
from shuniu_whistle.whistles.blow import check_blow, check_cancel, check_escalate, check_return
from shuniu_whistle.whistles.callouts import (
    check_accept_objection,
    check_contact,
    check_finish,
    check_object,
    check_report_in,
    check_sign,
    check_start,
    check_uphold,
    check_waive,
)
from shuniu_whistle.whistles.draft import check_amend, check_submit
from shuniu_whistle.whistles.extensions import check_decide_extension, check_request_extension
from shuniu_whistle.whistles.fields import today
from shuniu_whistle.whistles.meetings import check_announce
from shuniu_whistle.whistles.phases import (
    check_accept_phase,
    check_send_back_phase,
    check_start_phase,
    check_submit_phase,
)
from shuniu_whistle.whistles.planning import check_plan_phase, check_replan_phase
from shuniu_whistle.whistles.rating import check_close, check_not_solved, check_rate
from shuniu_whistle.whistles.reactions import check_refuse_referral
from shuniu_whistle.whistles.state import Callout, Phase, Whistle
from shuniu_whistle.whistles.terms import default_finish

__all__ = ("ON_CALLOUT", "ON_PHASE", "ON_WHISTLE", "offers")

ON_WHISTLE: dict[str, Callable[[Whistle, Context], None]] = {
    "whistle.amend": check_amend,
    "whistle.submit": check_submit,
    "whistle.refuse_referral": check_refuse_referral,
    "whistle.blow": check_blow,
    "whistle.return": check_return,
    "whistle.announce_meeting": check_announce,
    "whistle.call": check_call,
    "whistle.close": check_close,
    "whistle.assess_calling": check_assess,
    "whistle.not_solved": check_not_solved,
    "whistle.escalate": check_escalate,
    "whistle.cancel": check_cancel,
    "whistle.supervise": lambda w, ctx: _supervise(w, ctx),
}
ON_CALLOUT: dict[str, Callable[[Whistle, Callout, Context], None]] = {
    "whistle.sign": check_sign,
    "whistle.contact": check_contact,
    "whistle.report_in": check_report_in,
    "whistle.start": check_start,
    "whistle.plan_phase": check_plan_phase,
    "whistle.finish": check_finish,
    "whistle.rate": check_rate,
    "whistle.object": check_object,
    "whistle.uphold": check_uphold,
    "whistle.accept_objection": check_accept_objection,
    "whistle.request_extension": check_request_extension,
    "whistle.approve_extension": check_decide_extension,
    "whistle.decline_extension": check_decide_extension,
    "whistle.waive": check_waive,
}
ON_PHASE: dict[str, Callable[[Whistle, Callout, Phase, Context], None]] = {
    "whistle.start_phase": check_start_phase,
    "whistle.submit_phase": check_submit_phase,
    "whistle.replan_phase": check_replan_phase,
    "whistle.accept_phase": check_accept_phase,
    "whistle.send_back_phase": check_send_back_phase,
}


def _supervise(w: Whistle, ctx: Context) -> None:
    # Supervision stands on whistles, not the other way round: it is looked up when it is asked for.
    from shuniu_whistle.supervision.commands import check_supervise

    check_supervise(w, ctx)


def _allowed(check: Callable[..., None], *args: Any) -> bool:
    try:
        check(*args)
    except Refusal:
        return False
    return True


def _unit_title(unit: str, ctx: Context) -> Text:
    entry = ctx.registry.get("unit", unit)
    return entry.title if entry and entry.title.zh else Text(unit, unit)


def _titled(action: str, *parts: Text) -> Text:
    words = TEXTS[f"action.{action}"]
    return Text("·".join((words.zh, *(p.zh for p in parts))), " · ".join((words.en, *(p.en for p in parts))))


def _plan_values(w: Whistle) -> dict[str, Any]:
    """The draft as its form shows it; texts that are kept apart stay empty and are left as they are."""
    place: dict[str, Any] = {"name": w.place.name, "lon": w.place.lon, "lat": w.place.lat}
    values: dict[str, Any] = {
        "item": w.item,
        "area": w.area,
        "place": {k: v for k, v in place.items() if v is not None},
        "lead": w.lead,
        "co": list(w.co),
        "inform": list(w.inform),
        "parties": [{"scope": p.scope, "unit": p.unit, "role": p.role} for p in w.parties],
    }
    if w.wanted_on is not None:
        values["wanted_on"] = w.wanted_on.isoformat()
    if w.direction != "DOWN":
        values["kind"] = w.kind
    return values


def _on_whistle(w: Whistle, action: str, ctx: Context) -> Offer:
    prefill: dict[str, Any] = {"whistle": w.id}
    if action == "whistle.amend":
        prefill.update(_plan_values(w))
    if action == "whistle.blow":
        by = max(w.wanted_on or default_finish(w, ctx), today(ctx))
        prefill["finish_by"] = by.isoformat()
    return Offer(action=action, prefill=prefill, fixed=("whistle",))


def _on_callout(w: Whistle, c: Callout, action: str, several: bool, ctx: Context) -> Offer:
    prefill: dict[str, Any] = {"whistle": w.id, "callout": c.id}
    if action == "whistle.report_in":
        prefill["at"] = ctx.now.isoformat()
    if action == "whistle.start":
        prefill["finish_on"] = max(w.finish_by or today(ctx), today(ctx)).isoformat()
    if action == "whistle.plan_phase" and c.finish_on is not None:
        prefill["due_on"] = c.finish_on.isoformat()
    if action == "whistle.accept_objection" and c.objection is not None:
        prefill["unit"] = c.objection.instead
    title = _titled(action, _unit_title(c.unit, ctx)) if several else None
    return Offer(action=action, prefill=prefill, fixed=("whistle", "callout"), title=title)


def _on_phase(w: Whistle, c: Callout, p: Phase, action: str, ctx: Context) -> Offer:
    prefill: dict[str, Any] = {"whistle": w.id, "callout": c.id, "phase": p.id}
    if action == "whistle.replan_phase":
        prefill |= {"due_on": p.due_on.isoformat(), "after": list(p.after), "owner": p.owner}
    title = _titled(action, Text(str(p.seq), str(p.seq)), TEXTS[f"enum.work.{p.work}"])
    return Offer(action=action, prefill=prefill, fixed=("whistle", "callout", "phase"), title=title)


def _all(w: Whistle, ctx: Context) -> Iterable[Offer]:
    several = len(w.callouts) > 1
    for action, check in ON_WHISTLE.items():
        if _allowed(check, w, ctx):
            yield _on_whistle(w, action, ctx)
    for c in w.callouts:
        for action, check_callout in ON_CALLOUT.items():
            if _allowed(check_callout, w, c, ctx):
                yield _on_callout(w, c, action, several, ctx)
        for p in c.phases:
            for action, check_phase in ON_PHASE.items():
                if _allowed(check_phase, w, c, p, ctx):
                    yield _on_phase(w, c, p, action, ctx)


def offers(w: Whistle, ctx: Context) -> Sequence[Offer]:
    """Exactly the commands that would be taken from this actor now, as far as their content allows.

    ``whistle.link`` is not among them: it names another service's matter, which no form can ask a person for.
    """
    return tuple(_all(w, ctx))
