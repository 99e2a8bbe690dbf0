"""An event that says who must be told causes notices, once: the reaction and its command."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command, Reaction, Received
from shuniu.contracts.envelope import parse_source
from shuniu.contracts.gateway import DeliveryQueued, NoticeMatter, NoticeRaised
from shuniu.contracts.summary import Notice, Visibility

from shuniu_gateway.accounts import ACCOUNT
from shuniu_gateway.notices.rules import delivery_id, notice_id, outgoing, recipients
from shuniu_gateway.notices.state import CHANNELS, DELIVERY, SETTINGS, STANDING, NoticeSettings, standing_key
from shuniu_gateway.settings import GatewaySettings

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("NOTIFY", "TELL", "Notify")

AT_ONCE = 400
"""Accounts of one event: their ids stay well below the size of an event."""


class Notify(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tell whoever an event says must be told. Internal."""

    source: str
    event: str
    at: datetime
    actor: str
    service: str
    notices: tuple[Notice, ...]
    matter: NoticeMatter | None = None
    sensitivity: int = Visibility().sensitivity


def _order(received: Received[Any]) -> tuple[Command[Any], msgspec.Struct] | None:
    event, summary = received.event, received.event.data.summary
    if not summary.notices:
        return None
    about, matter = summary.matter, None
    if about is not None:
        matter = NoticeMatter(
            source=event.source,
            service=received.service,
            kind=about.kind,
            id=about.id,
            number=about.number,
            title=about.title,
            due_at=about.due_at,
        )
    return NOTIFY, Notify(
        source=event.source,
        event=event.id,
        at=event.time,
        actor=event.actor,
        service=received.service,
        notices=summary.notices,
        matter=matter,
        sensitivity=(about.visibility if about is not None else summary.visibility or Visibility()).sensitivity,
    )


async def _candidates(body: Notify, host: "Host") -> list[str]:
    """Accounts that may be meant, by id; the rule looks at each again under the head row's lock."""
    named = {who for notice in body.notices for who in notice.accounts}
    units = {unit for notice in body.notices for unit in notice.units}
    roles = {role for notice in body.notices for role in notice.roles}
    records = await host.pool.fetch(
        "select key from account where status = 'LIVE' and"
        " (key = any($1::text[]) or doc->'units' ?| $2::text[] or doc->'roles' ?| $3::text[]) order by key",
        sorted(named),
        sorted(units),
        sorted(roles),
    )
    return [record["key"] for record in records]


def _keys(body: Notify, ctx: Context) -> Iterable[Key]:
    for account in ctx.prepared or ():
        yield ACCOUNT.key(account)
        yield SETTINGS.key(account)


def _told(rows: Rows, body: Notify, ctx: Context) -> dict[str, int]:
    if parse_source(body.source)[0] != ctx.scope:
        return {}  # another deployment's units and roles are not ours, whatever they are called
    accounts = [row for key in ctx.prepared or () if (row := rows.find(ACCOUNT, key)) is not None]
    return recipients(body.notices, accounts, body.actor, body.sensitivity)


def _more_keys(body: Notify, rows: Rows, ctx: Context) -> Iterable[Key]:
    for account, index in _told(rows, body, ctx).items():
        notice = notice_id(body.at, body.source, body.event, index)
        yield standing_key(account, notice)
        yield from (DELIVERY.key(delivery_id(body.at, notice, account, kind)) for kind in CHANNELS)


def _decide(rows: Rows, body: Notify, ctx: Context) -> Decision:
    """One event for those who are told the same, one for every message; nothing for what was told before.

    What is older than ``notice_hours`` (a gateway that was away for days) stands on the page and is not sent.
    """
    settings: GatewaySettings = ctx.settings
    fresh = ctx.now - body.at <= timedelta(hours=settings.notice_hours)
    offered = settings.offered if fresh else frozenset()
    standing: dict[tuple[int, bool], list[str]] = {}
    queued: list[Emit] = []
    for account, index in _told(rows, body, ctx).items():
        notice, id_ = body.notices[index], notice_id(body.at, body.source, body.event, index)
        if rows.find(STANDING, standing_key(account, id_).id) is not None:
            continue
        wishes = rows.find(SETTINGS, account) or NoticeSettings()
        silent = wishes.mutes(body.matter)
        standing.setdefault((index, silent), []).append(account)
        if silent:
            continue
        for message in outgoing(notice.why, wishes, offered, ctx.now):
            delivery = delivery_id(body.at, id_, account, message.channel)
            if rows.find(DELIVERY, delivery) is not None:
                continue
            fact = DeliveryQueued(
                delivery=delivery,
                account=account,
                channel=message.channel,
                not_before=message.not_before,
                notice=id_,
                why=notice.why,
                text=notice.text,
                service=body.service,
                matter=body.matter,
                urgent=message.urgent,
            )
            queued.append(Emit(fact, on=(DELIVERY.key(delivery),)))
    raised = [emit for (index, silent), accounts in standing.items() for emit in _raise(body, index, silent, accounts)]
    return Decision(
        events=(*raised, *queued),
        answer={"told": sum(len(accounts) for accounts in standing.values()), "queued": len(queued)},
    )


def _raise(body: Notify, index: int, silent: bool, accounts: list[str]) -> Iterable[Emit]:
    notice, id_ = body.notices[index], notice_id(body.at, body.source, body.event, index)
    for first in range(0, len(accounts), AT_ONCE):
        told = tuple(accounts[first : first + AT_ONCE])
        fact = NoticeRaised(
            notice=id_,
            why=notice.why,
            text=notice.text,
            service=body.service,
            source=body.source,
            event=body.event,
            at=body.at,
            accounts=told,
            matter=body.matter,
            silent=silent,
        )
        yield Emit(fact, on=tuple(standing_key(account, id_) for account in told))


NOTIFY: Command[Notify] = Command(
    name="gateway.notify",
    struct=Notify,
    keys=_keys,
    more_keys=_more_keys,
    decide=_decide,
    prepare=_candidates,
    internal=True,
)

TELL = Reaction(
    name="notices",
    sources=("*",),
    handles=("*",),
    command=_order,
    concerns=lambda received: bool(received.event.data.summary.notices),
)
"""Whatever service an event comes from: only its summary is looked at."""
