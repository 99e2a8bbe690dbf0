"""Every illegal move of every life cycle of insurance over HTTP: 409 or 422 naming status, event and rule."""

from collections.abc import Callable

from shuniu.testing.moves import Asked, Moves, Planted, Way
from shuniu.testing.servers import Hosts
from shuniu_insurance import service
from shuniu_insurance.certificates.lifecycle import AUDIT, CERTIFICATE
from shuniu_insurance.claims.lifecycle import CLAIM, RECOVERY
from shuniu_insurance.disclosure.lifecycle import DISCLOSURE
from shuniu_insurance.evaluation.lifecycle import EVALUATION
from shuniu_insurance.fund.lifecycle import MONTH
from shuniu_insurance.hazards.lifecycle import HAZARD
from shuniu_insurance.policies.lifecycle import POLICY

from .conftest import CITIZEN, COMMUNITY, PHOTO, Insured, covers, in_days
from .evaluation.test_evaluation import FIGURES
from .hazards.test_hazards import PEOPLE as LISTED
from .hazards.test_hazards import Hazards, hazard_registry

WHO = {
    "insurer_clerk": "insurer",
    "insurer_surveyor": "surveyor",
    "insurer_finance": "payer",
    "community_clerk": "worker",
    "community_secretary": "secretary",
    "street_clerk": "clerk",
    "leading_group": "director",
    "office_director": "director",
    "finance": "finance",
}
REASON = "按职责分工另行处理"
ITEMS = [{"item": "MEDICAL", "amount": 1}]


def street() -> Insured:
    """A street with a policy in force."""
    return Insured().insured()


def claim(bring: Callable[[Insured], object]) -> Callable[[], Way]:
    """A way of a claim."""

    def way() -> Way:
        s = street()
        bring(s)
        return Way(s, {"claim": s.id})

    return way


def disputed(s: Insured) -> Insured:
    """A claim whose assessment is not accepted."""
    s.assessed().ask("worker", "claim.record_answer", answer="DISPUTE", reason=REASON, form=[PHOTO])
    return s


def denied(s: Insured) -> Insured:
    """A claim that was denied."""
    s.complete().ask("insurer", "claim.assess", ground="EXCLUDED", reason=REASON)
    s.ask("insurer", "claim.deny", reason=REASON)
    return s


def advance_due(s: Insured) -> Insured:
    """Sixty days without an amount."""
    s.complete().tick(days=63)
    return s


CLAIM_WAYS = {
    "REPORTED": claim(lambda s: s.reported()),
    "REGISTERED": claim(lambda s: s.registered()),
    "CERTIFIED": claim(lambda s: s.certified()),
    "CERT_REFUSED": claim(
        lambda s: s.registered().ask("secretary", "certificate.decline", refusal="NOT_PROVEN", reason=REASON)
    ),
    "DOCS": claim(lambda s: s.certified().ask("insurer", "claim.ask_documents", wanted=["INVOICE"])),
    "ADVANCE_DUE": claim(advance_due),
    "ADVANCED": claim(lambda s: advance_due(s).ask("payer", "claim.advance", amount=1_000, reference="BANK-1")),
    "ASSESSED": claim(lambda s: s.assessed()),
    "AGREED": claim(lambda s: s.agreed()),
    "DISPUTED": claim(disputed),
    "MEDIATED": claim(lambda s: disputed(s).ask("clerk", "claim.mediate", items=ITEMS)),
    "LITIGATED": claim(lambda s: disputed(s).ask("clerk", "claim.litigate", case_number="2027-0101-1")),
    "DENIED": claim(denied),
    "PAID": claim(lambda s: s.paid()),
    "RECOURSE": claim(lambda s: s.paid().ask("insurer", "claim.recourse", amount=1_000, debtor_name="王五")),
    "CLOSED": claim(lambda s: s.paid().ask("insurer", "claim.close")),
    "WITHDRAWN": claim(lambda s: s.reported().ask("worker", "claim.record_answer", answer="WITHDRAW", form=[PHOTO])),
}
DRAFT = {"event_kind": "E03", "injured_name": "张三丰", "injured_citizen_id": CITIZEN, "statement": REASON}
ANSWER = {"form": [PHOTO], "reason": REASON, "payee_name": "张三丰", "payee_bank_account": "6222000011112222333"}
CLAIMS = Moves(
    CLAIM,
    CLAIM_WAYS,
    {
        "register": Asked("claim.register", {"insurer_number": "P-1"}, ("register_later",)),
        "survey": Asked("claim.survey", {"arrived_at": "2026-11-23T01:00:00Z", "found": REASON}),
        "declare_relation": Asked("claim.declare_relation", {"relation": "KIN"}),
        "draft_certificate": Asked("certificate.draft", DRAFT),
        "refuse_certificate": Asked("certificate.decline", {"refusal": "NOT_PROVEN", "reason": REASON}),
        "ask_documents": Asked("claim.ask_documents", {"wanted": ["INVOICE"]}),
        "complete_documents": Asked("claim.complete_documents"),
        "assess": Asked("claim.assess", {"items": ITEMS}),
        "advance": Asked("claim.advance", {"amount": 1, "reference": "BANK-1"}),
        "deny": Asked("claim.deny", {"reason": REASON}),
        "agree": Asked("claim.record_answer", {"answer": "AGREE", **ANSWER}),
        "dispute": Asked("claim.record_answer", {"answer": "DISPUTE", **ANSWER}),
        "withdraw": Asked("claim.record_answer", {"answer": "WITHDRAW", **ANSWER}),
        "consent": Asked("claim.record_answer", {"answer": "CONSENT", **ANSWER}),
        "pay": Asked("claim.pay", {"amount": 1, "payee": "INJURED", "reference": "BANK-1"}),
        "mediate": Asked("claim.mediate"),
        "litigate": Asked("claim.litigate", {"case_number": "2027-0101-1"}),
        "record_judgment": Asked("claim.record_judgment"),
        "recourse": Asked("claim.recourse", {"amount": 1, "debtor_name": "王五"}),
        "ask_volunteers": Asked("claim.ask_volunteers", {"family_agrees": True}),
        "release_volunteers": Asked("claim.release_volunteers"),
        "close": Asked("claim.close"),
        "erase": Asked("claim.erase", {"reason": REASON}),
    },
    WHO,
    rules={("CERTIFIED", "register"): "claim.registered_once"},
)


async def test_claims(hosts: Hosts) -> None:
    async with Planted.of(service, hosts, street()) as planted:
        assert await planted.refuses(CLAIMS) > 250
        assert await planted.forbids(CLAIMS, "access.area", "access.unit") > 20


# ---- recoveries, certificates, audits -------------------------------------------------------------------------------


def recovery(*moves: tuple[str, str, dict[str, object]]) -> Callable[[], Way]:
    """A way of a recovery after recourse."""

    def way() -> Way:
        s = street().paid()
        id_ = s.ask("insurer", "claim.recourse", amount=1_000, debtor_name="王五").answer["recovery"]
        for who, move, body in moves:
            s.ask(who, f"recovery.{move}", recovery=id_, **body)
        return Way(s, {"recovery": id_})

    return way


_DEMAND = ("insurer", "demand", {})
RECOVERIES = Moves(
    RECOVERY,
    {
        "RECOVERY_OPEN": recovery(),
        "RECOVERY_DEMANDED": recovery(_DEMAND),
        "RECOVERED": recovery(_DEMAND, ("payer", "receive", {"amount": 1_000, "reference": "BANK-9"})),
        "WRITTEN_OFF": recovery(_DEMAND, ("director", "write_off", {"reason": REASON})),
    },
    {
        "demand": Asked("recovery.demand"),
        "receive": Asked("recovery.receive", {"amount": 1, "reference": "BANK-9"}),
        "write_off": Asked("recovery.write_off", {"reason": REASON}),
    },
    WHO,
)


def certificate(bring: Callable[[Insured], object]) -> Callable[[], Way]:
    """A way of a claim's certificate."""

    def way() -> Way:
        s = street().registered()
        s.ask("worker", "certificate.draft", **s.draft())
        bring(s)
        return Way(s, {"certificate": s.o.certificate})

    return way


def declined(s: Insured) -> Insured:
    """Refused by the secretary."""
    s.ask("secretary", "certificate.decline", refusal="NOT_PROVEN", reason=REASON)
    return s


def appealed(s: Insured) -> Insured:
    """Appealed against to the street."""
    declined(s).ask("clerk", "certificate.appeal", reason=REASON, form=[PHOTO])
    return s


def signed(s: Insured) -> Insured:
    """Signed by the secretary."""
    s.ask("secretary", "certificate.sign", no_relation=True)
    return s


def void(s: Insured) -> Insured:
    """Revoked by the street's audit."""
    audit = signed(s).drawn()
    body = {"revocation": "UNTRUE", "reason": REASON, "certificate": s.o.certificate}
    s.ask("auditor", "audit.revoke", audit=audit, **body)
    return s


CERTIFICATES = Moves(
    CERTIFICATE,
    {
        "CERT_DRAFT": certificate(lambda s: s),
        "CERT_SIGNED": certificate(signed),
        "CERT_DECLINED": certificate(declined),
        "CERT_APPEALED": certificate(appealed),
        "CERT_OVERTURNED": certificate(
            lambda s: appealed(s).ask("director", "certificate.rule_appeal", upheld=True, reason=REASON)
        ),
        "CERT_VOID": certificate(void),
    },
    {
        "sign": Asked("certificate.sign", {"no_relation": True}),
        "renew": Asked("certificate.renew", {"no_relation": True}),
        "appeal": Asked("certificate.appeal", {"reason": REASON, "form": [PHOTO]}),
        "uphold": Asked("certificate.rule_appeal", {"upheld": True, "reason": REASON}),
        "dismiss": Asked("certificate.rule_appeal", {"upheld": False, "reason": REASON}, ("uphold",)),
    },
    WHO,
)


def audit(*, ended: bool) -> Callable[[], Way]:
    """A way of an audit of one certificate."""

    def way() -> Way:
        s = street().certified()
        drawn = s.drawn()
        if ended:
            s.ask("auditor", "audit.confirm", audit=drawn, certificate=s.o.certificate)
        return Way(s, {"audit": drawn, "certificate": s.o.certificate})

    return way


AUDITS = [
    Moves(
        AUDIT,
        {"AUDIT_DRAWN": audit(ended=False), "AUDIT_ENDED": audit(ended=True)},
        {"look": asked},
        WHO,
        beside=frozenset({"audit.confirm", "audit.revoke"}),
    )
    for asked in (
        Asked("audit.confirm", {}, ("confirm",)),
        Asked("audit.revoke", {"revocation": "UNTRUE", "reason": REASON}, ("revoke",)),
    )
]


async def test_recoveries_certificates_and_audits(hosts: Hosts) -> None:
    async with Planted.of(service, hosts, street()) as planted:
        for table in (RECOVERIES, CERTIFICATES, *AUDITS):
            assert await planted.refuses(table)
            assert await planted.forbids(table, "access.area", "access.unit")


# ---- policies, fund, disclosure, evaluation -------------------------------------------------------------------------

NEXT = {"since": "2027-01-01", "until": "2027-12-31"}


def policy(*moves: tuple[str, str, dict[str, object]], days: int = 0) -> Callable[[], Way]:
    """A way of next year's policy."""

    def way() -> Way:
        s = Insured()
        body = {"insurer": "pacific", "area": COMMUNITY, "premium": 1_000, "covers": covers(), **NEXT}
        id_ = s.ask("clerk", "policy.draft", **body).answer["policy"]
        for who, move, given in moves:
            s.ask(who, f"policy.{move}", policy=id_, **given)
        if days:
            s.tick(days=days)
        return Way(s, {"policy": id_})

    return way


_ISSUE = ("director", "issue", {"contract": "PAC-2027-1"})
POLICIES = Moves(
    POLICY,
    {
        "DRAFT": policy(),
        "ISSUED": policy(_ISSUE),
        "IN_FORCE": policy(_ISSUE, days=60),
        "EXPIRED": policy(_ISSUE, days=500),
        "TERMINATED": policy(_ISSUE, ("director", "terminate", {"last_day": in_days(50), "termination": "REPLACED"})),
        "DISCARDED": policy(("clerk", "discard", {})),
    },
    {
        "rewrite": Asked("policy.rewrite", {**NEXT, "premium": 2_000, "covers": covers()}),
        "discard": Asked("policy.discard"),
        "issue": Asked("policy.issue", {"contract": "PAC-2027-2"}),
        "endorse": Asked(
            "policy.endorse", {"effective_from": in_days(300), "covers": covers(), "endorsement": "END-1"}
        ),
        "terminate": Asked("policy.terminate", {"last_day": in_days(300), "termination": "REPLACED"}),
    },
    WHO,
    beside=frozenset({"fund.pay_premium", "fund.take_refund"}),
)


def month(*, closed: bool) -> Callable[[], Way]:
    """A way of November's book, with one entry."""

    def way() -> Way:
        s = street()
        body = {"fund_source": "OFFICE", "amount": 9_000, "reference": "V-001", "on": "2026-11-20"}
        s.ask("finance", "fund.receive", **body)
        if closed:
            s.tick(days=10)
            s.ask("finance", "fund.close", month="2026-11")
        return Way(s, {"month": "2026-11"})

    return way


MONTHS = Moves(
    MONTH,
    {"MONTH_OPEN": month(closed=False), "MONTH_CLOSED": month(closed=True)},
    {"close": Asked("fund.close")},
    WHO,
    beside=frozenset({"fund.ask_reversal", "fund.approve_reversal", "fund.decline_reversal"}),
)
"""Reversals are asked for in any month; what each of them refuses stands in the tests of their rules."""


def disclosure(*moves: tuple[str, str]) -> Callable[[], Way]:
    """A way of a quarter's disclosure."""

    def way() -> Way:
        s = street()
        id_ = s.do("clerk", "disclosure.draft", prepared=[], year=2026, quarter=2).answer["disclosure"]
        for who, move in moves:
            s.do(who, f"disclosure.{move}", disclosure=id_)
        return Way(s, {"disclosure": id_})

    return way


DISCLOSURES = Moves(
    DISCLOSURE,
    {
        "DRAFTED": disclosure(),
        "PUBLISHED": disclosure(("director", "publish")),
        "DISCARDED": disclosure(("clerk", "discard")),
    },
    {"publish": Asked("disclosure.publish"), "discard": Asked("disclosure.discard")},
    WHO,
)
DECISION = {"variant": "RISK", "change_percent": 0, "reason": REASON}


def evaluation(*moves: tuple[str, str, dict[str, object]]) -> Callable[[], Way]:
    """A way of a year's evaluation."""

    def way() -> Way:
        s = street()
        body = {"policy": s.policy, "exposed_units": 20, "residents": 8_000}
        id_ = s.do("clerk", "evaluation.compute", prepared=FIGURES, **body).answer["evaluation"]
        for who, move, given in moves:
            s.do(who, f"evaluation.{move}", evaluation=id_, **given)
        return Way(s, {"evaluation": id_})

    return way


EVALUATIONS = Moves(
    EVALUATION,
    {
        "COMPUTED": evaluation(),
        "DECIDED": evaluation(("director", "decide", DECISION)),
        "DISCARDED": evaluation(("clerk", "discard", {})),
    },
    {"decide": Asked("evaluation.decide", DECISION), "discard": Asked("evaluation.discard")},
    WHO,
)


async def test_policies_the_fund_disclosure_and_evaluation(hosts: Hosts) -> None:
    async with Planted.of(service, hosts, street()) as planted:
        for table in (POLICIES, MONTHS, DISCLOSURES, EVALUATIONS):
            assert await planted.refuses(table)
            assert await planted.forbids(table, "access.area")


# ---- hazards --------------------------------------------------------------------------------------------------------


def listed(bring: Callable[[Hazards], str]) -> Callable[[], Way]:
    """A way of a hazard."""

    def way() -> Way:
        work = Hazards(service, LISTED, hazard_registry())
        return Way(work, {"hazard": bring(work)})

    return way


def moved(bring: Callable[[Hazards], str], who: str, move: str, **body: object) -> Callable[[Hazards], str]:
    """One move further."""

    def further(work: Hazards) -> str:
        h = bring(work)
        work.do(who, f"hazard.{move}", hazard=h, **body)
        return h

    return further


def borne(work: Hazards) -> str:
    """Accepted one level up."""
    h = work.graded()
    work.do("insurer", "hazard.ask_acceptance", hazard=h, reason=REASON, review_on=in_days(60))
    work.do("director", "hazard.accept_risk", hazard=h)
    return h


CONTROL = {"measure": REASON, "until": in_days(3)}
HAZARDS = Moves(
    HAZARD,
    {
        "FOUND": listed(lambda w: w.find()),
        "VERIFIED": listed(lambda w: w.verified()),
        "GRADED": listed(lambda w: w.graded()),
        "ROUTED": listed(lambda w: w.routed()),
        "RECTIFYING": listed(lambda w: w.rectifying()),
        "INTERIM_CONTROL": listed(moved(lambda w: w.rectifying(), "surveyor", "control", **CONTROL)),
        "RECTIFIED": listed(lambda w: w.rectified()),
        "RECHECKED": listed(lambda w: w.rechecked()),
        "CANCELLED_OFF": listed(lambda w: w.off()),
        "REOPENED": listed(moved(lambda w: w.off(), "secretary", "reopen", reason=REASON)),
        "RISK_ACCEPTED": listed(borne),
        "UNFOUNDED": listed(moved(lambda w: w.find(), "insurer", "dismiss", dismiss_reason="NOT_THERE")),
    },
    {
        "verify": Asked("hazard.verify"),
        "dismiss": Asked("hazard.dismiss", {"dismiss_reason": "NOT_THERE"}),
        "report_up": Asked("hazard.report_up"),
        "grade": Asked("hazard.grade", {"grade": "GENERAL", "colour": "BLUE"}),
        "regrade": Asked("hazard.regrade", {"grade": "GENERAL", "colour": "BLUE", "reason": REASON}),
        "route": Asked("hazard.route", {"way": "INSURER", "unit": "ins"}),
        "withdraw_referral": Asked("hazard.withdraw_referral"),
        "give_back": Asked("hazard.give_back", {"reason": REASON}),
        "start": Asked("hazard.start"),
        "control": Asked("hazard.control", CONTROL),
        "resume": Asked("hazard.resume"),
        "rectify": Asked("hazard.rectify", {"evidence": [PHOTO]}),
        "recheck": Asked("hazard.recheck"),
        "fail_recheck": Asked("hazard.fail_recheck", {"reason": REASON}),
        "cancel_off": Asked("hazard.cancel_off"),
        "reopen": Asked("hazard.reopen", {"reason": REASON}),
        "ask_acceptance": Asked("hazard.ask_acceptance", {"reason": REASON, "review_on": in_days(60)}),
        "accept_risk": Asked("hazard.accept_risk"),
        "refuse_acceptance": Asked("hazard.refuse_acceptance", {"reason": REASON}),
        "take_up": Asked("hazard.take_up"),
    },
    {
        "insurer_clerk": "insurer",
        "insurer_surveyor": "surveyor2",
        "street_clerk": "street",
        "office_director": "director",
        "community_secretary": "secretary",
    },
)


async def test_hazards(hosts: Hosts) -> None:
    way = HAZARDS.ways["FOUND"]()
    async with Planted.of(service, hosts, way.work) as planted:
        assert await planted.refuses(HAZARDS) > 250
        assert await planted.forbids(HAZARDS, "access.area", "access.unit", "hazard.own_order") > 20
