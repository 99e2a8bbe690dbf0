"""Time bank (姚坊门时间银行): minutes served and minutes redeemed, in double entry (domain rules 5.8–5.14, 10.9).

Read on: ``chart.py`` (the ledger), ``earning.py``, ``moving.py``, ``books.py``, ``members.py``, ``lifecycle.py``,
``order.py`` with ``orders.py``, ``exchange.py`` with ``exchanging.py``, ``routes.py``.
"""

from dataclasses import replace
from typing import get_args

from shuniu.chassis.rows import MatterFace
from shuniu.chassis.service import Capability, Catalogue
from shuniu.contracts.manifest import Category, KindInfo, Measure, Panel, Rate, Route, StatusInfo
from shuniu.contracts.referral import (
    ReferralExpired,
    ReferralMade,
    ReferralRefused,
    ReferralTaken,
    ReferralWithdrawn,
)
from shuniu.contracts.volunteer.time_bank import FACTS, ServiceHelp
from shuniu.rules.lifecycle import Lifecycle

from shuniu_volunteer.time_bank import books, earning, exchange, exchanging, members, moving, orders
from shuniu_volunteer.time_bank.chart import BOOKS, EARNING, ENTRY, LEDGER, OWED, QUOTA
from shuniu_volunteer.time_bank.lifecycle import EXCHANGE, ORDER
from shuniu_volunteer.time_bank.order import TIME_ORDER, visibility
from shuniu_volunteer.time_bank.order_face import detail, offers, summarise
from shuniu_volunteer.time_bank.routes import HANDLERS
from shuniu_volunteer.time_bank.tables import AccountTable, EntryTable, TimeExchangeTable, TimeOrderTable

__all__ = ("capability",)

_TEXTS = Catalogue.load("shuniu_volunteer.time_bank")
_REFERRALS = (ReferralMade, ReferralWithdrawn, ReferralTaken, ReferralRefused, ReferralExpired)


def _statuses(cycle: Lifecycle) -> tuple[StatusInfo, ...]:
    return tuple(
        StatusInfo(id=s.id, title=_TEXTS[f"status.{cycle.kind}.{s.id}"], open=s.open, tone=s.tone, order=i)  # type: ignore[arg-type]
        for i, s in enumerate(cycle.statuses)
    )


def _panel(name: str, kind: str, order: int, **rest: object) -> Panel:
    return Panel(id=f"volunteer.{name}", title=_TEXTS[f"panel.{name}"], kind=kind, order=order, **rest)  # type: ignore[arg-type]


FACE = MatterFace(
    summarise=summarise, number=lambda row: row.number, visibility=visibility, offers=offers, detail=detail
)
capability = Capability(
    name="time_bank",
    texts=_TEXTS,
    rows=(
        *LEDGER.rows,
        ENTRY,
        EARNING,
        OWED,
        BOOKS,
        QUOTA,
        members.MEMBER,
        members.CLIENT,
        replace(TIME_ORDER, face=FACE),
        exchange.TIME_EXCHANGE,
    ),
    commands=(
        *orders.COMMANDS,
        *members.COMMANDS,
        *moving.COMMANDS,
        *books.COMMANDS,
        *exchanging.COMMANDS,
        *earning.COMMANDS,
    ),
    facts=(*FACTS, *_REFERRALS),
    reactions=(*earning.REACTIONS, *orders.REACTIONS, *exchanging.REACTIONS),
    kinds=(
        KindInfo(
            id=ORDER.kind,
            title=_TEXTS["kind.time_order"],
            plural=_TEXTS["kind.time_orders"],
            icon="clock",
            statuses=_statuses(ORDER),
            categories=tuple(Category(id=c, title=_TEXTS[f"category.{c}"]) for c in get_args(ServiceHelp)),
            clocks=(Category(id="time_silence", title=_TEXTS["clock.time_silence"]),),
            order=53,
        ),
        KindInfo(
            id=EXCHANGE.kind,
            title=_TEXTS["kind.time_exchange"],
            plural=_TEXTS["kind.time_exchanges"],
            icon="link",
            statuses=_statuses(EXCHANGE),
            clocks=(Category(id="time_exchange_limit", title=_TEXTS["clock.time_exchange_limit"]),),
            order=54,
        ),
    ),
    measures=tuple(
        Measure(name=f"volunteer.{name}", title=_TEXTS[f"measure.volunteer.{name}"], kind="sum", unit=_TEXTS[unit])
        for name, unit in (
            ("time_owed_to_people", "unit.minute"),
            ("time_fund", "unit.minute"),
            ("time_earned", "unit.minute"),
            ("time_redeemed", "unit.minute"),
            ("time_orders", "unit.order"),
            ("time_orders_served", "unit.order"),
            ("time_orders_cancelled", "unit.order"),
        )
    ),
    rates=(
        Rate(
            name="volunteer.time_match_rate",
            title=_TEXTS["rate.volunteer.time_match_rate"],
            numerator=("volunteer.time_orders_served",),
            denominator=("volunteer.time_orders",),
            cohort=_TEXTS["cohort.time_match_rate"],
        ),
    ),
    panels=(
        _panel("time_stages", "stages", 56, matter_kind="time_order"),
        _panel("time_liability", "kpi", 57, measure="volunteer.time_owed_to_people"),
        _panel("time_match", "kpi", 58, rate="volunteer.time_match_rate"),
        _panel("time_summary", "table", 70, route="/time-bank/summary", surface="service"),
        _panel("time_entries", "table", 71, route="/time-bank/entries", surface="service"),
        _panel("time_open_orders", "table", 72, route="/time-bank/open-orders", surface="service"),
    ),
    routes=(
        Route(path="/time-bank/summary", title=_TEXTS["panel.time_summary"]),
        Route(path="/time-bank/entries", title=_TEXTS["panel.time_entries"]),
        Route(path="/time-bank/open-orders", title=_TEXTS["panel.time_open_orders"]),
    ),
    handlers=HANDLERS,
    tables=(AccountTable, EntryTable, TimeOrderTable, TimeExchangeTable),
)
