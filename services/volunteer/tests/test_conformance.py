"""What every service must do, for this one."""

import shuniu_volunteer
from shuniu.testing.conformance import ServiceConformance


class TestConformance(ServiceConformance):
    service = shuniu_volunteer.service
