"""The README draws every life cycle and names every event, so that who reads it knows what there is."""

import re
from pathlib import Path

import pytest
from shuniu.contracts.envelope import fact_name
from shuniu_volunteer import service
from shuniu_volunteer.activities.lifecycles import ACTIVITY, PARTICIPATION
from shuniu_volunteer.awards.lifecycle import ROUND
from shuniu_volunteer.time_bank.lifecycle import EXCHANGE, ORDER

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
CYCLES = (ACTIVITY, PARTICIPATION, ROUND, ORDER, EXCHANGE)


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
