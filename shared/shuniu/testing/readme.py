"""A service's README draws every life cycle and names every event, so that who reads it knows what there is."""

import re
from collections.abc import Iterable

from shuniu.chassis.service import Service
from shuniu.contracts.envelope import fact_name
from shuniu.rules.lifecycle import Lifecycle

__all__ = ("undrawn", "unnamed")

_DRAWING = re.compile(r"```mermaid(.*?)```", re.DOTALL)
_NAMES = re.compile(r"`([a-z_]+)\.(\{[a-z_,]+\}|[a-z_]+)(?:\.v\d+)?`")
_OF_THE_CHASSIS = ("referral.", "clock.", "document.", "dataset.")


def undrawn(readme: str, cycles: Iterable[Lifecycle]) -> list[str]:
    """``<kind> <status>`` of every status that stands in no drawing."""
    drawn = set(re.findall(r"\w+", " ".join(_DRAWING.findall(readme))))
    return [f"{cycle.kind} {status.id}" for cycle in cycles for status in cycle.statuses if status.id not in drawn]


def unnamed(readme: str, service: Service) -> list[str]:
    """Events (``<noun>.<past>``) the README does not name, singly or as ``noun.{one,other}``; the chassis' apart."""
    named = {f"{noun}.{word}" for noun, past in _NAMES.findall(readme) for word in past.strip("{}").split(",")}
    ours = {fact_name(fact).rpartition(".")[0] for fact in service.facts}
    return sorted(name for name in ours - named if not name.startswith(_OF_THE_CHASSIS))
