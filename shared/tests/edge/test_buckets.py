"""A bucket that is away: said clearly, nothing changed; nobody is asked when a service starts."""

from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from edge_files import KEYS, PNG, ObjectServer, chunks, sha
from shuniu.chassis.blobs import CHUNK_BYTES, BlobStore
from shuniu.chassis.bucket import BucketStorage
from shuniu.rules.refusal import Refusal
from shuniu.runtime.ports import free_port
from shuniu.runtime.settings import Bucket, SettingsError
from shuniu.testing.servers import Hosts


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "keys"
    path.write_text(KEYS)
    return path


async def away(asked: Any) -> tuple[int, str]:
    with pytest.raises(Refusal) as error:
        await asked
    return error.value.status, error.value.rule


async def test_a_bucket_that_is_away_is_said_and_nothing_changes(object_server: ObjectServer, key_file: Path) -> None:
    there = BlobStore(BucketStorage(object_server.bucket("drill", key_file)))
    gone = BlobStore(BucketStorage(Bucket(name="drill", endpoint=f"http://127.0.0.1:{free_port()}", key_file=key_file)))
    pieces = chunks(PNG)
    for n in (0, 1):
        await there.put_chunk(sha(PNG), n, 3, pieces[n])
    for asked in (
        gone.put_chunk(sha(PNG), 2, 3, pieces[2]), gone.find(sha(PNG)), gone.read(sha(PNG)), gone.put(PNG)
    ):  # fmt: skip
        assert await away(asked) == (503, "blob.storage_away")
    assert await there.find(sha(PNG)) is None
    ref = await there.put_chunk(sha(PNG), 2, 3, pieces[2])
    assert ref is not None and ref.size == len(PNG)


async def test_a_bucket_nobody_made_is_said(object_server: ObjectServer, key_file: Path) -> None:
    nowhere = Bucket(name="nobody-made-this", endpoint=object_server.url, key_file=key_file)
    assert await away(BlobStore(BucketStorage(nowhere)).put(PNG)) == (503, "blob.storage_away")


@pytest.mark.parametrize("content", ["", "[default]\naws_access_key_id = only\n", "aws_access_key_id = hush\n"])
def test_keys_that_cannot_be_read_are_said_at_once_and_without_them(key_file: Path, content: str) -> None:
    key_file.write_text(content)
    with pytest.raises(SettingsError, match="aws_secret_access_key") as refused:
        BucketStorage(Bucket(name="street", key_file=key_file))
    assert "hush" not in str(refused.value)


async def test_a_service_starts_without_its_bucket_and_uses_it_when_it_comes(
    hosts: Hosts, object_server: ObjectServer, key_file: Path
) -> None:
    from edge_toybox import service
    from shuniu.chassis.identity import Issuer

    port = free_port()
    bucket = Bucket(name="late", prefix="toybox", endpoint=f"http://127.0.0.1:{port}", key_file=key_file)
    host = await hosts.start(service, bus=False, bucket=bucket)
    token = Issuer.load(host.deployment.keys_dir, f"/{host.scope}/gateway").issue("a-1", areas=(host.scope,)).token
    sign_in = {"Authorization": f"Bearer {token}", "Content-Type": "image/png"}
    transport = httpx.ASGITransport(app=cast("Any", host.app), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://toybox", headers=sign_in) as client:
        small = PNG[:CHUNK_BYTES]
        path = f"/blobs/{sha(small)}"
        refused = await client.put(f"{path}/0?of=1", content=small)
        assert (refused.status_code, refused.json()["rule"]) == (503, "blob.storage_away")
        assert refused.json()["title"] and refused.headers["retry-after"]
        assert str(port) not in refused.text and "late" not in refused.text
        assert (await client.get(path)).status_code == 503
        async with ObjectServer.started(port) as late:
            late.create("late")
            assert (await client.put(f"{path}/0?of=1", content=small)).status_code == 201
            assert (await client.get(path)).content == small
            kept = [held.key for held in await late.storage("late", key_file).list("")]
            assert kept == [f"toybox/{sha(small)[:2]}/{sha(small)}"]
