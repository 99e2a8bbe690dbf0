"""What standing duty zones (责任田) say: who is in charge of a place near a border, agreed in advance (article).

Names are published place names, free of persons. Coordinates are WGS 84.
"""

from datetime import date

from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.whistle.whistles import Party

__all__ = ("FACTS", "DutyZoneAgreed", "DutyZoneEnded")


@fact("whistle", "duty_zone.agreed.v1")
class DutyZoneAgreed(Fact, frozen=True, kw_only=True):
    """A duty zone holds from ``valid_from`` on: by area codes or a ring of points, for classes or items of the list."""

    zone: str
    name: str
    areas: tuple[str, ...]
    ring: tuple[tuple[float, float], ...]
    """Longitude and latitude of its border, not closed; () when it is given by areas."""
    groups: tuple[str, ...]
    items: tuple[str, ...]
    lead: Party
    """``scope`` "" for a unit of this scope."""
    co: tuple[Party, ...]
    valid_from: date
    basis: str


@fact("whistle", "duty_zone.ended.v1")
class DutyZoneEnded(Fact, frozen=True, kw_only=True):
    """The zone is agreed on no longer."""

    zone: str


FACTS: tuple[type[Fact], ...] = (DutyZoneAgreed, DutyZoneEnded)
