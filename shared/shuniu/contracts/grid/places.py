"""Facts of service places (服务阵地): volunteer posts, mobile governance stations, service stations."""

from datetime import date
from typing import Literal

import msgspec

from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.text import Text

__all__ = ("OpeningHours", "PlaceClosed", "PlaceRegistered", "PlaceType")

PlaceType = Literal["VOLUNTEER_POST", "MOBILE_STATION", "SERVICE_STATION"]
"""志愿者岗, 流动治理站, 服务站."""


class OpeningHours(msgspec.Struct, frozen=True, kw_only=True):
    """Open on these days of the week (1 Monday … 7 Sunday) between two minutes of the day, local time."""

    days: tuple[int, ...]
    start: int
    end: int


@fact("grid", "place.registered.v1")
class PlaceRegistered(Fact, frozen=True, kw_only=True):
    """A service place as it is from now on, in full."""

    place: str
    type: PlaceType
    title: Text
    area: str
    lon: float
    lat: float
    address: str = ""
    hours: tuple[OpeningHours, ...] = ()
    unit: str = ""
    organisation: str = ""
    valid_from: date


@fact("grid", "place.closed.v1")
class PlaceClosed(Fact, frozen=True, kw_only=True):
    """The place is no more after the day ``valid_to``."""

    place: str
    area: str
    valid_to: date
