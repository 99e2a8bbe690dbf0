"""Queries of needs: lists, what is alike, a cluster's needs, and what whoever raised one may follow by the code."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter
from shuniu.chassis.context import Actor
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.chassis.keyed import keyed
from shuniu.chassis.state import load_row
from shuniu.chassis.tables import Condition, any_of, in_areas
from shuniu.contracts.panels import Column, MatterPointer, TablePanel
from shuniu.contracts.services_desk.needs import OtherOffer, Score
from shuniu.contracts.text import Text
from shuniu.rules.refusal import Forbidden, NotFound

from shuniu_services_desk.needs.kinds import CLUSTER_ROW, NEED_CODE, NEED_ROW
from shuniu_services_desk.needs.lifecycles import SORTERS
from shuniu_services_desk.needs.similar import Seen, alike
from shuniu_services_desk.needs.state import Need
from shuniu_services_desk.needs.tables import NeedTable
from shuniu_services_desk.texts import words_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("HANDLERS", "area_of")

WORDS = words_of("needs")
AnyRequest = Request[Any, Any, Any]
Word = Annotated[str, QueryParameter(max_length=40)]
FollowText = Annotated[str, QueryParameter(min_length=12, max_length=24)]
_COMPARED = 300
"""At most so many open needs are compared, the newest."""
_LISTED = 200
_ENDED = ("FED_BACK", "REJECTED")


class FollowedNeed(msgspec.Struct, frozen=True, kw_only=True):
    """How a need stands, for whoever holds its code: why it was matched, what else was possible, what came of it."""

    number: str
    category: Text
    status: str
    title: Text
    open: bool
    raised_at: datetime
    alike: int
    """How many raised the same, this one with them."""
    automation_refused: bool
    offer: str
    manual: bool
    score: Score | None
    others: tuple[OtherOffer, ...]
    offers: dict[str, Text]
    """Titles of the offers named here, by code."""
    review_on: date | None
    told: str
    told_by: str


def area_of(actor: Actor, table: Any) -> Condition | None:
    """The rows of an actor's areas. None: no row at all."""
    return any_of(in_areas(table, actor))


def _need(record: Mapping[str, Any]) -> Need:
    return msgspec.json.decode(record["doc"], type=Need)


_COLUMNS = (
    Column(id="need", title=WORDS["field.need_number"], kind="matter"),
    Column(id="category", title=WORDS["field.category"]),
    Column(id="area", title=WORDS["field.area"], kind="area"),
    Column(id="status", title=WORDS["field.need_status"], kind="status"),
    Column(id="raised", title=WORDS["field.raised_at"], kind="time"),
)


def _line(n: Need) -> dict[str, Any]:
    return {
        "need": MatterPointer(kind="desk_need", id=n.id, number=n.number),
        "category": WORDS[f"category.{n.category}"],
        "area": n.area,
        "status": n.status,
        "raised": n.opened_at,
    }


@get("/needs", summary="Needs of the caller's areas that are open, those due first")
async def get_needs(request: AnyRequest, status: Word = "", category: Word = "") -> TablePanel:
    host = host_of(request)
    wanted = area_of(actor_of(request), NeedTable)
    records: list[dict[str, Any]] = []
    if wanted is not None:
        query = NeedTable.select(NeedTable.doc).where(wanted)
        query = query.where(NeedTable.status == status if status else NeedTable.status.not_in(list(_ENDED)))
        records = await query.order_by(NeedTable.due_at).order_by(NeedTable.key).limit(_LISTED)
    needs = [n for n in map(_need, records) if not category or n.category == category]
    unit = Column(id="unit", title=WORDS["field.unit"], kind="unit")
    rows = tuple({**_line(n), "unit": n.unit} for n in needs)
    return TablePanel(columns=(*_COLUMNS, unit), rows=rows, as_of=host.clock.now())


def _need_role(actor: Actor, roles: tuple[str, ...]) -> None:
    if not actor.has_role(*roles):
        raise Forbidden("access.role", params={"roles": ", ".join(roles)})


async def _seen(host: "Host", n: Need) -> Seen:
    return Seen(n.id, n.category, n.area, n.place, await host.vault.open_text(host.pool, n.words_ref))


@get("/needs/{need:str}/similar", summary="Open needs that may be the same, with the points that say why")
async def get_similar(request: AnyRequest, need: FromPath[str]) -> TablePanel:
    host, actor = host_of(request), actor_of(request)
    _need_role(actor, SORTERS)
    found = await load_row(host.pool, NEED_ROW, need)
    if found is None or not actor.covers(found[0].area):
        raise NotFound("desk_need.unknown", params={"id": need[:40]})
    wanted = area_of(actor, NeedTable)
    query = NeedTable.select(NeedTable.doc).where(NeedTable.status.not_in(list(_ENDED)))
    assert wanted is not None  # they cover the need's own area
    records = await query.where(wanted).order_by(NeedTable.key, ascending=False).limit(_COMPARED)
    needs = {n.id: n for n in map(_need, records)}
    seen = [await _seen(host, n) for n in needs.values()]
    one = await _seen(host, found[0])
    rows = tuple(
        {
            **_line(needs[other.id]),
            "points": like.total,
            "place": like.place,
            "kind": like.category,
            "words": like.words,
        }
        for other, like in alike(one, seen)[:20]
    )
    points = tuple(
        Column(id=id_, title=WORDS[f"score.{name}"], kind="number")
        for id_, name in (("points", "total"), ("place", "place"), ("kind", "category"), ("words", "words"))
    )
    return TablePanel(columns=(*_COLUMNS, *points), rows=rows, as_of=host.clock.now(), note=WORDS["note.similar"])


@get("/needs/clusters/{cluster:str}", summary="The needs of a cluster")
async def get_cluster(request: AnyRequest, cluster: FromPath[str]) -> TablePanel:
    host, actor = host_of(request), actor_of(request)
    found = await load_row(host.pool, CLUSTER_ROW, cluster)
    if found is None or not actor.covers(found[0].area):
        raise NotFound("need_cluster.unknown", params={"id": cluster[:40]})
    needs = [row[0] for n in found[0].needs if (row := await load_row(host.pool, NEED_ROW, n)) is not None]
    return TablePanel(columns=_COLUMNS, rows=tuple(map(_line, needs)), as_of=host.clock.now())


async def _titles(codes: list[str]) -> dict[str, Text]:
    # Matching builds upon needs, so its register is looked up when used.
    from shuniu_services_desk.matching.routes import offers_of

    named = {r.offer.code: r.offer for r in await offers_of() if r.offer.code in codes}
    return {code: Text(o.title_zh, o.title_en or o.title_zh) for code, o in named.items()}


@get("/needs/follow", opt={"public": True}, summary="How a need stands, by its follow-up code, without signing in")
async def get_followed_need(request: AnyRequest, code: FollowText) -> FollowedNeed:
    host = host_of(request)
    held = await load_row(host.pool, NEED_CODE, keyed(host).of_code(code))
    found = await load_row(host.pool, NEED_ROW, held[0].need) if held is not None else None
    if found is None:
        raise NotFound("need.code_unknown")
    n = found[0]
    cluster = await load_row(host.pool, CLUSTER_ROW, n.cluster) if n.cluster else None
    offer = n.offer or (n.proposal.offer if n.proposal else "")
    others = n.proposal.others if n.proposal else ()
    return FollowedNeed(
        number=n.number,
        category=WORDS[f"category.{n.category}"],
        status=n.status,
        title=WORDS[f"status.desk_need.{n.status}"],
        open=n.open,
        raised_at=n.opened_at,
        alike=len(cluster[0].needs) if cluster is not None else 1,
        automation_refused=n.automation_refused,
        offer=offer,
        manual=n.manual,
        score=n.proposal.score if n.proposal else None,
        others=others,
        offers=await _titles([offer, *(o.offer for o in others)]),
        review_on=n.review_on,
        told=await host.vault.open_text(host.pool, n.told_ref),
        told_by=n.told_by,
    )


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_needs, get_similar, get_cluster, get_followed_need)
