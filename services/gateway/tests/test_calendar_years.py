"""A calendar year enters a running street: published at the gateway, in force everywhere, deadlines set right."""

from datetime import UTC, datetime
from typing import Any

import httpx
from shuniu.testing.waiting import until
from shuniu_gateway.sign_in import FIRST_LOGIN

from .conftest import Browser, Street

NEW_YEARS_EVE = datetime(2026, 12, 30, 2, tzinfo=UTC)
ACTION = "/do/gateway/gateway.publish_calendar_year"


def _days(month: int, first: int, last: int) -> list[str]:
    return [f"2027-{month:02d}-{day:02d}" for day in range(first, last + 1)]


def _year(**changes: Any) -> dict[str, Any]:
    """2027 as it might be announced; New Year takes the Monday too."""
    holidays = {
        "元旦": _days(1, 1, 4),
        "春节": _days(2, 5, 11),
        "清明": _days(4, 5, 5),
        "劳动节": _days(5, 1, 5),
        "端午": _days(6, 9, 9),
        "中秋": _days(9, 15, 15),
        "国庆节": _days(10, 1, 7),
    }
    return {
        "year": 2027,
        "holidays": [{"name": name, "days": days} for name, days in holidays.items()],
        "make_up": ["2027-01-30", "2027-02-20", "2027-04-25", "2027-05-08", "2027-09-26", "2027-10-09"],
        "announcement": "测试用放假安排",
        **changes,
    }


async def _matter(keeper: Browser, item: str) -> dict[str, Any]:
    found: dict[str, Any] = (await keeper.get(f"/matters/lostproperty/item/{item}"))["matter"]
    return found


async def test_a_year_published_at_the_gateway_sets_provisional_deadlines_right(street: Street) -> None:
    street.clock.set(NEW_YEARS_EVE)
    keeper, admin = await street.browser("keeper"), await street.browser(FIRST_LOGIN)
    items = [(await street.find(keeper))["matter"]["id"] for _ in range(3)]

    async def shown(provisional: bool) -> bool:
        matters = [await _matter(keeper, item) for item in items]
        return all(m.get("provisional", False) is provisional for m in matters)

    await until(lambda: shown(True), within=15)
    assert {(await _matter(keeper, i))["due_at"] for i in items} == {"2027-01-05T16:00:00Z"}

    answer = await admin.do("gateway", "gateway.publish_calendar_year", _year())
    assert answer["answer"] == {"version": "2027.1", "changed": True}
    await until(lambda: shown(False), within=20)
    assert {(await _matter(keeper, i))["due_at"] for i in items} == {"2027-01-06T16:00:00Z"}
    told = await street.service.pool.fetchval(
        "select count(*) from event_log where type = 'shuniu.lostproperty.clock.recomputed.v1'"
    )
    assert told == 3
    for host in (street.gateway, street.service):
        assert host.calendar.version == "cn-2026.1+2027.1"

    # Said again it is no news; a correction is.
    again = await admin.do("gateway", "gateway.publish_calendar_year", _year())
    assert again["answer"] == {"version": "2027.1", "changed": False}
    corrected = _year()
    corrected["holidays"][0]["days"] = _days(1, 1, 3)
    assert (await admin.do("gateway", "gateway.publish_calendar_year", corrected))["answer"]["version"] == "2027.2"

    async def corrected_everywhere() -> bool:
        return {(await _matter(keeper, i))["due_at"] for i in items} == {"2027-01-05T16:00:00Z"}

    await until(corrected_everywhere, within=20)


async def test_only_a_plausible_year_is_taken_and_only_from_a_system_administrator(street: Street) -> None:
    admin, operator = await street.browser(FIRST_LOGIN), await street.browser("operator")
    assert (await operator.send("POST", ACTION, _year())).status_code == 403

    async def refused(**changes: Any) -> tuple[str, set[tuple[str, str]]]:
        answer: httpx.Response = await admin.send("POST", ACTION, _year(**changes))
        assert answer.status_code == 422, answer.text
        return answer.json()["rule"], {(e["field"], e["code"]) for e in answer.json()["errors"]}

    assert await refused(year=2031) == ("calendar.year_range", {("year", "out_of_range")})
    assert await refused(announcement=" ") == ("calendar.announcement", {("announcement", "missing")})
    rule, fields = await refused(make_up=["2027-01-01", "2027-01-05", "2026-02-14"])
    assert (rule, fields) == (
        "calendar.days_wrong",
        {("make_up.0", "twice"), ("make_up.1", "not_a_weekend_day"), ("make_up.2", "other_year")},
    )
    twice = [{"name": "元旦", "days": ["2027-01-01"]}, {"name": "元旦", "days": ["2027-01-02"]}]
    assert (await refused(holidays=twice))[0] == "calendar.holiday_name"
    assert (await refused(holidays=[{"name": "元旦", "days": ["2027-01-01"]}]))[0] == "calendar.statutory_missing"
    assert await street.gateway.pool.fetchval("select count(*) from calendar_year") == 0
