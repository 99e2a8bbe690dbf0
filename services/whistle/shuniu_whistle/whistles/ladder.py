"""The escalation ladder (升级阶梯) as data: which step a matter has come to. Pure once it is read.

What ships stands in ``ladder.toml``, with its sources; a deployment may name a file of its own.
"""

import tomllib
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from shuniu.contracts.whistle.supervision import FORMS, Form

__all__ = ("Ladder", "Step", "ladder", "read_ladder", "stronger")

Count = Annotated[int, Meta(ge=1)]


class When(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The condition of a step: every count given has been reached."""

    late_marks: Count | None = None
    refusals: Count | None = None
    chain: Count | None = None
    overdue: Count | None = None


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"raises": "raise"}):
    """One step: on what, when, and what it does. ``directions`` are those of the whistle it is about."""

    id: str
    on: Literal["whistle", "supervision_case"]
    when: When
    raises: bool = False
    supervise: Form | None = None
    tell: tuple[str, ...] = ()
    directions: tuple[str, ...] = ("UP", "CROSS")
    source: str
    confidence: Literal["A", "B", "C", "K", "D", "S"]

    def reached(self, direction: str, **counts: int) -> bool:
        """Whether the counts have come to this step."""
        wanted = {n: v for n in When.__struct_fields__ if (v := getattr(self.when, n)) is not None}
        return direction in self.directions and all(counts.get(n, 0) >= v for n, v in wanted.items())


class Ladder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The steps, lowest first."""

    step: tuple[Step, ...]

    def due(self, on: str, direction: str, taken: tuple[str, ...], **counts: int) -> list[Step]:
        """The steps that have been reached and not taken yet."""
        return [s for s in self.step if s.on == on and s.id not in taken and s.reached(direction, **counts)]


def read_ladder(content: str) -> Ladder:
    """The ladder of a file. ValueError where it does not hold together."""
    found = msgspec.convert(tomllib.loads(content), Ladder)
    if len({s.id for s in found.step}) != len(found.step):
        raise ValueError("two steps of the ladder share an id")
    for s in found.step:
        if s.when == When():
            raise ValueError(f"step {s.id} says no condition")
        if (s.when.overdue is None) != (s.on == "whistle"):
            raise ValueError(f"step {s.id}: overdue belongs to supervision_case, everything else to whistle")
    return found


@cache
def ladder(path: str = "") -> Ladder:
    """The ladder of that file, read once; without a path the one that ships."""
    if path:
        return read_ladder(Path(path).read_text("utf-8"))
    return read_ladder(resources.files(__package__).joinpath("ladder.toml").read_text("utf-8"))


def stronger(a: str, b: str) -> bool:
    """Whether form ``a`` is stronger than ``b`` ("": none)."""
    order = ("", *FORMS)
    return order.index(a) > order.index(b)
