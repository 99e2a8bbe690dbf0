"""The second factor over HTTP: a secret to enrol, its confirmation."""

from litestar import Response, Router, post
from litestar.di import Provide
from litestar.exceptions import ValidationException
from shuniu.chassis.audit import AuditEntry
from shuniu.chassis.http.access import audited_refusal
from shuniu.rules.refusal import Forbidden

from shuniu_gateway.areas import scope_title
from shuniu_gateway.asking import AnyRequest, Signed, bad_query, host_of, read_struct
from shuniu_gateway.callers import caller_of
from shuniu_gateway.second_factor import passing
from shuniu_gateway.second_factor.shapes import ConfirmFactor, FactorConfirmed, FactorOffer, OfferAsked

__all__ = ("FACTOR_API",)

_HALF_IN = {"must_change": True, "must_enrol": True}


@post(
    "/session/second-factor",
    status_code=200,
    operation_id="offerSecondFactor",
    summary="A new secret for one's second factor, told once",
)
async def post_factor(request: AnyRequest, caller: Signed) -> Response[FactorOffer]:
    given: OfferAsked = await read_struct(request, OfferAsked)
    host = host_of(request)
    try:
        secret, address, image = await passing.begin(
            host, caller, given.password, given.code, f"枢纽 {scope_title(host).zh}"
        )
    except Forbidden as refusal:
        audited_refusal(host, "gateway.offer_second_factor", refusal, caller.actor)
        raise
    return Response(FactorOffer(secret=secret, address=address, image=image), headers={"Cache-Control": "no-store"})


@post(
    "/session/second-factor/confirm",
    status_code=200,
    operation_id="confirmSecondFactor",
    summary="Confirm the new secret by a first code; recovery codes, told once",
)
async def post_confirm(request: AnyRequest, caller: Signed) -> Response[FactorConfirmed]:
    given: ConfirmFactor = await read_struct(request, ConfirmFactor)
    host = host_of(request)
    try:
        made = await passing.confirm(host, caller, given.code)
    except Forbidden as refusal:
        audited_refusal(host, "gateway.set_second_factor", refusal, caller.actor)
        raise
    host.audit.record(
        AuditEntry(
            at=host.clock.now(), actor=caller.actor.id, command="gateway.confirm_second_factor", allowed=True,
            matter=caller.actor.id, detail={"recovery_codes": len(made)},
        )
    )  # fmt: skip
    return Response(FactorConfirmed(recovery=made), headers={"Cache-Control": "no-store"})


FACTOR_API = Router(
    "/api/v1",
    route_handlers=[post_factor, post_confirm],
    dependencies={"caller": Provide(caller_of)},
    opt={"auth": "own", **_HALF_IN},
    exception_handlers={ValidationException: bad_query},
    tags=["session"],
)
