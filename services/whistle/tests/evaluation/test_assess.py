"""The district assesses the calling side (domain rules 1.7: 双考核)."""

import pytest


def test_only_the_district_assesses_the_calling_side(street) -> None:
    street.evaluated()
    for who in ("clerk", "leader", "secretary", "cg"):
        street.refused("access.role", who, "assess_calling", verdict="WORTHY")
    street.do("coordinator", "assess_calling", verdict="WORTHY")


def test_the_calling_side_is_assessed_only_when_the_whistle_was_rated(street) -> None:
    street.blown()
    street.refused("assess.when_ended", "coordinator", "assess_calling", verdict="WORTHY")
    street.resolved(place={"name": "别处"})
    street.refused("assess.when_ended", "coordinator", "assess_calling", verdict="WORTHY")


def test_the_calling_side_is_assessed_once(street) -> None:
    street.evaluated()
    street.do("coordinator", "assess_calling", verdict="DAILY_WORK", note="日常巡查可办")
    street.refused("assess.once", "coordinator", "assess_calling", verdict="WORTHY")


def test_a_community_s_call_to_the_street_is_not_the_district_s_to_assess(street) -> None:
    street.down()
    street.refused("assess.street_calls_only", "coordinator", "assess_calling", verdict="WORTHY")


@pytest.mark.parametrize(("verdict", "unworthy"), [("WORTHY", 0), ("OWN_DUTY", 1), ("NOT_AS_TOLD", 1)])
def test_share_not_worth_a_whistle_is_counted(street, verdict, unworthy) -> None:
    street.evaluated()
    assert "assess_calling" in street.offers("coordinator")
    street.do("coordinator", "assess_calling", verdict=verdict)
    said = [m.name for m in street.events[-1].data.summary.measures]
    assert said.count("whistle.assessed") == 1
    assert said.count("whistle.unworthy") == unworthy
    assert "assess_calling" not in street.offers("coordinator")
