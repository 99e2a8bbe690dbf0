"""Outside series are recorded as published, corrections said, nothing half."""

import pytest
from shuniu.contracts.summary import RegistryEntry
from shuniu.contracts.text import Text
from shuniu.testing.rulework import SCOPE, RuleWork, person
from shuniu_grid import service
from shuniu_grid.series.record import POINT, period_start, wrong_decimal

RANKING = {
    "series": "city-streets",
    "title": "全市街道综合排名",
    "period": "2026-10",
    "area": SCOPE,
    "value": "93.15",
    "rank": 7,
    "ranked": 101,
    "publisher": "市城市治理委员会",
    "published_on": "2026-11-10",
}


@pytest.fixture
def street():
    people = {"registrar": person("r1", "registrar"), "worker": person("w1", "grid_worker")}
    return RuleWork(service, people, [RegistryEntry(kind="area", code=SCOPE, title=Text("街", "Street"))])


def record(street, *rows, who="registrar"):
    return street.do(who, "grid.record_series", rows=[{**RANKING, **row} for row in rows]).answer["outcomes"]


def test_a_figure_is_new_then_unchanged_then_corrected(street) -> None:
    assert record(street, {}) == "n"
    assert record(street, {}) == "u"
    assert record(street, {"rank": 6}, {"period": "2026-09"}) == "cn"
    assert [f["corrects"] for f in street.facts()] == [False, True, False]
    assert street.row(POINT, f"city-streets/{SCOPE}/2026-10").corrections == 1


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"period": "2026-13"}, "rows.1.period"),
        ({"period": "October"}, "rows.1.period"),
        ({"value": "1e3"}, "rows.1.value"),
        ({"value": "", "rank": 0}, "rows.1.value"),
        ({"rank": 102}, "rows.1.rank"),
        ({"published_on": "2026-11-24"}, "rows.1.published_on"),
        ({"area": "320199002"}, "rows.1.area"),
    ],
)
def test_one_wrong_figure_and_none_is_taken(street, row, field) -> None:
    rows = [{**RANKING, "period": "2026-09"}, {**RANKING, **row}]
    refusal = street.refused("series.rows", "registrar", "grid.record_series", rows=rows)
    assert [f.field for f in refusal.fields] == [field]


def test_the_same_period_twice_in_one_file_is_refused(street) -> None:
    refusal = street.refused("series.rows", "registrar", "grid.record_series", rows=[RANKING, {**RANKING, "rank": 8}])
    assert refusal.fields == (("rows.1.period", "twice"),)


def test_only_the_office_records(street) -> None:
    street.refused("access.role", "worker", "grid.record_series", rows=[RANKING])


@pytest.mark.parametrize(
    ("period", "month"), [("2026", 1), ("2026-Q1", 1), ("2026-Q4", 10), ("2026-10", 10), ("2026-Q5", 0), ("26-10", 0)]
)
def test_periods_are_years_quarters_and_months(period, month) -> None:
    start = period_start(period)
    assert (start.month if start else 0) == month


@pytest.mark.parametrize(
    ("text", "right"), [("93.15", True), ("-1", True), ("1e5", False), ("九十", False), ("NaN", False)]
)
def test_figures_are_plain_decimals(text, right) -> None:
    assert (wrong_decimal(text) is None) is right
