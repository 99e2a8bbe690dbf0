"""The life cycle of a hotline order and of a supporting unit's part, as data (domain rules 10.2).

``rule`` is what a move from anywhere else breaks; the catalogue has its text under ``rule.<rule>``. Who may move, and
every further guard, stands with the capability.
"""

from shuniu.rules.lifecycle import Lifecycle, Move, Status

from shuniu_whistle.whistles.lifecycles import COORDINATOR, DUTY, LEADERS, STREET

__all__ = ("DISPATCHER", "HANDLERS", "HOTLINE", "ORDER", "PART", "REVIEWERS", "SOURCE", "UNDERWAY")

HOTLINE = ("operator", "dispatcher")
"""话务员、派单员: the hotline's side."""
DISPATCHER = ("dispatcher",)
HANDLERS = (*DUTY, *STREET)
"""The unit's duty officer; where the street office handles an order itself, its own people."""
REVIEWERS = (*LEADERS, *COORDINATOR)
"""Who reviews objections and approves hanging: one level above units and dispatcher."""
SOURCE = ("order_source",)
"""A program that hands orders in, e.g. the city's hotline platform."""

UNDERWAY = ("HANDLING", "EXTENDED", "REWORK")
_AFTER_SIGNING = ("SIGNED", "CONTACTED", *UNDERWAY)
_BEFORE_DISPATCH = ("RECEIVED", "CLASSIFIED")

ORDER = Lifecycle(
    kind="hotline_order",
    initial="RECEIVED",
    statuses=(
        Status("RECEIVED", True, "idle", "receiving"),
        Status("CLASSIFIED", True, "waiting", "receiving"),
        Status("DISPATCHED", True, "waiting", "signing"),
        Status("OBJECTED", True, "checking", "signing"),
        Status("REDISPATCHED", True, "waiting", "signing"),
        Status("SIGNED", True, "active", "handling"),
        Status("CONTACTED", True, "active", "handling"),
        Status("HANDLING", True, "active", "handling"),
        Status("EXTENDED", True, "active", "handling"),
        Status("REWORK", True, "active", "handling"),
        Status("WHISTLED", True, "waiting", "waiting"),
        Status("HUNG", True, "idle", "waiting"),
        Status("FED_BACK", True, "checking", "checking"),
        Status("CALLED_BACK", True, "checking", "checking"),
        Status("CLOSED", False, "done", "ended"),
        Status("ANSWERED", False, "done", "ended"),
        Status("NOT_ACCEPTED", False, "stopped", "ended"),
        Status("TRANSFERRED", False, "stopped", "ended"),
        Status("MERGED", False, "stopped", "ended"),
    ),
    moves=(
        Move("receive", (), "RECEIVED", (*HOTLINE, *SOURCE), "order.received_once"),
        Move("classify", _BEFORE_DISPATCH, "CLASSIFIED", HOTLINE, "order.classify_before_dispatch"),
        Move("answer", _BEFORE_DISPATCH, "ANSWERED", HOTLINE, "order.answer_before_dispatch"),
        Move("not_accept", (*_BEFORE_DISPATCH, "OBJECTED"), "NOT_ACCEPTED", HOTLINE, "order.accepted_already"),
        Move(
            "transfer",
            (*_BEFORE_DISPATCH, "DISPATCHED", "OBJECTED", "REDISPATCHED", *_AFTER_SIGNING),
            "TRANSFERRED",
            HOTLINE,
            "order.transfer_before_feedback",
        ),
        Move("merge", _BEFORE_DISPATCH, "MERGED", DISPATCHER, "order.merge_before_dispatch"),
        Move(
            "join",
            (*_BEFORE_DISPATCH, "DISPATCHED", "OBJECTED", "REDISPATCHED", *_AFTER_SIGNING, "WHISTLED", "HUNG"),
            None,
            (),
            "order.join_while_open",
        ),
        Move("dispatch", ("CLASSIFIED",), "DISPATCHED", DISPATCHER, "order.dispatch_classified"),
        Move("sign", ("DISPATCHED", "REDISPATCHED"), "SIGNED", HANDLERS, "order.sign_dispatched", "sign"),
        Move("object", ("DISPATCHED", "SIGNED"), "OBJECTED", HANDLERS, "order.object_before_contact"),
        Move("hold", ("OBJECTED",), "DISPATCHED", REVIEWERS, "order.no_objection"),
        Move("redispatch", ("OBJECTED",), "REDISPATCHED", REVIEWERS, "order.no_objection"),
        Move("contact", ("SIGNED",), "CONTACTED", HANDLERS, "order.contact_after_signing", "contact"),
        Move("start", ("CONTACTED",), "HANDLING", HANDLERS, "order.start_after_contact"),
        Move("involve", _AFTER_SIGNING, None, HANDLERS, "order.involve_while_handling"),
        Move("deliver", _AFTER_SIGNING, None, HANDLERS, "order.deliver_while_handling"),
        Move("extend", ("HANDLING",), "EXTENDED", HANDLERS, "order.extend_while_handling"),
        Move("ask_hang", UNDERWAY, None, HANDLERS, "order.hang_while_handling"),
        Move("decline_hang", UNDERWAY, None, REVIEWERS, "order.no_hang_asked"),
        Move("hang", UNDERWAY, "HUNG", REVIEWERS, "order.no_hang_asked"),
        Move("keep_hung", ("HUNG",), None, REVIEWERS, "order.not_hung"),
        Move("revive", ("HUNG",), "HANDLING", (*REVIEWERS, *HANDLERS), "order.not_hung", "review"),
        Move("whistle", ("CONTACTED", *UNDERWAY), "WHISTLED", STREET, "order.whistle_while_handling"),
        Move("resume", ("WHISTLED",), "HANDLING", (), "order.not_whistled"),
        Move("whistle_solved", ("WHISTLED",), "FED_BACK", (), "order.not_whistled"),
        Move("refer", ("CONTACTED", *UNDERWAY), None, HANDLERS, "order.refer_while_handling"),
        Move("sound_out", UNDERWAY, None, STREET, "order.sound_out_while_handling"),
        Move("feed_back", UNDERWAY, "FED_BACK", HANDLERS, "order.feed_back_while_handling", "handle"),
        Move(
            "decline_call_back",
            (*_BEFORE_DISPATCH, "DISPATCHED", "REDISPATCHED", *_AFTER_SIGNING, "FED_BACK"),
            None,
            HOTLINE,
            "order.called_back_already",
        ),
        Move("call_back", ("FED_BACK", "CALLED_BACK"), "CALLED_BACK", HOTLINE, "order.call_back_after_feedback"),
        Move("rework", ("CALLED_BACK",), "REWORK", HOTLINE, "order.rework_after_call_back", "rework"),
        Move("close", ("FED_BACK", "CALLED_BACK"), "CLOSED", HOTLINE, "order.close_before_call_back"),
    ),
)

PART = Lifecycle(
    kind="order_part",
    initial="ASKED",
    statuses=(
        Status("ASKED", True, "waiting", "asked"),
        Status("INTERIM", True, "active", "asked"),
        Status("DELIVERED", False, "done", "done"),
    ),
    moves=(
        Move("involve", (), "ASKED", HANDLERS, "order.involved_once"),
        Move("explain", ("ASKED", "INTERIM"), "INTERIM", HANDLERS, "order.delivered_already"),
        Move("deliver", ("ASKED", "INTERIM"), "DELIVERED", HANDLERS, "order.delivered_already"),
    ),
)
"""A supporting unit delivers its result to the first unit in time, or explains where it stands (domain rules 1.14)."""
