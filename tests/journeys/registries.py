"""Registry files of the demonstration package, entered the way a registrar enters them: through the public API."""

import json
from typing import Any

from shuniu_demo import DATA

from .running import Running

__all__ = ("enter", "registry_of")


def registry_of(scope: str) -> dict[str, Any]:
    """The registry file of a scope."""
    found: dict[str, Any] = json.loads((DATA / f"registry-{scope}.json").read_text("utf-8"))
    return found


async def enter(there: Running, registry: dict[str, Any], by: str = "registrar") -> None:
    """Enter its units and areas, and wait until every service has heard of them."""
    units = [{name: value for name, value in unit.items() if name != "kind"} for unit in registry["units"]]
    await there.do(by, "gateway.import_units", units=units)
    await there.do(by, "grid.import_areas", areas=registry["areas"])
    await there.caught_up(by)
