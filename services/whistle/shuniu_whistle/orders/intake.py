"""Requests come in (受理): by telephone, over the public page, from a program, out of a spreadsheet (1.12).

The caller's name, number and words go straight to the encrypted fields; facts carry what, where and how only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.counter import COUNTER, counter_key
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.keyed import keyed, told_code
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.sheets import Outcome, imported
from shuniu.contracts.whistle.orders import Appeal, Channel, OrderReceived, Origin
from shuniu.rules.calendar import local
from shuniu.rules.evidence import check_evidence
from shuniu.rules.refusal import Conflict, FieldError, Refusal, Unprocessable

from shuniu_whistle.order_settings import order_settings
from shuniu_whistle.orders.fields import (
    CategoryCode,
    OrderPlace,
    PhoneNumber,
    area_in_scope,
    check_category,
    place_of,
)
from shuniu_whistle.orders.lifecycles import HOTLINE, SOURCE
from shuniu_whistle.orders.lookup import PreparedIntake, phone_hash, prepare_intake
from shuniu_whistle.orders.order import CALLER, CODE, EXTERNAL, ORDER
from shuniu_whistle.orders.preview import preview_intake
from shuniu_whistle.whistles.authority import told_as
from shuniu_whistle.whistles.evidence import stored_evidence
from shuniu_whistle.whistles.fields import AreaCode, EvidenceList, Texts, evidence_refs

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = (
    "COMMANDS",
    "IMPORT",
    "NUMBERS",
    "ImportOrders",
    "Request",
    "Submit",
    "SubmitApi",
    "TakeCall",
    "external_key",
)

NUMBERS = "SQ"
"""Prefix of the numbers people know orders by, e.g. SQ261123-0001 (诉求)."""
_PUBLIC = "SQWEB"
MOST_IMPORTED = 2000

_Words = Annotated[str, Meta(min_length=2, max_length=2000, pattern=r"\S", extra_json_schema={"x-widget": "textarea"})]
_Name = Annotated[str, Meta(max_length=40)]


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody asks for."""

    request: _Words
    appeal: Appeal = "HELP"
    category: CategoryCode = ""
    area: AreaCode = ""
    place: Annotated[OrderPlace, Meta(extra_json_schema={"x-widget": "place"})] = OrderPlace()
    caller_name: _Name = ""
    caller_phone: PhoneNumber = ""
    call_back: bool = True
    """False: the person says explicitly that no call-back is wanted."""


class TakeCall(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take a call (接听登记)."""

    origin: Origin = "12345"


class Submit(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody asks over the public page, without signing in; with photos, if they like."""

    evidence: EvidenceList = ()


class SubmitApi(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A program hands in an order it has taken, e.g. the city's hotline platform."""

    origin: Origin = "SUPERIOR"
    external_number: Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^\S+$")]


class ImportOrders(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A spreadsheet of orders, all of them or none."""

    rows: Annotated[tuple[SubmitApi, ...], Meta(min_length=1, max_length=MOST_IMPORTED)]


def external_key(origin: str, number: str) -> str:
    """Key of the guard row that lets an order of another system in once."""
    return f"{origin}|{number}"


def _series(ctx: Context) -> str:
    return counter_key(NUMBERS, ctx.now).id


def _last(rows: Rows, key: Key) -> int:
    found = rows.find(COUNTER, key.id)
    return found.last if found else 0


def _receive(
    c: Request, channel: Channel, origin: Origin, given: PreparedIntake, number: str, ctx: Context, external: str = ""
) -> tuple[Emit, list[Private]]:
    """The event that a request came in, and what is kept apart of it."""
    if c.category:
        check_category(c.category, "receive")
    area = area_in_scope(c.area, "receive", ctx)
    texts = Texts(ctx)
    order = ctx.new_id()
    received = OrderReceived(
        order=order,
        number=number,
        channel=channel,
        origin=origin,
        appeal=c.appeal,
        category=c.category,
        area=area,
        place=place_of(c.place, "receive"),
        text_ref=texts.keep(c.request, "order.request"),
        caller_ref=texts.keep_fields({"caller_name": c.caller_name, "caller_phone": c.caller_phone}, "order.caller"),
        external_number=external,
        call_back=c.call_back,
        evidence=evidence_refs(check_evidence(c.evidence)) if isinstance(c, Submit) else (),
    )
    on = [ORDER.key(order), counter_key(NUMBERS, ctx.now)]
    if given.caller:
        on.append(CALLER.key(given.caller))
    if given.code_key:
        on.append(CODE.key(given.code_key))
    if external:
        on.append(EXTERNAL.key(external_key(origin, external)))
    return Emit(received, tuple(on)), [replace(p, matter=order) for p in texts.private]


def _answered(emit: Emit, private: Sequence[Private], given: PreparedIntake) -> Decision:
    received = emit.fact
    assert isinstance(received, OrderReceived)
    answer = {"order": received.order, "number": received.number, "slip": given.slip}
    return Decision((emit,), tuple(private), answer)


def _given(ctx: Context) -> PreparedIntake:
    return ctx.prepared if isinstance(ctx.prepared, PreparedIntake) else PreparedIntake()


def _intake_keys(c: Request, ctx: Context) -> Iterable[Key]:
    yield counter_key(NUMBERS, ctx.now)
    given = _given(ctx)
    if given.caller:
        yield CALLER.key(given.caller)


def _next(rows: Rows, ctx: Context, ahead: int = 1) -> str:
    return f"{_series(ctx)}-{_last(rows, counter_key(NUMBERS, ctx.now)) + ahead:04d}"


def take_call(rows: Rows, c: TakeCall, ctx: Context) -> Decision:
    """RECEIVED, by an operator who has the person on the line."""
    with told_as("", "receive"):
        emit, private = _receive(c, "PHONE", c.origin, _given(ctx), _next(rows, ctx), ctx)
        ctx.actor.require_area(emit.fact.area)  # type: ignore[attr-defined]  # it is an OrderReceived
    return _answered(emit, private, _given(ctx))


def _public_keys(c: Submit, ctx: Context) -> Iterable[Key]:
    yield from _intake_keys(c, ctx)
    yield counter_key(_PUBLIC, ctx.now)


async def _prepare_submit(c: Submit, host: "Host") -> PreparedIntake:
    """Hashes and code; the photos must be here."""
    if c.evidence:
        await stored_evidence(c, host)
    return await prepare_intake(c, host)


def submit(rows: Rows, c: Submit, ctx: Context) -> Decision:
    """RECEIVED over the public page: so many a day of everybody, and of one number."""
    settings, given = order_settings(ctx), _given(ctx)
    page = counter_key(_PUBLIC, ctx.now)
    if _last(rows, page) >= settings.order_public_a_day:
        params = {"most": settings.order_public_a_day}
        raise Conflict("order.page_full", status=429, event="receive", params=params)
    if given.caller and (caller := rows.find(CALLER, given.caller)) is not None:
        today = sum(local(k.at).date() == local(ctx.now).date() for k in caller.orders)
        if today >= settings.order_caller_a_day:
            params = {"most": settings.order_caller_a_day}
            raise Conflict("order.caller_a_day", status=429, event="receive", params=params)
    with told_as("", "receive"):
        emit, private = _receive(c, "PAGE", "PUBLIC", given, _next(rows, ctx), ctx)
    return _answered(Emit(emit.fact, (*emit.on, page)), private, given)


def _api_keys(c: SubmitApi, ctx: Context) -> Iterable[Key]:
    yield from _intake_keys(c, ctx)
    yield EXTERNAL.key(external_key(c.origin, c.external_number))


def submit_api(rows: Rows, c: SubmitApi, ctx: Context) -> Decision:
    """RECEIVED from a program; the same number of the same origin is the same order."""
    if (known := rows.find(EXTERNAL, external_key(c.origin, c.external_number))) is not None:
        return Decision(answer={"order": known.order, "number": known.number})
    with told_as("", "receive"):
        emit, private = _receive(c, "API", c.origin, _given(ctx), _next(rows, ctx), ctx, c.external_number)
        ctx.actor.require_area(emit.fact.area)  # type: ignore[attr-defined]  # it is an OrderReceived
    return _answered(emit, private, _given(ctx))


async def _prepare_import(c: ImportOrders, host: "Host") -> tuple[PreparedIntake, ...]:
    """Hashes of the callers' numbers; nobody is there to be given a code."""
    keys = keyed(host)
    return tuple(PreparedIntake(caller=phone_hash(keys, row.caller_phone)) for row in c.rows)


def _import_keys(c: ImportOrders, ctx: Context) -> Iterable[Key]:
    yield counter_key(NUMBERS, ctx.now)
    yield from (EXTERNAL.key(external_key(row.origin, row.external_number)) for row in c.rows)


def import_orders(rows: Rows, c: ImportOrders, ctx: Context) -> Decision:
    """RECEIVED out of a spreadsheet: every row or none; rows that are here already stay as they are."""
    wrong = tuple(error for index, row in enumerate(c.rows) for error in _row_errors(c, index, row, ctx))
    if wrong:
        raise Unprocessable("order.rows_wrong", event="receive", fields=wrong, params={"count": len(wrong)})
    given = ctx.prepared or (PreparedIntake(),) * len(c.rows)
    events: list[Emit] = []
    private: list[Private] = []
    outcomes: list[Outcome] = []
    for row, prepared in zip(c.rows, given, strict=True):
        if rows.find(EXTERNAL, external_key(row.origin, row.external_number)) is not None:
            outcomes.append("unchanged")
            continue
        number = _next(rows, ctx, len(events) + 1)
        emit, kept = _receive(row, "SHEET", row.origin, prepared, number, ctx, row.external_number)
        events.append(emit)
        private += kept
        outcomes.append("new")
    return Decision(tuple(events), tuple(private), imported(outcomes))


def _row_errors(c: ImportOrders, index: int, row: SubmitApi, ctx: Context) -> Iterable[FieldError]:
    """Everything that is wrong with one row, under ``rows.<index>.<column>``."""
    same = (other for other in c.rows[:index] if other.external_number == row.external_number)
    if any(other.origin == row.origin for other in same):
        yield FieldError(f"rows.{index}.external_number", "twice")
    try:
        if row.category:
            check_category(row.category, "receive")
        place_of(row.place, "receive")
    except Refusal as refusal:
        yield from (FieldError(f"rows.{index}.{f.field.split('.')[0]}", f.code) for f in refusal.fields)
    try:
        if not ctx.actor.covers(area_in_scope(row.area, "receive", ctx)):
            yield FieldError(f"rows.{index}.area", "area_outside")
    except Refusal as refusal:
        yield from (FieldError(f"rows.{index}.{f.field.split('.')[0]}", f.code) for f in refusal.fields)


IMPORT: Command[ImportOrders] = Command(
    "order.import",
    ImportOrders,
    _import_keys,
    import_orders,
    roles=("dispatcher",),
    prepare=_prepare_import,
    surfaces=(),
    max_bytes=8 * 1024 * 1024,
)

COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "order.take_call",
        TakeCall,
        _intake_keys,
        take_call,
        roles=HOTLINE,
        prepare=prepare_intake,
        told=told_code,
        opens="hotline_order",
        tone="primary",
        icon="phone",
        preview=preview_intake,
        surfaces=("board", "phone"),
        order=100,
    ),
    Command(
        "order.submit",
        Submit,
        _public_keys,
        submit,
        public=True,
        prepare=_prepare_submit,
        told=told_code,
        opens="hotline_order",
        icon="phone",
        preview=preview_intake,
        surfaces=("phone",),
        order=101,
    ),
    Command(
        "order.submit_api",
        SubmitApi,
        _api_keys,
        submit_api,
        roles=SOURCE,
        prepare=prepare_intake,
        told=told_code,
        surfaces=(),
        order=102,
    ),
    IMPORT,
)
