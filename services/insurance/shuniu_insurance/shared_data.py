"""What the insurance service offers to other units (数据共享): hazards. Rosters of the insured are not shared."""

from shuniu.chassis.datasets import Dataset, datasets
from shuniu.chassis.service import Catalogue

from shuniu_insurance.hazards.sheet import SHEETS as HAZARDS
from shuniu_insurance.rosters import SHEET as ROSTER

__all__ = ("capability",)

capability = datasets(
    Dataset(name="hazards", sheet=HAZARDS[0], subject="PLACE", share="CONDITIONAL"),
    Dataset(name="insurance_rosters", sheet=ROSTER, subject="PERSON", share="NOT_SHARED", level="L4"),
    texts=Catalogue.load("shuniu_insurance", "shared_data.toml"),
)
