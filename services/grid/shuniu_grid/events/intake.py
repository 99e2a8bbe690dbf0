"""From report to filing (上报、核实、立案) and solving on the spot (自办): domain rules 2.1, 2.2, 10.3."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.clock import Term
from shuniu.contracts.envelope import Fact
from shuniu.contracts.grid import events as facts
from shuniu.contracts.summary import Place
from shuniu.rules.areas import check_code, within
from shuniu.rules.evidence import check_evidence
from shuniu.rules.refusal import FieldError, Forbidden, Unprocessable

from shuniu_grid.areas.geometry import Located
from shuniu_grid.areas.register import AREA, valid_on
from shuniu_grid.events.categories import check_category, is_clue
from shuniu_grid.events.commands import Code, Note, OnEvent, Photos, decision, need_event, on_event, photos_of, sealed
from shuniu_grid.events.face import GRID_EVENT, report_offers
from shuniu_grid.events.lifecycle import EVENT, SOLVERS
from shuniu_grid.events.limits import named_term, profile_of
from shuniu_grid.events.rules import UNVERIFIED, check_neighbour, check_place_name, clue_only
from shuniu_grid.events.site import locate_for_report, preview_report
from shuniu_grid.events.state import next_generation
from shuniu_grid.patrols.face import PATROL_ROUND
from shuniu_grid.patrols.findings import check_round, finding
from shuniu_grid.settings import business_day

__all__ = ("COMMANDS", "Categorise", "File", "NotFile", "PlaceGiven", "Report", "SelfHandle", "Verify", "report")

PREFIX = "WG"
"""Numbers of grid events: WG261123-0007."""


class PlaceGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where it is: a name free of persons and, where known, a point (WGS 84), published to 4 decimals (about 10 m)."""

    name: Annotated[str, msgspec.Meta(max_length=60)] = ""
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """上报. Without ``area`` the point decides the grid; with photos after, it was solved on the spot (自办)."""

    place: Annotated[PlaceGiven, msgspec.Meta(extra_json_schema={"x-widget": "place"})]
    area: Annotated[str, msgspec.Meta(max_length=15, extra_json_schema={"x-widget": "area"})] = ""
    category: Code
    description: Note = ""
    photos: Photos = ()
    after_photos: Photos = ()
    clue: bool = False
    neighbour_reason: facts.NeighbourReason = ""
    source: facts.Source = "GRID"
    patrol: Annotated[str, msgspec.Meta(max_length=60, extra_json_schema={"x-widget": "hidden"})] = ""
    spot: Annotated[str, msgspec.Meta(max_length=40, extra_json_schema={"x-widget": "hidden"})] = ""
    caller_name: Annotated[str, msgspec.Meta(max_length=40)] = ""
    caller_phone: Annotated[str, msgspec.Meta(max_length=20, pattern=r"^[0-9+() -]*$")] = ""


def _area_of(command: Report, ctx: Context) -> str:
    located: Located | None = getattr(ctx.prepared, "located", None)
    return command.area or (located.narrowest if located else "")


def _report_keys(command: Report, ctx: Context) -> Iterable[Key]:
    found = (PATROL_ROUND.key(command.patrol),) if command.patrol else ()
    return counter_key(PREFIX, ctx.now), AREA.key(_area_of(command, ctx)), *found


def _report_area(rows: Rows, command: Report, ctx: Context) -> str:
    code = _area_of(command, ctx)
    if not code:
        raise Unprocessable("grid.no_area", event="report", fields=(FieldError("area", "missing"),))
    check_code(code, "grid", "community")
    row = rows.find(AREA, code)
    entry = row.entry if row is not None else ctx.registry.get("area", code)
    if not within(code, ctx.scope) or entry is None or not valid_on(entry, business_day(ctx.now)):
        raise Unprocessable(
            "grid.unknown_area", event="report", fields=(FieldError("area", "unknown"),), params={"area": code}
        )
    return code


def _source_allowed(command: Report, ctx: Context) -> None:
    """A finding of one's own is a grid worker's; what others hand in comes through an office or a secretary."""
    own = command.source == "GRID"
    if own and not ctx.actor.has_role("grid_worker", "community_secretary"):
        raise Forbidden("grid.source_of_reporter", event="report", fields=(FieldError("source", "not_yours"),))
    if (
        not own
        and command.source not in ("PUBLIC", "SELF")
        and not ctx.actor.has_role("operator", "dispatcher", "street_clerk")
    ):
        raise Forbidden("grid.source_of_reporter", event="report", fields=(FieldError("source", "not_yours"),))


def report(rows: Rows, command: Report, ctx: Context, visit: str = "", ahead: int = 0) -> Decision:
    """What a report comes to. What a visit found is reported by the same rules, in the visit's decision: ``visit`` is
    its id, ``ahead`` how many it reported before this one."""
    EVENT.check_role("report", ctx.actor.roles, "access.role")
    _source_allowed(command, ctx)
    area = _report_area(rows, command, ctx)
    neighbour = check_neighbour(area, command.neighbour_reason, ctx)
    category = check_category(command.category)
    clue_only(ctx, command.clue, is_clue(category))
    if command.patrol:
        check_round(rows, command.patrol, ctx)
    check_evidence(command.photos, field="photos")
    check_evidence(command.after_photos, field="after_photos")
    clue = command.clue or is_clue(category)
    matter = ctx.new_id()
    note = sealed(ctx, command.description)
    contact = _contact(command, ctx)
    needs_verifying = command.source in UNVERIFIED
    automatic = command.source == "GRID"
    reported = facts.EventReported(
        matter=matter,
        number=next_number(rows, PREFIX, ctx.now, ahead),
        source=command.source,
        category=category,
        area=area,
        place=_coarse(command.place),
        clue=clue,
        neighbour_reason=command.neighbour_reason if neighbour else "",
        reported_from=(ctx.actor.areas[0] if ctx.actor.areas else "") if neighbour else "",
        before=photos_of(command.photos),
        note=note.ref,
        contact=contact.ref if contact else "",
        term=None if needs_verifying or automatic else _file_term(ctx),
        patrol=command.patrol,
        spot=command.spot if command.patrol else "",
        visit=visit,
    )
    told: list[Fact] = [reported]
    if needs_verifying:
        told.append(facts.EventVerificationAsked(matter=matter, term=named_term(ctx, "verify", 1)))
    elif automatic:
        told.append(facts.EventFiled(matter=matter, automatic=True))
    if command.after_photos:
        told.append(_solved_in_report(command, matter, clue, automatic, ctx))
    key = GRID_EVENT.key(matter)
    events = [Emit(reported, (key, counter_key(PREFIX, ctx.now)), area), *(Emit(f, (key,), area) for f in told[1:])]
    if command.patrol:
        events.append(finding(command.patrol, matter, reported.number, area))
    return Decision(
        tuple(events),
        (*note.private, *((contact,) if contact else ())),
        {"event": matter, "number": reported.number, "area": area},
    )


def _solved_in_report(
    command: Report, matter: str, clue: bool, automatic: bool, ctx: Context
) -> facts.EventSelfHandled:
    if clue:
        raise Unprocessable("grid.clue_only", event="self_handle", fields=(FieldError("after_photos", "clue"),))
    if not automatic or not ctx.actor.has_role(*SOLVERS):
        raise Unprocessable(
            "grid.self_handle_by_worker", event="self_handle", fields=(FieldError("after_photos", "not_yours"),)
        )
    check_evidence(command.photos, least=1, field="photos")
    return facts.EventSelfHandled(
        matter=matter,
        before=photos_of(command.photos),
        after=photos_of(command.after_photos),
        term=named_term(ctx, "check", 1),
        level=_own_level(ctx),
    )


def _own_level(ctx: Context) -> facts.Level:
    """Who solves on the spot: a grid worker in the grid, a secretary with the community's people."""
    return "grid" if ctx.actor.has_role("grid_worker") else "community"


def _file_term(ctx: Context) -> Term | None:
    return named_term(ctx, "file", 1) if "file" in profile_of(ctx).limits else None


def _contact(command: Report, ctx: Context) -> Private | None:
    """Name and phone of a caller: personal data with its own purpose and sensitivity (PIPL §5-6)."""
    given = {"name": command.caller_name.strip(), "phone": command.caller_phone.strip()}
    fields = {name: value for name, value in given.items() if value}
    if not fields:
        return None
    if command.source == "GRID":
        raise Unprocessable(
            "grid.contact_without_caller", event="report", fields=(FieldError("caller_phone", "no_purpose"),)
        )
    return Private(ctx.new_id(), fields, "grid.call_back", "STATUTORY_DUTY", 3)


def _coarse(place: PlaceGiven) -> Place:
    def cut(value: float | None) -> float | None:
        return None if value is None else round(value, 4)

    return Place(name=check_place_name(place.name), lon=cut(place.lon), lat=cut(place.lat))


class Verify(OnEvent, frozen=True, kw_only=True):
    """核实属实: found on site as reported."""

    photos: Photos = ()
    note: Note = ""


def _verify(rows: Rows, command: Verify, ctx: Context) -> Decision:
    row = need_event(rows, command, ctx, "verify")
    note = sealed(ctx, command.note)
    photos = photos_of(check_evidence(command.photos, field="photos"))
    return decision(row, facts.EventVerified(matter=row.id, photos=photos, note=note.ref), private=note.private)


class File(OnEvent, frozen=True, kw_only=True):
    """立案."""


def _file(rows: Rows, command: File, ctx: Context) -> Decision:
    row = need_event(rows, command, ctx, "file")
    return decision(row, facts.EventFiled(matter=row.id))


class NotFile(OnEvent, frozen=True, kw_only=True):
    """不予立案, with one of the declared reasons."""

    reason: Literal["NOT_FOUND", "EMERGENCY", "LEGAL_CHANNEL", "REPEAT", "SECRET", "OUT_OF_SCOPE", "UNLAWFUL"]
    note: Note = ""


def _not_file(rows: Rows, command: NotFile, ctx: Context) -> Decision:
    row = need_event(rows, command, ctx, "not_file")
    if command.reason != "NOT_FOUND" and not ctx.actor.has_role("dispatcher", "operator"):
        raise Forbidden("grid.not_filed_by_office", state=row.status, event="not_file")
    note = sealed(ctx, command.note)
    fact = facts.EventNotFiled(matter=row.id, reason=command.reason, note=note.ref)
    return decision(row, fact, private=note.private)


class Categorise(OnEvent, frozen=True, kw_only=True):
    """Correct the category; after dispatch the limit would change, so only a new dispatch may (10.3)."""

    category: Code


def _categorise(rows: Rows, command: Categorise, ctx: Context) -> Decision:
    row = need_event(rows, command, ctx, "categorise")
    category = check_category(command.category)
    if category == row.category:
        return Decision()
    clue = row.clue or is_clue(category)
    return decision(row, facts.EventCategorised(matter=row.id, category=category, clue=clue))


class SelfHandle(OnEvent, frozen=True, kw_only=True):
    """自办: solved on the spot, with photos before and after (10.3)."""

    before: Photos = ()
    after: Photos = ()
    note: Note = ""


def _self_handle(rows: Rows, command: SelfHandle, ctx: Context) -> Decision:
    row = need_event(rows, command, ctx, "self_handle")
    before = check_evidence(command.before, field="before") or row.before
    after = check_evidence(command.after, field="after")
    missing = tuple(FieldError(name, "missing") for name, given in (("before", before), ("after", after)) if not given)
    if missing:
        raise Unprocessable("grid.self_handle_photos", state=row.status, event="self_handle", fields=missing)
    note = sealed(ctx, command.note)
    term = named_term(ctx, "check", next_generation(row, "check"))
    fact = facts.EventSelfHandled(
        matter=row.id, before=photos_of(before), after=photos_of(after), note=note.ref, term=term, level=_own_level(ctx)
    )
    return decision(row, fact, private=note.private)


COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "grid.report",
        Report,
        _report_keys,
        report,
        roles=EVENT.move("report").roles,
        prepare=locate_for_report,
        opens=EVENT.kind,
        tone="primary",
        icon="camera",
        preview=preview_report,
        surfaces=("phone", "board", "map"),
        order=1,
        offer=report_offers,
    ),
    on_event("verify", Verify, _verify, evidence=("photos",), order=10, tone="primary"),
    on_event("file", File, _file, order=11, tone="primary"),
    on_event("not_file", NotFile, _not_file, order=12, tone="danger"),
    on_event("categorise", Categorise, _categorise, order=13),
    on_event("self_handle", SelfHandle, _self_handle, evidence=("before", "after"), order=14, tone="primary"),
)
