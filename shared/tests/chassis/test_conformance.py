"""The made-up service passes the suite it is the neighbour in; so the suite itself is tested."""

from shuniu.testing import lostproperty
from shuniu.testing.conformance import ServiceConformance


class TestLostProperty(ServiceConformance):
    service = lostproperty.service
    # It is the neighbour in these two, so they say nothing about it.
    test_hears_a_neighbour_it_has_never_met_once = None  # type: ignore[assignment]
    test_poison_parks_its_matter_and_nothing_else = None  # type: ignore[assignment]
