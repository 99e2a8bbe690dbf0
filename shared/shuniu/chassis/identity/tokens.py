"""Access tokens: EdDSA-signed JWTs that live at most ten minutes of real time (architecture idea 7).

An issuer (the gateway of a deployment) signs; every service verifies with pinned public keys and asks nobody. Tokens
run by the machine's clock, never by the domain clock, which a demonstration may set.
"""

import os
import secrets
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shuniu.chassis.context import Actor
from shuniu.chassis.identity.keys import Bounds, Pinned, file_name, pin, read_pinned, signing_key
from shuniu.rules.areas import within
from shuniu.rules.peering import Agreement
from shuniu.rules.refusal import Refusal

if TYPE_CHECKING:
    from shuniu.chassis.peers import Peers

__all__ = (
    "LOG_READER",
    "MAX_LIFETIME_S",
    "REVOCATION_LIFE_S",
    "Claims",
    "Issued",
    "Issuer",
    "Unauthenticated",
    "Verifier",
)

MAX_LIFETIME_S = 600
CLOCK_SKEW_S = 30
REVOCATION_LIFE_S = MAX_LIFETIME_S + CLOCK_SKEW_S
"""How far the issuer's clock may run ahead of ours; expiry itself has no grace."""
LOG_READER = "shuniu.log_reader"
"""Role by which a program of another deployment reads what is shared with it; the agreement itself says how much."""
_LONGEST_TOKEN = 8192
_MOST_CACHED = 4096
_LOOK_AGAIN_S = 1.0

_jws = jwt.PyJWS(algorithms=["EdDSA"])


class Unauthenticated(Refusal):
    """401: nobody is known to ask. ``access.unauthenticated`` without a token; otherwise what is wrong with it:
    ``access.token_malformed``, ``…_expired``, ``…_issuer`` (not pinned here), ``…_signature``, ``…_early`` (issued in
    the future), ``…_lifetime`` (longer than ten minutes), ``…_revoked``."""

    status = 401


class Claims(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a token says. Times are seconds since 1970, to the millisecond, so that a revocation falls between two
    tokens of one second; ``clr`` is the clearance, ``sub`` the account id."""

    iss: str
    sub: str
    iat: float
    exp: float
    jti: str
    kind: Literal["person", "program"] = "person"
    roles: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    clr: int = 2


class Issued(NamedTuple):
    """A fresh token; ``expires_at`` in seconds since 1970, ``id`` is its ``jti``."""

    token: str
    expires_at: float
    id: str


_claims = msgspec.json.Decoder(Claims)


class Issuer:
    """Signs tokens. ``name`` is the issuer's source, e.g. ``/320113007/gateway``."""

    def __init__(self, name: str, key: Ed25519PrivateKey, real_time: Callable[[], float] = time.time) -> None:
        self.name = name
        self._key = key
        self._real_time = real_time

    @classmethod
    def load(cls, keys_dir: Path, name: str, real_time: Callable[[], float] = time.time) -> "Issuer":
        """The issuer of a deployment: its key is made at first use and pinned in the deployment's own folder."""
        key = signing_key(keys_dir, name)
        pin(keys_dir, name, key.public_key())
        return cls(name, key, real_time)

    def issue(
        self,
        subject: str,
        *,
        kind: Literal["person", "program"] = "person",
        roles: Iterable[str] = (),
        areas: Iterable[str] = (),
        units: Iterable[str] = (),
        clearance: int = 2,
        lifetime: int = MAX_LIFETIME_S,
    ) -> Issued:
        """A token for an account. ValueError for an empty subject or a lifetime (seconds) beyond ten minutes."""
        if not subject:
            raise ValueError("a token needs an account")
        if not 0 < lifetime <= MAX_LIFETIME_S:
            raise ValueError(f"a token lives at most {MAX_LIFETIME_S} seconds")
        now = int(self._real_time() * 1000) / 1000  # never after the clock
        claims = Claims(
            iss=self.name,
            sub=subject,
            iat=now,
            exp=now + lifetime,
            jti=secrets.token_urlsafe(12),
            kind=kind,
            roles=tuple(roles),
            areas=tuple(areas),
            units=tuple(units),
            clr=clearance,
        )
        token = _jws.encode(msgspec.json.encode(claims), self._key, "EdDSA", {"kid": self.name, "typ": "at+jwt"})
        return Issued(token, claims.exp, claims.jti)


class _Known(NamedTuple):
    actor: Actor
    issued_at: float
    expires_at: float


class Verifier:
    """Turns tokens into actors, with the keys pinned under ``keys_dir``.

    A changed key folder or agreement is noticed within a second. What has been verified is remembered until it expires,
    because one caller sends the same token many times. With ``peers`` an issuer of another scope than ``scope`` speaks
    only for what is agreed with it: nothing, where nothing is.
    """

    def __init__(
        self,
        keys_dir: Path,
        real_time: Callable[[], float] = time.time,
        *,
        scope: str = "",
        peers: "Peers | None" = None,
    ) -> None:
        self._keys_dir = keys_dir
        self._real_time = real_time
        self._scope = scope
        self._peers = peers
        self._agreed_at = 0
        self._pinned: dict[str, Pinned] = {}
        self._seen: tuple[tuple[str, int, int], ...] | None = None
        self._looked_at = float("-inf")
        self._known: dict[str, _Known] = {}
        self._revoked: dict[str, float] = {}

    def verify(self, token: str) -> Actor:
        """Who the token speaks for. Raises Unauthenticated."""
        now = self._real_time()
        self._look_at_keys()
        known = self._known.get(token)
        if known is None:
            known = self._check(token, now)
            if len(self._known) >= _MOST_CACHED:
                self._known.clear()
            self._known[token] = known
        if now >= known.expires_at:
            self._known.pop(token, None)
            raise Unauthenticated("access.token_expired")
        if self._revoked and known.issued_at <= self._revoked.get(known.actor.id, float("-inf")):
            raise Unauthenticated("access.token_revoked")
        return known.actor

    def revoke(self, subject: str, issued_until: float | None = None) -> None:
        """Refuse the account's tokens issued until now (or that instant, in seconds since 1970).

        Forgotten once they have all expired.
        """
        now = self._real_time()
        self._revoked = {s: at for s, at in self._revoked.items() if now - at <= REVOCATION_LIFE_S}
        until = now if issued_until is None else issued_until
        self._revoked[subject] = max(until, self._revoked.get(subject, until))

    def _check(self, token: str, now: float) -> _Known:
        if len(token) > _LONGEST_TOKEN or not token.isascii():
            raise Unauthenticated("access.token_malformed")
        try:
            header = _jws.get_unverified_header(token)
            issuer = str(header.get("kid", ""))
            pinned = self._pinned.get(file_name(issuer))
        except (jwt.InvalidTokenError, ValueError):
            raise Unauthenticated("access.token_malformed") from None
        if pinned is None:
            raise Unauthenticated("access.token_issuer", params={"issuer": issuer[:80]})
        try:
            claims = _claims.decode(_jws.decode(token, pinned.key, algorithms=["EdDSA"]))
        except jwt.InvalidSignatureError:
            raise Unauthenticated("access.token_signature") from None
        except (jwt.InvalidTokenError, msgspec.DecodeError):
            raise Unauthenticated("access.token_malformed") from None
        if claims.iss != issuer or not claims.sub:
            raise Unauthenticated("access.token_malformed")
        if claims.iat > now + CLOCK_SKEW_S:
            raise Unauthenticated("access.token_early")
        if claims.exp - claims.iat > MAX_LIFETIME_S:
            raise Unauthenticated("access.token_lifetime")
        actor = _actor(claims, pinned.bounds)
        scope = self._foreign(issuer)
        if scope and self._peers is not None:
            agreement = self._peers.with_scope(scope)
            actor = _agreed(actor, scope, agreement if agreement and issuer in agreement.issuers else None)
        return _Known(actor, claims.iat, claims.exp)

    def _foreign(self, issuer: str) -> str:
        """The issuer's scope where it is another deployment's, else "". Read from the name its key is pinned by, which
        several spellings of an issuer share."""
        scope = file_name(issuer).partition(".")[0]
        return scope if scope.isdigit() and scope != self._scope else ""

    def _look_at_keys(self) -> None:
        at = time.monotonic()
        if at - self._looked_at < _LOOK_AGAIN_S:
            return
        self._looked_at = at
        try:
            with os.scandir(self._keys_dir / "trusted") as entries:
                seen = tuple(sorted((e.name, e.stat().st_mtime_ns, e.inode()) for e in entries))
        except FileNotFoundError:
            seen = ()
        if seen != self._seen:
            self._pinned = read_pinned(self._keys_dir)
            self._known.clear()
            self._seen = seen
        if self._peers is not None:
            agreed_at = self._peers.look()
            if agreed_at != self._agreed_at:
                self._known.clear()
                self._agreed_at = agreed_at


def _actor(claims: Claims, bounds: Bounds) -> Actor:
    """The claims within what the issuer may claim."""
    areas, roles, clearance = claims.areas, frozenset(claims.roles), claims.clr
    if bounds.areas is not None:
        areas = _within(areas, bounds.areas)
    if bounds.roles is not None:
        roles &= frozenset(bounds.roles)
    if bounds.clearance is not None:
        clearance = min(clearance, bounds.clearance)
    return Actor(claims.sub, claims.kind, roles, areas, claims.units, clearance)


def _within(areas: tuple[str, ...], most: tuple[str, ...]) -> tuple[str, ...]:
    """What of ``areas`` lies within ``most``: the areas themselves, or the parts of them that do."""
    own = [a for a in areas if any(within(a, bound) for bound in most)]
    parts = [bound for bound in most if any(within(bound, a) and bound != a for a in areas)]
    return tuple(dict.fromkeys([*own, *parts]))


def _agreed(actor: Actor, scope: str, agreement: Agreement | None) -> Actor:
    """An actor of another deployment within what is agreed with it. Its id is its deployment's own word, so it gets
    another one here: it must never pass for one of our accounts."""
    name = f"{actor.id}@{scope}"
    if agreement is None:
        return Actor(name, actor.kind, clearance=1, scope=scope)
    return Actor(
        name,
        actor.kind,
        actor.roles & {*agreement.roles, LOG_READER},
        _within(actor.areas, agreement.areas),
        tuple(unit for unit in actor.units if unit in agreement.acts_for),
        min(actor.clearance, agreement.clearance),
        scope,
    )
