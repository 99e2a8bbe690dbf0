"""The article's cases in their real scope, 小市街道 of Nanjing's Gulou district, told by the demonstration's own acts.

Facts are the article's words (``shuniu_demo.cases``); everything else is assumed and says nothing about anybody.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec
import pytest
import pytest_asyncio
from shuniu_demo.accounts import DEPARTMENTS, Seat, duty
from shuniu_demo.cases import GARDEN, KTV, TWO_YEARS, WHISTLES, Assumed, Cast, flying_wire, kindergarten, ktv, moving_in
from shuniu_demo.journal import Header, Journal
from shuniu_demo.load import Player
from shuniu_demo.script import Act, Office, Script
from shuniu_demo.story import Story
from shuniu_demo.street import Spot

from .registries import enter, registry_of
from .running import Running, Stage, running
from .test_told import told as told_of

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]

SCOPE: Final = "320106013"
COMMUNITY: Final = Assumed("320106013008")
FIRM: Final = Assumed("e-320106013008")
BEGIN: Final = Assumed(datetime(2021, 3, 8, 1, 0, tzinfo=UTC))
UNITS: Final = Assumed(("sthj", "pcs", "cg", "zgj", "ghzy", "xf", "gd"))
"""Which departments came is nowhere said."""
CAST: Final = Cast(
    COMMUNITY.value, "community", "enterprise", FIRM.value, COMMUNITY.value, lambda name, area: Spot(area, name)
)
OFFICE: Final = ("street-office",)
SEATS: Final = (
    Seat("registrar", "基础信息管理员", "Registrar", "registrar", (SCOPE,)),
    Seat("operator", "指挥中心值班员", "Operator", "operator", (SCOPE,), clearance=3),
    Seat("clerk", "街道经办", "Street clerk", "street_clerk", (SCOPE,), OFFICE, 3),
    Seat("leader", "班子成员", "Leading-group member", "leading_group", (SCOPE,), OFFICE, 3),
    Seat("secretary", "党工委书记", "Party secretary", "party_secretary", (SCOPE,), OFFICE, 3),
    Seat("coordinator", "区级协调员", "Coordinator", "district_coordinator", (SCOPE,), ("district-coordination",)),
    Seat("community", "社区书记", "Community secretary", "community_secretary", (COMMUNITY.value,),
         (f"c-{COMMUNITY.value}",), 3),
    Seat("neighbour", "邻近社区书记", "Another community", "community_secretary", ("320106013001",),
         ("c-320106013001",), 3),
    Seat("enterprise", "企业联系人", "Enterprise contact", "enterprise_contact", (COMMUNITY.value,), (FIRM.value,)),
    *(Seat(duty(unit), f"{unit}值班员", f"{unit} duty officer", "duty_officer", (), (unit,)) for unit in UNITS.value),
)  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def street(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Running:
    """小市街道 with its published communities, and assumed departments."""
    registry = registry_of(SCOPE)
    names = {unit: zh for unit, zh, _ in DEPARTMENTS}
    registry["units"] += [_unit(unit, names[unit], "DEPARTMENT") for unit in UNITS.value]
    registry["units"] += [
        _unit("district-coordination", "区协调办", "DISTRICT"),
        _unit(FIRM.value, "入驻企业", "ENTERPRISE"),
    ]
    head = {name: registry[name] for name in ("scope", "title", "synthetic")}
    folder = tmp_path_factory.mktemp("xiaoshi-cases")

    @asynccontextmanager
    async def begin() -> AsyncIterator[Running]:
        async with running(folder, SCOPE, msgspec.json.encode(head), begin=BEGIN.value, rate=0) as there:
            await there.open_accounts(SEATS)
            await enter(there, registry)
            yield there

    return await stage.take("xiaoshi-cases", begin)


def _unit(code: str, zh: str, subtype: str) -> dict[str, Any]:
    return {"kind": "unit", "code": code, "parent": "", "title": {"zh": zh, "en": zh}, "subtype": subtype}


class Telling:
    """A case on its way: the acts are given up to a point, so that a test can look and try what is not allowed."""

    def __init__(self, street: Running, journal: Path, thread: str, case: Any, begin: datetime) -> None:
        self.street = street
        script = Script(thread, begin, Random(20230711), Office())
        case(script, CAST)
        self.acts: tuple[Act, ...] = tuple(script.acts())
        self.thread = thread
        self._journal = Journal(journal)
        self._journal.start(Header(name=thread, end=self.acts[-1].at, scale=1, seed=0))
        self._player = Player(street.street, self._journal, lambda at: street.set_clock(at, 0))

    async def until(self, command: str = "", nth: int = 1) -> str:
        """Give everything up to and with the nth act of that command ("" : all); the whistle as it is now."""
        places = [n for n, act in enumerate(self.acts, 1) if act.command == command]
        last = places[nth - 1] if command else len(self.acts)
        story = Story(self.acts[0].at, self.acts[-1].at, self.acts[:last], frozenset())
        await self._player.play(story)
        assert not self._journal.refused
        return str(self.known["whistle"])

    @property
    def known(self) -> dict[str, Any]:
        """What the answers told."""
        return self._player.known[self.thread]

    async def ended(self) -> dict[str, Any]:
        """The page of the closed whistle."""
        return await self.street.shows("operator", "whistle", "whistle", await self.until(), "CLOSED")


def _on_time(page: dict[str, Any]) -> None:
    assert not {"LATE_ONCE", "LATE_TWICE", "ESCALATED"} & set(page["matter"]["flags"])
    assert not [step for step in page["timeline"] if step["move"] == "clock_overdue"]


async def test_ktv_noise_at_xinian_centre_is_whistled_for_and_solved(street: Running, tmp_path: Path) -> None:
    case = Telling(street, tmp_path / "ktv", "case-ktv", ktv, BEGIN.value)
    whistle = await case.until("whistle.submit")
    clerk = await street.refused("clerk", "whistle.blow", whistle=whistle)
    assert (clerk.status, clerk.rule) == (403, "whistle.routine_blowers")
    await case.until("whistle.blow")
    for unit in ("sthj", "pcs", "cg"):
        assert (await told_of(street, duty(unit), whistle))["why"] == "assigned"
    callout = case.known["callouts.sthj"]
    await case.until("whistle.contact", 3)
    came = {"at": street.now().isoformat(), "where": KTV, "people": 2}
    own = await street.refused("duty-sthj", "whistle.report_in", whistle=whistle, callout=callout, **came)
    assert own.status == 403, "no department confirms its own presence"
    await case.until("whistle.finish", 3)
    early = await street.refused("clerk", "whistle.close", whistle=whistle)
    assert early.status == 409, "nothing is closed without a rating"
    page = await case.ended()
    _on_time(page)
    assert page["matter"]["place"]["name"] == KTV
    assert {unit["unit"]: unit["status"] for unit in page["matter"]["units"]} == dict.fromkeys(
        ("sthj", "pcs", "cg"), "FINISHED"
    )
    assert [step["move"] for step in page["timeline"]].count("callout_rated") == 3
    detail = await street.desk("clerk").get(f"/matters/whistle/whistle/{whistle}/detail")
    assert "喜年中心KTV噪声扰民" in msgspec.json.encode(detail["fields"]).decode()


async def test_the_kindergarten_is_opened_after_eight_whistles_in_two_years(street: Running, tmp_path: Path) -> None:
    case = Telling(street, tmp_path / "garden", "case-garden", kindergarten, BEGIN.value + timedelta(days=30))
    second = await case.until("whistle.blow", 2)
    # The push meeting: told of a day before, at the latest.
    soon = {"meet_at": (street.now() + timedelta(hours=3)).isoformat(), "where": GARDEN}
    late = await street.refused("clerk", "whistle.announce_meeting", whistle=second, **soon)
    assert (late.status, late.rule) == (422, "whistle.meeting_notice")
    await case.until("whistle.announce_meeting", 1)
    for unit in ("zgj", "ghzy"):
        assert (await told_of(street, duty(unit), second))["service"] == "whistle"
    page = await case.ended()
    chain = (await street.desk("clerk").get(f"/services/whistle/x/chains/{case.known['whistle']}"))["links"]
    assert [link["chain"] for link in chain] == list(range(1, WHISTLES + 1))
    assert [link["status"] for link in chain] == ["RE_BLOWN"] * (WHISTLES - 1) + ["CLOSED"]
    assert {link["place"]["name"] for link in chain} == {GARDEN}
    first, last = (datetime.fromisoformat(str(at)) for at in (chain[0]["opened_at"], page["timeline"][-1]["time"]))
    assert TWO_YEARS - timedelta(days=60) < last - first <= TWO_YEARS
    announced = [act for act in case.acts if act.command == "whistle.announce_meeting"]
    assert len(announced) == WHISTLES - 1
    assert all(act.body["meet_at"].date() > act.at.date() for act in announced)
    await _remembers(street, case, chain)
    # From the third on the district supervises; every supervision was answered, reviewed and ended in time.
    cases = (await street.desk("operator").get("/matters", kind="supervision_case", limit=50))["items"]
    mine = [c for c in cases if c["place"]["name"] == GARDEN]
    assert [c["status"] for c in mine] == ["SETTLED"] * (WHISTLES - 2)
    await _evaluated(street, first.date(), last.date())


async def _remembers(street: Running, case: Telling, chain: list[dict[str, Any]]) -> None:
    """The last whistle carries what the seven before it were."""
    detail = await street.desk("clerk").get(f"/matters/whistle/whistle/{case.known['whistle']}/detail")
    rows = next(section["rows"] for section in detail["sections"] if section["title"] == "section.history")
    assert len(rows) == (WHISTLES - 1) * 2
    assert {row["unit"] for row in rows} == {"zgj", "ghzy"}
    numbers = [f["value"] for row in rows for f in row["fields"] if f["label"] == "field.number"]
    assert list(dict.fromkeys(numbers)) == [link["number"] for link in chain[:-1]]
    assert all(row["evidence"] for row in rows)


async def _evaluated(street: Running, first: date, last: date) -> None:
    query = {"from": first.isoformat(), "to": last.isoformat()}
    chains = await street.desk("leader").get("/services/whistle/x/evaluation/chains", **query)
    garden = next(row for row in chains["rows"] if row["longest"] == WHISTLES)
    assert (garden["chains"], garden["mean_length"]) == (1, float(WHISTLES))
    rates = (await street.desk("operator").get("/rates", **query))["rows"]
    again = next(row for row in rates if row["rate"] == "whistle.reblown_rate")
    assert again["numerator"] == WHISTLES - 1


async def test_a_community_calls_the_street_for_charging_by_flying_wire(street: Running, tmp_path: Path) -> None:
    begin = BEGIN.value + timedelta(days=800)
    case = Telling(street, tmp_path / "wire", "case-wire", flying_wire, begin)
    whistle = await case.until("whistle.submit")
    other = await street.refused("neighbour", "whistle.blow", whistle=whistle)
    assert other.status == 403
    await case.until("whistle.blow")
    callout = case.known["callouts.street-office"]
    await case.until("whistle.contact", 3)
    came = {"at": street.now().isoformat(), "where": "现场", "people": 2}
    own = await street.refused("clerk", "whistle.report_in", whistle=whistle, callout=callout, **came)
    assert own.status == 403, "the community, not the street, says that the street came"
    page = await case.ended()
    _on_time(page)
    assert page["matter"]["lead_unit"] == "street-office"
    assert "DOWN" in page["matter"]["flags"]


async def test_an_enterprise_calls_the_street_on_moving_in(street: Running, tmp_path: Path) -> None:
    begin = BEGIN.value + timedelta(days=820)
    case = Telling(street, tmp_path / "moving", "case-moving", moving_in, begin)
    whistle = await case.until("whistle.blow")
    rated = await street.refused("clerk", "whistle.cancel", whistle=whistle, reason="街道自行撤销")
    assert rated.status == 403, "whoever called decides"
    page = await case.ended()
    _on_time(page)
    assert page["matter"]["lead_unit"] == "street-office"
    assert [unit["status"] for unit in page["matter"]["units"]] == ["FINISHED"]
    detail = await street.desk("enterprise").get(f"/matters/whistle/whistle/{whistle}/detail")
    assert "搬迁入驻" in msgspec.json.encode(detail["fields"]).decode()
