"""What this person may do with this claim now: the guards of every command, asked without giving it."""

from collections.abc import Iterable, Sequence
from typing import Any

from shuniu.chassis.context import Context
from shuniu.chassis.decision import Offer
from shuniu.rules.refusal import Refusal

from shuniu_insurance.claims.handling import register_move
from shuniu_insurance.claims.lifecycle import AUTHORITIES
from shuniu_insurance.claims.rules import check
from shuniu_insurance.claims.state import Claim

__all__ = ("offers",)

_DIRECT = (
    "register",
    "survey",
    "declare_relation",
    "ask_documents",
    "complete_documents",
    "assess",
    "deny",
    "advance",
    "pay",
    "mediate",
    "litigate",
    "record_judgment",
    "recourse",
    "close",
    "ask_volunteers",
    "release_volunteers",
    "erase",
)
_ANSWERS = {"agree": "AGREE", "dispute": "DISPUTE", "withdraw": "WITHDRAW", "consent": "CONSENT"}


def _allowed(move: str, o: Claim, ctx: Context) -> bool:
    try:
        check(move, o, ctx)
    except Refusal:
        return False
    return True


def _prefill(move: str, o: Claim, ctx: Context) -> dict[str, Any]:
    match move:
        case "register":
            return {"event_kind": o.event_kind}
        case "survey":
            return {"arrived_at": ctx.now.isoformat()}
        case "pay":
            payee = "THIRD_PARTY" if o.basis == "LIABILITY" else "INJURED"
            return {"amount": (o.agreed or 0) - o.advanced, "payee": payee}
        case "recourse":
            return {"amount": o.paid}
    return {}


def _all(o: Claim, ctx: Context) -> Iterable[Offer]:
    from shuniu_insurance.certificates.rules import offered_on_claim

    for move in _DIRECT:
        asked = register_move(o) if move == "register" else move
        if move == "erase" and not (ctx.actor.has_role(*AUTHORITIES) and ctx.actor.covers(ctx.scope)):
            continue
        if _allowed(asked, o, ctx):
            yield Offer(action=f"claim.{move}", prefill={"claim": o.id, **_prefill(move, o, ctx)}, fixed=("claim",))
    for move, answer in _ANSWERS.items():
        if _allowed(move, o, ctx):
            said = "WITHDRAW_CONSENT" if answer == "CONSENT" and o.consented else answer
            yield Offer(
                action="claim.record_answer", prefill={"claim": o.id, "answer": said}, fixed=("claim", "answer")
            )
    yield from offered_on_claim(o, ctx)


def offers(o: Claim, ctx: Context) -> Sequence[Offer]:
    """Exactly the commands that would be taken from this actor now, as far as their content allows."""
    return tuple(_all(o, ctx))
