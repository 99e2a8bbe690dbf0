"""Two streets as two deployments on a real bus: a joint whistle there and back, and a bureau that acts from its own."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest_asyncio
from shuniu.chassis.identity import Issuer, pin, signing_key
from shuniu.testing.servers import Hosts, ManualClock
from shuniu.testing.waiting import until
from shuniu_whistle import service

from .test_service import MONDAY, Desk, seeded

BUREAU_SCOPE = "320100"
AGREED = """
[peer.{scope}]
title = {{ zh = "{scope}", en = "{scope}" }}
issuers = ["/{scope}/gateway"]
acts_for = ["cg"]
roles = ["duty_officer"]
[peer.{scope}.shares.whistle]
referrals = true
progress = true
"""


class Border:
    """Our street and the next one, each with its own keys, database and agreement."""

    def __init__(self, ours: Desk, theirs: Desk, keys: Path) -> None:
        self.ours = ours
        self.theirs = theirs
        self.keys = keys

    def bureau(self, **claims: Any) -> dict[str, str]:
        """A token of the district bureau's own issuer."""
        issuer = Issuer.load(self.keys / BUREAU_SCOPE, f"/{BUREAU_SCOPE}/gateway")
        given = {"roles": ("duty_officer", "party_secretary"), "units": ("cg", "jj"), **claims}
        self.ours._n += 1
        token = issuer.issue("acc-bureau", **given).token
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": f"bureau-test-{self.ours._n}"}


@pytest_asyncio.fixture
async def border(hosts: Hosts, tmp_path: Path) -> AsyncIterator[Border]:
    """Two deployments that have agreed on referrals and progress; a bureau that may act for cg with both."""
    base = hosts.scope[:7]
    scopes = [f"{base}81", f"{base}82"]
    keys = tmp_path / "keys"
    Issuer.load(keys / BUREAU_SCOPE, f"/{BUREAU_SCOPE}/gateway")
    for scope in scopes:
        Issuer.load(keys / scope, f"/{scope}/gateway")
    clock = ManualClock(MONDAY)
    desks: list[Desk] = []
    async with AsyncExitStack() as stack:
        for scope in scopes:
            others = [*(s for s in scopes if s != scope), BUREAU_SCOPE]
            for other in others:
                name = f"/{other}/gateway"
                pin(keys / scope, name, signing_key(keys / other, name).public_key())
            peers = tmp_path / f"{scope}.toml"
            peers.write_text("".join(AGREED.format(scope=other) for other in others), "utf-8")
            host = await hosts.start(service, clock=clock, scope=scope, keys_dir=keys / scope, peers_file=peers)
            await seeded(host)
            transport = httpx.ASGITransport(app=host.app)
            client = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://w"))
            desks.append(Desk(host, client))
        yield Border(desks[0], desks[1], keys)


async def test_a_joint_whistle_goes_there_and_back(border: Border) -> None:
    ours, theirs = border.ours, border.theirs
    plan = ours.plan(direction="CROSS", parties=[{"scope": theirs.scope}])
    await ours.do("clerk", "draft", **plan)
    await ours.do("clerk", "submit")
    callouts = (await ours.do("leader", "blow"))["callouts"]
    party = callouts[f"@{theirs.scope}"]

    async def drafted() -> Any:
        items = (await theirs.get("clerk", "/whistles"))["items"]
        return items[0] if items else None

    draft = await until(drafted, within=30)
    assert (draft["direction"], draft["status"]) == ("CROSS", "DRAFT")
    theirs.whistle = draft["id"]
    # Their own people move it on.
    await theirs.take("clerk", "amend", **theirs.plan())
    await theirs.do("clerk", "submit")
    await theirs.do("leader", "blow")

    async def part() -> dict[str, Any]:
        row = await ours.host.pool.fetchrow("select doc from whistle where key = $1", ours.whistle)
        doc = msgspec.json.decode(row["doc"])
        return next(c for c in doc["callouts"] if c["id"] == party)

    async def stands(status: str) -> bool:
        return (await part())["status"] == status

    await until(lambda: stands("SIGNED"), within=30)
    for who, action, more in (
        ("cg", "sign", {}),
        ("cg", "contact", {}),
        ("clerk", "report_in", {"where": "十字街", "people": 3}),
        ("cg", "start", {"measures": "定点值守"}),
    ):
        await theirs.take(who, action, **more)
    await until(lambda: stands("CONTACTED"), within=30)
    await ours.do("clerk", "report_in", callout=party, at=MONDAY.isoformat(), where="十字街", people=4)
    await until(lambda: stands("WORKING"), within=30)  # their later words may still be on the way
    await theirs.take("cg", "finish", evidence=[await theirs.photo()])
    await theirs.take("clerk", "rate", response=5, attitude=5, result=5)
    await theirs.take("clerk", "close")
    await until(lambda: stands("FINISHED"), within=30)
    # Nothing of what was said over there has crossed but the words of the referral.
    crossed = {e.type for e in await ours.events()}
    assert "shuniu.whistle.callout.rated.v1" not in crossed
    assert (await part())["answers"][0]["unit"] == "cg"


async def test_a_bureau_acts_on_its_callout_from_its_own_deployment_within_the_agreement(border: Border) -> None:
    ours = border.theirs  # the host that started last has the table classes of this process
    callouts = await ours.blown(co=["jj"])
    inbox = await ours.client.get("/inbox", headers=border.bureau())
    assert [i["unit"] for i in inbox.json()["items"]] == ["cg"]  # jj is not agreed
    body = {"whistle": ours.whistle, "callout": callouts["cg"]}
    offers = await ours.client.get(f"/matters/whistle/{ours.whistle}/actions", headers=border.bureau())
    assert {o["action"] for o in offers.json()["offers"]} == {"whistle.sign", "whistle.object"}
    signed = await ours.client.post("/commands/whistle.sign", json=body, headers=border.bureau())
    assert signed.status_code == 200, signed.text
    assert (await ours.events())[-1].actor == f"acc-bureau@{BUREAU_SCOPE}"
    other = {"whistle": ours.whistle, "callout": callouts["jj"]}
    refused = await ours.client.post("/commands/whistle.sign", json=other, headers=border.bureau())
    assert (refused.status_code, refused.json()["rule"]) == (403, "access.unit")
    # A role it claims beyond the agreement is none.
    raised = await ours.client.post(
        "/commands/whistle.escalate", json={"whistle": ours.whistle, "reason": "久拖"}, headers=border.bureau()
    )
    assert raised.status_code == 403
