"""The service alive: real database, real HTTP app, tokens (wall 4): 56 teams and 6,000 volunteers come as spreadsheets,
an activity goes from draft to certificate, calendars and panels answer."""

import asyncio
import base64
import hashlib
import io
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import icalendar
import msgspec
import pypdf
import pytest
import pytest_asyncio
import xlsxwriter
from click.testing import CliRunner
from shuniu.chassis.identity import Issuer
from shuniu.chassis.log import read_page
from shuniu.cli.commands import shuniu
from shuniu.contracts.envelope import CloudEvent
from shuniu.testing.calendar_year import publish_year
from shuniu.testing.servers import Hosts, ManualClock
from shuniu.testing.waiting import until
from shuniu_volunteer import service
from stdnum.cn import ric

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
VOLUNTEERS, TEAMS = 6000, 56
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def citizen(n: int) -> str:
    born = date(1960, 1, 1) + timedelta(days=n)
    body = f"320102{born:%Y%m%d}{n % 1000:03d}"
    return str(body + ric.calc_check_digit(body + "0"))


def book(header: list[str], rows: list[list[Any]]) -> bytes:
    """A workbook of text cells."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    page = made.add_worksheet()
    for n, row in enumerate([header, *rows]):
        for m, value in enumerate(row):
            page.write_string(n, m, str(value))
    made.close()
    return out.getvalue()


class Centre:
    """Asks the volunteer service over HTTP as the street's accounts."""

    def __init__(self, host: Any, client: httpx.AsyncClient) -> None:
        self.host = host
        self.client = client
        self.scope: str = host.scope
        self.area = f"{host.scope}001"
        self._issuer = Issuer.load(host.deployment.keys_dir, f"/{host.scope}/gateway")
        self._n = 0

    def headers(self, who: str) -> dict[str, str]:
        """A token for one of the street's accounts, v1… are volunteers."""
        if who == "nobody":
            return {}
        claims: dict[str, Any] = {
            "clerk": {"roles": ("street_clerk",), "areas": (self.scope,), "units": ("street-office",)},
            "clerk2": {"roles": ("community_secretary",), "areas": (self.area,)},
            "lead": {"roles": ("volunteer_lead",), "units": ("vt-01",)},
            "lead2": {"roles": ("volunteer_lead",), "units": ("vt-02",)},
            "operator": {"roles": ("operator",), "areas": (self.scope,)},
        }.get(who, {"roles": ("volunteer",), "areas": (self.area,)})
        self._n += 1
        token = self._issuer.issue(f"acc-{who}", **claims).token
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": f"volunteer-test-{self._n}"}

    async def ask(self, who: str, command: str, **body: Any) -> httpx.Response:
        """Give a command."""
        return await self.client.post(f"/commands/{command}", json=body, headers=self.headers(who))

    async def do(self, who: str, command: str, **body: Any) -> dict[str, Any]:
        """Give a command that must be taken."""
        response = await self.ask(who, command, **body)
        assert response.status_code == 200, (command, response.text)
        answer: dict[str, Any] = response.json()["answer"]
        return answer

    async def get(self, who: str, path: str, status: int = 200) -> Any:
        """Read a route."""
        response = await self.client.get(path, headers=self.headers(who))
        assert response.status_code == status, (path, response.text)
        return response.json()

    async def upload(self, content: bytes, who: str = "clerk") -> dict[str, Any]:
        """Put a file in pieces."""
        sha, size = hashlib.sha256(content).hexdigest(), 256 * 1024
        pieces = [content[i : i + size] for i in range(0, len(content), size)]
        headers = {**self.headers(who), "Content-Type": "application/octet-stream"}
        answer = None
        for n, piece in enumerate(pieces):
            answer = await self.client.put(f"/blobs/{sha}/{n}?of={len(pieces)}", content=piece, headers=headers)
            assert answer.status_code in (201, 204), answer.text
        assert answer is not None
        found: dict[str, Any] = answer.json()
        return found

    async def hand_in(self, sheet: str, header: list[str], rows: list[list[Any]], who: str = "clerk") -> httpx.Response:
        """Hand a spreadsheet in."""
        blob = await self.upload(book(header, rows), who)
        return await self.client.post(f"/sheets/{sheet}", json={"blob": blob}, headers=self.headers(who), timeout=120)

    async def teams(self, count: int = 3) -> None:
        """So many teams."""
        rows = [[f"vt-{n:02d}", f"志愿服务{n}队", self.area] for n in range(1, count + 1)]
        response = await self.hand_in("teams", ["队伍", "名称", "所属区域"], rows)
        assert response.status_code == 200, response.text

    async def register(self, who: str, n: int) -> str:
        """A volunteer with an account."""
        body = {"person_name": f"赵志愿{n}", "citizen_id": citizen(n), "phone": "13812345678", "area": self.area}
        answer = await self.do(who, "volunteer.register_volunteer", **body, consent=True)
        return str(answer["volunteer"])

    async def activity(self, clock: ManualClock, **more: Any) -> str:
        """An activity that recruits."""
        starts = clock.now() + timedelta(hours=2)
        plan = {
            "category": "VA_ENVIRONMENT",
            "title": "清洁家园",
            "area": self.area,
            "place": {"name": "双安巷", "lon": 118.9, "lat": 32.1},
            "starts_at": starts.isoformat(),
            "ends_at": (starts + timedelta(hours=3)).isoformat(),
            "places": 1,
            "organiser": "vt-01",
            **more,
        }
        activity = str((await self.do("lead", "activity.draft", **plan))["activity"])
        await self.do("clerk", "activity.review", activity=activity)
        await self.do("lead", "activity.open", activity=activity)
        return activity

    async def events(self) -> list[CloudEvent]:
        """The whole log."""
        found: list[CloudEvent] = []
        while True:
            page = await read_page(self.host.pool, len(found), 1000)
            found += [msgspec.json.decode(e, type=CloudEvent) for e in page.events]
            if not page.events:
                return found

    async def status(self, activity: str) -> str:
        """Where an activity stands."""
        return str((await self.get("clerk", f"/matters/volunteer_activity/{activity}"))["status"])

    async def serve(self, clock: ManualClock, activity: str, volunteer: str, who: str) -> None:
        """One volunteer serves two hours by the activity's code, and both sides confirm."""
        await self.do("lead", "activity.make_ready", activity=activity)
        clock.advance(timedelta(hours=2))
        code = (await self.get("lead", f"/activities/{activity}/code"))["code"]
        await self.do(who, "participation.check_in", activity=activity, code=code)
        clock.advance(timedelta(hours=2, minutes=7))
        code = (await self.get("lead", f"/activities/{activity}/code"))["code"]
        out = await self.do(who, "participation.check_out", activity=activity, code=code)
        assert out["minutes"] == 120
        await self.do("lead", "activity.finish", activity=activity)
        await self.do("lead", "activity.submit_hours", activity=activity)
        await self.do(who, "participation.agree", activity=activity)
        await self.do("lead", "participation.agree", activity=activity, volunteer=volunteer)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MONDAY)


@pytest_asyncio.fixture
async def centre(hosts: Hosts, clock: ManualClock) -> AsyncIterator[Centre]:
    host = await hosts.start(service, clock=clock, bus=False)
    transport = httpx.ASGITransport(app=host.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://volunteer") as client:
        yield Centre(host, client)


HEADER = ["志愿者编号", "姓名", "电话", "身份证号", "所属区域", "志愿队伍", "技能"]


async def test_56_teams_and_6000_volunteers_come_as_spreadsheets(centre: Centre) -> None:
    await centre.teams(TEAMS)
    rows = [
        [f"V{n:05d}", f"王五{n}", "13812345678", citizen(n), centre.area, f"vt-{n % TEAMS + 1:02d}", "急救、教学"]
        for n in range(VOLUNTEERS)
    ]
    response = await centre.hand_in("volunteers", HEADER, rows)
    assert response.status_code == 200, response.text[:2000]
    counted = response.json()
    assert (counted["new"], counted["changed"]) == (VOLUNTEERS, 0), counted
    again = await centre.hand_in("volunteers", HEADER, rows)
    assert again.json()["unchanged"] == VOLUNTEERS
    table = await centre.get("operator", "/volunteers/table?limit=5")
    assert len(table["rows"]) == 5
    teams = await centre.get("operator", "/teams/table")
    assert sum(r["members"] for r in teams["rows"]) == VOLUNTEERS
    stars = await centre.get("operator", "/volunteers/stars")
    assert stars["rows"][0]["holders"] == VOLUNTEERS
    active = await centre.get("operator", "/volunteers/active")
    assert active["rows"][-1]["rate"] == 0
    page = await read_page(centre.host.pool, TEAMS, 50)
    assert b"13812345678" not in b"".join(bytes(e) for e in page.events)
    out = await centre.client.get("/sheets/volunteers?format=csv", headers=centre.headers("operator"), timeout=60)
    assert out.text.count("王***") + out.text.count("王****") + out.text.count("王**") > 0
    assert "王五" not in out.text
    bad = [*rows[:3], ["V99999", "李四", "", "320102199001010000", centre.area, "vt-77", "飞行"]]
    wrong = await centre.hand_in("volunteers", HEADER, bad)
    assert wrong.status_code == 422


async def test_an_activity_from_draft_to_a_certificate_anybody_can_verify(
    centre: Centre, clock: ManualClock, tmp_path: Any
) -> None:
    await centre.teams()
    volunteer = await centre.register("v1", 1)
    activity = await centre.activity(clock)
    assert (await centre.do("v1", "participation.apply", activity=activity))["status"] == "ACCEPTED"
    await centre.serve(clock, activity, volunteer, "v1")
    assert await centre.status(activity) == "HOURS_CONFIRMED"
    me = await centre.get("v1", "/me")
    assert (me["personal_minutes"], me["star"]) == (120, 0)
    mine = await centre.get("v1", "/me/activities")
    assert [(m["status"], m["minutes"]) for m in mine] == [("CONFIRMED", 120)]
    issue = {"volunteer": volunteer, "activities": [activity]}
    refused = await centre.ask("clerk", "volunteer.issue_certificate", **issue)
    assert (refused.status_code, refused.json()["rule"]) == (403, "certificate.other_organiser")
    issued = await centre.do("lead", "volunteer.issue_certificate", **issue)
    verified = await centre.get("nobody", f"/verify/{issued['code']}")
    assert (verified["state"], verified["signed"], verified["kind"]["zh"]) == ("VALID", True, "志愿服务证明")
    pdf = await centre.client.get(f"/certificates/{issued['code']}/pdf", headers=centre.headers("v1"))
    assert pdf.headers["content-type"] == "application/pdf"
    text = "".join(pypdf.PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text().split())
    for part in ("赵志愿1", issued["number"], "清洁家园", "志愿服务1队"):
        assert part in text, part
    path = tmp_path / "certificate.pdf"
    path.write_bytes(pdf.content)
    key = (await centre.get("nobody", "/documents/key"))["key"]
    assert base64.b64decode(key)
    checked = CliRunner().invoke(shuniu, ["verify", str(path), "--key", key])
    assert checked.exit_code == 0, checked.output
    for who in ("v2", "lead2", "clerk"):
        await centre.get(who, f"/certificates/{issued['code']}/pdf", 403)
    await centre.do("lead", "volunteer.revoke_certificate", code=issued["code"], reason="ISSUED_IN_ERROR")
    assert (await centre.get("nobody", f"/verify/{issued['code']}"))["state"] == "REVOKED"
    assert [c["state"] for c in await centre.get("v1", "/me/certificates")] == ["REVOKED"]
    log = msgspec.json.encode(await centre.events())
    for private in ("赵志愿", "13812345678", citizen(1)):
        assert private.encode() not in log


async def test_two_volunteers_race_for_the_last_place(centre: Centre, clock: ManualClock) -> None:
    await centre.teams()
    for n in range(1, 6):
        await centre.register(f"v{n}", n)
    activity = await centre.activity(clock)
    answers = await asyncio.gather(*(centre.do(f"v{n}", "participation.apply", activity=activity) for n in range(1, 6)))
    assert sorted(a["status"] for a in answers) == ["ACCEPTED", *["WAITLISTED"] * 4]
    row = (await centre.get("lead", f"/activities/{activity}/parts"))["rows"]
    assert len(row) == 5


async def test_two_clerks_confirm_at_once_and_one_is_told(centre: Centre, clock: ManualClock) -> None:
    await centre.teams()
    volunteer = await centre.register("v1", 1)
    activity = await centre.activity(clock)
    await centre.do("v1", "participation.apply", activity=activity)
    await centre.do("lead", "activity.make_ready", activity=activity)
    clock.advance(timedelta(hours=2))
    at = {"activity": activity, "volunteer": volunteer, "means": "LEADER"}
    await centre.do("lead", "participation.check_in", **at)
    clock.advance(timedelta(hours=1))
    await centre.do("lead", "participation.check_out", **at)
    await centre.do("lead", "activity.finish", activity=activity)
    await centre.do("lead", "activity.submit_hours", activity=activity)
    await centre.do("v1", "participation.agree", activity=activity)
    body = {"activity": activity, "volunteer": volunteer}
    both = await asyncio.gather(*(centre.ask(who, "participation.agree", **body) for who in ("clerk", "clerk2")))
    assert sorted(r.status_code for r in both) == [200, 409]
    assert next(r.json()["rule"] for r in both if r.status_code == 409) == "participation.hours_stand"
    assert (await centre.get("v1", "/me"))["personal_minutes"] == 60


async def test_a_code_of_another_activity_or_made_up_checks_nobody_in(centre: Centre, clock: ManualClock) -> None:
    await centre.teams()
    await centre.register("v1", 1)
    activity, other = await centre.activity(clock), await centre.activity(clock)
    await centre.do("v1", "participation.apply", activity=activity)
    await centre.do("lead", "activity.make_ready", activity=activity)
    clock.advance(timedelta(hours=2))
    wrong = (await centre.get("lead", f"/activities/{other}/code"))["code"]
    right = await centre.get("lead", f"/activities/{activity}/code")
    assert right["qr"].startswith("<?xml")
    tampered = right["code"][:-1] + ("a" if right["code"][-1] != "a" else "b")
    for code in (wrong, tampered, "", "SHN1.x"):
        refused = await centre.ask("v1", "participation.check_in", activity=activity, code=code)
        assert (refused.status_code, refused.json()["rule"]) == (422, "participation.code_wrong"), code
    codes = await centre.get("lead", f"/activities/{activity}/codes")
    assert right["code"] in {c["code"] for c in codes}
    assert len(codes) == 60 * 5 + 30 + 1
    await centre.get("lead2", f"/activities/{activity}/codes", 403)
    clock.advance(timedelta(minutes=40))
    taken = await centre.do("v1", "participation.check_in", activity=activity, code=right["code"])
    assert taken["at"] == (MONDAY + timedelta(hours=2)).isoformat(), "when it was shown"


async def test_calendars_are_read_by_any_calendar_program(centre: Centre, clock: ManualClock) -> None:
    await centre.teams()
    await centre.register("v1", 1)
    activity = await centre.activity(clock)
    feed = await centre.client.get("/activities/calendar.ics")
    assert feed.headers["content-type"].startswith("text/calendar")
    (event,) = icalendar.Calendar.from_ical(feed.content).walk("VEVENT")
    assert event["uid"] == f"{activity}@{centre.scope}"
    assert event.decoded("dtstart") == MONDAY + timedelta(hours=2)
    panel = await centre.get("nobody", "/activities/calendar")
    assert [e["status"] for e in panel["entries"]] == ["RECRUITING"]
    await centre.get("v1", "/me/calendar", 404)
    await centre.do("v1", "volunteer.renew_calendar")
    await centre.do("v1", "participation.apply", activity=activity)
    own = (await centre.get("v1", "/me/calendar"))["path"]
    feed = await centre.client.get(own)
    assert len(icalendar.Calendar.from_ical(feed.content).walk("VEVENT")) == 1
    await centre.do("v1", "volunteer.renew_calendar")
    assert (await centre.client.get(own)).status_code == 404, "the address before opens nothing"
    assert (await centre.client.get(own[:-4] + "aaaa")).status_code == 404


async def test_honours_name_only_who_agreed(centre: Centre, clock: ManualClock) -> None:
    await centre.teams()
    volunteer = await centre.register("v1", 1)
    assert await centre.get("nobody", "/honours/stars") == []
    await centre.do("v1", "volunteer.consent", volunteer=volunteer, purpose="HONOUR_LIST", given=True)
    assert await centre.get("nobody", "/honours/stars") == [], "no star yet"
    page = await centre.get("lead", f"/matters/volunteer/{volunteer}/detail", 403)
    assert page["rule"]
    detail = await centre.get("clerk", f"/matters/volunteer/{volunteer}/detail")
    shown = {f["label"]: f["value"] for f in detail["fields"]}
    assert shown["field.person_name"].startswith("赵*")
    assert shown["field.phone"] == "138****5678"


async def test_whoever_leaves_is_gone_from_the_vault(centre: Centre) -> None:
    await centre.teams()
    volunteer = await centre.register("v1", 1)
    assert await centre.host.pool.fetchval("select count(*) from person_data") == 1
    await centre.do("v1", "volunteer.leave", volunteer=volunteer)
    assert await centre.host.pool.fetchval("select count(*) from person_data") == 0
    await centre.register("v1", 1)


async def test_candidates_are_asked_not_assigned_and_stay_masked(centre: Centre, clock: ManualClock) -> None:
    await centre.teams()
    await centre.register("v1", 1)
    activity = await centre.activity(clock)
    (one,) = await centre.get("lead", f"/activities/{activity}/candidates")
    assert (one["name"], one["phone"]) == ("赵***", "138****5678")
    assert await centre.get("operator", f"/activities/{activity}/candidates", 403)


async def test_a_resident_votes_by_a_code_that_stands_nowhere(centre: Centre) -> None:
    plan = {"area": centre.scope, "year": 2026, "award_name": "最美的人", "winners": 1}
    award = str((await centre.do("clerk", "volunteer.plan_award", **plan))["round"])
    await centre.do("clerk", "volunteer.open_nominations", round=award)
    deed = {"nominee_name": "钱被提名", "deed": "常年照顾邻居"}
    nominee = (await centre.do("v1", "volunteer.nominate", round=award, **deed))["nominee"]
    silent = (await centre.do("v2", "volunteer.nominate", round=award, **deed))["nominee"]
    await centre.do("clerk", "volunteer.close_nominations", round=award)
    good = {"credit": True, "discipline": True, "named": True, "paper": "e" * 64}
    await centre.do("clerk", "volunteer.qualify_nominee", round=award, nominee=nominee, **good)
    unnamed = {**good, "named": False}
    await centre.do("clerk", "volunteer.qualify_nominee", round=award, nominee=silent, **unnamed)
    await centre.do("clerk", "volunteer.open_vote", round=award)
    seen = {"round": award, "citizen_id": citizen(7), "identity_seen": True}
    await centre.do("clerk2", "volunteer.give_vote_code", **seen)
    assert (await centre.get("clerk", "/awards/codes"))["rows"] == [], "shown to who gave it out only"
    await centre.get("lead", "/awards/codes", 403)
    (row,) = (await centre.get("clerk2", "/awards/codes"))["rows"]
    (open_round,) = await centre.get("nobody", "/awards/open")
    assert [c["nominee"] for c in open_round["candidates"]] == [nominee], "nobody is published without consent"
    vote = {"code": row["code"], "candidate": open_round["candidates"][0]["candidate"]}
    key = {"Idempotency-Key": "a-vote-by-code-1"}
    cast = await centre.client.post("/commands/volunteer.vote_by_code", json=vote, headers=key)
    assert cast.status_code == 200, cast.text
    key = {"Idempotency-Key": "a-vote-by-code-2"}
    again = await centre.client.post("/commands/volunteer.vote_by_code", json=vote, headers=key)
    assert (again.status_code, again.json()["rule"]) == (409, "award.code_spent")
    assert (await centre.get("clerk2", "/awards/codes"))["rows"] == []
    kept = msgspec.json.encode(await centre.events())
    for table in ("award_voter", "award_code", "award_votes", "command_key", "audit", "person_data"):
        rows = await centre.host.pool.fetch(f"select t::text as t from {table} t")
        kept += "".join(r["t"] for r in rows).encode()
    answers = await centre.host.pool.fetch("select answer from command_key")
    kept += b"".join(r["answer"] or b"" for r in answers)
    for secret in (row["code"], row["code"].replace("-", ""), citizen(7)):
        assert secret.encode() not in kept


async def test_a_new_calendar_year_moves_the_time_to_confirm(centre: Centre, clock: ManualClock) -> None:
    clock.set(datetime(2026, 12, 30, 1, 0, tzinfo=UTC))
    await centre.teams()
    volunteer = await centre.register("v1", 1)
    activity = await centre.activity(clock)
    await centre.do("v1", "participation.apply", activity=activity)
    await centre.do("lead", "activity.make_ready", activity=activity)
    clock.advance(timedelta(hours=2))
    at = {"activity": activity, "volunteer": volunteer, "means": "LEADER"}
    await centre.do("lead", "participation.check_in", **at)
    clock.advance(timedelta(hours=1))
    await centre.do("lead", "participation.check_out", **at)
    await centre.do("lead", "activity.finish", activity=activity)
    await centre.do("lead", "activity.submit_hours", activity=activity)
    await publish_year(centre.host, "2027-01-01", "2027-01-04", "2027-01-05")

    async def recomputed() -> bool:
        return any(e.type.endswith("clock.recomputed.v1") for e in await centre.events())

    await until(recomputed)
    told = [e for e in await centre.events() if e.type.endswith("clock.recomputed.v1")]
    matter = told[0].data.summary.matter
    assert matter is not None
    assert (matter.kind, matter.clock, matter.provisional) == ("volunteer_activity", "confirm", False)
