"""The claim and the recovery as row kinds: what of them is due by itself, how commands find them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.rows import Index, Key, RowKind, Rows, Timer
from shuniu.chassis.service import Command
from shuniu.contracts.envelope import Fact
from shuniu.contracts.insurance.claims import ClaimAdvanceDue, ClaimHazardLinked
from shuniu.rules.clocks import clock_due, clock_timers, find_clock, most_urgent

from shuniu_insurance.claims.evolve import evolve, evolve_code, evolve_recovery
from shuniu_insurance.claims.lifecycle import CLAIM as CYCLE
from shuniu_insurance.claims.lifecycle import RECOVERY as RECOVERY_CYCLE
from shuniu_insurance.claims.state import Claim, FollowCode, Recovery
from shuniu_insurance.fields import Hidden, Version
from shuniu_insurance.settings import profile_of

__all__ = ("CLAIM", "CODE", "RECOVERY", "OnClaim", "claim_in", "command_on", "hazard_linked", "on_claim", "said_of")


def _due(o: Claim, ctx: Context) -> Sequence[Emit]:
    on = (CLAIM.key(o.id),)
    if passed := clock_due(o.id, o.clocks, ctx.now):
        return [Emit(f, on) for f in passed]
    advance = find_clock(o.clocks, "advance")
    if advance is not None and advance.state == "running" and advance.late and o.status in ("CERTIFIED", "DOCS"):
        return [Emit(ClaimAdvanceDue(claim=o.id), on)]
    return ()


def _index(o: Claim) -> Index:
    urgent = most_urgent(o.clocks)
    return Index(o.status, o.area, o.insurer, urgent.due_at if urgent else None)


CLAIM: RowKind[Claim] = RowKind(
    CYCLE.kind,
    Claim,
    "insurance_claim",
    evolve,
    index=_index,
    due=_due,
    timers=lambda o: (Timer(*t) for t in clock_timers(o.clocks)),
    clocks=lambda o: o.clocks,
    clock_profile=lambda o, ctx: profile_of(ctx),
)
CODE: RowKind[FollowCode] = RowKind("claim_code", FollowCode, "claim_code", evolve_code)
"""Follow-up codes, by a keyed hash of the code."""


RECOVERY: RowKind[Recovery] = RowKind(
    RECOVERY_CYCLE.kind,
    Recovery,
    "recovery_case",
    evolve_recovery,
    index=lambda r: Index(r.status, r.area, r.insurer),
)


class OnClaim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one claim. With ``expected_version`` it is refused when the claim has moved on since."""

    claim: Hidden
    expected_version: Version | None = None


class _Names(Protocol):
    @property
    def claim(self) -> str: ...

    @property
    def expected_version(self) -> int | None: ...


def on_claim(c: _Names, ctx: Context) -> Iterable[Key]:
    """The row most commands need."""
    return (CLAIM.key(c.claim),)


def claim_in(rows: Rows, c: _Names) -> Claim:
    """The claim a command is on. NotFound, or Conflict ``matter.moved_on`` when the caller saw an older version."""
    return rows.need(CLAIM, c.claim, c.expected_version)


def command_on(
    name: str,
    struct: type[msgspec.Struct],
    decide: Callable[[Rows, Any, Context], Decision],
    roles: tuple[str, ...],
    **rest: Any,
) -> Command[Any]:
    """A command on one claim, as people meet it on the claim's page."""
    rest.setdefault("keys", on_claim)
    return Command(name, struct, decide=decide, roles=roles, kind=CYCLE.kind, matter_field="claim", **rest)


def said_of(o: Claim, fact: Fact, private: Sequence[Private] = (), *also: Key) -> Decision:
    """The decision that says one fact about a claim; ``also`` names the further rows it evolves."""
    event = Emit(fact, (CLAIM.key(o.id), *also))
    return Decision((event,), tuple(private), {"claim": o.id, "number": o.number})


def hazard_linked(o: Claim, hazard: str, distance_m: int, known: bool) -> Emit:
    """The event that ties a hazard to the claim, for the capability that keeps hazards (domain rules 10.7). ``known``:
    it was on the list before the accident; the claim then counts as one by a known hazard."""
    CYCLE.check(o.status, "link_hazard")
    fact = ClaimHazardLinked(claim=o.id, hazard=hazard, distance_m=distance_m, known=known)
    return Emit(fact, (CLAIM.key(o.id),))
