"""Sheets (表格): a registered table that people take out and hand in as a spreadsheet.

A service declares a :class:`Sheet`; the chassis does the rest: export, template, and an import in which either every
row of the file is taken by one command, or none is and every wrong row is told (routes in :mod:`chassis.http.sheets`).
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from shuniu.contracts.manifest import SheetColumn, SheetInfo
from shuniu.contracts.text import Text

if TYPE_CHECKING:
    from shuniu.chassis.context import Actor
    from shuniu.chassis.host import Host
    from shuniu.chassis.service import Command

__all__ = ("MOST_ROWS", "Column", "Outcome", "Sheet", "imported", "sheet_info")

MOST_ROWS = 10_000
"""Most rows of one import, and of one command made of it."""

Outcome = Literal["new", "changed", "unchanged"]
_LETTER: dict[str, str] = {"new": "n", "changed": "c", "unchanged": "u"}
_WORD: dict[str, Outcome] = {"n": "new", "c": "changed", "u": "unchanged"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``title`` and ``note`` are keys of the catalogue.

    kind      what a record holds for it: ``text`` and ``code`` a str (a code may have been typed as a number), ``int``
              an int, ``fen`` an int of fen written in yuan, ``date`` a date, ``bool`` a bool, ``choice`` one of
              ``choices`` (titles are ``enum.<id>.<VALUE>``, or below ``choice_titles``); None where the cell is empty
    personal  masked on reading, in exports, errors and reports (domain rules 7.1)
    least, most  bounds of an int or of fen; for text and codes ``most`` is the longest (200 by default)
    check     of a value that is there: None, or the code of what is wrong with it (``error.<code>`` in the catalogue)
    """

    id: str
    title: str
    kind: Literal["text", "int", "fen", "date", "choice", "bool", "code"] = "text"
    required: bool = False
    note: str = ""
    personal: bool = False
    choices: tuple[str, ...] = ()
    choice_titles: str = ""
    least: int | None = None
    most: int | None = None
    check: Callable[[Any], str | None] | None = None

    def choice_key(self, value: str) -> str:
        """The catalogue's key of a choice's title."""
        return f"{self.choice_titles or f'enum.{self.id}'}.{value}"


def _as_given(record: Mapping[str, Any]) -> Any:
    return dict(record)


@dataclass(frozen=True)
class Sheet:
    """A table of a service as a spreadsheet.

    ``rows(host, actor, query)`` answers what this actor may take out, one mapping of column id to value for each row
    (values as in :class:`Column`), personal fields in clear: the chassis masks them. ``query`` holds the parameters of
    the request that ``filters`` names.

    For an import, ``row(record)`` makes one row's Struct of checked values and raises a Refusal whose ``fields`` name
    columns; ``body(rows)`` makes the body of ``command``, which decides about the whole file at once and answers
    :func:`imported`. What its ``decide`` finds wrong it raises as ``FieldError("rows.<index>.<column>", code)``, all of
    it together. It emits one event for each row that changes something: an event holds 64 KiB at most. ``key`` names
    the columns that tell rows of a file apart.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    export_roles: tuple[str, ...] = ()
    rows: "Callable[[Host, Actor, Mapping[str, str]], AsyncIterator[Mapping[str, Any]]] | None" = None
    import_roles: tuple[str, ...] = ()
    command: "Command[Any] | None" = None
    row: Callable[[Mapping[str, Any]], Any] = _as_given
    body: Callable[[tuple[Any, ...]], Any] | None = None
    key: tuple[str, ...] = ()
    note: str = ""
    filters: tuple[str, ...] = ()
    most_rows: int = MOST_ROWS
    _by_id: dict[str, Column] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._by_id.update({c.id: c for c in self.columns})
        if len(self._by_id) != len(self.columns):
            raise ValueError(f"sheet {self.name}: two columns share an id")
        if (self.command is None) != (self.body is None):
            raise ValueError(f"sheet {self.name}: an import needs a command and the body made for it")
        if self.command is not None and not self.import_roles:
            raise ValueError(f"sheet {self.name}: nobody may import it")
        if self.rows is not None and not self.export_roles:
            raise ValueError(f"sheet {self.name}: nobody may export it")
        if not set(self.key) <= set(self._by_id):
            raise ValueError(f"sheet {self.name}: its key names a column it does not have")
        if not 0 < self.most_rows <= MOST_ROWS:
            raise ValueError(f"sheet {self.name}: one import takes at most {MOST_ROWS} rows")
        for c in self.columns:
            if (c.kind == "choice") != bool(c.choices):
                raise ValueError(f"sheet {self.name}: a choice has choices, and nothing else has ({c.id})")

    def column(self, id: str) -> Column | None:  # noqa: A002 - the domain's word
        """The column of that id, or None."""
        return self._by_id.get(id)


def imported(outcomes: Iterable[Outcome]) -> Mapping[str, Any]:
    """The answer of an import's ``decide``: what became of each row, in the order of ``rows``."""
    letters = "".join(_LETTER[o] for o in outcomes)
    return {"outcomes": letters}


def outcomes_of(answer: Mapping[str, Any]) -> list[Outcome]:
    """What became of each row, by the answer of the command. ValueError for one not made by :func:`imported`."""
    letters = answer.get("outcomes")
    if not isinstance(letters, str):
        raise ValueError("an import's command answers with imported(…)")
    return [_WORD[letter] for letter in letters]


def sheet_info(sheet: Sheet, need: Callable[[str], Text]) -> SheetInfo:
    """The sheet as the manifest tells it; ``need`` finds a text and notes one that is missing."""

    def info(c: Column) -> SheetColumn:
        return SheetColumn(
            id=c.id,
            title=need(c.title),
            kind=c.kind,
            required=c.required,
            personal=c.personal,
            note=need(c.note) if c.note else None,
            choices={value: need(c.choice_key(value)) for value in c.choices},
        )

    return SheetInfo(
        name=sheet.name,
        title=need(sheet.title),
        note=need(sheet.note) if sheet.note else None,
        columns=tuple(info(c) for c in sheet.columns),
        export=sheet.rows is not None,
        imports=sheet.command is not None,
        export_roles=sheet.export_roles,
        import_roles=sheet.import_roles,
        filters=sheet.filters,
        most_rows=sheet.most_rows,
    )


def tally(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """How many rows were new, changed, unchanged."""
    return {word: outcomes.count(word) for word in ("new", "changed", "unchanged")}
