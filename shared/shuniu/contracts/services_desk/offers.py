"""What the register of offers (服务供给) says: services, teams and items that take needs."""

from datetime import date
from typing import Literal

import msgspec

from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.services_desk.needs import NeedTime

__all__ = ("FACTS", "Offer", "OfferClosed", "OfferEntered", "OfferKind")

OfferKind = Literal["SERVICE", "TEAM", "ITEM"]
"""线下服务、志愿服务队、政务事项."""


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """An offline service with its capacity: how many needs it takes at the same time.

    Without ``areas`` it serves the whole street; without ``times`` it serves at any time. It is a unit's, not a
    person's; the point is where it is given out from.
    """

    code: str
    title_zh: str
    title_en: str = ""
    kind: OfferKind = "SERVICE"
    unit: str
    categories: tuple[str, ...]
    areas: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None
    capacity: int
    times: tuple[NeedTime, ...] = ()
    valid_to: date | None = None


@fact("services_desk", "offer.entered.v1")
class OfferEntered(Fact, frozen=True, kw_only=True):
    """An offer was entered, or corrected."""

    offer: Offer
    corrects: bool = False


@fact("services_desk", "offer.closed.v1")
class OfferClosed(Fact, frozen=True, kw_only=True):
    """It takes nothing more; what it has taken it still serves."""

    code: str
    valid_to: date


FACTS: tuple[type[Fact], ...] = (OfferEntered, OfferClosed)
