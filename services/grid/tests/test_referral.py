"""A referral over the real bus: another service answers, and the event moves by reaction (architecture idea 7)."""

from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import pytest
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.identity import Issuer
from shuniu.chassis.log import read_page
from shuniu.chassis.rows import Rows
from shuniu.chassis.service import Catalogue, Command, Reaction, Received, Service
from shuniu.contracts.referral import ReferralMade, ReferralRefused, ReferralSettled, ReferralTaken
from shuniu.contracts.text import Text
from shuniu.testing.servers import ManualClock
from shuniu.testing.waiting import until
from shuniu_grid import service

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


class TakeUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Take a referral up and answer it at once, solved or refused as its reason says."""

    made_by: str
    made: ReferralMade


def _take_up(rows: Rows, c: TakeUp, ctx: Context) -> Decision:
    made = c.made
    if made.reason == "NO_POWERS":
        refused = ReferralRefused(referral=made.referral, made_by=c.made_by, reason="OFF_LIST")
        return Decision((Emit(refused, ()),))
    matter = ctx.new_id()
    taken = ReferralTaken(referral=made.referral, made_by=c.made_by, kind="errand", matter=matter, number="ER1")
    settled = ReferralSettled(referral=made.referral, made_by=c.made_by, kind="errand", matter=matter, outcome="solved")
    return Decision((Emit(taken, ()), Emit(settled, ())))


TAKE_UP: Command[TakeUp] = Command("errand.take_up", TakeUp, lambda c, ctx: (), _take_up, internal=True)


def _on_made(received: Received[Any]) -> tuple[Command[Any], msgspec.Struct] | None:
    return TAKE_UP, TakeUp(received.event.source, received.fact(ReferralMade))


ERRANDS = Service(
    name="errand",
    version="1",
    package="shuniu.testing",
    texts=Catalogue({"service.title": Text("代办", "Errands"), "service.summary": Text("代办", "Errands")}),
    commands=(TAKE_UP,),
    facts=(ReferralTaken, ReferralRefused, ReferralSettled),
    reactions=(Reaction("referrals", ("*",), ("referral.made.v1",), _on_made),),
)


@pytest.mark.parametrize(("reason", "status"), [("BEYOND_GRID", "FED_BACK"), ("NO_POWERS", "PROCESSING")])
async def test_a_referral_comes_back_over_the_bus(hosts, reason, status):
    clock = ManualClock(MONDAY)
    grid = await hosts.start(service, clock=clock)
    scope = grid.scope
    issuer = Issuer.load(grid.deployment.keys_dir, f"/{scope}/gateway")
    transport = httpx.ASGITransport(app=grid.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://grid") as client:

        async def do(role: str, name: str, body: Any) -> Any:
            token = issuer.issue(f"acc-{role}", roles=(role,), areas=(scope,)).token
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"referral-{name}"}
            response = await client.post(f"/commands/grid.{name}", json=body, headers=headers)
            assert response.status_code == 200, response.text
            return response.json()

        codes = (scope, f"{scope}001", f"{scope}001001")
        await do("registrar", "import_areas", {"areas": [{"code": c, "title": {"zh": c, "en": c}} for c in codes]})
        body = {"place": {"name": "双安巷"}, "area": codes[-1], "category": "E0101"}
        event = (await do("grid_worker", "report", body))["matter"]["id"]
        made = await do("dispatcher", "refer", {"event": event, "reason": reason})
        # The target comes up after the referral was made: an absent target is an open referral, not an error.
        await hosts.start(ERRANDS, clock=clock)

        async def stands() -> bool:
            found = await grid.pool.fetchval("select status from grid_event where key = $1", event)
            return bool(found == status)

        await until(stands, within=30)
        page = await read_page(grid.pool, made["position"], 100)
        told = [msgspec.json.decode(e)["type"].removeprefix("shuniu.grid.event.") for e in page.events]
        wanted = ["referral_taken.v1", "referral_settled.v1"] if status == "FED_BACK" else ["referral_back.v1"]
        assert told == wanted, "each answer has one effect"
