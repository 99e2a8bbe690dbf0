"""The premium fund (domain rules 4.3): three sources, double entry, two persons, closed months; a model beside it."""

from collections import Counter
from datetime import timedelta

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from shuniu.contracts.ledger import Entry
from shuniu.rules.ledger import replay
from shuniu.rules.refusal import Refusal
from shuniu_insurance.fund.ledger import LEDGER
from shuniu_insurance.fund.lifecycle import MONTH
from shuniu_insurance.fund.month import MONTH_ROW

from ..conftest import Insured  # noqa: TID252 - the service's own fixtures

DAY = "2026-11-20"


def balances(street) -> dict[str, int]:
    return {a.id: a.balance for a in street.all(LEDGER.accounts)}


def received(street, source="OFFICE", amount=60_000_000, reference="V-001", on=DAY, **more):
    return street.ask("finance", "fund.receive", fund_source=source, amount=amount, reference=reference, on=on, **more)


def test_the_months_life_cycle_holds_together() -> None:
    MONTH.validate()


def test_money_comes_from_three_sources_and_goes_out_as_premium(street) -> None:
    received(street)
    received(street, "MERGED", 1_000_000, "V-002")
    received(street, "DONATION", 2_000_000, "V-003", donor="donor-mall")
    street.ask("finance", "fund.pay_premium", policy=street.policy, amount=50_000_000, on=DAY, reference="P-001")
    assert balances(street) == {
        "S:OFFICE": -60_000_000,
        "S:MERGED": -1_000_000,
        "S:DONATION:donor-mall": -2_000_000,
        "F:": 13_000_000,
        f"I:{street.policy}": 50_000_000,
    }
    assert sum(balances(street).values()) == 0
    assert street.measures()["fund.received"] == 630_000.0


def test_a_voucher_is_booked_once(street) -> None:
    received(street)
    body = {"fund_source": "OFFICE", "amount": 1, "reference": "V-001", "on": DAY}
    street.no("ledger.cause_used", "finance", "fund.receive", **body)


def test_a_donation_names_its_enterprise(street) -> None:
    for body in ({"fund_source": "DONATION"}, {"fund_source": "OFFICE", "donor": "donor-mall"}):
        street.no("fund.donor", "finance", "fund.receive", amount=1, reference="V-009", on=DAY, **body)


def test_the_fund_pays_no_more_than_it_holds_nor_than_is_owed(street) -> None:
    received(street, amount=1_000)
    body = {"policy": street.policy, "on": DAY, "reference": "P-001"}
    street.no("ledger.short", "finance", "fund.pay_premium", amount=1_001, **body)
    street.no("fund.premium_over", "finance", "fund.pay_premium", amount=50_000_001, **body)
    street.ask("finance", "fund.pay_premium", amount=1_000, **body)
    street.no("ledger.short", "finance", "fund.take_refund", amount=1_001, **{**body, "reference": "R-001"})


def test_a_reversal_takes_two_persons_and_edits_nothing(street) -> None:
    entry = received(street).answer["entry"]
    given = {"month": "2026-11", "entry": entry}
    street.no("fund.no_reversal_asked", "finance2", "fund.approve_reversal", **given)
    street.ask("finance2", "fund.ask_reversal", reason="金额有误", **given)
    for who in ("finance", "finance2"):
        street.no("fund.two_persons", who, "fund.approve_reversal", **given)
    mirror = street.ask("finance3", "fund.approve_reversal", **given).answer["entry"]
    assert balances(street) == {"S:OFFICE": 0, "F:": 0}
    street.no("ledger.mirror_of_mirror", "finance2", "fund.ask_reversal", month="2026-11", entry=mirror, reason="再冲")
    month = street.row(MONTH_ROW, "2026-11")
    assert [e.state for e in month.entries] == ["REVERSED", "STANDS"]


def test_premium_that_was_reversed_is_owed_again(street) -> None:
    received(street)
    body = {"policy": street.policy, "amount": 50_000_000, "on": DAY, "reference": "P-001"}
    entry = street.ask("finance", "fund.pay_premium", **body).answer["entry"]
    street.ask("finance2", "fund.ask_reversal", month="2026-11", entry=entry, reason="重复缴费")
    street.ask("finance3", "fund.approve_reversal", month="2026-11", entry=entry)
    street.ask("finance", "fund.pay_premium", **{**body, "reference": "P-002"})


def test_a_closed_month_takes_no_entry(street) -> None:
    received(street)
    street.no("fund.month_runs", "finance", "fund.close", month="2026-11")
    entry = received(street, reference="V-002").answer["entry"]
    street.tick(days=10)
    street.ask("finance2", "fund.ask_reversal", month="2026-11", entry=entry, reason="有误")
    street.no("fund.reversal_waits", "finance", "fund.close", month="2026-11")
    street.ask("finance3", "fund.decline_reversal", month="2026-11", entry=entry, reason="无误")
    street.ask("finance", "fund.close", month="2026-11")
    body = {"fund_source": "OFFICE", "amount": 1, "reference": "V-010"}
    street.no("ledger.closed", "finance", "fund.receive", on=DAY, **body)
    received(street, reference="V-011", on="2026-12-01")
    street.ask("finance2", "fund.ask_reversal", month="2026-11", entry=entry, reason="确实有误")
    street.ask("finance3", "fund.approve_reversal", month="2026-11", entry=entry)
    assert street.row(MONTH_ROW, "2026-11").entry(entry).state == "REVERSED"
    assert street.row(MONTH_ROW, "2026-12").entries[-1].entry.reverses == entry


def test_months_close_in_order(street) -> None:
    received(street, on="2026-10-15")
    received(street, reference="V-002")
    street.tick(days=10)
    street.no("fund.close_in_order", "finance", "fund.close", month="2026-11")
    street.ask("finance", "fund.close", month="2026-10")
    street.ask("finance", "fund.close", month="2026-11")


def test_nothing_is_booked_ahead(street) -> None:
    ahead = (street.today + timedelta(days=1)).isoformat()
    street.no("fund.not_ahead", "finance", "fund.receive", fund_source="OFFICE", amount=1, reference="V-1", on=ahead)


@pytest.mark.parametrize("who", ["clerk", "insurer", "worker"])
def test_only_finance_books(street, who) -> None:
    street.no("access.role", who, "fund.receive", fund_source="OFFICE", amount=1, reference="V-1", on=DAY)


class Model(RuleBasedStateMachine):
    """The ledger against a counter of what should be where."""

    @initialize()
    def start(self) -> None:
        self.street = Insured().insured()
        self.model: Counter[str] = Counter()
        self.entries: dict[str, dict[str, int]] = {}
        self.n = 0

    def _try(self, who: str, name: str, **body) -> str:
        try:
            return str(self.street.ask(who, name, **body).answer.get("entry", ""))
        except Refusal:
            return ""

    def _moved(self, entry: str, **moves: int) -> None:
        if entry:
            named = {"S": "S:OFFICE", "F": "F:", "I": f"I:{self.street.policy}"}
            self.entries[entry] = {named[k]: v for k, v in moves.items()}
            self.model.update(self.entries[entry])

    @rule(amount=st.integers(1, 30_000_000))
    def receive(self, amount) -> None:
        self.n += 1
        body = {"fund_source": "OFFICE", "reference": f"V-{self.n:04d}", "on": DAY}
        self._moved(self._try("finance", "fund.receive", amount=amount, **body), S=-amount, F=amount)

    @rule(amount=st.integers(1, 40_000_000), back=st.booleans())
    def premium(self, amount, back) -> None:
        self.n += 1
        body = {"policy": self.street.policy, "amount": amount, "reference": f"P-{self.n:04d}", "on": DAY}
        sign = -1 if back else 1
        entry = self._try("finance", "fund.take_refund" if back else "fund.pay_premium", **body)
        self._moved(entry, F=-sign * amount, I=sign * amount)

    @rule(n=st.integers(0, 50))
    def reverse(self, n) -> None:
        if not self.entries:
            return
        entry = sorted(self.entries)[n % len(self.entries)]
        self._try("finance2", "fund.ask_reversal", month="2026-11", entry=entry, reason="有误")
        if self._try("finance3", "fund.approve_reversal", month="2026-11", entry=entry):
            self.model.subtract(self.entries.pop(entry))

    @invariant()
    def sums_are_right(self) -> None:
        if not hasattr(self, "street"):
            return
        now = balances(self.street)
        assert now == {a: self.model[a] for a in now}
        assert sum(now.values()) == 0
        assert now.get("F:", 0) >= 0
        said = replay(msgspec.convert(f["entry"], Entry) for f in self.street.facts("fund.moved.v1"))
        assert said == now


TestModel = Model.TestCase
TestModel.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)
