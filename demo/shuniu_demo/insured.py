"""What the insurance rests on: policies, the premium fund, rosters, the disclosure, the yearly evaluation.

All made up: covers and limits are the designs that ship with the service for demonstrations, premiums and donations are
round numbers nobody paid, references begin with DEMO.
"""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from shuniu.rules.calendar import SHANGHAI, local

from shuniu_demo.accounts import INSURER, PROPERTY
from shuniu_demo.persons import person
from shuniu_demo.script import SHARED, SHEET, Act, Office, Ref, Script
from shuniu_demo.street import COMMUNITY_CODES

__all__ = ("Year", "insured", "left_insured")

POLICY: Final = f"{SHARED}policy"
"""Under this name every thread knows the policy in force."""
ENDS_IN: Final = 45
"""Days after the present on which the policy in force ends, so that its year can be evaluated."""
PREMIUM: Final = 60_000_000
"""Fen a year."""
STREET: Final = COMMUNITY_CODES[0][:9]
ROSTERS: Final = {"FLOATING_POPULATION": 46, "MENTAL_ILLNESS": 17, "SOCIAL_WORKER": 38}


class Year(NamedTuple):
    """The policy's year, and the last calendar quarter that is over."""

    since: date
    until: date
    quarter: tuple[int, int]
    quarter_begin: date

    @classmethod
    def at(cls, end: datetime) -> "Year":
        """As seen from the present."""
        today = local(end).date()
        until = today + timedelta(days=ENDS_IN)
        year, quarter = (today.year - 1, 4) if today.month <= 3 else (today.year, (today.month - 1) // 3)
        return cls(until - timedelta(days=364), until, (year, quarter), date(year, 3 * quarter - 2, 1))


def _morning(day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


def _script(thread: str, at: datetime, rng: random.Random) -> Script:
    return Script(thread, at, random.Random(rng.getrandbits(48)), Office(always=True))


def _covers() -> list[dict[str, Any]]:
    """The covers that ship for demonstrations, by the service's own file; each says where its limits come from."""
    from importlib import resources
    from tomllib import loads

    text = resources.files("shuniu_insurance.policies").joinpath("demonstration.toml").read_text("utf-8")
    covers: list[dict[str, Any]] = loads(text)["cover"]
    return covers


def _policy(script: Script, since: date, until: date, **more: Any) -> None:
    covers = _covers()
    script.do("clerk", "policy.draft", {"policy": POLICY} if not more else {}, insurer=INSURER[0], area=STREET,
              since=since, until=until, premium=PREMIUM, covers=covers, **more)  # fmt: skip


def insured(seed: int, begin: datetime, end: datetime) -> Iterator[list[Act]]:
    """The policy's year and what belongs to it."""
    rng = random.Random(seed)
    year, office = Year.at(end), Office()
    concluded = _morning(office.days_back(year.since, 12))
    script = _script("insured-policy", concluded, rng)
    _policy(script, year.since, year.until)
    script.wait(60, 90)
    script.do("leader", "policy.issue", policy=Ref(POLICY), contract="DEMO-POLICY-1")
    yield script.acts()
    yield _fund(_script("insured-fund", concluded + timedelta(hours=3), rng), year, end)
    yield _rosters(_script("insured-rosters", _morning(year.since) + timedelta(days=2), rng), rng)
    told = max(begin + timedelta(days=1, hours=2), _morning(_after(year)) + timedelta(days=3))
    script = _script("insured-disclosure", told, rng)
    script.do("clerk", "disclosure.draft", year=year.quarter[0], quarter=year.quarter[1])
    script.wait(60, 120)
    script.do("leader", "disclosure.publish", disclosure=Ref("disclosure"))
    yield script.acts()


def _after(year: Year) -> date:
    """The first day after the quarter."""
    return (year.quarter_begin + timedelta(days=95)).replace(day=1)


def _fund(script: Script, year: Year, end: datetime) -> list[Act]:
    """Three sources; two instalments of the premium; a wrong voucher undone by two; months closed."""
    donors = [unit for unit, *_ in PROPERTY]
    coming: tuple[tuple[int, str, int, str], ...] = (
        (0, "OFFICE", 30_000_000, ""), (0, "MERGED", 18_000_000, ""), (0, "DONATION", 6_000_000, donors[0]),
        (95, "DONATION", 4_000_000, donors[1]), (150, "OFFICE", 10_000_000, ""),
        (152, "DONATION", 2_500_000, donors[2]), (230, "MERGED", 6_000_000, ""),
    )  # fmt: skip
    first = script.now
    for n, (days, source, amount, donor) in enumerate(coming):
        script.now = max(script.now, first + timedelta(days=days))
        given = {
            "fund_source": source,
            "amount": amount,
            "on": local(script.now).date(),
            "reference": f"DEMO-V-{n + 1}",
        }
        script.do("finance", "fund.receive", {"entry": f"entry.{n}", "month": f"month.{n}"}, **given,
                  **({"donor": donor} if donor else {}))  # fmt: skip
        script.wait(4, 9)
        if n in (2, 5):
            script.do("finance", "fund.pay_premium", policy=Ref(POLICY), amount=PREMIUM // 2,
                      on=local(script.now).date(), reference=f"DEMO-P-{n}")  # fmt: skip
            script.wait(4, 9)
    wrong = 6
    script.do("finance", "fund.ask_reversal", month=Ref(f"month.{wrong}"), entry=Ref(f"entry.{wrong}"),
              reason="凭证重复登记（演示）")  # fmt: skip
    script.wait(60, 90)
    script.do("finance-02", "fund.approve_reversal", month=Ref(f"month.{wrong}"), entry=Ref(f"entry.{wrong}"))
    # The books are closed in order, once their month is over.
    script.wait(60, 90)
    month_over = (local(script.now).date().replace(day=1) + timedelta(days=40)).replace(day=2)
    script.now = max(script.now, _morning(month_over))
    for n in (0, 3, 4):
        script.do("finance", "fund.close", month=Ref(f"month.{n}"))
        script.wait(3, 5)
    return [act for act in script.acts() if act.at <= end]


def _rosters(script: Script, rng: random.Random) -> list[Act]:
    for group, count in ROSTERS.items():
        script.do("clerk", "roster.open", {"roster": group}, group=group, policy=Ref(POLICY))
        script.wait(5, 9)
        rows = []
        for _ in range(count):
            own = person(rng)
            area = rng.choice(COMMUNITY_CODES)
            rows.append({"roster": Ref(group), "name": own.name, "citizen_id": own.citizen_id, "area": area})
        script.do("clerk", SHEET, service="insurance", sheet="insurance_roster", rows=rows)
        script.wait(5, 9)
    return script.acts()


def left_insured(rng: random.Random, end: datetime) -> Iterator[list[Act]]:
    """Left to do: next year's policy to be concluded, the evaluation to be decided, a reversal to be approved."""
    year = Year.at(end)
    script = _script("left-policy", end - timedelta(hours=5), rng)
    since = year.until + timedelta(days=1)
    _policy(script, since, since + timedelta(days=364), previous=Ref(POLICY))
    yield script.acts()
    script = _script("left-evaluation", end - timedelta(hours=3), rng)
    script.do("clerk", "evaluation.compute", policy=Ref(POLICY), exposed_units=len(COMMUNITY_CODES) * 20,
              residents=86_000)  # fmt: skip
    yield script.acts()
    script = _script("left-fund", end - timedelta(hours=2), rng)
    script.do("finance", "fund.receive", fund_source="DONATION", amount=1_200_000, on=local(end).date(),
              reference="DEMO-V-90", donor=PROPERTY[0][0])  # fmt: skip
    script.wait(5, 9)
    script.do(
        "finance", "fund.ask_reversal", month=Ref("month"), entry=Ref("entry"), reason="捐赠方名称登记有误（演示）"
    )
    yield script.acts()
