"""Ending tasks that lose a cancellation on their way."""

import asyncio

from shuniu.chassis.tasks import end, happens, keep


async def test_a_swallowed_cancellation_is_said_again() -> None:
    cancellations = 0

    async def deaf() -> None:
        nonlocal cancellations
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                cancellations += 1
                if cancellations > 1:
                    raise

    task = asyncio.create_task(deaf())
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await end(task, insist_after=0.05)
    assert task.cancelled() and cancellations == 2


async def test_a_kept_task_begins_again_after_a_fault() -> None:
    runs = 0
    again = asyncio.Event()

    async def shaky() -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise RuntimeError("unforeseen")
        again.set()
        await asyncio.Event().wait()

    task = keep(shaky, name="shaky")
    assert await happens(again, 5)
    await end(task)
    assert runs == 2


async def test_waiting_says_whether_it_happened() -> None:
    event = asyncio.Event()
    assert not await happens(event, 0.01)
    event.set()
    assert await happens(event, None)
