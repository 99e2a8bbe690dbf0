"""The README draws every life cycle and names every event, so that who reads it knows what there is."""

from pathlib import Path

from shuniu.testing.readme import undrawn, unnamed
from shuniu_volunteer import service
from shuniu_volunteer.activities.lifecycles import ACTIVITY, PARTICIPATION
from shuniu_volunteer.awards.lifecycle import ROUND
from shuniu_volunteer.time_bank.lifecycle import EXCHANGE, ORDER

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def test_every_life_cycle_is_drawn() -> None:
    assert undrawn(README, (ACTIVITY, PARTICIPATION, ROUND, ORDER, EXCHANGE)) == []


def test_every_event_is_named() -> None:
    assert unnamed(README, service) == []
