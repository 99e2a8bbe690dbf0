"""The fields commands on orders are made of."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from shuniu.chassis.context import Context
from shuniu.chassis.masking import scrub
from shuniu.contracts.summary import Place
from shuniu.rules.areas import check_code, within
from shuniu.rules.refusal import FieldError, Unprocessable

from shuniu_whistle.orders.categories import category_of
from shuniu_whistle.orders.state import Order
from shuniu_whistle.whistles.authority import known_unit
from shuniu_whistle.whistles.fields import Hidden, Version

__all__ = (
    "HANDLING",
    "CategoryCode",
    "Means",
    "OnOrder",
    "OrderPlace",
    "PhoneNumber",
    "area_in_scope",
    "check_category",
    "check_known",
    "date_between",
    "place_of",
    "refuse_field",
)

HANDLING = "order.handling"
"""Purpose code of what is written while an order is handled (domain rules 7.1)."""
Means = Literal["PHONE", "VISIT", "SMS", "WEB", "LETTER"]
"""How a person was told or asked."""
CategoryCode = Annotated[str, Meta(max_length=40, extra_json_schema={"x-widget": "category"})]
PhoneNumber = Annotated[str, Meta(max_length=20, pattern=r"^[0-9+() -]*$")]


class OrderPlace(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where: a name free of persons, and optionally a point (WGS 84)."""

    name: Annotated[str, Meta(max_length=60)] = ""
    lon: Annotated[float, Meta(ge=-180, le=180)] | None = None
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None


class OnOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one order. With ``expected_version`` it is refused when the order has moved on since."""

    order: Hidden
    expected_version: Version | None = None


def place_of(place: OrderPlace, event: str) -> Place:
    """The place as facts say it: the point coarsened to about 10 m. It is published, so it may hold no number of a
    person (10.2): Unprocessable ``order.place_personal``."""
    if scrub(place.name) != place.name:
        raise refuse_field("order.place_personal", "place.name", "personal", event)

    def coarse(degrees: float | None) -> float | None:
        return None if degrees is None else round(degrees, 4)

    return Place(name=place.name.strip(), lon=coarse(place.lon), lat=coarse(place.lat))


def refuse_field(rule: str, field: str, code: str, event: str, o: Order | None = None, **params: str) -> Unprocessable:
    """422 naming the rule and the field."""
    return Unprocessable(
        rule, state=o.status if o else None, event=event, fields=(FieldError(field, code),), params=params
    )


def area_in_scope(code: str, event: str, ctx: Context) -> str:
    """The area itself, the scope where none is given. Unprocessable for an area elsewhere or unknown."""
    if not code:
        return ctx.scope
    check_code(code)
    if not within(code, ctx.scope):
        raise refuse_field("order.area_outside", "area", "area_outside", event, area=code, scope=ctx.scope)
    if code != ctx.scope and ctx.registry.all("area") and ctx.registry.get("area", code) is None:
        raise refuse_field("order.area_unknown", "area", "area_unknown", event, area=code)
    return code


def check_category(code: str, event: str) -> None:
    """The category is one of the list."""
    if category_of(code) is None:
        raise refuse_field("order.category_unknown", "category", "unknown", event, category=code[:40])


def check_known(units: dict[str, str], ctx: Context) -> None:
    """Every unit, by field, stands in the directory and is named once."""
    seen: set[str] = set()
    for field, unit in units.items():
        known_unit(unit, field, ctx)
        if unit in seen:
            raise refuse_field("order.unit_twice", field, "unit_twice", "dispatch", unit=unit)
        seen.add(unit)


def date_between(day: date, first: date, last: date, field: str, rule: str, event: str, o: Order) -> None:
    """The date lies within [first, last]."""
    if not first <= day <= last:
        limits = {"from": first.isoformat(), "to": last.isoformat()}
        raise refuse_field(rule, field, "not_between", event, o, **limits)
