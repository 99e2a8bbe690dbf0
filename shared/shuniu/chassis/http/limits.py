"""The limit profiles of a service that are in force: which one each of its life cycles runs by, and every value of it.

They are local data (domain rules 1.2, 2.16), so they are shown with their source and how well that is supported.
"""

from typing import Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler

from shuniu.chassis.http.access import actor_of, host_of
from shuniu.contracts.text import Text

__all__ = ("LimitTable", "LimitTables", "LimitView", "limit_routes")


class LimitView(msgspec.Struct, frozen=True, kw_only=True):
    """A limit: ``value`` of ``unit`` (working days, working hours, natural days, hours, minutes)."""

    name: str
    value: int
    unit: str
    source: Text | None = None
    confidence: str = ""


class LimitTable(msgspec.Struct, frozen=True, kw_only=True):
    """A profile in force for a kind of matter. ``soon_fraction``: the share of a term after which it is soon due."""

    kind: str
    title: Text | None
    profile: str
    source: Text
    soon_fraction: float
    limits: tuple[LimitView, ...]


class LimitTables(msgspec.Struct, frozen=True, kw_only=True):
    """What this service says of its limits; empty where it declares none."""

    tables: tuple[LimitTable, ...]


@get("/limits", summary="Limit profiles in force")
async def limits_in_force(request: Request[Any, Any, Any]) -> LimitTables:
    host = host_of(request)
    ctx = host.context(actor_of(request))
    titles = {kind.id: kind.title for kind in host.service.kinds}
    tables = []
    for use in host.service.limits:
        profile = use.profile(ctx)
        limits = tuple(
            LimitView(
                name=name,
                value=limit.value,
                unit=limit.unit,
                source=note.source if (note := profile.notes.get(name)) else None,
                confidence=note.confidence if note else "",
            )
            for name, limit in profile.limits.items()
        )
        tables.append(
            LimitTable(
                kind=use.kind,
                title=titles.get(use.kind),
                profile=profile.id,
                source=profile.source,
                soon_fraction=profile.soon_fraction,
                limits=limits,
            )
        )
    return LimitTables(tables=tuple(tables))


def limit_routes() -> list[HTTPRouteHandler]:
    """The handlers."""
    return [limits_in_force]
