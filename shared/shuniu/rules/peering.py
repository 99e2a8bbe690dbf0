"""What deployments agree to share with each other (共享约定), and what that means for one event. Pure.

An agreement is this deployment's own word about one other scope: what of each service's log the other may see, and the
most its people and programs may claim here. What the other shares with us stands in *its* agreement, at its own place.
Whatever is not agreed is withheld: the event's place in the log stays, everything else does not (architecture, idea 4).
"""

from typing import Literal

import msgspec

from shuniu.contracts.envelope import CloudEvent, EventData, event_id, parse_source
from shuniu.contracts.summary import Summary
from shuniu.contracts.text import Text

__all__ = (
    "DEPARTED",
    "EVERY",
    "Agreement",
    "Share",
    "Sight",
    "about",
    "departed",
    "is_withheld",
    "names_units",
    "referral_only",
    "sight",
    "withheld",
)

Sight = Literal["whole", "referral", "nothing"]
"""What of an event another scope sees: all of it, the referral it is without our summary, only its place."""

DEPARTED = "departed.v1"
"""Name of the word by which a scope learns that a matter is none of its units' any more."""

EVERY = "*"
_TO_SCOPE = frozenset({"referral.made", "referral.withdrawn"})
"""Said by the sender to the scope they name."""
_ANSWERS = frozenset({"referral.taken", "referral.refused", "referral.expired", "referral.settled"})
_PROGRESS = "referral.progressed"
_WITHHELD = "withheld.v1"


class Share(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of one service's log another scope sees.

    referrals: referrals addressed to that scope, and answers to those it made. progress: also how our units stand
    with what was opened for its referrals. matters_of_units: every event whose summary names one of these units, the
    ones that scope operates.
    """

    referrals: bool = False
    progress: bool = False
    matters_of_units: tuple[str, ...] = ()


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """What is agreed with one other scope.

    issuers: whose tokens speak for it (``/<scope>/gateway``), each with a pinned key. acts_for, roles, areas,
    clearance: the most such a token may claim here; areas none unless given. follows: which of its services we listen
    to. shares: what it sees of ours, by service.
    """

    scope: str
    title: Text
    issuers: tuple[str, ...]
    acts_for: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    clearance: int = 2
    follows: tuple[str, ...] = (EVERY,)
    shares: dict[str, Share] = {}

    def hears(self, service: str) -> bool:
        """Whether we listen to that service of theirs."""
        return EVERY in self.follows or service in self.follows


class _Referral(msgspec.Struct):
    """The two words of a referral that say whom it is about."""

    to_scope: str = ""
    made_by: str = ""


class _Stub(msgspec.Struct, kw_only=True):
    """A withheld event: a CloudEvent with what CloudEvents asks for and its place, and nothing else."""

    specversion: str = "1.0"
    id: str
    source: str
    type: str
    sequence: str
    epoch: str


_referral = msgspec.json.Decoder(_Referral)


def _scope_of(source: str) -> str:
    try:
        return parse_source(source)[0]
    except ValueError:
        return ""


def _parties(event: CloudEvent) -> tuple[str, str] | None:
    """(what the referral fact says, without its version; the scope it is said to); None for any other fact."""
    noun = event.type.split(".", 2)[-1].rpartition(".v")[0]
    if noun not in _TO_SCOPE and noun not in _ANSWERS and noun != _PROGRESS:
        return None
    try:
        said = _referral.decode(event.data.fact)
    except msgspec.MsgspecError:
        return noun, ""
    return noun, said.to_scope if noun in _TO_SCOPE else _scope_of(said.made_by)


def about(event: CloudEvent, scope: str) -> bool:
    """Whether ``scope`` may act on an event of another scope: a referral only where it is said to it."""
    parties = _parties(event)
    return parties is None or parties[1] == scope


def _units(data: EventData) -> set[str]:
    summary = data.summary
    matter = summary.matter
    if matter is None:
        return set(summary.visibility.units) if summary.visibility is not None else set()
    return {matter.lead_unit, *(part.unit for part in matter.units), *matter.visibility.units} - {""}


def _sensitivity(data: EventData) -> int:
    matter, own = data.summary.matter, data.summary.visibility
    return max(matter.visibility.sensitivity if matter is not None else 0, own.sensitivity if own is not None else 0)


def sight(event: CloudEvent, agreement: Agreement) -> Sight:
    """What the agreement's scope sees of this event of ours.

    A referral is between two: only the scope it is said to sees it, also where it shares the matter, and whatever the
    matter's sensitivity (somebody with authority has sent it); our summary goes along only where the matter is shared
    as well. Everything else follows the units of the summary, up to the agreed clearance.
    """
    share = agreement.shares.get(_service_of(event.source))
    if share is None:
        return "nothing"
    parties = _parties(event)
    if parties is not None:
        noun, said_to = parties
        if not share.referrals or said_to != agreement.scope or (noun == _PROGRESS and not share.progress):
            return "nothing"
        return "whole" if names_units(event, agreement) else "referral"
    return "whole" if names_units(event, agreement) else "nothing"


def names_units(event: CloudEvent, agreement: Agreement) -> bool:
    """Whether the event's summary names a unit whose matters are shared with that scope, within its clearance."""
    share = agreement.shares.get(_service_of(event.source))
    if share is None or _sensitivity(event.data) > agreement.clearance:
        return False
    return not _units(event.data).isdisjoint(share.matters_of_units)


def referral_only(event: CloudEvent) -> CloudEvent:
    """A referral without what we say of our own matter beside it, and without who of us said it."""
    data = EventData(fact=event.data.fact, summary=Summary())
    return msgspec.structs.replace(event, data=data, actor="", area="", causationid="", traceparent="")


def departed(event: CloudEvent) -> CloudEvent:
    """In the place of the event by which a matter left a scope's sight: that it did, and nothing of how."""
    fact = msgspec.Raw(msgspec.json.encode({"matter": event.correlationid}))
    return CloudEvent(
        specversion="1.0",
        id=event.id,
        source=event.source,
        type=f"shuniu.{_service_of(event.source)}.{DEPARTED}",
        subject=event.correlationid,
        time=event.time,
        datacontenttype="application/json",
        sequence=event.sequence,
        epoch=event.epoch,
        data=EventData(fact=fact, summary=Summary()),
        correlationid=event.correlationid,
    )


def _service_of(source: str) -> str:
    try:
        return parse_source(source)[1]
    except ValueError:
        return ""


def withheld(source: str, epoch: str, position: int) -> bytes:
    """The stub that stands in the place of an event somebody may not see."""
    return msgspec.json.encode(
        _Stub(
            id=event_id(epoch, position),
            source=source,
            type=f"shuniu.{_service_of(source)}.{_WITHHELD}",
            sequence=str(position),
            epoch=epoch,
        )
    )


def is_withheld(event_type: str, source: str) -> bool:
    """Whether an event of this type is the stub of a withheld one."""
    return event_type == f"shuniu.{_service_of(source)}.{_WITHHELD}"
