"""Whoever has the next move is told of it: grid and whistle say who, the gateway knows who that is."""

from typing import Any

import pytest
from shuniu.testing.waiting import until

from .running import Running

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]

GRID = "320199001001003"


async def told(town: Running, login: str, matter: str, within: float = 15.0) -> dict[str, Any]:
    """The newest notice of an account about a matter, once it is there."""

    async def there() -> dict[str, Any] | None:
        page = await town.desk(login).get("/notices")
        return next((n for n in page["items"] if n["matter"] and n["matter"]["id"] == matter), None)

    there.__qualname__ = f"{login} is told of {matter}"
    found: dict[str, Any] = await until(there, within, every=0.05)
    return found


async def test_the_unit_is_told_of_a_dispatch_and_the_checker_of_what_is_done(town: Running) -> None:
    photo = [await town.photo("grid", "worker-01", "rubbish")]
    place = {"name": "双安巷东口"}
    reported = await town.do(
        "worker-01", "grid.report", place=place, area=GRID, category="E0101", source="GRID", photos=photo
    )
    event = reported["answer"]["event"]
    await town.do("dispatcher", "grid.dispatch", event=event, unit="cg")
    notice = await told(town, "duty-cg", event)
    assert (notice["why"], notice["read"], notice["service"]) == ("assigned", False, "grid")
    assert notice["text"] == {"zh": "有一件事件派给您单位处理", "en": "An event was dispatched to your unit"}
    assert notice["matter"]["number"] == reported["answer"]["number"]
    await town.do("duty-cg", "grid.accept", event=event)
    done = [await town.photo("grid", "duty-cg", "rubbish", done=True)]
    await town.do("duty-cg", "grid.feed_back", event=event, after=done)
    assert (await told(town, "checker", event))["text"]["en"] == "An event was handled and is yours to check"
    jj = (await town.desk("duty-jj").get("/notices"))["items"]
    assert not [n for n in jj if n["matter"] and n["matter"]["id"] == event], "another unit hears nothing of it"


async def test_the_leaders_are_told_what_to_blow_and_the_called_unit_that_it_is_called(town: Running) -> None:
    plan = {"item": "WASTE", "lead": "jj", "kind": "ROUTINE"}
    drafted = await town.do("clerk", "whistle.draft", area=GRID, place={"name": "双安巷西口"}, **plan)
    whistle = drafted["answer"]["whistle"]
    await town.do("clerk", "whistle.submit", whistle=whistle)
    assert (await told(town, "leader", whistle))["why"] == "assigned"
    await town.do("leader", "whistle.blow", whistle=whistle)
    called = await told(town, "duty-jj", whistle)
    assert (called["why"], called["service"]) == ("assigned", "whistle")
    unread = (await town.desk("duty-jj").get("/notices"))["unread"]
    read = await town.desk("duty-jj").request("POST", "/notices/read", json={"notices": [called["id"]]})
    assert read["unread"] == unread - 1
