"""A made-up service, 协办事项 (errands), for tests of several deployments: it asks other scopes and answers them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Detail, DetailField, Emit, Offer
from shuniu.chassis.rows import Happening, Index, Key, MatterFace, RowKind, Rows
from shuniu.chassis.service import Catalogue, Command, Projection, Reaction, Received, Service
from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.manifest import Category, KindInfo, StatusInfo
from shuniu.contracts.referral import (
    ReferralMade,
    ReferralProgress,
    ReferralSettled,
    ReferralSubject,
    ReferralTaken,
)
from shuniu.contracts.summary import MatterSummary, MatterUnit, Place, StepSummary, Summary, Visibility
from shuniu.contracts.text import Text
from shuniu.rules.refusal import Conflict

if TYPE_CHECKING:
    import asyncpg

    from shuniu.chassis.host import Host

__all__ = ("ERRAND", "service")


@fact("errands", "errand.opened.v1")
class ErrandOpened(Fact, frozen=True, kw_only=True):
    """Something is to be done by a unit."""

    errand: str
    area: str
    unit: str
    sensitivity: int = 2
    referral: str = ""
    made_by: str = ""


@fact("errands", "errand.passed.v1")
class ErrandPassed(Fact, frozen=True, kw_only=True):
    """Another unit does it."""

    errand: str
    unit: str


@fact("errands", "errand.done.v1")
class ErrandDone(Fact, frozen=True, kw_only=True):
    """The unit did it."""

    errand: str


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """An errand; ``asked`` is the referral it waits for, ``referral`` the one it came by."""

    id: str
    area: str
    unit: str
    sensitivity: int = 2
    status: str = "OPEN"
    referral: str = ""
    made_by: str = ""
    asked: str = ""
    heard: str = ""
    """What was last answered to ``asked``."""


def _evolve(row: Errand | None, event: Fact, happening: Happening) -> Errand | None:
    match event:
        case ErrandOpened():
            return Errand(
                id=event.errand,
                area=event.area,
                unit=event.unit,
                sensitivity=event.sensitivity,
                referral=event.referral,
                made_by=event.made_by,
            )
        case ErrandPassed() if row is not None:
            return msgspec.structs.replace(row, unit=event.unit)
        case ErrandDone() if row is not None:
            return msgspec.structs.replace(row, status="DONE")
        case ReferralMade() if row is not None:
            return msgspec.structs.replace(row, status="ASKED", asked=event.referral)
        case ErrandAnswered() if row is not None:
            return msgspec.structs.replace(row, heard=event.what)
        case _:
            return row


@fact("errands", "errand.answered.v1")
class ErrandAnswered(Fact, frozen=True, kw_only=True):
    """Who was asked has said something."""

    errand: str
    what: str
    source: str


def _visibility(row: Errand) -> Visibility:
    return Visibility(areas=(row.area,), units=(row.unit,), sensitivity=row.sensitivity)


def _summarise(row: Errand, event: Fact, ctx: Context) -> Summary:
    return Summary(
        matter=MatterSummary(
            kind="errand",
            id=row.id,
            number=row.id[-6:],
            version=0,
            title="协办",
            category="any",
            status=row.status,
            open=row.status != "DONE",
            opened_at=ctx.now,
            area=row.area,
            place=Place(name=row.area),
            lead_unit=row.unit,
            units=(MatterUnit(unit=row.unit, status=row.status),),
            visibility=_visibility(row),
        ),
        step=StepSummary(move=type(event).__name__, unit=row.unit),
    )


def _offers(row: Errand, ctx: Context) -> list[Offer]:
    if row.status == "DONE" or not (ctx.actor.has_role("runner") and ctx.actor.acts_for(row.unit)):
        return []
    return [Offer(action="errands.finish", prefill={"errand": row.id}, fixed=("errand",))]


ERRAND: RowKind[Errand] = RowKind(
    name="errand",
    struct=Errand,
    table="errand",
    evolve=_evolve,
    index=lambda r: Index(r.status, r.area, r.unit),
    face=MatterFace(
        summarise=_summarise,
        number=lambda r: r.id[-6:],
        visibility=_visibility,
        offers=_offers,
        detail=lambda r, ctx: Detail(fields=(DetailField(label="field.unit", value=r.unit, kind="unit"),)),
    ),
)


class Open(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Give a unit something to do."""

    area: str
    unit: str
    sensitivity: int = 2


class Ask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask another scope to do it."""

    errand: str
    to_scope: str


class Pass(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Give it to another unit."""

    errand: str
    unit: str


class Finish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It is done."""

    errand: str


class Take(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody asks us."""

    made_by: str
    made: ReferralMade


class Hear(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody answers us; a referral's id is the errand's."""

    errand: str
    what: str
    source: str


def _open(rows: Rows, c: Open, ctx: Context) -> Decision:
    ctx.actor.require_area(c.area)
    new = ctx.new_id()
    opened = ErrandOpened(errand=new, area=c.area, unit=c.unit, sensitivity=c.sensitivity)
    return Decision((Emit(opened, (ERRAND.key(new),)),), answer={"errand": new})


def _ask(rows: Rows, c: Ask, ctx: Context) -> Decision:
    row = rows.need(ERRAND, c.errand)
    ctx.actor.require_area(row.area)
    subject = ReferralSubject(source=ctx.source, kind="errand", matter=row.id, number=row.id[-6:], title="协办")
    made = ReferralMade(referral=row.id, to_scope=c.to_scope, to_kind="errand", subject=subject, reason="BORDER")
    return Decision((Emit(made, (ERRAND.key(row.id),)),))


def _take(rows: Rows, c: Take, ctx: Context) -> Decision:
    """Whoever is on duty for other scopes' requests has it."""
    new = ctx.new_id()
    opened = ErrandOpened(errand=new, area=ctx.scope, unit="duty", referral=c.made.referral, made_by=c.made_by)
    taken = ReferralTaken(referral=c.made.referral, made_by=c.made_by, kind="errand", matter=new, number=new[-6:])
    return Decision((Emit(opened, (ERRAND.key(new),)), Emit(taken, (ERRAND.key(new),))))


def _pass(rows: Rows, c: Pass, ctx: Context) -> Decision:
    row = rows.need(ERRAND, c.errand)
    ctx.actor.require_area(row.area)
    return Decision((Emit(ErrandPassed(errand=row.id, unit=c.unit), (ERRAND.key(row.id),)),))


def _finish(rows: Rows, c: Finish, ctx: Context) -> Decision:
    row = rows.need(ERRAND, c.errand)
    ctx.actor.require_unit(row.unit)
    if row.status == "DONE":
        raise Conflict("errands.done", state=row.status, event="finish")
    on = (ERRAND.key(row.id),)
    events = [Emit(ErrandDone(errand=row.id), on)]
    if row.referral:
        about: dict[str, Any] = {
            "referral": row.referral, "made_by": row.made_by, "kind": "errand", "matter": row.id,
        }  # fmt: skip
        events.append(Emit(ReferralProgress(**about, unit=row.unit, status="DONE"), on))
        events.append(Emit(ReferralSettled(**about, outcome="solved"), on))
    return Decision(tuple(events))


def _hear(rows: Rows, c: Hear, ctx: Context) -> Decision:
    row = rows.find(ERRAND, c.errand)
    if row is None or not row.asked:
        return Decision()
    answered = ErrandAnswered(errand=row.id, what=c.what, source=c.source)
    return Decision((Emit(answered, (ERRAND.key(row.id),)),))


def _on(c: Any, ctx: Context) -> list[Key]:
    return [ERRAND.key(c.errand)]


OPEN = Command("errands.open", Open, lambda c, ctx: [], _open, roles=("dispatcher",), opens="errand")
ASK = Command("errands.ask", Ask, _on, _ask, roles=("dispatcher",), kind="errand", matter_field="errand")
PASS = Command("errands.pass", Pass, _on, _pass, roles=("dispatcher",), kind="errand", matter_field="errand")
FINISH = Command("errands.finish", Finish, _on, _finish, roles=("runner",), kind="errand", matter_field="errand")
TAKE = Command("errands.take", Take, lambda c, ctx: [], _take, internal=True)
HEAR = Command("errands.hear", Hear, _on, _hear, internal=True)


def _asked(received: Received[Any]) -> tuple[Command[Any], msgspec.Struct] | None:
    return TAKE, Take(made_by=received.event.source, made=received.fact(ReferralMade))


class _Answer(msgspec.Struct):
    referral: str
    made_by: str


def _answered(received: Received[Any]) -> tuple[Command[Any], msgspec.Struct] | None:
    answer = msgspec.json.decode(received.event.data.fact, type=_Answer)
    what = received.name.split(".")[1]
    return HEAR, Hear(errand=answer.referral, what=f"{what} by {received.scope}", source=received.event.source)


async def _note(conn: "asyncpg.Connection[Any]", events: Sequence[Received[Any]], host: "Host") -> None:
    await conn.executemany(
        "insert into heard (source, epoch, position, type) values ($1, $2, $3, $4)",
        [(e.event.source, e.event.epoch, e.event.position, e.name) for e in events],
    )


_ANSWERS = ("referral.taken.v1", "referral.progressed.v1", "referral.settled.v1")


def _t(zh: str, en: str) -> Text:
    return Text(zh, en)


service = Service(
    name="errands",
    version="0.1.0",
    package="shuniu.testing.errands_package",
    texts=Catalogue(
        {
            "service.title": _t("协办事项", "Errands"),
            "service.summary": _t("请别处帮忙办事。", "Work that is asked of others."),
            "action.errands.open": _t("交办", "Give"),
            "action.errands.ask": _t("商请协办", "Ask another scope"),
            "action.errands.pass": _t("转办", "Pass on"),
            "action.errands.finish": _t("办结", "Finish"),
            "field.area": _t("区域", "Area"),
            "field.unit": _t("单位", "Unit"),
            "field.sensitivity": _t("级别", "Level"),
            "field.errand": _t("事项", "Errand"),
            "field.to_scope": _t("对方", "Whom"),
            "event.errand.opened.v1": _t("交办", "Given"),
            "event.errand.passed.v1": _t("转办", "Passed on"),
            "event.errand.done.v1": _t("办结", "Done"),
            "event.errand.answered.v1": _t("有答复", "Answered"),
            "role.dispatcher": _t("调度员", "Dispatcher"),
            "role.runner": _t("承办人", "Runner"),
            "rule.errands.done": _t("已经办结。", "It is done."),
            "rule.errand.unknown": _t("没有这个事项。", "There is no such errand."),
        }
    ),
    rows=(ERRAND,),
    commands=(OPEN, ASK, PASS, FINISH, TAKE, HEAR),
    facts=(
        ErrandOpened,
        ErrandPassed,
        ErrandDone,
        ErrandAnswered,
        ReferralMade,
        ReferralTaken,
        ReferralProgress,
        ReferralSettled,
    ),
    projections=(Projection("heard", ("errands@*",), ("heard",), _note),),
    reactions=(
        Reaction("asked", ("errands@*",), ("referral.made.v1",), _asked),
        Reaction("answered", ("errands@*",), _ANSWERS, _answered),
    ),
    kinds=(
        KindInfo(
            id="errand",
            title=_t("协办事项", "Errand"),
            plural=_t("协办事项", "Errands"),
            statuses=(
                StatusInfo(id="OPEN", title=_t("待办", "Open"), open=True, order=0),
                StatusInfo(id="ASKED", title=_t("已商请", "Asked"), open=True, order=1),
                StatusInfo(id="DONE", title=_t("已办结", "Done"), open=False, tone="done", order=2),
            ),
            categories=(Category(id="any", title=_t("一般", "Any")),),
        ),
    ),
    role_ids=("dispatcher", "runner"),
)
