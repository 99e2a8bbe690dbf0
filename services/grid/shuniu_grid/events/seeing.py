"""Which rows a reader may see, as a condition of a query: the read policy of the row's visibility."""

from piccolo.columns.combination import Or, Where, WhereRaw
from shuniu.chassis.context import Actor
from shuniu.rules.areas import is_code

from shuniu_grid.events.tables import GridEventTable

__all__ = ("seen_by",)


def seen_by(actor: Actor) -> Where | WhereRaw | Or | None:
    """The rows an actor may read, as the read policy has it: by area or by unit. None: no row at all."""
    parts: list[Where | WhereRaw] = [GridEventTable.area.like(f"{a}%") for a in actor.areas if is_code(a)]
    parts += [WhereRaw("doc->>'reported_from' like {}", f"{a}%") for a in actor.areas if is_code(a)]
    if actor.units:
        parts.append(GridEventTable.unit.is_in(list(actor.units)))
    found: Where | WhereRaw | Or | None = None
    for part in parts:
        found = part if found is None else Or(found, part)
    return found
