"""Who answers for a unit and how to reach them: sealed, opened only for the register's own work."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec
from shuniu.contracts.grid.units import RegisteredUnit

from shuniu_grid.units.tables import UnitTable

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("contacts_of",)


async def contacts_of(host: "Host", numbers: Iterable[str]) -> dict[str, dict[str, str]]:
    """The contact each of these units has now, by number."""
    rows = await UnitTable.select(UnitTable.doc).where(UnitTable.key.is_in(list(numbers)))
    refs = {u.contact_ref: u.number for u in (msgspec.json.decode(r["doc"], type=RegisteredUnit) for r in rows)}
    refs.pop("", None)
    return {refs[ref]: fields for ref, fields in (await host.vault.open_refs(host.pool, refs)).items()}
