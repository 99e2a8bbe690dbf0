"""Teams are entered one by one or as a spreadsheet, all rows or none."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from msgspec.structs import replace
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.sheets import Outcome, imported
from shuniu.contracts.volunteer.teams import Team, TeamClosed, TeamEntered
from shuniu.rules.areas import within
from shuniu.rules.refusal import Conflict, FieldError, Unprocessable

from shuniu_volunteer.fields import AreaCode, Day, TeamCode, business_day, wrong
from shuniu_volunteer.roles import CLERKS
from shuniu_volunteer.teams.state import TEAM

__all__ = ("COMMANDS", "ENTER", "EnterTeams", "GivenTeam")

MOST_TEAMS = 1000


class GivenTeam(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One team as it is handed in. Without ``organiser`` the team itself organises."""

    code: TeamCode
    title_zh: Annotated[str, Meta(min_length=2, max_length=60, pattern=r"\S")]
    title_en: Annotated[str, Meta(max_length=80)] = ""
    area: AreaCode
    organiser: Annotated[str, Meta(max_length=60, extra_json_schema={"x-widget": "unit"})] = ""
    founded: Day | None = None


class EnterTeams(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Teams to be entered or corrected, all or none."""

    rows: Annotated[tuple[GivenTeam, ...], Meta(min_length=1, max_length=MOST_TEAMS)]


class CloseTeam(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A team ends."""

    code: TeamCode
    valid_to: Day


def _keys(c: EnterTeams, ctx: Context) -> Iterable[Key]:
    return [TEAM.key(g.code) for g in c.rows]


def _wrong(n: int, g: GivenTeam, seen: set[str], ctx: Context) -> Iterable[FieldError]:
    if g.code in seen:
        yield FieldError(f"rows.{n}.code", "twice")
    if not within(g.area, ctx.scope):
        yield FieldError(f"rows.{n}.area", "area_outside")
    elif not ctx.actor.covers(g.area):
        yield FieldError(f"rows.{n}.area", "not_yours")
    if g.founded is not None and g.founded > business_day(ctx.now):
        yield FieldError(f"rows.{n}.founded", "out_of_range")


def enter(rows: Rows, c: EnterTeams, ctx: Context) -> Decision:
    """Every row is looked at, and everything wrong told at once."""
    errors: list[FieldError] = []
    seen: set[str] = set()
    for n, g in enumerate(c.rows):
        errors += _wrong(n, g, seen, ctx)
        seen.add(g.code)
    if errors:
        raise Unprocessable("team.rows", event="enter_teams", fields=tuple(errors))
    events: list[Emit] = []
    outcomes: list[Outcome] = []
    for g in c.rows:
        known = rows.find(TEAM, g.code)
        team = Team(
            code=g.code,
            title_zh=g.title_zh.strip(),
            title_en=g.title_en.strip(),
            area=g.area,
            organiser=g.organiser or g.code,
            founded=g.founded or (known.team.founded if known else None),
        )
        if known is not None and replace(known.team, valid_to=None) == team and known.active:
            outcomes.append("unchanged")
            continue
        outcomes.append("changed" if known else "new")
        events.append(Emit(TeamEntered(team=team, corrects=known is not None), (TEAM.key(g.code),), g.area))
    return Decision(tuple(events), (), imported(outcomes))


def close(rows: Rows, c: CloseTeam, ctx: Context) -> Decision:
    """The team's last day; what it earned stays."""
    known = rows.need(TEAM, c.code)
    ctx.actor.require_area(known.team.area)
    if not known.active:
        raise Conflict("team.closed_already", event="close_team")
    if c.valid_to < (known.team.founded or date.min) or c.valid_to > business_day(ctx.now):
        raise wrong("team.last_day", "valid_to", "out_of_range", "close_team")
    fact = TeamClosed(code=c.code, valid_to=c.valid_to)
    return Decision((Emit(fact, (TEAM.key(c.code),), known.team.area),), (), {"team": c.code})


ENTER: Command[EnterTeams] = Command(
    "volunteer.enter_teams", EnterTeams, _keys, enter, roles=CLERKS, order=60, max_bytes=2 * 1024 * 1024
)
COMMANDS: tuple[Command[Any], ...] = (
    ENTER,
    Command("volunteer.close_team", CloseTeam, lambda c, ctx: (TEAM.key(c.code),), close, roles=CLERKS, order=61),
)
