"""Pictures to send, and a server of its own process that speaks S3."""

import hashlib
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from shuniu.chassis.blobs import CHUNK_BYTES
from shuniu.chassis.bucket import BucketStorage
from shuniu.runtime.child import Child
from shuniu.runtime.ports import LOOPBACK, free_port
from shuniu.runtime.settings import Bucket
from shuniu.testing.waiting import until

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 2500  # three chunks
KEYS = "[default]\naws_access_key_id = testing\naws_secret_access_key = testing\n"


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def chunks(content: bytes) -> list[bytes]:
    return [content[i : i + CHUNK_BYTES] for i in range(0, len(content), CHUNK_BYTES)]


class ObjectServer:
    """A running server; buckets are made as they are asked for."""

    def __init__(self, port: int) -> None:
        self.url = f"http://{LOOPBACK}:{port}"

    @classmethod
    @asynccontextmanager
    async def started(cls, port: int = 0) -> "AsyncIterator[ObjectServer]":
        """It, until it is left."""
        server = cls(port or free_port())
        with tempfile.TemporaryDirectory(prefix="s3-") as folder:
            child = Child("object server", log=Path(folder) / "log")
            where = ["-H", LOOPBACK, "-p", server.url.rpartition(":")[2]]
            await child.spawn([sys.executable, "-m", "moto.server", *where])
            try:
                await until(lambda: child.check() or server.answers(), within=60, every=0.1)
                yield server
            finally:
                await child.stop()

    def answers(self) -> bool:
        """Whether it takes requests."""
        try:
            return httpx.get(self.url, timeout=5).status_code < 500
        except httpx.TransportError:
            return False

    def create(self, name: str) -> None:
        """Make a bucket."""
        sign = "AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
        httpx.put(f"{self.url}/{name}", headers={"Authorization": sign}, timeout=10).raise_for_status()

    def bucket(self, name: str, key_file: Path, prefix: str = "") -> Bucket:
        """A new bucket, as a deployment names it."""
        self.create(name)
        return Bucket(name=name, prefix=prefix, endpoint=self.url, key_file=key_file)

    def storage(self, name: str, key_file: Path) -> BucketStorage:
        """The same as a service opens it, made where it is missing."""
        return BucketStorage(self.bucket(name, key_file))
