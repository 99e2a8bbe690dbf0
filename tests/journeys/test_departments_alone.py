"""An insurer's or a volunteers' department alone: its service and the gateway that comes with it, nobody else.

Everybody comes in through the gateway. What would be for a neighbour waits, and no word is lost on its absence. Of two
who want the same thing at the same time one gets it, the other is told, and the sums stay right.
"""

import asyncio
import logging
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import pytest
import pytest_asyncio
from shuniu.testing.waiting import until
from shuniu_demo.accounts import Seat
from shuniu_demo.clients import Refused
from shuniu_insurance.policies.commands import demonstration_covers

from .running import MONDAY, Running, Stage, running

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]

SCOPE: Final = "320199001"
COMMUNITY: Final = "320199001001"
HOUSE: Final = f"c-{COMMUNITY}"
INSURER: Final = "steward-insurance"
TEAM: Final = "vt-01"
CITIZEN: Final = "11010519491231002X"
"""The example number of GB 11643, with its check character."""
OLD: Final = ("320102195001010012", "320102195001010020")
"""Made-up citizen numbers of two people of 76, which pass the check."""


def _entry(kind: str, code: str, zh: str, subtype: str, parent: str = "") -> dict[str, Any]:
    return {"kind": kind, "code": code, "parent": parent, "title": {"zh": zh, "en": code}, "subtype": subtype}


REGISTRY: Final = {
    "scope": SCOPE,
    "title": {"zh": "枢纽街道", "en": "Shuniu Street"},
    "synthetic": True,
    "areas": [
        _entry("area", SCOPE, "枢纽街道", "STREET", SCOPE[:6]),
        _entry("area", COMMUNITY, "青桐社区", "COMMUNITY", SCOPE),
    ],
    "units": [
        _entry("unit", "street-office", "枢纽街道办事处", "STREET"),
        _entry("unit", HOUSE, "青桐社区居委会", "COMMUNITY", "street-office"),
        _entry("unit", INSURER, "示例保险公司", "ENTERPRISE"),
    ],
}
"""A department alone reads its areas and units from the registry file of its deployment."""
OFFICE: Final = ("street-office",)
INSURANCE_SEATS: Final = (
    Seat("operator", "指挥中心值班员", "Operator", "operator", (SCOPE,), clearance=3),
    Seat("clerk", "街道经办", "Street clerk", "street_clerk", (SCOPE,), OFFICE, 3),
    Seat("leader", "班子成员", "Leading-group member", "leading_group", (SCOPE,), OFFICE, 3),
    Seat("community", "社区书记", "Community secretary", "community_secretary", (COMMUNITY,), (HOUSE,), 3),
    Seat("community-clerk", "社区工作者", "Community clerk", "community_clerk", (COMMUNITY,), (HOUSE,), 3),
    Seat("insurer", "保险经办", "Insurer's clerk", "insurer_clerk", (), (INSURER,)),
    Seat("payer", "保险财务甲", "Insurer's finance", "insurer_finance", (), (INSURER,)),
    Seat("payer-2", "保险财务乙", "Insurer's second finance", "insurer_finance", (), (INSURER,)),
)
VOLUNTEER_SEATS: Final = (
    Seat("operator", "指挥中心值班员", "Operator", "operator", (SCOPE,), clearance=3),
    Seat("clerk", "街道经办", "Street clerk", "street_clerk", (SCOPE,), OFFICE, 3),
    Seat("community", "社区书记", "Community secretary", "community_secretary", (COMMUNITY,), (HOUSE,), 3),
    Seat("bank", "时间银行经办甲", "Time-bank clerk", "time_bank_clerk", (SCOPE,), clearance=3),
    Seat("bank-2", "时间银行经办乙", "Second time-bank clerk", "time_bank_clerk", (SCOPE,), clearance=3),
    Seat("team-lead", "志愿队长", "Team leader", "volunteer_lead", (), (TEAM,)),
    Seat("volunteer-01", "志愿者甲", "A volunteer", "volunteer", (COMMUNITY,)),
    Seat("volunteer-02", "志愿者乙", "Another volunteer", "volunteer", (COMMUNITY,)),
)


class Department:
    """One service behind its gateway."""

    def __init__(self, there: Running, service: str) -> None:
        self.there = there
        self.service = service

    async def ask(self, login: str, command: str, **body: Any) -> dict[str, Any]:
        """A command that must be taken; its answer."""
        desk = self.there.desk(login)
        given = await desk.request("POST", f"/do/{self.service}/{command}", key=self.there.key(), json=body)
        answer: dict[str, Any] = given["answer"]
        return answer

    async def read(self, login: str, path: str) -> Any:
        """A route of the service."""
        return await self.there.desk(login).get(f"/services/{self.service}/x/{path}")

    async def race(self, *asked: tuple[str, str, dict[str, Any]]) -> list[dict[str, Any] | Refused]:
        """Several commands at the same time; what each got."""

        async def one(login: str, command: str, body: dict[str, Any]) -> dict[str, Any] | Refused:
            try:
                return await self.ask(login, command, **body)
            except Refused as no:
                return no

        for login, _, _ in asked:
            await self.there.desk(login).get("/view")  # everybody is signed in and at the line
        return list(await asyncio.gather(*(one(*a) for a in asked)))

    async def page(self, kind: str, matter: str, status: str) -> dict[str, Any]:
        """A matter's page in the command view, once it has that status."""
        return await self.there.shows("operator", self.service, kind, matter, status)

    async def alone(self) -> None:
        """The view knows this service and the gateway, has heard all of it, and nothing lies in a dead-letter box."""
        await self.there.caught_up("operator")
        view = await self.there.desk("operator").get("/view")
        assert {s["service"] for s in view["services"]} == {"gateway", self.service}
        host = self.there.host(self.service)
        assert await host.pool.fetchval("select count(*) from parked") == 0


def _lost_one(outcomes: list[dict[str, Any] | Refused], rule: str) -> None:
    """One of two was taken, the other got a clear 409."""
    refused = [o for o in outcomes if isinstance(o, Refused)]
    assert [(no.status, no.rule) for no in refused] == [(409, rule)]


@asynccontextmanager
async def _department(folder: Path, service: str, seats: tuple[Seat, ...]) -> AsyncIterator[Running]:
    services = ("gateway", service)
    async with running(folder, SCOPE, msgspec.json.encode(REGISTRY), services=services, begin=MONDAY) as there:
        await there.open_accounts(seats)
        yield there


@pytest_asyncio.fixture(loop_scope="session")
async def insurance(stage: Stage, tmp_path: Path) -> Department:
    """The insurer's department."""
    there = await stage.take("insurance-alone", lambda: _department(tmp_path / "i", "insurance", INSURANCE_SEATS))
    return Department(there, "insurance")


@pytest_asyncio.fixture(loop_scope="session")
async def volunteers(stage: Stage, tmp_path: Path) -> Department:
    """The volunteers' department."""
    there = await stage.take("volunteer-alone", lambda: _department(tmp_path / "v", "volunteer", VOLUNTEER_SEATS))
    return Department(there, "volunteer")


@pytest.fixture(autouse=True)
def no_error(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing is logged as an error while a department works alone."""
    yield
    wrong = [r.getMessage() for r in caplog.get_records("call") if r.levelno >= logging.ERROR]
    assert not wrong, wrong


async def test_insurance_alone_from_a_report_to_the_money(insurance: Department) -> None:
    there = insurance.there
    covers = [msgspec.structs.asdict(cover) for cover in demonstration_covers()]
    period = {"since": "2026-01-01", "until": "2026-12-31"}
    drafted = await insurance.ask(
        "clerk", "policy.draft", insurer=INSURER, area=SCOPE, premium=50_000_000, covers=covers, **period
    )
    await insurance.ask("leader", "policy.issue", policy=drafted["policy"], contract="STEWARD-2026-1")
    found = await insurance.ask(
        "insurer", "hazard.find", category="YH01", area=COMMUNITY, place={"name": "青桐路"}, holder="PUBLIC"
    )
    hazard = found["hazard"]
    await insurance.ask("clerk", "hazard.verify", hazard=hazard)
    await insurance.ask("clerk", "hazard.grade", hazard=hazard, grade="GENERAL", colour="YELLOW")
    await insurance.ask("clerk", "hazard.route", hazard=hazard, way="GOV", to_kind="grid_event")
    await insurance.page("hazard", hazard, "ROUTED")  # with nobody to take it, it is an open referral
    async with httpx.AsyncClient(base_url=f"{there.url}/api/v1/public/", trust_env=False, timeout=30) as resident:
        happened = (there.now() - timedelta(hours=1)).isoformat()
        report = {"what_happened": "踩空松动井盖", "event_kind": "E03", "area": COMMUNITY, "occurred_at": happened}
        key = {"Idempotency-Key": str(uuid.uuid4())}
        body = {**report, "place": {"name": "青桐路"}, "injured_name": "张三丰", "consent": True}
        reported = await resident.post("do/insurance/claim.report_public", json=body, headers=key)
        assert reported.status_code == 200, reported.text
        claim = reported.json()["answer"]["claim"]
    await insurance.ask("insurer", "claim.register", claim=claim, insurer_number="STEWARD-C-1")
    draft = {"event_kind": "E03", "injured_name": "张三丰", "injured_citizen_id": CITIZEN, "statement": "经核实属实"}
    certificate = (await insurance.ask("community-clerk", "certificate.draft", claim=claim, **draft))["certificate"]
    await insurance.ask("community", "certificate.sign", certificate=certificate, no_relation=True)
    await insurance.ask("insurer", "claim.complete_documents", claim=claim)
    await insurance.ask("insurer", "claim.assess", claim=claim, items=[{"item": "MEDICAL", "amount": 320_000}])
    photo = await there.photo("insurance", "community-clerk", "cover")
    bank = {"payee_name": "张三丰", "payee_bank_account": "6222000011112222333", "form": [photo]}
    await insurance.ask("community-clerk", "claim.record_answer", claim=claim, answer="AGREE", **bank)
    await insurance.ask("community-clerk", "claim.ask_volunteers", claim=claim, family_agrees=True)
    pay = {"claim": claim, "amount": 320_000, "payee": "INJURED"}
    payers = (("payer", "BANK-0001"), ("payer-2", "BANK-0002"))
    paid = await insurance.race(*((login, "claim.pay", {**pay, "reference": ref}) for login, ref in payers))
    _lost_one(paid, "claim.pay_agreed")
    page = await insurance.page("insurance_claim", claim, "PAID")
    assert [s["move"] for s in page["timeline"]].count("claim_paid") == 1
    (row,) = [r for r in (await insurance.read("clerk", "policies/room"))["rows"] if r["taken"]]
    assert row["taken"] == 320_000
    await insurance.alone()


async def test_volunteers_alone_from_an_activity_to_minutes_redeemed(volunteers: Department) -> None:
    there = volunteers.there
    team = {"code": TEAM, "title_zh": "青桐志愿队", "area": COMMUNITY}
    await volunteers.ask("clerk", "volunteer.enter_teams", rows=[team])
    people: dict[str, str] = {}
    for n, number in enumerate(OLD, 1):
        person = {"person_name": f"赵志愿{n}", "citizen_id": number, "area": COMMUNITY, "consent": True}
        login = f"volunteer-0{n}"
        people[login] = (await volunteers.ask(login, "volunteer.register_volunteer", **person))["volunteer"]
    begins = there.now() + timedelta(minutes=20)
    plan = {"category": "VA_ENVIRONMENT", "title": "清洁家园", "area": COMMUNITY, "places": 1, "organiser": TEAM}
    plan |= {"starts_at": begins.isoformat(), "ends_at": (begins + timedelta(hours=3)).isoformat()}
    activity = (await volunteers.ask("clerk", "activity.draft", **plan))["activity"]
    on = {"activity": activity}
    await volunteers.ask("community", "activity.review", **on)
    await volunteers.ask("team-lead", "activity.open", **on)
    places = await volunteers.race(*((login, "participation.apply", on) for login in people))
    answers = [p for p in places if isinstance(p, dict)]
    assert sorted(a["status"] for a in answers) == ["ACCEPTED", "WAITLISTED"], "the last place goes to one"
    server = next(login for login, a in zip(people, answers, strict=True) if a["status"] == "ACCEPTED")
    await volunteers.ask("team-lead", "activity.make_ready", **on)
    await volunteers.ask("team-lead", "activity.start", **on)
    for move, later in (("check_in", timedelta(hours=1, minutes=2)), ("check_out", timedelta())):
        code = (await volunteers.read("team-lead", f"activities/{activity}/code"))["code"]
        await volunteers.ask(server, f"participation.{move}", **on, code=code)
        there.set_clock(there.now() + later)
    for move in ("finish", "submit_hours"):
        await volunteers.ask("team-lead", f"activity.{move}", **on)
    await volunteers.ask(server, "participation.agree", **on)
    both = await volunteers.race(
        *((who, "participation.agree", {**on, "volunteer": people[server]}) for who in ("team-lead", "clerk"))
    )
    _lost_one(both, "participation.hours_stand")

    async def banked() -> bool:
        rows = (await volunteers.read("bank", "time-bank/summary"))["rows"]
        return bool(rows[0]["minutes"] == 60)

    await until(banked, within=15, every=0.05)
    member = {"volunteer": people[server], "member_birth": "1950-01-01"}
    await volunteers.ask("bank", "volunteer.verify_time_member", **member)
    wish = {"account": f"P:{people[server]}", "help": "MEAL_HELP", "minutes": 45, "area": COMMUNITY}
    wish["wished_at"] = (there.now() + timedelta(days=1)).isoformat()
    orders = [(await volunteers.ask(server, "volunteer.request_time", **wish))["order"] for _ in range(2)]
    clerks = ("bank", "bank-2")
    held = await volunteers.race(
        *((who, "volunteer.hold_time", {"order": order}) for who, order in zip(clerks, orders, strict=True))
    )
    _lost_one(held, "ledger.short")
    rows = (await volunteers.read("bank", "time-bank/summary"))["rows"]
    sums = Counter({row["account"]["zh"]: row["minutes"] for row in rows[:-1]})
    assert sum(sums.values()) == 0
    assert [row["minutes"] for row in rows[:5]] == [15, 0, 0, 0, 45], "P, T, F, K and what is held"
    await volunteers.alone()
