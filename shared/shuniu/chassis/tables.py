"""Piccolo's view of a state table: every row kind's table has these columns, and routes query them.

What a reader may see is a condition of the query: rows of the own areas (:func:`in_areas`), and whatever else the read
policy of the kind lets through, joined by :func:`any_of`.

The command processor writes them; a route only reads. A service subclasses :class:`StateTable` once per row kind and
lists the class in ``Service.tables``, so that its host gives it the engine.
"""

from collections.abc import Iterable
from functools import reduce

from piccolo.columns import JSONB, Integer, Text, Timestamptz, Varchar
from piccolo.columns.combination import And, Or, Where, WhereRaw
from piccolo.table import Table

from shuniu.chassis.context import Actor
from shuniu.rules.areas import is_code

__all__ = ("Condition", "StateTable", "any_of", "in_areas")

Condition = Where | WhereRaw | And | Or


class StateTable(Table):
    """Columns of a state row; ``doc`` is the row's Struct as JSON."""

    key = Varchar(length=None, primary_key=True)
    version = Integer()
    schema = Integer()
    status = Text()
    area = Text()
    unit = Text()
    due_at = Timestamptz(null=True, default=None)
    doc = JSONB()


def in_areas(table: type[StateTable], actor: Actor) -> list[Condition]:
    """One condition for each of the actor's areas: the row lies in it."""
    return [table.area.like(f"{area}%") for area in actor.areas if is_code(area)]


def any_of(parts: Iterable[Condition]) -> Condition | None:
    """Any of the conditions; None where there is none: no row at all."""
    given = list(parts)
    return reduce(Or, given) if given else None
