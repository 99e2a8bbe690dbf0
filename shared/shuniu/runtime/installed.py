"""Which services can run here: the entry points `shuniu.services` of the installed distributions."""

import importlib.metadata
import traceback
from typing import Any

import msgspec

from shuniu.runtime.child import SetUpError

GROUP = "shuniu.services"
GATEWAY = "gateway"


class InstalledService(msgspec.Struct, frozen=True, kw_only=True):
    """One entry point. `version` and `distribution` are of the package that brings it."""

    name: str
    distribution: str
    version: str
    target: str

    def load(self) -> Any:
        """The `Service` value it names. SetUpError in one plain sentence where importing it fails."""
        found = importlib.metadata.EntryPoint(name=self.name, value=self.target, group=GROUP)
        try:
            return found.load()
        except Exception as error:  # a broken package must not take the others down
            at = traceback.extract_tb(error.__traceback__)[-1]
            said = f"{type(error).__name__}: {error} ({at.filename}:{at.lineno})"
            raise SetUpError(f"Service {self.name} of {self.distribution} cannot be loaded: {said}") from error


def installed_services() -> list[InstalledService]:
    """All installed services by name; a name brought by two distributions appears twice."""
    found = [
        InstalledService(
            name=point.name,
            distribution=point.dist.name if point.dist is not None else "?",
            version=point.dist.version if point.dist is not None else "?",
            target=point.value,
        )
        for point in importlib.metadata.entry_points(group=GROUP)
    ]
    return sorted(set(found), key=lambda service: (service.name == GATEWAY, service.name, service.distribution))


def find_service(name: str) -> InstalledService:
    """The installed service of that name. SetUpError where there is none, or more than one."""
    found = [service for service in installed_services() if service.name == name]
    if not found:
        known = ", ".join(sorted({service.name for service in installed_services()})) or "none"
        raise SetUpError(f"No service {name!r} is installed here (installed: {known}).")
    if len(found) > 1:
        owners = " and ".join(service.distribution for service in found)
        raise SetUpError(f"Service {name!r} is brought by {owners}; uninstall one of them.")
    return found[0]


def choose_services(names: tuple[str, ...]) -> list[InstalledService]:
    """What `shuniu up [SERVICE…]` runs: everything, or the named ones and the gateway if it is installed."""
    if names:
        every = {service.name for service in installed_services()}
        wanted = dict.fromkeys((*names, *((GATEWAY,) if GATEWAY in every else ())))
    else:
        wanted = dict.fromkeys(service.name for service in installed_services())
    return [find_service(name) for name in wanted]
