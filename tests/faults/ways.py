"""Ways to every status of a grid event, a whistle, a callout and a phase, and a body for every command.

The life cycles are data, and the tables of illegal moves are made from them: a status or a command that is added there
and not here fails the tables instead of being left out.
"""

import itertools
from typing import Any, NamedTuple

from .desk import Desk

_number = itertools.count(1)
TODAY, SOON, LATER = "2026-11-23", "2026-11-26", "2026-12-01"
REASON = "按职责分工另行处理"


# --- grid -------------------------------------------------------------------------------------------------------------


def grid_bodies(desk: Desk) -> dict[str, dict[str, Any]]:
    """What each command on a grid event says beside the event."""
    photo = [desk.photo]
    return {
        "verify": {},
        "file": {},
        "not_file": {"reason": "NOT_FOUND"},
        "categorise": {"category": "E0104"},
        "self_handle": {"before": photo, "after": photo},
        "dispatch": {"unit": "cg"},
        "redispatch": {"unit": "water"},
        "accept": {},
        "feed_back": {"after": photo},
        "return": {"note": REASON},
        "accept_return": {},
        "refuse_return": {},
        "ask_delay": {"until": LATER},
        "grant_delay": {},
        "refuse_delay": {},
        "ask_hang": {"reason": "SEASONAL", "review_on": "2026-12-20", "note": REASON},
        "hang": {},
        "refuse_hang": {},
        "revive": {},
        "start_check": {},
        "close": {},
        "send_back": {},
        "refer": {"reason": "BEYOND_GRID"},
        "merge_duplicate": {"main": "WG000000-0000"},
        "unmerge": {"note": REASON},
    }


def report_body(desk: Desk, **more: Any) -> dict[str, Any]:
    """A report from somewhere new."""
    return {"place": {"name": f"巷口{next(_number)}"}, "area": desk.grid, "category": "E0102", **more}


GRID_WAYS: dict[str, tuple[tuple[str, str], ...]] = {
    "FILED": (),
    "MERGED": (),
    "DISPATCHED": (("dispatcher", "dispatch"),),
    "RETURNED": (("dispatcher", "dispatch"), ("duty_officer@cg", "return")),
    "PROCESSING": (("dispatcher", "dispatch"), ("duty_officer@cg", "accept")),
    "HUNG": (
        ("dispatcher", "dispatch"),
        ("duty_officer@cg", "accept"),
        ("duty_officer@cg", "ask_hang"),
        ("office_director", "hang"),
    ),
    "REFERRED": (("dispatcher", "refer"),),
    "FED_BACK": (("dispatcher", "dispatch"), ("duty_officer@cg", "accept"), ("duty_officer@cg", "feed_back")),
    "CHECKING": (("grid_worker", "self_handle"),),
    "REWORK": (
        ("dispatcher", "dispatch"),
        ("duty_officer@cg", "accept"),
        ("duty_officer@cg", "feed_back"),
        ("grid_checker", "start_check"),
        ("grid_checker", "send_back"),
    ),
    "CLOSED": (("grid_worker", "self_handle"), ("grid_checker", "close")),
}
"""From FILED, where a grid worker's own report begins."""


async def grid_event_in(desk: Desk, status: str) -> str:
    """A grid event in this status; its id. KeyError for one there is no way to."""
    if status in ("REPORTED", "VERIFYING", "NOT_FILED"):
        source = "VIDEO" if status == "REPORTED" else "PUBLIC"
        answer = await desk.do("operator", "grid.report", report_body(desk, source=source))
        if status == "NOT_FILED":
            body = {"event": answer["event"], "reason": "NOT_FOUND"}
            await desk.do("grid_worker", "grid.not_file", body)
        return str(answer["event"])
    way = GRID_WAYS[status]
    event = str((await desk.do("grid_worker", "grid.report", report_body(desk)))["event"])
    for who, move in way:
        await desk.do(who, f"grid.{move}", {"event": event, **grid_bodies(desk)[move]})
    if status == "MERGED":
        main = await grid_event_in(desk, "FILED")
        await desk.do("dispatcher", "grid.merge_duplicate", {"event": event, "main": main})
    return event


# --- whistle ----------------------------------------------------------------------------------------------------------


class Blown(NamedTuple):
    """A whistle and the parts of it that the tables are about."""

    whistle: str
    callout: str = "none"
    phase: str = "none"


UNIT = "jj"
"""The supporting unit: its callout can come to every status while the whistle is still blown."""
LEAD = "cg"


def plan_body(desk: Desk) -> dict[str, Any]:
    """A plan about something new."""
    return {
        "item": "STREET_VENDORS",
        "area": desk.grid,
        "place": {"name": f"路口{next(_number)}"},
        "lead": LEAD,
        "co": [UNIT],
        "description": "流动摊贩",
    }


def whistle_bodies(desk: Desk) -> dict[str, dict[str, Any]]:
    """What each command on a whistle, a callout or a phase says beside what it is about."""
    evidence = {"evidence": [desk.photo]}
    return {
        "amend": plan_body(desk),
        "submit": {},
        "link": {"subject": {"source": f"/{desk.scope}/grid", "kind": "grid_event", "matter": "m1"}},
        "blow": {"finish_by": SOON},
        "return": {"reason": REASON},
        "escalate": {"reason": REASON},
        "cancel": {"reason": REASON},
        "close": {},
        "not_solved": {"reason": REASON},
        "refuse_referral": {"reason": "STREET_CAN_SOLVE"},
        "sign": {},
        "object": {"instead": "xf", "reason": REASON},
        "uphold": {},
        "accept_objection": {},
        "contact": {},
        "report_in": {"at": "2026-11-23T01:00:00Z", "where": "路口", "people": 3},
        "start": {"measures": "定点值守", "finish_on": SOON},
        "waive": {"reason": REASON},
        "finish": evidence,
        "rate": {"response": 5, "attitude": 4, "result": 3},
        "request_extension": {"finish_on": LATER, "reason": REASON},
        "approve_extension": {},
        "decline_extension": {},
        "plan_phase": {"work": "REMEDY", "due_on": TODAY},
        "start_phase": {},
        "submit_phase": evidence,
        "accept_phase": {},
        "send_back_phase": {"reason": REASON},
    }


WHISTLE_WHO = {
    "blow": "leading_group",
    "return": "leading_group",
    "escalate": "party_secretary",
    "cancel": "leading_group",
    "waive": "leading_group",
    "uphold": "district_coordinator",
    "accept_objection": "district_coordinator",
    **dict.fromkeys(
        ("sign", "object", "contact", "start", "finish", "request_extension", "plan_phase", "start_phase"),
        f"duty_officer@{UNIT}",
    ),
    "submit_phase": f"duty_officer@{UNIT}",
}
"""Who may make a move; the street's clerk where nobody is named."""


def who_moves(move: str) -> str:
    """Whom the rules let make this move on an UP whistle."""
    return WHISTLE_WHO.get(move, "street_clerk")


CALLOUT_WAYS: dict[str, tuple[str, ...]] = {
    "PENDING": (),
    "OBJECTED": ("object",),
    "SIGNED": ("sign",),
    "CONTACTED": ("sign", "contact"),
    "REPORTED": ("sign", "contact", "report_in"),
    "WORKING": ("sign", "contact", "report_in", "start"),
    "FINISHED": ("sign", "contact", "report_in", "start", "finish"),
    "WITHDRAWN": ("object", "accept_objection"),
    "WAIVED": ("waive",),
}
PHASE_WAYS: dict[str, tuple[str, ...]] = {
    "PLANNED": (),
    "STARTED": ("start_phase",),
    "SUBMITTED": ("start_phase", "submit_phase"),
    "SENT_BACK": ("start_phase", "submit_phase", "send_back_phase"),
    "ACCEPTED": ("start_phase", "submit_phase", "accept_phase"),
}
WHISTLE_WAYS: dict[str, tuple[str, ...]] = {
    "DRAFT": (),
    "SUBMITTED": ("submit",),
    "BLOWN": ("submit", "blow"),
    "CANCELLED": ("submit", "blow", "cancel"),
    "RESOLVED": ("submit", "blow", "work"),
    "EVALUATED": ("submit", "blow", "work", "rate all"),
    "CLOSED": ("submit", "blow", "work", "rate all", "close"),
    "RE_BLOWN": ("submit", "blow", "work", "rate all", "not_solved"),
}


async def _move(desk: Desk, move: str, who: str, **on: str) -> dict[str, Any]:
    return await desk.do(who, f"whistle.{move}", {**on, **whistle_bodies(desk)[move]})


async def whistle_in(desk: Desk, status: str) -> Blown:
    """A whistle in this status, with the supporter's callout where it was blown."""
    way = WHISTLE_WAYS[status]
    whistle = str((await desk.do("street_clerk", "whistle.draft", plan_body(desk)))["whistle"])
    callouts: dict[str, str] = {}
    for step in way:
        if step == "work":
            for unit in (UNIT, LEAD):
                for move in CALLOUT_WAYS["FINISHED"]:
                    who = who_moves(move).replace(f"@{UNIT}", f"@{unit}")
                    await _move(desk, move, who, whistle=whistle, callout=callouts[unit])
        elif step == "rate all":
            for callout in callouts.values():
                await _move(desk, "rate", who_moves("rate"), whistle=whistle, callout=callout)
        else:
            answer = await _move(desk, step, who_moves(step), whistle=whistle)
            callouts = answer.get("callouts", callouts)
    return Blown(whistle, callouts.get(UNIT, "none"))


async def callout_in(desk: Desk, status: str) -> Blown:
    """A blown whistle whose supporter's callout is in this status."""
    way = CALLOUT_WAYS[status]
    blown = await whistle_in(desk, "BLOWN")
    for move in way:
        await _move(desk, move, who_moves(move), whistle=blown.whistle, callout=blown.callout)
    return blown


async def phase_in(desk: Desk, status: str) -> Blown:
    """A working callout with two phases, the first of which is in this status."""
    way = PHASE_WAYS[status]
    blown = await callout_in(desk, "WORKING")
    on = {"whistle": blown.whistle, "callout": blown.callout}
    first = (await _move(desk, "plan_phase", who_moves("plan_phase"), **on))["phase"]
    await _move(desk, "plan_phase", who_moves("plan_phase"), **on)
    for move in way:
        await _move(desk, move, who_moves(move), **on, phase=first)
    return Blown(blown.whistle, blown.callout, first)
