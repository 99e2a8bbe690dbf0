"""Standing duty zones (责任田): agreed in advance, they suggest whom to call and decide who leads on a border."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu.contracts.whistle.whistles import Party
from shuniu.rules.refusal import Refusal
from shuniu_whistle.duty.zones import DutyZone, zone_of
from shuniu_whistle.whistles.duties import suggested

GRID = "320199001001001"
HONGSHAN = "320102005"
RING = [[118.79, 32.09], [118.80, 32.09], [118.80, 32.10], [118.79, 32.10]]
INSIDE, OUTSIDE = {"lon": 118.795, "lat": 32.095}, {"lon": 118.85, "lat": 32.095}


def agree(street, who: str = "coordinator", **body: Any) -> str:
    given: dict[str, Any] = {
        "zone_name": "南京火车站周边责任田",
        "ring": RING,
        "groups": ["ENFORCEMENT"],
        "lead_by": {"unit": "cg"},
        "supported_by": [{"scope": HONGSHAN}],
        "valid_from": "2026-11-23",
    }
    zone: str = street.do(who, "duty_zone.agree", **{**given, **body})["zone"]
    return zone


def cross(street, **body: Any) -> None:
    given = {"direction": "CROSS", "lead": "", "co": [], "place": {"name": "火车站", **INSIDE}}
    street.draft(**{**given, **body})


def test_a_joint_whistle_in_a_zone_is_led_as_agreed(street) -> None:
    agree(street)
    cross(street, parties=[{"scope": HONGSHAN}])
    assert (street.w.lead, [(p.scope, p.role) for p in street.w.parties]) == ("cg", [(HONGSHAN, "CO")])


def test_the_agreement_decides_a_disputed_lead(street) -> None:
    agree(street)
    refusal = street.refused(
        "whistle.zone_lead",
        "clerk",
        "draft",
        direction="CROSS",
        item="STREET_VENDORS",
        area=GRID,
        place={"name": "火车站", **INSIDE},
        parties=[{"scope": HONGSHAN, "role": "LEAD"}],
    )
    assert (refusal.status, refusal.params) == (422, {"zone": "南京火车站周边责任田", "lead": "cg"})


def test_a_zone_may_be_led_by_another_scope(street) -> None:
    agree(street, lead_by={"scope": HONGSHAN}, supported_by=[{"unit": "cg"}])
    cross(street, co=["cg"])
    assert (street.w.lead, street.w.lead_unit) == ("", f"@{HONGSHAN}")
    assert [(p.scope, p.role) for p in street.w.parties] == [(HONGSHAN, "LEAD")]


def test_outside_its_border_class_or_time_a_zone_says_nothing(street) -> None:
    agree(street, valid_from="2026-11-25")
    cross(street, lead="jj")
    street.do("clerk", "cancel", reason="重拟")
    street.tick(days=3)
    cross(street, lead="jj", place={"name": "别处", **OUTSIDE})
    cross(street, lead="jj", item="DRAINAGE")
    street.refused(
        "whistle.zone_lead",
        "clerk",
        "draft",
        direction="CROSS",
        item="STREET_VENDORS",
        area=GRID,
        place={"name": "火车站", **INSIDE},
        lead="jj",
    )


def test_an_ended_zone_holds_no_longer(street) -> None:
    zone = agree(street)
    street.do("leader", "duty_zone.end", zone=zone)
    cross(street, lead="jj")
    street.refused("duty_zone.ended_already", "leader", "duty_zone.end", zone=zone)


def test_a_zone_binds_joint_whistles_only(street) -> None:
    agree(street)
    street.draft(lead="jj", co=[], place={"name": "火车站", **INSIDE})
    assert street.w.lead == "jj"


@pytest.mark.parametrize(
    ("field", "code", "body"),
    [
        ("zone_areas", "missing", {"ring": []}),
        ("zone_areas.0", "area_outside", {"zone_areas": ["320102"]}),
        ("ring", "not_a_polygon", {"ring": RING[:2]}),
        ("ring", "not_a_polygon", {"ring": [RING[0], RING[2], RING[1], RING[3]]}),
        ("groups", "missing", {"groups": []}),
        ("lead_by.unit", "unknown", {"lead_by": {"unit": "nobody"}}),
        ("supported_by.0.scope", "party_scope", {"supported_by": [{"scope": "320199001"}]}),
        ("supported_by", "twice", {"supported_by": [{"unit": "cg"}]}),
        ("valid_from", "past", {"valid_from": "2026-11-22"}),
    ],
)
def test_content_no_zone_may_have(street, field: str, code: str, body: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as caught:
        agree(street, **body)
    assert (caught.value.rule, [(f.field, f.code) for f in caught.value.fields]) == (
        "duty_zone.content",
        [(field, code)],
    )


@pytest.mark.parametrize("who", ["clerk", "cg", "community"])
def test_zones_are_agreed_on_by_the_district_or_the_leading_group(street, who: str) -> None:
    with pytest.raises(Refusal) as caught:
        agree(street, who)
    assert caught.value.rule == "access.role"


def zone(id_: str, valid_from: date, items: tuple[str, ...] = (), groups: tuple[str, ...] = ()) -> DutyZone:
    return DutyZone(
        id=id_,
        name=id_,
        areas=("320199001",),
        ring=(),
        groups=groups,
        items=items,
        lead=Party(scope="", unit="cg", role="LEAD"),
        co=(Party(scope=HONGSHAN),),
        valid_from=valid_from,
        basis="",
    )


@given(st.lists(st.tuples(st.integers(0, 40), st.booleans(), st.booleans()), max_size=8), st.integers(0, 50))
def test_the_more_particular_and_then_the_later_agreement_holds(
    given_zones: list[tuple[int, bool, bool]], day: int
) -> None:
    start = date(2026, 1, 1)
    zones = [
        zone(f"z{n}", start + timedelta(days=d), ("WASTE",) if by_item else (), ("ENFORCEMENT",) if by_group else ())
        for n, (d, by_item, by_group) in enumerate(given_zones)
    ]
    today = start + timedelta(days=day)
    found = zone_of(zones, GRID, None, None, "WASTE", "ENFORCEMENT", today)
    holding = [z for z in zones if z.valid_from <= today and (z.items or z.groups)]
    assert (found is None) == (not holding)
    if found is not None:
        assert found in holding
        assert bool(found.items) == any(z.items for z in holding)
        assert all(z.valid_from <= found.valid_from for z in holding if bool(z.items) == bool(found.items))


def test_what_is_suggested_fits_the_direction() -> None:
    z = zone("z", date(2026, 1, 1), groups=("ENFORCEMENT",))
    assert suggested(z, "UP") == {"lead": "cg", "co": []}
    assert suggested(z, "CROSS") == {
        "lead": "cg",
        "co": [],
        "parties": [{"scope": HONGSHAN, "unit": "", "role": "CO"}],
    }
