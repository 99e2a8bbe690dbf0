"""A running suite for journeys: real servers, every service, people who come in through the gateway's front door."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from shuniu.chassis.clock import set_clock
from shuniu.chassis.host import Host
from shuniu.chassis.telemetry import Telemetry
from shuniu.runtime.installed import choose_services
from shuniu.runtime.keys import Keys
from shuniu.runtime.ports import free_port
from shuniu.runtime.processes import Together
from shuniu.runtime.settings import Deployment
from shuniu.runtime.suite import Suite, SuiteOptions
from shuniu.testing.waiting import until
from shuniu_demo import ADMIN_PASSWORD
from shuniu_demo.accounts import ADMIN, Seat, key_name, password
from shuniu_demo.clients import Desk, Refused, Street
from shuniu_demo.script import Picture

__all__ = ("Running", "Spans", "Stage", "running")

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""09:00 in Shanghai on a working day; journeys do not depend on the day they run."""
ALL = ("gateway", "grid", "whistle")


class Spans(SpanProcessor):
    """Every span of the process in memory, while somebody looks."""

    def __init__(self) -> None:
        self.kept: list[ReadableSpan] = []
        self.looking = False

    def on_end(self, span: ReadableSpan) -> None:
        """Keep it."""
        if self.looking:
            self.kept.append(span)

    def of(self, trace_id: str) -> list[ReadableSpan]:
        """The kept spans of one trace."""
        return [span for span in self.kept if span.context is not None and f"{span.context.trace_id:032x}" == trace_id]


class Running:
    """The suite and the people of its scope."""

    def __init__(self, suite: Suite, clock_file: Path, spans: Spans) -> None:
        self.suite = suite
        self.spans = spans
        self.keys: Keys = suite.state.keys
        self.accounts: dict[str, str] = {}
        """Account ids by login."""
        self._clock_file = clock_file
        self._keys_given = 0
        self.street = Street(suite.url, secrets.token_hex(8), self.password)

    @property
    def url(self) -> str:
        """The gateway's address."""
        return self.suite.url

    @property
    def scope(self) -> str:
        """The division it works for."""
        return self.suite.options.scope

    def host(self, service: str) -> Host:
        """A service as it lives in this process; only to look at what has no public page (the audit)."""
        shape = self.suite.shape
        assert isinstance(shape, Together)
        host = shape.serving[service].host
        assert isinstance(host, Host)
        return host

    def set_clock(self, at: datetime, rate: float = 1.0) -> None:
        """The domain's clock is at ``at`` now."""
        set_clock(self._clock_file, at, rate)

    def now(self) -> datetime:
        """What the domain's clock says."""
        return self.host("gateway").clock.now()

    def password(self, login: str) -> str:
        """The account's password."""
        return self.keys.get(ADMIN_PASSWORD if login == ADMIN else key_name(login))

    def desk(self, login: str) -> Desk:
        """An account at work."""
        return self.street.desk(login)

    # --- setting up ---------------------------------------------------------------------------------------------------

    async def open_accounts(self, seats: Iterable[Seat]) -> None:
        """Open the seats' accounts as the administrator, with their passwords."""
        admin = self.desk(ADMIN)
        await admin.sign_in()
        # A gateway knows a service once it has heard of it: within seconds of its start (architecture idea 5).
        await self.caught_up(ADMIN)
        await asyncio.gather(*(self._open(admin, seat) for seat in seats))

    async def _open(self, admin: Desk, seat: Seat) -> None:
        body = {
            "login": seat.login,
            "title": {"zh": seat.zh, "en": seat.en},
            "roles": [seat.role],
            "areas": list(seat.areas),
            "units": list(seat.units),
            "clearance": seat.clearance,
            "holder": seat.holder,
        }
        answer = await admin.do("gateway.open_account", body, self.key())
        self.accounts[seat.login] = answer["answer"]["account"]
        if seat.holder == "person":
            given = {"password": password(self.keys, seat.login), "must_change": False}
            await admin.request("PUT", f"/accounts/{seat.login}/password", key=self.key(), json=given)

    def key(self) -> str:
        """A fresh idempotency key."""
        self._keys_given += 1
        return self.street.key(f"journey/{self._keys_given}")

    # --- working ------------------------------------------------------------------------------------------------------

    async def do(self, login: str, command: str, **body: Any) -> dict[str, Any]:
        """A command that must be taken; the owner's whole answer. Units and areas may still be on their way."""
        desk, key = self.desk(login), self.key()
        for left in range(100, -1, -1):
            try:
                return await desk.do(command, body, key)
            except Refused as no:
                if not no.rule.endswith(("unknown_unit", "unit_unknown", "unknown_area", "area_unknown")) or not left:
                    raise
                await asyncio.sleep(0.1)
        raise AssertionError("unreachable")

    async def refused(self, login: str, command: str, **body: Any) -> Refused:
        """A command that must be refused; the refusal."""
        try:
            await self.desk(login).do(command, body, self.key())
        except Refused as no:
            return no
        raise AssertionError(f"{command} by {login} was taken")

    async def photo(self, service: str, login: str, motif: str, *, done: bool = False, take: int = 0) -> dict[str, Any]:
        """Evidence in a service's store."""
        return await self.street.evidence(service, login, Picture(motif, done, take))

    async def page(self, login: str, service: str, kind: str, matter: str) -> dict[str, Any]:
        """``GET /matters/…`` of one matter; {} while the view does not have it."""
        try:
            found: dict[str, Any] = await self.desk(login).get(f"/matters/{service}/{kind}/{matter}")
        except Refused as no:
            if no.status != 404:
                raise
            return {}
        return found

    async def shows(
        self, login: str, service: str, kind: str, matter: str, status: str, within: float = 15.0
    ) -> dict[str, Any]:
        """The matter's page once the view says it has that status."""

        async def there() -> dict[str, Any] | None:
            page = await self.page(login, service, kind, matter)
            return page if page and page["matter"]["status"] == status else None

        there.__qualname__ = f"{kind} {matter} is {status}"
        shown: dict[str, Any] = await until(there, within, every=0.05)
        return shown

    async def caught_up(self, login: str = "operator", within: float = 30.0) -> None:
        """Return once the view has everything the services have said."""

        wanted = set(self.suite.deployments)

        async def level() -> bool:
            services = (await self.desk(login).get("/view"))["services"]
            here = {s["service"] for s in services if s["state"] == "present" and not s["lag"]}
            return wanted <= here

        await until(level, within, every=0.1)


def _telemetry(spans: Spans) -> Any:
    """Makes hosts whose spans stay in memory; those of the bus follow the process's own provider."""

    def make(service: Any, deployment: Deployment) -> Host:
        host = Host(service, deployment)
        host.telemetry = Telemetry(service.name, deployment, spans)
        return host

    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider()
        trace.set_tracer_provider(provider)
    provider.add_span_processor(spans)
    return make


@asynccontextmanager
async def running(
    folder: Path,
    scope: str,
    registry: bytes,
    *,
    services: tuple[str, ...] = ALL,
    begin: datetime = MONDAY,
    rate: float = 1.0,
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[Running]:
    """A suite of ``scope`` in ``folder``, where a later start finds everything again.

    ``registry`` is the registry file, ``settings`` more environment for it. Only one may live in a process at a time: a
    service's tables belong to one host (see :class:`Stage`).
    """
    folder.mkdir(exist_ok=True)  # noqa: ASYNC240 - once, at start
    clock_file, registry_file = folder / "clock.json", folder / "registry.json"
    registry_file.write_bytes(registry)
    if not clock_file.exists():
        set_clock(clock_file, begin, rate)
    spans = Spans()
    options = SuiteOptions(
        state=folder / "state", scope=scope, port=free_port(), clock_file=clock_file, registry_file=registry_file
    )
    kept = dict(os.environ)
    os.environ.update({"SHUNIU_GATEWAY_SECOND_FACTOR": "", **(settings or {})})
    try:
        suite = Suite(choose_services(services), options, host_maker=_telemetry(spans))
        await suite.start()
    finally:
        os.environ.clear()
        os.environ.update(kept)
    try:
        assert not suite.failed, suite.failed
        there = Running(suite, clock_file, spans)
        try:
            yield there
        finally:
            await there.street.close()
    finally:
        await suite.stop()


class Stage:
    """Room for one running suite; who comes next finds it cleared, and may come back to what it left."""

    def __init__(self) -> None:
        self._name = ""
        self._there: Running | None = None
        self._stack = AsyncExitStack()

    async def take(self, name: str, begin: Callable[[], AbstractAsyncContextManager[Running]]) -> Running:
        """The suite of that name: as it runs, or begun when another one (or none) has the stage."""
        if self._name != name or self._there is None:
            await self.clear()
            self._there = await self._stack.enter_async_context(begin())
            self._name = name
        return self._there

    async def clear(self) -> None:
        """Stop whatever runs."""
        self._name, self._there = "", None
        await self._stack.aclose()
