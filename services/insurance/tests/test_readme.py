"""The README draws every life cycle and names every event, so that who reads it knows what there is."""

import re
from pathlib import Path

import pytest
from shuniu.contracts.envelope import fact_name
from shuniu_insurance import service
from shuniu_insurance.certificates.lifecycle import AUDIT, CERTIFICATE
from shuniu_insurance.claims.lifecycle import CLAIM, RECOVERY
from shuniu_insurance.disclosure.lifecycle import DISCLOSURE
from shuniu_insurance.evaluation.lifecycle import EVALUATION
from shuniu_insurance.fund.lifecycle import MONTH
from shuniu_insurance.hazards.lifecycle import HAZARD
from shuniu_insurance.policies.lifecycle import POLICY

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
CYCLES = (POLICY, MONTH, CLAIM, RECOVERY, CERTIFICATE, AUDIT, HAZARD, DISCLOSURE, EVALUATION)


@pytest.mark.parametrize("cycle", CYCLES, ids=lambda c: c.kind)
def test_the_life_cycle_is_drawn(cycle) -> None:
    drawn = "".join(re.findall(r"```mermaid(.*?)```", README, re.S))
    assert not [s.id for s in cycle.statuses if not re.search(rf"\b{s.id}\b", drawn)]


def test_every_event_is_named() -> None:
    named = set()
    for noun, past in re.findall(r"`([a-z_]+)\.(\{[a-z_,]+\}|[a-z_]+)`", README):
        named |= {f"{noun}.{word}" for word in past.strip("{}").split(",")}
    ours = {fact_name(f).rpartition(".")[0] for f in service.facts}
    chassis = ("referral.", "clock.", "document.", "dataset.")
    assert not {name for name in ours if name not in named and not name.startswith(chassis)}
