"""What every service must do, ours like a stranger's: subclass :class:`ServiceConformance` in your tests.

    class TestConformance(ServiceConformance):
        service = my_service

It needs the ``hosts`` fixture of this plug-in: a real PostgreSQL and a real NATS.
"""

import ast
import json
import re
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

import httpx
import jsonschema
import msgspec
from openapi_spec_validator import validate

from shuniu.chassis.context import Actor
from shuniu.chassis.host import CHASSIS_TEXTS, Host
from shuniu.chassis.http.manifest import manifest_document, missing_texts
from shuniu.chassis.log import read_head, read_page
from shuniu.chassis.processor import Submission
from shuniu.chassis.service import Command, Service
from shuniu.contracts.envelope import CloudEvent, event_subject
from shuniu.contracts.manifest import Manifest
from shuniu.contracts.text import Text
from shuniu.testing import lostproperty
from shuniu.testing.servers import Hosts
from shuniu.testing.waiting import until

__all__ = ("ServiceConformance",)

STOP_LIMIT_S = 10.0
_RULE = re.compile(r"(?:Conflict|Unprocessable|Forbidden|NotFound|IllegalMove)\(\s*[\"']([a-z_.]+)[\"']")
_CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
_SPECVERSION = "1.0"


def _english_in(tree: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Every English text of a document, with its place."""
    if isinstance(tree, dict) and set(tree) == {"zh", "en"} and isinstance(tree["en"], str):
        yield where, tree["en"]
    elif isinstance(tree, dict):
        for name, part in tree.items():
            yield from _english_in(part, f"{where}.{name}".lstrip("."))
    elif isinstance(tree, list):
        for n, part in enumerate(tree):
            yield from _english_in(part, f"{where}.{n}")


class ServiceConformance:
    """The suite. ``service`` is the service under test."""

    service: ClassVar[Service]
    names: ClassVar[frozenset[str]] = frozenset()
    """Places in the manifest whose English is a proper name that has no English (``texts.place.x``)."""

    # ---- what it says of itself

    def test_manifest_is_valid(self) -> None:
        """It decodes strictly, and everything it refers to is declared."""
        document = manifest_document(self.service)
        manifest = msgspec.json.decode(document.body, type=Manifest)
        kinds = {k.id for k in manifest.kinds}
        measures = {m.name for m in manifest.measures}
        rates = {r.name for r in manifest.rates}
        for kind in manifest.kinds:
            for ids in (
                [s.id for s in kind.statuses],
                [s.id for s in kind.unit_statuses],
                [c.id for c in kind.categories],
            ):
                assert len(set(ids)) == len(ids), f"{kind.id} declares something twice"
        for rate in manifest.rates:
            assert set(rate.numerator) | set(rate.denominator) <= measures, f"rate {rate.name} uses unknown measures"
        for panel in manifest.panels:
            assert not panel.measure or panel.measure in measures, panel.id
            assert not panel.rate or panel.rate in rates, panel.id
            assert not panel.matter_kind or panel.matter_kind in kinds, panel.id
        for action in manifest.actions:
            assert not action.kind or action.kind in kinds, action.name
            assert not action.opens or action.opens in kinds, action.name
            jsonschema.Draft202012Validator.check_schema(action.schema)
            if action.matter_field:
                assert action.matter_field in action.schema["properties"], action.name
        for event in manifest.events:
            jsonschema.Draft202012Validator.check_schema(event.schema)

    def test_every_text_is_there_in_both_languages(self) -> None:
        """Nothing of the manifest lacks a title, no text lacks a language."""
        assert missing_texts(self.service) == []
        for key, text in self.service.texts.items():
            assert isinstance(text, Text)
            assert text.zh and text.en, key
        for where, english in _english_in(json.loads(manifest_document(self.service).body)):
            assert where in self.names or not _CHINESE.search(english), where
        groups = {c.group for kind in self.service.kinds for c in kind.categories if c.group}
        assert not {g for g in groups if not {g, f"group.{g}"} & set(self.service.texts)}

    def test_every_rule_has_its_text(self) -> None:
        """A refusal a person may meet is worded in the catalogue."""
        package = Path(str(import_module(self.service.package).__file__)).parent
        rules = {rule for path in package.rglob("*.py") for rule in _RULE.findall(path.read_text("utf-8"))}
        texts = self.service.texts.merged(CHASSIS_TEXTS)
        assert not {rule for rule in rules if f"rule.{rule}" not in texts}

    def test_every_notice_is_worded_and_meant_for_somebody(self) -> None:
        """Whoever says somebody must be told says whom, and in words of the catalogue (never a person's)."""
        package = Path(str(import_module(self.service.package).__file__)).parent
        texts = self.service.texts
        for path in package.rglob("*.py"):
            for call in _calls(path, "Notice"):
                where, given = f"{path.name}:{call.lineno}", {k.arg: k.value for k in call.keywords}
                assert given.keys() & {"accounts", "units", "roles"}, f"{where} tells nobody"
                assert "roles" not in given or "areas" in given, f"{where}: roles without areas mean nobody"
                text = given.get("text")
                if isinstance(text, ast.Constant):
                    assert text.value in texts, f"{where}: {text.value!r} is no text"
                elif isinstance(text, ast.JoinedStr) and isinstance(text.values[0], ast.Constant):
                    family = str(text.values[0].value)
                    assert any(key.startswith(family) for key in texts), f"{where}: there is no text {family}…"

    def test_commands_forbid_unknown_fields(self) -> None:
        """Bad input is named, never ignored."""
        for command in self.service.commands:
            assert command.struct.__struct_config__.forbid_unknown_fields, command.name

    # ---- how it lives

    async def test_starts_and_serves_alone(self, hosts: Hosts) -> None:
        """With a database and nothing else it answers, and says what it is."""
        host = await hosts.start(self.service, bus=False)
        async with _client(host) as client:
            assert (await client.get("/health")).status_code == 200
            manifest = (await client.get("/manifest")).json()
            assert manifest["service"] == self.service.name
            openapi = (await client.get("/schema/openapi.json")).json()
            assert openapi["openapi"].startswith("3.1")
            validate(openapi)
            public = {c.name for c in self.service.commands if c.public}
            for command in self.service.commands:
                if not command.internal and command.name not in public:
                    answer = await client.post(f"/commands/{command.name}", json={}, headers={"Idempotency-Key": "x"})
                    assert answer.status_code == 401, command.name
                    assert answer.headers["content-type"].startswith("application/problem+json")

    async def test_piccolo_tables_match_the_migrated_schema(self, hosts: Hosts) -> None:
        """What routes query is what migrations made."""
        host = await hosts.start(self.service, bus=False)
        for table in self.service.tables:
            records = await host.pool.fetch(
                "select column_name from information_schema.columns where table_name = $1", table._meta.tablename
            )
            there = {r["column_name"] for r in records}
            declared = {c._meta.db_column_name for c in table._meta.columns}
            assert declared <= there, (table._meta.tablename, declared - there)

    async def test_stops_within_its_limit(self, hosts: Hosts) -> None:
        """A stop finishes what is under way and ends."""
        host = await hosts.start(self.service)
        begun = time.monotonic()
        await host.stop()
        assert time.monotonic() - begun < STOP_LIMIT_S

    # ---- how it hears

    async def test_hears_a_neighbour_it_has_never_met_once(self, hosts: Hosts) -> None:
        """An unknown event type is passed over, its registry summary taken in; delivered twice it has one effect."""
        host = await hosts.start(self.service)
        neighbour = await hosts.start(_neighbour_of(self.service))
        await _open_cupboard(neighbour, "A1")
        await until(lambda: host.registry.current.get("unit", "A1"), within=15)
        before = await read_head(host.pool)
        await _publish_again(hosts, neighbour)
        await _open_cupboard(neighbour, "A2")
        await until(lambda: host.registry.current.get("unit", "A2"), within=15)
        cursors = await host.pool.fetch(
            "select consumer, position from cursor where source = $1 and consumer = 'registry'", neighbour.source
        )
        assert [r["position"] for r in cursors] == [2]
        assert await read_head(host.pool) == before

    async def test_poison_parks_its_matter_and_nothing_else(self, hosts: Hosts) -> None:
        """What cannot be understood waits aside as a row; the feed goes on."""
        database = await hosts.database("lostproperty")
        silent = await hosts.start(_neighbour_of(self.service), bus=False, database_url=database)
        await _open_cupboard(silent, "B1")
        await _open_cupboard(silent, "B2")
        await silent.stop()
        await _spoil(silent, database, position=1)
        neighbour = await hosts.start(_neighbour_of(self.service), database_url=database)
        host = await hosts.start(self.service)
        await until(lambda: host.registry.current.get("unit", "B2"), within=15)
        parked = await host.pool.fetch(
            "select position from parked where source = $1 and consumer = 'registry'", neighbour.source
        )
        assert [r["position"] for r in parked] == [1]
        assert host.registry.current.get("unit", "B1") is None


def _calls(path: Path, name: str) -> list[ast.Call]:
    """Calls of ``name`` in a module."""
    tree = ast.parse(path.read_text("utf-8"))
    return [n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == name]


def _neighbour_of(service: Service) -> Service:
    assert service.name != lostproperty.service.name, "the made-up service is its own neighbour"
    return lostproperty.service


def _client(host: Host) -> httpx.AsyncClient:
    app: Any = host.app  # httpx and litestar spell the ASGI types differently
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://service")


async def _open_cupboard(neighbour: Host, code: str) -> None:
    command: Command[Any] = lostproperty.OPEN_CUPBOARD
    actor = Actor(id="keeper", roles=frozenset({"keeper"}), areas=(neighbour.scope,))
    body = lostproperty.OpenCupboard(code=code)
    await neighbour.processor.submit(Submission(command=command, body=body, actor=actor, key=f"open-{code}"))


async def _publish_again(hosts: Hosts, neighbour: Host) -> None:
    """The same event a second time, past every deduplication of the transport."""
    import nats

    page = await read_page(neighbour.pool, 0)
    event = msgspec.json.decode(page.events[0], type=CloudEvent)
    subject = event_subject(neighbour.scope, neighbour.service.name, event.type.split(".", 2)[2])
    connection = await nats.connect(hosts.servers.nats.url)
    try:
        for _ in range(2):
            await connection.jetstream().publish(subject, bytes(page.events[0]))
    finally:
        await connection.close()


async def _spoil(silent: Host, database: str, position: int) -> None:
    """Make the event at ``position`` one no release of ours would write: its registry entry is of no known kind."""
    import asyncpg

    connection = await asyncpg.connect(database)
    try:
        raw = await connection.fetchval("select envelope from event_log where position = $1", position)
        event = json.loads(raw)
        assert event["specversion"] == _SPECVERSION
        event["data"]["summary"]["registry"][0]["kind"] = "nonsense"
        await connection.execute(
            "update event_log set envelope = $2 where position = $1", position, json.dumps(event).encode()
        )
    finally:
        await connection.close()
