"""What a deployment may set of its gateway: environment variables ``SHUNIU_GATEWAY_<FIELD>``."""

from pathlib import Path
from typing import Literal

import msgspec
from shuniu.contracts.gateway import ChannelKind

__all__ = ("GatewaySettings",)


class GatewaySettings(msgspec.Struct, frozen=True, kw_only=True):
    """Session: idle minutes and most hours. Lock: after so many failures, for so many minutes. Feed: what is kept for
    those who resume. ``cookie_secure``: the cookie only over TLS (set it wherever TLS stands before the gateway)."""

    session_idle_minutes: int = 30
    session_hours: int = 12
    second_factor: str = "operator,system_admin,security_admin,audit_admin"
    """Roles, separated by commas, that sign in with a code beside the password (GB/T 22239-2019 8.1.4.1 d)."""
    wall_role: str = "wall"
    """Accounts with this role alone only read, and their sessions do not end: screens on a wall."""
    lock_after: int = 5
    lock_minutes: int = 15
    feed_rows: int = 50_000
    feed_hours: int = 24
    resume_rows: int = 20_000
    """From further behind than this a stream starts anew: a fresh snapshot is cheaper."""
    cookie_secure: bool = False
    base_map: Path | None = None
    """A GeoJSON FeatureCollection drawn under the areas (water, roads, parks; property ``layer``)."""
    # Notifications. Nothing goes out unless it says here where to: no address of a platform is built in.
    public_url: str = ""
    """Where people reach the command view, for links in messages, e.g. ``https://view.street.example``."""
    wecom_url: str = ""
    """企业微信: ``https://qyapi.weixin.qq.com``, or the address of a private one."""
    dingtalk_url: str = ""
    """钉钉: ``https://oapi.dingtalk.com``, or the address of a private one."""
    feishu_url: str = ""
    """飞书: ``https://open.feishu.cn``, or the address of a private one."""
    mail_server: str = ""
    """``host`` or ``host:port`` of the SMTP server."""
    mail_from: str = ""
    mail_user: str = ""
    mail_password_file: Path | None = None
    mail_security: Literal["starttls", "ssl", "insecure"] = "starttls"
    notice_hours: int = 72
    """What happened longer ago stands on the page only."""
    notice_days: int = 90
    """How long notices and settled deliveries are kept."""
    delivery_attempts: int = 8

    @property
    def second_factor_roles(self) -> frozenset[str]:
        """The roles of ``second_factor``."""
        return frozenset(role.strip() for role in self.second_factor.split(",") if role.strip())

    @property
    def offered(self) -> frozenset[ChannelKind]:
        """The kinds of channels this deployment can send by."""
        said: dict[ChannelKind, str] = {
            "wecom": self.wecom_url,
            "dingtalk": self.dingtalk_url,
            "feishu": self.feishu_url,
            "mail": self.mail_server and self.mail_from,
        }
        return frozenset(kind for kind, address in said.items() if address)
