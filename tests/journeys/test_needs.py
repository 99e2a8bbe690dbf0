"""From a resident's need to an answer, through the gateway: matched by the solver, asked of a whistle, drawn on pages.

The desk beside the whistle service on a real bus; the resident has no account and follows the need by a code.
"""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx
import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from shuniu.testing.waiting import until
from shuniu_demo.accounts import Seat

from .conftest import RESULTS
from .running import MONDAY, Running, Stage, running
from .watching import DESK, Pages, signed_in

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]

SCOPE: Final = "320199001"
COMMUNITY: Final = "320199001001"
OFFICE: Final = ("street-office",)
MEALS: Final = "meals-kitchen"
SEATS: Final = (
    Seat("operator", "指挥中心值班员", "Operator", "operator", (SCOPE,), clearance=3),
    Seat("clerk", "街道经办", "Street clerk", "street_clerk", (SCOPE,), OFFICE, 3),
    Seat("desk-leader", "政务负责人", "Desk leader", "desk_leader", (SCOPE,), OFFICE, 3),
    Seat("community", "社区书记", "Community secretary", "community_secretary", (COMMUNITY,), clearance=3),
    Seat("kitchen", "助餐点负责人", "Kitchen", "enterprise_contact", (), (MEALS,)),
)


def _entry(kind: str, code: str, zh: str, subtype: str, parent: str = "") -> dict[str, Any]:
    return {"kind": kind, "code": code, "parent": parent, "title": {"zh": zh, "en": code}, "subtype": subtype}


REGISTRY: Final = {
    "scope": SCOPE,
    "title": {"zh": "枢纽街道", "en": "Shuniu Street"},
    "synthetic": True,
    "areas": [
        _entry("area", SCOPE, "枢纽街道", "STREET", SCOPE[:6]),
        _entry("area", COMMUNITY, "青桐社区", "COMMUNITY", SCOPE),
    ],
    "units": [
        _entry("unit", "street-office", "枢纽街道办事处", "STREET"),
        _entry("unit", MEALS, "示例助餐点", "ENTERPRISE", "street-office"),
    ],
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def street(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Running:
    """The desk beside the whistle service."""
    folder = tmp_path_factory.mktemp("needs")
    services = ("gateway", "whistle", "services_desk")

    @asynccontextmanager
    async def begin() -> AsyncIterator[Running]:
        async with running(folder, SCOPE, msgspec.json.encode(REGISTRY), services=services, begin=MONDAY) as there:
            await there.open_accounts(SEATS)
            yield there

    return await stage.take("needs", begin)


@pytest_asyncio.fixture(loop_scope="session")
async def door(street: Running) -> AsyncIterator[httpx.AsyncClient]:
    """The gateway's door for anybody."""
    async with httpx.AsyncClient(base_url=f"{street.url}/api/v1/public/", trust_env=False, timeout=30) as client:
        yield client


async def _do(street: Running, login: str, command: str, **body: Any) -> dict[str, Any]:
    """A command of the desk, which must be taken; its answer."""
    given = await street.desk(login).request("POST", f"/do/services_desk/{command}", key=street.key(), json=body)
    answer: dict[str, Any] = given["answer"]
    return answer


async def _raised(door: httpx.AsyncClient, category: str, words: str) -> dict[str, Any]:
    body = {"category": category, "words": words, "area": COMMUNITY}
    key = {"Idempotency-Key": str(uuid.uuid4())}
    response = await door.post("do/services_desk/need.raise", json=body, headers=key)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()["answer"]
    return answer


async def _followed(door: httpx.AsyncClient, code: str) -> dict[str, Any]:
    response = await door.get("services/services_desk/x/needs/follow", params={"code": code})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def _is(street: Running, need: str, status: str) -> dict[str, Any]:
    return await street.shows("operator", "services_desk", "desk_need", need, status)


async def test_matched_by_the_solver_served_and_read_by_the_code(street: Running, door: httpx.AsyncClient) -> None:
    offer = {"code": "MEALS", "title_zh": "助餐点", "unit": MEALS, "categories": ["ELDER_MEALS"], "capacity": 5}
    await _do(street, "desk-leader", "offer.enter", rows=[offer])
    need = await _raised(door, "ELDER_MEALS", "老人中午没人做饭")
    await _do(street, "community", "cluster.form", need=need["need"])
    await _is(street, need["need"], "CLUSTERED")
    run = await _do(street, "community", "match.run", area=COMMUNITY)
    assert run["proposed"] == 1
    shown = await _followed(door, need["code"])
    assert (shown["offer"], shown["score"]["total"] > 0) == ("MEALS", True)
    await _do(street, "community", "need.confirm_match", need=need["need"])
    await _do(street, "kitchen", "need.serve", need=need["need"], note="已送餐")
    await _is(street, need["need"], "SERVED")
    await _do(street, "community", "need.feed_back", need=need["need"], told_by="CODE", words="每天十一点半送餐")
    page = await _is(street, need["need"], "FED_BACK")
    assert "送餐" not in str(page)
    assert (await _followed(door, need["code"]))["told"] == "每天十一点半送餐"
    rates = {r["rate"]: r for r in (await street.desk("operator").get("/rates"))["rows"]}
    assert (rates["desk.need_match_rate"]["numerator"], rates["desk.need_match_rate"]["denominator"]) == (1, 1)


async def test_a_whistle_is_asked_for_and_its_answer_heard(street: Running, door: httpx.AsyncClient) -> None:
    need = await _raised(door, "PARKING", "路口乱停车，老人出行不便")
    await _do(street, "community", "need.refer", need=need["need"], note="需交警与城管")

    async def drafted() -> str | None:
        links = (await street.page("operator", "services_desk", "desk_need", need["need"])).get("links", ())
        return next((link["id"] for link in links if link["kind"] == "whistle" and link["matter"]), None)

    whistle = await until(drafted, within=15, every=0.05)
    assert (await street.shows("operator", "whistle", "whistle", whistle, "DRAFT"))["matter"]["area"] == COMMUNITY
    await street.do("clerk", "whistle.refuse_referral", whistle=whistle, reason="OTHER_CHANNEL")
    await _is(street, need["need"], "NEED_RAISED")
    told = {"told_by": "CODE", "words": "请向交警部门反映，已代为转达"}
    await _do(street, "community", "need.reject", need=need["need"], ground="OUT_OF_SCOPE", **told)
    assert (await _followed(door, need["code"]))["told"] == told["words"]


@pytest.mark.browser
async def test_every_panel_of_needs_deliberations_and_projects_is_drawn(
    street: Running, door: httpx.AsyncClient, chromium: Browser, request: pytest.FixtureRequest
) -> None:
    first = await _raised(door, "CHARGING", "没有地方充电")
    others = [(await _raised(door, "CHARGING", "电动车没处充电"))["number"] for _ in range(3)]
    cluster = (await _do(street, "community", "cluster.form", need=first["need"], needs=others))["cluster"]
    body = {"cluster": cluster, "forum": "COUNCIL", "electorate": "MEMBERS"}
    deliberation = (await _do(street, "community", "deliberation.open", **body))["deliberation"]
    await street.shows("operator", "services_desk", "deliberation", deliberation, "AGENDA")
    view = await street.desk("operator").get("/view")
    manifest = next(s["manifest"] for s in view["services"] if s["service"] == "services_desk")
    state = await signed_in(street.url, "community", street.password("community"))
    async with Pages(chromium, street.url, RESULTS / request.node.name) as pages:
        page = await pages.open(DESK, "/service/services_desk", storage_state=state)
        for panel in ("desk.needs", "desk.offers", "desk.meetings", "desk.resolutions", "desk.project_gantt"):
            title = next(p["title"]["zh"] for p in manifest["panels"] if p["id"] == panel)
            box = page.get_by_role("region", name=title, exact=True)
            await expect(box.get_by_text("截至")).to_be_visible()
            await expect(box.get_by_text("无法识别")).to_have_count(0)
        # Panels of other capabilities may be for other roles; none of these is.
        mine = ("/needs", "/offers", "/deliberations", "/projects")
        assert not [fault for fault in pages.faults if any(path in fault for path in mine)]
        page = await pages.open(DESK, f"/matter/services_desk/deliberation/{deliberation}", storage_state=state)
        main, line = page.locator("article .main"), page.get_by_role("heading", name="全程时间线")
        await expect(main.get_by_text(others[-1]).first).to_be_visible()
        left, right = await main.bounding_box(), await line.bounding_box()
        assert left is not None
        assert right is not None
        assert left["x"] + left["width"] <= right["x"], "a wide graph runs into the timeline"
