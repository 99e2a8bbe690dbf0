"""Deployments working together on a real bus and databases of their own: referrals, stubs, bounds, faults."""

from typing import Any

import msgspec
import pytest
from shuniu.chassis.log import renew_epoch
from shuniu.contracts.envelope import LogPage
from shuniu.rules.peering import is_withheld
from shuniu.testing.waiting import until

REFERRALS = "referrals = true"
ALL = 'referrals = true\nprogress = true\nmatters_of_units = ["cg"]'


async def pair(towns: Any, ours: str | None = ALL, theirs: str | None = ALL, **bounds: Any) -> tuple[Any, Any]:
    """Two towns that have agreed on something before they start."""
    a, b = await towns.build(start=False), await towns.build(start=False)
    a.agrees(b, ours, **bounds)
    b.agrees(a, theirs)
    await a.start()
    await b.start()
    return a, b


async def status_of(town: Any, errand: str, status: str) -> Any:
    async def is_so() -> Any:
        row = await town.errand(errand)
        return row if row.get("heard", "") == status else None

    return await until(is_so, within=15)


async def test_a_referral_crosses_and_each_answer_comes_back(towns: Any) -> None:
    a, b = await pair(towns, REFERRALS)
    mine = await a.open()
    await a.do("ask", errand=mine, to_scope=b.scope)
    taken = (await until(b.errands, within=15))[0]
    assert (taken["made_by"], taken["referral"], taken["unit"]) == (a.source, mine, "duty")
    await status_of(a, mine, f"taken by {b.scope}")
    await b.do("finish", b.token("runner", units=["duty"]), errand=taken["id"])
    await status_of(a, mine, f"settled by {b.scope}")
    await a.caught_up(b)
    assert [name for _, name in await a.heard(b)] == [
        "referral.taken.v1",
        "referral.progressed.v1",
        "referral.settled.v1",
    ]
    assert len(await b.errands()) == 1, "a referral has one effect"


async def test_a_units_own_answer_is_told_only_where_that_is_agreed(towns: Any) -> None:
    a, b = await pair(towns, REFERRALS, REFERRALS)
    mine = await a.open()
    await a.do("ask", errand=mine, to_scope=b.scope)
    taken = (await until(b.errands, within=15))[0]
    await b.do("finish", b.token("runner", units=["duty"]), errand=taken["id"])
    await status_of(a, mine, f"settled by {b.scope}")
    await a.caught_up(b)
    assert [name for _, name in await a.heard(b)] == ["referral.taken.v1", "referral.settled.v1"]


async def test_a_third_scope_learns_nothing_of_what_two_have_between_them(towns: Any) -> None:
    a, b = await pair(towns, REFERRALS)
    c = await towns.build(start=False)
    a.agrees(c, REFERRALS)
    b.agrees(c, REFERRALS)
    c.agrees(a, None)
    c.agrees(b, None)
    await c.start()
    mine = await a.open()
    await a.do("ask", errand=mine, to_scope=b.scope)
    await status_of(a, mine, f"taken by {b.scope}")
    await c.caught_up(a)
    await c.caught_up(b)
    assert (await c.heard(a), await c.heard(b), await c.errands()) == ([], [], [])


async def test_what_is_not_shared_keeps_its_place_and_nothing_else(towns: Any) -> None:
    a, b = await pair(towns)
    await a.open("cg")
    await a.open("police")
    await a.open("cg", sensitivity=3)
    await a.open("cg")
    await b.caught_up(a)
    assert await b.heard(a) == [(1, "errand.opened.v1"), (4, "errand.opened.v1")]
    page = await a.ask("GET", "/log?after=0", b.host.credential.token())
    events = msgspec.json.decode(page.content, type=LogPage).events
    assert [int(msgspec.json.decode(raw)["sequence"]) for raw in events] == [1, 2, 3, 4]
    hidden = [event for raw in events if is_withheld((event := msgspec.json.decode(raw))["type"], a.source)]
    assert [event["sequence"] for event in hidden] == ["2", "3"]
    assert b"police" not in page.content
    one = await a.ask("GET", "/log?after=1&limit=1", b.host.credential.token())
    assert len(msgspec.json.decode(one.content, type=LogPage).events) == 1


async def test_a_matter_that_leaves_a_scopes_sight_says_so_once(towns: Any) -> None:
    a, b = await pair(towns)
    errand = await a.open("cg")
    for unit in ("police", "fire", "cg", "police"):
        await a.do("pass", errand=errand, unit=unit)
    await b.caught_up(a)
    whole = [(1, "errand.opened.v1"), (2, "departed.v1"), (4, "errand.passed.v1"), (5, "departed.v1")]
    assert await b.heard(a) == whole
    for after in range(5):
        page = await a.ask("GET", f"/log?after={after}&limit=1", b.host.credential.token())
        event = msgspec.json.decode(msgspec.json.decode(page.content, type=LogPage).events[0])
        seen = dict(whole).get(after + 1)
        assert event["type"].endswith(seen or "withheld.v1"), "the same wherever a page begins"
        assert seen != "departed.v1" or event["data"] == {"fact": {"matter": errand}, "summary": {}}


async def test_a_scope_without_an_agreement_gets_nothing(towns: Any) -> None:
    a, b = await pair(towns, None, ALL)
    c = await towns.build(start=False)
    a.knows(c)
    await a.open("cg")
    for other in (b, c):
        refused = await a.ask("GET", "/log", other.token("shuniu.log_reader", "audit_admin", kind="program"))
        assert (refused.status_code, refused.json()["rule"]) == (403, "peer.no_agreement")
    everything = c.token("dispatcher", "runner", areas=["32"], units=["own"], clearance=4)
    refused = await a.ask("POST", "/commands/errands.open", everything, {"area": a.scope, "unit": "own"})
    assert (refused.status_code, refused.json()["rule"]) == (403, "access.role")
    await until(lambda: any(feed.refused for feed in b.host.bus.feeds), within=15)
    assert await b.heard(a) == []


async def test_a_foreign_person_acts_only_for_agreed_units_and_roles(towns: Any) -> None:
    a, b = await pair(towns, acts_for=["cg", "duty"], roles=["runner"])
    ours, yours = await a.open("police"), await a.open("cg")
    person = b.token("runner", "dispatcher", units=["cg", "police"], areas=[a.scope, "32"], clearance=4)

    async def rule(command: str, **body: Any) -> tuple[int, str]:
        answer = await a.ask("POST", f"/commands/errands.{command}", person, body)
        return answer.status_code, "" if answer.is_success else answer.json()["rule"]

    assert await rule("open", area=a.scope, unit="cg") == (403, "access.role")
    assert await rule("finish", errand=ours) == (403, "access.unit")
    assert (await a.ask("GET", f"/matters/errand/{ours}/detail", person)).status_code == 403
    assert (await a.ask("GET", f"/matters/errand/{yours}/detail", person)).status_code == 200
    offers = (await a.ask("GET", f"/matters/errand/{yours}/actions", person)).json()["offers"]
    assert [offer["action"] for offer in offers] == ["errands.finish"]
    assert await rule("finish", errand=yours) == (200, "")
    await a.host.audit.drained()
    who = await a.host.pool.fetchval("select actor from audit where command = 'errands.finish' and allowed")
    assert who == f"a-1@{b.scope}", "never to be taken for an account of ours"
    assert (await a.ask("GET", "/log", person)).json()["rule"] == "access.role", "the log is for programs"


async def test_an_agreement_is_read_again_when_it_changes(towns: Any) -> None:
    a, b = await pair(towns, None, ALL)
    await a.open("cg")
    await until(lambda: any(feed.refused for feed in b.host.bus.feeds), within=15)
    a.agrees(b, ALL)

    async def shown() -> bool:
        return (await a.ask("GET", "/log", b.host.credential.token())).status_code == 200

    await until(shown, within=15)
    b.agrees(a, ALL, roles=["x"])  # its own file changed too, so it asks at once instead of in a minute
    await b.caught_up(a)
    assert len(await b.heard(a)) == 1
    b.parts_with(a)
    await until(lambda: not [feed for feed in b.host.bus.feeds if feed.source == a.source], within=15)
    await a.open("cg")
    c = await towns.build()
    c.agrees(a, ALL)
    a.agrees(c, ALL)
    await c.caught_up(a)
    assert len(await c.heard(a)) == 2, "somebody who comes later is told from the beginning"
    assert len(await b.heard(a)) == 1


async def test_a_peer_that_is_away_is_an_open_referral_and_heals(towns: Any) -> None:
    a, b = await pair(towns)
    mine = await a.open()
    await a.do("ask", errand=mine, to_scope=b.scope)
    taken = (await until(b.errands, within=15))[0]
    await b.stop()
    other = await a.open()
    await a.do("ask", errand=other, to_scope=b.scope)
    assert (await a.errand(other))["status"] == "ASKED"
    await a.stop()
    await b.start()
    await b.do("finish", b.token("runner", units=["duty"]), errand=taken["id"])
    assert len(await b.errands()) == 1
    await a.start()
    await status_of(a, other, f"taken by {b.scope}")
    await status_of(a, mine, f"settled by {b.scope}")
    assert len(await b.errands()) == 2


@pytest.mark.fault
async def test_a_new_epoch_of_a_peer_is_read_anew_and_nothing_is_asked_twice(towns: Any) -> None:
    a, b = await pair(towns)
    first = await a.open("cg")
    await a.do("ask", errand=first, to_scope=b.scope)
    await status_of(a, first, f"taken by {b.scope}")
    await b.caught_up(a)
    await a.stop()
    # Restored from a backup that lacks the last events, and another history from there on.
    async with towns.connection(a) as conn:
        await conn.execute("delete from event_log where position > 1")
        await conn.execute("update log_head set position = 1")
        await renew_epoch(conn, "anotherhistory")
    await a.start()
    await a.open("cg")
    await a.open("police")
    await b.caught_up(a)
    assert [position for position, _ in await b.heard(a)] == [1, 2]
    assert len(await b.errands()) == 1


@pytest.mark.fault
async def test_a_bus_that_lost_everything_loses_no_referral(towns: Any, own_nats: Any) -> None:
    towns.nats_url = own_nats.url
    a, b = await pair(towns)
    await a.open("cg")
    await b.caught_up(a)
    await own_nats.stop()
    mine = await a.open("cg")
    await a.do("ask", errand=mine, to_scope=b.scope)
    await own_nats.wipe()
    await own_nats.start()
    await status_of(a, mine, f"taken by {b.scope}")
    await b.caught_up(a)
    await a.caught_up(b)
    assert [position for position, _ in await b.heard(a)] == [1, 2, 3, 4]


async def test_a_rebuild_keeps_what_is_shared_and_drops_what_is_not_any_more(towns: Any) -> None:
    a, b = await pair(towns)
    c = await towns.build(start=False)
    b.agrees(c, ALL)
    c.agrees(b, ALL)
    await c.start()
    await a.open("cg")
    await a.open("police")
    await c.open("cg")
    await until(lambda: len(b.host.bus.feeds) >= 6, within=15)
    await b.caught_up(a)
    await b.caught_up(c)
    c.agrees(b, None)

    async def closed() -> bool:
        return (await c.ask("GET", "/log", b.host.credential.token())).status_code == 403

    await until(closed, within=15)
    await b.host.bus.rebuild("heard")
    await b.caught_up(a)
    assert (await b.heard(a), await b.heard(c)) == ([(1, "errand.opened.v1")], [])
