"""Processes of the made-up service that are killed between a timer's firing and its commit.

Run as ``python dying_process.py <deaths>``: it forks two hosts at a time of the deployment in its environment. Each
SIGKILLs itself after the batch that fired a timer was written and before it was committed, until ``deaths`` have
died so; then two live until no timer is left. Prints one line for each death and ``done``.
"""

import asyncio
import os
import signal
import sys
from typing import Any

import shuniu.chassis.processor as processor
from shuniu.chassis.batch import Batch
from shuniu.chassis.host import Host
from shuniu.runtime.settings import Deployment
from shuniu.testing.lostproperty import service
from shuniu.testing.waiting import until

_flush = processor.flush


async def _flush_and_die(conn: Any, batch: Batch, *rest: Any) -> None:
    await _flush(conn, batch, *rest)
    if batch.fired:
        os.kill(os.getpid(), signal.SIGKILL)


async def _live() -> None:
    host = Host(service, Deployment.from_environment("lostproperty"))
    await host.start()

    async def no_timer_left() -> bool:
        return not await host.pool.fetchval("select exists (select from timer)")

    await until(no_timer_left, within=60)
    await host.stop()


def _fork(dies: bool) -> int:
    pid = os.fork()
    if pid:
        return pid
    if dies:
        processor.flush = _flush_and_die
    asyncio.run(_live())
    os._exit(0)


def main() -> None:
    """See the module."""
    for _ in range(int(sys.argv[1]) // 2):
        for pid in (_fork(dies=True), _fork(dies=True)):
            print("death", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
    for pid in (_fork(dies=False), _fork(dies=False)):
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    print("done", flush=True)


main()
