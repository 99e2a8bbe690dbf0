"""Ledgers: every sum is nought, no account outside its bounds, nothing edited (domain rules 10.9)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu.contracts.ledger import Entry, Posting
from shuniu.rules.ledger import Bounds, Chart, check_entry, mirror, replay, transfer
from shuniu.rules.refusal import Refusal

DAY = date(2026, 11, 23)
CHART = Chart({"X": Bounds(floor=None), "P": Bounds(0, 100), "F": Bounds()})


def entry(*postings, on=DAY):
    return Entry(id="e", kind="K", cause="c", on=on, postings=tuple(Posting(account=a, amount=n) for a, n in postings))


@pytest.mark.parametrize(
    ("postings", "balances", "rule"),
    [
        ([("X:", -5), ("P:a", 5)], {}, ""),
        ([("X:", -5), ("P:a", 4)], {}, "ledger.unbalanced"),
        ([("X:", 0), ("P:a", 0)], {}, "ledger.unbalanced"),
        ([("P:a", 0)], {}, "ledger.unbalanced"),
        ([("P:a", 1), ("P:a", -1)], {}, "ledger.unbalanced"),
        ([("X:", -5), ("Q:a", 5)], {}, "ledger.account"),
        ([("P:a", -5), ("P:b", 5)], {"P:a": 5}, ""),
        ([("P:a", -6), ("P:b", 6)], {"P:a": 5}, "ledger.short"),
        ([("X:", -1), ("P:a", 1)], {"P:a": 100}, "ledger.over"),
        ([("P:a", -1), ("F:", 1)], {"P:a": 150}, ""),
    ],
)
def test_what_becomes_an_entry(postings, balances, rule) -> None:
    try:
        check_entry(entry(*postings), balances, CHART)
    except Refusal as refusal:
        assert refusal.rule == rule
    else:
        assert rule == ""


def test_a_closed_month_takes_no_entry() -> None:
    with pytest.raises(Refusal, match=r"ledger\.closed"):
        check_entry(entry(("X:", -5), ("P:a", 5), on=date(2026, 10, 31)), {}, CHART, date(2026, 11, 1))


def test_a_mirror_undoes_an_entry_and_is_not_mirrored() -> None:
    first = transfer("1", "EARN", "c1", DAY, ("X:", "P:a", 30))
    undone = mirror(first, "2", "c2", DAY)
    assert undone.reverses == "1"
    assert set(replay([first, undone]).values()) == {0}
    with pytest.raises(Refusal, match=r"ledger\.mirror_of_mirror"):
        mirror(undone, "3", "c3", DAY)


def test_moves_on_one_account_are_one_posting() -> None:
    made = transfer("1", "K", "c", DAY, ("X:", "P:a", 30), ("P:a", "F:", 10))
    assert {p.account: p.amount for p in made.postings} == {"X:": -30, "P:a": 20, "F:": 10}
    with pytest.raises(Refusal, match=r"ledger\.amount"):
        transfer("1", "K", "c", DAY, ("X:", "P:a", 0))


accounts = st.sampled_from(["X:", "P:a", "P:b", "P:c", "F:"])


@given(st.lists(st.tuples(accounts, accounts, st.integers(1, 60)), max_size=60))
def test_no_walk_breaks_the_invariants(moves) -> None:
    kept, balances = [], {}
    for n, (source, target, amount) in enumerate(moves):
        made = transfer(str(n), "K", str(n), DAY, (source, target, amount))
        try:
            check_entry(made, balances, CHART)
        except Refusal:
            continue
        kept.append(made)
        for p in made.postings:
            balances[p.account] = balances.get(p.account, 0) + p.amount
        assert sum(balances.values()) == 0
        for account, balance in balances.items():
            bounds = CHART.of(account)
            assert bounds.floor is None or balance >= bounds.floor
            assert bounds.ceiling is None or balance <= bounds.ceiling
    assert replay(kept) == balances
