"""One trace from the command over the relay and the bus into the projection, and through a request."""

from typing import Any

from shuniu.testing.waiting import until

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"


async def test_publishing_and_applying_continue_the_events_trace(seats: Any, project: Any) -> None:
    teller = await seats.sit("teller")
    listener = await seats.sit("listener", project("teller"))
    await until(lambda: listener.bus.feeds and listener.bus.feeds[0].live)
    head = await teller.head()
    traceparent = f"00-{TRACE_ID}-00f067aa0ba902b7-01"
    await teller.say("a", raw=teller.envelope(head.epoch, 1, "a", traceparent=traceparent))
    await listener.until_words(["a"])

    def ours() -> list[Any]:
        spans = (*teller.spans.get_finished_spans(), *listener.spans.get_finished_spans())
        return [s for s in spans if format(s.context.trace_id, "032x") == TRACE_ID]

    await until(lambda: len(ours()) == 2)
    assert {(s.name.rpartition(" ")[2], s.resource.attributes["service.name"]) for s in ours()} == {
        ("publish", "teller"),
        ("apply", "listener"),
    }
    assert all(format(s.parent.span_id, "016x") == "00f067aa0ba902b7" for s in ours())
    assert {s.attributes["messaging.message.id"] for s in ours()} == {f"{head.epoch}-1"}


async def test_a_request_carries_its_trace(seats: Any) -> None:
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(dict(scope["headers"]).get(b"traceparent", b"").decode())
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    server = await seats.sit("desk", app=app)
    client = await seats.sit("asker")
    await until(lambda: server.bus.connected and client.bus.connected)
    with client.telemetry.span("caller") as caller:
        assert (await client.bus.request(server.scope, "desk", "GET", "/")).status == 204
    assert seen[0].split("-")[1] == caller.trace_id
