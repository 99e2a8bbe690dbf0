"""What a deployment may set about the full-service desk (``SHUNIU_SERVICES_DESK_…``)."""

from typing import TYPE_CHECKING

import msgspec
from shuniu.chassis.context import Context
from shuniu.contracts.text import Text
from shuniu.rules.limits import Limit, LimitNote, Profile

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("DeskSettings", "profile_of", "settings_of")

MOST_AHEAD = 120
_LAW = Text("行政许可法（业务规则 3.20–3.21）", "Administrative Licensing Law (domain rules 3.20-3.21)")
_OURS = Text("设计取值", "design choice")


class DeskSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Each field has the default that ships. The law's own limits are working days and may only be shortened.

    correct_limit     to tell once what is missing, else deemed accepted (§32)
    deliver_limit     to deliver the result (§44)
    call_back_limit   to call back who rated badly (domain rules 3.26)
    rectify_limit     to rectify what a bad rating found (domain rules 3.26: 15 days)
    part_limit        for a department to give its part back, within the limit to decide (design choice)
    refuse_limit      to say that it is not needed or not ours (§32: at once; design choice: by the end of the next
                      working day, because applications come in by night)
    consult_days      a consultation that nobody follows up is put away after so many natural days (design choice)
    hold_days         a material handed in may be used again for so many days (design choice)
    most_pause_days   longest special procedure, in working days (design choice)
    public_a_day      most submissions a day over the public page, of everybody together (design choice)
    queue_priority    minutes that holders of a priority are put ahead by when numbers are called; 0 or absent: not
                      offered (design choice, as are the next two)
    numbers_a_day     most queue numbers of a hall on one day
    home_answer_limit  to appoint a home visit that was asked for (design choice, as is all that follows)
    home_return_limit  to bring originals back that were taken along
    home_window_hours  longest window of an appointment
    home_attempts     how often nobody is met before it has failed
    home_reasons      reasons for which people are visited at home
    most_pilot_days   longest pilot of a standard, in natural days
    home_a_day        most requests a day over the public page
    calls_before_missed  how often a number is called before it may be passed over
    need_sort_limit       to sort a need that was raised (design choice)
    need_feed_back_limit  to tell whoever raised it what came of it, once it was served (design choice)
    need_refer_limit      a referral of a need waits so long to be taken (design choice)
    needs_a_day           most needs a day over the public page, of everybody together (design choice)
    forum_rules           path of a file like deliberation/rules.toml with a deployment's own rules of counting
    """

    correct_limit: str = "5wd"
    deliver_limit: str = "10wd"
    call_back_limit: str = "1wd"
    rectify_limit: str = "15wd"
    refuse_limit: str = "1wd"
    part_limit: str = "5wd"
    consult_days: int = 30
    hold_days: int = 180
    most_pause_days: int = 90
    public_a_day: int = 500
    queue_priority: str = "AGED:20,DISABLED:20,EXPECTING:15,WITH_INFANT:15,SERVICE_MEMBER:10"
    numbers_a_day: int = 999
    calls_before_missed: int = 2
    need_sort_limit: str = "5wd"
    need_feed_back_limit: str = "5wd"
    need_refer_limit: str = "3wd"
    needs_a_day: int = 500
    forum_rules: str = ""
    home_answer_limit: str = "2wd"
    home_return_limit: str = "5wd"
    home_window_hours: int = 4
    home_attempts: int = 2
    home_reasons: str = "AGED,DISABLED,ILL,EXPECTING,CARING,REMOTE"
    home_a_day: int = 50
    most_pilot_days: int = 180

    def __post_init__(self) -> None:
        for name in (
            "correct_limit",
            "deliver_limit",
            "call_back_limit",
            "rectify_limit",
            "refuse_limit",
            "part_limit",
            "need_sort_limit",
            "need_feed_back_limit",
            "need_refer_limit",
            "home_answer_limit",
            "home_return_limit",
        ):
            if Limit.parse(getattr(self, name)).unit != "wd":
                raise ValueError(f"{name}: the desk's limits are working days")
        if Limit.parse(self.correct_limit).value > 5 or Limit.parse(self.deliver_limit).value > 10:
            raise ValueError("the law gives 5 working days for the correction list and 10 to deliver; never more")
        if any(not 0 <= minutes <= MOST_AHEAD for minutes in self.queue_priorities.values()):
            raise ValueError(f"queue_priority: from 0 to {MOST_AHEAD} minutes, or others would wait for ever")

    @property
    def queue_priorities(self) -> dict[str, int]:
        """Minutes by code. ValueError where the setting is not ``CODE:minutes`` parted by commas."""
        pairs = (part.split(":") for part in self.queue_priority.split(",") if part.strip())
        return {code.strip(): int(minutes) for code, minutes in pairs}


_SHIPPED = DeskSettings()


def settings_of(carrier: "Context | Host") -> DeskSettings:
    """The deployment's settings, or the shipped ones where none are given."""
    return carrier.settings if isinstance(carrier.settings, DeskSettings) else _SHIPPED


def _law(where: str, zh: str = "") -> Text:
    return Text(f"{_LAW.zh} {zh or where}", f"{_LAW.en} {where}")


def profile_of(ctx: Context) -> Profile:
    """The limits cases run by; a case's own limit to decide comes from its item's version."""
    s = settings_of(ctx)
    given = {
        "refuse": (s.refuse_limit, LimitNote(_law("§32; design choice", "§32；设计取值"), "D")),
        "part": (s.part_limit, LimitNote(_OURS, "D")),
        "home_answer": (s.home_answer_limit, LimitNote(_OURS, "D")),
        "home_return": (s.home_return_limit, LimitNote(_OURS, "D")),
        "consult": (f"{s.consult_days}nd", LimitNote(_OURS, "D")),
        "correct": (s.correct_limit, LimitNote(_law("§32"), "A")),
        "deliver": (s.deliver_limit, LimitNote(_law("§44"), "A")),
        "call_back_bad": (s.call_back_limit, LimitNote(Text("业务规则 3.26", "domain rules 3.26"), "B")),
        "rectify": (s.rectify_limit, LimitNote(Text("业务规则 3.26、10.4", "domain rules 3.26, 10.4"), "B")),
        "need_sort": (s.need_sort_limit, LimitNote(_OURS, "D")),
        "need_feed_back": (s.need_feed_back_limit, LimitNote(_OURS, "D")),
        "need_refer": (s.need_refer_limit, LimitNote(_OURS, "D")),
    }
    return Profile(
        id="desk-law",
        source=_LAW,
        limits={name: Limit.parse(limit) for name, (limit, _) in given.items()},
        notes={name: note for name, (_, note) in given.items()},
    )
