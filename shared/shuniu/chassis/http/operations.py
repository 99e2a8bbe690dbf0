"""Pages for whoever runs the machine: dead letters, rebuilds. The commands are in ``chassis/operations.py``."""

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, QueryParameter

from shuniu.chassis.bus.dead_letters import DeadLetter, LetterId
from shuniu.chassis.bus.rebuilds import RebuildJob
from shuniu.chassis.http.access import actor_of, audited_refusal, host_of
from shuniu.chassis.operations import OPERATORS
from shuniu.rules.refusal import Forbidden, NotFound

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("operation_routes",)

MOST_LETTERS = 1000

AnyRequest = Request[Any, Any, Any]


class DeadLetterPage(msgspec.Struct, frozen=True, kw_only=True):
    """Dead letters of this service; ``total`` counts those that did not fit too."""

    total: int
    letters: tuple[DeadLetter, ...]


class DeadLetterView(msgspec.Struct, frozen=True, kw_only=True):
    """One dead letter and everything parked of its matter, in order."""

    letter: DeadLetter
    queue: tuple[DeadLetter, ...]


class RebuildPage(msgspec.Struct, frozen=True, kw_only=True):
    """Rebuilds of this service, and the projections that can be rebuilt."""

    projections: tuple[str, ...]
    rebuilds: tuple[RebuildJob, ...]


def _operator(request: AnyRequest, what: str) -> "Host":
    """The host, where an operator asks. Forbidden ``access.role`` otherwise (audited)."""
    host = host_of(request)
    actor = actor_of(request)
    try:
        actor.require_role(*OPERATORS)
    except Forbidden as refusal:
        audited_refusal(host, what, refusal, actor)
        raise
    return host


@get("/dead-letters", summary="Events that could not be taken, and those given up")
async def list_dead_letters(
    request: AnyRequest,
    consumer: Annotated[str, QueryParameter(max_length=60)] = "",
    discarded: FromQuery[bool] = False,
) -> DeadLetterPage:
    host = _operator(request, "dead_letters.read")
    found = await host.bus.dead_letters.all(consumer, discarded=discarded)
    return DeadLetterPage(total=len(found), letters=tuple(found[:MOST_LETTERS]))


@get("/dead-letters/{letter:str}", summary="One dead letter and the queue it stands in")
async def show_dead_letter(request: AnyRequest, letter: FromPath[str]) -> DeadLetterView:
    host = _operator(request, "dead_letters.read")
    named = LetterId.read(letter)
    found = await host.bus.dead_letters.one(named) if named is not None else None
    if found is None:
        raise NotFound("dead_letter.unknown", params={"id": letter[:200]})
    return DeadLetterView(letter=found[0], queue=tuple(found[1][:MOST_LETTERS]))


@get("/rebuilds", summary="Rebuilds of projections, the latest first")
async def list_rebuilds(request: AnyRequest) -> RebuildPage:
    host = _operator(request, "rebuilds.read")
    projections = tuple(sorted(projection.name for projection in host.projections))
    return RebuildPage(projections=projections, rebuilds=tuple(await host.bus.rebuilds.jobs()))


@get("/rebuilds/{job:str}", summary="How a rebuild stands")
async def show_rebuild(request: AnyRequest, job: FromPath[str]) -> RebuildJob:
    host = _operator(request, "rebuilds.read")
    found = await host.bus.rebuilds.job(job)
    if found is None:
        raise NotFound("rebuild.unknown", params={"id": job[:64]})
    return found


def operation_routes() -> list[HTTPRouteHandler]:
    """The handlers."""
    return [list_dead_letters, show_dead_letter, list_rebuilds, show_rebuild]
