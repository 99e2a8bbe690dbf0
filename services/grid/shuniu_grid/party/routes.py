"""Reading party organisations, their events and figures. Every query is Piccolo's."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, QueryParameter
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.contracts.panels import Column, MatterPointer, TablePanel
from shuniu.contracts.text import Text
from shuniu.rules.calendar import local
from shuniu.rules.refusal import Forbidden, NotFound

from shuniu_grid.events.lifecycle import EVENT
from shuniu_grid.events.state import GridEvent
from shuniu_grid.events.tables import GridEventTable
from shuniu_grid.party.appointments import Appointed, Appointment
from shuniu_grid.party.commands import KEEPERS
from shuniu_grid.party.statistics import COUNTED, Counted, gather, rate
from shuniu_grid.party.tables import AppointedTable, DutyOfTable, OrganisationTable, TreeTable
from shuniu_grid.party.tree import DutyOf, Link, Organisation, PartyTree, below, in_duty_of
from shuniu_grid.party.words import WORDS
from shuniu_grid.settings import business_day

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("HANDLERS", "organisations")

AnyRequest = Request[Any, Any, Any]
_OPEN = [s.id for s in EVENT.statuses if s.open]
_COUNTED = (
    "select e.area, c ->> 0 as name, (c ->> 1)::date as on_date, sum((c ->> 2)::int)::int as value"
    " from grid_event e cross join jsonb_array_elements(e.doc -> 'counted') c"
    " where c ->> 0 = any({}) and (c ->> 1)::date between {} and {} group by 1, 2, 3"
)


class OrganisationView(msgspec.Struct, frozen=True, kw_only=True):
    """A party organisation with its links."""

    code: str
    title: Text
    tier: str
    form: str
    parent: str
    valid_from: date
    valid_to: date | None
    links: tuple[Link, ...]


class Organisations(msgspec.Struct, frozen=True, kw_only=True):
    """Organisations, those above before those below."""

    organisations: tuple[OrganisationView, ...]


class AppointmentView(msgspec.Struct, frozen=True, kw_only=True):
    """An appointment; told to who keeps the register, and to the account itself."""

    account: str
    appointment: Appointment


class Appointments(msgspec.Struct, frozen=True, kw_only=True):
    """Appointments in force on a day."""

    appointments: tuple[AppointmentView, ...]


async def organisations() -> list[Organisation]:
    """Every party organisation there was or is, those above before those below."""
    rows = await OrganisationTable.select(OrganisationTable.doc).order_by(OrganisationTable.key)
    found = [msgspec.json.decode(r["doc"], type=Organisation) for r in rows]
    return sorted(found, key=lambda o: (("ONE", "THREE", "N").index(o.tier), o.code))


async def _tree(host: "Host") -> PartyTree | None:
    rows = await TreeTable.select(TreeTable.doc).where(TreeTable.key == host.scope)
    return msgspec.json.decode(rows[0]["doc"], type=PartyTree) if rows else None


async def _duties() -> dict[str, DutyOf]:
    rows = await DutyOfTable.select(DutyOfTable.doc).where(DutyOfTable.status == "AREA")
    found = [msgspec.json.decode(r["doc"], type=DutyOf) for r in rows]
    return {duty.target: duty for duty in found}


@get("/party/organisations", summary="Party organisations (1+3+N) on a day")
async def get_organisations(request: AnyRequest, on: FromQuery[date | None] = None) -> Organisations:
    day = on or business_day(host_of(request).clock.now())
    there = [o for o in await organisations() if o.valid_from <= day and (o.valid_to is None or day <= o.valid_to)]
    return Organisations(
        organisations=tuple(
            OrganisationView(
                code=o.code,
                title=o.title,
                tier=o.tier,
                form=o.form,
                parent=o.parent,
                valid_from=o.valid_from,
                valid_to=o.valid_to,
                links=tuple(k for k in o.links if k.first <= day and (k.last is None or day <= k.last)),
            )
            for o in there
        )
    )


@get("/party/organisations/{code:str}/events", summary="Grid events within the duty of an organisation")
async def get_organisation_events(
    request: AnyRequest, code: FromPath[str], closed: FromQuery[bool] = False
) -> TablePanel:
    host = host_of(request)
    now = host.clock.now()
    if code not in {o.code for o in await organisations()}:
        raise NotFound("party_organisation.unknown", params={"id": code[:60]})
    group, duties = below(await _tree(host), code), await _duties()
    query = GridEventTable.select(GridEventTable.doc).order_by(GridEventTable.key, ascending=False).limit(2000)
    if not closed:
        query = query.where(GridEventTable.status.is_in(_OPEN))
    actor = actor_of(request)
    rows: list[dict[str, Any]] = []
    for record in await query:
        event = msgspec.json.decode(record["doc"], type=GridEvent)
        if actor.covers(event.area) and in_duty_of(event.area, business_day(event.opened_at), duties) in group:
            pointer = MatterPointer(kind=EVENT.kind, id=event.id, number=event.number)
            rows.append({"matter": pointer, "status": event.status, "area": event.area, "opened": event.opened_at})
    kinds: dict[str, Any] = {"matter": "matter", "status": "status", "area": "area", "opened": "time"}
    columns = tuple(Column(id=id_, title=WORDS[f"column.party.{id_}"], kind=kind) for id_, kind in kinds.items())
    return TablePanel(columns=columns, rows=tuple(rows[:500]), as_of=now)


@get("/party/statistics", summary="Figures of grid events by party organisation")
async def get_statistics(
    request: AnyRequest, first: FromQuery[date | None] = None, last: FromQuery[date | None] = None
) -> TablePanel:
    host = host_of(request)
    now = host.clock.now()
    today = business_day(now)
    end = last or today
    begin = first or end.replace(day=1)
    actor = actor_of(request)
    records = await GridEventTable.raw(_COUNTED, list(COUNTED), begin, end)
    counted = [Counted(r["area"], r["name"], r["on_date"], r["value"]) for r in records if actor.covers(r["area"])]
    waiting = await GridEventTable.raw(
        "select area, count(*)::int as n from grid_event where status = any({}) group by 1", _OPEN
    )
    there = [o for o in await organisations() if o.valid_to is None or o.valid_to >= begin]
    figures = gather(
        [o.code for o in there],
        await _tree(host),
        await _duties(),
        counted,
        {r["area"]: r["n"] for r in waiting if actor.covers(r["area"])},
        today,
    )
    titles = {o.code: o for o in there}
    rows = tuple(
        {
            "organisation": titles[f.organisation].title,
            "tier": WORDS[f"enum.tier.{titles[f.organisation].tier}"],
            "areas": f.areas,
            "open": f.open,
            "reported": f.sums["grid.reported"],
            "filed": f.sums["grid.filed"],
            "closed": f.sums["grid.closed_of_filed"],
            "overdue": f.sums["grid.overdue"],
            "closed_loop": rate(f.sums["grid.closed_of_filed"], f.sums["grid.filed"]),
            "self_handled": rate(f.sums["grid.self_handled"], f.sums["grid.reported"]),
        }
        for f in figures
    )
    kinds: dict[str, Any] = {
        "organisation": "text",
        "tier": "text",
        **dict.fromkeys(("areas", "open", "reported", "filed", "closed", "overdue"), "number"),
        "closed_loop": "percent",
        "self_handled": "percent",
    }
    columns = tuple(Column(id=id_, title=WORDS[f"column.party.{id_}"], kind=kind) for id_, kind in kinds.items())
    return TablePanel(columns=columns, rows=rows, as_of=now, note=WORDS["party.statistics_note"])


@get("/party/appointments", summary="Cross-appointments in force")
async def get_appointments(
    request: AnyRequest,
    within: Annotated[str, QueryParameter(name="body", max_length=60)] = "",
    on: FromQuery[date | None] = None,
) -> Appointments:
    host = host_of(request)
    day = on or business_day(host.clock.now())
    actor = actor_of(request)
    rows = await AppointedTable.select(AppointedTable.doc).order_by(AppointedTable.key)
    known = [msgspec.json.decode(r["doc"], type=Appointed) for r in rows]
    if not actor.has_role(*KEEPERS):
        known = [row for row in known if row.account == actor.id]
    elif not actor.covers(host.scope):
        raise Forbidden("access.area", params={"area": host.scope})
    return Appointments(
        appointments=tuple(
            AppointmentView(account=row.account, appointment=a)
            for row in known
            for a in row.appointments
            if a.first <= day <= a.last and (not within or a.body == within)
        )
    )


@get("/party/terms", summary="Appointments whose term ends within ninety days, or has ended within thirty")
async def get_terms(request: AnyRequest) -> TablePanel:
    now = host_of(request).clock.now()
    today = local(now).date()
    rows: list[dict[str, Any]] = []
    actor = actor_of(request)
    if actor.has_role(*KEEPERS):
        for record in await AppointedTable.select(AppointedTable.doc).order_by(AppointedTable.key):
            row = msgspec.json.decode(record["doc"], type=Appointed)
            rows += [
                {"body": a.body, "position": WORDS[f"enum.position.{a.position}"], "first": a.first, "last": a.last}
                for a in row.appointments
                if today - timedelta(days=30) <= a.last <= today + timedelta(days=90)
            ]
    kinds: dict[str, Any] = {"body": "unit", "position": "text", "first": "date", "last": "date"}
    columns = tuple(Column(id=id_, title=WORDS[f"column.party.{id_}"], kind=kind) for id_, kind in kinds.items())
    return TablePanel(columns=columns, rows=tuple(sorted(rows, key=lambda r: r["last"])), as_of=now)


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    get_organisations,
    get_organisation_events,
    get_statistics,
    get_appointments,
    get_terms,
)
