"""An insured street to try the rules on: real rules over rows in memory, hashes as ``prepare`` would bring them."""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from shuniu.chassis.context import Actor
from shuniu.chassis.decision import Answer
from shuniu.chassis.documents.signing import new_code
from shuniu.contracts.document import Signature
from shuniu.contracts.summary import RegistryEntry
from shuniu.contracts.text import Text
from shuniu.rules.refusal import Refusal
from shuniu.testing.rulework import MONDAY, SCOPE, RuleWork, person
from shuniu_insurance import service
from shuniu_insurance.certificates.audit import Population
from shuniu_insurance.certificates.certificate import AUDIT_ROW, CERTIFICATE_ROW
from shuniu_insurance.certificates.document import Signed
from shuniu_insurance.claims.claim import CLAIM
from shuniu_insurance.claims.prepare import Prepared
from shuniu_insurance.claims.state import Claim
from shuniu_insurance.policies.commands import demonstration_covers
from shuniu_insurance.settings import InsuranceSettings

COMMUNITY = "320199001001"
OTHER_COMMUNITY = "320199001002"
PHOTO = {"sha256": "a" * 64, "size": 1000, "media_type": "image/jpeg"}
CITIZEN = "11010519491231002X"
"""The example number of GB 11643, with its check character."""

INSURER = {"areas": (), "units": ("pacific",)}
COMMUNITY_SIDE = {"areas": (COMMUNITY,), "units": (f"c-{COMMUNITY}",)}
PEOPLE: dict[str, Actor] = {
    "clerk": person("k1", "street_clerk", units=("street-office",)),
    "auditor": person("k3", "street_clerk", units=("street-office",)),
    "director": person("d1", "office_director", units=("street-office",)),
    "finance": person("n1", "finance", units=("street-office",)),
    "finance2": person("n2", "finance", units=("street-office",)),
    "finance3": person("n3", "finance", units=("street-office",)),
    "insurer": person("i1", "insurer_clerk", **INSURER),
    "surveyor": person("i2", "insurer_surveyor", **INSURER),
    "payer": person("i3", "insurer_finance", **INSURER),
    "rival": person("r1", "insurer_clerk", "insurer_finance", areas=(), units=("picc",)),
    "worker": person("s2", "community_clerk", **COMMUNITY_SIDE),
    "secretary": person("s1", "community_secretary", **COMMUNITY_SIDE),
    "deputy": person("s3", "community_secretary", "community_clerk", **COMMUNITY_SIDE),
    "neighbour": person("s4", "community_secretary", areas=(OTHER_COMMUNITY,), units=(f"c-{OTHER_COMMUNITY}",)),
    "both": person("b1", "insurer_clerk", "community_secretary", areas=(COMMUNITY,), units=("pacific",)),
    "nobody": Actor(id="", kind="nobody", clearance=1),
}


def entries() -> list[RegistryEntry]:
    """Areas and units of the street."""
    levels = ((SCOPE, "STREET"), (COMMUNITY, "COMMUNITY"), (OTHER_COMMUNITY, "COMMUNITY"))
    areas = [RegistryEntry(kind="area", code=c, subtype=s, title=Text(f"区域{c[-3:]}", c)) for c, s in levels]
    codes = ("pacific", "picc", "street-office", "donor-mall", f"c-{COMMUNITY}")
    units = [RegistryEntry(kind="unit", code=c, subtype="UNIT", title=Text(f"单位{c}", c)) for c in codes]
    return [*areas, *units]


def covers(**changes: dict[str, Any]) -> list[dict[str, Any]]:
    """The demonstration's covers, with changes by code."""
    return [{**msgspec.structs.asdict(c), **changes.get(c.code, {})} for c in demonstration_covers()]


class Insured(RuleWork):
    """The insured street. ``id`` is the claim under way."""

    def __init__(self, now: datetime = MONDAY, **settings: Any) -> None:
        super().__init__(service, PEOPLE, entries(), InsuranceSettings(**settings), now)
        self.id = ""
        self.policy = ""
        self.codes: dict[str, str] = {}
        self.person = "hash-of-one"

    @property
    def o(self) -> Claim:
        """The claim under way."""
        row: Claim = self.row(CLAIM, self.id)
        return row

    @property
    def cert(self) -> Any:
        """Its certificate."""
        return self.row(CERTIFICATE_ROW, self.o.certificate)

    def _prepared(self, name: str, body: dict[str, Any]) -> Any:
        """What the command's ``prepare`` or ``operate`` would bring."""
        if name in ("claim.report", "claim.report_public"):
            return Prepared(slip="slip-1", code_key=f"key-{len(self.codes)}")
        if name in ("certificate.sign", "certificate.renew"):
            stored = self.rows.get(CERTIFICATE_ROW.key(body["certificate"]))
            signature = Signature(
                alg="Ed25519",
                key="",
                role="community_secretary",
                unit="c",
                at=self.now,
                value="",
                voucher="",
                issuer="",
            )
            document = {"kind": "community_certificate", "n": stored.version if stored else 0}
            return Signed(
                document=document, code=new_code(), signature=signature, version=stored.version if stored else 0
            )
        if name.endswith("_by_code"):
            return Prepared(code_key=self.codes.get(body["code"], "?"), claim=self.id, person=self.person)
        if name == "recovery.receive":
            return Prepared(claim=self.id, person=self.person)
        return Prepared(person=self.person)

    def _body(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        command = self.service.command(name)
        assert command is not None, name
        fields = command.struct.__struct_fields__
        if "claim" in fields:
            body.setdefault("claim", self.id)
        if "certificate" in fields and self.id and not name.startswith("audit."):
            body.setdefault("certificate", self.o.certificate)
        return body

    def ask(self, who: str, name: str, **body: Any) -> Answer:
        """Let somebody give a command."""
        given = self._body(name, body)
        answer = self.do(who, name, self._prepared(name, given), **given)
        if name in ("claim.report", "claim.report_public"):
            self.id = answer.answer["claim"]
            self.codes[f"CODE-{len(self.codes):04d}-XXXX"] = f"key-{len(self.codes)}"
        return answer

    def no(self, rule: str, who: str, name: str, **body: Any) -> Refusal:
        """It is refused under ``rule``, and nothing changes."""
        given = self._body(name, body)
        refusal = self.refused(rule, who, name, self._prepared(name, given), **given)
        if refusal.status in (403, 409) and rule not in ("access.role", "matter.moved_on"):
            assert refusal.event, rule
        return refusal

    def may(self, who: str, name: str, **body: Any) -> bool:
        """Whether it would be taken."""
        given = self._body(name, body)
        return self.allowed(who, name, self._prepared(name, given), **given)

    def offered(self, who: str) -> set[str]:
        """What the claim's page offers somebody now."""
        return set(self.offers(who, CLAIM, self.id))

    # --- stretches of the way -----------------------------------------------------------------------------------------

    def insured(self, **changes: Any) -> "Insured":
        """A policy of this year, in force."""
        given = {
            "insurer": "pacific",
            "area": SCOPE,
            "since": "2026-01-01",
            "until": "2026-12-31",
            "premium": 50_000_000,
            "covers": covers(),
        }
        self.policy = self.ask("clerk", "policy.draft", **{**given, **changes}).answer["policy"]
        self.ask("director", "policy.issue", policy=self.policy, contract="PAC-2026-1")
        return self

    def report(self, **body: Any) -> dict[str, Any]:
        """What a report says."""
        given = {
            "what_happened": "张三丰在双安巷踩空窨井盖，右腿骨折，电话 13812345678",
            "event_kind": "E03",
            "area": COMMUNITY,
            "place": {"name": "双安巷口", "lon": 118.80123, "lat": 32.10456},
            "occurred_at": (self.now - timedelta(hours=2)).isoformat(),
            "injured_name": "张三丰",
            "reporter_name": "李四",
            "reporter_phone": "13812345678",
            "consent": True,
        }
        return {**given, **body}

    def reported(self, **body: Any) -> "Insured":
        """A report by a resident."""
        self.ask("nobody", "claim.report_public", **self.report(**body))
        return self

    def registered(self, **body: Any) -> "Insured":
        """… in the insurer's books."""
        self.reported(**body).ask("insurer", "claim.register", insurer_number=f"P{len(self.events)}-1")
        return self

    def draft(self, **body: Any) -> dict[str, Any]:
        """What a certificate's draft says."""
        given = {"event_kind": self.o.event_kind, "injured_name": "张三丰", "injured_citizen_id": CITIZEN}
        return {**given, "statement": "经核实，事故属实", **body}

    def certified(self, **body: Any) -> "Insured":
        """… with the secretary's signature."""
        self.registered(**body)
        self.ask("worker", "certificate.draft", **self.draft())
        self.ask("secretary", "certificate.sign", no_relation=True)
        return self

    def complete(self, **body: Any) -> "Insured":
        """… with all documents."""
        self.certified(**body).ask("insurer", "claim.complete_documents", complex=True)
        return self

    def assessed(self, amount: int = 500_000, medical: int = 300_000, **body: Any) -> "Insured":
        """… with an amount."""
        items = [{"item": "MEDICAL", "amount": medical}] if medical else []
        if amount > medical:
            items.append({"item": "DISABILITY", "amount": amount - medical})
        self.complete(**body).ask("insurer", "claim.assess", items=items)
        return self

    def agree(self, **body: Any) -> dict[str, Any]:
        """What an agreement from a form says."""
        return {
            "answer": "AGREE",
            "payee_name": "张三丰",
            "payee_bank_account": "6222000011112222333",
            "form": [PHOTO],
            **body,
        }

    def agreed(self, amount: int = 500_000, medical: int = 300_000, **body: Any) -> "Insured":
        """… that the claimant takes."""
        self.assessed(amount, medical, **body).ask("worker", "claim.record_answer", **self.agree())
        return self

    def paid(self, amount: int = 500_000, medical: int = 300_000, **body: Any) -> "Insured":
        """… and gets."""
        self.agreed(amount, medical, **body)
        self.ask("payer", "claim.pay", amount=amount, payee="INJURED", reference="BANK-0001")
        return self

    def drawn(self, size: int = 5) -> str:
        """An audit of every signed certificate."""
        signed = tuple(c.id for c in self.all(CERTIFICATE_ROW) if c.status == "CERT_SIGNED")
        day = self.today.isoformat()
        given = Population(seed="00ff", certificates=signed)
        answer = self.do("auditor", "audit.draw", given, area=SCOPE, since="2026-01-01", until=day, size=size)
        audit: str = answer.answer["audit"]
        assert self.row(AUDIT_ROW, audit) is not None
        return audit


@pytest.fixture
def street() -> Insured:
    """A street with a policy in force."""
    return Insured().insured()


def in_days(n: int) -> str:
    """So many days after the tests' Monday."""
    return (date(2026, 11, 23) + timedelta(days=n)).isoformat()
