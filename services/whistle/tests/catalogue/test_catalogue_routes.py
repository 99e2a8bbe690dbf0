"""The whistle list over HTTP: what holds today, the versions there are, the sheet out and in."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest_asyncio
from shuniu.chassis.identity import Issuer
from shuniu.testing.servers import Hosts, ManualClock
from shuniu_whistle import service
from shuniu_whistle.catalogue.entries import GROUPS, shipped

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


class Keeper:
    """The registrar's desk."""

    def __init__(self, host: Any, client: httpx.AsyncClient) -> None:
        self._client = client
        issuer = Issuer.load(host.deployment.keys_dir, f"/{host.scope}/gateway")
        token = issuer.issue("acc-registrar", roles=("registrar",), areas=(host.scope,)).token
        self._headers = {"Authorization": f"Bearer {token}"}
        self._n = 0

    async def do(self, move: str, **body: Any) -> Any:
        self._n += 1
        headers = {**self._headers, "Idempotency-Key": f"catalogue-test-{self._n}"}
        response = await self._client.post(f"/commands/catalogue.{move}", json=body, headers=headers)
        assert response.status_code == 200, response.text
        return response.json()["answer"]

    async def get(self, path: str) -> Any:
        response = await self._client.get(path, headers=self._headers)
        assert response.status_code == 200, response.text
        return response.json()

    async def raw(self, path: str) -> httpx.Response:
        return await self._client.get(path, headers=self._headers)


@pytest_asyncio.fixture
async def keeper(hosts: Hosts) -> AsyncIterator[Keeper]:
    host = await hosts.start(service, bus=False, clock=ManualClock(MONDAY))
    transport = httpx.ASGITransport(app=host.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        yield Keeper(host, client)


async def test_a_published_version_is_what_is_read_from_its_day_on(keeper: Keeper) -> None:
    before = await keeper.get("/items")
    assert {i["id"] for i in before["items"]} == {i.code for g in GROUPS for i in shipped(g)}
    await keeper.do("open_draft", group="URBAN")
    entry = {"group": "URBAN", "code": "BILLBOARD", "title_zh": "户外广告牌隐患", "directions": ["UP"]}
    await keeper.do("put_entry", **entry)
    assert (await keeper.do("publish", group="URBAN", valid_from="2026-11-25"))["version"] == "2026-2"
    assert (await keeper.get("/items"))["items"] == before["items"]
    later = await keeper.get("/items?on=2026-11-25")
    assert [i["version"] for i in later["items"] if i["id"] == "BILLBOARD"] == ["2026-2"]
    urban = [v for v in (await keeper.get("/catalogue/versions"))["versions"] if v["group"] == "URBAN"]
    assert [(v["version"], v["in_force"]) for v in urban] == [("2026-1", True), ("2026-2", False)]
    table = await keeper.get("/catalogue/panel")
    assert len(table["rows"]) == len(before["items"])


async def test_the_list_goes_out_as_a_sheet(keeper: Keeper) -> None:
    names = [s["name"] for s in (await keeper.get("/manifest"))["sheets"]]
    assert "catalogue" in names
    response = await keeper.raw("/sheets/catalogue?format=csv")
    assert response.status_code == 200, response.text
    assert "FLYING_WIRE" in response.text
