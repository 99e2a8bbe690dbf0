"""Browser sessions and the guard against guessing (GB/T 22239-2019 8.1.4.1 b). Their clock is real time, always.

A session is 256 random bits in an HttpOnly cookie; the database keeps their SHA-256. It ends 30 minutes after the last
use, 12 hours after sign-in, with sign-out, with a new password, or when the account is closed. Only a screen on a wall,
whose account can do nothing but read, stays signed in.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
from shuniu.chassis.clock import RealClock

from shuniu_gateway.accounts import Account
from shuniu_gateway.tables import AccountTable, SessionTable, SignInGuard

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("COOKIE", "LiveSession", "Sessions", "real_now")

COOKIE = "shuniu_session"
_REAL = RealClock()
TOUCH_EVERY = timedelta(seconds=30)
WALL_FOR = timedelta(days=30)
"""A wall's session ends when its screen has not been seen for so long."""


def real_now() -> datetime:
    """Real time, whatever the domain's clock says: sessions and tokens are no matter of the domain."""
    return _REAL.now()


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session that holds now, with its account as it is now."""

    id: bytes
    account: Account
    csrf: str
    opened_at: datetime
    seen_at: datetime
    expires_at: datetime
    ends_at: datetime

    def csrf_fits(self, given: str | None) -> bool:
        """Whether the header of a change carries this session's token."""
        return given is not None and hmac.compare_digest(given.encode(), self.csrf.encode())


class Sessions:
    """Opens, finds and ends sessions, and counts failed sign-ins."""

    def __init__(self, host: "Host") -> None:
        settings = host.settings
        self._idle = timedelta(minutes=settings.session_idle_minutes)
        self._longest = timedelta(hours=settings.session_hours)
        self._wall: str = settings.wall_role
        self._lock_after: int = settings.lock_after
        self._lock_for = timedelta(minutes=settings.lock_minutes)

    async def open(self, account: Account) -> tuple[str, LiveSession]:
        """A new session and its secret."""
        secret, now = secrets.token_urlsafe(32), real_now()
        row = SessionTable(
            id=_digest(secret), account=account.id, csrf=secrets.token_urlsafe(24), opened_at=now, seen_at=now
        )
        await SessionTable.insert(row)
        return secret, self._live(row.id, account, row.csrf, now, now)

    async def find(self, secret: str, *, use: bool = True) -> LiveSession | None:
        """The session of a cookie, or None when it has ended. ``use`` counts as activity."""
        return await self.find_by_id(_digest(secret), use=use)

    async def find_by_id(self, session_id: bytes, *, use: bool = True) -> LiveSession | None:
        """See :meth:`find`; for those who hold the session already, such as a stream."""
        now = real_now()
        rows = await SessionTable.raw(
            "select s.csrf, s.opened_at, s.seen_at, a.doc from session s join account a on a.key = s.account"
            " where s.id = {}",
            session_id,
        )
        if not rows:
            return None
        account = msgspec.json.decode(rows[0]["doc"], type=Account)
        if account.closed or self._over(account, rows[0]["opened_at"], rows[0]["seen_at"], now):
            return None
        seen_at: datetime = rows[0]["seen_at"]
        if use and now - seen_at > TOUCH_EVERY:
            await SessionTable.update({SessionTable.seen_at: now}).where(SessionTable.id == session_id)
            seen_at = now
        return self._live(session_id, account, rows[0]["csrf"], rows[0]["opened_at"], seen_at)

    def hangs_on_a_wall(self, account: Account) -> bool:
        """Whether it is a screen's account: it reads, and nobody sits before it who could be idle."""
        return account.roles == (self._wall,)

    def _over(self, account: Account, opened_at: datetime, seen_at: datetime, now: datetime) -> bool:
        if self.hangs_on_a_wall(account):
            return now - seen_at >= WALL_FOR
        return now - seen_at >= self._idle or now - opened_at >= self._longest

    def _live(self, id: bytes, account: Account, csrf: str, opened_at: datetime, seen_at: datetime) -> LiveSession:  # noqa: A002
        if self.hangs_on_a_wall(account):
            return LiveSession(id, account, csrf, opened_at, seen_at, seen_at + WALL_FOR, seen_at + WALL_FOR)
        ends_at = opened_at + self._longest
        return LiveSession(id, account, csrf, opened_at, seen_at, min(seen_at + self._idle, ends_at), ends_at)

    async def end(self, session_id: bytes) -> None:
        """Sign out."""
        await SessionTable.delete().where(SessionTable.id == session_id)

    async def end_all(self, account: str, but: bytes | None = None) -> None:
        """End every session of an account, except perhaps the one that asks."""
        sessions = SessionTable.delete().where(SessionTable.account == account)
        await (sessions if but is None else sessions.where(SessionTable.id != but))

    async def sweep(self) -> None:
        """Forget ended sessions and old failures."""
        now = real_now()
        wall = msgspec.json.encode([self._wall]).decode()
        await SessionTable.raw(
            "delete from session s using account a where a.key = s.account and case when a.doc->'roles' = {}::jsonb"
            " then s.seen_at < {} else s.seen_at < {} or s.opened_at < {} end",
            wall,
            now - WALL_FOR,
            now - self._idle,
            now - self._longest,
        )
        await SignInGuard.delete().where(SignInGuard.failed_at < now - 4 * self._lock_for)

    # --- the guard ----------------------------------------------------------------------------------------------------

    async def locked_until(self, login: str) -> datetime | None:
        """Until when nobody can sign in as ``login``, or None."""
        row = await SignInGuard.select(SignInGuard.locked_until).where(SignInGuard.login == login).first()
        until: datetime | None = row["locked_until"] if row else None
        return until if until is not None and until > real_now() else None

    async def failed(self, login: str) -> None:
        """Count a failure; the fifth within the lock's time locks. A lock that is over starts the count anew."""
        now = real_now()
        await SignInGuard.raw(
            "insert into sign_in_guard as g (login, failures, failed_at) values ({}, 1, {})"
            " on conflict (login) do update set"
            " failures = case when g.failed_at < {} or g.locked_until < {} then 1 else g.failures + 1 end,"
            " locked_until = case when g.failed_at >= {} and (g.locked_until is null or g.locked_until >= {})"
            " and g.failures + 1 >= {} then {}::timestamptz end, failed_at = excluded.failed_at",
            login,
            now,
            now - self._lock_for,
            now,
            now - self._lock_for,
            now,
            self._lock_after,
            now + self._lock_for,
        )

    async def succeeded(self, login: str) -> None:
        """A good sign-in forgives the failures before it."""
        await SignInGuard.delete().where(SignInGuard.login == login)


async def account_by_login(login: str) -> Account | None:
    """The account of a login, closed ones included."""
    rows = await AccountTable.raw(
        "select a.doc from login l join account a on a.key = l.doc->>'account' where l.key = {}", login
    )
    return msgspec.json.decode(rows[0]["doc"], type=Account) if rows else None


async def account_by_id(account: str) -> Account | None:
    """The account, closed ones included."""
    row = await AccountTable.select(AccountTable.doc).where(AccountTable.key == account).first()
    return msgspec.json.decode(row["doc"], type=Account) if row else None


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
