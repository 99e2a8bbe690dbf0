"""A page without a browser: signed in, a snapshot, and the stream that keeps it up, resumed as EventSource does it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Self

import httpx
import msgspec
from shuniu.testing.waiting import until

__all__ = ("Viewer",)


class Viewer:
    """Somebody who looks. ``matters`` is what the page would show: the newest version of each by id."""

    def __init__(self, url: str, login: str, password: str) -> None:
        self.client = httpx.AsyncClient(base_url=f"{url}/api/v1", timeout=httpx.Timeout(10, read=30), trust_env=False)
        self.matters: dict[str, dict[str, Any]] = {}
        self.steps: set[str] = set()
        self.names: list[str] = []
        """Names of the stream's events since it was last opened."""
        self.told: set[str] = set()
        """Ids of every matter the stream ever named."""
        self.gone: set[str] = set()
        self.last_id = ""
        self.snapshots = 0
        self._account = {"account": login, "password": password}
        self._listening: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Sign in, take a snapshot, open the stream and wait for its first words."""
        if not self.client.cookies:
            answer = await self.client.post("/session", json=self._account)
            assert answer.status_code == 200, answer.text
        if not self.last_id:
            await self.snapshot()
        await self.listen()

    async def listen(self) -> None:
        """Open the stream behind what was last heard."""
        self.names.clear()
        listening = self._listening = asyncio.create_task(self._listen())
        await until(lambda: self.names or listening.done(), within=15)
        if listening.done():
            await listening

    async def cut(self) -> None:
        """Lose the connection in the middle of whatever it says."""
        if self._listening is not None:
            self._listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listening
            self._listening = None

    async def close(self) -> None:
        """Leave."""
        await self.cut()
        await self.client.aclose()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trail: TracebackType | None
    ) -> None:
        await self.close()

    def status(self, matter: str) -> str:
        """A matter's status as the page shows it, "" where it does not."""
        return str(self.matters.get(matter, {}).get("status", ""))

    async def all(self) -> tuple[dict[str, dict[str, Any]], str]:
        """(every matter the account may see now, the feed id before the first of them was read)."""
        found: dict[str, dict[str, Any]] = {}
        feed, read = "", 0
        while True:
            answer = await self.client.get("/matters", params={"limit": 500, "offset": read, "sort": "number"})
            assert answer.status_code == 200, answer.text
            page = answer.json()
            feed = feed or page["feed"]
            read += len(page["items"])
            found |= {matter["id"]: matter for matter in page["items"]}
            if not page["items"] or read >= page["total"]:
                return found, feed

    async def snapshot(self) -> None:
        """Fetch everything anew."""
        self.snapshots += 1
        self.matters, self.last_id = await self.all()

    async def _listen(self) -> None:
        async for name, feed, data in self._frames():
            await self._take(name, data)
            # Only what was taken in whole counts as heard.
            if feed and name != "reset":
                self.last_id = feed
            self.names.append(name)

    async def _frames(self) -> AsyncIterator[tuple[str, str, Any]]:
        headers = {"Last-Event-ID": self.last_id} if self.last_id else {}
        async with self.client.stream("GET", "/stream", headers=headers) as answer:
            assert answer.status_code == 200, answer.status_code
            name = feed = ""
            async for line in answer.aiter_lines():
                field, _, value = line.partition(": ")
                if field == "id":
                    feed = value
                elif field == "event":
                    name = value
                elif field == "data":
                    yield name, feed, msgspec.json.decode(value)
                    name = feed = ""

    async def _take(self, name: str, data: Any) -> None:
        match name:
            case "matter":
                self.told.add(data["id"])
                known = self.matters.get(data["id"])
                if known is None or known["version"] < data["version"]:
                    self.matters[data["id"]] = data
            case "gone":
                self.gone.add(data["id"])
                self.matters.pop(data["id"], None)
            case "step":
                self.told.add(data["matter"]["id"])
                self.steps.add(data["id"])
            case "reset":
                await self.snapshot()
