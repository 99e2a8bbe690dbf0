"""Files over HTTP and over the bus: sent and fetched in chunks that fit a bus message.

Sending needs any signed-in account. Fetching needs one of this street (an area that touches the scope, or a unit);
the hash, which only those learn who see the matter, is the finer key. A policy by matter may come later.
"""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated, Any

from litestar import Request, Response, get, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from shuniu.chassis.blobs import CHUNK_BYTES
from shuniu.chassis.context import Actor
from shuniu.chassis.http.access import actor_of, audited_refusal, host_of
from shuniu.chassis.http.commands import read_body
from shuniu.rules.areas import within
from shuniu.rules.evidence import BlobRef
from shuniu.rules.refusal import Forbidden, NotFound, Refusal

if TYPE_CHECKING:
    from shuniu.chassis.host import Host

__all__ = ("blob_routes",)

_UNTYPED = ("", "application/octet-stream")
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, max-age=31536000, immutable",
}


@put("/blobs/{sha256:str}/{n:int}", status_code=201, summary="Send chunk n of a file")
async def put_chunk(
    request: Request[Any, Any, Any],
    sha256: FromPath[str],
    n: FromPath[int],
    of: Annotated[int, QueryParameter(description="How many chunks there are", ge=1)],
    claim_within: Annotated[
        int, QueryParameter(description="Removed after so many seconds unless a command refers to it", ge=0, le=86_400)
    ] = 0,
) -> Response[BlobRef | None]:
    host = host_of(request)
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    length = request.headers.get("content-length", "").encode("ascii", "ignore")
    try:
        content = await read_body(request.receive, CHUNK_BYTES, length)
    except Refusal as refusal:
        if refusal.status != 413:
            raise
        raise Refusal("blob.too_big", status=413, params=refusal.params) from None
    ref = await host.blobs.put_chunk(
        sha256,
        n,
        of,
        content,
        declared="" if declared in _UNTYPED else declared,
        by=actor_of(request).id,
        claim_within_s=claim_within,
    )
    return Response(ref, status_code=201 if ref is not None else 204)


def _admit(host: "Host", actor: Actor, sha256: str) -> None:
    touches = any(within(a, host.scope) or within(host.scope, a) for a in actor.areas)
    if not touches and not actor.units:
        refusal = Forbidden("access.area", params={"area": host.scope})
        audited_refusal(host, "blob.read", refusal, actor, sha256)
        raise refusal


def _etag(ref: BlobRef) -> str:
    return f'"{ref.sha256}"'


@get("/blobs/{sha256:str}", summary="A file")
async def get_blob(request: Request[Any, Any, Any], sha256: FromPath[str]) -> Response[Any]:
    host = host_of(request)
    _admit(host, actor_of(request), sha256)
    ref = await host.blobs.find(sha256)
    if ref is None:
        raise NotFound("blob.unknown", params={"sha256": sha256})
    headers = {**_SAFE, "ETag": _etag(ref)}
    if request.headers.get("if-none-match") == _etag(ref):
        return Response(None, status_code=304, headers=headers)
    pieces: AsyncIterator[bytes] = host.blobs.pieces(sha256)
    return Stream(pieces, media_type=ref.media_type, headers={**headers, "Content-Length": str(ref.size)})


@get("/blobs/{sha256:str}/{n:int}", summary="Chunk n of a file, 256 KiB each but the last")
async def get_chunk(request: Request[Any, Any, Any], sha256: FromPath[str], n: FromPath[int]) -> Response[bytes]:
    host = host_of(request)
    _admit(host, actor_of(request), sha256)
    content, ref = await host.blobs.chunk(sha256, n)
    chunks = -(-ref.size // CHUNK_BYTES)
    headers = {**_SAFE, "ETag": _etag(ref), "Shuniu-Blob-Size": str(ref.size), "Shuniu-Blob-Chunks": str(chunks)}
    return Response(content, media_type=ref.media_type, headers=headers)


def blob_routes() -> list[HTTPRouteHandler]:
    """The handlers."""
    return [put_chunk, get_blob, get_chunk]
