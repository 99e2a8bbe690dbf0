"""Commands of the second factor: offering a secret, setting it once a code confirmed it, resetting it.

The first two are internal: a secret is made in ``passing.py`` and goes straight into ``person_data``, so that no
answer at rest holds it. A reset is the security administrator's, with a reason, and never of the own account.
"""

from typing import Annotated

import msgspec
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit, Private
from shuniu.chassis.rows import Rows
from shuniu.chassis.service import Command
from shuniu.contracts.gateway import FactorOffered, FactorReset, FactorSet
from shuniu.rules.refusal import Conflict, Forbidden

from shuniu_gateway.accounts import ACCOUNT, live_account, not_oneself, own_account

__all__ = ("OFFER_FACTOR", "RESET_FACTOR", "SET_FACTOR", "OfferFactor", "ResetFactor", "SetFactor")


class OfferFactor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Keep a new secret that no code has confirmed yet. Internal."""

    account: str
    secret: str


class SetFactor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The offered secret was confirmed by a code. Internal."""

    account: str
    secret: str
    """Reference of the offered secret, so that a later offer is not confirmed by an earlier code."""


class ResetFactor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take an account's second factor away (重置动态口令), for a lost phone."""

    account: str
    reason: Annotated[str, msgspec.Meta(min_length=4, max_length=200, extra_json_schema={"x-widget": "textarea"})]


def _themselves(account: str, ctx: Context) -> None:
    if ctx.actor.id != account:
        raise Forbidden("access.role")


def _decide_offer(rows: Rows, body: OfferFactor, ctx: Context) -> Decision:
    row = live_account(rows, body.account, ctx)
    _themselves(row.id, ctx)
    if row.holder != "person":
        raise Conflict("gateway.factor_program")
    ref = ctx.new_id()
    secret = Private(ref=ref, fields={"totp": body.secret}, purpose="sign_in", basis="statutory_duty", sensitivity=3)
    return Decision(
        events=(Emit(FactorOffered(account=row.id, secret=ref), on=(ACCOUNT.key(row.id),)),), private=(secret,)
    )


def _decide_set(rows: Rows, body: SetFactor, ctx: Context) -> Decision:
    row = live_account(rows, body.account, ctx)
    _themselves(row.id, ctx)
    if not row.offered or row.offered != body.secret:
        raise Conflict("gateway.factor_not_offered")
    return Decision(events=(Emit(FactorSet(account=row.id, secret=row.offered), on=(ACCOUNT.key(row.id),)),))


def _decide_reset(rows: Rows, body: ResetFactor, ctx: Context) -> Decision:
    row = live_account(rows, body.account, ctx)
    not_oneself(row.id, ctx)
    if not row.factor:
        raise Conflict("gateway.factor_none", params={"login": row.login})
    return Decision(events=(Emit(FactorReset(account=row.id, reason=body.reason.strip()), on=(ACCOUNT.key(row.id),)),))


OFFER_FACTOR: Command[OfferFactor] = Command(
    name="gateway.offer_second_factor", struct=OfferFactor, keys=own_account, decide=_decide_offer, internal=True
)
SET_FACTOR: Command[SetFactor] = Command(
    name="gateway.set_second_factor", struct=SetFactor, keys=own_account, decide=_decide_set, internal=True
)
RESET_FACTOR: Command[ResetFactor] = Command(
    name="gateway.reset_second_factor",
    struct=ResetFactor,
    keys=own_account,
    decide=_decide_reset,
    roles=("security_admin",),
    matter_field="account",
    tone="danger",
    icon="user",
    surfaces=(),
    noted=lambda body: {"reason": body.reason.strip()[:200].replace("\x00", "")},
)
