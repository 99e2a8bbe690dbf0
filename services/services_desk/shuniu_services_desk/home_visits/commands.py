"""Home visits (上门帮办代办): asked for, appointed, made or missed, originals taken and given back, cases submitted."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.documents.signing import new_code
from shuniu.chassis.keyed import told_code
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.services_desk import home_visits as said
from shuniu.contracts.services_desk.home_visits import RefusedGround
from shuniu.rules.calendar import local
from shuniu.rules.clocks import find_clock
from shuniu.rules.refusal import Conflict, FieldError, NotFound, Unprocessable

from shuniu_services_desk.cases.case import given
from shuniu_services_desk.cases.intake import Application, application_keys, submitted
from shuniu_services_desk.cases.prepared import PreparedCase, prepare_code, prepare_submission
from shuniu_services_desk.catalogue.items import ITEM
from shuniu_services_desk.fields import (
    Code,
    Codes,
    LongText,
    Reason,
    Sealing,
    wrong,
)
from shuniu_services_desk.home_visits.asking import ASKING, PURPOSE
from shuniu_services_desk.home_visits.rows import (
    HOME_CODE,
    HOME_DAY,
    HOME_VISIT,
    OnVisit,
    answer_term,
    as_desk,
    as_staff,
    on_visit,
    paper,
    return_term,
    said_of,
    visit_in,
    window_term,
)
from shuniu_services_desk.home_visits.state import CYCLE, HomeVisit, StaffDay, day_id
from shuniu_services_desk.roles import CLERKS, DESK
from shuniu_services_desk.settings import settings_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("CHECKS", "COMMANDS")

Account = Annotated[str, Meta(min_length=1, max_length=64)]
Moment = Annotated[datetime, Meta(tz=True, extra_json_schema={"x-widget": "datetime"})]


class Appoint(OnVisit, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Say who comes and between when; again, where it was said before."""

    staff: Annotated[tuple[Account, ...], Meta(min_length=1, max_length=4)]
    starts_at: Moment
    ends_at: Moment


class Missed(OnVisit, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nobody was there."""

    note: LongText = ""


class Collect(OnVisit, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Originals are taken along, by two of the staff, against a receipt."""

    materials: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=60)]
    with_staff: Account
    """The other one who is there."""


class SubmitFor(Application, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Submit for the person who was visited (代为申请)."""

    visit: Annotated[str, Meta(max_length=64, extra_json_schema={"x-widget": "hidden"})]
    consent: bool
    """The person agreed in writing that the desk submits for them."""


class GiveBack(OnVisit, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Originals are back with the person, against a receipt; none named: all of them."""

    materials: Codes = ()


class Done(OnVisit, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The visit took place and nothing was taken along."""

    note: LongText = ""


class RefuseVisit(OnVisit, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Not by visit, and why."""

    ground: RefusedGround
    note: Reason


class Cancel(OnVisit, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It is not wanted any more."""

    note: Reason


class CancelByCode(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whoever asked takes it back on the public page, with the follow-up code."""

    code: Annotated[str, Meta(min_length=12, max_length=24)]


async def prepare_receipt(c: Any, host: "Host") -> PreparedCase:
    """Before originals change hands: the receipt's code, and whom it is made out to."""
    opened = await host.vault.open_matter(host.pool, c.visit, clearance=4, masked=False)
    who = next((fields for fields in opened.values() if "applicant_name" in fields), {})
    return PreparedCase(documents=(new_code(),), name=who.get("applicant_name", ""))


def _check(event: str, staff: bool = False) -> Any:
    def check(v: HomeVisit, ctx: Context) -> None:
        (as_staff if staff else as_desk)(v, ctx, event)
        CYCLE.check(v.status, event)

    check.__doc__ = f"``{event}``: {'who was appointed' if staff else 'the desk'}, from where the life cycle has it."
    return check


CHECKS: dict[str, Any] = {
    "home.appoint": _check("appoint"),
    "home.miss": _check("miss", staff=True),
    "home.collect": _check("collect", staff=True),
    "home.submit": _check("submit"),
    "home.done": _check("done", staff=True),
    "home.give_back": _check("give_back"),
    "home.refuse": _check("refuse"),
    "home.cancel": _check("cancel"),
}


def _appoint_keys(c: Appoint, ctx: Context) -> Iterable[Key]:
    yield HOME_VISIT.key(c.visit)
    yield from (HOME_DAY.key(day_id(a, c.starts_at)) for a in dict.fromkeys(c.staff))


def _booked(v: HomeVisit) -> tuple[Key, ...]:
    """The days of those who are appointed now."""
    return tuple(HOME_DAY.key(day_id(a, v.starts_at)) for a in v.staff) if v.starts_at is not None else ()


def appoint(rows: Rows, c: Appoint, ctx: Context) -> Decision:
    """→ APPOINTED: in working hours of one day, nobody in two places."""
    v = visit_in(rows, c, "appoint")
    CHECKS["home.appoint"](v, ctx)
    if len(set(c.staff)) != len(c.staff):
        raise wrong("home.staff_twice", "staff", "twice", "appoint", v.status)
    longest = timedelta(hours=settings_of(ctx).home_window_hours)
    day = local(c.starts_at).date()
    same_day = local(c.ends_at).date() == day
    if not (ctx.now < c.starts_at < c.ends_at <= c.starts_at + longest and same_day):
        hours = str(settings_of(ctx).home_window_hours)
        raise wrong("home.window", "ends_at", "value", "appoint", v.status, hours=hours)
    busy = tuple(
        FieldError(f"staff.{n}", "busy")
        for n, account in enumerate(c.staff)
        for b in (rows.find(HOME_DAY, day_id(account, c.starts_at)) or StaffDay()).booked
        if b.visit != v.id and b.starts_at < c.ends_at and c.starts_at < b.ends_at
    )
    if busy:
        raise Unprocessable("home.staff_busy", status=409, state=v.status, event="appoint", fields=busy)
    fact = said.HomeVisitAppointed(
        visit=v.id,
        staff=c.staff,
        starts_at=c.starts_at,
        ends_at=c.ends_at,
        again=v.status == "APPOINTED",
        term=window_term(ctx, v, c.starts_at, c.ends_at),
    )
    days = dict.fromkeys((*(HOME_DAY.key(day_id(a, c.starts_at)) for a in c.staff), *_booked(v)))
    return said_of(v, fact, on=tuple(days))


def miss(rows: Rows, c: Missed, ctx: Context) -> Decision:
    """→ REQUESTED for another appointment, or UNMET after so many."""
    v = visit_in(rows, c, "miss")
    CHECKS["home.miss"](v, ctx)
    if v.starts_at is not None and ctx.now < v.starts_at:
        raise Conflict("home.before_window", state=v.status, event="miss")
    sealing, attempt = Sealing(ctx), v.attempts + 1
    note = sealing.text(c.note, PURPOSE, v.id)
    if attempt >= settings_of(ctx).home_attempts:
        failed = said.HomeVisitFailed(visit=v.id, attempts=attempt, note_ref=note)
        return said_of(v, failed, private=sealing.private, on=_booked(v))
    fact = said.HomeVisitMissed(visit=v.id, attempt=attempt, note_ref=note, term=answer_term(ctx, v))
    return said_of(v, fact, private=sealing.private, on=_booked(v))


def _items_of(c: OnVisit, rows: Rows, ctx: Context) -> Iterable[Key]:
    v = rows.find(HOME_VISIT, c.visit)
    return tuple(ITEM.key(i) for i in v.items) if v is not None else ()


def _names(rows: Rows, v: HomeVisit, ctx: Context) -> dict[str, str]:
    found: dict[str, str] = {}
    for item in v.items:
        row = rows.find(ITEM, item)
        guide = row.versions[-1].guide if row is not None and row.versions else None
        found |= {m.code: m.name for m in guide.materials} if guide is not None else {}
    return found


def collect(rows: Rows, c: Collect, ctx: Context) -> Decision:
    """APPOINTED → HOLDING; nobody takes somebody's papers along alone."""
    v = visit_in(rows, c, "collect")
    CHECKS["home.collect"](v, ctx)
    if c.with_staff == ctx.actor.id or c.with_staff not in v.staff:
        raise wrong("home.two_collect", "with_staff", "too_few", "collect", v.status)
    names = _names(rows, v, ctx)
    for n, code in enumerate(c.materials):
        if code not in names:
            raise wrong("case.not_in_guide", f"materials.{n}", "unknown", "collect", v.status)
    materials = tuple(dict.fromkeys(c.materials))
    back = return_term(ctx, v)
    fact = said.HomeVisitCollected(visit=v.id, materials=materials, staff=(ctx.actor.id, c.with_staff), term=back)
    until = f"{local(back.due_at - timedelta(microseconds=1)):%Y-%m-%d}"
    emits, private = paper(v, "desk_originals_taken", "QJ", [names[m] for m in materials], (f"归还期限：{until}",), ctx)
    return said_of(v, fact, private=private, more=emits, on=_booked(v), answer=_receipt(ctx))


def _receipt(ctx: Context) -> dict[str, Any]:
    codes = given(ctx).documents
    return {"receipt": codes[0]} if codes else {}


def _submit_keys(c: SubmitFor, ctx: Context) -> Iterable[Key]:
    yield from application_keys(c, ctx)
    yield HOME_VISIT.key(c.visit)


def submit(rows: Rows, c: SubmitFor, ctx: Context) -> Decision:
    """A case for each item, on behalf, with the consent recorded; the person did not come, so it counts no visit."""
    v = rows.need(HOME_VISIT, c.visit)
    CHECKS["home.submit"](v, ctx)
    if not c.consent:
        raise wrong("home.consent", "consent", "missing", "submit", v.status)
    decision = submitted(rows, msgspec.structs.replace(c, area=c.area or v.area), "HOME_VISIT", (), ctx)
    cases = tuple(case["case"] for case in decision.answer["cases"])
    fact = said.HomeVisitSubmitted(visit=v.id, cases=cases, consent=True)
    return Decision((*decision.events, Emit(fact, (HOME_VISIT.key(v.id),))), decision.private, decision.answer)


def give_back(rows: Rows, c: GiveBack, ctx: Context) -> Decision:
    """HOLDING → DONE with the last of them."""
    v = visit_in(rows, c, "give_back")
    CHECKS["home.give_back"](v, ctx)
    materials = tuple(dict.fromkeys(c.materials)) or v.holding
    for n, code in enumerate(materials):
        if code not in v.holding:
            raise wrong("home.not_taken", f"materials.{n}", "unknown", "give_back", v.status)
    clock = find_clock(v.clocks, "home_return")
    fact = said.HomeVisitGaveBack(
        visit=v.id,
        materials=materials,
        left=tuple(m for m in v.holding if m not in materials),
        late=clock is not None and clock.late,
    )
    names = _names(rows, v, ctx)
    emits, private = paper(v, "desk_originals_returned", "GH", [names.get(m, m) for m in materials], (), ctx)
    return said_of(v, fact, private=private, more=emits, answer=_receipt(ctx))


def done(rows: Rows, c: Done, ctx: Context) -> Decision:
    """APPOINTED → DONE."""
    v = visit_in(rows, c, "done")
    CHECKS["home.done"](v, ctx)
    if v.starts_at is not None and ctx.now < v.starts_at:
        raise Conflict("home.before_window", state=v.status, event="done")
    sealing = Sealing(ctx)
    fact = said.HomeVisitDone(visit=v.id, note_ref=sealing.text(c.note, PURPOSE, v.id))
    return said_of(v, fact, private=sealing.private, on=_booked(v))


def refuse(rows: Rows, c: RefuseVisit, ctx: Context) -> Decision:
    """REQUESTED → REFUSED."""
    v = visit_in(rows, c, "refuse")
    CHECKS["home.refuse"](v, ctx)
    sealing = Sealing(ctx)
    fact = said.HomeVisitRefused(visit=v.id, ground=c.ground, note_ref=sealing.text(c.note, PURPOSE, v.id))
    return said_of(v, fact, private=sealing.private)


def cancel(rows: Rows, c: Cancel, ctx: Context) -> Decision:
    """→ CANCELLED, before it was made."""
    v = visit_in(rows, c, "cancel")
    CHECKS["home.cancel"](v, ctx)
    sealing = Sealing(ctx)
    fact = said.HomeVisitCancelled(visit=v.id, note_ref=sealing.text(c.note, PURPOSE, v.id))
    return said_of(v, fact, private=sealing.private, on=_booked(v))


def _code_keys(c: CancelByCode, ctx: Context) -> Iterable[Key]:
    return (HOME_CODE.key(given(ctx).code_key),)


def _their_visit(c: CancelByCode, rows: Rows, ctx: Context) -> Iterable[Key]:
    held = rows.find(HOME_CODE, given(ctx).code_key)
    return (HOME_VISIT.key(held.visit),) if held is not None else ()


def cancel_by_code(rows: Rows, c: CancelByCode, ctx: Context) -> Decision:
    """→ CANCELLED, by whoever holds the code."""
    held = rows.find(HOME_CODE, given(ctx).code_key)
    if held is None:
        raise NotFound("case.code_unknown", event="cancel")
    v = rows.need(HOME_VISIT, held.visit)
    CYCLE.check(v.status, "cancel")
    fact = said.HomeVisitCancelled(visit=v.id, by_code=True)
    decision = said_of(v, fact, on=_booked(v))
    return Decision(decision.events, (), {"number": v.number})


def _on(
    name: str, struct: type[msgspec.Struct], decide: Any, order: int, roles: tuple[str, ...] = DESK, **rest: Any
) -> Command[Any]:
    rest.setdefault("keys", on_visit)
    return Command(
        f"home.{name}",
        struct,
        decide=decide,
        roles=roles,
        kind="desk_home_visit",
        matter_field="visit",
        order=order,
        **rest,
    )


COMMANDS: tuple[Command[Any], ...] = (
    *ASKING,
    _on("appoint", Appoint, appoint, 92, keys=_appoint_keys, tone="primary"),
    _on("collect", Collect, collect, 93, CLERKS, prepare=prepare_receipt, more_keys=_items_of, tone="primary"),
    _on(
        "submit", SubmitFor, submit, 94, CLERKS, keys=_submit_keys, prepare=prepare_submission, told=told_code,
        tone="primary",
    ),
    _on("give_back", GiveBack, give_back, 95, prepare=prepare_receipt, more_keys=_items_of, tone="primary"),
    _on("done", Done, done, 96, CLERKS),
    _on("miss", Missed, miss, 97, CLERKS),
    _on("refuse", RefuseVisit, refuse, 98, tone="danger"),
    _on("cancel", Cancel, cancel, 99, tone="danger"),
    Command(
        "home.cancel_by_code", CancelByCode, _code_keys, cancel_by_code, public=True, prepare=prepare_code,
        more_keys=_their_visit, surfaces=(), order=100,
    ),
)  # fmt: skip
