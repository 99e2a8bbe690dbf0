"""The README draws every life cycle and names every event, so that who reads it knows what there is."""

from pathlib import Path

from shuniu.testing.readme import undrawn, unnamed
from shuniu_services_desk import service
from shuniu_services_desk.cases.lifecycles import CASE, TASK
from shuniu_services_desk.counters.lifecycles import POST, TICKET
from shuniu_services_desk.deliberation.lifecycle import DELIBERATION
from shuniu_services_desk.home_visits.state import CYCLE as HOME_VISIT
from shuniu_services_desk.needs.lifecycles import CLUSTER, NEED
from shuniu_services_desk.projects.lifecycle import MILESTONE, PROJECT
from shuniu_services_desk.ratings.state import RATING
from shuniu_services_desk.standards.state import CYCLE as STANDARD

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def test_every_life_cycle_is_drawn() -> None:
    assert (
        undrawn(
            README,
            (CASE, TASK, POST, TICKET, HOME_VISIT, STANDARD, RATING, NEED, CLUSTER, DELIBERATION, PROJECT, MILESTONE),
        )
        == []
    )


def test_every_event_is_named() -> None:
    assert unnamed(README, service) == []
