"""双安巷: the article's downward whistle, replayed in its real scope, 小市街道 of Nanjing's Gulou district.

What the article says is taken from its sentence word for word; everything it leaves out (which community, when, who
came, how it was rated) is marked assumed and says nothing about anybody.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from shuniu.testing.waiting import until
from shuniu_demo import DATA
from shuniu_demo.accounts import Seat
from shuniu_demo.clients import Refused
from shuniu_demo.pictures import draw
from shuniu_demo.script import Picture

from .conftest import watched_pages
from .forms import Words
from .registries import enter, registry_of
from .running import Running, Stage, running
from .watching import DESK, PHONE, Pages, sign_in

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]

ARTICLE: Final = (
    "鼓楼第二实验小学旁边的双安巷因长期人车混行、车辆占道停放，导致高峰期拥堵严重，群众反映强烈。通过社区吹哨，街道启动了"
    "集中整治，经历拆违、移车、拓路、整治、美化等5个阶段，校园周边环境旧貌换新颜，群众出行得到明显改善。"
)
"""《从“行政末梢”向“治理枢纽”转变》, 《群众》(思想理论版), 2023-07-11, the section on 小市街道."""


def told(words: str) -> str:
    """A fact of the article, in its own words."""
    assert words in ARTICLE, words
    return words


class Assumed(NamedTuple):
    """What the article leaves out. ``value`` is ours and stands for nothing that is known."""

    value: Any


SCOPE: Final = "320106013"
"""小市街道, which the article names; its code is that of the published divisions."""
LANE: Final = told("双安巷")
BESIDE: Final = told("鼓楼第二实验小学") + told("旁边")
TROUBLE: Final = told("长期人车混行、车辆占道停放，导致高峰期拥堵严重，群众反映强烈")
PHASES: Final = {
    told("拆违"): "DEMOLISH",
    told("移车"): "MOVE_VEHICLES",
    told("拓路"): "WIDEN",
    told("整治"): "REMEDY",
    told("美化"): "BEAUTIFY",
}
"""The article's five phases in its order, and how the whistle list calls them."""
COMMUNITY: Final = Assumed("320106013008")
ITEM: Final = Assumed("LANE_PARKING")
BEGIN: Final = Assumed(datetime(2023, 3, 6, 1, 0, tzinfo=UTC))
FINISH_BY: Final = Assumed(date(2023, 4, 14))
MEASURES: Final = Assumed("街道牵头，分五个阶段集中整治，逐段验收")
PEOPLE_CAME: Final = Assumed(6)
DAYS_OF_A_PHASE: Final = Assumed(4)
SCORES: Final = Assumed({"response": 5, "attitude": 5, "result": 5})
MOTIFS: Final = Assumed(("shed", "car", "road", "stall", "tree"))
"""The evidence is drawn; there are no photos of the lane here."""

OFFICE: Final = "street-office"
CALLER: Final = f"c-{COMMUNITY.value}"
SEATS: Final = (
    Seat("registrar", "基础信息管理员", "Registrar", "registrar", (SCOPE,)),
    Seat("operator", "指挥中心值班员", "Operator", "operator", (SCOPE,), clearance=3),
    Seat("clerk", "街道经办", "Street clerk", "street_clerk", (SCOPE,), (OFFICE,), 3),
    Seat("community", "社区书记", "Community secretary", "community_secretary", (COMMUNITY.value,), (CALLER,), 3),
    Seat("neighbour", "邻近社区书记", "Another community", "community_secretary", ("320106013001",),
         ("c-320106013001",), 3),
)  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def street(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Running:
    """小市街道 with its published communities."""
    registry = registry_of(SCOPE)
    head = {name: registry[name] for name in ("scope", "title", "synthetic")}
    folder = tmp_path_factory.mktemp("xiaoshi")

    @asynccontextmanager
    async def begin() -> AsyncIterator[Running]:
        async with running(folder, SCOPE, msgspec.json.encode(head), begin=BEGIN.value, rate=0) as there:
            await there.open_accounts(SEATS)
            await enter(there, registry)
            yield there

    return await stage.take("xiaoshi", begin)


class Lane:
    """The whistle, and what everybody must see of it after every move."""

    def __init__(self, street: Running) -> None:
        self.street = street
        self.id = ""
        self.callout = ""
        self.phases: dict[str, str] = {}
        self.moves: list[str] = []
        self.at = BEGIN.value

    def wait(self, **by: float) -> None:
        """Domain time passes; by how much is assumed, like every date here."""
        self.at += timedelta(**by)
        self.street.set_clock(self.at, 0)

    async def do(self, login: str, move: str, *steps: str, status: str, unit: str = "", **body: Any) -> dict[str, Any]:
        """One move; then the view shows its status, its step at the end of the timeline, and no step too many."""
        given = {"whistle": self.id} if self.id else {}
        answer = await self.street.do(login, f"whistle.{move}", **given, **body)
        self.id = self.id or answer["answer"]["whistle"]
        self.moves += steps
        page = await self._told(status, unit)
        assert [step["move"] for step in _moved(page)] == self.moves
        assert datetime.fromisoformat(_moved(page)[-1]["time"]) == self.at
        assert page["links"] == []
        assert {u["unit"] for u in page["matter"]["units"]} == ({OFFICE} if unit else set())
        return dict(answer["answer"])

    async def _told(self, status: str, unit: str) -> dict[str, Any]:
        """The page once the view has everything said so far."""

        async def there() -> dict[str, Any] | None:
            page = await self.street.page("operator", "whistle", "whistle", self.id)
            if not page or len(_moved(page)) < len(self.moves):
                return None
            units = [u["status"] for u in page["matter"]["units"] if unit]
            return page if page["matter"]["status"] == status and units == ([unit] if unit else []) else None

        found: dict[str, Any] = await until(there, within=15)
        return found


def _moved(page: dict[str, Any]) -> list[dict[str, Any]]:
    """What people did; a limit that draws near (黄灯) tells the timeline too, one that passes must not happen here."""
    clocks = [step["move"] for step in page["timeline"] if step["move"].startswith("clock_")]
    assert set(clocks) <= {"clock_soon"}, clocks
    return [step for step in page["timeline"] if not step["move"].startswith("clock_")]


async def _look(pages: Pages | None, street: Running, lane: Lane, words: Words, status: str, *more: str) -> Page | None:
    """The real page says where it stands, at a command centre's desk."""
    if pages is None:
        return None
    page = await pages.open(DESK, f"/matter/whistle/whistle/{lane.id}")
    await sign_in(page, "operator", street.password("operator"))
    article = page.get_by_role("article")
    await expect(article).to_contain_text(LANE)
    await expect(article).to_contain_text(words.status("whistle", "whistle", status))
    for text in more:
        await expect(article).to_contain_text(text)
    return page


async def test_from_the_community_s_whistle_to_the_end(
    street: Running, browser_or_none: Browser | None, request: pytest.FixtureRequest
) -> None:
    words = await Words.of(street.desk("operator"))
    if browser_or_none is None:
        await _replay(street, words, None)
        return
    async with watched_pages(browser_or_none, street.url, request) as pages:
        await _replay(street, words, pages)


async def _replay(street: Running, words: Words, pages: Pages | None) -> None:
    lane = Lane(street)

    # The community drafts and blows; the street is the one that must come.
    drafted = await lane.do(
        "community", "draft", "whistle_drafted", status="DRAFT", direction="DOWN", caller_unit=CALLER,
        item=ITEM.value, area=COMMUNITY.value, place={"name": LANE}, description=f"{BESIDE}的{LANE}{TROUBLE}",
    )  # fmt: skip
    assert drafted["number"].startswith("WS230306-")
    lane.wait(minutes=10)
    await lane.do("community", "submit", "whistle_submitted", status="SUBMITTED")
    assert (await street.refused("clerk", "whistle.blow", whistle=lane.id)).status == 403
    lane.wait(minutes=5)
    blown = await lane.do(
        "community", "blow", "whistle_blown", status="BLOWN", unit="PENDING", finish_by=FINISH_BY.value.isoformat()
    )
    page = await street.page("operator", "whistle", "whistle", lane.id)
    matter = page["matter"]
    assert (matter["lead_unit"], matter["area"], matter["place"]["name"]) == (OFFICE, COMMUNITY.value, LANE)
    assert "DOWN" in matter["flags"]
    lane.callout = await _callout_of(street, lane)
    assert blown["whistle"] == lane.id
    live = await _look(pages, street, lane, words, "BLOWN", words.unit_status("whistle", "whistle", "PENDING"))

    # The street signs within the hour and contacts within the day; the community, not the street, says it came.
    on: dict[str, Any] = {"callout": lane.callout}
    lane.wait(minutes=20)
    await lane.do("clerk", "sign", "callout_signed", status="BLOWN", unit="SIGNED", **on)
    lane.wait(hours=3)
    await lane.do("clerk", "contact", "callout_contacted", status="BLOWN", unit="CONTACTED", **on)
    lane.wait(days=1)
    came = {"at": lane.at.isoformat(), "where": LANE, "people": PEOPLE_CAME.value}
    own = await street.refused("clerk", "whistle.report_in", whistle=lane.id, **on, **came)
    assert own.status == 403
    await lane.do("community", "report_in", "callout_reported", status="BLOWN", unit="REPORTED", **on, **came)
    lane.wait(hours=2)
    await lane.do(
        "clerk", "start", "callout_started", status="BLOWN", unit="WORKING", measures=MEASURES.value,
        finish_on=FINISH_BY.value.isoformat(), **on,
    )  # fmt: skip
    if live is not None:
        # The page stood open: it has followed by itself.
        await expect(live.get_by_role("article")).to_contain_text(words.unit_status("whistle", "whistle", "WORKING"))

    # Five phases, one after another, each with evidence and accepted by the community.
    due = lane.at.date()
    for work in PHASES.values():
        due += timedelta(days=DAYS_OF_A_PHASE.value + 1)
        planned = await lane.do(
            "clerk", "plan_phase", "phase_planned", status="BLOWN", unit="WORKING", work=work, due_on=due.isoformat(),
            **on,
        )  # fmt: skip
        lane.phases[work] = planned["phase"]
    first, second = list(lane.phases.values())[:2]
    early = await street.refused("clerk", "whistle.start_phase", whistle=lane.id, phase=second, **on)
    assert (early.status, early.rule) == (409, "phase.one_after_another")
    for n, (name, work) in enumerate(PHASES.items()):
        phase = on | {"phase": lane.phases[work]}
        last = n == len(PHASES) - 1
        await lane.do("clerk", "start_phase", "phase_started", status="BLOWN", unit="WORKING", **phase)
        lane.wait(days=DAYS_OF_A_PHASE.value - 1)
        if work == "DEMOLISH":
            bare = await street.refused("clerk", "whistle.submit_phase", whistle=lane.id, evidence=[], **phase)
            assert bare.status == 422
        shot = await street.photo("whistle", "clerk", MOTIFS.value[n], done=True)
        await lane.do(
            "clerk", "submit_phase", "phase_submitted", status="BLOWN", unit="WORKING", evidence=[shot], **phase
        )
        assert (await street.refused("clerk", "whistle.accept_phase", whistle=lane.id, **phase)).status == 403
        lane.wait(days=1)
        closing = ("callout_finished", "whistle_resolved") if last else ()
        await lane.do(
            "community", "accept_phase", "phase_accepted", *closing, status="RESOLVED" if last else "BLOWN",
            unit="FINISHED" if last else "WORKING", **phase,
        )  # fmt: skip
        if n == 2:
            await _look(pages, street, lane, words, "BLOWN", name, words.unit_status("whistle", "whistle", "WORKING"))
    assert first == lane.phases["DEMOLISH"]

    # Rated by the community and closed.
    lane.wait(days=1)
    await lane.do(
        "community", "rate", "callout_rated", "whistle_evaluated", status="EVALUATED", unit="FINISHED",
        **on, **SCORES.value,
    )  # fmt: skip
    lane.wait(hours=1)
    await lane.do("community", "close", "whistle_closed", status="CLOSED", unit="FINISHED")
    await _after(street, lane)
    await _look(pages, street, lane, words, "CLOSED", *PHASES)
    if pages is not None:
        await _in_the_community(pages, street, lane)


async def _callout_of(street: Running, lane: Lane) -> str:
    offers = await street.desk("clerk").offers("whistle", "whistle", lane.id)
    return str(next(offer["prefill"]["callout"] for offer in offers if offer["action"] == "whistle.sign"))


async def _after(street: Running, lane: Lane) -> None:
    """What is left: a closed matter on time, its phases with their evidence, and nothing for those it is not about."""
    page = await street.page("operator", "whistle", "whistle", lane.id)
    matter = page["matter"]
    assert (matter["open"], matter["due_at"], matter["due_status"]) == (False, None, "none")
    assert not {"LATE_ONCE", "LATE_TWICE", "ESCALATED"} & set(matter["flags"])
    phases = [step["detail"] for step in page["timeline"] if step["move"] == "phase_accepted"]
    assert phases == [f"enum.work.{work}" for work in PHASES.values()]
    detail = await street.desk("community").get(f"/matters/whistle/whistle/{lane.id}/detail")
    said = msgspec.json.encode(detail["fields"]).decode()
    assert TROUBLE in said
    rows = next(section["rows"] for section in detail["sections"] if section["title"] == "section.phases")
    assert [row["label"] for row in rows] == [f"enum.work.{work}" for work in PHASES.values()]
    for row, motif in zip(rows, MOTIFS.value, strict=True):
        assert row["status"] == "ACCEPTED"
        [shot] = row["evidence"]
        assert shot["size"] == len(draw(Picture(motif, True, 0)))
    # Free text is nowhere but with its owner.
    assert TROUBLE not in msgspec.json.encode(page).decode()
    # On the whole: one whistle, closed; every limit that was counted was kept.
    desk = street.desk("operator")
    listed = await desk.get("/matters", open="false")
    assert [m["id"] for m in listed["items"]] == [lane.id]
    rates = (await desk.get("/rates", **{"from": "2023-03-01", "to": "2023-06-30"}))["rows"]
    counted = {row["rate"]: (row["numerator"], row["denominator"]) for row in rates if row["service"] == "whistle"}
    kept = ("sign", "contact", "report", "finish", "solved")
    expected = {f"whistle.{name}_rate": (1, 1) for name in kept} | {"whistle.reblown_rate": (0, 1)}
    assert {name: counted[name] for name in expected} == expected
    # Another community sees none of it.
    assert (await street.desk("neighbour").get("/matters"))["total"] == 0
    with pytest.raises(Refused, match=r"access\.not_visible"):
        await street.page("neighbour", "whistle", "whistle", lane.id)


async def _in_the_community(pages: Pages, street: Running, lane: Lane) -> None:
    """On the secretary's phone: the closed whistle among the finished work."""
    phone = await pages.open(PHONE, "/my")
    await sign_in(phone, "community", street.password("community"))
    await phone.get_by_role("combobox", name="我的范围").select_option(f"area:{COMMUNITY.value}")
    await phone.get_by_role("button", name="已结束").click()
    await expect(phone.get_by_role("listitem").filter(has_text=LANE)).to_be_visible()
    await pages.picture(phone, "community-phone")


def test_the_registry_file_is_the_published_one() -> None:
    """The assumed community is at least one of the street's."""
    registry = registry_of(SCOPE)
    assert (DATA / f"registry-{SCOPE}.json").exists()
    assert registry["title"]["zh"] == "小市街道"
    assert COMMUNITY.value in {area["code"] for area in registry["areas"]}
