"""The rows of joint governance as Piccolo sees them."""

from shuniu.chassis.tables import StateTable

__all__ = ("JointSeriesTable", "JointSessionTable")


class JointSeriesTable(StateTable, tablename="joint_series"):
    """Series, by id."""


class JointSessionTable(StateTable, tablename="joint_session"):
    """Sessions, by id."""
