"""Piccolo's view of a state table: every row kind's table has these columns, and routes query them.

The command processor writes them; a route only reads. A service subclasses :class:`StateTable` once per row kind and
lists the class in ``Service.tables``, so that its host gives it the engine.
"""

from piccolo.columns import JSONB, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table

__all__ = ("StateTable",)


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
