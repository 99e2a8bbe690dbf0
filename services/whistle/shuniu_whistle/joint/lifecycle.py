"""The life cycle of a session of joint governance (共治会), as data (design choice; the article names the practice)."""

from shuniu.rules.lifecycle import Lifecycle, Move, Status

from shuniu_whistle.whistles.lifecycles import STREET

__all__ = ("SESSION",)

SESSION = Lifecycle(
    kind="joint_session",
    initial="SCHEDULED",
    statuses=(
        Status("SCHEDULED", True, "waiting", "scheduled"),
        Status("HELD", True, "checking", "held"),
        Status("ARCHIVED", False, "done", "ended"),
        Status("CALLED_OFF", False, "stopped", "ended"),
    ),
    moves=(
        Move("schedule", (), "SCHEDULED", (), "joint.scheduled_once"),
        Move("move", ("SCHEDULED",), None, STREET, "joint.while_scheduled"),
        Move("add_agenda", ("SCHEDULED",), None, STREET, "joint.while_scheduled"),
        Move("note_attendance", ("SCHEDULED", "HELD"), None, STREET, "joint.until_archived"),
        Move("hold", ("SCHEDULED",), "HELD", STREET, "joint.while_scheduled", "minutes"),
        Move("resolve", ("HELD",), None, STREET, "joint.when_held"),
        Move("archive", ("HELD",), "ARCHIVED", STREET, "joint.when_held"),
        Move("call_off", ("SCHEDULED",), "CALLED_OFF", STREET, "joint.while_scheduled"),
    ),
)
