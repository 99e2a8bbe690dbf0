"""Everything one service process needs to know about where it lives, read from its environment.

The same names serve `shuniu up` (which sets them for its children), a container and a test, so nothing of a service
depends on how it was started.
"""

import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, cast, get_args

import msgspec

__all__ = (
    "PEERS_FILE",
    "Bucket",
    "Cipher",
    "Deployment",
    "Digest",
    "SettingsError",
    "bucket_from",
    "database_from",
    "peers_from",
)

Cipher = Literal["AES-256-GCM", "SM4-GCM"]
Digest = Literal["sha256", "sm3"]

PEERS_FILE = "peers.toml"
"""Where agreements with other deployments stand, in the state folder, unless SHUNIU_PEERS_FILE says otherwise."""

_SECRET_FIELDS = frozenset({"nats_url", "database_url"})


class SettingsError(Exception):
    """The environment lacks a value or holds a bad one; the message names the variable in one plain sentence."""


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """A bucket that keeps a service's files in place of its folder (object storage that speaks S3).

    prefix: below which keys lie, "" for the whole bucket. endpoint: "" for AWS itself. key_file: a file with a section
    [default] with aws_access_key_id and aws_secret_access_key. virtual_hosted: the endpoint's host names the bucket
    (OSS, COS), else its path does. ca_file: certificates to trust besides the machine's.
    """

    name: str
    prefix: str = ""
    endpoint: str = ""
    region: str = "us-east-1"
    key_file: Path
    virtual_hosted: bool = False
    ca_file: Path | None = None


class Deployment(msgspec.Struct, frozen=True, kw_only=True):
    """Where one service of one scope runs. Its repr shows no secret.

    scope: division code of 6–12 digits. nats_url: "" runs the service without a bus (it serves; nothing is published
    yet). port 0: a free one. state_dir: the service's own folder, for blobs and the like. keys_dir: secrets and pinned
    keys of the deployment. clock_file: where an injected domain clock is set (the demonstration), else None: real time.
    otlp_endpoint: "" sends no telemetry. registry_file: seed of the local registry. calendar_file: calendar years over
    the shipped ones, a file or a folder of them. peers_file: agreements with other deployments (docs/peers.md); None:
    `peers.toml` in the state folder, where there is one. instance: this process's
    name.
    stream_max_bytes (-1: what the bus has) and stream_replicas (3 on a cluster of three) size the event stream.
    cipher: what personal data is sealed with from now on; audit_digest: what the audit is chained with (domain rules
    7.3); signature_algorithm: what people sign documents with, `Ed25519` or what a plug-in offers.
    public_url: where residents reach the gateway, printed on documents; "": only their code is.
    bucket: where the service's files lie; None: in the state folder.
    """

    service: str
    scope: str
    database_url: str
    nats_url: str = ""
    host: str = "127.0.0.1"
    port: int = 0
    state_dir: Path
    keys_dir: Path
    clock_file: Path | None = None
    otlp_endpoint: str = ""
    registry_file: Path | None = None
    calendar_file: Path | None = None
    peers_file: Path | None = None
    instance: str
    stream_max_bytes: int = -1
    stream_replicas: int = 1
    cipher: Cipher = "AES-256-GCM"
    audit_digest: Digest = "sha256"
    signature_algorithm: str = "Ed25519"
    public_url: str = ""
    bucket: Bucket | None = None

    @classmethod
    def from_environment(cls, service: str, environment: Mapping[str, str] | None = None) -> "Deployment":
        """Read SHUNIU_* variables. SettingsError for a missing or malformed one."""
        env = os.environ if environment is None else environment
        database = database_from(service, env)
        if not database:
            raise SettingsError(f"SHUNIU_{service.upper()}_DATABASE_URL (or SHUNIU_DATABASE_URL) is not set.")
        scope = env.get("SHUNIU_SCOPE", "")
        if not (scope.isascii() and scope.isdigit() and 6 <= len(scope) <= 12):
            raise SettingsError("SHUNIU_SCOPE must be a division code of 6 to 12 digits.")
        cipher = env.get("SHUNIU_CIPHER") or "AES-256-GCM"
        digest = env.get("SHUNIU_AUDIT_DIGEST") or "sha256"
        if cipher not in get_args(Cipher) or digest not in get_args(Digest):
            raise SettingsError("SHUNIU_CIPHER is AES-256-GCM or SM4-GCM, SHUNIU_AUDIT_DIGEST is sha256 or sm3.")
        state = Path(env.get("SHUNIU_STATE_DIR") or Path(tempfile.gettempdir()) / f"shuniu-state-{service}")
        return cls(
            service=service,
            scope=scope,
            database_url=database,
            nats_url=env.get("SHUNIU_NATS_URL", ""),
            host=env.get("SHUNIU_HOST") or "127.0.0.1",
            port=_whole("SHUNIU_PORT", env.get("SHUNIU_PORT"), 0, 65535),
            state_dir=state / service,
            keys_dir=Path(env.get("SHUNIU_KEYS_DIR") or state / "keys"),
            clock_file=_path(env.get("SHUNIU_CLOCK_FILE")),
            otlp_endpoint=env.get("SHUNIU_OTLP_ENDPOINT") or env.get("OTEL_EXPORTER_OTLP_ENDPOINT") or "",
            registry_file=_path(env.get("SHUNIU_REGISTRY_FILE")),
            calendar_file=_path(env.get("SHUNIU_CALENDAR_FILE")),
            peers_file=peers_from(env),
            instance=env.get("SHUNIU_INSTANCE") or f"{service}-{secrets.token_hex(4)}",
            stream_max_bytes=_whole("SHUNIU_STREAM_MAX_BYTES", env.get("SHUNIU_STREAM_MAX_BYTES"), -1, 2**62),
            stream_replicas=_whole("SHUNIU_STREAM_REPLICAS", env.get("SHUNIU_STREAM_REPLICAS"), 1, 5),
            cipher=cast("Cipher", cipher),
            audit_digest=cast("Digest", digest),
            signature_algorithm=env.get("SHUNIU_SIGNATURE_ALGORITHM") or "Ed25519",
            public_url=(env.get("SHUNIU_PUBLIC_URL") or "").rstrip("/"),
            bucket=bucket_from(service, scope, env),
        )

    @property
    def peers(self) -> Path:
        """Where agreements with other deployments stand; the file may be missing."""
        return self.peers_file or self.state_dir.parent / PEERS_FILE

    def environment(self) -> dict[str, str]:
        """The variables from which `from_environment` reads this very deployment again (for a child process)."""
        values = {
            "SHUNIU_SCOPE": self.scope,
            f"SHUNIU_{self.service.upper()}_DATABASE_URL": self.database_url,
            "SHUNIU_NATS_URL": self.nats_url,
            "SHUNIU_HOST": self.host,
            "SHUNIU_PORT": str(self.port),
            "SHUNIU_STATE_DIR": str(self.state_dir.parent),
            "SHUNIU_KEYS_DIR": str(self.keys_dir),
            "SHUNIU_CLOCK_FILE": str(self.clock_file or ""),
            "SHUNIU_OTLP_ENDPOINT": self.otlp_endpoint,
            "SHUNIU_REGISTRY_FILE": str(self.registry_file or ""),
            "SHUNIU_CALENDAR_FILE": str(self.calendar_file or ""),
            "SHUNIU_PEERS_FILE": str(self.peers_file or ""),
            "SHUNIU_SIGNATURE_ALGORITHM": self.signature_algorithm,
            "SHUNIU_PUBLIC_URL": self.public_url,
            "SHUNIU_INSTANCE": self.instance,
            "SHUNIU_STREAM_MAX_BYTES": str(self.stream_max_bytes),
            "SHUNIU_STREAM_REPLICAS": str(self.stream_replicas),
            "SHUNIU_CIPHER": self.cipher,
            "SHUNIU_AUDIT_DIGEST": self.audit_digest,
            **_bucket_environment(self.service, self.bucket),
        }
        return {name: value for name, value in values.items() if value}

    def __repr__(self) -> str:
        shown = (
            f"{name}={'(set)' if name in _SECRET_FIELDS and value else repr(value)}"
            for name, value in msgspec.structs.asdict(self).items()
        )
        return f"Deployment({', '.join(shown)})"


def database_from(service: str, environment: Mapping[str, str] | None = None) -> str:
    """The address of a service's database that the environment names, or "".

    SHUNIU_<SERVICE>_DATABASE_URL, else SHUNIU_DATABASE_URL, else DATABASE_URL. `{service}` in it stands for the
    service's name, so one variable can give each service a database of its own.
    """
    env = os.environ if environment is None else environment
    named = (f"SHUNIU_{service.upper()}_DATABASE_URL", "SHUNIU_DATABASE_URL", "DATABASE_URL")
    return next((env[name] for name in named if env.get(name)), "").replace("{service}", service)


_BUCKET = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([A-Za-z0-9_./-]*))?")


def bucket_from(service: str, scope: str, environment: Mapping[str, str] | None = None) -> Bucket | None:
    """The bucket that the environment names for a service's files, or None: its folder keeps them.

    SHUNIU_<SERVICE>_BLOBS is `s3://bucket/prefix`; SHUNIU_BLOBS serves every service and therefore has `{service}` in
    it (`{scope}` may be). SHUNIU_<SERVICE>_BLOBS_ENDPOINT, _REGION, _KEY_FILE, _ADDRESSING (`path` or `virtual`) and
    _CA_FILE, or the same as SHUNIU_BLOBS_…, say how it is reached. SettingsError for what is malformed or missing.
    """
    env = os.environ if environment is None else environment
    own, shared = f"SHUNIU_{service.upper()}_BLOBS", "SHUNIU_BLOBS"
    given = env.get(own) or env.get(shared) or ""
    if not given:
        return None
    if not env.get(own) and "{service}" not in given:
        raise SettingsError("SHUNIU_BLOBS must have {service} in it: each service keeps its own files.")
    found = _BUCKET.fullmatch(given.replace("{service}", service).replace("{scope}", scope))
    steps = [step for step in (found[2] or "").split("/") if step] if found else []
    if found is None or any(set(step) == {"."} for step in steps):
        raise SettingsError(f"{own if env.get(own) else shared} must be s3://<bucket>/<prefix>.")

    def more(word: str) -> str:
        return env.get(f"{own}_{word}") or env.get(f"{shared}_{word}") or ""

    endpoint, addressing = more("ENDPOINT").rstrip("/"), more("ADDRESSING") or "path"
    if endpoint and not endpoint.startswith(("http://", "https://")):
        raise SettingsError(f"{shared}_ENDPOINT must begin with https:// or http://.")
    if addressing not in ("path", "virtual"):
        raise SettingsError(f"{shared}_ADDRESSING is path or virtual.")
    for word in ("KEY_FILE", "CA_FILE"):
        if (named := more(word)) and not Path(named).is_file():
            raise SettingsError(f"{shared}_{word} names {named}, which is not there.")
    if not more("KEY_FILE"):
        raise SettingsError(f"{shared}_KEY_FILE is not set: a bucket needs keys, in a file.")
    return Bucket(
        name=found[1],
        prefix="/".join(steps),
        endpoint=endpoint,
        region=more("REGION") or "us-east-1",
        key_file=Path(more("KEY_FILE")),
        virtual_hosted=addressing == "virtual",
        ca_file=_path(more("CA_FILE")),
    )


def _bucket_environment(service: str, bucket: Bucket | None) -> dict[str, str]:
    """The variables from which `bucket_from` reads this very bucket again."""
    if bucket is None:
        return {}
    own = f"SHUNIU_{service.upper()}_BLOBS"
    return {
        own: f"s3://{bucket.name}/{bucket.prefix}",
        f"{own}_ENDPOINT": bucket.endpoint,
        f"{own}_REGION": bucket.region,
        f"{own}_KEY_FILE": str(bucket.key_file),
        f"{own}_ADDRESSING": "virtual" if bucket.virtual_hosted else "path",
        f"{own}_CA_FILE": str(bucket.ca_file or ""),
    }


def peers_from(environment: Mapping[str, str] | None = None) -> Path | None:
    """The file SHUNIU_PEERS_FILE names, or None where it names none. SettingsError for one that is not there."""
    value = (os.environ if environment is None else environment).get("SHUNIU_PEERS_FILE")
    if value and not Path(value).is_file():
        raise SettingsError(f"SHUNIU_PEERS_FILE names {value}, which is not there.")
    return _path(value)


def _path(value: str | None) -> Path | None:
    return Path(value) if value else None


def _whole(name: str, value: str | None, least: int, most: int) -> int:
    """A whole number between two limits; the least one where nothing is said."""
    if not value:
        return least
    try:
        number = int(value)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise SettingsError(f"{name} must be a number from {least} to {most}.")
    return number
