"""Doors to the services: requests over the bus, answered as the owner answers (architecture idea 5).

An absent service answers 503 at once, a slow one 504 after ten seconds; the retry with the same key then gets the first
answer. The gateway's own app is reached without the bus, so administration needs none.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec
from shuniu.chassis.bus import BusResponse, ServiceAbsent, ServiceSlow
from shuniu.chassis.bus.bridge import METHOD, PATH, Bridge
from shuniu.chassis.telemetry import current_traceparent
from shuniu.contracts.envelope import parse_source
from shuniu.rules.refusal import NotFound, Refusal

from shuniu_gateway.addresses import home

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

    from shuniu_gateway.presence import Presence

__all__ = ("Doors", "path_of")


def path_of(*parts: str) -> str:
    """A path of segments, percent-encoded: what a caller names can never climb out of its segment."""
    return "/" + "/".join(quote(part, safe="") for part in parts)


class Doors:
    """Requests to services: of the own scope, and of those we have an agreement with (``<service>@<scope>``)."""

    def __init__(self, host: "Host", presence: "Presence") -> None:
        self._host = host
        self._presence = presence
        self._own = Bridge(lambda: host.app, scope=host.scope, service=host.service.name)

    async def request(
        self,
        service: str,
        method: str,
        path: str,
        token: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        timeout: float = 10.0,
    ) -> BusResponse:
        """Ask a service on behalf of a token; with an empty one as nobody in particular.

        Raises NotFound ``service.unknown`` for one never seen, Refusal 503 ``service.absent``, 504 ``service.slow``.
        """
        scope, name = parse_source(home(service, self._host.scope))
        known = self._presence.knows(service)
        if scope != self._host.scope and self._host.peers.with_scope(scope) is None:
            raise NotFound("service.unknown", params={"service": service[:60]})
        sent = {**(headers or {}), **({"Authorization": f"Bearer {token}"} if token else {})}
        if traceparent := current_traceparent():
            sent["traceparent"] = traceparent
        if (scope, name) == (self._host.scope, self._host.service.name):
            return await self._own.call({METHOD: method, PATH: path, **sent}, body)
        try:
            return await self._host.bus.request(scope, name, method, path, sent, body, timeout)
        except ServiceAbsent:
            if not known:  # one that has just started may answer before its first announcement was heard
                raise NotFound("service.unknown", params={"service": service}) from None
            raise Refusal("service.absent", status=503, params={"service": service}) from None
        except ServiceSlow:
            raise Refusal("service.slow", status=504, params={"service": service}) from None

    async def get_json(self, service: str, path: str, token: str, *, timeout: float = 10.0) -> Any:
        """The JSON of a GET; None unless the owner answers 200. Raises like :meth:`request`."""
        response = await self.request(service, "GET", path, token, timeout=timeout)
        return msgspec.json.decode(response.body) if response.status == 200 else None
