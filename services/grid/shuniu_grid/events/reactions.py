"""What others refer to the grid, and what their answers to our referrals do here (architecture idea 7)."""

from typing import Any

import msgspec
from shuniu.chassis.service import Command, Reaction, Received
from shuniu.contracts.referral import ReferralExpired, ReferralRefused, ReferralSettled, ReferralTaken

from shuniu_grid.events.refer import REFERRAL_BACK, REFERRAL_SETTLED, REFERRAL_TAKEN, Back, Settled, Taken
from shuniu_grid.events.taking import taking

__all__ = ("REACTIONS",)


def _answer(received: Received[Any]) -> tuple[Command[Any], msgspec.Struct] | None:
    """The command an answer asks for; whether it concerns this service is decided there, by ``made_by``."""
    match received.name:
        case "referral.taken.v1":
            taken = received.fact(ReferralTaken)
            return REFERRAL_TAKEN, Taken(
                referral=taken.referral,
                made_by=taken.made_by,
                target=received.event.source,
                kind=taken.kind,
                matter=taken.matter,
                number=taken.number,
            )
        case "referral.refused.v1":
            refused = received.fact(ReferralRefused)
            return REFERRAL_BACK, Back(
                referral=refused.referral, made_by=refused.made_by, cause="refused", reason=refused.reason
            )
        case "referral.expired.v1":
            expired = received.fact(ReferralExpired)
            return REFERRAL_BACK, Back(referral=expired.referral, made_by=expired.made_by, cause="expired")
        case "referral.settled.v1":
            settled = received.fact(ReferralSettled)
            if settled.outcome == "solved":
                return REFERRAL_SETTLED, Settled(referral=settled.referral, made_by=settled.made_by)
            return REFERRAL_BACK, Back(
                referral=settled.referral,
                made_by=settled.made_by,
                cause="cancelled" if settled.outcome == "cancelled" else "unsolved",
            )
    return None


REACTIONS = (
    # Both in one, for they come in order: nothing is taken back before it was taken.
    Reaction(
        name="referrals",
        sources=("*", "*@*"),
        handles=("referral.made.v1", "referral.withdrawn.v1"),
        command=taking,
    ),
    Reaction(
        name="referral_answers",
        sources=("*", "*@*"),
        handles=("referral.taken.v1", "referral.refused.v1", "referral.expired.v1", "referral.settled.v1"),
        command=_answer,
    ),
)
