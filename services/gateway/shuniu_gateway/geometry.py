"""Shapes of areas: fetched once from their owners by hash, kept, and served as one FeatureCollection."""

import asyncio
import gzip
import hashlib
import logging
from typing import TYPE_CHECKING

import msgspec
from shuniu.rules.refusal import Refusal

from shuniu_gateway.addresses import address
from shuniu_gateway.areas import level_of
from shuniu_gateway.doors import path_of
from shuniu_gateway.presence import gateway_actor
from shuniu_gateway.shapes import RegistryChange
from shuniu_gateway.tables import GeometryView

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

    from shuniu_gateway.callers import Callers
    from shuniu_gateway.doors import Doors
    from shuniu_gateway.hub import Hub
    from shuniu_gateway.registry import RegistryCopy

__all__ = ("Geometries",)

log = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0
AT_ONCE = 8
MOST_CHUNKS = 64


class Geometries:
    """Keeps the geometries that the registry names, and one document of them all."""

    def __init__(self, host: "Host") -> None:
        self._host = host
        self._held: set[str] = set()
        self._poke = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.etag = hashlib.sha256(b"").hexdigest()[:32]
        self.document = b'{"type":"FeatureCollection","features":[]}'
        self.compressed = gzip.compress(self.document)
        self._made_of: tuple[tuple[str, str], ...] | None = None

    async def start(self) -> None:
        """Make the document of what is held, then look for what is missing from time to time."""
        registry: RegistryCopy = self._host.extras["registry"]
        await registry.renew()
        rows = await GeometryView.select(GeometryView.sha)
        self._held = {row["sha"] for row in rows}
        await self._compose()
        self._task = asyncio.create_task(self._run(), name="gateway-geometries")

    async def stop(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def wake(self) -> None:
        """The registry may have changed."""
        self._poke.set()

    async def _run(self) -> None:
        registry: RegistryCopy = self._host.extras["registry"]
        hub: Hub = self._host.extras["hub"]
        while True:
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._poke.wait()
            except TimeoutError:
                pass
            self._poke.clear()
            try:
                await registry.renew()
                await self._fetch_missing()
                if await self._compose():
                    # The projection told of the entries; now their shapes are here too.
                    hub.announce("registry", msgspec.json.encode(RegistryChange(kinds=("area",), geometry=True)))
            except asyncio.CancelledError:
                raise
            except Exception as fault:
                log.warning("geometries cannot be looked after: %r", fault)

    async def _fetch_missing(self) -> None:
        registry: RegistryCopy = self._host.extras["registry"]
        missing = {
            entry.geometry: owner
            for entry in registry.all("area")
            if entry.geometry and entry.geometry not in self._held
            if (owner := registry.owner("area", entry.code)) is not None
        }
        gate = asyncio.Semaphore(AT_ONCE)
        away: set[str] = set()

        async def fetch(sha: str, owner: str) -> None:
            async with gate:
                if owner in away:
                    return
                try:
                    await self._fetch(sha, owner)
                except Refusal:
                    away.add(owner)

        await asyncio.gather(*(fetch(sha, owner) for sha, owner in missing.items()))

    async def _fetch(self, sha: str, owner: str) -> None:
        """Get one geometry in chunks, check its hash, keep it. Raises Refusal while the owner is away."""
        doors: Doors = self._host.extras["doors"]
        callers: Callers = self._host.extras["callers"]
        token = callers.token_for(gateway_actor(self._host))
        content = b""
        for n in range(MOST_CHUNKS):
            response = await doors.request(
                address(owner, self._host.scope), "GET", path_of("blobs", sha, str(n)), token
            )
            if response.status != 200:
                log.debug("geometry %s: chunk %d answered %d", sha[:12], n, response.status)
                return
            content += response.body
            if hashlib.sha256(content).hexdigest() == sha:
                break
        else:
            return
        try:
            msgspec.json.decode(content)
        except msgspec.DecodeError:
            log.warning("geometry %s is no JSON", sha[:12])
            return
        row = GeometryView(sha=sha, geometry=content)
        await GeometryView.insert(row).on_conflict(target=GeometryView.sha, action="DO NOTHING")
        self._held.add(sha)

    async def _compose(self) -> bool:
        """Make the document anew if it would differ; whether it did."""
        registry: RegistryCopy = self._host.extras["registry"]
        areas = sorted(
            (entry for entry in registry.all("area") if entry.geometry in self._held), key=lambda entry: entry.code
        )
        made_of = tuple((entry.code, entry.geometry) for entry in areas)
        if made_of == self._made_of:
            return False
        rows = await GeometryView.select(GeometryView.sha, GeometryView.geometry).where(
            GeometryView.sha.is_in([sha for _, sha in made_of] or [""])
        )
        shapes = {row["sha"]: msgspec.Raw(bytes(row["geometry"])) for row in rows}
        features = [
            {
                "type": "Feature",
                "id": entry.code,
                "properties": {
                    "code": entry.code,
                    "level": level_of(entry.code, self._host.scope),
                    "subtype": entry.subtype,
                },
                "geometry": shapes[entry.geometry],
            }
            for entry in areas
            if entry.geometry in shapes
        ]
        self.document = msgspec.json.encode({"type": "FeatureCollection", "features": features})
        self.compressed = await asyncio.to_thread(gzip.compress, self.document, 6)
        self.etag = hashlib.sha256(self.document).hexdigest()[:32]
        first = self._made_of is None
        self._made_of = made_of
        return not first
