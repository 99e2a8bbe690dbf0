"""Who calls the view API: a browser's session, a service key, or a token of a trusted issuer.

A session rides on an HttpOnly cookie and needs ``X-CSRF-Token`` on every change; a bearer (service key or token) needs
none. Either way the caller ends up as an actor with one token for requests to services.
"""

import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litestar import Request
from litestar.connection import ASGIConnection
from shuniu.chassis.context import ANONYMOUS, Actor
from shuniu.chassis.http.access import audited_refusal
from shuniu.chassis.identity import Issuer, Unauthenticated
from shuniu.rules.refusal import Forbidden, Refusal

from shuniu_gateway import passwords
from shuniu_gateway.accounts import Account
from shuniu_gateway.sessions import COOKIE, LiveSession, Sessions, account_by_id

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("Caller", "Callers", "actor_of_account", "caller_of")

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
TOKEN_REUSE_S = 300
MOST_CACHED = 2000
BACKGROUND = "shuniu-background"
"""Header of a request that a page makes by itself: it is no activity, so an idle session ends (8.1.4.1 b)."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller as the view API knows it. ``session`` only for a browser, ``account`` None for a foreign token."""

    actor: Actor
    account: Account | None = None
    session: LiveSession | None = None
    bearer: str = ""


def actor_of_account(account: Account) -> Actor:
    """What an account may do."""
    return Actor(account.id, account.holder, frozenset(account.roles), account.areas, account.units, account.clearance)


class WallReads(Forbidden):
    """A screen on a wall tried to do something; the audit says which."""

    def __init__(self, actor: Actor) -> None:
        super().__init__("gateway.wall_reads")
        self.actor = actor


class Callers:
    """Identifies callers and mints their tokens for the bus."""

    def __init__(self, host: "Host", sessions: Sessions) -> None:
        self._host = host
        self._sessions = sessions
        self._issuer = Issuer.load(host.deployment.keys_dir, host.source)
        self._tokens: OrderedDict[Actor, tuple[str, float]] = OrderedDict()
        self._keys: OrderedDict[bytes, str] = OrderedDict()

    def must_enrol(self, account: Account) -> bool:
        """Whether this account needs a second factor and has none yet."""
        needing: frozenset[str] = self._host.settings.second_factor_roles
        return account.holder == "person" and not account.factor and not needing.isdisjoint(account.roles)

    async def identify(
        self,
        connection: ASGIConnection[Any, Any, Any, Any],
        *,
        must_change: bool = False,
        must_enrol: bool = False,
        quiet: bool = False,
    ) -> Caller:
        """The caller. Raises Unauthenticated, or Forbidden ``gateway.csrf``, ``gateway.must_change`` or
        ``gateway.must_enrol``.

        ``must_change`` and ``must_enrol`` let in those who still have to choose their password, to enrol. ``quiet``:
        asking is no activity of a person.
        """
        authorization = connection.headers.get("authorization")
        if authorization is not None:
            scheme, _, bearer = authorization.partition(" ")
            if scheme.lower() != "bearer" or not bearer:
                raise Unauthenticated("access.token_malformed")
            return await self._by_bearer(bearer.strip())
        secret = connection.cookies.get(COOKIE)
        quiet = quiet or BACKGROUND in connection.headers
        session = await self._sessions.find(secret, use=not quiet) if secret else None
        if session is None:
            raise Unauthenticated("access.unauthenticated")
        method = connection.scope.get("method", "GET")
        if method not in SAFE_METHODS and not session.csrf_fits(connection.headers.get("x-csrf-token")):
            raise Forbidden("gateway.csrf")
        if method not in SAFE_METHODS and not must_change and self._sessions.hangs_on_a_wall(session.account):
            raise WallReads(actor_of_account(session.account))
        if session.account.must_change and not must_change:
            raise Forbidden("gateway.must_change")
        if not must_enrol and self.must_enrol(session.account):
            raise Forbidden("gateway.must_enrol")
        return Caller(actor_of_account(session.account), session.account, session)

    async def _by_bearer(self, bearer: str) -> Caller:
        parts = passwords.split_key(bearer)
        if parts is None:
            return Caller(self._host.verifier.verify(bearer), bearer=bearer)
        account = await account_by_id(parts[0])
        if account is None or account.closed or account.holder != "program" or not account.credential:
            raise Unauthenticated("access.token_malformed")
        digest = hashlib.sha256(bearer.encode()).digest()
        if self._keys.get(digest) != account.credential:
            if not passwords.key_matches(bearer, await credential_hash(self._host, account)):
                raise Unauthenticated("access.token_malformed")
            self._keys[digest] = account.credential
            while len(self._keys) > MOST_CACHED:
                self._keys.popitem(last=False)
        return Caller(actor_of_account(account), account)

    async def still_there(self, caller: Caller) -> bool:
        """Whether what let the caller in still holds; asked now and then by a stream, which is no activity."""
        try:
            if caller.session is not None:
                found = await self._sessions.find_by_id(
                    caller.session.id, use=self._sessions.hangs_on_a_wall(caller.session.account)
                )
                if found is None or self.must_enrol(found.account):
                    return False
                return actor_of_account(found.account) == caller.actor
            if caller.account is not None:
                account = await account_by_id(caller.account.id)
                return account is not None and not account.closed and account.credential == caller.account.credential
            return self._host.verifier.verify(caller.bearer) == caller.actor
        except Unauthenticated:
            return False

    def only_reads(self, caller: Caller) -> bool:
        """Whether it is a screen on a wall: it is offered nothing, and nothing it tries is done."""
        return caller.session is not None and self._sessions.hangs_on_a_wall(caller.session.account)

    def token(self, caller: Caller) -> str:
        """A token that speaks for the caller at a service; one is used for at most five minutes."""
        return caller.bearer or self.token_for(caller.actor)

    def token_for(self, actor: Actor) -> str:
        """See :meth:`token`."""
        now = time.monotonic()
        held = self._tokens.get(actor)
        if held is not None and now < held[1]:
            return held[0]
        issued = self._issuer.issue(
            actor.id,
            kind="program" if actor.kind == "program" else "person",
            roles=sorted(actor.roles),
            areas=actor.areas,
            units=actor.units,
            clearance=actor.clearance,
        )
        self._tokens[actor] = (issued.token, now + TOKEN_REUSE_S)
        while len(self._tokens) > MOST_CACHED:
            self._tokens.popitem(last=False)
        return issued.token

    def renew(self, caller: Caller) -> str | None:
        """A fresh token in place of one that a service did not take; None for a caller with a token of its own.

        A revocation reaches a service a moment after it was said, and voids what was signed in between.
        """
        if caller.bearer:
            return None
        self._tokens.pop(caller.actor, None)
        return self.token_for(caller.actor)

    def forget(self, account: str) -> None:
        """The account's rights or credentials changed: no token of before is handed out again, none is taken here."""
        for actor in [actor for actor in self._tokens if actor.id == account]:
            del self._tokens[actor]
        self._host.verifier.revoke(account)


async def credential_hash(host: "Host", account: Account) -> str | None:
    """What is kept of the account's password or key, or None while it has none."""
    if not account.credential:
        return None
    opened = await host.vault.open_matter(host.pool, account.id, clearance=9, masked=False)
    return opened.get(account.credential, {}).get("hash")


async def caller_of(request: Request[Any, Any, Any]) -> Caller:
    """Litestar dependency ``caller``. What is refused here is audited like a refused command."""
    host: Host = request.app.state.host
    callers: Callers = host.extras["callers"]
    try:
        half_in = {name: bool(request.route_handler.opt.get(name)) for name in ("must_change", "must_enrol")}
        return await callers.identify(request, **half_in)
    except Refusal as refusal:
        if request.route_handler.opt.get("audited", True):
            by = refusal.actor if isinstance(refusal, WallReads) else ANONYMOUS
            audited_refusal(host, str(request.scope.get("path_template") or request.scope["path"]), refusal, by)
        raise
