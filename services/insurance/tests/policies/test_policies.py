"""Policies (domain rules 4): covers that hold together, never edited in force, endorsed for what is to come."""

from datetime import date

import pytest
from msgspec.structs import replace
from shuniu.contracts.insurance.policies import Cover
from shuniu.rules.refusal import Refusal
from shuniu_insurance.policies.commands import demonstration_covers
from shuniu_insurance.policies.covers import check_covers, cover_for
from shuniu_insurance.policies.kinds import event_kinds
from shuniu_insurance.policies.lifecycle import POLICY
from shuniu_insurance.policies.policy import POLICY_ROW

from ..conftest import COMMUNITY, covers, in_days  # noqa: TID252 - the service's own fixtures

GOOD = Cover(code="A", protection="PROBABILITY", basis="AID", kinds=("E01",), per_person=1, per_event=2, aggregate=3)


def test_the_life_cycle_holds_together() -> None:
    POLICY.validate()


def test_event_kinds_say_where_they_come_from() -> None:
    kinds = event_kinds()
    assert list(kinds) == [f"E{n:02d}" for n in (*range(1, 14), 99)]
    named_by_the_article = [code for code, kind in kinds.items() if kind.confidence == "S"]
    assert named_by_the_article == ["E01", "E02", "E03", "E04", "E05", "E99"]
    assert all(kind.source for kind in kinds.values())


def test_demonstration_limits_say_where_they_come_from() -> None:
    assert {c.code: c.source for c in demonstration_covers()} == {
        "PROB": "4.5", "SENS": "D", "WORK": "D", "WTHIRD": "D", "ANY": "D", "HAZ": "D",
    }  # fmt: skip
    check_covers(demonstration_covers())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"per_person": 0}, "covers.0.per_person"),
        ({"per_person": 3}, "covers.0.per_person"),
        ({"per_event": 4}, "covers.0.per_person"),
        ({"medical_per_person": 2}, "covers.0.medical_per_person"),
        ({"kinds": ()}, "covers.0.kinds"),
        ({"kinds": ("E77",)}, "covers.0.kinds.0"),
        ({"kinds": ("E01", "E99")}, "covers.0.kinds"),
        ({"kinds": ("*",)}, "covers.0.kinds"),
        ({"basis": "ACCIDENT"}, "covers.0.basis"),
        ({"protection": "CATCH_ALL"}, "covers.0.kinds"),
        ({"protection": "WORKER_THIRD_PARTY", "basis": "AID"}, "covers.0.basis"),
        ({"protection": "HAZARD_SERVICE", "basis": "SERVICE"}, "covers.0.kinds"),
    ],
)
def test_covers_that_do_not_hold_together_are_named(change, field) -> None:
    with pytest.raises(Refusal) as caught:
        check_covers([replace(GOOD, **change)])
    assert field in [f.field for f in caught.value.fields]


def test_a_kind_stands_in_one_cover_of_a_protection() -> None:
    with pytest.raises(Refusal, match=r"policy\.covers"):
        check_covers([GOOD, replace(GOOD, code="B")])


def test_who_drafts_does_not_conclude(street) -> None:
    street.no("access.role", "clerk", "policy.issue", policy=street.policy, contract="PAC-1")


def test_a_policy_in_force_is_never_edited(street) -> None:
    body = {"policy": street.policy, "since": "2026-01-01", "until": "2026-12-31", "premium": 1, "covers": covers()}
    street.no("policy.in_force_stays", "clerk", "policy.rewrite", **body)
    street.no("policy.in_force_stays", "clerk", "policy.discard", policy=street.policy)


def test_an_endorsement_holds_for_accidents_from_its_day_on(street) -> None:
    raised = covers(PROB={"per_person": 20_000_000})
    body = {"policy": street.policy, "covers": raised, "endorsement": "END-1"}
    street.no("policy.endorse_ahead", "director", "policy.endorse", effective_from=in_days(-1), **body)
    street.ask("director", "policy.endorse", effective_from=in_days(3), premium_change=1_000_000, **body)
    policy = street.row(POLICY_ROW, street.policy)
    assert policy.cover_on(date(2026, 11, 25), "PROB").per_person == 10_000_000
    assert policy.cover_on(date(2026, 11, 26), "PROB").per_person == 20_000_000
    assert (policy.premium, len(policy.versions)) == (51_000_000, 2)


def test_no_protection_twice_for_one_place_and_time(street) -> None:
    body = {"insurer": "picc", "since": "2026-06-01", "until": "2027-05-31", "premium": 1, "covers": covers()}
    second = street.ask("clerk", "policy.draft", area=COMMUNITY, **body).answer["policy"]
    street.no("policy.overlap", "director", "policy.issue", policy=second, contract="PICC-1")
    later = {**body, "since": "2027-01-01", "until": "2027-12-31"}
    third = street.ask("clerk", "policy.draft", area=COMMUNITY, **later).answer["policy"]
    street.ask("director", "policy.issue", policy=third, contract="PICC-2")


def test_a_policy_comes_into_force_and_expires_by_itself(street) -> None:
    body = {"insurer": "pacific", "area": COMMUNITY, "premium": 1, "covers": covers()}
    next_ = street.ask("clerk", "policy.draft", since="2027-01-01", until="2027-12-31", **body).answer["policy"]
    street.ask("director", "policy.issue", policy=next_, contract="PAC-2027-1")
    assert street.row(POLICY_ROW, next_).status == "ISSUED"
    street.tick(days=45)
    assert street.row(POLICY_ROW, next_).status == "IN_FORCE"
    assert street.row(POLICY_ROW, street.policy).status == "EXPIRED"


def test_accidents_of_an_expired_policy_are_still_its_own(street) -> None:
    street.tick(days=45)
    street.reported(occurred_at="2026-12-30T02:00:00Z")
    assert street.o.policy == street.policy


def test_after_termination_nothing_new_is_covered(street) -> None:
    street.ask("director", "policy.terminate", policy=street.policy, last_day=in_days(0), termination="BY_STREET")
    street.tick(days=2)
    street.no("claim.no_policy", "nobody", "claim.report_public", **street.report())
    street.reported(occurred_at="2026-11-23T00:30:00Z")


def test_the_cover_that_names_the_kind_goes_before_the_catch_all(street) -> None:
    policy = street.row(POLICY_ROW, street.policy)
    day = date(2026, 11, 23)
    assert cover_for(policy, day, "E03", "RESIDENT").code == "PROB"
    assert cover_for(policy, day, "E99", "RESIDENT").code == "ANY"
    assert cover_for(policy, day, "E03", "SENSITIVE_GROUP").code == "SENS"
