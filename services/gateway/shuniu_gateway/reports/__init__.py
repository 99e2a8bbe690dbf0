"""Evaluation: declared rates by periods of calendar days, rankings with both numbers behind them, and the brief."""

from shuniu.chassis.service import Capability, Catalogue

from shuniu_gateway.reports.routes import REPORTS_API

__all__ = ("capability",)

capability = Capability(
    name="reports", texts=Catalogue.load("shuniu_gateway", "reports/reports.toml"), handlers=(REPORTS_API,)
)
