"""The redemption machine, domain rules 10.9: who may ask, what is held, what is settled."""

import pytest
from shuniu_volunteer.time_bank.order import TIME_ORDER

WISH = {"help": "CLINIC_HELP", "minutes": 60, "area": "320199001001", "wished_at": "2026-11-24T02:00:00Z"}


def test_settled_by_the_recipients_word(bank) -> None:
    old, server = bank.member("v1", 100), bank.register("v2")
    order = bank.done("v1", f"P:{old}", server, 90, served=60)
    bank.refused("time_order.paper", "bank", "volunteer.confirm_time", order=order)
    bank.do("v1", "volunteer.confirm_time", order=order)
    held = {"X:": -100, f"P:{old}": 40, f"H:{order}": 0, f"P:{server}": 60}
    assert bank.balances("P", "H", "X") == held
    assert bank.order(order).status == "TIME_SETTLED"
    bank.refused("time_order.confirm_done", "v1", "volunteer.confirm_time", order=order)


def test_seven_silent_days_confirm(bank) -> None:
    old, server = bank.member("v1", 100), bank.register("v2")
    order = bank.done("v1", f"P:{old}", server)
    bank.tick(days=7, seconds=-1)
    bank.listen()
    assert bank.balance(f"P:{server}") == 0
    bank.tick(seconds=1)
    bank.listen()
    assert (bank.balance(f"P:{server}"), bank.order(order).status) == (60, "TIME_SETTLED")


def test_a_dispute_stops_silence_and_is_decided(bank) -> None:
    old, server = bank.member("v1", 100), bank.register("v2")
    order = bank.done("v1", f"P:{old}", server)
    bank.do("v1", "volunteer.dispute_time", order=order, reason="只来了半小时")
    bank.tick(days=10)
    bank.listen()
    assert bank.balance(f"P:{server}") == 0
    bank.refused("time_order.more_than_held", "bank", "volunteer.rule_time", order=order, minutes=61, reason="核查")
    bank.do("bank", "volunteer.rule_time", order=order, minutes=30, reason="核查为半小时")
    assert bank.balances("P") == {f"P:{old}": 70, f"P:{server}": 30}


@pytest.mark.parametrize("after", ["request", "hold", "match"])
def test_what_is_cancelled_is_released(bank, after) -> None:
    old, server = bank.member("v1", 100), bank.register("v2")
    order = bank.asked("v1", f"P:{old}")
    if after != "request":
        bank.do("bank", "volunteer.hold_time", order=order)
        assert bank.balance(f"P:{old}") == 40
    if after == "match":
        bank.do("v2", "volunteer.match_time", order=order, volunteer=server)
    bank.do("v1", "volunteer.cancel_time", order=order, reason="ASKED")
    assert (bank.balance(f"P:{old}"), bank.balance(f"H:{order}")) == (100, 0)


def test_nothing_is_cancelled_once_served(bank) -> None:
    old, server = bank.member("v1", 100), bank.register("v2")
    order = bank.done("v1", f"P:{old}", server)
    bank.refused("time_order.cancel_before_service", "v1", "volunteer.cancel_time", order=order, reason="ASKED")


def test_who_is_60_redeems_for_themselves(bank) -> None:
    v = bank.register("v1")
    bank.earn(v, 100)
    bank.refused("time_order.sixty", "v1", "volunteer.request_time", account=f"P:{v}", **WISH)
    for born, ok in (("1966-10-31", True), ("1966-11-01", False)):
        bank.do("bank", "volunteer.verify_time_member", volunteer=v, member_birth=born)
        assert bank.allowed("v1", "volunteer.request_time", account=f"P:{v}", **WISH) is ok


def test_the_young_redeem_for_a_verified_relative(bank) -> None:
    v = bank.register("v1")
    bank.earn(v, 100)
    bank.refused("time_kin.stranger", "v1", "volunteer.request_time", account=f"P:{v}", kin="nobody", **WISH)
    kin = bank.kin(v, relation="PARENT")
    bank.do("v1", "volunteer.request_time", account=f"P:{v}", kin=kin, **WISH)
    bank.refused("time_bank.not_yours", "v2", "volunteer.request_time", account=f"P:{v}", kin=kin, **WISH)


def test_a_key_client_redeems_the_grant(bank) -> None:
    v, client, server = bank.register("v1"), bank.client(), bank.register("v2")
    bank.earn(v, 200)
    bank.do("v1", "volunteer.donate_time", volunteer=v, minutes=200)
    bank.do("bank", "volunteer.grant_time", client=client, minutes=100)
    order = bank.done("bank", f"K:{client}", server)
    bank.do("bank2", "volunteer.confirm_time", order=order, paper="e" * 64)
    assert (bank.balance(f"K:{client}"), bank.balance(f"P:{server}"), bank.balance("F:")) == (40, 60, 100)


@pytest.mark.parametrize("account", ["F:", "X:", "R:", "H:x", "T:vt-01", "Z:x", "V:x"])
def test_nothing_but_a_person_or_a_grant_pays(bank, account) -> None:
    wrong = "time_order.team_never_redeems" if account.startswith("T") else "time_order.account"
    given = account if len(account) > 2 else f"{account}x"
    bank.refused(wrong, "bank", "volunteer.request_time", account=given, **WISH)


def test_the_second_order_for_the_same_minutes_is_refused(bank) -> None:
    old = bank.member("v1", 100)
    first, second = bank.asked("v1", f"P:{old}", 60), bank.asked("v1", f"P:{old}", 60)
    bank.do("bank", "volunteer.hold_time", order=first)
    refusal = bank.refused("ledger.short", "bank2", "volunteer.hold_time", order=second)
    assert (refusal.status, refusal.params) == (409, {"balance": 40, "amount": -60})


def test_nobody_serves_their_own_order_or_against_their_will(bank) -> None:
    old, spouse, server = bank.member("v1", 100), bank.register("v2"), bank.register("v3")
    kin = bank.kin(old, spouse)
    order = bank.held("v1", f"P:{old}", kin=kin)
    bank.refused("time_order.own_order", "v1", "volunteer.match_time", order=order, volunteer=old)
    bank.refused("time_order.own_order", "v2", "volunteer.match_time", order=order, volunteer=spouse)
    bank.refused("time_bank.own_consent", "bank", "volunteer.match_time", order=order, volunteer=server)
    bank.refused("time_order.not_yours", "v4", "volunteer.match_time", order=order, volunteer=server, consent="PHONE")
    bank.do("bank", "volunteer.match_time", order=order, volunteer=server, consent="PHONE")
    bank.do("v3", "volunteer.unmatch_time", order=order)
    assert bank.order(order).status == "TIME_HELD"


def test_paid_staff_serves_on_days_off_only(bank) -> None:
    old, staff = bank.member("v1", 100), bank.member("v2", paid_staff=True)
    order = bank.held("v1", f"P:{old}")
    bank.refused("time_order.staff_on_duty", "v2", "volunteer.match_time", order=order, volunteer=staff)
    sunday = bank.asked("v1", f"P:{old}", 30, wished_at="2026-11-29T02:00:00Z")
    bank.do("bank", "volunteer.hold_time", order=sunday)
    bank.do("v2", "volunteer.match_time", order=sunday, volunteer=staff)


def test_offers_and_measures(bank) -> None:
    old, server = bank.member("v1", 100), bank.register("v2")
    order = bank.done("v1", f"P:{old}", server)
    assert set(bank.offers("v1", TIME_ORDER, order)) == {"volunteer.confirm_time", "volunteer.dispute_time"}
    bank.do("v1", "volunteer.confirm_time", order=order)
    sums = bank.measures()
    assert (sums["volunteer.time_owed_to_people"], sums["volunteer.time_redeemed"]) == (100, 60)
    assert sums["volunteer.time_orders_served"] == sums["volunteer.time_orders"] == 1
