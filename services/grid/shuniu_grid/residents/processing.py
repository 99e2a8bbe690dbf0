"""The register of processing: why what is kept of a household is kept, as data (PIPL §5-6, §13, §19; rules 7.1).

Pure but for reading the file once. Whatever is not in the register has no purpose and cannot be saved.
"""

import tomllib
from datetime import date, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, get_args

import msgspec
from msgspec import Meta
from shuniu.contracts.grid.residents import LegalBasis
from shuniu.contracts.text import Text

__all__ = ("CATEGORIES", "FIELDS", "SENSITIVE", "HouseholdCategory", "Part", "Processing", "Use", "processing")

HouseholdCategory = Literal[
    "GENERAL", "LIVING_ALONE_ELDER", "LOW_INCOME", "DISABLED", "SERIOUS_ILLNESS", "LEFT_BEHIND_CHILD", "FLOATING"
]
"""一般, 独居老人, 低收入, 残疾人, 重病, 留守儿童, 流动人口: a choice of this project."""
CATEGORIES: tuple[str, ...] = get_args(HouseholdCategory)
FIELDS = ("address", "contact_name", "contact_phone", "adults", "elders", "minors")
"""Everything a household record may hold. People are counted by age band (under 18, 18 to 59, from 60); they have no
records of their own."""
SENSITIVE = frozenset({"LOW_INCOME", "DISABLED", "SERIOUS_ILLNESS", "LEFT_BEHIND_CHILD", "minors"})
"""Health, finance, minors: sensitive by statute (PIPL §28), whatever a local file says."""


class Use(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For what, on which legal basis, how sensitive, and how many natural days after it was collected."""

    purpose: str
    basis: LegalBasis
    sensitivity: Literal[3, 4]
    keep_days: Annotated[int, Meta(ge=1, le=3650)]


class Part(NamedTuple):
    """What is sealed together: one sensitivity, one legal basis. The most sensitive comes last."""

    sensitivity: int
    basis: LegalBasis


class Processing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The register. ValueError, telling every fault, for one that does not hold together."""

    id: str
    review_days: Annotated[int, Meta(ge=1)]
    purpose: dict[str, dict[str, str]]
    field: dict[str, Use]
    category: dict[str, Use]

    def __post_init__(self) -> None:
        wrong = [f"{name} is no field" for name in self.field if name not in FIELDS]
        wrong += [f"{name} is no category" for name in self.category if name not in CATEGORIES]
        for name, words in self.purpose.items():
            if set(words) != {"zh", "en"} or not all(words.values()):
                wrong.append(f"purpose {name} has a title in zh and en")
        for name, use in (*self.field.items(), *self.category.items()):
            if use.purpose not in self.purpose:
                wrong.append(f"{name}: there is no purpose {use.purpose}")
            if use.keep_days < self.review_days:
                wrong.append(f"{name} is kept for less than the review takes, so nothing would end it in time")
            if name in SENSITIVE and use.sensitivity != 4:
                wrong.append(f"{name} is sensitive by statute")
        if wrong:
            raise ValueError("; ".join(wrong))

    def use(self, name: str) -> Use | None:
        """Why a field or category is kept; None: it has no purpose and cannot be."""
        return self.field.get(name) or self.category.get(name)

    def parts(self) -> tuple[Part, ...]:
        """The sealed records every household has, by what the register holds: they say nothing of the household."""
        uses = (*self.field.values(), *self.category.values())
        return tuple(sorted({Part(use.sensitivity, use.basis) for use in uses}))

    def keep_until(self, name: str, since: date) -> date | None:
        """The last day something collected on ``since`` may be kept; None where it may not be at all."""
        use = self.use(name)
        return since + timedelta(days=use.keep_days) if use is not None else None

    def title(self, purpose: str) -> Text:
        """A purpose in words."""
        return Text(self.purpose[purpose]["zh"], self.purpose[purpose]["en"])


@cache
def processing(path: str = "") -> Processing:
    """The shipped register, or a deployment's own. ValueError where it does not hold together."""
    file = resources.files("shuniu_grid.residents").joinpath("processing.toml")
    text = Path(path).read_text("utf-8") if path else file.read_text("utf-8")
    try:
        return msgspec.convert(tomllib.loads(text), Processing)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, ValueError) as wrong:
        raise ValueError(f"register of processing: {wrong}") from wrong
