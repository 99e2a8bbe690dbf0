"""Administration over HTTP: accounts for the system and the security administrator, the audit for its own alone."""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from litestar import Response, Router, get
from litestar.di import Provide
from litestar.exceptions import ValidationException
from litestar.params import FromQuery, QueryParameter
from litestar.response import Stream
from shuniu.chassis.http.access import audited_refusal
from shuniu.chassis.http.audit import AUDITORS
from shuniu.chassis.sheet_stream import MEDIA_TYPES, Form, RowFile
from shuniu.rules.calendar import local
from shuniu.rules.refusal import Forbidden

from shuniu_gateway.administration.accounts_list import Accounts, State, list_accounts
from shuniu_gateway.administration.audit import AuditChecks, AuditRows, Place, check_all, search
from shuniu_gateway.asking import AnyRequest, Signed, Words, bad_query, host_of
from shuniu_gateway.board.export import Lang, Titles
from shuniu_gateway.board.routes import file_stream
from shuniu_gateway.callers import caller_of
from shuniu_gateway.door_routes import Door

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("ADMINISTRATION_API",)

ACCOUNT_READERS = ("system_admin", "security_admin")
MOST_EXPORTED = 1000
_NO_STORE = {"Cache-Control": "no-store"}
_WIDTHS = (17, 14, 16, 30, 8, 28, 38, 40)
_COLUMNS = ("at", "service", "account", "command", "allowed", "rule", "matter", "detail")


def _only(request: AnyRequest, caller: Signed, what: str, *roles: str) -> "Host":
    """The host, where one of these administrators asks. Forbidden ``access.role``, audited."""
    host = host_of(request)
    try:
        caller.actor.require_role(*roles)
    except Forbidden as refusal:
        audited_refusal(host, what, refusal, caller.actor)
        raise
    return host


@get("/accounts", operation_id="listAccounts", summary="Accounts, what they may do and how they sign in")
async def get_accounts(
    request: AnyRequest,
    caller: Signed,
    q: Words = "",
    role: Words = "",
    show: FromQuery[State] = "live",
    limit: Annotated[int, QueryParameter(ge=1, le=500)] = 100,
    offset: Annotated[int, QueryParameter(ge=0, le=100_000)] = 0,
) -> Response[Accounts]:
    host = _only(request, caller, "gateway.list_accounts", *ACCOUNT_READERS)
    needing = host.settings.second_factor_roles
    found = await list_accounts(q.strip().replace("\x00", ""), role, show, limit, offset, needing)
    return Response(found, headers=_NO_STORE)


@get("/audit", operation_id="searchAudit", summary="The audit of every service")
async def get_audit(
    request: AnyRequest,
    caller: Signed,
    service: Words = "",
    account: Words = "",
    command: Words = "",
    matter: Words = "",
    allowed: FromQuery[bool | None] = None,
    since: FromQuery[datetime | None] = None,
    until: FromQuery[datetime | None] = None,
    after: Words = "",
    limit: Annotated[int, QueryParameter(ge=1, le=500)] = 100,
) -> Response[AuditRows]:
    """``account`` is a login or an id, ``command`` the beginning of a name, ``after`` a former page's ``next``.

    Reading is audited by every service.
    """
    _only(request, caller, "audit.read", *AUDITORS)
    query = _query(account, command, matter, allowed, since, until)
    place = Place.read(after) if after else None
    return Response(await search(Door(request, caller), service, query, limit, place), headers=_NO_STORE)


@get("/audit/check", operation_id="checkAudit", summary="Whether the audit of every service is whole")
async def get_check(request: AnyRequest, caller: Signed) -> Response[AuditChecks]:
    _only(request, caller, "audit.check", *AUDITORS)
    return Response(await check_all(Door(request, caller)), headers=_NO_STORE)


@get("/audit/export", operation_id="exportAudit", summary="The audit under these filters as a spreadsheet")
async def export_audit(
    request: AnyRequest,
    caller: Signed,
    form: Annotated[Form, QueryParameter(name="format")] = "xlsx",
    lang: FromQuery[Lang] = "zh",
    service: Words = "",
    account: Words = "",
    command: Words = "",
    matter: Words = "",
    allowed: FromQuery[bool | None] = None,
    since: FromQuery[datetime | None] = None,
    until: FromQuery[datetime | None] = None,
) -> Stream:
    """At most the last thousand rows; narrow the time for more."""
    host = _only(request, caller, "audit.read", *AUDITORS)
    query = _query(account, command, matter, allowed, since, until)
    found = await search(Door(request, caller), service, query, MOST_EXPORTED)
    titles = Titles(host, lang)
    header = [titles.word(f"audit_export.{name}") for name in _COLUMNS]
    made = await asyncio.to_thread(RowFile, form, titles.word("audit_export.title"), header, _WIDTHS)
    rows = [
        (
            each.row.at,
            titles.service(each.service),
            each.login or each.row.actor,
            each.row.command,
            titles.word(f"audit_export.{'yes' if each.row.allowed else 'no'}"),
            each.row.rule,
            each.row.matter,
            "; ".join(f"{name}: {value}" for name, value in each.row.detail.items()),
        )
        for each in found.rows
    ]
    try:
        await asyncio.to_thread(made.write, rows)
        file, size = await asyncio.to_thread(made.close)
    except BaseException:
        made.abandon()
        raise
    name = f"{titles.word('audit_export.title')}-{local(host.clock.now()):%Y%m%d-%H%M}.{form}"
    return file_stream(file, size, MEDIA_TYPES[form], name, len(rows))


def _query(
    account: str, command: str, matter: str, allowed: bool | None, since: datetime | None, until: datetime | None
) -> dict[str, str]:
    return {
        "actor": account,
        "command": command,
        "matter": matter,
        "allowed": "" if allowed is None else str(allowed).lower(),
        "since": since.isoformat() if since else "",
        "until": until.isoformat() if until else "",
    }


ADMINISTRATION_API = Router(
    "/api/v1",
    route_handlers=[get_accounts, get_audit, get_check, export_audit],
    dependencies={"caller": Provide(caller_of)},
    opt={"auth": "own"},
    exception_handlers={ValidationException: bad_query},
    tags=["administration"],
)
