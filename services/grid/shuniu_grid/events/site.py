"""What event commands look up outside the rules before they are decided: the grid of a point, evidence, previews."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

import msgspec
from shuniu.chassis.context import Context
from shuniu.contracts.summary import Place
from shuniu.rules.areas import is_code
from shuniu.rules.evidence import BlobRef
from shuniu.rules.limits import Limit

from shuniu_grid.areas.geometry import Located
from shuniu_grid.areas.locating import locate
from shuniu_grid.events.categories import is_clue, limit_of
from shuniu_grid.events.finding import note_of, similar_to
from shuniu_grid.events.limits import process_term, profile_of
from shuniu_grid.events.similarity import Report
from shuniu_grid.settings import business_day

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

    from shuniu_grid.events.intake import Report as ReportCommand

__all__ = ("Site", "evidence_at_hand", "locate_for_report", "preview_report")


class Site(NamedTuple):
    """What a report's look at the map came to."""

    located: Located | None


async def locate_for_report(command: "ReportCommand", host: "Host") -> Site:
    """``prepare`` of a report: its evidence is at hand, and where its point lies if it names no area."""
    await host.blobs.require(command.photos, "photos")
    await host.blobs.require(command.after_photos, "after_photos")
    place = command.place
    if command.area or place.lon is None or place.lat is None:
        return Site(None)
    return Site(await locate(host, place.lon, place.lat, business_day(host.clock.now())))


def evidence_at_hand(*fields: str) -> "Callable[[Any, Host], Awaitable[None]]":
    """A ``prepare`` that refuses evidence this service does not hold (``blob.missing``, ``blob.differs``)."""

    async def prepare(command: Any, host: "Host") -> None:
        for field in fields:
            refs: tuple[BlobRef, ...] = getattr(command, field)
            await host.blobs.require(refs, field)

    return prepare


async def preview_report(body: Mapping[str, Any], ctx: Context, host: "Host") -> Mapping[str, Any]:
    """For a half-filled report: the grid its point lies in, and the limit its category would have if dispatched now.

    ``{suggestions: {field: value}, clocks: [{clock, limit, due_at, soon_at, provisional}], notes: [key], located?}``
    """
    suggestions: dict[str, Any] = {}
    answer: dict[str, Any] = {"suggestions": suggestions, "clocks": [], "notes": []}
    place = body.get("place")
    if isinstance(place, Mapping):
        lon, lat = place.get("lon"), place.get("lat")
        if _number(lon) and _number(lat):
            located = await locate(host, lon, lat, business_day(ctx.now))
            answer["located"] = msgspec.to_builtins(located)
            if located.narrowest:
                suggestions["area"] = located.narrowest
    category = body.get("category")
    if isinstance(category, str) and f"category.{category}" in ctx.texts:
        limit: Limit = limit_of(category, profile_of(ctx))
        term = process_term(ctx, category, 1)
        answer["clocks"] = [
            {
                "clock": "process",
                "limit": str(limit),
                "due_at": term.due_at,
                "soon_at": term.soon_at,
                "provisional": term.provisional,
            }
        ]
        if is_clue(category):
            suggestions["clue"] = True
            answer["notes"] = ["rule.grid.clue_only"]
        await _duplicates(body, category, answer, ctx, host)
    return answer


async def _duplicates(
    body: Mapping[str, Any], category: str, answer: dict[str, Any], ctx: Context, host: "Host"
) -> None:
    """What the report may be a duplicate of, with the reasons; whoever reports decides."""
    given = body.get("area") or answer["suggestions"].get("area")
    place = body.get("place")
    if not isinstance(given, str) or not is_code(given) or not isinstance(place, Mapping):
        return
    lon, lat, name, text = place.get("lon"), place.get("lat"), place.get("name"), body.get("description")
    at = Place(
        name=name if isinstance(name, str) else "",
        lon=float(lon) if _number(lon) else None,
        lat=float(lat) if _number(lat) else None,
    )
    if not at.name and at.lon is None:
        return
    written = text if isinstance(text, str) else ""
    asked = Report(area=given, place=at, category=category, at=ctx.now, text=written)
    found = await similar_to(asked, None, ctx, host)
    if found:
        answer["similar"] = [msgspec.to_builtins(s) for s in found]
        answer["notes"] = [*answer["notes"], *(note_of(s) for s in found)]


def _number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
