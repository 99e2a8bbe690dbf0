"""Hazards, rosters, disclosure and evaluation alive: real database, HTTP, and the service's own reaction."""

import httpx
import pytest_asyncio
from shuniu.testing.servers import ManualClock
from shuniu.testing.waiting import until
from shuniu_insurance import service

from .conftest import CITIZEN
from .test_service import MONDAY, Office, client_of, seeded


@pytest_asyncio.fixture
async def office(hosts):
    clock = ManualClock(MONDAY)
    host = await hosts.start(service, clock=clock)
    await seeded(host)
    async with client_of(host) as client:
        office = Office(host, client)
        await office.insured()
        yield office


async def test_an_accident_at_a_known_hazard_is_linked_by_the_services_own_reaction(office):
    place = {"name": "双安巷口", "lon": 118.8013, "lat": 32.1045}
    found = await office.do(
        "secretary", "hazard.find", category="YH01", area=office.area, place=place, holder="PUBLIC", description="松动"
    )
    happened = office.host.clock.now().isoformat().replace("+00:00", "Z")
    claim, _ = await office.reported(occurred_at=happened)

    async def linked():
        names = [e.type.split(".", 2)[2] for e in await office.events()]
        return {"accident.matched.v1", "claim.hazard_linked.v1", "hazard.claim_linked.v1"} <= set(names)

    await until(linked, within=15)
    page = await office.get("clerk", f"/matters/hazard/{found['hazard']}")
    assert page["status"] == "FOUND" and claim
    supervised = await office.get("clerk", "/hazards/supervised")
    assert supervised["rows"] == []
    assert (await office.client.get("/hazards/notices")).status_code == 200


async def test_roster_disclosure_and_evaluation_over_http(office):
    roster = (await office.do("clerk", "roster.open", group="FLOATING_POPULATION", policy=office.policy))["roster"]
    row = {"roster": roster, "name": "张三丰", "citizen_id": CITIZEN, "area": office.area}
    assert (await office.do("clerk", "roster.enter", rows=[row]))["outcomes"] == "n"
    assert (await office.do("clerk", "roster.enter", rows=[row]))["outcomes"] == "u"
    counts = await office.get("clerk", "/rosters/counts")
    assert [r.get("persons") for r in counts["rows"]] == [None, None], "one person is no figure"
    dump = await office.host.pool.fetchval("select string_agg(doc::text, '') from insurance_roster")
    assert CITIZEN not in dump and "张三丰" not in dump
    await office.do("clerk", "roster.end", roster=roster)
    assert await office.host.pool.fetchval("select count(*) from person_data where purpose = 'insurance.rosters'") == 0

    drafted = (await office.do("clerk", "disclosure.draft", year=2026, quarter=3))["disclosure"]
    assert (await office.client.get("/disclosures")).json()["rows"] == []
    await office.do("director", "disclosure.publish", disclosure=drafted)
    public: httpx.Response = await office.client.get("/disclosures")
    assert public.status_code == 200 and public.json()["rows"][0]["persons"] == 0
    assert (await office.get("clerk", f"/disclosures/{drafted}"))["rows"]

    body = {"policy": office.policy, "exposed_units": 20, "residents": 8000}
    computed = await office.do("clerk", "evaluation.compute", **body)
    e = computed["evaluation"]
    given = {"evaluation": e, "variant": "MONEY", "change_percent": 5, "reason": "赔付少"}
    assert (await office.ask("director", "evaluation.decide", **{**given, "change_percent": 12})).status_code == 422
    await office.do("director", "evaluation.decide", **given)
    (shown,) = (await office.get("clerk", "/evaluations"))["rows"]
    assert (shown["money"], shown["decided"], shown["known"]) == (1.0, 5, None)
    listed = str(await office.get("clerk", "/sheets"))
    assert all(f"'{name}'" in listed for name in ("hazards", "hazard_import", "insurance_roster"))
