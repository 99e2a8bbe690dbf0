"""Life cycles of a clerk post and of a queue number, as data (design choice: no source prescribes them)."""

from shuniu.rules.lifecycle import Lifecycle, Move, Status

from shuniu_services_desk.roles import CLERKS, DESK, LEADERS

__all__ = ("POST", "TICKET")

POST = Lifecycle(
    kind="desk_post",
    initial="OFF",
    statuses=(
        Status("OFF", True, "idle", "off"),
        Status("READY", True, "waiting", "on"),
        Status("BUSY", True, "active", "on"),
        Status("BREAK", True, "checking", "break"),
        Status("CLOSED", False, "stopped", "closed"),
    ),
    moves=(
        Move("set_up", (), "OFF", LEADERS, "post.exists"),
        Move("change", ("OFF", "READY", "BREAK"), None, LEADERS, "post.change_idle"),
        Move("close", ("OFF",), "CLOSED", LEADERS, "post.close_empty"),
        Move("begin", ("OFF",), "READY", CLERKS, "post.begin_free"),
        Move("rest", ("READY",), "BREAK", CLERKS, "post.rest_ready"),
        Move("resume", ("BREAK",), "READY", CLERKS, "post.not_resting"),
        Move("end", ("READY", "BREAK"), "OFF", DESK, "post.end_idle"),
        Move("call", ("READY",), "BUSY", CLERKS, "post.call_ready"),
        Move("free", ("BUSY",), "READY", CLERKS, "post.no_number"),
    ),
)
"""OFF: nobody is there. READY: on duty, nobody at the window. BUSY: a number was called. BREAK: on a break."""

TICKET = Lifecycle(
    kind="desk_ticket",
    initial="WAITING",
    statuses=(
        Status("WAITING", True, "waiting", "waiting"),
        Status("CALLED", True, "active", "called"),
        Status("SERVING", True, "active", "serving"),
        Status("MISSED", True, "checking", "missed"),
        Status("FINISHED", False, "done", "ended"),
        Status("LEFT", False, "stopped", "ended"),
        Status("EXPIRED", False, "stopped", "ended"),
    ),
    moves=(
        Move("take", (), "WAITING", (), "ticket.taken_once"),
        Move("call", ("WAITING",), "CALLED", CLERKS, "ticket.call_waiting"),
        Move("recall", ("CALLED",), None, CLERKS, "ticket.recall_called"),
        Move("start", ("CALLED",), "SERVING", CLERKS, "ticket.start_called"),
        Move("miss", ("CALLED",), "MISSED", CLERKS, "ticket.miss_called"),
        Move("transfer", ("CALLED", "SERVING"), "WAITING", CLERKS, "ticket.transfer_called"),
        Move("finish", ("SERVING",), "FINISHED", CLERKS, "ticket.finish_serving"),
        Move("come_back", ("MISSED",), "WAITING", DESK, "ticket.back_missed"),
        Move("leave", ("WAITING",), "LEFT", (), "ticket.leave_waiting"),
        Move("expire", ("WAITING", "CALLED", "MISSED"), "EXPIRED", (), "ticket.expire_by_time"),
    ),
)
"""A number of a day. ``take`` and ``leave`` are the holder's own, without signing in."""
