"""Who does what, by the roles of the whole suite."""

from shuniu.chassis.context import Actor

__all__ = ("CLERKS", "KEEPERS", "LEADERS", "READERS", "VOLUNTEERS", "keeps")

CLERKS = ("street_clerk", "community_secretary")
"""Who answers for volunteers of an area: the street, or a community."""
LEADERS = ("volunteer_lead",)
"""Who leads a team; known by the team's unit code."""
VOLUNTEERS = ("volunteer",)
KEEPERS = (*CLERKS, *LEADERS)
READERS = (*KEEPERS, "operator", "leading_group")


def keeps(actor: Actor, area: str, *units: str) -> bool:
    """Whether the actor answers for this: a clerk by the area, a leader by one of the units."""
    by_area = actor.has_role(*CLERKS) and actor.covers(area)
    return by_area or (actor.has_role(*LEADERS) and actor.acts_for(*(u for u in units if u)))
