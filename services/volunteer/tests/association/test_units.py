"""Member units and their contributions (domain rules 5.7)."""

import pytest
from shuniu.testing.rulework import RuleWork, person
from shuniu_volunteer import service
from shuniu_volunteer.association.units import MEMBER_UNIT

SCOPE = "320199001"
PEOPLE = {"clerk": person("k1", "street_clerk"), "other": person("s2", "community_secretary", areas=("320199001002",))}


@pytest.fixture
def units() -> RuleWork:
    w = RuleWork(service, PEOPLE)
    w.do("clerk", "volunteer.join_association", unit="uni", unit_title="师范大学", area="320199001001")
    return w


def test_contributions_are_labels(units) -> None:
    units.do("clerk", "volunteer.record_gift", unit="uni", gift_kind="VENUE_GIFT", label="体育馆开放")
    row = units.row(MEMBER_UNIT, "uni")
    assert [(g.kind, g.label) for g in row.gifts] == [("VENUE_GIFT", "体育馆开放")]
    body = {"unit": "uni", "gift_kind": "GOODS_GIFT", "label": "物资"}
    units.refused("association.date", "clerk", "volunteer.record_gift", **body, gift_on="2026-11-22")
    units.refused("access.area", "other", "volunteer.record_gift", **body)


def test_who_has_left_contributes_no_more(units) -> None:
    units.do("clerk", "volunteer.leave_association", unit="uni")
    units.refused("association.left", "clerk", "volunteer.leave_association", unit="uni")
    units.do("clerk", "volunteer.join_association", unit="uni", unit_title="师范大学", area="320199001001")
    assert units.row(MEMBER_UNIT, "uni").active
