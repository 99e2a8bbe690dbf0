"""Referrals a service has made, followed to their end: what a row keeps of one, and the command its answers ask for.

A matter that refers keeps a :class:`SentReferral`. Its capability gives one internal command over
:class:`ReferralAnswered` and lists :func:`answers` among its reactions; whether an answer concerns it is decided there,
by ``made_by`` and by what the row waits for, so an answer that comes twice changes nothing.
"""

from collections.abc import Callable
from typing import Any, Final, Literal

import msgspec

from shuniu.chassis.service import Command, Reaction, Received
from shuniu.contracts.referral import ReferralExpired, ReferralRefused, ReferralSettled, ReferralTaken

__all__ = ("ReferralAnswered", "SentReferral", "answered_by", "answers")

_HANDLES: Final = ("referral.taken.v1", "referral.refused.v1", "referral.expired.v1", "referral.settled.v1")
_End = Literal["settled", "unsolved", "cancelled"]
_ENDS: Final[dict[str, _End]] = {"solved": "settled", "cancelled": "cancelled"}


class SentReferral(msgspec.Struct, frozen=True, kw_only=True):
    """A referral and what became of it: ``open``, ``taken``, ``settled`` or why it came back."""

    id: str
    to_kind: str
    state: str = "open"
    target: str = ""
    target_kind: str = ""
    target_matter: str = ""
    target_number: str = ""


class ReferralAnswered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What ``source`` said about a referral that ``made_by`` made; ``kind``, ``matter`` and ``number`` once taken."""

    answer: Literal["taken", "settled", "refused", "expired", "unsolved", "cancelled"]
    referral: str
    made_by: str
    source: str
    kind: str = ""
    matter: str = ""
    number: str = ""
    reason: str = ""


def answered_by(received: Received[Any]) -> ReferralAnswered | None:
    """The answer an event is; None for any other event."""
    source = received.event.source
    match received.name:
        case "referral.taken.v1":
            t = received.fact(ReferralTaken)
            known = {"kind": t.kind, "matter": t.matter, "number": t.number}
            return ReferralAnswered(answer="taken", referral=t.referral, made_by=t.made_by, source=source, **known)
        case "referral.refused.v1":
            r = received.fact(ReferralRefused)
            return ReferralAnswered(
                answer="refused", referral=r.referral, made_by=r.made_by, source=source, reason=r.reason
            )
        case "referral.expired.v1":
            e = received.fact(ReferralExpired)
            return ReferralAnswered(answer="expired", referral=e.referral, made_by=e.made_by, source=source)
        case "referral.settled.v1":
            s = received.fact(ReferralSettled)
            end = _ENDS.get(s.outcome, "unsolved")
            return ReferralAnswered(answer=end, referral=s.referral, made_by=s.made_by, source=source)
    return None


def answers(
    name: str, command: Command[ReferralAnswered], *, ours: Callable[[str], bool] = lambda referral: True
) -> Reaction:
    """The reaction that gives ``command`` for every answer to a referral whose id ``ours`` takes for one of its own.

    A service with referrals of several capabilities tells them apart by their ids.
    """

    def given(received: Received[Any]) -> tuple[Command[Any], msgspec.Struct] | None:
        answer = answered_by(received)
        return (command, answer) if answer is not None and ours(answer.referral) else None

    return Reaction(name=name, sources=("*",), handles=_HANDLES, command=given)
