"""The register of documents alive: each service answers from its own database, whoever else lives in the process."""

from dataclasses import replace

import httpx
import msgspec
from shuniu.chassis.documents import documents
from shuniu.chassis.documents.tables import DOCUMENT_STATEMENTS, DOCUMENT_TABLE
from shuniu.chassis.host import Host
from shuniu.testing import lostproperty
from shuniu.testing.rulework import MONDAY
from shuniu.testing.servers import Hosts

CODE = "ABCDEFGHJKLMNPQR"
ISSUER = replace(lostproperty.service, handlers=documents.handlers, tables=documents.tables)
INSERT = f"insert into {DOCUMENT_TABLE} (key, version, schema, doc) values ($1, 1, 1, $2::jsonb)"


async def _started(hosts: Hosts, name: str) -> Host:
    host = await hosts.start(ISSUER, bus=False, database_url=await hosts.database(name))
    for statement in DOCUMENT_STATEMENTS:
        await host.pool.execute(statement)
    return host


async def _verify(host: Host) -> int:
    transport = httpx.ASGITransport(app=host.app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        return (await client.get(f"/verify/{CODE.lower()}")).status_code


async def test_a_document_is_found_where_it_was_issued_and_nowhere_else(hosts: Hosts) -> None:
    issuer, neighbour = await _started(hosts, "issuer"), await _started(hosts, "neighbour")
    doc = {"code": CODE, "kind": "certificate", "number": "ZM-1", "sha256": "0" * 64, "issued_at": MONDAY}
    await issuer.pool.execute(INSERT, CODE, msgspec.json.encode(doc).decode())
    assert (await _verify(issuer), await _verify(neighbour)) == (200, 404)
