"""Golden examples: what was once published is understood for ever. They are only added, never changed."""

from pathlib import Path

from shuniu.contracts.envelope import fact_name
from shuniu.testing.golden import lost
from shuniu_grid import service

GOLDEN = Path(__file__).parents[3] / "shared/tests/contracts/golden/grid"


def test_published_events_fit_the_golden_shape(street):
    """The walk that made the examples still says the same facts in the same fields."""
    for status in ("CLOSED", "HUNG", "NOT_FILED"):
        street.in_status(status)
    said = {event.type.split(".", 2)[2] for event in street.events}
    assert lost(GOLDEN, street.events, (fact for fact in service.facts if fact_name(fact) in said)) == []
