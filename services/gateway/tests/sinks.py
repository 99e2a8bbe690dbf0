"""Where messages arrive: an HTTP server that stands for the three platforms, an SMTP server for mail. Both real."""

import json
import re
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller

MESSAGE_ID = re.compile(r"(?:通知编号：|Message id: )([0-9a-f-]{36})")


@dataclass
class Arrived:
    """One message as the platform got it. ``target`` is the robot's token or the mail address."""

    channel: str
    target: str
    text: str
    query: dict[str, list[str]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def delivery(self) -> str:
        """The id of the delivery that stands in the message."""
        found = MESSAGE_ID.search(self.text)
        assert found, self.text
        return found[1]


class Platforms:
    """WeCom, DingTalk and Feishu on one loopback port. ``answers[token]`` is (status, body) instead of a success."""

    def __init__(self) -> None:
        self.arrived: list[Arrived] = []
        self.answers: dict[str, tuple[int, dict[str, Any]]] = {}
        self.hold = threading.Event()
        self.hold.set()
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["content-length"]))
                sink.hold.wait(30)
                arrived, ok = _read(self.path, json.loads(raw))
                status, body = sink.answers.get(arrived.target, (200, ok))
                if status == 200 and body == ok:
                    sink.arrived.append(arrived)
                answer = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close."""
        self.hold.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _read(path: str, body: dict[str, Any]) -> tuple[Arrived, dict[str, Any]]:
    split = urlsplit(path)
    query = parse_qs(split.query)
    if split.path == "/cgi-bin/webhook/send":
        assert body["msgtype"] == "text"
        return Arrived("wecom", query["key"][0], body["text"]["content"], query), {"errcode": 0, "errmsg": "ok"}
    if split.path == "/robot/send":
        assert body["msgtype"] == "text"
        return Arrived("dingtalk", query["access_token"][0], body["text"]["content"], query), {"errcode": 0}
    assert split.path.startswith("/open-apis/bot/v2/hook/"), path
    return Arrived("feishu", split.path.rpartition("/")[2], body["content"]["text"]), {"code": 0, "msg": "success"}


class MailServer:
    """An SMTP server on a loopback port. ``refused`` are addresses it does not know."""

    def __init__(self, port: int) -> None:
        self.arrived: list[Arrived] = []
        self.refused: set[str] = set()
        self._controller = Controller(self, hostname="127.0.0.1", port=port)
        self._controller.start()
        self.address = f"127.0.0.1:{port}"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        """Take a recipient or not."""
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a message."""
        mail = message_from_bytes(envelope.content, policy=policy.default)
        text = f"{mail['subject']}\n{mail.get_content()}"
        for target in envelope.rcpt_tos:
            self.arrived.append(Arrived("mail", target, text, headers={k.lower(): v for k, v in mail.items()}))
        return "250 OK"

    def stop(self) -> None:
        """Close."""
        self._controller.stop()


def by_delivery(arrived: list[Arrived]) -> dict[str, int]:
    """How often each delivery arrived."""
    counts: dict[str, int] = defaultdict(int)
    for message in arrived:
        counts[message.delivery] += 1
    return dict(counts)
