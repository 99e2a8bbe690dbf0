"""What orders are about (诉求内容): the groups of a street's everyday work. No official list is published, so this one
is a design choice; a category belongs to a group for charts, and may ask for a class by itself (utilities, 1.19).
"""

from typing import NamedTuple

from shuniu.contracts.whistle.orders import OrderClass

__all__ = ("CATEGORIES", "Category", "category_of")


class Category(NamedTuple):
    """One category; its title is ``category.<id>``, its group's ``order_group.<group>`` of the catalogue."""

    id: str
    group: str
    usual_class: OrderClass = "NORMAL"


CATEGORIES: tuple[Category, ...] = (
    Category("HL_WATER_CUT", "HL_UTILITY", "UTILITY"),
    Category("HL_POWER_CUT", "HL_UTILITY", "UTILITY"),
    Category("HL_GAS", "HL_UTILITY", "UTILITY"),
    Category("HL_HEATING", "HL_UTILITY", "UTILITY"),
    Category("HL_DANGER", "HL_SAFETY", "EMERGENCY"),
    Category("HL_FIRE_SAFETY", "HL_SAFETY"),
    Category("HL_UNSAFE_HOUSE", "HL_SAFETY", "COMPLEX"),
    Category("HL_NOISE", "HL_ENVIRONMENT"),
    Category("HL_RUBBISH", "HL_ENVIRONMENT"),
    Category("HL_FUMES", "HL_ENVIRONMENT"),
    Category("HL_PARKING", "HL_ORDER"),
    Category("HL_VENDORS", "HL_ORDER"),
    Category("HL_ILLEGAL_BUILDING", "HL_ORDER", "COMPLEX"),
    Category("HL_ROAD", "HL_FACILITY"),
    Category("HL_STREET_LAMP", "HL_FACILITY"),
    Category("HL_DRAINS", "HL_FACILITY"),
    Category("HL_PROPERTY", "HL_HOUSING"),
    Category("HL_NEIGHBOURS", "HL_HOUSING"),
    Category("HL_FLYING_WIRE", "HL_HOUSING"),
    Category("HL_WELFARE", "HL_SERVICE"),
    Category("HL_PROCEDURE", "HL_SERVICE"),
    Category("HL_STAFF", "HL_SERVICE"),
    Category("HL_OTHER", "HL_SERVICE"),
)

_BY_ID = {c.id: c for c in CATEGORIES}


def category_of(id: str) -> Category | None:  # noqa: A002 - the list's word
    """The category of that id, or None."""
    return _BY_ID.get(id)
