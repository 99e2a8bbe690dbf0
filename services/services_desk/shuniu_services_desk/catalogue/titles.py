"""What the items of the catalogue are called, for pages that hold their codes."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec
from shuniu.rules.calendar import local

from shuniu_services_desk.catalogue.items import DeskItem
from shuniu_services_desk.catalogue.tables import ItemTable

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("item_titles",)


async def item_titles(host: "Host", codes: Iterable[str]) -> dict[str, str]:
    """Names by code: as in force today, else as last published; codes of no item are left out."""
    wanted = list(codes)
    day = local(host.clock.now()).date()
    records = await ItemTable.select(ItemTable.doc).where(ItemTable.key.is_in(wanted)) if wanted else []
    items = [msgspec.json.decode(record["doc"], type=DeskItem) for record in records]
    held = [(item.item, item.on(day) or (item.versions[-1] if item.versions else None)) for item in items]
    return {code: version.guide.name for code, version in held if version is not None}
