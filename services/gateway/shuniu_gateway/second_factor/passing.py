"""Letting in by a second factor, and enrolling one: the only places its secret leaves the vault or goes to a page.

A code is taken once (the half minute it belongs to is kept, in one statement), a recovery code too; both count as
failed sign-ins when they are wrong. The secret is answered once, to whoever proves the password again.
"""

import hashlib
import io
import secrets
from typing import TYPE_CHECKING

import segno
from shuniu.chassis.processor import Submission
from shuniu.rules.refusal import Conflict, Forbidden

from shuniu_gateway import passwords
from shuniu_gateway.accounts import Account
from shuniu_gateway.callers import Caller, credential_hash
from shuniu_gateway.second_factor import codes
from shuniu_gateway.second_factor.commands import OFFER_FACTOR, SET_FACTOR, OfferFactor, SetFactor
from shuniu_gateway.second_factor.tables import FactorUse, RecoveryCode
from shuniu_gateway.sessions import Sessions, account_by_id, real_now

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("begin", "confirm", "recovery_left", "why_not")


async def _secret(host: "Host", account: Account, ref: str) -> str:
    opened = await host.vault.open_matter(host.pool, account.id, clearance=9, masked=False)
    return opened.get(ref, {}).get("totp", "")


async def _first_use(account: str, step: int) -> bool:
    """Whether no code of this half minute, or of a later one, was used before; says so once to whoever asks first."""
    taken = await FactorUse.raw(
        "insert into factor_use as u (account, step) values ({}, {}) on conflict (account) do update"
        " set step = excluded.step where u.step < excluded.step returning step",
        account,
        step,
    )
    return bool(taken)


async def why_not(host: "Host", account: Account, given: str) -> str:
    """The rule that keeps this code out; "" when it lets in, once. For an account with a second factor."""
    given = given.strip()
    if not given:
        return "gateway.code_needed"
    bare = given.replace(" ", "")
    if codes.is_code(bare):
        secret = await _secret(host, account, account.factor)
        step = codes.step_of(secret, bare, real_now().timestamp()) if secret else None
        if step is None:
            return "gateway.code"
        return "" if await _first_use(account.id, step) else "gateway.code_used"
    used = await RecoveryCode.raw(
        "delete from recovery_code where digest = {} and account = {} returning digest",
        codes.hash_recovery(account.id, given[:80]),
        account.id,
    )
    return "" if used else "gateway.code"


async def recovery_left(account: str) -> int:
    """How many recovery codes an account has left."""
    return int(await RecoveryCode.count().where(RecoveryCode.account == account))


async def _prove(host: "Host", account: Account, password: str, code: str) -> None:
    """The password once more, and the present second factor where there is one. Counts failures like a sign-in."""
    sessions: Sessions = host.extras["sessions"]
    locked = await sessions.locked_until(account.login) is not None
    if locked or not await passwords.password_matches(password, await credential_hash(host, account)):
        await sessions.failed(account.login)
        raise Forbidden("gateway.old_password")
    if account.factor and (rule := await why_not(host, account, code)):
        await sessions.failed(account.login)
        raise Forbidden(rule)


async def begin(host: "Host", caller: Caller, password: str, code: str, issuer: str) -> tuple[str, str, str]:
    """Offer a new secret: (secret, its ``otpauth`` address, that as an SVG image). The present one holds until then.

    Forbidden ``gateway.old_password``, ``gateway.code_needed``, ``gateway.code``, ``gateway.code_used``.
    """
    if caller.account is None or caller.session is None:
        raise Forbidden("gateway.session_needed")
    account = caller.account
    await _prove(host, account, password, code)
    secret = codes.new_secret()
    body = OfferFactor(account=account.id, secret=secret)
    # What is asked is a new secret, not this one: the request hash must not be made of it.
    same = hashlib.sha256(f"offer {account.id}".encode()).digest()
    key = f"factor:{secrets.token_hex(16)}"
    await host.processor.submit(
        Submission(command=OFFER_FACTOR, body=body, actor=caller.actor, key=key, request_hash=same)
    )
    address = codes.provisioning(secret, account.login, issuer)
    image = io.BytesIO()
    segno.make(address, error="m").save(
        image, kind="svg", scale=1, border=4, dark="#000", light="#fff", xmldecl=False, svgns=True
    )
    return secret, address, image.getvalue().decode()


async def confirm(host: "Host", caller: Caller, code: str) -> tuple[str, ...]:
    """Set the offered secret, confirmed by a code of it: the recovery codes, told this once. Other sessions end.

    Conflict ``gateway.factor_not_offered``; Forbidden ``gateway.code`` counts as a failed sign-in.
    """
    if caller.account is None or caller.session is None:
        raise Forbidden("gateway.session_needed")
    sessions: Sessions = host.extras["sessions"]
    account = await account_by_id(caller.account.id)
    if account is None or not account.offered:
        raise Conflict("gateway.factor_not_offered")
    if await sessions.locked_until(account.login) is not None:
        raise Forbidden("gateway.sign_in_locked", params={"minutes": host.settings.lock_minutes})
    secret = await _secret(host, account, account.offered)
    step = codes.step_of(secret, code.replace(" ", ""), real_now().timestamp()) if secret else None
    if step is None:
        await sessions.failed(account.login)
        raise Forbidden("gateway.code")
    body = SetFactor(account=account.id, secret=account.offered)
    key = f"factor:{account.offered}"
    await host.processor.submit(Submission(command=SET_FACTOR, body=body, actor=caller.actor, key=key))
    await _first_use(account.id, step)
    made = codes.new_recovery()
    await RecoveryCode.delete().where(RecoveryCode.account == account.id)
    now = real_now()
    await RecoveryCode.insert(
        *(RecoveryCode(digest=codes.hash_recovery(account.id, c), account=account.id, made_at=now) for c in made)
    )
    await sessions.succeeded(account.login)
    await sessions.end_all(account.id, but=caller.session.id)
    host.extras["hub"].doubt(account.id)
    return made
