"""What anybody may ask without signing in, and nothing else."""

from contextlib import AsyncExitStack
from dataclasses import replace

import httpx
import pytest_asyncio
from litestar import get
from shuniu.contracts.manifest import Route
from shuniu.contracts.text import Text
from shuniu.testing.lostproperty import service as lostproperty
from shuniu.testing.servers import Hosts
from shuniu.testing.waiting import until
from shuniu_gateway import service as gateway

from .conftest import serve


@get("/opening-hours", opt={"public": True})
async def opening_hours() -> dict[str, str]:
    """Something everybody may know."""
    return {"open": "09:00", "close": "17:00"}


@get("/keepers")
async def keepers() -> dict[str, int]:
    """Something they may not."""
    return {"keepers": 2}


@pytest_asyncio.fixture
async def anybody(hosts: Hosts):
    """Somebody without an account before a gateway and a service with one public route and one public action."""
    find = lostproperty.command("lostproperty.find")

    def anybody_finds(rows, body, ctx):
        return find.decide(rows, body, replace(ctx, actor=replace(ctx.actor, areas=(hosts.scope,))))

    open_find = replace(find, public=True, roles=(), decide=anybody_finds)
    commands = tuple(open_find if c is find else c for c in lostproperty.commands)
    routes = (
        Route(path="/opening-hours", title=Text("开放时间", "Opening hours"), public=True),
        Route(path="/keepers", title=Text("值守", "Keepers")),
    )
    open_service = replace(lostproperty, commands=commands, routes=routes, handlers=(opening_hours, keepers))
    async with AsyncExitStack() as stack:
        host = await hosts.start(gateway)
        await hosts.start(open_service)
        url = await serve(host, stack)
        await until(lambda: host.extras["presence"].manifest("lostproperty"))
        async with httpx.AsyncClient(base_url=f"{url}/api/v1/public", timeout=20) as client:
            client.scope = hosts.scope
            yield client


async def test_only_what_is_declared_public_is_shown_and_reached(anybody):
    services = (await anybody.get("/services")).json()["services"]
    (shown,) = [s for s in services if s["service"] == "lostproperty"]
    assert [r["path"] for r in shown["routes"]] == ["/opening-hours"]
    assert [a["name"] for a in shown["actions"]] == ["lostproperty.find"]
    hours = await anybody.get("/services/lostproperty/x/opening-hours")
    assert (hours.status_code, hours.json()["open"]) == (200, "09:00")
    for path in ("/services/lostproperty/x/keepers", "/services/lostproperty/x/log", "/services/nobody/x/a"):
        refused = await anybody.get(path)
        assert (refused.status_code, refused.headers["content-type"]) == (404, "application/problem+json"), path


async def test_a_public_action_is_taken_once_and_others_do_not_exist(anybody):
    body = {"category": "umbrella", "area": f"{anybody.scope}001"}
    key = {"Idempotency-Key": "somebody-0001"}
    first = await anybody.post("/do/lostproperty/lostproperty.find", json=body, headers=key)
    again = await anybody.post("/do/lostproperty/lostproperty.find", json=body, headers=key)
    assert first.status_code == 200, first.text
    assert again.json() == first.json()
    for action in ("lostproperty.hand_back", "lostproperty.open_cupboard"):
        refused = await anybody.post(f"/do/lostproperty/{action}", json={}, headers=key)
        assert refused.status_code == 404, action
    nameless = await anybody.post("/do/lostproperty/lostproperty.find", json=body)
    assert (nameless.status_code, nameless.json()["rule"]) == (400, "command.key_missing")


async def test_one_address_asks_so_many_times_a_minute(anybody):
    answers = [await anybody.get("/services/lostproperty/x/opening-hours") for _ in range(125)]
    late = [a for a in answers if a.status_code == 429]
    assert late
    assert late[0].json()["rule"] == "http.too_many"
