"""Public disclosure: no cell of one to four persons can be computed from what is told (domain rules 7.1, 13)."""

import itertools

from hypothesis import given
from hypothesis import strategies as st
from shuniu_insurance.disclosure.disclosure import DISCLOSURE_ROW, quarter
from shuniu_insurance.disclosure.figures import Paid, tell
from shuniu_insurance.disclosure.suppress import kept_back

K = 5
COUNTS = st.dictionaries(st.sampled_from([f"E{n:02}" for n in range(1, 7)]), st.integers(0, 12), min_size=1)


def _possible(cells, total):
    """Every table an attacker cannot rule out, as far as kept-back cells go; each of those holds somebody."""
    hidden = [c.code for c in cells if c.persons is None]
    rest = total - sum(c.persons for c in cells if c.persons is not None)
    for values in itertools.product(range(1, rest + 1), repeat=len(hidden) - 1):
        last = rest - sum(values)
        if last >= 1:
            yield dict(zip(hidden, (*values, last), strict=True))


def _paid(counts):
    return [Paid(kind, "320199001001", 100) for kind, n in counts.items() for _ in range(n)]


@given(COUNTS)
def test_no_small_cell_is_told_or_can_be_computed_from_the_marginals(counts):
    told = tell(_paid(counts), counts, (), K)
    total = sum(counts.values())
    for cell in told.by_kind:
        assert cell.persons is None or cell.persons == counts[cell.code]
        assert cell.persons in (None, 0) or cell.persons >= K
    small = [code for code, n in counts.items() if 0 < n < K]
    hidden = [c.code for c in told.by_kind if c.persons is None]
    assert set(small) <= set(hidden)
    if told.persons is None or not hidden or len(hidden) == len(counts):
        # Nothing, everything, or all of the cells are kept back: no equation holds a single cell.
        assert told.persons is not None or 0 < total < K
        return
    if len(hidden) > 4:
        return
    tables = list(_possible(told.by_kind, told.persons))
    for code in small:
        values = {t[code] for t in tables}
        assert len(values) > 1 and max(values) >= K, (code, values)


@given(COUNTS)
def test_money_is_told_only_beside_persons_and_its_rest_is_of_five_or_more(counts):
    told = tell(_paid(counts), counts, (), K)
    hidden = [c for c in told.by_kind if c.persons is None]
    assert all(c.amount is None for c in hidden)
    if told.persons is not None and hidden and len(hidden) < len(counts):
        rest = told.persons - sum(c.persons for c in told.by_kind if c.persons is not None)
        assert rest >= K


def test_one_small_cell_takes_another_with_it():
    assert kept_back({"a": 3, "b": 7, "c": 20}, K) == {"a", "b"}
    assert kept_back({"a": 0, "b": 7}, K) == frozenset()
    assert kept_back({"a": 2, "b": 0}, K) is None
    assert kept_back({"a": 1, "b": 1, "c": 1, "d": 1, "e": 1}, K) is None


def test_a_quarter_is_told_once_by_another_person_when_it_is_over(street):
    street.refused("disclosure.over", "clerk", "disclosure.draft", year=2026, quarter=4)
    paid = [Paid("E03", "320199001001", 500_000)] * 3 + [Paid("E02", "320199001002", 100_000)] * 9
    d = street.do("clerk", "disclosure.draft", prepared=paid, year=2026, quarter=3).answer["disclosure"]
    row = street.row(DISCLOSURE_ROW, d)
    assert (row.since, row.until) == quarter(2026, 3)
    assert (row.persons, row.amount) == (12, 2_400_000)
    assert {c.code: c.persons for c in row.by_kind if c.persons != 0} == {"E03": None, "E02": None}
    street.refused("disclosure.drafted_once", "clerk", "disclosure.draft", prepared=paid, year=2026, quarter=3)
    street.do("director", "disclosure.publish", disclosure=d)
    assert street.row(DISCLOSURE_ROW, d).status == "PUBLISHED"
    street.refused("disclosure.published_stays", "director", "disclosure.discard", disclosure=d)
    told = [f for e in street.events for f in [str(e.data.fact)] if "disclosure.drafted" in e.type]
    assert told and 'persons":3' not in told[0], "what is kept back stands in no event either"


def test_a_draft_given_up_frees_its_quarter(street):
    d = street.do("clerk", "disclosure.draft", prepared=[], year=2026, quarter=2).answer["disclosure"]
    street.do("clerk", "disclosure.discard", disclosure=d)
    street.do("clerk", "disclosure.draft", prepared=[], year=2026, quarter=2)
