"""Accidents and hazards: linked both ways within 50 m, known or not (domain rules 10.7)."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu.chassis.service import Received
from shuniu.contracts.summary import Place
from shuniu.rules.distance import distance_m
from shuniu.testing.rulework import SCOPE, person
from shuniu_insurance.claims.claim import CLAIM
from shuniu_insurance.hazards.kind import HAZARD_ROW
from shuniu_insurance.hazards.linking import REACTIONS
from shuniu_insurance.hazards.places import cell_id, cells_around

COMMUNITY = f"{SCOPE}001"
AT = (118.80123, 32.10456)


def _hears(street, name):
    """What the service's own reaction does with its own latest event of that name."""
    event = next(e for e in reversed(street.events) if e.type.endswith(name))
    received = Received(event, msgspec.json.encode(event), SCOPE, "insurance")
    asked = REACTIONS[0].command(received)
    return asked and street.give(*asked, person("reaction"), event=event)


def _find(street, north_m=0.0, **body):
    place = {"name": "双安巷", "lon": AT[0], "lat": round(AT[1] + north_m / 111_195, 6)}
    given = {"category": "YH01", "area": COMMUNITY, "place": place, "holder": "PUBLIC", **body}
    return street.do("secretary", "hazard.find", **given).answer["hazard"]


def test_an_accident_at_a_known_hazard_is_linked_both_ways(street):
    h = _find(street, 30)
    assert street.row(HAZARD_ROW, h).insurer == "pacific", "the policy's insurer is risk steward"
    street.tick(days=3)
    street.reported()
    _hears(street, "claim.reported.v1")
    assert street.o.known_hazard and street.o.hazards[0].hazard == h
    linked = street.row(HAZARD_ROW, h).claims[0]
    assert (linked.claim, linked.known, linked.kind_match) == (street.id, True, True)
    assert 20 <= linked.distance_m <= 50
    sums = street.measures()
    assert (sums["accident.compared"], sums["accident.known_hazard"]) == (1, 1)
    link = street.events[-1].data.summary.links[0]
    assert (link.kind, link.matter) == (CLAIM.name, street.id)
    before = len(street.events)
    _hears(street, "claim.reported.v1")
    assert len(street.events) == before, "told twice it has one effect"


@pytest.mark.parametrize("north_m", [75, 200])
def test_farther_than_50_metres_is_not_linked(street, north_m):
    h = _find(street, north_m)
    street.tick(days=3)
    street.reported()
    _hears(street, "claim.reported.v1")
    assert not street.o.known_hazard and not street.row(HAZARD_ROW, h).claims
    assert street.measures()["accident.compared"] == 1
    assert street.measures().get("accident.known_hazard", 0) == 0


def test_found_after_the_accident_is_not_known(street):
    h = _find(street)
    street.reported(occurred_at=(street.now - timedelta(hours=2)).isoformat())
    _hears(street, "claim.reported.v1")
    assert not street.o.known_hazard and not street.row(HAZARD_ROW, h).claims


def test_struck_from_the_list_before_the_accident_is_not_known_and_another_kind_still_is(street):
    gone, other = _find(street), _find(street, category="YH04")
    street.do("clerk", "hazard.dismiss", hazard=gone, dismiss_reason="NOT_THERE")
    street.tick(days=3)
    street.reported()
    _hears(street, "claim.reported.v1")
    assert [x.hazard for x in street.o.hazards] == [other]
    assert not street.row(HAZARD_ROW, other).claims[0].kind_match


def test_two_hurt_in_one_accident_count_once(street):
    _find(street)
    street.tick(days=3)
    street.reported()
    _hears(street, "claim.reported.v1")
    first = street.id
    street.reported()
    _hears(street, "claim.reported.v1")
    assert street.measures()["accident.compared"] == 2
    street.ask("insurer", "claim.register", insurer_number="P-2", same_accident_as=first)
    _hears(street, "claim.registered.v1")
    sums = street.measures()
    assert (sums["accident.compared"], sums["accident.known_hazard"]) == (1, 1)


@given(st.floats(-180, 180), st.floats(-55, 55), st.floats(-300, 300), st.floats(-300, 300))
def test_what_lies_within_300_metres_lies_in_the_cells_around(lon, lat, east, north):
    there = Place(lon=lon + east / 111_195, lat=lat + north / 111_195)
    assert distance_m(lon, lat, there.lon, there.lat) <= 430
    assert cell_id(there) in cells_around(Place(lon=lon, lat=lat))
