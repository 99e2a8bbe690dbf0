"""Others refer to the grid; whoever asked hears how it ended (architecture idea 7)."""

import msgspec
import pytest
from shuniu.chassis.context import Actor
from shuniu.contracts.envelope import CloudEvent
from shuniu.contracts.referral import ReferralMade, ReferralSubject
from shuniu.contracts.summary import Place
from shuniu_grid.events.taking import TAKE_BACK, TAKE_REFERRAL, UNSORTED, TakeBack, TakeReferral

from .conftest import GRID, SCOPE, at_once


def refer(street, made_by="/320199001/insurance", kind="grid_event", scope=SCOPE, category="C0103", **more):
    subject = ReferralSubject(
        source=made_by, kind="hazard", matter="m1", number="YH261123-0001", title="松动井盖", category=category,
        area=GRID, place=Place(name="双安巷"),
    )  # fmt: skip
    made = ReferralMade(referral="r1", to_scope=scope, to_kind=kind, subject=subject, reason="BEYOND", **more)
    return react(street, TAKE_REFERRAL, TakeReferral(made_by=made_by, referral=made)).answer.get("event", "")


def react(street, command, body):
    batch = street._batch()
    answer = at_once(
        batch.decide(command, body, street.context(Actor(id="reaction", kind="reaction", clearance=4)), "", "")
    )
    street.events += [msgspec.json.decode(e.envelope, type=CloudEvent) for e in batch.events]
    return answer


def take_back(street, made_by="/320199001/insurance", referral="r1"):
    """What is said when a referral is taken back."""
    before = len(street.events)
    react(street, TAKE_BACK, TakeBack(made_by=made_by, referral=referral, reason="TAKEN_BACK"))
    return street.types()[before:]


@pytest.mark.parametrize(
    ("made_by", "source"),
    [
        ("/320199001/insurance", "INSURER"),
        ("/320199001/whistle", "12345"),
        ("/320199001/services_desk", "SUPERIOR"),
        ("/320199002/insurance", "SUPERIOR"),
    ],
)
def test_a_referral_opens_an_event_of_its_source(street, made_by, source) -> None:
    row = street.event(refer(street, made_by))
    assert (row.source, row.external, row.area) == (source, "YH261123-0001", GRID)
    assert row.status == ("VERIFYING" if source == "12345" else "REPORTED")
    assert "referral.taken.v1" in street.types()


def test_what_is_meant_for_others_is_left_alone(street) -> None:
    assert refer(street, kind="whistle") == ""
    assert refer(street, scope="320199002") == ""
    assert street.events == []


def test_a_category_that_is_not_ours_is_sorted_by_an_office(street) -> None:
    assert street.event(refer(street, category="LOOSE_MANHOLE")).category == UNSORTED
    assert street.event(refer(street, payload={"category": "C0103"}, category="x")).category == "C0103"


def test_closing_settles_and_not_filing_refuses_the_referral(street) -> None:
    event = refer(street)
    p = street.people
    street.do(p.operator, "not_file", event=event, reason="OUT_OF_SCOPE")
    assert street.types()[-1] == "referral.refused.v1"
    assert street.event(event).held == ()
    event = refer(street)
    street.do(p.operator, "file", event=event)
    street.do(p.dispatcher, "dispatch", event=event, unit="cg")
    street.do(p.officer, "accept", event=event)
    street.do(p.officer, "feed_back", event=event, after=[{"sha256": "a" * 64, "size": 9, "media_type": "image/jpeg"}])
    street.do(p.checker, "start_check", event=event)
    street.do(p.checker, "close", event=event)
    assert street.types()[-2:] == ["event.closed.v1", "referral.settled.v1"]
    assert street.event(event).held == ()


@pytest.mark.parametrize("made_by", ["/320199001/insurance", "/320199001/whistle"])
def test_a_referral_taken_back_before_filing_ends_the_event_and_refuses_nothing(street, made_by) -> None:
    event = refer(street, made_by)
    assert take_back(street, made_by) == ["event.referral_withdrawn.v1", "event.not_filed.v1"]
    row = street.event(event)
    assert (row.status, row.not_filed_reason, row.held) == ("NOT_FILED", "TAKEN_BACK", ())
    assert not [c for c in row.clocks if c.state == "running"]
    assert take_back(street, made_by) == []


def test_what_was_filed_goes_on_as_the_streets_own_when_its_referral_is_taken_back(street) -> None:
    event, p = refer(street), street.people
    street.do(p.operator, "file", event=event)
    street.do(p.dispatcher, "dispatch", event=event, unit="cg")
    assert take_back(street) == ["event.referral_withdrawn.v1"]
    assert (street.event(event).status, street.event(event).held) == ("DISPATCHED", ())
    street.do(p.officer, "accept", event=event)
    street.do(p.officer, "feed_back", event=event, after=[{"sha256": "a" * 64, "size": 9, "media_type": "image/jpeg"}])
    street.do(p.checker, "start_check", event=event)
    street.do(p.checker, "close", event=event)
    assert street.types()[-1] == "event.closed.v1", "nobody waits for an answer any more"


def test_taking_back_a_merged_referral_leaves_the_main_event_alone(street) -> None:
    main, event, p = street.reported(category="C0103"), refer(street), street.people
    street.do(p.dispatcher, "merge_duplicate", event=event, main=main)
    before = street.event(main).status
    assert "event.not_filed.v1" not in take_back(street)
    assert (street.event(main).status, street.event(main).held, street.event(event).held) == (before, (), ())


def test_nobody_takes_back_what_another_referred(street) -> None:
    event = refer(street)
    assert take_back(street, made_by="/320199001/whistle") == []
    assert take_back(street, referral="r2") == []
    assert street.event(event).status == "REPORTED"
