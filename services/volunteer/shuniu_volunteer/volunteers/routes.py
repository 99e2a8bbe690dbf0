"""Reading the register: figures for panels, who was asked to be named. Every query is Piccolo's."""

from datetime import timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from piccolo.columns.combination import WhereRaw
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.contracts.panels import Column, MatterPointer, TablePanel
from shuniu.rules.refusal import NotFound

from shuniu_volunteer.activities.tables import ParticipationTable
from shuniu_volunteer.fields import business_day
from shuniu_volunteer.roles import READERS
from shuniu_volunteer.settings import settings_of
from shuniu_volunteer.stars import counted, star_profile
from shuniu_volunteer.texts import words_of
from shuniu_volunteer.volunteers.state import Volunteer
from shuniu_volunteer.volunteers.tables import VolunteerTable

__all__ = ("HANDLERS", "mine")

AnyRequest = Request[Any, Any, Any]
Digits = Annotated[str, QueryParameter(max_length=15, pattern=r"^[0-9]*$")]
ACTIVE_DAYS, ACTIVE_MINUTES = 90, 60
"""活跃率: at least one hour within 90 days (domain rules 11.7)."""
_BOOKED = "status in ('CONFIRMED', 'ADJUSTED')"


class Honour(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who agreed to be named (PIPL §25)."""

    number: str
    name: str
    star: int
    hours: int


class Mine(msgspec.Struct, frozen=True, kw_only=True):
    """One's own registration, as far as a telephone shows it first."""

    volunteer: str
    number: str
    star: int
    personal_minutes: int
    team_minutes: int
    teams: tuple[str, ...]


async def mine(account: str) -> Volunteer:
    """The registration of an account. NotFound ``volunteer.none_of_yours``."""
    rows = (
        await VolunteerTable.select(VolunteerTable.doc)
        .where(VolunteerTable.status == "ACTIVE")
        .where(WhereRaw("doc->>'account' = {}", account))
    )
    if not account or not rows:
        raise NotFound("volunteer.none_of_yours")
    return msgspec.json.decode(rows[0]["doc"], type=Volunteer)


async def _all(area: str) -> list[Volunteer]:
    rows = (
        await VolunteerTable.select(VolunteerTable.doc)
        .where(VolunteerTable.status == "ACTIVE")
        .where(VolunteerTable.area.like(f"{area}%"))
    )
    return [msgspec.json.decode(r["doc"], type=Volunteer) for r in rows]


@get("/me", summary="One's own registration and hours")
async def get_me(request: AnyRequest) -> Mine:
    v = await mine(actor_of(request).id)
    return Mine(
        volunteer=v.id,
        number=v.number,
        star=v.star,
        personal_minutes=v.personal_minutes,
        team_minutes=v.team_minutes,
        teams=v.profile.teams,
    )


@get("/volunteers/table", summary="Registered volunteers by number, team, star and hours")
async def get_table(
    request: AnyRequest,
    area: Digits = "",
    team: Annotated[str, QueryParameter(max_length=40)] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=500)] = 100,
    offset: Annotated[int, QueryParameter(ge=0)] = 0,
) -> TablePanel:
    host = host_of(request)
    actor = actor_of(request)
    actor.require_role(*READERS)
    found = [
        v
        for v in await _all(area)
        if (actor.covers(v.profile.area) or actor.acts_for(*v.profile.teams)) and (not team or team in v.profile.teams)
    ]
    found.sort(key=lambda v: (-(v.personal_minutes + v.team_minutes), v.number))
    rows = tuple(
        {
            "volunteer": MatterPointer(kind="volunteer", id=v.id, number=v.number),
            "team": v.profile.teams[0] if v.profile.teams else "",
            "star": v.star,
            "personal": v.personal_minutes,
            "team_minutes": v.team_minutes,
        }
        for v in found[offset : offset + limit]
    )
    words = words_of("volunteers")
    kinds: dict[str, Any] = {
        "volunteer": "matter",
        "team": "unit",
        "star": "number",
        "personal": "minutes",
        "team_minutes": "minutes",
    }
    columns = tuple(Column(id=c, title=words[f"column.{c}"], kind=k) for c, k in kinds.items())
    return TablePanel(columns=columns, rows=rows, as_of=host.clock.now())


@get("/volunteers/stars", summary="How many volunteers hold each star, and how many have the hours for the next")
async def get_stars(request: AnyRequest, area: Digits = "") -> TablePanel:
    host = host_of(request)
    words, profile = words_of("volunteers"), star_profile(settings_of(host).star_profile)
    found = await _all(area)
    rows = []
    for star in range(len(profile.hours) + 1):
        holders = [v for v in found if v.star == star]
        needed = profile.hours[star] * 60 if star < len(profile.hours) else None
        ready = sum(
            needed is not None and counted(profile, v.personal_minutes, v.team_minutes) >= needed for v in holders
        )
        rows.append(
            {
                "star": "★" * star or "—",
                "hours": profile.hours[star - 1] if star else 0,
                "holders": len(holders),
                "share": len(holders) / len(found) if found else None,
                "ready": ready if needed is not None else None,
            }
        )
    kinds: dict[str, Any] = {"star": "text", "hours": "number", "holders": "number", "share": "percent"}
    columns = tuple(
        Column(id=c, title=words[f"column.star_{c}"], kind=kinds.get(c, "number"))
        for c in ("star", "hours", "holders", "share", "ready")
    )
    return TablePanel(columns=columns, rows=tuple(rows), as_of=host.clock.now())


@get("/volunteers/active", summary="Volunteers with at least an hour within 90 days, of those registered")
async def get_active(request: AnyRequest, area: Digits = "") -> TablePanel:
    """活跃率 = ≥ 1 h in 90 d ÷ registered, by community (domain rules 11.7); null where nobody is registered."""
    host = host_of(request)
    words, now = words_of("volunteers"), host.clock.now()
    since = business_day(now) - timedelta(days=ACTIVE_DAYS)
    served: dict[str, int] = {}
    rows = await ParticipationTable.select(ParticipationTable.doc).where(
        WhereRaw(_BOOKED), WhereRaw("doc->>'on' > {}", since.isoformat())
    )
    for r in rows:
        doc = msgspec.json.decode(r["doc"])
        served[doc["volunteer"]] = served.get(doc["volunteer"], 0) + doc["minutes"]
    registered: dict[str, int] = {}
    active: dict[str, int] = {}
    for v in await _all(area):
        place = v.profile.area[:12]
        registered[place] = registered.get(place, 0) + 1
        active[place] = active.get(place, 0) + (served.get(v.id, 0) >= ACTIVE_MINUTES)
    lines = [
        {"area": a, "registered": n, "active": active[a], "rate": active[a] / n} for a, n in sorted(registered.items())
    ]
    total, busy = sum(registered.values()), sum(active.values())
    lines.append({"area": host.scope, "registered": total, "active": busy, "rate": busy / total if total else None})
    kinds: dict[str, Any] = {"area": "area", "registered": "number", "active": "number", "rate": "percent"}
    columns = tuple(Column(id=c, title=words[f"column.active_{c}"], kind=k) for c, k in kinds.items())
    return TablePanel(columns=columns, rows=tuple(lines), as_of=now, note=words["note.active"])


@get("/honours/stars", summary="Star volunteers who agreed to be named", opt={"public": True})
async def get_honours(request: AnyRequest, area: Digits = "") -> list[Honour]:
    """Only with consent that stands (domain rules 7.1; PIPL §25); somebody under age needs the guardian's too."""
    host = host_of(request)
    today = business_day(host.clock.now())
    named = [
        v
        for v in await _all(area)
        if v.star and "HONOUR_LIST" in v.consents and (not v.minor(today) or v.guarded(today))
    ]
    persons = await host.vault.open_refs(host.pool, (v.person_ref for v in named))
    listed = [
        Honour(
            number=v.number,
            name=persons.get(v.person_ref, {}).get("person_name", ""),
            star=v.star,
            hours=(v.personal_minutes + v.team_minutes) // 60,
        )
        for v in named
    ]
    return sorted(listed, key=lambda h: (-h.star, -h.hours, h.number))


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_me, get_table, get_stars, get_active, get_honours)
