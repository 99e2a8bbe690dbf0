"""Life cycles of a redemption (兑换服务单) and of an exchange (通存通兑), as data (domain rules 10.9)."""

from shuniu.rules.lifecycle import Lifecycle, Move, Status

__all__ = ("EXCHANGE", "ORDER")

_CLERKS = ("time_bank_clerk", "street_clerk")
_ASKING = (*_CLERKS, "volunteer")
_SERVING = (*_CLERKS, "volunteer", "volunteer_lead")

ORDER = Lifecycle(
    kind="time_order",
    initial="TIME_REQUESTED",
    statuses=(
        Status("TIME_REQUESTED", True, "idle", "ask"),
        Status("TIME_HELD", True, "waiting", "match"),
        Status("TIME_MATCHED", True, "waiting", "serve"),
        Status("TIME_SERVING", True, "active", "serve"),
        Status("TIME_DONE", True, "checking", "confirm"),
        Status("TIME_DISPUTED", True, "checking", "confirm"),
        Status("TIME_SETTLED", False, "done", "settled"),
        Status("TIME_CANCELLED", False, "stopped", "settled"),
    ),
    moves=(
        Move("request_time", (), "TIME_REQUESTED", _ASKING, "time_order.request"),
        Move("hold_time", ("TIME_REQUESTED",), "TIME_HELD", _CLERKS, "time_order.hold_requested"),
        Move("match_time", ("TIME_HELD",), "TIME_MATCHED", _SERVING, "time_order.match_held"),
        Move("unmatch_time", ("TIME_MATCHED",), "TIME_HELD", _SERVING, "time_order.not_matched"),
        Move("start_time", ("TIME_MATCHED",), "TIME_SERVING", _SERVING, "time_order.start_matched"),
        Move("finish_time", ("TIME_SERVING",), "TIME_DONE", _SERVING, "time_order.finish_serving"),
        Move("confirm_time", ("TIME_DONE",), "TIME_SETTLED", _ASKING, "time_order.confirm_done"),
        Move("dispute_time", ("TIME_DONE",), "TIME_DISPUTED", _ASKING, "time_order.dispute_done"),
        Move("rule_time", ("TIME_DISPUTED",), "TIME_SETTLED", _CLERKS, "time_order.rule_disputed"),
        Move("settle_silent", ("TIME_DONE",), "TIME_SETTLED", (), "time_order.silent_by_time"),
        Move(
            "cancel_time",
            ("TIME_REQUESTED", "TIME_HELD", "TIME_MATCHED"),
            "TIME_CANCELLED",
            _ASKING,
            "time_order.cancel_before_service",
        ),
    ),
)

EXCHANGE = Lifecycle(
    kind="time_exchange",
    initial="IN_TRANSIT",
    statuses=(
        Status("IN_TRANSIT", True, "waiting", "out"),
        Status("TAKING_BACK", True, "waiting", "out"),
        Status("INCOMING", True, "active", "in"),
        Status("TAKEN_IN", False, "done", "in"),
        Status("CLEARED", False, "done", "out"),
        Status("SENT_BACK", False, "stopped", "out"),
        Status("REFUSED_IN", False, "stopped", "in"),
        Status("RUN_OUT", False, "stopped", "in"),
    ),
    moves=(
        Move("send_time", (), "IN_TRANSIT", (*_CLERKS, "volunteer"), "time_exchange.send"),
        Move("ask_time_back", ("IN_TRANSIT",), "TAKING_BACK", (*_CLERKS, "volunteer"), "time_exchange.under_way"),
        Move("clear", ("IN_TRANSIT", "TAKING_BACK"), "CLEARED", (), "time_exchange.by_answer"),
        Move("bring_back", ("IN_TRANSIT", "TAKING_BACK"), "SENT_BACK", (), "time_exchange.by_answer"),
        Move("arrive", (), "INCOMING", (), "time_exchange.by_referral"),
        Move("take_sent_time", ("INCOMING",), "TAKEN_IN", _CLERKS, "time_exchange.take_incoming"),
        Move("refuse_sent_time", ("INCOMING",), "REFUSED_IN", _CLERKS, "time_exchange.take_incoming"),
        Move("run_out", ("INCOMING",), "RUN_OUT", (), "time_exchange.by_time"),
    ),
)
