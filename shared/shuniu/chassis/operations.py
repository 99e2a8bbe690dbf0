"""What an administrator may ask of every service: retry and discard dead letters, rebuild a projection.

They are commands like any other: idempotent by key, audited with the administrator's reason, reached over the bus and
through the gateway. What they do happens in ``prepare``, outside the log: no event tells of it, the tables of the bus
and the audit do.
"""

from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from shuniu.chassis.bus.dead_letters import LetterId, Retried
from shuniu.chassis.bus.rebuilds import RebuildJob, RebuildRunning
from shuniu.chassis.context import Actor, Context
from shuniu.chassis.decision import Decision
from shuniu.chassis.rows import Rows
from shuniu.chassis.service import Command
from shuniu.rules.refusal import Conflict, FieldError, NotFound, Refusal, Unprocessable

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = (
    "DISCARD",
    "OPERATIONS",
    "OPERATORS",
    "REBUILD",
    "RETRY",
    "ROUTES",
    "DiscardDeadLetter",
    "RebuildProjection",
    "RetryDeadLetters",
)

OPERATORS = ("system_admin",)
"""Who runs the machine. Reads of what they see are for them alone too."""

ROUTES = (
    ("/dead-letters", "route.dead_letters"),
    ("/dead-letters/{id}", "route.dead_letter"),
    ("/rebuilds", "route.rebuilds"),
    ("/rebuilds/{id}", "route.rebuild"),
    ("/audit", "route.audit"),
    ("/audit/check", "route.audit_check"),
    ("/limits", "route.limits"),
    ("/ready", "route.ready"),
)
"""GET routes every manifest declares, so that a gateway leads to them."""

Reason = Annotated[str, msgspec.Meta(min_length=4, max_length=200, extra_json_schema={"x-widget": "textarea"})]
_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
_Name = Annotated[str, msgspec.Meta(max_length=60)]


class RetryDeadLetters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take parked events again, each queue in order: the one a letter stands in, those of a consumer, or all."""

    reason: Reason
    letter: str = ""
    consumer: _Name = ""


class DiscardDeadLetter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Give one parked event up for good; the later events of its matter go on."""

    letter: _Id
    reason: Reason


class RebuildProjection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Make a projection anew from the logs, while it goes on being read."""

    projection: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    reason: Reason


def _noted(body: RetryDeadLetters | DiscardDeadLetter) -> dict[str, str | int]:
    consumer = body.consumer if isinstance(body, RetryDeadLetters) else ""
    note: dict[str, str | int] = {"letter": body.letter[:200], "consumer": consumer, "reason": body.reason.strip()}
    return {name: str(value).replace("\x00", "") for name, value in note.items() if value}


def _letter(text: str) -> LetterId:
    letter = LetterId.read(text)
    if letter is None:
        raise Unprocessable("dead_letter.malformed", fields=(FieldError("letter", "format"),))
    return letter


def _checked(reason: str) -> None:
    if len(reason.strip()) < 4:
        raise Unprocessable("dead_letter.reason", fields=(FieldError("reason", "too_short"),))


async def _why_not(host: "Host", letter: LetterId) -> Refusal:
    """What to say of a letter that is not parked."""
    found = await host.bus.dead_letters.one(letter)
    if found is not None and found[0].state == "discarded":
        return Conflict("dead_letter.discarded", state="discarded")
    return NotFound("dead_letter.unknown", params={"id": str(letter)})


async def _retry(body: RetryDeadLetters, actor: Actor, host: "Host") -> Retried:
    _checked(body.reason)
    letters = host.bus.dead_letters
    if body.consumer and not letters.knows(body.consumer):
        raise NotFound("dead_letter.consumer", params={"consumer": body.consumer})
    if not body.letter:
        return await letters.retry(body.consumer)
    letter = _letter(body.letter)
    retried = await letters.retry_one(letter)
    if retried is None:
        raise await _why_not(host, letter)
    return retried


async def _discard(body: DiscardDeadLetter, actor: Actor, host: "Host") -> Retried:
    _checked(body.reason)
    letter, why = _letter(body.letter), body.reason.strip()
    done = await host.bus.dead_letters.discard(letter, actor.id, why)
    if done is not None:
        return done
    found = await host.bus.dead_letters.one(letter)
    if found is not None and (found[0].discarded_by, found[0].reason) == (actor.id, why):
        return Retried(0, 0)  # the very same was done, and its answer lost
    raise await _why_not(host, letter)


def _count(rows: Rows, body: RetryDeadLetters | DiscardDeadLetter, ctx: Context) -> Decision:
    """Nothing is decided here: the answer says what was drained, and what still waits."""
    retried: Retried = ctx.prepared
    return Decision(answer={"drained": retried.drained, "left": retried.left})


RETRY: Command[RetryDeadLetters] = Command(
    "chassis.retry_dead_letters",
    RetryDeadLetters,
    lambda c, ctx: (),
    _count,
    roles=OPERATORS,
    operate=_retry,
    noted=_noted,
)
DISCARD: Command[DiscardDeadLetter] = Command(
    "chassis.discard_dead_letter",
    DiscardDeadLetter,
    lambda c, ctx: (),
    _count,
    roles=OPERATORS,
    operate=_discard,
    noted=_noted,
    tone="danger",
)


async def _rebuild(body: RebuildProjection, actor: Actor, host: "Host") -> RebuildJob:
    _checked(body.reason)
    try:
        return await host.bus.rebuilds.begin(host.ids.new(host.clock.now()), body.projection, actor.id)
    except KeyError:
        known = ", ".join(sorted(projection.name for projection in host.projections))
        raise NotFound("rebuild.projection", params={"projection": body.projection, "known": known}) from None
    except RebuildRunning:
        raise Conflict("rebuild.running", state="running", params={"projection": body.projection}) from None


def _begun(rows: Rows, body: RebuildProjection, ctx: Context) -> Decision:
    job: RebuildJob = ctx.prepared
    return Decision(answer={"rebuild": job.id, "projection": job.projection})


REBUILD: Command[RebuildProjection] = Command(
    "chassis.rebuild",
    RebuildProjection,
    lambda c, ctx: (),
    _begun,
    roles=OPERATORS,
    operate=_rebuild,
    noted=lambda c: {"projection": c.projection, "reason": c.reason.strip().replace("\x00", "")},
    status=202,
)

OPERATIONS: tuple[Command[Any], ...] = (RETRY, DISCARD, REBUILD)
"""Every service has these commands beside its own."""
