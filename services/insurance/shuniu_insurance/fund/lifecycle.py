"""The life cycle of a month's book (月账) as data (domain rules 4.3; the steps are a design of this project)."""

from shuniu.rules.lifecycle import Lifecycle, Move, Status

__all__ = ("FINANCE", "MONTH")

FINANCE = ("finance",)

MONTH = Lifecycle(
    kind="fund_month",
    initial="MONTH_OPEN",
    statuses=(
        Status("MONTH_OPEN", True, "active", "open"),
        Status("MONTH_CLOSED", False, "done", "closed"),
    ),
    moves=(
        Move("open", (), "MONTH_OPEN", FINANCE, "fund.opened_once"),
        Move("post", ("MONTH_OPEN",), None, FINANCE, "fund.month_closed"),
        Move("ask_reversal", ("MONTH_OPEN", "MONTH_CLOSED"), None, FINANCE, "fund.no_such_entry"),
        Move("approve_reversal", ("MONTH_OPEN", "MONTH_CLOSED"), None, FINANCE, "fund.no_reversal_asked"),
        Move("decline_reversal", ("MONTH_OPEN", "MONTH_CLOSED"), None, FINANCE, "fund.no_reversal_asked"),
        Move("close", ("MONTH_OPEN",), "MONTH_CLOSED", FINANCE, "fund.month_closed"),
    ),
)
