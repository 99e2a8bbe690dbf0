"""The audit of every service in one list: each is asked over the bus as the audit administrator, and audits that.

An account may be named by its login or id; rows show both. What a service away does not answer is said, not left out
silently.
"""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

import msgspec
from shuniu.chassis.http.audit import AuditChecked, AuditPage, AuditView
from shuniu.contracts.text import Text
from shuniu.rules.refusal import FieldError, Refusal, Unprocessable

from shuniu_gateway.administration.accounts_list import logins_of
from shuniu_gateway.door_routes import Door
from shuniu_gateway.sessions import account_by_login

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ("AuditCheck", "AuditChecks", "AuditRowView", "AuditRows", "Place", "check_all", "search")

CHECK_TIMEOUT_S = 60.0


class AuditRowView(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the audit of some service, with the login and post title of the account where it is ours."""

    service: str
    row: AuditView
    login: str = ""
    title: Text | None = None


class AuditRows(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /audit``: the latest first over all services. ``next``: ask with ``after`` this for earlier ones, or ""."""

    rows: tuple[AuditRowView, ...]
    next: str
    absent: tuple[str, ...]
    """Services that did not answer: their rows are missing here."""


class AuditCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What a service's check saw; None where it did not answer."""

    service: str
    checked: AuditChecked | None


class AuditChecks(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /audit/check``."""

    services: tuple[AuditCheck, ...]


class Place(NamedTuple):
    """A row's place in the list: the latest first; of one instant by service and chain, in a chain the last first."""

    at: datetime
    service: str
    chain: str
    n: int

    @classmethod
    def read(cls, text: str) -> "Place":
        """What :meth:`__str__` wrote. Unprocessable ``gateway.bad_place``."""
        try:
            at, service, chain, n = msgspec.json.decode(text, type=tuple[datetime, str, str, int])
        except (msgspec.MsgspecError, UnicodeError):
            raise Unprocessable("gateway.bad_place", fields=(FieldError("after", "malformed"),)) from None
        return cls(at, service, chain, n)

    def __str__(self) -> str:
        return msgspec.json.encode(tuple(self)).decode()

    def for_service(self, service: str) -> dict[str, str]:
        """What to ask a service for the rows of its own that follow this place."""
        if service < self.service:
            return {"until": self.at.isoformat()}
        if service > self.service:
            return {"at": self.at.isoformat(), "chain": "", "n": "0"}
        return {"at": self.at.isoformat(), "chain": self.chain, "n": str(self.n)}


def _services(door: Door, only: str) -> list[str]:
    names = [*door.presence.manifests]
    return [name for name in names if not only or name == only]


async def search(
    door: Door, only: str, query: "Mapping[str, Any]", limit: int, after: Place | None = None
) -> AuditRows:
    """Rows of the services under these filters, those that follow ``after``."""
    given = {name: value for name, value in query.items() if value not in ("", None)}
    if "actor" in given and (account := await account_by_login(str(given["actor"]).strip().lower())) is not None:
        given["actor"] = account.id

    async def of(service: str) -> AuditPage | None:
        path = f"/audit?{urlencode({**given, **(after.for_service(service) if after else {}), 'limit': limit})}"
        try:
            response = await door.ask(service, "GET", path, timeout=10.0)
        except Refusal:
            return None
        return msgspec.json.decode(response.body, type=AuditPage) if response.status == 200 else None

    names = _services(door, only)
    pages = dict(zip(names, await asyncio.gather(*(of(name) for name in names)), strict=True))
    found = [(name, row) for name, page in pages.items() if page for row in page.rows]
    found.sort(key=lambda item: (item[0], item[1].chain, -item[1].n))
    found.sort(key=lambda item: item[1].at, reverse=True)  # stable: of one instant the order above remains
    more = len(found) > limit or any(page.more for page in pages.values() if page)
    found = found[:limit]
    logins = await logins_of({row.actor for _, row in found if row.actor})
    rows = []
    for name, row in found:
        login, title = logins.get(row.actor, ("", None))
        rows.append(AuditRowView(service=name, row=row, login=login, title=title))
    return AuditRows(
        rows=tuple(rows),
        next=str(_place(*found[-1])) if more and found else "",
        absent=tuple(name for name, page in pages.items() if page is None),
    )


def _place(service: str, row: AuditView) -> Place:
    return Place(row.at, service, row.chain, row.n)


async def check_all(door: Door) -> AuditChecks:
    """Every service checks its chains and its last seal."""

    async def of(service: str) -> AuditCheck:
        try:
            response = await door.ask(service, "GET", "/audit/check", timeout=CHECK_TIMEOUT_S)
        except Refusal:
            return AuditCheck(service=service, checked=None)
        checked = msgspec.json.decode(response.body, type=AuditChecked) if response.status == 200 else None
        return AuditCheck(service=service, checked=checked)

    return AuditChecks(services=tuple(await asyncio.gather(*(of(name) for name in _services(door, "")))))
