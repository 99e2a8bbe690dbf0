"""The state table as Piccolo sees it."""

from shuniu.chassis.tables import StateTable

__all__ = ("EvaluationTable",)


class EvaluationTable(StateTable, tablename="insurance_evaluation"):
    """Evaluations, by id; ``unit`` is the insurer."""
