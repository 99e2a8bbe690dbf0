"""The one migration runner: the chassis's tables, then the service's own, each step once, under a lock.

Expand and contract: a step may add, or remove what the release before no longer used. A service refuses a database
that a newer release has already migrated.
"""

import importlib
import pkgutil
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from shuniu.chassis.schema import CHASSIS_MIGRATIONS

if TYPE_CHECKING:
    import asyncpg

__all__ = ("NewerSchema", "Step", "migrate", "steps_of")

Step = tuple[str, tuple[str, ...]]
"""(name, SQL statements)"""

_LOCK = 0x5348554E  # "SHUN": one runner at a time on a database


class NewerSchema(Exception):  # noqa: N818 - what it found, in the words of the message
    """The database holds steps this release does not know."""


def steps_of(package: str) -> list[Step]:
    """The chassis's steps, then those of ``<package>.migrations``: modules ``m0001_….py`` with ``STATEMENTS``."""
    steps = list(CHASSIS_MIGRATIONS)
    try:
        folder = importlib.import_module(f"{package}.migrations")
    except ModuleNotFoundError as missing:
        if missing.name != f"{package}.migrations":
            raise
        return steps
    for name in sorted(m.name for m in pkgutil.iter_modules(folder.__path__) if m.name.startswith("m")):
        module = importlib.import_module(f"{package}.migrations.{name}")
        steps.append((f"{package}_{name}", tuple(module.STATEMENTS)))
    return steps


async def migrate(conn: "asyncpg.Connection[Any]", steps: Iterable[Step]) -> list[str]:
    """Apply what is missing and answer the names of what was applied. Raises NewerSchema."""
    applied: list[str] = []
    known = list(steps)
    await conn.execute(f"select pg_advisory_lock({_LOCK})")
    try:
        await conn.execute(
            "create table if not exists migration (name text primary key, at timestamptz not null default now())"
        )
        done = {r["name"] for r in await conn.fetch("select name from migration")}
        if unknown := sorted(done - {name for name, _ in known}):
            raise NewerSchema(f"the database was migrated by a newer release ({', '.join(unknown)})")
        for name, statements in known:
            if name in done:
                continue
            async with conn.transaction():
                await conn.execute("set local lock_timeout = '5s'")
                for statement in statements:
                    await conn.execute(statement)
                await conn.execute("insert into migration (name) values ($1)", name)
            applied.append(name)
    finally:
        await conn.execute(f"select pg_advisory_unlock({_LOCK})")
    return applied
