"""Training, commendation and evaluation (培训、表彰、评价) on a volunteer's record, truthful and complete (5.2).

志愿服务条例 §19 and 民政部令67号 ask for them beside the hours. Who keeps the register enters them with the day; nobody
writes their own. What proves wrong is struck with a reason and stays on record as struck.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Rows
from shuniu.chassis.service import Command
from shuniu.contracts.envelope import Fact
from shuniu.contracts.volunteer import volunteers as said
from shuniu.rules.refusal import Conflict, Forbidden, NotFound

from shuniu_volunteer.fields import Day, Hidden, Reason, Sealing, business_day, wrong
from shuniu_volunteer.roles import KEEPERS
from shuniu_volunteer.volunteers.keeping import OnVolunteer, is_self, may_keep, on_volunteer, registration
from shuniu_volunteer.volunteers.register import PURPOSE
from shuniu_volunteer.volunteers.state import Volunteer
from shuniu_volunteer.volunteers.volunteer import VOLUNTEER

__all__ = ("COMMANDS", "MOST")

MOST = 100
"""So many records one volunteer has at most; a bound against a runaway import, not a rule of the domain."""


class AddRecord(OnVolunteer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Enter a training, a commendation or an evaluation."""

    record_kind: said.RecordKind
    record_text: Annotated[str, Meta(min_length=2, max_length=200, pattern=r"\S")]
    record_on: Day


class StrikeRecord(OnVolunteer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A record proves wrong."""

    record: Hidden
    reason: Reason


def _kept(rows: Rows, volunteer: str, event: str, ctx: Context) -> Volunteer:
    v = registration(rows, volunteer, event)
    if is_self(v, ctx):
        raise Forbidden("volunteer.own_record", state=v.status, event=event)
    if not may_keep(v, ctx, myself=False):
        raise Forbidden("volunteer.not_yours", state=v.status, event=event)
    return v


def _say(v: Volunteer, fact: Fact, sealing: Sealing, **answer: Any) -> Decision:
    emit = Emit(fact, (VOLUNTEER.key(v.id),), v.profile.area)
    return Decision((emit,), sealing.private, {"volunteer": v.id, "number": v.number, **answer})


def add(rows: Rows, c: AddRecord, ctx: Context) -> Decision:
    """On a day that has been since they registered; the words are sealed."""
    event = "add_record"
    v = _kept(rows, c.volunteer, event, ctx)
    if not v.registered_on <= c.record_on <= business_day(ctx.now):
        raise wrong("volunteer.record_when", "record_on", "out_of_range", event, v.status)
    if len(v.records) >= MOST:
        raise Conflict("volunteer.records_full", state=v.status, event=event, params={"most": MOST})
    sealing, record = Sealing(ctx), ctx.new_id()
    ref = sealing.keep({"text": c.record_text.strip()}, PURPOSE, "STATUTORY_DUTY", 3, matter=v.id)
    fact = said.VolunteerRecorded(
        volunteer=v.id, record=record, record_kind=c.record_kind, on=c.record_on, text_ref=ref
    )
    return _say(v, fact, sealing, record=record)


def strike(rows: Rows, c: StrikeRecord, ctx: Context) -> Decision:
    """Once; what was entered stays to be seen as struck."""
    event = "strike_record"
    v = _kept(rows, c.volunteer, event, ctx)
    found = next((r for r in v.records if r.id == c.record), None)
    if found is None:
        raise NotFound("volunteer.no_record", state=v.status, event=event)
    if found.struck:
        raise Conflict("volunteer.struck_already", state=v.status, event=event)
    sealing = Sealing(ctx)
    ref = sealing.keep({"text": c.reason.strip()}, PURPOSE, "STATUTORY_DUTY", 3, matter=v.id)
    return _say(v, said.VolunteerRecordStruck(volunteer=v.id, record=found.id, reason_ref=ref), sealing)


def _on(name: str, struct: type[msgspec.Struct], decide: Any, order: int, **rest: Any) -> Command[Any]:
    return Command(
        f"volunteer.{name}",
        struct,
        on_volunteer,
        decide,
        roles=KEEPERS,
        kind="volunteer",
        matter_field="volunteer",
        order=order,
        **rest,
    )


COMMANDS: tuple[Command[Any], ...] = (
    _on("add_record", AddRecord, add, 27),
    _on("strike_record", StrikeRecord, strike, 28, tone="danger"),
)
