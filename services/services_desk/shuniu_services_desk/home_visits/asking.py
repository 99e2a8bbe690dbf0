"""Asking for a home visit (上门申请): at the desk or over the public page, person and reason sealed."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.counter import COUNTER, counter_key, next_number
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.keyed import keyed, new_slip, told_code
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.contracts.services_desk import home_visits as said
from shuniu.contracts.services_desk.home_visits import HomeVisitWay
from shuniu.rules.refusal import Conflict

from shuniu_services_desk.cases.case import given
from shuniu_services_desk.cases.intake import version_of
from shuniu_services_desk.cases.prepared import PreparedCase
from shuniu_services_desk.catalogue.items import ITEM
from shuniu_services_desk.fields import AreaCode, Code, LongText, PersonName, Phone, Sealing, area_in_scope, wrong
from shuniu_services_desk.home_visits.rows import HOME_CODE, HOME_VISIT, answer_term
from shuniu_services_desk.roles import CLERKS
from shuniu_services_desk.settings import settings_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("ASKING", "NUMBERS", "PURPOSE")

NUMBERS = "SM"
"""Prefix of the numbers people know home visits by (上门)."""
_PUBLIC = "SMWEB"
PURPOSE = "desk.home_visit"
VisitReason = Literal["AGED", "DISABLED", "ILL", "EXPECTING", "CARING", "REMOTE"]
"""高龄、残疾、患病、孕产、需照护他人、交通不便. Sealed with the person: it may tell of somebody's health."""


class AskedFor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who cannot come, where they live, and what they need."""

    reason: VisitReason
    items: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=8)]
    way: HomeVisitWay = "ON_BEHALF"
    applicant_name: PersonName
    applicant_phone: Annotated[Phone, Meta(min_length=5)]
    applicant_address: Annotated[str, Meta(min_length=4, max_length=200, pattern=r"\S")]
    asker_name: Annotated[str, Meta(max_length=60)] = ""
    """Who asks for them, where it is not they themselves."""
    asker_phone: Phone = ""
    words: LongText = ""
    area: AreaCode = ""


class Request(AskedFor, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Note a request (登记上门)."""


class RequestOnline(AskedFor, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for a home visit over the public page."""


async def prepare_request(c: Any, host: "Host") -> PreparedCase:
    """Before a visit is asked for: a code to follow it by."""
    keys, slip = keyed(host), new_slip()
    return PreparedCase(slip=slip, code_key=keys.of_slip(slip))


def _request_keys(c: AskedFor, ctx: Context) -> Iterable[Key]:
    yield counter_key(NUMBERS, ctx.now)
    yield counter_key(_PUBLIC, ctx.now)
    yield HOME_CODE.key(given(ctx).code_key)
    yield from (ITEM.key(i) for i in dict.fromkeys(c.items))


def _requested(rows: Rows, c: AskedFor, ctx: Context, online: bool) -> Decision:
    area = area_in_scope(c.area, "request", ctx)
    if not online:
        ctx.actor.require_area(area)
    settings = settings_of(ctx)
    if c.reason not in {r.strip() for r in settings.home_reasons.split(",")}:
        raise wrong("home.reason_not_offered", "reason", "value", "request")
    if len(set(c.items)) != len(c.items):
        raise wrong("case.item_twice", "items", "twice", "request")
    for n, item in enumerate(c.items):
        guide = version_of(rows, item, ctx, "request", f"items.{n}").guide
        if "HOME_VISIT" not in guide.channels:
            raise wrong("case.channel", f"items.{n}", "channel", "request", item=guide.name)
    page = counter_key(_PUBLIC, ctx.now)
    counted = rows.find(COUNTER, page.id)
    if online and counted is not None and counted.last >= settings.home_a_day:
        raise Conflict("case.page_full", status=429, event="request", params={"most": settings.home_a_day})
    visit, sealing = ctx.new_id(), Sealing(ctx)
    person = {
        "applicant_name": c.applicant_name,
        "applicant_phone": c.applicant_phone,
        "applicant_address": c.applicant_address,
        "asker_name": c.asker_name,
        "asker_phone": c.asker_phone,
        "text": c.words,
    }
    person_ref, reason_ref = sealing.keep(person, PURPOSE, visit), ctx.new_id()
    reason = Private(reason_ref, {"reason": c.reason}, PURPOSE, "CONSENT", sensitivity=4, matter=visit)
    fact = said.HomeVisitRequested(
        visit=visit,
        number=next_number(rows, NUMBERS, ctx.now),
        area=area,
        items=c.items,
        way=c.way,
        online=online,
        for_other=bool(c.asker_name.strip()),
        person_ref=person_ref,
        reason_ref=reason_ref,
        term=answer_term(ctx),
    )
    on = [HOME_VISIT.key(visit), counter_key(NUMBERS, ctx.now), HOME_CODE.key(given(ctx).code_key)]
    answer = {"visit": visit, "number": fact.number, "slip": given(ctx).slip}
    return Decision((Emit(fact, (*on, *((page,) if online else ()))),), (*sealing.private, reason), answer)


def request(rows: Rows, c: Request, ctx: Context) -> Decision:
    """REQUESTED, noted by a clerk."""
    return _requested(rows, c, ctx, online=False)


def request_online(rows: Rows, c: RequestOnline, ctx: Context) -> Decision:
    """REQUESTED, over the public page."""
    return _requested(rows, c, ctx, online=True)


ASKING: tuple[Command[Any], ...] = (
    Command(
        "home.request", Request, _request_keys, request, roles=CLERKS, prepare=prepare_request, told=told_code,
        opens="desk_home_visit", icon="desk", surfaces=("board", "phone"), order=90,
    ),
    Command(
        "home.request_online", RequestOnline, _request_keys, request_online, public=True, prepare=prepare_request,
        told=told_code, opens="desk_home_visit", icon="desk", surfaces=("phone",), order=91,
    ),
)  # fmt: skip
