"""A standard over the real stack: measured by the desk's own cases, its text public once it is in force."""

from datetime import date, timedelta

import pytest

from .test_counter_service import Desk, desk  # noqa: F401 - the fixture
from .test_service import WHO

TEXT = "收件时一次告知全部材料，当场受理，次日送达。"


async def _case(desk: Desk, days: int) -> None:  # noqa: F811
    body = {"items": ["GG-01"], "situation": {"agent": "no"}, "handed": ["ID", "FORM", "PROOF"], **WHO}
    case = (await desk.do("clerk", "case.submit", **body))["case"]
    await desk.do("clerk", "case.accept", case=case)
    desk.host.clock.advance(timedelta(days=days))
    await desk.do("body", "case.decide", case=case, grant=True)
    await desk.do("clerk", "case.deliver", case=case, how="POST")


async def test_what_a_standard_changed_comes_from_the_desks_own_cases(desk: Desk) -> None:  # noqa: F811
    start = date(2026, 11, 23)
    await _case(desk, days=4)  # Monday to Friday: four working days
    desk.host.clock.advance(timedelta(days=3))
    body = {"title": "养老待遇一次办", "items": ["GG-01"], "text": TEXT}
    made = await desk.do("clerk", "standard.note", **body)
    standard = made["standard"]
    await desk.do("clerk", "standard.draft", standard=standard, **body)
    today = start + timedelta(days=7)
    await desk.do(
        "leader", "standard.pilot", standard=standard, areas=[desk.host.scope], first=today.isoformat(),
        last=(today + timedelta(days=3)).isoformat(), before_first=start.isoformat(),
        before_last=(today - timedelta(days=1)).isoformat(),
    )  # fmt: skip
    rows = (await desk.get("clerk", f"/standards/{standard}/measured")).json()["rows"]
    assert [(r["decided"], r["mean_days"], r["first_visit"], r["bad"]) for r in rows] == [
        (1, 4.0, 1.0, None),
        (0, None, None, None),
    ]
    await _case(desk, days=1)
    await desk.get("nobody", f"/standards/text/{standard}", 404)
    desk.host.clock.advance(timedelta(days=4))
    valid_from = desk.host.clock.now().date().isoformat()
    answers = [await desk.ask("leader", "standard.publish", standard=standard, valid_from=valid_from) for _ in range(2)]
    assert [a.status_code for a in answers] == [200, 409]
    text = (await desk.get("nobody", f"/standards/text/{standard}")).json()
    assert (text["text"], text["standard"]["items"]) == (TEXT, {"GG-01": 1})
    assert (await desk.get("nobody", "/standards")).json()["standards"][0]["number"] == made["number"]
    table = (await desk.get("leader", "/standards/measured")).json()["rows"][0]
    assert (table["days_before"], table["days_after"], table["bad_after"]) == (4.0, 1.0, None)
    await desk.get("body", "/standards/measured", 403)
    await desk.get("stranger", f"/standards/{standard}/measured", 404)


@pytest.mark.parametrize("path", ["/standards/text/none", "/standards/none/measured"])
async def test_there_is_no_such_standard(desk: Desk, path: str) -> None:  # noqa: F811
    await desk.get("leader", path, 404)
