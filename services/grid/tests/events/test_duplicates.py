"""Merging duplicates (并案): what is illegal, who is told, what it counts as (issue 3, domain rules 11.2)."""

import msgspec
import pytest
from shuniu.chassis.context import Actor
from shuniu_grid.events.face import GRID_EVENT

GRID, OTHER = "320199001001001", "320199001002001"
AFTER = {"sha256": "a" * 64, "size": 1000, "media_type": "image/jpeg"}


def merged(street, **body):
    main, event = street.reported(), street.reported(**body)
    street.do(street.people.dispatcher, "merge_duplicate", event=event, main=main)
    return event, main


def test_a_duplicate_closes_as_merged_with_links_both_ways(street):
    event, main = merged(street)
    row = street.event(event)
    assert (row.status, row.open, row.merged_into) == ("MERGED", False, main)
    assert [d.id for d in street.event(main).duplicates] == [event]
    links = {(e.correlationid, k.relation, k.matter) for e in street.events for k in e.data.summary.links}
    assert links == {(event, "merged_into", main), (main, "duplicate", event)}
    assert "has_duplicates" in street.events[-1].data.summary.matter.flags


def test_main_is_named_by_number_too(street):
    from shuniu_grid.events.duplicates import Found

    main, event = street.reported(), street.reported()
    number = street.event(main).number
    street.do(street.people.clerk, "merge_duplicate", Found(main), event=event, main=number)
    assert street.event(event).merged_number == number


def test_nothing_is_merged_into_itself_or_into_what_is_closed(street, refused):
    event, dispatcher = street.reported(), street.people.dispatcher
    merge = {"event": event, "main": event}
    refused("grid.merge_into_itself", 409, street.do, dispatcher, "merge_duplicate", **merge)
    for status in ("CLOSED", "NOT_FILED"):
        merge["main"] = street.in_status(status)
        refused("grid.merge_into_open", 409, street.do, dispatcher, "merge_duplicate", **merge)
    merge["main"] = "nothing"
    refused("grid_event.unknown", 404, street.do, dispatcher, "merge_duplicate", **merge)


def test_mergers_do_not_chain(street, refused):
    event, main = merged(street)
    third, dispatcher = street.reported(), street.people.dispatcher
    refused("grid.merge_chain", 409, street.do, dispatcher, "merge_duplicate", event=third, main=event)
    refused("grid.merge_chain", 409, street.do, dispatcher, "merge_duplicate", event=main, main=third)
    street.do(dispatcher, "merge_duplicate", event=third, main=main)
    assert len(street.event(main).duplicates) == 2


def test_events_components_and_clues_do_not_mix(street, refused):
    event, dispatcher = street.reported(), street.people.dispatcher
    for body in ({"category": "C0105"}, {"category": "E9991", "clue": True}):
        main = street.reported(**body)
        refused("grid.merge_unlike", 409, street.do, dispatcher, "merge_duplicate", event=event, main=main)


def test_after_both_are_dispatched_one_is_dispatched_again_first(street, refused):
    event, main, dispatcher = street.dispatched(), street.reported(), street.people.dispatcher
    street.do(dispatcher, "dispatch", event=main, unit="water")
    refused("grid.merge_after_dispatch", 409, street.do, dispatcher, "merge_duplicate", event=event, main=main)
    street.do(dispatcher, "redispatch", event=event, unit="water")
    street.do(dispatcher, "merge_duplicate", event=event, main=main)
    assert (street.event(event).status, street.event(event).unit) == ("MERGED", "")
    assert [c.state for c in street.event(event).clocks if c.id == "process"] == ["stopped", "stopped"]


@pytest.mark.parametrize("status", ["FED_BACK", "CHECKING", "REWORK", "HUNG", "REFERRED", "RETURNED", "CLOSED"])
def test_what_is_solved_or_undecided_is_not_merged(street, refused, status):
    event, main, dispatcher = street.in_status(status), street.reported(), street.people.dispatcher
    refused("grid.merge_before_feedback", 409, street.do, dispatcher, "merge_duplicate", event=event, main=main)


def test_only_dispatcher_and_clerk_merge_and_only_where_they_reach(street, refused):
    main, event, p = street.reported(), street.reported(), street.people
    for actor in (p.worker, p.officer, p.checker):
        refused("access.role", 403, street.do, actor, "merge_duplicate", event=event, main=main)
    near = Actor(id="k2", roles=frozenset({"street_clerk"}), areas=("320199001001",))
    far = street.reported(p.secretary, area=OTHER, neighbour_reason="BOUNDARY")
    refused("access.area", 403, street.do, near, "merge_duplicate", event=event, main=far)


def test_the_reporter_of_a_duplicate_is_told_when_the_main_event_closes(street):
    p = street.people
    main = street.checking()
    event = street.reported(p.secretary)
    street.do(p.dispatcher, "merge_duplicate", event=event, main=main)
    told = [n for e in street.events[-2:] for n in e.data.summary.notices]
    assert [(n.text, n.accounts) for n in told] == [("notice.merged", ("s1",))]
    street.do(p.checker, "close", event=main)
    notice = next(n for n in street.events[-1].data.summary.notices if n.text == "notice.main_closed")
    assert (notice.accounts, notice.why) == (("s1",), "changed")


def test_a_merged_event_counts_once(street):
    """有效上报率: two reports of one thing are two reports and one effective one."""
    before = street.reported()
    once = {k: v for k, v in street.measures().items() if v}
    event = street.dispatched()
    street.later(days=1)
    street.wake(event)
    street.do(street.people.dispatcher, "redispatch", event=event, unit="water")
    street.do(street.people.dispatcher, "merge_duplicate", event=event, main=before)
    sums = {k: v for k, v in street.measures().items() if v}
    assert sums == {**once, "grid.reported": 2, "grid.merged": 1}


def test_a_merger_is_undone_with_a_reason_within_the_days_set(street, refused):
    event, main = merged(street)
    dispatcher = street.people.dispatcher
    with pytest.raises(msgspec.ValidationError, match="note"):
        street.do(dispatcher, "unmerge", event=event, note="")
    street.later(days=30)
    street.do(dispatcher, "unmerge", event=event, note="并非同一处垃圾")
    row = street.event(event)
    assert (row.status, row.merged_into, street.event(main).duplicates) == ("FILED", "", ())
    assert {k: v for k, v in street.measures().items() if v}["grid.effective"] == 2
    late, _ = merged(street)
    street.later(days=31)
    refused("grid.unmerge_in_time", 409, street.do, dispatcher, "unmerge", event=late, note="并非同一处垃圾")


def test_what_the_public_said_is_verified_after_a_merger_is_undone(street):
    main = street.reported()
    event = street.reported(street.people.operator, source="PUBLIC")
    street.do(street.people.dispatcher, "merge_duplicate", event=event, main=main)
    street.do(street.people.dispatcher, "unmerge", event=event, note="是另一处")
    row = street.event(event)
    assert (row.status, row.clocks[-1].id, row.clocks[-1].state) == ("VERIFYING", "verify", "running")


def test_a_merger_is_undone_after_the_main_event_has_closed(street):
    p = street.people
    main, event = street.checking(), street.reported()
    street.do(p.dispatcher, "merge_duplicate", event=event, main=main)
    street.do(p.checker, "close", event=main)
    street.do(p.dispatcher, "unmerge", event=event, note="仍未清理")
    assert (street.event(event).status, street.event(main).status) == ("FILED", "CLOSED")


def test_the_page_of_a_main_event_lists_its_duplicates(street):
    event, main = merged(street)
    page = GRID_EVENT.face.detail(street.event(main), street.context(street.people.dispatcher))
    section = next(s for s in page.sections if s.title == "section.duplicates")
    assert [r.note for r in section.rows] == [street.event(event).number]
    page = GRID_EVENT.face.detail(street.event(event), street.context(street.people.dispatcher))
    assert {f.label: f.value for f in page.fields}["field.unmerge_until"] == "2026-12-23"
