"""Visits: record, findings with provenance, follow-ups, what is told (domain rules 2.18, 7.1, 0.2)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from shuniu.contracts.summary import RegistryEntry
from shuniu.contracts.text import Text
from shuniu.testing.rulework import SCOPE, RuleWork, person
from shuniu_grid import service
from shuniu_grid.events.face import GRID_EVENT
from shuniu_grid.residents.register import Known
from shuniu_grid.residents.state import HOUSEHOLD
from shuniu_grid.units.register import Known as KnownUnits
from shuniu_grid.visits.due import Subject
from shuniu_grid.visits.face import HOME_VISIT
from shuniu_grid.visits.state import TOLD, VISITED
from shuniu_grid.visits.telling import TELL, Found, TellOverdue

GRID, NEXT = "320199001001001", "320199001001002"
PHOTO = {"sha256": "b" * 64, "size": 1000, "media_type": "image/jpeg"}
PEOPLE = {
    "registrar": person("r1", "registrar"),
    "worker": person("w1", "grid_worker", areas=(GRID,)),
    "neighbour": person("w2", "grid_worker", areas=(NEXT,)),
    "secretary": person("s1", "community_secretary", areas=("320199001001",), clearance=4),
    "officer": person("f1", "duty_officer"),
}
ENTRIES = [
    RegistryEntry(kind="area", code=c, title=Text(t, t), valid_from=date(2020, 1, 1))
    for c, t in ((SCOPE, "枢纽街道"), (GRID, "第一网格"), (NEXT, "第二网格"))
]


@pytest.fixture
def street():
    work = RuleWork(service, PEOPLE, ENTRIES)
    rows = [{"number": "U0001", "name": "示例面馆", "kind": "RESTAURANT", "area": GRID, "address": "双安巷12号"}]
    work.do("registrar", "grid.enter_units", KnownUnits({}, {}), rows=rows)
    body = {"number": "H0001", "area": GRID, "categories": ["LIVING_ALONE_ELDER"]}
    work.do("worker", "grid.enter_household", Known({}, {}), **body)
    work.tick(days=3)
    return work


def to_unit(street, who="worker", **body):
    return street.do(who, "grid.record_visit", **{"visit_to": "UNIT", "subject": "U0001", **body}).answer


def to_household(street, who="worker", **body):
    return street.do(who, "grid.record_visit", **{"visit_to": "HOUSEHOLD", "subject": "H0001", **body}).answer


def days(street, subject="UNIT:U0001"):
    row = street.row(VISITED, subject)
    return row.days if row else ()


# Recording -----------------------------------------------------------------------------------------------------------


def test_a_visit_counts_for_its_day(street) -> None:
    answer = to_unit(street, diary="一切正常")
    assert answer["number"] == "ZF261126-0001"
    assert days(street) == (date(2026, 11, 26),)
    row = street.row(HOME_VISIT, answer["visit"])
    assert (row.status, row.visitor, row.title) == ("VISIT_MADE", "w1", "示例面馆")


def test_a_visit_to_nobody_counts_only_as_an_attempt(street) -> None:
    to_unit(street, met=False)
    assert days(street) == ()
    assert street.row(VISITED, "UNIT:U0001").attempts == 1
    assert street.measures() == {"grid.visit_attempts": 1}
    to_unit(street)
    assert street.row(VISITED, "UNIT:U0001").attempts == 0
    assert street.measures() == {"grid.visit_attempts": 1, "grid.visits": 1}


@pytest.mark.parametrize(
    ("back", "fine"),
    [(timedelta(), True), (timedelta(hours=71), True), (timedelta(hours=73), False), (-timedelta(minutes=1), False)],
)
def test_a_phone_may_send_a_visit_later_but_not_for_ever_and_never_before(street, back, fine) -> None:
    at = (street.now - back).isoformat()
    if not fine:
        street.refused(
            "grid.visit_time", "worker", "grid.record_visit", visit_to="UNIT", subject="U0001", visited_at=at
        )
        return
    to_unit(street, visited_at=at)
    assert len(days(street)) == 1


def test_a_visit_sent_later_counts_for_the_day_it_was_made_in_shanghai(street) -> None:
    at = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)  # 01:30 on the 25th
    to_unit(street, visited_at=at.isoformat())
    to_unit(street)
    assert days(street) == (date(2026, 11, 25), date(2026, 11, 26))


def test_nobody_is_visited_before_they_were_there_or_after_they_left(street) -> None:
    before = datetime(2026, 11, 23, 2, tzinfo=UTC) - timedelta(hours=20)
    street.now = datetime(2026, 11, 23, 3, tzinfo=UTC)
    body = {"visit_to": "UNIT", "subject": "U0001", "visited_at": before.isoformat()}
    street.refused("grid.visit_of_none", "worker", "grid.record_visit", **body)
    street.tick(days=5)
    street.do("registrar", "grid.close_unit", number="U0001", valid_to="2026-11-26")
    street.refused("grid.visit_of_none", "worker", "grid.record_visit", visit_to="UNIT", subject="U0001")


def test_who_may_visit_whom(street) -> None:
    unit = {"visit_to": "UNIT", "subject": "U0001"}
    street.refused("access.area", "neighbour", "grid.record_visit", **unit)
    street.refused("access.role", "officer", "grid.record_visit", **unit)
    street.refused("unit.unknown", "worker", "grid.record_visit", visit_to="UNIT", subject="U9999")
    street.refused("household.unknown", "worker", "grid.record_visit", visit_to="HOUSEHOLD", subject="H9999")
    to_unit(street, who="secretary")


# What is told --------------------------------------------------------------------------------------------------------


def test_the_diary_is_sealed_and_a_homes_is_sensitive(street) -> None:
    answer = to_household(street, diary="老人腿脚不便，电话13812345678")
    said = "".join(str(f) for f in street.facts()) + "".join(str(e.data.summary) for e in street.events)
    assert "腿脚" not in said
    assert "13812345678" not in said
    visit = street.row(HOME_VISIT, answer["visit"])
    assert street.private[visit.note] == {"text": "老人腿脚不便，电话13812345678"}
    assert street.row(HOUSEHOLD, "H0001").diaries == (visit.note,)


def test_a_summary_tells_of_a_household_visit_nothing_but_the_grid(street) -> None:
    to_household(street)
    summary = street.events[-1].data.summary
    assert summary.matter.title == "入户走访 · 居民户 · 第一网格"
    assert "H0001" not in str(summary)
    assert "ELDER" not in str(street.facts("visit.recorded.v1"))


def test_diaries_go_with_their_household(street) -> None:
    to_household(street, diary="独居，请常来")
    to_unit(street, diary="无异常")
    street.do("worker", "grid.erase_household", number="H0001", erase_reason="MOVED_AWAY")
    assert [f["text"] for f in street.private.values() if "text" in f] == ["无异常"]
    assert street.row(VISITED, "HOUSEHOLD:H0001") is None
    assert len(days(street)) == 1


def test_homes_are_not_photographed(street) -> None:
    body = {"visit_to": "HOUSEHOLD", "subject": "H0001", "photos": [PHOTO]}
    street.refused("grid.visit_photo_at_home", "worker", "grid.record_visit", **body)
    to_unit(street, photos=[PHOTO])


# Findings ------------------------------------------------------------------------------------------------------------


def test_findings_become_events_that_say_where_they_were_found(street) -> None:
    findings = [
        {"category": "E0102", "description": "门口堆满垃圾", "photos": [PHOTO]},
        {"category": "E0104", "description": "路面有油污"},
    ]
    answer = to_unit(street, findings=findings)
    assert answer["events"] == ["WG261126-0001", "WG261126-0002"]
    visit = street.row(HOME_VISIT, answer["visit"])
    found = [street.row(GRID_EVENT, f.event) for f in visit.findings]
    assert [(e.visit, e.area, e.category) for e in found] == [
        (visit.id, GRID, "E0102"),
        (visit.id, GRID, "E0104"),
    ]
    assert found[0].place.name == "双安巷12号"
    links = [link for e in street.events for link in e.data.summary.links]
    assert {(link.relation, link.matter) for link in links} == {
        ("found", found[0].id),
        ("found", found[1].id),
        ("found_at", visit.id),
    }
    assert street.measures()["grid.visit_findings"] == 2
    assert to_unit(street, findings=findings[:1])["events"] == ["WG261126-0003"]


def test_a_wrong_finding_and_nothing_is_recorded(street) -> None:
    findings = [{"category": "E0102"}, {"category": "E7777"}]
    body = {"visit_to": "UNIT", "subject": "U0001", "findings": findings}
    refusal = street.refused("grid.unknown_category", "worker", "grid.record_visit", **body)
    assert [f.field for f in refusal.fields] == ["findings.1.category"]


def test_a_visit_is_no_inspection(street) -> None:
    """国办发〔2024〕54号: about an enterprise a grid worker files a clue, nothing else (domain rules 0.2)."""
    body = {"visit_to": "UNIT", "subject": "U0001"}
    refusal = street.refused("grid.clue_only", "worker", "grid.record_visit", **body, findings=[{"category": "E9991"}])
    assert [f.field for f in refusal.fields] == ["findings.0.clue"]
    answer = to_unit(street, findings=[{"category": "E9991", "clue": True}])
    visit = street.row(HOME_VISIT, answer["visit"])
    assert street.row(GRID_EVENT, visit.findings[0].event).clue


# Follow-ups ----------------------------------------------------------------------------------------------------------


def test_a_follow_up_is_planned_made_and_told_once_when_it_nears_and_passes(street) -> None:
    first = to_household(street, follow_up="2026-12-01")
    planned = next(v for v in street.all(HOME_VISIT) if v.open)
    assert (planned.after, planned.number, planned.on) == (first["visit"], "ZF261126-0002", date(2026, 12, 1))
    since = len(street.events)
    street.tick(days=10)
    assert street.names(since) == ["clock.soon.v1", "clock.overdue.v1"]
    assert [e.data.summary.notices[0].accounts for e in street.events[since:]] == [("w1",), ("w1",)]
    offers = street.offers("worker", HOME_VISIT, planned.id)
    assert set(offers) == {"grid.make_visit", "grid.drop_visit"}
    street.do("worker", "grid.make_visit", visit=planned.id, how="PHONE")
    row = street.row(HOME_VISIT, planned.id)
    assert (row.status, row.number, row.after, row.how) == ("VISIT_MADE", planned.number, first["visit"], "PHONE")
    assert street.offers("worker", HOME_VISIT, planned.id) == {}
    street.refused("grid.visit_planned", "worker", "grid.make_visit", visit=planned.id)
    assert len(days(street, "HOUSEHOLD:H0001")) == 2


def test_a_planned_visit_keeps_the_grid_it_was_planned_in(street) -> None:
    street.do("worker", "grid.plan_visit", visit_to="UNIT", subject="U0001", on="2026-12-01")
    planned = next(v for v in street.all(HOME_VISIT) if v.open)
    rows = [{"number": "U0001", "name": "示例面馆", "kind": "RESTAURANT", "area": NEXT}]
    street.do("registrar", "grid.enter_units", KnownUnits({}, {}), rows=rows)
    street.do("worker", "grid.make_visit", visit=planned.id, findings=[{"category": "E0102"}])
    assert street.row(HOME_VISIT, planned.id).area == GRID
    assert len(days(street)) == 1


def test_a_planned_visit_is_dropped_with_a_reason(street) -> None:
    street.do("worker", "grid.plan_visit", visit_to="UNIT", subject="U0001", on="2026-12-01")
    planned = next(v for v in street.all(HOME_VISIT) if v.open)
    street.refused("access.area", "neighbour", "grid.drop_visit", visit=planned.id, drop_reason="MISTAKE")
    street.do("worker", "grid.drop_visit", visit=planned.id, drop_reason="MISTAKE")
    since = len(street.events)
    street.tick(days=30)
    assert street.names(since) == [], "a dropped visit wakes nobody"


@pytest.mark.parametrize("on", ["2026-11-26", "2026-11-20", "2028-01-01"])
def test_a_visit_is_planned_from_tomorrow_on(street, on) -> None:
    street.refused("grid.visit_ahead", "worker", "grid.plan_visit", visit_to="UNIT", subject="U0001", on=on)
    body = {"visit_to": "UNIT", "subject": "U0001", "follow_up": on}
    refusal = street.refused("grid.visit_ahead", "worker", "grid.record_visit", **body)
    assert [f.field for f in refusal.fields] == ["follow_up"]


# Overdue -------------------------------------------------------------------------------------------------------------

UNIT_DUE = Subject("UNIT", "U0001", GRID, 60, date(2026, 9, 1))
HOUSEHOLD_DUE = Subject("HOUSEHOLD", "H0001", GRID, 14, date(2026, 10, 1))


def tell(street, until, since, *overdue):
    body = TellOverdue(area=GRID, until=until)
    before = len(street.events)
    street.give(TELL, body, PEOPLE["registrar"], Found(since, overdue))
    return street.events[before:]


def test_what_is_overdue_is_told_once(street) -> None:
    (said,) = tell(street, date(2026, 11, 25), None, UNIT_DUE, HOUSEHOLD_DUE)
    notice = said.data.summary.notices[0]
    assert (notice.why, notice.roles, notice.areas) == ("overdue", ("grid_worker",), (GRID,))
    assert street.facts("visits.overdue.v1") == [
        {"area": GRID, "since": None, "until": "2026-11-25", "units": 1, "households": 1}
    ]
    assert street.row(TOLD, GRID).until == date(2026, 11, 25)
    assert tell(street, date(2026, 11, 26), date(2026, 11, 25)) == [], "nothing new, nothing said"
    assert tell(street, date(2026, 11, 26), None, UNIT_DUE) == [], "a look made before the last telling says nothing"
    assert len(tell(street, date(2026, 11, 27), date(2026, 11, 25), UNIT_DUE)) == 1
