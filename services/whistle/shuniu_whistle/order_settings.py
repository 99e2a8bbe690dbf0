"""What a deployment may set about hotline orders (``SHUNIU_WHISTLE_ORDER_…``)."""

from typing import Literal

import msgspec
from shuniu.chassis.context import Context
from shuniu.rules.limits import Limit, Profile
from shuniu.rules.shipped import profiles

__all__ = ("OrderSettings", "order_profile", "order_settings")


class OrderSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Each field has the default that ships.

    order_profile          limit profile of this scope's orders (domain rules 1.2): bj-db11-2021, sh-daning, sh-xiayang,
                           sd-5wd, petition-2022
    order_rates            how rates count (orders/data/rates.json): what leaves denominators, weights
    order_sign_limit       to sign, where the profile says nothing (design choice: 4wh); the window for an objection too
    order_contact_limit    to contact the person, where the profile says nothing (design choice: 1wd)
    order_handle_limit     to handle, where the profile has no limit for the class (1.22, 1.23: 5wd)
    order_rework_limit     to handle again, where the profile has no second limit (domain rules 10.2: 3wd)
    order_call_back_limit  for the call-back after the result was fed back (design choice: 2wd)
    order_reworks          how often an order called back as not solved goes back by itself; then a person decides
    order_review_days      most days until a hung order is looked at again (domain rules 10.2: 90)
    order_repeat_days      orders about the same at one spot are counted over so many days (design choice)
    order_public_a_day     most requests a day over the public page, of everybody together
    order_caller_a_day     most requests a day over the public page with one telephone number
    scoring_profile        scoring table of /scores (scoring/data/profiles.json, or of the file)
    scoring_file           a file of scoring tables of one's own; empty: those that ship
    """

    order_profile: str = "sd-5wd"
    order_rates: Literal["all-count", "postponed-leave"] = "all-count"
    order_sign_limit: str = "4wh"
    order_contact_limit: str = "1wd"
    order_handle_limit: str = "5wd"
    order_rework_limit: str = "3wd"
    order_call_back_limit: str = "2wd"
    order_reworks: int = 1
    order_review_days: int = 90
    order_repeat_days: int = 90
    order_public_a_day: int = 500
    order_caller_a_day: int = 5
    scoring_profile: str = "lyg-2022"
    scoring_file: str = ""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            if name.startswith("order_") and name.endswith("_limit"):
                Limit.parse(getattr(self, name))
        if self.order_profile not in profiles():
            raise ValueError(f"no limit profile ships under {self.order_profile!r}")


_SHIPPED = OrderSettings()


def order_settings(ctx: Context) -> OrderSettings:
    """The deployment's settings, or the shipped ones where none are given."""
    return ctx.settings if isinstance(ctx.settings, OrderSettings) else _SHIPPED


def order_profile(ctx: Context) -> Profile:
    """The limit profile of this scope's orders."""
    return ctx.profile(order_settings(ctx).order_profile)
