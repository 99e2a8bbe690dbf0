"""Service places (志愿者岗, 流动治理站, 服务站): where, when open, who answers for them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu.contracts.grid.places import OpeningHours
from shuniu_grid.areas.geometry import Located
from shuniu_grid.places.hours import open_at, read_hours, write_hours
from shuniu_grid.places.register import PLACE

GRID, COMMUNITY = "320199001001001", "320199001001"
HERE = (Located(community=COMMUNITY, comprehensive=GRID),)
PLACE_BODY = {
    "place": "VP-1",
    "type": "VOLUNTEER_POST",
    "title": {"zh": "双安巷志愿者岗", "en": "Volunteer post"},
    "lon": 118.01234567,
    "lat": 32.01,
    "hours": "1-5 09:00-17:30; 6 10:00-12:00",
    "unit": "street-office",
}


def register(street, prepared=HERE, **more):
    return street.do(street.people.registrar, "register_place", prepared, **{**PLACE_BODY, **more})


def test_a_place_lies_in_the_grid_of_its_point(street):
    register(street)
    row = street.rows[PLACE.key("VP-1")].row
    assert (row.area, row.lon, row.type) == (GRID, 118.0123, "VOLUNTEER_POST")
    summary = street.events[-1].data.summary
    assert summary.visibility.sensitivity == 1
    assert [(m.name, m.value, m.dimensions["place"]) for m in summary.measures] == [("grid.service_places", 1, "VP-1")]


def test_the_same_again_changes_nothing_and_a_correction_is_one_event(street):
    register(street)
    before = len(street.events)
    register(street)
    assert len(street.events) == before
    register(street, hours="1-7 08:00-20:00")
    assert street.types(before) == ["place.registered.v1"]


@pytest.mark.parametrize(
    ("more", "prepared", "field", "code"),
    [
        ({"area": "320199001001002"}, HERE, "area", "point_elsewhere"),
        ({}, (Located(),), "area", "not_found"),
        ({"area": "320199001009"}, (Located(),), "area", "unknown"),
        ({"hours": "8 09:00-10:00"}, HERE, "hours", "hours"),
        ({"unit": "nobody"}, HERE, "unit", "unknown"),
        ({"unit": ""}, HERE, "unit", "nobody_answers"),
        ({"organisation": "P-NONE"}, HERE, "organisation", "unknown"),
        ({"title": {"zh": " ", "en": "x"}}, HERE, "title_zh", "missing"),
    ],
)
def test_what_is_wrong_with_a_place_is_named(street, refused, more, prepared, field, code):
    refusal = refused("grid.place_wrong", 422, register, street, prepared, **more)
    assert refusal.fields == ((field, code),)


def test_a_sheet_of_places_is_taken_whole_or_not_at_all(street, refused):
    rows = [PLACE_BODY, {**PLACE_BODY, "place": "SS-1", "type": "SERVICE_STATION", "unit": "nobody"}, PLACE_BODY]
    registrar = street.people.registrar
    refusal = refused("grid.places_import", 422, street.do, registrar, "import_places", HERE * 3, rows=rows)
    assert refusal.fields == (("rows.1.unit", "unknown"), ("rows.2.place", "twice"))
    rows[1]["unit"] = "cg"
    assert street.do(registrar, "import_places", HERE * 2, rows=rows[:2]).answer["outcomes"] == "nn"
    assert street.do(registrar, "import_places", HERE * 2, rows=rows[:2]).answer["outcomes"] == "uu"


def test_a_closed_place_is_counted_out(street, refused):
    register(street)
    street.do(street.people.registrar, "close_place", place="VP-1", valid_to="2026-12-31")
    assert street.rows[PLACE.key("VP-1")].row.valid_to == date(2026, 12, 31)
    assert street.events[-1].data.summary.measures[0].value == 0
    refused("grid.place_closed", 409, street.do, street.people.registrar, "close_place", place="VP-1")


def test_hours_are_read_as_people_write_them():
    assert read_hours("1-3,5 09:00-17:30；6 10:00-12:00") == (
        OpeningHours(days=(1, 2, 3, 5), start=540, end=1050),
        OpeningHours(days=(6,), start=600, end=720),
    )
    assert read_hours("") == ()
    for wrong in ("9 09:00-10:00", "1 10:00-09:00", "5-1 09:00-10:00", "1 09:00-25:00", "周一", "1 09:70-10:00"):
        with pytest.raises(ValueError, match=r".*"):
            read_hours(wrong)


@given(
    st.lists(
        st.builds(
            lambda days, a, b: OpeningHours(days=tuple(sorted(days)), start=min(a, b), end=max(a, b) + 1),
            st.sets(st.integers(1, 7), min_size=1),
            st.integers(0, 1439),
            st.integers(0, 1439),
        ),
        max_size=4,
    )
)
def test_hours_written_are_read_back(hours):
    assert read_hours(write_hours(hours)) == tuple(hours)


def test_a_place_is_open_by_day_and_hour_in_shanghai():
    hours = read_hours("1-5 09:00-17:30")
    assert open_at(hours, datetime(2026, 11, 23, 1, 0, tzinfo=UTC)) is True
    assert open_at(hours, datetime(2026, 11, 23, 9, 30, tzinfo=UTC)) is False
    assert open_at(hours, datetime(2026, 11, 22, 2, 0, tzinfo=UTC)) is False, "a Sunday"
    assert open_at((), datetime(2026, 11, 23, 1, 0, tzinfo=UTC)) is None
