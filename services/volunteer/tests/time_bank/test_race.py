"""Two redeemers race for the same minutes on a real database: one wins, the other is refused, sums stay right."""

import asyncio

import msgspec
from shuniu.chassis.context import Actor
from shuniu.chassis.ledger import Account
from shuniu.chassis.processor import Submission
from shuniu.contracts.volunteer.activities import ParticipationConfirmed
from shuniu.rules.calendar import local
from shuniu.rules.refusal import Refusal
from shuniu_volunteer import service
from shuniu_volunteer.time_bank.earning import EARN, _earning


async def test_one_of_two_redeemers_wins(hosts) -> None:
    host = await hosts.start(service, bus=False)
    area = f"{host.scope}001"
    clerks = [
        Actor(id=f"b{n}", roles=frozenset({"time_bank_clerk", "street_clerk"}), areas=(host.scope,)) for n in range(8)
    ]

    async def give(who: int, name: str, key: str, **body):
        command = service.command(f"volunteer.{name}")
        given = msgspec.convert(body, command.struct, strict=False)
        return await host.processor.submit(Submission(command=command, body=given, actor=clerks[who], key=key))

    person = {"person_name": "张三", "birth_date": "1950-05-05", "area": area, "consent": True}
    volunteer = (await give(0, "register_volunteer", "r", **person)).answer["volunteer"]
    await give(0, "verify_time_member", "m", volunteer=volunteer, member_birth="1950-05-05")
    fact = ParticipationConfirmed(
        activity="a",
        volunteer=volunteer,
        minutes=100,
        booking="PERSONAL",
        team="",
        area=area,
        on=local(host.clock.now()).date(),
    )
    reaction = Actor(id="reaction", kind="reaction", clearance=4)
    earning = _earning(fact, 0, f"participation:a:{volunteer}")
    await host.processor.submit(Submission(command=EARN, body=earning, actor=reaction, key="e"))
    wish = {"account": f"P:{volunteer}", "help": "MEAL_HELP", "minutes": 60, "area": area}
    orders = [
        (await give(n, "request_time", f"o{n}", **wish, wished_at="2036-01-01T00:00:00Z")).answer["order"]
        for n in range(8)
    ]
    outcomes = await asyncio.gather(
        *(give(n, "hold_time", f"h{n}", order=order) for n, order in enumerate(orders)), return_exceptions=True
    )
    refused = [o for o in outcomes if isinstance(o, BaseException)]
    assert len(refused) == 7
    assert all(isinstance(o, Refusal) and (o.rule, o.status) == ("ledger.short", 409) for o in refused)
    rows = await host.pool.fetch("select doc from time_bank_account")
    accounts = [msgspec.json.decode(r["doc"], type=Account) for r in rows]
    assert sum(a.balance for a in accounts) == 0
    assert sorted(a.balance for a in accounts if a.id[0] in "PH") == [40, 60]
