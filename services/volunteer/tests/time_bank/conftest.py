"""A bank to try rules on: a street with its time bank, and the words of its own log brought to its reactions."""

from datetime import date
from typing import Any

import pytest
from shuniu.chassis.context import Actor
from shuniu.chassis.service import Received
from shuniu.contracts.envelope import CloudEvent, parse_source
from shuniu.contracts.volunteer.activities import ParticipationAdjusted, ParticipationConfirmed
from shuniu.testing.rulework import SCOPE, RuleWork, person
from shuniu_volunteer import service
from shuniu_volunteer.time_bank.chart import ENTRY, LEDGER, OWED
from shuniu_volunteer.time_bank.earning import EARN, _earning
from shuniu_volunteer.time_bank.order import TIME_ORDER, TimeOrder

REACTION = Actor(id="reaction", kind="reaction", clearance=4)
FUND, ISSUE = "F:", "X:"
OLD = date(1950, 5, 5)
COMMUNITY = "320199001001"
PROOF = "c" * 64


def bank_class(street_class: type) -> type:
    """The bank over the street of the other tests."""

    class Bank(street_class):
        """A street whose own log causes what it causes."""

        def __init__(self, scope: str = SCOPE) -> None:
            street = street_class()
            people = _people(street.people, scope)
            RuleWork.__init__(self, service, people, list(street.registry.all("area").values()), scope=scope)
            self.id = ""
            self._n = 0
            self._heard = 0

        def register(self, who: str = "", *args: Any, **given: Any) -> str:
            """In this bank's own street."""
            return str(super().register(who, *args, area=given.pop("area", f"{self.scope}001"), **given))

        def balance(self, account: str) -> int:
            row = self.row(LEDGER.accounts, account)
            return row.balance if row else 0

        def balances(self, *classes: str) -> dict[str, int]:
            return {r.id: r.balance for r in self.all(LEDGER.accounts) if not classes or r.id[0] in classes}

        def owed(self, account: str) -> int:
            row = self.row(OWED, account)
            return row.minutes if row else 0

        def entries(self, *kinds: str) -> list[Any]:
            return [b.entry for b in self.all(ENTRY) if not kinds or b.entry.kind in kinds]

        # ---- hearing

        def hear(self, event: CloudEvent, *names: str) -> None:
            """Bring one event to the time bank's reactions, as the bus would."""
            scope, source = parse_source(event.source)
            received: Received[Any] = Received(event, b"", scope, source)
            for reaction in service.reactions:
                if (
                    not reaction.name.startswith(("time_bank", "time_exchange"))
                    or received.name not in reaction.handles
                ):
                    continue
                foreign = "*@*" in reaction.sources
                if foreign == (scope == self.scope):
                    continue
                caused = reaction.command(received)
                if caused is not None:
                    self.give(*caused, REACTION, event=event)

        def listen(self) -> None:
            """Everything of our own log that was not heard yet."""
            while self._heard < len(self.events):
                self._heard += 1
                self.hear(self.events[self._heard - 1])

        # ---- earning without an activity around it

        def earn(self, volunteer: str, minutes: int, activity: str = "", **given: Any) -> None:
            """Hours confirmed, as the activities say it."""
            fact = ParticipationConfirmed(
                activity=activity or f"a{len(self.events)}",
                volunteer=volunteer,
                minutes=minutes,
                booking=given.get("booking", "PERSONAL"),
                team=given.get("team", ""),
                area=COMMUNITY,
                on=given.get("on", self.today),
            )
            self.give(EARN, _earning(fact, 0, f"participation:{fact.activity}:{volunteer}"), REACTION)

        def adjust(self, volunteer: str, activity: str, minutes: int, booked: int, **given: Any) -> None:
            """A second person decided otherwise."""
            fact = ParticipationAdjusted(
                activity=activity,
                volunteer=volunteer,
                minutes=minutes,
                booked=booked,
                booking=given.get("booking", "PERSONAL"),
                team=given.get("team", ""),
                area=COMMUNITY,
                on=self.today,
                confirmed=True,
                reason_ref="r",
            )
            self.give(EARN, _earning(fact, booked, f"adjusted:{activity}:{volunteer}:{len(self.events)}"), REACTION)

        # ---- people

        def member(self, who: str = "", minutes: int = 0, born: date = OLD, **verified: Any) -> str:
            """A volunteer of 60 and more, verified, with so many minutes."""
            volunteer = self.register(who)
            self.do(
                "bank", "volunteer.verify_time_member", volunteer=volunteer, member_birth=born.isoformat(), **verified
            )
            if minutes:
                self.earn(volunteer, minutes)
            return volunteer

        def client(self) -> str:
            """A key client."""
            return self.do(
                "bank",
                "volunteer.enter_time_client",
                client_name="李奶奶",
                client_birth="1940-01-01",
                ground="EMPTY_NEST_ALONE",
                area=COMMUNITY,
                client_consent=True,
            ).answer["client"]

        def kin(self, volunteer: str, member: str = "", relation: str = "SPOUSE", born: str = "1951-01-01") -> str:
            """A verified relative."""
            body = {"kin_name": "王五", "kin_birth": born, "kin_member": member, "proof": PROOF}
            return self.do("bank", "volunteer.verify_kin", volunteer=volunteer, relation=relation, **body).answer["kin"]

        # ---- orders

        def asked(self, who: str, account: str, minutes: int = 60, **given: Any) -> str:
            body = {"help": "CLINIC_HELP", "area": COMMUNITY, "wished_at": "2026-11-24T02:00:00Z", **given}
            return self.do(who, "volunteer.request_time", account=account, minutes=minutes, **body).answer["order"]

        def held(self, who: str, account: str, minutes: int = 60, **given: Any) -> str:
            order = self.asked(who, account, minutes, **given)
            self.do("bank", "volunteer.hold_time", order=order)
            return order

        def done(self, who: str, account: str, server: str, minutes: int = 60, served: int = 0) -> str:
            order = self.held(who, account, minutes)
            self.do("bank", "volunteer.match_time", order=order, volunteer=server, consent="PHONE")
            self.do("bank", "volunteer.start_time", order=order)
            self.do("bank", "volunteer.finish_time", order=order, minutes=served or minutes)
            return order

        def order(self, order: str) -> TimeOrder:
            return self.row(TIME_ORDER, order)

    return Bank


def _people(street: dict[str, Actor], scope: str) -> dict[str, Actor]:
    bank = {n: person(n, "time_bank_clerk", areas=(scope,)) for n in ("bank", "bank2")}
    return {**street, **bank, "head": person("h1", "leading_group", areas=(scope,))}


@pytest.fixture(scope="session")
def _classes() -> dict[type, type]:
    return {}


@pytest.fixture
def new_bank(street: Any, _classes: dict[type, type]) -> Any:
    """Makes banks, as many as a test needs."""
    found = _classes.get(type(street))
    if found is None:
        found = _classes[type(street)] = bank_class(type(street))
    return found


@pytest.fixture
def bank(new_bank: Any) -> Any:
    """One bank with two teams."""
    return new_bank().teams()
