"""Two banks (通存通兑): whatever the bus loses, repeats or delays, no minute is lost and none is made."""

import random
from datetime import timedelta

import pytest
from msgspec.structs import replace
from shuniu.rules.refusal import Refusal
from shuniu_volunteer.time_bank.exchange import TIME_EXCHANGE

HERE, THERE = "320199001", "320199002"
SPENDABLE = ("P", "T", "F", "K", "H")


@pytest.fixture
def banks(new_bank):
    return new_bank(HERE), new_bank(THERE)


def send(b, other, me, minutes, to):
    v = b.own(me)
    body = {"volunteer": v, "minutes": minutes, "to_scope": other.scope, "there": to}
    return b.do(me, "volunteer.send_time", **body).answer["exchange"]


def carry(source, target) -> None:
    for event in list(source.events):
        target.hear(event)


def number(b, me) -> str:
    return b.volunteer(b.own(me)).number


def total(*banks) -> int:
    """What people can spend, in both banks together."""
    return sum(sum(b.balances(*SPENDABLE).values()) for b in banks)


def open_in(b):
    return [e for e in b.all(TIME_EXCHANGE) if e.status == "INCOMING"]


def test_sent_taken_cleared(banks) -> None:
    a, b = banks
    a.register("v1"), b.register("v1")
    a.earn(a.own("v1"), 100)
    exchange = send(a, b, "v1", 60, number(b, "v1"))
    assert (a.balance(f"P:{a.own('v1')}"), a.balance(f"Z:{exchange}")) == (40, 60)
    carry(a, b)
    (incoming,) = open_in(b)
    assert b.balances() == {}, "nothing is booked until a clerk takes it"
    b.do("bank", "volunteer.take_sent_time", exchange=incoming.id, volunteer=b.own("v1"))
    carry(b, a)
    assert (a.balance(f"Z:{exchange}"), a.balance(f"V:{THERE}")) == (0, 60)
    assert (b.balance(f"P:{b.own('v1')}"), b.balance(f"V:{HERE}")) == (60, -60)


def test_refused_or_run_out_they_come_back(banks) -> None:
    a, b = banks
    a.register("v1"), b.register("v1")
    a.earn(a.own("v1"), 100)
    first, second = (send(a, b, "v1", 30, number(b, "v1")) for _ in range(2))
    carry(a, b)
    b.do("bank", "volunteer.refuse_sent_time", exchange=f"{HERE}-{first}", reason="NOT_AGREED")
    b.tick(days=30)
    carry(b, a)
    assert (a.balance(f"P:{a.own('v1')}"), a.balance(f"Z:{first}"), a.balance(f"Z:{second}")) == (100, 0, 0)
    assert [e.status for e in b.all(TIME_EXCHANGE)] == ["REFUSED_IN", "RUN_OUT"]
    late = f"{HERE}-{second}"
    b.refused("time_exchange.take_incoming", "bank", "volunteer.take_sent_time", exchange=late, volunteer=b.own("v1"))


def test_a_withdrawal_that_comes_first_refuses_what_comes_later(banks) -> None:
    a, b = banks
    a.register("v1"), b.register("v1")
    a.earn(a.own("v1"), 100)
    exchange = send(a, b, "v1", 30, number(b, "v1"))
    a.do("v1", "volunteer.ask_time_back", exchange=exchange)
    assert a.balance(f"Z:{exchange}") == 30, "they come back by the other bank's answer alone"
    for event in reversed(a.events):
        b.hear(event)
    carry(b, a)
    assert (a.balance(f"P:{a.own('v1')}"), open_in(b)) == (100, [])


def test_only_the_bank_they_were_sent_to_answers(banks, new_bank) -> None:
    a, b = banks
    stranger = new_bank("320199003")
    a.register("v1"), b.register("v1"), stranger.register("v1")
    a.earn(a.own("v1"), 100)
    exchange = send(a, b, "v1", 30, number(b, "v1"))
    carry(a, stranger)
    assert open_in(stranger) == []
    carry(a, b)
    b.do("bank", "volunteer.refuse_sent_time", exchange=f"{HERE}-{exchange}", reason="NOT_AGREED")
    for event in b.events:
        a.hear(replace(event, source="/320199003/volunteer"))
    assert a.balance(f"Z:{exchange}") == 30, "a stranger's answer moves nothing"
    carry(b, a)
    assert a.balance(f"P:{a.own('v1')}") == 100


@pytest.mark.parametrize("seed", range(25))
def test_no_minute_is_lost_or_made(banks, seed) -> None:
    dice, (a, b) = random.Random(seed), banks
    for bank in banks:
        for n in (1, 2):
            bank.register(f"v{n}")
            bank.earn(bank.own(f"v{n}"), 300)
    whole = total(a, b)
    heard = {a.scope: 0, b.scope: 0}
    for _ in range(60):
        here, there = dice.sample(banks, 2)
        who = dice.choice(["v1", "v2"])
        deed = dice.choice(["send", "take", "refuse", "back", "carry", "again", "tick"])
        try:
            if deed == "send":
                send(here, there, who, dice.choice([15, 60, 200]), number(there, who))
            elif deed in ("take", "refuse") and open_in(here):
                row = dice.choice(open_in(here))
                owner = next(v for v in here.all_volunteers() if v.number == row.there)
                if deed == "take":
                    here.do("bank", "volunteer.take_sent_time", exchange=row.id, volunteer=owner.id)
                else:
                    here.do("bank", "volunteer.refuse_sent_time", exchange=row.id, reason="NOT_AGREED")
            elif deed == "back":
                going = [e for e in here.all(TIME_EXCHANGE) if e.status == "IN_TRANSIT"]
                if going:
                    here.do("bank", "volunteer.ask_time_back", exchange=dice.choice(going).id)
            elif deed == "carry":
                there.hear(here.events[heard[here.scope]])
                heard[here.scope] = min(heard[here.scope] + 1, len(here.events) - 1)
            elif deed == "again":
                there.hear(dice.choice(here.events))
            elif deed == "tick":
                here.tick(days=dice.choice([1, 9]))
        except Refusal as refusal:
            assert refusal.status in (403, 404, 409), refusal
        assert total(a, b) <= whole, "never a minute more"
        for bank in banks:
            assert sum(bank.balances().values()) == 0
    for bank in banks:
        bank.now = max(a.now, b.now) + timedelta(days=1)
    for _ in range(2):
        carry(a, b)
        carry(b, a)
    for bank in banks:
        bank.tick(days=60)
    carry(a, b)
    carry(b, a)
    assert total(a, b) == whole, "and never one less, once everything has arrived"
    assert not any(bank.balances("Z") and any(bank.balances("Z").values()) for bank in banks)
    assert a.balance(f"V:{THERE}") + b.balance(f"V:{HERE}") == 0
