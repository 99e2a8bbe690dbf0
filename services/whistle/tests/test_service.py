"""The service alive: real database, real HTTP app, tokens; a bus only for the referral (wall 4)."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio
from shuniu.chassis.context import Actor
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.identity import Issuer
from shuniu.chassis.log import read_page
from shuniu.chassis.processor import Submission
from shuniu.chassis.service import Catalogue, Command, Service
from shuniu.contracts.envelope import CloudEvent
from shuniu.contracts.referral import ReferralMade, ReferralSubject
from shuniu.contracts.summary import Place
from shuniu.testing.servers import Hosts, ManualClock
from shuniu.testing.waiting import until
from shuniu_whistle import service

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
JPEG = b"\xff\xd8\xff" + b"shuniu" * 10
UNITS = ("cg", "jj", "street-office")


class Desk:
    """Asks the whistle service over HTTP as the street's accounts."""

    def __init__(self, host: Any, client: httpx.AsyncClient) -> None:
        self.host = host
        self.client = client
        self.scope: str = host.scope
        self.area = f"{host.scope}001"
        self.community = f"c-{self.area}"
        self._issuer = Issuer.load(host.deployment.keys_dir, f"/{host.scope}/gateway")
        self._n = 0
        self.whistle = ""

    def headers(self, who: str, key: str = "") -> dict[str, str]:
        """A token for one of the street's accounts."""
        street = {"areas": (self.scope,), "units": ("street-office",)}
        claims: dict[str, Any] = {
            "clerk": {"roles": ("street_clerk",), **street},
            "leader": {"roles": ("leading_group",), **street},
            "secretary": {"roles": ("party_secretary",), **street},
            "cg": {"roles": ("duty_officer",), "units": ("cg",)},
            "jj": {"roles": ("duty_officer",), "units": ("jj",)},
            "coordinator": {"roles": ("district_coordinator",), "areas": (self.scope,)},
            "community": {"roles": ("community_secretary",), "areas": (self.area,), "units": (self.community,)},
            "stranger": {"roles": ("street_clerk",), "areas": ("320199999",)},
        }[who]
        self._n += 1
        token = self._issuer.issue(f"acc-{who}", **claims).token
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": key or f"whistle-test-{self._n}"}

    async def ask(self, who: str, move: str, key: str = "", **body: Any) -> httpx.Response:
        """Give a command."""
        if move != "draft":
            body = {"whistle": self.whistle, **body}
        return await self.client.post(f"/commands/whistle.{move}", json=body, headers=self.headers(who, key))

    async def do(self, who: str, move: str, **body: Any) -> dict[str, Any]:
        """Give a command that must be taken."""
        response = await self.ask(who, move, **body)
        assert response.status_code == 200, (move, response.text)
        answer: dict[str, Any] = response.json()["answer"]
        if move in ("draft", "not_solved"):
            self.whistle = answer["whistle"]
        return answer

    async def get(self, who: str, path: str) -> Any:
        """Read a route."""
        response = await self.client.get(path, headers=self.headers(who))
        assert response.status_code == 200, response.text
        return response.json()

    async def offer(self, who: str, action: str) -> dict[str, Any]:
        """The prefill of an action that is offered now."""
        offers = (await self.get(who, f"/matters/whistle/{self.whistle}/actions"))["offers"]
        return next(o["prefill"] for o in offers if o["action"] == f"whistle.{action}")

    async def take(self, who: str, action: str, **body: Any) -> dict[str, Any]:
        """Do what is offered, with what the form adds."""
        return await self.do(who, action, **{**(await self.offer(who, action)), **body})

    async def status(self) -> str:
        """Where the whistle stands."""
        return str((await self.get("clerk", f"/matters/whistle/{self.whistle}"))["status"])

    async def photo(self, content: bytes = JPEG) -> dict[str, Any]:
        """A file that the service holds from now on."""
        sha = hashlib.sha256(content).hexdigest()
        headers = {**self.headers("cg"), "Content-Type": "application/octet-stream"}
        response = await self.client.put(f"/blobs/{sha}/0?of=1", content=content, headers=headers)
        assert response.status_code == 201, response.text
        found: dict[str, Any] = response.json()
        return found

    async def events(self) -> list[CloudEvent]:
        """The whole log."""
        page = await read_page(self.host.pool, 0, 1000)
        return [msgspec.json.decode(e, type=CloudEvent) for e in page.events]

    async def names(self) -> list[str]:
        """Names of all events."""
        return [e.type.removeprefix("shuniu.whistle.") for e in await self.events()]

    def plan(self, **body: Any) -> dict[str, Any]:
        """A draft's content."""
        given = {"item": "STREET_VENDORS", "area": self.area, "place": {"name": "十字街"}, "lead": "cg"}
        return {**given, "description": "摊贩占道，联系 13812345678", **body}

    async def blown(self, **body: Any) -> dict[str, Any]:
        """A whistle that was drafted, submitted and blown; its callouts by unit."""
        await self.do("clerk", "draft", **self.plan(**body))
        await self.do("clerk", "submit")
        callouts: dict[str, Any] = (await self.do("leader", "blow"))["callouts"]
        return callouts

    async def resolved(self) -> None:
        """A whistle whose lead has done its work."""
        await self.blown()
        for who, action, more in (
            ("cg", "sign", {}),
            ("cg", "contact", {}),
            ("clerk", "report_in", {"where": "路口", "people": 3}),
            ("cg", "start", {"measures": "定点值守"}),
            ("cg", "finish", {"evidence": [await self.photo()]}),
        ):
            await self.take(who, action, **more)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MONDAY)


async def seeded(host: Any) -> None:
    """Areas and units as a registry file would seed them."""
    units = (*UNITS, f"c-{host.scope}001")
    areas = (host.scope, f"{host.scope}001")
    entries = [("unit", u) for u in units] + [("area", a) for a in areas]
    for kind, code in entries:
        doc = {"kind": kind, "code": code, "title": {"zh": code, "en": code}}
        await host.pool.execute(
            "insert into registry (kind, code, doc, source) values ($1, $2, $3::jsonb, 'file')",
            kind,
            code,
            msgspec.json.encode(doc).decode(),
        )
    await host.registry.load(host.pool)


@pytest_asyncio.fixture
async def desk(hosts: Hosts, clock: ManualClock) -> AsyncIterator[Desk]:
    host = await hosts.start(service, clock=clock, bus=False)
    await seeded(host)
    transport = httpx.ASGITransport(app=host.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://whistle") as client:
        yield Desk(host, client)


async def test_a_whistle_goes_its_way_by_what_is_offered(desk: Desk) -> None:
    await desk.resolved()
    assert await desk.status() == "RESOLVED"
    await desk.take("clerk", "rate", response=5, attitude=4, result=5)
    await desk.take("clerk", "close")
    assert await desk.status() == "CLOSED"
    events = await desk.events()
    assert [e.position for e in events] == list(range(1, len(events) + 1))
    assert [e.data.summary.matter.version for e in events] == list(range(1, len(events) + 1))
    assert b"13812345678" not in msgspec.json.encode(events)


async def test_shuangan_lane_is_worked_in_five_phases(desk: Desk) -> None:
    body = desk.plan(direction="DOWN", item="LANE_PARKING", place={"name": "双安巷"}, lead="street-office")
    await desk.do("community", "draft", **body)
    await desk.do("community", "submit")
    await desk.take("community", "blow", finish_by="2026-12-31")
    await desk.take("clerk", "sign")
    await desk.take("clerk", "contact")
    await desk.take("community", "report_in", where="双安巷口", people=12)
    await desk.take("clerk", "start", measures="集中整治", finish_on="2026-12-31")
    for work in ("DEMOLISH", "MOVE_VEHICLES", "WIDEN", "REMEDY", "BEAUTIFY"):
        await desk.take("clerk", "plan_phase", work=work, due_on="2026-12-31")
    for n in range(5):
        await desk.take("clerk", "start_phase")
        await desk.take("clerk", "submit_phase", evidence=[await desk.photo(JPEG + bytes([n]))])
        assert "whistle.accept_phase" not in [
            o["action"] for o in (await desk.get("clerk", f"/matters/whistle/{desk.whistle}/actions"))["offers"]
        ]
        await desk.take("community", "accept_phase")
    assert await desk.status() == "RESOLVED"
    await desk.take("community", "rate", response=5, attitude=5, result=5)
    await desk.take("community", "close")
    detail = await desk.get("community", f"/matters/whistle/{desk.whistle}/detail")
    phases = next(s for s in detail["sections"] if s["title"] == "section.phases")["rows"]
    assert [p["status"] for p in phases] == ["ACCEPTED"] * 5
    assert all(len(p["evidence"]) == 1 for p in phases)


async def test_a_refusal_names_rule_state_and_event_and_changes_nothing(desk: Desk) -> None:
    callouts = await desk.blown(kind="ROUTINE")
    head = len(await desk.events())
    for who, move, body, status, rule in (
        ("jj", "sign", {"callout": callouts["cg"]}, 403, "access.unit"),
        ("clerk", "close", {}, 409, "whistle.close_without_rating"),
        ("cg", "contact", {"callout": callouts["cg"]}, 409, "callout.contact_after_signing"),
        ("cg", "finish", {"callout": callouts["cg"], "evidence": []}, 409, "callout.finish_while_working"),
        ("cg", "report_in", {"callout": callouts["cg"], "at": MONDAY.isoformat(), "where": "x", "people": 1}, 403,
         "callout.own_presence"),
        ("stranger", "submit", {}, 403, "access.area"),
    ):  # fmt: skip
        response = await desk.ask(who, move, **body)
        problem = response.json()
        assert response.headers["content-type"].startswith("application/problem+json")
        assert (response.status_code, problem["rule"]) == (status, rule)
        assert problem["state"] and problem["event"], problem
        assert problem["title"] and problem["title_en"]
    assert len(await desk.events()) == head
    rows = await until(lambda: _refused_rows(desk, 6))
    assert {r["rule"] for r in rows} >= {"access.unit", "access.area", "callout.own_presence"}


async def _refused_rows(desk: Desk, least: int) -> Any:
    rows = await desk.host.pool.fetch("select rule from audit where not allowed")
    return rows if len(rows) >= least else None


async def test_bad_bodies_name_the_field(desk: Desk) -> None:
    for body, field in (
        (desk.plan(surprise=1), "surprise"),
        (desk.plan(item=7), "item"),
        (desk.plan(place={"name": "x", "lon": 500}), "place.lon"),
        (desk.plan(kind="SOFT"), "kind"),
        (desk.plan(contact_phone="not a phone"), "contact_phone"),
        (desk.plan(lead="nobody"), "lead"),
        (desk.plan(description="长" * 3000), "description"),
    ):
        response = await desk.ask("clerk", "draft", **body)
        assert response.status_code == 422, response.text
        assert field in [e["field"] for e in response.json()["errors"]], response.text
    assert await desk.events() == []


async def test_of_sixteen_whistles_about_one_matter_one_is_opened(desk: Desk) -> None:
    answers = await asyncio.gather(*(desk.ask("clerk", "draft", **desk.plan()) for _ in range(16)))
    assert sorted(a.status_code for a in answers) == [200] + [409] * 15
    assert {a.json()["rule"] for a in answers if a.status_code == 409} == {"whistle.already_open"}
    assert await desk.names() == ["whistle.drafted.v1"]


async def test_a_retry_with_the_same_key_gets_the_first_answer(desk: Desk) -> None:
    first = await desk.ask("clerk", "draft", "same-key-1", **desk.plan())
    again = await desk.ask("clerk", "draft", "same-key-1", **desk.plan())
    assert first.json() == again.json()
    assert len(await desk.events()) == 1


async def test_limits_pass_by_themselves_once_and_escalate(desk: Desk, clock: ManualClock) -> None:
    await desk.blown(co=["jj"])
    clock.advance(timedelta(minutes=61))
    await until(lambda: _named(desk, "whistle.escalated.v1"))
    names = await desk.names()
    assert (names.count("clock.overdue.v1"), names.count("whistle.escalated.v1")) == (2, 1)
    clock.advance(timedelta(minutes=5))
    row = await desk.get("clerk", f"/whistles?number={(await _number(desk))}")
    assert (row["items"][0]["kind"], row["items"][0]["late_marks"], row["items"][0]["escalated"]) == ("HARD", 2, True)
    assert (await desk.names()).count("clock.overdue.v1") == 2


async def _named(desk: Desk, name: str) -> bool:
    return name in await desk.names()


async def _number(desk: Desk) -> str:
    return str((await desk.get("clerk", f"/matters/whistle/{desk.whistle}"))["number"])


async def test_evidence_must_have_been_sent(desk: Desk) -> None:
    await desk.blown()
    for who, action, more in (
        ("cg", "sign", {}),
        ("cg", "contact", {}),
        ("clerk", "report_in", {"where": "路口", "people": 3}),
        ("cg", "start", {"measures": "定点值守"}),
    ):
        await desk.take(who, action, **more)
    prefill = await desk.offer("cg", "finish")
    ghost = {"sha256": "b" * 64, "size": 10, "media_type": "image/jpeg"}
    response = await desk.ask("cg", "finish", **prefill, evidence=[ghost])
    assert (response.status_code, response.json()["rule"]) == (422, "blob.missing")
    photo = await desk.photo()
    response = await desk.ask("cg", "finish", **prefill, evidence=[{**photo, "size": photo["size"] + 1}])
    assert (response.status_code, response.json()["rule"]) == (422, "blob.differs")
    await desk.do("cg", "finish", **prefill, evidence=[photo])


async def test_blowing_again_carries_the_description_in_the_safe(desk: Desk) -> None:
    await desk.resolved()
    await desk.take("clerk", "rate", response=2, attitude=2, result=1)
    old = desk.whistle
    await desk.take("clerk", "not_solved", reason="反弹")
    assert desk.whistle != old
    detail = await desk.get("clerk", f"/matters/whistle/{desk.whistle}/detail")
    texts = [f["value"] for f in detail["fields"] if f["label"] == "field.description"]
    assert texts == ["摊贩占道，联系 138****5678"]
    chain = (await desk.get("clerk", f"/chains/{desk.whistle}"))["links"]
    assert [(w["id"], w["status"], w["chain"]) for w in chain] == [(old, "RE_BLOWN", 1), (desk.whistle, "DRAFT", 2)]
    stored = await desk.host.pool.fetch("select sealed from person_data")
    assert stored
    assert not [r for r in stored if "摊贩".encode() in r["sealed"]]


async def test_readers_see_what_is_theirs(desk: Desk) -> None:
    await desk.do("clerk", "draft", **desk.plan())
    assert (await desk.get("cg", "/whistles"))["total"] == 0, "a draft is nobody else's"
    await desk.do("clerk", "submit")
    callouts = (await desk.do("leader", "blow"))["callouts"]
    assert (await desk.get("cg", "/whistles"))["total"] == 1
    assert (await desk.get("jj", "/whistles"))["total"] == 0
    assert (await desk.get("stranger", "/whistles"))["total"] == 0
    assert (await desk.get("community", "/whistles?open=true"))["total"] == 1
    inbox = (await desk.get("cg", "/inbox"))["items"]
    assert [(i["callout"], i["clock"], i["status"]) for i in inbox] == [(callouts["cg"], "sign", "PENDING")]
    assert (await desk.get("jj", "/inbox"))["items"] == []
    hidden = await desk.client.get(f"/chains/{desk.whistle}", headers=desk.headers("jj"))
    assert hidden.status_code == 403


async def test_figures_weigh_hard_whistles_twice(desk: Desk) -> None:
    await desk.resolved()
    await desk.take("clerk", "rate", response=5, attitude=5, result=5)
    await desk.take("clerk", "close")
    await desk.do("clerk", "draft", **desk.plan(kind="HARD"))
    await desk.do("clerk", "submit")
    await desk.do("secretary", "blow")
    for who, action, more in (
        ("cg", "sign", {}),
        ("cg", "contact", {}),
        ("clerk", "report_in", {"where": "路口", "people": 3}),
        ("cg", "start", {"measures": "定点值守"}),
        ("cg", "finish", {"evidence": [await desk.photo()]}),
        ("clerk", "rate", {"response": 2, "attitude": 2, "result": 2}),
    ):
        await desk.take(who, action, **more)
    table = await desk.get("clerk", "/evaluation/units")
    assert [c["id"] for c in table["columns"]][:4] == ["unit", "callouts", "score", "appraisal"]
    (row,) = table["rows"]
    assert (row["unit"], row["callouts"], row["rating_cases"], row["rating"]) == ("cg", 2, "18/36", 0.5)
    assert (row["sign"], row["sign_cases"], row["score"], row["appraisal"]) == (1.0, "2/2", 70.0, 23.33)
    chains = await desk.get("clerk", "/evaluation/chains")
    assert [(r["chains"], r["mean_length"], r["longest"]) for r in chains["rows"]] == [(1, 1.0, 1)]
    assert (await desk.get("clerk", "/evaluation/chains?from=2026-01-01&to=2026-02-01"))["rows"] == []
    await desk.take("coordinator", "assess_calling", verdict="OWN_DUTY")
    (calling,) = (await desk.get("clerk", "/evaluation/calling"))["rows"]
    assert calling == {"unit": "street-office", "ended": 2, "assessed": 1, "unworthy": 1, "share": 1.0}


async def test_a_duty_zone_suggests_whom_to_call_and_leads_a_joint_whistle(desk: Desk) -> None:
    zone = {
        "zone_name": "火车站周边责任田",
        "zone_areas": [desk.area],
        "groups": ["ENFORCEMENT"],
        "lead_by": {"unit": "jj"},
        "supported_by": [{"scope": "320102005"}],
        "valid_from": "2026-11-23",
    }
    response = await desk.client.post("/commands/duty_zone.agree", json=zone, headers=desk.headers("leader"))
    assert response.status_code == 200, response.text
    body = {"direction": "CROSS", "item": "STREET_VENDORS", "area": desk.area, "place": {"name": "十字街"}}
    preview = await desk.client.post("/preview/whistle.draft", json=body, headers=desk.headers("clerk"))
    assert preview.json()["suggestions"] == {
        "lead": "jj",
        "parties": [{"scope": "320102005", "unit": "", "role": "CO"}],
    }
    await desk.do("clerk", "draft", **body)
    offer = await desk.offer("clerk", "amend")
    assert (offer["lead"], offer["parties"]) == ("jj", [])
    refused = await desk.ask("clerk", "amend", **{**offer, "lead": "cg"})
    assert (refused.status_code, refused.json()["rule"]) == (422, "whistle.zone_lead")
    assert (await desk.get("clerk", "/duty/zones"))["zones"][0]["lead"] == "jj"


async def test_previews_say_limits_authority_and_what_is_wrong(desk: Desk) -> None:
    body = desk.plan(kind="HARD", lead=desk.community)
    response = await desk.client.post("/preview/whistle.draft", json=body, headers=desk.headers("clerk"))
    assert response.status_code == 200, response.text
    preview = response.json()
    assert [c["limit"] for c in preview["clocks"]] == ["1h", "24h", "5wd"]
    assert preview["notes"][0]["fields"] == ["lead"]
    await desk.do("clerk", "draft", **desk.plan())
    blow = {"whistle": desk.whistle}
    response = await desk.client.post("/preview/whistle.blow", json=blow, headers=desk.headers("leader"))
    assert response.json()["units"] == ["cg"]
    assert response.json()["suggestions"] == {"finish_by": "2026-12-07"}


# --- a referral over the bus -----------------------------------------------------------------------------------------


class Refer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for a whistle."""

    matter: str


def _refer(rows: Any, c: Refer, ctx: Any) -> Decision:
    subject = ReferralSubject(
        source=ctx.source,
        kind="thing",
        matter=c.matter,
        number="T-1",
        title="占道 · 双安巷",
        area=f"{ctx.scope}001",
        place=Place(name="双安巷"),
    )
    made = ReferralMade(referral=f"r-{c.matter}", to_scope=ctx.scope, to_kind="whistle", subject=subject, reason="X")
    return Decision((Emit(made, ()),))


REFER = Command("asker.refer", Refer, lambda c, ctx: [], _refer)
ASKER = Service(
    name="asker",
    version="0.1.0",
    package="shuniu.testing.lostproperty_package",
    texts=Catalogue({}),
    commands=(REFER,),
    facts=(ReferralMade,),
)


async def test_a_referral_crosses_the_bus_and_is_answered(hosts: Hosts, clock: ManualClock) -> None:
    host = await hosts.start(service, clock=clock)
    await seeded(host)
    asker = await hosts.start(ASKER, clock=clock)
    sub = Submission(command=REFER, body=Refer(matter="m1"), actor=Actor(id="a"), key="refer-0001")
    await asker.processor.submit(sub)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=host.app), base_url="http://whistle") as client:
        desk = Desk(host, client)
        taken = await until(lambda: _last(desk, "referral.taken.v1"), within=20)
        fact = msgspec.json.decode(taken.data.fact)
        assert (fact["referral"], fact["made_by"], fact["kind"]) == ("r-m1", asker.source, "whistle")
        desk.whistle = fact["matter"]
        await desk.take("clerk", "refuse_referral", reason="STREET_CAN_SOLVE")
        assert await desk.status() == "CANCELLED"
        assert (await desk.names())[-1] == "referral.refused.v1"


async def _last(desk: Desk, name: str) -> CloudEvent | None:
    found = [e for e in await desk.events() if e.type == f"shuniu.whistle.{name}"]
    return found[-1] if found else None
