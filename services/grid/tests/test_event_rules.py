"""Domain rules 10.3, 0.2, 2.1, 2.2 and 1.27 on grid events; every test is named after its rule."""

import msgspec
import pytest
from shuniu.chassis.context import Actor
from shuniu.rules.lifecycle import IllegalMove
from shuniu.rules.refusal import Refusal
from shuniu_grid import service
from shuniu_grid.events.lifecycle import EVENT
from shuniu_grid.events.rules import GUARDS

GRID, NEXT_GRID, OTHER = "320199001001001", "320199001001002", "320199001002001"
BEFORE = {"sha256": "b" * 64, "size": 1000, "media_type": "image/jpeg"}
AFTER = {"sha256": "a" * 64, "size": 1000, "media_type": "image/jpeg"}


def test_the_life_cycle_holds_together():
    EVENT.validate()


def test_every_rule_has_words():
    rules = {m.rule for m in EVENT.moves}
    assert [r for r in sorted(rules) if f"rule.{r}" not in service.texts] == []


# Report and filing -------------------------------------------------------------------------------------------------


def test_own_finding_is_filed_at_once(street):
    event = street.reported()
    assert street.event(event).status == "FILED"
    assert street.types() == ["event.reported.v1", "event.filed.v1"]


def test_numbers_count_within_a_day_and_begin_again(street):
    numbers = [street.event(street.reported()).number for _ in range(2)]
    street.later(days=1)
    numbers.append(street.event(street.reported()).number)
    assert numbers == ["WG261123-0001", "WG261123-0002", "WG261124-0001"]


@pytest.mark.parametrize("source", ["PUBLIC", "12345", "PETITION", "MEDIA"])
def test_public_reports_are_verified_before_filing(street, source):
    event = street.reported(street.people.operator, source=source)
    row = street.event(event)
    assert row.status == "VERIFYING"
    assert row.clocks[0].id == "verify"


def test_verified_report_is_filed(street):
    event = street.in_status("VERIFYING")
    street.do(street.people.worker, "verify", event=event, photos=[BEFORE])
    assert street.event(event).status == "FILED"
    assert street.event(event).clocks[0].state == "met"


def test_not_found_on_site_is_not_filed(street, refused):
    event = street.in_status("VERIFYING")
    worker = street.people.worker
    refused("grid.not_filed_by_office", 403, street.do, worker, "not_file", event=event, reason="REPEAT")
    street.do(worker, "not_file", event=event, reason="NOT_FOUND")
    assert street.event(event).status == "NOT_FILED"
    assert not street.event(event).open


def test_what_is_filed_cannot_be_refused_filing(street, refused):
    event = street.reported()
    refused("grid.filed_stays_filed", 409, street.do, street.people.operator, "not_file", event=event, reason="REPEAT")


def test_neighbour_grid_needs_a_reason(street, refused):
    worker = street.people.neighbour
    refused("grid.neighbour_reason", 403, street.reported, worker)
    event = street.reported(worker, neighbour_reason="BOUNDARY")
    row = street.event(event)
    assert (row.neighbour_reason, row.reported_from) == ("BOUNDARY", NEXT_GRID)
    summary = street.events[-1].data.summary.matter
    assert NEXT_GRID in summary.visibility.areas, "the reporter still sees it"


def test_reason_is_not_kept_where_none_is_needed(street):
    assert street.event(street.reported(neighbour_reason="BOUNDARY")).neighbour_reason == ""


def test_area_outside_the_scope_is_unknown(street, refused):
    refused("grid.unknown_area", 422, street.reported, area="320106003001001", neighbour_reason="BOUNDARY")


def test_who_reports_from_which_source(street, refused):
    p = street.people
    refused("grid.source_of_reporter", 403, street.reported, p.operator, source="GRID")
    refused("grid.source_of_reporter", 403, street.reported, p.worker, source="VIDEO")
    refused("access.role", 403, street.reported, p.officer)


def test_place_is_no_person(street, refused):
    refusal = refused("grid.place_is_no_person", 422, street.reported, place={"name": "张三 13812345678"})
    assert refusal.fields[0].field == "place.name"


def test_point_is_coarsened(street):
    event = street.reported(place={"name": "巷口", "lon": 118.123456, "lat": 32.654321})
    place = street.event(event).place
    assert (place.lon, place.lat) == (118.1235, 32.6543)


def test_caller_is_private(street, refused):
    refused("grid.contact_without_caller", 422, street.reported, caller_phone="13812345678")
    caller = {"caller_name": "王某", "caller_phone": "13812345678", "description": "楼下堆满垃圾"}
    event = street.reported(street.people.operator, source="PUBLIC", **caller)
    sealed = [p for matter, p in street.private if matter == event]
    assert {s.sensitivity for s in sealed} == {2, 3}
    assert street.event(event).contact in {s.ref for s in sealed}
    told = msgspec.json.encode(street.events).decode()
    for secret in ("13812345678", "王某", "楼下堆满垃圾"):
        assert secret not in told


# Clues about enterprises (0.2) --------------------------------------------------------------------------------------


def test_clue_only(street, refused):
    worker, category = street.people.worker, "E9991"
    refused("grid.clue_only", 422, street.reported, category=category)
    refused("grid.clue_only", 422, street.reported, category=category, clue=True, after_photos=[AFTER])
    event = street.reported(category=category, clue=True)
    assert street.event(event).clue
    assert "clue" in street.events[-1].data.summary.matter.flags
    refused("grid.clue_only", 409, street.do, worker, "self_handle", event=event, before=[BEFORE], after=[AFTER])


def test_clue_is_not_verified_by_a_grid_worker(street, refused):
    event = street.reported(street.people.operator, source="PUBLIC", category="E9992")
    refused("grid.clue_only", 403, street.do, street.people.worker, "verify", event=event)
    street.do(street.people.checker, "verify", event=event)


def test_recategorised_as_enterprise_becomes_a_clue(street):
    event = street.reported()
    street.do(street.people.dispatcher, "categorise", event=event, category="E9993")
    assert street.event(event).clue


# Self-handling ------------------------------------------------------------------------------------------------------


def test_self_handled_needs_photos_before_and_after(street, refused):
    event = street.reported(photos=[])
    refusal = refused("grid.self_handle_photos", 422, street.do, street.people.worker, "self_handle", event=event)
    assert [f.field for f in refusal.fields] == ["before", "after"]
    street.do(street.people.worker, "self_handle", event=event, before=[BEFORE], after=[AFTER])
    row = street.event(event)
    assert (row.status, row.self_handled) == ("CHECKING", True)


def test_self_handled_in_the_report(street):
    event = street.reported(after_photos=[AFTER])
    assert street.event(event).status == "CHECKING"
    assert street.types() == ["event.reported.v1", "event.filed.v1", "event.self_handled.v1"]


def test_dispatched_is_not_self_handled(street, refused):
    event = street.dispatched()
    worker = street.people.worker
    refused("grid.self_handle_before_dispatch", 409, street.do, worker, "self_handle", event=event, after=[AFTER])
    event = street.in_status("REWORK")
    refused("grid.self_handle_before_dispatch", 409, street.do, worker, "self_handle", event=event, after=[AFTER])


def test_self_handled_rework_is_handled_again(street):
    event = street.reported(after_photos=[AFTER])
    street.do(street.people.checker, "send_back", event=event)
    assert street.event(event).status == "REWORK"
    assert street.event(event).after == ()
    street.do(street.people.worker, "self_handle", event=event, after=[AFTER])
    assert street.event(event).status == "CHECKING"


# Dispatch and processing --------------------------------------------------------------------------------------------


def test_clock_starts_at_dispatch(street):
    event = street.reported()
    assert street.event(event).clocks == ()
    street.later(hours=1)
    street.do(street.people.dispatcher, "dispatch", event=event, unit="cg")
    clock = street.event(event).clocks[-1]
    assert (clock.id, clock.started_at, clock.limit) == ("process", street.now, "4wh")
    assert street.events[-1].data.summary.matter.due_at == clock.due_at


def test_limit_is_of_the_category(street):
    for category, limit in (("E0101", "20wd"), ("E0104", "2wh"), ("E0401", "2h"), ("C0105", "24h")):
        assert street.event(street.dispatched(category=category)).clocks[-1].limit == limit


def test_dispatch_needs_a_known_unit(street, refused):
    event = street.reported()
    refused("grid.unknown_unit", 404, street.do, street.people.dispatcher, "dispatch", event=event, unit="nobody")


def test_category_after_dispatch_only_with_redispatch(street, refused):
    event = street.dispatched()
    dispatcher = street.people.dispatcher
    refused("grid.category_after_dispatch", 409, street.do, dispatcher, "categorise", event=event, category="E0101")
    refused("grid.redispatch_changes_something", 422, street.do, dispatcher, "redispatch", event=event, unit="cg")
    street.do(dispatcher, "redispatch", event=event, unit="cg", category="E0101")
    row = street.event(event)
    assert (row.status, row.category, row.attempts) == ("DISPATCHED", "E0101", 2)
    assert [(c.generation, c.state, c.limit) for c in row.clocks] == [(1, "stopped", "4wh"), (2, "running", "20wd")]


def test_only_the_unit_processes(street, refused):
    event = street.dispatched()
    refused("access.unit", 403, street.do, street.people.officer_2, "accept", event=event)
    street.do(street.people.officer, "accept", event=event)
    refused("access.unit", 403, street.do, street.people.officer_2, "feed_back", event=event, after=[AFTER])


def test_feedback_needs_an_after_photo(street, refused):
    event = street.processing()
    refusal = refused("evidence.missing", 422, street.do, street.people.officer, "feed_back", event=event, after=[])
    assert (refusal.state, refusal.event) == ("PROCESSING", "feed_back"), "bad content names status and move as well"


def test_wrong_area_is_forbidden_before_the_state_is_told(street, refused):
    event = street.in_status("CLOSED")
    far = Actor(id="d9", roles=frozenset({"dispatcher"}), areas=("320199001002",))
    refused("access.area", 403, street.do, far, "dispatch", event=event, unit="cg")


# Mis-dispatch -------------------------------------------------------------------------------------------------------


def test_return_goes_back_to_filed(street):
    event = street.in_status("RETURNED")
    street.do(street.people.dispatcher, "accept_return", event=event)
    row = street.event(event)
    assert (row.status, row.unit) == ("FILED", "")
    street.do(street.people.dispatcher, "dispatch", event=event, unit="water")
    assert street.event(event).attempts == 2


def test_designated_unit_may_not_return(street, refused):
    event = street.in_status("RETURNED")
    due = street.event(event).clocks[-1].due_at
    street.do(street.people.dispatcher, "refuse_return", event=event)
    row = street.event(event)
    assert (row.status, row.designated) == ("DISPATCHED", True)
    assert (row.clocks[-1].due_at, row.clocks[-1].state) == (due, "running"), "returning buys no time"
    refused("grid.designated_unit", 409, street.do, street.people.officer, "return", event=event, note="还是不归我们")


def test_no_return_once_in_hand(street, refused):
    event = street.processing()
    officer = street.people.officer
    refused("grid.return_before_processing", 409, street.do, officer, "return", event=event, note="不归我们")


# Delay --------------------------------------------------------------------------------------------------------------


def test_system_delay_is_granted_by_the_dispatcher(street, refused):
    event = street.processing()
    p = street.people
    street.do(p.officer, "ask_delay", event=event, until="2026-11-25", note="等材料")
    assert "delay_asked" in street.events[-1].data.summary.matter.flags
    refused("grid.wish_undecided", 409, street.do, p.officer, "ask_delay", event=event, until="2026-11-25")
    street.do(p.dispatcher, "grant_delay", event=event)
    row = street.event(event)
    assert row.clocks[-1].due_at.isoformat() == "2026-11-25T16:00:00+00:00", "24:00 in Shanghai"
    assert row.status == "PROCESSING"


def test_second_delay_needs_the_form_and_a_leader(street, refused):
    """1.27: a second or self-estimated extension needs a stamped form and the centre's leader; there is no third."""
    event = street.processing()
    p = street.people
    street.do(p.officer, "ask_delay", event=event, until="2026-11-25")
    street.do(p.dispatcher, "grant_delay", event=event)
    refused("grid.delay_needs_form", 422, street.do, p.officer, "ask_delay", event=event, until="2026-11-27")
    street.do(p.officer, "ask_delay", event=event, until="2026-11-27", stamped_form=[AFTER])
    for move in ("grant_delay", "refuse_delay"):
        refused("grid.delay_by_leader", 403, street.do, p.dispatcher, move, event=event)
    street.do(p.director, "grant_delay", event=event)
    assert street.event(event).delays == 2
    ask = {"event": event, "until": "2026-11-28", "stamped_form": [AFTER]}
    refused("grid.delay_twice", 409, street.do, p.officer, "ask_delay", **ask)


def test_self_estimated_delay_is_a_leaders(street, refused):
    event = street.processing()
    p = street.people
    refused("grid.delay_needs_form", 422, street.do, p.officer, "ask_delay", event=event, until="2026-12-10")
    street.do(p.officer, "ask_delay", event=event, until="2026-12-10", stamped_form=[AFTER])
    refused("grid.delay_by_leader", 403, street.do, p.dispatcher, "grant_delay", event=event)
    street.do(p.director, "grant_delay", event=event)
    assert street.event(event).clocks[-1].due_at.isoformat() == "2026-12-10T16:00:00+00:00"


def test_right_unit_is_dispatched_in_the_step_that_accepts_the_return(street, refused):
    """1.27: a mis-dispatch is returned at once."""
    event = street.in_status("RETURNED")
    dispatcher = street.people.dispatcher
    refused("grid.redispatch_changes_something", 422, street.do, dispatcher, "accept_return", event=event, unit="cg")
    street.do(dispatcher, "accept_return", event=event, unit="water")
    row = street.event(event)
    assert (row.status, row.unit, row.attempts) == ("DISPATCHED", "water", 2)
    assert street.types()[-2:] == ["event.return_accepted.v1", "event.dispatched.v1"]


def test_hanging_needs_a_written_explanation(street, refused):
    """1.28: unsolvable within the limit → written explanation → into the problem bank with what it waits for."""
    event = street.processing()
    ask = {"event": event, "reason": "OWNERSHIP", "review_on": "2026-12-20"}
    refused("grid.hang_explained", 422, street.do, street.people.officer, "ask_hang", **ask)
    street.do(street.people.officer, "ask_hang", **ask, note="产权单位已注销")
    street.do(street.people.director, "hang", event=event)
    row = street.event(event)
    assert (row.status, row.revive_when, row.review_on.isoformat(), row.hangs) == (
        "HUNG",
        "OWNER_SETTLED",
        "2026-12-20",
        1,
    )


def test_hung_event_overdue_for_review_says_so(street):
    event = street.in_status("HUNG")
    street.later(days=40)
    street.wake(event)
    summary = street.events[-1].data.summary.matter
    assert (summary.status, summary.clock, summary.due_status) == ("HUNG", "review", "late")


def test_refused_delay_leaves_the_limit(street, refused):
    event = street.processing()
    due = street.event(event).clocks[-1].due_at
    street.do(street.people.officer, "ask_delay", event=event, until="2026-11-25")
    street.do(street.people.dispatcher, "refuse_delay", event=event, note="抓紧")
    row = street.event(event)
    assert (row.wish, row.delays, row.clocks[-1].due_at) == (None, 0, due)
    refused("grid.nothing_asked", 409, street.do, street.people.dispatcher, "grant_delay", event=event)


@pytest.mark.parametrize("until", ["2026-11-22", "2026-11-23", "2027-01-20"])
def test_delay_bounds(street, refused, until):
    event = street.processing()
    refused("grid.delay_bounds", 422, street.do, street.people.officer, "ask_delay", event=event, until=until)


def test_no_delay_after_the_limit(street, refused):
    event = street.processing()
    street.later(days=1)
    refused("grid.delay_in_time", 409, street.do, street.people.officer, "ask_delay", event=event, until="2026-11-26")


# Hanging ------------------------------------------------------------------------------------------------------------


def test_hang_needs_a_declared_reason(street):
    event = street.processing()
    with pytest.raises(msgspec.ValidationError, match="reason"):
        street.do(
            street.people.officer, "ask_hang", event=event, reason="BUSY", review_on="2026-12-20", note="停水检修"
        )


@pytest.mark.parametrize(("day", "allowed"), [("2026-11-23", False), ("2027-02-21", True), ("2027-02-22", False)])
def test_hang_is_reviewed_within_90_days(street, refused, day, allowed):
    event = street.processing()
    ask = {"event": event, "reason": "ENGINEERING", "review_on": day, "note": "须待停水检修"}
    if allowed:
        street.do(street.people.officer, "ask_hang", **ask)
    else:
        refused("grid.hang_review", 422, street.do, street.people.officer, "ask_hang", **ask)


def test_hang_is_approved_one_level_up(street, refused):
    event = street.processing()
    p = street.people
    street.do(p.officer, "ask_hang", event=event, reason="OWNERSHIP", review_on="2026-12-20", note="停水检修")
    refused("grid.hang_one_level_up", 403, street.do, p.dispatcher, "hang", event=event)
    refused("access.role", 403, street.do, p.officer, "hang", event=event)
    street.do(p.director, "hang", event=event)
    row = street.event(event)
    assert row.status == "HUNG"
    assert [(c.id, c.state) for c in row.clocks] == [("process", "stopped"), ("review", "running")]


def test_nobody_approves_an_own_request(street, refused):
    both = Actor(id="x1", roles=frozenset({"duty_officer", "leading_group"}), areas=("320199001",), units=("cg",))
    event = street.processing()
    street.do(both, "ask_hang", event=event, reason="OWNERSHIP", review_on="2026-12-20", note="停水检修")
    refused("grid.own_wish", 403, street.do, both, "hang", event=event)


def test_revived_event_has_a_new_limit(street):
    event = street.in_status("HUNG")
    street.later(days=10)
    street.do(street.people.dispatcher, "revive", event=event)
    row = street.event(event)
    assert row.status == "PROCESSING"
    assert (row.clocks[-1].id, row.clocks[-1].generation, row.clocks[-1].started_at) == ("process", 2, street.now)


# Check --------------------------------------------------------------------------------------------------------------


def test_processor_does_not_check(street, refused):
    both = Actor(id="f1", roles=frozenset({"duty_officer", "grid_checker"}), areas=("320199001",), units=())
    colleague = Actor(id="f7", roles=frozenset({"grid_checker"}), areas=("320199001",), units=("cg",))
    event = street.fed_back()
    for actor in (both, colleague):
        refused("grid.check_by_processor", 403, street.do, actor, "start_check", event=event)
    event = street.checking()
    for actor in (both, colleague):
        for move in ("close", "send_back"):
            refused("grid.check_by_processor", 403, street.do, actor, move, event=event)


def test_self_handler_does_not_check(street, refused):
    both = Actor(id="w1", roles=frozenset({"grid_worker", "grid_checker"}), areas=("320199001",))
    event = street.reported(both, after_photos=[AFTER])
    refused("grid.check_by_processor", 403, street.do, both, "close", event=event)
    street.do(street.people.checker, "close", event=event)


def test_no_closing_without_an_after_photo(street, refused):
    event = street.referred()
    street.do(REACTION, "referral_settled", referral=f"{event}.1", made_by="/320199001/grid")
    street.do(street.people.checker, "start_check", event=event)
    refused("grid.close_without_after_photo", 409, street.do, street.people.checker, "close", event=event)
    street.do(street.people.checker, "close", event=event, photos=[AFTER])
    assert street.event(event).status == "CLOSED"


def test_rework_goes_back_to_processing_with_a_new_limit(street):
    event = street.in_status("REWORK")
    row = street.event(event)
    assert (row.reworks, row.clocks[-1].generation, row.after) == (1, 2, ())
    street.do(street.people.officer, "accept", event=event)
    assert street.event(event).status == "PROCESSING"


# Referral -----------------------------------------------------------------------------------------------------------

REACTION = Actor(id="", kind="reaction")


def test_referral_is_told_to_the_target(street):
    event = street.referred()
    assert street.types()[-2:] == ["event.referred.v1", "referral.made.v1"]
    made = msgspec.json.decode(street.events[-1].data.fact)
    assert (made["to_kind"], made["to_scope"], made["subject"]["matter"]) == ("whistle", "320199001", event)
    assert made["subject"]["title"] == "暴露垃圾 · 双安巷12号"


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (("referral_settled", {}), "FED_BACK"),
        (("referral_back", {"cause": "refused", "reason": "off_list"}), "PROCESSING"),
        (("referral_back", {"cause": "expired"}), "PROCESSING"),
        (("referral_back", {"cause": "unsolved"}), "PROCESSING"),
    ],
)
def test_what_comes_back_from_a_referral(street, answer, status):
    event = street.in_status("PROCESSING")
    street.do(street.people.dispatcher, "refer", event=event, reason="SEVERAL_UNITS")
    referral = {"referral": f"{event}.1", "made_by": "/320199001/grid"}
    taken = {"target": "/320199001/whistle", "kind": "whistle", "matter": "m1", "number": "WS261123-0001"}
    street.do(REACTION, "referral_taken", **referral, **taken)
    assert street.event(event).status == "REFERRED"
    assert street.events[-1].data.summary.links[0].matter == "m1"
    street.do(REACTION, answer[0], **referral, **answer[1])
    assert street.event(event).status == status
    seen = len(street.events)
    street.do(REACTION, answer[0], **referral, **answer[1])
    assert len(street.events) == seen, "an answer that comes twice changes nothing"


def test_answers_to_others_referrals_pass(street):
    event = street.referred()
    for referral, made_by in ((f"{event}.1", "/320199002/grid"), (f"{event}.2", "/320199001/grid"), ("x.1", "/x/y")):
        street.do(REACTION, "referral_settled", referral=referral, made_by=made_by)
    assert street.event(event).status == "REFERRED"


def test_refused_referral_of_an_undispatched_event_lies_with_the_referrer(street):
    event = street.referred()
    street.do(REACTION, "referral_back", referral=f"{event}.1", made_by="/320199001/grid", cause="expired")
    row = street.event(event)
    assert (row.status, row.unit, row.clocks[-1].id) == ("PROCESSING", "street-office", "process")
    street.do(street.people.dispatcher, "redispatch", event=event, unit="cg")


# Everything not listed is illegal ----------------------------------------------------------------------------------


def _somebody(move: str) -> Actor:
    roles = frozenset(EVENT.move(move).roles)
    return Actor(id="any", roles=roles, areas=("320199001",), units=("cg", "street-office", ""))


@pytest.mark.parametrize("status", [s.id for s in EVENT.statuses])
def test_everything_not_listed_is_illegal(street, status):
    """Who may make a move from somewhere is refused with 409, naming status, move and rule, from everywhere else."""
    event = street.in_status(status)
    row = street.event(event)
    before = msgspec.json.encode(row)
    for move in GUARDS:
        if status in EVENT.move(move).sources:
            continue
        with pytest.raises(IllegalMove) as caught:
            GUARDS[move](row, street.context(_somebody(move)))
        assert (caught.value.state, caught.value.event, caught.value.rule) == (status, move, EVENT.move(move).rule)
    assert msgspec.json.encode(street.event(event)) == before


def test_version_that_moved_on(street, refused):
    event = street.reported()
    seen = street.version(event)
    street.do(street.people.dispatcher, "dispatch", event=event, unit="cg", expected_version=seen)
    refusal = refused(
        "matter.moved_on", 409, street.do, street.people.officer, "accept", event=event, expected_version=seen
    )
    assert refusal.params["version"] == seen + 1


def test_unknown_event(street, refused):
    refused("grid_event.unknown", 404, street.do, street.people.dispatcher, "dispatch", event="nothing", unit="cg")


def test_unknown_fields_are_refused(street):
    with pytest.raises(msgspec.ValidationError, match="colour"):
        street.reported(colour="red")
    with pytest.raises(msgspec.ValidationError, match="floor"):
        street.reported(place={"name": "x", "floor": 3})


# Clocks -------------------------------------------------------------------------------------------------------------


def test_soon_and_overdue_are_said_once_each(street):
    event = street.dispatched()
    clock = street.event(event).clocks[-1]
    for at in (clock.soon_at, clock.soon_at, clock.due_at, clock.due_at):
        street.now = at
        street.wake(event)
    assert street.types()[-2:] == ["clock.soon.v1", "clock.overdue.v1"]
    assert street.types().count("clock.overdue.v1") == 1
    assert street.events[-1].data.summary.matter.due_status == "late"


def test_due_is_applied_before_the_command(street):
    event = street.processing()
    street.now = street.event(event).clocks[-1].due_at
    street.do(street.people.officer, "feed_back", event=event, after=[AFTER])
    assert street.types()[-2:] == ["clock.overdue.v1", "event.fed_back.v1"]
    assert street.event(event).clocks[-1].late


def test_refused_command_changes_nothing(street):
    event = street.processing()
    before, seen = msgspec.json.encode(street.event(event)), len(street.events)
    with pytest.raises(Refusal):
        street.do(street.people.checker, "close", event=event)
    assert (msgspec.json.encode(street.event(event)), len(street.events)) == (before, seen)
