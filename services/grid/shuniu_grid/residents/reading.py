"""Reading what is kept of a household: masked, in clear for a reason, as a copy for the person (PIPL §44-45).

Every reading in clear is in the audit before its answer, and so is every refusal.
"""

from datetime import date
from typing import TYPE_CHECKING

import msgspec
from shuniu.chassis.audit import AuditEntry
from shuniu.chassis.context import Actor
from shuniu.chassis.masking import WITHHELD, mask_field
from shuniu.chassis.privacy import UNMASK_ROLE
from shuniu.contracts.text import Text
from shuniu.rules.refusal import Forbidden, NotFound, Refusal, Unprocessable

from shuniu_grid.residents.processing import FIELDS, processing
from shuniu_grid.residents.sealed import Kept, open_households
from shuniu_grid.residents.state import Household
from shuniu_grid.residents.tables import HouseholdTable
from shuniu_grid.residents.texts import TEXTS
from shuniu_grid.settings import settings_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("READERS", "CopyItem", "HouseholdCopy", "HouseholdView", "find_household", "read_copy", "read_masked")

READERS = ("grid_worker", "community_secretary", "street_clerk")
"""Who may see that a household is in the register, each for the own areas."""
SHORTEST_REASON = 4
_PERSONAL = 3


class HouseholdView(msgspec.Struct, frozen=True, kw_only=True):
    """A household as its keepers see it: everything personal by its field's mask, or withheld."""

    number: str
    area: str
    entered_on: date
    review_on: date
    held: bool
    consent: str
    fields: dict[str, str] = {}
    categories: str = ""


class CopyItem(msgspec.Struct, frozen=True, kw_only=True):
    """One field or category in clear, with everything the person may ask about it (PIPL §17, §44)."""

    id: str
    title: Text
    value: str
    purpose: str
    purpose_title: Text
    basis: str
    sensitivity: int
    since: date
    keep_until: date


class HouseholdCopy(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a household. ``withheld`` counts what this reader's clearance does not reach."""

    number: str
    area: str
    entered_on: date
    review_on: date
    held: bool
    consent: str
    consented_on: date | None
    register: str
    """Id of the register of processing it is kept by."""
    items: tuple[CopyItem, ...]
    diaries: tuple[str, ...]
    withheld: int


async def find_household(host: "Host", number: str, actor: Actor) -> Household:
    """The household, for somebody of its area. NotFound ``household.unknown``, Forbidden ``access.role``, ``…area``."""
    actor.require_role(*READERS, UNMASK_ROLE)
    found = await HouseholdTable.select(HouseholdTable.doc).where(HouseholdTable.key == number)
    if not found:
        raise NotFound("household.unknown", params={"id": number[:20]})
    row = msgspec.json.decode(found[0]["doc"], type=Household)
    actor.require_area(row.area)
    return row


async def read_masked(host: "Host", row: Household) -> HouseholdView:
    """The record masked. Numbers of people and categories have no mask: they are withheld, there or not."""
    kept = (await open_households(host, [row]))[row.number]
    masked = {n: mask_field(n, v) for n, v in kept.fields.items() if n in ("address", "contact_name", "contact_phone")}
    return HouseholdView(
        number=row.number,
        area=row.area,
        entered_on=row.entered_on,
        review_on=row.review_on,
        held=bool(row.hold),
        consent=row.consent,
        fields={n: masked.get(n, "") if n in masked else WITHHELD for n in FIELDS},
        categories=WITHHELD,
    )


async def read_copy(host: "Host", number: str, reason: str, actor: Actor) -> HouseholdCopy:
    """Everything in clear that the reader's clearance reaches, for the separate permission and with a reason.

    Raises Forbidden ``access.role``, ``access.area``, ``access.clearance``, NotFound, Unprocessable
    ``person_data.reason``; each is audited, and so is the reading.
    """
    rule, seen = "", 0
    try:
        row = await find_household(host, number, actor)
        actor.require_role(UNMASK_ROLE)
        if actor.clearance < _PERSONAL:
            raise Forbidden("access.clearance", params={"needed": _PERSONAL})
        if len(reason.strip()) < SHORTEST_REASON:
            raise Unprocessable("person_data.reason", params={"least": SHORTEST_REASON})
        copy = await _copy(host, row, actor)
        seen = len(copy.items) + len(copy.diaries)
        return copy
    except Refusal as refusal:
        rule = refusal.rule
        raise
    finally:
        detail: dict[str, str | int] = {"reason": reason.strip()[:200].replace("\x00", ""), "items": seen}
        host.audit.record(
            AuditEntry(
                at=host.clock.now(),
                actor=actor.id,
                command="grid.read_household",
                allowed=not rule,
                rule=rule,
                matter=number[:20],
                detail=detail,
            )
        )


async def _copy(host: "Host", row: Household, actor: Actor) -> HouseholdCopy:
    register = processing(settings_of(host).household_processing_file)
    kept = (await open_households(host, [row]))[row.number]

    def reached(name: str) -> bool:
        use = register.use(name)
        return (use.sensitivity if use is not None else 4) <= actor.clearance

    open_to_me = kept.only(reached)
    # A diary may tell of an illness: it is as sensitive as what is sensitive by statute.
    diaries = await host.vault.open_refs(host.pool, row.diaries) if actor.clearance >= 4 else {}
    withheld = len(kept.names()) - len(open_to_me.names()) + len(row.diaries) - len(diaries)
    items = tuple(_item(name, open_to_me, row, host) for name in open_to_me.names() if register.use(name) is not None)
    return HouseholdCopy(
        number=row.number,
        area=row.area,
        entered_on=row.entered_on,
        review_on=row.review_on,
        held=bool(row.hold),
        consent=row.consent,
        consented_on=row.consented_on,
        register=register.id,
        items=items,
        diaries=tuple(diaries[ref].get("text", "") for ref in row.diaries if ref in diaries),
        withheld=withheld,
    )


def _item(name: str, kept: Kept, row: Household, host: "Host") -> CopyItem:
    register = processing(settings_of(host).household_processing_file)
    use = register.use(name)
    assert use is not None
    since = kept.since.get(name, row.entered_on)
    until = register.keep_until(name, since)
    assert until is not None
    is_field = name in FIELDS
    return CopyItem(
        id=name,
        title=TEXTS[f"household_column.{name}" if is_field else f"enum.categories.{name}"],
        value=kept.fields[name] if is_field else "",
        purpose=use.purpose,
        purpose_title=register.title(use.purpose),
        basis=use.basis,
        sensitivity=use.sensitivity,
        since=since,
        keep_until=until,
    )
