"""Who must be told of what: whoever has the next move, when a limit nears or passes (domain rules 10.3)."""

from typing import Any

import pytest
from shuniu.testing.notices import untellable
from shuniu_grid import service

GRID = "320199001001001"
AFTER = {"sha256": "a" * 64, "size": 1000, "media_type": "image/jpeg"}
UNIT = ("cg",)


def told(street: Any, since: int) -> list[tuple[str, str, tuple[str, ...]]]:
    """(why, text, audience) of what the newest events said."""
    found = []
    for event in street.events[since:]:
        assert untellable(service, event.data.summary) == []
        for n in event.data.summary.notices:
            assert n.areas == ((GRID,) if n.roles else ())
            found.append((n.why, n.text.removeprefix("notice."), n.accounts or n.units or n.roles))
    return found


@pytest.mark.parametrize(
    ("status", "who", "move", "body", "expected"),
    [
        ("FILED", "dispatcher", "dispatch", {"unit": "cg"}, ("assigned", "dispatched", UNIT)),
        ("DISPATCHED", "dispatcher", "redispatch", {"unit": "water"}, ("assigned", "dispatched", ("water",))),
        ("DISPATCHED", "officer", "return", {"note": "不属于本单位"}, ("assigned", "returned", ("dispatcher",))),
        ("RETURNED", "dispatcher", "accept_return", {}, ("changed", "return_accepted", UNIT)),
        ("RETURNED", "dispatcher", "refuse_return", {}, ("assigned", "return_refused", UNIT)),
        ("PROCESSING", "officer", "feed_back", {"after": [AFTER]}, ("assigned", "to_check", ("grid_checker",))),
        (
            "FILED",
            "worker",
            "self_handle",
            {"after": [AFTER]},
            ("assigned", "to_check", ("grid_checker",)),
        ),
        ("CHECKING", "checker", "send_back", {}, ("assigned", "sent_back", UNIT)),
        ("CHECKING", "checker", "close", {}, ("changed", "closed", ("w1",))),
        ("VERIFYING", "worker", "not_file", {"reason": "NOT_FOUND"}, ("changed", "not_filed", ("o1",))),
        (
            "PROCESSING",
            "officer",
            "ask_hang",
            {"reason": "SEASONAL", "review_on": "2026-12-20", "note": "停水检修"},
            ("assigned", "hang_asked", ("office_director", "leading_group", "party_secretary")),
        ),
        ("HUNG", "dispatcher", "revive", {}, ("assigned", "revived", UNIT)),
    ],
)
def test_whoever_has_the_next_move_is_told(
    street: Any, status: str, who: str, move: str, body: dict[str, Any], expected: tuple[str, str, tuple[str, ...]]
):
    event = street.in_status(status)
    before = len(street.events)
    street.do(getattr(street.people, who), move, event=event, **body)
    assert expected in told(street, before)


def test_a_report_of_the_public_is_told_to_its_verifiers(street: Any):
    street.reported(street.people.operator, source="PUBLIC")
    assert told(street, 0) == [("assigned", "to_verify", ("grid_worker", "grid_checker"))]


def test_what_was_solved_on_the_spot_and_failed_its_check_is_told_to_who_solved_it(street: Any):
    event = street.reported()
    street.do(street.people.worker, "self_handle", event=event, after=[AFTER])
    before = len(street.events)
    street.do(street.people.checker, "send_back", event=event)
    assert told(street, before) == [("assigned", "sent_back", ("w1",))]


def test_a_delay_is_asked_of_the_dispatcher_the_second_of_a_leader_and_the_unit_hears_the_answer(street: Any):
    event, p = street.processing(), street.people
    since = len(street.events)
    street.do(p.officer, "ask_delay", event=event, until="2026-11-25")
    assert told(street, since) == [("assigned", "delay_asked", ("dispatcher",))]
    since = len(street.events)
    street.do(p.dispatcher, "grant_delay", event=event)
    assert told(street, since) == [("changed", "delay_granted", UNIT)]
    since = len(street.events)
    street.do(p.officer, "ask_delay", event=event, until="2026-11-27", stamped_form=[AFTER])
    assert told(street, since) == [("assigned", "delay_asked", ("office_director", "leading_group", "party_secretary"))]
    since = len(street.events)
    street.do(p.director, "refuse_delay", event=event)
    assert told(street, since) == [("changed", "delay_refused", UNIT)]


@pytest.mark.parametrize(
    ("status", "responsible", "others"),
    [
        ("VERIFYING", ("grid_worker", "grid_checker"), ("dispatcher",)),
        ("DISPATCHED", UNIT, ("dispatcher",)),
        ("RETURNED", UNIT, ("dispatcher",)),
        ("PROCESSING", UNIT, ("dispatcher",)),
        ("REWORK", UNIT, ("dispatcher",)),
        ("CHECKING", ("grid_checker",), ("dispatcher",)),
        ("HUNG", ("dispatcher",), ()),
    ],
)
def test_a_limit_that_nears_is_told_to_the_responsible_and_one_that_passed_to_the_dispatchers_side_too(
    street: Any, status: str, responsible: tuple[str, ...], others: tuple[str, ...]
):
    event = street.in_status(status)
    clock = next(c for c in street.event(event).clocks if c.state == "running")
    before = len(street.events)
    street.now = clock.soon_at
    street.wake(event)
    assert told(street, before) == [("soon", "clock_soon", responsible)]
    before = len(street.events)
    street.now = clock.due_at
    street.wake(event)
    expected = [("overdue", "clock_overdue", responsible)]
    if others:
        expected.append(("overdue", "others_overdue", others))
    assert told(street, before) == expected
