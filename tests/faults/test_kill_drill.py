"""Sixteen clients at work while services, gateway, bus and database are killed; afterwards their record is the truth.

Every command has an idempotency key and is tried again with it until somebody answers for good, through the gateway or
straight at the service's own port. Then every accepted command's events stand exactly once in the service's log and in
the gateway's view, nothing stands there that nobody asked for, positions have no gap, and cursors are at their heads.

SHUNIU_DRILL=full: 60 seconds, everything killed five times. Otherwise, and in CI, ten seconds and once.
SHUNIU_DRILL_SEED repeats a drill's choices (not its timing).
"""

import asyncio
import os
import random
import secrets
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec
import pytest
from shuniu.contracts.envelope import CloudEvent, event_id, source_of
from shuniu.testing.waiting import until
from shuniu_demo.pictures import draw
from shuniu_demo.script import Picture

from .conftest import GRIDS, SCOPE, SERVICES, Drilled, Person, Screen, all_matters

pytestmark = [pytest.mark.fault, pytest.mark.asyncio(loop_scope="session")]

FULL = os.environ.get("SHUNIU_DRILL") == "full"
LASTS_S, TIMES = (60.0, 5) if FULL else (10.0, 1)
TARGETS = ("grid", "whistle", "gateway", "nats", "postgres")
CLIENTS = 16
PAUSE_S = 0.05
ANSWERED_WITHIN_S = 60.0
HEALED_WITHIN_S = 30.0
OWN_PORT_SHARE = 0.3
LOOKED_AT = 40
"""Matters whose timelines are read one by one; every other check covers all."""
PEOPLE = ("worker-01", "dispatcher", "duty-cg", "checker", "operator")
GRID = source_of(SCOPE, "grid")
WHISTLE = source_of(SCOPE, "whistle")


@dataclass
class Intent:
    """What a client wanted, and what it was told in the end. ``facts`` are those an accepted one comes to."""

    key: str
    by: str
    command: str
    body: dict[str, Any]
    facts: tuple[str, ...]
    answer: dict[str, Any] | None = None
    refused: dict[str, Any] | None = None
    tries: int = 0

    @property
    def matter(self) -> str:
        """The event it is about."""
        return str((self.answer or {}).get("matter", {}).get("id") or self.body.get("event", ""))


@dataclass
class Case:
    """A grid event as its client leaves it. ``status`` is the one its last accepted command leads to."""

    marker: str
    intents: list[Intent] = field(default_factory=list)
    status: str = ""
    referred: bool = False

    @property
    def id(self) -> str:
        """The event's id."""
        return self.intents[0].matter


class Clients:
    """Sixteen clients and their record."""

    def __init__(self, drilled: Drilled, people: dict[str, Person], photo: dict[str, Any], rng: random.Random) -> None:
        self._drilled = drilled
        self._people = people
        self._tokens = {login: drilled.token(person.account) for login, person in people.items()}
        self._photo = photo
        self._rng = rng
        self._run = secrets.token_hex(4)
        self._ends = 0.0
        self._direct: httpx.AsyncClient
        self.intents: list[Intent] = []
        self.cases: list[Case] = []
        self.unknown: Counter[str] = Counter()

    async def work(self, seconds: float) -> None:
        """Everybody works for so long, and then ends what was begun."""
        self._ends = time.monotonic() + seconds
        limits = httpx.Limits(max_connections=CLIENTS)
        async with (
            httpx.AsyncClient(
                base_url=self._drilled.own_port("grid"), timeout=15, limits=limits, trust_env=False
            ) as self._direct,
            asyncio.TaskGroup() as group,
        ):
            for n in range(CLIENTS):
                group.create_task(self._client(n, random.Random(self._rng.random())))

    @property
    def over(self) -> bool:
        """Whether it is time to begin nothing more."""
        return time.monotonic() >= self._ends

    async def _client(self, n: int, rng: random.Random) -> None:
        for i in range(1_000_000):
            if self.over:
                return
            await self._handle(f"案{self._run}-{n}-{i}", rng)

    async def _handle(self, marker: str, rng: random.Random) -> None:
        """One event from its report as far as it goes."""
        case = Case(marker)
        body: dict[str, Any] = {"place": {"name": marker}, "area": rng.choice(GRIDS), "category": "E0102"}
        for step in _way(rng, body, self._photo):
            by, command, more, facts, status = step
            if case.intents:
                more = {"event": case.id, **more}
            intent = Intent(f"{marker.encode().hex()}-{len(case.intents)}", by, f"grid.{command}", more, facts)
            case.intents.append(intent)
            self.intents.append(intent)
            await self._give(intent, rng)
            if len(case.intents) == 1:
                self.cases.append(case)
            if intent.refused is None:
                case.status = status
                case.referred |= command == "refer"
            if self.over:
                return
            await asyncio.sleep(rng.uniform(0.5, 1.5) * PAUSE_S)

    async def _give(self, intent: Intent, rng: random.Random) -> None:
        """Try with the same key until there is an answer that says what became of it."""
        deadline = max(time.monotonic(), self._ends) + ANSWERED_WITHIN_S
        pause = 0.05
        while True:
            intent.tries += 1
            try:
                answer = await self._try(intent, rng)
            except httpx.TransportError as cut:
                self.unknown[type(cut).__name__] += 1
            else:
                if answer.status_code == 200:
                    intent.answer = answer.json()
                    return
                if 400 <= answer.status_code < 500:
                    intent.refused = answer.json()
                    return
                self.unknown[f"{answer.status_code} {_rule(answer)}"] += 1
            assert time.monotonic() < deadline, f"{intent.command} {intent.key} was never answered: {self.unknown}"
            await asyncio.sleep(pause * rng.uniform(0.5, 1.5))
            pause = min(pause * 2, 1.0)

    async def _try(self, intent: Intent, rng: random.Random) -> httpx.Response:
        if rng.random() >= OWN_PORT_SHARE:
            return await self._people[intent.by].do("grid", intent.command, intent.body, intent.key)
        headers = {"Authorization": f"Bearer {self._tokens[intent.by]}", "Idempotency-Key": intent.key}
        return await self._direct.post(f"/commands/{intent.command}", json=intent.body, headers=headers)


def _rule(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("rule", ""))
    except ValueError:
        return answer.text[:40]


Step = tuple[str, str, dict[str, Any], tuple[str, ...], str]
REPORTED = ("event.reported.v1", "event.filed.v1")


def _way(rng: random.Random, body: dict[str, Any], photo: dict[str, Any]) -> Iterator[Step]:
    """(by, command, body, facts it comes to, status it leads to) of each step."""
    choice = rng.random()
    if choice < 0.2:
        own = {**body, "photos": [photo], "after_photos": [photo]}
        yield "worker-01", "report", own, (*REPORTED, "event.self_handled.v1"), "CHECKING"
        yield "checker", "close", {}, ("event.closed.v1",), "CLOSED"
        return
    yield "worker-01", "report", body, REPORTED, "FILED"
    if choice < 0.35:
        yield "checker", "close", {}, (), "FILED"  # illegal here
    if choice < 0.55:
        reason = {"reason": "BEYOND_GRID"}
        yield "dispatcher", "refer", reason, ("event.referred.v1", "referral.made.v1"), "REFERRED"
        return
    yield "dispatcher", "dispatch", {"unit": "cg"}, ("event.dispatched.v1",), "DISPATCHED"
    yield "duty-cg", "accept", {}, ("event.accepted.v1",), "PROCESSING"
    yield "duty-cg", "feed_back", {"after": [photo]}, ("event.fed_back.v1",), "FED_BACK"
    yield "checker", "start_check", {}, ("event.check_started.v1",), "CHECKING"
    yield "checker", "close", {}, ("event.closed.v1",), "CLOSED"


async def _kill_all_the_time(drilled: Drilled, rng: random.Random, killed: list[str]) -> None:
    """SIGKILL everything so many times, in any order, at any time."""
    targets = [target for target in TARGETS for _ in range(TIMES)]
    rng.shuffle(targets)
    began, each = time.monotonic(), LASTS_S / len(targets)
    for n, target in enumerate(targets):
        await asyncio.sleep(max(0.0, began + (n + rng.uniform(0.1, 0.9)) * each - time.monotonic()))
        await drilled.kill(target)
        killed.append(target)


async def test_nothing_is_lost_doubled_or_made_up(drilled: Drilled, figure: Callable[[str, float, str], None]) -> None:
    seed = os.environ.get("SHUNIU_DRILL_SEED") or secrets.token_hex(4)
    print(f"seed {seed}")
    rng = random.Random(seed)
    people = {login: await drilled.person(login) for login in PEOPLE}
    photo = await drilled.street.desk("worker-01").send("grid", draw(Picture("site", False, 1)))
    already = {service: len(await drilled.log(service)) for service in SERVICES}
    figures_before = await _reported(people["operator"])
    tokens = {login: drilled.token(person.account) for login, person in people.items()}
    clients = Clients(drilled, people, photo, rng)
    killed: list[str] = []

    async with AsyncExitStack() as stack:
        screen = await stack.enter_async_context(Screen(await drilled.person("operator")))
        async with asyncio.TaskGroup() as group:
            group.create_task(clients.work(LASTS_S))
            group.create_task(_kill_all_the_time(drilled, rng, killed))
        assert Counter(killed) == dict.fromkeys(TARGETS, TIMES)
        began = time.monotonic()
        await drilled.healthy(within=HEALED_WITHIN_S)
        await drilled.caught_up(within=HEALED_WITHIN_S)
        healed = time.monotonic() - began

        # Whoever was let in before the first death still is.
        for login, token in tokens.items():
            await _let_in(drilled, token)
            assert (await people[login].get("/session"))["account"]["login"] == login

        logs = {service: await drilled.log(service) for service in SERVICES}
        _log_is_the_record(clients, logs["grid"][already["grid"] :])
        _reactions_are_the_record(clients, logs["grid"][already["grid"] :], logs["whistle"][already["whistle"] :])
        told = {event.type.split(".")[2] for event in logs["gateway"][already["gateway"] :]}
        assert told <= {"notice", "delivery"}, "nobody told the gateway anything but what it tells others"
        shown = await all_matters(people["operator"])
        _view_is_the_record(clients, logs, shown)
        assert await _reported(people["operator"]) - figures_before == len(clients.cases)
        for case in rng.sample(clients.cases, min(LOOKED_AT, len(clients.cases))):
            await _timeline_is_the_log(people["operator"], case, logs["grid"])
        # The screen that was on all the time shows what a fresh one does.
        await until(lambda: _versions(screen.seen) == _versions(shown), within=HEALED_WITHIN_S)

    accepted = [intent for intent in clients.intents if intent.answer is not None]
    tries = sum(intent.tries for intent in clients.intents)
    print(f"{tries} tries, unknown: {dict(clients.unknown)}; screen: {screen.cuts} cuts, {screen.resets} resets")
    figure("kill drill, commands accepted", len(accepted), f"in {LASTS_S:g} s, {tries - len(clients.intents)} retries")
    figure("kill drill, all cursors at their heads after", healed, "s")


async def _let_in(drilled: Drilled, token: str) -> None:
    async with httpx.AsyncClient(timeout=15, trust_env=False) as client:
        for service, path in (("grid", "/events"), ("whistle", "/whistles")):
            answer = await client.get(
                f"{drilled.own_port(service)}{path}", headers={"Authorization": f"Bearer {token}"}
            )
            assert answer.status_code == 200, answer.text


async def _reported(operator: Person) -> float:
    rows = (await operator.get("/measures", name="grid.reported"))["rows"]
    return float(sum(row["value"] for row in rows))


def _name(event: CloudEvent) -> str:
    return event.type.split(".", 2)[2]


def _log_is_the_record(clients: Clients, events: list[CloudEvent]) -> None:
    """Every accepted command's events, once and in one run; of refused ones nothing; of nobody nothing."""
    illegal = [i for i in clients.intents if not i.facts]
    surprising = [i for i in clients.intents if i.facts and i.refused is not None]
    assert not surprising, [(i.command, i.tries, i.refused) for i in surprising[:5]]
    assert all(i.refused is not None and i.refused["status"] == 409 for i in illegal)

    by_cause: dict[str, list[CloudEvent]] = defaultdict(list)
    for event in events:
        by_cause[event.causationid].append(event)
    for intent in clients.intents:
        mine = by_cause.pop(intent.key, [])
        assert tuple(map(_name, mine)) == intent.facts, intent
        if intent.answer is None:
            continue
        assert [e.position for e in mine] == list(range(mine[0].position, mine[0].position + len(mine)))
        assert (intent.answer["epoch"], intent.answer["position"]) == (mine[-1].epoch, mine[-1].position)
        assert {e.correlationid for e in mine} == {intent.matter}
    # What is left was caused by the whistle's answers to referrals, and by nothing else.
    assert all(map(_is_answer, (e for rest in by_cause.values() for e in rest)))

    # The same told by content alone, whatever the log says of causes.
    facts = [(e, msgspec.json.decode(e.data.fact)) for e in events]
    markers = Counter(fact["place"]["name"] for e, fact in facts if _name(e) == "event.reported.v1")
    assert markers == Counter(case.marker for case in clients.cases)
    said = Counter((fact["matter"], _name(e)) for e, fact in facts if "matter" in fact)
    wanted = Counter(
        (intent.matter, name)
        for intent in clients.intents
        if intent.answer is not None
        for name in intent.facts
        if name.startswith("event.")
    )
    assert {k: n for k, n in said.items() if k[1] != "event.referral_taken.v1"} == wanted
    assert not wanted or max(said.values()) == 1


def _is_answer(event: CloudEvent) -> bool:
    return _name(event) == "event.referral_taken.v1"


def _reactions_are_the_record(clients: Clients, grid: list[CloudEvent], whistle: list[CloudEvent]) -> None:
    """Every referral accepted from a client became one whistle, and its event heard of it once."""
    referred = {case.id for case in clients.cases if case.referred}
    made = {e.id: msgspec.json.decode(e.data.fact) for e in grid if _name(e) == "referral.made.v1"}
    assert Counter(fact["subject"]["matter"] for fact in made.values()) == Counter(list(referred))
    drafted = [e for e in whistle if _name(e) == "whistle.drafted.v1"]
    assert Counter(e.causationid for e in drafted) == Counter(list(made))
    subjects = (msgspec.json.decode(e.data.fact)["plan"]["subject"]["matter"] for e in drafted)
    assert Counter(subjects) == Counter(list(referred))
    taken = {e.id for e in whistle if _name(e) == "referral.taken.v1"}
    assert len(taken) == len(drafted)
    assert len(whistle) == 2 * len(drafted)
    heard = [e for e in grid if _is_answer(e)]
    assert Counter(e.causationid for e in heard) == Counter(list(taken))
    assert Counter(e.correlationid for e in heard) == Counter(list(referred))


def _view_is_the_record(clients: Clients, logs: dict[str, list[CloudEvent]], shown: dict[str, dict[str, Any]]) -> None:
    """The gateway shows every event as its client left it, each at the version its log has, and nothing else."""
    for case in clients.cases:
        assert shown[case.id]["status"] == case.status, case
        assert case.marker in shown[case.id]["title"] or shown[case.id]["place"]["name"] == case.marker
    latest: dict[str, int] = {}
    for service in ("grid", "whistle"):
        for event in logs[service]:
            if (matter := event.data.summary.matter) is not None:
                latest[matter.id] = matter.version
    assert _versions(shown) == latest


def _versions(matters: dict[str, dict[str, Any]]) -> dict[str, int]:
    return {id_: matter["version"] for id_, matter in matters.items()}


async def _timeline_is_the_log(operator: Person, case: Case, log: list[CloudEvent]) -> None:
    page = await operator.get(f"/matters/grid/grid_event/{case.id}")
    steps = [step["id"] for step in page["timeline"] if step["source"] == GRID and step["matter"]["id"] == case.id]
    told = [e for e in log if e.correlationid == case.id and e.data.summary.step is not None]
    said = [f"{GRID} {event_id(e.epoch, e.position)}" for e in told]
    assert sorted(steps) == sorted(said)
    linked = [(link["relation"], link["source"], link["id"]) for link in page["links"]]
    assert len(set(linked)) == len(linked)
    assert {source for _, source, _ in linked} == ({WHISTLE} if case.referred else set())
    assert len({id_ for *_, id_ in linked}) == case.referred
