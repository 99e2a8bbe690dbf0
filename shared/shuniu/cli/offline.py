"""Commands on databases while no service runs for others."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import click

from shuniu.chassis.migrate import NewerSchema, migrate, steps_of
from shuniu.runtime.child import SetUpError
from shuniu.runtime.installed import InstalledService
from shuniu.runtime.postgres import EmbeddedPostgres
from shuniu.runtime.settings import database_from
from shuniu.runtime.state import StateFolder


@asynccontextmanager
async def databases(names: Sequence[str], state: Path) -> AsyncIterator[dict[str, str]]:
    """Addresses of the services' databases: the environment's, else embedded ones started for the time being."""
    found = {name: database_from(name) for name in names}
    if all(found.values()):
        yield found
        return
    folder = StateFolder(state)
    folder.hold()
    try:
        async with EmbeddedPostgres(folder.path / "postgres", keys=folder.keys) as postgres:
            yield {name: url or await postgres.ensure_database(name) for name, url in found.items()}
    finally:
        folder.release()


async def migrate_services(services: Sequence[InstalledService], state: Path) -> None:
    """Apply what is missing and say what was applied."""
    loaded = {service.name: service.load() for service in services}
    async with databases(list(loaded), state) as addresses:
        for name, service in loaded.items():
            try:
                connection = await asyncpg.connect(addresses[name], timeout=10)
                try:
                    applied = await migrate(connection, steps_of(service.package))
                finally:
                    await connection.close()
            except NewerSchema as error:
                raise SetUpError(f"{name}: {error}.") from error
            except (OSError, asyncpg.PostgresError) as error:
                raise SetUpError(f"{name}: the database could not be migrated: {error}") from error
            click.echo(f"{name}: {', '.join(applied) or 'up to date'}")
