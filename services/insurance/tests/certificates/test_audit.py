"""The street's audit of certificates (domain rules 4.2, 10.6): a sample anybody draws again, revocations."""

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu.testing.rulework import SCOPE
from shuniu_insurance.certificates.audit import Population, sample
from shuniu_insurance.certificates.certificate import AUDIT_ROW, CERTIFICATE_ROW
from shuniu_insurance.certificates.lifecycle import AUDIT, CERTIFICATE
from shuniu_insurance.claims.claim import RECOVERY
from shuniu_insurance.policies.covers import ROOM

PHOTO = {"sha256": "a" * 64, "size": 1000, "media_type": "image/jpeg"}


@pytest.mark.parametrize("cycle", [CERTIFICATE, AUDIT], ids=lambda c: c.kind)
def test_life_cycles_hold_together(cycle) -> None:
    cycle.validate()


@given(
    st.text("0123456789abcdef", min_size=8, max_size=32), st.lists(st.uuids().map(str), unique=True), st.integers(1, 50)
)
def test_a_sample_is_drawn_again_by_anybody(seed, ids, size) -> None:
    drawn = sample(seed, ids, size)
    assert drawn == sample(seed, reversed(ids), size)
    assert len(drawn) == min(size, len(ids)) == len(set(drawn))
    assert set(drawn) <= set(ids)


def test_every_certificate_is_drawn_about_as_often_as_any_other() -> None:
    ids = [f"c{n}" for n in range(20)]
    counts = dict.fromkeys(ids, 0)
    for n in range(400):
        for drawn in sample(hashlib.sha256(str(n).encode()).hexdigest(), ids, 5):
            counts[drawn] += 1
    assert all(60 < count < 140 for count in counts.values())  # 100 expected, σ ≈ 8.7


def test_the_sample_is_recorded_with_its_seed_and_population(street) -> None:
    for _ in range(3):
        street.certified()
    audit = street.row(AUDIT_ROW, street.drawn(2))
    ids = sorted(c.id for c in street.all(CERTIFICATE_ROW))
    assert (audit.population, audit.seed) == (3, "00ff")
    assert audit.population_hash == hashlib.sha256("\n".join(ids).encode()).hexdigest()
    assert audit.drawn == sample(audit.seed, ids, 2)


def test_nothing_signed_is_no_sample(street) -> None:
    body = {"area": SCOPE, "since": "2026-01-01", "until": street.today.isoformat()}
    street.refused("audit.nothing_signed", "auditor", "audit.draw", Population(seed="s", certificates=()), **body)
    street.refused("access.role", "worker", "audit.draw", Population(seed="s", certificates=("a",)), **body)


def test_a_certificate_of_the_sample_is_confirmed_once(street) -> None:
    street.certified()
    audit = street.drawn()
    street.ask("auditor", "audit.confirm", audit=audit, certificate=street.o.certificate)
    assert street.o.confirmed
    assert street.row(AUDIT_ROW, audit).status == "AUDIT_ENDED"
    street.no("audit.ended", "auditor", "audit.confirm", audit=audit, certificate=street.o.certificate)


def test_what_is_not_in_the_sample_is_not_touched(street) -> None:
    street.certified()
    audit = street.drawn()
    street.certified()
    body = {"revocation": "UNTRUE", "reason": "查无此事"}
    street.no("audit.not_in_sample", "auditor", "audit.revoke", audit=audit, certificate=street.o.certificate, **body)


def revoked(street) -> None:
    audit = street.drawn()
    body = {"audit": audit, "certificate": street.o.certificate, "revocation": "UNTRUE", "reason": "查无此事"}
    street.ask("auditor", "audit.revoke", **body)


def test_revoked_before_payment_the_claim_stands_without_certificate_and_the_room_is_back(street) -> None:
    street.agreed()
    revoked(street)
    assert (street.o.status, street.cert.status) == ("CERT_REFUSED", "CERT_VOID")
    assert street.row(ROOM, f"{street.policy}|PROB").taken == 0
    assert street.facts("document.revoked.v1")[-1]["code"] == street.cert.code
    street.no("claim.pay_agreed", "payer", "claim.pay", amount=500_000, payee="INJURED", reference="BANK-0001")
    street.no("certificate.appeal_declined", "clerk", "certificate.appeal", reason="x不服", form=[PHOTO])


def test_revoked_after_payment_opens_a_recovery_that_gives_back_to_the_limits(street) -> None:
    street.paid()
    revoked(street)
    (recovery,) = street.all(RECOVERY)
    assert (recovery.ground, recovery.amount, street.o.status) == ("CERTIFICATE_REVOKED", 500_000, "PAID")
    body = {"recovery": recovery.id, "reference": "BANK-R1"}
    street.ask("payer", "recovery.receive", amount=200_000, **body)
    assert street.row(ROOM, f"{street.policy}|PROB").taken == 300_000
    street.no("recovery.write_off_demanded", "director", "recovery.write_off", recovery=recovery.id, reason="无力偿还")
    street.ask("insurer", "recovery.demand", recovery=recovery.id)
    street.ask("director", "recovery.write_off", recovery=recovery.id, reason="无力偿还")
    assert street.row(RECOVERY, recovery.id).status == "WRITTEN_OFF"


def test_nobody_audits_what_they_signed(street) -> None:
    street.certified()
    audit = street.drawn()
    cert = street.cert
    street.people = {**street.people, "auditor": replace(street.people["auditor"], id=cert.signed_by)}
    street.no("audit.own_certificate", "auditor", "audit.confirm", audit=audit, certificate=cert.id)
