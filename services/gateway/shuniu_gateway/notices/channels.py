"""Sending one message by one channel, through Apprise: WeCom (企业微信), DingTalk (钉钉), Feishu (飞书), mail (邮件).

Apprise answers True or False, and takes HTTP 200 for success; these platforms answer 200 with an error code in the
body. So a witness stands where its plug-ins look for ``requests`` and for the SMTP controller: it does what they ask
and notes how it went. What leaves this module is a class of error; addresses and answers stay inside, and the loggers
that would tell them are shut.
"""

import logging
import re
import smtplib
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec
import requests
from apprise import AppriseAsset, NotifyFormat
from apprise.plugins import dingtalk, feishu, wecombot
from apprise.plugins.email import base as email
from shuniu.contracts.gateway import ChannelKind

from shuniu_gateway.notices.message import Message
from shuniu_gateway.settings import GatewaySettings

__all__ = ("ERRORS", "Outlet", "error_class")

ERRORS = ("timeout", "unreachable", "http", "platform", "mail", "failed")
"""Classes of failures; ``http:502``, ``platform:93000`` and ``mail:550`` carry the code that was answered."""

CONNECT_S = 4.0
READ_S = 8.0
OK = 200

for _telltale in ("apprise", "urllib3", "requests"):
    logging.getLogger(_telltale).setLevel(logging.CRITICAL)


def error_class(error: str) -> str:
    """The class of an error, without its code."""
    return error.partition(":")[0]


class _Noted(threading.local):
    """How the last try of this thread went, as far as was seen."""

    error: str = ""


_noted = _Noted()


class _Witness:
    """Stands in a plug-in's module for ``requests``."""

    codes = requests.codes
    RequestException = requests.RequestException

    def post(self, url: str, **how: Any) -> requests.Response:
        """Post; note what went wrong. Raises what requests raises."""
        try:
            answer = requests.post(url, **how)
        except requests.Timeout:
            _noted.error = "timeout"
            raise
        except requests.RequestException:
            _noted.error = "unreachable"
            raise
        _noted.error = _error_of(answer)
        return answer


class _Answer(msgspec.Struct):
    """What the platforms say in the body: WeCom and DingTalk ``errcode``, Feishu ``code`` (0 is success)."""

    errcode: int = 0
    code: int = 0


def _error_of(answer: requests.Response) -> str:
    if answer.status_code != OK:
        return f"http:{answer.status_code}"
    try:
        said = msgspec.json.decode(answer.content[:4096], type=_Answer)
    except msgspec.MsgspecError:
        return "platform"  # none of them answers anything else
    code = said.errcode or said.code
    return f"platform:{code}" if code else ""


_email: Any = email
"""Apprise tells its types only in part."""
_Controller: Any = _email.AppriseSMTPController


class _WitnessedMail(_Controller):  # type: ignore[misc]
    """Stands in the mail plug-in's module for its SMTP controller."""

    def __enter__(self) -> Any:
        try:
            return super().__enter__()
        except Exception as fault:
            _noted.error = _mail_error(fault)
            raise

    def sendmail(self, from_addr: str, to_addrs: list[str], message: str) -> bool:
        """Send it; note what went wrong. The library's own try hides what the server said."""
        try:
            refused = self._socket.sendmail(from_addr, to_addrs, message)
        except (OSError, smtplib.SMTPException, RuntimeError) as fault:
            _noted.error = _mail_error(fault)
            return False
        if refused:
            _noted.error = f"mail:{next(iter(refused.values()))[0]}"
        return not refused


def _mail_error(fault: Exception) -> str:
    match fault:
        case smtplib.SMTPRecipientsRefused():
            codes = [code for code, _ in fault.recipients.values()]
            return f"mail:{codes[0]}" if codes else "mail"
        case smtplib.SMTPResponseException():
            return f"mail:{fault.smtp_code}"
        case TimeoutError():
            return "timeout"
        case smtplib.SMTPException():
            return "mail"
        case OSError():
            return "unreachable"
        case _:
            return "mail"


_DingTalkRobot: Any = dingtalk.NotifyDingTalk


class _DingTalk(_DingTalkRobot):  # type: ignore[misc]
    """The library percent-encodes the signature and has ``requests`` do it once more; the platform decodes it once."""

    def get_signature(self) -> tuple[str, str]:
        """(milliseconds, base64 of the HMAC-SHA256), not encoded any further."""
        timestamp, signature = super().get_signature()
        return timestamp, unquote(signature)


_module: Any
for _module in (dingtalk, feishu, wecombot):
    _module.requests = _Witness()
_email.AppriseSMTPController = _WitnessedMail


class Outlet:
    """The channels of one deployment. :meth:`send` blocks: call it in a thread of its own."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        self._asset = AppriseAsset(
            app_id="Shuniu",
            app_desc="Shuniu",
            app_url=settings.public_url,
            async_mode=False,
            http_redirects=False,
            body_format=NotifyFormat.TEXT,
        )
        base = {name: address.rstrip("/") for name, address in _addresses(settings).items()}
        self._webhooks: dict[ChannelKind, type[Any]] = {
            "wecom": type(
                "WeCom",
                (wecombot.NotifyWeComBot,),
                {"notify_url": f"{base['wecom']}/cgi-bin/webhook/send?key={{key}}"},
            ),
            "dingtalk": type(
                "DingTalk",
                (_DingTalk,),
                {"notify_url": f"{base['dingtalk']}/robot/send?access_token={{token}}"},
            ),
            "feishu": type(
                "Feishu",
                (feishu.NotifyFeishu,),
                {"notify_url": f"{base['feishu']}/open-apis/bot/v2/hook/{{token}}"},
            ),
        }

    def send(self, kind: ChannelKind, address: Mapping[str, str], message: Message, delivery: str) -> str:
        """Send once; the class of the error, or "" when the channel took it. Raises nothing."""
        _noted.error = ""
        try:
            plugin = self._plugin(kind, address, delivery)
            # Robots know no subject: one text for all of them.
            title, body = message if kind == "mail" else ("", "\n".join(message))
            taken = plugin.notify(title=title, body=body, body_format=NotifyFormat.TEXT)
        except Exception:  # what it would say may name the address
            return _noted.error or "failed"
        return _noted.error or ("" if taken else "failed")

    def _plugin(self, kind: ChannelKind, address: Mapping[str, str], delivery: str) -> Any:
        common = {"asset": self._asset, "cto": CONNECT_S, "rto": READ_S}
        target = address["target"]
        match kind:
            case "wecom":
                return self._webhooks[kind](key=target, **common)
            case "dingtalk":
                return self._webhooks[kind](token=target, secret=address.get("secret") or None, **common)
            case "feishu":
                return self._webhooks[kind](token=target, **common)
            case "mail":
                return self._mail(target, delivery, common)

    def _mail(self, target: str, delivery: str, common: Mapping[str, Any]) -> Any:
        settings = self._settings
        host, _, port = settings.mail_server.partition(":")
        password = _read(settings.mail_password_file)
        plugin = _email.NotifyEmail(
            host=host,
            smtp_host=host,
            port=int(port) if port else None,
            user=settings.mail_user or None,
            password=password or None,
            secure=settings.mail_security != "insecure",
            secure_mode=settings.mail_security,
            from_addr=settings.mail_from,
            targets=[target],
            headers={"X-Shuniu-Delivery": delivery},
            format=NotifyFormat.TEXT.value,
            **common,
        )
        plugin.socket_connect_timeout = READ_S
        return plugin


def _addresses(settings: GatewaySettings) -> dict[ChannelKind, str]:
    found: dict[ChannelKind, str] = {
        "wecom": settings.wecom_url,
        "dingtalk": settings.dingtalk_url,
        "feishu": settings.feishu_url,
    }
    for kind, address in found.items():
        # The library fills the address in as a format string.
        if address and not re.fullmatch(r"https?://[A-Za-z0-9.:\[\]_/-]+", address):
            raise ValueError(f"SHUNIU_GATEWAY_{kind.upper()}_URL is no address of a platform")
    return found


def _read(path: Path | None) -> str:
    return path.read_text("utf-8").strip() if path is not None else ""
