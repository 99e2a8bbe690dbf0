"""What became of a message: recorded by the sender, retried or discarded by a system administrator."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.gateway import (
    DeliveryDiscarded,
    DeliveryFailed,
    DeliveryGivenUp,
    DeliveryRenewed,
    DeliverySent,
)
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable

from shuniu_gateway.notices.rules import after_quiet, backoff
from shuniu_gateway.notices.state import DELIVERY, SETTINGS, UNSETTLED, Delivery, NoticeSettings

__all__ = (
    "BY_ADMINISTRATOR",
    "DISCARD",
    "DROP",
    "RECORD_FAILURE",
    "RECORD_SENT",
    "RETRY",
    "DiscardDeliveries",
    "DropDelivery",
    "RecordFailure",
    "RecordSent",
    "RetryDeliveries",
)

BY_ADMINISTRATOR = "administrator"
MOST_AT_ONCE = 200
_LONGEST_REASON = 200


# --- the sender's -----------------------------------------------------------------------------------------------------


class RecordSent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The channel took the message. Internal."""

    delivery: str
    attempt: int


class RecordFailure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The channel did not take it. Internal."""

    delivery: str
    attempt: int
    error: str


class DropDelivery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The message has lost its point or its way. Internal."""

    delivery: str
    reason: str


def _waiting(rows: Rows, delivery: str, attempt: int) -> Delivery | None:
    """The delivery, where it waits for just this attempt's outcome: an outcome told twice changes nothing."""
    row = rows.find(DELIVERY, delivery)
    return row if row is not None and row.status in UNSETTLED and row.attempts + 1 == attempt else None


def _decide_sent(rows: Rows, body: RecordSent, ctx: Context) -> Decision:
    if _waiting(rows, body.delivery, body.attempt) is None:
        return Decision()
    fact = DeliverySent(delivery=body.delivery, attempt=body.attempt)
    return Decision(events=(Emit(fact, on=(DELIVERY.key(body.delivery),)),))


def _settings_key(body: Any, rows: Rows, ctx: Context) -> Iterable[Key]:
    row = rows.find(DELIVERY, body.delivery)
    return () if row is None else (SETTINGS.key(row.account),)


def _decide_failure(rows: Rows, body: RecordFailure, ctx: Context) -> Decision:
    """Tried again after a while, and not in the quiet hours; given up after ``delivery_attempts`` failures in a row."""
    row = _waiting(rows, body.delivery, body.attempt)
    if row is None:
        return Decision()
    on = (DELIVERY.key(row.id),)
    # Whoever asks for a test waits for its outcome.
    if row.is_test or row.failures + 1 >= ctx.settings.delivery_attempts:
        fact = DeliveryGivenUp(delivery=row.id, attempt=body.attempt, error=body.error)
        return Decision(events=(Emit(fact, on=on),))
    again_at = ctx.now + backoff(row.failures + 1)
    if not row.urgent:
        wishes = rows.find(SETTINGS, row.account) or NoticeSettings()
        again_at = after_quiet(again_at, wishes.quiet_from, wishes.quiet_to)
    failed = DeliveryFailed(delivery=row.id, attempt=body.attempt, error=body.error, again_at=again_at)
    return Decision(events=(Emit(failed, on=on),))


def _decide_drop(rows: Rows, body: DropDelivery, ctx: Context) -> Decision:
    row = rows.find(DELIVERY, body.delivery)
    if row is None or row.status not in UNSETTLED:
        return Decision()
    fact = DeliveryDiscarded(delivery=row.id, reason=body.reason)
    return Decision(events=(Emit(fact, on=(DELIVERY.key(row.id),)),))


# --- an administrator's -----------------------------------------------------------------------------------------------


class RetryDeliveries(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Have failed messages tried again now (重发通知), each with the number of tries it had at first."""

    deliveries: tuple[str, ...]


class DiscardDeliveries(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Have messages not sent at all (放弃通知). The reason is kept in the audit."""

    deliveries: tuple[str, ...]
    reason: str


def _check_many(deliveries: tuple[str, ...]) -> None:
    if not 0 < len(deliveries) <= MOST_AT_ONCE:
        raise Unprocessable(
            "gateway.deliveries_range",
            fields=(FieldError("deliveries", "out_of_range"),),
            params={"most": MOST_AT_ONCE},
        )


def _decide_retry(rows: Rows, body: RetryDeliveries, ctx: Context) -> Decision:
    _check_many(body.deliveries)
    events: list[Emit] = []
    for id_ in dict.fromkeys(body.deliveries):
        row = rows.need(DELIVERY, id_)
        if row.status not in ("FAILED", "GIVEN_UP"):
            raise Conflict("gateway.delivery_state", state=row.status, event="retry", params={"id": id_})
        events.append(Emit(DeliveryRenewed(delivery=id_, not_before=ctx.now), on=(DELIVERY.key(id_),)))
    return Decision(events=tuple(events), answer={"deliveries": len(events)})


def _decide_discard(rows: Rows, body: DiscardDeliveries, ctx: Context) -> Decision:
    _check_many(body.deliveries)
    if not body.reason.strip() or len(body.reason) > _LONGEST_REASON:
        raise Unprocessable("gateway.reason_missing", fields=(FieldError("reason", "missing"),))
    events: list[Emit] = []
    for id_ in dict.fromkeys(body.deliveries):
        row = rows.need(DELIVERY, id_)
        if row.status not in (*UNSETTLED, "GIVEN_UP"):
            raise Conflict("gateway.delivery_state", state=row.status, event="discard", params={"id": id_})
        events.append(Emit(DeliveryDiscarded(delivery=id_, reason=BY_ADMINISTRATOR), on=(DELIVERY.key(id_),)))
    return Decision(events=tuple(events), answer={"deliveries": len(events)})


def _many(body: Any, ctx: Context) -> Iterable[Key]:
    return map(DELIVERY.key, body.deliveries[:MOST_AT_ONCE])


def _noted(body: Any) -> Mapping[str, str | int]:
    noted: dict[str, str | int] = {"deliveries": ", ".join(body.deliveries[:MOST_AT_ONCE])}
    if isinstance(body, DiscardDeliveries):
        noted["reason"] = body.reason.strip()[:_LONGEST_REASON]
    return noted


def _one(body: Any, ctx: Context) -> Iterable[Key]:
    return (DELIVERY.key(body.delivery),)


RECORD_SENT: Command[RecordSent] = Command(
    name="gateway.record_sent", struct=RecordSent, keys=_one, decide=_decide_sent, internal=True
)
RECORD_FAILURE: Command[RecordFailure] = Command(
    name="gateway.record_failure",
    struct=RecordFailure,
    keys=_one,
    more_keys=_settings_key,
    decide=_decide_failure,
    internal=True,
)
DROP: Command[DropDelivery] = Command(
    name="gateway.drop_delivery", struct=DropDelivery, keys=_one, decide=_decide_drop, internal=True
)
RETRY: Command[RetryDeliveries] = Command(
    name="gateway.retry_deliveries",
    struct=RetryDeliveries,
    keys=_many,
    decide=_decide_retry,
    roles=("system_admin",),
    noted=_noted,
    icon="bell",
    surfaces=(),
)
DISCARD: Command[DiscardDeliveries] = Command(
    name="gateway.discard_deliveries",
    struct=DiscardDeliveries,
    keys=_many,
    decide=_decide_discard,
    roles=("system_admin",),
    tone="danger",
    noted=_noted,
    icon="bell",
    surfaces=(),
)
