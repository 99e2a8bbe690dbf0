"""Dead letters through the gateway's front door: its own and another service's, on real NATS and PostgreSQL."""

import asyncio

from shuniu.testing.waiting import until

from .conftest import Street


async def _poisoned(street: Street, matter: str) -> None:
    """The view's next event of the matter meets a row it cannot take."""
    await street.gateway.pool.execute(
        "create or replace function refuse() returns trigger language plpgsql as $$ begin"
        f" if new.id = '{matter}' then raise exception 'not this one' using errcode = 'check_violation'; end if;"
        " return new; end $$"
    )
    await street.gateway.pool.execute(
        "create trigger refuse before insert or update on matter_view for each row execute function refuse()"
    )


async def test_a_matter_is_incomplete_until_its_letters_are_drained(street: Street):
    keeper, admin = await street.browser("keeper"), await street.browser("admin")
    found = await street.find(keeper)
    matter = found["matter"]["id"]

    async def page():
        return (await keeper.get(f"/matters/lostproperty/item/{matter}"))["matter"]

    await until(lambda: _there(keeper, matter))
    assert (await page())["incomplete"] is False
    await _poisoned(street, matter)
    await keeper.do("lostproperty", "lostproperty.hand_back", {"item": matter})

    async def incomplete():
        return (await page())["incomplete"]

    await until(incomplete)
    assert (await page())["status"] == "KEPT", "what could not be taken is not shown"
    letters = (await admin.get("/services/gateway/x/dead-letters"))["letters"]
    assert [(each["consumer"], each["matter"], each["error"]) for each in letters] == [
        ("view", matter, "CheckViolationError")
    ]
    shown = await admin.get(f"/services/gateway/x/dead-letters/{letters[0]['id']}")
    assert shown["letter"] == letters[0] and len(shown["queue"]) == 1
    body = {"letter": letters[0]["id"], "reason": "the view was mended"}
    answer = await admin.do("gateway", "chassis.retry_dead_letters", body)
    assert answer["answer"] == {"drained": 0, "left": 1}
    await street.gateway.pool.execute("drop trigger refuse on matter_view")
    answer = await admin.do("gateway", "chassis.retry_dead_letters", body)
    assert answer["answer"] == {"drained": 1, "left": 0}
    assert (await page())["status"] == "BACK"
    assert (await page())["incomplete"] is False


async def _there(keeper, matter: str) -> bool:
    response = await keeper.client.get(f"/api/v1/matters/lostproperty/item/{matter}")
    return response.status_code == 200


async def test_every_services_letters_are_reached_by_an_administrator_alone(street: Street):
    admin, operator = await street.browser("admin"), await street.browser("operator")
    for service in ("gateway", "lostproperty"):
        assert (await admin.get(f"/services/{service}/x/dead-letters"))["total"] == 0
        refused = await operator.client.get(f"/api/v1/services/{service}/x/dead-letters")
        assert (refused.status_code, refused.json()["rule"]) == (403, "access.role")
        body = {"reason": "after the repair"}
        answer = await admin.do(service, "chassis.retry_dead_letters", body)
        assert answer["answer"] == {"drained": 0, "left": 0}
        given = await operator.send("POST", f"/do/{service}/chassis.retry_dead_letters", body)
        assert (given.status_code, given.json()["rule"]) == (403, "access.role")
    await asyncio.gather(street.service.audit.drained(), street.gateway.audit.drained())
    rows = await street.service.pool.fetch(
        "select allowed, detail->>'reason' as reason from audit"
        " where command = 'chassis.retry_dead_letters' order by at"
    )
    assert [(row["allowed"], row["reason"]) for row in rows] == [(True, "after the repair"), (False, None)]
