"""失物招领 (lost property) in a process of its own, with commands that take their time before they are decided.

Run as ``python slow_service.py`` with a deployment in the environment. It is installed nowhere: a gateway can only know
it by what it says on the bus. The number of an item's category is how many seconds ``lostproperty.appraise`` takes.
"""

import asyncio
import signal
from dataclasses import replace
from typing import TYPE_CHECKING

from shuniu.cli.loops import set_up_logging
from shuniu.contracts.text import Text
from shuniu.runtime.serving import Serving
from shuniu.runtime.settings import Deployment
from shuniu.testing.lostproperty import FIND, Found
from shuniu.testing.lostproperty import service as quick

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

TEXTS = {"action.lostproperty.appraise": Text("估价登记", "Appraise")}


async def _appraise(command: Found, host: "Host") -> None:
    await asyncio.sleep(float(command.category))


SLOW = replace(FIND, name="lostproperty.appraise", prepare=_appraise)
service = replace(quick, commands=(*quick.commands, SLOW), texts=quick.texts.merged(TEXTS))


async def main() -> None:
    """Serve until asked to stop."""
    asked = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asked.set)
    serving = Serving(service, Deployment.from_environment("lostproperty"))
    await serving.start()
    await asked.wait()
    await serving.stop()


if __name__ == "__main__":
    set_up_logging("lostproperty")
    asyncio.run(main())
