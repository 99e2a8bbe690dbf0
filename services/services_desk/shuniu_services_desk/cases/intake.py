"""What happens before a case is accepted (收件、受理): ask, submit, refuse, correct once, accept, with gaps (§32)."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.counter import COUNTER, counter_key, next_number
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.documents.register import DOCUMENT
from shuniu.chassis.keyed import told_code
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.services_desk.cases import CaseChannel, CaseConsulted, CaseSubmitted
from shuniu.contracts.services_desk.catalogue import ApplicantKind
from shuniu.rules.refusal import Conflict, FieldError, NotFound, Unprocessable

from shuniu_services_desk.cases.case import CASE, CODE, HOLDING, check_move, given
from shuniu_services_desk.cases.prepared import prepare_submission
from shuniu_services_desk.cases.receipts import receipt
from shuniu_services_desk.cases.state import Case
from shuniu_services_desk.cases.terms import consult_term, correct_term, last_day
from shuniu_services_desk.catalogue.checklist import check_situation, checklist, together
from shuniu_services_desk.catalogue.items import ITEM, LIFE_EVENT, ItemVersion
from shuniu_services_desk.fields import (
    AreaCode,
    Code,
    Codes,
    Hidden,
    LongText,
    PersonName,
    Phone,
    Sealing,
    area_in_scope,
    today,
    wrong,
)
from shuniu_services_desk.roles import CLERKS
from shuniu_services_desk.settings import settings_of

__all__ = ("COMMANDS", "NUMBERS", "Application", "application_keys", "submitted", "version_of")

NUMBERS = "ZW"
"""Prefix of the numbers people know cases by, e.g. ZW261123-0001 (政务)."""
_PUBLIC = "ZWWEB"

Situation = Annotated[dict[str, str], Meta(max_length=20)]


class Consult(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask what an item needs (一口清); no id is needed."""

    item: Code
    situation: Situation = {}
    area: AreaCode = ""


class Application(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody applies for: one item, or several in one visit."""

    items: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=8)]
    life_event: Annotated[str, Meta(max_length=40)] = ""
    situation: Situation = {}
    handed: Codes = ()
    reuse: Codes = ()
    """Materials held from earlier that shall be used again."""
    reuse_consent: bool = False
    """The applicant agreed in writing that they are."""
    consultation: Hidden = ""
    applicant_kind: ApplicantKind = "NATURAL_PERSON"
    applicant_name: PersonName
    applicant_id: Annotated[str, Meta(max_length=18, pattern=r"^([0-9]{17}[0-9Xx]|[0-9A-Z]{18})?$")] = ""
    applicant_phone: Phone = ""
    area: AreaCode = ""
    words: LongText = ""


class Submit(Application, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take an application (收件)."""

    channel: CaseChannel = "WINDOW"


class Apply(Application, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Apply over the public page, without signing in."""


def application_keys(c: Consult | Application, ctx: Context) -> Iterable[Key]:
    """Rows an application needs."""
    yield counter_key(NUMBERS, ctx.now)
    yield CODE.key(given(ctx).code_key)
    if isinstance(c, Consult):
        yield ITEM.key(c.item)
        yield counter_key(_PUBLIC, ctx.now)
        return
    yield from (ITEM.key(i) for i in dict.fromkeys(c.items))
    yield from (DOCUMENT.key(d) for d in given(ctx).documents)
    if c.life_event:
        yield LIFE_EVENT.key(c.life_event)
    if c.consultation:
        yield CASE.key(c.consultation)
    if given(ctx).applicant:
        yield HOLDING.key(given(ctx).applicant)
    if isinstance(c, Apply):
        yield counter_key(_PUBLIC, ctx.now)


def version_of(rows: Rows, item: str, ctx: Context, event: str, field: str = "item") -> ItemVersion:
    """The version in force today. Unprocessable ``case.item_not_in_force``."""
    row = rows.find(ITEM, item)
    version = row.on(today(ctx)) if row is not None else None
    if version is None:
        raise wrong("case.item_not_in_force", field, "unknown", event, item=item)
    return version


def _page_open(rows: Rows, ctx: Context) -> Key:
    """The public page takes so many a day of everybody together."""
    page = counter_key(_PUBLIC, ctx.now)
    counted = rows.find(COUNTER, page.id)
    most = settings_of(ctx).public_a_day
    if counted is not None and counted.last >= most:
        raise Conflict("case.page_full", status=429, event="submit", params={"most": most})
    return page


def consult(rows: Rows, c: Consult, ctx: Context) -> Decision:
    """CONSULTED: which version was shown for which situation, and the list itself in the answer."""
    version = version_of(rows, c.item, ctx, "consult")
    check_situation((version.guide,), c.situation, "consult")
    on_page = ctx.actor.kind == "nobody"
    page = (_page_open(rows, ctx),) if on_page else ()
    case = ctx.new_id()
    fact = CaseConsulted(
        case=case,
        number=next_number(rows, NUMBERS, ctx.now),
        item=c.item,
        item_name=version.guide.name,
        version=version.version,
        situation=c.situation,
        area=area_in_scope(c.area, "consult", ctx),
        channel="ONLINE" if on_page else "WINDOW",
        term=consult_term(ctx),
    )
    told = checklist(version.guide, c.situation)
    on = (CASE.key(case), counter_key(NUMBERS, ctx.now), CODE.key(given(ctx).code_key), *page)
    answer = {
        "case": case,
        "number": fact.number,
        "slip": given(ctx).slip,
        "version": version.version,
        "exact": told.exact,
        "materials": [{"code": m.code, "name": m.name} for m in told.materials],
        "questions": [q.code for q in told.questions],
    }
    return Decision((Emit(fact, on),), (), answer)


def _versions(rows: Rows, c: Application, channel: CaseChannel, ctx: Context) -> list[ItemVersion]:
    if len(set(c.items)) != len(c.items):
        raise wrong("case.item_twice", "items", "twice", "submit")
    if c.life_event:
        event = rows.find(LIFE_EVENT, c.life_event)
        if event is None or not set(c.items) <= set(event.items):
            raise wrong("case.life_event", "life_event", "value", "submit")
    found = [version_of(rows, item, ctx, "submit", f"items.{n}") for n, item in enumerate(c.items)]
    for n, v in enumerate(found):
        if channel not in v.guide.channels:
            raise wrong("case.channel", f"items.{n}", "channel", "submit", item=v.guide.name)
        if c.applicant_kind not in v.guide.applicants:
            raise wrong("case.applicant_kind", "applicant_kind", "value", "submit", item=v.guide.name)
    check_situation((v.guide for v in found), c.situation, "submit")
    open_ = together(checklist(v.guide, c.situation) for v in found).questions
    if open_:
        fields = tuple(FieldError(f"situation.{q.code}", "missing") for q in open_)
        raise Unprocessable("case.situation_open", event="submit", fields=fields)
    return found


def _check_materials(rows: Rows, c: Application, versions: Sequence[ItemVersion], ctx: Context) -> None:
    """Nothing outside the guide is taken; what is used again is held, and with consent (domain rules 3.25, 7.1)."""
    in_guide = {m.code for v in versions for m in v.guide.materials}
    for field in ("handed", "reuse"):
        for n, code in enumerate(getattr(c, field)):
            if code not in in_guide:
                raise wrong("case.not_in_guide", f"{field}.{n}", "unknown", "submit", material=code)
    if not c.reuse:
        return
    if not c.reuse_consent:
        raise wrong("case.reuse_consent", "reuse_consent", "missing", "submit")
    holding = rows.find(HOLDING, given(ctx).applicant) if given(ctx).applicant else None
    held = holding.since(ctx.now - timedelta(days=settings_of(ctx).hold_days)) if holding is not None else frozenset()
    for n, code in enumerate(c.reuse):
        if code not in held:
            raise wrong("case.not_held", f"reuse.{n}", "unknown", "submit", material=code)


def submitted(rows: Rows, c: Application, channel: CaseChannel, more: tuple[Key, ...], ctx: Context) -> Decision:
    """A case for each item, with its receipt; ``more`` are further rows their events evolve."""
    area = area_in_scope(c.area, "submit", ctx)
    versions = _versions(rows, c, channel, ctx)
    _check_materials(rows, c, versions, ctx)
    consultation = _consultation(rows, c)
    prepared, visit = given(ctx), ctx.new_id()
    events: list[Emit] = []
    sealing = Sealing(ctx)
    answers: list[dict[str, Any]] = []
    counted = 0
    for n, v in enumerate(versions):
        brought_in = consultation if consultation is not None and consultation.item == v.guide.item else None
        case = brought_in.id if brought_in is not None else ctx.new_id()
        if brought_in is not None:
            number = brought_in.number
        else:
            number = next_number(rows, NUMBERS, ctx.now, counted)
            counted += 1
        needed = [m for m in checklist(v.guide, c.situation).materials if m.required]
        own = {m.code for m in v.guide.materials}
        handed = tuple(m for m in dict.fromkeys(c.handed) if m in own)
        reused = tuple(m for m in dict.fromkeys(c.reuse) if m in own and m not in handed)
        who = {
            "applicant_name": c.applicant_name,
            "applicant_id": c.applicant_id,
            "applicant_phone": c.applicant_phone,
            "text": c.words,
        }
        fact = CaseSubmitted(
            case=case,
            number=number,
            visit=visit,
            item=v.guide.item,
            item_name=v.guide.name,
            version=v.version,
            unit=v.guide.body,
            area=area,
            channel=channel,
            situation={q.code: c.situation[q.code] for q in v.guide.questions if q.code in c.situation},
            handed=handed,
            reused=reused,
            missing=tuple(m.code for m in needed if m.code not in handed and m.code not in reused),
            legal_limit=v.guide.legal_limit,
            promised_limit=v.guide.promised_limit,
            joint=v.guide.joint,
            partners=v.guide.partners,
            life_event=c.life_event,
            consulted=brought_in is not None,
            applicant_ref=sealing.keep(who, "desk.application", case),
            term=correct_term(ctx),
        )
        keys = [CASE.key(case), CODE.key(prepared.code_key), *more]
        if brought_in is None:
            keys.append(counter_key(NUMBERS, ctx.now))
        if prepared.applicant:
            keys.append(HOLDING.key(prepared.applicant))
        events.append(Emit(fact, tuple(keys)))
        shown = Case(
            id=case, number=number, status="SUBMITTED", item=fact.item, version=fact.version, area=area,
            channel=channel, opened_at=ctx.now,
        )  # fmt: skip
        code = prepared.documents[n] if n < len(prepared.documents) else ""
        emits, private = receipt(
            shown,
            "desk_received",
            code,
            prepared.name,
            v.guide,
            ctx,
            list_title="line.received",
            materials=(*handed, *reused),
            due=last_day(fact.term.due_at),
            on=(CASE.key(case),),
        )
        events += emits
        sealing.private = (*sealing.private, *private)
        answers.append({"case": case, "number": number, "receipt": code, "missing": list(fact.missing)})
    answer = {**answers[0], "visit": visit, "cases": answers, "slip": prepared.slip}
    return Decision(tuple(events), sealing.private, answer)


def _consultation(rows: Rows, c: Application) -> Case | None:
    if not c.consultation:
        return None
    case = rows.find(CASE, c.consultation)
    if case is None:
        raise NotFound("desk_case.unknown", event="bring_in", params={"id": c.consultation})
    check_move(case, "bring_in")
    if case.item not in c.items:
        raise wrong("case.other_consultation", "consultation", "value", "bring_in", case.status)
    return case


def submit(rows: Rows, c: Submit, ctx: Context) -> Decision:
    """SUBMITTED, by a clerk of the area: one receipt for each item of the visit."""
    decision = submitted(rows, c, c.channel, (), ctx)
    ctx.actor.require_area(area_in_scope(c.area, "submit", ctx))
    return decision


def apply(rows: Rows, c: Apply, ctx: Context) -> Decision:
    """SUBMITTED over the public page."""
    return submitted(rows, c, "ONLINE", (_page_open(rows, ctx),), ctx)


COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "case.submit",
        Submit,
        application_keys,
        submit,
        roles=CLERKS,
        prepare=prepare_submission,
        told=told_code,
        opens="desk_case",
        tone="primary",
        icon="desk",
        surfaces=("board", "phone"),
        order=20,
    ),
    Command(
        "case.apply",
        Apply,
        application_keys,
        apply,
        public=True,
        prepare=prepare_submission,
        told=told_code,
        opens="desk_case",
        icon="desk",
        surfaces=("phone",),
        order=21,
    ),
    Command(
        "case.consult",
        Consult,
        application_keys,
        consult,
        public=True,
        prepare=prepare_submission,
        told=told_code,
        opens="desk_case",
        icon="search",
        surfaces=("phone",),
        order=22,
    ),
)
