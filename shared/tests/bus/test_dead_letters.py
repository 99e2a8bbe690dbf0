"""Dead letters over HTTP, on a real host: seen without their content, retried in order, given up with a reason."""

from collections.abc import Sequence
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio
from shuniu.chassis.context import Context
from shuniu.chassis.decision import Decision, Emit
from shuniu.chassis.identity import Issuer
from shuniu.chassis.rows import Happening, Key, RowKind, Rows
from shuniu.chassis.service import Catalogue, Command, Projection, Reaction, Received, Service
from shuniu.contracts.envelope import Fact, fact
from shuniu.rules.refusal import Conflict
from shuniu.testing.waiting import until

TABLES = (
    "create table kept (source text, position bigint, word text, primary key (source, position))",
    "create table tally (key text primary key, version int not null, schema int not null,"
    " status text not null default '', area text not null default '', unit text not null default '',"
    " due_at timestamptz, doc jsonb not null)",
)
MENDED: set[str] = set()
"""What the service has learnt to take: the fix that comes with a new release."""


@fact("watcher", "word.counted.v1")
class WordCounted(Fact, frozen=True, kw_only=True):
    """A word was counted."""

    word: str


class Count(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Count a word."""

    word: str


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted."""

    id: str
    words: tuple[str, ...] = ()


def _evolve(row: Tally | None, event: Any, happening: Happening) -> Tally:
    return msgspec.structs.replace(row or Tally(id="all"), words=(*(row.words if row else ()), event.word))


TALLY: RowKind[Tally] = RowKind(name="tally", struct=Tally, table="tally", evolve=_evolve)


def _count(rows: Rows, c: Count, ctx: Context) -> Decision:
    if c.word.startswith("unwelcome") and "unwelcome" not in MENDED:
        raise Conflict("watcher.unwelcome")
    return Decision((Emit(WordCounted(word=c.word), (TALLY.key("all"),)),))


COUNT: Command[Count] = Command("watcher.count", Count, lambda c, ctx: [Key("tally", "all")], _count, internal=True)


class Watcher:
    """The host, the one who tells, and an administrator at its HTTP door."""

    def __init__(self, host: Any, teller: Any, client: httpx.AsyncClient) -> None:
        self.host = host
        self.teller = teller
        self.client = client
        self._issuer = Issuer.load(host.deployment.keys_dir, f"/{host.scope}/gateway")
        self._n = 0

    def headers(self, *roles: str, key: str = "") -> dict[str, str]:
        self._n += 1
        token = self._issuer.issue("chief-1", roles=roles or ("system_admin",), areas=(self.host.scope,)).token
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": key or f"test-key-{self._n}"}

    async def letters(self, **params: Any) -> list[dict[str, Any]]:
        response = await self.client.get("/dead-letters", headers=self.headers(), params=params)
        assert response.status_code == 200, response.text
        found: list[dict[str, Any]] = response.json()["letters"]
        return found

    async def do(self, what: str, *roles: str, key: str = "", **body: Any) -> httpx.Response:
        return await self.client.post(f"/commands/chassis.{what}", headers=self.headers(*roles, key=key), json=body)

    async def words(self) -> list[str]:
        rows = await self.host.pool.fetch("select word from kept order by position")
        return [row["word"] for row in rows]

    async def counted(self) -> list[str]:
        doc = await self.host.pool.fetchval("select doc from tally where key = 'all'")
        return list(msgspec.json.decode(doc)["words"]) if doc else []

    async def at(self, consumer: str, position: int) -> None:
        async def there() -> bool:
            found = await self.host.pool.fetchval(
                "select position from cursor where consumer = $1 and source = $2", consumer, self.teller.source
            )
            return bool(found == position)

        await until(there)

    async def audit(self, command: str) -> list[Any]:
        await self.host.audit.drained()
        return list(
            await self.host.pool.fetch(
                "select actor, allowed, rule, detail from audit where command = $1 order by at, chain, n", command
            )
        )


@pytest_asyncio.fixture
async def watcher(hosts: Any, seats: Any, said: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    from shuniu.chassis import host as host_module
    from shuniu.chassis import migrate

    steps = migrate.steps_of
    monkeypatch.setattr(host_module, "steps_of", lambda package: [*steps("shuniu.testing"), ("watcher", TABLES)])
    MENDED.clear()

    async def keep(conn: Any, events: Sequence[Received[Any]], host: Any) -> None:
        for received in events:
            word = received.fact(said).word
            if word.startswith("poison") and "poison" not in MENDED:
                raise ValueError(f"cannot take {word}")
            await conn.execute(
                "insert into kept (source, position, word) values ($1, $2, $3)",
                received.event.source,
                received.event.position,
                word,
            )

    service = Service(
        name="watcher",
        version="0",
        package="tests.watcher",
        texts=Catalogue({}),
        rows=(TALLY,),
        commands=(COUNT,),
        facts=(WordCounted,),
        projections=(Projection("kept", ("teller",), ("kept",), keep),),
        reactions=(
            Reaction(
                "count_words",
                ("teller",),
                ("thing.said.v1",),
                lambda received: (COUNT, Count(word=received.fact(said).word)),
            ),
        ),
    )
    teller = await seats.sit("teller")
    host = await hosts.start(service, scope=seats.scope)
    transport = httpx.ASGITransport(app=host.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://watcher") as client:
        yield Watcher(host, teller, client)


async def test_a_retry_drains_the_matters_queue_in_order(watcher: Watcher) -> None:
    for word, matter in (("poison a1", "A"), ("b1", "B"), ("a2", "A"), ("a3", "A"), ("poison c1", "C")):
        await watcher.teller.say(word, matter=matter)
    await watcher.at("kept", 5)
    assert await watcher.words() == ["b1"]
    letters = await watcher.letters(consumer="kept")
    assert [(each["position"], each["matter"], each["state"], each.get("error", "")) for each in letters] == [
        (1, "A", "parked", "ValueError"),
        (3, "A", "queued", ""),
        (4, "A", "queued", ""),
        (5, "C", "parked", "ValueError"),
    ]
    shown = await watcher.client.get(f"/dead-letters/{letters[1]['id']}", headers=watcher.headers())
    assert [each["position"] for each in shown.json()["queue"]] == [1, 3, 4]
    assert "cannot take" not in shown.text and "poison" not in shown.text, "the fault's message may quote content"

    early = await watcher.do("retry_dead_letters", letter=letters[0]["id"], reason="looking again")
    assert early.json()["answer"] == {"drained": 0, "left": 3}, "nothing was mended yet"
    MENDED.add("poison")
    done = await watcher.do("retry_dead_letters", letter=letters[1]["id"], reason="release 7 reads it", key="retry-77")
    assert done.json()["answer"] == {"drained": 3, "left": 0}
    assert await watcher.words() == ["poison a1", "b1", "a2", "a3"]
    again = await watcher.do("retry_dead_letters", letter=letters[1]["id"], reason="release 7 reads it", key="retry-77")
    assert again.json()["answer"] == {"drained": 3, "left": 0}, "the same key gets the first answer"
    gone = await watcher.do("retry_dead_letters", letter=letters[1]["id"], reason="once more")
    assert (gone.status_code, gone.json()["rule"]) == (404, "dead_letter.unknown")
    rest = await watcher.do("retry_dead_letters", reason="everything else")
    assert rest.json()["answer"] == {"drained": 1, "left": 0}
    assert await watcher.letters() == []
    trail = await watcher.audit("chassis.retry_dead_letters")
    assert [(row["actor"], row["allowed"], row["rule"]) for row in trail].count(("chief-1", True, "")) == 3
    assert ("chief-1", False, "dead_letter.unknown") in [(r["actor"], r["allowed"], r["rule"]) for r in trail]
    assert {msgspec.json.decode(row["detail"])["reason"] for row in trail} >= {"release 7 reads it", "once more"}


async def test_a_discard_says_so_and_lets_the_matter_go_on(watcher: Watcher) -> None:
    await watcher.teller.say("poison a1", matter="A")
    await watcher.teller.say("a2", matter="A")
    await watcher.at("kept", 2)
    letter = (await watcher.letters(consumer="kept"))[0]["id"]
    short = await watcher.do("discard_dead_letter", letter=letter, reason="no")
    assert (short.status_code, short.json()["errors"][0]["field"]) == (422, "reason")
    blank = await watcher.do("discard_dead_letter", letter=letter, reason="      ")
    assert (blank.status_code, blank.json()["rule"]) == (422, "dead_letter.reason")
    done = await watcher.do("discard_dead_letter", letter=letter, reason="test data of a trial", key="discard-1")
    assert done.json()["answer"] == {"drained": 1, "left": 0}
    assert await watcher.words() == ["a2"]
    (given_up,) = await watcher.letters(discarded=True)
    assert (given_up["id"], given_up["state"], given_up["discarded_by"], given_up["reason"]) == (
        letter,
        "discarded",
        "chief-1",
        "test data of a trial",
    )
    again = await watcher.do("discard_dead_letter", letter=letter, reason="test data of a trial", key="discard-1")
    assert again.json() == done.json()
    for what in ("discard_dead_letter", "retry_dead_letters"):
        refused = await watcher.do(what, letter=letter, reason="another reason")
        assert refused.headers["content-type"] == "application/problem+json"
        assert (refused.status_code, refused.json()["rule"]) == (409, "dead_letter.discarded")
        assert refused.json()["state"] == "discarded"
    # A rebuild meets the event again: it stays given up, and holds nothing up.
    await watcher.host.bus.rebuild("kept")
    await watcher.at("kept", 2)
    assert await watcher.words() == ["a2"]
    assert await watcher.letters(consumer="kept") == []
    (trail,) = [row for row in await watcher.audit("chassis.discard_dead_letter") if row["allowed"]]
    assert msgspec.json.decode(trail["detail"]) == {"letter": letter, "reason": "test data of a trial"}


async def test_a_refused_reaction_is_a_dead_letter_with_its_rule(watcher: Watcher) -> None:
    await watcher.teller.say("unwelcome a1", matter="A")
    await watcher.teller.say("a2", matter="A")
    await watcher.teller.say("unwelcome b1", matter="B")
    await watcher.at("count_words", 3)
    letters = await watcher.letters(consumer="count_words")
    assert [(each["does"], each["error"], each["rule"]) for each in letters] == [
        ("reaction", "refused", "watcher.unwelcome")
    ] * 2
    assert await watcher.counted() == ["a2"]
    MENDED.add("unwelcome")
    one = await watcher.do("retry_dead_letters", letter=letters[1]["id"], reason="it is welcome now")
    assert one.json()["answer"] == {"drained": 1, "left": 0}
    assert await watcher.counted() == ["a2", "unwelcome b1"], "each stands alone: the other was not asked for"
    given_up = await watcher.do("discard_dead_letter", letter=letters[0]["id"], reason="settled by telephone")
    assert given_up.status_code == 200
    assert await watcher.letters() == []
    assert await watcher.counted() == ["a2", "unwelcome b1"]


async def test_only_a_system_administrator_may(watcher: Watcher) -> None:
    for path in ("/dead-letters", "/dead-letters/kept~1~teller~x-1"):
        response = await watcher.client.get(path, headers=watcher.headers("audit_admin"))
        assert (response.status_code, response.json()["rule"]) == (403, "access.role")
        assert (await watcher.client.get(path)).status_code == 401
    for what in ("discard_dead_letter", "retry_dead_letters"):
        refused = await watcher.do(what, "operator", letter="kept~1~teller~x-1", reason="who knows")
        assert (refused.status_code, refused.json()["rule"]) == (403, "access.role")
    malformed = await watcher.do("discard_dead_letter", letter="nonsense", reason="who knows")
    assert (malformed.status_code, malformed.json()["rule"]) == (422, "dead_letter.malformed")
    unknown = await watcher.do("retry_dead_letters", consumer="nobody", reason="who knows")
    assert (unknown.status_code, unknown.json()["rule"]) == (404, "dead_letter.consumer")
    strange = await watcher.client.get("/dead-letters/kept~1~teller~x-1", headers=watcher.headers())
    assert (strange.status_code, strange.json()["rule"]) == (404, "dead_letter.unknown")
