"""A service as its author writes it down: one ``Service`` value, found by the entry point group ``shuniu.services``."""

import tomllib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from importlib import resources
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

import msgspec

from shuniu.chassis.context import Actor, Context
from shuniu.chassis.decision import Decision, Offer
from shuniu.chassis.rows import Key, RowKind, Rows
from shuniu.contracts.clock import ClockRecomputed
from shuniu.contracts.envelope import CloudEvent, Fact, fact_name, fact_service
from shuniu.contracts.manifest import KindInfo, Measure, Panel, Rate, Route
from shuniu.contracts.text import Text
from shuniu.rules.limits import Profile

if TYPE_CHECKING:
    import asyncpg

    from shuniu.chassis.datasets.declared import Dataset
    from shuniu.chassis.host import Host
    from shuniu.chassis.sheets import Sheet

__all__ = ("Capability", "Catalogue", "Command", "LimitUse", "Projection", "Reaction", "Received", "Service")

C = TypeVar("C", bound=msgspec.Struct)
F = TypeVar("F", bound=Fact)


class Catalogue(Mapping[str, Text]):
    """Texts by key, from ``texts.toml`` files: ``[section]`` / ``key = {zh = "…", en = "…"}`` → ``section.key``.

    Conventions: ``action.<command>``, ``field.<command>.<field>`` or ``field.<field>``, ``enum.<field>.<VALUE>``,
    ``status.<kind>.<id>``, ``move.<id>``, ``clock.<id>``, ``category.<id>``, ``role.<id>``, ``rule.<rule>`` (may hold
    ``{param}``), ``event.<type>``.
    """

    def __init__(self, texts: Mapping[str, Text]) -> None:
        self._texts = dict(texts)

    @classmethod
    def load(cls, package: str, *names: str) -> "Catalogue":
        """Read ``names`` (default ``texts.toml``) from a package. ValueError for a text without both languages."""
        texts: dict[str, Text] = {}
        for name in names or ("texts.toml",):
            tree = tomllib.loads(resources.files(package).joinpath(name).read_text("utf-8"))
            texts.update(_flatten(tree))
        return cls(texts)

    def merged(self, other: Mapping[str, Text]) -> "Catalogue":
        """This catalogue over ``other``."""
        return Catalogue({**other, **self._texts})

    def __getitem__(self, key: str) -> Text:
        return self._texts[key]

    def __iter__(self) -> Any:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Text]]:
    for key, value in tree.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping) and value and all(isinstance(v, str) for v in value.values()) and "zh" in value:
            if set(value) != {"zh", "en"}:
                raise ValueError(f"{path}: a text has zh and en, nothing else")
            yield path, Text(value["zh"], value["en"])
        elif isinstance(value, Mapping):
            yield from _flatten(value, f"{path}.")
        else:
            raise ValueError(f"{path}: expected a text")


@dataclass(frozen=True, slots=True)
class Command(Generic[C]):
    """Something that can be asked of a service: ``POST /commands/<name>``.

    ``keys`` (and ``more_keys``, given the rows of the first round) name the rows it needs; ``decide`` is pure. Only an
    actor with one of ``roles`` gets as far as ``decide`` (empty: any signed-in person; ``public``: anybody). An
    ``internal`` command is given only by timers and reactions and has no route. ``prepare`` does slow or impure work
    before, its result is ``ctx.prepared``. The rest is how people meet it, see :class:`contracts.manifest.Action`.
    """

    name: str
    struct: type[C]
    keys: Callable[[C, Context], Iterable[Key]]
    decide: Callable[[Rows, C, Context], Decision]
    roles: tuple[str, ...] = ()
    more_keys: Callable[[C, Rows, Context], Iterable[Key]] | None = None
    prepare: "Callable[[C, Host], Awaitable[Any]] | None" = None
    internal: bool = False
    public: bool = False
    kind: str = ""
    matter_field: str = ""
    opens: str = ""
    tone: Literal["primary", "normal", "danger"] = "normal"
    icon: str = ""
    preview: "Callable[[Mapping[str, Any], Context, Host], Awaitable[Mapping[str, Any]]] | None" = None
    surfaces: tuple[Literal["board", "matter", "phone", "map"], ...] = ("matter",)
    order: int = 0
    max_bytes: int = 512 * 1024
    operate: "Callable[[C, Actor, Host], Awaitable[Any]] | None" = None
    """Instead of ``prepare``, for an administrator's command whose work lies outside the log: told who asks."""
    noted: Callable[[C], Mapping[str, str | int]] | None = None
    """What the audit keeps of the body beside the matter's id: codes, counts, an administrator's reason."""
    status: int = 200
    """HTTP status of an accepted command: 202 where the work goes on behind the answer."""
    told: "Callable[[Mapping[str, Any], Host], Mapping[str, Any]] | None" = None
    """Makes what the caller is told out of the answer that is stored under the key, anew at each try: for what is to
    stand nowhere, such as a code somebody is to hold."""
    offer: Callable[[Context], Sequence[Offer]] | None = None
    """For openings: how this person may start one (default: one empty offer where the roles fit)."""


class Received(Generic[F]):
    """An event as a projection or reaction gets it; the fact is decoded only when asked for."""

    __slots__ = ("event", "raw", "scope", "service")

    def __init__(self, event: CloudEvent, raw: bytes, scope: str, service: str) -> None:
        self.event = event
        self.raw = raw
        self.scope = scope
        self.service = service

    @property
    def name(self) -> str:
        """``<noun>.<past>.v<N>``: the type without ``shuniu.<service>.``."""
        return self.event.type.split(".", 2)[-1]

    def fact(self, cls: type[F]) -> F:
        """The fact as ``cls``. Raises msgspec.ValidationError when it does not fit: the matter is then parked."""
        return msgspec.json.decode(self.event.data.fact, type=cls)


@dataclass(frozen=True, slots=True)
class Projection:
    """Derived rows, rebuildable from the logs.

    ``sources`` are service names of this scope, or ``("*",)`` for all; ``whistle@*`` is that service in every scope we
    have an agreement with, ``*@*`` every service of theirs (:mod:`shuniu.chassis.bus.sources`). ``apply`` gets
    consecutive events of one source and a connection inside the transaction that also moves the cursor: each event is
    applied exactly once. It writes only ``tables`` (which a rebuild empties, so they hold nothing else).
    ``after_commit`` may wake live viewers. ``concerns`` says which events are of any use to it: only those reach
    ``apply``, the cursor moves over the others without a transaction of their own.
    """

    name: str
    sources: tuple[str, ...]
    tables: tuple[str, ...]
    apply: "Callable[[asyncpg.Connection[Any], Sequence[Received[Any]], Host], Awaitable[None]]"
    after_commit: "Callable[[Host], None] | None" = None
    concerns: "Callable[[Received[Any]], bool] | None" = None
    replay: "Callable[[asyncpg.Connection[Any], Sequence[Received[Any]], Host], Awaitable[None]] | None" = None
    """``apply`` for a rebuild, where nobody looks yet: it may leave out what only live viewers need, and write in bulk.

    A rebuild works on tables of the same names in a schema of its own, by way of the connection's search path: neither
    this nor ``apply`` may name a schema, or write by another connection.
    """
    reset: "Callable[[asyncpg.Connection[Any]], Awaitable[None]] | None" = None
    """Empties the projection where truncating ``tables`` would take away more than came from events."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """An event causing a command of this service, never replayed by a rebuild.

    ``handles`` are event names (``<noun>.<past>.v<N>``) from ``sources``, or ``("*",)`` for every event; ``concerns``
    says which of them are of any use to it, from the envelope alone. Over the others the cursor moves without a
    transaction. ``command`` answers the internal command and its body, or None to pass. Its key is
    ``reaction:<name>:<source>:<epoch>:<position>``, its cursor moves in the command's transaction.
    """

    name: str
    sources: tuple[str, ...]
    handles: tuple[str, ...]
    command: Callable[[Received[Any]], tuple[Command[Any], msgspec.Struct] | None]
    concerns: Callable[[Received[Any]], bool] | None = None


@dataclass(frozen=True, slots=True)
class LimitUse:
    """Which limit profile (时限方案) a kind of matter runs by in this deployment; told at ``GET /limits``."""

    kind: str
    profile: Callable[[Context], Profile]


@dataclass(frozen=True, kw_only=True)
class Capability:
    """One vertical slice of a service: a folder with its states, commands, rules, routes and texts.

    A service is its capabilities put together (:meth:`Service.of`); every field means what it means on ``Service``.
    ``texts`` is the folder's own catalogue.
    """

    name: str
    texts: Catalogue
    rows: tuple[RowKind[Any], ...] = ()
    commands: tuple[Command[Any], ...] = ()
    facts: tuple[type[Fact], ...] = ()
    projections: tuple[Projection, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    kinds: tuple[KindInfo, ...] = ()
    measures: tuple[Measure, ...] = ()
    rates: tuple[Rate, ...] = ()
    panels: tuple[Panel, ...] = ()
    routes: tuple[Route, ...] = ()
    handlers: tuple[Any, ...] = ()
    tables: tuple[Any, ...] = ()
    sheets: "tuple[Sheet, ...]" = ()
    datasets: "tuple[Dataset, ...]" = ()


_PARTS = tuple(f.name for f in fields(Capability) if f.name not in ("name", "texts"))


@dataclass(frozen=True)
class Service:
    """A plug-in: everything the chassis needs to host it and everything the manifest says of it."""

    name: str
    version: str
    package: str
    texts: Catalogue
    rows: tuple[RowKind[Any], ...] = ()
    commands: tuple[Command[Any], ...] = ()
    facts: tuple[type[Fact], ...] = ()
    projections: tuple[Projection, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    kinds: tuple[KindInfo, ...] = ()
    measures: tuple[Measure, ...] = ()
    rates: tuple[Rate, ...] = ()
    panels: tuple[Panel, ...] = ()
    routes: tuple[Route, ...] = ()
    handlers: tuple[Any, ...] = ()
    """Litestar route handlers and routers of ``routes.py``; they reach the host as ``request.app.state.host``."""
    tables: tuple[Any, ...] = ()
    """Piccolo table classes; the host gives them their engine."""
    sheets: "tuple[Sheet, ...]" = ()
    """Tables people take out and hand in as spreadsheets."""
    datasets: "tuple[Dataset, ...]" = ()
    """What other units may ask for; see :mod:`shuniu.chassis.datasets`."""
    limits: tuple[LimitUse, ...] = ()
    """The limit profiles in force, for whoever administers them."""
    settings: type[msgspec.Struct] | None = None
    """Read from ``SHUNIU_<NAME>_<FIELD>``; every field has a default."""
    role_ids: tuple[str, ...] = ()
    icon: str = "service"
    order: int = 0
    opened: "Callable[[Host], Awaitable[None]] | None" = None
    """Called once the host has its database and before it serves."""
    closed: "Callable[[Host], Awaitable[None]] | None" = None

    @classmethod
    def of(
        cls,
        name: str,
        version: str,
        package: str,
        texts: Catalogue,
        capabilities: Sequence[Capability],
        facts: Sequence[type[Fact]] = (),
        readers: Sequence[str] = (),
        **rest: Any,
    ) -> "Service":
        """A service put together from its capabilities, in order; its roles are those of its commands and ``readers``.

        ``texts`` and ``facts`` are what several of them share. ValueError when two capabilities say the same text key
        differently.
        """
        merged: dict[str, Text] = dict(texts)
        for capability in capabilities:
            for key, text in capability.texts.items():
                if merged.setdefault(key, text) != text:
                    raise ValueError(f"{name}: {capability.name} says {key} differently than another capability")
        parts: dict[str, Any] = {
            part: tuple(item for c in capabilities for item in getattr(c, part)) for part in _PARTS
        }
        parts["facts"] = tuple(dict.fromkeys((*facts, *parts["facts"])))
        roles = dict.fromkeys(role for command in parts["commands"] for role in command.roles)
        for sheet in parts["sheets"]:
            roles.update(dict.fromkeys((*sheet.export_roles, *sheet.import_roles)))
        roles.update(dict.fromkeys(readers))
        return cls(name, version, package, Catalogue(merged), role_ids=tuple(roles), **parts, **rest)

    def __post_init__(self) -> None:
        names = [c.name for c in self.commands]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name}: two commands share a name")
        if len({s.name for s in self.sheets}) != len(self.sheets):
            raise ValueError(f"{self.name}: two sheets share a name")
        if any(kind.clocks is not None for kind in self.rows) and ClockRecomputed not in self.facts:
            raise ValueError(f"{self.name}: rows with clocks are computed anew, so it publishes ClockRecomputed")
        for cls in self.facts:
            if fact_service(cls) not in (self.name, "*"):
                raise ValueError(f"{self.name} may not publish {fact_name(cls)}: it belongs to {fact_service(cls)}")

    def command(self, name: str) -> Command[Any] | None:
        """The command of that name, or None."""
        return next((c for c in self.commands if c.name == name), None)

    def sheet(self, name: str) -> "Sheet | None":
        """The sheet of that name, or None."""
        return next((s for s in self.sheets if s.name == name), None)

    def row_kind(self, name: str) -> RowKind[Any] | None:
        """The row kind of that name, or None."""
        return next((k for k in self.rows if k.name == name), None)
