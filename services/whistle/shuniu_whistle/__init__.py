"""吹哨报到: the whistle service. Each folder is a capability; ``service`` is all of them, put together."""

from shuniu.chassis.service import LimitUse, Service
from shuniu.contracts.clock import ClockOverdue, ClockRecomputed, ClockSoon

from shuniu_whistle import catalogue, duty, evaluation, joint, orders, scoring, supervision, whistles
from shuniu_whistle.settings import WhistleSettings
from shuniu_whistle.texts import TEXTS

__version__ = "0.1.0"
__all__ = ("service",)
from shuniu_whistle.order_settings import order_profile
from shuniu_whistle.settings import profile_of, settings_of

service = Service.of(
    "whistle",
    __version__,
    "shuniu_whistle",
    TEXTS,
    (
        whistles.capability,
        catalogue.capability,
        supervision.capability,
        joint.capability,
        duty.capability,
        evaluation.capability,
        orders.capability,
        scoring.capability,
    ),
    facts=(ClockSoon, ClockOverdue, ClockRecomputed),
    readers=("operator",),
    limits=(
        LimitUse("whistle", lambda ctx: profile_of("UP", ctx)),
        LimitUse("whistle", lambda ctx: profile_of("DOWN", ctx)),
        LimitUse("supervision_case", lambda ctx: ctx.profile(settings_of(ctx).supervision_profile)),
        LimitUse("hotline_order", order_profile),
    ),
    settings=WhistleSettings,
    opened=evaluation.read_weights,
    icon="call",
    order=2,
)
