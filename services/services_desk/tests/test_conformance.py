"""What every service must do, for this one."""

import shuniu_services_desk
from shuniu.testing.conformance import ServiceConformance


class TestConformance(ServiceConformance):
    service = shuniu_services_desk.service
