"""Files: by content, in chunks, checked before they exist; the same in a folder and in a bucket."""

import time
from typing import Any

import pytest
from edge_files import PNG, chunks, sha
from shuniu.chassis.blobs import CHUNK_BYTES, GEOJSON, BlobStore
from shuniu.chassis.objects import ObjectStorage
from shuniu.rules.evidence import BlobRef
from shuniu.rules.refusal import Refusal


async def refused(*args: Any, store: BlobStore, **more: Any) -> tuple[int, str]:
    with pytest.raises(Refusal) as error:
        await store.put_chunk(*args, **more)
    return error.value.status, error.value.rule


async def files(storage: ObjectStorage) -> list[str]:
    return [held.key for held in await storage.list("")]


async def test_chunks_in_any_order_make_a_blob(storage: ObjectStorage) -> None:
    store = BlobStore(storage)
    pieces = chunks(PNG)
    assert len(pieces) == 3
    assert await store.put_chunk(sha(PNG), 2, 3, pieces[2]) is None
    assert await store.put_chunk(sha(PNG), 0, 3, pieces[0]) is None
    assert await store.put_chunk(sha(PNG), 0, 3, pieces[0]) is None
    assert await store.find(sha(PNG)) is None
    ref = await store.put_chunk(sha(PNG), 1, 3, pieces[1])
    assert ref == BlobRef(sha(PNG), len(PNG), "image/png")
    assert await store.put_chunk(sha(PNG), 1, 3, pieces[1]) == ref
    assert b"".join([p async for p in store.pieces(sha(PNG))]) == PNG == await store.read(sha(PNG))
    assert await files(storage) == [f"{sha(PNG)[:2]}/{sha(PNG)}"]


async def test_limits(storage: ObjectStorage) -> None:
    store = BlobStore(storage, max_bytes=CHUNK_BYTES + 10)
    name = sha(PNG)
    assert await refused(name, 0, 3, b"x" * (CHUNK_BYTES + 1), store=store) == (413, "blob.too_big")
    await store.put_chunk(name, 0, 3, PNG[:CHUNK_BYTES])
    assert await refused(name, 1, 3, b"x" * 11, store=store) == (413, "blob.too_big")
    assert await files(storage) == []
    for n, of in ((3, 3), (-1, 3), (0, 0), (0, 5000)):
        assert await refused(name, n, of, b"x", store=store) == (422, "blob.bad_chunk")
    assert await refused(name, 0, 1, b"", store=store) == (422, "blob.bad_chunk")


@pytest.mark.parametrize(
    "name", ["", "..", "../" * 20 + "etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n", "/" + "a" * 63]
)
async def test_names_that_are_no_hash_reach_no_file(storage: ObjectStorage, name: str) -> None:
    store = BlobStore(storage)
    assert await refused(name, 0, 1, b"x", store=store) == (422, "blob.bad_hash")
    with pytest.raises(Refusal):
        await store.find(name)
    assert await files(storage) == []


async def test_content_must_be_what_its_name_and_type_say(storage: ObjectStorage) -> None:
    store = BlobStore(storage)
    assert await refused("a" * 64, 0, 1, PNG[:100], store=store) == (422, "blob.hash_mismatch")
    program = b"MZ\x90\x00" * 50
    assert await refused(sha(program), 0, 1, program, store=store) == (422, "blob.not_taken")
    page = b"<html><script>alert(1)</script></html>"
    assert await refused(sha(page), 0, 1, page, store=store) == (422, "blob.not_taken")
    small = PNG[:100]
    wrong = await refused(sha(small), 0, 1, small, store=store, declared="image/jpeg")
    assert wrong == (422, "blob.type_mismatch")
    assert await files(storage) == []


async def test_geometry_is_kept_too(storage: ObjectStorage) -> None:
    store = BlobStore(storage)
    content = b'{"type": "Polygon", "coordinates": []}'
    ref = await store.put(content)
    assert ref == BlobRef(sha(content), len(content), GEOJSON)
    with pytest.raises(Refusal, match="not_taken"):
        await store.put(b'{"type": "Anything"}')


async def test_one_uploaders_broken_chunk_is_not_anothers(storage: ObjectStorage) -> None:
    store = BlobStore(storage)
    pieces = chunks(PNG)
    await store.put_chunk(sha(PNG), 0, 3, b"rubbish", by="b")
    for n, piece in enumerate(pieces):
        ref = await store.put_chunk(sha(PNG), n, 3, piece, by="a")
    assert ref is not None


async def test_unfinished_uploads_are_cleaned(storage: ObjectStorage) -> None:
    later = 0.0
    store = BlobStore(storage, real_time=lambda: time.time() + later)
    await store.put_chunk(sha(PNG), 0, 3, PNG[:10])
    later += 3500
    await store.clean()
    assert len(await files(storage)) == 1
    later += 700
    await store.clean()
    assert await files(storage) == []


async def test_evidence_has_to_be_there(storage: ObjectStorage) -> None:
    store = BlobStore(storage)
    ref = await store.put(PNG)
    await store.require([ref])
    for wrong, rule in (
        (BlobRef("b" * 64, 10, "image/png"), "blob.missing"),
        (BlobRef(ref.sha256, ref.size + 1, "image/png"), "blob.differs"),
    ):
        with pytest.raises(Refusal, match=rule):
            await store.require([ref, wrong])


# --- on the running service ---------------------------------------------------------------------------------


async def put(caller: Any, token: str | None, n: int, of: int, content: bytes, kind: str = "image/png") -> Any:
    headers = {**caller.headers(token, None), "Content-Type": kind}
    return await caller.client.put(f"/blobs/{sha(PNG)}/{n}?of={of}", content=content, headers=headers)


async def test_files_over_http(caller: Any) -> None:
    token = caller.token()
    pieces = chunks(PNG)
    assert (await put(caller, None, 0, 3, pieces[0])).status_code == 401
    assert [(await put(caller, token, n, 3, pieces[n])).status_code for n in (0, 1)] == [204, 204]
    done = await put(caller, token, 2, 3, pieces[2], "application/octet-stream")
    assert (done.status_code, done.json()) == (201, {"sha256": sha(PNG), "size": len(PNG), "media_type": "image/png"})
    path = f"/blobs/{sha(PNG)}"
    assert (await caller.get(path)).status_code == 401
    stranger = caller.token(areas=("320199002",))
    assert (await caller.get(path, stranger)).json()["rule"] == "access.area"
    whole = await caller.get(path, token)
    assert (whole.content, whole.headers["content-type"]) == (PNG, "image/png")
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert (await caller.get(path, token, **{"If-None-Match": whole.headers["etag"]})).status_code == 304
    parts = [await caller.get(f"{path}/{n}", token) for n in range(3)]
    assert b"".join(p.content for p in parts) == PNG
    assert parts[0].headers["shuniu-blob-chunks"] == "3"
    assert (await caller.get(f"{path}/3", token)).status_code == 404


async def test_files_over_http_keep_to_their_limits(caller: Any) -> None:
    token = caller.token()
    too_big = await put(caller, token, 0, 3, b"x" * (CHUNK_BYTES + 1))
    assert (too_big.status_code, too_big.json()["rule"]) == (413, "blob.too_big")
    assert (await put(caller, token, 9, 3, b"x")).json()["rule"] == "blob.bad_chunk"
    assert (await put(caller, token, 0, 0, b"x")).status_code == 400
