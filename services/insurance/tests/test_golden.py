"""Golden examples of policies, fund, claims and certificates: what was once published is understood for ever.

They are only added, never changed.
"""

import json
from pathlib import Path

import msgspec
from shuniu.chassis.referring import ReferralAnswered
from shuniu.contracts.clock import ClockOverdue, ClockSoon
from shuniu.contracts.document import DocumentIssued, DocumentRevoked
from shuniu.contracts.envelope import CloudEvent
from shuniu.contracts.insurance import certificates, claims, fund, policies
from shuniu.testing.golden import lost, naming
from shuniu.testing.rulework import SCOPE, person
from shuniu_insurance import service
from shuniu_insurance.claims.claim import CLAIM, RECOVERY, hazard_linked
from shuniu_insurance.claims.company import ANSWER
from shuniu_insurance.claims.prepare import Prepared

from .conftest import COMMUNITY, PHOTO, Insured, covers, in_days

GOLDEN = Path(__file__).parents[3] / "shared/tests/contracts/golden/insurance"
OURS = (fact for words in (policies, fund, claims, certificates) for fact in words.FACTS)
WALKED = (*OURS, ClockSoon, ClockOverdue, DocumentIssued, DocumentRevoked)


def say_policies(street: Insured) -> None:
    """Drafted, changed, concluded, endorsed, in force, ended early or expired; a draft given up."""
    body = {"insurer": "picc", "premium": 1_000, "covers": covers()}
    period = {"since": "2027-01-01", "until": "2027-12-31"}
    for _ in range(2):
        next_ = street.ask("clerk", "policy.draft", area=COMMUNITY, **period, **body).answer["policy"]
        street.ask("clerk", "policy.rewrite", policy=next_, **period, premium=2_000, covers=covers())
        if street.facts("policy.discarded.v1"):
            street.ask("director", "policy.issue", policy=next_, contract="PICC-1")
        else:
            street.ask("clerk", "policy.discard", policy=next_)
    endorsed = {"effective_from": in_days(2), "covers": covers(), "endorsement": "END-1"}
    street.ask("director", "policy.endorse", policy=street.policy, **endorsed)
    street.tick(days=45)
    last = street.today.isoformat()
    street.ask("director", "policy.terminate", policy=next_, last_day=last, termination="REPLACED")


def say_fund(street: Insured) -> None:
    """Money in and premium out, a reversal declined, a month closed."""
    given = {"fund_source": "OFFICE", "amount": 9_000_000, "reference": "V-001", "on": "2026-11-20"}
    entry = street.ask("finance", "fund.receive", **given).answer["entry"]
    for _ in range(1):
        street.ask("finance2", "fund.ask_reversal", month="2026-11", entry=entry, reason="有误")
        street.ask("finance3", "fund.decline_reversal", month="2026-11", entry=entry, reason="无误")
    street.tick(days=10)
    street.ask("finance", "fund.close", month="2026-11")


def say_claims(street: Insured) -> None:
    """Every way a claim goes."""
    street.reported(consent=False)
    street.ask("nobody", "claim.answer_by_code", code="CODE-0000-XXXX", answer="CONSENT")
    street.ask("worker", "claim.declare_relation", relation="KIN")
    street.ask("worker", "claim.record_answer", answer="WITHDRAW", form=[PHOTO])
    street.certified()
    street.ask("surveyor", "claim.survey", arrived_at=street.now.isoformat(), found="井盖缺失", evidence=[PHOTO])
    street.ask("insurer", "claim.ask_documents", wanted=["INVOICE"])
    street.ask("insurer", "claim.complete_documents", complex=True)
    street.tick(days=63)
    street.ask("payer", "claim.advance", amount=100_000, reference="BANK-0001")
    street.ask("insurer", "claim.assess", items=[{"item": "DISABILITY", "amount": 200_000}])
    street.ask("worker", "claim.record_answer", answer="DISPUTE", reason="过低", form=[PHOTO])
    street.ask("clerk", "claim.mediate")
    street.ask("clerk", "claim.litigate", case_number="2027-0101-1")
    street.ask("clerk", "claim.record_judgment", items=[{"item": "DISABILITY", "amount": 300_000}])
    street.ask("deputy", "certificate.renew", no_relation=True)
    street.ask("worker", "claim.record_answer", **street.agree())
    street.ask("payer", "claim.pay", amount=200_000, payee="INJURED", reference="BANK-0002")
    taken = street.ask("insurer", "claim.recourse", amount=300_000, debtor_name="王五").answer["recovery"]
    street.ask("insurer", "recovery.demand", recovery=taken)
    street.ask("payer", "recovery.receive", recovery=taken, amount=300_000, reference="BANK-0003")
    assert street.row(RECOVERY, taken).status == "RECOVERED"
    street.ask("worker", "claim.ask_volunteers", family_agrees=True)
    told = {"referral": street.o.company[-1].referral, "made_by": f"/{SCOPE}/insurance"}
    opened = {"source": f"/{SCOPE}/volunteer", "kind": "volunteer_activity", "matter": "a1", "number": "HD261123-0001"}
    street.give(ANSWER, ReferralAnswered(answer="taken", **told, **opened), person("reaction"))


def say_denied(street: Insured) -> None:
    """Denied, closed, its personal data destroyed after limitation."""
    street.complete().ask("insurer", "claim.assess", ground="EXCLUDED", reason="责任免除")
    street.ask("insurer", "claim.deny", reason="责任免除")
    street.ask("insurer", "claim.close")
    street.tick(days=2 * 366)
    street.do("clerk", "claim.erase", Prepared(refs=tuple(street.private)), claim=street.id, reason="期满")


def say_certificates(street: Insured) -> None:
    """Refused, appealed, ruled; a sample confirmed and revoked."""
    street.registered().ask("secretary", "certificate.decline", refusal="NOT_PROVEN", reason="无人证实")
    street.ask("nobody", "certificate.appeal_by_code", code="CODE-0000-XXXX", reason="有监控录像")
    street.ask("director", "certificate.rule_appeal", upheld=True, reason="属实")
    ids = []
    for _ in range(2):
        street.certified()
        ids.append(street.o.certificate)
    audit = street.drawn()
    street.ask("auditor", "audit.confirm", audit=audit, certificate=ids[0])
    street.ask("auditor", "audit.revoke", audit=audit, certificate=ids[1], revocation="UNTRUE", reason="不实")


SAID = (say_policies, say_fund, say_claims, say_denied, say_certificates)


def everything() -> list[CloudEvent]:
    """Each walk on a street of its own."""
    said: list[CloudEvent] = []
    for say in SAID:
        street = Insured().insured()
        say(street)
        said += street.events
    return said


def test_what_is_said_today_has_the_golden_fields() -> None:
    assert lost(GOLDEN, everything(), (f for f in WALKED if f is not claims.ClaimHazardLinked)) == []


def test_a_hazard_tied_to_a_claim_says_the_golden_fields() -> None:
    street = Insured().insured().reported()
    fact = json.loads(msgspec.json.encode(hazard_linked(street.row(CLAIM, street.id), "h1", 12, True).fact))
    golden = json.loads((GOLDEN / "claim.hazard_linked.v1.json").read_bytes())
    assert set(golden["data"]["fact"]) <= set(fact)


def test_examples_hold_no_person() -> None:
    assert naming(GOLDEN, service.facts, "张三丰", "李四", "13812345678", "6222000011112222333", "骨折", "王五") == []
    assert SCOPE in (GOLDEN / "claim.reported.v1.json").read_text("utf-8")
