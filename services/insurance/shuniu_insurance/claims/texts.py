"""The capability's words, read once."""

from shuniu.chassis.service import Catalogue

from shuniu_insurance.texts import words_of

__all__ = ("OWN", "TEXTS")

OWN = Catalogue.load("shuniu_insurance.claims")
TEXTS = words_of("claims")
