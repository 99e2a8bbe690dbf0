"""What every service must do."""

from shuniu.testing.conformance import ServiceConformance
from shuniu_grid import service


class TestConformance(ServiceConformance):
    service = service
