"""A hotline to try the rules on: real rules and real keyed hashes over rows in memory."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
import pytest
from shuniu.chassis.context import Actor
from shuniu.chassis.decision import Answer
from shuniu.chassis.keyed import KeyedHash
from shuniu.contracts.summary import RegistryEntry
from shuniu.contracts.text import Text
from shuniu.rules.refusal import Refusal
from shuniu.testing.rulework import MONDAY, SCOPE, RuleWork, person
from shuniu_whistle import service
from shuniu_whistle.orders.lookup import PreparedCaller, PreparedIntake, phone_hash
from shuniu_whistle.orders.order import ORDER
from shuniu_whistle.orders.referrals import ANSWER, AnswerReferral
from shuniu_whistle.orders.state import Order
from shuniu_whistle.settings import WhistleSettings

DISTRICT = "320199"
COMMUNITY = "320199001001"
OTHER_COMMUNITY = "320199001002"
KEY = KeyedHash(b"k" * 32)
PHOTO = {"sha256": "a" * 64, "size": 1000, "media_type": "image/jpeg"}

PEOPLE: dict[str, Actor] = {
    "operator": person("o1", "operator"),
    "dispatcher": person("o2", "dispatcher"),
    "clerk": person("k1", "street_clerk", units=("street-office",)),
    "leader": person("l1", "leading_group", units=("street-office",)),
    "secretary": person("p1", "party_secretary", units=("street-office",)),
    "coordinator": person("c1", "district_coordinator", areas=(DISTRICT,)),
    "cg": person("f1", "duty_officer", areas=(), units=("cg",)),
    "jj": person("f2", "duty_officer", areas=(), units=("jj",)),
    "xf": person("f3", "duty_officer", areas=(), units=("xf",)),
    "community": person("s1", "community_secretary", areas=(COMMUNITY,), units=(f"c-{COMMUNITY}",)),
    "cg_leader": person("b1", "leading_group", "duty_officer", units=("cg",)),
    "elsewhere": person("k2", "operator", "dispatcher", "leading_group", areas=("320199002",)),
    "platform": Actor(id="12345", kind="program", roles=frozenset({"order_source"}), areas=(SCOPE,)),
    "nobody": Actor(id="", kind="nobody", clearance=1),
}


def entries() -> list[RegistryEntry]:
    """Areas and units of the street."""
    areas = [
        RegistryEntry(kind="area", code=code, subtype=level, title=Text(f"区域{code[-3:]}", code))
        for code, level in ((SCOPE, "STREET"), (COMMUNITY, "COMMUNITY"), (OTHER_COMMUNITY, "COMMUNITY"))
    ]
    units = [
        RegistryEntry(kind="unit", code=code, subtype="DEPARTMENT", title=Text(f"单位{code}", code))
        for code in ("cg", "jj", "xf")
    ]
    street = RegistryEntry(kind="unit", code="street-office", subtype="STREET", title=Text("街道办", "Street office"))
    communities = [
        RegistryEntry(kind="unit", code=f"c-{code}", subtype="COMMUNITY", title=Text("社区", "Community"))
        for code in (COMMUNITY, OTHER_COMMUNITY)
    ]
    return [*areas, *units, street, *communities]


class Hotline(RuleWork):
    """The hotline's rules at work. ``id`` is the order under way."""

    def __init__(self, now: datetime = MONDAY, **settings: Any) -> None:
        super().__init__(service, PEOPLE, entries(), WhistleSettings(**settings), now)
        self.id = ""
        self.phones: dict[str, str] = {}
        self._codes = 0

    @property
    def o(self) -> Order:
        """The order under way."""
        row: Order = self.row(ORDER, self.id)
        return row

    def _prepared(self, name: str, body: dict[str, Any]) -> Any:
        """What the command's ``prepare`` would bring; here the callers' numbers are known to the test."""
        if name in ("order.take_call", "order.submit", "order.submit_api"):
            self._codes += 1
            slip = f"slip-{self._codes:04d}"
            return PreparedIntake(
                caller=phone_hash(KEY, body.get("caller_phone", "")), slip=slip, code_key=KEY.of_code(KEY.code_of(slip))
            )
        if name == "order.import":
            return tuple(PreparedIntake(caller=phone_hash(KEY, r.get("caller_phone", ""))) for r in body["rows"])
        if name in ("order.classify", "order.not_accept", "order.merge"):
            return PreparedCaller({o: phone_hash(KEY, p) for o, p in self.phones.items()})
        return KEY.of_code(body["code"]) if name == "order.rate_by_code" else None

    def body_of(self, move: str, body: dict[str, Any]) -> dict[str, Any]:
        """The body with the order under way filled in."""
        command = self.service.command(f"order.{move}")
        assert command is not None, move
        if "order" in command.struct.__struct_fields__:
            body.setdefault("order", self.id)
        return body

    def ask(self, who: str, move: str, **body: Any) -> Answer:
        """Let somebody give ``order.<move>``."""
        given = self.body_of(move, body)
        answer = self.do(who, f"order.{move}", self._prepared(f"order.{move}", given), **given)
        if move in ("take_call", "submit", "submit_api"):
            self.id = answer.answer["order"]
            self.phones.setdefault(self.id, given.get("caller_phone", ""))
        return answer

    def no(self, rule: str, who: str, move: str, **body: Any) -> Refusal:
        """``order.<move>`` is refused under ``rule``, naming state and move."""
        given = self.body_of(move, body)
        refusal = self.refused(rule, who, f"order.{move}", self._prepared(f"order.{move}", given), **given)
        if refusal.status in (403, 409) and rule not in ("access.role", "matter.moved_on"):
            assert refusal.event, rule
        return refusal

    def may(self, who: str, move: str, **body: Any) -> bool:
        """Whether the move would be taken."""
        given = self.body_of(move, body)
        return self.allowed(who, f"order.{move}", self._prepared(f"order.{move}", given), **given)

    def offered(self, who: str) -> set[str]:
        """Moves the order's page offers somebody now."""
        return {name.removeprefix("order.") for name in self.offers(who, ORDER, self.id)}

    def answered(self, answer: str, referral: str = "", **more: str) -> None:
        """What comes back from where the order was referred to."""
        given = AnswerReferral(
            referral=referral or self.o.referrals[-1].referral,
            answer=answer,  # type: ignore[arg-type]
            source=f"/{SCOPE}/whistle",
            **more,
        )
        self.give(ANSWER, given, Actor(id="reaction", kind="reaction"))

    # --- stretches of the way -----------------------------------------------------------------------------------------

    def received(self, **body: Any) -> "Hotline":
        """A call taken."""
        given = {
            "request": "楼下烧烤店油烟扰民，夜里一直营业",
            "appeal": "COMPLAINT",
            "area": COMMUNITY,
            "place": {"name": "双安巷 12 号"},
            "caller_name": "张三丰",
            "caller_phone": "13812345678",
        }
        self.ask("operator", "take_call", **{**given, **body})
        return self

    def classified(self, order_class: str = "NORMAL", appeal: str = "COMPLAINT", **body: Any) -> "Hotline":
        """Received and classified."""
        self.received(**body)
        self.ask("operator", "classify", order_class=order_class, appeal=appeal, category="HL_FUMES")
        return self

    def dispatched(self, lead: str = "cg", co: tuple[str, ...] = (), **body: Any) -> "Hotline":
        """Classified and dispatched."""
        self.classified(**body)
        self.ask("dispatcher", "dispatch", lead=lead, co=list(co))
        return self

    def handling(self, lead: str = "cg", co: tuple[str, ...] = (), **body: Any) -> "Hotline":
        """Dispatched, signed, contacted and at work."""
        self.dispatched(lead, co, **body)
        self.ask(lead, "sign")
        self.ask(lead, "contact", means="PHONE", note="已说明")
        self.ask(lead, "start", measures="现场检查")
        return self

    def fed_back(self, **body: Any) -> "Hotline":
        """At work and fed back."""
        self.handling(**body)
        self.ask("cg", "feed_back", result="已责令整改", told_by="PHONE")
        return self

    def hung(self, days: int = 60) -> "Hotline":
        """At work and hung."""
        self.handling()
        day = self.today.fromordinal(self.today.toordinal() + days)
        self.ask("cg", "ask_hang", obstacle="SEASONAL", reason="冬季无法施工", revival="开春", review_on=day)
        self.ask("leader", "hang")
        return self

    def sums(self) -> dict[str, float]:
        """Sums of the measures so far, without their ``order.``."""
        found = {n.removeprefix("order."): v for n, v in self.measures().items() if n.startswith("order.")}
        return {n: v for n, v in found.items() if v}


def plain(tree: Any) -> Any:
    """JSON values of a Struct."""
    return msgspec.to_builtins(tree)


@pytest.fixture
def hotline() -> Hotline:
    """A hotline on Monday, 2026-11-23, 09:00, with the limits that ship."""
    return Hotline()


@pytest.fixture
def new_hotline() -> Callable[..., Hotline]:
    """Makes a hotline with other settings."""
    return Hotline
