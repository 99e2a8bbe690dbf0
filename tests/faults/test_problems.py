"""What bad input gets: wrong role, area or unit 403 and audited; bad bodies 4xx that name the field. Nothing changes.

The tables are made from the commands themselves: each of a service's commands, each field of its body.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
import pytest_asyncio
from msgspec import inspect
from shuniu.chassis.service import Command
from shuniu.testing.servers import Hosts
from shuniu.testing.waiting import until
from shuniu_gateway import service as gateway_service
from shuniu_grid import service as grid_service
from shuniu_grid.events.lifecycle import EVENT
from shuniu_insurance import service as insurance_service
from shuniu_services_desk import service as services_desk
from shuniu_volunteer import service as volunteer_service
from shuniu_whistle import service as whistle_service

from . import ways
from .bodies import grid_register_bodies, sample, sample_body
from .desk import ELSEWHERE, OUTSIDER, Desk, open_desk

pytestmark = pytest.mark.fault


SERVICES = [grid_service, whistle_service, gateway_service, insurance_service, volunteer_service, services_desk]


@pytest_asyncio.fixture(params=SERVICES, ids=lambda service: service.name)
async def desk(request: pytest.FixtureRequest, hosts: Hosts, tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk in front of each service in turn."""
    async with AsyncExitStack() as stack:
        yield await open_desk(request.param, hosts, tmp_path, stack)


@pytest_asyncio.fixture
async def grid(hosts: Hosts, tmp_path: Path) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        desk = await open_desk(grid_service, hosts, tmp_path, stack)
        await desk.put_photo("grid_worker")
        yield desk


@pytest_asyncio.fixture
async def whistle(hosts: Hosts, tmp_path: Path) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        desk = await open_desk(whistle_service, hosts, tmp_path, stack)
        await desk.put_photo("duty_officer@cg")
        yield desk


def _title(word: str) -> dict[str, str]:
    return {"zh": word, "en": word}


def _valid(desk: Desk) -> dict[str, dict[str, Any]]:
    """A well-formed body for every command of a service, whether or not it would be taken."""
    return {c.name: sample_body(c.struct) for c in _public(desk)} | _by_hand(desk)


def _by_hand(desk: Desk) -> dict[str, dict[str, Any]]:
    if desk.service is grid_service:
        on_event = {f"grid.{move}": {"event": "e1", **body} for move, body in ways.grid_bodies(desk).items()}
        return on_event | grid_register_bodies(desk) | {"grid.report": ways.report_body(desk)}
    if desk.service is whistle_service:
        on = {"whistle": "w1", "callout": "c1", "phase": "p1"}
        bodies = {"whistle.draft": ways.plan_body(desk)}
        for move, body in ways.whistle_bodies(desk).items():
            command = desk.service.command(f"whistle.{move}")
            assert command is not None
            bodies[command.name] = {**{n: v for n, v in on.items() if n in command.struct.__struct_fields__}, **body}
        return bodies
    if desk.service is not gateway_service:
        return {}
    rights = {"title": _title("岗位"), "roles": ["operator"]}
    return {
        "gateway.open_account": {"login": "somebody", **rights},
        "gateway.change_account": {"account": "a1", **rights},
        "gateway.close_account": {"account": "a1", "reason": ways.REASON},
        "gateway.import_units": {"units": [{"code": "new", "title": _title("新单位")}]},
    }


def _public(desk: Desk) -> list[Command[Any]]:
    return [command for command in desk.service.commands if not command.internal]


def _asker(command: Command[Any]) -> str:
    """A role that may give the command; where anybody may, just anybody."""
    return command.roles[0] if command.roles else "operator"


# --- bodies -----------------------------------------------------------------------------------------------------------


def _plain(info: inspect.Type) -> inspect.Type:
    """What an annotation is about, without what is only said beside it."""
    while isinstance(info, inspect.Metadata):
        info = info.type
    if isinstance(info, inspect.UnionType):
        return _plain(next(t for t in info.types if not isinstance(t, inspect.NoneType)))
    return info


def _wrong_type(info: inspect.Type) -> Any:
    """A value of another type; a number as text too, for nothing is coerced."""
    match info:
        case inspect.StrType():
            return 7
        case inspect.IntType() | inspect.FloatType():
            return "7"
        case inspect.BoolType():
            return "true"
        case inspect.LiteralType():
            return "NO_SUCH_WORD"
        case inspect.DateType() | inspect.DateTimeType():
            return "the day after tomorrow"
        case _:
            return "everything"


def _out_of_bounds(info: inspect.Type, element: Any) -> Iterator[Any]:
    """Values just over what the field says it holds; ``element`` is a good one for a list."""
    match info:
        case inspect.StrType():
            if info.max_length is not None:
                yield "7" * (info.max_length + 1)
            if info.min_length:
                yield "长"[: info.min_length - 1]
            if info.pattern is not None:
                yield next(text for text in ("<§>", " " * 10) if re.search(info.pattern, text) is None)
        case inspect.IntType() | inspect.FloatType():
            if info.le is not None:
                yield info.le + 1
            if info.ge is not None:
                yield info.ge - 1
        case inspect.VarTupleType() | inspect.ListType():
            if info.max_length is not None:
                yield [element] * (info.max_length + 1)
            if info.min_length:
                yield []
        case _:
            return


class Bad(NamedTuple):
    """A bad body and the field a refusal has to name."""

    body: dict[str, Any]
    field: str


def _element(desk: Desk, kind: inspect.Type, given: Any) -> Any:
    if isinstance(given, list) and given:
        return given[0]
    return sample(getattr(kind, "item_type", kind)) if hasattr(kind, "item_type") else "x"


def _bad_fields(
    desk: Desk, info: inspect.StructType, valid: dict[str, Any], path: str, put: Callable[[Any], Any]
) -> Iterator[Bad]:
    """Every way to spoil one field of a body; ``put`` sets the spoilt Struct where it stands in the whole body."""
    yield Bad(put({**valid, "surprise": 1}), f"{path}surprise")
    for field in info.fields:
        name, kind = field.encode_name, _plain(field.type)
        if field.required:
            yield Bad(put({n: v for n, v in valid.items() if n != name}), f"{path}{name}")
        yield Bad(put({**valid, name: _wrong_type(kind)}), f"{path}{name}")
        for value in _out_of_bounds(kind, _element(desk, kind, valid.get(name))):
            yield Bad(put({**valid, name: value}), f"{path}{name}")
        if isinstance(kind, inspect.StructType) and isinstance(valid.get(name), dict):

            def put_inner(inner: Any, name: str = name) -> Any:
                return put({**valid, name: inner})

            yield from _bad_fields(desk, kind, valid[name], f"{path}{name}.", put_inner)


async def test_bad_bodies_name_the_field_and_change_nothing(desk: Desk) -> None:
    valid = _valid(desk)
    assert set(valid) == {command.name for command in _public(desk)}, "the table names what is no command"
    before = await desk.everything()
    wrong: list[str] = []
    tried = 0
    for command in _public(desk):
        info = inspect.type_info(command.struct)
        assert isinstance(info, inspect.StructType)
        for bad in _bad_fields(desk, info, valid[command.name], "", lambda body: body):
            if len(msgspec.json.encode(bad.body)) > command.max_bytes:
                continue  # too big to be looked at: refused as such, see below
            tried += 1
            answer = await desk.ask(_asker(command), command.name, bad.body)
            problem = answer.json()
            named = [error["field"] for error in problem["errors"]]
            if (answer.status_code, named) != (422, [bad.field]) or problem["rule"] != "command.invalid":
                wrong.append(f"{command.name} {str(bad)[:300]}: {answer.status_code} {problem['rule']} {named}")
        if await desk.everything() != before:
            wrong.append(f"{command.name} changed something")
            before = await desk.everything()
    assert not wrong, "\n".join(wrong)
    assert tried > 5 * len(valid)


async def test_requests_that_are_no_commands(desk: Desk) -> None:
    valid = _valid(desk)
    before = await desk.everything()
    for command in _public(desk):
        headers = desk.headers(_asker(command))
        url = f"/commands/{command.name}"
        no_key = {name: value for name, value in headers.items() if name != "Idempotency-Key"}
        no_token = {name: value for name, value in headers.items() if name != "Authorization"}
        big = b'{"surprise":"' + b"x" * command.max_bytes + b'"}'
        json = {"Content-Type": "application/json"}
        nobody = (401, "access.unauthenticated", {"json": valid[command.name], "headers": no_token})
        unsigned = () if command.public else (nobody,)
        for status, rule, sent in (
            (400, "command.malformed", {"content": b"{", "headers": headers | json}),
            (400, "command.malformed", {"content": b"\xff", "headers": headers | json}),
            (422, "command.invalid", {"content": b"[]", "headers": headers | json}),
            (422, "command.invalid", {"content": b"null", "headers": headers | json}),
            (413, "command.too_big", {"content": big, "headers": headers | json}),
            (415, "http.media_type", {"content": b"a=1", "headers": headers | {"Content-Type": "text/plain"}}),
            (400, "command.key_missing", {"json": valid[command.name], "headers": no_key}),
            (
                400,
                "command.key_malformed",
                {"json": valid[command.name], "headers": no_key | {"Idempotency-Key": "a b"}},
            ),
            *unsigned,
            (
                401,
                "access.token_malformed",
                {"json": valid[command.name], "headers": headers | {"Authorization": "Bearer x"}},
            ),
        ):
            answer = await desk.client.post(url, **sent)
            assert (answer.status_code, answer.json()["rule"]) == (status, rule), command.name
            assert answer.headers["content-type"] == "application/problem+json"
        assert (await desk.client.get(url, headers=headers)).status_code == 405
    assert await desk.everything() == before


# --- who may not ------------------------------------------------------------------------------------------------------


class Refusals:
    """Collects refusals of persons and looks them up in the audit."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.expected: Counter[tuple[str, str, str]] = Counter()
        self.wrong: list[str] = []

    async def expect(self, rules: tuple[str, ...], who: str, command: str, body: Any, **claims: Any) -> None:
        """403 under one of ``rules``."""
        answer = await self.desk.ask(who, command, body, **claims)
        problem = answer.json()
        if answer.status_code != 403 or problem["rule"] not in rules:
            self.wrong.append(f"{command} by {who} {claims}: {answer.status_code} {problem.get('rule')}")
            return
        self.expected[f"acc-{who.replace('@', '-')}", command, problem["rule"]] += 1

    async def close(self, before: dict[str, str]) -> None:
        """All were as expected, nothing changed, and every one of them is in the audit."""
        assert not self.wrong, "\n".join(self.wrong)
        assert self.expected
        assert await self.desk.everything() == before

        async def audited() -> bool:
            return self.expected <= await self.desk.audited_refusals()

        await until(audited, within=10)


async def test_a_role_that_may_not(desk: Desk) -> None:
    refusals, before = Refusals(desk), await desk.everything()
    valid = _valid(desk)
    guarded = [command.name for command in _public(desk) if command.roles]
    for name in guarded:
        await refusals.expect(("access.role",), OUTSIDER, name, valid[name])
    await refusals.close(before)
    assert refusals.expected.total() == len(guarded)


BY_UNIT = {move.event for move in EVENT.moves if move.roles == ("duty_officer",)}


async def test_another_area_or_unit_of_the_grid(grid: Desk) -> None:
    event = await ways.grid_event_in(grid, "PROCESSING")
    before, refusals = await grid.everything(), Refusals(grid)
    for move, body in ways.grid_bodies(grid).items():
        for role in EVENT.move(move).roles:
            given = {"event": event, **body}
            if move in BY_UNIT:
                await refusals.expect(("access.unit",), f"{role}@water", f"grid.{move}", given)
            else:
                # Not the one who reported it: a reporter may go on with what was found next door.
                who = f"{role}@{ELSEWHERE}"
                await refusals.expect(("access.area",), who, f"grid.{move}", given, areas=(ELSEWHERE,))
    report = ways.report_body(grid)
    await refusals.expect(("grid.neighbour_reason",), "grid_worker", "grid.report", report, areas=(ELSEWHERE,))
    await refusals.expect(("grid.source_of_reporter",), "operator", "grid.report", report)
    # Who dispatched may not let it hang as well: that is one level up.
    for move in ("hang", "refuse_hang"):
        await refusals.expect(("grid.hang_one_level_up",), "dispatcher", f"grid.{move}", {"event": event})
    registrar = _valid(grid)
    for name in ("grid.import_areas", "grid.retire_area", "grid.assign_post"):
        await refusals.expect(("access.area",), "registrar", name, registrar[name], areas=(ELSEWHERE,))
    await refusals.close(before)


async def test_another_area_or_unit_of_a_whistle(whistle: Desk) -> None:
    blown = await ways.phase_in(whistle, "SUBMITTED")
    on = {"whistle": blown.whistle, "callout": blown.callout, "phase": blown.phase}
    before, refusals = await whistle.everything(), Refusals(whistle)
    for move, body in ways.whistle_bodies(whistle).items():
        command = whistle.service.command(f"whistle.{move}")
        assert command is not None
        given = {**{name: id_ for name, id_ in on.items() if name in command.struct.__struct_fields__}, **body}
        who = ways.who_moves(move)
        if who.startswith("duty_officer"):
            await refusals.expect(("access.unit",), "duty_officer@water", command.name, given)
        else:
            await refusals.expect(("access.area",), who, command.name, given, areas=(ELSEWHERE,))
    draft = ways.plan_body(whistle)
    await refusals.expect(("access.area",), "street_clerk", "whistle.draft", draft, areas=(ELSEWHERE,))
    # A department neither confirms its own presence nor judges its own work.
    own = {"units": (ways.UNIT,)}
    for move, rule in (
        ("report_in", "callout.own_presence"),
        ("accept_phase", "phase.own_work"),
        ("rate", "callout.own_rating"),
    ):
        given = {**on, **ways.whistle_bodies(whistle)[move]}
        if move != "accept_phase":
            del given["phase"]
        await refusals.expect((rule,), "street_clerk", f"whistle.{move}", given, **own)
    await refusals.close(before)


async def test_matters_nobody_knows(grid: Desk, whistle: Desk) -> None:
    for desk, rule in ((grid, "grid_event.unknown"), (whistle, "whistle.unknown")):
        before = await desk.everything()
        for command in _public(desk):
            if not command.matter_field or command.kind not in (EVENT.kind, "whistle"):
                continue
            who = _asker(command)
            answer = await desk.ask(who, command.name, _valid(desk)[command.name])
            assert (answer.status_code, answer.json()["rule"]) == (404, rule), command.name
        assert await desk.everything() == before


async def test_reading_what_is_none_of_ones_business_is_audited(grid: Desk) -> None:
    event = await ways.grid_event_in(grid, "FILED")
    for page in ("", "/actions", "/detail"):
        headers = grid.headers("duty_officer@water", areas=(ELSEWHERE,))
        answer = await grid.client.get(f"/matters/{EVENT.kind}/{event}{page}", headers=headers)
        assert (answer.status_code, answer.json()["rule"]) == (403, "access.not_visible")

    async def audited() -> bool:
        refused = await grid.audited_refusals()
        return sum(n for (who, _, rule), n in refused.items() if rule == "access.not_visible" and who) == 3

    await until(audited, within=10)


async def test_an_expired_or_foreign_token(grid: Desk) -> None:
    """The token tells who asks only while it lives and only where its issuer is known."""
    body = ways.report_body(grid)
    expired = grid.token_of(dt.timedelta(minutes=-11))
    foreign = grid.foreign_token()
    before = await grid.everything()
    for token, rule in ((expired, "access.token_expired"), (foreign, "access.token_issuer")):
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "token-of-old"}
        answer = await grid.client.post("/commands/grid.report", json=body, headers=headers)
        assert (answer.status_code, answer.json()["rule"]) == (401, rule)
    assert await grid.everything() == before
