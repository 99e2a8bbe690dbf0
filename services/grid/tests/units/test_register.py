"""The unit register: credit codes, grids, all rows or none (domain rules 2.10, 8)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shuniu.contracts.summary import RegistryEntry
from shuniu.contracts.text import Text
from shuniu.testing.rulework import SCOPE, RuleWork, person
from shuniu_grid import service
from shuniu_grid.units.register import CREDIT, UNIT, Known, wrong_credit_code
from stdnum.cn import uscc

GRID, NEXT = "320199001001001", "320199001002001"


def code(n: int) -> str:
    """The n-th made-up credit code of the fictional district: an enterprise of the administration for industry."""
    body = f"91320199{n:09d}"
    return body + uscc.calc_check_digit(body)


PEOPLE = {
    "registrar": person("r1", "registrar"),
    "community": person("s1", "community_secretary", areas=("320199001001",)),
    "worker": person("w1", "grid_worker", areas=(GRID,)),
}


@pytest.fixture
def register():
    entries = [RegistryEntry(kind="area", code=c, title=Text(c, c)) for c in (SCOPE, GRID, NEXT)]
    return RuleWork(service, PEOPLE, entries)


def row(n: int = 1, **given):
    return {"number": f"U{n:04d}", "name": f"示例单位{n}", "area": GRID, "credit_code": code(n), **given}


def enter(register, *rows, who="registrar", known=None):
    return register.do(who, "grid.enter_units", known, rows=list(rows)).answer["outcomes"]


def test_entering_again_is_unchanged_correcting_is_changed(register) -> None:
    assert enter(register, row(1), row(2)) == "nn"
    assert enter(register, row(1), row(2, staff=8)) == "uc"
    assert register.row(UNIT, "U0002").staff == 8


def test_a_contact_told_again_changes_nothing(register) -> None:
    contact = {"contact_name": "张三丰", "contact_phone": "13812345678"}
    enter(register, row(1, **contact))
    assert enter(register, row(1, **contact), known=Known({}, {"U0001": contact})) == "u"
    assert enter(register, row(1, **{**contact, "contact_name": "李四"}), known=Known({}, {"U0001": contact})) == "c"


def test_who_answers_for_a_unit_never_travels(register) -> None:
    enter(register, row(1, contact_name="张三丰", contact_phone="13812345678"))
    said = str(register.facts()) + str([e.data for e in register.events])
    assert "张三丰" not in said
    assert "13812345678" not in said
    ref = register.row(UNIT, "U0001").contact_ref
    assert register.private[ref] == {"contact_name": "张三丰", "contact_phone": "13812345678"}


@pytest.mark.parametrize(
    ("change", "field", "why"),
    [
        ({"credit_code": code(2)[:-1] + ("A" if code(2)[-1] != "A" else "B")}, "credit_code", "check_digit"),
        ({"credit_code": "12345"}, "credit_code", "check_digit"),
        ({"credit_code": code(1)}, "credit_code", "taken"),
        ({"area": "320199001001009"}, "area", "unknown"),
        ({"area": SCOPE}, "area", "unknown"),
        ({"area": ""}, "area", "missing"),
        ({"lon": 118.9}, "lat", "missing"),
        ({"number": "U0001"}, "number", "twice"),
        ({"valid_from": "2026-11-24"}, "valid_from", "out_of_range"),
    ],
)
def test_one_wrong_row_and_nothing_is_entered(register, change, field, why) -> None:
    refusal = register.refused("units.rows", "registrar", "grid.enter_units", rows=[row(1), row(2, **change)])
    assert (f"rows.1.{field}", why) in [tuple(f) for f in refusal.fields]


def test_everything_wrong_is_told_at_once(register) -> None:
    rows = [row(1, area="x"), row(2, credit_code="y"), row(3, valid_from="2027-01-01")]
    refusal = register.refused("units.rows", "registrar", "grid.enter_units", rows=rows)
    assert {f.field for f in refusal.fields} == {"rows.0.area", "rows.1.credit_code", "rows.2.valid_from"}


def test_a_community_enters_only_units_of_its_own_grids(register) -> None:
    enter(register, row(1), who="community")
    refusal = register.refused("units.rows", "community", "grid.enter_units", rows=[row(2, area=NEXT)])
    assert [tuple(f) for f in refusal.fields] == [("rows.0.area", "not_yours")]


def test_a_point_without_a_grid_falls_into_the_one_it_lies_in(register) -> None:
    known = Known({"U0001": NEXT}, {})
    enter(register, row(1, area="", lon=118.912345, lat=32.1), known=known)
    unit = register.row(UNIT, "U0001")
    assert (unit.area, unit.place.lon) == (NEXT, 118.9123)


def test_a_credit_code_stands_for_one_unit_and_is_free_after_closing(register) -> None:
    enter(register, row(1))
    register.refused("units.rows", "registrar", "grid.enter_units", rows=[row(2, credit_code=code(1))])
    register.do("registrar", "grid.close_unit", number="U0001", valid_to="2026-11-23")
    assert register.row(CREDIT, code(1)) is None
    enter(register, row(2, credit_code=code(1)))
    assert register.row(CREDIT, code(1)).number == "U0002"


def test_a_corrected_credit_code_gives_the_old_one_up(register) -> None:
    enter(register, row(1))
    enter(register, row(1, credit_code=code(9)))
    assert register.row(CREDIT, code(1)) is None
    assert register.row(CREDIT, code(9)).number == "U0001"
    assert enter(register, row(2, credit_code=code(1))) == "n"


def test_a_unit_is_closed_once_between_its_first_day_and_today(register) -> None:
    enter(register, row(1, valid_from="2026-11-01"))
    for day in ("2026-10-31", "2026-11-24"):
        register.refused("units.last_day", "registrar", "grid.close_unit", number="U0001", valid_to=day)
    register.do("registrar", "grid.close_unit", number="U0001", valid_to="2026-11-20")
    assert register.row(UNIT, "U0001").valid_to == date(2026, 11, 20)
    register.refused("units.closed_already", "registrar", "grid.close_unit", number="U0001", valid_to="2026-11-20")
    register.refused("access.role", "worker", "grid.close_unit", number="U0001", valid_to="2026-11-20")


@given(st.integers(0, 10**9 - 1), st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_one_wrong_character_in_a_credit_code_is_found(n, at, other) -> None:
    right = code(n)
    assert wrong_credit_code(right) is None
    changed = right[:at] + other + right[at + 1 :]
    if changed != right:
        assert wrong_credit_code(changed) == "check_digit"
