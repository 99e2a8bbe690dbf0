"""A dataset on a real PostgreSQL, over HTTP: asked for, granted, taken out masked, revoked, and in the ledger."""

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, cast

import httpx
import openpyxl
import pytest_asyncio
from shuniu.chassis.context import Actor
from shuniu.chassis.datasets import Dataset, datasets
from shuniu.chassis.datasets.grants import DATASET_STATEMENTS
from shuniu.chassis.host import Host
from shuniu.chassis.identity import Issuer
from shuniu.chassis.processor import Submission
from shuniu.chassis.service import Catalogue
from shuniu.contracts.text import Text
from shuniu.testing import deposits, lostproperty
from shuniu.testing.servers import Hosts, ManualClock

(DEPOSITS,) = lostproperty.service.sheets
OFFERED = datasets(
    Dataset(name="deposits", sheet=DEPOSITS, subject="PERSON", share="CONDITIONAL", level="L3"),
    texts=Catalogue({"dataset.deposits": Text("寄存", "Deposits"), "dataset_condition.deposits": Text("限", "For")}),
)
BASE = lostproperty.service
SERVICE = replace(
    BASE,
    texts=Catalogue({**BASE.texts, **OFFERED.texts}),
    rows=(*BASE.rows, *OFFERED.rows),
    commands=(*BASE.commands, *OFFERED.commands),
    facts=tuple(dict.fromkeys((*BASE.facts, *OFFERED.facts))),
    routes=(*BASE.routes, *OFFERED.routes),
    handlers=(*BASE.handlers, *OFFERED.handlers),
    datasets=OFFERED.datasets,
)


class Office:
    """Asks as whoever a test says."""

    def __init__(self, host: Host, client: httpx.AsyncClient) -> None:
        self.host, self.client = host, client
        self.issuer = Issuer.load(host.deployment.keys_dir, f"/{host.scope}/gateway")
        self._n = 0

    def auth(self, *roles: str, **more: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.issuer.issue('a-1', roles=roles, **more).token}"}

    async def do(self, command: str, auth: dict[str, str], **body: Any) -> httpx.Response:
        self._n += 1
        headers = {**auth, "Idempotency-Key": f"data-key-{self._n}"}
        return await self.client.post(f"/commands/{command}", json=body, headers=headers)


@pytest_asyncio.fixture
async def office(hosts: Hosts) -> AsyncIterator[Office]:
    host = await hosts.start(SERVICE, clock=ManualClock(datetime(2026, 11, 2, 1, tzinfo=UTC)), bus=False)
    for statement in DATASET_STATEMENTS:
        await host.pool.execute(statement)
    transport = httpx.ASGITransport(app=cast("Any", host.app), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service", timeout=60) as client:
        yield Office(host, client)


async def test_data_leave_masked_under_a_grant_and_every_taking_is_in_the_ledger(office: Office) -> None:
    scope = office.host.scope
    steward = office.auth("data_steward", areas=(scope,))
    police = office.auth("duty_officer", areas=(), units=("jj",))
    row = deposits.DepositRow(
        tag="A1", title="黑伞", category="umbrella", area=f"{scope}001", shelf=3, value=1250, left_on=date(2026, 11, 1),
        fragile=None, remark=None, owner_name="张三丰", owner_phone="13812345678",
    )  # fmt: skip
    keeper = Actor(id="k", roles=frozenset(("keeper",)), areas=(scope,))
    entered = Submission(
        command=deposits.TAKE_DEPOSITS, body=deposits.TakeDeposits(rows=(row,)), actor=keeper, key="deposits-1",
        request_hash=b"",
    )  # fmt: skip
    await office.host.processor.submit(entered)

    (offered,) = (await office.client.get("/manifest")).json()["datasets"]
    assert (offered["name"], offered["share"], offered["ask"]) == ("deposits", "CONDITIONAL", "data.ask")
    asked = await office.do(
        "data.ask", police, dataset="deposits", data_unit="jj", data_basis="STATUTORY_DUTY",
        data_purpose="核对失主", data_until="2026-12-01", data_columns=["tag", "owner_name", "owner_phone"],
    )  # fmt: skip
    grant = asked.json()["matter"]["id"]
    early = await office.do("data.fetch", police, data_grant=grant)
    assert (early.status_code, early.json()["rule"]) == (409, "dataset.fetch_granted")
    assert (await office.do("data.grant", steward, data_grant=grant)).status_code == 200

    stranger = office.auth("duty_officer", areas=(scope,), units=("cg",))
    other = await office.do("data.fetch", stranger, data_grant=grant)
    assert (other.status_code, other.json()["rule"]) == (403, "dataset.other_unit")
    taken = (await office.do("data.fetch", police, data_grant=grant)).json()["answer"]
    file = await office.client.get(f"/blobs/{taken['blob']['sha256']}", headers=police)
    page = openpyxl.load_workbook(io.BytesIO(file.content)).worksheets[0]
    assert [list(row) for row in page.iter_rows(values_only=True)][1:] == [["A1", "张**", "138****5678"]]

    for reader, lines in ((police, 1), (stranger, 0)):
        assert len((await office.client.get("/data/uses", headers=reader)).json()["rows"]) == lines
    ledger = (await office.client.get("/data/uses", headers=steward)).json()["rows"]
    assert [(line["unit"], line["used"], line["rows"]) for line in ledger] == [("jj", 1, 1)]
    revoked = await office.do("data.revoke", steward, data_grant=grant, data_reason="核对完毕")
    assert revoked.status_code == 200
    assert (await office.do("data.fetch", police, data_grant=grant)).json()["rule"] == "dataset.fetch_granted"
    detail = (await office.client.get(f"/matters/data_grant/{grant}/detail", headers=police)).json()
    assert {"核对失主", "核对完毕"} <= {f["value"] for f in detail["fields"]}
    audit = await office.host.pool.fetch("select allowed, rule from audit where command = 'data.fetch' order by at")
    assert [(row["allowed"], row["rule"]) for row in audit].count((True, "")) == 1
