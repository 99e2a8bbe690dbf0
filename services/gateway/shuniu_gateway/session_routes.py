"""Sessions, passwords, service keys and page settings over HTTP."""

from typing import TYPE_CHECKING

import msgspec
from litestar import Response, Router, delete, get, post, put
from litestar.datastructures import Cookie
from litestar.di import Provide
from litestar.exceptions import ValidationException
from litestar.params import FromPath
from shuniu.chassis.http.access import audited_refusal
from shuniu.rules.refusal import Forbidden, Refusal

from shuniu_gateway import sign_in
from shuniu_gateway.areas import scope_title
from shuniu_gateway.asking import AnyRequest, Signed, bad_query, host_of, key_of, read_struct
from shuniu_gateway.callers import Callers, caller_of
from shuniu_gateway.hub import Hub
from shuniu_gateway.presence import Presence
from shuniu_gateway.second_factor.passing import recovery_left
from shuniu_gateway.sessions import COOKIE, LiveSession, Sessions, real_now
from shuniu_gateway.shapes import (
    AccountView,
    GivenKey,
    NewPassword,
    PageSettings,
    PasswordChange,
    Session,
    SignIn,
    SignInRules,
)
from shuniu_gateway.tables import PageSettingsTable

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("SESSION_API",)


async def _settings(account: str) -> PageSettings:
    row = await PageSettingsTable.select(PageSettingsTable.doc).where(PageSettingsTable.account == account).first()
    return msgspec.json.decode(row["doc"], type=PageSettings) if row else PageSettings()


async def _session(host: "Host", live: LiveSession) -> Session:
    presence: Presence = host.extras["presence"]
    callers: Callers = host.extras["callers"]
    account = live.account
    return Session(
        account=AccountView(
            id=account.id,
            login=account.login,
            title=account.title,
            roles=account.roles,
            areas=account.areas,
            units=account.units,
            clearance=account.clearance,
            must_change=account.must_change,
            must_enrol=callers.must_enrol(account),
            second_factor=bool(account.factor),
            recovery_codes=await recovery_left(account.id) if account.factor else 0,
        ),
        role_titles=tuple(presence.role_title(role) for role in account.roles),
        csrf=live.csrf,
        scope=host.scope,
        scope_title=scope_title(host),
        expires_at=live.expires_at,
        ends_at=live.ends_at,
        as_of=real_now(),
        settings=await _settings(account.id),
    )


@post("/session", status_code=200, operation_id="signIn", summary="Sign in")
async def post_session(request: AnyRequest) -> Response[Session]:
    host = host_of(request)
    if not request.headers.get("content-type", "").lower().startswith("application/json"):
        raise Refusal("http.media_type", status=415, params={"wanted": "application/json"})
    given: SignIn = await read_struct(request, SignIn)
    secret, live = await sign_in.sign_in(host, given.account, given.password, given.code)
    cookie = Cookie(
        key=COOKIE, value=secret, path="/", httponly=True, samesite="strict", secure=host.settings.cookie_secure
    )
    return Response(await _session(host, live), cookies=[cookie], headers={"Cache-Control": "no-store"})


@get(
    "/session",
    operation_id="getSession",
    summary="Who is signed in",
    dependencies={"caller": Provide(caller_of)},
    opt={"must_change": True, "must_enrol": True, "audited": False},
)
async def get_session(request: AnyRequest, caller: Signed) -> Response[Session]:
    if caller.session is None:
        raise Forbidden("gateway.session_needed")
    return Response(await _session(host_of(request), caller.session), headers={"Cache-Control": "no-store"})


@get("/session/rules", operation_id="signInRules", summary="What whoever signs in should know before")
async def get_rules(request: AnyRequest) -> SignInRules:
    host = host_of(request)
    return SignInRules(
        second_factor=bool(host.settings.second_factor_roles),
        synthetic=host.extras["seed"].synthetic,
        idle_minutes=host.settings.session_idle_minutes,
        hours=host.settings.session_hours,
    )


@put(
    "/session/settings",
    operation_id="setPageSettings",
    summary="How one wants one's pages, on every device",
    dependencies={"caller": Provide(caller_of)},
)
async def put_settings(request: AnyRequest, caller: Signed) -> PageSettings:
    if caller.account is None:
        raise Forbidden("gateway.session_needed")
    given: PageSettings = await read_struct(request, PageSettings)
    row = PageSettingsTable(account=caller.account.id, doc=msgspec.json.encode(given).decode())
    await PageSettingsTable.insert(row).on_conflict(
        target=PageSettingsTable.account, action="DO UPDATE", values=[PageSettingsTable.doc]
    )
    return given


@delete(
    "/session",
    operation_id="signOut",
    summary="Sign out",
    dependencies={"caller": Provide(caller_of)},
    opt={"must_change": True, "must_enrol": True, "audited": False},
)
async def delete_session(request: AnyRequest, caller: Signed) -> Response[None]:
    sessions: Sessions = host_of(request).extras["sessions"]
    if caller.session is not None:
        await sessions.end(caller.session.id)
        hub: Hub = host_of(request).extras["hub"]
        hub.doubt(caller.actor.id)
    gone = Cookie(key=COOKIE, value="", path="/", httponly=True, samesite="strict", max_age=0)
    return Response(None, status_code=204, cookies=[gone])


@put(
    "/session/password",
    status_code=204,
    operation_id="changePassword",
    summary="Choose a new password",
    dependencies={"caller": Provide(caller_of)},
    opt={"must_change": True, "must_enrol": True},
)
async def put_password(request: AnyRequest, caller: Signed) -> None:
    given: PasswordChange = await read_struct(request, PasswordChange)
    await sign_in.change_password(host_of(request), caller, given.old, given.new, key_of(request))


@put(
    "/accounts/{login:str}/password",
    status_code=204,
    operation_id="givePassword",
    summary="Give a password",
    dependencies={"caller": Provide(caller_of)},
)
async def put_account_password(request: AnyRequest, caller: Signed, login: FromPath[str]) -> None:
    given: NewPassword = await read_struct(request, NewPassword)
    host, key = host_of(request), key_of(request)
    try:
        await sign_in.give_password(host, caller.actor, login, given.password, must_change=given.must_change, key=key)
    except Forbidden as refusal:
        audited_refusal(host, "gateway.give_password", refusal, caller.actor)
        raise


@post(
    "/accounts/{login:str}/key",
    status_code=200,
    operation_id="giveServiceKey",
    summary="Give a service key, once",
    dependencies={"caller": Provide(caller_of)},
)
async def post_account_key(request: AnyRequest, caller: Signed, login: FromPath[str]) -> Response[GivenKey]:
    host, key = host_of(request), key_of(request)
    try:
        made = await sign_in.give_key(host, caller.actor, login, key)
    except Forbidden as refusal:
        audited_refusal(host, "gateway.give_key", refusal, caller.actor)
        raise
    return Response(GivenKey(login=login, key=made), headers={"Cache-Control": "no-store"})


SESSION_API = Router(
    "/api/v1",
    route_handlers=[
        post_session,
        get_session,
        get_rules,
        put_settings,
        delete_session,
        put_password,
        put_account_password,
        post_account_key,
    ],
    opt={"auth": "own"},
    exception_handlers={ValidationException: bad_query},
    tags=["session"],
)
