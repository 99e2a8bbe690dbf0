"""What `shuniu peers` and `shuniu up --join` do: keys between deployments, the bus of a neighbour on this machine."""

import os
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shuniu.chassis.identity import pin, signing_key
from shuniu.chassis.identity.keys import file_name
from shuniu.chassis.peers import Peers
from shuniu.contracts.envelope import parse_source, source_of
from shuniu.runtime.child import SetUpError
from shuniu.runtime.nats import EmbeddedNats
from shuniu.runtime.settings import PEERS_FILE, peers_from
from shuniu.runtime.state import StateFolder

__all__ = ("agreements", "bus_of", "pin_key", "public_key")

_JOINED = "joined"


def bus_of(folder: StateFolder, join: Path | None) -> str:
    """Address of the bus of the deployment whose state is in ``join`` (or was, at the first start); "" for none.

    Raises SetUpError where nothing runs there.
    """
    chosen = str(join.absolute()) if join is not None else folder.recall(_JOINED)
    if not chosen:
        return ""
    other = StateFolder(Path(chosen))
    info = other.read_run()
    if info is None or info.nats_port is None:
        raise SetUpError(f"No deployment with a bus of its own runs with its state in {chosen}.")
    if join is not None:
        folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.remember(_JOINED, chosen)
    return EmbeddedNats.url_at(info.nats_port, other.keys)


def _keys(state: Path) -> Path:
    return Path(os.environ.get("SHUNIU_KEYS_DIR") or state / "keys")


def public_key(state: Path, scope: str, service: str) -> str:
    """The public half of the issuer's key, as PEM; the key is made where there is none yet."""
    key = signing_key(_keys(state), source_of(scope, service)).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form).decode()


def pin_key(state: Path, issuer: str, pem: bytes) -> str:
    """Pin a key; what to say of it. Raises SetUpError for what is no issuer or no Ed25519 public key."""
    try:
        parse_source(issuer)
        name = file_name(issuer)
    except ValueError:
        raise SetUpError(f"{issuer!r} is not an issuer: it is written /<scope>/<service>.") from None
    try:
        key = serialization.load_pem_public_key(pem)
    except ValueError:
        raise SetUpError("This is not a public key in PEM form.") from None
    if not isinstance(key, Ed25519PublicKey):
        raise SetUpError("This is not an Ed25519 key.")
    pin(_keys(state), issuer, key)
    return f"Pinned {issuer} as {name}.pem; running services notice within a second."


def agreements(state: Path, scope: str) -> Iterator[str]:
    """Lines for a person: each agreement, and what keeps it from working. Raises PeersError."""
    path = peers_from() or state / PEERS_FILE
    peers = Peers(path, scope)
    peers.load()
    if not peers.agreed:
        yield f"No other deployment is known here (there is nothing in {path})."
    for agreement in peers.agreed.values():
        yield f"{agreement.scope}  {agreement.title.zh} / {agreement.title.en}"
        yield f"  may act here for {', '.join(agreement.acts_for) or 'no unit'}"
        yield f"  in the roles {', '.join(agreement.roles) or 'none'}"
        for service, share in sorted(agreement.shares.items()):
            what = ["referrals"] if share.referrals else []
            what += ["progress"] if share.progress else []
            what += [f"matters of {', '.join(share.matters_of_units)}"] if share.matters_of_units else []
            yield f"  sees of {service}: {'; '.join(what) or 'nothing'}"
    for issuer in peers.unpinned(_keys(state)):
        yield f"  no key of {issuer} is pinned: shuniu peers pin {issuer} FILE"
