"""A service's ledger in its batch: guarded accounts, a cause once."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu.chassis.decision import Decision
from shuniu.chassis.ledger import Ledger
from shuniu.chassis.service import Catalogue, Command, Service
from shuniu.contracts.envelope import Fact, fact
from shuniu.contracts.ledger import Entry
from shuniu.rules.ledger import Bounds, Chart, replay, transfer
from shuniu.rules.refusal import Refusal
from shuniu.testing.rulework import RuleWork, person


@fact("purse", "purse.moved.v1")
class PurseMoved(Fact, frozen=True, kw_only=True):
    """Something went from one purse to another."""

    entry: Entry


LEDGER = Ledger("purse", Chart({"X": Bounds(None), "P": Bounds(0, 90)}), PurseMoved, lambda f: f.entry)


class Move(msgspec.Struct, frozen=True, kw_only=True):
    source: str
    target: str
    amount: int
    cause: str


def decide(rows, c, ctx):
    entry = transfer(ctx.new_id(), "MOVE", c.cause, date(2026, 11, 23), (c.source, c.target, c.amount))
    return Decision((LEDGER.post(rows, PurseMoved(entry=entry)),))


MOVE = Command("purse.move", Move, lambda c, ctx: LEDGER.keys((c.source, c.target), (c.cause,)), decide)
SERVICE = Service("purse", "0", "purse", Catalogue({}), rows=LEDGER.rows, commands=(MOVE,), facts=(PurseMoved,))


def work() -> RuleWork:
    return RuleWork(SERVICE, {"a": person("a")})


def test_one_entry_moves_every_account_it_names_even_new_ones() -> None:
    w = work()
    w.do("a", "purse.move", source="X:", target="P:1", amount=40, cause="c1")
    w.do("a", "purse.move", source="P:1", target="P:2", amount=15, cause="c2")
    assert {r.id: r.balance for r in w.all(LEDGER.accounts)} == {"X:": -40, "P:1": 25, "P:2": 15}


def test_a_cause_makes_one_entry() -> None:
    w = work()
    w.do("a", "purse.move", source="X:", target="P:1", amount=40, cause="c1")
    w.refused("ledger.cause_used", "a", "purse.move", source="X:", target="P:1", amount=40, cause="c1")


@pytest.mark.parametrize(("amount", "rule"), [(41, "ledger.short"), (0, "ledger.amount")])
def test_what_is_not_there_is_not_moved(amount, rule) -> None:
    w = work()
    w.do("a", "purse.move", source="X:", target="P:1", amount=40, cause="c1")
    w.refused(rule, "a", "purse.move", source="P:1", target="P:2", amount=amount, cause="c2")


accounts = st.sampled_from(["X:", "P:1", "P:2", "P:3"])


@given(st.lists(st.tuples(accounts, accounts, st.integers(1, 50), st.integers(0, 20)), max_size=25))
def test_account_rows_are_the_replay_of_the_log(moves) -> None:
    w = work()
    for source, target, amount, cause in moves:
        try:
            w.do("a", "purse.move", source=source, target=target, amount=amount, cause=f"c{cause}")
        except Refusal:
            continue
    said = replay(msgspec.convert(f["entry"], Entry) for f in w.facts())
    assert said == {r.id: r.balance for r in w.all(LEDGER.accounts)}
    assert sum(said.values()) == 0
