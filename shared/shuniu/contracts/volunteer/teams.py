"""Facts of volunteer teams (志愿服务队), domain rules 5.7. A team travels as a unit of the registry."""

from datetime import date

import msgspec

from shuniu.contracts.envelope import Fact, fact

__all__ = ("FACTS", "Team", "TeamClosed", "TeamEntered")


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """A team. ``code`` is its unit code; ``organiser`` the unit that keeps and answers for it (谁组织谁记录)."""

    code: str
    title_zh: str
    title_en: str = ""
    area: str
    organiser: str = ""
    founded: date | None = None
    valid_to: date | None = None


@fact("volunteer", "team.entered.v1")
class TeamEntered(Fact, frozen=True, kw_only=True):
    """A team was entered, or corrected."""

    team: Team
    corrects: bool = False


@fact("volunteer", "team.closed.v1")
class TeamClosed(Fact, frozen=True, kw_only=True):
    """The team's last day."""

    code: str
    valid_to: date


FACTS: tuple[type[Fact], ...] = (TeamEntered, TeamClosed)
