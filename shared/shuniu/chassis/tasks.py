"""Waiting and ending, without the traps of ``asyncio.wait_for`` (before Python 3.12 it may swallow a cancellation)."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

__all__ = ("end", "happens", "keep")

log = logging.getLogger(__name__)

_AGAIN_S = 1.0


def keep(run: Callable[[], Coroutine[Any, Any, None]], *, name: str) -> "asyncio.Task[None]":
    """A task that runs ``run`` for good: should it fail in a way nobody foresaw, that is told and it begins again."""

    async def again() -> None:
        while True:
            try:
                await run()
                return
            except Exception:
                log.exception("%s failed, it starts again", name)
                await asyncio.sleep(_AGAIN_S)

    return asyncio.create_task(again(), name=name)


async def happens(event: asyncio.Event, within: float | None) -> bool:
    """Whether ``event`` is set within so many seconds (None: as long as it takes)."""
    try:
        async with asyncio.timeout(within):
            await event.wait()
    except TimeoutError:
        return False
    return True


async def end(task: "asyncio.Task[Any] | None", *, insist_after: float = 3.0) -> None:
    """Cancel a task and wait until it is over; its own failure is nobody's concern any more.

    Libraries under us use ``wait_for`` too, so a cancellation may be lost on the way: it is said again in a while.
    """
    if task is None:
        return
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=insist_after)
    if not task.cancelled():
        task.exception()
