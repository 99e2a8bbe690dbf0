"""Service certificates: by the organiser and nobody else, of hours that count (domain rules 5.4, 10.8)."""

from shuniu.chassis.documents.register import DOCUMENT
from shuniu_volunteer.certificates.state import CERTIFICATE

from .walk import certify, drawn


def test_the_organiser_certifies_confirmed_hours(crowd) -> None:
    crowd.confirmed("v1")
    code = certify(crowd, "v1")
    row = crowd.row(CERTIFICATE, code)
    assert (row.minutes, row.organiser, row.state) == (120, "vt-01", "VALID")
    assert crowd.row(DOCUMENT, code).signature.unit == "vt-01"
    assert "张三" in crowd.private[row.content_ref]["document"]
    assert "张三" not in str(crowd.facts())


def test_illegal_a_certificate_for_another_organisations_activity(crowd) -> None:
    crowd.confirmed("v1")
    body = {"volunteer": crowd.own("v1"), "activities": [crowd.id]}
    for who in ("lead2", "clerk"):
        crowd.refused("certificate.other_organiser", who, "volunteer.issue_certificate", drawn(crowd, "v1"), **body)


def test_hours_that_do_not_count_are_not_certified(crowd) -> None:
    crowd.served("v1")
    body = {"volunteer": crowd.own("v1"), "activities": [crowd.id]}
    crowd.refused("certificate.no_hours", "lead", "volunteer.issue_certificate", drawn(crowd, "v1"), **body)


def test_hours_that_changed_since_it_was_signed_are_not_certified(crowd) -> None:
    crowd.confirmed("v1")
    before = drawn(crowd, "v1")
    crowd.act("v1", "participation.dispute", reason="少记")
    crowd.act("clerk", "participation.adjust", volunteer=crowd.own("v1"), minutes=150, reason="属实")
    body = {"volunteer": crowd.own("v1"), "activities": [crowd.id]}
    crowd.refused("certificate.changed", "lead", "volunteer.issue_certificate", before, **body)
    certify(crowd, "v1")


def test_it_is_taken_back_once_by_who_issued_it(crowd) -> None:
    crowd.confirmed("v1")
    code = certify(crowd, "v1")
    body = {"code": code, "reason": "FALSE_HOURS"}
    crowd.refused("certificate.other_organiser", "lead2", "volunteer.revoke_certificate", **body)
    crowd.do("lead", "volunteer.revoke_certificate", **body)
    assert crowd.row(CERTIFICATE, code).state == crowd.row(DOCUMENT, code).state == "REVOKED"
    crowd.refused("document.revoked", "lead", "volunteer.revoke_certificate", **body)


def test_only_what_is_listed_is_in_it(crowd) -> None:
    crowd.confirmed("v1")
    content = drawn(crowd, "v1").document
    assert content["citizen_id"].count("*") == 13
    assert {s["minutes"] for s in content["services"]} == {120}
