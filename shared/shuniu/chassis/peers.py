"""Other deployments (对等部署) and what is agreed with each: one TOML file, read again when it changes.

::

    [peer.320106003]
    title = { zh = "湖南路街道", en = "Hunan Road Street" }
    issuers = ["/320106003/gateway"]     # keys pinned as keys/trusted/320106003.gateway.pem
    acts_for = ["GL-CG"]                 # units its people may act for here
    roles = ["department"]               # roles they may hold here
    areas = []
    clearance = 2
    follows = ["*"]                      # its services we listen to

    [peer.320106003.shares.whistle]      # what it sees of our service of that name
    referrals = true
    progress = true
    matters_of_units = ["GL-CG"]

What a file says wrongly is told in one sentence when the service starts. A file that goes wrong later is told in the
log, and what was agreed before goes on. No file means no other deployment (docs/peers.md).
"""

import logging
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec

from shuniu.chassis.identity.keys import file_name
from shuniu.contracts.envelope import parse_source
from shuniu.contracts.text import Text
from shuniu.rules.areas import is_code
from shuniu.rules.peering import EVERY, Agreement, Share
from shuniu.runtime.child import SetUpError

__all__ = ("Peers", "PeersError", "read_peers")

log = logging.getLogger(__name__)

_LOOK_AGAIN_S = 1.0


class PeersError(SetUpError):
    """The file of peers cannot be used; the message says where and why in one sentence."""


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One ``[peer.<scope>]`` table."""

    title: Text
    issuers: tuple[str, ...]
    acts_for: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    clearance: int = 2
    follows: tuple[str, ...] = (EVERY,)
    shares: dict[str, Share] = {}


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    peer: dict[str, _Entry] = {}


def read_peers(path: Path, scope: str) -> dict[str, Agreement]:
    """The agreements in a file, by scope; none where there is no file. Raises PeersError."""
    try:
        tree = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as flaw:
        raise PeersError(f"{path} cannot be read: {flaw}.") from flaw
    except tomllib.TOMLDecodeError as flaw:
        raise PeersError(f"{path} is not valid TOML: {flaw}.") from flaw
    try:
        entries = msgspec.convert(tree, _File).peer
    except msgspec.ValidationError as flaw:
        raise PeersError(f"{path}: {flaw}.") from flaw
    return {code: _checked(path, scope, code, entry) for code, entry in sorted(entries.items())}


def _checked(path: Path, own: str, code: str, entry: _Entry) -> Agreement:
    def no(why: str) -> PeersError:
        return PeersError(f"{path}, peer {code}: {why}.")

    if not (code.isascii() and code.isdigit() and 6 <= len(code) <= 12):
        raise no("a scope is a division code of 6 to 12 digits")
    if code == own:
        raise no("this is the deployment's own scope")
    if not entry.issuers:
        raise no("no issuer is named, so nobody could speak for it")
    for issuer in entry.issuers:
        try:
            fits = parse_source(issuer)[0] == code and file_name(issuer) != ""
        except ValueError:
            fits = False
        if not fits:
            raise no(f"the issuer {issuer!r} is not of the form /{code}/<service>")
    for area in entry.areas:
        if not is_code(area):
            raise no(f"{area!r} is not an area code")
    if not 1 <= entry.clearance <= 4:
        raise no("clearance is a number from 1 to 4")
    for service, share in entry.shares.items():
        if share.progress and not share.referrals:
            raise no(f"shares.{service} has progress without referrals")
    return Agreement(scope=code, **{name: getattr(entry, name) for name in entry.__struct_fields__})


class Peers:
    """The agreements in force, as the file has them now. Looked at when asked, at most once a second."""

    def __init__(self, path: Path | None, scope: str) -> None:
        self._path = path
        self._scope = scope
        self._agreed: Mapping[str, Agreement] = MappingProxyType({})
        self._seen: tuple[int, int, int] | None = None
        self._looked_at = float("-inf")
        self.version = 0
        """Counts changes."""

    def load(self) -> None:
        """Read the file for the first time. Raises PeersError."""
        if self._path is not None:
            self._take(self._mark(), read_peers(self._path, self._scope))

    @property
    def agreed(self) -> Mapping[str, Agreement]:
        """Agreements by scope."""
        self._look()
        return self._agreed

    def with_scope(self, scope: str) -> Agreement | None:
        """The agreement with a scope, or None."""
        return self.agreed.get(scope)

    def hears(self, scope: str, service: str) -> bool:
        """Whether we listen to that service of that scope."""
        agreement = self.with_scope(scope)
        return agreement is not None and agreement.hears(service)

    def unpinned(self, keys_dir: Path) -> list[str]:
        """Issuers in agreements without a pinned key, which therefore cannot speak yet."""
        trusted = keys_dir / "trusted"
        issuers = (issuer for agreement in self.agreed.values() for issuer in agreement.issuers)
        return [issuer for issuer in issuers if not (trusted / f"{file_name(issuer)}.pem").exists()]

    def look(self) -> int:
        """Look at the file if it is time to; the number of changes so far."""
        self._look()
        return self.version

    def _look(self) -> None:
        at = time.monotonic()
        if self._path is None or at - self._looked_at < _LOOK_AGAIN_S:
            return
        mark = self._mark()
        self._looked_at = at
        if mark == self._seen:
            return
        try:
            self._take(mark, read_peers(self._path, self._scope))
        except PeersError as flaw:
            self._seen = mark
            log.warning("%s What was agreed before goes on.", flaw)

    def _take(self, mark: tuple[int, int, int] | None, agreed: dict[str, Agreement]) -> None:
        self._seen = mark
        self._looked_at = time.monotonic()
        if agreed != dict(self._agreed):
            self._agreed = MappingProxyType(agreed)
            self.version += 1

    def _mark(self) -> tuple[int, int, int] | None:
        assert self._path is not None
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino
