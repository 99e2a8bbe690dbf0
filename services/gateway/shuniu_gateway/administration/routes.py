"""Administration over HTTP: accounts for the system and the security administrator, the audit for its own alone."""

from typing import TYPE_CHECKING, Annotated

from litestar import Response, Router, get
from litestar.di import Provide
from litestar.exceptions import ValidationException
from litestar.params import FromQuery, QueryParameter
from litestar.response import Stream
from shuniu.chassis.http.access import audited_refusal
from shuniu.chassis.http.audit import AUDITORS
from shuniu.chassis.sheet_stream import MEDIA_TYPES, Form
from shuniu.rules.calendar import local
from shuniu.rules.refusal import Forbidden

from shuniu_gateway.administration.accounts_list import Accounts, State, list_accounts
from shuniu_gateway.administration.audit import AuditChecks, AuditRows, Place, check_all, search
from shuniu_gateway.administration.audit_asking import AUDIT_ASKED, AskedOfAudit
from shuniu_gateway.administration.audit_export import export_audit_rows
from shuniu_gateway.asking import AnyRequest, Signed, Words, bad_query, host_of
from shuniu_gateway.board.export import Lang, Titles
from shuniu_gateway.board.routes import file_stream
from shuniu_gateway.callers import caller_of
from shuniu_gateway.door_routes import Door
from shuniu_gateway.instance_shapes import Instances
from shuniu_gateway.presence import Presence

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("ADMINISTRATION_API",)

ACCOUNT_READERS = ("system_admin", "security_admin")
_NO_STORE = {"Cache-Control": "no-store"}


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
    asked: AskedOfAudit,
    after: Words = "",
    limit: Annotated[int, QueryParameter(ge=1, le=500)] = 100,
) -> Response[AuditRows]:
    """``account`` is a login or an id, ``command`` the beginning of a name, ``after`` a former page's ``next``.

    Reading is audited by every service.
    """
    _only(request, caller, "audit.read", *AUDITORS)
    place = Place.read(after) if after else None
    found = await search(Door(request, caller), asked.service, asked.query, limit, place)
    return Response(found, headers=_NO_STORE)


@get("/audit/check", operation_id="checkAudit", summary="Whether the audit of every service is whole")
async def get_check(request: AnyRequest, caller: Signed) -> Response[AuditChecks]:
    _only(request, caller, "audit.check", *AUDITORS)
    return Response(await check_all(Door(request, caller)), headers=_NO_STORE)


@get("/audit/export", operation_id="exportAudit", summary="The audit under these filters as a spreadsheet")
async def export_audit(
    request: AnyRequest,
    caller: Signed,
    asked: AskedOfAudit,
    form: Annotated[Form, QueryParameter(name="format")] = "xlsx",
    lang: FromQuery[Lang] = "zh",
) -> Stream:
    """All rows of the search, at most 100,000, the latest first; the file says itself what it leaves out."""
    host = _only(request, caller, "audit.read", *AUDITORS)
    made = await export_audit_rows(host, Door(request, caller), asked, form=form, lang=lang)
    title = Titles(host, lang).word("audit_export.title")
    name = f"{title}-{local(host.clock.now()):%Y%m%d-%H%M}.{form}"
    return file_stream(made.file, made.size, MEDIA_TYPES[form], name, made.rows)


@get("/instances", operation_id="listInstances", summary="The processes of every service")
async def get_instances(request: AnyRequest, caller: Signed) -> Response[Instances]:
    presence: Presence = host_of(request).extras["presence"]
    return Response(Instances(instances=tuple(presence.instances())), headers=_NO_STORE)


ADMINISTRATION_API = Router(
    "/api/v1",
    route_handlers=[get_accounts, get_audit, get_check, export_audit, get_instances],
    dependencies={"caller": Provide(caller_of), "asked": AUDIT_ASKED},
    opt={"auth": "own"},
    exception_handlers={ValidationException: bad_query},
    tags=["administration"],
)
