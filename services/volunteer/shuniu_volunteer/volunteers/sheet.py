"""The register as a spreadsheet: 6,000 volunteers in one go (domain rules 5.7)."""

import re
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, get_args

import msgspec
from shuniu.chassis.context import Actor
from shuniu.chassis.sheets import Column, Sheet
from shuniu.contracts.volunteer.volunteers import Skill
from shuniu.rules.refusal import FieldError, Unprocessable

from shuniu_volunteer.roles import KEEPERS, READERS
from shuniu_volunteer.texts import words_of
from shuniu_volunteer.volunteers.manifest import IMPORT
from shuniu_volunteer.volunteers.person import wrong_citizen_id
from shuniu_volunteer.volunteers.register import GivenVolunteer, ImportVolunteers
from shuniu_volunteer.volunteers.state import Volunteer
from shuniu_volunteer.volunteers.tables import VolunteerTable

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("SHEET",)

_PAGE = 500
_BETWEEN = re.compile(r"[\s,，、;；]+")


def _number(value: str) -> str | None:
    return None if value.isascii() and value.replace("-", "").isalnum() and len(value) <= 30 else "format"


def _listed(text: str | None) -> list[str]:
    return [part for part in _BETWEEN.split(text or "") if part]


def _skills() -> dict[str, str]:
    words = words_of("volunteers")
    return {words[f"enum.skills.{s}"].zh: s for s in get_args(Skill)}


async def _rows(host: "Host", actor: Actor, query: Mapping[str, str]) -> AsyncIterator[Mapping[str, Any]]:
    """Volunteers the caller keeps or may read, page by page."""
    after = ""
    titles = {code: title for title, code in _skills().items()}
    while True:
        wanted = VolunteerTable.select(VolunteerTable.doc, VolunteerTable.key).where(VolunteerTable.key > after)
        wanted = wanted.where(VolunteerTable.status == "ACTIVE").order_by(VolunteerTable.key).limit(_PAGE)
        if query.get("area"):
            wanted = wanted.where(VolunteerTable.area.like(f"{query['area']}%"))
        page = [msgspec.json.decode(r["doc"], type=Volunteer) for r in await wanted]
        seen = [v for v in page if actor.covers(v.profile.area) or actor.acts_for(*v.profile.teams)]
        persons = await host.vault.open_refs(host.pool, (v.person_ref for v in seen))
        for v in seen:
            person = persons.get(v.person_ref, {})
            yield {
                "number": v.number,
                **{name: person.get(name) for name in ("person_name", "phone", "citizen_id")},
                "area": v.profile.area,
                "teams": ";".join(v.profile.teams) or None,
                "skills": "、".join(titles[s] for s in v.profile.skills) or None,
                "guardian_name": person.get("guardian_name"),
                "guardian_phone": person.get("guardian_phone"),
                "guardian_until": v.guardian_until,
                "registered_on": v.registered_on,
                "star": v.star,
                "personal_hours": v.personal_minutes // 60,
                "team_hours": v.team_minutes // 60,
            }
        if len(page) < _PAGE:
            return
        after = page[-1].id


def _row(record: Mapping[str, Any]) -> GivenVolunteer:
    given = {k: v for k, v in record.items() if v is not None and k not in ("star", "personal_hours", "team_hours")}
    titles, skills = _skills(), []
    for name in _listed(given.get("skills")):
        code = titles.get(name, name)
        if code not in get_args(Skill):
            raise Unprocessable("volunteer.rows", fields=(FieldError("skills", "value"),))
        skills.append(code)
    return GivenVolunteer(**{**given, "teams": tuple(_listed(given.get("teams"))), "skills": tuple(skills)})


SHEET = Sheet(
    name="volunteers",
    title="sheet.volunteers",
    note="sheet.volunteers_note",
    columns=(
        Column("number", "field.number", "code", required=True, most=30, check=_number),
        Column("person_name", "field.person_name", required=True, personal=True, most=60),
        Column("phone", "field.phone", "code", personal=True, most=20),
        Column("citizen_id", "field.citizen_id", "code", personal=True, most=18, check=wrong_citizen_id),
        Column("birth_date", "field.birth_date", "date", personal=True, note="hint.birth_date"),
        Column("area", "field.area", "code", required=True, most=15),
        Column("teams", "field.teams", most=200, note="hint.teams"),
        Column("skills", "field.skills", most=200, note="hint.skills"),
        Column("guardian_name", "field.guardian_name", personal=True, most=60, note="hint.guardian"),
        Column("guardian_phone", "field.guardian_phone", "code", personal=True, most=20),
        Column("guardian_until", "field.guardian_until", "date"),
        Column("registered_on", "field.registered_on", "date"),
        Column("star", "column.star", "int", note="hint.not_taken"),
        Column("personal_hours", "column.personal_hours", "int", note="hint.not_taken"),
        Column("team_hours", "column.team_hours", "int", note="hint.not_taken"),
    ),
    export_roles=READERS,
    rows=_rows,
    import_roles=KEEPERS,
    command=IMPORT,
    row=_row,
    body=lambda rows: ImportVolunteers(rows=rows),
    key=("number",),
    filters=("area",),
)
