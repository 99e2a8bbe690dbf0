"""Who asks, for every route: the bearer token's actor, or nobody where a route is public.

A handler (or its router) declares itself public by ``opt={"public": True}``; all others need a token. With
``opt={"auth": "own"}`` it finds out by itself who asks (the gateway's sessions). What is refused
here is audited like a refused command.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from shuniu.chassis.audit import AuditEntry
from shuniu.chassis.context import ANONYMOUS, Actor
from shuniu.chassis.identity.tokens import Unauthenticated
from shuniu.rules.refusal import Refusal

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("actor_of", "audited_refusal", "authenticate", "guard", "host_of")

_ACTOR = "shuniu.actor"


def authenticate(host: "Host", headers: Iterable[tuple[bytes, bytes]]) -> Actor:
    """The actor of raw ASGI headers; :data:`ANONYMOUS` without a token. Raises Unauthenticated for a bad one."""
    for name, value in headers:
        if name == b"authorization":
            scheme, _, token = value.decode("latin-1").partition(" ")
            if scheme.lower() != "bearer" or not token:
                raise Unauthenticated("access.token_malformed")
            return host.verifier.verify(token.strip())
    return ANONYMOUS


def audited_refusal(host: "Host", what: str, refusal: Refusal, actor: Actor = ANONYMOUS, matter: str = "") -> None:
    """Note a refusal the command processor does not see; ``what`` is the command's name or the route's."""
    host.audit.refused(
        AuditEntry(at=host.clock.now(), actor=actor.id, command=what, allowed=False, rule=refusal.rule, matter=matter)
    )


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Litestar guard of every HTTP route: identifies the caller, and refuses nobody where somebody is needed.

    Async although it waits for nothing: Litestar takes a plain function to a thread, once a request.
    """
    if handler.opt.get("auth") == "own":
        return
    host = host_of(connection)
    try:
        actor = authenticate(host, connection.scope["headers"])
        if actor.kind == "nobody" and not handler.opt.get("public"):
            raise Unauthenticated("access.unauthenticated")
    except Unauthenticated as refusal:
        audited_refusal(host, str(connection.scope.get("path_template") or connection.scope["path"]), refusal)
        raise
    connection.scope[_ACTOR] = actor  # type: ignore[literal-required]


def host_of(connection: ASGIConnection[Any, Any, Any, Any]) -> "Host":
    """The host that answers, in a route handler."""
    host: Host = connection.app.state.host
    return host


def actor_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Actor:
    """Who asks, in a route handler; :data:`ANONYMOUS` only on public routes."""
    actor: Actor = connection.scope.get(_ACTOR, ANONYMOUS)  # type: ignore[assignment]
    return actor
