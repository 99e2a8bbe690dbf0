"""What a deployment may set about community insurance (``SHUNIU_INSURANCE_…``)."""

import msgspec
from shuniu.chassis.context import Context
from shuniu.contracts.text import Text
from shuniu.rules.limits import Limit, LimitNote, Profile

__all__ = ("InsuranceSettings", "profile_of", "settings_of")

_LAW = Text("保险法（业务规则 4.11）", "Insurance Law (domain rules 4.11)")
_OURS = Text("设计取值", "design choice")


class InsuranceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Each field has the default that ships. Limits of the Insurance Law count natural days (domain rules 0.3).

    survey_limit        on site after a report (domain rules 4.9, one city's practice)
    assess_limit        to assess a complex claim (§23)
    assess_simple_limit to assess any other, "promptly" in the law (§23; the number is a design choice)
    appeal_limit        to appeal to the street against a refused certificate (design choice)
    rule_limit          for the street to decide an appeal (design choice)
    deny_limit          to tell a refusal, with reasons (§24)
    pay_limit           to pay after agreement (§23)
    advance_limit       to pay in advance what can be ascertained (§25)
    company_limit       for volunteers to take a request to accompany a family (design choice)
    certificate_days    a certificate older than so many days is renewed first (domain rules 10.6, design choice)
    limitation_years    no claim is put away before (§26)
    hazards_file        a deployment's limits of hazards in place of hazards/limits.toml
    hazard_link_m       an accident within so many metres of a hazard belongs to it (domain rules 10.7, design choice)
    small_cell_least    fewer people than this stand in no published cell (k-anonymity, domain rules 7.1, design choice)
    bands_file          the band table of the yearly evaluation in place of evaluation/bands.toml
    public_a_day        most accident reports a day over the public page, of everybody together (design choice)
    """

    survey_limit: str = "30min"
    assess_limit: str = "30nd"
    assess_simple_limit: str = "10nd"
    appeal_limit: str = "15nd"
    rule_limit: str = "5wd"
    deny_limit: str = "3nd"
    pay_limit: str = "10nd"
    advance_limit: str = "60nd"
    company_limit: str = "3wd"
    certificate_days: int = 30
    limitation_years: int = 2
    public_a_day: int = 200
    hazards_file: str = ""
    hazard_link_m: int = 50
    small_cell_least: int = 5
    bands_file: str = ""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            if name.endswith("_limit"):
                Limit.parse(getattr(self, name))
        if not 1 <= self.hazard_link_m <= 300 or self.small_cell_least < 2:
            raise ValueError("hazard_link_m is 1 to 300, small_cell_least at least 2")


_SHIPPED = InsuranceSettings()


def settings_of(ctx: Context) -> InsuranceSettings:
    """The deployment's settings, or the shipped ones where none are given."""
    return ctx.settings if isinstance(ctx.settings, InsuranceSettings) else _SHIPPED


def _law(where: str) -> Text:
    return Text(f"{_LAW.zh} {where}", f"{_LAW.en} {where}")


def profile_of(ctx: Context) -> Profile:
    """The limits claims run by."""
    s = settings_of(ctx)
    given = {
        "survey": (s.survey_limit, LimitNote(Text("业务规则 4.9", "domain rules 4.9"), "B")),
        "assess": (s.assess_limit, LimitNote(_law("§23"), "A")),
        "assess_simple": (s.assess_simple_limit, LimitNote(_OURS, "D")),
        "appeal": (s.appeal_limit, LimitNote(_OURS, "D")),
        "rule_appeal": (s.rule_limit, LimitNote(_OURS, "D")),
        "tell_denial": (s.deny_limit, LimitNote(_law("§24"), "A")),
        "pay": (s.pay_limit, LimitNote(_law("§23"), "A")),
        "advance": (s.advance_limit, LimitNote(_law("§25"), "A")),
        "company": (s.company_limit, LimitNote(_OURS, "D")),
    }
    return Profile(
        id="insurance-law",
        source=_LAW,
        limits={name: Limit.parse(limit) for name, (limit, _) in given.items()},
        notes={name: note for name, (_, note) in given.items()},
    )
