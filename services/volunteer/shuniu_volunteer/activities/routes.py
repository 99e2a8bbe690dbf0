"""Reading activities: who takes part, the code on the spot, one's own. Every query is Piccolo's."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter
from piccolo.columns.combination import WhereRaw
from shuniu.chassis.documents.render import qr_svg
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.chassis.state import load_row
from shuniu.contracts.panels import Column, MatterPointer, TablePanel
from shuniu.rules.refusal import Forbidden, NotFound

from shuniu_volunteer.activities.activity import ACTIVITY
from shuniu_volunteer.activities.checking import code_at, codes_between
from shuniu_volunteer.activities.joining import check_fit
from shuniu_volunteer.activities.state import FINISH_AFTER, Activity, Participation
from shuniu_volunteer.activities.tables import ActivityTable, ParticipationTable
from shuniu_volunteer.roles import KEEPERS, keeps
from shuniu_volunteer.settings import settings_of
from shuniu_volunteer.texts import words_of
from shuniu_volunteer.volunteers.routes import mine
from shuniu_volunteer.volunteers.state import Volunteer
from shuniu_volunteer.volunteers.tables import VolunteerTable

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("HANDLERS", "activities_between", "parts_of_volunteer")

AnyRequest = Request[Any, Any, Any]


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """One code, from when it holds, and as a picture to scan."""

    code: str
    at: datetime
    qr: str = ""


class MyPart(msgspec.Struct, frozen=True, kw_only=True):
    """One's own part in an activity."""

    activity: str
    number: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    activity_status: str
    status: str
    minutes: int


async def _led(request: AnyRequest, activity: str) -> tuple[Activity, "Host"]:
    """The activity, for who leads it. NotFound, Forbidden."""
    host = host_of(request)
    actor = actor_of(request)
    found = await load_row(host.pool, ACTIVITY, activity)
    if found is None:
        raise NotFound("volunteer_activity.unknown", params={"id": activity[:40]})
    a = found[0]
    actor.require_role(*KEEPERS)
    if not keeps(actor, a.plan.area, a.organiser, a.plan.team):
        raise Forbidden("activity.not_yours")
    return a, host


async def activities_between(since: datetime, until: datetime, statuses: list[str], area: str = "") -> list[Activity]:
    """Activities that begin in a span, in the order they begin."""
    rows = (
        await ActivityTable.select(ActivityTable.doc)
        .where(ActivityTable.status.is_in(statuses))
        .where(ActivityTable.area.like(f"{area}%"))
        .where(WhereRaw("(doc->'plan'->>'starts_at')::timestamptz >= {}", since))
        .where(WhereRaw("(doc->'plan'->>'starts_at')::timestamptz < {}", until))
        .limit(2000)
    )
    found = [msgspec.json.decode(r["doc"], type=Activity) for r in rows]
    return sorted(found, key=lambda a: (a.plan.starts_at, a.number))


async def parts_of_volunteer(volunteer: str) -> list[tuple[Participation, Activity]]:
    """Every part of one volunteer with its activity, newest first."""
    rows = await ParticipationTable.select(ParticipationTable.doc).where(WhereRaw("doc->>'volunteer' = {}", volunteer))
    parts = [msgspec.json.decode(r["doc"], type=Participation) for r in rows]
    if not parts:
        return []
    rows = await ActivityTable.select(ActivityTable.doc).where(ActivityTable.key.is_in([p.activity for p in parts]))
    known = {a.id: a for a in (msgspec.json.decode(r["doc"], type=Activity) for r in rows)}
    found = [(p, known[p.activity]) for p in parts if p.activity in known]
    return sorted(found, key=lambda pair: pair[1].plan.starts_at, reverse=True)


async def _volunteers(ids: list[str]) -> dict[str, Volunteer]:
    rows = await VolunteerTable.select(VolunteerTable.doc).where(VolunteerTable.key.is_in(ids)) if ids else []
    return {v.id: v for v in (msgspec.json.decode(r["doc"], type=Volunteer) for r in rows)}


@get("/activities/{activity:str}/parts", summary="Who takes part, by number, with times and minutes")
async def get_parts(request: AnyRequest, activity: FromPath[str]) -> TablePanel:
    a, host = await _led(request, activity)
    words = words_of("activities")
    rows = await ParticipationTable.select(ParticipationTable.doc).where(WhereRaw("doc->>'activity' = {}", a.id))
    parts = [msgspec.json.decode(r["doc"], type=Participation) for r in rows]
    people = await _volunteers([p.volunteer for p in parts])
    lines = []
    for p in sorted(parts, key=lambda p: p.volunteer):
        v = people.get(p.volunteer)
        lines.append(
            {
                "volunteer": MatterPointer(kind="volunteer", id=p.volunteer, number=v.number if v else ""),
                "part_status": words[f"status.participation.{p.status}"],
                "since": p.since,
                "until": p.until,
                "part_minutes": p.minutes,
                "by_volunteer": "✓" if p.agreed_volunteer else "",
                "by_organiser": "✓" if p.agreed_organiser else "",
            }
        )
    kinds: dict[str, Any] = {"volunteer": "matter", "since": "time", "until": "time", "part_minutes": "minutes"}
    columns = tuple(
        Column(id=c, title=words[f"column.{c}"], kind=kinds.get(c, "text"))
        for c in ("volunteer", "part_status", "since", "until", "part_minutes", "by_volunteer", "by_organiser")
    )
    return TablePanel(columns=columns, rows=tuple(lines), as_of=host.clock.now())


@get("/activities/{activity:str}/code", summary="The code to check in and out with, as it holds now")
async def get_code(request: AnyRequest, activity: FromPath[str]) -> Code:
    a, host = await _led(request, activity)
    now = host.clock.now()
    code = code_at(host, a.id, now)
    return Code(code=code, at=now, qr=qr_svg(code))


@get("/activities/{activity:str}/codes", summary="Every code of the activity's time, for a device without a line")
async def get_codes(request: AnyRequest, activity: FromPath[str]) -> list[Code]:
    a, host = await _led(request, activity)
    early = timedelta(minutes=settings_of(host).early_minutes)
    codes = codes_between(host, a.id, a.plan.starts_at - early, a.plan.ends_at + FINISH_AFTER)
    return [Code(code=code, at=at) for at, code in codes]


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who fits; name and telephone for who leads, to be asked (nobody is assigned)."""

    volunteer: str
    number: str
    name: str
    phone: str
    skills: tuple[str, ...]
    in_team: bool


@get("/activities/{activity:str}/candidates", summary="Volunteers of the area or team who fit the activity")
async def get_candidates(
    request: AnyRequest, activity: FromPath[str], limit: Annotated[int, QueryParameter(ge=1, le=100)] = 20
) -> list[Candidate]:
    """By skill, paper, age and team, which is also the reason shown (PIPL §24); people are asked, not assigned."""
    a, host = await _led(request, activity)
    rows = (
        await VolunteerTable.select(VolunteerTable.doc)
        .where(VolunteerTable.status == "ACTIVE")
        .where(VolunteerTable.area.like(f"{a.plan.area[:9]}%"))
    )
    fitting: list[Volunteer] = []
    for v in (msgspec.json.decode(r["doc"], type=Volunteer) for r in rows):
        try:
            check_fit(v, a, "apply")
        except Exception as refused:  # a rule's no is the answer here
            if not hasattr(refused, "rule"):
                raise
            continue
        fitting.append(v)
    fitting.sort(key=lambda v: (a.plan.team not in v.profile.teams, v.personal_minutes + v.team_minutes, v.number))
    shown = fitting[:limit]
    persons = await host.vault.open_refs(host.pool, (v.person_ref for v in shown))
    from shuniu.chassis.masking import mask_field

    return [
        Candidate(
            volunteer=v.id,
            number=v.number,
            name=mask_field("name", persons.get(v.person_ref, {}).get("person_name", "")),
            phone=mask_field("phone", persons.get(v.person_ref, {}).get("phone", "")),
            skills=v.profile.skills,
            in_team=bool(a.plan.team) and a.plan.team in v.profile.teams,
        )
        for v in shown
    ]


@get("/me/activities", summary="One's own activities and hours")
async def get_my_activities(request: AnyRequest) -> list[MyPart]:
    v = await mine(actor_of(request).id)
    return [
        MyPart(
            activity=a.id,
            number=a.number,
            title=a.plan.title,
            starts_at=a.plan.starts_at,
            ends_at=a.plan.ends_at,
            place=a.plan.place.name,
            activity_status=a.status,
            status=p.status,
            minutes=p.minutes,
        )
        for p, a in await parts_of_volunteer(v.id)
    ]


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_parts, get_code, get_codes, get_candidates, get_my_activities)
