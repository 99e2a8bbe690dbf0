"""Running until somebody says stop."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` on uvloop where it is installed. Called from the main thread: children die with the thread."""
    try:
        import uvloop
    except ImportError:
        factory = None
    else:
        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(main)


class Stop:
    """Set by SIGINT, SIGTERM or the terminal's end; a second SIGINT leaves at once (children follow by themselves)."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._asked, number)

    def _asked(self, number: int) -> None:
        if self._event.is_set() and number == signal.SIGINT:
            os._exit(130)
        self._event.set()

    @property
    def asked(self) -> bool:
        """True once somebody said stop."""
        return self._event.is_set()

    async def wait(self) -> None:
        """Return when somebody says stop."""
        await self._event.wait()

    async def during(self, work: Coroutine[Any, Any, T]) -> T | None:
        """The result of `work`, or None where stop came first (work is then cancelled and waited for)."""
        task = asyncio.ensure_future(work)
        waiting = asyncio.ensure_future(self._event.wait())
        try:
            await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
        return None if task.cancelled() else task.result()


def set_up_logging(name: str = "") -> None:
    """One line per record on stderr; SHUNIU_LOG chooses the level (warning by default)."""
    level = os.environ.get("SHUNIU_LOG", "warning").upper()
    known = logging.getLevelNamesMapping()
    form = f"%(asctime)s %(levelname)s {name + ' ' if name else ''}%(name)s: %(message)s"
    logging.basicConfig(stream=sys.stderr, level=known.get(level, logging.WARNING), format=form)
    # While the database is away the pool reports every attempt with a page of traceback; its last line says it all.
    logging.getLogger("asyncpg.pool").addFilter(_in_one_line)


def _in_one_line(record: logging.LogRecord) -> bool:
    if record.exc_info and record.exc_info[1] is not None:
        record.msg, record.args = f"{record.getMessage()}: {record.exc_info[1]}", ()
        record.exc_info = record.exc_text = None
    return True
