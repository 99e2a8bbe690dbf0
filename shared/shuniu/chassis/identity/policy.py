"""The one read policy: a matter's visibility times the caller's token. Pure.

The owner asks it for its own pages; the gateway asks it for lists, counts, search, timelines and streams alike.
"""

from shuniu.chassis.context import Actor
from shuniu.contracts.summary import Visibility

__all__ = ("may_read",)


def may_read(visibility: Visibility, area: str, actor: Actor) -> bool:
    """Whether ``actor`` may read a matter lying in ``area`` (see :class:`~shuniu.contracts.summary.Visibility`).

    Its sensitivity must be within the actor's clearance, and one of these must hold: the actor's areas contain the
    matter's area or one it is shown to; the actor acts for one of its units; the actor holds one of its roles.
    """
    if visibility.sensitivity > actor.clearance:
        return False
    if visibility.units and not set(visibility.units).isdisjoint(actor.units):
        return True
    if visibility.roles and not actor.roles.isdisjoint(visibility.roles):
        return True
    return actor.covers(area) or any(actor.covers(shown) for shown in visibility.areas)
