"""HTTP over the bus: round trips, limits, absent and slow services."""

import asyncio
import time
from typing import Annotated, Any, cast

import pytest
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, HeaderParameter
from shuniu.chassis.bus import ServiceAbsent, ServiceSlow
from shuniu.chassis.bus.bridge import MAX_BODY_BYTES, TIMEOUT_S
from shuniu.testing.waiting import until

TRACE = "00-" + "1" * 32 + "-" + "2" * 16 + "-01"


@get("/hello/{name:str}")
async def hello(name: FromPath[str], request: Request[Any, Any, Any], q: FromQuery[str] = "") -> dict[str, str]:
    return {"name": name, "q": q, "trace": request.headers.get("traceparent", "")}


@post("/echo")
async def echo(
    request: Request[Any, Any, Any], key: Annotated[str, HeaderParameter(name="Idempotency-Key")]
) -> Response[bytes]:
    body = await request.body()
    return Response(body, media_type=request.headers["content-type"], headers={"X-Key": key}, status_code=200)


@get("/large")
async def large() -> bytes:
    return b"x" * (MAX_BODY_BYTES + 1)


@get("/full")
async def full() -> bytes:
    return b"x" * MAX_BODY_BYTES


@get("/slow")
async def slow(seconds: FromQuery[float] = 1.0) -> str:
    await asyncio.sleep(seconds)
    return "at last"


class Gate:
    """What ``/held`` waits at until a test opens it, and who has come there."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.held: list[str] = []


@get("/held/{name:str}")
async def held(name: FromPath[str], request: Request[Any, Any, Any]) -> str:
    gate: Gate = request.app.state.gate
    gate.held.append(name)
    await gate.open.wait()
    return name


@get("/broken")
async def broken() -> str:
    raise RuntimeError("secret detail")


def app() -> Litestar:
    state = State({"gate": Gate()})
    return Litestar([hello, echo, large, full, slow, held, broken], openapi_config=None, state=state)


def gate_of(seat: Any) -> Gate:
    """The gate in a seat's app."""
    return cast(Gate, seat.app.state.gate)


def answering(client: Any, server: Any) -> Any:
    """Whether the server answers the client."""

    async def condition() -> bool:
        try:
            return bool((await client.bus.request(server.scope, "desk", "GET", "/hello/x")).status == 200)
        except ServiceAbsent:
            return False

    return condition


@pytest.fixture
async def pair(seats: Any) -> Any:
    server = await seats.sit("desk", app=app())
    client = await seats.sit("asker")
    await until(lambda: server.bus.connected and client.bus.connected)
    await until(answering(client, server))
    return client, server


async def test_a_get_with_path_query_and_headers(pair: Any) -> None:
    client, server = pair
    answer = await client.bus.request(
        server.scope, "desk", "GET", "/hello/%E6%9E%A2%E7%BA%BD?q=%E5%A5%BD", {"traceparent": TRACE}
    )
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.body.decode() == '{"name":"枢纽","q":"好","trace":"' + TRACE + '"}'


async def test_a_post_with_body_and_key(pair: Any) -> None:
    client, server = pair
    body = bytes(range(256)) * 100
    answer = await client.bus.request(
        server.scope, "desk", "POST", "/echo", {"Idempotency-Key": "k-1", "Content-Type": "application/x-raw"}, body
    )
    assert (answer.status, answer.body, answer.headers["x-key"]) == (200, body, "k-1")
    assert answer.headers["content-type"] == "application/x-raw"


async def test_limits_each_way(pair: Any) -> None:
    client, server = pair
    headers = {"Idempotency-Key": "k", "Content-Type": "application/x-raw"}
    full_body = b"y" * MAX_BODY_BYTES
    answer = await client.bus.request(server.scope, "desk", "POST", "/echo", headers, full_body)
    assert (answer.status, len(answer.body)) == (200, MAX_BODY_BYTES)
    answer = await client.bus.request(server.scope, "desk", "POST", "/echo", headers, full_body + b"z")
    assert answer.status == 413 and b"bus.too_large" in answer.body
    assert (await client.bus.request(server.scope, "desk", "GET", "/full")).status == 200
    answer = await client.bus.request(server.scope, "desk", "GET", "/large")
    assert answer.status == 413
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_app_that_fails_answers_500(pair: Any) -> None:
    client, server = pair
    answer = await client.bus.request(server.scope, "desk", "GET", "/broken")
    assert answer.status == 500
    assert b"secret" not in answer.body
    assert (await client.bus.request(server.scope, "desk", "GET", "/nowhere")).status == 404


async def test_an_absent_service_is_told_at_once(pair: Any) -> None:
    client, server = pair
    began = time.perf_counter()
    with pytest.raises(ServiceAbsent):
        await client.bus.request(server.scope, "nobody", "GET", "/health")
    assert time.perf_counter() - began < TIMEOUT_S, "not only when the time of a request is over"


async def test_a_slow_service_is_told_at_the_time_limit(pair: Any) -> None:
    client, server = pair
    began = time.perf_counter()
    with pytest.raises(ServiceSlow):
        await client.bus.request(server.scope, "desk", "GET", "/slow?seconds=60", timeout=0.3)
    assert 0.25 < time.perf_counter() - began < 30


async def test_slow_requests_do_not_hold_up_others(pair: Any) -> None:
    client, server = pair
    gate = gate_of(server)
    slow_ones = [asyncio.create_task(client.bus.request(server.scope, "desk", "GET", f"/held/{n}")) for n in range(20)]
    await until(lambda: len(gate.held) == 20)
    assert (await client.bus.request(server.scope, "desk", "GET", "/hello/x")).status == 200
    assert not any(task.done() for task in slow_ones)
    gate.open.set()
    assert [answer.status for answer in await asyncio.gather(*slow_ones)] == [200] * 20


async def test_a_lost_bus_ends_the_wait(seats: Any, own_nats: Any) -> None:
    server = await seats.sit("desk", app=app(), nats_url=own_nats.url)
    client = await seats.sit("asker", nats_url=own_nats.url)
    await until(lambda: server.bus.connected and client.bus.connected)
    await until(answering(client, server))
    waiting = asyncio.create_task(client.bus.request(server.scope, "desk", "GET", "/held/on", timeout=600))
    await until(lambda: gate_of(server).held)
    await own_nats.kill()
    async with asyncio.timeout(60):  # not only at the request's own time limit
        with pytest.raises(ServiceSlow):
            await waiting
    with pytest.raises(ServiceAbsent):
        await client.bus.request(server.scope, "desk", "GET", "/hello/x")
    await own_nats.start()
    await until(lambda: client.bus.connected and server.bus.connected)
    await until(answering(client, server))


async def test_a_caller_that_gives_up_is_just_cancelled(pair: Any) -> None:
    client, server = pair
    waiting = asyncio.create_task(client.bus.request(server.scope, "desk", "GET", "/held/on"))
    await until(lambda: gate_of(server).held)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
