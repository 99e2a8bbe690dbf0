"""State rows: what rules read and evolve.

A row kind ties a Struct to its table, its ``evolve`` and, for matters, to what the world sees of it. Rows are loaded
under the head row's lock, evolved in memory, and written in the transaction that appends their events.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import msgspec

from shuniu.contracts.envelope import Fact
from shuniu.contracts.summary import Summary, Visibility
from shuniu.rules.clocks import Clock
from shuniu.rules.limits import Profile
from shuniu.rules.refusal import Conflict, NotFound

if TYPE_CHECKING:
    from shuniu.chassis.context import Context
    from shuniu.chassis.decision import Detail, Emit, Offer
    from shuniu.chassis.host import Host

__all__ = ("Happening", "Index", "Key", "MatterFace", "RowKind", "Rows", "Timer")

R = TypeVar("R", bound=msgspec.Struct)


class Key(NamedTuple):
    """Address of a row: its kind's name and its id."""

    kind: str
    id: str


class Timer(NamedTuple):
    """A wish to be woken: (matter, name, generation) fires at most once, at or after ``due_at``."""

    name: str
    generation: int
    due_at: datetime


class Happening(NamedTuple):
    """When and by whom an event came about, and which row it comes to; what ``evolve`` may know besides the fact."""

    time: datetime
    actor: str
    position: int
    id: str = ""
    """Id of the row: a new one has nothing else to know itself by where one fact makes several."""


class Index(NamedTuple):
    """Columns beside the document that routes filter by."""

    status: str = ""
    area: str = ""
    unit: str = ""
    due_at: datetime | None = None


def _no_timers(row: Any) -> Iterable[Timer]:
    return ()


def _no_index(row: Any) -> Index:
    return Index()


@dataclass(frozen=True, slots=True)
class MatterFace(Generic[R]):
    """What makes a row kind a matter: its summary, who may read it, what may be done now, its own page."""

    summarise: "Callable[[R, Fact, Context], Summary]"
    """Pure; called on the row as it stands after the fact. ``matter.version`` is filled in by the chassis."""
    number: Callable[[R], str]
    visibility: Callable[[R], Visibility]
    offers: "Callable[[R, Context], Sequence[Offer]]"
    """Actions this actor may take now, each with prefilled fields; asks the same guards as decide."""
    detail: "Callable[[R, Context], Detail]"
    """The owner's page of it, under the same policy."""
    complete: "Callable[[R, Detail, Host], Awaitable[Detail]] | None" = None
    """Puts on the page what only other rows of the service know, such as the title of a code."""


@dataclass(frozen=True, slots=True)
class RowKind(Generic[R]):
    """A kind of state row.

    ``evolve(row | None, fact, happening)`` answers the row after the fact, or None when it is gone; it never refuses.
    ``due(row, ctx)`` lists the events that are due by ``ctx.now``, in order, and is applied before every command that
    loads the row; ``timers(row)`` lists when the row wants to be woken for that. ``clocks(row)`` says where its clocks
    are, so that a new calendar year recomputes them: the row then evolves by ``ClockRecomputed`` (``clock_recomputed``
    of the kit) and the service lists that fact; ``clock_profile(row, ctx)`` is the profile they run by, where it has
    office hours or a share for the warning of its own. ``upcasters[n]`` turns a stored
    document of schema n into one of schema n+1.
    """

    name: str
    struct: type[R]
    table: str
    evolve: Callable[[R | None, Any, Happening], R | None]
    index: Callable[[R], Index] = _no_index
    due: "Callable[[R, Context], Sequence[Emit]] | None" = None
    timers: Callable[[R], Iterable[Timer]] = _no_timers
    clocks: Callable[[R], Sequence[Clock]] | None = None
    clock_profile: "Callable[[R, Context], Profile] | None" = None
    face: MatterFace[R] | None = None
    summarise: "Callable[[R, Fact, Context], Summary] | None" = None
    """For rows that are no matters (areas, posts): what their events publish. Matters have it in ``face``."""
    schema: int = 1
    upcasters: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = field(default_factory=dict)

    def key(self, id: str) -> Key:  # noqa: A002 - the domain's word
        """Address of one row of this kind."""
        return Key(self.name, id)


class Rows:
    """The rows a command asked for, as they stand when it is decided."""

    __slots__ = ("_rows", "_versions")

    def __init__(self, rows: Mapping[Key, Any], versions: Mapping[Key, int] | None = None) -> None:
        self._rows = rows
        self._versions = versions or {}

    def find(self, kind: RowKind[R], id: str) -> R | None:  # noqa: A002
        """The row, or None when there is none. Raises KeyError when ``keys`` did not ask for it."""
        row = self._rows[kind.key(id)]
        assert row is None or isinstance(row, kind.struct)
        return row

    def need(self, kind: RowKind[R], id: str, seen: int | None = None, event: str | None = None) -> R:  # noqa: A002
        """The row. With ``seen`` it must still be in the version the caller has seen.

        Raises NotFound ``<kind>.unknown`` when there is none, Conflict ``matter.moved_on`` (naming the row's status and
        ``event``) when it is in another version.
        """
        row = self.find(kind, id)
        if row is None:
            raise NotFound(f"{kind.name}.unknown", params={"id": id})
        if seen is not None and seen != (version := self.version(kind, id)):
            params = {"expected": seen, "version": version}
            raise Conflict("matter.moved_on", state=getattr(row, "status", None), event=event, params=params)
        return row

    def version(self, kind: RowKind[R], id: str) -> int:  # noqa: A002
        """How many events the row has seen; 0 when there is none."""
        return self._versions.get(kind.key(id), 0)
