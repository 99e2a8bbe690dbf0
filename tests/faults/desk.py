"""A desk in front of one real host: commands over HTTP as whoever is wanted, and a look at all they could change."""

import hashlib
import itertools
import time
from collections import Counter
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from shuniu.chassis.host import Host
from shuniu.chassis.identity import Issuer
from shuniu.chassis.service import Service
from shuniu.contracts.envelope import source_of
from shuniu.testing.servers import Hosts, ManualClock

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""09:00 in Shanghai on a working day; the clock stands, so no timer fires."""
UNITS = ("street-office", "cg", "jj", "xf", "water")
JPEG = b"\xff\xd8\xff" + b"shuniu" * 10
OUTSIDER = "api_reader"
"""A role that may give no command at all."""
ELSEWHERE = "320199002"

_number = itertools.count(1)


class Desk:
    """Asks one service. Somebody is ``<role>`` of the whole street, or ``<role>@<unit>``, who acts for that unit."""

    def __init__(self, host: Host, client: httpx.AsyncClient) -> None:
        self.host = host
        self.client = client
        self.service = host.service
        self.scope = host.scope
        self.community = f"{host.scope}001"
        self.grid = f"{host.scope}001001"
        self.photo: dict[str, Any] = {"sha256": "a" * 64, "size": 100, "media_type": "image/jpeg"}
        """Well-formed from the beginning, held by the service once it was put there."""
        self._issuer = Issuer.load(host.deployment.keys_dir, source_of(host.scope, "gateway"))

    def headers(self, who: str, **claims: Any) -> dict[str, str]:
        """A token of the moment and a key of its own. ``claims`` replace what the account would say."""
        role, _, unit = who.partition("@")
        said = {"roles": (role,), "areas": (self.scope,), "units": (unit or "street-office",), **claims}
        token = self._issuer.issue(f"acc-{who.replace('@', '-')}", **said).token
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": f"problem-{next(_number):06d}"}

    def token_of(self, then: timedelta) -> str:
        """A token that was issued at another time, as seen from now."""
        issuer = Issuer.load(
            self.host.deployment.keys_dir, self._issuer.name, lambda: time.time() + then.total_seconds()
        )
        return issuer.issue("acc-grid_worker", roles=("grid_worker",), areas=(self.scope,)).token

    def foreign_token(self) -> str:
        """A token of an issuer that is not pinned here."""
        issuer = Issuer(source_of(ELSEWHERE, "gateway"), Ed25519PrivateKey.generate())
        return issuer.issue("acc-grid_worker", roles=("grid_worker",), areas=(self.scope,)).token

    async def ask(self, who: str, command: str, body: Any, **claims: Any) -> httpx.Response:
        """Give a command, ``<service>.<move>``."""
        return await self.client.post(f"/commands/{command}", json=body, headers=self.headers(who, **claims))

    async def do(self, who: str, command: str, body: Any) -> dict[str, Any]:
        """Give a command that must be taken; its answer."""
        response = await self.ask(who, command, body)
        assert response.status_code == 200, (who, command, response.text)
        answer: dict[str, Any] = response.json()["answer"]
        return answer

    async def get(self, who: str, path: str) -> Any:
        """The JSON of a GET that must succeed."""
        response = await self.client.get(path, headers=self.headers(who))
        assert response.status_code == 200, response.text
        return response.json()

    async def offers(self, who: str, kind: str, matter: str) -> list[tuple[str, dict[str, Any]]]:
        """(action, prefill) of everything offered now; nothing to those who may not even read it."""
        response = await self.client.get(f"/matters/{kind}/{matter}/actions", headers=self.headers(who))
        if response.status_code == 403:
            return []
        assert response.status_code == 200, response.text
        return [(offer["action"], offer["prefill"]) for offer in response.json()["offers"]]

    async def put_photo(self, who: str) -> None:
        """A file the service holds from now on."""
        sha = hashlib.sha256(JPEG).hexdigest()
        headers = {**self.headers(who), "Content-Type": "application/octet-stream"}
        response = await self.client.put(f"/blobs/{sha}/0?of=1", content=JPEG, headers=headers)
        assert response.status_code == 201, response.text
        self.photo = response.json()

    async def everything(self) -> dict[str, str]:
        """A digest of every table a command may write, the audit left out."""
        tables = {kind.table: "key" for kind in self.service.rows}
        tables |= {"counter": "key", "command_key": "key", "timer": "kind, matter, name", "person_data": "ref"}
        tables |= {"log_head": "one", "event_log": "position"}
        parts = [
            f"(select md5(coalesce(string_agg(t::text, '|' order by {key}), '')) from {table} t) as {table}"
            for table, key in tables.items()
        ]
        return dict(await self.host.pool.fetchrow(f"select {', '.join(parts)}") or {})

    async def audited_refusals(self) -> Counter[tuple[str, str, str]]:
        """(actor, command, rule) of everything refused, as far as it is written by now."""
        rows = await self.host.pool.fetch("select actor, command, rule from audit where not allowed")
        return Counter((r["actor"], r["command"], r["rule"]) for r in rows)


async def open_desk(service: Service, hosts: Hosts, folder: Path, stack: AsyncExitStack) -> Desk:
    """A desk in front of a fresh host whose registry knows a small street."""
    scope = hosts.scope

    def entry(kind: str, code: str, subtype: str, parent: str = "") -> dict[str, Any]:
        return {"kind": kind, "code": code, "parent": parent, "title": {"zh": code, "en": code}, "subtype": subtype}

    seed = {
        "scope": scope,
        "title": {"zh": "枢纽街道", "en": "Shuniu"},
        "synthetic": True,
        "areas": [
            entry("area", scope, "STREET"),
            entry("area", f"{scope}001", "COMMUNITY", scope),
            entry("area", f"{scope}001001", "COMPREHENSIVE", f"{scope}001"),
        ],
        "units": [entry("unit", code, "DEPARTMENT") for code in UNITS],
    }
    path = folder / "registry.json"
    path.write_bytes(msgspec.json.encode(seed))
    host = await hosts.start(service, clock=ManualClock(MONDAY), bus=False, registry_file=path)
    app: Any = host.app
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    client = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://service"))
    return Desk(host, client)
