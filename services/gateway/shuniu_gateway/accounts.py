"""Accounts (账号): who may sign in here, and as what (GB/T 22239-2019 8.1.4.1-2, domain rules 7.2).

A system administrator opens and closes accounts, a security administrator says what they may do; nobody does either
to the own account, and no account is two administrators at once. An account is named by its post, never by a person.
Passwords and keys come in through :mod:`shuniu_gateway.sign_in`, which hashes them before a command is made of it.
"""

import re
from collections.abc import Iterable
from typing import Any, Literal

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Detail, DetailField, Emit, Private
from shuniu.chassis.rows import Happening, Index, Key, MatterFace, RowKind, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.envelope import Fact
from shuniu.contracts.gateway import (
    AccountChanged,
    AccountClosed,
    AccountOpened,
    CredentialSet,
    FactorOffered,
    FactorReset,
    FactorSet,
)
from shuniu.contracts.summary import Summary, Visibility
from shuniu.contracts.text import Text
from shuniu.rules.areas import check_code
from shuniu.rules.refusal import Conflict, FieldError, Forbidden, Unprocessable

__all__ = (
    "ACCOUNT",
    "ADMINISTRATORS",
    "CHANGE_ACCOUNT",
    "CLOSE_ACCOUNT",
    "LOGIN",
    "OPEN_ACCOUNT",
    "SET_CREDENTIAL",
    "Account",
    "ChangeAccount",
    "CloseAccount",
    "Login",
    "OpenAccount",
    "SetCredential",
    "live_account",
    "not_oneself",
    "own_account",
)

ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")
_LOGIN = re.compile(r"[a-z][a-z0-9._-]{2,39}")
_ROLE = re.compile(r"[a-z][a-z0-9_]{1,39}")
_UNIT = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


# --- state ------------------------------------------------------------------------------------------------------------


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account. ``credential`` refers to the hash in ``person_data``; "" while it has none.

    ``factor`` refers to the secret of its second factor there, ``offered`` to one that no code has confirmed yet.
    """

    id: str
    login: str
    title: Text
    holder: Literal["person", "program"]
    roles: tuple[str, ...]
    areas: tuple[str, ...]
    units: tuple[str, ...]
    clearance: int
    credential: str = ""
    must_change: bool = False
    factor: str = ""
    offered: str = ""
    closed: bool = False


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """Guard row: this login is taken, also after its account was closed."""

    account: str


def _evolve(row: Account | None, fact: Any, happening: Happening) -> Account | None:
    match fact:
        case AccountOpened():
            return Account(
                id=fact.account,
                login=fact.login,
                title=fact.title,
                holder=fact.holder,
                roles=fact.roles,
                areas=fact.areas,
                units=fact.units,
                clearance=fact.clearance,
            )
        case _ if row is None:
            return None
        case AccountChanged():
            return msgspec.structs.replace(
                row, title=fact.title, roles=fact.roles, areas=fact.areas, units=fact.units, clearance=fact.clearance
            )
        case CredentialSet():
            return msgspec.structs.replace(row, credential=fact.secret, must_change=fact.must_change)
        case AccountClosed():
            return msgspec.structs.replace(row, closed=True, credential="", factor="", offered="")
        case FactorOffered():
            return msgspec.structs.replace(row, offered=fact.secret)
        case FactorSet():
            return msgspec.structs.replace(row, factor=fact.secret, offered="")
        case FactorReset():
            return msgspec.structs.replace(row, factor="", offered="")
        case _:
            return row


def _evolve_login(row: Login | None, fact: Any, happening: Happening) -> Login | None:
    return Login(account=fact.account) if isinstance(fact, AccountOpened) else row


_ADMIN_EYES = Visibility(roles=ADMINISTRATORS, sensitivity=2)


def _summarise(row: Account, fact: Fact, ctx: Context) -> Summary:
    return Summary(visibility=_ADMIN_EYES)


def _detail(row: Account, ctx: Context) -> Detail:
    return Detail(
        fields=(
            DetailField(label="field.login", value=row.login),
            DetailField(label="field.title", value=row.title.zh),
            DetailField(label="field.roles", value=", ".join(row.roles)),
            DetailField(label="field.clearance", value=f"clearance.{row.clearance}", kind="key"),
            *(DetailField(label="field.areas", value=area, kind="area") for area in row.areas),
            *(DetailField(label="field.units", value=unit, kind="unit") for unit in row.units),
        )
    )


ACCOUNT: RowKind[Account] = RowKind(
    "account",
    Account,
    "account",
    _evolve,
    index=lambda row: Index(
        status="ENDED" if row.closed else "LIVE",
        area=row.areas[0] if row.areas else "",
        unit=row.units[0] if row.units else "",
    ),
    # A face without a matter in its summary: the account's id ties its events and its secrets together.
    face=MatterFace(
        summarise=_summarise,
        number=lambda row: row.login,
        visibility=lambda row: _ADMIN_EYES,
        offers=lambda row, ctx: (),
        detail=_detail,
    ),
)
LOGIN: RowKind[Login] = RowKind("login", Login, "login", _evolve_login)


# --- commands ---------------------------------------------------------------------------------------------------------


class _Rights(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an account may do."""

    title: Text
    """Title of the post, free of persons."""
    roles: tuple[str, ...]
    areas: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    clearance: int = 2


class OpenAccount(_Rights, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Open an account (开通账号). It cannot sign in before it is given a password or key."""

    login: str
    holder: Literal["person", "program"] = "person"


class ChangeAccount(_Rights, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Say anew what an account may do (调整权限); all of it, not only what changes."""

    account: str


class CloseAccount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Close an account for good (注销账号)."""

    account: str
    reason: str


class SetCredential(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Give an account a password or key; ``hashed`` is all the gateway ever keeps of it. Internal."""

    account: str
    hashed: str
    must_change: bool


def _check_words(words: Iterable[str], pattern: re.Pattern[str], field: str) -> None:
    wrong = tuple(FieldError(f"{field}.{i}", "malformed") for i, w in enumerate(words) if not pattern.fullmatch(w))
    if wrong:
        raise Unprocessable("gateway.bad_word", fields=wrong, params={"field": field})


def _check_rights(body: _Rights) -> None:
    if not body.title.zh.strip() or not body.title.en.strip() or max(len(body.title.zh), len(body.title.en)) > 80:
        raise Unprocessable("gateway.title_missing", fields=(FieldError("title", "missing"),))
    _check_words(body.roles, _ROLE, "roles")
    _check_words(body.units, _UNIT, "units")
    for i, area in enumerate(body.areas):
        check_code(area, field=f"areas.{i}")
    if not body.roles:
        raise Unprocessable("gateway.roles_missing", fields=(FieldError("roles", "missing"),))
    if not 1 <= body.clearance <= 4:
        raise Unprocessable("gateway.clearance_range", fields=(FieldError("clearance", "out_of_range"),))
    powers = [role for role in body.roles if role in ADMINISTRATORS]
    if len(powers) > 1 or (powers and len(body.roles) > 1):
        raise Unprocessable("gateway.administrators_apart", fields=(FieldError("roles", "not_together"),))


def _decide_open(rows: Rows, body: OpenAccount, ctx: Context) -> Decision:
    _check_rights(body)
    if not _LOGIN.fullmatch(body.login):
        raise Unprocessable("gateway.bad_login", fields=(FieldError("login", "malformed"),))
    if rows.find(LOGIN, body.login) is not None:
        raise Conflict("gateway.login_taken", fields=(FieldError("login", "taken"),), params={"login": body.login})
    account = ctx.new_id()
    opened = AccountOpened(
        account=account,
        login=body.login,
        title=body.title,
        holder=body.holder,
        roles=body.roles,
        areas=body.areas,
        units=body.units,
        clearance=body.clearance,
    )
    return Decision(
        events=(Emit(opened, on=(ACCOUNT.key(account), LOGIN.key(body.login))),),
        answer={"account": account, "login": body.login},
    )


def live_account(rows: Rows, account: str, ctx: Context) -> Account:
    """The account. Conflict ``gateway.account_closed``."""
    row = rows.need(ACCOUNT, account)
    if row.closed:
        raise Conflict("gateway.account_closed", state="ENDED", params={"login": row.login})
    return row


def not_oneself(account: str, ctx: Context) -> None:
    """Forbidden ``gateway.not_oneself`` for one's own account (GB/T 22239-2019 8.1.4.2)."""
    if ctx.actor.id == account:
        raise Forbidden("gateway.not_oneself")


def _decide_change(rows: Rows, body: ChangeAccount, ctx: Context) -> Decision:
    _check_rights(body)
    row = live_account(rows, body.account, ctx)
    not_oneself(row.id, ctx)
    changed = AccountChanged(
        account=row.id,
        title=body.title,
        roles=body.roles,
        areas=body.areas,
        units=body.units,
        clearance=body.clearance,
    )
    return Decision(events=(Emit(changed, on=(ACCOUNT.key(row.id),)),))


def _decide_close(rows: Rows, body: CloseAccount, ctx: Context) -> Decision:
    row = live_account(rows, body.account, ctx)
    not_oneself(row.id, ctx)
    return Decision(events=(Emit(AccountClosed(account=row.id, reason=body.reason), on=(ACCOUNT.key(row.id),)),))


def _decide_credential(rows: Rows, body: SetCredential, ctx: Context) -> Decision:
    row = live_account(rows, body.account, ctx)
    if ctx.actor.id != row.id:
        ctx.actor.require_role("system_admin")
    ref = ctx.new_id()
    fact = CredentialSet(account=row.id, secret=ref, must_change=body.must_change and row.holder == "person")
    secret = Private(ref=ref, fields={"hash": body.hashed}, purpose="sign_in", basis="statutory_duty", sensitivity=3)
    return Decision(events=(Emit(fact, on=(ACCOUNT.key(row.id),)),), private=(secret,))


def own_account(body: Any, ctx: Context) -> Iterable[Key]:
    """The row of the account that ``body`` names."""
    return (ACCOUNT.key(body.account),)


OPEN_ACCOUNT: Command[OpenAccount] = Command(
    name="gateway.open_account",
    struct=OpenAccount,
    keys=lambda body, ctx: (LOGIN.key(body.login),),
    decide=_decide_open,
    roles=("system_admin",),
    icon="user",
    surfaces=(),
)
CHANGE_ACCOUNT: Command[ChangeAccount] = Command(
    name="gateway.change_account",
    struct=ChangeAccount,
    keys=own_account,
    decide=_decide_change,
    roles=("security_admin",),
    matter_field="account",
    icon="user",
    surfaces=(),
)
CLOSE_ACCOUNT: Command[CloseAccount] = Command(
    name="gateway.close_account",
    struct=CloseAccount,
    keys=own_account,
    decide=_decide_close,
    roles=("system_admin",),
    matter_field="account",
    tone="danger",
    icon="user",
    surfaces=(),
)
SET_CREDENTIAL: Command[SetCredential] = Command(
    name="gateway.set_credential",
    struct=SetCredential,
    keys=own_account,
    decide=_decide_credential,
    internal=True,
)
