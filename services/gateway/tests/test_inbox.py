"""One inbox of all scopes that call a bureau: what other deployments share is seen, opened and acted on from here."""

import json
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from shuniu.chassis.context import Actor
from shuniu.chassis.host import Host
from shuniu.chassis.identity import Issuer, pin, signing_key
from shuniu.chassis.processor import Submission
from shuniu.runtime.settings import Deployment
from shuniu.testing import errands
from shuniu.testing.waiting import until
from shuniu_gateway.addresses import address, home

from .conftest import Street

UNIT = "cg"


class Neighbour:
    """Another scope's deployment with a service that calls the bureau's unit."""

    def __init__(self, host: Host) -> None:
        self.host = host

    @property
    def name(self) -> str:
        """What the bureau's API calls its service."""
        return f"errands@{self.host.scope}"

    async def open(self, unit: str, **more: Any) -> str:
        """An errand for a unit; its id."""
        answer = await self.give("open", errands.OPEN, errands.Open(area=self.host.scope, unit=unit, **more))
        return str(answer["errand"])

    async def give(self, name: str, command: Any, body: Any) -> Any:
        """A command of its own dispatcher."""
        actor = Actor("d", roles=frozenset({"dispatcher"}), areas=(self.host.scope,))
        key = f"test-{name}-{secrets.token_hex(6)}"
        return (await self.host.processor.submit(Submission(command=command, body=body, actor=actor, key=key))).answer


def write_peer(file: Path, scope: str, title: str, rest: str = "") -> None:
    """Add one agreement to a file of peers."""
    head = f'[peer.{scope}]\ntitle = {{ zh = "{title}", en = "{title}" }}\nissuers = ["/{scope}/gateway"]\n'
    before = file.read_text("utf-8") if file.exists() else ""
    draft = file.with_suffix(".draft")
    draft.write_text(f"{before}{head}{rest}\n", "utf-8")
    draft.replace(file)


async def start_neighbour(street: Street, scope: str, share: str) -> Neighbour:
    """A deployment of its own, agreed with the bureau in both directions."""
    bureau, folder = street.gateway, street.hosts.folder / scope
    folder.mkdir()
    Issuer.load(folder / "keys", f"/{scope}/gateway")
    for keys, other in ((folder / "keys", bureau.source), (bureau.deployment.keys_dir, f"/{scope}/gateway")):
        source = bureau.deployment.keys_dir if other == bureau.source else folder / "keys"
        pin(keys, other, signing_key(source, other).public_key())
    write_peer(folder / "peers.toml", street.scope, "城管局", share)
    deployment = Deployment(
        service="errands",
        scope=scope,
        database_url=await street.hosts.database("errands"),
        nats_url=bureau.deployment.nats_url,
        state_dir=folder / "errands",
        keys_dir=folder / "keys",
        instance=f"errands-{scope}",
    )
    host = Host(errands.service, deployment, street.clock)
    street.stack.push_async_callback(host.stop)
    await host.start()
    write_peer(street.hosts.folder / "peers.toml", scope, f"街道 {scope}", 'follows = ["errands"]')
    return Neighbour(host)


SHARE = f"""acts_for = ["{UNIT}"]
roles = ["runner"]
[peer.{{scope}}.shares.errands]
matters_of_units = ["{UNIT}"]
"""


@pytest_asyncio.fixture
async def neighbours(street: Street) -> AsyncIterator[list[Neighbour]]:
    """Two streets that call the bureau."""
    share = SHARE.replace("{scope}", street.scope)
    yield [await start_neighbour(street, scope, share) for scope in (f"{street.scope[:7]}81", f"{street.scope[:7]}82")]


async def test_a_bureau_has_one_inbox_of_all_scopes(street: Street, neighbours: list[Neighbour]) -> None:
    first, second = neighbours
    asked = [await first.open(UNIT), await second.open(UNIT)]
    hidden = await first.open("police")
    admin = await street.browser("admin")
    await street.open_account(admin, "officer", ["runner"], units=[UNIT], areas=[])
    officer = await street.browser("officer")

    async def inbox() -> Any:
        items = (await officer.get("/matters", unit=UNIT))["items"]
        return items if len(items) == 2 else None

    items = await until(inbox, within=20)
    assert {item["id"] for item in items} == set(asked)
    assert {item["service"] for item in items} == {first.name, second.name}
    assert {item["source"] for item in items} == {first.host.source, second.host.source}
    assert (await admin.get("/matters", service=first.name))["total"] <= 1
    assert hidden not in str(await admin.get("/matters"))

    async def drawn() -> Any:
        services = {s["service"]: s for s in (await officer.get("/view"))["services"]}
        mine = services.get(first.name)
        return mine if mine and mine["manifest"] else None

    shown = await until(drawn, within=20)
    assert (shown["scope"], shown["scope_title"]["zh"]) == (first.host.scope, f"街道 {first.host.scope}")
    assert shown["manifest"]["service"] == first.name, "a page finds titles under the same word"
    services = [s["service"] for s in (await officer.get("/view"))["services"]]
    assert services.index("lostproperty") < services.index(first.name), "our own stand first"


async def test_opening_and_acting_there_goes_to_the_owner(street: Street, neighbours: list[Neighbour]) -> None:
    first = neighbours[0]
    errand, elsewhere = await first.open(UNIT), await first.open("police")
    admin = await street.browser("admin")
    await street.open_account(admin, "officer", ["runner", "dispatcher"], units=[UNIT, "police"], areas=[])
    officer = await street.browser("officer")
    path = f"/matters/{first.name}/errand/{errand}"

    async def there() -> Any:
        response = await officer.client.get(f"/api/v1{path}")
        return response.json() if response.status_code == 200 else None

    page = await until(there, within=20)
    assert [step["service"] for step in page["timeline"]] == [first.name]
    detail = await officer.get(f"{path}/detail")
    assert detail["fields"][0]["value"] == UNIT

    async def offered() -> Any:
        return (await officer.get(f"{path}/actions"))["offers"]

    offer = (await until(offered, within=20))[0]
    assert (offer["service"], offer["action"]) == (first.name, "errands.finish")
    # Bounded by the owner: neither a role nor a unit that was not agreed.
    refused = await officer.send("POST", f"/do/{first.name}/errands.finish", {"errand": elsewhere})
    assert (refused.status_code, refused.json()["rule"]) == (403, "access.unit")
    refused = await officer.send("POST", f"/do/{first.name}/errands.open", {"area": first.host.scope, "unit": UNIT})
    assert (refused.status_code, refused.json()["rule"]) == (403, "access.role")
    done = await officer.do(offer["service"], offer["action"], offer["prefill"])
    after = f"{done['source']}@{done['epoch']}-{done['position']}"

    async def closed() -> Any:
        return not (await officer.get(path, after=after))["matter"]["open"]

    await until(closed, within=20)
    await first.host.stop()

    async def absent() -> Any:
        return (await officer.get(f"{path}/actions"))["absent"]

    await until(absent, within=20)
    assert (await officer.get(path))["matter"]["status"] == "DONE", "what is known is still shown"


async def test_what_is_not_shared_any_more_leaves_the_inbox(street: Street, neighbours: list[Neighbour]) -> None:
    first = neighbours[0]
    errand, other = await first.open(UNIT), await first.open(UNIT)
    admin = await street.browser("admin")
    await street.open_account(admin, "officer", ["runner"], units=[UNIT], areas=[])
    officer = await street.browser("officer")

    async def numbers() -> set[str]:
        return {item["id"] for item in (await officer.get("/matters"))["items"]}

    async def both() -> bool:
        return await numbers() == {errand, other}

    await until(both, within=20)
    feed = (await officer.get("/matters"))["feed"]
    await first.give("pass", errands.PASS, errands.Pass(errand=errand, unit="police"))

    async def one() -> bool:
        return await numbers() == {other}

    await until(one, within=20)
    response = await officer.client.get(f"/api/v1/matters/{first.name}/errand/{errand}")
    assert response.status_code == 404
    async with officer.client.stream("GET", "/api/v1/stream", params={"from": feed}) as stream:
        async for line in stream.aiter_lines():
            if line.startswith("data:") and errand in line:
                key = json.loads(line.removeprefix("data:"))
                break
    assert (key["service"], key["id"], key["number"]) == (first.name, errand, "")


async def test_there_is_no_door_to_a_scope_without_an_agreement(street: Street) -> None:
    keeper = await street.browser("keeper")
    for name in ("errands@320999999", "lostproperty@320999999", "errands@x", "Errands@320999999", "@320999999"):
        refused = await keeper.send("POST", f"/do/{name}/errands.open", {})
        assert (refused.status_code, refused.json()["rule"]) == (404, "service.unknown"), name


async def test_our_own_scope_may_be_spelled_out(street: Street) -> None:
    keeper = await street.browser("keeper")
    found = await street.find(keeper)
    assert (await keeper.get(f"/matters/lostproperty@{street.scope}/item/{found['matter']['id']}/actions"))["offers"]


def test_addresses_and_sources_name_the_same() -> None:
    own = "320199001"
    for source, name in (("/320199001/grid", "grid"), ("/320106/services_desk", "services_desk@320106")):
        assert (address(source, own), home(name, own)) == (name, source)
    assert home("grid@320199001", own) == "/320199001/grid"
