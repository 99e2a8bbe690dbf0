"""Waiting for a condition instead of for a while."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

__all__ = ("until",)


async def until(condition: Callable[[], Any | Awaitable[Any]], within: float = 10.0, every: float = 0.02) -> Any:
    """The first true answer of ``condition`` (a function or coroutine function).

    Raises TimeoutError naming the condition after ``within`` seconds.
    """
    try:
        async with asyncio.timeout(within):
            while True:
                answer = condition()
                if inspect.isawaitable(answer):
                    answer = await answer
                if answer:
                    return answer
                await asyncio.sleep(every)
    except TimeoutError:
        name = getattr(condition, "__qualname__", repr(condition))
        raise TimeoutError(f"{name} did not come true within {within} s") from None
