"""Recoveries (追偿): demand, receive, write off; what comes back is given back to the cover's limits."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Detail, DetailField, Emit, Offer
from shuniu.chassis.rows import Key, Rows
from shuniu.chassis.service import Command
from shuniu.chassis.state import load_row
from shuniu.contracts.envelope import Fact
from shuniu.contracts.insurance import claims as said
from shuniu.contracts.insurance.policies import RoomMove
from shuniu.contracts.summary import Link, MatterSummary, MeasureSummary, Notice, Summary, Visibility
from shuniu.rules.calendar import local
from shuniu.rules.refusal import FieldError, Forbidden, Refusal, Unprocessable

from shuniu_insurance.claims.claim import CLAIM, RECOVERY
from shuniu_insurance.claims.lifecycle import INSURER, PAYERS
from shuniu_insurance.claims.lifecycle import RECOVERY as CYCLE
from shuniu_insurance.claims.prepare import Prepared, person_of
from shuniu_insurance.claims.state import Recovery
from shuniu_insurance.claims.texts import TEXTS
from shuniu_insurance.fields import Fen, Hidden, Reason, Reference, Sealed, yuan
from shuniu_insurance.policies.covers import room_keys
from shuniu_insurance.policies.policy import step_of

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("COMMANDS", "detail", "offers", "summarise", "visibility")


class OnRecovery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command on one recovery."""

    recovery: Hidden


class DemandRecovery(OnRecovery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask the debtor to pay (追偿通知)."""


class ReceiveRecovery(OnRecovery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something came back (追回)."""

    amount: Fen
    reference: Reference


class WriteOffRecovery(OnRecovery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rest is given up, by somebody of the street with authority (核销)."""

    reason: Reason


def _check(move: str, r: Recovery, ctx: Context) -> None:
    CYCLE.check_role(move, ctx.actor.roles, "access.role")
    if move == "write_off":
        if not ctx.actor.covers(r.area):
            raise Forbidden("access.area", state=r.status, event=move, params={"area": r.area})
    elif not ctx.actor.acts_for(r.insurer):
        raise Forbidden("access.unit", state=r.status, event=move, params={"unit": r.insurer})
    CYCLE.check(r.status, move)


def _keys(c: OnRecovery, ctx: Context) -> Iterable[Key]:
    return (RECOVERY.key(c.recovery),)


def demand(rows: Rows, c: DemandRecovery, ctx: Context) -> Decision:
    """RECOVERY_DEMANDED."""
    r = rows.need(RECOVERY, c.recovery)
    _check("demand", r, ctx)
    return Decision((Emit(said.RecoveryDemanded(recovery=r.id), (RECOVERY.key(r.id),)),))


async def _prepare(c: ReceiveRecovery, host: "Host") -> Prepared:
    found = await load_row(host.pool, RECOVERY, c.recovery)
    claim = found[0].claim if found else ""
    return Prepared(claim=claim, person=await person_of(host, claim) if claim else "")


def _receive_keys(c: ReceiveRecovery, ctx: Context) -> Iterable[Key]:
    yield RECOVERY.key(c.recovery)
    if isinstance(ctx.prepared, Prepared) and ctx.prepared.claim:
        yield CLAIM.key(ctx.prepared.claim)


def receive(rows: Rows, c: ReceiveRecovery, ctx: Context) -> Decision:
    """What came back; RECOVERED once all of it has. Never more than is owed."""
    r = rows.need(RECOVERY, c.recovery)
    _check("receive", r, ctx)
    if c.amount > r.amount - r.received:
        wrong = (FieldError("amount", "out_of_range"),)
        left = {"left": r.amount - r.received}
        raise Unprocessable("recovery.most", state=r.status, event="receive", fields=wrong, params=left)
    o = rows.need(CLAIM, r.claim)
    person = ctx.prepared.person if isinstance(ctx.prepared, Prepared) else ""
    # Only what was paid out for a certificate that did not hold was never a loss of the cover.
    back = c.amount if r.ground == "CERTIFICATE_REVOKED" and person else 0
    room = RoomMove(amount=-back, medical=-min(back, o.reserved_medical))
    fact = said.RecoveryReceived(recovery=r.id, amount=c.amount, reference=c.reference, room=room)
    also = room_keys(o.policy, o.cover, o.incident, person) if back else ()
    events = [Emit(fact, (RECOVERY.key(r.id), CLAIM.key(o.id), *also))]
    if r.received + c.amount == r.amount:
        events.append(Emit(said.RecoveryEnded(recovery=r.id, outcome="RECOVERED"), (RECOVERY.key(r.id),)))
    return Decision(tuple(events))


def write_off(rows: Rows, c: WriteOffRecovery, ctx: Context) -> Decision:
    """WRITTEN_OFF, after a demand, with reasons."""
    r = rows.need(RECOVERY, c.recovery)
    _check("write_off", r, ctx)
    sealed = Sealed(ctx, r.id)
    ended = said.RecoveryEnded(
        recovery=r.id, outcome="WRITTEN_OFF", reason_ref=sealed.text(c.reason, "recovery.write_off")
    )
    return Decision((Emit(ended, (RECOVERY.key(r.id),)),), tuple(sealed.private))


# ---- the matter -----------------------------------------------------------------------------------------------------


def visibility(r: Recovery) -> Visibility:
    """The area's people and the insurer."""
    return Visibility(areas=(r.area,), units=(r.insurer,), sensitivity=2)


def summarise(r: Recovery, f: Fact, ctx: Context) -> Summary:
    """The domain-free part of one event."""
    matter = MatterSummary(
        kind=CYCLE.kind,
        id=r.id,
        number=r.number,
        version=0,
        title=f"{TEXTS[f'enum.recovery_ground.{r.ground}'].zh} · {r.claim_number}",
        status=r.status,
        open=r.ended_at is None,
        opened_at=r.opened_at,
        closed_at=r.ended_at,
        area=r.area,
        lead_unit=r.insurer,
        visibility=visibility(r),
    )
    links: tuple[Link, ...] = ()
    notices: tuple[Notice, ...] = ()
    measures: tuple[MeasureSummary, ...] = ()
    if isinstance(f, said.RecoveryOpened):
        links = (Link(relation="recovers", source=ctx.source, kind=CLAIM.name, matter=r.claim),)
        notices = (Notice(why="assigned", text="notice.recovery_opened", units=(r.insurer,)),)
    if isinstance(f, said.RecoveryReceived):
        on = local(ctx.now).date()
        measures = (
            MeasureSummary(name="claim.recovered_yuan", value=yuan(f.amount), on=on, dimensions={"area": r.area}),
        )
    return Summary(matter=matter, step=step_of(f, unit=r.insurer), links=links, notices=notices, measures=measures)


def offers(r: Recovery, ctx: Context) -> Sequence[Offer]:
    """What this actor may do now."""
    found: list[Offer] = []
    for move in ("demand", "receive", "write_off"):
        try:
            _check(move, r, ctx)
        except Refusal:
            continue
        given: dict[str, Any] = {"recovery": r.id}
        if move == "receive":
            given["amount"] = r.amount - r.received
        found.append(Offer(action=f"recovery.{move}", prefill=given, fixed=("recovery",)))
    return tuple(found)


def detail(r: Recovery, ctx: Context) -> Detail:
    """The owner's page."""
    opened = (ctx.prepared or {}) if ctx.actor.covers(r.area) or ctx.actor.acts_for(r.insurer) else {}
    fields = [
        DetailField(label="detail.claim_number", value=r.claim_number),
        DetailField(label="field.insurer", value=r.insurer, kind="unit"),
        DetailField(label="detail.recovery_amount", value=f"¥{r.amount / 100:,.2f}"),
        DetailField(label="detail.recovered", value=f"¥{r.received / 100:,.2f}"),
    ]
    fields += [
        DetailField(label=f"detail.{n.label}", value="，".join(text.values()))
        for n in r.notes
        if (text := opened.get(n.ref))
    ]
    return Detail(fields=tuple(fields))


def _on(
    move: str, struct: type[Any], decide: Callable[..., Decision], roles: tuple[str, ...], **rest: Any
) -> Command[Any]:
    rest.setdefault("keys", _keys)
    return Command(
        f"recovery.{move}", struct, decide=decide, roles=roles, kind=CYCLE.kind, matter_field="recovery", **rest
    )


COMMANDS: tuple[Command[Any], ...] = (
    _on("demand", DemandRecovery, demand, INSURER),
    _on("receive", ReceiveRecovery, receive, PAYERS, keys=_receive_keys, prepare=_prepare),
    _on("write_off", WriteOffRecovery, write_off, ("leading_group", "office_director"), tone="danger"),
)
