"""The life cycles of a whistle, its callouts and their phases, as data (domain rules 10.1).

``rule`` is what a move from anywhere else breaks; the catalogue has its text under ``rule.<rule>``. Who may move, and
every further guard, stands with the capability.
"""

from shuniu.rules.lifecycle import Lifecycle, Move, Status

__all__ = (
    "CALLER_DOWN",
    "CALLOUT",
    "COORDINATOR",
    "DUTY",
    "HARD_BLOWERS",
    "LEADERS",
    "PHASE",
    "STREET",
    "WHISTLE",
)

LEADERS = ("leading_group", "party_secretary", "office_director")
"""班子成员、党工委书记、办事处主任: who may blow a ROUTINE whistle (1.1)."""
HARD_BLOWERS = ("party_secretary", "office_director")
"""Who alone may blow a HARD one (1.1)."""
STREET = ("street_clerk", *LEADERS)
CALLER_DOWN = ("community_secretary", "enterprise_contact")
COORDINATOR = ("district_coordinator",)
DUTY = ("duty_officer",)

_DRAFTERS = ("street_clerk", *CALLER_DOWN)
_CALLERS = (*STREET, *CALLER_DOWN)
_BLOWERS = (*LEADERS, *CALLER_DOWN)
_WORKERS = (*DUTY, *STREET)
"""The called unit's duty officer; in a DOWN whistle the street office answers through its own people."""

WHISTLE = Lifecycle(
    kind="whistle",
    initial="DRAFT",
    statuses=(
        Status("DRAFT", True, "idle", "drafting"),
        Status("SUBMITTED", True, "waiting", "drafting"),
        Status("BLOWN", True, "active", "handling"),
        Status("RESOLVED", True, "checking", "rating"),
        Status("EVALUATED", True, "checking", "rating"),
        Status("CLOSED", False, "done", "ended"),
        Status("RE_BLOWN", False, "stopped", "ended"),
        Status("CANCELLED", False, "stopped", "ended"),
    ),
    moves=(
        Move("draft", (), "DRAFT", _DRAFTERS, "whistle.draft_once"),
        Move("amend", ("DRAFT",), None, _DRAFTERS, "whistle.only_drafts_change"),
        Move("submit", ("DRAFT",), "SUBMITTED", _DRAFTERS, "whistle.submit_drafts"),
        Move("return", ("SUBMITTED",), "DRAFT", _BLOWERS, "whistle.return_submitted"),
        Move("blow", ("SUBMITTED",), "BLOWN", _BLOWERS, "whistle.blow_submitted"),
        Move("work", ("BLOWN",), None, (), "whistle.not_blown"),
        Move("call", ("BLOWN",), None, _BLOWERS, "whistle.call_while_blown"),
        Move("announce_meeting", ("BLOWN",), None, _CALLERS, "whistle.meet_while_blown"),
        Move("escalate", ("BLOWN",), None, HARD_BLOWERS, "whistle.escalate_while_blown"),
        Move("link", ("DRAFT", "SUBMITTED", "BLOWN"), None, _DRAFTERS, "whistle.link_while_open"),
        Move("resolve", ("BLOWN",), "RESOLVED", (), "whistle.not_blown"),
        Move("rate", ("RESOLVED",), None, _CALLERS, "whistle.rate_when_resolved", "evaluate"),
        Move("evaluate", ("RESOLVED",), "EVALUATED", (), "whistle.rate_when_resolved"),
        Move("close", ("EVALUATED",), "CLOSED", _CALLERS, "whistle.close_without_rating"),
        Move("not_solved", ("EVALUATED",), "RE_BLOWN", _CALLERS, "whistle.reblow_without_rating"),
        Move("refuse_referral", ("DRAFT",), None, ("street_clerk", *LEADERS), "whistle.refuse_drafts"),
        Move("cancel", ("DRAFT", "SUBMITTED", "BLOWN"), "CANCELLED", _CALLERS, "whistle.cancel_before_resolved"),
    ),
)

_OPEN = ("PENDING", "SIGNED", "CONTACTED", "REPORTED", "WORKING")

CALLOUT = Lifecycle(
    kind="callout",
    initial="PENDING",
    statuses=(
        Status("PENDING", True, "waiting", "signing"),
        Status("OBJECTED", True, "checking", "signing"),
        Status("SIGNED", True, "active", "reporting"),
        Status("CONTACTED", True, "active", "reporting"),
        Status("REPORTED", True, "active", "working"),
        Status("WORKING", True, "active", "working"),
        Status("FINISHED", False, "done", "done"),
        Status("WITHDRAWN", False, "stopped", "done"),
        Status("WAIVED", False, "stopped", "done"),
    ),
    moves=(
        Move("sign", ("PENDING",), "SIGNED", _WORKERS, "callout.sign_pending", "sign"),
        Move("object", ("PENDING", "SIGNED"), "OBJECTED", _WORKERS, "callout.object_before_contact"),
        Move("uphold", ("OBJECTED",), "PENDING", COORDINATOR, "callout.no_objection"),
        Move("accept_objection", ("OBJECTED",), "WITHDRAWN", COORDINATOR, "callout.no_objection"),
        Move("contact", ("SIGNED",), "CONTACTED", _WORKERS, "callout.contact_after_signing", "contact"),
        Move("report_in", ("CONTACTED",), "REPORTED", _CALLERS, "callout.report_after_contact", "report"),
        Move("start", ("REPORTED",), "WORKING", _WORKERS, "callout.start_after_report"),
        Move("request_extension", ("WORKING",), None, _WORKERS, "callout.extend_while_working"),
        Move("decide_extension", ("WORKING",), None, (*COORDINATOR, *_CALLERS), "callout.extend_while_working"),
        Move("finish", ("WORKING",), "FINISHED", _WORKERS, "callout.finish_while_working", "finish"),
        Move("party_refuses", _OPEN, "WITHDRAWN", (), "callout.party_of_another"),
        Move("party_settles", _OPEN, "FINISHED", (), "callout.party_of_another"),
        Move("waive", _OPEN, "WAIVED", (*LEADERS, *CALLER_DOWN), "callout.waive_open"),
        Move("rate_callout", ("FINISHED",), None, _CALLERS, "callout.rate_finished"),
    ),
)

PHASE = Lifecycle(
    kind="phase",
    initial="PLANNED",
    statuses=(
        Status("PLANNED", True, "idle", "planned"),
        Status("STARTED", True, "active", "working"),
        Status("SUBMITTED", True, "checking", "checking"),
        Status("SENT_BACK", True, "waiting", "working"),
        Status("ACCEPTED", False, "done", "done"),
    ),
    moves=(
        Move("plan_phase", (), "PLANNED", _WORKERS, "phase.planned_once"),
        Move("replan_phase", ("PLANNED",), None, _WORKERS, "phase.replan_planned"),
        Move("start_phase", ("PLANNED", "SENT_BACK"), "STARTED", _WORKERS, "phase.start_planned"),
        Move("submit_phase", ("STARTED",), "SUBMITTED", _WORKERS, "phase.submit_started", "phase"),
        Move("accept_phase", ("SUBMITTED",), "ACCEPTED", _CALLERS, "phase.check_submitted"),
        Move("send_back_phase", ("SUBMITTED",), "SENT_BACK", _CALLERS, "phase.check_submitted"),
    ),
)
