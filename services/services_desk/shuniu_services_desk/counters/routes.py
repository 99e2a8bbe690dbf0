"""The hall's display, where one's number stands, and the day's figures by post."""

from datetime import date
from statistics import median
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from piccolo.columns.combination import WhereRaw
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.chassis.state import load_row
from shuniu.contracts.manifest import Route
from shuniu.contracts.panels import Column, TablePanel
from shuniu.contracts.text import Text
from shuniu.rules.calendar import local
from shuniu.rules.refusal import FieldError, Forbidden, NotFound, Unprocessable

from shuniu_services_desk.counters.choosing import minutes_between, turn
from shuniu_services_desk.counters.rows import HALL, QUEUE, queue_id
from shuniu_services_desk.counters.state import HALL_KEY, Hall, Queue, Ticket
from shuniu_services_desk.counters.tables import TicketTable
from shuniu_services_desk.roles import READERS
from shuniu_services_desk.texts import words_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("HANDLERS", "ROUTES", "figures_of")

WORDS = words_of("counters")
AnyRequest = Request[Any, Any, Any]
Digits = Annotated[str, QueryParameter(pattern="^[0-9]*$", max_length=15)]
MOST_SHOWN = 30
"""Waiting numbers a display holds."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a number stands. ``before`` are those that wait with an earlier turn; ``post`` is where to go."""

    number: str
    status: str
    title: Text
    before: int | None = None
    post: str = ""


async def _today(host: "Host", area: str) -> tuple[Queue, Hall]:
    queue = await load_row(host.pool, QUEUE, queue_id(area or host.scope, host.clock.now()))
    hall = await load_row(host.pool, HALL, HALL_KEY)
    return (queue[0] if queue is not None else Queue(), hall[0] if hall is not None else Hall())


@get("/queue/board", opt={"public": True}, summary="The display of a hall: who is called where, who waits")
async def get_board(request: AnyRequest, area: Digits = "") -> TablePanel:
    host = host_of(request)
    queue, hall = await _today(host, area)
    now = host.clock.now()
    labels = {p.post: p.label for p in hall.posts}
    columns = (
        Column(id="number", title=WORDS["field.queue_number"]),
        Column(id="state", title=WORDS["column.state"]),
        Column(id="post", title=WORDS["column.post"]),
        Column(id="minutes", title=WORDS["column.minutes"], kind="minutes"),
    )

    def row(number: str, status: str, post: str, minutes: int) -> dict[str, Any]:
        return {"number": number, "state": WORDS[f"status.desk_ticket.{status}"], "post": post, "minutes": minutes}

    called = sorted(queue.called, key=lambda c: c.at, reverse=True)
    rows = [
        row(c.number, "SERVING" if c.serving else "CALLED", labels.get(c.post, ""), minutes_between(c.at, now))
        for c in called
    ]
    rows += [
        row(w.number, "WAITING", labels.get(w.only, ""), minutes_between(w.taken_at, now))
        for w in queue.waiting[:MOST_SHOWN]
    ]
    return TablePanel(columns=columns, rows=tuple(rows), as_of=now, note=WORDS["note.queue_board"])


@get("/queue/number", opt={"public": True}, summary="Where a number of today stands")
async def get_number(
    request: AnyRequest, number: Annotated[str, QueryParameter(pattern="^[0-9]{3,4}$")], area: Digits = ""
) -> Standing:
    host = host_of(request)
    queue, hall = await _today(host, area)
    labels = {p.post: p.label for p in hall.posts}

    def standing(status: str, **more: Any) -> Standing:
        return Standing(number=number, status=status, title=WORDS[f"status.desk_ticket.{status}"], **more)

    for w in queue.waiting:
        if w.number == number:
            before = sum(turn(o) < turn(w) for o in queue.waiting)
            return standing("WAITING", before=before, post=labels.get(w.only, ""))
    for c in queue.called:
        if c.number == number:
            return standing("SERVING" if c.serving else "CALLED", post=labels.get(c.post, ""))
    if any(m.number == number for m in queue.missed):
        return standing("MISSED")
    if 0 < int(number) <= queue.last:
        return standing("FINISHED")
    raise NotFound("desk_ticket.unknown", params={"id": number})


def figures_of(tickets: list[Ticket], labels: dict[str, str]) -> tuple[dict[str, Any], ...]:
    """By post and for all: called, served, no-shows, median and longest wait; null where nothing was called."""
    rows = []
    for post in (*sorted(labels, key=lambda p: labels[p]), ""):
        mine = [t for t in tickets if not post or t.post == post]
        waits = [t.waited for t in mine if t.waited is not None]
        serves = [t.served for t in mine if t.served is not None]
        rows.append(
            {
                "post": labels.get(post) or WORDS["word.all_posts"],
                "called": len(waits),
                "served": len(serves),
                "no_shows": sum(t.status == "MISSED" for t in mine) if not post else None,
                "median_wait": median(waits) if waits else None,
                "longest_wait": max(waits, default=None),
                "mean_served": sum(serves) / len(serves) if serves else None,
            }
        )
    return tuple(rows)


@get("/queue/figures", summary="A day's numbers by post: served, no-shows, median wait")
async def get_figures(request: AnyRequest, area: Digits = "", day: Annotated[str, QueryParameter()] = "") -> TablePanel:
    host = host_of(request)
    actor = actor_of(request)
    if not actor.has_role(*READERS):
        raise Forbidden("access.role", params={"roles": ", ".join(READERS)})
    actor.require_area(area or host.scope)
    try:
        on = date.fromisoformat(day) if day else local(host.clock.now()).date()
    except ValueError:
        raise Unprocessable("command.invalid", fields=(FieldError("day", "value"),)) from None
    hall = await load_row(host.pool, HALL, HALL_KEY)
    posts = hall[0].of_area(area or host.scope) if hall is not None else ()
    query = TicketTable.select(TicketTable.doc).where(
        WhereRaw("doc->>'queue' = {}", f"{area or host.scope}:{on:%y%m%d}")
    )
    tickets = [msgspec.json.decode(r["doc"], type=Ticket) for r in await query]
    kinds = {
        "called": "number", "served": "number", "no_shows": "number", "median_wait": "minutes",
        "longest_wait": "minutes", "mean_served": "minutes",
    }  # fmt: skip
    columns = (
        Column(id="post", title=WORDS["column.post"]),
        *(Column(id=c, title=WORDS[f"column.{c}"], kind=k) for c, k in kinds.items()),  # type: ignore[arg-type]
    )
    rows = figures_of(tickets, {p.post: p.label for p in posts})
    return TablePanel(columns=columns, rows=rows, as_of=host.clock.now(), note=WORDS["note.queue_figures"])


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_board, get_number, get_figures)
ROUTES = (
    Route(path="/queue/board", title=WORDS["route.queue_board"], public=True),
    Route(path="/queue/number", title=WORDS["route.queue_number"], public=True),
    Route(path="/queue/figures", title=WORDS["route.queue_figures"]),
)
