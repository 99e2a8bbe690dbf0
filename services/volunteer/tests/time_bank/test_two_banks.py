"""Two banks as two deployments on a real bus, each with a database of its own (通存通兑).

One side is stopped while the other goes on, and everything is heard twice. At rest the sums over both stay the same.
"""

import itertools
import secrets
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest_asyncio
from shuniu.chassis.context import Actor
from shuniu.chassis.host import Host
from shuniu.chassis.identity import Issuer, pin, signing_key
from shuniu.chassis.ledger import Account
from shuniu.chassis.processor import Submission
from shuniu.contracts.volunteer.activities import ParticipationConfirmed
from shuniu.rules.calendar import local
from shuniu.runtime.settings import Deployment
from shuniu.testing.servers import Servers
from shuniu.testing.waiting import until
from shuniu_volunteer import service
from shuniu_volunteer.time_bank.earning import EARN, _earning

_number = itertools.count(1)
CONSUMERS = ("time_exchange_in", "time_exchange_answers")


class Bank:
    """One scope's volunteer service, started and stopped as the test needs."""

    def __init__(self, scope: str, folder: Path, nats_url: str, database: str) -> None:
        self.scope, self.folder = scope, folder
        self.keys = folder / "keys"
        self._nats_url, self._database = nats_url, database
        self.issuer = Issuer.load(self.keys, f"/{scope}/gateway")
        self.host: Host
        self.running = False
        self.clerk = Actor(id="b1", roles=frozenset({"time_bank_clerk", "street_clerk"}), areas=(scope,))

    @property
    def source(self) -> str:
        """Where its events come from."""
        return f"/{self.scope}/volunteer"

    def agrees(self, other: "Bank") -> None:
        """Referrals are shared, nothing else."""
        gateway = other.issuer.name
        pin(self.keys, gateway, signing_key(other.keys, gateway).public_key())
        peer = f"peer.{other.scope}"
        lines = (f"[{peer}]", f'title = {{ zh = "{other.scope}", en = "{other.scope}" }}', f'issuers = ["{gateway}"]')
        text = "\n".join((*lines, f"[{peer}.shares.volunteer]", "referrals = true"))
        (self.folder / "peers.toml").write_text(text, "utf-8")

    async def start(self) -> None:
        """Start it."""
        deployment = Deployment(
            service="volunteer",
            scope=self.scope,
            database_url=self._database,
            nats_url=self._nats_url,
            state_dir=self.folder / "volunteer",
            keys_dir=self.keys,
            instance=f"volunteer-{secrets.token_hex(4)}",
        )
        self.host = Host(service, deployment)
        await self.host.start()
        self.running = True

    async def stop(self) -> None:
        """Stop it."""
        if self.running:
            self.running = False
            await self.host.stop()

    async def do(self, name: str, **body: Any) -> dict[str, Any]:
        """A clerk's command, which must be taken."""
        command = service.command(f"volunteer.{name}")
        assert command is not None, name
        given = msgspec.convert(body, command.struct, strict=False)
        key = secrets.token_hex(8)
        done = await self.host.processor.submit(Submission(command=command, body=given, actor=self.clerk, key=key))
        return dict(done.answer)

    async def member(self, minutes: int) -> tuple[str, str]:
        """(id, number) of somebody with so many minutes."""
        person = {"person_name": "张三", "birth_date": "1950-05-05", "area": f"{self.scope}001", "consent": True}
        volunteer = (await self.do("register_volunteer", **person))["volunteer"]
        if minutes:
            fact = ParticipationConfirmed(
                activity="a",
                volunteer=volunteer,
                minutes=minutes,
                booking="PERSONAL",
                team="",
                area=self.scope,
                on=local(self.host.clock.now()).date(),
            )
            earning = _earning(fact, 0, f"participation:a:{volunteer}")
            reaction = Actor(id="reaction", kind="reaction", clearance=4)
            await self.host.processor.submit(Submission(command=EARN, body=earning, actor=reaction, key="earn"))
        number = await self.host.pool.fetchval("select doc->>'number' from volunteer where key = $1", volunteer)
        return str(volunteer), str(number)

    async def send(self, volunteer: str, minutes: int, to: "Bank", there: str) -> str:
        """Send minutes; the exchange."""
        body = {"volunteer": volunteer, "minutes": minutes, "to_scope": to.scope, "there": there, "consent": "PHONE"}
        return str((await self.do("send_time", **body))["exchange"])

    async def arrived(self, other: "Bank", exchange: str) -> str:
        """The exchange's id here once it has come in."""
        here = f"{other.scope}-{exchange}"
        await self.exchange_is(here, "INCOMING")
        return here

    async def exchange_is(self, exchange: str, status: str) -> None:
        """Wait until an exchange of ours has that status."""

        async def so() -> bool:
            found = await self.host.pool.fetchval("select status from time_exchange where key = $1", exchange)
            return bool(found == status)

        so.__qualname__ = f"{exchange} is {status}"
        await until(so, within=30)

    async def sums(self) -> Counter[str]:
        """Minutes by class of account; all of them together are nought."""
        rows = await self.host.pool.fetch("select doc from time_bank_account")
        sums: Counter[str] = Counter()
        for row in rows:
            account = msgspec.json.decode(row["doc"], type=Account)
            sums[account.id[0]] += account.balance
        assert sum(sums.values()) == 0, sums
        return sums

    async def entries(self) -> int:
        """How many entries were ever booked."""
        return int(await self.host.pool.fetchval("select count(*) from time_entry"))

    async def hears_all_again(self, other: "Bank") -> None:
        """Forget how far the other's log was read, and that anything of it was ever done, while stopped; start."""
        pool = self.host.pool
        await pool.execute("update cursor set position = 0 where source = $1", other.source)
        forgotten = await pool.fetch(
            "delete from command_key where key like '%' || $1 || '%' returning key", other.source
        )
        assert forgotten, "what was done because of the other bank has keys of its own"
        await self.stop()
        await self.start()

        async def level() -> bool:
            head = await other.host.pool.fetchval("select position from log_head")
            rows = await self.host.pool.fetch(
                "select consumer, position from cursor where source = $1 and consumer = any($2)",
                other.source,
                list(CONSUMERS),
            )
            return {r["consumer"] for r in rows if r["position"] == head} == set(CONSUMERS)

        level.__qualname__ = f"{self.scope} has heard all of {other.scope} again"
        await until(level, within=30)


@pytest_asyncio.fixture
async def banks(servers: Servers, tmp_path: Path) -> AsyncIterator[tuple[Bank, Bank]]:
    """Two that have agreed and run."""
    made = []
    for _ in range(2):
        scope = f"3207{next(_number):05d}"
        (tmp_path / scope).mkdir()
        database = await servers.postgres.ensure_database("volunteer", f"bank_{secrets.token_hex(6)}")
        made.append(Bank(scope, tmp_path / scope, servers.nats.url, database))
    one, two = made
    one.agrees(two)
    two.agrees(one)
    async with AsyncExitStack() as stack:
        for bank in made:
            stack.push_async_callback(bank.stop)
            await bank.start()
        yield one, two


async def _spendable(*banks: Bank) -> int:
    """What people hold at both, with what is on its way."""
    every = [await bank.sums() for bank in banks]
    return sum(sums[kind] for sums in every for kind in "PZ")


async def test_minutes_cross_while_the_other_bank_is_away_and_none_is_lost_or_made(banks: tuple[Bank, Bank]) -> None:
    one, two = banks
    (mine, _), (theirs, number) = await one.member(100), await two.member(30)
    await two.stop()
    taken = await one.send(mine, 60, two, number)
    refused = await one.send(mine, 25, two, number)
    sums = await one.sums()
    assert (sums["P"], sums["Z"]) == (15, 85), "an absent bank keeps nobody from sending; nothing has arrived"
    await two.start()
    here = await two.arrived(one, taken)
    back = await two.arrived(one, refused)
    assert (await two.sums())["P"] == 30, "nothing is booked before a clerk takes it"
    await one.stop()
    await two.do("take_sent_time", exchange=here, volunteer=theirs)
    await two.do("refuse_sent_time", exchange=back, reason="NOT_AGREED")
    await one.start()
    await one.exchange_is(taken, "CLEARED")
    await one.exchange_is(refused, "SENT_BACK")
    at_rest = await one.sums(), await two.sums()
    assert (at_rest[0]["P"], at_rest[0]["Z"], at_rest[0]["V"]) == (40, 0, 60)
    assert (at_rest[1]["P"], at_rest[1]["V"]) == (90, -60)
    assert await _spendable(one, two) == 130, "what it was before"
    booked = await one.entries(), await two.entries()
    await one.hears_all_again(two)
    await two.hears_all_again(one)
    assert (await one.sums(), await two.sums()) == at_rest
    assert (await one.entries(), await two.entries()) == booked


async def test_minutes_asked_back_from_a_bank_that_is_away_are_at_one_of_the_two(banks: tuple[Bank, Bank]) -> None:
    """Taken there before the question arrives, they stay there; otherwise they come back. Never both, never neither."""
    one, two = banks
    (mine, _), (theirs, number) = await one.member(100), await two.member(0)
    too_late = await one.send(mine, 40, two, number)
    here = await two.arrived(one, too_late)
    await one.stop()
    await two.do("take_sent_time", exchange=here, volunteer=theirs)
    await two.stop()
    await one.start()
    in_time = await one.send(mine, 20, two, number)
    for exchange in (too_late, in_time):
        await one.do("ask_time_back", exchange=exchange)
    assert (await one.sums())["Z"] == 60, "nothing moves by the question alone"
    await two.start()
    await one.exchange_is(too_late, "CLEARED")
    await one.exchange_is(in_time, "SENT_BACK")
    assert ((await one.sums())["P"], (await two.sums())["P"]) == (60, 40)
    assert await _spendable(one, two) == 100
