"""The zones as they stand, for drafts and previews: read before the rules are asked."""

from typing import TYPE_CHECKING

import msgspec

from shuniu_whistle.duty.tables import DutyZoneTable
from shuniu_whistle.duty.zones import DutyZone

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("standing_zones",)


async def standing_zones(c: object, host: "Host") -> tuple[DutyZone, ...]:
    """Every zone that is agreed on; a street has a handful."""
    records = await DutyZoneTable.select(DutyZoneTable.doc).where(DutyZoneTable.status == "ACTIVE")
    return tuple(msgspec.json.decode(r["doc"], type=DutyZone) for r in records)
