"""Standing duty zones (责任田): which one a matter lies in, and so who leads. The row and the pure look-up."""

from collections.abc import Iterable
from datetime import date

import msgspec
from msgspec.structs import replace
from shapely import Point, Polygon
from shuniu.chassis.rows import Happening, Index, RowKind
from shuniu.contracts.envelope import Fact
from shuniu.contracts.whistle import duty as said
from shuniu.contracts.whistle.whistles import Party
from shuniu.rules.areas import within

__all__ = ("DUTY_ZONE", "DutyZone", "zone_of")


class DutyZone(msgspec.Struct, frozen=True, kw_only=True):
    """A zone as it was agreed."""

    id: str
    name: str
    areas: tuple[str, ...]
    ring: tuple[tuple[float, float], ...]
    groups: tuple[str, ...]
    items: tuple[str, ...]
    lead: Party
    co: tuple[Party, ...]
    valid_from: date
    basis: str
    active: bool = True

    def covers(self, area: str, lon: float | None, lat: float | None) -> bool:
        """Whether the place lies in it: by its point where there is one and the zone has a border, else by area."""
        if self.ring and lon is not None and lat is not None:
            return bool(Polygon(self.ring).covers(Point(lon, lat)))
        return any(within(area, mine) for mine in self.areas)

    def about(self, item: str, group: str) -> bool:
        """Whether it was agreed for such matters."""
        return item in self.items or group in self.groups


def zone_of(
    zones: Iterable[DutyZone],
    area: str,
    lon: float | None,
    lat: float | None,
    item: str,
    group: str,
    day: date,
) -> DutyZone | None:
    """The zone a matter lies in; where several do, one that names the item before one that names the class, then the
    one agreed last."""
    found = [z for z in zones if z.active and z.valid_from <= day and z.about(item, group) and z.covers(area, lon, lat)]
    return max(found, key=lambda z: (item in z.items, z.valid_from, z.id), default=None)


def evolve(row: DutyZone | None, f: Fact, h: Happening) -> DutyZone | None:
    """A zone after a fact."""
    match f:
        case said.DutyZoneAgreed():
            return DutyZone(
                id=f.zone,
                name=f.name,
                areas=f.areas,
                ring=f.ring,
                groups=f.groups,
                items=f.items,
                lead=f.lead,
                co=f.co,
                valid_from=f.valid_from,
                basis=f.basis,
            )
        case said.DutyZoneEnded() if row is not None:
            return replace(row, active=False)
        case _:
            return row


DUTY_ZONE: RowKind[DutyZone] = RowKind(
    "duty_zone",
    DutyZone,
    "duty_zone",
    evolve,
    index=lambda z: Index("ACTIVE" if z.active else "ENDED", z.areas[0] if z.areas else ""),
)
