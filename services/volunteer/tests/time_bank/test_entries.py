"""Every row of the table of entries, domain rules 10.9: from, to, guard."""

from datetime import date

import pytest

TEAM = "vt-01"
CAP = 90_000


def test_a_confirmed_participation_is_earned_once(bank) -> None:
    bank.register("v1")
    bank.confirmed("v1", minutes=120)
    bank.listen()
    assert bank.balances("P", "X") == {f"P:{bank.own('v1')}": 120, "X:": -120}
    for event in bank.events:
        bank.hear(event)
    assert bank.balance("X:") == -120, "heard twice, booked once"


def test_above_the_cap_the_rest_goes_to_the_fund(bank) -> None:
    v = bank.register("v1")
    bank.earn(v, CAP - 30)
    bank.earn(v, 90)
    assert (bank.balance(f"P:{v}"), bank.balance("F:")) == (CAP, 60)
    assert [e.kind for e in bank.entries()] == ["EARN", "EARN_CAPPED"]
    bank.earn(v, 15)
    assert (bank.balance(f"P:{v}"), bank.balance("F:")) == (CAP, 75)


def test_a_team_earns_for_itself_and_can_only_donate(bank) -> None:
    v, client = bank.register("v1"), bank.client()
    bank.earn(v, 300, booking="TEAM", team=TEAM)
    assert (bank.balance(f"P:{v}"), bank.balance(f"T:{TEAM}")) == (0, 300)
    bank.do("lead", "volunteer.donate_team_time", team=TEAM, minutes=100)
    bank.do("lead", "volunteer.donate_team_time", team=TEAM, minutes=50, client=client)
    assert (bank.balance("F:"), bank.balance(f"K:{client}"), bank.balance(f"T:{TEAM}")) == (100, 50, 150)
    bank.refused("ledger.short", "lead", "volunteer.donate_team_time", team=TEAM, minutes=151)
    bank.refused("time_bank.not_yours", "lead2", "volunteer.donate_team_time", team=TEAM, minutes=1)
    wish = {"help": "MEAL_HELP", "minutes": 15, "area": "320199001001", "wished_at": "2026-11-24T02:00:00Z"}
    bank.refused("time_order.team_never_redeems", "bank", "volunteer.request_time", account=f"T:{TEAM}", **wish)


def test_a_donation_can_be_taken_back_for_24_hours_and_then_stands(bank) -> None:
    v = bank.register("v1")
    bank.earn(v, 100)
    first = bank.do("v1", "volunteer.donate_time", volunteer=v, minutes=40).answer["entry"]
    second = bank.do("v1", "volunteer.donate_time", volunteer=v, minutes=40).answer["entry"]
    bank.refused("ledger.short", "v1", "volunteer.donate_time", volunteer=v, minutes=40)
    bank.tick(hours=24)
    bank.refused("time_bank.not_yours", "v2", "volunteer.take_back_donation", entry=first)
    bank.do("v1", "volunteer.take_back_donation", entry=first)
    assert (bank.balance(f"P:{v}"), bank.balance("F:")) == (60, 40)
    bank.tick(seconds=1)
    bank.refused("time_bank.donation_stands", "v1", "volunteer.take_back_donation", entry=second)
    bank.refused("time_entry.not_reversible", "v1", "volunteer.take_back_donation", entry=first)
    bank.refused("time_entry.not_reversible", "bank", "volunteer.propose_reversal", entry=second, reason="记错")


def test_somebody_elses_minutes_are_given_only_with_how_they_agreed(bank) -> None:
    v = bank.register("v1")
    bank.earn(v, 100)
    bank.refused("time_bank.own_consent", "bank", "volunteer.donate_time", volunteer=v, minutes=1)
    bank.refused("time_bank.not_yours", "v2", "volunteer.donate_time", volunteer=v, minutes=1, consent="PHONE")
    bank.do("bank", "volunteer.donate_time", volunteer=v, minutes=1, consent="PAPER")
    assert bank.facts("time.posted.v1")[-1]["consent"] == "PAPER"


def test_minutes_are_given_to_a_verified_relative_of_60_and_never_to_a_stranger(bank) -> None:
    v, spouse, stranger = bank.register("v1"), bank.register("v2"), bank.register("v3")
    bank.earn(v, 100)
    give = {"volunteer": v, "minutes": 30}
    bank.refused("time_kin.stranger", "v1", "volunteer.give_kin_time", kin=stranger, **give)
    kin = bank.kin(v, spouse)
    bank.do("v1", "volunteer.give_kin_time", kin=kin, **give)
    assert (bank.balance(f"P:{v}"), bank.balance(f"P:{spouse}")) == (70, 30)
    alone = bank.kin(v, relation="PARENT")
    bank.refused("time_kin.no_account", "v1", "volunteer.give_kin_time", kin=alone, **give)
    bank.do("bank", "volunteer.end_kin", volunteer=v, kin=kin)
    bank.refused("time_kin.stranger", "v1", "volunteer.give_kin_time", kin=kin, **give)


def test_a_relation_is_verified_by_a_clerk_for_people_of_60(bank) -> None:
    v = bank.register("v1")
    body = {"volunteer": v, "kin_name": "王五", "proof": "c" * 64, "relation": "PARENT"}
    bank.refused("time_kin.sixty", "bank", "volunteer.verify_kin", kin_birth="1990-01-01", **body)
    bank.refused("access.role", "v1", "volunteer.verify_kin", kin_birth="1950-01-01", **body)
    bank.refused("time_kin.self", "bank", "volunteer.verify_kin", kin_birth="1950-01-01", **{**body, "kin_member": v})
    bank.kin(v)
    bank.refused(
        "time_kin.known", "bank", "volunteer.verify_kin", kin_birth="1950-01-01", **{**body, "relation": "SPOUSE"}
    )


def test_the_fund_grants_to_key_clients_within_the_months_quota(bank) -> None:
    v, client = bank.register("v1"), bank.client()
    bank.refused("ledger.short", "bank", "volunteer.grant_time", client=client, minutes=60)
    bank.earn(v, 2000)
    bank.do("v1", "volunteer.donate_time", volunteer=v, minutes=2000)
    bank.do("bank", "volunteer.grant_time", client=client, minutes=500)
    refusal = bank.refused("time_bank.quota", "bank", "volunteer.grant_time", client=client, minutes=101)
    assert refusal.params == {"granted": 500, "most": 600}
    bank.do("bank", "volunteer.grant_time", client=client, minutes=100)
    bank.tick(days=10)
    bank.do("bank", "volunteer.grant_time", client=client, minutes=600)
    assert (bank.balance("F:"), bank.balance(f"K:{client}")) == (800, 1200)
    bank.refused("time_client.unknown", "bank", "volunteer.grant_time", client=v, minutes=1)
    bank.refused("time_client.has_minutes", "bank", "volunteer.end_time_client", client=client)


@pytest.mark.parametrize(
    ("birth", "ground", "ok"),
    [
        ("1946-11-23", "EMPTY_NEST_ALONE", True),
        ("1946-11-24", "EMPTY_NEST_ALONE", False),
        ("1966-11-23", "POOR_DISABLED_ALONE", True),
        ("1966-11-24", "POOR_DISABLED_ALONE", False),
        ("1946-11-23", "POOR_DISABLED_ALONE", False),
    ],
)
def test_only_key_clients_are_entered(bank, birth, ground, ok) -> None:
    body = {"client_name": "李奶奶", "area": "320199001001", "client_consent": True}
    given = {**body, "client_birth": birth, "ground": ground}
    if ok:
        bank.do("bank", "volunteer.enter_time_client", **given)
        assert "李奶奶" not in str(bank.facts())
        assert ground not in str(bank.facts())
    else:
        bank.refused("time_client.age", "bank", "volunteer.enter_time_client", **given)
    bank.refused("time_client.consent", "bank", "volunteer.enter_time_client", **{**given, "client_consent": False})


def test_a_reversal_takes_two_persons_and_a_reason(bank) -> None:
    v = bank.register("v1")
    bank.earn(v, 100)
    (entry,) = [e.id for e in bank.entries("EARN")]
    bank.refused("time_entry.not_proposed", "bank2", "volunteer.approve_reversal", entry=entry)
    bank.do("bank", "volunteer.propose_reversal", entry=entry, reason="同一活动重复登记")
    bank.refused("time_entry.two_persons", "bank", "volunteer.approve_reversal", entry=entry)
    bank.refused("time_entry.proposed_already", "bank2", "volunteer.propose_reversal", entry=entry, reason="重复")
    bank.do("bank2", "volunteer.approve_reversal", entry=entry)
    assert set(bank.balances().values()) == {0}
    mirror = bank.entries("REVERSAL")[0]
    assert (mirror.reverses, bank.facts("time.posted.v1")[-1]["reason_ref"] != "") == (entry, True)
    bank.refused("time_entry.reversed_already", "bank", "volunteer.propose_reversal", entry=entry, reason="再次冲销")
    bank.refused("time_entry.not_reversible", "bank", "volunteer.propose_reversal", entry=mirror.id, reason="反冲")


def test_what_was_spent_is_not_reversed_below_nought(bank) -> None:
    v = bank.register("v1")
    bank.earn(v, 100)
    (entry,) = [e.id for e in bank.entries("EARN")]
    bank.do("v1", "volunteer.donate_time", volunteer=v, minutes=80)
    bank.do("bank", "volunteer.propose_reversal", entry=entry, reason="重复登记")
    bank.refused("ledger.short", "bank2", "volunteer.approve_reversal", entry=entry)
    bank.do("head", "volunteer.drop_reversal", entry=entry, reason="时长已捐赠，另行核减")
    assert bank.balance(f"P:{v}") == 20


def test_nothing_is_entered_in_a_closed_month(bank) -> None:
    v, client = bank.register("v1"), bank.client()
    bank.earn(v, 500)
    bank.do("v1", "volunteer.donate_time", volunteer=v, minutes=500)
    bank.tick(days=10)
    bank.do("bank", "volunteer.grant_time", client=client, minutes=10, on="2026-11-30")
    bank.refused("time_bank.month", "bank", "volunteer.close_time_month", open_from="2026-12-02")
    bank.refused("time_bank.month", "bank", "volunteer.close_time_month", open_from="2027-01-01")
    bank.do("bank", "volunteer.close_time_month", open_from="2026-12-01")
    bank.refused("ledger.closed", "bank", "volunteer.grant_time", client=client, minutes=10, on="2026-11-30")
    bank.refused("time_bank.not_yet", "bank", "volunteer.grant_time", client=client, minutes=10, on="2026-12-24")
    bank.refused("time_bank.closed_already", "bank", "volunteer.close_time_month", open_from="2026-11-01")
    bank.earn(v, 15, on=date(2026, 11, 29))
    assert bank.entries()[-1].on == date(2026, 12, 3), "a service of a closed month is booked today"


def test_paid_staff_earns_nothing_on_a_working_day(bank) -> None:
    v = bank.member("v1", paid_staff=True)
    bank.earn(v, 60)
    bank.earn(v, 45, on=date(2026, 11, 22))
    assert bank.balance(f"P:{v}") == 45
    assert [(f["minutes"], f["why"]) for f in bank.facts("time.not_earned.v1")] == [(60, "STAFF_ON_DUTY")]


def test_hours_adjusted_down_come_out_of_fund_account_and_next_earnings(bank) -> None:
    v = bank.register("v1")
    bank.earn(v, CAP - 60)
    bank.earn(v, 120, activity="act")
    assert (bank.balance(f"P:{v}"), bank.balance("F:")) == (CAP, 60)
    bank.do("v1", "volunteer.donate_time", volunteer=v, minutes=CAP - 10)
    bank.adjust(v, "act", 0, 120)
    assert (bank.balance(f"P:{v}"), bank.owed(f"P:{v}")) == (0, 50)
    bank.earn(v, 30)
    assert (bank.balance(f"P:{v}"), bank.owed(f"P:{v}")) == (0, 20)
    bank.earn(v, 30)
    assert (bank.balance(f"P:{v}"), bank.owed(f"P:{v}")) == (10, 0)


def test_hours_adjusted_up_are_earned(bank) -> None:
    v = bank.register("v1")
    bank.earn(v, 60, activity="act")
    bank.adjust(v, "act", 90, 60)
    assert bank.balance(f"P:{v}") == 90


def test_minutes_of_who_leaves_are_retired(bank) -> None:
    v = bank.register("v1")
    bank.earn(v, 60)
    bank.do("v1", "volunteer.leave", volunteer=v)
    bank.listen()
    assert bank.balances("P", "R") == {f"P:{v}": 0, "R:": 60}
    bank.earn(v, 60)
    assert bank.balance(f"P:{v}") == 0
