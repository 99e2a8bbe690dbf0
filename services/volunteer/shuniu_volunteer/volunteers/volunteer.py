"""The volunteer as a row kind, and as a matter people follow: never with a name outside its own page."""

from collections.abc import Sequence

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Detail, Offer
from shuniu.chassis.rows import MatterFace, RowKind
from shuniu.contracts.envelope import Fact
from shuniu.contracts.summary import Summary, Visibility

from shuniu_volunteer.settings import profile_of
from shuniu_volunteer.volunteers.state import KIND, Volunteer, due, evolve, index, timers

__all__ = ("VOLUNTEER",)


# The face asks the commands what may be done now, and those ask for the row kind: it is looked up when used.
def _summarise(v: Volunteer, f: Fact, ctx: Context) -> Summary:
    from shuniu_volunteer.volunteers.face import summarise

    return summarise(v, f, ctx)


def _visibility(v: Volunteer) -> Visibility:
    return Visibility(areas=(v.profile.area,), units=v.profile.teams)


def _offers(v: Volunteer, ctx: Context) -> Sequence[Offer]:
    from shuniu_volunteer.volunteers.face import offers

    return offers(v, ctx)


def _detail(v: Volunteer, ctx: Context) -> Detail:
    from shuniu_volunteer.volunteers.face import detail

    return detail(v, ctx)


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
    face=MatterFace(
        summarise=_summarise, number=lambda v: v.number, visibility=_visibility, offers=_offers, detail=_detail
    ),
)
