"""The README draws every life cycle and names every event, so that who reads it knows what there is."""

from pathlib import Path

from shuniu.testing.readme import undrawn, unnamed
from shuniu_insurance import service
from shuniu_insurance.certificates.lifecycle import AUDIT, CERTIFICATE
from shuniu_insurance.claims.lifecycle import CLAIM, RECOVERY
from shuniu_insurance.disclosure.lifecycle import DISCLOSURE
from shuniu_insurance.evaluation.lifecycle import EVALUATION
from shuniu_insurance.fund.lifecycle import MONTH
from shuniu_insurance.hazards.lifecycle import HAZARD
from shuniu_insurance.policies.lifecycle import POLICY

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def test_every_life_cycle_is_drawn() -> None:
    assert undrawn(README, (POLICY, MONTH, CLAIM, RECOVERY, CERTIFICATE, AUDIT, HAZARD, DISCLOSURE, EVALUATION)) == []


def test_every_event_is_named() -> None:
    assert unnamed(README, service) == []
