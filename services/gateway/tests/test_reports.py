"""Evaluation: rates with both numbers, by area and dimension, compared; the brief on paper and as a workbook."""

import io
from datetime import date
from typing import Any

import openpyxl
import pytest
from shuniu.contracts.manifest import Measure, Rate
from shuniu.contracts.text import Text
from shuniu.testing.waiting import until
from shuniu_gateway.figures import Figure
from shuniu_gateway.reports.brief import change_of, goal_of, period_of, read_rate
from shuniu_gateway.reports.evaluation import rank_line, shared_dimensions
from shuniu_gateway.reports.shapes import Side

from .conftest import Browser, Street

_T = Text("比率", "Rate")
RATE = Rate(name="r", title=_T, numerator=("a", "b"), denominator=("c",), cohort=_T)


def _measure(name: str, *dimensions: str) -> Measure:
    return Measure(name=name, title=_T, kind="sum", dimensions=dimensions)


def test_a_rate_is_ranked_by_what_all_its_measures_share() -> None:
    there = {
        "a": _measure("a", "area", "unit", "class"),
        "b": _measure("b", "area", "unit"),
        "c": _measure("c", "area", "x", "unit"),
    }
    assert shared_dimensions(RATE, there) == ("unit",)
    assert shared_dimensions(RATE, {**there, "c": _measure("c", "area")}) == ()
    assert shared_dimensions(RATE, {}) == ()


def test_a_line_shows_every_number_and_no_value_where_nothing_was_counted() -> None:
    figures = [Figure("s", name, None, None, value) for name, value in (("a", 2.0), ("b", 1.0), ("c", 4.0))]
    line = rank_line("k", RATE, figures, [])
    assert line.now == Side(numerator=3.0, denominator=4.0, value=0.75)
    assert line.base == Side(numerator=0, denominator=0, value=None)
    assert [(p.measure, p.over, p.value, p.base) for p in line.parts] == [
        ("a", True, 2.0, 0),
        ("b", True, 1.0, 0),
        ("c", False, 4.0, 0),
    ]
    assert rank_line("k", RATE, figures, None).base is None


@pytest.mark.parametrize(
    ("kind", "on", "now", "before"),
    [
        ("day", date(2026, 3, 1), ("2026-03-01", "2026-03-01"), ("2026-02-28", "2026-02-28")),
        ("week", date(2026, 11, 29), ("2026-11-23", "2026-11-29"), ("2026-11-16", "2026-11-22")),
        ("month", date(2026, 1, 31), ("2026-01-01", "2026-01-31"), ("2025-12-01", "2025-12-31")),
        ("month", date(2028, 2, 29), ("2028-02-01", "2028-02-29"), ("2028-01-01", "2028-01-31")),
    ],
)
def test_a_brief_covers_calendar_days_and_compares_the_period_before(
    kind: Any, on: date, now: tuple[str, str], before: tuple[str, str]
) -> None:
    span, earlier = period_of(kind, on)
    assert (str(span.first), str(span.last)) == now
    assert (str(earlier.first), str(earlier.last)) == before


def test_a_rate_reads_as_its_per_says_and_nothing_counted_is_no_zero() -> None:
    assert [read_rate(0.9641, 100), read_rate(0.0032, 1000), read_rate(1.25, 1), read_rate(None, 100)] == [
        "96.4%",
        "3.2‰",
        "1.25",
        "—",
    ]
    half, none = Side(numerator=1, denominator=2, value=0.5), Side(numerator=0, denominator=0, value=None)
    assert [change_of(half, Side(numerator=1, denominator=4, value=0.25), 100), change_of(half, none, 100)] == [
        "+25.0 pp",
        "—",
    ]
    band = Rate(name="r", title=_T, numerator=(), denominator=(), cohort=_T, better="band", per=1000, band=(2, 8))
    assert goal_of(band) == "2–8‰"


async def _handed_back(street: Street, keeper: Browser) -> None:
    """Three found in the first community, one of them handed back; one found in the second."""
    made = [await street.find(keeper) for _ in range(3)]
    await street.find(keeper, area=f"{street.scope}002")
    item = made[0]["matter"]["id"]
    await keeper.do("lostproperty", "lostproperty.hand_back", {"item": item})


async def test_two_callers_see_what_they_may_in_one_rate(street: Street) -> None:
    admin, keeper, operator = [await street.browser(who) for who in ("admin", "keeper", "operator")]
    await street.open_account(admin, "next-door", ["operator"], areas=[f"{street.scope}002"])
    neighbour = await street.browser("next-door")
    await _handed_back(street, keeper)
    period = {"from": "2026-11-23", "to": "2026-11-29", "base_from": "2026-11-16", "base_to": "2026-11-22"}

    async def numbers(browser: Browser) -> tuple[float, float, float | None]:
        report = await browser.get("/reports/rates", **period)
        [row] = [r for r in report["rows"] if r["rate"] == "back"]
        assert row["base"] == {"numerator": 0, "denominator": 0, "value": None}
        return row["now"]["numerator"], row["now"]["denominator"], row["now"]["value"]

    async def counted() -> bool:
        return await numbers(operator) == (1, 4, 0.25)

    await until(counted)
    assert await numbers(neighbour) == (0, 1, 0)
    asked = {"service": "lostproperty", "rate": "back", "by": "community", **period}
    ranking = await operator.get("/reports/ranking", **asked)
    lines = {row["key"]: row["now"] for row in ranking["rows"]}
    assert lines[f"{street.scope}001"] == {"numerator": 1, "denominator": 3, "value": pytest.approx(1 / 3)}
    assert lines[f"{street.scope}002"]["value"] == 0
    assert ranking["whole"]["now"]["denominator"] == sum(line["denominator"] for line in lines.values())
    assert {row["key"] for row in (await neighbour.get("/reports/ranking", **asked))["rows"]} == {f"{street.scope}002"}
    days = (await operator.get("/reports/trend", service="lostproperty", rate="back", **{"from": "2026-11-20", "to": "2026-11-24"}))["days"]  # fmt: skip # noqa: E501
    assert [(d["on"], d["denominator"]) for d in days if d["denominator"]] == [("2026-11-23", 4)]
    assert len(days) == 5

    for wrong, field in (({"by": "colour"}, "by"), ({"from": "2026-11-30"}, "from"), ({"to": "2031-01-01"}, "from")):
        refused = await operator.client.get("/api/v1/reports/ranking", params={**asked, **wrong})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field), refused.text
    unknown = await operator.client.get("/api/v1/reports/ranking", params={**asked, "rate": "none"})
    assert (unknown.status_code, unknown.json()["rule"]) == (404, "gateway.rate_unknown")

    # The brief says the same, under the same policy.
    async def brief(browser: Browser, **more: Any) -> Any:
        answer = await browser.client.get("/api/v1/reports/brief", params={"on": "2026-11-23", **more})
        assert answer.status_code == 200, answer.text
        return answer

    book = openpyxl.load_workbook(io.BytesIO((await brief(operator, period="week", format="xlsx")).content))
    cells = [[cell.value for cell in row] for row in book.worksheets[1].rows]
    assert cells[1][1:5] == ["归还率", "25.0%", 1, 4]
    whole = {row[0].value: row[1].value for row in book.worksheets[0].rows}
    assert whole["合计"] == 4
    near = openpyxl.load_workbook(io.BytesIO((await brief(neighbour, period="week", format="xlsx")).content))
    assert [row[4].value for row in near.worksheets[1].rows][1] == 1
    pdf = await brief(operator, period="day")
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.headers["content-type"] == "application/pdf"
    assert (await brief(operator, period="day", lang="en")).content.startswith(b"%PDF-")
    chosen = {
        "period": "custom",
        "from": "2026-11-20",
        "to": "2026-11-23",
        "base_from": "2026-11-23",
        "base_to": "2026-11-23",
    }
    book = openpyxl.load_workbook(io.BytesIO((await brief(operator, format="xlsx", **chosen)).content))
    facts = {row[0].value: row[1].value for row in book.worksheets[0].rows}
    assert (facts["统计期间"], facts["对比期间"]) == ("2026-11-20 – 2026-11-23", "2026-11-23")
    [back] = [row for row in book.worksheets[1].iter_rows(values_only=True) if row[1] == "归还率"]
    assert (back[2], back[5], back[6]) == ("25.0%", "25.0%", "+0.0 pp"), "the same day on both sides"
    book = openpyxl.load_workbook(io.BytesIO((await brief(operator, format="xlsx", compare="false")).content))
    assert "对比期间" not in {row[0].value for row in book.worksheets[0].rows}
    assert (await operator.client.get("/api/v1/reports/brief", params={"period": "year"})).status_code in (400, 422)

    async def audited() -> int:
        return int(await street.gateway.pool.fetchval("select count(*) from audit where command = 'gateway.report_brief'"))  # fmt: skip # noqa: E501

    async def all_of_them() -> bool:
        return await audited() == 6

    await until(all_of_them)
