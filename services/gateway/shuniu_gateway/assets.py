"""The built web app: hashed assets for ever, the page itself never cached, under a strict content security policy.

Without a built app ``/`` says how to build it; the API works all the same.
"""

import base64
import hashlib
import mimetypes
import re
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from shuniu.rules.refusal import NotFound

__all__ = ("ASSET_HANDLERS", "DIST", "build_of_page", "content_policy")

DIST = Path(__file__).parent / "dist"
_INLINE = re.compile(rb"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
_BUILD = re.compile(rb'<meta name="build" content="([0-9a-f]+)"')
_TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
_TEXT = (".js", ".mjs", ".css", ".html", ".svg", ".json", ".webmanifest")
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
}
_ABSENT = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>枢纽 Shuniu</title>
<h1>枢纽</h1>
<p>指挥视图的网页尚未构建。请运行 <code>make web</code>，然后刷新本页。</p>
<p>接口照常可用：<a href="/schema/openapi.json">OpenAPI</a>。</p>
<p lang="en">The web page of the command view has not been built yet. Run <code>make web</code>, then reload.
The API works all the same.</p></html>"""


def content_policy(page: bytes) -> str:
    """The policy for a page: its own scripts, and the inline ones it was built with, by their hashes."""
    hashes = "".join(
        f" 'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'" for script in _INLINE.findall(page)
    )
    return (
        f"default-src 'none'; script-src 'self'{hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:;"
        " font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none';"
        " form-action 'self'; frame-ancestors 'self'"
    )


def build_of_page() -> str:
    """Which build of the page is served now; '' without one. The page itself names it."""
    try:
        found = _BUILD.search((DIST / "index.html").read_bytes())
    except OSError:
        return ""
    return found[1].decode() if found else ""


def _type_of(path: Path) -> str:
    return _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def _file(request: Request[Any, Any, Any], path: Path, headers: dict[str, str]) -> Response[bytes]:
    """A file, pre-compressed where the build made that and the browser takes it."""
    sent = {**_SAFE, **headers, "Vary": "Accept-Encoding"}
    packed = path.with_name(path.name + ".gz")
    if "gzip" in request.headers.get("accept-encoding", "") and packed.is_file():
        path, sent["Content-Encoding"] = packed, "gzip"
        kind = _type_of(packed.with_suffix(""))
    else:
        kind = _type_of(path)
    if path.suffix in _TEXT or "Content-Encoding" in sent:
        kind = f"{kind}; charset=utf-8" if kind.startswith(("text/", "image/svg")) else kind
    return Response(path.read_bytes(), media_type=kind, headers=sent)


@get("/", opt={"auth": "own"}, include_in_schema=False, sync_to_thread=True)
def index(request: Request[Any, Any, Any]) -> Response[bytes]:
    page = DIST / "index.html"
    if not page.is_file():
        headers = {**_SAFE, "Cache-Control": "no-store", "Content-Security-Policy": content_policy(b"")}
        return Response(_ABSENT.encode(), media_type="text/html; charset=utf-8", headers=headers)
    policy = content_policy(page.read_bytes())
    return _file(request, page, {"Cache-Control": "no-cache", "Content-Security-Policy": policy})


@get("/assets/{name:path}", opt={"auth": "own"}, include_in_schema=False, sync_to_thread=True)
def asset(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    root = (DIST / "assets").resolve()
    path = (root / name.lstrip("/")).resolve()
    if not path.is_relative_to(root) or not path.is_file():
        raise NotFound("http.not_found")
    return _file(request, path, {"Cache-Control": "public, max-age=31536000, immutable"})


@get(
    [
        "/favicon.svg",
        "/favicon.ico",
        "/manifest.webmanifest",
        "/robots.txt",
        "/icon-192.png",
        "/icon-512.png",
        "/sw.js",
    ],
    opt={"auth": "own"},
    include_in_schema=False,
    sync_to_thread=False,
)
def beside(request: Request[Any, Any, Any]) -> Response[bytes]:
    path = DIST / Path(request.url.path).name
    if not path.is_file():
        raise NotFound("http.not_found")
    headers = {"Cache-Control": "no-cache"}
    if path.name == "sw.js":  # a worker has the policy it was served with, not its page's
        headers["Content-Security-Policy"] = "default-src 'none'; connect-src 'self'"
    return _file(request, path, headers)


ASSET_HANDLERS: tuple[Any, ...] = (index, asset, beside)
