"""Revocations: an account changed at the gateway is refused its older tokens by every other service, over the bus."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from shuniu.chassis.audit_seal import AuditSealer, check_seal
from shuniu.chassis.clock import RealClock
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.identity import REVOCATIONS, Issuer, Unauthenticated, Verifier, signing_key
from shuniu.chassis.processor import Submission
from shuniu.chassis.service import Catalogue, Command, Received, Service
from shuniu.contracts.envelope import CloudEvent
from shuniu.contracts.gateway import AccountClosed
from shuniu.testing.waiting import until


class Close(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    account: str


CLOSE = Command(
    "gateway.close",
    Close,
    lambda c, ctx: [],
    lambda rows, c, ctx: Decision((Emit(AccountClosed(account=c.account, reason="left"), ()),)),
)
DIRECTORY = Service(
    name="gateway",
    version="0",
    package="no_migrations_of_its_own",
    texts=Catalogue({}),
    commands=(CLOSE,),
    facts=(AccountClosed,),
)


def refused(verifier: Verifier, token: str) -> str:
    try:
        verifier.verify(token)
    except Unauthenticated as refusal:
        return refusal.rule
    return ""


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> None:
    """An importable package without migrations."""
    import sys
    import types

    monkeypatch.setitem(sys.modules, "no_migrations_of_its_own", types.ModuleType("no_migrations_of_its_own"))


@pytest.mark.usefixtures("package")
async def test_a_closed_account_is_refused_by_every_service(hosts: Any) -> None:
    from edge_toybox import service
    from shuniu.chassis.context import Actor

    gateway = await hosts.start(DIRECTORY)
    toybox = await hosts.start(service)
    issuer = Issuer.load(hosts.keys_dir, gateway.source)
    closed, other = issuer.issue("a-1").token, issuer.issue("a-2").token
    assert refused(toybox.verifier, closed) == ""
    sent = Submission(command=CLOSE, body=Close("a-1"), actor=Actor("admin"), key="close-a-1")
    await gateway.processor.submit(sent)
    await until(lambda: refused(toybox.verifier, closed) == "access.token_revoked")
    await until(lambda: refused(gateway.verifier, closed) == "access.token_revoked")
    assert refused(toybox.verifier, other) == ""
    assert refused(toybox.verifier, issuer.issue("a-1").token) == ""
    restarted = await hosts.start(service, bus=False, database_url=toybox.deployment.database_url)
    assert refused(restarted.verifier, closed) == "access.token_revoked"


async def test_old_events_met_again_revoke_nothing(caller: Any) -> None:
    host = caller.host
    host.clock = RealClock()
    old = datetime.now(UTC) - timedelta(minutes=11)
    raw = b'{"fact": {"account": "a-1", "reason": "left"}, "summary": {}}'
    event = CloudEvent(
        specversion="1.0",
        id="e-1",
        source=f"/{host.scope}/gateway",
        type="shuniu.gateway.account.closed.v1",
        subject="",
        time=old,
        datacontenttype="application/json",
        sequence="1",
        epoch="e",
        data=msgspec.json.decode(raw, type=CloudEvent.__annotations__["data"]),
    )
    async with host.pool.acquire() as conn:
        await REVOCATIONS.apply(conn, [Received(event, b"", host.scope, "gateway")], host)
        assert await conn.fetchval("select count(*) from revocation") == 0
        young = msgspec.structs.replace(event, time=datetime.now(UTC) - timedelta(minutes=1))
        await REVOCATIONS.apply(conn, [Received(young, b"", host.scope, "gateway")], host)
        assert await conn.fetchval("select count(*) from revocation") == 1


# --- the daily seal of the audit ------------------------------------------------------------------------------------


async def test_a_seal_shows_what_chains_cannot(caller: Any, tmp_path: Any) -> None:
    pool = caller.host.pool
    for _ in range(3):
        answer = await caller.do("toybox.wish", {"toy": "t"}, None)
        assert answer.status_code == 200
    key = signing_key(tmp_path, "/320199001/toybox", "audit")
    now = datetime(2026, 11, 2, 16, 30, tzinfo=UTC)  # 00:30 of the third in Shanghai
    sealer = AuditSealer(pool, tmp_path / "audit", key, "toybox", "320199001", lambda: now)
    path = await sealer.seal_if_due()
    assert path is not None
    assert path.name == "2026-11-02.json"
    assert await sealer.seal_if_due() is None
    from shuniu.chassis.audit_seal import AuditSeal

    seal = msgspec.json.decode(path.read_bytes(), type=AuditSeal)
    assert [end.n for end in seal.chains] == [3]
    assert await check_seal(pool, seal, key.public_key()) == []
    forged = msgspec.structs.replace(seal, chains=())
    assert [f.reason for f in await check_seal(pool, forged, key.public_key())] == ["signature"]
    await pool.execute("delete from audit where n = 3")
    assert [f.reason for f in await check_seal(pool, seal, key.public_key())] == ["lost"]
    await pool.execute("delete from audit")
    assert [f.reason for f in await check_seal(pool, seal, key.public_key())] == ["lost"]
