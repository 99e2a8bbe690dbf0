"""Facts of the unit register (实有单位): enterprises, shops, schools … in the grids, domain rules 2.10.

A unit's name is a public sign; who answers for it and how to reach them is kept apart, encrypted (``contact_ref``).
"""

from datetime import date
from typing import Literal

import msgspec

from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.summary import Place

__all__ = ("CreditCodeReleased", "RegisteredUnit", "UnitClosed", "UnitEntered", "UnitKind", "UnitMoved")

UnitKind = Literal[
    "ENTERPRISE", "SHOP", "RESTAURANT", "SCHOOL", "HOSPITAL", "MARKET", "SITE", "PUBLIC_BODY", "SOCIAL_ORG", "OTHER"
]
"""企业, 商铺, 餐饮, 学校幼儿园, 医疗机构, 市场商场, 工地, 机关事业单位, 社会组织, 其他 (a choice of this project)."""


class RegisteredUnit(msgspec.Struct, frozen=True, kw_only=True):
    """A unit as the register has it. ``number`` is the register's own; ``credit_code`` by GB 32100, "" where there is
    none; ``area`` the grid it stands in; ``staff`` how many people work there."""

    number: str
    name: str
    kind: UnitKind
    credit_code: str = ""
    area: str
    place: Place = Place()
    staff: int = 0
    key_unit: bool = False
    """重点单位: visited more often."""
    valid_from: date
    valid_to: date | None = None
    contact_ref: str = ""


@fact("grid", "unit.entered.v1")
class UnitEntered(Fact, frozen=True, kw_only=True):
    """A unit was entered or corrected."""

    unit: RegisteredUnit
    corrects: bool = False


@fact("grid", "unit.closed.v1")
class UnitClosed(Fact, frozen=True, kw_only=True):
    """A unit left: ``valid_to`` is its last day here."""

    number: str
    area: str
    credit_code: str = ""
    valid_to: date


@fact("grid", "unit.code_released.v1")
class CreditCodeReleased(Fact, frozen=True, kw_only=True):
    """A correction took a credit code away from a unit; the code is free again."""

    number: str
    credit_code: str


@fact("grid", "unit.moved.v1")
class UnitMoved(Fact, frozen=True, kw_only=True):
    """A unit's ground came to another grid by the redrawing ``change``; the unit itself went nowhere."""

    number: str
    was: str
    area: str
    change: str
