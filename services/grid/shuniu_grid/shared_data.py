"""What the grid service offers to other units (数据共享): the unit register, party organisations, service places.

Households are named so that everybody sees what is kept, and are not shared (PIPL §28-29).
"""

from shuniu.chassis.datasets import Dataset, datasets
from shuniu.chassis.service import Catalogue

from shuniu_grid.party.sheet import SHEET as PARTY
from shuniu_grid.places.sheet import SHEET as PLACES
from shuniu_grid.residents.sheet import SHEET as HOUSEHOLDS
from shuniu_grid.units.sheet import SHEET as UNITS

__all__ = ("capability",)

capability = datasets(
    Dataset(name="units", sheet=UNITS, subject="ENTERPRISE", share="CONDITIONAL", level="L3"),
    Dataset(name="party_organisations", sheet=PARTY, subject="PARTY", share="CONDITIONAL"),
    Dataset(name="service_places", sheet=PLACES, subject="PLACE", share="OPEN", level="L1"),
    Dataset(name="households", sheet=HOUSEHOLDS, subject="PERSON", share="NOT_SHARED", level="L4"),
    texts=Catalogue.load("shuniu_grid", "shared_data.toml"),
)
