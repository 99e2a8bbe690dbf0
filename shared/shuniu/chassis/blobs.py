"""Files of a service, kept by their content: evidence, geometry, attachments.

A blob's name is its SHA-256. It arrives in chunks of at most 256 KiB (they fit on the bus), is put together when all
are there, and exists only once its hash, size and type have been checked; a half-written file never has a blob's name.
All of it lies in one object storage, a folder or a bucket, unfinished uploads too: any instance takes any chunk.
Spreadsheets are on their way in or out, not kept: each is removed when its time is over (:meth:`BlobStore.expire`).
"""

import asyncio
import hashlib
import io
import re
import time
import zipfile
from collections.abc import AsyncIterator, Callable, Iterable

import msgspec

from shuniu.chassis.objects import Held, ObjectStorage
from shuniu.rules.evidence import CSV, MAX_BYTES, XLSX, BlobRef, media_type_of
from shuniu.rules.refusal import FieldError, NotFound, Refusal, Unprocessable

__all__ = ("CHUNK_BYTES", "GEOJSON", "BlobStore")

CHUNK_BYTES = 256 * 1024
GEOJSON = "application/geo+json"
HEAD_BYTES = 64
MOST_CHUNKS = 1024
MOST_KINDS = 10_000
PARTS_LIFE_S = 3600.0
SPREADSHEET_LIFE_S = 24 * 3600.0
"""How long a spreadsheet that was handed in stays."""
_PARTS = ".parts"
_EXPIRING = ".expiring"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_GEOMETRIES = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection")
_GEOJSON_TYPES = frozenset((*_GEOMETRIES, "Feature", "FeatureCollection"))


class _Typed(msgspec.Struct):
    type: str = ""


def _kind_of(content: bytes) -> str | None:
    """Media type by content, None for what is not taken."""
    if (known := media_type_of(content[:HEAD_BYTES])) is not None:
        return known
    if content.startswith(b"PK\x03\x04"):
        return _packed_kind(content)
    if content[:HEAD_BYTES].lstrip()[:1] != b"{":
        return CSV if _is_table(content) else None
    try:
        return GEOJSON if msgspec.json.decode(content, type=_Typed).type in _GEOJSON_TYPES else None
    except msgspec.DecodeError:
        return None


def _packed_kind(content: bytes) -> str | None:
    """XLSX for a workbook without programs in it, None for any other archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = packed.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        return None
    return None if any(name.casefold().endswith("vbaproject.bin") for name in names) else XLSX


_NOT_TEXT = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_BOM = b"\xef\xbb\xbf"


def _is_table(content: bytes) -> bool:
    """Whether it is text whose first line has separators (or a single column behind a byte order mark)."""
    if _NOT_TEXT.search(content) or content.lstrip(_BOM).lstrip()[:1] == b"<":
        return False
    first = content.lstrip().split(b"\n", 1)[0]
    if not content.startswith(_BOM) and not any(mark in first for mark in (b",", b";", b"\t")):
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def _too_big(limit: int) -> Refusal:
    return Refusal("blob.too_big", status=413, params={"most_bytes": limit})


class BlobStore:
    """The blobs in one storage. All answers are by content; any call may be refused 503 ``blob.storage_away``.

    ``max_bytes`` bounds one blob. ``real_time`` tells the age of unfinished uploads.
    """

    def __init__(
        self, storage: ObjectStorage, max_bytes: int = MAX_BYTES, real_time: Callable[[], float] = time.time
    ) -> None:
        self._storage = storage
        self.max_bytes = max_bytes
        self._real_time = real_time
        self._cleaned_at = 0.0
        self._kinds: dict[str, str] = {}

    async def find(self, sha256: str) -> BlobRef | None:
        """The blob's reference, or None when it is not here. Unprocessable ``blob.bad_hash`` for what is no hash."""
        key = _key(sha256)
        held = await self._storage.head(key)
        if held is None:
            return None
        kind = self._kinds.get(sha256)
        if kind is None:  # content never changes, so neither does its type
            kind = await self._kind_at(key)
            if kind is None:
                return None  # removed this moment
            self._note(sha256, kind)
        return BlobRef(sha256, held.size, kind)

    async def _kind_at(self, key: str) -> str | None:
        """Media type of what is kept, None for nothing; its first bytes mostly tell."""
        head = await self._storage.get(key, 0, HEAD_BYTES)
        if head is None or (known := media_type_of(head)) is not None:
            return None if head is None else known
        content = await self._storage.get(key)
        if content is None:
            return None
        return await asyncio.to_thread(_kind_of, content) or "application/octet-stream"

    def _note(self, sha256: str, kind: str) -> None:
        if len(self._kinds) >= MOST_KINDS:
            self._kinds.clear()
        self._kinds[sha256] = kind

    async def require(self, refs: Iterable[BlobRef], field: str = "evidence") -> None:
        """Unprocessable ``blob.missing`` or ``blob.differs`` unless every reference is a blob held here, as described.

        For a command's ``prepare``: evidence that nobody can open is none. What waits to be claimed is claimed.
        """
        refs = tuple(refs)
        errors: list[FieldError] = []
        rule = "blob.missing"
        for i, ref in enumerate(refs):
            held = await self.find(ref.sha256)
            if held is None:
                errors.append(FieldError(f"{field}.{i}", "unknown"))
            elif held != ref:
                rule = "blob.differs"
                errors.append(FieldError(f"{field}.{i}", "differs"))
        if errors:
            raise Unprocessable(rule, fields=tuple(errors))
        for ref in refs:
            if ref.media_type not in (XLSX, CSV):
                await self._storage.delete(f"{_EXPIRING}/{ref.sha256}")

    # writing --------------------------------------------------------------------------------------------------------

    async def put(self, content: bytes) -> BlobRef:
        """Keep content the service itself made or was given in a command. Refusals as for :meth:`put_chunk`."""
        if len(content) > self.max_bytes:
            raise _too_big(self.max_bytes)
        sha256 = (await asyncio.to_thread(hashlib.sha256, content)).hexdigest()
        return await self.find(sha256) or await self._keep(content, sha256, "")

    async def put_chunk(
        self, sha256: str, n: int, of: int, content: bytes, *, declared: str = "", by: str = "", claim_within_s: int = 0
    ) -> BlobRef | None:
        """Take chunk ``n`` (from 0) of ``of``; answers the blob once it is whole, else None.

        With ``claim_within_s`` a new blob is removed after that time unless :meth:`require` has asked for it by then.

        Chunks may come in any order and again. ``declared`` is the media type the sender claims, ``by`` the account,
        so that one uploader's broken chunks are not another's. Refusals: ``blob.bad_hash``, ``blob.bad_chunk``,
        ``blob.hash_mismatch``, ``blob.not_taken``, ``blob.type_mismatch`` (422), ``blob.too_big`` (413).
        """
        _key(sha256)
        if not (1 <= of <= MOST_CHUNKS and 0 <= n < of) or not content:
            raise Unprocessable("blob.bad_chunk", fields=(FieldError("n", "out_of_range"),))
        if len(content) > CHUNK_BYTES:
            raise _too_big(CHUNK_BYTES)
        if (held := await self.find(sha256)) is not None:
            return held
        await self.clean()
        whose = hashlib.sha256(by.encode()).hexdigest()[:12]
        folder = f"{_PARTS}/{sha256}.{of}.{whose}"
        await self._storage.put(f"{folder}/{n:04d}", content)
        there = await self._storage.list(folder)
        if sum(part.size for part in there) > self.max_bytes:
            await self._clear(there)
            raise _too_big(self.max_bytes)
        if len(there) < of:
            return None
        try:
            return await self._put_together(there, sha256, declared, claim_within_s)
        except Refusal as refusal:
            if refusal.status == 503:
                raise  # the parts stay: the same chunk again finishes it
            await self._clear(there)
            raise

    async def _put_together(self, parts: tuple[Held, ...], sha256: str, declared: str, claim_within_s: int) -> BlobRef:
        pieces = [await self._storage.get(part.key) for part in parts]
        whole = [piece for piece in pieces if piece is not None]
        if len(whole) < len(pieces):
            # Two last chunks at once: the other call has put the blob together and cleared the parts.
            if (held := await self.find(sha256)) is not None:
                return held
            raise Unprocessable("blob.bad_chunk", fields=(FieldError("n", "lost"),))
        ref = await self._keep(b"".join(whole), sha256, declared, claim_within_s)
        await self._clear(parts)
        return ref

    async def _clear(self, parts: Iterable[Held]) -> None:
        for part in parts:
            await self._storage.delete(part.key)

    async def _keep(self, content: bytes, sha256: str, declared: str, claim_within_s: int = 0) -> BlobRef:
        """Check, and only then give it its name."""
        if (await asyncio.to_thread(hashlib.sha256, content)).hexdigest() != sha256:
            raise Unprocessable("blob.hash_mismatch", fields=(FieldError("sha256", "differs"),))
        kind = await asyncio.to_thread(_kind_of, content)
        if kind is None:
            raise Unprocessable("blob.not_taken", fields=(FieldError("media_type", "not_taken"),))
        if declared and declared != kind:
            raise Unprocessable("blob.type_mismatch", params={"declared": declared[:80], "found": kind})
        if kind in (XLSX, CSV):
            await self.expire(sha256, SPREADSHEET_LIFE_S)
        elif claim_within_s:
            await self.expire(sha256, claim_within_s)
        await self._storage.put(_key(sha256), content)
        self._note(sha256, kind)
        return BlobRef(sha256, len(content), kind)

    async def expire(self, sha256: str, after_s: float) -> None:
        """Have a blob removed some time from now, however long it had before."""
        _key(sha256)
        await self._storage.put(f"{_EXPIRING}/{sha256}", f"{self._real_time() + after_s:.0f}".encode())

    async def remove(self, sha256: str) -> None:
        """Take a blob away; whoever refers to it finds nothing."""
        await self._storage.delete(_key(sha256))

    async def clean(self) -> None:
        """Remove spreadsheets whose time is over, and uploads nobody has added to for an hour.

        Looks at most once every ten minutes.
        """
        now = self._real_time()
        if now - self._cleaned_at < PARTS_LIFE_S / 6:
            return
        self._cleaned_at = now
        uploads: dict[str, list[Held]] = {}
        for part in await self._storage.list(_PARTS):
            uploads.setdefault(part.key.rpartition("/")[0], []).append(part)
        for parts in uploads.values():
            if now - max(part.changed_at for part in parts) > PARTS_LIFE_S:
                await self._clear(parts)
        for marker in await self._storage.list(_EXPIRING):
            until = await self._storage.get(marker.key)
            # A marker of an earlier release is empty, and its own time is the end.
            if until is not None and (float(until) if until else marker.changed_at) <= now:
                await self.remove(marker.key.rpartition("/")[2])
                await self._storage.delete(marker.key)

    # reading --------------------------------------------------------------------------------------------------------

    async def read(self, sha256: str) -> bytes:
        """The whole content. NotFound ``blob.unknown``."""
        content = await self._storage.get(_key(sha256))
        if content is None:
            raise _unknown(sha256)
        return content

    async def chunk(self, sha256: str, n: int) -> tuple[bytes, BlobRef]:
        """Chunk ``n`` (from 0, 256 KiB each but the last) and the blob. NotFound ``blob.unknown``."""
        ref = await self.find(sha256)
        if ref is None or not 0 <= n * CHUNK_BYTES < max(ref.size, 1):
            raise _unknown(sha256)
        return await self._piece(ref, n), ref

    async def pieces(self, sha256: str) -> AsyncIterator[bytes]:
        """The content, 256 KiB at a time. NotFound ``blob.unknown`` at the first piece."""
        ref = await self.find(sha256)
        if ref is None:
            raise _unknown(sha256)
        for n in range(-(-ref.size // CHUNK_BYTES)):
            yield await self._piece(ref, n)

    async def _piece(self, ref: BlobRef, n: int) -> bytes:
        start = n * CHUNK_BYTES
        content = await self._storage.get(_key(ref.sha256), start, min(CHUNK_BYTES, ref.size - start))
        if content is None:
            raise _unknown(ref.sha256)
        return content


def _key(sha256: str) -> str:
    """Where the blob lies or would lie. Unprocessable ``blob.bad_hash`` for what is no hash (nor any path)."""
    if not _SHA256.fullmatch(sha256):
        raise Unprocessable("blob.bad_hash", fields=(FieldError("sha256", "bad_hash"),))
    return f"{sha256[:2]}/{sha256}"


def _unknown(sha256: str) -> NotFound:
    return NotFound("blob.unknown", params={"sha256": sha256})
