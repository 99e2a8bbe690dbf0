"""Golden examples of home visits: only added, never changed."""

import json
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from shuniu.contracts.envelope import CloudEvent, fact_name
from shuniu.contracts.services_desk import home_visits
from shuniu_services_desk.cases.prepared import PreparedCase

GOLDEN = Path(__file__).parents[4] / "shared/tests/contracts/golden/services_desk"
FACTS = {fact_name(cls): cls for cls in home_visits.FACTS}


def say_everything(desk) -> None:
    """A walk on which every fact is said."""
    desk.publish(desk.guide("SB-07", channels=["WINDOW", "HOME_VISIT"]))

    def request() -> str:
        given = PreparedCase(code="HOME", code_key=f"hk{len(desk.events)}")
        who = {"applicant_name": "李奶奶", "applicant_phone": "13812345678", "applicant_address": "测试社区 3 幢"}
        return desk.do("clerk", "home.request", given, **who, reason="AGED", items=["SB-07"]).answer["visit"]

    def do(move, visit, **body) -> None:
        desk.do("clerk", f"home.{move}", desk.prepared(), visit=visit, **body)

    def appoint(visit) -> None:
        start = desk.now + timedelta(hours=1)
        do("appoint", visit, staff=["k1", "k2"], starts_at=start.isoformat(),
           ends_at=(start + timedelta(hours=1)).isoformat())  # fmt: skip
        desk.tick(hours=1)

    visit = request()
    appoint(visit)
    do("miss", visit)
    appoint(visit)
    do("collect", visit, materials=["ID"], with_staff="k2")
    body = {"items": ["SB-07"], "situation": {"agent": "no"}, "handed": ["ID"], "applicant_name": "李奶奶"}
    desk.do("clerk", "home.submit", desk.prepared(), **body, visit=visit, consent=True)
    do("give_back", visit)
    visit = request()
    appoint(visit)
    do("done", visit, note="已说明")
    visit = request()
    for _ in range(2):
        appoint(visit)
        do("miss", visit)
    do("refuse", request(), ground="NOT_BY_VISIT", note="须本人到场")
    do("cancel", request(), note="不需要了")


def test_what_is_said_today_has_the_golden_fields(desk) -> None:
    say_everything(desk)
    assert set(desk.names()) >= set(FACTS)
    for event in desk.events:
        name = event.type.removeprefix("shuniu.services_desk.")
        if name in FACTS:
            golden = json.loads((GOLDEN / f"{name}.json").read_bytes())
            assert set(golden["data"]["fact"]) <= set(msgspec.json.decode(event.data.fact)), name


@pytest.mark.parametrize("name", sorted(FACTS))
def test_every_example_is_still_understood_and_names_nobody(name) -> None:
    text = (GOLDEN / f"{name}.json").read_bytes()
    msgspec.json.decode(msgspec.json.decode(text, type=CloudEvent).data.fact, type=FACTS[name])
    for private in ("李奶奶", "13812345678", "3 幢", "AGED", "须本人到场"):
        assert private not in text.decode()
