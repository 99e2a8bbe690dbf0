"""The embedded bus, as a real server."""

import stat
from pathlib import Path

import nats
import pytest
from nats.js.errors import NotFoundError
from shuniu.runtime.child import SetUpError
from shuniu.runtime.nats import EmbeddedNats
from shuniu.runtime.ports import listen


async def _quiet(_: Exception) -> None:
    """The client would print every lost connection."""


async def _stored(url: str, *, add: bytes | None = None) -> int:
    """Messages in the stream S, after making it and adding one if asked."""
    client = await nats.connect(url, error_cb=_quiet)
    try:
        stream = client.jetstream()
        if add is not None:
            await stream.add_stream(name="S", subjects=["s.>"])
            await stream.publish("s.a", add)
        return (await stream.stream_info("S")).state.messages
    finally:
        await client.close()


async def test_keeps_what_was_acknowledged_over_stop_kill_and_a_new_supervisor(folder: Path) -> None:
    async with EmbeddedNats(folder) as server:
        url = server.url
        assert await _stored(url, add=b"1") == 1
        await server.kill()
        assert not server.child.alive
        await server.start()
        assert server.url == url
        assert await _stored(url, add=b"2") == 2
        await server.restart()
        assert await _stored(url) == 2
    async with EmbeddedNats(folder) as server:
        assert await _stored(server.url) == 2


async def test_wipe_empties_the_bus_on_the_same_port(folder: Path) -> None:
    async with EmbeddedNats(folder) as server:
        url = server.url
        await _stored(url, add=b"1")
        await server.wipe()
        await server.start()
        assert server.url == url
        with pytest.raises(NotFoundError):
            await _stored(url)


async def test_nobody_comes_in_without_the_password(folder: Path) -> None:
    async with EmbeddedNats(folder) as server:
        with pytest.raises(nats.errors.Error):
            await nats.connect(f"nats://127.0.0.1:{server.port}", error_cb=_quiet, allow_reconnect=False)
        for name in ("nats.conf", "keys/nats"):
            assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600, name


async def test_a_chosen_port_that_is_taken_is_an_error_with_the_servers_own_words(folder: Path) -> None:
    held = listen("127.0.0.1", 0)
    assert held is not None
    with held:
        server = EmbeddedNats(folder, port=held.getsockname()[1])
        with pytest.raises(SetUpError, match="nats-server ended"):
            await server.start()
        assert not server.child.alive


async def test_a_second_server_on_the_same_store_waits_and_then_says_who_has_it(folder: Path) -> None:
    async with EmbeddedNats(folder) as first:
        second = EmbeddedNats(folder)
        with pytest.raises(SetUpError, match=f"process {first.child.pid}"):
            await second.child.spawn(["/bin/true"], patience=0.1)
