"""Ratings as figures: by item, with small cells left out; and what the holder of a code may still rate."""

from typing import Annotated, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from piccolo.columns.combination import WhereRaw
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.chassis.keyed import keyed
from shuniu.chassis.state import load_row
from shuniu.chassis.tables import any_of
from shuniu.contracts.manifest import Route
from shuniu.contracts.panels import Column, TablePanel
from shuniu.rules.areas import is_code
from shuniu.rules.refusal import Forbidden, NotFound

from shuniu_services_desk.cases.case import CODE
from shuniu_services_desk.catalogue.titles import item_titles
from shuniu_services_desk.ratings.commands import DESK_RATED, DESK_RATING
from shuniu_services_desk.ratings.state import BAD, Rating, RatingTable
from shuniu_services_desk.roles import READERS
from shuniu_services_desk.texts import words_of

__all__ = ("HANDLERS", "LEAST", "ROUTES")

WORDS = words_of("ratings")
LEAST = 5
"""Fewer ratings than this in a cell could tell who rated: it is left out (domain rules 7.1, k ≥ 5)."""
AnyRequest = Request[Any, Any, Any]


class Ratable(msgspec.Struct, frozen=True, kw_only=True):
    """A rating that may be given once more."""

    rating: str
    number: str
    status: str


class MyRatings(msgspec.Struct, frozen=True, kw_only=True):
    """Ratings of the cases of one code."""

    ratings: tuple[Ratable, ...]


@get("/ratings/figures", summary="Ratings by item; cells with fewer than five are left out")
async def get_figures(request: AnyRequest) -> TablePanel:
    host = host_of(request)
    actor = actor_of(request)
    if not actor.has_role(*READERS):
        raise Forbidden("access.role", params={"roles": ", ".join(READERS)})
    wanted = any_of(WhereRaw("doc->>'area' like {}", f"{area}%") for area in actor.areas if is_code(area))
    records = await RatingTable.select(RatingTable.doc).where(wanted) if wanted is not None else []
    sums: dict[str, list[int]] = {}
    for record in records:
        r = msgspec.json.decode(record["doc"], type=Rating)
        for key in (r.item, ""):
            at = sums.setdefault(key, [0, 0])
            at[0] += 1
            at[1] += r.level not in BAD
    columns = (
        Column(id="item", title=WORDS["field.rated_item"]),
        Column(id="rated", title=WORDS["measure.desk.rated"], kind="number"),
        Column(id="good_rate", title=WORDS["rate.desk.good_rate"], kind="percent", note=WORDS["note.small_cells"]),
    )
    titles = await item_titles(host, (item for item, (n, _) in sums.items() if item and n >= LEAST))
    rows = tuple(
        {"item": titles.get(item, item) or WORDS["word.all_ratings"], "rated": n, "good_rate": good / n}
        for item, (n, good) in sorted(sums.items())
        if n >= LEAST
    )
    return TablePanel(columns=columns, rows=rows, as_of=host.clock.now(), note=WORDS["note.small_cells"])


@get("/ratings/mine", opt={"public": True}, summary="Ratings of the cases of a follow-up code")
async def get_mine(
    request: AnyRequest, code: Annotated[str, QueryParameter(min_length=12, max_length=24)]
) -> MyRatings:
    host = host_of(request)
    held = await load_row(host.pool, CODE, keyed(host).of_code(code))
    if held is None:
        raise NotFound("case.code_unknown")
    found = []
    for case in held[0].cases:
        rated = await load_row(host.pool, DESK_RATED, case)
        row = await load_row(host.pool, DESK_RATING, rated[0].rating) if rated is not None else None
        if row is not None:
            found.append(Ratable(rating=row[0].id, number=row[0].number, status=row[0].status))
    return MyRatings(ratings=tuple(found))


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_figures, get_mine)
ROUTES = (
    Route(path="/ratings/figures", title=WORDS["route.rating_figures"]),
    Route(path="/ratings/mine", title=WORDS["route.rating_mine"], public=True),
)
