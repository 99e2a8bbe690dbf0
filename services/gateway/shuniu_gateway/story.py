"""What one matter's page tells beside the matter: its timeline across services, its links, the graph they make."""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from shuniu.chassis.context import Actor

from shuniu_gateway.addresses import address
from shuniu_gateway.matters import COLUMNS, matter_of, step_of
from shuniu_gateway.shapes import LinkView, Matter, MatterEdge, MatterGraph, Step
from shuniu_gateway.tables import LinkTable, MatterTable, StepTable
from shuniu_gateway.visibility import readable

__all__ = ("Story", "story_of")

MOST_LINKED = 60
MOST_STEPS = 2000

_Key = tuple[str, str, str]


class Story(NamedTuple):
    """``timeline`` oldest first, the matter's own ``links``, and the ``graph`` of all it hangs together with."""

    timeline: tuple[Step, ...]
    links: tuple[LinkView, ...]
    graph: MatterGraph


async def _links(keys: Sequence[_Key]) -> list[tuple[str, Literal["to", "from"], _Key, _Key]]:
    """Links that touch ``keys``: (relation, direction as seen from the touched, touched, other)."""
    rows = await LinkTable.raw(
        "select l.* from link_view l join unnest({}::text[], {}::text[], {}::text[]) as k(source, kind, id) on"
        " (l.source, l.kind, l.matter) = (k.source, k.kind, k.id)"
        " or (l.to_source, l.to_kind, l.to_matter) = (k.source, k.kind, k.id)",
        [k[0] for k in keys],
        [k[1] for k in keys],
        [k[2] for k in keys],
    )
    touched = set(keys)
    found: dict[tuple[str, Literal["to", "from"], _Key, _Key], None] = {}
    for row in rows:
        one = (row["source"], row["kind"], row["matter"])
        other = (row["to_source"], row["to_kind"], row["to_matter"])
        if one in touched:
            found[row["relation"], "to", one, other] = None
        if other in touched:
            found[row["relation"], "from", other, one] = None
    return list(found)


async def _readable_matters(actor: Actor, keys: Iterable[_Key]) -> dict[_Key, Matter]:
    wanted = list(keys)
    if not wanted:
        return {}
    rows = await MatterTable.raw(
        f"select {COLUMNS} from matter_view where (source, kind, id) in"
        " (select * from unnest({}::text[], {}::text[], {}::text[])) and {}",
        [k[0] for k in wanted],
        [k[1] for k in wanted],
        [k[2] for k in wanted],
        readable(actor),
    )
    return {(row["source"], row["kind"], row["id"]): matter_of(row) for row in rows}


async def story_of(actor: Actor, matter: Matter, own_scope: str = "") -> Story:
    """The matter's :class:`Story`: its steps and those of all it is linked with, its own links, and the graph of both.

    Links are followed both ways and on, through matters the actor may read: what is hidden hides what lies behind it.
    """
    start = (matter.source, matter.kind, matter.id)
    known: dict[_Key, Matter] = {start: matter}
    direct: list[tuple[str, Literal["to", "from"], _Key]] = []
    lines: dict[tuple[str, _Key, _Key], None] = {}
    frontier = [start]
    while frontier and len(known) < MOST_LINKED:
        links = await _links(frontier)
        if frontier == [start]:
            direct = [(relation, direction, other) for relation, direction, _, other in links]
        for relation, direction, touched, other in links:
            lines[(relation, touched, other) if direction == "to" else (relation, other, touched)] = None
        fresh = await _readable_matters(actor, {other for *_, other in links} - known.keys())
        known |= fresh
        frontier = list(fresh)
    steps = await StepTable.raw(
        "select s.* from step_view s join unnest({}::text[], {}::text[]) as k(source, id)"
        " on s.source = k.source and s.matter = k.id order by s.time, s.feed limit {}",
        [k[0] for k in known],
        [k[2] for k in known],
        MOST_STEPS,
    )
    names = {(source, matter_id): m for (source, _, matter_id), m in known.items()}
    shown = tuple(
        LinkView(
            relation=relation,
            direction=direction,
            source=other[0],
            service=address(other[0], own_scope),
            kind=other[1],
            id=other[2],
            matter=known.get(other),
        )
        for relation, direction, other in direct
    )
    place = {key: at for at, key in enumerate(known)}
    graph = MatterGraph(
        nodes=tuple(known.values()),
        edges=tuple(
            MatterEdge(relation=relation, from_=place[one], to=place[other])
            for relation, one, other in lines
            if one in place and other in place
        ),
    )
    return Story(tuple(step_of(row, names.get((row["source"], row["matter"]))) for row in steps), shown, graph)
