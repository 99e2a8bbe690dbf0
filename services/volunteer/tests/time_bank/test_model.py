"""The invariants of 10.9 against a model of its own, over random walks."""

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shuniu.contracts.ledger import Entry
from shuniu.rules.ledger import replay
from shuniu.rules.refusal import Refusal

CAP = 90_000
PEOPLE = st.integers(0, 2)
MINUTES = st.sampled_from([15, 30, 45, 60, 120, 44_000, 90_000])
STEPS = st.one_of(
    st.tuples(st.just("earn"), PEOPLE, MINUTES),
    st.tuples(st.just("team"), PEOPLE, MINUTES),
    st.tuples(st.just("donate"), PEOPLE, MINUTES),
    st.tuples(st.just("team_donate"), PEOPLE, MINUTES),
    st.tuples(st.just("kin"), PEOPLE, MINUTES),
    st.tuples(st.just("grant"), PEOPLE, MINUTES),
    st.tuples(st.just("hold"), PEOPLE, st.sampled_from([15, 60, 480])),
    st.tuples(st.just("hold_client"), PEOPLE, st.sampled_from([15, 60])),
    st.tuples(st.just("cancel"), PEOPLE, MINUTES),
    st.tuples(st.just("settle"), PEOPLE, st.sampled_from([1, 15, 60])),
    st.tuples(st.just("adjust"), PEOPLE, st.sampled_from([0, 15, 60])),
)


class Model:
    """What 10.9 says, written down once more in plain sums."""

    def __init__(self) -> None:
        self.a: Counter[str] = Counter()
        self.held: list[tuple[str, int]] = []
        self.owed: Counter[str] = Counter()
        self.granted = 0
        self.confirmed = 0

    def give(self, account: str, minutes: int) -> None:
        room = max(0, CAP - self.a[account]) if account.startswith("P") else minutes
        self.a[account] += min(room, minutes)
        self.a["F"] += max(0, minutes - room)

    def earn(self, account: str, minutes: int) -> None:
        self.confirmed += minutes
        off = min(minutes, self.owed[account])
        self.owed[account] -= off
        self.give(account, minutes - off)

    def move(self, source: str, target: str, minutes: int) -> bool:
        if self.a[source] < minutes or (target[0] == "P" and self.a[target] + minutes > CAP):
            return False
        self.a[source] -= minutes
        self.a[target] += minutes
        return True


@given(steps=st.lists(STEPS, max_size=40))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_bank_is_its_model(new_bank, steps) -> None:
    b, m = new_bank().teams(), Model()
    people = [b.member(f"v{n + 1}") for n in range(3)]
    kin = b.kin(people[0], people[1])
    client = b.client()
    orders: list[str] = []
    hours: list[tuple[str, str, int, int, int]] = []
    for step, who, minutes in steps:
        v, me, account = people[who], f"v{who + 1}", f"P{who}"
        if step == "earn":
            activity, before = f"a{len(b.events)}", b.balance("F:")
            b.earn(v, minutes, activity)
            if m.owed[account] == 0:
                hours.append((activity, v, who, minutes, b.balance("F:") - before))
            m.earn(account, minutes)
        elif step == "team":
            b.earn(v, minutes, booking="TEAM", team="vt-01")
            m.earn("T", minutes)
        elif step == "adjust":
            if not hours:
                continue
            activity, person, n, booked, fund = hours.pop()
            now = min(minutes, booked)
            b.adjust(person, activity, now, booked)
            back, name = booked - now, f"P{n}"
            m.confirmed -= back
            from_fund = min(back, fund, m.a["F"])
            m.a["F"] -= from_fund
            from_account = min(back - from_fund, m.a[name])
            m.a[name] -= from_account
            m.owed[name] += back - from_fund - from_account
        else:
            ok = _do(b, m, step, who, minutes, people, me, account, kin, client, orders)
            assert ok, (step, who, minutes)
        _check(b, m, people, client)


def _tried(b, *command, **body) -> bool:
    try:
        b.do(*command, **body)
    except Refusal as refusal:
        assert refusal.status in (403, 404, 409), refusal
        return False
    return True


def _do(b, m, step, who, minutes, people, me, account, kin, client, orders) -> bool:
    """The same step in bank and model; both take it or both refuse."""
    v = people[who]
    if step == "donate":
        return _tried(b, me, "volunteer.donate_time", volunteer=v, minutes=minutes) == m.move(account, "F", minutes)
    if step == "team_donate":
        given = {"team": "vt-01", "minutes": minutes}
        return _tried(b, "lead", "volunteer.donate_team_time", **given) == m.move("T", "F", minutes)
    if step == "kin":
        done = _tried(b, me, "volunteer.give_kin_time", volunteer=v, kin=kin, minutes=minutes)
        return done == (who == 0 and m.move("P0", "P1", minutes))
    if step == "grant":
        done = _tried(b, "bank", "volunteer.grant_time", client=client, minutes=minutes)
        may = m.granted + minutes <= 600 and m.move("F", "K", minutes)
        m.granted += minutes if may else 0
        return done == may
    if step in ("hold", "hold_client"):
        code, name, by = (f"P:{v}", account, me) if step == "hold" else (f"K:{client}", "K", "bank")
        order = b.asked(by, code, minutes)
        done = _tried(b, "bank", "volunteer.hold_time", order=order)
        may = m.move(name, "H", minutes)
        if may:
            orders.append(order)
            m.held.append((name, minutes))
        return done == may
    if not orders:
        return True
    order, (payer, held) = orders.pop(0), m.held.pop(0)
    if step == "cancel":
        b.do("bank", "volunteer.cancel_time", order=order, reason="NOT_NEEDED_ANY_MORE")
        m.a["H"] -= held
        m.give(payer, held)
        return True
    server, name = next((p, f"P{n}") for n, p in enumerate(people) if f"P{n}" != payer)
    served = min(minutes, held)
    b.do("bank", "volunteer.match_time", order=order, volunteer=server, consent="PHONE")
    b.do("bank", "volunteer.start_time", order=order)
    b.do("bank", "volunteer.finish_time", order=order, minutes=served)
    b.do("bank", "volunteer.confirm_time", order=order, paper="e" * 64)
    m.a["H"] -= held
    m.earn(name, served)
    if held > served:
        m.give(payer, held - served)
    return True


def _check(b, m, people, client) -> None:
    sums: Counter[str] = Counter()
    for account, balance in b.balances().items():
        sums[account[0]] += balance
    assert sum(sums.values()) == 0
    for n, v in enumerate(people):
        assert b.balance(f"P:{v}") == m.a[f"P{n}"]
        assert b.owed(f"P:{v}") == m.owed[f"P{n}"]
    found = (b.balance("F:"), b.balance("T:vt-01"), b.balance(f"K:{client}"), sums["H"])
    assert found == (m.a["F"], m.a["T"], m.a["K"], m.a["H"])
    assert all(n >= 0 for account, n in b.balances("P", "T", "K", "F", "H").items())
    assert all(n <= CAP for n in b.balances("P").values())
    entries = b.entries()
    assert replay(entries) == {a: n for a, n in b.balances().items() if n or a in replay(entries)}
    assert all(isinstance(e, Entry) for e in entries)
    causes = [e.cause for e in entries]
    assert len(set(causes)) == len(causes), "every entry has exactly one cause, every cause one entry"
    issued = -sum(
        p.amount
        for e in entries
        for p in e.postings
        if p.account == "X:" and e.kind in ("EARN", "EARN_CAPPED", "TEAM_EARN", "EARN_ADJUSTED")
    )
    assert issued == m.confirmed + sum(m.owed.values()), "sum of EARN = sum of confirmed minutes, but for what is owed"
