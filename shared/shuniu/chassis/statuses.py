"""A life cycle's statuses as the manifest tells them: titles from the catalogue, columns in reading order."""

from collections.abc import Mapping
from typing import cast

from shuniu.contracts.manifest import StatusInfo, Tone
from shuniu.contracts.text import Text
from shuniu.rules.lifecycle import Lifecycle

__all__ = ("statuses_of",)


def statuses_of(cycle: Lifecycle, texts: Mapping[str, Text]) -> tuple[StatusInfo, ...]:
    """One for each status, titled ``status.<kind>.<id>``. KeyError for one without a title."""
    return tuple(
        StatusInfo(id=s.id, title=texts[f"status.{cycle.kind}.{s.id}"], open=s.open, tone=cast("Tone", s.tone), order=i)
        for i, s in enumerate(cycle.statuses)
    )
