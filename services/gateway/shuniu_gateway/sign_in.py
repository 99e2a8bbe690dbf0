"""Signing in, passwords and service keys: the only places a secret comes in, and none where it goes out again.

A password or key is hashed before a command is made of it, so neither command, log, answer nor request hash ever holds
it. The first administrator's password is made at first start, in a file of the keys folder (0600).
"""

import contextlib
import hashlib
import secrets
from typing import TYPE_CHECKING

from shuniu.chassis.audit import AuditEntry
from shuniu.chassis.context import Actor
from shuniu.chassis.identity import Unauthenticated
from shuniu.chassis.processor import Submission
from shuniu.contracts.text import Text
from shuniu.rules.refusal import Conflict, Forbidden, NotFound, Unprocessable
from shuniu.runtime.keys import Keys

from shuniu_gateway import passwords
from shuniu_gateway.accounts import OPEN_ACCOUNT, SET_CREDENTIAL, Account, OpenAccount, SetCredential
from shuniu_gateway.callers import Caller, Callers, credential_hash
from shuniu_gateway.second_factor import passing
from shuniu_gateway.sessions import LiveSession, Sessions, account_by_id, account_by_login

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = (
    "FIRST_LOGIN",
    "FIRST_PASSWORD_FILE",
    "change_password",
    "first_administrator",
    "give_key",
    "give_password",
    "sign_in",
)

FIRST_LOGIN = "admin"
FIRST_PASSWORD_FILE = "gateway-admin-password"
FOUNDER = Actor("founder", "program", frozenset({"system_admin"}), clearance=4)


def _note(host: "Host", what: str, account: str, rule: str = "") -> None:
    host.audit.refused(
        AuditEntry(at=host.clock.now(), actor=account, command=what, allowed=not rule, rule=rule, matter=account)
    )


async def sign_in(host: "Host", login: str, password: str, code: str = "") -> tuple[str, LiveSession]:
    """A new session (secret, session). Raises Unauthenticated ``gateway.sign_in`` or ``gateway.sign_in_locked``, and of
    an account with a second factor ``gateway.code_needed``, ``gateway.code``, ``gateway.code_used``.

    An unknown login takes as long and locks like a known one, so neither tells which logins exist.
    """
    sessions: Sessions = host.extras["sessions"]
    login = login.strip().lower()[:64].replace("\x00", "")
    account = await account_by_login(login)
    who = account.id if account else ""
    if await sessions.locked_until(login) is not None:
        _note(host, "gateway.sign_in", who, "gateway.sign_in_locked")
        raise Unauthenticated("gateway.sign_in_locked", params={"minutes": host.settings.lock_minutes})
    usable = account is not None and not account.closed and account.holder == "person"
    known = await credential_hash(host, account) if usable and account else None
    if not await passwords.password_matches(password, known) or account is None:
        await sessions.failed(login)
        _note(host, "gateway.sign_in", who, "gateway.sign_in")
        raise Unauthenticated("gateway.sign_in")
    if account.factor and (rule := await passing.why_not(host, account, code)):
        if rule != "gateway.code_needed":
            await sessions.failed(login)
            _note(host, "gateway.sign_in", account.id, rule)
        raise Unauthenticated(rule)
    await sessions.succeeded(login)
    _note(host, "gateway.sign_in", account.id)
    return await sessions.open(account)


async def _set(host: "Host", actor: Actor, account: Account, hashed: str, must_change: bool, key: str) -> None:
    body = SetCredential(account=account.id, hashed=hashed, must_change=must_change)
    # The hash is salted anew at every try: what makes a retry the same request is only whose credential it sets.
    same = hashlib.sha256(b"\x00".join((b"credential", actor.id.encode(), account.id.encode()))).digest()
    await host.processor.submit(
        Submission(command=SET_CREDENTIAL, body=body, actor=actor, key=f"credential:{key}", request_hash=same)
    )
    callers: Callers = host.extras["callers"]
    callers.forget(account.id)


async def _target(login: str) -> Account:
    account = await account_by_login(login)
    if account is None:
        raise NotFound("gateway.login_unknown", params={"login": login})
    if account.closed:
        raise Conflict("gateway.account_closed", state="ENDED", params={"login": login})
    return account


async def give_password(
    host: "Host", caller: Actor, login: str, password: str, *, must_change: bool, key: str
) -> Account:
    """A system administrator gives an account a password; every session of it ends."""
    caller.require_role("system_admin")
    account = await _target(login)
    if account.holder != "person":
        raise Conflict("gateway.not_a_person", params={"login": login})
    passwords.check_password(password, login)
    await _set(host, caller, account, await passwords.hash_password(password), must_change, key)
    sessions: Sessions = host.extras["sessions"]
    await sessions.end_all(account.id)
    host.extras["hub"].doubt(account.id)
    await sessions.succeeded(login)
    return account


async def change_password(host: "Host", caller: Caller, old: str, new: str, key: str) -> None:
    """The signed-in person chooses a new password; every other session of the account ends.

    Forbidden ``gateway.old_password`` counts as a failed sign-in.
    """
    if caller.account is None or caller.session is None:
        raise Forbidden("gateway.session_needed")
    account, sessions = caller.account, host.extras["sessions"]
    if await sessions.locked_until(account.login) is not None or not await passwords.password_matches(
        old, await credential_hash(host, account)
    ):
        await sessions.failed(account.login)
        raise Forbidden("gateway.old_password")
    passwords.check_password(new, account.login, field="new")
    if new == old:
        raise Unprocessable("gateway.password_same")
    await _set(host, caller.actor, account, await passwords.hash_password(new), False, key)
    await sessions.end_all(account.id, but=caller.session.id)
    host.extras["hub"].doubt(account.id)


async def give_key(host: "Host", caller: Actor, login: str, key: str) -> str:
    """A system administrator gives a program's account a new service key, answered this once; the old one is void."""
    caller.require_role("system_admin")
    account = await _target(login)
    if account.holder != "program":
        raise Conflict("gateway.not_a_program", params={"login": login})
    made = passwords.new_key(account.id)
    await _set(host, caller, account, passwords.hash_key(made), False, key)
    host.extras["hub"].doubt(account.id)
    current = await account_by_id(account.id)
    if current is None or not passwords.key_matches(made, await credential_hash(host, current)):
        raise Conflict("gateway.key_given", params={"login": login})
    return made


async def first_administrator(host: "Host") -> None:
    """Open the system administrator's account where there is no account yet.

    The password is random and stands in the keys folder; a person changes it there by changing it here. Idempotent
    between processes that start at once: the same keys, and a login is taken only once.
    """
    if await account_by_login(FIRST_LOGIN) is None:
        opened = OpenAccount(
            login=FIRST_LOGIN,
            title=Text("系统管理员", "System administrator"),
            roles=("system_admin",),
            areas=(host.scope,),
        )
        founding = Submission(command=OPEN_ACCOUNT, body=opened, actor=FOUNDER, key="founder:account")
        with contextlib.suppress(Conflict):  # another process was first
            await host.processor.submit(founding)
    account = await account_by_login(FIRST_LOGIN)
    if account is None or account.closed or account.credential:
        return
    password = Keys(host.deployment.keys_dir).get(FIRST_PASSWORD_FILE)
    hashed = await passwords.hash_password(password)
    await _set(host, FOUNDER, account, hashed, False, f"founder-{secrets.token_hex(8)}")
