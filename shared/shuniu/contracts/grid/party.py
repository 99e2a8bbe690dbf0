"""Facts of party organisation (党建 1+3+N) and cross-appointments (交叉任职), domain rules 6.1-6.4."""

from datetime import date
from typing import Literal

from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.text import Text

__all__ = (
    "AppointmentEnded",
    "AppointmentMade",
    "BodyKind",
    "LinkRole",
    "LinkTarget",
    "PartyDissolved",
    "PartyLinkEnded",
    "PartyLinked",
    "PartyRegistered",
    "Position",
    "Tier",
)

Tier = Literal["ONE", "THREE", "N"]
"""1 the street's working committee (街道党工委), 3 the organisations under it, N the groups (党小组) under those."""

LinkTarget = Literal["AREA", "UNIT", "POST"]

LinkRole = Literal["DUTY", "REACH"]
"""责任 (an area, unit or post is one organisation's duty at a time), 联系 (any number of organisations reach it)."""

BodyKind = Literal["UNIT", "ORGANISATION"]

Position = Literal["LEADER", "MEMBER", "STAFF", "SUPERVISOR"]
"""负责人, 班子成员, 工作人员, 监督人."""


@fact("grid", "party.registered.v1")
class PartyRegistered(Fact, frozen=True, kw_only=True):
    """A party organisation as it is from now on, in full. ``form`` is open (domain rules 6.2 names no list)."""

    code: str
    title: Text
    tier: Tier
    form: str
    parent: str
    valid_from: date


@fact("grid", "party.dissolved.v1")
class PartyDissolved(Fact, frozen=True, kw_only=True):
    """The organisation ends with the day ``valid_to``."""

    code: str
    valid_to: date


@fact("grid", "party_link.made.v1")
class PartyLinked(Fact, frozen=True, kw_only=True):
    """An area, a unit or a post is the organisation's duty, or within its reach, from ``first`` on."""

    organisation: str
    target_kind: LinkTarget
    target: str
    role: LinkRole
    first: date


@fact("grid", "party_link.ended.v1")
class PartyLinkEnded(Fact, frozen=True, kw_only=True):
    """The link ends with the day ``last``."""

    organisation: str
    target_kind: LinkTarget
    target: str
    role: LinkRole
    last: date


@fact("grid", "appointment.made.v1")
class AppointmentMade(Fact, frozen=True, kw_only=True):
    """An account holds a position in a body for a term, both days included. The account id is opaque."""

    appointment: str
    account: str
    body_kind: BodyKind
    body: str
    position: Position
    first: date
    last: date


@fact("grid", "appointment.ended.v1")
class AppointmentEnded(Fact, frozen=True, kw_only=True):
    """The appointment ends before its term, with the day ``last``."""

    appointment: str
    account: str
    last: date
