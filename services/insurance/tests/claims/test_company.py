"""Volunteers who accompany the family: asked for by referral without a person in it, followed to its end."""

import msgspec
import pytest
from shuniu.chassis.referring import ReferralAnswered
from shuniu.testing.rulework import SCOPE, person
from shuniu_insurance.claims.company import ANSWER

VOLUNTEERS = f"/{SCOPE}/volunteer"
OPENED = {"kind": "volunteer_activity", "matter": "a1", "number": "HD261123-0001"}


def answered(street, answer, referral="", **more) -> None:
    """The other side's word."""
    given = {"answer": answer, "referral": referral or street.o.company[-1].referral, "source": VOLUNTEERS, **more}
    given.setdefault("made_by", f"/{SCOPE}/insurance")
    street.give(ANSWER, ReferralAnswered(**given), person("reaction"))


def asked(street) -> None:
    """By the community."""
    street.ask("worker", "claim.ask_volunteers", family_agrees=True)


def referrals(street, name="made"):
    return street.facts(f"referral.{name}.v1")


def test_the_request_is_a_referral_that_names_neither_person_nor_accident(street) -> None:
    street.certified()
    asked(street)
    (made,) = referrals(street)
    assert (made["to_kind"], made["to_scope"]) == ("volunteer_request", SCOPE)
    assert (made["subject"]["matter"], made["subject"]["number"]) == (street.id, street.o.number)
    assert not made.get("payload")
    said = msgspec.json.encode(made).decode()
    for secret in ("张三丰", "李四", "13812345678", "双安巷", "窨井盖", "骨折", "E03", "118.8"):
        assert secret not in said


@pytest.mark.parametrize("who", ["worker", "secretary", "insurer", "surveyor"])
def test_insurer_and_community_may_ask(street, who) -> None:
    street.registered().ask(who, "claim.ask_volunteers", family_agrees=True)
    assert street.o.company[-1].state == "open"


def test_nobody_else_asks_and_none_of_another_community_or_insurer(street) -> None:
    street.registered()
    street.no("access.role", "payer", "claim.ask_volunteers", family_agrees=True)
    street.no("access.area", "neighbour", "claim.ask_volunteers", family_agrees=True)
    street.no("access.unit", "rival", "claim.ask_volunteers", family_agrees=True)


def test_the_family_is_asked_first(street) -> None:
    street.registered()
    no = street.no("claim.family_asked_first", "worker", "claim.ask_volunteers", family_agrees=False)
    assert [f.field for f in no.fields] == ["family_agrees"]


def test_without_consent_the_insurer_asks_nobody(street) -> None:
    street.reported(consent=False)
    street.no("claim.consent_first", "insurer", "claim.ask_volunteers", family_agrees=True)
    asked(street)


def test_one_request_at_a_time_and_another_after_it_came_back(street) -> None:
    street.registered()
    asked(street)
    street.no("claim.volunteers_once", "insurer", "claim.ask_volunteers", family_agrees=True)
    answered(street, "refused", reason="NO_VOLUNTEERS")
    asked(street)
    assert [c.state for c in street.o.company] == ["refused", "open"]
    assert len({c.referral for c in street.o.company}) == 2


def test_it_is_followed_to_its_end_and_counted(street) -> None:
    street.paid()
    asked(street)
    answered(street, "taken", **OPENED)
    link = next(link for e in street.events for link in e.data.summary.links if link.matter == "a1")
    assert (link.relation, link.source, link.kind) == ("referred_to", VOLUNTEERS, "volunteer_activity")
    street.ask("insurer", "claim.close")
    answered(street, "settled", kind="volunteer_activity", matter="a1")
    assert street.o.company[-1].state == "settled"
    assert street.o.company[-1].target_number == OPENED["number"]
    assert street.measures()["claim.accompanied"] == 1
    assert street.o.status == "CLOSED"


def test_an_answer_told_twice_or_meant_for_others_changes_nothing(street) -> None:
    street.registered()
    asked(street)
    answered(street, "taken", **OPENED)
    before = len(street.events)
    answered(street, "taken", **OPENED)
    answered(street, "settled", made_by="/320199002/insurance")
    answered(street, "settled", referral=f"{street.id}.v9")
    answered(street, "settled", referral="unknown.v1")
    assert len(street.events) == before
    answered(street, "settled")
    answered(street, "cancelled")
    assert street.o.company[-1].state == "settled"


def test_what_is_asked_for_is_taken_back_and_told(street) -> None:
    street.registered()
    street.no("claim.volunteers_asked", "worker", "claim.release_volunteers")
    asked(street)
    assert "claim.release_volunteers" in street.offered("worker")
    assert "claim.ask_volunteers" not in street.offered("worker")
    street.ask("worker", "claim.release_volunteers")
    assert [r["referral"] for r in referrals(street, "withdrawn")] == [street.o.company[-1].referral]
    answered(street, "cancelled")
    assert street.o.company[-1].state == "withdrawn"


def test_who_must_arrange_otherwise_is_told(street) -> None:
    street.registered()
    asked(street)
    answered(street, "expired")
    assert any(n.text == "notice.claim_unaccompanied" for e in street.events for n in e.data.summary.notices)


def test_a_closed_claim_asks_for_nobody(street) -> None:
    street.paid()
    street.ask("insurer", "claim.close")
    street.no("claim.volunteers_while_open", "worker", "claim.ask_volunteers", family_agrees=True)
