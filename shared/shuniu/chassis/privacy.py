"""Personal data (个人信息): kept encrypted beside the log, opened masked, unmasked only for a reason (PIPL, rules 7.1).

Keys live in a file outside the database. Sensitive personal data (敏感个人信息, PIPL §28) has a key of its own. Each
sealed record says which algorithm and key it was sealed with, and is bound to its ref, matter, purpose and basis: it
opens nowhere else.
"""

import asyncio
import base64
import os
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shuniu.chassis.masking import WITHHELD, mask_field
from shuniu.rules.refusal import Forbidden, NotFound, Unprocessable

if TYPE_CHECKING:
    from asyncpg import Pool

    from shuniu.chassis.audit import AuditTrail
    from shuniu.chassis.context import Actor
    from shuniu.chassis.decision import PersonalRecord, Private

__all__ = ("UNMASK_ROLE", "CipherName", "SealedRecord", "Tampered", "Vault")

CipherName = Literal["AES-256-GCM", "SM4-GCM"]
KeyClass = Literal["personal", "sensitive"]

UNMASK_ROLE = "personal_data_reader"
"""个人信息查阅: the separate permission to read personal data unmasked."""

_KEY_BYTES: dict[CipherName, int] = {"AES-256-GCM": 32, "SM4-GCM": 16}
_NONCE_BYTES = 12
_TAG_BYTES = 16
_PERSONAL = 3
_SENSITIVE = 4
_SHORTEST_REASON = 4
_AT_ONCE = 500
_AT_HAND = 50
"""So many records are deciphered where they were asked for; more would hold everybody up."""


class Tampered(Exception):  # noqa: N818 - what was found
    """A sealed record does not open: it was changed, moved to another matter, or sealed with a lost key."""


class _RingKey(msgspec.Struct, frozen=True):
    algorithm: CipherName
    key: str


class _Ring(msgspec.Struct, frozen=True):
    """The key file: keys by id, and which one new records of a class are sealed with."""

    active: dict[KeyClass, str]
    keys: dict[str, _RingKey]


class SealedRecord(NamedTuple):
    """A row of ``person_data``, in its column order."""

    ref: str
    matter: str
    purpose: str
    basis: str
    sensitivity: int
    algorithm: str
    key_id: str
    nonce: bytes
    sealed: bytes
    at: datetime


_SELECT = f"select {', '.join(SealedRecord._fields)} from person_data"


def _bound_to(ref: str, matter: str, purpose: str, basis: str, sensitivity: int) -> bytes:
    return msgspec.json.encode((ref, matter, purpose, basis, sensitivity))


class Vault:
    """Seals and opens personal fields with the keys of one folder.

    A missing key file is made at first use (mode 0600). With another ``cipher`` than the active keys', new keys are
    added and become active; what was sealed before stays readable. GCM nonces are random: :meth:`rotate` long before
    2³² records of one key.
    """

    def __init__(self, keys_dir: Path, cipher: CipherName = "AES-256-GCM", service: str = "") -> None:
        if cipher not in get_args(CipherName):
            raise ValueError(f"no such cipher: {cipher}")
        self._path = keys_dir / (f"person-data-{service}.json" if service else "person-data.json")
        self._cipher: CipherName = cipher
        self._ring = self._load()
        if any(self._ring.keys[i].algorithm != cipher for i in self._ring.active.values()):
            self.rotate()

    # keys -----------------------------------------------------------------------------------------------------------

    def _load(self) -> _Ring:
        if not self._path.exists():
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = self._write_draft(self._renewed(_Ring({}, {})))
            try:
                os.link(draft, self._path)  # whoever links first wins; nobody reads half a file
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return msgspec.json.decode(self._path.read_bytes(), type=_Ring)

    def _renewed(self, ring: _Ring) -> _Ring:
        made: dict[str, _RingKey] = {}
        active: dict[KeyClass, str] = {}
        for name in get_args(KeyClass):
            key_id = f"{name[0]}{secrets.token_hex(4)}"
            raw = secrets.token_bytes(_KEY_BYTES[self._cipher])
            made[key_id] = _RingKey(self._cipher, base64.b64encode(raw).decode())
            active[name] = key_id
        return _Ring(active, {**ring.keys, **made})

    def _write_draft(self, ring: _Ring) -> Path:
        draft = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(ring)))
            file.flush()
            os.fsync(file.fileno())
        return draft

    def rotate(self) -> None:
        """Make new active keys; the old ones stay in the ring for what they have sealed."""
        self._ring = self._renewed(self._load())
        self._write_draft(self._ring).replace(self._path)

    def _key(self, key_id: str) -> tuple[CipherName, bytes]:
        if key_id not in self._ring.keys:
            self._ring = self._load()  # another process may have rotated
        try:
            held = self._ring.keys[key_id]
        except KeyError:
            raise Tampered(f"key {key_id} is not in the ring") from None
        return held.algorithm, base64.b64decode(held.key)

    # sealing and opening --------------------------------------------------------------------------------------------

    def seal(self, private: "Private", matter: str, at: datetime) -> SealedRecord:
        """The row of ``person_data`` for one command's personal fields."""
        key_id = self._ring.active["sensitive" if private.sensitivity >= _SENSITIVE else "personal"]
        algorithm, key = self._key(key_id)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        bound = _bound_to(private.ref, matter, private.purpose, private.basis, private.sensitivity)
        sealed = _encrypt(algorithm, key, nonce, msgspec.json.encode(dict(private.fields)), bound)
        about = (private.ref, matter, private.purpose, private.basis, private.sensitivity)
        return SealedRecord(*about, algorithm, key_id, nonce, sealed, at)

    def open(self, record: SealedRecord) -> dict[str, str]:
        """The fields as they were written. Raises Tampered."""
        algorithm, key = self._key(record.key_id)
        if algorithm != record.algorithm:
            raise Tampered(f"{record.ref} names another algorithm than its key")
        bound = _bound_to(record.ref, record.matter, record.purpose, record.basis, record.sensitivity)
        try:
            plain = _decrypt(algorithm, key, record.nonce, record.sealed, bound)
        except InvalidTag:
            raise Tampered(f"{record.ref} was changed or moved") from None
        return msgspec.json.decode(plain, type=dict[str, str])

    async def open_matter(
        self, pool: "Pool[Any]", matter: str, *, clearance: int, masked: bool = True
    ) -> dict[str, dict[str, str]]:
        """Every personal record of a matter as a reader of this clearance may see it: ref → field → value.

        Masked (the default, domain rules 7.1) a record is de-identified and needs one class less than unmasked
        (design choice). What the clearance does not reach keeps its field names and shows :data:`WITHHELD`.
        """
        records = [SealedRecord(*r) for r in await pool.fetch(f"{_SELECT} where matter = $1 order by at, ref", matter)]
        opened: dict[str, dict[str, str]] = {}
        for record in records:
            fields = self.open(record)
            if clearance < record.sensitivity - (1 if masked else 0):
                opened[record.ref] = dict.fromkeys(fields, WITHHELD)
            elif masked and record.sensitivity >= _PERSONAL:
                opened[record.ref] = {name: mask_field(name, value) for name, value in fields.items()}
            else:
                opened[record.ref] = fields
        return opened

    async def open_refs(
        self, pool: "Pool[Any]", refs: Iterable[str], *, purpose: str = ""
    ) -> dict[str, dict[str, str]]:
        """What is sealed under these references (for ``purpose`` alone, where one is given), in clear: ref → fields.

        For the owner's own work; whatever leaves is masked by who sends it. Deciphering many waits in a thread.
        """
        wanted = [ref for ref in refs if ref]
        opened: dict[str, dict[str, str]] = {}
        for first in range(0, len(wanted), _AT_ONCE):
            page = wanted[first : first + _AT_ONCE]
            found = await pool.fetch(f"{_SELECT} where ref = any($1) and ($2 = '' or purpose = $2)", page, purpose)
            records = [SealedRecord(*r) for r in found]
            if len(records) > _AT_HAND:
                opened |= await asyncio.to_thread(self._open_all, records)
            else:
                opened |= self._open_all(records)
        return opened

    async def open_text(self, pool: "Pool[Any]", ref: str) -> str:
        """The text under a reference, "" where there is none; for who was given it to read."""
        return (await self.open_refs(pool, (ref,))).get(ref, {}).get("text", "")

    def _open_all(self, records: Iterable[SealedRecord]) -> dict[str, dict[str, str]]:
        return {record.ref: self.open(record) for record in records}

    async def masked_records(self, pool: "Pool[Any]", matter: str, *, clearance: int) -> tuple["PersonalRecord", ...]:
        """Records of a matter that :meth:`open_matter` shows otherwise than they were written, within the clearance."""
        from shuniu.chassis.decision import PersonalRecord

        records = [SealedRecord(*r) for r in await pool.fetch(f"{_SELECT} where matter = $1 order by at, ref", matter)]
        found: list[PersonalRecord] = []
        for record in records:
            if record.sensitivity < _PERSONAL or clearance < record.sensitivity:
                continue
            fields = self.open(record)
            hidden = tuple(name for name, value in fields.items() if mask_field(name, value) != value)
            if hidden:
                found.append(PersonalRecord(ref=record.ref, purpose=record.purpose, fields=hidden))
        return tuple(found)

    async def unmask(
        self,
        pool: "Pool[Any]",
        audit: "AuditTrail",
        actor: "Actor",
        ref: str,
        *,
        reason: str,
        at: datetime,
        matter: str | None = None,
    ) -> Mapping[str, str]:
        """One record in clear, for :data:`UNMASK_ROLE`, with a reason that goes into the audit before the answer.

        ``matter``, where given, must be the record's. Raises Forbidden ``access.role`` or ``access.clearance``,
        NotFound ``person_data.unknown``, Unprocessable ``person_data.reason``. Every try is audited; the reason is a
        person's sentence and is kept with the entry, the fields never are.
        """
        from shuniu.chassis.audit import AuditEntry

        found = await pool.fetchrow(f"{_SELECT} where ref = $1", ref)
        rule, fields = "", None
        try:
            if found is None or (matter is not None and found["matter"] != matter):
                raise NotFound("person_data.unknown", params={"ref": ref})
            record = SealedRecord(*found)
            actor.require_role(UNMASK_ROLE)
            if actor.clearance < record.sensitivity:
                raise Forbidden("access.clearance", params={"needed": record.sensitivity})
            if len(reason.strip()) < _SHORTEST_REASON:
                raise Unprocessable("person_data.reason", params={"least": _SHORTEST_REASON})
            fields = self.open(record)
            return fields
        except (Forbidden, NotFound, Unprocessable) as refusal:
            rule = refusal.rule
            raise
        finally:
            audit.record(
                AuditEntry(
                    at=at,
                    actor=actor.id,
                    command="person_data.unmask",
                    allowed=fields is not None,
                    rule=rule,
                    matter=found["matter"] if found else "",
                    detail={"ref": ref[:64], "reason": reason.strip()[:200].replace("\x00", "")},
                )
            )


def _encrypt(algorithm: CipherName, key: bytes, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
    if algorithm == "AES-256-GCM":
        return AESGCM(key).encrypt(nonce, plain, bound)
    cipher = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    cipher.authenticate_additional_data(bound)
    sealed = cipher.update(plain) + cipher.finalize()
    return sealed + cipher.tag


def _decrypt(algorithm: CipherName, key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
    if algorithm == "AES-256-GCM":
        return AESGCM(key).decrypt(nonce, sealed, bound)
    body, tag = sealed[:-_TAG_BYTES], sealed[-_TAG_BYTES:]
    cipher = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
    cipher.authenticate_additional_data(bound)
    return cipher.update(body) + cipher.finalize()
