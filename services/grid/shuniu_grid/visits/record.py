"""Recording and planning visits (走访): domain rules 2.18, 7.1, 11.5.

A visit is no inspection: what a worker finds about an enterprise is a clue (domain rules 0.2), by the events' own
rules, in the visit's own decision, so that a visit and what it found are kept together or not at all.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.counter import counter_key, next_number
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.terms import term_until
from shuniu.contracts.grid import visits as facts
from shuniu.contracts.summary import Place
from shuniu.rules.evidence import check_evidence
from shuniu.rules.refusal import Conflict, FieldError, Refusal, Unprocessable

from shuniu_grid.areas.rows import AREA
from shuniu_grid.events.commands import Code, Note, Photos, photos_of
from shuniu_grid.events.intake import PREFIX, PlaceGiven, Report, report
from shuniu_grid.events.limits import profile_of
from shuniu_grid.residents.state import HOUSEHOLD
from shuniu_grid.settings import business_day, settings_of
from shuniu_grid.units.register import UNIT
from shuniu_grid.visits.face import HOME_VISIT, guard, visit_offers
from shuniu_grid.visits.lifecycle import VISIT, VISITORS
from shuniu_grid.visits.state import subject_key

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("COMMANDS", "FindingGiven", "MakeVisit", "PlanVisit", "RecordVisit")

NUMBERS = "ZF"
"""Numbers of visits: ZF261123-0007."""
MOST_FINDINGS = 10
FURTHEST = 366

SubjectNumber = Annotated[str, Meta(min_length=1, max_length=30, pattern=r"^[A-Za-z0-9-]+$")]
Hidden = Annotated[str, Meta(max_length=60, extra_json_schema={"x-widget": "hidden"})]
Day = Annotated[date, Meta(extra_json_schema={"x-widget": "date"})]


class FindingGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something found at a visit: becomes a grid event. Without ``place`` it is where the unit stands."""

    category: Code
    description: Note = ""
    place: Annotated[PlaceGiven, Meta(extra_json_schema={"x-widget": "place"})] | None = None
    photos: Photos = ()
    after_photos: Photos = ()
    clue: bool = False


class _Visit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is told of a visit. ``visited_at`` may lie back as far as phones may be offline; without it, it is now."""

    how: facts.VisitHow = "DOOR"
    met: bool = True
    visited_at: Annotated[datetime, Meta(tz=True, extra_json_schema={"x-widget": "datetime"})] | None = None
    diary: Note = ""
    photos: Photos = ()
    findings: Annotated[tuple[FindingGiven, ...], Meta(max_length=MOST_FINDINGS)] = ()
    follow_up: Day | None = None


class RecordVisit(_Visit, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """走访登记: a unit or household was visited, or nobody was met there."""

    visit_to: facts.VisitSubject = "HOUSEHOLD"
    subject: SubjectNumber


class MakeVisit(_Visit, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The planned visit was made."""

    visit: Hidden


class PlanVisit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Plan a visit for a day."""

    visit_to: facts.VisitSubject = "HOUSEHOLD"
    subject: SubjectNumber
    on: Day


class DropVisit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A planned visit does not take place."""

    visit: Hidden
    drop_reason: facts.DropReason


class Who(NamedTuple):
    """Whom a visit is to, as far as it may be told."""

    visit_to: facts.VisitSubject
    subject: str
    area: str
    begins: date
    ends: date | None = None
    title: str = ""
    place: Place = Place()


def _register_key(visit_to: facts.VisitSubject, subject: str) -> Key:
    return UNIT.key(subject) if visit_to == "UNIT" else HOUSEHOLD.key(subject)


def _who(rows: Rows, visit_to: facts.VisitSubject, subject: str) -> Who:
    """NotFound ``unit.unknown`` or ``household.unknown``."""
    if visit_to == "UNIT":
        unit = rows.need(UNIT, subject)
        return Who("UNIT", subject, unit.area, unit.valid_from, unit.valid_to, unit.name, unit.place)
    household = rows.need(HOUSEHOLD, subject)
    return Who("HOUSEHOLD", subject, household.area, household.entered_on)


def _day_of(c: _Visit, who: Who, ctx: Context) -> date:
    """The day of the visit. Unprocessable ``grid.visit_time``; Conflict ``grid.visit_of_none``: not there then."""
    at = c.visited_at or ctx.now
    hours = settings_of(ctx).visit_late_hours
    if not ctx.now - timedelta(hours=hours) <= at <= ctx.now:
        raise Unprocessable(
            "grid.visit_time",
            event="record_visit",
            fields=(FieldError("visited_at", "out_of_range"),),
            params={"hours": hours},
        )
    day = business_day(at)
    if day < who.begins or (who.ends is not None and day > who.ends):
        raise Conflict("grid.visit_of_none", event="record_visit", fields=(FieldError("subject", "unknown"),))
    return day


def _diary(c: _Visit, who: Who, ctx: Context) -> tuple[str, tuple[Private, ...]]:
    """The diary, sealed: what is written of a home may tell of an illness or a child (PIPL §28)."""
    text = c.diary.strip()
    if not text:
        return "", ()
    ref = ctx.new_id()
    sensitivity = 2 if who.visit_to == "UNIT" else 4
    return ref, (Private(ref, {"text": text}, "grid.visits", "STATUTORY_DUTY", sensitivity),)


def _findings(
    rows: Rows, c: _Visit, who: Who, visit: str, ctx: Context
) -> tuple[tuple[facts.VisitFinding, ...], list[Emit], list[Private]]:
    found: list[facts.VisitFinding] = []
    events: list[Emit] = []
    private: list[Private] = []
    for n, given in enumerate(c.findings):
        place = given.place or PlaceGiven(name=who.place.name, lon=who.place.lon, lat=who.place.lat)
        asked = Report(
            place=place,
            area=who.area,
            category=given.category,
            description=given.description,
            photos=given.photos,
            after_photos=given.after_photos,
            clue=given.clue,
        )
        try:
            said = report(rows, asked, ctx, visit, n)
        except Refusal as refusal:
            refusal.fields = tuple(FieldError(f"findings.{n}.{f.field}", f.code) for f in refusal.fields)
            raise
        found.append(facts.VisitFinding(event=said.answer["event"], number=said.answer["number"]))
        events += said.events
        # Each text is its own event's, though the decision's first matter is the visit.
        private += (_of_matter(p, said.answer["event"]) for p in said.private)
    return tuple(found), events, private


def _of_matter(private: Private, matter: str) -> Private:
    """The same personal fields, kept as another matter's."""
    return Private(private.ref, private.fields, private.purpose, private.basis, private.sensitivity, matter)


def _recorded(rows: Rows, c: _Visit, who: Who, visit: str, number: str, opens: bool, ctx: Context) -> Decision:
    day = _day_of(c, who, ctx)
    check_evidence(c.photos, field="photos")
    if c.photos and who.visit_to == "HOUSEHOLD":
        # A photo of a home is personal data of people who are not asked; what is wrong there is photographed as found.
        raise Unprocessable(
            "grid.visit_photo_at_home", event="record_visit", fields=(FieldError("photos", "no_purpose"),)
        )
    note, private = _diary(c, who, ctx)
    found, events, sealed = _findings(rows, c, who, visit, ctx)
    fact = facts.VisitRecorded(
        matter=visit,
        number=number,
        visit_to=who.visit_to,
        subject=who.subject,
        area=who.area,
        title=who.title,
        place=who.place,
        how=c.how,
        met=c.met,
        on=day,
        note=note,
        photos=photos_of(c.photos),
        findings=found,
    )
    on = [HOME_VISIT.key(visit), subject_key(who.visit_to, who.subject)]
    on += [HOUSEHOLD.key(who.subject)] if who.visit_to == "HOUSEHOLD" else []
    on += [counter_key(NUMBERS, ctx.now)] if opens else []
    said = [Emit(fact, tuple(on), who.area)]
    if c.follow_up is not None:
        said.append(_planned(rows, who, c.follow_up, visit, int(opens), ctx, field="follow_up"))
    answer = {"visit": visit, "number": number, "events": [f.number for f in found]}
    return Decision((*said, *events), (*private, *sealed), answer)


def _planned(rows: Rows, who: Who, on: date, after: str, ahead: int, ctx: Context, *, field: str) -> Emit:
    today = business_day(ctx.now)
    if not today < on <= today + timedelta(days=FURTHEST):
        raise Unprocessable(
            "grid.visit_ahead",
            event="plan_visit",
            fields=(FieldError(field, "out_of_range"),),
            params={"most": FURTHEST},
        )
    if who.ends is not None and who.ends < on:
        raise Conflict("grid.visit_of_none", event="plan_visit", fields=(FieldError("subject", "unknown"),))
    new = ctx.new_id()
    fact = facts.VisitPlanned(
        matter=new,
        number=next_number(rows, NUMBERS, ctx.now, ahead),
        visit_to=who.visit_to,
        subject=who.subject,
        area=who.area,
        title=who.title,
        place=who.place,
        on=on,
        after=after,
        term=term_until(ctx, "follow_up", on, profile_of(ctx)),
    )
    return Emit(fact, (HOME_VISIT.key(new), counter_key(NUMBERS, ctx.now)), who.area)


def _keys(c: RecordVisit | PlanVisit, ctx: Context) -> Iterable[Key]:
    yield _register_key(c.visit_to, c.subject)
    yield subject_key(c.visit_to, c.subject)
    yield counter_key(NUMBERS, ctx.now)
    yield counter_key(PREFIX, ctx.now)


def _area(c: RecordVisit | PlanVisit, rows: Rows, ctx: Context) -> Iterable[Key]:
    row = rows.find(UNIT, c.subject) if c.visit_to == "UNIT" else rows.find(HOUSEHOLD, c.subject)
    return (AREA.key(row.area),) if row is not None else ()


def _record(rows: Rows, c: RecordVisit, ctx: Context) -> Decision:
    who = _who(rows, c.visit_to, c.subject)
    ctx.actor.require_area(who.area)
    return _recorded(rows, c, who, ctx.new_id(), next_number(rows, NUMBERS, ctx.now), True, ctx)


def _plan(rows: Rows, c: PlanVisit, ctx: Context) -> Decision:
    who = _who(rows, c.visit_to, c.subject)
    ctx.actor.require_area(who.area)
    return Decision((_planned(rows, who, c.on, "", 0, ctx, field="on"),))


async def _look_up(c: _Visit, host: "Host") -> None:
    """What was photographed is at hand."""
    await host.blobs.require(c.photos, "photos")
    for n, given in enumerate(c.findings):
        await host.blobs.require(given.photos, f"findings.{n}.photos")
        await host.blobs.require(given.after_photos, f"findings.{n}.after_photos")


def _visit_keys(c: MakeVisit | DropVisit, ctx: Context) -> Iterable[Key]:
    yield HOME_VISIT.key(c.visit)
    yield counter_key(NUMBERS, ctx.now)
    yield counter_key(PREFIX, ctx.now)


def _make_more(c: MakeVisit, rows: Rows, ctx: Context) -> Iterable[Key]:
    row = rows.find(HOME_VISIT, c.visit)
    if row is not None:
        yield _register_key(row.visit_to, row.subject)
        yield subject_key(row.visit_to, row.subject)
        yield AREA.key(row.area)


def _make(rows: Rows, c: MakeVisit, ctx: Context) -> Decision:
    row = rows.need(HOME_VISIT, c.visit)
    guard("make_visit", row, ctx)
    # A matter keeps the grid it was opened in, wherever the subject stands by now (domain rules 2).
    who = _who(rows, row.visit_to, row.subject)._replace(area=row.area)
    return _recorded(rows, c, who, row.id, row.number, False, ctx)


def _drop(rows: Rows, c: DropVisit, ctx: Context) -> Decision:
    row = rows.need(HOME_VISIT, c.visit)
    guard("drop_visit", row, ctx)
    return Decision(
        (Emit(facts.VisitDropped(matter=row.id, reason=c.drop_reason), (HOME_VISIT.key(row.id),), row.area),)
    )


_ON_VISIT: dict[str, Any] = {"kind": VISIT.kind, "matter_field": "visit", "roles": VISITORS}
COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "grid.record_visit",
        RecordVisit,
        _keys,
        _record,
        roles=VISITORS,
        more_keys=_area,
        prepare=_look_up,
        opens=VISIT.kind,
        tone="primary",
        icon="walk",
        surfaces=("phone", "board"),
        order=3,
        offer=visit_offers,
    ),
    Command(
        "grid.plan_visit",
        PlanVisit,
        _keys,
        _plan,
        roles=VISITORS,
        opens=VISIT.kind,
        icon="clock",
        surfaces=("phone", "board"),
        order=4,
    ),
    Command(
        "grid.make_visit",
        MakeVisit,
        _visit_keys,
        _make,
        more_keys=_make_more,
        prepare=_look_up,
        tone="primary",
        order=71,
        **_ON_VISIT,
    ),
    Command("grid.drop_visit", DropVisit, _visit_keys, _drop, tone="danger", order=72, **_ON_VISIT),
)
