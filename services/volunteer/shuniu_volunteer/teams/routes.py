"""Reading the teams. Every query is Piccolo's."""

from typing import Annotated, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from piccolo.columns.combination import WhereRaw
from shuniu.chassis.http.access import host_of
from shuniu.contracts.panels import Column, TablePanel
from shuniu.contracts.text import Text

from shuniu_volunteer.teams.state import TeamRow
from shuniu_volunteer.teams.tables import TeamTable
from shuniu_volunteer.texts import words_of
from shuniu_volunteer.volunteers.tables import VolunteerTable

__all__ = ("HANDLERS", "teams_of")

AnyRequest = Request[Any, Any, Any]
Digits = Annotated[str, QueryParameter(max_length=15, pattern=r"^[0-9]*$")]


class TeamView(msgspec.Struct, frozen=True, kw_only=True):
    """A team as anybody may know it."""

    code: str
    title: Text
    area: str
    minutes: int


async def teams_of(area: str, active: bool = True) -> list[TeamRow]:
    """Teams of an area in the order of their codes."""
    rows = (
        await TeamTable.select(TeamTable.doc)
        .where(TeamTable.area.like(f"{area}%"))
        .where(TeamTable.status == ("ACTIVE" if active else "CLOSED"))
        .order_by(TeamTable.key)
    )
    return [msgspec.json.decode(r["doc"], type=TeamRow) for r in rows]


@get("/teams", summary="Volunteer teams", opt={"public": True})
async def get_teams(request: AnyRequest, area: Digits = "") -> list[TeamView]:
    found = await teams_of(area)
    return [
        TeamView(
            code=r.team.code,
            title=Text(r.team.title_zh, r.team.title_en or r.team.title_zh),
            area=r.team.area,
            minutes=r.minutes,
        )
        for r in found
    ]


@get("/teams/table", summary="Teams, how many volunteers each has and the hours it earned as a team")
async def get_table(request: AnyRequest, area: Digits = "") -> TablePanel:
    host = host_of(request)
    words = words_of("teams")
    members: dict[str, int] = {}
    counted = await VolunteerTable.select(VolunteerTable.unit).where(
        WhereRaw("status = 'ACTIVE'"), VolunteerTable.area.like(f"{area}%")
    )
    for r in counted:
        members[r["unit"]] = members.get(r["unit"], 0) + 1
    rows = [
        {
            "team": r.team.code,
            "title": r.team.title_zh,
            "area": r.team.area,
            "members": members.get(r.team.code, 0),
            "minutes": r.minutes,
        }
        for r in await teams_of(area)
    ]
    rows.sort(key=lambda r: (-int(str(r["minutes"])), -int(str(r["members"])), str(r["team"])))
    kinds: dict[str, Any] = {"team": "unit", "area": "area", "members": "number", "minutes": "minutes"}
    columns = tuple(
        Column(id=c, title=words[f"column.{c}"], kind=kinds[c]) for c in ("team", "area", "members", "minutes")
    )
    return TablePanel(columns=columns, rows=tuple(rows), as_of=host.clock.now(), note=words["note.members"])


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_teams, get_table)
