"""A line between a browser and the gateway that can be cut, and that can lose an answer after the server took what was
asked: what happens to a phone in a basement."""

import asyncio
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit

__all__ = ("Line",)


class Line:
    """Carries bytes to ``url``. ``url`` of the line itself is where the browser goes."""

    def __init__(self, url: str) -> None:
        there = urlsplit(url)
        self._there = (there.hostname or "127.0.0.1", there.port or 80)
        self._server: asyncio.Server | None = None
        self._port = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._lost_after = b""
        self._left = 0
        self.lost = 0
        """How many answers were lost on the way."""

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._port}"

    async def restore(self) -> None:
        """The line is there (again)."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Nothing goes through any more; what was under way breaks off."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in tuple(self._writers):
            writer.close()

    def lose(self, times: int, words: bytes) -> None:
        """Let requests with these words through, and lose so many of their answers."""
        self._lost_after, self._left = words, times

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            up, down = await asyncio.open_connection(*self._there)
        except OSError:
            writer.close()
            return
        self._writers.add(down)
        loses = asyncio.Event()

        async def ask() -> None:
            while data := await reader.read(65536):
                if self._left and self._lost_after in data:
                    self._left -= 1
                    loses.set()
                down.write(data)
                await down.drain()

        async def answer() -> None:
            while data := await up.read(65536):
                if loses.is_set():
                    self.lost += 1
                    return
                writer.write(data)
                await writer.drain()

        tasks = [asyncio.ensure_future(ask()), asyncio.ensure_future(answer())]
        with suppress(OSError, ConnectionError):
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for end in (writer, down):
            self._writers.discard(end)
            end.close()

    async def __aenter__(self) -> Self:
        await self.restore()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cut()
