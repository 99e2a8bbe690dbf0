"""What the desk offers to other units (数据共享): the item catalogue and its materials, open to all."""

from shuniu.chassis.datasets import Dataset, datasets
from shuniu.chassis.service import Catalogue

from shuniu_services_desk.catalogue.sheet import SHEETS

__all__ = ("capability",)

_ITEMS, _, _MATERIALS = SHEETS

capability = datasets(
    Dataset(name="desk_items", sheet=_ITEMS, subject="SERVICE", share="OPEN", level="L1"),
    Dataset(name="desk_materials", sheet=_MATERIALS, subject="SERVICE", share="OPEN", level="L1"),
    texts=Catalogue.load("shuniu_services_desk", "shared_data.toml"),
)
