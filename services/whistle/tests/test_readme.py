"""The README draws every life cycle and names every event, so that who reads it knows what there is."""

from pathlib import Path

from shuniu.testing.readme import undrawn, unnamed
from shuniu_whistle import service
from shuniu_whistle.joint.lifecycle import SESSION
from shuniu_whistle.orders.lifecycles import ORDER, PART
from shuniu_whistle.supervision.lifecycle import SUPERVISION
from shuniu_whistle.whistles.lifecycles import CALLOUT, PHASE, WHISTLE

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def test_every_life_cycle_is_drawn() -> None:
    assert undrawn(README, (WHISTLE, CALLOUT, PHASE, ORDER, PART, SESSION, SUPERVISION)) == []


def test_every_event_is_named() -> None:
    assert unnamed(README, service) == []
