"""A later date for a called unit (延期), once and with a reason: domain rules 10.1."""

from typing import Any

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision
from shuniu.chassis.rows import Rows
from shuniu.chassis.service import Command
from shuniu.contracts.whistle.whistles import ExtensionApproved, ExtensionDeclined, ExtensionRequested
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable

from shuniu_whistle.whistles.authority import as_caller, as_coordinator, as_outsider, as_worker
from shuniu_whistle.whistles.fields import Day, LongText, OnCallout, Reason, Texts, today
from shuniu_whistle.whistles.lifecycles import CALLER_DOWN, COORDINATOR, DUTY, STREET
from shuniu_whistle.whistles.state import Callout, Extension, Whistle
from shuniu_whistle.whistles.terms import date_term
from shuniu_whistle.whistles.whistle import callout_in, check_blown, command_on, decided, whistle_in

__all__ = ("COMMANDS", "check_decide_extension", "check_request_extension")


class RequestExtension(OnCallout, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for a later date (申请延期)."""

    finish_on: Day
    reason: Reason


class ApproveExtension(OnCallout, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Grant it (同意延期)."""


class DeclineExtension(OnCallout, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Keep to the date agreed (不同意延期)."""

    reason: LongText = ""


def check_request_extension(w: Whistle, c: Callout, ctx: Context) -> None:
    """The working unit, once."""
    as_worker(w, c, ctx, "request_extension")
    check_blown(w, c, "request_extension")
    if c.extension is not None:
        raise Conflict("callout.one_extension", state=c.status, event="request_extension")


def request_extension(rows: Rows, c: RequestExtension, ctx: Context) -> Decision:
    """Asked; the agreed date runs on until it is decided."""
    w = whistle_in(rows, c)
    callout = callout_in(w, c)
    check_request_extension(w, callout, ctx)
    agreed = max(callout.finish_on or today(ctx), today(ctx))
    if c.finish_on <= agreed:
        fields = (FieldError("finish_on", "not_later"),)
        params = {"agreed": agreed.isoformat()}
        raise Unprocessable(
            "callout.extension_later", state=callout.status, event="request_extension", fields=fields, params=params
        )
    texts = Texts(ctx)
    asked = ExtensionRequested(
        whistle=w.id,
        callout=callout.id,
        unit=callout.unit,
        finish_on=c.finish_on,
        reason_ref=texts.keep(c.reason),
    )
    return decided(w, [asked], ctx, texts.private)


def check_decide_extension(w: Whistle, c: Callout, ctx: Context) -> None:
    """ROUTINE: the street; HARD: the district; DOWN: the caller. Never the unit itself."""
    as_outsider(c, ctx, "decide_extension", "callout.own_extension")
    if w.kind == "HARD":
        as_coordinator(w, ctx, "decide_extension", c.status)
    else:
        as_caller(w, ctx, "decide_extension", STREET, "callout.extension_deciders")
    check_blown(w, c, "decide_extension")
    if c.extension is None or c.extension.status != "ASKED":
        raise Conflict("callout.no_extension_asked", state=c.status, event="decide_extension")


def approve_extension(rows: Rows, c: ApproveExtension, ctx: Context) -> Decision:
    """The asked date holds from now on."""
    w = whistle_in(rows, c)
    callout = callout_in(w, c)
    asked = _asked(w, callout, ctx)
    if asked.finish_on < today(ctx):
        raise Conflict("callout.extension_over", state=callout.status, event="decide_extension")
    approved = ExtensionApproved(
        whistle=w.id,
        callout=callout.id,
        unit=callout.unit,
        finish_on=asked.finish_on,
        term=date_term(w, "finish", callout.id, asked.finish_on, ctx),
    )
    return decided(w, [approved], ctx)


def decline_extension(rows: Rows, c: DeclineExtension, ctx: Context) -> Decision:
    """The agreed date stands."""
    w = whistle_in(rows, c)
    callout = callout_in(w, c)
    _asked(w, callout, ctx)
    texts = Texts(ctx)
    declined = ExtensionDeclined(whistle=w.id, callout=callout.id, unit=callout.unit, reason_ref=texts.keep(c.reason))
    return decided(w, [declined], ctx, texts.private)


def _asked(w: Whistle, c: Callout, ctx: Context) -> Extension:
    check_decide_extension(w, c, ctx)
    assert c.extension is not None
    return c.extension


_WORKERS = (*DUTY, *STREET)
_DECIDERS = (*COORDINATOR, *_WORKERS, *CALLER_DOWN)

COMMANDS: tuple[Command[Any], ...] = (
    command_on("whistle.request_extension", RequestExtension, request_extension, _WORKERS, order=50),
    command_on("whistle.approve_extension", ApproveExtension, approve_extension, _DECIDERS, order=51),
    command_on("whistle.decline_extension", DeclineExtension, decline_extension, _DECIDERS, order=52),
)
