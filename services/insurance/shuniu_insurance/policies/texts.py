"""The capability's words, read once."""

from shuniu.chassis.service import Catalogue
from shuniu.contracts.text import Text

from shuniu_insurance.policies.kinds import event_kinds
from shuniu_insurance.texts import words_of

__all__ = ("OWN", "TEXTS")

_KINDS = {f"category.{code}": Text(kind.zh, kind.en) for code, kind in event_kinds().items()}
OWN = Catalogue.load("shuniu_insurance.policies").merged(_KINDS)
TEXTS = words_of("policies").merged(_KINDS)
