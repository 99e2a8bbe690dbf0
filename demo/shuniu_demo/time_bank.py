"""The time bank (姚坊门时间银行) in the demonstration: members of sixty, relatives, key clients, gifts, grants, orders.

The minutes are those of the Saturdays (:mod:`shuniu_demo.volunteers`) and of the ten days' activities.
"""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from shuniu_demo.accounts import lead, volunteer
from shuniu_demo.persons import person
from shuniu_demo.script import SHARED, Act, Office, Pieces, Ref, Script
from shuniu_demo.street import COMMUNITY_CODES
from shuniu_demo.volunteers import the

__all__ = ("left_orders", "orders", "set_up")

HelpWay = Literal["settled", "silent", "ruled", "cancelled", "client"]
CLIENTS: Final = 3
PAPER: Final = "0" * 64
"""A signed paper's hash; there is no paper, and the demonstration says so."""
_HELPS: Final = ("COMPANION_HELP", "CLINIC_HELP", "ERRAND_HELP", "MEAL_HELP", "CLEANING_HELP", "DIGITAL_HELP")
_KIN: Final = Ref(f"{SHARED}kin")
_ORDER: Final[dict[str, Any]] = {"order": Ref("order")}


def _client(n: int) -> Ref:
    return Ref(f"{SHARED}client.{n}")


def _pen(thread: str, at: datetime, rng: random.Random) -> Script:
    return Script(thread, at, random.Random(rng.getrandbits(48)), Office(always=True))


def set_up(rng: random.Random, begin: datetime) -> Iterator[list[Act]]:
    """Members verified, clients entered, minutes given, granted and sent."""
    script = _pen("bank-set", begin + timedelta(hours=1, minutes=30), rng)
    for n in (1, 4):
        script.do("time-bank", "volunteer.verify_time_member", volunteer=the(n), member_birth=date(1960, 3, 1))
        script.wait(2, 4)
    script.do("time-bank", "volunteer.verify_kin", {"kin": _KIN.name}, volunteer=the(2), relation="PARENT",
              kin_name="虚构亲属", kin_birth=date(1960, 3, 1), kin_member=the(4), proof=PAPER)  # fmt: skip
    script.wait(2, 4)
    for n in range(CLIENTS):
        given: dict[str, Any] = {
            "client_name": f"虚构老人{n + 1}",
            "client_birth": date(1938 + n, 2, 1),
            "ground": "EMPTY_NEST_ALONE",
        }
        script.do("time-bank", "volunteer.enter_time_client", {"client": _client(n).name}, **given,
                  area=COMMUNITY_CODES[n], client_consent=True)  # fmt: skip
        script.wait(2, 4)
    yield script.acts()
    script = _pen("bank-given", begin + timedelta(days=1, hours=2), rng)
    script.do(volunteer(1), "volunteer.donate_time", volunteer=the(1), minutes=240)
    script.wait(9, 30)
    script.do(volunteer(2), "volunteer.donate_time", volunteer=the(2), minutes=120, client=_client(0))
    script.wait(9, 30)
    script.do(volunteer(2), "volunteer.give_kin_time", volunteer=the(2), kin=_KIN, minutes=120)
    script.wait(9, 30)
    for n in range(CLIENTS):
        script.do("time-bank", "volunteer.grant_time", client=_client(n), minutes=75)
        script.wait(3, 9)
    script.do(
        volunteer(1), "volunteer.send_time", volunteer=the(1), minutes=60, to_scope="320113001", there="ZY-DEMO-1"
    )
    yield script.acts()
    # A team's minutes can only be given away; the team's activity of the first days has brought them.
    script = _pen("bank-team", begin + timedelta(days=9, hours=2), rng)
    script.do(lead(2), "volunteer.donate_team_time", team="vt-02", minutes=120)
    yield script.acts()


def order(script: Script, way: HelpWay, server: int) -> Script:
    """Write a redemption order from the wish to the settled minutes."""
    rng = script.rng
    payer = "" if way == "client" else "P"
    minutes = rng.choice((45, 60, 60))
    by = "time-bank" if not payer else volunteer(1)
    account = Pieces(("P:", the(1))) if payer else Pieces(("K:", _client(server % CLIENTS)))
    script.do(by, "volunteer.request_time", account=account, help=rng.choice(_HELPS), minutes=minutes,
              area=COMMUNITY_CODES[0], place_name="小区门口", wished_at=script.now + timedelta(hours=6),
              wish="希望有人陪同（演示）")  # fmt: skip
    script.wait(20, 60)
    script.do("time-bank", "volunteer.hold_time", **_ORDER)
    if way == "cancelled":
        script.wait(60, 120)
        script.do("time-bank", "volunteer.cancel_time", **_ORDER, reason="ASKED")
        return script
    script.wait(20, 60)
    script.do(volunteer(server), "volunteer.match_time", **_ORDER, volunteer=the(server))
    script.wait(150, 220)
    script.do(volunteer(server), "volunteer.start_time", **_ORDER)
    script.wait(60, 100)
    script.do(volunteer(server), "volunteer.finish_time", **_ORDER, minutes=minutes - 15)
    if way == "silent":
        return script
    script.wait(30, 90)
    if way == "ruled":
        script.do(by, "volunteer.dispute_time", **_ORDER, reason="实际少了一刻钟（演示）")
        script.wait(300, 600)
        script.do("time-bank", "volunteer.rule_time", **_ORDER, minutes=minutes - 30, reason="经核实（演示）")
    else:
        script.do(by, "volunteer.confirm_time", **_ORDER, paper="" if payer else PAPER)
    return script


def orders(rng: random.Random, begin: datetime) -> Iterator[list[Act]]:
    """Orders of the ten days: confirmed, settled by silence, disputed, called off, for key clients."""
    ways: tuple[HelpWay, ...] = ("silent", "settled", "ruled", "cancelled", "client", "client", "settled")
    for n, way in enumerate(ways):
        at = begin + timedelta(days=2 + n // 2, hours=2 + 3 * (n % 2))
        yield order(_pen(f"t{n + 1:02d}", at, rng), way, 3 + n % 6 + (3 + n % 6 == 4)).acts()


def left_orders(rng: random.Random, end: datetime) -> Iterator[list[Act]]:
    """An order at each step."""
    steps = ("request_time", "hold_time", "match_time", "start_time", "finish_time", "dispute_time")
    for n, step in enumerate(steps):
        script = _pen(f"left-time-{n}", end - timedelta(minutes=60 + 150 * n), rng)
        acts = order(script, "ruled", 5 + n % 3).acts()
        index = max(i for i, act in enumerate(acts) if act.command == f"volunteer.{step}")
        yield acts[: index + 1]
    script = _pen("left-reversal", end - timedelta(hours=4), rng)
    script.do("time-bank", "volunteer.grant_time", client=_client(1), minutes=15)
    script.wait(9, 20)
    script.do("time-bank", "volunteer.propose_reversal", entry=Ref("entry"), reason="对象登记有误（演示）")
    yield script.acts()
    script = _pen("left-registered", end - timedelta(hours=5), rng)
    for _ in range(3):
        own = person(script.rng, 1970, 2004)
        given: dict[str, Any] = {
            "person_name": own.name,
            "phone": own.phone,
            "citizen_id": own.citizen_id,
            "teams": ["vt-01"],
        }
        script.do(lead(1), "volunteer.register_volunteer", **given, area=COMMUNITY_CODES[0], consent=True)
        script.wait(20, 60)
    yield [act for act in script.acts() if act.at <= end]
