"""The volunteer as a row kind, and as a matter people follow: never with a name outside its own page."""

from shuniu.chassis.rows import RowKind
from shuniu.contracts.summary import Visibility

from shuniu_volunteer.settings import profile_of
from shuniu_volunteer.volunteers.state import KIND, Volunteer, due, evolve, index, timers

__all__ = ("VOLUNTEER", "visibility")


def visibility(v: Volunteer) -> Visibility:
    return Visibility(areas=(v.profile.area,), units=v.profile.teams)


VOLUNTEER: RowKind[Volunteer] = RowKind(
    KIND,
    Volunteer,
    "volunteer",
    evolve,
    index=index,
    due=due,
    timers=timers,
    clocks=lambda v: v.clocks,
    clock_profile=lambda v, ctx: profile_of(ctx),
)
