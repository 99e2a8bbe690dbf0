"""The capability's words, read once; categories bring their own titles."""

from shuniu.chassis.service import Catalogue
from shuniu.contracts.text import Text

from shuniu_insurance.hazards.data import categories
from shuniu_insurance.texts import TEXTS as SHARED

__all__ = ("OWN", "TEXTS")

OWN = Catalogue.load("shuniu_insurance.hazards").merged(
    Catalogue({f"category.{code}": Text(c.zh, c.en) for code, c in categories().items()})
)
TEXTS = OWN.merged(SHARED)
