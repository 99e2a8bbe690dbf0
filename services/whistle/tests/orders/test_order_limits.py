"""The limit profiles of domain rules 1.2, chosen by the scope's setting."""

from datetime import UTC, datetime

import pytest
from shuniu.rules.clocks import find_clock
from shuniu.rules.shipped import profile
from shuniu_whistle.orders.terms import handle_limit

TABLE = [
    ("bj-db11-2021", "EMERGENCY", "COMPLAINT", "2h"),
    ("bj-db11-2021", "UTILITY", "HELP", "24h"),
    ("bj-db11-2021", "NORMAL", "HELP", "7nd"),
    ("bj-db11-2021", "COMPLEX", "HELP", "15nd"),
    ("sh-daning", "NORMAL", "CONSULT", "1wd"),
    ("sh-daning", "NORMAL", "SUGGEST", "1wd"),
    ("sh-daning", "SUPERVISED", "CONSULT", "3wd"),
    ("sh-daning", "NORMAL", "HELP", "5wd"),
    ("sh-daning", "NORMAL", "COMPLAINT", "5wd"),
    ("sh-daning", "COMPLEX", "COMPLAINT", "15wd"),
    ("sh-daning", "NORMAL", "REPORT", "5wd"),  # the profile is silent: the setting's
    ("sh-xiayang", "NORMAL", "HELP", "5wd"),
    ("sd-5wd", "EMERGENCY", "HELP", "5wd"),
    ("petition-2022", "NORMAL", "COMPLAINT", "60nd"),
]


@pytest.mark.parametrize(("name", "order_class", "appeal", "limit"), TABLE)
def test_the_limit_of_every_class_is_the_published_one(name, order_class, appeal, limit) -> None:
    found, _ = handle_limit(profile(name), order_class, appeal, "5wd")
    assert str(found) == limit


@pytest.mark.parametrize(("name", "order_class", "appeal", "limit"), TABLE)
def test_a_dispatched_order_runs_by_the_profile_of_its_scope(new_hotline, name, order_class, appeal, limit) -> None:
    hotline = new_hotline(order_profile=name).dispatched(order_class=order_class, appeal=appeal)
    clocks = {c.id: c for c in hotline.o.clocks}
    assert clocks["handle"].limit == limit
    assert hotline.o.profile == name
    assert max(c.due_at for c in clocks.values()) == clocks["handle"].due_at, "nobody signs later than they are due"


def test_the_first_contact_of_xiayang_and_its_second_handling(new_hotline) -> None:
    hotline = new_hotline(order_profile="sh-xiayang").fed_back()
    assert find_clock(hotline.o.clocks, "contact").limit == "1wd"
    hotline.ask("operator", "call_back", means="PHONE", valid=True, solved=False, satisfaction="UNSAT")
    assert find_clock(hotline.o.clocks, "rework").limit == "3wd"


def test_an_emergency_is_due_by_the_wall_clock(new_hotline) -> None:
    friday_evening = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)
    hotline = new_hotline(friday_evening, order_profile="bj-db11-2021").dispatched(order_class="EMERGENCY")
    assert {c.due_at for c in hotline.o.clocks} == {datetime(2026, 11, 27, 16, 0, tzinfo=UTC)}


def test_a_setting_that_is_no_limit_is_refused() -> None:
    from shuniu_whistle.settings import WhistleSettings

    with pytest.raises(ValueError, match="not a limit"):
        WhistleSettings(order_sign_limit="soon")


def test_profiles_that_do_not_ship_are_refused_at_start() -> None:
    import msgspec
    from shuniu_whistle.orders.rates import rate_profiles
    from shuniu_whistle.settings import WhistleSettings

    with pytest.raises(msgspec.ValidationError, match="no limit profile"):
        msgspec.convert({"order_profile": "nowhere"}, WhistleSettings)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"order_rates": "nowhere"}, WhistleSettings)
    for name in rate_profiles():
        msgspec.convert({"order_rates": name}, WhistleSettings)


def test_a_limit_that_crosses_an_unpublished_year_is_provisional_and_follows_it(new_hotline) -> None:
    """0.4: the order's row says where its clocks are, so a new calendar year sets them right."""
    from shuniu_whistle.orders.order import ORDER

    hotline = new_hotline(datetime(2026, 12, 30, 1, 0, tzinfo=UTC)).dispatched()
    assert find_clock(hotline.o.clocks, "handle").provisional
    assert ORDER.clocks is not None
    assert {c.id for c in ORDER.clocks(hotline.o)} == {"sign", "contact", "handle"}
    assert hotline.events[-1].data.summary.matter.clock == "sign"
