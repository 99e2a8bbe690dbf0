"""Big JSON goes out compressed, lightly: it is made anew for every caller, so speed counts more than size."""

import zlib
from typing import Any

from litestar.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ("packing",)

FROM_BYTES = 4096
LEVEL = 2
_GZIP = 31
"""``wbits`` of zlib for the gzip container."""


def packing(app: ASGIApp) -> ASGIApp:
    """Middleware: compresses complete JSON answers of 4 KiB and more for those who take gzip."""

    async def packed(scope: Scope, receive: Receive, send: Send) -> None:
        if not any(n == b"accept-encoding" and b"gzip" in v for n, v in scope["headers"]):
            await app(scope, receive, send)
            return
        start: list[Message] = []

        async def hold(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_json(message["headers"]):
                start.append(message)
                return
            if start:
                head: Any = start.pop()
                body: Any = message
                content: bytes = body.get("body", b"")
                if len(content) >= FROM_BYTES and not body.get("more_body"):
                    small = zlib.compressobj(LEVEL, zlib.DEFLATED, _GZIP)
                    content = small.compress(content) + small.flush()
                    kept = [(n, v) for n, v in head["headers"] if n.lower() != b"content-length"]
                    added = [(b"content-encoding", b"gzip"), (b"content-length", b"%d" % len(content))]
                    head = {**head, "headers": [*kept, *added, (b"vary", b"Accept-Encoding")]}
                    body = {**body, "body": content}
                await send(head)
                await send(body)
                return
            await send(message)

        await app(scope, receive, hold)

    return packed


def _is_json(headers: Any) -> bool:
    """Whether these are the headers of plain JSON that nobody has compressed yet."""
    names = {name.lower(): value for name, value in headers}
    return names.get(b"content-type", b"").startswith(b"application/json") and b"content-encoding" not in names
