"""Random walks over households and visits: nothing sealed outlives its owner, nothing kept loses its record."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from shuniu.contracts.summary import RegistryEntry
from shuniu.contracts.text import Text
from shuniu.rules.refusal import Refusal
from shuniu.testing.rulework import RuleWork, person
from shuniu_grid import service
from shuniu_grid.events.face import GRID_EVENT
from shuniu_grid.residents.processing import CATEGORIES, processing
from shuniu_grid.residents.register import Known
from shuniu_grid.residents.sealed import gathered
from shuniu_grid.residents.state import HOUSEHOLD
from shuniu_grid.units.register import Known as KnownUnits
from shuniu_grid.visits.face import HOME_VISIT
from shuniu_grid.visits.lifecycle import VISIT
from shuniu_grid.visits.state import VISITED

GRID = "320199001001001"
PEOPLE = {
    "registrar": person("r1", "registrar"),
    "worker": person("w1", "grid_worker", areas=(GRID,)),
    "director": person("l1", "office_director"),
}
ENTRIES = [RegistryEntry(kind="area", code=GRID, title=Text("第一网格", "Grid 1"), valid_from=date(2020, 1, 1))]
NUMBERS = ("H0001",)
STATUSES = {s.id for s in VISIT.statuses}

STEP = st.one_of(
    st.tuples(
        st.just("enter_household"),
        st.fixed_dictionaries(
            {
                "number": st.sampled_from(NUMBERS),
                "categories": st.lists(st.sampled_from(CATEGORIES), unique=True, max_size=3),
                "minors": st.integers(0, 2),
                "consent_version": st.sampled_from(["v1", "v1", ""]),
                "contact_name": st.sampled_from(["", "李四"]),
            }
        ),
    ),
    st.tuples(
        st.sampled_from(["confirm_household", "withdraw_household_consent", "release_household"]),
        st.fixed_dictionaries({"number": st.sampled_from(NUMBERS)}),
    ),
    st.tuples(st.just("hold_household"), st.just({"number": "H0001", "hold_reason": "AUDIT"})),
    st.tuples(
        st.just("erase_household"),
        st.fixed_dictionaries({"number": st.sampled_from(NUMBERS), "erase_reason": st.just("REQUESTED")}),
    ),
    st.tuples(
        st.just("record_visit"),
        st.fixed_dictionaries(
            {
                "visit_to": st.sampled_from(["HOUSEHOLD", "HOUSEHOLD", "UNIT"]),
                "met": st.booleans(),
                "diary": st.sampled_from(["一切正常", ""]),
                "findings": st.sampled_from([[], [{"category": "E0102", "description": "堆物"}]]),
                "follow_up": st.sampled_from([None, 3]),
            }
        ),
    ),
    st.tuples(st.sampled_from(["make_visit", "drop_visit"]), st.just({})),
    st.tuples(st.just("tick"), st.sampled_from([1, 20, 100, 185])),
)


def _prepared(work: RuleWork, number: str) -> Known:
    row = work.row(HOUSEHOLD, number)
    if row is None:
        return Known({}, {})
    return Known({number: tuple(p.ref for p in row.parts)}, {number: gathered(work.private[p.ref] for p in row.parts)})


def _take(work: RuleWork, name: str, body: Any) -> None:
    if name == "tick":
        work.tick(days=body)
        return
    prepared = None
    if name.endswith("household") and "number" in body:
        prepared = _prepared(work, body["number"])
    if name == "enter_household":
        body = {**body, "area": GRID}
    if name == "record_visit":
        body = {**body, "subject": "U0001" if body["visit_to"] == "UNIT" else "H0001"}
    if name == "record_visit" and body["follow_up"]:
        body = {**body, "follow_up": (work.today + timedelta(days=body["follow_up"])).isoformat()}
    if name in ("make_visit", "drop_visit"):
        planned = [v for v in work.all(HOME_VISIT) if v.open]
        if not planned:
            return
        body = {"visit": planned[0].id, **({"drop_reason": "MISTAKE"} if name == "drop_visit" else {"diary": "回访"})}
    who = "director" if name in ("hold_household", "release_household") else "worker"
    try:
        work.do(who, f"grid.{name}", prepared, **body)
    except Refusal as refusal:
        assert f"rule.{refusal.rule}" in work.texts, refusal.rule


def _sound(work: RuleWork) -> None:
    households = work.all(HOUSEHOLD)
    kept = {ref for row in households for ref in row.refs}
    kept |= {v.note for v in work.all(HOME_VISIT) if v.visit_to == "UNIT" and v.note}
    kept |= {step.note for event in work.all(GRID_EVENT) for step in event.steps if step.note}
    assert set(work.private) == kept, "sealed is what somebody keeps, and nothing else"
    register = processing()
    for row in households:
        inside = gathered(work.private[p.ref] for p in row.parts)
        assert row.hold or work.today < row.review_on, "overdue for review and still there"
        assert "CONSENT" not in {register.use(n).basis for n in inside.names()} or row.consent
        for name, since in inside.since.items():
            assert row.hold or work.today <= register.keep_until(name, since), f"{name} outlived its retention"
    numbers = {f"HOUSEHOLD:{row.number}" for row in households}
    visited = {key.id for key, stored in work.rows.items() if key.kind == VISITED.name and stored.row is not None}
    assert {v for v in visited if v.startswith("HOUSEHOLD")} <= numbers
    for visit in work.all(HOME_VISIT):
        assert visit.status in STATUSES
        assert visit.open == (visit.status == "VISIT_PLANNED")
        assert visit.open or all(clock.state != "running" for clock in visit.clocks)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEP, min_size=4, max_size=24))
def test_nothing_sealed_outlives_whom_it_is_about(steps) -> None:
    work = RuleWork(service, PEOPLE, ENTRIES)
    unit = {"number": "U0001", "name": "示例面馆", "kind": "SITE", "area": GRID}
    work.do("registrar", "grid.enter_units", KnownUnits({}, {}), rows=[unit])
    everything = {"number": "H0001", "contact_name": "张三丰", "minors": 1, "consent_version": "v1"}
    _take(work, "enter_household", {**everything, "categories": list(CATEGORIES)})
    for name, body in steps:
        _take(work, name, body)
        work.tick(seconds=1)  # what a released household has waiting goes at once
        _sound(work)
    numbers = [v.number for v in work.all(HOME_VISIT)]
    assert len(set(numbers)) == len(numbers)
    events = [e.number for e in work.all(GRID_EVENT)]
    assert len(set(events)) == len(events)
