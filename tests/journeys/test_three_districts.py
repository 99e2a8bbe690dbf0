"""黄家圩十字街: three districts, three deployments, one joint whistle and a joint governance that comes again.

小市街道 of 鼓楼区 calls 玄武区红山街道 and 栖霞区迈皋桥街道, as the article tells. Everybody keeps their own whistle,
answer and clock; only what the agreements name crosses. The moves are those of the demonstration
(``shuniu_demo.crossing``); when, by which units and how often is assumed.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
import pytest
import pytest_asyncio
from shuniu_demo.cases import Assumed
from shuniu_demo.crossing import HONGSHAN, LEAD, MAIGAOQIAO, VENDORS, Crossing, Side, lead_unit, seats

from .districts import District, districts
from .registries import enter, registry_of

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]

XIAOSHI: Final = "320106013"
AREA: Final = Assumed("320106013004")
"""黄家圩社区: which community's the crossing is, is assumed by its name."""
BEGIN: Final = Assumed(datetime(2023, 5, 8, 1, 0, tzinfo=UTC))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def three(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[list[District]]:
    """小市, 红山, 迈皋桥; 小市 has agreed with each of the others, they with nobody else."""
    folder = tmp_path_factory.mktemp("3d")
    agreed = {XIAOSHI: (HONGSHAN, MAIGAOQIAO)}
    async with districts(folder, (XIAOSHI, HONGSHAN, MAIGAOQIAO), agreed, BEGIN.value) as running:
        for one in running:
            registry = registry_of(one.scope)
            registry["units"].append({"kind": "unit", **lead_unit()})
            await one.open_accounts(seats(one.scope))
            await enter(one, registry)
        yield running


async def test_three_districts_clear_the_crossing_together(three: list[District]) -> None:
    ours, hongshan, maigaoqiao = three
    crossing = Crossing(ours, AREA.value, BEGIN.value)
    two_leads = [{"scope": HONGSHAN, "role": "LEAD"}, {"scope": MAIGAOQIAO}]
    refused = await ours.refused("clerk", "whistle.draft", **crossing.plan(parties=two_leads))
    assert refused.rule == "whistle.one_lead"
    await crossing.call()
    assert set(crossing.called) == {LEAD.value, f"@{HONGSHAN}", f"@{MAIGAOQIAO}"}

    # Each neighbour hears of it as a draft of its own; only 红山 answers for now, by its own clock.
    near, far = Side(hongshan, BEGIN.value), Side(maigaoqiao, BEGIN.value)
    await near.taken_up()
    await far.taken_up()
    await near.blow("红山街道自己的说明")
    await crossing.stand("SIGNED", "PENDING")
    await _keeps_to_itself(ours, near, far, crossing.whistle)
    await near.work(people=4)
    await crossing.stand("FINISHED", "PENDING")
    detail = await ours.desk("clerk").get(f"/matters/whistle/whistle/{crossing.whistle}/detail")
    rows = next(section["rows"] for section in detail["sections"] if section["title"] == "section.callouts")
    answers = {row["unit"]: [f for f in row["fields"] if f["label"] == "field.party_answer"] for row in rows}
    assert answers[f"@{HONGSHAN}"] and not answers[f"@{MAIGAOQIAO}"]

    # Our own unit leads: it works, and ends last.
    await crossing.arrive(6, "三方联合整治", 3)
    on = {"whistle": crossing.whistle, "callout": crossing.callout}
    early = await ours.refused("duty-cg", "whistle.finish", evidence=[await crossing.picture()], **on)
    assert early.status == 409, "the lead does not finish before its supporters"
    await far.blow("迈皋桥街道自己的说明")
    await far.work(people=3)
    await crossing.stand("FINISHED", "FINISHED")
    await crossing.finish()
    await ours.shows("operator", "whistle", "whistle", crossing.whistle, "CLOSED")
    assert set((await crossing.units()).values()) == {"FINISHED"}


async def _keeps_to_itself(ours: District, near: Side, far: Side, whistle: str) -> None:
    """Nobody sees more of anybody than was agreed: referrals and how units stand, no texts, no matters."""
    for side in (near, far):
        listed = (await side.there.desk("operator").get("/matters"))["items"]
        assert [m["id"] for m in listed] == [side.whistle], "its own whistle and no other"
        assert await side.there.page("operator", "whistle", "whistle", whistle) == {}
    mine = (await ours.desk("operator").get("/matters"))["items"]
    assert [m["id"] for m in mine] == [whistle]
    page = await ours.page("operator", "whistle", "whistle", whistle)
    detail = await ours.desk("clerk").get(f"/matters/whistle/whistle/{whistle}/detail")
    for said in (page, detail):
        assert "红山街道自己的说明" not in msgspec.json.encode(said).decode()
    text = await near.there.desk("clerk").get(f"/matters/whistle/whistle/{near.whistle}/detail")
    assert VENDORS not in msgspec.json.encode(text["fields"]).decode(), "no free text crosses with a referral"
    # Each has its own clock: theirs ends by their own leader's date, ours by ours.
    theirs = await near.there.page("operator", "whistle", "whistle", near.whistle)
    assert theirs["matter"]["due_at"]
    strangers = (await near.there.desk("operator").get("/view"))["services"]
    assert not [s for s in strangers if MAIGAOQIAO in s["service"]], "the neighbours do not know each other"


async def test_the_joint_governance_comes_again_and_its_resolution_becomes_work(three: list[District]) -> None:
    ours = three[0]
    planned = await Crossing(ours, AREA.value, BEGIN.value).plan_series()
    assert all(len(sessions) >= 2 for sessions in planned), "scheduled two months ahead, by themselves"
    session = planned[0][0]
    query = {"from": "2023-05-01", "to": "2023-09-30"}
    calendar = await ours.desk("leader").get("/services/whistle/x/joint/calendar", **query)
    at = {entry["id"]: entry for entry in calendar["entries"]}
    assert set(planned[0]) | set(planned[1]) <= set(at)
    starts, ends = (datetime.fromisoformat(at[session][name]) for name in ("starts_at", "ends_at"))
    early = await ours.refused("clerk", "joint.hold", session=session, minutes="尚未召开")
    assert (early.status, early.rule) == (409, "joint.not_yet")
    ours.set_clock(ends + timedelta(minutes=5))
    for unit, people in ((LEAD.value, 3), (f"@{HONGSHAN}", 2), (f"@{MAIGAOQIAO}", 2)):
        await ours.do("clerk", "joint.note_attendance", session=session, unit=unit, people=people)
    await ours.do("clerk", "joint.hold", session=session, minutes="三方议定错时值守")
    resolved = await ours.do(
        "clerk", "joint.resolve", session=session, resolution="增设引导点", becomes="WHISTLE", lead=LEAD.value
    )
    await ours.do("clerk", "joint.archive", session=session)
    page = await ours.shows("operator", "whistle", "joint_session", session, "ARCHIVED")
    assert [link["id"] for link in page["links"]] == [resolved["answer"]["whistle"]]
    assert ends - starts == timedelta(minutes=90)
