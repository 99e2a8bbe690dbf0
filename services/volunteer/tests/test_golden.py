"""Golden examples: what was once published is understood for ever. They are only added, never changed."""

import json
from pathlib import Path

import msgspec
import pytest
from shuniu.contracts.clock import ClockOverdue, ClockSoon
from shuniu.contracts.document import DocumentIssued, DocumentRevoked
from shuniu.contracts.envelope import fact_name
from shuniu.contracts.referral import ReferralExpired, ReferralRefused, ReferralSettled, ReferralTaken
from shuniu.contracts.volunteer import activities, certificates, teams, volunteers

from .walk import say_activities, say_register

GOLDEN = Path(__file__).parents[3] / "shared/tests/contracts/golden/volunteer"
SHARED = (ReferralExpired, ReferralRefused, ReferralSettled, ReferralTaken, ClockSoon, ClockOverdue)
FACTS = (
    *teams.FACTS,
    *volunteers.FACTS,
    *activities.FACTS,
    *certificates.FACTS,
    *SHARED,
    DocumentIssued,
    DocumentRevoked,
)
BY_NAME = {fact_name(cls): cls for cls in FACTS}


@pytest.fixture
def told(street):
    say_register(street)
    say_activities(street)
    return street


def test_every_fact_is_said_and_has_the_golden_fields(told) -> None:
    assert set(told.names()) >= set(BY_NAME)
    for event in told.events:
        name = event.type.split(".", 2)[2]
        if name in BY_NAME:
            golden = json.loads((GOLDEN / f"{name}.json").read_bytes())
            assert set(golden["data"]["fact"]) <= set(msgspec.json.decode(event.data.fact)), name


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_an_example_is_still_understood(name) -> None:
    tree = json.loads((GOLDEN / f"{name}.json").read_bytes())
    fact = msgspec.json.decode(msgspec.json.encode(tree["data"]["fact"]), type=BY_NAME[name])
    again = json.loads(msgspec.json.encode(fact))
    assert {k: again[k] for k in tree["data"]["fact"]} == tree["data"]["fact"]


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_an_example_holds_no_person_and_no_free_text(name) -> None:
    text = (GOLDEN / f"{name}.json").read_text("utf-8")
    assert not [
        p for p in ("张三", "张父", "13812345678", "3201021990", "清洁河道", "虚假", "少记", "救护培训") if p in text
    ]
