"""The embedded database, as a real server."""

import os
import stat
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from shuniu.runtime.child import SetUpError
from shuniu.runtime.postgres import EmbeddedPostgres, change_of_user, postgres_folder


async def _one(dsn: str, query: str) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


@pytest.fixture
def postgres(folder: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(folder, durable=False)


async def test_commits_outlive_kill_stop_and_a_new_supervisor(postgres: EmbeddedPostgres, folder: Path) -> None:
    async with postgres:
        dsn = await postgres.ensure_database("grid")
        await _one(dsn, "create table t (n int)")
        await _one(dsn, "insert into t values (1)")
        await postgres.kill()
        assert not postgres.child.alive
        await postgres.start()
        assert await _one(dsn, "select count(*) from t") == 1
        await postgres.restart()
        assert await _one(dsn, "select count(*) from t") == 1
    async with EmbeddedPostgres(folder) as later:
        assert await later.ensure_database("grid") == dsn
        assert await _one(dsn, "select count(*) from t") == 1


async def test_is_safe_and_speaks_chinese(postgres: EmbeddedPostgres) -> None:
    async with postgres:
        dsn = await postgres.ensure_database("grid")
        for name in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
            assert await _one(dsn, f"show {name}") == "on", name
        assert await _one(dsn, "show listen_addresses") == ""
        assert await _one(dsn, "select current_user") == "grid"
        assert not await _one(dsn, "select rolsuper from pg_roles where rolname = current_user")
        await _one(dsn, "create extension pg_trgm")
        assert await _one(dsn, "select cardinality(show_trgm('网格员上报'))") == 6
        assert stat.S_IMODE(postgres.socket_folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(postgres.data.stat().st_mode) == 0o700
    assert not postgres.socket_folder.exists()


async def test_a_service_cannot_enter_another_ones_database(postgres: EmbeddedPostgres) -> None:
    async with postgres:
        await postgres.ensure_database("grid")
        await postgres.ensure_database("whistle")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(postgres.dsn("whistle", "grid"))


async def test_over_tcp_only_with_the_password(folder: Path) -> None:
    async with EmbeddedPostgres(folder, tcp=True, durable=False) as postgres:
        await postgres.ensure_database("grid")
        assert await _one(postgres.tcp_dsn("grid"), "select current_user") == "grid"
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(host="127.0.0.1", port=postgres.tcp_port, user="grid", database="grid", password="x")


async def test_a_half_made_cluster_does_not_count(postgres: EmbeddedPostgres, folder: Path) -> None:
    (folder / "pg.init").mkdir()
    (folder / "pg.init" / "PG_VERSION").write_text("18\n")
    async with postgres:
        assert await _one(postgres.dsn("shuniu", "postgres"), "select 1") == 1
    assert not (folder / "pg.init").exists()


async def test_refuses_files_of_another_major_version(postgres: EmbeddedPostgres, folder: Path) -> None:
    postgres.data.mkdir(mode=0o700)
    (postgres.data / "PG_VERSION").write_text("11\n")
    with pytest.raises(SetUpError, match="made by PostgreSQL 11"):
        await postgres.start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a user to give up")
async def test_root_becomes_nobody_where_there_are_no_namespaces(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUNIU_PG_USER", "nobody")
    async with EmbeddedPostgres(folder, durable=False) as postgres:
        dsn = await postgres.ensure_database("grid")
        await _one(dsn, "create table t (n int)")
        assert postgres.data.stat().st_uid == 65534
    monkeypatch.delenv("SHUNIU_PG_USER")
    # The same files serve the other way of being no root.
    async with EmbeddedPostgres(folder) as postgres:
        assert await _one(dsn, "select count(*) from t") == 0


def test_an_ordinary_user_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert change_of_user(postgres_folder()) == []
