"""Golden examples: what was once published is understood for ever. They are only added, never changed."""

from pathlib import Path

import pytest
from shuniu.contracts.clock import ClockOverdue, ClockSoon
from shuniu.contracts.document import DocumentIssued, DocumentRevoked
from shuniu.contracts.referral import ReferralExpired, ReferralRefused, ReferralSettled, ReferralTaken
from shuniu.contracts.volunteer import activities, certificates, teams, volunteers
from shuniu.testing.golden import lost, naming

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


@pytest.fixture
def told(street):
    say_register(street)
    say_activities(street)
    return street


def test_every_fact_is_said_and_has_the_golden_fields(told) -> None:
    assert lost(GOLDEN, told.events, FACTS) == []


def test_an_example_holds_no_person_and_no_free_text() -> None:
    assert (
        naming(GOLDEN, FACTS, "张三", "张父", "13812345678", "3201021990", "清洁河道", "虚假", "少记", "救护培训") == []
    )
