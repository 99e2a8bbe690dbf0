"""Who must be told of what: on every assignment, when a limit nears or passes, when something changed (10.1)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from shuniu.testing.notices import untellable
from shuniu_whistle import service

GRID = "320199001001001"
PHOTO = {"sha256": "a" * 64, "size": 1000, "media_type": "image/jpeg"}
LEADERS = ("leading_group", "party_secretary", "office_director")
COMMUNITY = "c-320199001001"

Told = list[tuple[str, str, tuple[str, ...]]]


def told(street: Any, since: int) -> Told:
    """(why, text, audience) of what the newest events said."""
    found: Told = []
    for event in street.events[since:]:
        assert untellable(service, event.data.summary) == []
        for n in event.data.summary.notices:
            assert n.areas == ((GRID,) if n.roles else ())
            found.append((n.why, n.text.removeprefix("notice."), n.units or n.roles))
    return found


def working(street: Any) -> None:
    street.blown().to_working("cg")


def asked(street: Any) -> None:
    working(street)
    street.do("cg", "request_extension", finish_on=street.w.finish_by + timedelta(days=2), reason="材料未到")


def objected(street: Any) -> None:
    street.blown()
    street.do("cg", "object", instead="xf", reason="不属于本单位职责")


def planned(street: Any) -> str:
    working(street)
    phase: str = street.do("cg", "plan_phase", work="REMEDY", due_on=street.w.finish_by)["phase"]
    street.do("cg", "start_phase", phase=phase)
    return phase


@pytest.mark.parametrize(
    ("before", "who", "move", "body", "expected"),
    [
        (lambda s: s.draft(), "clerk", "submit", {}, [("assigned", "to_blow", LEADERS)]),
        (lambda s: s.draft(kind="HARD"), "clerk", "submit", {}, [("assigned", "to_blow", LEADERS[1:])]),
        (lambda s: s.down(), "community", "submit", {}, [("assigned", "to_blow", (COMMUNITY,))]),
        (
            lambda s: (s.draft(), s.do("clerk", "submit")),
            "leader",
            "return",
            {"reason": "地点不清"},
            [("changed", "sent_back", ("street_clerk",))],
        ),
        (
            lambda s: (s.draft(inform=["xf"]), s.do("clerk", "submit")),
            "leader",
            "blow",
            {},
            [("assigned", "called", ("cg", "jj")), ("changed", "informed", ("xf",))],
        ),
        (
            lambda s: s.blown(),
            "cg",
            "object",
            {"instead": "xf", "reason": "不属于本单位职责"},
            [("assigned", "objected", ("district_coordinator",))],
        ),
        (asked, "clerk", "decline_extension", {}, [("changed", "extension_decided", ("cg",))]),
        (asked, "clerk", "approve_extension", {}, [("changed", "extension_decided", ("cg",))]),
        (
            lambda s: (s.blown(), s.do("cg", "sign")),
            "cg",
            "contact",
            {},
            [("changed", "contacted", ("street_clerk",))],
        ),
        (
            lambda s: s.blown().to_working("jj"),
            "jj",
            "finish",
            {"evidence": [PHOTO], "callout": "jj"},
            [("changed", "finished", ("street_clerk",))],
        ),
        (
            lambda s: (s.blown(), s.to_working("jj").finished("jj"), s.to_working("cg")),
            "cg",
            "finish",
            {"evidence": [PHOTO]},
            [("changed", "finished", ("street_clerk",)), ("assigned", "to_rate", ("street_clerk",))],
        ),
    ],
    ids=[
        "who may blow it",
        "who alone may blow a hard one",
        "the community that calls",
        "the caller whose draft came back",
        "every called unit, and who is only informed",
        "the district of an objection",
        "the unit whose extension was declined",
        "the unit whose extension was approved",
        "the caller of a contact",
        "the caller of a finished part",
        "the caller who is to rate",
    ],
)
def test_whoever_has_the_next_move_is_told(
    street: Any, before: Callable[[Any], Any], who: str, move: str, body: dict[str, Any], expected: Told
):
    before(street)
    since = len(street.events)
    street.do(who, move, **body)
    assert told(street, since) == expected


def test_who_was_designated_instead_is_told_of_its_callout(street: Any):
    objected(street)
    since = len(street.events)
    street.do("coordinator", "accept_objection", reason="同意")
    assert sorted(told(street, since)) == [("assigned", "called", ("xf",)), ("changed", "ruled", ("cg",))]


def test_a_ruling_is_told_to_its_unit(street: Any):
    objected(street)
    since = len(street.events)
    street.do("coordinator", "uphold", reason="维持")
    assert told(street, since)[0] == ("changed", "ruled", ("cg",))


@pytest.mark.parametrize(
    ("kind", "decider"), [("ROUTINE", "street_clerk"), ("HARD", "district_coordinator")], ids=["routine", "hard"]
)
def test_an_extension_is_asked_of_who_decides(street: Any, kind: str, decider: str):
    street.blown(kind=kind).to_working("cg")
    since = len(street.events)
    street.do("cg", "request_extension", finish_on=street.w.finish_by + timedelta(days=2), reason="材料未到")
    assert told(street, since) == [("assigned", "extension_asked", (decider,))]


def test_a_phase_is_told_to_who_accepts_it_and_its_judgement_to_the_unit(street: Any):
    phase = planned(street)
    since = len(street.events)
    street.do("cg", "submit_phase", phase=phase, evidence=[PHOTO])
    assert told(street, since) == [("assigned", "phase_to_accept", ("street_clerk",))]
    since = len(street.events)
    street.do("clerk", "send_back_phase", phase=phase, reason="未完成")
    assert told(street, since) == [("changed", "phase_judged", ("cg",))]


def test_a_limit_that_nears_is_told_to_its_unit_and_one_that_passed_to_the_caller_too(street: Any):
    street.blown(co=[])
    clock = next(c for c in street.w.clocks if c.part == street.callout("cg").id and c.state == "running")
    since = len(street.events)
    street.tick(seconds=(clock.soon_at - street.now).total_seconds())
    assert told(street, since) == [("soon", "soon", ("cg",))]
    since = len(street.events)
    street.tick(seconds=(clock.due_at - street.now).total_seconds())
    assert told(street, since)[:2] == [("overdue", "overdue", ("cg",)), ("overdue", "unit_overdue", ("street_clerk",))]


def test_a_called_off_whistle_is_told_to_who_had_signed(street: Any):
    street.blown()
    street.do("cg", "sign")
    since = len(street.events)
    street.do("leader", "cancel", reason="已自行解决")
    assert told(street, since) == [("changed", "cancelled", ("cg",))]
