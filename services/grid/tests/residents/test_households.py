"""The household register: purposes, consent, what travels, retention, holds (PIPL §5-6, §13-16, §19, §25, §28, §47)."""

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shuniu.contracts.summary import RegistryEntry
from shuniu.contracts.text import Text
from shuniu.testing.rulework import SCOPE, RuleWork, person
from shuniu_grid import service
from shuniu_grid.residents.processing import CATEGORIES, processing
from shuniu_grid.residents.register import Known
from shuniu_grid.residents.sealed import gathered
from shuniu_grid.residents.state import HOUSEHOLD
from shuniu_grid.settings import GridSettings

GRID, NEXT = "320199001001001", "320199001002001"
PEOPLE = {
    "worker": person("w1", "grid_worker", areas=(GRID,)),
    "secretary": person("s1", "community_secretary", areas=("320199001001",)),
    "director": person("l1", "office_director"),
    "officer": person("f1", "duty_officer"),
}
ENTRIES = [RegistryEntry(kind="area", code=c, title=Text(c, c)) for c in (SCOPE, GRID, NEXT)]
ALL = {
    "address": "仙林新村社区12栋3单元501",
    "contact_name": "张三丰",
    "contact_phone": "13812345678",
    "adults": 1,
    "elders": 1,
    "minors": 2,
    "categories": ["LIVING_ALONE_ELDER", "DISABLED", "LOW_INCOME"],
    "consent_version": "2026-1",
}


def work(**more):
    return RuleWork(service, PEOPLE, ENTRIES, settings=GridSettings(**more))


@pytest.fixture
def register():
    return work()


def known_of(register, *numbers):
    """What the register would open before it decides."""
    rows = [r for n in numbers if (r := register.row(HOUSEHOLD, n)) is not None]
    refs = {r.number: tuple(p.ref for p in r.parts) for r in rows}
    return Known(refs, {r.number: gathered(register.private[p.ref] for p in r.parts) for r in rows})


def enter(register, number="H0001", who="worker", **body):
    return register.do(who, "grid.enter_household", known_of(register, number), number=number, **{"area": GRID, **body})


def kept(register, number="H0001"):
    return known_of(register, number).kept[number]


# A purpose for everything (PIPL §5-6) ---------------------------------------------------------------------------------


def test_a_category_without_a_purpose_code_cannot_be_saved(tmp_path) -> None:
    shipped = msgspec.to_builtins(processing())
    del shipped["category"]["FLOATING"]
    file = tmp_path / "processing.toml"
    file.write_text(_toml(shipped), "utf-8")
    register = work(household_processing_file=str(file))
    refusal = register.refused(
        "household.no_purpose", "worker", "grid.enter_household", number="H0001", area=GRID, categories=["FLOATING"]
    )
    assert [tuple(f) for f in refusal.fields] == [("categories", "no_purpose")]
    enter(register, categories=["GENERAL"])


def test_a_field_without_a_purpose_code_cannot_be_saved(tmp_path) -> None:
    shipped = msgspec.to_builtins(processing())
    del shipped["field"]["minors"]
    file = tmp_path / "processing.toml"
    file.write_text(_toml(shipped), "utf-8")
    register = work(household_processing_file=str(file))
    refusal = register.refused(
        "household.no_purpose", "worker", "grid.enter_household", number="H0001", area=GRID, minors=1
    )
    assert [tuple(f) for f in refusal.fields] == [("minors", "no_purpose")]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("category", "GENERAL", "purpose", "NOWHERE"), "there is no purpose NOWHERE"),
        (("category", "GENERAL", "basis", "CURIOSITY"), "CURIOSITY"),
        (("category", "DISABLED", "sensitivity", 3), "DISABLED is sensitive by statute"),
        (("field", "minors", "sensitivity", 3), "minors is sensitive by statute"),
        (("category", "FLOATING", "keep_days", 179), "nothing would end it in time"),
        (("field", "address", "sensitivity", 2), "sensitivity"),
    ],
)
def test_a_register_of_processing_that_does_not_hold_together_keeps_the_service_from_starting(
    tmp_path, change, why
) -> None:
    shipped = msgspec.to_builtins(processing())
    section, name, key, value = change
    shipped[section][name][key] = value
    file = tmp_path / "processing.toml"
    file.write_text(_toml(shipped), "utf-8")
    with pytest.raises(ValueError, match=why):
        GridSettings(household_processing_file=str(file))


def test_everything_shipped_has_purpose_basis_sensitivity_and_retention() -> None:
    register = processing()
    assert set(register.category) == set(CATEGORIES)
    for name in (*register.field, *register.category):
        use = register.use(name)
        assert use is not None
        assert register.title(use.purpose).zh
        assert use.keep_days >= register.review_days


# Consent (PIPL §13-16) ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [{"contact_phone": "13812345678"}, {"categories": ["DISABLED"]}])
def test_what_stands_on_consent_needs_the_version_of_the_notice(register, given) -> None:
    register.refused("household.no_consent", "worker", "grid.enter_household", number="H0001", area=GRID, **given)
    enter(register, **given, consent_version="2026-1")


def test_withdrawn_consent_destroys_what_stood_on_it_and_nothing_else(register) -> None:
    enter(register, **ALL)
    register.do("worker", "grid.withdraw_household_consent", number="H0001")
    left = kept(register)
    assert set(left.fields) == {"address", "adults", "elders", "minors"}
    assert left.categories == ("LIVING_ALONE_ELDER", "LOW_INCOME")
    assert "张三丰" not in str(register.private)
    row = register.row(HOUSEHOLD, "H0001")
    assert (row.consent, row.consented_on) == ("", None)
    register.refused("household.no_consent_given", "worker", "grid.withdraw_household_consent", number="H0001")


# What travels (PIPL §6, §25; small cells) -----------------------------------------------------------------------------


def _shape(value):
    """What an event looks like but for ids."""
    if isinstance(value, dict):
        return {k: "…" if k in ("ref", "household") else _shape(v) for k, v in value.items()}
    return [_shape(v) for v in value] if isinstance(value, list) else value


def test_no_event_tells_who_lives_in_a_household(register) -> None:
    enter(register, **ALL)
    enter(register, "H0002", consent_version="2026-1", categories=["GENERAL"])
    enter(register, "H0003", consent_version="2026-1")
    shapes = [_shape(f) for f in register.facts()]
    assert shapes[0] == shapes[1] == shapes[2], "whatever is kept, what is told is alike"
    said = b"".join(msgspec.json.encode(e) for e in register.events).decode()
    for word in (*CATEGORIES, "张三丰", "13812345678", "12栋", "elder", "minors"):
        assert word not in said


@settings(max_examples=25, deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "adults": st.integers(0, 9),
            "elders": st.integers(0, 9),
            "minors": st.integers(0, 9),
            "categories": st.lists(st.sampled_from(CATEGORIES), unique=True),
            "address": st.sampled_from(["", "12栋", "3幢"]),
        },
    )
)
def test_two_households_are_told_alike_whatever_is_kept_of_them(body) -> None:
    register = work()
    enter(register, consent_version="v1", **body)
    enter(register, "H0002", consent_version="v1")
    one, other = (_shape(f) for f in register.facts())
    assert one == other


def test_sensitive_fields_have_the_sensitive_key(register) -> None:
    enter(register, **ALL)
    row = register.row(HOUSEHOLD, "H0001")
    by_part = {(p.sensitivity, p.basis): register.private[p.ref] for p in row.parts}
    assert by_part[(4, "CONSENT")]["categories"] == "DISABLED"
    assert by_part[(4, "STATUTORY_DUTY")]["categories"] == "LOW_INCOME"
    assert by_part[(4, "STATUTORY_DUTY")]["minors"] == "2"
    assert by_part[(3, "STATUTORY_DUTY")]["categories"] == "LIVING_ALONE_ELDER"
    assert by_part[(3, "CONSENT")]["contact_name"] == "张三丰"


@pytest.mark.parametrize("number", ["12-3-501", "H12-501", "501", "H501", "HX0001"])
def test_a_door_number_is_no_household_number(register, number) -> None:
    with pytest.raises(msgspec.ValidationError):
        enter(register, number)


# Whose areas ----------------------------------------------------------------------------------------------------------


def test_a_worker_keeps_the_own_grids_households_only(register) -> None:
    register.refused("household.rows", "worker", "grid.enter_household", number="H0001", area=NEXT)
    register.refused("access.role", "officer", "grid.enter_household", number="H0001", area=GRID)
    enter(register)
    stranger = {**PEOPLE, "stranger": person("w2", "grid_worker", areas=(NEXT,))}
    register.people = stranger
    register.refused("access.area", "stranger", "grid.erase_household", number="H0001", erase_reason="MOVED_AWAY")
    refusal = register.refused("household.rows", "stranger", "grid.enter_household", number="H0001", area=NEXT)
    assert [tuple(f) for f in refusal.fields] == [("area", "not_yours")], "nobody takes a neighbour's household away"


def test_a_correction_destroys_what_was_sealed_before(register) -> None:
    enter(register, **ALL)
    enter(register, **{**ALL, "contact_name": "李四"})
    assert "张三丰" not in str(register.private)
    assert kept(register).fields["contact_name"] == "李四"
    assert register.facts("household.entered.v1")[1]["corrects"] is True


def test_many_at_once_all_or_none(register) -> None:
    rows = [{"number": f"H000{n}", "area": GRID} for n in (1, 2)]
    wrong = [*rows, {"number": "H0001", "area": GRID}, {"number": "H0009", "area": GRID, "contact_phone": "1"}]
    refusal = register.refused("household.rows", "worker", "grid.enter_households", Known({}, {}), rows=wrong)
    assert {tuple(f) for f in refusal.fields} == {("rows.2.number", "twice"), ("rows.3.contact_phone", "no_consent")}
    answer = register.do("worker", "grid.enter_households", Known({}, {}), rows=rows).answer
    assert answer["outcomes"] == "nn"
    known = known_of(register, "H0001", "H0002")
    changed = [rows[0], {**rows[1], "adults": 2}]
    assert register.do("worker", "grid.enter_households", known, rows=changed).answer["outcomes"] == "uc"


# Retention, erasing, holds (PIPL §19, §47) ----------------------------------------------------------------------------


def test_a_household_nobody_confirms_is_erased_at_its_review(register) -> None:
    enter(register, **ALL)
    row = register.row(HOUSEHOLD, "H0001")
    assert row.review_on == date(2026, 11, 23) + timedelta(days=180)
    register.tick(days=179)
    assert register.row(HOUSEHOLD, "H0001") is not None
    register.tick(days=1)
    assert register.row(HOUSEHOLD, "H0001") is None
    assert register.private == {}, "everything sealed is destroyed"
    assert register.facts("household.erased.v1") == [{"household": "H0001", "area": GRID, "reason": "RETENTION"}]


def test_confirming_keeps_a_household_until_the_next_review(register) -> None:
    enter(register, **ALL)
    register.tick(days=170)
    register.do("worker", "grid.confirm_household", known_of(register, "H0001"), number="H0001")
    register.tick(days=179)
    assert kept(register).fields["contact_name"] == "张三丰"
    assert len(register.private) == 4, "what was sealed before is destroyed"


def test_nothing_outlives_its_own_retention_however_often_it_is_confirmed(register) -> None:
    """minors, LOW_INCOME: 365 days; consented categories and contact: 730; address: 1095."""
    enter(register, **ALL)
    began = register.today
    uses = processing()
    while register.row(HOUSEHOLD, "H0001") is not None:
        for name, since in kept(register).since.items():
            assert since == began
            until = uses.keep_until(name, since)
            assert register.row(HOUSEHOLD, "H0001").review_on <= until, "erased or confirmed before it ends"
        register.tick(days=170)
        if register.today > began + timedelta(days=1095):
            break
        if not register.allowed("worker", "grid.confirm_household", known_of(register, "H0001"), number="H0001"):
            known = known_of(register, "H0001")
            register.refused("household.collect_again", "worker", "grid.confirm_household", known, number="H0001")
            register.tick(days=10)
            break
        register.do("worker", "grid.confirm_household", known_of(register, "H0001"), number="H0001")
    assert register.row(HOUSEHOLD, "H0001") is None
    assert register.private == {}


def test_a_hold_forbids_erasing_and_what_waited_goes_when_it_is_released(register) -> None:
    enter(register, **ALL)
    register.refused("access.role", "worker", "grid.hold_household", number="H0001", hold_reason="LITIGATION")
    register.do("director", "grid.hold_household", number="H0001", hold_reason="LITIGATION")
    register.refused("household.on_hold", "worker", "grid.erase_household", number="H0001", erase_reason="REQUESTED")
    register.do("worker", "grid.withdraw_household_consent", number="H0001")
    assert "张三丰" in str(register.private), "kept, but no part of the household any more"
    assert "contact_name" not in kept(register).fields
    enter(register, address="别处")
    register.tick(days=400)
    assert register.row(HOUSEHOLD, "H0001") is not None
    register.do("director", "grid.release_household", number="H0001")
    assert "张三丰" not in str(register.private)
    register.tick(minutes=1)
    assert register.row(HOUSEHOLD, "H0001") is None, "its review has long passed"
    assert register.private == {}


def test_a_confirmation_of_what_somebody_changed_meanwhile_is_refused(register) -> None:
    enter(register, **ALL)
    stale = known_of(register, "H0001")
    enter(register, **{**ALL, "adults": 3})
    register.refused("matter.moved_on", "worker", "grid.confirm_household", stale, number="H0001")


@pytest.mark.parametrize("reason", ["MOVED_AWAY", "PURPOSE_ENDED", "REQUESTED", "MISTAKE"])
def test_a_household_is_erased_when_its_purpose_ends(register, reason) -> None:
    enter(register, **ALL)
    register.do("worker", "grid.erase_household", number="H0001", erase_reason=reason)
    assert register.row(HOUSEHOLD, "H0001") is None
    assert register.private == {}
    register.refused("household.unknown", "worker", "grid.confirm_household", Known({}, {}), number="H0001")


def _toml(tree) -> str:
    """The register as a file."""
    lines = [f"{k} = {v!r}".replace("'", '"') for k, v in tree.items() if not isinstance(v, dict)]
    for section, entries in tree.items():
        if isinstance(entries, dict):
            for name, fields in entries.items():
                lines.append(f"[{section}.{name}]")
                lines += [f"{k} = {v}" if isinstance(v, int) else f'{k} = "{v}"' for k, v in fields.items()]
    return "\n".join(lines)
