"""What a deployment may set about volunteers (``SHUNIU_VOLUNTEER_…``)."""

from typing import TYPE_CHECKING

import msgspec
from shuniu.chassis.context import Context
from shuniu.contracts.text import Text
from shuniu.rules.limits import Limit, LimitNote, Profile

from shuniu_volunteer.stars import star_profiles

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("VolunteerSettings", "profile_of", "settings_of")


class VolunteerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Each field has the default that ships.

    referral_limit   how long the draft of a referral may lie untouched (design choice)
    confirm_limit    how soon both sides confirm hours (design choice: 民政部令67号 asks for timely records, domain 5.4)
    notice_limit     how long hours are posted (domain rules 10.8: at least 5 working days)
    star_profile     id of a profile of stars.toml
    day_most_minutes most minutes of a day (domain rules 10.8: 8 h)
    round_minutes    minutes are rounded down to so many (domain rules 10.8: 0.25 h)
    radius_m         how near to its place somebody has to be to check in by place (design choice)
    code_seconds     how long one code of an activity is shown (design choice)
    code_late_hours  so long after it was shown a scanned code is still taken: telephones are offline (design choice)
    early_minutes    checking in begins so long before the start (design choice)
    most_waiting     longest waiting list (design choice)
    grant_month_minutes  most minutes granted to one key client in a month (domain rules 14: the real quota is a gap)
    silent_days      a recipient who says nothing so long has confirmed (domain rules 10.9, a design choice there)
    exchange_limit   how long minutes sent to another bank may wait there (design choice)
    award_notice     how long awards are posted (domain rules 10.11: at least 5 working days)
    """

    referral_limit: str = "3wd"
    confirm_limit: str = "5wd"
    notice_limit: str = "5wd"
    star_profile: str = "national"
    day_most_minutes: int = 480
    round_minutes: int = 15
    radius_m: int = 300
    code_seconds: int = 60
    code_late_hours: int = 48
    early_minutes: int = 30
    most_waiting: int = 200
    grant_month_minutes: int = 600
    silent_days: int = 7
    exchange_limit: str = "10wd"
    award_notice: str = "5wd"

    def __post_init__(self) -> None:
        for name in ("referral_limit", "confirm_limit", "notice_limit", "exchange_limit", "award_notice"):
            Limit.parse(getattr(self, name))
        for notice in (Limit.parse(self.notice_limit), Limit.parse(self.award_notice)):
            if notice.unit != "wd" or notice.value < 5:
                raise ValueError("hours and awards are posted for at least 5 working days")
        if self.grant_month_minutes < 0 or self.silent_days < 1:
            raise ValueError("a quota is no less than nothing, and a recipient has a day at least")
        if self.star_profile not in star_profiles():
            raise ValueError(f"there is no star profile {self.star_profile!r}")
        if self.round_minutes < 1 or not 0 < self.day_most_minutes <= 24 * 60 or self.code_seconds < 10:
            raise ValueError("minutes are rounded by at least 1, a day has 24 hours, a code is shown for at least 10 s")


_SHIPPED = VolunteerSettings()


def settings_of(carrier: "Context | Host") -> VolunteerSettings:
    """The deployment's settings, or the shipped ones where none are given."""
    return carrier.settings if isinstance(carrier.settings, VolunteerSettings) else _SHIPPED


def profile_of(ctx: Context) -> Profile:
    """The limits activities run by."""
    s = settings_of(ctx)
    given = {
        "referral": (s.referral_limit, LimitNote(Text("设计取值", "design choice"), "D")),
        "confirm": (
            s.confirm_limit,
            LimitNote(
                Text("设计取值；业务规则 5.4 要求及时记录", "design choice; domain rules 5.4 ask for timely records"),
                "D",
            ),
        ),
        "hours_notice": (s.notice_limit, LimitNote(Text("业务规则 10.8", "domain rules 10.8"), "B")),
    }
    return Profile(
        id="volunteer-activity",
        source=Text("业务规则 5、10.8", "domain rules 5, 10.8"),
        limits={name: Limit.parse(limit) for name, (limit, _) in given.items()},
        notes={name: note for name, (_, note) in given.items()},
    )
