"""What a deployment may set about whistles (``SHUNIU_WHISTLE_…``)."""

from shuniu.chassis.context import Context
from shuniu.rules.limits import Limit, Profile

from shuniu_whistle.order_settings import OrderSettings

__all__ = ("WhistleSettings", "profile_of", "settings_of")


class WhistleSettings(OrderSettings, frozen=True, kw_only=True):
    """Each field has the default that ships; what concerns hotline orders stands in ``order_settings.py``.

    street_unit     unit code of the street office itself: caller of UP, LEAD of DOWN whistles
    profile_up      limit profile of UP whistles (domain rules 1.2)
    profile_down    limit profile of DOWN whistles
    referral_limit  how long the draft of a referral may lie untouched (design choice)
    ladder_file     a file in place of whistles/ladder.toml, the escalation ladder; empty: the shipped one
    supervision_profile, supervision_limit  how long supervised units have to answer (domain rules 1.24: 3 working days)
    weights_file    a file in place of evaluation/weights.toml; empty: the shipped weights
    joint_minutes   how long after a joint session its minutes may take (design choice)
    solved_days     a matter that comes back within so many days counts as not solved (domain rules 11.4: 90)
    """

    street_unit: str = "street-office"
    profile_up: str = "nj-gulou-whistle"
    profile_down: str = "down"
    referral_limit: str = "3wd"
    ladder_file: str = ""
    supervision_profile: str = "sh-daning"
    supervision_limit: str = "SUPERVISED"
    joint_minutes: str = "3wd"
    solved_days: int = 90
    weights_file: str = ""

    def __post_init__(self) -> None:
        OrderSettings.__post_init__(self)
        Limit.parse(self.referral_limit)


_SHIPPED = WhistleSettings()


def settings_of(ctx: Context) -> WhistleSettings:
    """The deployment's settings, or the shipped ones where none are given."""
    return ctx.settings if isinstance(ctx.settings, WhistleSettings) else _SHIPPED


def profile_of(direction: str, ctx: Context) -> Profile:
    """The limit profile of a direction."""
    settings = settings_of(ctx)
    return ctx.profile(settings.profile_down if direction == "DOWN" else settings.profile_up)
