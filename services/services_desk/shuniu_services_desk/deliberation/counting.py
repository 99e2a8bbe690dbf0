"""Quorum and majorities, exactly: whole numbers only, nothing is rounded. The rules are data (``rules.toml``).

An owners' meeting decides itself; this counts what it decided and says whether the law's shares were reached.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec
from shuniu.contracts.services_desk.deliberation import CountingRule, Decision, ElectorBody, Forum, Tally
from shuniu.rules.limits import Limit

__all__ = (
    "NO_OPTION",
    "ForumRule",
    "Share",
    "Shares",
    "forums",
    "parse_forums",
    "passed",
    "quorate",
    "reaches",
    "rule_as_opened",
    "with_own",
)

NO_OPTION = ("AGAINST", "ABSTAIN")
"""What can be voted besides the options; neither ever passes."""
_SHARE = re.compile(r"(>=?)(\d+)/(\d+)")


class Share(msgspec.Struct, frozen=True):
    """At least, or more than, ``part`` of ``of``."""

    part: int
    of: int
    more: bool

    @classmethod
    def parse(cls, text: str) -> "Share":
        """``>1/2`` or ``>=2/3``. ValueError."""
        found = _SHARE.fullmatch(text.strip())
        if found is None or not 0 < int(found[2]) <= int(found[3]):
            raise ValueError(f"not a share: {text}")
        return cls(int(found[2]), int(found[3]), found[1] == ">")

    def __str__(self) -> str:
        return f"{'>' if self.more else '≥'}{self.part}/{self.of}"

    @property
    def as_said(self) -> str:
        """As facts and data write it."""
        return f"{'>' if self.more else '>='}{self.part}/{self.of}"

    @property
    def decides(self) -> bool:
        """Whether two options can never both have it."""
        return 2 * self.part > self.of or (self.more and 2 * self.part == self.of)


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """What has to be reached in heads, and in area where it counts."""

    heads: Share
    area: Share | None = None

    def __str__(self) -> str:
        return f"{self.heads}" + (f", m² {self.area}" if self.area else "")

    @property
    def as_said(self) -> dict[str, str]:
        """By base, as facts and data write it."""
        return {"heads": self.heads.as_said, **({"area": self.area.as_said} if self.area else {})}


class ForumRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule by which is counted."""

    id: Forum
    source: str
    bodies: tuple[ElectorBody, ...]
    notice: Limit
    proxies: int
    participation: Shares
    ordinary: Shares
    special: Shares

    @property
    def as_said(self) -> CountingRule:
        """As a deliberation's first fact says it."""
        return CountingRule(
            source=self.source,
            notice=str(self.notice),
            proxies=self.proxies,
            participation=self.participation.as_said,
            ordinary=self.ordinary.as_said,
            special=self.special.as_said,
        )

    @property
    def by_area(self) -> bool:
        """Whether area counts."""
        return self.participation.area is not None

    def majority(self, decision: Decision) -> Shares:
        """What the decision asks for."""
        return self.special if decision == "SPECIAL" else self.ordinary

    def __str__(self) -> str:
        return f"participation {self.participation}; ordinary {self.ordinary}; special {self.special}"


def _shares(given: Mapping[str, str]) -> Shares:
    return Shares(**{base: Share.parse(share) for base, share in given.items()})


def _rule(forum: Forum, bodies: tuple[ElectorBody, ...], said: CountingRule) -> ForumRule:
    three = {name: _shares(getattr(said, name)) for name in ("participation", "ordinary", "special")}
    if len({s.area is None for s in three.values()}) != 1:
        raise ValueError(f"{forum}: area counts everywhere or nowhere")
    for name in ("ordinary", "special"):
        if not three[name].heads.decides:
            raise ValueError(f"{forum}: by {name} two options could pass at once")
    return ForumRule(
        id=forum,
        source=said.source,
        bodies=bodies,
        notice=Limit.parse(said.notice),
        proxies=said.proxies,
        **three,
    )


def parse_forums(text: str) -> dict[str, ForumRule]:
    """Rules written as ``rules.toml`` is. ValueError, KeyError or msgspec's own where one does not hold together."""
    found: dict[str, ForumRule] = {}
    for entry in tomllib.loads(text)["rule"]:
        forum = msgspec.convert(entry["id"], Forum)
        bodies = msgspec.convert(entry["bodies"], tuple[ElectorBody, ...])
        found[forum] = _rule(forum, bodies, msgspec.convert(entry, CountingRule))
    return found


@cache
def forums() -> dict[str, ForumRule]:
    """The rules that ship, by id."""
    return parse_forums(files("shuniu_services_desk.deliberation").joinpath("rules.toml").read_text("utf-8"))


def with_own(text: str) -> dict[str, ForumRule]:
    """The rules that ship with a deployment's own over them. ValueError where those change shares of the law."""
    shipped, own = forums(), parse_forums(text)
    for forum, rule in own.items():
        law = shipped[forum]
        if forum != "COUNCIL" and (str(rule), rule.bodies) != (str(law), law.bodies):
            raise ValueError(f"{forum}: its shares are the law's; only notice and proxies are a deployment's")
    return {**shipped, **own}


def rule_as_opened(forum: Forum, said: CountingRule | None) -> ForumRule:
    """The rule a deliberation was opened by; the one that ships where its fact did not say it yet."""
    return forums()[forum] if said is None else _rule(forum, forums()[forum].bodies, said)


def reaches(part: Tally, whole: Tally, shares: Shares) -> bool:
    """Whether ``part`` has the shares of ``whole``; never of nothing."""

    def one(some: int, all_: int, share: Share) -> bool:
        have, need = some * share.of, all_ * share.part
        return all_ > 0 and (have > need if share.more else have >= need)

    heads = one(part.heads, whole.heads, shares.heads)
    return heads and (shares.area is None or one(part.area, whole.area, shares.area))


def quorate(rule: ForumRule, eligible: Tally, present: Tally) -> bool:
    """Whether enough of everybody on the roll take part."""
    return reaches(present, eligible, rule.participation)


def passed(rule: ForumRule, decision: Decision, present: Tally, tallies: Mapping[str, Tally]) -> str:
    """The option that has what the rule asks for of those who take part, "" for none.

    Every share is more than half or at least two thirds, so two options cannot both have it.
    """
    shares = rule.majority(decision)
    won = [o for o, t in sorted(tallies.items()) if o not in NO_OPTION and reaches(t, present, shares)]
    return won[0] if len(won) == 1 else ""
