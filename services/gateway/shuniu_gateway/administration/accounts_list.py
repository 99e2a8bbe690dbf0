"""The accounts as administrators see them: what they may do and how they sign in, never a secret."""

from typing import Any, Literal

import msgspec
from shuniu.contracts.text import Text

from shuniu_gateway.accounts import Account
from shuniu_gateway.tables import AccountTable

__all__ = ("AccountRow", "Accounts", "State", "list_accounts", "logins_of")

State = Literal["live", "closed", "all"]


class AccountRow(msgspec.Struct, frozen=True, kw_only=True):
    """An account in the list. ``credential``: it has a password or key; ``must_change``: only a first one."""

    id: str
    login: str
    title: Text
    holder: Literal["person", "program"]
    roles: tuple[str, ...]
    areas: tuple[str, ...]
    units: tuple[str, ...]
    clearance: int
    closed: bool
    credential: bool
    must_change: bool
    second_factor: bool
    needs_factor: bool


class Accounts(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /accounts``; ``total`` counts what did not fit too."""

    total: int
    accounts: tuple[AccountRow, ...]


def _row(account: Account, needing: frozenset[str]) -> AccountRow:
    return AccountRow(
        id=account.id,
        login=account.login,
        title=account.title,
        holder=account.holder,
        roles=account.roles,
        areas=account.areas,
        units=account.units,
        clearance=account.clearance,
        closed=account.closed,
        credential=bool(account.credential),
        must_change=account.must_change,
        second_factor=bool(account.factor),
        needs_factor=account.holder == "person" and not needing.isdisjoint(account.roles),
    )


async def list_accounts(q: str, role: str, state: State, limit: int, offset: int, needing: frozenset[str]) -> Accounts:
    """Accounts by login; ``q`` is part of a login or of a title. ``needing``: roles that need a second factor."""
    where = (
        " where ({} = '' or strpos(lower(doc->>'login' || ' ' || (doc->'title'->>'zh') || ' ' ||"
        " (doc->'title'->>'en')), {}) > 0) and ({} = '' or doc->'roles' ? {})"
        " and ({} = 'all' or coalesce((doc->>'closed')::boolean, false) = ({} = 'closed'))"
    )
    given: tuple[Any, ...] = (q.lower(), q.lower(), role, role, state, state)
    counted = await AccountTable.raw(f"select count(*) as n from account{where}", *given)
    rows = await AccountTable.raw(
        f"select doc from account{where} order by doc->>'login' limit {int(limit)} offset {int(offset)}", *given
    )
    accounts = (msgspec.json.decode(row["doc"], type=Account) for row in rows)
    return Accounts(total=counted[0]["n"], accounts=tuple(_row(account, needing) for account in accounts))


async def logins_of(ids: set[str]) -> dict[str, tuple[str, Text]]:
    """Login and post title of account ids, as far as they are ours."""
    rows = await AccountTable.select(AccountTable.doc).where(AccountTable.key.is_in(sorted(ids))) if ids else []
    accounts = (msgspec.json.decode(row["doc"], type=Account) for row in rows)
    return {account.id: (account.login, account.title) for account in accounts}
