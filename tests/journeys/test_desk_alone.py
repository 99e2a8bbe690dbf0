"""A service centre alone: the desk and the gateway that comes with it. A resident's morning from the number to the
rating, through the front door; nobody else of the suite is there and no word is lost on that.
"""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final

import httpx
import msgspec
import pytest
import pytest_asyncio
from shuniu.testing.waiting import until
from shuniu_demo.accounts import Seat
from shuniu_demo.clients import Refused

from .running import MONDAY, Running, Stage, running
from .test_departments_alone import COMMUNITY, OFFICE, REGISTRY, SCOPE, Department

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]

SEATS: Final = (
    Seat("operator", "指挥中心值班员", "Operator", "operator", (SCOPE,), clearance=3),
    Seat("desk-1", "综窗甲", "Desk clerk", "desk_clerk", (SCOPE,), clearance=3),
    Seat("desk-2", "综窗乙", "Second desk clerk", "desk_clerk", (SCOPE,), clearance=3),
    Seat("desk-lead", "政务负责人", "Desk leader", "desk_leader", (SCOPE,), clearance=3),
    Seat("back", "后台审批", "Back office", "back_office", (), OFFICE),
)
PERSON: Final = {"applicant_name": "张三丰", "applicant_id": "11010519491231002X", "applicant_phone": "13800000000"}


def _guide(item: str, name: str, materials: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "item": item, "name": name, "kind": "PUBLIC_SERVICE", "basis": "示例依据", "body": "street-office",
        "conditions": ["居住在本街道"], "materials": materials, "process": ["申请", "受理", "决定"], "legal_limit": 20,
        "promised_limit": 5, "channels": ["WINDOW", "ONLINE"], "result": "办理结果", "contact": "025-00000000",
        "complaint_line": "12345",
    }  # fmt: skip


GUIDES: Final = (
    _guide("XS-01", "新生儿落户协助", [{"code": "ID", "name": "居民身份证"}, {"code": "BIRTH", "name": "出生证明"}]),
    _guide("XS-02", "新生儿医保登记", [{"code": "ID", "name": "居民身份证"}, {"code": "PHOTO", "name": "照片"}]),
)


class Resident:
    """Somebody who has no account: the public door only."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def do(self, command: str, **body: Any) -> dict[str, Any]:
        """A public command; its answer."""
        key = {"Idempotency-Key": str(uuid.uuid4())}
        given = await self._client.post(f"do/services_desk/{command}", json=body, headers=key)
        assert given.status_code == 200, given.text
        answer: dict[str, Any] = given.json()["answer"]
        return answer

    async def read(self, path: str, **query: Any) -> Any:
        """A public route."""
        given = await self._client.get(f"services/services_desk/x/{path}", params=query)
        assert given.status_code == 200, given.text
        return given.json()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def centre(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Department:
    """The service centre."""
    folder = tmp_path_factory.mktemp("desk-alone")

    @asynccontextmanager
    async def begin() -> AsyncIterator[Running]:
        registry = msgspec.json.encode(REGISTRY)
        services = ("gateway", "services_desk")
        async with running(folder, SCOPE, registry, services=services, begin=MONDAY) as there:
            await there.open_accounts(SEATS)
            yield there

    return Department(await stage.take("desk-alone", begin), "services_desk")


@pytest_asyncio.fixture(loop_scope="session")
async def resident(centre: Department) -> AsyncIterator[Resident]:
    """A resident at the public door."""
    url = f"{centre.there.url}/api/v1/public/"
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as client:
        yield Resident(client)


@pytest.fixture(autouse=True)
def no_error(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing is logged as an error while the desk works alone."""
    yield
    wrong = [r.getMessage() for r in caplog.get_records("call") if r.levelno >= logging.ERROR]
    assert not wrong, wrong


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def post(centre: Department) -> str:
    """The hall is open: two items and their life event, two posts with a clerk each; the first post."""
    for guide in GUIDES:
        await centre.ask("desk-lead", "guide.put", **guide)
    await centre.ask("desk-lead", "guide.publish_drafts", valid_from="2026-11-23")
    items = [guide["item"] for guide in GUIDES]
    await centre.ask("desk-lead", "guide.set_life_event", life_event="BIRTH", title="新生儿一件事", items=items)
    posts = []
    for n in (1, 2):
        made = await centre.ask("desk-lead", "post.set_up", label=f"{n}号窗口")
        await centre.ask(f"desk-{n}", "post.begin", post=made["post"])
        posts.append(made["post"])
    return str(posts[0])


async def test_from_the_number_to_the_rating_with_nobody_else_there(
    centre: Department, post: str, resident: Resident
) -> None:
    there = centre.there
    listed = await resident.read("guide/BIRTH")
    assert [m["code"] for m in listed["materials"]] == ["ID", "BIRTH", "PHOTO"], "each material once"
    taken = await resident.do("queue.take", life_event="BIRTH", priority="WITH_INFANT")
    assert taken["number"] == "001"
    called = await centre.ask("desk-1", "queue.call", post=post)
    assert (called["number"], called["items"]) == ("001", ["XS-01", "XS-02"])
    assert (await resident.read("queue/number", number="001"))["post"] == "1号窗口"
    await centre.ask("desk-1", "queue.start", post=post)
    given = await centre.ask(
        "desk-1", "case.submit", items=["XS-01", "XS-02"], life_event="BIRTH", handed=["ID", "PHOTO"], **PERSON
    )
    code, (one, two) = given["code"], [c["case"] for c in given["cases"]]
    assert [c["missing"] for c in given["cases"]] == [["BIRTH"], []]
    await centre.ask("desk-1", "queue.finish", post=post)
    await centre.ask("desk-1", "case.correct", case=one, materials=["BIRTH"])
    both = await asyncio.gather(*(_try(centre, login, "case.accept", case=two) for login in ("desk-1", "desk-2")))
    assert sorted(str(b) for b in both) == ["409 case.accept_submitted", "taken"]
    await centre.page("desk_case", one, "CORRECTION")
    await centre.ask("desk-1", "case.resubmit", case=one, handed=["BIRTH"])
    assigned = await centre.ask("desk-lead", "case.assign", case=one)
    assert assigned["clerk"] in (there.accounts["desk-1"], there.accounts["desk-2"])
    clerk = next(login for login in ("desk-1", "desk-2") if there.accounts[login] == assigned["clerk"])

    async def told() -> bool:
        notices = (await there.desk(clerk).get("/notices"))["items"]
        return any(n["matter"] and n["matter"]["id"] == one and n["why"] == "assigned" for n in notices)

    await until(told, within=15, every=0.05)
    for case in (one, two):
        await centre.ask("back", "case.decide", case=case, grant=True)
    delivered = await centre.ask("desk-2", "case.deliver", case=one, how="POST", together=True)
    assert len(delivered["delivered"]) == 2, "one delivered result for the life event"
    followed = await resident.read("cases/follow", code=code)
    assert {c["status"] for c in followed["cases"]} == {"DELIVERED"}
    await resident.do("rating.give", code=code, number=given["number"], level="VERY_SAT")

    page = await centre.page("desk_case", one, "DELIVERED")
    moves = [s["move"] for s in page["timeline"]]
    assert {"case_submitted", "case_correction_asked", "case_resubmitted", "case_decided"} <= set(moves)
    shown = await centre.page("desk_post", post, "READY")
    assert {"ticket_called", "ticket_started", "ticket_finished"} <= {s["move"] for s in shown["timeline"]}
    await centre.alone()


async def test_the_desks_own_page_is_drawn_from_what_it_says_of_itself(
    centre: Department, post: str, resident: Resident
) -> None:
    there = centre.there
    await resident.do("queue.take")
    await centre.alone()
    view = await there.desk("operator").get("/view")
    manifest = next(s["manifest"] for s in view["services"] if s["service"] == "services_desk")
    kinds = {kind["id"] for kind in manifest["kinds"]}
    assert {"desk_case", "desk_post", "desk_home_visit", "desk_standard", "desk_rating"} <= kinds
    routes = {p["route"].removeprefix("/") for p in manifest["panels"] if p["route"]}
    ours = {"queue/board", "queue/figures", "home-visits/calendar", "standards/measured", "ratings/figures"}
    assert ours <= routes
    for route in sorted(ours):
        answer = await centre.read("desk-lead", route)
        assert answer["as_of"], route
    home = {
        "reason": "AGED", "items": ["XS-01"], "applicant_name": "李奶奶", "applicant_phone": "13800000000",
        "applicant_address": "青桐社区 3 幢", "area": COMMUNITY,
    }  # fmt: skip
    assert await _try(centre, "desk-1", "home.request", **home) == "422 case.channel", "it is not offered at home"
    guide = {**GUIDES[0], "channels": ["WINDOW", "ONLINE", "HOME_VISIT"]}
    await centre.ask("desk-lead", "guide.put", **guide)
    there.set_clock(there.now() + timedelta(days=1))
    await centre.ask("desk-lead", "guide.publish_drafts", valid_from="2026-11-24")
    visit = (await centre.ask("desk-1", "home.request", **home))["visit"]
    await centre.page("desk_home_visit", visit, "REQUESTED")


async def _try(centre: Department, login: str, command: str, **body: Any) -> str:
    """ "taken", or status and rule of the refusal."""
    try:
        await centre.ask(login, command, **body)
    except Refused as no:
        return f"{no.status} {no.rule}"
    return "taken"
