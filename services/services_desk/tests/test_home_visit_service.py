"""Home visits over the real stack: receipts that verify, masked pages, two who appoint at once."""

import asyncio
import io
from datetime import timedelta

import pypdf
from shuniu.chassis.log import read_page

from .conftest import guide
from .test_counter_service import Desk, desk  # noqa: F401 - the fixture

PERSON = {
    "applicant_name": "李奶奶", "applicant_phone": "13812345678", "applicant_address": "测试社区 3 幢 201",
    "reason": "ILL", "items": ["GG-05"],
}  # fmt: skip


async def test_from_the_request_to_the_returned_originals(desk: Desk) -> None:  # noqa: F811
    at_home = {**guide("GG-05", channels=["WINDOW", "HOME_VISIT"]), "body": "street-office"}
    await desk.do("leader", "guide.put", **at_home)
    await desk.do("leader", "guide.publish", item="GG-05", valid_from="2026-11-23")
    asked = await desk.do("nobody", "home.request_online", **PERSON)
    other = (await desk.do("clerk", "home.request", **PERSON))["visit"]
    visit, code = asked["visit"], asked["code"]
    start = desk.host.clock.now() + timedelta(hours=1)
    when = {"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=2)).isoformat()}
    answers = await asyncio.gather(
        desk.ask("clerk", "home.appoint", visit=visit, staff=["clerk", "colleague"], **when),
        desk.ask("leader", "home.appoint", visit=other, staff=["colleague"], **when),
    )
    assert sorted(a.status_code for a in answers) == [200, 409]
    assert next(a for a in answers if a.status_code == 409).json()["rule"] == "home.staff_busy"
    if answers[0].status_code == 409:
        await desk.do("leader", "home.appoint", visit=other, staff=["somebody"], **when)
        await desk.do("clerk", "home.appoint", visit=visit, staff=["clerk", "colleague"], **when)
    entries = (await desk.get("leader", "/home-visits/calendar")).json()["entries"]
    assert visit in {e["id"] for e in entries}
    desk.host.clock.advance(timedelta(hours=1))
    receipt = (await desk.do("clerk", "home.collect", visit=visit, materials=["ID"], with_staff="colleague"))["receipt"]
    pdf = await desk.get("nobody", f"/home-visits/follow/receipt?code={code}&document={receipt}")
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf.content)).pages)
    assert "李奶奶" in text and "居民身份证" in text and "line." not in text
    assert (await desk.get("nobody", f"/verify/{receipt}")).json()["state"] == "VALID"
    await desk.get("clerk", f"/home-visits/{visit}/receipts/{receipt}")
    await desk.get("stranger", f"/home-visits/{visit}/receipts/{receipt}", 404)
    await desk.do("clerk", "home.give_back", visit=visit)
    followed = (await desk.get("nobody", f"/home-visits/follow?code={code}")).json()
    assert (followed["status"], followed["holding"], len(followed["documents"])) == ("DONE", [], 2)
    await desk.get("nobody", "/home-visits/follow?code=AAAA-AAAA-AAAA", 404)
    detail = (await desk.get("clerk", f"/matters/desk_home_visit/{visit}/detail")).text
    assert "138****5678" in detail and "13812345678" not in detail and "3 幢" not in detail
    log = b"".join(bytes(e) for e in (await read_page(desk.host.pool, 0, 1000)).events).decode()
    for private in ("李奶奶", "13812345678", "3 幢", '"ILL"'):
        assert private not in log
