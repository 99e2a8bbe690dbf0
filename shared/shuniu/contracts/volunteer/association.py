"""Facts of the 一家亲 association: member units of the street and what they contribute (domain rules 5.7)."""

from datetime import date
from typing import Literal

from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.text import Text

__all__ = ("FACTS", "AssociationGiftRecorded", "AssociationUnitJoined", "AssociationUnitLeft", "GiftKind")

GiftKind = Literal["VENUE_GIFT", "GOODS_GIFT", "SKILL_GIFT", "TRAINING_GIFT", "AWARD_GIFT"]


@fact("volunteer", "association.unit_joined.v1")
class AssociationUnitJoined(Fact, frozen=True, kw_only=True):
    """A unit is a member; ``sponsor`` where it also gives awards their name."""

    unit: str
    title: Text
    area: str
    sponsor: bool
    joined_on: date


@fact("volunteer", "association.unit_left.v1")
class AssociationUnitLeft(Fact, frozen=True, kw_only=True):
    """No member any more."""

    unit: str
    left_on: date


@fact("volunteer", "association.gift_recorded.v1")
class AssociationGiftRecorded(Fact, frozen=True, kw_only=True):
    """What a member contributed, in kind: a label, never an amount (who pays what stays between the units)."""

    unit: str
    gift: str
    kind: GiftKind
    label: str
    on: date


FACTS: tuple[type[Fact], ...] = (AssociationUnitJoined, AssociationUnitLeft, AssociationGiftRecorded)
