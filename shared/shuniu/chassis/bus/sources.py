"""Which sources a consumer takes: words of ``Projection.sources`` and ``Reaction.sources``.

``whistle``: that service of our own scope. ``*``: every service of it. ``whistle@*``: that service in every other scope
we have an agreement with (docs/peers.md). ``*@*``: every service of theirs. ``whistle@320106003``: in that one only.
"""

from collections.abc import Collection

__all__ = ("EVERY_SOURCE", "wants")

EVERY_SOURCE = "*"


def wants(words: Collection[str], own_scope: str, scope: str, service: str) -> bool:
    """Whether one of ``words`` means ``service`` of ``scope``."""
    if scope == own_scope:
        return EVERY_SOURCE in words or service in words
    named = (service, EVERY_SOURCE)
    return any(f"{name}@{where}" in words for name in named for where in (scope, EVERY_SOURCE))
