"""One chain through four services: a loose manhole, the accident at it, the whistle that mends it, who stands by.

The insurer's surveyor finds it, the government gets it by referral as a grid event, the grid refers it on to be blown,
the department works in stages; meanwhile somebody is hurt there and is paid. Everybody acts through the gateway; the
injured resident has no account and comes in over the public page. Volunteers accompany the family and earn hours.
"""

import base64
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, timedelta
from typing import Any, Final

import httpx
import msgspec
import pytest
import pytest_asyncio
from shuniu.testing.waiting import until
from shuniu_demo.accounts import Seat, duty
from shuniu_demo.clients import Refused
from shuniu_insurance.policies.commands import demonstration_covers

from .registries import enter
from .running import MONDAY, Running, Stage, running
from .test_told import told as told_of

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]

SCOPE: Final = "320199001"
COMMUNITY: Final = "320199001001"
OFFICE: Final = ("street-office",)
INSURER: Final = "steward-insurance"
HOUSE: Final = f"c-{COMMUNITY}"
TEAM: Final = "vt-01"
COMPANIONS: Final = {"volunteer-01": "320102199001010010", "volunteer-02": "320102199001010029"}
"""Two volunteers by login, with made-up citizen numbers that pass the check (GB 11643)."""
SEATS: Final = (
    Seat("registrar", "基础信息管理员", "Registrar", "registrar", (SCOPE,)),
    Seat("operator", "指挥中心值班员", "Operator", "operator", (SCOPE,), clearance=3),
    Seat("dispatcher", "街道调度", "Street dispatcher", "dispatcher", (SCOPE,), clearance=3),
    Seat("checker", "核查员", "Grid checker", "grid_checker", (SCOPE,)),
    Seat("clerk", "街道经办", "Street clerk", "street_clerk", (SCOPE,), OFFICE, 3),
    Seat("leader", "班子成员", "Leading-group member", "leading_group", (SCOPE,), OFFICE, 3),
    Seat("community", "社区书记", "Community secretary", "community_secretary", (COMMUNITY,), (HOUSE,), 3),
    Seat("community-clerk", "社区工作者", "Community clerk", "community_clerk", (COMMUNITY,), (HOUSE,), 3),
    Seat("surveyor", "保险查勘员", "Insurer's surveyor", "insurer_surveyor", (), (INSURER,)),
    Seat("rechecker", "保险复查员", "Insurer's second surveyor", "insurer_surveyor", (), (INSURER,)),
    Seat("insurer", "保险经办", "Insurer's clerk", "insurer_clerk", (), (INSURER,)),
    Seat("payer", "保险财务", "Insurer's finance", "insurer_finance", (), (INSURER,)),
    Seat("team-lead", "志愿队长", "Team leader", "volunteer_lead", (), (TEAM,)),
    Seat("volunteer-01", "志愿者甲", "A volunteer", "volunteer", (COMMUNITY,), clearance=1),
    Seat("volunteer-02", "志愿者乙", "Another volunteer", "volunteer", (COMMUNITY,), clearance=1),
    Seat(duty("zgj"), "住房建设分局值班员", "Housing duty officer", "duty_officer", (), ("zgj",)),
)  # fmt: skip
MANHOLE: Final = {"name": "青桐路 12 号门前", "lon": 118.8013, "lat": 32.1045}
NEARBY: Final = {"name": "青桐路口东", "lon": 118.8015, "lat": 32.1047}
"""Some 29 m away: within the 50 m that make an accident belong to a hazard."""
FAR: Final = {"name": "青桐路西段", "lon": 118.8043, "lat": 32.1045}
"""Some 280 m away, on the same street."""
CITIZEN: Final = "11010519491231002X"
"""The example number of GB 11643, with its check character."""
PAID: Final = 320_000
RATE: Final = "accident.known_hazard_rate"


def _entry(kind: str, code: str, parent: str, zh: str, en: str, subtype: str) -> dict[str, Any]:
    return {"kind": kind, "code": code, "parent": parent, "title": {"zh": zh, "en": en}, "subtype": subtype}


REGISTRY: Final[dict[str, Any]] = {
    "scope": SCOPE,
    "title": {"zh": "枢纽街道", "en": "Shuniu Street"},
    "synthetic": True,
    "areas": [
        _entry("area", SCOPE, SCOPE[:6], "枢纽街道", "Shuniu Street", "STREET"),
        _entry("area", COMMUNITY, SCOPE, "青桐社区", "Qingtong Community", "COMMUNITY"),
    ],
    "units": [
        _entry("unit", "street-office", "", "枢纽街道办事处", "Shuniu Street Office", "STREET"),
        _entry("unit", "zgj", "street-office", "住房建设分局", "Housing and Construction", "DEPARTMENT"),
        _entry("unit", HOUSE, "street-office", "青桐社区居委会", "Qingtong Committee", "COMMUNITY"),
        _entry("unit", INSURER, "", "示例保险公司", "Example Insurance", "ENTERPRISE"),
    ],
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def street(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Running:
    """A fictional street with every service of the chain."""
    head = {name: REGISTRY[name] for name in ("scope", "title", "synthetic")}
    folder = tmp_path_factory.mktemp("one-chain")
    services = ("gateway", "grid", "whistle", "insurance", "volunteer")

    @asynccontextmanager
    async def begin() -> AsyncIterator[Running]:
        async with running(folder, SCOPE, msgspec.json.encode(head), services=services, begin=MONDAY) as there:
            await there.open_accounts(SEATS)
            await enter(there, REGISTRY)
            yield there

    return await stage.take("one-chain", begin)


class Chain:
    """The people of the chain at work, and what they have learnt so far."""

    def __init__(self, street: Running, resident: httpx.AsyncClient) -> None:
        self.street = street
        self._resident = resident
        self.policy = self.hazard = self.event = self.whistle = self.callout = self.claim = self.code = ""
        self.activity = ""

    async def insurance(self, login: str, command: str, **body: Any) -> dict[str, Any]:
        """A command of the insurance service, which must be taken; its answer."""
        return await self._asked("insurance", login, command, body)

    async def volunteers(self, login: str, command: str, **body: Any) -> dict[str, Any]:
        """The same of the volunteer service."""
        return await self._asked("volunteer", login, command, body)

    async def _asked(self, service: str, login: str, command: str, body: dict[str, Any]) -> dict[str, Any]:
        desk = self.street.desk(login)
        given = await desk.request("POST", f"/do/{service}/{command}", key=self.street.key(), json=body)
        answer: dict[str, Any] = given["answer"]
        return answer

    async def of_volunteers(self, login: str, path: str) -> Any:
        """A route of the volunteer service."""
        return await self.street.desk(login).get(f"/services/volunteer/x/{path}")

    async def resident(self, command: str, **body: Any) -> dict[str, Any]:
        """Something anybody may do without signing in."""
        key = {"Idempotency-Key": str(uuid.uuid4())}
        response = await self._resident.post(f"do/insurance/{command}", json=body, headers=key)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()["answer"]
        return answer

    async def open_to_all(self, path: str, **query: str) -> Any:
        """A public route of the insurance service, without signing in."""
        response = await self._resident.get(f"services/insurance/x/{path}", params=query)
        assert response.status_code == 200, response.text
        return response.json()

    async def on_whistle(self, login: str, move: str, **body: Any) -> dict[str, Any]:
        """A move on the whistle."""
        return await self.street.do(login, f"whistle.{move}", whistle=self.whistle, **body)

    async def on_callout(self, login: str, move: str, **body: Any) -> dict[str, Any]:
        """A move on the department's callout."""
        return await self.on_whistle(login, move, callout=self.callout, **body)

    async def hazard_is(self, status: str) -> dict[str, Any]:
        """The hazard's page once it has that status."""
        return await self.street.shows("operator", "insurance", "hazard", self.hazard, status)

    async def claim_is(self, status: str) -> dict[str, Any]:
        """The claim's page once it has that status."""
        return await self.street.shows("operator", "insurance", "insurance_claim", self.claim, status)

    async def activity_is(self, status: str) -> dict[str, Any]:
        """The volunteers' activity once it has that status."""
        return await self.street.shows("operator", "volunteer", "volunteer_activity", self.activity, status)

    async def linked(self, service: str, kind: str, matter: str, to: str) -> str:
        """The id of the matter of kind ``to`` that this one is linked with, once the view says so."""

        async def found() -> str | None:
            links = (await self.street.page("operator", service, kind, matter)).get("links", ())
            return next((link["id"] for link in links if link["kind"] == to and link["matter"]), None)

        found.__qualname__ = f"{kind} {matter} is linked with a {to}"
        other: str = await until(found, within=15, every=0.05)
        return other

    async def rate(self) -> tuple[float, float]:
        """已知隐患命中率 of the whole street, as numerator and denominator."""
        rows = (await self.street.desk("operator").get("/rates"))["rows"]
        row = next(r for r in rows if (r["service"], r["rate"]) == ("insurance", RATE))
        return row["numerator"], row["denominator"]

    async def year(self) -> dict[str, Any]:
        """The newest yearly evaluation after computing it anew."""
        body = {"policy": self.policy, "exposed_units": 20, "residents": 8000}
        made = (await self.insurance("clerk", "evaluation.compute", **body))["evaluation"]
        rows = (await self.street.desk("clerk").get("/services/insurance/x/evaluations"))["rows"]
        row: dict[str, Any] = next(r for r in rows if r["evaluation"]["id"] == made)
        return row


@pytest_asyncio.fixture(loop_scope="session")
async def chain(street: Running) -> AsyncIterator[Chain]:
    """The chain before its first link."""
    async with httpx.AsyncClient(base_url=f"{street.url}/api/v1/public/", trust_env=False, timeout=30) as resident:
        yield Chain(street, resident)


async def _insured(chain: Chain) -> None:
    covers = [msgspec.structs.asdict(cover) for cover in demonstration_covers()]
    period = {"since": "2026-01-01", "until": "2026-12-31"}
    drafted = await chain.insurance(
        "clerk", "policy.draft", insurer=INSURER, area=SCOPE, premium=50_000_000, covers=covers, **period
    )
    chain.policy = drafted["policy"]
    await chain.insurance("leader", "policy.issue", policy=chain.policy, contract="STEWARD-2026-1")
    await chain.street.shows("operator", "insurance", "insurance_policy", chain.policy, "IN_FORCE")


async def _found_and_routed(chain: Chain) -> None:
    """The list: found by the insurer's surveyor, verified, graded, given to the government."""
    photo = await chain.street.photo("insurance", "surveyor", "cover")
    found = await chain.insurance(
        "surveyor", "hazard.find", category="YH01", area=COMMUNITY, place=MANHOLE, holder="PUBLIC", evidence=[photo]
    )
    chain.hazard = found["hazard"]
    await chain.insurance("insurer", "hazard.verify", hazard=chain.hazard)
    await chain.insurance("insurer", "hazard.grade", hazard=chain.hazard, grade="GENERAL", colour="YELLOW")
    await chain.insurance("insurer", "hazard.route", hazard=chain.hazard, way="GOV", to_kind="grid_event")
    chain.event = await chain.linked("insurance", "hazard", chain.hazard, "grid_event")
    await chain.hazard_is("RECTIFYING")
    event = (await chain.street.shows("operator", "grid", "grid_event", chain.event, "REPORTED"))["matter"]
    assert (event["place"]["name"], event["area"], event["category"]) == (MANHOLE["name"], COMMUNITY, "C0114")


async def _whistled(chain: Chain) -> None:
    """The grid files it and cannot; the whistle is drafted by referral, completed and blown."""
    street = chain.street
    await street.do("dispatcher", "grid.file", event=chain.event)
    await street.do("dispatcher", "grid.refer", event=chain.event, reason="NO_POWERS")
    chain.whistle = await chain.linked("grid", "grid_event", chain.event, "whistle")
    await street.shows("operator", "grid", "grid_event", chain.event, "REFERRED")
    why = "井盖无权属单位，网格无维修权限"
    await chain.on_whistle(
        "clerk", "amend", item="ROAD_WORKS", area=COMMUNITY, place=MANHOLE, lead="zgj", description=why
    )
    await chain.on_whistle("clerk", "submit")
    assert (await told_of(street, "leader", chain.whistle))["why"] == "assigned"
    finish_by = (street.now() + timedelta(days=4)).date().isoformat()
    blown = await chain.on_whistle("leader", "blow", finish_by=finish_by)
    chain.callout = blown["answer"]["callouts"]["zgj"]


async def _at_work(chain: Chain) -> list[str]:
    """The department signs, contacts, reports in and plans its work in two phases; the first is accepted."""
    street, by = chain.street, duty("zgj")
    await told_of(street, by, chain.whistle)
    await chain.on_callout(by, "sign")
    await chain.on_callout(by, "contact", note="已与街道经办对接")
    at = street.now().isoformat()
    await chain.on_callout("clerk", "report_in", at=at, where=MANHOLE["name"], people=3)
    day = (street.now() + timedelta(days=2)).date().isoformat()
    await chain.on_callout(by, "start", measures="先围挡警示，再更换井盖井圈", finish_on=day)
    phases = []
    for work in ("SURVEY", "REPAIR"):
        planned = await chain.on_callout(by, "plan_phase", work=work, due_on=day)
        phases.append(planned["answer"]["phase"])
    await _phase(chain, phases[0], done=False)
    await chain.on_callout(by, "start_phase", phase=phases[1])
    return phases


async def _phase(chain: Chain, phase: str, *, done: bool) -> None:
    by = duty("zgj")
    if not done:
        await chain.on_callout(by, "start_phase", phase=phase)
    photo = await chain.street.photo("whistle", by, "cover", done=done)
    await chain.on_callout(by, "submit_phase", phase=phase, evidence=[photo])
    await chain.on_callout("clerk", "accept_phase", phase=phase)


async def _hurt(chain: Chain, place: dict[str, Any]) -> tuple[str, str]:
    """A resident's report over the public page; the claim and its follow-up code."""
    happened = chain.street.now().astimezone(UTC).isoformat()
    answer = await chain.resident(
        "claim.report_public",
        what_happened="踩空松动井盖，脚踝骨折",
        event_kind="E03",
        area=COMMUNITY,
        place=place,
        occurred_at=happened,
        injured_name="张三丰",
        consent=True,
    )
    return answer["claim"], answer["code"]


async def _accident(chain: Chain) -> None:
    """While the department works somebody is hurt: near the hazard, so it was known; farther away it was not."""
    assert await chain.rate() == (0, 0)
    before = await chain.year()
    assert (before["known"], before["loss"], before["hazards_off"]) == (None, 0.0, 0.0)
    await chain.insurance("clerk", "evaluation.discard", evaluation=before["evaluation"]["id"])
    chain.claim, chain.code = await _hurt(chain, NEARBY)
    assert await chain.linked("insurance", "insurance_claim", chain.claim, "hazard") == chain.hazard
    page = await chain.claim_is("REPORTED")
    assert "CLAIM_KNOWN_HAZARD" in page["matter"]["flags"]
    assert ("known_hazard", "to") in {(link["relation"], link["direction"]) for link in page["links"]}
    hazard = await chain.hazard_is("RECTIFYING")
    assert "flag.accident" in hazard["matter"]["flags"]
    other, _ = await _hurt(chain, FAR)

    async def compared() -> bool:
        return await chain.rate() == (1, 2)

    await until(compared, within=15, every=0.05)
    unlinked = await chain.street.page("operator", "insurance", "insurance_claim", other)
    assert "CLAIM_KNOWN_HAZARD" not in unlinked["matter"]["flags"]
    assert not [link for link in unlinked["links"] if link["kind"] == "hazard"]


async def _certified(chain: Chain) -> None:
    """A clerk of the community drafts, its secretary signs, and anybody verifies it without signing in."""
    await chain.insurance("insurer", "claim.register", claim=chain.claim, insurer_number="STEWARD-C-1")
    draft = {"event_kind": "E03", "injured_name": "张三丰", "injured_citizen_id": CITIZEN, "statement": "经核实属实"}
    drafted = await chain.insurance("community-clerk", "certificate.draft", claim=chain.claim, **draft)
    certificate = drafted["certificate"]
    with pytest.raises(Refused) as drafter:
        await chain.insurance("community-clerk", "certificate.sign", certificate=certificate, no_relation=True)
    assert drafter.value.status == 403
    signed = await chain.insurance("community", "certificate.sign", certificate=certificate, no_relation=True)
    verified = await chain.open_to_all(f"verify/{signed['code']}")
    assert (verified["state"], verified["signed"]) == ("VALID", True)
    assert "张三丰" not in msgspec.json.encode(verified).decode()
    key = await chain.open_to_all("documents/key")
    assert len(base64.b64decode(key["key"])) == 32
    await chain.claim_is("CERTIFIED")


async def _paid(chain: Chain) -> None:
    """Assessed by the insurer, agreed by the resident's own word, paid by another than who assessed."""
    arrived = chain.street.now().isoformat()
    await chain.insurance("surveyor", "claim.survey", claim=chain.claim, arrived_at=arrived, found="现场与报案一致")
    await chain.insurance("insurer", "claim.complete_documents", claim=chain.claim)
    items = [{"item": "MEDICAL", "amount": PAID}]
    await chain.insurance("insurer", "claim.assess", claim=chain.claim, items=items)
    followed = await chain.open_to_all("claims/follow", code=chain.code)
    assert followed["assessed"] == PAID
    bank = {"payee_name": "张三丰", "payee_bank_account": "6222000011112222333"}
    await chain.resident("claim.answer_by_code", code=chain.code, answer="AGREE", **bank)
    offers = await chain.street.desk("payer").offers("insurance", "insurance_claim", chain.claim)
    pay = next(offer["prefill"] for offer in offers if offer["action"] == "claim.pay")
    assert pay["amount"] == PAID
    await chain.insurance("payer", "claim.pay", **pay, reference="BANK-0001")
    await chain.claim_is("PAID")


async def _asked_to_accompany(chain: Chain) -> None:
    """The community asks for volunteers; neither the accident nor a person travels with it. They join."""
    own = {"phone": "13812345678", "area": COMMUNITY, "consent": True}
    await chain.volunteers(
        "clerk", "volunteer.enter_teams", rows=[{"code": TEAM, "title_zh": "青桐志愿队", "area": COMMUNITY}]
    )
    for n, (login, number) in enumerate(COMPANIONS.items(), 1):
        await chain.volunteers(
            login, "volunteer.register_volunteer", person_name=f"赵志愿{n}", citizen_id=number, **own
        )
    await chain.insurance("community-clerk", "claim.ask_volunteers", claim=chain.claim, family_agrees=True)
    chain.activity = await chain.linked("insurance", "insurance_claim", chain.claim, "volunteer_activity")
    drafted = (await chain.activity_is("DRAFT"))["matter"]
    assert (drafted["title"], drafted["area"]) == ("陪伴帮扶 · 青桐社区", COMMUNITY)
    begins = chain.street.now() + timedelta(minutes=20)
    plan = {"category": "VA_ACCOMPANY", "title": "陪伴家庭就医", "area": COMMUNITY, "places": 2, "organiser": TEAM}
    plan |= {"starts_at": begins.isoformat(), "ends_at": (begins + timedelta(hours=3)).isoformat()}
    await chain.volunteers("clerk", "activity.amend", activity=chain.activity, **plan)
    await chain.volunteers("community", "activity.review", activity=chain.activity)
    await chain.volunteers("team-lead", "activity.open", activity=chain.activity)
    for login in COMPANIONS:
        joined = await chain.volunteers(login, "participation.apply", activity=chain.activity)
        assert joined["status"] == "ACCEPTED"
    await chain.volunteers("team-lead", "activity.make_ready", activity=chain.activity)
    mine = await chain.street.page("volunteer-01", "volunteer", "volunteer_activity", chain.activity)
    assert mine["matter"]["title"] == "陪伴帮扶 · 青桐社区"
    assert {link["matter"] for link in mine["links"]} == {None}, "who accompanies does not learn of which accident"
    assert NEARBY["name"] not in msgspec.json.encode(mine).decode()
    with pytest.raises(Refused) as unseen:
        await chain.street.page("volunteer-01", "insurance", "insurance_claim", chain.claim)
    assert (unseen.value.status, unseen.value.rule) == (403, "access.not_visible")


async def _accompanied(chain: Chain) -> None:
    """They check in and out by the activity's code; both sides confirm, and each earns what was served."""
    await chain.volunteers("team-lead", "activity.start", activity=chain.activity)
    for move in ("check_in", "check_out"):
        code = (await chain.of_volunteers("team-lead", f"activities/{chain.activity}/code"))["code"]
        for login in COMPANIONS:
            await chain.volunteers(login, f"participation.{move}", activity=chain.activity, code=code)
        if move == "check_in":
            chain.street.set_clock(chain.street.now() + timedelta(hours=1, minutes=2))
    for move in ("finish", "submit_hours"):
        await chain.volunteers("team-lead", f"activity.{move}", activity=chain.activity)
    for login in COMPANIONS:
        me = await chain.of_volunteers(login, "me")
        assert me["personal_minutes"] == 0, "nothing counts that only one side has said"
        await chain.volunteers(login, "participation.agree", activity=chain.activity)
        on = {"activity": chain.activity, "volunteer": me["volunteer"]}
        await chain.volunteers("team-lead", "participation.agree", **on)
    await chain.activity_is("HOURS_CONFIRMED")
    for login in COMPANIONS:
        assert (await chain.of_volunteers(login, "me"))["personal_minutes"] == 60

    async def banked() -> bool:
        rows = (await chain.of_volunteers("clerk", "time-bank/summary"))["rows"]
        return [row["minutes"] for row in rows][:1] == [120]

    await until(banked, within=15, every=0.05)

    async def settled() -> bool:
        page = await chain.street.page("operator", "insurance", "insurance_claim", chain.claim)
        told = [s["detail"] for s in page["timeline"] if s["move"] == "claim_volunteers_answered"]
        return told == ["referral.taken", "referral.settled"]

    await until(settled, within=15, every=0.05)


async def _solved(chain: Chain, phases: list[str]) -> None:
    """The whistle ends; the grid event is fed back, checked and closed; the hazard is rechecked and struck off."""
    street = chain.street
    await _phase(chain, phases[1], done=True)

    # The last phase accepted ends the department's work.
    async def finished() -> bool:
        units = (await street.page("operator", "whistle", "whistle", chain.whistle))["matter"]["units"]
        return [unit["status"] for unit in units] == ["FINISHED"]

    await until(finished, within=15, every=0.05)
    early = await street.refused("clerk", "whistle.close", whistle=chain.whistle)
    assert early.status == 409, "nothing is closed without a rating"
    await chain.on_callout("clerk", "rate", response=5, attitude=5, result=4)
    await chain.on_whistle("clerk", "close")
    await street.shows("operator", "whistle", "whistle", chain.whistle, "CLOSED")
    await street.shows("operator", "grid", "grid_event", chain.event, "FED_BACK")
    await street.do("checker", "grid.start_check", event=chain.event)
    after = await street.photo("grid", "checker", "cover", done=True)
    await street.do("checker", "grid.close", event=chain.event, photos=[after])
    await street.shows("operator", "grid", "grid_event", chain.event, "CLOSED")
    await chain.hazard_is("RECTIFIED")
    seen = await street.photo("insurance", "rechecker", "cover", done=True)
    with pytest.raises(Refused) as finder:
        await chain.insurance("surveyor", "hazard.recheck", hazard=chain.hazard, evidence=[seen])
    assert (finder.value.status, finder.value.rule) == (403, "hazard.finder_not_rechecker")
    await chain.insurance("rechecker", "hazard.recheck", hazard=chain.hazard, evidence=[seen])
    await chain.insurance("insurer", "hazard.cancel_off", hazard=chain.hazard)
    await chain.hazard_is("CANCELLED_OFF")


async def _one_story(chain: Chain) -> None:
    """Whichever link one opens, the gateway tells the whole chain on one timeline, in its order."""
    hazard = await chain.street.page("operator", "insurance", "hazard", chain.hazard)
    event = await chain.street.page("operator", "grid", "grid_event", chain.event)
    whistle = await chain.street.page("operator", "whistle", "whistle", chain.whistle)
    claim = await chain.street.page("operator", "insurance", "insurance_claim", chain.claim)

    activity = await chain.street.page("operator", "volunteer", "volunteer_activity", chain.activity)

    def links(page: dict[str, Any]) -> set[tuple[str, str, str]]:
        return {(link["relation"], link["direction"], link["id"]) for link in page["links"]}

    assert {("referred_to", "to", chain.event), ("accident", "to", chain.claim)} <= links(hazard)
    assert {("referred_to", "from", chain.hazard), ("referred_to", "to", chain.whistle)} <= links(event)
    assert ("subject", "to", chain.event) in links(whistle)
    assert ("known_hazard", "to", chain.hazard) in links(claim)
    assert ("referred_to", "to", chain.activity) in links(claim)
    assert ("asked_by", "to", chain.claim) in links(activity)
    for page in (hazard, event, whistle, claim, activity):
        moves = [step["move"] for step in page["timeline"]]
        told = ["hazard_found", "refer", "whistle_blown", "callout_signed", "claim_reported", "certificate_signed"]
        told += ["claim_paid", "claim_volunteers_asked", "participation_confirmed"]
        told += ["whistle_closed", "close", "hazard_cancelled_off"]
        places = [moves.index(move) for move in told]
        assert places == sorted(places), moves


async def _figures(chain: Chain) -> None:
    """The year after it: what was paid, what was known, what was removed; a leader decides what comes of it."""
    year = await chain.year()
    assert year["loss"] == pytest.approx(PAID / 50_000_000, abs=1e-6)
    assert year["known"] == 0.5
    assert (year["hazards_off"], year["in_time"]) == (1.0, 1.0)
    assert year["risk"] == pytest.approx(1 - 1 / 20)
    assert year["money"] < 1.0
    assert await chain.rate() == (1, 2)
    decision = {
        "evaluation": year["evaluation"]["id"],
        "variant": "RISK",
        "change_percent": 2,
        "reason": "按已知隐患事故",
    }
    await chain.insurance("leader", "evaluation.decide", **decision)
    await chain.street.shows("operator", "insurance", "insurance_evaluation", decision["evaluation"], "DECIDED")


async def test_from_the_insurers_list_to_the_yearly_figures(chain: Chain) -> None:
    await _insured(chain)
    await _found_and_routed(chain)
    await _whistled(chain)
    phases = await _at_work(chain)
    await _accident(chain)
    await _certified(chain)
    await _paid(chain)
    await _asked_to_accompany(chain)
    await _accompanied(chain)
    await _solved(chain, phases)
    await _one_story(chain)
    await _figures(chain)
