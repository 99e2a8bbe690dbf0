"""Which services there are: present, behind, absent; and the last manifest of each, so an absent one is still drawn.

Those of other deployments are among them once the view has read something of what they share.

A service is known from its announcements alone (``….head``), never by import. It is behind while the view has had
events of its log to catch up with for more than two seconds.
"""

import asyncio
import hashlib
import logging
import time
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
from shuniu.chassis.context import Actor
from shuniu.contracts.envelope import LogHead, parse_source
from shuniu.contracts.manifest import KindInfo, Manifest, Measure, Rate
from shuniu.contracts.text import Text
from shuniu.rules.refusal import Refusal

from shuniu_gateway.addresses import address, home, is_foreign
from shuniu_gateway.hub import Hub
from shuniu_gateway.instance_shapes import InstanceView
from shuniu_gateway.projection import VIEW
from shuniu_gateway.sessions import real_now
from shuniu_gateway.shapes import ServicePresence, ServiceView
from shuniu_gateway.tables import ManifestView

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

    from shuniu_gateway.callers import Callers
    from shuniu_gateway.doors import Doors

__all__ = ("Presence", "unpacked")

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.5
BEHIND_AFTER_S = 2.0
RETRY_MANIFEST_S = 1.0
MOST_MANIFEST = 8 * 1024 * 1024


def unpacked(body: bytes) -> bytes:
    """What gzip packed, however it was meant: ValueError where it is more than a manifest may be, or no end to it."""
    unpacker = zlib.decompressobj(wbits=31)
    out = unpacker.decompress(body, MOST_MANIFEST)
    if not unpacker.eof:
        raise ValueError("a packed manifest is too large or cut off")
    return out


@dataclass(slots=True)
class _Known:
    """What is known of one source. ``lagging_since`` is monotonic time."""

    state: ServicePresence
    since: datetime
    lag: int = 0
    head: int = 0
    lagging_since: float | None = None
    wanted: str = ""
    """Hash of the manifest it announces."""
    hash: str = ""
    manifest: Manifest | None = None
    tried_at: float = 0.0
    shared: bool = True
    """False for another deployment's service that has shown us nothing yet."""


class Presence:
    """Follows announcements and manifests of the scope's services."""

    def __init__(self, host: "Host", hub: Hub) -> None:
        self._host = host
        self._hub = hub
        self._known: dict[str, _Known] = {}
        self._poke = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._fetching: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Take up what former lives knew, and begin to listen. The bus need not be there."""
        for row in await ManifestView.select():
            manifest = msgspec.json.decode(bytes(row["manifest"]), type=Manifest)
            self._known[row["source"]] = _Known("absent", real_now(), hash=row["hash"], manifest=manifest)
        self._host.bus.heads.on_head(self._heard)
        self._host.bus.heads.on_presence(lambda source, present: self._poke.set())
        self._task = asyncio.create_task(self._run(), name="gateway-presence")

    async def stop(self) -> None:
        """Stop listening."""
        for task in (self._task, *self._fetching):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    # --- what others ask ----------------------------------------------------------------------------------------------

    def knows(self, service: str) -> bool:
        """Whether the service has ever been seen; the gateway knows itself."""
        return service == self._host.service.name or home(service, self._host.scope) in self._known

    def manifest(self, service: str) -> Manifest | None:
        """The last manifest of a service; ``service`` is an address."""
        known = self._known.get(home(service, self._host.scope))
        return known.manifest if known else None

    @property
    def manifests(self) -> dict[str, Manifest]:
        """The last manifest of every service of our scope, by service name, in the order they want to be shown."""
        found = {
            parse_source(source)[1]: known.manifest
            for source, known in self._known.items()
            if known.manifest and not is_foreign(source, self._host.scope)
        }
        return dict(sorted(found.items(), key=lambda item: (item[1].order, item[0])))

    @property
    def measures(self) -> dict[str, Measure]:
        """Declared measures by name."""
        return {measure.name: measure for manifest in self.manifests.values() for measure in manifest.measures}

    @property
    def rates(self) -> list[tuple[str, Rate]]:
        """Declared rates with their service."""
        return [(name, rate) for name, manifest in self.manifests.items() for rate in manifest.rates]

    @property
    def kinds(self) -> list[tuple[str, KindInfo]]:
        """Declared kinds with their service."""
        return [(name, kind) for name, manifest in self.manifests.items() for kind in manifest.kinds]

    def role_title(self, role: str) -> Text:
        """A role's title in whichever manifest has it; its id where none has."""
        # A bureau's people may hold roles that mean something elsewhere only.
        others = [known.manifest for known in self._known.values() if known.manifest]
        for manifest in (*self.manifests.values(), *others):
            for declared in manifest.roles:
                if declared.id == role:
                    return declared.title
        return self._host.texts.get(f"role.{role}") or Text(role, role)

    def services(self, *, manifests: bool) -> list[ServiceView]:
        """Every service ever seen, in the order they want to be shown."""
        return [self._view(source, manifests) for source in self._shown()]

    def instances(self) -> list[InstanceView]:
        """The processes of every service, in the same order."""
        return [view for source in self._shown() for view in self._processes(source)]

    def _shown(self) -> list[str]:
        order = {source: (known.manifest.order if known.manifest else 99) for source, known in self._known.items()}
        shown = [source for source, known in self._known.items() if known.shared]
        return sorted(shown, key=lambda s: (self._far(s), order[s], s))

    def _processes(self, source: str) -> list[InstanceView]:
        now, clock = real_now(), asyncio.get_running_loop().time()
        service = address(source, self._host.scope)
        return [
            InstanceView(
                service=service,
                instance=process.head.instance,
                version=process.head.version,
                present=process.present(clock),
                since=process.head.started or now - timedelta(seconds=clock - process.first),
                last_seen=now - timedelta(seconds=clock - process.last),
                head=process.head.position,
            )
            for process in self._host.bus.heads.processes(source)
        ]

    def _far(self, source: str) -> bool:
        return is_foreign(source, self._host.scope)

    def _view(self, source: str, with_manifest: bool) -> ServiceView:
        scope, service = parse_source(source)
        known = self._known[source]
        manifest = known.manifest
        peer = self._host.peers.with_scope(scope) if self._far(source) else None
        name = address(source, self._host.scope)
        if manifest is not None and name != service:
            manifest = msgspec.structs.replace(manifest, service=name)
        return ServiceView(
            service=name,
            scope=scope,
            source=source,
            title=manifest.title if manifest else Text(service, service),
            version=manifest.version if manifest else "",
            state=known.state,
            lag=known.lag,
            head=known.head,
            since=known.since,
            manifest_hash=known.hash,
            manifest=manifest if with_manifest else None,
            scope_title=peer.title if peer is not None else None,
        )

    # --- listening ----------------------------------------------------------------------------------------------------

    def _heard(self, source: str, head: LogHead) -> None:
        known = self._known.get(source)
        if known is None:
            known = self._known[source] = _Known("absent", real_now(), shared=not self._far(source))
            self._poke.set()
        known.wanted = head.manifest
        if known.state == "absent":
            self._poke.set()

    async def _run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._poke.wait()
            except TimeoutError:
                pass
            self._poke.clear()
            try:
                await self._look()
            except asyncio.CancelledError:
                raise
            except Exception as fault:
                log.warning("services cannot be looked after: %r", fault)

    async def _look(self) -> None:
        records = await self._host.pool.fetch(
            "select source, epoch, position from cursor where consumer = $1", VIEW.name
        )
        cursors = {r["source"]: (r["epoch"], r["position"]) for r in records}
        now = time.monotonic()
        for source, known in self._known.items():
            before = (known.shared, known.state, known.lag if known.state == "behind" else 0)
            self._judge(source, known, cursors.get(source), now)
            if (known.shared, known.state, known.lag if known.state == "behind" else 0) != before and known.shared:
                self._tell(source)
            if (
                known.shared
                and known.state != "absent"
                and self._manifest_wanted(known)
                and now - known.tried_at > RETRY_MANIFEST_S
            ):
                known.tried_at = now
                task = asyncio.create_task(self._fetch(source, known.wanted))
                self._fetching.add(task)
                task.add_done_callback(self._fetching.discard)

    def _judge(self, source: str, known: _Known, cursor: tuple[str, int] | None, now: float) -> None:
        head = self._host.bus.heads.get(source)
        state: ServicePresence = "absent"
        if not known.shared:
            known.shared = cursor is not None and cursor[1] > 0
        if head is not None:
            known.head = head.position
            seen = cursor[1] if cursor is not None and cursor[0] == head.epoch else 0
            known.lag = max(0, head.position - seen)
            if known.lag == 0:
                known.lagging_since = None
            elif known.lagging_since is None:
                known.lagging_since = now
            if self._host.bus.heads.present(source):
                late = known.lagging_since is not None and now - known.lagging_since > BEHIND_AFTER_S
                state = "behind" if late else "present"
        if state != known.state:
            known.state, known.since = state, real_now()

    def _tell(self, source: str) -> None:
        self._hub.announce("service", msgspec.json.encode(self._view(source, False)))

    @staticmethod
    def _manifest_wanted(known: _Known) -> bool:
        return known.manifest is None or (known.wanted != "" and known.wanted != known.hash)

    async def _fetch(self, source: str, wanted: str) -> None:
        """Get the manifest a service announces, and keep it."""
        doors: Doors = self._host.extras["doors"]
        callers: Callers = self._host.extras["callers"]
        service = address(source, self._host.scope)
        try:
            token = callers.token_for(gateway_actor(self._host))
            response = await doors.request(service, "GET", "/manifest", token, headers={"Accept-Encoding": "gzip"})
            if response.status != 200:
                log.warning("%s: manifest answered %d", service, response.status)
                return
            packed = response.headers.get("content-encoding") == "gzip"
            body = unpacked(response.body) if packed else response.body
            manifest = msgspec.json.decode(body, type=Manifest)
        except (Refusal, msgspec.DecodeError, zlib.error, ValueError) as flaw:
            log.info("%s: no manifest (%s)", service, flaw)
            return
        found = wanted or hashlib.sha256(body).hexdigest()
        values = {
            ManifestView.hash: found,
            ManifestView.manifest: body,
            ManifestView.fetched_at: real_now(),
        }
        row = ManifestView(source=source, hash=found, manifest=body, fetched_at=real_now())
        await ManifestView.insert(row).on_conflict(target=ManifestView.source, action="DO UPDATE", values=list(values))
        known = self._known[source]
        known.manifest, known.hash = manifest, found
        self._tell(source)


def gateway_actor(host: "Host") -> Actor:
    """The gateway itself, asking for what is no caller's: manifests and geometries of its scope."""
    return Actor("gateway", "program", frozenset({"gateway"}), (host.scope,), (), 2)
