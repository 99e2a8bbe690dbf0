"""What a rule is given besides its rows: who asks, what time it is, the calendar, the local registry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from shuniu.contracts.summary import RegistryEntry
from shuniu.rules.areas import within
from shuniu.rules.calendar import WorkingCalendar
from shuniu.rules.limits import Profile
from shuniu.rules.refusal import Forbidden

__all__ = ("ANONYMOUS", "Actor", "Context", "Registry")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who gives a command. ``id`` is an opaque account id and may appear in events; names never do.

    ``areas`` are area codes the actor's roles reach (a code covers everything below it), ``units`` the units the
    actor acts for, ``clearance`` the highest sensitivity it may read. ``scope`` is "" for this deployment's own people;
    of another deployment's it is theirs, their id is ``<account>@<scope>``, and everything else of them is bounded by
    what is agreed with it (:mod:`shuniu.rules.peering`).
    """

    id: str
    kind: Literal["person", "program", "timer", "reaction", "nobody"] = "person"
    roles: frozenset[str] = frozenset()
    areas: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    clearance: int = 2
    scope: str = ""

    def has_role(self, *roles: str) -> bool:
        """Whether the actor holds one of ``roles``."""
        return not self.roles.isdisjoint(roles)

    def covers(self, area: str) -> bool:
        """Whether one of the actor's areas contains ``area``."""
        return any(within(area, mine) for mine in self.areas)

    def acts_for(self, *units: str) -> bool:
        """Whether the actor belongs to one of ``units``."""
        return any(unit in self.units for unit in units)

    def require_area(self, area: str) -> None:
        """Raise Forbidden ``access.area`` unless the actor covers ``area``."""
        if not self.covers(area):
            raise Forbidden("access.area", params={"area": area})

    def require_unit(self, *units: str) -> None:
        """Raise Forbidden ``access.unit`` unless the actor belongs to one of ``units``."""
        if not self.acts_for(*units):
            raise Forbidden("access.unit", params={"unit": ", ".join(units)})

    def require_role(self, *roles: str, rule: str = "access.role") -> None:
        """Raise Forbidden ``rule`` unless the actor holds one of ``roles``."""
        if not self.has_role(*roles):
            raise Forbidden(rule, params={"roles": ", ".join(roles)})


ANONYMOUS = Actor(id="", kind="nobody", clearance=1)


class Registry(Protocol):
    """The local registry of areas, units and posts, as it stood when the batch began."""

    def get(self, kind: str, code: str) -> RegistryEntry | None:
        """The entry, or None."""

    def all(self, kind: str) -> Mapping[str, RegistryEntry]:
        """Every entry of a kind, by code."""


@dataclass(frozen=True, slots=True)
class Context:
    """Everything impure a rule may see, frozen. ``now`` never runs behind the event log."""

    now: datetime
    actor: Actor
    scope: str
    service: str
    calendar: WorkingCalendar
    registry: Registry
    profile: Callable[[str], Profile]
    new_id: Callable[[], str]
    """The next UUIDv7 made for this command; a rerun of the command gets fresh ones."""
    settings: Any = None
    """The service's own settings Struct."""
    prepared: Any = None
    """What the command's ``prepare`` returned."""
    event: Any = None
    """For reactions: the CloudEvent that caused the command."""
    texts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """CloudEvents source of this service."""
        return f"/{self.scope}/{self.service}"
