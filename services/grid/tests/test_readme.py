"""The README draws every life cycle and names every event, so that who reads it knows what there is."""

from pathlib import Path

from shuniu.testing.readme import undrawn, unnamed
from shuniu_grid import service
from shuniu_grid.events.lifecycle import EVENT
from shuniu_grid.patrols.lifecycle import PATROL
from shuniu_grid.stars.lifecycle import CYCLE as STARS
from shuniu_grid.visits.lifecycle import VISIT

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def test_every_life_cycle_is_drawn() -> None:
    assert undrawn(README, (EVENT, PATROL, VISIT, STARS)) == []


def test_every_event_is_named() -> None:
    assert unnamed(README, service) == []
