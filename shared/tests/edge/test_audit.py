"""The audit: chained, honest about what it lost, and patient with an absent database."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from shuniu.chassis import audit as module
from shuniu.chassis.audit import AuditEntry, AuditTrail, digest_algorithms, verify_audit

AT = datetime(2026, 11, 2, 1, 2, 3, 456789, tzinfo=UTC)
MAKE = {"area": "320199001001", "size": 3}


def entry(n: int = 0, **more: Any) -> AuditEntry:
    return AuditEntry(at=AT, actor=f"a-{n}", command="toybox.make", allowed=False, rule="access.role", **more)


async def write(caller: Any, trail: AuditTrail, *counts: int) -> None:
    """Seal and insert as the command processor does."""
    for count in counts:
        rows = trail.seal([entry(i) for i in range(count)])
        await caller.host.pool.execute(module._INSERT, *zip(*rows, strict=True))
        trail.committed(rows)


async def test_accepted_commands_are_in_the_audit_with_their_event(caller: Any) -> None:
    answer = (await caller.do("toybox.make", MAKE, caller.token("maker"), "audit-key")).json()
    row = await caller.host.pool.fetchrow("select * from audit where allowed")
    assert row["event"] == f"{answer['epoch']}-{answer['position']}"
    assert (row["actor"], row["command"], row["key"]) == ("a-1", "toybox.make", "audit-key")
    assert row["matter"] == answer["matter"]["id"]
    report = await verify_audit(caller.host.pool)
    assert (report.sound, report.rows) == (True, 1)


@pytest.mark.parametrize("algorithm", digest_algorithms())
async def test_a_sound_chain_verifies(caller: Any, algorithm: Any) -> None:
    trail = AuditTrail(caller.host.pool, "p", algorithm)
    await write(caller, trail, 3, 1, 250)
    report = await verify_audit(caller.host.pool)
    assert (report.chains, report.rows, report.faults) == (1, 254, ())


@pytest.mark.parametrize(
    ("tampering", "reasons"),
    [
        ("update audit set allowed = true where n = 3", {"digest"}),
        ("update audit set actor = 'x' where n = 3", {"digest"}),
        ("update audit set at = at + interval '1 microsecond' where n = 3", {"digest"}),
        ("update audit set detail = '{\"a\": 1}' where n = 3", {"digest"}),
        ("update audit set digest = sha256('x') where n = 3", {"digest", "link"}),
        ("delete from audit where n = 3", {"gap"}),
        ("delete from audit where n = 1", {"gap", "origin"}),
        ("update audit set n = 13 where n = 3", {"gap", "digest"}),
    ],
)
async def test_tampering_shows(caller: Any, tampering: str, reasons: set[str]) -> None:
    trail = AuditTrail(caller.host.pool, "p")
    await write(caller, trail, 5, 5)
    await caller.host.pool.execute(tampering)
    report = await verify_audit(caller.host.pool)
    assert not report.sound
    assert {f.reason for f in report.faults} >= reasons


async def test_a_batch_whose_commit_is_unknown_never_takes_a_place_twice(caller: Any) -> None:
    trail = AuditTrail(caller.host.pool, "p")
    await write(caller, trail, 2)
    lost = trail.seal([entry(7)])
    await caller.host.pool.execute(module._INSERT, *zip(*lost, strict=True))  # it did commit; nobody heard
    await write(caller, trail, 2)
    report = await verify_audit(caller.host.pool)
    assert (report.sound, report.chains, report.rows) == (True, 2, 5)


async def test_a_rolled_back_batch_leaves_no_gap(caller: Any) -> None:
    trail = AuditTrail(caller.host.pool, "p")
    await write(caller, trail, 2)
    trail.seal([entry(7)])
    await write(caller, trail, 2)
    report = await verify_audit(caller.host.pool)
    assert (report.sound, report.rows) == (True, 4)


async def test_two_starts_under_one_name_do_not_meet(caller: Any) -> None:
    for _ in range(2):
        await write(caller, AuditTrail(caller.host.pool, "same"), 3)
    report = await verify_audit(caller.host.pool)
    assert (report.sound, report.chains, report.rows) == (True, 2, 6)


async def test_texts_that_are_no_ids_do_no_harm(caller: Any) -> None:
    trail = AuditTrail(caller.host.pool, "p")
    await trail.start()
    trail.refused(entry(matter="x\x00y" + "z" * 5000))
    await trail.stop()
    assert await caller.host.pool.fetchval("select length(matter) from audit") == 199


async def test_refusals_outlive_an_absent_database(caller: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE_S", 0.01)
    tries = 0

    class Away:
        """The pool, with nobody there at first, and one commit whose answer is lost."""

        async def execute(self, sql: str, *args: Any, timeout: float) -> None:
            nonlocal tries
            tries += 1
            if tries < 3:
                raise ConnectionRefusedError
            await caller.host.pool.execute(sql, *args, timeout=timeout)
            if tries == 3:
                raise ConnectionResetError

    trail = AuditTrail(Away(), "p")  # type: ignore[arg-type]
    await trail.start()
    for i in range(700):
        trail.refused(entry(i))
    async with asyncio.timeout(10):
        await trail.drained()
    await trail.stop()
    assert [r["actor"] for r in await caller.host.pool.fetch("select actor from audit order by n")] == [
        f"a-{i}" for i in range(700)
    ]
    assert (await verify_audit(caller.host.pool)).sound


async def test_what_the_queue_cannot_hold_is_counted_in_the_audit_itself(
    caller: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 10)
    trail = AuditTrail(caller.host.pool, "p")
    for i in range(25):
        trail.refused(entry(i))
    assert (trail.waiting, trail.lost) == (10, 15)
    assert "being lost" in caplog.text
    await trail.start()
    await trail.stop()
    rows = await caller.host.pool.fetch("select command, detail from audit order by n")
    assert len(rows) == 11
    assert (rows[-1]["command"], rows[-1]["detail"]) == ("audit.lost", '{"entries": 15}')
    assert (await verify_audit(caller.host.pool)).sound
