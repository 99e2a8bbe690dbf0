"""A team as a row: what was said of it, and the hours it has earned as a team."""

from typing import Any

import msgspec
from msgspec.structs import replace
from shuniu.chassis.context import Context
from shuniu.chassis.rows import Happening, Index, RowKind
from shuniu.contracts.envelope import Fact
from shuniu.contracts.summary import RegistryEntry, Summary, Visibility
from shuniu.contracts.text import Text
from shuniu.contracts.volunteer.activities import ParticipationAdjusted, ParticipationConfirmed
from shuniu.contracts.volunteer.teams import Team, TeamClosed, TeamEntered

__all__ = ("TEAM", "TeamRow")


class TeamRow(msgspec.Struct, frozen=True, kw_only=True):
    """A team and its minutes; these are the team's own and nobody's personally (domain rules 5.8)."""

    team: Team
    minutes: int = 0

    @property
    def active(self) -> bool:
        """Whether it still exists."""
        return self.team.valid_to is None


def _evolve(row: TeamRow | None, f: Any, h: Happening) -> TeamRow | None:
    match f:
        case TeamEntered():
            return replace(row, team=f.team) if row else TeamRow(team=f.team)
        case TeamClosed() if row is not None:
            return replace(row, team=replace(row.team, valid_to=f.valid_to))
        case ParticipationConfirmed() if row is not None:
            return replace(row, minutes=row.minutes + f.minutes)
        case ParticipationAdjusted() if row is not None:
            return replace(row, minutes=row.minutes + f.minutes - f.booked)
    return row


def _summarise(row: TeamRow, f: Fact, ctx: Context) -> Summary:
    t = row.team
    entry = RegistryEntry(
        kind="unit",
        code=t.code,
        parent=t.organiser,
        title=Text(t.title_zh, t.title_en or t.title_zh),
        subtype="VOLUNTEER_TEAM",
        valid_from=t.founded,
        valid_to=t.valid_to,
        attributes={"area": t.area},
    )
    return Summary(registry=(entry,), visibility=Visibility(areas=(t.area,), sensitivity=1))


TEAM: RowKind[TeamRow] = RowKind(
    "volunteer_team",
    TeamRow,
    "volunteer_team",
    _evolve,
    index=lambda r: Index("ACTIVE" if r.active else "CLOSED", r.team.area, r.team.organiser),
    summarise=_summarise,
)
