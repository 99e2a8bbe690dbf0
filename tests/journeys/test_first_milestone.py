"""First milestone, by real pages: a grid worker's report becomes a whistle that the department signs, live on a board.

The grid worker's page is a phone. The operator's board stands open all the while and is never loaded again.
"""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect
from shuniu.testing.waiting import until
from shuniu_demo.pictures import draw
from shuniu_demo.script import Picture

from .forms import Words, act, fill, send
from .running import Running
from .watching import DESK, PHONE, Pages, sign_in

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SECONDS = 8_000
"""Within this many milliseconds a board must show what happened; "seconds", on a machine that does other work too."""
COMMUNITY, GRID = "320199001001", "320199001001002"
PLACE = "里程碑巷 7 号东侧"


async def _desk(pages: Pages, town: Running, login: str, route: str) -> Page:
    page = await pages.open(DESK, route)
    await sign_in(page, login, town.password(login))
    return page


async def _report(page: Page, words: Words) -> str:
    """The phone form: photo, place, category. The number it was given."""
    await page.goto(page.url.partition("#")[0] + "#/my")
    await page.get_by_role("link", name=words.action("grid.report")).first.click()
    await fill(page, words, "grid.report", photos=draw(Picture("car", False, 0)))
    await fill(page, words, "grid.report", area=(COMMUNITY, GRID), place={"name": PLACE}, category={"select": "E0505"})
    await send(page)
    done = page.get_by_text(re.compile(r"已办理\s*WG"))
    await expect(done).to_be_visible()
    found = re.search(r"WG\d{6}-\d+", await done.inner_text())
    assert found, await done.inner_text()
    return found.group()


async def _matter(town: Running, number: str) -> dict[str, Any]:
    async def listed() -> dict[str, Any] | None:
        items = (await town.desk("operator").get("/matters", q=number))["items"]
        return items[0] if items else None

    found: dict[str, Any] = await until(listed, within=10)
    return found


async def test_from_a_phone_to_the_signature(pages: Pages, town: Running) -> None:
    words = await Words.of(town.desk("operator"))
    board = await _desk(pages, town, "operator", "/board")
    await board.evaluate("window.loadedOnce = true")
    # It keeps to this place, whatever else goes on in the street: only rows in sight are drawn.
    async with board.expect_response(lambda response: "/api/v1/matters?" in response.url and "q=" in response.url):
        await board.get_by_role("searchbox").fill(PLACE)

    def lists() -> list[str]:
        return [url for url in pages.requests(board) if "/api/v1/matters?" in url]

    loaded = lists()

    def row(text: str) -> Any:
        return board.get_by_role("option").filter(has_text=text)

    # The grid worker, in the street with a phone.
    phone = await pages.open(PHONE, "/my")
    await sign_in(phone, "worker-01", town.password("worker-01"))
    number = await _report(phone, words)
    await expect(row(number)).to_be_visible(timeout=SECONDS)
    await expect(row(number)).to_contain_text(PLACE)
    event = await _matter(town, number)
    assert (event["status"], event["area"]) == ("FILED", GRID)

    # The dispatcher refers it to be blown.
    dispatcher = await _desk(pages, town, "dispatcher", f"/matter/grid/grid_event/{event['id']}")
    await act(dispatcher, words, "grid.refer", reason={"choose": "SEVERAL_UNITS"})
    await expect(row(number)).to_contain_text(words.status("grid", "grid_event", "REFERRED"), timeout=SECONDS)

    # The whistle service has opened a draft; the clerk completes and submits it.
    async def linked() -> str | None:
        links = (await town.page("operator", "grid", "grid_event", event["id"]))["links"]
        return next((link["id"] for link in links if link["kind"] == "whistle" and link["matter"]), None)

    whistle: str = await until(linked, within=15)
    clerk = await _desk(pages, town, "clerk", f"/matter/whistle/whistle/{whistle}")
    await act(clerk, words, "whistle.amend", item={"select": "LANE_PARKING"}, lead={"select": "cg"})
    await act(clerk, words, "whistle.submit")
    drafted = (await town.shows("operator", "whistle", "whistle", whistle, "SUBMITTED"))["matter"]
    await expect(row(drafted["number"])).to_contain_text(
        words.status("whistle", "whistle", "SUBMITTED"), timeout=SECONDS
    )

    # A member of the leading group blows.
    leader = await _desk(pages, town, "leader", f"/matter/whistle/whistle/{whistle}")
    await act(leader, words, "whistle.blow")
    await expect(row(drafted["number"])).to_contain_text(words.status("whistle", "whistle", "BLOWN"), timeout=SECONDS)

    # The operator opens it beside the list and sees the department sign.
    await row(drafted["number"]).click()
    signed = words.unit_status("whistle", "whistle", "SIGNED")
    pane = board.get_by_role("article").filter(has_text=drafted["number"])
    await expect(pane).to_contain_text(words.unit_status("whistle", "whistle", "PENDING"), timeout=SECONDS)
    duty = await _desk(pages, town, "duty-cg", f"/matter/whistle/whistle/{whistle}")
    offers = await town.desk("duty-cg").offers("whistle", "whistle", whistle)
    title = next(offer["title"]["zh"] for offer in offers if offer["action"] == "whistle.sign")
    await act(duty, words, "whistle.sign", title)
    await expect(pane).to_contain_text(signed, timeout=SECONDS)
    await expect(duty.get_by_role("article")).to_contain_text(signed)

    # All of it came by the stream: the board was never loaded again, and never asked for a list again.
    assert await board.evaluate("window.loadedOnce") is True
    assert lists() == loaded
    page = await town.page("operator", "whistle", "whistle", whistle)
    assert [(unit["unit"], unit["status"]) for unit in page["matter"]["units"]] == [("cg", "SIGNED")]
    graph = page["graph"]
    assert [node["id"] for node in graph["nodes"]] == [whistle, event["id"]]
    assert {edge["from"] for edge in graph["edges"]} | {edge["to"] for edge in graph["edges"]} == {0, 1}
    moves = [step["move"] for step in page["timeline"]]
    assert moves[-1] == "callout_signed"
    assert {"report", "refer", "whistle_drafted", "whistle_submitted", "whistle_blown"} <= set(moves)
    await pages.picture(phone, "phone-after-report")
    await pages.picture(board, "board")
    await pages.picture(duty, "signed")
