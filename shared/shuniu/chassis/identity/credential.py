"""What a service shows to another deployment when it reads what is shared with it: a short token of our own issuer.

Where this process holds the key of the deployment's gateway (``shuniu up``: one folder of keys), that signs; a service
that lives apart (a container) has a key of its own, whose public half the other deployment pins just so.
"""

import time
from collections.abc import Callable
from pathlib import Path

from shuniu.chassis.identity.keys import file_name, signing_key
from shuniu.chassis.identity.tokens import LOG_READER, Issuer
from shuniu.contracts.envelope import source_of

__all__ = ("Credential",)

_ISSUER = "gateway"
_REUSED_S = 300.0


class Credential:
    """Signs tokens by which ``service`` of ``scope`` reads the logs of others. The key is made at first use."""

    def __init__(self, keys_dir: Path, scope: str, service: str, real_time: Callable[[], float] = time.time) -> None:
        self._keys_dir = keys_dir
        self._scope = scope
        self._service = service
        self._real_time = real_time
        self._token = ""
        self._until = 0.0

    @property
    def issuer(self) -> str:
        """Whose name stands on the tokens: the deployment's issuer, or the service's own."""
        shared = source_of(self._scope, _ISSUER)
        held = (self._keys_dir / f"issuer-{file_name(shared)}.pem").exists()
        return shared if held else source_of(self._scope, self._service)

    def token(self) -> str:
        """A token that is good for at least five more minutes."""
        now = self._real_time()
        if now >= self._until:
            issuer = Issuer(self.issuer, signing_key(self._keys_dir, self.issuer), self._real_time)
            self._token = issuer.issue(f"service:{self._service}", kind="program", roles=(LOG_READER,)).token
            self._until = now + _REUSED_S
        return self._token
