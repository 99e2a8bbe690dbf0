"""The event kinds that ship, with where each comes from (domain rules 4)."""

import tomllib
from functools import cache
from importlib import resources

import msgspec

__all__ = ("CATCH_ALL", "EVERY", "EventKind", "event_kinds")

CATCH_ALL = "E99"
"""兜底: any other accident; a cover of its own with a limit of its own, not a promise that everything is paid."""
EVERY = "*"


class EventKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An event kind: titles, source, confidence of the source."""

    zh: str
    en: str
    source: str
    confidence: str


@cache
def event_kinds() -> dict[str, EventKind]:
    """Event kinds by code, in their order."""
    tree = tomllib.loads(resources.files(__package__).joinpath("kinds.toml").read_text("utf-8"))
    return {code: msgspec.convert(kind, EventKind) for code, kind in tree.items()}
