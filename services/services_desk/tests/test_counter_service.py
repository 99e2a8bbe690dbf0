"""Two clerks at once over the real stack: one wins, the other gets a clear 409, and what stands is right."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest_asyncio
from shuniu.chassis.identity import Issuer
from shuniu.testing.servers import Hosts, ManualClock
from shuniu.testing.waiting import until
from shuniu_services_desk import service

from .conftest import guide
from .test_service import MONDAY, WHO
from .test_service import Desk as HttpDesk


class Desk(HttpDesk):
    """The desk over HTTP, with a second clerk."""

    def headers(self, who: str) -> dict[str, str]:
        if who != "colleague":
            return super().headers(who)
        self._n += 1
        issuer = Issuer.load(self.host.deployment.keys_dir, f"/{self.host.scope}/gateway")
        token = issuer.issue(who, roles=("desk_clerk",), areas=(self.host.scope,)).token
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": f"desk-test-{self._n}"}

    async def post(self, label: str, who: str) -> str:
        """A post somebody is on duty at."""
        made: str = (await self.do("leader", "post.set_up", label=label))["post"]
        await self.do(who, "post.begin", post=made)
        return made


async def opened(hosts: Hosts, *, bus: bool) -> tuple[Any, httpx.AsyncClient]:
    host = await hosts.start(service, clock=ManualClock(MONDAY), bus=bus)
    transport = httpx.ASGITransport(app=host.app, raise_app_exceptions=False)
    return host, httpx.AsyncClient(transport=transport, base_url="http://desk")


async def settled(host: Any, client: httpx.AsyncClient) -> Desk:
    made = Desk(host, client)
    await made.do("leader", "guide.put", **{**guide("GG-01"), "body": "street-office"})
    await made.do("leader", "guide.publish", item="GG-01", valid_from="2026-11-23")
    return made


@pytest_asyncio.fixture
async def desk(hosts: Hosts) -> AsyncIterator[Desk]:
    host, client = await opened(hosts, bus=False)
    async with client:
        yield await settled(host, client)


async def test_two_clerks_reach_for_one_number_and_one_gets_it(desk: Desk) -> None:
    one, two = await desk.post("1号窗口", "clerk"), await desk.post("2号窗口", "colleague")
    for n in range(1, 6):
        number = (await desk.do("nobody", "queue.take", item="GG-01"))["number"]
        assert number == f"{n:03d}"
        answers = await asyncio.gather(
            desk.ask("clerk", "queue.call", post=one, number=number),
            desk.ask("colleague", "queue.call", post=two, number=number),
        )
        assert sorted(a.status_code for a in answers) == [200, 409]
        lost = next(a for a in answers if a.status_code == 409).json()
        assert (lost["rule"], lost["state"], lost["event"]) == ("ticket.call_waiting", "CALLED", "call")
        won = ("clerk", one) if answers[0].status_code == 200 else ("colleague", two)
        board = (await desk.get("nobody", "/queue/board")).json()["rows"]
        assert [(r["number"], r["post"]) for r in board] == [(number, "1号窗口" if won[1] == one else "2号窗口")]
        await desk.do(won[0], "queue.start", post=won[1])
        await desk.do(won[0], "queue.finish", post=won[1])
    figures = (await desk.get("leader", "/queue/figures")).json()["rows"]
    assert figures[-1]["served"] == 5


async def test_clerks_who_call_the_next_at_once_get_different_numbers(desk: Desk) -> None:
    one, two = await desk.post("1号窗口", "clerk"), await desk.post("2号窗口", "colleague")
    for _ in range(2):
        await desk.do("nobody", "queue.take")
    calls = await asyncio.gather(desk.do("clerk", "queue.call", post=one), desk.do("colleague", "queue.call", post=two))
    assert {c["number"] for c in calls} == {"001", "002"}
    again = await asyncio.gather(*(desk.ask("clerk", "queue.start", post=one) for _ in range(2)))
    assert sorted(a.status_code for a in again) == [200, 409]


async def test_two_clerks_take_one_post_and_one_has_it(desk: Desk) -> None:
    post = (await desk.do("leader", "post.set_up", label="3号窗口"))["post"]
    answers = await asyncio.gather(*(desk.ask(who, "post.begin", post=post) for who in ("clerk", "colleague")))
    assert sorted(a.status_code for a in answers) == [200, 409]
    assert next(a for a in answers if a.status_code == 409).json()["rule"] == "post.begin_free"


async def test_two_clerks_act_on_one_case_and_one_wins(desk: Desk) -> None:
    body = {"items": ["GG-01"], "situation": {"agent": "no"}, "handed": ["ID", "FORM", "PROOF"], **WHO}
    for other, more in (("case.correct", {"materials": ["ID"]}), ("case.settle", {}), ("case.accept", {})):
        case = (await desk.do("clerk", "case.submit", **body))["case"]
        answers = await asyncio.gather(
            desk.ask("clerk", "case.accept", case=case), desk.ask("colleague", other, case=case, **more)
        )
        assert sorted(a.status_code for a in answers) == [200, 409], [a.text for a in answers]
        lost = next(a for a in answers if a.status_code == 409).json()
        head = (await desk.get("leader", f"/matters/desk_case/{case}")).json()
        assert lost["state"] == head["status"]
    assigned = await asyncio.gather(
        *(desk.ask("leader", "case.assign", case=case, clerk="clerk", expected_version=head["version"]) for _ in "ab")
    )
    assert sorted(a.status_code for a in assigned) == [200, 409]


async def test_a_life_event_of_one_visit_is_delivered_in_one_go(desk: Desk) -> None:
    await desk.do("leader", "guide.put", **{**guide("GG-02"), "body": "street-office"})
    await desk.do("leader", "guide.publish", item="GG-02", valid_from="2026-11-23")
    items = ["GG-01", "GG-02"]
    await desk.do("leader", "guide.set_life_event", life_event="HOME", title="安家一件事", items=items)
    body = {"items": items, "life_event": "HOME", "situation": {"agent": "no"}, "handed": ["ID", "FORM", "PROOF"]}
    cases = [c["case"] for c in (await desk.do("clerk", "case.submit", **body, **WHO))["cases"]]
    for case in cases:
        await desk.do("clerk", "case.accept", case=case)
    await desk.do("body", "case.decide", case=cases[0], grant=True)
    give = {"case": cases[0], "how": "PICK_UP", "together": True}
    assert (await desk.ask("clerk", "case.deliver", **give)).json()["rule"] == "case.visit_undecided"
    await desk.do("body", "case.decide", case=cases[1], grant=True)
    answers = await asyncio.gather(*(desk.ask(who, "case.deliver", **give) for who in ("clerk", "colleague")))
    assert sorted(a.status_code for a in answers) == [200, 409]
    listed = (await desk.get("leader", "/cases?status=DELIVERED")).json()
    assert {c["id"] for c in listed["items"]} == set(cases)


async def test_the_display_and_ones_own_number_need_no_sign_in(desk: Desk) -> None:
    post = await desk.post("1号窗口", "clerk")
    for _ in range(2):
        await desk.do("nobody", "queue.take", item="GG-01")
    desk.host.clock.advance(timedelta(minutes=9))
    standing = (await desk.get("nobody", "/queue/number?number=002")).json()
    assert (standing["status"], standing["before"]) == ("WAITING", 1)
    await desk.do("clerk", "queue.call", post=post)
    assert (await desk.get("nobody", "/queue/number?number=001")).json()["post"] == "1号窗口"
    await desk.get("nobody", "/queue/number?number=099", 404)
    rows = (await desk.get("leader", "/queue/figures")).json()["rows"]
    assert (rows[0]["median_wait"], rows[0]["served"], rows[0]["mean_served"]) == (9, 0, None)
    await desk.get("nobody", "/queue/figures", 401)
    await desk.get("stranger", "/queue/figures", 403)
    await desk.get("leader", "/queue/figures?day=tomorrow", 422)


async def test_an_assignment_is_suggested_with_its_reason_before_it_is_made(desk: Desk) -> None:
    body = {"items": ["GG-01"], "situation": {"agent": "no"}, "handed": ["ID"], **WHO}
    case = (await desk.do("clerk", "case.submit", **body))["case"]
    asked = await desk.client.post("/preview/case.assign", json={"case": case}, headers=desk.headers("leader"))
    assert asked.json()["suggestions"] == {} and "无人在岗" in asked.json()["notes"][0]["text"]["zh"]
    await desk.post("1号窗口", "clerk")
    asked = await desk.client.post("/preview/case.assign", json={"case": case}, headers=desk.headers("leader"))
    assert asked.json()["suggestions"] == {"clerk": "clerk"}
    assert "1号窗口" in asked.json()["notes"][0]["text"]["zh"]


async def test_what_comes_over_the_page_finds_its_clerk_over_the_bus(hosts: Hosts) -> None:
    host, client = await opened(hosts, bus=True)
    async with client:
        desk = await settled(host, client)
        await desk.post("1号窗口", "colleague")
        body = {"items": ["GG-01"], "situation": {"agent": "no"}, "handed": ["ID"], **WHO}
        case = (await desk.do("nobody", "case.apply", **body))["case"]

        async def assigned() -> bool:
            doc = await host.pool.fetchval("select doc->>'assignee' from desk_case where key = $1", case)
            return bool(doc == "colleague")

        await until(assigned, within=20)
