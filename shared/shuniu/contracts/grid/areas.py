"""Facts of areas (网格划分): streets, communities and grids, domain rules 2."""

from datetime import date
from typing import Literal

from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.summary import RegistryEntry

__all__ = ("AreaDefined", "AreaRedrawingBegan", "AreaRedrawingWithdrawn", "AreaRedrawn", "AreaRetired", "RedrawKind")

RedrawKind = Literal["SPLIT", "MERGE", "MOVE_BORDER", "TRANSFER"]
"""拆分 one into several, 合并 several into one, 调整边界 several into as many, 划转 one under another code."""


@fact("grid", "area.defined.v1")
class AreaDefined(Fact, frozen=True, kw_only=True):
    """A street, community or grid was entered or corrected."""

    entry: RegistryEntry
    external_code: str = ""
    """A code of another system (14, 15, 17 or 20 digits); opaque, no meaning is read out of it (domain rules 2)."""
    inside: str = ""
    """For a dedicated grid (专属网格): the comprehensive grid (综合网格) it lies in."""
    change: str = ""
    """The redrawing it came of, see :class:`AreaRedrawn`."""
    fill_within_days: int = 0
    """For a grid: the natural days after which a required post nobody holds is an alarm; 0: not said."""


@fact("grid", "area.retired.v1")
class AreaRetired(Fact, frozen=True, kw_only=True):
    """An area ends with the day ``valid_to`` (the last on which it is valid)."""

    entry: RegistryEntry


@fact("grid", "area.redrawn.v1")
class AreaRedrawn(Fact, frozen=True, kw_only=True):
    """Areas ended and others began in their place (网格调整); what began follows as ``area.defined.v1``.

    One operation of a plan, which is accepted as a whole. Its attributes ``became`` and ``came_from`` say the same in
    the registry. Whatever was opened in one of ``before`` keeps its code.
    """

    change: str
    plan: str
    operation: RedrawKind
    on: date
    """The first day of the new division; the old areas end the day before."""
    before: tuple[RegistryEntry, ...]
    after: tuple[str, ...]
    inside: dict[str, str] = {}
    """Dedicated grids that stay and lie in another comprehensive grid from ``on``: which."""
    intermediate: bool = False
    """Declared as a step on the way: the division may have gaps or overlaps until the next plan."""


@fact("grid", "area.redrawing_withdrawn.v1")
class AreaRedrawingWithdrawn(Fact, frozen=True, kw_only=True):
    """A redrawing was taken back (撤回) before the day ``on`` it would have been in force from.

    ``restored`` go on as if it had never been planned; ``dropped`` end before they begin and were never in force.
    """

    change: str
    plan: str
    on: date
    restored: tuple[RegistryEntry, ...]
    dropped: tuple[RegistryEntry, ...]
    inside: dict[str, str] = {}
    """Dedicated grids whose surrounding comprehensive grid is another one again: which."""
    reason: str = ""
    """Opaque reference to the reason."""
    intermediate: bool = False


@fact("grid", "area.redrawing_began.v1")
class AreaRedrawingBegan(Fact, frozen=True, kw_only=True):
    """A redrawing is in force from today (or was planned for a day that had passed): registers follow it now."""

    change: str
    on: date
    before: tuple[str, ...]
    after: tuple[str, ...]
