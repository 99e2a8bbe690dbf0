"""The gateway's copy of the registry in memory, with who owns each entry; renewed when the view changed."""

import asyncio
from typing import TYPE_CHECKING

import msgspec
from shuniu.contracts.summary import RegistryEntry

from shuniu_gateway.tables import RegistryView

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("RegistryCopy",)


class RegistryCopy:
    """Published entries over those of the seed file."""

    def __init__(self, host: "Host") -> None:
        self._host = host
        self._entries: dict[tuple[str, str], RegistryEntry] = {}
        self._owners: dict[tuple[str, str], str] = {}
        self._renewing = asyncio.Lock()
        self.synthetic = False
        self._seen: tuple[int, str] | None = None

    async def renew(self) -> bool:
        """Read the view again if it changed; whether it did."""
        async with self._renewing:
            marks = await RegistryView.raw(
                "select count(*) as n, coalesce(max(xmin::text::bigint), 0)::text as x from registry_view"
            )
            seen = (marks[0]["n"], marks[0]["x"])
            if seen == self._seen:
                return False
            rows = await RegistryView.raw("select kind, code, doc, source from registry_view")
            entries = {(row["kind"], row["code"]): msgspec.json.decode(row["doc"], type=RegistryEntry) for row in rows}
            self._owners = {(row["kind"], row["code"]): row["source"] for row in rows}
            self._entries = entries
            self._seen = seen
            return True

    def get(self, kind: str, code: str) -> RegistryEntry | None:
        """The entry, or None."""
        return self._entries.get((kind, code)) or self._host.registry.current.get(kind, code)

    def all(self, kind: str) -> list[RegistryEntry]:
        """Every entry of a kind."""
        published = {code: entry for (k, code), entry in self._entries.items() if k == kind}
        return list({**self._host.registry.current.all(kind), **published}.values())

    def owner(self, kind: str, code: str) -> str | None:
        """Source of the service that published the entry; None for one of the seed file only."""
        return self._owners.get((kind, code))
