"""The OpenAPI document of a service that is not running: what a typed client is generated from and compared with.

python -m shuniu.testing.described gateway > openapi.json
"""

import sys
from importlib.metadata import entry_points
from types import SimpleNamespace
from typing import Any, cast

import msgspec

from shuniu.chassis.host import CHASSIS_TEXTS, Host
from shuniu.chassis.http.app import build_app
from shuniu.chassis.http.openapi import complete
from shuniu.chassis.service import Service

__all__ = ("described",)


def described(service: Service) -> dict[str, Any]:
    """The document as ``/schema/openapi.json`` answers it; nothing is started for it."""
    host = cast(Host, SimpleNamespace(service=service, telemetry=None, texts=service.texts.merged(CHASSIS_TEXTS)))
    plain = msgspec.json.decode(msgspec.json.encode(build_app(host).openapi_schema.to_schema(), enc_hook=str))
    return complete(plain, host)


if __name__ == "__main__":
    (found,) = entry_points(group="shuniu.services", name=sys.argv[1])
    sys.stdout.buffer.write(msgspec.json.encode(described(found.load())))
