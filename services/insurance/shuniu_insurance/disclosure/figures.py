"""What was paid in a quarter, by event kind and by community, and what of it may be told."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from shuniu.contracts.insurance.disclosure import DisclosedCell
from shuniu.rules.calendar import local
from shuniu.rules.clocks import find_clock

from shuniu_insurance.claims.state import Claim
from shuniu_insurance.claims.tables import ClaimTable
from shuniu_insurance.disclosure.suppress import kept_back, tellable_total

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("Paid", "Told", "paid_between", "tell")


class Paid(NamedTuple):
    """One person's payment."""

    kind: str
    area: str
    amount: int


class Told(NamedTuple):
    """What may be told."""

    persons: int | None
    amount: int | None
    by_kind: tuple[DisclosedCell, ...]
    by_area: tuple[DisclosedCell, ...]


def paid_on(claim: Claim) -> date | None:
    """The business day the claim was paid; None where it was not."""
    clock = find_clock(claim.clocks, "pay")
    if not claim.paid or clock is None or clock.stopped_at is None:
        return None
    return local(clock.stopped_at).date()


async def paid_between(host: "Host", since: date, until: date) -> list[Paid]:
    """Payments of those days. A community is the first twelve digits; what lies above stands for itself."""
    found: list[Paid] = []
    records = await ClaimTable.select(ClaimTable.doc).where(ClaimTable.status.is_in(["PAID", "RECOURSE", "CLOSED"]))
    for record in records:
        claim = msgspec.json.decode(record["doc"], type=Claim)
        day = paid_on(claim)
        if day is not None and since <= day <= until:
            found.append(Paid(claim.event_kind, claim.area[:12], claim.paid))
    return found


def _cells(codes: Iterable[str], paid: list[Paid], field: str, least: int) -> tuple[DisclosedCell, ...]:
    persons = Counter(getattr(p, field) for p in paid)
    amounts: Counter[str] = Counter()
    for p in paid:
        amounts[getattr(p, field)] += p.amount
    counts = {code: persons.get(code, 0) for code in codes}
    back = kept_back(counts, least)
    return tuple(
        DisclosedCell(code=code)
        if back is None or code in back
        else DisclosedCell(code=code, persons=n, amount=amounts.get(code, 0))
        for code, n in counts.items()
    )


def tell(paid: list[Paid], kinds: Iterable[str], areas: Iterable[str], least: int) -> Told:
    """The two one-way tables that share a total. No cross table is told: it would need more kept back than it tells."""
    kinds = dict.fromkeys((*kinds, *(p.kind for p in paid)))
    areas = dict.fromkeys((*areas, *(p.area for p in paid)))
    told = tellable_total(len(paid), least)
    return Told(
        len(paid) if told else None,
        sum(p.amount for p in paid) if told else None,
        _cells(kinds, paid, "kind", least),
        _cells(areas, paid, "area", least),
    )
