"""Queries of claims: how a claim stands by its follow-up code, accidents per 1,000 residents."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.chassis.keyed import keyed
from shuniu.chassis.state import load_row
from shuniu.contracts.panels import Column, TablePanel
from shuniu.contracts.text import Text
from shuniu.rules.areas import is_code
from shuniu.rules.calendar import local
from shuniu.rules.refusal import FieldError, Forbidden, NotFound, Unprocessable

from shuniu_insurance.claims.claim import CLAIM, CODE
from shuniu_insurance.claims.state import Claim
from shuniu_insurance.claims.tables import ClaimTable
from shuniu_insurance.claims.texts import TEXTS

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("HANDLERS", "claim_by_code")

_MOST_DAYS = 400
_MAY: dict[str, tuple[str, ...]] = {
    "REPORTED": ("WITHDRAW",),
    "REGISTERED": ("WITHDRAW",),
    "ASSESSED": ("AGREE", "DISPUTE"),
    "MEDIATED": ("AGREE",),
    "DENIED": ("DISPUTE",),
}


class FollowedClaim(msgspec.Struct, frozen=True, kw_only=True):
    """How a claim stands, for whoever holds its code: no name, no text. Amounts are fen."""

    number: str
    status: str
    title: Text
    open: bool
    occurred_at: datetime
    wanted: tuple[Text, ...]
    assessed: int | None
    agreed: int | None
    paid: int
    due_on: date | None
    certificate: bool
    consented: bool
    may: tuple[str, ...]
    """Answers that ``claim.answer_by_code`` takes now."""


async def claim_by_code(host: "Host", code: str) -> Claim:
    """The claim of a follow-up code. NotFound ``claim.code_unknown``."""
    held = await load_row(host.pool, CODE, keyed(host).of_code(code))
    found = await load_row(host.pool, CLAIM, held[0].claim) if held else None
    if found is None:
        raise NotFound("claim.code_unknown")
    return found[0]


@get("/claims/follow", opt={"public": True}, summary="How a claim stands, by its follow-up code, without signing in")
async def get_followed_claim(
    request: Request[Any, Any, Any], code: Annotated[str, QueryParameter(min_length=12, max_length=24)]
) -> FollowedClaim:
    host = host_of(request)
    o = await claim_by_code(host, code)
    running = [c for c in o.clocks if c.state == "running" and c.id != "limitation"]
    due = min((c.due_at for c in running), default=None)
    consent = "WITHDRAW_CONSENT" if o.consented else "CONSENT"
    may = tuple(a for a in _MAY.get(o.status, ()) if a != "AGREE" or o.covered or o.settled)
    return FollowedClaim(
        number=o.number,
        status=o.status,
        title=TEXTS[f"status.insurance_claim.{o.status}"],
        open=o.open,
        occurred_at=o.occurred_at,
        wanted=tuple(TEXTS[f"enum.wanted.{w}"] for w in o.wanted) if o.status == "DOCS" else (),
        assessed=o.amount if o.covered else None,
        agreed=o.agreed,
        paid=o.paid,
        due_on=local(due - timedelta(microseconds=1)).date() if due else None,
        certificate=o.certified,
        consented=o.consented,
        may=(*may, consent) if o.open else may,
    )


def _period(start: date | None, end: date | None, today: date) -> tuple[date, date]:
    last = end or today
    first = start or last - timedelta(days=364)
    if first > last or (last - first).days > _MOST_DAYS:
        wrong = (FieldError("from", "not_between"),)
        raise Unprocessable("claim.period", fields=wrong, params={"most": _MOST_DAYS})
    return first, last


@get("/claims/incidence", summary="Accidents per 1,000 residents, by community (出险率)")
async def get_incidence(
    request: Request[Any, Any, Any],
    start: Annotated[date | None, QueryParameter(name="from")] = None,
    end: Annotated[date | None, QueryParameter(name="to")] = None,
) -> TablePanel:
    """Accidents, not claims: several from one accident count once. Null where no number of residents is known."""
    host = host_of(request)
    actor = actor_of(request)
    if not any(is_code(a) for a in actor.areas):
        raise Forbidden("access.area", params={"area": host.scope})
    first, last = _period(start, end, local(host.clock.now()).date())
    records = await ClaimTable.select(ClaimTable.doc)
    accidents: dict[str, set[str]] = {}
    claims: dict[str, int] = {}
    for record in records:
        o = msgspec.json.decode(record["doc"], type=Claim)
        if actor.covers(o.area) and first <= local(o.occurred_at).date() <= last and o.status != "WITHDRAWN":
            accidents.setdefault(o.area[:12], set()).add(o.incident)
            claims[o.area[:12]] = claims.get(o.area[:12], 0) + 1
    rows: list[dict[str, Any]] = []
    for area in sorted(accidents):
        entry = host.registry.current.get("area", area)
        known = entry.attributes.get("residents", "") if entry else ""
        residents = int(known) if known.isdigit() and int(known) else None
        count = len(accidents[area])
        rate = round(count * 1000 / residents, 3) if residents else None
        row = {"area": area, "incidents": count, "claims": claims[area], "residents": residents, "incidence": rate}
        rows.append(row)
    names = ("area", "incidents", "claims", "residents", "incidence")
    columns = tuple(
        Column(
            id=n,
            title=TEXTS["field.area"] if n == "area" else TEXTS[f"column.{n}"],
            kind="area" if n == "area" else "number",
        )
        for n in names
    )
    return TablePanel(columns=columns, rows=tuple(rows), as_of=host.clock.now(), note=TEXTS["note.incidence"])


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_followed_claim, get_incidence)
