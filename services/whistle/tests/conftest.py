"""A street to try the rules on: the chassis's own batch over rows in memory, without a database or a bus."""

from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import msgspec
import pytest
from shuniu.chassis.batch import Batch, Head
from shuniu.chassis.context import Actor, Context
from shuniu.chassis.counter import COUNTER
from shuniu.chassis.decision import Answer, Offer
from shuniu.chassis.processor import FIRE_TIMER, FireTimer
from shuniu.chassis.registry import RegistrySnapshot
from shuniu.chassis.rows import Key
from shuniu.chassis.service import Catalogue, Received
from shuniu.chassis.state import Stored
from shuniu.contracts.envelope import CloudEvent
from shuniu.contracts.referral import ReferralMade, ReferralSubject
from shuniu.contracts.summary import Place, RegistryEntry
from shuniu.contracts.text import Text
from shuniu.rules.calendar import local
from shuniu.rules.ids import IdSource
from shuniu.rules.peering import about
from shuniu.rules.refusal import Refusal
from shuniu.rules.shipped import calendar, profile
from shuniu_whistle import service
from shuniu_whistle.duty.zones import DutyZone
from shuniu_whistle.settings import WhistleSettings
from shuniu_whistle.whistles import FACE
from shuniu_whistle.whistles.reactions import TAKE_REFERRAL, TakeReferral
from shuniu_whistle.whistles.state import Callout, OpenWhistle, Whistle
from shuniu_whistle.whistles.whistle import OPEN_WHISTLE, WHISTLE

SCOPE = "320199001"
DISTRICT = "320199"
COMMUNITY = "320199001001"
GRID = "320199001001001"
OTHER_COMMUNITY = "320199001002"
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai, a working day
PHOTO = {"sha256": "a" * 64, "size": 1000, "media_type": "image/jpeg"}
TEXTS = service.texts.merged(Catalogue.load("shuniu.chassis"))
TIMER = Actor(id="timer", kind="timer", clearance=4)

T = TypeVar("T")


def at_once(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("it waited")


def person(id_: str, *roles: str, areas: tuple[str, ...] = (SCOPE,), units: tuple[str, ...] = ()) -> Actor:
    """An actor of the street."""
    return Actor(id=id_, roles=frozenset(roles), areas=areas, units=units)


PEOPLE: dict[str, Actor] = {
    "clerk": person("k1", "street_clerk", units=("street-office",)),
    "leader": person("l1", "leading_group", units=("street-office",)),
    "secretary": person("p1", "party_secretary", units=("street-office",)),
    "director": person("d1", "office_director", units=("street-office",)),
    "cg": person("f1", "duty_officer", areas=(), units=("cg",)),
    "jj": person("f2", "duty_officer", areas=(), units=("jj",)),
    "xf": person("f3", "duty_officer", areas=(), units=("xf",)),
    "coordinator": person("c1", "district_coordinator", areas=(DISTRICT,)),
    "community": person("s1", "community_secretary", areas=(COMMUNITY,), units=(f"c-{COMMUNITY}",)),
    "neighbour": person("s2", "community_secretary", areas=(OTHER_COMMUNITY,), units=(f"c-{OTHER_COMMUNITY}",)),
    "enterprise": person("e1", "enterprise_contact", areas=(GRID,), units=(f"e-{GRID}",)),
    "elsewhere": person("k2", "street_clerk", "leading_group", areas=("320199002",)),
    "both": person("b1", "street_clerk", "duty_officer", "leading_group", units=("street-office", "cg")),
    "registrar": person("r1", "registrar", areas=(SCOPE,)),
    "worker": person("w1", "grid_worker", areas=(GRID,)),
}


def people_of(scope: str) -> dict[str, Actor]:
    """The same people, of another street."""

    def moved(code: str) -> str:
        return code.replace(SCOPE, scope).replace(DISTRICT, scope[:6]) if scope != SCOPE else code

    return {
        who: replace(a, areas=tuple(map(moved, a.areas)), units=tuple(map(moved, a.units))) for who, a in PEOPLE.items()
    }


def _entries(scope: str) -> Iterable[RegistryEntry]:
    community, other, grid = (code.replace(SCOPE, scope) for code in (COMMUNITY, OTHER_COMMUNITY, GRID))
    for code, level in ((scope, "STREET"), (community, "COMMUNITY"), (other, "COMMUNITY"), (grid, "GRID")):
        yield RegistryEntry(kind="area", code=code, subtype=level, title=Text(f"区域{code[-3:]}", code))
    for unit in ("cg", "jj", "xf"):
        yield RegistryEntry(kind="unit", code=unit, subtype="DEPARTMENT", title=Text(f"单位{unit}", unit))
    yield RegistryEntry(kind="unit", code="street-office", subtype="STREET", title=Text("街道办事处", "Street office"))
    for code in (community, other):
        yield RegistryEntry(kind="unit", code=f"c-{code}", subtype="COMMUNITY", title=Text("社区", "Community"))
    yield RegistryEntry(kind="unit", code="elders", subtype="COMMUNITY", title=Text("社区", "Community"))
    yield RegistryEntry(kind="unit", code=f"e-{grid}", subtype="ENTERPRISE", title=Text("园区", "Park"))


class Street:
    """The whistle service's rules at work. ``now`` is whatever the test says; every answer is the batch's own."""

    def __init__(self, now: datetime = MONDAY, scope: str = SCOPE) -> None:
        self.now = now
        self.scope = scope
        self.rows: dict[Key, Stored] = {}
        self.events: list[CloudEvent] = []
        self.private: dict[str, dict[str, str]] = {}
        self.settings = WhistleSettings()
        self.registry = RegistrySnapshot(list(_entries(scope)))
        self.kinds = {k.name: k for k in (*service.rows, COUNTER)}
        self.ids = IdSource()
        self.people = people_of(scope)
        self.told: dict[str, int] = {}
        """How much of our log another street has heard."""
        self.id = ""
        """The whistle under way."""
        self.callouts: dict[str, str] = {}

    def context(self, actor: Actor, prepared: Any = None) -> Context:
        """What a rule is given."""
        at = max([self.now, *(e.time for e in self.events[-1:])])
        return Context(
            now=at,
            actor=actor,
            scope=self.scope,
            service="whistle",
            calendar=calendar(),
            registry=self.registry,
            profile=profile,
            new_id=lambda: self.ids.new(at),
            settings=self.settings,
            prepared=prepared,
            texts=service.texts,
        )

    def give(self, command: Any, body: Any, actor: Actor, prepared: Any = None) -> Answer:
        """Decide one command as the command processor would; rows and events stay as they were when it refuses."""

        async def load(keys: Iterable[Key]) -> dict[Key, Stored]:
            return {k: Stored(None, 0) for k in keys}

        ctx = self.context(actor, prepared)
        batch = Batch(
            service=service,
            kinds=self.kinds,
            head=Head("e", len(self.events), ctx.now),
            source=f"/{self.scope}/whistle",
            now=ctx.now,
            rows=dict(self.rows),
            load=load,
        )
        if command.roles and actor.kind == "person":
            actor.require_role(*command.roles)
        answer = at_once(batch.decide(command, body, ctx, "test", ""))
        self.rows = dict(batch.rows)
        self.events += [msgspec.json.decode(e.envelope, type=CloudEvent) for e in batch.events]
        self.private.update({p.ref: dict(p.fields) for _, p in batch.private})
        return answer

    def do(self, who: str, move: str, **body: Any) -> dict[str, Any]:
        """Let somebody give ``whistle.<move>``, or ``move`` itself where it names its noun.

        ``whistle`` is filled in, ``callout`` may be a unit's code.
        """
        command = service.command(move if "." in move else f"whistle.{move}")
        assert command is not None
        fields = command.struct.__struct_fields__ if command.kind == "whistle" else ()
        if "whistle" in fields:
            body.setdefault("whistle", self.id)
        if "callout" in fields:
            body["callout"] = self.callout(body.get("callout", "cg")).id
        prepared = self.private if move == "not_solved" else self.zones() if move in ("draft", "amend") else None
        answer = self.give(command, msgspec.convert(body, command.struct), self.people[who], prepared).answer
        if move in ("draft", "not_solved"):
            self.id = answer["whistle"]
        return answer

    def refused(self, rule: str, who: str, move: str, **body: Any) -> Refusal:
        """The move is refused under ``rule``, names state and move, and changes neither rows nor log."""
        rows, events = dict(self.rows), list(self.events)
        with pytest.raises(Refusal) as caught:
            self.do(who, move, **body)
        assert caught.value.rule == rule, caught.value
        assert (self.rows, self.events) == (rows, events)
        assert f"rule.{rule}" in TEXTS, rule
        if rule != "access.role" and caught.value.status != 404:
            assert caught.value.event or rule == "matter.moved_on", rule
            assert caught.value.state or self.opens(move), rule
        return caught.value

    def zones(self) -> tuple[DutyZone, ...]:
        """The duty zones there are, as a draft's ``prepare`` finds them."""
        return tuple(s.row for k, s in self.rows.items() if k.kind == "duty_zone" and s.row and s.row.active)

    def opens(self, move: str) -> bool:
        """Whether the move begins a matter, which then has no status yet."""
        command = service.command(move if "." in move else f"whistle.{move}")
        return command is not None and bool(command.opens)

    def allowed(self, who: str, move: str, **body: Any) -> bool:
        """Whether the move would be taken, without making it."""
        rows, events, id_ = dict(self.rows), list(self.events), self.id
        try:
            self.do(who, move, **body)
        except Refusal:
            return False
        else:
            return True
        finally:
            self.rows, self.events, self.id = rows, events, id_

    def tick(self, **delta: float) -> None:
        """Let time pass and let every timer fire that is due, in the order of its time."""
        until = self.now + timedelta(**delta)
        while True:
            due = [
                (t.due_at, key, t)
                for key, stored in self.rows.items()
                if stored.row is not None
                for t in self.kinds[key.kind].timers(stored.row)
                if t.due_at <= until
            ]
            if not due:
                break
            self.now, key, timer = min(due, key=lambda d: (d[0], d[2].name))
            before = len(self.events)
            self.give(FIRE_TIMER, FireTimer(key.kind, key.id, timer.name, timer.generation), TIMER)
            assert len(self.events) > before, f"{timer} fires for nothing"
        self.now = until

    def fields_of(self, command: str) -> tuple[str, ...]:
        """The fields of a command."""
        found = service.command(command)
        assert found is not None
        return found.struct.__struct_fields__

    @property
    def today(self) -> date:
        """The business date."""
        return local(self.now).date()

    @property
    def w(self) -> Whistle:
        """The whistle under way."""
        row: Whistle = self.rows[WHISTLE.key(self.id)].row
        return row

    def callout(self, unit: str) -> Callout:
        """The standing callout of a unit (or the one of that id)."""
        found = [c for c in self.w.callouts if unit in (c.unit, c.id)]
        return found[-1] if found else Callout(id=unit, unit=unit, role="CO")

    @property
    def open_rows(self) -> list[OpenWhistle]:
        """The guard rows there are."""
        return [s.row for k, s in self.rows.items() if k.kind == OPEN_WHISTLE.name and s.row is not None]

    def facts(self, name: str = "") -> list[dict[str, Any]]:
        """The facts said so far, those named ``<noun>.<past>.v1`` if one is given."""
        return [msgspec.json.decode(e.data.fact) for e in self.events if not name or e.type == f"shuniu.whistle.{name}"]

    def names(self) -> list[str]:
        """The names of the events so far."""
        return [e.type.removeprefix("shuniu.whistle.") for e in self.events]

    def offers(self, who: str) -> dict[str, Offer]:
        """What the page offers somebody now, by action (the last one of each)."""
        face = FACE
        return {o.action.removeprefix("whistle."): o for o in face.offers(self.w, self.context(self.people[who]))}

    def as_seen_by(self, who: str) -> Context:
        """What somebody's page is made with, its texts opened."""
        return self.context(self.people[who], self.private)

    def tell(self, *others: "Street") -> None:
        """Let other streets hear what of our log is said to them, as their reactions would."""
        for other in others:
            heard = self.told.get(other.scope, 0)
            self.told[other.scope] = len(self.events)
            for event in self.events[heard:]:
                name = event.type.split(".", 2)[2]
                if not name.startswith("referral.") or not about(event, other.scope):
                    continue
                received: Received[Any] = Received(event, b"", self.scope, "whistle")
                for reaction in service.reactions:
                    if "*@*" in reaction.sources and name in reaction.handles:
                        caused = reaction.command(received)
                        if caused is not None:
                            other.give(*caused, Actor(id="reaction", kind="reaction", clearance=4))

    def refer(self, referral: str = "r1", matter: str = "m1", scope: str = SCOPE, kind: str = "whistle") -> Answer:
        """Another service refers a matter."""
        subject = ReferralSubject(
            source=f"/{SCOPE}/grid",
            kind="grid_event",
            matter=matter,
            number="WG261123-0001",
            title="暴露垃圾 · 双安巷",
            category="0102",
            area=GRID,
            place=Place(name="双安巷"),
        )
        made = ReferralMade(referral=referral, to_scope=scope, to_kind=kind, subject=subject, reason="BEYOND")
        body = TakeReferral(made_by=f"/{SCOPE}/grid", referral=made)
        actor = Actor(id="reaction", kind="reaction", clearance=4)
        answer = self.give(TAKE_REFERRAL, body, actor)
        if answer.answer:
            self.id = answer.answer["whistle"]
        return answer

    # --- stretches of the way ----------------------------------------------------------------------------------------

    def draft(self, **body: Any) -> "Street":
        """An UP draft by the clerk: cg leads, jj supports."""
        given = {
            "item": "STREET_VENDORS",
            "area": GRID,
            "place": {"name": "黄家圩十字街"},
            "lead": "cg",
            "co": ["jj"],
            "description": "流动摊贩乱摆卖",
        }
        self.do("clerk", "draft", **{**given, **body})
        return self

    def down(self, who: str = "community", **body: Any) -> "Street":
        """A DOWN draft by the community: the street leads, cg supports."""
        given: dict[str, Any] = {
            "direction": "DOWN",
            "item": "LANE_PARKING",
            "area": GRID,
            "place": {"name": "双安巷"},
            "lead": "street-office",
            "description": "人车混行",
        }
        self.do(who, "draft", **{**given, **body})
        return self

    def blown(self, **body: Any) -> "Street":
        """Drafted, submitted and blown."""
        kind = body.get("kind", "ROUTINE")
        self.draft(**body)
        self.do("clerk", "submit")
        self.do("secretary" if kind == "HARD" else "leader", "blow")
        return self

    def to_working(self, unit: str, worker: str = "", caller: str = "clerk") -> "Street":
        """One callout signed, contacted, reported in and at work."""
        worker = worker or unit
        self.do(worker, "sign", callout=unit)
        self.do(worker, "contact", callout=unit)
        self.do(caller, "report_in", callout=unit, at=self.now, where="路口", people=3)
        day = self.w.finish_by
        self.do(worker, "start", callout=unit, measures="定点值守", finish_on=day)
        return self

    def finished(self, unit: str, worker: str = "") -> "Street":
        """A working callout finished with evidence."""
        self.do(worker or unit, "finish", callout=unit, evidence=[PHOTO])
        return self

    def resolved(self, **body: Any) -> "Street":
        """Blown and everything done by both units."""
        self.blown(**body)
        for unit in ("jj", "cg"):
            self.to_working(unit).finished(unit)
        return self

    def evaluated(self, **body: Any) -> "Street":
        """Resolved and rated."""
        self.resolved(**body)
        for unit in ("cg", "jj"):
            self.do("clerk", "rate", callout=unit, response=5, attitude=4, result=3)
        return self


@pytest.fixture
def street() -> Street:
    """A fresh street on Monday, 2026-11-23, 09:00."""
    return Street()


@pytest.fixture
def new_street() -> Callable[..., Street]:
    """Makes a street that begins at another time, or lies elsewhere."""
    return Street
