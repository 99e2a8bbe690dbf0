"""What all commands on a grid event share: their common fields, how they find their event, how text is sealed."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.envelope import Fact
from shuniu.contracts.grid.events import EventClosed, EventNotFiled, Photo
from shuniu.contracts.referral import ReferralRefused, ReferralSettled
from shuniu.rules.evidence import MAX_FILES, BlobRef
from shuniu.rules.refusal import Refusal

from shuniu_grid.events.face import GRID_EVENT
from shuniu_grid.events.lifecycle import EVENT
from shuniu_grid.events.rules import guard
from shuniu_grid.events.site import evidence_at_hand
from shuniu_grid.events.state import GridEvent

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = (
    "Code", "Note", "OnEvent", "Photos", "Sealed", "UnitCode", "answers", "decision", "event_keys", "need_event",
    "on_event", "photos_of", "sealed",
)  # fmt: skip

Note = Annotated[str, msgspec.Meta(max_length=2000, extra_json_schema={"x-widget": "textarea"})]
Photos = Annotated[tuple[BlobRef, ...], msgspec.Meta(max_length=MAX_FILES, extra_json_schema={"x-widget": "blob-list"})]
Code = Annotated[str, msgspec.Meta(max_length=20, extra_json_schema={"x-widget": "category"})]
UnitCode = Annotated[str, msgspec.Meta(min_length=1, max_length=60, extra_json_schema={"x-widget": "unit"})]
_Hidden = msgspec.Meta(max_length=60, extra_json_schema={"x-widget": "hidden"})


class OnEvent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one event. ``expected_version`` is the version its sender has seen, where the sender cares."""

    event: Annotated[str, _Hidden]
    expected_version: Annotated[int | None, msgspec.Meta(extra_json_schema={"x-widget": "hidden"})] = None


_ICONS = {
    "verify": "check", "file": "file", "not_file": "close", "categorise": "list", "self_handle": "wrench",
    "dispatch": "send", "redispatch": "send", "accept": "tick", "return": "back", "accept_return": "tick",
    "refuse_return": "close", "feed_back": "camera", "ask_delay": "clock", "grant_delay": "tick",
    "refuse_delay": "close", "ask_hang": "paused", "hang": "paused", "refuse_hang": "close", "revive": "next",
    "start_check": "check", "close": "tick", "send_back": "back", "refer": "bell", "merge_duplicate": "link",
    "unmerge": "back",
}  # fmt: skip

E = TypeVar("E", bound=OnEvent)


def event_keys(command: OnEvent, ctx: Context) -> Iterable[Key]:
    """The one row a command on an event needs."""
    return (GRID_EVENT.key(command.event),)


def need_event(rows: Rows, command: OnEvent, ctx: Context, move: str) -> GridEvent:
    """The event, if this actor may make this move on it now.

    Raises NotFound ``grid_event.unknown``, the guard's refusal, or Conflict ``matter.moved_on`` when somebody else was
    faster than a sender who named a version.
    """
    guard(move, rows.need(GRID_EVENT, command.event), ctx)
    return rows.need(GRID_EVENT, command.event, command.expected_version, move)


def photos_of(refs: Iterable[BlobRef]) -> tuple[Photo, ...]:
    """Evidence as facts carry it."""
    return tuple(Photo(sha256=r.sha256, size=r.size, media_type=r.media_type) for r in refs)


class Sealed:
    """Free text of one command on its way into the person data: a reference for the fact, the text beside it."""

    __slots__ = ("private", "ref")

    def __init__(self, ref: str, private: tuple[Private, ...]) -> None:
        self.ref = ref
        self.private = private


def sealed(ctx: Context, text: str, *, purpose: str = "grid.handling") -> Sealed:
    """Text that people of the matter may read (clearance 2) and nobody else; empty text needs no reference.

    Legal basis: the street's statutory duty (PIPL §13(1)(3)).
    """
    text = text.strip()
    if not text:
        return Sealed("", ())
    ref = ctx.new_id()
    return Sealed(ref, (Private(ref, {"text": text}, purpose, "STATUTORY_DUTY", 2),))


def decision(row: GridEvent, *facts: Fact, private: tuple[Private, ...] = ()) -> Decision:
    """A decision whose facts all evolve this event; with its end, whoever referred it here hears how it ended."""
    key = GRID_EVENT.key(row.id)
    said = (*facts, *(answer for f in facts for answer in answers(row, f)))
    return Decision(tuple(Emit(f, (key,), row.area) for f in said), private)


def answers(row: GridEvent, fact: Fact) -> Iterable[Fact]:
    """What those who referred this event are told when it is closed, or not filed."""
    for held in row.held:
        if isinstance(fact, EventClosed):
            yield ReferralSettled(
                referral=held.referral, made_by=held.made_by, kind=EVENT.kind, matter=row.id, outcome="solved"
            )
        elif isinstance(fact, EventNotFiled):
            yield ReferralRefused(referral=held.referral, made_by=held.made_by, reason=fact.reason)


def on_event(
    move: str,
    struct: type[E],
    decide: Callable[[Rows, E, Context], Decision],
    *,
    evidence: tuple[str, ...] = (),
    order: int = 0,
    tone: Literal["primary", "normal", "danger"] = "normal",
    also_roles: tuple[str, ...] = (),
    keys: Callable[[E, Context], Iterable[Key]] = event_keys,
    more_keys: Callable[[E, Rows, Context], Iterable[Key]] | None = None,
    prepare: "Callable[[E, Host], Awaitable[Any]] | None" = None,
    preview: "Callable[[Mapping[str, Any], Context, Host], Awaitable[Mapping[str, Any]]] | None" = None,
) -> Command[E]:
    """The command ``grid.<move>`` of a move a person makes; ``evidence`` names its fields of blobs.

    ``also_roles`` get as far as the guard, which tells them by which rule they may not.
    """

    def placed(rows: Rows, command: E, ctx: Context) -> Decision:
        try:
            return decide(rows, command, ctx)
        except Refusal as refusal:
            # What is wrong in a command is also told with the status and the move it was meant for; who may not act
            # at all (403) is told neither.
            row = rows.find(GRID_EVENT, command.event)
            if row is not None and refusal.status in (409, 422):
                refusal.state, refusal.event = refusal.state or row.status, refusal.event or move
            raise

    return Command(
        f"grid.{move}",
        struct,
        keys,
        placed,
        roles=(*EVENT.move(move).roles, *also_roles),
        prepare=evidence_at_hand(*evidence) if evidence else prepare,
        more_keys=more_keys,
        preview=preview,
        kind=EVENT.kind,
        matter_field="event",
        tone=tone,
        icon=_ICONS.get(move, ""),
        order=order,
    )
