"""Says when one service's blocking call has made every service of the process stand still, and where it was."""

import asyncio
import contextlib
import logging
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from types import FrameType

_log = logging.getLogger("shuniu.watchdog")
_BEAT_SECONDS = 0.05
_PATIENCE = 4 * _BEAT_SECONDS


class LoopWatchdog:
    """Watches the running loop from a thread of its own.

    The loop may be late for three reasons: one call holds it, many short ones queue up, or the machine gives the whole
    process no time. Only the first is a fault of the code, so only that is logged: the very same call, seen again and
    again for `threshold` seconds. `stalls` counts those and `longest` is the worst in seconds.
    """

    def __init__(self, threshold: float = 0.25) -> None:
        self.threshold = threshold
        self.stalls = 0
        self.longest = 0.0
        self._beat = time.monotonic()
        self._held: tuple[float, str] | None = None
        self._stop = threading.Event()
        self._task: asyncio.Task[None] | None = None
        self._thread: threading.Thread | None = None
        self._loop_frames: frozenset[FrameType] = frozenset()

    def start(self) -> None:
        """Begin watching the current loop, whose thread must be the calling one."""
        self._beat = time.monotonic()
        self._task = asyncio.get_running_loop().create_task(self._keep_beating(), name="loop-watchdog")
        self._thread = threading.Thread(
            target=self._look, args=(threading.get_ident(),), name="loop-watchdog", daemon=True
        )
        self._thread.start()

    async def stop(self) -> None:
        """End watching."""
        self._stop.set()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self._loop_frames = frozenset()

    async def _keep_beating(self) -> None:
        # What lies below any task belongs to the loop and is there all the time.
        self._loop_frames = frozenset(_stack(sys._getframe().f_back))
        while True:
            self._beat = time.monotonic()
            await asyncio.sleep(_BEAT_SECONDS)
            held, self._held = self._held, None
            if held is not None:
                seconds, place = held
                self.stalls += 1
                self.longest = max(self.longest, seconds)
                _log.warning("one call held the event loop for %.0f ms: %s", seconds * 1000, place)

    def _look(self, watched: int) -> None:
        same: set[FrameType] = set()  # the calls themselves, so that no later one can pass for an earlier one
        since = seen = time.monotonic()
        while not self._stop.wait(_BEAT_SECONDS):
            now = time.monotonic()
            starved, seen = now - seen > _PATIENCE, now
            if now - self._beat < 2 * _BEAT_SECONDS or starved:
                same.clear()
                continue
            top = sys._current_frames().get(watched)
            frames = {frame for frame in _stack(top) if not _of_the_loop(frame)} - self._loop_frames
            if not (same := same & frames):
                same, since = frames, now
            elif now - since > self.threshold and top is not None:
                self._held = now - self._beat, _place(top)
            del top, frames


def _stack(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _of_the_loop(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(_ASYNCIO)


_ASYNCIO = asyncio.__file__.rpartition("/")[0]


def _place(frame: FrameType) -> str:
    last = traceback.extract_stack(frame)[-3:]
    return " < ".join(f"{at.name} ({at.filename}:{at.lineno})" for at in reversed(last))
