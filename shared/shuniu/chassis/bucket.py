"""Objects in a bucket of anything that speaks S3 (AWS, MinIO, Ceph, OSS, COS …), by the library obstore.

Nothing is asked when a service starts: a bucket that is away is said when somebody needs a file.
"""

import asyncio
import configparser
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from shuniu.chassis.objects import Held
from shuniu.rules.refusal import Refusal
from shuniu.runtime.settings import Bucket, SettingsError

if TYPE_CHECKING:
    from obstore.store import S3Store

__all__ = ("BucketStorage",)

log = logging.getLogger("shuniu.blobs")

_T = TypeVar("_T")
CONNECT_WITHIN = timedelta(seconds=2)
ANSWER_WITHIN = timedelta(seconds=30)
"""For 20 MiB over a thin line; a request over the bus is given up after ten."""
RETRY_WITHIN = timedelta(seconds=4)
AT_ONCE = 8


def _away() -> Refusal:
    """The refusal when the storage does not answer, or does not let us in."""
    return Refusal("blob.storage_away", status=503)


class BucketStorage:
    """Objects below a prefix of one bucket. SettingsError where the keys cannot be read."""

    def __init__(self, bucket: Bucket) -> None:
        import obstore  # five megabytes that a folder does without

        self._obstore: Any = obstore
        self._store = _open(bucket)
        self._what = f"s3://{bucket.name}/{bucket.prefix}"
        # Threads of our own and not the library's coroutines: an answer that those deliver while the interpreter goes
        # down aborts the process.
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="bucket")

    async def head(self, key: str) -> Held | None:
        found = await self._asked(lambda: self._obstore.head(self._store, key))
        return None if found is None else _held(found)

    async def get(self, key: str, start: int = 0, length: int | None = None) -> bytes | None:
        def read() -> bytes:
            if length is not None:
                return bytes(self._obstore.get_range(self._store, key, start=start, length=length))
            return bytes(self._obstore.get(self._store, key).bytes())[start:]

        return await self._asked(read)

    async def put(self, key: str, content: bytes) -> None:
        # One request, for which S3 promises whole or nothing; parts are for what is far bigger than our files.
        await self._asked(lambda: self._obstore.put(self._store, key, content, use_multipart=False))

    async def delete(self, key: str) -> None:
        await self._asked(lambda: self._obstore.delete(self._store, key))

    async def list(self, folder: str) -> tuple[Held, ...]:
        found: Any = await self._asked(lambda: self._obstore.list(self._store, folder).collect())
        return tuple(sorted(_held(one) for one in found or ()))

    async def _asked(self, question: Callable[[], _T]) -> _T | None:
        """The answer, None for what is not there. Refusal ``blob.storage_away`` for everything else."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, question)
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error):
                log.warning("%s: there is no such bucket", self._what)
                raise _away() from None
            return None
        except (self._obstore.exceptions.BaseError, OSError, ValueError) as error:
            log.warning("%s: %s: %s", self._what, type(error).__name__, str(error).split("\n")[0][:300])
            raise _away() from None


def _held(found: Any) -> Held:
    return Held(str(found["path"]), int(found["size"]), found["last_modified"].timestamp())


def _open(bucket: Bucket) -> "S3Store":
    from obstore.store import S3Store

    keys = _keys(bucket)
    config: dict[str, Any] = {
        "region": bucket.region,
        "virtual_hosted_style_request": bucket.virtual_hosted,
        "disable_bulk_delete": True,  # not everybody who speaks S3 has it
        "access_key_id": keys["aws_access_key_id"],
        "secret_access_key": keys["aws_secret_access_key"],
    }
    if keys.get("aws_session_token"):
        config["session_token"] = keys["aws_session_token"]
    if bucket.endpoint:
        # Both: the second, which the environment may hold for another program, goes before the first.
        config |= {"endpoint": bucket.endpoint, "aws_endpoint_url_s3": bucket.endpoint}
    client: dict[str, Any] = {
        "allow_http": bucket.endpoint.startswith("http://"),
        "connect_timeout": CONNECT_WITHIN,
        "timeout": ANSWER_WITHIN,
    }
    if bucket.ca_file is not None:
        client["root_certificate"] = bucket.ca_file.read_bytes()
    return S3Store(
        bucket.name,
        prefix=bucket.prefix or None,
        config=config,  # type: ignore[arg-type]
        client_options=client,  # type: ignore[arg-type]
        retry_config={"max_retries": 1, "retry_timeout": RETRY_WITHIN},
    )


def _keys(bucket: Bucket) -> dict[str, str]:
    """The keys in the file, which has the form that S3 clients share: a section with aws_access_key_id and so on."""
    parsed = configparser.ConfigParser(interpolation=None)
    try:
        parsed.read_string(bucket.key_file.read_text(encoding="utf-8"))
        keys = dict(parsed["default"])
        assert keys["aws_access_key_id"] and keys["aws_secret_access_key"]
    except (OSError, UnicodeDecodeError, configparser.Error, KeyError, AssertionError):
        raise SettingsError(
            f"{bucket.key_file} must hold a section [default] with aws_access_key_id and aws_secret_access_key."
        ) from None
    return keys
