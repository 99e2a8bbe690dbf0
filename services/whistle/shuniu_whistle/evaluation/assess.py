"""The other half of the double assessment (双考核): the district looks at the calling side (1.7, 11.4)."""

from typing import Any

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision
from shuniu.chassis.rows import Rows
from shuniu.chassis.service import Command
from shuniu.contracts.whistle.evaluation import CallingAssessed, Verdict
from shuniu.rules.refusal import Conflict, Forbidden

from shuniu_whistle.whistles.authority import as_coordinator
from shuniu_whistle.whistles.fields import LongText, OnWhistle, Texts
from shuniu_whistle.whistles.lifecycles import COORDINATOR
from shuniu_whistle.whistles.state import Whistle
from shuniu_whistle.whistles.whistle import command_on, decided, whistle_in

__all__ = ("COMMANDS", "check_assess")

ENDED = ("EVALUATED", "CLOSED", "RE_BLOWN")


class Assess(OnWhistle, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Say whether the matter was worth a whistle."""

    verdict: Verdict
    note: LongText = ""


def check_assess(w: Whistle, ctx: Context) -> None:
    """The district's coordination, nobody of the calling unit, once on a rated whistle that a street blew upwards."""
    if w.direction == "DOWN":
        raise Conflict("assess.street_calls_only", state=w.status, event="assess_calling")
    as_coordinator(w, ctx, "assess_calling", w.status)
    if ctx.actor.acts_for(w.caller_unit):
        raise Forbidden("assess.own_unit", state=w.status, event="assess_calling", params={"unit": w.caller_unit})
    if w.status not in ENDED:
        raise Conflict("assess.when_ended", state=w.status, event="assess_calling")
    if w.calling:
        raise Conflict("assess.once", state=w.status, event="assess_calling")


def assess(rows: Rows, c: Assess, ctx: Context) -> Decision:
    """The verdict, kept on the whistle."""
    w = whistle_in(rows, c)
    check_assess(w, ctx)
    texts = Texts(ctx)
    fact = CallingAssessed(whistle=w.id, verdict=c.verdict, note_ref=texts.keep(c.note))
    return decided(w, [fact], ctx, texts.private)


COMMANDS: tuple[Command[Any], ...] = (command_on("whistle.assess_calling", Assess, assess, COORDINATOR, order=70),)
