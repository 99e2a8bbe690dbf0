"""Golden examples of events: what was once published is understood for ever. They are only added, never changed.

That every example is still read and written alike is asked once for all services (``shared/tests/contracts``). A
service's own test walks through everything it can say and asks :func:`lost` whether today's events still say it.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from shuniu.contracts.envelope import CloudEvent, Fact, fact_name

__all__ = ("lost", "naming")


def _example(folder: Path, fact: type[Fact]) -> Path:
    return folder / f"{fact_name(fact)}.json"


def lost(folder: Path, events: Sequence[CloudEvent], facts: Iterable[type[Fact]]) -> list[str]:
    """What today's events no longer say: ``<name>`` of a fact nobody said, ``<name> <field>`` of a field gone."""
    missing: list[str] = []
    for fact in facts:
        name = fact_name(fact)
        golden = msgspec.json.decode(_example(folder, fact).read_bytes(), type=CloudEvent)
        fields = set(msgspec.json.decode(golden.data.fact))
        said = [event for event in events if event.type.split(".", 2)[2] == name]
        gone = {field for event in said for field in fields - set(msgspec.json.decode(event.data.fact))}
        missing += [f"{name} {field}" for field in sorted(gone)] if said else [name]
    return missing


def naming(folder: Path, facts: Iterable[type[Fact]], *words: str) -> list[str]:
    """``<name> <word>`` of every example of these facts in which a word stands that belongs to a person alone."""
    return [
        f"{fact_name(fact)} {word}"
        for fact in facts
        for text in (_example(folder, fact).read_text("utf-8"),)
        for word in words
        if word in text
    ]
