"""Visit targets as data: who is to be visited how often (domain rules 2.18: configuration, no quota is official)."""

import tomllib
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, get_args

import msgspec
from msgspec import Meta
from shuniu.contracts.grid.units import UnitKind

from shuniu_grid.residents.processing import CATEGORIES

__all__ = ("KEY_UNIT", "Target", "Targets", "targets", "unit_classes")

KEY_UNIT = "KEY_UNIT"
"""重点单位, a class beside the unit's kind."""


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Again within so many natural days; ``share`` of the visits due puts the class on target."""

    every: Annotated[int, Meta(ge=1, le=730)]
    share: str

    @property
    def least(self) -> Fraction:
        """The share as a number."""
        return Fraction(self.share)


class Targets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All targets. ValueError, telling every fault, where they do not hold together."""

    id: str
    unit_kind: dict[str, Target]
    household: dict[str, Target]
    key_unit: Target | None = None
    since: date | None = None

    def __post_init__(self) -> None:
        wrong = [f"{name} is no kind of unit" for name in self.unit_kind if name not in get_args(UnitKind)]
        wrong += [f"{name} is no category of households" for name in self.household if name not in CATEGORIES]
        for name, target in self.by_class().items():
            try:
                fits = 0 < target.least <= 1
            except (ValueError, ZeroDivisionError):
                fits = False
            wrong += [] if fits else [f"{name}: a share is above 0 and at most 1"]
        if wrong:
            raise ValueError("; ".join(wrong))

    def by_class(self) -> dict[str, Target]:
        """Every class with its target: key units, kinds of units, categories of households."""
        key = {KEY_UNIT: self.key_unit} if self.key_unit is not None else {}
        return {**key, **self.unit_kind, **self.household}

    def every(self, classes: Iterable[str]) -> int | None:
        """The interval of somebody in these classes: the shortest. None: nobody has to visit."""
        known = self.by_class()
        return min((known[c].every for c in classes if c in known), default=None)


def unit_classes(kind: str, key_unit: bool) -> tuple[str, ...]:
    """The classes a unit belongs to."""
    return (kind, KEY_UNIT) if key_unit else (kind,)


@cache
def targets(path: str = "") -> Targets:
    """The shipped targets, or a deployment's own. ValueError where they do not hold together."""
    file = resources.files("shuniu_grid.visits").joinpath("targets.toml")
    text = Path(path).read_text("utf-8") if path else file.read_text("utf-8")
    try:
        return msgspec.convert(tomllib.loads(text), Targets)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, ValueError) as wrong:
        raise ValueError(f"visit targets: {wrong}") from wrong
