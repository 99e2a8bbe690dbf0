"""Teams as a spreadsheet."""

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

from shuniu.chassis.context import Actor
from shuniu.chassis.sheets import Column, Sheet

from shuniu_volunteer.roles import CLERKS, READERS
from shuniu_volunteer.teams.commands import ENTER, MOST_TEAMS, EnterTeams, GivenTeam
from shuniu_volunteer.teams.routes import teams_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("SHEET",)


async def _rows(host: "Host", actor: Actor, query: Mapping[str, str]) -> AsyncIterator[Mapping[str, Any]]:
    for r in await teams_of(query.get("area", "")):
        if actor.covers(r.team.area) or actor.acts_for(r.team.code, r.team.organiser):
            t = r.team
            yield {
                "code": t.code,
                "title_zh": t.title_zh,
                "title_en": t.title_en or None,
                "area": t.area,
                "organiser": t.organiser,
                "founded": t.founded,
            }


def _code(value: str) -> str | None:
    return None if value.isascii() and value.replace("-", "").isalnum() and len(value) >= 2 else "format"


SHEET = Sheet(
    name="teams",
    title="sheet.teams",
    columns=(
        Column("code", "column.team", "code", required=True, most=40, check=_code),
        Column("title_zh", "column.title_zh", required=True, most=60),
        Column("title_en", "column.title_en", most=80),
        Column("area", "column.area", "code", required=True, most=15),
        Column("organiser", "column.organiser", "code", most=60),
        Column("founded", "column.founded", "date"),
    ),
    export_roles=READERS,
    rows=_rows,
    import_roles=CLERKS,
    command=ENTER,
    row=lambda record: GivenTeam(**{k: v for k, v in record.items() if v is not None}),
    body=lambda rows: EnterTeams(rows=rows),
    key=("code",),
    filters=("area",),
    most_rows=MOST_TEAMS,
)
