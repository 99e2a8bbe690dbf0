"""A host runs one service: its database, its processor, its feeds, its HTTP app.

Starting asks nobody: the database is the only thing it needs, the bus connects when it can. ``start`` brings parts up
from the inside out and ``stop`` takes them down in the opposite order.
"""

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
from litestar import Litestar
from piccolo.engine.postgres import PostgresEngine

from shuniu.chassis import log as event_log
from shuniu.chassis.audit import AuditTrail
from shuniu.chassis.audit_seal import AuditSealer
from shuniu.chassis.blobs import BlobStore
from shuniu.chassis.bucket import BucketStorage
from shuniu.chassis.bus import Bus
from shuniu.chassis.calendars import CALENDAR, CalendarKeeper
from shuniu.chassis.clock import Clock, FileClock, RealClock
from shuniu.chassis.context import Actor, Context
from shuniu.chassis.documents.algorithms import algorithm
from shuniu.chassis.http import build_app, manifest_document
from shuniu.chassis.identity import REVOCATIONS, Credential, RevocationReader, Verifier, signing_key
from shuniu.chassis.migrate import migrate, steps_of
from shuniu.chassis.objects import FolderStorage, ObjectStorage
from shuniu.chassis.peers import Peers
from shuniu.chassis.privacy import Vault
from shuniu.chassis.processor import Processor
from shuniu.chassis.registry import REGISTRY, RegistryStore
from shuniu.chassis.service import Catalogue, Projection, Service
from shuniu.chassis.telemetry import Telemetry
from shuniu.chassis.timers import TimerLoop
from shuniu.contracts.envelope import CloudEvent, source_of
from shuniu.rules.ids import IdSource
from shuniu.rules.shipped import profile
from shuniu.runtime.settings import Deployment

__all__ = ("Host", "settings_from")

logger = logging.getLogger(__name__)

CHASSIS_TEXTS = Catalogue.load("shuniu.chassis")
DATABASE_PATIENCE_S = 30.0
POOL_SIZE = 8


async def _keep_session(conn: Any) -> None:
    """Instead of the pool's RESET on release (half the rate, see docs/performance): no session state is used."""


def settings_from(service: Service) -> Any:
    """The service's settings Struct from ``SHUNIU_<NAME>_<FIELD>`` variables. Raises msgspec.ValidationError."""
    if service.settings is None:
        return None
    prefix = f"SHUNIU_{service.name.upper()}_"
    names = service.settings.__struct_fields__
    given = {n: os.environ[prefix + n.upper()] for n in names if prefix + n.upper() in os.environ}
    return msgspec.convert(given, service.settings, strict=False, dec_hook=_settings_value)


def _settings_value(kind: Any, value: Any) -> Any:
    """Kinds of settings that msgspec does not read by itself: paths."""
    if kind is Path:
        return Path(value)
    raise NotImplementedError(kind)


class Host:
    """One service of one scope, alive in this process."""

    def __init__(self, service: Service, deployment: Deployment, clock: Clock | None = None) -> None:
        self.service = service
        self.deployment = deployment
        self.scope = deployment.scope
        self.source = source_of(deployment.scope, service.name)
        self.instance = deployment.instance
        self.started = RealClock().now()
        self.clock: Clock = clock or (FileClock(deployment.clock_file) if deployment.clock_file else RealClock())
        self.calendars: CalendarKeeper = CalendarKeeper(self)
        self.calendar = self.calendars.base
        """The working-day calendar in force; never changed, only replaced by another."""
        self.texts = service.texts.merged(CHASSIS_TEXTS)
        self.settings = settings_from(service)
        self.manifest_hash = manifest_document(service).sha256
        self.ids = IdSource()
        self.registry = RegistryStore()
        self.telemetry = Telemetry(service.name, deployment)
        self.projections: tuple[Projection, ...] = (REGISTRY, REVOCATIONS, CALENDAR, *service.projections)
        self.pool: asyncpg.Pool[Any]
        self.engine: PostgresEngine
        self.app: Litestar
        self.extras: dict[str, Any] = {}
        """What the service itself keeps while it lives (an index, a cache); filled by ``Service.opened``."""
        self.peers = Peers(deployment.peers, deployment.scope)
        self.credential = Credential(deployment.keys_dir, deployment.scope, service.name)
        self.verifier = Verifier(deployment.keys_dir, scope=deployment.scope, peers=self.peers)
        self.revocations: RevocationReader = RevocationReader(self)
        self.vault = Vault(deployment.keys_dir, deployment.cipher, service.name)
        self.blobs = BlobStore(_storage(deployment))
        self._on_commit: list[Callable[[str, int], None]] = []
        self._refreshing: asyncio.Task[None] | None = None
        self._undo = contextlib.AsyncExitStack()

    async def start(self) -> None:
        """Open the database, migrate it, start every part.

        Raises NewerSchema, PeersError, UnknownAlgorithmError, or OSError when no database answers.
        """
        service = self.service
        algorithm(self.deployment.signature_algorithm)
        self.peers.load()
        for issuer in self.peers.unpinned(self.deployment.keys_dir):
            logger.warning("%s: no key of %s is pinned, so nobody can speak for it yet", service.name, issuer)
        await self._open_database()
        await event_log.ensure_head(self.pool, _new_epoch(self.ids, self.clock.now()), self.clock.now())
        await self.registry.load(self.pool)
        if self.deployment.registry_file is not None:
            await self.registry.seed(self.pool, self.deployment.registry_file)
        self.audit = AuditTrail(self.pool, self.instance, self.deployment.audit_digest)
        await self._part(self.audit)
        await self._part(self._sealer())
        await self._part(self.revocations)
        self.processor = Processor(self)
        await self._part(self.processor)
        await self._part(self.calendars)
        self.bus = Bus(self)
        self.app = build_app(self)
        if service.opened is not None:
            await service.opened(self)
        if service.closed is not None:
            self._undo.push_async_callback(service.closed, self)
        self.timers = TimerLoop(self)
        await self._part(self.timers)
        await self._part(self.bus)
        logger.info("%s of %s is up", service.name, self.scope)

    async def stop(self) -> None:
        """Take every part down: no new work, then the bus, the writer, the database."""
        await self._undo.aclose()

    def _sealer(self) -> AuditSealer:
        key = signing_key(self.deployment.keys_dir, self.source, "audit")
        return AuditSealer(self.pool, self.deployment.state_dir / "audit", key, self.service.name, self.scope)

    async def _part(self, part: Any) -> None:
        await part.start()
        self._undo.push_async_callback(part.stop)

    async def _open_database(self) -> None:
        url = self.deployment.database_url
        conn = await _connect_patiently(url)
        try:
            applied = await migrate(conn, steps_of(self.service.package))
        finally:
            await conn.close()
        if applied:
            logger.info("%s: migrated %s", self.service.name, ", ".join(applied))
        self.engine = PostgresEngine({"dsn": url})
        await self.engine.start_connection_pool(
            min_size=1,
            max_size=POOL_SIZE,
            reset=_keep_session,
            command_timeout=30,
            server_settings={
                "application_name": f"shuniu-{self.service.name}",
                "lock_timeout": "5s",
                "idle_in_transaction_session_timeout": "15s",
            },
        )
        assert self.engine.pool is not None
        self.pool = self.engine.pool
        self._undo.push_async_callback(self._close_database)
        for table in self.service.tables:
            table._meta.db = self.engine

    async def _close_database(self) -> None:
        try:
            await asyncio.wait_for(self.engine.close_connection_pool(), 5)
        except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            self.pool.terminate()

    def context(
        self,
        actor: Actor,
        *,
        now: datetime | None = None,
        prepared: Any = None,
        event: CloudEvent | None = None,
        minted: set[str] | None = None,
    ) -> Context:
        """What rules are given for one command, one page or one preview. Ids made for it are noted in ``minted``."""
        at = now or self.clock.now()

        def new_id() -> str:
            made = self.ids.new(at)
            if minted is not None:
                minted.add(made)
            return made

        return Context(
            now=at,
            actor=actor,
            scope=self.scope,
            service=self.service.name,
            calendar=self.calendar,
            registry=self.registry.current,
            profile=profile,
            new_id=new_id,
            settings=self.settings,
            prepared=prepared,
            event=event,
            texts=self.texts,
        )

    def on_commit(self, callback: Callable[[str, int], None]) -> None:
        """Have ``callback(epoch, position)`` called after every commit that appended events. It must not block."""
        self._on_commit.append(callback)

    def committed(self, epoch: str, position: int) -> None:
        """The log's head moved: tell who waits for it (the relay first of all)."""
        for callback in self._on_commit:
            callback(epoch, position)

    def refresh_registry(self) -> None:
        """Renew the registry snapshot soon."""
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self.registry.load(self.pool))


def _storage(deployment: Deployment) -> ObjectStorage:
    """Where files lie: the state folder, or the bucket that was named. Nobody is asked yet."""
    if deployment.bucket is None:
        return FolderStorage(deployment.state_dir / "blobs")
    return BucketStorage(deployment.bucket)


def _new_epoch(ids: IdSource, now: datetime) -> str:
    return ids.new(now).replace("-", "")


async def _connect_patiently(url: str) -> "asyncpg.Connection[Any]":
    """A connection, waiting while the database starts up. Raises the last error after DATABASE_PATIENCE_S."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + DATABASE_PATIENCE_S
    while True:
        try:
            return await asyncpg.connect(url, timeout=5)
        except (OSError, asyncpg.CannotConnectNowError, asyncpg.TooManyConnectionsError):
            if loop.time() > deadline:
                raise
            await asyncio.sleep(0.2)
