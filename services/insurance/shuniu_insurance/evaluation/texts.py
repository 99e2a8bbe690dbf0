"""The capability's words, read once."""

from shuniu.chassis.service import Catalogue

from shuniu_insurance.policies.texts import TEXTS as POLICY_TEXTS

__all__ = ("OWN", "TEXTS")

OWN = Catalogue.load("shuniu_insurance.evaluation")
TEXTS = OWN.merged(POLICY_TEXTS)
