"""Reading the bank: what every class of accounts holds, how far the bank can keep its word, statements of accounts."""

from datetime import timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from piccolo.columns.combination import WhereRaw
from shuniu.chassis.http.access import actor_of, host_of
from shuniu.chassis.ledger import Account
from shuniu.contracts.panels import Column, TablePanel
from shuniu.contracts.text import Text
from shuniu.rules.refusal import Forbidden

from shuniu_volunteer.fields import business_day
from shuniu_volunteer.roles import READERS
from shuniu_volunteer.texts import words_of
from shuniu_volunteer.time_bank.chart import TIME_CLERKS, Booked
from shuniu_volunteer.time_bank.tables import AccountTable, EntryTable, TimeOrderTable
from shuniu_volunteer.volunteers.routes import mine

__all__ = ("HANDLERS",)

AnyRequest = Request[Any, Any, Any]
_CLASSES = ("P", "T", "F", "K", "H", "Z", "R", "V", "X")
_STAFF = (*TIME_CLERKS, *READERS)
MOST = 200


async def _sums() -> dict[str, int]:
    sums = dict.fromkeys(_CLASSES, 0)
    for r in await AccountTable.select(AccountTable.doc):
        account = msgspec.json.decode(r["doc"], type=Account)
        sums[account.id.partition(":")[0]] += account.balance
    return sums


async def _moved(kinds: tuple[str, ...], since: str) -> int:
    """Minutes that entries of these kinds moved through issuance since a day."""
    rows = await EntryTable.select(EntryTable.doc).where(
        EntryTable.status.is_in(list(kinds)), WhereRaw("doc->'entry'->>'on' > {}", since)
    )
    found = (msgspec.json.decode(r["doc"], type=Booked) for r in rows)
    return sum(abs(p.amount) for b in found if not b.reversed_by for p in b.entry.postings if p.account == "X:")


@get("/time-bank/summary", summary="What the time bank owes, and whether a year's service covers it")
async def get_summary(request: AnyRequest) -> TablePanel:
    """Liability Σ P; coverage = Σ P ÷ minutes served within a year (domain rules 11.7); null while none is served."""
    host = host_of(request)
    actor_of(request).require_role(*_STAFF)
    words, sums = words_of("time_bank"), await _sums()
    since = (business_day(host.clock.now()) - timedelta(days=365)).isoformat()
    capacity = await _moved(("EARN", "EARN_CAPPED", "TEAM_EARN"), since)
    rows: list[dict[str, Any]] = [
        {"account": words[f"account.{c}"], "minutes": sums[c], "share": None} for c in _CLASSES
    ]
    coverage = sums["P"] / capacity if capacity else None
    rows.append({"account": words["account.coverage"], "minutes": capacity, "share": coverage})
    kinds: dict[str, Any] = {"account": "text", "minutes": "minutes", "share": "percent"}
    columns = tuple(Column(id=c, title=words[f"column.time_{c}"], kind=k) for c, k in kinds.items())
    return TablePanel(columns=columns, rows=tuple(rows), as_of=host.clock.now(), note=words["note.time_bank"])


async def _allowed(request: AnyRequest, account: str) -> None:
    actor = actor_of(request)
    if actor.has_role(*_STAFF):
        return
    kind, _, owner = account.partition(":")
    if kind == "T" and actor.acts_for(owner):
        return
    if kind != "P" or (await mine(actor.id)).id != owner:
        raise Forbidden("time_bank.not_yours")


def _titled(account: str, words: Any) -> Text:
    """The sort of an account in words, and as much of its code as tells two of a page apart."""
    kind, _, owner = account.partition(":")
    title: Text = words[f"account.{kind}"]
    return title.within(f"{{}} …{owner[-4:]}") if owner else title


@get("/time-bank/entries", summary="Statement of an account, or the bank's last entries")
async def get_entries(
    request: AnyRequest,
    account: Annotated[str, QueryParameter(max_length=80, pattern=r"^([A-Z]:[A-Za-z0-9-]*)?$")] = "",
) -> TablePanel:
    """Newest first; what sort of account and the end of its code, no names. Staff reads all, a person their own, a team
    its own."""
    host = host_of(request)
    await _allowed(request, account)
    query = EntryTable.select(EntryTable.doc)
    if account:
        posting = msgspec.json.encode([{"account": account}]).decode()
        query = query.where(WhereRaw("doc->'entry'->'postings' @> {}::jsonb", posting))
    words, actor = words_of("time_bank"), actor_of(request)
    rows: list[dict[str, Any]] = []
    for r in await query.order_by(EntryTable.key, ascending=False).limit(MOST):
        booked = msgspec.json.decode(r["doc"], type=Booked)
        if not account and not actor.covers(booked.area):
            continue
        for p in booked.entry.postings:
            if account and p.account != account:
                continue
            rows.append(
                {
                    "entry": booked.entry.id,
                    "on": booked.entry.on,
                    "kind": words[f"entry.{booked.entry.kind}"],
                    "account": _titled(p.account, words),
                    "account_code": p.account,
                    "minutes": p.amount,
                    "undone": words["time.yes"] if booked.reversed_by else None,
                }
            )
    kinds: dict[str, Any] = {"on": "date", "kind": "text", "account": "text", "minutes": "minutes", "undone": "text"}
    columns = tuple(Column(id=c, title=words[f"column.time_{c}"], kind=k) for c, k in kinds.items())
    return TablePanel(columns=columns, rows=tuple(rows), as_of=host.clock.now())


@get("/time-bank/open-orders", summary="Orders that wait for a volunteer")
async def get_open_orders(
    request: AnyRequest, area: Annotated[str, QueryParameter(max_length=15, pattern=r"^[0-9]*$")] = ""
) -> TablePanel:
    """What a volunteer may offer themselves for: what help, where, when, how long. Who asks is not told."""
    host = host_of(request)
    actor = actor_of(request)
    actor.require_role(*_STAFF, "volunteer")
    words = words_of("time_bank")
    found = (
        await TimeOrderTable.select(TimeOrderTable.doc)
        .where(TimeOrderTable.status == "TIME_HELD", TimeOrderTable.area.like(f"{area}%"))
        .order_by(TimeOrderTable.key)
        .limit(MOST)
    )
    rows = []
    for r in found:
        doc = msgspec.json.decode(r["doc"])
        if actor.covers(doc["area"]):
            order = {"kind": "time_order", "id": doc["id"], "number": doc["number"]}
            help_ = words[f"category.{doc['category']}"]
            rows.append(
                {
                    "order": order,
                    "help": help_,
                    "area": doc["area"],
                    "at": doc["wished_at"],
                    "minutes": doc["minutes"],
                }
            )
    kinds: dict[str, Any] = {"order": "matter", "help": "text", "area": "area", "at": "time", "minutes": "minutes"}
    columns = tuple(Column(id=c, title=words[f"column.time_{c}"], kind=k) for c, k in kinds.items())
    return TablePanel(columns=columns, rows=tuple(rows), as_of=host.clock.now())


HANDLERS: tuple[HTTPRouteHandler, ...] = (get_summary, get_entries, get_open_orders)
