"""The actors' way to the street: the gateway's public API, signed in as a browser is, with cookie and CSRF token."""

import asyncio
import csv
import hashlib
import io
import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from http.cookies import SimpleCookie
from typing import Any

import httpx
import msgspec

from shuniu_demo.pictures import draw
from shuniu_demo.script import PUBLIC, Picture, service_of

__all__ = ("Desk", "Refused", "Street")

log = logging.getLogger(__name__)

COOKIE = "shuniu_session"
_TIMEOUTS = {"timeout": httpx.Timeout(30.0).as_dict()}
_SHEET_TIMEOUTS = {"timeout": httpx.Timeout(120.0).as_dict()}
"""Thousands of rows are taken in one piece."""
CHUNK = 256 * 1024
"""So much of a file goes to a service's store at once."""
PATIENCE_S = 60.0
"""How long a service that does not answer is waited for."""


class Refused(Exception):  # noqa: N818 - an answer, not an error of ours
    """The API said no, with problem+json."""

    def __init__(self, status: int, rule: str, state: str, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {rule} {state} {problem.get('errors') or problem.get('detail') or ''}".strip())
        self.status = status
        self.rule = rule
        self.state = state


class Street:
    """A running gateway and everybody who works there. ``name`` makes idempotency keys its own."""

    def __init__(self, url: str, name: str, password: Callable[[str], str]) -> None:
        self._url = httpx.URL(f"{url}/api/v1/")
        self._name = uuid.uuid5(uuid.NAMESPACE_URL, f"shuniu-demo:{name}")
        self._password = password
        # The transport itself: a client's cookie jar, redirects and proxies would be half of what a request costs here,
        # and every account needs its own cookie anyway. Few connections, because each is looked at for each request.
        limits = httpx.Limits(max_connections=8, max_keepalive_connections=8)
        self.transport = httpx.AsyncHTTPTransport(limits=limits, trust_env=False)
        self._desks: dict[str, Desk] = {}
        self._pictures: dict[tuple[str, Picture], asyncio.Task[dict[str, Any]]] = {}

    def desk(self, login: str) -> "Desk":
        """The account's desk; it signs in at its first request. PUBLIC stands for whoever does not sign in."""
        if login not in self._desks:
            anybody = login == PUBLIC
            url = self._url.join("public/") if anybody else self._url
            self._desks[login] = Desk(url, self.transport, login, "" if anybody else self._password(login))
        return self._desks[login]

    def key(self, name: str) -> str:
        """The idempotency key of a step of that name, the same at every try."""
        return str(uuid.uuid5(self._name, name))

    async def evidence(self, service: str, by: str, picture: Picture) -> dict[str, Any]:
        """The reference to a picture in a service's store, sent there the first time it is needed."""
        known = service, picture
        if known not in self._pictures or (self._pictures[known].done() and self._pictures[known].exception()):
            self._pictures[known] = asyncio.create_task(self.desk(by).send(service, draw(picture)))
        return await self._pictures[known]

    async def close(self) -> None:
        """Leave; sessions end by themselves."""
        for task in self._pictures.values():
            task.cancel()
        await asyncio.gather(*self._pictures.values(), return_exceptions=True)
        await self.transport.aclose()


class Desk:
    """One account at work."""

    def __init__(self, url: httpx.URL, transport: httpx.AsyncBaseTransport, login: str, password: str) -> None:
        self._url = url
        self._transport = transport
        self.login = login
        self._password = password
        self._cookie = ""
        self._csrf = ""
        self._signing_in = asyncio.Lock()

    async def sign_in(self) -> None:
        """Sign in anew. Refused when the password is not (yet) the account's."""
        self._cookie = self._csrf = ""
        given = msgspec.json.encode({"account": self.login, "password": self._password})
        answer = await self._send("POST", "/session", {"Content-Type": "application/json"}, content=given)
        session = self._read(answer)
        cookies = SimpleCookie(answer.headers["set-cookie"])
        self._cookie, self._csrf = f"{COOKIE}={cookies[COOKIE].value}", session["csrf"]

    async def _send(self, method: str, path: str, headers: Mapping[str, str], **more: Any) -> httpx.Response:
        sent = dict(headers)
        if self._cookie:
            sent |= {"Cookie": self._cookie, "X-CSRF-Token": self._csrf}
        url = self._url.join(path.lstrip("/"))
        patience = _SHEET_TIMEOUTS if "/sheets/" in path else _TIMEOUTS
        request = httpx.Request(method, url, headers=sent, extensions=patience, **more)
        answer = await self._transport.handle_async_request(request)
        try:
            await answer.aread()
        finally:
            await answer.aclose()
        return answer

    async def _signed_in(self, stale: str) -> None:
        async with self._signing_in:
            if self._csrf == stale:
                await self.sign_in()

    async def request(self, method: str, path: str, *, key: str = "", **more: Any) -> Any:
        """The JSON of the answer; tried again with the same key while gateway or service do not answer.

        Raises Refused for every other answer than success, httpx.TransportError when the gateway stays away.
        """
        if not self._csrf and self.login != PUBLIC:
            await self._signed_in("")
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        pause, signed_in_again = 0.1, 0
        own = {**more.pop("headers", {}), **({"Idempotency-Key": key} if key else {})}
        while True:
            csrf = self._csrf
            try:
                answer = await self._send(method, path, own, **more)
            except httpx.TransportError:
                if asyncio.get_running_loop().time() > deadline:
                    raise
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)
                continue
            if answer.status_code == 401 and signed_in_again < 2:
                signed_in_again += 1
                await self._signed_in(csrf)
            elif answer.status_code in (429, 502, 503, 504) and asyncio.get_running_loop().time() < deadline:
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)
            else:
                return self._read(answer)

    def _read(self, answer: httpx.Response) -> Any:
        if answer.is_success:
            return msgspec.json.decode(answer.content) if answer.content else None
        try:
            problem = msgspec.json.decode(answer.content, type=dict[str, Any])
        except msgspec.DecodeError:
            problem = {}
        raise Refused(answer.status_code, str(problem.get("rule", "")), str(problem.get("state") or ""), problem)

    async def get(self, path: str, **query: Any) -> Any:
        """GET a path of the view API."""
        return await self.request("GET", path, params=query or None)

    async def do(self, command: str, body: Mapping[str, Any], key: str) -> dict[str, Any]:
        """Give a command; the owner's answer."""
        service, command = service_of(command), command.rpartition("/")[2]
        content = msgspec.json.encode(body)
        answer: dict[str, Any] = await self.request(
            "POST", f"/do/{service}/{command}", key=key, content=content, headers={"Content-Type": "application/json"}
        )
        return answer

    async def offers(self, service: str, kind: str, matter: str) -> list[dict[str, Any]]:
        """What this account may do with a matter now."""
        answer = await self.get(f"/matters/{service}/{kind}/{matter}/actions")
        offers: list[dict[str, Any]] = answer["offers"]
        return offers

    async def send(self, service: str, content: bytes, media_type: str = "image/png") -> dict[str, Any]:
        """Put a file into a service's store; its reference."""
        sha256 = hashlib.sha256(content).hexdigest()
        parts = [content[at : at + CHUNK] for at in range(0, len(content), CHUNK)]
        for n, part in enumerate(parts):
            await self.request(
                "PUT", f"/services/{service}/blobs/{sha256}/{n}", params={"of": len(parts)}, content=part,
                headers={"Content-Type": media_type},
            )  # fmt: skip
        return {"sha256": sha256, "size": len(content), "media_type": media_type}

    async def hand_in(self, service: str, sheet: str, rows: Sequence[Mapping[str, Any]], key: str) -> dict[str, Any]:
        """Hand a spreadsheet in, as CSV; what became of it. Refused where a row is wrong: then none is taken."""
        file = io.StringIO()
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        reference = await self.send(service, file.getvalue().encode(), "text/csv")
        taken: dict[str, Any] = await self.request(
            "POST", f"/services/{service}/sheets/{sheet}", key=key, json={"blob": reference}
        )
        return taken
