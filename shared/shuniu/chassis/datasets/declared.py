"""What a service says of a dataset it offers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from shuniu.chassis.sheets import Sheet, sheet_info
from shuniu.contracts.manifest import DatasetInfo
from shuniu.contracts.text import Text

__all__ = ("ASK", "FETCH", "KIND", "STEWARD", "Dataset", "ShareClass", "Subject", "dataset_info")

ASK: Final = "data.ask"
FETCH: Final = "data.fetch"
KIND: Final = "data_grant"
"""数据共享申请: the kind of matter that a grant is, in every service that offers data."""

ShareClass = Literal["OPEN", "CONDITIONAL", "NOT_SHARED"]
"""无条件共享, 有条件共享, 不予共享 (domain rules 7.4, 12)."""
Subject = Literal["PERSON", "ENTERPRISE", "CHARITY", "PARTY", "TALENT", "PLACE", "SERVICE"]
"""What a dataset is about: 人口, 企业, 慈善, 党建, 人才; places and public services beside them."""
STEWARD: Final = "data_steward"
"""数据管理员: answers for the owner whether another unit gets its data."""


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A table of the service that others may ask for.

    ``sheet`` is what leaves, with its columns; personal columns leave masked. ``name`` is a stable word; its title is
    the text ``dataset.<name>``. A CONDITIONAL one states its condition (``dataset_condition.<name>``), a NOT_SHARED
    one the law (``dataset_basis.<name>``). ``cycle`` is how often it is renewed (``dataset_cycle.<cycle>``), ``level``
    its confidentiality (L1 public to L4 sensitive personal, domain rules 12).
    """

    name: str
    sheet: Sheet
    subject: Subject
    share: ShareClass
    level: Literal["L1", "L2", "L3", "L4"] = "L2"
    cycle: Literal["LIVE", "DAILY", "MONTHLY", "YEARLY"] = "LIVE"

    def __post_init__(self) -> None:
        if self.sheet.rows is None and self.share != "NOT_SHARED":
            raise ValueError(f"dataset {self.name}: its sheet cannot be taken out")
        if self.share == "OPEN" and (self.level > "L2" or any(c.personal for c in self.sheet.columns)):
            raise ValueError(f"dataset {self.name}: what is personal is not shared without a condition (PIPL §23)")


def dataset_info(dataset: Dataset, need: Callable[[str], Text]) -> DatasetInfo:
    """The dataset as the manifest tells it; ``need`` finds a text and notes one that is missing."""
    return DatasetInfo(
        name=dataset.name,
        title=need(f"dataset.{dataset.name}"),
        subject=dataset.subject,
        share=dataset.share,
        level=dataset.level,
        cycle=need(f"dataset_cycle.{dataset.cycle}"),
        columns=sheet_info(dataset.sheet, need).columns,
        condition=need(f"dataset_condition.{dataset.name}") if dataset.share == "CONDITIONAL" else None,
        basis=need(f"dataset_basis.{dataset.name}") if dataset.share == "NOT_SHARED" else None,
        ask="" if dataset.share == "NOT_SHARED" else ASK,
        fetch="" if dataset.share == "NOT_SHARED" else FETCH,
        grants=KIND,
    )
