"""Scoring (考核计分): rates become points by a table that is data (domain rules 11.3).

``engine.py`` computes, exactly; ``data/profiles.json`` holds the tables; ``routes.py`` applies one to the orders of a
period. The table that ships is a reconstruction from published results and says so.
"""

from shuniu.chassis.service import Capability, Catalogue
from shuniu.contracts.manifest import Panel, Route

from shuniu_whistle.scoring.routes import HANDLERS
from shuniu_whistle.texts import words_of

__all__ = ("capability",)

_TEXTS = words_of("scoring")

capability = Capability(
    name="scoring",
    texts=Catalogue.load("shuniu_whistle.scoring"),
    panels=(
        Panel(
            id="order.scores",
            title=_TEXTS["panel.order_scores"],
            kind="table",
            route="/scores",
            surface="service",
            order=60,
        ),
    ),
    routes=(Route(path="/scores", title=_TEXTS["route.scores"]),),
    handlers=HANDLERS,
)
