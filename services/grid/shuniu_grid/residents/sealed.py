"""What is sealed of a household: how it is divided into parts, opened inside the service, and counted.

A part's content is ``{field: value, …, "categories": "A,B", "since": "field=2026-11-23,A=2026-11-23"}``. Fields of
one sensitivity and one legal basis lie together, so withdrawing consent destroys what stood on it and nothing else.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

import msgspec
from shuniu.chassis.decision import Private
from shuniu.contracts.grid.residents import SealedPart

from shuniu_grid.residents.processing import CATEGORIES, FIELDS, Part, Processing
from shuniu_grid.residents.state import Household

if TYPE_CHECKING:
    from collections.abc import Callable

    from shuniu.chassis.host import Host

__all__ = ("PURPOSE", "Kept", "divide", "gathered", "open_households")

PURPOSE = "grid.households"
"""Purpose code of the sealed records; the register of processing says it of each field."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of one household, in clear, and since when. Never leaves the service as such."""

    fields: dict[str, str] = {}
    categories: tuple[str, ...] = ()
    since: dict[str, date] = {}

    def names(self) -> tuple[str, ...]:
        """Fields and categories there are."""
        return (*self.fields, *self.categories)

    def only(self, keep: "Callable[[str], bool]") -> "Kept":
        """The same without what ``keep`` refuses."""
        return Kept(
            fields={n: v for n, v in self.fields.items() if keep(n)},
            categories=tuple(c for c in self.categories if keep(c)),
            since={n: d for n, d in self.since.items() if keep(n)},
        )


def divide(
    kept: Kept, register: Processing, household: str, new_id: "Callable[[], str]"
) -> tuple[tuple[SealedPart, ...], tuple[Private, ...]]:
    """What facts carry of it and what is sealed. Every part of the register is made, empty or not."""
    parts: list[SealedPart] = []
    private: list[Private] = []
    for part in register.parts():
        mine = [n for n in kept.names() if _part_of(n, register) == part]
        content = {n: kept.fields[n] for n in mine if n in kept.fields}
        if categories := [c for c in kept.categories if c in mine]:
            content["categories"] = ",".join(categories)
        if mine:
            content["since"] = ",".join(f"{n}={kept.since[n].isoformat()}" for n in mine)
        ref = new_id()
        parts.append(SealedPart(ref=ref, basis=part.basis, sensitivity=part.sensitivity))
        private.append(Private(ref, content, PURPOSE, part.basis, part.sensitivity, matter=household))
    return tuple(parts), tuple(private)


def _part_of(name: str, register: Processing) -> Part | None:
    use = register.use(name)
    return Part(use.sensitivity, use.basis) if use is not None else None


def gathered(contents: Iterable[Mapping[str, str]]) -> Kept:
    """The parts of one household put together."""
    fields: dict[str, str] = {}
    categories: set[str] = set()
    since: dict[str, date] = {}
    for content in contents:
        fields |= {n: v for n, v in content.items() if n in FIELDS}
        categories |= {c for c in content.get("categories", "").split(",") if c}
        for entry in content.get("since", "").split(","):
            name, _, day = entry.partition("=")
            if day:
                since[name] = date.fromisoformat(day)
    ordered = {n: fields[n] for n in FIELDS if n in fields}
    return Kept(fields=ordered, categories=tuple(c for c in CATEGORIES if c in categories), since=since)


async def open_households(host: "Host", rows: Iterable[Household]) -> dict[str, Kept]:
    """What is kept of each household, by number."""
    households = list(rows)
    opened = await host.vault.open_refs(host.pool, (p.ref for row in households for p in row.parts))
    return {row.number: gathered(opened[p.ref] for p in row.parts if p.ref in opened) for row in households}
