"""Every row and guard of domain rules 10.6, each illegal thing by name."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from shuniu.rules.refusal import Refusal
from shuniu_insurance import service
from shuniu_insurance.claims.claim import CLAIM, RECOVERY, hazard_linked
from shuniu_insurance.claims.face import visibility
from shuniu_insurance.claims.lifecycle import CLAIM as CYCLE
from shuniu_insurance.claims.lifecycle import RECOVERY as RECOVERY_CYCLE
from shuniu_insurance.policies.covers import ROOM

from ..conftest import PHOTO, Insured, covers  # noqa: TID252 - the service's own fixtures


@pytest.mark.parametrize("cycle", [CYCLE, RECOVERY_CYCLE], ids=lambda c: c.kind)
def test_life_cycles_hold_together(cycle) -> None:
    cycle.validate()


def test_a_claim_goes_its_way_from_report_to_closing(street) -> None:
    street.paid()
    street.ask("insurer", "claim.close")
    assert (street.o.status, street.o.outcome, street.o.paid) == ("CLOSED", "PAID", 500_000)
    assert street.measures()["claim.paid_yuan"] == 5000.0


# ---- report ---------------------------------------------------------------------------------------------------------


def test_the_policy_is_found_by_place_date_and_kind(street) -> None:
    street.reported()
    assert (street.o.policy, street.o.cover, street.o.insurer) == (street.policy, "PROB", "pacific")


def test_what_no_cover_names_falls_to_the_catch_all_with_its_own_limit(street) -> None:
    street.reported(event_kind="E99")
    assert street.o.cover == "ANY"


def test_without_a_policy_there_and_then_nothing_is_reported(street) -> None:
    street.no("claim.no_policy", "nobody", "claim.report_public", **street.report(occurred_at="2025-12-30T02:00:00Z"))
    only = [c for c in covers() if c["code"] == "HAZ"]
    bare = Insured().insured(covers=only)
    bare.no("claim.no_policy", "nobody", "claim.report_public", **bare.report())


def test_an_accident_is_neither_ahead_nor_beyond_limitation(street) -> None:
    ahead = (street.now + timedelta(hours=1)).isoformat()
    street.no("claim.not_ahead", "nobody", "claim.report_public", **street.report(occurred_at=ahead))
    street.no(
        "claim.limitation_over", "nobody", "claim.report_public", **street.report(occurred_at="2024-11-01T02:00:00Z")
    )


def test_each_protection_answers_for_its_people(street) -> None:
    for injured, cover in (
        ("RESIDENT", "PROB"),
        ("SENSITIVE_GROUP", "SENS"),
        ("COMMUNITY_WORKER", "WORK"),
        ("THIRD_PARTY_OF_WORKER", "WTHIRD"),
    ):
        street.reported(injured=injured)
        assert street.o.cover == cover


def test_the_community_reports_only_in_its_area_and_the_insurer_only_for_its_policy(street) -> None:
    street.no("access.area", "neighbour", "claim.report", **street.report())
    street.no("access.unit", "rival", "claim.report", **street.report())
    street.ask("insurer", "claim.report", **street.report())
    assert street.o.channel == "INSURER_HOTLINE"


def test_the_public_page_has_a_daily_limit() -> None:
    street = Insured(public_a_day=1).insured().reported()
    assert street.no("claim.page_full", "nobody", "claim.report_public", **street.report()).status == 429


# ---- consent (PIPL §23) ---------------------------------------------------------------------------------------------


def test_without_separate_consent_the_insurer_neither_sees_nor_acts(street) -> None:
    street.reported(consent=False)
    assert "pacific" not in visibility(street.o).units
    assert not any(
        "pacific" in n.units for e in street.events for n in e.data.summary.notices if e.subject == street.id
    )
    street.no("claim.consent_first", "insurer", "claim.register", insurer_number="P-1")
    street.ask("nobody", "claim.answer_by_code", code="CODE-0000-XXXX", answer="CONSENT")
    street.ask("insurer", "claim.register", insurer_number="P-1")
    street.ask("nobody", "claim.answer_by_code", code="CODE-0000-XXXX", answer="WITHDRAW_CONSENT")
    street.no("claim.consent_first", "surveyor", "claim.survey", arrived_at=street.now.isoformat(), found="在场")


# ---- certificate ----------------------------------------------------------------------------------------------------


def test_pay_without_the_secretarys_signature_is_illegal(street) -> None:
    street.registered()
    street.ask("worker", "certificate.draft", **street.draft())
    street.no("claim.pay_agreed", "payer", "claim.pay", amount=1, payee="INJURED", reference="BANK-0001")
    street.no("claim.certificate_first", "insurer", "claim.complete_documents")
    street.no("claim.assess_certified", "insurer", "claim.assess", items=[{"item": "MEDICAL", "amount": 1}])


def test_only_the_secretary_of_that_community_signs(street) -> None:
    street.registered().ask("worker", "certificate.draft", **street.draft())
    for who in ("worker", "clerk", "insurer"):
        street.no("access.role", who, "certificate.sign", no_relation=True)
    street.no("access.area", "neighbour", "certificate.sign", no_relation=True)


def test_the_same_person_does_not_register_and_sign(street) -> None:
    street.reported().ask("both", "claim.register", insurer_number="P-1")
    street.ask("worker", "certificate.draft", **street.draft())
    street.no("certificate.registrar_signs_not", "both", "certificate.sign", no_relation=True)
    street.reported().ask("worker", "certificate.draft", **street.draft())
    street.ask("both", "certificate.sign", no_relation=True)
    street.no("claim.registrar_signs_not", "both", "claim.register", insurer_number="P-2")


def test_the_signer_is_neither_claimant_nor_relative_nor_drafter_nor_reporter(street) -> None:
    street.ask("secretary", "claim.report", **street.report(own=True))
    street.ask("worker", "certificate.draft", **street.draft())
    street.no("certificate.signer_related", "secretary", "certificate.sign", no_relation=True)
    street.ask("deputy", "claim.declare_relation", relation="KIN")
    street.no("certificate.signer_related", "deputy", "certificate.sign", no_relation=True)
    street.reported().ask("deputy", "certificate.draft", **street.draft())
    street.no("certificate.drafter_signs_not", "deputy", "certificate.sign", no_relation=True)
    street.no("certificate.declare_no_relation", "secretary", "certificate.sign", no_relation=False)
    street.ask("secretary", "claim.report", **street.report())
    street.ask("worker", "certificate.draft", **street.draft())
    street.no("certificate.registrar_signs_not", "secretary", "certificate.sign", no_relation=True)


def test_the_kind_lies_in_a_cover_or_is_e99(street) -> None:
    named = [c for c in covers(PROB={"kinds": ["E03"]}) if c["code"] != "ANY"]
    bare = Insured().insured(covers=named).registered()
    bare.no("claim.no_policy", "worker", "certificate.draft", **bare.draft(event_kind="E05"))
    bare.no("claim.kind_unknown", "worker", "certificate.draft", **bare.draft(event_kind="E77"))
    street.registered().ask("worker", "certificate.draft", **street.draft(event_kind="E99"))
    assert street.o.cover == "ANY"


def test_a_certificate_names_a_real_citizen_number(street) -> None:
    wrong = street.registered().draft(injured_citizen_id="110105194912310021")
    street.no("certificate.citizen_id", "worker", "certificate.draft", **wrong)


def test_a_certificate_older_than_thirty_days_is_renewed_first(street) -> None:
    street.certified()
    street.tick(days=31)
    street.no("claim.certificate_expired", "insurer", "claim.complete_documents")
    old = street.cert.code
    street.ask("deputy", "certificate.renew", no_relation=True)
    assert street.cert.code != old
    assert street.facts("document.revoked.v1")[-1] == {
        "code": old,
        "reason": "RENEWED",
        "replaced_by": street.cert.code,
    }
    street.ask("insurer", "claim.complete_documents")


def test_a_refusal_has_reasons_and_one_appeal_to_the_street(street) -> None:
    street.registered().ask("secretary", "certificate.decline", refusal="NOT_PROVEN", reason="无人证实")
    assert street.o.status == "CERT_REFUSED"
    street.ask("nobody", "certificate.appeal_by_code", code="CODE-0000-XXXX", reason="有监控录像")
    street.no("claim.appeal_open", "clerk", "claim.close")
    street.ask("director", "certificate.rule_appeal", upheld=False, reason="证据不足")
    street.no("certificate.appeal_once", "clerk", "certificate.appeal", reason="再来一次", form=[PHOTO])
    street.ask("clerk", "claim.close")
    assert street.o.outcome == "NO_CERTIFICATE"


def test_an_upheld_appeal_gives_the_certificate_back_to_the_community(street) -> None:
    street.registered().ask("secretary", "certificate.decline", refusal="NOT_PROVEN", reason="无人证实")
    street.ask("clerk", "certificate.appeal", reason="有录像", form=[PHOTO])
    street.ask("director", "certificate.rule_appeal", upheld=True, reason="录像属实")
    assert (street.o.status, street.cert.status) == ("REGISTERED", "CERT_OVERTURNED")
    street.ask("worker", "certificate.draft", **street.draft())
    street.no("certificate.overturned", "secretary", "certificate.decline", refusal="NOT_PROVEN", reason="仍不予")
    street.ask("secretary", "certificate.sign", no_relation=True)
    assert street.o.status == "CERTIFIED"


def test_an_appeal_has_its_time(street) -> None:
    street.registered().ask("secretary", "certificate.decline", refusal="NOT_PROVEN", reason="无人证实")
    street.tick(days=20)
    street.no("certificate.appeal_late", "clerk", "certificate.appeal", reason="有录像", form=[PHOTO])


# ---- the insurer ----------------------------------------------------------------------------------------------------


def test_the_survey_has_thirty_minutes(street) -> None:
    street.reported()
    street.tick(minutes=29)
    street.ask("surveyor", "claim.survey", arrived_at=street.now.isoformat(), found="井盖缺失")
    assert street.measures()["claim.surveyed_in_time"] == 1
    street.reported()
    street.tick(minutes=31)
    assert "survey" in [f["clock"] for f in street.facts("clock.overdue.v1")]
    street.ask("surveyor", "claim.survey", arrived_at=street.now.isoformat(), found="井盖缺失")
    assert street.measures()["claim.surveyed_in_time"] == 1


def test_documents_are_asked_for_once(street) -> None:
    street.certified().ask("insurer", "claim.ask_documents", wanted=["INVOICE", "MEDICAL_RECORD"])
    street.no("claim.documents_once", "insurer", "claim.ask_documents", wanted=["POLICE_RECORD"])


def test_nothing_is_assessed_before_registration_and_complete_documents(street) -> None:
    street.reported().ask("worker", "certificate.draft", **street.draft())
    street.ask("secretary", "certificate.sign", no_relation=True)
    item = [{"item": "MEDICAL", "amount": 100}]
    street.no("claim.register_first", "insurer", "claim.assess", items=item)
    street.ask("insurer", "claim.register", insurer_number="P-9")
    assert street.o.status == "CERTIFIED"
    street.no("claim.documents_first", "insurer", "claim.assess", items=item)


@pytest.mark.parametrize(("complex_", "days"), [(True, 30), (False, 10)])
def test_a_complex_claim_has_thirty_natural_days(street, complex_, days) -> None:
    street.certified().ask("insurer", "claim.complete_documents", complex=complex_)
    street.tick(days=days - 1)
    assert not [f for f in street.facts("clock.overdue.v1") if f["clock"] == "assess"]
    street.tick(days=4)  # the last day may be a day of rest: then it is the next working day (民法典 §203)
    assert [f for f in street.facts("clock.overdue.v1") if f["clock"] == "assess"]


def test_a_denial_is_told_with_reasons_within_three_days(street) -> None:
    street.complete().ask("insurer", "claim.assess", ground="EXCLUDED", reason="故意行为")
    street.no("claim.nothing_to_agree", "worker", "claim.record_answer", **street.agree())
    street.tick(days=4)
    assert [f for f in street.facts("clock.overdue.v1") if f["clock"] == "tell_denial"]
    street.ask("insurer", "claim.deny", reason="属责任免除")
    assert street.o.status == "DENIED"


def test_what_is_covered_is_not_denied(street) -> None:
    street.assessed().no("claim.deny_uncovered", "insurer", "claim.deny", reason="反悔了")


def test_an_assessment_has_items_or_a_ground_with_reasons(street) -> None:
    street.complete()
    street.no("claim.items_or_ground", "insurer", "claim.assess")
    street.no("claim.items_or_ground", "insurer", "claim.assess", ground="FRAUD")
    both = {"items": [{"item": "MEDICAL", "amount": 1}], "ground": "FRAUD", "reason": "有疑"}
    street.no("claim.items_or_ground", "insurer", "claim.assess", **both)


# ---- agreement and limits -------------------------------------------------------------------------------------------


def test_the_insurer_does_not_answer_for_the_claimant(street) -> None:
    street.assessed().no("access.role", "insurer", "claim.record_answer", **street.agree())
    street.no("evidence.missing", "worker", "claim.record_answer", **street.agree(form=[]))
    street.ask("nobody", "claim.answer_by_code", code="CODE-0000-XXXX", **_without_form(street.agree()))
    assert street.o.status == "AGREED"


def _without_form(body):
    return {k: v for k, v in body.items() if k != "form"}


@pytest.mark.parametrize(
    ("limit", "amount", "medical"),
    [("per_person", 10_000_001, 0), ("medical_per_person", 2_000_001, 2_000_001)],
)
def test_the_amount_fits_the_persons_limits(street, limit, amount, medical) -> None:
    street.assessed(amount, medical)
    refusal = street.no("policy.no_room", "worker", "claim.record_answer", **street.agree())
    assert (refusal.status, refusal.params["limit"]) == (409, limit)


def test_one_person_has_one_limit_over_several_accidents(street) -> None:
    street.paid(6_000_000, 0)
    street.assessed(4_000_001, 0)
    refusal = street.no("policy.no_room", "worker", "claim.record_answer", **street.agree())
    assert (refusal.params["limit"], refusal.params["left"]) == ("per_person", 4_000_000)
    street.person = "hash-of-another"
    street.ask("worker", "claim.record_answer", **street.agree())


def test_claims_of_one_accident_share_the_events_limit() -> None:
    street = Insured().insured(covers=covers(PROB={"per_event": 10_000_000}))
    first = street.agreed(8_000_000, 0).id
    street.reported()
    street.no("claim.other_accident", "insurer", "claim.register", insurer_number="P-7", same_accident_as=street.id)
    street.ask("insurer", "claim.register", insurer_number="P-7", same_accident_as=first)
    street.ask("worker", "certificate.draft", **street.draft())
    street.ask("secretary", "certificate.sign", no_relation=True)
    street.ask("insurer", "claim.complete_documents")
    street.ask("insurer", "claim.assess", items=[{"item": "DEATH", "amount": 3_000_000}])
    street.person = "another"
    assert street.no("policy.no_room", "worker", "claim.record_answer", **street.agree()).params["limit"] == "per_event"


def test_the_aggregate_is_the_end_of_the_cover() -> None:
    tight = {"per_person": 10_000_000, "per_event": 10_000_000, "aggregate": 10_000_000}
    street = Insured().insured(covers=covers(PROB=tight)).agreed(9_000_000, 0)
    street.assessed(1_000_001, 0)
    street.person = "another"
    assert street.no("policy.no_room", "worker", "claim.record_answer", **street.agree()).params["limit"] == "aggregate"


def test_nobody_agrees_before_the_person_is_certified(street) -> None:
    street.assessed()
    street.person = ""
    street.no("claim.identity_first", "worker", "claim.record_answer", **street.agree())


# ---- payment --------------------------------------------------------------------------------------------------------


def test_what_was_agreed_is_not_lowered(street) -> None:
    street.agreed()
    for amount in (499_999, 500_001):
        street.no("claim.agreed_stays", "payer", "claim.pay", amount=amount, payee="INJURED", reference="BANK-0001")
    street.no("claim.assess_certified", "insurer", "claim.assess", items=[{"item": "MEDICAL", "amount": 1}])


def test_who_assesses_does_not_pay(street) -> None:
    street.agreed().no("access.role", "insurer", "claim.pay", amount=500_000, payee="INJURED", reference="BANK-0001")
    street.no("access.unit", "rival", "claim.pay", amount=500_000, payee="INJURED", reference="BANK-0001")


def test_a_payment_has_ten_days(street) -> None:
    street.agreed()
    street.tick(days=11)
    assert [f for f in street.facts("clock.overdue.v1") if f["clock"] == "pay"]
    street.ask("payer", "claim.pay", amount=500_000, payee="INJURED", reference="BANK-0001")
    assert "claim.paid_in_time" not in street.measures()


def test_on_liability_cover_the_insured_is_not_paid_before_the_third_party(street) -> None:
    street.agreed(injured="THIRD_PARTY_OF_WORKER")
    body = {"amount": 500_000, "payee": "INSURED", "reference": "BANK-0001"}
    street.no("claim.third_party_first", "payer", "claim.pay", **body)
    street.ask("payer", "claim.pay", **body, third_party_reference="RECEIPT-77")
    street.agreed().no("claim.payee_fits", "payer", "claim.pay", **body)


def test_after_sixty_days_without_an_amount_the_ascertainable_part_is_paid(street) -> None:
    street.complete().no("claim.advance_when_due", "payer", "claim.advance", amount=100_000, reference="BANK-0001")
    street.tick(days=63)
    assert street.o.status == "ADVANCE_DUE"
    assert street.names().count("claim.advance_due.v1") == 1
    street.ask("payer", "claim.advance", amount=100_000, medical=100_000, reference="BANK-0001")
    street.no("claim.below_advance", "insurer", "claim.assess", items=[{"item": "MEDICAL", "amount": 99_999}])
    street.ask("insurer", "claim.assess", items=[{"item": "MEDICAL", "amount": 250_000}])
    street.ask("deputy", "certificate.renew", no_relation=True)
    street.ask("worker", "claim.record_answer", **street.agree())
    assert street.row(ROOM, f"{street.policy}|PROB").taken == 250_000
    street.ask("payer", "claim.pay", amount=150_000, payee="INJURED", reference="BANK-0002")
    assert street.o.paid == 250_000


# ---- disputes, recourse, closing ------------------------------------------------------------------------------------


def test_a_dispute_is_mediated_or_goes_to_court(street) -> None:
    street.assessed().ask("worker", "claim.record_answer", answer="DISPUTE", reason="伤残等级过低", form=[PHOTO])
    street.ask("clerk", "claim.mediate", items=[{"item": "DISABILITY", "amount": 900_000}])
    street.no("claim.close_answered", "clerk", "claim.close")
    street.ask("worker", "claim.record_answer", **street.agree())
    assert street.o.agreed == 900_000
    street.complete().ask("insurer", "claim.assess", ground="NO_LOSS", reason="无损失")
    street.ask("insurer", "claim.deny", reason="无损失")
    street.ask("worker", "claim.record_answer", answer="DISPUTE", reason="有损失", form=[PHOTO])
    street.ask("clerk", "claim.mediate")
    street.no("claim.nothing_to_agree", "worker", "claim.record_answer", **street.agree())
    street.ask("clerk", "claim.litigate", case_number="2027-0101-1")
    street.ask("clerk", "claim.record_judgment", items=[{"item": "MEDICAL", "amount": 70_000}])
    street.person = "another"
    street.ask("worker", "claim.record_answer", **street.agree())
    assert (street.o.status, street.o.agreed) == ("AGREED", 70_000)


def test_recourse_goes_up_to_what_was_paid_and_comes_back(street) -> None:
    street.paid()
    body = {"debtor_name": "王五", "debtor_contact": "13900001111"}
    street.no("claim.recourse_most", "insurer", "claim.recourse", amount=500_001, **body)
    recovery = street.ask("insurer", "claim.recourse", amount=400_000, **body).answer["recovery"]
    street.ask("insurer", "recovery.demand", recovery=recovery)
    street.no("recovery.most", "payer", "recovery.receive", recovery=recovery, amount=400_001, reference="BANK-9")
    street.ask("payer", "recovery.receive", recovery=recovery, amount=400_000, reference="BANK-9")
    assert street.row(RECOVERY, recovery).status == "RECOVERED"
    assert street.row(ROOM, f"{street.policy}|PROB").taken == 500_000, "recourse is the insurer's, the limit stays used"


def test_a_denied_claim_is_never_deleted_and_may_be_disputed_within_limitation(street) -> None:
    street.complete().ask("insurer", "claim.assess", ground="EXCLUDED", reason="责任免除")
    street.ask("insurer", "claim.deny", reason="责任免除")
    street.ask("insurer", "claim.close")
    ours = [c.name for c in service.commands if c.name.startswith("claim.")]
    assert not [name for name in ours if "delete" in name or "remove" in name]
    street.no("claim.kept_for_limitation", "clerk", "claim.erase", reason="本人申请")
    assert street.may("worker", "claim.record_answer", answer="DISPUTE", reason="有新证据", form=[PHOTO])
    street.tick(days=2 * 366)
    street.no("claim.dispute_answer", "worker", "claim.record_answer", answer="DISPUTE", reason="太晚了", form=[PHOTO])
    refs = tuple(street.private)
    street.do(
        "clerk",
        "claim.erase",
        msgspec.structs.replace(street._prepared("x", {}), refs=refs),
        claim=street.id,
        reason="期满",
    )
    assert street.o.erased
    assert not street.private


def test_names_are_published_nowhere(street) -> None:
    street.paid()
    said = msgspec.json.encode(street.events).decode()
    for secret in ("张三丰", "李四", "13812345678", "6222000011112222333", "骨折"):
        assert secret not in said
    wrong = {"name": "张三丰家 13812345678"}
    street.no("claim.place_personal", "nobody", "claim.report_public", **street.report(place=wrong))


def test_the_point_is_coarsened_and_a_hazard_can_be_tied_to_it(street) -> None:
    street.reported()
    assert (street.o.place.lon, street.o.place.lat) == (118.8012, 32.1046)
    emit = hazard_linked(street.o, "h1", 12, True)
    assert emit.fact.known


def test_offers_are_what_would_be_taken(street) -> None:
    street.reported()
    assert "claim.register" in street.offered("insurer")
    assert street.offered("worker") >= {"certificate.draft", "claim.declare_relation", "claim.record_answer"}
    assert "claim.pay" not in street.offered("payer")
    street.agreed()
    assert street.offered("payer") == {"claim.pay"}
    assert not street.offered("rival")


# ---- walks ----------------------------------------------------------------------------------------------------------


class Walk(RuleBasedStateMachine):
    """Whoever tries whatever: sums stay within limits, every claim in its life cycle."""

    @initialize()
    def start(self) -> None:
        tight = {"per_person": 600_000, "medical_per_person": 300_000, "per_event": 900_000, "aggregate": 1_000_000}
        self.street = Insured().insured(covers=covers(PROB=tight))
        self.claims: list[str] = []

    def _try(self, who: str, name: str, **body) -> None:
        try:
            self.street.ask(who, name, **body)
        except Refusal:
            return

    @rule(medical=st.integers(0, 300_000), other=st.integers(1, 400_000), person=st.sampled_from("abc"))
    def claim_is_assessed(self, medical, other, person) -> None:
        self.street.assessed(medical + other, medical)
        self.claims.append(self.street.id)
        self.street.person = person

    @rule(n=st.integers(0, 10), move=st.integers(0, 4), other=st.sampled_from(["", "", "payer", "insurer", "clerk"]))
    def somebody_tries(self, n, move, other) -> None:
        if not self.claims:
            return
        who = other or ("worker", "payer", "worker", "clerk", "insurer")[move]
        self.street.id = self.claims[n % len(self.claims)]
        street = self.street
        match move:
            case 0:
                self._try(who, "claim.record_answer", **street.agree())
            case 1:
                self._try(who, "claim.pay", amount=street.o.agreed or 1, payee="INJURED", reference="BANK-0001")
            case 2:
                self._try(who, "claim.record_answer", answer="DISPUTE", reason="不服", form=[PHOTO])
            case 3:
                self._try(who, "claim.mediate", items=[{"item": "DISABILITY", "amount": 50_000}])
            case 4:
                self._try(who, "claim.close")

    @invariant()
    def limits_hold(self) -> None:
        if not hasattr(self, "street"):
            return
        claims = [self.street.row(CLAIM, c) for c in self.claims]
        taken = sum(o.reserved for o in claims)
        period = self.street.row(ROOM, f"{self.street.policy}|PROB")
        assert (period.taken if period else 0) == taken <= 1_000_000
        persons = [r for k, r in self.street.rows.items() if k.kind == ROOM.name and "|P|" in k.id and r.row]
        assert all(r.row.taken <= 600_000 and r.row.medical <= 300_000 for r in persons)
        assert all(o.paid in (0, o.agreed) for o in claims)


TestWalk = Walk.TestCase
TestWalk.settings = settings(max_examples=20, stateful_step_count=16, deadline=None)
