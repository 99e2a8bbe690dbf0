"""Who does what at the desk, by the roles of the whole suite."""

__all__ = ("BACK", "CLERKS", "DESK", "KEEPERS", "LEADERS", "READERS")

CLERKS = ("desk_clerk",)
"""综窗办事员: take any item."""
LEADERS = ("desk_leader",)
"""政务负责人: keep the catalogue, extend, answer for bad ratings."""
DESK = (*CLERKS, *LEADERS)
BACK = ("back_office",)
"""后台审批: decide and give opinions for their unit."""
KEEPERS = (*LEADERS, "registrar")
READERS = (*DESK, "operator", "leading_group")
