"""The state tables as Piccolo sees them."""

from shuniu.chassis.tables import StateTable

__all__ = ("ClaimCodeTable", "ClaimTable", "RecoveryTable")


class ClaimTable(StateTable, tablename="insurance_claim"):
    """Claims, by id; ``unit`` is the insurer."""


class ClaimCodeTable(StateTable, tablename="claim_code"):
    """Claims by the keyed hash of their follow-up code."""


class RecoveryTable(StateTable, tablename="recovery_case"):
    """Recoveries, by id."""
