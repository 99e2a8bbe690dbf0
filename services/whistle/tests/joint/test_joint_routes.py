"""The calendar of joint governance over HTTP: the panel, the feed, who sees it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import icalendar
import pytest_asyncio
from shuniu.chassis.identity import Issuer
from shuniu.testing.servers import Hosts, ManualClock
from shuniu_whistle import service

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


class Office:
    """The street's clerk and a department, at the service's door."""

    def __init__(self, host: Any, client: httpx.AsyncClient) -> None:
        self.scope: str = host.scope
        self._client = client
        self._issuer = Issuer.load(host.deployment.keys_dir, f"/{host.scope}/gateway")

    def _headers(self, who: str) -> dict[str, str]:
        claims: dict[str, Any] = {
            "clerk": {"roles": ("street_clerk",), "areas": (self.scope,)},
            "cg": {"roles": ("duty_officer",), "units": ("cg",)},
            "xf": {"roles": ("duty_officer",), "units": ("xf",)},
        }[who]
        token = self._issuer.issue(f"acc-{who}", **claims).token
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": f"joint-test-{who}"}

    async def plan(self) -> Any:
        body = {
            "item": "STREET_VENDORS",
            "place": {"name": "黄家圩十字街"},
            "recurrence": "FREQ=MONTHLY;BYDAY=1TU",
            "first_on": "2026-12-01",
            "units": ["cg"],
        }
        headers = self._headers("clerk")
        response = await self._client.post("/commands/joint.plan_series", json=body, headers=headers)
        assert response.status_code == 200, response.text
        return response.json()["answer"]

    async def get(self, who: str, path: str) -> httpx.Response:
        response = await self._client.get(path, headers=self._headers(who))
        assert response.status_code == 200, response.text
        return response


@pytest_asyncio.fixture
async def office(hosts: Hosts) -> AsyncIterator[Office]:
    host = await hosts.start(service, bus=False, clock=ManualClock(MONDAY))
    doc = '{"kind": "unit", "code": "cg", "title": {"zh": "城管", "en": "cg"}}'
    await host.pool.execute(
        "insert into registry (kind, code, doc, source) values ('unit', 'cg', $1::jsonb, 'file')", doc
    )
    await host.registry.load(host.pool)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=host.app), base_url="http://s") as client:
        yield Office(host, client)


async def test_the_calendar_is_a_panel_and_a_feed_for_those_concerned(office: Office) -> None:
    planned = await office.plan()
    panel = (await office.get("clerk", "/joint/calendar")).json()
    assert [e["id"] for e in panel["entries"]] == planned["sessions"]
    assert panel["entries"][0]["starts_at"] == "2026-12-01T01:30:00Z"
    assert (await office.get("cg", "/joint/calendar")).json()["entries"] == panel["entries"]
    assert (await office.get("xf", "/joint/calendar")).json()["entries"] == []
    feed = await office.get("clerk", "/joint/calendar.ics?from=2026-12-01&to=2026-12-31")
    assert feed.headers["content-type"].startswith("text/calendar")
    assert len(list(icalendar.Calendar.from_ical(feed.content).walk("VEVENT"))) == 1
    (series,) = (await office.get("clerk", "/joint/series")).json()["series"]
    assert (series["recurrence"], series["sessions"]) == ("FREQ=MONTHLY;BYDAY=1TU", len(planned["sessions"]))
