"""The service alive: real database, real HTTP app, tokens, real signatures and PDFs; two hosts on one database race."""

import asyncio
import base64
import hashlib
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pypdf
import pytest
import pytest_asyncio
from click.testing import CliRunner
from shuniu.chassis.documents.signing import service_key
from shuniu.chassis.identity import Issuer
from shuniu.chassis.log import read_page
from shuniu.cli.commands import shuniu
from shuniu.contracts.envelope import CloudEvent
from shuniu.contracts.insurance.fund import FundMoved
from shuniu.contracts.ledger import Entry
from shuniu.rules.ledger import replay
from shuniu.testing.servers import Hosts, ManualClock
from shuniu.testing.waiting import until
from shuniu_insurance import service

from .conftest import CITIZEN, covers

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
JPEG = b"\xff\xd8\xff" + b"form" * 10
BANK = {"payee_name": "张三丰", "payee_bank_account": "6222000011112222333"}


class Office:
    """Asks the insurance service over HTTP as the street's accounts, the community's, the insurer's and residents."""

    def __init__(self, host: Any, client: httpx.AsyncClient) -> None:
        self.host = host
        self.client = client
        self.scope: str = host.scope
        self.area = f"{host.scope}001"
        self._issuer = Issuer.load(host.deployment.keys_dir, f"/{host.scope}/gateway")
        self._n = 0
        self.policy = ""

    def headers(self, who: str) -> dict[str, str]:
        """A token for one of the accounts; none for a resident."""
        self._n += 1
        key = {"Idempotency-Key": f"insurance-test-{self._n}-{id(self.client)}"}
        if who == "resident":
            return key
        street = {"areas": (self.scope,), "units": ("street-office",)}
        community = {"areas": (self.area,), "units": (f"c-{self.area}",)}
        insurer = {"units": ("pacific",)}
        claims: dict[str, Any] = {
            "clerk": {"roles": ("street_clerk",), **street},
            "director": {"roles": ("office_director",), **street},
            "finance": {"roles": ("finance",), **street},
            "worker": {"roles": ("community_clerk",), **community},
            "secretary": {"roles": ("community_secretary",), **community},
            "insurer": {"roles": ("insurer_clerk",), **insurer},
            "payer": {"roles": ("insurer_finance",), **insurer},
            "rival": {"roles": ("insurer_clerk",), "units": ("picc",)},
            "stranger": {"roles": ("community_clerk",), "areas": ("320199999001",)},
        }[who]
        token = self._issuer.issue(f"acc-{who}", **claims).token
        return {"Authorization": f"Bearer {token}", **key}

    async def ask(self, who: str, command: str, **body: Any) -> httpx.Response:
        """Give a command."""
        return await self.client.post(f"/commands/{command}", json=body, headers=self.headers(who))

    async def do(self, who: str, command: str, **body: Any) -> dict[str, Any]:
        """Give a command that must be taken."""
        response = await self.ask(who, command, **body)
        assert response.status_code == 200, (command, response.text)
        answer: dict[str, Any] = response.json()["answer"]
        return answer

    async def get(self, who: str, path: str) -> Any:
        """Read a route."""
        response = await self.client.get(path, headers=self.headers(who))
        assert response.status_code == 200, (path, response.text)
        return response.json()

    async def status(self, claim: str) -> str:
        """Where a claim stands."""
        return str((await self.get("clerk", f"/matters/insurance_claim/{claim}"))["status"])

    async def events(self) -> list[CloudEvent]:
        """The whole log."""
        page = await read_page(self.host.pool, 0, 2000)
        return [msgspec.json.decode(e, type=CloudEvent) for e in page.events]

    async def insured(self, **changes: dict[str, Any]) -> None:
        """A policy in force."""
        body = {"insurer": "pacific", "area": self.scope, "since": "2026-01-01", "until": "2026-12-31"}
        drafted = await self.do("clerk", "policy.draft", **body, premium=50_000_000, covers=covers(**changes))
        self.policy = drafted["policy"]
        await self.do("director", "policy.issue", policy=self.policy, contract="PAC-2026-1")

    async def reported(self, **body: Any) -> tuple[str, str]:
        """A resident's report; claim and code."""
        given = {
            "what_happened": "踩空窨井盖骨折，电话 13812345678",
            "event_kind": "E03",
            "area": self.area,
            "place": {"name": "双安巷口", "lon": 118.80123, "lat": 32.10456},
            "occurred_at": "2026-11-22T22:00:00Z",
            "injured_name": "张三丰",
            "consent": True,
        }
        answer = await self.do("resident", "claim.report_public", **{**given, **body})
        return answer["claim"], answer["code"]

    async def certified(self, citizen: str = CITIZEN) -> tuple[str, str, str]:
        """… registered and signed; claim, code, certificate."""
        claim, code = await self.reported()
        await self.do("insurer", "claim.register", claim=claim, insurer_number=f"P-{self._n}")
        draft = {
            "event_kind": "E03",
            "injured_name": "张三丰",
            "injured_citizen_id": citizen,
            "statement": "经核实属实",
        }
        certificate = (await self.do("worker", "certificate.draft", claim=claim, **draft))["certificate"]
        await self.do("secretary", "certificate.sign", certificate=certificate, no_relation=True)
        return claim, code, certificate

    async def assessed(self, amount: int, citizen: str = CITIZEN) -> tuple[str, str]:
        """… with an amount; claim and code."""
        claim, code, _ = await self.certified(citizen)
        await self.do("insurer", "claim.complete_documents", claim=claim, complex=True)
        await self.do("insurer", "claim.assess", claim=claim, items=[{"item": "DISABILITY", "amount": amount}])
        return claim, code


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MONDAY)


async def seeded(host: Any) -> None:
    """Areas and units as a registry file would seed them."""
    areas = ((host.scope, "示例街道"), (f"{host.scope}001", "示例社区"))
    units = (("pacific", "示例保险公司"), ("picc", "另一公司"), (f"c-{host.scope}001", "示例社区"))
    for kind, entries in (("area", areas), ("unit", units)):
        for code, title in entries:
            attributes = {"residents": "8000"} if len(code) == 12 and kind == "area" else {}
            doc = {"kind": kind, "code": code, "title": {"zh": title, "en": code}, "attributes": attributes}
            await host.pool.execute(
                "insert into registry (kind, code, doc, source) values ($1, $2, $3::jsonb, 'file')",
                kind,
                code,
                msgspec.json.encode(doc).decode(),
            )
    await host.registry.load(host.pool)


def client_of(host: Any) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=host.app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://insurance")


@pytest_asyncio.fixture
async def office(hosts: Hosts, clock: ManualClock) -> AsyncIterator[Office]:
    host = await hosts.start(service, clock=clock, bus=False)
    await seeded(host)
    async with client_of(host) as client:
        office = Office(host, client)
        await office.insured()
        yield office


async def test_a_claim_from_a_residents_report_to_the_money(office: Office) -> None:
    claim, code = await office.assessed(500_000)
    followed = await office.get("resident", f"/claims/follow?code={code}")
    assert (followed["assessed"], followed["may"]) == (500_000, ["AGREE", "DISPUTE", "WITHDRAW_CONSENT"])
    await office.do("resident", "claim.answer_by_code", code=code, answer="AGREE", **BANK)
    offers = (await office.get("payer", f"/matters/insurance_claim/{claim}/actions"))["offers"]
    prefill = next(o["prefill"] for o in offers if o["action"] == "claim.pay")
    await office.do("payer", "claim.pay", **prefill, reference="BANK-0001")
    await office.do("insurer", "claim.close", claim=claim)
    assert await office.status(claim) == "CLOSED"
    events = await office.events()
    assert [e.position for e in events] == list(range(1, len(events) + 1))
    log = msgspec.json.encode(events).decode()
    assert not [w for w in ("张三丰", "13812345678", CITIZEN, "6222000011112222333", "骨折") if w in log]


async def test_a_code_is_told_again_to_who_asks_again_and_stands_nowhere(office: Office) -> None:
    head = office.headers("resident")
    body = {
        "what_happened": "踩空窨井盖", "event_kind": "E03", "area": office.area, "place": {"name": "双安巷口"},
        "occurred_at": "2026-11-22T22:00:00Z",
    }  # fmt: skip
    first = await office.client.post("/commands/claim.report_public", json=body, headers=head)
    again = await office.client.post("/commands/claim.report_public", json=body, headers=head)
    assert first.json() == again.json()
    code = first.json()["answer"]["code"]
    assert "slip" not in first.json()["answer"]
    assert (await office.get("resident", f"/claims/follow?code={code.lower()}"))["number"].startswith("LP")
    stored = await office.host.pool.fetch("select answer from command_key")
    kept = [b"".join(r["answer"] for r in stored), msgspec.json.encode(await office.events())]
    assert not [k for k in kept if code.encode() in k or code.replace("-", "").encode() in k]


async def test_photos_of_an_accident_come_with_the_report_and_must_be_there(office: Office) -> None:
    sha = hashlib.sha256(JPEG).hexdigest()
    ref = {"sha256": sha, "size": len(JPEG), "media_type": "image/jpeg"}
    sent = await office.client.put(f"/blobs/{sha}/0?of=1", content=JPEG, headers=office.headers("worker"))
    assert sent.status_code in (200, 201), sent.text
    claim, _ = await office.reported(evidence=[ref])
    detail = await office.get("worker", f"/matters/insurance_claim/{claim}/detail")
    assert [e["sha256"] for e in detail["evidence"]] == [sha]
    body = {
        "what_happened": "踩空窨井盖", "event_kind": "E03", "area": office.area, "place": {"name": "双安巷口"},
        "occurred_at": "2026-11-22T22:00:00Z", "evidence": [{**ref, "sha256": "0" * 64}],
    }  # fmt: skip
    missing = await office.ask("resident", "claim.report_public", **body)
    assert (missing.status_code, missing.json()["rule"]) == (422, "blob.missing")


async def test_the_signed_certificate_is_a_pdf_that_anybody_verifies(office: Office, tmp_path: Any) -> None:
    claim, code, certificate = await office.certified()
    response = await office.client.get(f"/certificates/{certificate}/pdf", headers=office.headers("worker"))
    assert (response.status_code, response.headers["content-type"]) == (200, "application/pdf")
    pdf = pypdf.PdfReader(io.BytesIO(response.content))
    text = pdf.pages[0].extract_text()
    for part in ("社区保险事故证明", "张三丰", CITIZEN, "窨井盖事故", "经核实属实", "示例社区"):
        assert part in text, part
    attached = msgspec.json.decode(pdf.attachments["document.json"][0])
    found = await office.get("resident", f"/verify/{attached['code']}")
    assert (found["state"], found["signed"], found["kind"]["zh"]) == ("VALID", True, "社区保险事故证明")
    assert "张三丰" not in msgspec.json.encode(found).decode()
    path = tmp_path / "certificate.pdf"
    path.write_bytes(response.content)
    key = base64.b64encode(service_key(office.host).public_bytes_raw()).decode()
    assert CliRunner().invoke(shuniu, ["verify", str(path), "--key", key]).exit_code == 0
    own = await office.client.get(f"/claims/certificate?code={code}")
    assert own.headers["content-type"] == "application/pdf"
    for who in ("stranger", "rival", "finance"):
        refused = await office.client.get(f"/certificates/{certificate}/pdf", headers=office.headers(who))
        assert refused.status_code == 403, who
    assert claim


async def test_a_renewed_certificate_replaces_the_one_before(office: Office, clock: ManualClock) -> None:
    claim, _, certificate = await office.certified()
    old = (await office.events())[-1]
    assert old.type.endswith("document.issued.v1")
    code = msgspec.json.decode(old.data.fact)["code"]
    clock.advance(timedelta(days=31))
    response = await office.ask("insurer", "claim.complete_documents", claim=claim)
    assert response.json()["rule"] == "claim.certificate_expired"
    assert (await office.get("resident", f"/verify/{code}"))["state"] == "EXPIRED"
    # Nobody who drafted, reported or registered renews; the secretary who signed before may.
    new = (await office.do("secretary", "certificate.renew", certificate=certificate, no_relation=True))["code"]
    replaced = await office.get("resident", f"/verify/{code}")
    assert (replaced["state"], replaced["replaced_by"]) == ("REVOKED", new)
    await office.do("insurer", "claim.complete_documents", claim=claim)


async def test_who_may_not_sign_gets_no_key(office: Office) -> None:
    claim, _ = await office.reported()
    draft = {"event_kind": "E03", "injured_name": "张三丰", "injured_citizen_id": CITIZEN, "statement": "经核实属实"}
    certificate = (await office.do("worker", "certificate.draft", claim=claim, **draft))["certificate"]
    response = await office.ask("worker", "certificate.sign", certificate=certificate, no_relation=True)
    assert response.status_code == 403
    await office.do("secretary", "claim.declare_relation", claim=claim, relation="KIN")
    response = await office.ask("secretary", "certificate.sign", certificate=certificate, no_relation=True)
    assert (response.status_code, response.json()["rule"]) == (403, "certificate.signer_related")
    assert not list(office.host.deployment.keys_dir.glob("signers/*"))


async def test_what_is_kept_of_persons_is_sealed_and_masked(office: Office) -> None:
    claim, _, _ = await office.certified()
    detail = await office.get("worker", f"/matters/insurance_claim/{claim}/detail")
    shown = msgspec.json.encode(detail).decode()
    assert "张三丰" not in shown
    assert CITIZEN not in shown
    stored = await office.host.pool.fetch("select sealed, sensitivity from person_data where matter = $1", claim)
    assert {r["sensitivity"] for r in stored} == {3, 4}
    assert not [r for r in stored if "张三丰".encode() in r["sealed"] or CITIZEN.encode() in r["sealed"]]


async def test_the_sixty_days_pass_by_themselves_once(office: Office, clock: ManualClock) -> None:
    claim, _, _ = await office.certified()
    await office.do("insurer", "claim.complete_documents", claim=claim, complex=True)
    clock.advance(timedelta(days=64))

    async def due() -> bool:
        return await office.status(claim) == "ADVANCE_DUE"

    await until(due, within=20)
    names = [e.type for e in await office.events()]
    assert names.count("shuniu.insurance.claim.advance_due.v1") == 1


async def test_of_twelve_who_agree_at_once_no_limit_is_passed(hosts: Hosts, clock: ManualClock) -> None:
    """Two processes of the service on one database; the aggregate has room for one of them."""
    database = await hosts.database("insurance")
    first = await hosts.start(service, clock=clock, bus=False, database_url=database)
    await seeded(first)
    second = await hosts.start(service, clock=clock, bus=False, database_url=database)
    async with client_of(first) as one, client_of(second) as two:
        offices = (Office(first, one), Office(second, two))
        tight = {"per_person": 1_000_000, "per_event": 1_000_000, "aggregate": 1_000_000, "medical_per_person": 0}
        await offices[0].insured(PROB=tight)
        codes = [(await offices[0].assessed(600_000))[1] for _ in range(6)]
        answers = await asyncio.gather(
            *(o.ask("resident", "claim.answer_by_code", code=c, answer="AGREE", **BANK) for c in codes for o in offices)
        )
        assert sorted(a.status_code for a in answers) == [200] + [409] * 11
        rules = {a.json()["rule"] for a in answers if a.status_code == 409}
        assert rules <= {"policy.no_room", "claim.agree_assessed"}
        assert "policy.no_room" in rules
        table = await offices[1].get("clerk", "/policies/room")
        (row,) = [r for r in table["rows"] if r["taken"]]
        assert (row["taken"], row["left"]) == (600_000, 400_000)


async def test_two_who_pay_premium_out_of_one_fund_never_overdraw_it(hosts: Hosts, clock: ManualClock) -> None:
    database = await hosts.database("insurance")
    first = await hosts.start(service, clock=clock, bus=False, database_url=database)
    await seeded(first)
    second = await hosts.start(service, clock=clock, bus=False, database_url=database)
    async with client_of(first) as one, client_of(second) as two:
        offices = (Office(first, one), Office(second, two))
        await offices[0].insured()
        given = {"fund_source": "OFFICE", "amount": 1_000_000, "on": "2026-11-20", "reference": "V-001"}
        await offices[0].do("finance", "fund.receive", **given)
        paying = (
            o.ask(
                "finance",
                "fund.pay_premium",
                policy=offices[0].policy,
                amount=300_000,
                on="2026-11-20",
                reference=f"P-{n:03d}",
            )
            for n in range(8)
            for o in offices
        )
        answers = await asyncio.gather(*paying)
        assert sorted(a.status_code for a in answers) == [200] * 3 + [409] * 13
        assert {a.json()["rule"] for a in answers if a.status_code == 409} <= {"ledger.short", "ledger.cause_used"}
        events = await offices[0].events()
        moved = [e for e in events if e.type == "shuniu.insurance.fund.moved.v1"]
        entries = [msgspec.json.decode(e.data.fact, type=FundMoved).entry for e in moved]
        sums = replay(msgspec.convert(entry, Entry) for entry in entries)
        assert (sums["F:"], sum(sums.values())) == (100_000, 0)
        statement = await offices[1].get("finance", "/fund/statement")
        (row,) = statement["rows"]
        assert (row["OFFICE"], row["premium"], row["balance"]) == (1_000_000, 900_000, 100_000)


async def test_panels_and_the_audit(office: Office) -> None:
    _, _, certificate = await office.certified()
    table = await office.get("clerk", "/claims/incidence")
    assert [(r["incidents"], r["residents"], r["incidence"]) for r in table["rows"]] == [(1, 8000, 0.125)]
    day = "2026-11-23"
    drawn = await office.do("clerk", "audit.draw", area=office.scope, since=day, until=day, size=3)
    assert drawn["drawn"] == [certificate]
    body = {"revocation": "UNTRUE", "reason": "查无此事"}
    await office.do("clerk", "audit.revoke", audit=drawn["audit"], certificate=certificate, **body)
    head = await office.get("clerk", f"/matters/claim_certificate/{certificate}")
    assert head["status"] == "CERT_VOID"
    assert (await office.client.get("/fund/statement", headers=office.headers("insurer"))).status_code == 403
