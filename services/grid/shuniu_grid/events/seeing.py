"""Which rows a reader may see, as a condition of a query: the read policy of the row's visibility."""

from piccolo.columns.combination import WhereRaw
from shuniu.chassis.context import Actor
from shuniu.chassis.tables import Condition, any_of, in_areas
from shuniu.rules.areas import is_code

from shuniu_grid.events.tables import GridEventTable

__all__ = ("seen_by",)


def seen_by(actor: Actor) -> Condition | None:
    """The rows an actor may read, as the read policy has it: by area or by unit. None: no row at all."""
    parts: list[Condition] = in_areas(GridEventTable, actor)
    parts += [WhereRaw("doc->>'reported_from' like {}", f"{a}%") for a in actor.areas if is_code(a)]
    if actor.units:
        parts.append(GridEventTable.unit.is_in(list(actor.units)))
    return any_of(parts)
