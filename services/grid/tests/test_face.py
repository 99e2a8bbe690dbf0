"""What the world sees of a grid event: offers, summary, page, measures and rates (domain rules 11.2, 11.5)."""

from pathlib import Path

import msgspec
import pytest
from shuniu.chassis.http.manifest import manifest_of, missing_texts
from shuniu.chassis.identity.policy import may_read
from shuniu.contracts.envelope import fact_name
from shuniu.rules.lifecycle import mermaid
from shuniu_grid import service
from shuniu_grid.events.categories import is_clue, limit_of
from shuniu_grid.events.face import GRID_EVENT, report_offers
from shuniu_grid.events.lifecycle import EVENT
from shuniu_grid.events.measures import MEASURES, RATES

BEFORE = {"sha256": "b" * 64, "size": 1000, "media_type": "image/jpeg"}
AFTER = {"sha256": "a" * 64, "size": 1000, "media_type": "image/jpeg"}
FACE = GRID_EVENT.face


def offered(street, actor, event):
    return {o.action.removeprefix("grid.") for o in FACE.offers(street.event(event), street.context(actor))}


@pytest.mark.parametrize(
    ("status", "actor", "moves"),
    [
        ("REPORTED", "operator", {"file", "not_file", "categorise"}),
        ("VERIFYING", "worker", {"verify", "not_file"}),
        ("FILED", "worker", {"self_handle"}),
        ("FILED", "dispatcher", {"categorise", "dispatch", "refer", "merge_duplicate"}),
        ("DISPATCHED", "officer", {"accept", "return"}),
        ("DISPATCHED", "officer_2", set()),
        ("DISPATCHED", "dispatcher", {"redispatch", "merge_duplicate"}),
        ("RETURNED", "dispatcher", {"accept_return", "refuse_return"}),
        ("PROCESSING", "officer", {"feed_back", "ask_delay", "ask_hang"}),
        ("PROCESSING", "dispatcher", {"redispatch", "refer", "merge_duplicate"}),
        ("REWORK", "officer", {"accept"}),
        ("HUNG", "dispatcher", {"revive"}),
        ("REFERRED", "dispatcher", set()),
        ("FED_BACK", "checker", {"start_check"}),
        ("CHECKING", "checker", {"close", "send_back"}),
        ("CHECKING", "officer", set()),
        ("CLOSED", "operator", set()),
        ("NOT_FILED", "dispatcher", set()),
        ("MERGED", "dispatcher", {"unmerge"}),
        ("MERGED", "officer", set()),
    ],
)
def test_offers(street, status, actor, moves):
    event = street.in_status(status)
    assert offered(street, getattr(street.people, actor), event) == moves


def test_approval_is_offered_to_who_may_give_it(street):
    event = street.processing()
    street.do(
        street.people.officer, "ask_hang", event=event, reason="SEASONAL", review_on="2026-12-20", note="停水检修"
    )
    assert offered(street, street.people.director, event) == {"hang", "refuse_hang"}
    assert "hang" not in offered(street, street.people.dispatcher, event)


def test_offers_fit_their_schemas(street):
    """What an offer prefills is taken by its command."""
    for status in (s.id for s in EVENT.statuses if s.open):
        event = street.in_status(status)
        for actor in street.people:
            for offer in FACE.offers(street.event(event), street.context(actor)):
                command = service.command(offer.action)
                assert set(offer.prefill) <= set(command.struct.__struct_fields__)
                assert set(offer.fixed) <= set(offer.prefill)
                assert not command.roles or actor.has_role(*command.roles)


def test_openings(street):
    p = street.people
    assert report_offers(street.context(p.worker))[0].prefill == {"source": "GRID", "area": "320199001001001"}
    assert report_offers(street.context(p.operator))[0].prefill == {"source": "PUBLIC"}
    assert report_offers(street.context(p.officer)) == ()


def test_who_sees_it(street):
    event = street.dispatched()
    p, row = street.people, street.event(event)
    seen = FACE.visibility(row)
    readers = [name for name, actor in p._asdict().items() if may_read(seen, row.area, actor)]
    assert "worker" in readers
    assert "secretary" in readers
    assert "officer" in readers
    assert "officer_2" not in readers
    assert "neighbour" not in readers


def test_summary_tells_no_free_text(street):
    event = street.reported(description="三楼李四家门口堆满垃圾")
    street.do(street.people.dispatcher, "dispatch", event=event, unit="cg", note="请尽快联系李四")
    told = msgspec.json.encode(street.events).decode()
    assert "李四" not in told
    assert street.events[-1].data.summary.matter.title == "暴露垃圾 · 双安巷12号"


def test_page_shows_what_was_opened(street):
    event = street.reported(description="三楼门口堆满垃圾")
    street.do(street.people.dispatcher, "dispatch", event=event, unit="cg", note="请尽快")
    opened = {p.ref: dict(p.fields) for _, p in street.private}
    page = FACE.detail(street.event(event), street.context(street.people.dispatcher, opened))
    assert page.fields[0].value == "三楼门口堆满垃圾"
    assert [r.note for r in page.sections[0].rows] == ["三楼门口堆满垃圾", "", "请尽快"]
    assert [r.sha256 for r in page.evidence] == ["b" * 64]
    labels = {f.label for f in page.fields} | {s.title for s in page.sections}
    labels |= {r.label for r in page.sections[0].rows}
    assert [key for key in labels if key not in service.texts] == []


def test_page_without_clearance_shows_no_text(street):
    event = street.reported(description="三楼门口堆满垃圾")
    page = FACE.detail(street.event(event), street.context(street.people.dispatcher))
    assert "field.description" not in {f.label for f in page.fields}


def test_every_word_of_a_summary_has_a_text(street):
    for status in (s.id for s in EVENT.statuses):
        street.in_status(status)
    street.later(days=3)
    for key in [k for k in street.rows if k.kind == GRID_EVENT.name]:
        street.wake(key.id)
    missing = set()
    for event in street.events:
        summary = event.data.summary
        keys = []
        if summary.step:
            keys += [f"move.{summary.step.move}", *([summary.step.detail] if summary.step.detail else [])]
        if summary.matter:
            m = summary.matter
            keys += [f"flag.{f}" for f in m.flags] + [f"status.grid_event.{m.status}", f"category.{m.category}"]
            keys += [f"clock.{m.clock}"] if m.clock else []
        missing |= {k for k in keys if k not in service.texts}
    assert missing == set()


# The manifest -----------------------------------------------------------------------------------------------------


def test_manifest_is_complete():
    assert missing_texts(service) == []
    manifest = manifest_of(service)
    kind = next(k for k in manifest.kinds if k.id == EVENT.kind)
    assert [s.id for s in kind.statuses] == [s.id for s in EVENT.statuses]
    measures = {m.name for m in manifest.measures}
    for rate in manifest.rates:
        assert {*rate.numerator, *rate.denominator} <= measures
    for panel in manifest.panels:
        assert not panel.measure or panel.measure in measures
        assert not panel.rate or panel.rate in RATES
    assert {r for c in service.commands for r in c.roles} <= {r.id for r in manifest.roles}
    report = next(a for a in manifest.actions if a.name == "grid.report")
    assert "phone" in report.surfaces
    assert report.schema["properties"]["place"]["x-widget"] == "place"


def test_code_tables():
    kind = next(k for k in service.kinds if k.id == EVENT.kind)
    ids = [c.id for c in kind.categories]
    assert len(ids) == len(set(ids)) == 121
    assert all(f"group.{c.group}" in service.texts for c in kind.categories)
    assert sum(1 for i in ids if i.startswith("C01")) == 38, "公用设施 has 38 components in CJ/T 214's dictionary"
    assert {i for i in ids if is_clue(i)} == {"E9991", "E9992", "E9993", "E9994"}


def test_every_category_has_a_limit(street):
    profile = street.context(street.people.dispatcher).profile("grid-event-local")
    assert all(limit_of(c.id, profile).value for c in next(k for k in service.kinds if k.id == EVENT.kind).categories)


# Measures -----------------------------------------------------------------------------------------------------------


def test_way_to_closing_is_counted(street):
    event = street.checking()
    street.do(street.people.checker, "close", event=event)
    counted = street.measures()
    once = (
        "reported found_by_grid effective filed dispatched dispatched_right handled handled_in_time to_check "
        "checked_in_time closed closed_of_filed closed_in_time filed_in_time to_handle to_close closed_due "
        "closed_due_in_time solved"
    )
    assert {name: value for name, value in counted.items() if value} == {f"grid.{name}": 1 for name in once.split()}


def test_self_handled_is_counted_on_the_day_of_report(street):
    event = street.reported()
    street.later(days=1)
    street.do(street.people.worker, "self_handle", event=event, after=[AFTER])
    seen = [m for m in street.events[-1].data.summary.measures if m.name == "grid.self_handled"]
    assert [m.on.isoformat() for m in seen] == ["2026-11-23"]


def test_late_rework_and_return_are_counted(street):
    p = street.people
    event = street.dispatched()
    street.do(p.officer, "return", event=event, note="不属于本单位职责")
    street.do(p.dispatcher, "accept_return", event=event)
    street.do(p.dispatcher, "dispatch", event=event, unit="cg")
    street.do(p.officer, "accept", event=event)
    street.later(days=2)
    street.do(p.officer, "feed_back", event=event, after=[AFTER])
    for _ in range(2):
        street.do(p.checker, "start_check", event=event)
        street.do(p.checker, "send_back", event=event)
        street.do(p.officer, "accept", event=event)
        street.do(p.officer, "feed_back", event=event, after=[AFTER])
    counted = street.measures()
    expected = {"dispatched": 2, "dispatched_right": 1, "returned": 1, "overdue": 1, "handled": 1, "reworked": 2}
    assert {k: counted.get(f"grid.{k}") for k in expected} == expected
    assert "grid.handled_in_time" not in counted
    returned = [m for e in street.events for m in e.data.summary.measures if m.name == "grid.returned"]
    assert returned[0].dimensions == {"area": "320199001001001", "unit": "cg"}


def test_verification_and_its_sources_are_counted(street):
    p = street.people
    for source in ("PUBLIC", "12345"):
        event = street.reported(p.operator, source=source)
        street.do(p.worker, "verify", event=event)
    late = street.reported(p.operator, source="PUBLIC")
    street.later(days=2)
    street.do(p.worker, "not_file", event=late, reason="NOT_FOUND")
    street.reported()
    counted = street.measures()
    expected = {
        "reported": 4, "effective": 3, "to_verify": 3, "verified_in_time": 2, "found_by_hotline": 3, "found_by_grid": 1,
    }  # fmt: skip
    assert {k: counted.get(f"grid.{k}") for k in expected} == expected


def test_only_declared_measures_and_dimensions_are_observed(street):
    for status in (s.id for s in EVENT.statuses):
        street.in_status(status)
    for event in street.events:
        for m in event.data.summary.measures:
            assert set(m.dimensions) == set(MEASURES[m.name])


def test_readme_draws_the_life_cycle():
    text = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    assert mermaid(EVENT) in text
    assert [fact_name(f) for f in service.facts if f"`{fact_name(f)}`" not in text] == []
