"""The README names every event, so that who reads it knows what there is."""

from pathlib import Path

from shuniu.testing.readme import unnamed
from shuniu_gateway import service

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def test_every_event_is_named() -> None:
    assert unnamed(README, service) == []
