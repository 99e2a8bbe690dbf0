"""The push meeting (推进会): the street tells the units a day before (domain rules 1.3)."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision
from shuniu.chassis.rows import Rows
from shuniu.chassis.service import Command
from shuniu.contracts.whistle.whistles import MeetingAnnounced
from shuniu.rules.calendar import local
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable

from shuniu_whistle.whistles.authority import as_caller
from shuniu_whistle.whistles.fields import LongText, OnWhistle, Texts, today
from shuniu_whistle.whistles.lifecycles import CALLER_DOWN, STREET
from shuniu_whistle.whistles.state import Whistle
from shuniu_whistle.whistles.whistle import check_move, command_on, decided, whistle_in

__all__ = ("COMMANDS", "check_announce")


class Announce(OnWhistle, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tell the units of a push meeting (通知推进会)."""

    meet_at: Annotated[datetime, Meta(tz=True, extra_json_schema={"x-widget": "datetime"})]
    where: Annotated[str, Meta(min_length=1, max_length=120)]
    note: LongText = ""


def check_announce(w: Whistle, ctx: Context) -> None:
    """The calling side, while units are at work; one meeting ahead at a time."""
    as_caller(w, ctx, "announce_meeting")
    check_move(w, "announce_meeting")
    if w.meetings and w.meetings[-1].at > ctx.now:
        raise Conflict("whistle.meeting_ahead", state=w.status, event="announce_meeting")


def announce(rows: Rows, c: Announce, ctx: Context) -> Decision:
    """The meeting is known to every unit that still owes something, at the latest the day before."""
    w = whistle_in(rows, c)
    check_announce(w, ctx)
    first = today(ctx) + timedelta(days=1)
    if local(c.meet_at).date() < first:
        fields = (FieldError("meet_at", "too_soon"),)
        params = {"from": first.isoformat()}
        raise Unprocessable(
            "whistle.meeting_notice", state=w.status, event="announce_meeting", fields=fields, params=params
        )
    texts = Texts(ctx)
    announced = MeetingAnnounced(
        whistle=w.id,
        at=c.meet_at,
        units=tuple(x.unit for x in w.callouts if x.owes),
        where_ref=texts.keep_fields({"where": c.where, "note": c.note}, "whistle.handling"),
    )
    return decided(w, [announced], ctx, texts.private)


COMMANDS: tuple[Command[Any], ...] = (
    command_on("whistle.announce_meeting", Announce, announce, (*STREET, *CALLER_DOWN), order=75),
)
